//! Searches, by what providers really answer.

use std::time::{Duration, Instant};

use fumehood::{Tool as _, ToolLabels};
use fumehood_tools::web::{SearchProvider, WebError, WebSearch, WebSearchBuilder};
use serde_json::json;

use super::site::{Answer, Site};
use super::{call, here, saved, session};
use crate::{raised, repr};

use SearchProvider::{Brave, DuckDuckGo, Exa, SearXng, SerpApi, Serper, Tavily};

/// The search by a provider that a site plays.
fn search(site: &Site, provider: SearchProvider) -> WebSearchBuilder {
    WebSearch::builder(provider)
        .url(site.url("/search"))
        .key("s3cret-key")
        .pace(Duration::ZERO)
        .client(here())
}

#[tokio::test]
async fn every_provider_is_asked_as_it_wants_and_read_as_it_answers() {
    let header = |name: &'static str, value: &'static str| Some((name, value));
    for (provider, file, line, body, key, second) in [
        (
            DuckDuckGo,
            "duckduckgo.html",
            "GET /search?q=reed+boats&kl=wt-wt",
            "",
            None,
            "Schilfboote — wie man sie baut",
        ),
        (
            DuckDuckGo,
            "duckduckgo-lite.html",
            "GET /search?q=reed+boats&kl=wt-wt",
            "",
            None,
            "Schilfboote",
        ),
        (
            Brave,
            "brave.json",
            "GET /search?q=reed+boats&count=5&text_decorations=false",
            "",
            header("x-subscription-token", "s3cret-key"),
            "It's a boat",
        ),
        (
            Serper,
            "serper.json",
            "POST /search",
            r#"{"q":"reed boats","num":5}"#,
            header("x-api-key", "s3cret-key"),
            "Schilfboote",
        ),
        (
            SerpApi,
            "serpapi.json",
            "GET /search?engine=google&q=reed+boats&num=5&api_key=s3cret-key",
            "",
            None,
            "Schilfboote",
        ),
        (
            Tavily,
            "tavily.json",
            "POST /search",
            r#"{"query":"reed boats","max_results":5}"#,
            header("authorization", "Bearer s3cret-key"),
            "Schilfboote",
        ),
        (
            Exa,
            "exa.json",
            "POST /search",
            r#"{"query":"reed boats","numResults":5,"contents":{"text":{"maxCharacters":1000}}}"#,
            header("x-api-key", "s3cret-key"),
            "https://lake.example/bau",
        ),
        (SearXng, "searxng.json", "GET /search?q=reed+boats&format=json", "", None, "Schilfboote"),
    ] {
        let media_type = if file.ends_with("json") { "application/json" } else { "text/html" };
        let site = Site::saying(200, media_type, saved(&format!("search/{file}")));
        let tool = search(&site, provider).build().unwrap();
        let answer = call(&tool, json!({"query": "reed boats", "most": 5})).await;
        let answer = answer.unwrap_or_else(|error| panic!("{file}: {error}")).value;
        let found = answer.as_array().unwrap();
        assert_eq!(found.len(), 2, "{file}: {answer}");
        assert_eq!(found[0]["title"], "Reed boat - The Open Encyclopedia", "{file}");
        let url = found[0]["url"].as_str().unwrap();
        assert!(url.starts_with("https://open.example.org/wiki/Reed_boat"), "{file}: {url}");
        let snippet = found[0]["snippet"].as_str().unwrap();
        assert!(
            snippet.to_lowercase().starts_with("reed boats are among the oldest"),
            "{file}: {snippet}"
        );
        assert_eq!(
            (&found[1]["title"], &found[1]["url"]),
            (&json!(second), &json!("https://lake.example/bau"))
        );
        let asked = &site.asked()[0];
        assert_eq!((asked.line.as_str(), asked.body().as_str()), (line, body), "{file}");
        if let Some((name, value)) = key {
            assert_eq!(asked.header(name), Some(value), "{file}");
        }
        assert!(asked.header("user-agent").unwrap().contains("fumehood/"));
    }
}

#[tokio::test]
async fn results_are_what_code_goes_on_with() {
    let site = Site::saying(200, "text/html", saved("search/duckduckgo.html"));
    let mut session = session(search(&site, DuckDuckGo).build().unwrap()).await;
    for (code, told) in [
        (
            "[one['url'] for one in web_search('reed boats')]",
            "['https://open.example.org/wiki/Reed_boat?a=1&b=2', 'https://lake.example/bau']",
        ),
        (
            "web_search('reed boats')[0]['snippet']",
            "'Reed boats are among the oldest boats of which anything is left & float.'",
        ),
        ("[one.get('date') for one in web_search('reed boats')]", "['2024-03-02', None]"),
        ("len(web_search(query='reed boats', most=1))", "1"),
        (
            "import inspect; str(inspect.signature(web_search))",
            "'(query: str, most: int = 10) -> list[dict]'",
        ),
    ] {
        assert_eq!(repr(session.run(code).await.unwrap()), told, "{code}");
    }
    for (code, told) in [
        ("web_search('   ')", "`query` is empty"),
        ("web_search('x', most=0)", "0 is less than the minimum of 1"),
        ("web_search('x' * 5000)", "longer than 400"),
    ] {
        let exception = raised(session.run(code).await.unwrap());
        assert_eq!(exception.name, "fumehood.ToolArgumentError", "{code}");
        assert!(exception.message.contains(told), "{code}: {}", exception.message);
    }
}

