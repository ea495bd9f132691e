//! The tools of a sandbox, and what is checked before a call.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Tool, slots};
use crate::attachment::Attachment;
use crate::calls::{ToolCall, ToolCallError};
use crate::error::ConfigError;
use crate::guard::Guard;
use crate::host::attachments_of_call;
use crate::modules::Module;

/// The tool that gives the final answer.
pub(crate) const FINAL_ANSWER: &str = "final_answer";

/// A tool as it was when the sandbox was built.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ToolDeclaration {
    /// The name of the Python function.
    pub name: String,
    /// What it does.
    pub description: String,
    /// The JSON Schema of its parameters.
    pub parameters: Value,
    /// The JSON Schema of its answers, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returns: Option<Value>,
    /// The name of the module that code imports it from; nothing, if it is there without that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub module: Option<String>,
}

impl ToolDeclaration {
    /// What a tool says of itself, which nobody has checked.
    pub fn of(tool: &dyn Tool) -> ToolDeclaration {
        ToolDeclaration {
            name: tool.name().to_owned(),
            description: tool.description().to_owned(),
            parameters: tool.parameters(),
            returns: tool.returns(),
            module: None,
        }
    }
}

/// The tools of a sandbox.
#[derive(Default)]
pub(crate) struct Tools {
    by_name: BTreeMap<String, Arc<Registered>>,
    /// What sends requests for the code, which nobody is told of.
    http: Option<Arc<Registered>>,
    guard: Option<Arc<dyn Guard>>,
}

/// A tool of a sandbox.
pub(crate) struct Registered {
    pub(crate) name: Arc<str>,
    pub(crate) tool: Arc<dyn Tool>,
    /// Whom each call passes.
    pub(crate) guard: Option<Arc<dyn Guard>>,
    arguments: jsonschema::Validator,
    /// The schema, if it wants attachments anywhere.
    attaching: Option<Value>,
}

impl Registered {
    /// Whether arguments fit, and what is attached to them.
    pub(crate) fn check(
        &self,
        arguments: &Value,
        attachments: &mut [Attachment],
    ) -> Result<(), ToolCallError> {
        if let Some(arguments) = arguments.as_object()
            && let Some(checked) = self.tool.check(arguments, attachments)
        {
            return checked.map_err(|why| self.misfit(&why));
        }
        let wrong = self.arguments.iter_errors(arguments).map(|error| {
            let place = error.instance_path().to_string();
            let place = place.trim_start_matches('/').replace('/', ".");
            if place.is_empty() { error.to_string() } else { format!("{place}: {error}") }
        });
        let reasons = wrong.take(5).collect::<Vec<_>>();
        if !reasons.is_empty() {
            return Err(self.misfit(&reasons.join("; ")));
        }
        match &self.attaching {
            None if attachments.is_empty() => Ok(()),
            None => Err(self.misfit("no argument may be bytes")),
            Some(schema) => {
                slots::check(schema, arguments, attachments).map_err(|why| self.misfit(&why))
            }
        }
    }

    pub(crate) fn misfit(&self, why: &str) -> ToolCallError {
        ToolCallError::Arguments { reason: format!("{}: {why}", self.name) }
    }
}

impl Tools {
    /// None yet; each call of those that are added passes the guard.
    pub(crate) fn guarded(guard: Option<Arc<dyn Guard>>) -> Tools {
        Tools { guard, ..Tools::default() }
    }

    /// Checks a tool and adds it.
    pub(crate) fn add(&mut self, tool: Arc<dyn Tool>) -> Result<ToolDeclaration, ConfigError> {
        let name = tool.name().to_owned();
        if let Some(reason) = unusable_name(&name) {
            return Err(ConfigError::ToolName { name, reason });
        }
        self.register(tool, None)
    }

    /// Adds the tools of a module, whose names were checked.
    pub(crate) fn add_module(
        &mut self,
        module: &Module,
    ) -> Result<Vec<ToolDeclaration>, ConfigError> {
        let tools = module.functions().iter().map(|function| Arc::clone(function.tool()));
        tools.map(|tool| self.register(tool, Some(module.name()))).collect()
    }

