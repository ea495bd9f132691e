//! A server behind streamable HTTP.

use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;

/// How long is waited for a connection.
const CONNECT: Duration = Duration::from_secs(20);

/// A connection to the server. It is made by the first message.
///
/// Redirects are not followed: they would take the headers elsewhere.
pub(super) fn transport(
    url: &reqwest::Url,
    headers: &[(HeaderName, HeaderValue)],
    longest: usize,
) -> Result<StreamableHttpClientTransport<reqwest::Client>, String> {
    // Whoever embeds this may have chosen another provider before; then that one is used.
    rustls::crypto::ring::default_provider().install_default().ok();
    let client = reqwest::Client::builder()
        .connect_timeout(CONNECT)
        .redirect(reqwest::redirect::Policy::none())
        // Headers of the client's own may be any, among them those that the transport says itself.
        .default_headers(headers.iter().cloned().collect())
        .pool_max_idle_per_host(0)
        .build()
        .map_err(|error| format!("there can be no HTTP client: {error}"))?;
    let mut config = StreamableHttpClientTransportConfig::with_uri(url.as_str());
    config.max_sse_event_size = longest;
    config.max_json_response_size = longest;
    // A call that the server has forgotten the session of may have been made: it is an error, and is not repeated.
    config.reinit_on_expired_session = false;
    Ok(StreamableHttpClientTransport::with_client(client, config))
}
