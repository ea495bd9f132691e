//! `fumehood policy check`: whether a policy can be used, and what it says about a call.

use std::path::PathBuf;

use anyhow::Result;
use fumehood::{Arguments, Label, Labels};
use fumehood_policy::{Call, Decision, Reason, Verdict};
use serde_json::{Value, json};

use crate::printer::Printer;
use crate::report::Exit;
use crate::units;

/// Look at policies for tools
#[derive(Clone, Debug, clap::Subcommand)]
pub(crate) enum PolicyCommand {
    Check(CheckFlags),
}

/// Read a policy, and explain what it says about a call
///
/// Exit status: 0 the policy can be used, and the call may be made; 1 the call may not be made, or only if somebody
/// approves it; 4 the policy cannot be used. How often a tool was called is not part of what is explained.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct CheckFlags {
    /// The policy
    file: PathBuf,
    /// The tool that would be called
    tool: Option<String>,
    /// An argument of the call: JSON, or else a text
    #[arg(long, value_name = "NAME=VALUE", value_parser = argument, requires = "tool")]
    arg: Vec<(String, Value)>,
    /// What the session has seen before: private, untrusted
    #[arg(long, value_name = "LABEL", value_delimiter = ',', value_parser = label, requires = "tool")]
    labels: Vec<Label>,
    /// Print it as one line of JSON
    #[arg(long)]
    json: bool,
}

fn argument(text: &str) -> Result<(String, Value), String> {
    let (name, value) =
        text.split_once('=').ok_or_else(|| format!("`{text}` is not of the form NAME=VALUE"))?;
    Ok((name.to_owned(), serde_json::from_str(value).unwrap_or_else(|_| Value::from(value))))
}

fn label(text: &str) -> Result<Label, String> {
    let label = Label::ALL.into_iter().find(|label| label.name() == text);
    label.ok_or_else(|| "there are `private` and `untrusted`".to_owned())
}

pub(crate) fn policy(command: &PolicyCommand, printer: &Printer) -> Result<Exit> {
    let PolicyCommand::Check(flags) = command;
    let policy = super::read(&flags.file)?;
    let Some(tool) = &flags.tool else {
        let line = match flags.json {
            true => json!({"tools": policy.tools()}).to_string(),
            false => format!("`{}` can be used", flags.file.display()),
        };
        printer.line(&line)?;
        return Ok(Exit::Ok);
    };
    let arguments = flags.arg.iter().cloned().collect::<Arguments>();
    let mut seen = Labels::default();
    flags.labels.iter().for_each(|label| seen.add(*label, "--labels"));
    let decision = policy.decide(Call::new(tool, &arguments, &seen));
    if flags.json {
        printer.line(&described(tool, &decision).to_string())?;
    } else {
        printer.line(&format!("{}: {}", units::printable(tool), decision.verdict))?;
        printer.line(&format!("  by {}", decision.place()))?;
        for reason in &decision.reasons {
            printer.line(&format!("  as {}", units::printable(&reason.to_string())))?;
        }
    }
    Ok(match decision.verdict {
        Verdict::Allow => Exit::Ok,
        _ => Exit::Exception,
    })
}

fn described(tool: &str, decision: &Decision<'_>) -> Value {
    let reason = |reason: &Reason| json!({"kind": reason.kind(), "text": reason.to_string()});
    json!({
        "tool": tool,
        "verdict": decision.verdict,
        "rule": decision.rule.map(|(name, _)| name),
        "line": decision.rule.and_then(|(_, line)| line),
        "labels": decision.labels,
        "reasons": decision.reasons.iter().map(reason).collect::<Vec<_>>(),
    })
}
