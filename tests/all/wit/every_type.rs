//! Each type of WIT there and back, by the program and by a component: one test, which is made of the table below.
//!
//! A function of the package takes a value of a type and answers it. Where the canonical form of the value is more
//! than one word, a component can do so without knowing the form if it is in a list, so there it is a list of it.

use std::fmt::Write as _;

use fumehood::Module;
use fumehood_tools::wit::{Call, Package};

use super::components::{MEMORY, identity_of_list, identity_of_word};
use super::{component, session_with};
use crate::printed;

const TYPES: &str = "
    /// Something to buy.
    record item { name: string, price: s32, HTTP-code: list<u8>, %from: option<u8> }
    enum color { red, dark-red }
    flags rights { read, write, run-it }
    flags many { a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13, a14, a15, a16, a17, a18, a19, a20, a21,
        a22, a23, a24, a25, a26, a27, a28, a29, a30, a31 }
    variant shape { none, circle(f64), named(item), pair(tuple<u8, color>) }
    type celsius = f32;
    record order { items: list<item>, color: color, rights: rights, shape: shape, note: option<option<string>> }
";

/// How a function takes a value of a type.
enum Form {
    /// As it is, which is one word of WebAssembly.
    Word(&'static str),
    /// As it is, which is where something is and how long.
    List,
    /// In a list.
    InList,
}

use Form::{InList, List, Word};

struct Row {
    ty: &'static str,
    form: Form,
    /// Values in Python.
    good: &'static [&'static str],
    /// Values that are none of the type, with the end of the way to what is wrong, and what is told of that.
    bad: &'static [(&'static str, &'static str, &'static str)],
}

const ITEM: &str = "m.Item('a', -1, b'\\x00')";

