//! Articles, by what wikis really answer.

use fumehood::{Tool as _, ToolLabels};
use fumehood_tools::web::{WebError, WikipediaSearch};
use serde_json::json;

use super::site::{Answer, Asked, Site};
use super::{call, here, saved, session};
use crate::{raised, repr};

/// A wiki that has some articles.
fn wiki() -> Site {
    Site::serving(|asked: &Asked| {
        let has = |parameter: &str| asked.line.contains(parameter);
        let file = match () {
            () if has("prop=links") => "mercury-links",
            () if has("titles=Mercury") => "mercury",
            () if has("titles=Boats+made") => "found",
            () if has("titles=Reed+boat") => "reed-boat",
            () if has("titles=Busy") => "limited",
            () if has("titles=Down") => return Answer::new(503, "text/html", "down"),
            () if has("titles=Long") => {
                let text = "A line of the article.\n".repeat(100);
                let page = json!({"title": "Long", "fullurl": "https://x.test", "extract": text});
                return Answer::json(200, json!({"query": {"pages": [page]}}).to_string());
            }
            () if has("titles=Odd") => {
                return Answer::json(200, "{\"query\":{\"pages\":[{\"title\":1}]}}");
            }
            () => "none",
        };
        Answer::json(200, saved(&format!("wikipedia/{file}.json")))
    })
}

fn wikipedia(site: &Site) -> WikipediaSearch {
    WikipediaSearch::builder()
        .url(format!("http://{{language}}.wiki.test:{}/w/api.php", site.port))
        .contact("ops@example.org")
        .characters(1_000)
        .client(here())
        .build()
        .unwrap()
}

#[tokio::test]
async fn an_article_is_found_by_its_title_and_by_what_it_is_about() {
    let site = wiki();
    let mut session = session(wikipedia(&site)).await;
    for (code, told) in [
        ("a = wikipedia_search('Reed  boats'); a['title']", "'Reed boat'"),
        ("a['text']", "'Reed boats are among the oldest boats of which anything is left.'"),
        ("a['url']", "'https://en.wikipedia.org/wiki/Reed_boat'"),
        ("a['others']", "['Reed (plant)', 'Raft']"),
        ("'choices' in a", "False"),
        ("wikipedia_search('Boats made of reeds')['title']", "'Reed boat'"),
        (
            "wikipedia_search('Mercury')['choices']",
            "['Mercury (element)', 'Mercury (mythology)', 'Mercury (planet)']",
        ),
        ("wikipedia_search('Reed boat', language='zh-min-nan', full=True)['title']", "'Reed boat'"),
        (
            "import inspect; str(inspect.signature(wikipedia_search))",
            "\"(query: str, language: str = 'en', full: bool = False, page: int = 1) -> dict\"",
        ),
    ] {
        assert_eq!(repr(session.run(code).await.unwrap()), told, "{code}");
    }
    let asked = site.asked();
    let first = &asked[0];
    assert_eq!(
        first.line,
        "GET /w/api.php?action=query&format=json&formatversion=2&titles=Reed+boats&redirects=1\
         &prop=extracts%7Cinfo%7Cpageprops&inprop=url&ppprop=disambiguation&explaintext=1&exsectionformat=wiki\
         &exintro=1&list=search&srsearch=Reed+boats&srlimit=6&srprop="
    );
    let agent = first.header("user-agent").unwrap();
    assert!(agent.starts_with("fumehood/") && agent.ends_with(" (ops@example.org)"), "{agent}");
    assert_eq!(first.header("host"), Some(format!("en.wiki.test:{}", site.port).as_str()));
    let last = asked.last().unwrap();
    assert_eq!(last.header("host"), Some(format!("zh-min-nan.wiki.test:{}", site.port).as_str()));
    assert!(!last.line.contains("exintro"), "{}", last.line);
}

#[tokio::test]
async fn a_long_article_comes_in_parts() {
    let site = wiki();
    let tool = wikipedia(&site);
    let page =
        async |page: u32| call(&tool, json!({"query": "Long", "full": true, "page": page})).await;
    let first = page(1).await.unwrap().value;
    let text = first["text"].as_str().unwrap();
    assert!(
        text.ends_with(
            "A line of the article.\n\n[This is part 1 of 3. For the next one, call with page=2.]"
        ),
        "{text}"
    );
    let last = page(3).await.unwrap().value;
    assert!(last["text"].as_str().unwrap().ends_with("A line of the article."));
    assert!(page(4).await.unwrap_err().is_about_arguments());
}

#[tokio::test]
async fn why_there_is_no_article_is_told_apart() {
    let site = wiki();
    let mut session = session(wikipedia(&site)).await;
    for (code, told) in [
        (
            "wikipedia_search('Reeed baot')",
            "there is no article about `Reeed baot` in the language `en`; perhaps `reed boat` is meant",
        ),
        ("wikipedia_search('Busy')", "exceeded your rate limit"),
        ("wikipedia_search('Down')", "it is busy; try again in a minute"),
        ("wikipedia_search('Odd')", "there is no article about"),
        ("wikipedia_search(' ')", "`query` is empty"),
        ("wikipedia_search('x', language='En')", "language"),
    ] {
        let exception = raised(session.run(code).await.unwrap());
        assert!(exception.message.contains(told), "{code}: {}", exception.message);
    }
}

#[tokio::test]
async fn a_language_that_is_another_host() {
    let site = wiki();
    let tool = wikipedia(&site);
    // Nobody has checked these, as no code calls.
    for language in ["evil.test/", "a@evil", "..", "", "x", "en#", "en.evil", "-en", "en--x", "é"]
    {
        let error = call(&tool, json!({"query": "x", "language": language})).await.unwrap_err();
        assert!(error.is_about_arguments(), "{language}: {error}");
    }
    assert!(site.asked().is_empty());
}

#[test]
fn an_address_is_that_of_one_wiki_or_of_one_for_each_language() {
    for url in [
        "http://{language}.wiki.test/w/api.php",
        "http://wiki.test/{language}/api.php",
        "https://wiki.test/api.php",
    ] {
        assert!(WikipediaSearch::builder().url(url).build().is_ok(), "{url}");
    }
    for url in [
        "wiki.test",
        "http://wiki.{language}/",
        "http://x{language}.test/",
        "http://{other}.wiki.test/",
    ] {
        let made = WikipediaSearch::builder().url(url).build();
        assert!(matches!(made, Err(WebError::Url { .. })), "{url}: {made:?}");
    }
    assert!(WikipediaSearch::builder().language("English").build().is_err());
    let tool = WikipediaSearch::builder().build().unwrap();
    assert_eq!(tool.labels(), ToolLabels::RETURNS_UNTRUSTED.and(ToolLabels::SENDS));
}
