//! Compares what templates say with what Jinja2 says. `scripts/compare-prompts` runs this with the prompts
//! of smolagents, which are not among our files: pip downloads its package.

use std::io::Read as _;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::parse::CodeTags;
use crate::prompts::scene::{Member, Scene};
use crate::prompts::stub::Function;
use crate::prompts::{Prompts, Templates};

/// One file of prompts in one surrounding.
#[derive(Deserialize)]
struct Case {
    title: String,
    yaml: String,
    tools: Vec<fumehood::ToolDeclaration>,
    members: Vec<(String, String)>,
    tags: (String, String),
    instructions: String,
    libraries: Vec<String>,
    task: String,
    remaining_steps: u32,
    name: String,
    answer: String,
    /// What Jinja2 makes of each template. Where it says `⟦tool x⟧`, a function is shown.
    expected: Map<String, Value>,
}

#[test]
#[ignore = "scripts/compare-prompts runs it"]
fn templates_say_what_jinja_makes_of_them() {
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).unwrap();
    let cases = serde_json::from_str::<Vec<Case>>(&input).unwrap();
    assert!(!cases.is_empty());
    let mut compared = 0;
    for case in cases {
        let Case { title, task, name, remaining_steps, .. } = &case;
        let templates = Templates::new(Prompts::from_yaml(&case.yaml).unwrap()).unwrap();
        let scene = Scene {
            tools: case.tools.clone(),
            members: case
                .members
                .iter()
                .map(|(name, description)| Member {
                    name: name.clone(),
                    description: description.clone(),
                })
                .collect(),
            tags: CodeTags { open: case.tags.0.clone(), close: case.tags.1.clone() },
            instructions: case.instructions.clone(),
            libraries: case.libraries.clone(),
            ..Scene::default()
        };
        let rendered = [
            ("system_prompt", templates.system(&scene).unwrap()),
            (
                "planning.initial_plan",
                templates.initial_plan(&scene, task, *remaining_steps).unwrap(),
            ),
            ("planning.update_plan_pre_messages", templates.update_plan_before(task).unwrap()),
            (
                "planning.update_plan_post_messages",
                templates.update_plan_after(&scene, task, *remaining_steps).unwrap(),
            ),
            ("managed_agent.task", templates.managed_task(name, task).unwrap()),
            ("managed_agent.report", templates.report(name, &case.answer).unwrap()),
            ("final_answer.pre_messages", templates.last_words_before().to_owned()),
            ("final_answer.post_messages", templates.last_words_after(task).unwrap()),
        ];
        assert_eq!(case.expected.len(), rendered.len());
        for (template, ours) in rendered {
            let mut theirs = case.expected[template].as_str().unwrap().to_owned();
            let tools = scene.tools.iter().map(Function::from).chain([Function::final_answer()]);
            let members = scene.members.iter();
            let members =
                members.map(|Member { name, description }| Function::member(name, description));
            for tool in tools.chain(members) {
                let place = |form| format!("⟦{form} {}⟧", tool.name);
                let inputs = minijinja::Value::from(minijinja::value::Serde(tool.inputs()));
                theirs = theirs.replace(&place("stub"), &tool.stub());
                theirs = theirs.replace(&place("words"), &tool.in_words());
                theirs = theirs.replace(&place("inputs"), &inputs.to_string());
            }
            assert_eq!(ours, theirs, "{title}: {template}");
            compared += 1;
        }
    }
    let _ = std::io::Write::write_all(
        &mut std::io::stdout(),
        format!("{compared} renders are the same, byte for byte\n").as_bytes(),
    );
}
