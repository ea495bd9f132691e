//! Values of WIT's types.

use std::any::Any;
use std::sync::Arc;

use bytes::Bytes;
use fumehood::{Integer, ToolError};

/// A value of one of WIT's types, which an implementation gets and gives.
///
/// It is made of Rust's own types with `into`, and they of it with [`Value::to`].
///
/// # Examples
///
/// ```
/// use fumehood_tools::wit::Value;
///
/// let day = Value::record([("city", "Oslo".into()), ("degrees", vec![21.5, 19.0].into())]);
/// assert_eq!(day.field("city").to::<String>(), Ok("Oslo".to_owned()));
/// assert_eq!(day.field("degrees").to::<Vec<f64>>(), Ok(vec![21.5, 19.0]));
/// assert!(day.field("city").to::<bool>().is_err());
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Value {
    /// A `bool`.
    Bool(bool),
    /// An integer. Its type says how many bits it has.
    Integer(i128),
    /// An `f32`.
    F32(f32),
    /// An `f64`.
    F64(f64),
    /// A `char`.
    Char(char),
    /// A `string`.
    String(String),
    /// A `list<u8>`.
    Bytes(Bytes),
    /// Any other `list`.
    List(Vec<Value>),
    /// An `option`.
    Option(Option<Box<Value>>),
    /// A `result`. A side without a type has no value.
    Result(Result<Option<Box<Value>>, Option<Box<Value>>>),
    /// A `tuple`.
    Tuple(Vec<Value>),
    /// A record: its fields by name, as they are called in Python.
    Record(Vec<(String, Value)>),
    /// A case of a variant, by its name in WIT.
    Variant(String, Option<Box<Value>>),
    /// A case of an enum, by its name in WIT.
    Enum(String),
    /// The flags that are set, by their names in WIT.
    Flags(Vec<String>),
    /// What a handle stands for.
    Resource(Resource),
}

/// What a handle stands for: anything that an implementation keeps. Code never sees it.
#[derive(Clone)]
pub struct Resource(Arc<dyn Any + Send + Sync>);

impl Resource {
    /// Keeps something.
    pub fn new(kept: impl Any + Send + Sync) -> Resource {
        Resource(Arc::new(kept))
    }

    /// What is kept, if it is of this type.
    pub fn get<T: Any + Send + Sync>(&self) -> Option<Arc<T>> {
        Arc::clone(&self.0).downcast().ok()
    }
}

impl std::fmt::Debug for Resource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Resource")
    }
}

/// Values are the same if no code could tell them apart: a NaN is the same as another.
impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Integer(a), Value::Integer(b)) => a == b,
            (Value::F32(a), Value::F32(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            (Value::F64(a), Value::F64(b)) => {
                a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
            }
            (Value::Char(a), Value::Char(b)) => a == b,
            (Value::String(a), Value::String(b)) | (Value::Enum(a), Value::Enum(b)) => a == b,
            (Value::Bytes(a), Value::Bytes(b)) => a == b,
            (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => a == b,
            (Value::Option(a), Value::Option(b)) => a == b,
            (Value::Result(a), Value::Result(b)) => a == b,
            (Value::Record(a), Value::Record(b)) => a == b,
            (Value::Variant(a, x), Value::Variant(b, y)) => a == b && x == y,
            (Value::Flags(a), Value::Flags(b)) => a == b,
            (Value::Resource(a), Value::Resource(b)) => Arc::ptr_eq(&a.0, &b.0),
            _ => false,
        }
    }
}

/// What a part that is not there is.
static NOTHING: Value = Value::Option(None);

impl Value {
    /// A record of fields by name, as they are called in Python.
    pub fn record<const N: usize>(fields: [(&str, Value); N]) -> Value {
        Value::Record(fields.map(|(name, value)| (name.to_owned(), value)).into())
    }

    /// A case of a variant without a value.
    pub fn case(name: &str) -> Value {
        Value::Variant(name.to_owned(), None)
    }

