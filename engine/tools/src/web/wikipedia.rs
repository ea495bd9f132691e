//! Articles of Wikipedia, by the interface that all wikis of MediaWiki have.

use std::time::Duration;

use fumehood::{CallContext, Tool, ToolError, ToolFuture, ToolInput, ToolLabels};
use reqwest::Url;
use serde_json::{Value, json};

use super::arguments;
use super::error::WebError;
use super::page::part;
use super::server;
use crate::egress::{
    Egress, EgressBuilder, EgressError, EgressLimits, HttpRequest, HttpRule, SessionClients,
};
use crate::texts;

/// Where the interface of a Wikipedia is; the language stands for the braces.
const WIKIPEDIA: &str = "https://{language}.wikipedia.org/w/api.php";
const LANGUAGE: &str = "{language}";
/// Names of languages, such as `de`, `simple` and `zh-min-nan`.
const LANGUAGES: &str = "^[a-z]{2,12}(-[a-z]{2,12}){0,3}$";
/// Bytes of a title of MediaWiki.
const TITLE: usize = 255;
/// Other articles that are named.
const OTHERS: usize = 5;
/// Articles of which one is meant, where several may be.
const CHOICES: usize = 100;

/// Looks an article up: `wikipedia_search(query, language="en", full=False, page=1)`.
///
/// The article is the one of that title, or else the one that the wiki finds first. The answer is an object with its
/// `title`, its `url`, its `text` (the beginning of it, or with `full` all of it, in parts where it is long), and the
/// titles of `others` that were found. Where a title may mean several things, `choices` are the titles of those.
///
/// # Defaults
///
/// * the Wikipedias, in English if nobody says anything else
/// * parts of 40 000 characters
/// * 10 seconds for an answer of at most 4 MiB
/// * the operator is not named to the wiki, which wants to know whom to ask
///
/// # Examples
///
/// ```no_run
/// use fumehood_tools::web::WikipediaSearch;
///
/// # fn example(engine: &fumehood::Engine) -> Result<(), Box<dyn std::error::Error>> {
/// let wikipedia = WikipediaSearch::builder().contact("ops@example.org").build()?;
/// let sandbox = fumehood::Sandbox::builder(engine).tool(wikipedia).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct WikipediaSearch {
    url: String,
    language: String,
    characters: usize,
    user_agent: String,
    egress: SessionClients,
}

/// What a wiki says of one article.
struct Article {
    title: String,
    url: String,
    text: String,
    is_choice: bool,
}

impl WikipediaSearch {
    /// The name of the function.
    pub const NAME: &str = "wikipedia_search";

    /// Begins the configuration of a tool that looks articles up.
    pub fn builder() -> WikipediaSearchBuilder {
        WikipediaSearchBuilder {
            url: None,
            language: "en".to_owned(),
            characters: 40_000,
            contact: None,
            client: Egress::builder(),
        }
    }

    async fn look_up(
        &self,
        context: &CallContext,
        query: &str,
        language: &str,
        full: bool,
        page: usize,
    ) -> Result<Value, ToolError> {
        let query = query.split_whitespace().collect::<Vec<_>>().join(" ");
        let wiki = Asking { wiki: self, egress: self.egress.of(context.session()), language };
        let said = wiki.search_and_article(&query, full).await?;
        let found = said.pointer("/query/search").and_then(Value::as_array);
        let found = found.into_iter().flatten().filter_map(|one| one.get("title")?.as_str());
        let found = found.map(|title| texts::line(title, TITLE)).collect::<Vec<_>>();
        let article = match (article(&said), found.first()) {
            (Some(article), _) => article,
            (None, Some(first)) => {
                let said = wiki.article(first, full).await?;
                let unknown =
                    || ToolError::new(format!("the wiki does not give the article `{first}`"));
                article(&said).ok_or_else(unknown)?
            }
            (None, None) => {
                let suggestion =
                    said.pointer("/query/searchinfo/suggestion").and_then(Value::as_str);
                let hint = match suggestion {
                    Some(other) => format!("; perhaps `{}` is meant", texts::line(other, TITLE)),
                    None => "; ask in fewer or other words".to_owned(),
                };
                let shown = texts::line(&query, TITLE);
                return Err(ToolError::new(format!(
                    "there is no article about `{shown}` in the language `{language}`{hint}"
                )));
            }
        };
        let others = found.into_iter().filter(|title| *title != article.title).take(OTHERS);
        let mut answer = json!({
            "title": article.title,
            "url": article.url,
            "text": self.part(&article.text, page)?,
            "others": others.collect::<Vec<_>>(),
        });
        if article.is_choice {
            answer["choices"] = wiki.choices(&article.title).await?.into();
        }
        Ok(answer)
    }

    /// A part of a text, which says how to go on.
    fn part(&self, text: &str, number: usize) -> Result<String, ToolError> {
        let part = part(text, number, self.characters).map_err(|of| {
            ToolError::about_arguments(format!("there is no page {number}: the article has {of}"))
        })?;
        let text = part.text.trim_end();
        Ok(match part.number < part.of {
            true => format!(
                "{text}\n\n[This is part {} of {}. For the next one, call with page={}.]",
                part.number,
                part.of,
                part.number + 1
            ),
            false => text.to_owned(),
        })
    }
}

