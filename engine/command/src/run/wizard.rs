//! Asking for what `fumehood run` is to do, when it was not told.

use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::{Result, bail};
use fumehood_model::providers;

use crate::printer::Printer;

/// What somebody has answered.
pub(crate) struct Wishes {
    pub(crate) task: String,
    pub(crate) model: Option<String>,
    pub(crate) files: Vec<String>,
}

impl Wishes {
    /// As arguments of the command, which do the same again.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let files = self.files.iter().map(|file| format!("--file={file}"));
        let model = self.model.iter().map(|model| format!("--model={model}"));
        let task = ["--".to_owned(), self.task.clone()];
        std::iter::once("run".to_owned()).chain(model).chain(files).chain(task).collect()
    }
}

/// Asks for a model if there is none yet, the task, and files.
pub(crate) fn ask(has_model: bool, printer: &Printer) -> Result<Wishes> {
    if !std::io::stdin().is_terminal() {
        bail!("say what is to be done: fumehood run TASK");
    }
    let model = if has_model { None } else { Some(model(printer)?) };
    let task = needed("What is to be done? ", printer)?;
    let mut files = Vec::new();
    while let Some(file) =
        printer.ask("A file for it, or nothing: ")?.filter(|file| !file.is_empty())
    {
        match Path::new(&file).is_file() {
            true => files.push(file),
            false => printer.say(&format!("fumehood: there is no file `{file}`")),
        }
    }
    Ok(Wishes { task, model, files })
}

fn model(printer: &Printer) -> Result<String> {
    let is_set = |name: &&str| std::env::var(name).is_ok_and(|key| !key.is_empty());
    let usable = providers().iter().filter(|provider| provider.key_variables.iter().any(is_set));
    let usable = usable.map(|provider| provider.name).collect::<Vec<_>>();
    printer.say(&match usable.as_slice() {
        [] => {
            "No provider's key is set; models of your own machine, as ollama:llama3.3, need none."
                .to_owned()
        }
        usable => format!("There are keys for: {}.", usable.join(", ")),
    });
    needed("Which model? (provider:name) ", printer)
}

/// Asks until there is an answer.
fn needed(question: &str, printer: &Printer) -> Result<String> {
    loop {
        match printer.ask(question)? {
            Some(answer) if !answer.is_empty() => return Ok(answer),
            Some(_) => {}
            None => bail!("nothing was said"),
        }
    }
}
