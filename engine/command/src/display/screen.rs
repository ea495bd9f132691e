//! A run as people see it, on stderr, as it happens.
//!
//! What the model says comes in parts. In a terminal each line is written as it comes, and once more in colours when
//! it is whole. Elsewhere the same text comes without colours, and nothing is written twice.

use std::sync::Arc;
use std::time::Duration;

use console::{Style, measure_text_width};
use fumehood::Event;
use fumehood_agent::{ActionStep, AgentEvent, CallRecord, PlanningStep, StepError};
use fumehood_model::Usage;

use super::painting::Painter;
use crate::printer::Printer;
use crate::units::{self, printable_text as printable};

/// Characters of an answer, or of what a member says, that are shown.
const SHOWN: usize = 200;
/// Columns that are kept as one line to be painted; longer ones stay as they are.
const LINE: usize = 4096;

pub(crate) struct Screen {
    printer: Arc<Printer>,
    colors: bool,
    painter: Painter,
    /// What the model has said so far in this step.
    said: String,
    /// What was said of the line that is being written.
    line: String,
    /// Whether the line that is being written has to be ended before another begins.
    is_open: bool,
    /// Whether the code of the step has printed anything yet.
    has_output: bool,
}

impl Screen {
    pub(crate) fn new(printer: &Arc<Printer>) -> Screen {
        Screen {
            printer: Arc::clone(printer),
            colors: printer.has_colors(),
            painter: Painter::of_reply(),
            said: String::new(),
            line: String::new(),
            is_open: false,
            has_output: false,
        }
    }

    pub(crate) fn show(&mut self, event: &AgentEvent<'_>) {
        match event {
            AgentEvent::PlanningStarted => self.begin("Plan"),
            AgentEvent::StepStarted { number } => self.begin(&format!("Step {number}")),
            AgentEvent::Said { text } => self.say_on(text),
            AgentEvent::Thought { text } => self.think_on(text),
            AgentEvent::Retrying { error, wait } => {
                self.note(&format!("[{error}; the model is asked again in {}]", short(*wait)));
                self.said.clear();
            }
            AgentEvent::Running { code } => self.running(code),
            AgentEvent::Sandbox(event) => self.sandbox(event),
            AgentEvent::Member { name, call, event } => self.member(name, *call, event),
            AgentEvent::Planned(step) => self.planned(step),
            AgentEvent::SummedUp(step) => {
                self.note(&format!(
                    "[the first {} steps were summed up{}]",
                    step.covers,
                    tokens(step.usage)
                ));
            }
            AgentEvent::StepFinished(step) => self.finished(step),
            AgentEvent::Finished(_) => self.heading("Answer"),
            _ => {}
        }
    }

    fn begin(&mut self, name: &str) {
        self.begin_stored(name);
        self.printer.wait_for("waiting for the model");
    }

    /// A step begins for which nothing is waited.
    pub(crate) fn begin_stored(&mut self, name: &str) {
        self.heading(name);
        self.painter = Painter::of_reply();
        self.said.clear();
        self.has_output = false;
    }

    /// A heading, after an empty line.
    pub(crate) fn heading(&mut self, name: &str) {
        self.end_line();
        self.printer.say(&format!("\n{}", self.styled(&format!("--- {name} ---"), Style::bold)));
    }

    /// A line that is about the run, and not part of it.
    pub(crate) fn note(&mut self, text: &str) {
        self.end_line();
        let text = self.styled(&printable(text), Style::dim);
        self.printer.say(&text);
    }

    fn styled(&self, text: &str, style: fn(Style) -> Style) -> String {
        match self.colors {
            true => style(Style::new().for_stderr()).apply_to(text).to_string(),
            false => text.to_owned(),
        }
    }

    /// The model says something more.
    pub(crate) fn say_on(&mut self, text: &str) {
        self.said.push_str(text);
        for part in printable(text).split_inclusive('\n') {
            self.printer.talk(part);
            self.is_open = !part.ends_with('\n');
            if self.line.len() <= LINE {
                self.line.push_str(part);
            }
            if !self.is_open {
                self.paint_line();
            }
        }
    }

