//! MCP (the Model Context Protocol), both ways.
//!
//! * `client`: the tools of MCP servers for code and agents: the flags that bring them; `asked`, what servers may
//!   ask in turn; `list`, what servers have
//! * `serve`: `fumehood mcp`, a server itself: its flags, and how it is reached; `http`, over HTTP
//! * `desk`: where calls are answered; `offer`, what can be called
//! * `sessions`: the sessions behind it; `running`, code that is run in them; `files`, theirs
//! * `agents`: agents that can be called; `telling`, how far a call has come

mod agents;
mod asked;
mod client;
mod desk;
mod files;
mod http;
mod list;
mod offer;
mod running;
mod serve;
mod sessions;
mod telling;

use std::sync::Arc;

use anyhow::Result;

use crate::printer::Printer;
use crate::report::Exit;
use crate::sandboxing::ImageFlags;

pub(crate) use client::{Answering, McpServerFlags, Servers};

/// Offer sandboxes to programs that speak MCP, over stdin and stdout or HTTP
///
/// They can run Python in sessions that stay, fork them, read and write their files, and have agents work. The
/// server ends with its input, or with Ctrl-C.
#[derive(Clone, Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct McpFlags {
    #[command(subcommand)]
    command: Option<McpCommand>,
    #[command(flatten)]
    serve: serve::ServeFlags,
}

#[derive(Clone, Debug, clap::Subcommand)]
enum McpCommand {
    List(list::ListFlags),
}

pub(crate) async fn mcp(
    flags: McpFlags,
    image: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    match flags.command {
        Some(McpCommand::List(list)) => list::list(&list, printer).await,
        None => serve::serve(flags.serve, image, printer).await,
    }
}
