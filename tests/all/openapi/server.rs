//! A server on this machine that has pets.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What the server has seen, and what it has.
#[derive(Default)]
struct Shop {
    requests: Vec<Request>,
    pets: BTreeMap<u64, String>,
    photos: BTreeMap<u64, Vec<u8>>,
}

/// A request as it came.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// Method and target.
    pub(super) line: String,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Request {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A server, which ends with the process.
pub(super) struct Server {
    pub(super) port: u16,
    shop: Arc<Mutex<Shop>>,
}

impl Server {
    pub(super) fn start() -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shop = Arc::new(Mutex::default());
        let behind = Arc::clone(&shop);
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let shop = Arc::clone(&behind);
                // Whoever asked may have hung up.
                std::thread::spawn(move || serve(connection, &shop).ok());
            }
        });
        Server { port, shop }
    }

    /// Its address, with the path that all operations are below.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1", self.port)
    }

    /// The requests that came.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.shop.lock().unwrap().requests.clone()
    }
}

fn serve(mut stream: TcpStream, shop: &Mutex<Shop>) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = head.iter().map(|byte| char::from(*byte)).collect::<String>();
    let mut lines = head.lines();
    let line = lines.next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    let mut request = Request { line, headers: headers.collect(), body: Vec::new() };
    let length = request.header("content-length").map_or(0, |length| length.parse().unwrap());
    request.body.resize(length, 0);
    stream.read_exact(&mut request.body)?;
    let (head, body) = {
        let mut shop = shop.lock().unwrap();
        shop.requests.push(request.clone());
        answer(&mut shop, &request)
    };
    let length = body.len();
    write!(stream, "HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n")?;
    stream.write_all(&body)?;
    stream.flush()
}

const JSON: &str = "\r\ncontent-type: application/json";

fn answer(shop: &mut Shop, request: &Request) -> (String, Vec<u8>) {
    let (method, target) = request.line.split_once(' ').unwrap_or_default();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = path.strip_prefix("/v1/").unwrap_or_default();
    let parts = path.split('/').collect::<Vec<_>>();
    let json = |status: &str, text: String| (format!("{status}{JSON}"), text.into_bytes());
    let problem = |status: &str, detail: &str| {
        let text = format!(r#"{{"title": "Not as it should be", "detail": "{detail}"}}"#);
        (format!("{status}\r\ncontent-type: application/problem+json"), text.into_bytes())
    };
    let id = parts.get(1).and_then(|id| id.parse::<u64>().ok());
    match (method, parts.as_slice(), id) {
        ("GET", ["pets"], _) => {
            let pets =
                shop.pets.iter().map(|(id, name)| format!(r#"{{"id": {id}, "name": {name}}}"#));
            json("200 OK", format!("[{}]", pets.collect::<Vec<_>>().join(", ")))
        }
        ("POST", ["pets"], _) => {
            let id = shop.pets.len() as u64 + 1;
            // The body is `{"name": ...}` with whatever name there is.
            let name = request.text();
            let name = name.trim_start_matches(r#"{"name":"#).trim_end_matches('}').to_owned();
            shop.pets.insert(id, name.clone());
            json("201 Created", format!(r#"{{"id": {id}, "name": {name}}}"#))
        }
        ("GET", ["pets", _], Some(id)) => match shop.pets.get(&id) {
            Some(name) => json("200 OK", format!(r#"{{"id": {id}, "name": {name}}}"#)),
            None => problem("404 Not Found", "there is no such pet"),
        },
        ("DELETE", ["pets", _], Some(id)) => match shop.pets.remove(&id) {
            Some(_) => ("204 No Content".to_owned(), Vec::new()),
            None => problem("404 Not Found", "there is no such pet"),
        },
        ("POST", ["pets", _, "photo"], Some(id)) => {
            // The content of the one part.
            let start = request.body.windows(4).position(|window| window == b"\r\n\r\n");
            let rest = &request.body[start.map_or(0, |at| at + 4)..];
            let end = rest.windows(4).rposition(|window| window == b"\r\n--").unwrap_or(rest.len());
            shop.photos.insert(id, rest[..end].to_vec());
            json("200 OK", format!(r#"{{"bytes": {end}}}"#))
        }
        ("GET", ["pets", _, "photo"], Some(id)) => match shop.photos.get(&id) {
            Some(photo) => ("200 OK\r\ncontent-type: image/png".to_owned(), photo.clone()),
            None => problem("404 Not Found", "there is no picture"),
        },
        // Leads to wherever the query says.
        (_, ["away"], _) => {
            let to = query.trim_end_matches('=').replace("%3A", ":").replace("%2F", "/");
            (format!("307 Temporary Redirect\r\nlocation: {to}"), Vec::new())
        }
        // Says what it was told.
        (_, ["secret"], _) => {
            let seen = request.headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
            let seen = format!("{}\n{}", request.line, seen.collect::<String>());
            ("200 OK\r\ncontent-type: text/plain".to_owned(), seen.into_bytes())
        }
        ("GET", ["large"], _) => json("200 OK", format!("\"{}\"", "x".repeat(9 << 20))),
        ("GET", ["slow"], _) => {
            std::thread::sleep(Duration::from_secs(20));
            json("200 OK", "1".to_owned())
        }
        _ => json("200 OK", "null".to_owned()),
    }
}
