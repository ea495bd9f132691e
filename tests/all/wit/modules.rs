//! What code finds in a module, and what its values can do.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use fumehood::{Code, ConfigError, Sandbox, ToolCall, ToolError};
use fumehood_tools::wit::{Call, Package, Value, WitError};
use serde_json::json;

use super::components::MEMORY;
use super::{component, session_with};
use crate::{builder, printed, raised, repr};

const WEATHER: &str = "
    package acme:weather@1.2.0;

    /// Things that several interfaces know.
    interface types {
        /// How the sky is.
        enum sky { clear, cloudy }
        /// A day.
        record day {
            /// Where.
            city: string,
            sky: sky,
            degrees: list<f64>,
            note: option<string>,
        }
        variant trouble { unknown-city(string), closed }
    }

    /// Forecasts.
    interface forecasts {
        use types.{day, trouble};
        /// The weather of some days.
        forecast: func(city: string, days: option<u8>) -> result<list<day>, trouble>;
        set: func(day: day);
    }
";

fn weather() -> Package {
    let mut package = Package::parse(WEATHER).unwrap();
    let forecasts = "acme:weather/forecasts";
    let forecast = |call: Call| async move {
        let city = call.argument::<String>("city")?;
        let days = call.argument::<Option<u8>>("days")?.unwrap_or(1);
        Ok(match city.as_str() {
            "Nowhere" => Err(Value::case_of("unknown-city", city)),
            "Away" => Err(Value::case("closed")),
            "Broken" => return Err(ToolError::new("the satellite fell down")),
            _ => {
                let day = Value::record([
                    ("city", city.into()),
                    ("sky", Value::Enum("cloudy".to_owned())),
                    ("degrees", vec![20.5, 19.0].into()),
                    ("note", Value::Option(None)),
                ]);
                Ok(Value::List(vec![day; days.into()]))
            }
        })
    };
    package.implement(forecasts, "forecast", forecast).unwrap();
    package.implement(forecasts, "set", |_| async { Ok(()) }).unwrap();
    package
}

#[tokio::test]
async fn a_module_has_dataclasses_enums_and_typed_functions_with_docstrings() {
    let mut session = session_with(weather().modules().unwrap()).await;
    let code = "
import copy, dataclasses, enum, inspect, pickle
import acme.weather
from acme.weather import Day, forecast
from acme.weather.types import Sky, Trouble

print(acme.weather.__doc__, acme.weather.__all__)
print(inspect.signature(forecast), forecast.__doc__, forecast.__module__)
days = forecast('Oslo', 2)
print(days)
day = days[0]
print(dataclasses.is_dataclass(day), [field.name for field in dataclasses.fields(Day)], Day.__doc__)
print(isinstance(day.sky, enum.Enum), day.sky is Sky.CLOUDY, Day is acme.weather.types.Day)
print(day == Day('Oslo', Sky.CLOUDY, [20.5, 19.0]), day == dataclasses.replace(day, city='Rome'))
print(pickle.loads(pickle.dumps(days)) == days, copy.deepcopy(day) == day, dataclasses.asdict(day)['city'])
for value in (Trouble.Closed(), Trouble.UnknownCity('x'), Sky.CLEAR):
    assert pickle.loads(pickle.dumps(value)) == value == copy.copy(value) and hash(value) == hash(copy.copy(value))
match Trouble.UnknownCity('there'):
    case Trouble.UnknownCity(city):
        print(city)
acme.weather.set({'city': 'Oslo', 'sky': 'clear', 'degrees': [1]})
acme.weather.set(Day('Oslo', 'clear', (1, 2)))
";
    assert_eq!(
        printed(session.run(code).await.unwrap()),
        "Forecasts. ['Day', 'Trouble', 'forecast', 'set']
(city: str, days: int | None = None) -> list[acme.weather.types.Day] The weather of some days. acme.weather
[Day(city='Oslo', sky=<Sky.CLOUDY: 'cloudy'>, degrees=[20.5, 19.0], note=None), Day(city='Oslo', sky=<Sky.CLOUDY: 'cloudy'>, degrees=[20.5, 19.0], note=None)]
True ['city', 'sky', 'degrees', 'note'] A day.

Attributes:
    city: Where.
True True True
True False
True True Oslo
there
"
    );
}

