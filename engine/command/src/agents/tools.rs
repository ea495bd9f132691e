//! Where the tools of an agent come from.
//!
//! Each `[[tools]]` says its `source`, which decides what else it can say.

use anyhow::{Result, anyhow, bail};
use serde::Deserialize;
use toml::Spanned;

use crate::agents::mistakes::{self, Mistake};

/// What an agent is given.
#[derive(Clone, Debug)]
pub(crate) enum ToolSource {
    /// A tool that is part of the library.
    BuiltIn(BuiltIn),
}

/// Tools that are part of the library.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BuiltIn {
    /// Every agent has it, whether or not it is named.
    FinalAnswer,
}

/// Reads what an entry says besides its source.
type Reader = fn(toml::Table) -> Result<ToolSource>;

/// What each source is called, and who reads what it says.
const SOURCES: [(&str, Reader); 1] = [("built_in", built_in)];

impl ToolSource {
    /// Reads an entry of the text of a file that is shown by this name.
    pub(super) fn read(
        entry: &Spanned<toml::Table>,
        text: &str,
        shown: &str,
    ) -> Result<ToolSource, Mistake> {
        let line = mistakes::line(text, entry.span().start);
        let place = |what: String| Mistake::new(shown, what).at(Some(line), Some("tools"));
        let mut table = entry.get_ref().clone();
        let known = SOURCES.map(|(name, _)| name);
        let source = table.remove("source");
        let Some(source) = source.as_ref().and_then(toml::Value::as_str) else {
            return Err(place(format!(
                "say where the tool comes from: `source = \"{}\"`",
                known[0]
            )));
        };
        let Some((_, read)) = SOURCES.iter().find(|(name, _)| *name == source) else {
            let meant = mistakes::meant(source, &known);
            return Err(place(format!("there is no source `{source}`; {meant}")));
        };
        read(table).map_err(|error| place(format!("{error:#}")))
    }
}

fn built_in(table: toml::Table) -> Result<ToolSource> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Said {
        name: String,
    }
    let Said { name } =
        table.try_into().map_err(|error: toml::de::Error| anyhow!(error.message().to_owned()))?;
    match name.as_str() {
        "final_answer" => Ok(ToolSource::BuiltIn(BuiltIn::FinalAnswer)),
        "python_interpreter" => {
            bail!(
                "agents that write code run it, and one that calls tools has the tool if `python = true`"
            )
        }
        other => bail!("there is no tool `{other}` in the library; there is `final_answer`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agents::file::AgentFile;
    use crate::agents::mistakes::Mistakes;

    #[test]
    fn a_source_that_is_not_known_is_told_with_its_line() {
        for (entry, told) in [
            ("source = 'mcp'", "there is no source `mcp`; there are `built_in`"),
            (
                "source = 'builtin'\nname = 'x'",
                "there is no source `builtin`; it may be meant for `built_in`",
            ),
            ("name = 'final_answer'", "say where the tool comes from: `source = \"built_in\"`"),
            ("source = 'built_in'", "missing field `name`"),
            ("source = 'built_in'\nname = 'a'\nb = 1", "unknown field `b`, expected `name`"),
            ("source = 'built_in'\nname = 'search'", "there is no tool `search` in the library"),
            ("source = 'built_in'\nname = 'python_interpreter'", "agents that write code run it"),
        ] {
            let text = format!("version = 1\n\n[[tools]]\n{entry}");
            let read = AgentFile::read(&text, "agent.toml", &mut Mistakes::default());
            let (file, _) = read.unwrap();
            let error =
                ToolSource::read(&file.tools[0], &text, "agent.toml").unwrap_err().to_string();
            let expected = format!("`agent.toml`, line 3, key `tools`: {told}");
            assert!(error.starts_with(&expected), "{error}\nexpected: {expected}");
        }
    }
}
