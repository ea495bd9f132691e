//! Pages of the web, to be read.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use fumehood::{
    CallContext, ImageFormat, Tool, ToolError, ToolFuture, ToolInput, ToolLabels, ToolOutput,
};
use reqwest::Url;
use serde_json::{Value, json};

use super::arguments;
use super::error::WebError;
use super::page::{self, Page, decoded, part};
use super::server::{self, USER_AGENT};
use crate::egress::{Egress, EgressLimits, HttpRequest, HttpResponse, HttpRule, SessionClients};
use crate::texts;

/// Bytes of a type of content that are shown.
const TYPE: usize = 100;
/// Bytes of what a reader of documents says.
const REASON: usize = 500;
/// What is wanted first; servers that have several forms of a page choose by it.
const ACCEPTED: &str =
    "text/markdown, text/html;q=0.9, application/xhtml+xml;q=0.9, text/plain;q=0.8, */*;q=0.5";
/// The type of what says nothing about itself.
const ANYTHING: &str = "application/octet-stream";
const PDF: &str = "application/pdf";

/// What a [`DocumentReader`] gives: the text, or why there is none.
pub type ReadingFuture<'a> = Pin<Box<dyn Future<Output = Result<String, String>> + Send + 'a>>;

/// Reads documents that are neither text nor HTML, such as PDF. They come from strangers, so a reader is to work where
/// they can do no harm.
pub trait DocumentReader: Send + Sync + 'static {
    /// Whether it reads documents of this media type, such as `application/pdf`.
    fn reads(&self, media_type: &str) -> bool;

    /// The text of a document. The failure says what is wrong with it.
    fn text<'a>(&'a self, bytes: Bytes, media_type: &'a str) -> ReadingFuture<'a>;
}

/// Reads a page: `visit_webpage(url, page=1, whole=False)`.
///
/// HTML becomes Markdown: the article of the page, or all of it where there is none or that is wanted, with absolute
/// links, tables, lists and code. Text, JSON, CSV and the like stay as they are. A PNG or JPEG picture is a picture;
/// other documents are for a [`DocumentReader`]. What is long comes in parts.
///
/// # Defaults
///
/// * every public host may be visited, by `http` and `https`, with `GET`; redirects are followed, five of them
/// * 20 seconds for a page of at most 8 MiB, as it is sent, and 32 MiB once it is unpacked
/// * parts of 40 000 characters
/// * no reader of documents
///
/// # Examples
///
/// ```no_run
/// use fumehood_tools::web::VisitWebpage;
///
/// # fn example(engine: &fumehood::Engine) -> Result<(), Box<dyn std::error::Error>> {
/// let visit = VisitWebpage::builder().characters(20_000).build()?;
/// let sandbox = fumehood::Sandbox::builder(engine).tool(visit).build()?;
/// # Ok(())
/// # }
/// ```
pub struct VisitWebpage {
    egress: SessionClients,
    characters: usize,
    reader: Option<Arc<dyn DocumentReader>>,
}

impl VisitWebpage {
    /// The name of the function.
    pub const NAME: &str = "visit_webpage";

    /// Begins the configuration of a tool that reads pages.
    pub fn builder() -> VisitWebpageBuilder {
        VisitWebpageBuilder { egress: None, characters: 40_000, reader: None }
    }

    async fn visit(
        &self,
        context: &CallContext,
        url: &str,
        number: usize,
        whole: bool,
    ) -> Result<ToolOutput, ToolError> {
        // A name alone is one of the web.
        let url = match url.contains("://") {
            true => url.to_owned(),
            false => format!("https://{url}"),
        };
        let request = HttpRequest::get(&url)
            .with_header("user-agent", USER_AGENT)
            .with_header("accept", ACCEPTED);
        let egress = self.egress.of(context.session());
        let answer = egress.fetch(request).await;
        let answer = answer.map_err(|error| server::failed("the page cannot be read", &error))?;
        if !answer.is_success() {
            return Err(ToolError::new(refusal(&answer)));
        }
        let text = match kind(&answer) {
            Kind::Image(format) => {
                return Ok(ToolOutput::bytes(format.media_type(), answer.body));
            }
            Kind::Html => self.html(&answer, whole).await?,
            Kind::Text => decoded(&answer.body, content_type(&answer)),
            Kind::Other(media_type) => self.document(answer.body, &media_type).await?,
        };
        self.part(&text, number)
    }

