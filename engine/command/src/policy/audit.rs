//! `fumehood audit verify`: whether an audit log still is what was written.

use std::fs::File;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use fumehood_policy::{AuditLog, Head, verify};
use serde_json::json;

use crate::printer::Printer;
use crate::report::Exit;

/// Look at audit logs
#[derive(Clone, Debug, clap::Subcommand)]
pub(crate) enum AuditCommand {
    Verify(VerifyFlags),
}

/// Find out whether an audit log still is what was written
///
/// A line that was changed, removed, added or moved is found. That lines are missing at the end is found with --head
/// alone. Exit status: 0 it is, 1 it is not, 4 there is no such file.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct VerifyFlags {
    /// The log
    file: PathBuf,
    /// The hash of a line that has to be in it: what was its head once
    #[arg(long, value_name = "HASH")]
    head: Option<String>,
    /// Print it as one line of JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn audit(command: &AuditCommand, printer: &Printer) -> Result<Exit> {
    let AuditCommand::Verify(flags) = command;
    let shown = flags.file.display();
    let file = File::open(&flags.file).with_context(|| format!("cannot read `{shown}`"))?;
    match verify(file, flags.head.as_deref()) {
        Ok(verified) if flags.json => {
            let line = json!({
                "ok": true,
                "lines": verified.lines,
                "head": verified.head,
                "expected_at": verified.expected_at,
                "steps": verified.steps,
                "calls": verified.calls,
                "torn": verified.torn,
            });
            printer.line(&line.to_string())?;
            Ok(Exit::Ok)
        }
        Ok(verified) => {
            let (lines, steps, calls) = (verified.lines, verified.steps, verified.calls);
            printer.line(&format!(
                "`{shown}` is what was written: {lines} lines, {steps} steps, {calls} calls"
            ))?;
            printer.line(&format!("head: {}", verified.head))?;
            if let Some(at) = verified.expected_at {
                printer.line(&format!("the expected hash is that of number {at}"))?;
            }
            for line in verified.torn {
                printer.line(&format!(
                    "line {line} was not finished by the process that wrote it, as the next one says"
                ))?;
            }
            Ok(Exit::Ok)
        }
        Err(damage) => {
            match flags.json {
                true => {
                    let line = json!({
                        "ok": false,
                        "damage": damage.kind(),
                        "line": damage.line(),
                        "text": damage.to_string(),
                    });
                    printer.line(&line.to_string())?;
                }
                false => printer.line(&format!("`{shown}` is not what was written: {damage}"))?,
            }
            Ok(Exit::Exception)
        }
    }
}

/// Says where a log ends, to be kept elsewhere.
pub(crate) fn tell_head(log: Option<&AuditLog>, printer: &Printer) {
    if let Some(log) = log {
        let Head { hash, lines, .. } = log.head();
        let shown = log.path().display();
        printer.say(&format!("fumehood: audit log `{shown}`: {lines} lines, head {hash}"));
    }
}
