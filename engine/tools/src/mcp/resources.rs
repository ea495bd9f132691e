//! Functions to look at the resources and prompts of a server.

use fumehood::{Arguments, CallContext, ToolError, ToolOutput};
use rmcp::model::{
    ClientRequest, GetPromptRequest, GetPromptRequestParams, ListPromptsRequest,
    ListResourceTemplatesRequest, ListResourcesRequest, PaginatedRequestParams, Prompt,
    ReadResourceRequest, ReadResourceRequestParams, ResourceTemplate, Role, ServerResult,
};
use serde_json::{Map, Value, json};

use super::contents::{self, Piece};
use super::server::Server;

/// Pages and entries of a list.
const PAGES: usize = 100;
const ENTRIES: usize = 10_000;

/// What can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    ListResources,
    ReadResource,
    ListPrompts,
    GetPrompt,
}

/// What there is for a server that has resources, or prompts.
pub(super) fn looks(resources: bool, prompts: bool) -> Vec<Look> {
    let mut looks = Vec::new();
    if resources {
        looks.extend([Look::ListResources, Look::ReadResource]);
    }
    if prompts {
        looks.extend([Look::ListPrompts, Look::GetPrompt]);
    }
    looks
}

impl Look {
    pub(super) fn name(self) -> &'static str {
        match self {
            Look::ListResources => "list_resources",
            Look::ReadResource => "read_resource",
            Look::ListPrompts => "list_prompts",
            Look::GetPrompt => "get_prompt",
        }
    }

    pub(super) fn description(self, server: &str) -> String {
        match self {
            Look::ListResources => format!(
                "Lists the resources of {server}: dicts with `uri`, `name` and more. Those with \
                 `uri_template` instead of `uri` are forms of the URIs of others."
            ),
            Look::ReadResource => format!(
                "Reads a resource of {server}: a dict with `uri`, `media_type` and `content`, which is a \
                 text, an image or bytes; a list of dicts if there are several."
            ),
            Look::ListPrompts => format!(
                "Lists the prompts of {server}: dicts with `name`, `description` and `arguments`."
            ),
            Look::GetPrompt => format!(
                "Gets a prompt of {server}: a dict with `description` and `messages`, which are dicts \
                 with `role` and `content`."
            ),
        }
    }

    pub(super) fn parameters(self) -> Value {
        match self {
            Look::ListResources | Look::ListPrompts => json!({"type": "object", "properties": {}}),
            Look::ReadResource => json!({
                "type": "object",
                "properties": {"uri": {"type": "string", "description": "The URI of the resource."}},
                "required": ["uri"],
            }),
            Look::GetPrompt => json!({
                "type": "object",
                "properties": {
                    "name": {"type": "string", "description": "The name of the prompt."},
                    "arguments": {
                        "type": "object",
                        "additionalProperties": {"type": "string"},
                        "description": "What is put into it, by name.",
                    },
                },
                "required": ["name"],
            }),
        }
    }

    pub(super) async fn answer(
        self,
        server: &Server,
        arguments: &Arguments,
        context: &CallContext,
    ) -> Result<ToolOutput, ToolError> {
        let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
        let piece = match self {
            Look::ListResources => list_resources(server, context).await?,
            Look::ReadResource => read_resource(server, text("uri"), context).await?,
            Look::ListPrompts => list_prompts(server, context).await?,
            Look::GetPrompt => {
                let given = arguments.get("arguments").and_then(Value::as_object).cloned();
                get_prompt(server, text("name"), given, context).await?
            }
        };
        Ok(piece.output())
    }
}

/// All entries of a list that comes in pages: `ask` makes the request for a page, and `take` takes it.
async fn pages(
    server: &Server,
    context: &CallContext,
    ask: impl Fn(PaginatedRequestParams) -> ClientRequest,
    take: impl Fn(ServerResult) -> Option<(Vec<Value>, Option<String>)>,
) -> Result<Vec<Value>, ToolError> {
    let mut entries = Vec::new();
    let mut cursor = None;
    for _ in 0..PAGES {
        let request = || ask(PaginatedRequestParams::default().with_cursor(cursor.clone()));
        let result = server.ask(request(), |_, _| request(), context).await?;
        let (page, next) = take(result).ok_or_else(|| server.unexpected())?;
        entries.extend(page);
        if next.is_none() {
            return Ok(entries);
        }
        if entries.len() > ENTRIES {
            break;
        }
        cursor = next;
    }
    Err(server.error(format!("its list has more than {ENTRIES} entries, or {PAGES} pages")))
}

