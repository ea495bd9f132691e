//! Paths with parameters in them.
//!
//! Whatever the arguments are, the path has the segments of its template, in their order: an argument fills the one
//! that it is in, and neither ends it, nor empties it, nor makes it one that leads upwards.

use serde_json::Value;

use super::parameter::{Parameter, Place};
use super::style::{Keep, Style, encoded, in_text};
use crate::texts;

/// A path whose segments are known.
#[derive(Debug)]
pub(super) struct Template {
    segments: Vec<Vec<Piece>>,
}

#[derive(Debug)]
enum Piece {
    /// As it is sent.
    Fixed(String),
    /// Which of the operation's parameters.
    Parameter(usize),
}

impl Template {
    /// Reads a path. The failure says what is wrong with it.
    pub(super) fn of(path: &str, parameters: &[Parameter]) -> Result<Template, String> {
        let Some(mut rest) = path.strip_prefix('/') else {
            return Err("its path does not begin with a slash".to_owned());
        };
        let mut segments = vec![Vec::new()];
        while !rest.is_empty() {
            let end = rest.find(['/', '{']).unwrap_or(rest.len());
            let (fixed, after) = rest.split_at(end);
            let Some(segment) = segments.last_mut() else { break };
            if !fixed.is_empty() {
                segment.push(Piece::Fixed(fixed_part(fixed)?));
            }
            rest = if let Some(after) = after.strip_prefix('{') {
                let (name, after) =
                    after.split_once('}').ok_or("a brace of its path is not closed")?;
                let is_it = |one: &Parameter| one.place == Place::Path && one.name == name;
                let position = parameters.iter().position(is_it);
                segment.push(Piece::Parameter(position.ok_or_else(|| {
                    format!("`{}` of its path is no parameter of it", texts::line(name, 100))
                })?));
                after
            } else if let Some(after) = after.strip_prefix('/') {
                segments.push(Vec::new());
                after
            } else {
                after
            };
        }
        let last = segments.len() - 1;
        for (at, segment) in segments.iter().enumerate() {
            let is_fixed = segment.iter().all(|piece| matches!(piece, Piece::Fixed(_)));
            let text = segment.iter().filter_map(|piece| match piece {
                Piece::Fixed(text) => Some(text.as_str()),
                Piece::Parameter(_) => None,
            });
            let text = text.collect::<String>();
            if is_fixed && (leads_away(&text) || (text.is_empty() && at != last)) {
                return Err("its path has a segment that leads somewhere else".to_owned());
            }
        }
        for (position, parameter) in parameters.iter().enumerate() {
            let is_it = |piece: &Piece| matches!(piece, Piece::Parameter(own) if *own == position);
            if parameter.place == Place::Path && !segments.iter().flatten().any(is_it) {
                let name = texts::line(&parameter.name, 100);
                return Err(format!("its parameter `{name}` is not in its path"));
            }
        }
        Ok(Template { segments })
    }

    /// The path with arguments in it. `values` are those of the parameters, in their order. With `slashes`, an
    /// argument may have some, which are encoded. The failure says which parameter has a value that no path has.
    pub(super) fn filled(
        &self,
        parameters: &[Parameter],
        values: &[Option<&Value>],
        slashes: bool,
    ) -> Result<String, String> {
        let mut path = String::new();
        for segment in &self.segments {
            let mut text = String::new();
            let mut named = None;
            for piece in segment {
                match piece {
                    Piece::Fixed(fixed) => text.push_str(fixed),
                    Piece::Parameter(position) => {
                        let (Some(parameter), Some(value)) =
                            (parameters.get(*position), values.get(*position))
                        else {
                            return Err("a parameter of the path has no value".to_owned());
                        };
                        named = Some(&parameter.name);
                        text.push_str(&in_segment(parameter, value.unwrap_or(&Value::Null))?);
                    }
                }
            }
            if let Some(name) = named {
                let wrong = |why: &str| Err(format!("`{}` {why}", texts::line(name, 100)));
                if text.is_empty() {
                    return wrong("is empty, and is a part of the path");
                }
                let parts = text.replace("%5C", "%2F");
                let parts = parts.split("%2F").collect::<Vec<_>>();
                if parts.len() > 1 && !slashes {
                    return wrong("has a slash, and is one segment of the path");
                }
                if parts.iter().any(|part| part.is_empty() || leads_away(part)) {
                    return wrong("would lead the path somewhere else");
                }
            }
            path.push('/');
            path.push_str(&text);
        }
        Ok(path)
    }

