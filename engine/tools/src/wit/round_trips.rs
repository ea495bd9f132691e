//! Tests of the codec: what is written is read again, and what does not fit is told with the way to it.

use std::sync::Arc;

use fumehood::{Arguments, CallContext, Case, Definition, Field, Integer, Kind, Named, Type};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::codec::{Decoder, Encoder};
use super::handles::Handles;
use super::interface::{self, Root};
use super::source;
use super::value::Value;

const INTEGERS: [Integer; 8] = [
    Integer::S8,
    Integer::U8,
    Integer::S16,
    Integer::U16,
    Integer::S32,
    Integer::U32,
    Integer::S64,
    Integer::U64,
];

fn named(name: &str, kind: Kind) -> Type {
    let (module, name, documentation) = ("m".to_owned(), name.to_owned(), String::new());
    Type::Named(Arc::new(Definition { module, name, documentation, kind }))
}

fn label(position: usize) -> Named {
    let name = format!("case-{position}");
    Named { python: name.to_uppercase().replace('-', "_"), name, documentation: String::new() }
}

fn labels(count: usize) -> Vec<Named> {
    (0..count).map(label).collect()
}

/// Any type but handles.
fn any_type() -> impl Strategy<Value = Type> {
    let plain = prop_oneof![
        Just(Type::Bool),
        proptest::sample::select(INTEGERS.to_vec()).prop_map(Type::Integer),
        Just(Type::F32),
        Just(Type::F64),
        Just(Type::Char),
        Just(Type::String),
        Just(Type::Bytes),
        (1_usize..5).prop_map(|count| named("E", Kind::Enum(labels(count)))),
        (1_usize..70).prop_map(|count| named("F", Kind::Flags(labels(count)))),
    ];
    plain.prop_recursive(4, 24, 4, |inner| {
        let side = || proptest::option::of(inner.clone().prop_map(Arc::new));
        prop_oneof![
            inner.clone().prop_map(|item| Type::List(Arc::new(item))),
            inner.clone().prop_map(|item| Type::Option(Arc::new(item))),
            (side(), side()).prop_map(|(ok, err)| Type::Result { ok, err }),
            vec(inner.clone(), 1..4).prop_map(|items| Type::Tuple(items.into())),
            vec(inner.clone(), 1..4).prop_map(|types| {
                let field = |(position, ty)| Field {
                    name: format!("field_{position}"),
                    documentation: String::new(),
                    ty,
                };
                named("R", Kind::Record(types.into_iter().enumerate().map(field).collect()))
            }),
            vec(proptest::option::of(inner), 1..4).prop_map(|types| {
                let case = |(position, ty)| Case { label: label(position), ty };
                named("V", Kind::Variant(types.into_iter().enumerate().map(case).collect()))
            }),
        ]
    })
}

/// Any value of a type.
fn any_value(ty: &Type) -> BoxedStrategy<Value> {
    let boxed = |ty: &Option<Arc<Type>>| match ty {
        Some(ty) => any_value(ty).prop_map(|value| Some(Box::new(value))).boxed(),
        None => Just(None).boxed(),
    };
    match ty {
        Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
        Type::Integer(kind) => {
            let (least, most) = kind.bounds();
            prop_oneof![Just(least), Just(most), least..=most].prop_map(Value::Integer).boxed()
        }
        Type::F32 => any::<u32>().prop_map(|bits| Value::F32(f32::from_bits(bits))).boxed(),
        Type::F64 => any::<u64>().prop_map(|bits| Value::F64(f64::from_bits(bits))).boxed(),
        Type::Char => any::<char>().prop_map(Value::Char).boxed(),
        Type::String => any::<String>().prop_map(Value::String).boxed(),
        Type::Bytes => vec(any::<u8>(), 0..20).prop_map(|bytes| Value::Bytes(bytes.into())).boxed(),
        Type::List(item) => vec(any_value(item), 0..4).prop_map(Value::List).boxed(),
        Type::Option(item) => {
            let some = any_value(item).prop_map(|value| Value::Option(Some(Box::new(value))));
            prop_oneof![Just(Value::Option(None)), some].boxed()
        }
        Type::Result { ok, err } => {
            let (ok, err) = (boxed(ok), boxed(err));
            prop_oneof![
                ok.prop_map(|value| Value::Result(Ok(value))),
                err.prop_map(|value| Value::Result(Err(value))),
            ]
            .boxed()
        }
        Type::Tuple(items) => {
            items.iter().map(any_value).collect::<Vec<_>>().prop_map(Value::Tuple).boxed()
        }
        Type::Named(definition) => match &definition.kind {
            Kind::Record(fields) => {
                let names = fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>();
                let values = fields.iter().map(|field| any_value(&field.ty)).collect::<Vec<_>>();
                let record = move |values: Vec<Value>| names.iter().cloned().zip(values).collect();
                values.prop_map(move |values| Value::Record(record(values))).boxed()
            }
            Kind::Variant(cases) => {
                let cases = cases.iter().map(|case| {
                    let name = case.label.name.clone();
                    let value = boxed(&case.ty.clone().map(Arc::new));
                    value.prop_map(move |value| Value::Variant(name.clone(), value)).boxed()
                });
                proptest::strategy::Union::new(cases).boxed()
            }
            Kind::Enum(labels) => {
                let names = labels.iter().map(|label| label.name.clone()).collect::<Vec<_>>();
                proptest::sample::select(names).prop_map(Value::Enum).boxed()
            }
            Kind::Flags(labels) => {
                let names = labels.iter().map(|label| label.name.clone()).collect::<Vec<_>>();
                let count = names.len();
                proptest::sample::subsequence(names, 0..=count).prop_map(Value::Flags).boxed()
            }
            _ => unreachable!("handles are no values that can be made up"),
        },
        _ => unreachable!("no such type is made up"),
    }
}

