//! Attempts to get out, to see others, or to bring the host down; each named by the attack.

use std::time::Duration;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{Code, Grant, Limits, Outcome, Session};
use serde_json::json;

use crate::{builder, raised, repr, session};

/// Runs code that is expected to raise an `OSError` or an `ImportError` of some kind.
async fn refused(session: &mut Session, code: &str) {
    let step = session.run(code).await.unwrap();
    let Outcome::Raised(exception) = step.outcome else {
        panic!("{code} was not refused: {:?}", step.outcome)
    };
    let refusals = ["OSError", "ImportError", "AttributeError", "RuntimeError"];
    let found = exception.mro.iter().any(|base| refusals.contains(&base.as_str()));
    assert!(found, "{code}: {exception:?}");
}

/// A step that may end in any way; afterwards this session answers, and a fresh one works.
async fn survived(code: &str, limits: Limits) {
    let mut session = session().await;
    session.run(Code::new(code).limits(limits.clone())).await.unwrap();
    // Code may have broken its own interpreter, but no step is left without an outcome.
    session.run(Code::new("6 * 7").limits(limits)).await.unwrap();
    let mut fresh = crate::session().await;
    assert_eq!(repr(fresh.run("6 * 7").await.unwrap()), "42", "{code}");
}

#[tokio::test]
async fn reading_the_hosts_files() {
    let mut session = session().await;
    for path in
        ["/etc/passwd", "/proc/self/environ", "/dev/mem", "../../etc/passwd", "/tmp/../etc/passwd"]
    {
        refused(&mut session, &format!("open({path:?}).read()")).await;
    }
    refused(&mut session, "import os; os.listdir('/')").await;
    refused(&mut session, "os.chdir('/etc')").await;
}

#[tokio::test]
async fn leaving_a_granted_folder() {
    let outer = tempfile::tempdir().unwrap();
    std::fs::write(outer.path().join("secret"), "s3cret").unwrap();
    let inner = outer.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    std::os::unix::fs::symlink("../secret", inner.join("relative")).unwrap();
    std::os::unix::fs::symlink(outer.path().join("secret"), inner.join("absolute")).unwrap();
    let dir = Dir::open_ambient_dir(&inner, ambient_authority()).unwrap();
    let sandbox = builder().grant(Grant::read_write(dir, "/data")).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    for code in [
        "open('/data/../secret').read()",
        "open('/data/relative').read()",
        "open('/data/absolute').read()",
        "import os; os.symlink('/etc/passwd', '/data/made')",
        "os.symlink('../secret', '/data/made2'); open('/data/made2').read()",
        "os.link('/data/relative', '/data/hard'); open('/data/hard').read()",
        "os.rename('/data/../secret', '/data/stolen')",
        "os.mkdir('/data/../made')",
    ] {
        refused(&mut session, code).await;
    }
    assert_eq!(std::fs::read_to_string(outer.path().join("secret")).unwrap(), "s3cret");
    assert_eq!(std::fs::read_dir(outer.path()).unwrap().count(), 2);
}

#[tokio::test]
async fn reading_the_hosts_environment_and_arguments() {
    let code = "
import os, sys
names = set(os.environ)
try:
    import posix
    names |= {k.decode() for k in posix.environ}
except ImportError:
    pass
(sorted(names), sys.argv, sys.orig_argv if len(sys.orig_argv) > 1 else [])
";
    assert_eq!(repr(session().await.run(code).await.unwrap()), "(['HOME', 'TMPDIR'], [''], [])");
}

#[tokio::test]
async fn opening_connections() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    let mut session = session().await;
    for code in [
        format!("import socket; socket.create_connection(('127.0.0.1', {port}), 1)"),
        format!(
            "import urllib.request; urllib.request.urlopen('http://127.0.0.1:{port}', timeout=1)"
        ),
        "import socket; socket.getaddrinfo('example.com', 80)".to_owned(),
        "import socket; socket.socket().bind(('0.0.0.0', 0))".to_owned(),
        "import socket; socket.socketpair()".to_owned(),
    ] {
        refused(&mut session, &code).await;
    }
    assert!(listener.accept().is_err(), "something connected");
}

#[tokio::test]
async fn starting_processes() {
    let mut session = session().await;
    for code in [
        "import os; os.system('id')",
        "import os; os.fork()",
        "import os; os.execv('/bin/sh', ['sh'])",
        "import subprocess; subprocess.run(['id'])",
        "import multiprocessing; multiprocessing.Process(target=print).start()",
        "import ctypes; ctypes.CDLL(None).system(b'id')",
        "import _ctypes",
        "import pty",
    ] {
        refused(&mut session, code).await;
    }
}

