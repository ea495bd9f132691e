//! Models behind HTTP.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::Url;
use reqwest::header::{CONTENT_ENCODING, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use crate::error::{ModelError, Refusal};
use crate::model::{Capabilities, Delta, Description, Listener, Model, ModelFuture};
use crate::providers::{Environment, KeyHeader, Provider, ProviderError, address};
use crate::reply::Reply;
use crate::request::Request;
use crate::wire::{REFUSAL_BYTES, Reading, ReplyLimits, Secrets, Settings, Wire, accepts_stop};

/// How long is waited for what a reply has cost, once it is complete.
const COST: Duration = Duration::from_secs(30);

/// How long is waited for a server.
///
/// # Defaults
///
/// * 20 seconds for a connection
/// * 10 minutes without a byte: models that think first say nothing for minutes
/// * 1 hour for a reply
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// Without a byte from the server.
    pub idle: Duration,
    /// For the whole of a reply.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Timeouts {
        Timeouts {
            connect: Duration::from_secs(20),
            idle: Duration::from_secs(600),
            total: Duration::from_secs(3600),
        }
    }
}

impl Timeouts {
    /// Sets how long is waited without a byte from the server. The default is 10 minutes.
    #[must_use]
    pub fn with_idle(mut self, idle: Duration) -> Timeouts {
        self.idle = idle;
        self
    }

    /// Sets how long a whole reply can take. The default is 1 hour.
    #[must_use]
    pub fn with_total(mut self, total: Duration) -> Timeouts {
        self.total = total;
        self
    }
}

/// A model behind an HTTP API.
///
/// # Defaults
///
/// * no key
/// * the [`Timeouts`] and [`ReplyLimits`] that are theirs by default
/// * whatever proxy the environment says; no redirects, which would take the key elsewhere
/// * no retries: see [`Retry`](crate::Retry)
/// * no spans: see [`Traced`](crate::Traced)
///
/// # Examples
///
/// ```
/// use fumehood_model::{ApiModel, Wire};
///
/// // By name, with the key from the environment.
/// let model = ApiModel::named("ollama:llama3.3", &|name| std::env::var(name).ok())?;
///
/// // At any address.
/// let model = ApiModel::at(Wire::OpenAi, "https://llm.example.com/v1", "some-model")?
///     .with_key("not shown anywhere")?;
/// # Ok::<(), fumehood_model::ProviderError>(())
/// ```
pub struct ApiModel {
    settings: Settings,
    base: Url,
    key_header: KeyHeader,
    headers: HeaderMap,
    timeouts: Timeouts,
    client: reqwest::Client,
    /// The server has refused stop sequences before.
    refuses_stop: AtomicBool,
}

impl ApiModel {
    /// The model that a name such as `openai:gpt-4o` or `anthropic/claude-sonnet-4-5` means, at the address
    /// and with the key that the environment or the table of [`providers`](crate::providers) says.
    ///
    /// # Errors
    ///
    /// * [`ProviderError::Unknown`] if the name does not begin with a provider
    /// * [`ProviderError::BaseNeeded`], [`ProviderError::KeyNeeded`] if the environment lacks something
    pub fn named(name: &str, environment: &Environment<'_>) -> Result<ApiModel, ProviderError> {
        let (provider, id) = Provider::of_model(name)
            .ok_or_else(|| ProviderError::Unknown { name: name.to_owned() })?;
        provider.model(id, None, None, environment)
    }

    /// The model named `id` of a provider, at another address than the provider's own.
    ///
    /// # Errors
    ///
    /// [`ProviderError::Base`]
    pub fn of(provider: &Provider, base: &str, id: &str) -> Result<ApiModel, ProviderError> {
        // Whoever embeds this may have chosen another provider before; then that one is used.
        rustls::crypto::ring::default_provider().install_default().ok();
        let timeouts = Timeouts::default();
        let mut headers = HeaderMap::new();
        if provider.wire == Wire::Anthropic {
            headers.insert("anthropic-version", HeaderValue::from_static("2023-06-01"));
        }
        Ok(ApiModel {
            settings: Settings {
                wire: provider.wire,
                model: id.to_owned(),
                provider: provider.name.to_owned(),
                capabilities: Capabilities {
                    stop: provider.wire != Wire::OpenAi || accepts_stop(id),
                    schema: provider.schema,
                    ..Capabilities::default()
                },
                dialect: provider.dialect,
                extra: Map::new(),
                limits: ReplyLimits::default(),
                secrets: Secrets::default(),
            },
            base: address(base)?,
            key_header: provider.key_header,
            headers,
            timeouts,
            client: client(timeouts.connect)?,
            refuses_stop: AtomicBool::new(false),
        })
    }

