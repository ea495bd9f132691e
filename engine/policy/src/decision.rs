//! What follows from the rules for a call, and why.

use std::fmt;
use std::time::Duration;

use fumehood::{Arguments, Attachment, Label, Labels, ToolLabels};
use serde::Serialize;
use serde_json::Value;

use crate::policy::{ArgumentRules, Contact, Flow, OTHERS, Policy, Rate, ToolRules};

/// Characters of a value that a reason shows.
const SHOWN: usize = 100;

/// A call that is to be decided about.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Call<'a> {
    /// The tool.
    pub tool: &'a str,
    /// What it is called with.
    pub arguments: &'a Arguments,
    /// The bytes that go with that.
    pub attachments: &'a [Attachment],
    /// The labels that the tool says itself.
    pub labels: ToolLabels,
    /// What the session has seen.
    pub seen: &'a Labels,
}

impl<'a> Call<'a> {
    /// A call, of a tool that says nothing of itself, in a session that has seen nothing.
    pub fn new(tool: &'a str, arguments: &'a Arguments, seen: &'a Labels) -> Call<'a> {
        Call { tool, arguments, attachments: &[], labels: ToolLabels::default(), seen }
    }

    /// The same call with the labels that the tool says itself.
    pub fn with_labels(mut self, labels: ToolLabels) -> Call<'a> {
        self.labels = labels;
        self
    }

    /// The same call with bytes.
    pub fn with_attachments(mut self, attachments: &'a [Attachment]) -> Call<'a> {
        self.attachments = attachments;
        self
    }
}

/// What is to be done about a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It may be made, as far as it is not one too many.
    Allow,
    /// It may be made if somebody allows it.
    Ask,
    /// It may not be made.
    Refuse,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Verdict::Allow => "allowed",
            Verdict::Ask => "allowed if somebody approves it",
            Verdict::Refuse => "refused",
        })
    }
}

/// What the rules say about a call. How often it was made and how many are under way is not part of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Decision<'a> {
    /// What is to be done.
    pub verdict: Verdict,
    /// The name that the rules stand under, and their line in the file; nothing if there are none.
    pub rule: Option<(&'a str, Option<usize>)>,
    /// The tool's labels, by the rules or by what it says itself.
    pub labels: ToolLabels,
    /// Why it is not allowed as it is.
    pub reasons: Vec<Reason>,
    pub(crate) rules: Option<&'a ToolRules>,
}

/// Why a call is not made, or not without somebody's approval.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// There are no rules for the tool.
    Undeclared,
    /// The rules do not allow it.
    Denied,
    /// An argument is not as it has to be.
    Argument {
        /// Its name.
        name: String,
        /// What is wrong with it.
        what: String,
    },
    /// The tool sends, and the session has seen what it is not to be called after.
    Flow {
        /// What it is not to be called after.
        after: Contact,
        /// What was seen, and where.
        seen: Labels,
    },
    /// Somebody has to approve it.
    Approval,
    /// Somebody was asked, or nobody could be, and did not approve it.
    NotApproved {
        /// Why not.
        reason: String,
    },
    /// It was called too often in the last time.
    Rate {
        /// What is allowed.
        rate: Rate,
        /// When it may be called again.
        wait: Duration,
    },
    /// It was called too often in this session.
    Total {
        /// What is allowed.
        calls: u64,
    },
    /// What is done cannot be written down.
    Audit {
        /// Why not.
        reason: String,
    },
}

