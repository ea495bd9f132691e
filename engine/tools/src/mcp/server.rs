//! A server: how it is started, started again, and asked.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use fumehood::{CallContext, ToolError};
use rmcp::model::{
    CancelledNotificationParam, ClientRequest, ErrorCode, InputRequiredResult, InputResponses,
    ListToolsRequest, PaginatedRequestParams, ProgressToken, ProtocolVersion, RequestId,
    ServerResult, Tool,
};
use rmcp::service::{
    ClientInitializeError, ClientLifecycleMode, ClientServiceExt as _, PeerRequestOptions,
    RunningService, ServiceError,
};
use rmcp::{Peer, RoleClient};
use tokio::sync::{Mutex, mpsc};
use tokio::time::Instant;

use super::McpSettings;
use super::config::{Reach, ServerConfig};
use super::error::McpError;
use super::handler::{Calls, Handler, Known, Progress};
use super::host::Notice;
use super::http;
use super::lines::{Fate, Lines};
use super::program::{self, Complaint};
use crate::texts;

/// Bytes of what went wrong that are told.
const REASON_BYTES: usize = 2000;
/// Pages of a list that are asked for.
const PAGES: usize = 100;
/// How often a list is asked for again because it changed in the meantime.
const LISTINGS: usize = 5;
/// How long a call waits for a server that may not be started again yet.
const PATIENCE: Duration = Duration::from_secs(2);
/// How long is waited before a server that has ended is started again: at first, and at most.
const PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);
/// Steps of progress that were not passed on yet.
const PROGRESS: usize = 16;

/// A server that was configured, whether or not it runs at the moment.
pub(super) struct Server {
    config: ServerConfig,
    settings: Arc<McpSettings>,
    known: Arc<Known>,
    state: Mutex<State>,
    /// How often it has ended without having answered anything in between.
    failures: AtomicU32,
}

#[derive(Default)]
struct State {
    link: Option<Arc<Link>>,
    /// It is not started before.
    not_before: Option<Instant>,
    is_closed: bool,
}

/// A connection to a server that runs.
pub(super) struct Link {
    service: RunningService<RoleClient, Handler>,
    calls: Arc<Calls>,
    fate: Fate,
    complaint: Complaint,
    /// Something could not be sent: a server behind HTTP may have forgotten who asks.
    is_broken: AtomicBool,
}

/// What a server has.
pub(super) struct Offer {
    pub(super) tools: Vec<Tool>,
    pub(super) resources: bool,
    pub(super) prompts: bool,
}

impl Link {
    fn peer(&self) -> &Peer<RoleClient> {
        self.service.peer()
    }

    fn is_open(&self) -> bool {
        !self.peer().is_transport_closed() && !self.is_broken.load(Ordering::Relaxed)
    }

    /// Why it has ended, with what the program wrote last.
    fn fate(&self) -> String {
        let fate = self.fate.told().unwrap_or_else(|| "the connection was lost".to_owned());
        with_complaint(fate, &self.complaint)
    }
}

fn with_complaint(reason: String, complaint: &Complaint) -> String {
    match complaint.told() {
        Some(complaint) => format!("{reason}; it wrote:\n{complaint}"),
        None => reason,
    }
}

impl Server {
    /// Starts a server and asks what it has.
    pub(super) async fn start(
        config: ServerConfig,
        settings: Arc<McpSettings>,
    ) -> Result<(Arc<Server>, Offer), McpError> {
        let server = Arc::new(Server {
            config,
            settings,
            known: Arc::default(),
            state: Mutex::default(),
            failures: AtomicU32::new(0),
        });
        let failed = |reason: String| McpError::Start { server: server.name().to_owned(), reason };
        let offer = server.first_offer().await.map_err(failed)?;
        server.known.changes.store(0, Ordering::Relaxed);
        server.known.is_declared.store(true, Ordering::Relaxed);
        Ok((server, offer))
    }

    pub(super) fn name(&self) -> &str {
        &self.config.name
    }

    pub(super) fn config(&self) -> &ServerConfig {
        &self.config
    }

    /// How many of its tools are taken.
    pub(super) fn tools_at_most(&self) -> usize {
        self.settings.tools
    }

