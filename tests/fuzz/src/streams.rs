//! What holds for the stream of a reply on every wire.

use fumehood_model::fuzzing::{Told, read_reply};
use fumehood_model::{ModelError, Part, Reply, Wire};
use serde_json::Value;

/// Adds an event with these data.
pub fn event(stream: &mut Vec<u8>, data: &Value) {
    stream.extend_from_slice(format!("data: {data}\r\n\r\n").as_bytes());
}

/// However its bytes are cut into pieces, the reply is the same. It is what was told, and there is no stop
/// sequence in it.
pub fn check(wire: Wire, stream: &[u8], cuts: &[u16]) {
    let stop = ["</code>".to_owned(), "Observation:".to_owned(), "on".to_owned()];
    let whole = read_reply(wire, [stream], &stop);

    let mut cuts = cuts.iter().map(|cut| usize::from(*cut).min(stream.len())).collect::<Vec<_>>();
    cuts.extend([0, stream.len()]);
    cuts.sort_unstable();
    let pieces = cuts.windows(2).map(|cut| &stream[cut[0]..cut[1]]);
    same(&whole, &read_reply(wire, pieces, &stop));
    same(&whole, &read_reply(wire, stream.chunks(1), &stop));

    let (reply, told) = whole;
    let Ok(reply) = reply else { return };
    assert_eq!(reply.text(), told.text);
    let thoughts = reply.parts.iter().filter_map(|part| match part {
        Part::Reasoning(reasoning) => Some(reasoning.text.as_str()),
        _ => None,
    });
    assert_eq!(thoughts.collect::<String>(), told.reasoning);
    let arguments = reply.tool_calls().map(|call| call.arguments.as_str());
    assert_eq!(arguments.collect::<Vec<_>>(), told.arguments);
    let ids = reply.tool_calls().map(|call| &call.id).collect::<std::collections::HashSet<_>>();
    assert_eq!(ids.len(), told.arguments.len(), "two calls have the same id");
    for part in &reply.parts {
        if let Part::Text { text } = part {
            assert!(!text.is_empty());
            assert!(!stop.iter().any(|stop| text.contains(stop)), "{text:?}");
        }
    }
    let stored = serde_json::to_string(&reply).expect("a reply is JSON");
    assert_eq!(serde_json::from_str::<Reply>(&stored).expect("it was written"), reply);
}

type Read = (Result<Reply, ModelError>, Told);

fn same(one: &Read, other: &Read) {
    assert_eq!(format!("{one:?}"), format!("{other:?}"));
}
