//! Statements that would do more than read a file of SQLite, or never end. Each leaves the file as it was, makes no other,
//! and costs the code an exception.

use std::time::{Duration, Instant};

use fumehood_tools::sql::SqlError;
use rusqlite::Connection;

use super::{File, SHOP, limited, refused, session, value};

/// Tries statements, each of which has to fail with one of these texts, and looks at what is left.
async fn attempt(attempts: &[(&str, &str)]) {
    let file = File::of(SHOP);
    let before = std::fs::read(&file.path).unwrap();
    let mut session = session(&file.database().open().await.unwrap()).await;
    for (sql, told) in attempts {
        let raised = refused(&mut session, "shop_query", sql).await;
        assert!(raised.name.starts_with("fumehood.Tool"), "{sql}: {}", raised.name);
        assert!(raised.message.contains(told), "{sql}: {}", raised.message);
        // The next one finds everything as it was.
        assert_eq!(
            value(&mut session, "shop_query('SELECT 1 AS one')['rows']").await,
            "[{'one': 1}]"
        );
    }
    assert!(std::fs::read(&file.path).unwrap() == before, "the file was changed");
    assert_eq!(file.beside(), ["shop.db"]);
}

#[tokio::test]
async fn writing_by_statements_that_write() {
    attempt(&[
        ("INSERT INTO customers VALUES (9, 'Eve', NULL)", "INSERT is not allowed"),
        ("INSERT INTO customers VALUES (9, 'Eve', NULL) RETURNING id", "INSERT is not allowed"),
        ("REPLACE INTO customers VALUES (1, 'Eve', NULL)", "INSERT is not allowed"),
        ("UPDATE customers SET name = 'Eve' RETURNING *", "UPDATE is not allowed"),
        ("DELETE FROM customers", "DELETE is not allowed"),
        ("DROP TABLE customers", "is not allowed"),
        ("CREATE TABLE x (y)", "is not allowed"),
        ("CREATE TEMP TABLE x AS SELECT 1", "is not allowed"),
        ("CREATE VIRTUAL TABLE x USING fts5(y)", "is not allowed"),
        ("CREATE TRIGGER x AFTER INSERT ON orders BEGIN SELECT 1; END", "is not allowed"),
        ("ALTER TABLE customers RENAME TO x", "is not allowed"),
        ("REINDEX", "is not allowed"),
        ("ANALYZE", "is not allowed"),
        ("VACUUM", "is not allowed"),
    ])
    .await;
}

#[tokio::test]
async fn writing_through_with() {
    attempt(&[
        ("WITH x AS (SELECT 9 AS id) INSERT INTO customers SELECT id, 'Eve', NULL FROM x RETURNING id", "INSERT is not"),
        ("WITH x AS (SELECT 1) UPDATE customers SET name = 'Eve'", "UPDATE is not allowed"),
        ("WITH x AS (SELECT 1) DELETE FROM customers WHERE id IN (SELECT * FROM x) RETURNING *", "DELETE is not allowed"),
        ("EXPLAIN DELETE FROM customers", "DELETE is not allowed"),
    ])
    .await;
}

#[tokio::test]
async fn reaching_other_files_by_attach() {
    attempt(&[
        ("ATTACH '/etc/passwd' AS x", "ATTACH is not allowed"),
        ("ATTACH 'file:/tmp/eve.db?mode=rwc' AS x", "ATTACH is not allowed"),
        ("ATTACH ':memory:' AS x", "ATTACH is not allowed"),
        ("ATTACH (SELECT name FROM customers) AS x", "is not allowed"),
        ("DETACH main", "DETACH is not allowed"),
        ("VACUUM INTO '/tmp/fumehood-eve.db'", "is not allowed"),
    ])
    .await;
    assert!(!std::path::Path::new("/tmp/fumehood-eve.db").exists());
}