#[tokio::test]
async fn forging_what_the_host_is_told() {
    // The door itself, with requests that nobody's runtime makes.
    let mut session = session().await;
    for code in [
        "import _host\n_host.call(b'')",
        "_host.call(b'\\xff' * 100)",
        "_host.call(b'\\x01')",
        "_host.call(b'\\x01\\xff\\xff\\xff\\xffname')",
        "_host.call(b'\\x02')",
        "_host.call(b'\\x02\\x01\\x00\\xff\\xff\\xff\\x7f\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00{}')",
        "_host.call(b'\\x01\\x01\\x00\\x00\\x00\\xff\\xfe')",
    ] {
        let step = session.run(code).await.unwrap();
        assert!(!matches!(step.outcome, Outcome::Completed(_)), "{code}: {:?}", step.outcome);
    }
    // An answer that says it is JSON and is not, has no JSON.
    let code =
        "import _host, struct\n_host.call(struct.pack('<BBBIII', 2, 1, 0, 4, 4, 0) + b'{]{]text')";
    let Outcome::FinalAnswer(answer) = crate::session().await.run(code).await.unwrap().outcome
    else {
        panic!("the answer was given")
    };
    assert!(answer.json.is_none());
    assert_eq!(answer.text, "text");
}

#[tokio::test]
async fn raising_the_exception_of_a_final_answer_without_giving_one() {
    let code = "
from fumehood import tools
class FinalAnswerException(BaseException): pass
raise FinalAnswerException('forged')
";
    assert_eq!(raised(session().await.run(code).await.unwrap()).name, "FinalAnswerException");
    let step =
        session().await.run("from fumehood import tools\nraise tools._FinalAnswer").await.unwrap();
    assert!(matches!(step.outcome, Outcome::Completed(None)), "{:?}", step.outcome);
}

#[tokio::test]
async fn deleting_and_patching_the_runtime() {
    for code in [
        "import fumehood.steps; fumehood.steps.__dict__.clear()",
        "import fumehood.steps; fumehood.steps._layout = lambda *a: b''",
        "import fumehood.steps; fumehood.steps._layout = lambda *a: b'\\xff' * 100",
        "import fumehood.steps; fumehood.steps._layout = lambda *a: 5",
        "import fumehood.steps, struct; fumehood.steps._layout = lambda *a: struct.pack('<I', 2**31)",
        "import fumehood.steps, struct; fumehood.steps._layout = lambda *a: struct.pack('<2I', 1, 2**31)",
        "import fumehood.steps, struct\nfumehood.steps._layout = lambda *a: struct.pack('<10I', 0, 1, 0, 1, 0, 2**32 - 1, 2**32 - 1, 0, 0, 0)\n1",
        "import sys; sys.modules.clear()",
        "import builtins\nfor name in list(vars(builtins)): delattr(builtins, name)",
        "import sys; sys.stdout = sys.stderr = None",
        "import sys; sys.stdout.close(); sys.stderr.close()",
        "import __main__; __main__.__dict__.clear()",
        "import builtins; builtins.repr = builtins.str = None\n1",
        "import gc\nfor o in gc.get_objects():\n    if type(o) is dict: o.clear()",
    ] {
        let limits = Limits::default().with_time(Duration::from_secs(2));
        survived(code, limits).await;
    }
}

#[tokio::test]
async fn poisoning_the_next_step_of_ones_own_session_only() {
    let sandbox = builder().build().unwrap();
    let mut poisoned = sandbox.session().await.unwrap();
    poisoned
        .run("import builtins, json; builtins.len = lambda x: 0; json.dumps = None")
        .await
        .unwrap();
    let mut other = sandbox.session().await.unwrap();
    assert_eq!(repr(other.run("import json; len(json.dumps([1]))").await.unwrap()), "3");
}

