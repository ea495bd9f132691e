//! The guard of a sandbox that goes by a policy.

use std::sync::Arc;
use std::time::Instant;

use fumehood::{
    Guard, Label, Make, StepBegun, StepEnded, ToolCall, ToolError, ToolFuture, ToolOutput,
};

use crate::approval::{Approval, Approver, Question};
use crate::audit::{self, AuditError, AuditLog, Decided, Entry};
use crate::counting::{Counters, Exceeded};
use crate::decision::{self, Call, Decision, Reason, Verdict};
use crate::policy::{Policy, ToolRules};

/// Goes by a policy at the door of a sandbox, or of several: those of an agent and of the ones that it manages
/// share what is counted.
///
/// # Defaults
///
/// * nothing is written down
/// * nobody is asked: what somebody would have to approve is refused
///
/// # Examples
///
/// ```no_run
/// use std::sync::Arc;
/// use fumehood::{Engine, Sandbox};
/// use fumehood_policy::{Policy, ToolRules, Warden};
///
/// # fn example(engine: Engine) -> Result<(), Box<dyn std::error::Error>> {
/// let warden = Warden::new(Policy::new().tool("search", ToolRules::allowed().with_total(20)));
/// let sandbox = Sandbox::builder(&engine).guard(Arc::new(warden)).build()?;
/// # Ok(())
/// # }
/// ```
pub struct Warden {
    policy: Policy,
    counters: Counters,
    audit: Option<Arc<AuditLog>>,
    approver: Option<Arc<dyn Approver>>,
}

impl Warden {
    /// Goes by a policy.
    pub fn new(policy: Policy) -> Warden {
        Warden { policy, counters: Counters::default(), audit: None, approver: None }
    }

    /// Writes everything down, in a log that others may share. What cannot be written down is not done.
    ///
    /// # Errors
    ///
    /// If the log cannot be written.
    pub fn audit(mut self, log: Arc<AuditLog>) -> Result<Warden, AuditError> {
        let sha256 = self.policy.text.as_ref().map(|text| audit::sha256(text.as_bytes()));
        log.write(&Entry::Policy { sha256 })?;
        self.audit = Some(log);
        Ok(self)
    }

    /// Has somebody asked about the calls that have to be approved.
    pub fn approver(mut self, approver: Arc<dyn Approver>) -> Warden {
        self.approver = Some(approver);
        self
    }

    /// The policy.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    fn write(&self, entry: &Entry<'_>) -> Result<u64, Reason> {
        let Some(audit) = &self.audit else { return Ok(0) };
        audit.write(entry).map_err(|error| {
            let source = std::error::Error::source(&error);
            let reason = match source {
                Some(source) => format!("{error}: {source}"),
                None => error.to_string(),
            };
            Reason::Audit { reason }
        })
    }

    /// Decides about a call, and writes that down; the line that it stands in.
    async fn decided<'a>(&'a self, call: &ToolCall) -> Result<(Decision<'a>, u64), ToolError> {
        let seen = call.ledger().labels();
        let question = Call::new(call.name(), call.arguments(), &seen);
        let question = question.with_attachments(call.attachments()).with_labels(call.labels());
        let mut decision = self.policy.decide(question);
        let mut decided = Decided::Allowed;
        if decision.verdict == Verdict::Ask {
            match self.approved(call, &decision.reasons).await {
                Approval::Allow => decided = Decided::Approved,
                Approval::Deny(reason) => {
                    decision.verdict = Verdict::Refuse;
                    decision.reasons.push(Reason::NotApproved { reason });
                }
            }
        }
        if decision.verdict != Verdict::Refuse
            && let Some(rules) = decision.rules
            && let Err(reason) = self.count(call, rules)
        {
            decision.verdict = Verdict::Refuse;
            decision.reasons = vec![reason];
        }
        if decision.verdict == Verdict::Refuse {
            decided = Decided::Refused;
        }
        let why = (!decision.reasons.is_empty()).then(|| {
            let why = decision.reasons.iter().map(Reason::to_string).collect::<Vec<_>>();
            audit::reason(&why.join("; "))
        });
        let entry = Entry::Call {
            session: call.ledger().number(),
            tool: call.name(),
            arguments: match &self.audit {
                Some(_) => audit::described(call.arguments(), call.attachments(), decision.rules),
                None => serde_json::Value::Null,
            },
            decision: decided,
            rule: decision.place(),
            reason: why,
            seen: &seen,
        };
        let line = self.write(&entry).map_err(|reason| refusal(call, &[reason]))?;
        match decided {
            Decided::Refused => Err(refusal(call, &decision.reasons)),
            _ => Ok((decision, line)),
        }
    }

    async fn approved(&self, call: &ToolCall, reasons: &[Reason]) -> Approval {
        let Some(approver) = &self.approver else {
            return Approval::Deny("there is nobody who could be asked".to_owned());
        };
        let why = reasons.iter().map(Reason::to_string).collect::<Vec<_>>().join("; ");
        // Whoever is asked may take their time.
        let _untimed = call.untimed();
        approver.approve(Question::new(call.name(), call.arguments(), &why)).await
    }

    fn count(&self, call: &ToolCall, rules: &ToolRules) -> Result<(), Reason> {
        let counter = self.counters.of(call.name(), rules);
        let counted =
            counter.count(Instant::now(), || call.ledger().count_call(call.name(), rules.total));
        counted.map_err(|exceeded| match (exceeded, rules.rate) {
            (Exceeded::Rate(wait), Some(rate)) => Reason::Rate { rate, wait },
            _ => Reason::Total { calls: rules.total.unwrap_or_default() },
        })
    }

    /// Has a call made that may be.
    async fn made(
        &self,
        call: &ToolCall,
        decision: &Decision<'_>,
        make: Make<'_>,
    ) -> Result<ToolOutput, ToolError> {
        let Some(rules) = decision.rules else { return make().await };
        let _place = self.counters.of(call.name(), rules).place().await;
        // Before it answers: what it says may be seen from then on, whatever becomes of the call.
        for label in decision.labels.given() {
            call.ledger().add(label, call.name());
        }
        let answered = match rules.time {
            None => make().await,
            Some(time) => tokio::time::timeout(time, make()).await.unwrap_or_else(|_| {
                let told = format!("it took longer than the {time:?} that the policy allows");
                Err(ToolError::new(told))
            }),
        };
        let output = answered?;
        if let Some(most) = rules.answer_bytes {
            let attached =
                output.attachments.iter().map(|attachment| attachment.bytes.len() as u64);
            let bytes = output.value.to_string().len() as u64 + attached.sum::<u64>();
            if bytes > most {
                let told = format!(
                    "the answer is {bytes} bytes, and the policy allows {most}; ask for less at a time"
                );
                return Err(ToolError::new(told));
            }
        }
        Ok(output)
    }
}

