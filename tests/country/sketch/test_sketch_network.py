"""Where sites and institutions of a place stand."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import shapely

from allreach.country.sketch.network import spread
from allreach.grid import Grid


@pytest.mark.parametrize("width_m", [150.0, 400.0, 5000.0])  # an atoll has no land 100 m from both its shores
def test_points_of_a_place_are_apart_and_on_land(width_m):
    outline = shapely.affinity.rotate(shapely.box(-4000.0, -width_m / 2, 4000.0, width_m / 2), 31.0, origin=(0, 0))
    lattice = Grid(10, 10, -5000.0, 5000.0, 1000.0, "EPSG:3832")
    own = np.ones((10, 10), dtype=bool)
    frame = SimpleNamespace(outline=outline, lattice=lattice, is_own_lattice=own)
    places = pd.DataFrame({"x_m": [0.0], "y_m": [0.0], "radius_m": [900.0]})
    place, x_m, y_m = spread(places, np.array([12]), frame, ~own, 0, salt=41)
    assert place.tolist() == [0] * 12
    assert shapely.contains_xy(outline, x_m, y_m).all()
    points = shapely.points(x_m, y_m)
    apart = shapely.distance(points[:, None], points[None, :])[np.triu_indices(12, 1)]
    assert apart.min() > 0.0
