//! What agents remember from run to run.
//!
//! A [`MemoryStore`] is a file of SQLite. In it each user has a [`Space`] for each agent, and the tools of a space reach
//! that one alone: `memory_save`, `memory_search`, `memory_forget`. A search goes by words, and where an endpoint for
//! [`Embeddings`] is configured, by meaning as well.
//!
//! What a session has seen when it saves something may be in what it saves. So each memory keeps the labels that the
//! session had, and a session that finds it gets them: nothing becomes trusted, or public, by being remembered.
//!
//! * `store`: the file, and what concerns all of it
//! * `space`: the memories of an agent for a user
//! * `ranking`: which of them a query means
//! * `embedding`: texts as vectors
//! * `exchange`: memories as lines of JSON
//! * `tools`: what code gets
//! * `limits`, `error`

mod embedding;
mod error;
mod exchange;
mod limits;
mod ranking;
mod space;
mod store;
mod tools;

pub use self::embedding::Embeddings;
pub use self::error::RecallError;
pub use self::exchange::{Exported, Imported};
pub use self::limits::RecallLimits;
pub use self::space::{Memory, NewMemory, Query, Saved, Space};
pub use self::store::{MemoryStore, SpaceSummary};
