//! Samples, and taking them.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

/// What was measured, in the unit of its figure.
#[derive(Clone, Debug, Default)]
pub(crate) struct Samples(Vec<f64>);

impl Samples {
    /// A figure that follows from others.
    pub(crate) fn single(value: f64) -> Samples {
        Samples(vec![value])
    }

    pub(crate) fn push(&mut self, sample: f64) {
        self.0.push(sample);
    }

    pub(crate) fn extend(&mut self, others: Samples) {
        self.0.extend(others.0);
    }

    /// The value that a share of the samples is below.
    fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let position = share * (sorted.len().saturating_sub(1)) as f64;
        sorted.get(position.round() as usize).copied().unwrap_or(f64::NAN)
    }

    pub(crate) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// All samples, less what the same takes without what is measured, and divided.
    pub(crate) fn less(&self, other: f64, divisor: f64) -> Samples {
        Samples(self.0.iter().map(|sample| (sample - other) / divisor).collect())
    }

    pub(crate) fn json(&self) -> Value {
        json!({
            "median": self.median(),
            "p10": self.quantile(0.1),
            "p90": self.quantile(0.9),
            "n": self.0.len(),
        })
    }
}

/// A number with three digits that count.
pub(crate) fn short(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

pub(crate) fn microseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Times something a number of times, after a tenth as many times that do not count.
pub(crate) async fn sample(
    count: usize,
    mut run: impl AsyncFnMut() -> Result<()>,
) -> Result<Samples> {
    sample_times(count, async || {
        let started = Instant::now();
        run().await?;
        Ok(started.elapsed())
    })
    .await
}

/// The same with something that says itself what it took.
pub(crate) async fn sample_times(
    count: usize,
    mut run: impl AsyncFnMut() -> Result<Duration>,
) -> Result<Samples> {
    let mut samples = Samples::default();
    let warm = count.div_ceil(10).max(3);
    for position in 0..warm + count {
        let took = run().await?;
        if position >= warm {
            samples.push(microseconds(took));
        }
    }
    Ok(samples)
}

/// The program of the Python 3 that `python3` or `python` starts, if there is one: not what stands in
/// front of it to choose among several, which would be timed with it.
pub(crate) fn python() -> Option<String> {
    const WHICH: &str = "import sys; assert sys.version_info[0] == 3; print(sys.executable)";
    let program = |name| printed(name, &["-c", WHICH]).ok();
    let program = ["python3", "python"].into_iter().find_map(program)?;
    Some(program.trim().to_owned()).filter(|program| !program.is_empty())
}

/// Runs a program and returns what it printed.
pub(crate) fn printed(program: &str, arguments: &[&str]) -> Result<String> {
    let output = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run `{program}`"))?;
    if !output.status.success() {
        bail!("`{program}` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What the figures were measured on.
pub(crate) fn machine() -> Value {
    let text = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = text.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("", |line| line.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let python = python().and_then(|python| printed(&python, &["--version"]).ok());
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    json!({
        "processor": model,
        "cores": cores,
        "kernel": kernel.trim(),
        "python3": python.map(|text| text.trim().replace("Python ", "")),
    })
}
