//! What a session has come into contact with. The host keeps it, and code in the sandbox neither sees nor changes
//! it.
//!
//! Labels are only ever added. They follow what could carry what was seen: forks, checkpoints, saved sessions,
//! and the agents that an agent manages.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

/// How many sources of a label are remembered: the first ones, as those say how it came to be.
const SOURCES: usize = 8;
/// Bytes of what a source is called.
const SOURCE_BYTES: usize = 200;
/// How many tools are counted by name; the others are counted together.
const TOOLS: usize = 1_000;

/// What is said of a session because of something that it has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Label {
    /// It has seen what is not for everybody.
    Private,
    /// It has seen what somebody wrote who may want it to do harm.
    Untrusted,
}

impl Label {
    /// All of them.
    pub const ALL: [Label; 2] = [Label::Private, Label::Untrusted];

    /// Its name: `private` or `untrusted`.
    pub fn name(self) -> &'static str {
        match self {
            Label::Private => "private",
            Label::Untrusted => "untrusted",
        }
    }
}

/// Labels, each with where it comes from: the first eight sources.
///
/// # Examples
///
/// ```
/// use fumehood::{Label, Labels};
///
/// let mut labels = Labels::default();
/// labels.add(Label::Private, "the folder /data");
/// assert!(labels.has(Label::Private) && !labels.has(Label::Untrusted));
/// assert_eq!(labels.sources(Label::Private), ["the folder /data"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<Label, Vec<String>>")]
pub struct Labels(BTreeMap<Label, Vec<String>>);

impl From<BTreeMap<Label, Vec<String>>> for Labels {
    fn from(read: BTreeMap<Label, Vec<String>>) -> Labels {
        let mut labels = Labels::default();
        for (label, sources) in read {
            // One without sources is a label all the same.
            labels.0.entry(label).or_default();
            sources.iter().for_each(|source| labels.add(label, source));
        }
        labels
    }
}

impl Labels {
    /// Adds a label, and where it comes from. Of that, the first 200 bytes are kept.
    pub fn add(&mut self, label: Label, source: &str) {
        let source = &source[..source.floor_char_boundary(SOURCE_BYTES)];
        let sources = self.0.entry(label).or_default();
        if sources.len() < SOURCES && !sources.iter().any(|known| known == source) {
            sources.push(source.to_owned());
        }
    }

    /// Adds all labels of another.
    pub fn merge(&mut self, other: &Labels) {
        for (label, sources) in &other.0 {
            self.0.entry(*label).or_default();
            sources.iter().for_each(|source| self.add(*label, source));
        }
    }

    /// Whether it is among them.
    pub fn has(&self, label: Label) -> bool {
        self.0.contains_key(&label)
    }

