//! The examples of the command, each with a recorded model and everything else real.

use std::path::{Path, PathBuf};

use fumehood_agent::{MemoryStep, RunState};
use fumehood_model::{Part, Role};
use serde_json::json;

use super::actions;
use crate::engine;

#[path = "../../../engine/command/examples/chart/main.rs"]
#[expect(dead_code, reason = "as a program it has a main function")]
mod chart;
#[path = "../../../engine/command/examples/plan/main.rs"]
#[expect(dead_code, reason = "as a program it has a main function")]
mod plan;
#[path = "../../../engine/command/examples/team/main.rs"]
#[expect(dead_code, reason = "as a program it has a main function")]
mod team;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name)
}

#[tokio::test]
async fn a_team_works_at_the_same_time_and_who_fails_is_asked_again() {
    let folder = folder("team");
    let result = team::run(engine(), &folder).await.unwrap();
    // The answer, computed here from the tables.
    let above_mean = |gauge: &str| {
        let table = std::fs::read_to_string(folder.join(format!("{gauge}.csv"))).unwrap();
        let rows = table.lines().skip(1).map(|line| line.split_once(',').unwrap());
        let rows = rows.map(|(date, level)| (date.to_owned(), level.parse::<f64>().unwrap()));
        let rows = rows.collect::<Vec<_>>();
        let mean = rows.iter().map(|(_, level)| level).sum::<f64>() / rows.len() as f64;
        let (date, level) = rows.into_iter().max_by(|a, b| a.1.total_cmp(&b.1)).unwrap();
        (gauge.to_owned(), date, level - mean)
    };
    let (gauge, date, above) =
        ["north", "south"].map(above_mean).into_iter().max_by(|a, b| a.2.total_cmp(&b.2)).unwrap();
    let answer = result.answer.json().unwrap();
    assert_eq!((&answer["gauge"], &answer["date"]), (&json!(gauge), &json!(date)));
    assert!((answer["above_mean_cm"].as_f64().unwrap() - above).abs() <= 0.05 + 1e-9, "{answer}");

    let steps = actions(&result);
    let outcomes = |step: usize| {
        let calls = steps[step].calls.iter();
        let mut calls =
            calls.map(|call| (call.name.as_str(), call.error.is_some())).collect::<Vec<_>>();
        calls.sort_unstable();
        calls
    };
    assert_eq!(outcomes(0), [("north", false), ("south", true)]);
    assert_eq!(outcomes(1), [("south", false)]);
    assert!(steps[0].observation.contains("south could not do it: the model's server"));
    // Each of the first two took two replies; together they did not take four.
    let each = steps[0].calls.iter().map(|call| call.took).sum::<std::time::Duration>();
    assert!(each > steps[0].timing.tools, "{each:?} in {:?}", steps[0].timing.tools);
}

#[tokio::test]
async fn a_plan_is_read_and_changed_before_the_model_goes_by_it() {
    let result = plan::run(engine(), &folder("plan")).await.unwrap();
    // By the congruence of Zeller, in which Friday is 6.
    let is_friday = |year: i64, month: i64| {
        let (year, month) = if month < 3 { (year - 1, month + 12) } else { (year, month) };
        (13 + 13 * (month + 1) / 5 + year + year / 4 - year / 100 + year / 400) % 7 == 6
    };
    let months = (2020..2030).flat_map(|year| (1..13).map(move |month| (year, month)));
    let fridays = months.filter(|(year, month)| is_friday(*year, *month)).collect::<Vec<_>>();
    let in_year = |year| fridays.iter().filter(|(other, _)| *other == year).count();
    let most = (2020..2030).map(in_year).max().unwrap();
    let most_in = (2020..2030).filter(|year| in_year(*year) == most).collect::<Vec<_>>();
    let (year, month) = fridays.last().unwrap();
    let expected = json!({
        "count": fridays.len(),
        "most_in": most_in,
        "last": format!("{year}-{month:02}-13"),
    });
    assert_eq!(result.answer.json(), Some(expected));

    let plans = result.memory.steps.iter().filter_map(|step| match step {
        MemoryStep::Planning(step) => Some(step.plan.as_str()),
        _ => None,
    });
    let plans = plans.collect::<Vec<_>>();
    assert_eq!(plans.len(), 2);
    assert!(plans[0].contains("1. Go through the months") && !plans[0].contains("web"));
    let told = result.memory.messages();
    assert!(told[2].role == Role::Assistant && told[2].text() == plans[0]);
    let code = result.memory.code();
    assert!(
        code.starts_with("from datetime import date\n") && code.contains("\n\nfrom collections")
    );
}

#[tokio::test]
async fn pictures_are_seen_and_charts_are_shown() {
    let result = chart::run(engine(), &folder("chart")).await.unwrap();
    assert_eq!(result.state, RunState::Success);
    assert_eq!(result.answer.json(), Some(json!({"red": 35, "green": 90, "blue": 60})));
    let told = result.memory.messages();
    let pictures = |message: usize| {
        let pictures = told[message].parts.iter().filter_map(|part| match part {
            Part::Image(image) => Some(image.data()),
            _ => None,
        });
        pictures.collect::<Vec<_>>()
    };
    // The task, and what came of the first step, before the second one is taken.
    assert_eq!(pictures(1), [std::fs::read(folder("chart").join("bars.png")).unwrap()]);
    let shown = pictures(3);
    assert!(shown.len() == 1 && shown[0].starts_with(b"\x89PNG"));
    assert!(shown[0].len() > 1000, "the chart has {} bytes", shown[0].len());
    assert!(told[3].text().contains("Value of the last line:\n{'red': 35"));
}
