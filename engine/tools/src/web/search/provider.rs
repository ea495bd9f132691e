//! Who searches, and how they are asked.

use std::fmt;

use serde::Deserialize;
use serde_json::json;

use super::Found;
use super::answers::{self, Layout};
use super::duckduckgo;
use super::error::SearchError;
use crate::egress::{HttpCredential, HttpRequest, HttpResponse};
use crate::web::error::WebError;
use crate::web::server::{self, Server};

/// Who a [`WebSearch`](super::WebSearch) asks. In files it is the name in lower case.
///
/// # Examples
///
/// ```
/// use fumehood_tools::web::SearchProvider;
///
/// assert_eq!(SearchProvider::default(), SearchProvider::DuckDuckGo);
/// assert_eq!(SearchProvider::Brave.key_variable(), Some("BRAVE_API_KEY"));
/// assert_eq!(SearchProvider::SearXng.to_string(), "SearXNG");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SearchProvider {
    /// The pages of DuckDuckGo that need no scripts, without a key. It has its own mind about how often a program
    /// may ask, so it is for trying things out.
    #[default]
    DuckDuckGo,
    /// Brave's own index.
    Brave,
    /// Google, by serper.dev.
    Serper,
    /// Google, by serpapi.com.
    SerpApi,
    /// Tavily, whose snippets are made for models.
    Tavily,
    /// Exa, which searches by meaning.
    Exa,
    /// An instance of SearXNG, which asks other engines. It has to be named.
    SearXng,
}

use SearchProvider::{Brave, DuckDuckGo, Exa, SearXng, SerpApi, Serper, Tavily};

impl SearchProvider {
    /// All of them.
    pub const ALL: [SearchProvider; 7] = [DuckDuckGo, Brave, Serper, SerpApi, Tavily, Exa, SearXng];

