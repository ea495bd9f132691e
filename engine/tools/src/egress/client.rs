//! The client.

use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::BytesMut;
use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use reqwest::{Certificate, Client, Method, redirect};
use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::credential::{HttpCredential, is_of_the_connection};
use super::error::{EgressConfigError, EgressError, Refusal};
use super::limits::{EgressLimits, Used};
use super::message::{HttpRequest, HttpResponse};
use super::report::{HttpReport, Listener, Reporting};
use super::resolve::{Checking, Resolver, SystemResolver, Unresolved};
use super::rule::{HttpRule, allowing, method};
use super::target::{Target, check_address};
use super::unpacking;

/// How long a connection is kept that nobody uses.
const IDLE: Duration = Duration::from_secs(30);
/// How many of those to a host.
const KEPT: usize = 2;

/// An HTTP client that reaches what it was allowed to reach, and nothing else.
///
/// A clone is the same client. What its users may use in all is counted for all clones together;
/// [`Egress::for_session`] begins to count anew.
///
/// # Examples
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use fumehood_tools::egress::{Egress, HttpRequest};
///
/// let egress = Egress::builder().allow("https://*.example.org".parse()?).build()?;
/// let answer = egress.fetch(HttpRequest::get("https://www.example.org/")).await?;
/// assert_eq!(answer.status, 200);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Egress {
    shared: Arc<Shared>,
    used: Arc<Mutex<Used>>,
}

struct Shared {
    rules: Vec<HttpRule>,
    credentials: Vec<HttpCredential>,
    limits: EgressLimits,
    listener: Option<Listener>,
    /// Connects to public addresses alone.
    outside: Client,
    /// Connects to private ones as well. No connection of the one is used by the other.
    inside: Client,
    places: Semaphore,
}

impl Egress {
    /// Begins the configuration of a client.
    pub fn builder() -> EgressBuilder {
        EgressBuilder {
            rules: Vec::new(),
            credentials: Vec::new(),
            limits: EgressLimits::default(),
            resolver: Arc::new(SystemResolver),
            authorities: Vec::new(),
            listener: None,
        }
    }

    /// The same client with totals of its own.
    #[must_use]
    pub fn for_session(&self) -> Egress {
        Egress { shared: Arc::clone(&self.shared), used: Arc::default() }
    }

    /// What is allowed.
    pub fn rules(&self) -> &[HttpRule] {
        &self.shared.rules
    }

    /// The limits.
    pub fn limits(&self) -> &EgressLimits {
        &self.shared.limits
    }

    /// Sends one request. An answer that is a redirect is an answer, and a body that is packed stays so.
    ///
    /// # Errors
    ///
    /// Any [`EgressError`] but `Redirects` and `Encoding`
    pub async fn send(&self, request: HttpRequest) -> Result<HttpResponse, EgressError> {
        let (mut deadline, time) = self.deadline(&request);
        let target = Target::of(&request.url);
        self.reported(request, target, &mut deadline, time).await
    }

    /// Sends a request, follows where it is sent on to, and unpacks what comes. Each redirect is checked as the
    /// request was. Headers that say who asks (`authorization`, `cookie`) do not go to another server.
    ///
    /// # Errors
    ///
    /// Any [`EgressError`]
    pub async fn fetch(&self, mut request: HttpRequest) -> Result<HttpResponse, EgressError> {
        let (mut deadline, time) = self.deadline(&request);
        if !has(&request.headers, ACCEPT_ENCODING.as_str()) {
            let accepted = unpacking::ACCEPTED.to_owned();
            request.headers.push((ACCEPT_ENCODING.to_string(), accepted));
        }
        let limits = &self.shared.limits;
        let mut target = Target::of(&request.url);
        for _ in 0..=limits.redirects {
            let from = target.as_ref().ok().cloned();
            let answer = self.reported(request.clone(), target, &mut deadline, time).await;
            let (mut answer, from) = match (answer, from) {
                (Ok(answer), Some(from)) => (answer, from),
                (Ok(answer), None) => return Ok(answer),
                (Err(error), _) => return Err(error),
            };
            let location = answer.header("location").map(str::to_owned);
            let (301 | 302 | 303 | 307 | 308, Some(location)) = (answer.status, location) else {
                unpacking::unpack(&mut answer, limits.unpacked_bytes)?;
                return Ok(answer);
            };
            target = from.redirected(&location);
            request.url = match &target {
                Ok(target) => target.url.to_string(),
                Err(_) => location,
            };
            let turned = match answer.status {
                303 => request.method != "HEAD",
                301 | 302 => request.method == "POST",
                _ => false,
            };
            if turned {
                request.method = Method::GET.to_string();
                request.body.clear();
                request
                    .headers
                    .retain(|(name, _)| !name.to_ascii_lowercase().starts_with("content-"));
            }
            if !target.as_ref().is_ok_and(|target| target.has_origin_of(&from)) {
                request.headers.retain(|(name, _)| !says_who_asks(name));
            }
        }
        Err(EgressError::Redirects { limit: limits.redirects })
    }

