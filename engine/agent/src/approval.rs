//! Asking somebody before something is done.

use std::future::Future;
use std::pin::Pin;

use fumehood::Arguments;
use serde::{Deserialize, Serialize};

/// What [`Approve`] returns.
pub type Approving<'a, T> = Pin<Box<dyn Future<Output = Decision<T>> + Send + 'a>>;

/// Who is asked before code runs and before tools are called. By default everything is allowed.
///
/// What was decided in a step is part of the run's journal: a run that is resumed in the middle of a step
/// does not ask again.
///
/// # Examples
///
/// ```
/// use fumehood::Arguments;
/// use fumehood_agent::{Approve, Approving, Asked, Decision};
///
/// /// Nobody deletes anything.
/// struct Careful;
///
/// impl Approve for Careful {
///     fn call<'a>(&'a self, asked: Asked<'a>, tool: &'a str, _: &'a Arguments) -> Approving<'a, Arguments> {
///         let decision = match tool.starts_with("delete") {
///             true => Decision::Deny(format!("{} may not delete", asked.agent)),
///             false => Decision::Allow,
///         };
///         Box::pin(std::future::ready(decision))
///     }
/// }
/// ```
pub trait Approve: Send + Sync + 'static {
    /// May this code be run? An edited one is run in its place, and the model is told.
    fn code<'a>(&'a self, asked: Asked<'a>, code: &'a str) -> Approving<'a, String> {
        let _ = (asked, code);
        Box::pin(std::future::ready(Decision::Allow))
    }

    /// May this tool, or managed agent, be called? Its arguments fit, and have to when they are edited.
    fn call<'a>(
        &'a self,
        asked: Asked<'a>,
        tool: &'a str,
        arguments: &'a Arguments,
    ) -> Approving<'a, Arguments> {
        let _ = (asked, tool, arguments);
        Box::pin(std::future::ready(Decision::Allow))
    }
}

/// Who wants to do something, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Asked<'a> {
    /// The agent's name, or nothing if it has none.
    pub agent: &'a str,
    /// Which step of its task it is, from 1.
    pub step: u32,
}

/// What was decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision<T> {
    /// It may be done.
    Allow,
    /// It may not; the model is told this reason.
    Deny(String),
    /// This is done in its place.
    Edit(T),
}
