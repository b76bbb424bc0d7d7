# %% [markdown]
# # Is the model any good?
#
# *For data scientists, and for the person who approves the model.*
#
# After this you can judge a training report. Does the model tell leavers from stayers on months it has never seen? Is a
# risk of 20 % a risk of 20 %? Does it beat what costs nothing? And how far is it from the best that any model could do?
# Only a simulated company answers the last question, since its true hazard is known.

# %%
import matplotlib.pyplot as plt
import numpy as np
import polars as pl

from features.simulation.run import simulate
from pipeline import evaluate, train
from pipeline.settings import Settings

pl.Config(tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True, fmt_str_lengths=200)
plt.rc("axes.spines", top=False, right=False)
company = Settings().var / "company"
if not company.exists():
    simulate(company, employees=1000, months=30, seed=1)
toml = company / "source.toml"
if "snapshot_every_months" not in toml.read_text():  # neighbouring months tell nearly the same
    toml.write_text(f"snapshot_every_months = 3\n{toml.read_text()}")
trained = train(company, quick=True)
report = trained.report

# %% [markdown]
# ## Discrimination and calibration, each with an interval
#
# Every figure is of later months only, and its interval comes from resampling **people**: rows of one person are alike,
# so resampling rows would make the interval too narrow.

# %%
rows = trained.predictions
judged = evaluate(rows["left"], rows["risk"], rows["employee_id"])
judged.with_columns(pl.col("value", "low", "high").round(3))

# %%
order = rows.sort("risk").with_row_index("place")
bins = (
    order.with_columns(bin=pl.col("place") * 10 // rows.height)
    .group_by("bin")
    .agg(pl.col("risk").mean(), pl.col("left").mean(), n=pl.len())
    .sort("bin")
)
figure, (calibration, beside) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
top = float(max(bins["risk"].max(), bins["left"].max())) * 1.15
calibration.plot([0, top], [0, top], color="#9aa5b1", linewidth=1)
error = 1.96 * np.sqrt(bins["left"] * (1 - bins["left"]) / bins["n"])
calibration.errorbar(bins["risk"], bins["left"], yerr=error, fmt="o", color="#3a6ea5", capsize=2)
calibration.set(xlabel="risk that was given", ylabel="share who left", title="Is 20 % really 20 %?")

bars = {"base rate": "base_rate", "tenure alone": "tenure", "logistic regression": "logistic", "boosting": "boosting"}
values = [report["baselines"][key]["average_precision"] for key in bars.values()]
mine = judged.row(by_predicate=pl.col("metric") == "average_precision", named=True)
beside.barh([*bars, "the blend"], [*values, mine["value"]], color=["#9aa5b1"] * 4 + ["#3a6ea5"])
beside.errorbar(mine["value"], 4, xerr=[[mine["value"] - mine["low"]], [mine["high"] - mine["value"]]], color="black")
beside.set(xlabel="average precision", title="Against what costs less")

# %% [markdown]
# ## How far from the best possible?
#
# The true hazard of this company is known. Even a model that knew it exactly would often be wrong: most of what makes a
# person leave in a given month is chance. The hazard's AUC is the ceiling for every model.

# %%
truth = pl.read_parquet(company / "truth.parquet").select("employee_id", "snapshot_date", "hazard")
known = rows.join(truth, on=["employee_id", "snapshot_date"])
auc = {
    who: evaluate(known["left"], known[risk], known["employee_id"]).row(0, named=True)
    for who, risk in {"the model": "risk", "the true hazard": "hazard"}.items()
}
figure, axes = plt.subplots(figsize=(8, 1.8), layout="constrained")
for who, bounds in auc.items():
    reach = [[bounds["value"] - bounds["low"]], [bounds["high"] - bounds["value"]]]
    axes.errorbar(bounds["value"], who, xerr=reach, fmt="o", color="#3a6ea5", capsize=3)
axes.axvline(0.5, color="#9aa5b1", linewidth=1)
axes.set(xlabel="AUC, with a 95 % interval; a coin has .5", ylim=(-0.5, 1.5))
ours, ceiling = (bounds["value"] for bounds in auc.values())
share = (ours - 0.5) / (ceiling - 0.5)
print(f"AUC {ours:.3f} of {ceiling:.3f} that is possible: {share:.0%} of the way from chance")

# %% [markdown]
# ## The control
#
# With permuted labels there is nothing to find. If the same procedure still finds something, rows of the test months
# have reached the training.

# %%
shuffled = report["shuffled_auc"]
print(f"shuffled outcomes: AUC {shuffled['value']:.3f} ({shuffled['low']:.3f} to {shuffled['high']:.3f})")

# %% [markdown]
# ## Conclusion
#
# The model knows most of what can be known here, its probabilities can be read as such, and it beats what costs less.
# On real data expect the same shape with a lower ceiling.

# %%
assert judged.row(0, named=True) == {"metric": "auc", **report["metrics"]["auc"]}
assert mine["low"] > report["baselines"]["base_rate"]["average_precision"]
assert mine["value"] > report["baselines"]["tenure"]["average_precision"]
assert 0.7 < share <= 1
assert 0.7 < report["metrics"]["calibration_slope"]["value"] < 1.3
assert shuffled["low"] <= 0.5 <= shuffled["high"]
