//! The `fumehood` command.
//!
//! * `exec`: Python in a fresh sandbox; `lines` is many pieces of it, a line of JSON each
//! * `bench`: what sandboxing costs on this machine
//! * `repl`: an interactive prompt on one session
//! * `run`: agents, whose `model` the flags choose; `display` shows them at work, `approval` asks before they
//!   do something; `chat` is a run with a task after the other; `runs` has those that were stored
//! * `agents`: agents as files
//! * `eval`: agents at many tasks, and how often they are right
//! * `policy`: what tools may be used for, and the log of what was done; `fumehood policy` and `audit`
//! * `toolbox`: tools that the flags give to code and agents
//! * `mcp`: tools of MCP servers, and `fumehood mcp`, which is one
//! * `recall`: what agents remember
//! * `tool`: tools by themselves; `components`: those that are WebAssembly components
//! * `image`: the guest image, and images prepared with it; `prepared` keeps these
//! * `http`: what HTTP code may use
//! * `sandboxing`: the flags that all of them share, and the sandbox that follows from them
//! * `saving`: saved sessions as files
//! * `report`: a step as JSON and as an exit status
//! * `printer`: the one place that prints
//! * `telemetry`: traces, for a collector
//! * `units`: times, sizes and amounts

#![forbid(unsafe_code)]

mod agents;
mod approval;
mod bench;
mod chat;
mod components;
mod display;
mod eval;
mod exec;
mod http;
mod image;
mod lines;
mod mcp;
mod model;
mod policy;
mod prepared;
mod printer;
mod recall;
mod repl;
mod report;
mod run;
mod runs;
mod sandboxing;
mod saving;
mod telemetry;
mod tool;
mod toolbox;
mod units;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use crate::printer::Printer;
use crate::report::Exit;
use crate::sandboxing::ImageFlags;
use crate::telemetry::Telemetry;

/// Real CPython in a sandbox, for code that nobody has reviewed
#[derive(Debug, Parser)]
#[command(name = "fumehood", version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    image: ImageFlags,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Exec(exec::ExecFlags),
    Repl(repl::ReplFlags),
    Bench(bench::BenchFlags),
    Eval(eval::EvalFlags),
    Run(run::RunFlags),
    Demo(run::DemoFlags),
    Chat(chat::ChatFlags),
    Resume(run::ResumeFlags),
    Replay(runs::ReplayFlags),
    Runs(runs::ListFlags),
    #[command(subcommand)]
    Agent(agents::AgentCommand),
    Mcp(mcp::McpFlags),
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    #[command(subcommand)]
    Audit(policy::AuditCommand),
    #[command(subcommand)]
    Memory(recall::MemoryCommand),
    #[command(subcommand)]
    Tool(tool::ToolCommand),
    #[command(subcommand)]
    Image(image::ImageCommand),
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // clap prints help and version to stdout with status 0, errors to stderr with status 2.
        Err(error) => error.exit(),
    };
    let printer = Arc::new(Printer::new());
    let telemetry = Telemetry::of_environment(&printer);
    let done = match arguments.command {
        Command::Exec(flags) => exec::exec(flags, &arguments.image, &printer).await,
        Command::Repl(flags) => repl::repl(flags, &arguments.image, &printer).await,
        Command::Bench(flags) => bench::bench(flags, &arguments.image, &printer).await,
        Command::Eval(flags) => eval::eval(flags, &arguments.image, &printer).await,
        Command::Run(flags) => run::run(flags, &arguments.image, &printer).await,
        Command::Demo(flags) => run::demo(flags, &arguments.image, &printer).await,
        Command::Chat(flags) => chat::chat(flags, &arguments.image, &printer).await,
        Command::Resume(flags) => run::resume(flags, &printer).await,
        Command::Replay(flags) => runs::replay(&flags, &printer),
        Command::Runs(flags) => runs::list(&flags, &printer),
        Command::Agent(command) => agents::agent(command, &arguments.image, &printer).await,
        Command::Policy(command) => policy::policy(&command, &printer),
        Command::Audit(command) => policy::audit(&command, &printer),
        Command::Mcp(flags) => mcp::mcp(flags, &arguments.image, &printer).await,
        Command::Memory(command) => recall::memory(&command, &printer),
        Command::Tool(command) => tool::tool(command, &arguments.image, &printer).await,
        Command::Image(command) => image::image(command, &arguments.image, &printer).await,
    };
    let exit = done.unwrap_or_else(|error| {
        printer.error(&error);
        Exit::Sandbox
    });
    telemetry.finish(&printer).await;
    exit.into()
}
