//! A session that has seen private data and untrusted content does not send any more, and there is no way around
//! that: each of these tests is one that does not work.

use std::sync::Arc;
use std::time::Duration;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{Code, Grant, Label, Outcome, Shelf};
use fumehood_agent::{Agent, Progress};
use fumehood_model::{Reply, Scripted};
use serde_json::json;

use super::{POLICY, Sent, guarded, refused, run, sandbox, warden, with_tools};
use crate::agents::tool_calling::calling;
use crate::{builder, repr};

/// Has seen both.
const SEEN: &str = "x = page() + diary()";
/// Sends.
const SEND: &str = "mail(text=x)";

#[tokio::test]
async fn a_session_that_has_seen_both_does_not_send_and_is_told_why() {
    let sent = Sent::default();
    let sandbox = sandbox(&sent);
    let mut session = sandbox.session().await.unwrap();
    run(&mut session, "mail(text='first')").await;
    run(&mut session, "x = page()").await;
    run(&mut session, "mail(text='second')").await;
    run(&mut session, "x += diary()").await;
    let told = refused(run(&mut session, SEND).await);
    assert!(told.contains("private data (diary) and untrusted content (page)"), "{told}");
    assert!(told.contains("say in the answer what was not done"), "{told}");
    // Code can go on.
    assert_eq!(repr(run(&mut session, "1 + 1").await), "2");
    assert_eq!(sent.mails(), ["first", "second"]);
}

#[tokio::test]
async fn laundering_by_fork() {
    let sent = Sent::default();
    let mut session = sandbox(&sent).session().await.unwrap();
    run(&mut session, SEEN).await;
    let mut fork = session.fork().await.unwrap();
    refused(run(&mut fork, SEND).await);
    refused(run(&mut fork.fork().await.unwrap(), SEND).await);
    assert!(sent.mails().is_empty());
    // A fork goes its own way: what it sees, the other one has not seen.
    let mut clean = sandbox(&sent).session().await.unwrap();
    run(&mut clean, "x = 'greetings'").await;
    let mut fork = clean.fork().await.unwrap();
    run(&mut fork, SEEN).await;
    refused(run(&mut fork, SEND).await);
    run(&mut clean, SEND).await;
    assert_eq!(sent.mails(), ["greetings"]);
}

#[tokio::test]
async fn laundering_by_saving_and_resuming() {
    let sent = Sent::default();
    let mut session = sandbox(&sent).session().await.unwrap();
    run(&mut session, "x = page()").await;
    let mut saved = Vec::new();
    session.save(&mut saved).unwrap();
    // In another sandbox, which is what another process has.
    let mut session = sandbox(&sent).resume(saved.as_slice()).await.unwrap();
    assert_eq!(session.ledger().labels().sources(Label::Untrusted), ["page"]);
    run(&mut session, "x += diary()").await;
    let mut saved = Vec::new();
    session.save(&mut saved).unwrap();
    let mut session = sandbox(&sent).resume(saved.as_slice()).await.unwrap();
    refused(run(&mut session, SEND).await);
    assert!(sent.mails().is_empty());
}

#[tokio::test]
async fn laundering_by_a_reader_that_knows_no_labels() {
    let sent = Sent::default();
    let mut session = sandbox(&sent).session().await.unwrap();
    let version = |session: &mut fumehood::Session| {
        let mut saved = Vec::new();
        session.save(&mut saved).unwrap();
        u32::from_le_bytes(saved[8..12].try_into().unwrap())
    };
    run(&mut session, "x = 1").await;
    assert_eq!(version(&mut session), 1);
    // Such a reader refuses it.
    run(&mut session, "x = page()").await;
    assert_eq!(version(&mut session), 2);
}

#[tokio::test]
async fn laundering_by_restoring_an_earlier_checkpoint() {
    let sent = Sent::default();
    let mut session = sandbox(&sent).session().await.unwrap();
    run(&mut session, "x = 'before'").await;
    let before = session.checkpoint().unwrap();
    run(&mut session, SEEN).await;
    let after = session.checkpoint().unwrap();
    session.restore(&before).await.unwrap();
    // What was seen may be known elsewhere by now: to the model that is told of each step.
    refused(run(&mut session, SEND).await);
    // Forwards as well, in a session that has seen nothing.
    let mut other = sandbox(&sent).session().await.unwrap();
    other.restore(&after).await.unwrap();
    refused(run(&mut other, SEND).await);
    assert!(sent.mails().is_empty());
}