    fn deadline(&self, request: &HttpRequest) -> (Instant, Duration) {
        let limit = self.shared.limits.time;
        let time = request.time.map_or(limit, |time| time.min(limit));
        (Instant::now() + time, time)
    }

    /// Sends one request, and reports it.
    async fn reported(
        &self,
        request: HttpRequest,
        target: Result<Target, Refusal>,
        deadline: &mut Instant,
        time: Duration,
    ) -> Result<HttpResponse, EgressError> {
        let listener = self.shared.listener.as_ref();
        let mut reporting = Reporting::begin(listener, &request.method, &request.url);
        let sent = async {
            let target = target?;
            let host = target.host.clone();
            let sending = self.checked(request, target, &mut reporting);
            match tokio::time::timeout_at(*deadline, sending).await {
                Ok(answer) => answer,
                Err(_) => Err(EgressError::TimedOut { host, after: time }),
            }
        };
        let answer = sent.await;
        reporting.end(answer.as_ref().map(|answer| answer.status));
        answer
    }

    /// Sends one request, if everything about it is allowed.
    async fn checked(
        &self,
        request: HttpRequest,
        target: Target,
        reporting: &mut Reporting,
    ) -> Result<HttpResponse, EgressError> {
        let Shared { rules, credentials, limits, outside, inside, places, .. } = &*self.shared;
        let Some(method) = method(&request.method) else {
            let shown = request.method.chars().take(40).collect::<String>();
            let reason = format!("there is no method `{}`", shown.escape_debug());
            return Err(EgressError::Request { reason });
        };
        let rule = allowing(rules, &target, &method)?;
        let private = rule.is_private();
        if let Some(address) = target.address {
            check_address(&target.host, address, private)?;
        }
        let mut headers = self.headers(&request, &target)?;
        let added = credentials.iter().chain(&request.credentials);
        let added = added.filter(|credential| credential.is_for(&target, private));
        let added = added.collect::<Vec<_>>();
        let mut url = target.url.clone();
        for credential in &added {
            credential.add_to(&mut url, &mut headers);
            // What is packed could repeat the secret without being seen to.
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        }
        reporting.credential = !added.is_empty();
        let size = request.body.len() as u64;
        if size > limits.request_bytes {
            let limit = limits.request_bytes;
            return Err(EgressError::TooLarge { what: "the body of the request", limit });
        }
        self.used().request(size, limits)?;
        let _place = places.acquire().await.map_err(|error| broken(&target.host, error))?;

        let client = if private { inside } else { outside };
        let mut sending = client.request(method, url).headers(headers);
        if size > 0 {
            sending = sending.body(request.body);
        }
        reporting.sent = size;
        let mut response =
            sending.send().await.map_err(|error| self.failed(&target.host, error))?;
        if let Some(address) = response.remote_addr() {
            check_address(&target.host, address.ip(), private)?;
        }
        let mut answer = HttpResponse {
            url: target.url.to_string(),
            status: response.status().as_u16(),
            headers: received(response.headers(), limits)?,
            body: Default::default(),
        };
        let mut body = BytesMut::new();
        let too_large = || EgressError::TooLarge {
            what: "the body of the answer",
            limit: limits.response_bytes,
        };
        let is_head = request.method == "HEAD";
        if !is_head && response.content_length().is_some_and(|size| size > limits.response_bytes) {
            return Err(too_large());
        }
        while let Some(part) =
            response.chunk().await.map_err(|error| self.failed(&target.host, error))?
        {
            reporting.received += part.len() as u64;
            self.used().bytes(part.len() as u64, limits)?;
            if (body.len() + part.len()) as u64 > limits.response_bytes {
                return Err(too_large());
            }
            body.extend_from_slice(&part);
        }
        answer.body = body.freeze();
        for credential in added {
            credential.hide_in(&mut answer.body);
            for (_, value) in &mut answer.headers {
                credential.hide_in_text(value);
            }
        }
        Ok(answer)
    }

