"""
# A coverage map

Received power of all sites of a country at 800 MHz, by the full terrain profile at every pixel, and the share of people
behind each level. The country is drawn by `allreach country sketch AND`.
"""

# %%
# The terrain is a `DataArray` with a CRS; a path to a GeoTIFF or a folder of tiles would do as well.

from itertools import pairwise

import matplotlib.pyplot as plt
import numpy as np
import rioxarray  # noqa: F401  (gives DataArrays their accessor .rio)
import xarray as xr
from matplotlib.colors import BoundaryNorm, LightSource, ListedColormap

import allreach.radio
from allreach.country.sketch.draw import sketch
from allreach.params.load import load_params

params = load_params()
country = sketch("AND", pixel_m=100, seed=0, params=params, progress=lambda stage, done, total: None)
grid = country.grid
cols, rows = np.arange(grid.n_cols), np.arange(grid.n_rows)
coords = {"y": grid.xy_m(rows, 0)[1], "x": grid.xy_m(0, cols)[0]}


def on_map(values: np.ndarray) -> xr.DataArray:
    """Put the coordinates and the CRS to a raster of the country."""
    return xr.DataArray(values, coords, ("y", "x"), attrs={"units": "m"}).rio.write_crs(grid.crs)


terrain = on_map(country.terrain_m)
clutter = on_map(np.asarray(params.radio.clutter_heights_m(), dtype=np.float32)[country.clutter_class])

# %%
# One call: sites are a table, here the sketch's.

sites = country.layers["sites"]
found = allreach.radio.coverage(terrain, sites, freq_mhz=800, range_km=12, clutter=clutter)
print(found)

# %%
# The map. The colours are steps of `cividis`, which reads alike for people with and without full colour vision.

levels = [-120, -110, -100, -94, -85, -75, -65]
names = ["below -110", "-110 to -100", "-100 to -94", "-94 to -85", "-85 to -75", "above -75"]
colours = ListedColormap(plt.get_cmap("cividis")(np.linspace(0.05, 1.0, len(levels) - 1)))
power = found.rx_power_dbm.reindex_like(terrain, method="nearest", tolerance=1.0)
extent_km = [v / 1000 for v in (coords["x"][0], coords["x"][-1], coords["y"][-1], coords["y"][0])]

fig, ax = plt.subplots(figsize=(8.5, 7.6), layout="constrained")
shade = LightSource(315, 45).hillshade(country.terrain_m, vert_exag=1.2, dx=grid.pixel_m, dy=grid.pixel_m)
image = ax.imshow(
    np.clip(power, levels[0] + 0.1, levels[-1] - 0.1), cmap=colours, norm=BoundaryNorm(levels, colours.N),
    extent=extent_km, interpolation="nearest",
)  # fmt: skip
ax.imshow(shade, cmap="gray", vmin=0.1, vmax=1.0, extent=extent_km, alpha=0.32)
x_m, y_m = grid.from_lonlat(sites.geometry.x, sites.geometry.y)
ax.plot(x_m / 1000, y_m / 1000, "^", ms=7, mfc="#d62728", mec="white", mew=0.8, label="site")
people = country.layers["places"].nlargest(7, "population")
px, py = grid.from_lonlat(people.geometry.x, people.geometry.y)
for name, x, y in zip(people["name"], px / 1000, py / 1000, strict=True):
    ax.annotate(
        name, (x, y), (5, 5), textcoords="offset points", fontsize=8,
        bbox={"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.75},
    )  # fmt: skip
ax.plot([extent_km[0] + 2, extent_km[0] + 7], [extent_km[2] + 2] * 2, color="black", lw=3, solid_capstyle="butt")
ax.text(extent_km[0] + 4.5, extent_km[2] + 2.6, "5 km", ha="center", fontsize=9)
ax.annotate("N", (0.965, 0.97), (0.965, 0.9), xycoords="axes fraction", ha="center", arrowprops={"arrowstyle": "-|>"})
bar = fig.colorbar(image, ax=ax, shrink=0.75, ticks=[(a + b) / 2 for a, b in pairwise(levels)])
bar.set_ticklabels(names)
bar.set_label("received power, dBm (-94: reference sensitivity of LTE, 10 MHz)")
ax.set(title="Received power at 800 MHz, handset outdoors", xlabel="easting, km", ylabel="northing, km")
ax.legend(loc="lower right", framealpha=0.9)
plt.show()

# %%
# How many people live where at least this much is received?

weight = country.population.ravel()
order = np.argsort(-np.nan_to_num(power.values.ravel(), nan=-200.0), kind="stable")
sorted_dbm = np.nan_to_num(power.values.ravel(), nan=-200.0)[order]
share = 100 * np.cumsum(weight[order]) / weight.sum()

fig, ax = plt.subplots(figsize=(7, 4), layout="constrained")
ax.plot(sorted_dbm, share, color="#00224e", lw=2, label="people")
area = 100 * np.arange(1, sorted_dbm.size + 1) / sorted_dbm.size
ax.plot(sorted_dbm, area, color="#b58900", lw=2, ls="--", label="area of the map")
ax.axvline(-94, color="gray", lw=1)
ax.text(-93.5, 6, "-94 dBm", color="gray")
ax.set(xlim=(-50, -130), ylim=(0, 101), xlabel="received power at least, dBm", ylabel="share, %")
ax.set_title("Share of people and of area by received power")
ax.grid(alpha=0.3)
ax.legend()
plt.show()

# ruff: noqa: D400
