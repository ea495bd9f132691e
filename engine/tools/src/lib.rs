//! Tools for the sandbox, whoever they come from.
//!
//! Each of them is a [`Tool`](fumehood::Tool) in the end: checked arguments go in, a value and bytes come out,
//! and what they need to know stays on the host.

#![forbid(unsafe_code)]

#[cfg(feature = "asking")]
pub mod asking;
#[cfg(feature = "component")]
pub mod component;
#[cfg(feature = "egress")]
pub mod egress;
#[cfg(feature = "mcp")]
pub mod mcp;
#[cfg(feature = "openapi")]
pub mod openapi;
#[cfg(feature = "python")]
pub mod python;
#[cfg(feature = "recall")]
pub mod recall;
#[cfg(feature = "rust")]
pub mod rust;
#[cfg(feature = "sql")]
pub mod sql;
#[cfg(feature = "web")]
pub mod web;
#[cfg(feature = "wit")]
pub mod wit;

#[cfg(any(feature = "mcp", feature = "openapi"))]
mod media;
#[cfg(any(feature = "mcp", feature = "openapi"))]
mod names;
#[cfg(any(feature = "mcp", feature = "openapi", feature = "web"))]
mod texts;

/// The examples of the page run with those of the documentation.
#[cfg(all(
    doctest,
    feature = "component",
    feature = "openapi",
    feature = "recall",
    feature = "rust",
    feature = "sql",
    feature = "web",
    feature = "wit"
))]
#[doc = include_str!("../../../docs/tools.md")]
struct Page;
