//! What code gets of a space.

use std::sync::Arc;

use fumehood::{
    CallContext, Label, Tool, ToolError, ToolFuture, ToolInput, ToolLabels, ToolOutput,
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::embedding::Embeddings;
use super::error::RecallError;
use super::ranking;
use super::space::{EMBEDDED_AT_ONCE, Memory, NewMemory, Query, Space};

impl Space {
    /// The tools that reach this space and no other: `memory_save`, `memory_search` and `memory_forget`. With
    /// embeddings, a search goes by meaning as well.
    pub fn tools(&self, embeddings: Option<Embeddings>) -> Vec<Arc<dyn Tool>> {
        let desk = Arc::new(Desk { space: self.clone(), embeddings });
        vec![
            Arc::new(Save(Arc::clone(&desk))),
            Arc::new(Search(Arc::clone(&desk))),
            Arc::new(Forget(desk)),
        ]
    }
}

/// How many texts are sent one by one in a call, where the endpoint does not take all of them at once.
const TRIED_ONE_BY_ONE: usize = 4;

/// What the tools share.
struct Desk {
    space: Space,
    embeddings: Option<Embeddings>,
}

impl Desk {
    /// Does something with the file, which may have to be waited for, where nothing else waits.
    async fn with_space<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Space) -> Result<T, RecallError> + Send + 'static,
    ) -> Result<T, RecallError> {
        let space = self.space.clone();
        let done = tokio::task::spawn_blocking(move || work(&space)).await;
        done.map_err(|error| RecallError::Store { reason: error.to_string() })?
    }

    /// Has texts embedded that are not yet, and a query with them, whose vector this is.
    async fn embed(&self, query: Option<&str>) -> Result<Option<(String, Vec<f32>)>, RecallError> {
        let Some(embeddings) = &self.embeddings else { return Ok(None) };
        let model = embeddings.model().to_owned();
        let asked = model.clone();
        let waiting =
            self.with_space(move |space| space.unembedded(&asked, EMBEDDED_AT_ONCE)).await?;
        let texts = query.into_iter().chain(waiting.iter().map(|(_, text)| text.as_str()));
        let texts = texts.collect::<Vec<_>>();
        if texts.is_empty() {
            return Ok(None);
        }
        let mut vectors = match embeddings.embed(&texts).await {
            Err(RecallError::Embedding { refused: true, .. }) if !waiting.is_empty() => {
                self.embed_one_by_one(embeddings, waiting).await?;
                match query {
                    Some(query) => embeddings.embed(&[query]).await?,
                    None => Vec::new(),
                }
            }
            vectors => {
                let mut vectors = vectors?;
                let of_waiting = vectors.split_off(usize::from(query.is_some()));
                let kept = waiting.into_iter().zip(of_waiting);
                self.keep(&model, kept.map(|((id, text), vector)| (id, text, vector))).await?;
                vectors
            }
        };
        let vector = vectors.pop().as_deref().and_then(ranking::direction);
        Ok(vector.map(|vector| (model, vector)))
    }

    /// Finds out which text it is that the endpoint does not take, and asks for that one no more.
    async fn embed_one_by_one(
        &self,
        embeddings: &Embeddings,
        waiting: Vec<(i64, String)>,
    ) -> Result<(), RecallError> {
        for (id, text) in waiting.into_iter().take(TRIED_ONE_BY_ONE) {
            let vector = match embeddings.embed(&[&text]).await {
                Err(RecallError::Embedding { refused: true, .. }) => Vec::new(),
                vectors => vectors?.pop().unwrap_or_default(),
            };
            self.keep(embeddings.model(), [(id, text, vector)]).await?;
        }
        Ok(())
    }

    /// Keeps the vectors of texts; an empty one says that a text has none.
    async fn keep(
        &self,
        model: &str,
        vectors: impl IntoIterator<Item = (i64, String, Vec<f32>)>,
    ) -> Result<(), RecallError> {
        let vectors = vectors.into_iter().collect::<Vec<_>>();
        if vectors.is_empty() {
            return Ok(());
        }
        let model = model.to_owned();
        self.with_space(move |space| space.embed(&model, &vectors)).await
    }

    /// The same; where it fails there are words, and whoever listens is told.
    async fn embed_if_possible(
        &self,
        query: Option<&str>,
        context: &CallContext,
    ) -> Option<(String, Vec<f32>)> {
        match self.embed(query).await {
            Ok(vector) => vector,
            Err(error) => {
                context.progress(&format!("searching by words alone: {error}"), None);
                None
            }
        }
    }
}

/// The arguments of a call, which fit the schema.
fn arguments<T: for<'de> Deserialize<'de>>(input: &mut ToolInput) -> Result<T, ToolError> {
    let arguments = Value::Object(std::mem::take(&mut input.arguments));
    serde_json::from_value(arguments).map_err(|error| ToolError::about_arguments(error.to_string()))
}

