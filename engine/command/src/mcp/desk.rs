//! Where the calls of clients are answered.

use std::sync::Arc;

use anyhow::{Result, bail};
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData,
    Implementation, ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig,
    Tool,
};
use rmcp::service::RequestContext;
use rmcp::{RoleServer, ServerHandler};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::mcp::agents::OfferedAgent;
use crate::mcp::sessions::Sessions;
use crate::mcp::{files, offer, running};
use crate::sandboxing::WORK;

/// Answers calls. Copies have the same sessions.
#[derive(Clone)]
pub(super) struct Desk(Arc<Inside>);

struct Inside {
    sessions: Sessions,
    agents: Vec<OfferedAgent>,
    tools: Vec<Tool>,
    /// Code and agents that run at a time.
    turns: Semaphore,
}

fn usual() -> String {
    offer::USUAL.to_owned()
}

fn work() -> String {
    WORK.to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Run {
    code: String,
    #[serde(default = "usual")]
    session: String,
    seconds: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fork {
    #[serde(default = "usual")]
    session: String,
    fork: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    #[serde(default = "usual")]
    session: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Folder {
    #[serde(default = "usual")]
    session: String,
    #[serde(default = "work")]
    path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default = "usual")]
    session: String,
    path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default = "usual")]
    session: String,
    path: String,
    text: Option<String>,
    base64: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Task {
    task: String,
}

impl Desk {
    pub(super) fn new(sessions: Sessions, agents: Vec<OfferedAgent>, parallel: usize) -> Desk {
        let sandbox = sessions.sandbox();
        let libraries = sandbox.libraries().iter().map(|library| library.name.as_str());
        let about = format!(
            "It is CPython {} with {}; there is no network, and no files but the session's.",
            sandbox.python_version(),
            libraries.collect::<Vec<_>>().join(", ")
        );
        let tools = offer::tools(&about, &agents);
        Desk(Arc::new(Inside { sessions, agents, tools, turns: Semaphore::new(parallel) }))
    }

    async fn answer(
        &self,
        name: &str,
        arguments: Value,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResult> {
        let Inside { sessions, agents, turns, .. } = &*self.0;
        match name {
            "run_python" => {
                let Run { code, session, seconds } = read(arguments)?;
                let _turn = turns.acquire().await?;
                running::run(sessions, &session, code, seconds, context).await
            }
            "fork_session" => {
                let Fork { session, fork } = read(arguments)?;
                sessions.fork(&session, &fork).await?;
                Ok(said(format!("`{fork}` is what `{session}` is"), json!({"session": fork})))
            }
            "reset_session" => {
                let Named { session } = read(arguments)?;
                sessions.close(&session);
                drop(sessions.take(&session).await?);
                Ok(said(format!("`{session}` begins anew"), json!({"session": session})))
            }
            "close_session" => {
                let Named { session } = read(arguments)?;
                if !sessions.close(&session) {
                    bail!("there is no session `{session}`");
                }
                Ok(said(format!("`{session}` has ended"), json!({"session": session})))
            }
            "list_sessions" => {
                let Nothing {} = read(arguments)?;
                let names = sessions.names();
                Ok(said(names.join("\n"), json!({"sessions": names})))
            }
            "list_files" => {
                let Folder { session, path } = read(arguments)?;
                let entries = files::list(&sessions.get(&session).await?.files(), &path)?;
                let line = |entry: &Value| match entry["kind"].as_str() {
                    Some("folder") => format!("{}/", entry["name"].as_str().unwrap_or_default()),
                    _ => format!(
                        "{} ({} bytes)",
                        entry["name"].as_str().unwrap_or_default(),
                        entry["bytes"]
                    ),
                };
                let lines = entries.iter().map(line).collect::<Vec<_>>().join("\n");
                Ok(said(lines, json!({"entries": entries})))
            }
            "read_file" => {
                let File { session, path } = read(arguments)?;
                let content = files::read(&sessions.get(&session).await?.files(), &session, &path)?;
                Ok(CallToolResult::success(vec![content]))
            }
            "write_file" => {
                let Written { session, path, text, base64 } = read(arguments)?;
                let bytes = files::given(text, base64)?;
                sessions.take(&session).await?.files().write(&path, &bytes)?;
                Ok(said(
                    format!("{} bytes in `{path}`", bytes.len()),
                    json!({"bytes": bytes.len()}),
                ))
            }
            other => match agents.iter().find(|agent| agent.tool() == other) {
                Some(agent) => {
                    let Task { task } = read(arguments)?;
                    let _turn = turns.acquire().await?;
                    agent.run(task, context).await
                }
                None => bail!("there is no tool `{other}`"),
            },
        }
    }
}

fn read<T: DeserializeOwned>(arguments: Value) -> Result<T> {
    serde_json::from_value(arguments)
        .map_err(|error| anyhow::anyhow!("the arguments do not fit: {error}"))
}

fn said(text: String, structured: Value) -> CallToolResult {
    let mut result = CallToolResult::success(vec![ContentBlock::text(text)]);
    result.structured_content = Some(structured);
    result
}

impl ServerHandler for Desk {
    fn get_info(&self) -> ServerConfig {
        let capabilities = ServerCapabilities::builder().enable_tools().build();
        let version = env!("CARGO_PKG_VERSION");
        let mut info = ServerConfig::new(capabilities);
        info.server_info = Implementation::new("fumehood", version);
        info.instructions = Some(
            "run_python runs Python in a sandbox whose sessions keep variables and files. fork_session \
             tries something without losing what there is."
                .to_owned(),
        );
        info
    }

    async fn list_tools(
        &self,
        _request: Option<PaginatedRequestParams>,
        _context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.0.tools.clone()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        if !self.0.tools.iter().any(|tool| tool.name == request.name) {
            let message = format!("there is no tool `{}`", request.name);
            return Err(ErrorData::invalid_params(message, None));
        }
        let arguments = Value::Object(request.arguments.unwrap_or_default());
        let answered = self.answer(&request.name, arguments, &context).await;
        // What went wrong is for the model that has made the call.
        let result = answered.unwrap_or_else(|error| {
            CallToolResult::error(vec![ContentBlock::text(format!("{error:#}"))])
        });
        Ok(result.into())
    }
}
