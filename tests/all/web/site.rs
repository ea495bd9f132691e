//! A server of this machine that answers as a site does.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What somebody has asked.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    /// The method, and the path with the query.
    pub(super) line: String,
    /// Headers, names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Asked {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn body(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// What the site answers.
pub(super) struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Answer {
    pub(super) fn new(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Answer {
        let headers = match media_type {
            "" => Vec::new(),
            media_type => vec![("content-type", media_type.to_owned())],
        };
        Answer { status, headers, body: body.into() }
    }

    pub(super) fn html(body: impl Into<Vec<u8>>) -> Answer {
        Answer::new(200, "text/html; charset=utf-8", body)
    }

    pub(super) fn json(status: u16, body: impl Into<Vec<u8>>) -> Answer {
        Answer::new(status, "application/json", body)
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Answer {
        self.headers.push((name, value.into()));
        self
    }
}

/// A site, which ends with the process.
pub(super) struct Site {
    pub(super) port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Site {
    pub(super) fn serving(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Site {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::default());
        let (seen, answer) = (Arc::clone(&asked), Arc::new(answer));
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                let (seen, answer) = (Arc::clone(&seen), Arc::clone(&answer));
                // Whoever asked may have hung up.
                std::thread::spawn(move || serve(connection, &seen, &*answer).ok());
            }
        });
        Site { port, asked }
    }

    /// One that answers everything in the same way.
    pub(super) fn saying(status: u16, media_type: &str, body: impl Into<Vec<u8>>) -> Site {
        let (media_type, body) = (media_type.to_owned(), body.into());
        Site::serving(move |_| Answer::new(status, &media_type, body.clone()))
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// An address of it.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://site.test:{}{path}", self.port)
    }
}

fn serve(
    mut connection: TcpStream,
    seen: &Mutex<Vec<Asked>>,
    answer: &(dyn Fn(&Asked) -> Answer + Send + Sync),
) -> std::io::Result<()> {
    connection.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        connection.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let mut lines = head.lines();
    let line = lines.next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    let mut asked = Asked { line, headers: headers.collect(), body: Vec::new() };
    let length = asked.header("content-length").and_then(|length| length.parse().ok());
    asked.body = vec![0; length.unwrap_or(0)];
    connection.read_exact(&mut asked.body)?;
    seen.lock().unwrap().push(asked.clone());
    let Answer { status, headers, body } = answer(&asked);
    write!(connection, "HTTP/1.1 {status} -\r\n")?;
    for (name, value) in headers {
        write!(connection, "{name}: {value}\r\n")?;
    }
    write!(connection, "content-length: {}\r\nconnection: close\r\n\r\n", body.len())?;
    connection.write_all(&body)?;
    connection.flush()
}
