//! What components are granted.

use std::fs;
use std::path::Path;

use fumehood::{Grant, ToolLabels};
use fumehood_tools::component::Component;

use super::components::{self, MEMORY};
use super::{engine, session_with};
use crate::command::fumehood;
use crate::repr;

/// As much of WASI as reads and writes a file of the first folder, and the variables.
const WIT: &str = "
    package acme:notes;
    interface notes {
        /// The beginning of a file.
        read: func(path: string) -> string;
        /// Overwrites the beginning of a file; the number of an error, or 0.
        write: func(path: string, text: string) -> u32;
        folders: func() -> list<tuple<u32, string>>;
        variables: func() -> list<tuple<string, string>>;
    }
    world w {
        import wasi:filesystem/types@0.2.0;
        import wasi:filesystem/preopens@0.2.0;
        import wasi:cli/environment@0.2.0;
        export notes;
    }
    package wasi:cli@0.2.0 {
        interface environment { get-environment: func() -> list<tuple<string, string>>; }
    }
    package wasi:filesystem@0.2.0 {
        interface types {
            enum error-code {
                access, would-block, already, bad-descriptor, busy, deadlock, quota, exist, file-too-large,
                illegal-byte-sequence, in-progress, interrupted, invalid, io, is-directory, loop, too-many-links,
                message-size, name-too-long, no-device, no-entry, no-lock, insufficient-memory, insufficient-space,
                not-directory, not-empty, not-recoverable, unsupported, no-tty, no-such-device, overflow,
                not-permitted, pipe, read-only, invalid-seek, text-file-busy, cross-device,
            }
            flags path-flags { symlink-follow }
            flags open-flags { create, directory, exclusive, truncate }
            flags descriptor-flags {
                read, write, file-integrity-sync, data-integrity-sync, requested-write-sync, mutate-directory,
            }
            resource descriptor {
                read: func(length: u64, offset: u64) -> result<tuple<list<u8>, bool>, error-code>;
                write: func(buffer: list<u8>, offset: u64) -> result<u64, error-code>;
                open-at: func(
                    path-flags: path-flags, path: string, open-flags: open-flags, %flags: descriptor-flags
                ) -> result<descriptor, error-code>;
            }
        }
        interface preopens {
            use types.{descriptor};
            get-directories: func() -> list<tuple<descriptor, string>>;
        }
    }
";

fn notes() -> Vec<u8> {
    let module = format!(
        r#"(import "wasi:filesystem/preopens@0.2.0" "get-directories" (func $folders (param i32)))
        (import "wasi:cli/environment@0.2.0" "get-environment" (func $variables (param i32)))
        (import "wasi:filesystem/types@0.2.0" "[method]descriptor.open-at"
            (func $open (param i32 i32 i32 i32 i32 i32 i32)))
        (import "wasi:filesystem/types@0.2.0" "[method]descriptor.read"
            (func $read (param i32 i64 i64 i32)))
        (import "wasi:filesystem/types@0.2.0" "[method]descriptor.write"
            (func $write (param i32 i32 i32 i64 i32)))
        {MEMORY}
        ;; A file of the first folder, with these flags. Where it cannot be opened, what is at address 32 says why.
        (func $opened (param $path i32) (param $length i32) (param $flags i32) (result i32)
            (call $folders (i32.const 16))
            (if (i32.eqz (i32.load (i32.const 20))) (then unreachable))
            (call $open (i32.load (i32.load (i32.const 16))) (i32.const 1)
                (local.get $path) (local.get $length) (i32.const 0) (local.get $flags) (i32.const 32))
            (i32.load (i32.const 36)))
        (func (export "acme:notes/notes#read") (param i32 i32) (result i32)
            (local $file i32)
            (local.set $file (call $opened (local.get 0) (local.get 1) (i32.const 1)))
            (if (i32.load8_u (i32.const 32)) (then unreachable))
            (call $read (local.get $file) (i64.const 4096) (i64.const 0) (i32.const 48))
            (if (i32.load8_u (i32.const 48)) (then unreachable))
            (i32.const 52))
        (func (export "acme:notes/notes#write") (param i32 i32 i32 i32) (result i32)
            (local $file i32)
            (local.set $file (call $opened (local.get 0) (local.get 1) (i32.const 2)))
            (if (i32.load8_u (i32.const 32)) (then (return (i32.add (i32.const 1) (i32.load8_u (i32.const 36))))))
            (call $write (local.get $file) (local.get 2) (local.get 3) (i64.const 0) (i32.const 64))
            (if (i32.load8_u (i32.const 64)) (then (return (i32.add (i32.const 1) (i32.load8_u (i32.const 72))))))
            (i32.const 0))
        (func (export "acme:notes/notes#folders") (result i32)
            (call $folders (i32.const 16))
            (i32.const 16))
        (func (export "acme:notes/notes#variables") (result i32)
            (call $variables (i32.const 16))
            (i32.const 16))"#
    );
    components::component(WIT, &module)
}

