"""TopoJSON decoding, the view of borders, anti-meridian rings."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from allreach.country.sketch import outline as outline
from allreach.country.sketch.gazetteer import lonlat_by_iso3, numbers_by_iso3

TOPOLOGY = {
    "transform": {"scale": [0.5, 0.25], "translate": [10.0, -5.0]},
    # two unit squares side by side that share the arc 1 (upwards)
    "arcs": [[[2, 4], [-2, 0], [0, -4], [2, 0]], [[2, 0], [0, 4]], [[2, 0], [2, 0], [0, 4], [-2, 0]]],
}


def test_arcs_are_scaled_and_summed() -> None:
    arcs = outline.decode_arcs(TOPOLOGY)
    assert arcs[1].tolist() == [[11.0, -5.0], [11.0, -4.0]]
    assert arcs[0].tolist() == [[11.0, -4.0], [10.0, -4.0], [10.0, -5.0], [11.0, -5.0]]


def test_neighbours_share_an_arc_backwards() -> None:
    arcs = outline.decode_arcs(TOPOLOGY)
    left = outline.feature_polygons({"type": "Polygon", "arcs": [[0, 1]]}, arcs)
    right = outline.feature_polygons({"type": "MultiPolygon", "arcs": [[[2, ~1]]]}, arcs)
    assert [p.area for p in left + right] == [1.0, 1.0]
    assert left[0].touches(right[0])
    assert shapely.union(left[0], right[0]).area == 2.0


def test_a_ring_over_the_antimeridian_does_not_jump() -> None:
    arcs = [np.array([[179.0, 0.0], [-179.0, 0.0], [-179.0, 1.0], [179.0, 1.0], [179.0, 0.0]])]
    (polygon,) = outline.feature_polygons({"type": "Polygon", "arcs": [[0]]}, arcs)
    assert polygon.bounds == (179.0, 0.0, 181.0, 1.0)


def test_parts_kept_apart_join_their_country() -> None:
    world = outline.read_outlines()

    def owner(lon_deg: float, lat_deg: float) -> str:
        inside = [
            c for c, p in zip(world.codes, world.polygons, strict=True) if p.contains(shapely.Point(lon_deg, lat_deg))
        ]
        assert len(inside) == 1
        return inside[0]

    assert owner(34.1, 45.3) == "804"  # Simferopol
    assert owner(44.06, 9.56) == "706"  # Hargeisa
    assert owner(33.4, 35.3) == "196"  # Northern Cyprus
    assert owner(21.1, 42.6) == "XKX"  # Pristina
    assert owner(49.85, 40.4) == "031"  # Baku


@pytest.mark.parametrize(
    ("iso3", "lon_deg", "lat_deg"), [("GUF", -53.0, 4.0), ("REU", 55.5, -21.1), ("FRA", 2.3, 48.8)]
)
def test_territories_merged_into_their_state_are_told_apart(iso3: str, lon_deg: float, lat_deg: float) -> None:
    numbers = numbers_by_iso3()
    family = sorted({"FRA", *outline.MERGED})
    places = lonlat_by_iso3(family)
    found = {i: outline.country_polygons(i, numbers[i], places, numbers) for i in ("GUF", "REU", "FRA")}
    point = shapely.Point(lon_deg, lat_deg)
    assert [i for i, parts in found.items() if any(p.contains(point) for p in parts)] == [iso3]


def test_a_copy_without_outlines_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    from pathlib import Path

    from allreach.errors import DataMissingError

    monkeypatch.setattr(outline, "atlas_path", lambda: Path(str(tmp_path)) / "countries-10m.json")
    outline.read_outlines.cache_clear()
    try:
        with pytest.raises(DataMissingError, match="built without its outlines"):
            outline.read_outlines()
    finally:
        outline.read_outlines.cache_clear()
