//! `fumehood tool`: what a component or a package of WIT has, and calls without an agent.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use fumehood::{Arguments, Function, Module, Place, ToolInput, ToolOutput, Type};
use fumehood_agent::module_stub;
use fumehood_tools::wit::Package;
use serde_json::{Value, json};

use crate::components;
use crate::printer::Printer;
use crate::report::Exit;
use crate::sandboxing::ImageFlags;
use crate::units;

/// Look at tools, and try them without an agent
#[derive(Clone, Debug, clap::Subcommand)]
pub(crate) enum ToolCommand {
    List(ListFlags),
    Call(CallFlags),
}

/// Show what code gets of a component or a package of WIT
///
/// It is shown as Python that could be imported, with types and docstrings.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ListFlags {
    /// A WebAssembly component, a file of WIT, or a folder of such files
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print a line of JSON for each function, with the schemas of what it takes and gives
    #[arg(long)]
    json: bool,
}

/// Call a function of a component
///
/// The component runs as it does for an agent: with limits, and without files, variables or network. Exit status: 0 the
/// function answered, 1 it gave an error or failed, 2 wrong usage, 4 the component cannot be used.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct CallFlags {
    /// A WebAssembly component
    #[arg(value_name = "FILE")]
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

fn list(flags: &ListFlags, image: &ImageFlags, printer: &Printer) -> Result<Exit> {
    let modules = match is_wit(&flags.file) {
        true => {
            let shown = flags.file.display();
            let package = Package::open(&flags.file);
            package.with_context(|| format!("cannot use the WIT in `{shown}`"))?.to_look_at()
        }
        false => components::open(&components::engine(image)?, &flags.file)?.modules(),
    };
    if flags.json {
        for function in modules.iter().flat_map(Module::functions) {
            let tool = function.tool();
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
    for (position, module) in modules.iter().enumerate() {
        if position > 0 {
            printer.line("\n")?;
        }
        for line in module_stub(module).lines() {
            printer.line(&units::printable(line))?;
        }
    }
    Ok(Exit::Ok)
}

async fn call(flags: &CallFlags, image: &ImageFlags, printer: &Printer) -> Result<Exit> {
    if is_wit(&flags.file) {
        bail!(
            "`{}` is WIT, which says what functions take and give, and not what they do",
            flags.file.display()
        );
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
