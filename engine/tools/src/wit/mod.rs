//! Tools from WIT: interfaces that are given at run time, as modules of typed Python.
//!
//! * `source`: reading WIT
//! * `interface`: what interfaces are in Python, with the names that `naming` gives
//! * `value` and `codec`: values, and the JSON that they cross as
//! * `handles`: what code has of resources
//! * `schema`: types as JSON Schema
//! * `package`: interfaces that the program implements
//! * `typed`: values as types of the program's own
//! * `tool`: functions as tools
//!
//! Each interface is a [`Module`](fumehood::Module): its functions are tools with dotted names, records are
//! dataclasses, enums `enum.Enum`, flags `enum.Flag`, variants a class for each case, resources classes of handles.
//! Everything is checked on the host, and what does not fit is told with the way to it.

mod codec;
mod error;
pub(crate) mod handles;
pub(crate) mod interface;
mod naming;
mod package;
#[cfg(test)]
mod round_trips;
mod schema;
mod source;
pub(crate) mod tool;
mod typed;
mod value;

pub use self::error::WitError;
pub use self::package::{Answer, Call, Package};
pub use self::value::{FromValue, Resource, Value};
