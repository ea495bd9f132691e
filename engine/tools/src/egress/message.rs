//! Requests and answers.

use std::time::Duration;

use bytes::Bytes;

use super::credential::HttpCredential;

/// A request. Nothing about it was checked yet.
///
/// # Defaults
///
/// * no headers but those that the client adds: `host`, `content-length`, `accept`
/// * no body
/// * the time that the [limits](super::EgressLimits) say
/// * no credentials but those of the client
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct HttpRequest {
    /// The method, in capitals.
    pub method: String,
    /// The URL.
    pub url: String,
    /// Headers; a character of a value is a byte, as in Latin-1.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
    /// How long it may take, if that is shorter than the limit.
    pub time: Option<Duration>,
    /// Credentials of this request alone. The client adds them as it does its own.
    pub credentials: Vec<HttpCredential>,
}

impl HttpRequest {
    /// A request with this method and URL.
    pub fn new(method: impl Into<String>, url: impl Into<String>) -> HttpRequest {
        HttpRequest { method: method.into(), url: url.into(), ..HttpRequest::default() }
    }

    /// A `GET` request for a URL.
    pub fn get(url: impl Into<String>) -> HttpRequest {
        HttpRequest::new("GET", url)
    }

    /// The same request with one more header.
    #[must_use]
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> HttpRequest {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same request with this body.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Bytes>) -> HttpRequest {
        self.body = body.into();
        self
    }

    /// The same request, which may take so long at most.
    #[must_use]
    pub fn with_time(mut self, time: Duration) -> HttpRequest {
        self.time = Some(time);
        self
    }

    /// The same request with one more credential.
    #[must_use]
    pub fn with_credential(mut self, credential: HttpCredential) -> HttpRequest {
        self.credentials.push(credential);
        self
    }
}

/// An answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HttpResponse {
    /// The URL that it is of: that of the request, or of the last redirect.
    pub url: String,
    /// The status, such as 200.
    pub status: u16,
    /// Headers as they came, names in lower case; a character of a value is a byte, as in Latin-1.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Bytes,
}

impl HttpResponse {
    /// The first header of a name, which is given in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    /// Whether the status says that all went well: 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}
