//! Searching the web.
//!
//! * `provider`: who searches, and how they are asked
//! * `duckduckgo`: its pages; `answers`: the JSON of the others
//! * `error`: why a search finds nothing

mod answers;
mod duckduckgo;
mod error;
mod provider;

use std::collections::HashSet;
use std::time::Duration;

use fumehood::{CallContext, Tool, ToolFuture, ToolInput, ToolLabels};
use reqwest::Url;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use tokio::sync::Mutex;
use tokio::time::Instant;

pub use self::provider::SearchProvider;

use self::error::SearchError;
use super::arguments;
use super::error::WebError;
use super::server::{self, Asked, Server, USER_AGENT};
use crate::egress::{Egress, EgressBuilder, EgressLimits};
use crate::texts;

/// Results that are ever asked for; some providers have no more on a page.
const MOST: usize = 20;
/// Bytes of a title.
const TITLE: usize = 300;
/// Bytes of what a result says of a page.
const SNIPPET: usize = 1_000;
/// Bytes of an address.
const ADDRESS: usize = 2_000;
/// Bytes of a date.
const DATE: usize = 40;
/// Characters of a query; nobody takes longer ones.
const QUERY: usize = 400;

/// A search on the web: `web_search(query, most=10)`.
///
/// It answers with a list of objects: `title`, `url`, `snippet`, and `date` where it is known. A model that writes
/// code goes on with the addresses at once, filters and counts, where it would have to take a text apart; a model that
/// calls tools reads the same as JSON.
///
/// # Defaults
///
/// * [`SearchProvider::DuckDuckGo`]
/// * a search begins a second after the one before it, in all sessions together; others wait
/// * 10 seconds for an answer of at most 4 MiB
/// * 10 results, of at most 20
///
/// # Examples
///
/// ```no_run
/// use fumehood_tools::web::{SearchProvider, WebSearch};
///
/// # fn example(engine: &fumehood::Engine, key: String) -> Result<(), Box<dyn std::error::Error>> {
/// let search = WebSearch::builder(SearchProvider::Brave).key(key).build()?;
/// let sandbox = fumehood::Sandbox::builder(engine).tool(search).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct WebSearch {
    provider: SearchProvider,
    server: Server,
    most: usize,
    pace: Duration,
    /// When the next search may begin.
    turn: Mutex<Option<Instant>>,
    description: String,
}

impl WebSearch {
    /// The name of the function.
    pub const NAME: &str = "web_search";

    /// Begins the configuration of a search by this provider.
    pub fn builder(provider: SearchProvider) -> WebSearchBuilder {
        WebSearchBuilder {
            provider,
            key: None,
            url: None,
            most: 10,
            pace: Duration::from_secs(1),
            client: Egress::builder(),
        }
    }

    async fn search(
        &self,
        context: &CallContext,
        query: &str,
        most: usize,
    ) -> Result<Vec<Found>, SearchError> {
        let provider = self.provider.name();
        self.wait().await;
        let request = self.provider.request(&self.server, query, most);
        let request = request.with_header("user-agent", USER_AGENT);
        let answer = self.server.ask(context, request).await;
        let answer = answer.map_err(|error| SearchError::Unreached { provider, error })?;
        let mut found = self.provider.found(query, &answer).await?;
        let mut seen = HashSet::new();
        found.retain(|one| seen.insert(one.url.clone()));
        found.truncate(most);
        Ok(found)
    }

    /// Waits for the turn of a search. Who stops waiting has not taken it.
    async fn wait(&self) {
        let mut turn = self.turn.lock().await;
        if let Some(turn) = *turn {
            tokio::time::sleep_until(turn).await;
        }
        *turn = Some(Instant::now() + self.pace);
    }
}

impl Tool for WebSearch {
    fn name(&self) -> &str {
        WebSearch::NAME
    }

    fn description(&self) -> &str {
        &self.description
    }

    fn parameters(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "query": {
                    "type": "string",
                    "maxLength": QUERY,
                    "description": "What to search for, in the words that a page about it would have.",
                },
                "most": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": MOST,
                    "default": self.most,
                    "description": "How many results there are at most.",
                },
            },
            "required": ["query"],
        })
    }

    fn returns(&self) -> Option<Value> {
        Some(json!({
            "type": "array",
            "description": "Results, the best first: dicts with `title`, `url`, `snippet`, and `date` where it is \
                            known.",
            "items": {
                "type": "object",
                "properties": {
                    "title": {"type": "string"},
                    "url": {"type": "string"},
                    "snippet": {"type": "string"},
                    "date": {"type": "string"},
                },
                "required": ["title", "url", "snippet"],
            },
        }))
    }

    /// Whoever is found says what they like, and the words of a search go to others.
    fn labels(&self) -> ToolLabels {
        ToolLabels::RETURNS_UNTRUSTED.and(ToolLabels::SENDS)
    }

    fn call(&self, input: ToolInput) -> ToolFuture<'_> {
        Box::pin(async move {
            let query = arguments::text(&input.arguments, "query")?;
            let most = arguments::number(&input.arguments, "most", self.most).clamp(1, MOST);
            let found = self.search(&input.context, query, most).await?;
            let found = found.into_iter().map(Found::into_value).collect::<Vec<_>>();
            Ok(Value::from(found).into())
        })
    }
}

