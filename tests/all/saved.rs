//! Sessions that are saved and gone on from, and files that pretend to be such.

use std::io::{self, Write};
use std::time::Duration;

use fumehood::{
    Checkpoint, Code, Limits, Metering, Outcome, SavedError, SavedHeader, Session, Totals,
};
use serde_json::json;

use crate::session_format::{PAGE, Saved};
use crate::{builder, clock, engine, repr, session, store};

async fn value(session: &mut Session, code: &str) -> String {
    repr(session.run(code).await.unwrap())
}

async fn saved(session: &mut Session) -> Vec<u8> {
    let mut bytes = Vec::new();
    session.save(&mut bytes).unwrap();
    bytes
}

#[tokio::test]
async fn a_saved_session_goes_on_with_its_variables_modules_and_files() {
    let mut session = session().await;
    let code = "import random, colorsys, numpy as np\nrandom.seed(3)\nx = {'a': [1]}\n\
                table = np.arange(100_000, dtype='int64')\ndef double(n): return 2 * n\n\
                open('notes.txt', 'w').write('kept')";
    session.run(code).await.unwrap();
    let bytes = saved(&mut session).await;
    let expected = "({'a': [1]}, 4999950000, 42, 'kept', True)";
    let seen = "import sys\nx, int(table.sum()), double(21), open('notes.txt').read(), 'colorsys' in sys.modules";
    let sandbox = builder().build().unwrap();
    let mut resumed = sandbox.resume(bytes.as_slice()).await.unwrap();
    assert_eq!(value(&mut resumed, seen).await, expected);
    let random = "random.random()";
    assert_eq!(value(&mut resumed, random).await, value(&mut session, random).await);
    // What is saved again is saved as it was, if nothing was done.
    let mut again = sandbox.resume(bytes.as_slice()).await.unwrap();
    let twice = saved(&mut again).await;
    assert!(twice == bytes);
    let step = resumed.run(
        Code::new("x.clear()\nsum(range(10**12))")
            .limits(Limits::default().with_time(Duration::from_millis(100))),
    );
    assert!(step.await.unwrap().rolled_back);
    assert_eq!(value(&mut resumed, seen).await, expected);
}

#[tokio::test]
async fn totals_go_on_in_a_session_that_is_resumed_or_forked() {
    let limits = Limits::default().with_session(Totals::default().with_output_bytes(Some(1000)));
    let sandbox = builder().limits(limits).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    session.run("print('x' * 900)").await.unwrap();
    let bytes = saved(&mut session).await;
    let forked = session.fork().await.unwrap();
    let resumed = sandbox.resume(bytes.as_slice()).await.unwrap();
    for mut session in [forked, resumed] {
        let step = session.run("print('x' * 200)").await.unwrap();
        assert!(matches!(step.outcome, Outcome::LimitReached(..)), "{step:?}");
    }
}

#[tokio::test]
async fn data_that_cannot_be_packed_takes_its_own_size() {
    let mut session = session().await;
    session
        .run("import numpy as np\nx = np.random.default_rng(1).random(1_250_000)")
        .await
        .unwrap();
    let bytes = saved(&mut session).await;
    assert!((10_000_000..12_000_000).contains(&bytes.len()), "{} bytes", bytes.len());
}

/// Takes so many bytes and then refuses.
struct Full(usize);

