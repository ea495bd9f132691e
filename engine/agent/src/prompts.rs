//! What models are told: prompts are templates of Jinja2, in files of the form that smolagents has.
//!
//! * `templates`: prompts that are compiled, and rendering them
//! * `scene`: the variables of templates
//! * `stub`: tools and agents as Python functions; `module_stub`: modules of tools
//! * `*.yaml`: our own prompts
//!
//! docs/prompts.md says how to bring one's own.

#[cfg(test)]
mod comparison;
mod module_stub;
mod scene;
mod stub;
mod templates;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use module_stub::callable_name;
pub use module_stub::module_stub;
pub(crate) use scene::{Member, Scene};
pub(crate) use stub::literal;
pub use stub::tool_stub;
pub(crate) use templates::Templates;

/// How long a file of prompts may be, in bytes.
const FILE_BYTES: usize = 1 << 20;

/// Everything that an agent's model is told, but for what its tools and its code say: templates of Jinja2.
///
/// # Examples
///
/// ```
/// use fumehood_agent::Prompts;
///
/// let mut prompts = Prompts::code_agent();
/// prompts.system_prompt.push_str("\nThe user's tools are: {{ tools.keys() | join(', ') }}.");
/// let file = prompts.to_yaml()?;
/// assert_eq!(Prompts::from_yaml(&file)?, prompts);
/// # Ok::<(), fumehood_agent::PromptError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Prompts {
    /// What the model is, what it can do, and which rules it keeps.
    pub system_prompt: String,
    /// Asking for plans.
    pub planning: PlanningPrompts,
    /// For an agent that works for another.
    pub managed_agent: ManagedAgentPrompts,
    /// Asking for an answer when there are no steps left.
    pub final_answer: FinalAnswerPrompts,
}

/// Asking for plans.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PlanningPrompts {
    /// Asks for the first plan.
    pub initial_plan: String,
    /// Comes before the history, when a plan is to be updated.
    pub update_plan_pre_messages: String,
    /// Comes after it.
    pub update_plan_post_messages: String,
}

/// For an agent that works for another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ManagedAgentPrompts {
    /// What is around the task that it is given.
    pub task: String,
    /// What is around the answer that it gives.
    pub report: String,
}

/// Asking for an answer when there are no steps left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FinalAnswerPrompts {
    /// Comes before the history. It is no template.
    pub pre_messages: String,
    /// Comes after it.
    pub post_messages: String,
}

/// What is wrong with prompts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PromptError {
    /// The file is no YAML, or too much of it.
    #[error("the prompts cannot be read: {0}")]
    Yaml(String),
    /// Some prompts are not there, or are no texts.
    #[error("these prompts are missing: {}", .0.join(", "))]
    Missing(Vec<String>),
    /// A template is no template, or what it asks for is not there.
    #[error("{template}, line {line}: {reason}")]
    Template {
        /// Which one, such as `planning.initial_plan`.
        template: String,
        /// Counts from 1.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
}

impl PromptError {
    fn of(template: &str, error: &minijinja::Error) -> PromptError {
        let kind = error.kind();
        PromptError::Template {
            template: template.to_owned(),
            line: error.line().unwrap_or(1),
            reason: error.detail().map_or(kind.to_string(), |detail| format!("{kind}: {detail}")),
        }
    }
}

impl Prompts {
    /// The prompts of an agent that writes code between tags.
    pub fn code_agent() -> Prompts {
        built_in(include_str!("prompts/code_agent.yaml"))
    }

    /// The prompts of an agent that writes JSON with a thought and code.
    pub fn structured_code_agent() -> Prompts {
        built_in(include_str!("prompts/structured_code_agent.yaml"))
    }

    /// The prompts of an agent that calls tools and writes no code.
    pub fn tool_calling_agent() -> Prompts {
        built_in(include_str!("prompts/tool_calling_agent.yaml"))
    }

    /// Reads prompts from a file's text, and checks that each is a template. What is there besides is
    /// ignored.
    ///
    /// # Errors
    ///
    /// * [`PromptError::Yaml`] if the text is no YAML, or longer than a mebibyte, or one of those that
    ///   grow when they are read
    /// * [`PromptError::Missing`] with all that is missing
    /// * [`PromptError::Template`] if one of them is no template
    pub fn from_yaml(text: &str) -> Result<Prompts, PromptError> {
        if text.len() > FILE_BYTES {
            return Err(PromptError::Yaml(format!("there are more than {FILE_BYTES} bytes")));
        }
        let read = serde_saphyr::from_str::<Value>(text)
            .map_err(|error| PromptError::Yaml(error.without_snippet().to_string()))?;
        let mut missing = Vec::new();
        let mut text = |name: &str| {
            let found = name.split('.').try_fold(&read, |place, key| place.get(key));
            if let Some(text) = found.and_then(Value::as_str) {
                return text.to_owned();
            }
            missing.push(name.to_owned());
            String::new()
        };
        let prompts = Prompts {
            system_prompt: text("system_prompt"),
            planning: PlanningPrompts {
                initial_plan: text("planning.initial_plan"),
                update_plan_pre_messages: text("planning.update_plan_pre_messages"),
                update_plan_post_messages: text("planning.update_plan_post_messages"),
            },
            managed_agent: ManagedAgentPrompts {
                task: text("managed_agent.task"),
                report: text("managed_agent.report"),
            },
            final_answer: FinalAnswerPrompts {
                pre_messages: text("final_answer.pre_messages"),
                post_messages: text("final_answer.post_messages"),
            },
        };
        if !missing.is_empty() {
            return Err(PromptError::Missing(missing));
        }
        Templates::new(prompts.clone())?;
        Ok(prompts)
    }

