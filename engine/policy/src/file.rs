//! The form of policy files.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use fumehood::{Label, ToolLabels};
use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::policy::{ArgumentRules, Contact, Flow, OTHERS, Policy, Rate, ToolRules};
use crate::units::{self, in_file};

/// The version of the form. It is counted up when a reader of this version would misread what is written.
const VERSION: i64 = 1;
/// No file is longer, in bytes.
const FILE_BYTES: usize = 1 << 20;

/// What is wrong with a policy file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
#[non_exhaustive]
pub struct PolicyError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, and what to do.
    pub message: String,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct PolicyFile {
    /// Is looked at before anything else.
    #[serde(rename = "version")]
    _version: i64,
    flow: FlowTable,
    folders: BTreeMap<Spanned<String>, Vec<Label>>,
    tools: BTreeMap<String, Spanned<ToolTable>>,
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct FlowTable {
    sends: Flow,
    after: Contact,
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ToolTable {
    allow: bool,
    labels: Option<ToolLabels>,
    arguments: BTreeMap<String, ArgumentTable>,
    other_arguments: Option<bool>,
    rate: Option<Rate>,
    total: Option<u64>,
    concurrent: Option<NonZeroUsize>,
    #[serde(deserialize_with = "in_file::time")]
    time: Option<Duration>,
    #[serde(deserialize_with = "in_file::bytes")]
    answer: Option<u64>,
    approval: bool,
    flow: Option<Flow>,
}

impl Default for ToolTable {
    fn default() -> ToolTable {
        ToolTable {
            // A tool that is named is one that may be called.
            allow: true,
            labels: None,
            arguments: BTreeMap::new(),
            other_arguments: None,
            rate: None,
            total: None,
            concurrent: None,
            time: None,
            answer: None,
            approval: false,
            flow: None,
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ArgumentTable {
    schema: Option<Schema>,
    matches: Option<Vec<String>>,
    optional: bool,
    redact: bool,
}

/// A JSON Schema that was looked at.
struct Schema(ArgumentRules);

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Schema, D::Error> {
        let schema = toml::Value::deserialize(from)?;
        let schema = serde_json::to_value(schema).map_err(D::Error::custom)?;
        let rules = ArgumentRules::fitting(&schema).map(Schema);
        rules.map_err(|error| D::Error::custom(format!("it is no JSON Schema: {error}")))
    }
}

impl FromStr for Rate {
    type Err = String;

    /// Reads `10/1m`: ten calls in a minute.
    fn from_str(text: &str) -> Result<Rate, String> {
        let wrong = || format!("`{text}` is not of the form CALLS/TIME, such as 10/1m");
        let (calls, per) = text.split_once('/').ok_or_else(wrong)?;
        let calls = calls.trim().parse::<u32>().map_err(|_| wrong())?;
        let per = units::time(per)?;
        if calls == 0 || per.is_zero() {
            return Err(format!("`{text}` allows nothing; for that, say `allow = false`"));
        }
        Ok(Rate { calls, per })
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {:?}", self.calls, self.per)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Rate, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

impl Serialize for Rate {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

/// Reads the text of a policy file.
pub(crate) fn read(text: &str) -> Result<Policy, PolicyError> {
    if text.len() > FILE_BYTES {
        let message = format!("the file is longer than {FILE_BYTES} bytes");
        return Err(PolicyError { line: 1, message });
    }
    let told = |error: toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        PolicyError { line: line_of(text, start), message: error.message().to_owned() }
    };
    // First, as another version may have other keys.
    let table = toml::from_str::<toml::Table>(text).map_err(told)?;
    match table.get("version").and_then(toml::Value::as_integer) {
        Some(VERSION) => {}
        Some(other) => {
            let message = format!(
                "the file has version {other} of the form, and this fumehood knows version {VERSION}"
            );
            return Err(PolicyError { line: 1, message });
        }
        None => {
            let message = format!("begin the file with `version = {VERSION}`");
            return Err(PolicyError { line: 1, message });
        }
    }
    let PolicyFile { flow, folders, tools, .. } = toml::from_str(text).map_err(told)?;
    let mut policy = Policy::new().flow(flow.sends, flow.after);
    for (path, labels) in folders {
        let line = line_of(text, path.span().start);
        let path = path.into_inner();
        if path != OTHERS && !path.starts_with('/') {
            let message = format!(
                "`{path}` is no folder of the guest; name it by its path there, such as \"/data\""
            );
            return Err(PolicyError { line, message });
        }
        policy = policy.folder(path, labels);
    }
    for (name, table) in tools {
        let line = line_of(text, table.span().start);
        if name != OTHERS
            && let Some(reason) = fumehood::unusable_name(&name)
        {
            let message = format!("no tool can be named `{name}`: {reason}");
            return Err(PolicyError { line, message });
        }
        policy = policy.tool(name, rules(table.into_inner(), line)?);
    }
    policy.text = Some(Arc::from(text));
    Ok(policy)
}

fn rules(table: ToolTable, line: usize) -> Result<ToolRules, PolicyError> {
    let ToolTable { allow, labels, rate, total, time, approval, flow, other_arguments, .. } = table;
    let mut arguments = BTreeMap::new();
    for (name, ArgumentTable { schema, matches, optional, redact }) in table.arguments {
        let of_schema = schema.map(|Schema(rules)| rules).unwrap_or_default();
        let rules = match matches {
            Some(patterns) if patterns.is_empty() => {
                let message = format!(
                    "`matches` of the argument `{name}` is empty, and no value is like none; leave it out"
                );
                return Err(PolicyError { line, message });
            }
            Some(patterns) => {
                ArgumentRules { schema: of_schema.schema, ..ArgumentRules::matching(patterns) }
            }
            None => of_schema,
        };
        arguments.insert(name, ArgumentRules { optional, redact, ..rules });
    }
    Ok(ToolRules {
        allow,
        labels,
        arguments,
        other_arguments,
        rate,
        total,
        concurrent: table.concurrent.map(NonZeroUsize::get),
        time,
        answer_bytes: table.answer,
        approval,
        flow,
        line: Some(line),
    })
}

/// The line that a byte is in.
fn line_of(text: &str, at: usize) -> usize {
    1 + text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_can_be_said_is_read() {
        let policy = Policy::parse(
            r#"version = 1

[flow]
sends = "refuse"
after = "either"

[folders]
"/inbox" = ["private", "untrusted"]
"*" = []

[tools.search]

[tools.send_mail]
labels = ["sends", "reads_private"]
rate = "10/1m"
total = 50
concurrent = 2
time = "10s"
answer = "200KiB"
approval = true
flow = "ask"
other_arguments = true
arguments.to = { matches = ["*@example.org"] }
arguments.text = { schema = { type = "string", maxLength = 10 }, optional = true, redact = true }

[tools.delete]
allow = false
"#,
        )
        .unwrap();
        assert_eq!((policy.flow, policy.after), (Flow::Refuse, Contact::Either));
        assert_eq!(policy.labels_of_folder("/inbox"), [Label::Private, Label::Untrusted]);
        assert_eq!(policy.labels_of_folder("/data"), []);
        assert!(policy.tools["search"].allow && !policy.tools["delete"].allow);
        let mail = &policy.tools["send_mail"];
        assert_eq!(mail.labels, Some(ToolLabels::SENDS.and(ToolLabels::READS_PRIVATE)));
        assert_eq!(mail.rate, Some(Rate { calls: 10, per: Duration::from_secs(60) }));
        assert_eq!((mail.total, mail.concurrent), (Some(50), Some(2)));
        assert_eq!(mail.time, Some(Duration::from_secs(10)));
        assert_eq!(mail.answer_bytes, Some(200 << 10));
        assert!(mail.approval);
        assert_eq!(
            (mail.flow, mail.other_arguments, mail.line),
            (Some(Flow::Ask), Some(true), Some(13))
        );
        assert!(mail.arguments["to"].matches.is_some() && !mail.arguments["to"].optional);
        let text = &mail.arguments["text"];
        assert!(text.schema.is_some() && text.optional && text.redact);
        assert_eq!(Policy::new().labels_of_folder("/data"), [Label::Private]);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, told) in [
            ("[tols.x]", "line 2: unknown field `tols`, expected one of"),
            ("[tools.x]\nrat = 1", "line 3: unknown field `rat`"),
            ("[tools.x]\nrate = '10'", "line 3: `10` is not of the form CALLS/TIME"),
            ("[tools.x]\nrate = '0/1m'", "line 3: `0/1m` allows nothing"),
            ("[tools.x]\nrate = '1/1 parsec'", "line 3: `parsec` is not a unit of time"),
            ("[tools.x]\ntime = '1 parsec'", "line 3: `parsec` is not a unit of time"),
            ("[tools.x]\nanswer = true", "line 3: expected a number, or a text"),
            ("[tools.x]\nconcurrent = 0", "line 3: invalid value: integer `0`"),
            ("[tools.x]\nlabels = ['send']", "line 3: unknown variant `send`, expected one of"),
            ("[tools.x]\nflow = 'no'", "line 3: unknown variant `no`"),
            (
                "[tools.x.arguments]\nto = { schema = { type = 'txt' } }",
                "line 3: it is no JSON Schema: ",
            ),
            (
                "[tools.x.arguments]\nto = { schema = { pattern = '(?=a)' } }",
                "line 3: it is no JSON Schema: ",
            ),
            (
                "[tools.x.arguments]\nto = { schema = { '$ref' = 'file:///etc/passwd' } }",
                "line 3: it is no JSON Schema: ",
            ),
            (
                "[tools.x.arguments]\nto = { matches = [] }",
                "line 2: `matches` of the argument `to`",
            ),
            ("[tools.'a b']", "line 2: no tool can be named `a b`"),
            ("[folders]\ndata = []", "line 3: `data` is no folder of the guest"),
            ("[folders]\n'/data' = ['secret']", "line 3: unknown variant `secret`"),
            ("[tools.x]\n[tools.x]", "line 3: "),
            ("[tools", "line 2: "),
        ] {
            let error = Policy::parse(&format!("version = 1\n{text}")).unwrap_err().to_string();
            assert!(error.starts_with(told), "{text}\n{error}\nexpected: {told}");
        }
        assert!(Policy::parse("").unwrap_err().message.contains("`version = 1`"));
        assert!(Policy::parse("version = 2\nx = 1").unwrap_err().message.contains("version 2"));
    }

    const PAGE: &str = include_str!("../../../docs/policy.md");

    /// The keys that a table can have, which it names when it has another.
    fn keys_of(before: &str, table: &str) -> Vec<String> {
        let error = Policy::parse(&format!("version = 1\n{table}")).unwrap_err();
        let (_, known) = error.message.rsplit_once("`, expected ").unwrap();
        known.split('`').skip(1).step_by(2).map(|key| format!("{before}{key}")).collect()
    }

    #[test]
    fn every_key_is_documented_and_every_documented_key_is_one() {
        let mut keys = keys_of("", "'no such key' = 0");
        keys.retain(|key| key == "version");
        keys.extend(keys_of("flow.", "[flow]\n'no such key' = 0"));
        keys.push("folders.PATH".to_owned());
        keys.extend(keys_of("tools.NAME.", "[tools.x]\n'no such key' = 0"));
        keys.retain(|key| key != "tools.NAME.arguments");
        keys.extend(keys_of(
            "tools.NAME.arguments.ARG.",
            "[tools.x.arguments.y]\n'no such key' = 0",
        ));
        let (_, table) = PAGE.split_once("| key | default | |").unwrap();
        let (table, _) = table.split_once("\n\n").unwrap();
        let rows = table.lines().filter_map(|line| line.strip_prefix("| `"));
        let documented = rows.filter_map(|row| Some(row.split_once('`')?.0.to_owned()));
        let mut documented = documented.collect::<Vec<_>>();
        keys.sort_unstable();
        documented.sort_unstable();
        assert_eq!(documented, keys);
    }

    #[test]
    fn the_examples_of_the_page_can_be_used() {
        let examples =
            PAGE.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
        let policies = examples.map(|text| Policy::parse(text).unwrap()).collect::<Vec<_>>();
        assert_eq!(policies.len(), 2);
        // What is said to hold without a policy is what does.
        let (usual, said) = (Policy::usual(), &policies[1]);
        assert_eq!(
            (usual.flow, usual.after, &usual.folders),
            (said.flow, said.after, &said.folders)
        );
        assert_eq!(usual.tools.keys().collect::<Vec<_>>(), said.tools.keys().collect::<Vec<_>>());
        assert!(usual.tools[OTHERS].allow && said.tools[OTHERS].allow);
    }
}
