//! What a server is told and nobody else is.

use secrecy::{ExposeSecret as _, SecretString};

use super::stop::begun;

/// What stands in the place of a secret.
const HIDDEN: &str = "[hidden]";

/// Secrets that are taken out of what servers say, because some echo them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Secrets(Vec<SecretString>);

impl Secrets {
    pub(crate) fn add(&mut self, secret: SecretString) {
        // A text so short is no secret, and would be found everywhere.
        if secret.expose_secret().len() >= 4 {
            self.0.push(secret);
        }
    }

    /// A text without the secrets, whether as they are or as they stand in JSON or in a URL.
    pub(crate) fn hide(&self, text: &str) -> String {
        let mut hidden = text.to_owned();
        for secret in &self.0 {
            for form in forms(secret) {
                if hidden.contains(&form) {
                    hidden = hidden.replace(&form, HIDDEN);
                }
            }
        }
        hidden
    }

    /// The beginning of a text that was cut, without the secrets: not even the part of one is left that the
    /// cut went through.
    pub(crate) fn hide_cut(&self, text: &str) -> String {
        let begun = self.0.iter().flat_map(forms).map(|form| begun(text, &form)).max();
        self.hide(&text[..text.len() - begun.unwrap_or(0)])
    }
}

/// A secret as it is, as it stands in JSON, and as it stands in a URL.
fn forms(secret: &SecretString) -> [String; 3] {
    let secret = secret.expose_secret();
    let quoted = serde_json::Value::String(secret.to_owned()).to_string();
    let in_json = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    [secret.to_owned(), in_json.unwrap_or(secret).to_owned(), in_url(secret)]
}

fn in_url(secret: &str) -> String {
    let mut escaped = String::new();
    for byte in secret.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                escaped.push(char::from(byte));
            }
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_taken_out_in_each_of_its_forms() {
        let mut secrets = Secrets::default();
        secrets.add("sk/a+\"b\"".into());
        let echo = r#"raw sk/a+"b", JSON {"key": "sk/a+\"b\""}, URL ?key=sk%2Fa%2B%22b%22&x"#;
        assert_eq!(
            secrets.hide(echo),
            r#"raw [hidden], JSON {"key": "[hidden]"}, URL ?key=[hidden]&x"#
        );
    }

    #[test]
    fn nothing_is_left_of_a_secret_that_a_cut_went_through() {
        let mut secrets = Secrets::default();
        secrets.add("sk-0123456789".into());
        assert_eq!(secrets.hide_cut("bad key sk-0123456789, sk-01234"), "bad key [hidden], ");
    }
}
