//! Operations as functions of Python.

use fumehood::ToolLabels;
use fumehood_tools::openapi::ApiCredential;
use serde_json::json;

use super::server::Server;
use super::{made, pets};
use crate::{builder, raised, repr};

#[tokio::test]
async fn code_uses_a_server_as_functions() {
    let server = Server::start();
    let tools = made(pets(&server).allow("tag:pets").allow("get_status")).unwrap();
    assert_eq!(tools.left_out(), []);
    let sandbox = tools.tools().into_iter().fold(builder(), |all, tool| all.shared_tool(tool));
    let mut session = sandbox.build().unwrap().session().await.unwrap();
    for (code, told) in [
        ("import inspect; str(inspect.signature(getPet))", "'(id: int) -> dict'"),
        ("str(inspect.signature(addPet))", "'(name: str) -> dict'"),
        ("addPet.__doc__.splitlines()[2]", "\"The name need not be another's.\""),
        ("listPets()", "[]"),
        ("addPet('Tom')", "{'id': 1, 'name': 'Tom'}"),
        ("addPet(name='Ó\\n\"Brien')['name']", "'Ó\\n\"Brien'"),
        ("[pet['id'] for pet in listPets()]", "[1, 2]"),
        ("getPet(2)['name']", "'Ó\\n\"Brien'"),
        (
            "from PIL import Image; addPhoto(1, Image.new('RGB', (3, 2), 'red'))['bytes'] > 60",
            "True",
        ),
        ("(photo := getPhoto(1)).size, photo.getpixel((2, 1))", "((3, 2), (255, 0, 0))"),
        ("addPhoto(1, photo=b'no picture')", "{'bytes': 10}"),
        ("getPhoto(1)", "b'no picture'"),
        ("str(removePet(1))", "'None'"),
        ("parallel(getPet, [2, 2, 2])[2]['id']", "2"),
    ] {
        assert_eq!(repr(session.run(code).await.unwrap()), told, "{code}");
    }
    for (code, class, told) in [
        (
            "getPet(1)",
            "fumehood.ToolError",
            "getPet: the server answered 404 Not Found: Not as it should be: there is no such pet",
        ),
        ("getPet(0)", "fumehood.ToolArgumentError", "0 is less than the minimum of 1"),
        ("getPet('1')", "fumehood.ToolArgumentError", "\"1\" is not of type \"integer\""),
        ("addPhoto(1, 'text')", "fumehood.ToolArgumentError", "bytes are wanted"),
        ("addPet(name='x', id=3)", "TypeError", "unexpected keyword argument 'id'"),
        ("removeEverything()", "NameError", "removeEverything"),
    ] {
        let exception = raised(session.run(code).await.unwrap());
        assert_eq!(exception.name, class, "{code}");
        assert!(exception.message.contains(told), "{code}: {}", exception.message);
    }
}

#[tokio::test]
async fn what_is_allowed_is_what_was_named() {
    let server = Server::start();
    let names = |api| {
        let tools = made(api).unwrap().tools();
        tools.iter().map(|tool| tool.name().to_owned()).collect::<Vec<_>>()
    };
    assert!(names(pets(&server)).is_empty());
    assert_eq!(names(pets(&server).allow("GET /pets/{id}")), ["getPet"]);
    assert_eq!(
        names(pets(&server).allow("*Photo").prefix("shop")),
        ["shop_getPhoto", "shop_addPhoto"]
    );
    assert_eq!(names(pets(&server).allow("removeEverything")), ["removeEverything"]);
    let reads = made(pets(&server).allow_reads()).unwrap();
    let read = reads.tools().iter().map(|tool| tool.name().to_owned()).collect::<Vec<_>>();
    assert_eq!(read, ["listPets", "getPet", "getPhoto", "get_status"]);
    assert_eq!(reads.left_out()[0].operation, "getAccount (GET /account)");
    assert_eq!(
        reads.left_out()[0].reason,
        "it wants a credential that was not given: `key`, or `user`"
    );
    let unknown = made(pets(&server).allow("addpet")).unwrap_err().to_string();
    assert!(unknown.contains("`addpet` is allowed, and no operation is like that"), "{unknown}");
    let named = made(pets(&server).allow("getAccount")).unwrap_err().to_string();
    assert!(
        named.starts_with("the operation `getAccount (GET /account)` cannot be a tool: it wants")
    );
    let rules = made(pets(&server).allow("tag:pets")).unwrap();
    let rules = rules.rules().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(rules, [format!("{}/pets=DELETE,GET,POST", server.url())]);
}

#[tokio::test]
async fn what_an_operation_does_is_what_its_labels_say() {
    let server = Server::start();
    let key = || ApiCredential::new("s3cret-key");
    let api =
        pets(&server).allow("getPet").allow("addPet").allow("getAccount").credential("key", key());
    let tools = made(api).unwrap().tools();
    let labels = tools.iter().map(|tool| tool.labels()).collect::<Vec<_>>();
    let untrusted = ToolLabels::RETURNS_UNTRUSTED;
    assert_eq!(
        labels,
        [untrusted.and(ToolLabels::SENDS), untrusted, untrusted.and(ToolLabels::READS_PRIVATE)]
    );
    let sandbox = tools.into_iter().fold(builder(), |all, tool| all.shared_tool(tool));
    let mut session = sandbox.build().unwrap().session().await.unwrap();
    repr(session.run("str(getAccount())").await.unwrap());
    let sent = server.requests().pop().unwrap();
    assert_eq!(sent.header("x-key"), Some("s3cret-key"));
}

#[tokio::test]
async fn an_answer_that_is_too_large_or_too_late_is_an_error() {
    let server = Server::start();
    let document = json!({
        "openapi": "3.0.0",
        "servers": [{"url": server.url()}],
        "paths": {"/large": {"get": {"operationId": "large"}}, "/slow": {"get": {"operationId": "slow"}}},
    });
    let api = fumehood_tools::openapi::OpenApi::parse(&document.to_string()).unwrap();
    let limits = fumehood_tools::egress::EgressLimits::default();
    let limits = limits.with_time(std::time::Duration::from_millis(500));
    let client = fumehood_tools::egress::Egress::builder().limits(limits);
    let tools = api.allow("*").private().tools(client).unwrap().tools();
    for (tool, told) in tools
        .iter()
        .zip(["large: the body of the answer is larger than", "slow: `127.0.0.1` did not answer"])
    {
        let error = super::call(&**tool, json!({})).await.unwrap_err();
        assert!(error.to_string().starts_with(told), "{error}");
    }
}
