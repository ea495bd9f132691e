//! A step of a tool-calling agent: the model asks for calls of tools, and they are made.

use fumehood::{Arguments, ToolCallError, ToolDeclaration, ToolOutput};
use fumehood_model::{
    Arguments as ModelArguments, Finish, Image, Message, Model as _, Part, Request, ToolCall,
    ToolChoice, ToolResult, ToolSpec,
};
use futures_util::FutureExt as _;
use futures_util::stream::{self, StreamExt as _};
use serde_json::{Map, Value, json};
use tracing::Span;

use crate::acting_in_code::STOPS;
use crate::agent::{Agent, Kind};
use crate::answer::Answer;
use crate::error::AgentError;
use crate::gate::{Gate, Left};
use crate::memory::{ActionStep, StepError, StepErrorKind, shortened};
use crate::observation;
use crate::parse;
use crate::prompts::callable_name;
use crate::run::Run;
use crate::spans::PYTHON;

/// The tool that gives the answer.
const FINAL_ANSWER: &str = "final_answer";
/// Bytes of a picture that models are shown: more than that Anthropic's servers refuse.
const PICTURE_BYTES: usize = 5_000_000;

impl Run {
    pub(crate) async fn act_with_tools(
        &mut self,
        step: &mut ActionStep,
        messages: Vec<Message>,
    ) -> Result<Option<Answer>, AgentError> {
        let Some(calls) = self.asked_for(step, messages).await? else { return Ok(None) };
        let toolbox = Toolbox::of(self);
        let finals = calls.iter().filter(|call| call.name == FINAL_ANSWER).count();
        if finals > 0 && calls.len() > 1 {
            let told = match finals {
                1 => "Call final_answer alone, when everything else is done.",
                _ => "Call final_answer once: there is only one answer.",
            };
            step.results =
                calls.iter().map(|call| ToolResult::error(call, "It was not called.")).collect();
            step.error = Some(StepError::new(StepErrorKind::ToolArguments, told));
            return Ok(None);
        }
        match calls.as_slice() {
            [call] if call.name == FINAL_ANSWER && !toolbox.is_tool(FINAL_ANSWER) => {
                Ok(toolbox.final_answer(step, call))
            }
            [call] if call.name == PYTHON && toolbox.has_python() => {
                self.run_python(step, &toolbox, call).await
            }
            _ if toolbox.has_python() && calls.iter().any(|call| call.name == PYTHON) => {
                let told =
                    format!("Call {PYTHON} alone: other tools can be called before or after it.");
                let refused = |call| ToolResult::error(call, "It was not called.");
                step.results = calls.iter().map(refused).collect();
                step.error = Some(StepError::new(StepErrorKind::ToolArguments, told));
                Ok(None)
            }
            _ => self.make_calls(step, toolbox, &calls).await,
        }
    }

    /// The calls that the model asks for. If there are none in its reply, the step says so.
    async fn asked_for(
        &mut self,
        step: &mut ActionStep,
        messages: Vec<Message>,
    ) -> Result<Option<Vec<ToolCall>>, AgentError> {
        let natively = self.agent.settings().model.description().capabilities.tools;
        let mut request = Request::new(messages).with_stop(STOPS);
        if natively {
            request = request
                .with_tools(Toolbox::of(self).specs())
                .with_tool_choice(ToolChoice::Required);
        }
        let reply = self.ask(request, &mut step.timing.model).await?;
        (step.usage, step.reply) = (reply.usage, reply.parts);
        let calls = step.reply.iter().filter_map(|part| match part {
            Part::ToolCall(call) => Some(call.clone()),
            _ => None,
        });
        let calls = calls.collect::<Vec<_>>();
        if !calls.is_empty() {
            return Ok(Some(calls));
        }
        match parse::tool_calls_of_text(&step.said()) {
            Ok(written) => {
                let acted = self.memory.actions().count() + 1;
                let calls =
                    written.into_iter().enumerate().map(|(position, (name, arguments))| ToolCall {
                        id: format!("call_{acted}_{}", position + 1),
                        name,
                        arguments: ModelArguments::new(arguments.to_string()),
                    });
                let calls = calls.collect::<Vec<_>>();
                step.reply.extend(calls.iter().cloned().map(Part::ToolCall));
                Ok(Some(calls))
            }
            Err(told) => {
                let told = match reply.finish {
                    Finish::Length => format!("Your reply was cut, as it was too long.\n{told}"),
                    _ => told,
                };
                step.error = Some(StepError::new(StepErrorKind::Parsing, told));
                Ok(None)
            }
        }
    }

