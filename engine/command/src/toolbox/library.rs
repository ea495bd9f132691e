//! Tools of the library that can be named without a description of them.

use anyhow::Result;

use crate::toolbox::source::Making;
use crate::toolbox::{Toolset, asking, memory, python};

type Maker = fn(&Making<'_>) -> Result<Toolset>;

/// What each is called, and who makes it.
const TOOLS: [(&str, Maker); 3] = [
    ("documents", python::documents_without_folders),
    ("memory", memory::usual),
    ("user_input", user_input),
];

/// The names of all.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TOOLS.iter().map(|(name, _)| *name)
}

/// The tool of this name, if there is one.
pub(super) fn find(name: &str, making: &Making<'_>) -> Option<Result<Toolset>> {
    let (_, make) = TOOLS.iter().find(|(known, _)| *known == name)?;
    Some(make(making))
}

fn user_input(making: &Making<'_>) -> Result<Toolset> {
    Ok(Toolset::of(asking::at_the_terminal(making.printer)))
}
