//! How a step ended. Values go to stdout, all else to stderr.

use std::time::Duration;

use anyhow::Result;
use fumehood::{Exception, Limit, Outcome, Output, Reached, SessionError, Step, Usage};

use crate::printer::Printer;
use crate::units;

/// Whether the cursor is not where a line begins.
pub(crate) fn leaves_a_line_open(output: &Output) -> bool {
    [&output.stdout, &output.stderr].iter().any(|text| !text.is_empty() && !text.ends_with('\n'))
}

/// What came of a step, besides its output.
pub(crate) fn outcome(step: &Step, printer: &Printer) -> Result<()> {
    if step.output.cut_bytes > 0 {
        printer.say(&format!("fumehood: output cut, {} bytes more", step.output.cut_bytes));
    }
    match &step.outcome {
        Outcome::Completed(None) => {}
        Outcome::Completed(Some(value)) => printer.line(&value.repr)?,
        Outcome::FinalAnswer(answer) => printer.line(&answer.text)?,
        Outcome::Raised(exception) => traceback(Some(exception), printer),
        Outcome::LimitReached(reached, exception) => {
            traceback(exception.as_ref(), printer);
            let session = what_remains(step);
            printer.say(&format!("fumehood: {reached}, {}; {session}", used(reached)));
        }
        Outcome::Cancelled(exception) => {
            traceback(exception.as_ref(), printer);
            if exception.is_none() {
                let session = what_remains(step);
                printer.say(&format!("fumehood: cancelled, but it did not end; {session}"));
            }
        }
        Outcome::Failed(failure) => {
            printer.say(&format!("fumehood: {failure}; {}", what_remains(step)));
        }
        _ => printer.say("fumehood: an outcome that this command does not know"),
    }
    Ok(())
}

fn what_remains(step: &Step) -> &'static str {
    match step {
        Step { lost: true, .. } => "the session is lost",
        Step { rolled_back: true, .. } => "rolled back to before it",
        _ => "the session goes on",
    }
}

/// What a step used.
pub(crate) fn usage(usage: &Usage, memory_before: u64, printer: &Printer) {
    let fuel = match usage.fuel {
        0 => String::new(),
        fuel => format!("{} fuel, ", units::about_amount(fuel)),
    };
    printer.say(&format!(
        "fumehood: {:.1?}, {:.1?} of a processor, {fuel}{} memory, {} more than before",
        usage.wall,
        usage.cpu,
        units::about_bytes(usage.memory_bytes),
        units::about_bytes(usage.memory_bytes.saturating_sub(memory_before)),
    ));
}

/// Why a step was not run.
pub(crate) fn error(error: SessionError, printer: &Printer) {
    printer.say(&format!("fumehood: {:#}", anyhow::Error::from(error)));
}

fn traceback(exception: Option<&Exception>, printer: &Printer) {
    if let Some(exception) = exception {
        printer.say(exception.traceback.trim_end());
    }
}

/// What was used of a limit, in the form in which the limit shows its value.
fn used(reached: &Reached) -> String {
    let value = reached.used;
    if reached.limit == Limit::Memory {
        // It was not given.
        return format!("{value} bytes wanted");
    }
    match reached.limit.name().rsplit_once('_') {
        Some((_, "ms")) => format!("{:?} used", Duration::from_millis(value)),
        Some((_, "bytes")) => format!("{value} bytes used"),
        _ => format!("{value} used"),
    }
}
