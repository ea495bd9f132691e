//! Models around models: retries, pace, routing, recordings.

use std::time::{Duration, Instant};

use fumehood_model::{
    Capabilities, Line, Message, Model, ModelError, Paced, Part, Rates, Reasoning, Recorder,
    Refusal, RefusalKind, Replay, Reply, Request, Retry, Router, Scripted, ToolCall, Usage, Wire,
};

use crate::server::{Answer, Server};
use crate::{ask, hello};

fn cut() -> ModelError {
    ModelError::Cut { received: 4, source: None }
}

fn refused(status: u16, kind: RefusalKind) -> ModelError {
    Refusal::new(status, kind, "no").into()
}

fn quickly<M: Model>(model: M) -> Retry<M> {
    Retry::new(model).with_first_wait(Duration::from_millis(1))
}

#[tokio::test]
async fn what_failed_is_tried_again_and_what_was_told_is_taken_back() {
    let model = Scripted::new([
        Line::from(refused(500, RefusalKind::Other)),
        Line::from("half").failing(cut()),
        Line::from("whole"),
    ]);
    let (reply, told) = ask(&quickly(model), &hello()).await;
    assert_eq!(reply.unwrap().text(), "whole");
    let expected = [
        "restarted: the model's server answered 500: no",
        r#"text "half""#,
        "restarted: the model's reply was cut off after 4 bytes of text",
        r#"text "whole""#,
    ];
    assert_eq!(told, expected);
}

#[tokio::test]
async fn after_the_last_retry_the_error_is_the_result() {
    let model = std::sync::Arc::new(Scripted::from_fn(|_| Line::from(cut())));
    let retry = quickly(std::sync::Arc::clone(&model)).with_retries(2);
    let error = ask(&retry, &hello()).await.0.unwrap_err();
    assert!(matches!(error, ModelError::Cut { .. }), "{error:?}");
    assert_eq!(model.requests().len(), 3);
}

#[tokio::test]
async fn what_will_not_pass_is_not_tried_again() {
    for error in [
        refused(401, RefusalKind::Authentication),
        refused(429, RefusalKind::Quota),
        ModelError::Protocol("x".to_owned()),
    ] {
        let model = quickly(Scripted::new([Line::from(error), Line::from("never said")]));
        ask(&model, &hello()).await.0.unwrap_err();
    }
}

