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

/// Counts the words of a file, and writes them down.
#[tool]
async fn count_words(path: String, context: CallContext) -> Result<usize, String> {
    let mut files = context.files().ok_or("no code calls")?;
    let bytes = files.read(&path).map_err(|error| error.to_string())?;
    let words = String::from_utf8_lossy(&bytes).split_whitespace().count();
    let written = files.write("counts/words.txt", words.to_string().as_bytes());
    written.map_err(|error| error.to_string())?;
    Ok(words)
}

#[tokio::test]
async fn a_tool_reads_and_writes_the_files_of_the_session_that_calls() {
    let sandbox = builder().tool(count_words()).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    let code = "
open('text.txt', 'w').write('one two three')
answers = [count_words('text.txt'), *parallel(count_words, ['/work/text.txt'] * 3)]
answers, open('/work/counts/words.txt').read()";
    assert_eq!(repr(session.run(code).await.unwrap()), "([3, 3, 3, 3], '3')");
    for path in ["/etc/passwd", "../../etc/passwd", "/lib/python3.14/os.py", "/work"] {
        let exception = raised(session.run(format!("count_words({path:?})")).await.unwrap());
        assert!(exception.message.starts_with(&format!("`{path}`: ")), "{}", exception.message);
    }
    // It is a file of the session like others: gone with a step that is rolled back, and with the session.
    let broken =
        "open('text.txt', 'w').write('one')\ncount_words('text.txt')\nimport time\ntime.sleep(60)";
    let limits = fumehood::Limits::default().with_time(std::time::Duration::from_millis(500));
    session.run(fumehood::Code::new(broken).atomic(true).limits(limits)).await.unwrap();
    let read = session.run("open('counts/words.txt').read()").await.unwrap();
    assert_eq!(repr(read), "'3'");
    let alone = sandbox.tool_call("count_words", serde_json::json!({"path": "text.txt"})).unwrap();
    assert_eq!(alone.run().await.unwrap_err().to_string(), "no code calls");
}
