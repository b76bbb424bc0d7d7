# %% [markdown]
# # What happened?
#
# *For HR and heads of department.*
#
# After this you can say how many people left, in which groups more than chance explains, and what may not be shown.
# Then it plants a group that loses people, and looks whether it is found.

# %%
import tempfile
from datetime import date
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import polars as pl

from features.simulation.run import simulate
from pipeline import what_happened
from pipeline.settings import Settings

pl.Config(tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True, fmt_str_lengths=200)
plt.rc("axes.spines", top=False, right=False)
company = Settings().var / "company"
if not company.exists():
    simulate(company, employees=1000, months=30, seed=1)

# %% [markdown]
# ## Who left
#
# `retention turnover` counts the last twelve months. A rate is exits a year per person; people who came or went within
# a month count for their days. The bars are 95 % intervals: with few exits a rate says little.

# %%
happened = what_happened(company, by=["department", "location"])
[everyone] = [row for row in happened["groups"] if row["by"] == "everyone"]
shown = [row for row in happened["groups"] if row["by"] == "department" and row["voluntary_rate"]]
shown.sort(key=lambda row: row["voluntary_rate"]["value"])
figure, (rates, curve) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
for row in shown:
    value, low, high = row["voluntary_rate"].values()
    rates.errorbar(value, row["group"], xerr=[[value - low], [high - value]], fmt="o", color="#3a6ea5", capsize=3)
rates.axvline(everyone["voluntary_rate"]["value"], color="#9aa5b1", linewidth=1)
rates.set(xlabel="voluntary exits a year per person; line: company", xlim=(0, None))
[total] = [row for row in happened["cohorts"] if row["cohort"] is None]
months = [point["months"] for point in total["curve"]]
curve.plot(months, [point["still_here"] for point in total["curve"]], "o-", color="#3a6ea5")
curve.set(xlabel="months after the hire", title="Still employed", ylim=(0, 1.02))
print(f"{everyone['exits']} people left, {everyone['voluntary']} of them voluntarily.")

# %% [markdown]
# ## Is it chance?
#
# Of ten departments one is always the worst. So each is compared with the year before (with the published risks, once
# there are some), and the p-value is corrected for all groups of the table.

# %%
pl.DataFrame(
    [
        {"department": row["group"], "voluntary": row["voluntary"]}
        | {name: row["year_before"][name] for name in ("ratio", "low", "high", "p_adjusted")}
        for row in shown
        if row["year_before"]
    ]
).with_columns(pl.col("ratio", "low", "high", "p_adjusted").round(2))

# %% [markdown]
# ## A group that loses people, planted
#
# A department and a location can each look normal while their overlap loses people. Here is a company of 1,200 posts in
# which everyone leaves at the same rate, only Sales in Riga four times as fast. The search looks at every combination
# of groups in the earlier months, and confirms what it finds in the last twelve, which it had not seen.

# %%
random = np.random.default_rng(1)
work = tempfile.TemporaryDirectory()
planted = Path(work.name)
rows = []
for _ in range(1200):
    post = str(random.choice(["Sales", "Finance", "IT", "Plant"])), str(random.choice(["Riga", "Vilnius", "Tallinn"]))
    hired = -int(random.integers(60))
    while hired < 36:  # months; each leaver is followed by somebody new
        left = max(hired, 0) + int(random.geometric(0.06 if post == ("Sales", "Riga") else 0.015))
        rows.append((f"P{len(rows)}", *post, hired, left))
        hired = left + 1
spells = pl.DataFrame(rows, ["employee_id", "department", "location", "hired", "left"], orient="row").with_columns(
    hire_date=pl.lit(date(2023, 1, 1)).dt.offset_by(pl.format("{}mo", "hired")),
    exit_date=pl.lit(date(2023, 1, 20)).dt.offset_by(pl.format("{}mo", "left")),
)
spells.select("employee_id", "hire_date").write_parquet(planted / "employees.parquet")
posts = spells.select("employee_id", "department", "location", effective_date="hire_date")
posts.write_parquet(planted / "assignments.parquet")
gone = spells.filter(pl.col("left") < 36).select("employee_id", "exit_date", kind=pl.lit("voluntary"))
gone.write_parquet(planted / "exits.parquet")
(planted / "source.toml").write_text("complete_from = 2023-01-01\ncomplete_until = 2025-12-31\n")
found = what_happened(planted, by=["department", "location"])
for segment in found["segments"]:
    groups = " and ".join(f"{each['by']} {each['group']}" for each in segment["conditions"])
    print(f"{groups}: {segment['voluntary']} left, {segment['expected']:.1f} expected")

# %% [markdown]
# ## Conclusion
#
# What was planted is found, and in the simulated company, where nothing was, nothing is. The search says where, not
# why. [docs/turnover.md](../docs/turnover.md) has every figure, and what is not shown: how people left a small group.

# %%
assert everyone["exits"] == everyone["voluntary"] + everyone["involuntary"] + everyone["other"]
assert not happened["segments"]
conditions = [{each["by"]: each["group"] for each in segment["conditions"]} for segment in found["segments"]]
assert conditions == [{"department": "Sales", "location": "Riga"}]
work.cleanup()
