# %% [markdown]
# # What was known on that day?
#
# *For data scientists who have seen an AUC that was too good.*
#
# After this you can recognise the leak behind most retention models that fail in use: tables as they are **now**.
# Someone who left in March has no raise after March; ask today's table for "the last raise" and it tells you who left.
# Here the leak is built and measured, and `features.known.facts` makes it impossible.

# %%
import tempfile
from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import polars as pl

from features.build import feature_table
from features.known.facts import known_on
from features.simulation.run import simulate
from features.source import load_source
from pipeline.dataset.outcome import left_within_horizon
from pipeline.judgement.statistics.metrics import metrics, metrics_with_intervals
from pipeline.settings import Settings

plt.rc("axes.spines", top=False, right=False)
company = Settings().var / "company"
if not company.exists():
    simulate(company, employees=1000, months=30, seed=1)
work = tempfile.TemporaryDirectory()
source = load_source(company, Path(work.name) / "tables")

# %% [markdown]
# ## The honest table
#
# Four snapshot dates, everyone at risk on each, and whether each left voluntarily in the following six months.

# %%
dates = [date(2024, 3, 31), date(2024, 6, 30), date(2024, 9, 30), date(2024, 12, 31)]
files = feature_table(source, dates, Path(work.name) / "features")
honest = left_within_horizon(source, pl.concat([pl.read_parquet(file) for file in files]), dates, 6)
print(f"{honest.height:,} rows, base rate {honest['left'].mean():.1%}")

# %% [markdown]
# ## The leak
#
# "Months since the last change of pay", once from the whole table as anybody would write it, and once as known on the
# snapshot date. The first sees changes that had not happened yet.

# %%
pay = pl.read_parquet(source.tables["compensation"])
last_ever = pay.group_by("employee_id").agg(last_change=pl.col("effective_date").max())
leaking = honest.join(last_ever, on="employee_id", how="left").with_columns(
    months_since_change=(pl.col("snapshot_date") - pl.col("last_change")).dt.total_days() / 30.4
)
known = [
    known_on(source, day)
    .facts("compensation")
    .to_native()
    .collect()
    .group_by("employee_id")
    .agg(known_change=pl.col("effective_date").max())
    .with_columns(snapshot_date=pl.lit(day))
    for day in dates
]
both = leaking.join(pl.concat(known), on=["employee_id", "snapshot_date"], how="left").with_columns(
    months_known=(pl.col("snapshot_date") - pl.col("known_change")).dt.total_days() / 30.4
)


# %%
def separates(column: str) -> dict[str, float]:
    """AUC of one figure alone, with an interval from resampling people."""
    rows = both.drop_nulls(column)
    risk = rows[column].rank().to_numpy() / (rows.height + 1)
    return metrics_with_intervals(rows["left"].to_numpy(), risk, rows["employee_id"].to_numpy(), seed=1).auc


from_the_future, as_known = separates("months_since_change"), separates("months_known")
print(f"from today's table  AUC {from_the_future.value:.3f}")
print(f"as known that day   AUC {as_known.value:.3f}")
print(f"the leak is worth       {from_the_future.value - as_known.value:+.3f}")

# %%
figure, panels = plt.subplots(1, 2, figsize=(9, 2.8), sharey=True)
for panel, column, title in (
    (panels[0], "months_since_change", "from today's table"),
    (panels[1], "months_known", "as known that day"),
):
    for left, colour, label in ((False, "#9aa5b1", "stayed"), (True, "#b3402e", "left")):
        values = both.filter(pl.col("left") == left)[column].drop_nulls().to_numpy()
        panel.hist(
            values, bins=np.arange(-18, 37, 3), density=True, histtype="step", color=colour, label=label, linewidth=2
        )
    panel.axvline(0, color="black", linewidth=0.6)
    panel.set(title=title, xlabel="months since the last change of pay")
panels[0].legend(frameon=False)
_ = panels[0].set(ylabel="share of people")

# %% [markdown]
# Left of zero is the future: a change of pay that is still to come. Only people who stay can have one.
#
# ## Why it cannot happen here
#
# Features are functions of `Known`: every table, cut to what had happened **and** been recorded by the snapshot date.
# Deleting the whole future of a source must therefore change nothing.

# %%
day = dates[1]
past = Path(work.name) / "past"
past.mkdir()
for table, column in {"compensation": "effective_date", "surveys": "survey_date", "collaboration": "opened_at"}.items():
    rows = pl.read_parquet(source.tables[table])
    rows.filter(pl.col(column).cast(pl.Date) <= day).write_parquet(past / f"{table}.parquet")
without_future = type(source)(
    **{**vars(source), "tables": {**source.tables, **{path.stem: path for path in past.glob("*.parquet")}}}
)
[again] = feature_table(without_future, [day], Path(work.name) / "again")
same = pl.read_parquet(again).equals(pl.read_parquet(files[1]))
print("Features without the future are the same:", same)

# %% [markdown]
# ## Conclusion
#
# One careless column was worth more than most honest drivers together, and no random split would have shown it.
# `known_on` gives the honest figure; the guard of `retention train` stops on leaks that a source brings with it.

# %%
assert from_the_future.low > as_known.high + 0.05
assert same
assert metrics(both["left"].to_numpy(), np.full(both.height, 0.1)).auc == 0.5
work.cleanup()
