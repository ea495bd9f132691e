//! Memories that last: what a description says of them.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use fumehood_tools::egress::{Egress, HttpCredential, HttpRule};
use fumehood_tools::recall::{Embeddings, MemoryStore, RecallLimits};
use serde::Deserialize;

use crate::recall;
use crate::toolbox::Toolset;
use crate::toolbox::source::{Description, Making};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct MemorySettings {
    /// Where they are; the default is a file of the user's.
    file: Option<PathBuf>,
    user: Option<String>,
    agent: Option<String>,
    /// How many there may be.
    memories: Option<usize>,
    results: Option<usize>,
    embeddings: Option<EmbeddingSettings>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EmbeddingSettings {
    url: String,
    model: String,
    /// The environment variable with the key.
    env: Option<String>,
    /// Whether the endpoint is on this machine or in its network.
    #[serde(default)]
    private: bool,
}

impl EmbeddingSettings {
    fn open(&self) -> Result<Embeddings> {
        let rule = format!("{}=POST", self.url).parse::<HttpRule>();
        let rule = rule.with_context(|| format!("`{}` is no address of an endpoint", self.url))?;
        let rule = if self.private { rule.private() } else { rule };
        let mut egress = Egress::builder().allow(rule);
        if let Some(variable) = &self.env {
            let key = std::env::var(variable)
                .with_context(|| format!("the environment variable `{variable}` has no key"))?;
            let host = self.url.split_once("://").map_or(self.url.as_str(), |(_, rest)| rest);
            let host = host.split('/').next().unwrap_or_default();
            egress = egress.credential(HttpCredential::new(host, "authorization", "Bearer ", key)?);
        }
        Ok(Embeddings::new(egress.build()?, &self.url, &self.model))
    }
}

/// The tools of the memories that a description is of.
pub(super) fn make(description: &Description<'_>, _: &Making<'_>) -> Result<Toolset> {
    let mut settings = description.settings::<MemorySettings>()?;
    settings.file = settings.file.map(|file| description.folder.join(file));
    settings.open()
}

/// Those of the user, without a description.
pub(super) fn usual(_: &Making<'_>) -> Result<Toolset> {
    MemorySettings::default().open()
}

impl MemorySettings {
    fn open(self) -> Result<Toolset> {
        let mut limits = RecallLimits::default();
        limits.memories = self.memories.unwrap_or(limits.memories);
        limits.results = self.results.unwrap_or(limits.results);
        let file = match self.file {
            Some(file) => file,
            None => recall::usual_file()?,
        };
        let user = self.user.as_deref().unwrap_or(recall::USUAL_USER);
        let agent = self.agent.as_deref().unwrap_or(recall::USUAL_AGENT);
        let space = MemoryStore::with_limits(file, limits)?.space(user, agent)?;
        let embeddings = self.embeddings.as_ref().map(EmbeddingSettings::open).transpose()?;
        Ok(space.tools(embeddings).into())
    }
}
