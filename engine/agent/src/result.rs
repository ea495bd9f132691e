//! What came of a run.

use fumehood_model::Usage;
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::memory::{Memory, Timing};

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RunResult {
    /// How it ended.
    pub state: RunState,
    /// The answer.
    pub answer: Answer,
    /// Everything that was said and done.
    pub memory: Memory,
    /// What all requests to models have cost, those of planning, summing up and managed agents included.
    pub usage: Usage,
    /// What that is in money, in the currency of the prices, if they are known.
    pub cost: Option<f64>,
    /// How long the steps took.
    pub timing: Timing,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RunState {
    /// With a final answer.
    Success,
    /// There were no steps left; the answer is what the model said when it was asked for one.
    MaxSteps,
}

/// What a model's tokens cost, for a million of them.
///
/// # Examples
///
/// ```
/// use fumehood_agent::Prices;
/// use fumehood_model::Usage;
///
/// let prices = Prices { input: 3.0, output: 15.0, cached_input: 0.3 };
/// assert_eq!(prices.of(&Usage::new(1_000_000, 100_000)), 4.5);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prices {
    /// Of what the model reads.
    pub input: f64,
    /// Of what it writes, its thoughts included.
    pub output: f64,
    /// Of what it reads again.
    pub cached_input: f64,
}

impl Prices {
    /// What so many tokens cost.
    pub fn of(&self, usage: &Usage) -> f64 {
        let cached = usage.cached_input_tokens.min(usage.input_tokens);
        let tokens = |count: u64, price: f64| count as f64 * price / 1e6;
        tokens(usage.input_tokens - cached, self.input)
            + tokens(cached, self.cached_input)
            + tokens(usage.output_tokens, self.output)
    }
}