impl Write for Full {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        if taken == 0 { Err(io::ErrorKind::StorageFull.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_session_for_which_there_is_no_room_goes_on() {
    let mut session = session().await;
    session.run("x = 0").await.unwrap();
    let whole = saved(&mut session).await.len();
    for turn in 0..10 {
        let error = session.save(Full(whole * turn / 10)).unwrap_err();
        assert!(
            matches!(&error, SavedError::Io(error) if error.kind() == io::ErrorKind::StorageFull)
        );
        assert_eq!(value(&mut session, "x += 1; x").await, (turn + 1).to_string());
    }
    session.save(Full(2 * whole)).unwrap();
}

#[tokio::test]
async fn what_is_not_whole_or_was_changed_is_refused() {
    let mut session = session().await;
    session.run("x = 1\nopen('a', 'w').write('b')").await.unwrap();
    let good = saved(&mut session).await;
    let sandbox = builder().build().unwrap();
    let refused = async |bytes: &[u8]| sandbox.resume(bytes).await.unwrap_err();
    for end in (0..good.len()).step_by(good.len() / 50).chain([1, 11, 15, 20, good.len() - 1]) {
        let error = refused(&good[..end]).await;
        assert!(matches!(error, SavedError::Damaged { .. }), "{end}: {error:?}");
    }
    for at in (0..good.len()).step_by(good.len() / 200) {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        refused(&bytes).await;
    }
    assert!(matches!(refused(b"something else altogether").await, SavedError::NotASession));
    let mut newer = good.clone();
    newer[8..12].copy_from_slice(&3_u32.to_le_bytes());
    let error = refused(&newer).await;
    assert!(matches!(error, SavedError::Version { found: 3, supported: 2 }), "{error:?}");
    let mut long = good.clone();
    long[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
    assert!(matches!(refused(&long).await, SavedError::Damaged { .. }));
    sandbox.resume(good.as_slice()).await.unwrap();
}

#[tokio::test]
async fn what_a_saved_session_is_of_can_be_read_without_the_rest() {
    let mut session = clock::builder().build().unwrap().session().await.unwrap();
    session.run("x = 1").await.unwrap();
    let bytes = saved(&mut session).await;
    let header = SavedHeader::read(&bytes[..1000]).unwrap();
    let image = store().with_metering(Metering::Clock).open().unwrap();
    assert_eq!(header.image, image.manifest().id);
    assert_eq!((header.metering, header.steps), (Some(Metering::Clock), 1));
    assert_eq!((header.memory_bytes, header.tools), (session.usage().memory_bytes, Vec::new()));
    assert!(matches!(SavedHeader::read(&bytes[..100]), Err(SavedError::Damaged { .. })));
    assert!(matches!(
        SavedHeader::read(&b"a text of some length"[..]),
        Err(SavedError::NotASession)
    ));
}

#[tokio::test]
async fn sessions_of_other_images_and_with_other_tools_are_refused() {
    let mut session = session().await;
    let bytes = saved(&mut session).await;
    let other = clock::builder().build().unwrap();
    assert_ne!(other.metering(), Metering::Fuel);
    let error = other.resume(bytes.as_slice()).await.unwrap_err();
    assert!(matches!(error, SavedError::OtherImage { .. }), "{error:?}");

    // An image that was built of the same, and became something else.
    let error = forged(|saved| saved.header["memory"] = json!("0".repeat(64))).await.unwrap_err();
    assert!(matches!(error, SavedError::OtherImage { .. }), "{error:?}");

    let tool = || {
        fumehood::function("one", "", json!({"type": "object"}), |_| async { Ok::<_, String>(1) })
    };
    let with_tool = builder().tool(tool()).build().unwrap();
    let mut session = with_tool.session().await.unwrap();
    session.run("x = one()").await.unwrap();
    let bytes = saved(&mut session).await;
    let error = builder().build().unwrap().resume(bytes.as_slice()).await.unwrap_err();
    assert!(matches!(&error, SavedError::MissingTools { names } if names == &["one"]), "{error:?}");
    let mut resumed = with_tool.resume(bytes.as_slice()).await.unwrap();
    assert_eq!(value(&mut resumed, "x + one()").await, "2");
}

#[tokio::test]
async fn sessions_larger_than_the_limits_are_refused() {
    let mut session = session().await;
    session.run("x = bytearray(100_000_000)\nopen('a', 'wb').write(bytes(100_000))").await.unwrap();
    let bytes = saved(&mut session).await;
    let resume = async |limits: Limits| {
        builder().limits(limits).build().unwrap().resume(bytes.as_slice()).await
    };
    let error = resume(Limits::default().with_memory_bytes(150 << 20)).await.unwrap_err();
    assert!(matches!(error, SavedError::MemoryLimit { .. }), "{error:?}");
    let error = resume(Limits::default().with_file_bytes(10_000)).await.unwrap_err();
    assert!(matches!(error, SavedError::Files(_)), "{error:?}");
    resume(Limits::default()).await.unwrap();
}

#[tokio::test]
async fn what_is_written_is_what_the_documentation_says() {
    let mut session = session().await;
    session.run("x = bytes(5_000_000)\nopen('a', 'w').write('b' * 1_000_000)").await.unwrap();
    let bytes = saved(&mut session).await;
    let read = Saved::read(&bytes);
    assert_eq!(read.version, 1);
    let keys = read.header.keys().map(String::as_str).collect::<Vec<_>>();
    let documented = [
        "image",
        "memory",
        "metering",
        "memory_bytes",
        "page_bytes",
        "tools",
        "open_files",
        "steps",
        "usage",
        "deterministic",
    ];
    assert_eq!(keys, documented);
    assert_eq!(read.header["image"], engine().manifest().id);
    assert_eq!(read.header["steps"], 1);
    assert!(read.files.starts_with(b"fumetree\x01\0\0\0"));
    let mut resumed = builder().build().unwrap().resume(read.write().as_slice()).await.unwrap();
    assert_eq!(value(&mut resumed, "len(x), len(open('a').read())").await, "(5000000, 1000000)");
}

/// A session that was saved, changed, and packed again with a hash that is right.
async fn forged(change: impl FnOnce(&mut Saved)) -> Result<Session, SavedError> {
    let mut session = session().await;
    session.run("x = 1").await.unwrap();
    let mut forged = Saved::read(&saved(&mut session).await);
    change(&mut forged);
    // A limit that is none: what the file says is all that bounds its memory.
    let limits = Limits::default().with_memory_bytes(u64::MAX);
    let sandbox = builder().limits(limits).build().unwrap();
    sandbox.resume(forged.write().as_slice()).await
}

/// The guest has no more than 4 GiB of addresses. What is accessible beyond would be in its guard.
#[tokio::test]
async fn no_memory_is_larger_than_there_are_addresses() {
    for (bytes, page) in [(1_u64 << 33, 1 << 20), (1 << 60, (1 << 48) - 16), (1 << 16, 0)] {
        let refused = forged(|saved| {
            saved.header["memory_bytes"] = json!(bytes);
            saved.pages.insert(page, vec![1; PAGE]);
        });
        let error = refused.await.unwrap_err();
        assert!(matches!(error, SavedError::Damaged { .. }), "{bytes}: {error:?}");
    }
    let error = forged(|saved| saved.header["page_bytes"] = json!(0)).await.unwrap_err();
    assert!(matches!(error, SavedError::Damaged { .. }), "{error:?}");
}

/// Numbers that are counted up from what is read.
#[tokio::test]
async fn counting_goes_on_from_whatever_number_was_saved() {
    let most = json!(u64::MAX);
    let changed = forged(|saved| {
        saved.header["steps"] = most.clone();
        for key in ["fuel", "wall_us", "cpu_us", "output_bytes", "tool_calls"] {
            saved.header["usage"][key] = most.clone();
        }
    });
    let mut resumed = changed.await.unwrap();
    for _ in 0..2 {
        assert_eq!(value(&mut resumed, "x").await, "1");
    }
    assert_eq!(resumed.usage().fuel, u64::MAX);
    let next = 12..20;
    let refused = forged(|saved| saved.files[next].fill(0xff)).await.unwrap_err();
    assert!(matches!(refused, SavedError::Damaged { .. }), "{refused:?}");
}

/// What version 1 of the format has saved, without most of its memory, which is that of an image of its time.
const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/all/saved/version-1.session");

/// Writes [`KEPT`], once for each version of the format. What was kept of a version does not change any more:
/// that later builds read it is what it is there for.
#[tokio::test]
#[ignore = "writes a file that is kept with the tests"]
async fn a_session_is_kept() {
    let tool = |_| async { Ok::<_, String>(1) };
    let tool = fumehood::function("one", "", json!({"type": "object"}), tool);
    let mut session = builder().tool(tool).build().unwrap().session().await.unwrap();
    let code = "import os\nopen('file', 'w').write('kept' * 20_000)\nos.mkdir('folder')\n\
                os.symlink('../file', 'folder/link')\nos.link('file', 'name')\n\
                open('/tmp/hole', 'wb').truncate(200_000)\nopened = open('/tmp/opened', 'w')\n\
                one(); print('printed')";
    session.run(code).await.unwrap();
    session.run("x = one()").await.unwrap();
    let mut kept = Saved::read(&saved(&mut session).await);
    let numbers = kept.pages.keys().copied().collect::<Vec<_>>();
    kept.pages.retain(|number, _| numbers.iter().step_by(25).any(|some| some == number));
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(KEPT).unwrap();
    file.write_all(&kept.write()).unwrap();
}

#[tokio::test]
async fn what_version_1_has_saved_is_read() {
    let mut kept = Saved::read(&std::fs::read(KEPT).unwrap());
    let tool = || {
        fumehood::function("one", "", json!({"type": "object"}), |_| async { Ok::<_, String>(1) })
    };
    let sandbox = builder().tool(tool()).build().unwrap();
    // Its image is gone with its time. What it says of another is read all the same.
    let now = Saved::read(&saved(&mut sandbox.session().await.unwrap()).await);
    for key in ["image", "memory"] {
        kept.header[key] = now.header[key].clone();
    }
    let bytes = |saved: &Saved| saved.header["memory_bytes"].as_u64().unwrap();
    kept.header["memory_bytes"] = json!(bytes(&kept).max(bytes(&now)));
    let checkpoint = Checkpoint::load(&sandbox, kept.write().as_slice()).unwrap();
    let mut again = Vec::new();
    checkpoint.save(&sandbox, &mut again).unwrap();
    let again = Saved::read(&again);
    assert!(again.pages == kept.pages && !kept.pages.is_empty());
    assert_eq!(again.files, kept.files);
    for (key, value) in kept.header.iter().filter(|(key, _)| *key != "tools") {
        assert_eq!(again.header[key], *value, "{key}");
    }

    // Without that memory it is an interpreter of this image, with those files.
    kept.pages.clear();
    let mut session = sandbox.resume(kept.write().as_slice()).await.unwrap();
    assert_eq!((session.usage().tool_calls, session.usage().output_bytes), (2, 8));
    let seen = "import os\nos.chdir('/work')\n\
                open('name').read() == 'kept' * 20_000, os.readlink('folder/link'), \
                os.stat('file').st_nlink, open('/tmp/hole', 'rb').read() == bytes(200_000), \
                sorted(os.listdir('/tmp'))";
    let expected = "(True, '../file', 2, True, ['hole', 'opened'])";
    assert_eq!(value(&mut session, seen).await, expected);
}
