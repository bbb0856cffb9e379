"""
# A country, planned in five lines

`allreach.open` and `allreach.sketch` give a study; its methods do what the commands of their names do, and hand the
tables back as data frames. Liechtenstein is drawn here, so the figures are not for decisions.
"""

# %%
# Measure who is reached, plan the least-cost way to reach everybody, measure the planned network.

from tempfile import mkdtemp

import matplotlib.pyplot as plt
import numpy as np

import allreach as ar

folder = f"{mkdtemp()}/LIE"
study = ar.sketch("LIE", folder, pixel_m=500)
today = study.measure()
plan = study.plan()
print(f"{today.reached_share:.0%} of the people are reached today, {plan.reached_share:.1%} by the plan")
print(f"present value {plan.pv_usd:,.0f} USD; no plan costs less than {plan.lower_bound_usd:,.0f} USD")

# %%
# Tables are data frames: households by technology.

plan.assignments.groupby("technology")["households"].sum().sort_values(ascending=False)

# %%
# What a further person costs: the curve begins at what is reached today without any spending.

fig, ax = plt.subplots(figsize=(8, 4.2), layout="constrained")
ax.step(100 * plan.curve["reached_share"], plan.curve["pv_usd"] / 1e6, where="pre", color="#0571b0")
ax.set(
    xlabel="people reached, %",
    ylabel="present value, million USD",
    title=f"{study.config.name}: cost of reach (sketch)",
)
ax.grid(alpha=0.3)
plt.show()

# %%
# A scenario is the same country with other prices: here a low-orbit terminal that costs 100 USD.

cheap = study.with_options(scenario="cheap_leo", sets={"costs.leo_kit_usd": 100}).plan()
found = ar.compare(plan, cheap)
print(f"the second plan costs {found.summary['pv_difference_usd']:+,.0f} USD against the first")

# %%
# How both plans serve the households.

names = sorted(set(plan.assignments["technology"]) | set(cheap.assignments["technology"]))
fig, ax = plt.subplots(figsize=(8, 4.2), layout="constrained")
for shift, (one, label) in enumerate(((plan, "base"), (cheap, "terminal at 100 USD"))):
    households = one.assignments.groupby("technology")["households"].sum().reindex(names, fill_value=0)
    ax.bar(np.arange(len(names)) + 0.4 * shift - 0.2, households, width=0.4, label=label)
ax.set_xticks(range(len(names)), names)
ax.set(ylabel="households, number", title="Two scenarios of one country (sketch)")
ax.legend()
plt.show()

# %%
# The page with the map opens from disk; `study.why`, `study.hop`, `study.satellite`, `study.track` and `study.brief`
# answer the rest.

print(study.report(f"{folder}/index.html").name)

# ruff: noqa: D400
