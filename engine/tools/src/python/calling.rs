//! A call of a function: a session of the prepared file takes the arguments from the host and gives it the answer,
//! both with whatever bytes go with them.

use std::sync::{Arc, Mutex, PoisonError};

use fumehood::{
    Arguments, Attachment, CallContext, CancelHandle, Code, Event, Exception, Interceptor, Outcome,
    Sandbox, Session, SessionError, Step, ToolCall, ToolError, ToolFuture, ToolInput, ToolOutput,
};
use serde_json::Value;
use tokio::sync::OwnedMutexGuard;
use tokio::task::{AbortHandle, JoinError};

/// What the guest calls for the arguments.
pub(super) const ARGUMENTS: &str = "_arguments";
/// What the guest calls with the answer.
pub(super) const ANSWER: &str = "_answer";
/// What the guest raises for arguments that the types do not allow.
const MISFIT: &str = "fumehood.functions.MisfitError";
/// Characters of an exception that are told.
const TOLD_CHARACTERS: usize = 2_000;
/// Lines of the traceback that are told.
const TRACEBACK_LINES: usize = 12;

/// Calls of the functions of a file.
pub(super) struct Calls {
    sandbox: Sandbox,
    /// The name of the file, without `.py`.
    file: Arc<str>,
    /// The session of all calls, if they have one. It is made for the first.
    kept: Option<Arc<tokio::sync::Mutex<Option<Session>>>>,
}

/// The session that a call runs in.
enum Place {
    Own(Box<Session>),
    Kept(OwnedMutexGuard<Option<Session>>),
}

impl Calls {
    pub(super) fn new(sandbox: Sandbox, file: Arc<str>, keep_state: bool) -> Calls {
        Calls { sandbox, file, kept: keep_state.then(Arc::default) }
    }

