//! Python that judges a value: each time in a session of its own.

use fumehood::{Code, Outcome, Sandbox, Step, Variables};
use serde_json::Value;

/// Code, and the sandbox that it runs in.
#[derive(Clone, Debug)]
pub(crate) struct Judge {
    sandbox: Sandbox,
    source: String,
    /// Its name in tracebacks.
    file: String,
}

impl Judge {
    pub(crate) fn new(sandbox: Sandbox, source: String, file: String) -> Judge {
        Judge { sandbox, source, file }
    }

    /// What the code comes to with these variables: the value of its last line, null if it has none. The error
    /// says what it raised, or why it came to nothing.
    pub(crate) async fn judge(&self, variables: Variables) -> Result<Value, String> {
        let mut session = self.sandbox.session().await.map_err(|error| error.to_string())?;
        session.define(variables).await.map_err(|error| error.to_string())?;
        let code = Code::new(self.source.as_str()).file(self.file.as_str());
        value_of(session.run(code).await.map_err(|error| error.to_string())?)
    }
}

fn value_of(step: Step) -> Result<Value, String> {
    match step.outcome {
        Outcome::Completed(None) => Ok(Value::Null),
        Outcome::Completed(Some(value)) => {
            let json = value.json.and_then(|json| serde_json::from_str(json.get()).ok());
            json.ok_or_else(|| format!("its value is {:.200}, which JSON cannot say", value.repr))
        }
        Outcome::Raised(exception) if exception.message.is_empty() => Err(exception.name),
        Outcome::Raised(exception) => Err(format!("{}: {}", exception.name, exception.message)),
        Outcome::LimitReached(reached, _) => Err(reached.to_string()),
        Outcome::Failed(failure) => Err(failure.to_string()),
        _ => Err("it has not come to its end".to_owned()),
    }
}

/// Whether Python would take a value for true.
pub(crate) fn is_true(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Object(fields) => !fields.is_empty(),
    }
}