    /// Whether it has said that it has other tools than those that are declared.
    pub(super) fn has_changed(&self) -> bool {
        self.known.changes.load(Ordering::Relaxed) > 0
    }

    async fn first_offer(&self) -> Result<Offer, String> {
        let end = Instant::now() + self.settings.start_time;
        let late = || format!("it has not started within {:?}", self.settings.start_time);
        let link = tokio::time::timeout_at(end, self.connect()).await.map_err(|_| late())??;
        let link = Arc::new(link);
        let offer = tokio::time::timeout_at(end, self.offer(&link)).await;
        let offer = offer.map_err(|_| with_complaint(late(), &link.complaint))?;
        let offer = match offer {
            Ok(offer) => offer,
            Err(error) => return Err(format!("it does not say what it has: {error}")),
        };
        self.state.lock().await.link = Some(link);
        Ok(offer)
    }

    async fn offer(&self, link: &Arc<Link>) -> Result<Offer, ToolError> {
        let capabilities = link.peer().peer_info().map(|info| info.capabilities.clone());
        let capabilities = capabilities.unwrap_or_default();
        let mut tools = Vec::new();
        if capabilities.tools.is_some() {
            // A server may find out what it has when it is told who asks.
            for _ in 0..LISTINGS {
                let before = self.known.changes.load(Ordering::Relaxed);
                tools = self.list_tools(link).await?;
                if self.known.changes.load(Ordering::Relaxed) == before {
                    break;
                }
            }
        }
        Ok(Offer {
            tools,
            resources: capabilities.resources.is_some(),
            prompts: capabilities.prompts.is_some(),
        })
    }

    async fn list_tools(&self, link: &Arc<Link>) -> Result<Vec<Tool>, ToolError> {
        let mut tools = Vec::new();
        let mut cursor = None;
        for _ in 0..PAGES {
            let page = PaginatedRequestParams::default().with_cursor(cursor);
            let request = ClientRequest::ListToolsRequest(ListToolsRequest::with_param(page));
            let ServerResult::ListToolsResult(page) =
                self.ask_over(link, request, &CallContext::default()).await?
            else {
                return Err(self.unexpected());
            };
            tools.extend(page.tools);
            cursor = page.next_cursor;
            // One more than is taken is enough to tell that there are more.
            if cursor.is_none() || tools.len() > self.settings.tools {
                return Ok(tools);
            }
        }
        Err(self.error(format!("its list of tools has more than {PAGES} pages")))
    }

    /// Asks, and answers what the server wants to know before it answers itself: `again` makes the request that
    /// has these answers.
    pub(super) async fn ask(
        &self,
        mut request: ClientRequest,
        again: impl Fn(Option<InputResponses>, Option<String>) -> ClientRequest,
        context: &CallContext,
    ) -> Result<ServerResult, ToolError> {
        let rounds = rmcp::model::DEFAULT_MRTR_MAX_ROUNDS;
        let asking = async {
            let link = self.link().await?;
            for _ in 0..rounds {
                match self.ask_over(&link, request, context).await? {
                    ServerResult::InputRequiredResult(required) => {
                        let InputRequiredResult { input_requests, request_state, .. } = required;
                        let mut answers = InputResponses::new();
                        for (key, asked) in input_requests.unwrap_or_default() {
                            let answer = link.service.service().input(asked).await;
                            let answer = answer.map_err(|error| self.error(&*error.message))?;
                            answers.insert(key, answer);
                        }
                        let answers = (!answers.is_empty()).then_some(answers);
                        if answers.is_none() && request_state.is_none() {
                            return Err(self.unexpected());
                        }
                        request = again(answers, request_state);
                    }
                    result => {
                        self.failures.store(0, Ordering::Relaxed);
                        return Ok(result);
                    }
                }
            }
            Err(self.error(format!("it still asks after {rounds} answers")))
        };
        match tokio::time::timeout(self.settings.call_time, asking).await {
            Ok(answered) => answered,
            Err(_) => {
                Err(self.error(format!("it has not answered within {:?}", self.settings.call_time)))
            }
        }
    }

