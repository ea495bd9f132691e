//! Tools of the web, as flags, files and agents name them.

use std::time::Duration;

use anyhow::{Context as _, Result};
use fumehood::Engine;
use fumehood_tools::egress::{EgressBuilder, HttpRule};
use fumehood_tools::python::Documents;
use fumehood_tools::web::{
    SearchProvider, Transcriber, VisitWebpage, VisitWebpageBuilder, WebSearch, WikipediaSearch,
};
use serde::Deserialize;

use crate::toolbox::Toolset;
use crate::toolbox::source::{Description, Making};
use crate::units;

/// What each is called that works without keys.
pub(crate) const KEYLESS: [&str; 3] = [WebSearch::NAME, VisitWebpage::NAME, WikipediaSearch::NAME];

/// The tool of this name, with its defaults, if it is one of those that work without keys. Documents that it visits are
/// read in sandboxes of the engine.
pub(crate) fn keyless(
    name: &str,
    engine: &Engine,
    client: EgressBuilder,
) -> Option<Result<Toolset>> {
    match name {
        WebSearch::NAME => Some(SearchSettings::default().tool(client)),
        VisitWebpage::NAME => Some(VisitSettings::default().tool(engine, client)),
        WikipediaSearch::NAME => Some(WikipediaSettings::default().tool(client)),
        _ => None,
    }
}

pub(super) fn web_search(description: &Description<'_>, making: &Making<'_>) -> Result<Toolset> {
    description.settings::<SearchSettings>()?.tool(making.client())
}

pub(super) fn visit_webpage(description: &Description<'_>, making: &Making<'_>) -> Result<Toolset> {
    let settings = description.settings::<VisitSettings>()?;
    settings.tool(&making.image.engine(making.printer)?, making.client())
}

pub(super) fn wikipedia_search(
    description: &Description<'_>,
    making: &Making<'_>,
) -> Result<Toolset> {
    description.settings::<WikipediaSettings>()?.tool(making.client())
}

pub(super) fn transcriber(description: &Description<'_>, making: &Making<'_>) -> Result<Toolset> {
    description.settings::<TranscriberSettings>()?.tool(making.client())
}

/// The transcriber with its defaults.
pub(super) fn usual_transcriber(making: &Making<'_>) -> Result<Toolset> {
    TranscriberSettings::default().tool(making.client())
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct SearchSettings {
    provider: SearchProvider,
    /// The variable with the key; the default is the one that the provider's own programs read.
    key_env: Option<String>,
    url: Option<String>,
    most: Option<usize>,
    #[serde(deserialize_with = "units::in_file::time")]
    pace: Option<Duration>,
}

impl SearchSettings {
    fn tool(self, client: EgressBuilder) -> Result<Toolset> {
        let mut search = WebSearch::builder(self.provider).client(client);
        if let Some(variable) = self.key_env.as_deref().or(self.provider.key_variable()) {
            search = search.key(key(variable)?);
        }
        if let Some(url) = self.url {
            search = search.url(url);
        }
        if let Some(most) = self.most {
            search = search.most(most);
        }
        if let Some(pace) = self.pace {
            search = search.pace(pace);
        }
        Ok(Toolset::of(search.build()?))
    }
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct VisitSettings {
    /// Hosts as `--allow-http` names them; the default is every public one.
    allow: Option<Vec<String>>,
    private: Vec<String>,
    characters: Option<usize>,
    #[serde(deserialize_with = "units::in_file::time")]
    time: Option<Duration>,
    #[serde(deserialize_with = "units::in_file::bytes")]
    bytes: Option<u64>,
}

impl VisitSettings {
    fn tool(self, engine: &Engine, client: EgressBuilder) -> Result<Toolset> {
        let mut limits = VisitWebpageBuilder::limits();
        limits.time = self.time.unwrap_or(limits.time);
        limits.response_bytes = self.bytes.unwrap_or(limits.response_bytes);
        let mut client = client.limits(limits);
        for rule in self.allow.unwrap_or_else(|| vec!["*=GET".to_owned()]) {
            client = client.allow(rule.parse::<HttpRule>()?);
        }
        for rule in self.private {
            client = client.allow(rule.parse::<HttpRule>()?.private());
        }
        let texts = Documents::new(engine).texts();
        let mut visit = VisitWebpage::builder().client(client.build()?).reader(texts);
        if let Some(characters) = self.characters {
            visit = visit.characters(characters);
        }
        Ok(Toolset::of(visit.build()?))
    }
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct WikipediaSettings {
    url: Option<String>,
    language: Option<String>,
    characters: Option<usize>,
    contact: Option<String>,
}

impl WikipediaSettings {
    fn tool(self, client: EgressBuilder) -> Result<Toolset> {
        let mut wikipedia = WikipediaSearch::builder().client(client);
        if let Some(url) = self.url {
            wikipedia = wikipedia.url(url);
        }
        if let Some(language) = self.language {
            wikipedia = wikipedia.language(language);
        }
        if let Some(characters) = self.characters {
            wikipedia = wikipedia.characters(characters);
        }
        if let Some(contact) = self.contact {
            wikipedia = wikipedia.contact(contact);
        }
        Ok(Toolset::of(wikipedia.build()?))
    }
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct TranscriberSettings {
    url: Option<String>,
    /// The variable with the key; the default is that of OpenAI's programs, unless the server is another one.
    key_env: Option<String>,
    model: Option<String>,
    #[serde(deserialize_with = "units::in_file::time")]
    time: Option<Duration>,
    #[serde(deserialize_with = "units::in_file::bytes")]
    bytes: Option<u64>,
}

impl TranscriberSettings {
    fn tool(self, client: EgressBuilder) -> Result<Toolset> {
        let mut transcriber = Transcriber::builder().client(client);
        let usual = self.url.is_none().then_some(Transcriber::KEY_VARIABLE);
        if let Some(variable) = self.key_env.as_deref().or(usual) {
            transcriber = transcriber.key(key(variable)?);
        }
        if let Some(url) = self.url {
            transcriber = transcriber.url(url);
        }
        if let Some(model) = self.model {
            transcriber = transcriber.model(model);
        }
        if let Some(time) = self.time {
            transcriber = transcriber.time(time);
        }
        if let Some(bytes) = self.bytes {
            transcriber = transcriber.bytes(bytes);
        }
        Ok(Toolset::of(transcriber.build()?))
    }
}

/// The key in a variable.
fn key(variable: &str) -> Result<String> {
    std::env::var(variable).with_context(|| format!("there is no key in the variable `{variable}`"))
}
