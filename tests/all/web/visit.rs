//! Pages, as sites really write them.

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use fumehood::{Attachment, Tool as _, ToolLabels};
use fumehood_tools::web::{DocumentReader, ReadingFuture, VisitWebpage};
use serde_json::json;

use super::site::{Answer, Asked, Site};
use super::{call, reading, saved, session, visit};
use crate::{raised, repr};

/// A site that has the pages of `tests/web/pages`.
fn pages() -> Site {
    Site::serving(|asked: &Asked| {
        let name = asked.line.trim_start_matches("GET /").to_owned();
        let page = saved(&format!("pages/{name}"));
        Answer::new(200, "text/html", page)
    })
}

/// The text of a page; where it is not what is expected, both are said, and what it is goes to a file.
async fn expect(site: &Site, name: &str, whole: bool) {
    let tool = visit(site);
    let url = site.url(&format!("/{name}.html"));
    let answer = call(&tool, json!({"url": url, "whole": whole})).await.unwrap();
    // The port is another one each time.
    let place = format!("site.test:{}", site.port);
    let text = answer.value.as_str().unwrap().replace(&place, "site.test") + "\n";
    let name = if whole { format!("{name}.whole.md") } else { format!("{name}.md") };
    let expected = String::from_utf8(saved(&format!("pages/{name}"))).unwrap();
    if text != expected {
        let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(&name);
        std::fs::write(&path, &text).unwrap();
        panic!("{name} is not what was expected; it is in {}:\n{text}", path.display());
    }
}

#[tokio::test]
async fn an_article_is_read_without_what_is_around_it() {
    expect(&pages(), "article", false).await;
}

#[tokio::test]
async fn all_of_a_page_is_read_if_that_is_wanted() {
    expect(&pages(), "article", true).await;
}

#[tokio::test]
async fn code_and_tables_stay_what_they_are() {
    expect(&pages(), "reference", false).await;
}

#[tokio::test]
async fn a_page_without_an_article_is_read_as_a_whole_and_without_what_nobody_sees() {
    expect(&pages(), "index", false).await;
}

#[tokio::test]
async fn an_article_of_an_encyclopedia_is_read() {
    expect(&pages(), "encyclopedia", false).await;
}

#[tokio::test]
async fn an_old_page_is_read_in_its_encoding() {
    expect(&pages(), "old", false).await;
}

#[tokio::test]
async fn a_page_is_a_text_for_code() {
    let site = pages();
    let mut session = session(visit(&site)).await;
    let url = site.url("/article.html");
    for (code, told) in [
        (format!("visit_webpage({url:?}).splitlines()[0]"), "'# The lighthouse that moved'"),
        (
            "import inspect; str(inspect.signature(visit_webpage))".to_owned(),
            "'(url: str, page: int = 1, whole: bool = False) -> str'",
        ),
    ] {
        assert_eq!(repr(session.run(code.as_str()).await.unwrap()), told, "{code}");
    }
    let asked = &site.asked()[0];
    assert!(asked.header("user-agent").unwrap().contains("fumehood/"));
    assert!(asked.header("accept").unwrap().contains("text/html"));
}

#[tokio::test]
async fn a_long_page_comes_in_parts_that_say_how_to_go_on() {
    let text = "<p>A line of the page that is read, and goes on a little.".repeat(100);
    let site = Site::saying(200, "text/html", text);
    let client = reading(&site).build().unwrap();
    let tool = VisitWebpage::builder().client(client).characters(2_000).build().unwrap();
    let page = async |page: u32| {
        let arguments = json!({"url": site.url("/"), "page": page, "whole": true});
        call(&tool, arguments).await
    };
    let first = page(1).await.unwrap().value;
    let first = first.as_str().unwrap();
    assert!(
        first.ends_with("a little.\n\n[This is part 1 of 3. For the next one, call with page=2.]"),
        "{first}"
    );
    let last = page(3).await.unwrap().value;
    assert!(last.as_str().unwrap().ends_with("a little.\n\n[This is part 3 of 3, the last one.]"));
    let error = page(4).await.unwrap_err();
    assert_eq!(
        (error.is_about_arguments(), error.to_string()),
        (true, "there is no page 4: it has 3 parts".to_owned())
    );
}

