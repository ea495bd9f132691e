//! Why a search finds nothing.

use std::time::Duration;

use fumehood::ToolError;

use crate::egress::EgressError;
use crate::web::page::Unreadable;
use crate::web::server;

/// Why a search finds nothing, and what can be done about it.
#[derive(Debug, thiserror::Error)]
pub(super) enum SearchError {
    #[error("nothing was found for `{query}`; ask in fewer or other words")]
    Nothing { query: String },
    #[error(
        "{provider} takes us for a robot, or has had too many searches; {}, or have the operator choose another \
         provider", wait(*after)
    )]
    TooMany { provider: &'static str, after: Option<Duration> },
    #[error(
        "{provider} refuses the key{}; searching again is of no use, as the operator has to look at it",
        said(complaint)
    )]
    Key { provider: &'static str, complaint: Option<String> },
    #[error(
        "the account at {provider} is used up{}; searching again is of no use until the operator has seen to it",
        said(complaint)
    )]
    UsedUp { provider: &'static str, complaint: Option<String> },
    #[error(
        "the instance of SearXNG gives no JSON; its operator has to add `json` to `search.formats` in its \
         settings.yml"
    )]
    NoJson,
    #[error("none of the engines behind SearXNG has answered ({engines}); try again in a minute")]
    NoEngines { engines: String },
    #[error(
        "{provider} answered with something that is not known here ({what}); it may have changed, and another \
         provider may help"
    )]
    Unknown { provider: &'static str, what: String },
    #[error("{provider} answered with the status {status}{}", said(complaint))]
    Status { provider: &'static str, status: u16, complaint: Option<String> },
    #[error("{provider} cannot be asked: {error}")]
    Unreached { provider: &'static str, error: EgressError },
    #[error("what {provider} answered cannot be read: {reason}")]
    Unreadable { provider: &'static str, reason: Unreadable },
}

fn wait(after: Option<Duration>) -> String {
    match after {
        Some(after) => format!("try again in {} seconds", after.as_secs()),
        None => "try again in a minute".to_owned(),
    }
}

fn said(complaint: &Option<String>) -> String {
    complaint.as_ref().map_or_else(String::new, |complaint| format!(" (\"{complaint}\")"))
}

impl From<SearchError> for ToolError {
    fn from(error: SearchError) -> ToolError {
        match &error {
            SearchError::Unreached { provider, error } => {
                server::failed(&format!("{provider} cannot be asked"), error)
            }
            _ => ToolError::new(error.to_string()),
        }
    }
}
