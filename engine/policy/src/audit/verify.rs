//! Whether a log still is what was written.

use std::io::{self, BufRead as _, BufReader, Read};

use super::chain::{LINE_BYTES, Line, Link, Torn, hexadecimal};

/// What is wrong with a log. Lines are counted as an editor counts them, from 1.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// A line is not what was written.
    #[error("line {line} {what}")]
    Changed {
        /// The line.
        line: u64,
        /// What is wrong with it.
        what: String,
    },
    /// A line says that it is another one.
    #[error(
        "line {line} says that it is number {found}, and number {expected} would be next: {}",
        moved(*found, *expected)
    )]
    Moved {
        /// The line.
        line: u64,
        /// The number it should have.
        expected: u64,
        /// The number it has.
        found: u64,
    },
    /// A line does not follow the one before it: one of the two is of another log, or was made anew.
    #[error(
        "line {line} does not follow the line before it: one of the two was put in the place of another, or the log \
         was made anew up to there"
    )]
    Unlinked {
        /// The line.
        line: u64,
    },
    /// The last line was not finished.
    #[error(
        "line {line}, the last, was cut after {bytes} bytes: the process has ended while it was writing it, or \
         somebody has cut the file. The lines before it are whole"
    )]
    Torn {
        /// The line.
        line: u64,
        /// What there is of it.
        bytes: u64,
    },
    /// The head that was expected is not there.
    #[error(
        "no line has the expected hash: the log was cut before it, or made anew. It has {lines} lines that hang \
         together, and its head is {head}"
    )]
    OtherHead {
        /// How many lines there are.
        lines: u64,
        /// The hash of the last.
        head: String,
    },
    /// There is nothing in it.
    #[error("it is empty: what was in it, if anything was, is gone")]
    Empty,
    /// It cannot be read.
    #[error("it cannot be read")]
    Io(#[from] io::Error),
}

fn moved(found: u64, expected: u64) -> String {
    match found.checked_sub(expected) {
        Some(1) => "a line before it is missing".to_owned(),
        Some(missing) => format!("{missing} lines before it are missing"),
        None => "it was put there, or lines were swapped".to_owned(),
    }
}

impl PartialEq for Damage {
    fn eq(&self, other: &Damage) -> bool {
        self.line() == other.line() && self.to_string() == other.to_string()
    }
}

impl Damage {
    /// The line that is not as it was.
    pub fn line(&self) -> Option<u64> {
        match self {
            Damage::Changed { line, .. }
            | Damage::Moved { line, .. }
            | Damage::Unlinked { line }
            | Damage::Torn { line, .. } => Some(*line),
            Damage::OtherHead { .. } | Damage::Empty | Damage::Io(_) => None,
        }
    }

    /// A word for it, for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            Damage::Changed { .. } => "changed",
            Damage::Moved { .. } => "moved",
            Damage::Unlinked { .. } => "unlinked",
            Damage::Torn { .. } => "torn",
            Damage::OtherHead { .. } => "other_head",
            Damage::Empty => "empty",
            Damage::Io(_) => "unreadable",
        }
    }
}

/// A log that is what was written, as far as its lines can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// How many lines it has, without those that were not finished.
    pub lines: u64,
    /// The hash of the last line.
    pub head: String,
    /// The number of the line that has the expected hash.
    pub expected_at: Option<u64>,
    /// How many steps were begun.
    pub steps: u64,
    /// How many calls were decided about.
    pub calls: u64,
    /// The lines that processes did not finish, which the lines after them vouch for.
    pub torn: Vec<u64>,
}

