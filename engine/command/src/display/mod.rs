//! An agent's run, for people and for programs.
//!
//! * `screen`: what people see on stderr, as it happens
//! * `stored`: the same of a run that was stored
//! * `painting`: colours for Python and Markdown, line by line
//! * `lines`: JSON on stdout

mod lines;
mod painting;
mod screen;
mod stored;

use std::sync::{Arc, Mutex, PoisonError};

use fumehood_agent::Listener;

use crate::printer::Printer;
use screen::Screen;

pub(crate) use lines::lines;
pub(crate) use stored::memory;

/// Shows a run on stderr, as it goes on.
pub(crate) fn terminal(printer: &Arc<Printer>) -> Listener {
    let screen = Mutex::new(Screen::new(printer));
    if printer.has_colors() {
        // It takes a while, in which the model has not said anything yet.
        std::thread::spawn(painting::prepare);
    }
    Arc::new(move |event| screen.lock().unwrap_or_else(PoisonError::into_inner).show(event))
}
