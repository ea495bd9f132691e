//! The model that the flags choose.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result};
use fumehood_model::{
    ApiModel, Model, Paced, Provider, ProviderError, Rates, Recorder, Replay, Retry, SecretString,
    Wire,
};
use serde_json::Value;

/// Which model works, and where it is.
#[derive(Clone, Debug, Default, clap::Args)]
pub(crate) struct ModelFlags {
    /// The model: openai:gpt-4o, anthropic:…, ollama:…; its name at --api-base; or replay:FILE
    /// [env: FUMEHOOD_MODEL]
    #[arg(long, value_name = "NAME")]
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

/// A model that was chosen, by flags or by the file of an agent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Choice {
    pub(crate) name: String,
    pub(crate) api_base: Option<String>,
    pub(crate) api_key: Option<SecretString>,
    pub(crate) record: Option<PathBuf>,
    /// Fields of what is sent; null removes one.
    pub(crate) extra: Vec<(String, Value)>,
    pub(crate) rates: Rates,
}

impl Choice {
    /// The model. Failures that may pass are tried again.
    pub(crate) fn model(&self) -> Result<Arc<dyn Model>> {
        if let Some(recording) = self.recording() {
            return Ok(Arc::new(Replay::open(recording)?));
        }
        let (mut model, _) = self.api_model()?;
        for (field, value) in &self.extra {
            model = model.with_extra(field, value.clone());
        }
        let model = Arc::new(Retry::new(Paced::new(model, self.rates)));
        match &self.record {
            Some(path) => self.recorded(model, path),
            None => Ok(model),
        }
    }

    /// The model that was chosen, with its replies written to a file.
    pub(crate) fn recorded(&self, model: Arc<dyn Model>, path: &Path) -> Result<Arc<dyn Model>> {
        let mut recorder = Recorder::create(model, path)?;
        if let (_, Some(key)) = self.api_model()? {
            recorder = recorder.hiding(key);
        }
        Ok(Arc::new(recorder))
    }

    /// The path of the recording that is the model, if it is one.
    pub(crate) fn recording(&self) -> Option<&Path> {
        self.name.strip_prefix("replay:").map(Path::new)
    }

    /// Who runs it, if that is known, and its name there.
    pub(crate) fn provider(&self) -> Option<(&'static Provider, &str)> {
        // At an address of one's own, a slash is part of a name: servers have models of all makers.
        Provider::of_model(&self.name)
            .filter(|(provider, _)| self.api_base.is_none() || !is_path(&self.name, provider))
    }

    /// The model behind its API, and its key.
    fn api_model(&self) -> Result<(ApiModel, Option<SecretString>), ProviderError> {
        let environment = |name: &str| std::env::var(name).ok();
        let (provider, id) = match self.provider() {
            Some((provider, id)) => (Some(provider), id),
            None => (None, self.name.as_str()),
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
        let base = base.ok_or_else(|| ProviderError::Unknown { name: self.name.clone() })?;
        let model = ApiModel::at(Wire::OpenAi, &base, id)?;
        let model = match &key {
            Some(key) => model.with_key(key.clone())?,
            None => model,
        };
        Ok((model, key))
    }
}

impl ModelFlags {
    /// The model that the flags choose, or the environment.
    pub(crate) fn model(&self) -> Result<Arc<dyn Model>> {
        let choice = self.over(None).context(
            "there is no model: give one with --model, or in the variable FUMEHOOD_MODEL",
        )?;
        choice.model()
    }

    /// The same for others than the run to ask: what it replies to them is not recorded.
    pub(crate) fn model_to_ask(&self) -> Result<Arc<dyn Model>> {
        ModelFlags { record: None, ..self.clone() }.model()
    }

    /// What is chosen where there is a model already: it stays if the flags say no other. What the environment
    /// says counts least.
    pub(crate) fn over(&self, chosen: Option<Choice>) -> Option<Choice> {
        let named = |name: &String| Choice { name: name.clone(), ..Choice::default() };
        let choice = self.model.as_ref().map(named).or(chosen);
        let mut choice = choice.or_else(|| in_environment().as_ref().map(named))?;
        choice.api_base = self.api_base.clone().or(choice.api_base);
        choice.api_key = self.api_key.clone();
        choice.record = self.record.clone();
        Some(choice)
    }

    /// Whether there is one.
    pub(crate) fn is_given(&self) -> bool {
        self.model.is_some() || in_environment().is_some()
    }

    /// Whether a flag says which, and not the environment.
    pub(crate) fn is_given_by_flag(&self) -> bool {
        self.model.is_some()
    }

    /// Takes a model, if there is one.
    pub(crate) fn take(&mut self, model: Option<String>) {
        if model.is_some() {
            self.model = model;
        }
    }

    /// Takes away where replies are to be written.
    pub(crate) fn take_record(&mut self) -> Option<PathBuf> {
        self.record.take()
    }

    /// Takes a key, if there is one.
    pub(crate) fn take_key(&mut self, key: Option<SecretString>) {
        if key.is_some() {
            self.api_key = key;
        }
    }
}

/// The model that the environment says. An agent's own comes before it, so it is no default of the flag.
fn in_environment() -> Option<String> {
    std::env::var("FUMEHOOD_MODEL").ok().filter(|name| !name.is_empty())
}

/// Whether a slash follows the provider in a model's name.
fn is_path(name: &str, provider: &Provider) -> bool {
    name.as_bytes().get(provider.name.len()) == Some(&b'/')
}
