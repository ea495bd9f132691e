//! Files for an agent, in a folder of their own, so that nothing beside them is granted.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{Grant, SandboxBuilder};

/// Where the guest sees them.
const DATA: &str = "/data";

pub(crate) struct Files {
    folder: Option<Folder>,
    names: Vec<String>,
}

/// Where copies are.
enum Folder {
    /// For as long as the process works.
    Temporary(tempfile::TempDir),
    /// With the run.
    Kept(PathBuf),
}

impl Folder {
    fn path(&self) -> &Path {
        match self {
            Folder::Temporary(folder) => folder.path(),
            Folder::Kept(path) => path,
        }
    }
}

impl Files {
    /// Copies of files, in a folder that is made for them, or a temporary one.
    pub(crate) fn copied(paths: &[PathBuf], folder: Option<PathBuf>) -> Result<Files> {
        if paths.is_empty() {
            return Ok(Files { folder: None, names: Vec::new() });
        }
        let folder = match folder {
            Some(path) => fs::create_dir(&path).map(|()| Folder::Kept(path)),
            None => tempfile::tempdir().map(Folder::Temporary),
        };
        let folder = folder.context("cannot make a folder for the files")?;
        let mut names = Vec::new();
        for path in paths {
            let shown = path.display();
            let Some(name) = path.file_name() else {
                bail!("`{shown}` is not a file");
            };
            let target = folder.path().join(name);
            if target.exists() {
                bail!("two files are named `{}`", name.to_string_lossy());
            }
            fs::copy(path, target).with_context(|| format!("cannot read `{shown}`"))?;
            names.push(name.to_string_lossy().into_owned());
        }
        Ok(Files { folder: Some(folder), names })
    }

    /// Copies of files of a folder, by their paths in it. Nothing leads out of it: no `..`, and no link.
    pub(crate) fn of_folder(folder: &Dir, paths: &[String]) -> Result<Files> {
        let mut files = Files::copied(&[], None)?;
        if paths.is_empty() {
            return Ok(files);
        }
        let copies = tempfile::tempdir().context("cannot make a folder for the files")?;
        for path in paths {
            let Some(name) = Path::new(path).file_name().and_then(|name| name.to_str()) else {
                bail!("`{path}` is not a file");
            };
            let copy = || {
                let mut copy = File::create_new(copies.path().join(name))?;
                io::copy(&mut folder.open(path)?, &mut copy)
            };
            copy().with_context(|| format!("cannot copy `{path}`"))?;
            files.names.push(name.to_owned());
        }
        files.folder = Some(Folder::Temporary(copies));
        Ok(files)
    }

    /// The files that were copied for a run before.
    pub(crate) fn kept(folder: PathBuf) -> Files {
        let folder = folder.is_dir().then_some(Folder::Kept(folder));
        Files { folder, names: Vec::new() }
    }

    /// A file with these contents.
    pub(crate) fn written(name: &str, contents: &str) -> Result<Files> {
        let folder = tempfile::tempdir().context("cannot make a folder for the files")?;
        fs::write(folder.path().join(name), contents).context("cannot write the files")?;
        Ok(Files { folder: Some(Folder::Temporary(folder)), names: vec![name.to_owned()] })
    }

    pub(crate) fn granted(&self, builder: SandboxBuilder) -> Result<SandboxBuilder> {
        let Some(folder) = &self.folder else {
            return Ok(builder);
        };
        let folder = Dir::open_ambient_dir(folder.path(), ambient_authority())
            .context("cannot open the folder of the files")?;
        Ok(builder.grant(Grant::read_only(folder, DATA)))
    }

    /// The task, with the files named.
    pub(crate) fn described(&self, task: &str) -> String {
        if self.names.is_empty() {
            return task.to_owned();
        }
        let paths = self.names.iter().map(|name| format!("{DATA}/{name}")).collect::<Vec<_>>();
        format!("{task}\nThese files are given: {}", paths.join(", "))
    }
}
