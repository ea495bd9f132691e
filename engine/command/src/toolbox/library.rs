//! Tools of the library that can be named without a description of them.

use anyhow::Result;

use crate::toolbox::source::Making;
use crate::toolbox::{Toolset, asking, memory, python, web};

type Maker = fn(&Making<'_>) -> Result<Toolset>;

/// What each is called, and who makes it.
const TOOLS: [(&str, Maker); 4] = [
    ("documents", python::documents_without_folders),
    ("memory", memory::usual),
    ("transcriber", web::usual_transcriber),
    ("user_input", user_input),
];

/// The names of all.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    TOOLS.iter().map(|(name, _)| *name).chain(web::KEYLESS)
}

/// The tool of this name, if there is one.
pub(super) fn find(name: &str, making: &Making<'_>) -> Option<Result<Toolset>> {
    if let Some((_, make)) = TOOLS.iter().find(|(known, _)| *known == name) {
        return Some(make(making));
    }
    if !web::KEYLESS.contains(&name) {
        return None;
    }
    match making.image.engine(making.printer) {
        Ok(engine) => web::keyless(name, &engine, making.client()),
        Err(error) => Some(Err(error)),
    }
}

fn user_input(making: &Making<'_>) -> Result<Toolset> {
    Ok(Toolset::of(asking::at_the_terminal(making.printer)))
}
