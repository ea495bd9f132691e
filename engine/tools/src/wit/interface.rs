//! Interfaces of WIT as modules of Python: what is in them, and how it is called.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use fumehood::{Case, Definition, Field, Integer, Kind, Named, Place, Type};
use wit_parser::{
    Docs, Function, FunctionKind, Handle, InterfaceId, PackageId, Resolve, Type as WitType,
    TypeDefKind, TypeId, TypeOwner, WorldId,
};

use super::error::WitError;
use super::naming::{camel, snake, upper};

/// How many types a type is made of at most, written out as far as classes have no names of their own.
const PARTS: u64 = 10_000;
/// How deep types are nested at most, classes in classes included.
const DEPTH: u32 = 60;

/// An interface.
#[derive(Clone, Debug)]
pub(crate) struct Interface {
    /// Its name in WIT without a version, such as `acme:weather/forecast`; empty for the functions of a world.
    pub(crate) id: String,
    /// What a component exports it as.
    #[cfg_attr(not(feature = "component"), expect(dead_code, reason = "components export"))]
    pub(crate) export: Option<String>,
    /// The name of its module.
    pub(crate) module: String,
    pub(crate) documentation: String,
    /// Each comes after those that it is made of.
    pub(crate) types: Vec<Arc<Definition>>,
    pub(crate) aliases: Vec<(String, Type)>,
    pub(crate) functions: Vec<Arc<Signature>>,
}

/// A function of an interface.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    /// Its name in WIT, such as `forecast` or `[method]db.query`.
    pub(crate) wit: String,
    /// Its name in Python.
    pub(crate) python: String,
    /// The name of its tool.
    pub(crate) tool: String,
    pub(crate) place: Place,
    pub(crate) documentation: String,
    pub(crate) parameters: Vec<Field>,
    pub(crate) result: Option<Type>,
}

impl Signature {
    /// Whether it is not one of the WIT, but lets go of a handle.
    pub(crate) fn is_drop(&self) -> bool {
        matches!(self.place, Place::Drop(_))
    }
}

#[cfg(feature = "component")]
impl Interface {
    pub(crate) fn has_resources(&self) -> bool {
        self.types.iter().any(|definition| definition.kind == Kind::Resource)
    }
}

/// Where the functions are that interfaces are read for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Root {
    /// In the interfaces of a package.
    Package(PackageId),
    /// In what a world exports.
    #[cfg_attr(not(feature = "component"), expect(dead_code, reason = "components have worlds"))]
    World(WorldId),
}

/// Reads the interfaces that have the functions, and those that have only types for them. What has no package
/// belongs into a module of the given name.
pub(crate) fn read(
    resolve: &Resolve,
    root: Root,
    nameless: &str,
) -> Result<Vec<Interface>, WitError> {
    let mut reader = Reader {
        resolve,
        nameless,
        with_functions: BTreeMap::new(),
        types: HashMap::new(),
        interfaces: Vec::new(),
    };
    let mut functions = Vec::new();
    let mut exports = HashMap::new();
    let mut of_world = None;
    match root {
        Root::Package(package) => {
            functions.extend(resolve.packages[package].interfaces.values().copied());
        }
        Root::World(world) => {
            let mut free = Vec::new();
            for (key, item) in &resolve.worlds[world].exports {
                match item {
                    wit_parser::WorldItem::Interface { id, .. } => {
                        if let wit_parser::WorldKey::Name(name) = key {
                            reader.with_functions.insert(*id, Some(name.clone()));
                        }
                        exports.insert(*id, resolve.name_world_key(key));
                        functions.push(*id);
                    }
                    wit_parser::WorldItem::Function(function) => free.push(function),
                    wit_parser::WorldItem::Type { .. } => {}
                }
            }
            of_world = Some((world, free));
        }
    }
    for id in &functions {
        if !resolve.interfaces[*id].functions.is_empty() {
            reader.with_functions.entry(*id).or_insert(None);
        }
    }
    for id in functions {
        reader.interface(id)?;
        let module = reader.module_of(TypeOwner::Interface(id))?;
        let interface = &resolve.interfaces[id];
        let signatures = interface.functions.values();
        let signatures = signatures.map(|function| reader.function(&module, function));
        let mut signatures = signatures.collect::<Result<Vec<_>, _>>()?;
        if let Some(read) =
            reader.interfaces.iter_mut().find(|(other, _)| *other == Owner::Interface(id))
        {
            signatures.extend(drops(&read.1));
            read.1.export = exports.remove(&id);
            read.1.functions = signatures.into_iter().map(Arc::new).collect();
        }
    }
    if let Some((world, free)) = of_world.filter(|(_, free)| !free.is_empty()) {
        let module = nameless.to_owned();
        let functions = free.into_iter().map(|function| reader.function(&module, function));
        let functions =
            functions.map(|function| function.map(Arc::new)).collect::<Result<_, _>>()?;
        let types = reader.types_of(Owner::World(world));
        types.functions = functions;
        types.documentation = told(&resolve.worlds[world].docs);
    }
    let interfaces = reader.interfaces.into_iter().map(|(_, interface)| interface);
    Ok(interfaces.filter(|one| !one.functions.is_empty() || !one.types.is_empty()).collect())
}

