//! Sessions as values, in any order: run, rolled back, abandoned, forked, kept, gone back to, saved and
//! resumed. At every moment each is what a model of it says, by its variables, by large blocks of its memory
//! and by its files; and nothing of any is left when they are gone.
#![no_main]

use std::collections::BTreeMap;
use std::time::Duration;

use arbitrary::Arbitrary;
use fumehood::{Checkpoint, Code, Limits, Metering, Outcome, Sandbox, Session, Step};
use fumehood_fuzz::{block_on, engine, prepare};
use libfuzzer_sys::fuzz_target;

/// Sessions, checkpoints and saved sessions there are places for.
const PLACES: usize = 4;
/// Bytes of a block of memory: some are smaller than what is mapped at a time, some larger.
const BLOCKS: [usize; 4] = [10_000, 300_000, 2_000_000, 20_000_000];
const TIME: Duration = Duration::from_secs(20);

#[derive(Arbitrary, Debug)]
struct Input {
    by_clock: bool,
    actions: Vec<Action>,
}

#[derive(Arbitrary, Debug)]
enum Action {
    Begin(u8),
    Run {
        session: u8,
        changes: Vec<Change>,
        end: End,
    },
    /// The program changes files itself.
    Write(u8, u8, u16),
    Remove(u8, u8),
    Fork {
        parent: u8,
        child: u8,
    },
    Keep {
        session: u8,
        checkpoint: u8,
    },
    GoBack {
        session: u8,
        checkpoint: u8,
    },
    BeginFrom {
        checkpoint: u8,
        session: u8,
    },
    Save {
        session: u8,
        saved: u8,
    },
    Resume {
        saved: u8,
        session: u8,
    },
    Look(u8),
    End(u8),
}

#[derive(Arbitrary, Debug)]
enum Change {
    Set(u8, i16),
    Append(u8, i16),
    Forget(u8),
    /// A block of memory, of one byte.
    Fill(u8, u8, u8),
    /// Some of its bytes, each so far from the last.
    Touch(u8, u8, u16),
    Write(u8, u8, u16),
    Remove(u8),
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum End {
    Well,
    Raises,
    RaisesAtomic,
    Aborts,
    IsStopped,
    IsAbandoned,
}

/// What a session should be.
#[derive(Clone, Debug, Default)]
struct Model {
    lists: BTreeMap<u8, Vec<i16>>,
    blocks: BTreeMap<u8, Vec<u8>>,
    files: BTreeMap<u8, Vec<u8>>,
}

fn file(number: u8) -> u8 {
    number % 3
}

impl Change {
    /// Makes the change in the model, and says how it is made in Python.
    fn make(&self, model: &mut Model) -> String {
        match *self {
            Change::Set(list, number) => {
                let list = list % 4;
                model.lists.insert(list, vec![number]);
                format!("lists[{list}] = [{number}]")
            }
            Change::Append(list, number) => {
                let list = list % 4;
                model.lists.entry(list).or_default().push(number);
                format!("lists.setdefault({list}, []).append({number})")
            }
            Change::Forget(number) => {
                let number = number % 4;
                model.lists.remove(&number);
                model.blocks.remove(&number);
                format!("lists.pop({number}, None); blocks.pop({number}, None)")
            }
            Change::Fill(block, size, byte) => {
                let (block, size) = (block % 4, BLOCKS[usize::from(size % 4)]);
                model.blocks.insert(block, vec![byte; size]);
                format!("blocks[{block}] = bytearray([{byte}]) * {size}")
            }
            Change::Touch(block, byte, further) => {
                let (block, further) = (block % 4, 1 + usize::from(further));
                let touched = model.blocks.get_mut(&block).into_iter();
                let touched = touched.flat_map(|block| block.iter_mut().step_by(further));
                touched.take(500).for_each(|place| *place = byte);
                format!(
                    "block = blocks.get({block}, b'')\n\
                     for at in range(0, len(block), {further})[:500]: block[at] = {byte}"
                )
            }
            Change::Write(number, byte, length) => {
                let (number, length) = (file(number), usize::from(length) * 2);
                model.files.insert(number, vec![byte; length]);
                format!("with open('{number}', 'wb') as f: f.write(bytes([{byte}]) * {length})")
            }
            Change::Remove(number) => {
                let number = file(number);
                model.files.remove(&number);
                format!("import os\nif os.path.exists('{number}'): os.remove('{number}')")
            }
        }
    }
}

/// What a session says of itself.
const LOOKING: &str = "
import os, zlib
(sorted(lists.items()), [(key, len(block), zlib.adler32(block)) for key, block in sorted(blocks.items())],
 [(int(name), zlib.adler32(open(name, 'rb').read())) for name in sorted(os.listdir('.'))])
";

fn adler(bytes: &[u8]) -> u32 {
    let (mut one, mut two) = (1_u32, 0_u32);
    for chunk in bytes.chunks(5000) {
        for byte in chunk {
            one += u32::from(*byte);
            two += one;
        }
        (one, two) = (one % 65521, two % 65521);
    }
    two << 16 | one
}

impl Model {
    /// What [`LOOKING`] answers.
    fn looks(&self) -> String {
        let list = |items: Vec<String>| format!("[{}]", items.join(", "));
        let lists = self.lists.iter().map(|(key, numbers)| format!("({key}, {numbers:?})"));
        let block =
            |(key, bytes): (_, &Vec<u8>)| format!("({key}, {}, {})", bytes.len(), adler(bytes));
        let blocks = self.blocks.iter().map(block);
        let files = self.files.iter().map(|(name, bytes)| format!("({name}, {})", adler(bytes)));
        let (lists, blocks) = (list(lists.collect()), list(blocks.collect()));
        format!("({lists}, {blocks}, {})", list(files.collect()))
    }
}

/// A session and what it should be.
struct Pair {
    session: Session,
    model: Model,
}

async fn run(session: &mut Session, code: impl Into<Code>) -> Step {
    let step = session.run(code).await.unwrap();
    assert!(!step.lost && !session.is_lost(), "{step:?}");
    step
}

impl Pair {
    async fn begin(sandbox: &Sandbox) -> Pair {
        let mut session = sandbox.session().await.unwrap();
        run(&mut session, "lists, blocks = {}, {}").await;
        Pair { session, model: Model::default() }
    }

