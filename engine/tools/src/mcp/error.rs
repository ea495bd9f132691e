//! Why there is no server, or no answer.

/// Why servers could not be configured or started. Each names the server.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum McpError {
    /// The configuration is not one.
    #[error("it is no configuration of MCP servers: {reason}")]
    Config {
        /// What is wrong.
        reason: String,
    },
    /// The configuration of a server is wrong.
    #[error("MCP server `{server}`: {reason}")]
    Server {
        /// The server.
        server: String,
        /// What is wrong, and what would be right.
        reason: String,
    },
    /// The server could not be started, or did not say what it has.
    #[error("MCP server `{server}` cannot be used: {reason}")]
    Start {
        /// The server.
        server: String,
        /// What went wrong, with the end of what its program wrote to stderr.
        reason: String,
    },
}