#[tokio::test]
async fn values_whose_rendering_is_hostile() {
    let limits = || Limits::default().with_time(Duration::from_millis(300));
    for code in [
        "class A:\n    def __repr__(self): raise RuntimeError('no')\nA()",
        "class A:\n    def __repr__(self):\n        while True: pass\nA()",
        "class A:\n    def __repr__(self): return 5\nA()",
        "class A(Exception):\n    def __str__(self): raise ValueError\nraise A",
        "class A(Exception):\n    def __str__(self):\n        while True: pass\nraise A",
        "class A(dict):\n    def items(self):\n        while True: yield ('a', 1)\nA(a=1)",
        "a = []; a.append(a); a",
        "raise ValueError('x' * 50_000_000)",
        "'x' * 50_000_000",
        "'\\ud800'",
        "raise ValueError('\\ud800')",
        "class Long: pass\nLong.__name__ = Long.__qualname__ = 'n' * 10_000_000\nraise type('L' * 1000000, (Exception,), {})",
        "final_answer('x' * 100_000_000)",
        "final_answer(list(range(10**7)))",
        "print('\\ud800'); 10 ** 5000",
    ] {
        survived(code, limits()).await;
    }
}

#[tokio::test]
async fn deep_recursion_of_every_kind() {
    let limits = || Limits::default().with_time(Duration::from_secs(20));
    for code in [
        "def f(): return f()\nf()",
        "import sys; sys.setrecursionlimit(10**9)\ndef f(): return f()\nf()",
        "import sys; sys.setrecursionlimit(10**9)\nclass A:\n    def __getattr__(self, n): return getattr(self, n + 'x')\nA().a",
        "class A:\n    def __eq__(self, o): return o == self\nA() == A()",
        "x = []\nfor _ in range(10**6): x = [x]\nrepr(x)",
        "x = []\nfor _ in range(10**6): x = [x]\ndel x",
        "x = ()\nfor _ in range(10**6): x = (x,)\nhash(x)",
        "a = []; b = []\nfor _ in range(10**6): a, b = [a], [b]\na == b",
        "x = {}\nfor _ in range(10**5): x = {'a': x}\nimport json; json.dumps(x)",
        "import json; json.loads('[' * 10**6)",
        "x = []\nfor _ in range(10**5): x = [x]\nimport pickle; pickle.dumps(x)",
        "import pickle; pickle.loads(b'(' * 10**6 + b'.')",
        "x = []\nfor _ in range(10**5): x = [x]\nimport copy; copy.deepcopy(x)",
        "eval('(' * 10**5 + ')' * 10**5)",
        "compile('-' * 10**6 + '1', '', 'eval')",
        "compile('+'.join(['1'] * 10**5), '', 'eval')",
        "compile('a' + '.a' * 10**5, '', 'eval')",
        "import re; re.compile('(' * 10**5 + ')' * 10**5)",
        "import re; re.match('(?:a|b)*' * 50 + 'c', 'ab' * 5000)",
        "class A: pass\nx = A()\nfor _ in range(10**6):\n    y = A(); y.x = x; x = y\ndel x, y",
        "def g():\n    yield from g()\nlist(g())",
        "import functools\nf = lambda: 0\nfor _ in range(10**6): f = functools.partial(f)\nf()",
        "import sys; sys.setrecursionlimit(10**9)\nclass A:\n    def __init_subclass__(cls): type('B', (cls,), {})\nclass C(A): pass",
        "import ast; ast.literal_eval('[' * 10**5)",
        "import itertools\ni = iter([1])\nfor _ in range(10**5): i = itertools.chain(i)\nlist(i)",
        "e = ValueError()\nfor _ in range(10**5):\n    n = ValueError(); n.__cause__ = e; e = n\nraise e",
    ] {
        survived(code, limits()).await;
    }
}

#[tokio::test]
async fn exhausting_memory_in_many_ways() {
    let limits =
        || Limits::default().with_memory_bytes(256 << 20).with_time(Duration::from_secs(10));
    for code in [
        "x = 'a'\nwhile True: x += x",
        "x = []\nwhile True: x.append(x[:])",
        "list(range(10**9))",
        "b'x' * 2**31",
        "{i: [i] for i in range(10**8)}",
        "import numpy as np; a = np.ones((10**4, 10**4)); b = a @ a",
        "'%0999999999d' % 1",
        "f'{1:>999999999}'",
        "import array; array.array('q', [0]) * 2**28",
        "import zlib; zlib.decompressobj().decompress(zlib.compress(b'0' * 2**27)) * 8",
        "import re; re.compile('a{60000}{60000}')",
    ] {
        survived(code, limits()).await;
    }
}

