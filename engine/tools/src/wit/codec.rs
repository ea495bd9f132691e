//! The one codec between values and JSON.
//!
//! | type | JSON |
//! |---|---|
//! | `bool`, `string` | as it is |
//! | integers | a number without a fraction |
//! | `f32`, `f64` | a number, or `"NaN"`, `"Infinity"`, `"-Infinity"` |
//! | `char` | a text of one character |
//! | `list<u8>` | an attachment, which is beside the JSON; where they are taken, also an array of numbers or base64 |
//! | `list`, `tuple` | an array |
//! | record | an object; fields that are optional may be missing |
//! | `option` | the value or null; of an `option`: null or `{"some": ...}` |
//! | `result` | `{"ok": ...}` or `{"err": ...}`, null where a side has no value |
//! | variant | the name of a case, or an object with the name and the value |
//! | enum | the name of a case |
//! | flags | an array of the names of those that are set |
//! | handle | a text that nobody can guess |
//!
//! What does not fit is told with the way to it: `order.items[3].price: ...`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use fumehood::{Arguments, Attachment, Case, Field, Integer, Kind, Named, ToolOutput, Type};
use serde_json::{Map, Number, Value as Json, json};

use super::handles::{Owner, Token};
use super::value::{Resource, Value, fits};

/// Characters of a value that is shown in an error.
const SHOWN: usize = 60;
/// Names that are listed in an error.
const LISTED: usize = 20;

/// Where in a value something is.
#[derive(Clone, Copy, Debug)]
enum Step<'a> {
    Name(&'a str),
    Position(usize),
}

/// The way to a value.
#[derive(Debug, Default)]
struct Path<'a>(Vec<Step<'a>>);

impl Path<'_> {
    /// `what` with the place before it.
    fn wrong(&self, what: impl std::fmt::Display) -> String {
        let mut told = String::new();
        for step in &self.0 {
            match step {
                Step::Name(name) if told.is_empty() => told.push_str(name),
                Step::Name(name) => told.extend([".", name]),
                Step::Position(position) => told.push_str(&format!("[{position}]")),
            }
        }
        if told.is_empty() { what.to_string() } else { format!("{told}: {what}") }
    }

    /// The way as a JSON pointer. No name has a character that would have to be escaped.
    fn pointer(&self) -> String {
        let step = |step: &Step<'_>| match step {
            Step::Name(name) => format!("/{name}"),
            Step::Position(position) => format!("/{position}"),
        };
        self.0.iter().map(step).collect()
    }
}

