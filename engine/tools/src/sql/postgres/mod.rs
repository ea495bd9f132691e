//! Servers of Postgres.
//!
//! Each statement has a connection of its own. It is the query of a cursor, in a transaction that only reads:
//!
//! ```sql
//! BEGIN READ ONLY; SET LOCAL statement_timeout = ...;
//! DECLARE fumehood NO SCROLL CURSOR FOR ...;   -- prepared, with the values bound
//! FETCH FORWARD 1001 FROM fumehood;            -- as text
//! ```
//!
//! A cursor takes nothing but a query, and what is prepared is one statement, so there is nothing to be parsed here that
//! the server could see differently. That the transaction only reads is the server's to enforce, also for functions that
//! the query calls; and it is never committed. What it fetches is text, which has all that the types have; `values` makes JSON of it.
//!
//! * `connection`: how the server is reached
//! * `values`: what goes in and what comes out

mod connection;
mod values;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use fumehood::ToolOutput;
use futures_util::StreamExt as _;
use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio_postgres::SimpleQueryMessage;
use tokio_postgres::types::ToSql;

use self::connection::{Connected, Server};
use super::answer::{Answer, Taken};
use super::error::SqlError;
use super::limits::SqlLimits;
use super::schema::{self, Column, Table};

/// What the server is asked for columns of all tables at most.
const COLUMNS: i64 = 10_000;

/// Whether the role reaches more than tables: files and programs of the server.
const IS_POWERFUL: &str = "SELECT current_setting('is_superuser') = 'on' OR EXISTS (
    SELECT FROM pg_catalog.pg_roles
    WHERE rolname IN ('pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files')
        AND pg_catalog.pg_has_role(current_user, oid, 'member'))";

const TABLES: &str = "SELECT c.oid,
        CASE WHEN pg_catalog.pg_table_is_visible(c.oid) THEN pg_catalog.quote_ident(c.relname)
            ELSE pg_catalog.format('%I.%I', n.nspname, c.relname) END,
        c.relkind IN ('v', 'm'), c.reltuples::float8,
        pg_catalog.obj_description(c.oid, 'pg_class')
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
        AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
        AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
        AND pg_catalog.has_any_column_privilege(c.oid, 'SELECT')
    ORDER BY 2 LIMIT $1";

const TABLE_COLUMNS: &str = "SELECT a.attrelid, a.attname::text, pg_catalog.format_type(a.atttypid, a.atttypmod),
        NOT a.attnotnull,
        EXISTS (SELECT FROM pg_catalog.pg_constraint k
            WHERE k.conrelid = a.attrelid AND k.contype = 'p' AND a.attnum = ANY (k.conkey)),
        (SELECT pg_catalog.format('%s.%s', k.confrelid::regclass, f.attname)
            FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_attribute f
                ON f.attrelid = k.confrelid
                    AND f.attnum = k.confkey[pg_catalog.array_position(k.conkey, a.attnum)]
            WHERE k.conrelid = a.attrelid AND k.contype = 'f' AND a.attnum = ANY (k.conkey) LIMIT 1),
        pg_catalog.col_description(a.attrelid, a.attnum)
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = ANY ($1) AND a.attnum > 0 AND NOT a.attisdropped
        AND pg_catalog.has_column_privilege(a.attrelid, a.attnum, 'SELECT')
    ORDER BY a.attrelid, a.attnum LIMIT $2";

/// A database of a server.
pub(super) struct Postgres {
    server: Server,
    powerful: bool,
}

impl Postgres {
    pub(super) fn new(
        address: &SecretString,
        authorities: &[u8],
        powerful: bool,
    ) -> Result<Postgres, SqlError> {
        Ok(Postgres { server: Server::new(address, authorities)?, powerful })
    }

    pub(super) async fn query(
        &self,
        sql: &str,
        parameters: &[Value],
        limits: &SqlLimits,
        places: &Arc<Semaphore>,
    ) -> Result<ToolOutput, SqlError> {
        super::in_time(limits.time, async {
            let _place = place(places).await?;
            let mut connected = self.reading(limits).await?;
            let failed = |error| failed(&error, limits.time);

            // A comment at the end of the statement ends with the line.
            let declared = format!("DECLARE fumehood NO SCROLL CURSOR WITHOUT HOLD FOR\n{sql}\n");
            let declared = connected.client.prepare(&declared).await.map_err(failed)?;
            let bound = values::bound(parameters, declared.params())?;
            let bound = bound.iter().map(|value| value as &(dyn ToSql + Sync)).collect::<Vec<_>>();
            connected.client.execute(&declared, &bound).await.map_err(failed)?;

            let rows = limits.rows.saturating_add(1);
            let fetch = format!("FETCH FORWARD {rows} FROM fumehood");
            // It is prepared for the types alone, which a query for text is not told.
            let types = connected.client.prepare(&fetch).await.map_err(failed)?;
            let types = types.columns();
            let names = types.iter().map(|column| column.name().to_owned()).collect();
            let mut answer = Answer::new(names, limits)?;
            let fetched = connected.client.simple_query_raw(&fetch).await.map_err(failed)?;
            let mut fetched = pin!(fetched);
            while let Some(message) = fetched.next().await {
                let message = message.map_err(|error| connected.broken(&error, limits))?;
                let SimpleQueryMessage::Row(row) = message else { continue };
                let cells = types.iter().enumerate().map(|(position, column)| {
                    let text = row.try_get(position).map_err(failed)?;
                    Ok(values::cell(text, column.type_()))
                });
                if answer.push(cells)? == Taken::Cut {
                    return Ok(answer.finish());
                }
            }
            connected.is_done();
            Ok(answer.finish())
        })
        .await
    }