    /// The model has code run.
    async fn run_python(
        &mut self,
        step: &mut ActionStep,
        toolbox: &Toolbox,
        call: &ToolCall,
    ) -> Result<Option<Answer>, AgentError> {
        let code = toolbox.arguments(call).and_then(|arguments| match arguments.get("code") {
            Some(Value::String(code)) => Ok(code.clone()),
            _ => Err(format!("{PYTHON} needs an argument `code`, a text")),
        });
        let code = match code {
            Ok(code) => code,
            Err(told) => {
                refuse(step, call, StepErrorKind::ToolArguments, told);
                return Ok(None);
            }
        };
        let Some(code) = self.approved(step, code).await? else {
            step.results = vec![ToolResult::error(call, "It was not called.")];
            return Ok(None);
        };
        let answer = self.run_code(step, code).await?;
        // What came of it is the tool's answer, and not said twice.
        let told = std::mem::take(&mut step.observation);
        step.results = vec![ToolResult::new(call, told.trim_end())];
        Ok(answer)
    }

    /// Makes calls, several at a time, and tells what came of each.
    async fn make_calls(
        &mut self,
        step: &mut ActionStep,
        toolbox: Toolbox,
        calls: &[ToolCall],
    ) -> Result<Option<Answer>, AgentError> {
        let parallel = self.agent.settings().parallel;
        let sees = self.agent.settings().model.description().capabilities.images;
        let gate = Gate::new(self, step.number, Span::current());
        let calling =
            calls.iter().map(|call| toolbox.call(&gate, call).boxed()).collect::<Vec<_>>();
        let answers = stream::iter(calling).buffered(parallel).collect::<Vec<_>>().await;
        let Left { calls: records, waited, .. } = self.leave(&gate);
        let boundary = self.boundary();
        let mark = |text: String| match &boundary {
            Some(boundary) => boundary.around(&text),
            None => text,
        };
        step.calls.extend(records);
        step.timing.tools += waited;
        let mut errors = Vec::new();
        let mut answer = None;
        for (call, answered) in calls.iter().zip(answers) {
            step.results.push(match answered {
                Ok(output) => {
                    let text = match &output.value {
                        Value::String(text) => text.clone(),
                        value => value.to_string(),
                    };
                    let text = mark(shortened(text, observation::CHARACTERS));
                    let mut result = ToolResult::new(call, text);
                    if sees {
                        result.images = pictures(&output);
                    }
                    if call.name == FINAL_ANSWER {
                        answer = Some(Answer::of_value(output.value));
                    }
                    result
                }
                Err((kind, told, refused)) => {
                    let told = if refused { told } else { mark(told) };
                    let result = ToolResult::error(call, told.clone());
                    errors.push(StepError::new(kind, told));
                    result
                }
            });
        }
        step.error = errors.into_iter().next();
        Ok(answer)
    }
}

/// What the model can call, and with what.
struct Toolbox {
    agent: Agent,
    /// The arguments of the task.
    given: Map<String, Value>,
}

impl Toolbox {
    fn of(run: &Run) -> Toolbox {
        Toolbox { agent: run.agent.clone(), given: run.course.arguments.clone() }
    }

    /// What the model can call.
    fn specs(&self) -> Vec<ToolSpec> {
        let tools = self.agent.sandbox().tools().iter();
        let spec = |tool: &ToolDeclaration| {
            let name = callable_name(&tool.name);
            ToolSpec::new(&name, &tool.description, tool.parameters.clone())
        };
        let mut specs = tools.map(spec).collect::<Vec<_>>();
        if !self.is_tool(FINAL_ANSWER) {
            let parameters = json!({
                "type": "object",
                "properties": {"answer": {"description": "The answer to the task"}},
                "required": ["answer"],
            });
            specs.push(ToolSpec::new(
                FINAL_ANSWER,
                "Gives the final answer to the task.",
                parameters,
            ));
        }
        if self.has_python() {
            let parameters = json!({
                "type": "object",
                "properties": {"code": {"type": "string", "description": "The code"}},
                "required": ["code"],
            });
            let description = "Runs Python, and shows what it printed and the value of its last line. Variables \
                               stay from one call to the next.";
            specs.push(ToolSpec::new(PYTHON, description, parameters));
        }
        specs
    }

