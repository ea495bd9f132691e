//! Modules and packages of Python that sessions can import besides the libraries of the image.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::error::ConfigError;
use crate::files::{Clock, Tree, check_name};
use crate::limits::PATH_BYTES;

/// Modules and packages of Python, for [`SandboxBuilder::packages`](crate::SandboxBuilder::packages).
///
/// Code cannot change them, and whatever Python and the image's libraries have by the same name comes first.
///
/// # Examples
///
/// ```
/// use fumehood::Packages;
///
/// # fn example() -> Result<(), fumehood::ConfigError> {
/// let packages = Packages::new()
///     .file("acme/__init__.py", "from acme.units import mile")?
///     .file("acme/units.py", "mile = 1609.344")?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Packages {
    files: BTreeMap<String, Bytes>,
}

impl Packages {
    /// None yet.
    pub fn new() -> Packages {
        Packages::default()
    }

    /// Adds a file. Its path begins where modules are found: `acme.py` is imported as `acme`, and so is
    /// `acme/__init__.py`. A file that has the path already is replaced.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Package`] if the path is absolute, leads elsewhere by `..`, or is one that no file can have.
    pub fn file(
        mut self,
        path: impl Into<String>,
        bytes: impl Into<Bytes>,
    ) -> Result<Packages, ConfigError> {
        let path = path.into();
        let refuse =
            |reason: String| ConfigError::Package { path: path.clone(), reason: reason.clone() };
        if path.len() > PATH_BYTES {
            return Err(refuse(format!("its path is longer than {PATH_BYTES} bytes")));
        }
        for name in path.split('/') {
            check_name(name)
                .map_err(|_| refuse(format!("{name:?} is no name that a file can have")))?;
        }
        self.files.insert(path, bytes.into());
        Ok(self)
    }

    /// Adds all files of others, in place of those that have the same paths.
    pub fn add(&mut self, others: Packages) {
        self.files.extend(others.files);
    }

    /// The paths of the files, and how many bytes each has.
    pub fn files(&self) -> impl Iterator<Item = (&str, usize)> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.len()))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The files as sessions have them; no folder for them, if there are none.
    pub(crate) fn tree(&self, clock: Clock) -> Result<Tree, ConfigError> {
        if self.is_empty() {
            return Ok(Tree::new(&[], crate::files::Bounds::NONE, clock));
        }
        let files = self.files.iter().map(|(path, bytes)| (path.as_str(), &**bytes));
        Tree::of_packages(files, clock).map_err(|refusal| ConfigError::Package {
            path: "site-packages".to_owned(),
            reason: format!("two of the files cannot be beside each other: {refusal}"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_has_no_path_that_leads_out() {
        for path in ["", "/a.py", "a//b.py", "../a.py", "a/../../b.py", "a/.", "a\0.py", "a/"] {
            assert!(Packages::new().file(path, "").is_err(), "{path:?}");
        }
        let long = format!("{}.py", "a/".repeat(PATH_BYTES));
        assert!(Packages::new().file(long, "").is_err());
    }

    #[test]
    fn a_file_cannot_be_in_a_file() {
        let packages = Packages::new().file("a", "").unwrap().file("a/b.py", "").unwrap();
        let clock = std::sync::Arc::new(crate::ambience::system_time);
        assert!(matches!(packages.tree(clock), Err(ConfigError::Package { .. })));
    }
}
