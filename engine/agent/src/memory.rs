//! What a run remembers, and how the model sees it.

use std::time::Duration;

use fumehood_model::{Message, Usage};
use serde::{Deserialize, Serialize};

/// A run's memory: the task, and each step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// The system prompt.
    pub system_prompt: String,
    /// The task.
    pub task: String,
    /// The steps so far.
    pub steps: Vec<Action>,
}

/// A step: what the model said, and what came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Action {
    /// Counts from 1.
    pub number: u32,
    /// What the model said, with the code in its tags.
    pub reply: String,
    /// The code, if there was any in the reply.
    pub code: Option<String>,
    /// What the code printed and the value of its last line, as the model is told.
    pub observation: String,
    /// What went wrong, as the model is told.
    pub error: Option<String>,
    /// What the model's reply cost, if the model says.
    pub tokens: Option<Usage>,
    /// Instructions that the code took, in the sandbox's fuel.
    pub fuel: u64,
    /// How long the model took.
    pub thinking: Duration,
    /// How long the code took, tools included.
    pub running: Duration,
}

impl Memory {
    /// The conversation that the model continues.
    pub fn messages(&self) -> Vec<Message> {
        let mut messages = vec![
            Message::system(self.system_prompt.clone()),
            Message::user(format!("New task:\n{}", self.task)),
        ];
        for step in &self.steps {
            messages.push(Message::assistant(step.reply.clone()));
            messages.push(Message::user(step.told()));
        }
        messages
    }
}

impl Action {
    /// What the model is told after the step.
    fn told(&self) -> String {
        let mut told = String::new();
        if self.code.is_some() {
            told.push_str("Observation:\n");
            told.push_str(&self.observation);
        }
        if let Some(error) = &self.error {
            if !told.is_empty() && !told.ends_with('\n') {
                told.push('\n');
            }
            told.push_str("Error:\n");
            told.push_str(error.trim_end());
            told.push_str(
                "\nNow let's retry: take care not to repeat previous errors! If you have retried \
                 several times, try a completely different approach.\n",
            );
        }
        told
    }
}
