//! Server-sent events, as far as chat completions use them: the data of each event.

/// No event is longer, in bytes.
const EVENT_BYTES: usize = 16 << 20;

/// Takes the bytes of a stream in any pieces, and gives the data of each complete event.
#[derive(Default)]
pub(crate) struct Events {
    buffer: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
}

/// The stream is not one of events.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLong;

impl Events {
    /// Adds bytes; returns the data of the events that they complete.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<Vec<String>, TooLong> {
        self.buffer.extend_from_slice(bytes);
        let mut complete = Vec::new();
        let mut start = 0;
        while let Some(length) = self.buffer[start..].iter().position(|byte| *byte == b'\n') {
            let line = &self.buffer[start..start + length];
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            start += length + 1;
            if line.is_empty() {
                if std::mem::take(&mut self.has_data) {
                    let data = std::mem::take(&mut self.data);
                    complete.push(String::from_utf8_lossy(&data).into_owned());
                }
            } else if let Some(data) = line.strip_prefix(b"data:") {
                if std::mem::replace(&mut self.has_data, true) {
                    self.data.push(b'\n');
                }
                self.data.extend_from_slice(data.strip_prefix(b" ").unwrap_or(data));
            }
            // Comments, and the fields `event`, `id` and `retry`, say nothing that is needed.
        }
        self.buffer.drain(..start);
        if self.buffer.len() + self.data.len() > EVENT_BYTES {
            return Err(TooLong);
        }
        Ok(complete)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &str =
        ": hello\r\ndata: {\"a\": \"é\"}\r\n\r\nevent: x\ndata: one\ndata:two\n\ndata: [DONE]\n\n";

    #[test]
    fn pieces_of_any_size_give_the_same_events() {
        for size in 1..STREAM.len() {
            let mut events = Events::default();
            let found =
                STREAM.as_bytes().chunks(size).flat_map(|piece| events.push(piece).unwrap());
            let found = found.collect::<Vec<_>>();
            assert_eq!(found, ["{\"a\": \"é\"}", "one\ntwo", "[DONE]"], "pieces of {size} bytes");
        }
    }

    #[test]
    fn a_stream_without_lines_does_not_grow_without_end() {
        let mut events = Events::default();
        let piece = vec![b'x'; 1 << 20];
        assert!((0..32).any(|_| events.push(&piece) == Err(TooLong)));
    }
}
