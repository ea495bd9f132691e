//! All that the command says. Data goes to stdout, talk to stderr; nothing else in the command prints.

use std::io::{self, IsTerminal as _, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fumehood::{Event, Listener, Stream};
use fumehood_image::Stage;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The one that prints.
pub(crate) struct Printer {
    stdout: Mutex<io::Stdout>,
    building: Mutex<Option<ProgressBar>>,
}

impl Printer {
    pub(crate) fn new() -> Printer {
        Printer { stdout: Mutex::new(io::stdout()), building: Mutex::new(None) }
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
        // There is nobody to tell when stderr is closed.
        writeln!(io::stderr(), "{line}").ok();
    }

    /// Talk that comes in parts.
    pub(crate) fn talk(&self, text: &str) {
        write!(io::stderr(), "{text}").ok();
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
        let bar = building.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{spinner} fumehood: {msg} [{elapsed}]")
                .unwrap_or_else(|_| ProgressStyle::default_spinner());
            bar.set_style(style);
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
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
