//! What is told at the end: of each system, and of the two together.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use fumehood_model::Usage;
use serde_json::{Map, Value, json};

use crate::eval::results::{Outcome, Record, Results, System};
use crate::eval::statistics::{mcnemar, wilson};
use crate::eval::systems::Systems;
use crate::eval::tasks::Tasks;

/// The version of the report as JSON. It is counted up when a reader of this version would misread what is written.
const VERSION: u32 = 1;

/// What came of tasks, by system.
pub(super) struct Report {
    shown: String,
    tasks: Vec<String>,
    systems: Vec<Figures>,
    outcomes: BTreeMap<(System, String), Outcome>,
}

/// What one system has done.
struct Figures {
    system: System,
    kind: &'static str,
    tasks: u64,
    outcomes: BTreeMap<Outcome, u64>,
    steps: u64,
    usage: Usage,
    /// If all of it is known.
    cost: Option<f64>,
    took_us: u64,
    model_us: u64,
    sandbox_us: u64,
    tools_us: u64,
    /// Results that others have taken the place of.
    replaced: u64,
    /// Results of another task, or of another agent, than those that are there.
    changed: u64,
}

/// How two systems did at the same tasks.
struct Pairs {
    both: u64,
    only_agent: u64,
    only_baseline: u64,
    neither: u64,
}

impl Report {
    pub(super) fn of(tasks: &Tasks, systems: &Systems, results: &Results) -> Report {
        let mut outcomes = BTreeMap::new();
        let figures = systems.all().map(|system| {
            let records = tasks.all.iter().filter_map(|task| {
                let record = results.last(system, &task.id)?;
                outcomes.insert((system, task.id.clone()), record.outcome);
                Some((record, task.hash.as_str()))
            });
            let hash = systems.hash(system);
            let mut figures = Figures {
                system,
                kind: systems.kind(system),
                tasks: tasks.all.len() as u64,
                outcomes: BTreeMap::new(),
                steps: 0,
                usage: Usage::default(),
                cost: Some(0.0),
                took_us: 0,
                model_us: 0,
                sandbox_us: 0,
                tools_us: 0,
                replaced: results.replaced(system),
                changed: 0,
            };
            for (record, task_hash) in records {
                figures.add(record);
                let is_changed = record.task_hash != task_hash || record.agent_hash != hash;
                figures.changed += u64::from(is_changed);
            }
            figures
        });
        let systems = figures.collect();
        let ids = tasks.all.iter().map(|task| task.id.clone());
        Report { shown: tasks.shown.clone(), tasks: ids.collect(), systems, outcomes }
    }

    /// Results that are not there.
    pub(super) fn missing(&self) -> u64 {
        self.systems.iter().map(Figures::missing).sum()
    }

    /// How the two did at the tasks that both have a scored result of.
    fn pairs(&self) -> Option<Pairs> {
        if self.systems.len() < 2 {
            return None;
        }
        let mut pairs = Pairs { both: 0, only_agent: 0, only_baseline: 0, neither: 0 };
        for task in &self.tasks {
            let outcome = |system| self.outcomes.get(&(system, task.clone())).copied();
            let scored = |system| outcome(system).filter(|outcome| *outcome != Outcome::NotScored);
            let pair = scored(System::Agent).zip(scored(System::Baseline));
            let Some((agent, baseline)) = pair else { continue };
            *match (agent == Outcome::Right, baseline == Outcome::Right) {
                (true, true) => &mut pairs.both,
                (true, false) => &mut pairs.only_agent,
                (false, true) => &mut pairs.only_baseline,
                (false, false) => &mut pairs.neither,
            } += 1;
        }
        Some(pairs)
    }

