//! `fumehood agent init`: a file to begin with.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use fumehood_agent::Prompts;

use crate::agents::file::FILE;
use crate::printer::Printer;
use crate::report::Exit;

const PROMPTS: &str = "prompts.yaml";

/// Write the file of an agent, to begin with
///
/// Nothing is overwritten.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct InitFlags {
    /// The folder of the agent, which is made if it is not there
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// An agent that writes code, as is the default
    #[arg(long, conflicts_with = "tool_calling")]
    code: bool,
    /// An agent that calls tools
    #[arg(long)]
    tool_calling: bool,
    /// Write its prompts too, to be changed
    #[arg(long)]
    prompts: bool,
}

pub(super) fn init(flags: &InitFlags, printer: &Printer) -> Result<Exit> {
    let folder = &flags.folder;
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    let (kind, of_kind, prompts) = match flags.tool_calling {
        true => (
            "kind = \"tool_calling\"        # its model calls tools, one by one or several at a time",
            "# python = true             # one of the tools runs Python",
            Prompts::tool_calling_agent(),
        ),
        false => (
            "kind = \"code\"                # its model writes Python, which the sandbox runs",
            "# code_tags = \"markdown\"\n# structured = true         # replies are JSON, with a thought and code",
            Prompts::code_agent(),
        ),
    };
    let named = if flags.prompts { "prompts = \"prompts.yaml\"\n" } else { "" };
    let text = format!(
        "# An agent. docs/agent-files.md has every key; `fumehood agent show` tells what comes of them.\n\
         version = 1\n{kind}\n{named}\n\
         # Keys of servers are not said here: they come from the environment.\n\
         model = \"openai:gpt-4o\"\n\n\
         # instructions = \"Answer with a number.\"\nmax_steps = 20\n{of_kind}\n\
         # parallel = 8              # tools or managed agents that work at a time\n\n\
         # What its code may use and reach.\n\
         [limits]\ntime = \"30s\"\nmemory = \"1GiB\"\n\n\
         # [[grants]]\n# folder = \"data\"           # relative to this file\n# at = \"/data\"\n\n\
         # [[checks]]\n# python = \"answer > 0\"\n# message = \"The answer is a positive number.\"\n"
    );
    // Before anything is written.
    let files = [(FILE, text), (PROMPTS, prompts.to_yaml()?)];
    let files = &files[..if flags.prompts { 2 } else { 1 }];
    if let Some((name, _)) = files.iter().find(|(name, _)| folder.join(name).exists()) {
        anyhow::bail!("there is a `{}` already", folder.join(name).display());
    }
    for (name, text) in files {
        let path = folder.join(name);
        write(&path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
        printer.line(&path.display().to_string())?;
    }
    Ok(Exit::Ok)
}

/// Writes a file that is not there yet.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    File::create_new(path)?.write_all(text.as_bytes())
}
