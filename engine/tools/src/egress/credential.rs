//! What the host adds to requests, and nobody else gets to know.

use std::fmt;

use bytes::{Bytes, BytesMut};
use reqwest::Url;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};

use super::error::EgressConfigError;
use super::rule::{host_and_port, normalised};
use super::target::Target;

/// Bytes of a secret that is looked for in what servers answer. What is shorter is found everywhere.
const LEAST: usize = 4;

/// A secret that is added to each request to one host: a header, or a parameter of the URL.
///
/// The code that makes the request neither sees nor sets it; it takes the place of one of that name that the code
/// has set. It goes to that host alone, whoever sends the request on, and only by `https`, unless the host is
/// allowed as a [private](super::HttpRule::private) one. Where the host's answers repeat the secret as it is,
/// asterisks take its place.
#[derive(Clone)]
pub struct HttpCredential {
    host: String,
    port: Option<u16>,
    place: Place,
    secret: SecretString,
}

/// Where in a request the secret stands.
#[derive(Clone)]
enum Place {
    Header(HeaderName, HeaderValue),
    Query(String),
}

impl HttpCredential {
    /// A header of this name for a host, `HOST[:PORT]`, whose value is `prefix`, such as `Bearer `, and the
    /// secret. Without a port, it is for those that the schemes have by default.
    ///
    /// # Errors
    ///
    /// [`EgressConfigError::Credential`] if the host is none or a pattern, or a header cannot be like that
    ///
    /// # Examples
    ///
    /// ```
    /// use fumehood_tools::egress::HttpCredential;
    ///
    /// let credential = HttpCredential::new("api.example.org", "authorization", "Bearer ", "s3cret")?;
    /// assert!(!format!("{credential:?}").contains("s3cret"));
    /// # Ok::<(), fumehood_tools::egress::EgressConfigError>(())
    /// ```
    pub fn new(
        host: &str,
        header: &str,
        prefix: &str,
        secret: impl Into<SecretString>,
    ) -> Result<HttpCredential, EgressConfigError> {
        let refuse = |reason| EgressConfigError::Credential { host: host.to_owned(), reason };
        let header =
            HeaderName::try_from(header).map_err(|_| refuse("the header has no such name"))?;
        if is_of_the_connection(&header) {
            return Err(refuse("the header is about the connection"));
        }
        let secret = trimmed(&secret.into());
        let value = HeaderValue::from_str(&format!("{prefix}{}", secret.expose_secret()));
        let mut value = value.map_err(|_| refuse("no header can have that value"))?;
        value.set_sensitive(true);
        HttpCredential::at(host, Place::Header(header, value), secret)
    }

    /// A parameter of this name in the query of each URL of a host, `HOST[:PORT]`. Reports of requests, and the URLs
    /// of answers, are without it.
    ///
    /// # Errors
    ///
    /// [`EgressConfigError::Credential`] if the host is none or a pattern, or the secret is empty
    ///
    /// # Examples
    ///
    /// ```
    /// use fumehood_tools::egress::HttpCredential;
    ///
    /// let credential = HttpCredential::in_query("api.example.org", "api_key", "s3cret")?;
    /// assert!(!format!("{credential:?}").contains("s3cret"));
    /// # Ok::<(), fumehood_tools::egress::EgressConfigError>(())
    /// ```
    pub fn in_query(
        host: &str,
        parameter: &str,
        secret: impl Into<SecretString>,
    ) -> Result<HttpCredential, EgressConfigError> {
        HttpCredential::at(host, Place::Query(parameter.to_owned()), trimmed(&secret.into()))
    }

    fn at(
        host: &str,
        place: Place,
        secret: SecretString,
    ) -> Result<HttpCredential, EgressConfigError> {
        let refuse = |reason| EgressConfigError::Credential { host: host.to_owned(), reason };
        let (name, port) = host_and_port(host).map_err(refuse)?;
        let name = normalised(name).filter(|name| !name.contains('*'));
        let name = name.ok_or_else(|| refuse("that is no host"))?;
        if secret.expose_secret().is_empty() {
            return Err(refuse("the secret is empty"));
        }
        Ok(HttpCredential { host: name, port, place, secret })
    }

    /// Whether it belongs to a request there.
    pub(super) fn is_for(&self, target: &Target, private: bool) -> bool {
        let port = self.port.or(if target.url.port().is_none() { Some(target.port) } else { None });
        self.host == target.host
            && port == Some(target.port)
            && (private || target.url.scheme() == "https")
    }

    /// Adds it to a request, in the place of what stands there.
    pub(super) fn add_to(&self, url: &mut Url, headers: &mut HeaderMap) {
        match &self.place {
            Place::Header(name, value) => {
                headers.insert(name, value.clone());
            }
            Place::Query(parameter) => {
                let pairs = url.query_pairs().into_owned().collect::<Vec<_>>();
                if pairs.iter().any(|(name, _)| name == parameter) {
                    let others = pairs.iter().filter(|(name, _)| name != parameter);
                    url.query_pairs_mut().clear().extend_pairs(others);
                }
                url.query_pairs_mut().append_pair(parameter, self.secret.expose_secret());
            }
        }
    }

