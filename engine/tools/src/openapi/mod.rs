//! Tools that are operations of a server, as an OpenAPI document describes them.
//!
//! * `document`: the document, read and bounded, and its references; `schema`: its schemas as JSON Schemas
//! * `operation`: which operations there are, and which are meant
//! * `server`: where requests go; `security`: what they say of who asks
//! * `parameter`, `body`: what an operation takes, and `shape`, how that becomes the arguments of a function
//! * `path`, `style`: how arguments become a request that goes where it was meant to go
//! * `answer`: what servers answer, as Python has it
//! * `tool`: all of that, as a tool; `settings`: what operators write about it
//!
//! The document is a stranger's as well as the server. It names what there is, and whoever makes tools of it says which
//! of that may be used. Requests go through an [`Egress`] that allows these operations at this server and nothing
//! else, whatever the document says, and credentials stay with that server.

mod answer;
mod body;
mod document;
mod error;
mod operation;
mod parameter;
mod path;
mod schema;
mod security;
mod server;
mod settings;
mod shape;
mod style;
mod tool;

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use fumehood::Tool;
use reqwest::Url;
use serde_json::Value;

use self::answer::Answers;
use self::document::Document;
pub use self::error::OpenApiError;
pub use self::operation::Operation;
use self::operation::Pattern;
use self::path::Template;
pub use self::security::ApiCredential;
use self::security::Security;
use self::server::Server;
pub use self::settings::{CredentialSettings, OpenApiSettings};
use self::shape::Shape;
use self::tool::{ApiTool, Call};
use crate::egress::SessionClients;
use crate::egress::{Egress, EgressBuilder, HttpRule};
use crate::names::Names;
use crate::texts;

/// Operations that become tools.
const TOOLS: usize = 500;
/// Bytes of a tool's description.
const DESCRIPTION_BYTES: usize = 4 << 10;

/// An OpenAPI document, and what of it is to be used.
///
/// # Defaults
///
/// * no operation is allowed
/// * requests go to the first server that the document names, which has to be at a public address
/// * no credentials; operations that want one are left out
/// * the names of tools are those of the operations, without anything before them
/// * an argument that is a part of a path has no slash
///
/// # Examples
///
/// ```
/// use fumehood::Tool as _;
/// use fumehood_tools::egress::Egress;
/// use fumehood_tools::openapi::OpenApi;
///
/// let document = r#"
/// openapi: 3.1.0
/// servers: [{url: https://pets.example.org/v1}]
/// paths:
///   /pets/{id}:
///     get:
///       operationId: getPet
///       summary: A pet, by its number.
///       parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
///       responses: {200: {description: The pet.}}
/// "#;
/// let tools = OpenApi::parse(document)?.allow("getPet").tools(Egress::builder())?;
/// let tool = &tools.tools()[0];
/// assert_eq!(tool.name(), "getPet");
/// assert_eq!(tool.parameters()["required"], serde_json::json!(["id"]));
/// assert_eq!(tools.rules()[0].to_string(), "https://pets.example.org/v1/pets=GET");
/// # Ok::<(), fumehood_tools::openapi::OpenApiError>(())
/// ```
#[derive(Debug)]
#[must_use]
pub struct OpenApi {
    document: Document,
    operations: Vec<Operation>,
    allowed: Vec<Pattern>,
    reads: bool,
    prefix: String,
    server: Option<String>,
    url: Option<String>,
    variables: BTreeMap<String, String>,
    elsewhere: Vec<String>,
    is_private: bool,
    slashes: bool,
    credentials: BTreeMap<String, ApiCredential>,
}

impl OpenApi {
    /// Reads a document, which is JSON or YAML, of OpenAPI 3.0, 3.1 or 3.2, and in one piece: references lead to places
    /// in it and not to other documents.
    ///
    /// # Errors
    ///
    /// [`OpenApiError::Read`] or [`OpenApiError::Version`]
    pub fn parse(text: &str) -> Result<OpenApi, OpenApiError> {
        let document = Document::parse(text)?;
        Ok(OpenApi {
            operations: Operation::all(&document)?,
            document,
            allowed: Vec::new(),
            reads: false,
            prefix: String::new(),
            server: None,
            url: None,
            variables: BTreeMap::new(),
            elsewhere: Vec::new(),
            is_private: false,
            slashes: false,
            credentials: BTreeMap::new(),
        })
    }