#[tokio::test]
async fn laundering_by_beginning_with_a_checkpoint() {
    let sent = Sent::default();
    let sandbox = sandbox(&sent);
    let prepared = sandbox.prepare(SEEN).await.unwrap();
    refused(run(&mut sandbox.session_from(&prepared).await.unwrap(), SEND).await);
    let other = guarded(POLICY, &sent).prepared(&prepared).build().unwrap();
    refused(run(&mut other.session().await.unwrap(), SEND).await);
    // A program's own calls begin as sessions do.
    let call = other.tool_call("mail", json!({"text": "x"})).unwrap();
    assert!(call.run().await.unwrap_err().is_refused());
    let mut saved = Vec::new();
    prepared.save(&sandbox, &mut saved).unwrap();
    let loaded = fumehood::Checkpoint::load(&sandbox, saved.as_slice()).unwrap();
    refused(run(&mut sandbox.session_from(&loaded).await.unwrap(), SEND).await);
    assert!(sent.mails().is_empty());
}

#[tokio::test]
async fn laundering_by_a_step_that_is_rolled_back() {
    let sent = Sent::default();
    let mut session = sandbox(&sent).session().await.unwrap();
    let code = Code::new("page(); diary(); raise ValueError").atomic(true);
    assert!(session.run(code).await.unwrap().rolled_back);
    refused(run(&mut session, "mail(text='x')").await);
    assert!(sent.mails().is_empty());
}

#[tokio::test]
async fn laundering_by_being_put_away() {
    let sent = Sent::default();
    let sandbox = sandbox(&sent);
    let mut session = sandbox.session().await.unwrap();
    run(&mut session, SEEN).await;
    session.park().unwrap();
    refused(run(&mut session, SEND).await);

    let folder = tempfile::tempdir().unwrap();
    let files = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
    let shelf = Shelf::builder().awake(0).folder(files, 1).build().unwrap();
    assert!(shelf.insert("one", session).await.is_none());
    let begun = std::time::Instant::now();
    while shelf.status().stored == 0 {
        assert!(begun.elapsed() < Duration::from_secs(120), "{:?}", shelf.status());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut guard = shelf.get("one").await.unwrap().unwrap();
    refused(run(&mut guard, SEND).await);
    assert!(sent.mails().is_empty());
}

#[tokio::test]
async fn laundering_by_renaming() {
    let sent = Sent::default();
    let mut session = sandbox(&sent).session().await.unwrap();
    run(&mut session, SEEN).await;
    let renamed = "
page.__code__, mail.__name__ = mail.__code__, 'page'
send = mail
del mail
send(text=x)
";
    refused(run(&mut session, renamed).await);
    // Past the runtime, by names that are not quite those of tools.
    let door = "
import _host, struct
names = []
for name in ('mail', 'Mail', 'mail ', 'mail\\0', 'ｍail', 'page/../mail', '*', ''):
    name, arguments = name.encode(), b'{\"text\": \"x\"}'
    try:
        _host.call(struct.pack('<BIIIII', 1, len(name), len(arguments), 0, 0, 0) + name + arguments)
    except ConnectionRefusedError:
        names.append(name)
len(names)
";
    assert_eq!(repr(run(&mut session, door).await), "8");
    assert!(sent.mails().is_empty());
}

#[tokio::test]
async fn laundering_by_calls_at_the_same_time() {
    let sent = Sent::default();
    let mut session = sandbox(&sent).session().await.unwrap();
    run(&mut session, "x = diary()").await;
    let code = "
import asyncio
async def send():
    await page.aio()
    return await asyncio.gather(*(mail.aio(text=x) for _ in range(5)), return_exceptions=True)
[type(sent).__name__ for sent in asyncio.run(send())]
";
    assert_eq!(
        repr(run(&mut session, code).await),
        format!("{:?}", ["ToolError"; 5]).replace('"', "'")
    );
    assert!(sent.mails().is_empty());
}

#[tokio::test]
async fn granted_folders_are_private_unless_the_policy_says_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let sent = Sent::default();
    for (folders, sends) in [
        ("", false),
        ("[folders]\n'/data' = []", true),
        ("[folders]\n'/other' = []", false),
        ("[folders]\n'*' = []", true),
        ("[folders]\n'*' = []\n'/data' = ['private']", false),
    ] {
        let data = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
        let sandbox = guarded(&format!("{POLICY}\n{folders}"), &sent);
        let sandbox = sandbox.grant(Grant::read_only(data, "/data")).build().unwrap();
        let mut session = sandbox.session().await.unwrap();
        run(&mut session, "x = page()").await;
        let step = run(&mut session, SEND).await;
        assert_eq!(matches!(step.outcome, Outcome::Completed(_)), sends, "{folders}");
        if !sends {
            assert!(refused(step).contains("private data (/data)"));
        }
    }
}

