"""
# Why is this pixel not covered?

`allreach.radio.explain` finds the site that serves a point best, and says in one sentence and three tables what becomes
of its power on the way, which obstacle costs the most, and what would cover the point.
"""

# %%
# The same country as in the coverage map; the point lies in the shadow of a mountain.

from textwrap import fill

import matplotlib.pyplot as plt
import numpy as np
import rioxarray  # noqa: F401  (gives DataArrays their accessor .rio)
import xarray as xr

from allreach.country.sketch.draw import sketch
from allreach.params.load import load_params
from allreach.radio import explain

country = sketch("AND", pixel_m=100, seed=0, params=load_params(), progress=lambda stage, done, total: None)
grid = country.grid
terrain = xr.DataArray(
    country.terrain_m,
    {"y": grid.xy_m(np.arange(grid.n_rows), 0)[1], "x": grid.xy_m(0, np.arange(grid.n_cols))[0]},
    ("y", "x"),
).rio.write_crs(grid.crs)
why = explain(terrain, country.layers["sites"], lon_deg=1.636, lat_deg=42.607, freq_mhz=800, range_km=12)
print(fill(why.sentence, 88))

# %%
# The obstacles: what each costs by itself, and what would be gained if it alone were gone.

why.obstacles.round(1)

# %%
# The profile, with the sample that reaches farthest into the Fresnel zone.

path = why.profile
d_km = path.distance_km
ground = path.ground_m + path.bulge_m
floor = float(ground.min()) - 60

fig, ax = plt.subplots(figsize=(9, 4.4), layout="constrained")
ax.fill_between(
    d_km, path.line_m - path.fresnel_m, path.line_m + path.fresnel_m, color="#fdb863", alpha=0.6, lw=0,
    label=f"first Fresnel zone, {path.freq_mhz:.0f} MHz",
)  # fmt: skip
ax.fill_between(d_km, floor, ground, color="#8c7a66", lw=0, label="ground on the bulging Earth")
ax.plot(d_km, path.line_m, color="black", lw=1, label="line of sight")
top = why.obstacles.iloc[0]
at = float(path.ground_m.interp(distance_km=top.peak_km) + path.bulge_m.interp(distance_km=top.peak_km))
ax.plot(top.peak_km, at, "v", color="#d62728", ms=10)
ax.annotate(
    f"{top.height_masl:.0f} m above sea level\ncosts {top.cost_db:.1f} dB", (top.peak_km, at), (12, 4),
    textcoords="offset points", color="#d62728", fontweight="bold",
)  # fmt: skip
ax.plot([0, 0], [float(ground[0]), float(path.line_m[0])], color="#5e3c99", lw=3, label="mast")
ax.set(
    xlim=(-0.1, float(d_km[-1]) + 0.1), ylim=(floor, max(at, float(path.line_m.max())) + 160), xlabel="distance, km",
    ylabel="height, m", title=f"From {path.site_id} to the point",
)  # fmt: skip
ax.legend(loc="lower right", fontsize=8, framealpha=0.95)
plt.show()

# %%
# The link budget as a waterfall, from what the sector radiates to what arrives.

budget = why.budget.set_index("step")["value"]
steps = list(budget.index[: list(budget.index).index("received power")])
levels = np.cumsum([budget[s] for s in steps])

fig, ax = plt.subplots(figsize=(9, 4.2), layout="constrained")
for i, (step, level) in enumerate(zip(steps, levels, strict=True)):
    before = levels[i - 1] if i else -170.0
    ax.bar(i, level - before, bottom=before, color="#0571b0" if level >= before else "#ca7a2c", width=0.65)
    ax.text(i, max(level, before) + 3, f"{budget[step]:+.1f}", ha="center", fontsize=9)
ax.bar(len(steps), levels[-1] + 170, bottom=-170, color="#00224e", width=0.65)
ax.text(len(steps), levels[-1] + 3, f"{levels[-1]:.1f} dBm", ha="center", fontsize=9)
ax.axhline(budget["threshold"], color="#d62728", lw=1.2)
ax.text(0.5, budget["threshold"] + 3, f"threshold {budget['threshold']:g} dBm", color="#d62728")
ax.set_xticks(
    range(len(steps) + 1), [s.replace(", ", ",\n").replace(" of ", "\nof ") for s in [*steps, "received power"]]
)
ax.tick_params(axis="x", labelsize=8)
ax.set(ylim=(-170, 85), ylabel="power, dBm", title=f"Margin {budget['margin']:+.1f} dB")
ax.grid(axis="y", alpha=0.3)
plt.show()

# %%
# And what would help:

why.remedies.round(1)

# ruff: noqa: D400
