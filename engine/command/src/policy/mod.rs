//! What tools may be used for: the flags that say it, and the guards that follow from them.
//!
//! * `check`: `fumehood policy check`
//! * `audit`: `fumehood audit verify`, and what is said of a log when a run is over

mod audit;
mod check;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use fumehood_policy::{Approver, AuditLog, Policy, Warden};

use crate::approval::Asking;
use crate::printer::Printer;
use crate::units;

pub(crate) use audit::{AuditCommand, audit, tell_head};
pub(crate) use check::{PolicyCommand, policy};

/// What tools may be used for, and what is written down.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "What tools may be used for")]
pub(crate) struct PolicyFlags {
    /// Go by the policy in FILE: which tools may be called, with what and how often [default: all that are given,
    /// but none that sends after private data and untrusted content, unless somebody approves it]
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Write each step and each call of a tool into FILE, after what is in it; `fumehood audit verify` reads it
    #[arg(long, value_name = "FILE")]
    audit: Option<PathBuf>,
}

/// Makes the guards of an agent's sandboxes.
pub(crate) struct Watch {
    /// What the flags say.
    policy: Option<Policy>,
    audit: Option<Arc<AuditLog>>,
    approver: Option<Arc<dyn Approver>>,
}

impl PolicyFlags {
    /// What follows from the flags. Somebody is asked if there is a terminal, or if there is to be asked about
    /// anything.
    pub(crate) fn watch(&self, asking: Asking, printer: &Arc<Printer>) -> Result<Watch> {
        let policy = self.policy.as_deref().map(read).transpose()?;
        let audit = self.audit.as_ref().map(AuditLog::open).transpose()?.map(Arc::new);
        let is_there = asking != Asking::Never || std::io::stdin().is_terminal();
        let approver = is_there.then(|| crate::approval::approver(printer));
        Ok(Watch { policy, audit, approver })
    }
}

impl Watch {
    /// Without a log, and with nobody to ask.
    pub(crate) fn of_nobody() -> Watch {
        Watch { policy: None, audit: None, approver: None }
    }

    /// A guard that goes by what the flags say; by this policy, if they say nothing; or else as is usual.
    pub(crate) fn warden(&self, own: Option<&Policy>) -> Result<Arc<Warden>> {
        let policy = self.policy.as_ref().or(own).cloned().unwrap_or_else(Policy::usual);
        self.going_by(policy)
    }

    /// A guard that goes by this policy, whatever the flags say.
    pub(crate) fn going_by(&self, policy: Policy) -> Result<Arc<Warden>> {
        let mut warden = Warden::new(policy);
        if let Some(audit) = &self.audit {
            warden = warden.audit(Arc::clone(audit))?;
        }
        if let Some(approver) = &self.approver {
            warden = warden.approver(Arc::clone(approver));
        }
        Ok(Arc::new(warden))
    }

    /// The log, if there is one.
    pub(crate) fn log(&self) -> Option<Arc<AuditLog>> {
        self.audit.clone()
    }
}

/// Reads a policy file.
fn read(path: &Path) -> Result<Policy> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the policy `{shown}`"))?;
    parse(&text, &shown)
}

/// The policy that the text of a file says which is shown by this name.
pub(crate) fn parse(text: &str, shown: &str) -> Result<Policy> {
    Policy::parse(text).map_err(|error| {
        // It has what the file says, and goes to the terminal.
        anyhow!("`{shown}`, line {}: {}", error.line, units::printable(&error.message))
    })
}