/// The wiki of a language, for one call.
struct Asking<'a> {
    wiki: &'a WikipediaSearch,
    egress: Egress,
    language: &'a str,
}

impl Asking<'_> {
    /// The article of a title, if there is one, and what a search for it finds.
    async fn search_and_article(&self, query: &str, full: bool) -> Result<Value, ToolError> {
        let limit = (OTHERS + 1).to_string();
        let search = [("list", "search"), ("srsearch", query), ("srlimit", &limit), ("srprop", "")];
        // A bar would stand between two titles.
        let title = query.replace('|', " ");
        self.ask(&of_article(&title, full), &search).await
    }

    async fn article(&self, title: &str, full: bool) -> Result<Value, ToolError> {
        self.ask(&of_article(title, full), &[]).await
    }

    /// What the title may mean.
    async fn choices(&self, title: &str) -> Result<Vec<String>, ToolError> {
        let most = CHOICES.to_string();
        let links =
            [("titles", title), ("prop", "links"), ("plnamespace", "0"), ("pllimit", &most)];
        let said = self.ask(&links, &[]).await?;
        let links = said.pointer("/query/pages/0/links").and_then(Value::as_array);
        let links = links.into_iter().flatten().filter_map(|link| link.get("title")?.as_str());
        Ok(links.take(CHOICES).map(|title| texts::line(title, TITLE)).collect())
    }

    async fn ask(&self, about: &[(&str, &str)], more: &[(&str, &str)]) -> Result<Value, ToolError> {
        let failed = |told: String| ToolError::new(format!("the wiki cannot be asked: {told}"));
        let url = self.wiki.url.replace(LANGUAGE, self.language);
        let mut url = Url::parse(&url).map_err(|error| failed(error.to_string()))?;
        let always = [("action", "query"), ("format", "json"), ("formatversion", "2")];
        url.query_pairs_mut().extend_pairs(always).extend_pairs(about).extend_pairs(more);
        let request = HttpRequest::get(url)
            .with_header("user-agent", &self.wiki.user_agent)
            .with_header("accept", "application/json");
        let answer = self.egress.fetch(request).await.map_err(|error| match error {
            EgressError::Resolve { .. } => failed(format!(
                "{error}; perhaps there is none in the language `{}`",
                self.language
            )),
            error => server::failed("the wiki cannot be asked", &error),
        })?;
        match (answer.status, server::retry_after(&answer)) {
            (200..300, _) => {}
            (429, Some(after)) => {
                let seconds = after.as_secs();
                return Err(failed(format!(
                    "it has had too many questions; try again in {seconds} seconds"
                )));
            }
            (429 | 503, _) => return Err(failed("it is busy; try again in a minute".to_owned())),
            (status, _) => return Err(failed(format!("it answered with the status {status}"))),
        }
        let said = serde_json::from_slice::<Value>(&answer.body)
            .map_err(|error| failed(format!("what it says is no JSON: {error}")))?;
        match said.pointer("/error/info").and_then(Value::as_str) {
            Some(told) => Err(failed(texts::line(told, 300))),
            None => Ok(said),
        }
    }
}

/// The parameters for an article, or its beginning.
fn of_article(title: &str, full: bool) -> Vec<(&str, &str)> {
    let mut parameters = vec![
        ("titles", title),
        ("redirects", "1"),
        ("prop", "extracts|info|pageprops"),
        ("inprop", "url"),
        ("ppprop", "disambiguation"),
        ("explaintext", "1"),
        ("exsectionformat", "wiki"),
    ];
    if !full {
        parameters.push(("exintro", "1"));
    }
    parameters
}

/// The article that a wiki has given, if there is one of the title.
fn article(said: &Value) -> Option<Article> {
    let page = said.pointer("/query/pages/0")?;
    if page.get("missing").is_some() || page.get("invalid").is_some() {
        return None;
    }
    let text = page.get("extract").and_then(Value::as_str).unwrap_or_default();
    Some(Article {
        title: texts::line(page.get("title")?.as_str()?, TITLE),
        url: texts::line(page.get("fullurl").and_then(Value::as_str).unwrap_or_default(), 2_000),
        text: text.trim().to_owned(),
        is_choice: page.pointer("/pageprops/disambiguation").is_some(),
    })
}

impl Tool for WikipediaSearch {
    fn name(&self) -> &str {
        WikipediaSearch::NAME
    }

    fn description(&self) -> &str {
        "Looks up an article of Wikipedia: the one with this title, or else the one that fits best."
    }