    /// The headers of a request that are its own to set.
    fn headers(&self, request: &HttpRequest, target: &Target) -> Result<HeaderMap, EgressError> {
        let limits = &self.shared.limits;
        if request.headers.len() > limits.headers {
            let reason = format!("it has more than {} headers", limits.headers);
            return Err(EgressError::Request { reason });
        }
        let mut headers = HeaderMap::with_capacity(request.headers.len());
        let mut size = 0;
        for (name, value) in &request.headers {
            size += name.len() + value.len();
            if size > limits.header_bytes {
                let limit = limits.header_bytes as u64;
                return Err(EgressError::TooLarge { what: "the headers of the request", limit });
            }
            let shown = name.chars().take(100).collect::<String>().escape_debug().to_string();
            let malformed = || EgressError::Request {
                reason: format!("the header `{shown}` is not well formed"),
            };
            let name = HeaderName::try_from(name.as_str()).map_err(|_| malformed())?;
            let bytes = value.chars().map(u8::try_from).collect::<Result<Vec<_>, _>>();
            let bytes = bytes.map_err(|_| malformed())?;
            let refuse = |reason| Refusal::Header { name: shown.clone(), reason };
            match name.as_str() {
                "host" if !value.eq_ignore_ascii_case(&target.authority()) => {
                    return Err(refuse("it names another host than the URL").into());
                }
                "transfer-encoding" | "upgrade" | "te" => {
                    return Err(refuse("the client says how the message is transmitted").into());
                }
                "content-length" if value.trim() != request.body.len().to_string() => {
                    return Err(refuse("it is not the length of the body").into());
                }
                "authorization" | "cookie" => {}
                _ if is_of_the_connection(&name) => continue,
                _ => {}
            }
            let value = HeaderValue::from_bytes(&bytes).map_err(|_| malformed())?;
            headers.append(name, value);
        }
        if !headers.contains_key(USER_AGENT) {
            headers.insert(USER_AGENT, HeaderValue::from_static("fumehood"));
        }
        Ok(headers)
    }

    fn used(&self) -> std::sync::MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What went wrong, found among what the client's error was caused by.
    fn failed(&self, host: &str, error: reqwest::Error) -> EgressError {
        let host = host.to_owned();
        let mut cause: Option<&(dyn Error + 'static)> = Some(&error);
        while let Some(error) = cause {
            if let Some(unresolved) = error.downcast_ref::<Unresolved>() {
                return match unresolved.clone() {
                    Unresolved::Refused(refusal) => refusal.into(),
                    Unresolved::Failed(reason) => EgressError::Resolve { host, reason },
                };
            }
            if let Some(tls) = error.downcast_ref::<rustls::Error>() {
                let certificate = matches!(tls, rustls::Error::InvalidCertificate(_));
                return EgressError::Tls { host, reason: tls.to_string(), certificate };
            }
            // What an error of input and output holds is not its source.
            let held = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
            cause = match held {
                Some(held) => Some(held),
                None => error.source(),
            };
        }
        if error.is_timeout() {
            return EgressError::TimedOut { host, after: self.shared.limits.connect };
        }
        let connecting = error.is_connect();
        let source = Box::new(error.without_url());
        match connecting {
            true => EgressError::Connect { host, source },
            false => EgressError::Broken { host, source },
        }
    }
}

fn broken(host: &str, error: impl Error + Send + Sync + 'static) -> EgressError {
    EgressError::Broken { host: host.to_owned(), source: Box::new(error) }
}

fn has(headers: &[(String, String)], name: &str) -> bool {
    headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name))
}

/// Headers that are meant for the server they were set for.
fn says_who_asks(name: &str) -> bool {
    const NAMES: [&str; 6] = [
        "authorization",
        "cookie",
        "cookie2",
        "proxy-authorization",
        "www-authenticate",
        "x-api-key",
    ];
    NAMES.iter().any(|other| name.eq_ignore_ascii_case(other))
}