#[tokio::test]
async fn a_server_that_has_too_much_to_do_is_asked_when_it_wants_to_be() {
    // Within a test nobody waits for the next second, so the date is that of the answer.
    let date = "Sun, 06 Nov 1994 08:49:37 GMT";
    for (header, value, least) in
        [("retry-after-ms", "30", 30), ("retry-after", "0.03", 30), ("retry-after", date, 0)]
    {
        let busy = Answer::refusal("429 Too Many Requests", "").header(header, value);
        let busy = busy.header("date", date);
        let cut = Answer::events([r#"{"choices": [{"delta": {"content": "ha"}}]}"#]);
        let server = Server::start([busy, cut, Answer::text("whole")]).await;
        let began = Instant::now();
        let (reply, told) = ask(&quickly(server.model(Wire::OpenAi)), &hello()).await;
        assert_eq!(reply.unwrap().text(), "whole");
        assert!(began.elapsed() >= Duration::from_millis(least));
        assert_eq!(told.iter().filter(|line| line.starts_with("restarted")).count(), 2);
        assert_eq!(server.asked().len(), 3);
    }
}

#[tokio::test]
async fn requests_wait_until_the_provider_allows_them() {
    let rates = Rates::default().with_requests_per_minute(1200);
    let model = Paced::new(Scripted::from_fn(|_| Line::from("ok")), rates);
    let began = Instant::now();
    // 120 can come at once, and the others do at 1081 a minute.
    for _ in 0..124 {
        ask(&model, &hello()).await.0.unwrap();
    }
    let least = Duration::from_secs_f64(4.0 * 60.0 / 1081.0);
    assert!(began.elapsed() >= least, "{:?}", began.elapsed());
}

#[tokio::test]
async fn tokens_are_counted_by_what_replies_did_cost() {
    let rates = Rates::default().with_tokens_per_minute(600_000);
    let expensive = Reply::saying("ok").with_usage(Usage::new(60_000, 1_000));
    let model = Paced::new(Scripted::from_fn(move |_| Line::from(expensive.clone())), rates);
    let began = Instant::now();
    ask(&model, &hello()).await.0.unwrap();
    ask(&model, &hello()).await.0.unwrap();
    // 61000 were taken out of 60000, and what the next one is taken for is not there either.
    let least = Duration::from_secs_f64((1_000.0 + 1_000.0) * 60.0 / 540_001.0);
    assert!(began.elapsed() >= least, "{:?}", began.elapsed());
}

#[tokio::test]
async fn models_in_order_are_asked_until_one_replies() {
    let router = Router::in_order(Scripted::new([Line::from("half").failing(cut())]))
        .with(Scripted::new([refused(402, RefusalKind::Quota)]))
        .with(Scripted::new(["whole"]));
    let (reply, told) = ask(&router, &hello()).await;
    assert_eq!(reply.unwrap().text(), "whole");
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told[1].starts_with("restarted") && told[2].starts_with("restarted"), "{told:?}");
}

#[tokio::test]
async fn models_in_turn_share_the_requests() {
    let say = |text: &'static str| Scripted::from_fn(move |_| Line::from(text));
    let router = Router::in_turn(say("a")).with(say("b")).with(say("c"));
    let mut said = String::new();
    for _ in 0..7 {
        said.push_str(&ask(&router, &hello()).await.0.unwrap().text());
    }
    assert_eq!(said, "abcabca");
}

#[tokio::test]
async fn in_turn_too_another_model_helps_out() {
    let fails = Scripted::from_fn(|_| Line::from(cut()));
    let router = Router::in_turn(fails).with(Scripted::from_fn(|_| Line::from("ok")));
    for _ in 0..4 {
        assert_eq!(ask(&router, &hello()).await.0.unwrap().text(), "ok");
    }
}

#[tokio::test]
async fn when_no_model_replies_all_say_why() {
    let first = Scripted::new([refused(402, RefusalKind::Quota)]);
    let busy = Refusal::new(429, RefusalKind::RateLimited, "slowly");
    let busy = busy.with_retry_after(Duration::from_secs(7));
    let router = Router::in_order(first).with(Scripted::new([ModelError::from(busy)]));
    let (reply, told) = ask(&router, &hello()).await;
    let error = reply.unwrap_err();
    assert_eq!(
        error.to_string(),
        "no model has a reply (scripted:scripted: the model's server answered 402 (the account has \
         used up what it may use): no; scripted:scripted: the model's server answered 429 (too many \
         requests or tokens; it asks to wait 7s): slowly)"
    );
    assert!(error.is_transient());
    assert_eq!(error.retry_after(), Some(Duration::from_secs(7)));
    assert_eq!(told.len(), 1, "nothing begins anew after the last: {told:?}");
}

#[tokio::test]
async fn what_is_refused_for_its_content_is_not_shown_to_another_model() {
    let never = || Scripted::new(["never said"]);
    for error in [
        refused(400, RefusalKind::ContentFilter),
        refused(400, RefusalKind::Other),
        ModelError::Script("the end".to_owned()),
    ] {
        let shown = error.to_string();
        let router = Router::in_order(Scripted::new([error])).with(never());
        assert_eq!(ask(&router, &hello()).await.0.unwrap_err().to_string(), shown);
    }
    let rule = |error: &ModelError| matches!(error, ModelError::Timeout { .. });
    let router = Router::in_order(Scripted::new([cut()])).with(never()).falling_over_when(rule);
    assert!(matches!(ask(&router, &hello()).await.0, Err(ModelError::Cut { .. })));
}

#[tokio::test]
async fn a_router_can_do_what_all_of_its_models_can() {
    let server = Server::start([Answer::text("")]).await;
    let mut blind = Capabilities::default();
    blind.images = false;
    let blind = server.model(Wire::OpenAi).with_capabilities(blind);
    let router = Router::in_order(Scripted::new(["a"])).with(blind);
    let description = router.description();
    assert!(!description.capabilities.images && description.capabilities.tools);
    assert!(description.id.starts_with("scripted:scripted, 127.0.0.1"), "{}", description.id);
}

/// A reply with everything in it that a reply can have.
fn rich() -> Reply {
    let arguments = fumehood_model::Arguments::new(r#"{"city": "Oslo"}"#);
    let call = ToolCall { id: "1".to_owned(), name: "weather".to_owned(), arguments };
    let thought = Reasoning { text: "Grüße".to_owned(), origin: None };
    Reply::new([Part::Reasoning(thought), Part::text("I look."), Part::ToolCall(call)])
        .with_usage(Usage::new(3, 4))
}

#[tokio::test]
async fn what_was_recorded_is_said_again_to_the_same_request() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("replies.jsonl");
    let (first, second) = (hello(), hello().with_stop(["x"]));
    let recorder =
        Recorder::create(Scripted::new([Line::from(rich()), Line::from("second")]), &path).unwrap();
    let recorded = ask(&recorder, &first).await;
    ask(&recorder, &second).await.0.unwrap();

    let replay = Replay::open(&path).unwrap();
    assert_eq!(ask(&replay, &second).await.0.unwrap().text(), "second", "in any order");
    let (reply, told) = ask(&replay, &first).await;
    assert_eq!((reply.unwrap(), told), (recorded.0.unwrap(), recorded.1));
    let error = ask(&replay, &first).await.0.unwrap_err().to_string();
    assert!(error.ends_with("it has 2 replies, and one more is needed"), "{error}");
}

#[tokio::test]
async fn another_request_is_told_in_what_it_differs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("replies.jsonl");
    let recorder = Recorder::create(Scripted::new(["ok"]), &path).unwrap();
    let recorded = Request::new([Message::system("Be brief."), Message::user("Hello")]);
    ask(&recorder, &recorded).await.0.unwrap();
    for (request, difference) in [
        (
            Request::new([Message::system("Be brief."), Message::user("Hallo")]),
            r#"message 2, which begins with "Hallo", was not recorded"#,
        ),
        (Request::new([Message::system("Be brief.")]), "2 messages were recorded"),
        (recorded.clone().with_stop(["x"]), "the messages are the same, and something else is not"),
    ] {
        let replay = Replay::open(&path).unwrap();
        let error = ask(&replay, &request).await.0.unwrap_err().to_string();
        assert!(error.ends_with(&format!("another one: {difference}")), "{error}");
        let replay = Replay::open(&path).unwrap().in_order();
        assert_eq!(ask(&replay, &request).await.0.unwrap().text(), "ok");
    }
}