#[tokio::test]
async fn long_operations_that_never_look() {
    let limits = || Limits::default().with_time(Duration::from_millis(300));
    for code in [
        "10 ** 10 ** 8",
        "sum(range(10**12))",
        "import re; re.match('(a+)+$', 'a' * 40 + 'b')",
        "import itertools; list(itertools.permutations(range(20)))",
        "int('9' * 10**6) if not __import__('sys').set_int_max_str_digits(0) else 0",
        "'a' * 10**8 in 'b' * 10**8",
        "sorted(range(10**7), key=lambda x: -x)",
        "import math; math.factorial(10**7)",
    ] {
        let mut session = session().await;
        let step = session.run(Code::new(code).limits(limits())).await.unwrap();
        assert!(step.usage.wall < Duration::from_secs(5), "{code}: {:?}", step.usage);
    }
}

#[tokio::test]
async fn a_flood_of_output_through_every_door() {
    let limits = || Limits::default().with_output_bytes(1000).with_time(Duration::from_secs(1));
    for code in [
        "while True: print('x' * 10000)",
        "import os\nwhile True: os.write(1, b'x' * 10000)",
        "import sys\nwhile True:\n    try: sys.stderr.write('y' * 10000)\n    except BaseException: pass",
        "import os\nos.write(2, b'z' * 50_000_000)\nfor _ in range(9): pass",
        "import sys\nsys.__stderr__.buffer.raw.write(b'z' * 5000)\nfor _ in range(9): pass",
    ] {
        let mut session = session().await;
        let step = session.run(Code::new(code).limits(limits())).await.unwrap();
        assert!(step.output.stdout.len() + step.output.stderr.len() <= 1000, "{code}");
        assert!(matches!(step.outcome, Outcome::LimitReached(..)), "{code}: {:?}", step.outcome);
    }
}

#[tokio::test]
async fn tools_called_with_what_no_tool_expects() {
    let tool = fumehood::function(
        "take",
        "",
        json!({"type": "object", "properties": {"value": {}}}),
        |_| async { Ok::<_, String>(()) },
    );
    let sandbox = builder().tool(tool).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    for value in [
        "'x' * 10_000_000",
        "float('inf')",
        "'\\ud800'",
        "{'a': '\\ud800'}",
        "(lambda a: a.append(a) or a)([])",
        "[[]] * 10**6 and __import__('functools').reduce(lambda a, _: [a], range(1000), [])",
        "take",
        "open('/tmp/f', 'w')",
        "10 ** 5000",
    ] {
        let step = session.run(format!("take({value})")).await.unwrap();
        assert!(matches!(step.outcome, Outcome::Raised(_)), "{value}: {:?}", step.outcome);
        assert!(!step.lost, "{value}");
    }
    let code = "import json, _host, struct\n\
                body = b'{\"value\": ' + b'[' * 5000 + b']' * 5000 + b'}'\n\
                _host.call(b'\\x01' + struct.pack('<I', 4) + b'take' + body)";
    let step = session.run(code).await.unwrap();
    assert!(matches!(step.outcome, Outcome::Raised(_)), "{:?}", step.outcome);
}

#[tokio::test]
async fn leaving_work_for_after_the_step() {
    let mut session = session().await;
    let code = "
import atexit, signal, weakref, gc
class Late:
    def __del__(self): final_answer('too late')
late = Late()
atexit.register(final_answer, 'at exit')
signal.signal(signal.SIGTERM, lambda *a: final_answer('signal'))
";
    session.run(code).await.unwrap();
    assert_eq!(repr(session.run("1 + 1").await.unwrap()), "2");
    let step = session.run("x = 1").await.unwrap();
    assert!(matches!(step.outcome, Outcome::Completed(None)), "{:?}", step.outcome);
}

#[tokio::test]
async fn exhausting_descriptors() {
    let code = "
import os
files = []
try:
    for i in range(100_000):
        files.append(open(f'/tmp/{i}', 'w'))
except OSError as error:
    print('stopped')
for f in files: f.close()
";
    survived(code, Limits::default().with_time(Duration::from_secs(5))).await;
}

#[tokio::test]
async fn ending_the_interpreter() {
    for code in [
        "import os; os._exit(0)",
        "import os; os.abort()",
        "import signal; signal.raise_signal(signal.SIGABRT)",
    ] {
        let mut session = session().await;
        let step = session.run(code).await.unwrap();
        assert!(matches!(step.outcome, Outcome::Failed(_)), "{code}: {:?}", step.outcome);
        assert!(step.rolled_back);
        assert_eq!(repr(session.run("6 * 7").await.unwrap()), "42");
    }
}

