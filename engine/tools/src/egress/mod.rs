//! Requests over HTTP that cannot be led where they were not allowed to go.
//!
//! [`Egress`] is a client for whoever sends requests to places that code, models or strangers choose: the code in a
//! sandbox, which gets it as an [`HttpTool`], and tools of the host. What it does with each request, in this order:
//!
//! 1. The URL has to be plain (`target`): `http` or `https`, no user, nothing that readers differ about.
//! 2. A rule has to allow its host, port, scheme, path and method (`rule`). Nothing is allowed by default.
//! 3. The host is looked up once (`resolve`), and none of its addresses may be one of this machine, its
//!    networks or a metadata service (`address`). What was checked is what is connected to.
//! 4. Headers about the connection are the client's. The host's credentials are added (`credential`).
//! 5. Everything is limited (`limits`): sizes, times, how many at once, how much in all.
//! 6. What came of it is told to a listener (`report`).
//!
//! A redirect is a request like any other.
//!
//! * `client`: [`Egress`]
//! * `message`: requests and answers; `unpacking`: bodies that are packed
//! * `tool`: the client for code in a sandbox; `sessions`: what each session has used of one
//! * `error`: why there is no answer

mod address;
mod client;
mod credential;
mod error;
mod limits;
mod message;
mod report;
mod resolve;
mod rule;
mod sessions;
mod target;
mod tool;
mod unpacking;

pub use client::{Egress, EgressBuilder};
pub use credential::HttpCredential;
pub use error::{EgressConfigError, EgressError, Refusal};
pub use limits::EgressLimits;
pub use message::{HttpRequest, HttpResponse};
pub use report::{HttpOutcome, HttpReport};
pub use resolve::{ResolveFuture, Resolver, SystemResolver};
pub use rule::HttpRule;
pub(crate) use sessions::SessionClients;
pub use tool::HttpTool;

/// The page about it, whose example is compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../../docs/network.md")]
struct Page;
