//! How far a call has come, for the client that has asked to be told.

use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::ProgressNotificationParam;
use rmcp::service::RequestContext;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// What was not told yet; what comes while the client takes nothing is left out.
const UNTOLD: usize = 16;
/// Characters of a message.
const CHARACTERS: usize = 300;
/// How long is waited for the client to take what there is.
const PATIENCE: Duration = Duration::from_secs(1);

/// Tells a client how far its call has come.
pub(super) struct Telling {
    sender: mpsc::Sender<String>,
    task: JoinHandle<()>,
}

/// Whoever has something to tell.
#[derive(Clone)]
pub(super) struct Teller(Option<mpsc::Sender<String>>);

impl Teller {
    pub(super) fn tell(&self, message: &str) {
        if let Some(sender) = &self.0 {
            sender.try_send(message.chars().take(CHARACTERS).collect()).ok();
        }
    }
}

impl Telling {
    /// Begins to tell, if the client wants to know.
    pub(super) fn of(context: &RequestContext<RoleServer>) -> (Teller, Option<Telling>) {
        let Some(token) = context.meta.get_progress_token() else { return (Teller(None), None) };
        let (sender, mut messages) = mpsc::channel::<String>(UNTOLD);
        let peer = context.peer.clone();
        let task = tokio::spawn(async move {
            let mut told = 0.0;
            while let Some(message) = messages.recv().await {
                told += 1.0;
                let progress =
                    ProgressNotificationParam::new(token.clone(), told).with_message(message);
                if peer.notify_progress(progress).await.is_err() {
                    return;
                }
            }
        });
        (Teller(Some(sender.clone())), Some(Telling { sender, task }))
    }

    /// Nothing is told after the answer. Whoever still has a [`Teller`] has to have dropped it.
    pub(super) async fn end(self) {
        drop(self.sender);
        let abort = self.task.abort_handle();
        if tokio::time::timeout(PATIENCE, self.task).await.is_err() {
            abort.abort();
        }
    }
}
