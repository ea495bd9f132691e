//! Calls of tools: checked before anything runs, and whoever stands between the code and a tool.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use futures_util::FutureExt as _;
use serde_json::Value;

use crate::attachment::Attachment;
use crate::context::CallContext;
use crate::control::Untimed;
use crate::guard::{Guard, Make};
use crate::labels::{Ledger, ToolLabels};
use crate::tools::{Arguments, Registered, ToolError, ToolFuture, ToolInput, ToolOutput};

/// A call of a tool that was not made yet. Its arguments fit the tool's parameters.
///
/// The code of a step makes it, and an [`Interceptor`] gets to see it; or
/// [`Sandbox::tool_call`](crate::Sandbox::tool_call) does.
#[derive(Clone)]
#[must_use = "the tool is called by `run`"]
pub struct ToolCall {
    registered: Arc<Registered>,
    arguments: Arguments,
    attachments: Vec<Attachment>,
    context: CallContext,
}

/// Why there can be no such call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ToolCallError {
    /// The sandbox has no tool of this name.
    #[error("there is no tool `{name}`")]
    Unknown {
        /// The name.
        name: String,
    },
    /// The arguments do not fit the tool's parameters.
    #[error("{reason}")]
    Arguments {
        /// The name of the tool, and what does not fit.
        reason: String,
    },
}

impl ToolCall {
    /// Checks the arguments of a call, in which each attachment has its placeholder.
    pub(crate) fn new(
        registered: Arc<Registered>,
        arguments: Value,
        mut attachments: Vec<Attachment>,
    ) -> Result<ToolCall, ToolCallError> {
        registered.check(&arguments, &mut attachments)?;
        match arguments {
            Value::Object(arguments) => {
                let context = CallContext::default();
                Ok(ToolCall { registered, arguments, attachments, context })
            }
            _ => Err(registered.misfit("the arguments are not an object")),
        }
    }

    /// The same call, made by the code of a step.
    pub(crate) fn made_in(mut self, context: CallContext) -> ToolCall {
        self.context = context.of_tool(&self.registered.name);
        self
    }

    /// The name of the tool.
    pub fn name(&self) -> &str {
        &self.registered.name
    }

    /// The arguments, by the names of the parameters.
    pub fn arguments(&self) -> &Arguments {
        &self.arguments
    }

    /// The bytes that go with the arguments. Where one belongs, the arguments have its
    /// [placeholder](Attachment::placeholder).
    pub fn attachments(&self) -> &[Attachment] {
        &self.attachments
    }

    /// What the tool says that it does; see [`Tool::labels`](crate::Tool::labels).
    pub fn labels(&self) -> ToolLabels {
        self.registered.tool.labels()
    }

    /// The ledger that it is entered in: that of the session whose code makes it, or the one that it was
    /// [given](ToolCall::with_ledger).
    pub fn ledger(&self) -> &Ledger {
        self.context.ledger()
    }

    /// The same call, entered in this ledger, if no code makes it: it has one of its own otherwise, with what a
    /// session of the sandbox begins with. What code calls stays in the ledger of its session.
    pub fn with_ledger(mut self, ledger: &Ledger) -> ToolCall {
        self.context = self.context.with_ledger(ledger);
        self
    }

    /// The same call with other arguments. Attachments whose placeholder is no longer where it was are left out.
    ///
    /// # Errors
    ///
    /// A [`ToolError`] [about arguments](ToolError::is_about_arguments) if they do not fit the tool's
    /// parameters.
    pub fn with_arguments(self, arguments: Arguments) -> Result<ToolCall, ToolError> {
        let ToolCall { registered, mut attachments, context, .. } = self;
        let arguments = Value::Object(arguments);
        attachments.retain(|attachment| {
            let there = arguments.pointer(&attachment.at);
            there.and_then(Value::as_str) == Some(attachment.placeholder().as_str())
        });
        Ok(ToolCall { context, ..ToolCall::new(registered, arguments, attachments)? })
    }

    /// As long as the value lives, neither time nor computing counts for the step whose code makes the call:
    /// for an answer that takes as long as it takes, such as that of a person who is asked, or of an agent
    /// with limits of its own. The step can be cancelled all the same, and what passes is part of its
    /// [`Usage`](crate::Usage) and of the totals of its session. For a call that no code makes it does nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// use fumehood::{ToolCall, ToolError};
    ///
    /// # async fn person(_: &ToolCall) -> bool { true }
    /// let approve = |call: ToolCall| async move {
    ///     let untimed = call.untimed();
    ///     let allowed = person(&call).await;
    ///     drop(untimed);
    ///     if allowed { call.run().await } else { Err(ToolError::new("somebody said no")) }
    /// };
    /// # let code = fumehood::Code::new("").interceptor(std::sync::Arc::new(approve));
    /// ```
    pub fn untimed(&self) -> Untimed {
        self.context.untimed()
    }

    /// Calls the tool, if the sandbox's [`Guard`] lets it be called. A panic in it is an error.
    ///
    /// # Errors
    ///
    /// That of the tool, or of the guard.
    pub async fn run(self) -> Result<ToolOutput, ToolError> {
        let Some(guard) = self.registered.guard.clone() else {
            let ToolCall { registered, arguments, attachments, context } = self;
            let input = ToolInput { arguments, attachments, context };
            // The tool may panic while making its future as well as later.
            return contained(async { registered.tool.call(input).await }).await;
        };
        let ToolCall { registered, arguments, attachments, context } = self.clone();
        let input = ToolInput { arguments, attachments, context };
        self.guarded(guard, move || async move { registered.tool.call(input).await }).await
    }

