//! A conversation in the form that servers take.

use serde_json::json;

use crate::error::ModelError;
use crate::message::{Part, Role, ToolCall, ToolResult};
use crate::model::Capabilities;
use crate::request::Request;

/// What a wire takes.
pub(super) struct Dialect<'a> {
    /// Whose thoughts go back.
    pub(super) provider: &'a str,
    pub(super) model: &'a str,
    pub(super) capabilities: Capabilities,
    /// What the system says is not part of the conversation. What it says in the middle is the user's then.
    pub(super) system_apart: bool,
    /// There is no role for tools: the user says what came of them.
    pub(super) tools_are_user: bool,
    /// The result of a tool can have images in it; otherwise the user shows them.
    pub(super) images_in_results: bool,
}

/// A conversation in which no speaker says two things in a row.
#[derive(Debug, Default)]
pub(super) struct Conversation {
    /// What the system says, if it is not part of the conversation.
    pub(super) system: String,
    pub(super) turns: Vec<Turn>,
    /// Images of results that the user shows once all results are told.
    to_show: Vec<Part>,
}

/// What one speaker says. No two texts follow each other, and none is empty.
#[derive(Debug)]
pub(super) struct Turn {
    pub(super) role: Role,
    pub(super) parts: Vec<Part>,
}

impl Turn {
    /// The texts, on lines of their own.
    pub(super) fn text(&self) -> Option<String> {
        let texts = self.parts.iter().filter_map(|part| match part {
            Part::Text { text } => Some(text.as_str()),
            _ => None,
        });
        let texts = texts.collect::<Vec<_>>();
        (!texts.is_empty()).then(|| texts.join("\n"))
    }
}

impl Conversation {
    /// The conversation of a request.
    ///
    /// # Errors
    ///
    /// [`ModelError::Unsupported`] if there is something in it that the model does not take
    pub(super) fn of(request: &Request, dialect: &Dialect<'_>) -> Result<Conversation, ModelError> {
        let mut conversation = Conversation::default();
        for message in &request.messages {
            for part in &message.parts {
                conversation.add(message.role, part, dialect)?;
            }
        }
        conversation.show();
        Ok(conversation)
    }

    fn add(&mut self, role: Role, part: &Part, dialect: &Dialect<'_>) -> Result<(), ModelError> {
        let unsupported = |what| {
            let model = dialect.model.to_owned();
            Err(ModelError::Unsupported { model, what })
        };
        match part {
            Part::Text { text } => match role {
                Role::System if dialect.system_apart && self.turns.is_empty() => {
                    join(&mut self.system, text);
                }
                Role::System if dialect.system_apart => self.say(Role::User, part.clone()),
                Role::Tool => self.say(Role::User, part.clone()),
                role => self.say(role, part.clone()),
            },
            Part::Image(_) if !dialect.capabilities.images => return unsupported("images"),
            Part::Image(_) => match role {
                Role::User | Role::Tool => self.say(Role::User, part.clone()),
                Role::System | Role::Assistant => {
                    return unsupported("images that the user does not show");
                }
            },
            Part::ToolCall(call) => {
                let call = match dialect.capabilities.tools {
                    true => part.clone(),
                    false => Part::text(call_as_text(call)),
                };
                self.say(Role::Assistant, call);
            }
            Part::ToolResult(result) => {
                if !result.images.is_empty() && !dialect.capabilities.images {
                    return unsupported("images");
                }
                self.result(result, dialect);
            }
            Part::Reasoning(reasoning) => {
                let origin = reasoning.origin.as_ref();
                if origin.is_some_and(|origin| origin.provider == dialect.provider) {
                    self.say(Role::Assistant, part.clone());
                }
            }
        }
        Ok(())
    }

    fn result(&mut self, result: &ToolResult, dialect: &Dialect<'_>) {
        let images = result.images.iter().cloned().map(Part::Image);
        if !dialect.capabilities.tools {
            let title = if result.is_error { "Error" } else { "Observation" };
            self.say(Role::User, Part::text(format!("{title}:\n{}", result.text)));
            images.for_each(|image| self.say(Role::User, image));
            return;
        }
        let role = if dialect.tools_are_user { Role::User } else { Role::Tool };
        if dialect.images_in_results || result.images.is_empty() {
            self.say(role, Part::ToolResult(result.clone()));
        } else {
            let told = ToolResult { images: Vec::new(), ..result.clone() };
            self.say(role, Part::ToolResult(told));
            let ToolResult { name, call, .. } = result;
            self.to_show.push(Part::text(format!("Shown by {name} ({call}):")));
            self.to_show.extend(images);
        }
    }

    fn say(&mut self, role: Role, part: Part) {
        if matches!(&part, Part::Text { text } if text.is_empty()) {
            return;
        }
        if !matches!(part, Part::ToolResult(_)) {
            self.show();
        }
        match (self.turns.last_mut().filter(|turn| turn.role == role), part) {
            (Some(turn), part) => match (turn.parts.last_mut(), part) {
                (Some(Part::Text { text }), Part::Text { text: more }) => join(text, &more),
                (_, part) => turn.parts.push(part),
            },
            (None, part) => self.turns.push(Turn { role, parts: vec![part] }),
        }
    }

    fn show(&mut self) {
        for part in std::mem::take(&mut self.to_show) {
            self.say(Role::User, part);
        }
    }
}

