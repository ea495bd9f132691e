//! Real CPython in a WebAssembly sandbox, for code that nobody has reviewed.
//!
//! An [`Engine`] holds the guest [`Image`]: an interpreter that has started and has numpy and pandas
//! imported. A [`Sandbox`] says what code may reach (tools, folders, environment) and use (fuel, time,
//! memory, output). Each of its [`Session`]s is a fresh copy of that interpreter, which runs steps
//! one after another and keeps its variables between them. A [`Step`] tells what came of it: a value,
//! an exception with CPython's own traceback, a final answer, a limit that was reached.
//!
//! ```no_run
//! use fumehood::{Engine, Image, Outcome, Sandbox};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let engine = Engine::new(&Image::open("/srv/fumehood/image")?)?;
//! let mut session = Sandbox::builder(&engine).build()?.session().await?;
//! session.run("import pandas as pd; table = pd.DataFrame({'n': [1, 2, 3]})").await?;
//! let step = session.run("table.n.mean()").await?;
//! if let Outcome::Completed(Some(value)) = step.outcome {
//!     assert_eq!(value.repr, "np.float64(2.0)");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The crate `fumehood-image` builds the image. This crate never prints, and reads no environment
//! variables and no files but those of the image and the folders it is given. Sessions run on any
//! tokio runtime with timers.

mod ambience;
mod answer;
mod attachment;
mod bindings;
mod calls;
mod checkpoint;
mod code;
mod console;
mod context;
mod control;
mod determinism;
mod endings;
mod engine;
mod error;
mod files;
#[cfg(fuzzing)]
pub mod fuzzing;
mod guard;
mod host;
mod idle;
mod image;
mod instance;
mod labels;
mod limits;
mod memory;
mod modules;
mod outcome;
mod packages;
mod pool;
mod precompiled;
mod prepared;
mod sandbox;
mod saved;
mod session;
mod shelf;
mod signature;
mod tools;
mod variables;
mod wasi;
#[doc(hidden)]
pub mod workshop;

pub use answer::{Answer, FinalAnswer, ImageFormat};
pub use attachment::Attachment;
pub use calls::{Interceptor, ToolCall, ToolCallError};
pub use checkpoint::Checkpoint;
pub use code::Code;
pub use context::{CallContext, SessionMark};
pub use control::{CancelHandle, Untimed};
pub use determinism::Determinism;
pub use engine::{Engine, Metering};
pub use error::{
    ConfigError, DefineError, EngineError, FilesError, ImageError, PrepareError, SavedError,
    SessionError,
};
pub use files::{Copied, FileEntry, FileKind, FileMetadata, Files, Refusal};
pub use guard::{Guard, Make, StepBegun, StepEnded};
pub use idle::Footprint;
pub use image::{FORMAT, FileDigest, Image, Library, Manifest};
pub use labels::{Label, Labels, Ledger, LedgerEntries, ToolLabels};
pub use limits::{
    BLOCK_BYTES_LEAST, CODE_BYTES, ENTRY_BYTES, FUEL_DEFAULT, FUEL_GRACE_LEAST, FUEL_GRACE_MOST,
    Limit, Limits, NAME_BYTES, PATH_BYTES, Reached, Scope, TIME_GRACE_LEAST, TIME_GRACE_MOST,
    Totals, Usage,
};
pub use modules::{Case, Definition, Field, Function, Integer, Kind, Module, Named, Place, Type};
pub use outcome::{Event, Exception, Failure, Listener, Outcome, Output, Step, Stream, Value};
pub use packages::Packages;
pub use pool::Pool;
pub use sandbox::{Sandbox, SandboxBuilder};
pub use saved::SavedHeader;
pub use session::Session;
pub use shelf::{SessionGuard, Shelf, ShelfBuilder, ShelfStatus};
pub use tools::{
    Arguments, Returning, Tool, ToolDeclaration, ToolError, ToolFuture, ToolInput, ToolOutput,
    function, function_of_input, unusable_name,
};
pub use variables::Variables;
pub use wasi::Grant;
