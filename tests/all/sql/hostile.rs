//! Files of SQLite that somebody has made to do harm.

use std::time::Duration;

use fumehood_tools::sql::{Database, SqlError};
use rusqlite::Connection;

use super::{File, SHOP, limited};

const READ: [&str; 4] = [
    "SELECT * FROM customers",
    "SELECT name, count(*) FROM customers JOIN orders ON customer = customers.id GROUP BY 1 ORDER BY 2",
    "SELECT * FROM totals",
    "SELECT * FROM orders WHERE id = 2",
];

/// Reads all that it can. What cannot be read is an error.
async fn read(path: &std::path::Path) {
    let limits = limited(|limits| limits.time = Duration::from_secs(2));
    let Ok(database) = Database::sqlite(path).untrusted(true).limits(limits).open().await else {
        return;
    };
    for sql in READ {
        database.query(sql, &[]).await.ok();
    }
}

#[tokio::test]
async fn a_file_that_is_damaged_anywhere() {
    let file = File::of(SHOP);
    let whole = std::fs::read(&file.path).unwrap();
    // Always the same, as far as numbers go that nobody has thought of.
    let mut state = 1_u64;
    let mut random = |below: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for _ in 0..150 {
        let mut damaged = whole.clone();
        for _ in 0..=random(8) {
            // The first pages have the schema, which is where most can go wrong.
            let reach = if random(2) == 0 { 4096 } else { damaged.len() };
            let at = random(reach);
            damaged[at] = random(256) as u8;
        }
        if random(4) == 0 {
            damaged.truncate(random(whole.len()));
        }
        std::fs::write(&file.path, &damaged).unwrap();
        read(&file.path).await;
    }
    std::fs::write(&file.path, &whole).unwrap();
    let database = file.database().open().await.unwrap();
    database.query(READ[1], &[]).await.unwrap();
}

#[tokio::test]
async fn a_page_that_is_garbage_is_an_error() {
    let file = File::of(SHOP);
    let mut damaged = std::fs::read(&file.path).unwrap();
    // All pages but the one with the schema.
    damaged[4096..].fill(0xff);
    std::fs::write(&file.path, &damaged).unwrap();
    let database = file.database().open().await.unwrap();
    let error = database.query("SELECT * FROM customers", &[]).await.unwrap_err();
    assert!(error.to_string().contains("database disk image is malformed"), "{error}");
}

#[tokio::test]
async fn a_view_that_never_ends() {
    let file = File::of(
        "CREATE VIEW customers AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS id FROM n",
    );
    let limits = limited(|limits| limits.time = Duration::from_millis(300));
    // Looking at the tables runs none of them.
    let database = file.database().limits(limits).open().await.unwrap();
    assert_eq!(database.known_tables()[0].name, "customers");
    let error = database.query("SELECT * FROM customers", &[]).await.unwrap_err();
    assert!(matches!(error, SqlError::TimedOut { .. }), "{error}");
}

#[tokio::test]
async fn a_view_that_does_what_statements_may_not() {
    let file = File::of(
        "CREATE TABLE customers (id);
         CREATE VIEW totals AS SELECT load_extension('/tmp/eve.so') AS x;
         CREATE VIEW places AS SELECT * FROM pragma_database_list;
         CREATE VIEW itself AS SELECT * FROM itself;",
    );
    let database = file.database().open().await.unwrap();
    for view in ["totals", "places", "itself"] {
        let error = database.query(&format!("SELECT * FROM {view}"), &[]).await.unwrap_err();
        let told = error.to_string();
        assert!(
            ["not allowed", "unsafe use", "circularly defined"]
                .iter()
                .any(|text| told.contains(text)),
            "{view}: {told}"
        );
    }
}

#[tokio::test]
async fn a_schema_that_is_rewritten() {
    let file = File::of(SHOP);
    let connection = Connection::open(&file.path).unwrap();
    connection
        .execute_batch(
            "PRAGMA writable_schema = ON;
             UPDATE sqlite_schema SET sql = 'CREATE TABLE customers (id' || char(0) || ', (((' WHERE name = 'customers';
             UPDATE sqlite_schema SET rootpage = 1 WHERE name = 'orders';",
        )
        .unwrap();
    drop(connection);
    let error = file.database().open().await.unwrap_err();
    assert!(error.to_string().contains("malformed"), "{error}");
}

#[tokio::test]
async fn names_that_are_no_names() {
    let name = format!("x\n\u{1b}[2J\"; DROP TABLE customers; --{}", "y".repeat(5_000));
    let quoted = name.replace('"', "\"\"");
    let file = File::of(&format!(
        "CREATE TABLE \"{quoted}\" (\"{quoted}\" \"{quoted}\"); INSERT INTO \"{quoted}\" VALUES (1)"
    ));
    let database = file.database().open().await.unwrap();
    let table = &database.known_tables()[0];
    assert_eq!(table.about_rows, Some(1));
    for told in [&table.name, &table.columns[0].name, &table.columns[0].ty] {
        assert!(told.chars().count() <= 100 && !told.chars().any(char::is_control), "{told}");
    }
    assert!(database.tools()[0].description().len() < 2_000);
}

#[tokio::test]
async fn more_tables_than_anybody_reads() {
    let tables =
        (0..600).map(|n| format!("CREATE TABLE table_{n:03} (first, second, third, fourth);"));
    let file = File::of(&tables.collect::<String>());
    let database = file.database().open().await.unwrap();
    assert_eq!(database.known_tables().len(), 200);
    let tools = database.tools();
    assert!(tools[0].description().len() < 8_000);
    assert!(tools[0].description().contains("more, which shop_tables() tells of"));
    assert!(tools[0].description().contains("No more than 200 tables are told of"));
}
