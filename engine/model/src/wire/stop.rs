//! Where a text ends, if it may not contain any of some sequences.

/// Lets a text pass as it comes, in any pieces, up to the first stop sequence in it.
///
/// What could be the beginning of a sequence is held back until it is known not to be one. The sequence that
/// is complete first counts, as it would for a model that writes one letter after the other; so the pieces in
/// which the text comes make no difference.
pub(crate) struct Stops {
    sequences: Vec<String>,
    held: String,
    stopped: bool,
}

impl Stops {
    /// Stops at any of the sequences. Empty ones, which are everywhere, are left out.
    pub(crate) fn new(sequences: &[String]) -> Stops {
        let sequences = sequences.iter().filter(|sequence| !sequence.is_empty()).cloned().collect();
        Stops { sequences, held: String::new(), stopped: false }
    }

    /// Whether a sequence came; then nothing passes any more.
    pub(crate) fn stopped(&self) -> bool {
        self.stopped
    }

    /// Takes more of the text; returns what passes.
    pub(crate) fn push(&mut self, text: &str) -> String {
        if self.stopped {
            return String::new();
        }
        self.held.push_str(text);
        let found = self.sequences.iter().filter_map(|sequence| {
            let start = self.held.find(sequence.as_str())?;
            Some((start + sequence.len(), start))
        });
        if let Some((_, start)) = found.min() {
            self.stopped = true;
            self.held.truncate(start);
            return std::mem::take(&mut self.held);
        }
        let begun = self.sequences.iter().map(|sequence| begun(&self.held, sequence)).max();
        let held = self.held.split_off(self.held.len() - begun.unwrap_or(0));
        std::mem::replace(&mut self.held, held)
    }

    /// Takes the end of the text; returns what was held back and passes after all.
    pub(crate) fn end(&mut self) -> String {
        std::mem::take(&mut self.held)
    }
}

/// How many bytes at the end of a text are the beginning of a sequence.
pub(super) fn begun(text: &str, sequence: &str) -> usize {
    let lengths = sequence.char_indices().map(|(length, _)| length);
    lengths.rev().find(|length| text.ends_with(&sequence[..*length])).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What passes of pieces of a text, piece by piece.
    fn passes(pieces: &[&str], sequences: &[&str]) -> Vec<String> {
        let sequences = sequences.iter().map(|sequence| (*sequence).to_owned()).collect::<Vec<_>>();
        let mut stops = Stops::new(&sequences);
        let mut passed = pieces.iter().map(|piece| stops.push(piece)).collect::<Vec<_>>();
        passed.push(stops.end());
        passed
    }

    #[test]
    fn a_sequence_is_found_though_it_comes_in_parts() {
        assert_eq!(passes(&["1</co", "de> 2", "3"], &["</code>"]), ["1", "", "", ""]);
        assert_eq!(passes(&["1</co", "mment>"], &["</code>"]), ["1", "</comment>", ""]);
        assert_eq!(passes(&["1</co"], &["</code>"]), ["1", "</co"]);
    }

    #[test]
    fn the_sequence_that_is_complete_first_counts() {
        assert_eq!(passes(&["xabc"], &["abc", "b"]).concat(), "xa");
        assert_eq!(passes(&["xa", "b", "c"], &["abc", "b"]).concat(), "xa");
        assert_eq!(passes(&["xab"], &["ab", "b"]).concat(), "x");
    }

    #[test]
    fn no_sequences_and_empty_ones_let_everything_pass() {
        assert_eq!(passes(&["a", "b"], &[]), ["a", "b", ""]);
        assert_eq!(passes(&["a", "b"], &[""]), ["a", "b", ""]);
    }

    /// One letter after the other, and a look at everything so far after each.
    fn slowly(text: &str, sequences: &[String]) -> String {
        let mut so_far = String::new();
        for letter in text.chars() {
            so_far.push(letter);
            let ends = sequences.iter().filter(|sequence| so_far.ends_with(sequence.as_str()));
            if let Some(length) = ends.map(|sequence| sequence.len()).max() {
                so_far.truncate(so_far.len() - length);
                return so_far;
            }
        }
        so_far
    }

    proptest! {
        #[test]
        fn pieces_make_no_difference(
            pieces in proptest::collection::vec("[abé]{0,4}", 0..12),
            sequences in proptest::collection::vec("[abé]{1,4}", 0..4),
        ) {
            let mut stops = Stops::new(&sequences);
            let mut passed = pieces.iter().map(|piece| stops.push(piece)).collect::<String>();
            passed.push_str(&stops.end());
            prop_assert_eq!(passed, slowly(&pieces.concat(), &sequences));
        }
    }
}
