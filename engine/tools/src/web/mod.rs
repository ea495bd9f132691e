//! Searches, pages of the web, and speech.
//!
//! Each tool sends its requests by an [`Egress`](crate::egress::Egress), so none reaches what that does not allow:
//! searches and speech go to the server of their provider alone, and pages may be of every public host.
//!
//! * [`WebSearch`]: a search by one of several [providers](SearchProvider)
//! * [`VisitWebpage`]: the text of a page
//! * [`WikipediaSearch`]: articles of Wikipedia, or of another wiki of its kind
//! * [`Transcriber`]: what is said in a recording
//!
//! * `server`: what all of them do to ask one; `arguments`: what they are asked
//! * `page`: pages as text
//! * `error`: what cannot become a tool

mod arguments;
mod error;
mod page;
mod search;
mod server;
mod transcriber;
mod visit;
mod wikipedia;

pub use self::error::WebError;
pub use self::search::{SearchProvider, WebSearch, WebSearchBuilder};
pub use self::transcriber::{Transcriber, TranscriberBuilder};
pub use self::visit::{DocumentReader, ReadingFuture, VisitWebpage, VisitWebpageBuilder};
pub use self::wikipedia::{WikipediaSearch, WikipediaSearchBuilder};