/// How code lets go of each of the resources.
fn drops(interface: &Interface) -> Vec<Signature> {
    let resources = interface.types.iter().filter(|definition| definition.kind == Kind::Resource);
    let let_go = resources.map(|resource| Signature {
        wit: format!("[drop]{}", resource.name),
        python: "__del__".to_owned(),
        tool: format!("{}.{}.__del__", interface.module, resource.name),
        place: Place::Drop(resource.name.clone()),
        documentation: format!("Lets go of a {}.", resource.name),
        parameters: vec![Field {
            name: "self".to_owned(),
            documentation: String::new(),
            ty: Type::Handle { resource: Arc::clone(resource), owned: true },
        }],
        result: None,
    });
    let_go.collect()
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Owner {
    Interface(InterfaceId),
    World(WorldId),
}

struct Reader<'a> {
    resolve: &'a Resolve,
    nameless: &'a str,
    /// The interfaces that have functions, with the names that a world gives them.
    with_functions: BTreeMap<InterfaceId, Option<String>>,
    types: HashMap<TypeId, Measured>,
    interfaces: Vec<(Owner, Interface)>,
}

/// A type, and how large it is.
#[derive(Clone)]
struct Measured {
    ty: Type,
    parts: u64,
    depth: u32,
}

impl Measured {
    fn plain(ty: Type) -> Measured {
        Measured { ty, parts: 1, depth: 1 }
    }

    /// A type around others.
    fn around<'a>(ty: Type, others: impl IntoIterator<Item = &'a Measured>) -> Measured {
        let mut measured = Measured::plain(ty);
        for other in others {
            measured.parts = measured.parts.saturating_add(other.parts);
            measured.depth = measured.depth.max(other.depth + 1);
        }
        measured
    }
}

