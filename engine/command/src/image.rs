//! `fumehood image`: the guest image, the images that are prepared with it, and where they are kept.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use fumehood::{Engine, Metering, Packages, PrepareError, SandboxBuilder, unusable_name};
use fumehood_image::Requirements;

use crate::exec::{self, Program};
use crate::prepared::{self, PreparedImage};
use crate::printer::Printer;
use crate::report::{Exit, Status};
use crate::sandboxing::{GrantFlags, ImageFlags, LimitFlags, sandbox_builder};
use crate::toolbox::Toolset;
use crate::units;

/// Build, inspect or remove the guest image, and prepare images with it
#[derive(Clone, Debug, clap::Subcommand)]
pub(crate) enum ImageCommand {
    /// Build the guest image if it is not there
    Build,
    /// Show what the guest image is made of, and how changed memory is found here, as JSON
    Info,
    /// Print the directory of the guest image, or the file of a prepared image
    Path,
    /// Compare every file of the guest image with its hash
    Verify,
    Prepare(Box<PrepareFlags>),
    /// List the prepared images: name, size, metering, id of the guest image, and when it was prepared
    List,
    /// Remove a prepared image, or all images from the cache, the prepared ones included
    Remove {
        /// The prepared image
        #[arg(value_parser = prepared::name_of)]
        name: Option<String>,
    },
}

/// Run set-up code once, or add packages, for sessions that begin with that
///
/// The image gets a name, under which --image finds it: `fumehood exec --image NAME` begins with the
/// variables, modules and files in /work that the code has left, and can import the packages. Folders and variables that are granted here
/// are granted to this code alone. An image of the same name is replaced, if the code runs to its end. Output
/// and exit status are those of `fumehood exec`.
#[derive(Clone, Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("what").required(true).multiple(true))]
pub(crate) struct PrepareFlags {
    /// A name for the image: letters and digits, and after the first also - . and _
    #[arg(value_parser = prepared::name_of)]
    name: String,
    /// The set-up code, or - for stdin
    #[arg(long, value_name = "FILE", group = "what")]
    code: Option<PathBuf>,
    /// Run this text
    #[arg(short = 'c', value_name = "CODE", group = "what", conflicts_with = "code")]
    text: Option<String>,
    /// Add the packages that a file lists as pip reads it, each with its version and hash. They are pure Python
    #[arg(long, value_name = "FILE", group = "what")]
    requirements: Option<PathBuf>,
    /// Add a file of Python, to be imported by its name
    #[arg(long, value_name = "FILE.py", group = "what")]
    module: Vec<PathBuf>,
    #[command(flatten)]
    limits: LimitFlags,
    #[command(flatten)]
    grants: GrantFlags,
}

pub(crate) async fn image(
    command: ImageCommand,
    flags: &ImageFlags,
    printer: &Arc<Printer>,
) -> Result<Exit> {
    match command {
        ImageCommand::Build => {
            let image = flags.open(printer)?;
            printer.line(&image.path().display().to_string())?;
        }
        ImageCommand::Info => {
            let image = flags.existing()?;
            let mut info = serde_json::to_value(image.manifest())?;
            // An image that does not run here can still be looked at.
            let engine = Engine::new(&image).ok();
            info["changes_found_by"] = engine.map(|engine| engine.changes_found_by()).into();
            printer.line(&serde_json::to_string_pretty(&info)?)?;
        }
        ImageCommand::Path => {
            let path = match (flags.prepared()?, flags.directory()?) {
                (Some(prepared), _) => prepared.path().to_owned(),
                (None, Some(directory)) => directory.to_owned(),
                (None, None) => flags.store()?.image_path(),
            };
            printer.line(&path.display().to_string())?;
        }
        ImageCommand::Verify => {
            let image = flags.existing()?;
            image.verify()?;
            let files = image.manifest().files.len();
            printer.line(&format!("{}: {files} files are as built", image.path().display()))?;
        }
        ImageCommand::Prepare(prepare_flags) => {
            return prepare(*prepare_flags, flags, printer).await;
        }
        ImageCommand::List => list(flags, printer)?,
        ImageCommand::Remove { name: None } => flags.store()?.remove()?,
        ImageCommand::Remove { name: Some(name) } => {
            let found = PreparedImage::find(&flags.store()?, &name);
            found.with_context(|| format!("there is no prepared image `{name}`"))?.remove()?;
        }
    }
    Ok(Exit::Ok)
}

