//! `fumehood image`: the guest image, and the place it is kept in.

use anyhow::Result;
use fumehood::Image;

use crate::printer::Printer;
use crate::report::Exit;
use crate::sandboxing::ImageFlags;

/// Build, inspect or remove the guest image
#[derive(Clone, Debug, clap::Subcommand)]
pub(crate) enum ImageCommand {
    /// Build the image if it is not there
    Build,
    /// Show what the image is made of, as JSON
    Info,
    /// Print the directory of the image
    Path,
    /// Compare every file of the image with its hash
    Verify,
    /// Remove all images from the cache
    Remove,
}

pub(crate) fn image(command: ImageCommand, flags: &ImageFlags, printer: &Printer) -> Result<Exit> {
    match command {
        ImageCommand::Build => {
            let image = flags.open(printer)?;
            printer.line(&image.path().display().to_string())?;
        }
        ImageCommand::Info => {
            let image = existing(flags)?;
            printer.line(&serde_json::to_string_pretty(image.manifest())?)?;
        }
        ImageCommand::Path => {
            let path = match flags.named() {
                Some(path) => path.to_owned(),
                None => flags.store()?.image_path(),
            };
            printer.line(&path.display().to_string())?;
        }
        ImageCommand::Verify => {
            let image = existing(flags)?;
            image.verify()?;
            let files = image.manifest().files.len();
            printer.line(&format!("{}: {files} files are as built", image.path().display()))?;
        }
        ImageCommand::Remove => flags.store()?.remove()?,
    }
    Ok(Exit::Ok)
}

fn existing(flags: &ImageFlags) -> Result<Image> {
    Ok(match flags.named() {
        Some(path) => Image::open(path)?,
        None => flags.store()?.open()?,
    })
}