    pub(super) async fn tables(
        &self,
        limits: &SqlLimits,
        places: &Arc<Semaphore>,
    ) -> Result<Vec<Table>, SqlError> {
        super::in_time(limits.time, async {
            let _place = place(places).await?;
            let mut connected = self.reading(limits).await?;
            let failed = |error| failed(&error, limits.time);
            let most = i64::try_from(limits.tables).unwrap_or(i64::MAX);
            let listed = connected.client.query(TABLES, &[&most]).await.map_err(failed)?;
            let mut tables = Vec::with_capacity(listed.len());
            for row in listed {
                let is_view = row.try_get::<_, bool>(2).map_err(failed)?;
                let about_rows = row.try_get::<_, f64>(3).map_err(failed)?;
                let comment = row.try_get::<_, Option<String>>(4).map_err(failed)?;
                let table = Table {
                    name: schema::name(row.try_get(1).map_err(failed)?),
                    kind: if is_view { "view" } else { "table" },
                    comment: comment.map(|comment| schema::comment(&comment)),
                    // It is negative where nobody has counted.
                    about_rows: (about_rows >= 0.0 && !is_view).then_some(about_rows as u64),
                    columns: Vec::new(),
                };
                tables.push((row.try_get::<_, u32>(0).map_err(failed)?, table));
            }
            let numbers = tables.iter().map(|(number, _)| *number).collect::<Vec<_>>();
            let columns = connected.client.query(TABLE_COLUMNS, &[&numbers, &COLUMNS]).await;
            for row in columns.map_err(failed)? {
                let of = row.try_get::<_, u32>(0).map_err(failed)?;
                let references = row.try_get::<_, Option<String>>(5).map_err(failed)?;
                let comment = row.try_get::<_, Option<String>>(6).map_err(failed)?;
                let column = Column {
                    name: schema::name(row.try_get(1).map_err(failed)?),
                    ty: schema::name(row.try_get(2).map_err(failed)?),
                    nullable: row.try_get(3).map_err(failed)?,
                    primary_key: row.try_get(4).map_err(failed)?,
                    references: references.map(|references| schema::name(&references)),
                    comment: comment.map(|comment| schema::comment(&comment)),
                };
                if let Some((_, table)) = tables.iter_mut().find(|(number, _)| *number == of) {
                    table.columns.push(column);
                }
            }
            connected.is_done();
            Ok(tables.into_iter().map(|(_, table)| table).collect())
        })
        .await
    }

    /// A connection in a transaction that only reads, whose statements end in time.
    async fn reading(&self, limits: &SqlLimits) -> Result<Connected, SqlError> {
        let connected = self.server.connect(limits).await?;
        let milliseconds = limits.time.as_millis().clamp(1, 86_400_000);
        // The forms that `values` reads. UTC has no moment twice.
        let begin = format!(
            "BEGIN READ ONLY; \
             SET LOCAL statement_timeout = {milliseconds}; \
             SET LOCAL lock_timeout = {milliseconds}; \
             SET LOCAL idle_in_transaction_session_timeout = {milliseconds}; \
             SET LOCAL standard_conforming_strings = on; \
             SET LOCAL DateStyle = 'ISO'; \
             SET LOCAL IntervalStyle = 'iso_8601'; \
             SET LOCAL bytea_output = 'hex'; \
             SET LOCAL extra_float_digits = 1; \
             SET LOCAL TimeZone = 'UTC'"
        );
        let failed = |error| failed(&error, limits.time);
        connected.client.batch_execute(&begin).await.map_err(failed)?;
        if !self.powerful {
            let is_powerful = connected.client.query_one(IS_POWERFUL, &[]).await.map_err(failed)?;
            if is_powerful.try_get::<_, bool>(0).map_err(failed)? {
                return Err(SqlError::PowerfulRole { place: self.server.place().to_owned() });
            }
        }
        Ok(connected)
    }
}

async fn place(places: &Semaphore) -> Result<tokio::sync::SemaphorePermit<'_>, SqlError> {
    places.acquire().await.map_err(|error| SqlError::Host { reason: error.to_string() })
}

/// What the server said about a statement.
fn failed(error: &tokio_postgres::Error, time: Duration) -> SqlError {
    use tokio_postgres::error::SqlState;

    let Some(said) = error.as_db_error() else {
        return SqlError::Statement { reason: connection::plainly(error) };
    };
    match *said.code() {
        SqlState::QUERY_CANCELED | SqlState::LOCK_NOT_AVAILABLE => {
            return SqlError::TimedOut { after: time };
        }
        SqlState::READ_ONLY_SQL_TRANSACTION => {
            return SqlError::Refused { what: "a statement that changes something".to_owned() };
        }
        // Where the query of a cursor should begin.
        SqlState::SYNTAX_ERROR if said.message().contains("multiple commands") => {
            return SqlError::Refused { what: "more than one statement".to_owned() };
        }
        _ => {}
    }
    let mut reason = said.message().to_owned();
    for more in [said.detail(), said.hint()].into_iter().flatten() {
        reason += "; ";
        reason += more;
    }
    SqlError::Statement { reason: schema::told(&reason) }
}
