//! Readers of documents, and documents that were made to do harm.

use std::time::Duration;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use fumehood::{Grant, Limits, Session, ToolLabels};
use fumehood_tools::python::{Documents, PythonToolsError};

use super::with;
use crate::{builder, engine, raised, repr};

/// What stops a document is fuel, however busy the machine is.
const PATIENCE: Duration = Duration::from_secs(600);

/// A folder with documents that the guest has written.
async fn documents(code: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let open = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
    let patient = builder().limits(Limits::default().with_time(PATIENCE));
    let sandbox = patient.grant(Grant::read_write(open, "/out")).build().unwrap();
    let mut session = sandbox.session().await.unwrap();
    let step = session.run(code).await.unwrap();
    assert!(step.outcome.is_success(), "{:?}", step.outcome);
    folder
}

async fn reader(folder: &tempfile::TempDir, limits: Option<Limits>) -> Session {
    let open = Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
    let documents = Documents::new(engine()).folder(Grant::read_only(open, "/docs"));
    let documents = match limits {
        Some(limits) => documents.limits(limits),
        None => documents,
    };
    let tools = documents.load().await.unwrap();
    assert!(tools.tools().iter().all(|tool| tool.labels() == ToolLabels::READS_PRIVATE));
    let patient = builder().limits(Limits::default().with_time(PATIENCE));
    with(patient, &tools).session().await.unwrap()
}

const ORDINARY: &str = r##"
import zipfile
import pandas as pd, PIL.Image
from reportlab.pdfgen import canvas

page = canvas.Canvas("/out/report.pdf")
for text in ("It was a quiet year.", "Nothing more."):
    page.drawString(100, 700, text)
    page.showPage()
page.save()

with pd.ExcelWriter("/out/prices.xlsx") as book:
    pd.DataFrame({"article": ["hat", "a|b"], "price": [10, None]}).to_excel(book, sheet_name="Now", index=False)
    pd.DataFrame({"n": [1.5]}).to_excel(book, sheet_name="Then", index=False)

w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
def paragraph(text, properties=""):
    return f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
cell = lambda text: f"<w:tc>{paragraph(text)}</w:tc>"
body = (
    paragraph("The plan", '<w:pStyle w:val="Heading1"/>')
    + paragraph("First this &amp; that.")
    + paragraph("one", "<w:numPr><w:ilvl w:val='0'/></w:numPr>")
    + paragraph("two", "<w:numPr><w:ilvl w:val='1'/></w:numPr>")
    + f"<w:tbl><w:tr>{cell('a')}{cell('b')}</w:tr><w:tr>{cell('1')}{cell('2')}</w:tr></w:tbl>"
)
with zipfile.ZipFile("/out/plan.docx", "w") as archive:
    archive.writestr("word/document.xml", f'<w:document xmlns:w="{w}"><w:body>{body}</w:body></w:document>')
a = "http://schemas.openxmlformats.org/drawingml/2006/main"
with zipfile.ZipFile("/out/talk.pptx", "w") as archive:
    archive.writestr("ppt/slides/slide1.xml", f'<s xmlns:a="{a}"><a:p><a:r><a:t>Hello</a:t></a:r></a:p></s>')
open("/out/list.csv", "w").write("name,age\nAda,36\n")
open("/out/old.tsv", "wb").write("name\tcity\nB\tKöln\n".encode("cp1252"))
open("/out/note.md", "w").write("# Note\n" + "x" * 150_000)
PIL.Image.new("RGB", (3, 4)).save("/out/dot.png")
open("/out/program.bin", "wb").write(b"\x7fELF\0\0")
"##;

