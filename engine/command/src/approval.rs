//! Asking whoever sits at the terminal before an agent does something.

use std::io;
use std::process::Command;
use std::sync::Arc;

use fumehood::Arguments;
use fumehood_agent::{Approve, Approving, Asked, Decision};
use fumehood_policy::{Approval, Approver, Question};
use serde_json::Value;
use tokio::sync::Mutex;

use crate::printer::Printer;
use crate::units;

/// What is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Asking {
    /// Before code is run
    Code,
    /// Before a tool, or a managed agent, is called
    Tools,
    /// Before both
    All,
    /// About nothing
    Never,
}

/// Whoever sits at the terminal.
pub(crate) struct Person {
    asking: Asking,
    printer: Arc<Printer>,
    /// Held by whoever asks: calls at the same time are asked about one after the other. What is allowed from
    /// here on is in it.
    always: Mutex<Always>,
}

/// What nobody is asked about any more.
#[derive(Default)]
struct Always {
    code: bool,
    tools: Vec<String>,
}

/// What somebody has said.
enum Said {
    Yes,
    Always,
    No(String),
    Edit,
}

impl Person {
    /// Somebody who is asked, if anything is to be.
    pub(crate) fn who_is_asked(asking: Asking, printer: &Arc<Printer>) -> Option<Person> {
        let person = Person { asking, printer: Arc::clone(printer), always: Mutex::default() };
        (asking != Asking::Never).then_some(person)
    }

    /// Asks until there is an answer that can be understood. Where nobody answers, nothing is allowed.
    fn answer(&self, question: &str) -> Said {
        loop {
            let asked = format!("{question} [y]es, [n]o, [a]lways, [e]dit: ");
            let answer = match self.printer.ask(&asked) {
                Ok(Some(answer)) => answer,
                Ok(None) => return Said::No("nobody is there to approve it".to_owned()),
                Err(error) => return Said::No(format!("nobody could be asked: {error}")),
            };
            let (word, reason) = answer.split_once(char::is_whitespace).unwrap_or((&answer, ""));
            return match word.to_ascii_lowercase().as_str() {
                "y" | "yes" => Said::Yes,
                "a" | "always" => Said::Always,
                "e" | "edit" => Said::Edit,
                "n" | "no" if reason.trim().is_empty() => Said::No("the user said no".to_owned()),
                "n" | "no" => Said::No(reason.trim().to_owned()),
                _ => {
                    self.printer.say("fumehood: y, n, a or e; after n, a reason for the model");
                    continue;
                }
            };
        }
    }

    /// A text as somebody has changed it. None if nothing came of it, which was said.
    fn edited(&self, text: &str, ending: &str) -> Option<String> {
        match edit(text, ending) {
            Ok(edited) => Some(edited),
            Err(error) => {
                self.printer.say(&format!("fumehood: cannot edit: {error}"));
                None
            }
        }
    }
}

/// Has a text changed in the user's editor.
fn edit(text: &str, ending: &str) -> io::Result<String> {
    let set = |name: &str| std::env::var(name).ok().filter(|editor| !editor.trim().is_empty());
    let editor = set("VISUAL").or_else(|| set("EDITOR"));
    let editor = editor.ok_or_else(|| io::Error::other("neither VISUAL nor EDITOR is set"))?;
    let file = tempfile::Builder::new().suffix(ending).tempfile()?;
    std::fs::write(file.path(), text)?;
    // An editor may be set with arguments.
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or_default();
    let status = Command::new(program).args(words).arg(file.path()).status()?;
    if !status.success() {
        return Err(io::Error::other(format!("`{editor}` ended with {status}")));
    }
    std::fs::read_to_string(file.path())
}

/// Whoever sits at the terminal, for the calls that a policy has somebody asked about.
pub(crate) fn approver(printer: &Arc<Printer>) -> Arc<dyn Approver> {
    Arc::new(AtTheTerminal { printer: Arc::clone(printer), one_at_a_time: Mutex::default() })
}

struct AtTheTerminal {
    printer: Arc<Printer>,
    one_at_a_time: Mutex<()>,
}

