//! Tools that are Rust functions, by their types.

use fumehood_tools::rust::{CallContext, Tool, schemars, serde, tool};

use crate::{builder, raised, repr};

#[derive(serde::Deserialize, serde::Serialize, schemars::JsonSchema)]
#[serde(crate = "fumehood_tools::rust::serde")]
#[schemars(crate = "fumehood_tools::rust::schemars")]
struct Place {
    name: String,
    height: Option<i8>,
}

/// Says where it is.
///
/// In words.
#[tool]
async fn describe(
    #[given] greeting: String,
    /// Where it is.
    place: Place,
    /// How often it is said.
    #[default(1)]
    times: u8,
    others: Option<Vec<Place>>,
    context: CallContext,
) -> Result<Vec<String>, String> {
    if context.deadline().is_none() {
        return Err("there is no step".to_owned());
    }
    if place.name.is_empty() {
        return Err("it has no name".to_owned());
    }
    let others = others.map_or(0, |others| others.len());
    let height = place.height.unwrap_or(0);
    Ok(vec![format!("{greeting} {} {height} {others}", place.name); times.into()])
}

/// Never fails.
#[tool]
async fn nothing() {}

#[tokio::test]
async fn a_function_of_rust_is_a_function_of_python() {
    let sandbox = builder().tool(describe("hello".to_owned())).tool(nothing()).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    for (code, told) in [
        ("describe({'name': 'here'})", "['hello here 0 0']"),
        (
            "describe({'name': 'here', 'height': -3}, times=2)",
            "['hello here -3 0', 'hello here -3 0']",
        ),
        ("describe(place={'name': 'x'}, others=[{'name': 'y'}])", "['hello x 0 1']"),
        ("str(nothing())", "'None'"),
        ("describe.__doc__.splitlines()[:3]", "['Says where it is.', '', 'In words.']"),
        (
            "import inspect; str(inspect.signature(describe))",
            "'(place: dict, times: int = 1, others: list[dict] | None = None) -> list[str]'",
        ),
    ] {
        assert_eq!(repr(session.run(code).await.unwrap()), told, "{code}");
    }
    for (code, class, told) in [
        ("describe({'name': ''})", "fumehood.ToolError", "it has no name"),
        ("describe({})", "fumehood.ToolArgumentError", "\"name\" is a required property"),
        ("describe({'name': 'x', 'height': 1000})", "fumehood.ToolArgumentError", "1000"),
        ("describe({'name': 'x'}, times=256)", "fumehood.ToolArgumentError", "256"),
        ("describe(others=[])", "TypeError", "missing 1 required positional argument: 'place'"),
    ] {
        let exception = raised(session.run(code).await.unwrap());
        assert_eq!(exception.name, class, "{code}");
        assert!(exception.message.contains(told), "{code}: {}", exception.message);
    }
}

#[test]
fn a_function_tells_what_it_takes_and_returns() {
    let tool = describe(String::new());
    assert_eq!(tool.description(), "Says where it is.\n\nIn words.");
    let parameters = tool.parameters();
    let properties = parameters["properties"].as_object().unwrap();
    assert_eq!(properties.keys().collect::<Vec<_>>(), ["place", "times", "others"]);
    assert_eq!(properties["place"]["description"], "Where it is.");
    assert_eq!(properties["times"]["maximum"], 255);
    assert_eq!(parameters["required"], serde_json::json!(["place"]));
    assert_eq!(tool.returns().unwrap()["items"]["type"], "string");
}