#[tokio::test]
async fn why_nothing_is_found_is_told_apart() {
    for (provider, status, file, told) in [
        (
            DuckDuckGo,
            200,
            "duckduckgo-none.html",
            "nothing was found for `x`; ask in fewer or other words",
        ),
        (
            DuckDuckGo,
            202,
            "duckduckgo-riddle.html",
            "DuckDuckGo takes us for a robot, or has had too many searches; try again in a minute",
        ),
        (DuckDuckGo, 200, "duckduckgo-riddle.html", "DuckDuckGo takes us for a robot"),
        (DuckDuckGo, 403, "duckduckgo-none.html", "DuckDuckGo takes us for a robot"),
        (
            DuckDuckGo,
            200,
            "duckduckgo-changed.html",
            "a page without results, which does not say that there are none",
        ),
        (DuckDuckGo, 500, "duckduckgo-none.html", "DuckDuckGo answered with the status 500"),
        (Brave, 200, "brave-none.json", "nothing was found"),
        (
            Brave,
            422,
            "brave-key.json",
            "Brave refuses the key (\"The provided subscription token is invalid.\")",
        ),
        (Brave, 429, "brave-many.json", "has had too many searches; try again in 7 seconds"),
        (Brave, 200, "serpapi-key.json", "JSON without results"),
        (Brave, 200, "duckduckgo.html", "no JSON"),
        (Serper, 200, "serper-none.json", "nothing was found"),
        (Serper, 403, "serper-key.json", "Serper refuses the key (\"Unauthorized.\")"),
        (
            Serper,
            400,
            "serper-used.json",
            "the account at Serper is used up (\"Not enough credits\")",
        ),
        (SerpApi, 200, "serpapi-none.json", "nothing was found"),
        (SerpApi, 401, "serpapi-key.json", "SerpApi refuses the key"),
        (SerpApi, 429, "serpapi-used.json", "the account at SerpApi is used up"),
        (Tavily, 200, "tavily-none.json", "nothing was found"),
        (
            Tavily,
            401,
            "tavily-key.json",
            "Tavily refuses the key (\"Unauthorized: missing or invalid API key.\")",
        ),
        (Tavily, 432, "tavily-used.json", "the account at Tavily is used up"),
        (Exa, 401, "exa-key.json", "Exa refuses the key (\"Invalid API key\")"),
        (SearXng, 200, "searxng-none.json", "nothing was found"),
        (
            SearXng,
            200,
            "searxng-silent.json",
            "has answered (google: timeout, brave: too many requests)",
        ),
        (SearXng, 403, "searxng-none.json", "has to add `json` to `search.formats`"),
    ] {
        let body = saved(&format!("search/{file}"));
        let site = Site::serving(move |_| {
            Answer::new(status, "text/html", body.clone()).with("retry-after", "7")
        });
        let tool = search(&site, provider).build().unwrap();
        let error = call(&tool, json!({"query": "x"})).await.unwrap_err().to_string();
        let told = match provider {
            // What a page says comes without a header.
            DuckDuckGo if status == 202 => "try again in 7 seconds",
            _ => told,
        };
        assert!(error.contains(told), "{provider} {status} {file}: {error}");
        assert!(!error.contains("s3cret-key"), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_told_of() {
    let tool =
        WebSearch::builder(SearXng).url("http://127.0.0.1:1").client(here()).build().unwrap();
    let error = call(&tool, json!({"query": "x"})).await.unwrap_err().to_string();
    assert!(error.starts_with("SearXNG cannot be asked: `127.0.0.1` cannot be reached"), "{error}");
}

#[tokio::test]
async fn searches_begin_one_after_the_other() {
    let site = Site::saying(200, "application/json", saved("search/searxng.json"));
    let pace = Duration::from_millis(300);
    let tool = search(&site, SearXng).pace(pace).build().unwrap();
    let mut session = session(tool).await;
    let began = Instant::now();
    let code = "len(parallel(web_search, ['a', 'b', 'c', 'd']))";
    assert_eq!(repr(session.run(code).await.unwrap()), "4");
    assert!(began.elapsed() >= 3 * pace, "{:?}", began.elapsed());
    assert_eq!(site.asked().len(), 4);
}

#[tokio::test]
async fn a_search_that_nobody_waits_for_any_more_takes_no_turn() {
    let site = Site::saying(200, "application/json", saved("search/searxng.json"));
    let tool = search(&site, SearXng).pace(Duration::from_secs(3600)).build().unwrap();
    call(&tool, json!({"query": "x"})).await.unwrap();
    let waiting = call(&tool, json!({"query": "x"}));
    assert!(tokio::time::timeout(Duration::from_millis(100), waiting).await.is_err());
    assert_eq!(site.asked().len(), 1);
}

#[test]
fn what_a_provider_needs_is_asked_for_when_it_is_made() {
    for provider in SearchProvider::ALL {
        let made = WebSearch::builder(provider).build();
        match provider {
            DuckDuckGo => assert!(made.is_ok()),
            SearXng => assert!(matches!(made, Err(WebError::NoUrl { .. }))),
            _ => {
                let error = made.unwrap_err().to_string();
                assert!(error.contains(provider.key_variable().unwrap()), "{error}");
            }
        }
        assert!(WebSearch::builder(provider).url("https://x.test").key("k").build().is_ok());
    }
    for url in [
        "",
        "searx.test",
        "ftp://searx.test/",
        "http://user:key@searx.test/",
        "http://",
        "file:///etc",
    ] {
        let made = WebSearch::builder(SearXng).url(url).build();
        assert!(matches!(made, Err(WebError::Url { .. })), "{url}: {made:?}");
    }
    let search = WebSearch::builder(Brave).key("s3cret-key").build().unwrap();
    assert!(!format!("{search:?}").contains("s3cret-key"));
    assert_eq!(search.labels(), ToolLabels::RETURNS_UNTRUSTED.and(ToolLabels::SENDS));
}
