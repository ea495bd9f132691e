//! What a statement answers: rows, as far as they fit.

use fumehood::{Attachment, ToolOutput};
use serde_json::{Map, Value, json};

use super::error::SqlError;
use super::limits::SqlLimits;

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Value(Value),
    Bytes(Vec<u8>),
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// There is room for more.
    More,
    /// It is not in the answer, which is cut there.
    Cut,
}

/// An answer that is being made.
pub(super) struct Answer<'a> {
    limits: &'a SqlLimits,
    columns: Vec<String>,
    rows: Vec<Value>,
    attachments: Vec<Attachment>,
    bytes: usize,
    cut: Option<String>,
}

impl<'a> Answer<'a> {
    /// One with columns of these names. Of names that are there twice, the second gets a number.
    pub(super) fn new(names: Vec<String>, limits: &'a SqlLimits) -> Result<Answer<'a>, SqlError> {
        if names.len() > limits.columns {
            return Err(SqlError::TooLarge {
                what: "the number of columns",
                limit: limits.columns.to_string(),
                advice: "name the columns that are needed",
            });
        }
        let mut columns: Vec<String> = Vec::with_capacity(names.len());
        for name in names {
            let mut unique = name.clone();
            let mut count = 2;
            while columns.contains(&unique) {
                unique = format!("{name}_{count}");
                count += 1;
            }
            columns.push(unique);
        }
        let bytes = columns.iter().map(|name| name.len() + 3).sum();
        let (rows, attachments) = (Vec::new(), Vec::new());
        Ok(Answer { limits, columns, rows, attachments, bytes, cut: None })
    }

    /// Adds a row, if it fits. Of one that does not, no more is asked for than shows it.
    pub(super) fn push(
        &mut self,
        cells: impl IntoIterator<Item = Result<Cell, SqlError>>,
    ) -> Result<Taken, SqlError> {
        let SqlLimits { rows, answer_bytes, .. } = *self.limits;
        if self.rows.len() >= rows {
            self.cut = Some(format!("there are more rows; these are the first {rows}"));
            return Ok(Taken::Cut);
        }
        let mut row = Map::with_capacity(self.columns.len());
        let mut blobs = Vec::new();
        let mut bytes = 2;
        for (name, cell) in self.columns.iter().zip(cells) {
            let value = match cell? {
                Cell::Value(value) => value,
                Cell::Bytes(blob) => {
                    bytes += blob.len();
                    let at = format!("/rows/{}/{}", self.rows.len(), escaped(name));
                    let blob = Attachment::new(at, Attachment::BYTES, blob);
                    let placeholder = Value::String(blob.placeholder());
                    blobs.push(blob);
                    placeholder
                }
            };
            bytes += name.len() + 4 + written(&value);
            row.insert(name.clone(), value);
            if self.bytes + bytes > answer_bytes {
                let count = self.rows.len();
                if count == 0 {
                    return Err(SqlError::answer(answer_bytes));
                }
                self.cut = Some(format!(
                    "there are more rows; these are the first {count}, as more than {answer_bytes} bytes are no answer"
                ));
                return Ok(Taken::Cut);
            }
        }
        self.bytes += bytes;
        self.rows.push(Value::Object(row));
        self.attachments.extend(blobs);
        Ok(Taken::More)
    }

    pub(super) fn finish(self) -> ToolOutput {
        let value = json!({"columns": self.columns, "rows": self.rows, "cut": self.cut});
        let mut output = ToolOutput::from(value);
        output.attachments = self.attachments;
        output
    }
}

/// How many bytes a value has as JSON.
fn written(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(true) => 4,
        Value::Bool(false) => 5,
        _ => value.to_string().len(),
    }
}

/// A name as a step of a JSON pointer.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A number as JSON has it; what is none is its name.
pub(super) fn float(number: f64) -> Value {
    match serde_json::Number::from_f64(number) {
        Some(number) => Value::Number(number),
        None if number.is_nan() => Value::from("NaN"),
        None if number > 0.0 => Value::from("Infinity"),
        None => Value::from("-Infinity"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(limits: &SqlLimits) -> Answer<'_> {
        Answer::new(vec!["id".to_owned(), "id".to_owned(), "a/b~c".to_owned()], limits).unwrap()
    }

    fn row() -> Vec<Result<Cell, SqlError>> {
        vec![Ok(Cell::Value(1.into())), Ok(Cell::Value(2.into())), Ok(Cell::Bytes(vec![0; 100]))]
    }

    #[test]
    fn columns_of_the_same_name_are_told_apart_and_bytes_are_where_they_belong() {
        let limits = SqlLimits::default();
        let mut answer = answer(&limits);
        assert_eq!(answer.push(row()).unwrap(), Taken::More);
        let output = answer.finish();
        assert_eq!(output.value["columns"], json!(["id", "id_2", "a/b~c"]));
        assert_eq!(output.value["rows"][0]["id_2"], 2);
        assert_eq!(output.value["cut"], Value::Null);
        let there = output.value.pointer(&output.attachments[0].at).unwrap();
        assert_eq!(*there, output.attachments[0].placeholder());
    }

    #[test]
    fn an_answer_is_cut_at_its_rows_and_at_its_bytes() {
        let mut limits = SqlLimits { rows: 1, ..SqlLimits::default() };
        let mut cut = answer(&limits);
        assert_eq!(cut.push(row()).unwrap(), Taken::More);
        assert_eq!(cut.push(row()).unwrap(), Taken::Cut);
        assert!(cut.finish().value["cut"].as_str().unwrap().contains("the first 1"));

        limits = SqlLimits { answer_bytes: 300, ..SqlLimits::default() };
        let mut cut = answer(&limits);
        assert_eq!(cut.push(row()).unwrap(), Taken::More);
        assert_eq!(cut.push(row()).unwrap(), Taken::Cut);
        assert_eq!(cut.finish().value["rows"].as_array().unwrap().len(), 1);

        limits.answer_bytes = 50;
        assert!(matches!(answer(&limits).push(row()), Err(SqlError::TooLarge { .. })));
        limits.columns = 2;
        assert!(Answer::new(vec![String::new(); 3], &limits).is_err());
    }
}