#[tokio::test]
async fn nesting_folders_without_end() {
    // Walking or dropping them must not take the host's stack, whatever the limit is.
    let code = "
import errno, os
fd = os.open('/tmp', os.O_RDONLY | os.O_DIRECTORY)
made = 0
try:
    while True:
        os.mkdir('a', dir_fd=fd)
        inner = os.open('a', os.O_RDONLY | os.O_DIRECTORY, dir_fd=fd)
        os.close(fd)
        fd = inner
        made += 1
except OSError as error:
    print(made, errno.errorcode[error.errno])
";
    for (limits, printed) in [
        (Limits::default(), "127 ENAMETOOLONG\n"),
        (Limits::default().with_path_depth(u32::MAX), "4096 EDQUOT\n"),
    ] {
        let mut session = builder().limits(limits).build().unwrap().session().await.unwrap();
        let step = session.run(code).await.unwrap();
        assert_eq!(step.output.stdout, printed, "{:?}", step.outcome);
        session.files().remove("/tmp/a").unwrap();
        drop(session);
    }
}

#[tokio::test]
async fn making_files_without_end() {
    let sandbox = builder().limits(Limits::default().with_files(50)).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    let code = "
import errno, os
made = 0
for make in (lambda n: open(f'/tmp/f{n}', 'w').close(), lambda n: os.mkdir(f'/tmp/d{n}')):
    try:
        while True:
            make(made)
            made += 1
    except OSError as error:
        assert error.errno == errno.EDQUOT, error
for n in range(30): os.remove(f'/tmp/f{n}')
for n in range(30): os.mkdir(f'/tmp/again{n}')
made, len(os.listdir('/tmp'))
";
    assert_eq!(repr(session.run(code).await.unwrap()), "(50, 50)");
}

#[tokio::test]
async fn waiting_at_a_pipe_in_a_granted_folder() {
    let folder = tempfile::tempdir().unwrap();
    let made = std::process::Command::new("mkfifo").arg(folder.path().join("pipe")).status();
    assert!(made.unwrap().success());
    let dir = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
    let sandbox = builder().grant(Grant::read_write(dir, "/data")).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    refused(&mut session, "open('/data/pipe').read()").await;
    refused(&mut session, "open('/data/pipe', 'w').write('x')").await;
}

#[tokio::test]
async fn calls_of_the_host_that_take_long_for_little_fuel() {
    let time = Duration::from_millis(400);
    for code in [
        "import os\nfd = os.open('/tmp/f', os.O_RDWR | os.O_CREAT)\nwhile True:\n    os.pwrite(fd, b'x', 0); os.fsync(fd)",
        "import os\nfor n in range(500): os.mkdir(f'/tmp/{n}')\nwhile True: os.listdir('/tmp')",
        "import os\nwhile True: os.stat('/tmp')",
    ] {
        let mut session = session().await;
        let code = Code::new(code).limits(Limits::default().with_time(time));
        let step = session.run(code).await.unwrap();
        assert!(matches!(step.outcome, Outcome::LimitReached(_, Some(_))), "{:?}", step.outcome);
        assert!(step.usage.wall < Duration::from_secs(2), "{:?}", step.usage);
    }
}

#[tokio::test]
async fn breaking_the_line_that_an_answer_is_written_on() {
    let code = "import _host, struct\n_host.call(struct.pack('<BBBIII', 2, 1, 0, 7, 4, 0) + b'[1,\\n 2]text')";
    let Outcome::FinalAnswer(answer) = session().await.run(code).await.unwrap().outcome else {
        panic!("the answer was given")
    };
    assert!(answer.json.is_none());
}

#[tokio::test]
async fn exceptions_that_cannot_be_described() {
    for (code, name) in [
        (
            "class X:\n    def __eq__(self, o): raise ValueError\nraise SystemExit(X())",
            "SystemExit",
        ),
        ("class X:\n    def __bool__(self): raise ValueError\nraise SystemExit(X())", "SystemExit"),
        (
            "class E(Exception):\n    def __str__(self): raise KeyboardInterrupt\nraise E",
            "Exception",
        ),
        (
            "class M(type):\n    __module__ = property(lambda c: 1 / 0)\nclass E(Exception, metaclass=M): pass\nraise E",
            "Exception",
        ),
    ] {
        let mut session = session().await;
        assert_eq!(raised(session.run(code).await.unwrap()).name, name, "{code}");
        assert_eq!(repr(session.run("6 * 7").await.unwrap()), "42");
    }
}

#[tokio::test]
async fn going_on_after_the_final_answer() {
    let code = "try:\n    final_answer(1)\nexcept BaseException: pass\n1 / 0";
    assert_eq!(raised(session().await.run(code).await.unwrap()).name, "ZeroDivisionError");
}
