//! The guest module, the adapter and the WIT world, made into one component.

use wit_component::{ComponentEncoder, StringEncoding, embed_component_metadata};
use wit_parser::Resolve;

use crate::error::BuildError;
use crate::{metering, recipe};

/// The module's own part of the world, which is empty: all its imports go through adapters and all
/// exports of the component come from the adapter.
const MAIN: &str = "package fumehood:main; world main {}";

/// Encodes the component.
pub(crate) fn encode(mut module: Vec<u8>) -> Result<Vec<u8>, BuildError> {
    describe(&mut module, "main.wit", MAIN, "main")?;
    let mut adapter = wat::parse_str(recipe::ADAPTER).map_err(unexpected)?;
    describe(&mut adapter, "guest.wit", recipe::WIT, "python")?;
    let component = ComponentEncoder::default()
        // Compiling validates it.
        .validate(false)
        .module(&module)
        .map_err(unexpected)?
        .adapter(
            wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME,
            wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
        )
        .map_err(unexpected)?
        .adapter("host", &adapter)
        .map_err(unexpected)?
        .encode()
        .map_err(unexpected)?;
    metering::adapters::rewrite(&component)
}

fn describe(module: &mut Vec<u8>, file: &str, wit: &str, world: &str) -> Result<(), BuildError> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str(file, wit).map_err(unexpected)?;
    let world = resolve.select_world(&[package], Some(world)).map_err(unexpected)?;
    embed_component_metadata(module, &resolve, world, StringEncoding::UTF8).map_err(unexpected)
}

fn unexpected(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> BuildError {
    BuildError::Guest(format!("the guest component cannot be encoded: {:#}", error.into()))
}
