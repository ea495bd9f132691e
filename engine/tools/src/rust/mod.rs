//! Tools that are Rust functions, whose types say what they take and return.
//!
//! [`tool`] makes one of an async function: its documentation is the description, that of each parameter is
//! told with it, types become type hints of the Python function. [`typed`] does the same with a closure and a
//! struct of parameters.
//!
//! # Examples
//!
//! ```
//! use fumehood_tools::rust::{CallContext, Tool as _, tool};
//!
//! /// How warm it will be, in degrees Celsius.
//! #[tool]
//! async fn forecast(
//!     /// Given by the program when it makes the tool; the guest never sees it.
//!     #[given] key: String,
//!     /// Which city.
//!     city: String,
//!     /// How many days ahead.
//!     #[default(3)]
//!     days: u32,
//!     /// Where the measurements of a private station are preferred.
//!     station: Option<String>,
//!     context: CallContext,
//! ) -> Result<Vec<f64>, String> {
//!     context.progress("asking", None);
//!     if city.is_empty() || key.is_empty() {
//!         return Err("which city?".to_owned());
//!     }
//!     Ok(vec![21.5; days as usize])
//! }
//!
//! let tool = forecast("a key".to_owned());
//! assert_eq!(tool.name(), "forecast");
//! assert_eq!(tool.parameters()["properties"]["days"]["default"], 3);
//! assert_eq!(tool.parameters()["required"], serde_json::json!(["city"]));
//! // let sandbox = Sandbox::builder(&engine).tool(tool).build()?;
//! ```
//!
//! What cannot be a tool is an error of the compiler:
//!
//! ```compile_fail
//! #[fumehood_tools::rust::tool]
//! fn not_async(city: String) -> String {
//!     city
//! }
//! ```

use std::fmt::Display;
use std::future::Future;

use ::schemars::generate::SchemaSettings;
use ::serde::Serialize;
use ::serde::de::DeserializeOwned;
use fumehood::{ToolError, ToolInput, ToolOutput};
use serde_json::Value;

pub use fumehood::{CallContext, Tool};
pub use fumehood_tool_macro::tool;
#[doc(hidden)]
pub use {::schemars, ::serde};

/// Makes a tool of a closure that takes its parameters as a struct, and the context of the call.
///
/// The parameters are the fields of the struct: what has a `#[serde(default)]` or is an `Option` may be left
/// out, and documentation is told. What it returns has a schema as well. A recursive type is told as far as
/// JSON Schema can say it; Python's hints say `Any` there.
///
/// # Examples
///
/// ```
/// use fumehood_tools::rust::{Tool as _, schemars, serde, typed};
///
/// #[derive(serde::Deserialize, schemars::JsonSchema)]
/// struct Sum {
///     /// What to add up.
///     numbers: Vec<f64>,
/// }
///
/// let add = typed("add", "Adds numbers.", |sum: Sum, _| async move {
///     Ok::<f64, String>(sum.numbers.iter().sum())
/// });
/// assert_eq!(add.returns().unwrap()["type"], "number");
/// ```
pub fn typed<Parameters, Answer, Error, F, Answering>(
    name: &str,
    description: &str,
    run: F,
) -> impl Tool + use<Parameters, Answer, Error, F, Answering>
where
    Parameters: DeserializeOwned + schemars::JsonSchema + Send + 'static,
    Answer: Serialize + schemars::JsonSchema + Send + 'static,
    Error: Display + Send + 'static,
    F: Fn(Parameters, CallContext) -> Answering + Send + Sync + 'static,
    Answering: Future<Output = Result<Answer, Error>> + Send + 'static,
{
    let run = move |input: ToolInput| {
        let ToolInput { arguments, context, .. } = input;
        // The schema says what fits, up to what no schema can say: the range of each integer, for one.
        let answering = serde_json::from_value::<Parameters>(Value::Object(arguments))
            .map(|parameters| run(parameters, context))
            .map_err(|error| ToolError::about_arguments(error.to_string()));
        async move {
            let answer = answering?.await.map_err(|error| ToolError::new(error.to_string()))?;
            let value = serde_json::to_value(answer);
            value.map(ToolOutput::from).map_err(|error| ToolError::new(error.to_string()))
        }
    };
    fumehood::function_of_input(
        name.to_owned(),
        description.to_owned(),
        schema::<Parameters>(true),
        run,
    )
    .returning(schema::<Answer>(false))
}

/// The schema of a type, as it is read or as it is written. Types in it stand where they are used, as far as they
/// end.
fn schema<T: schemars::JsonSchema>(is_read: bool) -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let settings = if is_read { settings.for_deserialize() } else { settings.for_serialize() };
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    if let Some(schema) = schema.as_object_mut() {
        // The name of a Rust type tells nobody anything.
        schema.remove("title");
        if is_read {
            schema.entry("properties").or_insert_with(|| Value::Object(Default::default()));
        }
    }
    schema
}