async fn list_resources(server: &Server, context: &CallContext) -> Result<Piece, ToolError> {
    let ask = |page| ClientRequest::ListResourcesRequest(ListResourcesRequest::with_param(page));
    let mut listed = pages(server, context, ask, |result| match result {
        ServerResult::ListResourcesResult(page) => {
            Some((page.resources.iter().map(contents::described).collect(), page.next_cursor))
        }
        _ => None,
    })
    .await?;
    let ask = |page| {
        ClientRequest::ListResourceTemplatesRequest(ListResourceTemplatesRequest::with_param(page))
    };
    let templates = pages(server, context, ask, |result| match result {
        ServerResult::ListResourceTemplatesResult(page) => {
            Some((page.resource_templates.iter().map(template).collect(), page.next_cursor))
        }
        _ => None,
    });
    // Not every server that has resources knows of templates.
    listed.extend(templates.await.unwrap_or_default());
    Ok(Piece::of(Value::Array(listed)))
}

fn template(template: &ResourceTemplate) -> Value {
    let mut fields = Map::new();
    fields.insert("uri_template".to_owned(), json!(template.uri_template));
    fields.insert("name".to_owned(), json!(template.name));
    for (name, text) in
        [("description", &template.description), ("media_type", &template.mime_type)]
    {
        if let Some(text) = text {
            fields.insert(name.to_owned(), json!(text));
        }
    }
    Value::Object(fields)
}

async fn read_resource(
    server: &Server,
    uri: &str,
    context: &CallContext,
) -> Result<Piece, ToolError> {
    let request = |answers, state| {
        let mut params = ReadResourceRequestParams::new(uri);
        (params.input_responses, params.request_state) = (answers, state);
        ClientRequest::ReadResourceRequest(ReadResourceRequest::new(params))
    };
    let ServerResult::ReadResourceResult(read) =
        server.ask(request(None, None), request, context).await?
    else {
        return Err(server.unexpected());
    };
    let pieces = read.contents.into_iter().map(contents::of_resource);
    let mut pieces = pieces.collect::<Result<Vec<_>, _>>()?;
    Ok(if pieces.len() == 1 { pieces.remove(0) } else { Piece::list(pieces) })
}

async fn list_prompts(server: &Server, context: &CallContext) -> Result<Piece, ToolError> {
    let ask = |page| ClientRequest::ListPromptsRequest(ListPromptsRequest::with_param(page));
    let listed = pages(server, context, ask, |result| match result {
        ServerResult::ListPromptsResult(page) => {
            Some((page.prompts.iter().map(prompt).collect(), page.next_cursor))
        }
        _ => None,
    });
    Ok(Piece::of(Value::Array(listed.await?)))
}

fn prompt(prompt: &Prompt) -> Value {
    let arguments = prompt.arguments.iter().flatten().map(|argument| {
        json!({
            "name": argument.name,
            "description": argument.description,
            "required": argument.required.unwrap_or_default(),
        })
    });
    json!({
        "name": prompt.name,
        "description": prompt.description,
        "arguments": arguments.collect::<Vec<_>>(),
    })
}

async fn get_prompt(
    server: &Server,
    name: &str,
    given: Option<Map<String, Value>>,
    context: &CallContext,
) -> Result<Piece, ToolError> {
    let request = |answers, state| {
        let mut params = GetPromptRequestParams::new(name);
        params.arguments.clone_from(&given);
        (params.input_responses, params.request_state) = (answers, state);
        ClientRequest::GetPromptRequest(GetPromptRequest::new(params))
    };
    let ServerResult::GetPromptResult(got) =
        server.ask(request(None, None), request, context).await?
    else {
        return Err(server.unexpected());
    };
    let messages = got.messages.into_iter().map(|message| {
        let role = match message.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        let content = contents::of_block(message.content)?;
        Ok(Piece::object([("role", Piece::of(json!(role))), ("content", content)]))
    });
    let messages = messages.collect::<Result<Vec<_>, ToolError>>()?;
    Ok(Piece::object([
        ("description", Piece::of(json!(got.description))),
        ("messages", Piece::list(messages)),
    ]))
}
