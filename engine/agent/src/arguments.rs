//! The arguments of a task: variables for code, values that tools can be called with by name, and what the
//! model is told of them.

use fumehood::{Code, DefineError, Outcome, Session, Variables};
use serde_json::{Value, json};

use crate::agent::Kind;
use crate::error::AgentError;
use crate::memory::shortened;
use crate::run::Run;
use crate::task::Argument;

/// Characters of a value that the model is shown.
const SHOWN: usize = 1_000;

/// The task, with its arguments described.
pub(crate) fn described(task: &str, arguments: &[(String, Argument)]) -> String {
    let mut described = task.to_owned();
    if !arguments.is_empty() {
        described.push_str("\n\nThese values are given; each is a variable of its name:");
    }
    for (name, argument) in arguments {
        let value = match argument {
            Argument::Json(value) => shortened(crate::prompts::literal(value), SHOWN),
            Argument::Bytes(bytes) => format!("bytes, {} of them", bytes.len()),
            Argument::Image(_) => "a picture, as a PIL.Image.Image".to_owned(),
            Argument::Table { columns, rows } => {
                let count = rows.as_array().map_or(0, Vec::len);
                let columns = columns.iter().map(|name| Value::from(name.as_str()));
                let columns = crate::prompts::literal(&columns.collect());
                let columns = shortened(columns, SHOWN);
                format!("a pandas.DataFrame, {count} rows with the columns {columns}")
            }
        };
        described.push_str(&format!("\n{name} = {value}"));
    }
    described
}

/// Makes tables of what was defined for them. Their names are those of variables, as they were checked.
async fn make_tables(session: &mut Session, names: &[String]) -> Result<(), AgentError> {
    let make = |name: &String| format!("{name} = __import__('pandas').DataFrame(**{name})\n");
    let code = names.iter().map(make).collect::<String>();
    let made = session.run(Code::new(code).file("<arguments>").atomic(true)).await?;
    match made.outcome {
        Outcome::Completed(_) => Ok(()),
        outcome => Err(DefineError::Failed { outcome: Box::new(outcome) }.into()),
    }
}

impl Run {
    /// Makes the arguments of a task known to what the model can do.
    pub(crate) async fn take_arguments(
        &mut self,
        arguments: Vec<(String, Argument)>,
    ) -> Result<(), AgentError> {
        if arguments.is_empty() {
            return Ok(());
        }
        let kind = self.agent.settings().kind.clone();
        if let Kind::ToolCalling { .. } = kind {
            for (name, argument) in &arguments {
                match argument {
                    Argument::Json(value) => {
                        self.course.arguments.insert(name.clone(), value.clone());
                    }
                    Argument::Bytes(_) | Argument::Image(_) | Argument::Table { .. } => {
                        return Err(AgentError::ArgumentForCode { name: name.clone() });
                    }
                }
            }
        }
        if let Kind::Code { .. } | Kind::ToolCalling { python: true } = kind {
            let mut variables = Variables::new();
            let mut tables = Vec::new();
            for (name, argument) in arguments {
                variables = match argument {
                    Argument::Json(value) => variables.json(name, &value)?,
                    Argument::Bytes(bytes) => variables.bytes(name, bytes),
                    Argument::Image(image) => variables.image(name, image.data())?,
                    Argument::Table { columns, rows } => {
                        tables.push(name.clone());
                        variables.json(name, &json!({"columns": columns, "data": rows}))?
                    }
                };
            }
            let session = self.session().await?;
            session.define(variables).await?;
            if !tables.is_empty() {
                make_tables(session, &tables).await?;
            }
        }
        Ok(())
    }
}
