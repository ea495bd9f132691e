//! Which names a module and what is in it can have.

use std::collections::BTreeSet;

use super::{Kind, Module, Place, Type};
use crate::error::ConfigError;
use crate::image::Library;
use crate::tools::unusable_name;

/// The modules of Python itself, but for those with an underscore before their name, which no module can have.
/// Those that Python has given up are here as well: models still know what was in them.
const STANDARD_LIBRARY: &[&str] = &[
    "abc",
    "aifc",
    "annotationlib",
    "antigravity",
    "argparse",
    "array",
    "ast",
    "asynchat",
    "asyncio",
    "asyncore",
    "atexit",
    "audioop",
    "base64",
    "bdb",
    "binascii",
    "bisect",
    "builtins",
    "bz2",
    "cProfile",
    "calendar",
    "cgi",
    "cgitb",
    "chunk",
    "cmath",
    "cmd",
    "code",
    "codecs",
    "codeop",
    "collections",
    "colorsys",
    "compileall",
    "compression",
    "concurrent",
    "configparser",
    "contextlib",
    "contextvars",
    "copy",
    "copyreg",
    "crypt",
    "csv",
    "ctypes",
    "curses",
    "dataclasses",
    "datetime",
    "dbm",
    "decimal",
    "difflib",
    "dis",
    "distutils",
    "doctest",
    "email",
    "encodings",
    "ensurepip",
    "enum",
    "errno",
    "faulthandler",
    "fcntl",
    "filecmp",
    "fileinput",
    "fnmatch",
    "fractions",
    "ftplib",
    "functools",
    "gc",
    "genericpath",
    "getopt",
    "getpass",
    "gettext",
    "glob",
    "graphlib",
    "grp",
    "gzip",
    "hashlib",
    "heapq",
    "hmac",
    "html",
    "http",
    "idlelib",
    "imaplib",
    "imghdr",
    "imp",
    "importlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "keyword",
    "lib2to3",
    "linecache",
    "locale",
    "logging",
    "lzma",
    "mailbox",
    "mailcap",
    "marshal",
    "math",
    "mimetypes",
    "mmap",
    "modulefinder",
    "msilib",
    "msvcrt",
    "multiprocessing",
    "netrc",
    "nis",
    "nntplib",
    "nt",
    "ntpath",
    "nturl2path",
    "numbers",
    "opcode",
    "operator",
    "optparse",
    "os",
    "ossaudiodev",
    "pathlib",
    "pdb",
    "pickle",
    "pickletools",
    "pipes",
    "pkgutil",
    "platform",
    "plistlib",
    "poplib",
    "posix",
    "posixpath",
    "pprint",
    "profile",
    "profiling",
    "pstats",
    "pty",
    "pwd",
    "py_compile",
    "pyclbr",
    "pydoc",
    "pydoc_data",
    "pyexpat",
    "queue",
    "quopri",
    "random",
    "re",
    "readline",
    "reprlib",
    "resource",
    "rlcompleter",
    "runpy",
    "sched",
    "secrets",
    "select",
    "selectors",
    "shelve",
    "shlex",
    "shutil",
    "signal",
    "site",
    "smtpd",
    "smtplib",
    "sndhdr",
    "socket",
    "socketserver",
    "spwd",
    "sqlite3",
    "sre_compile",
    "sre_constants",
    "sre_parse",
    "ssl",
    "stat",
    "statistics",
    "string",
    "stringprep",
    "struct",
    "subprocess",
    "sunau",
    "symtable",
    "sys",
    "sysconfig",
    "syslog",
    "tabnanny",
    "tarfile",
    "telnetlib",
    "tempfile",
    "termios",
    "textwrap",
    "this",
    "threading",
    "time",
    "timeit",
    "tkinter",
    "token",
    "tokenize",
    "tomllib",
    "trace",
    "traceback",
    "tracemalloc",
    "tty",
    "turtle",
    "turtledemo",
    "types",
    "typing",
    "unicodedata",
    "unittest",
    "urllib",
    "uu",
    "uuid",
    "venv",
    "warnings",
    "wave",
    "weakref",
    "webbrowser",
    "winreg",
    "winsound",
    "wsgiref",
    "xdrlib",
    "xml",
    "xmlrpc",
    "zipapp",
    "zipfile",
    "zipimport",
    "zlib",
    "zoneinfo",
];

/// The names that modules of a sandbox have so far, and those that none can have.
pub(crate) struct Names {
    libraries: BTreeSet<String>,
    modules: BTreeSet<String>,
    /// Classes, each after the name of its module.
    classes: BTreeSet<(String, String)>,
}

