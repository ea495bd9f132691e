//! Python that judges a value: each time in a session of its own.

use std::fmt;

use fumehood::{Code, Exception, Outcome, Sandbox, Step, Variables};
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

    /// What the code comes to with these variables: the value of its last line, null if it has none.
    pub(crate) async fn judge(&self, variables: Variables) -> Result<Value, NoValue> {
        let mut session = self.sandbox.session().await.map_err(NoValue::of)?;
        session.define(variables).await.map_err(NoValue::of)?;
        let code = Code::new(self.source.as_str()).file(self.file.as_str());
        value_of(session.run(code).await.map_err(NoValue::of)?)
    }
}

/// Why code came to no value.
#[derive(Debug)]
pub(crate) enum NoValue {
    /// It raised this.
    Raised(Exception),
    /// It was not run to its end, or has no value that can be told.
    Other(String),
}

impl NoValue {
    fn of(error: impl fmt::Display) -> NoValue {
        NoValue::Other(error.to_string())
    }
}

impl fmt::Display for NoValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoValue::Raised(exception) if exception.message.is_empty() => {
                f.write_str(&exception.name)
            }
            NoValue::Raised(exception) => write!(f, "{}: {}", exception.name, exception.message),
            NoValue::Other(told) => f.write_str(told),
        }
    }
}

fn value_of(step: Step) -> Result<Value, NoValue> {
    match step.outcome {
        Outcome::Completed(None) => Ok(Value::Null),
        Outcome::Completed(Some(value)) => {
            let json = value.json.and_then(|json| serde_json::from_str(json.get()).ok());
            let told = || format!("its value is {:.200}, which JSON cannot say", value.repr);
            json.ok_or_else(|| NoValue::Other(told()))
        }
        Outcome::Raised(exception) => Err(NoValue::Raised(exception)),
        Outcome::LimitReached(reached, _) => Err(NoValue::of(reached)),
        Outcome::Failed(failure) => Err(NoValue::of(failure)),
        _ => Err(NoValue::of("it has not come to its end")),
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
