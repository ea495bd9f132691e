//! Packages that a file of requirements lists, from a pip that has what the test has made, and one from a registry.

use std::fs;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{Grant, Sandbox};
use fumehood_image::{Fetched, ImageStore, Requirements, RequirementsError};
use sha2::{Digest as _, Sha256};

use crate::command::shown;
use crate::image::fake_python;
use crate::named::Cache;
use crate::{builder, repr, store};

/// Makes wheels of a package as other tools do: `name version {path: text} {line of the metadata}`.
const MAKING: &str = r##"
import base64, hashlib, zipfile

def wheel(name, version, files, metadata="", tag="py3-none-any", pure="true"):
    info = f"{name}-{version}.dist-info"
    files = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{metadata}",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: {pure}\n",
    }
    lines = []
    with zipfile.ZipFile(f"/out/{name}-{version}-{tag}.whl", "w", zipfile.ZIP_DEFLATED) as archive:
        for path, text in files.items():
            archive.writestr(path, text)
            digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
            lines.append(f"{path},sha256={digest},{len(text)}\n")
        archive.writestr(f"{info}/RECORD", "".join(lines))
"##;

/// A folder with wheels, and a pip that has them all.
struct Registry {
    folder: tempfile::TempDir,
}

impl Registry {
    async fn of(code: &str) -> Registry {
        let folder = tempfile::tempdir().unwrap();
        let open = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
        let sandbox = builder().grant(Grant::read_write(open, "/out")).build().unwrap();
        let step = sandbox.session().await.unwrap().run(format!("{MAKING}\n{code}")).await.unwrap();
        assert!(step.outcome.is_success(), "{:?}", step.outcome);
        // It leaves the wheels of all that is asked for, by their names.
        let script = format!(
            "while [ $# -gt 1 ]; do [ \"$1\" = --requirement ] && wanted=\"$2\"; shift; done\n\
             sed 's/==.*//; s/-/_/g' \"$wanted\" | while read name; do\n\
             cp '{0}'/\"$name\"-*.whl \"$1/\" || {{ echo \"no wheel of $name\" >&2; exit 1; }}\ndone",
            folder.path().display()
        );
        fake_python(folder.path(), &script);
        Registry { folder }
    }

    fn python(&self) -> std::path::PathBuf {
        self.folder.path().join("python")
    }

    fn hash(&self, wheel: &str) -> String {
        let bytes = fs::read(self.folder.path().join(wheel)).unwrap();
        let digits =
            Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        format!("--hash=sha256:{digits}")
    }

    async fn fetch(&self, text: &str) -> Result<Fetched, RequirementsError> {
        let store = store().with_python(self.python());
        Requirements::read(text)?.fetch(&store, &builder().build().unwrap()).await
    }
}

const ACME: &str = r#"
wheel("acme", "1.0", {"acme/__init__.py": "import acme_base\nx = acme_base.y + 1", "acme/words.txt": "some words"},
      "Requires-Dist: acme-base<2,>=1\nRequires-Dist: tomli; python_version < '3.11'\n"
      "Requires-Dist: numpy>=1\nRequires-Dist: only-extra; extra == 'more'\nProvides-Extra: more\n")
wheel("acme_base", "1.5", {"acme_base.py": "y = 41"})
"#;

#[tokio::test]
async fn packages_that_a_file_lists_are_imported() {
    let registry = Registry::of(ACME).await;
    let text = format!(
        "# what we need\nAcme==1.0 \\\n    {}\nacme-base==1.5 {}  # via acme\n\
         numpy>=0 {zero}\nwindows-only==3 ; sys_platform == 'win32' {zero}\n",
        registry.hash("acme-1.0-py3-none-any.whl"),
        registry.hash("acme_base-1.5-py3-none-any.whl"),
        zero = format!("--hash=sha256:{}", "0".repeat(64)),
    );
    // What is there already is pinned as everything else.
    let error = registry.fetch(&text).await.unwrap_err().to_string();
    assert!(error.contains("line 5, `numpy>=0`: it is not pinned to one version"), "{error}");
    let engine = crate::engine();
    let numpy = engine.libraries().iter().find(|library| library.name == "numpy").unwrap();
    let text = text.replace("numpy>=0", &format!("numpy=={}", numpy.version));
    let fetched = registry.fetch(&text).await.unwrap();
    assert_eq!(fetched.added, ["acme 1.0", "acme-base 1.5"]);
    assert_eq!(
        fetched.left_out,
        [
            format!("numpy=={0}: numpy {0} is there already", numpy.version),
            "windows-only==3 ; sys_platform == 'win32': it is not for sys_platform 'wasi'"
                .to_owned(),
        ]
    );
    let sandbox = Sandbox::builder(engine).packages(fetched.packages).build().unwrap();
    let code =
        "import acme, importlib.metadata as m\nacme.x, m.version('acme'), m.requires('acme')[0]";
    let mut session = sandbox.session().await.unwrap();
    assert_eq!(repr(session.run(code).await.unwrap()), "(42, '1.0', 'acme-base<2,>=1')");
}

