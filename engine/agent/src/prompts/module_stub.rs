//! Modules as the model is shown them: as Python that it could import, without bodies.

use fumehood::{Field, Function, Kind, Module, Named, Place, Type};

use super::stub::{docstring, one_line};

/// Characters of one module. What is longer is cut, and can still be imported.
const CHARACTERS: usize = 30_000;

/// A module as Python: what to import, its classes with their fields and methods, and its functions, with docstrings.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use fumehood::{Function, Module, Type, function};
/// use serde_json::json;
///
/// let schema = json!({"type": "object", "properties": {}});
/// let now = function("acme.clock.now", "The time.", schema, |_| async { Ok::<_, String>("12:00") });
/// let now = Function::new("now", Arc::new(now)).giving(Type::String);
/// let stub = fumehood_agent::module_stub(&Module::new("acme.clock", "Tells the time.").with_function(now));
/// assert!(stub.starts_with("# from acme.clock import now\n"), "{stub}");
/// assert!(stub.contains("def now() -> str:\n    \"\"\"The time.\"\"\""), "{stub}");
/// ```
pub fn module_stub(module: &Module) -> String {
    let functions = module.functions().iter().filter(|function| *function.place() == Place::Module);
    let classes = module.types().iter().map(|definition| definition.name.as_str());
    let aliases = module.aliases().iter().map(|(name, _)| name.as_str());
    let names = functions.clone().map(Function::name).chain(classes).chain(aliases);
    let mut parts =
        vec![format!("# from {} import {}", module.name(), names.collect::<Vec<_>>().join(", "))];
    if !module.documentation().is_empty() {
        parts.push(docstring(&text_lines(module.documentation())));
    }
    for (name, ty) in module.aliases() {
        parts.push(format!("{name} = {}", written(ty, module.name())));
    }
    for definition in module.types() {
        parts.push(class(module, definition));
    }
    parts.extend(functions.map(|function| signature(function, module.name())));
    let text = parts.join("\n\n");
    match text.char_indices().nth(CHARACTERS) {
        Some((end, _)) => format!("{}\n# ... and more: help({})", &text[..end], module.name()),
        None => text,
    }
}

/// The name by which a model calls a tool without code. Most servers take letters, digits, underscores and dashes, and
/// 64 of them.
pub(crate) fn callable_name(name: &str) -> String {
    let name = name.replace('.', "_");
    // What tells functions of a module apart is at the end; names of tools are ASCII.
    name[name.len().saturating_sub(64)..].to_owned()
}

/// A module in words, as smolagents has tools where they are called without code: each function under the name that the
/// model calls it by.
pub(super) fn in_words(module: &Module) -> String {
    let functions = module.functions().iter().map(|function| {
        let takes = function.parameters().iter();
        let takes = takes.map(|one| format!("{}: {}", one.name, written(&one.ty, module.name())));
        let gives =
            function.result().map_or_else(|| "None".to_owned(), |ty| written(ty, module.name()));
        format!(
            "{}: {}\n    Takes inputs: {}\n    Returns an output of type: {gives}",
            callable_name(function.tool().name()),
            function.tool().description(),
            takes.collect::<Vec<_>>().join(", "),
        )
    });
    functions.collect::<Vec<_>>().join("\n  - ")
}

fn class(module: &Module, definition: &fumehood::Definition) -> String {
    let name = &definition.name;
    let mut lines = Vec::new();
    let about = text_lines(&definition.documentation);
    if !about.is_empty() {
        lines.push(indented(&docstring(&about)));
    }
    let documented = |documentation: &str| match one_line(documentation) {
        text if text.is_empty() => text,
        text => format!("  # {}", text.replace(char::is_control, " ")),
    };
    let labels = |labels: &[Named]| {
        let written = labels.iter().map(|label| {
            format!("    {} = {:?}{}", label.python, label.name, documented(&label.documentation))
        });
        written.collect::<Vec<_>>()
    };
    let head = match &definition.kind {
        Kind::Record(fields) => {
            lines.extend(fields.iter().map(|Field { name, documentation, ty }| {
                let ty = written(ty, module.name());
                format!("    {name}: {ty}{}", documented(documentation))
            }));
            format!("@dataclass\nclass {name}:")
        }
        Kind::Enum(cases) => {
            lines.extend(labels(cases));
            format!("class {name}(Enum):")
        }
        Kind::Flags(flags) => {
            lines.extend(labels(flags));
            format!("class {name}(Flag):")
        }
        Kind::Variant(cases) => {
            let written = cases.iter().map(|case| {
                let value =
                    case.ty.as_ref().map(|ty| format!("value: {}", written(ty, module.name())));
                let about = documented(&case.label.documentation);
                format!("    # {name}.{}({}){about}", case.label.python, value.unwrap_or_default())
            });
            lines.push("    # one of these, for `match` and `isinstance`:".to_owned());
            lines.extend(written);
            lines.push("    ...".to_owned());
            format!("class {name}:")
        }
        _ => {
            let methods = module.functions().iter().filter(|function| match function.place() {
                Place::Constructor(of) | Place::Method(of) | Place::Static(of) => of == name,
                _ => false,
            });
            lines.extend(methods.map(|method| indented(&signature(method, module.name()))));
            lines.push("    # a handle: `with` closes it, as does .close()".to_owned());
            format!("class {name}:")
        }
    };
    if lines.is_empty() {
        lines.push("    ...".to_owned());
    }
    format!("{head}\n{}", lines.join("\n"))
}

