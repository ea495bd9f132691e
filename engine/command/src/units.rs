//! Numbers with units, as people write them on a command line, and times and texts as they are shown.

use std::time::SystemTime;

use fumehood::Metering;
pub(crate) use fumehood_policy::units::{amount, bytes, in_file, time};

/// A way of metering: `fuel` or `clock`.
pub(crate) fn metering(text: &str) -> Result<Metering, String> {
    match text {
        "fuel" => Ok(Metering::Fuel),
        "clock" => Ok(Metering::Clock),
        _ => Err("there are `fuel` and `clock`".to_owned()),
    }
}

const SIZES: [(&str, u64); 4] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1)];
const AMOUNTS: [(&str, u64); 5] =
    [("T", 1_000_000_000_000), ("G", 1_000_000_000), ("M", 1_000_000), ("k", 1_000), ("", 1)];

/// A size as [`bytes`] reads it: `512MiB`, `1000B`.
pub(crate) fn exact_bytes(value: u64) -> String {
    exact(value, &SIZES)
}

/// A size for people: `81.2MiB`.
pub(crate) fn about_bytes(value: u64) -> String {
    about(value, &SIZES)
}

/// An amount as [`amount`] reads it: `300G`, `1234`.
pub(crate) fn exact_amount(value: u64) -> String {
    exact(value, &AMOUNTS)
}

/// An amount for people: `4.2M`.
pub(crate) fn about_amount(value: u64) -> String {
    about(value, &AMOUNTS)
}

/// A moment in UTC, to the minute: `2026-02-28 23:59`.
pub(crate) fn moment(time: SystemTime) -> String {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let (days, minutes) = (seconds / 86_400, seconds % 86_400 / 60);
    // Years that begin with March end with the day that leap years add, and 400 of them are always as long.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year + year / 4 - year / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let (month, later) = if from_march < 10 { (from_march + 3, 0) } else { (from_march - 9, 1) };
    let year = 400 * era + year + later;
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}", minutes / 60, minutes % 60)
}

/// A text with its control characters spelled out, for a terminal.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars() {
        if c.is_control() { shown.extend(c.escape_unicode()) } else { shown.push(c) }
    }
    shown
}

/// A text of several lines without what could move the cursor, change colours, or have it read in another order than
/// it is written in.
pub(crate) fn printable_text(text: &str) -> String {
    let mut printable = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => printable.push_str("    "),
            '\n' => printable.push('\n'),
            '\r' => {}
            '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => printable.push('\u{FFFD}'),
            character if character.is_control() => printable.push('\u{FFFD}'),
            character => printable.push(character),
        }
    }
    printable
}

/// In the largest unit that makes it a whole number.
fn exact(value: u64, units: &[(&str, u64)]) -> String {
    let whole = units.iter().find(|(_, factor)| value >= *factor && value.is_multiple_of(*factor));
    whole.map_or(about(value, units), |(unit, factor)| format!("{}{unit}", value / factor))
}

/// In the largest unit of which it has at least one.
fn about(value: u64, units: &[(&str, u64)]) -> String {
    match units.iter().find(|(_, factor)| value >= *factor) {
        Some((unit, 1)) => format!("{value}{unit}"),
        Some((unit, factor)) => format!("{:.1}{unit}", value as f64 / *factor as f64),
        None => format!("0{}", units.last().map_or("", |(unit, _)| unit)),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_shown_can_be_read_again() {
        for value in [0, 1, 999, 1000, 1024, 1536, 200 << 20, 1 << 30, 1_000_000_007] {
            assert_eq!(bytes(&exact_bytes(value)), Ok(value));
            assert_eq!(amount(&exact_amount(value)), Ok(value));
        }
        assert_eq!(exact_bytes(512 << 20), "512MiB");
        assert_eq!(exact_amount(300_000_000_000), "300G");
        assert_eq!((about_bytes(1536), about_bytes(0)), ("1.5KiB".to_owned(), "0B".to_owned()));
        assert_eq!((about_amount(4_230_000), about_amount(7)), ("4.2M".to_owned(), "7".to_owned()));
    }

    #[test]
    fn moments() {
        for (seconds, expected) in [
            (0, "1970-01-01 00:00"),
            (951_782_399, "2000-02-28 23:59"),
            (951_782_400, "2000-02-29 00:00"),
            (1_709_251_199, "2024-02-29 23:59"),
            (1_709_251_200, "2024-03-01 00:00"),
            (1_767_225_599, "2025-12-31 23:59"),
            (4_107_542_400, "2100-03-01 00:00"),
        ] {
            assert_eq!(moment(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)), expected);
        }
    }
}