#[tokio::test]
async fn what_is_no_page_is_given_as_what_it_is() {
    const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";
    for (media_type, body, told) in [
        ("text/plain; charset=iso-8859-1", &b"na\xefve <b>"[..], Ok("naïve <b>")),
        ("application/json", b"{\"a\": [1]}", Ok("{\"a\": [1]}")),
        ("text/csv", b"a,b\n1,2\n", Ok("a,b\n1,2")),
        ("application/atom+xml", b"<feed/>", Ok("<feed/>")),
        ("text/markdown", b"# *a*", Ok("# *a*")),
        ("", b"<!DOCTYPE html><p>page", Ok("page")),
        ("", b"only text", Ok("only text")),
        ("application/octet-stream", b"also text", Ok("also text")),
        (
            "application/octet-stream",
            b"\0\x01",
            Err("what is there is of the type application/octet-stream, and no text (2 bytes)"),
        ),
        (
            "application/pdf",
            b"%PDF-1.7",
            Err("what is there is a PDF document, and there is no reader for those here (8 bytes)"),
        ),
        // Some servers say that everything is a page.
        ("text/html", b"%PDF-1.7", Err("a PDF document")),
        ("image/webp", b"RIFF....WEBP", Err("of the type image/webp, and no text")),
        ("image/svg+xml", b"<svg/>", Err("of the type image/svg+xml, and no text")),
        ("text/html", b"", Err("there is no text in its HTML; perhaps scripts write it")),
        (
            "text/html",
            b"<body><script>render()</script><div id=app></div>",
            Err("there is no text in its HTML"),
        ),
    ] {
        let site = Site::saying(200, media_type, body);
        let answer = call(&visit(&site), json!({"url": site.url("/")})).await;
        match (answer, told) {
            (Ok(answer), Ok(told)) => assert_eq!(answer.value, told, "{media_type}"),
            (Err(error), Err(told)) => {
                assert!(error.to_string().contains(told), "{media_type}: {error}")
            }
            (answer, told) => panic!("{media_type}: {answer:?} and not {told:?}"),
        }
    }
    for media_type in ["image/png", "text/html"] {
        let site = Site::saying(200, media_type, PNG);
        let answer = call(&visit(&site), json!({"url": site.url("/")})).await.unwrap();
        let picture = &answer.attachments[0];
        assert_eq!((picture.at.as_str(), &*picture.media_type), ("", Attachment::PNG));
        assert_eq!(picture.bytes, PNG);
    }
}

#[tokio::test]
async fn a_picture_is_a_picture_for_code() {
    let site = Site::saying(200, "image/png", include_bytes!("../agents/pixel.png").to_vec());
    let mut session = session(visit(&site)).await;
    let code = format!("visit_webpage({:?}).size", site.url("/pixel.png"));
    assert_eq!(repr(session.run(code).await.unwrap()), "(1, 1)");
}

/// Reads what it calls documents.
#[derive(Default)]
struct Reader(Arc<Mutex<Vec<String>>>);

impl DocumentReader for Reader {
    fn reads(&self, media_type: &str) -> bool {
        media_type == "application/pdf"
    }

    fn text<'a>(&'a self, bytes: Bytes, media_type: &'a str) -> ReadingFuture<'a> {
        self.0.lock().unwrap().push(media_type.to_owned());
        Box::pin(async move {
            match bytes.len() {
                8 => Ok("Page 1\n".repeat(1_000)),
                _ => Err("it is\u{1b}[2J encrypted".to_owned()),
            }
        })
    }
}

#[tokio::test]
async fn a_document_is_read_by_whoever_can() {
    let seen = Arc::default();
    let site = Site::serving(|asked: &Asked| match asked.line.as_str() {
        "GET /zip" => Answer::new(200, "application/zip", "PK.."),
        "GET /locked" => Answer::new(200, "application/pdf", "%PDF-1.7 locked"),
        _ => Answer::new(200, "application/pdf", "%PDF-1.7"),
    });
    let client = reading(&site).build().unwrap();
    let reader = Reader(Arc::clone(&seen));
    let tool =
        VisitWebpage::builder().client(client).characters(1_000).reader(reader).build().unwrap();
    let page = call(&tool, json!({"url": site.url("/pdf"), "page": 2})).await.unwrap().value;
    assert!(
        page.as_str()
            .unwrap()
            .ends_with("Page 1\n\n[This is part 2 of 8. For the next one, call with page=3.]"),
        "{page}"
    );
    let error = call(&tool, json!({"url": site.url("/locked")})).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the document of type application/pdf cannot be read: it is[2J encrypted"
    );
    let error = call(&tool, json!({"url": site.url("/zip")})).await.unwrap_err();
    assert!(error.to_string().contains("application/zip, and no text"), "{error}");
    assert_eq!(*seen.lock().unwrap(), ["application/pdf", "application/pdf"]);
}

