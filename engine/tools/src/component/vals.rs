//! Values as wasmtime has them. Both sides were checked against the type already, so what does not fit here is a bug.

use fumehood::{Field, Kind, Type};
use wasmtime::component::types::Type as ValType;
use wasmtime::component::{ResourceAny, Val};

use crate::wit::{Resource, Value};

/// A resource of a component: which instance it is of, and what that knows it by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Held {
    pub(super) instance: u64,
    pub(super) resource: ResourceAny,
}

/// A value for the instance of a component.
pub(super) fn lowered(value: Value, ty: &ValType, instance: u64) -> Result<Val, String> {
    let boxed = |value: Option<Box<Value>>, ty: Option<ValType>| match (value, ty) {
        (Some(value), Some(ty)) => Ok(Some(Box::new(lowered(*value, &ty, instance)?))),
        (None, None) => Ok(None),
        _ => Err("a value does not fit its type".to_owned()),
    };
    Ok(match (value, ty) {
        (Value::Bool(value), ValType::Bool) => Val::Bool(value),
        (Value::Integer(integer), ty) => return integer_of(integer, ty),
        (Value::F32(value), ValType::Float32) => Val::Float32(value),
        (Value::F64(value), ValType::Float64) => Val::Float64(value),
        (Value::Char(character), ValType::Char) => Val::Char(character),
        (Value::String(text), ValType::String) => Val::String(text),
        (Value::Bytes(bytes), ValType::List(_)) => {
            Val::List(bytes.iter().map(|byte| Val::U8(*byte)).collect())
        }
        (Value::List(items), ValType::List(list)) => {
            let ty = list.ty();
            let items = items.into_iter().map(|item| lowered(item, &ty, instance));
            Val::List(items.collect::<Result<_, _>>()?)
        }
        (Value::Option(value), ValType::Option(option)) => {
            let value = value.map(|value| lowered(*value, &option.ty(), instance).map(Box::new));
            Val::Option(value.transpose()?)
        }
        (Value::Result(Ok(value)), ValType::Result(result)) => {
            Val::Result(Ok(boxed(value, result.ok())?))
        }
        (Value::Result(Err(value)), ValType::Result(result)) => {
            Val::Result(Err(boxed(value, result.err())?))
        }
        (Value::Tuple(items), ValType::Tuple(tuple)) if items.len() == tuple.types().len() => {
            let items = items.into_iter().zip(tuple.types());
            Val::Tuple(
                items.map(|(item, ty)| lowered(item, &ty, instance)).collect::<Result<_, _>>()?,
            )
        }
        (Value::Record(fields), ValType::Record(record))
            if fields.len() == record.fields().len() =>
        {
            // Both are in the order of the WIT.
            let fields = fields.into_iter().zip(record.fields()).map(|((_, value), field)| {
                Ok((field.name.to_owned(), lowered(value, &field.ty, instance)?))
            });
            Val::Record(fields.collect::<Result<_, String>>()?)
        }
        (Value::Variant(name, value), ValType::Variant(variant)) => {
            let case = variant.cases().find(|case| case.name == name);
            let case = case.ok_or_else(|| format!("there is no case `{name}`"))?;
            Val::Variant(name, boxed(value, case.ty)?)
        }
        (Value::Enum(name), ValType::Enum(_)) => Val::Enum(name),
        (Value::Flags(names), ValType::Flags(_)) => Val::Flags(names),
        (Value::Resource(resource), ValType::Own(_) | ValType::Borrow(_)) => {
            let held = resource.get::<Held>().filter(|held| held.instance == instance);
            let gone =
                || "the instance that the handle is of has failed, or was given up".to_owned();
            Val::Resource(held.ok_or_else(gone)?.resource)
        }
        _ => return Err("a value does not fit its type".to_owned()),
    })
}

