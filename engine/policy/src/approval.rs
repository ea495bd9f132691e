//! Asking somebody about a call.

use std::future::Future;
use std::pin::Pin;

use fumehood::Arguments;

/// What [`Approver`] returns.
pub type Approving<'a> = Pin<Box<dyn Future<Output = Approval> + Send + 'a>>;

/// Who is asked about calls that the policy allows only if somebody does. Where there is nobody, they are
/// refused. Whoever is asked may take their time: the clock of the step stands still.
///
/// # Examples
///
/// ```
/// use fumehood_policy::{Approval, Approver, Approving, Question};
///
/// /// Lets everything be sent that is short.
/// struct Short;
///
/// impl Approver for Short {
///     fn approve<'a>(&'a self, question: Question<'a>) -> Approving<'a> {
///         let text = question.arguments.get("text").and_then(|text| text.as_str());
///         let approval = match text.is_some_and(|text| text.len() < 100) {
///             true => Approval::Allow,
///             false => Approval::Deny("it is too long".to_owned()),
///         };
///         Box::pin(std::future::ready(approval))
///     }
/// }
/// ```
pub trait Approver: Send + Sync + 'static {
    /// May this call be made?
    fn approve<'a>(&'a self, question: Question<'a>) -> Approving<'a>;
}

/// A call that somebody is asked about.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Question<'a> {
    /// The tool.
    pub tool: &'a str,
    /// What it would be called with.
    pub arguments: &'a Arguments,
    /// Why it is asked, with what the session has seen if that is why.
    pub reason: &'a str,
}

impl<'a> Question<'a> {
    pub(crate) fn new(tool: &'a str, arguments: &'a Arguments, reason: &'a str) -> Question<'a> {
        Question { tool, arguments, reason }
    }
}

/// What was said about a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Approval {
    /// It may be made.
    Allow,
    /// It may not; the model is told this reason.
    Deny(String),
}
