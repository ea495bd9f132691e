//! Values as types of the program, by serde.
//!
//! Names are the same if they are but for hyphens, underscores and case: `dark-red` is the variant `DarkRed`, the field
//! `unit_price` of Python the field `unit_price` of Rust. So types that derive `Deserialize` and `Serialize` fit, whether
//! somebody has written them or wasmtime's `bindgen!` has made them of the same WIT.
//!
//! * `reading`: values of the WIT as values of Rust
//! * `writing`: the other way, by the type that the WIT says
//!
//! Whether a type of Rust takes all values of a type of the WIT is found out by trying some of each kind.

mod reading;
mod writing;

use fumehood::{Case, Field, Kind, Type};
use serde::de::{self, DeserializeOwned};
use serde::ser::{self, Serialize};

use self::reading::Reader;
use super::value::Value;

/// Values that are tried of one type.
const SAMPLES: usize = 100;

/// Why a value of the one side is none of the other.
#[derive(Debug)]
pub(super) struct Misfit(String);

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    fn custom<T: std::fmt::Display>(message: T) -> Misfit {
        Misfit(message.to_string())
    }
}

impl ser::Error for Misfit {
    fn custom<T: std::fmt::Display>(message: T) -> Misfit {
        Misfit(message.to_string())
    }
}

/// Whether two names are the same.
fn same(one: &str, other: &str) -> bool {
    let letters = |name: &str| {
        let kept = name.chars().filter(|c| !matches!(c, '-' | '_'));
        kept.flat_map(char::to_lowercase).collect::<String>()
    };
    one == other || letters(one) == letters(other)
}

/// What of these has a name.
fn named<'a>(name: &'a str, known: &[&'static str]) -> &'a str {
    known.iter().find(|known| same(known, name)).copied().unwrap_or(name)
}

/// The arguments of a call, by the names of the parameters, as a value of Rust.
pub(super) fn read<T: DeserializeOwned>(arguments: Vec<(String, Value)>) -> Result<T, Misfit> {
    T::deserialize(Reader { value: &Value::Record(arguments), checks: false })
}

/// A value of Rust as one of a type of the WIT.
pub(super) fn written<T: Serialize>(
    ty: Option<&Type>,
    answer: &T,
) -> Result<Option<Value>, Misfit> {
    let plain = answer.serialize(writing::Writer)?;
    writing::fitted(plain, ty)
}

/// Whether a type of Rust takes what these parameters may be.
pub(super) fn check_parameters<T: DeserializeOwned>(parameters: &[Field]) -> Result<(), Misfit> {
    records(parameters)
        .iter()
        .try_for_each(|sample| T::deserialize(Reader { value: sample, checks: true }).map(drop))
}

/// Whether a type of Rust takes what a type of the WIT may be.
pub(super) fn check<T: DeserializeOwned>(ty: Option<&Type>) -> Result<(), Misfit> {
    let samples = ty.map_or_else(|| vec![Value::Tuple(Vec::new())], samples);
    samples
        .iter()
        .try_for_each(|sample| T::deserialize(Reader { value: sample, checks: true }).map(drop))
}

/// Values of a type, in which each case is there, and each integer at its bounds.
fn samples(ty: &Type) -> Vec<Value> {
    let boxed = |ty: Option<&Type>| match ty {
        None => vec![None],
        Some(ty) => samples(ty).into_iter().map(|value| Some(Box::new(value))).collect::<Vec<_>>(),
    };
    let mut made = match ty {
        Type::Bool => vec![Value::Bool(true)],
        Type::Integer(kind) => {
            let (least, most) = kind.bounds();
            vec![Value::Integer(least), Value::Integer(most)]
        }
        Type::F32 => vec![Value::F32(0.5)],
        Type::F64 => vec![Value::F64(0.5)],
        Type::Char => vec![Value::Char('a')],
        Type::String => vec![Value::String("a".to_owned())],
        Type::Bytes => vec![Value::Bytes(vec![0, 255].into())],
        Type::List(item) => vec![Value::List(samples(item))],
        Type::Option(item) => {
            let some = samples(item).into_iter().map(|value| Value::Option(Some(Box::new(value))));
            [Value::Option(None)].into_iter().chain(some).collect()
        }
        Type::Result { ok, err } => {
            let ok = boxed(ok.as_deref()).into_iter().map(|value| Value::Result(Ok(value)));
            let err = boxed(err.as_deref()).into_iter().map(|value| Value::Result(Err(value)));
            ok.chain(err).collect()
        }
        Type::Tuple(types) => in_turn(types.iter()).map(Value::Tuple).collect(),
        Type::Named(definition) => match &definition.kind {
            Kind::Record(fields) => records(fields),
            Kind::Variant(cases) => {
                let of = |case: &Case| {
                    let name = case.label.name.clone();
                    let values = boxed(case.ty.as_ref()).into_iter();
                    values.map(move |value| Value::Variant(name.clone(), value)).collect::<Vec<_>>()
                };
                cases.iter().flat_map(of).collect()
            }
            Kind::Enum(names) => names.iter().map(|case| Value::Enum(case.name.clone())).collect(),
            Kind::Flags(names) => {
                vec![Value::Flags(names.iter().map(|flag| flag.name.clone()).collect())]
            }
            _ => vec![Value::resource(())],
        },
        _ => vec![Value::resource(())],
    };
    made.truncate(SAMPLES);
    made
}

fn records(fields: &[Field]) -> Vec<Value> {
    let values = in_turn(fields.iter().map(|field| &field.ty));
    let record = |values: Vec<Value>| {
        let names = fields.iter().map(|field| field.name.clone());
        Value::Record(names.zip(values).collect())
    };
    values.map(record).collect()
}

/// The samples of several types side by side, as often as the one has that has the most.
fn in_turn<'a>(types: impl Iterator<Item = &'a Type>) -> impl Iterator<Item = Vec<Value>> {
    let all = types.map(samples).collect::<Vec<_>>();
    let most = all.iter().map(Vec::len).max().unwrap_or(1);
    (0..most).map(move |at| {
        let one = |samples: &Vec<Value>| samples.get(at).or(samples.last()).cloned();
        all.iter().filter_map(one).collect()
    })
}

