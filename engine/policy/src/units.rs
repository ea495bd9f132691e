//! Numbers with units, as people write them.

use std::time::Duration;

/// A time: `5s`, `200ms`, `1.5m`, `2h`; a bare number is seconds.
///
/// # Errors
///
/// What is wrong with it.
pub fn time(text: &str) -> Result<Duration, String> {
    let (number, unit) = split(text)?;
    let seconds = match unit {
        "us" | "µs" => 1e-6,
        "ms" => 1e-3,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        "h" => 3600.0,
        _ => return Err(format!("`{unit}` is not a unit of time; use us, ms, s, m or h")),
    };
    Duration::try_from_secs_f64(number * seconds).map_err(|error| error.to_string())
}

/// A size: `256MiB`, `1GB`, `64k`; a bare number is bytes, and `k`, `M`, `G` alone are binary.
///
/// # Errors
///
/// What is wrong with it.
pub fn bytes(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text)?;
    let factor: u64 = match unit {
        "" | "B" => 1,
        "k" | "K" | "KiB" => 1 << 10,
        "M" | "MiB" => 1 << 20,
        "G" | "GiB" => 1 << 30,
        "kB" | "KB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        _ => {
            return Err(format!(
                "`{unit}` is not a unit of size; use B, KiB, MiB, GiB, kB, MB or GB"
            ));
        }
    };
    whole(number, factor)
}

/// An amount: `10G`, `500M`, `3k`, in decimal multiples.
///
/// # Errors
///
/// What is wrong with it.
pub fn amount(text: &str) -> Result<u64, String> {
    let (number, unit) = split(text)?;
    let factor = match unit {
        "" => 1,
        "k" | "K" => 1_000,
        "M" => 1_000_000,
        "G" => 1_000_000_000,
        "T" => 1_000_000_000_000,
        _ => return Err(format!("`{unit}` is not a multiple; use k, M, G or T")),
    };
    whole(number, factor)
}

/// The same in files, where they can also be bare numbers, for `serde(deserialize_with)`.
pub mod in_file {
    use std::time::Duration;

    use serde::de::{Deserialize, Deserializer, Error};

    #[derive(serde::Deserialize)]
    #[serde(untagged, expecting = "expected a number, or a text of a number and a unit")]
    enum Written {
        Text(String),
        Whole(u64),
        Number(f64),
    }

    fn read<'de, D: Deserializer<'de>, T>(
        from: D,
        read: fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, D::Error> {
        let text = match Written::deserialize(from)? {
            Written::Text(text) => text,
            Written::Whole(number) => number.to_string(),
            Written::Number(number) => number.to_string(),
        };
        read(&text).map(Some).map_err(Error::custom)
    }

    /// A time; see [`time`](super::time).
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
        read(from, super::time)
    }

    /// A size; see [`bytes`](super::bytes).
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn bytes<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
        read(from, super::bytes)
    }

    /// An amount; see [`amount`](super::amount).
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn amount<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
        read(from, super::amount)
    }
}

fn split(text: &str) -> Result<(f64, &str), String> {
    let text = text.trim();
    let end =
        text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_').unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let number = number
        .replace('_', "")
        .parse::<f64>()
        .map_err(|_| format!("`{text}` does not begin with a number"))?;
    Ok((number, unit.trim()))
}

fn whole(number: f64, factor: u64) -> Result<u64, String> {
    let product = number * factor as f64;
    if product.is_finite() && product < u64::MAX as f64 {
        Ok(product.round() as u64)
    } else {
        Err("the number is too large".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        assert_eq!(time("5s"), Ok(Duration::from_secs(5)));
        assert_eq!(time("200 ms"), Ok(Duration::from_millis(200)));
        assert_eq!(time("1.5m"), Ok(Duration::from_secs(90)));
        assert_eq!(time("2"), Ok(Duration::from_secs(2)));
        for wrong in ["", "s", "5 parsecs", "-1s", "1e400h", "99999999999999999999h"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes() {
        assert_eq!(bytes("256MiB"), Ok(256 << 20));
        assert_eq!(bytes("1GB"), Ok(1_000_000_000));
        assert_eq!(bytes("64k"), Ok(64 << 10));
        assert_eq!(bytes("1_000"), Ok(1000));
        for wrong in ["many", "1QiB", "-1", "99999999999G"] {
            assert!(bytes(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn amounts() {
        assert_eq!(amount("10G"), Ok(10_000_000_000));
        assert_eq!(amount("2.5k"), Ok(2500));
        assert!(amount("10GiB").is_err());
    }
}
