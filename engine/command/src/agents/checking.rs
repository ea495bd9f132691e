//! Checks of answers.

use std::sync::Arc;

use fumehood::{DefineError, Sandbox, Variables};
use fumehood_agent::{AgentBuilder, Answer};
use serde_json::Value;

use crate::agents::judging::{Judge, is_true};

/// A check of an agent's answers, as its folder has it.
#[derive(Clone, Debug)]
pub(crate) struct Check {
    pub(crate) name: String,
    pub(crate) python: Python,
    /// What the model is told if an answer fails it.
    pub(crate) message: Option<String>,
}

/// What checks.
#[derive(Clone, Debug)]
pub(crate) enum Python {
    /// Has to be true.
    Expression(String),
    /// Fails if it raises, or if its last line is an expression and that is false.
    File { name: String, source: String },
}

impl Check {
    /// Adds it to an agent, to be made in sessions of this sandbox.
    pub(crate) fn add_to(&self, agent: AgentBuilder, sandbox: &Sandbox) -> AgentBuilder {
        let (source, file, null) = match &self.python {
            Python::Expression(expression) => {
                (format!("bool(\n{expression}\n)"), "<check>".to_owned(), false)
            }
            Python::File { name, source } => (source.clone(), name.clone(), true),
        };
        let judge = Arc::new(Judge::new(sandbox.clone(), source, file));
        let message = self.message.clone();
        agent.check_async(&self.name, move |answer, _| {
            let (judge, message) = (Arc::clone(&judge), message.clone());
            Box::pin(async move {
                let variables = variables(answer).map_err(|error| error.to_string())?;
                match judge.judge(variables).await {
                    Ok(Value::Null) if null => Ok(()),
                    Ok(value) if is_true(&value) => Ok(()),
                    Ok(_) => Err(message.unwrap_or("the answer does not fulfil it".to_owned())),
                    Err(raised) => Err(match message {
                        Some(message) => format!("{message} ({raised})"),
                        None => raised.to_string(),
                    }),
                }
            })
        })
    }
}

/// An answer as the variable `answer`.
pub(crate) fn variables(answer: &Answer) -> Result<Variables, DefineError> {
    const NAME: &str = "answer";
    match answer {
        Answer::Image { image, .. } => Variables::new().image(NAME, image.data()),
        Answer::File { bytes, .. } => Ok(Variables::new().bytes(NAME, bytes.as_slice())),
        answer => match answer.json() {
            Some(value) => Variables::new().json(NAME, &value),
            None => Ok(Variables::new().text(NAME, answer.text())),
        },
    }
}
