# requires: openpyxl>=3
# openpyxl: a workbook with formulas, styles, merged cells, several sheets, saved and read back.
import tempfile
from datetime import date
from pathlib import Path

from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import column_index_from_string, get_column_letter
from openpyxl.workbook.defined_name import DefinedName

book = Workbook()
sheet = book.active
sheet.title = "Sales"
sheet.append(["Item", "Count", "Price", "Total", "Sold"])
for row, (item, count, price, sold) in enumerate([("Tea", 10, 4.5, date(2024, 2, 29)), ("Mug", 3, 12, date(2024, 3, 1)),
                                                  ("=not a formula?", 1, 0.5, None)], start=2):
    sheet.append([item, count, price, f"=B{row}*C{row}", sold])
sheet["A4"].data_type = "s"
sheet["D5"] = "=SUM(D2:D4)"
for cell in sheet[1]:
    cell.font = Font(bold=True, color="FFFFFF")
    cell.fill = PatternFill("solid", fgColor="4472C4")
    cell.alignment = Alignment(horizontal="center")
sheet["D5"].border = Border(top=Side(style="double"))
sheet["C2"].number_format = "#,##0.00 €"
sheet.column_dimensions["A"].width = 22
sheet.freeze_panes = "A2"
sheet.merge_cells("A7:C7")
sheet["A7"] = "merged ünïcode ☃"
sheet.auto_filter.ref = "A1:E4"
notes = book.create_sheet("Notes", 0)
notes["B2"] = True
book.defined_names["rate"] = DefinedName("rate", attr_text="Sales!$C$2")

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "sales.xlsx")
    book.save(path)
    print(path.read_bytes()[:2], path.stat().st_size > 4000)
    back = load_workbook(path)
    read = back["Sales"]
    print(back.sheetnames, read.dimensions, read.max_row, back.active.title, list(back.defined_names))
    print([cell.value for cell in read[2]], read["D5"].value, read["A4"].value, read["A4"].data_type)
    print(read["A1"].font.b, read["A1"].fill.fgColor.rgb)
    print(read["C2"].number_format, read["D5"].border.top.style, read.freeze_panes)
    print([str(area) for area in read.merged_cells.ranges], read["A7"].value, read["B7"].value, read.auto_filter.ref)
    print([[value for value in row] for row in read.iter_rows(2, 3, 1, 3, values_only=True)], back["Notes"]["B2"].value)
    print(load_workbook(path, data_only=True)["Sales"]["D5"].value, read["E2"].is_date, read.column_dimensions["A"].width)
    read.insert_rows(2)
    read.delete_cols(5)
    read.move_range("A3:A4", rows=10)
    print(read["A2"].value, read["A13"].value, read.max_column, get_column_letter(28), column_index_from_string("AB"))
    lean = load_workbook(path, read_only=True)
    print(sum(1 for _ in lean["Sales"].rows), [cell.value for cell in next(lean["Sales"].rows)][:2])
    lean.close()

#=> b'PK' True
#=> ['Notes', 'Sales'] A1:E7 7 Notes ['rate']
#=> ['Tea', 10, 4.5, '=B2*C2', datetime.datetime(2024, 2, 29, 0, 0)] =SUM(D2:D4) =not a formula? s
#=> True 004472C4
#=> #,##0.00 € double A2
#=> ['A7:C7'] merged ünïcode ☃ None A1:E4
#=> [['Tea', 10, 4.5], ['Mug', 3, 12]] True
#=> None True 22.0
#=> None Tea 4 AB 28
#=> 7 ['Item', 'Count']