/// What a step shows as its value that has the component.
async fn answers(component: &Component, code: &str) -> String {
    let mut session = session_with(component.modules()).await;
    session.run("from acme.notes import *").await.unwrap();
    session.run(TRY).await.unwrap();
    repr(session.run(code).await.unwrap())
}

fn opened() -> Component {
    Component::new(engine(), "notes", &notes()).unwrap()
}

fn folder(path: &Path) -> cap_std::fs::Dir {
    cap_std::fs::Dir::open_ambient_dir(path, cap_std::ambient_authority()).unwrap()
}

const TRY: &str = "
def tried(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:
        return type(error).__name__
";

#[tokio::test(flavor = "multi_thread")]
async fn a_component_reaches_the_folders_that_it_is_granted_and_no_others() {
    let root = tempfile::tempdir().unwrap();
    let (inside, outside) = (root.path().join("inside"), root.path().join("outside"));
    fs::create_dir(&inside).unwrap();
    fs::write(&outside, "a secret").unwrap();
    fs::write(inside.join("note"), "hello").unwrap();
    std::os::unix::fs::symlink(&outside, inside.join("link")).unwrap();
    let outside_path = outside.display();
    let reading = format!(
        "[path for _, path in folders()], [tried(read, path) for path in \
         ('note', '../outside', 'link', '{outside_path}')]"
    );
    let component = opened();
    let nothing = "([], ['ToolError', 'ToolError', 'ToolError', 'ToolError'])";
    assert_eq!(answers(&component, &reading).await, nothing);

    let component = component.grant(Grant::read_only(folder(&inside), "/notes"));
    // The folder is the one that was granted, whatever its path is by now.
    let moved = root.path().join("moved");
    fs::rename(&inside, &moved).unwrap();
    let read = "(['/notes'], ['hello', 'ToolError', 'ToolError', 'ToolError'])";
    assert_eq!(answers(&component, &reading).await, read);
    let writing = "[write('note', 'J') == 0, write('link', 'J') == 0]";
    assert_eq!(answers(&component, writing).await, "[False, False]");

    let component = opened().grant(Grant::read_write(folder(&moved), "/notes"));
    assert_eq!(answers(&component, writing).await, "[True, False]");
    assert_eq!(fs::read_to_string(moved.join("note")).unwrap(), "Jello");
    assert_eq!(fs::read_to_string(&outside).unwrap(), "a secret");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_has_no_variables_but_its_own() {
    assert_eq!(answers(&opened(), "variables()").await, "[]");
    let component = opened().variable("TZ", "UTC").variable("LANG", "nn");
    assert_eq!(answers(&component, "variables()").await, "[('TZ', 'UTC'), ('LANG', 'nn')]");
}

#[test]
fn what_a_component_is_granted_a_policy_knows_of() {
    let root = tempfile::tempdir().unwrap();
    let labels = |component: &Component| {
        let modules = component.modules();
        let functions = modules.iter().flat_map(|module| module.functions());
        functions.map(|function| function.tool().labels()).collect::<Vec<_>>()
    };
    let read = opened().grant(Grant::read_only(folder(root.path()), "/notes"));
    let write = opened().grant(Grant::read_write(folder(root.path()), "/notes"));
    let said = write.clone().labels(ToolLabels::RETURNS_UNTRUSTED);
    for (component, expected) in [
        (opened(), ToolLabels::default()),
        (read, ToolLabels::READS_PRIVATE),
        (write, ToolLabels::READS_PRIVATE.and(ToolLabels::SENDS)),
        (said, ToolLabels::RETURNS_UNTRUSTED),
    ] {
        assert_eq!(labels(&component), [expected; 4]);
    }
}

#[test]
fn the_file_of_the_documentation_grants_folders_and_variables() {
    let root = tempfile::tempdir().unwrap();
    fs::create_dir(root.path().join("data")).unwrap();
    fs::write(root.path().join("data/note"), "hello").unwrap();
    fs::write(root.path().join("weather.wasm"), notes()).unwrap();
    let described = root.path().join("weather.toml");
    let page = include_str!("../../../docs/tools.md");
    let chapter = page.split_once("\n## Components\n").unwrap().1;
    let block = chapter.split_once("```toml\n").unwrap().1.split_once("```").unwrap().0;
    assert!(
        block.contains("variables = {TZ = \"UTC\"}") && block.contains("{\"/data\" = \"data\"}")
    );
    fs::write(&described, block).unwrap();
    let code = "from acme.notes import *; print(read('note'), variables(), [path for _, path in folders()])";
    let arguments = ["exec", "--tool", described.to_str().unwrap(), "-c", code];
    let output = fumehood(&arguments).output().unwrap();
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "hello [('TZ', 'UTC')] ['/data']\n",
        "{output:?}"
    );
}