    /// What all paths begin with at a server, as far as a rule can say it; nothing, if some are such that no rule with
    /// a path allows them.
    pub(super) fn beginning(
        &self,
        server: &str,
        parameters: &[Parameter],
        slashes: bool,
    ) -> Option<String> {
        let is_odd = |text: &str| text.contains(';') || text.to_ascii_lowercase().contains("%2e");
        let odd = self.segments.iter().flatten().any(|piece| match piece {
            Piece::Fixed(text) => is_odd(text),
            // The style begins with a semicolon.
            Piece::Parameter(at) => {
                parameters.get(*at).is_none_or(|one| one.style == Style::Matrix)
            }
        });
        let below = server.split('/').skip(1);
        if slashes || odd || !below.clone().all(is_plain) {
            return None;
        }
        let own = self.segments.iter().map_while(|segment| match segment.as_slice() {
            [Piece::Fixed(text)] if is_plain(text) => Some(text.as_str()),
            _ => None,
        });
        Some(below.chain(own).map(|segment| format!("/{segment}")).collect())
    }
}

fn in_segment(parameter: &Parameter, value: &Value) -> Result<String, String> {
    if parameter.is_json {
        return Ok(encoded(&value.to_string(), parameter.keep));
    }
    in_text(parameter.style, parameter.explode, &parameter.name, value, parameter.keep)
        .map_err(|why| format!("`{}`: {why}", texts::line(&parameter.name, 100)))
}

/// A part of a path as it is sent. What is encoded already stays so.
fn fixed_part(text: &str) -> Result<String, String> {
    if text.chars().any(|c| c.is_control() || matches!(c, '?' | '#' | '\\' | '}')) {
        return Err("its path has a character that no path has".to_owned());
    }
    let lower = text.to_ascii_lowercase();
    if lower.contains("%2f") || lower.contains("%5c") {
        return Err("its path has an encoded slash".to_owned());
    }
    let mut part = String::new();
    for character in text.chars() {
        let is_kept = character.is_ascii_alphanumeric() || "-._~!$&'()*+,;=:@%".contains(character);
        match is_kept {
            true => part.push(character),
            false => part.push_str(&encoded(character.encode_utf8(&mut [0; 4]), Keep::Unreserved)),
        }
    }
    Ok(part)
}

/// Whether readers of URLs take the segment for the one before it, or for none.
fn leads_away(segment: &str) -> bool {
    let dots = segment.to_ascii_lowercase().replace("%2e", ".");
    dots == "." || dots == ".."
}

