//! What servers are asked: the bodies of requests, wire by wire.

use fumehood_model::{
    Arguments, Capabilities, Image, Message, Model, ModelError, Origin, OutputSchema, Part,
    Provider, Reasoning, Reply, Request, Role, ToolCall, ToolChoice, ToolResult, ToolSpec, Wire,
};
use serde_json::{Value, json};

use crate::server::{Answer, Server};
use crate::{ask, hello};

/// What a provider's server is asked, whatever it would answer.
async fn body_for(provider: &str, id: &str, request: &Request) -> Value {
    let server = Server::start([Answer::refusal("400 Bad Request", "no")]).await;
    let provider = Provider::named(provider).unwrap();
    let model = fumehood_model::ApiModel::of(provider, &server.base(), id).unwrap();
    let refused = ask(&model, request).await.0.unwrap_err();
    assert!(matches!(refused, ModelError::Refused(_)), "{refused:?}");
    server.asked().remove(0).body
}

fn weather() -> ToolSpec {
    let parameters =
        json!({"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]});
    ToolSpec::new("weather", "The weather of a city.", parameters)
}

fn call(id: &str, arguments: &str) -> ToolCall {
    let arguments = Arguments::new(arguments);
    ToolCall { id: id.to_owned(), name: "weather".to_owned(), arguments }
}

fn thought(provider: &str, kind: &str, text: &str, data: &str) -> Part {
    let (provider, kind, data) = (provider.to_owned(), kind.to_owned(), data.to_owned());
    let origin = Some(Origin { provider, kind, data });
    Part::Reasoning(Reasoning { text: text.to_owned(), origin })
}

fn image() -> Image {
    Image::new("image/png", *b"\x89PNG")
}

/// A conversation with everything in it that a conversation can have.
fn conversation() -> Vec<Message> {
    let shown = ToolResult { images: vec![image()], ..ToolResult::new(&call("1", ""), "rain") };
    vec![
        Message::system("Be brief."),
        Message::new(Role::User, [Part::text("What is this?"), Part::Image(image())]),
        Message::new(
            Role::Assistant,
            [
                thought(
                    "openrouter",
                    "reasoning_details",
                    "Let me see.",
                    r#"[{"type":"reasoning.text"}]"#,
                ),
                thought("deepseek", "reasoning_content", "Let me look.", ""),
                thought("anthropic", "signature", "Hm.", "c2ln"),
                thought("anthropic", "redacted_thinking", "", "ZW5j"),
                Part::text("I look."),
                thought("gemini", "signature_of_call", "", "AY89"),
                Part::ToolCall(call("1", r#"{"city": "Oslo"}"#)),
                Part::ToolCall(call("2", r#"{"city": "#)),
            ],
        ),
        Message::tool([shown]),
        Message::tool([ToolResult::error(&call("2", ""), "these are no arguments")]),
        Message::user("And?"),
        Message::user("Well?"),
    ]
}

#[tokio::test]
async fn openai_is_asked_in_chat_completions() {
    let request = Request::new(conversation())
        .with_stop(["</code>"])
        .with_tools([weather()])
        .with_temperature(0.5)
        .with_max_tokens(100);
    let body = body_for("openai", "gpt-4o", &request).await;
    let expected = json!({
        "model": "gpt-4o",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [
                {"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
            ]},
            {"role": "assistant", "content": "I look.", "tool_calls": [
                {"id": "1", "type": "function", "function": {"name": "weather", "arguments": "{\"city\":\"Oslo\"}"}},
                {"id": "2", "type": "function", "function": {"name": "weather", "arguments": "{\"invalid_arguments\":\"{\\\"city\\\": \"}"}},
            ]},
            {"role": "tool", "tool_call_id": "1", "content": "rain"},
            {"role": "tool", "tool_call_id": "2", "content": "Error: these are no arguments"},
            {"role": "user", "content": [
                {"type": "text", "text": "Shown by weather (1):"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw=="}},
                {"type": "text", "text": "And?\nWell?"},
            ]},
        ],
        "stream": true,
        "stream_options": {"include_usage": true},
        "stop": ["</code>"],
        "tools": [{"type": "function", "function": weather()}],
        "tool_choice": "auto",
        "temperature": 0.5,
        "max_completion_tokens": 100,
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn anthropic_is_asked_in_messages() {
    let request = Request::new(conversation())
        .with_stop(["</code>", "\n"])
        .with_tools([weather()])
        .with_schema(OutputSchema::new("answer", json!({"type": "object"})));
    let body = body_for("anthropic", "claude-sonnet-4-5", &request).await;
    let png = json!({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw=="}});
    let expected = json!({
        "model": "claude-sonnet-4-5",
        "max_tokens": 8192,
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "What is this?"}, png]},
            {"role": "assistant", "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
                {"type": "redacted_thinking", "data": "ZW5j"},
                {"type": "text", "text": "I look."},
                {"type": "tool_use", "id": "1", "name": "weather", "input": {"city": "Oslo"}},
                {"type": "tool_use", "id": "2", "name": "weather", "input": {"invalid_arguments": "{\"city\": "}},
            ]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "1", "content": [{"type": "text", "text": "rain"}, png]},
                {"type": "tool_result", "tool_use_id": "2", "content": [{"type": "text", "text": "these are no arguments"}], "is_error": true},
                {"type": "text", "text": "And?\nWell?"},
            ]},
        ],
        "stream": true,
        "system": "Be brief.",
        "stop_sequences": ["</code>"],
        "tools": [{"name": "weather", "description": "The weather of a city.", "input_schema": weather().parameters}],
        "tool_choice": {"type": "auto"},
        "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}},
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn gemini_is_asked_to_generate_content() {
    let request = Request::new(conversation())
        .with_stop(["a", "b", "c", "d", "e", "f"])
        .with_tools([
            weather(),
            ToolSpec::new("refresh", "Refreshes.", json!({"type": "object", "properties": {}})),
        ])
        .with_schema(OutputSchema::new("answer", json!({"type": "object"})))
        .with_max_tokens(100);
    let body = body_for("gemini", "gemini-3-pro-preview", &request).await;
    let png = json!({"inlineData": {"mimeType": "image/png", "data": "iVBORw=="}});
    let expected = json!({
        "contents": [
            {"role": "user", "parts": [{"text": "What is this?"}, png]},
            {"role": "model", "parts": [
                {"text": "I look."},
                {"functionCall": {"id": "1", "name": "weather", "args": {"city": "Oslo"}}, "thoughtSignature": "AY89"},
                {"functionCall": {"id": "2", "name": "weather", "args": {"invalid_arguments": "{\"city\": "}}},
            ]},
            {"role": "user", "parts": [
                {"functionResponse": {"id": "1", "name": "weather", "response": {"output": "rain"}, "parts": [png]}},
                {"functionResponse": {"id": "2", "name": "weather", "response": {"error": "these are no arguments"}}},
                {"text": "And?\nWell?"},
            ]},
        ],
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "tools": [{"functionDeclarations": [
            {"name": "weather", "description": "The weather of a city.", "parametersJsonSchema": weather().parameters},
            {"name": "refresh", "description": "Refreshes."},
        ]}],
        "toolConfig": {"functionCallingConfig": {"mode": "AUTO"}},
        "generationConfig": {
            "stopSequences": ["a", "b", "c", "d", "e"],
            "responseMimeType": "application/json",
            "responseJsonSchema": {"type": "object"},
            "maxOutputTokens": 100,
        },
    });
    assert_eq!(body, expected);
}

#[tokio::test]
async fn servers_are_asked_at_their_addresses() {
    for (wire, base, expected) in [
        (Wire::OpenAi, "/v1", "post /v1/chat/completions http/1.1"),
        (Wire::OpenAi, "/v1/", "post /v1/chat/completions http/1.1"),
        (Wire::OpenAi, "/v1/chat/completions", "post /v1/chat/completions http/1.1"),
        (
            Wire::OpenAi,
            "/d/gpt?api-version=1",
            "post /d/gpt/chat/completions?api-version=1 http/1.1",
        ),
        (Wire::Anthropic, "/v1", "post /v1/messages http/1.1"),
        (
            Wire::Gemini,
            "/v1beta",
            "post /v1beta/models/some-model:streamgeneratecontent?alt=sse http/1.1",
        ),
    ] {
        let server = Server::start([Answer::refusal("400 Bad Request", "no")]).await;
        let base = server.base().replace("/v1", base);
        let model = fumehood_model::ApiModel::at(wire, &base, "some-model").unwrap();
        ask(&model, &hello()).await.0.unwrap_err();
        let head = server.asked().remove(0).head;
        assert!(head.starts_with(expected), "{head}");
        assert_eq!(head.contains("anthropic-version: 2023-06-01"), wire == Wire::Anthropic);
        assert!(!head.contains("accept-encoding"), "no encoding is asked for: {head}");
    }
}

#[tokio::test]
async fn whether_a_tool_is_called_is_said_in_each_wires_words() {
    for (choice, openai, anthropic, gemini) in [
        (ToolChoice::Auto, json!("auto"), json!({"type": "auto"}), json!({"mode": "AUTO"})),
        (ToolChoice::None, json!("none"), json!({"type": "none"}), json!({"mode": "NONE"})),
        (ToolChoice::Required, json!("required"), json!({"type": "any"}), json!({"mode": "ANY"})),
        (
            ToolChoice::Named("weather".to_owned()),
            json!({"type": "function", "function": {"name": "weather"}}),
            json!({"type": "tool", "name": "weather"}),
            json!({"mode": "ANY", "allowedFunctionNames": ["weather"]}),
        ),
    ] {
        let request = hello().with_tools([weather()]).with_tool_choice(choice);
        assert_eq!(body_for("openai", "m", &request).await["tool_choice"], openai);
        assert_eq!(body_for("anthropic", "m", &request).await["tool_choice"], anthropic);
        let body = body_for("gemini", "m", &request).await;
        assert_eq!(body["toolConfig"]["functionCallingConfig"], gemini);
    }
    let without = body_for("openai", "m", &hello()).await;
    assert!(without.get("tool_choice").is_none() && without.get("tools").is_none());
}

#[tokio::test]
async fn thoughts_go_back_to_their_provider_and_to_nobody_else() {
    let request = Request::new(conversation());
    let assistant = |body: &Value, path: &str| body.pointer(path).unwrap().clone();
    let openrouter = body_for("openrouter", "m", &request).await;
    let message = assistant(&openrouter, "/messages/2");
    assert_eq!(message["reasoning_details"], json!([{"type": "reasoning.text"}]));
    let deepseek = body_for("deepseek", "m", &request).await;
    assert_eq!(assistant(&deepseek, "/messages/2")["reasoning_content"], "Let me look.");

    // Everybody else's are nowhere in the request.
    for (provider, own) in [
        ("openai", vec![]),
        ("openrouter", vec!["reasoning.text"]),
        ("deepseek", vec!["Let me look."]),
        ("anthropic", vec!["c2ln", "ZW5j", "Hm."]),
        ("gemini", vec!["AY89"]),
    ] {
        let body = body_for(provider, "m", &request).await.to_string();
        for secret in
            ["reasoning.text", "Let me look.", "Let me see.", "c2ln", "ZW5j", "Hm.", "AY89"]
        {
            assert_eq!(body.contains(secret), own.contains(&secret), "{secret} to {provider}");
        }
    }
}

#[tokio::test]
async fn thoughts_that_came_go_back_as_they_came() {
    for (provider, answer, back) in [
        (
            "anthropic",
            vec![
                r#"{"type":"message_start","message":{"content":[]}}"#,
                r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}}"#,
                r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"Hm."}}"#,
                r#"{"type":"content_block_delta","index":0,"delta":{"type":"signature_delta","signature":"c2ln"}}"#,
                r#"{"type":"content_block_stop","index":0}"#,
                r#"{"type":"content_block_start","index":1,"content_block":{"type":"redacted_thinking","data":"ZW5j"}}"#,
                r#"{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}"#,
                r#"{"type":"message_delta","delta":{"stop_reason":"tool_use"}}"#,
                r#"{"type":"message_stop"}"#,
            ],
            json!({"role": "assistant", "content": [
                {"type": "thinking", "thinking": "Hm.", "signature": "c2ln"},
                {"type": "redacted_thinking", "data": "ZW5j"},
                {"type": "tool_use", "id": "t", "name": "f", "input": {}},
            ]}),
        ),
        (
            "gemini",
            vec![
                r#"{"candidates":[{"content":{"parts":[{"text":"Hm.","thought":true,"thoughtSignature":"dA=="},{"text":"Well"}]}}]}"#,
                r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","args":{}},"thoughtSignature":"Yw=="},{"functionCall":{"name":"g","args":{}}}]}}],"responseId":"r"}"#,
                r#"{"candidates":[{"content":{"parts":[{"text":"","thoughtSignature":"ZQ=="}]},"finishReason":"STOP"}]}"#,
            ],
            json!({"role": "model", "parts": [
                {"text": "Hm.", "thought": true, "thoughtSignature": "dA=="},
                {"text": "Well"},
                {"functionCall": {"id": "r_3", "name": "f", "args": {}}, "thoughtSignature": "Yw=="},
                {"functionCall": {"id": "r_4", "name": "g", "args": {}}},
                {"text": "", "thoughtSignature": "ZQ=="},
            ]}),
        ),
    ] {
        let server = Server::start([Answer::events(answer.iter().copied())]).await;
        let provider = Provider::named(provider).unwrap();
        let model = fumehood_model::ApiModel::of(provider, &server.base(), "some-3").unwrap();
        let reply = ask(&model, &hello()).await.0.unwrap();
        // As it would come out of a file.
        let stored = serde_json::to_string(&reply.into_message()).unwrap();
        let stored = serde_json::from_str::<Message>(&stored).unwrap();
        ask(&model, &Request::new([Message::user("Hello"), stored])).await.0.unwrap();
        let body = server.asked().remove(1).body;
        let said = body.pointer("/messages/1").or(body.pointer("/contents/1")).unwrap();
        assert_eq!(*said, back);
    }
}

#[tokio::test]
async fn tool_calls_of_another_model_are_told_to_gemini_with_what_stands_for_a_signature() {
    let calls = [Part::ToolCall(call("1", "{}")), Part::ToolCall(call("2", "{}"))];
    let request = Request::new([Message::user("x"), Message::new(Role::Assistant, calls)]);
    let signatures = |body: Value| {
        let parts = body.pointer("/contents/1/parts").unwrap().as_array().unwrap().clone();
        parts.iter().map(|part| part.get("thoughtSignature").is_some()).collect::<Vec<_>>()
    };
    assert_eq!(signatures(body_for("gemini", "gemini-3-pro", &request).await), [true, false]);
    assert_eq!(signatures(body_for("gemini", "gemini-2.5-pro", &request).await), [false, false]);
}

#[tokio::test]
async fn fields_of_the_body_can_be_changed_and_removed() {
    let server = Server::start([Answer::text("ok")]).await;
    let model = server
        .model(Wire::OpenAi)
        .with_extra("temperature", json!(0.9))
        .with_extra("top_p", json!(0.1))
        .with_extra("stream_options", json!({"include_usage": false, "more": {"a": 1, "b": null}}))
        .with_extra("stop", json!(null));
    let request = hello()
        .with_temperature(0.2)
        .with_stop(["x"])
        .with_extra("top_p", json!(null))
        .with_extra("stream_options", json!({"more": {"a": null}}));
    ask(&model, &request).await.0.unwrap();
    let body = server.asked().remove(0).body;
    assert_eq!(body["temperature"], 0.9);
    assert_eq!(body["stream_options"], json!({"include_usage": false, "more": {}}));
    assert!(body.get("top_p").is_none() && body.get("stop").is_none());
}

#[tokio::test]
async fn providers_are_not_asked_what_they_refuse() {
    let request = hello().with_max_tokens(5);
    let mistral = body_for("mistral", "m", &request).await;
    assert!(mistral.get("stream_options").is_none());
    assert_eq!(mistral["max_tokens"], 5);
    assert_eq!(body_for("azure", "m", &request).await["max_completion_tokens"], 5);
}

#[tokio::test]
async fn models_that_think_first_are_given_no_stop_sequences_and_end_before_them_all_the_same() {
    let server = Server::start([Answer::text("<code>1</code> and more")]).await;
    let provider = Provider::named("openai").unwrap();
    let model = fumehood_model::ApiModel::of(provider, &server.base(), "gpt-5.1").unwrap();
    assert!(!model.description().capabilities.stop);
    let (reply, told) = ask(&model, &hello().with_stop(["</code>"])).await;
    assert_eq!(
        (reply.unwrap().text().as_str(), told),
        ("<code>1", vec![r#"text "<code>1""#.to_owned()])
    );
    assert!(server.asked()[0].body.get("stop").is_none());
}

#[tokio::test]
async fn a_server_that_refuses_stop_sequences_is_not_given_them_again() {
    let refusal = r#"{"error": {"message": "Unsupported parameter: 'stop' is not supported with this model.", "param": "stop"}}"#;
    let refusal = Answer::refusal("400 Bad Request", refusal);
    let server = Server::start([refusal, Answer::text("1</code>2")]).await;
    let model = server.model(Wire::OpenAi);
    let request = hello().with_stop(["</code>"]);
    let (reply, told) = ask(&model, &request).await;
    assert_eq!(reply.unwrap().text(), "1");
    assert!(
        told[0].starts_with("restarted: the model's server answered 400: Unsupported"),
        "{told:?}"
    );
    assert_eq!(ask(&model, &request).await.1, [r#"text "1""#]);
    let stops =
        server.asked().iter().map(|asked| asked.body.get("stop").is_some()).collect::<Vec<_>>();
    assert_eq!(stops, [true, false, false]);
}

#[tokio::test]
async fn a_refusal_for_another_reason_is_no_reason_to_leave_stop_sequences_out() {
    let refusal = Answer::refusal(
        "400 Bad Request",
        r#"{"error": {"message": "Please stop it: unstoppable"}}"#,
    );
    let another = Answer::refusal("400 Bad Request", r#"{"error": {"message": "no such model"}}"#);
    let server = Server::start([another.clone()]).await;
    let request = hello().with_stop(["x"]);
    ask(&server.model(Wire::OpenAi), &request).await.0.unwrap_err();
    assert_eq!(server.asked().len(), 1);
    // One that is misunderstood costs a request and changes nothing.
    let server = Server::start([refusal, another, Answer::text("ok")]).await;
    let model = server.model(Wire::OpenAi);
    ask(&model, &request).await.0.unwrap_err();
    ask(&model, &request).await.0.unwrap();
    assert!(server.asked()[2].body.get("stop").is_some());
}

#[tokio::test]
async fn a_model_is_not_asked_for_what_it_cannot_do() {
    let server = Server::start([Answer::text("ok")]).await;
    let mut nothing = Capabilities::default();
    (nothing.tools, nothing.schema, nothing.images) = (false, false, false);
    let model = server.model(Wire::OpenAi).with_capabilities(nothing);
    let shown = Message::new(Role::User, [Part::Image(image())]);
    for (request, what) in [
        (hello().with_tools([weather()]), "tools"),
        (hello().with_schema(OutputSchema::new("a", json!({}))), "a schema for its reply"),
        (Request::new([shown]), "images"),
    ] {
        let refused = ask(&model, &request).await.0.unwrap_err();
        assert_eq!(refused.to_string(), format!("the model `some-model` does not take {what}"));
    }
    assert!(server.asked().is_empty(), "nothing was sent");
    let past =
        [Message::user("x"), Message::new(Role::Assistant, [Part::ToolCall(call("1", "{}"))])];
    ask(&model, &Request::new(past)).await.0.unwrap();
    let said = server.asked()[0].body.pointer("/messages/1/content").unwrap().clone();
    assert_eq!(said, "Calling tools:\n[{\"id\":\"1\",\"name\":\"weather\",\"arguments\":{}}]");
}

#[tokio::test]
async fn a_reply_goes_back_as_a_message() {
    let reply = Reply::new([Part::text("a"), Part::ToolCall(call("1", "{}"))]);
    assert_eq!(reply.tool_calls().count(), 1);
    let message = reply.into_message();
    assert_eq!((message.role, message.text().as_str()), (Role::Assistant, "a"));
    assert_eq!(message.tool_calls().next().unwrap().id, "1");
}
