//! Who answers MCP servers: the user at the terminal, and the model.

use std::io::IsTerminal as _;
use std::sync::Arc;

use fumehood_model::{Finish, Message, Model, Request};
use fumehood_tools::mcp::{
    Elicit, Elicitation, ElicitationAnswer, HostFuture, Sample, Sampled, Sampling, SamplingSpeaker,
};
use serde_json::{Map, Value};

use crate::printer::Printer;
use crate::units;

/// Fields that a question may have.
const FIELDS: usize = 30;

/// Whoever sits at the terminal.
pub(super) struct Terminal {
    printer: Arc<Printer>,
}

impl Terminal {
    pub(super) fn new(printer: &Arc<Printer>) -> Terminal {
        Terminal { printer: Arc::clone(printer) }
    }

    fn answer(&self, question: &Elicitation) -> ElicitationAnswer {
        if !std::io::stdin().is_terminal() {
            return ElicitationAnswer::Cancel;
        }
        let Elicitation { server, message, schema, .. } = question;
        let none = Map::new();
        let fields = schema["properties"].as_object().unwrap_or(&none);
        if fields.len() > FIELDS {
            return ElicitationAnswer::Decline;
        }
        let message = units::printable_text(message);
        self.printer.say(&format!("\nThe MCP server `{server}` asks:\n{message}"));
        match self.printer.ask("Answer it? What you enter is sent to the server. [y]es, [n]o: ") {
            Ok(Some(said)) if matches!(said.to_ascii_lowercase().as_str(), "y" | "yes") => {}
            Ok(Some(_)) => return ElicitationAnswer::Decline,
            _ => return ElicitationAnswer::Cancel,
        }
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        let mut content = Map::new();
        for (name, field) in fields {
            let is_required = required.iter().any(|required| required == name.as_str());
            match self.field(name, field, is_required) {
                Some(Some(value)) => drop(content.insert(name.clone(), value)),
                Some(None) => {}
                None => return ElicitationAnswer::Cancel,
            }
        }
        ElicitationAnswer::Accept(content)
    }

    /// Asks for a field until there is a value that can be one. None: nobody answers.
    fn field(&self, name: &str, field: &Value, is_required: bool) -> Option<Option<Value>> {
        let text = |key: &str| field[key].as_str().map(units::printable);
        let title = text("title").unwrap_or_else(|| units::printable(name));
        let about = text("description").map_or(String::new(), |about| format!(" ({about})"));
        let choices = choices(field);
        let among = match &choices {
            Some(choices) => format!(" [{}]", units::printable(&choices.join(", "))),
            None => String::new(),
        };
        let optional = if is_required { "" } else { ", or nothing" };
        loop {
            let said = self.printer.ask(&format!("{title}{about}{among}{optional}: ")).ok()??;
            if said.is_empty() && !is_required {
                return Some(field.get("default").cloned());
            }
            let value = match field["type"].as_str() {
                Some("boolean") => match said.to_ascii_lowercase().as_str() {
                    "y" | "yes" | "true" => Some(Value::Bool(true)),
                    "n" | "no" | "false" => Some(Value::Bool(false)),
                    _ => None,
                },
                Some("integer") => said.parse::<i64>().ok().map(Value::from),
                Some("number") => said.parse::<f64>().ok().map(Value::from),
                Some("array") => {
                    let items = said.split(',').map(|item| item.trim().to_owned());
                    let items = items.collect::<Vec<_>>();
                    let fit = choices
                        .as_ref()
                        .is_none_or(|choices| items.iter().all(|item| choices.contains(item)));
                    fit.then(|| Value::from(items))
                }
                _ => choices
                    .as_ref()
                    .is_none_or(|choices| choices.contains(&said))
                    .then(|| Value::from(said.as_str())),
            };
            match value {
                Some(value) => return Some(Some(value)),
                None => self.printer.say("fumehood: that is no value for it"),
            }
        }
    }
}

/// What can be chosen from, if something can.
fn choices(field: &Value) -> Option<Vec<String>> {
    let texts = |choices: &Vec<Value>| {
        let texts = choices.iter().filter_map(|choice| {
            choice.as_str().or_else(|| choice["const"].as_str()).map(str::to_owned)
        });
        texts.collect()
    };
    let listed = |field: &Value| {
        let mut keys = ["enum", "oneOf", "anyOf"].into_iter();
        keys.find_map(|key| field[key].as_array().map(texts))
    };
    listed(field).or_else(|| listed(&field["items"]))
}

impl Elicit for Terminal {
    fn elicit(&self, question: Elicitation) -> HostFuture<'_, ElicitationAnswer> {
        Box::pin(async move { tokio::task::block_in_place(|| self.answer(&question)) })
    }
}

/// The model that works on the run.
pub(super) struct AskedModel(pub(super) Arc<dyn Model>);

impl Sample for AskedModel {
    fn sample(&self, asked: Sampling) -> HostFuture<'_, Result<Sampled, String>> {
        Box::pin(async move {
            let system = asked.system.map(Message::system);
            let said = asked.messages.into_iter().map(|message| match message.speaker {
                SamplingSpeaker::Assistant => Message::assistant(message.text),
                _ => Message::user(message.text),
            });
            let mut request = Request::new(system.into_iter().chain(said));
            request.stop = asked.stop;
            request.temperature = asked.temperature;
            request.max_tokens = Some(asked.max_tokens);
            let reply = self.0.generate(&request, &|_| {}).await;
            // What went wrong may name the user's account; the server need not know.
            let reply = reply.map_err(|_| "the model has not replied".to_owned())?;
            let cut = reply.finish == Finish::Length;
            let text = reply.text();
            let model = reply.model.unwrap_or_else(|| self.0.description().id);
            Ok(Sampled { model, text, cut })
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn choices_are_found_in_each_of_their_forms() {
        for (field, expected) in [
            (json!({"type": "string"}), None),
            (json!({"enum": ["a", "b"]}), Some(vec!["a", "b"])),
            (json!({"oneOf": [{"const": "a", "title": "A"}]}), Some(vec!["a"])),
            (json!({"type": "array", "items": {"anyOf": [{"const": "c"}]}}), Some(vec!["c"])),
        ] {
            let expected: Option<Vec<_>> =
                expected.map(|choices| choices.into_iter().map(str::to_owned).collect());
            assert_eq!(choices(&field), expected, "{field}");
        }
    }
}
