//! Packages of WIT, implemented by functions of the program.

use std::collections::{BTreeMap, HashMap};
use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use fumehood::{CallContext, Module, ToolError, ToolLabels};
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wit_parser::Resolve;

use super::error::WitError;
use super::handles::Handles;
use super::interface::{self, Interface, Root, Signature};
use super::source;
use super::tool::{self, Implementation};
use super::typed;
use super::value::{FromValue, Value};

/// A package of WIT whose functions the program implements.
///
/// Each of its interfaces becomes a [`Module`] of typed functions. That of an interface is named like the package,
/// `acme.weather` for `acme:weather`, if no other interface of the package has functions, and otherwise like both:
/// `acme.weather.forecast`.
///
/// # Examples
///
/// ```
/// use fumehood_tools::wit::{Call, Package, Value};
///
/// let mut package = Package::parse(
///     "package acme:weather;
///
///     interface forecasts {
///         record day { city: string, degrees: f64 }
///
///         /// The weather of tomorrow.
///         tomorrow: func(city: string) -> result<day, string>;
///     }",
/// )?;
/// package.implement("acme:weather/forecasts", "tomorrow", |call: Call| async move {
///     let city = call.argument::<String>("city")?;
///     Ok(match city.as_str() {
///         "Oslo" => Ok(Value::record([("city", city.into()), ("degrees", 21.5.into())])),
///         _ => Err(format!("nobody knows the weather of {city}")),
///     })
/// })?;
/// let modules = package.modules()?;
/// assert_eq!(modules[0].name(), "acme.weather");
/// // from acme.weather import tomorrow
/// # Ok::<(), fumehood_tools::wit::WitError>(())
/// ```
#[derive(Clone)]
pub struct Package {
    interfaces: Vec<Interface>,
    implementations: BTreeMap<(String, String), Arc<dyn Run>>,
    labels: BTreeMap<(String, String), ToolLabels>,
}

/// A call of a function that the program implements.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Call {
    /// The arguments by the names of the parameters, as they are called in Python.
    pub arguments: Vec<(String, Value)>,
    /// Who calls, and how long it may take.
    pub context: CallContext,
}

impl Call {
    /// An argument as one of Rust's types.
    ///
    /// # Errors
    ///
    /// A [`ToolError`] if there is no such parameter, or if it has another type in the WIT.
    pub fn argument<T: FromValue>(&self, name: &str) -> Result<T, ToolError> {
        self.value(name)?.to()
    }

    /// An argument as it is.
    ///
    /// # Errors
    ///
    /// A [`ToolError`] if there is no such parameter.
    pub fn value(&self, name: &str) -> Result<&Value, ToolError> {
        let found = self.arguments.iter().find(|(other, _)| other == name);
        let missing =
            || ToolError::new(format!("the implementation asks for a parameter `{name}`"));
        found.map(|(_, value)| value).ok_or_else(missing)
    }
}

/// What a function answers with: a value, or nothing, which is `()`.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer(Option<Value>);

impl<T: Into<Value>> From<T> for Answer {
    fn from(value: T) -> Answer {
        Answer(Some(value.into()))
    }
}

impl From<()> for Answer {
    fn from((): ()) -> Answer {
        Answer(None)
    }
}

trait Run: Send + Sync {
    fn run(&self, call: Call) -> BoxFuture<'static, Result<Option<Value>, ToolError>>;
}

impl<F, Answering, A> Run for F
where
    F: Fn(Call) -> Answering + Send + Sync,
    Answering: Future<Output = Result<A, ToolError>> + Send + 'static,
    A: Into<Answer>,
{
    fn run(&self, call: Call) -> BoxFuture<'static, Result<Option<Value>, ToolError>> {
        let answering = self(call);
        Box::pin(async move { answering.await.map(|answer| answer.into().0) })
    }
}

