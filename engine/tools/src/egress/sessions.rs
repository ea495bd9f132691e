//! A client with totals for each session that uses it.

use std::sync::{Mutex, PoisonError};

use fumehood::SessionMark;

use super::client::Egress;

/// A client that many sessions use, each with totals of its own.
#[derive(Debug)]
pub(crate) struct SharedEgress {
    egress: Egress,
    sessions: Mutex<Vec<(SessionMark, Egress)>>,
}

impl SharedEgress {
    pub(crate) fn new(egress: Egress) -> SharedEgress {
        SharedEgress { egress, sessions: Mutex::default() }
    }

    /// The client with the totals of the session that calls.
    pub(crate) fn of_session(&self, session: Option<SessionMark>) -> Egress {
        // A call that no session makes has nobody's totals.
        let Some(session) = session else { return self.egress.clone() };
        let mut sessions = self.sessions.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|(other, _)| !other.has_ended());
        if let Some((_, egress)) = sessions.iter().find(|(other, _)| *other == session) {
            return egress.clone();
        }
        let egress = self.egress.for_session();
        sessions.push((session, egress.clone()));
        egress
    }
}
