//! Prompts that are compiled.

use std::sync::Arc;

use minijinja::value::Value;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, context};

use crate::prompts::scene::Scene;
use crate::prompts::{PromptError, Prompts};

/// What rendering one template may take: instructions, and 64 bytes of text each. So a template that
/// somebody else wrote neither goes on for ever nor fills the memory.
const FUEL: u64 = 1_000_000;

/// Prompts that are compiled. A copy shares them.
#[derive(Clone, Debug)]
pub(crate) struct Templates {
    prompts: Prompts,
    compiled: Arc<Environment<'static>>,
}

impl Templates {
    /// # Errors
    ///
    /// [`PromptError::Template`] if one of them is no template of Jinja.
    pub(crate) fn new(prompts: Prompts) -> Result<Templates, PromptError> {
        let compiled = Arc::new(Templates::compiled(prompts.texts())?);
        Ok(Templates { prompts, compiled })
    }

    fn compiled<'a>(
        texts: impl IntoIterator<Item = (&'static str, &'a str)>,
    ) -> Result<Environment<'static>, PromptError> {
        let mut compiled = Environment::new();
        compiled.set_undefined_behavior(UndefinedBehavior::Strict);
        compiled.set_auto_escape_callback(|_| AutoEscape::None);
        compiled.set_unknown_method_callback(minijinja_contrib::pycompat::unknown_method_callback);
        compiled.set_fuel(Some(FUEL));
        for (name, text) in texts.into_iter().filter(|(name, _)| is_template(name)) {
            let text = match name {
                name if name.starts_with("planning.") => with_remaining_steps(text),
                _ => text.to_owned(),
            };
            compiled
                .add_template_owned(name, text)
                .map_err(|error| PromptError::of(name, &error))?;
        }
        Ok(compiled)
    }

    /// All that is wrong with prompts: those that are no templates, and those that cannot be rendered with what
    /// the scene has and an example of everything else.
    pub(crate) fn errors(prompts: &Prompts, scene: &Scene) -> Vec<PromptError> {
        let rendered = prompts.texts().into_iter().filter(|(name, _)| is_template(name));
        let rendered = rendered.map(|(name, text)| {
            let alone = Templates::compiled([(name, text)])?;
            alone
                .get_template(name)
                .and_then(|template| template.render(example(name, scene)))
                .map_err(|error| PromptError::of(name, &error))
        });
        rendered.filter_map(Result::err).collect()
    }

    /// What they were made of.
    pub(crate) fn prompts(&self) -> &Prompts {
        &self.prompts
    }

    /// The system prompt.
    pub(crate) fn system(&self, scene: &Scene) -> Result<String, PromptError> {
        self.render("system_prompt", scene.variables())
    }

    /// Asks for the first plan.
    pub(crate) fn initial_plan(
        &self,
        scene: &Scene,
        task: &str,
        remaining_steps: u32,
    ) -> Result<String, PromptError> {
        self.render("planning.initial_plan", of_plan(scene, task, remaining_steps))
    }

    /// What comes before the history when a plan is to be updated.
    pub(crate) fn update_plan_before(&self, task: &str) -> Result<String, PromptError> {
        self.render("planning.update_plan_pre_messages", of_task(task))
    }

    /// What comes after it.
    pub(crate) fn update_plan_after(
        &self,
        scene: &Scene,
        task: &str,
        remaining_steps: u32,
    ) -> Result<String, PromptError> {
        self.render("planning.update_plan_post_messages", of_plan(scene, task, remaining_steps))
    }

    /// A task as it is given to the agent `name`.
    pub(crate) fn managed_task(&self, name: &str, task: &str) -> Result<String, PromptError> {
        self.render("managed_agent.task", of_managed_task(name, task))
    }

    /// The answer of the agent `name`, as it is told to who gave it the task.
    pub(crate) fn report(&self, name: &str, final_answer: &str) -> Result<String, PromptError> {
        self.render("managed_agent.report", of_report(name, final_answer))
    }

    /// What comes before the history when there are no steps left.
    pub(crate) fn last_words_before(&self) -> &str {
        &self.prompts.final_answer.pre_messages
    }

    /// What comes after it.
    pub(crate) fn last_words_after(&self, task: &str) -> Result<String, PromptError> {
        self.render("final_answer.post_messages", of_task(task))
    }

    fn render(&self, name: &'static str, variables: Value) -> Result<String, PromptError> {
        let template = self.compiled.get_template(name);
        let rendered = template.and_then(|template| template.render(variables));
        rendered.map_err(|error| PromptError::of(name, &error))
    }
}

