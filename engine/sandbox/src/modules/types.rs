//! The types of values that cross between code and the functions of a module.
//!
//! They are those of WIT, as it says more than any other interface language does about what a value can be, and
//! nothing that Python has no form for.

use std::sync::Arc;

use serde_json::{Value, json};

/// The type of a value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Type {
    /// `bool`
    Bool,
    /// An integer: `int`.
    Integer(Integer),
    /// A float of 32 bits: `float`, rounded.
    F32,
    /// A float of 64 bits: `float`.
    F64,
    /// A Unicode scalar value: a `str` of one character.
    Char,
    /// `str`
    String,
    /// A list of bytes: `bytes`.
    Bytes,
    /// `list`
    List(Arc<Type>),
    /// The value, or `None`. Where the value could be `None` itself, it comes in a `Some`.
    Option(Arc<Type>),
    /// `Ok` or `Err`, each with a value or with none. As the result of a function, the value, or an exception.
    Result {
        /// What there is if it went well.
        ok: Option<Arc<Type>>,
        /// What there is if it did not.
        err: Option<Arc<Type>>,
    },
    /// `tuple`
    Tuple(Arc<[Type]>),
    /// A class of a module.
    Named(Arc<Definition>),
    /// A handle of a resource.
    Handle {
        /// The resource.
        resource: Arc<Definition>,
        /// Whether the handle is given away, and of no use to whoever had it.
        owned: bool,
    },
}

/// The kinds of integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names of WIT")]
pub enum Integer {
    S8,
    U8,
    S16,
    U16,
    S32,
    U32,
    S64,
    U64,
}

impl Integer {
    /// The smallest and the largest.
    pub fn bounds(self) -> (i128, i128) {
        match self {
            Integer::S8 => (i8::MIN.into(), i8::MAX.into()),
            Integer::U8 => (0, u8::MAX.into()),
            Integer::S16 => (i16::MIN.into(), i16::MAX.into()),
            Integer::U16 => (0, u16::MAX.into()),
            Integer::S32 => (i32::MIN.into(), i32::MAX.into()),
            Integer::U32 => (0, u32::MAX.into()),
            Integer::S64 => (i64::MIN.into(), i64::MAX.into()),
            Integer::U64 => (0, u64::MAX.into()),
        }
    }

    /// Its name in WIT, such as `s32`.
    pub fn name(self) -> &'static str {
        match self {
            Integer::S8 => "s8",
            Integer::U8 => "u8",
            Integer::S16 => "s16",
            Integer::U16 => "u16",
            Integer::S32 => "s32",
            Integer::U32 => "u32",
            Integer::S64 => "s64",
            Integer::U64 => "u64",
        }
    }
}

/// A class of a module.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// The dotted name of the module it is defined in.
    pub module: String,
    /// The name of the class.
    pub name: String,
    /// What it is for.
    pub documentation: String,
    /// What it is.
    pub kind: Kind,
}

/// The kinds of classes.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Kind {
    /// A dataclass. As JSON an object.
    Record(Vec<Field>),
    /// A class for each case. As JSON the name of a case without a value, or an object with the name and the value.
    Variant(Vec<Case>),
    /// An `enum.Enum`. As JSON the name of the case.
    Enum(Vec<Named>),
    /// An `enum.Flag`. As JSON an array of the names of those that are set.
    Flags(Vec<Named>),
    /// A class of handles. As JSON a text that nobody can guess.
    Resource,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name in Python and in JSON.
    pub name: String,
    /// What it is for.
    pub documentation: String,
    /// Its type.
    pub ty: Type,
}

/// A case of a variant.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Its name in JSON.
    pub label: Named,
    /// The type of its value, if it has one.
    pub ty: Option<Type>,
}

/// A name that is data: a case of a variant or an enum, or a flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What it is in JSON.
    pub name: String,
    /// What it is in Python.
    pub python: String,
    /// What it is for.
    pub documentation: String,
}

impl Type {
    /// Whether `None` is a value of it.
    pub fn takes_none(&self) -> bool {
        matches!(self, Type::Option(_))
    }

    /// As the guest reads it.
    pub(super) fn described(&self) -> Value {
        let optional = |ty: &Option<Arc<Type>>| ty.as_ref().map(|ty| ty.described());
        match self {
            Type::Bool => json!("bool"),
            Type::Integer(kind) => json!(kind.name()),
            Type::F32 => json!("f32"),
            Type::F64 => json!("f64"),
            Type::Char => json!("char"),
            Type::String => json!("string"),
            Type::Bytes => json!("bytes"),
            Type::List(item) => json!(["list", item.described()]),
            Type::Option(item) => json!(["option", item.described()]),
            Type::Result { ok, err } => json!(["result", optional(ok), optional(err)]),
            Type::Tuple(items) => {
                let items = items.iter().map(Type::described).collect::<Vec<_>>();
                json!(["tuple", items])
            }
            Type::Named(definition) => json!(["class", definition.module, definition.name]),
            Type::Handle { resource, owned } => {
                json!([if *owned { "own" } else { "borrow" }, resource.module, resource.name])
            }
        }
    }
}

impl Definition {
    /// As the guest reads it.
    pub(super) fn described(&self) -> Value {
        let labels = |labels: &[Named]| {
            labels.iter().map(|label| json!([label.python, label.name])).collect::<Vec<_>>()
        };
        let (kind, parts) = match &self.kind {
            Kind::Record(fields) => {
                let fields = fields.iter().map(|field| json!([field.name, field.ty.described()]));
                ("record", fields.collect())
            }
            Kind::Variant(cases) => {
                let cases = cases.iter().map(|Case { label, ty }| {
                    let ty = ty.as_ref().map(Type::described);
                    json!([label.python, label.name, ty, label.documentation])
                });
                ("variant", cases.collect())
            }
            Kind::Enum(cases) => ("enum", labels(cases)),
            Kind::Flags(flags) => ("flags", labels(flags)),
            Kind::Resource => ("resource", Vec::new()),
        };
        json!({
            "name": self.name,
            "documentation": self.class_documentation(),
            "kind": kind,
            "parts": parts,
        })
    }

    /// The docstring of the class.
    fn class_documentation(&self) -> String {
        let parts = match &self.kind {
            Kind::Record(fields) => {
                fields.iter().map(|field| (&field.name, &field.documentation)).collect::<Vec<_>>()
            }
            Kind::Enum(labels) | Kind::Flags(labels) => {
                labels.iter().map(|label| (&label.python, &label.documentation)).collect()
            }
            Kind::Variant(_) | Kind::Resource => Vec::new(),
        };
        let mut text = self.documentation.trim().to_owned();
        let documented = parts.iter().filter(|(_, documentation)| !documentation.is_empty());
        let documented = documented
            .map(|(name, documentation)| format!("\n    {name}: {}", one_line(documentation)))
            .collect::<String>();
        if !documented.is_empty() {
            text.push_str(if text.is_empty() { "Attributes:" } else { "\n\nAttributes:" });
            text.push_str(&documented);
        }
        text
    }
}

pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
