//! What a step gives as its final answer, checked.
//!
//! All of it comes from the guest. Texts are UTF-8 by the time they are here, JSON is checked to be JSON, a
//! table to be one, a picture to begin as one, and the name of a file to be no more than a name. What is
//! not what it was said to be is a plain answer.

use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::bindings::fumehood::guest::answer::{Content, File};
use crate::host::{checked_json, nesting_of};
use crate::limits::NAME_BYTES;
use crate::tools::ToolOutput;

/// No table has more columns: each takes more memory than what is written for it.
const COLUMNS_MOST: usize = 100_000;

/// The value that the code passed to `final_answer`, or that a tool of that name returned.
///
/// It can be written as JSON and read again.
///
/// # Examples
///
/// ```no_run
/// # async fn example(mut session: fumehood::Session) -> Result<(), Box<dyn std::error::Error>> {
/// use fumehood::{Answer, Outcome};
///
/// let step = session.run("import matplotlib.pyplot as plt; final_answer(plt.figure())").await?;
/// if let Outcome::FinalAnswer(answer) = step.outcome {
///     match answer.content {
///         Answer::Image { format, bytes } => println!("{}: {} bytes", format.media_type(), bytes.len()),
///         Answer::Table { columns, .. } => println!("a table of {}", columns.join(", ")),
///         Answer::File { name, .. } => println!("the file {name}"),
///         _ => println!("{}", answer.text),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct FinalAnswer {
    /// The value as JSON, where it has such a form: of a table an array with an object for each row, of a
    /// file its path.
    pub json: Option<Box<RawValue>>,
    /// `str(value)`
    pub text: String,
    /// What it is besides.
    pub content: Answer,
}

/// What kind of thing a final answer is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Answer {
    /// A text, or what has no other form than [`FinalAnswer::text`].
    Text,
    /// A number, a list, or anything else whose form is [`FinalAnswer::json`].
    Json,
    /// A picture: an image of Pillow, or a figure or axes of matplotlib.
    Image {
        /// How it is encoded.
        format: ImageFormat,
        /// The file. Only its first bytes were looked at, which say that it is to be of that format.
        #[serde(with = "encoded")]
        bytes: Vec<u8>,
    },
    /// A table: a `DataFrame` of pandas. An index comes first, as columns, unless it only counts the rows
    /// from 0. What is missing, and numbers that JSON does not have, are `null`.
    Table {
        /// The names of the columns, some of which may be alike.
        columns: Vec<String>,
        /// The rows: an array of arrays, each of which has a value for each column.
        rows: Box<RawValue>,
    },
    /// A file: a `pathlib.Path` of one that the code can read.
    File {
        /// Its name, without folders; it can be the name of a file anywhere.
        name: String,
        /// What is in it.
        #[serde(with = "encoded")]
        bytes: Vec<u8>,
    },
}

/// How a picture is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ImageFormat {
    /// PNG
    Png,
    /// JPEG
    Jpeg,
}

impl ImageFormat {
    /// What a file says of itself with its first bytes, if it says that it is of one of these formats.
    ///
    /// # Examples
    ///
    /// ```
    /// use fumehood::ImageFormat;
    ///
    /// assert_eq!(ImageFormat::of(b"\x89PNG\r\n\x1a\n..."), Some(ImageFormat::Png));
    /// assert_eq!(ImageFormat::of(b"GIF89a"), None);
    /// ```
    pub fn of(bytes: &[u8]) -> Option<ImageFormat> {
        if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(ImageFormat::Png)
        } else if bytes.starts_with(b"\xff\xd8\xff") {
            Some(ImageFormat::Jpeg)
        } else {
            None
        }
    }

    /// Its media type: `image/png` or `image/jpeg`.
    pub fn media_type(self) -> &'static str {
        match self {
            ImageFormat::Png => "image/png",
            ImageFormat::Jpeg => "image/jpeg",
        }
    }
}

impl FinalAnswer {
    /// An answer that is a text.
    pub fn from_text(text: impl Into<String>) -> FinalAnswer {
        let text = text.into();
        let json = serde_json::value::to_raw_value(&text).ok();
        FinalAnswer { json, text, content: Answer::Text }
    }