fn value_of_type() -> impl Strategy<Value = (Type, Value)> {
    any_type().prop_flat_map(|ty| {
        let value = any_value(&ty);
        (Just(ty), value)
    })
}

/// A value as JSON text, with the bytes beside it, read again as an argument.
fn crossed(ty: &Type, value: &Value) -> Result<Value, String> {
    let handles = Arc::new(Handles::default());
    let owner = handles.of(&CallContext::default());
    let output = Encoder::new(&owner).answer(Some(ty), Some(value))?;
    let text = output.value.to_string();
    let json = serde_json::from_str::<Json>(&text).unwrap();
    let mut attachments = output.attachments;
    for attachment in &mut attachments {
        attachment.at.insert_str(0, "/value");
    }
    let parameter =
        Field { name: "value".to_owned(), documentation: String::new(), ty: ty.clone() };
    let arguments = Arguments::from_iter([("value".to_owned(), json)]);
    let parameters = [parameter];
    let decoder = Decoder::new(&attachments, Some(&owner));
    decoder.arguments(&parameters, &arguments).map(|mut values| values.remove(0))
}

/// Any JSON, which may have something to do with a type or not.
fn any_json() -> impl Strategy<Value = Json> {
    let plain = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "case-[0-5]|some|ok|NaN|[0-9a-f]{32}|.{0,4}".prop_map(Json::from),
    ];
    plain.prop_recursive(4, 20, 4, |inner| {
        let key = "case-[0-3]|field_[0-3]|some|ok|err";
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Json::from),
            vec((key, inner), 0..4).prop_map(|entries| Json::Object(entries.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_is_read_again((ty, value) in value_of_type()) {
        let read = crossed(&ty, &value);
        prop_assert_eq!(read, Ok(value));
    }

    #[test]
    fn whatever_is_read_is_of_its_type_and_nothing_breaks_the_reader(ty in any_type(), json in any_json()) {
        let parameters =
            [Field { name: "value".to_owned(), documentation: String::new(), ty: ty.clone() }];
        let arguments = Arguments::from_iter([("value".to_owned(), json)]);
        match Decoder::new(&[], None).arguments(&parameters, &arguments) {
            Ok(values) => prop_assert_eq!(crossed(&ty, &values[0]), Ok(values[0].clone())),
            Err(told) => prop_assert!(told.starts_with("value"), "{}", told),
        }
    }
}

const SHOP: &str = "package acme:shop;
    interface shop {
        record item { name: string, price: s32, unit-price: option<f32> }
        enum color { red, dark-red }
        flags rights { read, write }
        variant shape { none, circle(f64) }
        record order {
            items: list<item>, color: color, rights: rights, shape: shape, letter: char, data: list<u8>,
            deep: option<option<u8>>, outcome: result<u8, string>, pair: tuple<bool, u64>, small: f32,
        }
        place: func(order: order) -> bool;
    }";

fn order() -> Json {
    json!({
        "items": [{"name": "a", "price": 1}, {"name": "b", "price": 2, "unit_price": 0.5}],
        "color": "dark-red", "rights": ["write"], "shape": {"circle": 1.5}, "letter": "é",
        "data": [0, 255], "deep": {"some": null}, "outcome": {"err": "no"}, "pair": [true, u64::MAX],
        "small": "-Infinity",
    })
}

fn read(order: Json) -> Result<Value, String> {
    let (resolve, package) = source::parse("shop.wit", SHOP).unwrap();
    let interfaces = interface::read(&resolve, Root::Package(package), "").unwrap();
    let place = &interfaces[0].functions[0];
    let arguments = Arguments::from_iter([("order".to_owned(), order)]);
    let values = Decoder::new(&[], None).arguments(&place.parameters, &arguments);
    values.map(|mut values| values.remove(0))
}

#[test]
fn a_value_of_every_kind_is_read() {
    let item = |name: &str, price: i32, unit_price: Option<f32>| {
        Value::record([
            ("name", name.into()),
            ("price", price.into()),
            ("unit_price", unit_price.into()),
        ])
    };
    let expected = Value::record([
        ("items", Value::List(vec![item("a", 1, None), item("b", 2, Some(0.5))])),
        ("color", Value::Enum("dark-red".to_owned())),
        ("rights", Value::Flags(vec!["write".to_owned()])),
        ("shape", Value::case_of("circle", 1.5)),
        ("letter", 'é'.into()),
        ("data", Value::Bytes(vec![0, 255].into())),
        ("deep", Some(None::<u8>).into()),
        ("outcome", Err::<u8, _>("no".to_owned()).into()),
        ("pair", Value::Tuple(vec![true.into(), u64::MAX.into()])),
        ("small", f32::NEG_INFINITY.into()),
    ]);
    assert_eq!(read(order()), Ok(expected));
}

#[test]
fn what_does_not_fit_is_told_with_the_way_to_it() {
    for (at, bad, told) in [
        (
            "/items/1/price",
            json!(2_147_483_648_i64),
            "order.items[1].price: 2147483648 is not an s32, which is from -2147483648 to 2147483647",
        ),
        ("/items/1/price", json!(1.0), "order.items[1].price: 1.0 is not an s32"),
        ("/items/1/price", json!(true), "order.items[1].price: true is not an s32"),
        (
            "/items/1/price",
            json!(1e300),
            "order.items[1].price: 1e+300 is not an s32, which is from",
        ),
        ("/items/0", json!({"name": "a"}), "order.items[0].price: the field is missing"),
        (
            "/items/0",
            json!({"name": "a", "price": 1, "prize": 2}),
            "order.items[0]: there is no field `prize`; there are: name, price, unit_price",
        ),
        ("/items/0", json!("a"), "order.items[0]: \"a\" is no Item"),
        ("/items", json!({}), "order.items: an object is not a list"),
        ("/color", json!("blue"), "order.color: \"blue\" is no Color; there are: red, dark-red"),
        ("/color", json!("DARK_RED"), "order.color: \"DARK_RED\" is no Color"),
        (
            "/rights/0",
            json!("execute"),
            "order.rights[0]: \"execute\" is no flag of Rights; there are: read, write",
        ),
        ("/rights", json!(["read", "read"]), "order.rights[1]: \"read\" is there twice"),
        ("/rights", json!(3), "order.rights: 3 is no Rights"),
        ("/shape", json!("square"), "order.shape: \"square\" is no Shape; there are: none, circle"),
        ("/shape", json!("circle"), "order.shape: `circle` of Shape needs a value"),
        ("/shape", json!({"none": 1}), "order.shape: `none` of Shape has no value"),
        ("/shape/circle", json!("wide"), "order.shape.circle: \"wide\" is not an f64"),
        (
            "/letter",
            json!("ab"),
            "order.letter: \"ab\" is not a char, which is a text of one character",
        ),
        ("/letter", json!(""), "order.letter: \"\" is not a char"),
        ("/data/1", json!(256), "order.data[1]: 256 is not a u8, which is from 0 to 255"),
        ("/data", json!("%"), "order.data: \"%\" is neither bytes nor base64"),
        ("/deep", json!(3), "order.deep: 3 is neither null nor `{\"some\": ...}`"),
        ("/deep/some", json!(-1), "order.deep.some: -1 is not a u8, which is from 0 to 255"),
        ("/outcome", json!("no"), "order.outcome: \"no\" is neither `{\"ok\": ...}` nor"),
        ("/outcome", json!({"ok": "yes"}), "order.outcome.ok: \"yes\" is not a u8"),
        ("/pair", json!([true]), "order.pair: an array is a tuple of 1, and not of 2"),
        ("/pair/1", json!(-1), "order.pair[1]: -1 is not a u64, which is from 0 to"),
        (
            "/pair/1",
            json!(1.8446744073709552e19),
            "order.pair[1]: 1.8446744073709552e+19 is not a u64, which is",
        ),
        ("/small", json!(1e39), "order.small: 1e+39 is too large for an f32"),
        ("/small", json!("nan"), "order.small: \"nan\" is not an f32"),
        ("/small", json!(9_007_199_254_740_993_i64), "order.small: 9007199254740993 is not an f32"),
        ("", json!([]), "order: an array is no Order"),
    ] {
        let mut order = order();
        *order.pointer_mut(at).unwrap() = bad;
        let error = read(order).unwrap_err();
        assert!(error.starts_with(told), "{error}\nexpected: {told}");
    }
}

#[test]
fn arguments_that_are_missing_or_unknown_are_told() {
    let (resolve, package) = source::parse("shop.wit", SHOP).unwrap();
    let interfaces = interface::read(&resolve, Root::Package(package), "").unwrap();
    let parameters = &interfaces[0].functions[0].parameters;
    let read = |arguments: Json| {
        let Json::Object(arguments) = arguments else { unreachable!() };
        Decoder::new(&[], None).arguments(parameters, &arguments).unwrap_err()
    };
    assert_eq!(read(json!({})), "order: the parameter is missing");
    assert_eq!(
        read(json!({"order": order(), "others": 1})),
        "there is no parameter `others`; there are: order"
    );
}

#[test]
fn an_implementation_that_answers_something_else_is_told_where() {
    let handles = Arc::new(Handles::default());
    let owner = handles.of(&CallContext::default());
    let ty = Type::List(Arc::new(Type::Integer(Integer::U8)));
    let value = Value::List(vec![1_u8.into(), 256_i32.into()]);
    let told = Encoder::new(&owner).answer(Some(&ty), Some(&value)).unwrap_err();
    assert!(told.starts_with("[1]: Integer(256) is not of the type"), "{told}");
    assert!(Encoder::new(&owner).answer(None, Some(&value)).is_err());
    assert!(Encoder::new(&owner).answer(Some(&ty), None).is_err());
}

#[test]
fn wit_that_would_exhaust_its_reader_is_refused() {
    let nested = format!(
        "package a:b; interface c {{ type t = {}u8{}; }}",
        "list<".repeat(10_000),
        ">".repeat(10_000)
    );
    assert!(
        source::parse("nested.wit", &nested).unwrap_err().to_string().contains("nested more than")
    );
    let mut doubling = "package a:b; interface c { type t0 = tuple<u8, u8>;".to_owned();
    for level in 1..60 {
        let before = level - 1;
        doubling.push_str(&format!("type t{level} = tuple<t{before}, t{before}>;"));
    }
    doubling.push_str("f: func(x: t59); }");
    let (resolve, package) = source::parse("doubling.wit", &doubling).unwrap();
    let error = interface::read(&resolve, Root::Package(package), "").unwrap_err().to_string();
    assert!(error.contains("made of more than 10000 others"), "{error}");
    let mut chain = "package a:b; interface c { record r0 { x: u8 }".to_owned();
    for level in 1..1000 {
        chain.push_str(&format!("record r{level} {{ x: r{} }}", level - 1));
    }
    chain.push_str("f: func(x: r999); }");
    let (resolve, package) = source::parse("chain.wit", &chain).unwrap();
    let error = interface::read(&resolve, Root::Package(package), "").unwrap_err().to_string();
    assert!(error.contains("nested more than 60 deep"), "{error}");
}

#[test]
fn what_cannot_cross_is_told_with_its_place() {
    for (function, told) in [
        ("f: func(x: stream<u8>);", "acme.m, function `f`: a stream cannot cross"),
        ("f: func() -> future<string>;", "acme.m, function `f`: a future cannot cross"),
        ("f: async func();", "acme.m, function `f`: an async function cannot cross"),
    ] {
        let text = format!("package acme:m; interface i {{ {function} }}");
        let (resolve, package) = source::parse("m.wit", &text).unwrap();
        let error = interface::read(&resolve, Root::Package(package), "").unwrap_err().to_string();
        assert!(error.starts_with(told), "{error}");
    }
}