impl Approver for AtTheTerminal {
    fn approve<'a>(&'a self, question: Question<'a>) -> fumehood_policy::Approving<'a> {
        Box::pin(async move {
            let _turn = self.one_at_a_time.lock().await;
            tokio::task::block_in_place(|| {
                let Question { tool, arguments, reason, .. } = question;
                let shown = Value::Object(arguments.clone()).to_string();
                self.printer.say(&format!(
                    "\n{} would be called with {}.\nThe policy has you asked, as {}.",
                    units::printable(tool),
                    units::printable(&shown),
                    units::printable(reason)
                ));
                loop {
                    let answer = match self.printer.ask("Call it? [y]es, [n]o: ") {
                        Ok(Some(answer)) => answer,
                        Ok(None) => {
                            return Approval::Deny("nobody is there to approve it".to_owned());
                        }
                        Err(error) => {
                            return Approval::Deny(format!("nobody could be asked: {error}"));
                        }
                    };
                    let (word, why) =
                        answer.split_once(char::is_whitespace).unwrap_or((&answer, ""));
                    match word.to_ascii_lowercase().as_str() {
                        "y" | "yes" => return Approval::Allow,
                        "n" | "no" if why.trim().is_empty() => {
                            return Approval::Deny("the user said no".to_owned());
                        }
                        "n" | "no" => return Approval::Deny(why.trim().to_owned()),
                        _ => self.printer.say("fumehood: y or n; after n, a reason for the model"),
                    }
                }
            })
        })
    }
}

/// Whose it is, for the question.
fn whose(asked: Asked<'_>) -> String {
    match asked.agent {
        "" => format!("in step {}", asked.step),
        agent => format!("in step {} of {agent}", asked.step),
    }
}

impl Approve for Person {
    fn code<'a>(&'a self, asked: Asked<'a>, code: &'a str) -> Approving<'a, String> {
        Box::pin(async move {
            let mut always = self.always.lock().await;
            if always.code || !matches!(self.asking, Asking::Code | Asking::All) {
                return Decision::Allow;
            }
            tokio::task::block_in_place(|| {
                loop {
                    let shown = units::printable_text(code);
                    self.printer.say(&format!("\nThis code would run {}:\n{shown}", whose(asked)));
                    match self.answer("Run it?") {
                        Said::Yes => return Decision::Allow,
                        Said::No(reason) => return Decision::Deny(reason),
                        Said::Always => {
                            always.code = true;
                            return Decision::Allow;
                        }
                        Said::Edit => match self.edited(code, ".py") {
                            Some(edited) if edited == code => return Decision::Allow,
                            Some(edited) => return Decision::Edit(edited),
                            None => {}
                        },
                    }
                }
            })
        })
    }

    fn call<'a>(
        &'a self,
        asked: Asked<'a>,
        tool: &'a str,
        arguments: &'a Arguments,
    ) -> Approving<'a, Arguments> {
        Box::pin(async move {
            let mut always = self.always.lock().await;
            let is_known = always.tools.iter().any(|known| known == tool);
            if is_known || !matches!(self.asking, Asking::Tools | Asking::All) {
                return Decision::Allow;
            }
            let shown = Value::Object(arguments.clone());
            tokio::task::block_in_place(|| {
                loop {
                    self.printer
                        .say(&format!("\n{tool} would be called {}: {shown}", whose(asked)));
                    match self.answer("Call it?") {
                        Said::Yes => return Decision::Allow,
                        Said::No(reason) => return Decision::Deny(reason),
                        Said::Always => {
                            always.tools.push(tool.to_owned());
                            return Decision::Allow;
                        }
                        Said::Edit => {
                            let Some(edited) = self.edited(&format!("{shown:#}\n"), ".json") else {
                                continue;
                            };
                            match serde_json::from_str::<Arguments>(&edited) {
                                Ok(edited) if edited == *arguments => return Decision::Allow,
                                Ok(edited) => return Decision::Edit(edited),
                                Err(error) => self
                                    .printer
                                    .say(&format!("fumehood: these are no arguments: {error}")),
                            }
                        }
                    }
                }
            })
        })
    }
}
