//! JSON text from the guest: values of steps and final answers become part of a line of JSON.
#![no_main]

use fumehood::fuzzing::{checked_json, nesting_of};
use fumehood_fuzz::depth;
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use serde_json::value::RawValue;

fuzz_target!(|input: (u8, &str)| {
    let (limit, text) = input;
    let limit = u32::from(limit);
    let nesting = nesting_of(text);
    if let Ok(value) = serde_json::from_str::<Value>(text) {
        // Of fields of the same name the last is in the value.
        assert!(nesting >= depth(&value));
        assert_eq!(nesting_of(&value.to_string()), depth(&value));
    }
    let parsed = serde_json::from_str::<&RawValue>(text);
    match checked_json(text.to_owned(), limit) {
        Some(raw) => {
            assert_eq!(raw.get(), parsed.unwrap().get());
            assert!(nesting <= limit);
            let line = format!(r#"{{"before":1,"value":{raw},"after":2}}"#);
            assert_eq!(line.lines().count(), 1);
            let line = serde_json::from_str::<serde_json::Map<String, Value>>(&line);
            // The grammar allows numbers and surrogates that a value cannot have.
            assert!(line.is_err() || line.unwrap().keys().eq(["before", "value", "after"]));
        }
        None => assert!(parsed.is_err() || nesting > limit || text.contains(['\n', '\r'])),
    }
});
