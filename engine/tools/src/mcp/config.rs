//! Servers as they are configured, in the `mcpServers` JSON that many programs read.

use std::path::{Path, PathBuf};

use reqwest::header::{HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::error::McpError;

/// Servers in a configuration.
const SERVERS: usize = 100;

/// A server that can be started.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServerConfig {
    /// Its name, with which those of its tools begin.
    pub name: String,
    /// Where it is.
    pub reach: Reach,
    /// Whether there are functions to list and read its resources. The default is true, if it has some.
    pub resources: bool,
    /// Whether there are functions to list and get its prompts. The default is false.
    pub prompts: bool,
}

/// Where a server is.
#[derive(Clone)]
#[non_exhaustive]
pub enum Reach {
    /// A program of this machine, which is spoken to through pipes. It runs as the user, with all that the user
    /// may do.
    Program {
        /// The program. Without a slash it is looked for in `PATH`.
        command: PathBuf,
        /// Its arguments.
        arguments: Vec<String>,
        /// Environment variables.
        environment: Vec<(String, String)>,
        /// Where it runs.
        folder: PathBuf,
    },
    /// A server behind streamable HTTP.
    Http {
        /// The address.
        url: reqwest::Url,
        /// Headers of each request.
        headers: Vec<(HeaderName, HeaderValue)>,
    },
}

/// What is secret does not show: values of variables and headers, arguments, and what an address has besides its host.
impl std::fmt::Debug for Reach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reach::Program { command, .. } => {
                f.debug_struct("Program").field("command", command).finish_non_exhaustive()
            }
            Reach::Http { url, .. } => {
                f.debug_struct("Http").field("host", &url.host_str()).finish_non_exhaustive()
            }
        }
    }
}

/// Reads servers from JSON of the form `{"mcpServers": {"NAME": {…}}}`.
///
/// A server has `command`, and besides `args`, `env` and `cwd`; or `url`, and besides `headers`. Its `type` may say
/// so: `stdio` or `http`. One that has `"disabled": true` is left out. `resources` and `prompts` are as in
/// [`ServerConfig`]. Other keys, which other programs read, mean nothing here.
///
/// In values, `${NAME}` is what `environment` says that the variable is, and `${NAME:-text}` the text if there is no
/// such variable. Paths are relative to `folder`, in which programs run unless `cwd` says another.
///
/// # Errors
///
/// [`McpError::Config`] or [`McpError::Server`].
///
/// # Examples
///
/// ```
/// use fumehood_tools::mcp::read_config;
///
/// let text = r#"{"mcpServers": {
///     "files": {"command": "npx", "args": ["-y", "some-server"]},
///     "wiki": {"url": "https://wiki.example.com/mcp", "headers": {"Authorization": "Bearer ${TOKEN}"}}
/// }}"#;
/// let variables = |name: &str| (name == "TOKEN").then(|| "secret".to_owned());
/// let servers = read_config(text, "/srv".as_ref(), &variables)?;
/// assert_eq!(servers.len(), 2);
/// # Ok::<(), fumehood_tools::mcp::McpError>(())
/// ```
pub fn read_config(
    text: &str,
    folder: &Path,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Vec<ServerConfig>, McpError> {
    let wrong = |reason: String| McpError::Config { reason };
    let value = serde_json::from_str::<Value>(text).map_err(|error| wrong(error.to_string()))?;
    let Some(servers) = value.get("mcpServers").and_then(Value::as_object) else {
        return Err(wrong("there is no object `mcpServers` in it".to_owned()));
    };
    if servers.len() > SERVERS {
        return Err(wrong(format!("it has {} servers, and may have {SERVERS}", servers.len())));
    }
    let mut read = Vec::new();
    for (name, fields) in servers {
        let Some(fields) = fields.as_object() else {
            return Err(McpError::Server {
                server: name.clone(),
                reason: "it is not an object with `command` or `url`".to_owned(),
            });
        };
        let entry = Entry { server: name, fields, environment };
        if !entry.flag("disabled", false)? {
            read.push(entry.read(folder)?);
        }
    }
    Ok(read)
}

/// What is said about a server.
struct Entry<'a> {
    server: &'a str,
    fields: &'a Map<String, Value>,
    environment: &'a dyn Fn(&str) -> Option<String>,
}

