//! The form of `agent.toml`.

use std::collections::BTreeMap;
use std::fmt;
use std::num::{NonZeroU32, NonZeroUsize};

use fumehood_agent::{CodeTags, Prices};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use toml::Spanned;
use toml::de::DeTable;

use crate::agents::mistakes::{self, Lines, Mistake, Mistakes};
use crate::http::HttpTable;
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
    pub(crate) parallel: Option<NonZeroUsize>,
    pub(crate) context_tokens: Option<u64>,
    pub(crate) run_summary: bool,
    pub(crate) prompts: Option<String>,
    pub(crate) policy: Option<String>,
    pub(crate) image: Option<String>,
    pub(crate) deterministic: Option<u64>,
    pub(crate) clock_start: Option<u64>,
    pub(crate) managed: Option<Vec<String>>,
    pub(crate) prices: Option<PriceTable>,
    pub(crate) limits: LimitFlags,
    pub(crate) env: BTreeMap<String, String>,
    pub(crate) grants: Vec<GrantTable>,
    pub(crate) http: Option<HttpTable>,
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
    /// Reads the text of a file that is shown by this name, and says where its keys are. A key that cannot be
    /// read is noted and left out. None if nothing can be said of the others then.
    pub(super) fn read(
        text: &str,
        shown: &str,
        mistakes: &mut Mistakes,
    ) -> Option<(AgentFile, Lines)> {
        let (mut table, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            let told = errors.iter().map(|error| mistakes::told(error, text, shown));
            told.for_each(|mistake| mistakes.note(mistake));
            return None;
        }
        // First, as another version may have other keys.
        let version = table.get_ref().get("version");
        let version = version.and_then(|version| version.get_ref().as_integer());
        let version = version.map(|version| i64::from_str_radix(version.as_str(), version.radix()));
        let wrong = match version {
            Some(Ok(VERSION)) => None,
            Some(Ok(version)) => Some(format!(
                "the file has version {version} of the form, and this fumehood knows version {VERSION}"
            )),
            _ => Some(format!("it is not there; begin the file with `version = {VERSION}`")),
        };
        if let Some(what) = wrong {
            let line = Lines::of(table.get_ref(), text).line("version");
            mistakes.note(Mistake::new(shown, what).at(line, Some("version")));
            return None;
        }
        loop {
            match AgentFile::deserialize(toml::Deserializer::from(table.clone())) {
                // Of what is left, as the elements of arrays are counted.
                Ok(file) => return Some((file, Lines::of(table.get_ref(), text))),
                Err(error) => {
                    mistakes.note(mistakes::told(&error, text, shown));
                    let place = error.span().filter(|_| !mistakes.is_full())?.start;
                    if !mistakes::take_out(table.get_mut(), place) {
                        return None;
                    }
                }
            }
        }
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

    fn parsed(text: &str, shown: &str) -> Result<AgentFile, String> {
        let mut mistakes = Mistakes::default();
        let read = AgentFile::read(text, shown, &mut mistakes);
        match mistakes.of(read) {
            Ok((file, _)) => Ok(file),
            Err(mistake) => Err(mistake.to_string()),
        }
    }

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
            ("http", keys_of::<HttpTable>("http.")),
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
        let of_tools = [
            ["name", "file", "memory", "time", "fuel"].as_slice(),
            &["keep_state", "limits.time", "limits.memory", "limits.fuel"],
        ]
        .concat();
        keys.extend(of_tools.iter().map(|key| format!("tools.{key}")));
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
        parsed(example(), "the example").unwrap();
        let mut keys = BTreeSet::new();
        flattened(&toml::from_str(example()).unwrap(), "", &mut keys);
        assert_eq!(keys, all_keys());
    }

    #[test]
    fn other_versions_are_told_before_their_keys() {
        let told = |text| parsed(text, "a/agent.toml").unwrap_err();
        assert_eq!(
            told("version = 2\nunheard_of = 1"),
            "`a/agent.toml`, line 1, key `version`: the file has version 2 of the form, and this fumehood \
             knows version 1"
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
            let error = parsed(&text, "agent.toml").unwrap_err();
            let expected = format!("`agent.toml`, {told}");
            assert!(error.starts_with(&expected), "{error}\nexpected: {expected}");
        }
    }

    #[test]
    fn all_that_is_wrong_is_told_and_the_rest_is_read() {
        let text = "version = 1\nmx_steps = 3\nkind = 'tool_calling'\nmodel = {base = 'y', nme = 'x'}\n\
                    [limits]\ntime = '5 parsecs'\nmemory = true\ncpu = '1s'\n\
                    [[grants]]\nat = '/x'\n[[grants]]\nfolder = 'data'\nwrite = 3\n[env]\nA = 'x'\nB = 1\n";
        let mut mistakes = Mistakes::default();
        let (file, lines) = AgentFile::read(text, "agent.toml", &mut mistakes).unwrap();
        let mut told = mistakes.told().iter().map(Mistake::to_string).collect::<Vec<_>>();
        told.sort();
        let places = told.iter().map(|told| told.split(':').next().unwrap()).collect::<Vec<_>>();
        let line = |line: u32| format!("`agent.toml`, line {line}");
        assert_eq!(places, [13, 16, 2, 4, 4, 4, 6, 7, 9].map(line), "{told:#?}");
        assert_eq!((file.kind, file.grants.len()), (Kind::ToolCalling, 1));
        assert_eq!((file.grants[0].folder.as_str(), file.env["A"].as_str()), ("data", "x"));
        assert!(file.model.is_none() && file.limits.limits().cpu.is_some());
        assert_eq!((lines.line("grants.0.at"), lines.line("env.A")), (Some(11), Some(15)));
    }

    #[test]
    fn mistakes_without_end_are_counted() {
        let text = (0..500).map(|n| format!("key{n} = {n}\n")).collect::<String>();
        let mut mistakes = Mistakes::default();
        assert!(AgentFile::read(&format!("version = 1\n{text}"), "x", &mut mistakes).is_none());
        assert_eq!(mistakes.told().len(), 100);
        let broken = "= \n".repeat(500);
        let mut mistakes = Mistakes::default();
        assert!(AgentFile::read(&broken, "x", &mut mistakes).is_none());
        assert_eq!((mistakes.told().len(), mistakes.count() > 400), (100, true));
    }

    #[test]
    fn files_that_are_nested_without_end_are_refused() {
        let deep = format!("version = 1\nx = {}", "[".repeat(100_000));
        let error = parsed(&deep, "agent.toml").unwrap_err();
        assert!(error.len() < 1000, "{error}");
    }
}
