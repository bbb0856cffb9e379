"""Bad measurements: each slip is named with its rows and how to mend it, on import and in check, all at once."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely

from allreach import tables
from allreach.country.checking.folder import check
from allreach.country.checking.measurements import measured_beside_faults
from allreach.country.importing.spec import LayerSpec
from allreach.country.importing.table import import_table
from allreach.country.measurement_faults import measurement_faults
from allreach.errors import InputError
from allreach.io.country_folder import write_country
from allreach.vocabulary import Zone
from small_country import SMALL_GRID, make_small_country

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
HERE = (47.4, 40.55)


def rows(at: list[tuple[float, float]] | None = None, **columns) -> gpd.GeoDataFrame:
    n = max((len(v) for v in columns.values() if isinstance(v, list)), default=len(at or [HERE]))
    at = at or [HERE] * n
    frame = gpd.GeoDataFrame(
        {"measurement_id": [f"m{i}" for i in range(n)], "kind": "drive_test"} | columns,
        geometry=gpd.points_from_xy(*np.array(at).T), crs=tables.CRS,
    )  # fmt: skip
    return tables.conform(frame, "measurements")


def kinds(table: gpd.GeoDataFrame) -> list[str]:
    return [fault.kind for fault in measurement_faults(table, "m", lambda: NOW)]


def imported(**columns) -> str:
    with pytest.raises(InputError) as error:
        import_table(rows(**columns), LayerSpec(layer="measurements", file="m.csv"), None)
    return str(error.value)


def test_units_that_are_mixed_up_are_refused_all_at_once() -> None:
    said = imported(
        rx_power_dbm=[80.0, -80.0], path_loss_db=[np.nan, -120.0], freq_mhz=[800_000.0, 0.8], rsrp_dbm=[95.0, np.nan]
    )
    assert "column rx_power_dbm, row 1: 80.0 is not usable; expected dBm, -150 to 0. A received level in dBm" in said
    assert "column path_loss_db, row 2: -120.0 is not usable; expected dB, 10 to 300. A loss is positive" in said
    assert "column freq_mhz, row 1 and 1 more rows: 0.8, 800000.0 is not usable" in said
    assert "kilohertz divided by 1000, gigahertz times 1000" in said
    assert "column rsrp_dbm, row 1: 95.0" in said


def test_rssi_among_rsrp() -> None:
    assert kinds(rows(rsrp_dbm=[-100.0, -95.0], technology=["LTE", "GSM"])) == ["mixed-levels"]
    (fault,) = measurement_faults(rows(rsrp_dbm=[-100.0, -40.0], technology="LTE"), "m", lambda: NOW)
    assert "1 rows are above what any device reports as RSRP, up to -40 dBm" in fault.what
    assert "row 2" in fault.where
    assert fault.severity == "error"
    few = measurement_faults(rows(rsrp_dbm=[-40.0] + [-90.0] * 30, technology="LTE"), "m", lambda: NOW)
    assert [one.severity for one in few] == ["warning"]  # a scanner beside the mast
    assert kinds(rows(rsrp_dbm=[-40.0], technology="NR")) == []  # SS-RSRP goes up to -31 dBm
    turned = rows(rsrp_dbm=[-70.0] * 3, rssi_dbm=[-95.0] * 3, technology="LTE")
    assert kinds(turned) == ["mixed-levels"]
    assert kinds(rows(rsrp_dbm=[-95.0] * 3, rssi_dbm=[-70.0] * 3, technology="LTE")) == []
    one_of_many = rows(rsrp_dbm=[-95.0] * 40, rssi_dbm=[-96.0] + [-70.0] * 39, technology="LTE")
    assert kinds(one_of_many) == []


def test_a_quantity_without_its_level() -> None:
    (fault,) = measurement_faults(rows(quantity="rsrp", rssi_dbm=[-70.0]), "m", lambda: NOW)
    assert "1 rows say rsrp and have none" in fault.what


def test_times() -> None:
    assert kinds(rows(time=["2026-11-29T11:00:00Z", "2026-11-29 15:00+04:00", "2026-11-30T01:00:00"])) == []
    assert kinds(rows(time=["2026-11-30T03:00:00Z"])) == ["time"]
    assert kinds(rows(time=["29.11.2026 11:00"])) == ["time"]
    assert kinds(rows(date=["2027-01-01"])) == ["time"]
    assert kinds(rows(time=["", "2025-01-01T00:00:00Z"], date=["2025-01-01", ""])) == []


def test_a_device_in_two_places() -> None:
    far, near = (HERE[0] + 0.1, HERE[1]), (HERE[0] + 0.0005, HERE[1])
    at, time = [HERE, far, near], ["2025-01-01T00:00:00Z"] * 3
    twice = rows(at, device="D", time=time)
    (fault,) = measurement_faults(twice, "m", lambda: NOW)
    assert fault.kind == "duplicate-times"
    assert "1 rows have a device elsewhere at the same time, first D at 2025-01-01T00:00:00Z" in fault.what
    assert kinds(rows(at, device=["D", "E", "D"], time=time)) == []
    assert kinds(rows(at, time=time)) == []  # devices that are not named may be many
    spec = LayerSpec(layer="measurements", file="m.csv", fix=("duplicate-times",))
    table, report = import_table(twice, spec, None)
    assert table["measurement_id"].tolist() == ["m0", "m2"]
    assert "1 rows left out, each has a device elsewhere" in str(report)


def test_exchanged_coordinates_are_named_and_mended() -> None:
    outline = shapely.box(47.3, 40.4, 47.6, 40.7)
    table = rows([HERE[::-1], HERE], rx_power_dbm=[-80.0, -81.0])
    with pytest.raises(InputError, match="latitude and longitude exchanged"):
        import_table(table, LayerSpec(layer="measurements", file="m.csv"), outline)
    mended, _ = import_table(table, LayerSpec(layer="measurements", file="m.csv", fix=("swapped-axes",)), outline)
    assert mended.geometry.x.tolist() == [47.4, 47.4]


def beside(table: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, zones: np.ndarray | None = None) -> dict[str, str]:
    return {fault.kind: fault.severity for fault in measured_beside_faults(table, sites, zones, SMALL_GRID)}


def test_at_sea_far_from_sites_and_off_every_band() -> None:
    country = make_small_country()
    sites = country.table("sites").assign(band_mhz=800.0, technologies="4G")
    lon_deg, lat_deg = SMALL_GRID.to_lonlat([702_000.0, 702_400.0, 709_000.0], [4_490_000.0] * 3)
    at = list(zip(lon_deg, lat_deg, strict=True))
    good = rows(at, rx_power_dbm=[-80.0] * 3, freq_mhz=[801.0, np.nan, 790.0])
    assert beside(good, sites) == {}
    zones = np.full(SMALL_GRID.shape, Zone.INLAND)
    zones[:, 40:] = Zone.SEA
    assert beside(good, sites, zones) == {"water": "warning"}
    assert beside(good, sites, np.full(SMALL_GRID.shape, Zone.SEA)) == {"water": "error"}
    assert beside(good.assign(freq_mhz=[801.0, np.nan, 2100.0]), sites) == {"wrong-band": "warning"}
    at_1800 = good.assign(freq_mhz=1805.0)
    assert beside(at_1800, sites) == {"wrong-band": "warning"}
    assert beside(at_1800, sites.assign(second_band_mhz=1800.0)) == {}  # a stated second carrier is on air
    assert beside(at_1800, sites.assign(technologies="LTE-A")) == {}  # one is on air, at a frequency that nobody tells
    assert beside(good.assign(freq_mhz=2100.0), country.table("sites")) == {}  # sites that do not say their band
    abroad = good.set_geometry(gpd.points_from_xy([lon_deg[0] + 2.0, *lon_deg[1:]], lat_deg, crs=tables.CRS))
    assert beside(abroad, sites) == {"far-measurements": "warning"}
    all_abroad = good.set_geometry(gpd.points_from_xy(lon_deg + 2.0, lat_deg, crs=tables.CRS))
    assert beside(all_abroad, sites) == {"far-measurements": "error"}
    assert beside(all_abroad.assign(kind="speed_test", rx_power_dbm=np.nan, dl_mbps=5.0), sites) == {}


def test_check_names_them_in_a_folder(tmp_path: Path) -> None:
    country = make_small_country()
    lon_deg, lat_deg = SMALL_GRID.to_lonlat([702_000.0] * 3, [4_490_000.0] * 3)
    bad = rows(list(zip(lon_deg, lat_deg, strict=True)), rx_power_dbm=[-80.0, 70.0, -80.0],
               time=["2999-01-01T00:00:00Z", "", "noon"])  # fmt: skip
    country.layers["measurements"] = bad
    crossing = shapely.Polygon([(47.37, 40.52), (47.40, 40.55), (47.40, 40.52), (47.37, 40.55)])
    claims = gpd.GeoDataFrame({"claim_id": ["c"], "operator": "A", "technology": ["4G+"], "date": "2999"},
                              geometry=[crossing])  # fmt: skip
    country.layers["coverage_claims"] = tables.conform(claims, "coverage_claims")
    write_country(country, tmp_path / "land")
    faults = check(tmp_path / "land")
    assert "1 claim for operators without a site (A)" in "\n".join(f.what for f in faults if f.severity == "warning")
    of_sites = set(country.table("sites")["operator"]) - {""}
    expected = next(f.expected for f in faults if "claim for operators" in f.what)
    assert (min(of_sites) if of_sites else "none is named there") in expected
    errors = [str(f) for f in faults if f.severity == "error"]
    text = "\n".join(errors)
    assert text.count("lie in the future") == 2
    for part in ("70.0 is not usable", "hold no time, such as 'noon'", "4G+ is not usable",
                 "is an area that crosses itself"):  # fmt: skip
        assert part in text


def test_claims_that_cross_themselves_are_refused_or_mended() -> None:
    ring = [(0, 0), (2, 0), (2, 2), (1, -1e-4), (0, 2)]  # dips below its own base by a hair
    nearly = shapely.Polygon([(47.3 + x / 10, 40.4 + y / 10) for x, y in ring])
    assert not nearly.is_valid
    claims = gpd.GeoDataFrame({"claim_id": ["c"], "operator": "A", "technology": "4G"}, geometry=[nearly], crs=4326)
    with pytest.raises(InputError, match=r"crosses itself.*--fix self-crossing"):
        import_table(claims, LayerSpec(layer="coverage_claims", file="c.geojson"), None)
    mended, _ = import_table(claims, LayerSpec(layer="coverage_claims", file="c.geojson", fix=("self-crossing",)), None)
    assert mended.geometry.is_valid.all()
    bow = shapely.Polygon([(47.3, 40.4), (47.4, 40.5), (47.4, 40.4), (47.3, 40.5)])
    with pytest.raises(InputError, match="another area once it is made simple"):
        import_table(
            claims.set_geometry([bow]),
            LayerSpec(layer="coverage_claims", file="c.geojson", fix=("self-crossing",)),
            None,
        )
