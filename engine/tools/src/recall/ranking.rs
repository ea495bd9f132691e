//! Which memories a query means: by words, by meaning, or by both.

use std::collections::HashMap;

/// Words of a query that are looked for.
const WORDS: usize = 32;
/// How much the first place of a ranking counts against those that follow; the usual number.
const SMOOTHING: f64 = 60.0;

/// A query as one of SQLite's full-text search: any of its words. None, if it has none.
///
/// Whatever stands in it is a word and nothing else: in quotes, no character means anything.
pub(super) fn any_word_of(query: &str) -> Option<String> {
    let words = query.split(|c: char| c.is_whitespace() || c.is_control());
    let words = words.filter(|word| word.chars().any(char::is_alphanumeric)).take(WORDS);
    let quoted = words.map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect::<Vec<_>>();
    (!quoted.is_empty()).then(|| quoted.join(" OR "))
}

/// How alike two vectors of length 1 are: the cosine of the angle between them.
pub(super) fn likeness(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// A vector of length 1 in the same direction; none, if it has no direction.
pub(super) fn direction(vector: &[f32]) -> Option<Vec<f32>> {
    let length = vector.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
    (length.is_finite() && length > 0.0)
        .then(|| vector.iter().map(|x| (f64::from(*x) / length) as f32).collect())
}

/// One ranking of several (reciprocal rank fusion): what is near the top of one, or in many, comes first.
pub(super) fn fused(rankings: &[Vec<i64>]) -> Vec<i64> {
    let mut scores = HashMap::new();
    let mut order = Vec::new();
    for ranking in rankings {
        for (place, id) in ranking.iter().enumerate() {
            let score = scores.entry(*id).or_insert_with(|| {
                order.push(*id);
                0.0
            });
            *score += 1.0 / (SMOOTHING + place as f64 + 1.0);
        }
    }
    let score = |id: &i64| scores.get(id).copied().unwrap_or(0.0);
    // It is stable: of those that are as good, the one that was first in the first ranking.
    order.sort_by(|a, b| score(b).total_cmp(&score(a)));
    order
}

/// A vector as it is stored.
pub(super) fn to_bytes(vector: &[f32]) -> Vec<u8> {
    vector.iter().flat_map(|x| x.to_le_bytes()).collect()
}

/// A vector that was stored; none, if it is not whole.
pub(super) fn from_bytes(bytes: &[u8]) -> Option<Vec<f32>> {
    let (numbers, rest) = bytes.as_chunks::<4>();
    rest.is_empty().then(|| numbers.iter().map(|number| f32::from_le_bytes(*number)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_words_and_nothing_else() {
        assert_eq!(any_word_of("which seat?").unwrap(), r#""which" OR "seat?""#);
        assert_eq!(
            any_word_of(r#"a" OR b* NEAR(c"#).unwrap(),
            r#""a""" OR "OR" OR "b*" OR "NEAR(c""#
        );
        assert_eq!(any_word_of("a\0b").unwrap(), r#""a" OR "b""#);
        assert_eq!(any_word_of(" -- \"\" * ^ : ( ) { } \n"), None);
        assert_eq!(any_word_of(&"x ".repeat(1_000)).unwrap().matches("OR").count(), WORDS - 1);
    }

    #[test]
    fn what_two_rankings_have_near_the_top_is_first() {
        assert_eq!(fused(&[vec![1, 2, 3], vec![3, 2, 4]]), [3, 2, 1, 4]);
        assert_eq!(fused(&[vec![1, 2], vec![]]), [1, 2]);
        assert!(fused(&[]).is_empty());
    }

    #[test]
    fn vectors_are_compared_by_their_directions() {
        let a = direction(&[3.0, 4.0]).unwrap();
        assert_eq!(a, [0.6, 0.8]);
        assert!((likeness(&a, &direction(&[30.0, 40.0]).unwrap()) - 1.0).abs() < 1e-6);
        assert!(likeness(&a, &direction(&[-4.0, 3.0]).unwrap()).abs() < 1e-6);
        assert_eq!(direction(&[0.0, 0.0]), None);
        assert_eq!(from_bytes(&to_bytes(&a)).unwrap(), a);
        assert_eq!(from_bytes(&[0; 7]), None);
    }
}