    /// An answer that is what a tool returned, of which `json` is the text.
    pub(crate) fn returned(output: ToolOutput, json: &str) -> FinalAnswer {
        let ToolOutput { value, mut attachments } = output;
        if let Some(whole) = attachments.pop_if(|one| one.at.is_empty()) {
            let bytes = whole.bytes.to_vec();
            let content = match ImageFormat::of(&bytes) {
                Some(format) => Answer::Image { format, bytes },
                None => Answer::File { name: "answer".to_owned(), bytes },
            };
            return FinalAnswer { content, ..FinalAnswer::from_text(json) };
        }
        match value {
            Value::String(text) => FinalAnswer::from_text(text),
            _ => FinalAnswer {
                json: RawValue::from_string(json.to_owned()).ok(),
                text: json.to_owned(),
                content: Answer::Json,
            },
        }
    }

    /// An answer of the guest.
    pub(crate) fn given(
        json: Option<String>,
        text: String,
        content: Content,
        nesting: u32,
    ) -> FinalAnswer {
        let json = json.and_then(|json| checked_json(json, nesting));
        let special = match content {
            Content::Plain => None,
            Content::Image(bytes) => {
                ImageFormat::of(&bytes).map(|format| Answer::Image { format, bytes })
            }
            Content::Table(table) => checked_table(&table, nesting),
            Content::File(File { name, contents }) => {
                is_name(&name).then_some(Answer::File { name, bytes: contents })
            }
        };
        let content = special.unwrap_or_else(|| match &json {
            Some(json) if !json.get().trim_start().starts_with('"') => Answer::Json,
            _ => Answer::Text,
        });
        FinalAnswer { json, text, content }
    }
}

/// Whether a text can be the name of a file wherever it is written, and of nothing else.
fn is_name(name: &str) -> bool {
    let names_itself = !matches!(name, "" | "." | "..");
    let odd = |character: char| character.is_control() || matches!(character, '/' | '\\');
    names_itself && name.len() <= NAME_BYTES && !name.contains(odd)
}

/// A table of the guest, if that is what it is.
fn checked_table(text: &str, nesting: u32) -> Option<Answer> {
    /// What the guest writes.
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Written<'a> {
        #[serde(borrow)]
        columns: &'a RawValue,
        #[serde(borrow)]
        rows: &'a RawValue,
    }
    if nesting_of(text) > nesting || text.contains(['\n', '\r']) {
        return None;
    }
    let Written { columns, rows } = serde_json::from_str(text).ok()?;
    let width = read(Width, columns)?;
    if width > COLUMNS_MOST || read(Rows { width }, rows)? {
        return None;
    }
    let columns = serde_json::from_str(columns.get()).ok()?;
    Some(Answer::Table { columns, rows: rows.to_owned() })
}

fn read<'de, T: DeserializeSeed<'de>>(what: T, json: &'de RawValue) -> Option<T::Value> {
    what.deserialize(&mut serde_json::Deserializer::from_str(json.get())).ok()
}

/// How many values an array has, of which none is kept.
struct Width;

impl<'de> DeserializeSeed<'de> for Width {
    type Value = usize;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<usize, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Width {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<usize, A::Error> {
        let mut count = 0;
        while values.next_element::<IgnoredAny>()?.is_some() {
            count += 1;
        }
        Ok(count)
    }
}

/// Whether one of the arrays of an array has another width.
struct Rows {
    width: usize,
}

impl<'de> DeserializeSeed<'de> for Rows {
    type Value = bool;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of arrays")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<bool, A::Error> {
        let mut uneven = false;
        while let Some(width) = rows.next_element_seed(Width)? {
            uneven |= width != self.width;
        }
        Ok(uneven)
    }
}

/// Bytes in JSON: as Base64.
mod encoded {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(from)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(json: &str, content: Content) -> FinalAnswer {
        FinalAnswer::given(Some(json.to_owned()), "text".to_owned(), content, 8)
    }

    fn is_table(table: &str) -> bool {
        matches!(given("1", Content::Table(table.to_owned())).content, Answer::Table { .. })
    }