    /// Where a label comes from.
    pub fn sources(&self, label: Label) -> &[String] {
        self.0.get(&label).map_or(&[], Vec::as_slice)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// What a tool does that a policy has to know of. Nothing is guessed: a tool that says nothing has no labels.
/// In files it is a list of names: `["reads_private", "sends"]`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "Vec<ToolLabel>", into = "Vec<ToolLabel>")]
#[non_exhaustive]
pub struct ToolLabels {
    /// Its answers are not for everybody: files, mails, tables of customers.
    pub reads_private: bool,
    /// Its answers are written by others, who may want the agent to do harm: web pages, incoming mails.
    pub returns_untrusted: bool,
    /// It sends data out, or changes something in the world.
    pub sends: bool,
}

impl ToolLabels {
    /// It [reads private data](ToolLabels::reads_private).
    pub const READS_PRIVATE: ToolLabels =
        ToolLabels { reads_private: true, returns_untrusted: false, sends: false };
    /// It [returns untrusted content](ToolLabels::returns_untrusted).
    pub const RETURNS_UNTRUSTED: ToolLabels =
        ToolLabels { reads_private: false, returns_untrusted: true, sends: false };
    /// It [sends](ToolLabels::sends).
    pub const SENDS: ToolLabels =
        ToolLabels { reads_private: false, returns_untrusted: false, sends: true };

    /// These labels and others.
    pub fn and(self, other: ToolLabels) -> ToolLabels {
        ToolLabels {
            reads_private: self.reads_private || other.reads_private,
            returns_untrusted: self.returns_untrusted || other.returns_untrusted,
            sends: self.sends || other.sends,
        }
    }

    /// The labels that a session has once it may have seen an answer.
    pub fn given(self) -> impl Iterator<Item = Label> {
        let given =
            [(self.reads_private, Label::Private), (self.returns_untrusted, Label::Untrusted)];
        given.into_iter().filter_map(|(gives, label)| gives.then_some(label))
    }
}

/// The name of one of them.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ToolLabel {
    ReadsPrivate,
    ReturnsUntrusted,
    Sends,
}

impl From<Vec<ToolLabel>> for ToolLabels {
    fn from(names: Vec<ToolLabel>) -> ToolLabels {
        names.into_iter().fold(ToolLabels::default(), |labels, name| {
            labels.and(match name {
                ToolLabel::ReadsPrivate => ToolLabels::READS_PRIVATE,
                ToolLabel::ReturnsUntrusted => ToolLabels::RETURNS_UNTRUSTED,
                ToolLabel::Sends => ToolLabels::SENDS,
            })
        })
    }
}

impl From<ToolLabels> for Vec<ToolLabel> {
    fn from(labels: ToolLabels) -> Vec<ToolLabel> {
        let names = [
            (labels.reads_private, ToolLabel::ReadsPrivate),
            (labels.returns_untrusted, ToolLabel::ReturnsUntrusted),
            (labels.sends, ToolLabel::Sends),
        ];
        names.into_iter().filter_map(|(has, name)| has.then_some(name)).collect()
    }
}

/// What the host keeps about a session, or a run of an agent, that a [`Guard`](crate::Guard) decides by: its
/// labels, and how often each tool was called. A copy is the same ledger.
///
/// # Examples
///
/// ```
/// use fumehood::{Label, Ledger};
///
/// let ledger = Ledger::new();
/// ledger.add(Label::Untrusted, "visit_page");
/// let fork = ledger.fork();
/// assert!(fork.labels().has(Label::Untrusted));
/// ```
#[derive(Clone, Debug)]
pub struct Ledger(Arc<Entries>);

#[derive(Debug)]
struct Entries {
    number: u64,
    origin: Option<u64>,
    labels: Mutex<Labels>,
    /// Forks have it in common: what is left of a total does not become more by forking.
    calls: Arc<Mutex<BTreeMap<String, u64>>>,
}

/// A ledger as it was at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct LedgerEntries {
    /// The labels.
    #[serde(skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// How often tools were called, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub calls: BTreeMap<String, u64>,
}

impl LedgerEntries {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.calls.is_empty()
    }
}

impl Default for Ledger {
    fn default() -> Ledger {
        Ledger::new()
    }
}

impl Ledger {
    /// One with nothing in it.
    pub fn new() -> Ledger {
        Ledger::made(None, Labels::default(), Arc::default())
    }

    fn made(
        origin: Option<u64>,
        labels: Labels,
        calls: Arc<Mutex<BTreeMap<String, u64>>>,
    ) -> Ledger {
        static MADE: AtomicU64 = AtomicU64::new(1);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        Ledger(Arc::new(Entries { number, origin, labels: Mutex::new(labels), calls }))
    }

    /// Which of the ledgers of this process it is, from 1.
    pub fn number(&self) -> u64 {
        self.0.number
    }

    /// The number of the one that it was forked from.
    pub fn origin(&self) -> Option<u64> {
        self.0.origin
    }

    /// The labels as they are now.
    pub fn labels(&self) -> Labels {
        held(&self.0.labels).clone()
    }

