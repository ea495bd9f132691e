//! What does not become tools.

use crate::egress::EgressConfigError;

/// Why a document, or what was said about it, does not become tools.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenApiError {
    /// The text is no document.
    #[error("the OpenAPI document cannot be read: {reason}")]
    Read {
        /// What is wrong with it.
        reason: String,
    },
    /// The document is of a version that is not known here.
    #[error(
        "the document is of version `{found}`; what is read here is OpenAPI 3.0, 3.1 and 3.2. Converters make \
         a 3.0 of what is older"
    )]
    Version {
        /// The version that it says, cut if it is long.
        found: String,
    },
    /// A pattern that stands for no operation.
    #[error("`{pattern}` is allowed, and no operation is like that{known}")]
    Unmatched {
        /// The pattern.
        pattern: String,
        /// What there is, as far as a line holds it.
        known: String,
    },
    /// An operation that was allowed by its name cannot be a tool.
    #[error("the operation `{operation}` cannot be a tool: {reason}")]
    Operation {
        /// The operation.
        operation: String,
        /// Why.
        reason: String,
    },
    /// More operations are allowed than can be tools.
    #[error("{allowed} operations are allowed, and {limit} can be; allow fewer")]
    TooMany {
        /// How many were allowed.
        allowed: usize,
        /// How many can be.
        limit: usize,
    },
    /// A server that cannot be asked.
    #[error("the server `{url}` cannot be used: {reason}")]
    Server {
        /// Its address, as far as it is known.
        url: String,
        /// Why.
        reason: String,
    },
    /// A credential that cannot be used.
    #[error("the credential for `{scheme}` cannot be used: {reason}")]
    Credential {
        /// The security scheme of the document.
        scheme: String,
        /// Why.
        reason: String,
    },
    /// The client for its requests cannot be made.
    #[error(transparent)]
    Client(#[from] EgressConfigError),
}
