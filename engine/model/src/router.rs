//! Several models as one.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::error::{ModelError, RefusalKind};
use crate::model::{Delta, Description, Listener, Model, ModelFuture};
use crate::reply::Reply;
use crate::request::Request;

/// Several models as one: a request goes to one of them, and to the next if that fails.
///
/// # Defaults
///
/// The next model is asked if the error is one that another model need not have: anything that may pass, a
/// key, a quota, a model that is not there or takes less than it is asked. It is not asked if the request was
/// refused for what is in it, or if a recording or a script says otherwise.
///
/// # Examples
///
/// ```
/// use fumehood_model::{ApiModel, Router};
///
/// let key = |name: &str| name.ends_with("_KEY").then(|| "a key".to_owned());
/// let model = Router::in_order(ApiModel::named("anthropic:claude-sonnet-4-5", &key)?)
///     .with(ApiModel::named("openai:gpt-4o", &key)?);
/// # Ok::<(), fumehood_model::ProviderError>(())
/// ```
pub struct Router {
    models: Vec<Arc<dyn Model>>,
    takes_turns: bool,
    next: AtomicUsize,
    falls_over: Rule,
}

type Rule = Arc<dyn Fn(&ModelError) -> bool + Send + Sync>;

impl Router {
    /// Asks `first`, and the others only if it fails.
    pub fn in_order(first: impl Model) -> Router {
        Router {
            models: vec![Arc::new(first)],
            takes_turns: false,
            next: AtomicUsize::new(0),
            falls_over: Arc::new(is_another_models_chance),
        }
    }

    /// Asks the models in turn; if one fails, those after it.
    pub fn in_turn(first: impl Model) -> Router {
        Router { takes_turns: true, ..Router::in_order(first) }
    }

    /// Adds a model after the others.
    #[must_use]
    pub fn with(mut self, model: impl Model) -> Router {
        self.models.push(Arc::new(model));
        self
    }

    /// Sets for which errors the next model is asked.
    #[must_use]
    pub fn falling_over_when(
        mut self,
        rule: impl Fn(&ModelError) -> bool + Send + Sync + 'static,
    ) -> Router {
        self.falls_over = Arc::new(rule);
        self
    }

    async fn reply(&self, request: &Request, listener: &Listener<'_>) -> Result<Reply, ModelError> {
        let first = match self.takes_turns {
            true => self.next.fetch_add(1, Ordering::Relaxed) % self.models.len(),
            false => 0,
        };
        let mut errors = Vec::new();
        let count = self.models.len();
        for model in self.models.iter().cycle().skip(first).take(count) {
            let error = match model.generate(request, listener).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            if !(self.falls_over)(&error) {
                return Err(error);
            }
            let Description { id, provider, .. } = model.description();
            if errors.len() + 1 < count {
                listener(Delta::Restarted { error: &error, wait: Duration::ZERO });
            }
            errors.push((format!("{provider}:{id}"), error));
        }
        Err(ModelError::NoneReplied(errors))
    }
}

fn is_another_models_chance(error: &ModelError) -> bool {
    match error {
        ModelError::Refused(refusal) => match refusal.kind {
            RefusalKind::ContentFilter => false,
            RefusalKind::Other => error.is_transient(),
            _ => true,
        },
        ModelError::Recording { .. } | ModelError::Script(_) => false,
        _ => true,
    }
}

impl Model for Router {
    /// All of the models' names, and what all of them can do.
    fn description(&self) -> Description {
        let each = self.models.iter().map(Model::description).collect::<Vec<_>>();
        let ids = each.iter().map(|model| format!("{}:{}", model.provider, model.id));
        let mut description = Description::new(ids.collect::<Vec<_>>().join(", "), "router");
        for model in each {
            description.capabilities = description.capabilities.and(model.capabilities);
        }
        description
    }

    fn generate<'a>(&'a self, request: &'a Request, listener: &'a Listener<'a>) -> ModelFuture<'a> {
        Box::pin(self.reply(request, listener))
    }
}

impl fmt::Debug for Router {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let models = self.models.iter().map(Model::description);
        f.debug_struct("Router")
            .field("models", &models.collect::<Vec<_>>())
            .field("takes_turns", &self.takes_turns)
            .finish_non_exhaustive()
    }
}