    /// Asks over a connection. If the future is dropped, the server is told that nobody waits any more.
    async fn ask_over(
        &self,
        link: &Arc<Link>,
        request: ClientRequest,
        context: &CallContext,
    ) -> Result<ServerResult, ToolError> {
        let (sender, mut told) = mpsc::channel(PROGRESS);
        let mut handle = {
            let _sending = link.calls.sending.lock().await;
            let options = PeerRequestOptions::no_options();
            let handle = link.peer().send_cancellable_request(request, options).await;
            let handle = handle.map_err(|error| self.failed(link, error))?;
            link.calls.begin(handle.progress_token.clone(), sender, context.clone());
            handle
        };
        let mut waiting =
            Waiting { link, token: handle.progress_token.clone(), id: Some(handle.id.clone()) };
        loop {
            tokio::select! {
                answer = &mut handle.rx => {
                    waiting.id = None;
                    let answer = answer.unwrap_or(Err(ServiceError::TransportClosed));
                    return answer.map_err(|error| self.failed(link, error));
                }
                Some(Progress { message, share }) = told.recv() => context.progress(&message, share),
            }
        }
    }

    /// What comes of a question that was not answered.
    fn failed(&self, link: &Link, error: ServiceError) -> ToolError {
        match error {
            ServiceError::McpError(error) => {
                let message = texts::cleaned(&error.message, REASON_BYTES);
                match error.code {
                    ErrorCode::INVALID_PARAMS => ToolError::about_arguments(message),
                    _ => self.error(message),
                }
            }
            ServiceError::TransportClosed => self.error(format!(
                "it ended before it answered, and is not asked again: {}",
                link.fate()
            )),
            ServiceError::TransportSend(error) => {
                // The causes say what the error does not.
                let mut causes = Vec::new();
                let mut cause = Some(error.error.as_ref() as &dyn std::error::Error);
                while let Some(error) = cause {
                    causes.push(error.to_string());
                    cause = error.source();
                }
                causes.dedup();
                let reason = format!("it cannot be reached: {}", causes.join(": "));
                link.fate.seal(&*reason);
                link.is_broken.store(true, Ordering::Relaxed);
                self.error(reason)
            }
            error => self.error(error),
        }
    }

    /// An error that names the server.
    pub(super) fn error(&self, reason: impl Display) -> ToolError {
        let reason = texts::cleaned(&reason.to_string(), REASON_BYTES);
        ToolError::new(format!("MCP server `{}`: {reason}", self.name()))
    }

    pub(super) fn unexpected(&self) -> ToolError {
        self.error("its answer is none to what it was asked")
    }

    /// The connection, which is made anew if there is none.
    async fn link(&self) -> Result<Arc<Link>, ToolError> {
        let mut state = self.state.lock().await;
        if state.is_closed {
            return Err(self.error("it was ended"));
        }
        let ended = match &state.link {
            Some(link) if link.is_open() => return Ok(Arc::clone(link)),
            Some(link) => link.fate(),
            None => "it could not be started".to_owned(),
        };
        if state.link.take().is_some() {
            state.not_before = Some(Instant::now() + self.pause());
        }
        if let Some(begin) = state.not_before {
            let wait = begin.saturating_duration_since(Instant::now());
            if wait > PATIENCE {
                return Err(self.error(format!(
                    "it has ended, and can be started again in {} s: {ended}",
                    wait.as_secs().saturating_add(1)
                )));
            }
            tokio::time::sleep(wait).await;
        }
        let connecting = tokio::time::timeout(self.settings.start_time, self.connect());
        let late = |_| Err(format!("it has not started within {:?}", self.settings.start_time));
        match connecting.await.unwrap_or_else(late) {
            Ok(link) => {
                let link = Arc::new(link);
                state.link = Some(Arc::clone(&link));
                if let Some(listener) = &self.settings.notices {
                    let server = self.name().to_owned();
                    listener(&Notice::Restarted { server, reason: ended });
                }
                Ok(link)
            }
            Err(reason) => {
                state.not_before = Some(Instant::now() + self.pause());
                Err(self.error(format!("it has ended, and cannot be started again: {reason}")))
            }
        }
    }

    /// How long it is not started, after it has ended once more.
    fn pause(&self) -> Duration {
        let failures = self.failures.fetch_add(1, Ordering::Relaxed).min(16);
        PAUSE.saturating_mul(1 << failures).min(LONGEST_PAUSE)
    }

