//! The rules.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use fumehood::{Label, Labels, ToolLabels};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::file::PolicyError;
use crate::patterns::Pattern;

/// What stands for all tools, and all folders, that are not named.
pub(crate) const OTHERS: &str = "*";

/// The rules for tools. What no rule names is not allowed.
///
/// # Defaults
///
/// * no tool may be called
/// * tools that send are asked about once the session has seen both private data and untrusted content
/// * granted folders are private
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use fumehood::ToolLabels;
/// use fumehood_policy::{ArgumentRules, Policy, Rate, ToolRules};
///
/// let policy = Policy::new()
///     .tool("search", ToolRules::allowed().with_labels(ToolLabels::RETURNS_UNTRUSTED))
///     .tool(
///         "send_mail",
///         ToolRules::allowed()
///             .with_labels(ToolLabels::SENDS)
///             .with_rate(Rate { calls: 5, per: Duration::from_secs(3600) })
///             .with_argument("to", ArgumentRules::matching(["*@example.org"]))
///             .with_argument("text", ArgumentRules::any().redacted()),
///     );
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Policy {
    pub(crate) tools: BTreeMap<String, ToolRules>,
    pub(crate) flow: Flow,
    pub(crate) after: Contact,
    pub(crate) folders: BTreeMap<String, Vec<Label>>,
    /// The text it was read from, which says in a log which one it was.
    pub(crate) text: Option<Arc<str>>,
}

/// What becomes of calls of tools that send, once the session has seen what they are not to be called after.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flow {
    /// Somebody is asked; where there is nobody, they are refused.
    #[default]
    Ask,
    /// They are refused.
    Refuse,
    /// They are made.
    Allow,
}

/// After what tools that send are not to be called as they please.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    /// Private data and untrusted content: somebody may want to have what is private.
    #[default]
    Both,
    /// Either of them.
    Either,
    /// Private data.
    Private,
    /// Untrusted content.
    Untrusted,
}

impl Contact {
    /// Whether a session has had it.
    pub(crate) fn is_in(self, seen: &Labels) -> bool {
        let (private, untrusted) = (seen.has(Label::Private), seen.has(Label::Untrusted));
        match self {
            Contact::Both => private && untrusted,
            Contact::Either => private || untrusted,
            Contact::Private => private,
            Contact::Untrusted => untrusted,
        }
    }
}

/// So many calls in so much time: in any stretch of that length, not only in those that begin with a full hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many.
    pub calls: u32,
    /// In which time.
    pub per: Duration,
}

/// The rules for a tool.
///
/// # Defaults
///
/// * the labels are those that the tool itself says
/// * any arguments; but where some are named, no others
/// * as often, as many at a time, as long and with as much of an answer as the limits of the sandbox allow
/// * nobody is asked
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ToolRules {
    pub(crate) allow: bool,
    pub(crate) labels: Option<ToolLabels>,
    pub(crate) arguments: BTreeMap<String, ArgumentRules>,
    pub(crate) other_arguments: Option<bool>,
    pub(crate) rate: Option<Rate>,
    pub(crate) total: Option<u64>,
    pub(crate) concurrent: Option<usize>,
    pub(crate) time: Option<Duration>,
    pub(crate) answer_bytes: Option<u64>,
    pub(crate) approval: bool,
    pub(crate) flow: Option<Flow>,
    /// The line of the file.
    pub(crate) line: Option<usize>,
}

/// The rules for an argument. It has to be there, unless it is [optional](ArgumentRules::optional): what a tool
/// takes in its place is not known here.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct ArgumentRules {
    pub(crate) schema: Option<Arc<jsonschema::Validator>>,
    pub(crate) matches: Option<Vec<Pattern>>,
    pub(crate) optional: bool,
    pub(crate) redact: bool,
}

impl Policy {
    /// Rules by which no tool may be called.
    pub fn new() -> Policy {
        Policy::default()
    }

    /// What holds where there is no policy of one's own, for tools that somebody has chosen and handed in: each
    /// may be called, its labels are those that it says itself, and all else is as by default.
    pub fn usual() -> Policy {
        Policy::new().tool(OTHERS, ToolRules::allowed())
    }

    /// Reads the text of a file, as `docs/policy.md` describes it.
    ///
    /// # Errors
    ///
    /// What is wrong with it, and in which line.
    ///
    /// # Examples
    ///
    /// ```
    /// let policy = fumehood_policy::Policy::parse(
    ///     r#"
    ///     version = 1
    ///
    ///     [tools.search]
    ///     labels = ["returns_untrusted"]
    ///     rate = "10/1m"
    ///     "#,
    /// );
    /// assert!(policy.is_ok());
    /// ```
    pub fn parse(text: &str) -> Result<Policy, PolicyError> {
        crate::file::read(text)
    }

    /// Sets the rules for a tool. `*` is all those that are not named.
    pub fn tool(mut self, name: impl Into<String>, rules: ToolRules) -> Policy {
        self.tools.insert(name.into(), rules);
        self
    }

