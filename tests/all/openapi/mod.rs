//! Operations of servers as tools: what is sent, from the host and from code, and attempts to have something else sent.

mod attacks;
mod cases;
mod command;
mod guest;
mod server;

use std::sync::Arc;

use fumehood::{Tool, ToolError, ToolInput, ToolOutput};
use fumehood_tools::egress::Egress;
use fumehood_tools::openapi::{ApiTools, OpenApi, OpenApiError};
use serde_json::{Value, json};

use self::server::Server;

/// The document of the shop.
const PETS: &str = include_str!("pets.yaml");

/// All of the shop's operations, at a server of this machine.
fn pets(server: &Server) -> OpenApi {
    OpenApi::parse(PETS).unwrap().server(server.url()).private()
}

fn made(api: OpenApi) -> Result<ApiTools, OpenApiError> {
    api.tools(Egress::builder())
}

/// The one tool that there is.
#[track_caller]
fn only(tools: &ApiTools) -> Arc<dyn Tool> {
    let [tool] = <[Arc<dyn Tool>; 1]>::try_from(tools.tools()).ok().expect("there is one tool");
    tool
}

/// A document with one operation, `act`.
fn one(server: &str, method: &str, path: &str, operation: Value) -> Value {
    let mut operation = operation;
    operation["operationId"] = json!("act");
    json!({
        "openapi": "3.1.0",
        "servers": [{"url": server}],
        "paths": {path: {method: operation}},
    })
}

async fn call(tool: &dyn Tool, arguments: Value) -> Result<ToolOutput, ToolError> {
    let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
    tool.call(ToolInput::new(arguments)).await
}