/// A worker whose model replies like this, and its manager; both go by the same policy.
fn team(sent: &Sent, manager: &[&str], worker: &[&str]) -> Agent {
    let warden = warden(&format!("{POLICY}\n[tools.clerk]"));
    let worker = Scripted::new(worker.iter().copied());
    let worker = Agent::code(worker, with_tools(builder(), sent).guard(warden.clone()));
    let worker = worker.name("clerk").description("Does something.").build().unwrap();
    let manager = Scripted::new(manager.iter().copied());
    let manager = Agent::code(manager, with_tools(builder(), sent).guard(warden));
    manager.managed(worker).build().unwrap()
}

#[tokio::test]
async fn laundering_by_a_managed_agent_that_sends() {
    let sent = Sent::default();
    let manager = ["<code>x = page() + diary()</code>", "<code>final_answer(clerk(x))</code>"];
    let worker = ["<code>mail(text='x')</code>", "<code>final_answer('not sent')</code>"];
    let result = team(&sent, &manager, &worker).run("x").await.unwrap();
    assert!(result.answer.text().contains("not sent"), "{}", result.answer.text());
    assert!(sent.mails().is_empty());
}

#[tokio::test]
async fn laundering_by_a_managed_agent_that_reads() {
    let sent = Sent::default();
    for ask in
        ["x = clerk('x')", "x = ask_together([{'member': 'clerk', 'task': 'x'}])[0]['report']"]
    {
        let manager = [
            format!("<code>y = diary()\n{ask}</code>"),
            "<code>mail(text=x)</code>".to_owned(),
            "<code>final_answer('end')</code>".to_owned(),
        ];
        let manager = manager.each_ref().map(String::as_str);
        let worker = ["<code>final_answer(page())</code>"];
        let result = team(&sent, &manager, &worker).run("x").await.unwrap();
        let told = format!("{:?}", result.memory);
        assert!(told.contains("private data (diary) and untrusted content (page)"), "{told}");
    }
    // Its failure tells something as well.
    let manager =
        ["<code>y = diary()\ntry: clerk('x')\nexcept Exception: pass\nmail(text='x')</code>"];
    let agent = team(&sent, &manager, &["<code>page()</code>"]);
    let mut begun = agent.start("x").await.unwrap();
    begun.step().await.unwrap();
    assert!(begun.ledger().labels().has(Label::Untrusted));
    assert!(sent.mails().is_empty());
}

#[tokio::test]
async fn a_managed_agent_that_the_policy_does_not_name_does_not_work() {
    let sent = Sent::default();
    let worker = Agent::code(Scripted::new(["<code>final_answer(1)</code>"]), builder());
    let worker = worker.name("clerk").description("Does something.").build().unwrap();
    let replies = ["<code>clerk('x')</code>", "<code>final_answer('end')</code>"];
    let manager = Agent::code(Scripted::new(replies), guarded(POLICY, &sent)).managed(worker);
    let result = manager.build().unwrap().run("x").await.unwrap();
    let step = result.memory.actions().next().unwrap();
    assert!(step.error.as_ref().unwrap().message.contains("the policy does not name it"));
    assert!(step.observation.contains("as the policy does not allow them: clerk."));
    assert!(step.calls[0].run.is_none());
}

