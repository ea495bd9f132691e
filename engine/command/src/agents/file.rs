//! The form of `agent.toml`.

use std::collections::BTreeMap;
use std::fmt;
use std::num::{NonZeroU32, NonZeroUsize};

use fumehood_agent::{CodeTags, Prices};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::agents::mistakes;
use crate::sandboxing::LimitFlags;

/// The name of the file in the folder of an agent.
pub(crate) const FILE: &str = "agent.toml";

/// The version of the form. It is counted up when a reader of this version would misread what is written.
const VERSION: i64 = 1;

/// Everything that the file of an agent can say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct AgentFile {
    /// Is looked at before anything else.
    #[serde(rename = "version")]
    pub(crate) _version: i64,
    pub(crate) kind: Kind,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) model: Option<ModelTable>,
    pub(crate) instructions: String,
    pub(crate) max_steps: Option<NonZeroU32>,
    pub(crate) planning_interval: Option<NonZeroU32>,
    pub(crate) code_tags: Option<Tags>,
    pub(crate) structured: Option<bool>,
    pub(crate) python: Option<bool>,
    pub(crate) parallel_tools: Option<NonZeroUsize>,
    pub(crate) context_tokens: Option<u64>,
    pub(crate) run_summary: bool,
    pub(crate) prompts: Option<String>,
    pub(crate) image: Option<String>,
    pub(crate) deterministic: Option<u64>,
    pub(crate) clock_start: Option<u64>,
    pub(crate) managed: Option<Vec<String>>,
    pub(crate) prices: Option<PriceTable>,
    pub(crate) limits: LimitFlags,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) grants: Vec<GrantTable>,
    pub(crate) checks: Vec<CheckTable>,
    pub(crate) tools: Vec<Spanned<toml::Table>>,
}

/// How an agent acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    #[default]
    Code,
    ToolCalling,
}

/// Which model works. A text is its name.
#[derive(Clone, Debug)]
pub(crate) struct ModelTable(pub(crate) ModelFields);

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelFields {
    pub(crate) name: String,
    pub(crate) api_base: Option<String>,
    pub(crate) requests_per_minute: Option<NonZeroU32>,
    pub(crate) tokens_per_minute: Option<NonZeroU32>,
    /// Fields of the body of requests.
    #[serde(default)]
    pub(crate) extra: toml::Table,
    /// Fields that the body is not to have; TOML has no null to say it with.
    #[serde(default)]
    pub(crate) without: Vec<String>,
}

/// What stands around code.
#[derive(Clone, Debug)]
pub(crate) struct Tags(pub(crate) CodeTags);

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PriceTable {
    input: f64,
    output: f64,
    cached_input: Option<f64>,
}

/// A folder of the host that code may use.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GrantTable {
    pub(crate) folder: String,
    pub(crate) at: Option<String>,
    #[serde(default)]
    pub(crate) write: bool,
}

/// A check of answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckTable {
    pub(crate) name: Option<String>,
    pub(crate) python: Option<String>,
    pub(crate) file: Option<String>,
    pub(crate) message: Option<String>,
}

impl AgentFile {
    /// Reads the text of a file that is shown by this name.
    pub(crate) fn parse(text: &str, shown: &str) -> anyhow::Result<AgentFile> {
        // First, as another version may have other keys.
        let table = toml::from_str::<toml::Table>(text)
            .map_err(|error| mistakes::told(&error, text, shown))?;
        match table.get("version").and_then(toml::Value::as_integer) {
            Some(VERSION) => {}
            Some(version) => anyhow::bail!(
                "`{shown}`, key `version`: the file has version {version} of the form, and this fumehood \
                 knows version {VERSION}"
            ),
            None => anyhow::bail!(
                "`{shown}`, key `version`: it is not there; begin the file with `version = {VERSION}`"
            ),
        }
        toml::from_str(text).map_err(|error| mistakes::told(&error, text, shown))
    }
}

