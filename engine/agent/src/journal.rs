//! What was said and answered in a step that is not done yet.
//!
//! A run that is stored writes down each reply of the model, each decision of whoever approves, and the answer
//! of each tool, before anything follows from it. When the process has ended in the middle of a step, the step
//! is taken again, in the state before it; what is in the journal is not asked for a second time. A
//! call that was begun and has no answer is made again: nobody knows what became of it.
//!
//! Code that is run again calls the same tools with the same arguments, as everything in the interpreter is
//! what it was; where it does not, because it depends on the time for example, the call is a new one.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use fumehood::{Arguments, Labels, ToolOutput};
use fumehood_model::Reply;
use serde::{Deserialize, Serialize};

use crate::approval::Decision;
use crate::memory::MemberRun;

/// A line of the journal.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Entry {
    Reply(Reply),
    CodeDecision(Decision<String>),
    CallDecision { name: String, arguments: Arguments, decision: Decision<Arguments> },
    Answer { name: String, arguments: Arguments, answered: Answered },
}

/// What a tool has answered or failed with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Answered {
    pub(crate) answer: Result<ToolOutput, String>,
    /// What was done for it, if it is a managed agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) run: Option<Box<MemberRun>>,
    /// What the run had come into contact with by then.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub(crate) labels: Labels,
}

/// What was said about a call: of which tool, and with which arguments.
type About<T> = (String, Arguments, T);

/// What was said and answered in a step.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Contents>);

#[derive(Debug, Default)]
struct Contents {
    /// Where it is written down, if the run is stored. The file is made by the first entry.
    path: Option<PathBuf>,
    file: Option<File>,
    /// What was written down before the step was taken again.
    replies: VecDeque<Reply>,
    code_decisions: VecDeque<Decision<String>>,
    call_decisions: Vec<About<Decision<Arguments>>>,
    answers: Vec<About<Answered>>,
}

