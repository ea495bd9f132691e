//! Memory as the conversation that the model continues.

use fumehood_model::{Message, Part, Role, ToolResult};

use super::{ActionStep, Memory, MemoryStep, TaskStep, shortened};

/// What follows a plan, so that the model does not go on planning.
const CARRY_OUT: &str = "Now carry out this plan, step by step.";

/// What follows what went wrong.
const RETRY: &str = "Take another step, and do not repeat what went wrong. If you have tried several times, \
                     try something quite different.";

/// How memory is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct View {
    /// What was done and came of it, without what the model said about it: for those who make a plan, or
    /// want to know what another agent has done. There is no system prompt.
    pub(crate) summary: bool,
    /// Observations have at most so many characters, but for those of the last two steps.
    pub(crate) observation: Option<usize>,
}

impl View {
    pub(crate) const SUMMARY: View = View { summary: true, observation: None };
}

/// Steps at the end of the conversation of which nothing is shortened or summed up.
const LAST_STEPS: usize = 2;

impl Memory {
    /// The conversation so far. The code of a step is in it once, where the model has written it.
    pub fn messages(&self) -> Vec<Message> {
        self.seen(View::default())
    }

    /// The conversation without what the model thought, said and planned: tasks, what was done, and what
    /// came of it.
    pub fn summary_messages(&self) -> Vec<Message> {
        self.seen(View::SUMMARY)
    }

    pub(crate) fn seen(&self, view: View) -> Vec<Message> {
        let mut messages = Vec::with_capacity(2 * self.steps.len() + 1);
        if !view.summary && !self.system_prompt.is_empty() {
            messages.push(Message::system(self.system_prompt.clone()));
        }
        let (summary, covered) = self.summed_up();
        let full = self.first_of_last_steps();
        for (position, step) in self.steps.iter().enumerate() {
            if let Some(summary) = summary.filter(|_| position == covered) {
                messages.push(Message::user(format!("What was done so far:\n{summary}")));
            }
            match step {
                MemoryStep::Task(task) => messages.push(of_task(task)),
                _ if position < covered => {}
                MemoryStep::Planning(plan) if !view.summary => {
                    messages.push(Message::assistant(plan.plan.clone()));
                    messages.push(Message::user(CARRY_OUT));
                }
                MemoryStep::Action(action) => {
                    let most = view.observation.filter(|_| position < full);
                    of_action(action, view.summary, most.unwrap_or(usize::MAX), &mut messages);
                }
                // What is summed up is told where it happened.
                MemoryStep::Planning(_) | MemoryStep::Summary(_) => {}
            }
        }
        messages
    }

    /// The last summary, and how many steps are seen as that.
    pub(crate) fn summed_up(&self) -> (Option<&str>, usize) {
        let mut steps = self.steps.iter().enumerate().rev();
        let last = steps.find_map(|(position, step)| match step {
            MemoryStep::Summary(step) => Some((step.summary.as_str(), step.covers.min(position))),
            _ => None,
        });
        last.map_or((None, 0), |(summary, covered)| (Some(summary), covered))
    }

    /// Where the steps begin of which nothing is shortened or summed up.
    pub(crate) fn first_of_last_steps(&self) -> usize {
        let actions = self.steps.iter().enumerate().rev();
        let mut actions = actions.filter(|(_, step)| matches!(step, MemoryStep::Action(_)));
        actions.nth(LAST_STEPS - 1).map_or(0, |(position, _)| position)
    }
}

fn of_task(TaskStep { task, images }: &TaskStep) -> Message {
    let text = Part::text(format!("New task:\n{task}"));
    let images = images.iter().cloned().map(Part::Image);
    Message::new(Role::User, std::iter::once(text).chain(images))
}

fn of_action(action: &ActionStep, summary: bool, most: usize, messages: &mut Vec<Message>) {
    let mut told = String::new();
    if summary {
        if let Some(code) = &action.code {
            told.push_str(&format!("Code of step {}:\n{code}\n", action.number));
        }
        for ToolResult { name, text, .. } in &action.results {
            told.push_str(&format!("{name} answered:\n{}\n", shortened(text.clone(), most)));
        }
    } else {
        if !action.reply.is_empty() {
            messages.push(Message::new(Role::Assistant, action.reply.iter().cloned()));
        }
        if !action.results.is_empty() {
            let results = action.results.iter().cloned();
            messages.push(Message::tool(
                results.map(|result| ToolResult { text: shortened(result.text, most), ..result }),
            ));
        }
    }
    if !action.observation.is_empty() {
        let observation = shortened(action.observation.clone(), most);
        told.push_str(&format!("Observation:\n{}\n", observation.trim_end()));
    }
    if let Some(error) = &action.error {
        let message = shortened(error.message.clone(), most);
        told.push_str(&format!("Error:\n{}\n{RETRY}", message.trim_end()));
    }
    let told = told.trim_end();
    let text = (!told.is_empty()).then(|| Part::text(told));
    let parts = text.into_iter().chain(action.images.iter().cloned().map(Part::Image));
    let parts = parts.collect::<Vec<_>>();
    if !parts.is_empty() {
        messages.push(Message::new(Role::User, parts));
    }
}
