//! The pages of DuckDuckGo that need no scripts: `html`, and the smaller `lite`.

use dom_query::{Document, NodeRef};
use reqwest::Url;

use super::Found;
use super::error::SearchError;
use crate::egress::HttpResponse;
use crate::web::page::{self, decoded};

const PROVIDER: &str = "DuckDuckGo";
/// What is on the page that asks whether we are people.
const RIDDLE: &str = "#challenge-form, .anomaly-modal__mask, .anomaly-modal__title";

/// What a page says was found.
enum Read {
    Found(Vec<Found>),
    /// It asks whether we are people.
    Riddle,
    /// It is no page of results that is known here.
    Unknown,
}

/// What an answer says was found; nothing, if it says so.
pub(super) async fn found(answer: &HttpResponse) -> Result<Vec<Found>, SearchError> {
    let html = decoded(&answer.body, answer.header("content-type").unwrap_or_default());
    let read = page::with_tree(html, read).await;
    match read.map_err(|reason| SearchError::Unreadable { provider: PROVIDER, reason })? {
        Read::Found(found) => Ok(found),
        Read::Riddle => Err(SearchError::TooMany { provider: PROVIDER, after: None }),
        Read::Unknown => {
            let what = "a page without results, which does not say that there are none".to_owned();
            Err(SearchError::Unknown { provider: PROVIDER, what })
        }
    }
}

fn read(document: &Document) -> Read {
    if document.select(RIDDLE).exists() {
        return Read::Riddle;
    }
    let mut found = of_html(document);
    if found.is_empty() {
        found = of_lite(document);
    }
    let says_none = || {
        document.select(".no-results, .result--no-result").exists()
            || document.text().contains("No results.")
    };
    match found.is_empty() {
        false => Read::Found(found),
        true if says_none() => Read::Found(Vec::new()),
        true => Read::Unknown,
    }
}

fn of_html(document: &Document) -> Vec<Found> {
    let results = document.select(".result:not(.result--ad)");
    let one = |result: &NodeRef<'_>| {
        let result = dom_query::Selection::from(*result);
        let link = result.select_single("a.result__a");
        let address = target(&link.attr("href")?)?;
        let date = result.select(".result__extras__url span").text();
        Found::new(
            &link.text(),
            &address,
            &result.select_single(".result__snippet").text(),
            Some(date.trim()),
        )
    };
    results.nodes().iter().filter_map(one).collect()
}

/// A table, in which a result is some rows: the link, what it says, and where it is and from when.
fn of_lite(document: &Document) -> Vec<Found> {
    let mut found = Vec::<Found>::new();
    let parts = document.select("a.result-link, td.result-snippet, span.timestamp");
    // What stands below an advertisement belongs to that.
    let mut is_own = false;
    for part in parts.nodes() {
        let text = part.text();
        match found.last_mut() {
            _ if part.has_class("result-link") => {
                let is_sponsored =
                    part.ancestors_it(Some(2)).any(|row| row.has_class("result-sponsored"));
                let address = part.attr("href").and_then(|href| target(&href));
                let one = address
                    .filter(|_| !is_sponsored)
                    .and_then(|address| Found::new(&text, &address, "", None));
                is_own = one.is_some();
                found.extend(one);
            }
            Some(last) if is_own && part.has_class("result-snippet") => last.set_snippet(&text),
            Some(last) if is_own => last.set_date(text.trim()),
            _ => {}
        }
    }
    found
}

/// Where a link of a result leads. Links go by way of DuckDuckGo, which counts them; those of advertisements go
/// nowhere else.
fn target(href: &str) -> Option<String> {
    let url = Url::parse("https://duckduckgo.com/").ok()?.join(href.trim()).ok()?;
    let is_own = url
        .host_str()
        .is_some_and(|host| host == "duckduckgo.com" || host.ends_with(".duckduckgo.com"));
    match url.path() {
        "/l/" if is_own => {
            let target = url.query_pairs().find(|(name, _)| name == "uddg")?.1;
            let is_sold = Url::parse(&target)
                .is_ok_and(|url| url.host_str() == Some("duckduckgo.com") && url.path() == "/y.js");
            (!is_sold).then(|| target.into_owned())
        }
        "/y.js" if is_own => None,
        _ => Some(url.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_unwrapped_and_advertisements_left_out() {
        for (href, leads) in [
            (
                "//duckduckgo.com/l/?uddg=https%3A%2F%2Fexample.org%2Fa%3Fb%3Dc%26d&rut=0a",
                Some("https://example.org/a?b=c&d"),
            ),
            (
                "https://duckduckgo.com/l/?rut=0a&uddg=http%3A%2F%2Fexample.org",
                Some("http://example.org"),
            ),
            ("https://example.org/l/?uddg=x", Some("https://example.org/l/?uddg=x")),
            ("//duckduckgo.com/y.js?ad_domain=example.org&ad_provider=x", None),
            ("//duckduckgo.com/l/?uddg=https%3A%2F%2Fduckduckgo.com%2Fy.js%3Fad_domain%3Dx", None),
            ("//duckduckgo.com/l/?rut=0a", None),
            ("http://[", None),
        ] {
            assert_eq!(target(href).as_deref(), leads, "{href}");
        }
    }
}
