//! What the code of an agent uses: modules that it imports, and packages that have to be installed.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail};
use fumehood::{Outcome, Sandbox, Variables};
use serde_json::Value;

use crate::agents::import::report::Report;
use crate::printer::Printer;
use crate::sandboxing::ImageFlags;

/// What an agent needs, and those that it manages.
#[derive(Debug, Default)]
pub(super) struct Needs {
    imports: BTreeSet<String>,
    /// As pip is told them.
    requirements: BTreeSet<String>,
}

impl Needs {
    pub(super) fn note(&mut self, saved: &Value) {
        let texts = |key: &str| {
            let all = saved[key].as_array().into_iter().flatten();
            all.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
        };
        let imports = texts("authorized_imports").into_iter();
        self.imports.extend(imports.map(|name| name.trim_end_matches(".*").to_owned()));
        self.requirements.extend(texts("requirements"));
    }

    /// Looks whether the image has it.
    pub(super) async fn look_for(
        self,
        image: &ImageFlags,
        printer: &Printer,
        report: &mut Report,
    ) -> Result<()> {
        let of_smolagents = |requirement: &&String| package(requirement) == "smolagents";
        for requirement in self.requirements.iter().filter(of_smolagents) {
            report.mapped(format!("requirement {requirement}"), "fumehood takes its place");
        }
        let mut others = self.requirements.iter().filter(|name| !of_smolagents(name)).peekable();
        if self.imports.is_empty() && others.peek().is_none() {
            return Ok(());
        }
        let sandbox = Sandbox::builder(&image.engine(printer)?).build()?;
        for requirement in others {
            let name = package(requirement);
            let what = format!("requirement {requirement}");
            match sandbox.libraries().iter().find(|library| package(&library.name) == name) {
                Some(found) => {
                    report.mapped(what, format!("the image has {} {}", found.name, found.version));
                }
                None => report.not(
                    what,
                    "the image has no such package; if it is pure Python, `fumehood image prepare NAME \
                     --requirements FILE` makes one that has it; otherwise do without it, or have a program of this \
                     machine do it that `--tool` brings",
                ),
            }
        }
        for name in missing(&sandbox, self.imports).await? {
            report.not(format!("import {name}"), "the image has no such module");
        }
        Ok(())
    }
}

/// The package that a requirement names, as PEP 503 compares names.
fn package(requirement: &str) -> String {
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || "-_.".contains(letter);
    let requirement = requirement.trim();
    let end = requirement.find(|letter| !is_of_name(letter)).unwrap_or(requirement.len());
    let parts = requirement[..end].split(['-', '_', '.']).filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

/// Which modules cannot be imported in the sandbox.
async fn missing(sandbox: &Sandbox, names: BTreeSet<String>) -> Result<Vec<String>> {
    const CODE: &str = "import importlib.util\n\
        def found(name):\n    try:\n        return importlib.util.find_spec(name) is not None\n    \
        except (ImportError, ValueError):\n        return False\n\
        [name for name in names if name != '*' and not found(name)]";
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut session = sandbox.session().await?;
    session.define(Variables::new().json("names", &names)?).await?;
    match session.run(CODE).await?.outcome {
        Outcome::Completed(Some(value)) => {
            let json = value.json.context("the names of modules are no texts")?;
            Ok(serde_json::from_str(json.get())?)
        }
        _ => bail!("cannot look for the modules that the agent imports"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_are_told_from_what_is_said_of_them() {
        for (requirement, name) in [
            ("numpy", "numpy"),
            ("Scikit_Learn>=1.2,<2", "scikit-learn"),
            ("zope.interface [test] ; python_version > '3'", "zope-interface"),
            ("pandas~=2.0", "pandas"),
            ("x @ https://example.com/x.whl", "x"),
            ("", ""),
            ("é", ""),
        ] {
            assert_eq!(package(requirement), name, "{requirement}");
        }
    }
}