    pub(super) fn json(&self) -> Value {
        let systems =
            self.systems.iter().map(|figures| (figures.system.name().to_owned(), figures.json()));
        let tasks = self.tasks.iter().map(|task| {
            let mut row = Map::from_iter([("id".to_owned(), json!(task))]);
            for Figures { system, .. } in &self.systems {
                let outcome = self.outcomes.get(&(*system, task.clone()));
                row.insert(system.name().to_owned(), json!(outcome));
            }
            Value::Object(row)
        });
        json!({
            "version": VERSION,
            "tasks_file": self.shown,
            "systems": systems.collect::<Map<_, _>>(),
            "paired": self.pairs().map(|pairs| pairs.json()),
            "tasks": tasks.collect::<Vec<_>>(),
        })
    }

    /// The report for people.
    pub(super) fn markdown(&self) -> String {
        let mut text = format!("# {}\n\n", cell(&self.shown));
        let heads = self
            .systems
            .iter()
            .map(|figures| format!("{} ({})", figures.system.name(), figures.kind));
        row(&mut text, "", heads);
        let rule = self.systems.iter().map(|_| "|---");
        writeln!(text, "|---{}|", rule.collect::<String>()).ok();
        let mut add = |name: &str, value: &dyn Fn(&Figures) -> String| {
            row(&mut text, name, self.systems.iter().map(value));
        };
        add("tasks", &|figures| figures.tasks.to_string());
        add("right", &|figures| figures.right().to_string());
        add("success, with its 95 % interval", &Figures::success);
        for outcome in Outcome::FAILURES {
            add(outcome.name(), &|figures| figures.count(outcome).to_string());
        }
        add("not scored", &|figures| figures.count(Outcome::NotScored).to_string());
        add("without a result", &|figures| figures.missing().to_string());
        add("steps, a task", &|figures| figures.per_task(figures.steps as f64));
        add("tokens read, written", &|figures| {
            format!("{}, {}", figures.usage.input_tokens, figures.usage.output_tokens)
        });
        add("time, a task", &|figures| seconds(figures.took_us, figures.done()));
        add("of it the model, the sandbox, tools", &|figures| {
            let of = |us| seconds(us, figures.done());
            format!(
                "{}, {}, {}",
                of(figures.model_us),
                of(figures.sandbox_us),
                of(figures.tools_us)
            )
        });
        add("cost", &|figures| match figures.cost.filter(|_| figures.done() > 0) {
            Some(cost) => format!("{cost:.4}"),
            None => "not known".to_owned(),
        });
        for figures in &self.systems {
            let name = figures.system.name();
            if figures.replaced > 0 {
                let count = figures.replaced;
                writeln!(
                    text,
                    "\nOf the {name}, {count} earlier results were replaced: tasks were run again."
                )
                .ok();
            }
            if figures.changed > 0 {
                let count = figures.changed;
                writeln!(
                    text,
                    "\nOf the {name}, {count} results are of another version of task or agent."
                )
                .ok();
            }
        }
        if let Some(pairs) = self.pairs() {
            text.push('\n');
            text.push_str(&pairs.text());
        }
        text.push('\n');
        row(&mut text, "task", self.systems.iter().map(|figures| figures.system.name().to_owned()));
        let rule = self.systems.iter().map(|_| "|---");
        writeln!(text, "|---{}|", rule.collect::<String>()).ok();
        for task in &self.tasks {
            let outcomes = self.systems.iter().map(|figures| {
                let outcome = self.outcomes.get(&(figures.system, task.clone()));
                outcome.map_or("–", |outcome| outcome.name()).to_owned()
            });
            row(&mut text, task, outcomes);
        }
        text
    }
}

impl Figures {
    fn add(&mut self, record: &Record) {
        *self.outcomes.entry(record.outcome).or_default() += 1;
        self.steps += record.steps;
        self.usage += record.usage;
        self.cost = self.cost.zip(record.cost).map(|(sum, cost)| sum + cost);
        self.took_us = self.took_us.saturating_add(record.took_us);
        self.model_us = self.model_us.saturating_add(record.model_us);
        self.sandbox_us = self.sandbox_us.saturating_add(record.sandbox_us);
        self.tools_us = self.tools_us.saturating_add(record.tools_us);
    }

    fn count(&self, outcome: Outcome) -> u64 {
        self.outcomes.get(&outcome).copied().unwrap_or_default()
    }

