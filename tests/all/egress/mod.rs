//! HTTP that was granted: the client of the host, the libraries in the guest above it, and attempts to have
//! either of them reach what it may not.

mod attacks;
mod client;
mod command;
mod guest;
mod server;

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use fumehood::{Outcome, Session, Step};
use fumehood_tools::egress::{
    Egress, EgressBuilder, EgressError, HttpOutcome, HttpReport, HttpRequest, HttpResponse,
    HttpTool, ResolveFuture, Resolver,
};

use self::server::Server;
use crate::builder;

/// Answers as it was told to, and counts the questions. Names it does not know are on this machine.
#[derive(Clone, Default)]
pub(crate) struct Script {
    /// What a name stands for, one answer after the other; the last one stays.
    names: Arc<Mutex<HashMap<String, Vec<Vec<IpAddr>>>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Script {
    pub(crate) fn name(self, name: &str, answers: &[&[&str]]) -> Script {
        let parsed =
            answers.iter().map(|answer| answer.iter().map(|a| a.parse().unwrap()).collect());
        self.names.lock().unwrap().insert(name.to_owned(), parsed.rev().collect());
        self
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

impl Resolver for Script {
    fn resolve(&self, name: &str) -> ResolveFuture<'_> {
        self.asked.lock().unwrap().push(name.to_owned());
        let mut names = self.names.lock().unwrap();
        let answer = match names.get_mut(name) {
            Some(answers) if answers.len() > 1 => answers.pop().unwrap(),
            Some(answers) => answers[0].clone(),
            None => vec!["127.0.0.1".parse().unwrap()],
        };
        Box::pin(async move { Ok(answer) })
    }
}

/// What a client has told of its requests, a line for each.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn listening(&self, builder: EgressBuilder) -> EgressBuilder {
        let lines = Arc::clone(&self.0);
        builder.listener(move |report: &HttpReport<'_>| {
            let kind = match &report.outcome {
                HttpOutcome::Answered(_) => "allowed",
                HttpOutcome::Failed(EgressError::Refused(_)) => "refused",
                HttpOutcome::Failed(_) => "failed",
                _ => "abandoned",
            };
            lines.lock().unwrap().push(format!("{kind} {report}"));
        })
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// A client that may reach a server on this machine by some names, and these hosts as well.
fn client(server: &Server, private: &[&str], allowed: &[&str], script: &Script) -> EgressBuilder {
    let mut builder = Egress::builder().resolver(script.clone());
    for host in private {
        builder = builder.allow(format!("{host}:{}=all", server.port).parse().map(rule).unwrap());
    }
    for host in allowed {
        builder = builder.allow(host.parse().unwrap());
    }
    builder
}

fn rule(rule: fumehood_tools::egress::HttpRule) -> fumehood_tools::egress::HttpRule {
    rule.private()
}

async fn get(egress: &Egress, url: &str) -> Result<HttpResponse, EgressError> {
    egress.send(HttpRequest::get(url)).await
}

/// A session whose code has this client.
async fn session(egress: Egress) -> Session {
    builder().http(HttpTool::new(egress)).build().unwrap().session().await.unwrap()
}

/// The name and the message of an exception.
#[track_caller]
fn raised(step: Step) -> (String, String) {
    match step.outcome {
        Outcome::Raised(exception) => (exception.name, exception.message),
        other => panic!("expected an exception, got {other:?}"),
    }
}
