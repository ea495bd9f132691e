//! What a tool knows about the call that it answers.

use std::hash::{Hash, Hasher};
use std::sync::{Arc, Weak};
use std::time::Instant;

use crate::control::{Control, Untimed};
use crate::files::{Files, SharedTree};
use crate::labels::Ledger;
use crate::outcome::{Event, Listener};

/// Bytes of what a tool says about its progress; the rest is not passed on.
const PROGRESS_BYTES: usize = 1_000;

/// Who calls a tool, and how long the answer may take. A call that is no longer wanted is dropped: there is
/// nothing that a tool has to look at for that.
///
/// # Examples
///
/// ```
/// use fumehood::{ToolError, ToolInput, ToolOutput};
///
/// async fn download(input: ToolInput) -> Result<ToolOutput, ToolError> {
///     for part in 1..=4 {
///         input.context.progress(&format!("part {part} of 4"), Some(f64::from(part) / 4.0));
///     }
///     Ok(serde_json::json!("done").into())
/// }
/// ```
#[derive(Clone, Default)]
pub struct CallContext {
    /// The limits of the step whose code makes the call, if code does.
    control: Option<Arc<Control>>,
    listener: Option<Listener>,
    tool: Option<Arc<str>>,
    ledger: Ledger,
    /// The files of the session whose code makes the call.
    files: Option<SharedTree>,
}

impl CallContext {
    /// Of a call that the code of a step makes.
    pub(crate) fn of_step(
        control: &Arc<Control>,
        listener: Option<Listener>,
        ledger: &Ledger,
        files: &SharedTree,
    ) -> CallContext {
        let (control, files) = (Some(Arc::clone(control)), Some(files.clone()));
        CallContext { control, listener, tool: None, ledger: ledger.clone(), files }
    }

    /// The same, entered in this ledger if it is of no step.
    pub(crate) fn with_ledger(mut self, ledger: &Ledger) -> CallContext {
        if self.control.is_none() {
            ledger.merge(&self.ledger.labels());
            self.ledger = ledger.clone();
        }
        self
    }

    /// The same, of a tool that has this name.
    pub(crate) fn of_tool(mut self, name: &Arc<str>) -> CallContext {
        self.tool = Some(Arc::clone(name));
        self
    }

    /// The session whose code makes the call; nothing, if no code does.
    pub fn session(&self) -> Option<SessionMark> {
        self.control.as_ref().map(|control| SessionMark(Arc::downgrade(control)))
    }

    /// The files of the session whose code makes the call: `/work`, where its relative paths begin, and `/tmp`.
    /// Nothing, if no code does. What a tool writes counts among the same limits as what the code writes, and is
    /// gone with the step if that is rolled back.
    ///
    /// # Examples
    ///
    /// ```
    /// use fumehood::{ToolError, ToolInput, ToolOutput};
    ///
    /// async fn shrink(input: ToolInput) -> Result<ToolOutput, ToolError> {
    ///     let path = input.arguments["path"].as_str().unwrap_or_default();
    ///     let files = input.context.files().ok_or_else(|| ToolError::new("there are no files"));
    ///     let mut files = files?;
    ///     let bytes = files.read(path).map_err(|error| ToolError::new(error.to_string()))?;
    ///     let half = &bytes[..bytes.len() / 2];
    ///     files.write("half.bin", half).map_err(|error| ToolError::new(error.to_string()))?;
    ///     Ok(serde_json::json!("half.bin").into())
    /// }
    /// ```
    pub fn files(&self) -> Option<Files<'_>> {
        self.files.as_ref().map(Files::new)
    }

    /// The ledger that the call is entered in. A tool that finds out while it works that it answers with what is
    /// private or untrusted adds that label.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// When the step will be interrupted for its time, if nothing stops its clock until then; nothing, if no
    /// code makes the call.
    pub fn deadline(&self) -> Option<Instant> {
        self.control.as_ref()?.deadline()
    }

    /// Tells whoever listens to the step how far the tool has come: in words, and as a share of the whole from 0
    /// to 1, if that is known. Of the words, the first thousand bytes are told.
    pub fn progress(&self, message: &str, share: Option<f64>) {
        if let (Some(listener), Some(tool)) = (&self.listener, &self.tool) {
            let message = &message[..message.floor_char_boundary(PROGRESS_BYTES)];
            let share = share.filter(|share| share.is_finite()).map(|share| share.clamp(0.0, 1.0));
            listener(Event::ToolProgress { tool, message, share });
        }
    }

    /// As long as the value lives, neither time nor computing counts for the step; see
    /// [`ToolCall::untimed`](crate::ToolCall::untimed).
    pub fn untimed(&self) -> Untimed {
        match &self.control {
            Some(control) => control.stand_still(),
            None => Untimed::of_nothing(),
        }
    }
}

/// Tells sessions apart: that of a call is equal to that of another if one session has made both. A session that is
/// forked, or begun with the state of another, is one of its own; one that was parked, or has rolled back, is the
/// same.
#[derive(Clone)]
pub struct SessionMark(Weak<Control>);

impl SessionMark {
    /// Whether there will be no more calls of that session.
    pub fn has_ended(&self) -> bool {
        self.0.strong_count() == 0
    }
}

impl PartialEq for SessionMark {
    fn eq(&self, other: &SessionMark) -> bool {
        // As long as there is a mark, nothing else gets its address.
        self.0.ptr_eq(&other.0)
    }
}

impl Eq for SessionMark {}

impl Hash for SessionMark {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.as_ptr().hash(state);
    }
}

impl std::fmt::Debug for SessionMark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("SessionMark").field(&self.0.as_ptr()).finish()
    }
}

impl std::fmt::Debug for CallContext {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallContext").field("tool", &self.tool).finish_non_exhaustive()
    }
}