/// Reads the arguments of a call.
pub(crate) struct Decoder<'a> {
    attachments: &'a [Attachment],
    /// Whose handles are taken. Without it a handle is not looked up.
    owner: Option<&'a Owner>,
    /// Handles that are given away by the call.
    given: Vec<Token>,
    path: Path<'a>,
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(attachments: &'a [Attachment], owner: Option<&'a Owner>) -> Decoder<'a> {
        Decoder { attachments, owner, given: Vec::new(), path: Path::default() }
    }

    /// The values of the parameters, in their order. Handles that the call gives away are given away by this.
    pub(crate) fn arguments(
        mut self,
        parameters: &'a [Field],
        arguments: &'a Arguments,
    ) -> Result<Vec<Value>, String> {
        let fields = self.fields(parameters, arguments, "parameter")?;
        if let Some(owner) = self.owner {
            owner.let_go(&self.given);
        }
        Ok(fields.into_iter().map(|(_, value)| value).collect())
    }

    fn fields(
        &mut self,
        fields: &'a [Field],
        given: &'a Map<String, Json>,
        what: &str,
    ) -> Result<Vec<(String, Value)>, String> {
        let mut read = Vec::with_capacity(fields.len());
        let mut found = 0;
        for field in fields {
            let json = given.get(&field.name);
            found += usize::from(json.is_some());
            self.path.0.push(Step::Name(&field.name));
            let value = match json {
                Some(json) => self.value(&field.ty, json)?,
                None if field.ty.takes_none() => Value::Option(None),
                None => return Err(self.path.wrong(format_args!("the {what} is missing"))),
            };
            self.path.0.pop();
            read.push((field.name.clone(), value));
        }
        if found < given.len() {
            let known = |name: &&String| fields.iter().any(|field| field.name == **name);
            if let Some(unknown) = given.keys().find(|name| !known(name)) {
                let there = listed(fields.iter().map(|field| field.name.as_str()));
                let unknown = shortened(unknown);
                return Err(self
                    .path
                    .wrong(format_args!("there is no {what} `{unknown}`; {there}")));
            }
        }
        Ok(read)
    }

    /// A value of a type.
    fn value(&mut self, ty: &'a Type, json: &'a Json) -> Result<Value, String> {
        let no = |path: &Path<'_>, what: &str| {
            Err(path.wrong(format_args!("{} is {what}", shown(json))))
        };
        Ok(match ty {
            Type::Bool => match json {
                Json::Bool(value) => Value::Bool(*value),
                _ => return no(&self.path, "not a bool"),
            },
            Type::Integer(kind) => {
                let integer = json.as_i64().map(i128::from).or(json.as_u64().map(i128::from));
                match integer {
                    Some(integer) if fits(integer, *kind) => Value::Integer(integer),
                    // A number past 64 bits was read as a float.
                    _ if integer.is_some()
                        || json.as_f64().is_some_and(|float| float.abs() >= 1e18) =>
                    {
                        let (least, most) = kind.bounds();
                        let what = format!("not {}, which is from {least} to {most}", one(*kind));
                        return no(&self.path, &what);
                    }
                    _ => return no(&self.path, &format!("not {}", one(*kind))),
                }
            }
            Type::F32 => match float(json) {
                // Rounding is what a float of 32 bits is for; becoming infinite is not.
                Some(value)
                    if value.is_infinite() || (value as f32).is_finite() || value.is_nan() =>
                {
                    Value::F32(value as f32)
                }
                Some(_) => return no(&self.path, "too large for an f32"),
                None => return no(&self.path, "not an f32"),
            },
            Type::F64 => match float(json) {
                Some(value) => Value::F64(value),
                None => return no(&self.path, "not an f64"),
            },
            Type::Char => {
                let mut characters = json.as_str().unwrap_or_default().chars();
                match (characters.next(), characters.next()) {
                    (Some(character), None) => Value::Char(character),
                    _ => return no(&self.path, "not a char, which is a text of one character"),
                }
            }
            Type::String => match json {
                Json::String(text) => Value::String(text.clone()),
                _ => return no(&self.path, "not a string"),
            },
            Type::Bytes => Value::Bytes(self.bytes(json)?),
            Type::List(item) => {
                Value::List(self.items(std::iter::repeat(&**item), json, "a list")?)
            }
            Type::Tuple(types) => {
                let length = types.len();
                match json.as_array() {
                    Some(items) if items.len() == length => {
                        Value::Tuple(self.items(types.iter(), json, "a tuple")?)
                    }
                    Some(items) => {
                        let what = format!("a tuple of {}, and not of {length}", items.len());
                        return no(&self.path, &what);
                    }
                    None => return no(&self.path, "not a tuple"),
                }
            }
            Type::Option(item) => match json {
                Json::Null => Value::Option(None),
                json if !item.takes_none() => {
                    Value::Option(Some(Box::new(self.value(item, json)?)))
                }
                json => match only_entry(json) {
                    Some(("some", inner)) => {
                        Value::Option(Some(Box::new(self.below("some", item, inner)?)))
                    }
                    _ => return no(&self.path, "neither null nor `{\"some\": ...}`"),
                },
            },
            Type::Result { ok, err } => match only_entry(json) {
                Some(("ok", inner)) => Value::Result(Ok(self.side("ok", ok.as_deref(), inner)?)),
                Some(("err", inner)) => {
                    Value::Result(Err(self.side("err", err.as_deref(), inner)?))
                }
                _ => return no(&self.path, "neither `{\"ok\": ...}` nor `{\"err\": ...}`"),
            },
            Type::Named(definition) => match &definition.kind {
                Kind::Record(fields) => match json {
                    Json::Object(given) => Value::Record(self.fields(fields, given, "field")?),
                    _ => return no(&self.path, &format!("no {}", definition.name)),
                },
                Kind::Variant(cases) => self.variant(&definition.name, cases, json)?,
                Kind::Enum(labels) => {
                    let label = json.as_str().and_then(|name| named(labels, name));
                    match label {
                        Some(label) => Value::Enum(label.name.clone()),
                        None => {
                            let there = listed(labels.iter().map(|label| label.name.as_str()));
                            return no(&self.path, &format!("no {}; {there}", definition.name));
                        }
                    }
                }
                Kind::Flags(labels) => self.flags(&definition.name, labels, json)?,
                _ => return no(&self.path, "of a kind that has no values"),
            },
            Type::Handle { resource, owned } => {
                let Some(token) = json.as_str().and_then(Token::read) else {
                    return no(&self.path, &format!("not a handle of {}", resource.name));
                };
                let Some(owner) = self.owner else {
                    return Ok(Value::Resource(Resource::new(())));
                };
                let Some(kept) = owner.find(&token, resource) else {
                    let name = &resource.name;
                    return Err(self.path.wrong(format_args!(
                        "there is no {name} behind this handle: it was closed or given away, or is not one of \
                         this session"
                    )));
                };
                if *owned {
                    if self.given.contains(&token) {
                        return Err(self.path.wrong("the handle is given away twice"));
                    }
                    self.given.push(token);
                }
                Value::Resource(kept)
            }
            _ => return no(&self.path, "of a type that cannot cross"),
        })
    }

    fn below(&mut self, name: &'a str, ty: &'a Type, json: &'a Json) -> Result<Value, String> {
        self.path.0.push(Step::Name(name));
        let value = self.value(ty, json)?;
        self.path.0.pop();
        Ok(value)
    }

    fn side(
        &mut self,
        name: &'a str,
        ty: Option<&'a Type>,
        json: &'a Json,
    ) -> Result<Option<Box<Value>>, String> {
        match (ty, json) {
            (Some(ty), json) => Ok(Some(Box::new(self.below(name, ty, json)?))),
            (None, Json::Null) => Ok(None),
            (None, json) => {
                self.path.0.push(Step::Name(name));
                Err(self.path.wrong(format_args!("{} is a value where there is none", shown(json))))
            }
        }
    }

    fn items(
        &mut self,
        types: impl Iterator<Item = &'a Type>,
        json: &'a Json,
        what: &str,
    ) -> Result<Vec<Value>, String> {
        let Some(items) = json.as_array() else {
            return Err(self.path.wrong(format_args!("{} is not {what}", shown(json))));
        };
        let mut read = Vec::with_capacity(items.len());
        for (position, (ty, item)) in types.zip(items).enumerate() {
            self.path.0.push(Step::Position(position));
            read.push(self.value(ty, item)?);
            self.path.0.pop();
        }
        Ok(read)
    }

    fn bytes(&mut self, json: &'a Json) -> Result<Bytes, String> {
        let wrong =
            |path: &Path<'_>, what: &str| Err(path.wrong(format_args!("{} {what}", shown(json))));
        match json {
            Json::String(text) => {
                if !self.attachments.is_empty() {
                    let at = self.path.pointer();
                    match self.attachments.iter().find(|one| one.at == at) {
                        Some(one) if one.media_type == Attachment::BYTES => {
                            return Ok(one.bytes.clone());
                        }
                        Some(_) => return wrong(&self.path, "is more than plain bytes"),
                        None => {}
                    }
                }
                match STANDARD.decode(text) {
                    Ok(bytes) => Ok(bytes.into()),
                    Err(_) => wrong(&self.path, "is neither bytes nor base64"),
                }
            }
            Json::Array(items) => {
                let mut bytes = Vec::with_capacity(items.len());
                for (position, item) in items.iter().enumerate() {
                    match item.as_u64().and_then(|byte| u8::try_from(byte).ok()) {
                        Some(byte) => bytes.push(byte),
                        None => {
                            self.path.0.push(Step::Position(position));
                            let what =
                                format_args!("{} is not a u8, which is from 0 to 255", shown(item));
                            return Err(self.path.wrong(what));
                        }
                    }
                }
                Ok(bytes.into())
            }
            _ => wrong(&self.path, "is not bytes"),
        }
    }

    fn variant(&mut self, name: &str, cases: &'a [Case], json: &'a Json) -> Result<Value, String> {
        let (given, inner) = match json {
            Json::String(given) => (Some(given.as_str()), None),
            json => match only_entry(json) {
                Some((given, inner)) => (Some(given), Some(inner)),
                None => (None, None),
            },
        };
        let Some(case) = cases.iter().find(|case| given == Some(&case.label.name)) else {
            let there = listed(cases.iter().map(|case| case.label.name.as_str()));
            return Err(self.path.wrong(format_args!("{} is no {name}; {there}", shown(json))));
        };
        let label = &case.label.name;
        let value = match (&case.ty, inner) {
            (None, None) => None,
            (Some(ty), Some(inner)) => Some(Box::new(self.below(label, ty, inner)?)),
            (Some(_), None) => {
                return Err(self.path.wrong(format_args!("`{label}` of {name} needs a value")));
            }
            (None, Some(_)) => {
                return Err(self.path.wrong(format_args!("`{label}` of {name} has no value")));
            }
        };
        Ok(Value::Variant(label.clone(), value))
    }

    fn flags(&mut self, name: &str, labels: &'a [Named], json: &'a Json) -> Result<Value, String> {
        let Some(items) = json.as_array() else {
            return Err(self.path.wrong(format_args!("{} is no {name}", shown(json))));
        };
        let mut set = vec![false; labels.len()];
        for (position, item) in items.iter().enumerate() {
            let found =
                item.as_str().and_then(|flag| labels.iter().position(|one| one.name == flag));
            self.path.0.push(Step::Position(position));
            match found {
                Some(found) if set[found] => {
                    return Err(self.path.wrong(format_args!("{} is there twice", shown(item))));
                }
                Some(found) => set[found] = true,
                None => {
                    let there = listed(labels.iter().map(|label| label.name.as_str()));
                    let what = format_args!("{} is no flag of {name}; {there}", shown(item));
                    return Err(self.path.wrong(what));
                }
            }
            self.path.0.pop();
        }
        let set = labels.iter().zip(set).filter(|(_, set)| *set);
        Ok(Value::Flags(set.map(|(label, _)| label.name.clone()).collect()))
    }
}

