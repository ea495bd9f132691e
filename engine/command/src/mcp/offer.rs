//! What clients can call.

use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use serde_json::{Value, json};

use crate::mcp::agents::OfferedAgent;
use crate::sandboxing::WORK;

/// The session that is meant if none is named.
pub(super) const USUAL: &str = "main";

/// All tools: those of sessions, and one for each agent.
pub(super) fn tools(about_python: &str, agents: &[OfferedAgent]) -> Vec<Tool> {
    let session = json!({
        "type": "string",
        "description": "The name of the session.",
        "default": USUAL,
    });
    let path = json!({
        "type": "string",
        "description": "An absolute path, or one relative to /work.",
    });
    let mut tools = vec![
        tool(
            "run_python",
            &format!(
                "Runs Python in a sandbox. Variables, imports and files stay in the session from one call to \
                 the next; a session is made when it is first named. The value of the last expression is \
                 returned with what was printed. Pictures that the code saves below /work, or gives to \
                 final_answer, are returned as images. {about_python}"
            ),
            json!({
                "code": {"type": "string", "description": "The code."},
                "session": session,
                "seconds": {
                    "type": "number",
                    "exclusiveMinimum": 0,
                    "description": "How long it may take, if that is less than the limit of the server.",
                },
            }),
            &["code"],
        )
        .with_raw_output_schema(object(json!({
            "type": "object",
            "properties": {
                "session": {"type": "string"},
                "status": {
                    "type": "string",
                    "description": "ok, final_answer, exception, limit, cancelled, crashed or lost",
                },
                "stdout": {"type": "string"},
                "stderr": {"type": "string"},
                "files": {"type": "array", "items": {"type": "object"}},
            },
            "required": ["session", "status", "stdout", "stderr", "files"],
        })).into())
        .with_annotations(ToolAnnotations::new().destructive(false).open_world(false)),
        tool(
            "fork_session",
            "Makes a second session that is what the first is now: variables, imports and files.",
            json!({"session": session, "fork": {"type": "string", "description": "The name of the second."}}),
            &["fork"],
        ),
        tool(
            "reset_session",
            "Begins a session anew, without variables and files.",
            json!({"session": session}),
            &[],
        ),
        tool("close_session", "Ends a session.", json!({"session": session}), &[]),
        tool("list_sessions", "Lists the names of the sessions.", json!({}), &[])
            .with_annotations(ToolAnnotations::new().read_only(true).open_world(false)),
        tool(
            "list_files",
            "Lists what is in a folder of a session.",
            json!({"session": session, "path": {"type": "string", "description": "The folder.", "default": WORK}}),
            &[],
        )
        .with_annotations(ToolAnnotations::new().read_only(true).open_world(false)),
        tool(
            "read_file",
            "Reads a file of a session: a text, an image or bytes.",
            json!({"session": session, "path": path}),
            &["path"],
        )
        .with_annotations(ToolAnnotations::new().read_only(true).open_world(false)),
        tool(
            "write_file",
            "Writes a file of a session, with a text or with bytes in Base64.",
            json!({
                "session": session,
                "path": path,
                "text": {"type": "string", "description": "What is in it."},
                "base64": {"type": "string", "description": "The same, of bytes."},
            }),
            &["path"],
        ),
    ];
    tools.extend(agents.iter().map(|agent| {
        tool(
            agent.tool(),
            agent.description(),
            json!({"task": {"type": "string", "description": "What is to be done."}}),
            &["task"],
        )
    }));
    tools
}

fn tool(name: &str, description: &str, properties: Value, required: &[&str]) -> Tool {
    let schema = json!({
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    });
    Tool::new(name.to_owned(), description.to_owned(), object(schema))
}

fn object(schema: Value) -> JsonObject {
    match schema {
        Value::Object(schema) => schema,
        _ => JsonObject::new(),
    }
}