impl Names {
    /// None yet, beside these libraries.
    pub(crate) fn beside(libraries: &[Library]) -> Names {
        let libraries = libraries.iter().flat_map(|library| library.modules.iter().cloned());
        Names { libraries: libraries.collect(), modules: BTreeSet::new(), classes: BTreeSet::new() }
    }

    /// The same beside packages that can be imported by these names.
    pub(crate) fn and_packages(mut self, packages: Vec<String>) -> Names {
        self.libraries.extend(packages);
        self
    }

    /// Whether a package can be imported by this name, or what it would be found behind.
    pub(crate) fn check_package(&self, name: &str) -> Result<(), String> {
        let behind = match name {
            "fumehood" | "tools" => "what the sandbox itself has",
            _ if STANDARD_LIBRARY.contains(&name) => "Python's own module",
            _ if self.libraries.contains(name) => "a library of the guest",
            _ => return Ok(()),
        };
        Err(format!("nobody would find it: {behind} has the name"))
    }

    /// Checks the names of modules, and that each has what it needs in itself or in one of the others.
    pub(crate) fn check(mut self, modules: &[Module]) -> Result<(), ConfigError> {
        let refuse = |module: &Module, reason| {
            Err(ConfigError::Module { name: module.name.clone(), reason })
        };
        for module in modules {
            if let Err(reason) = self.add(module) {
                return refuse(module, reason);
            }
        }
        for module in modules {
            let Some(missing) = needed(module).find(|class| !self.classes.contains(class)) else {
                continue;
            };
            let (of, class) = missing;
            return refuse(module, format!("it needs `{class}` of `{of}`, which is not there"));
        }
        Ok(())
    }

    fn add(&mut self, module: &Module) -> Result<(), String> {
        let (first, _) = module.name.split_once('.').unwrap_or((&module.name, ""));
        if first.starts_with('_') {
            return Err("names that begin with an underscore belong to Python".to_owned());
        }
        if let Some(reason) = module.name.split('.').find_map(unusable_name) {
            return Err(format!("it is not made of names with dots between them: {reason}"));
        }
        if STANDARD_LIBRARY.contains(&first) {
            return Err(format!("it would stand before Python's own module `{first}`"));
        }
        if self.libraries.contains(first) {
            return Err(format!("it would stand before the library `{first}`"));
        }
        if ["fumehood", "tools"].contains(&first) {
            return Err(format!("`{first}` is what the sandbox itself has"));
        }
        if !self.modules.insert(module.name.clone()) {
            return Err("there is another one of this name".to_owned());
        }
        let mut public = BTreeSet::new();
        let mut name = |name: &str| match unusable_name(name) {
            Some(reason) => {
                Err(format!("`{name}` cannot be the name of something in it: {reason}"))
            }
            None if !public.insert(name.to_owned()) => {
                Err(format!("it has two things that are `{name}`"))
            }
            None => Ok(()),
        };
        for definition in &module.types {
            name(&definition.name)?;
            if definition.module != module.name {
                let other = &definition.module;
                return Err(format!("its type `{}` is one of `{other}`", definition.name));
            }
            match &definition.kind {
                Kind::Record(fields) => {
                    distinct(fields.iter().map(|field| field.name.as_str()))?;
                }
                Kind::Variant(cases) => {
                    distinct(cases.iter().map(|case| case.label.python.as_str()))?;
                }
                Kind::Enum(labels) | Kind::Flags(labels) => {
                    distinct(labels.iter().map(|label| label.python.as_str()))?;
                }
                Kind::Resource => {}
            }
            self.classes.insert((module.name.clone(), definition.name.clone()));
        }
        for (alias, _) in &module.aliases {
            name(alias)?;
        }
        for function in &module.functions {
            match &function.place {
                Place::Module => name(&function.name)?,
                Place::Constructor(class)
                | Place::Method(class)
                | Place::Static(class)
                | Place::Drop(class) => {
                    let resource = module.types.iter().any(|definition| {
                        definition.name == *class && definition.kind == Kind::Resource
                    });
                    if !resource {
                        return Err(format!("it has no resource `{class}`"));
                    }
                }
            }
            let (wanted, is) = (module.tool_name(function), function.tool.name());
            if wanted != is {
                return Err(format!("the tool of `{wanted}` has the name `{is}`"));
            }
            distinct(function.parameters.iter().map(|parameter| parameter.name.as_str()))?;
        }
        Ok(())
    }
}

