//! Values of Rust as values of the WIT: written down as serde tells them, and fitted into the type then.

use fumehood::{Field, Kind, Type};
use serde::ser::{
    Serialize, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant, SerializeTuple,
    SerializeTupleStruct, SerializeTupleVariant, Serializer,
};

use super::{Misfit, inside, same};
use crate::wit::Value;
use crate::wit::value::fits;

/// A value as serde tells it.
#[derive(Debug)]
pub(super) enum Plain {
    Nothing,
    Bool(bool),
    Integer(i128),
    Float(f64),
    Char(char),
    Text(String),
    /// Also a list, if all that is in it are bytes.
    Bytes(Vec<u8>),
    List(Vec<Plain>),
    Some(Box<Plain>),
    Record(Vec<(String, Plain)>),
    Case(&'static str, Option<Box<Plain>>),
}

/// A value of a type of the WIT. Without a type it is nothing.
pub(super) fn fitted(plain: Plain, ty: Option<&Type>) -> Result<Option<Value>, Misfit> {
    match (ty, plain) {
        (Some(ty), plain) => fit(plain, ty).map(Some),
        (None, Plain::Nothing) => Ok(None),
        (None, plain) => {
            Err(Misfit(format!("Rust gives {}, and the WIT says nothing", told(&plain))))
        }
    }
}

fn fit(plain: Plain, ty: &Type) -> Result<Value, Misfit> {
    Ok(match (plain, ty) {
        (Plain::Bool(value), Type::Bool) => Value::Bool(value),
        (Plain::Integer(value), Type::Integer(kind)) if fits(value, *kind) => Value::Integer(value),
        (Plain::Float(value), Type::F64) => Value::F64(value),
        // It is rounded, as a float of Python is.
        (Plain::Float(value), Type::F32) => Value::F32(value as f32),
        (Plain::Char(value), Type::Char) => Value::Char(value),
        (Plain::Text(text), Type::String) => Value::String(text),
        (Plain::Bytes(bytes), Type::Bytes) => Value::Bytes(bytes.into()),
        (Plain::List(items), Type::Bytes) if items.is_empty() => Value::Bytes(Vec::new().into()),
        (Plain::List(items), Type::List(item)) => {
            let items = items.into_iter().enumerate().map(|(position, plain)| {
                fit(plain, item).map_err(|why| inside(&format!("[{position}]"), why))
            });
            Value::List(items.collect::<Result<_, _>>()?)
        }
        // They were numbers.
        (Plain::Bytes(bytes), Type::Tuple(_) | Type::List(_)) => {
            let items = bytes.into_iter().map(|byte| Plain::Integer(byte.into()));
            return fit(Plain::List(items.collect()), ty);
        }
        (Plain::List(items), Type::Tuple(types)) if items.len() == types.len() => {
            let items = items.into_iter().zip(types.iter());
            Value::Tuple(items.map(|(plain, ty)| fit(plain, ty)).collect::<Result<_, _>>()?)
        }
        (Plain::Nothing, Type::Option(_)) => Value::Option(None),
        (Plain::Some(plain), Type::Option(item)) => {
            Value::Option(Some(Box::new(fit(*plain, item)?)))
        }
        (Plain::Case("Ok", Some(plain)), Type::Result { ok, .. }) => {
            Value::Result(Ok(fitted(*plain, ok.as_deref())?.map(Box::new)))
        }
        (Plain::Case("Err", Some(plain)), Type::Result { err, .. }) => {
            Value::Result(Err(fitted(*plain, err.as_deref())?.map(Box::new)))
        }
        (plain, Type::Named(definition)) => match (plain, &definition.kind) {
            (Plain::Record(members), Kind::Record(fields)) => return record(members, fields),
            (Plain::Case(name, plain), Kind::Variant(cases)) => {
                let case = cases.iter().find(|case| same(&case.label.name, name));
                let case = case.ok_or_else(|| Misfit(format!("the WIT has no case `{name}`")))?;
                let name = case.label.name.clone();
                let plain = plain.map_or(Plain::Nothing, |plain| *plain);
                let value = fitted(plain, case.ty.as_ref()).map_err(|why| inside(&name, why))?;
                Value::Variant(name, value.map(Box::new))
            }
            (Plain::Case(name, None), Kind::Enum(cases)) => {
                let case = cases.iter().find(|case| same(&case.name, name));
                let case = case.ok_or_else(|| Misfit(format!("the WIT has no case `{name}`")))?;
                Value::Enum(case.name.clone())
            }
            (Plain::List(items), Kind::Flags(flags)) => {
                let names = items.iter().map(|item| {
                    let name = match item {
                        Plain::Text(name) => name.as_str(),
                        Plain::Case(name, None) => name,
                        item => return Err(Misfit(format!("{} is no flag", told(item)))),
                    };
                    let flag = flags.iter().find(|flag| same(&flag.name, name));
                    let flag =
                        flag.ok_or_else(|| Misfit(format!("the WIT has no flag `{name}`")))?;
                    Ok(flag.name.clone())
                });
                Value::Flags(names.collect::<Result<_, _>>()?)
            }
            (plain, _) => {
                let (given, name) = (told(&plain), &definition.name);
                return Err(Misfit(format!("Rust gives {given}, and the WIT says `{name}`")));
            }
        },
        (plain, ty) => {
            let wanted = match ty {
                Type::Integer(kind) => kind.name().to_owned(),
                ty => format!("{ty:?}"),
            };
            let given = told(&plain);
            return Err(Misfit(format!("Rust gives {given}, and the WIT says {wanted}")));
        }
    })
}

fn record(mut members: Vec<(String, Plain)>, fields: &[Field]) -> Result<Value, Misfit> {
    let mut values = Vec::with_capacity(fields.len());
    for field in fields {
        let at = members.iter().position(|(name, _)| same(name, &field.name));
        let plain = match at {
            Some(at) => members.swap_remove(at).1,
            // What is skipped is not there.
            None if matches!(field.ty, Type::Option(_)) => Plain::Nothing,
            None => return Err(Misfit(format!("`{}`: Rust gives no such field", field.name))),
        };
        let value = fit(plain, &field.ty).map_err(|why| inside(&field.name, why))?;
        values.push((field.name.clone(), value));
    }
    match members.first() {
        Some((name, _)) => Err(Misfit(format!("the WIT has no field `{name}`"))),
        None => Ok(Value::Record(values)),
    }
}

/// What a value is, for errors.
fn told(plain: &Plain) -> String {
    match plain {
        Plain::Nothing => "nothing".to_owned(),
        Plain::Bool(value) => value.to_string(),
        Plain::Integer(value) => format!("the integer {value}"),
        Plain::Float(value) => format!("the float {value}"),
        Plain::Char(_) => "a character".to_owned(),
        Plain::Text(_) => "a text".to_owned(),
        Plain::Bytes(_) => "bytes".to_owned(),
        Plain::List(_) => "a list".to_owned(),
        Plain::Some(_) => "an `Option`".to_owned(),
        Plain::Record(_) => "a struct or a map".to_owned(),
        Plain::Case(name, _) => format!("`{name}`"),
    }
}

/// Writes a value down.
#[derive(Clone, Copy)]
pub(super) struct Writer;

macro_rules! integers {
    ($($name:ident: $rust:ty),*) => {$(
        fn $name(self, value: $rust) -> Result<Plain, Misfit> {
            Ok(Plain::Integer(value.into()))
        }
    )*};
}

impl Serializer for Writer {
    type Ok = Plain;
    type Error = Misfit;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Items;
    type SerializeMap = Members;
    type SerializeStruct = Members;
    type SerializeStructVariant = Members;

