//! Why there is no answer to a request.

use std::error::Error;
use std::net::IpAddr;
use std::time::Duration;

/// Why a request has no answer. That somebody dropped the future is not among it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EgressError {
    /// Nothing was sent, because that is not allowed.
    #[error("refused: {0}")]
    Refused(#[from] Refusal),
    /// Nothing was sent, because the request is none that can be.
    #[error("the request cannot be sent: {reason}")]
    Request {
        /// What is wrong with it.
        reason: String,
    },
    /// The name of the host has no address.
    #[error("the name `{host}` has no address: {reason}")]
    Resolve {
        /// The name.
        host: String,
        /// What the resolver said.
        reason: String,
    },
    /// The server could not be reached.
    #[error("`{host}` cannot be reached: {}", deepest(source.as_ref()))]
    Connect {
        /// The host.
        host: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The server did not prove who it is, or does not speak TLS.
    #[error("no secure connection to `{host}`: {reason}")]
    Tls {
        /// The host.
        host: String,
        /// What the check of its certificate found, or what went wrong.
        reason: String,
        /// Whether it is the certificate.
        certificate: bool,
    },
    /// It took too long.
    #[error("`{host}` did not answer within {after:?}")]
    TimedOut {
        /// The host.
        host: String,
        /// How long was waited.
        after: Duration,
    },
    /// The connection broke, or what came is not HTTP.
    #[error("`{host}` did not answer: {}", deepest(source.as_ref()))]
    Broken {
        /// The host.
        host: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Something is larger than it may be.
    #[error("{what} is larger than {limit} bytes, which is the limit")]
    TooLarge {
        /// What it is.
        what: &'static str,
        /// How large it may be, in bytes.
        limit: u64,
    },
    /// A session has used up what it may use in all.
    #[error("the session has used up its {limit} {what}")]
    Spent {
        /// Of what.
        what: &'static str,
        /// How many there were.
        limit: u64,
    },
    /// One redirect followed the other.
    #[error("the server sent it on more than {limit} times")]
    Redirects {
        /// How many are followed.
        limit: u32,
    },
    /// The body is packed in a way that is not known here, or is not what its header says.
    #[error("the answer cannot be unpacked: {reason}")]
    Encoding {
        /// What is wrong with it.
        reason: String,
    },
}

/// Why a request is not allowed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The URL is not a plain one.
    #[error("`{url}` is not a URL that is taken here: {reason}")]
    Url {
        /// The URL, cut if it is long.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The host is not on the list.
    #[error("the host `{host}` is not one of those that are allowed")]
    Host {
        /// The host.
        host: String,
    },
    /// The host is on the list, but not with this port or scheme.
    #[error("`{host}` is allowed, but not by {scheme} at port {port}")]
    Port {
        /// The host.
        host: String,
        /// `http` or `https`.
        scheme: String,
        /// The port.
        port: u16,
    },
    /// The host is on the list, but not with this path.
    #[error("`{host}` is allowed, but not with the path `{path}`")]
    Path {
        /// The host.
        host: String,
        /// The path.
        path: String,
    },
    /// The host is on the list, but not with this method.
    #[error("`{host}` is allowed, but not with the method {method}")]
    Method {
        /// The host.
        host: String,
        /// The method.
        method: String,
    },
    /// The host is, or its name stands for, an address that is not public.
    #[error("the host `{host}` is at {address}, which is {what}")]
    Address {
        /// The host.
        host: String,
        /// Its address.
        address: IpAddr,
        /// What the address is.
        what: &'static str,
    },
    /// A header that the code may not set.
    #[error("the header `{name}` cannot be set: {reason}")]
    Header {
        /// Its name.
        name: String,
        /// Why.
        reason: &'static str,
    },
}

/// What does not make a client, or a part of its configuration.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EgressConfigError {
    /// A rule that cannot be read.
    #[error(
        "`{rule}` does not say what is allowed: {reason}; it has the form \
         [SCHEME://]HOST[:PORT][/PATH][=METHODS], such as `https://*.example.org=GET,POST`"
    )]
    Rule {
        /// The text.
        rule: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A credential that no header can hold, or for no host.
    #[error("the credential for `{host}` cannot be used: {reason}")]
    Credential {
        /// The host.
        host: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The certificates of authorities cannot be read, or TLS cannot be set up.
    #[error("TLS cannot be set up: {reason}")]
    Tls {
        /// What is wrong.
        reason: String,
    },
}

/// What an error comes down to: the last of its causes says it, those before it where it was met.
fn deepest(error: &(dyn Error + Send + Sync + 'static)) -> String {
    let mut deepest: &dyn Error = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
