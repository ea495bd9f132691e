//! The memories that an agent has for a user.

use fumehood::{Label, Labels};
use rusqlite::{OptionalExtension as _, Row, Transaction, params};

use super::error::RecallError;
use super::limits::RecallLimits;
use super::ranking;
use super::store::{MemoryStore, made_space, space_id};

/// How many of each ranking are looked at.
const CANDIDATES: usize = 100;
/// Texts that are asked embeddings for at a time.
pub(super) const EMBEDDED_AT_ONCE: usize = 32;

/// What memories have that are read, in the order of [`Memory::read`].
pub(super) const READ: &str = "number, text, about, tags, labels, saved";
/// Whether a memory has all tags of a list.
const HAS_TAGS: &str = "NOT EXISTS (SELECT 1 FROM json_each(?2) AS wanted WHERE wanted.value NOT IN \
                        (SELECT value FROM json_each(memories.tags)))";

/// What an agent remembers for a user, which nobody else sees. A clone is the same space.
#[derive(Clone, Debug)]
pub struct Space {
    store: MemoryStore,
    user: String,
    agent: String,
}

/// Something that is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Memory {
    /// Its number in the space, from 1. None is given twice.
    pub number: u64,
    /// The text.
    pub text: String,
    /// What it is about.
    pub about: Option<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// What the session had seen that has saved it.
    pub labels: Labels,
    /// When it was saved, in ISO 8601 and UTC.
    pub saved: String,
}

/// Something that is to be remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewMemory {
    /// The text.
    pub text: String,
    /// What it is about.
    pub about: Option<String>,
    /// Tags to find it by.
    pub tags: Vec<String>,
}

impl NewMemory {
    /// A text, about nothing and without tags.
    pub fn new(text: impl Into<String>) -> NewMemory {
        NewMemory { text: text.into(), ..NewMemory::default() }
    }

    /// The same, with these tags.
    #[must_use]
    pub fn tagged(mut self, tags: impl IntoIterator<Item = impl Into<String>>) -> NewMemory {
        self.tags = tags.into_iter().map(Into::into).collect();
        self
    }

    /// The same, about something.
    #[must_use]
    pub fn about(mut self, about: impl Into<String>) -> NewMemory {
        self.about = Some(about.into());
        self
    }

    /// The same, if it can be remembered.
    pub(super) fn checked(self, limits: &RecallLimits) -> Result<NewMemory, RecallError> {
        let text = self.text.trim();
        if text.is_empty() {
            return Err(RecallError::invalid("there is no text to remember"));
        }
        if text.len() > limits.text_bytes {
            let (bytes, limit) = (text.len(), limits.text_bytes);
            return Err(RecallError::invalid(format!(
                "the text has {bytes} bytes, and {limit} at most can be remembered at a time; save what matters of it"
            )));
        }
        if text.contains('\0') {
            return Err(RecallError::invalid("there is a null character in the text"));
        }
        let about = self.about.map(|about| line(&about, "what it is about", limits)).transpose()?;
        let mut tags = Vec::new();
        for tag in tags_of(&self.tags, limits)? {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        Ok(NewMemory { text: text.to_owned(), about, tags })
    }
}

/// What became of something that was to be remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Saved {
    /// Its number.
    pub number: u64,
    /// Whether the same text was there before. Then it has the tags and labels of both.
    pub known: bool,
}

/// What is looked for.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Query {
    /// The words. Where there are none, what was saved last is found.
    pub words: String,
    /// Tags, all of which a memory has to have.
    pub tags: Vec<String>,
    /// How many are wanted at most. The default is 5.
    pub most: usize,
    /// The words as a vector, and the model that has made it.
    pub(super) vector: Option<(String, Vec<f32>)>,
}

impl Query {
    /// Words, with any tags, for the best five.
    pub fn new(words: impl Into<String>) -> Query {
        Query { words: words.into(), most: 5, ..Query::default() }
    }

    /// The same, of memories that have all of these tags.
    #[must_use]
    pub fn tagged(mut self, tags: impl IntoIterator<Item = impl Into<String>>) -> Query {
        self.tags = tags.into_iter().map(Into::into).collect();
        self
    }

