//! Searches, pages, articles and recordings: the tools against a server of this machine that plays the sites, with
//! what is in `tests/web`.

mod attacks;
mod command;
mod search;
mod site;
mod transcriber;
mod visit;
mod wikipedia;

use std::path::PathBuf;

use fumehood::{Arguments, Session, Tool, ToolError, ToolInput, ToolOutput};
use fumehood_tools::egress::{Egress, EgressBuilder};
use fumehood_tools::web::VisitWebpage;
use serde_json::Value;

use self::site::Site;
use crate::builder;
use crate::egress::Script;

/// A file of `tests/web`.
fn saved(path: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/web").join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A client for which every name is one of this machine.
fn here() -> EgressBuilder {
    Egress::builder().resolver(Script::default())
}

/// A client that may read the pages of a site, as `site.test`.
fn reading(site: &Site) -> EgressBuilder {
    let rule = format!("site.test:{}", site.port).parse::<fumehood_tools::egress::HttpRule>();
    here().allow(rule.unwrap().private())
}

/// The tool that reads pages of a site.
fn visit(site: &Site) -> VisitWebpage {
    VisitWebpage::builder().client(reading(site).build().unwrap()).build().unwrap()
}

/// Calls a tool without any code.
async fn call(tool: &impl Tool, arguments: Value) -> Result<ToolOutput, ToolError> {
    let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
    let arguments: Arguments = arguments;
    tool.call(ToolInput::new(arguments)).await
}

/// A session whose code has a tool.
async fn session(tool: impl Tool) -> Session {
    builder().tool(tool).build().unwrap().session().await.unwrap()
}