impl Reason {
    /// A word for what kind of reason it is, for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Reason::Undeclared => "undeclared",
            Reason::Denied => "denied",
            Reason::Argument { .. } => "argument",
            Reason::Flow { .. } => "flow",
            Reason::Approval => "approval",
            Reason::NotApproved { .. } => "not_approved",
            Reason::Rate { .. } => "rate",
            Reason::Total { .. } => "total",
            Reason::Audit { .. } => "audit",
        }
    }

    /// What a model can do about it.
    fn advice(&self) -> &'static str {
        match self {
            Reason::Undeclared | Reason::Denied => "Do it with other tools, or without.",
            Reason::Argument { .. } => "Call it with other arguments, or do without.",
            Reason::Flow { .. } => {
                "That stays so: do not try it again. Do the rest of the task, and say in the answer what was not \
                 done."
            }
            Reason::Approval | Reason::NotApproved { .. } => {
                "Do the rest of the task, and say in the answer what was not done."
            }
            Reason::Rate { .. } => "Wait, or do with what you have.",
            Reason::Total { .. } => "Do with what you have.",
            Reason::Audit { .. } => "No tool can be called. Give your answer.",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::Undeclared => {
                f.write_str("the policy does not name it, and what it does not name is not allowed")
            }
            Reason::Denied => f.write_str("the policy does not allow it"),
            Reason::Argument { name, what } => {
                write!(f, "the policy does not allow this argument `{name}`: {what}")
            }
            Reason::Flow { after, seen } => {
                f.write_str("it sends data out or changes things, and this session has seen ")?;
                let mut and = "";
                for label in Label::ALL {
                    let matters = match after {
                        Contact::Both | Contact::Either => true,
                        Contact::Private => label == Label::Private,
                        Contact::Untrusted => label == Label::Untrusted,
                    };
                    if matters && seen.has(label) {
                        let what = match label {
                            Label::Private => "private data",
                            _ => "untrusted content",
                        };
                        write!(f, "{and}{what}")?;
                        let sources = seen.sources(label);
                        if !sources.is_empty() {
                            write!(f, " ({})", sources.join(", "))?;
                        }
                        and = " and ";
                    }
                }
                Ok(())
            }
            Reason::Approval => f.write_str("the policy has somebody asked before each call of it"),
            Reason::NotApproved { reason } => write!(f, "it was not approved: {reason}"),
            Reason::Rate { rate, wait } => write!(
                f,
                "the policy allows {} calls in {:?}; the next may be made in {:.1} s",
                rate.calls,
                rate.per,
                wait.as_secs_f64()
            ),
            Reason::Total { calls } => {
                write!(f, "the policy allows {calls} calls in a session, and there were so many")
            }
            Reason::Audit { reason } => {
                write!(f, "what is done cannot be written into the audit log: {reason}")
            }
        }
    }
}

/// What a model is told of a call that was not made.
pub(crate) fn told(tool: &str, reasons: &[Reason]) -> String {
    let why = reasons.iter().map(Reason::to_string).collect::<Vec<_>>().join("; ");
    // The one that can be done least about comes last.
    let advice = reasons.last().map_or("", Reason::advice);
    format!("{tool} was not called: {why}. {advice}")
}

impl Policy {
    /// What the rules say about a call. It changes nothing, and asks nobody.
    ///
    /// # Examples
    ///
    /// ```
    /// use fumehood::{Arguments, Labels};
    /// use fumehood_policy::{Call, Policy, ToolRules, Verdict};
    ///
    /// let policy = Policy::new().tool("search", ToolRules::allowed());
    /// let (arguments, seen) = (Arguments::new(), Labels::default());
    /// assert_eq!(policy.decide(Call::new("search", &arguments, &seen)).verdict, Verdict::Allow);
    /// assert_eq!(policy.decide(Call::new("delete", &arguments, &seen)).verdict, Verdict::Refuse);
    /// ```
    pub fn decide<'a>(&'a self, call: Call<'_>) -> Decision<'a> {
        let Some((name, rules)) = self.rules(call.tool) else {
            return Decision {
                verdict: Verdict::Refuse,
                rule: None,
                labels: call.labels,
                reasons: vec![Reason::Undeclared],
                rules: None,
            };
        };
        let labels = rules.labels.unwrap_or(call.labels);
        let (mut refused, mut asked) = (Vec::new(), Vec::new());
        if !rules.allow {
            refused.push(Reason::Denied);
        }
        refused.extend(rules.wrong_arguments(call));
        let flow = rules.flow.unwrap_or(self.flow);
        if labels.sends && flow != Flow::Allow && self.after.is_in(call.seen) {
            let reason = Reason::Flow { after: self.after, seen: call.seen.clone() };
            if flow == Flow::Refuse { refused.push(reason) } else { asked.push(reason) }
        }
        if rules.approval {
            asked.push(Reason::Approval);
        }
        let (verdict, reasons) = match (refused.is_empty(), asked.is_empty()) {
            (false, _) => (Verdict::Refuse, refused),
            (true, false) => (Verdict::Ask, asked),
            (true, true) => (Verdict::Allow, Vec::new()),
        };
        Decision { verdict, rule: Some((name, rules.line)), labels, reasons, rules: Some(rules) }
    }
}