impl PriceTable {
    pub(crate) fn prices(&self) -> Prices {
        let PriceTable { input, output, cached_input } = *self;
        Prices { input, output, cached_input: cached_input.unwrap_or(input) }
    }
}

impl<'de> Deserialize<'de> for ModelTable {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<ModelTable, D::Error> {
        struct NameOrFields;
        impl<'de> Visitor<'de> for NameOrFields {
            type Value = ModelTable;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a model, such as \"openai:gpt-4o\", or a table with it")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<ModelTable, E> {
                Ok(ModelTable(ModelFields { name: name.to_owned(), ..ModelFields::default() }))
            }

            fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<ModelTable, A::Error> {
                ModelFields::deserialize(MapAccessDeserializer::new(fields)).map(ModelTable)
            }
        }
        from.deserialize_any(NameOrFields)
    }
}

impl<'de> Deserialize<'de> for Tags {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Tags, D::Error> {
        struct PairOrMarkdown;
        impl<'de> Visitor<'de> for PairOrMarkdown {
            type Value = Tags;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(
                    "\"markdown\", or an array of two texts, such as [\"<code>\", \"</code>\"]",
                )
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Tags, E> {
                match text {
                    "markdown" => Ok(Tags(CodeTags::markdown())),
                    other => Err(E::invalid_value(serde::de::Unexpected::Str(other), &self)),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut texts: A) -> Result<Tags, A::Error> {
                let mut read = Vec::new();
                while let Some(text) = texts.next_element::<String>()? {
                    read.push(text);
                }
                match <[String; 2]>::try_from(read) {
                    Ok([open, close]) if !open.is_empty() && !close.is_empty() => {
                        Ok(Tags(CodeTags { open, close }))
                    }
                    Ok(_) => Err(A::Error::custom("a tag is empty")),
                    Err(other) => Err(A::Error::invalid_length(other.len(), &self)),
                }
            }
        }
        from.deserialize_any(PairOrMarkdown)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde::de::DeserializeOwned;

    use super::*;

    const PAGE: &str = include_str!("../../../../docs/agent-files.md");

    /// The keys that a table can have, which it names when it has another.
    fn keys_of<T: DeserializeOwned>(before: &str) -> BTreeSet<String> {
        let Err(error) = toml::from_str::<T>("\"no such key\" = 0") else {
            panic!("it takes any key")
        };
        mistakes::known(error.message()).map(|key| format!("{before}{key}")).collect()
    }

    fn all_keys() -> BTreeSet<String> {
        let mut keys = keys_of::<AgentFile>("");
        for (table, of) in [
            ("model", keys_of::<ModelFields>("model.")),
            ("prices", keys_of::<PriceTable>("prices.")),
            ("limits", keys_of::<LimitFlags>("limits.")),
            ("grants", keys_of::<GrantTable>("grants.")),
            ("checks", keys_of::<CheckTable>("checks.")),
        ] {
            assert!(keys.remove(table), "{table}");
            keys.extend(of);
        }
        // Their keys are what is named by them.
        for (table, of) in [("env", "env.NAME"), ("tools", "tools.source")] {
            assert!(keys.remove(table), "{table}");
            keys.insert(of.to_owned());
        }
        keys.insert("tools.name".to_owned());
        keys
    }

    /// The keys of the page's tables: what is between backticks at the beginning of a row.
    fn documented() -> BTreeSet<String> {
        let (_, table) = PAGE.split_once("| key | default | |").unwrap();
        let (table, _) = table.split_once("\n\n").unwrap();
        let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
        rows.filter_map(|row| Some(row.split_once('`')?.0.to_owned())).collect()
    }

    /// The page's example, which has every key.
    fn example() -> &'static str {
        let (_, rest) = PAGE.split_once("```toml\nversion = 1").unwrap();
        let (example, _) = rest.split_once("\n```").unwrap();
        &PAGE
            [PAGE.len() - rest.len() - "version = 1".len()..PAGE.len() - rest.len() + example.len()]
    }

