//! The agent's loop, with recorded replies and everything else real.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fumehood::Limits;
use fumehood_agent::{Agent, AgentError, AgentEvent, RunResult, RunState};
use fumehood_model::{Line, Message, ModelError, Replay, Retry, Role, Scripted};
use serde_json::{Value, json};

use crate::builder;
use crate::command::fumehood;

fn recording(replies: &[&str]) -> Replay {
    let lines = replies.iter().map(|reply| format!("{}\n", json!({"content": reply})));
    Replay::from_text(&lines.collect::<String>()).unwrap()
}

async fn run(replies: &[&str]) -> RunResult {
    let sandbox = builder().build().unwrap();
    Agent::new(recording(replies)).with_max_steps(4).run("Do it.", &sandbox).await.unwrap()
}

/// What the model was told after its first reply.
fn told(result: &RunResult) -> String {
    let messages: Vec<Message> = result.memory.messages();
    assert_eq!(messages[3].role, Role::User);
    messages[3].text()
}

#[tokio::test]
async fn code_runs_and_what_it_printed_and_its_value_are_told() {
    let result = run(&[
        "Thought: look.\n<code>\nx = 20\nprint('hello')\nx + 1\n</code>",
        "Thought: done.\n<code>\nfinal_answer(x * 2)\n</code>",
    ])
    .await;
    assert_eq!(told(&result), "Observation:\nPrinted:\nhello\nValue of the last line:\n21\n");
    assert_eq!((result.state, result.text.as_str()), (RunState::Success, "40"));
    assert_eq!(result.memory.steps.len(), 2);
    let messages = result.memory.messages();
    assert_eq!((messages[0].role, messages[1].role), (Role::System, Role::User));
    assert_eq!(messages[1].text(), "New task:\nDo it.");
    assert_eq!(
        messages[2].text(),
        "Thought: look.\n<code>\nx = 20\nprint('hello')\nx + 1\n</code>"
    );
}

#[tokio::test]
async fn what_went_to_stderr_is_told_as_that() {
    let code = "<code>import sys\nprint('careful', file=sys.stderr)</code>";
    let result = run(&[code, "<code>final_answer(1)</code>"]).await;
    assert_eq!(told(&result), "Observation:\nPrinted to stderr:\ncareful\n");
}

#[tokio::test]
async fn an_exception_is_told_with_its_traceback_and_the_run_goes_on() {
    let result =
        run(&["<code>\nx = 1\nprint('so far')\nx / 0\n</code>", "<code>final_answer(x)</code>"])
            .await;
    let told = told(&result);
    assert!(told.starts_with("Observation:\nPrinted:\nso far\nError:\nTraceback"), "{told}");
    assert!(told.contains("File \"<step 1>\", line 3, in <module>"), "{told}");
    assert!(told.contains("ZeroDivisionError: division by zero\nNow let's retry:"), "{told}");
    assert_eq!(result.text, "1");
}

#[tokio::test]
async fn a_reply_without_code_is_told_what_to_write() {
    let result = run(&["I will think about it.", "```python\nfinal_answer('ok')\n```"]).await;
    let told = told(&result);
    assert!(told.starts_with("Error:\nThere is no code between <code> and </code>"), "{told}");
    assert_eq!(result.text, "ok");
    assert_eq!(result.memory.steps[0].reply, "I will think about it.");
}

#[tokio::test]
async fn a_limit_is_told_and_variables_are_kept_where_they_can_be() {
    let limits = Limits::default().with_time(Duration::from_millis(200));
    let sandbox = builder().limits(limits).build().unwrap();
    let replies = [
        "<code>n = 5\nwhile True: pass</code>",
        "<code>print(n)\nm = 6\nsum(range(10**12))</code>",
        "<code>print('n' in globals(), 'm' in globals())\nfinal_answer('end')</code>",
    ];
    let result = Agent::new(recording(&replies)).run("x", &sandbox).await.unwrap();
    let steps = &result.memory.steps;
    let first = steps[0].error.as_deref().unwrap();
    assert!(first.contains("time limit of 200ms was reached. What it had stored"), "{first}");
    assert_eq!(steps[1].observation, "Printed:\n5\n");
    let second = steps[1].error.as_deref().unwrap();
    assert!(second.contains("It was rolled back: nothing of it is left"), "{second}");
    assert_eq!(steps[2].observation, "Printed:\nTrue False\n");
}

