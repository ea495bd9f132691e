//! Messages over pipes, a line each.
//!
//! The program at the other end may write anything: lines without end, what is no message, answers that cannot be
//! read, questions faster than answers are taken. Each has a bound, beyond which the connection ends and says why.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rmcp::RoleClient;
use rmcp::model::{ErrorData, RequestId, ServerJsonRpcMessage};
use rmcp::service::TxJsonRpcMessage;
use rmcp::transport::Transport;
use serde::Deserialize;
use serde::de::IgnoredAny;
use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncWrite, AsyncWriteExt as _, BufReader};

use super::program::Child;

/// Lines that are no messages: some programs talk before they serve.
const OTHER_LINES: usize = 1000;
/// Questions of the server that were not answered yet.
const OPEN_QUESTIONS: usize = 64;

/// Why a connection has ended, once it has.
#[derive(Clone, Debug, Default)]
pub(super) struct Fate(Arc<Mutex<Option<String>>>);

impl Fate {
    /// Remembers the first reason.
    pub(super) fn seal(&self, reason: impl Into<String>) {
        let mut fate = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        fate.get_or_insert_with(|| reason.into());
    }

    pub(super) fn told(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A connection over two pipes, with the program that is at their other ends, if it is ours.
pub(super) struct Lines<R, W> {
    read: BufReader<R>,
    line: Vec<u8>,
    longest: usize,
    others: usize,
    open: Arc<AtomicUsize>,
    write: Arc<tokio::sync::Mutex<Option<W>>>,
    fate: Fate,
    child: Option<Child>,
}

impl<R: AsyncRead + Unpin + Send, W: AsyncWrite + Unpin + Send + 'static> Lines<R, W> {
    pub(super) fn new(read: R, write: W, longest: usize, fate: Fate, child: Option<Child>) -> Self {
        Lines {
            read: BufReader::new(read),
            line: Vec::new(),
            longest,
            others: 0,
            open: Arc::default(),
            write: Arc::new(tokio::sync::Mutex::new(Some(write))),
            fate,
            child,
        }
    }

    /// Reads on until there is a whole line in `self.line`; false at the end. What was read of a line stays if the
    /// future is dropped.
    async fn read_line(&mut self) -> bool {
        loop {
            let available = match self.read.fill_buf().await {
                // How it ended is known when the program has.
                Ok([]) => return false,
                Ok(available) => available,
                Err(error) => {
                    self.fate.seal(format!("its output cannot be read: {error}"));
                    return false;
                }
            };
            let end = available.iter().position(|byte| *byte == b'\n');
            let take = end.unwrap_or(available.len());
            if self.line.len() + take > self.longest {
                self.fate.seal(format!("it sent a message longer than {} bytes", self.longest));
                return false;
            }
            self.line.extend_from_slice(&available[..take]);
            self.read.consume(take + usize::from(end.is_some()));
            if end.is_some() {
                return true;
            }
        }
    }
}

/// The part of an answer by which it is known whose it is, however wrong the rest may be.
#[derive(Deserialize)]
struct Answered {
    id: RequestId,
    #[serde(default)]
    method: Option<IgnoredAny>,
}

/// What a line says, if it is a message. An answer that cannot be read is an error for whoever waits for it.
fn message(line: &[u8]) -> Option<ServerJsonRpcMessage> {
    match serde_json::from_slice::<ServerJsonRpcMessage>(line) {
        Ok(message) => Some(message),
        Err(error) => {
            let answered = serde_json::from_slice::<Answered>(line).ok()?;
            let reason = format!("its answer cannot be read: {error}");
            let error = ErrorData::internal_error(reason, None);
            answered.method.is_none().then(|| ServerJsonRpcMessage::error(error, Some(answered.id)))
        }
    }
}

impl<R, W> Transport<RoleClient> for Lines<R, W>
where
    R: AsyncRead + Unpin + Send,
    W: AsyncWrite + Unpin + Send + 'static,
{
    type Error = std::io::Error;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleClient>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        let write = Arc::clone(&self.write);
        let open = Arc::clone(&self.open);
        async move {
            let answers = matches!(
                item,
                TxJsonRpcMessage::<RoleClient>::Response(_)
                    | TxJsonRpcMessage::<RoleClient>::Error(_)
            );
            let mut line = serde_json::to_vec(&item)?;
            line.push(b'\n');
            let mut write = write.lock().await;
            let Some(to) = write.as_mut() else {
                return Err(std::io::ErrorKind::NotConnected.into());
            };
            to.write_all(&line).await?;
            to.flush().await?;
            if answers {
                // A program that was answered twice is no reason to count below nothing.
                open.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |open| open.checked_sub(1))
                    .ok();
            }
            Ok(())
        }
    }

    async fn receive(&mut self) -> Option<ServerJsonRpcMessage> {
        loop {
            if !self.read_line().await {
                // A program that has ended says more than a pipe that is closed.
                if let Some(child) = &mut self.child
                    && let Some(ended) = child.ended().await
                {
                    self.fate.seal(ended);
                }
                return None;
            }
            let message = message(&self.line);
            self.line.clear();
            // What was a long line need not stay for short ones.
            self.line.shrink_to(1 << 16);
            match message {
                Some(message) => {
                    if matches!(message, ServerJsonRpcMessage::Request(_))
                        && self.open.fetch_add(1, Ordering::Relaxed) >= OPEN_QUESTIONS
                    {
                        self.fate.seal("it asks more than it takes answers for");
                        return None;
                    }
                    return Some(message);
                }
                None => {
                    self.others += 1;
                    if self.others > OTHER_LINES {
                        self.fate.seal("it writes what are no messages of the protocol");
                        return None;
                    }
                }
            }
        }
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        // Whoever writes to a program that does not read holds the pipe, and lets go when the program is gone.
        if let Ok(mut write) = self.write.try_lock() {
            drop(write.take());
        }
        if let Some(child) = self.child.take() {
            self.fate.seal(child.end().await);
        }
        self.fate.seal("it has closed the connection");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_that_cannot_be_read_is_an_error_for_whoever_waits_for_it() {
        let deep = format!(
            r#"{{"jsonrpc":"2.0","id":7,"result":{}1{}}}"#,
            "[".repeat(5000),
            "]".repeat(5000)
        );
        let not_utf8 = b"{\"jsonrpc\":\"2.0\",\"id\":7,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"\xff\"}]}}";
        for line in [deep.as_bytes(), not_utf8, br#"{"id":7,"result":1,"error":2}"#] {
            let Some(ServerJsonRpcMessage::Error(error)) = message(line) else {
                panic!("{}", String::from_utf8_lossy(line))
            };
            assert_eq!(error.id, Some(RequestId::Number(7)));
            assert!(error.error.message.starts_with("its answer cannot be read"), "{error:?}");
        }
        for line in ["", "Server is listening", "{", "[]", r#"{"id":7"#, "null"] {
            assert!(message(line.as_bytes()).is_none(), "{line}");
        }
        let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}).to_string();
        assert!(matches!(message(ping.as_bytes()), Some(ServerJsonRpcMessage::Request(_))));
    }

    async fn fate_of(text: &[u8]) -> String {
        let fate = Fate::default();
        let mut lines = Lines::new(text, tokio::io::sink(), 1000, fate.clone(), None);
        while lines.receive().await.is_some() {}
        lines.close().await.unwrap();
        fate.told().unwrap()
    }

    #[tokio::test]
    async fn whoever_writes_without_end_is_left() {
        assert_eq!(fate_of(b"x\n").await, "it has closed the connection");
        assert_eq!(fate_of(&[b'x'; 5000]).await, "it sent a message longer than 1000 bytes");
        assert_eq!(
            fate_of(&b"x\n".repeat(5000)).await,
            "it writes what are no messages of the protocol"
        );
        let ping = b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\n".repeat(100);
        assert_eq!(fate_of(&ping).await, "it asks more than it takes answers for");
    }
}
