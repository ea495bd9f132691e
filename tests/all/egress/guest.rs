//! Libraries in the guest, unchanged, against a server on this machine.

use std::sync::Arc;

use fumehood::{Limits, Outcome, SandboxBuilder, Session, Tool, ToolCall, ToolError};
use fumehood_agent::Agent;
use fumehood_model::Scripted;
use fumehood_tools::egress::{Egress, EgressLimits, HttpTool};

use super::server::{AUTHORITY, Server};
use super::{Log, Script, client, raised, session};
use crate::{builder, printed, repr};

/// A session that may reach the server as `data.test` and `other.test`, and what is told of it.
async fn reaching(server: &Server) -> (Session, Log) {
    let log = Log::default();
    let builder =
        client(server, &["data.test", "other.test", "secure.test"], &[], &Script::default());
    let egress = log.listening(builder.authorities(AUTHORITY)).build().unwrap();
    let mut session = session(egress).await;
    session.run(format!("P = {}", server.port)).await.unwrap();
    (session, log)
}

#[track_caller]
fn whole(step: fumehood::Step) -> String {
    assert_eq!(step.output.stderr, "");
    printed(step)
}

#[tokio::test]
async fn requests_and_pandas_read_what_was_granted() {
    let server = Server::start();
    let (mut session, log) = reaching(&server).await;
    let code = "
import requests, pandas as pd
answer = requests.get(f'http://data.test:{P}/hello', params={'q': 'a b'}, timeout=20)
print(answer.status_code, answer.reason, answer.text, answer.headers['Content-Type'])
print(pd.read_csv(f'http://data.test:{P}/csv').people.sum())
";
    assert_eq!(
        whole(session.run(code).await.unwrap()),
        "200 OK this is /hello text/plain\n848912\n"
    );
    assert!(server.requests()[0].starts_with("GET /hello?q=a+b HTTP/1.1\r\n"));
    assert_eq!(log.lines().len(), 2);
}

