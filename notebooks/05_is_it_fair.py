# %% [markdown]
# # Is it fair?
#
# *For works councils, auditors and HR.*
#
# After this you can read the fairness review of a training run. Gender, age and similar attributes are not features,
# but others can stand in for them. So every run checks how the lists would have treated each protected group, on months
# that the model had not seen. Being listed means a conversation about staying: a group that is listed too rarely misses
# it, and one that is listed too often is watched more. Run notebook 3 first: it trains the champion that is read here.

# %%
import matplotlib.pyplot as plt
import polars as pl

from pipeline import report

pl.Config(tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True, fmt_str_lengths=200)
plt.rc("axes.spines", top=False, right=False)
champion = report()
review = champion["fairness"]
len(review), sorted({entry["attribute"] for entry in review})

# %% [markdown]
# ## How often each group is listed, and how many of its leavers are found
#
# Groups of fewer than five people are not shown, because their figures would reveal too much about each person. If a
# group has no leavers, its recall is not zero but unknown.

# %%
single = pl.DataFrame(
    [
        {"group": f"{attribute['attribute']}: {group['group']}", "people": group["people"]}
        | {
            f"{name}_{bound}": group[name][bound]
            for name in ("selection_rate", "recall")
            for bound in ("value", "low", "high")
        }
        for attribute in review
        if not attribute["is_pair"]
        for group in attribute["groups"]
        if not group["is_suppressed"]
    ],
    infer_schema_length=None,
)
single.select("group", "people", pl.col("selection_rate_value", "recall_value").cast(pl.Float64).round(3))

# %%
figure, panels = plt.subplots(1, 2, figsize=(10, 3.4), sharey=True, layout="constrained")
for panel, name, title in (
    (panels[0], "selection_rate", "listed, share of the group"),
    (panels[1], "recall", "found, share of the group's leavers"),
):
    value, low, high = (single[f"{name}_{bound}"].cast(pl.Float64).to_numpy() for bound in ("value", "low", "high"))
    panel.errorbar(value, single["group"], xerr=[value - low, high - value], fmt="o", color="#3a6ea5", capsize=3)
    panel.set(title=title, xlim=(0, None))

# %% [markdown]
# ## Does another feature stand in for a protected attribute?
#
# A model predicts the attribute from the features. An AUC of .5 is a coin toss; the most revealing features are named.

# %%
pl.DataFrame(
    [
        {
            "attribute": entry["attribute"],
            "group": entry["group"],
            **{bound: round(entry["auc"][bound], 3) for bound in ("value", "low", "high")},
            "gives most away": ", ".join(feature["feature"] for feature in entry["features"][:3]),
        }
        for entry in champion["proxies"]
    ]
)

# %% [markdown]
# ## Conclusion
#
# The review exists for every attribute that the source holds, with people counted and intervals drawn. Whether a
# difference is acceptable is not for a notebook to say: the promotion gate asks for four fifths, and people decide.

# %%
assert review
assert {"gender"} <= {entry["attribute"] for entry in review}
assert single["people"].min() >= 5
assert all(0 <= entry["auc"]["low"] <= entry["auc"]["high"] <= 1 for entry in champion["proxies"])