#[tokio::test]
async fn only_its_owner_can_read_a_recording() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("replies.jsonl");
    Recorder::create(Scripted::new(["ok"]), &path).unwrap();
    let mode = std::fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn replies_written_by_hand_are_said_in_their_order_and_end_at_stop_sequences() {
    let text = "{\"content\": \"1</code>\", \"input_tokens\": 7, \"output_tokens\": 3}\n{\"content\": \"2\"}\n";
    let replay = Replay::from_text(text).unwrap();
    let (reply, told) = ask(&replay, &hello().with_stop(["</code>"])).await;
    let reply = reply.unwrap();
    assert_eq!((reply.text().as_str(), reply.usage), ("1", Some(Usage::new(7, 3))));
    assert_eq!(told, [r#"text "1""#, "usage 7 3"]);
    assert_eq!(ask(&replay, &hello()).await.0.unwrap().text(), "2");
    let error = ask(&replay, &hello()).await.0.unwrap_err().to_string();
    assert!(error.ends_with("it has 2 replies, and one more is needed"), "{error}");
}

#[tokio::test]
async fn a_script_tells_its_reply_in_pieces() {
    let model = Scripted::new([Line::from(rich()).in_pieces(4)]);
    let (_, told) = ask(&model, &hello()).await;
    let expected = [
        r#"reasoning "Grüß""#,
        r#"reasoning "e""#,
        r#"text "I lo""#,
        r#"text "ok.""#,
        r#"call 0 1 weather "{\"ci""#,
        r#"call 0 1 weather "ty\":""#,
        r#"call 0 1 weather " \"Os""#,
        r#"call 0 1 weather "lo\"}""#,
        "usage 3 4",
    ];
    assert_eq!(told, expected);
    let error = ask(&model, &hello()).await.0.unwrap_err();
    assert_eq!(error.to_string(), "the script has come to its end");
}

#[tokio::test]
async fn dropping_a_request_that_waits_gives_up_its_place() {
    let rates = Rates::default().with_requests_per_minute(1);
    let model = Paced::new(Scripted::from_fn(|_| Line::from("ok").after(Duration::ZERO)), rates);
    ask(&model, &hello()).await.0.unwrap();
    let request = hello();
    for _ in 0..100 {
        let waiting = model.generate(&request, &|_| ());
        assert!(tokio::time::timeout(Duration::from_millis(1), waiting).await.is_err());
    }
    assert!(format!("{model:?}").contains("level: 0."), "nobody waits any more: {model:?}");
}