/// Adds to a session what those had seen who have saved these.
fn relabel(memories: &[Memory], context: &CallContext) {
    for memory in memories {
        for label in Label::ALL.into_iter().filter(|label| memory.labels.has(*label)) {
            let sources = memory.labels.sources(label);
            if sources.is_empty() {
                context.ledger().add(label, "something remembered");
            }
            for source in sources {
                // What was remembered before, and saved again, is not remembered twice as much.
                let source = source.strip_prefix(REMEMBERED).unwrap_or(source);
                context.ledger().add(label, &format!("{REMEMBERED}{source}"));
            }
        }
    }
}

const REMEMBERED: &str = "remembered from ";

struct Save(Arc<Desk>);

#[derive(Deserialize)]
struct SaveArguments {
    text: String,
    #[serde(default)]
    tags: Vec<String>,
    about: Option<String>,
}

impl Tool for Save {
    fn name(&self) -> &str {
        "memory_save"
    }

    fn description(&self) -> &str {
        "Remembers something for later runs: a preference, a decision, a fact that was hard to find. Write it so that it \
         is understood without what was said before."
    }

    fn parameters(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "text": {"type": "string", "description": "What is to be remembered, in a sentence or a few."},
                "tags": {
                    "type": "array",
                    "items": {"type": "string"},
                    "default": [],
                    "description": "Words to find it by.",
                },
                "about": {
                    "type": ["string", "null"],
                    "default": null,
                    "description": "Whom or what it is about.",
                },
            },
            "required": ["text"],
        })
    }

    fn returns(&self) -> Option<Value> {
        Some(json!({
            "type": "object",
            "description": "`id`: its number; `known`: whether the same text was remembered before.",
        }))
    }

    fn call(&self, mut input: ToolInput) -> ToolFuture<'_> {
        Box::pin(async move {
            let SaveArguments { text, tags, about } = arguments(&mut input)?;
            let labels = input.context.ledger().labels();
            let memory = NewMemory { text, tags, about };
            let saved = self.0.with_space(move |space| space.save(memory, &labels)).await?;
            self.0.embed_if_possible(None, &input.context).await;
            Ok(ToolOutput::from(json!({"id": saved.number, "known": saved.known})))
        })
    }
}

struct Search(Arc<Desk>);

#[derive(Deserialize)]
struct SearchArguments {
    query: String,
    #[serde(default = "usual_most")]
    most: usize,
    #[serde(default)]
    tags: Vec<String>,
}

fn usual_most() -> usize {
    5
}

impl Tool for Search {
    fn name(&self) -> &str {
        "memory_search"
    }

    fn description(&self) -> &str {
        "Finds what was remembered with memory_save, in this run or in earlier ones."
    }

    fn parameters(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "query": {
                    "type": "string",
                    "description": "Words of what is looked for; an empty text for what was saved last.",
                },
                "most": {
                    "type": "integer",
                    "minimum": 1,
                    "maximum": 1_000,
                    "default": 5,
                    "description": "How many are wanted at most.",
                },
                "tags": {
                    "type": "array",
                    "items": {"type": "string"},
                    "default": [],
                    "description": "Tags that they all have to have.",
                },
            },
            "required": ["query"],
        })
    }

    fn returns(&self) -> Option<Value> {
        Some(json!({
            "type": "array",
            "description": "A dict for each, the best first: id, text, about, tags, saved (the time, in ISO 8601).",
        }))
    }

    fn labels(&self) -> ToolLabels {
        ToolLabels::READS_PRIVATE
    }

    fn call(&self, mut input: ToolInput) -> ToolFuture<'_> {
        Box::pin(async move {
            let SearchArguments { query, most, tags } = arguments(&mut input)?;
            let has_words = !query.trim().is_empty();
            let vector = match has_words {
                true => self.0.embed_if_possible(Some(&query), &input.context).await,
                false => None,
            };
            let query = Query { words: query, tags, most, vector };
            let found = self.0.with_space(move |space| space.search(&query)).await?;
            // Before anybody knows what they say.
            relabel(&found, &input.context);
            let told = found.into_iter().map(|memory| {
                json!({
                    "id": memory.number,
                    "text": memory.text,
                    "about": memory.about,
                    "tags": memory.tags,
                    "saved": memory.saved,
                })
            });
            Ok(ToolOutput::from(Value::from(told.collect::<Vec<_>>())))
        })
    }
}

struct Forget(Arc<Desk>);

#[derive(Deserialize)]
struct ForgetArguments {
    id: u64,
}

impl Tool for Forget {
    fn name(&self) -> &str {
        "memory_forget"
    }

    fn description(&self) -> &str {
        "Forgets something that was remembered, for good: what is wrong, or what somebody wants to be forgotten."
    }

    fn parameters(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "id": {"type": "integer", "minimum": 0, "description": "Its number, as memory_search tells it."},
            },
            "required": ["id"],
        })
    }

    fn returns(&self) -> Option<Value> {
        Some(json!({"type": "boolean", "description": "Whether there was one of this number."}))
    }

    /// What it does stays done.
    fn labels(&self) -> ToolLabels {
        ToolLabels::SENDS
    }

    fn call(&self, mut input: ToolInput) -> ToolFuture<'_> {
        Box::pin(async move {
            let ForgetArguments { id } = arguments(&mut input)?;
            let forgotten = self.0.with_space(move |space| space.forget(id)).await?;
            Ok(ToolOutput::from(Value::from(forgotten)))
        })
    }
}
