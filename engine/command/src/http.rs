//! HTTP for code: what flags, and files of operators and agents, say about it.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result};
use fumehood_tools::egress::{Egress, EgressLimits, HttpCredential, HttpRule, HttpTool};
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
    pub(crate) fn tool(&self, agent: Option<&HttpTable>) -> Result<Option<HttpTool>> {
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
        Ok(Some(HttpTool::new(builder.build()?)))
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
