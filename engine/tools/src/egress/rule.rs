//! What is allowed: hosts, with their ports and schemes, paths and methods.

use std::fmt;
use std::str::FromStr;

use reqwest::{Method, Url};

use super::error::{EgressConfigError, Refusal};
use super::target::Target;

/// The methods that only ask.
const ASKING: [Method; 2] = [Method::GET, Method::HEAD];
/// Every method that can be allowed.
const ALL: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

/// A host, or some of them, to which requests may go.
///
/// As text it has the form `[SCHEME://]HOST[:PORT][/PATH][=METHODS]`:
///
/// * `HOST` is a name or an address, `*.NAME` for all names below `NAME` but not `NAME` itself, or `*` for
///   every host. Names in other scripts are compared in the form that DNS has.
/// * without a port, those that the schemes have by default, 80 and 443
/// * without a scheme, both `http` and `https`
/// * with a path, only that and what is below it
/// * without methods, `GET` and `HEAD`; `all` stands for every method there is
///
/// A rule allows public addresses alone. Where one [is private](HttpRule::private), it allows those of this
/// machine and its networks as well.
///
/// # Examples
///
/// ```
/// use fumehood_tools::egress::HttpRule;
///
/// let rule: HttpRule = "https://*.example.org:8443/v1=GET,POST".parse()?;
/// assert_eq!(rule.to_string(), "https://*.example.org:8443/v1=GET,POST");
/// assert!("*example.org".parse::<HttpRule>().is_err());
/// # Ok::<(), fumehood_tools::egress::EgressConfigError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRule {
    scheme: Option<&'static str>,
    host: HostPattern,
    port: Option<u16>,
    path: String,
    methods: Vec<Method>,
    private: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum HostPattern {
    Any,
    Exactly(String),
    /// With the dot before it.
    Below(String),
}

impl HttpRule {
    /// The same rule for an internal service: its host may be at a loopback, private or provider's address.
    /// Link-local addresses, those of metadata services among them, are refused all the same.
    #[must_use]
    pub fn private(mut self) -> HttpRule {
        self.private = true;
        self
    }

    /// The same rule for these methods alone.
    ///
    /// # Errors
    ///
    /// [`EgressConfigError::Rule`] if there is none, or one that cannot be allowed
    pub fn with_methods<'a>(
        mut self,
        methods: impl IntoIterator<Item = &'a str>,
    ) -> Result<HttpRule, EgressConfigError> {
        self.methods.clear();
        for name in methods {
            match ALL.iter().find(|method| method.as_str() == name) {
                Some(method) if !self.methods.contains(method) => self.methods.push(method.clone()),
                Some(_) => {}
                None if name == "all" => self.methods = ALL.to_vec(),
                None => {
                    return Err(self.refused("a method is not one of those that can be allowed"));
                }
            }
        }
        if self.methods.is_empty() { Err(self.refused("it has no methods")) } else { Ok(self) }
    }

    fn refused(&self, reason: &'static str) -> EgressConfigError {
        EgressConfigError::Rule { rule: self.to_string(), reason }
    }

    pub(super) fn is_private(&self) -> bool {
        self.private
    }

    fn has_host(&self, host: &str) -> bool {
        match &self.host {
            HostPattern::Any => true,
            HostPattern::Exactly(own) => own == host,
            HostPattern::Below(own) => host.len() > own.len() && host.ends_with(own.as_str()),
        }
    }

    fn has_port(&self, target: &Target) -> bool {
        let scheme = target.url.scheme();
        self.scheme.is_none_or(|own| own == scheme)
            && target.port == self.port.unwrap_or(if scheme == "https" { 443 } else { 80 })
    }

    fn has_path(&self, path: &str) -> bool {
        if self.path.is_empty() {
            return true;
        }
        // What a server makes of these is for it to know, so the path it sees may be another.
        let lower = path.to_ascii_lowercase();
        if ["%2f", "%5c", "%2e", "//", ";"].iter().any(|odd| lower.contains(odd)) {
            return false;
        }
        let rest = path.strip_prefix(self.path.as_str());
        rest.is_some_and(|rest| {
            self.path.ends_with('/') || rest.is_empty() || rest.starts_with('/')
        })
    }
}

