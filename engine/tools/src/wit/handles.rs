//! The handles that code has, and what they stand for.
//!
//! A handle is a text of 128 random bits, so code has those that it was given and no others. What is behind it
//! belongs to the session that the handle was given to, and goes when that session ends. A session that was forked or
//! saved is another one: it has the texts, and nothing is behind them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fumehood::{CallContext, Definition, SessionMark};

use super::value::Resource;

/// Handles that a session may have of one module at a time.
const MOST: usize = 10_000;

/// What a handle is known by.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Token([u8; 16]);

impl Token {
    fn new() -> Result<Token, String> {
        let mut token = [0; 16];
        getrandom::fill(&mut token)
            .map_err(|error| format!("there are no random numbers: {error}"))?;
        Ok(Token(token))
    }

    pub(crate) fn read(text: &str) -> Option<Token> {
        // Only what `written` writes.
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        u128::from_str_radix(text, 16).ok().map(|number| Token(number.to_be_bytes()))
    }

    pub(crate) fn written(self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.0))
    }
}

/// Handles of all sessions.
#[derive(Default)]
pub(crate) struct Handles {
    /// Those of no session are those of calls that no code makes.
    by_session: Mutex<HashMap<Option<SessionMark>, HashMap<Token, Kept>>>,
}

struct Kept {
    of: Arc<Definition>,
    resource: Resource,
}

/// The handles of one session.
pub(crate) struct Owner {
    handles: Arc<Handles>,
    session: Option<SessionMark>,
}

impl Handles {
    pub(crate) fn of(self: &Arc<Handles>, context: &CallContext) -> Owner {
        Owner { handles: Arc::clone(self), session: context.session() }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Option<SessionMark>, HashMap<Token, Kept>>> {
        self.by_session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Owner {
    /// A new handle for something.
    pub(crate) fn keep(&self, of: &Arc<Definition>, resource: Resource) -> Result<Token, String> {
        let token = Token::new()?;
        let mut all = self.handles.all();
        let kept = all.entry(self.session.clone()).or_default();
        if kept.len() >= MOST {
            return Err(format!("there are {MOST} handles already; close some"));
        }
        kept.insert(token, Kept { of: Arc::clone(of), resource });
        // Those of sessions that are over go when there are new ones.
        let over = |session: &SessionMark| session.has_ended();
        let gone =
            all.extract_if(|session, _| session.as_ref().is_some_and(over)).collect::<Vec<_>>();
        drop(all);
        // What is let go of may do anything, so nothing is locked.
        drop(gone);
        Ok(token)
    }

    /// What is behind a handle, if it is one of this class.
    pub(crate) fn find(&self, token: &Token, of: &Arc<Definition>) -> Option<Resource> {
        let all = self.handles.all();
        let kept = all.get(&self.session)?.get(token)?;
        Arc::ptr_eq(&kept.of, of).then(|| kept.resource.clone())
    }

    /// Forgets handles.
    pub(crate) fn let_go(&self, tokens: &[Token]) {
        if tokens.is_empty() {
            return;
        }
        let mut all = self.handles.all();
        let kept = all.get_mut(&self.session);
        let gone = kept
            .map(|kept| tokens.iter().filter_map(|token| kept.remove(token)).collect::<Vec<_>>());
        drop(all);
        drop(gone);
    }
}
