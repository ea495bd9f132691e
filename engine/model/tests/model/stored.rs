//! What is said can be stored and read back.

use fumehood_model::{
    Arguments, Finish, Image, Message, Origin, OutputSchema, Part, Reasoning, Reply, Request, Role,
    ToolCall, ToolChoice, ToolResult, ToolSpec, Usage,
};
use proptest::prelude::*;
use serde_json::json;

fn image() -> impl Strategy<Value = Image> {
    ("[a-z]{1,5}/[a-z]{1,5}", proptest::collection::vec(any::<u8>(), 0..40))
        .prop_map(|(media_type, data)| Image::new(media_type, data))
}

fn call() -> impl Strategy<Value = ToolCall> {
    (any::<String>(), any::<String>(), any::<String>()).prop_map(|(id, name, arguments)| ToolCall {
        id,
        name,
        arguments: Arguments::new(arguments),
    })
}

fn result() -> impl Strategy<Value = ToolResult> {
    let images = proptest::collection::vec(image(), 0..3);
    (call(), any::<String>(), images, any::<bool>()).prop_map(|(call, text, images, is_error)| {
        ToolResult { images, is_error, ..ToolResult::new(&call, text) }
    })
}

fn reasoning() -> impl Strategy<Value = Reasoning> {
    let origin = (any::<String>(), any::<String>(), any::<String>())
        .prop_map(|(provider, kind, data)| Origin { provider, kind, data });
    (any::<String>(), proptest::option::of(origin))
        .prop_map(|(text, origin)| Reasoning { text, origin })
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        any::<String>().prop_map(Part::text),
        image().prop_map(Part::Image),
        call().prop_map(Part::ToolCall),
        result().prop_map(Part::ToolResult),
        reasoning().prop_map(Part::Reasoning),
    ]
}

fn message() -> impl Strategy<Value = Message> {
    let roles = [Role::System, Role::User, Role::Assistant, Role::Tool];
    let parts = proptest::collection::vec(part(), 0..6);
    (proptest::sample::select(roles.to_vec()), parts)
        .prop_map(|(role, parts)| Message::new(role, parts))
}

fn reply() -> impl Strategy<Value = Reply> {
    let parts = proptest::collection::vec(part(), 0..6);
    let finish = prop_oneof![
        Just(Finish::Stop),
        Just(Finish::Length),
        Just(Finish::ToolCalls),
        Just(Finish::ContentFilter),
        any::<String>().prop_map(Finish::Other),
    ];
    (parts, finish, any::<Option<(u64, u64)>>(), any::<Option<String>>()).prop_map(
        |(parts, finish, usage, model)| {
            let mut reply = Reply::new(parts).with_finish(finish);
            reply.usage = usage.map(|(input, output)| Usage::new(input, output));
            reply.model = model;
            reply
        },
    )
}

proptest! {
    #[test]
    fn nothing_of_a_message_or_a_reply_is_lost_in_a_file(message in message(), reply in reply()) {
        let text = serde_json::to_string(&message).unwrap();
        prop_assert_eq!(serde_json::from_str::<Message>(&text).unwrap(), message);
        let text = serde_json::to_string(&reply).unwrap();
        prop_assert_eq!(serde_json::from_str::<Reply>(&text).unwrap(), reply);
    }
}

#[test]
fn nothing_of_a_request_is_lost_in_a_file() {
    let request = Request::new([Message::system("a"), Message::user("b")])
        .with_stop(["c"])
        .with_tools([ToolSpec::new("d", "e", json!({"type": "object"}))])
        .with_tool_choice(ToolChoice::Named("d".to_owned()))
        .with_schema(OutputSchema::new("f", json!({"type": "string"})))
        .with_temperature(0.7)
        .with_max_tokens(8)
        .with_extra("g", json!([1, 2.5, null]));
    let text = serde_json::to_string(&request).unwrap();
    assert_eq!(serde_json::from_str::<Request>(&text).unwrap(), request);
    let least = serde_json::from_str::<Request>(r#"{"messages": []}"#).unwrap();
    assert_eq!(least, Request::new([]));
}

/// Files that were written once have to be read for ever.
#[test]
fn the_form_in_a_file_stays() {
    let stored = json!({
        "role": "assistant",
        "parts": [
            {"type": "reasoning", "text": "hm", "origin": {"provider": "anthropic", "kind": "signature", "data": "c2ln"}},
            {"type": "text", "text": "I look."},
            {"type": "image", "media_type": "image/png", "data": "iVBORw=="},
            {"type": "tool_call", "id": "1", "name": "look", "arguments": "{\"at\": 1}"},
            {"type": "tool_result", "call": "1", "name": "look", "text": "seen", "is_error": true},
        ],
    });
    let message = serde_json::from_value::<Message>(stored.clone()).unwrap();
    assert_eq!(serde_json::to_value(&message).unwrap(), stored);
    let usage = serde_json::from_value::<Usage>(json!({"input_tokens": 1, "output_tokens": 2}));
    assert_eq!(usage.unwrap(), Usage::new(1, 2));
}

#[test]
fn an_image_does_not_fill_a_log() {
    let image = Image::new("image/png", vec![0; 1 << 20]);
    assert_eq!(format!("{image:?}"), "Image(image/png, 1048576 bytes)");
}
