//! The functions of a file.

use std::sync::Arc;
use std::time::Duration;

use fumehood::{
    Attachment, Code, Outcome, Sandbox, SandboxBuilder, Tool, ToolError, ToolFuture, ToolInput,
    ToolLabels, unusable_name,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::calling::{self, ANSWER, ARGUMENTS, Calls};
use super::error::PythonToolsError;

/// Finds the tools in a file, and calls them, in the guest.
const FUNCTIONS: &str = include_str!("../../../../guest-python/toolbox/functions.py");
/// Tools that a file may have.
const TOOLS_MOST: usize = 1000;

/// Tools that are functions of a Python file.
///
/// A function needs types for its parameters, and a docstring: its first part is the description, and the section `Args:`
/// describes the parameters. Which functions are tools, `__all__` says; in a file without one they are those that are
/// marked with `@tool`, and where none is, all whose names do not begin with an underscore. A class that was written for
/// smolagents, with `forward`, is one as well. `docs/tools.md` has the types.
///
/// # Examples
///
/// ```no_run
/// # async fn example(engine: fumehood::Engine) -> Result<(), Box<dyn std::error::Error>> {
/// use fumehood::Sandbox;
/// use fumehood_tools::python::PythonTools;
///
/// let source = r#"
/// def dice(sides: int = 6) -> int:
///     """Throws a die.
///
///     Args:
///         sides: How many it has.
///     """
///     import random
///     return random.randint(1, sides)
/// "#;
/// let tools = PythonTools::load(Sandbox::builder(&engine), "games", source).await?;
/// let mut builder = Sandbox::builder(&engine);
/// for tool in tools.tools() {
///     builder = builder.shared_tool(tool);
/// }
/// builder.build()?.session().await?.run("print(dice(20))").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct PythonTools {
    sandbox: Sandbox,
    file: Arc<str>,
    described: Vec<Described>,
    labels: ToolLabels,
    keep_state: bool,
}

/// A tool as the guest describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    name: String,
    description: String,
    parameters: Value,
    returns: Option<Value>,
}

impl PythonTools {
    /// Runs a file as the module of this name, in a sandbox that is built of what is given: its limits are those of each
    /// call, and of running the file; its folders and whatever else was granted are what the functions reach. If it
    /// begins with a prepared image, the file finds what that has.
    ///
    /// # Errors
    ///
    /// * [`PythonToolsError::Name`] if the name is no identifier
    /// * [`PythonToolsError::File`] if the file does not run to its end, or has a function that cannot be a tool
    /// * [`PythonToolsError::Config`], [`PythonToolsError::Session`]
    pub async fn load(
        sandbox: SandboxBuilder,
        name: &str,
        source: &str,
    ) -> Result<PythonTools, PythonToolsError> {
        PythonTools::load_with(sandbox, name, source, "", None).await
    }

    /// The same, and runs a line of Python after the file. Running both may take longer than calls may.
    pub(super) async fn load_with(
        sandbox: SandboxBuilder,
        name: &str,
        source: &str,
        afterwards: &str,
        time: Option<Duration>,
    ) -> Result<PythonTools, PythonToolsError> {
        if let Some(reason) = unusable_name(name) {
            return Err(PythonToolsError::Name { name: name.to_owned(), reason });
        }
        let sandbox = sandbox.tool(End(ARGUMENTS)).tool(End(ANSWER));
        let set_up = sandbox.clone().build()?;
        let mut limits = set_up.limits().clone();
        // What a function returns is an argument on its way out.
        limits.request_bytes = limits.request_bytes.max(limits.answer_bytes);
        // JSON's texts are Python's as well.
        let (functions, text) = (Value::from(FUNCTIONS), Value::from(source));
        let code = Code::new(format!(
            "import sys, types\n\
             sys.modules['fumehood.functions'] = functions = types.ModuleType('fumehood.functions')\n\
             exec(compile({functions}, '<fumehood.functions>', 'exec'), functions.__dict__)\n\
             functions.load('{name}', {text})\n\
             {afterwards}\n\
             del sys, types, functions"
        ));
        let set_up_limits = limits.clone().with_time(time.unwrap_or(limits.time));
        let code = code.file("<set-up>").limits(set_up_limits);
        let prepared = set_up.prepare(code).await;
        let prepared = prepared.map_err(|error| PythonToolsError::of(name, error))?;
        let sandbox = sandbox.limits(limits).prepared(&prepared).build()?;
        let described = described(&sandbox, name).await?;
        Ok(PythonTools {
            sandbox,
            file: name.into(),
            described,
            labels: ToolLabels::default(),
            keep_state: false,
        })
    }