    /// Calls a function, whose name is an identifier.
    pub(super) async fn call(&self, name: &str, input: ToolInput) -> Result<ToolOutput, ToolError> {
        let ToolInput { arguments, attachments, context, .. } = input;
        let exchange = Arc::new(Exchange::new(arguments, attachments));
        let interceptor: Arc<dyn Interceptor> = Arc::clone(&exchange) as _;
        let code = asking(&format!("answer('{name}')"))
            .interceptor(interceptor)
            .listener(Arc::new(move |event: Event<'_>| tell(&context, event)));
        let mut place = self.place().await.map_err(cannot_run)?;
        let Some(session) = place.session() else {
            return Err(ToolError::new("there is no session for it"));
        };
        let cancel = session.cancel_handle();
        // It computes in a task of its own, so that whoever waits for it can stop waiting.
        let task = tokio::spawn(async move {
            match place.session() {
                Some(session) => session.run(code).await,
                None => Err(SessionError::Abandoned),
            }
        });
        let ending = Ending { cancel, task: task.abort_handle() };
        let ran = task.await;
        drop(ending);
        let step = ran.map_err(stopped)?.map_err(cannot_run)?;
        self.outcome(step, &exchange)
    }

    /// The session for a call.
    async fn place(&self) -> Result<Place, SessionError> {
        let Some(kept) = &self.kept else {
            return Ok(Place::Own(Box::new(self.sandbox.session().await?)));
        };
        let mut guard = Arc::clone(kept).lock_owned().await;
        if guard.as_ref().is_none_or(Session::is_lost) {
            *guard = Some(self.sandbox.session().await?);
        }
        Ok(Place::Kept(guard))
    }

    fn outcome(&self, step: Step, exchange: &Exchange) -> Result<ToolOutput, ToolError> {
        match step.outcome {
            Outcome::Completed(_) => {
                let answer = exchange.answer.lock().unwrap_or_else(PoisonError::into_inner).take();
                answer.ok_or_else(|| ToolError::new("it ended without an answer"))
            }
            Outcome::Raised(exception) if exception.name == MISFIT => {
                Err(ToolError::about_arguments(cut(&exception.message)))
            }
            Outcome::Raised(exception) => Err(ToolError::new(self.told(&exception))),
            Outcome::LimitReached(reached, _) => {
                // The step of whoever calls is another.
                let told = reached.to_string().replacen("the step's", "the call's", 1);
                Err(ToolError::new(format!("it was stopped: {told}")))
            }
            Outcome::Failed(failure) => Err(ToolError::new(failure.to_string())),
            _ => Err(ToolError::new("it was stopped before it had an answer")),
        }
    }

    /// An exception, and where in the file it was raised.
    fn told(&self, exception: &Exception) -> String {
        let Exception { name, message, traceback, .. } = exception;
        let mut told = match message.is_empty() {
            true => name.clone(),
            false => format!("{name}: {}", cut(message)),
        };
        let begin = format!("File \"{}.py\"", self.file);
        let lines = traceback.lines().skip_while(|line| !line.trim_start().starts_with(&begin));
        // The message follows once more, without the indentation.
        let lines = lines.filter(|line| line.starts_with(' ')).collect::<Vec<_>>();
        for line in &lines[lines.len().saturating_sub(TRACEBACK_LINES)..] {
            told.push('\n');
            told.push_str(&cut(line));
        }
        told
    }
}

impl Place {
    fn session(&mut self) -> Option<&mut Session> {
        match self {
            Place::Own(session) => Some(session),
            Place::Kept(session) => session.as_mut(),
        }
    }
}

/// Ends what runs for a call when nobody waits for it any more.
struct Ending {
    cancel: CancelHandle,
    task: AbortHandle,
}

impl Drop for Ending {
    fn drop(&mut self) {
        if !self.task.is_finished() {
            self.cancel.cancel();
            self.task.abort();
        }
    }
}

/// Code that asks the guest's side for something.
pub(super) fn asking(what: &str) -> Code {
    Code::new(format!("__import__('sys').modules['fumehood.functions'].{what}")).file("<call>")
}

fn cannot_run(error: SessionError) -> ToolError {
    ToolError::new(format!("it cannot be run: {error}"))
}

fn stopped(error: JoinError) -> ToolError {
    ToolError::new(match error.is_panic() {
        true => "it stopped because of a bug in the sandbox",
        false => "it was stopped before it had an answer",
    })
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(TOLD_CHARACTERS) {
        Some((end, _)) => format!("{} ...", &text[..end]),
        None => text.to_owned(),
    }
}

/// What a function prints is how far it has come.
fn tell(context: &CallContext, event: Event<'_>) {
    if let Event::Output { bytes, .. } = event {
        let text = String::from_utf8_lossy(bytes);
        if !text.trim().is_empty() {
            context.progress(text.trim_end(), None);
        }
    }
}

/// What goes in and out of the sandbox for one call.
struct Exchange {
    given: Mutex<Option<ToolOutput>>,
    answer: Mutex<Option<ToolOutput>>,
}

impl Exchange {
    fn new(arguments: Arguments, attachments: Vec<Attachment>) -> Exchange {
        let mut given = ToolOutput::from(Value::Object(arguments));
        given.attachments = attachments;
        Exchange { given: Mutex::new(Some(given)), answer: Mutex::default() }
    }

    fn give(&self) -> Result<ToolOutput, ToolError> {
        let given = self.given.lock().unwrap_or_else(PoisonError::into_inner).take();
        given.ok_or_else(|| ToolError::new("the arguments were taken already"))
    }

    fn keep(&self, call: &ToolCall) {
        let value = call.arguments().get("value").cloned().unwrap_or_default();
        let mut answer = ToolOutput::from(value);
        let inside = |attachment: &Attachment| {
            let Attachment { at, media_type, bytes, .. } = attachment;
            let at = at.strip_prefix("/value")?;
            Some(Attachment::new(at, media_type.clone(), bytes.clone()))
        };
        answer.attachments = call.attachments().iter().filter_map(inside).collect();
        *self.answer.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer);
    }
}

impl Interceptor for Exchange {
    fn call(&self, call: ToolCall) -> ToolFuture<'_> {
        Box::pin(async move {
            match call.name() {
                ARGUMENTS => self.give(),
                ANSWER => {
                    self.keep(&call);
                    Ok(Value::Null.into())
                }
                _ => call.run().await,
            }
        })
    }
}
