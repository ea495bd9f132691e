//! Tools of MCP servers (the Model Context Protocol): programs of this machine, and servers behind HTTP.
//!
//! * `config`: servers as they are configured, in the `mcpServers` JSON that many programs read
//! * `server`: a server: how it is started, started again, and asked
//! * `program` and `lines`: a program, and messages over its pipes; `http`: a server behind HTTP
//! * `handler`: what servers tell and ask, and `host`, who answers that
//! * `schemas`: schemas that Python and the sandbox can take, made of any
//! * `contents`: what a server answers, as Python has it
//! * `tool`: its tools; `resources`, functions to look at its resources and prompts
//!
//! All that a server says is hostile. How long a message is, how many there are, how deep they are nested and
//! how long an answer may take is bounded; names and texts are cleaned; and what a server asks of us is refused
//! unless [`McpSettings`] say otherwise.

mod config;
mod contents;
mod error;
mod handler;
mod host;
mod http;
mod lines;
mod program;
mod resources;
mod schemas;
mod server;
mod tool;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use fumehood::Tool;

pub use self::config::{Reach, ServerConfig, read_config};
pub use self::error::McpError;
pub use self::host::{
    Elicit, Elicitation, ElicitationAnswer, HostFuture, Notice, NoticeListener, Sample, Sampled,
    Sampling, SamplingMessage, SamplingSpeaker,
};
use self::server::Server;
pub use self::tool::LeftOut;
use crate::names::Names;

/// How servers are treated.
///
/// # Defaults
///
/// * 60 seconds to start and say what it has
/// * 5 minutes for a call; the time limit of the step ends it before
/// * 16 MiB for a message
/// * 500 tools of a server
/// * roots, elicitation and sampling are refused
/// * programs get no environment but what is configured for them
#[derive(Clone)]
#[non_exhaustive]
pub struct McpSettings {
    /// How long a server may take to start and to say what it has.
    pub start_time: Duration,
    /// How long a call may take.
    pub call_time: Duration,
    /// Bytes of a message of a server. A program that sends a longer one is ended.
    pub message_bytes: usize,
    /// Tools of a server; those beyond are left out.
    pub tools: usize,
    /// Environment variables that every program gets, such as `PATH`. Those of its configuration come before.
    pub environment: Vec<(String, String)>,
    /// Folders that servers are told to work in, with a name each. `None`: servers are not told.
    pub roots: Option<Vec<(String, std::path::PathBuf)>>,
    /// Who is asked when a server wants to know something of the user.
    pub elicit: Option<Arc<dyn Elicit>>,
    /// The model that servers may ask.
    pub sample: Option<Arc<dyn Sample>>,
    /// How often each server may ask the model. The default is 10.
    pub samples: u32,
    /// Tokens of each of the model's replies. The default is 1000.
    pub sample_tokens: u32,
    /// Who is told what happens to servers.
    pub notices: Option<NoticeListener>,
}

impl Default for McpSettings {
    fn default() -> McpSettings {
        McpSettings {
            start_time: Duration::from_secs(60),
            call_time: Duration::from_secs(300),
            message_bytes: 16 << 20,
            tools: 500,
            environment: Vec::new(),
            roots: None,
            elicit: None,
            sample: None,
            samples: 10,
            sample_tokens: 1000,
            notices: None,
        }
    }
}

impl std::fmt::Debug for McpSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("McpSettings")
            .field("start_time", &self.start_time)
            .field("call_time", &self.call_time)
            .field("message_bytes", &self.message_bytes)
            .field("tools", &self.tools)
            .field("roots", &self.roots)
            .finish_non_exhaustive()
    }
}

/// Servers that were started, and their tools.
///
/// A server whose program ends, or whose connection breaks, is started again by the next call, after a while that
/// grows with each failure. The call that was under way is an error; it is not made again, as nobody knows what
/// it has done.
///
/// The tools are what the servers had when they were started. A server may say later that it has others:
/// [`McpServers::changed`] tells, and whoever wants them starts the servers anew. A sandbox that was built keeps
/// the tools it was built with, under the names and with the descriptions that somebody has seen.
///
/// # Examples
///
/// ```no_run
/// # async fn example(builder: fumehood::SandboxBuilder) -> Result<(), Box<dyn std::error::Error>> {
/// use fumehood_tools::mcp::{McpServers, McpSettings, read_config};
///
/// let text = r#"{"mcpServers": {"files": {"command": "npx", "args": ["-y", "some-server", "/srv/data"]}}}"#;
/// let servers = read_config(text, std::path::Path::new("/srv"), &|name| std::env::var(name).ok())?;
/// let mut settings = McpSettings::default();
/// settings.environment = std::env::vars().filter(|(name, _)| name == "PATH").collect();
/// let servers = McpServers::start(servers, settings).await?;
/// let sandbox = servers.tools().into_iter().fold(builder, |builder, tool| builder.shared_tool(tool)).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct McpServers {
    servers: Vec<Arc<Server>>,
    tools: Vec<(String, Arc<tool::McpTool>)>,
    left_out: Vec<LeftOut>,
}

impl McpServers {
    /// Starts all servers at the same time and asks what they have.
    ///
    /// Names are made in the order of the servers' names and the tools' names, so that they do not depend on who
    /// answered first.
    ///
    /// # Errors
    ///
    /// That of the first server, in the order of names, that cannot be started or does not say what it has. The
    /// others are ended.
    pub async fn start(
        configs: Vec<ServerConfig>,
        settings: McpSettings,
    ) -> Result<McpServers, McpError> {
        let settings = Arc::new(settings);
        let configs = configs.into_iter().map(|config| (config.name.clone(), config));
        let configs = configs.collect::<BTreeMap<_, _>>().into_values();
        let starting = configs.map(|config| Server::start(config, Arc::clone(&settings)));
        let started = futures_util::future::join_all(starting).await;
        let mut all = McpServers { servers: Vec::new(), tools: Vec::new(), left_out: Vec::new() };
        let mut names = Names::default();
        for started in started {
            let (server, offer) = started?;
            let (tools, left_out) = tool::tools(&server, offer, &mut names);
            let name = server.name().to_owned();
            all.tools.extend(tools.into_iter().map(|tool| (name.clone(), Arc::new(tool))));
            all.left_out.extend(left_out);
            all.servers.push(server);
        }
        Ok(all)
    }

    /// The tools of all servers.
    pub fn tools(&self) -> Vec<Arc<dyn Tool>> {
        self.tools.iter().map(|(_, tool)| Arc::clone(tool) as Arc<dyn Tool>).collect()
    }

    /// The tools of one server; nothing if there is no such server.
    pub fn tools_of(&self, server: &str) -> Option<Vec<Arc<dyn Tool>>> {
        self.servers.iter().find(|known| known.name() == server)?;
        let of = self.tools.iter().filter(|(name, _)| name == server);
        Some(of.map(|(_, tool)| Arc::clone(tool) as Arc<dyn Tool>).collect())
    }

    /// The names of the servers.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.servers.iter().map(|server| server.name())
    }

    /// What no tool could be made of, and why.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }

    /// The servers that have said since they were started that they have other tools.
    pub fn changed(&self) -> Vec<&str> {
        let changed = self.servers.iter().filter(|server| server.has_changed());
        changed.map(|server| server.name()).collect()
    }

    /// Ends the servers, and waits until their programs have ended: those that do not when their input is closed
    /// are killed. Without it, programs are killed when the last of the tools is gone.
    pub async fn close(self) {
        let closing = self.servers.iter().map(|server| server.close());
        futures_util::future::join_all(closing).await;
    }
}
