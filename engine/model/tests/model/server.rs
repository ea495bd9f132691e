//! A server that does what a test tells it to, and remembers what it was asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use fumehood_model::{ApiModel, Wire};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the server answers to a request.
#[derive(Clone)]
pub(crate) struct Answer {
    status: &'static str,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    piece: usize,
    end: End,
}

/// What comes after the body.
#[derive(Clone, Copy)]
enum End {
    /// The connection is closed, which is the end of the body.
    Closed,
    /// The connection is closed, though more was announced.
    Broken,
    /// Nothing, and the connection stays.
    Silence,
}

impl Answer {
    fn new(status: &'static str, body: impl Into<Vec<u8>>) -> Answer {
        let (headers, end) = (Vec::new(), End::Closed);
        Answer { status, headers, body: body.into(), piece: usize::MAX, end }
    }

    /// A success with any body.
    pub(crate) fn ok(body: impl Into<Vec<u8>>) -> Answer {
        Answer::new("200 OK", body)
    }

    /// A success whose body is a stream of events with these data.
    pub(crate) fn events<'a>(events: impl IntoIterator<Item = &'a str>) -> Answer {
        let events = events.into_iter().map(|data| format!("data: {data}\r\n\r\n"));
        Answer::ok(events.collect::<String>()).header("content-type", "text/event-stream")
    }

    /// What OpenAI's wire has for a reply that is a text.
    pub(crate) fn text(text: &str) -> Answer {
        let text = serde_json::to_string(text).unwrap();
        let said = format!(r#"{{"choices": [{{"delta": {{"content": {text}}}}}]}}"#);
        let end = r#"{"choices": [{"delta": {}, "finish_reason": "stop"}]}"#;
        Answer::events([said.as_str(), end, "[DONE]"])
    }

    /// A refusal.
    pub(crate) fn refusal(status: &'static str, body: impl Into<Vec<u8>>) -> Answer {
        Answer::new(status, body)
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Answer {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sends the body in pieces of so many bytes.
    pub(crate) fn in_pieces(mut self, bytes: usize) -> Answer {
        self.piece = bytes;
        self
    }

    /// Breaks the connection after the body.
    pub(crate) fn then_breaks(mut self) -> Answer {
        self.end = End::Broken;
        self
    }

    /// Says nothing more after the body.
    pub(crate) fn then_is_silent(mut self) -> Answer {
        self.end = End::Silence;
        self
    }

    async fn send(&self, connection: &mut TcpStream) -> std::io::Result<()> {
        let mut head = format!("HTTP/1.1 {}\r\nconnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        if let End::Broken = self.end {
            head.push_str(&format!("content-length: {}\r\n", self.body.len() + 1));
        }
        connection.write_all((head + "\r\n").as_bytes()).await?;
        for piece in self.body.chunks(self.piece.min(self.body.len()).max(1)) {
            connection.write_all(piece).await?;
            connection.flush().await?;
            // The client gets a chance to read what there is.
            tokio::task::yield_now().await;
        }
        if let End::Silence = self.end {
            // Until the client has gone.
            while connection.read(&mut [0; 1024]).await? > 0 {}
        }
        connection.shutdown().await
    }
}

/// What the server was asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    /// The first line and the headers, in small letters.
    pub(crate) head: String,
    pub(crate) body: Value,
}

/// A server on this machine.
pub(crate) struct Server {
    address: std::net::SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    /// How many connections are open.
    open: watch::Sender<usize>,
}

impl Server {
    /// Answers the requests in order; after the last answer, it repeats that.
    pub(crate) async fn start(answers: impl IntoIterator<Item = Answer>) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let answers = answers.into_iter().collect::<Vec<_>>();
        let open = watch::Sender::new(0);
        tokio::spawn(serve(listener, answers, Arc::clone(&asked), open.clone()));
        Server { address, asked, open }
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}/v1", self.address)
    }

    /// A model of this server.
    pub(crate) fn model(&self, wire: Wire) -> ApiModel {
        ApiModel::at(wire, &self.base(), "some-model").unwrap()
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Waits until no connection is open.
    pub(crate) async fn everybody_has_gone(&self) {
        let mut open = self.open.subscribe();
        let gone = open.wait_for(|open| *open == 0);
        tokio::time::timeout(Duration::from_secs(60), gone).await.unwrap().unwrap();
    }
}

async fn serve(
    listener: TcpListener,
    answers: Vec<Answer>,
    asked: Arc<Mutex<Vec<Asked>>>,
    open: watch::Sender<usize>,
) {
    let mut number = 0;
    loop {
        let Ok((mut connection, _)) = listener.accept().await else { return };
        let answer = answers[number.min(answers.len() - 1)].clone();
        number += 1;
        let (asked, open) = (Arc::clone(&asked), open.clone());
        open.send_modify(|open| *open += 1);
        tokio::spawn(async move {
            let request = request(&mut connection).await;
            asked.lock().unwrap().push(request);
            // Whoever has heard enough goes.
            answer.send(&mut connection).await.ok();
            open.send_modify(|open| *open -= 1);
        });
    }
}

async fn request(connection: &mut TcpStream) -> Asked {
    let mut request = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let read = connection.read(&mut buffer).await.unwrap();
        assert!(read > 0, "the request was cut off");
        request.extend_from_slice(&buffer[..read]);
        let text = String::from_utf8_lossy(&request);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let head = head.to_lowercase();
        let mut lengths = head.lines().filter_map(|line| line.strip_prefix("content-length: "));
        let length = lengths.next().unwrap().parse::<usize>().unwrap();
        if body.len() >= length {
            return Asked { body: serde_json::from_str(body).unwrap(), head };
        }
    }
}

/// Short enough for a test to wait for, and long enough for a busy machine.
pub(crate) const SHORT: Duration = Duration::from_millis(200);
