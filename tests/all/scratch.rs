use fumehood::{Determinism, Session, workshop};
use crate::{builder, printed};

fn compare(what: &str, one: &Session, other: &Session) {
    let (a, b) = (workshop::contents(one), workshop::contents(other));
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for (at, _) in a.iter().zip(&b).enumerate().filter(|(_, (x, y))| x != y) {
        match ranges.last_mut() {
            Some((_, end)) if at < *end + 16 => *end = at + 1,
            _ => ranges.push((at, at + 1)),
        }
    }
    println!("{what}: {} and {} bytes, {} ranges differ, {} bytes", a.len(), b.len(), ranges.len(), ranges.iter().map(|(s, e)| e - s).sum::<usize>());
    for (start, end) in ranges.iter().take(30) {
        let s = start.saturating_sub(8);
        let e = (*end + 8).min(s + 96);
        println!("  {start:#x}..{end:#x}\n    {:?}\n    {:?}", String::from_utf8_lossy(&a[s..e]), String::from_utf8_lossy(&b[s..e]));
    }
}

const STEPS: [&str; 3] = [
    "import random, os, time, uuid, numpy as np\nprint(random.random(), os.urandom(4), time.time(), time.monotonic(), uuid.uuid4(), np.random.rand())",
    "import sqlite3, tempfile\nfd, name = tempfile.mkstemp(); os.close(fd); print(name)\nopen('/work/x', 'w').write('x')\nprint(os.stat('/work/x'), os.stat('/usr/local/lib/python315.zip'), os.stat('/usr/local/lib'))\nt = time.perf_counter(); sum(range(10**7)); print(time.perf_counter() - t, time.process_time())",
    "time.sleep(1.5); print(time.time(), time.monotonic(), random.random(), object(), hash('x'), os.listdir('/usr/local/lib') )",
];

#[tokio::test]
async fn scratch() {
    for deterministic in [false, true] {
        let mut builder = builder();
        if deterministic {
            builder = builder.deterministic(Determinism::with_seed(7));
        }
        let sandbox = builder.build().unwrap();
        let mut one = sandbox.session().await.unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1500));
        let mut other = sandbox.session().await.unwrap();
        compare("fresh", &one, &other);
        for step in STEPS {
            let (a, b) = (one.run(step).await.unwrap(), other.run(step).await.unwrap());
            println!("{:?} {:?}", a.usage, b.usage);
            println!("{}\n{}", printed(a), printed(b));
            compare("step", &one, &other);
        }
        if deterministic {
            println!("{:?} {:?}", one.checkpoint().unwrap().digest(&sandbox), other.checkpoint().unwrap().digest(&sandbox));
            let mut saved = Vec::new();
            one.save(&mut saved).unwrap();
            let mut other = sandbox.resume(&saved[..]).await.unwrap();
            compare("resumed", &one, &other);
            let (a, b) = (one.run("1").await.unwrap(), other.run("1").await.unwrap());
            println!("{:?} {:?}", a.usage, b.usage);
            compare("resumed step", &one, &other);
        }
    }
}
