//! Packages of Python that a sandbox is given.

use fumehood::{ConfigError, Limits, Packages, Sandbox};

use crate::{builder, engine, raised, repr};

fn packages() -> Packages {
    Packages::new()
        .file("acme/__init__.py", "from acme.inner import x\nhere = __file__")
        .and_then(|packages| packages.file("acme/inner.py", "x = 7"))
        .and_then(|packages| packages.file("acme/data.txt", "some data"))
        .and_then(|packages| {
            packages.file("acme-1.2.dist-info/METADATA", "Name: acme\nVersion: 1.2\n")
        })
        .and_then(|packages| packages.file("single.py", "y = 8"))
        .unwrap()
}

#[tokio::test]
async fn packages_are_imported_and_cannot_be_changed() {
    let sandbox = builder().packages(packages()).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    for (code, told) in [
        (
            "import acme, single\nacme.x, single.y, acme.here",
            "(7, 8, '/site-packages/acme/__init__.py')",
        ),
        (
            "import importlib.resources as r\nr.files('acme').joinpath('data.txt').read_text()",
            "'some data'",
        ),
        ("import importlib.metadata\nimportlib.metadata.version('acme')", "'1.2'"),
        (
            "import os\nsorted(os.listdir('/site-packages'))",
            "['acme', 'acme-1.2.dist-info', 'single.py']",
        ),
    ] {
        assert_eq!(repr(session.run(code).await.unwrap()), told, "{code}");
    }
    for attack in [
        "open('/site-packages/single.py', 'w')",
        "open('/site-packages/single.py', 'r+')",
        "open('/site-packages/other.py', 'x')",
        "os.remove('/site-packages/single.py')",
        "os.rename('/site-packages/single.py', '/work/single.py')",
        "os.link('/site-packages/single.py', '/work/single.py')",
        "os.mkdir('/site-packages/evil')",
        "os.symlink('single.py', '/site-packages/evil')",
        "os.truncate('/site-packages/single.py', 0)",
        "os.replace('/work/evil.py', '/site-packages/single.py')",
    ] {
        session.run("open('/work/evil.py', 'w').write('y = 9')").await.unwrap();
        let exception = raised(session.run(attack).await.unwrap());
        assert!(exception.mro.iter().any(|name| name == "OSError"), "{attack}: {}", exception.name);
    }
    assert_eq!(session.files().read("/site-packages/single.py").unwrap(), b"y = 8");
    assert!(session.files().write("/site-packages/single.py", b"").is_err());
}

#[tokio::test]
async fn forks_saves_and_prepared_sessions_have_them() {
    let sandbox = builder().packages(packages()).build().unwrap();
    let plain = builder().build().unwrap();
    let prepared =
        sandbox.prepare("import single\ntry: import later\nexcept ImportError: pass").await;
    let prepared = prepared.unwrap();
    let mut session = plain.session_from(&prepared).await.unwrap();
    assert_eq!(repr(session.run("import acme\nacme.x + single.y").await.unwrap()), "15");
    let mut fork = session.fork().await.unwrap();
    assert_eq!(repr(fork.run("import acme.inner\nacme.inner.x").await.unwrap()), "7");

    let mut saved = Vec::new();
    fork.save(&mut saved).unwrap();
    let mut resumed = plain.resume(&mut saved.as_slice()).await.unwrap();
    let code = "import importlib, single\nimportlib.reload(single).y";
    assert_eq!(repr(resumed.run(code).await.unwrap()), "8");

    // More are added to those that are there, which stay what they are.
    let more =
        Packages::new().file("later.py", "z = 1").unwrap().file("single.py", "y = 0").unwrap();
    let both = builder().packages(more).prepared(&prepared).build().unwrap();
    let mut session = both.session().await.unwrap();
    let code = "import later\nlater.z, importlib.reload(single).y";
    assert_eq!(repr(session.run(format!("import importlib\n{code}")).await.unwrap()), "(1, 8)");

    // Where there are none, there is no trace of them.
    let code = "import os, sys\n'/site-packages' in sys.path, os.path.exists('/site-packages')";
    let mut session = plain.session().await.unwrap();
    assert_eq!(repr(session.run(code).await.unwrap()), "(False, False)");
}

#[test]
fn packages_that_nobody_would_find_or_that_are_too_large_are_refused() {
    let refusal =
        |packages: Packages| builder().packages(packages).build().unwrap_err().to_string();
    for (path, told) in [
        ("json/__init__.py", "Python's own module"),
        ("numpy/__init__.py", "a library of the guest"),
        ("pandas.py", "a library of the guest"),
        ("fumehood.py", "what the sandbox itself has"),
    ] {
        let error = refusal(Packages::new().file(path, "").unwrap());
        assert!(error.contains(told), "{path}: {error}");
    }
    let large = Packages::new().file("large.py", vec![b'#'; 2 << 20]).unwrap();
    let limits = Limits::default().with_file_bytes(1 << 20);
    let built = Sandbox::builder(engine()).limits(limits).packages(large).build();
    assert!(matches!(built, Err(ConfigError::LimitTooSmall { limit: "file_bytes", .. })));
}
