//! Everything that is promised, through the library and through the command.
//!
//! The first test to need the guest image builds it; the others wait. Nothing here needs a network
//! once it is built, or a key.

#![expect(clippy::print_stderr, reason = "building the image shows its progress")]

mod agents;
mod arrow;
mod attached;
mod checkpoints;
mod clock;
mod command;
mod concurrency;
mod determinism;
mod egress;
mod escapes;
mod files;
mod image;
mod limits;
mod lines;
mod mcp;
mod models;
mod named;
mod openapi;
mod policy;
mod pool;
mod prepared;
mod python;
mod recall;
mod repl;
mod rust_tools;
mod saved;
mod session_format;
mod sessions;
mod shelf;
mod sql;
mod terminal;
mod toolbox;
mod tools;
mod web;
mod wit;

use std::sync::OnceLock;

use fumehood::{Engine, Exception, Image, Outcome, Sandbox, SandboxBuilder, Session, Step};
use fumehood_image::ImageStore;

/// The folder of a session that its code begins in.
const WORK: &str = "/work";

/// The store with the image that all tests use.
fn store() -> ImageStore {
    ImageStore::of_user().expect("tests run for a user with a home")
}

fn image() -> Image {
    store().open_or_build(|stage| eprintln!("{stage}")).expect("the guest image can be built")
}

/// The engine that all tests use.
fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| Engine::new(&image()).expect("the image can be loaded"))
}

fn builder() -> SandboxBuilder {
    Sandbox::builder(engine())
}

/// A session in a sandbox with all defaults.
async fn session() -> Session {
    builder().build().unwrap().session().await.unwrap()
}

#[track_caller]
fn repr(step: Step) -> String {
    match step.outcome {
        Outcome::Completed(Some(value)) => value.repr,
        other => panic!("expected a value, got {other:?}"),
    }
}

#[track_caller]
fn printed(step: Step) -> String {
    match step.outcome {
        Outcome::Completed(_) => step.output.stdout,
        other => panic!("expected the code to run to its end, got {other:?}"),
    }
}

#[track_caller]
fn raised(step: Step) -> Exception {
    match step.outcome {
        Outcome::Raised(exception) => exception,
        other => panic!("expected an exception, got {other:?}"),
    }
}
