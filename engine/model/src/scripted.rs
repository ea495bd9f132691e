//! A model that says what a test tells it to.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::error::ModelError;
use crate::model::{Description, Listener, Model, ModelFuture};
use crate::reply::Reply;
use crate::request::Request;

/// A model that says what it is told to, and remembers what it was asked.
///
/// A text ends before the first stop sequence of the request, as it does with other models.
///
/// # Examples
///
/// ```
/// use fumehood_model::{Line, Message, Model, ModelError, Request, Scripted};
/// use std::time::Duration;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let cut = ModelError::Cut { received: 4, source: None };
/// let model = Scripted::new([
///     Line::from("Hello!").in_pieces(2),
///     Line::from("Good").failing(cut),
///     Line::from("Bye!").after(Duration::from_millis(1)),
/// ]);
/// let request = Request::new([Message::user("Hi")]);
/// assert_eq!(model.generate(&request, &|_| ()).await.unwrap().text(), "Hello!");
/// assert!(model.generate(&request, &|_| ()).await.is_err());
/// assert_eq!(model.generate(&request, &|_| ()).await.unwrap().text(), "Bye!");
/// assert_eq!(model.requests(), [request.clone(), request.clone(), request]);
/// # }
/// ```
pub struct Scripted {
    script: Script,
    requests: Mutex<Vec<Request>>,
}

type Script = Box<dyn Fn(&Request) -> Option<Line> + Send + Sync>;

/// What a [`Scripted`] model does when it is asked.
///
/// # Defaults
///
/// It replies at once, and tells the reply in one piece.
#[derive(Debug)]
pub struct Line {
    after: Duration,
    piece: usize,
    reply: Reply,
    error: Option<ModelError>,
}

impl Line {
    /// Has the model wait first.
    #[must_use]
    pub fn after(mut self, wait: Duration) -> Line {
        self.after = wait;
        self
    }

    /// Has the model tell its reply in pieces of so many characters.
    #[must_use]
    pub fn in_pieces(mut self, characters: usize) -> Line {
        self.piece = characters;
        self
    }

    /// Has the model fail when it has told all of its reply.
    #[must_use]
    pub fn failing(mut self, error: ModelError) -> Line {
        self.error = Some(error);
        self
    }
}

impl From<Reply> for Line {
    fn from(reply: Reply) -> Line {
        Line { after: Duration::ZERO, piece: usize::MAX, reply, error: None }
    }
}

impl From<&str> for Line {
    fn from(text: &str) -> Line {
        Line::from(Reply::saying(text))
    }
}

impl From<String> for Line {
    fn from(text: String) -> Line {
        Line::from(Reply::saying(text))
    }
}

impl From<ModelError> for Line {
    fn from(error: ModelError) -> Line {
        Line::from(Reply::new([])).failing(error)
    }
}

impl Scripted {
    /// A model that goes through the lines. After the last one it fails.
    pub fn new(lines: impl IntoIterator<Item = impl Into<Line>>) -> Scripted {
        let lines = lines.into_iter().map(Into::into).collect::<VecDeque<_>>();
        let lines = Mutex::new(lines);
        Scripted::with(Box::new(move |_| lock(&lines).pop_front()))
    }

    /// A model that does what a function says.
    pub fn from_fn(line: impl Fn(&Request) -> Line + Send + Sync + 'static) -> Scripted {
        Scripted::with(Box::new(move |request| Some(line(request))))
    }

    fn with(script: Script) -> Scripted {
        Scripted { script, requests: Mutex::default() }
    }

    /// What the model was asked so far.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.requests).clone()
    }

    async fn reply(&self, request: &Request, listener: &Listener<'_>) -> Result<Reply, ModelError> {
        lock(&self.requests).push(request.clone());
        let line = (self.script)(request);
        let Some(Line { after, piece, reply, error }) = line else {
            return Err(ModelError::Script("the script has come to its end".to_owned()));
        };
        if !after.is_zero() {
            tokio::time::sleep(after).await;
        }
        let reply = reply.stopped(&request.stop);
        reply.tell(listener, piece);
        match error {
            None => Ok(reply),
            Some(error) => Err(error),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Model for Scripted {
    fn description(&self) -> Description {
        Description::new("scripted", "scripted")
    }

    fn generate<'a>(&'a self, request: &'a Request, listener: &'a Listener<'a>) -> ModelFuture<'a> {
        Box::pin(self.reply(request, listener))
    }
}

impl fmt::Debug for Scripted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scripted").field("requests", &self.requests).finish_non_exhaustive()
    }
}
