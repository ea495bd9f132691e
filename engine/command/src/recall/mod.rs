//! `fumehood memory`: what agents remember, for those whom it is about.

use std::fs::{DirBuilder, File};
use std::io::{self, BufReader};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use etcetera::BaseStrategy as _;
use fumehood::Label;
use fumehood_tools::recall::{Exported, Memory, MemoryStore, Query};
use serde_json::json;

use crate::printer::Printer;
use crate::report::Exit;
use crate::units;

/// Where memories are, in the place of the user's data directory.
const FILE: &str = "FUMEHOOD_MEMORIES";
/// Whose memories they are, and of which agent, where nobody says another.
pub(crate) const USUAL_USER: &str = "me";
pub(crate) const USUAL_AGENT: &str = "fumehood";

/// Look at what agents remember, take it elsewhere, and erase it
#[derive(Clone, Debug, clap::Subcommand)]
pub(crate) enum MemoryCommand {
    List(ListFlags),
    Search(SearchFlags),
    Export(ExportFlags),
    Import(ImportFlags),
    Forget(ForgetFlags),
    Erase(EraseFlags),
}

#[derive(Clone, Debug, clap::Args)]
struct StoreFlags {
    /// The file with the memories, instead of that in the user's data directory
    #[arg(long, value_name = "FILE", env = FILE)]
    file: Option<PathBuf>,
}

impl StoreFlags {
    /// The memories that are there.
    fn open(&self) -> Result<MemoryStore> {
        let file = match &self.file {
            Some(file) => file.clone(),
            None => usual_file()?,
        };
        if !file.exists() {
            bail!("there are no memories in `{}`", file.display());
        }
        Ok(MemoryStore::open(file)?)
    }
}

#[derive(Clone, Debug, clap::Args)]
struct SpaceFlags {
    /// Whose memories
    #[arg(long, value_name = "NAME", default_value = USUAL_USER)]
    user: String,
    /// The agent that has them
    #[arg(long, value_name = "NAME", default_value = USUAL_AGENT)]
    agent: String,
    #[command(flatten)]
    store: StoreFlags,
}

/// List the users and agents that there are memories of
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ListFlags {
    /// Print a line of JSON for each
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    store: StoreFlags,
}

/// Search memories, by words
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct SearchFlags {
    /// Words of what is looked for. Without any, what was saved last is shown
    query: Vec<String>,
    /// Show so many at most
    #[arg(long, value_name = "N", default_value_t = 20)]
    most: usize,
    /// Only memories with this tag; several are all wanted
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Print a line of JSON for each
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    space: SpaceFlags,
}

/// Write memories to stdout, a line of JSON each
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ExportFlags {
    /// Only those of this user
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Only those of this agent
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    #[command(flatten)]
    store: StoreFlags,
}

/// Take memories in that were exported: all, or none if a line is not as it has to be
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ImportFlags {
    /// The file with the lines, or `-` for stdin
    #[arg(value_name = "LINES")]
    lines: PathBuf,
    #[command(flatten)]
    store: StoreFlags,
}

/// Forget a memory, for good
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ForgetFlags {
    /// Its number, as `search` shows it
    id: u64,
    #[command(flatten)]
    space: SpaceFlags,
}

/// Erase all memories of a user, for good
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct EraseFlags {
    /// Whose memories
    user: String,
    /// Only those of this agent
    #[arg(long, value_name = "NAME")]
    agent: Option<String>,
    #[command(flatten)]
    store: StoreFlags,
}

/// The file that memories are in if nobody says another. Its folder is made.
pub(crate) fn usual_file() -> Result<PathBuf> {
    if let Some(file) = std::env::var_os(FILE).filter(|file| !file.is_empty()) {
        return Ok(file.into());
    }
    let base = etcetera::base_strategy::Xdg::new().context("there is no home directory")?;
    let folder = base.data_dir().join("fumehood");
    let made = DirBuilder::new().recursive(true).mode(0o700).create(&folder);
    made.with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    Ok(folder.join("memories.db"))
}

