//! Files: none by default, a folder of one's own, and the folders that are granted.

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{ConfigError, FileKind, FilesError, Grant, Refusal};

use crate::{builder, printed, raised, repr, session};

fn folder() -> (tempfile::TempDir, Dir) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("table.csv"), "a,b\n1,2\n").unwrap();
    std::fs::create_dir(folder.path().join("sub")).unwrap();
    let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
    (folder, dir)
}

#[tokio::test]
async fn a_session_has_folders_of_its_own_that_go_with_it() {
    let sandbox = builder().build().unwrap();
    let mut first = sandbox.session().await.unwrap();
    let code = "
import os, pathlib, tempfile
open('notes.txt', 'w').write('mine')
with tempfile.NamedTemporaryFile('w+') as f:
    f.write('x'); f.seek(0); assert f.read() == 'x'
    assert f.name.startswith('/tmp/')
pathlib.Path('/tmp/sub').mkdir()
os.listdir('/tmp'), os.listdir('/work'), os.getcwd()
";
    assert_eq!(repr(first.run(code).await.unwrap()), "(['sub'], ['notes.txt'], '/work')");
    let mut second = sandbox.session().await.unwrap();
    let code = "import os; os.listdir('/tmp') + os.listdir('/work')";
    assert_eq!(repr(second.run(code).await.unwrap()), "[]");
}

/// A folder that can be written to moves to another path in no time, from one of the session's own to
/// the other as well; to a granted folder it does not.
#[tokio::test]
async fn files_move_between_the_folders_of_a_session_and_not_to_granted_ones() {
    let (_host, dir) = folder();
    let sandbox = builder().grant(Grant::read_write(dir, "/out")).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    let code = "
import errno, os, shutil
os.makedirs('/tmp/a/b')
open('/tmp/a/b/f', 'w').write('x')
os.rename('/tmp/a', '/work/c')
os.link('/work/c/b/f', '/tmp/g')
refused = []
for do in (os.rename, os.link):
    for names in (('/tmp/g', '/out/g'), ('/out/table.csv', '/work/t')):
        try:
            do(*names)
        except OSError as error:
            refused.append(errno.errorcode[error.errno])
shutil.move('/work/c', '/out/c')
(os.listdir('/tmp'), os.listdir('/work'), os.stat('/tmp/g').st_nlink, open('/out/c/b/f').read(), refused)
";
    let expected = "(['g'], [], 1, 'x', ['EXDEV', 'EXDEV', 'EXDEV', 'EXDEV'])";
    assert_eq!(repr(session.run(code).await.unwrap()), expected);
}