/// The number that a text stands for or that is there.
fn float(json: &Json) -> Option<f64> {
    match json {
        Json::String(text) => match text.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        Json::Number(number) => {
            let value = number.as_f64()?;
            // An integer that is no float of 64 bits would be another one.
            let exact = match (number.as_i64(), number.as_u64()) {
                (Some(integer), _) => value as i128 == i128::from(integer),
                (None, Some(integer)) => value as i128 == i128::from(integer),
                (None, None) => true,
            };
            exact.then_some(value)
        }
        _ => None,
    }
}

/// An integer with its article.
fn one(kind: Integer) -> String {
    let name = kind.name();
    if name.starts_with('u') { format!("a {name}") } else { format!("an {name}") }
}

/// The key and the value of an object that has one.
fn only_entry(json: &Json) -> Option<(&str, &Json)> {
    let object = json.as_object().filter(|object| object.len() == 1)?;
    object.iter().next().map(|(name, value)| (name.as_str(), value))
}

fn named<'a>(labels: &'a [Named], name: &str) -> Option<&'a Named> {
    labels.iter().find(|label| label.name == name)
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let mut names = names.take(LISTED + 1).collect::<Vec<_>>();
    if names.len() > LISTED {
        names[LISTED] = "others";
    }
    if names.is_empty() {
        "there is none".to_owned()
    } else {
        format!("there are: {}", names.join(", "))
    }
}

