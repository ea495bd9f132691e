//! Whether an answer is right.
//!
//! The rules of `exact` are those of the scorer of GAIA's questions, applied to JSON; docs/eval.md has them all.

use std::time::Duration;

use anyhow::{Result, bail};
use fumehood::{Limits, Sandbox, Variables};
use fumehood_agent::Answer;
use serde::Deserialize;
use serde::de::{Deserializer, Error};
use serde_json::{Value, json};

use crate::agents::{Judge, NoValue, variables};
use crate::sandboxing::LimitFlags;

/// The name of checks in tracebacks.
const CHECK: &str = "<check>";
/// How long a check may take, if it does not say.
const CHECK_TIME: Duration = Duration::from_secs(10);
/// Exceptions that tell of a mistake in a check, whatever the answer is.
const MISTAKES: [&str; 4] = ["NameError", "ImportError", "SyntaxError", "MemoryError"];

/// How answers are judged.
#[derive(Clone, Debug)]
pub(super) enum Scorer {
    /// The answer is this.
    Exact(Value),
    /// The answer is this number, or these numbers, or is near them.
    Numeric { expected: Value, tolerance: Tolerance },
    /// The answer has these texts in it.
    Contains(Vec<String>),
    /// Python says so.
    Python(PythonCheck),
}

/// A check that is Python, and runs in a sandbox of its own.
#[derive(Clone, Debug)]
pub(super) struct PythonCheck {
    pub(super) source: String,
    pub(super) expected: Value,
    pub(super) limits: LimitFlags,
}

/// How far a number may be off.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Tolerance {
    Absolute(f64),
    /// A share of the expected number.
    Relative(f64),
}

impl Default for Tolerance {
    fn default() -> Tolerance {
        Tolerance::Absolute(0.0)
    }
}

/// What a scorer says of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Right,
    /// It is not, and maybe why.
    Wrong(Option<String>),
    /// The scorer has failed, which says nothing of the answer.
    Unknown(String),
}

impl Scorer {
    pub(super) fn numeric(expected: Value, tolerance: Tolerance) -> Result<Scorer> {
        fn is_numeric(value: &Value) -> bool {
            match value {
                Value::Array(items) => items.iter().all(is_numeric),
                Value::Object(fields) => fields.values().all(is_numeric),
                value => number_of(value).is_some(),
            }
        }
        if !is_numeric(&expected) {
            bail!(
                "`expected`: the scorer `numeric` needs a number, or numbers in arrays and objects"
            );
        }
        Ok(Scorer::Numeric { expected, tolerance })
    }

    pub(super) fn contains(expected: Value) -> Result<Scorer> {
        let texts = match expected {
            Value::Array(items) => items,
            value => vec![value],
        };
        let texts = texts.iter().map(|value| match value {
            Value::String(_) | Value::Number(_) => Some(collapsed(&text_of(value))),
            _ => None,
        });
        let texts = texts.map(|text| text.filter(|text| !text.is_empty()));
        match texts.collect::<Option<Vec<_>>>() {
            Some(texts) if !texts.is_empty() => Ok(Scorer::Contains(texts)),
            _ => bail!("`expected`: the scorer `contains` needs a text, or an array of texts"),
        }
    }

    /// Judges an answer, in this sandbox if it takes one.
    pub(super) async fn score(&self, answer: &Answer, sandbox: Option<&Sandbox>) -> Verdict {
        let value = answer.json().unwrap_or_else(|| Value::from(answer.text()));
        let is_right = match self {
            Scorer::Exact(expected) => is_exactly(&value, answer.text(), expected),
            Scorer::Numeric { expected, tolerance } => is_near(&value, expected, *tolerance),
            Scorer::Contains(texts) => {
                let text = match &value {
                    Value::String(text) => collapsed(text),
                    // With spaces between numbers.
                    value => collapsed(&format!("{value:#} {}", answer.text())),
                };
                texts.iter().all(|part| has_part(&text, part))
            }
            Scorer::Python(check) => {
                return match sandbox {
                    Some(sandbox) => check.score(answer, sandbox).await,
                    None => Verdict::Unknown("there is no sandbox for the check".to_owned()),
                };
            }
        };
        if is_right { Verdict::Right } else { Verdict::Wrong(None) }
    }
}