#[tokio::test]
async fn an_error_of_a_result_is_raised_with_its_value_and_a_failure_of_the_tool_without_one() {
    let mut session = session_with(weather().modules().unwrap()).await;
    let code = "
from fumehood import ToolError
from acme.weather import forecast
for city in ('Nowhere', 'Away', 'Broken'):
    try:
        forecast(city)
    except ToolError as error:
        print(error, '|', error.payload)
";
    assert_eq!(
        printed(session.run(code).await.unwrap()),
        "Trouble.UnknownCity('Nowhere') | Trouble.UnknownCity('Nowhere')\nTrouble.Closed() | Trouble.Closed()\n\
         the satellite fell down | None\n"
    );
}

#[tokio::test]
async fn to_whoever_intercepts_calls_a_function_is_a_tool_with_its_module_in_its_name() {
    let mut session = session_with(weather().modules().unwrap()).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let asked = Arc::clone(&seen);
    let refuse = move |call: ToolCall| {
        let told = format!("{} {}", call.name(), json!(call.arguments()));
        asked.lock().unwrap().push(told);
        async move {
            if call.name() == "acme.weather.set" {
                Err(ToolError::new("no"))
            } else {
                call.run().await
            }
        }
    };
    let code = "from acme.weather import *\nx = forecast('Oslo')\nset(x[0])";
    let code = Code::new(code).interceptor(Arc::new(refuse));
    assert_eq!(raised(session.run(code).await.unwrap()).message, "no");
    assert_eq!(
        *seen.lock().unwrap(),
        [
            r#"acme.weather.forecast {"city":"Oslo","days":null}"#,
            r#"acme.weather.set {"day":{"city":"Oslo","sky":"cloudy","degrees":[20.5,19.0],"note":null}}"#,
        ]
    );
}

#[tokio::test]
async fn calls_run_at_the_same_time_and_give_the_same_values() {
    let mut session = session_with(weather().modules().unwrap()).await;
    let code = "
import asyncio
from fumehood import parallel
from acme.weather import forecast
async def both():
    return await asyncio.gather(forecast.aio('A'), forecast.aio(city='B', days=2))
a, b = asyncio.run(both())
c, d = parallel(forecast, ['C', 'Nowhere'], [1, 1], return_exceptions=True)
[a[0].city, b[1].city, c[0].city, str(d)]
";
    assert_eq!(
        repr(session.run(code).await.unwrap()),
        "['A', 'B', 'C', \"Trouble.UnknownCity('Nowhere')\"]"
    );
}

#[tokio::test]
async fn a_session_that_imports_no_module_has_none_of_it() {
    let mut session = session_with(weather().modules().unwrap()).await;
    let code = "import sys\n[name for name in sys.modules if name.startswith('acme')]";
    assert_eq!(repr(session.run(code).await.unwrap()), "[]");
    let mut session = crate::session().await;
    let code = "import sys, fumehood.modules\nfumehood.modules._finder in sys.meta_path";
    assert_eq!(repr(session.run(code).await.unwrap()), "False");
    let missing = raised(session.run("import acme.weather").await.unwrap());
    assert_eq!(missing.name, "ModuleNotFoundError");
}

#[tokio::test]
async fn a_file_that_lies_around_is_not_taken_for_a_module_of_tools() {
    let mut session = session_with(weather().modules().unwrap()).await;
    let code = "
import os, sys
os.makedirs('acme/weather')
open('acme/weather/__init__.py', 'w').write('def forecast(city): return \"hacked\"')
open('acme/__init__.py', 'w').close()
sys.path.insert(0, '.')
from acme.weather import forecast
forecast('Oslo')[0].city
";
    assert_eq!(repr(session.run(code).await.unwrap()), "'Oslo'");
}

#[tokio::test]
async fn modules_go_with_forks_and_saved_sessions_and_prepared_sandboxes() {
    let sandbox = builder().modules(weather().modules().unwrap()).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    session.run("from acme.weather import forecast\nday = forecast('Oslo')[0]").await.unwrap();
    let mut fork = session.fork().await.unwrap();
    assert_eq!(
        repr(fork.run("forecast('Rome')[0] == day, day.city").await.unwrap()),
        "(False, 'Oslo')"
    );
    let prepared = sandbox.prepare("from acme.weather import Day, forecast").await.unwrap();
    let sandbox =
        builder().modules(weather().modules().unwrap()).prepared(&prepared).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    let code = "import acme.weather\nacme.weather.Day is Day, isinstance(forecast('Rome')[0], Day)";
    assert_eq!(repr(session.run(code).await.unwrap()), "(True, True)");
}

