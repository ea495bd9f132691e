//! Arguments, documents and servers that want requests to go elsewhere, or secrets with them.

use fumehood_tools::openapi::{ApiCredential, OpenApi};
use serde_json::{Value, json};

use super::server::Server;
use super::{call, made, one, only};

fn with_id(style: &str) -> Value {
    json!({"parameters": [{"name": "id", "in": "path", "required": true, "style": style, "schema": {}}]})
}

#[tokio::test]
async fn path_traversal_by_an_argument() {
    let server = Server::start();
    for (style, id) in [
        ("simple", json!("../admin")),
        ("simple", json!("..")),
        ("simple", json!(".")),
        ("simple", json!("")),
        ("simple", json!("..\\admin")),
        ("simple", json!("/admin")),
        ("simple", json!(["..", "/admin"])),
        ("simple", json!({"..": "/admin"})),
        ("label", json!(".")),
        ("matrix", json!("x/../../admin")),
    ] {
        let document = one(&server.url(), "delete", "/pets/{id}", with_id(style));
        let api = OpenApi::parse(&document.to_string()).unwrap().allow("act").private();
        let error = call(&*only(&made(api).unwrap()), json!({"id": id})).await.unwrap_err();
        assert!(error.is_about_arguments(), "{id}: {error}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn encoded_slashes_queries_and_fragments_in_an_argument() {
    let server = Server::start();
    let document = one(&server.url(), "get", "/pets/{id}/name", with_id("simple"));
    let api = OpenApi::parse(&document.to_string()).unwrap().allow("act").private();
    let tools = made(api).unwrap();
    for (id, line) in [
        ("..%2fadmin", "GET /v1/pets/..%252fadmin/name"),
        ("%2e%2e", "GET /v1/pets/%252e%252e/name"),
        ("1?admin=true", "GET /v1/pets/1%3Fadmin%3Dtrue/name"),
        ("1#", "GET /v1/pets/1%23/name"),
        ("1;a=b", "GET /v1/pets/1%3Ba%3Db/name"),
        ("1\r\nX-Admin: true\r\n\r\n", "GET /v1/pets/1%0D%0AX-Admin%3A%20true%0D%0A%0D%0A/name"),
        ("@evil.test", "GET /v1/pets/%40evil.test/name"),
        ("\u{2025}\u{ff0f}", "GET /v1/pets/%E2%80%A5%EF%BC%8F/name"),
    ] {
        call(&*only(&tools), json!({"id": id})).await.unwrap();
        assert_eq!(server.requests().pop().unwrap().line, line);
    }
}

#[tokio::test]
async fn a_document_whose_servers_are_on_this_machine() {
    let server = Server::start();
    for url in [server.url(), format!("http://localhost:{}/v1", server.port)] {
        let document = one(&url, "get", "/pets", json!({}));
        let api = OpenApi::parse(&document.to_string()).unwrap().allow("act");
        let error = call(&*only(&made(api).unwrap()), json!({})).await.unwrap_err();
        assert!(error.is_refused() && error.to_string().contains("loopback"), "{error}");
    }
    // Metadata services are refused even then.
    let document = one("http://169.254.169.254", "get", "/latest/meta-data", json!({}));
    let api = OpenApi::parse(&document.to_string()).unwrap().allow("act").private();
    let error = call(&*only(&made(api).unwrap()), json!({})).await.unwrap_err();
    assert!(error.is_refused() && error.to_string().contains("metadata"), "{error}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn an_operation_with_a_server_of_its_own() {
    let (server, evil) = (Server::start(), Server::start());
    let document = |operation: Value| {
        let mut document = one(&server.url(), "get", "/secret", operation);
        document["components"] = json!({"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-key"}}});
        document["security"] = json!([{"key": []}]);
        let api = OpenApi::parse(&document.to_string()).unwrap().allow("act").private();
        api.credential("key", ApiCredential::new("s3cret-key"))
    };
    let own = json!({"servers": [{"url": evil.url()}]});
    let error = made(document(own.clone())).unwrap_err().to_string();
    assert!(error.contains("it has a server of its own, `http://127.0.0.1:"), "{error}");
    // Whoever wants it there says so.
    let tools = made(document(own.clone()).also_at(evil.url())).unwrap();
    call(&*only(&tools), json!({})).await.unwrap();
    assert_eq!((server.requests().len(), evil.requests().len()), (0, 1));
    // A server that was set is that of all.
    let tools = made(document(own).server(server.url())).unwrap();
    call(&*only(&tools), json!({})).await.unwrap();
    assert_eq!((server.requests().len(), evil.requests().len()), (1, 1));
}

#[tokio::test]
async fn a_server_that_sends_requests_on() {
    let (server, evil) = (Server::start(), Server::start());
    let key =
        json!({"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-key"}}});
    let query = json!({
        "parameters": [{"name": "to", "in": "query", "style": "form", "explode": true, "schema": {}}],
        "security": [{"key": []}],
    });
    for method in ["get", "post"] {
        let mut document = one(&server.url(), method, "/away", query.clone());
        document["components"] = key.clone();
        let api = OpenApi::parse(&document.to_string()).unwrap().allow("act").private();
        let api = api.credential("key", ApiCredential::new("s3cret-key"));
        let tools = made(api).unwrap();
        // Taken apart, an object's one name is the whole query.
        let to = json!({"to": {evil.url(): ""}});
        let error = call(&*only(&tools), to).await.unwrap_err();
        assert!(!error.to_string().contains("s3cret"), "{error}");
    }
    assert_eq!(server.requests().len(), 2);
    assert!(evil.requests().is_empty());
}