/// The same with the place before it.
fn inside(name: &str, why: Misfit) -> Misfit {
    let Misfit(why) = why;
    match why.strip_prefix('`').filter(|rest| rest.contains("`: ")) {
        Some(rest) if rest.starts_with('[') => Misfit(format!("`{name}{rest}")),
        Some(rest) => Misfit(format!("`{name}.{rest}")),
        None => Misfit(format!("`{name}`: {why}")),
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;
    use crate::wit::interface::{Interface, Root, read as interfaces};
    use crate::wit::source;

    const WIT: &str = "package a:b; interface c {
        enum color { red, dark-red }
        flags rights { read, write-all }
        record item { name: string, unit-price: s32, %type: option<color>, data: list<u8>, sizes: list<u16> }
        variant event { closed, moved(tuple<s8, f32>), sold(item), %from(u64) }
        act: func(item: item, events: list<event>, rights: rights, letter: char) -> result<event, string>;
        nothing: func();
    }";

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    enum Color {
        Red,
        DarkRed,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Item {
        name: String,
        unit_price: i32,
        r#type: Option<Color>,
        data: Vec<u8>,
        sizes: Vec<u16>,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    enum Event {
        Closed,
        Moved(i8, f32),
        Sold(Item),
        From(u64),
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Act {
        item: Item,
        events: Vec<Event>,
        rights: Vec<String>,
        letter: char,
    }

    fn interface() -> Interface {
        let (resolve, package) = source::parse("a.wit", WIT).unwrap();
        interfaces(&resolve, Root::Package(package), "").unwrap().remove(0)
    }

    fn parameters() -> Vec<Field> {
        interface().functions[0].parameters.clone()
    }

    fn answer() -> Type {
        interface().functions[0].result.clone().unwrap()
    }

    #[test]
    fn values_go_out_and_come_back() {
        let item = Item {
            name: "hat".to_owned(),
            unit_price: -5,
            r#type: Some(Color::DarkRed),
            data: vec![0, 255],
            sizes: vec![1, 2],
        };
        check_parameters::<Act>(&parameters()).unwrap();
        check::<Result<Event, String>>(Some(&answer())).unwrap();
        check::<()>(None).unwrap();
        for event in [
            Ok(Event::Closed),
            Ok(Event::Moved(-1, 0.5)),
            Ok(Event::Sold(item.clone())),
            Ok(Event::Sold(Item { r#type: None, data: vec![], sizes: vec![], ..item })),
            Ok(Event::From(u64::MAX)),
            Err("no".to_owned()),
        ] {
            let value = written(Some(&answer()), &event).unwrap().unwrap();
            let again =
                Result::<Event, String>::deserialize(Reader { value: &value, checks: true });
            assert_eq!(again.unwrap(), event);
        }
        let sold =
            written(Some(&answer()), &Ok::<_, String>(Event::Moved(1, 2.0))).unwrap().unwrap();
        let moved = Value::Tuple(vec![1i8.into(), 2f32.into()]);
        assert_eq!(sold, Ok::<_, Value>(Value::case_of("moved", moved)).into());
        assert_eq!(written(None, &()).unwrap(), None);
    }

    #[test]
    fn types_that_do_not_take_what_may_come_are_told() {
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "it is only read")]
        struct Small {
            item: Less,
            events: Vec<Event>,
            rights: Vec<String>,
            letter: char,
        }
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "it is only read")]
        struct Less {
            name: String,
            unit_price: i16,
            r#type: Option<Color>,
            data: Vec<u8>,
            sizes: Vec<u16>,
        }
        let told = check_parameters::<Small>(&parameters()).unwrap_err().to_string();
        assert!(
            told.starts_with("`item.unit_price`: invalid value: integer `-2147483648`"),
            "{told}"
        );
        #[derive(Debug, Deserialize)]
        enum Fewer {
            Closed,
        }
        let told = check::<Result<Fewer, String>>(Some(&answer())).unwrap_err().to_string();
        assert!(told.contains("unknown variant `moved`"), "{told}");
        assert!(check::<Result<Event, u8>>(Some(&answer())).is_err());
        assert!(check::<Event>(Some(&answer())).is_err());
        assert!(check::<()>(Some(&answer())).is_err());
        assert!(check::<String>(None).is_err());
        #[derive(Debug, Deserialize)]
        #[expect(dead_code, reason = "it is only read")]
        struct Part {
            letter: char,
        }
        let told = check_parameters::<Part>(&parameters()).unwrap_err().to_string();
        assert_eq!(told, "the WIT has `item`, for which Rust has no field");
    }

    #[test]
    fn answers_that_the_wit_does_not_have_are_told() {
        #[derive(Serialize)]
        enum Other {
            Moved(u8, f32),
            Gone,
        }
        for (answer, told) in [
            (
                written(Some(&answer()), &Ok::<_, String>(Other::Moved(200, 0.5))),
                "`moved`: Rust gives the integer 200, and the WIT says s8",
            ),
            (written(Some(&answer()), &Ok::<_, String>(Other::Gone)), "the WIT has no case `Gone`"),
            (written(Some(&Type::List(Type::Bool.into())), &[true, true]), ""),
            (written(Some(&Type::Bool), &3), "Rust gives the integer 3, and the WIT says Bool"),
            (written(None, &3), "Rust gives the integer 3, and the WIT says nothing"),
        ] {
            match answer {
                Ok(_) => assert!(told.is_empty()),
                Err(error) => assert_eq!(error.to_string(), told),
            }
        }
    }
}
