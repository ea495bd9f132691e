//! What was taken over, and what was not.

use std::path::Path;

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;

use crate::printer::Printer;
use crate::units;

#[derive(Debug, Serialize)]
pub(super) struct Report {
    folder: String,
    mapped: Vec<Mapped>,
    not_mapped: Vec<NotMapped>,
    pub(super) managed: Vec<Report>,
}

#[derive(Debug, Serialize)]
struct Mapped {
    what: String,
    to: String,
}

#[derive(Debug, Serialize)]
struct NotMapped {
    what: String,
    why: String,
}

impl Report {
    pub(super) fn new(folder: &Path) -> Report {
        let folder = folder.display().to_string();
        Report { folder, mapped: Vec::new(), not_mapped: Vec::new(), managed: Vec::new() }
    }

    pub(super) fn mapped(&mut self, what: impl Into<String>, to: impl Into<String>) {
        self.mapped.push(Mapped { what: what.into(), to: to.into() });
    }

    pub(super) fn not(&mut self, what: impl Into<String>, why: impl Into<String>) {
        self.not_mapped.push(NotMapped { what: what.into(), why: why.into() });
    }

    /// Something becomes a line of the file.
    pub(super) fn line(&mut self, lines: &mut Vec<String>, what: &str, key: &str, value: Value) {
        match toml::Value::try_from(value) {
            Ok(value) => {
                let line = format!("{key} = {value}");
                self.mapped(what, line.clone());
                lines.push(line);
            }
            Err(error) => self.not(what, error.to_string()),
        }
    }

    pub(super) fn print(&self, printer: &Printer) -> Result<()> {
        printer.line(&units::printable(&self.folder))?;
        for Mapped { what, to } in &self.mapped {
            printer.line(&units::printable(&format!("  {what}: {to}")))?;
        }
        for NotMapped { what, why } in &self.not_mapped {
            printer.line(&units::printable(&format!("  not taken over: {what}: {why}")))?;
        }
        self.managed.iter().try_for_each(|member| member.print(printer))
    }
}
