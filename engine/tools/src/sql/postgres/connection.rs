//! How a server is reached: the address, the socket, TLS, and how much it may say.

use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpStream, UnixStream};
use tokio::task::AbortHandle;
use tokio_postgres::config::{Host, SslMode};
use tokio_postgres::tls::MakeTlsConnect;
use tokio_postgres::{CancelToken, Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::SqlError;
use crate::sql::SqlLimits;

/// How long the server is given to hear that a statement is not wanted any more.
const CANCELLING: Duration = Duration::from_secs(5);
/// Bytes that a server may send besides an answer, and how many for each byte of an answer: blobs are sent as
/// hexadecimal digits.
const TALK: u64 = 1 << 20;
const FOR_A_BYTE: u64 = 4;

/// A server, and how it is known.
pub(super) struct Server {
    config: Config,
    at: At,
    place: String,
    tls: MakeRustlsConnect,
}

/// Where a server is, and the name that its certificate has to have.
#[derive(Clone)]
struct At {
    host: Host,
    port: u16,
    name: String,
}

impl Server {
    pub(super) fn new(address: &SecretString, authorities: &[u8]) -> Result<Server, SqlError> {
        // What is wrong is not told: it could be a part of the password.
        let read = address.expose_secret().trim().parse::<Config>();
        let mut config = read.map_err(|_| SqlError::Address)?;
        let [host] = config.get_hosts() else { return Err(SqlError::Address) };
        let named = host.clone();
        // An address that is told besides the name is where the server is.
        let host = match config.get_hostaddrs() {
            [] => named.clone(),
            [address] => Host::Tcp(address.to_string()),
            _ => return Err(SqlError::Address),
        };
        let port = config.get_ports().first().copied().unwrap_or(5432);
        config.application_name("fumehood");
        let is_here = match &host {
            Host::Tcp(name) => {
                let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
                name == "localhost" || address.is_ok_and(|ip| ip.is_loopback())
            }
            Host::Unix(_) => true,
        };
        let (shown, name) = match named {
            Host::Tcp(name) => (name.clone(), name),
            Host::Unix(folder) => (folder.display().to_string(), "localhost".to_owned()),
        };
        // What an address says nothing of is not left to the server, or to whoever is in between.
        if config.get_ssl_mode() == SslMode::Prefer {
            config.ssl_mode(if is_here { SslMode::Disable } else { SslMode::Require });
        }
        let database = config.get_dbname().or(config.get_user()).unwrap_or_default();
        let place = format!("`{database}` of {shown}:{port}");
        let tls = match authorities.is_empty() {
            true => None,
            false => Some(trusting(authorities)?),
        };
        let tls = match tls {
            Some(tls) => tls,
            // Nobody has to be known where nothing is encrypted.
            None if config.get_ssl_mode() == SslMode::Disable => {
                MakeRustlsConnect::new(client(RootCertStore::empty()))
            }
            None => of_the_system()?,
        };
        Ok(Server { config, at: At { host, port, name }, place, tls })
    }

    /// Which database it is, without what is secret.
    pub(super) fn place(&self) -> &str {
        &self.place
    }

    pub(super) async fn connect(&self, limits: &SqlLimits) -> Result<Connected, SqlError> {
        let failed = |reason: String| SqlError::Connect { place: self.place.clone(), reason };
        let most = (limits.answer_bytes as u64).saturating_mul(FOR_A_BYTE).saturating_add(TALK);
        let left = Arc::new(AtomicU64::new(most));
        let socket = self.at.socket().await.map_err(|error| failed(error.to_string()))?;
        let socket = Bounded { socket, left: Arc::clone(&left) };
        let tls = MakeTlsConnect::<Bounded>::make_tls_connect(&mut self.tls.clone(), &self.at.name);
        let tls = match tls {
            Ok(tls) => tls,
            Err(never) => match never {},
        };
        let connecting = self.config.connect_raw(socket, tls).await;
        let (client, connection) = connecting.map_err(|error| failed(plainly(&error)))?;
        let cancel = Some(Cancel {
            token: client.cancel_token(),
            at: self.at.clone(),
            tls: self.tls.clone(),
        });
        let talking = tokio::spawn(async move {
            // Whoever waits for an answer is told.
            connection.await.ok();
        });
        Ok(Connected { client, cancel, left, talking: talking.abort_handle() })
    }
}

type Socket = Box<dyn Stream>;

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

impl At {
    async fn socket(&self) -> io::Result<Socket> {
        match &self.host {
            Host::Tcp(name) => {
                let name = name.trim_matches(['[', ']']);
                let socket = TcpStream::connect((name, self.port)).await?;
                socket.set_nodelay(true)?;
                Ok(Box::new(socket))
            }
            Host::Unix(folder) => {
                let path = folder.join(format!(".s.PGSQL.{}", self.port));
                Ok(Box::new(UnixStream::connect(path).await?))
            }
        }
    }
}

fn client(roots: RootCertStore) -> ClientConfig {
    // Whoever embeds this may have chosen another provider before; then that one is used.
    rustls::crypto::ring::default_provider().install_default().ok();
    ClientConfig::builder().with_root_certificates(roots).with_no_client_auth()
}

fn trusting(authorities: &[u8]) -> Result<MakeRustlsConnect, SqlError> {
    let wrong = |reason: String| SqlError::Certificates { reason };
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(authorities) {
        let certificate = certificate.map_err(|error| wrong(error.to_string()))?;
        roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
    }
    if roots.is_empty() {
        return Err(wrong("there is no certificate in PEM".to_owned()));
    }
    Ok(MakeRustlsConnect::new(client(roots)))
}

fn of_the_system() -> Result<MakeRustlsConnect, SqlError> {
    rustls::crypto::ring::default_provider().install_default().ok();
    match MakeRustlsConnect::with_native_certs() {
        Ok((tls, _)) => Ok(tls),
        Err(errors) => {
            let reasons = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            let reason = format!("the system has none that can be read {reasons}");
            Err(SqlError::Certificates { reason })
        }
    }
}

/// A connection. What the server still does for it when it is dropped is cancelled.
pub(super) struct Connected {
    pub(super) client: Client,
    cancel: Option<Cancel>,
    left: Arc<AtomicU64>,
    talking: AbortHandle,
}

impl Connected {
    /// The server does nothing for it any more.
    pub(super) fn is_done(&mut self) {
        self.cancel = None;
    }

    /// Why an answer did not come to its end.
    pub(super) fn broken(&self, error: &tokio_postgres::Error, limits: &SqlLimits) -> SqlError {
        match self.left.load(Ordering::Relaxed) {
            0 => SqlError::answer(limits.answer_bytes),
            _ => super::failed(error, limits.time),
        }
    }
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.talking.abort();
        if let (Some(cancel), Ok(runtime)) =
            (self.cancel.take(), tokio::runtime::Handle::try_current())
        {
            runtime.spawn(tokio::time::timeout(CANCELLING, cancel.send()));
        }
    }
}