const ROWS: &[Row] = &[
    Row {
        ty: "bool",
        form: Word("i32"),
        good: &["True", "False"],
        bad: &[
            ("1", "", "1 is not a bool"),
            ("None", "", "null is not a bool"),
            ("'yes'", "", "\"yes\" is not a bool"),
        ],
    },
    Row {
        ty: "s8",
        form: Word("i32"),
        good: &["-128", "0", "127"],
        bad: &[
            ("128", "", "128 is not an s8, which is from -128 to 127"),
            ("-129", "", "-129 is not an s8"),
        ],
    },
    Row {
        ty: "u8",
        form: Word("i32"),
        good: &["0", "255"],
        bad: &[("256", "", "256 is not a u8"), ("-1", "", "-1 is not a u8")],
    },
    Row {
        ty: "s16",
        form: Word("i32"),
        good: &["-2**15", "2**15 - 1"],
        bad: &[("2**15", "", "32768 is not an s16")],
    },
    Row {
        ty: "u16",
        form: Word("i32"),
        good: &["0", "2**16 - 1"],
        bad: &[("2**16", "", "65536 is not a u16")],
    },
    Row {
        ty: "s32",
        form: Word("i32"),
        good: &["-2**31", "2**31 - 1"],
        bad: &[
            ("2**31", "", "2147483648 is not an s32, which is from -2147483648 to 2147483647"),
            ("1.0", "", "1.0 is not an s32"),
            ("True", "", "true is not an s32"),
            ("'1'", "", "\"1\" is not an s32"),
        ],
    },
    Row {
        ty: "u32",
        form: Word("i32"),
        good: &["0", "2**32 - 1"],
        bad: &[("2**32", "", "4294967296 is not a u32")],
    },
    Row {
        ty: "s64",
        form: Word("i64"),
        good: &["-2**63", "2**63 - 1", "2**53 + 1"],
        bad: &[
            ("2**63", "", "9223372036854775808 is not an s64"),
            ("10**30", "", "is not an s64, which is from"),
        ],
    },
    Row {
        ty: "u64",
        form: Word("i64"),
        good: &["0", "2**64 - 1"],
        bad: &[
            ("2**64", "", "is not a u64, which is from 0 to 18446744073709551615"),
            ("-1", "", "-1 is not a u64"),
        ],
    },
    Row {
        ty: "f32",
        form: Word("f32"),
        good: &["0.5", "-0.0", "3", "math.nan", "math.inf", "-math.inf", "2.0**-149"],
        bad: &[
            ("1e39", "", "1e+39 is too large for an f32"),
            ("'NaN'", "", "'NaN' (str) is not a number"),
        ],
    },
    Row {
        ty: "f64",
        form: Word("f64"),
        good: &["0.1", "5e-324", "-0.0", "2**53", "math.nan", "-math.inf"],
        bad: &[
            ("2**53 + 1", "", "9007199254740993 is not an f64"),
            ("None", "", "null is not an f64"),
        ],
    },
    Row {
        ty: "char",
        form: Word("i32"),
        good: &["'a'", "'é'", "'😀'", r"'\x00'"],
        bad: &[
            ("'ab'", "", "\"ab\" is not a char"),
            ("''", "", "\"\" is not a char"),
            ("b'a'", "", "b'a' (bytes) is not a text"),
        ],
    },
    Row {
        ty: "string",
        form: List,
        good: &["''", "'naïve 😀'", r"'a\x00b'", "'x' * 100_000"],
        bad: &[("b'a'", "", "b'a' (bytes) is not a text"), ("3", "", "3 is not a string")],
    },
    Row {
        ty: "list<u8>",
        form: List,
        good: &["b''", "b'\\x00\\xff' * 5", "bytes(range(256)) * 4000"],
        bad: &[
            ("'text'", "", "'text' (str) is a text and not bytes"),
            ("[1, 256]", "[1]", "256 is not a u8"),
            ("3", "", "3 (int) is not bytes"),
        ],
    },
    Row {
        ty: "list<s64>",
        form: List,
        good: &["[]", "[-2**63, 2**63 - 1]", "list(range(1000))"],
        bad: &[
            ("[1, 'a']", "[1]", "\"a\" is not an s64"),
            ("'12'", "", "'12' (str) is not a list"),
            ("3", "", "3 (int) is not a list"),
        ],
    },
    Row {
        ty: "list<list<list<u8>>>",
        form: List,
        good: &["[]", "[[], [b'a', b'']]"],
        bad: &[("[[], ['a']]", "[1][0]", "'a' (str) is a text and not bytes")],
    },
    Row {
        ty: "tuple<u8, string, list<bool>>",
        form: InList,
        good: &["(1, 'a', [True, False])"],
        bad: &[
            ("(1, 'a')", "", "an array is a tuple of 2, and not of 3"),
            ("(1, 'a', [0])", "[2][0]", "0 is not a bool"),
            ("3", "", "3 (int) is not a tuple"),
        ],
    },
    Row {
        ty: "option<u8>",
        form: InList,
        good: &["None", "0", "255"],
        bad: &[("256", "", "256 is not a u8")],
    },
    Row {
        ty: "option<option<option<string>>>",
        form: InList,
        good: &["None", "Some(None)", "Some(Some(None))", "Some(Some('a'))"],
        bad: &[
            ("'a'", "", "'a' (str) has to be None, or Some of a value or of None"),
            ("Some(Some(3))", ".some.some", "3 is not a string"),
        ],
    },
    Row {
        ty: "result<u8, string>",
        form: InList,
        good: &["Ok(3)", "Err('no')"],
        bad: &[
            ("Ok(256)", ".ok", "256 is not a u8"),
            ("Err(b'')", ".err", "b'' (bytes) is not a text"),
            ("3", "", "3 (int) is neither Ok(...) nor Err(...)"),
        ],
    },
    Row {
        ty: "result<_, string>",
        form: InList,
        good: &["Ok()", "Err('')"],
        bad: &[("Ok(3)", ".ok", "3 is a value where there is none")],
    },
    Row {
        ty: "result<list<u8>>",
        form: InList,
        good: &["Ok(b'a')", "Err()"],
        bad: &[("Err(3)", ".err", "3 is a value where there is none")],
    },
    Row {
        ty: "result",
        form: InList,
        good: &["Ok()", "Err()"],
        bad: &[("None", "", "None (NoneType) is neither")],
    },
    Row {
        ty: "color",
        form: Word("i32"),
        good: &["m.Color.RED", "m.Color.DARK_RED"],
        bad: &[
            ("'blue'", "", "\"blue\" is no Color; there are: red, dark-red"),
            ("0", "", "0 is no Color"),
        ],
    },
    Row {
        ty: "rights",
        form: Word("i32"),
        good: &["m.Rights(0)", "m.Rights.READ", "m.Rights.READ | m.Rights.RUN_IT"],
        bad: &[
            (
                "['read', 'fly']",
                "[1]",
                "\"fly\" is no flag of Rights; there are: read, write, run-it",
            ),
            ("7", "", "7 (int) is no Rights"),
        ],
    },
    Row {
        ty: "many",
        form: InList,
        good: &["m.Many(0)", "m.Many.A0 | m.Many.A31", "m.Many(2**32 - 1)"],
        bad: &[("['a40']", "[0]", "\"a40\" is no flag of Many")],
    },
    Row {
        ty: "shape",
        form: InList,
        good: &[
            "m.Shape.None_()",
            "m.Shape.Circle(-0.5)",
            "m.Shape.Circle(math.inf)",
            "m.Shape.Named(m.Item('', 0, b''))",
            "m.Shape.Pair((1, m.Color.RED))",
        ],
        bad: &[
            ("'square'", "", "\"square\" is no Shape; there are: none, circle, named, pair"),
            ("'circle'", "", "`circle` of Shape needs a value"),
            ("m.Shape.Pair((1, 'blue'))", ".pair[1]", "\"blue\" is no Color"),
            ("{'square': 1}", "", "an object is no Shape"),
            ("3", "", "3 (int) is no Shape"),
        ],
    },
    Row {
        ty: "item",
        form: InList,
        good: &[ITEM, "m.Item('é', 2**31 - 1, b'', 255)"],
        bad: &[
            ("{'name': 'a', 'http_code': b''}", ".price", "the field is missing"),
            (
                "{'name': 'a', 'price': 1, 'http_code': b'', 'prize': 2}",
                "",
                "there is no field `prize`; there are: name, price, http_code, from_",
            ),
            ("m.Item('a', 2**31, b'')", ".price", "2147483648 is not an s32"),
            ("m.Item('a', 1, b'', 256)", ".from_", "256 is not a u8"),
            ("'a'", "", "'a' (str) is neither a Item nor a dict of its fields"),
        ],
    },
    Row {
        ty: "celsius",
        form: Word("f32"),
        good: &["21.5"],
        bad: &[("'hot'", "", "'hot' (str) is not a number")],
    },
    Row {
        ty: "order",
        form: InList,
        good: &[
            "m.Order([m.Item('a', 1, b'3', 2)], m.Color.RED, m.Rights.WRITE, m.Shape.None_(), Some(None))",
            "m.Order([], m.Color.DARK_RED, m.Rights(0), m.Shape.Circle(1.5))",
        ],
        bad: &[
            (
                "m.Order([m.Item('a', 1, b'')] * 3 + [m.Item('b', 'free', b'')], m.Color.RED, m.Rights(0), m.Shape.None_())",
                ".items[3].price",
                "\"free\" is not an s32",
            ),
            ("m.Order([], 'blue', m.Rights(0), m.Shape.None_())", ".color", "\"blue\" is no Color"),
            (
                "m.Order([], m.Color.RED, m.Rights(0), m.Shape.None_(), Some(3))",
                ".note.some",
                "3 is not a string",
            ),
        ],
    },
];

