//! Agents on the command line, with recorded replies and everything else real.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::command::fumehood;

/// The demo's answer, computed here from the table without the sandbox.
fn penguins() -> BTreeMap<String, (f64, u32)> {
    let table = include_str!("../../../engine/command/examples/penguins/penguins.csv");
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
    // Copies of the files are kept with the run, or, if it is not stored, for as long as it works.
    for storing in [&[][..], &["--no-store"]] {
        let arguments = ["run", "Add them up.", "--model", &model, "--file", &file];
        let output = fumehood(&[&arguments, storing].concat()).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "[6,[\"numbers.txt\"]]\n");
    }
}
