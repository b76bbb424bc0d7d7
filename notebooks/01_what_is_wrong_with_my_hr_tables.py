# %% [markdown]
# # What is wrong with my HR tables?
#
# *For people who provide the data.*
#
# After this you can read a validation report: which defects cost a few rows, which stop everything, and what a late
# record does. The tables are those of a simulated company with the usual defects; then they are broken on purpose.

# %%
import shutil
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import polars as pl

from features.simulation.run import simulate
from features.source import check_source
from pipeline.settings import Settings

pl.Config(tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True, fmt_str_lengths=200)
plt.rc("axes.spines", top=False, right=False)
company = Settings().var / "company"
if not company.exists():
    simulate(company, employees=1000, months=30, seed=1)

# %% [markdown]
# ## What the check says
#
# `retention check` reads every table and reports all findings at once. For a *warning*, rows are left out and counted.
# An *error* stops everything: nothing is trained on a source that contradicts itself.

# %%
work = Path(tempfile.mkdtemp())
report = check_source(company, work / "tables")
pl.DataFrame(
    [{"table": w.table, "column": w.column, "rule": w.rule, "rows": w.rows} for w in report.warnings],
).sort("rows", descending=True)

# %%
given = sum(report.tables.values())
left_out = sum(warning.rows for warning in report.warnings)
print(f"{given:,} rows, {left_out} with a defect ({left_out / given:.3%}); {len(report.errors)} errors")

# %% [markdown]
# ## What late records look like
#
# A fact that is recorded late is not wrong. But nobody knew it on the day itself, so a model that uses it on that day
# learns from the future. `recorded_at` says when a row became known.

# %%
pay = pl.read_parquet(company / "compensation.parquet")
late = pay.filter(pl.col("recorded_at").is_not_null()).select(
    days=(pl.col("recorded_at") - pl.col("effective_date")).dt.total_days()
)["days"]
figure, axes = plt.subplots(figsize=(7, 2.6))
axes.hist(late, bins=30, color="#3a6ea5")
axes.set(xlabel="days between a change of pay and the day it was recorded", ylabel="changes of pay")
print(f"{len(late) / len(pay):.1%} of the changes of pay were recorded on another day than their own.")

# %% [markdown]
# ## Breaking it on purpose
#
# A missing id, an exit before the hire, a pay of zero in one row of ten: each is an error that names the rule, the
# place, the number of rows and the remedy. In one row of a thousand such a pay is a slip: the row is left out and
# counted. No message contains an id, a name or a pay.

# %%
broken = work / "broken"
shutil.copytree(company, broken)
number = pl.int_range(pl.len())
employees = pl.read_parquet(broken / "employees.parquet")
employees.with_columns(
    employee_id=pl.when(number >= 3).then("employee_id"),
    hire_date=pl.when(number.is_between(3, 6)).then(pl.date(2031, 1, 1)).otherwise("hire_date"),
).write_parquet(broken / "employees.parquet")
pay.with_columns(base_pay=pl.when(number % 10 > 0).then("base_pay").otherwise(0.0)).write_parquet(
    broken / "compensation.parquet"
)
found = check_source(broken, work / "tables")
pl.DataFrame(
    [{"where": f"{e.table}.{e.column}", "rule": e.rule, "rows": e.rows, "what to do": e.remedy} for e in found.errors]
)

# %% [markdown]
# ## Conclusion
#
# The tables as they came are usable: the defects touch far fewer than one row in a hundred, and each is counted. The
# broken ones are not, and one run reports everything that is wrong with them.

# %%
assert not report.errors
assert left_out < 0.01 * given
assert {error.table for error in found.errors} >= {"employees", "compensation"}
shutil.rmtree(work)
