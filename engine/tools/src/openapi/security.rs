//! Credentials: what a server wants to know of who asks, which only the host has.

use std::collections::BTreeMap;

use secrecy::SecretString;
use serde_json::Value;

use super::document::Document;
use super::error::OpenApiError;
use super::parameter::Place;
use super::server::Server;
use crate::egress::HttpCredential;
use crate::texts;

/// A secret for a security scheme of a document. Where it goes is what the document says.
///
/// # Examples
///
/// ```
/// use fumehood_tools::openapi::ApiCredential;
///
/// let key = ApiCredential::new("s3cret");
/// let user = ApiCredential::basic("reader", "s3cret");
/// assert!(!format!("{key:?}{user:?}").contains("s3cret"));
/// ```
#[derive(Clone, Debug)]
pub struct ApiCredential {
    /// The user, of those that have one.
    user: Option<String>,
    secret: SecretString,
}

impl ApiCredential {
    /// A key, or a token: for schemes of the types `apiKey`, `http` with `bearer`, `oauth2` and `openIdConnect`. Of
    /// the last two it is a token that was got elsewhere; none is fetched or renewed.
    pub fn new(secret: impl Into<SecretString>) -> ApiCredential {
        ApiCredential { user: None, secret: secret.into() }
    }

    /// A user with its password: for schemes of the type `http` with `basic`.
    pub fn basic(user: impl Into<String>, password: impl Into<SecretString>) -> ApiCredential {
        ApiCredential { user: Some(user.into()), secret: password.into() }
    }
}

/// A way for an operation to say who asks: the credentials that go with its requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Security {
    pub(super) credentials: Vec<HttpCredential>,
    /// The parameters whose place they take.
    pub(super) hidden: Vec<(Place, String)>,
    /// The schemes, for errors.
    pub(super) schemes: Vec<String>,
}

impl Security {
    /// The first of an operation's ways for which all credentials are there. The failure says what is missing.
    pub(super) fn of(
        document: &Document,
        operation: &Value,
        given: &BTreeMap<String, ApiCredential>,
        server: &Server,
        is_private: bool,
    ) -> Result<Security, String> {
        let ways = operation.get("security").or(document.get("security")).and_then(Value::as_array);
        let ways = ways.into_iter().flatten().filter_map(Value::as_object).collect::<Vec<_>>();
        let has_all = |way: &&&serde_json::Map<String, Value>| {
            !way.is_empty() && way.keys().all(|scheme| given.contains_key(scheme))
        };
        let mut security = Security::default();
        match ways.iter().find(has_all) {
            Some(way) => {
                for scheme in way.keys() {
                    let Some(credential) = given.get(scheme) else { continue };
                    security.add(document, scheme, credential, server, is_private)?;
                }
                Ok(security)
            }
            // It can be asked by anybody.
            None if ways.is_empty() || ways.iter().any(|way| way.is_empty()) => Ok(security),
            None => {
                let ways = ways.iter().take(5).map(|way| {
                    let schemes = way.keys().map(|scheme| format!("`{}`", texts::line(scheme, 60)));
                    schemes.collect::<Vec<_>>().join(" and ")
                });
                let ways = ways.collect::<Vec<_>>().join(", or ");
                Err(format!("it wants a credential that was not given: {ways}"))
            }
        }
    }

    fn add(
        &mut self,
        document: &Document,
        scheme: &str,
        credential: &ApiCredential,
        server: &Server,
        is_private: bool,
    ) -> Result<(), String> {
        if !server.is_secure() && !is_private {
            return Err(format!(
                "credentials are sent by https alone, unless the server is allowed as a private one; it is `{}`",
                server.origin()
            ));
        }
        let schemes = document.get("components").and_then(|all| all.get("securitySchemes"));
        let written = schemes.and_then(|all| all.get(scheme));
        let written = document.resolved(written.ok_or("it is not there")?)?;
        let text = |key: &str| written.get(key).and_then(Value::as_str).unwrap_or_default();
        let (host, secret) = (server.place(), credential.secret.clone());
        let (kind, http) = (text("type"), text("scheme").to_ascii_lowercase());
        let (hides, made) = match (kind, http.as_str(), text("in"), &credential.user) {
            ("apiKey", _, "header", None) => {
                (Place::Header, HttpCredential::new(&host, text("name"), "", secret))
            }
            ("apiKey", _, "query", None) => {
                (Place::Query, HttpCredential::in_query(&host, text("name"), secret))
            }
            ("apiKey", _, "cookie", None) => {
                (Place::Cookie, HttpCredential::in_cookie(&host, text("name"), secret))
            }
            ("http", "bearer", _, None) | ("oauth2" | "openIdConnect", _, _, None) => {
                (Place::Header, HttpCredential::new(&host, "authorization", "Bearer ", secret))
            }
            ("http", "basic", _, Some(user)) => {
                (Place::Header, HttpCredential::basic(&host, user, secret))
            }
            ("http", "basic", _, None) => {
                return Err("a user is missing, whose password it is".to_owned());
            }
            ("apiKey" | "oauth2" | "openIdConnect", ..) | ("http", "bearer", ..) => {
                return Err("it has a user, and the scheme wants a key or a token".to_owned());
            }
            _ => {
                let told = texts::line(&format!("{kind} {http}"), 60);
                return Err(format!(
                    "no credential of the type `{}` can be sent here",
                    told.trim_end()
                ));
            }
        };
        self.credentials.push(made.map_err(|error| error.to_string())?);
        self.hidden.push((hides, text("name").to_owned()));
        self.schemes.push(texts::line(scheme, 60));
        Ok(())
    }
}

/// Refuses credentials for schemes that the document does not have.
pub(super) fn check_names(
    document: &Document,
    given: &BTreeMap<String, ApiCredential>,
) -> Result<(), OpenApiError> {
    let schemes = document.get("components").and_then(|all| all.get("securitySchemes"));
    let schemes = schemes.and_then(Value::as_object);
    for scheme in given.keys() {
        if schemes.is_some_and(|schemes| schemes.contains_key(scheme)) {
            continue;
        }
        let known =
            schemes.into_iter().flatten().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
        let reason = match known.is_empty() {
            true => "the document has no security schemes".to_owned(),
            false => texts::line(
                &format!("the document's security schemes are: {}", known.join(", ")),
                500,
            ),
        };
        return Err(OpenApiError::Credential { scheme: scheme.clone(), reason });
    }
    Ok(())
}
