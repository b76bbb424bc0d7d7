# %% [markdown]
# # How good is my own estimator?
#
# *For data scientists.*
#
# After this you can judge a classifier of yours on the rows, the guards and the intervals of the product's own model,
# and say whether it is better or that is chance.

# %%
import matplotlib.pyplot as plt
import polars as pl
from sklearn.linear_model import LogisticRegression

from features.simulation.run import simulate
from pipeline import judge
from pipeline.settings import Settings

pl.Config(tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True)
plt.rc("axes.spines", top=False, right=False)
company = Settings().var / "small_company"
if not company.exists():
    simulate(company, employees=500, months=30, seed=1)
    toml = company / "source.toml"
    toml.write_text(f"snapshot_every_months = 3\n{toml.read_text()}")  # neighbouring months tell nearly the same

# %% [markdown]
# ## A classifier of scikit-learn
#
# Any classifier will do, or a pipeline. The blend is fitted beside it, on the same snapshot dates.

# %%
mine = judge(company, LogisticRegression(C=0.02, max_iter=500))
judged = mine.report["estimator"]
pl.DataFrame([{"metric": name, **bounds} for name, bounds in judged["against_blend"].items()])

# %% [markdown]
# An interval that contains 0 means that the data cannot tell the two apart.

# %%
figure, axes = plt.subplots(figsize=(8, 2.2), layout="constrained")
for name in ("auc", "average_precision"):
    bounds = judged["against_blend"][name]
    reach = [[bounds["value"] - bounds["low"]], [bounds["high"] - bounds["value"]]]
    axes.errorbar(bounds["value"], name.replace("_", " "), xerr=reach, fmt="o", color="#3a6ea5", capsize=3)
axes.axvline(0, color="#9aa5b1", linewidth=1)
axes.set(xlabel="my estimator less the blend, with a 95 % interval", ylim=(-0.5, 1.5))

# %% [markdown]
# ## Would it serve?
#
# A score must be explained, so a model serves only if it gives factors that add up, in a form that is stored without
# code. Logistic regression in scikit-learn gives none: it is judged, and nothing is registered.

# %%
print(f"factors: {judged['factors']}; promoted: {mine.report['promoted']}")

# %% [markdown]
# `RetentionClassifier` gives both: it is the blend as a scikit-learn estimator, for your own searches and pipelines.
# `judge(company, RetentionClassifier(directions={"overtime_hours_3m": 1}))` registers it, and it serves if it passes
# the gate.

# %% [markdown]
# ## Row by row
#
# The predictions of both stand side by side, so that you can see where they disagree. They agree on most people.

# %%
rows = mine.predictions
agreement = rows.select(pl.corr("risk", "blend_risk", method="spearman")).item()
figure, axes = plt.subplots(figsize=(4, 4), layout="constrained")
axes.scatter(rows["blend_risk"], rows["risk"], s=4, color="#3a6ea5", alpha=0.4)
axes.set(xlabel="risk by the blend", ylabel="risk by my estimator", title=f"rank correlation {agreement:.2f}")

# %% [markdown]
# ## Conclusion
#
# An own estimator is judged in a minute, on equal terms, and the answer has an interval.

# %%
paired = judged["against_blend"]["auc"]
assert paired["low"] <= paired["value"] <= paired["high"]
assert abs(mine.report["metrics"]["auc"]["value"] - judged["blend"]["auc"] - paired["value"]) < 1e-9
assert mine.report["shuffled_auc"]["low"] <= 0.5 <= mine.report["shuffled_auc"]["high"]
assert (judged["factors"], mine.report["promoted"]) == ("none", False)
assert agreement > 0.3
