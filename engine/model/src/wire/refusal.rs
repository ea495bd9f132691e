//! What a server means when it refuses.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use serde_json::Value;

use super::secrets::Secrets;
use crate::error::{Refusal, RefusalKind};

/// Bytes of a refusal's body that are read.
pub(super) const READ_BYTES: usize = 64 << 10;
/// Bytes of it that are shown.
const SHOWN_BYTES: usize = 2000;

/// What an HTTP response other than a success means. `cut` says that the body went on.
pub(super) fn of_response(
    status: u16,
    headers: &HeaderMap,
    body: &str,
    cut: bool,
    secrets: &Secrets,
) -> Refusal {
    let mut refusal = refusal(Some(status), body, cut, secrets);
    refusal.retry_after = retry_after(headers).or(refusal.retry_after);
    refusal
}

/// What an error in the middle of a reply means.
pub(super) fn of_event(body: &str, secrets: &Secrets) -> Refusal {
    let end = body.floor_char_boundary(READ_BYTES);
    refusal(None, &body[..end], end < body.len(), secrets)
}

fn refusal(status: Option<u16>, body: &str, cut: bool, secrets: &Secrets) -> Refusal {
    let shown = if cut { secrets.hide_cut(body) } else { secrets.hide(body) };
    let said = serde_json::from_str(body).map(|value| Said::of(&value)).unwrap_or_default();
    let status = status.or(said.status).unwrap_or(200);
    let message = said.message.map(|message| secrets.hide(&message));
    Refusal {
        status,
        kind: kind(status, &said.words, body),
        message: excerpt(message.as_deref().unwrap_or(&shown)),
        body: excerpt(&shown),
        retry_after: said.retry_after,
    }
}

/// The beginning of what a server said, without characters that would do something to a terminal.
pub(super) fn excerpt(text: &str) -> String {
    let shown = &text[..text.floor_char_boundary(SHOWN_BYTES)];
    shown.chars().filter(|letter| !letter.is_control() || matches!(letter, '\n' | '\t')).collect()
}

/// What is found in the body of an error. There are as many forms as there are servers.
#[derive(Default)]
struct Said {
    /// The HTTP status that the error stands for.
    status: Option<u16>,
    message: Option<String>,
    /// Types and codes.
    words: Vec<String>,
    retry_after: Option<Duration>,
}

impl Said {
    fn of(body: &Value) -> Said {
        let body = body.get(0).unwrap_or(body);
        let error = body.get("error").filter(|error| !error.is_null()).unwrap_or(body);
        let message = [error.get("message"), body.get("message"), error.get("detail"), Some(error)];
        let message = message.into_iter().flatten().find_map(|message| match message {
            Value::String(text) if !text.is_empty() => Some(text.clone()),
            _ => None,
        });
        let word = |field: &str| Some(error.get(field)?.as_str()?.to_lowercase());
        let words = ["type", "code", "status", "param"].into_iter().filter_map(word);
        let words = words.collect::<Vec<_>>();
        let number = error.get("code").or(error.get("status")).and_then(Value::as_u64);
        let number = number.and_then(|number| u16::try_from(number).ok());
        let status = number
            .filter(|number| (400..600).contains(number))
            .or_else(|| words.iter().find_map(|word| status_of(word)));
        let details = error.get("details").and_then(Value::as_array).into_iter().flatten();
        let mut delays = details.filter_map(|detail| detail.get("retryDelay")?.as_str());
        Said { status, message, words, retry_after: delays.find_map(span) }
    }
}

/// The HTTP status for which a type of error stands, where it comes without one.
fn status_of(word: &str) -> Option<u16> {
    Some(match word {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "request_too_large" => 413,
        "rate_limit_error" | "rate_limit_exceeded" => 429,
        "api_error" | "server_error" | "internal_server_error" | "internal_error" => 500,
        "timeout_error" => 504,
        "overloaded_error" => 529,
        _ => return None,
    })
}

