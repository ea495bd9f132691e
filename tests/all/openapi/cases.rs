//! What is sent for which arguments, as `tests/openapi/` says.

use std::path::Path;

use fumehood::{Attachment, ToolInput};
use fumehood_tools::openapi::OpenApi;
use serde_json::{Value, json};

use super::server::Server;
use super::{made, one, only};

/// Reads the cases of a file.
fn cases(file: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/openapi");
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    serde_json::from_str(&text).unwrap()
}

async fn check(server: &Server, case: &Value) {
    let told = case["name"].as_str().unwrap();
    let method = case["method"].as_str().unwrap_or("get");
    let path = case["path"].as_str().unwrap();
    let mut document = one(&server.url(), method, path, case["operation"].clone());
    document["openapi"] = json!("3.0.3");
    for (key, value) in case["item"].as_object().into_iter().flatten() {
        document["paths"][path][key] = value.clone();
    }
    document["components"] = case["components"].clone();
    let api = OpenApi::parse(&document.to_string()).unwrap().allow("act").private();
    let tools = made(api).unwrap_or_else(|error| panic!("{told}: {error}"));
    let mut input = ToolInput::new(case["arguments"].as_object().unwrap().clone());
    for attached in case["attachments"].as_array().into_iter().flatten() {
        let text = |key: &str| attached[key].as_str().unwrap().to_owned();
        input.attachments.push(Attachment::new(text("at"), text("media_type"), text("text")));
    }
    let before = server.requests().len();
    let answer = only(&tools).call(input).await;
    if let Some(refused) = case["refused"].as_str() {
        let error = answer.unwrap_err();
        assert!(error.is_about_arguments(), "{told}: {error}");
        assert!(error.to_string().starts_with(&format!("act: {refused}")), "{told}: {error}");
        return;
    }
    // What the shop makes of it is not what this is about.
    if let Err(error) = answer {
        assert!(error.to_string().contains("the server"), "{told}: {error}");
    }
    assert_eq!(server.requests().len(), before + 1, "{told}");
    let sent = server.requests().pop().unwrap();
    assert_eq!(sent.line, case["line"].as_str().unwrap(), "{told}");
    let content_type = sent.header("content-type").unwrap_or_default();
    let boundary = content_type.split_once("boundary=").map_or("no boundary", |(_, it)| it);
    for (name, value) in case["headers"].as_object().into_iter().flatten() {
        let header = sent.header(name).map(|header| header.replace(boundary, "BOUNDARY"));
        assert_eq!(header.as_deref(), value.as_str(), "{told}: {name}");
    }
    if let Some(body) = case["body"].as_str() {
        assert_eq!(sent.text().replace(boundary, "BOUNDARY"), body, "{told}");
    }
}

async fn check_all(file: &str, least: usize) {
    let server = Server::start();
    let cases = cases(file);
    assert!(cases.len() >= least, "{file}");
    for case in &cases {
        check(&server, case).await;
    }
}

#[tokio::test]
async fn paths_are_what_the_styles_say() {
    check_all("paths.json", 11).await;
}

#[tokio::test]
async fn queries_headers_and_cookies_are_what_the_styles_say() {
    check_all("queries.json", 9).await;
}

#[tokio::test]
async fn bodies_are_what_their_media_types_say() {
    check_all("bodies.json", 12).await;
}
