//! The flags that say what code may reach and use, and the sandbox that follows from them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{
    Determinism, Engine, Grant, Image, ImageError, Limits, Metering, Sandbox, SandboxBuilder,
};
use fumehood_image::ImageStore;
use fumehood_policy::AuditLog;
use serde::Deserialize;

use crate::components;
use crate::http::{HttpFlags, HttpTable};
use crate::prepared::{self, PreparedImage};
use crate::printer::Printer;
use crate::toolbox::Toolset;
use crate::units;

/// The folder of a session that its code begins in.
pub(crate) const WORK: &str = "/work";

/// Where the guest image is.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct ImageFlags {
    /// Begin with the prepared image NAME, or use the guest image in DIR instead of the cache. What is
    /// the name of a prepared image is taken for that; ./NAME is a directory
    #[arg(long, value_name = "NAME|DIR", global = true, env = "FUMEHOOD_IMAGE")]
    image: Option<PathBuf>,
    /// Keep images in this directory instead of the user's cache directory
    #[arg(long, value_name = "DIR", global = true, env = "FUMEHOOD_CACHE")]
    cache: Option<PathBuf>,
    /// Fetch the guest with this Python
    #[arg(long, value_name = "PROGRAM", global = true, env = "FUMEHOOD_PYTHON")]
    python: Option<PathBuf>,
    /// How code is measured and stopped: fuel counts what it does, clock only the time it takes
    /// [default: fuel]
    #[arg(long, value_name = "fuel|clock", global = true, value_parser = units::metering)]
    metering: Option<Metering>,
}

impl ImageFlags {
    /// The store that images are kept in, with the guest image that the flags say.
    pub(crate) fn store(&self) -> Result<ImageStore> {
        let store = self.cache()?;
        let metering = match (self.metering, self.prepared()?) {
            (Some(metering), _) => Some(metering),
            // One that is damaged is told of when it is used.
            (None, Some(prepared)) => prepared.header().ok().and_then(|header| header.metering),
            (None, None) => None,
        };
        Ok(store.with_metering(metering.unwrap_or_default()))
    }

    fn cache(&self) -> Result<ImageStore> {
        let store = match &self.cache {
            Some(cache) => ImageStore::at(cache),
            None => ImageStore::of_user()?,
        };
        Ok(match &self.python {
            Some(python) => store.with_python(python),
            None => store,
        })
    }

    /// The prepared image that was named, if one was.
    pub(crate) fn prepared(&self) -> Result<Option<PreparedImage>> {
        let name = self.image.as_ref().and_then(|image| image.to_str());
        // For what can only be a directory, the cache is left alone.
        Ok(match name.filter(|name| prepared::name_of(name).is_ok()) {
            Some(name) => PreparedImage::find(&self.cache()?, name),
            None => None,
        })
    }

    /// The directory of a guest image that was named, if one was.
    pub(crate) fn directory(&self) -> Result<Option<&Path>> {
        Ok(if self.prepared()?.is_some() { None } else { self.image.as_deref() })
    }

    /// The guest image if it is there.
    pub(crate) fn existing(&self) -> Result<Image> {
        let Some(directory) = self.directory()? else { return Ok(self.store()?.open()?) };
        let opened = Image::open(directory);
        // It may have been meant for a name.
        let meant = directory.to_str().is_some_and(|text| prepared::name_of(text).is_ok());
        match opened {
            Err(ImageError::Missing { .. }) if meant => {
                bail!("there is neither a prepared image nor a directory `{}`", directory.display())
            }
            opened => Ok(opened?),
        }
    }

    /// The guest image, built if it has to be.
    pub(crate) fn open(&self, printer: &Printer) -> Result<Image> {
        if let Some(directory) = self.directory()? {
            let image = self.existing()?;
            let found = image.manifest().metering;
            if let Some(wanted) = self.metering.filter(|wanted| *wanted != found) {
                bail!("the image in `{}` meters by {found}, not by {wanted}", directory.display());
            }
            return Ok(image);
        }
        let image = self.store()?.open_or_build(|stage| printer.building(stage));
        printer.finish_building();
        Ok(image?)
    }

    pub(crate) fn engine(&self, printer: &Printer) -> Result<Engine> {
        Ok(Engine::new(&self.open(printer)?)?)
    }

    /// The sandbox, whose sessions begin with the prepared image that was named, if one was.
    pub(crate) fn sandbox(&self, builder: SandboxBuilder) -> Result<Sandbox> {
        Ok(self.applied(builder)?.build()?)
    }

    /// The same before it is built.
    pub(crate) fn applied(&self, builder: SandboxBuilder) -> Result<SandboxBuilder> {
        let Some(prepared) = self.prepared()? else { return Ok(builder) };
        let checkpoint = prepared.load(&builder.clone().build()?)?;
        Ok(builder.prepared(&checkpoint))
    }