impl Journal {
    /// The journal of a step, with what was written down when it was taken before.
    pub(crate) fn open(path: PathBuf) -> io::Result<Journal> {
        let mut contents = Contents::default();
        match File::open(&path) {
            Ok(file) => contents.read(file, &path)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        contents.path = Some(path);
        Ok(Journal(Mutex::new(contents)))
    }

    /// The next reply of the model.
    pub(crate) fn reply(&self) -> Option<Reply> {
        self.contents().replies.pop_front()
    }

    pub(crate) fn note_reply(&self, reply: &Reply) -> io::Result<()> {
        self.note(|| Entry::Reply(reply.clone()))
    }

    pub(crate) fn decision_about_code(&self) -> Option<Decision<String>> {
        self.contents().code_decisions.pop_front()
    }

    pub(crate) fn note_decision_about_code(&self, decision: &Decision<String>) -> io::Result<()> {
        self.note(|| Entry::CodeDecision(decision.clone()))
    }

    pub(crate) fn decision_about_call(
        &self,
        name: &str,
        arguments: &Arguments,
    ) -> Option<Decision<Arguments>> {
        take(&mut self.contents().call_decisions, name, arguments)
    }

    pub(crate) fn note_decision_about_call(
        &self,
        name: &str,
        arguments: &Arguments,
        decision: &Decision<Arguments>,
    ) -> io::Result<()> {
        self.note(|| Entry::CallDecision {
            name: name.to_owned(),
            arguments: arguments.clone(),
            decision: decision.clone(),
        })
    }

    /// What a tool has answered to the first such call that was not asked for yet.
    pub(crate) fn answer(&self, name: &str, arguments: &Arguments) -> Option<Answered> {
        take(&mut self.contents().answers, name, arguments)
    }

    pub(crate) fn note_answer(
        &self,
        name: &str,
        arguments: &Arguments,
        answered: &Answered,
    ) -> io::Result<()> {
        self.note(|| Entry::Answer {
            name: name.to_owned(),
            arguments: arguments.clone(),
            answered: answered.clone(),
        })
    }

    /// Writes an entry down, if there is a file for it.
    fn note(&self, entry: impl FnOnce() -> Entry) -> io::Result<()> {
        let contents = &mut *self.contents();
        let Some(path) = &contents.path else { return Ok(()) };
        let file = match &mut contents.file {
            Some(file) => file,
            None => {
                let file = File::options().create(true).append(true).open(path)?;
                contents.file.insert(file)
            }
        };
        let mut line = serde_json::to_vec(&entry())?;
        line.push(b'\n');
        file.write_all(&line)
    }

    fn contents(&self) -> MutexGuard<'_, Contents> {
        // Nothing panics while it is held.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The first thing that was said about such a call, which is then not there any more.
fn take<T>(said: &mut Vec<About<T>>, name: &str, arguments: &Arguments) -> Option<T> {
    let position = said.iter().position(|(tool, with, _)| tool == name && with == arguments)?;
    Some(said.remove(position).2)
}

impl Contents {
    fn read(&mut self, file: File, path: &Path) -> io::Result<()> {
        let mut whole = 0;
        let mut lines = BufReader::new(file);
        let mut line = Vec::new();
        loop {
            line.clear();
            let length = lines.read_until(b'\n', &mut line)?;
            if length == 0 {
                return Ok(());
            }
            let entry = line.ends_with(b"\n").then(|| serde_json::from_slice(&line).ok()).flatten();
            let Some(entry) = entry else {
                // The process has ended while it was writing this; nothing has followed from it.
                return File::options().write(true).open(path)?.set_len(whole);
            };
            whole += length as u64;
            match entry {
                Entry::Reply(reply) => self.replies.push_back(reply),
                Entry::CodeDecision(decision) => self.code_decisions.push_back(decision),
                Entry::CallDecision { name, arguments, decision } => {
                    self.call_decisions.push((name, arguments, decision));
                }
                Entry::Answer { name, arguments, answered } => {
                    self.answers.push((name, arguments, answered));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn arguments(value: Value) -> Arguments {
        value.as_object().cloned().unwrap()
    }

    #[test]
    fn what_was_written_down_is_told_once_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let one = arguments(json!({"n": 1}));
        {
            let journal = Journal::open(path.clone()).unwrap();
            assert!(journal.reply().is_none());
            journal.note_reply(&Reply::saying("first")).unwrap();
            journal.note_decision_about_code(&Decision::Deny("no".to_owned())).unwrap();
            for answer in [Ok(json!(1).into()), Err("failed".to_owned())] {
                let answered = Answered { answer, run: None, labels: Labels::default() };
                journal.note_answer("count", &one, &answered).unwrap();
            }
            journal.note_decision_about_call("count", &one, &Decision::Allow).unwrap();
        }
        let journal = Journal::open(path).unwrap();
        assert_eq!(journal.reply().unwrap().text(), "first");
        assert!(journal.reply().is_none());
        assert_eq!(journal.decision_about_code(), Some(Decision::Deny("no".to_owned())));
        assert!(journal.answer("count", &arguments(json!({"n": 2}))).is_none());
        assert_eq!(journal.answer("count", &one).unwrap().answer, Ok(json!(1).into()));
        assert_eq!(journal.answer("count", &one).unwrap().answer, Err("failed".to_owned()));
        assert_eq!(journal.answer("count", &one), None);
        assert_eq!(journal.decision_about_call("count", &one), Some(Decision::Allow));
    }

    #[test]
    fn an_entry_that_was_cut_is_none_and_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        Journal::open(path.clone()).unwrap().note_reply(&Reply::saying("whole")).unwrap();
        let mut file = File::options().append(true).open(&path).unwrap();
        file.write_all(b"{\"reply\": {\"par").unwrap();
        drop(file);
        let journal = Journal::open(path.clone()).unwrap();
        assert_eq!(journal.reply().unwrap().text(), "whole");
        assert!(journal.reply().is_none());
        journal.note_reply(&Reply::saying("next")).unwrap();
        let journal = Journal::open(path).unwrap();
        let replies = [journal.reply().unwrap().text(), journal.reply().unwrap().text()];
        assert_eq!(replies, ["whole", "next"]);
    }

    #[test]
    fn a_run_that_is_not_stored_writes_nothing_down() {
        let journal = Journal::default();
        journal.note_reply(&Reply::saying("gone")).unwrap();
        assert!(journal.reply().is_none());
    }
}