#[tokio::test]
async fn documents_become_text_tables_and_pictures() {
    let folder = documents(ORDINARY).await;
    let mut session = reader(&folder, None).await;
    for (code, told) in [
        (
            "read_document('/docs/report.pdf')",
            "'## Page 1\\n\\nIt was a quiet year.\\n\\n## Page 2\\n\\nNothing more.'",
        ),
        ("read_document('/docs/report.pdf', pages='2')", "'## Page 2\\n\\nNothing more.'"),
        (
            "read_document('/docs/prices.xlsx')",
            "'## Now\\n\\n| article | price |\\n| --- | --- |\\n| hat | 10 |\\n| a\\\\|b |  |\\n\\n## Then\\n\\n| n |\\n\
             | --- |\\n| 1.5 |'",
        ),
        (
            "read_document('/docs/plan.docx')",
            "'# The plan\\n\\nFirst this & that.\\n\\n- one\\n  - two\\n\\n| a | b |\\n| --- | --- |\\n| 1 | 2 |'",
        ),
        ("read_document('/docs/talk.pptx')", "'## Slide 1\\n\\nHello'"),
        ("read_document('/docs/list.csv')", "'| name | age |\\n| --- | --- |\\n| Ada | 36 |'"),
        ("read_table('/docs/list.csv').age.sum()", "np.int64(36)"),
        ("read_table('/docs/old.tsv').city[0]", "'Köln'"),
        ("read_table('/docs/prices.xlsx', sheet='Then').n.tolist()", "[1.5]"),
        ("read_table('/docs/prices.xlsx', sheet='2', header=False).shape", "(2, 1)"),
        ("read_table('/docs/prices.xlsx', rows=1).article.tolist()", "['hat']"),
        ("len(read_document('/docs/note.md'))", "100050"),
        (
            "read_document('/docs/note.md')[-50:]",
            "'\\n\\n[50007 more characters: go on with start=100000]'",
        ),
        ("len(read_document('/docs/note.md', start=100000))", "50007"),
        ("read_document('/docs/dot.png')", "'A picture, PNG, 3x4 pixels; read_picture gives it.'"),
        ("read_picture('/docs/dot.png').size", "(3, 4)"),
        ("read_document('by-bytes.csv', content=b'a,b')", "'| a | b |\\n| --- | --- |'"),
        (
            "[file['path'] for file in list_documents()][:2], len(list_documents('/docs'))",
            "(['/docs/dot.png', '/docs/list.csv'], 9)",
        ),
    ] {
        let found = repr(session.run(code).await.unwrap());
        assert_eq!(found, told, "{code}");
    }
    for (code, told) in [
        ("read_document('/docs/report.pdf', pages='3')", "there are pages from 1 to 2"),
        ("read_document('/docs/report.pdf', pages='x')", "'x' are no pages"),
        ("read_table('/docs/prices.xlsx', sheet='Never')", "there are: Now, Then"),
        ("read_table('/docs/plan.docx')", "is no table"),
        ("read_document('/docs/program.bin')", "is no text"),
        ("read_document('/docs/../etc/passwd')", "cannot be read"),
        ("read_document('/nowhere.pdf')", "the folders are: /docs"),
        ("read_picture('/docs/list.csv')", "cannot be read as a picture"),
    ] {
        let exception = raised(session.run(code).await.unwrap());
        assert_eq!(exception.name, "fumehood.ToolError", "{code}");
        assert!(exception.message.contains(told), "{code}: {}", exception.message);
    }
}

const HOSTILE: &str = r##"
import io, zipfile, zlib
import pandas as pd

