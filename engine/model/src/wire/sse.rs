//! Server-sent events, as far as models' servers use them: the data of each event.

use crate::error::ModelError;

/// Takes the bytes of a stream in any pieces, and gives the data of each complete event.
///
/// Lines end with CR, LF or both. Comments, and the fields `event`, `id` and `retry`, say nothing that the
/// data does not. No byte is looked at twice, however small the pieces are.
pub(crate) struct Events {
    limit: usize,
    line: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
    /// The last byte was a CR: an LF after it belongs to the same end of a line.
    after_return: bool,
    /// No line is complete yet; the first may begin with a byte order mark.
    first: bool,
}

impl Events {
    /// No event is longer than `limit` bytes.
    pub(crate) fn new(limit: usize) -> Events {
        Events {
            limit,
            line: Vec::new(),
            data: Vec::new(),
            has_data: false,
            after_return: false,
            first: true,
        }
    }

    /// Takes the next bytes, and calls `event` with the data of each event that they complete.
    pub(crate) fn push(
        &mut self,
        bytes: &[u8],
        mut event: impl FnMut(&str) -> Result<(), ModelError>,
    ) -> Result<(), ModelError> {
        let mut rest = bytes;
        while !rest.is_empty() {
            if std::mem::take(&mut self.after_return) {
                rest = rest.strip_prefix(b"\n").unwrap_or(rest);
            }
            let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let (text, after) = rest.split_at(length.unwrap_or(rest.len()));
            if text.len() + self.line.len() + self.data.len() > self.limit {
                return Err(ModelError::TooMuch { what: "bytes in an event", limit: self.limit });
            }
            self.line.extend_from_slice(text);
            let Some((end, after)) = after.split_first() else { break };
            self.after_return = *end == b'\r';
            rest = after;
            self.end_of_line(&mut event)?;
        }
        Ok(())
    }

    /// Takes the end of the stream. A last event without an empty line after it counts: servers that are
    /// done are not all careful.
    pub(crate) fn end(
        &mut self,
        mut event: impl FnMut(&str) -> Result<(), ModelError>,
    ) -> Result<(), ModelError> {
        if !self.line.is_empty() {
            self.end_of_line(&mut event)?;
        }
        self.end_of_line(&mut event)
    }

    fn end_of_line(
        &mut self,
        event: &mut impl FnMut(&str) -> Result<(), ModelError>,
    ) -> Result<(), ModelError> {
        let mut line = self.line.as_slice();
        if std::mem::take(&mut self.first) {
            line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        }
        if line.is_empty() {
            if std::mem::take(&mut self.has_data) {
                event(&String::from_utf8_lossy(&self.data))?;
                self.data.clear();
            }
        } else if let Some(data) = line.strip_prefix(b"data").filter(|rest| is_value(rest)) {
            if std::mem::replace(&mut self.has_data, true) {
                self.data.push(b'\n');
            }
            let data = data.strip_prefix(b":").unwrap_or(data);
            self.data.extend_from_slice(data.strip_prefix(b" ").unwrap_or(data));
        }
        self.line.clear();
        Ok(())
    }
}

/// Whether this can follow the name of a field.
fn is_value(rest: &[u8]) -> bool {
    rest.is_empty() || rest.starts_with(b":")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn events(stream: &[u8], size: usize, limit: usize) -> Result<Vec<String>, ModelError> {
        let mut events = Events::new(limit);
        let mut found = Vec::new();
        let mut collect = |data: &str| {
            found.push(data.to_owned());
            Ok(())
        };
        for piece in stream.chunks(size) {
            events.push(piece, &mut collect)?;
        }
        events.end(&mut collect)?;
        Ok(found)
    }

    #[track_caller]
    fn check(stream: &str, expected: &[&str]) {
        for size in 1..=stream.len() {
            let found = events(stream.as_bytes(), size, 1000).unwrap();
            assert_eq!(found, expected, "in pieces of {size} bytes");
        }
    }

    #[test]
    fn pieces_of_any_size_give_the_same_events() {
        check(
            ": hello\r\ndata: {\"a\": \"é\"}\r\n\r\nevent: x\ndata: one\ndata:two\n\ndata: [DONE]\n\n",
            &["{\"a\": \"é\"}", "one\ntwo", "[DONE]"],
        );
    }

    #[test]
    fn lines_end_in_any_of_three_ways() {
        check("data: a\n\ndata: b\r\n\r\ndata: c\r\rdata: d\n\r\n", &["a", "b", "c", "d"]);
    }

    #[test]
    fn what_is_not_data_is_passed_over() {
        check(
            "\u{feff}data: a\n\n: ping\n\nid: 7\nretry: 3\n\ndatabase: x\n\nevent: e\n\n",
            &["a"],
        );
    }

    #[test]
    fn an_event_can_be_empty_and_the_last_one_unfinished() {
        check("data\n\ndata:\n\ndata: last", &["", "", "last"]);
    }

    #[test]
    fn an_event_that_is_too_long_is_refused_as_it_comes() {
        for stream in ["data: ".to_owned() + &"x".repeat(100), "data: xxxxxxxxx\n".repeat(10)] {
            let refused = events(stream.as_bytes(), 7, 60);
            assert!(matches!(refused, Err(ModelError::TooMuch { limit: 60, .. })), "{refused:?}");
        }
        let short = "data: 12345\n\n".repeat(100);
        assert_eq!(events(short.as_bytes(), 7, 60).unwrap().len(), 100);
    }

    proptest! {
        #[test]
        fn any_bytes_in_any_pieces_give_the_same_events(
            stream in proptest::collection::vec(
                prop_oneof![Just(b'\n'), Just(b'\r'), Just(b'd'), Just(b':'), any::<u8>()], 0..200),
            size in 1usize..20,
        ) {
            let whole = events(&stream, stream.len().max(1), 1000).unwrap();
            prop_assert_eq!(events(&stream, size, 1000).unwrap(), whole);
        }
    }
}
