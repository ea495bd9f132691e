//! Questions of the agent to whoever has given it the task.

use std::future::Future;
use std::pin::Pin;

use fumehood::{Tool, ToolError, ToolFuture, ToolInput, ToolOutput};
use serde_json::{Value, json};

/// Characters of a question, and of each of the answers that it offers.
const QUESTION_CHARACTERS: usize = 4_000;
const CHOICE_CHARACTERS: usize = 200;
/// Answers that a question offers.
const CHOICES: usize = 20;

/// What an agent asks. The model has written it, perhaps with what a stranger had it write: it can have any
/// characters in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UserQuestion {
    /// At most 4,000 characters.
    pub text: String,
    /// The answers that it offers, at most 20 of 200 characters each; none if any text is one.
    pub choices: Vec<String>,
}

/// A tool that asks whoever has given the agent its task: `user_input(question, choices=None)` is their answer, a
/// text. While they think, the clock of the step stands still.
///
/// # Examples
///
/// ```
/// use fumehood::Tool;
/// use fumehood_tools::asking::{UserInput, UserQuestion};
///
/// let tool = UserInput::new(|question: UserQuestion| async move {
///     // A chat window, perhaps. Nothing is said if nobody is there.
///     Some(format!("{}? Yes.", question.text))
/// });
/// assert_eq!(tool.name(), "user_input");
/// ```
pub struct UserInput {
    ask: Box<dyn Fn(UserQuestion) -> Asking + Send + Sync>,
}

type Asking = Pin<Box<dyn Future<Output = Option<String>> + Send>>;

impl UserInput {
    /// The tool, and who asks. The answer is nothing if nobody is there; then the call fails, and says so.
    pub fn new<F, A>(ask: F) -> UserInput
    where
        F: Fn(UserQuestion) -> A + Send + Sync + 'static,
        A: Future<Output = Option<String>> + Send + 'static,
    {
        UserInput { ask: Box::new(move |question| Box::pin(ask(question))) }
    }
}

impl Tool for UserInput {
    fn name(&self) -> &str {
        "user_input"
    }

    fn description(&self) -> &str {
        "Asks the user, and waits for the answer. For what only the user knows or can decide."
    }

    fn parameters(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "question": {
                    "type": "string",
                    "description": "What to ask, in words that can be understood without having seen the work so far",
                    "minLength": 1,
                    "maxLength": QUESTION_CHARACTERS,
                },
                "choices": {
                    "type": ["array", "null"],
                    "description": "The answers to choose from; without them, any text is an answer",
                    "items": {"type": "string", "minLength": 1, "maxLength": CHOICE_CHARACTERS},
                    "minItems": 2,
                    "maxItems": CHOICES,
                    "default": null,
                },
            },
            "required": ["question"],
        })
    }

    fn returns(&self) -> Option<Value> {
        Some(json!({"type": "string"}))
    }

    fn call(&self, input: ToolInput) -> ToolFuture<'_> {
        Box::pin(async move {
            let text = input.arguments["question"].as_str().unwrap_or_default().to_owned();
            let choices = input.arguments.get("choices").and_then(Value::as_array);
            let choices = choices.into_iter().flatten().filter_map(Value::as_str);
            let question = UserQuestion { text, choices: choices.map(str::to_owned).collect() };
            let _thinking = input.context.untimed();
            match (self.ask)(question).await {
                Some(answer) => Ok(ToolOutput::from(Value::from(answer))),
                None => Err(ToolError::new("nobody is there who answers")),
            }
        })
    }
}
