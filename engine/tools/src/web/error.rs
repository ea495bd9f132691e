//! What cannot become a tool.

use crate::egress::EgressConfigError;

/// Why a tool of the web cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WebError {
    /// An address of a server that is none.
    #[error("`{url}` is no address of a server: {reason}")]
    Url {
        /// The text.
        url: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A server that has to be named.
    #[error("{whose} has no server of its own: say the address of one, such as {example}")]
    NoUrl {
        /// Which provider it is.
        whose: &'static str,
        /// How it may look.
        example: &'static str,
    },
    /// A server that answers nobody without a key.
    #[error("{whose} answers nobody without a key; it is usually in the variable {variable}")]
    NoKey {
        /// Which provider it is.
        whose: &'static str,
        /// The variable that the provider's own programs read it from.
        variable: &'static str,
    },
    /// A key that cannot be sent, or a client that cannot be made.
    #[error(transparent)]
    Egress(#[from] EgressConfigError),
}