    /// The engine of the guest image that meters like this, whatever the flags say of that.
    pub(crate) fn engine_metered(&self, metering: Metering, printer: &Printer) -> Result<Engine> {
        let flags = ImageFlags { metering: Some(metering), image: None, ..self.clone() };
        flags.engine(printer)
    }

    /// The same with a prepared image, unless the flags say another.
    pub(crate) fn or_image(&self, name: Option<&str>) -> Result<ImageFlags> {
        let Some(name) = name.filter(|_| self.image.is_none()) else { return Ok(self.clone()) };
        let flags = ImageFlags { image: Some(PathBuf::from(name)), ..self.clone() };
        if flags.prepared()?.is_none() {
            bail!(
                "there is no prepared image `{name}`; `fumehood image prepare {name}` makes it, and \
                 `fumehood image list` shows those that are there"
            );
        }
        Ok(flags)
    }

    /// The flags as they would be given to another process.
    pub(crate) fn arguments(&self) -> Vec<String> {
        let paths =
            [("--image", &self.image), ("--cache", &self.cache), ("--python", &self.python)];
        let given = paths.into_iter().filter_map(|(flag, path)| Some((flag, path.as_ref()?)));
        let mut arguments = given
            .flat_map(|(flag, path)| [flag.to_owned(), path.display().to_string()])
            .collect::<Vec<_>>();
        if let Some(metering) = self.metering {
            arguments.extend(["--metering".to_owned(), metering.name().to_owned()]);
        }
        arguments
    }
}

/// What code may use. Files of agents have the same under the same names.
#[derive(Clone, Debug, Default, clap::Args, Deserialize)]
#[command(next_help_heading = "Limits of a step")]
#[serde(default, deny_unknown_fields)]
pub(crate) struct LimitFlags {
    /// Wall-clock time, tools included: 5s, 200ms, 2m [default: 30s]
    #[arg(long, value_name = "TIME", value_parser = units::time)]
    #[serde(deserialize_with = "units::in_file::time")]
    time: Option<Duration>,
    /// Memory with the libraries: 256MiB, 1GiB [default: 1GiB]
    #[arg(long, value_name = "SIZE", value_parser = units::bytes)]
    #[serde(deserialize_with = "units::in_file::bytes")]
    memory: Option<u64>,
    /// Time that a processor computes: 5s, 200ms [default: no limit but --time]
    #[arg(long, value_name = "TIME", value_parser = units::time)]
    #[serde(deserialize_with = "units::in_file::time")]
    cpu: Option<Duration>,
    /// Instructions, with --metering fuel: 500M, 10G [default: 300G]
    #[arg(long, value_name = "AMOUNT", value_parser = units::amount)]
    #[serde(deserialize_with = "units::in_file::amount")]
    fuel: Option<u64>,
    /// What is printed, stdout and stderr together: 64KiB, 1MiB [default: 1MiB]
    #[arg(long, value_name = "SIZE", value_parser = units::bytes)]
    #[serde(deserialize_with = "units::in_file::bytes")]
    output: Option<u64>,
    /// Tool calls [default: 1000]
    #[arg(long, value_name = "COUNT")]
    tool_calls: Option<u64>,
}

impl LimitFlags {
    pub(crate) fn limits(&self) -> Limits {
        self.over(Limits::default())
    }

    /// Other limits, where they are not said here.
    pub(crate) fn over(&self, mut limits: Limits) -> Limits {
        if let Some(time) = self.time {
            limits.time = time;
        }
        if let Some(memory) = self.memory {
            limits.memory_bytes = memory;
        }
        if self.cpu.is_some() {
            limits.cpu = self.cpu;
        }
        if self.fuel.is_some() {
            limits.fuel = self.fuel;
        }
        if let Some(output) = self.output {
            limits.output_bytes = output;
        }
        if let Some(tool_calls) = self.tool_calls {
            limits.tool_calls = tool_calls;
        }
        limits
    }
}

/// What code may reach.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "What the code may reach")]
pub(crate) struct GrantFlags {
    /// Let the code read a folder, under its own name below / or under GUEST; with :rw, write to it
    #[arg(long, value_name = "HOST[:GUEST][:rw]")]
    grant: Vec<String>,
    /// Let the code import what a WebAssembly component exports, which runs without files, variables or network
    #[arg(long, value_name = "FILE")]
    component: Vec<PathBuf>,
    /// Set an environment variable of the guest
    #[arg(long, value_name = "K=V", value_parser = variable)]
    env: Vec<(String, String)>,
    #[command(flatten)]
    http: HttpFlags,
    /// Have each run be the same: computed clocks, and randomness that follows from a seed [default
    /// seed: 0]
    #[arg(
        long,
        value_name = "SEED",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "0"
    )]
    deterministic: Option<u64>,
    /// Where the computed clock begins, in seconds since 1970 [default: 1735689600, the beginning of
    /// 2025]
    #[arg(long, value_name = "SECONDS", requires = "deterministic")]
    clock_start: Option<u64>,
}

