//! Where a request goes: a URL that has been looked at.

use std::net::IpAddr;

use reqwest::Url;

use super::address::{Standing, standing};
use super::error::Refusal;

/// No URL is longer, in bytes.
const URL_BYTES: usize = 8192;
/// Characters of a URL that a reason shows.
const SHOWN: usize = 200;

/// A URL of one server, in which nothing can be read in two ways.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) url: Url,
    pub(super) host: String,
    pub(super) port: u16,
    /// If the host is an address and not a name.
    pub(super) address: Option<IpAddr>,
}

impl Target {
    /// Reads a URL.
    pub(super) fn of(text: &str) -> Result<Target, Refusal> {
        let refuse = |reason| {
            let shown = text.chars().take(SHOWN).map(|c| if c.is_control() { '?' } else { c });
            Refusal::Url { url: shown.collect(), reason }
        };
        if text.len() > URL_BYTES {
            return Err(refuse("it is longer than 8192 bytes"));
        }
        // Readers of URLs drop some of these, and take a backslash for a slash.
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
            return Err(refuse("it has a space, a backslash or a control character"));
        }
        let rest = match text.split_once("://") {
            Some((scheme, rest))
                if scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https") =>
            {
                rest
            }
            _ => return Err(refuse("it does not begin with http:// or https://")),
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        if authority.is_empty() {
            return Err(refuse("it has no host"));
        }
        if authority.contains('@') {
            return Err(refuse("it has a user before the host"));
        }
        // Of an address the dot would be gone once it is parsed.
        if authority.split(':').next().is_some_and(|host| host.ends_with('.')) {
            return Err(refuse("its host ends with a dot"));
        }
        if authority.contains('%') {
            return Err(refuse("its host has a `%`"));
        }
        let mut url = Url::parse(text).map_err(|_| refuse("it is not well formed"))?;
        url.set_fragment(None);
        Target::checked(url, refuse)
    }

    /// Where a redirect from here leads to.
    pub(super) fn redirected(&self, location: &str) -> Result<Target, Refusal> {
        let refuse = |reason| Refusal::Url { url: location.chars().take(SHOWN).collect(), reason };
        if location.chars().any(|c| c.is_control() || c == '\\') {
            return Err(refuse("it has a backslash or a control character"));
        }
        let joined = self.url.join(location).map_err(|_| refuse("it is not well formed"))?;
        Target::of(joined.as_str())
    }

    fn checked(url: Url, refuse: impl Fn(&'static str) -> Refusal) -> Result<Target, Refusal> {
        let host = url.host_str().filter(|host| !host.is_empty());
        let host = host.ok_or_else(|| refuse("it has no host"))?.to_owned();
        let port = url.port_or_known_default().filter(|port| *port != 0);
        let port = port.ok_or_else(|| refuse("its port is none"))?;
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        let address = bare.unwrap_or(&host).parse().ok();
        Ok(Target { url, host, port, address })
    }

    /// Whether another one is of the same scheme, host and port.
    pub(super) fn has_origin_of(&self, other: &Target) -> bool {
        self.url.scheme() == other.url.scheme()
            && self.host == other.host
            && self.port == other.port
    }

    /// The host, with the port if it is not that of the scheme.
    pub(super) fn authority(&self) -> String {
        match self.url.port() {
            Some(port) => format!("{}:{port}", self.host),
            None => self.host.clone(),
        }
    }
}

/// Refuses an address that a host may not be at.
pub(super) fn check_address(host: &str, address: IpAddr, private: bool) -> Result<(), Refusal> {
    let what = match standing(address) {
        Standing::Public => return Ok(()),
        Standing::Private(_) if private => return Ok(()),
        Standing::Private(what) | Standing::Never(what) => what,
    };
    Err(Refusal::Address { host: host.to_owned(), address, what })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_an_address_is_that_address() {
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0177.0.0.1/",
            "http://0x7f.1/",
            "http://127.1/",
            "http://127.0.1/",
            "http://①②⑦.0.0.1/",
            "http://127。0。0。1/",
        ] {
            let target = Target::of(url).unwrap();
            assert_eq!(target.address, Some("127.0.0.1".parse().unwrap()), "{url}");
        }
        let target = Target::of("http://[::ffff:7f00:1]:8080/").unwrap();
        assert_eq!(target.address, Some("::ffff:127.0.0.1".parse().unwrap()));
        assert_eq!(target.port, 8080);
    }

    #[test]
    fn urls_that_can_be_read_in_two_ways_are_refused() {
        for url in [
            "",
            "/",
            "example.org",
            "//example.org/",
            "ftp://example.org/",
            "file:///etc/passwd",
            "gopher://example.org/",
            "http:example.org",
            "http:/example.org",
            "http:///example.org",
            "http://",
            "http://?x",
            "http://good.org@evil.org/",
            "http://good.org:x@evil.org/",
            "http://@evil.org/",
            "http://good.org\\@evil.org/",
            "http://good.org\\.evil.org/",
            "http://exam\tple.org/",
            "http://example.org/\r\nHost: evil",
            " http://example.org/",
            "http://example.org/ x",
            "http://example.org./",
            "http://127.0.0.1./",
            "http://[fe80::1%25eth0]/",
            "http://[fe80::1%eth0]/",
            "http://[::1",
            "http://[]/",
            "http://ex%61mple.org/",
            "http://example.org:0/",
            "http://example.org:99999/",
            "http://example.org:80:80/",
            "http://1.2.3.4.5.6.7.0x/",
            "http://256.0.0.1/",
            "http://exa\u{0}mple.org/",
            "http://exa<mple.org/",
            "http://\u{ad}/",
        ] {
            assert!(Target::of(url).is_err(), "{url:?}: {:?}", Target::of(url));
        }
        assert!(Target::of(&format!("http://example.org/{}", "a".repeat(URL_BYTES))).is_err());
    }

    #[test]
    fn redirects_are_read_as_carefully() {
        let from = Target::of("http://example.org/a/b?c#d").unwrap();
        assert_eq!(from.redirected("../x").unwrap().url.as_str(), "http://example.org/x");
        assert_eq!(from.redirected("//other.org/").unwrap().host, "other.org");
        for location in [
            "http://user@evil.org/",
            "\\\\evil.org/",
            "/\\evil.org",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "http://evil.org./",
            "data:,x",
            "http://[fe80::1%25lo]/",
        ] {
            assert!(from.redirected(location).is_err(), "{location}");
        }
    }
}