    /// The line is whole: it gets its colours.
    fn paint_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        if !self.colors || line.len() > LINE {
            return;
        }
        let painted = self.painter.paint(&line);
        if painted != line.trim_end_matches('\n') {
            let width = measure_text_width(line.trim_end_matches('\n'));
            self.printer.talk("\x1b[A");
            self.printer.talk_again(width, &painted);
            self.printer.talk("\n");
        }
    }

    fn think_on(&mut self, text: &str) {
        let text = self.styled(&printable(text), Style::dim);
        self.printer.talk(&text);
        self.is_open = !text.ends_with('\n');
    }

    /// Ends the line that is being written.
    fn end_line(&mut self) {
        if self.is_open {
            self.printer.talk("\n");
            self.is_open = false;
            self.line.push('\n');
            self.paint_line();
        }
        self.line.clear();
    }

    fn running(&mut self, code: &str) {
        self.end_line();
        // It was seen as the model wrote it, if it is what the model has said.
        if !code.lines().all(|line| self.said.contains(line.trim())) {
            self.heading("Code");
            self.code(code);
        }
        self.printer.wait_for("running");
    }

    /// Python in full.
    pub(crate) fn code(&mut self, code: &str) {
        let mut painter = self.colors.then(Painter::of_python);
        for line in printable(code).lines() {
            match &mut painter {
                Some(painter) => self.printer.say(&painter.paint(line)),
                None => self.printer.say(line),
            }
        }
    }

    fn sandbox(&mut self, event: &Event<'_>) {
        match event {
            Event::Output { bytes, .. } => self.output(&String::from_utf8_lossy(bytes)),
            Event::ToolCalled { tool, .. } => self.printer.wait_for(&format!("tool {tool}")),
            Event::ToolProgress { tool, message, share } => {
                let share =
                    share.map_or(String::new(), |share| format!("{:.0} %, ", share * 100.0));
                self.printer.wait_for(&format!("tool {tool}: {share}{}", first(message)));
            }
            Event::ToolReturned { tool, result, took } => {
                self.answered(tool, *result, *took);
                self.printer.wait_for("running");
            }
            _ => {}
        }
    }

    fn answered(&mut self, tool: &str, result: Result<&str, &str>, took: Duration) {
        let took = short(took);
        self.note(&match result {
            Ok(answer) => format!("[tool {tool}: {} in {took}]", first(answer)),
            Err(error) => format!("[tool {tool} failed after {took}: {}]", first(error)),
        });
    }

    /// A call that a run remembers.
    pub(crate) fn called(&mut self, call: &CallRecord) {
        let answer = call.answer.as_deref().unwrap_or_default();
        self.answered(&call.name, call.error.as_deref().map_or(Ok(answer), Err), call.took);
    }

    /// What the code prints.
    pub(crate) fn output(&mut self, text: &str) {
        if !self.has_output {
            self.heading("Output");
            self.has_output = true;
        }
        let text = printable(text);
        self.printer.talk(&text);
        self.is_open = !text.is_empty() && !text.ends_with('\n');
    }

    /// What a managed agent does, in a line each: several may be at work.
    fn member(&mut self, name: &str, call: u64, event: &AgentEvent<'_>) {
        let what = match event {
            AgentEvent::PlanningStarted => "makes a plan".to_owned(),
            AgentEvent::StepStarted { number } => format!("step {number}"),
            AgentEvent::Retrying { error, .. } => format!("{error}; the model is asked again"),
            AgentEvent::Sandbox(Event::ToolReturned { tool, result, took }) => match result {
                Ok(answer) => format!("tool {tool}: {} in {}", first(answer), short(*took)),
                Err(error) => format!("tool {tool} failed: {}", first(error)),
            },
            AgentEvent::StepFinished(ActionStep { error: Some(error), .. }) => {
                format!("error: {}", first(last_line(&error.message)))
            }
            AgentEvent::Member { name, call, event } => return self.member(name, *call, event),
            AgentEvent::Finished(result) => format!("answers: {}", first(result.answer.text())),
            _ => return,
        };
        self.note(&format!("[{name} {call}: {what}]"));
    }

    pub(crate) fn planned(&mut self, step: &PlanningStep) {
        self.note(&format!("[plan made in {}{}]", short(step.timing.model), tokens(step.usage)));
    }

    /// The end of a step: what went wrong, and what it took.
    pub(crate) fn finished(&mut self, step: &ActionStep) {
        self.end_line();
        if let Some(StepError { message, .. }) = &step.error {
            if !self.has_output {
                self.heading("Output");
            }
            self.printer.say(&self.styled(printable(message).trim_end(), Style::red));
        }
        self.note(&format!(
            "[model {}, code {}, {} fuel{}]",
            short(step.timing.model),
            short(step.timing.sandbox + step.timing.tools),
            units::about_amount(step.fuel),
            tokens(step.usage)
        ));
    }
}

/// The beginning of a text, as a line.
fn first(text: &str) -> String {
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((at, _)) = line.char_indices().nth(SHOWN) {
        line.truncate(at);
        line.push('…');
    }
    line
}

fn last_line(text: &str) -> &str {
    text.trim_end().lines().next_back().unwrap_or_default()
}

fn tokens(usage: Option<Usage>) -> String {
    usage.map_or(String::new(), |tokens| {
        format!(", {} tokens in, {} out", tokens.input_tokens, tokens.output_tokens)
    })
}

fn short(time: Duration) -> String {
    match time.as_secs_f64() {
        seconds if seconds < 1.0 => format!("{:.1} ms", seconds * 1e3),
        seconds => format!("{seconds:.1} s"),
    }
}