    fn register(
        &mut self,
        tool: Arc<dyn Tool>,
        module: Option<&str>,
    ) -> Result<ToolDeclaration, ConfigError> {
        let name = tool.name().to_owned();
        let parameters = tool.parameters();
        let refuse = |reason: String| ConfigError::ToolSchema { name: name.clone(), reason };
        let Some(schema) = parameters.as_object() else {
            return Err(refuse("it is not an object".to_owned()));
        };
        if schema.get("type").and_then(Value::as_str) != Some("object") {
            return Err(refuse("its type is not `object`".to_owned()));
        }
        if schema.get("properties").is_some_and(|properties| !properties.is_object()) {
            return Err(refuse("its properties are not an object".to_owned()));
        }
        let mut closed = parameters.clone();
        if let Some(schema) = closed.as_object_mut() {
            // A Python function has the parameters it declares and no others.
            schema.entry("additionalProperties").or_insert(Value::Bool(false));
        }
        let arguments =
            jsonschema::validator_for(&closed).map_err(|error| refuse(error.to_string()))?;
        let returns = tool.returns();
        if let Some(schema) = &returns {
            jsonschema::validator_for(schema).map_err(|error| ConfigError::ToolReturns {
                name: name.clone(),
                reason: error.to_string(),
            })?;
        }
        let attaching = slots::wants_any(&parameters).then(|| parameters.clone());
        let declaration = ToolDeclaration {
            parameters,
            returns,
            module: module.map(str::to_owned),
            ..ToolDeclaration::of(&*tool)
        };
        if self.by_name.contains_key(&name) {
            return Err(ConfigError::DuplicateTool { name });
        }
        let guard = self.guard.clone();
        let registered =
            Registered { name: name.as_str().into(), tool, guard, arguments, attaching };
        self.by_name.insert(name, Arc::new(registered));
        Ok(declaration)
    }

    /// Checks what sends requests for the code, and keeps it apart from the others, of which there is none of
    /// its name.
    pub(crate) fn add_http(&mut self, tool: Arc<dyn Tool>) -> Result<(), ConfigError> {
        let name = self.add(tool)?.name;
        self.http = self.by_name.remove(&name);
        Ok(())
    }

    /// The name of what sends requests for the code.
    pub(crate) fn http(&self) -> Option<&str> {
        self.http.as_ref().map(|http| &*http.name)
    }

    /// What it says that requests may be sent to.
    pub(crate) fn http_description(&self) -> Option<&str> {
        self.http.as_ref().map(|http| http.tool.description())
    }

    /// Whether a final answer is what a tool returned.
    pub(crate) fn decide_answers(&self) -> bool {
        self.by_name.contains_key(FINAL_ANSWER)
    }

    /// A call as the guest makes it, with arguments as JSON.
    pub(crate) fn call_of_guest(
        &self,
        name: &str,
        arguments: &str,
        attached: &str,
        contents: Vec<u8>,
    ) -> Result<ToolCall, ToolCallError> {
        let http = self.http.as_ref().filter(|http| *http.name == *name);
        let registered = http.map_or_else(|| self.named(name), |http| Ok(Arc::clone(http)))?;
        let mut arguments = serde_json::from_str(arguments)
            .map_err(|error| registered.misfit(&error.to_string()))?;
        let attachments = attachments_of_call(&mut arguments, attached, contents)
            .map_err(|why| registered.misfit(&why))?;
        ToolCall::new(registered, arguments, attachments)
    }

    pub(crate) fn named(&self, name: &str) -> Result<Arc<Registered>, ToolCallError> {
        let registered = self.by_name.get(name).map(Arc::clone);
        registered.ok_or_else(|| ToolCallError::Unknown { name: name.to_owned() })
    }
}

