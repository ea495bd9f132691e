//! What code gets of a server of Postgres, and attempts to have it do more than read.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fumehood_tools::sql::{Database, DatabaseBuilder, SqlError};
use serde_json::json;

use super::server::{PASSWORD, Server};
use super::{limited, refused, session, value};

/// The authority that the server's certificate is of, which is for `secure.test`.
const AUTHORITY: &str = include_str!("../egress/tls/authority.pem");

fn database(server: &Server, role: &str) -> DatabaseBuilder {
    Database::postgres(server.address(role)).name("shop")
}

#[tokio::test]
async fn rows_are_dicts_with_what_the_types_have() {
    let Some(server) = Server::shared() else { return };
    let mut session = session(&database(&server, "reader").open().await.unwrap()).await;
    for (code, told) in [
        (
            "shop_query('SELECT id, name, mood FROM customers ORDER BY id')['rows']",
            "[{'id': 1, 'name': 'Ada', 'mood': 'happy'}, {'id': 2, 'name': 'Grace', 'mood': None}]",
        ),
        (
            "shop_query('SELECT * FROM orders ORDER BY id')['rows'][0]",
            "{'id': 1, 'customer': 1, 'total': '12345678901234567.89', 'paid': 5, 'ordered': '2024-02-29 10:00:00+00', \
          'picture': b'\\x00\\xff'}",
        ),
        (
            "import decimal, datetime; row = shop_query('SELECT total, ordered FROM orders WHERE id = 1')['rows'][0]; \
          (decimal.Decimal(row['total']) * 2, datetime.datetime.fromisoformat(row['ordered']).month)",
            "(Decimal('24691357802469135.78'), 2)",
        ),
        (
            "shop_query('SELECT name FROM customers WHERE id = $1 OR name = $2', [2, \"Ada'; --\"])['rows']",
            "[{'name': 'Grace'}]",
        ),
        (
            "shop_query('SELECT id FROM customers WHERE id = ANY ($1)', [[2, 3]])['rows']",
            "[{'id': 2}]",
        ),
        (
            "shop_query('SELECT $1::jsonb AS j, $2::numeric AS n, $3::bool AS b, $4::date + 1 AS d, $5::text IS NULL AS u', \
          [{'a': [1, None]}, 0.5, True, '2024-02-28', None])['rows']",
            "[{'j': {'a': [1, None]}, 'n': '0.5', 'b': True, 'd': '2024-02-29', 'u': True}]",
        ),
        (
            "list(shop_query(\"SELECT 9223372036854775807, 0.1::float8 + 0.2, 0.1::real, 'NaN'::float8, '-inf'::float8, \
          'NaN'::numeric\")['rows'][0].values())",
            "[9223372036854775807, 0.30000000000000004, 0.1, 'NaN', '-Infinity', 'NaN']",
        ),
        (
            "list(shop_query(\"SELECT ARRAY['a,b', NULL, '{}'], ARRAY[[1,2],[3,4]], '{}'::int[], '{\\\"x\\\": 1}'::json, \
          interval '1 day 2 hours', 'P1D'::interval, ARRAY['happy'::mood], '[1,3)'::int4range\")['rows'][0].values())",
            "[['a,b', None, '{}'], [[1, 2], [3, 4]], [], {'x': 1}, 'P1DT2H', 'P1D', ['happy'], '[1,3)']",
        ),
        (
            "shop_query('SELECT 1 WHERE false')",
            "{'columns': ['?column?'], 'rows': [], 'cut': None}",
        ),
        ("shop_query('VALUES (1, 2) -- two')['rows']", "[{'column1': 1, 'column2': 2}]"),
        (
            "shop_query('WITH n AS (SELECT 1 AS a) SELECT a, a FROM n;')['rows']",
            "[{'a': 1, 'a_2': 1}]",
        ),
        (
            "a = shop_query('SELECT g FROM generate_series(1, 5000) g'); (len(a['rows']), a['rows'][-1], a['cut'])",
            "(1000, {'g': 1000}, 'there are more rows; these are the first 1000')",
        ),
        (
            "a = shop_query('SELECT repeat(\\'x\\', 100000) FROM generate_series(1, 5000)'); (len(a['rows']), a['cut'][-32:])",
            "(41, 'than 4194304 bytes are no answer')",
        ),
    ] {
        assert_eq!(value(&mut session, code).await, told, "{code}");
    }
}

