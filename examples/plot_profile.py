"""
# A path, its Fresnel zone and its loss

The profile between two points, the first Fresnel zone on it, and what ITU-R P.1812 makes of it: the loss in its terms
over frequency, and how it varies with the percentage of time.
"""

# %%
# A ridge between two valleys, 18 km.

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

from allreach.radio import path_loss

d_km = np.linspace(0.0, 18.0, 361)
ground_m = (
    420 + 35 * np.sin(2.1 * d_km) + 22 * np.cos(5.3 * d_km) + 260 * np.exp(-(((d_km - 7.2) / 0.9) ** 2))
    + 120 * np.exp(-(((d_km - 12.5) / 0.7) ** 2))
)  # fmt: skip
profile = xr.Dataset(
    {
        "ground_m": ("distance_km", ground_m),
        "clutter_m": ("distance_km", np.where((d_km > 14.2) & (d_km < 16.8), 15.0, 0.0)),
    },
    coords={"distance_km": d_km},
    attrs={"lat_deg": 46.5},
)
tx_height_m, rx_height_m = 60.0, 10.0

# %%
# One call gives all combinations of frequency and time.

freq_mhz = np.geomspace(100, 6000, 60)
loss = path_loss(profile, freq_mhz=freq_mhz, tx_height_m=tx_height_m, rx_height_m=rx_height_m, time_pct=[1, 10, 50])
print(loss)

# %%
# The profile is drawn on the bulging Earth of the median refractivity, so that the ray is straight.

k_radius_km = 6371.0 * 157.0 / (157.0 - loss.attrs["delta_n"])
bulge = 500.0 / k_radius_km * d_km * (d_km[-1] - d_km)
line = np.linspace(ground_m[0] + tx_height_m, ground_m[-1] + rx_height_m, d_km.size)

fig, ax = plt.subplots(figsize=(9, 4.4), layout="constrained")
ax.fill_between(d_km, bulge + ground_m, bulge + ground_m + profile.clutter_m, color="#7a9a5b", lw=0, label="clutter")
ax.fill_between(d_km, 350, bulge + ground_m, color="#8c7a66", lw=0, label="ground")
ax.fill_between(d_km, 350, bulge + 350, color="#d9d2c7", lw=0, label="bulge of the Earth")
for mhz, colour in ((400, "#fdb863"), (3500, "#5e3c99")):
    radius = np.sqrt(299.792458 / mhz * 1000.0 * d_km * (d_km[-1] - d_km) / d_km[-1])
    ax.fill_between(d_km, line - radius, line + radius, color=colour, alpha=0.45, lw=0, label=f"first zone, {mhz} MHz")
ax.plot(d_km, line, color="black", lw=1)
for x, foot, top in ((0, ground_m[0], line[0]), (d_km[-1], ground_m[-1], line[-1])):
    ax.plot([x, x], [foot, top], color="#d62728", lw=3, solid_capstyle="butt")
ax.set(
    xlim=(-0.2, 18.2), ylim=(350, 760), xlabel="distance, km", ylabel="height above sea level, m",
    title="The path: 60 m mast to a 10 m roof",
)  # fmt: skip
ax.legend(loc="upper right", ncols=2, fontsize=8)
plt.show()

# %%
# The terms. Between 1 % and 50 % of time only ducting and the Earth's radius differ: that is the interference margin.

fig, ax = plt.subplots(figsize=(9, 4.4), layout="constrained")
half = loss.sel(time_pct=50)
ax.stackplot(
    freq_mhz, half.free_space_db, half.diffraction_db, labels=["free space", "diffraction"],
    colors=["#9ecae1", "#fdae6b"], alpha=0.9,
)  # fmt: skip
for pct, style in ((50, "-"), (10, "--"), (1, ":")):
    ax.plot(freq_mhz, loss.path_loss_db.sel(time_pct=pct), color="black", ls=style, label=f"loss, {pct} % of time")
ax.plot(freq_mhz, half.troposcatter_db, color="#5e3c99", lw=1, label="troposcatter alone")
ax.set(
    xscale="log", xlim=(100, 6000), ylim=(60, 260), xlabel="frequency, MHz", ylabel="loss, dB",
    title="What the loss is made of",
)  # fmt: skip
ax.set_xticks([100, 200, 500, 1000, 2000, 5000], ["100", "200", "500", "1000", "2000", "5000"])
ax.grid(alpha=0.3)
ax.legend(loc="upper left", fontsize=8, ncols=2)
plt.show()

# ruff: noqa: D400