    async fn html(&self, answer: &HttpResponse, whole: bool) -> Result<String, ToolError> {
        let unreadable =
            |reason: String| ToolError::new(format!("the page cannot be read: {reason}"));
        let url = Url::parse(&answer.url).map_err(|error| unreadable(error.to_string()))?;
        let html = decoded(&answer.body, content_type(answer));
        let read = page::read(html, url, whole).await;
        let page = read.map_err(|reason| unreadable(reason.to_string()))?;
        if page.text.is_empty() {
            let reason =
                "there is no text in its HTML; perhaps scripts write it, which are not run here";
            return Err(unreadable(reason.to_owned()));
        }
        Ok(written(&page, whole))
    }

    async fn document(&self, bytes: Bytes, media_type: &str) -> Result<String, ToolError> {
        let reader = self.reader.as_ref().filter(|reader| reader.reads(media_type));
        let Some(reader) = reader else {
            let what = match media_type {
                PDF => "a PDF document, and there is no reader for those here".to_owned(),
                other => format!("of the type {other}, and no text"),
            };
            return Err(ToolError::new(format!("what is there is {what} ({} bytes)", bytes.len())));
        };
        reader.text(bytes, media_type).await.map_err(|reason| {
            let reason = texts::line(&reason, REASON);
            ToolError::new(format!("the document of type {media_type} cannot be read: {reason}"))
        })
    }

    /// A part of a text, which says how to go on.
    fn part(&self, text: &str, number: usize) -> Result<ToolOutput, ToolError> {
        let part = part(text, number, self.characters).map_err(|of| {
            let parts = if of == 1 { "part" } else { "parts" };
            ToolError::about_arguments(format!("there is no page {number}: it has {of} {parts}"))
        })?;
        let mark = match (part.number, part.of) {
            (1, 1) => String::new(),
            (last, of) if last == of => format!("\n\n[This is part {of} of {of}, the last one.]"),
            (number, of) => {
                let next = number + 1;
                format!(
                    "\n\n[This is part {number} of {of}. For the next one, call with page={next}.]"
                )
            }
        };
        Ok(Value::from(format!("{}{mark}", part.text.trim_end())).into())
    }
}

/// A page as it is told.
fn written(page: &Page, whole: bool) -> String {
    let mut text = String::new();
    let begins_with_title = page.text.lines().next().is_some_and(|line| line.starts_with("# "));
    if !page.title.is_empty() && !begins_with_title {
        text = format!("# {}\n\n", page.title);
    }
    if !page.about.is_empty() {
        text.push_str(&format!("{}\n\n", page.about));
    }
    text.push_str(&page.text);
    if !page.complete {
        text.push_str("\n\n[The page goes on, but is too large to be read to its end.]");
    }
    if page.is_article && !whole {
        text.push_str("\n\n[This is the article; for menus, lists and comments around it, call with whole=True.]");
    }
    text
}

/// What an answer is.
enum Kind {
    Html,
    Text,
    Image(ImageFormat),
    Other(String),
}

fn content_type(answer: &HttpResponse) -> &str {
    answer.header("content-type").unwrap_or_default()
}

/// What an answer is, by what it says, and by its first bytes where that is nothing or cannot be.
fn kind(answer: &HttpResponse) -> Kind {
    let body = &answer.body;
    if let Some(format) = ImageFormat::of(body) {
        return Kind::Image(format);
    }
    if body.starts_with(b"%PDF-") {
        return Kind::Other(PDF.to_owned());
    }
    let said = texts::line(content_type(answer).split(';').next().unwrap_or_default(), TYPE);
    let said = said.to_ascii_lowercase();
    let subtype = said.split_once('/').map_or("", |(_, subtype)| subtype);
    const TEXTS: [&str; 9] =
        ["json", "xml", "yaml", "x-yaml", "toml", "javascript", "x-javascript", "x-ndjson", "sql"];
    match said.as_str() {
        "text/html" | "application/xhtml+xml" => Kind::Html,
        said if said.starts_with("text/") => Kind::Text,
        _ if TEXTS.contains(&subtype)
            || subtype.ends_with("+json")
            || subtype.ends_with("+xml") =>
        {
            match subtype {
                "svg+xml" => Kind::Other(said),
                _ => Kind::Text,
            }
        }
        "" | ANYTHING => guess(body),
        _ => Kind::Other(said),
    }
}

/// What bytes are that nobody says anything about.
fn guess(body: &[u8]) -> Kind {
    let start = body.trim_ascii_start();
    let start = start[..start.len().min(64)].to_ascii_lowercase();
    if start.starts_with(b"<!doctype html") || start.starts_with(b"<html") {
        Kind::Html
    } else if !body.contains(&0) && std::str::from_utf8(body).is_ok() {
        Kind::Text
    } else {
        Kind::Other(ANYTHING.to_owned())
    }
}