/// In the codes and messages of servers: the conversation is too long.
const TOO_LONG: [&str; 10] = [
    "context_length_exceeded",
    "context length",
    "context window",
    "context size",
    "prompt is too long",
    "input is too long",
    "input token count",
    "maximum number of tokens",
    "too many tokens",
    "reduce the length",
];

/// The account has no money left. Not "quota": one provider says that of what it allows a minute.
const NO_CREDIT: [&str; 8] = [
    "insufficient_quota",
    "insufficient balance",
    "insufficient credits",
    "credit balance",
    "credit_balance",
    "billing_hard_limit",
    "spend_limit",
    "specified api usage limits",
];

const FILTERED: [&str; 5] = [
    "content_filter",
    "content_policy_violation",
    "content management policy",
    "responsibleaipolicyviolation",
    "data_inspection_failed",
];

const WRONG_KEY: [&str; 3] = ["api key not valid", "api_key_invalid", "invalid_api_key"];

fn kind(status: u16, words: &[String], body: &str) -> RefusalKind {
    let body = body.to_lowercase();
    let says = |texts: &[&str]| texts.iter().any(|text| body.contains(text));
    let is = |word: &str| words.iter().any(|said| said == word);
    match status {
        402 => RefusalKind::Quota,
        400 | 403 | 422 | 429 if says(&NO_CREDIT) => RefusalKind::Quota,
        401 | 403 => RefusalKind::Authentication,
        404 => RefusalKind::NotFound,
        413 => RefusalKind::TooLong,
        429 => RefusalKind::RateLimited,
        503 | 529 => RefusalKind::Overloaded,
        _ if is("overloaded_error") => RefusalKind::Overloaded,
        200..500 if says(&WRONG_KEY) => RefusalKind::Authentication,
        200..500 if says(&FILTERED) => RefusalKind::ContentFilter,
        _ if says(&TOO_LONG) => RefusalKind::TooLong,
        _ => RefusalKind::Other,
    }
}

/// When a server wants to be asked again, by the headers that are in use for it.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
    let milliseconds = |text: &str| seconds(text.parse::<f64>().ok()? / 1e3);
    if let Some(wait) = text("retry-after-ms").and_then(milliseconds) {
        return Some(wait);
    }
    // The server's own clock, if it tells the time: the two need not agree.
    let now = text(DATE.as_str()).and_then(http_date).unwrap_or_else(SystemTime::now);
    let moment = |text: &str| span(text).or_else(|| Some(until(http_date(text)?, now)));
    if let Some(wait) = text(RETRY_AFTER.as_str()).and_then(moment) {
        return Some(wait);
    }
    let used_up = |what: &str| text(&format!("x-ratelimit-remaining{what}")) == Some("0");
    let resets = ["-requests", "-tokens", ""].into_iter().filter(|what| used_up(what));
    let reset = |what: &str| {
        let text = text(&format!("x-ratelimit-reset{what}"))?;
        // Large numbers are moments, since 1970.
        match text.parse::<f64>() {
            Ok(at) if at > 1e12 => Some(until(UNIX_EPOCH + seconds(at / 1e3)?, now)),
            Ok(at) if at > 1e9 => Some(until(UNIX_EPOCH + seconds(at)?, now)),
            _ => span(text),
        }
    };
    resets.filter_map(reset).max()
}

fn until(moment: SystemTime, now: SystemTime) -> Duration {
    moment.duration_since(now).unwrap_or_default()
}

/// A number of seconds, unless it is none that a time can have. A century is as good as forever.
fn seconds(seconds: f64) -> Option<Duration> {
    const CENTURY: f64 = 100.0 * 365.0 * 86400.0;
    (seconds >= 0.0).then(|| Duration::from_secs_f64(seconds.min(CENTURY)))
}