/// A PDF with a line of text.
fn pdf(line: &str) -> Vec<u8> {
    let text = format!("BT /F 12 Tf 72 700 Td ({line}) Tj ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Count 1/Kids[3 0 R]>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>".to_owned(),
        format!("<</Length {}>>\nstream\n{text}\nendstream", text.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>".to_owned(),
    ];
    let (mut file, mut places) = ("%PDF-1.4\n".to_owned(), String::new());
    for (number, object) in objects.iter().enumerate() {
        places += &format!("{:010} 00000 n \n", file.len());
        file += &format!("{} 0 obj\n{object}\nendobj\n", number + 1);
    }
    let start = file.len();
    file += &format!("xref\n0 6\n0000000000 65535 f \n{places}");
    file += &format!("trailer\n<</Size 6/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
    file.into_bytes()
}

#[tokio::test]
async fn a_pdf_is_read_in_a_sandbox() {
    let site = Site::serving(|asked: &Asked| match asked.line.as_str() {
        "GET /broken" => Answer::new(200, "application/pdf", "%PDF-1.7"),
        _ => Answer::new(200, "application/pdf", pdf("It was a quiet year.")),
    });
    let client = reading(&site).build().unwrap();
    let texts = fumehood_tools::python::Documents::new(crate::engine()).texts();
    let tool = VisitWebpage::builder().client(client).reader(texts).build().unwrap();
    let page = call(&tool, json!({"url": site.url("/report")})).await.unwrap().value;
    assert!(page.as_str().unwrap().ends_with("It was a quiet year."), "{page}");
    let error = call(&tool, json!({"url": site.url("/broken")})).await.unwrap_err();
    assert!(error.to_string().contains("the PDF is damaged"), "{error}");
}

#[tokio::test]
async fn why_there_is_no_page_is_told_apart() {
    for (status, told) in [
        (
            404,
            "there is no such page; the address may be wrong or old (status 404, http://site.test",
        ),
        (401, "the page is for those who have signed in"),
        (403, "the site does not show this page to programs"),
        (429, "the site has had too many visits; try again in 9 seconds"),
        (503, "the site has a problem of its own"),
        (418, "the site shows no page"),
    ] {
        let site =
            Site::serving(move |_| Answer::new(status, "text/html", "no").with("retry-after", "9"));
        let mut session = session(visit(&site)).await;
        let exception =
            raised(session.run(format!("visit_webpage({:?})", site.url("/"))).await.unwrap());
        assert_eq!(exception.name, "fumehood.ToolError");
        assert!(exception.message.contains(told), "{status}: {}", exception.message);
    }
    let site = Site::saying(200, "text/html", "x".repeat(9 << 20));
    let error = call(&visit(&site), json!({"url": site.url("/")})).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the page cannot be read: the body of the answer is larger than 8388608 bytes, which is the limit"
    );
}

#[tokio::test]
async fn redirects_lead_to_the_page_and_links_are_those_of_where_it_is() {
    let site = Site::serving(|asked: &Asked| match asked.line.as_str() {
        "GET /old" => Answer::new(301, "", "").with("location", "/new/place"),
        "GET /new/place" => Answer::html("<p>moved <a href=../here>here</a>"),
        _ => Answer::new(404, "", ""),
    });
    let answer = call(&visit(&site), json!({"url": site.url("/old")})).await.unwrap();
    assert_eq!(answer.value, format!("moved [here]({})", site.url("/here")));
}

#[test]
fn it_says_that_pages_are_of_others_and_that_addresses_tell_them_something() {
    let tool = VisitWebpage::builder().build().unwrap();
    assert_eq!(tool.labels(), ToolLabels::RETURNS_UNTRUSTED.and(ToolLabels::SENDS));
    let rules = format!("{tool:?}");
    assert!(rules.contains("Any") && !rules.contains("POST"), "{rules}");
}