    /// The same, for so many.
    #[must_use]
    pub fn most(mut self, most: usize) -> Query {
        self.most = most;
        self
    }
}

impl Space {
    pub(super) fn new(store: MemoryStore, user: &str, agent: &str) -> Space {
        Space { store, user: user.to_owned(), agent: agent.to_owned() }
    }

    /// Whose memories they are.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// The agent that has them.
    pub fn agent(&self) -> &str {
        &self.agent
    }

    /// Remembers something, with what the session has seen that says so.
    ///
    /// # Errors
    ///
    /// [`RecallError::Invalid`], [`RecallError::Full`] or [`RecallError::Store`]
    pub fn save(&self, memory: NewMemory, labels: &Labels) -> Result<Saved, RecallError> {
        let limits = self.store.limits();
        let memory = memory.checked(limits)?;
        self.store.write(|transaction| {
            let space = made_space(transaction, &self.user, &self.agent, limits)?;
            saved(transaction, space, &memory, labels, None, limits)
        })
    }

    /// What fits a query, the best first.
    ///
    /// # Errors
    ///
    /// [`RecallError::Invalid`] or [`RecallError::Store`]
    pub fn search(&self, query: &Query) -> Result<Vec<Memory>, RecallError> {
        let limits = self.store.limits();
        if query.words.len() > limits.query_bytes {
            let limit = limits.query_bytes;
            return Err(RecallError::invalid(format!(
                "the query is longer than {limit} bytes, which is the limit; a few words find more"
            )));
        }
        let tags = written(&tags_of(&query.tags, limits)?);
        let most = query.most.min(limits.results);
        self.store.read(|transaction| {
            let Some(space) = space_id(transaction, &self.user, &self.agent)? else {
                return Ok(Vec::new());
            };
            let mut rankings = Vec::new();
            if let Some(words) = ranking::any_word_of(&query.words) {
                rankings.push(by_words(transaction, space, &tags, &words)?);
            }
            if let Some((model, vector)) = &query.vector {
                rankings.push(by_meaning(transaction, space, &tags, model, vector)?);
            }
            let found = match query.words.trim().is_empty() {
                true => newest(transaction, space, &tags, most)?,
                false => ranking::fused(&rankings),
            };
            let mut read = transaction
                .prepare(&format!("SELECT {READ} FROM memories WHERE id = ?1 AND space = ?2"))?;
            let found = found.into_iter().take(most);
            let found = found.map(|id| Ok(read.query_row((id, space), Memory::read)?));
            found.collect()
        })
    }

    /// Forgets a memory. Says whether there was one of this number. Nothing of it stays in the file.
    ///
    /// # Errors
    ///
    /// [`RecallError::Store`]; [`RecallError::StillRead`] if it is forgotten but its bytes are not gone yet
    pub fn forget(&self, number: u64) -> Result<bool, RecallError> {
        let forgotten = self.store.write(|transaction| {
            let Some(space) = space_id(transaction, &self.user, &self.agent)? else {
                return Ok(false);
            };
            // No memory has a number that does not fit.
            let Ok(number) = i64::try_from(number) else { return Ok(false) };
            let found = transaction.query_row(
                "SELECT id FROM memories WHERE space = ?1 AND number = ?2",
                (space, number),
                |row| row.get::<_, i64>(0),
            );
            let Some(id) = found.optional()? else { return Ok(false) };
            unindex(transaction, space, id)?;
            transaction.execute("DELETE FROM memories WHERE id = ?1", [id])?;
            Ok(true)
        })?;
        if forgotten {
            self.store.scrub()?;
        }
        Ok(forgotten)
    }

