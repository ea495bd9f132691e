//! Reading WIT, which may come from strangers.

use std::path::Path;

use wit_parser::{PackageId, Resolve};

use super::error::WitError;

/// Bytes of a package, with those that it uses.
const BYTES: u64 = 4 << 20;
/// Files of a package, with those that it uses.
const FILES: usize = 1000;
/// How deep folders and types are nested in a text.
const DEPTH: usize = 50;

/// Reads a file or a folder.
pub(super) fn open(path: &Path) -> Result<(Resolve, PackageId), WitError> {
    let shown = path.display().to_string();
    if !path.is_dir() {
        let text = text(path, &mut 0)?;
        return parse(&shown, &text);
    }
    look_at(path, 0, &mut (0, 0))?;
    let mut resolve = Resolve::default();
    let (package, _) = resolve
        .push_path(path)
        .map_err(|error| WitError::Syntax { shown, reason: format!("{error:#}") })?;
    Ok((resolve, package))
}

/// Reads the text of a file that is shown by this name.
pub(super) fn parse(shown: &str, text: &str) -> Result<(Resolve, PackageId), WitError> {
    bounded(shown, text)?;
    let mut resolve = Resolve::default();
    let package = resolve.push_source(shown, text).map_err(|error| WitError::Syntax {
        shown: shown.to_owned(),
        reason: format!("{error:#}"),
    })?;
    Ok((resolve, package))
}

/// Looks at all files of a folder before the parser does.
fn look_at(folder: &Path, depth: usize, read: &mut (u64, usize)) -> Result<(), WitError> {
    let io = |source| WitError::Io { path: folder.to_owned(), source };
    let refuse =
        |reason: String| WitError::Excessive { shown: folder.display().to_string(), reason };
    if depth > DEPTH {
        return Err(refuse(format!("folders are nested more than {DEPTH} deep")));
    }
    for entry in std::fs::read_dir(folder).map_err(io)? {
        let path = entry.map_err(io)?.path();
        read.1 += 1;
        if read.1 > FILES {
            return Err(refuse(format!("it has more than {FILES} files")));
        }
        if path.is_dir() {
            look_at(&path, depth + 1, read)?;
        } else if path.extension().is_some_and(|extension| extension == "wit") {
            let text = text(&path, &mut read.0)?;
            bounded(&path.display().to_string(), &text)?;
        }
    }
    Ok(())
}

fn text(path: &Path, read: &mut u64) -> Result<String, WitError> {
    use std::io::Read as _;

    let io = |source| WitError::Io { path: path.to_owned(), source };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(io)?;
    file.take(BYTES + 1).read_to_string(&mut text).map_err(io)?;
    *read += text.len() as u64;
    if *read > BYTES {
        let reason = format!("there are more than {BYTES} bytes of WIT");
        return Err(WitError::Excessive { shown: path.display().to_string(), reason });
    }
    Ok(text)
}

/// The parser calls itself for each type in a type, and each comment in a comment.
fn bounded(shown: &str, text: &str) -> Result<(), WitError> {
    let (mut types, mut comments) = (0_usize, 0_usize);
    let mut before = ' ';
    for character in text.chars() {
        match (before, character) {
            (_, '<') => types += 1,
            ('-', '>') => {}
            (_, '>') => types = types.saturating_sub(1),
            ('/', '*') => comments += 1,
            ('*', '/') => comments = comments.saturating_sub(1),
            _ => {}
        }
        before = character;
        if types.max(comments) > DEPTH {
            let reason = format!("types or comments are nested more than {DEPTH} deep");
            return Err(WitError::Excessive { shown: shown.to_owned(), reason });
        }
    }
    Ok(())
}
