//! What is traced of requests. A program of its own: who listens is decided for all of its threads.

#[path = "model/server.rs"]
#[expect(dead_code, reason = "the other tests do more with it")]
mod server;

use std::fmt::{Debug, Write as _};
use std::sync::{Arc, Mutex};

use fumehood_model::{Message, Model, ModelError, Request, Traced, Wire};
use tracing::field::{Field, Visit};
use tracing::span;

use crate::server::{Answer, Server};

const KEY: &str = "sk-S3cr3t7890123456";

/// Writes down all that is traced.
#[derive(Clone, Default)]
struct Notes(Arc<Mutex<String>>);

impl Visit for Notes {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        writeln!(self.0.lock().unwrap(), "{field} = {value:?}").unwrap();
    }
}

impl tracing::Subscriber for Notes {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        attributes.record(&mut self.clone());
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn what_is_traced_has_neither_the_key_nor_what_was_said() {
    let notes = Notes::default();
    tracing::subscriber::set_global_default(notes.clone()).unwrap();
    let whole = r#"{"choices": [{"delta": {"content": "Private answer"}, "finish_reason": "stop"}], "model": "m-1", "usage": {"prompt_tokens": 7, "completion_tokens": 3}}"#;
    let server = Server::start([Answer::events([whole]), Answer::refusal("401 No", KEY)]).await;
    let model = Traced::new(server.model(Wire::OpenAi).with_key(KEY).unwrap());
    let request = Request::new([Message::user("Private question")]);
    model.generate(&request, &|_| ()).await.unwrap();
    let error = model.generate(&request, &|_| ()).await.unwrap_err();
    assert!(matches!(error, ModelError::Refused(_)));
    let notes = notes.0.lock().unwrap();
    for line in [
        r#"gen_ai.request.model = "some-model""#,
        "gen_ai.usage.input_tokens = 7",
        r#"gen_ai.response.model = "m-1""#,
        r#"gen_ai.response.finish_reasons = "[\"stop\"]""#,
        "llm.token_count.total = 10",
        r#"error.type = "401""#,
        r#"otel.status_description = "the model's server answered 401"#,
    ] {
        assert!(notes.contains(line), "{line} is not in {notes}");
    }
    for hidden in ["S3cr3t", "Private"] {
        assert!(!notes.contains(hidden), "{hidden} is in {notes}");
    }
}
