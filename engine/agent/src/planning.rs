//! Plans: what is known, what has to be found out, and how.

use fumehood_model::{Message, Part, Request, Role};
use tracing::Instrument as _;

use crate::agent::Settings;
use crate::callbacks::StepEnd;
use crate::error::AgentError;
use crate::event::AgentEvent;
use crate::memory::{MemoryStep, PlanningStep, Stopwatch, View};
use crate::run::Run;
use crate::spans;

/// What ends a plan.
const END: &str = "<end_plan>";

impl Run {
    /// Has the model make a plan, or look at it again.
    pub(crate) async fn plan(&mut self) -> Result<(), AgentError> {
        let span = spans::plan();
        let made = self.make_plan().instrument(span.clone()).await;
        spans::planned(&span, &self.agent, made.as_ref());
        let mut step = made?;
        let steps = self.course.goal.as_ref().map(|goal| goal.steps);
        self.call_back(|callback, memory, _| callback(StepEnd::Planning(&mut step), memory));
        self.audience.tell(AgentEvent::Planned(&step));
        self.memory.steps.push(MemoryStep::Planning(step));
        if let Some(goal) = &mut self.course.goal {
            goal.planned = steps;
        }
        Ok(())
    }

    async fn make_plan(&mut self) -> Result<PlanningStep, AgentError> {
        self.audience.tell(AgentEvent::PlanningStarted);
        let watch = Stopwatch::start();
        let mut step = PlanningStep::default();
        let Settings { templates, scene, .. } = self.agent.settings();
        let Some(goal) = &self.course.goal else { return Err(AgentError::NothingToDo) };
        let (task, left) = (&goal.task, goal.most.saturating_sub(goal.steps));
        let (messages, heading) = if self.memory.actions().next().is_none() {
            let mut parts = vec![Part::text(templates.initial_plan(scene, task, left)?)];
            let images =
                self.memory.task().into_iter().flat_map(|task| task.images.iter().cloned());
            parts.extend(images.map(Part::Image));
            (vec![Message::new(Role::User, parts)], "Here is what I know, and my plan:")
        } else {
            let mut messages = vec![Message::system(templates.update_plan_before(task)?)];
            messages.extend(self.memory.seen(View::SUMMARY));
            messages.push(Message::user(templates.update_plan_after(scene, task, left)?));
            (messages, "The task is not done yet. Here is what I know by now, and my new plan:")
        };
        let request = Request::new(messages).with_stop([END]);
        let reply = self.ask(request, &mut step.timing.model).await?;
        step.plan = format!("{heading}\n\n{}", reply.text().trim());
        step.usage = reply.usage;
        watch.stop(&mut step.timing);
        Ok(step)
    }
}