/// Why a server gives no page.
fn refusal(answer: &HttpResponse) -> String {
    let place = texts::line(&answer.url, 300);
    let why = match answer.status {
        404 | 410 => "there is no such page; the address may be wrong or old".to_owned(),
        401 | 407 => "the page is for those who have signed in".to_owned(),
        403 | 451 => "the site does not show this page to programs, or not to us".to_owned(),
        429 => match server::retry_after(answer) {
            Some(after) => {
                format!(
                    "the site has had too many visits; try again in {} seconds",
                    after.as_secs()
                )
            }
            None => "the site has had too many visits; try again in a minute".to_owned(),
        },
        500.. => "the site has a problem of its own; it may work again later".to_owned(),
        _ => "the site shows no page".to_owned(),
    };
    format!("{why} (status {}, {place})", answer.status)
}

impl Tool for VisitWebpage {
    fn name(&self) -> &str {
        VisitWebpage::NAME
    }

    fn description(&self) -> &str {
        "Reads a page of the web, and gives its text as Markdown. Texts and data are given as they are, pictures as \
         pictures."
    }

    fn parameters(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "url": {"type": "string", "description": "The address of the page."},
                "page": {
                    "type": "integer",
                    "minimum": 1,
                    "default": 1,
                    "description": "Which part of a long text; its end says how many there are.",
                },
                "whole": {
                    "type": "boolean",
                    "default": false,
                    "description": "Whether to give all of the page, with its menus and lists, and not only its \
                                    article.",
                },
            },
            "required": ["url"],
        })
    }

    fn returns(&self) -> Option<Value> {
        Some(json!({"type": "string", "description": "The text; of a picture, the picture."}))
    }

    /// Whoever has written it says what they like, and an address alone can tell them something.
    fn labels(&self) -> ToolLabels {
        ToolLabels::RETURNS_UNTRUSTED.and(ToolLabels::SENDS)
    }

    fn call(&self, input: ToolInput) -> ToolFuture<'_> {
        Box::pin(async move {
            let arguments = &input.arguments;
            let url = arguments::text(arguments, "url")?;
            let number = arguments::number(arguments, "page", 1);
            self.visit(&input.context, url, number, arguments::flag(arguments, "whole")).await
        })
    }
}

impl fmt::Debug for VisitWebpage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VisitWebpage")
            .field("egress", &self.egress)
            .field("characters", &self.characters)
            .finish_non_exhaustive()
    }
}

/// The configuration of a tool that reads pages; see [`VisitWebpage::builder`].
#[must_use]
pub struct VisitWebpageBuilder {
    egress: Option<Egress>,
    characters: usize,
    reader: Option<Arc<dyn DocumentReader>>,
}

impl VisitWebpageBuilder {
    /// Sets the client, which says what may be visited, with the limits of size and time. The default is one with
    /// [`VisitWebpageBuilder::limits`] that reaches every public host.
    pub fn client(mut self, egress: Egress) -> Self {
        self.egress = Some(egress);
        self
    }

    /// The limits of the client that is used if no other is given.
    pub fn limits() -> EgressLimits {
        EgressLimits::default().with_time(Duration::from_secs(20))
    }

    /// Sets how many characters a part has, at least 1000. The default is 40 000.
    pub fn characters(mut self, characters: usize) -> Self {
        self.characters = characters.max(1_000);
        self
    }

    /// Sets who reads documents that are neither text nor HTML. The default is nobody.
    pub fn reader(mut self, reader: impl DocumentReader) -> Self {
        self.reader = Some(Arc::new(reader));
        self
    }

    /// Makes the tool.
    ///
    /// # Errors
    ///
    /// [`WebError::Egress`]
    pub fn build(self) -> Result<VisitWebpage, WebError> {
        let VisitWebpageBuilder { egress, characters, reader } = self;
        let egress = match egress {
            Some(egress) => egress,
            None => {
                let anywhere = "*=GET".parse::<HttpRule>()?;
                Egress::builder().allow(anywhere).limits(VisitWebpageBuilder::limits()).build()?
            }
        };
        Ok(VisitWebpage { egress: SessionClients::new(egress), characters, reader })
    }
}

impl fmt::Debug for VisitWebpageBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VisitWebpageBuilder")
            .field("egress", &self.egress)
            .field("characters", &self.characters)
            .finish_non_exhaustive()
    }
}