#[tokio::test]
async fn a_module_that_would_stand_before_another_is_refused() {
    let refused = |package: &str| {
        let wit = format!("package {package}; interface i {{ f: func(); }}");
        let mut package = Package::parse(&wit).unwrap();
        let interface = package.functions().next().unwrap().0.to_owned();
        package.implement(&interface, "f", |_| async { Ok(()) }).unwrap();
        let built = builder().modules(package.modules().unwrap()).build();
        let Err(ConfigError::Module { name, reason }) = built else { panic!("{built:?}") };
        format!("{name}: {reason}")
    };
    assert_eq!(
        refused("json:tools"),
        "json.tools: it would stand before Python's own module `json`"
    );
    assert_eq!(refused("numpy:linalg"), "numpy.linalg: it would stand before the library `numpy`");
    assert_eq!(
        refused("fumehood:tools"),
        "fumehood.tools: `fumehood` is what the sandbox itself has"
    );
    let twice = weather().modules().unwrap().into_iter().chain(weather().modules().unwrap());
    let built = builder().modules(twice).build();
    assert!(matches!(built, Err(ConfigError::Module { .. })), "{built:?}");
}

#[test]
fn a_function_that_nothing_implements_is_told() {
    let package = Package::parse(WEATHER).unwrap();
    assert!(matches!(package.modules(), Err(WitError::Unimplemented { .. })));
    let told = package.modules().unwrap_err().to_string();
    assert_eq!(told, "nothing implements `forecast` of `acme:weather/forecasts`");
    let mut package = package;
    let told = package
        .implement("acme:weather/forecasts", "forcast", |_| async { Ok(()) })
        .unwrap_err()
        .to_string();
    assert!(
        told.starts_with(
            "there is no function `forcast` in `acme:weather/forecasts`; there are: forecast"
        ),
        "{told}"
    );
}

const COUNTERS: &str = "
    package acme:counting;
    interface counters {
        /// Counts.
        resource counter {
            constructor(start: u32);
            /// One more.
            next: func() -> u32;
            /// Both in one.
            merge: static func(a: counter, b: borrow<counter>) -> counter;
        }
        resource other { constructor(); }
        /// Of the last that was made.
        total: func(counters: list<borrow<counter>>) -> u32;
    }
    world counting { export counters; }
";

/// How many are kept.
struct Counter(Arc<AtomicU32>, Mutex<u32>);

