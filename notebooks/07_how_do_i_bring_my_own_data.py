# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     name: python3
# ---

# %% [markdown]
# # How do I bring my own data?
#
# *For people with an export of the payroll and fifteen minutes.*
#
# Few companies have tables in the shape of a textbook. Most have one wide export a month. This notebook starts from
# such a file (made up here from the simulated company) and ends with a table of features. All it takes is a
# `source.toml` of one page.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import polars as pl

from features.build import feature_table
from features.catalogue.catalogue import catalogue
from features.known.snapshots import snapshot_dates
from features.simulation.run import simulate
from features.source import check_source, load_source
from pipeline.settings import Settings

company = Settings().var / "company"
if not company.exists():
    simulate(company, employees=1000, months=30, seed=1)
work = tempfile.TemporaryDirectory()
mine = Path(work.name) / "mine"
mine.mkdir()

# %% [markdown]
# ## Minute 0: what the payroll gives
#
# One row a person and month, German dates, a decimal comma, and a column with a reason of absence that nobody should
# have exported.

# %%
months = pl.read_parquet(company / "working_time.parquet").select(
    "employee_id", "month", "overtime_hours", "contracted_hours"
)
people = pl.read_parquet(company / "employees.parquet").unique("employee_id", keep="none")  # a payroll knows one hire
pay = pl.read_parquet(company / "compensation.parquet").sort("effective_date")
export = (
    months.join(people.select("employee_id", "hire_date"), on="employee_id")
    .filter(pl.col("month") >= pl.col("hire_date"))
    .unique(["employee_id", "month"], maintain_order=True)
    .sort("month")
    .join_asof(
        pay.select("employee_id", "effective_date", "base_pay"),
        left_on="month",
        right_on="effective_date",
        by="employee_id",
        check_sortedness=False,
    )
    .drop_nulls("base_pay")
    .select(
        Person="employee_id",
        Monat=pl.col("month").dt.strftime("%d.%m.%Y"),
        Eintritt=pl.col("hire_date").dt.strftime("%d.%m.%Y"),
        Gehalt=(pl.col("base_pay") / 12).round(2).cast(pl.String).str.replace(".", ",", literal=True),
        Sollstunden="contracted_hours",
        Ueberstunden="overtime_hours",
        absence_reason=pl.lit("-"),
    )
)
export.write_csv(mine / "payroll.csv", separator=";")
exits = pl.read_parquet(company / "exits.parquet").unique("employee_id", keep="last", maintain_order=True)
exits = exits.join(people, on="employee_id", how="semi")
exits.select(
    Person="employee_id",
    Austritt=pl.col("exit_date").dt.strftime("%d.%m.%Y"),
    Art=pl.when(pl.col("kind") == "voluntary").then(pl.lit("Eigenkündigung")).otherwise(pl.lit("anders")),
).write_csv(mine / "leavers.csv", separator=";")
print(f"{export.height:,} rows, columns {', '.join(export.columns)}")

# %% [markdown]
# ## Minute 5: a `source.toml`
#
# Each table of the contract is one query over the files. `observed_from` is the line that people forget: someone
# hired long before the export begins cannot have left before it begins.

# %%
(mine / "source.toml").write_text(
    """
name = "mine"
complete_until = 2025-12-31
horizon_months = 6

[prepare]
months = '''
select Person as employee_id, strptime(Monat, '%d.%m.%Y')::date as month, strptime(Eintritt, '%d.%m.%Y')::date as hired,
       replace(Gehalt, ',', '.')::double as pay, Sollstunden::double as contracted, Ueberstunden::double as overtime
from read_csv('payroll.csv', delim = ';', all_varchar = true)'''

[tables]
employees = '''
select employee_id, min(hired) as hire_date, min(date_trunc('month', month))::date as observed_from
from months group by 1'''
compensation = "select employee_id, month as effective_date, 12 * pay as base_pay from months"
working_time = "select employee_id, month, contracted as contracted_hours, overtime as overtime_hours from months"
exits = '''
select Person as employee_id, strptime(Austritt, '%d.%m.%Y')::date as exit_date,
       case when Art = 'Eigenkündigung' then 'voluntary' else 'other' end as kind
from read_csv('leavers.csv', delim = ';', all_varchar = true)'''
""",
    encoding="utf-8",
)
report = check_source(mine, Path(work.name) / "tables")
for error in report.errors:
    print("error:", error.table, error.column, "·", error.rule, "·", error.remedy)
print(f"{report.people:,} people, {report.voluntary_exits} voluntary exits, {len(report.warnings)} warnings")
for note in report.notes:
    print("note:", note)

# %% [markdown]
# ## Minute 10: features
#
# Three tables give the features that three tables can give; the rest is left out, and the notes above said so.

# %%
source = load_source(mine, Path(work.name) / "tables")
given = catalogue(source)
day = snapshot_dates(source)[-1]
[file] = feature_table(source, [day], Path(work.name) / "features")
table = pl.read_parquet(file)
print(f"{table.height:,} people at risk on {day}, {len(given)} features")
counts = pl.DataFrame({"driver": [feature.driver for feature in given.values()]}).group_by("driver").len()
figure, axes = plt.subplots(figsize=(6, 2.2))
axes.barh(counts["driver"], counts["len"], color="#3a6ea5")
axes.set(xlabel="features that these tables give")
axes.spines[["top", "right"]].set_visible(False)
figure.tight_layout()

# %% [markdown]
# ## Minute 15: `make train SOURCE=path/to/mine`
#
# From here on the command does the work: it evaluates on later months, writes the report, and promotes if the gate
# passes. [docs/sources.md](../docs/sources.md) has every table and column, and four more examples.

# %%
assert not report.errors
assert report.voluntary_exits > 50
assert table.height > 500
assert "absence_reason" not in table.columns
assert {"pay", "conditions"} <= {feature.driver for feature in given.values()}
work.cleanup()