// The variables of templates. docs/prompts.md lists them, and those of `Scene::variables`.

/// What a template is given, with examples of what only a run has.
fn example(name: &str, scene: &Scene) -> Value {
    match name {
        "system_prompt" => scene.variables(),
        "planning.initial_plan" | "planning.update_plan_post_messages" => {
            of_plan(scene, "a task", 1)
        }
        "managed_agent.task" => of_managed_task("a_name", "a task"),
        "managed_agent.report" => of_report("a_name", "an answer"),
        _ => of_task("a task"),
    }
}

/// Whether a prompt is a template: one of them is a text; see docs/prompts.md.
fn is_template(name: &str) -> bool {
    name != "final_answer.pre_messages"
}

fn of_plan(scene: &Scene, task: &str, remaining_steps: u32) -> Value {
    context! { task, remaining_steps, ..scene.variables() }
}

fn of_task(task: &str) -> Value {
    context! { task }
}

fn of_managed_task(name: &str, task: &str) -> Value {
    context! { name, task }
}

fn of_report(name: &str, final_answer: &str) -> Value {
    context! { name, final_answer }
}

/// smolagents' own plans say `{remaining_steps}` with one brace where they mean two; see docs/prompts.md.
fn with_remaining_steps(text: &str) -> String {
    const MEANT: &str = "{remaining_steps}";
    let mut fixed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(MEANT) {
        fixed.push_str(before);
        let braced = fixed.ends_with('{') || after.starts_with('}');
        fixed.push_str(if braced { MEANT } else { "{{ remaining_steps }}" });
        rest = after;
    }
    fixed.push_str(rest);
    fixed
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::prompts::scene::Member;
    use serde_json::json;

    fn scene() -> Scene {
        let tool = json!({
            "name": "values",
            "description": "Looks <up> & \"down\".",
            "parameters": {"type": "object", "properties": {"key": {"type": "string", "default": "it's"}}},
        });
        Scene {
            tools: vec![serde_json::from_value(tool).unwrap()],
            members: vec![Member { name: "reader".into(), description: "Reads.".into() }],
            instructions: "Be {{ brief }}.".to_owned(),
            python_version: "3.15.0".to_owned(),
            libraries: vec!["numpy".to_owned(), "pandas".to_owned()],
            folders: vec![("/data".to_owned(), false)],
            ..Scene::default()
        }
    }

    fn rendered(system_prompt: &str) -> Result<String, PromptError> {
        let prompts = Prompts { system_prompt: system_prompt.to_owned(), ..Prompts::code_agent() };
        Templates::new(prompts)?.system(&scene())
    }

    #[track_caller]
    fn check(template: &str, expected: &str) {
        assert_eq!(rendered(template).as_deref(), Ok(expected));
    }

    #[test]
    fn a_template_can_say_what_there_is() {
        check("{{ tools.values() | map(attribute='name') | join(', ') }}", "values, final_answer");
        check(
            "{% for name, tool in tools.items() %}{{ name }}={{ tool.output_type }} {% endfor %}",
            "values=any final_answer=any ",
        );
        check(
            "{{ tools['values'].inputs }}",
            "{'key': {'type': 'string', 'default': \"it's\", 'description': '', 'nullable': True}}",
        );
        check("{{ tools.keys() | list }} {{ tools | length }}", "['values', 'final_answer'] 2");
        check("{{ managed_agents.reader.description }}", "Reads.");
        check("{{ authorized_imports }}", "the standard library of Python, numpy, pandas");
        check("{{ folders[0].path }} {{ folders[0].writable }}", "/data False");
        check(
            "{{ sandbox.deterministic }} {{ python_version }} {{ libraries }}",
            "False 3.15.0 numpy, pandas",
        );
        check("{{ code_block_opening_tag }}{{ code_block_closing_tag }}", "<code></code>");
        check("{{ tools['values'].description }}", "Looks <up> & \"down\".");
    }

    /// Neither more nor less: what is documented can be used, and what can be used is documented.
    #[test]
    fn the_documentation_lists_what_templates_are_given() {
        let text = include_str!("../../../../docs/prompts.md");
        let table = |heading: &str| {
            let (_, section) = text.split_once(&format!("## {heading}\n")).unwrap();
            let section = section.split("\n## ").next().unwrap();
            let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
            let row = |row: &str| {
                let (name, rest) = row.split_once("` | ").unwrap();
                let cell = rest.split(" | ").next().unwrap();
                let quoted = cell.split('`').skip(1).step_by(2).map(str::to_owned);
                (name.to_owned(), quoted.collect::<BTreeSet<_>>())
            };
            rows.map(row).collect::<BTreeMap<_, _>>()
        };
        let names = |value: Value| {
            let names = value.try_iter().unwrap().map(|name| name.as_str().unwrap().to_owned());
            names.collect::<BTreeSet<_>>()
        };
        let scene = scene();
        let of_agent = table("Variables of the agent").into_keys().collect::<BTreeSet<_>>();
        assert_eq!(of_agent, names(scene.variables()));
        let templates = table("Templates").into_iter().map(|(template, mut given)| {
            if given.remove("system_prompt") {
                given.extend(of_agent.iter().cloned());
            }
            (template, given)
        });
        let passed = Prompts::code_agent().texts().map(|(template, _)| {
            let given = match is_template(template) {
                true => example(template, &scene),
                false => context! {},
            };
            (template.to_owned(), names(given))
        });
        assert_eq!(templates.collect::<BTreeMap<_, _>>(), BTreeMap::from(passed));
        // What else is documented of them is there, too.
        let mut fields = table("Tools and managed agents").into_keys().collect::<Vec<_>>();
        fields.extend(table("Limits, folders and the sandbox").into_keys());
        assert_eq!(fields.len(), 15, "{fields:?}");
        for field in fields {
            let told =
                rendered(&format!("{{{{ {} }}}}", field.replace("tool.", "tools['values'].")));
            assert!(told.is_ok(), "{field}: {told:?}");
        }
    }

    #[test]
    fn all_that_is_wrong_with_prompts_is_told() {
        let mut prompts = Prompts::code_agent();
        assert_eq!(Templates::errors(&prompts, &scene()), []);
        prompts.system_prompt = "one\n{{ wich }}".to_owned();
        prompts.planning.update_plan_pre_messages = "{{ remaining_steps }}".to_owned();
        prompts.managed_agent.report = "{{ final_answer".to_owned();
        prompts.final_answer.pre_messages = "{{".to_owned();
        prompts.final_answer.post_messages = "{{ name }}".to_owned();
        let errors = Templates::errors(&prompts, &scene());
        let places = errors.iter().map(|error| match error {
            PromptError::Template { template, line, .. } => (template.as_str(), *line),
            other => panic!("{other}"),
        });
        assert_eq!(
            places.collect::<Vec<_>>(),
            [
                ("system_prompt", 2),
                ("planning.update_plan_pre_messages", 1),
                ("managed_agent.report", 1),
                ("final_answer.post_messages", 1),
            ]
        );
    }

    #[test]
    fn what_is_put_in_is_no_template() {
        check("{{ custom_instructions }}", "Be {{ brief }}.");
    }

    #[test]
    fn what_is_not_there_is_an_error_with_its_place() {
        let error = rendered("one\n{{ wich }}").unwrap_err().to_string();
        assert!(error.starts_with("system_prompt, line 2: undefined value"), "{error}");
        let error = rendered("{{ tools.search.name }}").unwrap_err().to_string();
        assert!(error.starts_with("system_prompt, line 1: "), "{error}");
    }

    #[test]
    fn no_template_reaches_for_files_or_takes_for_ever() {
        for template in
            ["{% include '/etc/passwd' %}", "{% extends 'x' %}", "{% import 'x' as y %}"]
        {
            assert!(rendered(template).is_err(), "{template}");
        }
        let doubling = "{% set all = namespace(x='xxxx') %}{% for i in range(60) %}\
                        {% set all.x = all.x ~ all.x %}{% endfor %}";
        let looping =
            "{% for i in range(99999) %}{% for i in range(99999) %}{% endfor %}{% endfor %}";
        let calling = "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}";
        for template in [doubling, looping, calling, "{{ 'x' * 99999999 }}", "{{ [1] * 99999999 }}"]
        {
            assert!(rendered(template).is_err(), "{template}");
        }
    }

    #[test]
    fn the_steps_that_remain_are_told_with_one_brace_or_two() {
        let mut prompts = Prompts::code_agent();
        let plan =
            "{remaining_steps} {{remaining_steps}} {{ remaining_steps }} {remaining_steps} {x}";
        prompts.planning.update_plan_post_messages = plan.to_owned();
        let templates = Templates::new(prompts).unwrap();
        let told = templates.update_plan_after(&scene(), "{remaining_steps}", 7);
        assert_eq!(told.as_deref(), Ok("7 7 7 7 {x}"));
        assert_eq!(templates.prompts().planning.update_plan_post_messages, plan);
        // In other prompts it is a text as any other.
        check("{remaining_steps}", "{remaining_steps}");
    }

    #[test]
    fn our_own_prompts_tell_what_there_is() {
        for prompts in
            [Prompts::code_agent(), Prompts::structured_code_agent(), Prompts::tool_calling_agent()]
        {
            let templates = Templates::new(prompts).unwrap();
            let system = templates.system(&scene()).unwrap();
            let plan = templates.initial_plan(&scene(), "Find it.", 9).unwrap();
            let update = templates.update_plan_after(&scene(), "Find it.", 9).unwrap();
            for text in [&system, &plan, &update] {
                for part in ["values", "reader", "Reads."] {
                    assert!(text.contains(part), "{part} is not in {text}");
                }
                assert!(!text.contains("\n\n\n") && !text.ends_with('\n'), "{text:?}");
            }
            for text in [&plan, &update, &templates.last_words_after("Find it.").unwrap()] {
                assert!(text.contains("Find it."), "{text}");
            }
            assert!(plan.contains("<end_plan>") && update.contains("<end_plan>"));
            assert!(update.contains('9') && system.contains("Be {{ brief }}."));
            assert!(templates.update_plan_before("Find it.").unwrap().contains("Find it."));
            assert!(templates.managed_task("reader", "Find it.").unwrap().contains("reader"));
            let report = templates.report("reader", "It is found.").unwrap();
            assert!(report.contains("reader") && report.ends_with("It is found."), "{report}");
            assert!(!templates.last_words_before().is_empty());
        }
    }

    #[test]
    fn without_members_and_instructions_nothing_is_said_of_them() {
        let alone = Scene { members: Vec::new(), instructions: String::new(), ..scene() };
        for prompts in
            [Prompts::code_agent(), Prompts::structured_code_agent(), Prompts::tool_calling_agent()]
        {
            let system = Templates::new(prompts).unwrap().system(&alone).unwrap();
            assert!(
                !system.contains("team") && !system.contains("\n\n\n") && !system.ends_with('\n'),
                "{system}"
            );
        }
    }
}
