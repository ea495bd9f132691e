//! What templates can say: the variables, and how each is written.

use std::sync::Arc;
use std::time::Duration;

use fumehood::{Limits, Module, Sandbox, ToolDeclaration};
use minijinja::value::{Enumerator, Object, ObjectRepr, Serde, Value};
use minijinja::{ErrorKind, State, context};

use crate::agent::Agent;
use crate::parse::CodeTags;
use crate::prompts::module_stub::{self, module_stub};
use crate::prompts::stub::Function;

/// Packages that models know how to use; those that the image has are told.
const LIBRARIES: [&str; 6] =
    ["numpy", "pandas", "scipy", "scikit-learn", "statsmodels", "matplotlib"];

/// What an agent works with, as far as its prompts tell of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scene {
    /// Those that are there without being imported.
    pub(crate) tools: Vec<ToolDeclaration>,
    pub(crate) modules: Vec<Module>,
    pub(crate) members: Vec<Member>,
    pub(crate) tags: CodeTags,
    /// What the user adds to the prompt.
    pub(crate) instructions: String,
    /// Such as `3.15.0`.
    pub(crate) python_version: String,
    /// Packages beside the standard library.
    pub(crate) libraries: Vec<String>,
    pub(crate) limits: LimitWords,
    /// Granted folders: where code sees each, and whether it can write there.
    pub(crate) folders: Vec<(String, bool)>,
    /// Whether clocks and random numbers are computed.
    pub(crate) deterministic: bool,
    /// Where code may send HTTP requests; empty, if nowhere.
    pub(crate) http: String,
}

/// An agent that can be given tasks.
#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    pub(crate) description: String,
}

impl Member {
    pub(crate) fn of(agent: &Agent) -> Member {
        Member { name: agent.name().to_owned(), description: agent.description().to_owned() }
    }
}

/// Limits of a step in words.
#[derive(Clone, Debug, Default)]
pub(crate) struct LimitWords {
    pub(crate) time: String,
    pub(crate) output: String,
    pub(crate) memory: String,
    pub(crate) tool_calls: String,
}

impl Scene {
    /// A sandbox with its tools, and an agent without others and without instructions.
    pub(crate) fn of(sandbox: &Sandbox, tags: &CodeTags) -> Scene {
        Scene {
            tools: sandbox.tools().iter().filter(|tool| tool.module.is_none()).cloned().collect(),
            modules: sandbox.modules().to_vec(),
            members: Vec::new(),
            tags: tags.clone(),
            instructions: String::new(),
            python_version: sandbox.python_version().to_owned(),
            libraries: libraries_of(sandbox),
            limits: LimitWords::of(sandbox.limits()),
            folders: sandbox.granted().map(|(path, write)| (path.to_owned(), write)).collect(),
            deterministic: sandbox.determinism().is_some(),
            http: sandbox.http().unwrap_or_default().to_owned(),
        }
    }

    /// The tools as Python functions, and the modules of tools.
    pub(crate) fn stubs(&self) -> Vec<String> {
        let functions = self.functions();
        functions.iter().map(Function::stub).chain(self.modules.iter().map(module_stub)).collect()
    }

    /// The tools, with the one that every agent has.
    fn functions(&self) -> Vec<Function> {
        let mut tools = self.tools.iter().map(Function::from).collect::<Vec<_>>();
        if !tools.iter().any(|tool| tool.name == "final_answer") {
            tools.push(Function::final_answer());
        }
        tools
    }

    /// The variables.
    pub(super) fn variables(&self) -> Value {
        let tools = self.functions();
        let members = self.members.iter();
        let members = members.map(|member| Function::member(&member.name, &member.description));
        let folders = self.folders.iter();
        let folders = folders.map(|(path, writable)| context! { path, writable });
        let imports = std::iter::once("the standard library of Python");
        let imports = imports.chain(self.libraries.iter().map(String::as_str));
        context! {
            tools => Functions::of(tools, &self.modules),
            modules => self.modules.iter().map(|module| module.name().to_owned()).collect::<Vec<_>>(),
            managed_agents => Functions::of(members.collect(), &[]),
            authorized_imports => imports.collect::<Vec<_>>().join(", "),
            custom_instructions => self.instructions.as_str(),
            code_block_opening_tag => self.tags.open.as_str(),
            code_block_closing_tag => self.tags.close.as_str(),
            python_version => self.python_version.as_str(),
            libraries => self.libraries.join(", "),
            limits => context! {
                time => self.limits.time.as_str(),
                output => self.limits.output.as_str(),
                memory => self.limits.memory.as_str(),
                tool_calls => self.limits.tool_calls.as_str(),
            },
            folders => folders.collect::<Vec<_>>(),
            sandbox => context! { deterministic => self.deterministic, http => self.http.as_str() },
        }
    }
}

fn libraries_of(sandbox: &Sandbox) -> Vec<String> {
    let has = |name: &&&str| sandbox.libraries().iter().any(|library| library.name == ***name);
    LIBRARIES.iter().filter(has).map(|name| (*name).to_owned()).collect()
}

