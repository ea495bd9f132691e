# requires: xlsxwriter>=3, openpyxl>=3
# XlsxWriter: a formatted report with formulas, a chart and rich text, checked by reading it with openpyxl.
import csv
import io
import zipfile
from datetime import datetime

import openpyxl
import xlsxwriter

SOURCE = "day,item,count,price\n2024-03-01,tea,3,4.50\n2024-03-02,mug,1,12\n2024-03-02,tea,5,4.50\n"
buffer = io.BytesIO()
book = xlsxwriter.Workbook(buffer, {"in_memory": True, "default_date_format": "dd.mm.yyyy"})
sheet = book.add_worksheet("Report")
head = book.add_format({"bold": True, "bg_color": "#DDEEFF", "border": 1})
money = book.add_format({"num_format": "0.00"})
rows = list(csv.DictReader(io.StringIO(SOURCE)))
sheet.write_row(0, 0, [*rows[0], "total"], head)
for number, row in enumerate(rows, start=1):
    sheet.write_datetime(number, 0, datetime.fromisoformat(row["day"]))
    sheet.write_string(number, 1, row["item"])
    sheet.write_number(number, 2, int(row["count"]))
    sheet.write_number(number, 3, float(row["price"]), money)
    sheet.write_formula(number, 4, f"=C{number + 1}*D{number + 1}", money, int(row["count"]) * float(row["price"]))
last = len(rows) + 1
sheet.write(last, 3, "sum", head)
sheet.write_formula(last, 4, f"=SUM(E2:E{last})", money, sum(int(r["count"]) * float(r["price"]) for r in rows))
sheet.write_rich_string("A7", "plain ", head, "bold", " plain")
sheet.write_url("A8", "https://example.test/", string="link")
sheet.set_column("A:A", 12)
sheet.conditional_format("C2:C4", {"type": "data_bar"})
chart = book.add_chart({"type": "pie"})
chart.add_series({"categories": "=Report!$B$2:$B$4", "values": "=Report!$E$2:$E$4"})
sheet.insert_chart("G2", chart)
book.add_worksheet("Hidden").hide()
book.close()

data = buffer.getvalue()
archive = zipfile.ZipFile(io.BytesIO(data))
print(data[:2], archive.testzip())
print(sorted(name for name in archive.namelist() if "sheet" in name and name.endswith(".xml")))
values = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
print(values.sheetnames, values["Hidden"].sheet_state, [cell.value for cell in values["Report"][2]])
print(values["Report"]["E5"].value, openpyxl.load_workbook(io.BytesIO(data))["Report"]["E5"].value)
print(values["Report"]["A7"].value, values["Report"]["A8"].hyperlink.target)
print(values["Report"]["D2"].number_format, values["Report"]["A1"].font.b)
print("pieChart" in archive.read("xl/charts/chart1.xml").decode(), values["Report"].column_dimensions["A"].width > 11)
try:
    book = xlsxwriter.Workbook(io.BytesIO())
    book.add_worksheet("same")
    book.add_worksheet("SAME")
except xlsxwriter.exceptions.DuplicateWorksheetName as exc:
    print("DuplicateWorksheetName:", "already in use" in str(exc))
    book.close()

#=> b'PK' None
#=> ['xl/worksheets/sheet1.xml', 'xl/worksheets/sheet2.xml']
#=> ['Report', 'Hidden'] hidden [datetime.datetime(2024, 3, 1, 0, 0), 'tea', 3, 4.5, 13.5]
#=> 48.0 =SUM(E2:E4)
#=> plain bold plain https://example.test/
#=> 0.00 True
#=> True True
#=> DuplicateWorksheetName: True
