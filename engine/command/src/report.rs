//! A step as a line of JSON, and as an exit code.

use fumehood::{Exception, Outcome, Reached, Sandbox, Session, Step, Usage};
use serde::Serialize;
use serde_json::value::RawValue;

/// What a process that runs code exits with. Status 2, wrong usage, is clap's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Exit {
    Ok = 0,
    /// The Python raised.
    Exception = 1,
    /// A limit was reached.
    Limit = 3,
    /// The sandbox itself failed, or could not be started.
    Sandbox = 4,
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> std::process::ExitCode {
        std::process::ExitCode::from(exit as u8)
    }
}

/// How a step ended, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Status {
    Ok,
    Exception,
    Limit,
    FinalAnswer,
    Cancelled,
    Crashed,
    Lost,
    Error,
}

impl Status {
    pub(crate) fn of(outcome: &Outcome) -> Status {
        match outcome {
            Outcome::Completed(_) => Status::Ok,
            Outcome::FinalAnswer(_) => Status::FinalAnswer,
            Outcome::Raised(_) => Status::Exception,
            Outcome::LimitReached(..) => Status::Limit,
            Outcome::Cancelled(_) => Status::Cancelled,
            // An interpreter that broke.
            _ => Status::Crashed,
        }
    }

    pub(crate) fn exit(self) -> Exit {
        match self {
            Status::Ok | Status::FinalAnswer => Exit::Ok,
            Status::Exception | Status::Cancelled => Exit::Exception,
            Status::Limit => Exit::Limit,
            Status::Crashed | Status::Lost | Status::Error => Exit::Sandbox,
        }
    }
}

/// The line of JSON that says what came of a step.
#[derive(Debug, Serialize)]
pub(crate) struct Report<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id: Option<&'a RawValue>,
    status: Status,
    stdout: &'a str,
    stderr: &'a str,
    value: Option<ReportedValue<'a>>,
    exception: Option<ReportedException<'a>>,
    limit: Option<ReportedLimit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    final_answer: Option<ReportedAnswer<'a>>,
    usage: ReportedUsage,
    /// Bytes that were printed past the limit and are not in `stdout` and `stderr`.
    output_cut_bytes: u64,
    /// The session is what it was before.
    rolled_back: bool,
    /// The session this ran in is gone.
    session_lost: bool,
    /// Of the state of the session after the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<String>,
    /// What went wrong, where it was not the Python.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[derive(Debug, Serialize)]
struct ReportedValue<'a> {
    repr: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    json: Option<&'a RawValue>,
}

#[derive(Debug, Serialize)]
struct ReportedException<'a> {
    r#type: &'a str,
    mro: &'a [String],
    message: &'a str,
    traceback: &'a str,
}

#[derive(Debug, Serialize)]
struct ReportedLimit {
    name: &'static str,
    limit: u64,
    used: u64,
}

/// The answer itself where it has a JSON form, and its text where it has none.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum ReportedAnswer<'a> {
    Json(&'a RawValue),
    Text(&'a str),
}

#[derive(Debug, Default, Serialize)]
struct ReportedUsage {
    fuel: u64,
    wall_us: u64,
    cpu_us: u64,
    memory_bytes: u64,
    output_bytes: u64,
    tool_calls: u64,
}

impl From<&Usage> for ReportedUsage {
    fn from(usage: &Usage) -> ReportedUsage {
        ReportedUsage {
            fuel: usage.fuel,
            wall_us: u64::try_from(usage.wall.as_micros()).unwrap_or(u64::MAX),
            cpu_us: u64::try_from(usage.cpu.as_micros()).unwrap_or(u64::MAX),
            memory_bytes: usage.memory_bytes,
            output_bytes: usage.output_bytes,
            tool_calls: usage.tool_calls,
        }
    }
}

impl<'a> Report<'a> {
    /// Of a step that was run.
    pub(crate) fn of(id: Option<&'a RawValue>, step: &'a Step) -> Report<'a> {
        let mut report = Report::empty(id, Status::of(&step.outcome));
        report.stdout = &step.output.stdout;
        report.stderr = &step.output.stderr;
        report.usage = ReportedUsage::from(&step.usage);
        report.output_cut_bytes = step.output.cut_bytes;
        report.rolled_back = step.rolled_back;
        report.session_lost = step.lost;
        match &step.outcome {
            Outcome::Completed(value) => {
                report.value = value
                    .as_ref()
                    .map(|value| ReportedValue { repr: &value.repr, json: value.json.as_deref() });
            }
            Outcome::FinalAnswer(answer) => {
                report.final_answer = Some(match &answer.json {
                    Some(json) => ReportedAnswer::Json(json),
                    None => ReportedAnswer::Text(&answer.text),
                });
            }
            Outcome::Raised(exception) => report.exception(Some(exception)),
            Outcome::LimitReached(reached, exception) => {
                report.limit(reached);
                report.exception(exception.as_ref());
            }
            Outcome::Cancelled(exception) => report.exception(exception.as_ref()),
            Outcome::Failed(failure) => report.error = Some(failure.to_string()),
            _ => report.error = Some("an outcome that this command does not know".to_owned()),
        }
        report
    }

    /// Of a step that was not run.
    pub(crate) fn not_run(id: Option<&'a RawValue>, status: Status, error: String) -> Report<'a> {
        let mut report = Report::empty(id, status);
        report.session_lost = status == Status::Lost;
        report.error = Some(error);
        report
    }

    /// Of a line that had nothing run.
    pub(crate) fn done(id: Option<&'a RawValue>) -> Report<'a> {
        Report::empty(id, Status::Ok)
    }

    /// The state that the session is in.
    pub(crate) fn state(&mut self, session: &mut Session, sandbox: &Sandbox) {
        match session.checkpoint().and_then(|checkpoint| checkpoint.digest(sandbox)) {
            Ok(digest) => self.digest = Some(digest),
            Err(error) => self.went_wrong(&error.into()),
        }
    }

    /// What was not done although the step was run.
    pub(crate) fn went_wrong(&mut self, error: &anyhow::Error) {
        self.error = Some(format!("{error:#}"));
    }

    fn empty(id: Option<&'a RawValue>, status: Status) -> Report<'a> {
        Report {
            id,
            status,
            stdout: "",
            stderr: "",
            value: None,
            exception: None,
            limit: None,
            final_answer: None,
            usage: ReportedUsage::default(),
            output_cut_bytes: 0,
            rolled_back: false,
            session_lost: false,
            digest: None,
            error: None,
        }
    }

    fn exception(&mut self, exception: Option<&'a Exception>) {
        self.exception = exception.map(|exception| ReportedException {
            r#type: &exception.name,
            mro: &exception.mro,
            message: &exception.message,
            traceback: &exception.traceback,
        });
    }

    fn limit(&mut self, reached: &Reached) {
        self.limit = Some(ReportedLimit {
            name: reached.limit.name(),
            limit: reached.value,
            used: reached.used,
        });
    }

    pub(crate) fn to_line(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|error| {
            format!(r#"{{"status":"error","error":"the report cannot be written: {error}"}}"#)
        })
    }
}