    /// All operations of the document, in its order, allowed or not.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Allows operations: `getPet`, which is an `operationId` or the name of a tool; `GET /pets/{id}`, a method and a
    /// path as the document has them; or `tag:pets`. In each, `*` stands for any characters. What is deprecated has to
    /// be named without one.
    pub fn allow(mut self, pattern: &str) -> OpenApi {
        self.allowed.push(Pattern::of(pattern));
        self
    }

    /// Allows all operations that only ask: those with the methods `GET`, `HEAD` and `OPTIONS`. That they change
    /// nothing is what the server promises.
    pub fn allow_reads(mut self) -> OpenApi {
        self.reads = true;
        self
    }

    /// Sets what the names of the tools begin with, before an underscore. The default is nothing.
    pub fn prefix(mut self, prefix: impl Into<String>) -> OpenApi {
        self.prefix = prefix.into();
        self
    }

    /// Sets the server, in the place of all that the document names.
    pub fn server(mut self, url: impl Into<String>) -> OpenApi {
        self.server = Some(url.into());
        self
    }

    /// Says where the document is from, for servers that are relative to that.
    pub fn located_at(mut self, url: impl Into<String>) -> OpenApi {
        self.url = Some(url.into());
        self
    }

    /// Sets a variable of the addresses of servers. The default is the document's.
    pub fn variable(mut self, name: impl Into<String>, value: impl Into<String>) -> OpenApi {
        self.variables.insert(name.into(), value.into());
        self
    }

    /// Allows operations for which the document names a server of their own to be at that one: `https://HOST[:PORT]`.
    /// Without it they are left out. They get credentials as the others do.
    pub fn also_at(mut self, server: impl Into<String>) -> OpenApi {
        self.elsewhere.push(server.into());
        self
    }

    /// Lets the servers be at loopback and private addresses, and have credentials by `http`.
    pub fn private(mut self) -> OpenApi {
        self.is_private = true;
        self
    }

    /// Lets arguments that are a part of a path have slashes, which are sent as `%2F`. There are servers that want
    /// this, and others that take it for a slash: there, an argument can lead to another operation.
    pub fn slashes_in_paths(mut self) -> OpenApi {
        self.slashes = true;
        self
    }

    /// Gives the credential for a security scheme of the document, by the name that it has there.
    pub fn credential(mut self, scheme: impl Into<String>, credential: ApiCredential) -> OpenApi {
        self.credentials.insert(scheme.into(), credential);
        self
    }

    /// Makes the tools. Their requests go through the client that this configuration becomes: it gets rules for them,
    /// and keeps its limits, its resolver and its authorities.
    ///
    /// # Errors
    ///
    /// Any [`OpenApiError`] but `Read` and `Version`. What is allowed by a pattern or a tag, and cannot be a tool, is no
    /// error: it is among [`ApiTools::left_out`].
    pub fn tools(self, client: EgressBuilder) -> Result<ApiTools, OpenApiError> {
        let url = self.url.as_deref().map(|url| {
            let refuse = |reason: String| OpenApiError::Server { url: url.to_owned(), reason };
            Url::parse(url)
                .map_err(|error| refuse(format!("the document cannot be there: {error}")))
        });
        let url = url.transpose()?;
        let refuse = |(url, reason)| OpenApiError::Server { url, reason };
        let main = match &self.server {
            Some(server) => {
                Server::of(server, url.as_ref()).map_err(|why| refuse((server.clone(), why)))?
            }
            None => Server::of_document(&self.document, &self.variables, url.as_ref())
                .map_err(refuse)?,
        };
        let mut origins = HashSet::from([main.origin()]);
        for server in &self.elsewhere {
            let read = Server::of(server, None).map_err(|why| refuse((server.clone(), why)))?;
            origins.insert(read.origin());
        }
        security::check_names(&self.document, &self.credentials)?;
        for pattern in &self.allowed {
            if !self.operations.iter().any(|operation| pattern.means(operation)) {
                return Err(pattern.unmatched(&self.operations));
            }
        }
        let is_allowed = |operation: &&Operation| {
            (self.reads && operation.only_asks && !operation.is_deprecated)
                || self.allowed.iter().any(|pattern| pattern.means(operation))
        };
        let allowed = self.operations.iter().filter(is_allowed).count();
        if allowed > TOOLS {
            return Err(OpenApiError::TooMany { allowed, limit: TOOLS });
        }
        let mut names = Names::default();
        let mut calls = Vec::new();
        let mut left_out = Vec::new();
        for operation in &self.operations {
            // All have names, so that those of some do not depend on which others are allowed.
            let called = operation.id.as_ref().unwrap_or(&operation.name);
            let name = names.take_own(&self.prefix, called);
            if !is_allowed(&operation) {
                continue;
            }
            match self.call(operation, name, &main, &origins, url.as_ref()) {
                Ok(call) => calls.push(call),
                Err(reason) if self.allowed.iter().any(|pattern| pattern.names(operation)) => {
                    return Err(OpenApiError::Operation { operation: operation.told(), reason });
                }
                Err(reason) => left_out.push(LeftOut { operation: operation.told(), reason }),
            }
        }
        let mut client = client;
        for rule in self.rules(&calls)? {
            client = client.allow(rule);
        }
        let client = client.build()?;
        let clients = Arc::new(SessionClients::new(client.clone()));
        let tool = |call| Arc::new(ApiTool { call, clients: Arc::clone(&clients) });
        Ok(ApiTools { tools: calls.into_iter().map(tool).collect(), client, left_out })
    }