/// What the code is told whose call is not made.
fn refusal(call: &ToolCall, reasons: &[Reason]) -> ToolError {
    ToolError::refused(decision::told(call.name(), reasons))
}

impl Guard for Warden {
    fn call<'a>(&'a self, call: &'a ToolCall, make: Make<'a>) -> ToolFuture<'a> {
        Box::pin(async move {
            let (decision, line) = self.decided(call).await?;
            let mut under_way =
                UnderWay { warden: self, call, line, began: Instant::now(), over: false };
            let answered = self.made(call, &decision, make).await;
            under_way.over = true;
            if self.audit.is_some() {
                let (sha256, bytes) = match &answered {
                    Ok(output) => audit::digest(output),
                    Err(error) => {
                        let text = error.to_string();
                        (audit::sha256(text.as_bytes()), text.len() as u64)
                    }
                };
                let entry = Entry::Answered {
                    session: call.ledger().number(),
                    call: line,
                    ok: answered.is_ok(),
                    sha256,
                    bytes,
                    took_ms: audit::milliseconds(under_way.began.elapsed()),
                };
                // What was done is done, but nobody sees it.
                self.write(&entry).map_err(|reason| {
                    ToolError::refused(format!("{} was called, and {reason}", call.name()))
                })?;
            }
            answered
        })
    }

    fn folder(&self, path: &str) -> Vec<Label> {
        self.policy.labels_of_folder(path).to_vec()
    }

    fn step(&self, step: StepBegun<'_>) -> Result<(), String> {
        if self.audit.is_none() {
            return Ok(());
        }
        let entry = Entry::Step {
            session: step.ledger.number(),
            origin: step.ledger.origin(),
            step: step.number,
            code_sha256: audit::sha256(step.source.as_bytes()),
            code_bytes: step.source.len() as u64,
            seen: &step.ledger.labels(),
        };
        self.write(&entry).map(drop).map_err(|reason| reason.to_string())
    }

    fn step_ended(&self, step: StepEnded<'_>) {
        let entry = Entry::StepEnded {
            session: step.ledger.number(),
            step: step.number,
            outcome: audit::outcome(step.outcome),
            used: step.usage.into(),
        };
        // If it cannot be written, nothing can any more, and the next step is not run.
        self.write(&entry).ok();
    }
}

/// A call that was made, until it has answered.
struct UnderWay<'a> {
    warden: &'a Warden,
    call: &'a ToolCall,
    line: u64,
    began: Instant,
    over: bool,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let entry = Entry::Abandoned {
            session: self.call.ledger().number(),
            call: self.line,
            took_ms: audit::milliseconds(self.began.elapsed()),
        };
        self.warden.write(&entry).ok();
    }
}

impl std::fmt::Debug for Warden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Warden").field("policy", &self.policy).finish_non_exhaustive()
    }
}
