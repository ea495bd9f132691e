//! Tools that are operations of a server.

use std::time::Duration;

use anyhow::{Context as _, Result};
use fumehood_tools::egress::EgressLimits;
use fumehood_tools::openapi::OpenApiSettings;
use serde::Deserialize;

use crate::toolbox::Toolset;
use crate::toolbox::source::{Description, Making};
use crate::units;

/// What requests and answers may use.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct LimitsTable {
    #[serde(deserialize_with = "units::in_file::time")]
    time: Option<Duration>,
    #[serde(deserialize_with = "units::in_file::bytes")]
    request: Option<u64>,
    #[serde(deserialize_with = "units::in_file::bytes")]
    response: Option<u64>,
    requests: Option<u64>,
    #[serde(deserialize_with = "units::in_file::bytes")]
    total: Option<u64>,
}

impl LimitsTable {
    fn limits(&self) -> EgressLimits {
        let usual = EgressLimits::default();
        let response = self.response.unwrap_or(usual.response_bytes);
        usual
            .clone()
            .with_time(self.time.unwrap_or(usual.time))
            .with_request_bytes(self.request.unwrap_or(usual.request_bytes))
            .with_response_bytes(response)
            .with_unpacked_bytes(usual.unpacked_bytes.max(response))
            .with_requests(self.requests.unwrap_or(usual.requests))
            .with_bytes(self.total.unwrap_or(usual.bytes))
    }
}

/// The operations that a description allows. Those that cannot be tools are told of.
pub(super) fn operations(description: &Description<'_>, making: &Making<'_>) -> Result<Toolset> {
    let (settings, limits) = description.settings_and::<OpenApiSettings, LimitsTable>("limits")?;
    let file = description.folder.join(&settings.document);
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("cannot read `{}`", file.display()))?;
    let client = making.client().limits(limits.limits());
    let tools = settings.tools(&text, client, &|name| std::env::var(name).ok())?;
    for left_out in tools.left_out() {
        let told = format!("{} is left out: {}", left_out.operation, left_out.reason);
        making.printer.say(&format!("fumehood: {}", units::printable(&told)));
    }
    Ok(tools.tools().into())
}
