//! What agents remember from run to run, and attempts to remember what others said, or to forget who said it.

mod command;
mod endpoint;
mod lasting;
mod laundering;
mod meaning;
mod searching;

use fumehood::{Labels, SandboxBuilder, Session};
use fumehood_tools::recall::{Embeddings, MemoryStore, NewMemory, Query, Space};
use tempfile::TempDir;

use crate::{builder, repr};

/// A store in a folder of its own, which ends with it.
struct Kept {
    folder: TempDir,
    store: MemoryStore,
}

impl Kept {
    fn new() -> Kept {
        let folder = tempfile::tempdir().unwrap();
        let store = MemoryStore::open(folder.path().join("memories.db")).unwrap();
        Kept { folder, store }
    }

    fn space(&self, user: &str) -> Space {
        self.store.space(user, "helper").unwrap()
    }

    /// All bytes of all files that there are.
    fn bytes(&self) -> Vec<u8> {
        let entries = std::fs::read_dir(self.folder.path()).unwrap();
        entries.flat_map(|entry| std::fs::read(entry.unwrap().path()).unwrap()).collect()
    }
}

fn save(space: &Space, text: &str) -> u64 {
    space.save(NewMemory::new(text), &Labels::default()).unwrap().number
}

/// The texts that a query finds.
fn found(space: &Space, query: &str) -> Vec<String> {
    let query = Query::new(query).most(50);
    space.search(&query).unwrap().into_iter().map(|memory| memory.text).collect()
}

fn with_memory(
    builder: SandboxBuilder,
    space: &Space,
    embeddings: Option<Embeddings>,
) -> SandboxBuilder {
    let tools = space.tools(embeddings).into_iter();
    tools.fold(builder, |builder, tool| builder.shared_tool(tool))
}

/// A session whose code remembers in a space.
async fn session(space: &Space) -> Session {
    with_memory(builder(), space, None).build().unwrap().session().await.unwrap()
}

async fn value(session: &mut Session, code: &str) -> String {
    repr(session.run(code).await.unwrap())
}