impl GrantFlags {
    /// Whether they set this environment variable.
    pub(crate) fn sets(&self, name: &str) -> bool {
        self.env.iter().any(|(other, _)| other == name)
    }

    /// The folders of the host that are granted.
    pub(crate) fn folders(&self) -> Result<Vec<PathBuf>> {
        let real = |flag: &String| {
            let (host, ..) = parts(flag);
            host.canonicalize().with_context(|| format!("cannot grant `{}`", host.display()))
        };
        self.grant.iter().map(real).collect()
    }

    pub(crate) fn apply(
        &self,
        builder: SandboxBuilder,
        image: &ImageFlags,
    ) -> Result<SandboxBuilder> {
        self.apply_over(None, builder, image, None)
    }

    /// The same for an agent whose file says something of HTTP. Requests are written into the log.
    pub(crate) fn apply_over(
        &self,
        agent: Option<&HttpTable>,
        mut builder: SandboxBuilder,
        image: &ImageFlags,
        log: Option<Arc<AuditLog>>,
    ) -> Result<SandboxBuilder> {
        if let Some(http) = self.http.tool(agent, log)? {
            builder = builder.http(http);
        }
        for flag in &self.grant {
            builder = builder.grant(grant(flag)?);
        }
        for (name, value) in &self.env {
            builder = builder.env(name, value);
        }
        if !self.component.is_empty() {
            let engine = components::engine(image)?;
            for file in &self.component {
                builder = builder.modules(components::open(&engine, file)?.modules());
            }
        }
        if let Some(seed) = self.deterministic {
            let mut determinism = Determinism::with_seed(seed);
            if let Some(seconds) = self.clock_start {
                determinism.start = Duration::from_secs(seconds);
            }
            builder = builder.deterministic(determinism);
        }
        Ok(builder)
    }
}

/// A sandbox as the flags say, with these tools.
pub(crate) fn sandbox(
    image: &ImageFlags,
    printer: &Printer,
    limits: &LimitFlags,
    grants: &GrantFlags,
    tools: &Toolset,
    arguments: Vec<String>,
) -> Result<Sandbox> {
    Ok(sandbox_builder(image, printer, limits, grants, tools, arguments)?.build()?)
}

/// The same before it is built.
pub(crate) fn sandbox_builder(
    image: &ImageFlags,
    printer: &Printer,
    limits: &LimitFlags,
    grants: &GrantFlags,
    tools: &Toolset,
    arguments: Vec<String>,
) -> Result<SandboxBuilder> {
    let engine = image.engine(printer)?;
    let builder = Sandbox::builder(&engine).limits(limits.limits()).args(arguments);
    image.applied(grants.apply(tools.apply(builder), image)?)
}

fn variable(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| format!("`{text}` is not of the form K=V"))
}

/// Reads `HOST[:GUEST][:rw]`.
fn grant(flag: &str) -> Result<Grant> {
    let (host, guest, writable) = parts(flag);
    granted(host, guest, writable)
}

/// The folder of the host, its path in the guest if it is said, and whether code may write.
fn parts(flag: &str) -> (&Path, Option<&str>, bool) {
    let (rest, writable) = match flag.strip_suffix(":rw") {
        Some(rest) => (rest, true),
        None => (flag.strip_suffix(":ro").unwrap_or(flag), false),
    };
    let (host, guest) = match rest.rsplit_once(':') {
        Some((host, guest)) if guest.starts_with('/') => (host, Some(guest)),
        _ => (rest, None),
    };
    (Path::new(host), guest, writable)
}

/// A folder as the guest sees it: at this path, or under its own name below the root.
pub(crate) fn granted(host: &Path, guest: Option<&str>, writable: bool) -> Result<Grant> {
    let shown = host.display();
    let guest = match guest {
        Some(guest) => guest.to_owned(),
        None => {
            let real = host.canonicalize().with_context(|| format!("cannot grant `{shown}`"))?;
            match real.file_name() {
                Some(name) => format!("/{}", name.to_string_lossy()),
                None => bail!("cannot grant `{shown}` without a name for it in the guest"),
            }
        }
    };
    let folder = Dir::open_ambient_dir(host, ambient_authority())
        .with_context(|| format!("cannot grant `{shown}`"))?;
    Ok(if writable { Grant::read_write(folder, guest) } else { Grant::read_only(folder, guest) })
}