    /// Adds a label, and where it comes from.
    pub fn add(&self, label: Label, source: &str) {
        held(&self.0.labels).add(label, source);
    }

    /// Adds all of these labels.
    pub fn merge(&self, labels: &Labels) {
        held(&self.0.labels).merge(labels);
    }

    /// A ledger with the same labels, which goes its own way from here on. How often tools are called is
    /// counted together.
    pub fn fork(&self) -> Ledger {
        Ledger::made(Some(self.0.number), self.labels(), Arc::clone(&self.0.calls))
    }

    /// How often a tool was called.
    pub fn calls(&self, tool: &str) -> u64 {
        held(&self.0.calls).get(tool).copied().unwrap_or(0)
    }

    /// Counts a call, unless there were so many already: then it is false.
    pub fn count_call(&self, tool: &str, most: Option<u64>) -> bool {
        let mut calls = held(&self.0.calls);
        let tool = if calls.len() < TOOLS || calls.contains_key(tool) { tool } else { "" };
        let count = calls.entry(tool.to_owned()).or_default();
        if most.is_some_and(|most| *count >= most) {
            return false;
        }
        *count = count.saturating_add(1);
        true
    }

    /// What is in it now.
    pub fn entries(&self) -> LedgerEntries {
        LedgerEntries { labels: self.labels(), calls: held(&self.0.calls).clone() }
    }

    /// Adds labels, and takes the higher count of each tool.
    pub fn take_over(&self, entries: &LedgerEntries) {
        self.merge(&entries.labels);
        let mut calls = held(&self.0.calls);
        for (tool, count) in entries.calls.iter().take(TOOLS) {
            let known = calls.entry(tool.clone()).or_default();
            *known = (*known).max(*count);
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_added_and_never_taken_away() {
        let ledger = Ledger::new();
        ledger.add(Label::Private, "/data");
        let fork = ledger.fork();
        fork.add(Label::Untrusted, "page");
        assert!(fork.labels().has(Label::Private));
        assert!(!ledger.labels().has(Label::Untrusted), "a fork goes its own way");
        ledger.merge(&fork.labels());
        assert_eq!(ledger.labels().sources(Label::Untrusted), ["page"]);
        assert_eq!(fork.origin(), Some(ledger.number()));
    }

    #[test]
    fn totals_do_not_become_more_by_forking() {
        let ledger = Ledger::new();
        let fork = ledger.fork();
        assert!(ledger.count_call("send", Some(2)));
        assert!(fork.count_call("send", Some(2)));
        assert!(!ledger.count_call("send", Some(2)));
        assert!(!fork.count_call("send", Some(2)));
        assert_eq!(fork.calls("send"), 2);
    }

    #[test]
    fn what_is_read_is_bounded_and_a_label_without_sources_is_one() {
        let many = (0..100).map(|n| format!("{n}{}", "x".repeat(1000))).collect::<Vec<_>>();
        let text = serde_json::json!({"untrusted": many, "private": []}).to_string();
        let labels = serde_json::from_str::<Labels>(&text).unwrap();
        assert_eq!(labels.sources(Label::Untrusted).len(), SOURCES);
        assert!(labels.sources(Label::Untrusted).iter().all(|source| source.len() == SOURCE_BYTES));
        assert!(labels.has(Label::Private));
        assert!(serde_json::from_str::<Labels>(r#"{"unheard_of": []}"#).is_err());
    }

    #[test]
    fn entries_go_out_and_come_back() {
        let ledger = Ledger::new();
        ledger.add(Label::Private, "/data");
        assert!(ledger.count_call("send", None));
        let text = serde_json::to_string(&ledger.entries()).unwrap();
        let again = Ledger::new();
        again.take_over(&serde_json::from_str(&text).unwrap());
        assert_eq!(again.entries(), ledger.entries());
        assert!(Ledger::new().entries().is_empty());
    }
}
