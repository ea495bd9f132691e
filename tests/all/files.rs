//! Files: none by default, a folder of one's own, and the folders that are granted.

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{ConfigError, Grant};

use crate::{builder, printed, raised, repr, session};

fn folder() -> (tempfile::TempDir, Dir) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("table.csv"), "a,b\n1,2\n").unwrap();
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
    (folder, dir)
}

#[tokio::test]
async fn a_session_has_a_folder_of_its_own_that_goes_with_it() {
    let sandbox = builder().build().unwrap();
    let mut first = sandbox.session().await.unwrap();
    let code = "
import os, pathlib, tempfile
open('notes.txt', 'w').write('mine')
with tempfile.NamedTemporaryFile('w+') as f:
    f.write('x'); f.seek(0); assert f.read() == 'x'
pathlib.Path('/tmp/sub').mkdir()
sorted(os.listdir('/tmp')), os.getcwd()
";
    assert_eq!(repr(first.run(code).await.unwrap()), "(['notes.txt', 'sub'], '/tmp')");
    let mut second = sandbox.session().await.unwrap();
    assert_eq!(repr(second.run("import os; os.listdir('/tmp')").await.unwrap()), "[]");
    let mine = format!("fumehood-{}-", std::process::id());
    let folders = || {
        std::fs::read_dir("/tmp")
            .unwrap()
            .filter(|entry| {
                let name = entry.as_ref().unwrap().file_name();
                name.to_string_lossy().starts_with(&mine)
            })
            .count()
    };
    assert!(folders() >= 2);
    drop((first, second));
}

/// Folders of ended sessions are handed on, but only those that nothing was ever made in, however soon
/// it was made and whatever its times say.
#[tokio::test]
async fn what_one_session_left_the_next_does_not_find() {
    let engine = fumehood::Engine::new(&crate::image()).unwrap();
    let sandbox = fumehood::Sandbox::builder(&engine).build().unwrap();
    for code in [
        "open('/tmp/left', 'w').write('mine')",
        "import os; os.mkdir('/tmp/left')",
        "import os; os.symlink('x', '/tmp/left'); os.utime('/tmp', (0, 0))",
        "import os; open('/tmp/x', 'w').close(); os.remove('/tmp/x'); os.utime('/tmp', (7, 7))",
        "pass",
    ] {
        let mut session = sandbox.session().await.unwrap();
        assert!(matches!(
            session.run(code).await.unwrap().outcome,
            fumehood::Outcome::Completed(_)
        ));
        drop(session);
        let mut next = sandbox.session().await.unwrap();
        let code = "import os; os.listdir('/tmp'), os.stat('/tmp').st_mtime in (0, 7)";
        assert_eq!(repr(next.run(code).await.unwrap()), "([], False)", "after {code}");
    }
}

