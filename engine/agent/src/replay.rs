//! A model that says what was recorded.

use std::path::Path;
use std::sync::Mutex;

use serde::Deserialize;

use crate::model::{Model, ModelError, ModelFuture, Reply, Request, TokenUsage};

/// Says the replies of a recording, one after the other.
///
/// A recording is a file with a JSON object on each line: `content`, the reply, and optionally
/// `input_tokens` and `output_tokens`. The whole loop around the replies runs for real: only the
/// model's words are recorded.
///
/// # Examples
///
/// ```
/// use fumehood_agent::Replay;
///
/// let replay = Replay::from_text(r#"{"content": "Thought: done.\n<code>\nfinal_answer(1)\n</code>"}"#)?;
/// # Ok::<(), fumehood_agent::ModelError>(())
/// ```
#[derive(Debug)]
pub struct Replay {
    name: String,
    replies: Vec<Reply>,
    next: Mutex<usize>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Recorded {
    content: String,
    input_tokens: Option<u64>,
    output_tokens: Option<u64>,
}

impl Replay {
    /// Reads a recording from a file.
    ///
    /// # Errors
    ///
    /// [`ModelError::Recording`]
    pub fn open(path: impl AsRef<Path>) -> Result<Replay, ModelError> {
        let name = path.as_ref().display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| ModelError::Recording {
            path: name.clone(),
            reason: error.to_string(),
        })?;
        Replay::parse(name, &text)
    }

    /// Reads a recording from its text.
    ///
    /// # Errors
    ///
    /// [`ModelError::Recording`]
    pub fn from_text(text: &str) -> Result<Replay, ModelError> {
        Replay::parse("<text>".to_owned(), text)
    }

    fn parse(name: String, text: &str) -> Result<Replay, ModelError> {
        let mut replies = Vec::new();
        for (position, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty())
        {
            let recorded: Recorded =
                serde_json::from_str(line).map_err(|error| ModelError::Recording {
                    path: name.clone(),
                    reason: format!("line {}: {error}", position + 1),
                })?;
            // serde also takes an array of the fields in their order.
            if !line.trim_start().starts_with('{') {
                return Err(ModelError::Recording {
                    path: name,
                    reason: format!("line {}: it is not a JSON object", position + 1),
                });
            }
            let usage = recorded
                .input_tokens
                .zip(recorded.output_tokens)
                .map(|(input_tokens, output_tokens)| TokenUsage { input_tokens, output_tokens });
            replies.push(Reply { content: recorded.content, usage });
        }
        Ok(Replay { name, replies, next: Mutex::new(0) })
    }
}

impl Model for Replay {
    fn generate<'a>(
        &'a self,
        request: Request<'a>,
        delta: &'a (dyn Fn(&str) + Send + Sync),
    ) -> ModelFuture<'a> {
        Box::pin(async move {
            let position = {
                let mut next = self.next.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                let position = *next;
                *next += 1;
                position
            };
            let Some(reply) = self.replies.get(position) else {
                return Err(ModelError::Recording {
                    path: self.name.clone(),
                    reason: format!(
                        "it has {} replies, and one more is needed",
                        self.replies.len()
                    ),
                });
            };
            let mut reply = reply.clone();
            // A model would have stopped there.
            if let Some(end) = request.stop.iter().filter_map(|stop| reply.content.find(stop)).min()
            {
                reply.content.truncate(end);
            }
            delta(&reply.content);
            Ok(reply)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_line_is_an_object() {
        assert!(Replay::from_text("{\"content\": \"a\"}\n\n {\"content\": \"b\"}").is_ok());
        for line in [r#"["a", 1, 2]"#, r#"{"content": 1}"#, r#"{"content": "a", "more": 1}"#, "x"] {
            let refused = Replay::from_text(&format!("\n{line}")).unwrap_err().to_string();
            assert!(refused.contains("line 2: "), "{refused}");
        }
    }
}
