//! Who runs models, and what their servers want.

use reqwest::Url;
use secrecy::SecretString;

use crate::api::ApiModel;
use crate::wire::{OpenAiDialect, Wire};

/// Who runs models: an entry of [`providers`].
///
/// # Examples
///
/// ```
/// let providers = fumehood_model::providers();
/// let ollama = providers.iter().find(|provider| provider.name == "ollama").unwrap();
/// assert_eq!(ollama.base, Some("http://localhost:11434/v1"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Provider {
    /// What models' names begin with: `openai:gpt-4o`.
    pub name: &'static str,
    /// What the servers speak.
    pub wire: Wire,
    /// Where the API begins; each customer has an address of their own if there is none.
    pub base: Option<&'static str>,
    /// The environment variables that say where the API begins, instead of `base`, in order.
    pub base_variables: &'static [&'static str],
    /// The environment variables in which the key is looked for, in order.
    pub key_variables: &'static [&'static str],
    /// Whether there has to be a key.
    pub key_needed: bool,
    /// Whether replies can be given the form of a JSON schema.
    pub schema: bool,
    /// What follows the address in the variable, if that is only the server's.
    pub(crate) path: &'static str,
    pub(crate) key_header: KeyHeader,
    pub(crate) dialect: OpenAiDialect,
}

/// How a key is sent: the name of the header, and what stands before the key in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct KeyHeader {
    pub(crate) name: &'static str,
    pub(crate) prefix: &'static str,
}

impl KeyHeader {
    pub(crate) const BEARER: KeyHeader = KeyHeader { name: "authorization", prefix: "Bearer " };

    const fn named(name: &'static str) -> KeyHeader {
        KeyHeader { name, prefix: "" }
    }
}

/// What most have in common: OpenAI's wire, and a key.
const COMMON: Provider = Provider {
    name: "",
    wire: Wire::OpenAi,
    base: None,
    base_variables: &[],
    key_variables: &[],
    key_needed: true,
    schema: true,
    path: "",
    key_header: KeyHeader::BEARER,
    dialect: OpenAiDialect::COMMON,
};

/// A server on one's own machine.
const LOCAL: Provider = Provider { key_needed: false, ..COMMON };

/// What OpenAI itself calls the limit of a reply's length; its models that think refuse the older name.
const NEWER: OpenAiDialect =
    OpenAiDialect { max_tokens: "max_completion_tokens", ..OpenAiDialect::COMMON };

const PROVIDERS: &[Provider] = &[
    Provider {
        name: "openai",
        base: Some("https://api.openai.com/v1"),
        base_variables: &["OPENAI_API_BASE", "OPENAI_BASE_URL"],
        key_variables: &["OPENAI_API_KEY"],
        dialect: NEWER,
        ..COMMON
    },
    Provider {
        name: "anthropic",
        wire: Wire::Anthropic,
        base: Some("https://api.anthropic.com/v1"),
        key_variables: &["ANTHROPIC_API_KEY"],
        key_header: KeyHeader::named("x-api-key"),
        ..COMMON
    },
    Provider {
        name: "gemini",
        wire: Wire::Gemini,
        base: Some("https://generativelanguage.googleapis.com/v1beta"),
        key_variables: &["GEMINI_API_KEY", "GOOGLE_API_KEY"],
        key_header: KeyHeader::named("x-goog-api-key"),
        ..COMMON
    },
    Provider {
        name: "azure",
        base_variables: &["AZURE_OPENAI_ENDPOINT"],
        path: "openai/v1",
        key_variables: &["AZURE_OPENAI_API_KEY"],
        key_header: KeyHeader::named("api-key"),
        dialect: NEWER,
        ..COMMON
    },
    Provider {
        name: "huggingface",
        base: Some("https://router.huggingface.co/v1"),
        key_variables: &["HF_TOKEN"],
        ..COMMON
    },
    Provider {
        name: "openrouter",
        base: Some("https://openrouter.ai/api/v1"),
        key_variables: &["OPENROUTER_API_KEY"],
        ..COMMON
    },
    Provider {
        name: "mistral",
        base: Some("https://api.mistral.ai/v1"),
        key_variables: &["MISTRAL_API_KEY"],
        dialect: OpenAiDialect { usage_is_asked_for: false, ..OpenAiDialect::COMMON },
        ..COMMON
    },
    Provider {
        name: "deepseek",
        base: Some("https://api.deepseek.com/v1"),
        key_variables: &["DEEPSEEK_API_KEY"],
        schema: false,
        dialect: OpenAiDialect { thoughts_go_back: true, ..OpenAiDialect::COMMON },
        ..COMMON
    },
    Provider {
        name: "xai",
        base: Some("https://api.x.ai/v1"),
        key_variables: &["XAI_API_KEY"],
        ..COMMON
    },
    Provider {
        name: "groq",
        base: Some("https://api.groq.com/openai/v1"),
        key_variables: &["GROQ_API_KEY"],
        ..COMMON
    },
    Provider {
        name: "together",
        base: Some("https://api.together.xyz/v1"),
        key_variables: &["TOGETHER_API_KEY"],
        ..COMMON
    },
    Provider {
        name: "fireworks",
        base: Some("https://api.fireworks.ai/inference/v1"),
        key_variables: &["FIREWORKS_API_KEY"],
        ..COMMON
    },
    Provider {
        name: "cerebras",
        base: Some("https://api.cerebras.ai/v1"),
        key_variables: &["CEREBRAS_API_KEY"],
        ..COMMON
    },
    Provider { name: "ollama", base: Some("http://localhost:11434/v1"), ..LOCAL },
    Provider { name: "vllm", base: Some("http://localhost:8000/v1"), ..LOCAL },
    Provider { name: "llamacpp", base: Some("http://localhost:8080/v1"), ..LOCAL },
    Provider { name: "lmstudio", base: Some("http://localhost:1234/v1"), ..LOCAL },
];