pub(crate) fn memory(command: &MemoryCommand, printer: &Printer) -> Result<Exit> {
    match command {
        MemoryCommand::List(flags) => list(flags, printer),
        MemoryCommand::Search(flags) => search(flags, printer),
        MemoryCommand::Export(flags) => export(flags, printer),
        MemoryCommand::Import(flags) => import(flags, printer),
        MemoryCommand::Forget(flags) => forget(flags, printer),
        MemoryCommand::Erase(flags) => erase(flags, printer),
    }
}

fn list(flags: &ListFlags, printer: &Printer) -> Result<Exit> {
    for space in flags.store.open()?.spaces()? {
        let (user, agent) = (units::printable(&space.user), units::printable(&space.agent));
        let last = space.last_saved.as_deref().unwrap_or("never");
        let line = match flags.json {
            true => json!({
                "user": space.user,
                "agent": space.agent,
                "memories": space.memories,
                "last_saved": space.last_saved,
            })
            .to_string(),
            false => format!("{user}  {agent}  {:5} memories  {last}", space.memories),
        };
        printer.line(&line)?;
    }
    Ok(Exit::Ok)
}

fn search(flags: &SearchFlags, printer: &Printer) -> Result<Exit> {
    let SpaceFlags { user, agent, store } = &flags.space;
    let space = store.open()?.space(user, agent)?;
    let query = Query::new(flags.query.join(" ")).tagged(&flags.tag).most(flags.most);
    for memory in space.search(&query)? {
        let line = match flags.json {
            true => json!({
                "id": memory.number,
                "text": memory.text,
                "about": memory.about,
                "tags": memory.tags,
                "labels": memory.labels,
                "saved": memory.saved,
            })
            .to_string(),
            false => line(&memory),
        };
        printer.line(&line)?;
    }
    Ok(Exit::Ok)
}

fn line(memory: &Memory) -> String {
    let Memory { number, text, tags, labels, saved, .. } = memory;
    let text = units::printable(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    let tags = tags.iter().map(|tag| format!(" #{}", units::printable(tag))).collect::<String>();
    let untrusted = if labels.has(Label::Untrusted) { "  [untrusted]" } else { "" };
    format!("{number:4}  {saved}{untrusted}  {text}{tags}")
}

fn export(flags: &ExportFlags, printer: &Printer) -> Result<Exit> {
    let tell = |memory: &Exported| printer.line(&serde_json::to_string(memory)?);
    flags.store.open()?.export(flags.user.as_deref(), flags.agent.as_deref(), tell)?;
    Ok(Exit::Ok)
}

fn import(flags: &ImportFlags, printer: &Printer) -> Result<Exit> {
    let file = match &flags.store.file {
        Some(file) => file.clone(),
        None => usual_file()?,
    };
    let store = MemoryStore::open(file)?;
    let imported = match flags.lines.as_os_str() == "-" {
        true => store.import(io::stdin().lock())?,
        false => {
            let lines = File::open(&flags.lines);
            let lines =
                lines.with_context(|| format!("cannot read `{}`", flags.lines.display()))?;
            store.import(BufReader::new(lines))?
        }
    };
    let (taken, known) = (imported.taken, imported.known);
    printer.say(&format!("fumehood: took in {taken} memories; {known} were there before"));
    Ok(Exit::Ok)
}

fn forget(flags: &ForgetFlags, printer: &Printer) -> Result<Exit> {
    let SpaceFlags { user, agent, store } = &flags.space;
    if !store.open()?.space(user, agent)?.forget(flags.id)? {
        bail!("the agent `{agent}` has no memory {} of `{user}`", flags.id);
    }
    printer.say(&format!("fumehood: forgot the memory {}", flags.id));
    Ok(Exit::Ok)
}

fn erase(flags: &EraseFlags, printer: &Printer) -> Result<Exit> {
    let erased = flags.store.open()?.erase(&flags.user, flags.agent.as_deref())?;
    printer.say(&format!("fumehood: erased {erased} memories"));
    Ok(Exit::Ok)
}
