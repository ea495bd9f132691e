//! Asking a server: one that an operator or a provider has named, or any.

use std::time::Duration;

use fumehood::{CallContext, ToolError};
use reqwest::Url;
use serde_json::Value;

use super::error::WebError;
use crate::egress::{
    Egress, EgressBuilder, EgressError, EgressLimits, HttpCredential, HttpRequest, HttpResponse,
    HttpRule, SessionClients,
};
use crate::texts;

/// Who we say that we are. Some servers answer nobody who does not look like a browser a little.
pub(super) const USER_AGENT: &str =
    concat!("Mozilla/5.0 (compatible; fumehood/", env!("CARGO_PKG_VERSION"), ")");
/// Bytes of what a server says about an error that are told.
const COMPLAINT: usize = 300;
/// Where servers say what is wrong.
const KEYS: [&str; 6] =
    ["/error/message", "/error/detail", "/detail/error", "/message", "/error", "/detail"];

/// One server, which is all that can be reached with it.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) url: Url,
    egress: SessionClients,
}

/// How a server is asked.
pub(super) struct Asked<'a> {
    /// Its address.
    pub(super) url: &'a str,
    /// Whether an operator has named it, who may mean one of the own network.
    pub(super) named: bool,
    /// `GET` or `POST`.
    pub(super) method: &'a str,
    pub(super) limits: EgressLimits,
}

impl Server {
    /// The server at an address, with the credential for its place, which is the host and the port.
    pub(super) fn new(
        client: EgressBuilder,
        asked: &Asked<'_>,
        credential: impl FnOnce(&str) -> Result<Option<HttpCredential>, WebError>,
    ) -> Result<Server, WebError> {
        let url = server_url(asked.url)?;
        let place = place(&url);
        let rule = format!("{}://{place}", url.scheme()).parse::<HttpRule>()?;
        let rule = rule.with_methods([asked.method])?;
        let rule = if asked.named { rule.private() } else { rule };
        let mut client = client.allow(rule).limits(asked.limits.clone());
        if let Some(credential) = credential(&place)? {
            client = client.credential(credential);
        }
        Ok(Server { url, egress: SessionClients::new(client.build()?) })
    }

    /// The client for a call.
    pub(super) fn egress(&self, context: &CallContext) -> Egress {
        self.egress.of(context.session())
    }

    /// Sends a request for a call.
    pub(super) async fn ask(
        &self,
        context: &CallContext,
        request: HttpRequest,
    ) -> Result<HttpResponse, EgressError> {
        self.egress(context).fetch(request).await
    }
}

/// The address of a server, which is for the whole of it to be read in one way.
pub(super) fn server_url(text: &str) -> Result<Url, WebError> {
    let refuse = |reason: &str| WebError::Url { url: text.to_owned(), reason: reason.to_owned() };
    let url = Url::parse(text).map_err(|error| refuse(&error.to_string()))?;
    match url.scheme() {
        "http" | "https" if url.host_str().is_none_or(str::is_empty) => {
            Err(refuse("it has no host"))
        }
        // What stands for something, and was not replaced by it.
        "http" | "https" if url.host_str().is_some_and(|host| host.contains(['{', '}'])) => {
            Err(refuse("its host has braces"))
        }
        "http" | "https" if !url.username().is_empty() || url.password().is_some() => {
            Err(refuse("keys are not part of it"))
        }
        "http" | "https" => Ok(url),
        _ => Err(refuse("it does not begin with http:// or https://")),
    }
}

/// The host of an address, with its port if it says one.
pub(super) fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// A request for JSON.
pub(super) fn json_request(request: HttpRequest, body: &Value) -> HttpRequest {
    request
        .with_header("content-type", "application/json")
        .with_header("accept", "application/json")
        .with_body(body.to_string())
}

/// What a server says about an error, in a line; nothing, if it says nothing that can be read.
pub(super) fn complaint(answer: &HttpResponse) -> Option<String> {
    let said = serde_json::from_slice::<Value>(&answer.body).ok()?;
    let text = KEYS.iter().find_map(|key| said.pointer(key)?.as_str())?;
    let text = texts::line(text, COMPLAINT);
    (!text.is_empty()).then_some(text)
}

/// How long a server says to wait.
pub(super) fn retry_after(answer: &HttpResponse) -> Option<Duration> {
    let seconds = answer.header("retry-after")?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// The error for code that what it asked for has no answer.
pub(super) fn failed(what: &str, error: &EgressError) -> ToolError {
    let told = format!("{what}: {error}");
    match error {
        EgressError::Refused(_) => ToolError::refused(told),
        _ => ToolError::new(told),
    }
}