#[tokio::test]
async fn what_is_wrong_with_the_list_is_told_with_what_to_do() {
    let registry = Registry::of(&format!(
        "{ACME}\nwheel('needs_new', '1', {{}}, 'Requires-Dist: acme-base>=2\\nRequires-Python: <3.9\\n')\n\
         wheel('liar', '1', {{}})\nimport os\nos.rename('/out/liar-1-py3-none-any.whl', '/out/other-1-py3-none-any.whl')"
    ))
    .await;
    let acme = format!("acme==1.0 {}", registry.hash("acme-1.0-py3-none-any.whl"));
    let base = format!("acme-base==1.5 {}", registry.hash("acme_base-1.5-py3-none-any.whl"));
    let new = format!("needs-new==1 {}", registry.hash("needs_new-1-py3-none-any.whl"));
    let other = format!("other==1 {}", registry.hash("other-1-py3-none-any.whl"));
    let extra = acme.replace("acme==", "acme[more]==");
    let zero = format!("--hash=sha256:{}", "0".repeat(64));
    for (text, told) in [
        (
            acme.clone(),
            "acme needs acme-base<2,>=1, which is not in the file; add it with its version and hash",
        ),
        (format!("{extra}\n{base}"), "acme needs only-extra, which is not in the file"),
        (acme.replace("acme==", "acme[none]=="), "acme has no extra 'none'"),
        (format!("{base}\n{new}"), "needs-new needs acme-base>=2, and there is acme-base 1.5"),
        (new.clone(), "needs-new needs Python <3.9, and this is 3.15"),
        (other, "what came for other==1 says that it is liar 1"),
        (format!("{base}\n{base}"), "line 2, `acme-base==1.5`: it is there twice"),
        (format!("acme>=1 {zero}"), "it is not pinned to one version"),
        (format!("acme==1.* {zero}"), "it is not pinned to one version"),
        (format!("acme = 1 {zero}"), "it is not understood"),
        (format!("pandas==1.0 {zero}"), "which cannot be replaced"),
        (format!("acme==1.0 {zero}"), "which is none that was asked for"),
        (
            format!("duckdb==1.0 {zero}"),
            "runs no machine code of others; there is pandas, or SQLite",
        ),
        (format!("{base}\nunknown==1.0 {zero}"), "line 2, `unknown==1.0`: there is no wheel of it"),
        (format!("unknown==1.0 {zero}"), "\nno wheel of unknown"),
        ("acme==1.0".to_owned(), "it has no hash"),
        ("-r other.txt".to_owned(), "there can be no `-r` here"),
    ] {
        let error = registry.fetch(&text).await.unwrap_err().to_string();
        assert!(error.contains(told), "{text}: {error}");
    }
}

#[tokio::test]
async fn a_hostile_wheel_adds_nothing() {
    let registry = Registry::of(
        r#"
wheel("leads_out", "1", {"../evil.py": ""})
wheel("native", "1", {"native/fast.so": ""})
wheel("shadows", "1", {"json/__init__.py": ""})
wheel("twice_a", "1", {"same.py": "1"})
wheel("twice_b", "1", {"same.py": "2"})
wheel("bad_metadata", "1", {}, "Requires-Dist: ((((\n" * 3)
wheel("started", "1", {"started.pth": "import os; os.abort()", "started.py": "z = 1"})
with zipfile.ZipFile("/out/bomb-1-py3-none-any.whl", "w", zipfile.ZIP_DEFLATED) as archive:
    with archive.open("bomb.py", "w", force_zip64=True) as file:
        for _ in range(300):
            file.write(bytes(1 << 20))
open("/out/garbage-1-py3-none-any.whl", "wb").write(b"PK\x05\x06 no archive")
"#,
    )
    .await;
    let line = |name: &str| {
        format!("{name}==1 {}\n", registry.hash(&format!("{name}-1-py3-none-any.whl")))
    };
    for (name, told) in [
        ("leads_out", "a file outside of itself"),
        ("native", "is machine code"),
        ("bad_metadata", "which is not understood"),
        ("bomb", "more than 268435456 bytes"),
        ("garbage", "cannot be used"),
    ] {
        let error = registry.fetch(&line(name)).await.unwrap_err().to_string();
        assert!(error.contains(told), "{name}: {error}");
    }
    let both = line("twice_a") + &line("twice_b");
    let error = registry.fetch(&both).await.unwrap_err().to_string();
    assert!(error.contains("`same.py` is also a file of twice-a"), "{error}");
    let shadows = registry.fetch(&line("shadows")).await.unwrap().packages;
    let error = builder().packages(shadows).build().unwrap_err().to_string();
    assert!(error.contains("Python's own module has the name"), "{error}");

    let started = registry.fetch(&line("started")).await.unwrap().packages;
    let sandbox = builder().packages(started).build().unwrap();
    let code = "import os, started\nstarted.z, sorted(os.listdir('/site-packages'))";
    let found = repr(sandbox.session().await.unwrap().run(code).await.unwrap());
    assert_eq!(found, "(1, ['started-1.dist-info', 'started.py'])");
}

