//! HTTP for code: what flags, and files of operators and agents, say about it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use fumehood_policy::{AuditLog, AuditedRequest};
use fumehood_tools::egress::{
    Egress, EgressBuilder, EgressError, EgressLimits, HttpCredential, HttpOutcome, HttpReport,
    HttpRule, HttpTool, Refusal,
};
use serde::Deserialize;

use crate::agents::mistakes;
use crate::units;

/// What requests the code may send.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct HttpFlags {
    /// Let the code send HTTP requests to a host: example.org, https://*.example.org:8443/v1=GET,POST. Without
    /// methods, GET and HEAD. Hosts at private addresses are refused
    #[arg(long, value_name = "HOST[:PORT][=METHODS]")]
    allow_http: Vec<HttpRule>,
    /// The same for an internal service, whose address may be this machine's or a private one
    #[arg(long, value_name = "HOST[:PORT][=METHODS]")]
    allow_http_private: Vec<HttpRule>,
    /// Read from a TOML file what requests are allowed, with limits and credentials
    #[arg(long, value_name = "FILE")]
    http: Option<PathBuf>,
}

/// What an agent's file says of it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct HttpTable {
    pub(crate) allow: Vec<String>,
    pub(crate) private: Vec<String>,
    #[serde(deserialize_with = "units::in_file::time")]
    pub(crate) time: Option<Duration>,
    #[serde(deserialize_with = "units::in_file::bytes")]
    pub(crate) request: Option<u64>,
    #[serde(deserialize_with = "units::in_file::bytes")]
    pub(crate) response: Option<u64>,
    pub(crate) requests: Option<u64>,
    #[serde(deserialize_with = "units::in_file::bytes")]
    pub(crate) total: Option<u64>,
}

/// An operator's file: the same table, and credentials. An agent may be a stranger's, who is not to name variables
/// of this process and where their values go.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct HttpFile {
    http: HttpTable,
    credentials: Vec<CredentialTable>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CredentialTable {
    host: String,
    header: String,
    #[serde(default)]
    prefix: String,
    env: String,
}

impl HttpTable {
    /// The limits, over others.
    pub(crate) fn limits(&self, mut limits: EgressLimits) -> EgressLimits {
        limits.time = self.time.unwrap_or(limits.time);
        limits.request_bytes = self.request.unwrap_or(limits.request_bytes);
        limits.response_bytes = self.response.unwrap_or(limits.response_bytes);
        limits.requests = self.requests.unwrap_or(limits.requests);
        limits.bytes = self.total.unwrap_or(limits.bytes);
        limits
    }

    fn rules(&self) -> Result<Vec<HttpRule>> {
        let allowed = self.allow.iter().map(|rule| rule.parse::<HttpRule>());
        let private =
            self.private.iter().map(|rule| rule.parse::<HttpRule>().map(HttpRule::private));
        Ok(allowed.chain(private).collect::<Result<_, _>>()?)
    }
}

impl HttpFlags {
    /// The function that sends requests, if any are allowed here or by an agent's file.
    /// Requests are written into the log.
    pub(crate) fn tool(
        &self,
        agent: Option<&HttpTable>,
        log: Option<Arc<AuditLog>>,
    ) -> Result<Option<HttpTool>> {
        let (file, credentials) = self.file()?;
        let tables = agent.into_iter().chain(file.as_ref()).collect::<Vec<_>>();
        let mut rules = self.allow_http.clone();
        rules.extend(self.allow_http_private.iter().cloned().map(HttpRule::private));
        let mut limits = EgressLimits::default();
        for table in &tables {
            rules.extend(table.rules()?);
            limits = table.limits(limits);
        }
        if rules.is_empty() {
            return Ok(None);
        }
        let mut builder = Egress::builder().limits(limits);
        for rule in rules {
            builder = builder.allow(rule);
        }
        for credential in credentials {
            builder = builder.credential(credential);
        }
        Ok(Some(HttpTool::new(logged(builder, log).build()?)))
    }

    /// What the operator's file says.
    fn file(&self) -> Result<(Option<HttpTable>, Vec<HttpCredential>)> {
        let Some(path) = &self.http else { return Ok((None, Vec::new())) };
        let shown = path.display().to_string();
        let text =
            std::fs::read_to_string(path).with_context(|| format!("cannot read `{shown}`"))?;
        let file = toml::from_str::<HttpFile>(&text)
            .map_err(|error| mistakes::told(&error, &text, &shown))?;
        let credential = |table: CredentialTable| {
            let CredentialTable { host, header, prefix, env } = table;
            let secret = std::env::var(&env)
                .with_context(|| format!("`{shown}`: the environment variable {env} is not set"))?;
            HttpCredential::new(&host, &header, &prefix, secret)
                .with_context(|| format!("`{shown}`"))
        };
        file.http.rules().with_context(|| format!("`{shown}`"))?;
        let credentials = file.credentials.into_iter().map(credential).collect::<Result<_>>()?;
        Ok((Some(file.http), credentials))
    }
}

/// A client whose requests are written into a log, if there is one.
pub(crate) fn logged(builder: EgressBuilder, log: Option<Arc<AuditLog>>) -> EgressBuilder {
    let Some(log) = log else { return builder };
    builder.listener(move |report: &HttpReport<'_>| {
        let (status, reason) = match &report.outcome {
            HttpOutcome::Answered(status) => (Some(*status), None),
            HttpOutcome::Failed(error) => (None, Some(without_url(error))),
            _ => (None, Some("nobody waits for the answer".to_owned())),
        };
        let written = log.request(&AuditedRequest {
            method: report.method,
            server: server(report.url),
            status,
            reason: reason.as_deref(),
            credential: report.credential,
            sent: report.sent,
            received: report.received,
            took: report.took,
        });
        // The request is over. A log that cannot be written keeps the next call from being made.
        written.ok();
    })
}

/// Why there is no answer, without what a policy may keep out of the log.
fn without_url(error: &EgressError) -> String {
    match error {
        EgressError::Refused(Refusal::Url { reason, .. }) => {
            format!("refused: the URL is not one that is taken here: {reason}")
        }
        EgressError::Refused(Refusal::Path { host, .. }) => {
            format!("refused: `{host}` is allowed, but not with this path")
        }
        error => error.to_string(),
    }
}

/// The part of a URL that says who is asked. What else is in it may be meant for nobody else to read.
fn server(url: &str) -> &str {
    let begin = url.find("://").map_or(0, |at| at + 3);
    let rest = url.get(begin..).unwrap_or_default();
    let end = begin + rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
    let server = url.get(..end).unwrap_or_default();
    match server.rfind('@') {
        // A user, and perhaps a password.
        Some(at) => server.get(at + 1..).unwrap_or_default(),
        None => server,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_says_who_was_asked_and_no_more() {
        for (url, told) in [
            ("https://example.org:8443/a?key=1", "https://example.org:8443"),
            ("http://[::1]?x", "http://[::1]"),
            ("http://ada:secret@example.org/", "example.org"),
            ("http://a@b@c", "c"),
            ("example.org\\@x", "example.org"),
            ("", ""),
        ] {
            assert_eq!(server(url), told, "{url}");
        }
    }
}
