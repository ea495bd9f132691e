//! Replies that are JSON: a thought and code.

use serde_json::{Value, json};

use super::{CodeTags, code_of, dedented, shadowing};

/// The schema of such a reply.
pub(crate) fn thought_and_code_schema() -> Value {
    json!({
        "type": "object",
        "properties": {
            "thought": {"type": "string", "description": "What you think, and what you are going to do."},
            "code": {"type": "string", "description": "The Python code that does it."},
        },
        "required": ["thought", "code"],
        "additionalProperties": false,
    })
}

/// The thought and the code of such a reply. Models without schemas like to put it into Markdown, and tags around
/// the code.
///
/// The error is what the model is told.
pub(crate) fn structured_code_of(reply: &str, tags: &CodeTags) -> Result<(String, String), String> {
    let format =
        "Reply with {\"thought\": \"your thought\", \"code\": \"your code\"} and nothing else.";
    let from =
        reply.find('{').ok_or_else(|| format!("There is no JSON in your reply.\n{format}"))?;
    let mut values = serde_json::Deserializer::from_str(&reply[from..]).into_iter::<Value>();
    let value = match values.next() {
        Some(Ok(value)) => value,
        Some(Err(error)) => {
            return Err(format!("The JSON of your reply is not valid: {error}.\n{format}"));
        }
        None => return Err(format!("There is no JSON in your reply.\n{format}")),
    };
    let text = |key: &str| value[key].as_str();
    let Some(code) = text("code") else {
        return Err(format!("The JSON of your reply has no text \"code\".\n{format}"));
    };
    let code = code_of(code, tags).ok().or_else(|| dedented(code).map(shadowing::resolved));
    let code = code.ok_or_else(|| format!("The \"code\" of your reply is empty.\n{format}"))?;
    Ok((text("thought").unwrap_or_default().to_owned(), code))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(reply: &str) -> Result<(String, String), String> {
        structured_code_of(reply, &CodeTags::default())
    }

    #[test]
    fn thought_and_code_are_found() {
        let expected = Ok(("t".to_owned(), "x = 1\nx".to_owned()));
        assert_eq!(parsed(r#"{"thought": "t", "code": "x = 1\nx"}"#), expected);
        assert_eq!(
            parsed(
                "```json\n{\"code\": \"<code>\\nx = 1\\nx\\n</code>\", \"thought\": \"t\"}\n```"
            ),
            expected
        );
        assert_eq!(parsed(r#"{"thought": "t", "code": "```py\nx = 1\nx\n```"}"#), expected);
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (reply, told) in [
            ("I will.", "no JSON"),
            ("{\"thought\": \"t\", \"code\": \"x", "not valid: EOF"),
            ("{\"thought\": \"t\"}", "no text \"code\""),
            ("{\"code\": \" \"}", "is empty"),
        ] {
            let error = parsed(reply).unwrap_err();
            assert!(error.contains(told) && error.contains("and nothing else"), "{error}");
        }
    }
}