/// The rule that allows a request. Of several, one for private addresses comes before the others.
pub(super) fn allowing<'a>(
    rules: &'a [HttpRule],
    target: &Target,
    method: &Method,
) -> Result<&'a HttpRule, Refusal> {
    let host = target.host.clone();
    let mut refusal = Refusal::Host { host: host.clone() };
    let mut found: Option<&HttpRule> = None;
    // How far the rule came that came the farthest, for the reason that is given.
    let mut farthest = 0;
    for rule in rules.iter().filter(|rule| rule.has_host(&target.host)) {
        let (came, reason) = if !rule.has_port(target) {
            let scheme = target.url.scheme().to_owned();
            (1, Refusal::Port { host: host.clone(), scheme, port: target.port })
        } else if !rule.has_path(target.url.path()) {
            (2, Refusal::Path { host: host.clone(), path: target.url.path().to_owned() })
        } else if !rule.methods.contains(method) {
            (3, Refusal::Method { host: host.clone(), method: method.to_string() })
        } else {
            if found.is_none() || rule.private {
                found = Some(rule);
            }
            continue;
        };
        if came > farthest {
            (farthest, refusal) = (came, reason);
        }
    }
    found.ok_or(refusal)
}

/// A method by its name, which is written in capitals.
pub(super) fn method(name: &str) -> Option<Method> {
    ALL.into_iter().find(|method| method.as_str() == name)
}

/// A host as URLs have it: lower case, names in other scripts as DNS has them, addresses in their one form.
pub(super) fn normalised(host: &str) -> Option<String> {
    if host.is_empty() || host.ends_with('.') || host.contains(['/', '\\', '@', '?', '#', '%', ' '])
    {
        return None;
    }
    let url = Url::parse(&format!("http://{host}/")).ok()?;
    let plain = url.port().is_none() && (!host.contains(':') || host.starts_with('['));
    url.host_str().filter(|_| plain).map(str::to_owned)
}

/// The host and the port of `HOST[:PORT]`.
pub(super) fn host_and_port(authority: &str) -> Result<(&str, Option<u16>), &'static str> {
    match authority.rsplit_once(':') {
        // The colons of an address of the sixth version are in brackets.
        Some((host, port)) if !port.contains(']') => match port.parse() {
            Ok(0) | Err(_) => Err("the port is not a number from 1 to 65535"),
            Ok(port) => Ok((host, Some(port))),
        },
        _ => Ok((authority, None)),
    }
}

impl FromStr for HttpRule {
    type Err = EgressConfigError;

    fn from_str(text: &str) -> Result<HttpRule, EgressConfigError> {
        let refuse = |reason| EgressConfigError::Rule { rule: text.to_owned(), reason };
        let (place, methods) = match text.split_once('=') {
            Some((place, methods)) => (place, Some(methods)),
            None => (text, None),
        };
        let (scheme, place) = match place.split_once("://") {
            None => (None, place),
            Some(("http", rest)) => (Some("http"), rest),
            Some(("https", rest)) => (Some("https"), rest),
            Some(_) => return Err(refuse("the scheme is neither http nor https")),
        };
        let (authority, path) = match place.find('/') {
            Some(at) => place.split_at(at),
            None => (place, ""),
        };
        if path.contains(['?', '#', '*']) {
            return Err(refuse("a path has no query, no fragment and no `*`"));
        }
        // In the form that URLs have it in, with which it is compared.
        let path = match path {
            "" | "/" => String::new(),
            path => match Url::parse(&format!("http://host{path}")) {
                Ok(url) => url.path().to_owned(),
                Err(_) => return Err(refuse("the path is none")),
            },
        };
        let (host, port) = host_and_port(authority).map_err(refuse)?;
        let host = if host == "*" {
            HostPattern::Any
        } else {
            let (below, name) = match host.strip_prefix("*.") {
                Some(name) => (true, name),
                None => (false, host),
            };
            if name.contains('*') {
                return Err(refuse("`*` stands for a whole host, or with a dot before a name"));
            }
            let name = normalised(name).ok_or_else(|| refuse("the host is none"))?;
            let is_address = name.starts_with('[') || name.parse::<std::net::Ipv4Addr>().is_ok();
            match below {
                true if is_address => return Err(refuse("nothing is below an address")),
                true => HostPattern::Below(format!(".{name}")),
                false => HostPattern::Exactly(name),
            }
        };
        let rule = HttpRule { scheme, host, port, path, methods: ASKING.to_vec(), private: false };
        match methods {
            Some(methods) => rule.with_methods(methods.split(',')),
            None => Ok(rule),
        }
    }
}