#[tokio::test]
async fn a_granted_folder_takes_the_place_of_the_one_that_code_begins_in() {
    let (host, dir) = folder();
    let sandbox = builder().grant(Grant::read_write(dir, "/work")).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    let code = "import os; open('new', 'w').close(); (os.getcwd(), sorted(os.listdir()))";
    assert_eq!(repr(session.run(code).await.unwrap()), "('/work', ['new', 'sub', 'table.csv'])");
    assert!(host.path().join("new").exists());
    let error = session.files().list("/work").unwrap_err();
    assert!(matches!(error, FilesError::Refused { reason: Refusal::NotFound, .. }), "{error:?}");
    let (_host, dir) = folder();
    let sandbox = builder().scratch(false).grant(Grant::read_only(dir, "/work")).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    assert_eq!(repr(session.run("import os; os.getcwd()").await.unwrap()), "'/work'");
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
async fn the_program_reads_and_writes_files_between_steps() {
    let mut session = session().await;
    session.files().write("/work/in/numbers.txt", b"1 2 3").unwrap();
    let code = "
import os
numbers = open('in/numbers.txt').read().split()
os.makedirs('out')
open('out/sum.txt', 'w').write(str(sum(map(int, numbers))))
os.symlink('out/sum.txt', 'link')
open('/tmp/rest', 'w').close()
";
    session.run(code).await.unwrap();
    let files = session.files();
    assert_eq!(files.read("/work/out/sum.txt").unwrap(), b"6");
    assert_eq!(files.read("link").unwrap(), b"6");
    let list = files.list("/work").unwrap();
    let list = list.iter().map(|entry| (entry.name.as_str(), entry.metadata.kind));
    let expected = [("in", FileKind::Folder), ("link", FileKind::Link), ("out", FileKind::Folder)];
    assert_eq!(list.collect::<Vec<_>>(), expected);
    let top = files.list("/").unwrap();
    assert_eq!(top.iter().map(|entry| &entry.name).collect::<Vec<_>>(), ["tmp", "work"]);
    assert_eq!(files.metadata("link").unwrap().size, 1);
    for (path, reason) in [
        ("/work/none", Refusal::NotFound),
        ("/etc/passwd", Refusal::NotFound),
        ("/../work/link", Refusal::NotPermitted),
        ("/work/in", Refusal::IsFolder),
    ] {
        let error = files.read(path).unwrap_err();
        assert!(
            matches!(&error, FilesError::Refused { reason: found, .. } if *found == reason),
            "{path}: {error:?}"
        );
    }
    let mut files = session.files();
    files.remove("/work/out").unwrap();
    files.remove("/work/link").unwrap();
    for path in ["/work", "/tmp", "/", "/new", "/work/.."] {
        assert!(files.remove(path).is_err(), "{path}");
        assert!(files.write(path, b"x").is_err(), "{path}");
    }
    assert!(files.write("/new/file", b"x").is_err());
    let code = "os.listdir('/work'), os.listdir('/tmp')";
    assert_eq!(repr(session.run(code).await.unwrap()), "(['in'], ['rest'])");
}

/// What the program writes counts as what the code writes, and is there when a step was rolled back.
#[tokio::test]
async fn what_the_program_writes_has_the_same_limits() {
    let limits = fumehood::Limits::default().with_file_bytes(10_000).with_files(3);
    let mut session = builder().limits(limits).build().unwrap().session().await.unwrap();
    let refused = |error| match error {
        FilesError::Refused { reason, .. } => reason,
        other => panic!("{other:?}"),
    };
    let mut files = session.files();
    assert_eq!(refused(files.write("a", &[0; 10_000]).unwrap_err()), Refusal::NoSpace);
    files.write("a", &[0; 8_000]).unwrap();
    files.write("b/c", b"").unwrap();
    assert_eq!(refused(files.write("d", b"").unwrap_err()), Refusal::TooMany);
    let exception = raised(session.run("open('d', 'w')").await.unwrap());
    assert!(exception.mro.contains(&"OSError".to_owned()), "{exception:?}");
    let code = "import os; os.remove('a'); open('b/c', 'w').write('x'); os.abort()";
    assert!(session.run(code).await.unwrap().rolled_back);
    assert_eq!(session.files().read("b/c").unwrap(), b"");
    assert_eq!(session.files().read("a").unwrap(), [0; 8_000]);
}

#[tokio::test]
async fn what_the_program_wrote_is_not_rolled_back_with_the_step_after_it() {
    let mut session = session().await;
    for name in ["first", "second"] {
        session.files().write(name, b"kept").unwrap();
        let code = format!("import os; os.remove({name:?}); os.abort()");
        assert!(session.run(code).await.unwrap().rolled_back);
        assert_eq!(session.files().read(name).unwrap(), b"kept");
    }
}

#[tokio::test]
async fn folders_are_copied_in_and_out() {
    let (host, dir) = folder();
    std::fs::write(host.path().join("sub/inner"), vec![7; 200_000]).unwrap();
    std::os::unix::fs::symlink("sub/inner", host.path().join("inside")).unwrap();
    std::os::unix::fs::symlink("/etc/passwd", host.path().join("outside")).unwrap();
    let mut session = session().await;
    let copied = session.files().import(&dir, "/work/data").unwrap();
    assert_eq!((copied.files, copied.bytes), (2, 200_008));
    assert_eq!(copied.skipped, ["/work/data/outside"]);
    let code = "
import os
assert open('data/inside', 'rb').read() == b'\\x07' * 200_000
os.remove('data/table.csv')
open('data/new\\x1b', 'w').write('new')
os.link('data/sub/inner', 'data/again')
os.symlink('..', 'data/up')
with open('data/sparse', 'wb') as f: f.seek(100_000_000); f.write(b'end')
sorted(os.listdir('data'))
";
    assert_eq!(
        repr(session.run(code).await.unwrap()),
        "['again', 'inside', 'new\\x1b', 'sparse', 'sub', 'up']"
    );
    let (target, dir) = folder();
    // What is in the way is replaced, and a link is not followed.
    std::fs::write(host.path().join("precious"), "precious").unwrap();
    let link = target.path().join("again");
    std::os::unix::fs::symlink(host.path().join("precious"), &link).unwrap();
    let copied = session.files().export("/work/data", &dir).unwrap();
    assert_eq!(copied.files, 4);
    assert_eq!(copied.skipped, ["/work/data/inside", "/work/data/up"]);
    let read = |name: &str| std::fs::read(target.path().join(name)).unwrap();
    assert_eq!(read("again"), vec![7; 200_000]);
    assert_eq!(read("sub/inner"), vec![7; 200_000]);
    assert_eq!(read("new\x1b"), b"new");
    assert_eq!(read("table.csv"), b"a,b\n1,2\n");
    assert_eq!(std::fs::read(host.path().join("precious")).unwrap(), b"precious");
    let sparse = std::fs::metadata(target.path().join("sparse")).unwrap();
    assert_eq!(sparse.len(), 100_000_003);
    assert!(std::os::unix::fs::MetadataExt::blocks(&sparse) < 1_000);
    let copied = session.files().export("/work/data/sparse", &dir).unwrap();
    assert_eq!((copied.files, copied.bytes), (1, 100_000_003));
    // A folder of the host that is a link is none to write to.
    std::fs::remove_dir_all(target.path().join("sub")).unwrap();
    std::os::unix::fs::symlink(".", target.path().join("sub")).unwrap();
    let error = session.files().export("/work/data", &dir).unwrap_err();
    assert!(matches!(error, FilesError::Host { .. }), "{error:?}");
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