    /// Has somebody else answer in the place of the tool: an agent that another one manages, or a program that
    /// does itself what the tool stands for. It passes the sandbox's [`Guard`] as any other call. A panic is an
    /// error.
    ///
    /// # Errors
    ///
    /// That of whoever answers.
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(sandbox: fumehood::Sandbox) -> Result<(), Box<dyn std::error::Error>> {
    /// use serde_json::json;
    ///
    /// let call = sandbox.tool_call("population", json!({"city": "Reykjavik"}))?;
    /// let answer = call.run_with(|| async { Ok(json!(139_875).into()) }).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn run_with<'a, Answering>(
        self,
        answer: impl FnOnce() -> Answering + Send + 'a,
    ) -> Result<ToolOutput, ToolError>
    where
        Answering: Future<Output = Result<ToolOutput, ToolError>> + Send + 'a,
    {
        match self.registered.guard.clone() {
            None => contained(async { answer().await }).await,
            Some(guard) => self.guarded(guard, answer).await,
        }
    }

    async fn guarded<'a, Answering>(
        self,
        guard: Arc<dyn Guard>,
        answer: impl FnOnce() -> Answering + Send + 'a,
    ) -> Result<ToolOutput, ToolError>
    where
        Answering: Future<Output = Result<ToolOutput, ToolError>> + Send + 'a,
    {
        // The guard learns of a panic as of any other error.
        let make: Make<'_> = Box::new(|| Box::pin(contained(async { answer().await })));
        contained(async { guard.call(&self, make).await }).await
    }

    /// Calls the tool, or has somebody decide about it.
    pub(crate) async fn run_through(
        self,
        interceptor: Option<&dyn Interceptor>,
    ) -> Result<ToolOutput, ToolError> {
        match interceptor {
            None => self.run().await,
            Some(interceptor) => contained(async { interceptor.call(self).await }).await,
        }
    }
}

/// What comes of a call if nothing panics.
async fn contained(
    answering: impl Future<Output = Result<ToolOutput, ToolError>>,
) -> Result<ToolOutput, ToolError> {
    AssertUnwindSafe(answering)
        .catch_unwind()
        .await
        .unwrap_or_else(|_| Err(ToolError::new("the tool stopped because of a bug in it")))
}

impl std::fmt::Debug for ToolCall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ToolCall")
            .field("name", &self.name())
            .field("arguments", &self.arguments)
            .finish()
    }
}

/// Stands between the code of a step and the tools: each call whose arguments fit goes through it, and is
/// made by [`ToolCall::run`], or not at all. See [`Code::interceptor`](crate::Code::interceptor).
///
/// A closure that takes a [`ToolCall`] and returns a future is one. To the code it is the tool that answers:
/// what the interceptor returns is the answer, its error is raised as the tool's, and the time (but for
/// [`ToolCall::untimed`]) and the length of an answer are limited as for any tool. The [events](crate::Event) show the call as the code
/// made it. What the interceptor decides is for it to remember; nothing is asked twice.
///
/// # Examples
///
/// Approval, by somebody who may change the arguments:
///
/// ```
/// use std::sync::Arc;
/// use fumehood::{Code, ToolCall, ToolError};
/// use serde_json::json;
///
/// let approve = |call: ToolCall| async move {
///     match call.name() {
///         "delete" => Err(ToolError::new("nothing may be deleted")),
///         "search" => {
///             let mut arguments = call.arguments().clone();
///             arguments.insert("limit".to_owned(), json!(10));
///             call.with_arguments(arguments)?.run().await
///         }
///         _ => call.run().await,
///     }
/// };
/// let code = Code::new("delete('everything')").interceptor(Arc::new(approve));
/// ```
///
/// A journal: calls that had returned before a crash are not made again.
///
/// ```
/// use std::sync::atomic::{AtomicUsize, Ordering};
///
/// use fumehood::{Interceptor, ToolCall, ToolFuture, ToolOutput};
///
/// #[derive(Default)]
/// struct Journal {
///     returned: Vec<(String, ToolOutput)>,
///     next: AtomicUsize,
/// }
///
/// impl Interceptor for Journal {
///     fn call(&self, call: ToolCall) -> ToolFuture<'_> {
///         Box::pin(async move {
///             let at = self.next.fetch_add(1, Ordering::Relaxed);
///             match self.returned.get(at) {
///                 Some((name, answer)) if name == call.name() => Ok(answer.clone()),
///                 _ => call.run().await,
///             }
///         })
///     }
/// }
/// ```
pub trait Interceptor: Send + Sync {
    /// Answers a call, refuses it with an error, or goes on with [`ToolCall::run`]. The future is dropped
    /// when the step reaches its time limit or is cancelled.
    fn call(&self, call: ToolCall) -> ToolFuture<'_>;
}

impl<F, Answering> Interceptor for F
where
    F: Fn(ToolCall) -> Answering + Send + Sync,
    Answering: Future<Output = Result<ToolOutput, ToolError>> + Send + 'static,
{
    fn call(&self, call: ToolCall) -> ToolFuture<'_> {
        Box::pin(self(call))
    }
}