    /// An operation as a tool. The failure says why it cannot be one.
    fn call(
        &self,
        operation: &Operation,
        name: String,
        main: &Server,
        origins: &HashSet<String>,
        url: Option<&Url>,
    ) -> Result<Call, String> {
        let document = &self.document;
        let (item, written) = operation.written(document).ok_or("it is not there")?;
        let own = [written, item].into_iter().filter(|_| self.server.is_none());
        let mut own = own.filter_map(|of| Server::first(of.get("servers"), &self.variables, url));
        let server = match own.next() {
            None => main.clone(),
            Some(Err((url, reason))) => {
                return Err(format!("its server `{url}` cannot be used: {reason}"));
            }
            Some(Ok(own)) if origins.contains(&own.origin()) => own,
            Some(Ok(own)) => {
                return Err(format!(
                    "it has a server of its own, `{}`, which is not allowed",
                    own.origin()
                ));
            }
        };
        let security =
            Security::of(document, written, &self.credentials, &server, self.is_private)?;
        let shape = Shape::of(document, item, written, &security.hidden)?;
        let template = Template::of(&operation.path, &shape.parameters)?;
        Ok(Call {
            name,
            description: description(operation, written),
            method: operation.method,
            only_asks: operation.only_asks,
            server,
            template,
            answers: Answers::of(document, written),
            security,
            slashes: self.slashes,
            shape,
        })
    }

    /// What these calls need to be allowed.
    fn rules(&self, calls: &[Call]) -> Result<Vec<HttpRule>, OpenApiError> {
        let mut places = BTreeMap::<String, BTreeSet<&str>>::new();
        for call in calls {
            let mut place = call.server.origin();
            if let Some(path) =
                call.template.beginning(call.server.path(), &call.shape.parameters, self.slashes)
            {
                place.push_str(&path);
            }
            places.entry(place).or_default().insert(call.method);
        }
        let rule = |(place, methods): (String, BTreeSet<&str>)| {
            let methods = methods.into_iter().collect::<Vec<_>>().join(",");
            let rule = format!("{place}={methods}").parse::<HttpRule>()?;
            Ok(if self.is_private { rule.private() } else { rule })
        };
        places.into_iter().map(rule).collect()
    }
}

fn description(operation: &Operation, written: &Value) -> String {
    let text = |key: &str| written.get(key).and_then(Value::as_str).unwrap_or_default().trim();
    let (summary, described) = (text("summary"), text("description"));
    let mut told = summary.to_owned();
    if !described.is_empty() && described != summary {
        let between = if told.is_empty() { "" } else { "\n\n" };
        told.push_str(between);
        told.push_str(described);
    }
    if told.is_empty() {
        told = format!("Sends {} {}.", operation.method, operation.path);
    }
    if operation.is_deprecated {
        told.insert_str(0, "Deprecated. ");
    }
    texts::cleaned(&told, DESCRIPTION_BYTES)
}

/// The tools of a document.
#[derive(Debug)]
pub struct ApiTools {
    tools: Vec<Arc<ApiTool>>,
    client: Egress,
    left_out: Vec<LeftOut>,
}

impl ApiTools {
    /// The tools, in the order of the document.
    pub fn tools(&self) -> Vec<Arc<dyn Tool>> {
        self.tools.iter().map(|tool| Arc::clone(tool) as Arc<dyn Tool>).collect()
    }

    /// What their client is allowed to reach.
    pub fn rules(&self) -> &[HttpRule] {
        self.client.rules()
    }

    /// What was allowed and cannot be a tool.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.left_out
    }
}

/// An operation that was allowed and cannot be a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// The operation.
    pub operation: String,
    /// Why.
    pub reason: String,
}