    /// The model named `id` at any server that speaks `wire`. Its provider is the name of the server.
    ///
    /// # Errors
    ///
    /// [`ProviderError::Base`]
    pub fn at(wire: Wire, base: &str, id: &str) -> Result<ApiModel, ProviderError> {
        let mut model = ApiModel::of(&Provider::unknown(wire), base, id)?;
        model.settings.provider =
            model.base.authority().rsplit('@').next().unwrap_or("").to_owned();
        Ok(model)
    }

    /// Sets the key that the server wants. It is sent to the server and shown nowhere.
    ///
    /// # Errors
    ///
    /// [`ProviderError::Header`] if no header can hold it
    pub fn with_key(self, key: impl Into<SecretString>) -> Result<ApiModel, ProviderError> {
        let key = key.into();
        // Keys that come out of files end with a line break.
        let key = SecretString::from(key.expose_secret().trim());
        let KeyHeader { name, prefix } = self.key_header;
        let mut model = self.header(name, &format!("{prefix}{}", key.expose_secret()))?;
        model.settings.secrets.add(key);
        Ok(model)
    }

    /// Sets a header of the requests. Its value is treated as a secret.
    ///
    /// # Errors
    ///
    /// [`ProviderError::Header`] if there is no such header
    pub fn with_header(
        self,
        name: &str,
        value: impl Into<SecretString>,
    ) -> Result<ApiModel, ProviderError> {
        let value = value.into();
        let mut model = self.header(name, value.expose_secret())?;
        model.settings.secrets.add(value);
        Ok(model)
    }

    fn header(mut self, name: &str, value: &str) -> Result<ApiModel, ProviderError> {
        let wrong = || ProviderError::Header { name: name.to_owned() };
        let field = HeaderName::try_from(name).map_err(|_| wrong())?;
        let mut value = HeaderValue::from_str(value).map_err(|_| wrong())?;
        value.set_sensitive(true);
        self.headers.insert(field, value);
        Ok(self)
    }

    /// Changes a field of the body of all requests, as [`Request::with_extra`] does for one, which counts
    /// more.
    ///
    /// # Examples
    ///
    /// ```
    /// use fumehood_model::ApiModel;
    /// use serde_json::json;
    ///
    /// let thinking = json!({"type": "enabled", "budget_tokens": 4000});
    /// let model = ApiModel::named("anthropic:claude-sonnet-4-5", &|_| Some("a key".to_owned()))?
    ///     .with_extra("thinking", thinking)
    ///     .with_extra("max_tokens", json!(16_000));
    /// # Ok::<(), fumehood_model::ProviderError>(())
    /// ```
    #[must_use]
    pub fn with_extra(mut self, field: impl Into<String>, value: Value) -> ApiModel {
        self.settings.extra.insert(field.into(), value);
        self
    }

    /// Says what the model can do. The default is everything but what the provider, or a model of that
    /// name, is known to lack.
    #[must_use]
    pub fn with_capabilities(mut self, capabilities: Capabilities) -> ApiModel {
        self.settings.capabilities = capabilities;
        self
    }

    /// Sets how long is waited for the server.
    ///
    /// # Errors
    ///
    /// [`ProviderError::Client`]
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Result<ApiModel, ProviderError> {
        self.client = client(timeouts.connect)?;
        self.timeouts = timeouts;
        Ok(self)
    }

    /// Sets how much is taken of a reply.
    #[must_use]
    pub fn with_limits(mut self, limits: ReplyLimits) -> ApiModel {
        self.settings.limits = limits;
        self
    }

    async fn reply(&self, request: &Request, listener: &Listener<'_>) -> Result<Reply, ModelError> {
        let stop = self.settings.capabilities.stop && !self.refuses_stop.load(Ordering::Relaxed);
        let error = match self.attempt(request, stop, listener).await {
            Err(ModelError::Refused(refusal))
                if stop && !request.stop.is_empty() && names_stop(&refusal) =>
            {
                ModelError::Refused(refusal)
            }
            done => return done,
        };
        listener(Delta::Restarted { error: &error, wait: Duration::ZERO });
        let reply = self.attempt(request, false, listener).await;
        if reply.is_ok() {
            self.refuses_stop.store(true, Ordering::Relaxed);
        }
        reply
    }

