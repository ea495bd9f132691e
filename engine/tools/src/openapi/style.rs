//! How values become parts of requests: the styles of OpenAPI, which are those of RFC 6570.
//!
//! All that is not known to be harmless is percent-encoded, so no value ends where it stands: not in a path, not in
//! a query, not in a cookie. Headers have no encoding; there, a value that would end is refused by the client.

use serde_json::Value;

/// How deep a value of the style `deepObject` is nested.
const DEPTH: usize = 8;

/// How lists and objects are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Simple,
    Label,
    Matrix,
    Form,
    SpaceDelimited,
    PipeDelimited,
    DeepObject,
}

impl Style {
    pub(super) fn named(name: &str) -> Option<Style> {
        Some(match name {
            "simple" => Style::Simple,
            "label" => Style::Label,
            "matrix" => Style::Matrix,
            "form" => Style::Form,
            "spaceDelimited" => Style::SpaceDelimited,
            "pipeDelimited" => Style::PipeDelimited,
            "deepObject" => Style::DeepObject,
            _ => return None,
        })
    }

    /// Whether lists and objects are taken apart, unless the document says otherwise.
    pub(super) fn explodes(self) -> bool {
        matches!(self, Style::Form | Style::DeepObject)
    }
}

/// What of a value stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// Letters, digits, and `-._~`.
    Unreserved,
    /// Besides, what is reserved, but for what would end a value of a query.
    Reserved,
    /// All of it: headers.
    Everything,
}

/// A value, or a name, without what could be read as something else.
pub(super) fn encoded(text: &str, keep: Keep) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    if keep == Keep::Everything {
        return text.to_owned();
    }
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        let is_kept = byte.is_ascii_alphanumeric()
            || b"-._~".contains(&byte)
            || (keep == Keep::Reserved && b":/?@!$'()*,;=".contains(&byte));
        if is_kept {
            encoded.push(char::from(byte));
        } else {
            encoded.push('%');
            encoded.push(char::from(DIGITS[usize::from(byte >> 4)]));
            encoded.push(char::from(DIGITS[usize::from(byte & 15)]));
        }
    }
    encoded
}

/// A value as the text that it is in a request. Nothing, if it is null.
fn scalar(value: &Value) -> Result<Option<String>, String> {
    match value {
        Value::Null => Ok(None),
        Value::Bool(value) => Ok(Some(value.to_string())),
        Value::Number(value) => Ok(Some(value.to_string())),
        Value::String(value) => Ok(Some(value.clone())),
        Value::Array(_) | Value::Object(_) => {
            Err("a list or an object in it cannot be written into a request".to_owned())
        }
    }
}

/// The parts of a value, encoded: one, or those of a list, or the names and values of an object. Nulls are left out.
enum Parts {
    One(String),
    List(Vec<String>),
    Pairs(Vec<(String, String)>),
}

impl Parts {
    fn of(value: &Value, keep: Keep) -> Result<Option<Parts>, String> {
        Ok(match value {
            Value::Array(items) => {
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.extend(scalar(item)?.map(|item| encoded(&item, keep)));
                }
                Some(Parts::List(list))
            }
            Value::Object(members) => {
                let mut pairs = Vec::with_capacity(members.len());
                for (name, member) in members {
                    let member = scalar(member)?.map(|member| encoded(&member, keep));
                    pairs.extend(member.map(|member| (encoded(name, keep), member)));
                }
                Some(Parts::Pairs(pairs))
            }
            value => scalar(value)?.map(|value| Parts::One(encoded(&value, keep))),
        })
    }

    /// All of them with something between; an object is its names and values in turn.
    fn joined(&self, between: &str) -> String {
        match self {
            Parts::One(value) => value.clone(),
            Parts::List(items) => items.join(between),
            Parts::Pairs(pairs) => {
                let parts = pairs.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
                parts.collect::<Vec<_>>().join(between)
            }
        }
    }

    /// All of them with something between; an object is `name=value` for each.
    fn exploded(&self, between: &str) -> String {
        match self {
            Parts::Pairs(pairs) => {
                let parts = pairs.iter().map(|(name, value)| format!("{name}={value}"));
                parts.collect::<Vec<_>>().join(between)
            }
            _ => self.joined(between),
        }
    }
}

