//! The thread of a shelf, which does what makes idle sessions take less.

use std::hash::Hash;
use std::io::{self, Write};
use std::sync::Arc;

use super::Place;
use super::folder::{Folder, Stored};
use super::standing::{Held, Outcome, Queue, Shared, Work};
use crate::error::SavedError;
use crate::saved::Away;

/// Works until the shelf is gone.
pub(super) fn keep<K: Eq + Hash + Clone>(shared: &Shared<K>) {
    let _keeping = shared.keeping();
    while let Some(mut job) = shared.next() {
        let outcome = match (job.work, &shared.settings.folder) {
            (Work::Look, _) => look(&job.place),
            (Work::Store, Some((folder, _))) => store(&mut job.place, folder, shared),
            (Work::Park | Work::Store, _) => park(&mut job.place),
        };
        shared.finish(job, outcome);
    }
}

fn look(place: &Place) -> Outcome {
    match &place.stored {
        // Whoever wanted it could not read it.
        Some(stored) => Outcome::Stored(Held { memory: 0, stored: stored.1.bytes() }),
        None => Outcome::Idle(Queue::Awake, held(place)),
    }
}

/// What a session holds besides its state.
fn held(place: &Place) -> Held {
    let memory = place.session.memory().map_or(0, |memory| memory.own_bytes());
    Held { memory: memory + place.session.file_bytes(), stored: 0 }
}

fn park(place: &mut Place) -> Outcome {
    match place.session.park() {
        Ok(()) => Outcome::Idle(Queue::Parked, held(place)),
        Err(_) if place.session.is_lost() => Outcome::Left(held(place)),
        Err(error) => Outcome::Failed(held(place), Box::new(error).into()),
    }
}

fn store<K: Eq + Hash + Clone>(
    place: &mut Place,
    folder: &Arc<Folder>,
    shared: &Shared<K>,
) -> Outcome {
    let parked = park(place);
    if !matches!(parked, Outcome::Idle(..)) {
        return parked;
    }
    match written(place, folder, shared) {
        Ok(Some((away, stored))) => {
            place.session.let_go_of_state();
            let held = Held { memory: 0, stored: stored.bytes() };
            place.stored = Some((away, stored));
            Outcome::Stored(held)
        }
        Ok(None) => Outcome::Left(held(place)),
        Err(error) => Outcome::Failed(held(place), error),
    }
}

/// The state in a file; none if there is none, as the session is what it was in the beginning.
fn written<K: Eq + Hash + Clone>(
    place: &mut Place,
    folder: &Arc<Folder>,
    shared: &Shared<K>,
) -> Result<Option<(Away, Stored)>, SavedError> {
    let Ok(committed) = place.session.commit() else { return Ok(None) };
    let (file, mut stored) = folder.create()?;
    let mut to = Counted { to: file, bytes: 0, is_closed: || shared.is_closed() };
    let away = Away::write(&committed, place.session.begun(), io::BufWriter::new(&mut to))?;
    stored.note_bytes(to.bytes);
    Ok(Some((away, stored)))
}

/// Counts what is written, and gives up when nobody needs it any more.
struct Counted<W, F> {
    to: W,
    bytes: u64,
    is_closed: F,
}

impl<W: Write, F: Fn() -> bool> Write for Counted<W, F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if (self.is_closed)() {
            return Err(io::Error::other("the shelf is gone"));
        }
        let written = self.to.write(bytes)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}