impl fmt::Display for HttpRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(scheme) = self.scheme {
            write!(f, "{scheme}://")?;
        }
        match &self.host {
            HostPattern::Any => f.write_str("*")?,
            HostPattern::Exactly(name) => f.write_str(name)?,
            HostPattern::Below(name) => write!(f, "*{name}")?,
        }
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        f.write_str(&self.path)?;
        if self.methods == ALL {
            f.write_str("=all")?;
        } else if self.methods != ASKING {
            let names = self.methods.iter().map(Method::as_str).collect::<Vec<_>>();
            write!(f, "={}", names.join(","))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(texts: &[&str]) -> Vec<HttpRule> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[track_caller]
    fn allowed(rule: &str, url: &str) -> bool {
        let target = Target::of(url).unwrap();
        allowing(&rules(&[rule]), &target, &Method::GET).is_ok()
    }

    #[test]
    fn a_host_is_that_host_alone() {
        for (rule, url, fits) in [
            ("example.org", "http://example.org/", true),
            ("example.org", "https://example.org/", true),
            ("example.org", "https://EXAMPLE.org/", true),
            ("Example.Org", "https://example.org/", true),
            ("example.org", "https://www.example.org/", false),
            ("example.org", "https://evilexample.org/", false),
            ("example.org", "https://example.org.evil/", false),
            ("example.org", "https://example.org:8443/", false),
            ("example.org:8443", "https://example.org:8443/", true),
            ("example.org:8443", "https://example.org/", false),
            ("https://example.org", "http://example.org/", false),
            ("*.example.org", "https://www.example.org/", true),
            ("*.example.org", "https://a.b.example.org/", true),
            ("*.example.org", "https://example.org/", false),
            ("*.example.org", "https://evilexample.org/", false),
            ("*", "https://anything.example/", true),
            ("bücher.example", "https://xn--bcher-kva.example/", true),
            ("bücher.example", "https://BÜCHER.example/", true),
            // A Cyrillic letter looks like the Latin one.
            ("example.org", "https://ex\u{430}mple.org/", false),
            ("127.0.0.1", "http://0x7f.1/", true),
            ("[::1]:80", "http://[0:0::1]/", true),
        ] {
            assert_eq!(allowed(rule, url), fits, "{rule} {url}");
        }
    }

    #[test]
    fn a_path_is_that_path_and_what_is_below_it() {
        for (path, fits) in [
            ("/v1", true),
            ("/v1/", true),
            ("/v1/users?x=/../../", true),
            ("/v1?x", true),
            ("/v10", false),
            ("/", false),
            ("/v1/../admin", false),
            ("/v1/%2e%2e/admin", false),
            ("/v1/..%2fadmin", false),
            ("/v1/..%5Cadmin", false),
            ("/v1//../../admin", false),
            ("/v1//admin", false),
            ("/v1/..;/admin", false),
            ("/V1", false),
        ] {
            assert_eq!(
                allowed("example.org/v1", &format!("http://example.org{path}")),
                fits,
                "{path}"
            );
        }
    }

    #[test]
    fn the_reason_is_that_of_the_rule_that_came_the_farthest() {
        let rules = rules(&["example.org:81", "example.org/a=POST", "other.org"]);
        let refused = |url: &str, method| {
            allowing(&rules, &Target::of(url).unwrap(), &method).unwrap_err().to_string()
        };
        assert_eq!(
            refused("http://no.org/", Method::GET),
            "the host `no.org` is not one of those that are allowed"
        );
        assert_eq!(
            refused("http://example.org:82/", Method::GET),
            "`example.org` is allowed, but not by http at port 82"
        );
        assert_eq!(
            refused("http://example.org/b", Method::GET),
            "`example.org` is allowed, but not with the path `/b`"
        );
        assert_eq!(
            refused("http://example.org/a", Method::GET),
            "`example.org` is allowed, but not with the method GET"
        );
    }

    #[test]
    fn what_is_no_rule_is_refused() {
        for text in [
            "",
            "*.",
            "*example.org",
            "a.*.org",
            "ftp://example.org",
            "example.org:0",
            "example.org:http",
            "example.org:99999",
            "example.org.",
            "user@example.org",
            "example.org=",
            "example.org=get",
            "example.org=CONNECT",
            "example.org/a?b",
            "*.1.2.3.4",
            "exa mple.org",
            "::1",
            "http://",
            "example.org/*",
        ] {
            assert!(text.parse::<HttpRule>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_rule_is_written_as_it_is_read() {
        for text in [
            "example.org",
            "*",
            "https://*.example.org:8443/v1=GET,POST",
            "[::1]:8080=all",
            "127.0.0.1",
            "http://example.org/a/",
        ] {
            assert_eq!(text.parse::<HttpRule>().unwrap().to_string(), text);
        }
    }
}
