//! The files of sessions.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fumehood::{FileKind, Files, ImageFormat};
use rmcp::model::{ContentBlock, ResourceContents};
use serde_json::{Value, json};

use crate::sandboxing::WORK;

/// Entries of a list.
const ENTRIES: usize = 1000;
/// How deep folders are looked into.
const DEPTH: usize = 8;
/// Bytes of a file that is read or written.
pub(super) const FILE_BYTES: u64 = 8 << 20;
/// Pictures that are shown with what code has done, and bytes of each.
const PICTURES: usize = 4;
const PICTURE_BYTES: u64 = 1 << 20;

/// What files there are: their lengths, and what tells that they have changed.
pub(super) type Seen = BTreeMap<String, (u64, std::time::Duration, u64)>;

/// The files below `/work`, as far as they are looked at.
pub(super) fn seen(files: &Files<'_>) -> Seen {
    let mut seen = Seen::new();
    look(files, WORK, DEPTH, &mut seen);
    seen
}

fn look(files: &Files<'_>, folder: &str, depth: usize, seen: &mut Seen) {
    // A folder that is granted there is not the session's.
    for entry in files.list(folder).unwrap_or_default() {
        if seen.len() >= ENTRIES {
            return;
        }
        let path = format!("{folder}/{}", entry.name);
        match entry.metadata.kind {
            FileKind::File => {
                let about = &entry.metadata;
                seen.insert(path, (about.size, about.modified, about.inode));
            }
            FileKind::Folder if depth > 0 => look(files, &path, depth - 1, seen),
            _ => {}
        }
    }
}

/// The files that are new or have changed, and those of them that are pictures.
pub(super) fn changed(files: &Files<'_>, before: &Seen) -> (Vec<Value>, Vec<ContentBlock>) {
    let (mut told, mut pictures) = (Vec::new(), Vec::new());
    for (path, about) in seen(files) {
        if before.get(&path) == Some(&about) {
            continue;
        }
        told.push(json!({"path": path, "bytes": about.0}));
        if pictures.len() < PICTURES
            && about.0 <= PICTURE_BYTES
            && let Ok(bytes) = files.read(&path)
            && let Some(format) = ImageFormat::of(&bytes)
        {
            pictures.push(ContentBlock::image(STANDARD.encode(&bytes), format.media_type()));
        }
    }
    (told, pictures)
}

/// What is in a folder.
pub(super) fn list(files: &Files<'_>, path: &str) -> Result<Vec<Value>> {
    let entries = files.list(path)?;
    if entries.len() > ENTRIES {
        bail!("`{path}` has {} entries; at most {ENTRIES} are listed", entries.len());
    }
    let kind = |kind| match kind {
        FileKind::Folder => "folder",
        FileKind::Link => "link",
        _ => "file",
    };
    let entry = |entry: fumehood::FileEntry| json!({"name": entry.name, "kind": kind(entry.metadata.kind), "bytes": entry.metadata.size});
    Ok(entries.into_iter().map(entry).collect())
}

/// What is in a file: a text, a picture or bytes.
pub(super) fn read(files: &Files<'_>, session: &str, path: &str) -> Result<ContentBlock> {
    let size = files.metadata(path)?.size;
    if size > FILE_BYTES {
        bail!("`{path}` has {size} bytes; files of at most {FILE_BYTES} bytes are read");
    }
    let bytes = files.read(path)?;
    Ok(content(session, path, bytes))
}

/// Bytes as content.
pub(super) fn content(session: &str, path: &str, bytes: Vec<u8>) -> ContentBlock {
    if let Some(format) = ImageFormat::of(&bytes) {
        return ContentBlock::image(STANDARD.encode(&bytes), format.media_type());
    }
    match String::from_utf8(bytes) {
        Ok(text) => ContentBlock::text(text),
        Err(error) => {
            let blob = STANDARD.encode(error.as_bytes());
            let uri = reqwest::Url::parse("fumehood://session").map(|mut url| {
                url.set_path(&format!("{session}/{}", path.trim_start_matches('/')));
                url.to_string()
            });
            let contents = ResourceContents::blob(blob, uri.unwrap_or_default());
            ContentBlock::resource(contents.with_mime_type("application/octet-stream"))
        }
    }
}

/// The bytes that a client gives: a text, or Base64.
pub(super) fn given(text: Option<String>, base64: Option<String>) -> Result<Vec<u8>> {
    let bytes = match (text, base64) {
        (Some(text), None) => text.into_bytes(),
        (None, Some(base64)) => STANDARD.decode(base64)?,
        _ => bail!("give `text` or `base64`"),
    };
    if bytes.len() as u64 > FILE_BYTES {
        bail!("files of at most {FILE_BYTES} bytes are written");
    }
    Ok(bytes)
}