#[tokio::test]
async fn an_image_is_prepared_with_packages_and_modules() {
    let registry = Registry::of(ACME).await;
    let cache = Cache::new();
    let folder = registry.folder.path();
    let text = format!(
        "acme==1.0 {}\nacme-base==1.5 {}\n",
        registry.hash("acme-1.0-py3-none-any.whl"),
        registry.hash("acme_base-1.5-py3-none-any.whl")
    );
    fs::write(folder.join("requirements.txt"), text).unwrap();
    fs::write(folder.join("helpers.py"), "import acme\ndef twice(): return acme.x * 2\n").unwrap();
    let path = |name: &str| folder.join(name).display().to_string();
    let python = registry.python().display().to_string();
    let prepare = |name: &str, flags: &[&str]| {
        cache.run(&[&["image", "prepare", name, "--python", &python], flags].concat())
    };
    let (requirements, helpers) = (path("requirements.txt"), path("helpers.py"));
    let output = prepare("both", &["--requirements", &requirements, "--module", &helpers]);
    let said = shown(&output);
    assert!(said.starts_with("status: 0\n"), "{said}");
    assert!(said.contains("fumehood: added acme 1.0\nfumehood: added acme-base 1.5\n"), "{said}");
    assert_eq!(cache.printed("both", "import helpers\nprint(helpers.twice())"), "84\n");

    // Another image goes on from it, and runs code with what was added.
    let more = ["--image", "both", "-c", "from helpers import twice\nn = twice()"];
    let output = prepare("more", &more);
    assert_eq!(output.status.code(), Some(0), "{}", shown(&output));
    assert_eq!(cache.printed("more", "import acme_base\nprint(n, acme_base.y)"), "84 41\n");

    for (flags, told) in [
        (vec![], "required"),
        (vec!["--module", "/nowhere/x.py"], "cannot read `/nowhere/x.py`"),
        (vec!["--module", "/nowhere/a-b.py"], "is no name of a module"),
        (vec!["--requirements", "/nowhere.txt"], "cannot read `/nowhere.txt`"),
        (vec!["-c", "1", "--code", "x.py"], "cannot be used with"),
    ] {
        let output = prepare("wrong", &flags);
        assert_ne!(output.status.code(), Some(0));
        assert!(shown(&output).contains(told), "{flags:?}: {}", shown(&output));
    }
}

/// The one test that asks a registry, for a package that has hardly ten kilobytes.
#[tokio::test]
async fn a_package_comes_from_a_registry() {
    if std::env::var_os("FUMEHOOD_TEST_WITHOUT_PEERS").is_some() {
        return;
    }
    const LINE: &str = "inflection==0.5.1 \
        --hash=sha256:1a29730d366e996aaacffb2f1f1cb9593dc38e2ddd30c91250c6dde09ea9b417 \
        --hash=sha256:f38b2b640938a4f35ade69ac3d053042959b62a0f1076a5bbaa1b9526605a8a2";
    let requirements = Requirements::read(LINE).unwrap();
    let store: ImageStore = store();
    let fetched = requirements.fetch(&store, &builder().build().unwrap()).await.unwrap();
    assert_eq!(fetched.added, ["inflection 0.5.1"]);
    let sandbox = builder().packages(fetched.packages).build().unwrap();
    let code = "import inflection\ninflection.underscore('SomeName')";
    let found = repr(sandbox.session().await.unwrap().run(code).await.unwrap());
    assert_eq!(found, "'some_name'");
}