#[tokio::test]
async fn secrets_that_a_server_repeats() {
    let server = Server::start();
    let schemes = json!({
        "header": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "query": {"type": "apiKey", "in": "query", "name": "key"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "key"},
        "token": {"type": "http", "scheme": "Bearer"},
        "user": {"type": "http", "scheme": "basic"},
        "oauth": {"type": "oauth2", "flows": {}},
    });
    for (scheme, place, sent) in [
        ("header", "x-key", "s3cret-k&y"),
        ("query", "", "GET /v1/secret?other=1&key=s3cret-k%26y"),
        ("cookie", "cookie", "other=2; key=s3cret-k&y"),
        ("token", "authorization", "Bearer s3cret-k&y"),
        ("user", "authorization", "Basic bWU6czNjcmV0LWsmeQ=="),
        ("oauth", "authorization", "Bearer s3cret-k&y"),
    ] {
        let operation = json!({
            "security": [{scheme: []}],
            "parameters": [
                {"name": "other", "in": "query", "schema": {}},
                {"name": "key", "in": "query", "schema": {}},
                {"name": "key", "in": "cookie", "schema": {}},
                {"name": "x-key", "in": "header", "schema": {}},
                {"name": "other", "in": "cookie", "schema": {}},
            ],
        });
        let mut document = one(&server.url(), "get", "/secret", operation);
        document["components"] = json!({"securitySchemes": schemes});
        let api = OpenApi::parse(&document.to_string()).unwrap().allow("act").private();
        let credential = match scheme {
            "user" => ApiCredential::basic("me", "s3cret-k&y"),
            _ => ApiCredential::new("s3cret-k&y"),
        };
        let tools = made(api.credential(scheme, credential)).unwrap();
        let tool = only(&tools);
        // What the host has is not an argument.
        let names = tool.parameters()["properties"].as_object().unwrap().len();
        let hidden = usize::from(["header", "query", "cookie"].contains(&scheme));
        assert_eq!(names, 5 - hidden, "{scheme}");
        let answer = call(&*tool, json!({"other": 1, "cookie_other": 2})).await.unwrap();
        let request = server.requests().pop().unwrap();
        let seen =
            if place.is_empty() { Some(request.line.as_str()) } else { request.header(place) };
        assert_eq!(seen, Some(sent), "{scheme}");
        let told = format!("{answer:?} {tools:?}");
        assert!(!told.contains("s3cret") && !told.contains("bWU6czNjcmV0"), "{scheme}: {told}");
        assert!(told.contains("****"), "{scheme}: {told}");
    }
}

