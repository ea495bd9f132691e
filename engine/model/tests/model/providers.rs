//! Models by name.

use fumehood_model::{ApiModel, Model, Provider, ProviderError, providers};

fn environment(variable: &'static str, value: &'static str) -> impl Fn(&str) -> Option<String> {
    move |name| (name == variable).then(|| value.to_owned())
}

#[test]
fn a_model_is_found_by_its_name_with_the_key_from_the_environment() {
    let key = environment("ANTHROPIC_API_KEY", "k");
    let model = ApiModel::named("anthropic:claude-sonnet-4-5", &key).unwrap();
    let description = model.description();
    assert_eq!(
        (description.provider.as_str(), description.id.as_str()),
        ("anthropic", "claude-sonnet-4-5")
    );
    ApiModel::named("ollama:llama3.3:70b", &|_| None).unwrap();
    ApiModel::named("gemini/gemini-3-pro", &environment("GOOGLE_API_KEY", "k")).unwrap();
}

#[test]
fn what_is_missing_is_said_with_its_name() {
    let wrong = |name: &str| ApiModel::named(name, &|_| None).unwrap_err().to_string();
    let said = wrong("gpt-4o");
    assert!(
        said.starts_with("`gpt-4o` does not begin with a provider, as `openai:gpt-4o` does"),
        "{said}"
    );
    assert!(said.contains("openai, anthropic, gemini"), "{said}");
    assert_eq!(
        wrong("xai:grok-4"),
        "xai needs a key, in the environment variable XAI_API_KEY for instance"
    );
    assert_eq!(
        wrong("azure:my-deployment"),
        "azure has no address of its own; it has to be given, in the environment variable \
         AZURE_OPENAI_ENDPOINT for instance"
    );
    let nowhere = environment("OPENAI_API_BASE", "api.openai.com");
    let error = ApiModel::named("openai:gpt-4o", &nowhere).unwrap_err();
    assert!(matches!(error, ProviderError::Base { .. }), "{error:?}");
}

#[test]
fn what_a_provider_lacks_is_known() {
    let capabilities = |name: &str, id: &str| {
        let provider = Provider::named(name).unwrap();
        let base = provider.base.unwrap_or("https://example.com");
        ApiModel::of(provider, base, id).unwrap().description().capabilities
    };
    assert!(!capabilities("deepseek", "deepseek-chat").schema);
    assert!(!capabilities("xai", "grok-4").stop && capabilities("openai", "gpt-4o").stop);
    assert!(capabilities("anthropic", "grok-4").stop, "only where it was seen to be refused");
}

#[test]
fn the_documentation_has_every_provider() {
    let page = include_str!("../../../../docs/models.md");
    let rows = page.lines().filter(|line| line.starts_with("| `")).collect::<Vec<_>>();
    let expected = providers().iter().map(|provider| {
        let address = match (provider.base, provider.base_variables) {
            (Some(base), []) => format!("`{base}`"),
            (Some(base), [variable, ..]) => format!("`{base}`, or `{variable}`"),
            (None, variables) => format!("`{}`", variables.join("`, `")),
        };
        let key = match provider.key_variables {
            [] => "none".to_owned(),
            variables => format!("`{}`", variables.join("`, `")),
        };
        format!("| `{}` | {address} | {key} |", provider.name)
    });
    assert_eq!(rows, expected.collect::<Vec<_>>());
}