    #[test]
    fn a_table_has_a_value_for_each_column_in_each_row() {
        for table in [
            r#"{"columns":[],"rows":[]}"#,
            r#"{"columns":["a","a"],"rows":[[1,null],[[2],{"b":3}]]}"#,
            r#"{"rows":[["x"]],"columns":["a"]}"#,
        ] {
            assert!(is_table(table), "{table}");
        }
        for table in [
            "",
            "[]",
            r#"{"columns":["a"]}"#,
            r#"{"columns":["a"],"rows":[[1,2]]}"#,
            r#"{"columns":["a"],"rows":[[1],[]]}"#,
            r#"{"columns":["a"],"rows":[1]}"#,
            r#"{"columns":["a"],"rows":{}}"#,
            r#"{"columns":[1],"rows":[[1]]}"#,
            r#"{"columns":"a","rows":[]}"#,
            r#"{"columns":["a"],"rows":[[1]],"more":1}"#,
            r#"{"columns":["a"],"columns":["b"],"rows":[[1]]}"#,
            "{\"columns\":[],\n\"rows\":[]}",
            r#"{"columns":["a"],"rows":[[[[[[[[[]]]]]]]]]}"#,
            r#"{"columns":["a"],"rows":[[1]]} x"#,
        ] {
            assert!(!is_table(table), "{table}");
        }
        let columns = vec!["\"\""; COLUMNS_MOST + 1].join(",");
        assert!(!is_table(&format!(r#"{{"columns":[{columns}],"rows":[]}}"#)));
    }

    #[test]
    fn a_picture_begins_as_one_and_the_name_of_a_file_is_no_path() {
        let is_image = |bytes: &[u8]| {
            matches!(given("1", Content::Image(bytes.to_vec())).content, Answer::Image { .. })
        };
        assert!(is_image(b"\x89PNG\r\n\x1a\n"));
        assert!(is_image(b"\xff\xd8\xff\xe0"));
        for bytes in [&b""[..], b"\x89PNG", b"GIF89a", b"<svg/>"] {
            assert!(!is_image(bytes), "{bytes:?}");
        }
        let is_file = |name: &str| {
            let file = File { name: name.to_owned(), contents: vec![1] };
            matches!(given("1", Content::File(file)).content, Answer::File { .. })
        };
        for name in ["a.csv", "..a", " ", "naïve", "-rf"] {
            assert!(is_file(name), "{name}");
        }
        let long = "a".repeat(NAME_BYTES + 1);
        for name in ["", ".", "..", "a/b", "/", "..\\a", "a\0", "a\nb", "\x1b[2J", &long] {
            assert!(!is_file(name), "{name:?}");
        }
    }

    #[test]
    fn what_is_nothing_else_is_a_text_or_json() {
        for (json, is_text) in [(r#""a""#, true), ("1", false), ("null", false), ("[1", true)] {
            let content = given(json, Content::Plain).content;
            assert_eq!(matches!(content, Answer::Text), is_text, "{json}");
            assert_eq!(matches!(content, Answer::Json), !is_text, "{json}");
        }
    }

    #[test]
    fn an_answer_can_be_written_as_json_and_read_again() {
        let file = File { name: "a.bin".to_owned(), contents: vec![0, 255] };
        let table = r#"{"columns":["a"],"rows":[[0.10]]}"#.to_owned();
        let image = Content::Image(b"\xff\xd8\xff".to_vec());
        for (content, written) in [
            (Content::Plain, r#""json""#),
            (image, r#"{"image":{"format":"jpeg","bytes":"/9j/"}}"#),
            (Content::Table(table), r#"{"table":{"columns":["a"],"rows":[[0.10]]}}"#),
            (Content::File(file), r#"{"file":{"name":"a.bin","bytes":"AP8="}}"#),
        ] {
            let all = format!(r#"{{"json":1.50,"text":"text","content":{written}}}"#);
            assert_eq!(serde_json::to_string(&given("1.50", content)).unwrap(), all);
            let read = serde_json::from_str::<FinalAnswer>(&all).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), all);
        }
    }
}
