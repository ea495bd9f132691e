//! What operators write about a document.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::{ApiCredential, ApiTools, OpenApi, OpenApiError};
use crate::egress::EgressBuilder;

/// A document and what of it is to be used, as it is in a file. What each key means, and what it is without it, is said
/// at the method of [`OpenApi`] that has its name.
///
/// # Examples
///
/// ```
/// use fumehood_tools::openapi::OpenApiSettings;
///
/// let text = r#"{
///     "document": "pets.yaml",
///     "allow": ["listPets", "POST /pets", "tag:toys"],
///     "credentials": {"key": {"env": "PETS_KEY"}}
/// }"#;
/// let settings: OpenApiSettings = serde_json::from_str(text)?;
/// assert_eq!(settings.allow.len(), 3);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct OpenApiSettings {
    /// The file of the document.
    pub document: PathBuf,
    /// The operations that are allowed, by [`OpenApi::allow`].
    #[serde(default)]
    pub allow: Vec<String>,
    /// Whether all are that only ask: [`OpenApi::allow_reads`].
    #[serde(default)]
    pub allow_reads: bool,
    /// [`OpenApi::prefix`].
    #[serde(default)]
    pub prefix: String,
    /// [`OpenApi::server`].
    #[serde(default)]
    pub server: Option<String>,
    /// [`OpenApi::located_at`].
    #[serde(default)]
    pub located_at: Option<String>,
    /// [`OpenApi::variable`], for each.
    #[serde(default)]
    pub variables: BTreeMap<String, String>,
    /// [`OpenApi::also_at`], for each.
    #[serde(default)]
    pub also_at: Vec<String>,
    /// [`OpenApi::private`].
    #[serde(default)]
    pub private: bool,
    /// [`OpenApi::slashes_in_paths`].
    #[serde(default)]
    pub slashes_in_paths: bool,
    /// [`OpenApi::credential`], for each security scheme.
    #[serde(default)]
    pub credentials: BTreeMap<String, CredentialSettings>,
}

/// Where a credential is from.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CredentialSettings {
    /// The environment variable that has the key, the token or the password.
    pub env: String,
    /// The user whose password it is.
    #[serde(default)]
    pub user: Option<String>,
}

impl OpenApiSettings {
    /// Makes the tools of the document's text. `variable` says what an environment variable is.
    ///
    /// # Errors
    ///
    /// Any [`OpenApiError`]; `Credential` also for a variable that is not set
    pub fn tools(
        &self,
        text: &str,
        client: EgressBuilder,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<ApiTools, OpenApiError> {
        let mut api = OpenApi::parse(text)?.prefix(&self.prefix);
        for pattern in &self.allow {
            api = api.allow(pattern);
        }
        if self.allow_reads {
            api = api.allow_reads();
        }
        if let Some(server) = &self.server {
            api = api.server(server);
        }
        if let Some(url) = &self.located_at {
            api = api.located_at(url);
        }
        for (name, value) in &self.variables {
            api = api.variable(name, value);
        }
        for server in &self.also_at {
            api = api.also_at(server);
        }
        if self.private {
            api = api.private();
        }
        if self.slashes_in_paths {
            api = api.slashes_in_paths();
        }
        for (scheme, CredentialSettings { env, user }) in &self.credentials {
            let secret = variable(env).ok_or_else(|| OpenApiError::Credential {
                scheme: scheme.clone(),
                reason: format!("the environment variable {env} is not set"),
            })?;
            let credential = match user {
                Some(user) => ApiCredential::basic(user, secret),
                None => ApiCredential::new(secret),
            };
            api = api.credential(scheme, credential);
        }
        api.tools(client)
    }
}