impl Entry<'_> {
    fn read(&self, folder: &Path) -> Result<ServerConfig, McpError> {
        if self.server.is_empty() || self.server.chars().any(char::is_control) {
            return Err(self.wrong("its name is empty, or has control characters".to_owned()));
        }
        let kind = self.text("type")?;
        let reach = match (self.text("command")?, self.text("url")?, kind.as_deref()) {
            (Some(_), Some(_), _) => {
                return Err(self.wrong("`command` and `url` exclude each other".to_owned()));
            }
            (_, _, Some("sse")) => {
                return Err(self.wrong(
                    "`sse` is a transport that the protocol has given up; ask for its address for `http`"
                        .to_owned(),
                ));
            }
            (Some(command), None, None | Some("stdio")) => self.program(&command, folder)?,
            (None, Some(url), None | Some("http" | "streamable-http" | "streamableHttp")) => {
                self.http(&url)?
            }
            (None, None, _) => {
                return Err(self.wrong("it has neither `command` nor `url`".to_owned()));
            }
            (_, _, Some(other)) => {
                return Err(self.wrong(format!(
                    "the type `{other}` does not fit; a `command` is `stdio`, and a `url` is `http`"
                )));
            }
        };
        Ok(ServerConfig {
            name: self.server.to_owned(),
            reach,
            resources: self.flag("resources", true)?,
            prompts: self.flag("prompts", false)?,
        })
    }

    fn program(&self, command: &str, folder: &Path) -> Result<Reach, McpError> {
        let arguments = match self.fields.get("args") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(arguments)) => {
                let text = |argument: &Value| {
                    let text = argument.as_str();
                    let text = text.ok_or_else(|| self.wrong("`args` are not texts".to_owned()))?;
                    self.expanded("args", text)
                };
                arguments.iter().map(text).collect::<Result<_, _>>()?
            }
            Some(_) => return Err(self.wrong("`args` is not an array of texts".to_owned())),
        };
        let given = self.text("cwd")?;
        let folder = given.map_or_else(|| folder.to_owned(), |given| folder.join(given));
        let path = Path::new(command);
        let command = match command.contains('/') {
            true => folder.join(path),
            false => path.to_owned(),
        };
        Ok(Reach::Program { command, arguments, environment: self.texts("env")?, folder })
    }

    fn http(&self, url: &str) -> Result<Reach, McpError> {
        let parsed = reqwest::Url::parse(url)
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let url =
            parsed.ok_or_else(|| self.wrong("`url` is no address of http or https".to_owned()))?;
        let mut headers = Vec::new();
        for (name, value) in self.texts("headers")? {
            let header = HeaderName::from_bytes(name.as_bytes());
            let header =
                header.map_err(|_| self.wrong(format!("`{name}` is no name of a header")))?;
            let value = HeaderValue::from_str(&value);
            let mut value = value
                .map_err(|_| self.wrong(format!("the header `{name}` cannot have that value")))?;
            value.set_sensitive(true);
            headers.push((header, value));
        }
        Ok(Reach::Http { url, headers })
    }

    fn wrong(&self, reason: String) -> McpError {
        McpError::Server { server: self.server.to_owned(), reason }
    }

    fn flag(&self, key: &str, usual: bool) -> Result<bool, McpError> {
        match self.fields.get(key) {
            None | Some(Value::Null) => Ok(usual),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(self.wrong(format!("`{key}` is neither true nor false"))),
        }
    }

    fn text(&self, key: &str) -> Result<Option<String>, McpError> {
        match self.fields.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => self.expanded(key, text).map(Some),
            Some(_) => Err(self.wrong(format!("`{key}` is not a text"))),
        }
    }

    fn texts(&self, key: &str) -> Result<Vec<(String, String)>, McpError> {
        match self.fields.get(key) {
            None | Some(Value::Null) => Ok(Vec::new()),
            Some(Value::Object(fields)) => {
                let text = |(name, value): (&String, &Value)| {
                    let place = format!("{key}.{name}");
                    let text = value
                        .as_str()
                        .ok_or_else(|| self.wrong(format!("`{place}` is not a text")))?;
                    Ok((name.clone(), self.expanded(&place, text)?))
                };
                fields.iter().map(text).collect()
            }
            Some(_) => Err(self.wrong(format!("`{key}` is not an object of texts"))),
        }
    }

    /// The text with what variables are in the place of their names.
    fn expanded(&self, key: &str, text: &str) -> Result<String, McpError> {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            expanded.push_str(before);
            let Some((variable, after)) = after.split_once('}') else {
                return Err(self.wrong(format!("`{key}`: a `${{` has no end")));
            };
            let (name, usual) = match variable.split_once(":-") {
                Some((name, usual)) => (name, Some(usual.to_owned())),
                None => (variable, None),
            };
            let value = (self.environment)(name).filter(|value| !value.is_empty()).or(usual);
            let unset =
                || self.wrong(format!("`{key}`: the environment variable `{name}` is not set"));
            expanded.push_str(&value.ok_or_else(unset)?);
            rest = after;
        }
        expanded.push_str(rest);
        Ok(expanded)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(server: Value) -> Result<Vec<ServerConfig>, McpError> {
        let text = json!({"mcpServers": {"s": server}}).to_string();
        let variables = |name: &str| match name {
            "TOKEN" => Some("t0ken".to_owned()),
            "EMPTY" => Some(String::new()),
            _ => None,
        };
        read_config(&text, "/srv".as_ref(), &variables)
    }

    #[test]
    fn programs_and_servers_behind_http_are_read() {
        let program = read(json!({
            "command": "bin/server",
            "args": ["--key=${TOKEN}", "${EMPTY:-x}${NONE:-}"],
            "env": {"A": "${TOKEN}"},
            "cwd": "data",
            "autoApprove": ["anything"],
        }));
        let program = program.unwrap().remove(0);
        assert!(!format!("{program:?}").contains("t0ken"), "{program:?}");
        let Reach::Program { command, arguments, environment, folder } = program.reach else {
            panic!("a program")
        };
        assert_eq!(command, Path::new("/srv/data/bin/server"));
        assert_eq!(folder, Path::new("/srv/data"));
        assert_eq!(arguments, ["--key=t0ken", "x"]);
        assert_eq!(environment, [("A".to_owned(), "t0ken".to_owned())]);
        let http = read(json!({
            "type": "http",
            "url": "http://127.0.0.1/mcp",
            "headers": {"Authorization": "Bearer ${TOKEN}"},
            "prompts": true,
        }));
        let http = http.unwrap().remove(0);
        assert!(!format!("{http:?}").contains("t0ken"), "{http:?}");
        assert!(http.prompts && http.resources);
        let Reach::Http { headers, .. } = http.reach else { panic!("a server behind HTTP") };
        assert_eq!(headers[0].1.to_str().unwrap(), "Bearer t0ken");
        assert!(read(json!({"command": "x", "disabled": true})).unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_is_told_with_the_name_of_the_server() {
        for (server, told) in [
            (json!(3), "it is not an object"),
            (json!({}), "it has neither `command` nor `url`"),
            (json!({"command": "x", "url": "http://x"}), "exclude each other"),
            (json!({"command": 3}), "`command` is not a text"),
            (json!({"command": "x", "args": "y"}), "`args` is not an array"),
            (json!({"command": "x", "args": [1]}), "`args` are not texts"),
            (json!({"command": "x", "env": {"A": 1}}), "`env.A` is not a text"),
            (
                json!({"command": "${NONE}"}),
                "`command`: the environment variable `NONE` is not set",
            ),
            (json!({"command": "x", "args": ["${NONE"]}), "`args`: a `${` has no end"),
            (json!({"url": "http://x", "type": "sse"}), "`sse` is a transport"),
            (json!({"url": "http://x", "type": "stdio"}), "the type `stdio` does not fit"),
            (json!({"url": "file:///etc/passwd"}), "`url` is no address"),
            (json!({"url": "http://x", "headers": {"A": "b\nc"}}), "the header `A` cannot"),
            (json!({"url": "http://x", "headers": {"A b": "c"}}), "`A b` is no name"),
            (json!({"command": "x", "disabled": "no"}), "`disabled` is neither"),
        ] {
            let error = read(server.clone()).unwrap_err().to_string();
            let reason = error.strip_prefix("MCP server `s`: ");
            assert!(reason.is_some_and(|reason| reason.contains(told)), "{server}: {error}");
        }
        for text in ["", "[]", "{}", r#"{"mcpServers": []}"#] {
            let error = read_config(text, "/".as_ref(), &|_| None).unwrap_err().to_string();
            assert!(error.starts_with("it is no configuration of MCP servers"), "{error}");
        }
    }
}
