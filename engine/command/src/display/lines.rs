//! A run as lines of JSON, for programs.

use std::sync::Arc;
use std::time::Duration;

use fumehood::{Event, Stream};
use fumehood_agent::{AgentEvent, Listener};
use serde_json::{Value, json};

use crate::printer::Printer;

/// Prints a run on stdout as lines of JSON.
pub(crate) fn lines(printer: &Arc<Printer>) -> Listener {
    let printer = Arc::clone(printer);
    Arc::new(move |event| {
        if let Some(line) = line(event) {
            // Whoever reads may have gone; the run goes on.
            printer.line(&line.to_string()).ok();
        }
    })
}

fn line(event: &AgentEvent<'_>) -> Option<Value> {
    Some(match event {
        AgentEvent::StepStarted { number } => json!({"event": "step_started", "number": number}),
        AgentEvent::Said { text } => json!({"event": "said", "text": text}),
        AgentEvent::Retrying { error, wait } => json!({
            "event": "retrying",
            "error": error.to_string(),
            "wait_us": microseconds(*wait),
        }),
        AgentEvent::Running { code } => json!({"event": "running", "code": code}),
        AgentEvent::Sandbox(Event::Output { stream, bytes }) => json!({
            "event": "output",
            "stream": if *stream == Stream::Stdout { "stdout" } else { "stderr" },
            "text": String::from_utf8_lossy(bytes),
        }),
        AgentEvent::Sandbox(Event::ToolCalled { tool, arguments }) => json!({
            "event": "tool_called",
            "tool": tool,
            "arguments": serde_json::from_str::<Value>(arguments).ok(),
        }),
        AgentEvent::Sandbox(Event::ToolProgress { tool, message, share }) => json!({
            "event": "tool_progress",
            "tool": tool,
            "message": message,
            "share": share,
        }),
        AgentEvent::Sandbox(Event::ToolReturned { tool, result, took }) => json!({
            "event": "tool_returned",
            "tool": tool,
            "answer": result.ok().and_then(|answer| serde_json::from_str::<Value>(answer).ok()),
            "error": result.err(),
            "took_us": microseconds(*took),
        }),
        AgentEvent::StepFinished(action) => json!({
            "event": "step_finished",
            "number": action.number,
            "observation": action.observation,
            "error": action.error,
            "usage": action.usage,
            "fuel": action.fuel,
            "model_us": microseconds(action.timing.model),
            "sandbox_us": microseconds(action.timing.sandbox),
            "tools_us": microseconds(action.timing.tools),
        }),
        AgentEvent::Finished(result) => json!({
            "event": "finished",
            "state": result.state,
            "answer": result.answer.json(),
            "text": result.answer.text(),
            "usage": result.usage,
            "cost": result.cost,
            "took_us": microseconds(result.timing.total),
        }),
        AgentEvent::PlanningStarted => json!({"event": "planning_started"}),
        AgentEvent::Planned(step) => json!({
            "event": "planned",
            "plan": step.plan,
            "usage": step.usage,
            "model_us": microseconds(step.timing.model),
        }),
        AgentEvent::Thought { text } => json!({"event": "thought", "text": text}),
        AgentEvent::SummedUp(step) => json!({
            "event": "summed_up",
            "summary": step.summary,
            "covers": step.covers,
            "usage": step.usage,
        }),
        AgentEvent::Member { name, call, event } => {
            let mut line = line(event)?;
            // The innermost is the one who does it.
            if line.get("member").is_none() {
                line["member"] = json!({"name": name, "call": call});
            }
            line
        }
        _ => return None,
    })
}

fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