def docx(name, xml):
    with zipfile.ZipFile(f"/out/{name}.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("word/document.xml", "w") as part:
            for piece in xml:
                part.write(piece)

laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
laughs = f'<!DOCTYPE d [<!ENTITY l0 "lol">{laughs}]><d>&l11;</d>'
docx("billion-laughs", [laughs.encode()])
docx("billion-laughs-utf16", [laughs.encode("utf-16")])
docx("outside", [b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'])
docx("bomb", (bytes(1 << 20) for _ in range(100)))
docx("deep", [b"<a>" * 300_000])

pd.DataFrame({"a": [1]}).to_excel("/out/good.xlsx")
with zipfile.ZipFile("/out/good.xlsx") as good, zipfile.ZipFile("/out/bomb.xlsx", "w", zipfile.ZIP_DEFLATED) as bomb:
    for name in good.namelist():
        if name != "xl/worksheets/sheet1.xml":
            bomb.writestr(name, good.read(name))
    with bomb.open("xl/worksheets/sheet1.xml", "w") as sheet:
        sheet.write(b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>')
        row = b"".join(b"<row><c><v>%d</v></c></row>" % i for i in range(1000))
        for _ in range(3000):
            sheet.write(row)
        sheet.write(b"</sheetData></worksheet>")

def pdf(name, objects, root=1):
    out, places = io.BytesIO(b""), []
    out.write(b"%PDF-1.4\n")
    for number, text in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, text))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    for place in places:
        out.write(b"%010d 00000 n \n" % place)
    out.write(b"trailer <</Size %d /Root %d 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, root, start))
    open(f"/out/{name}.pdf", "wb").write(out.getvalue())

pdf("page-loop", [b"<</Type/Catalog /Pages 2 0 R>>", b"<</Type/Pages /Count 1 /Kids [2 0 R]>>"])
pdf("parent-loop", [
    b"<</Type/Catalog /Pages 2 0 R>>", b"<</Type/Pages /Count 1 /Kids [3 0 R] /Parent 2 0 R>>",
    b"<</Type/Page /Parent 3 0 R>>",
])
pdf("reference-loop", [b"<</Type/Catalog /Pages 2 0 R>>", b"2 0 R"])
pdf("many-pages", [b"<</Type/Catalog /Pages 2 0 R>>", b"<</Type/Pages /Count 2000000000 /Kids [3 0 R]>>", b"<</Type/Page>>"])
stream = zlib.compress(b"0 0 Td " * 200_000_0)
pdf("stream-bomb", [
    b"<</Type/Catalog /Pages 2 0 R>>", b"<</Type/Pages /Count 1 /Kids [3 0 R]>>",
    b"<</Type/Page /Parent 2 0 R /Contents 4 0 R>>",
    b"<</Length %d /Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(stream), stream),
])
open("/out/xref-loop.pdf", "wb").write(
    b"%PDF-1.4\nxref\n0 1\n0000000000 65535 f \ntrailer <</Size 1 /Prev 9 /Root 1 0 R>>\nstartxref\n9\n%%EOF"
)
open("/out/nothing.pdf", "wb").write(b"%PDF-1.4\n")
"##;

/// Whatever comes of it, it is an answer or an error within the limits, and the next document is read.
#[tokio::test]
async fn hostile_documents_meet_the_limits_of_their_reader() {
    let folder = documents(HOSTILE).await;
    let limits = Limits::default()
        .with_memory_bytes(300 << 20)
        .with_fuel(10_000_000_000)
        .with_time(PATIENCE);
    let mut session = reader(&folder, Some(limits)).await;
    for (name, told) in [
        ("billion-laughs.docx", "declares entities"),
        ("billion-laughs-utf16.docx", "declares entities"),
        ("outside.docx", "declares entities"),
        ("bomb.docx", "longer than 67108864 bytes"),
        ("deep.docx", ""),
        ("bomb.xlsx", "it was stopped"),
        ("page-loop.pdf", "damaged"),
        ("reference-loop.pdf", ""),
        ("xref-loop.pdf", ""),
        ("nothing.pdf", "damaged"),
    ] {
        let code = format!("read_document('/docs/{name}')");
        let exception = raised(session.run(code).await.unwrap());
        assert_eq!(exception.name, "fumehood.ToolError", "{name}");
        assert!(exception.message.contains(told), "{name}: {}", exception.message);
    }
    for name in ["parent-loop.pdf", "many-pages.pdf", "stream-bomb.pdf"] {
        // Whether there is text in it is up to the library; that it ends is not.
        let code = format!("try: read_document('/docs/{name}')\nexcept ToolError: pass");
        let step = session.run(format!("from fumehood import ToolError\n{code}")).await.unwrap();
        assert!(step.outcome.is_success(), "{name}: {:?}", step.outcome);
    }
    assert!(
        repr(session.run("read_document('/docs/good.xlsx')").await.unwrap()).contains("| 0 | 1 |")
    );
}

#[tokio::test]
async fn folders_of_documents_are_not_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let open = || Dir::open_ambient_dir(folder.path(), ambient_authority()).unwrap();
    let documents = Documents::new(engine()).folder(Grant::read_write(open(), "/docs"));
    assert!(
        matches!(documents.load().await, Err(PythonToolsError::Writable { path }) if path == "/docs")
    );
}

#[tokio::test]
async fn a_program_reads_what_it_has_fetched() {
    let folder = documents(ORDINARY).await;
    let texts = Documents::new(engine()).texts();
    assert!(texts.reads("Application/PDF; charset=binary") && !texts.reads("text/html"));
    let pdf = std::fs::read(folder.path().join("report.pdf")).unwrap();
    let text = texts.text(pdf, "application/pdf").await.unwrap();
    assert!(text.ends_with("## Page 2\n\nNothing more."), "{text}");
    let error = texts.text(&b"%PDF-1.4 nothing"[..], "application/pdf").await.unwrap_err();
    assert!(error.contains("the PDF is damaged"), "{error}");
    let error = texts.text(&b""[..], "text/html").await.unwrap_err();
    assert!(error.contains("`text/html` cannot be read"), "{error}");
}