#[tokio::test]
async fn laundering_by_calling_tools_without_code() {
    let sent = Sent::default();
    let replies: [Reply; 4] = [
        calling(&[("page", json!({}))]),
        calling(&[("diary", json!({}))]),
        calling(&[("mail", json!({"text": "I am in love."}))]),
        calling(&[("final_answer", json!({"answer": "not sent"}))]),
    ];
    let agent =
        Agent::tool_calling(Scripted::new(replies), guarded(POLICY, &sent)).build().unwrap();
    let mut run = agent.start("x").await.unwrap();
    run.step().await.unwrap();
    // Nor by going back or aside.
    let earlier = agent.start("x").await.unwrap().checkpoint().unwrap();
    let mut fork = run.fork().await.unwrap();
    assert!(fork.ledger().labels().has(Label::Untrusted));
    fork.restore(&earlier).await.unwrap();
    assert!(fork.ledger().labels().has(Label::Untrusted));
    let mut saved = Vec::new();
    run.save(&mut saved).unwrap();
    let resumed = agent.resume(saved.as_slice()).await.unwrap();
    assert!(resumed.ledger().labels().has(Label::Untrusted));
    let result = run.finish().await.unwrap();
    let step = result.memory.actions().nth(2).unwrap();
    let told = &step.error.as_ref().unwrap().message;
    assert!(told.contains("mail was not called: it sends data out"), "{told}");
    assert!(sent.mails().is_empty());
}

/// The process ends in a step in which it has seen both. When the step is taken again, the tools are not called a
/// second time: what they said is in the journal, and so is what that makes of the run.
#[tokio::test]
async fn laundering_by_a_crash_in_the_middle_of_a_step() {
    let folder = tempfile::tempdir().unwrap();
    let sent = Sent::default();
    let waiting = |time| {
        let wait = fumehood::function("wait", "", json!({"type": "object"}), move |_| async move {
            tokio::time::sleep(time).await;
            Ok::<_, String>(1)
        });
        let policy = format!("{POLICY}\n[tools.wait]");
        with_tools(builder(), &sent).tool(wait).guard(warden(&policy))
    };
    let code = "<code>x = page() + diary()\nwait()\nmail(text=x)</code>";
    let agent = Agent::code(Scripted::new([code]), waiting(Duration::from_secs(60)));
    {
        let mut run = agent.build().unwrap().start("x").await.unwrap();
        run.keep_in(folder.path().join("run")).await.unwrap();
        tokio::time::timeout(Duration::from_secs(2), run.step()).await.unwrap_err();
    }
    let agent =
        Agent::code(Scripted::new(["<code>final_answer(1)</code>"]), waiting(Duration::ZERO));
    let agent = agent.build().unwrap();
    let mut run = agent.resume_from(folder.path().join("run")).await.unwrap();
    assert!(matches!(run.step().await.unwrap(), Progress::Acted));
    let step = run.memory().actions().next().unwrap();
    assert_eq!(
        step.calls.iter().map(|call| call.name.as_str()).collect::<Vec<_>>(),
        ["page", "diary", "wait", "mail"]
    );
    assert!(step.error.as_ref().unwrap().message.contains("mail was not called"));
    assert!(sent.mails().is_empty());
}

#[tokio::test]
async fn laundering_by_calling_past_the_session() {
    let sent = Sent::default();
    let sandbox = sandbox(&sent);
    let ledger = sandbox.ledger();
    for tool in ["page", "diary"] {
        let call = sandbox.tool_call(tool, json!({})).unwrap().with_ledger(&ledger);
        call.run().await.unwrap();
    }
    let call = sandbox.tool_call("mail", json!({"text": "x"})).unwrap().with_ledger(&ledger);
    assert!(call.clone().run().await.unwrap_err().is_refused());
    // Whoever answers in the place of the tool passes as well.
    let answered = call.run_with(|| async { Ok(json!("sent").into()) }).await;
    assert!(answered.unwrap_err().is_refused());
    // An interceptor cannot make the call either.
    let mut session = sandbox.session().await.unwrap();
    run(&mut session, SEEN).await;
    let around = |call: fumehood::ToolCall| async move {
        call.with_ledger(&fumehood::Ledger::new()).run().await
    };
    let step =
        session.run(Code::new("mail(text='x')").interceptor(Arc::new(around))).await.unwrap();
    refused(step);
    assert!(sent.mails().is_empty());
}
