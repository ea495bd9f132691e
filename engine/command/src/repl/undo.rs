//! What a session was before the last entries, to be gone back to.

use std::collections::VecDeque;

use fumehood::Checkpoint;

/// How many entries can be undone. Each takes as much memory as it has changed, so there is an end to it.
pub(crate) const UNDOABLE: usize = 20;
/// Characters of an entry by which it is told.
const SHOWN: usize = 60;

/// States of a session, each with the entry that came after it.
#[derive(Clone, Default)]
pub(crate) struct Undo(VecDeque<(String, Checkpoint)>);

impl Undo {
    /// Notes what was before an entry that has changed the session.
    pub(crate) fn note(&mut self, entry: &str, before: Checkpoint) {
        if self.0.len() == UNDOABLE {
            self.0.pop_front();
        }
        let mut lines = entry.trim().lines();
        let first = lines.next().unwrap_or_default();
        let mut shown = first.chars().take(SHOWN).collect::<String>();
        if shown.len() < first.len() || lines.next().is_some() {
            shown.push_str(" ...");
        }
        self.0.push_back((shown, before));
    }

    /// The last entry and what was before it, which is forgotten.
    pub(crate) fn take(&mut self) -> Option<(String, Checkpoint)> {
        self.0.pop_back()
    }
}
