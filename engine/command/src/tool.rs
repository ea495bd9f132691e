//! `fumehood tool`: what tools, a component or a package of WIT have, and calls without an agent.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fumehood::{
    Arguments, Function, Module, Place, Sandbox, ToolDeclaration, ToolInput, ToolOutput, Type,
};
use fumehood_agent::{module_stub, tool_stub};
use fumehood_tools::wit::Package;
use serde_json::{Value, json};

use crate::components;
use crate::printer::Printer;
use crate::report::Exit;
use crate::sandboxing::ImageFlags;
use crate::toolbox::{self, Toolset};
use crate::units;

/// Look at tools, and try them without an agent
#[derive(Clone, Debug, clap::Subcommand)]
pub(crate) enum ToolCommand {
    List(ListFlags),
    Call(CallFlags),
}

/// Show what code gets of tools, a component or a package of WIT
///
/// It is shown as Python, with types and docstrings.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ListFlags {
    /// What `--tool` takes: a tool of the library, a file that describes one, a Python file. Or a WebAssembly component,
    /// a file of WIT, or a folder of such files
    #[arg(value_name = "NAME|FILE")]
    file: PathBuf,
    /// Print a line of JSON for each function, with the schemas of what it takes and gives
    #[arg(long)]
    json: bool,
}

/// Call a tool, or a function of a component
///
/// It runs as it does for an agent; a component with limits, and without files, variables or network. Exit status: 0 it
/// answered, 1 it gave an error or failed, 2 wrong usage, 4 it cannot be used.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct CallFlags {
    /// What `--tool` takes, or a WebAssembly component
    #[arg(value_name = "NAME|FILE")]
    file: PathBuf,
    /// The function, as `fumehood tool list` shows it; its module can be left out
    #[arg(value_name = "FUNCTION")]
    function: String,
    /// An argument: text where the function takes text, otherwise JSON
    #[arg(long, value_name = "NAME=VALUE", value_parser = argument)]
    arg: Vec<(String, String)>,
    /// Print the answer as a line of JSON, as an agent without code gets it
    #[arg(long)]
    json: bool,
}

fn argument(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| format!("`{text}` is not of the form NAME=VALUE"))
}

pub(crate) async fn tool(
    command: ToolCommand,
    image: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    match command {
        ToolCommand::List(flags) => list(&flags, image, printer),
        ToolCommand::Call(flags) => call(&flags, image, printer).await,
    }
}

fn is_wit(file: &Path) -> bool {
    file.is_dir() || file.extension().is_some_and(|extension| extension == "wit")
}

fn is_component(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "wasm")
}

fn list(flags: &ListFlags, image: &ImageFlags, printer: &Arc<Printer>) -> Result<Exit> {
    let Toolset { tools, modules } = if is_wit(&flags.file) {
        let shown = flags.file.display();
        let package = Package::open(&flags.file);
        let package = package.with_context(|| format!("cannot use the WIT in `{shown}`"))?;
        Toolset { modules: package.to_look_at(), ..Toolset::default() }
    } else if is_component(&flags.file) {
        let component = components::open(&components::engine(image)?, &flags.file)?;
        Toolset { modules: component.modules(), ..Toolset::default() }
    } else {
        toolbox::open(&flags.file.to_string_lossy(), image, printer)?
    };
    let print =
        |text: &str| text.lines().try_for_each(|line| printer.line(&units::printable(line)));
    if flags.json {
        let of_modules = modules.iter().flat_map(Module::functions).map(Function::tool);
        for tool in tools.iter().chain(of_modules) {
            let described = json!({
                "name": tool.name(),
                "description": tool.description(),
                "parameters": tool.parameters(),
                "returns": tool.returns(),
            });
            printer.line(&described.to_string())?;
        }
        return Ok(Exit::Ok);
    }
    for (position, tool) in tools.iter().enumerate() {
        if position > 0 {
            printer.line("\n")?;
        }
        print(&tool_stub(&ToolDeclaration::of(&**tool)))?;
    }
    for (position, module) in modules.iter().enumerate() {
        if position > 0 {
            printer.line("\n")?;
        }
        print(&module_stub(module))?;
    }
    Ok(Exit::Ok)
}

