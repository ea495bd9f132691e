//! Pages as text.
//!
//! * `charset`: bytes as text
//! * `tree`: HTML as a tree that stays small
//! * `markdown`: the article of a page, or all of it, as Markdown; `tables`: those that it has a form for
//! * `parts`: long texts in parts

mod charset;
mod markdown;
mod parts;
mod tables;
mod tree;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use dom_query::Document;
use reqwest::Url;
use tokio::sync::{Semaphore, oneshot};

pub(super) use self::charset::decoded;
pub(super) use self::parts::part;

/// Pages that are read at a time, in the whole process.
static PLACES: Semaphore = Semaphore::const_new(4);
/// Bytes of the stack of a thread that reads; some of what it calls goes as deep as the page.
const STACK: usize = 16 << 20;
/// How long a page may take, with the time that it waits for its turn.
const TIME: Duration = Duration::from_secs(20);
/// How long it may take to become a tree.
const PARSING: Duration = Duration::from_secs(3);

/// What a page says.
#[derive(Debug)]
pub(super) struct Page {
    /// Its title, which may be empty.
    pub(super) title: String,
    /// Who has written it and when, if it says so.
    pub(super) about: String,
    /// Markdown.
    pub(super) text: String,
    /// Whether the text is the article alone.
    pub(super) is_article: bool,
    /// Whether the page was read to its end.
    pub(super) complete: bool,
}

/// Why a page has no text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreadable {
    #[error("its HTML is nested too deeply")]
    Nested,
    #[error("its HTML grows beyond all measure when it is read")]
    Large,
    #[error("reading its HTML took longer than {} seconds", TIME.as_secs())]
    TimedOut,
    #[error("its HTML cannot be read")]
    Broken,
}

/// Reads the page at a URL: its article, if it has one and not all is wanted.
pub(super) async fn read(html: String, url: Url, whole: bool) -> Result<Page, Unreadable> {
    on_a_thread(move |until| markdown::read(&html, &url, whole, until)).await
}

/// Has a function look at a page as a tree.
pub(super) async fn with_tree<T: Send + 'static>(
    html: String,
    look: impl FnOnce(&Document) -> T + Send + 'static,
) -> Result<T, Unreadable> {
    on_a_thread(move |until| tree::Tree::of(&html, until).map(|tree| look(&tree.document))).await
}

/// Does work on a thread of its own, as it may go deep and take long. Nobody can end it, so no more begins while too
/// much of it is under way.
async fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce(Instant) -> Result<T, Unreadable> + Send + 'static,
) -> Result<T, Unreadable> {
    let working = async {
        let place = PLACES.acquire().await.map_err(|_| Unreadable::Broken)?;
        let (tell, told) = oneshot::channel();
        let thread = std::thread::Builder::new().name("page".to_owned()).stack_size(STACK);
        let begun = thread.spawn(move || {
            let done = catch_unwind(AssertUnwindSafe(|| work(Instant::now() + PARSING)));
            drop(place);
            let done = done.unwrap_or_else(|reason| {
                Err(reason.downcast_ref::<Unreadable>().cloned().unwrap_or(Unreadable::Broken))
            });
            // Whoever wanted to know may be gone.
            tell.send(done).ok();
        });
        begun.map_err(|_| Unreadable::Broken)?;
        told.await.unwrap_or(Err(Unreadable::Broken))
    };
    tokio::time::timeout(TIME, working).await.unwrap_or(Err(Unreadable::TimedOut))
}