#[tokio::test]
async fn every_library_sends_every_kind_of_request() {
    let server = Server::start();
    let (mut session, _) = reaching(&server).await;
    let code = "
import http.client, io, json, requests, httpx, urllib.request
B = f'http://data.test:{P}'
def last(text): return text.rstrip().splitlines()[-1]

request = urllib.request.Request(B + '/echo', data=b'from urllib', method='PUT', headers={'X-A': 'b'})
with urllib.request.urlopen(request) as answer:
    print(answer.status, last(answer.read().decode()))
connection = http.client.HTTPConnection('data.test', P)
connection.request('DELETE', '/echo')
print(connection.getresponse().read().decode().split(' ')[0])
print(requests.post(B + '/echo', json={'a': [1]}).text.splitlines()[-1])
form = requests.post(B + '/echo', files={'table': ('t.csv', io.BytesIO(b'a,b'), 'text/csv')}, data={'k': 'v'}).text
print('filename=\"t.csv\"' in form, 'a,b' in form, 'multipart/form-data' in form)
print(last(requests.patch(B + '/echo', data=(part for part in [b'in ', b'parts'])).text))
print(requests.head(B + '/large?1000').headers['content-length'])
print(requests.options(B + '/x').status_code)
print(last(httpx.post(B + '/echo', content=b'from httpx').text))
with httpx.stream('GET', B + '/large?100000') as answer:
    print(sum(len(part) for part in answer.iter_bytes()))
print(sum(len(part) for part in requests.get(B + '/chunks?50', stream=True).iter_content(1000)))
print(requests.get(B + '/packed').text, httpx.get(B + '/packed').text)
print(requests.get(B + '/missing').status_code)
";
    let expected = "\
200 from urllib
DELETE
{\"a\": [1]}
True True True
in parts
1000
200
from httpx
100000
51200
unpacked unpacked
404
";
    assert_eq!(whole(session.run(code).await.unwrap()), expected);
}

#[tokio::test]
async fn redirects_and_cookies_are_the_librarys() {
    let server = Server::start();
    let (mut session, log) = reaching(&server).await;
    let code = "
import requests, urllib.request, httpx
B = f'http://data.test:{P}'
answer = requests.get(f'{B}/redirect?http://other.test:{P}/there')
print(answer.text, [step.status_code for step in answer.history])
print(urllib.request.urlopen(f'{B}/redirect?/there').url.rsplit('/')[-1])
print(httpx.get(f'{B}/redirect?/there', follow_redirects=True).text)
visits = requests.Session()
visits.get(B + '/cookie')
print('who=me' in visits.get(B + '/echo').text, dict(visits.cookies))
";
    let expected = "this is /there [302]\nthere\nthis is /there\nTrue {'who': 'me'}\n";
    assert_eq!(whole(session.run(code).await.unwrap()), expected);
    assert_eq!(log.lines().len(), 8, "each hop is a request of its own");
}

#[tokio::test]
async fn the_host_speaks_tls() {
    let server = Server::secure();
    let (mut session, _) = reaching(&server).await;
    let code = "
import requests, urllib.request, httpx, http.client, pandas as pd, asyncio
B = f'https://secure.test:{P}'
print(requests.get(B + '/a').text, httpx.get(B + '/b').text, urllib.request.urlopen(B + '/c').read())
connection = http.client.HTTPSConnection('secure.test', P)
connection.request('GET', '/d')
print(connection.getresponse().read(), len(pd.read_csv(B + '/csv')))
async def all():
    async with httpx.AsyncClient() as client:
        return (await client.get(B + '/e')).text
print(asyncio.run(all()))
";
    let expected = "this is /a this is /b b'this is /c'\nb'this is /d' 2\nthis is /e\n";
    assert_eq!(whole(session.run(code).await.unwrap()), expected);

    // Nobody can ask not to look.
    let code = "
def told(ask):
    try:
        ask()
    except Exception as error:
        return type(error).__module__ + '.' + type(error).__name__
B = f'https://data.test:{P}/'
import ssl
print(told(lambda: requests.get(B)), told(lambda: requests.get(B, verify=False)))
print(told(lambda: httpx.get(B, verify=False)))
try:
    urllib.request.urlopen(B, context=ssl._create_unverified_context())
except urllib.error.URLError as error:
    print(type(error.reason).__name__, 'data.test' in str(error))
";
    let expected = "\
requests.exceptions.SSLError requests.exceptions.SSLError
httpx.ReadError
SSLCertVerificationError True
";
    // urllib3 warns of what it was asked for.
    assert_eq!(printed(session.run(code).await.unwrap()), expected);
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn requests_of_asyncio_are_under_way_together() {
    let server = Server::start();
    let (mut session, _) = reaching(&server).await;
    let code = "
import asyncio, httpx
async def all():
    async with httpx.AsyncClient() as client:
        answers = await asyncio.gather(*(client.get(f'http://data.test:{P}/{i}') for i in range(5)))
        return [answer.text for answer in answers]
print(asyncio.run(all()))
async def plain():
    reader, writer = await asyncio.open_connection('data.test', P)
    writer.write(b'GET /plain HTTP/1.1\\r\\nHost: data.test:%d\\r\\n\\r\\n' % P)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer.rpartition(b'\\r\\n\\r\\n')[2]
print(asyncio.run(plain()))
async def late():
    async with httpx.AsyncClient(timeout=0.3) as client:
        await client.get(f'http://data.test:{P}/drip')
try:
    asyncio.run(late())
except httpx.ReadTimeout:
    print('too late')
";
    let expected = "['this is /0', 'this is /1', 'this is /2', 'this is /3', 'this is /4']\nb'this is /plain'\ntoo late\n";
    assert_eq!(whole(session.run(code).await.unwrap()), expected);
}

#[tokio::test]
async fn failures_are_the_exceptions_that_libraries_raise() {
    let server = Server::start();
    let script = Script::default().name("none.test", &[&[]]);
    let limits = EgressLimits::default().with_response_bytes(2_000_000);
    let builder = client(&server, &["data.test", "none.test"], &["closed.test:1"], &script);
    let mut session = session(builder.limits(limits).build().unwrap()).await;
    session.run(format!("P = {}", server.port)).await.unwrap();
    let code = "
import requests, httpx, urllib.request, urllib.error
def told(ask):
    try:
        ask()
    except Exception as error:
        inner = getattr(error, 'reason', error)
        return type(error).__name__ if inner is error else f'{type(error).__name__}({type(inner).__name__})'
def all(url, timeout=20):
    print(told(lambda: requests.get(url, timeout=timeout)), told(lambda: httpx.get(url, timeout=timeout)),
          told(lambda: urllib.request.urlopen(url, timeout=timeout)))
all('http://evil.test/')
all(f'http://none.test:{P}/')
all(f'http://data.test:{P}/large?2000001')
all(f'http://data.test:{P}/cut')
all(f'http://data.test:{P}/drip', 0.3)
try:
    requests.get('http://evil.test/')
except requests.ConnectionError as error:
    print('the host `evil.test` is not one of those that are allowed' in str(error))
";
    let expected = "\
ConnectionError ReadError URLError(PermissionError)
ConnectionError ReadError URLError(gaierror)
ConnectionError ReadError URLError(OSError)
ConnectionError ReadError ConnectionResetError
ReadTimeout ReadTimeout TimeoutError
True
";
    assert_eq!(whole(session.run(code).await.unwrap()), expected);
}

#[tokio::test]
async fn without_a_grant_there_is_no_network_and_that_is_said() {
    let mut session = crate::session().await;
    for code in [
        "import urllib.request; urllib.request.urlopen('http://example.org/')",
        "import pandas as pd; pd.read_csv('http://example.org/a.csv')",
        "import requests; requests.get('http://example.org/')",
        "import socket; socket.create_connection(('example.org', 80))",
    ] {
        let (_, message) = raised(session.run(code).await.unwrap());
        assert!(message.contains("the sandbox has no network"), "{code}: {message}");
    }
    let code = "
try:
    import ssl
except ImportError as error:
    print(error)
try:
    _http
except NameError as error:
    print(error)
";
    let told = "No module named '_ssl'\nname '_http' is not defined\n";
    assert_eq!(printed(session.run(code).await.unwrap()), told);
}

#[tokio::test]
async fn what_sends_requests_is_no_tool_that_anybody_is_told_of() {
    let server = Server::start();
    let egress = client(&server, &["data.test"], &[], &Script::default()).build().unwrap();
    let sandbox = builder().http(HttpTool::new(egress)).build().unwrap();
    assert!(sandbox.tools().is_empty());
    assert_eq!(sandbox.http(), Some(format!("data.test:{}=all", server.port).as_str()));
    assert!(sandbox.tool_call("_http", serde_json::json!({})).is_err());
    let mut session = sandbox.session().await.unwrap();
    let (name, _) = raised(
        session.run("_http(method='GET', url='http://data.test', headers=[])").await.unwrap(),
    );
    assert_eq!(name, "NameError");
    let twice = builder()
        .tool(HttpTool::new(Egress::builder().build().unwrap()))
        .http(HttpTool::new(Egress::builder().build().unwrap()));
    assert!(twice.build().is_err());
}

#[tokio::test]
async fn whoever_decides_about_calls_decides_about_requests() {
    let server = Server::start();
    let (mut session, log) = reaching(&server).await;
    let decide = |call: ToolCall| async move {
        if call.arguments()["url"].as_str().is_some_and(|url| url.ends_with("/secret")) {
            return Err(ToolError::new("nobody reads that"));
        }
        call.run().await
    };
    let code = "
import requests
print(requests.get(f'http://data.test:{P}/open').text)
requests.get(f'http://data.test:{P}/secret')
";
    let code = fumehood::Code::new(code).interceptor(Arc::new(decide));
    let step = session.run(code).await.unwrap();
    assert_eq!(step.output.stdout, "this is /open\n");
    let (_, message) = raised(step);
    assert!(message.contains("nobody reads that"), "{message}");
    assert_eq!(log.lines().len(), 1);
    let code = fumehood::Code::new("for i in range(9): requests.get(f'http://data.test:{P}/{i}')");
    let step = session.run(code.limits(Limits::default().with_tool_calls(3))).await.unwrap();
    assert!(matches!(step.outcome, Outcome::LimitReached(..)), "{:?}", step.outcome);
    assert_eq!(log.lines().len(), 4);
}

#[tokio::test]
async fn each_session_has_totals_of_its_own() {
    let server = Server::start();
    let limits = EgressLimits::default().with_requests(2);
    let egress =
        client(&server, &["data.test"], &[], &Script::default()).limits(limits).build().unwrap();
    let sandbox = builder().http(HttpTool::new(egress)).build().unwrap();
    let ask = format!("import requests; requests.get('http://data.test:{}/').text", server.port);
    let mut first = sandbox.session().await.unwrap();
    for _ in 0..2 {
        assert_eq!(repr(first.run(ask.as_str()).await.unwrap()), "'this is /'");
    }
    let (_, message) = raised(first.run(ask.as_str()).await.unwrap());
    assert!(message.contains("the session has used up its 2 requests"), "{message}");
    let mut second = sandbox.session().await.unwrap();
    assert_eq!(repr(second.run(ask.as_str()).await.unwrap()), "'this is /'");
}

#[tokio::test]
async fn a_grant_stays_with_the_sandbox_and_not_with_the_state() {
    let server = Server::start();
    let egress = client(&server, &["data.test"], &[], &Script::default()).build().unwrap();
    let granting = builder().http(HttpTool::new(egress.clone())).build().unwrap();
    let ask = format!("requests.get('http://data.test:{}/').text", server.port);
    // What was imported with a grant has none in a sandbox without.
    let prepared = granting.prepare(format!("import requests; {ask}").as_str()).await.unwrap();
    let without = builder().prepared(&prepared).build().unwrap();
    let (_, message) = raised(without.session().await.unwrap().run(ask.as_str()).await.unwrap());
    assert!(message.contains("the sandbox has no network"), "{message}");
    let mut with = granting.session_from(&prepared).await.unwrap();
    assert_eq!(repr(with.run(ask.as_str()).await.unwrap()), "'this is /'");
    let mut forked = with.fork().await.unwrap();
    assert_eq!(repr(forked.run(ask.as_str()).await.unwrap()), "'this is /'");
    // And the other way around.
    let plain = builder().build().unwrap().prepare("x = 1").await.unwrap();
    let mut with = granting.session_from(&plain).await.unwrap();
    let ask = format!("import requests; {ask}");
    assert_eq!(repr(with.run(ask.as_str()).await.unwrap()), "'this is /'");
}

#[test]
fn models_are_told_which_hosts_there_are() {
    let egress = Egress::builder().allow("*.example.org".parse().unwrap());
    let egress = egress.allow("https://api.example.org=GET,POST".parse().unwrap()).build().unwrap();
    let prompt = |sandbox: SandboxBuilder| {
        let model = Scripted::new(Vec::<String>::new());
        let agent = Agent::code(model, sandbox).build().unwrap();
        agent.system_prompt().unwrap()
    };
    let granted = prompt(builder().http(HttpTool::new(egress)));
    let hosts = "to these hosts: *.example.org, https://api.example.org=GET,POST. No processes, no threads.";
    assert!(granted.contains(hosts) && !granted.contains("_http"), "{granted}");
    assert!(prompt(builder()).contains("No network, no processes, no threads."));
}

/// Used where a tool's name is asked for.
#[test]
fn the_name_is_the_one_that_policies_have() {
    assert_eq!(HttpTool::new(Egress::builder().build().unwrap()).name(), "_http");
}
