//! The model that the flags choose.

use std::convert::Infallible;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use fumehood_model::{
    ApiModel, Model, Provider, ProviderError, Recorder, Replay, Retry, SecretString, Wire,
};

/// Which model works, and where it is.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ModelFlags {
    /// The model: openai:gpt-4o, anthropic:…, ollama:…; its name at --api-base; or replay:FILE
    #[arg(long, value_name = "NAME", env = "FUMEHOOD_MODEL")]
    model: Option<String>,
    /// Where the API of the model's server begins, if that is not the provider's own address
    #[arg(long, value_name = "URL")]
    api_base: Option<String>,
    /// The key for the server; without it, the one in the provider's environment variable
    #[arg(long, value_name = "KEY", value_parser = secret)]
    api_key: Option<SecretString>,
    /// Write the model's replies to a file, for replay:FILE
    #[arg(long, value_name = "PATH")]
    record: Option<PathBuf>,
}

pub(crate) fn secret(key: &str) -> Result<SecretString, Infallible> {
    Ok(SecretString::from(key))
}

impl ModelFlags {
    /// The model. Failures that may pass are tried again.
    pub(crate) fn model(&self) -> Result<Box<dyn Model>> {
        let name = self.model.as_deref().context(
            "there is no model: give one with --model, or in the variable FUMEHOOD_MODEL",
        )?;
        if let Some(recording) = name.strip_prefix("replay:") {
            return Ok(Box::new(Replay::open(recording)?));
        }
        let (model, key) = self.api_model(name)?;
        let model = Retry::new(model);
        let Some(path) = &self.record else { return Ok(Box::new(model)) };
        let mut recorder = Recorder::create(model, path)?;
        if let Some(key) = key {
            recorder = recorder.hiding(key);
        }
        Ok(Box::new(recorder))
    }

    /// The model behind its API, and its key.
    fn api_model(&self, name: &str) -> Result<(ApiModel, Option<SecretString>), ProviderError> {
        let environment = |name: &str| std::env::var(name).ok();
        // At an address of one's own, a slash is part of a name: servers have models of all makers.
        let (provider, id) = match Provider::of_model(name) {
            Some((provider, id)) if self.api_base.is_none() || !is_path(name, provider) => {
                (Some(provider), id)
            }
            _ => (None, name),
        };
        let openai = Provider::named("openai");
        let key = provider.or(openai).and_then(|provider| provider.key_in(&environment));
        let key = self.api_key.clone().or(key);
        if let Some(provider) = provider {
            let model = provider.model(id, self.api_base.clone(), key.clone(), &environment)?;
            return Ok((model, key));
        }
        let mut elsewhere = openai
            .into_iter()
            .flat_map(|openai| openai.base_variables)
            .copied()
            .filter_map(environment);
        let base = self.api_base.clone().or_else(|| elsewhere.find(|base| !base.is_empty()));
        let base = base.ok_or_else(|| ProviderError::Unknown { name: name.to_owned() })?;
        let model = ApiModel::at(Wire::OpenAi, &base, id)?;
        let model = match &key {
            Some(key) => model.with_key(key.clone())?,
            None => model,
        };
        Ok((model, key))
    }

    /// Whether there is one.
    pub(crate) fn is_given(&self) -> bool {
        self.model.is_some()
    }

    /// Takes a model, if there is one.
    pub(crate) fn take(&mut self, model: Option<String>) {
        if model.is_some() {
            self.model = model;
        }
    }

    /// Takes a key, if there is one.
    pub(crate) fn take_key(&mut self, key: Option<SecretString>) {
        if key.is_some() {
            self.api_key = key;
        }
    }
}

/// Whether a slash follows the provider in a model's name.
fn is_path(name: &str, provider: &Provider) -> bool {
    name.as_bytes().get(provider.name.len()) == Some(&b'/')
}
