//! Sessions that are saved and gone on from, and files that pretend to be such.

use std::time::Duration;

use fumehood::{Code, Limits, Metering, Outcome, SavedError, SavedHeader, Session, Totals};
use serde_json::json;

use crate::{builder, clock, repr, session, store};

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
    newer[8..12].copy_from_slice(&2_u32.to_le_bytes());
    let error = refused(&newer).await;
    assert!(matches!(error, SavedError::Version { found: 2, supported: 1 }), "{error:?}");
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
