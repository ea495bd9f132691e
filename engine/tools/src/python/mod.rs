//! Tools that are functions of a Python file, which runs in a sandbox of its own.
//!
//! The file is run once; what that leaves is what every call begins with. A call has a session to itself, so nothing is
//! left of what others have done, and what a file does or a hostile argument brings about costs the code that called it
//! an exception and no more.
//!
//! * `tools`: the functions of a file
//! * `calling`: a call of one of them
//! * `documents`: readers of documents, which are such a file

mod calling;
mod documents;
mod error;
mod tools;

pub use self::documents::{DocumentTexts, Documents};
pub use self::error::PythonToolsError;
pub use self::tools::PythonTools;
