# requires: numpy>=2, pandas>=2, openpyxl>=3
# Excel through pandas and openpyxl: several sheets, conditional formats, charts, images of data and validation.
import io
import zipfile

import pandas as pd
from openpyxl import load_workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule, ColorScaleRule
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

sales = pd.DataFrame({"month": pd.period_range("2024-01", periods=4, freq="M").astype(str),
                      "tea": [10, 12, 9, 15], "mug": [3.5, None, 4, 6]})
buffer = io.BytesIO()
with pd.ExcelWriter(buffer, engine="openpyxl") as writer:
    sales.to_excel(writer, sheet_name="Sales", index=False)
    sales.set_index("month").T.to_excel(writer, sheet_name="Wide", startrow=2)
print({name: frame.shape for name, frame in pd.read_excel(buffer, sheet_name=None).items()})
back = pd.read_excel(buffer, sheet_name="Sales")
print(back["tea"].tolist(), back["mug"].isna().tolist())
print(pd.read_excel(buffer, sheet_name="Wide", header=2, index_col=0).loc["tea"].tolist())
print(pd.read_excel(buffer, usecols="A,C", nrows=2).values.tolist())
print(pd.read_excel(buffer, dtype={"tea": str})["tea"].tolist()[0])

book = load_workbook(buffer)
sheet = book["Sales"]
bars = BarChart()
bars.title, bars.y_axis.title = "Tea", "cups"
bars.add_data(Reference(sheet, min_col=2, min_row=1, max_row=5), titles_from_data=True)
bars.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=5))
sheet.add_chart(bars, "E2")
lines = LineChart()
lines.add_data(Reference(sheet, min_col=2, max_col=3, min_row=1, max_row=5), titles_from_data=True)
sheet.add_chart(lines, "E20")
sheet.conditional_formatting.add("B2:B5", CellIsRule("greaterThan", ["11"], fill=PatternFill(bgColor="C6EFCE")))
scale = ColorScaleRule(start_type="min", start_color="FFFFFF", end_type="max", end_color="FF0000")
sheet.conditional_formatting.add("C2:C5", scale)
choice = DataValidation(type="list", formula1='"yes,no"', allow_blank=True)
sheet.add_data_validation(choice)
choice.add("D2:D5")
sheet["A1"].comment = Comment("The month", "tester")
sheet.add_table(Table(displayName="SalesTable", ref="A1:C5"))
out = io.BytesIO()
book.save(out)

names = zipfile.ZipFile(out).namelist()
print([name for name in names if "chart" in name and name.endswith(".xml")], sum("comment" in name for name in names) > 0)
again = load_workbook(out)["Sales"]
print(len(again._charts), again["A1"].comment.text, list(again.tables), again.data_validations.dataValidation[0].formula1)
print(sorted(str(rule.sqref) for rule in again.conditional_formatting))
xml = zipfile.ZipFile(out).read("xl/charts/chart1.xml").decode()
print("barChart" in xml, "'Sales'!$B$2:$B$5" in xml)

#=> {'Sales': (4, 3), 'Wide': (4, 5)}
#=> [10, 12, 9, 15] [False, True, False, False]
#=> [10.0, 12.0, 9.0, 15.0]
#=> [['2024-01', 3.5], ['2024-02', nan]]
#=> 10
#=> ['xl/charts/chart1.xml', 'xl/charts/chart2.xml'] True
#=> 2 The month ['SalesTable'] "yes,no"
#=> ['B2:B5', 'C2:C5']
#=> True True