#[tokio::test]
async fn loosening_the_connection_by_pragma() {
    attempt(&[
        ("PRAGMA writable_schema = ON", "PRAGMA writable_schema is not allowed"),
        ("PRAGMA query_only = OFF", "PRAGMA query_only is not allowed"),
        ("PRAGMA main.query_only(0)", "PRAGMA query_only is not allowed"),
        ("PRAGMA trusted_schema = ON", "PRAGMA trusted_schema is not allowed"),
        ("PRAGMA journal_mode = DELETE", "PRAGMA journal_mode is not allowed"),
        ("PRAGMA temp_store_directory = '/tmp'", "PRAGMA temp_store_directory is not allowed"),
        ("PRAGMA temp_store = FILE", "PRAGMA temp_store is not allowed"),
        ("PRAGMA hard_heap_limit = 0", "PRAGMA hard_heap_limit is not allowed"),
        ("PRAGMA mmap_size = 1000000000", "PRAGMA mmap_size is not allowed"),
        ("PRAGMA user_version = 7", "PRAGMA user_version is not allowed"),
        ("PRAGMA schema_version = 7", "PRAGMA schema_version is not allowed"),
        ("PRAGMA page_size = 512", "PRAGMA page_size is not allowed"),
        ("PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA wal_checkpoint is not allowed"),
        ("PRAGMA optimize", "PRAGMA optimize is not allowed"),
        ("PRAGMA database_list", "PRAGMA database_list is not allowed"),
        ("SELECT * FROM pragma_database_list", "is not allowed"),
        ("SELECT * FROM pragma_integrity_check", "is not allowed"),
    ])
    .await;
}

#[tokio::test]
async fn running_code_by_loading_an_extension() {
    attempt(&[
        ("SELECT load_extension('/tmp/eve.so')", "load_extension"),
        ("SELECT load_extension('/tmp/eve.so', 'start')", "load_extension"),
        ("SELECT fts3_tokenizer('simple', x'00')", "fts3_tokenizer"),
        ("SELECT writefile('/tmp/eve', 'x')", "no such function: writefile"),
        ("SELECT readfile('/etc/passwd')", "no such function: readfile"),
        ("SELECT edit('x', 'sh')", "edit"),
    ])
    .await;
}

#[tokio::test]
async fn smuggling_a_second_statement() {
    attempt(&[
        ("SELECT 1; DROP TABLE customers", "is not allowed"),
        ("SELECT 1; SELECT 2", "more than one statement is not allowed"),
        ("SELECT 1 /* */ ; -- \n DELETE FROM customers", "DELETE is not allowed"),
        ("/* SELECT */ DELETE FROM customers /* WHERE 0 */", "DELETE is not allowed"),
        ("-- SELECT 1\nUPDATE customers SET id = 7", "UPDATE is not allowed"),
        ("; DELETE FROM customers", "DELETE is not allowed"),
        ("BEGIN IMMEDIATE", "a transaction is not allowed"),
        ("SAVEPOINT x", "a transaction is not allowed"),
        ("COMMIT", "a transaction is not allowed"),
        ("SELECT 1\0; DELETE FROM customers", "null character"),
    ])
    .await;
}

#[tokio::test]
async fn taking_memory_with_large_values() {
    attempt(&[
        ("SELECT zeroblob(1000000000)", "longer than it may be"),
        ("SELECT length(randomblob(1000000000))", "longer than it may be"),
        ("SELECT printf('%.*c', 1000000000, 'x')", "longer than it may be"),
        ("SELECT printf('%1000000000d', 1)", "longer than it may be"),
        ("SELECT hex(randomblob(600000))", "longer than it may be"),
        ("SELECT replace(hex(zeroblob(10000)), '0', hex(zeroblob(10000)))", "longer than it may be"),
        ("SELECT group_concat(hex(randomblob(10000))) FROM customers a, customers b, customers c, customers d", "longer than"),
    ])
    .await;
}

#[tokio::test]
async fn exhausting_the_parser() {
    let nested = format!("SELECT {}1{}", "(".repeat(5_000), ")".repeat(5_000));
    let sum = format!("SELECT 1{}", " + 1".repeat(5_000));
    let union = format!("SELECT 1{}", " UNION ALL SELECT 1".repeat(500));
    let columns = format!("SELECT 1{}", ", 1".repeat(5_000));
    let subqueries =
        format!("SELECT * FROM {} orders {}", "(SELECT * FROM ".repeat(3_000), ")".repeat(3_000));
    let long = format!("SELECT '{}'", "x".repeat(100_000));
    attempt(&[
        (&nested, ""),
        (&sum, "Expression tree is too large"),
        (&union, "too many terms in compound SELECT"),
        (&columns, "too many"),
        (&subqueries, ""),
        (&long, "the statement, in bytes, is larger than 65536"),
        (
            "SELECT 'x' LIKE replace(hex(zeroblob(1000)), '0', '%')",
            "LIKE or GLOB pattern too complex",
        ),
    ])
    .await;
}

