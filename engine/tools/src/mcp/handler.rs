//! What a server tells and asks while it is used.

// Roots, sampling and logging are to leave the protocol one day; until then servers use them.
#![expect(deprecated, reason = "servers use what later versions of the protocol leave out")]

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use fumehood::{CallContext, Untimed};
use rmcp::model::{
    ClientCapabilities, ClientConfig, CreateMessageRequestParams, CreateMessageResult,
    ElicitRequestParams, ElicitResult, ElicitationAction, ElicitationCapability, ErrorData,
    FormElicitationCapability, Implementation, InputRequest, ListRootsResult,
    LoggingMessageNotificationParam, ProgressNotificationParam, ProgressToken, ProtocolVersion,
    Role, Root, RootsCapabilities, SamplingCapability, SamplingMessageContentBlock,
};
use rmcp::service::{NotificationContext, RequestContext};
use rmcp::{ClientHandler, RoleClient};
use serde_json::Value;
use tokio::sync::mpsc;

use super::McpSettings;
use super::host::{
    Elicitation, ElicitationAnswer, Notice, Sampling, SamplingMessage, SamplingSpeaker,
};
use crate::texts;

/// Bytes of what a server asks the user, or tells of its progress.
const MESSAGE_BYTES: usize = 4 << 10;
/// Bytes of what a server asks a model.
const SAMPLING_BYTES: usize = 256 << 10;
/// Questions for the user that wait for others, and for models.
const QUESTIONS: u32 = 8;

/// How far a call has come.
#[derive(Debug)]
pub(super) struct Progress {
    pub(super) message: String,
    pub(super) share: Option<f64>,
}

/// The calls that a server has not answered yet.
#[derive(Default)]
pub(super) struct Calls {
    /// Held while a call is sent: nobody can know its token before, and the server may be faster than we.
    pub(super) sending: tokio::sync::Mutex<()>,
    open: Mutex<HashMap<ProgressToken, (mpsc::Sender<Progress>, CallContext)>>,
}

impl Calls {
    pub(super) fn begin(
        &self,
        token: ProgressToken,
        progress: mpsc::Sender<Progress>,
        context: CallContext,
    ) {
        self.open().insert(token, (progress, context));
    }

    pub(super) fn end(&self, token: &ProgressToken) {
        self.open().remove(token);
    }

    /// Whoever waits for the user does not use up the time of the steps that wait for the server.
    fn untimed(&self) -> Vec<Untimed> {
        self.open().values().map(|(_, context)| context.untimed()).collect()
    }

    fn are_open(&self) -> bool {
        !self.open().is_empty()
    }

    fn open(
        &self,
    ) -> std::sync::MutexGuard<'_, HashMap<ProgressToken, (mpsc::Sender<Progress>, CallContext)>>
    {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is known of a server, however often it was started.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// How often it has said that it has other tools.
    pub(super) changes: AtomicU64,
    /// Its tools are declared: that it has others is worth telling.
    pub(super) is_declared: AtomicBool,
    /// How often it has asked the model.
    sampled: AtomicU32,
}

/// Answers a server.
pub(super) struct Handler {
    server: String,
    settings: Arc<McpSettings>,
    known: Arc<Known>,
    calls: Arc<Calls>,
    asking: tokio::sync::Mutex<()>,
    questions: AtomicU32,
}

impl Handler {
    pub(super) fn new(
        server: &str,
        settings: &Arc<McpSettings>,
        known: &Arc<Known>,
        calls: &Arc<Calls>,
    ) -> Handler {
        Handler {
            server: server.to_owned(),
            settings: Arc::clone(settings),
            known: Arc::clone(known),
            calls: Arc::clone(calls),
            asking: tokio::sync::Mutex::default(),
            questions: AtomicU32::new(0),
        }
    }