    /// The text of a file with these prompts.
    ///
    /// # Errors
    ///
    /// [`PromptError::Yaml`] if a prompt cannot be written as YAML.
    pub fn to_yaml(&self) -> Result<String, PromptError> {
        serde_saphyr::to_string(self).map_err(|error| PromptError::Yaml(error.to_string()))
    }

    /// Each with the name that errors call it by.
    fn texts(&self) -> [(&'static str, &str); 8] {
        [
            ("system_prompt", &self.system_prompt),
            ("planning.initial_plan", &self.planning.initial_plan),
            ("planning.update_plan_pre_messages", &self.planning.update_plan_pre_messages),
            ("planning.update_plan_post_messages", &self.planning.update_plan_post_messages),
            ("managed_agent.task", &self.managed_agent.task),
            ("managed_agent.report", &self.managed_agent.report),
            ("final_answer.pre_messages", &self.final_answer.pre_messages),
            ("final_answer.post_messages", &self.final_answer.post_messages),
        ]
    }
}

/// Our own files; a test renders each.
fn built_in(text: &str) -> Prompts {
    Prompts::from_yaml(text).unwrap_or_else(|error| unreachable!("{error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn all_that_is_missing_is_told_at_once() {
        let text = "system_prompt: x\nplanning:\n  initial_plan: 3\nmanaged_agent: none\nmore: y\n\
                    final_answer: {pre_messages: a}\n";
        assert_eq!(
            Prompts::from_yaml(text).unwrap_err().to_string(),
            "these prompts are missing: planning.initial_plan, planning.update_plan_pre_messages, \
             planning.update_plan_post_messages, managed_agent.task, managed_agent.report, \
             final_answer.post_messages"
        );
    }

    #[test]
    fn what_is_no_template_is_found_when_it_is_loaded() {
        let mut prompts = Prompts::code_agent();
        prompts.managed_agent.report = "one\ntwo {{ name\nthree".to_owned();
        let error = Prompts::from_yaml(&prompts.to_yaml().unwrap()).unwrap_err();
        let PromptError::Template { template, line, reason } = error else { panic!("{error}") };
        assert_eq!((template.as_str(), line), ("managed_agent.report", 3));
        assert!(reason.starts_with("syntax error: "), "{reason}");
        // This one is no template.
        prompts.managed_agent.report = String::new();
        prompts.final_answer.pre_messages = "{{".to_owned();
        assert_eq!(Prompts::from_yaml(&prompts.to_yaml().unwrap()), Ok(prompts));
    }

    #[test]
    fn files_that_grow_are_refused() {
        let mut laughs = "a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n".to_owned();
        for level in 1..20 {
            let before = vec![format!("*a{}", level - 1); 9].join(", ");
            laughs.push_str(&format!("a{level}: &a{level} [{before}]\n"));
        }
        let deep = "[".repeat(100_000);
        let long = " ".repeat(FILE_BYTES + 1);
        for text in [laughs, deep, long, "a: b: c".to_owned()] {
            let error = Prompts::from_yaml(&text).unwrap_err();
            assert!(matches!(error, PromptError::Yaml(_)), "{error}");
            assert!(error.to_string().len() < 500, "{error}");
        }
        assert!(matches!(Prompts::from_yaml(""), Err(PromptError::Missing(_))));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(texts in prop::array::uniform8("\\PC*|[ \n\t:#|>a-c\"'-]*")) {
            let [system_prompt, initial_plan, pre, post, task, report, before, after] = texts;
            let prompts = Prompts {
                system_prompt,
                planning: PlanningPrompts {
                    initial_plan,
                    update_plan_pre_messages: pre,
                    update_plan_post_messages: post,
                },
                managed_agent: ManagedAgentPrompts { task, report },
                final_answer: FinalAnswerPrompts { pre_messages: before, post_messages: after },
            };
            let read = Prompts::from_yaml(&prompts.to_yaml().unwrap());
            // A text of braces can be no template; then it was at least read.
            let no_template = matches!(read, Err(PromptError::Template { .. }));
            prop_assert!(no_template || read == Ok(prompts));
        }
    }
}
