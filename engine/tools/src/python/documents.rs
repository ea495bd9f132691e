//! Readers of documents.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use fumehood::{
    Attachment, Engine, Grant, Limits, Sandbox, SandboxBuilder, Tool, ToolInput, ToolLabels,
};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::error::PythonToolsError;
use super::tools::PythonTools;

/// What reads them, in the guest.
const DOCUMENTS: &str = include_str!("../../../../guest-python/toolbox/documents.py");
/// Memory of a reader, in bytes, of which the libraries take a fifth.
const MEMORY_BYTES: u64 = 512 << 20;
/// Bytes of a document, and of what is read of it.
const ATTACHED_BYTES: u64 = 64 << 20;

/// How long importing the libraries may take, which is a second where nothing else is done.
const SET_UP_TIME: Duration = Duration::from_secs(120);
/// The tool that the host calls.
const TEXT: &str = "document_text";
/// What documents are called whose media types these are.
const NAMES: [(&str, &str); 8] = [
    ("application/pdf", "document.pdf"),
    ("application/vnd.ms-excel", "document.xls"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "document.pptx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "document.xlsx"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "document.docx"),
    ("application/x-pdf", "document.pdf"),
    ("text/csv", "document.csv"),
    ("text/tab-separated-values", "document.tsv"),
];

/// Tools that read documents in granted folders: `list_documents`, `read_document`, `read_table` and `read_picture`.
///
/// PDF, Word, Excel, PowerPoint, CSV and plain text become text, with headings, lists and tables as Markdown; tables
/// become DataFrames, and pictures images. They are read in a sandbox that has nothing but the folders, so a document that
/// was made to do harm meets its limits: half a GiB of memory, and the time of [`Limits::default`].
///
/// The tools say that they read private data.
///
/// # Examples
///
/// ```no_run
/// # async fn example(engine: fumehood::Engine) -> Result<(), Box<dyn std::error::Error>> {
/// use cap_std::{ambient_authority, fs::Dir};
/// use fumehood::{Grant, Sandbox};
/// use fumehood_tools::python::Documents;
///
/// let folder = Dir::open_ambient_dir("reports", ambient_authority())?;
/// let documents = Documents::new(&engine).folder(Grant::read_only(folder, "/reports"));
/// let mut builder = Sandbox::builder(&engine);
/// for tool in documents.load().await?.tools() {
///     builder = builder.shared_tool(tool);
/// }
/// let mut session = builder.build()?.session().await?;
/// session.run("print(read_document('/reports/2024.pdf', pages='1-3'))").await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Documents {
    engine: Engine,
    folders: Vec<Grant>,
    limits: Limits,
}

impl Documents {
    /// Without folders: what can be read is what is passed as bytes.
    pub fn new(engine: &Engine) -> Documents {
        let limits =
            Limits::default().with_memory_bytes(MEMORY_BYTES).with_attached_bytes(ATTACHED_BYTES);
        Documents { engine: engine.clone(), folders: Vec::new(), limits }
    }

    /// What reading a document may use.
    pub fn current_limits(&self) -> Limits {
        self.limits.clone()
    }

    /// Lets documents in a folder be read, by the paths that they have in the guest.
    pub fn folder(mut self, folder: Grant) -> Documents {
        self.folders.push(folder);
        self
    }

    /// Sets what reading a document may use. The default is [`Limits::default`] with half a GiB of memory.
    pub fn limits(mut self, limits: Limits) -> Documents {
        self.limits = limits;
        self
    }

    /// Makes the tools. This takes about a second, as the libraries are imported once for all calls.
    ///
    /// # Errors
    ///
    /// * [`PythonToolsError::Writable`] if a folder may be written to
    /// * [`PythonToolsError::Config`] if two folders have the same path, or the limits are too small
    /// * [`PythonToolsError::File`], [`PythonToolsError::Session`] if there is no room for a session
    pub async fn load(self) -> Result<PythonTools, PythonToolsError> {
        let (tools, _) = self.loaded().await?.apart(TEXT);
        Ok(tools)
    }

