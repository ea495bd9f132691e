//! `fumehood mcp list`: what MCP servers have, as code sees it.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Result;
use fumehood_tools::mcp::McpServers;
use serde_json::json;

use crate::mcp::client;
use crate::printer::Printer;
use crate::report::Exit;
use crate::units;

/// Start MCP servers and list their tools, under the names that code calls them by
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ListFlags {
    /// A file with `mcpServers`
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print a line of JSON for each tool, with the schemas of its parameters and its answers
    #[arg(long)]
    json: bool,
}

pub(super) async fn list(flags: &ListFlags, printer: &Arc<Printer>) -> Result<Exit> {
    let configs = client::open(&flags.file)?;
    printer.wait_for("MCP servers");
    let servers = McpServers::start(configs, client::settings(printer)).await?;
    for server in servers.names() {
        for tool in servers.tools_of(server).unwrap_or_default() {
            if flags.json {
                let line = json!({
                    "server": server,
                    "name": tool.name(),
                    "description": tool.description(),
                    "parameters": tool.parameters(),
                    "returns": tool.returns(),
                });
                printer.line(&line.to_string())?;
            } else {
                let about = tool.description().lines().next().unwrap_or_default();
                printer.line(&format!("{}\t{}", tool.name(), units::printable(about)))?;
            }
        }
    }
    for left_out in servers.left_out() {
        printer.say(&format!(
            "fumehood: `{}` of `{}` is left out: {}",
            left_out.tool, left_out.server, left_out.reason
        ));
    }
    servers.close().await;
    Ok(Exit::Ok)
}
