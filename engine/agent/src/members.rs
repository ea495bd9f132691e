//! Agents that an agent manages.
//!
//! To its manager a member is a tool that takes a task. Each call is a run of its own, in a session of its own:
//! calls can be made at the same time, and none sees what another has done.

use std::sync::Arc;

use fumehood::{Arguments, Ledger, Tool, ToolError, ToolFuture, ToolInput, ToolOutput};
use fumehood_model::Part;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Value, json};

use crate::agent::{Agent, Settings};
use crate::error::AgentError;
use crate::event::AgentEvent;
use crate::gate::{self, Gate, MemberCall};
use crate::memory::{MemberRun, View, shortened};
use crate::run::Run;
use crate::task::Task;

/// Characters of a message in what is told of a member's work.
const SUMMARY: usize = 20_000;

/// What is said to whoever calls a member without its manager. The calls of a run go through its gate.
const OUTSIDE: &str = "this agent works only in a run of the agent that manages it";

/// How a member is declared in its manager's sandbox.
pub(crate) struct MemberTool {
    name: String,
    description: String,
}

impl MemberTool {
    pub(crate) fn new(agent: &Agent) -> MemberTool {
        MemberTool { name: agent.name().to_owned(), description: agent.description().to_owned() }
    }
}

impl Tool for MemberTool {
    fn name(&self) -> &str {
        &self.name
    }

    fn description(&self) -> &str {
        &self.description
    }

    fn parameters(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "task": {
                    "type": "string",
                    "description": "What it is to do, with everything that it has to know: it sees nothing else",
                },
                "additional_args": {
                    "type": ["object", "null"],
                    "description": "Values that it gets as variables, by name",
                    "default": null,
                },
            },
            "required": ["task"],
        })
    }

    fn returns(&self) -> Option<Value> {
        Some(json!({"type": "string"}))
    }

    fn call(&self, _: ToolInput) -> ToolFuture<'_> {
        Box::pin(std::future::ready(Err(ToolError::new(OUTSIDE))))
    }
}

/// The function with which code gives tasks to several members at the same time: in the sandbox there is one
/// thread, which waits for each call.
pub(crate) struct TogetherTool {
    members: Vec<String>,
}

/// What it is called.
const TOGETHER: &str = "ask_together";

/// How many tasks it takes.
const TASKS: usize = 100;

impl TogetherTool {
    pub(crate) fn of<'a>(members: impl Iterator<Item = &'a String>) -> TogetherTool {
        TogetherTool { members: members.cloned().collect() }
    }
}

impl Tool for TogetherTool {
    fn name(&self) -> &str {
        TOGETHER
    }

    fn description(&self) -> &str {
        "Gives tasks to members of the team at the same time, and waits until all are done. One that fails does \
         not keep the others from it."
    }

    fn parameters(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "tasks": {
                    "type": "array",
                    "maxItems": TASKS,
                    "items": {
                        "type": "object",
                        "properties": {
                            "member": {"enum": self.members},
                            "task": {"type": "string"},
                            "additional_args": {"type": ["object", "null"]},
                        },
                        "required": ["member", "task"],
                        "additionalProperties": false,
                    },
                    "description": "For each what a member is called with, and which member it is",
                },
            },
            "required": ["tasks"],
        })
    }

    fn returns(&self) -> Option<Value> {
        Some(json!({
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "report": {"type": ["string", "null"]},
                    "error": {"type": ["string", "null"]},
                },
                "required": ["report", "error"],
            },
            "description": "For each task, in their order, the report, or why there is none",
        }))
    }

    fn call(&self, _: ToolInput) -> ToolFuture<'_> {
        Box::pin(std::future::ready(Err(ToolError::new(OUTSIDE))))
    }
}

/// Whether a call of this name is one of several members.
pub(crate) fn is_together(manager: &Agent, name: &str) -> bool {
    let Settings { kind, members, .. } = manager.settings();
    name == TOGETHER && kind.has_code() && !members.is_empty()
}