#[tokio::test]
async fn the_tables_are_those_that_the_role_may_read() {
    let Some(server) = Server::shared() else { return };
    let database = database(&server, "reader").open().await.unwrap();
    let names = database.known_tables().iter().map(|table| (table.name.as_str(), table.kind));
    let expected = [("customers", "table"), ("orders", "table"), ("totals", "view")];
    assert_eq!(names.collect::<Vec<_>>(), expected);
    let orders = &database.known_tables()[1];
    assert_eq!((orders.about_rows, orders.columns.len()), (Some(2), 6));
    assert_eq!(orders.columns[1].references.as_deref(), Some("customers.id"));
    assert_eq!(orders.columns[2].comment.as_deref(), Some("In euros."));
    assert!(orders.columns[0].primary_key && !orders.columns[1].nullable);
    let description = database.tools()[0].description().to_owned();
    let line = "orders(id bigint primary key, customer integer references customers.id, total numeric(20,2), paid cents, \
                ordered timestamp with time zone, picture bytea)";
    assert!(description.contains(line), "{description}");
    let error = database.query("SELECT * FROM secrets", &[]).await.unwrap_err();
    assert!(error.to_string().contains("permission denied for table secrets"), "{error}");
}

/// Tries statements as a role that may write, each of which has to fail with one of these texts, and looks at what is
/// left.
async fn attempt(attempts: &[(&str, &str)]) {
    let Some(server) = Server::shared() else { return };
    let database = database(&server, "writer").open().await.unwrap();
    let all = "SELECT (SELECT count(*) FROM customers) AS c, (SELECT count(*) FROM orders) AS o, \
               (SELECT is_called FROM numbers) AS n, (SELECT string_agg(name, ',') FROM customers) AS names";
    let expected = json!([{"c": 2, "o": 2, "n": false, "names": "Ada,Grace"}]);
    let mut session = session(&database).await;
    for (sql, told) in attempts {
        let raised = refused(&mut session, "shop_query", sql).await;
        assert!(raised.message.contains(told), "{sql}: {}", raised.message);
        assert_eq!(database.query(all, &[]).await.unwrap().value["rows"], expected, "{sql}");
    }
}

#[tokio::test]
async fn writing_by_statements_that_write() {
    attempt(&[
        ("INSERT INTO customers VALUES (9, 'Eve')", "syntax error"),
        ("UPDATE customers SET name = 'Eve' RETURNING *", "syntax error"),
        ("DELETE FROM customers", "syntax error"),
        ("TRUNCATE orders", "syntax error"),
        ("DROP TABLE orders", "syntax error"),
        ("CREATE TABLE x AS SELECT 1", "syntax error"),
        ("SELECT 1 INTO x", "INTO is not allowed here"),
        ("SELECT * FROM customers FOR UPDATE", "is not allowed"),
        ("EXPLAIN ANALYZE DELETE FROM orders", "syntax error"),
    ])
    .await;
}

#[tokio::test]
async fn writing_through_with() {
    attempt(&[
        (
            "WITH x AS (DELETE FROM orders RETURNING *) SELECT * FROM x",
            "must not contain data-modifying statements in WITH",
        ),
        (
            "WITH x AS (INSERT INTO customers VALUES (9, 'Eve') RETURNING id) SELECT * FROM x",
            "must not contain data-modif",
        ),
        (
            "WITH x AS (UPDATE customers SET name = 'Eve') SELECT 1",
            "must not contain data-modifying",
        ),
    ])
    .await;
}