impl LimitWords {
    pub(crate) fn of(limits: &Limits) -> LimitWords {
        LimitWords {
            time: time(limits.time),
            output: bytes(limits.output_bytes),
            memory: bytes(limits.memory_bytes),
            tool_calls: limits.tool_calls.to_string(),
        }
    }
}

fn time(time: Duration) -> String {
    let seconds = time.as_secs();
    let (count, unit) = match seconds {
        _ if time.subsec_nanos() != 0 => return format!("{time:?}"),
        _ if seconds >= 7200 && seconds.is_multiple_of(3600) => (seconds / 3600, "hour"),
        _ if seconds >= 120 && seconds.is_multiple_of(60) => (seconds / 60, "minute"),
        _ => (seconds, "second"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

fn bytes(count: u64) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    let exact = units.iter().find(|(bits, _)| count > 0 && count.is_multiple_of(1 << bits));
    match exact {
        Some((bits, unit)) => format!("{} {unit}", count >> bits),
        None => format!("{count} bytes"),
    }
}

/// Functions by name: a dictionary of Python, as far as templates can tell.
///
/// Methods are asked for here first. A map finds a tool by the name of `values` before it finds the method.
#[derive(Debug)]
struct Functions(Vec<(Arc<str>, Value)>);

impl Functions {
    fn of(functions: Vec<Function>, modules: &[Module]) -> Value {
        let named = |function: Function| {
            (Arc::from(function.name.as_str()), Value::from_object(Callable(function)))
        };
        let modules = modules.iter().map(|module| {
            (Arc::from(module.name()), Value::from_object(Importable(module.clone())))
        });
        let named = functions.into_iter().map(named).chain(modules);
        Value::from_object(Functions(named.collect()))
    }
}

impl Object for Functions {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        Some(self.0.iter().find(|(name, _)| &**name == key)?.1.clone())
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Values(self.0.iter().map(|(name, _)| Value::from(&**name)).collect())
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, minijinja::Error> {
        let name = |name: &Arc<str>| Value::from(&**name);
        match (method, arguments) {
            ("values", []) => Ok(self.0.iter().map(|(_, function)| function.clone()).collect()),
            ("keys", []) => Ok(self.0.iter().map(|(key, _)| name(key)).collect()),
            ("items", []) => {
                let pair = |(key, function): &(Arc<str>, Value)| {
                    Value::from(vec![name(key), function.clone()])
                };
                Ok(self.0.iter().map(pair).collect())
            }
            _ => Err(ErrorKind::UnknownMethod.into()),
        }
    }
}

/// A tool or another agent.
#[derive(Debug)]
struct Callable(Function);

impl Object for Callable {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "name" => Some(Value::from(&*self.0.name)),
            "description" => Some(Value::from(&*self.0.description)),
            "inputs" => Some(Value::from(Serde(self.0.inputs()))),
            "output_type" => Some(Value::from(self.0.output_type())),
            "output_schema" => Some(Value::from(Serde(&self.0.returns))),
            _ => None,
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, minijinja::Error> {
        match (method, arguments) {
            ("to_code_prompt", []) => Ok(Value::from(self.0.stub())),
            ("to_tool_calling_prompt", []) => Ok(Value::from(self.0.in_words())),
            _ => Err(ErrorKind::UnknownMethod.into()),
        }
    }
}

/// A module of tools, where templates have a tool.
#[derive(Debug)]
struct Importable(Module);

impl Object for Importable {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Plain
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match key.as_str()? {
            "name" => Some(Value::from(self.0.name())),
            "description" => Some(Value::from(self.0.documentation())),
            "inputs" => Some(Value::from(Serde(serde_json::Map::new()))),
            "output_type" => Some(Value::from("any")),
            "output_schema" => Some(Value::from(())),
            _ => None,
        }
    }

    fn call_method(
        self: &Arc<Self>,
        _: &mut State<'_, '_>,
        method: &str,
        arguments: &[Value],
    ) -> Result<Value, minijinja::Error> {
        match (method, arguments) {
            ("to_code_prompt", []) => Ok(Value::from(module_stub(&self.0))),
            ("to_tool_calling_prompt", []) => Ok(Value::from(module_stub::in_words(&self.0))),
            _ => Err(ErrorKind::UnknownMethod.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_told_in_words() {
        let words = LimitWords::of(&Limits::default());
        assert_eq!((words.time.as_str(), words.output.as_str()), ("30 seconds", "1 MiB"));
        assert_eq!((words.memory.as_str(), words.tool_calls.as_str()), ("1 GiB", "1000"));
        let seconds = |seconds| time(Duration::from_secs(seconds));
        assert_eq!(seconds(1), "1 second");
        assert_eq!(seconds(90), "90 seconds");
        assert_eq!(seconds(600), "10 minutes");
        assert_eq!(seconds(7200), "2 hours");
        assert_eq!(time(Duration::from_millis(1500)), "1.5s");
        assert_eq!(
            (bytes(0), bytes(1500), bytes(2048)),
            ("0 bytes".into(), "1500 bytes".into(), "2 KiB".into())
        );
    }
}