    integers!(
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_i128: i128,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64
    );

    fn serialize_bool(self, value: bool) -> Result<Plain, Misfit> {
        Ok(Plain::Bool(value))
    }

    fn serialize_f32(self, value: f32) -> Result<Plain, Misfit> {
        Ok(Plain::Float(value.into()))
    }

    fn serialize_f64(self, value: f64) -> Result<Plain, Misfit> {
        Ok(Plain::Float(value))
    }

    fn serialize_char(self, value: char) -> Result<Plain, Misfit> {
        Ok(Plain::Char(value))
    }

    fn serialize_str(self, value: &str) -> Result<Plain, Misfit> {
        Ok(Plain::Text(value.to_owned()))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Plain, Misfit> {
        Ok(Plain::Bytes(value.to_vec()))
    }

    fn serialize_none(self) -> Result<Plain, Misfit> {
        Ok(Plain::Nothing)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Plain, Misfit> {
        Ok(Plain::Some(Box::new(value.serialize(self)?)))
    }

    fn serialize_unit(self) -> Result<Plain, Misfit> {
        Ok(Plain::Nothing)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Plain, Misfit> {
        Ok(Plain::Nothing)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Plain, Misfit> {
        Ok(Plain::Case(variant, None))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Plain, Misfit> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Plain, Misfit> {
        Ok(Plain::Case(variant, Some(Box::new(value.serialize(self)?))))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Items, Misfit> {
        Ok(Items::default())
    }

    fn serialize_tuple(self, _: usize) -> Result<Items, Misfit> {
        Ok(Items::default())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Items, Misfit> {
        Ok(Items::default())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Items, Misfit> {
        Ok(Items { case: Some(variant), ..Items::default() })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Members, Misfit> {
        Ok(Members::default())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Members, Misfit> {
        Ok(Members::default())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Members, Misfit> {
        Ok(Members { case: Some(variant), ..Members::default() })
    }
}

/// A list under construction: bytes for as long as they are no more than that.
#[derive(Default)]
pub(super) struct Items {
    bytes: Vec<u8>,
    items: Vec<Plain>,
    case: Option<&'static str>,
}

impl Items {
    fn add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Misfit> {
        let plain = value.serialize(Writer)?;
        if let (Plain::Integer(value), true) = (&plain, self.items.is_empty())
            && let Ok(byte) = u8::try_from(*value)
        {
            self.bytes.push(byte);
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.bytes).into_iter();
        self.items.extend(bytes.map(|byte| Plain::Integer(byte.into())));
        self.items.push(plain);
        Ok(())
    }

    fn whole(self) -> Plain {
        let list = match self.bytes.is_empty() {
            true => Plain::List(self.items),
            false => Plain::Bytes(self.bytes),
        };
        in_case(self.case, list)
    }
}

/// An object under construction.
#[derive(Default)]
pub(super) struct Members {
    members: Vec<(String, Plain)>,
    key: Option<String>,
    case: Option<&'static str>,
}

impl Members {
    fn add<T: Serialize + ?Sized>(&mut self, name: String, value: &T) -> Result<(), Misfit> {
        let plain = value.serialize(Writer).map_err(|why| inside(&name, why))?;
        self.members.push((name, plain));
        Ok(())
    }
}

fn in_case(case: Option<&'static str>, plain: Plain) -> Plain {
    match case {
        Some(case) => Plain::Case(case, Some(Box::new(plain))),
        None => plain,
    }
}

macro_rules! lists {
    ($($of:ident, $add:ident);*) => {$(
        impl $of for Items {
            type Ok = Plain;
            type Error = Misfit;

            fn $add<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Misfit> {
                self.add(value)
            }

            fn end(self) -> Result<Plain, Misfit> {
                Ok(self.whole())
            }
        }
    )*};
}

lists!(
    SerializeSeq, serialize_element;
    SerializeTuple, serialize_element;
    SerializeTupleStruct, serialize_field;
    SerializeTupleVariant, serialize_field
);

macro_rules! structs {
    ($($of:ident),*) => {$(
        impl $of for Members {
            type Ok = Plain;
            type Error = Misfit;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Misfit> {
                self.add(name.to_owned(), value)
            }

            fn end(self) -> Result<Plain, Misfit> {
                Ok(in_case(self.case, Plain::Record(self.members)))
            }
        }
    )*};
}

structs!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Members {
    type Ok = Plain;
    type Error = Misfit;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Misfit> {
        match key.serialize(Writer)? {
            Plain::Text(name) => self.key = Some(name),
            key => return Err(Misfit(format!("{} is no name of a field", told(&key)))),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Misfit> {
        let name = self.key.take().unwrap_or_default();
        self.add(name, value)
    }

    fn end(self) -> Result<Plain, Misfit> {
        Ok(Plain::Record(self.members))
    }
}
