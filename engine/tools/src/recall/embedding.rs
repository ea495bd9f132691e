//! Texts as vectors, by an endpoint that speaks the language of OpenAI's.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;

use super::error::RecallError;
use crate::egress::{Egress, HttpRequest};

/// How long the endpoint may take.
const TIME: Duration = Duration::from_secs(10);
/// Numbers of a vector at most.
const DIMENSIONS: usize = 8_192;

/// An endpoint that makes vectors of texts: `POST` of `{"model": …, "input": […]}`.
///
/// Texts that are saved, and queries, are sent there; so it belongs to those whom the host trusts with them, as the
/// model does. The client has to allow its address, and has the credential for it.
#[derive(Clone, Debug)]
pub struct Embeddings {
    egress: Egress,
    url: String,
    model: String,
}

#[derive(Deserialize)]
struct Answer {
    data: Vec<Embedded>,
}

#[derive(Deserialize)]
struct Embedded {
    index: usize,
    embedding: Vec<f32>,
}

impl Embeddings {
    /// An endpoint at an address such as `https://api.openai.com/v1/embeddings`, with one of its models.
    pub fn new(egress: Egress, url: impl Into<String>, model: impl Into<String>) -> Embeddings {
        Embeddings { egress, url: url.into(), model: model.into() }
    }

    /// The model.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// The vectors of texts, in their order, which are all of the same length.
    ///
    /// # Errors
    ///
    /// [`RecallError::Embedding`]
    pub async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, RecallError> {
        let wrong = |reason: String| RecallError::Embedding { reason, refused: false };
        let asked = json!({"model": self.model, "input": texts, "encoding_format": "float"});
        let request = HttpRequest::new("POST", &self.url)
            .with_header("content-type", "application/json")
            .with_header("accept", "application/json")
            .with_body(asked.to_string())
            .with_time(TIME);
        let answer = self.egress.fetch(request).await.map_err(|error| wrong(error.to_string()))?;
        if answer.status != 200 {
            let reason = format!("the endpoint has answered with the status {}", answer.status);
            // What is too long for a model is mostly answered like that.
            let refused = matches!(answer.status, 400 | 413 | 422);
            return Err(RecallError::Embedding { reason, refused });
        }
        let answer = serde_json::from_slice::<Answer>(&answer.body);
        let mut answer =
            answer.map_err(|error| wrong(format!("the answer is no list of them: {error}")))?;
        answer.data.sort_by_key(|embedded| embedded.index);
        let are_all = answer.data.len() == texts.len()
            && answer.data.iter().enumerate().all(|(position, one)| position == one.index);
        let length = answer.data.first().map_or(0, |first| first.embedding.len());
        let are_vectors = answer.data.iter().all(|one| {
            one.embedding.len() == length && one.embedding.iter().all(|number| number.is_finite())
        });
        if !are_all || !are_vectors || length == 0 || length > DIMENSIONS {
            return Err(wrong("the answer does not have a vector for each text".to_owned()));
        }
        Ok(answer.data.into_iter().map(|one| one.embedding).collect())
    }
}
