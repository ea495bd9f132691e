//! What there is in a database, as code and models are told.

use serde_json::{Value, json};

/// Characters of a name, a type or a comment that are told.
const NAME: usize = 100;
const COMMENT: usize = 200;
/// Bytes of the description of a tool that are about tables.
const SUMMARY: usize = 6_000;

/// A table or a view.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Table {
    /// Its name, as a statement has it; with its schema, where that is not the usual one.
    pub name: String,
    /// `table` or `view`.
    pub kind: &'static str,
    /// What its owner says of it.
    pub comment: Option<String>,
    /// About how many rows it has, if that is known without counting.
    pub about_rows: Option<u64>,
    /// Its columns.
    pub columns: Vec<Column>,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, as the database has it.
    pub ty: String,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it belongs to the primary key.
    pub primary_key: bool,
    /// The column that it refers to, such as `customers.id`.
    pub references: Option<String>,
    /// What its owner says of it.
    pub comment: Option<String>,
}

impl Table {
    pub(super) fn to_json(&self) -> Value {
        let columns = self.columns.iter().map(|column| {
            json!({
                "name": column.name,
                "type": column.ty,
                "nullable": column.nullable,
                "primary_key": column.primary_key,
                "references": column.references,
                "comment": column.comment,
            })
        });
        json!({
            "name": self.name,
            "kind": self.kind,
            "comment": self.comment,
            "about_rows": self.about_rows,
            "columns": columns.collect::<Vec<_>>(),
        })
    }

    fn line(&self) -> String {
        let columns = self.columns.iter().map(|column| {
            let mut told = column.name.clone();
            if !column.ty.is_empty() {
                told += &format!(" {}", column.ty);
            }
            if column.primary_key {
                told += " primary key";
            }
            if let Some(references) = &column.references {
                told += &format!(" references {references}");
            }
            told
        });
        format!("{}({})", self.name, columns.collect::<Vec<_>>().join(", "))
    }
}

/// The tables in a few lines, for a description; those that do not fit are counted.
pub(super) fn summary(tables: &[Table], tool: &str) -> String {
    let mut summary = String::new();
    for (position, table) in tables.iter().enumerate() {
        let line = table.line();
        if summary.len() + line.len() > SUMMARY {
            let left = tables.len() - position;
            summary += &format!("\n... and {left} more, which {tool}() tells of");
            break;
        }
        summary.push('\n');
        summary += &line;
    }
    summary
}

/// A name as it is told: of one line, and not too long.
pub(super) fn name(text: &str) -> String {
    shortened(text, NAME)
}

/// A comment as it is told.
pub(super) fn comment(text: &str) -> String {
    shortened(text, COMMENT)
}

fn shortened(text: &str, most: usize) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(most).collect()
}

/// What a server says, as it is told: not longer than somebody reads.
pub(super) fn told(text: &str) -> String {
    const MOST: usize = 1_000;
    let control = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
    text.chars().map(control).take(MOST).collect()
}
