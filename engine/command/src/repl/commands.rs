//! What the commands do that begin with `%`.

use std::path::Path;

use anyhow::{Result, bail};
use fumehood::{FUEL_DEFAULT, Limits, Metering};

use super::entry::{COMMANDS, Deed};
use super::live::Live;
use super::showing;
use crate::printer::Printer;
use crate::sandboxing::WORK;
use crate::units;

/// Lists the commands.
pub(crate) fn help(printer: &Printer) -> Result<()> {
    for (name, what) in COMMANDS {
        printer.line(&format!("{name:12} {what}"))?;
    }
    printer.line("Everything else is Python; an empty line ends a block.")?;
    Ok(())
}

/// Tells that there is no such command.
pub(crate) fn unknown(name: &str, printer: &Printer) {
    let known = COMMANDS.map(|(name, _)| name).join(", ");
    printer.say(&format!("fumehood: there is no command `{name}`; there are {known}"));
}

/// Does something with the session as a whole, and says so, or why it was not done.
pub(crate) async fn session(live: &mut Live, deed: Deed<'_>, printer: &Printer) {
    let said = done(live, deed).await.unwrap_or_else(|error| format!("{error:#}"));
    printer.say(&format!("fumehood: {said}"));
}

async fn done(live: &mut Live, deed: Deed<'_>) -> Result<String> {
    Ok(match deed {
        Deed::Undo => match live.undo().await? {
            Some(entry) => format!("undone: {entry}"),
            None => "there is nothing to undo".to_owned(),
        },
        Deed::Checkpoint { name } => format!("kept as the checkpoint `{}`", live.checkpoint(name)?),
        Deed::Restore { name } => {
            live.restore(given(name, "the name of a checkpoint")?).await?;
            format!("went back to the checkpoint `{name}`")
        }
        Deed::Fork { name } => {
            live.fork(given(name, "a name for the copy")?).await?;
            format!("a copy is kept as the session `{name}`; this is still `{}`", live.name())
        }
        Deed::Switch { name } => {
            live.switch(given(name, "the name of a session")?)?;
            format!("this is the session `{name}`")
        }
        Deed::Close { name } => {
            live.close(given(name, "the name of a session")?)?;
            format!("the session `{name}` has ended")
        }
        Deed::Save { file } => {
            live.save(Path::new(given(file, "a file")?))?;
            format!("saved in `{file}`")
        }
        Deed::Resume { file } => {
            live.resume(Path::new(given(file, "a file")?)).await?;
            format!("went on from `{file}`")
        }
    })
}

/// What has to follow a command.
fn given<'a>(argument: &'a str, what: &str) -> Result<&'a str> {
    if argument.is_empty() { bail!("{what} has to follow") } else { Ok(argument) }
}

/// Lists the sessions and the checkpoints.
pub(crate) fn sessions(live: &Live, printer: &Printer) -> Result<()> {
    let mut names = live.others().chain([live.name()]).collect::<Vec<_>>();
    names.sort_unstable();
    for name in names {
        let mark = if name == live.name() { "*" } else { " " };
        printer.line(&format!("{mark} {name}"))?;
    }
    for name in live.checkpoints() {
        printer.line(&format!("  checkpoint {name}"))?;
    }
    Ok(())
}

