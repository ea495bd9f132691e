//! An endpoint of embeddings on this machine, to which texts are about furniture, food, or neither.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use fumehood_tools::egress::{Egress, HttpRule};
use fumehood_tools::recall::Embeddings;
use serde_json::{Value, json};

pub(super) struct Endpoint {
    pub(super) port: u16,
    /// What it answers in the place of vectors.
    pub(super) instead: Arc<Mutex<Option<&'static str>>>,
    texts: Arc<Mutex<Vec<String>>>,
}

impl Endpoint {
    pub(super) fn start() -> Endpoint {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (instead, texts) = (Arc::new(Mutex::default()), Arc::new(Mutex::default()));
        let endpoint = Endpoint { port, instead: Arc::clone(&instead), texts: Arc::clone(&texts) };
        std::thread::spawn(move || {
            for connection in listener.incoming().map_while(Result::ok) {
                serve(connection, &instead, &texts);
            }
        });
        endpoint
    }

    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/v1/embeddings", self.port)
    }

    pub(super) fn embeddings(&self) -> Embeddings {
        let rule = format!("{}=POST", self.url()).parse::<HttpRule>().unwrap().private();
        Embeddings::new(Egress::builder().allow(rule).build().unwrap(), self.url(), "meanings")
    }

    /// The texts that it was sent.
    pub(super) fn texts(&self) -> Vec<String> {
        self.texts.lock().unwrap().clone()
    }
}

fn serve(
    mut connection: TcpStream,
    instead: &Mutex<Option<&'static str>>,
    texts: &Mutex<Vec<String>>,
) {
    let mut request = Vec::new();
    let mut byte = [0];
    while !request.ends_with(b"\r\n\r\n") {
        match connection.read(&mut byte) {
            Ok(1) => request.push(byte[0]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&request).to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length:"));
    let mut body = vec![0; length.map_or(0, |length| length.trim().parse().unwrap())];
    connection.read_exact(&mut body).unwrap();
    let asked = serde_json::from_slice::<Value>(&body).unwrap();
    assert_eq!(
        (asked["model"].as_str(), head.starts_with("post /v1/embeddings")),
        (Some("meanings"), true)
    );
    let inputs = asked["input"].as_array().unwrap().iter().map(|text| text.as_str().unwrap());
    let inputs = inputs.map(str::to_owned).collect::<Vec<_>>();
    let answer = match *instead.lock().unwrap() {
        _ if inputs.iter().any(|text| text.len() > 5_000) => "413".to_owned(),
        Some(text) => text.to_owned(),
        None => {
            texts.lock().unwrap().extend(inputs.iter().cloned());
            let data = inputs.iter().enumerate();
            let data =
                data.map(|(index, text)| json!({"index": index, "embedding": meaning(text)}));
            // In whatever order.
            json!({"data": data.rev().collect::<Vec<_>>()}).to_string()
        }
    };
    let status = match answer.as_str() {
        "413" => "413 Too long",
        "500" => "500 Oops",
        _ => "200 OK",
    };
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        answer.len()
    );
    connection.write_all((head + &answer).as_bytes()).ok();
}

fn meaning(text: &str) -> [f32; 3] {
    let text = text.to_lowercase();
    let has = |words: &[&str]| if words.iter().any(|word| text.contains(word)) { 2.0 } else { 0.0 };
    [has(&["chair", "sofa", "sit"]), has(&["soup", "dinner", "eat"]), 0.1]
}
