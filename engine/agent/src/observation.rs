//! What the model is told of code that ran.

use fumehood::{Limit, Outcome, Output, Reached, Step};

use crate::memory::{StepError, StepErrorKind, shortened};

/// Characters of an observation that the model is shown.
pub(crate) const CHARACTERS: usize = 20_000;

/// What the code printed, and the value of its last line.
pub(crate) fn told(step: &Step) -> String {
    let mut told = String::new();
    let Output { stdout, stderr, cut_bytes, .. } = &step.output;
    for (stream, text) in [("Printed", stdout), ("Printed to stderr", stderr)] {
        let text = text.trim_end();
        if !text.is_empty() {
            told.push_str(&format!("{stream}:\n{text}\n"));
        }
    }
    if *cut_bytes > 0 {
        told.push_str(&format!("[{cut_bytes} more bytes were printed, and cut. Print less.]\n"));
    }
    match &step.outcome {
        Outcome::Completed(Some(value)) => {
            told.push_str(&format!("Value of the last line:\n{}\n", value.repr));
        }
        Outcome::Completed(None) if told.is_empty() => {
            told.push_str("The code ran, and printed nothing.\n");
        }
        _ => {}
    }
    shortened(told, CHARACTERS)
}

/// The tools of which a call was not allowed. Why not is where the call was made.
pub(crate) fn refused(tools: &[String]) -> String {
    let mut named = tools.to_vec();
    named.sort_unstable();
    named.dedup();
    match named.is_empty() {
        true => String::new(),
        false => format!(
            "Calls of these tools were not made, as the policy does not allow them: {}.\n",
            named.join(", ")
        ),
    }
}

/// What went wrong, if the code did not run to its end.
pub(crate) fn error(step: &Step) -> Option<StepError> {
    let left = match (step.lost, step.rolled_back) {
        (true, _) => "The sandbox was lost with it, and all variables.",
        (_, true) => {
            "It was rolled back: nothing of it is left, and what was there before still is."
        }
        _ => "What it had stored in variables is still there.",
    };
    let (kind, message) = match &step.outcome {
        Outcome::Completed(_) | Outcome::FinalAnswer(_) => return None,
        Outcome::Raised(exception) => (kind_of(exception), exception.traceback.clone()),
        Outcome::LimitReached(reached, exception) => {
            let traceback = exception.as_ref().map(|exception| exception.traceback.trim_end());
            let ended = format!("The step was ended: {reached}. {} {left}", advice(reached));
            let lines = traceback.into_iter().chain([ended.as_str()]);
            (StepErrorKind::Limit, lines.collect::<Vec<_>>().join("\n"))
        }
        Outcome::Cancelled(_) => (StepErrorKind::Limit, format!("The step was cancelled. {left}")),
        Outcome::Failed(failure) => {
            (StepErrorKind::Sandbox, format!("The step was ended: {failure}. {left}"))
        }
        other => (StepErrorKind::Sandbox, format!("The step ended in an unknown way: {other:?}")),
    };
    Some(StepError::new(kind, shortened(message, CHARACTERS)))
}

fn kind_of(exception: &fumehood::Exception) -> StepErrorKind {
    match exception.name.as_str() {
        "fumehood.ToolError" => StepErrorKind::Tool,
        "fumehood.ToolArgumentError" => StepErrorKind::ToolArguments,
        _ => StepErrorKind::Execution,
    }
}

/// What to do about a limit.
fn advice(reached: &Reached) -> &'static str {
    match reached.limit {
        Limit::Fuel | Limit::Time | Limit::Cpu => {
            "Do less in one step, or do it in a way that takes less."
        }
        Limit::Memory => "Keep less in memory at a time.",
        Limit::Output => "Print less.",
        Limit::ToolCalls => "Call tools less often in one step.",
        _ => "Do less of it.",
    }
}
