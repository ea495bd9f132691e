//! Tables as streams of Arrow: each program in `tests/arrow` says at its end that all is as expected.

use std::path::Path;
use std::time::Duration;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{Code, Grant, Limits, Outcome};

use crate::builder;

async fn runs(program: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/arrow");
    let source = std::fs::read_to_string(folder.join(program)).unwrap();
    let streams = Dir::open_ambient_dir(&folder, ambient_authority()).unwrap();
    // However busy the machine is.
    let limits = Limits::default().with_time(Duration::from_secs(600)).with_fuel(1 << 50);
    let sandbox =
        builder().limits(limits).grant(Grant::read_only(streams, "/work")).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    let step = session.run(Code::new(source).file(program)).await.unwrap();
    assert!(matches!(step.outcome, Outcome::Completed(_)), "{:#?}", step.outcome);
    assert_eq!(step.output.stdout, "all is as expected\n");
}

#[tokio::test]
async fn a_frame_that_is_written_and_read_is_the_same_and_its_bytes_are_known_to_pyarrow() {
    runs("round_trips.py").await;
}

#[tokio::test]
async fn streams_that_pyarrow_and_polars_have_written_are_read() {
    runs("foreign_streams.py").await;
}

#[tokio::test]
async fn a_stream_that_is_damaged_or_made_to_do_harm_is_refused() {
    runs("hostile_streams.py").await;
}