    /// The text of documents for a program that has their bytes, from wherever. The tools are made when the first is
    /// read.
    pub fn texts(self) -> DocumentTexts {
        DocumentTexts { documents: self, reading: OnceCell::new() }
    }

    /// With the tool that the host calls.
    async fn loaded(self) -> Result<PythonTools, PythonToolsError> {
        let Documents { engine, folders, limits } = self;
        let builder = Sandbox::builder(&engine).limits(limits).scratch(false);
        let builder = folders.into_iter().fold(builder, SandboxBuilder::grant);
        let granted = builder.clone().build()?;
        if let Some((path, _)) = granted.granted().find(|(_, writable)| *writable) {
            return Err(PythonToolsError::Writable { path: path.to_owned() });
        }
        let paths = granted.granted().map(|(path, _)| Value::from(path)).collect::<Value>();
        let told = format!("sys.modules['documents'].FOLDERS.extend({paths})");
        let time = Some(SET_UP_TIME);
        let tools = PythonTools::load_with(builder, "documents", DOCUMENTS, &told, time).await?;
        Ok(tools.labels(ToolLabels::READS_PRIVATE))
    }
}

/// The text of documents, read where they can do no harm; see [`Documents::texts`].
///
/// # Examples
///
/// ```no_run
/// # async fn example(engine: fumehood::Engine, pdf: Vec<u8>) -> Result<(), String> {
/// let texts = fumehood_tools::python::Documents::new(&engine).texts();
/// println!("{}", texts.text(pdf, "application/pdf").await?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct DocumentTexts {
    documents: Documents,
    reading: OnceCell<Reading>,
}

/// What reads a document.
struct Reading(Arc<dyn Tool>);

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Reading").field(&self.0.name()).finish()
    }
}

impl DocumentTexts {
    /// Whether documents of this media type can be read.
    pub fn reads(&self, media_type: &str) -> bool {
        name_of(media_type).is_some()
    }

    /// The text of a document, with headings, lists and tables as Markdown.
    ///
    /// # Errors
    ///
    /// What is wrong with the document, or the limit that it reached.
    pub async fn text(&self, bytes: impl Into<Bytes>, media_type: &str) -> Result<String, String> {
        let name = name_of(media_type)
            .ok_or_else(|| format!("documents of the type `{media_type}` cannot be read"))?;
        let make = || async {
            let loaded = self.documents.clone().loaded().await;
            let (_, tool) = loaded.map_err(|error| error.to_string())?.apart(TEXT);
            tool.map(Reading).ok_or_else(|| "there is no reader".to_owned())
        };
        let Reading(tool) = self.reading.get_or_try_init(make).await?;
        let content = Attachment::new("/content", Attachment::BYTES, bytes);
        let given = json!({"path": name, "content": content.placeholder()});
        let mut input = ToolInput::new(given.as_object().cloned().unwrap_or_default());
        input.attachments.push(content);
        let answer = tool.call(input).await.map_err(|error| error.to_string())?;
        match answer.value {
            Value::String(text) => Ok(text),
            _ => Err("the reader gave no text".to_owned()),
        }
    }
}

/// Pages of the web that are documents.
#[cfg(feature = "web")]
impl crate::web::DocumentReader for DocumentTexts {
    fn reads(&self, media_type: &str) -> bool {
        DocumentTexts::reads(self, media_type)
    }

    fn text<'a>(&'a self, bytes: Bytes, media_type: &'a str) -> crate::web::ReadingFuture<'a> {
        Box::pin(DocumentTexts::text(self, bytes, media_type))
    }
}

fn name_of(media_type: &str) -> Option<&'static str> {
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    let found = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(essence));
    found.map(|(_, name)| *name)
}
