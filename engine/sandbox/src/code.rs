//! A step to run.

use std::sync::Arc;

use crate::calls::Interceptor;
use crate::limits::Limits;
use crate::outcome::Listener;

/// A step to run: source text, and what is special about it.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use fumehood::{Code, Limits};
///
/// let code = Code::new("print(1)").file("one.py").limits(Limits::default().with_tool_calls(3));
/// ```
#[derive(Clone)]
#[must_use]
pub struct Code {
    pub(crate) source: String,
    pub(crate) file: Option<String>,
    pub(crate) limits: Option<Limits>,
    pub(crate) listener: Option<Listener>,
    pub(crate) interceptor: Option<Arc<dyn Interceptor>>,
    pub(crate) atomic: bool,
}

impl Code {
    /// Source text, run with the limits of the sandbox, under the name `<step N>`.
    pub fn new(source: impl Into<String>) -> Code {
        Code {
            source: source.into(),
            file: None,
            limits: None,
            listener: None,
            interceptor: None,
            atomic: false,
        }
    }

    /// The name of the file in tracebacks.
    pub fn file(mut self, name: impl Into<String>) -> Code {
        self.file = Some(name.into());
        self
    }

    /// Limits for this step instead of the sandbox's. Those of a session stay the sandbox's: the
    /// totals, and what is sized when it starts (`request_bytes` and `nesting` upwards, and all that is
    /// about files).
    pub fn limits(mut self, limits: Limits) -> Code {
        self.limits = Some(limits);
        self
    }

    /// Has `listener` called with what happens while the step runs. It runs between two
    /// instructions of the guest, so it should not take long.
    pub fn listener(mut self, listener: Listener) -> Code {
        self.listener = Some(listener);
        self
    }

    /// Has every call of a tool in this step go through `interceptor`, which answers it, refuses it or goes
    /// on with it.
    pub fn interceptor(mut self, interceptor: Arc<dyn Interceptor>) -> Code {
        self.interceptor = Some(interceptor);
        self
    }

    /// Has the step rolled back whenever it does not run to its end: if an exception leaves it, too. By
    /// default only a step that had to be stopped is, and an exception leaves what was done before it,
    /// as in a notebook.
    pub fn atomic(mut self, atomic: bool) -> Code {
        self.atomic = atomic;
        self
    }
}

impl From<&str> for Code {
    fn from(source: &str) -> Code {
        Code::new(source)
    }
}

impl From<String> for Code {
    fn from(source: String) -> Code {
        Code::new(source)
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Code")
            .field("source", &self.source)
            .field("file", &self.file)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
