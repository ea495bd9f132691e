//! Classes of models, and who runs them.

use fumehood_model::providers;
use serde_json::Value;

use crate::agents::import::report::Report;

/// What LiteLLM calls providers, where we say it otherwise.
const LITELLM: [(&str, &str); 7] = [
    ("ollama_chat", "ollama"),
    ("together_ai", "together"),
    ("fireworks_ai", "fireworks"),
    ("hosted_vllm", "vllm"),
    ("lm_studio", "lmstudio"),
    ("google", "gemini"),
    ("vertex_ai", "gemini"),
];

/// Fields that say which model it is and where, or what only smolagents needs.
const ABOUT: [&str; 9] = [
    "model_id",
    "provider",
    "api_base",
    "base_url",
    "azure_endpoint",
    "custom_role_conversions",
    "flatten_messages_as_text",
    "api_version",
    "timeout",
];

/// The model as a table of the file, at its end.
pub(super) fn model(saved: &Value, lines: &mut Vec<String>, report: &mut Report) {
    let class = saved["class"].as_str().unwrap_or("none");
    let data = &saved["data"];
    let id = data["model_id"].as_str().unwrap_or_default();
    let base = data["api_base"].as_str().or_else(|| data["base_url"].as_str());
    let (name, base) = match class {
        _ if id.is_empty() => (None, None),
        "InferenceClientModel" | "HfApiModel" if base.is_none() => {
            let of = data["provider"].as_str().map_or(String::new(), |name| format!(":{name}"));
            (Some(format!("huggingface:{id}{of}")), None)
        }
        "OpenAIModel" | "OpenAIServerModel" | "InferenceClientModel" => at(id, base),
        "AzureOpenAIModel" | "AzureOpenAIServerModel" => {
            let base = data["azure_endpoint"]
                .as_str()
                .map(|endpoint| format!("{}/openai/v1", endpoint.trim_end_matches('/')));
            (Some(format!("azure:{id}")), base)
        }
        "LiteLLMModel" => litellm(id, base),
        "VLLMModel" => (Some(format!("vllm:{id}")), None),
        _ => (None, None),
    };
    let Some(name) = name else {
        let why = "nobody runs it whom we know; say `model`, or serve it and say its address";
        return report.not(format!("model {class} {id}"), why);
    };
    lines.push("[model]".to_owned());
    report.line(lines, &format!("model {class} {id}"), "name", Value::from(name));
    if let Some(base) = base {
        report.line(lines, "the model's address", "api_base", Value::from(base));
    }
    let mut extra = Vec::new();
    for (field, value) in data.as_object().into_iter().flatten() {
        if ABOUT.contains(&field.as_str()) || value.is_null() {
            continue;
        }
        match value {
            Value::Number(_) | Value::Bool(_) | Value::String(_)
                if !["organization", "project", "torch_dtype", "device_map"]
                    .contains(&field.as_str()) =>
            {
                let key = toml::Value::from(field.as_str());
                report.line(&mut extra, &format!("model.{field}"), &key.to_string(), value.clone());
            }
            _ => report.not(format!("model.{field}"), "no field of a request says it"),
        }
    }
    if !extra.is_empty() {
        lines.push("\n[model.extra]".to_owned());
        lines.extend(extra);
    }
}

/// A model at an address, which may be that of a provider.
fn at(id: &str, base: Option<&str>) -> (Option<String>, Option<String>) {
    let Some(base) = base else { return (Some(format!("openai:{id}")), None) };
    let trimmed = base.trim_end_matches('/');
    match providers().iter().find(|provider| provider.base == Some(trimmed)) {
        Some(provider) => (Some(format!("{}:{id}", provider.name)), None),
        None => (Some(id.to_owned()), Some(base.to_owned())),
    }
}

/// A model as LiteLLM names it.
fn litellm(id: &str, base: Option<&str>) -> (Option<String>, Option<String>) {
    let base = base.map(str::to_owned);
    let Some((prefix, model)) = id.split_once('/') else {
        let provider = match id {
            id if id.starts_with("claude") => "anthropic",
            id if id.starts_with("gemini") => "gemini",
            id if ["gpt", "o1", "o3", "o4"].iter().any(|start| id.starts_with(start)) => "openai",
            _ => return (base.is_some().then(|| id.to_owned()), base),
        };
        return (Some(format!("{provider}:{id}")), base);
    };
    let prefix =
        LITELLM.iter().find(|(theirs, _)| *theirs == prefix).map_or(prefix, |(_, ours)| ours);
    let Some(provider) = providers().iter().find(|provider| provider.name == prefix) else {
        return (None, None);
    };
    // LiteLLM speaks to Ollama in another way, at another address of the same server.
    let base = base.map(|base| match provider.name {
        "ollama" if !base.ends_with("/v1") => format!("{}/v1", base.trim_end_matches('/')),
        _ => base,
    });
    (Some(format!("{}:{model}", provider.name)), base)
}