    /// The same without one of the tools, and that tool.
    pub(super) fn apart(mut self, name: &str) -> (PythonTools, Option<Arc<dyn Tool>>) {
        let tool = self.tools().into_iter().find(|tool| tool.name() == name);
        self.described.retain(|described| described.name != name);
        (self, tool)
    }

    /// Sets what the tools do that a policy has to know of. The default is nothing: what the functions do is up to what
    /// their sandbox was granted.
    #[must_use]
    pub fn labels(mut self, labels: ToolLabels) -> PythonTools {
        self.labels = labels;
        self
    }

    /// Whether all calls have one session, so that what one leaves in variables and files the next one finds; they wait
    /// for each other. The default is that each call begins as the file has left it.
    #[must_use]
    pub fn keep_state(mut self, keep: bool) -> PythonTools {
        self.keep_state = keep;
        self
    }

    /// The tools, for [`SandboxBuilder::shared_tool`](fumehood::SandboxBuilder::shared_tool).
    pub fn tools(&self) -> Vec<Arc<dyn Tool>> {
        let calls =
            Arc::new(Calls::new(self.sandbox.clone(), Arc::clone(&self.file), self.keep_state));
        let tool = |described: &Described| -> Arc<dyn Tool> {
            let (described, calls) = (described.clone(), Arc::clone(&calls));
            Arc::new(PythonTool { described, labels: self.labels, calls })
        };
        self.described.iter().map(tool).collect()
    }
}

impl std::fmt::Debug for PythonTools {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names = self.described.iter().map(|described| &described.name);
        f.debug_struct("PythonTools")
            .field("file", &self.file)
            .field("tools", &names.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

/// What the guest says of the tools of a file, which may have made of it what it likes.
async fn described(sandbox: &Sandbox, file: &str) -> Result<Vec<Described>, PythonToolsError> {
    let refuse = |reason: String| PythonToolsError::File { name: file.to_owned(), reason };
    let step = sandbox.session().await?.run(calling::asking("described()")).await?;
    let json = match step.outcome {
        Outcome::Completed(Some(value)) => value.json,
        _ => None,
    };
    let json = json.ok_or_else(|| refuse("it does not say which tools it has".to_owned()))?;
    let described = serde_json::from_str::<Vec<Described>>(json.get())
        .map_err(|error| refuse(format!("what it says of its tools cannot be read: {error}")))?;
    if described.len() > TOOLS_MOST {
        return Err(refuse(format!("it has more than {TOOLS_MOST} tools")));
    }
    for Described { name, .. } in &described {
        if let Some(reason) = unusable_name(name) {
            return Err(refuse(format!("`{name}` cannot be the name of a tool: {reason}")));
        }
    }
    Ok(described)
}

/// A function of a file.
struct PythonTool {
    described: Described,
    labels: ToolLabels,
    calls: Arc<Calls>,
}

impl Tool for PythonTool {
    fn name(&self) -> &str {
        &self.described.name
    }

    fn description(&self) -> &str {
        &self.described.description
    }

    fn parameters(&self) -> Value {
        self.described.parameters.clone()
    }

    fn returns(&self) -> Option<Value> {
        self.described.returns.clone()
    }

    fn labels(&self) -> ToolLabels {
        self.labels
    }

    fn call(&self, input: ToolInput) -> ToolFuture<'_> {
        Box::pin(self.calls.call(&self.described.name, input))
    }
}

/// One of the two ends at which the sandbox of the tools meets the host. Whoever calls answers it, so there is nothing to
/// call where nobody does.
struct End(&'static str);

impl Tool for End {
    fn name(&self) -> &str {
        self.0
    }

    fn description(&self) -> &str {
        "Passes on what a call of a tool takes or gives."
    }

    fn parameters(&self) -> Value {
        json!({"type": "object", "properties": {"value": {}}})
    }

    fn check(&self, _: &fumehood::Arguments, _: &[Attachment]) -> Option<Result<(), String>> {
        // Anything may be bytes, which no schema can say.
        Some(Ok(()))
    }

    fn call(&self, _: ToolInput) -> ToolFuture<'_> {
        Box::pin(async { Err(ToolError::new("nobody calls a tool")) })
    }
}
