//! What providers answer with as JSON.

use dom_query::Document;
use serde_json::Value;

use super::Found;
use super::error::SearchError;

/// Where in an answer things are. Titles are where everybody has them.
pub(super) struct Layout {
    /// A pointer to the list.
    pub(super) results: &'static str,
    /// Pointers of which one is in every answer, also in those without a list.
    pub(super) known: &'static [&'static str],
    pub(super) url: &'static str,
    pub(super) snippet: &'static str,
    /// Keys of which the first that is there counts.
    pub(super) date: &'static [&'static str],
    /// Whether texts are pieces of HTML.
    pub(super) is_html: bool,
}

/// What an answer says was found; nothing, if it says so.
pub(super) fn found(
    provider: &'static str,
    layout: &Layout,
    body: &[u8],
) -> Result<Vec<Found>, SearchError> {
    let unknown = |what: String| SearchError::Unknown { provider, what };
    let said = serde_json::from_slice::<Value>(body)
        .map_err(|error| unknown(format!("no JSON: {error}")))?;
    let results = match said.pointer(layout.results) {
        Some(Value::Array(results)) => results,
        _ if layout.known.iter().any(|place| said.pointer(place).is_some()) => {
            return Ok(Vec::new());
        }
        _ => return Err(unknown("JSON without results".to_owned())),
    };
    let found = results.iter().filter_map(|result| one(layout, result)).collect::<Vec<_>>();
    match (found.is_empty(), results.is_empty()) {
        (true, false) => Err(unknown("results without addresses".to_owned())),
        (true, true) => silent(&said).map_or(Ok(found), Err),
        _ => Ok(found),
    }
}

fn one(layout: &Layout, result: &Value) -> Option<Found> {
    let text = |key: &str| {
        let text = result.get(key)?.as_str()?;
        Some(if layout.is_html { plain(text) } else { text.to_owned() })
    };
    let date = layout.date.iter().find_map(|key| result.get(*key)?.as_str());
    Found::new(
        &text("title").unwrap_or_default(),
        result.get(layout.url)?.as_str()?,
        &text(layout.snippet).unwrap_or_default(),
        date,
    )
}

/// The text of a piece of HTML, which is a short one.
fn plain(html: &str) -> String {
    let html = &html[..html.floor_char_boundary(4 * super::SNIPPET)];
    Document::fragment(html).text().to_string()
}

/// SearXNG has found nothing where the engines behind it have said nothing.
fn silent(said: &Value) -> Option<SearchError> {
    let engines = said.get("unresponsive_engines")?.as_array()?;
    let names = engines.iter().filter_map(|engine| {
        let pair = engine.as_array()?;
        let reason = pair.get(1).and_then(Value::as_str).unwrap_or("no answer");
        Some(format!("{}: {reason}", pair.first()?.as_str()?))
    });
    let names = names.take(10).collect::<Vec<_>>();
    let engines = crate::texts::line(&names.join(", "), 300);
    (!names.is_empty()).then_some(SearchError::NoEngines { engines })
}
