//! Memories as lines of JSON, so that they can be taken elsewhere, read, and brought back.

use std::io::BufRead;

use fumehood::Labels;
use serde::{Deserialize, Serialize};

use super::error::RecallError;
use super::space::{Memory, NewMemory, READ, saved};
use super::store::{MemoryStore, made_space};

/// Bytes of a line besides the text, of which each byte may be written as six.
const LINE: usize = 64 << 10;

/// A memory as a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Exported {
    /// Whose it is.
    pub user: String,
    /// The agent that has it.
    pub agent: String,
    /// Its number. It gets another one where it is brought to.
    pub id: u64,
    /// The text.
    pub text: String,
    /// What it is about.
    pub about: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// What the session had seen that has saved it.
    pub labels: Labels,
    /// When it was saved, in ISO 8601 and UTC.
    pub saved: String,
}

/// What became of lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Imported {
    /// Memories that were taken in.
    pub taken: u64,
    /// Memories that were there before.
    pub known: u64,
}

impl MemoryStore {
    /// Tells all memories of a user, and of an agent, or of all of them, one after the other.
    ///
    /// # Errors
    ///
    /// [`RecallError::Store`], or [`RecallError::Write`] from whoever is told
    pub fn export(
        &self,
        user: Option<&str>,
        agent: Option<&str>,
        mut tell: impl FnMut(&Exported) -> std::io::Result<()>,
    ) -> Result<(), RecallError> {
        self.read(|transaction| {
            let mut listed = transaction.prepare(&format!(
                "SELECT {READ}, user, agent FROM memories JOIN spaces ON spaces.id = space
                 WHERE (?1 IS NULL OR user = ?1) AND (?2 IS NULL OR agent = ?2)
                 ORDER BY user, agent, number"
            ))?;
            let mut rows = listed.query((user, agent))?;
            while let Some(row) = rows.next()? {
                let Memory { number, text, about, tags, labels, saved } = Memory::read(row)?;
                let (user, agent) = (row.get(6)?, row.get(7)?);
                tell(&Exported { user, agent, id: number, text, about, tags, labels, saved })?;
            }
            Ok(())
        })
    }

    /// Takes memories in that were exported: all of them, or none if one of the lines is not as it has to be. A text
    /// that is there already stays, with the labels of both.
    ///
    /// # Errors
    ///
    /// [`RecallError::Line`] or [`RecallError::Store`]
    pub fn import(&self, mut lines: impl BufRead) -> Result<Imported, RecallError> {
        let limits = self.limits();
        let most = LINE.saturating_add(limits.text_bytes.saturating_mul(6));
        self.write(|transaction| {
            let mut imported = Imported::default();
            for number in 1.. {
                let wrong = |reason: String| RecallError::Line { line: number, reason };
                let mut line = Vec::new();
                let read = std::io::Read::take(&mut lines, most as u64 + 1)
                    .read_until(b'\n', &mut line)?;
                if read == 0 {
                    break;
                }
                if read > most {
                    return Err(wrong(format!("it is longer than {most} bytes")));
                }
                if line.trim_ascii().is_empty() {
                    continue;
                }
                let one = serde_json::from_slice::<Exported>(&line)
                    .map_err(|error| wrong(error.to_string()))?;
                let Exported { user, agent, id: _, text, about, tags, labels, saved: at } = one;
                let told = |error: RecallError| wrong(error.to_string());
                self.space(&user, &agent).map_err(told)?;
                let is_time = transaction.query_row(
                    "SELECT coalesce(strftime('%Y-%m-%dT%H:%M:%SZ', ?1) = ?1, false)",
                    [&at],
                    |row| row.get::<_, bool>(0),
                )?;
                if !is_time {
                    return Err(wrong(
                        "`saved` is not of the form 2026-02-28T23:59:00Z".to_owned(),
                    ));
                }
                let memory = NewMemory { text, about, tags }.checked(limits).map_err(told)?;
                let space = made_space(transaction, &user, &agent, limits).map_err(told)?;
                let outcome = saved(transaction, space, &memory, &labels, Some(&at), limits);
                match outcome.map_err(told)?.known {
                    true => imported.known += 1,
                    false => imported.taken += 1,
                }
            }
            Ok(imported)
        })
    }
}