    fn flattened(table: &toml::Table, before: &str, into: &mut BTreeSet<String>) {
        for (key, value) in table {
            let name = format!("{before}{key}");
            match value {
                toml::Value::Table(_) if name == "model.extra" => {
                    into.insert(name);
                }
                toml::Value::Table(variables) if name == "env" => {
                    assert!(!variables.is_empty());
                    into.insert("env.NAME".to_owned());
                }
                toml::Value::Table(table) => flattened(table, &format!("{name}."), into),
                toml::Value::Array(tables) if tables.iter().all(toml::Value::is_table) => {
                    for table in tables.iter().filter_map(toml::Value::as_table) {
                        flattened(table, &format!("{name}."), into);
                    }
                }
                _ => {
                    into.insert(name);
                }
            }
        }
    }

    #[test]
    fn every_key_is_documented_and_every_documented_key_is_one() {
        assert_eq!(documented(), all_keys());
    }

    #[test]
    fn the_example_of_the_page_has_every_key() {
        AgentFile::parse(example(), "the example").unwrap();
        let mut keys = BTreeSet::new();
        flattened(&toml::from_str(example()).unwrap(), "", &mut keys);
        assert_eq!(keys, all_keys());
    }

    #[test]
    fn other_versions_are_told_before_their_keys() {
        let told = |text| AgentFile::parse(text, "a/agent.toml").unwrap_err().to_string();
        assert_eq!(
            told("version = 2\nunheard_of = 1"),
            "`a/agent.toml`, key `version`: the file has version 2 of the form, and this fumehood knows \
             version 1"
        );
        assert!(told("").contains("begin the file with `version = 1`"));
        assert!(told("version = \"1\"").contains("begin the file with `version = 1`"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, told) in [
            ("mx_steps = 3", "line 2: there is no key `mx_steps`; it may be meant for `max_steps`"),
            (
                "[limits]\nseconds = 3",
                "line 3: there is no key `seconds`; there are `time`, `memory`",
            ),
            (
                "[[checks]]\npyton = 'x'",
                "line 3: there is no key `pyton`; it may be meant for `python`",
            ),
            ("[model]\nname = 'x'\nbase = 'y'", "line 4: there is no key `base`;"),
            ("[model]\napi_base = 'y'", "line 2: missing field `name`"),
            ("model = 3", "line 2: invalid type: integer `3`, expected the name of a model"),
            ("code_tags = ['a']", "line 2: invalid length 1, expected \"markdown\", or an array"),
            ("code_tags = 'html'", "line 2: invalid value: string \"html\", expected \"markdown\""),
            ("max_steps = 0", "line 2: invalid value: integer `0`, expected a nonzero u32"),
            (
                "kind = 'vision'",
                "line 2: unknown variant `vision`, expected `code` or `tool_calling`",
            ),
            ("[limits]\ntime = '5 parsecs'", "line 3: `parsecs` is not a unit of time"),
            (
                "[limits]\nmemory = true",
                "line 3: expected a number, or a text of a number and a unit",
            ),
            ("[env]\nN = 1", "line 3: invalid type: integer `1`, expected a string"),
            ("max_steps = ", "line 2: "),
            ("kind = 'code'\nkind = 'code'", "line 3: duplicate key"),
        ] {
            let text = format!("version = 1\n{text}");
            let error = AgentFile::parse(&text, "agent.toml").unwrap_err().to_string();
            let expected = format!("`agent.toml`, {told}");
            assert!(error.starts_with(&expected), "{error}\nexpected: {expected}");
        }
    }

    #[test]
    fn files_that_are_nested_without_end_are_refused() {
        let deep = format!("version = 1\nx = {}", "[".repeat(100_000));
        let error = AgentFile::parse(&deep, "agent.toml").unwrap_err().to_string();
        assert!(error.len() < 1000, "{error}");
    }
}
