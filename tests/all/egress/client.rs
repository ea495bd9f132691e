//! The client by itself.

use std::time::{Duration, Instant};

use fumehood_tools::egress::{Egress, EgressError, EgressLimits, HttpCredential, HttpRequest};

use super::server::{AUTHORITY, Server};
use super::{Log, Script, client, get};

#[tokio::test]
async fn what_is_allowed_is_answered_and_told_of() {
    let server = Server::start();
    let log = Log::default();
    let egress =
        log.listening(client(&server, &["data.test"], &[], &Script::default())).build().unwrap();
    let url = format!("http://data.test:{}/a?b#c", server.port);
    let answer = get(&egress, &url).await.unwrap();
    assert_eq!((answer.status, answer.body.as_ref()), (200, &b"this is /a"[..]));
    assert_eq!(answer.header("content-type"), Some("text/plain"));
    let request = &server.requests()[0];
    assert!(request.starts_with("GET /a?b HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("host: data.test:{}\r\n", server.port)), "{request}");
    let told = &log.lines()[0];
    assert!(told.starts_with(&format!("allowed GET {url}: 200, 10 bytes")), "{told}");
}

#[tokio::test]
async fn nothing_is_allowed_by_default() {
    let server = Server::start();
    let egress = Egress::builder().build().unwrap();
    for url in [format!("http://127.0.0.1:{}/", server.port), "https://example.org/".to_owned()] {
        let refused = get(&egress, &url).await.unwrap_err();
        assert!(matches!(refused, EgressError::Refused(_)), "{refused}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn methods_are_allowed_one_by_one() {
    let server = Server::start();
    let rule = format!("data.test:{}=GET,PUT", server.port).parse().map(super::rule).unwrap();
    let egress = Egress::builder().allow(rule).resolver(Script::default()).build().unwrap();
    let url = format!("http://data.test:{}/echo", server.port);
    let put = HttpRequest::new("PUT", &url).with_header("x-a", "b").with_body("body");
    let answer = egress.send(put).await.unwrap();
    let said = String::from_utf8(answer.body.to_vec()).unwrap();
    assert!(said.contains("x-a: b\r\n") && said.ends_with("\r\n\r\nbody"), "{said}");
    let refused = egress.send(HttpRequest::new("POST", &url)).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "refused: `data.test` is allowed, but not with the method POST"
    );
    for method in ["CONNECT", "TRACE", "get", "", "GET / HTTP/1.1\r\nx:"] {
        let refused = egress.send(HttpRequest::new(method, &url)).await.unwrap_err();
        assert!(matches!(refused, EgressError::Request { .. }), "{refused}");
    }
}

#[tokio::test]
async fn redirects_are_followed_within_what_is_allowed() {
    let server = Server::start();
    let egress = client(&server, &["a.test", "b.test"], &[], &Script::default()).build().unwrap();
    let port = server.port;
    let asked = HttpRequest::new("POST", format!("http://a.test:{port}/see?//b.test:{port}/echo"))
        .with_header("Authorization", "Basic c2VjcmV0")
        .with_header("Cookie", "who=me")
        .with_header("x-other", "kept")
        .with_body("body");
    let answer = egress.fetch(asked).await.unwrap();
    assert_eq!(answer.url, format!("http://b.test:{port}/echo"));
    let said = String::from_utf8(answer.body.to_vec()).unwrap().to_lowercase();
    assert!(said.starts_with("get /echo"), "{said}");
    assert!(said.contains("x-other: kept"), "{said}");
    assert!(!said.contains("authorization") && !said.contains("cookie"), "{said}");
    assert!(!said.ends_with("body"), "{said}");
    // The same server may know who asks.
    let asked = HttpRequest::get(format!("http://a.test:{port}/redirect?/echo"))
        .with_header("cookie", "who=me");
    let said = egress.fetch(asked).await.unwrap();
    assert!(String::from_utf8_lossy(&said.body).contains("cookie: who=me"));
}

#[tokio::test]
async fn a_redirect_that_leads_back_ends() {
    let server = Server::start();
    let egress = client(&server, &["a.test"], &[], &Script::default()).build().unwrap();
    // Wherever it is sent, it is sent there again.
    let url = format!("http://a.test:{}/redirect?", server.port);
    let endless = egress.fetch(HttpRequest::get(url)).await.unwrap_err();
    assert!(matches!(endless, EgressError::Redirects { limit: 5 }), "{endless}");
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn what_is_packed_is_unpacked_for_tools_and_left_alone_for_the_guest() {
    let server = Server::start();
    let egress = client(&server, &["a.test"], &[], &Script::default()).build().unwrap();
    let url = format!("http://a.test:{}/packed", server.port);
    let answer = egress.fetch(HttpRequest::get(&url)).await.unwrap();
    assert_eq!(answer.body, "unpacked");
    assert_eq!(answer.header("content-encoding"), None);
    assert!(server.requests()[0].contains("accept-encoding: gzip, deflate\r\n"));
    let answer = get(&egress, &url).await.unwrap();
    assert_eq!((answer.body.len(), answer.header("content-encoding")), (28, Some("gzip")));
}

#[tokio::test]
async fn every_limit_is_met_at_its_number() {
    let server = Server::start();
    let limited = |limits: EgressLimits| {
        client(&server, &["a.test"], &[], &Script::default()).limits(limits).build().unwrap()
    };
    let url = |path: &str| format!("http://a.test:{}{path}", server.port);
    let limits = EgressLimits::default;

    let egress = limited(limits().with_response_bytes(10_240));
    assert_eq!(get(&egress, &url("/large?10240")).await.unwrap().body.len(), 10_240);
    assert_eq!(get(&egress, &url("/chunks?10")).await.unwrap().body.len(), 10_240);
    for path in ["/large?10241", "/chunks?11"] {
        let refused = get(&egress, &url(path)).await.unwrap_err();
        assert!(
            matches!(refused, EgressError::TooLarge { limit: 10_240, .. }),
            "{path}: {refused}"
        );
    }

    let egress = limited(limits().with_request_bytes(4));
    let post = |body: &str| HttpRequest::new("POST", url("/")).with_body(body.to_owned());
    assert!(egress.send(post("1234")).await.is_ok());
    let refused = egress.send(post("12345")).await.unwrap_err();
    assert!(matches!(refused, EgressError::TooLarge { limit: 4, .. }), "{refused}");

    let egress = limited(limits().with_unpacked_bytes(8));
    assert!(egress.fetch(HttpRequest::get(url("/packed"))).await.is_ok());
    let egress = limited(limits().with_unpacked_bytes(7));
    let refused = egress.fetch(HttpRequest::get(url("/packed"))).await.unwrap_err();
    assert!(matches!(refused, EgressError::TooLarge { limit: 7, .. }), "{refused}");

    let egress = limited(limits().with_requests(2));
    for _ in 0..2 {
        assert!(get(&egress, &url("/")).await.is_ok());
    }
    let refused = get(&egress, &url("/")).await.unwrap_err();
    assert!(matches!(refused, EgressError::Spent { limit: 2, .. }), "{refused}");
    assert!(get(&egress.for_session(), &url("/")).await.is_ok());

    let egress = limited(limits().with_bytes(1000));
    assert!(get(&egress, &url("/large?1000")).await.is_ok());
    let refused = get(&egress, &url("/large?1")).await.unwrap_err();
    assert!(matches!(refused, EgressError::Spent { limit: 1000, .. }), "{refused}");

    // Those that are always there are counted as well.
    let egress = limited(limits().with_headers(10));
    assert!(get(&egress, &url("/headers?5")).await.is_ok());
    assert!(get(&egress, &url("/headers?11")).await.is_err());
    let egress = limited(limits().with_header_bytes(1000));
    assert!(get(&egress, &url("/headers?5")).await.is_ok());
    assert!(get(&egress, &url("/headers?50")).await.is_err());
    let many = (0..50).fold(HttpRequest::get(url("/")), |asked, i| {
        asked.with_header(format!("x-{i}"), "y".repeat(50))
    });
    assert!(egress.send(many).await.is_err());
}

#[tokio::test]
async fn no_more_requests_are_under_way_than_may_be() {
    let server = Server::start();
    let limits = EgressLimits::default().with_concurrent(1).with_time(Duration::from_millis(600));
    let egress =
        client(&server, &["a.test"], &[], &Script::default()).limits(limits).build().unwrap();
    let url = |path: &str| format!("http://a.test:{}{path}", server.port);
    let (slow, fast) = (url("/drip"), url("/"));
    let (slow, waiting) = tokio::join!(get(&egress, &slow), get(&egress, &fast));
    assert!(matches!(slow.unwrap_err(), EgressError::TimedOut { .. }));
    // Its time was over while it waited for its turn, or shortly after.
    assert!(waiting.is_err() || server.requests().len() == 2);
    assert!(get(&egress, &url("/")).await.is_ok());
}

#[tokio::test]
async fn a_name_without_an_address_and_a_server_that_is_not_there_are_told_apart() {
    let server = Server::start();
    let script = Script::default().name("none.test", &[&[]]);
    let log = Log::default();
    let builder = client(&server, &["none.test"], &[], &script)
        .allow("a.test:1".parse().map(super::rule).unwrap());
    let egress = log.listening(builder).build().unwrap();
    let none = get(&egress, &format!("http://none.test:{}/", server.port)).await.unwrap_err();
    assert!(matches!(none, EgressError::Resolve { .. }), "{none}");
    let closed = get(&egress, "http://a.test:1/").await.unwrap_err();
    assert!(matches!(closed, EgressError::Connect { .. }), "{closed}");
    assert!(closed.to_string().contains("refused"), "{closed}");
    assert!(log.lines().iter().all(|line| line.starts_with("failed GET")), "{:?}", log.lines());
}

#[tokio::test]
async fn a_broken_answer_is_an_error() {
    let server = Server::start();
    let egress = client(&server, &["a.test"], &[], &Script::default()).build().unwrap();
    for path in ["/cut", "/nonsense"] {
        let broken =
            get(&egress, &format!("http://a.test:{}{path}", server.port)).await.unwrap_err();
        assert!(matches!(broken, EgressError::Broken { .. }), "{path}: {broken}");
    }
}

#[tokio::test]
async fn whoever_drops_a_request_is_told_of() {
    let server = Server::start();
    let log = Log::default();
    let egress =
        log.listening(client(&server, &["a.test"], &[], &Script::default())).build().unwrap();
    let url = format!("http://a.test:{}/drip", server.port);
    let dropped = tokio::time::timeout(Duration::from_millis(100), get(&egress, &url)).await;
    assert!(dropped.is_err());
    assert!(log.lines()[0].starts_with("abandoned GET"), "{:?}", log.lines());
}

#[tokio::test]
async fn a_server_has_to_prove_who_it_is() {
    let server = Server::secure();
    let names = ["secure.test", "impostor.test"];
    let trusting =
        client(&server, &names, &[], &Script::default()).authorities(AUTHORITY).build().unwrap();
    let url = |host: &str| format!("https://{host}:{}/", server.port);
    assert_eq!(get(&trusting, &url("secure.test")).await.unwrap().body, "this is /");
    let other = get(&trusting, &url("impostor.test")).await.unwrap_err();
    assert!(matches!(other, EgressError::Tls { certificate: true, .. }), "{other}");
    let egress = client(&server, &names, &[], &Script::default()).build().unwrap();
    let unknown = get(&egress, &url("secure.test")).await.unwrap_err();
    assert!(matches!(unknown, EgressError::Tls { certificate: true, .. }), "{unknown}");
    // One that does not speak TLS at all.
    let plain = Server::start();
    let egress = client(&plain, &names, &[], &Script::default()).build().unwrap();
    let unspoken = get(&egress, &format!("https://secure.test:{}/", plain.port)).await;
    assert!(unspoken.is_err(), "{unspoken:?}");
    assert!(Egress::builder().authorities("-----BEGIN CERTIFICATE-----\n?").build().is_err());
}

#[tokio::test]
async fn credentials_are_added_by_the_host_and_seen_by_nobody_else() {
    let server = Server::secure();
    let log = Log::default();
    let place = format!("secure.test:{}", server.port);
    let credential =
        HttpCredential::new(&place, "authorization", "Bearer ", "s3cret-token").unwrap();
    let builder = client(&server, &["secure.test", "other.test"], &[], &Script::default());
    let egress =
        log.listening(builder.authorities(AUTHORITY).credential(credential)).build().unwrap();
    let asked = HttpRequest::get(format!("https://{place}/reflect"))
        .with_header("Authorization", "Bearer mine")
        .with_header("Accept-Encoding", "gzip");
    let answer = egress.send(asked).await.unwrap();
    let sent = &server.requests()[0];
    assert!(
        sent.contains("authorization: Bearer s3cret-token\r\n") && !sent.contains("mine"),
        "{sent}"
    );
    assert!(sent.contains("accept-encoding: identity\r\n"), "{sent}");
    // The server repeats it, in a header and in the body.
    assert_eq!(answer.header("x-seen"), Some("authorization: Bearer ************"));
    let body = String::from_utf8_lossy(&answer.body);
    assert!(body.contains("Bearer ************") && !body.contains("s3cret"), "{body}");
    assert_eq!(answer.header("content-length"), Some(body.len().to_string().as_str()));
    let other = format!("https://other.test:{}/reflect", server.port);
    assert_eq!(get(&egress, &other).await.unwrap().header("x-seen"), Some(""));
    assert!(!log.lines().concat().contains("s3cret") && !format!("{egress:?}").contains("s3cret"));
}

#[tokio::test]
async fn the_time_that_a_request_says_counts_if_it_is_shorter() {
    let server = Server::start();
    let egress = client(&server, &["a.test"], &[], &Script::default()).build().unwrap();
    let url = format!("http://a.test:{}/drip", server.port);
    let began = Instant::now();
    let asked = HttpRequest::get(url).with_time(Duration::from_millis(200));
    let late = egress.send(asked).await.unwrap_err();
    assert!(matches!(late, EgressError::TimedOut { .. }), "{late}");
    assert!(began.elapsed() < Duration::from_secs(20));
}
