//! What several targets need: sessions of the real guest, a runtime for them, folders.

pub mod streams;

use std::future::Future;
use std::path::Path;
use std::sync::OnceLock;

use fumehood::{Engine, Metering};
use fumehood_image::ImageStore;
use serde_json::Value;
use wasmparser::{Operator, Parser, Payload};

fn store(metering: Metering) -> ImageStore {
    ImageStore::of_user().expect("there is a home").with_metering(metering)
}

/// Has the images built, which a target does before its first input: an input has a time limit.
pub fn prepare(modes: &[Metering]) {
    for metering in modes {
        store(*metering).open_or_build(|stage| eprintln!("{stage}")).expect("there is an image");
    }
}

/// The engine of a way of metering. It is made with the first input, when the fuzzer has its handlers of
/// signals in place: wasmtime passes on to them what is not its own, so that a fault of the host is a
/// finding with an input.
pub fn engine(metering: Metering) -> &'static Engine {
    static FUEL: OnceLock<Engine> = OnceLock::new();
    static CLOCK: OnceLock<Engine> = OnceLock::new();
    let engine = if metering == Metering::Fuel { &FUEL } else { &CLOCK };
    engine.get_or_init(|| {
        let image = store(metering).open().expect("the image was built");
        Engine::new(&image).expect("the image can be loaded")
    })
}

/// Runs a future to its end on this thread.
pub fn block_on<F: Future>(future: F) -> F::Output {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .expect("there is a runtime");
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// An empty folder, in memory where the system has such a place: nothing here has to reach a disk.
pub fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }
        .expect("folders can be made")
}

/// How deep a JSON value is nested.
pub fn depth(value: &Value) -> u32 {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// No module copies or fills its memory by an instruction.
pub fn assert_nothing_copies(wasm: &[u8]) {
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CodeSectionEntry(body) = payload.expect("it was validated") {
            for operator in body.get_operators_reader().expect("it was validated") {
                let operator = operator.expect("it was validated");
                let copies = matches!(
                    operator,
                    Operator::MemoryCopy { dst_mem: 0, src_mem: 0 }
                        | Operator::MemoryFill { mem: 0 }
                );
                assert!(!copies, "{operator:?}");
            }
        }
    }
}