/// A value in a path or in a header. The failure says what is wrong with it.
pub(super) fn in_text(
    style: Style,
    explode: bool,
    name: &str,
    value: &Value,
    keep: Keep,
) -> Result<String, String> {
    let parts = Parts::of(value, keep)?.unwrap_or(Parts::One(String::new()));
    Ok(match style {
        Style::Label if explode => format!(".{}", parts.exploded(".")),
        Style::Label => format!(".{}", parts.joined(",")),
        Style::Matrix => {
            let name = encoded(name, keep);
            match parts {
                Parts::One(value) if value.is_empty() => format!(";{name}"),
                Parts::List(items) if explode => {
                    items.iter().map(|item| format!(";{name}={item}")).collect()
                }
                Parts::Pairs(pairs) if explode => {
                    pairs.iter().map(|(name, value)| format!(";{name}={value}")).collect()
                }
                parts => format!(";{name}={}", parts.joined(",")),
            }
        }
        _ if explode => parts.exploded(","),
        _ => parts.joined(","),
    })
}

/// A value in a query, a form or a cookie: names and values, both encoded. The failure says what is wrong with it.
pub(super) fn in_pairs(
    style: Style,
    explode: bool,
    name: &str,
    value: &Value,
    keep: Keep,
) -> Result<Vec<(String, String)>, String> {
    // A name that has what would end it is encoded in any case.
    let named = encoded(name, Keep::Unreserved);
    if style == Style::DeepObject && value.is_object() {
        let mut pairs = Vec::new();
        deep(&named, value, keep, DEPTH, &mut pairs)?;
        return Ok(pairs);
    }
    let Some(parts) = Parts::of(value, keep)? else { return Ok(Vec::new()) };
    let between = match style {
        Style::SpaceDelimited => "%20",
        Style::PipeDelimited => "%7C",
        _ => ",",
    };
    Ok(match parts {
        Parts::One(value) => vec![(named, value)],
        Parts::List(items) if explode || style == Style::DeepObject => {
            items.into_iter().map(|item| (named.clone(), item)).collect()
        }
        // Of an object the names take the place of the parameter's.
        Parts::Pairs(_) if explode => match Parts::of(value, Keep::Unreserved)? {
            Some(Parts::Pairs(pairs)) => pairs,
            _ => Vec::new(),
        },
        // A list of nothing is nothing.
        Parts::List(items) if items.is_empty() => Vec::new(),
        parts => vec![(named, parts.joined(between))],
    })
}