/// A function, or a method of a class.
fn signature(function: &Function, module: &str) -> String {
    let parameters = function.parameters();
    let required =
        parameters.iter().rposition(|one| !one.ty.takes_none()).map_or(0, |last| last + 1);
    let mut signed = parameters.iter().enumerate().map(|(position, parameter)| {
        let default = if position < required { "" } else { " = None" };
        format!("{}: {}{default}", parameter.name, written(&parameter.ty, module))
    });
    let (decorator, name) = match function.place() {
        Place::Constructor(_) => ("", "__init__"),
        Place::Static(_) => ("@staticmethod\n", function.name()),
        _ => ("", function.name()),
    };
    let own = match function.place() {
        Place::Constructor(_) => Some("self".to_owned()),
        Place::Method(_) => {
            signed.next();
            Some("self".to_owned())
        }
        _ => None,
    };
    let parameters = own.into_iter().chain(signed).collect::<Vec<_>>().join(", ");
    let (gives, raises) = match function.result() {
        _ if matches!(function.place(), Place::Constructor(_)) => ("None".to_owned(), None),
        Some(Type::Result { ok, err }) => (
            ok.as_deref().map_or_else(|| "None".to_owned(), |ty| written(ty, module)),
            err.as_deref().map(|ty| written(ty, module)),
        ),
        Some(ty) => (written(ty, module), None),
        None => ("None".to_owned(), None),
    };
    let mut about = text_lines(function.tool().description());
    if let Some(payload) = raises {
        if !about.is_empty() {
            about.push(String::new());
        }
        about.push(format!("Raises ToolError, whose .payload is: {payload}"));
    }
    let body = if about.is_empty() { "...".to_owned() } else { docstring(&about) };
    format!("{decorator}def {name}({parameters}) -> {gives}:\n    {body}")
}

/// A type in Python, as it is written in a module.
fn written(ty: &Type, module: &str) -> String {
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Integer(_) => "int".to_owned(),
        Type::F32 | Type::F64 => "float".to_owned(),
        Type::Char | Type::String => "str".to_owned(),
        Type::Bytes => "bytes".to_owned(),
        Type::List(item) => format!("list[{}]", written(item, module)),
        Type::Option(item) if item.takes_none() => {
            format!("Some[{}] | None", written(item, module))
        }
        Type::Option(item) => format!("{} | None", written(item, module)),
        Type::Result { ok, err } => {
            let side = |ty: &Option<std::sync::Arc<Type>>| {
                ty.as_deref().map_or_else(|| "None".to_owned(), |ty| written(ty, module))
            };
            format!("Ok[{}] | Err[{}]", side(ok), side(err))
        }
        Type::Tuple(items) if items.is_empty() => "tuple[()]".to_owned(),
        Type::Tuple(items) => {
            let items = items.iter().map(|item| written(item, module)).collect::<Vec<_>>();
            format!("tuple[{}]", items.join(", "))
        }
        Type::Named(class) | Type::Handle { resource: class, .. } => match class.module == module {
            true => class.name.clone(),
            false => format!("{}.{}", class.module, class.name),
        },
        _ => "Any".to_owned(),
    }
}

fn text_lines(text: &str) -> Vec<String> {
    text.trim().lines().map(str::to_owned).collect()
}

fn indented(text: &str) -> String {
    let line = |line: &str| if line.is_empty() { String::new() } else { format!("    {line}") };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
