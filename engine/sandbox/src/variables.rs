//! Values that the program puts into a session.

use serde::Serialize;
use serde_json::json;

use std::time::Instant;

use crate::answer::ImageFormat;
use crate::error::DefineError;
use crate::host::StepIo;
use crate::instance::{Request, setup_limits};
use crate::limits::Scopes;
use crate::outcome::Outcome;
use crate::session::Session;
use crate::tools::{FINAL_ANSWER, unusable_name};

/// Values for [`Session::define`], by the names of the variables that they become. A name that is given
/// twice has the later value.
///
/// # Examples
///
/// ```
/// use fumehood::Variables;
/// use serde_json::json;
///
/// # fn example(photo: Vec<u8>) -> Result<(), fumehood::DefineError> {
/// let variables = Variables::new()
///     .json("rows", &json!([{"city": "Reykjavik", "people": 139_875}]))?
///     .text("report", "It was a quiet year.")
///     .bytes("archive", b"PK\x03\x04")
///     .image("photo", photo)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct Variables {
    all: Vec<Variable>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Variable {
    name: String,
    /// As the guest's module `variables` calls it.
    kind: &'static str,
    contents: Vec<u8>,
}

impl Variables {
    /// None yet.
    pub fn new() -> Variables {
        Variables::default()
    }

    /// What JSON has: in the guest it is a dict, a list, a str, an int, a float, a bool or None.
    ///
    /// # Errors
    ///
    /// [`DefineError::Json`] if the value cannot be written as JSON.
    pub fn json(
        self,
        name: impl Into<String>,
        value: &(impl Serialize + ?Sized),
    ) -> Result<Variables, DefineError> {
        let name = name.into();
        match serde_json::to_vec(value) {
            Ok(contents) => Ok(self.with(name, "json", contents)),
            Err(source) => Err(DefineError::Json { name, source }),
        }
    }

    /// A str.
    pub fn text(self, name: impl Into<String>, text: impl Into<String>) -> Variables {
        self.with(name.into(), "text", text.into().into_bytes())
    }

    /// A bytes.
    pub fn bytes(self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Variables {
        self.with(name.into(), "bytes", bytes.into())
    }

    /// A `PIL.Image.Image`, of a PNG or JPEG file.
    ///
    /// # Errors
    ///
    /// [`DefineError::Image`] if it does not begin as one.
    pub fn image(
        self,
        name: impl Into<String>,
        file: impl Into<Vec<u8>>,
    ) -> Result<Variables, DefineError> {
        let (name, file) = (name.into(), file.into());
        match ImageFormat::of(&file) {
            Some(_) => Ok(self.with(name, "image", file)),
            None => Err(DefineError::Image { name }),
        }
    }

    /// Their names, in the order in which they were given.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(|variable| variable.name.as_str())
    }

    fn with(mut self, name: String, kind: &'static str, contents: Vec<u8>) -> Variables {
        self.all.retain(|variable| variable.name != name);
        self.all.push(Variable { name, kind, contents });
        self
    }
}

impl Session {
    /// Puts values into the session, as variables of its `__main__`: all of them, or none.
    ///
    /// That is no step. It is not counted as one, nor as anything that steps use, it cannot be cancelled, and
    /// it leaves no name but those of the variables, which take the place of whatever had these names. It
    /// is part of the state of the session as what a step does is: a step that is rolled back leaves it, and
    /// going back to an earlier checkpoint undoes it. The clock of a deterministic session does not go
    /// on. Values take guest memory, at first twice what they have in bytes, and a session whose code has
    /// changed the interpreter may make of them what it likes.
    ///
    /// If the future is dropped before it is done, none is there.
    ///
    /// # Errors
    ///
    /// * [`DefineError::Name`] if a name is not an identifier of ASCII letters, digits and underscores, is a
    ///   keyword, begins with two underscores, or is that of a tool or `final_answer`
    /// * [`DefineError::Failed`] if the guest cannot make them: a picture is damaged, there is no memory
    /// * [`DefineError::Session`] if there is no session to put them into
    ///
    /// # Examples
    ///
    /// ```no_run
    /// # async fn example(mut session: fumehood::Session) -> Result<(), Box<dyn std::error::Error>> {
    /// use fumehood::Variables;
    ///
    /// session.define(Variables::new().json("rows", &[1, 2, 3])?.text("unit", "km")).await?;
    /// session.run("print(sum(rows), unit)  # 6 km").await?;
    /// # Ok(())
    /// # }
    /// ```
    pub async fn define(&mut self, variables: Variables) -> Result<(), DefineError> {
        let sandbox = self.sandbox().inner;
        for name in variables.names() {
            let taken = name == FINAL_ANSWER || sandbox.tools.named(name).is_ok();
            let reason =
                if taken { Some("it is the name of a function") } else { unusable_name(name) };
            if let Some(reason) = reason {
                return Err(DefineError::Name { name: name.to_owned(), reason });
            }
        }
        let described = variables
            .all
            .iter()
            .map(|Variable { name, kind, contents }| json!([name, kind, contents.len()]))
            .collect::<serde_json::Value>()
            .to_string();
        let contents =
            variables.all.into_iter().flat_map(|variable| variable.contents).collect::<Vec<_>>();

        self.make_ready().await?;
        let course = self.surroundings().ambience.course();
        let limits = setup_limits(&sandbox);
        self.surroundings().control.begin_setup(Instant::now(), &limits);
        let io = StepIo::new(limits, Scopes::default());
        let request = Request::Define { described: &described, contents: &contents };
        let called = self.call(request, io).await?;
        let defined = matches!(called.outcome, Outcome::Completed(_));
        self.end(called.instance, !defined).await;
        if !defined {
            return Err(DefineError::Failed { outcome: Box::new(called.outcome) });
        }
        // That was no work of the code's.
        self.surroundings().ambience.go_on(course);
        Ok(())
    }
}
