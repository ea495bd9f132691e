//! A run that was stored, as it was seen when it ran.

use std::sync::Arc;

use fumehood_agent::{ActionStep, Memory, MemoryStep};
use fumehood_model::Part;

use super::screen::Screen;
use crate::printer::Printer;

/// Shows what a run remembers.
pub(crate) fn memory(memory: &Memory, printer: &Arc<Printer>) {
    let mut screen = Screen::new(printer);
    for step in &memory.steps {
        match step {
            MemoryStep::Task(task) => {
                screen.heading("Task");
                screen.say_on(&task.task);
            }
            MemoryStep::Planning(step) => {
                screen.heading("Plan");
                screen.say_on(&step.plan);
                screen.planned(step);
            }
            MemoryStep::Action(step) => action(step, &mut screen),
            MemoryStep::Summary(step) => {
                screen.heading("Summary");
                screen.say_on(&step.summary);
            }
            _ => {}
        }
    }
}

fn action(step: &ActionStep, screen: &mut Screen) {
    screen.begin_stored(&format!("Step {}", step.number));
    for part in &step.reply {
        match part {
            Part::Text { text } => screen.say_on(text),
            Part::ToolCall(call) => {
                screen.note(&format!("[calls {} with {}]", call.name, call.arguments.as_str()));
            }
            _ => {}
        }
    }
    for call in &step.calls {
        screen.called(call);
    }
    if !step.observation.is_empty() {
        screen.output(&step.observation);
    }
    screen.finished(step);
}
