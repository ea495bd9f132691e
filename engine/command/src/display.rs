//! An agent's run, for people and for programs.

use std::sync::Arc;
use std::time::Duration;

use fumehood::{Event, Stream};
use fumehood_agent::{AgentEvent, Listener};
use serde_json::{Value, json};

use crate::printer::Printer;

/// Shows a run on stderr, as it goes on.
pub(crate) fn terminal(printer: &Arc<Printer>) -> Listener {
    let printer = Arc::clone(printer);
    Arc::new(move |event| match event {
        AgentEvent::StepStarted { number } => printer.say(&format!("\n--- Step {number} ---")),
        AgentEvent::Said { text } => printer.talk(text),
        AgentEvent::Retrying { error, wait } => {
            printer.say(&format!("\n[{error}; the model is asked again in {}]", short(*wait)));
        }
        AgentEvent::Running { .. } => printer.say("\n--- Output ---"),
        AgentEvent::Sandbox(Event::Output { bytes, .. }) => {
            printer.talk(&String::from_utf8_lossy(bytes));
        }
        AgentEvent::Sandbox(Event::ToolReturned { tool, result, took }) => match result {
            Ok(answer) => printer.say(&format!("[tool {tool}: {answer:.200} in {}]", short(*took))),
            Err(error) => printer.say(&format!("[tool {tool} failed: {error:.200}]")),
        },
        AgentEvent::StepFinished(action) => {
            if let Some(error) = &action.error {
                printer.say(error.message.trim_end());
            }
            let tokens = action.usage.map_or(String::new(), |tokens| {
                format!(", {} tokens in, {} out", tokens.input_tokens, tokens.output_tokens)
            });
            printer.say(&format!(
                "[model {}, code {}, {} fuel{tokens}]",
                short(action.timing.model),
                short(action.timing.sandbox + action.timing.tools),
                action.fuel
            ));
        }
        AgentEvent::Finished(_) => printer.say("\n--- Answer ---"),
        _ => {}
    })
}

fn short(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

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
        _ => return None,
    })
}

fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}