    /// A case of a variant with a value.
    pub fn case_of(name: &str, value: impl Into<Value>) -> Value {
        Value::Variant(name.to_owned(), Some(Box::new(value.into())))
    }

    /// What is kept for a handle.
    pub fn resource(kept: impl Any + Send + Sync) -> Value {
        Value::Resource(Resource::new(kept))
    }

    /// A field of a record. What has no such field has `none` there.
    pub fn field(&self, name: &str) -> &Value {
        let fields = if let Value::Record(fields) = self { fields.as_slice() } else { &[] };
        fields.iter().find(|(field, _)| field == name).map_or(&NOTHING, |(_, value)| value)
    }

    /// The value as one of Rust's types.
    ///
    /// # Errors
    ///
    /// A [`ToolError`] if it is something else. What an implementation is called with was checked before, so its
    /// types are those that the WIT says.
    pub fn to<T: FromValue>(&self) -> Result<T, ToolError> {
        T::from_value(self).ok_or_else(|| {
            ToolError::new(format!(
                "the implementation takes {self:?} for a {}",
                std::any::type_name::<T>()
            ))
        })
    }

    /// What is kept for a handle.
    ///
    /// # Errors
    ///
    /// A [`ToolError`] if it is not of this type.
    pub fn to_resource<T: Any + Send + Sync>(&self) -> Result<Arc<T>, ToolError> {
        let kept = if let Value::Resource(resource) = self { resource.get() } else { None };
        kept.ok_or_else(|| ToolError::new("the implementation takes a handle for something else"))
    }
}

/// A type of Rust that values can be.
pub trait FromValue: Sized {
    /// The value, if it is one of this type.
    fn from_value(value: &Value) -> Option<Self>;
}

impl FromValue for Value {
    fn from_value(value: &Value) -> Option<Value> {
        Some(value.clone())
    }
}

macro_rules! plain {
    ($($rust:ty => $case:ident),*) => {$(
        impl From<$rust> for Value {
            fn from(value: $rust) -> Value {
                Value::$case(value)
            }
        }

        impl FromValue for $rust {
            fn from_value(value: &Value) -> Option<$rust> {
                match value {
                    Value::$case(value) => Some(value.clone()),
                    _ => None,
                }
            }
        }
    )*};
}

plain!(bool => Bool, f32 => F32, f64 => F64, char => Char, String => String, Bytes => Bytes);

macro_rules! integers {
    ($($rust:ty),*) => {$(
        impl From<$rust> for Value {
            fn from(value: $rust) -> Value {
                Value::Integer(value.into())
            }
        }

        impl FromValue for $rust {
            fn from_value(value: &Value) -> Option<$rust> {
                match value {
                    Value::Integer(value) => (*value).try_into().ok(),
                    _ => None,
                }
            }
        }
    )*};
}

integers!(i8, u8, i16, u16, i32, u32, i64, u64);

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.to_owned())
    }
}

impl<T: Into<Value>> From<Vec<T>> for Value {
    fn from(items: Vec<T>) -> Value {
        Value::List(items.into_iter().map(Into::into).collect())
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: &Value) -> Option<Vec<T>> {
        match value {
            Value::List(items) => items.iter().map(T::from_value).collect(),
            _ => None,
        }
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        Value::Option(value.map(|value| Box::new(value.into())))
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: &Value) -> Option<Option<T>> {
        match value {
            Value::Option(None) => Some(None),
            Value::Option(Some(value)) => T::from_value(value).map(Some),
            _ => None,
        }
    }
}

impl<T: Into<Value>, E: Into<Value>> From<Result<T, E>> for Value {
    fn from(value: Result<T, E>) -> Value {
        let boxed = |value: Value| Some(Box::new(value));
        Value::Result(match value {
            Ok(value) => Ok(boxed(value.into())),
            Err(error) => Err(boxed(error.into())),
        })
    }
}

/// Whether an integer is one of a type.
pub(crate) fn fits(integer: i128, kind: Integer) -> bool {
    let (least, most) = kind.bounds();
    (least..=most).contains(&integer)
}