/// Who runs models.
pub fn providers() -> &'static [Provider] {
    PROVIDERS
}

impl Provider {
    /// The provider of that name.
    pub fn named(name: &str) -> Option<&'static Provider> {
        PROVIDERS.iter().find(|provider| provider.name == name)
    }

    /// The provider and the model that a name such as `openai:gpt-4o` or `openai/gpt-4o` means; nothing if
    /// it does not begin with a provider.
    pub fn of_model(name: &str) -> Option<(&'static Provider, &str)> {
        let (provider, model) = name.split_once([':', '/'])?;
        Some((Provider::named(provider)?, model)).filter(|(_, model)| !model.is_empty())
    }

    /// One that speaks `wire` and is not known.
    pub(crate) fn unknown(wire: Wire) -> Provider {
        let known = PROVIDERS.iter().find(|provider| provider.wire == wire && wire != Wire::OpenAi);
        Provider { key_needed: false, ..known.copied().unwrap_or(COMMON) }
    }

    /// Where the API begins, as the environment or the table says.
    pub fn base_in(&self, environment: &Environment<'_>) -> Option<String> {
        let base = first_set(self.base_variables, environment);
        let base = base.map(|base| match address(&base) {
            Ok(url) if url.path() == "/" => format!("{}/{}", base.trim_end_matches('/'), self.path),
            _ => base,
        });
        base.or_else(|| self.base.map(str::to_owned))
    }

    /// The key, if the environment has one.
    pub fn key_in(&self, environment: &Environment<'_>) -> Option<SecretString> {
        first_set(self.key_variables, environment).map(SecretString::from)
    }

    /// The provider's model named `id`. Address and key are those that are given; otherwise, the
    /// environment's, and the table's address.
    ///
    /// # Errors
    ///
    /// * [`ProviderError::BaseNeeded`], [`ProviderError::KeyNeeded`] if there is none
    /// * [`ProviderError::Base`], [`ProviderError::Header`] if it is none that can be used
    pub fn model(
        &self,
        id: &str,
        base: Option<String>,
        key: Option<SecretString>,
        environment: &Environment<'_>,
    ) -> Result<ApiModel, ProviderError> {
        let (provider, base_variable) = (self.name, self.base_variables.first().copied());
        let base = base
            .or_else(|| self.base_in(environment))
            .ok_or(ProviderError::BaseNeeded { provider, variable: base_variable })?;
        let model = ApiModel::of(self, &base, id)?;
        match key.or_else(|| self.key_in(environment)) {
            Some(key) => model.with_key(key),
            None if self.key_needed => {
                let variable = self.key_variables.first().copied();
                Err(ProviderError::KeyNeeded { provider, variable })
            }
            None => Ok(model),
        }
    }
}