    /// The name of the tool that the model calls like this. Those of modules have dots in theirs.
    fn named(&self, name: &str) -> String {
        let mut tools = self.agent.sandbox().tools().iter();
        let found = tools.find(|tool| tool.module.is_some() && callable_name(&tool.name) == name);
        found.map_or_else(|| name.to_owned(), |tool| tool.name.clone())
    }

    fn is_tool(&self, name: &str) -> bool {
        self.agent.sandbox().tools().iter().any(|tool| tool.name == name)
    }

    fn has_python(&self) -> bool {
        matches!(self.agent.settings().kind, Kind::ToolCalling { python: true })
            && !self.is_tool(PYTHON)
    }

    /// The arguments of a call, with the arguments of the task in the place of their names.
    fn arguments(&self, call: &ToolCall) -> Result<Arguments, String> {
        match call.arguments.parse() {
            Ok(Value::Object(arguments)) => {
                let arguments = arguments.into_iter();
                Ok(arguments.map(|(name, value)| (name, self.given(value))).collect())
            }
            Ok(other) => Err(format!("the arguments of {} are no object: {other}", call.name)),
            Err(error) => Err(format!("the arguments of {} are not JSON: {error}", call.name)),
        }
    }

    /// The model gives its answer.
    fn final_answer(&self, step: &mut ActionStep, call: &ToolCall) -> Option<Answer> {
        let answer =
            self.arguments(call).and_then(|mut arguments| match arguments.remove("answer") {
                Some(answer) => Ok(answer),
                None => Err("final_answer needs an argument `answer`".to_owned()),
            });
        match answer {
            Ok(answer) => {
                step.results = vec![ToolResult::new(call, "")];
                Some(Answer::of_value(answer))
            }
            Err(told) => {
                refuse(step, call, StepErrorKind::ToolArguments, told);
                None
            }
        }
    }

    /// A value, or the argument of the task that it names.
    fn given(&self, value: Value) -> Value {
        let given = value.as_str().and_then(|name| self.given.get(name));
        given.cloned().unwrap_or(value)
    }

    /// Makes a call. If there is no answer: why, and whether the call was not allowed.
    async fn call(
        &self,
        gate: &Gate,
        call: &ToolCall,
    ) -> Result<ToolOutput, (StepErrorKind, String, bool)> {
        let arguments =
            self.arguments(call).map_err(|told| (StepErrorKind::ToolArguments, told, false))?;
        let shown = Value::Object(arguments);
        let checked = self.agent.sandbox().tool_call(&self.named(&call.name), shown.clone());
        let checked = checked.map_err(|refused| {
            let told = match refused {
                ToolCallError::Unknown { .. } => {
                    let tools = self.specs().into_iter().map(|tool| tool.name).collect::<Vec<_>>();
                    format!("There is no tool {}. There are: {}.", call.name, tools.join(", "))
                }
                refused => refused.to_string(),
            };
            (StepErrorKind::ToolArguments, told, false)
        })?;
        let is_member = self.agent.settings().members.contains_key(&call.name);
        let answered = gate.pass(checked, Some(&call.id)).await;
        answered.map_err(|error| {
            let told = match is_member || error.is_refused() {
                true => error.to_string(),
                false => format!(
                    "{} failed with {shown}: {error}\nTry again, or use another tool.",
                    call.name
                ),
            };
            (StepErrorKind::Tool, told, error.is_refused())
        })
    }
}

/// The pictures of an answer that a model can be shown. Where they belong, its value has placeholders.
fn pictures(output: &ToolOutput) -> Vec<Image> {
    let attachments = output.attachments.iter();
    let shown = attachments.filter(|one| {
        matches!(&*one.media_type, "image/png" | "image/jpeg") && one.bytes.len() <= PICTURE_BYTES
    });
    shown.map(|one| Image::new(&*one.media_type, &*one.bytes)).collect()
}

/// A call is not made.
fn refuse(step: &mut ActionStep, call: &ToolCall, kind: StepErrorKind, told: String) {
    step.results = vec![ToolResult::error(call, told.clone())];
    step.error = Some(StepError::new(kind, told));
}