    /// Texts that this model has not embedded yet, with what they are known by.
    pub(super) fn unembedded(
        &self,
        model: &str,
        most: usize,
    ) -> Result<Vec<(i64, String)>, RecallError> {
        self.store.read(|transaction| {
            let Some(space) = space_id(transaction, &self.user, &self.agent)? else {
                return Ok(Vec::new());
            };
            // The newest first: that one was just saved.
            let mut listed = transaction.prepare(
                "SELECT id, text FROM memories WHERE space = ?1 AND model IS NOT ?2 ORDER BY id DESC LIMIT ?3",
            )?;
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let listed =
                listed.query_map((space, model, most), |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(listed.collect::<Result<Vec<_>, _>>()?)
        })
    }

    /// Keeps the vectors of texts, as far as these are still there.
    pub(super) fn embed(
        &self,
        model: &str,
        vectors: &[(i64, String, Vec<f32>)],
    ) -> Result<(), RecallError> {
        self.store.write(|transaction| {
            let Some(space) = space_id(transaction, &self.user, &self.agent)? else { return Ok(()) };
            let mut update = transaction.prepare(
                "UPDATE memories SET model = ?1, vector = ?2 WHERE id = ?3 AND space = ?4 AND text = ?5",
            )?;
            for (id, text, vector) in vectors {
                let vector = ranking::direction(vector).map(|vector| ranking::to_bytes(&vector));
                update.execute(params![model, vector, id, space, text])?;
            }
            Ok(())
        })
    }
}

impl Memory {
    /// From a row of [`READ`].
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Memory> {
        let about = row.get::<_, String>(2)?;
        let labels = row.get::<_, String>(4)?;
        Ok(Memory {
            number: row.get::<_, i64>(0)?.unsigned_abs(),
            text: row.get(1)?,
            about: (!about.is_empty()).then_some(about),
            tags: serde_json::from_str(&row.get::<_, String>(3)?).unwrap_or_default(),
            // Of what cannot be read, the worst is believed.
            labels: serde_json::from_str(&labels).unwrap_or_else(|_| {
                let mut labels = Labels::default();
                Label::ALL.iter().for_each(|label| labels.add(*label, "a damaged memory"));
                labels
            }),
            saved: row.get(5)?,
        })
    }
}

/// Keeps something that was checked, at this time or now.
pub(super) fn saved(
    transaction: &Transaction<'_>,
    space: i64,
    memory: &NewMemory,
    labels: &Labels,
    at: Option<&str>,
    limits: &RecallLimits,
) -> Result<Saved, RecallError> {
    let mut known = transaction
        .prepare(&format!("SELECT {READ}, id FROM memories WHERE space = ?1 AND text = ?2"))?;
    let known = known
        .query_row((space, &memory.text), |row| Ok((Memory::read(row)?, row.get::<_, i64>(6)?)))
        .optional()?;
    if let Some((before, id)) = known {
        let mut merged = before.labels;
        merged.merge(labels);
        let mut tags = before.tags;
        let others =
            memory.tags.iter().filter(|tag| !tags.contains(tag)).cloned().collect::<Vec<_>>();
        tags.extend(others);
        tags.truncate(limits.tags);
        let about = memory.about.clone().or(before.about).unwrap_or_default();
        unindex(transaction, space, id)?;
        transaction.execute(
            "UPDATE memories SET about = ?1, tags = ?2, labels = ?3 WHERE id = ?4",
            params![about, written(&tags), labels_written(&merged)?, id],
        )?;
        index(transaction, space, id)?;
        return Ok(Saved { number: before.number, known: true });
    }
    let count = transaction.query_row(
        "SELECT count(*) FROM memories WHERE space = ?1",
        [space],
        |row| row.get::<_, i64>(0),
    )?;
    if usize::try_from(count).is_ok_and(|count| count >= limits.memories) {
        let advice = "forget what is not needed any more";
        return Err(RecallError::Full { what: "memories", limit: limits.memories, advice });
    }
    let number = transaction.query_row(
        "UPDATE spaces SET last_number = last_number + 1 WHERE id = ?1 RETURNING last_number",
        [space],
        |row| row.get::<_, i64>(0),
    )?;
    transaction.execute(
        "INSERT INTO memories (space, number, text, about, tags, labels, saved)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, coalesce(?7, strftime('%Y-%m-%dT%H:%M:%SZ', 'now')))",
        params![
            space,
            number,
            memory.text,
            memory.about.as_deref().unwrap_or_default(),
            written(&memory.tags),
            labels_written(labels)?,
            at,
        ],
    )?;
    index(transaction, space, transaction.last_insert_rowid())?;
    Ok(Saved { number: number.unsigned_abs(), known: false })
}

/// Enters the words of a memory.
fn index(transaction: &Transaction<'_>, space: i64, id: i64) -> Result<(), RecallError> {
    transaction.execute(
        &format!(
            "INSERT INTO words_{space} (rowid, text, about, tags)
             SELECT id, text, about, tags FROM memories WHERE id = ?1"
        ),
        [id],
    )?;
    Ok(())
}

/// Takes the words of a memory out, which has to be as it was entered.
fn unindex(transaction: &Transaction<'_>, space: i64, id: i64) -> Result<(), RecallError> {
    transaction.execute(
        &format!(
            "INSERT INTO words_{space} (words_{space}, rowid, text, about, tags)
             SELECT 'delete', id, text, about, tags FROM memories WHERE id = ?1"
        ),
        [id],
    )?;
    Ok(())
}

fn by_words(
    transaction: &Transaction<'_>,
    space: i64,
    tags: &str,
    words: &str,
) -> Result<Vec<i64>, RecallError> {
    let mut found = transaction.prepare(&format!(
        "SELECT memories.id FROM words_{space} JOIN memories ON memories.id = words_{space}.rowid
         WHERE words_{space} MATCH ?1 AND memories.space = ?3 AND {HAS_TAGS}
         ORDER BY bm25(words_{space}), number DESC LIMIT ?4"
    ))?;
    let found =
        found.query_map(params![words, tags, space, CANDIDATES as i64], |row| row.get(0))?;
    Ok(found.collect::<Result<Vec<_>, _>>()?)
}

fn by_meaning(
    transaction: &Transaction<'_>,
    space: i64,
    tags: &str,
    model: &str,
    vector: &[f32],
) -> Result<Vec<i64>, RecallError> {
    let mut vectors = transaction.prepare(&format!(
        "SELECT id, vector FROM memories
         WHERE space = ?1 AND model = ?3 AND vector IS NOT NULL AND {HAS_TAGS}"
    ))?;
    let mut rows = vectors.query((space, tags, model))?;
    let mut alike = Vec::new();
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(1)?;
        let other = bytes.as_blob().ok().and_then(ranking::from_bytes);
        if let Some(other) = other.filter(|other| other.len() == vector.len()) {
            alike.push((ranking::likeness(&other, vector), row.get::<_, i64>(0)?));
        }
    }
    alike.sort_by(|(a, first), (b, second)| b.total_cmp(a).then(second.cmp(first)));
    Ok(alike.into_iter().take(CANDIDATES).map(|(_, id)| id).collect())
}

