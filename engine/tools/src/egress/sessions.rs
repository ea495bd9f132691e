//! The client with the totals of whoever calls.

use std::sync::{Mutex, PoisonError};

use fumehood::SessionMark;

use super::client::Egress;

/// The same client for all sessions, which counts for each of them what it uses.
#[derive(Debug)]
pub(crate) struct SessionClients {
    egress: Egress,
    sessions: Mutex<Vec<(SessionMark, Egress)>>,
}

impl SessionClients {
    pub(crate) fn new(egress: Egress) -> SessionClients {
        SessionClients { egress, sessions: Mutex::default() }
    }

    /// That of the session that calls. A call that no session makes has nobody's totals.
    pub(crate) fn of(&self, session: Option<SessionMark>) -> Egress {
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