/// A value as an error shows it.
fn shown(json: &Json) -> String {
    match json {
        Json::Array(_) => "an array".to_owned(),
        Json::Object(_) => "an object".to_owned(),
        Json::String(text) => Json::from(shortened(text)).to_string(),
        other => other.to_string(),
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text.to_owned(),
    }
}

/// Writes the answer of a call.
pub(crate) struct Encoder<'a> {
    /// Whose handles are given.
    owner: &'a Owner,
    attachments: Vec<Attachment>,
    path: Path<'a>,
}

impl<'a> Encoder<'a> {
    pub(crate) fn new(owner: &'a Owner) -> Encoder<'a> {
        Encoder { owner, attachments: Vec::new(), path: Path::default() }
    }

    /// What a function answers with.
    pub(crate) fn answer(
        mut self,
        ty: Option<&'a Type>,
        value: Option<&'a Value>,
    ) -> Result<ToolOutput, String> {
        let json = match (ty, value) {
            (Some(ty), Some(value)) => self.value(ty, value)?,
            (None, None) => Json::Null,
            (Some(_), None) => return Err("there is no answer".to_owned()),
            (None, Some(_)) => {
                return Err("there is an answer where there should be none".to_owned());
            }
        };
        let output = ToolOutput::from(json);
        Ok(self.attachments.into_iter().fold(output, ToolOutput::attach))
    }

    fn below(&mut self, step: Step<'a>, ty: &'a Type, value: &'a Value) -> Result<Json, String> {
        self.path.0.push(step);
        let json = self.value(ty, value)?;
        self.path.0.pop();
        Ok(json)
    }

    fn value(&mut self, ty: &'a Type, value: &'a Value) -> Result<Json, String> {
        Ok(match (ty, value) {
            (Type::Bool, Value::Bool(value)) => Json::Bool(*value),
            (Type::Integer(kind), Value::Integer(integer)) if fits(*integer, *kind) => {
                match (i64::try_from(*integer), u64::try_from(*integer)) {
                    (Ok(integer), _) => integer.into(),
                    (_, Ok(integer)) => integer.into(),
                    _ => return Err(self.path.wrong("it is no integer of 64 bits")),
                }
            }
            (Type::F32, Value::F32(value)) => of_float(f64::from(*value)),
            (Type::F64, Value::F64(value)) => of_float(*value),
            (Type::Char, Value::Char(character)) => character.to_string().into(),
            (Type::String, Value::String(text)) => text.as_str().into(),
            (Type::Bytes, Value::Bytes(bytes)) => {
                let at = self.path.pointer();
                self.attachments.push(Attachment::new(at, Attachment::BYTES, bytes.clone()));
                Json::Null
            }
            (Type::List(item), Value::List(items)) => {
                self.items(std::iter::repeat(&**item), items)?
            }
            (Type::Tuple(types), Value::Tuple(items)) if types.len() == items.len() => {
                self.items(types.iter(), items)?
            }
            (Type::Option(_), Value::Option(None)) => Json::Null,
            (Type::Option(item), Value::Option(Some(value))) => match item.takes_none() {
                false => self.value(item, value)?,
                true => json!({"some": self.below(Step::Name("some"), item, value)?}),
            },
            (Type::Result { ok, .. }, Value::Result(Ok(value))) => {
                json!({"ok": self.side("ok", ok.as_deref(), value.as_deref())?})
            }
            (Type::Result { err, .. }, Value::Result(Err(value))) => {
                json!({"err": self.side("err", err.as_deref(), value.as_deref())?})
            }
            (Type::Named(definition), value) => match (&definition.kind, value) {
                (Kind::Record(fields), Value::Record(values)) => self.record(fields, values)?,
                (Kind::Variant(cases), Value::Variant(name, value)) => {
                    let case = cases.iter().find(|case| case.label.name == *name);
                    match (case.map(|case| &case.ty), value) {
                        (Some(None), None) => name.as_str().into(),
                        (Some(Some(ty)), Some(value)) => {
                            let inner = self.below(Step::Name(name), ty, value)?;
                            Json::Object(Map::from_iter([(name.clone(), inner)]))
                        }
                        _ => return Err(self.misfit(ty, value.as_deref())),
                    }
                }
                (Kind::Enum(labels), Value::Enum(name)) if named(labels, name).is_some() => {
                    name.as_str().into()
                }
                (Kind::Flags(labels), Value::Flags(names))
                    if names.iter().all(|name| named(labels, name).is_some()) =>
                {
                    names.clone().into()
                }
                (_, value) => return Err(self.misfit(ty, Some(value))),
            },
            (Type::Handle { resource, .. }, Value::Resource(kept)) => {
                let token = self.owner.keep(resource, kept.clone());
                token.map_err(|what| self.path.wrong(what))?.written().into()
            }
            (ty, value) => return Err(self.misfit(ty, Some(value))),
        })
    }

    fn misfit(&self, ty: &Type, value: Option<&Value>) -> String {
        let name = match ty {
            Type::Named(definition) => definition.name.clone(),
            ty => format!("{ty:?}"),
        };
        let value =
            value.map_or_else(|| "nothing".to_owned(), |value| shortened(&format!("{value:?}")));
        self.path.wrong(format_args!("{value} is not of the type {}", shortened(&name)))
    }

    fn side(
        &mut self,
        name: &'a str,
        ty: Option<&'a Type>,
        value: Option<&'a Value>,
    ) -> Result<Json, String> {
        match (ty, value) {
            (Some(ty), Some(value)) => self.below(Step::Name(name), ty, value),
            (None, None) => Ok(Json::Null),
            _ => Err(self
                .path
                .wrong(format_args!("`{name}` has a value exactly if its type says so"))),
        }
    }

    fn items(
        &mut self,
        types: impl Iterator<Item = &'a Type>,
        items: &'a [Value],
    ) -> Result<Json, String> {
        let mut written = Vec::with_capacity(items.len());
        for (position, (ty, item)) in types.zip(items).enumerate() {
            written.push(self.below(Step::Position(position), ty, item)?);
        }
        Ok(Json::Array(written))
    }

    fn record(
        &mut self,
        fields: &'a [Field],
        values: &'a [(String, Value)],
    ) -> Result<Json, String> {
        let mut written = Map::with_capacity(fields.len());
        for (position, field) in fields.iter().enumerate() {
            // Nearly always they are in order.
            let in_order = values.get(position).filter(|(name, _)| *name == field.name);
            let found = in_order.or_else(|| values.iter().find(|(name, _)| *name == field.name));
            let json = match found {
                Some((_, value)) => self.below(Step::Name(&field.name), &field.ty, value)?,
                None if field.ty.takes_none() => Json::Null,
                None => {
                    self.path.0.push(Step::Name(&field.name));
                    return Err(self.path.wrong("the field is missing"));
                }
            };
            written.insert(field.name.clone(), json);
        }
        let unknown = values.iter().find(|(name, _)| !written.contains_key(name));
        match unknown {
            Some((name, _)) => Err(self.path.wrong(format_args!("there is no field `{name}`"))),
            None => Ok(Json::Object(written)),
        }
    }
}

fn of_float(value: f64) -> Json {
    match Number::from_f64(value) {
        Some(number) => Json::Number(number),
        None if value.is_nan() => "NaN".into(),
        None if value > 0.0 => "Infinity".into(),
        None => "-Infinity".into(),
    }
}