#[tokio::test]
async fn writing_through_functions() {
    attempt(&[
        ("SELECT buy()", "a statement that changes something is not allowed"),
        ("SELECT buy_as_owner()", "a statement that changes something is not allowed"),
        ("SELECT nextval('numbers')", "a statement that changes something is not allowed"),
        ("SELECT setval('numbers', 5)", "a statement that changes something is not allowed"),
        ("SELECT query_to_xml('DELETE FROM orders', true, true, '')", ""),
        ("SELECT lo_import('/etc/passwd')", "permission denied"),
    ])
    .await;
}

/// Before version 16 large objects can be made where nothing else can. But nothing is ever committed.
#[tokio::test]
async fn writing_what_the_server_lets_a_reader_write() {
    let Some(server) = Server::shared() else { return };
    let database = database(&server, "writer").open().await.unwrap();
    database.query("SELECT lo_create(0)", &[]).await.ok();
    let count = database.query("SELECT count(*) AS n FROM pg_largeobject_metadata", &[]).await;
    assert_eq!(count.unwrap().value["rows"], json!([{"n": 0}]));
}

#[tokio::test]
async fn ending_the_transaction_that_only_reads() {
    attempt(&[
        ("SELECT 1; DELETE FROM orders", "more than one statement is not allowed"),
        ("SELECT 1; COMMIT; DELETE FROM orders", "more than one statement is not allowed"),
        ("SELECT 1 /* ; */ ; -- \n DELETE FROM orders", "more than one statement is not allowed"),
        ("SELECT $$; $$ ; DELETE FROM orders", "more than one statement is not allowed"),
        ("COMMIT", "syntax error"),
        ("SET TRANSACTION READ WRITE", "syntax error"),
        (
            "SELECT set_config('transaction_read_only', 'off', true), buy()",
            "must be set before any query",
        ),
        (
            "SELECT set_config('transaction_read_only', 'off', false)",
            "must be set before any query",
        ),
        ("DO $$ BEGIN DELETE FROM orders; END $$", "syntax error"),
        ("CALL buy()", "syntax error"),
        ("PREPARE x AS DELETE FROM orders", "syntax error"),
        ("SELECT '\0'", "null character"),
    ])
    .await;
    // What one statement sets is not there for the next.
    let Some(server) = Server::shared() else { return };
    let database = database(&server, "writer").open().await.unwrap();
    let set = "SELECT set_config('default_transaction_read_only', 'off', false), set_config('search_path', 'x', false)";
    database.query(set, &[]).await.unwrap();
    let path = database.query("SELECT current_setting('search_path') AS p", &[]).await.unwrap();
    assert_eq!(path.value["rows"], json!([{"p": "\"$user\", public"}]));
}

#[tokio::test]
async fn reaching_files_and_programs_of_the_server() {
    attempt(&[
        ("COPY customers TO PROGRAM 'touch /tmp/eve'", "syntax error"),
        ("COPY (SELECT 1) TO '/tmp/eve'", "syntax error"),
        ("SELECT pg_read_file('/etc/passwd')", "permission denied"),
        ("SELECT pg_ls_dir('/')", "permission denied"),
        ("SELECT pg_read_binary_file('/etc/passwd')", "permission denied"),
        ("SELECT lo_export(1, '/tmp/eve')", "permission denied"),
    ])
    .await;
    let Some(server) = Server::shared() else { return };
    for role in ["admin", "files"] {
        let error = database(&server, role).open().await.unwrap_err();
        assert!(matches!(error, SqlError::PowerfulRole { .. }), "{error}");
        let allowed = database(&server, role).powerful_role(true).open().await.unwrap();
        allowed.query("SELECT 1", &[]).await.unwrap();
        // What the role may do is then the server's to say.
        let file = allowed.query("SELECT length(pg_read_file('/etc/passwd')) > 0 AS r", &[]).await;
        assert_eq!(file.is_ok(), role == "admin");
    }
}