/// What tells the server that nobody waits for an answer any more.
struct Cancel {
    token: CancelToken,
    at: At,
    tls: MakeRustlsConnect,
}

impl Cancel {
    async fn send(mut self) {
        let Ok(socket) = self.at.socket().await else { return };
        let socket = Bounded { socket, left: Arc::new(AtomicU64::new(TALK)) };
        let tls = match MakeTlsConnect::<Bounded>::make_tls_connect(&mut self.tls, &self.at.name) {
            Ok(tls) => tls,
            Err(never) => match never {},
        };
        // If the server does not hear it, the limit of time that it was told holds.
        self.token.cancel_query_raw(socket, tls).await.ok();
    }
}

/// A socket on which so much is read and no more: a single row can be as large as the server has memory.
pub(super) struct Bounded {
    socket: Socket,
    left: Arc<AtomicU64>,
}

impl AsyncRead for Bounded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.socket).poll_read(context, buffer);
        let came = (buffer.filled().len() - before) as u64;
        let left = self.left.load(Ordering::Relaxed);
        self.left.store(left.saturating_sub(came), Ordering::Relaxed);
        if came > 0 && came >= left {
            return Poll::Ready(Err(io::Error::other("the server says more than it may")));
        }
        polled
    }
}

impl AsyncWrite for Bounded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.socket).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }
}

/// An error with what has caused it.
pub(super) fn plainly(error: &tokio_postgres::Error) -> String {
    if let Some(said) = error.as_db_error() {
        return crate::sql::schema::told(said.message());
    }
    let mut told = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        let text = error.to_string();
        if !told.contains(&text) {
            told = format!("{told}: {text}");
        }
        cause = error.source();
    }
    crate::sql::schema::told(&told)
}
