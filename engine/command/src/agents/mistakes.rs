//! What is wrong with the files of an agent: where it is, and what may have been meant.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use crate::agents::file::FILE;
use crate::units;

/// How alike names are, from 0 to 1, if one may have been meant for the other.
const ALIKE: f64 = 0.8;
/// How many mistakes are told of one agent; the others are counted.
const TOLD: usize = 100;

/// Something that is wrong.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Mistake {
    file: String,
    line: Option<usize>,
    key: Option<String>,
    what: String,
}

impl Mistake {
    /// What is wrong with a file that is shown by this name, or with a folder.
    pub(crate) fn new(file: impl fmt::Display, what: impl fmt::Display) -> Mistake {
        // It has what the files say, and goes to the terminal.
        let (file, what) =
            (units::printable(&file.to_string()), units::printable(&what.to_string()));
        Mistake { file, line: None, key: None, what }
    }

    /// The same with the place in the file, as far as it is known.
    pub(crate) fn at(self, line: Option<usize>, key: Option<&str>) -> Mistake {
        Mistake { line, key: key.map(units::printable), ..self }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.file)?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        if let Some(key) = &self.key {
            write!(f, ", key `{key}`")?;
        }
        write!(f, ": {}", self.what)
    }
}

impl std::error::Error for Mistake {}

/// All that was found to be wrong.
#[derive(Debug, Default)]
pub(crate) struct Mistakes {
    told: Vec<Mistake>,
    /// How many there are besides.
    more: usize,
}

impl Mistakes {
    pub(super) fn note(&mut self, mistake: Mistake) {
        match self.is_full() {
            false => self.told.push(mistake),
            true => self.more += 1,
        }
    }

    /// What there is; if there is nothing, why not is noted.
    pub(super) fn unless<T>(&mut self, result: Result<T, Mistake>) -> Option<T> {
        result.map_err(|mistake| self.note(mistake)).ok()
    }

    /// What was read or made, if nothing was wrong, and else the first mistake.
    pub(super) fn of<T>(self, made: Option<T>) -> Result<T, Mistake> {
        match (self.told.into_iter().next(), made) {
            (Some(first), _) => Err(first),
            (None, Some(made)) => Ok(made),
            (None, None) => Err(Mistake::new(FILE, "there is no agent")),
        }
    }

    /// Whether the next one would only be counted.
    pub(super) fn is_full(&self) -> bool {
        self.told.len() >= TOLD
    }

    pub(super) fn told(&self) -> &[Mistake] {
        &self.told
    }

    pub(super) fn more(&self) -> usize {
        self.more
    }

    pub(super) fn count(&self) -> usize {
        self.told.len() + self.more
    }
}

/// On which line each key of a file is.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines(BTreeMap<String, usize>);

impl Lines {
    /// Of a text that was read. The elements of arrays are keys by their numbers, from 0.
    pub(super) fn of(table: &DeTable<'_>, text: &str) -> Lines {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let ends = ends.map(|(at, _)| at).collect::<Vec<_>>();
        let mut lines = Lines::default();
        lines.note_table("", table, &ends);
        lines
    }

    fn note_table(&mut self, before: &str, table: &DeTable<'_>, ends: &[usize]) {
        for (key, value) in table {
            let name = format!("{before}{}", key.get_ref());
            self.note(name, key.span().start, value.get_ref(), ends);
        }
    }

    fn note(&mut self, name: String, at: usize, value: &DeValue<'_>, ends: &[usize]) {
        match value {
            DeValue::Table(table) => self.note_table(&format!("{name}."), table, ends),
            DeValue::Array(items) => {
                for (number, item) in items.iter().enumerate() {
                    let name = format!("{name}.{number}");
                    self.note(name, item.span().start, item.get_ref(), ends);
                }
            }
            _ => {}
        }
        self.0.insert(name, 1 + ends.partition_point(|end| *end < at));
    }

    /// The line of a key, or of the innermost table around it that is there.
    pub(super) fn line(&self, key: &str) -> Option<usize> {
        let mut key = key;
        loop {
            if let Some(line) = self.0.get(key) {
                return Some(*line);
            }
            key = key.rsplit_once('.')?.0;
        }
    }
}

/// The line of a place in a text, from 1.
pub(crate) fn line(text: &str, at: usize) -> usize {
    1 + text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count()
}

/// What is wrong with the text of a file that is shown by this name.
pub(crate) fn told(error: &toml::de::Error, text: &str, shown: &str) -> Mistake {
    let line = line(text, error.span().map_or(0, |span| span.start));
    Mistake::new(shown, explained(error.message())).at(Some(line), None)
}

/// What serde says; of a key that is none, also which may have been meant.
pub(crate) fn explained(message: &str) -> String {
    match unknown(message) {
        Some(key) => {
            let known = known(message).collect::<Vec<_>>();
            format!("there is no key `{key}`; {}", meant(key, &known))
        }
        None => message.to_owned(),
    }
}

/// Takes the innermost key, or table of an array, at this place of the text out of a table. So what else is
/// wrong with the file can be found, too. Says whether there was one.
pub(super) fn take_out(table: &mut DeTable<'_>, at: usize) -> bool {
    let mut here = None;
    for (key, value) in table.iter_mut() {
        if take_out_of(value.get_mut(), at) {
            return true;
        }
        if key.span().contains(&at) || value.span().contains(&at) {
            here = Some(key.get_ref().to_string());
        }
    }
    here.is_some_and(|key| table.remove(key.as_str()).is_some())
}

fn take_out_of(value: &mut DeValue<'_>, at: usize) -> bool {
    let items = match value {
        DeValue::Table(table) => return take_out(table, at),
        DeValue::Array(items) => items,
        _ => return false,
    };
    if items.iter_mut().any(|item| take_out_of(item.get_mut(), at)) {
        return true;
    }
    let is_it =
        |item: &Spanned<DeValue<'_>>| item.get_ref().is_table() && item.span().contains(&at);
    if !items.iter().any(is_it) {
        return false;
    }
    let mut kept = DeArray::new();
    items.iter().filter(|item| !is_it(item)).for_each(|item| kept.push(item.clone()));
    *items = kept;
    true
}

/// The key that is none, if that is what serde says.
fn unknown(message: &str) -> Option<&str> {
    let rest = message.strip_prefix("unknown field `")?;
    Some(rest.rsplit_once("`, expected ").or_else(|| rest.rsplit_once("`, there are no "))?.0)
}

/// The keys that there are, if serde says that a key is none.
pub(super) fn known(message: &str) -> impl Iterator<Item = &str> {
    let list = message.rsplit_once("`, expected ").map_or("", |(_, list)| list);
    list.split('`').skip(1).step_by(2)
}

/// What a name may be meant for that is none of these.
pub(crate) fn meant(wrong: &str, known: &[&str]) -> String {
    let alike = known.iter().map(|name| (strsim::jaro_winkler(wrong, name), name));
    let alike = alike.filter(|(alike, _)| *alike > ALIKE);
    match alike.max_by(|(one, _), (other, _)| one.total_cmp(other)) {
        Some((_, name)) => format!("it may be meant for `{name}`"),
        None => {
            let names = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
            format!("there are {}", names.join(", "))
        }
    }
}