impl Package {
    /// Reads a file, or a folder of files with the packages that they use in its `deps`.
    ///
    /// # Errors
    ///
    /// Any [`WitError`] but those of implementations.
    pub fn open(path: impl AsRef<Path>) -> Result<Package, WitError> {
        let path = path.as_ref();
        let (resolve, package) = source::open(path)?;
        Package::read(&resolve, package)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    ///
    /// Those of [`Package::open`] but [`WitError::Io`].
    pub fn parse(text: &str) -> Result<Package, WitError> {
        let (resolve, package) = source::parse("package.wit", text)?;
        Package::read(&resolve, package)
    }

    fn read(resolve: &Resolve, package: wit_parser::PackageId) -> Result<Package, WitError> {
        let interfaces = interface::read(resolve, Root::Package(package), "")?;
        Ok(Package { interfaces, implementations: BTreeMap::new(), labels: BTreeMap::new() })
    }

    /// The functions that can be implemented: the interface and the function, by their names in WIT.
    ///
    /// # Examples
    ///
    /// ```
    /// let package = fumehood_tools::wit::Package::parse(
    ///     "package acme:db; interface store { resource db { constructor(name: string); size: func() -> u64; } }",
    /// )?;
    /// let functions = package.functions().collect::<Vec<_>>();
    /// assert_eq!(functions, [("acme:db/store", "[constructor]db"), ("acme:db/store", "[method]db.size")]);
    /// # Ok::<(), fumehood_tools::wit::WitError>(())
    /// ```
    pub fn functions(&self) -> impl Iterator<Item = (&str, &str)> {
        self.interfaces.iter().flat_map(|interface| {
            let functions = interface.functions.iter().filter(|function| !function.is_drop());
            functions.map(|function| (interface.id.as_str(), function.wit.as_str()))
        })
    }

    /// Implements a function. Both names are those of WIT; a method's is `[method]db.size`, and others are
    /// [told](Package::functions) likewise. Of several implementations of one function the last counts.
    ///
    /// A function that WIT says returns a `result` answers with a Rust [`Result`] inside of an `Ok`: what it gives as an
    /// error is part of the interface, and raised in Python with its value. A [`ToolError`] is a failure of the tool
    /// itself.
    ///
    /// What a resource stands for is kept in [`Value::resource`], and dropped when its last handle is.
    ///
    /// # Errors
    ///
    /// [`WitError::NoFunction`] if there is no such function.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::sync::Mutex;
    ///
    /// use fumehood_tools::wit::{Call, Package, Value};
    ///
    /// let mut package = Package::parse(
    ///     "package acme:counting; interface counters {
    ///         resource counter { constructor(start: u32); next: func() -> u32; }
    ///     }",
    /// )?;
    /// let counters = "acme:counting/counters";
    /// package.implement(counters, "[constructor]counter", |call: Call| async move {
    ///     Ok(Value::resource(Mutex::new(call.argument::<u32>("start")?)))
    /// })?;
    /// package.implement(counters, "[method]counter.next", |call: Call| async move {
    ///     let counter = call.value("self")?.to_resource::<Mutex<u32>>()?;
    ///     let mut count = counter.lock().unwrap();
    ///     *count += 1;
    ///     Ok(*count)
    /// })?;
    /// # Ok::<(), fumehood_tools::wit::WitError>(())
    /// ```
    pub fn implement<F, Answering, A>(
        &mut self,
        interface: &str,
        function: &str,
        run: F,
    ) -> Result<(), WitError>
    where
        F: Fn(Call) -> Answering + Send + Sync + 'static,
        Answering: Future<Output = Result<A, ToolError>> + Send + 'static,
        A: Into<Answer>,
    {
        let name = self.known(interface, function)?;
        self.implementations.insert(name, Arc::new(run));
        Ok(())
    }

    /// Says what a function does that a policy has to know of. The default is nothing. Both names are those of WIT.
    ///
    /// # Errors
    ///
    /// [`WitError::NoFunction`] if there is no such function.
    pub fn label(
        &mut self,
        interface: &str,
        function: &str,
        labels: ToolLabels,
    ) -> Result<(), WitError> {
        let name = self.known(interface, function)?;
        self.labels.insert(name, labels);
        Ok(())
    }

    /// The name of a function that there is.
    fn known(&self, interface: &str, function: &str) -> Result<(String, String), WitError> {
        let (interface, function) = (interface.to_owned(), function.to_owned());
        if self.functions().any(|known| known == (interface.as_str(), function.as_str())) {
            return Ok((interface, function));
        }
        let there =
            self.functions().map(|(interface, function)| format!("{function} of {interface}"));
        let there = there.take(20).collect::<Vec<_>>().join(", ");
        let there = match there.is_empty() {
            true => "there is none".to_owned(),
            false => format!("there are: {there}"),
        };
        Err(WitError::NoFunction { interface, function, there })
    }

    /// Implements a function with types of the program's own, or with those that wasmtime's `bindgen!` makes of the same
    /// WIT. Names are those of [`Package::implement`].
    ///
    /// `P` is a struct whose fields are the parameters, and `A` what the function returns: a [`Result`] if the WIT says
    /// `result`, `()` if it says nothing. Records are structs, variants and enums are enums, flags are lists of names,
    /// `list<u8>` is a `Vec<u8>`, and the others are what one would think. Names may be in the style of Rust:
    /// `dark-red` is `DarkRed`, `unit-price` is `unit_price`. Handles have no such type.
    ///
    /// Whether the types take what the WIT says is checked here; whether an answer fits, down to the range of an
    /// integer, with each call.
    ///
    /// # Errors
    ///
    /// [`WitError::NoFunction`], or [`WitError::Types`] if the types are not those of the WIT.
    ///
    /// # Examples
    ///
    /// ```
    /// use fumehood_tools::wit::{Package, WitError};
    /// use serde::Deserialize;
    ///
    /// wasmtime::component::bindgen!({
    ///     inline: "package acme:shop;
    ///         interface catalogue {
    ///             enum color { red, dark-red }
    ///             record item { name: string, unit-price: u32, color: option<color> }
    ///             variant trouble { closed, unknown(string) }
    ///             find: func(name: string) -> result<item, trouble>;
    ///         }
    ///         world shop { export catalogue; }",
    ///     additional_derives: [serde::Serialize, serde::Deserialize],
    /// });
    /// use exports::acme::shop::catalogue::{Color, Item, Trouble};
    ///
    /// #[derive(Deserialize)]
    /// struct Find {
    ///     name: String,
    /// }
    ///
    /// # const WIT: &str = "package acme:shop; interface catalogue { enum color { red, dark-red }
    /// #     record item { name: string, unit-price: u32, color: option<color> }
    /// #     variant trouble { closed, unknown(string) } find: func(name: string) -> result<item, trouble>; }";
    /// fn main() -> Result<(), WitError> {
    ///     let mut package = Package::parse(WIT)?;
    ///     package.implement_typed("acme:shop/catalogue", "find", |find: Find, _| async move {
    ///         Ok(match find.name.as_str() {
    ///             "hat" => Ok(Item { name: find.name, unit_price: 1000, color: Some(Color::DarkRed) }),
    ///             _ => Err(Trouble::Unknown(find.name)),
    ///         })
    ///     })?;
    ///
    ///     // A type that the WIT does not have is an error at once.
    ///     let refused = package.implement_typed("acme:shop/catalogue", "find", |_: Find, _| async {
    ///         Ok(Item { name: String::new(), unit_price: 1, color: None })
    ///     });
    ///     assert!(matches!(refused, Err(WitError::Types { .. })));
    ///     Ok(())
    /// }
    /// ```
    pub fn implement_typed<P, A, F, Answering>(
        &mut self,
        interface: &str,
        function: &str,
        run: F,
    ) -> Result<(), WitError>
    where
        P: DeserializeOwned + Send + 'static,
        A: Serialize + DeserializeOwned + Send + 'static,
        F: Fn(P, CallContext) -> Answering + Send + Sync + 'static,
        Answering: Future<Output = Result<A, ToolError>> + Send + 'static,
    {
        let of = self.interfaces.iter().find(|one| one.id == interface);
        let mut functions = of.into_iter().flat_map(|of| &of.functions);
        let signature = functions.find(|one| one.wit == function && !one.is_drop()).map(Arc::clone);
        if let Some(signature) = &signature {
            let refuse = |what: &str, why: typed::Misfit| WitError::Types {
                interface: interface.to_owned(),
                function: function.to_owned(),
                reason: format!("{what}: {why}"),
            };
            typed::check_parameters::<P>(&signature.parameters)
                .map_err(|why| refuse("what it takes", why))?;
            typed::check::<A>(signature.result.as_ref())
                .map_err(|why| refuse("what it answers", why))?;
        }
        let result = signature.and_then(|signature| signature.result.clone());
        let run = Arc::new(run);
        self.implement(interface, function, move |call: Call| {
            let (run, result) = (Arc::clone(&run), result.clone());
            async move {
                let wrong = |why: typed::Misfit| {
                    ToolError::new(format!("the implementation does not fit the WIT: {why}"))
                };
                let parameters = typed::read::<P>(call.arguments).map_err(wrong)?;
                let answer = run(parameters, call.context).await?;
                typed::written(result.as_ref(), &answer).map(Answer).map_err(wrong)
            }
        })
    }

    /// The modules, for [`SandboxBuilder::module`](fumehood::SandboxBuilder::module).
    ///
    /// # Errors
    ///
    /// [`WitError::Unimplemented`] if nothing implements a function.
    pub fn modules(&self) -> Result<Vec<Module>, WitError> {
        let handles = Arc::new(Handles::default());
        self.interfaces
            .iter()
            .map(|interface| {
                let implementation: Arc<dyn Implementation> =
                    Arc::new(self.implementation(interface)?);
                let labels = |signature: &Signature| {
                    let name = (interface.id.clone(), signature.wit.clone());
                    self.labels.get(&name).copied().unwrap_or_default()
                };
                Ok(tool::module(interface, &implementation, &handles, labels))
            })
            .collect()
    }

    /// The modules without what implements them: every call fails. They are for looking at.
    pub fn to_look_at(&self) -> Vec<Module> {
        let handles = Arc::new(Handles::default());
        let nothing: Arc<dyn Implementation> = Arc::new(Nothing);
        let modules = self.interfaces.iter();
        let none = |_: &Signature| ToolLabels::default();
        modules.map(|interface| tool::module(interface, &nothing, &handles, none)).collect()
    }

    fn implementation(&self, interface: &Interface) -> Result<Closures, WitError> {
        let functions = interface.functions.iter().filter(|function| !function.is_drop());
        let by_name = functions.map(|function| {
            let name = (interface.id.clone(), function.wit.clone());
            match self.implementations.get(&name) {
                Some(run) => Ok((name.1, Arc::clone(run))),
                None => Err(WitError::Unimplemented { interface: name.0, function: name.1 }),
            }
        });
        Ok(Closures(by_name.collect::<Result<_, _>>()?))
    }
}

impl std::fmt::Debug for Package {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Package").field("interfaces", &self.interfaces).finish_non_exhaustive()
    }
}

/// The implementations of an interface by the functions' names in WIT.
struct Closures(HashMap<String, Arc<dyn Run>>);

impl Implementation for Closures {
    fn call<'a>(
        &'a self,
        signature: &'a Signature,
        values: Vec<Value>,
        context: &'a CallContext,
    ) -> BoxFuture<'a, Result<Option<Value>, ToolError>> {
        let Some(run) = self.0.get(&signature.wit) else {
            // A handle was let go of, and with it goes what it stood for.
            return Box::pin(std::future::ready(Ok(None)));
        };
        let names = signature.parameters.iter().map(|parameter| parameter.name.clone());
        let arguments = names.zip(values).collect();
        run.run(Call { arguments, context: context.clone() })
    }
}

/// Implements what is only looked at.
struct Nothing;

impl Implementation for Nothing {
    fn call<'a>(
        &'a self,
        signature: &'a Signature,
        _: Vec<Value>,
        _: &'a CallContext,
    ) -> BoxFuture<'a, Result<Option<Value>, ToolError>> {
        let told = format!("nothing implements {}", signature.tool);
        Box::pin(std::future::ready(Err(ToolError::new(told))))
    }
}