    /// One request and its reply. `stop` says whether the server is told the stop sequences.
    async fn attempt(
        &self,
        request: &Request,
        stop: bool,
        listener: &Listener<'_>,
    ) -> Result<Reply, ModelError> {
        let body = self.settings.body(request, stop)?;
        let total = self.timeouts.total;
        let read = async {
            let response = self.send(&body).await?;
            self.read(response, request, listener).await
        };
        match tokio::time::timeout(total, read).await {
            Ok(reply) => reply,
            Err(_) => Err(ModelError::Timeout { waited: total, total: true }),
        }
    }

    async fn send(&self, body: &Value) -> Result<reqwest::Response, ModelError> {
        let url = self.settings.url(&self.base);
        let sending = self.client.post(url).headers(self.headers.clone()).json(body).send();
        let response = self.in_time(sending, self.timeouts.idle).await?.map_err(connection)?;
        let status = response.status();
        if status.is_success() {
            // No encoding was asked for.
            return match response.headers().get(CONTENT_ENCODING) {
                Some(encoding) if encoding != "identity" => {
                    let encoding = String::from_utf8_lossy(encoding.as_bytes()).into_owned();
                    let encoding = self.settings.secrets.hide(&encoding);
                    let what = format!("a body encoded with {encoding:?}, unasked");
                    Err(ModelError::Protocol(what))
                }
                _ => Ok(response),
            };
        }
        let headers = response.headers().clone();
        let mut body = Vec::new();
        let mut bytes = response.bytes_stream();
        // What cannot be read of a refusal is not needed.
        while let Ok(Some(Ok(piece))) = self.in_time(bytes.next(), self.timeouts.idle).await {
            let room = REFUSAL_BYTES - body.len();
            body.extend_from_slice(&piece[..piece.len().min(room)]);
            if body.len() == REFUSAL_BYTES {
                break;
            }
        }
        Err(self.settings.refusal(status.as_u16(), &headers, &body).into())
    }

    async fn read(
        &self,
        response: reqwest::Response,
        request: &Request,
        listener: &Listener<'_>,
    ) -> Result<Reply, ModelError> {
        let mut reading = Reading::new(&self.settings, &request.stop, listener);
        let mut bytes = response.bytes_stream();
        loop {
            let complete = reading.is_finished();
            let patience = if complete { COST.min(self.timeouts.idle) } else { self.timeouts.idle };
            match self.in_time(bytes.next(), patience).await {
                Ok(Some(Ok(piece))) => {
                    if reading.piece(&piece)? {
                        return reading.finish();
                    }
                }
                // What a complete reply has cost is welcome, and no more than that.
                Ok(None) => return reading.finish(),
                Ok(Some(Err(_))) | Err(_) if complete => return reading.finish(),
                Ok(Some(Err(error))) => {
                    let received = reading.text_bytes();
                    let source = Some(error.without_url().into());
                    return Err(ModelError::Cut { received, source });
                }
                Err(error) => return Err(error),
            }
        }
    }

    async fn in_time<T>(
        &self,
        future: impl Future<Output = T>,
        patience: Duration,
    ) -> Result<T, ModelError> {
        let waited = tokio::time::timeout(patience, future).await;
        waited.map_err(|_| ModelError::Timeout { waited: patience, total: false })
    }
}

impl Model for ApiModel {
    fn description(&self) -> Description {
        let Settings { model, provider, capabilities, .. } = &self.settings;
        Description { id: model.clone(), provider: provider.clone(), capabilities: *capabilities }
    }

    fn generate<'a>(&'a self, request: &'a Request, listener: &'a Listener<'a>) -> ModelFuture<'a> {
        Box::pin(self.reply(request, listener))
    }
}

impl fmt::Debug for ApiModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The rest of the address can hold a password or a key.
        let base = format_args!("{}{}", self.base.host_str().unwrap_or(""), self.base.path());
        f.debug_struct("ApiModel")
            .field("provider", &self.settings.provider)
            .field("model", &self.settings.model)
            .field("base", &base)
            .finish_non_exhaustive()
    }
}

fn client(connect: Duration) -> Result<reqwest::Client, ProviderError> {
    let client = reqwest::Client::builder()
        .connect_timeout(connect)
        .redirect(reqwest::redirect::Policy::none())
        .build();
    client.map_err(|error| ProviderError::Client(error.into()))
}

fn connection(error: reqwest::Error) -> ModelError {
    // The URL may hold a key; the causes say enough.
    ModelError::Connection(error.without_url().into())
}

/// Whether a server refuses to be given stop sequences.
fn names_stop(refusal: &Refusal) -> bool {
    let names = ["stop", "stop_sequences", "stopSequences"];
    let mut words = refusal.body.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    matches!(refusal.status, 400 | 422) && words.any(|word| names.contains(&word))
}
