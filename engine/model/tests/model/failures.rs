//! What goes wrong on the way, and how it is told.

use std::time::Duration;

use fumehood_model::{ModelError, RefusalKind, ReplyLimits, Timeouts, Wire};

use crate::server::{Answer, SHORT, Server};
use crate::{ask, hello};

#[tokio::test]
async fn a_server_that_is_not_there_cannot_be_reached() {
    // Nobody listens at the first port.
    let nobody = "http://127.0.0.1:1/v1";
    let model = fumehood_model::ApiModel::at(Wire::OpenAi, nobody, "m").unwrap();
    let error = ask(&model, &hello()).await.0.unwrap_err();
    assert!(matches!(error, ModelError::Connection(_)), "{error:?}");
    assert!(error.is_transient());
}

#[tokio::test]
async fn a_refusal_says_its_kind_and_when_to_come_back() {
    let body = r#"{"error": {"message": "Slow down.", "type": "rate_limit_exceeded"}}"#;
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    for (header, value) in [("retry-after", "30"), ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")]
    {
        let answer = Answer::refusal("429 Too Many Requests", body).header("date", date);
        let server = Server::start([answer.header(header, value)]).await;
        for wire in [Wire::OpenAi, Wire::Anthropic, Wire::Gemini] {
            let error = ask(&server.model(wire), &hello()).await.0.unwrap_err();
            assert_eq!(error.retry_after(), Some(Duration::from_secs(30)));
            let refusal = error.refusal().unwrap();
            assert_eq!((refusal.status, refusal.kind), (429, RefusalKind::RateLimited));
            assert_eq!(refusal.body, body);
            assert_eq!(
                error.to_string(),
                "the model's server answered 429 (too many requests or tokens; it asks to wait \
                 30s): Slow down."
            );
        }
    }
}

#[tokio::test]
async fn a_refusal_without_a_body_or_with_one_that_breaks_off_is_one_all_the_same() {
    for answer in [
        Answer::refusal("401 Unauthorized", ""),
        Answer::refusal("401 Unauthorized", "you").then_breaks(),
    ] {
        let server = Server::start([answer]).await;
        let error = ask(&server.model(Wire::OpenAi), &hello()).await.0.unwrap_err();
        assert_eq!(error.refusal().unwrap().kind, RefusalKind::Authentication, "{error}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let answer = Answer::refusal("307 Temporary Redirect", "").header("location", "/elsewhere");
    let server = Server::start([answer]).await;
    let error = ask(&server.model(Wire::OpenAi), &hello()).await.0.unwrap_err();
    assert_eq!(error.refusal().unwrap().status, 307);
    assert_eq!(server.asked().len(), 1);
}

#[tokio::test]
async fn a_connection_that_breaks_in_the_middle_of_a_reply_cuts_it() {
    let half = r#"{"choices": [{"delta": {"content": "half a"}}]}"#;
    let server = Server::start([Answer::events([half]).then_breaks()]).await;
    let (reply, told) = ask(&server.model(Wire::OpenAi), &hello()).await;
    let error = reply.unwrap_err();
    assert!(matches!(error, ModelError::Cut { received: 6, source: Some(_) }), "{error:?}");
    assert!(error.is_transient());
    assert_eq!(told, [r#"text "half a""#]);
}

#[tokio::test]
async fn a_connection_that_breaks_after_a_reply_does_not_take_it_back() {
    let whole = r#"{"choices": [{"delta": {"content": "whole"}, "finish_reason": "stop"}]}"#;
    let server = Server::start([Answer::events([whole]).then_breaks()]).await;
    let reply = ask(&server.model(Wire::OpenAi), &hello()).await.0.unwrap();
    assert_eq!((reply.text().as_str(), reply.usage), ("whole", None));
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up() {
    let half = r#"{"choices": [{"delta": {"content": "half a"}}]}"#;
    for answer in [Answer::events([half]), Answer::events([])] {
        let server = Server::start([answer.then_is_silent()]).await;
        let timeouts = Timeouts::default().with_idle(SHORT);
        let model = server.model(Wire::OpenAi).with_timeouts(timeouts).unwrap();
        let error = ask(&model, &hello()).await.0.unwrap_err();
        let silent = matches!(error, ModelError::Timeout { waited: SHORT, total: false });
        assert!(silent && error.is_transient(), "{error:?}");
    }
    let server = Server::start([Answer::refusal("500 Oh", "oh").then_is_silent()]).await;
    let timeouts = Timeouts::default().with_idle(SHORT);
    let model = server.model(Wire::OpenAi).with_timeouts(timeouts).unwrap();
    let error = ask(&model, &hello()).await.0.unwrap_err();
    assert_eq!(error.refusal().unwrap().message, "oh", "it has said enough");
}

#[tokio::test]
async fn a_server_that_falls_silent_after_a_reply_does_not_take_it_back() {
    let whole = r#"{"choices": [{"delta": {"content": "whole"}, "finish_reason": "stop"}]}"#;
    let server = Server::start([Answer::events([whole]).then_is_silent()]).await;
    let timeouts = Timeouts::default().with_idle(SHORT);
    let model = server.model(Wire::OpenAi).with_timeouts(timeouts).unwrap();
    assert_eq!(ask(&model, &hello()).await.0.unwrap().text(), "whole");
}

#[tokio::test]
async fn a_reply_that_never_ends_is_given_up() {
    let drip = ": and so on\n".repeat(1 << 20);
    let server = Server::start([Answer::ok(drip).in_pieces(1)]).await;
    let timeouts = Timeouts::default().with_total(SHORT);
    let model = server.model(Wire::OpenAi).with_timeouts(timeouts).unwrap();
    let error = ask(&model, &hello()).await.0.unwrap_err();
    assert!(matches!(error, ModelError::Timeout { waited: SHORT, total: true }), "{error:?}");
}

#[tokio::test]
async fn no_more_is_taken_of_a_reply_than_its_limits() {
    let mut limits = ReplyLimits::default();
    (limits.event_bytes, limits.reply_bytes, limits.tool_calls) = (1000, 10_000, 2);
    let call = |index| {
        format!(r#"{{"choices": [{{"delta": {{"tool_calls": [{{"index": {index}}}]}}}}]}}"#)
    };
    let calls = (0..3).map(call).collect::<Vec<_>>();
    let event = format!("data: {}", "x".repeat(1001));
    for (body, what) in [
        (event.clone().into_bytes(), "1000 bytes in an event"),
        ("data: xxxxxx\n".repeat(200).into_bytes(), "1000 bytes in an event"),
        (": and so on\n".repeat(1000).into_bytes(), "10000 bytes"),
        ([b"{".to_vec(), vec![b' '; 1000]].concat(), "1000 bytes in one piece"),
    ] {
        let server = Server::start([Answer::ok(body)]).await;
        let model = server.model(Wire::OpenAi).with_limits(limits);
        let error = ask(&model, &hello()).await.0.unwrap_err().to_string();
        assert_eq!(error, format!("the model's server sent more than {what}"));
    }
    let server = Server::start([Answer::events(calls.iter().map(String::as_str))]).await;
    let model = server.model(Wire::OpenAi).with_limits(limits);
    let error = ask(&model, &hello()).await.0.unwrap_err().to_string();
    assert_eq!(error, "the model's server sent more than 2 tool calls");
}

#[tokio::test]
async fn nesting_without_end_is_no_reply() {
    let deep = "[".repeat(200_000);
    for (wire, body) in [
        (Wire::OpenAi, format!(r#"data: {{"choices": {deep}"#)),
        (Wire::OpenAi, format!(r#"{{"choices": {deep}"#)),
        (Wire::OpenAi, format!(r#"data: {{"choices": [{{"delta": {{"content": {deep}"#)),
        (Wire::Anthropic, format!(r#"data: {{"type": "x", "y": {deep}"#)),
        (Wire::Gemini, format!(r#"data: {{"candidates": {deep}"#)),
    ] {
        let server = Server::start([Answer::ok(body)]).await;
        let error = ask(&server.model(wire), &hello()).await.0.unwrap_err();
        assert!(matches!(error, ModelError::Protocol(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_encoded_unasked_is_no_reply() {
    let server = Server::start([Answer::ok([0x1f, 0x8b]).header("content-encoding", "gzip")]).await;
    let error = ask(&server.model(Wire::OpenAi), &hello()).await.0.unwrap_err().to_string();
    assert!(error.ends_with(r#"a body encoded with "gzip", unasked"#), "{error}");
}

#[tokio::test]
async fn dropping_the_future_closes_the_connection() {
    let half = r#"{"choices": [{"delta": {"content": "half a"}}]}"#;
    let server = Server::start([Answer::events([half]).then_is_silent()]).await;
    let model = server.model(Wire::OpenAi);
    let request = hello();
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let listener = move |_: fumehood_model::Delta<'_>| tell.send(()).unwrap();
    tokio::select! {
        reply = fumehood_model::Model::generate(&model, &request, &listener) => panic!("{reply:?}"),
        _ = told.recv() => {}
    }
    server.everybody_has_gone().await;
}