impl ToolRules {
    /// What is wrong with the arguments of a call.
    fn wrong_arguments(&self, call: Call<'_>) -> Vec<Reason> {
        let mut wrong = Vec::new();
        let mut add = |name: &str, what: String| {
            wrong.push(Reason::Argument { name: name.to_owned(), what });
        };
        for (name, rules) in &self.arguments {
            match call.arguments.get(name) {
                None if rules.optional || !rules.is_a_constraint() => {}
                None => add(name, "it is left out, and has to be said".to_owned()),
                Some(_) if rules.is_a_constraint() && has_bytes(call.attachments, name) => {
                    add(name, "it is bytes, which nothing can be said about".to_owned());
                }
                Some(value) => {
                    if let Some(what) = rules.wrong(value) {
                        add(name, what);
                    }
                }
            }
        }
        if !self.other_arguments.unwrap_or(self.arguments.is_empty()) {
            let others = call.arguments.keys();
            for name in others.filter(|name| !self.arguments.contains_key(*name)) {
                add(name, "it is none of those that are named there".to_owned());
            }
        }
        wrong
    }

    /// Whether the value of an argument is to be written down nowhere.
    pub(crate) fn redacts(&self, name: &str) -> bool {
        self.arguments.get(name).is_some_and(|rules| rules.redact)
    }
}

