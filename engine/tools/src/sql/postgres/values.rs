//! What goes in and what comes out, as the text that Postgres has for each type.

use std::error::Error;

use serde_json::Value;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{Format, IsNull, Kind, ToSql, Type};

use crate::sql::answer::{Cell, float};
use crate::sql::error::SqlError;

/// How deep a list in a value may be nested. Arrays of Postgres have six dimensions at most.
const DEPTH: usize = 6;

/// A value that is bound to a statement: a text, which the server reads as the type that it expects there.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Bound(Option<String>);

impl ToSql for Bound {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match &self.0 {
            None => Ok(IsNull::Yes),
            Some(text) => {
                out.extend_from_slice(text.as_bytes());
                Ok(IsNull::No)
            }
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(
        &self,
        ty: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        self.to_sql(ty, out)
    }

    fn encode_format(&self, _: &Type) -> Format {
        Format::Text
    }
}

/// Values for parameters of these types.
pub(super) fn bound(values: &[Value], types: &[Type]) -> Result<Vec<Bound>, SqlError> {
    if values.len() != types.len() {
        let (wanted, given) = (types.len(), values.len());
        let reason = format!(
            "the statement has {wanted} parameters ($1, ...), and {given} values were given"
        );
        return Err(SqlError::Parameters { reason });
    }
    let one = |(position, (value, ty)): (usize, (&Value, &Type))| {
        text(value, ty).map(Bound).ok_or_else(|| {
            let reason = format!("parameters[{position}] is no value for the type {ty}");
            SqlError::Parameters { reason }
        })
    };
    values.iter().zip(types).enumerate().map(one).collect()
}

/// A value as the text of a type; none, if it can be none.
fn text(value: &Value, ty: &Type) -> Option<Option<String>> {
    let is_json = matches!(*ty, Type::JSON | Type::JSONB);
    match value {
        Value::Null => Some(None),
        Value::String(text) if text.contains('\0') => None,
        Value::String(text) => Some(Some(text.clone())),
        Value::Bool(is) => Some(Some(is.to_string())),
        Value::Number(number) => Some(Some(number.to_string())),
        Value::Array(_) | Value::Object(_) if is_json => Some(Some(value.to_string())),
        Value::Array(items) if matches!(ty.kind(), Kind::Array(_)) => array(items, DEPTH).map(Some),
        Value::Array(_) | Value::Object(_) => None,
    }
}

fn array(items: &[Value], depth: usize) -> Option<String> {
    let depth = depth.checked_sub(1)?;
    let mut written = "{".to_owned();
    for (position, item) in items.iter().enumerate() {
        if position > 0 {
            written.push(',');
        }
        match item {
            Value::Null => written += "NULL",
            Value::Bool(is) => written += &is.to_string(),
            Value::Number(number) => written += &number.to_string(),
            Value::String(text) if text.contains('\0') => return None,
            Value::String(text) => {
                written.push('"');
                for character in text.chars() {
                    if matches!(character, '"' | '\\') {
                        written.push('\\');
                    }
                    written.push(character);
                }
                written.push('"');
            }
            Value::Array(items) => written += &array(items, depth)?,
            Value::Object(_) => return None,
        }
    }
    written.push('}');
    Some(written)
}

/// The value of a text of a type. A text that is not of the form that it should have stays one.
pub(super) fn cell(text: Option<&str>, ty: &Type) -> Cell {
    let Some(text) = text else { return Cell::Value(Value::Null) };
    if *ty == Type::BYTEA
        && let Some(bytes) = text.strip_prefix("\\x").and_then(hexadecimal)
    {
        return Cell::Bytes(bytes);
    }
    Cell::Value(value(text, ty))
}

fn value(text: &str, ty: &Type) -> Value {
    let read = match (ty.kind(), ty) {
        (Kind::Domain(of), _) => Some(value(text, of)),
        (Kind::Array(of), _) => list(text, of),
        (_, &Type::BOOL) => match text {
            "t" => Some(true.into()),
            "f" => Some(false.into()),
            _ => None,
        },
        (_, &Type::INT2 | &Type::INT4 | &Type::INT8 | &Type::OID) => {
            text.parse::<i64>().ok().map(Value::from)
        }
        (_, &Type::FLOAT4 | &Type::FLOAT8) => text.parse::<f64>().ok().map(float),
        (_, &Type::JSON | &Type::JSONB) => serde_json::from_str(text).ok(),
        _ => None,
    };
    read.unwrap_or_else(|| Value::from(text))
}

fn hexadecimal(digits: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let digits = digits.as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    digits.chunks_exact(2).map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?)).collect()
}

/// An array as a list: `{1,NULL,"a b"}`, or with its bounds, `[0:1]={1,2}`.
fn list(text: &str, of: &Type) -> Option<Value> {
    let text = match text.starts_with('[') {
        true => text.split_once('=')?.1,
        false => text,
    };
    // Boxes have commas in them.
    let separator = if *of == Type::BOX { ';' } else { ',' };
    let mut reading = Reading { rest: text, of, separator };
    let read = reading.list(DEPTH)?;
    reading.rest.is_empty().then_some(read)
}

