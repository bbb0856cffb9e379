"""Air along hops from the digital maps, and the rain rate of one's own."""

import numpy as np

from allreach.io.itu_climate import air, air_at
from allreach.params.load import load_params

LON, LAT = np.array([49.87, 46.4]), np.array([40.41, 41.2])


def test_the_maps_count_unless_a_rain_rate_is_set():
    found = air_at(load_params().backhaul)(LON, LAT)
    plain = air(LON, LAT)
    assert found.rain_rate_001_mm_h.tolist() == plain.rain_rate_001_mm_h.tolist()
    assert ((plain.rain_rate_001_mm_h > 5) & (plain.rain_rate_001_mm_h < 60)).all()
    assert ((plain.geoclimatic_k > 1e-7) & (plain.geoclimatic_k < 1e-3)).all()
    own = air_at(load_params(sets=["backhaul.rain_rate_001_mm_h=80"]).backhaul)(LON, LAT)
    assert own.rain_rate_001_mm_h.tolist() == [80.0, 80.0]
    assert own.geoclimatic_k.tolist() == plain.geoclimatic_k.tolist()