fn newest(
    transaction: &Transaction<'_>,
    space: i64,
    tags: &str,
    most: usize,
) -> Result<Vec<i64>, RecallError> {
    let mut found = transaction.prepare(&format!(
        "SELECT id FROM memories WHERE space = ?1 AND {HAS_TAGS} ORDER BY number DESC LIMIT ?3"
    ))?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let found = found.query_map((space, tags, most), |row| row.get(0))?;
    Ok(found.collect::<Result<Vec<_>, _>>()?)
}

/// Tags that can be some.
fn tags_of(tags: &[String], limits: &RecallLimits) -> Result<Vec<String>, RecallError> {
    if tags.len() > limits.tags {
        let limit = limits.tags;
        return Err(RecallError::invalid(format!("there are more than {limit} tags")));
    }
    tags.iter().map(|tag| line(tag, "a tag", limits)).collect()
}

/// A text of one line that is not too long.
fn line(text: &str, what: &str, limits: &RecallLimits) -> Result<String, RecallError> {
    let text = text.trim();
    if text.is_empty() || text.len() > limits.tag_bytes || text.chars().any(char::is_control) {
        let limit = limits.tag_bytes;
        return Err(RecallError::invalid(format!(
            "{what} has to have 1 to {limit} bytes, in one line"
        )));
    }
    Ok(text.to_owned())
}

fn written(tags: &[String]) -> String {
    serde_json::Value::from(tags).to_string()
}

fn labels_written(labels: &Labels) -> Result<String, RecallError> {
    serde_json::to_string(labels).map_err(|error| RecallError::Store { reason: error.to_string() })
}
