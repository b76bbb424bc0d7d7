# %% [markdown]
# # What does internal service add?
#
# *For heads of departments, HR, and data scientists who doubt it.*
#
# After this you can say what relationships add to the other features, and where service is poor. Colleagues are each
# other's clients: they ask for information, reports, data, time and resources, and pay in effort. Where that service is
# poor, people get tired and leave. Run notebook 3 first: it trains the champion that is read here.

# %%
import tempfile
from pathlib import Path

import matplotlib.pyplot as plt
import polars as pl

from features.build import organisation
from features.collaboration.department_services import department_services
from features.known.snapshots import snapshot_dates
from features.source import load_source
from pipeline import report
from pipeline.settings import Settings

pl.Config(tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True, fmt_str_lengths=200)
plt.rc("axes.spines", top=False, right=False)
champion = report()

# %% [markdown]
# ## The ablation
#
# The same model, the same months, the same people, without the features of relationships; and each driver alone. Each
# difference is taken on the same resamples of people, so its interval is that of the difference.

# %%
ablation = pl.DataFrame(
    [
        {"features": name, "metric": metric, **bounds}
        for name, differences in champion["ablation"].items()
        for metric, bounds in (differences.items() if "value" not in differences else [("auc", differences)])
    ]
)
auc = ablation.filter(pl.col("metric") == "auc").sort("value")
figure, axes = plt.subplots(figsize=(8, 2.8), layout="constrained")
axes.errorbar(
    auc["value"],
    auc["features"],
    xerr=[auc["value"] - auc["low"], auc["high"] - auc["value"]],
    fmt="o",
    color="#3a6ea5",
    capsize=3,
)
axes.axvline(0, color="#9aa5b1", linewidth=1)
axes.set(xlabel="AUC that is lost against the model with all features", ymargin=0.1)
without = auc.filter(pl.col("features") == "without relationships").row(0, named=True)
alone = auc.filter(pl.col("features") == "relationships alone").row(0, named=True)
whole = champion["metrics"]["auc"]["value"]
print(f"All features:          AUC {whole:.3f}")
print(f"Relationships alone:   AUC {whole - alone['value']:.3f} (a coin has .5)")
print(f"Without relationships: {without['value']:.3f} of AUC lost ({without['low']:.3f} to {without['high']:.3f})")

# %% [markdown]
# ## Where service is poor
#
# Departments as clients, departments as providers: how the clients rate what they get. Pairs with few people on either
# side are left out here, as the API leaves them out.

# %%
with tempfile.TemporaryDirectory() as work:
    source = load_source(Settings().var / "company", Path(work) / "tables")
    day = snapshot_dates(source)[-1]
    people = organisation(source, day).select("employee_id", "department")
    pairs = department_services(source, day, people)
seen = pairs.filter((pl.col("clients") >= 5) & (pl.col("providers") >= 5))
table = seen.pivot("provider_department", index="client_department", values="rating").sort("client_department")
names = sorted(set(table.columns[1:]))
grid = table.select(names).to_numpy()
figure, axes = plt.subplots(figsize=(7, 5), layout="constrained")
image = axes.imshow(grid, cmap="RdYlBu", vmin=2.5, vmax=4.5)
axes.set_xticks(range(len(names)), names, rotation=45, ha="right")
axes.set_yticks(range(table.height), table["client_department"].to_list())
axes.set(xlabel="provider", ylabel="client", title="Mean rating by the client, 12 months")
figure.colorbar(image, shrink=0.7)

# %%
seen.filter(pl.col("client_department") != pl.col("provider_department")).sort("rating").head(5).select(
    "client_department", "provider_department", "services", pl.col("rating", "hours").round(1)
)

# %% [markdown]
# ## Conclusion
#
# Relationships alone separate leavers from stayers well above chance. What they add to all other features is smaller,
# because poor service often shows in surveys and hours too. If the interval includes zero, say so. Both figures are in
# every training report, for your own company too.

# %%
assert whole - alone["high"] > 0.5
assert without["low"] <= without["value"] <= without["high"]
assert seen["services"].sum() > 0