#[tokio::test]
async fn when_there_are_no_steps_left_the_model_is_asked_for_an_answer() {
    let result = run(&[
        "<code>1</code>",
        "<code>2</code>",
        "<code>3</code>",
        "<code>4</code>",
        "It is probably four.",
    ])
    .await;
    assert_eq!((result.state, result.text.as_str()), (RunState::MaxSteps, "It is probably four."));
    assert_eq!(result.memory.steps.len(), 4);
}

#[tokio::test]
async fn a_model_without_a_reply_ends_the_run() {
    let sandbox = builder().build().unwrap();
    let error = Agent::new(recording(&[])).run("x", &sandbox).await.unwrap_err();
    assert!(matches!(error, AgentError::Model(_)), "{error:?}");
}

#[tokio::test]
async fn what_happens_is_told_as_it_happens() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let collected = Arc::clone(&seen);
    let sandbox = builder().build().unwrap();
    let agent = Agent::new(recording(&["Thought\n<code>\nprint(1)\nfinal_answer(2)\n</code>"]))
        .with_listener(Arc::new(move |event| {
            let what = match event {
                AgentEvent::StepStarted { number } => format!("step {number}"),
                AgentEvent::Said { text } => format!("said {text:?}"),
                AgentEvent::Running { code } => format!("running {code:?}"),
                AgentEvent::Sandbox(event) => format!("{event:?}"),
                AgentEvent::StepFinished(action) => format!("did {}", action.number),
                AgentEvent::Finished(result) => format!("answer {}", result.text),
                _ => return,
            };
            collected.lock().unwrap().push(what);
        }));
    agent.run("x", &sandbox).await.unwrap();
    assert_eq!(
        *seen.lock().unwrap(),
        [
            "step 1",
            r#"said "Thought\n<code>\nprint(1)\nfinal_answer(2)\n""#,
            r#"running "print(1)\nfinal_answer(2)""#,
            "Output { stream: Stdout, bytes: [49, 10] }",
            "did 1",
            "answer 2",
        ]
    );
}

#[tokio::test]
async fn what_a_model_said_before_it_failed_is_taken_back() {
    let said = Arc::new(Mutex::new(String::new()));
    let collected = Arc::clone(&said);
    let cut = ModelError::Cut { received: 4, source: None };
    let model = Scripted::new([Line::from("half").failing(cut), "<code>final_answer(2)".into()]);
    let model = Retry::new(model).with_first_wait(Duration::from_millis(1));
    let agent = Agent::new(model).with_listener(Arc::new(move |event| match event {
        AgentEvent::Said { text } => collected.lock().unwrap().push_str(text),
        AgentEvent::Retrying { .. } => collected.lock().unwrap().clear(),
        _ => {}
    }));
    let result = agent.run("x", &builder().build().unwrap()).await.unwrap();
    assert_eq!(result.text, "2");
    assert_eq!(*said.lock().unwrap(), "<code>final_answer(2)");
}

#[tokio::test]
async fn the_prompt_says_what_there_is() {
    let tool = fumehood::function(
        "lookup",
        "Looks it up.",
        json!({"type": "object", "properties": {"key": {"type": "string"}}, "required": ["key"]}),
        |_| async { Ok::<_, String>(1) },
    );
    let sandbox = builder().tool(tool).build().unwrap();
    let agent = Agent::new(recording(&["<code>final_answer(lookup('a'))</code>"]));
    let result = agent.with_instructions("Be brief.").run("x", &sandbox).await.unwrap();
    let prompt = &result.memory.system_prompt;
    assert!(prompt.contains("def lookup(key: str):\n    \"\"\"Looks it up.\"\"\""), "{prompt}");
    assert!(prompt.contains("CPython 3.15"), "{prompt}");
    assert!(prompt.ends_with("- Be brief."), "{prompt}");
    for left in ["{open}", "{tools}", "{instructions}"] {
        assert!(!prompt.contains(left), "{left} was not filled in");
    }
}

