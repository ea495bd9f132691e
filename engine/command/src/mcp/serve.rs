//! `fumehood mcp`: the server.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use fumehood::Sandbox;
use rmcp::ServiceExt as _;
use rmcp::transport::stdio_pipes;
use tokio::signal::unix::{SignalKind, signal};

use crate::agents::{Engines, Overrides};
use crate::mcp::agents::OfferedAgent;
use crate::mcp::desk::Desk;
use crate::mcp::http;
use crate::mcp::sessions::{Room, Sessions};
use crate::model::ModelFlags;
use crate::policy::Watch;
use crate::printer::Printer;
use crate::report::Exit;
use crate::sandboxing::{GrantFlags, ImageFlags, LimitFlags};
use crate::toolbox::Toolset;
use crate::units;

/// Bytes of memory of idle sessions, if nothing else is said.
const MEMORY: u64 = 1 << 30;
/// How long a session is idle before it makes room, if nothing else is said.
const IDLE: Duration = Duration::from_secs(3600);
/// How long is waited for what runs when the server ends.
const GRACE: Duration = Duration::from_secs(3);

/// What is served, and how it is reached.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ServeFlags {
    /// Serve over HTTP instead of stdin and stdout, at http://127.0.0.1:PORT/mcp, or at another address. Clients
    /// have to give the token in FUMEHOOD_MCP_TOKEN if it is set, which it has to be for an address that others
    /// can reach
    #[arg(long, value_name = "[HOST:]PORT")]
    listen: Option<String>,
    /// Let pages of this origin, such as https://app.example.com, use the server
    #[arg(long, value_name = "ORIGIN", requires = "listen")]
    allow_origin: Vec<String>,
    /// Offer the agent in a folder, as the tool run_agent_NAME
    #[arg(long, value_name = "DIR")]
    agent: Vec<PathBuf>,
    /// Sessions that there can be at a time [default: 100]
    #[arg(long, value_name = "COUNT")]
    sessions: Option<NonZeroUsize>,
    /// Memory of idle sessions; beyond, they are put into files [default: 1GiB]
    #[arg(long, value_name = "SIZE", value_parser = units::bytes)]
    sessions_memory: Option<u64>,
    /// When there is no room for another session, end the one that was used longest ago, if that is as long
    /// [default: 1h]
    #[arg(long, value_name = "TIME", value_parser = units::time)]
    idle: Option<Duration>,
    /// How long all code of a session may take together
    #[arg(long, value_name = "TIME", value_parser = units::time)]
    session_time: Option<Duration>,
    /// Code and agents that run at a time [default: the number of processors]
    #[arg(long, value_name = "COUNT")]
    parallel: Option<NonZeroUsize>,
    #[command(flatten)]
    model: ModelFlags,
    #[command(flatten)]
    limits: LimitFlags,
    #[command(flatten)]
    grants: GrantFlags,
}

pub(super) async fn serve(
    flags: ServeFlags,
    image: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    // What is wrong with it should not cost the building of an image.
    let address = flags.listen.as_deref().map(http::address).transpose()?;
    let desk = desk(&flags, image, printer)?;
    let mut interrupts = signal(SignalKind::interrupt()).context("cannot listen for Ctrl-C")?;
    let mut ends = signal(SignalKind::terminate()).context("cannot listen for signals")?;
    let end = async move {
        tokio::select! {
            _ = interrupts.recv() => {}
            _ = ends.recv() => {}
        }
    };
    match address {
        Some(address) => {
            let token = std::env::var(http::TOKEN).ok().filter(|token| !token.is_empty());
            http::serve(desk, address, token, &flags.allow_origin, printer, end).await?;
        }
        None => over_pipes(desk, end).await?,
    }
    Ok(Exit::Ok)
}

/// What answers.
fn desk(flags: &ServeFlags, image: &ImageFlags, printer: &Arc<Printer>) -> Result<Desk> {
    let mut limits = flags.limits.limits();
    limits.session.time = flags.session_time;
    let engine = image.engine(printer)?;
    let builder = Sandbox::builder(&engine).limits(limits);
    let sandbox = image.sandbox(flags.grants.apply(builder, image)?)?;
    let ServeFlags { model, limits, grants, .. } = flags;
    // Whoever asks is not there to approve of anything; a folder's own policy holds.
    let watch = Watch::of_nobody();
    let overrides = Overrides {
        model,
        limits,
        grants,
        files: None,
        tools: &Toolset::default(),
        asks_models: true,
        own_prompts: true,
        watch: &watch,
        warden: None,
    };
    let engines = Engines::new(image, printer);
    let mut agents = Vec::<OfferedAgent>::new();
    for path in &flags.agent {
        let agent = OfferedAgent::open(path, &engines, &overrides)?;
        if agents.iter().any(|other| other.tool() == agent.tool()) {
            bail!("two agents would be the tool `{}`; give them names", agent.tool());
        }
        agents.push(agent);
    }
    let room = Room {
        sessions: flags.sessions.map_or(100, NonZeroUsize::get),
        memory_bytes: flags.sessions_memory.unwrap_or(MEMORY),
        idle: flags.idle.unwrap_or(IDLE),
    };
    let processors = || std::thread::available_parallelism().map_or(2, usize::from);
    let parallel = flags.parallel.map_or_else(processors, NonZeroUsize::get);
    Ok(Desk::new(Sessions::new(sandbox, &room)?, agents, parallel))
}

/// Serves over stdin and stdout, until stdin ends or somebody wants it to.
async fn over_pipes(desk: Desk, end: impl Future<Output = ()>) -> Result<()> {
    let mut end = std::pin::pin!(end);
    let serving = tokio::select! {
        serving = desk.serve(stdio_pipes()) => serving,
        () = &mut end => return Ok(()),
    };
    let serving = match serving {
        Ok(serving) => serving,
        // A client that goes before it has begun is none.
        Err(rmcp::service::ServerInitializeError::ConnectionClosed(_)) => return Ok(()),
        Err(error) => return Err(error).context("the client does not speak MCP"),
    };
    let ending = serving.cancellation_token();
    let mut waiting = std::pin::pin!(serving.waiting());
    tokio::select! {
        _ = &mut waiting => {}
        () = end => {
            ending.cancel();
            tokio::time::timeout(GRACE, waiting).await.ok();
        }
    }
    Ok(())
}