    fn parameters(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "query": {
                    "type": "string",
                    "maxLength": TITLE,
                    "description": "The title of an article, or what it is about.",
                },
                "language": {
                    "type": "string",
                    "pattern": LANGUAGES,
                    "default": self.language,
                    "description": "The language of the Wikipedia, as in its address.",
                },
                "full": {
                    "type": "boolean",
                    "default": false,
                    "description": "Whether to give all of the article, and not only how it begins.",
                },
                "page": {
                    "type": "integer",
                    "minimum": 1,
                    "default": 1,
                    "description": "Which part of a long article.",
                },
            },
            "required": ["query"],
        })
    }

    fn returns(&self) -> Option<Value> {
        let titles = json!({"type": "array", "items": {"type": "string"}});
        Some(json!({
            "type": "object",
            "description": "A dict with `title`, `url`, `text`, the titles of `others`, and `choices` where the \
                            title may mean several things.",
            "properties": {
                "title": {"type": "string"},
                "url": {"type": "string"},
                "text": {"type": "string"},
                "others": titles,
                "choices": titles,
            },
            "required": ["title", "url", "text", "others"],
        }))
    }

    /// Anybody writes it, and the words of a search go to others.
    fn labels(&self) -> ToolLabels {
        ToolLabels::RETURNS_UNTRUSTED.and(ToolLabels::SENDS)
    }

    fn call(&self, input: ToolInput) -> ToolFuture<'_> {
        Box::pin(async move {
            let arguments = &input.arguments;
            let query = arguments::text(arguments, "query")?;
            let language = arguments.get("language").and_then(Value::as_str);
            let language = language.unwrap_or(&self.language);
            if !is_language(language) {
                let told = "`language` is a name as in an address, such as `de`".to_owned();
                return Err(ToolError::about_arguments(told));
            }
            let full = arguments::flag(arguments, "full");
            let page = arguments::number(arguments, "page", 1);
            Ok(self.look_up(&input.context, query, language, full, page).await?.into())
        })
    }
}

/// Whether it is what [`LANGUAGES`] says. The language becomes part of a host, so nobody else's check is enough.
fn is_language(language: &str) -> bool {
    let parts = language.split('-').collect::<Vec<_>>();
    parts.len() <= 4
        && parts.iter().all(|part| {
            (2..=12).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase())
        })
}

/// The configuration of a tool that looks articles up; see [`WikipediaSearch::builder`].
#[derive(Debug)]
#[must_use]
pub struct WikipediaSearchBuilder {
    url: Option<String>,
    language: String,
    characters: usize,
    contact: Option<String>,
    client: EgressBuilder,
}

impl WikipediaSearchBuilder {
    /// Sets the address of the interface of another wiki, such as `https://wiki.example.org/w/api.php`. Where
    /// `{language}` stands for the first part of its host, languages can be chosen. It may be in a private network.
    pub fn url(mut self, url: impl Into<String>) -> Self {
        self.url = Some(url.into());
        self
    }

    /// Sets the language of articles where nobody says it. The default is `en`.
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = language.into();
        self
    }

    /// Sets how many characters a part has, at least 1000. The default is 40 000.
    pub fn characters(mut self, characters: usize) -> Self {
        self.characters = characters.max(1_000);
        self
    }

    /// Sets whom the wiki can turn to about our requests: an address of mail, or of a page.
    pub fn contact(mut self, contact: impl Into<String>) -> Self {
        self.contact = Some(contact.into());
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
    /// [`WebError`] if the address is none, or the language is no name of one
    pub fn build(self) -> Result<WikipediaSearch, WebError> {
        let WikipediaSearchBuilder { url, language, characters, contact, client } = self;
        let named = url.is_some();
        let url = url.unwrap_or_else(|| WIKIPEDIA.to_owned());
        let refuse = |reason: &str| WebError::Url { url: url.clone(), reason: reason.to_owned() };
        if !is_language(&language) {
            return Err(refuse("the language is no name as in an address, such as `de`"));
        }
        let of_one = server::server_url(&url.replace(LANGUAGE, "xx"))?;
        let place = server::place(&of_one);
        let place = match url.contains("://{language}.") {
            true => place.replacen("xx.", "*.", 1),
            false if url.contains(LANGUAGE) && !url.contains("/{language}/") => {
                return Err(refuse("`{language}` is the first part of a host, or a folder"));
            }
            false => place,
        };
        let rule = format!("{}://{place}=GET", of_one.scheme()).parse::<HttpRule>()?;
        let rule = if named { rule.private() } else { rule };
        let limits = EgressLimits::default()
            .with_time(Duration::from_secs(10))
            .with_response_bytes(4 << 20)
            .with_unpacked_bytes(4 << 20);
        let egress = client.allow(rule).limits(limits).build()?;
        let contact = contact.map(|contact| texts::line(&contact, 200));
        let user_agent = match contact.filter(|contact| contact.is_ascii() && !contact.is_empty()) {
            Some(contact) => format!("fumehood/{} ({contact})", env!("CARGO_PKG_VERSION")),
            None => format!("fumehood/{}", env!("CARGO_PKG_VERSION")),
        };
        let egress = SessionClients::new(egress);
        Ok(WikipediaSearch { url, language, characters, user_agent, egress })
    }
}