    /// Sets what becomes of calls of tools that send, and after what. The default is that they are
    /// [asked](Flow::Ask) about after [both](Contact::Both).
    pub fn flow(mut self, flow: Flow, after: Contact) -> Policy {
        (self.flow, self.after) = (flow, after);
        self
    }

    /// Sets the labels that sessions begin with that have a folder granted, by its path in the guest. `*` is all
    /// those that are not named, which are private by default.
    pub fn folder(
        mut self,
        path: impl Into<String>,
        labels: impl IntoIterator<Item = Label>,
    ) -> Policy {
        self.folders.insert(path.into(), labels.into_iter().collect());
        self
    }

    /// The rules for a tool, and the name that they stand under.
    pub(crate) fn rules(&self, tool: &str) -> Option<(&str, &ToolRules)> {
        let named = self.tools.get_key_value(tool).or_else(|| self.tools.get_key_value(OTHERS));
        named.map(|(name, rules)| (name.as_str(), rules))
    }

    /// The labels of a granted folder.
    pub(crate) fn labels_of_folder(&self, path: &str) -> &[Label] {
        let labels = self.folders.get(path).or_else(|| self.folders.get(OTHERS));
        labels.map_or(&[Label::Private], Vec::as_slice)
    }

    /// How many tools are named.
    pub fn tools(&self) -> usize {
        self.tools.len()
    }
}

impl ToolRules {
    /// It may be called.
    pub fn allowed() -> ToolRules {
        ToolRules { allow: true, ..ToolRules::default() }
    }

    /// It may not be called.
    pub fn denied() -> ToolRules {
        ToolRules::default()
    }

    /// Sets its labels, whatever it says itself.
    pub fn with_labels(mut self, labels: ToolLabels) -> ToolRules {
        self.labels = Some(labels);
        self
    }

    /// Sets the rules for an argument. Others may then not be given, unless
    /// [they may](ToolRules::with_other_arguments).
    pub fn with_argument(mut self, name: impl Into<String>, rules: ArgumentRules) -> ToolRules {
        self.arguments.insert(name.into(), rules);
        self
    }

    /// Sets whether arguments may be given that no rule names. The default is that they may if no argument is
    /// named.
    pub fn with_other_arguments(mut self, others: bool) -> ToolRules {
        self.other_arguments = Some(others);
        self
    }

    /// Sets how often it may be called in a time, by all sessions together.
    pub fn with_rate(mut self, rate: Rate) -> ToolRules {
        self.rate = Some(rate);
        self
    }

    /// Sets how often it may be called in a session, and all that go on from it.
    pub fn with_total(mut self, calls: u64) -> ToolRules {
        self.total = Some(calls);
        self
    }

    /// Sets how many calls may be made at a time, by all sessions together, at least one. Others wait.
    pub fn with_concurrent(mut self, calls: usize) -> ToolRules {
        self.concurrent = Some(calls.max(1));
        self
    }

    /// Sets how long a call may take.
    pub fn with_time(mut self, time: Duration) -> ToolRules {
        self.time = Some(time);
        self
    }

    /// Sets how many bytes an answer may have, as JSON and with all that is attached.
    pub fn with_answer_bytes(mut self, bytes: u64) -> ToolRules {
        self.answer_bytes = Some(bytes);
        self
    }

    /// Has somebody asked before each call.
    pub fn with_approval(mut self) -> ToolRules {
        self.approval = true;
        self
    }

    /// Sets what becomes of it once the session has seen what it is not to be called after, if it sends.
    pub fn with_flow(mut self, flow: Flow) -> ToolRules {
        self.flow = Some(flow);
        self
    }
}

impl ArgumentRules {
    /// Any value.
    pub fn any() -> ArgumentRules {
        ArgumentRules::default()
    }

    /// A text, or an array of texts, each of which is like one of these patterns: `*` stands for any characters.
    pub fn matching<P: Into<String>>(patterns: impl IntoIterator<Item = P>) -> ArgumentRules {
        let patterns = patterns.into_iter().map(Pattern::new).collect();
        ArgumentRules { matches: Some(patterns), ..ArgumentRules::default() }
    }

    /// A value that fits a JSON Schema.
    ///
    /// # Errors
    ///
    /// What is wrong with the schema. It may not refer to others, and its `pattern`s are regular expressions
    /// without look-around and back-references, so that no text takes long to look at.
    pub fn fitting(schema: &Value) -> Result<ArgumentRules, String> {
        let options =
            jsonschema::options().with_pattern_options(jsonschema::PatternOptions::regex());
        let validator = options.build(schema).map_err(|error| error.to_string())?;
        Ok(ArgumentRules { schema: Some(Arc::new(validator)), ..ArgumentRules::default() })
    }

    /// The same, which may be left out.
    pub fn optional(mut self) -> ArgumentRules {
        self.optional = true;
        self
    }

    /// The same, whose value is written into no log and told in no reason.
    pub fn redacted(mut self) -> ArgumentRules {
        self.redact = true;
        self
    }

    /// Whether it says anything about the value.
    pub(crate) fn is_a_constraint(&self) -> bool {
        self.schema.is_some() || self.matches.is_some()
    }
}
