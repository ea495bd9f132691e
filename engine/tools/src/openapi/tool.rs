//! An operation as a tool.

use std::sync::Arc;
use std::time::Instant;

use fumehood::{Tool, ToolError, ToolFuture, ToolInput, ToolLabels, ToolOutput};
use reqwest::header::HeaderValue;
use serde_json::Value;

use super::answer::{self, Answers};
use super::parameter::Place;
use super::path::Template;
use super::security::Security;
use super::server::Server;
use super::shape::Shape;
use super::style::{in_pairs, in_text};
use crate::egress::SessionClients;
use crate::egress::{EgressError, HttpRequest};
use crate::texts;

/// What there is to know of an operation before requests can be sent.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) method: &'static str,
    pub(super) only_asks: bool,
    pub(super) server: Server,
    pub(super) template: Template,
    pub(super) shape: Shape,
    pub(super) answers: Answers,
    pub(super) security: Security,
    pub(super) slashes: bool,
}

impl Call {
    /// The request that a call is. The failure says what is wrong with an argument.
    pub(super) fn request(&self, input: &ToolInput) -> Result<HttpRequest, String> {
        let parameters = &self.shape.parameters;
        let values = self.shape.values(input);
        let path = self.template.filled(parameters, &values, self.slashes)?;
        let mut query = Vec::new();
        let mut cookies = Vec::new();
        let mut headers = Vec::new();
        for (parameter, value) in parameters.iter().zip(values) {
            let Some(value) = value else { continue };
            let json = parameter.is_json.then(|| Value::String(value.to_string()));
            let (name, value) = (&parameter.name, json.as_ref().unwrap_or(value));
            let (style, explode, keep) = (parameter.style, parameter.explode, parameter.keep);
            let wrong = |why: String| format!("`{}`: {why}", texts::line(name, 100));
            match parameter.place {
                Place::Path => {}
                Place::Query => {
                    query.extend(in_pairs(style, explode, name, value, keep).map_err(wrong)?)
                }
                Place::Cookie => {
                    cookies.extend(in_pairs(style, explode, name, value, keep).map_err(wrong)?)
                }
                Place::Header => {
                    let value = in_text(style, explode, name, value, keep).map_err(wrong)?;
                    let bytes = value.chars().map(u8::try_from).collect::<Result<Vec<_>, _>>();
                    if !bytes.is_ok_and(|bytes| HeaderValue::from_bytes(&bytes).is_ok()) {
                        let why = "no header can have this value: it has a control character, or one that is not \
                                   of Latin-1";
                        return Err(wrong(why.to_owned()));
                    }
                    headers.push((name.clone(), value));
                }
            }
        }
        let paired = |pairs: Vec<(String, String)>, between: &str| {
            let pairs = pairs.into_iter().map(|(name, value)| format!("{name}={value}"));
            pairs.collect::<Vec<_>>().join(between)
        };
        let mut url = format!("{}{}{path}", self.server.origin(), self.server.path());
        if !query.is_empty() {
            url.push('?');
            url.push_str(&paired(query, "&"));
        }
        let mut request =
            HttpRequest::new(self.method, url).with_header("accept", &self.answers.accept);
        request.headers.extend(headers);
        if !cookies.is_empty() {
            request = request.with_header("cookie", paired(cookies, "; "));
        }
        if let Some((media_type, body)) = self.shape.body(input)? {
            request = request.with_header("content-type", media_type).with_body(body);
        }
        request.credentials.clone_from(&self.security.credentials);
        let left =
            input.context.deadline().map(|end| end.saturating_duration_since(Instant::now()));
        request.time = left;
        Ok(request)
    }
}

/// An operation, and the client that its requests go through.
pub(super) struct ApiTool {
    pub(super) call: Call,
    pub(super) clients: Arc<SessionClients>,
}

impl ApiTool {
    async fn answer(&self, input: ToolInput) -> Result<ToolOutput, ToolError> {
        let call = &self.call;
        let request = call
            .request(&input)
            .map_err(|why| ToolError::about_arguments(format!("{}: {why}", call.name)))?;
        let egress = self.clients.of(input.context.session());
        // What changes something is sent once, and to where it was meant to go.
        let answer = match call.only_asks {
            true => egress.fetch(request).await,
            false => egress.send(request.with_header("accept-encoding", "identity")).await,
        };
        let answer = answer.map_err(|error| match error {
            EgressError::Refused(_) => ToolError::refused(format!("{}: {error}", call.name)),
            error => ToolError::new(format!("{}: {error}", call.name)),
        })?;
        if answer.is_success() {
            let value = answer::value(answer, call.method == "HEAD");
            return value.map_err(|error| ToolError::new(format!("{}: {error}", call.name)));
        }
        let mut told = format!("{}: {}", call.name, answer::failure(&answer));
        if matches!(answer.status, 401 | 403) && !call.security.schemes.is_empty() {
            let schemes = call.security.schemes.join(", ");
            told.push_str(&format!(
                " (the host's credential for {schemes} was sent; the code that called cannot change it)"
            ));
        }
        Err(ToolError::new(told))
    }
}

impl Tool for ApiTool {
    fn name(&self) -> &str {
        &self.call.name
    }

    fn description(&self) -> &str {
        &self.call.description
    }

    fn parameters(&self) -> Value {
        self.call.shape.schema.clone()
    }

    fn returns(&self) -> Option<Value> {
        self.call.answers.returns.clone()
    }

    /// Whoever answers says what they like. What does more than ask changes something, or tells somebody. And what is
    /// only answered to who has a credential is not for everybody.
    fn labels(&self) -> ToolLabels {
        let mut labels = ToolLabels::RETURNS_UNTRUSTED;
        if !self.call.only_asks {
            labels = labels.and(ToolLabels::SENDS);
        }
        if !self.call.security.credentials.is_empty() {
            labels = labels.and(ToolLabels::READS_PRIVATE);
        }
        labels
    }

    fn call(&self, input: ToolInput) -> ToolFuture<'_> {
        Box::pin(self.answer(input))
    }
}

impl std::fmt::Debug for ApiTool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiTool").field("name", &self.call.name).finish_non_exhaustive()
    }
}