async fn prepare(flags: PrepareFlags, image: &ImageFlags, printer: &Arc<Printer>) -> Result<Exit> {
    let program = Program::read(flags.text.as_deref(), flags.code.as_deref())?;
    let arguments = vec![program.argument()];
    let tools = Toolset::default();
    let builder = sandbox_builder(image, printer, &flags.limits, &flags.grants, &tools, arguments)?;
    let sandbox =
        builder.clone().packages(packages(&flags, builder, image, printer).await?).build()?;
    let code = program.set_up().listener(printer.listener());
    let checkpoint = match sandbox.prepare(code).await {
        Ok(checkpoint) => checkpoint,
        Err(PrepareError::Failed { step }) => {
            exec::tell(&step, printer)?;
            printer.say(&format!("fumehood: `{}` was not prepared", flags.name));
            return Ok(Status::of(&step.outcome).exit());
        }
        Err(error) => return Err(error.into()),
    };
    let kept = PreparedImage::keep(&image.store()?, &flags.name, &checkpoint, &sandbox)?;
    let size = units::about_bytes(kept.describe()?.bytes);
    printer.say(&format!("fumehood: prepared `{}`, {size}", flags.name));
    Ok(Exit::Ok)
}

/// What sessions of the image can import besides the libraries.
async fn packages(
    flags: &PrepareFlags,
    builder: SandboxBuilder,
    image: &ImageFlags,
    printer: &Printer,
) -> Result<Packages> {
    let mut packages = Packages::new();
    if let Some(file) = &flags.requirements {
        let shown = file.display();
        let text =
            std::fs::read_to_string(file).with_context(|| format!("cannot read `{shown}`"))?;
        let fetched = match Requirements::read(&text) {
            Ok(requirements) => requirements.fetch(&image.store()?, &builder.build()?).await,
            Err(error) => Err(error),
        };
        let fetched = fetched.with_context(|| format!("cannot use `{shown}`"))?;
        for line in fetched.left_out {
            printer.say(&format!("fumehood: left out {line}"));
        }
        for package in fetched.added {
            printer.say(&format!("fumehood: added {package}"));
        }
        packages.add(fetched.packages);
    }
    for file in &flags.module {
        let shown = file.display();
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let module = name.strip_suffix(".py").unwrap_or_default();
        if let Some(reason) = unusable_name(module) {
            bail!("`{shown}` cannot be imported, as `{module}` is no name of a module: {reason}");
        }
        let bytes = std::fs::read(file).with_context(|| format!("cannot read `{shown}`"))?;
        packages = packages.file(name, bytes)?;
    }
    Ok(packages)
}

fn list(flags: &ImageFlags, printer: &Printer) -> Result<()> {
    let images = PreparedImage::all(&flags.store()?)?;
    let longest = images.iter().map(|image| image.name.len()).max().unwrap_or(0);
    for image in images {
        let described = image.describe()?;
        let of = match described.header {
            Ok(header) => {
                let metering = header.metering.map_or("-", Metering::name);
                // It was read from a file, and goes to the terminal.
                format!("{metering:5}  {}", units::printable(&header.image))
            }
            Err(error) => format!("{error}"),
        };
        let (name, size) = (image.name, units::about_bytes(described.bytes));
        printer.line(&format!(
            "{name:longest$}  {size:>9}  {of}  {}",
            units::moment(described.made)
        ))?;
    }
    Ok(())
}
