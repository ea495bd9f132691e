//! What an agent is asked to do.

use fumehood_model::Image;
use serde_json::Value;

/// What an agent is asked to do: words, and what belongs to them.
///
/// # Defaults
///
/// * no pictures, no arguments
/// * as many steps as the agent takes
///
/// # Examples
///
/// ```
/// use fumehood_agent::Task;
/// use serde_json::json;
///
/// let task = Task::new("Which city has grown most?")
///     .argument("cities", json!([{"name": "Oslo", "2010": 586_860, "2020": 693_494}]));
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Task {
    pub(crate) text: String,
    pub(crate) images: Vec<Image>,
    pub(crate) arguments: Vec<(String, Argument)>,
    pub(crate) max_steps: Option<u32>,
}

impl Task {
    /// A task in words.
    pub fn new(text: impl Into<String>) -> Task {
        Task { text: text.into(), ..Task::default() }
    }

    /// Shows the model a picture with the task.
    pub fn image(mut self, image: Image) -> Task {
        self.images.push(image);
        self
    }

    /// Gives the agent's code a value, as a variable of this name, and tells the model of it. A value of a
    /// name that was given before takes its place.
    pub fn argument(mut self, name: impl Into<String>, value: impl Into<Argument>) -> Task {
        let name = name.into();
        self.arguments.retain(|(other, _)| *other != name);
        self.arguments.push((name, value.into()));
        self
    }

    /// Sets how many steps this task may take, at least one. The default is what the agent says.
    pub fn max_steps(mut self, steps: u32) -> Task {
        self.max_steps = Some(steps.max(1));
        self
    }
}

impl<T: Into<String>> From<T> for Task {
    fn from(text: T) -> Task {
        Task::new(text)
    }
}

/// A value for the agent's code.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Argument {
    /// What JSON can say.
    Json(Value),
    /// `bytes`
    Bytes(Vec<u8>),
    /// A picture of Pillow's.
    Image(Image),
    /// A `DataFrame` of pandas, in the form that an [`Answer::Table`](crate::Answer::Table) has.
    Table {
        /// The names of the columns.
        columns: Vec<String>,
        /// The rows: an array of arrays, with a value for each column.
        rows: Value,
    },
}

impl From<Value> for Argument {
    fn from(value: Value) -> Argument {
        Argument::Json(value)
    }
}

impl From<Vec<u8>> for Argument {
    fn from(bytes: Vec<u8>) -> Argument {
        Argument::Bytes(bytes)
    }
}

impl From<Image> for Argument {
    fn from(image: Image) -> Argument {
        Argument::Image(image)
    }
}