async fn call(flags: &CallFlags, image: &ImageFlags, printer: &Arc<Printer>) -> Result<Exit> {
    if is_wit(&flags.file) {
        bail!(
            "`{}` is WIT, which says what functions take and give, and not what they do",
            flags.file.display()
        );
    }
    if !is_component(&flags.file) {
        return call_tool(flags, image, printer).await;
    }
    let modules = components::open(&components::engine(image)?, &flags.file)?.modules();
    let function = named(&modules, &flags.function)?;
    let arguments = arguments(function, &flags.arg);
    let tool = function.tool();
    if let Some(Err(wrong)) = tool.check(&arguments, &[]) {
        printer.error(&anyhow!("{wrong}"));
        return Ok(Exit::Exception);
    }
    let answer = match tool.call(ToolInput::new(arguments)).await {
        Ok(answer) => inlined(answer),
        Err(error) => {
            printer.error(&anyhow!("{error}"));
            return Ok(Exit::Exception);
        }
    };
    let is_error =
        matches!(function.result(), Some(Type::Result { .. })) && answer.get("err").is_some();
    let exit = if is_error { Exit::Exception } else { Exit::Ok };
    let said = match (function.result(), flags.json) {
        (Some(Type::Result { .. }), false) if is_error => {
            printer.error(&anyhow!("{} gave an error: {}", tool.name(), in_words(&answer["err"])));
            return Ok(exit);
        }
        (Some(Type::Result { .. }), false) => in_words(&answer["ok"]),
        (_, false) => in_words(&answer),
        (_, true) => answer.to_string(),
    };
    printer.line(&said)?;
    Ok(exit)
}

/// Calls a tool as a sandbox calls it, with its arguments checked.
async fn call_tool(flags: &CallFlags, image: &ImageFlags, printer: &Arc<Printer>) -> Result<Exit> {
    let tools = toolbox::open(&flags.file.to_string_lossy(), image, printer)?;
    let sandbox = tools.apply(Sandbox::builder(&image.engine(printer)?)).build()?;
    let name = flags.function.as_str();
    let Some(tool) = sandbox.tools().iter().find(|tool| tool.name == name) else {
        let there = sandbox.tools().iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>();
        bail!("there is no tool `{name}`; there are: {}", there.join(", "));
    };
    let read = |(name, text): &(String, String)| {
        let is_text = tool.parameters["properties"][name]["type"] == "string";
        let value = if is_text { None } else { serde_json::from_str(text).ok() };
        (name.clone(), value.unwrap_or_else(|| Value::from(text.as_str())))
    };
    let arguments = flags.arg.iter().map(read).collect::<Arguments>();
    let answer = match sandbox.tool_call(name, Value::Object(arguments)) {
        Ok(call) => call.run().await.map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    match answer {
        Ok(answer) => {
            let answer = inlined(answer);
            printer.line(&if flags.json { answer.to_string() } else { in_words(&answer) })?;
            Ok(Exit::Ok)
        }
        Err(error) => {
            printer.error(&anyhow!("{error}"));
            Ok(Exit::Exception)
        }
    }
}

/// The function that is meant. Those that let go of handles are not for people.
fn named<'a>(modules: &'a [Module], name: &str) -> Result<&'a Function> {
    let functions = || {
        let all = modules.iter().flat_map(Module::functions);
        all.filter(|function| !matches!(function.place(), Place::Drop(_)))
    };
    let ends = |function: &&Function| {
        let full = function.tool().name();
        full == name || full.strip_suffix(name).is_some_and(|module| module.ends_with('.'))
    };
    let found = functions().filter(ends).collect::<Vec<_>>();
    match found.as_slice() {
        [function] => Ok(function),
        [] => {
            let there = functions().map(|function| function.tool().name()).collect::<Vec<_>>();
            bail!("there is no function `{name}`; there are: {}", there.join(", "))
        }
        several => {
            let meant = several.iter().map(|function| function.tool().name()).collect::<Vec<_>>();
            bail!("`{name}` may be any of these: {}", meant.join(", "))
        }
    }
}

fn arguments(function: &Function, given: &[(String, String)]) -> Arguments {
    let read = |(name, text): &(String, String)| {
        let parameter = function.parameters().iter().find(|parameter| parameter.name == *name);
        let value = match parameter.map(|parameter| &parameter.ty) {
            Some(ty) if is_text(ty) => Value::from(text.as_str()),
            _ => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text.as_str())),
        };
        (name.clone(), value)
    };
    given.iter().map(read).collect()
}

fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::String | Type::Char)
}

/// An answer in which bytes are base64.
fn inlined(answer: ToolOutput) -> Value {
    let mut value = answer.value;
    for attachment in &answer.attachments {
        if let Some(place) = value.pointer_mut(&attachment.at) {
            *place = Value::from(STANDARD.encode(&attachment.bytes));
        }
    }
    value
}

fn in_words(value: &Value) -> String {
    match value {
        Value::String(text) => units::printable_text(text),
        other => other.to_string(),
    }
}
