//! What an agent is, as a list of its keys, with their defaults.

use fumehood_agent::CodeTags;
use fumehood_tools::egress::EgressLimits;
use serde_json::{Map, Value, json};

use crate::agents::checking::Check;
use crate::agents::file::{AgentFile, Kind};
use crate::units;

/// What the keys of a file say, or their defaults.
pub(super) fn settings(file: &AgentFile, checks: &[Check]) -> Map<String, Value> {
    let mut all = Map::new();
    let mut say = |key: &str, value: Value| {
        all.insert(key.to_owned(), value);
    };
    let model = file.model.as_ref().map(|model| &model.0);
    say("kind", json!(file.kind));
    say("model.name", json!(model.map(|model| &model.name)));
    if let Some(model) = model {
        say("model.api_base", json!(model.api_base));
        say("model.requests_per_minute", json!(model.requests_per_minute));
        say("model.tokens_per_minute", json!(model.tokens_per_minute));
        say("model.extra", json!(model.extra));
        say("model.without", json!(model.without));
    }
    say("instructions", json!(file.instructions));
    say("max_steps", json!(file.max_steps.map_or(20, u32::from)));
    say("planning_interval", json!(file.planning_interval));
    match file.kind {
        Kind::Code => {
            let tags = file.code_tags.clone().map_or_else(CodeTags::default, |tags| tags.0);
            say("code_tags", json!([tags.open, tags.close]));
            say("structured", json!(file.structured.unwrap_or(false)));
        }
        Kind::ToolCalling => {
            say("python", json!(file.python.unwrap_or(false)));
        }
    }
    say("parallel", json!(file.parallel.map_or(8, usize::from)));
    say("context_tokens", json!(file.context_tokens));
    say("run_summary", json!(file.run_summary));
    say("prompts", json!(file.prompts));
    say("policy", json!(file.policy));
    let prices = file.prices.map(|prices| prices.prices());
    say("prices", prices.map_or(Value::Null, |prices| {
        json!({"input": prices.input, "output": prices.output, "cached_input": prices.cached_input})
    }));
    say("image", json!(file.image));
    say("deterministic", json!(file.deterministic));
    say("clock_start", json!(file.clock_start));
    let limits = file.limits.limits();
    say("limits.time", json!(format!("{:?}", limits.time)));
    say("limits.memory", json!(units::exact_bytes(limits.memory_bytes)));
    say("limits.cpu", json!(limits.cpu.map(|cpu| format!("{cpu:?}"))));
    say("limits.fuel", json!(limits.fuel.map(units::exact_amount)));
    say("limits.output", json!(units::exact_bytes(limits.output_bytes)));
    say("limits.tool_calls", json!(limits.tool_calls));
    say("env", json!(file.env));
    let grants = file.grants.iter();
    let grants =
        grants.map(|grant| json!({"folder": grant.folder, "at": grant.at, "write": grant.write}));
    say("grants", grants.collect());
    if let Some(http) = &file.http {
        let limits = http.limits(EgressLimits::default());
        say("http.allow", json!(http.allow));
        say("http.private", json!(http.private));
        say("http.time", json!(format!("{:?}", limits.time)));
        say("http.request", json!(units::exact_bytes(limits.request_bytes)));
        say("http.response", json!(units::exact_bytes(limits.response_bytes)));
        say("http.requests", json!(limits.requests));
        say("http.total", json!(units::exact_bytes(limits.bytes)));
    }
    say("checks", checks.iter().map(|check| json!(check.name)).collect());
    all
}