/// Changes limits if that is asked for, and shows all of them.
pub(crate) async fn limits(live: &mut Live, changes: &str, printer: &Printer) -> Result<()> {
    let changed = match changed(live.limits().clone(), changes) {
        Ok(changed) => changed,
        Err(reason) => {
            printer.say(&format!("fumehood: {reason}; no limit was changed"));
            return Ok(());
        }
    };
    if changed != *live.limits()
        && let Err(error) = live.set_limits(changed).await
    {
        showing::error(error, printer);
        return Ok(());
    }
    let (limits, used) = (live.limits(), live.used());
    let time = format!("{:?}", limits.time);
    let cpu = limits.cpu.map_or("-".to_owned(), |cpu| format!("{cpu:?}"));
    let fuel = match live.metering() {
        Metering::Fuel => units::exact_amount(limits.fuel.unwrap_or(FUEL_DEFAULT)),
        _ => "-".to_owned(),
    };
    for [name, limit, used] in [
        ["", "of a step", "used by the session"],
        ["time", &time, &format!("{:.1?}", used.wall)],
        ["cpu", &cpu, &format!("{:.1?}", used.cpu)],
        [
            "memory",
            &units::exact_bytes(limits.memory_bytes),
            &units::about_bytes(used.memory_bytes),
        ],
        ["fuel", &fuel, &units::about_amount(used.fuel)],
        [
            "output",
            &units::exact_bytes(limits.output_bytes),
            &units::about_bytes(used.output_bytes),
        ],
        ["tool_calls", &limits.tool_calls.to_string(), &used.tool_calls.to_string()],
        ["", "of a session", ""],
        ["file_bytes", &units::exact_bytes(limits.file_bytes), ""],
        ["file_size", &units::exact_bytes(limits.file_size), ""],
        ["files", &limits.files.to_string(), ""],
        ["path_depth", &limits.path_depth.to_string(), ""],
        ["open_files", &limits.open_files.to_string(), ""],
    ] {
        printer.line(format!("{name:11} {limit:12} {used}").trim_end())?;
    }
    Ok(())
}

/// The limits with changes such as `time=5s memory=512MiB`.
fn changed(mut limits: Limits, changes: &str) -> Result<Limits, String> {
    for change in changes.split_whitespace() {
        let (name, value) = change
            .split_once('=')
            .ok_or_else(|| format!("`{change}` is not of the form NAME=VALUE"))?;
        match name {
            "time" => limits.time = units::time(value)?,
            "memory" => limits.memory_bytes = units::bytes(value)?,
            "cpu" => limits.cpu = Some(units::time(value)?),
            "fuel" => limits.fuel = Some(units::amount(value)?),
            "output" => limits.output_bytes = units::bytes(value)?,
            "tool_calls" => limits.tool_calls = units::amount(value)?,
            "file_bytes" | "file_size" | "files" | "path_depth" | "open_files" => {
                return Err(format!("`{name}` holds for a session from its start"));
            }
            _ => {
                return Err(format!(
                    "there is no limit `{name}`; there are time, cpu, memory, fuel, output and \
                     tool_calls"
                ));
            }
        }
    }
    Ok(limits)
}

/// Lists what is in the session's own folder and in those that were granted.
pub(crate) async fn files(live: &mut Live, printer: &Printer) -> Result<()> {
    let mut folders = [WORK, "/tmp"].map(|path| (path.to_owned(), "the session's own")).to_vec();
    folders.retain(|(path, _)| live.granted().iter().all(|(granted, _)| granted != path));
    folders.extend(live.granted().into_iter().map(|(path, writable)| {
        (path, if writable { "granted, to read and write" } else { "granted, to read" })
    }));
    for (folder, whose) in folders {
        printer.line(&format!("{folder}: {whose}"))?;
        let Some(listing) = live.files(&folder).await else {
            printer.say(&format!("fumehood: the session does not tell what is in `{folder}`"));
            continue;
        };
        for (path, size) in &listing.entries {
            let size = size.map_or(String::new(), units::about_bytes);
            // The code chooses the names of its files, and they go to the terminal.
            printer.line(&format!("{size:>10}  {}", units::printable(path)))?;
        }
        if listing.more {
            printer.line("            and more")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn limits_are_changed_by_name() {
        let given = "time=1.5s cpu=1s memory=512MiB fuel=10G output=1k tool_calls=3";
        let expected = Limits::default()
            .with_time(Duration::from_millis(1500))
            .with_cpu(Some(Duration::from_secs(1)))
            .with_memory_bytes(512 << 20)
            .with_fuel(10_000_000_000)
            .with_output_bytes(1024)
            .with_tool_calls(3);
        assert_eq!(changed(Limits::default(), given), Ok(expected));
        assert_eq!(changed(Limits::default(), ""), Ok(Limits::default()));
        for wrong in ["time", "time=soon", "thyme=5s", "memory=", "files=3", "time=1s output=much"]
        {
            assert!(changed(Limits::default(), wrong).is_err(), "{wrong}");
        }
    }
}