impl PythonCheck {
    /// What it may use.
    pub(super) fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        limits.time = CHECK_TIME;
        self.limits.over(limits)
    }

    async fn score(&self, answer: &Answer, sandbox: &Sandbox) -> Verdict {
        let judge = Judge::new(sandbox.clone(), self.source.clone(), CHECK.to_owned());
        let given = variables(answer).and_then(|given| given.json("expected", &self.expected));
        let given = match given {
            Ok(given) => given.text("answer_text", answer.text()),
            Err(error) => return Verdict::Unknown(error.to_string()),
        };
        match judge.judge(given).await {
            Ok(Value::Bool(true)) => Verdict::Right,
            Ok(Value::Bool(false)) => Verdict::Wrong(None),
            Ok(other) => {
                let told = format!("the value of its last line is {other:.200}, and no bool");
                Verdict::Unknown(told)
            }
            Err(NoValue::Raised(exception))
                if !MISTAKES.iter().any(|name| exception.mro.iter().any(|base| base == name)) =>
            {
                Verdict::Wrong(Some(NoValue::Raised(exception).to_string()))
            }
            Err(told) => Verdict::Unknown(told.to_string()),
        }
    }

    /// What the compiler says against it, if it does.
    pub(super) async fn mistake(&self, sandbox: &Sandbox) -> Option<String> {
        let compile = format!("compile(source, {CHECK:?}, 'exec')\nTrue");
        let judge = Judge::new(sandbox.clone(), compile, "<eval>".to_owned());
        let given = Variables::new().text("source", self.source.as_str());
        judge.judge(given).await.err().map(|told| told.to_string())
    }
}

/// Whether two values are the same, as GAIA has it. `shown` is the answer as Python shows it.
fn is_exactly(answer: &Value, shown: &str, expected: &Value) -> bool {
    match (answer, expected) {
        (answer, Value::Array(items)) => {
            let Some(answers) = elements(answer) else { return false };
            answers.len() == items.len()
                && answers.iter().zip(items).all(|(answer, item)| is_element(answer, item))
        }
        (Value::Object(answers), Value::Object(fields)) => {
            answers.len() == fields.len()
                && fields.iter().all(|(key, field)| {
                    answers
                        .get(key)
                        .is_some_and(|answer| is_exactly(answer, &text_of(answer), field))
                })
        }
        (Value::Object(_), _) | (_, Value::Object(_)) => false,
        (answer, expected) => {
            let expected_text = text_of(expected);
            // Python shows all digits of a whole number, of which JSON's reader keeps some.
            let text = match answer {
                Value::Number(_) if number(shown).is_some() => shown.to_owned(),
                answer => text_of(answer),
            };
            if number(&expected_text).is_some() {
                return is_same_number(&text, &expected_text);
            }
            if expected_text.contains([',', ';']) {
                let items = elements(expected).unwrap_or_default();
                return is_exactly(answer, shown, &Value::Array(items));
            }
            match bare(&expected_text) {
                // Nothing would be left of both.
                nothing if nothing.is_empty() => expected_text.trim() == text.trim(),
                expected => bare(&text) == expected,
            }
        }
    }
}

/// The elements of an answer that is a list, or a text that reads as one.
fn elements(answer: &Value) -> Option<Vec<Value>> {
    match answer {
        Value::Array(items) => Some(items.clone()),
        Value::String(text) => {
            let text = text.trim();
            let inner = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
            Some(split(inner.unwrap_or(text)).map(Value::from).collect())
        }
        Value::Object(_) => None,
        value => Some(vec![value.clone()]),
    }
}

/// Whether an element of a list is the expected one. Of texts, punctuation counts.
fn is_element(answer: &Value, expected: &Value) -> bool {
    match expected {
        Value::Array(_) | Value::Object(_) => is_exactly(answer, &text_of(answer), expected),
        expected => {
            let (text, expected) = (text_of(answer), text_of(expected));
            match number(&expected) {
                Some(_) => is_same_number(&text, &expected),
                None => without_spaces(&text) == without_spaces(&expected),
            }
        }
    }
}

