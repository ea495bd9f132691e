//! Tools that code imports: modules with typed functions, classes and handles.
//!
//! * `types`: the types of values that cross
//! * `names`: which names a module can have
//!
//! A function of a module is a [`Tool`] as any other, with a dotted name: `acme.weather.forecast`. What a module
//! adds is how it looks in Python. The guest's `modules.py` makes that of data when code imports it, so a session
//! that does not import a module pays nothing for it.

mod names;
mod types;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::tools::Tool;

pub(crate) use self::names::Names;
pub use self::types::{Case, Definition, Field, Integer, Kind, Named, Type};

/// Tools that code imports, with the classes of the values that they take and give.
///
/// Sources of tools make them, such as WIT packages. How values look as JSON, which is what a [`Tool`] gets and
/// answers, is said at the kinds of types.
///
/// # Examples
///
/// ```
/// use std::sync::Arc;
///
/// use fumehood::{Field, Function, Module, Type, function};
/// use serde_json::json;
///
/// let schema = json!({"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]});
/// let greet = function("acme.greetings.greet", "Greets somebody.", schema, |arguments| async move {
///     Ok::<_, String>(format!("Hello, {}!", arguments["name"].as_str().unwrap_or_default()))
/// });
/// let name = Field { name: "name".to_owned(), documentation: String::new(), ty: Type::String };
/// let module = Module::new("acme.greetings", "How to greet.")
///     .with_function(Function::new("greet", Arc::new(greet)).taking(vec![name]).giving(Type::String));
/// // from acme.greetings import greet
/// # let _ = module;
/// ```
#[derive(Clone)]
pub struct Module {
    name: String,
    documentation: String,
    types: Vec<Arc<Definition>>,
    aliases: Vec<(String, Type)>,
    functions: Vec<Function>,
}

/// A function of a module, or of one of its classes.
#[derive(Clone)]
pub struct Function {
    name: String,
    place: Place,
    parameters: Vec<Field>,
    result: Option<Type>,
    tool: Arc<dyn Tool>,
}

/// Where in a module a function is. All but the first name the class, which is that of a resource.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Place {
    /// In the module itself.
    Module,
    /// Makes the handles of a class. It has the class's name.
    Constructor(String),
    /// A method, whose first parameter, `self`, is a handle.
    Method(String),
    /// A static method.
    Static(String),
    /// Lets go of what a handle stands for. Its only parameter is `self`, and code does not see it.
    Drop(String),
}

impl Module {
    /// A module with a dotted name, and its docstring.
    pub fn new(name: impl Into<String>, documentation: impl Into<String>) -> Module {
        Module {
            name: name.into(),
            documentation: documentation.into(),
            types: Vec::new(),
            aliases: Vec::new(),
            functions: Vec::new(),
        }
    }

    /// Adds a class. Those that it is made of have to be added before, or be in another module.
    pub fn with_type(mut self, definition: Arc<Definition>) -> Module {
        self.types.push(definition);
        self
    }

    /// Adds another name for a type.
    pub fn with_alias(mut self, name: impl Into<String>, ty: Type) -> Module {
        self.aliases.push((name.into(), ty));
        self
    }

    /// Adds a function.
    pub fn with_function(mut self, function: Function) -> Module {
        self.functions.push(function);
        self
    }

    /// Its dotted name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its docstring.
    pub fn documentation(&self) -> &str {
        &self.documentation
    }

    /// Its classes.
    pub fn types(&self) -> &[Arc<Definition>] {
        &self.types
    }

    /// Other names for types.
    pub fn aliases(&self) -> &[(String, Type)] {
        &self.aliases
    }

    /// Its functions, and those of its classes.
    pub fn functions(&self) -> &[Function] {
        &self.functions
    }

    /// The name that the tool of a function has to have.
    fn tool_name(&self, function: &Function) -> String {
        let (module, name) = (&self.name, &function.name);
        match &function.place {
            Place::Module => format!("{module}.{name}"),
            Place::Constructor(class) => format!("{module}.{class}"),
            Place::Method(class) | Place::Static(class) => format!("{module}.{class}.{name}"),
            Place::Drop(class) => format!("{module}.{class}.__del__"),
        }
    }

    /// Everything about it as the guest reads it.
    pub(crate) fn described(&self) -> Value {
        let types = self.types.iter().map(|definition| definition.described());
        let aliases = self.aliases.iter().map(|(name, ty)| json!([name, ty.described()]));
        let functions = self.functions.iter().map(Function::described);
        json!({
            "documentation": self.documentation,
            "types": types.collect::<Vec<_>>(),
            "aliases": aliases.collect::<Vec<_>>(),
            "functions": functions.collect::<Vec<_>>(),
        })
    }
}

impl std::fmt::Debug for Module {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Module").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Function {
    /// A function without parameters or a result. Its tool has the name of the module before that of the
    /// function.
    pub fn new(name: impl Into<String>, tool: Arc<dyn Tool>) -> Function {
        Function {
            name: name.into(),
            place: Place::Module,
            parameters: Vec::new(),
            result: None,
            tool,
        }
    }

    /// Puts it into a class. The default is the module itself.
    pub fn at(mut self, place: Place) -> Function {
        self.place = place;
        self
    }

    /// Sets its parameters. The default is none.
    pub fn taking(mut self, parameters: Vec<Field>) -> Function {
        self.parameters = parameters;
        self
    }

    /// Sets the type of its result. The default is none.
    pub fn giving(mut self, result: Type) -> Function {
        self.result = Some(result);
        self
    }

    /// Its name in Python.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where it is.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// Its parameters. Those at the end that are optional can be left out.
    pub fn parameters(&self) -> &[Field] {
        &self.parameters
    }

    /// The type of its result. That of a [`Type::Result`] is raised if it is an error.
    pub fn result(&self) -> Option<&Type> {
        self.result.as_ref()
    }

    /// What is called.
    pub fn tool(&self) -> &Arc<dyn Tool> {
        &self.tool
    }

    fn described(&self) -> Value {
        let (kind, of) = match &self.place {
            Place::Module => ("function", None),
            Place::Constructor(class) => ("constructor", Some(class)),
            Place::Method(class) => ("method", Some(class)),
            Place::Static(class) => ("static", Some(class)),
            Place::Drop(class) => ("drop", Some(class)),
        };
        let parameters = self.parameters.iter().map(|one| json!([one.name, one.ty.described()]));
        json!({
            "name": self.name,
            "kind": kind,
            "of": of,
            "tool": self.tool.name(),
            "documentation": self.tool.description(),
            "parameters": parameters.collect::<Vec<_>>(),
            "result": self.result.as_ref().map(Type::described),
        })
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Function").field("tool", &self.tool.name()).finish_non_exhaustive()
    }
}