/// The classes that a module needs, each after the name of its module.
fn needed(module: &Module) -> impl Iterator<Item = (String, String)> {
    let mut classes = BTreeSet::new();
    for definition in &module.types {
        match &definition.kind {
            Kind::Record(fields) => {
                fields.iter().for_each(|field| collect(&field.ty, &mut classes))
            }
            Kind::Variant(cases) => {
                cases
                    .iter()
                    .filter_map(|case| case.ty.as_ref())
                    .for_each(|ty| collect(ty, &mut classes));
            }
            _ => {}
        }
    }
    module.aliases.iter().for_each(|(_, ty)| collect(ty, &mut classes));
    for function in &module.functions {
        let types = function.parameters.iter().map(|one| &one.ty).chain(&function.result);
        types.for_each(|ty| collect(ty, &mut classes));
    }
    classes.into_iter()
}

fn collect(ty: &Type, into: &mut BTreeSet<(String, String)>) {
    match ty {
        Type::List(item) | Type::Option(item) => collect(item, into),
        Type::Result { ok, err } => ok.iter().chain(err).for_each(|ty| collect(ty, into)),
        Type::Tuple(items) => items.iter().for_each(|ty| collect(ty, into)),
        Type::Named(class) | Type::Handle { resource: class, .. } => {
            into.insert((class.module.clone(), class.name.clone()));
        }
        _ => {}
    }
}

fn distinct<'a>(names: impl Iterator<Item = &'a str>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for name in names {
        if let Some(reason) = unusable_name(name) {
            return Err(format!("`{name}` cannot be a name in it: {reason}"));
        }
        if !seen.insert(name) {
            return Err(format!("two parts of the same are `{name}`"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::super::{Definition, Function};
    use super::*;

    fn added(module: &Module) -> Result<(), String> {
        let numpy = json!({"name": "numpy", "version": "2", "modules": ["numpy"]});
        let libraries = [serde_json::from_value(numpy).unwrap()];
        Names::beside(&libraries)
            .check(std::slice::from_ref(module))
            .map_err(|error| error.to_string())
    }

    fn tool(name: &str) -> Arc<dyn crate::Tool> {
        let schema = json!({"type": "object"});
        Arc::new(crate::function(name, "", schema, |_| async { Ok::<_, String>(()) }))
    }

    #[test]
    fn a_module_cannot_stand_before_what_python_and_libraries_have() {
        for (name, why) in [
            ("json", "Python's own module `json`"),
            ("os.path", "Python's own module `os`"),
            ("numpy.linalg", "the library `numpy`"),
            ("fumehood.tools", "what the sandbox itself has"),
            ("_host", "begin with an underscore"),
            ("__main__", "begin with an underscore"),
            ("acme.class", "a keyword of Python"),
            ("acme.", "not an identifier"),
            ("", "not an identifier"),
            ("acme/weather", "not an identifier"),
        ] {
            let refusal = added(&Module::new(name, "")).unwrap_err();
            assert!(refusal.contains(why), "{name}: {refusal}");
        }
        added(&Module::new("acme.json", "")).unwrap();
    }

    #[test]
    fn what_is_in_a_module_has_names_of_its_own_and_all_that_it_needs() {
        let kind = Kind::Resource;
        let (module, name, documentation) = ("acme".to_owned(), "Db".to_owned(), String::new());
        let class = Arc::new(Definition { module, name, documentation, kind });
        let acme = || Module::new("acme", "");
        let of = |place: Place, name: &str| {
            acme()
                .with_type(Arc::clone(&class))
                .with_function(Function::new("f", tool(name)).at(place))
        };
        let place = || Place::Method("Db".to_owned());
        added(&of(place(), "acme.Db.f")).unwrap();
        let refused = |module: Module, why: &str| {
            let refusal = added(&module).unwrap_err();
            assert!(refusal.contains(why), "{refusal}");
        };
        refused(of(place(), "f"), "the tool of `acme.Db.f` has the name `f`");
        refused(of(Place::Static("Other".to_owned()), "acme.f"), "no resource `Other`");
        let taken = |ty: Type| acme().with_function(Function::new("f", tool("acme.f")).giving(ty));
        refused(taken(Type::Named(Arc::clone(&class))), "it needs `Db` of `acme`");
        let twice = acme().with_alias("A", Type::Bool).with_alias("A", Type::Bool);
        refused(twice, "two things that are `A`");
    }
}