fn is_near(answer: &Value, expected: &Value, tolerance: Tolerance) -> bool {
    match expected {
        Value::Array(items) => elements(answer).is_some_and(|answers| {
            answers.len() == items.len()
                && answers.iter().zip(items).all(|(answer, item)| is_near(answer, item, tolerance))
        }),
        Value::Object(fields) => answer.as_object().is_some_and(|answers| {
            answers.len() == fields.len()
                && fields.iter().all(|(key, field)| {
                    answers.get(key).is_some_and(|answer| is_near(answer, field, tolerance))
                })
        }),
        expected => match (number_of(answer), number_of(expected)) {
            (Some(answer), Some(expected)) => {
                let most = match tolerance {
                    Tolerance::Absolute(most) => most,
                    Tolerance::Relative(share) => share * expected.abs(),
                };
                // What is written with few digits is seldom the number it stands for.
                let rounding = 4.0 * f64::EPSILON * answer.abs().max(expected.abs());
                (answer - expected).abs() <= most + if most > 0.0 { rounding } else { 0.0 }
            }
            _ => false,
        },
    }
}

/// A value as a text: words as they are, all else as JSON.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => value.to_string(),
    }
}

fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Number(_) | Value::String(_) => number(&text_of(value)),
        _ => None,
    }
}

/// The digits of a text that is a number, without what may stand around and between them.
fn digits(text: &str) -> String {
    text.chars().filter(|c| !matches!(c, '$' | '%' | ',') && !c.is_whitespace()).collect()
}

/// The number that a text is.
fn number(text: &str) -> Option<f64> {
    let digits = digits(text);
    // `inf` and `nan` are words.
    let is_written = digits.contains(|c: char| c.is_ascii_digit());
    digits.parse::<f64>().ok().filter(|number| is_written && number.is_finite())
}

fn is_same_number(answer: &str, expected: &str) -> bool {
    let whole = |text: &str| {
        let digits = digits(text);
        let (sign, rest) = match digits.strip_prefix('-') {
            Some(rest) => ("-", rest.to_owned()),
            None => ("", digits.strip_prefix('+').unwrap_or(&digits).to_owned()),
        };
        let is_whole = !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit());
        let rest = rest.trim_start_matches('0');
        is_whole.then(|| if rest.is_empty() { "0".to_owned() } else { format!("{sign}{rest}") })
    };
    match (whole(answer), whole(expected)) {
        (Some(answer), Some(expected)) => answer == expected,
        _ => number(answer).is_some_and(|answer| Some(answer) == number(expected)),
    }
}

fn split(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';'])
}

fn without_spaces(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

/// A text without whitespace, punctuation and case.
fn bare(text: &str) -> String {
    without_spaces(text).chars().filter(|c| !c.is_ascii_punctuation()).collect()
}

/// A text in which all whitespace is one space, without case.
fn collapsed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Whether a part is in a text, and not inside of a longer word or number.
fn has_part(text: &str, part: &str) -> bool {
    text.match_indices(part).any(|(start, _)| {
        let (before, after) = (&text[..start], &text[start + part.len()..]);
        let is_open = |inner: Option<char>, outer: Option<char>, beyond: Option<char>| {
            let (Some(inner), Some(outer)) = (inner, outer) else { return true };
            let goes_on = match outer {
                '.' | ',' => inner.is_ascii_digit() && beyond.is_some_and(|c| c.is_ascii_digit()),
                outer => inner.is_alphanumeric() && outer.is_alphanumeric(),
            };
            !goes_on
        };
        let mut back = before.chars().rev();
        let mut on = after.chars();
        is_open(part.chars().next(), back.next(), back.next())
            && is_open(part.chars().next_back(), on.next(), on.next())
    })
}

impl<'de> Deserialize<'de> for Tolerance {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Tolerance, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "expected a number, or a text such as \"1%\"")]
        enum Written {
            Number(f64),
            Text(String),
        }
        let tolerance = match Written::deserialize(from)? {
            Written::Number(number) => Some(Tolerance::Absolute(number)),
            Written::Text(text) => {
                let share = text.trim().strip_suffix('%').map(|share| share.trim().parse::<f64>());
                share.and_then(Result::ok).map(|share| Tolerance::Relative(share / 100.0))
            }
        };
        let is_good = |tolerance: &Tolerance| {
            let (Tolerance::Absolute(number) | Tolerance::Relative(number)) = tolerance;
            number.is_finite() && *number >= 0.0
        };
        tolerance.filter(is_good).ok_or_else(|| {
            D::Error::custom("`tolerance` is a number from 0 on, or a text such as \"1%\"")
        })
    }
}