/// Statements that would go on for longer than anybody waits.
const ENDLESS: [&str; 5] = [
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n) SELECT i FROM n WHERE i = 2",
    "SELECT count(*) FROM orders a, orders b, orders c, orders d, orders e, orders f, orders g, orders h, orders i, \
     orders j, orders k, orders l, orders m, orders n, orders o, orders p, orders q, orders r, orders s, orders t",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(length(hex(randomblob(i % 9999)))) FROM n",
    "SELECT instr(hex(zeroblob(500000)), hex(zeroblob(250000)) || 'x') FROM orders a, orders b, orders c, orders d",
];

#[tokio::test]
async fn statements_that_never_end_are_stopped() {
    let file = File::of(SHOP);
    let limits = limited(|limits| {
        limits.time = Duration::from_millis(300);
        limits.concurrent = 1;
    });
    let database = file.database().limits(limits).open().await.unwrap();
    for sql in ENDLESS {
        let began = Instant::now();
        let error = database.query(sql, &[]).await.unwrap_err();
        assert!(matches!(error, SqlError::TimedOut { .. }), "{sql}: {error}");
        assert!(began.elapsed() < Duration::from_secs(10), "{sql}");
        // There is one place, so it was given back: nothing goes on where nobody waits.
        let next = Instant::now();
        while let Err(error) = database.query("SELECT 1", &[]).await {
            assert!(matches!(error, SqlError::TimedOut { .. }), "{error}");
            assert!(next.elapsed() < Duration::from_secs(60), "{sql}");
        }
    }
}

#[tokio::test]
async fn a_statement_that_nobody_waits_for_is_stopped() {
    let file = File::of(SHOP);
    let limits = limited(|limits| {
        limits.time = Duration::from_secs(600);
        limits.concurrent = 1;
    });
    let database = file.database().limits(limits).open().await.unwrap();
    let endless = database.query(ENDLESS[0], &[]);
    assert!(tokio::time::timeout(Duration::from_millis(100), endless).await.is_err());
    // It would have the one place for ten minutes.
    let next = tokio::time::timeout(Duration::from_secs(60), database.query("SELECT 1", &[])).await;
    next.unwrap().unwrap();
}

#[tokio::test]
async fn taking_memory_with_many_rows() {
    // More rows than there is memory for, sorted; and more than an answer has.
    let file = File::of(SHOP);
    let limits = limited(|limits| limits.time = Duration::from_secs(60));
    let mut session = session(&file.database().limits(limits).open().await.unwrap()).await;
    let raised = refused(
        &mut session,
        "shop_query",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
         SELECT i, randomblob(50000) AS b FROM n ORDER BY b",
    )
    .await;
    assert!(
        raised.message.contains("it needs more memory than there is for it"),
        "{}",
        raised.message
    );
    let rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, randomblob(50000) FROM n";
    let code =
        format!("a = shop_query({rows:?}); (60 < len(a['rows']) < 90, a['cut'] is not None)");
    assert_eq!(value(&mut session, &code).await, "(True, True)");
}

#[tokio::test]
async fn a_writer_that_does_not_let_go_is_no_hang() {
    let file = File::of(SHOP);
    let limits = limited(|limits| limits.time = Duration::from_millis(300));
    let database = file.database().limits(limits).open().await.unwrap();
    let writer = Connection::open(&file.path).unwrap();
    writer.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let began = Instant::now();
    let error = database.query("SELECT * FROM orders", &[]).await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(10));
    assert!(matches!(error, SqlError::TimedOut { .. }), "{error}");
    writer.execute_batch("ROLLBACK").unwrap();
    database.query("SELECT * FROM orders", &[]).await.unwrap();
}
