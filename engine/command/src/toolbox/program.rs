//! Tools that are programs of the host.
//!
//! A program gets the arguments of a call as a line of JSON on stdin, and answers on stdout: with JSON, or with text. It
//! runs as the user who has started the command, with all that the user may do; the code in the sandbox has a
//! say in the arguments alone, which are checked before the program is started.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Result, bail};
use fumehood::{Arguments, Tool, ToolError, ToolFuture, ToolInput, ToolLabels, ToolOutput};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

use crate::units;

/// Bytes of an answer that are read at most; the sandbox has a limit of its own, which is no higher.
const ANSWER_BYTES: u64 = 16 << 20;
/// Bytes of what a program says on stderr that are read, and its end that is told of a failure.
const COMPLAINT_BYTES: u64 = 64 << 10;
const COMPLAINT_CHARACTERS: usize = 1000;
/// How long a call may take, if the tool does not say.
const TIME: Duration = Duration::from_secs(30);

/// A tool as it is described: in a file of its own, or in that of an agent.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProgramTool {
    name: String,
    description: String,
    /// The program and its arguments. A program with a slash in it is found from the folder of the description.
    program: Vec<String>,
    /// A JSON schema of type `object`; the default is no parameters.
    #[serde(default = "no_parameters")]
    parameters: Value,
    /// A JSON schema of the answer.
    returns: Option<Value>,
    /// What it does that a policy has to know of.
    #[serde(default)]
    labels: ToolLabels,
    /// How long a call may take.
    #[serde(default = "usual_time", deserialize_with = "time")]
    time: Duration,
    /// Where the program runs.
    #[serde(skip)]
    folder: PathBuf,
}

fn no_parameters() -> Value {
    json!({"type": "object", "properties": {}})
}

fn usual_time() -> Duration {
    TIME
}

fn time<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    units::time(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
}

impl ProgramTool {
    /// The tool, whose program runs in a folder.
    pub(crate) fn in_folder(self, folder: PathBuf) -> Result<ProgramTool> {
        if self.program.is_empty() {
            bail!("the tool `{}` has no program", self.name);
        }
        Ok(ProgramTool { folder, ..self })
    }

    async fn answer(&self, arguments: Arguments) -> Result<Value, ToolError> {
        let [program, rest @ ..] = self.program.as_slice() else {
            return Err(ToolError::new("there is no program"));
        };
        let program = match program.contains('/') {
            true => self.folder.join(program),
            false => PathBuf::from(program),
        };
        let mut command = Command::new(program);
        command.args(rest).current_dir(&self.folder).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let failed =
            |error: std::io::Error| ToolError::new(format!("the program cannot be run: {error}"));
        let mut child = command.spawn().map_err(failed)?;
        let (stdin, stdout, stderr) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let line = format!("{}\n", Value::Object(arguments));
        let saying = async {
            if let Some(mut stdin) = stdin {
                // A program that does not read its arguments may have ended by now.
                stdin.write_all(line.as_bytes()).await.ok();
            }
        };
        let ((), said, complaint) =
            tokio::join!(saying, read(stdout, ANSWER_BYTES + 1), read(stderr, COMPLAINT_BYTES));
        if said.len() as u64 > ANSWER_BYTES {
            return Err(ToolError::new(format!("the answer is longer than {ANSWER_BYTES} bytes")));
        }
        let status = child.wait().await.map_err(failed)?;
        if !status.success() {
            let complaint = String::from_utf8_lossy(&complaint);
            let complaint = complaint.trim();
            let skipped = complaint.chars().count().saturating_sub(COMPLAINT_CHARACTERS);
            let told = complaint.chars().skip(skipped).collect::<String>();
            let told = if told.is_empty() { status.to_string() } else { told };
            return Err(ToolError::new(told));
        }
        let text =
            String::from_utf8(said).map_err(|_| ToolError::new("the answer is not UTF-8"))?;
        let text = text.trim_end_matches('\n');
        Ok(serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)))
    }
}

/// The first bytes of what is read; the rest goes nowhere.
async fn read(from: Option<impl AsyncRead + Unpin>, most: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    if let Some(mut from) = from {
        // What was read until it failed is what there is.
        (&mut from).take(most).read_to_end(&mut bytes).await.ok();
        tokio::io::copy(&mut from, &mut tokio::io::sink()).await.ok();
    }
    bytes
}

impl Tool for ProgramTool {
    fn name(&self) -> &str {
        &self.name
    }

    fn description(&self) -> &str {
        &self.description
    }

    fn parameters(&self) -> Value {
        self.parameters.clone()
    }

    fn returns(&self) -> Option<Value> {
        self.returns.clone()
    }

    fn labels(&self) -> ToolLabels {
        self.labels
    }

    fn call(&self, input: ToolInput) -> ToolFuture<'_> {
        Box::pin(async move {
            let answer = tokio::time::timeout(self.time, self.answer(input.arguments)).await;
            let late = |_| ToolError::new(format!("it took longer than {:?}", self.time));
            answer.map_err(late)?.map(ToolOutput::from)
        })
    }
}