/// Gives tasks to members at the same time. The calls go through the gate that this one has come through: the
/// future is boxed so that its type has an end.
pub(crate) fn together<'a>(
    gate: &'a Gate,
    arguments: &'a Arguments,
) -> BoxFuture<'a, Result<ToolOutput, ToolError>> {
    Box::pin(all_of(gate, arguments))
}

async fn all_of(gate: &Gate, arguments: &Arguments) -> Result<ToolOutput, ToolError> {
    let tasks = arguments.get("tasks").and_then(Value::as_array);
    let calls = tasks.into_iter().flatten().map(|task| {
        let mut arguments = task.as_object().cloned().unwrap_or_default();
        let member = arguments.remove("member");
        let member = member.as_ref().and_then(Value::as_str).unwrap_or_default();
        gate.agent.sandbox().tool_call(member, Value::Object(arguments))
    });
    // That all can be called is known before the first is.
    let calls = calls.collect::<Result<Vec<_>, _>>()?;
    let reports = calls.into_iter().map(|call| -> BoxFuture<'_, Value> {
        Box::pin(async move {
            match gate.pass(call, None).await {
                Ok(report) => json!({"report": report.value, "error": null}),
                Err(error) => json!({"report": null, "error": error.to_string()}),
            }
        })
    });
    let reports = stream::iter(reports.collect::<Vec<_>>());
    let reports = reports.buffered(gate.agent.settings().parallel).collect::<Vec<_>>().await;
    Ok(Value::from(reports).into())
}

/// Enters what a member has come into contact with for its manager as well, however its work ends.
struct Back<'a> {
    from: Ledger,
    to: &'a Ledger,
}

impl Drop for Back<'_> {
    fn drop(&mut self) {
        self.to.merge(&self.from.labels());
    }
}

/// Has a member work on what it was called with. Its run may have members of its own, and so on: the future is
/// boxed so that its type has an end.
pub(crate) fn work<'a>(
    gate: &'a Gate,
    call: MemberCall<'a>,
) -> BoxFuture<'a, Result<(String, MemberRun), ToolError>> {
    Box::pin(async move {
        run(gate, call).await.map_err(|error| {
            let name = call.member.name();
            ToolError::new(format!(
                "{name} could not do it: {error}. Try again, or ask another member of the team."
            ))
        })
    })
}

async fn run(gate: &Gate, call: MemberCall<'_>) -> Result<(String, MemberRun), AgentError> {
    let MemberCall { member, arguments, number, occurrence } = call;
    let Settings { name, templates, run_summary, .. } = member.settings();
    let task = arguments.get("task").and_then(Value::as_str).unwrap_or_default();
    let mut given = Task::new(templates.managed_task(name, task)?);
    if let Some(values) = arguments.get("additional_args").and_then(Value::as_object) {
        for (name, value) in values {
            given = given.argument(name, value.clone());
        }
    }
    let folder = match &gate.folder {
        Some(folder) => {
            let folder = folder.of_member(&gate::key(name, arguments), occurrence);
            Some(folder.map_err(AgentError::Store)?)
        }
        None => None,
    };
    let mut run = Run::of_member(member, given, folder).await?;
    // What its manager has seen may be in the task, and what it sees in its report.
    run.share_ledger(gate.ledger.fork());
    let _back = Back { from: run.ledger().clone(), to: &gate.ledger };
    if let Some(listener) = gate.audience.0.clone() {
        let name = name.clone();
        run.listen(Arc::new(move |event| {
            listener(&AgentEvent::Member { name: &name, call: number, event });
        }));
    }
    let result = match run.result() {
        // The process has ended before its manager was told.
        Some(result) => result,
        None => run.finish().await?,
    };
    let mut told = templates.report(name, result.answer.text())?;
    if *run_summary {
        told.push_str("\n\nThis is what it did:\n");
        for message in result.memory.seen(View::SUMMARY) {
            for part in message.parts {
                if let Part::Text { text } = part {
                    told.push_str(&shortened(text, SUMMARY));
                    told.push_str("\n---\n");
                }
            }
        }
    }
    Ok((told, MemberRun { memory: result.memory, usage: result.usage, cost: result.cost }))
}