#[test]
fn credentials_that_would_go_over_plain_http_or_to_nobody() {
    let document = |url: &str| {
        let mut document = one(url, "get", "/secret", json!({"security": [{"key": []}]}));
        document["components"] = json!({"securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "x-key"},
            "odd": {"type": "mutualTLS"},
            "host": {"type": "apiKey", "in": "header", "name": "host"},
        }});
        OpenApi::parse(&document.to_string()).unwrap().allow("act")
    };
    let key = || ApiCredential::new("s3cret-key");
    let error =
        made(document("http://pets.test").credential("key", key())).unwrap_err().to_string();
    assert!(error.contains("credentials are sent by https alone"), "{error}");
    let error =
        made(document("https://pets.test").credential("keys", key())).unwrap_err().to_string();
    assert!(error.contains("the document's security schemes are: key, odd, host"), "{error}");
    let user = ApiCredential::basic("me", "s3cret-key");
    let error =
        made(document("https://pets.test").credential("key", user)).unwrap_err().to_string();
    assert!(error.contains("it has a user"), "{error}");
    assert!(made(document("https://pets.test").credential("key", key())).is_ok());
}

#[test]
fn documents_that_grow_loop_or_lie() {
    // Schemas that contain each other many times over.
    let schemas = (0..30).map(|i| {
        let next = json!({"$ref": format!("#/components/schemas/S{}", (i + 1) % 30)});
        let properties =
            (0..30).map(|n| (format!("p{n}"), next.clone())).collect::<serde_json::Map<_, _>>();
        (format!("S{i}"), json!({"type": "object", "properties": properties, "allOf": [next]}))
    });
    let content = json!({"application/json": {"schema": {"$ref": "#/components/schemas/S0"}}});
    let operation = json!({
        "requestBody": {"required": true, "content": content},
        "responses": {"200": {"content": content}},
    });
    let mut document = one("https://pets.test", "post", "/pets", operation);
    document["components"] = json!({"schemas": schemas.collect::<serde_json::Map<_, _>>()});
    let api = OpenApi::parse(&document.to_string()).unwrap().allow("act");
    let tools = made(api).unwrap();
    assert!(only(&tools).parameters().to_string().len() < 64 << 10);
    // Paths that are not where they look to be.
    for path in ["/pets/../admin", "/pets?x=", "/pets#", "/a/%2e%2e/b", "/a%2fb", "/{id}"] {
        let document = one("https://pets.test", "get", path, json!({}));
        let api = OpenApi::parse(&document.to_string()).unwrap().allow("act");
        assert!(made(api).is_err(), "{path}");
    }
    // Servers that are none.
    for url in [
        "file:///etc/passwd",
        "https://user:pw@pets.test",
        "javascript:1",
        "/relative",
        "https://{x}.test",
    ] {
        let document = one(url, "get", "/pets", json!({}));
        let api = OpenApi::parse(&document.to_string()).unwrap().allow("act");
        assert!(made(api).is_err(), "{url}");
    }
    // Names that are taken.
    let document = json!({"openapi": "3.0.0", "servers": [{"url": "https://pets.test"}], "paths": {
        "/a": {"get": {"operationId": "print"}, "post": {"operationId": "final_answer"}},
        "/b": {"get": {"operationId": "__import__"}, "post": {"operationId": "api_print"}},
        "/c": {"get": {"operationId": "\u{202e}x\r\ny"}, "post": {"operationId": ""}},
    }});
    let api = OpenApi::parse(&document.to_string()).unwrap().allow("* *");
    let tools = made(api).unwrap().tools();
    let names = tools.iter().map(|tool| tool.name()).collect::<Vec<_>>();
    assert_eq!(
        names,
        ["api_print", "api_final_answer", "api_import", "api_print_2", "x_y", "post_c"]
    );
}
