//! A server on this machine that answers as each test needs it.

use std::io::Write;
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The authority that the secure server's certificate is of.
pub(super) const AUTHORITY: &str = include_str!("tls/authority.pem");

/// `unpacked`, packed by gzip.
const PACKED: [u8; 28] = [
    31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 43, 205, 43, 72, 76, 206, 78, 77, 1, 0, 150, 98, 47, 202, 8,
    0, 0, 0,
];

/// A server, which ends with the process.
pub(super) struct Server {
    pub(super) port: u16,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(super) fn start() -> Server {
        Server::serving(None)
    }

    /// One that speaks TLS, as `secure.test`.
    pub(super) fn secure() -> Server {
        rustls::crypto::ring::default_provider().install_default().ok();
        let certificate = CertificateDer::from_pem_slice(include_bytes!("tls/server.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_slice(include_bytes!("tls/server.key")).unwrap();
        let config = rustls::ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        Server::serving(Some(Arc::new(config)))
    }

    fn serving(tls: Option<Arc<rustls::ServerConfig>>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::default());
        let seen = Arc::clone(&requests);
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let (seen, tls) = (Arc::clone(&seen), tls.clone());
                std::thread::spawn(move || serve(connection, tls, &seen));
            }
        });
        Server { port, requests }
    }

    /// The requests that came, as they were sent.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn serve(
    mut connection: TcpStream,
    tls: Option<Arc<rustls::ServerConfig>>,
    seen: &Mutex<Vec<String>>,
) {
    connection.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    match tls {
        None => answer(&mut connection, seen),
        Some(config) => {
            let session = rustls::ServerConnection::new(config).unwrap();
            let mut stream = rustls::StreamOwned::new(session, connection);
            answer(&mut stream, seen);
            stream.conn.send_close_notify();
            stream.flush().ok();
        }
    }
}

trait Stream: std::io::Read + Write {}
impl<T: std::io::Read + Write> Stream for T {}

/// Reads one request and answers it, after which the connection ends.
fn answer(stream: &mut dyn Stream, seen: &Mutex<Vec<String>>) {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => request.push(byte[0]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&request).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    if stream.read_exact(&mut body).is_err() {
        return;
    }
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let request = head + &String::from_utf8_lossy(&body);
    seen.lock().unwrap().push(request.clone());
    // Whoever asked may have hung up.
    respond(stream, &target, &request).and_then(|()| stream.flush()).ok();
}

fn respond(stream: &mut dyn Stream, target: &str, request: &str) -> std::io::Result<()> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut say = |head: &str, body: &[u8]| {
        write!(
            stream,
            "HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            body.len()
        )?;
        stream.write_all(body)
    };
    let number = query.parse::<usize>().unwrap_or(0);
    match path {
        "/csv" => say("200 OK\r\ncontent-type: text/csv", b"city,people\nReykjavik,139875\nOslo,709037\n"),
        "/redirect" => say(&format!("302 Found\r\nlocation: {query}"), b""),
        "/see" => say(&format!("303 See Other\r\nlocation: {query}"), b""),
        "/again" => say(&format!("307 Temporary Redirect\r\nlocation: {query}"), b""),
        "/packed" => say("200 OK\r\ncontent-encoding: gzip", &PACKED),
        "/echo" => say("200 OK\r\ncontent-type: text/plain", request.as_bytes()),
        "/reflect" => {
            let line = request.lines().find(|line| line.starts_with("authorization:"));
            let head = format!("200 OK\r\nx-seen: {}", line.unwrap_or_default());
            say(&head, request.as_bytes())
        }
        "/cookie" => say("200 OK\r\nset-cookie: who=me; Path=/", b"set"),
        "/missing" => say("404 Not Found", b"there is none"),
        "/large" => say("200 OK", &vec![b'x'; number]),
        "/headers" => {
            let headers = (0..number).map(|i| format!("\r\nx-{i}: {}", "y".repeat(50)));
            say(&format!("200 OK{}", headers.collect::<String>()), b"")
        }
        "/chunks" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
            for _ in 0..number {
                stream.write_all(b"400\r\n")?;
                stream.write_all(&[b'x'; 1024])?;
                stream.write_all(b"\r\n")?;
            }
            stream.write_all(b"0\r\n\r\n")
        }
        // Says little, and goes on saying it.
        "/drip" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")?;
            loop {
                stream.write_all(b"x")?;
                stream.flush()?;
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        "/drip-headers" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nx-long: ")?;
            loop {
                stream.write_all(b"x")?;
                stream.flush()?;
                std::thread::sleep(Duration::from_millis(20));
            }
        }
        "/cut" => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this"),
        "/nonsense" => stream.write_all(b"220 ftp.test ready\r\n"),
        // Two lengths are two answers for whoever reads the one or the other.
        "/lengths" => stream.write_all(
            b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\ncontent-length: 40\r\n\r\nbodyHTTP/1.1 200 OK\r\n\r\n",
        ),
        _ => say("200 OK\r\ncontent-type: text/plain", format!("this is {path}").as_bytes()),
    }
}
