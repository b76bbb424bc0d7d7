# %% [markdown]
# # How do I read a score?
#
# *For HR partners; the words between the pictures suffice.*
#
# After this you can say what a score means, where it comes from, and what it does not say. It is no verdict: it
# describes what happened to people with a similar working life. The person here does not exist.
# Run notebook 3 first: it trains the champion that is read here.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import polars as pl

from features.build import feature_table
from features.known.snapshots import snapshot_dates
from features.source import load_source
from pipeline import load_model, score
from pipeline.model.calibration import risk_of
from pipeline.settings import Settings

pl.Config(tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True, fmt_str_lengths=200)
plt.rc("axes.spines", top=False, right=False)
model = load_model()

# %% [markdown]
# ## An invented person
#
# The median of the company in every figure, except: paid a tenth below the market, without a raise for twenty months,
# and with much overtime.

# %%
with tempfile.TemporaryDirectory() as work:
    source = load_source(Settings().var / "company", Path(work) / "tables")
    [file] = feature_table(source, snapshot_dates(source)[-1:], Path(work) / "features")
    everyone = pl.read_parquet(file).select(*model.features)
known = [column for column in everyone if 2 * column.count() > everyone.height]  # what is known of few is not of all
middle = {column.name: column.mode().min() if column.dtype == pl.String else column.median() for column in known}
own = {"pay_against_market": -0.11, "months_since_raise": 20.0, "overtime_now": 0.15, "overtime_12m": 0.15}
pl.DataFrame(
    [
        {"figure": model.features[name].label, "unit": model.features[name].unit, "middle": middle[name], "own": value}
        for name, value in own.items()
    ]
).with_columns(pl.col("middle").round(2))

# %%
scored = score(model, [middle | own])
person = scored.scores.row(0, named=True)
print(
    f"Of a hundred people like this about {100 * person['risk']:.0f} would leave within {model.horizon_months} months."
)
print(f"Evidence: {person['evidence']}")

# %% [markdown]
# ## Where the score comes from
#
# It starts from an average person, and each figure moves it up or down. Together these contributions equal the score
# exactly. They are in *log-odds*, so a contribution counts the same whether the risk is low or high.

# %%
factors = scored.factors.with_columns(weight=pl.col("contribution").abs()).sort("weight", descending=True)
top = factors.head(8).reverse()
figure, axes = plt.subplots(figsize=(10, 3.4), layout="constrained")
colours = ["#b3402e" if value > 0 else "#3a6ea5" for value in top["contribution"]]
axes.barh([model.features[name].label for name in top["feature"]], top["contribution"], color=colours)
axes.axvline(0, color="black", linewidth=0.6)
axes.set(xlabel="lowers the risk  |  raises the risk")

# %%
by_driver = factors.group_by("driver").agg(pl.col("contribution").sum()).sort("contribution", descending=True)
added_up = person["base_log_odds"] + factors["contribution"].sum()
print(f"base {person['base_log_odds']:.3f} + factors {factors['contribution'].sum():+.3f} = {added_up:.3f}")
print(f"as a probability: {float(risk_of(added_up)):.4f}; the score: {person['risk']:.4f}")
by_driver

# %% [markdown]
# ## Three things that a score does not say
#
# 1. **Not why this person would leave.** It says what goes together with leaving. The reason emerges in a conversation.
# 2. **Not that a raise would help.** Well-paid people differ from others in more than pay. A what-if is an association.
# 3. **Nothing at all, where evidence is missing.** Then the answer is "not enough evidence", and that is an answer.

# %% [markdown]
# ## Conclusion
#
# The figures in which this person differs from the median come first, and all of them together equal the score: there
# is no hidden remainder. A median person has a lower risk.

# %%
average = score(model, [middle]).scores.row(0, named=True)
print(f"risk {person['risk']:.3f} ({person['risk_low']:.3f} to {person['risk_high']:.3f})")
print(f"in the middle of the company {average['risk']:.3f}")
assert person["evidence"] == "enough"
assert set(factors["feature"].head(3)) & set(own)
assert average["risk"] < person["risk"]
assert abs(added_up - person["log_odds"]) < 1e-6
assert 0 < person["risk"] < 1