    /// The environment variable in which its key usually is; nothing, if it needs none.
    pub fn key_variable(self) -> Option<&'static str> {
        match self {
            Brave => Some("BRAVE_API_KEY"),
            Serper => Some("SERPER_API_KEY"),
            SerpApi => Some("SERPAPI_API_KEY"),
            Tavily => Some("TAVILY_API_KEY"),
            Exa => Some("EXA_API_KEY"),
            DuckDuckGo | SearXng => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            DuckDuckGo => "DuckDuckGo",
            Brave => "Brave",
            Serper => "Serper",
            SerpApi => "SerpApi",
            Tavily => "Tavily",
            Exa => "Exa",
            SearXng => "SearXNG",
        }
    }

    /// Where it is, but for those that everybody has their own of.
    pub(super) fn url(self) -> Option<&'static str> {
        match self {
            DuckDuckGo => Some("https://html.duckduckgo.com/html/"),
            Brave => Some("https://api.search.brave.com/res/v1/web/search"),
            Serper => Some("https://google.serper.dev/search"),
            SerpApi => Some("https://serpapi.com/search.json"),
            Tavily => Some("https://api.tavily.com/search"),
            Exa => Some("https://api.exa.ai/search"),
            SearXng => None,
        }
    }

    pub(super) fn method(self) -> &'static str {
        match self {
            DuckDuckGo | Brave | SerpApi | SearXng => "GET",
            Serper | Tavily | Exa => "POST",
        }
    }

    /// The key as its server wants it.
    pub(super) fn credential(
        self,
        place: &str,
        key: Option<secrecy::SecretString>,
    ) -> Result<Option<HttpCredential>, WebError> {
        let Some(variable) = self.key_variable() else { return Ok(None) };
        let key = key.ok_or(WebError::NoKey { whose: self.name(), variable })?;
        let credential = match self {
            Brave => HttpCredential::new(place, "x-subscription-token", "", key),
            Serper | Exa => HttpCredential::new(place, "x-api-key", "", key),
            Tavily => HttpCredential::new(place, "authorization", "Bearer ", key),
            // It takes keys in no other place.
            SerpApi => HttpCredential::in_query(place, "api_key", key),
            DuckDuckGo | SearXng => return Ok(None),
        };
        Ok(Some(credential?))
    }

    /// The request for so many results.
    pub(super) fn request(self, server: &Server, query: &str, most: usize) -> HttpRequest {
        let mut url = server.url.clone();
        let number = most.to_string();
        let parameters = match self {
            DuckDuckGo => vec![("q", query), ("kl", "wt-wt")],
            Brave => vec![("q", query), ("count", &number), ("text_decorations", "false")],
            SerpApi => vec![("engine", "google"), ("q", query), ("num", &number)],
            SearXng => vec![("q", query), ("format", "json")],
            Serper | Tavily | Exa => Vec::new(),
        };
        if !parameters.is_empty() {
            url.query_pairs_mut().extend_pairs(parameters);
        }
        let request = HttpRequest::new(self.method(), url);
        match self {
            DuckDuckGo => request.with_header("accept", "text/html"),
            Serper => server::json_request(request, &json!({"q": query, "num": most})),
            Tavily => server::json_request(request, &json!({"query": query, "max_results": most})),
            Exa => {
                let contents = json!({"text": {"maxCharacters": super::SNIPPET}});
                let body = json!({"query": query, "numResults": most, "contents": contents});
                server::json_request(request, &body)
            }
            Brave | SerpApi | SearXng => request.with_header("accept", "application/json"),
        }
    }

    /// How its JSON is laid out; nothing, if it answers with pages.
    fn layout(self) -> Option<Layout> {
        let layout = |results, known, url, snippet, date| {
            Some(Layout { results, known, url, snippet, date, is_html: self == Brave })
        };
        match self {
            Brave => layout(
                "/web/results",
                &["/query", "/type"],
                "url",
                "description",
                &["page_age", "age"],
            ),
            Serper => layout("/organic", &["/searchParameters"], "link", "snippet", &["date"]),
            SerpApi => {
                layout("/organic_results", &["/search_metadata"], "link", "snippet", &["date"])
            }
            Tavily => layout("/results", &["/query"], "url", "content", &["published_date"]),
            Exa => layout("/results", &["/results"], "url", "text", &["publishedDate"]),
            SearXng => layout("/results", &["/results"], "url", "content", &["publishedDate"]),
            DuckDuckGo => None,
        }
    }

    /// What its server has found.
    pub(super) async fn found(
        self,
        query: &str,
        answer: &HttpResponse,
    ) -> Result<Vec<Found>, SearchError> {
        self.refusal(answer)?;
        let found = match self.layout() {
            Some(layout) => answers::found(self.name(), &layout, &answer.body)?,
            None => duckduckgo::found(answer).await?,
        };
        match found.is_empty() {
            true => Err(SearchError::Nothing { query: query.to_owned() }),
            false => Ok(found),
        }
    }

    /// Why its server answers no question.
    fn refusal(self, answer: &HttpResponse) -> Result<(), SearchError> {
        let provider = self.name();
        let complaint = server::complaint(answer);
        let about = |words: &[&str]| {
            let lower = complaint.as_deref().unwrap_or_default().to_ascii_lowercase();
            words.iter().any(|word| lower.contains(word))
        };
        let after = server::retry_after(answer);
        Err(match (self, answer.status) {
            // A page with a riddle that only people solve is a success to DuckDuckGo.
            (DuckDuckGo, 202 | 403 | 418 | 429) => SearchError::TooMany { provider, after },
            (SearXng, 403) => SearchError::NoJson,
            (_, 200..300) => return Ok(()),
            (_, 402 | 432 | 433) => SearchError::UsedUp { provider, complaint },
            (_, 400 | 429) if about(&["credit", "run out", "quota", "usage limit"]) => {
                SearchError::UsedUp { provider, complaint }
            }
            (_, 401 | 403) => SearchError::Key { provider, complaint },
            // Brave has this for keys that are none, and Serper for those that are missing.
            (_, 400 | 422) if about(&["token", "api key", "api-key", "unauthorized"]) => {
                SearchError::Key { provider, complaint }
            }
            (_, 429) => SearchError::TooMany { provider, after },
            (_, status) => SearchError::Status { provider, status, complaint },
        })
    }
}

impl fmt::Display for SearchProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
