//! `fumehood bench`: what sandboxing costs on this machine, with `python3` beside it.
//!
//! A figure is a [`Figure`]: its key, what it is, and what was measured of us, in each way of metering
//! if it depends on that, and of `python3`, if there is one. Samples of what is compared are taken in
//! turn, so that whatever else the machine does hits all of them.
//!
//! * `measuring`: samples, medians, taking turns
//! * `latency`: instantiating, starting, steps, tools, whole processes
//! * `sources`: calls of components and of Python files
//! * `states`: forks, checkpoints, roll-backs, and what they cost each step
//! * `computing`: the programs of `benches/programs`, and numpy
//! * `capacity`: memory of a session, sessions a second
//! * `idle`: parked sessions, and those in files
//! * `agents`: what an agent's loop adds

mod agents;
mod capacity;
mod computing;
mod idle;
mod latency;
mod measuring;
mod sources;
mod states;

use anyhow::{Result, bail};
use fumehood::{Engine, Metering};
use serde_json::{Map, Value, json};

use self::measuring::Samples;
use crate::printer::Printer;
use crate::report::Exit;
use crate::sandboxing::ImageFlags;

/// Measure what sandboxing costs on this machine, with python3 beside it
#[derive(Debug, clap::Args)]
pub(crate) struct BenchFlags {
    /// Print one JSON object; its keys are described in docs/command.md
    #[arg(long)]
    json: bool,
    /// Measure only the figures whose keys contain NAME
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
}

/// Something that is measured.
pub(crate) struct Figure {
    pub(crate) key: &'static str,
    pub(crate) what: &'static str,
    pub(crate) unit: &'static str,
    /// What was measured of whom: `fumehood`, `fuel`, `clock`, `python3`; `step` is what others add to.
    pub(crate) measured: Vec<(&'static str, Samples)>,
}

/// What measuring needs.
pub(crate) struct Bench<'a> {
    only: Option<String>,
    image: &'a ImageFlags,
    printer: &'a Printer,
    json: bool,
    /// The engine of the figures that are taken in one way of metering.
    pub(crate) engine: Engine,
    /// The program of `python3`, if there is one.
    pub(crate) python: Option<String>,
    figures: Vec<Figure>,
}

impl Bench<'_> {
    /// Whether any of these figures is asked for.
    pub(crate) fn wants(&self, keys: &[&str]) -> bool {
        self.only.as_ref().is_none_or(|only| keys.iter().any(|key| key.contains(only.as_str())))
    }

    /// Whether the figures are asked for whose keys begin like this, and no others.
    pub(crate) fn asks_for(&self, prefix: &str) -> bool {
        self.only.as_ref().is_some_and(|only| only.starts_with(prefix))
    }

    /// The engine that meters like this.
    pub(crate) fn metered(&self, metering: Metering) -> Result<Engine> {
        if self.engine.metering() == metering {
            return Ok(self.engine.clone());
        }
        self.image.engine_metered(metering, self.printer)
    }

    /// Takes a figure in, and shows it.
    pub(crate) fn add(
        &mut self,
        key: &'static str,
        what: &'static str,
        unit: &'static str,
        measured: Vec<(&'static str, Samples)>,
    ) -> Result<()> {
        if measured.is_empty() || !self.wants(&[key]) {
            return Ok(());
        }
        let figure = Figure { key, what, unit, measured };
        if !self.json {
            self.printer.line(&figure.line())?;
        }
        self.figures.push(figure);
        Ok(())
    }
}

impl Figure {
    fn line(&self) -> String {
        let shown = |(whom, samples): &(&str, Samples)| {
            format!("{whom} {} {}", measuring::short(samples.median()), self.unit)
        };
        let measured = self.measured.iter().map(shown).collect::<Vec<_>>().join(", ");
        format!("{:60} {measured}", self.what)
    }

    fn json(&self) -> Value {
        let mut measured = Map::new();
        for (whom, samples) in &self.measured {
            measured.insert((*whom).to_owned(), samples.json());
        }
        json!({ "what": self.what, "unit": self.unit, "measured": measured })
    }
}

/// Runs the benchmarks.
pub(crate) async fn bench(
    flags: BenchFlags,
    image: &ImageFlags,
    printer: &Printer,
) -> Result<Exit> {
    let engine = image.engine(printer)?;
    let metering = engine.metering();
    let mut bench = Bench {
        only: flags.only,
        image,
        printer,
        json: flags.json,
        engine,
        python: measuring::python(),
        figures: Vec::new(),
    };
    latency::measure(&mut bench).await?;
    sources::measure(&mut bench).await?;
    capacity::measure(&mut bench).await?;
    idle::measure(&mut bench).await?;
    states::measure(&mut bench).await?;
    agents::measure(&mut bench).await?;
    computing::measure(&mut bench).await?;
    if bench.figures.is_empty() {
        bail!("no figure has `{}` in its key", bench.only.unwrap_or_default());
    }
    if flags.json {
        let mut figures = Map::new();
        for figure in &bench.figures {
            figures.insert(figure.key.to_owned(), figure.json());
        }
        let machine = measuring::machine();
        let report = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "metering": metering.name(),
            "machine": machine,
            "figures": figures,
        });
        printer.line(&report.to_string())?;
    }
    Ok(Exit::Ok)
}
