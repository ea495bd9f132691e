//! Searches by meaning, with an endpoint of embeddings.

use std::sync::{Arc, Mutex};

use fumehood::{Code, Event, Session};
use fumehood_tools::recall::Space;

use super::endpoint::Endpoint;
use super::{Kept, save, value, with_memory};
use crate::builder;

async fn session(space: &Space, endpoint: &Endpoint) -> Session {
    let embeddings = Some(endpoint.embeddings());
    with_memory(builder(), space, embeddings).build().unwrap().session().await.unwrap()
}

#[tokio::test]
async fn what_means_the_same_is_found_without_a_common_word() {
    let endpoint = Endpoint::start();
    let kept = Kept::new();
    let space = kept.space("ada");
    // Saved before there was an endpoint.
    save(&space, "The sofa was bought in May.");
    let mut session = session(&space, &endpoint).await;
    value(&mut session, "memory_save('She had soup on Monday.')['id']").await;
    for (code, told) in [
        ("memory_search('Where can I sit?', most=1)[0]['id']", "1"),
        ("memory_search('What did she eat?', most=1)[0]['id']", "2"),
        // A word and the meaning are more than the meaning.
        (
            "memory_save('Dinner in London')['id'], memory_search('eat in London', most=1)[0]['id']",
            "(3, 3)",
        ),
    ] {
        assert_eq!(value(&mut session, code).await, told, "{code}");
    }
    // Each text was sent once, and each query.
    let mut texts = endpoint.texts();
    texts.sort();
    assert_eq!(
        texts,
        [
            "Dinner in London",
            "She had soup on Monday.",
            "The sofa was bought in May.",
            "What did she eat?",
            "Where can I sit?",
            "eat in London",
        ]
    );
}

#[tokio::test]
async fn an_endpoint_that_fails_costs_the_meaning_and_nothing_else() {
    let endpoint = Endpoint::start();
    let kept = Kept::new();
    let space = kept.space("ada");
    let mut session = session(&space, &endpoint).await;
    for (number, instead) in [
        "500",
        "no json",
        "{}",
        r#"{"data": []}"#,
        r#"{"data": [{"index": 0, "embedding": []}]}"#,
        r#"{"data": [{"index": 7, "embedding": [1.0]}]}"#,
        r#"{"data": [{"index": 0, "embedding": [1e999]}]}"#,
        r#"{"data": [{"index": 0, "embedding": ["x"]}]}"#,
    ]
    .into_iter()
    .enumerate()
    {
        *endpoint.instead.lock().unwrap() = Some(instead);
        let told = Arc::new(Mutex::new(Vec::new()));
        let hearing = Arc::clone(&told);
        let code = format!(
            "memory_save('Soup number {number}')['known'], len(memory_search('number {number}', most=1))"
        );
        let code = Code::new(code).listener(Arc::new(move |event| {
            if let Event::ToolProgress { message, .. } = event {
                hearing.lock().unwrap().push(message.to_owned());
            }
        }));
        assert_eq!(crate::repr(session.run(code).await.unwrap()), "(False, 1)", "{instead}");
        let told = told.lock().unwrap();
        assert!(
            told.len() == 2 && told[1].contains("searching by words alone: no embeddings: "),
            "{told:?}"
        );
    }
    // Once it works again, what was saved meanwhile is found by meaning.
    *endpoint.instead.lock().unwrap() = None;
    assert_eq!(value(&mut session, "len(memory_search('eat', most=20))").await, "8");
}

#[tokio::test]
async fn a_text_that_the_endpoint_does_not_take_keeps_no_other_from_being_found() {
    let endpoint = Endpoint::start();
    let kept = Kept::new();
    let space = kept.space("ada");
    save(&space, "The sofa was bought in May.");
    save(&space, &"long ".repeat(1_200));
    save(&space, "She had soup on Monday.");
    let mut session = session(&space, &endpoint).await;
    for (query, id) in [("Where can I sit?", 1), ("What did she eat?", 3), ("long", 2)] {
        let code = format!("memory_search('{query}', most=1)[0]['id']");
        assert_eq!(value(&mut session, &code).await, id.to_string(), "{query}");
    }
}

#[tokio::test]
async fn a_vector_of_another_length_is_none() {
    let endpoint = Endpoint::start();
    let kept = Kept::new();
    let mut session = session(&kept.space("ada"), &endpoint).await;
    *endpoint.instead.lock().unwrap() = Some(r#"{"data": [{"index": 0, "embedding": [1, 2]}]}"#);
    value(&mut session, "memory_save('soup')['id']").await;
    *endpoint.instead.lock().unwrap() = None;
    assert_eq!(value(&mut session, "memory_search('eat')").await, "[]");
    assert_eq!(value(&mut session, "len(memory_search('soup'))").await, "1");
}