/// Reads a log from its beginning, and finds out whether its lines hang together. That it was not cut at its end
/// is known only if `expected` is a hash that was its [head](crate::Head) once.
///
/// # Errors
///
/// The first thing that is wrong with it.
///
/// # Examples
///
/// ```no_run
/// let verified = fumehood_policy::verify(std::fs::File::open("audit.jsonl")?, None)?;
/// println!("{} lines, head {}", verified.lines, verified.head);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn verify(log: impl Read, expected: Option<&str>) -> Result<Verified, Damage> {
    let expected = expected.map(str::to_ascii_lowercase);
    let mut verified = Verified {
        lines: 0,
        head: String::new(),
        expected_at: None,
        steps: 0,
        calls: 0,
        torn: Vec::new(),
    };
    let mut last = Link::FIRST;
    let mut log = BufReader::new(log);
    let mut bytes = Vec::new();
    let mut number = 0;
    // A line that is none, which the next one may vouch for.
    let mut unfinished: Option<(Damage, Torn)> = None;
    loop {
        bytes.clear();
        let length = (&mut log).take(LINE_BYTES as u64 + 1).read_until(b'\n', &mut bytes)?;
        if length == 0 {
            break;
        }
        number += 1;
        if bytes.pop() != Some(b'\n') {
            if length > LINE_BYTES {
                let what = "is too long to be one".to_owned();
                return Err(Damage::Changed { line: number, what });
            }
            if let Some((damage, _)) = unfinished {
                return Err(damage);
            }
            return Err(Damage::Torn { line: number, bytes: length as u64 });
        }
        let line = match (Line::read(&bytes), &unfinished) {
            (Ok(line), None) => line,
            (Ok(line), Some((_, torn))) if line.torn.as_ref() == Some(torn) => {
                verified.torn.push(number - 1);
                line
            }
            (Err(what), None) => {
                unfinished = Some((Damage::Changed { line: number, what }, Torn::of(&bytes)));
                continue;
            }
            (_, Some(_)) => break,
        };
        unfinished = None;
        let next = last.number + 1;
        if line.link.number != next {
            let found = line.link.number;
            return Err(Damage::Moved { line: number, expected: next, found });
        }
        if line.follows != hexadecimal(&last.hash) {
            return Err(Damage::Unlinked { line: number });
        }
        last = line.link;
        verified.lines += 1;
        match line.event {
            "step" => verified.steps += 1,
            "call" => verified.calls += 1,
            _ => {}
        }
        let hash = hexadecimal(&last.hash);
        if expected.as_ref() == Some(&hash) {
            verified.expected_at = Some(last.number);
        }
        verified.head = hash;
    }
    if let Some((damage, _)) = unfinished {
        return Err(damage);
    }
    if verified.lines == 0 {
        return Err(Damage::Empty);
    }
    if expected.is_some() && verified.expected_at.is_none() {
        return Err(Damage::OtherHead { lines: verified.lines, head: verified.head });
    }
    Ok(verified)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A log of so many lines.
    fn log(lines: u64) -> Vec<Vec<u8>> {
        let mut last = Link::FIRST;
        let lines = (0..lines).map(|number| {
            let entry = serde_json::json!({"event": "step", "what": format!("line {number}")});
            let (line, link) = last.next(1_000 + number, &entry).unwrap();
            last = link;
            line
        });
        lines.collect()
    }

    fn damage(lines: &[Vec<u8>]) -> (&'static str, Option<u64>) {
        let damage = verify(lines.concat().as_slice(), None).unwrap_err();
        (damage.kind(), damage.line())
    }

    fn hash_of(line: &[u8]) -> String {
        hexadecimal(&Line::read(&line[..line.len() - 1]).unwrap().link.hash)
    }

    #[test]
    fn a_log_as_it_was_written_is_verified() {
        let lines = log(5);
        let verified = verify(lines.concat().as_slice(), Some(&hash_of(&lines[2]))).unwrap();
        assert_eq!((verified.lines, verified.steps, verified.expected_at), (5, 5, Some(3)));
        assert_eq!(verified.head, hash_of(&lines[4]));
    }

    #[test]
    fn a_changed_line_is_found() {
        for changed in 0..5 {
            let mut lines = log(5);
            let at = lines[changed].iter().position(|byte| *byte == b'w').unwrap();
            lines[changed][at] = b'W';
            assert_eq!(damage(&lines), ("changed", Some(changed as u64 + 1)));
        }
    }

    #[test]
    fn a_changed_line_with_a_hash_that_is_right_is_found_by_the_next_one() {
        let mut lines = log(5);
        let before = Line::read(&lines[1][..lines[1].len() - 1]).unwrap().link;
        let entry = serde_json::json!({"event": "step", "what": "another"});
        lines[2] = before.next(1, &entry).unwrap().0;
        assert_eq!(damage(&lines), ("unlinked", Some(4)));
    }

    #[test]
    fn a_removed_line_is_found() {
        let mut lines = log(5);
        lines.remove(2);
        assert_eq!(damage(&lines), ("moved", Some(3)));
        let mut lines = log(5);
        lines.drain(..2);
        assert_eq!(damage(&lines), ("moved", Some(1)));
    }

    #[test]
    fn swapped_lines_are_found() {
        let mut lines = log(5);
        lines.swap(1, 2);
        assert_eq!(damage(&lines), ("moved", Some(2)));
    }

    #[test]
    fn an_inserted_line_is_found() {
        let mut lines = log(5);
        let copy = lines[1].clone();
        lines.insert(2, copy);
        assert_eq!(damage(&lines), ("moved", Some(3)));
        for stranger in [&b"{}\n"[..], b"\n", b"\xff\xfe\n"] {
            let mut lines = log(5);
            lines.insert(3, stranger.to_vec());
            assert_eq!(damage(&lines), ("changed", Some(4)));
        }
    }

    #[test]
    fn a_log_that_was_cut_at_the_end_of_a_line_is_told_by_its_head_alone() {
        let lines = log(5);
        let cut = lines[..3].concat();
        assert!(
            verify(cut.as_slice(), None).is_ok(),
            "nothing in the file says that there was more"
        );
        let damage = verify(cut.as_slice(), Some(&hash_of(&lines[4]))).unwrap_err();
        assert_eq!(damage.kind(), "other_head");
        assert_eq!(verify(&b""[..], None).unwrap_err().kind(), "empty");
    }

    #[test]
    fn a_log_that_was_cut_in_a_line_is_told() {
        let mut lines = log(5);
        lines[4].truncate(30);
        assert_eq!(damage(&lines), ("torn", Some(5)));
    }

    #[test]
    fn a_line_that_was_destroyed_does_not_pass_for_one_that_was_not_finished() {
        let mut lines = log(5);
        lines[2] = b"{\"n\":3\n".to_vec();
        assert_eq!(damage(&lines), ("changed", Some(3)));
    }

    proptest! {
        /// Whatever is done to one byte of a log, or to its lines, it is not verified.
        #[test]
        fn no_byte_can_be_changed(position in any::<prop::sample::Index>(), other in 1_u8..) {
            let mut bytes = log(4).concat();
            let at = position.index(bytes.len());
            bytes[at] ^= other;
            prop_assert!(verify(bytes.as_slice(), None).is_err());
        }

        #[test]
        fn anything_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(verify(bytes.as_slice(), None).is_err());
        }
    }
}