/// Whether a rule can have it, and have it as it is.
fn is_plain(segment: &str) -> bool {
    let is_good = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    !segment.is_empty() && segment.bytes().all(is_good)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use reqwest::Url;
    use serde_json::json;

    use super::super::document::Document;
    use super::*;

    fn parameters(names: &[&str], style: &str, explode: bool) -> Vec<Parameter> {
        let written = names.iter().map(|name| {
            json!({"name": name, "in": "path", "required": true, "style": style, "explode": explode})
        });
        let operation = json!({"parameters": written.collect::<Vec<_>>()});
        let document = Document::parse("openapi: 3.1.0").unwrap();
        Parameter::all(&document, &json!({}), &operation).unwrap()
    }

    fn filled(path: &str, style: &str, value: &Value, slashes: bool) -> Result<String, String> {
        let parameters = parameters(&["a"], style, false);
        Template::of(path, &parameters)?.filled(&parameters, &[Some(value)], slashes)
    }

    #[test]
    fn arguments_stay_in_their_segment() {
        for (value, path) in [
            (json!("x"), "/v/x/end"),
            (json!("a?b#c&d=e"), "/v/a%3Fb%23c%26d%3De/end"),
            (json!("a%2fb"), "/v/a%252fb/end"),
            (json!("%2e%2e"), "/v/%252e%252e/end"),
            (json!("..."), "/v/.../end"),
            (json!("é \r\n\0;"), "/v/%C3%A9%20%0D%0A%00%3B/end"),
            (json!("https:x@y"), "/v/https%3Ax%40y/end"),
            (json!([1, true, null, "a,b"]), "/v/1,true,a%2Cb/end"),
            (json!({"k": "v"}), "/v/k,v/end"),
        ] {
            assert_eq!(filled("/v/{a}/end", "simple", &value, false).as_deref(), Ok(path));
        }
        assert_eq!(filled("/{a}.json", "simple", &json!("x"), false).as_deref(), Ok("/x.json"));
        assert_eq!(filled("/r{a}", "matrix", &json!("x"), false).as_deref(), Ok("/r;a=x"));
        assert_eq!(filled("/r{a}", "label", &json!("x"), false).as_deref(), Ok("/r.x"));
        assert_eq!(
            filled("/a b{a}/é/", "simple", &json!(1), false).as_deref(),
            Ok("/a%20b1/%C3%A9/")
        );
    }

    #[test]
    fn arguments_that_lead_somewhere_else_are_refused() {
        for (path, style, value) in [
            ("/v/{a}", "simple", json!("..")),
            ("/v/{a}", "simple", json!(".")),
            ("/v/{a}", "simple", json!("")),
            ("/v/{a}/x", "simple", json!("")),
            ("/v/{a}", "simple", json!([])),
            ("/v/{a}", "simple", json!(null)),
            ("/v/{a}", "simple", json!("a/b")),
            ("/v/{a}", "simple", json!("../admin")),
            ("/v/{a}", "simple", json!("..\\admin")),
            ("/v/{a}", "simple", json!(["a", "../../b"])),
            ("/v/{a}", "label", json!(".")),
            ("/v/{a}", "label", json!("")),
            ("/v/.{a}", "simple", json!(".")),
            ("/v/%2E{a}", "simple", json!(".")),
        ] {
            assert!(filled(path, style, &value, false).is_err(), "{path} {value}");
        }
        assert_eq!(filled("/{a}", "simple", &json!("g/p"), true).as_deref(), Ok("/g%2Fp"));
        for value in ["g/../p", "/p", "g/", "g//p", "..\\p", ".."] {
            assert!(filled("/{a}", "simple", &json!(value), true).is_err(), "{value}");
        }
    }

    #[test]
    fn paths_that_say_something_else_than_they_look_like_are_refused() {
        let parameters = parameters(&["a"], "simple", false);
        for path in [
            "x/{a}",
            "/{a}/../x",
            "/{a}/%2e%2E/x",
            "/{a}/./x",
            "/{a}//x",
            "/{a}?x=y",
            "/{a}#x",
            "/{a}\\x",
            "/{a}%2fx",
            "/{a}\nx",
            "/{b}",
            "/{a",
            "/a}",
            "/x",
            "/{}/{a}",
        ] {
            assert!(Template::of(path, &parameters).is_err(), "{path}");
        }
    }

    #[test]
    fn rules_can_say_what_a_path_begins_with() {
        let of = |path, style| {
            let parameters = parameters(&["a"], style, false);
            let template = Template::of(path, &parameters).unwrap();
            template.beginning("/v1", &parameters, false)
        };
        assert_eq!(of("/pets/{a}/toys", "simple").as_deref(), Some("/v1/pets"));
        assert_eq!(of("/{a}", "simple").as_deref(), Some("/v1"));
        assert_eq!(of("/x=y/{a}", "simple").as_deref(), Some("/v1"));
        assert_eq!(of("/pets/{a}", "matrix"), None);
        assert_eq!(of("/pets;x/{a}", "simple"), None);
    }

    /// Any text, and what is likely to be read as something else.
    fn hostile() -> impl Strategy<Value = String> {
        let odd = proptest::sample::select(vec![
            ".", "..", "/", "\\", "%2f", "%2F", "%5c", "%2e", "?", "#", "&", "=", ";", "@", ":",
            "//", "\r\n", "\0", " ", "\t", "\u{202e}", "\u{ff0f}", "é", "%", "+",
        ]);
        let part = prop_oneof![odd.prop_map(str::to_owned), any::<String>()];
        proptest::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn a_url_has_the_segments_of_its_template_whatever_the_arguments_are(
            one in hostile(),
            two in hostile(),
            style in proptest::sample::select(vec!["simple", "label", "matrix"]),
            explode in any::<bool>(),
            slashes in any::<bool>(),
        ) {
            let parameters = parameters(&["a", "b"], style, explode);
            let template = Template::of("/v1/{a}/fixed/x{b}y/end", &parameters).unwrap();
            let (one, two) = (json!(one), json!(two));
            if let Ok(path) = template.filled(&parameters, &[Some(&one), Some(&two)], slashes) {
                let url = Url::parse(&format!("https://host.test{path}")).unwrap();
                prop_assert_eq!(url.path(), &path);
                prop_assert_eq!(url.host_str(), Some("host.test"));
                prop_assert!(url.query().is_none() && url.fragment().is_none());
                let segments = path.split('/').skip(1).collect::<Vec<_>>();
                prop_assert_eq!(segments.len(), 5);
                prop_assert_eq!((segments[0], segments[2], segments[4]), ("v1", "fixed", "end"));
                prop_assert!(segments[3].starts_with('x') && segments[3].ends_with('y'));
                prop_assert!(!segments[1].is_empty() && !leads_away(segments[1]));
                // A server that takes an encoded slash for one sees no other path either.
                if !slashes {
                    let lower = path.to_ascii_lowercase();
                    prop_assert!(!lower.contains("%2f") && !lower.contains("%5c"));
                }
            }
        }
    }
}