struct Reading<'a> {
    rest: &'a str,
    of: &'a Type,
    separator: char,
}

impl Reading<'_> {
    fn takes(&mut self, wanted: char) -> bool {
        let rest = self.rest.strip_prefix(wanted);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn list(&mut self, depth: usize) -> Option<Value> {
        let depth = depth.checked_sub(1)?;
        if !self.takes('{') {
            return None;
        }
        let mut items = Vec::new();
        if self.takes('}') {
            return Some(Value::Array(items));
        }
        loop {
            let item = match self.rest.chars().next()? {
                '{' => self.list(depth)?,
                '"' => {
                    let text = self.quoted()?;
                    value(&text, self.of)
                }
                _ => {
                    let ends = |c| c == self.separator || c == '}';
                    let (text, rest) = self.rest.split_at(self.rest.find(ends)?);
                    self.rest = rest;
                    match text {
                        "NULL" => Value::Null,
                        text => value(text, self.of),
                    }
                }
            };
            items.push(item);
            if self.takes('}') {
                return Some(Value::Array(items));
            }
            let separator = self.separator;
            if !self.takes(separator) {
                return None;
            }
        }
    }

    fn quoted(&mut self) -> Option<String> {
        let mut text = String::new();
        let mut characters = self.rest.strip_prefix('"')?.chars();
        loop {
            match characters.next()? {
                '"' => break,
                '\\' => text.push(characters.next()?),
                character => text.push(character),
            }
        }
        self.rest = characters.as_str();
        Some(text)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_are_values_by_their_types() {
        for (text, ty, expected) in [
            ("t", Type::BOOL, json!(true)),
            ("9223372036854775807", Type::INT8, json!(9_223_372_036_854_775_807_i64)),
            ("0.1", Type::FLOAT4, json!(0.1)),
            ("NaN", Type::FLOAT8, json!("NaN")),
            ("-Infinity", Type::FLOAT8, json!("-Infinity")),
            ("12345678901234567890.10", Type::NUMERIC, json!("12345678901234567890.10")),
            ("2024-02-29", Type::DATE, json!("2024-02-29")),
            (r#"{"a": [1, null]}"#, Type::JSONB, json!({"a": [1, null]})),
            ("{}", Type::INT4_ARRAY, json!([])),
            ("{1,NULL,3}", Type::INT4_ARRAY, json!([1, null, 3])),
            ("{{1,2},{3,4}}", Type::INT4_ARRAY, json!([[1, 2], [3, 4]])),
            ("[0:1]={1,2}", Type::INT4_ARRAY, json!([1, 2])),
            (
                r#"{"a,b","c\"d\\",NULL,"NULL"}"#,
                Type::TEXT_ARRAY,
                json!(["a,b", "c\"d\\", null, "NULL"]),
            ),
            ("{(1,1),(0,0);(2,2),(0,0)}", Type::BOX_ARRAY, json!(["(1,1),(0,0)", "(2,2),(0,0)"])),
        ] {
            assert_eq!(cell(Some(text), &ty), Cell::Value(expected), "{text}");
        }
        assert_eq!(cell(None, &Type::INT4), Cell::Value(Value::Null));
        assert_eq!(cell(Some("\\x00ff"), &Type::BYTEA), Cell::Bytes(vec![0, 255]));
    }

    #[test]
    fn what_is_not_of_the_form_of_its_type_stays_text() {
        let deep = "{".repeat(10_000);
        for (text, ty) in [
            ("maybe", Type::BOOL),
            ("\\xZZ", Type::BYTEA),
            ("\\000", Type::BYTEA),
            ("{1,", Type::INT4_ARRAY),
            ("{1}{2}", Type::INT4_ARRAY),
            ("[0:1]", Type::INT4_ARRAY),
            ("{\"a", Type::TEXT_ARRAY),
            (deep.as_str(), Type::INT4_ARRAY),
            ("{\"a\":", Type::JSON),
        ] {
            assert_eq!(cell(Some(text), &ty), Cell::Value(Value::from(text)), "{text}");
        }
    }

    #[test]
    fn values_are_bound_as_the_types_that_are_expected() {
        let text = |value: Value, ty: Type| text(&value, &ty);
        assert_eq!(text(json!(null), Type::INT4), Some(None));
        assert_eq!(text(json!(2), Type::NUMERIC), Some(Some("2".to_owned())));
        assert_eq!(
            text(json!(["a\"b", null, "c\\"]), Type::TEXT_ARRAY),
            Some(Some(r#"{"a\"b",NULL,"c\\"}"#.to_owned()))
        );
        assert_eq!(text(json!([[1, 2]]), Type::INT4_ARRAY), Some(Some("{{1,2}}".to_owned())));
        assert_eq!(text(json!([1]), Type::JSONB), Some(Some("[1]".to_owned())));
        assert_eq!(text(json!([1]), Type::INT4), None);
        assert_eq!(text(json!({}), Type::TEXT), None);
        assert_eq!(text(json!("a\0"), Type::TEXT), None);
        let mut deep = json!([]);
        for _ in 0..10 {
            deep = json!([deep]);
        }
        assert_eq!(text(deep, Type::INT4_ARRAY), None);
    }
}
