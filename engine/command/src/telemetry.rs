//! Traces of agents, sent to a collector if the environment names one.
//!
//! The libraries make spans and know nothing of where they go. Here they are batched, on a thread of their own,
//! and sent by OTLP over HTTP with the variables that all programs with OpenTelemetry have. Without a collector
//! there is no subscriber, and spans are not even made.
//!
//! A run never waits for a collector. What could not be sent is said in a line when all is over.

mod sending;
mod shaping;

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{Protocol, RetryPolicy, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::FilterFn;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};

use self::sending::{Client, Counted, Losses};
use crate::printer::Printer;

/// How long a collector may take for a batch, if nothing else is said.
const BATCH: Duration = Duration::from_secs(10);

/// How long the command waits at its end for what was not sent yet.
const PATIENCE: Duration = Duration::from_secs(3);

/// Where spans go, if they go anywhere.
pub(crate) struct Telemetry(Option<Sent>);

struct Sent {
    provider: SdkTracerProvider,
    losses: Arc<Losses>,
}

impl Telemetry {
    /// Sends what is traced from here on to the collector that the environment names. What is wrong with the
    /// variables is said, and nothing is sent then: no run fails for it.
    pub(crate) fn of_environment(printer: &Printer) -> Telemetry {
        if !is_wanted() {
            return Telemetry(None);
        }
        match Sent::install() {
            Ok(sent) => Telemetry(Some(sent)),
            Err(error) => {
                printer.say(&format!("fumehood: no traces are sent: {error:#}"));
                Telemetry(None)
            }
        }
    }

    /// Sends what was not sent yet, if that takes no longer than it may.
    pub(crate) async fn finish(self, printer: &Printer) {
        let Some(Sent { provider, losses }) = self.0 else { return };
        let sent = tokio::task::spawn_blocking(move || provider.shutdown_with_timeout(PATIENCE));
        let in_time = matches!(sent.await, Ok(Ok(())));
        if let Some(lost) = losses.said(in_time) {
            printer.say(&format!("fumehood: {lost}"));
        }
    }
}

/// Whether spans are to hold what is said and done.
pub(crate) fn captures_content() -> bool {
    is_true("OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT")
}

impl Sent {
    fn install() -> Result<Sent> {
        let protocol = match of_traces("PROTOCOL").as_deref() {
            None | Some("http/protobuf") => Protocol::HttpBinary,
            Some("http/json") => Protocol::HttpJson,
            Some(other) => bail!("the protocol is http/protobuf or http/json, and not `{other}`"),
        };
        let timeout = match of_traces("TIMEOUT") {
            Some(given) => Duration::from_millis(given.parse().with_context(|| {
                format!("the timeout is a number of milliseconds, and not `{given}`")
            })?),
            None => BATCH,
        };
        let losses = Arc::new(Losses::default());
        let exporter = SpanExporter::builder()
            .with_http()
            .with_protocol(protocol)
            .with_http_client(Client::new(timeout, Arc::clone(&losses)))
            // A batch that waits to be sent again keeps the next one waiting, and the end of the run.
            .with_retry_policy(RetryPolicy::disabled())
            .build()
            .context("the variables OTEL_EXPORTER_OTLP_… cannot be used")?;
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(Counted::new(exporter, Arc::clone(&losses)))
            .with_resource(resource())
            .build();
        let layer = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("fumehood"))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_tracked_inactivity(false);
        // The HTTP client has spans as well, and would send them with itself.
        let ours = FilterFn::new(|metadata| metadata.target().starts_with("fumehood"))
            .with_max_level_hint(LevelFilter::INFO);
        let subscriber = tracing_subscriber::registry().with(layer.with_filter(ours));
        tracing::subscriber::set_global_default(subscriber)
            .context("somebody else has installed a subscriber")?;
        Ok(Sent { provider, losses })
    }
}

/// Who sends: `fumehood`, if the environment names nobody else.
fn resource() -> Resource {
    let named = variable("OTEL_SERVICE_NAME").is_some()
        || variable("OTEL_RESOURCE_ATTRIBUTES").is_some_and(|attributes| {
            attributes.split(',').any(|pair| pair.trim_start().starts_with("service.name="))
        });
    let resource = Resource::builder();
    match named {
        true => resource.build(),
        false => resource.with_service_name("fumehood").build(),
    }
}

fn is_wanted() -> bool {
    let exporter = variable("OTEL_TRACES_EXPORTER");
    let is_named = of_traces("ENDPOINT").is_some() || exporter.as_deref() == Some("otlp");
    is_named && !is_true("OTEL_SDK_DISABLED") && exporter.as_deref() != Some("none")
}

/// A variable of the exporter: the one for traces comes before the one for everything.
fn of_traces(name: &str) -> Option<String> {
    variable(&format!("OTEL_EXPORTER_OTLP_TRACES_{name}"))
        .or_else(|| variable(&format!("OTEL_EXPORTER_OTLP_{name}")))
}

fn is_true(name: &str) -> bool {
    variable(name).is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
}

/// A variable of the environment; an empty one is none.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
