//! What a session is: one interpreter, its state, and what is told of each step.

use std::sync::{Arc, Mutex};

use fumehood::{Code, Event, FinalAnswer, Outcome, SessionError, Stream};

use crate::{builder, printed, raised, repr, session};

#[tokio::test]
async fn variables_functions_and_imports_stay_from_step_to_step() {
    let mut session = session().await;
    session.run("import math\nradius = 2\ndef area(r): return math.pi * r ** 2").await.unwrap();
    assert_eq!(repr(session.run("round(area(radius), 3)").await.unwrap()), "12.566");
}

#[tokio::test]
async fn the_value_of_a_step_is_that_of_its_last_expression() {
    let mut session = session().await;
    for (code, expected) in [
        ("1 + 1", Some(("2", Some("2")))),
        ("x = 5", None),
        ("x = 5\nx * 2", Some(("10", Some("10")))),
        ("None", None),
        ("[1, 'a', None, True]", Some(("[1, 'a', None, True]", Some(r#"[1,"a",null,true]"#)))),
        ("{'k': (1, 2)}", Some(("{'k': (1, 2)}", Some(r#"{"k":[1,2]}"#)))),
        ("float('nan')", Some(("nan", None))),
        ("len", Some(("<built-in function len>", None))),
        ("import numpy as np; np.arange(3)", Some(("array([0, 1, 2])", Some("[0,1,2]")))),
        ("for i in range(3): i", None),
        ("", None),
        ("# nothing", None),
    ] {
        let outcome = session.run(code).await.unwrap().outcome;
        let Outcome::Completed(value) = outcome else { panic!("{code}: {outcome:?}") };
        let found =
            value.as_ref().map(|v| (v.repr.as_str(), v.json.as_ref().map(|json| json.get())));
        assert_eq!(found, expected, "{code}");
    }
}

#[tokio::test]
async fn a_traceback_is_that_of_cpython_without_the_runtime() {
    let mut session = session().await;
    session.run("def divide(a, b):\n    return a / b\n").await.unwrap();
    let exception = raised(session.run("x = 1\ndivide(x, 0)").await.unwrap());
    assert_eq!(exception.name, "ZeroDivisionError");
    assert_eq!(
        exception.mro,
        ["ZeroDivisionError", "ArithmeticError", "Exception", "BaseException", "object"]
    );
    assert_eq!(exception.message, "division by zero");
    assert_eq!(
        exception.traceback,
        r#"Traceback (most recent call last):
  File "<step 2>", line 2, in <module>
    divide(x, 0)
    ~~~~~~^^^^^^
  File "<step 1>", line 2, in divide
    return a / b
           ~~^~~
ZeroDivisionError: division by zero
"#
    );
}

#[tokio::test]
async fn syntax_errors_point_at_the_place() {
    let mut session = session().await;
    let code = Code::new("a = 1\nb = = 2").file("wrong.py");
    let exception = raised(session.run(code).await.unwrap());
    assert_eq!(exception.name, "SyntaxError");
    assert_eq!(
        exception.traceback,
        "  File \"wrong.py\", line 2\n    b = = 2\n        ^\nSyntaxError: invalid syntax\n"
    );
}

#[tokio::test]
async fn chained_and_grouped_exceptions_are_told_whole() {
    let mut session = session().await;
    let code = "try:\n    {}['a']\nexcept KeyError as e:\n    raise ValueError('no a') from e";
    let traceback = raised(session.run(code).await.unwrap()).traceback;
    assert!(traceback.contains("KeyError: 'a'\n\nThe above exception was the direct cause"));
    assert!(traceback.ends_with("ValueError: no a\n"));
    let code = "raise ExceptionGroup('both', [ValueError(1), TypeError(2)])";
    let traceback = raised(session.run(code).await.unwrap()).traceback;
    assert!(traceback.contains("ExceptionGroup: both (2 sub-exceptions)"), "{traceback}");
    assert!(traceback.contains("| TypeError: 2"), "{traceback}");
    assert!(!traceback.contains("fumehood"), "{traceback}");
}

#[tokio::test]
async fn leaving_by_sys_exit_is_an_end_or_an_exception() {
    let mut session = session().await;
    assert_eq!(printed(session.run("import sys\nprint(1)\nsys.exit()").await.unwrap()), "1\n");
    assert_eq!(raised(session.run("sys.exit(3)").await.unwrap()).name, "SystemExit");
    assert_eq!(repr(session.run("'alive'").await.unwrap()), "'alive'");
}

#[tokio::test]
async fn a_final_answer_ends_the_step_from_anywhere() {
    let mut session = session().await;
    let code = "
def deep(n):
    try:
        return final_answer({'n': n, 'list': (1, 2)}) if n == 0 else deep(n - 1)
    except Exception:
        print('caught')
print('before')
deep(3)
print('after')
";
    let step = session.run(code).await.unwrap();
    let Outcome::FinalAnswer(FinalAnswer { json, text, .. }) = step.outcome else {
        panic!("{:?}", step.outcome)
    };
    assert_eq!(json.unwrap().get(), r#"{"n":0,"list":[1,2]}"#);
    assert_eq!(text, "{'n': 0, 'list': (1, 2)}");
    assert_eq!(step.output.stdout, "before\n");

    let outcome = session.run("final_answer(object)").await.unwrap().outcome;
    let Outcome::FinalAnswer(answer) = outcome else { panic!("{outcome:?}") };
    assert!(answer.json.is_none());
    assert_eq!(answer.text, "<class 'object'>");
}

#[tokio::test]
async fn output_is_streamed_in_order_and_collected_apart() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let collected = Arc::clone(&seen);
    let code = Code::new(
        "import sys, os\nprint('one')\nprint('two', file=sys.stderr)\nprint('three', end='')\n\
         sys.stdout.flush(); os.write(1, b'four')",
    )
    .listener(Arc::new(move |event| {
        if let Event::Output { stream, bytes } = event {
            collected.lock().unwrap().push((stream, String::from_utf8_lossy(bytes).into_owned()));
        }
    }));
    let step = session().await.run(code).await.unwrap();
    assert_eq!(step.output.stdout, "one\nthreefour");
    assert_eq!(step.output.stderr, "two\n");
    let expected = [
        (Stream::Stdout, "one\n"),
        (Stream::Stderr, "two\n"),
        (Stream::Stdout, "three"),
        (Stream::Stdout, "four"),
    ];
    let expected = expected.map(|(stream, text)| (stream, text.to_owned()));
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[tokio::test]
async fn nothing_random_is_shared_between_sessions() {
    let code = "
import os, random, secrets, tempfile, uuid
import numpy as np
[random.random(), np.random.rand(), np.random.default_rng().random(), uuid.uuid4().hex,
 os.urandom(8).hex(), secrets.token_hex(8), tempfile.mktemp(), random.Random().random()]
";
    let sandbox = builder().build().unwrap();
    let mut seen = std::collections::HashSet::new();
    for _ in 0..4 {
        let value = repr(sandbox.session().await.unwrap().run(code).await.unwrap());
        for part in value.trim_matches(['[', ']']).split(", ") {
            assert!(seen.insert(part.to_owned()), "{part} came twice");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sessions_of_one_sandbox_run_in_parallel_and_share_nothing() {
    let sandbox = builder().build().unwrap();
    let running = (0..24).map(|number| {
        let sandbox = sandbox.clone();
        tokio::spawn(async move {
            let mut session = sandbox.session().await.unwrap();
            let code = format!(
                "import json; json.mine = {number}; open('/tmp/mine', 'w').write('{number}')"
            );
            session.run(code).await.unwrap();
            session.run("sum(i * i for i in range(20000))").await.unwrap();
            let code = "(json.mine, int(open('/tmp/mine').read()))";
            assert_eq!(repr(session.run(code).await.unwrap()), format!("({number}, {number})"));
        })
    });
    for session in running.collect::<Vec<_>>() {
        session.await.unwrap();
    }
}

#[tokio::test]
async fn environment_and_arguments_are_those_that_were_given() {
    let sandbox = builder().env("GREETING", "hei").args(["prog", "-x"]).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    let code = "import os, sys; (sorted(os.environ.items()), sys.argv)";
    assert_eq!(
        repr(session.run(code).await.unwrap()),
        "([('GREETING', 'hei'), ('HOME', '/tmp'), ('TMPDIR', '/tmp')], ['prog', '-x'])"
    );
}

#[tokio::test]
async fn asyncio_works_and_waiting_costs_no_fuel() {
    let code = "
import asyncio, time
async def work(n):
    await asyncio.sleep(0.05)
    return n * n
async def main():
    async with asyncio.timeout(5):
        values = await asyncio.gather(*(work(n) for n in range(10)))
    try:
        await asyncio.wait_for(asyncio.sleep(60), 0.01)
    except TimeoutError:
        values.append('late')
    return values
started = time.monotonic()
values = asyncio.run(main())
(values[-2:], time.monotonic() - started < 0.5)
";
    let step = session().await.run(code).await.unwrap();
    assert!(step.usage.fuel < 100_000_000, "{:?}", step.usage);
    assert_eq!(repr(step), "([81, 'late'], True)");
}

#[tokio::test]
async fn threads_are_refused_clearly_and_pools_run_inline() {
    let mut session = session().await;
    let code = "import threading; threading.Thread(target=print).start()";
    let exception = raised(session.run(code).await.unwrap());
    assert_eq!(exception.name, "RuntimeError");
    assert!(exception.message.starts_with("the sandbox has no threads"), "{}", exception.message);
    let code = "
from concurrent.futures import ThreadPoolExecutor, as_completed
with ThreadPoolExecutor(4) as pool:
    futures = [pool.submit(divmod, 7, n) for n in (0, 2)]
    (list(pool.map(str, range(3))), [f.exception() or f.result() for f in as_completed(futures)])
([str(f.exception()) for f in futures], futures[1].result(), list(ThreadPoolExecutor().map(abs, [-1])))
";
    let value = repr(session.run(code).await.unwrap());
    assert!(value.ends_with("'None'], (3, 1), [1])"), "{value}");
}

#[tokio::test]
async fn cancelling_raises_in_the_code_and_keeps_the_session() {
    let mut session = session().await;
    session.run("n = 41").await.unwrap();
    for code in ["while True: n += 0", "import time; time.sleep(60)"] {
        let handle = session.cancel_handle();
        tokio::spawn(async move {
            tokio::time::sleep(std::time::Duration::from_millis(30)).await;
            handle.cancel();
        });
        let step = session.run(code).await.unwrap();
        let Outcome::Cancelled(Some(exception)) = step.outcome else {
            panic!("{:?}", step.outcome)
        };
        assert_eq!(exception.name, "fumehood.Cancelled");
        assert!(step.usage.wall.as_secs() < 5);
    }
    assert_eq!(repr(session.run("n + 1").await.unwrap()), "42");
}

#[tokio::test]
async fn code_that_is_not_text_for_python_is_an_exception_of_python() {
    let mut session = session().await;
    let exception = raised(session.run("a = 1\0").await.unwrap());
    assert!(exception.message.contains("null bytes"), "{exception:?}");
    let too_long = "#".repeat(fumehood::CODE_BYTES + 1);
    let error = session.run(too_long).await.unwrap_err();
    assert!(matches!(error, SessionError::CodeTooLong { .. }), "{error:?}");
    assert_eq!(repr(session.run("'é😀'").await.unwrap()), "'é😀'");
}

#[tokio::test]
async fn the_packages_that_agents_use_can_be_imported() {
    let code = "
import scipy.stats, sklearn.linear_model, statsmodels.api, matplotlib, sqlite3, lxml.etree, PIL.Image
import sympy, networkx, openpyxl, yaml, jinja2, bs4
import numpy as np
slope = sklearn.linear_model.LinearRegression().fit([[0], [1], [2]], [1, 3, 5]).coef_[0]
print(round(float(slope), 6), sympy.factor('x**2 - 1'), networkx.path_graph(3).size())
";
    let step = session().await.run(code).await.unwrap();
    assert_eq!(printed(step), "2.0 (x - 1)*(x + 1) 2\n");
}
