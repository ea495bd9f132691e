//! The tools of a database.

use std::sync::Arc;

use fumehood::{Tool, ToolFuture, ToolInput, ToolLabels, ToolOutput};
use serde_json::{Value, json};

use super::{Database, Open, Source, schema};

/// The tools of a database.
pub(super) fn of(database: &Database) -> Vec<Arc<dyn Tool>> {
    let Open { name, source, limits, untrusted, tables, .. } = &*database.0;
    let (query, told) = (format!("{name}_query"), format!("{name}_tables"));
    let labels = match untrusted {
        true => ToolLabels::READS_PRIVATE.and(ToolLabels::RETURNS_UNTRUSTED),
        false => ToolLabels::READS_PRIVATE,
    };
    let example = match source {
        Source::Sqlite(_) => "? stands for the first value, then the second, ...",
        Source::Postgres(_) => "$1 stands for the first value, $2 for the second, ...",
    };
    let there = match untrusted {
        true => format!("\nWhich tables there are is what {told}() says."),
        false => format!("\nIts tables:{}", schema::summary(tables, &told)),
    };
    let there = match tables.len() >= limits.tables {
        true => format!(
            "{there}\nNo more than {} tables are told of; there may be others.",
            limits.tables
        ),
        false => there,
    };
    let description = format!(
        "Reads the {} database `{name}` with one statement of SQL: SELECT, VALUES or WITH. Nothing can be changed. \
         No more than {} rows are returned, so count, sum and group in SQL. \
         pandas.DataFrame(answer[\"rows\"]) makes a table.{there}",
        source.kind(),
        limits.rows,
    );
    let query = Query { database: database.clone(), name: query, description, example, labels };
    let told = Tables { database: database.clone(), name: told, labels };
    vec![Arc::new(query), Arc::new(told)]
}

/// Answers statements.
struct Query {
    database: Database,
    name: String,
    description: String,
    example: &'static str,
    labels: ToolLabels,
}

impl Tool for Query {
    fn name(&self) -> &str {
        &self.name
    }

    fn description(&self) -> &str {
        &self.description
    }

    fn parameters(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "sql": {"type": "string", "description": "The statement."},
                "parameters": {
                    "type": "array",
                    "default": [],
                    "description": format!("Values for the statement, so that none has to be quoted: {}", self.example),
                },
            },
            "required": ["sql"],
        })
    }

    fn returns(&self) -> Option<Value> {
        Some(json!({
            "type": "object",
            "description": "`rows`: a list of dicts by column; `columns`: their names; `cut`: None, or why there are \
                more rows than these.",
        }))
    }

    fn labels(&self) -> ToolLabels {
        self.labels
    }

    fn call(&self, input: ToolInput) -> ToolFuture<'_> {
        Box::pin(async move {
            let sql = input.arguments.get("sql").and_then(Value::as_str).unwrap_or_default();
            let parameters = input.arguments.get("parameters").and_then(Value::as_array);
            let parameters = parameters.map_or(&[][..], Vec::as_slice);
            Ok(self.database.query(sql, parameters).await?)
        })
    }
}

/// Tells of the tables.
struct Tables {
    database: Database,
    name: String,
    labels: ToolLabels,
}

impl Tool for Tables {
    fn name(&self) -> &str {
        &self.name
    }

    fn description(&self) -> &str {
        "The tables and views of the database, with columns, types, keys and about how many rows they have."
    }

    fn parameters(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "table": {
                    "type": ["string", "null"],
                    "default": null,
                    "description": "The name of one of them, or nothing for all.",
                },
            },
        })
    }

    fn returns(&self) -> Option<Value> {
        Some(json!({
            "type": "array",
            "description": "A dict for each: name, kind, comment, about_rows, and columns: name, type, nullable, \
                primary_key, references, comment.",
        }))
    }

    fn labels(&self) -> ToolLabels {
        self.labels
    }

    fn call(&self, input: ToolInput) -> ToolFuture<'_> {
        Box::pin(async move {
            let table = input.arguments.get("table").and_then(Value::as_str);
            let tables = self.database.tables().await?;
            let told = tables.iter().filter(|one| table.is_none_or(|table| one.name == table));
            let told = told.map(super::Table::to_json).collect::<Vec<_>>();
            match (table, told.is_empty()) {
                (Some(table), true) => {
                    let names = tables.iter().map(|one| one.name.as_str()).take(50);
                    let names = names.collect::<Vec<_>>().join(", ");
                    let shown = schema::name(table);
                    Err(fumehood::ToolError::about_arguments(format!(
                        "there is no table `{shown}`; there are: {names}"
                    )))
                }
                _ => Ok(ToolOutput::from(Value::from(told))),
            }
        })
    }
}
