# requires: pypdf>=3, reportlab>=4
# PDF: pages drawn with reportlab, then read, merged, rotated, annotated and encrypted with pypdf.
import io

import pypdf
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen import canvas
from reportlab.platypus import Paragraph, SimpleDocTemplate, Table


def letter(name, pages):
    buffer = io.BytesIO()
    page = canvas.Canvas(buffer, pagesize=A4, invariant=True)
    page.setTitle(f"Letter to {name}")
    for number in range(1, pages + 1):
        page.setFont("Helvetica", 14)
        page.drawString(72, 720, f"Dear {name}, this is page {number}.")
        page.rect(72, 600, 100, 50, fill=number % 2)
        page.showPage()
    page.save()
    return buffer.getvalue()


data = letter("Ada", 2)
print(data[:5], data.rstrip().endswith(b"%%EOF"), letter("Ada", 2) == data)
reader = pypdf.PdfReader(io.BytesIO(data))
print(len(reader.pages), reader.metadata.title, [round(float(side)) for side in reader.pages[0].mediabox[2:]])
print([page.extract_text().strip() for page in reader.pages])

buffer = io.BytesIO()
rows = [["Item", "Price"], ["tea", "4.50"], ["mug", "12.00"]]
SimpleDocTemplate(buffer, pagesize=A4).build([Paragraph("A <b>price</b> list", getSampleStyleSheet()["Title"]), Table(rows)])
report = pypdf.PdfReader(buffer)
words = report.pages[0].extract_text().split()
print(len(report.pages), words[:4], words[-2:])

writer = pypdf.PdfWriter()
writer.append(io.BytesIO(data), pages=(1, 2))
writer.append(buffer)
writer.add_blank_page(width=100, height=200)
writer.pages[0].rotate(90)
writer.add_metadata({"/Author": "tester"})
writer.add_outline_item(title="Prices", page_number=1)
out = io.BytesIO()
writer.write(out)
merged = pypdf.PdfReader(out)
print(len(merged.pages), merged.pages[0].rotation, merged.metadata.author)
print(merged.outline[0].title, merged.pages[2].mediabox.height)
print("page 2" in merged.pages[0].extract_text(), merged.pages[2].extract_text() == "")

locked = pypdf.PdfWriter(clone_from=io.BytesIO(data))
locked.encrypt("secret", algorithm="RC4-128")
out = io.BytesIO()
locked.write(out)
sealed = pypdf.PdfReader(out)
print(sealed.is_encrypted, int(sealed.decrypt("wrong")), int(sealed.decrypt("secret")) > 0, len(sealed.pages))
try:
    pypdf.PdfReader(io.BytesIO(b"not a pdf"))
except pypdf.errors.PdfReadError as exc:
    print(type(exc).__name__, isinstance(exc, pypdf.errors.PyPdfError))

#=> b'%PDF-' True True
#=> 2 Letter to Ada [595, 842]
#=> ['Dear Ada, this is page 1.', 'Dear Ada, this is page 2.']
#=> 1 ['A', 'price', 'list', 'Item'] ['mug', '12.00']
#=> 3 90 tester
#=> Prices 200.0
#=> True True
#=> True 0 True 2
#=> PdfStreamError True