/// An answer as it is kept: what JSON has of it, or a text.
pub(super) fn kept(answer: &Answer, most: usize) -> Value {
    let value = answer.json().unwrap_or_else(|| json!(answer.text()));
    let text = text_of(&value);
    if text.len() <= most {
        return value;
    }
    let end = text.floor_char_boundary(most);
    json!(format!("{}… ({} bytes)", &text[..end], text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An answer as Python gives it: words, or JSON.
    fn answer(value: &Value) -> Answer {
        match value {
            Value::String(text) => Answer::words(text.as_str()),
            value => {
                let json = json!({"type": "json", "value": value, "text": value.to_string()});
                serde_json::from_value(json).unwrap()
            }
        }
    }

    async fn is_right(scorer: &Scorer, value: &Value) -> bool {
        match scorer.score(&answer(value), None).await {
            Verdict::Right => true,
            Verdict::Wrong(None) => false,
            other => panic!("{value}: {other:?}"),
        }
    }

    #[tokio::test]
    async fn exact_answers_are_compared_as_gaia_does() {
        for (expected, right, wrong) in [
            // Numbers, without signs of money, per cent and thousands.
            (
                json!(42),
                vec![json!(42), json!(42.0), json!("42"), json!(" $42% "), json!("42.0")],
                vec![
                    json!(41),
                    json!("42 km"),
                    json!("forty-two"),
                    json!([42, 42]),
                    json!(null),
                    json!(""),
                ],
            ),
            (json!("17.5"), vec![json!(17.5), json!("17.50")], vec![json!("17,5"), json!("175")]),
            (
                json!("1000"),
                vec![json!("1,000"), json!("$1 000"), json!(1e3), json!("01000")],
                vec![json!("1.000")],
            ),
            (json!(-3), vec![json!("-3"), json!("-3.0")], vec![json!(3), json!("- x 3")]),
            // All digits of whole numbers, however long they are.
            (
                json!("1267650600228229401496703205376"),
                vec![json!("1267650600228229401496703205376")],
                vec![json!("1267650600228229401496703205377"), json!("inf"), json!("nan")],
            ),
            // Texts, without case, whitespace and punctuation.
            (
                json!("Sea gull"),
                vec![json!("seagull"), json!("SEA GULL."), json!("sea-gull")],
                vec![json!("gull"), json!("a sea gull")],
            ),
            (json!("Ångström"), vec![json!("ångström")], vec![json!("angstrom")]),
            (json!("?!"), vec![json!("?!"), json!(" ?! ")], vec![json!(""), json!("!?")]),
            (json!(true), vec![json!(true), json!("True")], vec![json!(false), json!(1)]),
            // Lists, in their order; of their elements, punctuation counts.
            (
                json!("a, b; 3"),
                vec![json!("A,B,3"), json!("a;b;3.0"), json!(["a", "b", 3]), json!("[a, b, 3]")],
                vec![json!("a, b"), json!("b, a, 3"), json!("a., b, 3"), json!("a, b, 3, 4")],
            ),
            (
                json!([2020, 2026]),
                vec![json!([2020, 2026]), json!("2020, 2026"), json!(["2020", "2026"])],
                vec![json!([2026, 2020]), json!([2020]), json!({"2020": 2026}), json!("20202026")],
            ),
            (
                json!([[1, 2], [3]]),
                vec![json!([[1, 2], [3]])],
                vec![json!([1, 2, 3]), json!([[1], [2, 3]])],
            ),
            // Objects, by their keys.
            (
                json!({"name": "Gentoo", "mass": 6300}),
                vec![json!({"mass": "6,300 ", "name": "gentoo"})],
                vec![
                    json!({"name": "Gentoo"}),
                    json!({"name": "Gentoo", "mass": 6300, "x": 1}),
                    json!("Gentoo 6300"),
                ],
            ),
        ] {
            let scorer = Scorer::Exact(expected.clone());
            for value in right {
                assert!(is_right(&scorer, &value).await, "{value} is {expected}");
            }
            for value in wrong {
                assert!(!is_right(&scorer, &value).await, "{value} is not {expected}");
            }
        }
    }

    #[tokio::test]
    async fn numbers_may_be_off_by_their_tolerance() {
        let tolerance = |value: Value| serde_json::from_value::<Tolerance>(value).unwrap();
        for (expected, most, right, wrong) in [
            (
                json!(5076.0),
                json!(0.05),
                vec![json!(5076.04), json!("5,075.95"), json!(5076.05)],
                vec![
                    json!(5076.06),
                    json!(5035.1),
                    json!("about 5076"),
                    json!([5076]),
                    json!("NaN"),
                ],
            ),
            (
                json!(100),
                json!("1%"),
                vec![json!(101), json!(99), json!("99.5%")],
                vec![json!(101.1), json!(98)],
            ),
            (json!(-100), json!("1 %"), vec![json!(-101)], vec![json!(100), json!(-102)]),
            (json!(3), json!(0), vec![json!(3.0), json!("3")], vec![json!(3.0000001)]),
            (
                json!([1, 2.5]),
                json!(0.1),
                vec![json!([1.1, 2.4]), json!("1, 2.5")],
                vec![json!([1.0]), json!([2.5, 1.0])],
            ),
            (
                json!({"a": 1, "b": {"c": 2}}),
                json!(0.5),
                vec![json!({"b": {"c": 2.5}, "a": 1})],
                vec![json!({"a": 1}), json!({"a": 1, "b": 2}), json!(1)],
            ),
        ] {
            let scorer = Scorer::numeric(expected.clone(), tolerance(most)).unwrap();
            for value in right {
                assert!(is_right(&scorer, &value).await, "{value} is near {expected}");
            }
            for value in wrong {
                assert!(!is_right(&scorer, &value).await, "{value} is not near {expected}");
            }
        }
        for wrong in [json!(-1), json!("1"), json!("-1%"), json!("x%"), json!("inf%"), json!([1])] {
            assert!(serde_json::from_value::<Tolerance>(wrong.clone()).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn texts_are_found_in_an_answer_as_whole_words() {
        for (expected, right, wrong) in [
            (
                json!("Biscoe"),
                vec![json!("It is BISCOE."), json!({"island": "Biscoe"})],
                vec![json!("Biscoes"), json!("Dream")],
            ),
            (
                json!(["Adelie", "Chinstrap"]),
                vec![json!("Chinstrap and Adelie"), json!(["Adelie", "Chinstrap"])],
                vec![json!("Adelie")],
            ),
            (json!("great  auk"), vec![json!("the Great\nAuk")], vec![json!("the greatauk")]),
            (
                json!(3),
                vec![json!("3 birds"), json!("It is 3."), json!("(3)"), json!([1, 3])],
                vec![json!("13 birds"), json!("3.5"), json!("1.3"), json!("3,000"), json!(35)],
            ),
            (json!("C++"), vec![json!("in C++20"), json!("C++.")], vec![json!("C+")]),
        ] {
            let scorer = Scorer::contains(expected.clone()).unwrap();
            for value in right {
                assert!(is_right(&scorer, &value).await, "{value} has {expected}");
            }
            for value in wrong {
                assert!(!is_right(&scorer, &value).await, "{value} has no {expected}");
            }
        }
    }

    #[test]
    fn long_answers_are_kept_in_part() {
        assert_eq!(kept(&answer(&json!([1, 2])), 10), json!([1, 2]));
        assert_eq!(kept(&answer(&json!("ééééé")), 5), json!("éé… (10 bytes)"));
    }
}
