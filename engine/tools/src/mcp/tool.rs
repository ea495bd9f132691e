//! The tools of a server.

use std::collections::BTreeMap;
use std::sync::Arc;

use fumehood::{
    Arguments, CallContext, Tool, ToolError, ToolFuture, ToolInput, ToolLabels, ToolOutput,
};
use rmcp::model::{CallToolRequest, CallToolRequestParams, ClientRequest, ServerResult};
use serde_json::Value;

use super::contents;
use super::resources::{self, Look};
use super::schemas;
use super::server::{Offer, Server};
use crate::names::Names;
use crate::texts;

/// Bytes of a description.
const DESCRIPTION_BYTES: usize = 8 << 10;

/// A tool of a server of which none could be made here.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LeftOut {
    /// The server.
    pub server: String,
    /// What the server calls the tool.
    pub tool: String,
    /// Why.
    pub reason: String,
}

/// A tool that a server has, or a function to look at what else it has.
pub(super) struct McpTool {
    name: String,
    description: String,
    parameters: Value,
    returns: Option<Value>,
    server: Arc<Server>,
    kind: Kind,
}

enum Kind {
    Tool {
        /// What the server calls it.
        name: String,
        /// What it calls parameters that have other names here.
        renamed: BTreeMap<String, String>,
        /// Checks what is structured in an answer.
        answers: Option<Box<jsonschema::Validator>>,
    },
    Look(Look),
}

/// What a server offers, as tools.
pub(super) fn tools(
    server: &Arc<Server>,
    offer: Offer,
    names: &mut Names,
) -> (Vec<McpTool>, Vec<LeftOut>) {
    let mut left_out = Vec::new();
    let mut leave_out = |tool: &str, reason: String| {
        let (server, tool) = (server.name().to_owned(), texts::line(tool, 200));
        left_out.push(LeftOut { server, tool, reason });
    };
    let mut offered = offer.tools;
    let most = server.tools_at_most();
    if offered.len() > most {
        leave_out("*", format!("it has more than {most} tools; those beyond are left out"));
        offered.truncate(most);
    }
    // The order of a server's list may change, and names must not.
    offered.sort_by(|one, other| one.name.cmp(&other.name));
    offered.dedup_by(|other, one| one.name == other.name);
    let mut tools = Vec::new();
    for tool in offered {
        let parameters = match schemas::parameters(&tool.input_schema) {
            Ok(parameters) => parameters,
            Err(reason) => {
                leave_out(&tool.name, reason);
                continue;
            }
        };
        let (returns, answers) = match tool.output_schema.as_deref().map(schemas::returns) {
            None => (None, None),
            Some(Ok((schema, validator))) => (Some(schema), Some(Box::new(validator))),
            Some(Err(reason)) => {
                leave_out(&tool.name, format!("what it returns: {reason}"));
                continue;
            }
        };
        let described = tool.description.as_deref().or(tool.title.as_deref()).unwrap_or_default();
        tools.push(McpTool {
            name: names.take(server.name(), &tool.name),
            description: texts::cleaned(described, DESCRIPTION_BYTES),
            parameters: parameters.schema,
            returns,
            server: Arc::clone(server),
            kind: Kind::Tool { name: tool.name.into_owned(), renamed: parameters.renamed, answers },
        });
    }
    let config = server.config();
    let looks =
        resources::looks(config.resources && offer.resources, config.prompts && offer.prompts);
    for look in looks {
        tools.push(McpTool {
            name: names.take(server.name(), look.name()),
            description: look.description(server.name()),
            parameters: look.parameters(),
            returns: None,
            server: Arc::clone(server),
            kind: Kind::Look(look),
        });
    }
    (tools, left_out)
}

impl McpTool {
    async fn answer(&self, input: ToolInput) -> Result<ToolOutput, ToolError> {
        if let Some(attachment) = input.attachments.first() {
            // Its placeholder would be sent in its place.
            return Err(ToolError::about_arguments(format!(
                "the argument at `{}` is bytes, which an MCP server cannot be given",
                attachment.at
            )));
        }
        match &self.kind {
            Kind::Tool { name, renamed, answers } => {
                let arguments = renamed_back(input.arguments, renamed);
                self.call(name, arguments, answers.as_deref(), &input.context).await
            }
            Kind::Look(look) => look.answer(&self.server, &input.arguments, &input.context).await,
        }
    }

    async fn call(
        &self,
        name: &str,
        arguments: Arguments,
        answers: Option<&jsonschema::Validator>,
        context: &CallContext,
    ) -> Result<ToolOutput, ToolError> {
        let params = CallToolRequestParams::new(name.to_owned()).with_arguments(arguments);
        let request = |params| ClientRequest::CallToolRequest(CallToolRequest::new(params));
        let again = |answers, state| {
            let mut params = params.clone();
            (params.input_responses, params.request_state) = (answers, state);
            request(params)
        };
        let result = match self.server.ask(request(params.clone()), again, context).await? {
            ServerResult::CallToolResult(result) => result,
            // An answer without content looks like this.
            ServerResult::EmptyResult(_) => return Ok(ToolOutput::default()),
            _ => return Err(self.server.unexpected()),
        };
        if let (Some(validator), Some(structured), None | Some(false)) =
            (answers, &result.structured_content, result.is_error)
            && let Err(error) = validator.validate(structured)
        {
            return Err(self.server.error(format!(
                "its answer is not what it says that it answers: {}",
                texts::line(&error.to_string(), 500)
            )));
        }
        contents::of_call(result)
    }
}

fn renamed_back(arguments: Arguments, renamed: &BTreeMap<String, String>) -> Arguments {
    if renamed.is_empty() {
        return arguments;
    }
    let back = |(name, value)| (renamed.get(&name).cloned().unwrap_or(name), value);
    arguments.into_iter().map(back).collect()
}

impl Tool for McpTool {
    fn name(&self) -> &str {
        &self.name
    }

    fn description(&self) -> &str {
        &self.description
    }

    fn parameters(&self) -> Value {
        self.parameters.clone()
    }

    fn returns(&self) -> Option<Value> {
        self.returns.clone()
    }

    /// What a server says of its own tools is not relied on: that it only reads, for one.
    fn labels(&self) -> ToolLabels {
        ToolLabels::RETURNS_UNTRUSTED.and(ToolLabels::SENDS)
    }

    fn call(&self, input: ToolInput) -> ToolFuture<'_> {
        Box::pin(self.answer(input))
    }
}

impl std::fmt::Debug for McpTool {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("McpTool").field("name", &self.name).finish_non_exhaustive()
    }
}