fn integer_of(integer: i128, ty: &ValType) -> Result<Val, String> {
    let read = match ty {
        ValType::S8 => integer.try_into().map(Val::S8),
        ValType::U8 => integer.try_into().map(Val::U8),
        ValType::S16 => integer.try_into().map(Val::S16),
        ValType::U16 => integer.try_into().map(Val::U16),
        ValType::S32 => integer.try_into().map(Val::S32),
        ValType::U32 => integer.try_into().map(Val::U32),
        ValType::S64 => integer.try_into().map(Val::S64),
        ValType::U64 => integer.try_into().map(Val::U64),
        _ => return Err("an integer does not fit its type".to_owned()),
    };
    read.map_err(|_| "an integer does not fit its type".to_owned())
}

/// A value that an instance of a component gives.
pub(super) fn lifted(val: Val, ty: &Type, instance: u64) -> Result<Value, String> {
    let boxed = |val: Option<Box<Val>>, ty: Option<&Type>| match (val, ty) {
        (Some(val), Some(ty)) => Ok(Some(Box::new(lifted(*val, ty, instance)?))),
        (None, None) => Ok(None),
        _ => Err("an answer does not fit its type".to_owned()),
    };
    Ok(match (val, ty) {
        (Val::Bool(value), _) => Value::Bool(value),
        (Val::S8(integer), _) => integer.into(),
        (Val::U8(integer), _) => integer.into(),
        (Val::S16(integer), _) => integer.into(),
        (Val::U16(integer), _) => integer.into(),
        (Val::S32(integer), _) => integer.into(),
        (Val::U32(integer), _) => integer.into(),
        (Val::S64(integer), _) => integer.into(),
        (Val::U64(integer), _) => integer.into(),
        (Val::Float32(value), _) => Value::F32(value),
        (Val::Float64(value), _) => Value::F64(value),
        (Val::Char(character), _) => Value::Char(character),
        (Val::String(text), _) => Value::String(text),
        (Val::List(items), Type::Bytes) => {
            let byte = |val| if let Val::U8(byte) = val { Some(byte) } else { None };
            let bytes = items.into_iter().map(byte).collect::<Option<Vec<_>>>();
            Value::Bytes(bytes.ok_or("an answer is not bytes")?.into())
        }
        (Val::List(items), Type::List(item)) => {
            let items = items.into_iter().map(|val| lifted(val, item, instance));
            Value::List(items.collect::<Result<_, _>>()?)
        }
        (Val::Option(val), Type::Option(item)) => {
            let val = val.map(|val| lifted(*val, item, instance).map(Box::new));
            Value::Option(val.transpose()?)
        }
        (Val::Result(Ok(val)), Type::Result { ok, .. }) => {
            Value::Result(Ok(boxed(val, ok.as_deref())?))
        }
        (Val::Result(Err(val)), Type::Result { err, .. }) => {
            Value::Result(Err(boxed(val, err.as_deref())?))
        }
        (Val::Tuple(items), Type::Tuple(types)) if items.len() == types.len() => {
            let items = items.into_iter().zip(types.iter());
            Value::Tuple(
                items.map(|(val, ty)| lifted(val, ty, instance)).collect::<Result<_, _>>()?,
            )
        }
        (val, Type::Named(definition)) => match (val, &definition.kind) {
            (Val::Record(values), Kind::Record(fields)) if values.len() == fields.len() => {
                let values = values.into_iter().zip(fields);
                let values = values.map(|((_, val), Field { name, ty, .. })| {
                    Ok((name.clone(), lifted(val, ty, instance)?))
                });
                Value::Record(values.collect::<Result<_, String>>()?)
            }
            (Val::Variant(name, val), Kind::Variant(cases)) => {
                let case = cases.iter().find(|case| case.label.name == name);
                let case = case.ok_or_else(|| format!("there is no case `{name}`"))?;
                let val = boxed(val, case.ty.as_ref())?;
                Value::Variant(name, val)
            }
            (Val::Enum(name), Kind::Enum(_)) => Value::Enum(name),
            (Val::Flags(names), Kind::Flags(_)) => Value::Flags(names),
            _ => return Err("an answer does not fit its type".to_owned()),
        },
        (Val::Resource(resource), Type::Handle { .. }) => {
            Value::Resource(Resource::new(Held { instance, resource }))
        }
        _ => return Err("an answer does not fit its type".to_owned()),
    })
}
