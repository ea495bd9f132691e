//! All that the command says. Data goes to stdout, talk to stderr; nothing else in the command prints.

use std::io::{self, BufRead as _, IsTerminal as _, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fumehood::{Event, Listener, Stream};
use fumehood_image::Stage;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The one that prints.
pub(crate) struct Printer {
    stdout: Mutex<io::Stdout>,
    building: Mutex<Option<ProgressBar>>,
    /// The line that says what is being waited for.
    waiting: Mutex<Option<ProgressBar>>,
}

impl Printer {
    pub(crate) fn new() -> Printer {
        Printer {
            stdout: Mutex::new(io::stdout()),
            building: Mutex::default(),
            waiting: Mutex::default(),
        }
    }

    /// A line of data.
    pub(crate) fn line(&self, line: &str) -> io::Result<()> {
        let mut stdout = self.stdout.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        stdout.write_all(line.as_bytes())?;
        stdout.write_all(b"\n")?;
        stdout.flush()
    }

    /// Bytes of data, as they are.
    pub(crate) fn bytes(&self, stream: Stream, bytes: &[u8]) -> io::Result<()> {
        match stream {
            Stream::Stdout => {
                let mut stdout =
                    self.stdout.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                stdout.write_all(bytes)?;
                stdout.flush()
            }
            Stream::Stderr => io::stderr().write_all(bytes),
        }
    }

    /// Prints what code prints, as it does.
    pub(crate) fn listener(self: &Arc<Self>) -> Listener {
        let printer = Arc::clone(self);
        Arc::new(move |event| {
            if let Event::Output { stream, bytes } = event {
                // Whoever reads may have gone; the code does not have to know.
                printer.bytes(stream, bytes).ok();
            }
        })
    }

    /// A line of talk.
    pub(crate) fn say(&self, line: &str) {
        self.wait_no_longer();
        // There is nobody to tell when stderr is closed.
        writeln!(io::stderr(), "{line}").ok();
    }

    /// Talk that comes in parts.
    pub(crate) fn talk(&self, text: &str) {
        self.wait_no_longer();
        write!(io::stderr(), "{text}").ok();
    }

    /// Replaces what was talked since the beginning of the line, which has had so many columns.
    pub(crate) fn talk_again(&self, columns: usize, text: &str) {
        let width = self.columns().max(1);
        let above = columns.saturating_sub(1) / width;
        let up = if above > 0 { format!("\x1b[{above}A") } else { String::new() };
        self.talk(&format!("\r{up}\x1b[J{text}"));
    }

    /// Whether talk goes to somebody who sees it move and in colours.
    pub(crate) fn is_terminal(&self) -> bool {
        io::stderr().is_terminal()
    }

    /// Whether talk may have colours.
    pub(crate) fn has_colors(&self) -> bool {
        self.is_terminal() && console::colors_enabled_stderr()
    }

    /// Columns of the terminal that talk goes to.
    pub(crate) fn columns(&self) -> usize {
        usize::from(console::Term::stderr().size().1)
    }

    /// Says in a line that moves what is being waited for, until there is something else to say. Where nothing
    /// can move, nothing is said.
    pub(crate) fn wait_for(&self, what: &str) {
        if !self.is_terminal() {
            return;
        }
        let mut waiting = self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        waiting
            .get_or_insert_with(|| spinner("{spinner} {msg} {elapsed}"))
            .set_message(what.to_owned());
    }

    /// There is something else to say.
    fn wait_no_longer(&self) {
        let mut waiting = self.waiting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(waiting) = waiting.take() {
            waiting.finish_and_clear();
        }
    }

    /// Asks for a line. None if there is nobody who answers.
    pub(crate) fn ask(&self, question: &str) -> io::Result<Option<String>> {
        self.talk(question);
        let mut answer = String::new();
        if io::stdin().lock().read_line(&mut answer)? == 0 {
            self.say("");
            return Ok(None);
        }
        Ok(Some(answer.trim().to_owned()))
    }

    /// What went wrong, with its causes.
    pub(crate) fn error(&self, error: &anyhow::Error) {
        self.finish_building();
        let mut causes = error.chain().map(ToString::to_string);
        self.say(&format!("error: {}", causes.next().unwrap_or_default()));
        for cause in causes {
            self.say(&format!("  caused by: {cause}"));
        }
    }

    /// Shows a stage of building the image: a line that moves in a terminal, a line each otherwise.
    pub(crate) fn building(&self, stage: Stage) {
        let mut building = self.building.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !io::stderr().is_terminal() {
            self.say(&format!("fumehood: {stage}"));
            return;
        }
        let bar = building.get_or_insert_with(|| spinner("{spinner} fumehood: {msg} [{elapsed}]"));
        bar.set_message(stage.to_string());
    }

    /// The image is there.
    pub(crate) fn finish_building(&self) {
        let mut building = self.building.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(bar) = building.take() {
            bar.finish_and_clear();
        }
    }
}

/// A line that moves.
fn spinner(template: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template(template);
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