    /// Answers what a server wants to know before it goes on with a call.
    pub(super) async fn input(&self, request: InputRequest) -> Result<Value, ErrorData> {
        let answer = match request {
            InputRequest::CreateMessage(request) => {
                serde_json::to_value(self.sampled(request.params).await?)
            }
            InputRequest::Elicitation(request) => {
                serde_json::to_value(self.elicited(request.params).await?)
            }
            InputRequest::ListRoots(_) => serde_json::to_value(self.roots()?),
            _ => return Err(self.refusal("something that is not known")),
        };
        answer.map_err(|error| ErrorData::internal_error(error.to_string(), None))
    }

    fn refusal(&self, what: &'static str) -> ErrorData {
        self.tell(&Notice::Refused { server: self.server.clone(), what });
        ErrorData::invalid_request(format!("{what}: the user does not allow it"), None)
    }

    fn tell(&self, notice: &Notice) {
        if let Some(listener) = &self.settings.notices {
            listener(notice);
        }
    }

    fn roots(&self) -> Result<ListRootsResult, ErrorData> {
        let Some(roots) = &self.settings.roots else { return Err(self.refusal("roots")) };
        let root = |(name, path): &(String, std::path::PathBuf)| {
            let url = reqwest::Url::from_directory_path(path).ok()?;
            Some(Root::new(url.as_str().trim_end_matches('/')).with_name(name))
        };
        Ok(ListRootsResult::new(roots.iter().filter_map(root).collect()))
    }

    /// A place among those who ask. Only a server that is asked something may ask itself.
    fn place(&self, what: &'static str) -> Result<Place<'_>, ErrorData> {
        if !self.calls.are_open() {
            return Err(self.refusal(what));
        }
        let place = Place(&self.questions);
        if self.questions.fetch_add(1, Ordering::Relaxed) >= QUESTIONS {
            return Err(ErrorData::invalid_request("too many questions at a time", None));
        }
        Ok(place)
    }

    async fn elicited(&self, asked: ElicitRequestParams) -> Result<ElicitResult, ErrorData> {
        let declined = || Ok(ElicitResult::new(ElicitationAction::Decline));
        let Some(elicit) = &self.settings.elicit else {
            drop(self.refusal("elicitation"));
            return declined();
        };
        let ElicitRequestParams::FormElicitationParams { message, requested_schema, .. } = asked
        else {
            // Addresses that a server names are not opened.
            drop(self.refusal("elicitation by an address"));
            return declined();
        };
        let _place = self.place("elicitation")?;
        let schema = serde_json::to_value(requested_schema)
            .map_err(|error| ErrorData::invalid_params(error.to_string(), None))?;
        let _untimed = self.calls.untimed();
        let _turn = self.asking.lock().await;
        let question = Elicitation {
            server: self.server.clone(),
            message: texts::cleaned(&message, MESSAGE_BYTES),
            schema,
        };
        Ok(match elicit.elicit(question).await {
            ElicitationAnswer::Accept(content) => {
                ElicitResult::new(ElicitationAction::Accept).with_content(Value::Object(content))
            }
            ElicitationAnswer::Decline => ElicitResult::new(ElicitationAction::Decline),
            ElicitationAnswer::Cancel => ElicitResult::new(ElicitationAction::Cancel),
        })
    }

    async fn sampled(
        &self,
        asked: CreateMessageRequestParams,
    ) -> Result<CreateMessageResult, ErrorData> {
        let Some(sample) = &self.settings.sample else { return Err(self.refusal("sampling")) };
        let _place = self.place("sampling")?;
        let wrong = |what: &str| ErrorData::invalid_params(what.to_owned(), None);
        if asked.tools.as_ref().is_some_and(|tools| !tools.is_empty()) {
            return Err(wrong("the model is given no tools here"));
        }
        let mut bytes = asked.system_prompt.as_ref().map_or(0, String::len);
        let mut messages = Vec::new();
        for message in asked.messages {
            let speaker = match message.role {
                Role::User => SamplingSpeaker::User,
                Role::Assistant => SamplingSpeaker::Assistant,
            };
            for content in message.content.into_vec() {
                let SamplingMessageContentBlock::Text(text) = content else {
                    return Err(wrong("the model is told texts alone here"));
                };
                bytes += text.text.len();
                messages.push(SamplingMessage { speaker, text: text.text });
            }
        }
        if bytes > SAMPLING_BYTES || messages.is_empty() {
            return Err(wrong("the conversation is empty, or longer than 256 KiB"));
        }
        let most = self.settings.samples;
        let count = |count: u32| (count < most).then(|| count + 1);
        if self.known.sampled.fetch_update(Ordering::Relaxed, Ordering::Relaxed, count).is_err() {
            return Err(ErrorData::invalid_request(
                format!("the model was asked {most} times, which is as often as it may be"),
                None,
            ));
        }
        let asked = Sampling {
            server: self.server.clone(),
            system: asked.system_prompt,
            messages,
            stop: asked.stop_sequences.unwrap_or_default(),
            temperature: asked.temperature.map(f64::from),
            max_tokens: asked.max_tokens.min(self.settings.sample_tokens),
        };
        let _untimed = self.calls.untimed();
        let sampled = sample.sample(asked).await;
        let sampled = sampled.map_err(|error| ErrorData::internal_error(error, None))?;
        let message = rmcp::model::SamplingMessage::assistant_text(sampled.text);
        let reason = match sampled.cut {
            true => CreateMessageResult::STOP_REASON_END_MAX_TOKEN,
            false => CreateMessageResult::STOP_REASON_END_TURN,
        };
        Ok(CreateMessageResult::new(message, sampled.model).with_stop_reason(reason))
    }
}

/// A place among those who ask.
struct Place<'a>(&'a AtomicU32);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl ClientHandler for Handler {
    fn get_info(&self) -> ClientConfig {
        let mut capabilities = ClientCapabilities::default();
        // What would be refused is not offered.
        if self.settings.roots.is_some() {
            capabilities.roots = Some(RootsCapabilities::default());
        }
        if self.settings.elicit.is_some() {
            let form = FormElicitationCapability::default();
            capabilities.elicitation = Some(ElicitationCapability::new().with_form(form));
        }
        if self.settings.sample.is_some() {
            capabilities.sampling = Some(SamplingCapability::default());
        }
        ClientConfig::new(capabilities, Implementation::new("fumehood", env!("CARGO_PKG_VERSION")))
            .with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE)
    }