/// The package, and a core module that implements it.
fn package() -> (String, String) {
    let mut wit = format!("package acme:every;\ninterface echoes {{ {TYPES}\n");
    let mut module = MEMORY.to_owned();
    for (number, row) in ROWS.iter().enumerate() {
        let export = format!("acme:every/echoes#echo-{number}");
        let (ty, function) = match row.form {
            Word(word) => (row.ty.to_owned(), identity_of_word(&export, word)),
            List => (row.ty.to_owned(), identity_of_list(&export)),
            InList => (format!("list<{}>", row.ty), identity_of_list(&export)),
        };
        writeln!(wit, "/// Answers a {ty}.\necho-{number}: func(value: {ty}) -> {ty};").unwrap();
        module.push_str(&function);
    }
    wit.push_str("}\nworld every { export echoes; }\n");
    (wit, module)
}

/// The program that calls every function with every value, and prints what is not as it should be.
fn program() -> String {
    let mut code = "
import math, struct
import acme.every as m
from fumehood import Err, Ok, Some, ToolArgumentError

def same(a, b):
    return type(a) is type(b) and (a == b or a != a and b != b) and repr(a) == repr(b)

def good(name, given, expected):
    try:
        got = getattr(m, name)(given)
    except Exception as error:
        print(name, given, 'raised', repr(error))
    else:
        if not same(got, expected):
            print(name, repr(given)[:200], 'came back as', repr(got)[:200])

def bad(name, given, place, told):
    try:
        got = getattr(m, name)(given)
    except ToolArgumentError as error:
        start = f'acme.every.{name}: {place}: '
        if not (str(error).startswith(start) and told in str(error)):
            print(name, given, 'told', repr(str(error)), 'and not', repr(start + told))
    except Exception as error:
        print(name, given, 'raised', repr(error))
    else:
        print(name, given, 'was taken, and came back as', got)
"
    .to_owned();
    for (number, row) in ROWS.iter().enumerate() {
        let name = format!("echo_{number}");
        let in_list = matches!(row.form, InList);
        let as_float = matches!(row.form, Word("f32" | "f64"));
        for value in row.good {
            let (given, expected) = match (in_list, as_float) {
                (true, _) => (format!("[{value}]"), format!("[{value}]")),
                (false, true) => ((*value).to_owned(), format!("float({value})")),
                (false, false) => ((*value).to_owned(), (*value).to_owned()),
            };
            writeln!(code, "good('{name}', {given}, {expected})").unwrap();
        }
        if in_list {
            let all = row.good.join(", ");
            writeln!(code, "good('{name}', ({all},), [{all}])").unwrap();
        }
        for (value, place, told) in row.bad {
            let (given, first) =
                if in_list { (format!("[{value}]"), "[0]") } else { ((*value).to_owned(), "") };
            writeln!(code, "bad('{name}', {given}, 'value{first}{place}', {told:?})").unwrap();
        }
    }
    code
}

async fn every_value_comes_back(modules: Vec<Module>) {
    assert_eq!(modules.iter().map(Module::name).collect::<Vec<_>>(), ["acme.every"]);
    let mut session = session_with(modules).await;
    assert_eq!(printed(session.run(program()).await.unwrap()), "");
}

#[tokio::test]
async fn each_value_of_each_type_goes_to_the_program_and_comes_back_and_each_bad_one_is_told_with_its_place()
 {
    let mut package = Package::parse(&self::package().0).unwrap();
    let functions =
        package.functions().map(|(_, function)| function.to_owned()).collect::<Vec<_>>();
    assert_eq!(functions.len(), ROWS.len());
    for function in functions {
        let echo = |call: Call| async move { Ok(call.value("value")?.clone()) };
        package.implement("acme:every/echoes", &function, echo).unwrap();
    }
    every_value_comes_back(package.modules().unwrap()).await;
}

#[tokio::test]
async fn each_value_of_each_type_goes_to_a_component_and_comes_back_and_each_bad_one_is_told_with_its_place()
 {
    let (wit, module) = package();
    every_value_comes_back(component("every", &wit, &module).modules()).await;
}
