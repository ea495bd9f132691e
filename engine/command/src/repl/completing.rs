//! What the Tab key offers.

use std::sync::Arc;

use rustyline::completion::Completer;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::validate::Validator;
use rustyline::{Context, Helper};
use tokio::runtime::Handle;
use tokio::sync::Mutex;

use super::entry::{COMMANDS, Deed, Entry};
use super::live::Live;

/// What Tab inserts where a line is still empty.
const INDENTATION: &str = "    ";

/// How the text before the cursor may go on: where the part begins that is completed, and what it may
/// become.
pub(crate) async fn complete(live: &mut Live, before: &str) -> (usize, Vec<String>) {
    let line = before.rfind('\n').map_or(0, |end| end + 1);
    if before[line..].trim().is_empty() {
        return (before.len(), vec![INDENTATION.to_owned()]);
    }
    if before.starts_with('%') && !before.contains(char::is_whitespace) {
        let fitting = COMMANDS.iter().filter(|(name, _)| name.starts_with(before));
        return (0, fitting.map(|(name, _)| (*name).to_owned()).collect());
    }
    if let (Entry::Session(deed), Some((_, argument))) =
        (Entry::of(before), before.split_once(char::is_whitespace))
    {
        let known = match deed {
            Deed::Restore { .. } => live.checkpoints().collect::<Vec<_>>(),
            Deed::Switch { .. } | Deed::Close { .. } => live.others().collect(),
            _ => Vec::new(),
        };
        let beginning = argument.trim_start();
        let fitting = known.into_iter().filter(|name| name.starts_with(beginning));
        return (before.len() - beginning.len(), fitting.map(str::to_owned).collect());
    }
    let dotted = before
        .char_indices()
        .rfind(|(_, c)| !is_of_name(*c) && *c != '.')
        .map_or(0, |(at, c)| at + c.len_utf8());
    let name = before.rfind('.').map_or(dotted, |dot| dotted.max(dot + 1));
    let mut names = live.names(&before[dotted..]).await;
    // They come from the sandbox and go to the terminal.
    names.retain(|name| name.chars().all(is_of_name));
    (name, names)
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Completes for the editor, which asks while it waits for keys.
pub(crate) struct Completing {
    live: Arc<Mutex<Live>>,
}

impl Completing {
    pub(crate) fn new(live: &Arc<Mutex<Live>>) -> Completing {
        Completing { live: Arc::clone(live) }
    }
}

impl Completer for Completing {
    type Candidate = String;

    fn complete(
        &self,
        line: &str,
        position: usize,
        _: &Context<'_>,
    ) -> rustyline::Result<(usize, Vec<String>)> {
        // The editor runs where blocking is allowed; see `Input::read`.
        Ok(Handle::current()
            .block_on(async { complete(&mut *self.live.lock().await, &line[..position]).await }))
    }
}

impl Helper for Completing {}
impl Highlighter for Completing {}
impl Validator for Completing {}
impl Hinter for Completing {
    type Hint = String;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::OnceLock;

    use fumehood::{Engine, Outcome, Sandbox};
    use fumehood_image::ImageStore;

    /// A session in which some Python was run.
    async fn after(source: &str) -> Live {
        static ENGINE: OnceLock<Engine> = OnceLock::new();
        let engine = ENGINE.get_or_init(|| {
            let image = ImageStore::of_user().unwrap().open_or_build(|_| ()).unwrap();
            Engine::new(&image).unwrap()
        });
        let sandbox = Sandbox::builder(engine).build().unwrap();
        let mut live = Live::start(sandbox).await.unwrap();
        run(&mut live, source).await;
        live
    }

    async fn run(live: &mut Live, source: &str) {
        let step = live.run(source, Arc::new(|_| ())).await.unwrap();
        assert!(matches!(step.outcome, Outcome::Completed(_)), "{:?}", step.outcome);
    }

    async fn names(live: &mut Live, before: &str) -> Vec<String> {
        complete(live, before).await.1
    }

    #[tokio::test]
    async fn names_of_the_session_of_python_and_keywords() {
        let live = &mut after("quantity = 1\nquality = 2\n_qu = 3").await;
        assert_eq!(names(live, "qua").await, ["quality", "quantity"]);
        assert_eq!(names(live, "enumera").await, ["enumerate"]);
        assert_eq!(names(live, "nonlo").await, ["nonlocal"]);
        assert_eq!(names(live, "_q").await, ["_qu"]);
        assert_eq!(names(live, "nothing_like_it").await, [""; 0]);
        assert_eq!(complete(live, "f(1, qual").await, (5, vec!["quality".to_owned()]));
        run(live, "del quantity").await;
        assert_eq!(names(live, "qua").await, ["quality"], "what is there now");
    }

    #[tokio::test]
    async fn attributes_after_dots() {
        let source = "import os\nimport pandas as pd\ntable = pd.DataFrame({'mass': [1]})";
        let live = &mut after(source).await;
        assert_eq!(complete(live, "x = os.path.basen").await, (12, vec!["basename".to_owned()]));
        assert_eq!(names(live, "table.mas").await, ["mask", "mass"]);
        assert_eq!(names(live, "table.columns.to_fl").await, ["to_flat_index"]);
        let of_os = names(live, "os.").await;
        assert!(of_os.len() > 100 && of_os.iter().all(|name| !name.starts_with('_')), "{of_os:?}");
        for nothing in ["os.nothing.x", "missing.x", "1.re", "f().x", "..", "os..path", "é.ü"] {
            assert_eq!(names(live, nothing).await, [""; 0], "{nothing}");
        }
    }

    #[tokio::test]
    async fn nothing_that_was_written_in_the_session_runs() {
        let source = "
class Careful:
    __slots__ = ('slot', '__dict__')
    def __init__(self): self.text = self.slot = 'text'
    def method(self): pass
    @property
    def prop(self): ran.append('prop')
    def __getattr__(self, name): ran.append(name)
    def __dir__(self): ran.append('dir'); return ['made_up']
ran = []
careful = Careful()";
        let live = &mut after(source).await;
        assert_eq!(names(live, "careful.pr").await, ["prop"]);
        assert_eq!(names(live, "careful.made").await, [""; 0]);
        assert_eq!(names(live, "careful.text.upp").await, ["upper"]);
        assert_eq!(names(live, "careful.slot.upp").await, ["upper"]);
        assert_eq!(names(live, "careful.method.__na").await, ["__name__"]);
        assert_eq!(names(live, "careful.prop.upp").await, [""; 0]);
        assert_eq!(names(live, "careful.missing.upp").await, [""; 0]);
        run(live, "assert not ran, ran").await;
    }

    #[tokio::test]
    async fn names_that_are_none_are_not_offered() {
        let source = "globals().update({'bad\\x1b[2J': 1, 'bad\\n': 1, 7: 1, 'bad_one': 1})";
        assert_eq!(names(&mut after(source).await, "bad").await, ["bad_one"]);
    }

    #[tokio::test]
    async fn an_answer_that_takes_too_long_is_not_waited_for() {
        // The `__dir__` of a module is asked, whoever wrote it.
        let live =
            &mut after("import os\ndef forever():\n    while True: pass\nos.__dir__ = forever")
                .await;
        assert_eq!(names(live, "os.pat").await, [""; 0]);
        assert!(!live.is_lost());
        assert_eq!(names(live, "forev").await, ["forever"]);
    }

    #[tokio::test]
    async fn commands_and_indentation() {
        let live = &mut after("").await;
        let all = COMMANDS.map(|(name, _)| name.to_owned()).to_vec();
        assert_eq!(complete(live, "%").await, (0, all));
        assert_eq!(names(live, "%li").await, ["%limits"]);
        assert_eq!(complete(live, "%time enumera").await, (6, vec!["enumerate".to_owned()]));
        live.checkpoint("before it").unwrap();
        live.fork("beside").await.unwrap();
        assert_eq!(complete(live, "%restore bef").await, (9, vec!["before it".to_owned()]));
        assert_eq!(complete(live, "%restore before ").await, (9, vec!["before it".to_owned()]));
        assert_eq!(complete(live, "%switch ").await, (8, vec!["beside".to_owned()]));
        assert_eq!(complete(live, "%close x").await, (7, Vec::new()));
        assert_eq!(complete(live, "%save enumera").await, (6, Vec::new()));
        assert_eq!(complete(live, "").await, (0, vec![INDENTATION.to_owned()]));
        assert_eq!(complete(live, "if x:\n    ").await, (10, vec![INDENTATION.to_owned()]));
    }
}