    /// Connects: as all servers know it, and, with those that do not, as the newest version of the protocol has it.
    async fn connect(&self) -> Result<Link, String> {
        match self.connect_by(ClientLifecycleMode::Initialize).await {
            Ok(link) => Ok(link),
            Err((
                Some(ErrorCode::METHOD_NOT_FOUND | ErrorCode::UNSUPPORTED_PROTOCOL_VERSION),
                _,
            )) => {
                let preferred_versions = vec![ProtocolVersion::LATEST];
                let discovered =
                    self.connect_by(ClientLifecycleMode::Discover { preferred_versions });
                discovered.await.map_err(|(_, reason)| reason)
            }
            Err((_, reason)) => Err(reason),
        }
    }

    async fn connect_by(
        &self,
        lifecycle: ClientLifecycleMode,
    ) -> Result<Link, (Option<ErrorCode>, String)> {
        let (fate, mut complaint) = (Fate::default(), Complaint::default());
        let calls = Arc::<Calls>::default();
        let handler = Handler::new(self.name(), &self.settings, &self.known, &calls);
        let longest = self.settings.message_bytes;
        let begun = match &self.config.reach {
            Reach::Program { command, arguments, environment, folder } => {
                let environment = self.settings.environment.iter().chain(environment).cloned();
                let started = program::start(command, arguments, environment, folder);
                let shown = command.display();
                let unusable = |error| (None, format!("`{shown}` cannot be run: {error}"));
                let program::Started { child, input, output, complaint: written } =
                    started.map_err(unusable)?;
                complaint = written;
                let lines = Lines::new(output, input, longest, fate.clone(), Some(child));
                handler.serve_with_lifecycle(lines, lifecycle).await
            }
            Reach::Http { url, headers } => {
                let transport =
                    http::transport(url, headers, longest).map_err(|error| (None, error))?;
                handler.serve_with_lifecycle(transport, lifecycle).await
            }
        };
        match begun {
            Ok(service) => {
                Ok(Link { service, calls, fate, complaint, is_broken: AtomicBool::new(false) })
            }
            Err(error) => {
                let code = match &error {
                    ClientInitializeError::JsonRpcError(error) => Some(error.code),
                    _ => None,
                };
                let told = match (fate.told(), error) {
                    (Some(fate), _) => fate,
                    (None, ClientInitializeError::ConnectionClosed(_)) => {
                        "it ended instead of answering".to_owned()
                    }
                    (None, error) => texts::line(&told(&error), REASON_BYTES),
                };
                Err((code, with_complaint(told, &complaint)))
            }
        }
    }

    /// Ends the server.
    pub(super) async fn close(&self) {
        let link = {
            let mut state = self.state.lock().await;
            state.is_closed = true;
            state.link.take()
        };
        let Some(link) = link else { return };
        link.service.cancellation_token().cancel();
        // Its task ends the program, and lets go of the channel when that is done.
        while !link.peer().is_transport_closed() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// What went wrong with a connection, with the causes.
fn told(error: &ClientInitializeError) -> String {
    match error {
        ClientInitializeError::TransportError { error, .. } => {
            let mut told = error.error.to_string();
            let mut cause = error.error.source();
            while let Some(error) = cause {
                let text = error.to_string();
                if !told.contains(&text) {
                    told = format!("{told}: {text}");
                }
                cause = error.source();
            }
            told
        }
        ClientInitializeError::JsonRpcError(error) => error.message.to_string(),
        error => error.to_string(),
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("config", &self.config).finish_non_exhaustive()
    }
}

/// Somebody who waits for an answer.
struct Waiting<'a> {
    link: &'a Arc<Link>,
    token: ProgressToken,
    /// Of the question, until it is answered.
    id: Option<RequestId>,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.link.calls.end(&self.token);
        if let (Some(id), Ok(runtime)) = (self.id.take(), tokio::runtime::Handle::try_current()) {
            let peer = self.link.peer().clone();
            runtime.spawn(async move {
                let reason = Some("nobody waits for the answer any more".to_owned());
                let cancelled = CancelledNotificationParam::new(Some(id), reason);
                // Whoever is gone need not be told.
                peer.notify_cancelled(cancelled).await.ok();
            });
        }
    }
}
