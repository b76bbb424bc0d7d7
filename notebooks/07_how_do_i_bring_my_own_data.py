# %% [markdown]
# # How do I bring my own data?
#
# *For people with an export of the HR system and fifteen minutes.*
#
# After this you can turn an export into a source without SQL. It starts from what most companies have (made up here
# from the simulated company): a workbook with a sheet for each department and CSV files from the payroll. `draft`
# describes them, you answer what no file can say, and the features follow.

# %%
import tempfile
from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
import openpyxl
import polars as pl

from features.build import feature_table
from features.catalogue.catalogue import catalogue
from features.known.snapshots import snapshot_dates
from features.simulation.run import simulate
from features.source import check_source, load_source
from pipeline import draft
from pipeline.settings import Settings

plt.rc("axes.spines", top=False, right=False)
company = Settings().var / "company"
if not company.exists():
    simulate(company, employees=1000, months=30, seed=1)
work = tempfile.TemporaryDirectory()
mine = Path(work.name) / "mine"
export = mine / "export"
export.mkdir(parents=True)

# %% [markdown]
# ## Minute 0: what the HR system gives
#
# A roster with a title, a sheet for each department and a total at the end of each; the history of pay, as German Excel
# writes CSV, with a remark in the last line; and the leavers, with a reason in words. One column should never have been
# exported.

# %%
people = pl.read_parquet(company / "employees.parquet").unique("employee_id", keep="none")  # a roster knows one hire
places = pl.read_parquet(company / "assignments.parquet").sort("effective_date").join(people, "employee_id", how="semi")
last = places.group_by("employee_id").agg(pl.col("department", "job").drop_nulls().last())
exits = pl.read_parquet(company / "exits.parquet").join(people, on="employee_id", how="semi")
exits = exits.unique("employee_id", keep="last", maintain_order=True)
roster = people.join(last, "employee_id").sort("employee_id")

book = openpyxl.Workbook()
del book["Sheet"]
for department in roster["department"].unique().sort():
    sheet = book.create_sheet(department)
    sheet.append([f"Roster {department}"])
    sheet.append([])
    sheet.append(["Employee ID", "Hire Date", "Job Title", "Sick Days"])
    rows = roster.filter(pl.col("department") == department)
    for row in rows.select("employee_id", "hire_date", "job").iter_rows():
        sheet.append([*row, 3])
    sheet.append(["Total", rows.height])
book.save(export / "Roster.xlsx")

pay = pl.read_parquet(company / "compensation.parquet").join(people, "employee_id", how="semi")
lines = ["Employee ID;Effective Date;Annual Base Salary;Currency"]
amounts = pay.sort("employee_id", "effective_date").select("employee_id", "effective_date", "base_pay").iter_rows()
lines += [f"{who};{day:%d.%m.%Y};{int(amount)},{amount * 100 % 100:02.0f};EUR" for who, day, amount in amounts]
(export / "Pay.csv").write_text("\n".join([*lines, "Printed by the payroll"]), encoding="utf-8")
words = {"voluntary": "Resignation", "involuntary": "Dismissal", "other": "Retirement"}
exits.select(
    pl.col("employee_id").alias("Employee ID"),
    pl.col("exit_date").dt.strftime("%d.%m.%Y").alias("Termination Date"),
    pl.col("kind").replace(words).alias("Termination Reason"),
).write_csv(export / "Leavers.csv", separator=";")
print(f"{roster.height:,} people on {len(book.sheetnames)} sheets, {pay.height:,} rows of pay, {exits.height} leavers")

# %% [markdown]
# ## Minute 3: a draft, and its questions
#
# The command is `retention draft path/to/export`; here the same from Python. What the files cannot say is asked.

# %%
first = draft(export)
print(first.as_dict()["layout"])
for question in first.questions:
    print("?", question.key, "·", question.text)

# %% [markdown]
# ## Minute 6: the answers
#
# Only the person who knows the company has them: since when everyone who left is in the export, and which reasons are
# voluntary. For the rest the suggestion is taken, after reading it.

# %%
answers = {
    "complete_from": date(2023, 7, 1),
    "complete_until": date(2025, 12, 31),
    "exit_kinds": {word: kind for kind, word in words.items()},
}
drafted = draft(export, answers)
print("taken as suggested:", *drafted.open)
drafted = draft(export, answers | dict.fromkeys(drafted.open, "suggested"))
assert not drafted.open
(mine / "source.toml").write_text(drafted.text, encoding="utf-8")
print(drafted.text[drafted.text.index("[inputs.") : drafted.text.index("[prepare]")])
print("refused:", *drafted.refused)
print("not used:", *drafted.unused)

# %% [markdown]
# ## Minute 9: the check
#
# It reads the export as the draft describes it, and says what it left out and what it assumed.

# %%
report = check_source(mine, Path(work.name) / "tables")
for finding in (*report.errors, *report.warnings):
    print(finding)
print(f"{report.people:,} people, {report.voluntary_exits} voluntary exits")
for note in report.notes:
    print("note:", note)

# %% [markdown]
# ## Minute 12: features, and a first look
#
# Two lists and a history give the features that they can give; the rest is left out, and the notes above said so. When
# do people leave? Of those who left by their own choice, most had been there for a short time.

# %%
source = load_source(mine, Path(work.name) / "tables")
given = catalogue(source)
day = snapshot_dates(source)[-1]
[file] = feature_table(source, [day], Path(work.name) / "features")
table = pl.read_parquet(file)
print(f"{table.height:,} people at risk on {day}, {len(given)} features")
tenure = (
    source.scan("exits")
    .filter(pl.col("kind") == "voluntary")
    .join(source.scan("employees"), on="employee_id")
    .select(years=(pl.col("exit_date") - pl.col("hire_date")).dt.total_days() / 365.25)
    .collect()["years"]
)
counts = (
    pl.DataFrame({"driver": [feature.driver for feature in given.values()]}).group_by("driver").len().sort("driver")
)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 2.4), layout="constrained")
left.barh(counts["driver"], counts["len"], color="#3a6ea5")
left.set(xlabel="features that these lists give")
right.hist(tenure, bins=range(0, 21, 2), color="#3a6ea5")
right.set(xlabel="years of service at a voluntary exit", ylabel="exits")

# %% [markdown]
# ## Minute 15: `make train SOURCE=path/to/mine`
#
# From here on the command does the work. [docs/sources.md](../docs/sources.md) has every table and column,
# [docs/excel.md](../docs/excel.md) what to ask for.

# %%
assert not report.errors
assert report.people == roster.height
assert report.voluntary_exits > 50
assert table.height > 500
assert {"pay", "context"} <= {feature.driver for feature in given.values()}
assert any("Sick Days" in name for name in drafted.refused)
assert 'sheet = "*"' in drafted.text
assert 'sheet_column = "sheet department"' in drafted.text
assert "skip_last = 1" in drafted.text
work.cleanup()
