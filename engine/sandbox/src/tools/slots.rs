//! Where arguments may be bytes: what a schema says with `contentMediaType`.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::Value;

use crate::attachment::Attachment;

/// The media type of the attachment that a value of this schema is. With a `contentEncoding` it is text.
fn wanted(schema: &Value) -> Option<&str> {
    match schema.get("contentEncoding") {
        None => schema.get("contentMediaType")?.as_str(),
        Some(_) => None,
    }
}

/// The schemas of one value that a schema chooses from.
fn choices(schema: &Value) -> impl Iterator<Item = &Value> {
    let unions = ["anyOf", "oneOf"].into_iter().filter_map(|union| schema.get(union)?.as_array());
    unions.flatten()
}

/// Whether a value of this schema, or what is in it, may be an attachment.
pub(crate) fn wants_any(schema: &Value) -> bool {
    let properties = schema.get("properties").and_then(Value::as_object);
    let nested = ["items", "additionalProperties"].into_iter().filter_map(|key| schema.get(key));
    wanted(schema).is_some()
        || choices(schema).any(wants_any)
        || nested
            .chain(properties.into_iter().flat_map(|properties| properties.values()))
            .any(wants_any)
}

/// Whether attachments are where they are wanted and nowhere else, and of the types that are. Plain bytes become
/// what is wanted. The failure names the place.
pub(super) fn check(
    schema: &Value,
    value: &Value,
    attachments: &mut [Attachment],
) -> Result<(), String> {
    let mut given = HashMap::new();
    for attachment in attachments {
        given.insert(attachment.at.clone(), attachment);
    }
    visit(schema, value, &mut String::new(), &mut given)?;
    if given.is_empty() { Ok(()) } else { Err("there are bytes where none are wanted".to_owned()) }
}

/// Takes those from `given` that are where they are wanted.
fn visit(
    schema: &Value,
    value: &Value,
    at: &mut String,
    given: &mut HashMap<String, &mut Attachment>,
) -> Result<(), String> {
    let types = choices(schema).chain([schema]).filter_map(wanted).collect::<Vec<_>>();
    if !types.is_empty() && value.is_string() {
        return match given.remove(at) {
            Some(attachment) => fit(attachment, &types),
            None => Err(format!("{}: bytes are wanted ({})", told(at), types.join(" or "))),
        };
    }
    let before = at.len();
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let of_member = choices(schema).chain([schema]).find_map(|schema| {
                    let named = schema.get("properties").and_then(|all| all.get(name));
                    named.or(schema.get("additionalProperties"))
                });
                if let Some(schema) = of_member {
                    at.push('/');
                    at.push_str(&name.replace('~', "~0").replace('/', "~1"));
                    visit(schema, member, at, given)?;
                    at.truncate(before);
                }
            }
        }
        Value::Array(items) => {
            let of_items = choices(schema).chain([schema]).find_map(|schema| schema.get("items"));
            if let Some(schema) = of_items {
                for (index, item) in items.iter().enumerate() {
                    at.push_str(&format!("/{index}"));
                    visit(schema, item, at, given)?;
                    at.truncate(before);
                }
            }
        }
        _ => {}
    }
    Ok(())
}

/// Whether an attachment is of one of these types.
fn fit(attachment: &mut Attachment, types: &[&str]) -> Result<(), String> {
    let given = attachment.media_type.as_ref();
    let fits = |wanted: &&&str| match wanted.strip_suffix('*') {
        Some(kind) => kind.is_empty() || kind == "*/" || given.starts_with(kind),
        None => **wanted == given,
    };
    if types.iter().any(|wanted| fits(&wanted)) {
        return Ok(());
    }
    if given != Attachment::BYTES {
        let place = told(&attachment.at);
        return Err(format!("{place}: {} is wanted, and this is {given}", types.join(" or ")));
    }
    if let Some(wanted) = types.iter().find(|wanted| !wanted.contains('*')) {
        attachment.media_type = Cow::Owned((*wanted).to_owned());
    }
    Ok(())
}

/// A place as errors name it.
fn told(at: &str) -> String {
    at.trim_start_matches('/').replace('/', ".").replace("~1", "/").replace("~0", "~")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn checked(attachments: &mut [Attachment]) -> Result<(), String> {
        let schema = json!({"type": "object", "properties": {
            "picture": {"type": "string", "contentMediaType": "image/*"},
            "maybe": {"anyOf": [{"type": "string", "contentMediaType": "image/png"}, {"type": "null"}]},
            "all": {"type": "array", "items": {"type": "string", "contentMediaType": "application/x-npy"}},
            "text": {"type": "string", "contentMediaType": "image/png", "contentEncoding": "base64"},
        }});
        assert!(wants_any(&schema));
        let mut value = json!({"picture": "a text", "maybe": null, "all": [], "text": "a text"});
        for attachment in &*attachments {
            if attachment.at.starts_with("/all") {
                value["all"].as_array_mut().unwrap().push(Value::Null);
            }
            attachment.mark(&mut value);
        }
        check(&schema, &value, attachments)
    }

    #[test]
    fn bytes_have_to_be_where_they_are_wanted_and_of_the_type_that_is() {
        let picture = Attachment::new("/picture", Attachment::JPEG, "");
        assert_eq!(checked(&mut []).unwrap_err(), "picture: bytes are wanted (image/*)");
        assert_eq!(checked(&mut [picture.clone()]), Ok(()));
        let array = Attachment::new("/all/0", Attachment::ARRAY, "");
        assert_eq!(checked(&mut [picture.clone(), array]), Ok(()));
        let table = Attachment::new("/all/0", Attachment::TABLE, "");
        assert_eq!(
            checked(&mut [picture.clone(), table]).unwrap_err(),
            "all.0: application/x-npy is wanted, and this is application/vnd.apache.arrow.stream"
        );
        let text = Attachment::new("/text", Attachment::PNG, "");
        assert_eq!(
            checked(&mut [picture, text]).unwrap_err(),
            "there are bytes where none are wanted"
        );
    }

    #[test]
    fn plain_bytes_are_taken_for_what_is_wanted() {
        let mut given = [
            Attachment::new("/picture", Attachment::BYTES, ""),
            Attachment::new("/maybe", Attachment::BYTES, ""),
        ];
        assert_eq!(checked(&mut given), Ok(()));
        assert_eq!(given.map(|one| one.media_type.into_owned()), [Attachment::BYTES, "image/png"]);
    }
}
