//! MCP both ways: servers whose tools code can call, and `fumehood mcp`, which is one.
//!
//! * `client`: a server that behaves, and one that does not
//! * `peers`: the server `everything`, and Python's client
//! * `server`: `fumehood mcp`, spoken to by hand

mod client;
mod peers;
mod server;

use std::path::Path;
use std::sync::{Arc, Mutex};

use fumehood::{Tool, ToolError, ToolInput, ToolOutput};
use fumehood_tools::mcp::{McpError, McpServers, McpSettings, Notice, read_config};
use serde_json::{Value, json};

/// Settings of programs that need to find others.
fn settings() -> McpSettings {
    let mut settings = McpSettings::default();
    settings.environment = vec![("PATH".to_owned(), std::env::var("PATH").unwrap())];
    settings
}

/// Starts the servers of a configuration.
async fn start(servers: &Value, settings: McpSettings) -> Result<McpServers, McpError> {
    let text = json!({"mcpServers": servers}).to_string();
    McpServers::start(read_config(&text, Path::new("/"), &|_| None).unwrap(), settings).await
}

/// The configuration of the server that behaves as it is told.
fn fake(mode: &str, notes: &Path) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/all/mcp/fake.py");
    json!({"fake": {"command": "python3", "args": [script, mode, notes]}})
}

fn tool(servers: &McpServers, name: &str) -> Arc<dyn Tool> {
    let named = servers.tools().into_iter().find(|tool| tool.name() == name);
    named.unwrap_or_else(|| panic!("there is no tool {name}"))
}

async fn call(servers: &McpServers, name: &str, arguments: Value) -> Result<ToolOutput, ToolError> {
    let arguments = arguments.as_object().unwrap().clone();
    tool(servers, name).call(ToolInput::new(arguments)).await
}

/// What goes wrong with a call.
async fn failure(servers: &McpServers, name: &str) -> String {
    call(servers, name, json!({})).await.unwrap_err().to_string()
}

/// Notices that were given.
#[derive(Clone, Default)]
struct Notices(Arc<Mutex<Vec<Notice>>>);

impl Notices {
    fn listening(&self, mut settings: McpSettings) -> McpSettings {
        let notices = Arc::clone(&self.0);
        settings.notices =
            Some(Arc::new(move |notice| notices.lock().unwrap().push(notice.clone())));
        settings
    }

    fn given(&self) -> Vec<Notice> {
        self.0.lock().unwrap().clone()
    }
}
