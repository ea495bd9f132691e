//! Where requests go: the servers of a document.

use std::collections::BTreeMap;

use reqwest::Url;
use serde_json::Value;

use super::document::Document;
use crate::texts;

/// Bytes of a server's address.
const URL_BYTES: usize = 2_000;

/// A server, without a query, and without a slash at the end of its path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    url: Url,
}

impl Server {
    /// Reads an address, relative to that of the document. The failure says what is wrong with it.
    pub(super) fn of(text: &str, document: Option<&Url>) -> Result<Server, String> {
        if text.len() > URL_BYTES {
            return Err(format!("it is longer than {URL_BYTES} bytes"));
        }
        let url = match (Url::parse(text), document) {
            (Ok(url), _) => url,
            (Err(_), Some(document)) => {
                document.join(text).map_err(|error| format!("it is none: {error}"))?
            }
            (Err(_), None) => {
                return Err("it is relative to the address of the document, which is not known; say that, or \
                            the server's whole address"
                    .to_owned());
            }
        };
        let is_http = matches!(url.scheme(), "http" | "https") && url.has_host();
        if !is_http {
            return Err("it is neither http nor https".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("it has a user before the host".to_owned());
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err("it has a query or a fragment".to_owned());
        }
        Ok(Server { url })
    }

    /// The first of these servers, as a document has them; nothing, if there are none.
    pub(super) fn first(
        servers: Option<&Value>,
        variables: &BTreeMap<String, String>,
        document: Option<&Url>,
    ) -> Option<Result<Server, (String, String)>> {
        let server = servers?.as_array()?.first()?;
        let written = server.get("url").and_then(Value::as_str).unwrap_or("/");
        let shown = texts::line(written, 200);
        let filled = filled(written, server.get("variables"), variables);
        let read = filled.and_then(|url| Server::of(&url, document));
        Some(read.map_err(|reason| (shown, reason)))
    }

    /// That of the document.
    pub(super) fn of_document(
        document: &Document,
        variables: &BTreeMap<String, String>,
        url: Option<&Url>,
    ) -> Result<Server, (String, String)> {
        Server::first(document.get("servers"), variables, url)
            .unwrap_or_else(|| Server::of("/", url).map_err(|reason| ("/".to_owned(), reason)))
    }

    /// The path of the server, without a slash at its end.
    pub(super) fn path(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }

    /// `https://HOST[:PORT]`.
    pub(super) fn origin(&self) -> String {
        self.url.origin().ascii_serialization()
    }

    /// `HOST:PORT`, as credentials are for it.
    pub(super) fn place(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        format!("{host}:{}", self.url.port_or_known_default().unwrap_or(443))
    }

    pub(super) fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }
}

/// An address with its variables filled in.
fn filled(
    url: &str,
    declared: Option<&Value>,
    chosen: &BTreeMap<String, String>,
) -> Result<String, String> {
    let mut filled = String::new();
    let mut rest = url;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').ok_or("a brace is not closed")?;
        let declared = declared.and_then(|all| all.get(name));
        let shown = texts::line(name, 100);
        let value = match (chosen.get(name), declared.and_then(|one| one.get("default"))) {
            (Some(chosen), _) => {
                let choices = declared.and_then(|one| one.get("enum")).and_then(Value::as_array);
                let is_one = |choice: &Value| choice.as_str() == Some(chosen);
                if choices.is_some_and(|choices| !choices.iter().any(is_one)) {
                    return Err(format!("its variable `{shown}` cannot be `{chosen}`"));
                }
                chosen.clone()
            }
            (None, Some(Value::String(value))) => value.clone(),
            (None, Some(Value::Number(value))) => value.to_string(),
            (None, _) => return Err(format!("its variable `{shown}` has no value")),
        };
        filled.push_str(before);
        filled.push_str(&value);
        if filled.len() > URL_BYTES {
            return Err(format!("it is longer than {URL_BYTES} bytes"));
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn servers_are_absolute_in_the_end() {
        let document = Url::parse("https://example.org/docs/openapi.json").unwrap();
        for (url, expected) in [
            ("https://api.example.org/v1/", "https://api.example.org/v1"),
            ("/v2", "https://example.org/v2"),
            ("./v3", "https://example.org/docs/v3"),
            ("", "https://example.org/docs/openapi.json"),
            ("//other.org", "https://other.org"),
            ("http://127.0.0.1:81", "http://127.0.0.1:81"),
        ] {
            let server = Server::of(url, Some(&document)).unwrap();
            assert_eq!(format!("{}{}", server.origin(), server.path()), expected);
        }
        for url in [
            "ftp://example.org",
            "file:///etc/passwd",
            "javascript:x",
            "https://user@example.org",
            "https://example.org/?a",
            "https://example.org/#a",
            "https://[::1",
        ] {
            assert!(Server::of(url, Some(&document)).is_err(), "{url}");
        }
        assert!(Server::of("/v1", None).unwrap_err().contains("is not known"));
    }

    #[test]
    fn variables_are_filled_in_with_what_is_chosen_or_else_with_their_defaults() {
        let servers = json!([{
            "url": "https://{region}.example.org:{port}/{base}",
            "variables": {
                "region": {"default": "eu", "enum": ["eu", "us"]},
                "port": {"default": 8443},
                "base": {"default": "v1"},
            },
        }]);
        let first = |chosen: &[(&str, &str)]| {
            let chosen = chosen.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
            let server = Server::first(Some(&servers), &chosen, None).unwrap()?;
            Ok::<_, (String, String)>(format!("{}{}", server.origin(), server.path()))
        };
        assert_eq!(first(&[]).unwrap(), "https://eu.example.org:8443/v1");
        assert_eq!(first(&[("region", "us")]).unwrap(), "https://us.example.org:8443/v1");
        assert!(first(&[("region", "evil.test/")]).unwrap_err().1.contains("cannot be"));
        let none = json!([{"url": "https://{host}/"}]);
        assert!(Server::first(Some(&none), &BTreeMap::new(), None).unwrap().is_err());
    }
}