    fn right(&self) -> u64 {
        self.count(Outcome::Right)
    }

    /// Tasks that have a result.
    fn done(&self) -> u64 {
        self.outcomes.values().sum()
    }

    /// Of these, those of which it is known whether they are right.
    fn scored(&self) -> u64 {
        self.done() - self.count(Outcome::NotScored)
    }

    fn missing(&self) -> u64 {
        self.tasks - self.done()
    }

    fn success(&self) -> String {
        match wilson(self.right(), self.scored()) {
            Some((low, high)) => {
                let share = self.right() as f64 / self.scored() as f64;
                format!("{:.1} % ({:.1}–{:.1})", 100.0 * share, 100.0 * low, 100.0 * high)
            }
            None => "not known".to_owned(),
        }
    }

    fn per_task(&self, sum: f64) -> String {
        match self.done() {
            0 => "–".to_owned(),
            done => format!("{:.1}", sum / done as f64),
        }
    }

    fn json(&self) -> Value {
        let interval = wilson(self.right(), self.scored());
        let failures =
            Outcome::FAILURES.iter().map(|outcome| (key(*outcome), json!(self.count(*outcome))));
        json!({
            "kind": self.kind,
            "tasks": self.tasks,
            "done": self.done(),
            "scored": self.scored(),
            "right": self.right(),
            "success": interval.map(|_| self.right() as f64 / self.scored() as f64),
            "success_95": interval.map(|(low, high)| [low, high]),
            "failures": failures.collect::<Map<_, _>>(),
            "not_scored": self.count(Outcome::NotScored),
            "steps": self.steps,
            "usage": self.usage,
            "cost": self.cost.filter(|_| self.done() > 0),
            "took_us": self.took_us,
            "model_us": self.model_us,
            "sandbox_us": self.sandbox_us,
            "tools_us": self.tools_us,
            "replaced": self.replaced,
            "changed": self.changed,
        })
    }
}

impl Pairs {
    fn all(&self) -> u64 {
        self.both + self.only_agent + self.only_baseline + self.neither
    }

    /// How much more often the agent is right.
    fn difference(&self) -> Option<f64> {
        let all = self.all();
        (all > 0).then(|| (self.only_agent as f64 - self.only_baseline as f64) / all as f64)
    }

    fn json(&self) -> Value {
        json!({
            "tasks": self.all(),
            "both": self.both,
            "only_agent": self.only_agent,
            "only_baseline": self.only_baseline,
            "neither": self.neither,
            "difference": self.difference(),
            "mcnemar_exact_p": mcnemar(self.only_agent, self.only_baseline),
        })
    }

    fn text(&self) -> String {
        let Pairs { both, only_agent, only_baseline, neither } = self;
        let Some(difference) = self.difference() else {
            return "There is no task that both have a scored result of.\n".to_owned();
        };
        format!(
            "At {} tasks both have a scored result: both are right at {both}, only the agent at {only_agent}, only \
             the baseline at {only_baseline}, neither at {neither}. The agent is right {:+.1} points more often; the \
             exact test of McNemar has p = {}.\n",
            self.all(),
            100.0 * difference,
            match mcnemar(*only_agent, *only_baseline) {
                p if p < 0.0001 => "less than 0.0001".to_owned(),
                p => format!("{p:.4}"),
            }
        )
    }
}

/// An outcome as JSON names it.
fn key(outcome: Outcome) -> String {
    outcome.name().replace(' ', "_")
}

fn seconds(us: u64, tasks: u64) -> String {
    match tasks {
        0 => "–".to_owned(),
        tasks => format!("{:.2} s", us as f64 / 1e6 / tasks as f64),
    }
}

/// A row of a table.
fn row(text: &mut String, name: &str, cells: impl Iterator<Item = String>) {
    let cells = cells.map(|text| format!(" {} |", cell(&text)));
    writeln!(text, "| {} |{}", cell(name), cells.collect::<String>()).ok();
}

/// A text that cannot end its cell.
fn cell(text: &str) -> String {
    crate::units::printable(text).replace('|', "\\|")
}
