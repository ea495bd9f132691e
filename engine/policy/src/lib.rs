//! Who may use which tool of a sandbox, how often and with what; and the record of what was used.
//!
//! A [`Policy`] is rules, read from a file or made by a program. A [`Warden`] goes by it: it is the
//! [`Guard`](fumehood::Guard) of a sandbox, which every call of a tool passes. It counts, asks whoever approves,
//! keeps what a session has come into contact with, and writes all of it down in an [`AuditLog`], if there is
//! one.
//!
//! ```no_run
//! use std::sync::Arc;
//! use fumehood::{Engine, Sandbox};
//! use fumehood_policy::{AuditLog, Policy, Warden};
//!
//! # fn example(engine: Engine) -> Result<(), Box<dyn std::error::Error>> {
//! let policy = Policy::parse(&std::fs::read_to_string("policy.toml")?)?;
//! let audit = Arc::new(AuditLog::open("audit.jsonl")?);
//! let warden = Warden::new(policy).audit(audit)?;
//! let sandbox = Sandbox::builder(&engine).guard(Arc::new(warden)).build()?;
//! # Ok(())
//! # }
//! ```
//!
//! * `policy`: the rules; `file`, their form as TOML; `patterns`, simple ones for texts; `units`, times and sizes
//! * `decision`: what follows from the rules for a call, and why
//! * `warden`: the guard; `counting`, how often and how many at a time; `approval`, who is asked
//! * `audit`: what is written down, and whether it still is what was written

#![forbid(unsafe_code)]

mod approval;
mod audit;
mod counting;
mod decision;
mod file;
mod patterns;
mod policy;
#[doc(hidden)]
pub mod units;
mod warden;

pub use approval::{Approval, Approver, Approving, Question};
pub use audit::{AuditError, AuditLog, AuditedRequest, Damage, Head, Verified, verify};
pub use decision::{Call, Decision, Reason, Verdict};
pub use file::PolicyError;
pub use policy::{ArgumentRules, Contact, Flow, Policy, Rate, ToolRules};
pub use warden::Warden;

/// The page of the manual, whose code is run.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/policy.md")]
mod manual {}