#[tokio::test]
async fn folders_that_killed_processes_left_are_removed_and_those_in_use_are_not() {
    let mut live = session().await;
    live.run("open('/tmp/mine', 'w').write('x')").await.unwrap();
    let left = format!("/tmp/fumehood-0-{}", std::process::id());
    std::fs::create_dir_all(format!("{left}/a/b")).unwrap();
    std::fs::write(format!("{left}/a/b/file"), "x").unwrap();
    let output = crate::command::fumehood(&["exec", "-c", "1"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!std::path::Path::new(&left).exists());
    assert_eq!(repr(live.run("open('/tmp/mine').read()").await.unwrap()), "'x'");
}

#[tokio::test]
async fn a_read_only_grant_can_be_read_and_not_changed() {
    let (host, dir) = folder();
    let sandbox = builder().grant(Grant::read_only(dir, "/data")).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    let code = "import pandas as pd; pd.read_csv('/data/table.csv').to_dict('list')";
    assert_eq!(repr(session.run(code).await.unwrap()), "{'a': [1], 'b': [2]}");
    for code in [
        "open('/data/table.csv', 'w')",
        "open('/data/new', 'x')",
        "import os; os.remove('/data/table.csv')",
        "os.rename('/data/table.csv', '/data/other')",
        "os.mkdir('/data/made')",
        "os.rmdir('/data/sub')",
        "os.utime('/data/table.csv')",
        "os.truncate('/data/table.csv', 0)",
    ] {
        let exception = raised(session.run(code).await.unwrap());
        assert!(exception.mro.contains(&"OSError".to_owned()), "{code}: {exception:?}");
    }
    assert_eq!(std::fs::read_to_string(host.path().join("table.csv")).unwrap(), "a,b\n1,2\n");
    assert_eq!(std::fs::read_dir(host.path()).unwrap().count(), 2);
}

#[tokio::test]
async fn a_read_write_grant_can_be_changed() {
    let (host, dir) = folder();
    let sandbox = builder().grant(Grant::read_write(dir, "/shared/here")).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    session.run("open('/shared/here/sub/out.txt', 'w').write('done')").await.unwrap();
    assert_eq!(std::fs::read_to_string(host.path().join("sub/out.txt")).unwrap(), "done");
}

#[tokio::test]
async fn each_session_sees_the_grants_of_its_own_sandbox() {
    let (_first, one) = folder();
    let (_second, two) = folder();
    for (path, dir) in [("/one", one), ("/two", two)] {
        let sandbox = builder().grant(Grant::read_only(dir, path)).build().unwrap();
        let mut session = sandbox.session().await.unwrap();
        let code = "import os; [p for p in ('/one', '/two', '/data') if os.path.exists(p)]";
        assert_eq!(repr(session.run(code).await.unwrap()), format!("['{path}']"));
    }
}

#[tokio::test]
async fn what_was_granted_is_the_folder_and_not_its_path() {
    let outer = tempfile::tempdir().unwrap();
    let path = outer.path().join("granted");
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join("file"), "first").unwrap();
    let dir = Dir::open_ambient_dir(&path, ambient_authority()).unwrap();
    std::fs::rename(&path, outer.path().join("moved")).unwrap();
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join("file"), "second").unwrap();
    let sandbox = builder().grant(Grant::read_only(dir, "/data")).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    assert_eq!(repr(session.run("open('/data/file').read()").await.unwrap()), "'first'");
}

#[tokio::test]
async fn without_the_scratch_folder_there_is_nowhere_to_write() {
    let sandbox = builder().scratch(false).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    let exception = raised(session.run("open('/tmp/x', 'w')").await.unwrap());
    assert!(exception.mro.contains(&"OSError".to_owned()), "{exception:?}");
    assert_eq!(printed(session.run("print('still here')").await.unwrap()), "still here\n");
}

#[tokio::test]
async fn matplotlib_draws_a_picture() {
    let code = "
import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt
plt.plot([1, 3, 2])
plt.savefig('/tmp/plot.png')
open('/tmp/plot.png', 'rb').read(4)
";
    assert_eq!(repr(session().await.run(code).await.unwrap()), r"b'\x89PNG'");
}

#[test]
fn grants_have_plain_absolute_paths_of_their_own() {
    for path in ["data", "/", "/a/../b", "/a//b", "/a/", "/usr/local/lib", "/usr", "", "/tmp"] {
        let (_host, dir) = folder();
        let error = builder().grant(Grant::read_only(dir, path)).build().unwrap_err();
        assert!(matches!(error, ConfigError::Grant { .. }), "{path}: {error:?}");
    }
    let ((_one, first), (_two, second)) = (folder(), folder());
    let error = builder()
        .grant(Grant::read_only(first, "/data"))
        .grant(Grant::read_only(second, "/data"))
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("another folder is there"), "{error}");
}

#[test]
fn environment_variables_are_ones_a_process_could_have() {
    for (name, value) in [("", "x"), ("A=B", "x"), ("A\0", "x"), ("A", "x\0")] {
        let error = builder().env(name, value).build().unwrap_err();
        assert!(matches!(error, ConfigError::Environment { .. }), "{name:?}: {error:?}");
    }
}
