//! Modules of tools as agents have them.

use std::sync::Arc;

use fumehood_agent::Agent;
use fumehood_model::{Arguments, Part, Reply, Scripted, ToolCall};
use fumehood_tools::wit::{Call, Package, Value};
use insta::assert_snapshot;
use serde_json::{Value as Json, json};

use crate::builder;

const LIBRARY: &str = "
    package acme:library;
    /// Books.
    interface books {
        /// In which language.
        enum language { english, old-norse }
        flags state { lent, lost }
        record book {
            title: string,
            /// The first is the oldest.
            years: list<u16>,
            language: language,
            note: option<option<string>>,
        }
        variant trouble { closed, unknown(string) }
        resource reader { constructor(name: string); lend: func(title: string) -> result<book, trouble>; }
        /// Looks a book up.
        find: func(title: string, state: option<state>) -> result<book, trouble>;
        cover: func(title: string) -> list<u8>;
    }
";

fn library() -> Vec<fumehood::Module> {
    let mut package = Package::parse(LIBRARY).unwrap();
    let books = "acme:library/books";
    let find = |call: Call| async move {
        let title = call.argument::<String>("title")?;
        Ok(match title.as_str() {
            "Edda" => Ok(Value::record([
                ("title", title.into()),
                ("years", vec![1220_u16].into()),
                ("language", Value::Enum("old-norse".to_owned())),
                ("note", Value::Option(None)),
            ])),
            _ => Err(Value::case_of("unknown", title)),
        })
    };
    package.implement(books, "find", find).unwrap();
    package.implement(books, "[constructor]reader", |_| async { Ok(Value::resource(())) }).unwrap();
    package.implement(books, "[method]reader.lend", find).unwrap();
    package.implement(books, "cover", |_| async { Ok(Value::Bytes(vec![1, 2].into())) }).unwrap();
    package.modules().unwrap()
}

fn calling(name: &str, arguments: Json) -> Reply {
    let (id, name) = ("id".to_owned(), name.to_owned());
    Reply::new([Part::ToolCall(ToolCall {
        id,
        name,
        arguments: Arguments::new(arguments.to_string()),
    })])
}

#[tokio::test]
async fn an_agent_that_writes_code_is_shown_modules_as_python_and_imports_them() {
    let code =
        "<code>\nfrom acme.library import find\nfinal_answer(find('Edda').years[0])\n</code>";
    let model = Scripted::new([Reply::saying(code)]);
    let agent = Agent::code(model, builder().modules(library())).build().unwrap();
    let [_, stub] = agent.tool_stubs().try_into().unwrap();
    assert!(agent.system_prompt().unwrap().contains("# from acme.library import find, cover"));
    assert_snapshot!(stub, @r###"
    # from acme.library import find, cover, Language, State, Book, Trouble, Reader

    """Books."""

    class Language(Enum):
        """In which language."""
        ENGLISH = "english"
        OLD_NORSE = "old-norse"

    class State(Flag):
        LENT = "lent"
        LOST = "lost"

    @dataclass
    class Book:
        title: str
        years: list[int]  # The first is the oldest.
        language: Language
        note: Some[str | None] | None

    class Trouble:
        # one of these, for `match` and `isinstance`:
        # Trouble.Closed()
        # Trouble.Unknown(value: str)
        ...

    class Reader:
        def __init__(self, name: str) -> None:
            ...
        def lend(self, title: str) -> Book:
            """Raises ToolError, whose .payload is: Trouble"""
        # a handle: `with` closes it, as does .close()

    def find(title: str, state: State | None = None) -> Book:
        """Looks a book up.

        Raises ToolError, whose .payload is: Trouble"""

    def cover(title: str) -> bytes:
        ...
    "###);
    let result = agent.run("When?").await.unwrap();
    assert_eq!(result.answer.json(), Some(json!(1220)));
}

#[tokio::test]
async fn an_agent_that_calls_tools_gets_schemas_under_names_that_servers_take() {
    let model = Arc::new(Scripted::new([
        calling("acme_library_find", json!({"title": "Edda"})),
        calling("acme_library_find", json!({"title": "Edda", "state": ["stolen"]})),
        calling("final_answer", json!({"answer": 1})),
    ]));
    let agent =
        Agent::tool_calling(Arc::clone(&model), builder().modules(library())).build().unwrap();
    let result = agent.run("When?").await.unwrap();
    let requests = model.requests();
    let names = requests[0].tools.iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>();
    assert_eq!(
        names,
        [
            "acme_library_Reader",
            "acme_library_Reader_lend",
            "acme_library_find",
            "acme_library_cover",
            "acme_library_Reader___del__",
            "final_answer",
        ]
    );
    let find = requests[0].tools.iter().find(|tool| tool.name == "acme_library_find").unwrap();
    assert_eq!(find.description, "Looks a book up.");
    assert_eq!(
        find.parameters,
        json!({
            "type": "object",
            "properties": {
                "title": {"type": "string"},
                "state": {"anyOf": [{"$ref": "#/$defs/acme.library.State"}, {"type": "null"}]},
            },
            "required": ["title"],
            "additionalProperties": false,
            "$defs": {
                "acme.library.State": {
                    "type": "array",
                    "items": {"type": "string", "enum": ["lent", "lost"]},
                    "uniqueItems": true,
                },
            },
        })
    );
    let told = result.memory.messages();
    let told = told.iter().flat_map(|message| &message.parts);
    let told =
        told.filter_map(|part| if let Part::ToolResult(told) = part { Some(told) } else { None });
    let told = told.map(|told| told.text.as_str()).collect::<Vec<_>>();
    assert_eq!(
        told[0],
        r#"{"ok":{"title":"Edda","years":[1220],"language":"old-norse","note":null}}"#
    );
    assert!(
        told[1].contains(
            "acme.library.find: state[0]: \"stolen\" is no flag of State; there are: lent, lost"
        ),
        "{told:?}"
    );
}
