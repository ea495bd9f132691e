//! Databases: what a description says of one.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use fumehood_tools::sql::{Database, DatabaseBuilder, SqlLimits};
use serde::Deserialize;

use crate::toolbox::Toolset;
use crate::toolbox::source::{Description, Making};
use crate::units;

/// What stands before the name of a variable.
const VARIABLE: &str = "env:";

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DatabaseSettings {
    /// What its tools begin with.
    name: String,
    /// A file of SQLite.
    file: Option<PathBuf>,
    /// A server of Postgres: `env:` and the variable that has its address.
    url: Option<String>,
    /// Certificates in PEM that the server is known by.
    authorities: Option<PathBuf>,
    #[serde(default)]
    untrusted: bool,
    #[serde(default)]
    immutable: bool,
    #[serde(default)]
    powerful_role: bool,
    rows: Option<usize>,
    columns: Option<usize>,
    #[serde(default, deserialize_with = "units::in_file::bytes")]
    answer: Option<u64>,
    #[serde(default, deserialize_with = "units::in_file::bytes")]
    value: Option<u64>,
    #[serde(default, deserialize_with = "units::in_file::bytes")]
    memory: Option<u64>,
    #[serde(default, deserialize_with = "units::in_file::time")]
    time: Option<Duration>,
    concurrent: Option<usize>,
}

impl DatabaseSettings {
    fn limits(&self) -> SqlLimits {
        let size = |size: Option<u64>, usual: usize| {
            size.map_or(usual, |size| usize::try_from(size).unwrap_or(usize::MAX))
        };
        let mut limits = SqlLimits::default();
        limits.rows = self.rows.unwrap_or(limits.rows);
        limits.columns = self.columns.unwrap_or(limits.columns);
        limits.answer_bytes = size(self.answer, limits.answer_bytes);
        limits.value_bytes = size(self.value, limits.value_bytes);
        limits.memory_bytes = self.memory.unwrap_or(limits.memory_bytes);
        limits.time = self.time.unwrap_or(limits.time);
        limits.concurrent = self.concurrent.unwrap_or(limits.concurrent);
        limits
    }

    fn database(&self, description: &Description<'_>) -> Result<DatabaseBuilder> {
        match (&self.file, &self.url) {
            (Some(file), None) => {
                Ok(Database::sqlite(description.folder.join(file)).immutable(self.immutable))
            }
            (None, Some(url)) => {
                let Some(variable) = url.strip_prefix(VARIABLE) else {
                    bail!(
                        "`url` is `{VARIABLE}` and the name of an environment variable that has the address, as that has a \
                         password in it"
                    );
                };
                let address = std::env::var(variable).with_context(|| {
                    format!("the environment variable `{variable}` has no address")
                })?;
                let mut database = Database::postgres(address).powerful_role(self.powerful_role);
                if let Some(file) = &self.authorities {
                    let file = description.folder.join(file);
                    let pem = std::fs::read(&file)
                        .with_context(|| format!("cannot read `{}`", file.display()))?;
                    database = database.authorities(pem);
                }
                Ok(database)
            }
            _ => bail!("a database has either a `file` or a `url`"),
        }
    }
}

/// The tools of the database that a description is of.
pub(super) fn make(description: &Description<'_>, _: &Making<'_>) -> Result<Toolset> {
    let settings = description.settings::<DatabaseSettings>()?;
    let database = settings
        .database(description)?
        .name(&settings.name)
        .limits(settings.limits())
        .untrusted(settings.untrusted);
    let opening = || tokio::runtime::Handle::current().block_on(database.open());
    Ok(tokio::task::block_in_place(opening)?.tools().into())
}