/// Whether bytes stand at an argument, or in it.
fn has_bytes(attachments: &[Attachment], name: &str) -> bool {
    let at = format!("/{}", name.replace('~', "~0").replace('/', "~1"));
    attachments.iter().any(|attachment| {
        let rest = attachment.at.strip_prefix(&at);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

impl ArgumentRules {
    fn wrong(&self, value: &Value) -> Option<String> {
        if let Some(patterns) = &self.matches {
            let is_like_one = |value: &Value| {
                let text = value.as_str();
                text.is_some_and(|text| patterns.iter().any(|pattern| pattern.matches(text)))
            };
            let fits = match value {
                Value::Array(items) => items.iter().all(is_like_one),
                value => is_like_one(value),
            };
            if !fits {
                let like = patterns.iter().map(|pattern| format!("`{pattern}`"));
                let like = like.collect::<Vec<_>>().join(" or ");
                return Some(format!("{} is not like {like}", self.shown(value)));
            }
        }
        let error = self.schema.as_ref()?.iter_errors(value).next()?;
        Some(match self.redact {
            // Not even the part of it that does not fit.
            true => error.masked_with("the value").to_string(),
            false => shortened(&error.to_string()),
        })
    }

    fn shown(&self, value: &Value) -> String {
        if self.redact { "the value".to_owned() } else { shortened(&value.to_string()) }
    }
}

/// The beginning of a text.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl Decision<'_> {
    /// Where the rules stand, for people.
    pub fn place(&self) -> String {
        match self.rule {
            None => "no rule".to_owned(),
            Some((name, line)) => {
                let table = if name == OTHERS { "\"*\"" } else { name };
                let line = line.map_or(String::new(), |line| format!(", line {line}"));
                format!("[tools.{table}]{line}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn seen(labels: &[Label]) -> Labels {
        let mut seen = Labels::default();
        labels.iter().for_each(|label| seen.add(*label, "somewhere"));
        seen
    }

    fn decide<'a>(
        policy: &'a Policy,
        tool: &str,
        arguments: Value,
        labels: &[Label],
    ) -> Decision<'a> {
        let arguments = arguments.as_object().cloned().unwrap();
        policy.decide(Call::new(tool, &arguments, &seen(labels)))
    }

    fn kinds(decision: &Decision<'_>) -> Vec<&'static str> {
        decision.reasons.iter().map(Reason::kind).collect()
    }

    const MAIL: &str = r#"
        version = 1
        [tools.page]
        labels = ["returns_untrusted"]
        [tools.mail]
        labels = ["sends"]
        arguments.to = { matches = ["*@example.org", "me"] }
        arguments.count = { schema = { type = "integer", maximum = 3 }, optional = true }
        arguments.text = {}
        arguments.key = { schema = { const = "k" }, optional = true, redact = true }
        [tools.never]
        allow = false
        [tools.asked]
        approval = true
    "#;

    #[test]
    fn what_is_not_declared_is_refused() {
        let policy = Policy::parse(MAIL).unwrap();
        for tool in ["other", "Mail", "mail ", "ｍail", "*", ""] {
            let decision = decide(&policy, tool, json!({}), &[]);
            assert_eq!((decision.verdict, kinds(&decision)), (Verdict::Refuse, vec!["undeclared"]));
        }
        assert_eq!(kinds(&decide(&policy, "never", json!({}), &[])), ["denied"]);
        assert_eq!(decide(&policy, "page", json!({"x": 1}), &[]).verdict, Verdict::Allow);
        assert_eq!(decide(&policy, "asked", json!({}), &[]).verdict, Verdict::Ask);
        assert_eq!(decide(&policy, "page", json!({}), &[]).place(), "[tools.page], line 3");
    }

    #[test]
    fn arguments_are_what_the_rules_say_or_the_call_is_refused() {
        let policy = Policy::parse(MAIL).unwrap();
        for (arguments, allowed) in [
            (json!({"to": "ann@example.org"}), true),
            (json!({"to": "me", "text": "x", "count": 3}), true),
            (json!({"to": ["me", "ann@example.org"]}), true),
            (json!({"to": []}), true),
            // A whole number of another form is the same number.
            (json!({"to": "me", "count": 3.0}), true),
            (json!({"to": "me", "count": 3.5}), false),
            (json!({"to": "me", "count": 4.0}), false),
            (json!({"to": "me", "count": 1e300}), false),
            (json!({"to": "me", "count": u64::MAX}), false),
            (json!({"to": "me", "count": "3"}), false),
            (json!({"to": "me", "count": true}), false),
            (json!({"to": "me", "count": null}), false),
            (json!({}), false),
            (json!({"to": null}), false),
            (json!({"to": ["me", "eve@evil.com"]}), false),
            (json!({"to": ["me", ["me"]]}), false),
            (json!({"to": {"me": "me"}}), false),
            // Letters that look alike are others.
            (json!({"to": "ann@exаmple.org"}), false),
            (json!({"to": "ann@example.org\u{200b}"}), false),
            (json!({"to": "ann@example.org\n"}), false),
            (json!({"to": "ｍｅ"}), false),
            (json!({"To": "me"}), false),
            (json!({"to": "me", "bcc": "eve@evil.com"}), false),
            (json!({"to": "me", "to ": "eve@evil.com"}), false),
        ] {
            let decision = decide(&policy, "mail", arguments.clone(), &[]);
            assert_eq!(decision.verdict == Verdict::Allow, allowed, "{arguments}: {decision:?}");
        }
    }

    #[test]
    fn bytes_do_not_pass_for_a_text_that_is_allowed() {
        let policy = Policy::parse(MAIL).unwrap();
        let bytes = Attachment::new("/to", Attachment::BYTES, b"x".to_vec());
        let arguments = json!({"to": "me"}).as_object().cloned().unwrap();
        let seen = Labels::default();
        let call = Call::new("mail", &arguments, &seen);
        let with_bytes = std::slice::from_ref(&bytes);
        assert_eq!(policy.decide(call.with_attachments(with_bytes)).verdict, Verdict::Refuse);
        let elsewhere = [Attachment::new("/text", Attachment::BYTES, b"x".to_vec())];
        assert_eq!(policy.decide(call.with_attachments(&elsewhere)).verdict, Verdict::Allow);
    }

    #[test]
    fn what_is_redacted_is_not_in_reasons() {
        let policy = Policy::parse(MAIL).unwrap();
        let decision = decide(&policy, "mail", json!({"to": "me", "key": "secret"}), &[]);
        let told = told("mail", &decision.reasons);
        assert!(!told.contains("secret"), "{told}");
        let decision = decide(&policy, "mail", json!({"to": "eve@evil.com"}), &[]);
        assert!(
            decision.reasons[0]
                .to_string()
                .contains("\"eve@evil.com\" is not like `*@example.org`")
        );
    }

    #[test]
    fn what_sends_is_not_called_after_private_data_and_untrusted_content() {
        use Label::{Private, Untrusted};
        for (after, private, untrusted, both) in [
            (Contact::Both, false, false, true),
            (Contact::Either, true, true, true),
            (Contact::Private, true, false, true),
            (Contact::Untrusted, false, true, true),
        ] {
            let tool = ToolRules::allowed().with_labels(ToolLabels::SENDS);
            for (flow, verdict) in [
                (Flow::Ask, Verdict::Ask),
                (Flow::Refuse, Verdict::Refuse),
                (Flow::Allow, Verdict::Allow),
            ] {
                let policy = Policy::new().flow(flow, after).tool("mail", tool.clone());
                for (labels, matters) in [
                    (&[][..], false),
                    (&[Private], private),
                    (&[Untrusted], untrusted),
                    (&[Private, Untrusted], both),
                ] {
                    let expected = if matters { verdict } else { Verdict::Allow };
                    let decision = decide(&policy, "mail", json!({}), labels);
                    assert_eq!(decision.verdict, expected, "{after:?} {flow:?} {labels:?}");
                }
            }
        }
    }

    #[test]
    fn reasons_say_what_was_seen_and_what_to_do() {
        let mut seen = Labels::default();
        seen.add(Label::Private, "the folder /data");
        seen.add(Label::Untrusted, "visit_page");
        let reason = Reason::Flow { after: Contact::Both, seen };
        assert_eq!(
            told("mail", &[reason]),
            "mail was not called: it sends data out or changes things, and this session has seen private data \
             (the folder /data) and untrusted content (visit_page). That stays so: do not try it again. Do the \
             rest of the task, and say in the answer what was not done."
        );
    }

    #[test]
    fn a_tool_is_what_the_file_says_and_otherwise_what_it_says_itself() {
        let policy = Policy::parse(
            "version = 1\n[tools.a]\n[tools.b]\nlabels = []\n[tools.'*']\nlabels = ['sends']",
        )
        .unwrap();
        let (arguments, seen) = (Arguments::new(), Labels::default());
        let labels = |tool| {
            policy
                .decide(Call::new(tool, &arguments, &seen).with_labels(ToolLabels::READS_PRIVATE))
                .labels
        };
        assert_eq!(labels("a"), ToolLabels::READS_PRIVATE);
        assert_eq!(labels("b"), ToolLabels::default());
        assert_eq!(labels("c"), ToolLabels::SENDS);
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".{0,12}".prop_map(Value::from),
            "[a-z]{0,4}@example.org".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                proptest::collection::btree_map("[a-z]{0,3}", inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        /// Whatever a call is made with: if it is made, its recipient is one that the rules name, every
        /// argument is one of theirs, and more labels never allow more.
        #[test]
        fn what_is_allowed_is_what_the_rules_say(
            tool in prop_oneof![Just("mail".to_owned()), "[a-z*]{0,5}"],
            arguments in proptest::collection::btree_map(
                prop_oneof![Just("to".to_owned()), Just("count".to_owned()), "[a-z~/]{0,4}"],
                values(),
                0..4,
            ),
            private in any::<bool>(),
            untrusted in any::<bool>(),
        ) {
            let policy = Policy::parse(MAIL).unwrap();
            let arguments = arguments.into_iter().collect::<Arguments>();
            let labels = [(private, Label::Private), (untrusted, Label::Untrusted)];
            let labels = labels.iter().filter_map(|(has, label)| has.then_some(*label));
            let labels = seen(&labels.collect::<Vec<_>>());
            let decision = policy.decide(Call::new(&tool, &arguments, &labels));
            let nothing = Labels::default();
            let before = policy.decide(Call::new(&tool, &arguments, &nothing));
            prop_assert!(decision.verdict >= before.verdict);
            prop_assert_eq!(decision.verdict == Verdict::Allow, decision.reasons.is_empty());
            if decision.verdict == Verdict::Refuse || tool != "mail" {
                prop_assert!(tool == "mail" || ["page", "asked"].contains(&&*tool) || decision.verdict == Verdict::Refuse);
                return Ok(());
            }
            prop_assert!(decision.verdict == Verdict::Ask || !(private && untrusted));
            let recipients = match &arguments["to"] {
                Value::Array(items) => items.clone(),
                value => vec![value.clone()],
            };
            for recipient in recipients {
                let recipient = recipient.as_str().unwrap();
                prop_assert!(recipient.ends_with("@example.org") || recipient == "me");
            }
            prop_assert!(arguments.keys().all(|name| ["to", "count", "text", "key"].contains(&&**name)));
            if let Some(count) = arguments.get("count") {
                prop_assert!(count.as_f64().is_some_and(|count| count <= 3.0 && count.fract() == 0.0));
            }
        }
    }
}
