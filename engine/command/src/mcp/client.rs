//! The tools of MCP servers, for code and for agents.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use fumehood::Tool;
use fumehood_model::Model;
use fumehood_tools::mcp::{McpServers, McpSettings, Notice, ServerConfig, read_config};

use crate::mcp::asked::{AskedModel, Terminal};
use crate::printer::Printer;

/// Bytes of a configuration.
const CONFIG_BYTES: u64 = 1 << 20;
/// What programs get of the environment, besides what is configured for them: what they need to find others and
/// their user, and no keys.
const ENVIRONMENT: [&str; 11] = [
    "HOME", "LANG", "LC_ALL", "LC_CTYPE", "LOGNAME", "PATH", "SHELL", "TERM", "TMPDIR", "TZ",
    "USER",
];

/// MCP servers whose tools there are.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "MCP servers")]
pub(crate) struct McpServerFlags {
    /// Start the MCP servers that a file with `mcpServers` lists, and give the code their tools
    #[arg(long, value_name = "FILE")]
    mcp: Vec<PathBuf>,
    /// Let MCP servers ask for: the folders of --grant, the user's answers, the model's replies. By default they
    /// may ask for nothing
    #[arg(long, value_name = "WHAT", value_delimiter = ',', requires = "mcp")]
    mcp_allow: Vec<Asking>,
}

/// What MCP servers may ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Asking {
    /// Which folders are granted
    Roots,
    /// What the user says, who is asked in the terminal; in `run` and `chat`
    Elicitation,
    /// What the model replies, at most ten times each; in `run` and `chat`
    Sampling,
}

/// What there is to answer servers with.
#[derive(Default)]
pub(crate) struct Answering {
    /// The folders that code may use.
    pub(crate) folders: Vec<PathBuf>,
    /// Whether somebody can be asked.
    pub(crate) terminal: bool,
    /// The model that works.
    pub(crate) model: Option<Arc<dyn Model>>,
}

/// The servers that were started, if any were.
#[derive(Debug, Default)]
pub(crate) struct Servers(Option<McpServers>);

impl Servers {
    /// Their tools.
    pub(crate) fn tools(&self) -> Vec<Arc<dyn Tool>> {
        self.0.as_ref().map(McpServers::tools).unwrap_or_default()
    }

    /// Ends them, and waits for that.
    pub(crate) async fn end(self) {
        if let Some(servers) = self.0 {
            servers.close().await;
        }
    }
}

impl McpServerFlags {
    /// Whether servers may ask the model.
    pub(crate) fn allows_sampling(&self) -> bool {
        self.mcp_allow.contains(&Asking::Sampling)
    }

    /// Starts the servers.
    pub(crate) async fn start(
        &self,
        answering: Answering,
        printer: &Arc<Printer>,
    ) -> Result<Servers> {
        if self.mcp.is_empty() {
            return Ok(Servers::default());
        }
        let mut configs = Vec::<ServerConfig>::new();
        for path in &self.mcp {
            for config in open(path)? {
                if configs.iter().any(|other| other.name == config.name) {
                    bail!("there are two MCP servers `{}`", config.name);
                }
                configs.push(config);
            }
        }
        let mut settings = settings(printer);
        for asking in &self.mcp_allow {
            match asking {
                Asking::Roots => {
                    let name = |path: &PathBuf| path.file_name().unwrap_or_default().to_owned();
                    let named = answering.folders.iter();
                    let named =
                        named.map(|path| (name(path).to_string_lossy().into_owned(), path.clone()));
                    settings.roots = Some(named.collect());
                }
                Asking::Elicitation if answering.terminal => {
                    settings.elicit = Some(Arc::new(Terminal::new(printer)));
                }
                Asking::Sampling if answering.model.is_some() => {
                    settings.sample =
                        answering.model.clone().map(|model| Arc::new(AskedModel(model)) as _);
                }
                Asking::Elicitation | Asking::Sampling => {
                    bail!(
                        "--mcp-allow: only `run` and `chat` have somebody, or a model, to be asked"
                    )
                }
            }
        }
        printer.wait_for("MCP servers");
        let servers = McpServers::start(configs, settings).await?;
        for left_out in servers.left_out() {
            printer.say(&format!(
                "fumehood: the tool `{}` of the MCP server `{}` is left out: {}",
                left_out.tool, left_out.server, left_out.reason
            ));
        }
        Ok(Servers(Some(servers)))
    }
}

/// The servers that a file lists.
pub(super) fn open(path: &Path) -> Result<Vec<ServerConfig>> {
    let read = || {
        let metadata = std::fs::metadata(path)?;
        if !metadata.is_file() || metadata.len() > CONFIG_BYTES {
            bail!("it is no file, or longer than {CONFIG_BYTES} bytes");
        }
        let text = std::fs::read_to_string(path)?;
        let folder = path.canonicalize()?.parent().map(Path::to_owned).unwrap_or_default();
        Ok(read_config(&text, &folder, &|name| std::env::var(name).ok())?)
    };
    read().with_context(|| format!("cannot use the MCP servers in `{}`", path.display()))
}

/// Settings with which servers may ask for nothing.
pub(super) fn settings(printer: &Arc<Printer>) -> McpSettings {
    let mut settings = McpSettings::default();
    let variable = |name: &str| Some((name.to_owned(), std::env::var(name).ok()?));
    settings.environment = ENVIRONMENT.into_iter().filter_map(variable).collect();
    let printer = Arc::clone(printer);
    settings.notices = Some(Arc::new(move |notice| {
        match notice {
        Notice::ToolsChanged { server } => printer.say(&format!(
            "fumehood: the MCP server `{server}` has other tools by now; those that were declared stay"
        )),
        Notice::Restarted { server, reason } => {
            printer.say(&format!("fumehood: the MCP server `{server}` was started again: {reason}"));
        }
        Notice::Refused { server, what } => {
            printer.say(&format!("fumehood: the MCP server `{server}` was refused {what}"));
        }
        _ => {}
    }
    }));
    settings
}
