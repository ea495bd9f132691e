//! The client for code in a sandbox.

use std::time::Duration;

use fumehood::{Attachment, Tool, ToolError, ToolFuture, ToolInput, ToolLabels, ToolOutput};
use serde_json::{Value, json};

use super::client::Egress;
use super::error::EgressError;
use super::message::{HttpRequest, HttpResponse};
use super::rule::HttpRule;
use super::sessions::SessionClients;

/// How many rules models are told of.
const HOSTS: usize = 50;

/// Lets the code of a sandbox send requests, by [`SandboxBuilder::http`](fumehood::SandboxBuilder::http).
///
/// The libraries in the guest that speak HTTP (`urllib.request`, `http.client`, `requests`, `httpx`, and those that
/// are built on them) then reach what the client allows, each request for itself. Each session has totals of its
/// own.
///
/// It is a host function like a tool, though nobody is told of it: its calls are limited, told of, stored and
/// decided about as those of tools are, under the name [`HttpTool::NAME`].
///
/// # Examples
///
/// ```no_run
/// # fn example(engine: &fumehood::Engine) -> Result<(), Box<dyn std::error::Error>> {
/// use fumehood::Sandbox;
/// use fumehood_tools::egress::{Egress, HttpTool};
///
/// let egress = Egress::builder().allow("https://data.example.org".parse()?).build()?;
/// let sandbox = Sandbox::builder(engine).http(HttpTool::new(egress)).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct HttpTool {
    clients: SessionClients,
    hosts: String,
}

impl HttpTool {
    /// The name of the function.
    pub const NAME: &str = "_http";

    /// Lets code use this client.
    pub fn new(egress: Egress) -> HttpTool {
        let mut hosts =
            egress.rules().iter().take(HOSTS).map(HttpRule::to_string).collect::<Vec<_>>();
        if egress.rules().len() > HOSTS {
            hosts.push("and others".to_owned());
        }
        HttpTool { clients: SessionClients::new(egress), hosts: hosts.join(", ") }
    }
}

impl Tool for HttpTool {
    fn name(&self) -> &str {
        HttpTool::NAME
    }

    /// The hosts, as prompts name them.
    fn description(&self) -> &str {
        &self.hosts
    }

    fn parameters(&self) -> Value {
        let pair =
            json!({"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2});
        json!({
            "type": "object",
            "properties": {
                "method": {"type": "string"},
                "url": {"type": "string"},
                "headers": {"type": "array", "items": pair},
                "body": {"type": "string", "contentMediaType": Attachment::BYTES},
                "time": {"type": "number", "description": "Seconds."},
            },
            "required": ["method", "url", "headers"],
        })
    }

    /// Whoever answers says what they like, and an address alone can tell them something.
    fn labels(&self) -> ToolLabels {
        ToolLabels::RETURNS_UNTRUSTED.and(ToolLabels::SENDS)
    }

    fn call(&self, input: ToolInput) -> ToolFuture<'_> {
        Box::pin(async move {
            let egress = self.clients.of(input.context.session());
            let answer = egress.send(request(&input)?).await;
            Ok(answer.map_or_else(|error| failed(&error), answered))
        })
    }
}

/// The request that the guest describes.
fn request(input: &ToolInput) -> Result<HttpRequest, ToolError> {
    let arguments = &input.arguments;
    let text = |name: &str| {
        let text = arguments.get(name).and_then(Value::as_str);
        text.ok_or_else(|| ToolError::about_arguments(format!("`{name}` is no text")))
    };
    let mut request = HttpRequest::new(text("method")?, text("url")?);
    for pair in arguments.get("headers").and_then(Value::as_array).into_iter().flatten() {
        match pair.as_array().map(Vec::as_slice) {
            Some([Value::String(name), Value::String(value)]) => {
                request.headers.push((name.clone(), value.clone()));
            }
            _ => return Err(ToolError::about_arguments("a header is a pair of texts")),
        }
    }
    if let Some(body) = input.attachment("/body") {
        request.body = body.bytes.clone();
    }
    let seconds = arguments.get("time").and_then(Value::as_f64);
    request.time = seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    Ok(request)
}

/// An answer as `network` in the guest reads it.
fn answered(answer: HttpResponse) -> ToolOutput {
    let said = json!({"status": answer.status, "headers": answer.headers, "body": null});
    ToolOutput::from(said).attach(Attachment::new("/body", Attachment::BYTES, answer.body))
}

/// A failure as `network` in the guest reads it. It is an answer: what code gets is an exception of the library
/// that it uses, and not one of tools.
fn failed(error: &EgressError) -> ToolOutput {
    let kind = match error {
        EgressError::Refused(_) => "refused",
        EgressError::Resolve { .. } => "resolve",
        EgressError::Connect { .. } => "connect",
        EgressError::Tls { certificate: true, .. } => "certificate",
        EgressError::Tls { .. } => "tls",
        EgressError::TimedOut { .. } => "timeout",
        EgressError::Broken { .. } => "broken",
        EgressError::TooLarge { .. } | EgressError::Spent { .. } => "limit",
        EgressError::Request { .. }
        | EgressError::Redirects { .. }
        | EgressError::Encoding { .. } => "request",
    };
    json!({"failure": kind, "message": error.to_string()}).into()
}