    /// Puts asterisks where the secret is.
    pub(super) fn hide_in(&self, said: &mut Bytes) {
        let secret = self.secret.expose_secret().as_bytes();
        if secret.len() < LEAST || !contains(said, secret) {
            return;
        }
        let mut hidden = BytesMut::from(said.as_ref());
        let mut at = 0;
        while let Some(found) = find(&hidden[at..], secret) {
            let end = at + found + secret.len();
            hidden[at + found..end].fill(b'*');
            at = end;
        }
        *said = hidden.freeze();
    }

    /// The same for a header.
    pub(super) fn hide_in_text(&self, said: &mut String) {
        let secret = self.secret.expose_secret();
        if secret.len() >= LEAST && said.contains(secret) {
            *said = said.replace(secret, &"*".repeat(secret.len()));
        }
    }
}

/// Secrets that come out of files end with a line break.
fn trimmed(secret: &SecretString) -> SecretString {
    SecretString::from(secret.expose_secret().trim())
}

/// Headers that say how a message is transmitted, which is for the client alone to say.
pub(super) fn is_of_the_connection(header: &HeaderName) -> bool {
    const NAMES: [&str; 11] = [
        "connection",
        "content-length",
        "expect",
        "host",
        "http2-settings",
        "keep-alive",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    NAMES.contains(&header.as_str()) || header.as_str().starts_with("proxy-")
}

fn contains(bytes: &[u8], sought: &[u8]) -> bool {
    find(bytes, sought).is_some()
}

fn find(bytes: &[u8], sought: &[u8]) -> Option<usize> {
    let first = *sought.first()?;
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == first) {
        at += found;
        if bytes[at..].starts_with(sought) {
            return Some(at);
        }
        at += 1;
    }
    None
}

impl fmt::Debug for HttpCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match &self.place {
            Place::Header(name, _) => name.as_str(),
            Place::Query(parameter) => parameter,
        };
        f.debug_struct("HttpCredential")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("name", &name)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_for_its_host_alone() {
        let credential =
            |host| HttpCredential::new(host, "authorization", "Bearer ", "s3cret").unwrap();
        for (host, url, private, fits) in [
            ("example.org", "https://example.org/", false, true),
            ("EXAMPLE.org", "https://example.org/", false, true),
            ("example.org", "http://example.org/", false, false),
            ("example.org", "http://example.org/", true, true),
            ("example.org", "https://example.org:8443/", false, false),
            ("example.org:8443", "https://example.org:8443/", false, true),
            ("example.org:8443", "https://example.org/", false, false),
            ("example.org", "https://www.example.org/", false, false),
            ("example.org", "https://evilexample.org/", false, false),
        ] {
            let target = Target::of(url).unwrap();
            assert_eq!(credential(host).is_for(&target, private), fits, "{host} {url}");
        }
        for (host, header, prefix, secret) in [
            ("*.example.org", "authorization", "", "s3cret"),
            ("", "authorization", "", "s3cret"),
            ("example.org", "auth orization", "", "s3cret"),
            ("example.org", "host", "", "s3cret"),
            ("example.org", "proxy-authorization", "", "s3cret"),
            ("example.org", "authorization", "a\r\nb: ", "s3cret"),
            ("example.org", "authorization", "", "a\nb"),
            ("example.org", "authorization", "Bearer ", " \n"),
        ] {
            assert!(HttpCredential::new(host, header, prefix, secret).is_err(), "{host} {header}");
        }
    }

    #[test]
    fn a_parameter_takes_the_place_of_what_code_has_set() {
        let credential = HttpCredential::in_query("example.org", "key", "s&cret\n").unwrap();
        for (url, sent) in [
            ("https://example.org/", "https://example.org/?key=s%26cret"),
            ("https://example.org/?q=a%20b", "https://example.org/?q=a%20b&key=s%26cret"),
            (
                "https://example.org/?key=mine&q=a+b&key=x",
                "https://example.org/?q=a+b&key=s%26cret",
            ),
        ] {
            let mut url = Url::parse(url).unwrap();
            credential.add_to(&mut url, &mut HeaderMap::new());
            assert_eq!(url.as_str(), sent);
        }
        assert!(HttpCredential::in_query("example.org", "key", " ").is_err());
    }

    #[test]
    fn a_secret_that_is_repeated_is_hidden() {
        let credential = HttpCredential::new("example.org", "key", "", "s3cret").unwrap();
        let mut body = Bytes::from_static(b"ss3cret s3crets3cret s3cre");
        credential.hide_in(&mut body);
        assert_eq!(body, "s****** ************ s3cre");
        let mut header = "key=s3cret".to_owned();
        credential.hide_in_text(&mut header);
        assert_eq!(header, "key=******");
    }
}
