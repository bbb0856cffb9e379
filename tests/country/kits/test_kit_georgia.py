"""The worked example: Georgia of the shared data sets, packed and laid over a sketch."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from allreach.country.checking.folder import check
from allreach.country.kits.pack import pack
from allreach.country.sketch.draw import sketch
from allreach.io.country_folder import write_country
from allreach.params.load import load_params

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared" / "data"


@pytest.mark.shared
def test_georgia_from_its_kit(tmp_path: Path) -> None:
    if not (DATA / "georgia").is_dir():
        pytest.skip(f"the data sets {DATA} are not on this machine")
    params = load_params()
    packed = pack(ROOT / "examples" / "georgia", tmp_path / "GEO-kit.zip", params=params, data=DATA)
    assert packed.size_bytes < 4e6
    country = sketch("GEO", pixel_m=500, params=params, kits=[packed.path])
    places = country.table("places")
    assert 4000 < len(places) < 4400
    assert places["place_id"].str.startswith("osm-").all()
    assert int(places["population"].sum()) == country.config.population
    assert float(country.population.sum(dtype=np.float64)) == pytest.approx(country.config.population)
    assert int((country.table("boundaries")["level"] == 1).sum()) == 13
    assert (country.table("fibre")["operator"] == "Open Net").sum() == 950 + 953
    for lon, lat, height_m in ((44.643, 42.657, 1740.0), (42.723, 43.045, 1500.0)):  # Stepantsminda, Mestia
        row, col = country.grid.rowcol(*country.grid.from_lonlat(lon, lat))
        assert country.terrain_m[row, col] == pytest.approx(height_m, abs=200.0)
    assert country.provenance["terrain"].evidence == "modelled"
    assert "OpenStreetMap" in country.provenance["places"].source
    write_country(country, tmp_path / "GEO")
    assert not [fault for fault in check(tmp_path / "GEO") if fault.severity == "error"]