/// What keeps a name from being that of a tool, a variable or anything else that code is given; nothing, if it
/// can be.
///
/// # Examples
///
/// ```
/// assert_eq!(fumehood::unusable_name("forecast"), None);
/// assert_eq!(fumehood::unusable_name("class"), Some("it is a keyword of Python"));
/// ```
pub fn unusable_name(name: &str) -> Option<&'static str> {
    const KEYWORDS: [&str; 35] = [
        "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class",
        "continue", "def", "del", "elif", "else", "except", "finally", "for", "from", "global",
        "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return",
        "try", "while", "with", "yield",
    ];
    let mut characters = name.chars();
    let starts = characters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    if !starts || !characters.all(|c| c.is_ascii_alphanumeric() || c == '_') {
        Some("it is not an identifier of ASCII letters, digits and underscores")
    } else if KEYWORDS.contains(&name) {
        Some("it is a keyword of Python")
    } else if name.starts_with("__") {
        Some("names that begin with two underscores belong to Python")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::function;
    use super::*;
    use serde_json::json;

    fn tool(name: &str, parameters: Value) -> Arc<dyn Tool> {
        Arc::new(function(name, "", parameters, |arguments| async move {
            Ok::<_, String>(arguments.len())
        }))
    }

    fn refusal(name: &str, parameters: Value) -> String {
        Tools::default().add(tool(name, parameters)).unwrap_err().to_string()
    }

    #[test]
    fn names_that_python_cannot_have_are_refused() {
        let schema = json!({"type": "object"});
        for name in ["", "1st", "two words", "naïve", "class", "__import__", "a-b"] {
            assert!(
                refusal(name, schema.clone()).contains("cannot be the name of a tool"),
                "{name}"
            );
        }
    }

    #[test]
    fn parameters_have_to_be_a_schema_of_an_object() {
        for schema in [
            json!(null),
            json!({"type": "string"}),
            json!({}),
            json!({"type": "object", "properties": 3}),
            json!({"type": "object", "properties": {"a": {"type": "no such type"}}}),
        ] {
            assert!(refusal("f", schema.clone()).contains("JSON Schema"), "{schema}");
        }
    }

    #[test]
    fn what_a_tool_returns_has_to_be_a_schema() {
        let returning = |schema| {
            let tool =
                function("f", "", json!({"type": "object"}), |_| async { Ok::<_, String>(1) });
            Tools::default().add(Arc::new(tool.returning(schema)))
        };
        let refusal = returning(json!({"type": "no such type"})).unwrap_err().to_string();
        assert!(refusal.contains("what tool `f` returns"), "{refusal}");
        assert_eq!(
            returning(json!({"type": "integer"})).unwrap().returns,
            Some(json!({"type": "integer"}))
        );
    }

    #[test]
    fn arguments_are_checked_before_the_tool_runs() {
        let mut tools = Tools::default();
        let schema = json!({
            "type": "object",
            "properties": {"n": {"type": "integer", "minimum": 1}, "s": {"type": "string"}},
            "required": ["n"],
        });
        tools.add(tool("f", schema)).unwrap();
        let check = |arguments: &str| match tools.call_of_guest("f", arguments, "", Vec::new()) {
            Ok(_) => "fits".to_owned(),
            Err(ToolCallError::Arguments { reason }) => reason,
            Err(error) => panic!("neither fits nor is wrong: {error}"),
        };
        assert_eq!(check(r#"{"n": 1}"#), "fits");
        assert_eq!(check(r#"{"n": "x"}"#), "f: n: \"x\" is not of type \"integer\"");
        assert_eq!(check(r#"{"n": 0}"#), "f: n: 0 is less than the minimum of 1");
        assert_eq!(check("{}"), "f: \"n\" is a required property");
        assert!(check(r#"{"n": 1, "m": 2}"#).contains("'m' was unexpected"));
        assert!(check("[1]").contains("not of type \"object\""));
        assert!(check("{").contains("EOF"));
        assert!(matches!(
            tools.call_of_guest("g", "{}", "", Vec::new()),
            Err(ToolCallError::Unknown { .. })
        ));
    }
}