/// A time as servers write it: `7`, `34.4s`, `120ms`, `6m0s`, `1h2m3.5s`.
fn span(text: &str) -> Option<Duration> {
    if let Ok(number) = text.parse::<f64>() {
        return seconds(number);
    }
    let mut sum = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|letter: char| !letter.is_ascii_digit() && letter != '.')?;
        let (number, after) = rest.split_at(end);
        let number = number.parse::<f64>().ok()?;
        let unit = after.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(unit);
        sum += number
            * match unit {
                "ms" => 1e-3,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                "d" => 86400.0,
                _ => return None,
            };
        rest = after;
    }
    (!text.is_empty()).then(|| seconds(sum)).flatten()
}

/// The form of a date that HTTP has servers write: `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<SystemTime> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let (_, date) = text.split_once(", ")?;
    let fields = date.split([' ', ':']).collect::<Vec<_>>();
    let [day, month, year, hour, minute, second, "GMT"] = fields.as_slice() else { return None };
    let month = MONTHS.iter().position(|name| name == month)?;
    let number =
        |text: &str, limit: u64| text.parse::<u64>().ok().filter(|number| *number <= limit);
    let (day, year) = (number(day, 31)?.checked_sub(1)?, number(year, 9999)?);
    let (hour, minute, second) = (number(hour, 23)?, number(minute, 59)?, number(second, 60)?);
    let leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    let years = (1970..year).map(|year| 365 + u64::from(leap(year))).sum::<u64>();
    let lengths = [31, 28 + u64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let months = lengths.iter().take(month).sum::<u64>();
    let seconds = (((years + months + day) * 24 + hour) * 60 + minute) * 60 + second;
    (year >= 1970).then(|| UNIX_EPOCH + Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::{HeaderName, HeaderValue};

    #[track_caller]
    fn check(status: u16, body: &str, kind: RefusalKind, message: &str) {
        let refusal = of_response(status, &HeaderMap::new(), body, false, &Secrets::default());
        assert_eq!((refusal.kind, refusal.message.as_str()), (kind, message), "{body}");
    }

    #[test]
    fn servers_say_in_many_ways_what_they_mean() {
        use RefusalKind::*;
        check(401, r#"{"error": {"message": "no key", "type": "x"}}"#, Authentication, "no key");
        check(
            400,
            r#"[{"error": {"code": 400, "message": "API key not valid.", "status": "INVALID_ARGUMENT"}}]"#,
            Authentication,
            "API key not valid.",
        );
        check(
            402,
            r#"{"error": {"message": "Insufficient Balance"}}"#,
            Quota,
            "Insufficient Balance",
        );
        check(429, r#"{"error": {"code": "insufficient_quota", "message": "m"}}"#, Quota, "m");
        check(
            400,
            r#"{"type": "error", "error": {"type": "invalid_request_error", "message": "Your credit balance is too low"}}"#,
            Quota,
            "Your credit balance is too low",
        );
        check(404, r#"{"error": "model 'x' not found"}"#, NotFound, "model 'x' not found");
        check(
            429,
            r#"{"error": {"code": 429, "message": "You exceeded your current quota", "status": "RESOURCE_EXHAUSTED"}}"#,
            RateLimited,
            "You exceeded your current quota",
        );
        check(
            400,
            r#"{"error": {"code": "context_length_exceeded", "message": "too long"}}"#,
            TooLong,
            "too long",
        );
        check(
            400,
            r#"{"type": "error", "error": {"type": "invalid_request_error", "message": "prompt is too long: 3 > 2"}}"#,
            TooLong,
            "prompt is too long: 3 > 2",
        );
        check(
            500,
            r#"{"error": {"code": 500, "message": "the request exceeds the available context size"}}"#,
            TooLong,
            "the request exceeds the available context size",
        );
        check(413, "", TooLong, "");
        check(
            400,
            r#"{"error": {"code": "content_filter", "message": "filtered"}}"#,
            ContentFilter,
            "filtered",
        );
        check(
            529,
            r#"{"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}"#,
            Overloaded,
            "Overloaded",
        );
        check(503, "<h1>busy</h1>", Overloaded, "<h1>busy</h1>");
        check(422, r#"{"detail": "no such field"}"#, Other, "no such field");
        check(
            400,
            r#"{"object": "error", "message": {"detail": []}}"#,
            Other,
            r#"{"object": "error", "message": {"detail": []}}"#,
        );
    }

    #[test]
    fn an_error_in_a_stream_stands_for_a_status() {
        for (body, status) in [
            (r#"{"type": "error", "error": {"type": "overloaded_error", "message": "m"}}"#, 529),
            (r#"{"error": {"code": 502, "message": "m"}}"#, 502),
            (r#"{"error": {"type": "server_error", "message": "m"}}"#, 500),
            (r#"{"error": {"message": "m"}}"#, 200),
        ] {
            assert_eq!(of_event(body, &Secrets::default()).status, status, "{body}");
        }
    }

    #[test]
    fn only_the_beginning_is_shown_and_nothing_that_moves_the_cursor() {
        let refusal = of_event(&format!("\x1b[2Jé{}", "é".repeat(90_000)), &Secrets::default());
        assert_eq!(refusal.body.len(), 1999, "control characters are among the bytes that are cut");
        assert!(refusal.body.starts_with("[2Jé"));
    }

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        let fields = fields.iter().map(|(name, value)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        });
        fields.collect()
    }

    #[test]
    fn when_to_come_back_is_said_in_many_ways() {
        let date = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
        for (fields, milliseconds) in [
            (vec![("retry-after", "7")], 7_000),
            (vec![("retry-after", "0.25")], 250),
            (vec![("retry-after-ms", "120"), ("retry-after", "1")], 120),
            (vec![date, ("retry-after", "Sun, 06 Nov 1994 08:50:07 GMT")], 30_000),
            (vec![date, ("retry-after", "Sun, 06 Nov 1994 08:49:07 GMT")], 0),
            (
                vec![
                    ("x-ratelimit-remaining-tokens", "0"),
                    ("x-ratelimit-reset-tokens", "6m0.5s"),
                    ("x-ratelimit-remaining-requests", "4"),
                    ("x-ratelimit-reset-requests", "24h"),
                ],
                360_500,
            ),
            (
                vec![
                    ("date", "Thu, 01 Jan 2026 00:00:00 GMT"),
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "1767225605"),
                ],
                5_000,
            ),
            (
                vec![
                    ("date", "Thu, 01 Jan 2026 00:00:00 GMT"),
                    ("x-ratelimit-remaining", "0"),
                    ("x-ratelimit-reset", "1767225605000"),
                ],
                5_000,
            ),
        ] {
            let found = retry_after(&headers(&fields));
            assert_eq!(found, Some(Duration::from_millis(milliseconds)), "{fields:?}");
        }
        for text in ["soon", "-1", "NaN", "", "1x", "Sun, 99 Nov 1994 08:49:37 GMT"] {
            assert_eq!(retry_after(&headers(&[("retry-after", text)])), None, "{text}");
        }
        let forever = retry_after(&headers(&[("retry-after", "1e300")])).unwrap();
        assert!(forever > Duration::from_secs(86400 * 365) && forever < Duration::MAX / 1000);
    }

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (text, since_1970) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
            ("Sat, 01 Mar 2025 12:00:00 GMT", 1_740_830_400),
        ] {
            let since = http_date(text).unwrap().duration_since(UNIX_EPOCH).unwrap();
            assert_eq!(since.as_secs(), since_1970, "{text}");
        }
    }

    #[test]
    fn the_delay_in_a_body_counts_where_no_header_says_one() {
        let body = r#"{"error": {"code": 429, "message": "m", "details": [{"@type": "a"}, {"retryDelay": "34.4s"}]}}"#;
        let told = |fields: &[_]| {
            of_response(429, &headers(fields), body, false, &Secrets::default()).retry_after
        };
        assert_eq!(told(&[]), Some(Duration::from_millis(34_400)));
        assert_eq!(told(&[("retry-after", "2")]), Some(Duration::from_secs(2)));
    }
}
