# %% [markdown]
# # What is a plan worth?
#
# *For HR and those who decide on pay, hours and budgets. Run notebook 3 first: it trains the champion.*
#
# After this you can say what a change for whole groups costs, how many exits it may avoid, and how wrong that may be
# before the plan stops paying for itself.

# %%
import matplotlib.pyplot as plt
import numpy as np
import polars as pl

from pipeline import plan, publish
from pipeline.settings import Settings

pl.Config(tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True, fmt_str_lengths=200)
plt.rc("axes.spines", top=False, right=False)
scored = publish(Settings().var / "company")
print(f"{scored.height:,} people; about {scored['risk'].sum():.0f} are expected to leave within six months.")

# %% [markdown]
# ## Steps of three levers
#
# A raise for everyone, a raise up to the market for those paid less, and a limit to overtime (organising it is taken to
# cost half a percent of pay). The bars are 90 % ranges of what the model does not know of the difference. Compare steps
# of one lever: a plan does **not** tell levers of different drivers apart.

# %%
levers = {
    "a raise of": {f"{percent} %": plan({"raise_percent": percent}) for percent in (2, 5, 10)},
    "pay of at least": {
        f"{percent} % of the market": plan({"pay_at_least_percent_of_market": percent}) for percent in (85, 90, 95)
    },
    "overtime of at most": {
        f"{hours} hours": plan({"overtime_hours_at_most": hours}, further_cost=0.005) for hours in (20, 10, 5)
    },
}
figure, panels = plt.subplots(1, 3, figsize=(12, 2.4), layout="constrained")
for panel, (title, steps) in zip(panels, levers.items(), strict=True):
    for name, each in steps.items():
        avoided = each.total.avoided
        reach = [[avoided.value - avoided.low], [avoided.high - avoided.value]]
        panel.errorbar(avoided.value, name, xerr=reach, fmt="o", color="#3a6ea5", capsize=3)
    panel.axvline(0, color="#9aa5b1", linewidth=1)
    panel.set(xlabel="exits avoided within six months", title=title, ymargin=0.3)

# %% [markdown]
# ## What may it cost?
#
# Somebody who stays saves what a replacement would have cost, by level, from the literature. Divided by the people
# reached, that is what the change is worth for each of them: it pays if it costs less. Both in percent of pay.

# %%
plans = {f"{title} {name}": each for title, steps in levers.items() for name, each in steps.items()}
months = 6
table = pl.DataFrame(
    [
        {"plan": name, "reached": total.reached, "avoided": round(total.avoided.value, 1)}
        | {
            "is worth, % of pay": round(100 * total.pay.saved * 12 / months / total.reached, 2),
            "costs, % of pay": round(100 * total.pay.cost_a_year / total.reached, 2),
        }
        for name, total in ((name, each.total) for name, each in plans.items())
    ]
)
table

# %% [markdown]
# A raise costs far more than the exits that it avoids, whatever the step: it needs other reasons, such as fairness.
#
# ## How wrong may it be?
#
# All of this is an **association**: how exits differ between people who differ in this way. If only a share of it is an
# effect, less is saved and the cost stays.

# %%
share = np.linspace(0, 1, 50)
figure, axes = plt.subplots(figsize=(8, 2.8), layout="constrained")
for (name, each), colour in zip(levers["overtime of at most"].items(), ("#9ec1e6", "#3a6ea5", "#1d3557"), strict=True):
    pay = each.total.pay
    axes.plot(share, share * pay.saved - pay.cost, color=colour, label=name)
axes.axhline(0, color="#9aa5b1", linewidth=1)
axes.set(xlabel="share of the association that is an effect", ylabel="net, years of pay, in six months")
_ = axes.legend(title="overtime of at most", frameon=False)

# %% [markdown]
# ## A budget
#
# Two years of pay, and at least five people of each department. The rest goes where it avoids most exits per year of
# pay. Who in a department gets it is not for a model to say. Departments in which few are reached show no figures.

# %%
divided = plan({"overtime_hours_at_most": 10}, further_cost=0.01, budget=2, least_people=5)
pl.DataFrame(
    [
        {
            "department": row.group,
            "reached": row.reached,
            "gets it": row.funded and row.funded.people,
            "why not": row.why,
        }
        for row in divided.groups
    ]
)

# %% [markdown]
# ## Conclusion
#
# More of a lever avoids more and costs more. What a plan is worth depends on how much of an association is an effect,
# and only a trial measures that. [docs/plans.md](../docs/plans.md) has plans beside the true effect of companies in
# which it is known: of levers that do something, the true effect was larger.

# %%
for steps in levers.values():
    avoided = [each.total.avoided.value for each in steps.values()]
    assert avoided == sorted(avoided)
for each in plans.values():
    assert each.if_wrong[-1].net == -each.total.pay.cost  # of no effect only the cost remains
assert table.row(2, named=True)["costs, % of pay"] == 10
assert divided.total.funded.pay.cost_a_year < 2 + 1e-9
assert divided.total.funded.people == 200