/// The value of the first of the variables that has one.
fn first_set(variables: &[&str], environment: &Environment<'_>) -> Option<String> {
    let mut values = variables.iter().filter_map(|variable| environment(variable));
    values.find(|value| !value.trim().is_empty())
}

/// How environment variables are looked up; `&|name| std::env::var(name).ok()` for those of the program.
pub type Environment<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// Why there is no model of a name, or at an address.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// The name does not begin with a provider.
    #[error(
        "`{name}` does not begin with a provider, as `openai:gpt-4o` does; there are {}",
        known()
    )]
    Unknown {
        /// The name.
        name: String,
    },
    /// The address has to be given.
    #[error("{provider} has no address of its own; it has to be given{}", in_variable(*variable))]
    BaseNeeded {
        /// The provider.
        provider: &'static str,
        /// The environment variable that can say it.
        variable: Option<&'static str>,
    },
    /// There is no key.
    #[error("{provider} needs a key{}", in_variable(*variable))]
    KeyNeeded {
        /// The provider.
        provider: &'static str,
        /// The environment variable that can hold it.
        variable: Option<&'static str>,
    },
    /// The address is none.
    #[error("`{base}` is not an address such as `https://api.example.com/v1`")]
    Base {
        /// The address.
        base: String,
    },
    /// A header cannot be sent.
    #[error("the header `{name}` cannot be sent: it holds what no header can hold")]
    Header {
        /// Its name. The value is left out; it can be a key.
        name: String,
    },
    /// There can be no HTTP client.
    #[error("there can be no HTTP client")]
    Client(#[source] Box<dyn std::error::Error + Send + Sync>),
}

fn known() -> String {
    PROVIDERS.iter().map(|provider| provider.name).collect::<Vec<_>>().join(", ")
}

fn in_variable(variable: Option<&str>) -> String {
    variable
        .map_or(String::new(), |name| format!(", in the environment variable {name} for instance"))
}

/// An address where an API can begin.
pub(crate) fn address(base: &str) -> Result<Url, ProviderError> {
    let url = Url::parse(base.trim()).ok();
    url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
        .ok_or_else(|| ProviderError::Base { base: base.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_begins_with_its_provider() {
        let of = |name| Provider::of_model(name).map(|(provider, model)| (provider.name, model));
        assert_eq!(of("openai:gpt-4o"), Some(("openai", "gpt-4o")));
        assert_eq!(of("anthropic/claude-sonnet-4-5"), Some(("anthropic", "claude-sonnet-4-5")));
        assert_eq!(of("ollama:llama3.3:70b"), Some(("ollama", "llama3.3:70b")));
        assert_eq!(
            of("huggingface:openai/gpt-oss-120b:groq"),
            Some(("huggingface", "openai/gpt-oss-120b:groq"))
        );
        for name in ["gpt-4o", "Qwen/Qwen3", "llama3.3:70b", "openai:", "replay:file"] {
            assert_eq!(of(name), None, "{name}");
        }
    }

    #[test]
    fn every_provider_is_complete() {
        for provider in PROVIDERS {
            assert!(provider.base.is_some() || !provider.base_variables.is_empty(), "{provider:?}");
            assert!(provider.base.is_none_or(|base| address(base).is_ok()), "{provider:?}");
            assert_eq!(provider.key_needed, !provider.key_variables.is_empty(), "{provider:?}");
            assert_eq!(
                Provider::named(provider.name),
                Some(provider),
                "there are two of that name"
            );
        }
    }

    #[test]
    fn the_environment_says_where_an_api_begins() {
        let base = |provider: &str, value: &str| {
            let value = value.to_owned();
            Provider::named(provider).unwrap().base_in(&move |_| Some(value.clone())).unwrap()
        };
        assert_eq!(
            base("azure", "https://me.openai.azure.com/"),
            "https://me.openai.azure.com/openai/v1"
        );
        let deployment = "https://me.openai.azure.com/openai/deployments/d?api-version=2024-10-21";
        assert_eq!(base("azure", deployment), deployment);
        assert_eq!(base("openai", " "), "https://api.openai.com/v1");
        assert_eq!(base("anthropic", "https://elsewhere"), "https://api.anthropic.com/v1");
    }

    #[test]
    fn addresses_are_those_of_web_servers() {
        for base in ["api.openai.com/v1", "ftp://example.com", "file:///etc", "https://", ""] {
            assert!(address(base).is_err(), "{base}");
        }
    }
}