fn join(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push('\n');
    }
    text.push_str(more);
}

/// A tool call for a model that knows of none.
fn call_as_text(call: &ToolCall) -> String {
    let ToolCall { id, name, arguments } = call;
    let call = json!({"id": id, "name": name, "arguments": arguments.to_object()});
    format!("Calling tools:\n[{call}]")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Arguments, Image, Message, Origin, Reasoning};

    fn dialect() -> Dialect<'static> {
        Dialect {
            provider: "here",
            model: "m",
            capabilities: Capabilities::default(),
            system_apart: true,
            tools_are_user: false,
            images_in_results: false,
        }
    }

    #[track_caller]
    fn check(
        messages: impl IntoIterator<Item = Message>,
        dialect: &Dialect<'_>,
        expected: &[&str],
    ) {
        let conversation = Conversation::of(&Request::new(messages), dialect).unwrap();
        let shown = conversation.turns.iter().map(|turn| {
            let parts = turn.parts.iter().map(|part| match part {
                Part::Text { text } => format!("{text:?}"),
                Part::Image(_) => "image".to_owned(),
                Part::ToolCall(call) => format!("call {}", call.id),
                Part::ToolResult(result) => format!("result {}", result.call),
                Part::Reasoning(reasoning) => format!("thought {:?}", reasoning.text),
            });
            format!("{:?}: {}", turn.role, parts.collect::<Vec<_>>().join(", "))
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected);
    }

    fn call(id: &str) -> ToolCall {
        let arguments = Arguments::new(r#"{"a": 1}"#);
        ToolCall { id: id.to_owned(), name: "look".to_owned(), arguments }
    }

    #[test]
    fn what_one_speaker_says_in_a_row_is_one_turn() {
        check(
            [
                Message::system("be brief"),
                Message::user("a"),
                Message::user("b"),
                Message::user(""),
                Message::assistant("c"),
                Message::system("hurry"),
                Message::user("d"),
            ],
            &dialect(),
            &[r#"User: "a\nb""#, r#"Assistant: "c""#, r#"User: "hurry\nd""#],
        );
        let in_place = Dialect { system_apart: false, ..dialect() };
        check(
            [Message::system("x"), Message::user("a")],
            &in_place,
            &[r#"System: "x""#, r#"User: "a""#],
        );
    }

    #[test]
    fn thoughts_go_back_to_where_they_came_from_and_nowhere_else() {
        let thought = |text: &str, provider: &str| {
            let (kind, data) = ("signature".to_owned(), "x".to_owned());
            let origin = Some(Origin { provider: provider.to_owned(), kind, data });
            Part::Reasoning(Reasoning { text: text.to_owned(), origin })
        };
        let unsigned = Part::Reasoning(Reasoning { text: "c".to_owned(), origin: None });
        let parts = [thought("a", "there"), thought("b", "here"), unsigned, Part::text("d")];
        check(
            [Message::user("q"), Message::new(Role::Assistant, parts)],
            &dialect(),
            &[r#"User: "q""#, r#"Assistant: thought "b", "d""#],
        );
    }

    #[test]
    fn images_of_results_are_shown_after_all_results() {
        let shown = |id: &str| ToolResult {
            images: vec![Image::new("image/png", [1, 2])],
            ..ToolResult::new(&call(id), "seen")
        };
        let messages = || {
            [
                Message::new(
                    Role::Assistant,
                    [Part::ToolCall(call("1")), Part::ToolCall(call("2"))],
                ),
                Message::tool([shown("1")]),
                Message::tool([ToolResult::new(&call("2"), "nothing")]),
                Message::user("and?"),
            ]
        };
        check(
            messages(),
            &dialect(),
            &[
                "Assistant: call 1, call 2",
                "Tool: result 1, result 2",
                r#"User: "Shown by look (1):", image, "and?""#,
            ],
        );
        let inside = Dialect { images_in_results: true, tools_are_user: true, ..dialect() };
        check(
            messages(),
            &inside,
            &["Assistant: call 1, call 2", r#"User: result 1, result 2, "and?""#],
        );
    }

    #[test]
    fn for_a_model_without_tools_calls_and_results_are_text() {
        let capabilities = Capabilities { tools: false, ..Capabilities::default() };
        check(
            [
                Message::new(Role::Assistant, [Part::text("I look."), Part::ToolCall(call("1"))]),
                Message::tool([ToolResult::error(&call("1"), "dark")]),
            ],
            &Dialect { capabilities, ..dialect() },
            &[
                r#"Assistant: "I look.\nCalling tools:\n[{\"id\":\"1\",\"name\":\"look\",\"arguments\":{\"a\":1}}]""#,
                r#"User: "Error:\ndark""#,
            ],
        );
    }

    #[test]
    fn images_are_refused_where_nobody_can_see_them() {
        let image = || Part::Image(Image::new("image/png", [1]));
        let blind = Capabilities { images: false, ..Capabilities::default() };
        for (role, capabilities) in
            [(Role::User, blind), (Role::Assistant, Capabilities::default())]
        {
            let request = Request::new([Message::new(role, [image()])]);
            let dialect = Dialect { capabilities, ..dialect() };
            let refused = Conversation::of(&request, &dialect).unwrap_err().to_string();
            assert!(refused.starts_with("the model `m` does not take images"), "{refused}");
        }
    }
}
