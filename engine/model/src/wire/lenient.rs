//! Fields of JSON that servers fill in as they like.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, Error as _, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

/// A field that counts if it is what it should be, and is passed over if it is anything else.
///
/// It is not looked into otherwise, so nothing is made of it that could be large.
pub(super) fn optional<'de, D: Deserializer<'de>, T: DeserializeOwned>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).ok())
}

/// A text that counts as empty if it is anything else.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(optional(deserializer)?.unwrap_or_default())
}

/// A number of tokens, which some servers give with a decimal point.
pub(super) fn count<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    // A cast of a number that is too large, or none, ends at the nearest that there is.
    Ok(optional::<_, f64>(deserializer)?.map(|number| number as u64))
}

/// The text of arguments, which come as text or as the JSON itself.
pub(super) fn arguments<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let raw = Box::<RawValue>::deserialize(deserializer)?;
    Ok(match raw.get() {
        "null" => String::new(),
        raw if raw.starts_with('"') => serde_json::from_str(raw).unwrap_or_default(),
        raw => raw.to_owned(),
    })
}

/// Items of a list in one event that are taken: an item that is next to nothing in JSON is more than that in
/// memory.
const ITEMS: usize = 1024;

/// A list of a few things, or none.
pub(super) fn few<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    list(deserializer, ITEMS, true)
}

/// The first of a list, if there is something in it. The others are passed over.
pub(super) fn first<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(list(deserializer, 1, false)?.pop())
}

fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
    most: usize,
    refuses: bool,
) -> Result<Vec<T>, D::Error> {
    struct List<T> {
        most: usize,
        refuses: bool,
        items: PhantomData<T>,
    }
    impl<'de, T: Deserialize<'de>> Visitor<'de> for List<T> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list")
        }

        fn visit_unit<E>(self) -> Result<Vec<T>, E> {
            Ok(Vec::new())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<T>, A::Error> {
            let mut taken = Vec::new();
            while taken.len() < self.most {
                match items.next_element()? {
                    Some(item) => taken.push(item),
                    None => return Ok(taken),
                }
            }
            while let Some(IgnoredAny) = items.next_element()? {
                if self.refuses {
                    return Err(A::Error::custom(format!("a list of more than {}", self.most)));
                }
            }
            Ok(taken)
        }
    }
    deserializer.deserialize_any(List { most, refuses, items: PhantomData })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct Lists {
        #[serde(default, deserialize_with = "few")]
        few: Vec<u8>,
        #[serde(default, deserialize_with = "first")]
        first: Option<u8>,
    }

    #[test]
    fn a_list_can_be_left_out_or_none_and_is_not_long() {
        let lists = |text: &str| serde_json::from_str::<Lists>(text);
        for text in ["{}", r#"{"few": null, "first": null}"#, r#"{"few": [], "first": []}"#] {
            let lists = lists(text).unwrap();
            assert_eq!((lists.few.len(), lists.first), (0, None), "{text}");
        }
        let both = lists(r#"{"few": [1, 2], "first": [1, 2, "x", []]}"#).unwrap();
        assert_eq!((both.few, both.first), (vec![1, 2], Some(1)));
        let long = |length| format!(r#"{{"few": [{}0]}}"#, "0,".repeat(length - 1));
        assert_eq!(lists(&long(ITEMS)).unwrap().few.len(), ITEMS);
        let refused = lists(&long(ITEMS + 1)).unwrap_err().to_string();
        assert!(refused.starts_with("a list of more than 1024"), "{refused}");
        assert!(lists(r#"{"few": "none"}"#).is_err());
    }
}
