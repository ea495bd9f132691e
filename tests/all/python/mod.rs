//! Tools that are functions of a Python file, packages of a sandbox, and readers of documents.

mod command;
mod documents;
mod packages;
mod requirements;
mod tools;

use fumehood::{Sandbox, SandboxBuilder, Session};
use fumehood_tools::python::PythonTools;

use crate::builder;

/// A session with the tools of a file that reaches nothing.
async fn session(source: &str) -> Session {
    let tools = PythonTools::load(builder(), "tools_of_test", source).await.unwrap();
    with(builder(), &tools).session().await.unwrap()
}

fn with(builder: SandboxBuilder, tools: &PythonTools) -> Sandbox {
    let tools = tools.tools().into_iter();
    tools.fold(builder, SandboxBuilder::shared_tool).build().unwrap()
}

/// How a file that cannot be used is told.
async fn refusal(source: &str) -> String {
    PythonTools::load(builder(), "wrong", source).await.unwrap_err().to_string()
}