#[tokio::test]
async fn statements_that_never_end_are_stopped_at_the_server() {
    let Some(server) = Server::shared() else { return };
    let slow = limited(|limits| {
        limits.time = Duration::from_secs(2);
        limits.concurrent = 1;
    });
    let database = database(&server, "reader").limits(slow).open().await.unwrap();
    let mark = "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE '%mark-of-this-test%' AND state = 'active' \
                AND pid <> pg_backend_pid()";
    for sql in [
        "SELECT pg_sleep(1000) /* mark-of-this-test */",
        "SELECT set_config('statement_timeout', '0', true), pg_sleep(1000) /* mark-of-this-test */",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT count(*) FROM n /* mark-of-this-test */",
        "SELECT count(*) FROM generate_series(1, 1000000000) a, generate_series(1, 1000000000) /* mark-of-this-test */",
    ] {
        let began = Instant::now();
        let error = database.query(sql, &[]).await.unwrap_err();
        assert!(matches!(error, SqlError::TimedOut { .. }), "{sql}: {error}");
        assert!(began.elapsed() < Duration::from_secs(20), "{sql}");
        // The server has stopped as well.
        let began = Instant::now();
        loop {
            let rows = database.query(mark, &[]).await.map(|answer| answer.value["rows"].clone());
            if rows.is_ok_and(|rows| rows == json!([{"n": 0}])) {
                break;
            }
            assert!(began.elapsed() < Duration::from_secs(60), "{sql} goes on");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
async fn a_statement_that_nobody_waits_for_is_cancelled_at_the_server() {
    let Some(server) = Server::shared() else { return };
    let patient = limited(|limits| limits.time = Duration::from_secs(600));
    let database = database(&server, "reader").limits(patient).open().await.unwrap();
    let count = "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE '%nobody-waits%' AND pid <> pg_backend_pid()";
    let sleeping = database.query("SELECT pg_sleep(600) /* nobody-waits */", &[]);
    assert!(tokio::time::timeout(Duration::from_secs(1), sleeping).await.is_err());
    let began = Instant::now();
    while database.query(count, &[]).await.unwrap().value["rows"] != json!([{"n": 0}]) {
        assert!(began.elapsed() < Duration::from_secs(60), "it goes on");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn taking_memory_with_large_values() {
    let Some(server) = Server::shared() else { return };
    let database = database(&server, "reader").open().await.unwrap();
    for sql in [
        "SELECT repeat('x', 1000000000)",
        "SELECT repeat('x', 30000000) FROM generate_series(1, 100)",
        "SELECT string_agg(g::text, ',') FROM generate_series(1, 5000000) g",
    ] {
        let error = database.query(sql, &[]).await.unwrap_err();
        assert!(
            matches!(error, SqlError::TooLarge { .. } | SqlError::TimedOut { .. }),
            "{sql}: {error}"
        );
    }
    let columns = format!("SELECT {}", vec!["1"; 500].join(", "));
    let error = database.query(&columns, &[]).await.unwrap_err();
    assert!(error.to_string().contains("the number of columns is larger than 200"), "{error}");
}

#[tokio::test]
async fn a_password_is_told_to_nobody() {
    let secret = "hunter2#and";
    let mut told = Vec::new();
    for address in [
        format!("postgres://reader:{secret}@127.0.0.1:1/shop"),
        format!("postgres://reader:{}@127.0.0.1:1/shop", secret.replace('#', "%23")),
        format!("postgres://reader:x?{secret}=1@127.0.0.1:1/shop"),
        format!("postgres://reader:{secret}@127.0.0.1:port/shop"),
        format!("host=127.0.0.1 port=1 user=reader {secret}"),
        format!("host=127.0.0.1 port=1 user=reader password='{secret}"),
        format!("mysql://reader:{secret}@127.0.0.1/shop"),
        String::new(),
    ] {
        let builder = Database::postgres(address);
        told.push(format!("{builder:?}"));
        let error = builder.open().await.unwrap_err();
        told.push(format!("{error} {error:?}"));
    }
    if let Some(server) = Server::shared() {
        let wrong = server.address("reader").replace(PASSWORD, "hunter2");
        let error = Database::postgres(wrong).open().await.unwrap_err();
        assert!(error.to_string().contains("password authentication failed"), "{error}");
        told.push(format!("{error} {error:?}"));
        let right = database(&server, "reader").open().await.unwrap();
        told.push(format!("{right:?} {:?}", right.tools()[0].description()));
    }
    for text in &told {
        assert!(!text.contains("hunter2") && !text.contains(PASSWORD), "{text}");
    }
    assert!(told[1].contains("cannot connect") || told[1].contains("%23"), "{}", told[1]);
}

#[tokio::test]
async fn a_server_that_does_not_encrypt_gets_no_password() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut request = [0; 8];
        connection.read_exact(&mut request).unwrap();
        // "No TLS here."
        connection.write_all(b"N").unwrap();
        let mut rest = Vec::new();
        connection.read_to_end(&mut rest).ok();
        rest
    });
    let address =
        format!("postgres://reader:hunter2@db.test:{port}/shop?hostaddr=127.0.0.1&sslmode=require");
    let error = Database::postgres(address).authorities(AUTHORITY).open().await.unwrap_err();
    assert!(
        error.to_string().contains("cannot connect to the database `shop` of db.test"),
        "{error}"
    );
    assert!(heard.join().unwrap().is_empty());
}

#[tokio::test]
async fn a_server_proves_who_it_is() {
    let Some(server) = Server::shared() else { return };
    if !server.has_tls {
        eprintln!("NOT RUN: this Postgres has no TLS");
        return;
    }
    let port = server.port;
    let address = |host: &str| {
        format!(
            "postgres://reader:{PASSWORD}@{host}:{port}/shop?hostaddr=127.0.0.1&sslmode=require"
        )
    };
    let known =
        Database::postgres(address("secure.test")).authorities(AUTHORITY).open().await.unwrap();
    let used = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    assert_eq!(known.query(used, &[]).await.unwrap().value["rows"], json!([{"ssl": true}]));
    // Another name, and an authority that the system does not know.
    let error =
        Database::postgres(address("evil.test")).authorities(AUTHORITY).open().await.unwrap_err();
    assert!(error.to_string().contains("not valid for name \"evil.test\""), "{error}");
    let error = Database::postgres(address("secure.test")).open().await.unwrap_err();
    assert!(matches!(error, SqlError::Connect { .. } | SqlError::Certificates { .. }), "{error}");
    let error =
        Database::postgres(address("secure.test")).authorities("no pem").open().await.unwrap_err();
    assert!(matches!(error, SqlError::Certificates { .. }), "{error}");
}

#[tokio::test]
async fn a_server_that_says_nothing_is_no_hang() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let silent = Arc::new(listener);
    let limits = limited(|limits| limits.time = Duration::from_millis(300));
    let address = format!("postgres://reader:x@127.0.0.1:{port}/shop");
    let error = Database::postgres(address).limits(limits).open().await.unwrap_err();
    assert!(matches!(error, SqlError::TimedOut { .. }), "{error}");
    drop(silent);
}

#[tokio::test]
async fn a_server_that_never_stops_talking_is_cut_off() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let talking = std::thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        let mut request = [0; 8];
        connection.read_exact(&mut request).unwrap();
        connection.write_all(b"N").unwrap();
        // One message of two gigabytes.
        let mut sent = 0_u64;
        connection.write_all(b"R\x7f\xff\xff\xff").unwrap();
        while connection.write_all(&[0; 65_536]).is_ok() {
            sent += 65_536;
        }
        sent
    });
    let address = format!("postgres://reader:x@127.0.0.1:{port}/shop");
    let error = Database::postgres(address).open().await.unwrap_err();
    assert!(error.to_string().contains("the server says more than it may"), "{error}");
    assert!(talking.join().unwrap() < 64 << 20);
}