impl Reader<'_> {
    /// Reads the types of an interface, and of those that it uses.
    fn interface(&mut self, id: InterfaceId) -> Result<(), WitError> {
        for (name, ty) in &self.resolve.interfaces[id].types {
            let measured = self.named(*ty)?;
            // What is defined under another name, or elsewhere, can be found here as well.
            let owner = self.types_of(Owner::Interface(id));
            let module = owner.module.clone();
            let alias = camel(name);
            let is_own = match &measured.ty {
                Type::Named(definition) | Type::Handle { resource: definition, .. } => {
                    definition.module == module && definition.name == alias
                }
                _ => false,
            };
            if !is_own {
                owner.aliases.push((alias, measured.ty));
            }
        }
        self.types_of(Owner::Interface(id));
        Ok(())
    }

    /// What the types of an owner are collected in.
    fn types_of(&mut self, owner: Owner) -> &mut Interface {
        let found = self.interfaces.iter().position(|(other, _)| *other == owner);
        let position = found.unwrap_or_else(|| {
            let (id, documentation) = match owner {
                Owner::Interface(id) => (self.id_of(id), told(&self.resolve.interfaces[id].docs)),
                Owner::World(_) => (String::new(), String::new()),
            };
            let module = match owner {
                Owner::Interface(id) => self.module_of_interface(id),
                Owner::World(_) => self.nameless.to_owned(),
            };
            let (types, aliases, functions) = (Vec::new(), Vec::new(), Vec::new());
            let export = None;
            let interface =
                Interface { id, export, module, documentation, types, aliases, functions };
            self.interfaces.push((owner, interface));
            self.interfaces.len() - 1
        });
        &mut self.interfaces[position].1
    }

    /// The name of an interface in WIT.
    fn id_of(&self, id: InterfaceId) -> String {
        let interface = &self.resolve.interfaces[id];
        match (&interface.name, interface.package) {
            (Some(name), Some(package)) => {
                let package = &self.resolve.packages[package].name;
                format!("{}:{}/{name}", package.namespace, package.name)
            }
            _ => self.with_functions.get(&id).cloned().flatten().unwrap_or_default(),
        }
    }

    fn module_of(&self, owner: TypeOwner) -> Result<String, WitError> {
        match owner {
            TypeOwner::Interface(id) => Ok(self.module_of_interface(id)),
            TypeOwner::World(_) => Ok(self.nameless.to_owned()),
            TypeOwner::None => Err(WitError::Unsupported {
                place: self.nameless.to_owned(),
                what: "a type that belongs to no interface".to_owned(),
            }),
        }
    }

    /// An interface is the module of its package, if no other of the package has functions, and a module below that
    /// otherwise.
    fn module_of_interface(&self, id: InterfaceId) -> String {
        let interface = &self.resolve.interfaces[id];
        let (Some(name), Some(package)) = (&interface.name, interface.package) else {
            let name = self.with_functions.get(&id).cloned().flatten().unwrap_or_default();
            return format!("{}.{}", self.nameless, snake(&name));
        };
        let of_package =
            |other: &&InterfaceId| self.resolve.interfaces[**other].package == Some(package);
        let alone = self.with_functions.keys().filter(of_package).eq([&id]);
        let package = &self.resolve.packages[package].name;
        let module = format!("{}.{}", snake(&package.namespace), snake(&package.name));
        if alone { module } else { format!("{module}.{}", snake(name)) }
    }

    fn function(&mut self, module: &str, function: &Function) -> Result<Signature, WitError> {
        let refuse = |what: &str| WitError::Unsupported {
            place: format!("{module}, function `{}`", function.name),
            what: what.to_owned(),
        };
        let (place, of) = match function.kind {
            FunctionKind::Freestanding => (Place::Module, None),
            FunctionKind::Method(id) => (Place::Method(self.class(id)), Some(id)),
            FunctionKind::Static(id) => (Place::Static(self.class(id)), Some(id)),
            FunctionKind::Constructor(id) => (Place::Constructor(self.class(id)), Some(id)),
            _ => return Err(refuse("an async function")),
        };
        if let Some(id) = of {
            self.named(id)?;
        }
        let mut parameters = Vec::new();
        for (position, parameter) in function.params.iter().enumerate() {
            let is_self = position == 0 && matches!(place, Place::Method(_));
            let name = if is_self { "self".to_owned() } else { snake(&parameter.name) };
            let ty = self.measured(&parameter.ty, &refuse)?.ty;
            parameters.push(Field { name, documentation: String::new(), ty });
        }
        let result = function.result.as_ref().map(|ty| self.measured(ty, &refuse)).transpose()?;
        let name = snake(function.item_name());
        let tool = match &place {
            Place::Constructor(class) => format!("{module}.{class}"),
            Place::Method(class) | Place::Static(class) => format!("{module}.{class}.{name}"),
            _ => format!("{module}.{name}"),
        };
        Ok(Signature {
            wit: function.name.clone(),
            python: name,
            tool,
            place,
            documentation: told(&function.docs),
            parameters,
            result: result.map(|result| result.ty),
        })
    }

    /// The name of a class.
    fn class(&self, id: TypeId) -> String {
        camel(self.resolve.types[id].name.as_deref().unwrap_or_default())
    }

    /// A type with a size that is bounded.
    fn measured(
        &mut self,
        ty: &WitType,
        refuse: &dyn Fn(&str) -> WitError,
    ) -> Result<Measured, WitError> {
        let integer = |kind| Ok(Measured::plain(Type::Integer(kind)));
        let measured = match ty {
            WitType::Bool => Ok(Measured::plain(Type::Bool)),
            WitType::S8 => integer(Integer::S8),
            WitType::U8 => integer(Integer::U8),
            WitType::S16 => integer(Integer::S16),
            WitType::U16 => integer(Integer::U16),
            WitType::S32 => integer(Integer::S32),
            WitType::U32 => integer(Integer::U32),
            WitType::S64 => integer(Integer::S64),
            WitType::U64 => integer(Integer::U64),
            WitType::F32 => Ok(Measured::plain(Type::F32)),
            WitType::F64 => Ok(Measured::plain(Type::F64)),
            WitType::Char => Ok(Measured::plain(Type::Char)),
            WitType::String => Ok(Measured::plain(Type::String)),
            WitType::ErrorContext => Err(refuse("the type error-context")),
            WitType::Id(id) => self.defined(*id, refuse),
        }?;
        if measured.parts > PARTS {
            return Err(refuse(&format!("a type that is made of more than {PARTS} others")));
        }
        if measured.depth > DEPTH {
            return Err(refuse(&format!("a type that is nested more than {DEPTH} deep")));
        }
        Ok(measured)
    }

    fn defined(
        &mut self,
        id: TypeId,
        refuse: &dyn Fn(&str) -> WitError,
    ) -> Result<Measured, WitError> {
        if let Some(measured) = self.types.get(&id) {
            return Ok(measured.clone());
        }
        let resolve = self.resolve;
        let measured = match &resolve.types[id].kind {
            TypeDefKind::Type(other) => self.measured(other, refuse)?,
            TypeDefKind::List(WitType::U8) => Measured::plain(Type::Bytes),
            TypeDefKind::List(item) => {
                let item = self.measured(item, refuse)?;
                // A list of an alias of u8 is one of bytes as well.
                match item.ty {
                    Type::Integer(Integer::U8) => Measured::plain(Type::Bytes),
                    _ => Measured::around(Type::List(Arc::new(item.ty.clone())), [&item]),
                }
            }
            TypeDefKind::Option(item) => {
                let item = self.measured(item, refuse)?;
                Measured::around(Type::Option(Arc::new(item.ty.clone())), [&item])
            }
            TypeDefKind::Result(result) => {
                let mut side = |ty: &Option<WitType>| {
                    ty.as_ref().map(|ty| self.measured(ty, refuse)).transpose()
                };
                let (ok, err) = (side(&result.ok)?, side(&result.err)?);
                let shared =
                    |side: &Option<Measured>| side.as_ref().map(|side| Arc::new(side.ty.clone()));
                let ty = Type::Result { ok: shared(&ok), err: shared(&err) };
                Measured::around(ty, ok.iter().chain(&err))
            }
            TypeDefKind::Tuple(tuple) => {
                let items = tuple.types.iter().map(|ty| self.measured(ty, refuse));
                let items = items.collect::<Result<Vec<_>, _>>()?;
                let types = items.iter().map(|item| item.ty.clone()).collect();
                Measured::around(Type::Tuple(types), &items)
            }
            TypeDefKind::Handle(handle) => {
                let (Handle::Own(resource) | Handle::Borrow(resource)) = handle;
                let owned = matches!(handle, Handle::Own(_));
                match self.named(*resource)?.ty {
                    Type::Handle { resource, .. } => {
                        Measured::plain(Type::Handle { resource, owned })
                    }
                    _ => return Err(refuse("a handle of something that is no resource")),
                }
            }
            TypeDefKind::Record(_)
            | TypeDefKind::Variant(_)
            | TypeDefKind::Enum(_)
            | TypeDefKind::Flags(_)
            | TypeDefKind::Resource => self.class_of(id, refuse)?,
            other => return Err(refuse(&format!("a {}", other.as_str()))),
        };
        self.types.insert(id, measured.clone());
        Ok(measured)
    }

    /// A type that has a name.
    fn named(&mut self, id: TypeId) -> Result<Measured, WitError> {
        let name = self.resolve.types[id].name.clone().unwrap_or_default();
        let owner = self.module_of(self.resolve.types[id].owner).unwrap_or_default();
        let refuse = |what: &str| WitError::Unsupported {
            place: format!("{owner}, type `{name}`"),
            what: what.to_owned(),
        };
        self.measured(&WitType::Id(id), &refuse)
    }

    /// A type that is a class in Python.
    fn class_of(
        &mut self,
        id: TypeId,
        refuse: &dyn Fn(&str) -> WitError,
    ) -> Result<Measured, WitError> {
        let resolve = self.resolve;
        let defined = &resolve.types[id];
        let label = |name: &str, python: String, docs: &Docs| {
            let (name, documentation) = (name.to_owned(), told(docs));
            Named { name, python, documentation }
        };
        let mut depth = 1;
        let kind = match &defined.kind {
            TypeDefKind::Record(record) => {
                let mut fields = Vec::new();
                for field in &record.fields {
                    let measured = self.measured(&field.ty, refuse)?;
                    depth = depth.max(measured.depth + 1);
                    let (name, documentation) = (snake(&field.name), told(&field.docs));
                    fields.push(Field { name, documentation, ty: measured.ty });
                }
                Kind::Record(fields)
            }
            TypeDefKind::Variant(variant) => {
                let mut cases = Vec::new();
                for case in &variant.cases {
                    let ty = case.ty.as_ref().map(|ty| self.measured(ty, refuse)).transpose()?;
                    depth = depth.max(ty.as_ref().map_or(0, |ty| ty.depth) + 1);
                    let label = label(&case.name, camel(&case.name), &case.docs);
                    cases.push(Case { label, ty: ty.map(|ty| ty.ty) });
                }
                Kind::Variant(cases)
            }
            TypeDefKind::Enum(cases) => {
                let cases = cases.cases.iter();
                Kind::Enum(
                    cases.map(|case| label(&case.name, upper(&case.name), &case.docs)).collect(),
                )
            }
            TypeDefKind::Flags(flags) => {
                let flags = flags.flags.iter();
                Kind::Flags(
                    flags.map(|flag| label(&flag.name, upper(&flag.name), &flag.docs)).collect(),
                )
            }
            _ => Kind::Resource,
        };
        let is_resource = kind == Kind::Resource;
        let definition = Arc::new(Definition {
            module: self.module_of(defined.owner)?,
            name: self.class(id),
            documentation: told(&defined.docs),
            kind,
        });
        let owner = match defined.owner {
            TypeOwner::World(world) => Owner::World(world),
            TypeOwner::Interface(id) => Owner::Interface(id),
            TypeOwner::None => return Err(refuse("a type that belongs to no interface")),
        };
        self.types_of(owner).types.push(Arc::clone(&definition));
        let ty = match is_resource {
            // What stands where the resource itself is named; handles say which kind they are.
            true => Type::Handle { resource: definition, owned: true },
            false => Type::Named(definition),
        };
        Ok(Measured { ty, parts: 1, depth })
    }
}

fn told(docs: &Docs) -> String {
    docs.contents.as_deref().unwrap_or_default().trim().to_owned()
}
