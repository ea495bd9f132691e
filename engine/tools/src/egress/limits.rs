//! How much of everything there may be.

use std::time::Duration;

use super::error::EgressError;

/// What requests may use.
///
/// # Defaults
///
/// * 30 seconds for a request and its answer, of which 10 for a connection
/// * 1 MiB for the body of a request, 8 MiB for that of an answer, as it is sent
/// * 32 MiB for the body of an answer that is unpacked here
/// * 100 headers of 32 KiB in all, for a request and for an answer
/// * 8 requests at the same time
/// * 10 000 requests of a session, and 1 GiB sent and received by it
/// * 5 redirects, where they are followed here
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct EgressLimits {
    /// For a request and its answer.
    pub time: Duration,
    /// For a connection, with the look-up of the name.
    pub connect: Duration,
    /// Bytes of the body of a request.
    pub request_bytes: u64,
    /// Bytes of the body of an answer, as it is sent.
    pub response_bytes: u64,
    /// Bytes of the body of an answer, once it is unpacked.
    pub unpacked_bytes: u64,
    /// How many headers a request has, and an answer.
    pub headers: usize,
    /// Bytes of the headers of a request, and of an answer.
    pub header_bytes: usize,
    /// Requests at the same time; further ones wait.
    pub concurrent: usize,
    /// Requests of a session.
    pub requests: u64,
    /// Bytes of bodies that a session sends and receives.
    pub bytes: u64,
    /// Redirects that are followed here. What code in the sandbox does with a redirect is up to its
    /// libraries, and each request of theirs is checked for itself.
    pub redirects: u32,
}

impl Default for EgressLimits {
    fn default() -> EgressLimits {
        EgressLimits {
            time: Duration::from_secs(30),
            connect: Duration::from_secs(10),
            request_bytes: 1 << 20,
            response_bytes: 8 << 20,
            unpacked_bytes: 32 << 20,
            headers: 100,
            header_bytes: 32 << 10,
            concurrent: 8,
            requests: 10_000,
            bytes: 1 << 30,
            redirects: 5,
        }
    }
}

macro_rules! setters {
    ($($setter:ident, $name:ident: $type:ty);* $(;)?) => {
        impl EgressLimits {
            $(
                #[doc = concat!("Sets `", stringify!($name), "`.")]
                #[must_use]
                pub fn $setter(mut self, $name: $type) -> EgressLimits {
                    self.$name = $name;
                    self
                }
            )*
        }
    };
}

setters! {
    with_time, time: Duration;
    with_connect, connect: Duration;
    with_request_bytes, request_bytes: u64;
    with_response_bytes, response_bytes: u64;
    with_unpacked_bytes, unpacked_bytes: u64;
    with_headers, headers: usize;
    with_header_bytes, header_bytes: usize;
    with_concurrent, concurrent: usize;
    with_requests, requests: u64;
    with_bytes, bytes: u64;
    with_redirects, redirects: u32;
}

/// What a session has used.
#[derive(Debug, Default)]
pub(super) struct Used {
    requests: u64,
    bytes: u64,
}

impl Used {
    /// Counts a request that is about to be sent, with the bytes of its body.
    pub(super) fn request(&mut self, bytes: u64, limits: &EgressLimits) -> Result<(), EgressError> {
        if self.requests >= limits.requests {
            return Err(EgressError::Spent { what: "requests", limit: limits.requests });
        }
        self.requests += 1;
        self.bytes(bytes, limits)
    }

    /// Counts bytes.
    pub(super) fn bytes(&mut self, bytes: u64, limits: &EgressLimits) -> Result<(), EgressError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > limits.bytes {
            return Err(EgressError::Spent { what: "bytes", limit: limits.bytes });
        }
        Ok(())
    }
}