/// The configuration of a search; see [`WebSearch::builder`].
#[derive(Debug)]
#[must_use]
pub struct WebSearchBuilder {
    provider: SearchProvider,
    key: Option<SecretString>,
    url: Option<String>,
    most: usize,
    pace: Duration,
    client: EgressBuilder,
}

impl WebSearchBuilder {
    /// Sets the key, which goes to the provider's server alone. Those that need none are not told of it.
    pub fn key(mut self, key: impl Into<SecretString>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// Sets where the provider is asked: the address of its interface for searches; of SearXNG, that of the instance.
    /// It may be in a private network.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// Sets how many results there are where nobody says it: 1 to 20. The default is 10.
    pub fn most(mut self, most: usize) -> Self {
        self.most = most.clamp(1, MOST);
        self
    }

    /// Sets how long after a search the next one begins. The default is a second.
    pub fn pace(mut self, pace: Duration) -> Self {
        self.pace = pace;
        self
    }

    /// Sets the client: who looks names up, who is told of requests, which authorities are trusted. What it may
    /// reach, and its limits, are set by the tool.
    pub fn client(mut self, client: EgressBuilder) -> Self {
        self.client = client;
        self
    }

    /// Makes the tool.
    ///
    /// # Errors
    ///
    /// [`WebError`] if the provider needs a key or an address that was not given, or if one of them is none
    pub fn build(self) -> Result<WebSearch, WebError> {
        let WebSearchBuilder { provider, key, url, most, pace, client } = self;
        let named = url.is_some();
        let url = match (url, provider.url()) {
            (Some(url), _) if provider == SearchProvider::SearXng => instance(&url)?,
            (Some(url), _) => url,
            (None, Some(url)) => url.to_owned(),
            (None, None) => {
                let example = "https://searx.example.org";
                return Err(WebError::NoUrl { whose: provider.name(), example });
            }
        };
        let limits = EgressLimits::default()
            .with_time(Duration::from_secs(10))
            .with_response_bytes(4 << 20)
            .with_unpacked_bytes(4 << 20)
            .with_redirects(2);
        let asked = Asked { url: &url, named, method: provider.method(), limits };
        let server = Server::new(client, &asked, |place| provider.credential(place, key))?;
        let description = format!(
            "Searches the web with {provider}. It finds pages and says a little of each; visit a page to read it."
        );
        Ok(WebSearch { provider, server, most, pace, turn: Mutex::default(), description })
    }
}

/// Where an instance of SearXNG searches.
fn instance(url: &str) -> Result<String, WebError> {
    let mut url = server::server_url(url)?;
    let path = format!("{}/search", url.path().trim_end_matches('/').trim_end_matches("/search"));
    url.set_path(&path);
    Ok(url.into())
}

/// One result.
#[derive(Debug, PartialEq, Eq)]
struct Found {
    title: String,
    url: String,
    snippet: String,
    date: Option<String>,
}

impl Found {
    /// A result, if its address is one of the web.
    fn new(title: &str, url: &str, snippet: &str, date: Option<&str>) -> Option<Found> {
        let url = Url::parse(url).ok()?;
        if !matches!(url.scheme(), "http" | "https") || url.as_str().len() > ADDRESS {
            return None;
        }
        let url = url.to_string();
        let title = match texts::line(title, TITLE) {
            title if title.is_empty() => url.clone(),
            title => title,
        };
        let mut found = Found { title, url, snippet: String::new(), date: None };
        found.set_snippet(snippet);
        found.set_date(date.unwrap_or_default());
        Some(found)
    }

    fn set_snippet(&mut self, snippet: &str) {
        self.snippet = texts::line(snippet, SNIPPET);
    }

    /// A day where it is said exactly, and otherwise what the provider says, such as `2 days ago`.
    fn set_date(&mut self, date: &str) {
        let date = texts::line(date, DATE);
        let bytes = date.as_bytes();
        let is_day = bytes.len() >= 10
            && bytes[..10].iter().enumerate().all(|(at, byte)| match at {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        let is_time = is_day && bytes.get(10).is_none_or(|next| *next == b'T' || *next == b' ');
        self.date = match is_time {
            true => Some(date[..10].to_owned()),
            false => (!date.is_empty()).then_some(date),
        };
    }

    fn into_value(self) -> Value {
        let mut value = Map::new();
        value.insert("title".to_owned(), self.title.into());
        value.insert("url".to_owned(), self.url.into());
        value.insert("snippet".to_owned(), self.snippet.into());
        if let Some(date) = self.date {
            value.insert("date".to_owned(), date.into());
        }
        Value::Object(value)
    }
}
