//! How fast code computes: the programs of `benches/programs`, metered in both ways, and natively.

use anyhow::{Context as _, Result, bail};
use fumehood::{Engine, Metering, Outcome, Session};

use super::Bench;
use super::latency::with_tools;
use super::measuring::{self, Samples};

macro_rules! programs {
    ($($key:literal, $what:literal, $file:literal;)*) => {
        [$(($key, $what, include_str!(concat!("../../../../benches/programs/", $file)))),*]
    };
}

const PROGRAMS: [(&str, &str, &str); 7] = programs![
    "cpu_recursion_ms", "computing: recursion", "recursion.py";
    "cpu_nbody_ms", "computing: n-body", "nbody.py";
    "cpu_words_ms", "computing: word count", "words.py";
    "cpu_json_ms", "computing: JSON", "json_round_trip.py";
    "cpu_sort_ms", "computing: sort", "sort.py";
    "cpu_regex_ms", "computing: regular expressions", "regex.py";
    "cpu_objects_ms", "computing: objects", "objects.py";
];

const NUMPY: [(&str, &str, &str); 2] = [
    (
        "numpy_matmul_ms",
        "numpy: product of two 512² matrices",
        "import numpy as np\na = np.arange(512 * 512, dtype=float).reshape(512, 512) % 7\ndef program(): return a @ a",
    ),
    (
        "numpy_sum_ms",
        "numpy: sum of ten million numbers",
        "import numpy as np\na = np.ones(10_000_000)\ndef program(): return a.sum()",
    ),
];

/// What makes a program print how many milliseconds it takes: the best of three runs.
const TIMING: &str = "
import time
def _timed():
    started = time.perf_counter()
    program()
    return (time.perf_counter() - started) * 1e3
print(min(_timed() for _ in range(3)))
";

const ROUNDS: usize = 5;

pub(crate) async fn measure(bench: &mut Bench<'_>) -> Result<()> {
    const RATIOS: [(&str, &str); 3] = [
        ("cpu_clock_over_python3", "computing: clock, in multiples of python3"),
        ("cpu_fuel_over_python3", "computing: fuel, in multiples of python3"),
        ("cpu_fuel_over_clock", "computing: fuel, in multiples of clock"),
    ];
    let wants_ratios = bench.wants(&RATIOS.map(|(key, _)| key));
    let mut medians = Vec::new();
    let mut guests = Vec::new();
    for (key, what, source) in PROGRAMS.iter().chain(&NUMPY) {
        let is_program = key.starts_with("cpu_");
        if !(bench.wants(&[key]) || wants_ratios && is_program) {
            continue;
        }
        if guests.is_empty() {
            for metering in [Metering::Fuel, Metering::Clock] {
                guests.push((metering.name(), bench.metered(metering)?));
            }
        }
        let measured = program(bench.python.as_deref(), &guests, source).await?;
        let median = |whom: &str| {
            measured.iter().find(|(name, _)| *name == whom).map(|(_, samples)| samples.median())
        };
        if is_program {
            medians.push([median("fuel"), median("clock"), median("python3")]);
        }
        bench.add(key, what, "ms", measured)?;
    }
    for ((key, what), (one, other)) in RATIOS.into_iter().zip([(1, 2), (0, 2), (0, 1)]) {
        let ratios = medians.iter().map(|medians| Some(medians[one]? / medians[other]?));
        if let Some(ratios) = ratios.collect::<Option<Vec<f64>>>()
            && !ratios.is_empty()
        {
            let samples = Samples::single(geometric_mean(&ratios));
            bench.add(key, what, "×", vec![("fumehood", samples)])?;
        }
    }
    Ok(())
}

fn geometric_mean(values: &[f64]) -> f64 {
    (values.iter().map(|value| value.ln()).sum::<f64>() / values.len() as f64).exp()
}

/// Times a program in each of the guests and natively, in turn.
async fn program(
    python: Option<&str>,
    guests: &[(&'static str, Engine)],
    source: &str,
) -> Result<Vec<(&'static str, Samples)>> {
    let source = format!("{source}\n{TIMING}");
    // A native Python without numpy is left out.
    let native = python.filter(|python| {
        !source.contains("numpy") || measuring::printed(python, &["-c", "import numpy"]).is_ok()
    });
    let mut sessions = Vec::<(_, Session, Samples)>::new();
    for (name, engine) in guests {
        sessions.push((*name, with_tools(engine, 0).build()?.session().await?, Samples::default()));
    }
    let mut theirs = Samples::default();
    for _ in 0..ROUNDS {
        for (_, session, samples) in &mut sessions {
            let step = session.run(source.as_str()).await?;
            if !matches!(step.outcome, Outcome::Completed(_)) {
                bail!("a program of the benchmark ended like this: {:?}", step.outcome);
            }
            samples.push(milliseconds(&step.output.stdout)?);
        }
        if let Some(python) = native {
            theirs.push(milliseconds(&measuring::printed(python, &["-c", &source])?)?);
        }
    }
    let mut measured =
        sessions.into_iter().map(|(name, _, samples)| (name, samples)).collect::<Vec<_>>();
    if native.is_some() {
        measured.push(("python3", theirs));
    }
    Ok(measured)
}

fn milliseconds(printed: &str) -> Result<f64> {
    printed.trim().parse().with_context(|| format!("`{}` is not a time", printed.trim()))
}