/// The demo's answer, computed here from the table without the sandbox.
fn penguins() -> BTreeMap<String, (f64, u32)> {
    let table = include_str!("../../engine/command/examples/penguins/penguins.csv");
    let mut islands: BTreeMap<String, (f64, u32)> = BTreeMap::new();
    for line in table.lines().skip(1) {
        let fields = line.split(',').collect::<Vec<_>>();
        if let Ok(mass) = fields[5].parse::<f64>() {
            let (sum, count) = islands.entry(fields[1].to_owned()).or_default();
            *sum += mass;
            *count += 1;
        }
    }
    islands
        .into_iter()
        .map(|(name, (sum, count))| (name, (sum / f64::from(count), count)))
        .collect()
}

#[test]
fn the_demo_answers_with_the_figures_of_an_independent_computation() {
    let output = fumehood(&["demo"]).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();

    let islands = penguins();
    let by_mean = |a: &(&String, &(f64, u32)), b: &(&String, &(f64, u32))| a.1.0.total_cmp(&b.1.0);
    let (heaviest, (heavy_mean, heavy_count)) = islands.iter().max_by(by_mean).unwrap();
    let (lightest, (light_mean, _)) = islands.iter().min_by(by_mean).unwrap();
    assert_eq!(answer["heaviest_island"], heaviest.as_str());
    assert_eq!(answer["lightest_island"], lightest.as_str());
    assert_eq!(answer["heaviest_count"], *heavy_count);
    let near = |key: &str, value: f64| {
        let found = answer[key].as_f64().unwrap();
        assert!((found - value).abs() <= 0.05 + 1e-9, "{key}: {found}, expected {value}");
    };
    near("heaviest_mean_g", *heavy_mean);
    near("lightest_mean_g", *light_mean);
    // Biscoe 64°48′S 63°46′W, Torgersen 64°46′S 64°04′W, by the law of cosines.
    let degrees = |d: f64, m: f64| (d + m / 60.0).to_radians();
    let (lat1, lon1) = (degrees(64.0, 48.0), degrees(63.0, 46.0));
    let (lat2, lon2) = (degrees(64.0, 46.0), degrees(64.0, 4.0));
    let cosine = lat1.sin() * lat2.sin() + lat1.cos() * lat2.cos() * (lon1 - lon2).cos();
    near("distance_km", 6371.0 * cosine.acos());

    let shown = String::from_utf8_lossy(&output.stderr);
    for part in ["KeyError", "line 1, in <module>", "[tool island_position:", "--- Step 5 ---"] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
}

#[test]
fn a_run_can_be_followed_as_lines_of_json() {
    let output = fumehood(&["demo", "--json"]).output().unwrap();
    let events = String::from_utf8(output.stdout).unwrap();
    let events =
        events.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();
    let named = |name: &str| events.iter().filter(|event| event["event"] == name).count();
    assert_eq!(named("step_started"), 5);
    assert_eq!(named("tool_called"), 4);
    assert_eq!(named("tool_returned"), 4);
    let last = events.last().unwrap();
    assert_eq!((&last["event"], &last["state"]), (&json!("finished"), &json!("success")));
    assert_eq!(last["answer"]["heaviest_island"], "Biscoe");
}

#[test]
fn a_task_runs_with_recorded_replies_and_given_files() {
    let folder = tempfile::tempdir().unwrap();
    let replies = folder.path().join("replies.jsonl");
    let file = folder.path().join("numbers.txt");
    std::fs::write(&file, "1\n2\n3\n").unwrap();
    let code = "<code>\nimport os\nfinal_answer([sum(map(int, open('/data/numbers.txt'))), os.listdir('/data')])\n</code>";
    std::fs::write(&replies, json!({"content": code}).to_string()).unwrap();
    let model = format!("replay:{}", replies.display());
    let file = file.display().to_string();
    let output =
        fumehood(&["run", "Add them up.", "--model", &model, "--file", &file]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stdout), "[6,[\"numbers.txt\"]]\n");
}
