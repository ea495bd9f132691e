//! Bytes to components and back.

use super::components::{MEMORY, identity_of_list};
use super::{component, session_with};
use crate::{raised, repr};

const WIT: &str = "
    package acme:bytes;
    interface blobs {
        echo: func(data: list<u8>) -> list<u8>;
        named: func(name: string, data: list<u8>) -> result<list<u8>, string>;
        text: func(data: list<u8>) -> string;
        forget: func(data: list<u8>, more: list<u8>);
    }
    world all { export blobs; }
";

fn module() -> String {
    let lists = ["echo", "text"].map(|name| identity_of_list(&format!("acme:bytes/blobs#{name}")));
    format!(
        r#"{MEMORY} {}
        ;; Without data the name is the error.
        (func (export "acme:bytes/blobs#named") (param i32 i32 i32 i32) (result i32)
            (i32.store8 (i32.const 16) (i32.eqz (local.get 3)))
            (i32.store (i32.const 20)
                (select (local.get 2) (local.get 0) (local.get 3)))
            (i32.store (i32.const 24)
                (select (local.get 3) (local.get 1) (local.get 3)))
            (i32.const 16))
        (func (export "acme:bytes/blobs#forget") (param i32 i32 i32 i32))"#,
        lists.concat()
    )
}

#[tokio::test]
async fn bytes_cross_whatever_they_are() {
    let component = component("bytes", WIT, &module());
    let mut session = session_with(component.modules()).await;
    session.run("from acme.bytes import *").await.unwrap();
    for (code, told) in [
        ("echo(b'')", "b''"),
        ("echo(bytes(range(256))) == bytes(range(256))", "True"),
        // As values of their own they would be more than an answer may be.
        ("len(echo(bytes(20_000_000)))", "20000000"),
        ("named('x', b'ab\\xff')", "b'ab\\xff'"),
        ("text('naïve'.encode())", "'naïve'"),
        ("str(forget(b'', b'x'))", "'None'"),
    ] {
        assert_eq!(repr(session.run(code).await.unwrap()), told, "{code}");
    }
    for (code, told) in [("named('why', b'')", "why"), ("text(b'\\xff')", "utf-8")] {
        let exception = raised(session.run(code).await.unwrap());
        assert_eq!(exception.name, "fumehood.ToolError");
        assert!(exception.message.contains(told), "{code}: {}", exception.message);
    }
}
