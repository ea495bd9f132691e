//! Code of clients.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use fumehood::{Answer, Code, Event, Listener, Outcome, Session, Step};
use rmcp::RoleServer;
use rmcp::model::{CallToolResult, ContentBlock};
use rmcp::service::RequestContext;
use serde_json::Value;

use crate::mcp::files;
use crate::mcp::sessions::Sessions;
use crate::mcp::telling::{Teller, Telling};
use crate::report::Report;

/// Runs code in a session.
pub(super) async fn run(
    sessions: &Sessions,
    name: &str,
    code: String,
    seconds: Option<f64>,
    context: &RequestContext<RoleServer>,
) -> Result<CallToolResult> {
    let mut session = sessions.take(name).await?;
    let before = files::seen(&session.files());
    let mut code = Code::new(code);
    if let Some(seconds) = seconds {
        let mut limits = sessions.sandbox().limits().clone();
        let wanted = Duration::try_from_secs_f64(seconds)?;
        // A client can have less than there is, and no more.
        limits.time = limits.time.min(wanted);
        code = code.limits(limits);
    }
    let (teller, telling) = Telling::of(context);
    let step = {
        let cancel = session.cancel_handle();
        let mut running = std::pin::pin!(session.run(code.listener(listener(teller))));
        tokio::select! {
            step = &mut running => step,
            () = context.ct.cancelled() => {
                cancel.cancel();
                // The session is not used again before the step has ended.
                running.await
            }
        }
    };
    if let Some(telling) = telling {
        telling.end().await;
    }
    Ok(result(name, &step?, &mut session, &before))
}

/// Tells the last line of what is printed.
fn listener(teller: Teller) -> Listener {
    Arc::new(move |event| match event {
        Event::Output { bytes, .. } => {
            let text = String::from_utf8_lossy(bytes);
            if let Some(line) = text.lines().rev().find(|line| !line.trim().is_empty()) {
                teller.tell(line);
            }
        }
        Event::ToolCalled { tool, .. } => teller.tell(&format!("calls {tool}")),
        _ => {}
    })
}

/// What came of a step: for models in words, with pictures, and for programs as the command reports it.
fn result(name: &str, step: &Step, session: &mut Session, before: &files::Seen) -> CallToolResult {
    let mut told = Vec::new();
    let output = &step.output;
    if !output.stdout.is_empty() {
        told.push(output.stdout.trim_end().to_owned());
    }
    if !output.stderr.is_empty() {
        told.push(format!("[stderr]\n{}", output.stderr.trim_end()));
    }
    if output.cut_bytes > 0 {
        told.push(format!("[{} bytes more were printed]", output.cut_bytes));
    }
    let mut contents = Vec::new();
    match &step.outcome {
        Outcome::Completed(Some(value)) => told.push(value.repr.clone()),
        Outcome::FinalAnswer(answer) => {
            told.push(answer.text.clone());
            match &answer.content {
                Answer::Image { bytes, .. } => {
                    contents.push(files::content(name, "", bytes.clone()))
                }
                Answer::File { name: file, bytes } => {
                    contents.push(files::content(name, file, bytes.clone()));
                }
                _ => {}
            }
        }
        Outcome::Raised(exception) => told.push(exception.traceback.trim_end().to_owned()),
        Outcome::LimitReached(reached, exception) => {
            told.extend(exception.as_ref().map(|raised| raised.traceback.trim_end().to_owned()));
            told.push(format!("[{reached}]"));
        }
        Outcome::Cancelled(_) => told.push("[cancelled]".to_owned()),
        Outcome::Failed(failure) => told.push(format!("[{failure}]")),
        _ => {}
    }
    if step.lost {
        told.push("[the session is gone; the next code begins with a fresh one]".to_owned());
    } else if step.rolled_back {
        told.push("[the session is what it was before this code]".to_owned());
    }
    let (changed, pictures) = match step.lost {
        true => (Vec::new(), Vec::new()),
        false => files::changed(&session.files(), before),
    };
    if !changed.is_empty() {
        let files = changed.iter().map(|file| {
            format!("{} ({} bytes)", file["path"].as_str().unwrap_or_default(), file["bytes"])
        });
        told.push(format!("[files: {}]", files.collect::<Vec<_>>().join(", ")));
    }
    contents.insert(0, ContentBlock::text(told.join("\n")));
    contents.extend(pictures);
    let mut report = serde_json::to_value(Report::of(None, step)).unwrap_or_default();
    if let Value::Object(fields) = &mut report {
        fields.insert("session".to_owned(), Value::from(name));
        fields.insert("files".to_owned(), Value::Array(changed));
    }
    let mut result = match step.outcome.is_success() {
        true => CallToolResult::success(contents),
        false => CallToolResult::error(contents),
    };
    result.structured_content = Some(report);
    result
}
