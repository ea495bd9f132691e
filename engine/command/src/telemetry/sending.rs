//! Sending spans, and counting those that could not be sent.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use opentelemetry_http::{Bytes, HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::SpanExporter as Otlp;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SpanData, SpanExporter};
use tokio::runtime::Handle;

use super::shaping;

/// Bytes of an answer that are read: collectors say hardly anything.
const ANSWER: usize = 64 * 1024;

/// What could not be sent.
#[derive(Debug, Default)]
pub(super) struct Losses {
    spans: AtomicUsize,
    /// Spans that are on their way.
    under_way: AtomicUsize,
    reason: Mutex<Option<String>>,
}

impl Losses {
    /// A line about it, if there is something to say. What is still under way is lost if time is up.
    pub(super) fn said(&self, in_time: bool) -> Option<String> {
        let under_way = self.under_way.load(Ordering::Acquire);
        let lost = self.spans.load(Ordering::Acquire) + under_way;
        let reason = self.reason().take();
        let reason = match (reason, in_time) {
            (Some(reason), _) => reason,
            (None, false) => "the collector is too slow".to_owned(),
            (None, true) if lost == 0 => return None,
            (None, true) => "the collector did not take them".to_owned(),
        };
        match lost {
            0 => Some(format!("some spans were not sent: {reason}")),
            1 => Some(format!("1 span was not sent: {reason}")),
            lost => Some(format!("{lost} spans were not sent: {reason}")),
        }
    }

    fn because(&self, reason: String) {
        *self.reason() = Some(reason);
    }

    fn reason(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        // Nothing panics while it is held.
        self.reason.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The exporter, which is given spans as the conventions have them.
#[derive(Debug)]
pub(super) struct Counted {
    exporter: Otlp,
    losses: Arc<Losses>,
}

impl Counted {
    pub(super) fn new(exporter: Otlp, losses: Arc<Losses>) -> Counted {
        Counted { exporter, losses }
    }
}

impl SpanExporter for Counted {
    async fn export(&self, mut batch: Vec<SpanData>) -> OTelSdkResult {
        let count = batch.len();
        batch.iter_mut().for_each(|span| shaping::shape(&mut span.attributes));
        self.losses.under_way.fetch_add(count, Ordering::AcqRel);
        let sent = self.exporter.export(batch).await;
        if sent.is_err() {
            self.losses.spans.fetch_add(count, Ordering::AcqRel);
        }
        self.losses.under_way.fetch_sub(count, Ordering::AcqRel);
        sent
    }

    fn shutdown_with_timeout(&self, timeout: Duration) -> OTelSdkResult {
        self.exporter.shutdown_with_timeout(timeout)
    }

    fn set_resource(&mut self, resource: &Resource) {
        self.exporter.set_resource(resource);
    }
}

/// The client that models are asked with, sending for a thread that is none of the runtime's. It is made when it
/// is first needed: reading the system's certificates takes time.
#[derive(Debug)]
pub(super) struct Client {
    client: Arc<OnceLock<reqwest::Client>>,
    /// How long the collector may take for a batch.
    timeout: Duration,
    runtime: Handle,
    losses: Arc<Losses>,
}

impl Client {
    /// A client that sends in the runtime of whoever calls this.
    pub(super) fn new(timeout: Duration, losses: Arc<Losses>) -> Client {
        Client { client: Arc::default(), timeout, runtime: Handle::current(), losses }
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (client, timeout) = (Arc::clone(&self.client), self.timeout);
        let sending = self.runtime.spawn(async move {
            match tokio::time::timeout(timeout, send(&client, request)).await {
                Ok(answered) => answered,
                Err(_) => Err(format!("the collector has not answered for {timeout:?}").into()),
            }
        });
        let answered = sending.await.unwrap_or_else(|error| Err(error.into()));
        match &answered {
            Ok(response) if response.status().is_success() => {}
            Ok(response) => {
                self.losses.because(format!("the collector answered {}", response.status()));
            }
            Err(error) => self.losses.because(error.to_string()),
        }
        answered
    }
}

async fn send(
    client: &OnceLock<reqwest::Client>,
    request: Request<Bytes>,
) -> Result<Response<Bytes>, HttpError> {
    let client = match client.get() {
        Some(client) => client,
        None => {
            // Whoever has chosen another provider before has done so for a model; that one is used.
            rustls::crypto::ring::default_provider().install_default().ok();
            let made = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
            let made = made.build().map_err(unreached)?;
            client.get_or_init(|| made)
        }
    };
    let request = request.try_into().map_err(unreached)?;
    let mut response = client.execute(request).await.map_err(unreached)?;
    let mut answer = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(unreached)? {
        if answer.len() + piece.len() > ANSWER {
            return Err("the collector says too much".into());
        }
        answer.extend_from_slice(&piece);
    }
    let mut whole = Response::new(Bytes::from(answer));
    *whole.status_mut() = response.status();
    Ok(whole)
}

/// Why a collector was not reached. The address is left out, as it can hold a password.
fn unreached(error: reqwest::Error) -> HttpError {
    let error = error.without_url();
    let mut innermost: &dyn std::error::Error = &error;
    while let Some(cause) = innermost.source() {
        innermost = cause;
    }
    format!("the collector cannot be reached ({innermost})").into()
}