/// The headers of an answer, without those about the connection.
fn received(
    headers: &HeaderMap,
    limits: &EgressLimits,
) -> Result<Vec<(String, String)>, EgressError> {
    let limit = limits.header_bytes as u64;
    let what = "the header of the answer";
    let size = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>();
    if headers.len() > limits.headers || size > limits.header_bytes {
        return Err(EgressError::TooLarge { what, limit });
    }
    let kept = headers
        .iter()
        .filter(|(name, _)| name.as_str() == "content-length" || !is_of_the_connection(name));
    let text =
        |value: &HeaderValue| value.as_bytes().iter().map(|byte| char::from(*byte)).collect();
    Ok(kept.map(|(name, value)| (name.as_str().to_owned(), text(value))).collect())
}

impl fmt::Debug for Egress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Egress")
            .field("rules", &self.shared.rules)
            .field("credentials", &self.shared.credentials)
            .field("limits", &self.shared.limits)
            .finish_non_exhaustive()
    }
}

/// The configuration of a client; see [`Egress::builder`].
///
/// # Defaults
///
/// * nothing is allowed
/// * no credentials
/// * the limits of [`EgressLimits::default`]
/// * names are looked up as the system does
/// * servers prove who they are to the authorities that the system trusts
/// * nobody is told of requests
///
/// There is nothing that the environment can say: no proxies. Cookies are for whoever makes a request to keep.
#[must_use]
pub struct EgressBuilder {
    rules: Vec<HttpRule>,
    credentials: Vec<HttpCredential>,
    limits: EgressLimits,
    resolver: Arc<dyn Resolver>,
    authorities: Vec<u8>,
    listener: Option<Listener>,
}

impl EgressBuilder {
    /// Allows what a rule says.
    pub fn allow(mut self, rule: HttpRule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Adds a credential to requests to its host. It allows nothing.
    pub fn credential(mut self, credential: HttpCredential) -> Self {
        self.credentials.push(credential);
        self
    }

    /// Sets the limits. The default is [`EgressLimits::default`].
    pub fn limits(mut self, limits: EgressLimits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets who looks names up. The default is [`SystemResolver`].
    pub fn resolver(mut self, resolver: impl Resolver) -> Self {
        self.resolver = Arc::new(resolver);
        self
    }

    /// Trusts these authorities as well: certificates in PEM.
    pub fn authorities(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.authorities.extend_from_slice(pem.as_ref());
        self.authorities.push(b'\n');
        self
    }

    /// Has a function told of each request when it is over, allowed or refused.
    pub fn listener(mut self, listener: impl Fn(&HttpReport<'_>) + Send + Sync + 'static) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    ///
    /// [`EgressConfigError::Tls`]
    pub fn build(self) -> Result<Egress, EgressConfigError> {
        // Whoever embeds this may have chosen another provider before; then that one is used.
        rustls::crypto::ring::default_provider().install_default().ok();
        let EgressBuilder { rules, credentials, limits, resolver, authorities, listener } = self;
        let tls = |error: reqwest::Error| EgressConfigError::Tls { reason: error.to_string() };
        let authorities = match authorities.is_empty() {
            true => Vec::new(),
            false => Certificate::from_pem_bundle(&authorities).map_err(tls)?,
        };
        let client = |private| {
            Client::builder()
                .no_proxy()
                .redirect(redirect::Policy::none())
                .referer(false)
                .retry(reqwest::retry::never())
                .connect_timeout(limits.connect)
                .dns_resolver(Arc::new(Checking { resolver: Arc::clone(&resolver), private }))
                .http1_max_headers(limits.headers)
                .http2_max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
                .pool_idle_timeout(IDLE)
                .pool_max_idle_per_host(KEPT)
                .tls_certs_merge(authorities.clone())
                .build()
                .map_err(tls)
        };
        let (outside, inside) = (client(false)?, client(true)?);
        let places = Semaphore::new(limits.concurrent.clamp(1, Semaphore::MAX_PERMITS));
        let shared = Shared { rules, credentials, limits, listener, outside, inside, places };
        Ok(Egress { shared: Arc::new(shared), used: Arc::default() })
    }
}

impl fmt::Debug for EgressBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EgressBuilder").field("rules", &self.rules).finish_non_exhaustive()
    }
}