    async fn create_message(
        &self,
        params: CreateMessageRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<CreateMessageResult, ErrorData> {
        tokio::select! {
            sampled = self.sampled(params) => sampled,
            () = context.ct.cancelled() => Err(ErrorData::invalid_request("cancelled", None)),
        }
    }

    async fn list_roots(
        &self,
        _context: RequestContext<RoleClient>,
    ) -> Result<ListRootsResult, ErrorData> {
        self.roots()
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        tokio::select! {
            elicited = self.elicited(request) => elicited,
            () = context.ct.cancelled() => Ok(ElicitResult::new(ElicitationAction::Cancel)),
        }
    }

    async fn on_progress(
        &self,
        params: ProgressNotificationParam,
        _context: NotificationContext<RoleClient>,
    ) {
        drop(self.calls.sending.lock().await);
        let sender =
            self.calls.open().get(&params.progress_token).map(|(sender, _)| sender.clone());
        if let Some(sender) = sender {
            let share = params.total.filter(|total| *total > 0.0);
            let share = share.map(|total| params.progress / total);
            let message = texts::line(&params.message.unwrap_or_default(), MESSAGE_BYTES);
            // Whoever tells more than is listened to is not waited for.
            sender.try_send(Progress { message, share }).ok();
        }
    }

    async fn on_tool_list_changed(&self, _context: NotificationContext<RoleClient>) {
        let before = self.known.changes.fetch_add(1, Ordering::Relaxed);
        if self.known.is_declared.load(Ordering::Relaxed) && before == 0 {
            self.tell(&Notice::ToolsChanged { server: self.server.clone() });
        }
    }

    async fn on_logging_message(
        &self,
        params: LoggingMessageNotificationParam,
        _context: NotificationContext<RoleClient>,
    ) {
        let said = texts::line(&params.data.to_string(), MESSAGE_BYTES);
        tracing::debug!(server = %self.server, level = ?params.level, "{said}");
    }
}
