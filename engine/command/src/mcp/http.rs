//! The server over HTTP.

use std::convert::Infallible;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::mcp::desk::Desk;
use crate::mcp::files::FILE_BYTES;
use crate::printer::Printer;

/// Where clients find the server.
const PATH: &str = "/mcp";
/// Connections, and clients, at a time.
const CONNECTIONS: usize = 256;
const CLIENTS: usize = 128;
/// How long a client may take to say what it wants.
const HEADERS: Duration = Duration::from_secs(20);
/// How long clients may take to be done when the server ends.
const GRACE: Duration = Duration::from_secs(3);

/// The environment variable with the token that clients have to give.
pub(super) const TOKEN: &str = "FUMEHOOD_MCP_TOKEN";

/// What is served, and to whom.
struct Door {
    service: StreamableHttpService<Desk, LocalSessionManager>,
    clients: Arc<LocalSessionManager>,
    /// The hash of the token.
    token: Option<[u8; 32]>,
}

/// The address that was meant: a port is one of this machine alone.
pub(super) fn address(text: &str) -> Result<SocketAddr> {
    if let Ok(port) = text.parse::<u16>() {
        return Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    }
    let named = text.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
    let text = named.as_deref().unwrap_or(text);
    text.parse().with_context(|| format!("`{text}` is neither a port nor an address with a port"))
}

/// Serves until `end` is there.
pub(super) async fn serve(
    desk: Desk,
    address: SocketAddr,
    token: Option<String>,
    origins: &[String],
    printer: &Printer,
    end: impl Future<Output = ()>,
) -> Result<()> {
    let is_loopback = address.ip().to_canonical().is_loopback();
    if !is_loopback && token.is_none() {
        bail!(
            "a server that others can reach needs a token that they have to give: set {TOKEN}, or serve \
             at a port of this machine"
        );
    }
    if token.as_ref().is_some_and(|token| token.len() < 16) {
        bail!("{TOKEN} has fewer than 16 characters, which can be guessed");
    }
    let listener = TcpListener::bind(address).await;
    let listener = listener.with_context(|| format!("cannot listen at {address}"))?;
    let local = listener.local_addr()?;
    let mut config = StreamableHttpServerConfig::default()
        // Base64 takes a third more, and JSON a little.
        .with_max_request_body_bytes(usize::try_from(FILE_BYTES)?.saturating_mul(3) / 2)
        .with_allowed_origins(origins)
        .enforce_origin_validation();
    config = match is_loopback {
        // A page whose name was made to mean this machine says that name.
        true => config.with_allowed_hosts(["localhost", "127.0.0.1", "::1", &host(local.ip())]),
        // Nobody knows by which names others reach it; the token is what counts.
        false => config.disable_allowed_hosts(),
    };
    let ending = config.cancellation_token.clone();
    let clients = Arc::<LocalSessionManager>::default();
    let service =
        StreamableHttpService::new(move || Ok(desk.clone()), Arc::clone(&clients), config);
    let token = token.map(|token| Sha256::digest(token.as_bytes()).into());
    let door = Arc::new(Door { service, clients, token });
    printer.say(&format!("fumehood: MCP at http://{local}{PATH}"));
    let connections = Arc::new(Semaphore::new(CONNECTIONS));
    let mut end = std::pin::pin!(end);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut end => break,
        };
        let Ok((stream, _)) = accepted else {
            // There may be no descriptors left; connections that end give some back.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Ok(permit) = Arc::clone(&connections).try_acquire_owned() else { continue };
        let door = Arc::clone(&door);
        tokio::spawn(async move {
            let answer = service_fn(move |request| {
                let door = Arc::clone(&door);
                async move { Ok::<_, Infallible>(door.answer(request).await) }
            });
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADERS)
                .serve_connection(TokioIo::new(stream), answer);
            // Whoever breaks a connection knows it.
            connection.await.ok();
            drop(permit);
        });
    }
    ending.cancel();
    let all = u32::try_from(CONNECTIONS)?;
    tokio::time::timeout(GRACE, connections.acquire_many(all)).await.ok();
    Ok(())
}

fn host(ip: IpAddr) -> String {
    ip.to_string()
}

impl Door {
    async fn answer(&self, request: Request<Incoming>) -> Response<BoxBody<Bytes, Infallible>> {
        if request.uri().path() != PATH {
            return refusal(StatusCode::NOT_FOUND, "the server is at /mcp");
        }
        if !self.knows(&request) {
            let mut refused = refusal(StatusCode::UNAUTHORIZED, "the token is missing or wrong");
            let scheme = hyper::header::HeaderValue::from_static("Bearer");
            refused.headers_mut().insert(WWW_AUTHENTICATE, scheme);
            return refused;
        }
        let is_new =
            request.method() == Method::POST && !request.headers().contains_key("mcp-session-id");
        if is_new && self.clients.sessions.read().await.len() >= CLIENTS {
            return refusal(StatusCode::SERVICE_UNAVAILABLE, "there are too many clients");
        }
        self.service.handle(request).await
    }

    /// Whether a request has the token, if one is asked for.
    fn knows(&self, request: &Request<Incoming>) -> bool {
        let Some(token) = &self.token else { return true };
        let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
        // Of hashes, it tells nothing where they begin to differ.
        <[u8; 32]>::from(Sha256::digest(given.as_bytes())) == *token
    }
}

fn refusal(status: StatusCode, why: &'static str) -> Response<BoxBody<Bytes, Infallible>> {
    let mut refusal = Response::new(Full::new(Bytes::from_static(why.as_bytes())).boxed());
    *refusal.status_mut() = status;
    refusal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_is_one_of_this_machine() {
        for (text, expected) in [
            ("8000", "127.0.0.1:8000"),
            ("localhost:8000", "127.0.0.1:8000"),
            ("0.0.0.0:1", "0.0.0.0:1"),
            ("[::1]:0", "[::1]:0"),
        ] {
            assert_eq!(address(text).unwrap().to_string(), expected);
        }
        for text in ["", "70000", "example.com:80", "127.0.0.1"] {
            assert!(address(text).is_err(), "{text}");
        }
    }
}
