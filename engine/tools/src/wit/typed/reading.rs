//! Values of the WIT as values of Rust.

use serde::de::value::{SeqDeserializer, StrDeserializer};
use serde::de::{
    self, DeserializeSeed, Deserializer, EnumAccess, IntoDeserializer as _, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};

use super::{Misfit, inside, named, same};
use crate::wit::Value;

/// Reads a value of the WIT as one of Rust.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) value: &'a Value,
    /// Whether it is an error that Rust has no field for one of the WIT.
    pub(super) checks: bool,
}

impl<'a> Reader<'a> {
    fn of(self, value: &'a Value) -> Reader<'a> {
        Reader { value, checks: self.checks }
    }

    fn items(self, items: &'a [Value]) -> Items<'a> {
        Items { items: items.iter(), of: self }
    }
}

impl<'de> Deserializer<'de> for Reader<'de> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.value {
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Integer(value) => match (i64::try_from(*value), u64::try_from(*value)) {
                (Ok(value), _) => visitor.visit_i64(value),
                (_, Ok(value)) => visitor.visit_u64(value),
                _ => visitor.visit_i128(*value),
            },
            Value::F32(value) => visitor.visit_f32(*value),
            Value::F64(value) => visitor.visit_f64(*value),
            Value::Char(value) => visitor.visit_char(*value),
            Value::String(text) => visitor.visit_str(text),
            Value::Bytes(bytes) => visitor.visit_bytes(bytes),
            Value::Option(None) => visitor.visit_none(),
            Value::Option(Some(value)) => visitor.visit_some(self.of(value)),
            Value::Tuple(items) if items.is_empty() => visitor.visit_unit(),
            Value::List(items) | Value::Tuple(items) => visitor.visit_seq(self.items(items)),
            Value::Record(fields) => visitor.visit_map(Fields::of(self, fields, &[])),
            Value::Flags(names) => {
                let names = names.iter().map(String::as_str);
                visitor.visit_seq(SeqDeserializer::new(names))
            }
            Value::Enum(_) | Value::Variant(..) | Value::Result(_) => {
                visitor.visit_enum(self.case(&[]))
            }
            Value::Resource(_) => Err(de::Error::custom(
                "a handle cannot be of a type of the program's; `Package::implement` gives it",
            )),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.value {
            Value::Option(None) => visitor.visit_none(),
            Value::Option(Some(value)) => visitor.visit_some(self.of(value)),
            _ => Err(de::Error::custom("the WIT says no `option`, and Rust an `Option`")),
        }
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.value {
            Value::Bytes(bytes) => visitor.visit_seq(SeqDeserializer::new(bytes.iter().copied())),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        let Value::Record(members) = self.value else { return self.deserialize_any(visitor) };
        let is_there = |name: &str| fields.iter().any(|field| same(field, name));
        if let Some((name, _)) = members.iter().find(|(name, _)| self.checks && !is_there(name)) {
            return Err(Misfit(format!("the WIT has `{name}`, for which Rust has no field")));
        }
        visitor.visit_map(Fields::of(self, members, fields))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        match self.value {
            Value::Enum(_) | Value::Variant(..) | Value::Result(_) => {
                visitor.visit_enum(self.case(variants))
            }
            _ => Err(de::Error::custom("the WIT says no variant, and Rust an enum")),
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.value {
            // A function without parameters.
            Value::Record(fields) if fields.is_empty() => visitor.visit_unit(),
            _ => self.deserialize_any(visitor),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf
        unit_struct tuple tuple_struct map identifier ignored_any
    }
}

impl<'a> Reader<'a> {
    fn case(self, variants: &[&'static str]) -> Chosen<'a> {
        let (name, value) = match self.value {
            Value::Enum(name) => (name.as_str(), None),
            Value::Variant(name, value) => (name.as_str(), value.as_deref()),
            Value::Result(Ok(value)) => ("Ok", Some(value.as_deref().unwrap_or(&UNIT))),
            Value::Result(Err(value)) => ("Err", Some(value.as_deref().unwrap_or(&UNIT))),
            _ => ("", None),
        };
        Chosen { name: named(name, variants), value, of: self }
    }
}

/// What a side of a result without a type is in Rust.
static UNIT: Value = Value::Tuple(Vec::new());

struct Items<'a> {
    items: std::slice::Iter<'a, Value>,
    of: Reader<'a>,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Misfit;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Misfit> {
        let item = self.items.next();
        item.map(|item| seed.deserialize(self.of.of(item))).transpose()
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct Fields<'a> {
    fields: std::slice::Iter<'a, (String, Value)>,
    /// What Rust calls them.
    known: &'static [&'static str],
    next: Option<&'a (String, Value)>,
    of: Reader<'a>,
}

impl<'a> Fields<'a> {
    fn of(
        of: Reader<'a>,
        fields: &'a [(String, Value)],
        known: &'static [&'static str],
    ) -> Fields<'a> {
        Fields { fields: fields.iter(), known, next: None, of }
    }
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Misfit;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Misfit> {
        self.next = self.fields.next();
        let Some((name, _)) = self.next else { return Ok(None) };
        let name: StrDeserializer<'_, Misfit> = named(name, self.known).into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Misfit> {
        let Some((name, value)) = self.next.take() else {
            return Err(de::Error::custom("there is no field"));
        };
        seed.deserialize(self.of.of(value)).map_err(|why| inside(name, why))
    }
}

struct Chosen<'a> {
    name: &'a str,
    value: Option<&'a Value>,
    of: Reader<'a>,
}

impl<'de> EnumAccess<'de> for Chosen<'de> {
    type Error = Misfit;
    type Variant = Chosen<'de>;

    fn variant_seed<V: DeserializeSeed<'de>>(
        self,
        seed: V,
    ) -> Result<(V::Value, Chosen<'de>), Misfit> {
        let name: StrDeserializer<'_, Misfit> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> Chosen<'de> {
    fn held(self) -> Result<Reader<'de>, Misfit> {
        let missing = || Misfit(format!("the case `{}` has no value in the WIT", self.name));
        self.value.map(|value| self.of.of(value)).ok_or_else(missing)
    }
}

impl<'de> VariantAccess<'de> for Chosen<'de> {
    type Error = Misfit;

    fn unit_variant(self) -> Result<(), Misfit> {
        match self.value {
            None => Ok(()),
            Some(_) => Err(Misfit(format!("the case `{}` has a value in the WIT", self.name))),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Misfit> {
        let name = self.name;
        seed.deserialize(self.held()?).map_err(|why| inside(name, why))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Misfit> {
        let held = self.held()?;
        match held.value {
            Value::Tuple(items) => visitor.visit_seq(held.items(items)),
            _ => held.deserialize_any(visitor),
        }
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        let held = self.held()?;
        match held.value {
            Value::Record(members) => visitor.visit_map(Fields::of(held, members, fields)),
            _ => held.deserialize_any(visitor),
        }
    }
}