    async fn look(&mut self) {
        match run(&mut self.session, LOOKING).await.outcome {
            Outcome::Completed(Some(value)) => assert_eq!(value.repr, self.model.looks()),
            other => panic!("{other:?}"),
        }
    }

    async fn run(&mut self, changes: &[Change], end: End) {
        let mut model = self.model.clone();
        let changes = changes.iter().take(8).map(|change| change.make(&mut model));
        let mut source = changes.collect::<Vec<_>>().join("\n");
        source += match end {
            End::Well => "",
            End::Raises | End::RaisesAtomic => "\n1 / 0",
            End::Aborts => "\nos = __import__('os')\nos.abort()",
            End::IsStopped => "\nsum(range(10**12))",
            End::IsAbandoned => "\n__import__('time').sleep(1000)",
        };
        let mut code = Code::new(source).atomic(matches!(end, End::RaisesAtomic));
        if matches!(end, End::IsStopped) {
            // The changes are made or not, which makes no difference.
            code = code.limits(Limits::default().with_time(Duration::from_millis(100)));
        }
        if matches!(end, End::IsAbandoned) {
            let abandoned = Duration::from_millis(30);
            let step = tokio::time::timeout(abandoned, self.session.run(code)).await;
            return assert!(step.is_err());
        }
        let step = run(&mut self.session, code).await;
        match (end, &step.outcome) {
            (End::Well, Outcome::Completed(None)) => self.model = model,
            (End::Raises, Outcome::Raised(_)) => self.model = model,
            (End::RaisesAtomic, Outcome::Raised(_)) | (End::Aborts, Outcome::Failed(_)) => {
                assert!(step.rolled_back);
            }
            (End::IsStopped, Outcome::LimitReached(_, exception)) => {
                // Where the changes alone take too long, the exception ends them in the middle.
                if exception.is_some() {
                    self.model = Model::default();
                    let begun = "import os\nlists, blocks = {}, {}\nfor name in os.listdir(): os.remove(name)";
                    run(&mut self.session, begun).await;
                } else {
                    assert!(step.rolled_back);
                }
            }
            _ => panic!("{step:?}"),
        }
    }
}

/// Places for sessions, checkpoints and saved sessions.
#[derive(Default)]
struct Table {
    sessions: [Option<Pair>; PLACES],
    checkpoints: [Option<(Checkpoint, Model)>; PLACES],
    saved: [Option<(Vec<u8>, Model)>; PLACES],
}

fn place(number: u8) -> usize {
    usize::from(number) % PLACES
}

impl Table {
    /// Does it, if there is what it needs.
    async fn act(&mut self, action: &Action, sandbox: &Sandbox) -> Option<()> {
        match *action {
            Action::Begin(number) => {
                self.sessions[place(number)] = Some(Pair::begin(sandbox).await);
            }
            Action::Run { session, ref changes, end } => {
                self.sessions[place(session)].as_mut()?.run(changes, end).await;
            }
            Action::Write(session, name, length) => {
                let Pair { session, model } = self.sessions[place(session)].as_mut()?;
                let bytes = vec![1; length.into()];
                session.files().write(&file(name).to_string(), &bytes).unwrap();
                model.files.insert(file(name), bytes);
            }
            Action::Remove(session, name) => {
                let Pair { session, model } = self.sessions[place(session)].as_mut()?;
                let there = session.files().remove(&file(name).to_string()).is_ok();
                assert_eq!(there, model.files.remove(&file(name)).is_some());
            }
            Action::Fork { parent, child } => {
                let Pair { session, model } = self.sessions[place(parent)].as_mut()?;
                let session = session.fork().await.unwrap();
                let model = model.clone();
                self.sessions[place(child)] = Some(Pair { session, model });
            }
            Action::Keep { session, checkpoint } => {
                let Pair { session, model } = self.sessions[place(session)].as_mut()?;
                let kept = session.checkpoint().unwrap();
                self.checkpoints[place(checkpoint)] = Some((kept, model.clone()));
            }
            Action::GoBack { session, checkpoint } => {
                let (kept, then) = self.checkpoints[place(checkpoint)].as_ref()?;
                let Pair { session, model } = self.sessions[place(session)].as_mut()?;
                session.restore(kept).await.unwrap();
                model.clone_from(then);
            }
            Action::BeginFrom { checkpoint, session } => {
                let (kept, then) = self.checkpoints[place(checkpoint)].as_ref()?;
                let begun = sandbox.session_from(kept).await.unwrap();
                self.sessions[place(session)] = Some(Pair { session: begun, model: then.clone() });
            }
            Action::Save { session, saved } => {
                let Pair { session, model } = self.sessions[place(session)].as_mut()?;
                let mut bytes = Vec::new();
                session.save(&mut bytes).unwrap();
                self.saved[place(saved)] = Some((bytes, model.clone()));
            }
            Action::Resume { saved, session } => {
                let (bytes, then) = self.saved[place(saved)].as_ref()?;
                let resumed = sandbox.resume(bytes.as_slice()).await.unwrap();
                self.sessions[place(session)] =
                    Some(Pair { session: resumed, model: then.clone() });
            }
            Action::Look(session) => self.sessions[place(session)].as_mut()?.look().await,
            Action::End(session) => self.sessions[place(session)] = None,
        }
        Some(())
    }
}

async fn act(actions: &[Action], sandbox: &Sandbox) {
    let mut table = Table::default();
    table.sessions[0] = Some(Pair::begin(sandbox).await);
    for action in actions.iter().take(60) {
        // What needs something that is not there is left out.
        table.act(action, sandbox).await;
    }
    for pair in table.sessions.iter_mut().flatten() {
        pair.look().await;
    }
    for (checkpoint, model) in table.checkpoints.iter().flatten() {
        let session = sandbox.session_from(checkpoint).await.unwrap();
        Pair { session, model: model.clone() }.look().await;
    }
}

fuzz_target!(init: prepare(&[Metering::Fuel, Metering::Clock]), |input: Input| {
    let engine = engine(if input.by_clock { Metering::Clock } else { Metering::Fuel });
    let sandbox = Sandbox::builder(engine).limits(Limits::default().with_time(TIME)).build();
    block_on(act(&input.actions, &sandbox.unwrap()));
    assert_eq!(engine.state_bytes(), 0, "something of a session is left");
});