/// `name[a][b]=value`. The specification leaves open what is in an object of an object; this is what servers read
/// that read more.
fn deep(
    name: &str,
    value: &Value,
    keep: Keep,
    depth: usize,
    pairs: &mut Vec<(String, String)>,
) -> Result<(), String> {
    let Some(depth) = depth.checked_sub(1) else {
        return Err(format!("it is nested deeper than {DEPTH}"));
    };
    match value {
        Value::Object(members) => members.iter().try_for_each(|(key, member)| {
            let name = format!("{name}%5B{}%5D", encoded(key, Keep::Unreserved));
            deep(&name, member, keep, depth, pairs)
        }),
        Value::Array(items) => items.iter().try_for_each(|item| match scalar(item)? {
            Some(item) => {
                pairs.push((name.to_owned(), encoded(&item, keep)));
                Ok(())
            }
            None => Ok(()),
        }),
        value => {
            pairs.extend(scalar(value)?.map(|value| (name.to_owned(), encoded(&value, keep))));
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text(style: Style, explode: bool, value: &Value) -> String {
        in_text(style, explode, "color", value, Keep::Unreserved).unwrap()
    }

    fn pairs(style: Style, explode: bool, value: &Value) -> String {
        let pairs = in_pairs(style, explode, "color", value, Keep::Unreserved).unwrap();
        let pairs = pairs.iter().map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join("&")
    }

    /// The table of the specification.
    #[test]
    fn every_style_is_as_the_specification_has_it() {
        let (empty, string) = (json!(""), json!("blue"));
        let array = json!(["blue", "black", "brown"]);
        let object = json!({"R": 100, "G": 200, "B": 150});
        for (style, explode, of_empty, of_string, of_array, of_object) in [
            (
                Style::Matrix,
                false,
                ";color",
                ";color=blue",
                ";color=blue,black,brown",
                ";color=R,100,G,200,B,150",
            ),
            (
                Style::Matrix,
                true,
                ";color",
                ";color=blue",
                ";color=blue;color=black;color=brown",
                ";R=100;G=200;B=150",
            ),
            (Style::Label, false, ".", ".blue", ".blue,black,brown", ".R,100,G,200,B,150"),
            (Style::Label, true, ".", ".blue", ".blue.black.brown", ".R=100.G=200.B=150"),
            (Style::Simple, false, "", "blue", "blue,black,brown", "R,100,G,200,B,150"),
            (Style::Simple, true, "", "blue", "blue,black,brown", "R=100,G=200,B=150"),
        ] {
            assert_eq!(text(style, explode, &empty), of_empty, "{style:?} {explode}");
            assert_eq!(text(style, explode, &string), of_string, "{style:?} {explode}");
            assert_eq!(text(style, explode, &array), of_array, "{style:?} {explode}");
            assert_eq!(text(style, explode, &object), of_object, "{style:?} {explode}");
        }
        for (style, explode, of_array, of_object) in [
            (Style::Form, false, "color=blue,black,brown", "color=R,100,G,200,B,150"),
            (Style::Form, true, "color=blue&color=black&color=brown", "R=100&G=200&B=150"),
            (
                Style::SpaceDelimited,
                false,
                "color=blue%20black%20brown",
                "color=R%20100%20G%20200%20B%20150",
            ),
            (
                Style::PipeDelimited,
                false,
                "color=blue%7Cblack%7Cbrown",
                "color=R%7C100%7CG%7C200%7CB%7C150",
            ),
        ] {
            assert_eq!(pairs(style, explode, &array), of_array, "{style:?} {explode}");
            assert_eq!(pairs(style, explode, &object), of_object, "{style:?} {explode}");
        }
        assert_eq!(pairs(Style::Form, true, &empty), "color=");
        assert_eq!(pairs(Style::Form, false, &string), "color=blue");
        assert_eq!(
            pairs(Style::DeepObject, true, &object),
            "color%5BR%5D=100&color%5BG%5D=200&color%5BB%5D=150"
        );
        assert_eq!(
            pairs(Style::DeepObject, true, &json!({"a": {"b": [1, null, true]}, "c": null})),
            "color%5Ba%5D%5Bb%5D=1&color%5Ba%5D%5Bb%5D=true"
        );
        assert_eq!(pairs(Style::Form, true, &json!(null)), "");
        assert_eq!(pairs(Style::Form, false, &json!([])), "");
    }

    #[test]
    fn what_would_end_a_value_is_encoded_even_where_reserved_characters_are_allowed() {
        let hostile = "a&b=c#d+e/../f?g%2fh;i j\u{e9}\r\n\0[]";
        assert_eq!(
            encoded(hostile, Keep::Unreserved),
            "a%26b%3Dc%23d%2Be%2F..%2Ff%3Fg%252fh%3Bi%20j%C3%A9%0D%0A%00%5B%5D"
        );
        assert_eq!(
            encoded(hostile, Keep::Reserved),
            "a%26b=c%23d%2Be/../f?g%252fh;i%20j%C3%A9%0D%0A%00%5B%5D"
        );
        // Names are the code's as well, if an object is taken apart.
        let object = json!({"a&b=c": "d"});
        for (style, explode) in
            [(Style::Form, true), (Style::DeepObject, true), (Style::Form, false)]
        {
            let pairs = in_pairs(style, explode, "x&y", &object, Keep::Reserved).unwrap();
            assert!(pairs.iter().all(|(name, _)| !name.contains(['&', '='])), "{pairs:?}");
            assert!(pairs.iter().all(|(_, value)| !value.contains('&')), "{pairs:?}");
        }
    }

    #[test]
    fn what_no_style_can_write_is_told() {
        for value in [json!([[1]]), json!({"a": {}}), json!([{}])] {
            assert!(in_pairs(Style::Form, true, "x", &value, Keep::Unreserved).is_err());
            assert!(in_text(Style::Simple, true, "x", &value, Keep::Unreserved).is_err());
        }
        let mut deep = json!(1);
        for _ in 0..100 {
            deep = json!({"a": deep});
        }
        assert!(in_pairs(Style::DeepObject, true, "x", &deep, Keep::Unreserved).is_err());
        assert!(
            in_pairs(Style::DeepObject, true, "x", &json!({"a": [[]]}), Keep::Unreserved).is_err()
        );
    }
}