impl Counter {
    fn value(kept: &Arc<AtomicU32>, start: u32) -> Value {
        kept.fetch_add(1, Ordering::SeqCst);
        Value::resource(Counter(Arc::clone(kept), Mutex::new(start)))
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

fn counters_of_program(kept: &Arc<AtomicU32>) -> Package {
    let mut package = Package::parse(COUNTERS).unwrap();
    let counters = "acme:counting/counters";
    let count = |value: &Value| -> Result<u32, ToolError> {
        Ok(*value.to_resource::<Counter>()?.1.lock().unwrap())
    };
    let of = Arc::clone(kept);
    let new = move |call: Call| {
        let made = call.argument::<u32>("start").map(|start| Counter::value(&of, start));
        async move { made }
    };
    package.implement(counters, "[constructor]counter", new).unwrap();
    let next = |call: Call| async move {
        let counter = call.value("self")?.to_resource::<Counter>()?;
        let mut count = counter.1.lock().unwrap();
        *count += 1;
        Ok(*count)
    };
    package.implement(counters, "[method]counter.next", next).unwrap();
    let of = Arc::clone(kept);
    let merge = move |call: Call| {
        let merged = call
            .value("a")
            .and_then(count)
            .and_then(|a| Ok(a + call.value("b").and_then(count)?));
        let merged = merged.map(|start| Counter::value(&of, start));
        async move { merged }
    };
    package.implement(counters, "[static]counter.merge", merge).unwrap();
    package
        .implement(counters, "[constructor]other", |_| async { Ok(Value::resource(())) })
        .unwrap();
    let total = move |call: Call| async move {
        let counters = call.argument::<Vec<Value>>("counters")?;
        counters.iter().map(count).sum::<Result<u32, ToolError>>()
    };
    package.implement(counters, "total", total).unwrap();
    package
}

/// The same as a component. What a counter has counted is at the address that stands for it.
fn counters_of_component() -> Vec<fumehood::Module> {
    let module = format!(
        r#"
        (import "[export]acme:counting/counters" "[resource-new]counter" (func $new (param i32) (result i32)))
        (import "[export]acme:counting/counters" "[resource-rep]counter" (func $rep (param i32) (result i32)))
        (import "[export]acme:counting/counters" "[resource-new]other" (func $new_other (param i32) (result i32)))
        {MEMORY}
        (func $counter (param $start i32) (result i32)
            (local $at i32)
            (local.set $at (call $allocate (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 4)))
            (i32.store (local.get $at) (local.get $start))
            (call $new (local.get $at)))
        (func (export "acme:counting/counters#[constructor]counter") (param i32) (result i32)
            (call $counter (local.get 0)))
        (func (export "acme:counting/counters#[method]counter.next") (param i32) (result i32)
            (i32.store (local.get 0) (i32.add (i32.load (local.get 0)) (i32.const 1)))
            (i32.load (local.get 0)))
        (func (export "acme:counting/counters#[static]counter.merge") (param i32 i32) (result i32)
            (call $counter
                (i32.add (i32.load (call $rep (local.get 0))) (i32.load (local.get 1)))))
        (func (export "acme:counting/counters#[constructor]other") (result i32)
            (call $new_other (i32.const 7)))
        (func (export "acme:counting/counters#total") (param $at i32) (param $left i32) (result i32)
            (local $sum i32)
            (block $done
                (loop $next
                    (br_if $done (i32.eqz (local.get $left)))
                    (local.set $sum (i32.add (local.get $sum) (i32.load (i32.load (local.get $at)))))
                    (local.set $at (i32.add (local.get $at) (i32.const 4)))
                    (local.set $left (i32.sub (local.get $left) (i32.const 1)))
                    (br $next)))
            (local.get $sum))
        "#
    );
    component("counting", COUNTERS, &module).modules()
}

/// What holds wherever the counters are.
const COUNTING: &str = "
import copy, pickle
from fumehood import ToolArgumentError, ToolError
from acme.counting import Counter, Other, total

def told(function, *arguments):
    try:
        function(*arguments)
    except Exception as error:
        print(type(error).__name__, error)
    else:
        print('nothing was raised')

a = Counter(10)
print(a, a.next(), a.next())
with Counter(5) as b:
    print(total([a, b]), total([]))
told(b.next)
b.close()
c = Counter.merge(a, Counter(1))
print(c.next())
told(a.next)
told(total, [c, a])
told(total, [c, Other()])
told(Counter.next, Other())
told(Counter.next, 3)
told(Counter, -1)
told(pickle.dumps, c)
told(copy.copy, c)

# Whoever goes past the classes has to know what nobody can guess.
from fumehood import tools
told(tools.call, 'acme.counting.Counter.next', {'self': '0' * 32})
told(tools.call, 'acme.counting.Counter.next', {'self': 7})
told(tools.call, 'acme.counting.Counter.next', {'self': Other()._handle})
stale = Counter(1)
handle = stale._handle
stale.close()
told(tools.call, 'acme.counting.Counter.next', {'self': handle})
told(tools.call, 'acme.counting.Counter.__del__', {'self': handle})
";

const COUNTED: &str = "<handle of acme.counting.Counter> 11 12
17 0
ToolArgumentError acme.counting.Counter.next: self: the handle of Counter is closed, or was given away
14
ToolArgumentError acme.counting.Counter.next: self: the handle of Counter is closed, or was given away
ToolArgumentError acme.counting.total: counters[1]: the handle of Counter is closed, or was given away
ToolArgumentError acme.counting.total: counters[1]: <handle of ac...ounting.Other> (Other) is not a handle of Counter
ToolArgumentError acme.counting.Counter.next: self: <handle of ac...ounting.Other> (Other) is not a handle of Counter
ToolArgumentError acme.counting.Counter.next: self: 3 (int) is not a handle of Counter
ToolArgumentError acme.counting.Counter: start: -1 is not a u32, which is from 0 to 4294967295
TypeError a handle of Counter cannot be copied or pickled
TypeError a handle of Counter cannot be copied or pickled
ToolArgumentError acme.counting.Counter.next: self: there is no Counter behind this handle: it was closed or given away, or is not one of this session
ToolArgumentError acme.counting.Counter.next: self: 7 is not a handle of Counter
ToolArgumentError acme.counting.Counter.next: self: there is no Counter behind this handle: it was closed or given away, or is not one of this session
ToolArgumentError acme.counting.Counter.next: self: there is no Counter behind this handle: it was closed or given away, or is not one of this session
ToolArgumentError acme.counting.Counter.__del__: self: there is no Counter behind this handle: it was closed or given away, or is not one of this session
";

#[tokio::test]
async fn handles_of_the_program_are_opaque_and_closed_ones_forged_ones_and_others_are_refused() {
    let kept = Arc::new(AtomicU32::new(0));
    let package = counters_of_program(&kept);
    let sandbox = builder().modules(package.modules().unwrap()).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    assert_eq!(printed(session.run(COUNTING).await.unwrap()), COUNTED);
    // Only `c` is left: dropped handles are told with the next call.
    session.run("total([c])").await.unwrap();
    assert_eq!(kept.load(Ordering::SeqCst), 1);
    session.run("del c\ntotal([])").await.unwrap();
    assert_eq!(kept.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn handles_of_a_component_are_opaque_and_closed_ones_forged_ones_and_others_are_refused() {
    let mut session = session_with(counters_of_component()).await;
    assert_eq!(printed(session.run(COUNTING).await.unwrap()), COUNTED);
}

#[tokio::test]
async fn handles_are_those_of_one_session_and_go_with_it() {
    let kept = Arc::new(AtomicU32::new(0));
    let package = counters_of_program(&kept);
    let sandbox = builder().modules(package.modules().unwrap()).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    session.run("from acme.counting import *\na = Counter(1)").await.unwrap();
    let handle = repr(session.run("a._handle").await.unwrap());
    let mut fork = session.fork().await.unwrap();
    let no = "there is no Counter behind this handle";
    assert!(raised(fork.run("a.next()").await.unwrap()).message.contains(no));
    let mut other = sandbox.session().await.unwrap();
    let forged = format!(
        "from fumehood import tools\ntools.call('acme.counting.Counter.next', {{'self': {handle}}})"
    );
    assert!(raised(other.run(forged.as_str()).await.unwrap()).message.contains(no));
    assert_eq!(repr(session.run("a.next()").await.unwrap()), "2");
    // A step that is undone has made what nobody has a handle of any more.
    drop((session, fork));
    other.run("from acme.counting import *\nb = Counter(1)").await.unwrap();
    assert_eq!(kept.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn calls_that_no_code_makes_take_and_give_json() {
    let sandbox: Sandbox = builder().modules(weather().modules().unwrap()).build().unwrap();
    let call = sandbox.tool_call("acme.weather.forecast", json!({"city": "Oslo"})).unwrap();
    let answer = call.run().await.unwrap().value;
    assert_eq!(
        answer,
        json!({"ok": [{"city": "Oslo", "sky": "cloudy", "degrees": [20.5, 19.0], "note": null}]})
    );
    let refused = sandbox
        .tool_call("acme.weather.forecast", json!({"city": "Oslo", "days": 256}))
        .unwrap_err();
    assert_eq!(
        refused.to_string(),
        "acme.weather.forecast: days: 256 is not a u8, which is from 0 to 255"
    );
    let names = sandbox.tools().iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>();
    assert_eq!(names, ["acme.weather.forecast", "acme.weather.set"]);
}

#[tokio::test]
async fn the_example_of_the_page_does_what_it_says() {
    const PAGE: &str = include_str!("../../../docs/tools.md");
    let block = |language: &str| {
        let (_, chapter) = PAGE.split_once("\n## WIT\n").unwrap();
        let (_, rest) = chapter.split_once(&format!("```{language}\n")).unwrap();
        rest.split_once("```").unwrap().0
    };
    let mut package = Package::parse(block("wit")).unwrap();
    let item = |color: Option<Value>| {
        let color = Value::Option(color.map(Box::new));
        Value::record([("name", "hat".into()), ("price", 1000.into()), ("color", color)])
    };
    let find =
        move |call: Call| async move { Ok(vec![item(Some(call.argument::<Value>("color")?))]) };
    package.implement("acme:shop/catalogue", "find", find).unwrap();
    let orders = Arc::new(AtomicU32::new(0));
    let buy = move |call: Call| {
        let orders = Arc::clone(&orders);
        async move {
            let name = call.value("item")?.field("name").to::<String>()?;
            Ok(match name.as_str() {
                "hat" => Ok(u64::from(orders.fetch_add(1, Ordering::SeqCst) + 1)),
                _ => Err(Value::case_of("unknown-item", name)),
            })
        }
    };
    package.implement("acme:shop/catalogue", "buy", buy).unwrap();
    let mut session = session_with(package.modules().unwrap()).await;
    assert_eq!(printed(session.run(block("python")).await.unwrap()), block("text"));
}
