//! What the host adds to requests, and nobody else gets to know.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use reqwest::Url;
use reqwest::header::{COOKIE, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};

use super::error::EgressConfigError;
use super::rule::{host_and_port, normalised};
use super::target::Target;

/// Bytes of a secret that is looked for in what servers answer. What is shorter is found everywhere.
const LEAST: usize = 4;

/// A secret that is added to each request to one host: in a header, in the query or as a cookie.
///
/// The code that makes the request neither sees nor sets that header, that part of the query or that cookie; it takes
/// the place of what the code has set. It goes to that host alone, whoever sends the request on, and only by `https`,
/// unless the host is allowed as a [private](super::HttpRule::private) one. Where the host's answers repeat the secret
/// as it is, asterisks take its place.
#[derive(Clone)]
pub struct HttpCredential {
    host: String,
    port: Option<u16>,
    place: Place,
    /// What answers are not to repeat.
    secrets: Vec<SecretString>,
}

/// Where the secret goes.
#[derive(Clone)]
enum Place {
    Header(HeaderName, HeaderValue),
    /// The name as it is, and the pair as it is sent.
    Query(String, SecretString),
    Cookie(String, SecretString),
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
        HttpCredential::made(host, secret.into(), |secret| {
            let value = HeaderValue::from_str(&format!("{prefix}{secret}"));
            let mut value = value.map_err(|_| "no header can have that value")?;
            value.set_sensitive(true);
            Ok(Place::Header(header, value))
        })
    }

    /// The user and the password of HTTP's basic authentication, for a host as in [`HttpCredential::new`].
    ///
    /// # Errors
    ///
    /// [`EgressConfigError::Credential`] if the host is none or a pattern, or the user has a colon in its name
    pub fn basic(
        host: &str,
        user: &str,
        password: impl Into<SecretString>,
    ) -> Result<HttpCredential, EgressConfigError> {
        let password = trimmed(&password.into());
        if user.contains(':') {
            let reason = "a user has no colon in its name";
            return Err(EgressConfigError::Credential { host: host.to_owned(), reason });
        }
        let pair = format!("{user}:{}", password.expose_secret());
        let encoded = STANDARD.encode(pair.as_bytes());
        let mut credential = HttpCredential::new(host, "authorization", "Basic ", encoded)?;
        credential.secrets.push(password);
        Ok(credential)
    }

    /// A part of the query with this name, whose value is the secret, for a host as in [`HttpCredential::new`].
    ///
    /// # Errors
    ///
    /// [`EgressConfigError::Credential`] if the host is none or a pattern, or the name or the secret is empty
    pub fn in_query(
        host: &str,
        name: &str,
        secret: impl Into<SecretString>,
    ) -> Result<HttpCredential, EgressConfigError> {
        HttpCredential::made(host, secret.into(), |secret| {
            if name.is_empty() {
                return Err("it has no name");
            }
            let mut pair = Url::parse("http://host/").map_err(|_| "it cannot be encoded")?;
            pair.query_pairs_mut().append_pair(name, secret);
            let pair = pair.query().unwrap_or_default();
            Ok(Place::Query(name.to_owned(), pair.to_owned().into()))
        })
    }

    /// A cookie with this name, whose value is the secret, for a host as in [`HttpCredential::new`].
    ///
    /// # Errors
    ///
    /// [`EgressConfigError::Credential`] if the host is none or a pattern, or no cookie can be like that
    pub fn in_cookie(
        host: &str,
        name: &str,
        secret: impl Into<SecretString>,
    ) -> Result<HttpCredential, EgressConfigError> {
        HttpCredential::made(host, secret.into(), |secret| {
            // A name is what the name of a header is.
            if HeaderName::try_from(name).is_err() {
                return Err("the cookie has no such name");
            }
            let is_good = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
            if !secret.bytes().all(is_good) {
                return Err("no cookie can have that value");
            }
            Ok(Place::Cookie(name.to_owned(), format!("{name}={secret}").into()))
        })
    }

    fn made(
        host: &str,
        secret: SecretString,
        place: impl FnOnce(&str) -> Result<Place, &'static str>,
    ) -> Result<HttpCredential, EgressConfigError> {
        let refuse = |reason| EgressConfigError::Credential { host: host.to_owned(), reason };
        let (name, port) = host_and_port(host).map_err(refuse)?;
        let name = normalised(name).filter(|name| !name.contains('*'));
        let name = name.ok_or_else(|| refuse("that is no host"))?;
        let secret = trimmed(&secret);
        if secret.expose_secret().is_empty() {
            return Err(refuse("the secret is empty"));
        }
        let place = place(secret.expose_secret()).map_err(refuse)?;
        let mut secrets = vec![secret.clone()];
        if let Place::Query(_, pair) = &place
            && let Some((_, encoded)) = pair.expose_secret().split_once('=')
            && encoded != secret.expose_secret()
        {
            secrets.push(encoded.to_owned().into());
        }
        Ok(HttpCredential { host: name, port, place, secrets })
    }

    /// Whether it belongs to a request there.
    pub(super) fn is_for(&self, target: &Target, private: bool) -> bool {
        let port = self.port.or(if target.url.port().is_none() { Some(target.port) } else { None });
        self.host == target.host
            && port == Some(target.port)
            && (private || target.url.scheme() == "https")
    }

    /// Adds it to a request, in the place of what has its name there.
    pub(super) fn add_to(&self, url: &mut Url, headers: &mut HeaderMap) {
        match &self.place {
            Place::Header(name, value) => {
                headers.insert(name, value.clone());
            }
            Place::Query(name, pair) => {
                // As the server reads them; the others stay as they are written.
                let named = url.query_pairs().map(|(other, _)| other == *name);
                let named = named.collect::<Vec<_>>();
                let parts = url.query().unwrap_or_default().split('&');
                let parts = parts.filter(|part| !part.is_empty());
                let others = parts.zip(named).filter(|(_, is_named)| !is_named);
                let others = others.map(|(part, _)| part);
                let all = others.chain([pair.expose_secret()]).collect::<Vec<_>>().join("&");
                url.set_query(Some(&all));
            }
            Place::Cookie(name, pair) => {
                let sent = headers.get_all(COOKIE).into_iter();
                let sent = sent.filter_map(|value| value.to_str().ok());
                let others = sent.flat_map(|value| value.split(';')).map(str::trim);
                let is_other = |cookie: &&str| {
                    let other = cookie.split('=').next().unwrap_or_default().trim();
                    !other.is_empty() && other != name
                };
                let others = others.filter(is_other);
                let all = others.chain([pair.expose_secret()]).collect::<Vec<_>>().join("; ");
                // All parts were values of headers, or were looked at when this was made.
                if let Ok(mut value) = HeaderValue::from_str(&all) {
                    value.set_sensitive(true);
                    headers.insert(COOKIE, value);
                }
            }
        }
    }

    /// Puts asterisks where the secret is.
    pub(super) fn hide_in(&self, said: &mut Bytes) {
        for secret in self.secrets() {
            let secret = secret.as_bytes();
            if !contains(said, secret) {
                continue;
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
    }

    /// The same for a header.
    pub(super) fn hide_in_text(&self, said: &mut String) {
        for secret in self.secrets() {
            if said.contains(secret) {
                *said = said.replace(secret, &"*".repeat(secret.len()));
            }
        }
    }

    fn secrets(&self) -> impl Iterator<Item = &str> {
        let secrets = self.secrets.iter().map(SecretString::expose_secret);
        secrets.filter(|secret| secret.len() >= LEAST)
    }
}

/// The secret without what is around it: those that come out of files end with a line break.
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
        let place = match &self.place {
            Place::Header(name, _) => format!("the header {name}"),
            Place::Query(name, _) => format!("the query's {name}"),
            Place::Cookie(name, _) => format!("the cookie {name}"),
        };
        f.debug_struct("HttpCredential")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("place", &place)
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
    fn a_secret_that_is_repeated_is_hidden() {
        let credential = HttpCredential::new("example.org", "key", "", "s3cret").unwrap();
        let mut body = Bytes::from_static(b"ss3cret s3crets3cret s3cre");
        credential.hide_in(&mut body);
        assert_eq!(body, "s****** ************ s3cre");
        let mut header = "key=s3cret".to_owned();
        credential.hide_in_text(&mut header);
        assert_eq!(header, "key=******");
        let credential = HttpCredential::basic("example.org", "me", "s3cret").unwrap();
        let mut header = "bWU6czNjcmV0 s3cret".to_owned();
        credential.hide_in_text(&mut header);
        assert_eq!(header, "************ ******");
        let credential = HttpCredential::in_query("example.org", "key", "a/b c").unwrap();
        let mut header = "?key=a%2Fb+c a/b c".to_owned();
        credential.hide_in_text(&mut header);
        assert_eq!(header, "?key=******* *****");
    }

    #[test]
    fn a_credential_takes_the_place_of_what_has_its_name() {
        let credential = HttpCredential::in_query("example.org", "a key", "s3cret&x=y").unwrap();
        for (url, sent) in [
            ("https://example.org/", "https://example.org/?a+key=s3cret%26x%3Dy"),
            (
                "https://example.org/?x=%20&&a%20key=mine&a+key&a%20key=&y",
                "https://example.org/?x=%20&y&a+key=s3cret%26x%3Dy",
            ),
        ] {
            let mut url = Url::parse(url).unwrap();
            credential.add_to(&mut url, &mut HeaderMap::new());
            assert_eq!(url.as_str(), sent);
        }
        let credential = HttpCredential::in_cookie("example.org", "who", "s3cret").unwrap();
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("a=b; who=me;who = you"));
        headers.append(COOKIE, HeaderValue::from_static("c=d"));
        credential.add_to(&mut Url::parse("https://example.org/").unwrap(), &mut headers);
        let cookies = headers.get_all(COOKIE).into_iter().collect::<Vec<_>>();
        assert_eq!(cookies, ["a=b; c=d; who=s3cret"]);
        for (name, secret) in [("who", "a;b"), ("who", "a b"), ("w o", "s3cret"), ("", "s3cret")] {
            assert!(HttpCredential::in_cookie("example.org", name, secret).is_err(), "{name}");
        }
        assert!(HttpCredential::in_query("example.org", "", "s3cret").is_err());
        assert!(HttpCredential::basic("example.org", "a:b", "s3cret").is_err());
    }
}
