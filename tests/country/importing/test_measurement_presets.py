"""Files of measurements as people have them: recognised by their header, read to the right quantity and unit."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from allreach.country.importing.presets.recognise import PRESETS, recognised
from allreach.country.importing.presets.speed_tests import tile_centre
from allreach.country.importing.rows import layer_rows
from allreach.country.importing.spec import LayerSpec
from allreach.country.importing.table import import_table
from allreach.errors import InputError
from allreach.progress import Progress

G_NETTRACK = "\t".join(
    "Timestamp Longitude Latitude Speed Operatorname Operator CGI Cellname Node CellID LAC NetworkTech NetworkMode "
    "Level Qual SNR CQI LTERSSI ARFCN DL_bitrate UL_bitrate".split()
)
UCC = (
    "Timestamp,Longitude,Latitude,Speed,Operatorname,CellID,NetworkMode,RSRP,RSRQ,SNR,CQI,RSSI,DL_bitrate,UL_bitrate,"
    "State"
)
TOWER = (
    "mcc,mnc,lac,cell_id,psc,asu,dbm,ta,lat,lon,accuracy,speed,bearing,altitude,measured_at,net_type,neighboring,device"
)
OPENCELLID = "mcc,mnc,lac,cellid,lon,lat,signal,measured_at,rating,speed,direction,act"
CELLS = "radio,mcc,net,area,cell,unit,lon,lat,range,samples,changeable,created,updated,averageSignal"
TTN = "id,time,nodeaddr,appeui,gwaddr,modulation,datarate,snr,rssi,freq,lat,lon,alt,accuracy"


def read(tmp_path: Path, name: str, text: str, outline=None, progress: Progress | None = None, **said):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    spec = LayerSpec.model_validate({"layer": "measurements", "file": name} | said)
    rows, spec, notes = layer_rows(path, spec, outline, progress)
    return import_table(rows, spec, outline, said=notes)


def faults_of(tmp_path: Path, name: str, text: str, **said) -> str:
    with pytest.raises(InputError) as error:
        read(tmp_path, name, text, **said)
    return str(error.value)


def test_g_nettrack_levels_by_technology_and_local_times(tmp_path: Path) -> None:
    rest = "\t10\tAcell\t40001\t40001-123\tx\t48\t57\t33"
    text = "\n".join([
        G_NETTRACK,
        f"2026.03.31_14.43.00\t47.40\t40.5{rest}\t4G\tLTE\t-98\t-11\t12\t9\t-70\t1575\t500\t20",
        f"2026.03.31_14.43.01\t47.41\t40.5{rest}\t5G\tNR\t-101\t-12\t3\t-\t-\t632628\t500\t20",
        f"2026.03.31_14.43.02\t47.42\t40.5{rest}\t3G\tHSPA+\t-88\t-9\t-\t-\t-\t10712\t500\t20",
        f"2026.03.31_14.43.03\t47.43\t40.5{rest}\t2G\tEDGE\t-77\t3\t-\t-\t-\t62\t500\t20",
        f"2026.03.31_14.43.04\t47.44\t40.5{rest}\t4G\tLTE\t-\t-\t-\t-\t-\t1575\t500\t20",
    ])  # fmt: skip
    table, report = read(tmp_path, "Acell_2026.txt", text, time_zone="Asia/Baku")
    assert "recognised as log of G-NetTrack (--preset g-nettrack)" in str(report)
    assert "1 rows left out: no level" in str(report)
    assert "1 rows left out: the level of UMTS and CDMA" in str(report)
    assert table["technology"].tolist() == ["LTE", "NR", "GSM"]
    assert table["quantity"].tolist() == ["rsrp", "rsrp", "rssi"]
    assert table["rsrp_dbm"].tolist()[:2] == [-98.0, -101.0]
    assert np.isnan(table["rsrp_dbm"].iloc[2])
    assert table["rssi_dbm"].tolist()[::2] == [-70.0, -77.0]
    assert table["freq_mhz"].tolist()[:2] == pytest.approx([1842.5, 3489.42])
    assert table["time"].tolist() == ["2026-03-31T10:43:00Z", "2026-03-31T10:43:01Z", "2026-03-31T10:43:03Z"]
    assert set(table["device"]) == {"Acell_2026"}  # a log is of one telephone
    assert table["measurement_id"].tolist() == ["Acell_2026-1", "Acell_2026-2", "Acell_2026-3"]
    no_zone, said = read(tmp_path, "b.txt", text)
    assert no_zone["time"].iloc[0] == "2026-03-31T14:43:00"
    assert "3 rows: time of an unknown zone" not in str(said)  # five rows had a time before two were left out
    assert "5 rows: time of an unknown zone; say it with --time-zone" in str(said)


def test_g_nettrack_csv_of_a_public_data_set(tmp_path: Path) -> None:
    table, _ = read(tmp_path, "s.csv", f"{UCC}\n2019.12.14_10.16.30,47.4,40.5,0,B,12,5G,-105,-12,3.0,9,-80,0,14,I\n")
    assert table[["quantity", "technology", "rsrp_dbm"]].to_numpy().tolist() == [["rsrp", "NR", -105.0]]
    assert np.isnan(table["freq_mhz"].iloc[0])


def test_network_survey_with_remarks_above_its_header(tmp_path: Path) -> None:
    header = (
        "deviceTime,latitude,longitude,altitude,speed,accuracy,missionId,recordNumber,groupNumber,mcc,mnc,tac,eci,earfcn,"
        "pci,rsrp,rsrq,ta,servingCell,lteBandwidth,provider,signalStrength,cqi,slot,snr,deviceSerialNumber,locationAge"
    )
    row = "40.5,47.4,15.58,0,22,m,1,2,400,1,12345,12345678,750,36,{},-9.0,39,{},{},Acell,-61.0,11,,-1.0,D1,4916"
    rows = [row.format("-112.0", "true", "MHZ_10"), row.format("-118.0", "false", "")]
    text = "\n".join(["# Created by Network Survey version=1.43-cdr", "# CSV Version=0.4.0", header]
                     + [f"2025-10-10T13:58:2{i}.603261-04:00,{one}" for i, one in enumerate(rows)])  # fmt: skip
    table, report = read(tmp_path, "n.csv", text)
    assert table[["rsrp_dbm", "freq_mhz", "bandwidth_mhz", "operator", "device"]].to_numpy().tolist() == [
        [-112.0, 1945.0, 10.0, "Acell", "D1"]
    ]
    assert table["time"].tolist() == ["2025-10-10T17:58:20.603Z"]
    assert "1 rows left out: a neighbour cell" in str(report)
    own, _ = read(tmp_path, "h.csv", "# id,lon,lat,RSRP\n7,47.4,40.5,-90\n", map={"measurement_id": "# id"})
    assert own["measurement_id"].tolist() == ["7"]  # a header may begin so too


def test_tower_collector_without_its_neighbours(tmp_path: Path) -> None:
    text = (
        f"{TOWER}\n"
        '400,1,33,57,12,20,-95,,40.5,47.4,5,3,20,100,"2026-01-31T14:43:00.250Z",LTE,false,"Phone"\n'
        '400,1,33,58,12,20,-99,,40.5,47.4,5,3,20,100,"2026-01-31T14:43:00.250Z",LTE,true,"Phone"\n'
        '400,1,33,59,12,20,2147483647,,40.5,47.4,5,3,20,100,"2026-01-31T14:43:00.250Z",LTE,false,"Phone"\n'
    )
    table, report = read(tmp_path, "t.csv", text)
    assert table[["operator", "cell_id", "device"]].to_numpy().tolist() == [["400-1", "400-1-33-57", "Phone"]]
    assert table["time"].tolist() == ["2026-01-31T14:43:00.250Z"]
    assert "1 rows left out: a neighbour cell" in str(report)
    assert "1 rows left out: no level" in str(report)


def test_opencellid_bearing_is_no_direction_and_asu_is_no_level(tmp_path: Path) -> None:
    text = (
        f"{OPENCELLID}\n400,1,2,3,47.4,40.5,-95,1700000000000,1,3,90,LTE\n"
        "400,1,2,4,47.4,40.5,20,1700000000,1,3,90,GSM\n"
    )
    table, report = read(tmp_path, "o.csv", text)
    assert table[["direction", "quantity", "rsrp_dbm"]].to_numpy().tolist() == [["downlink", "rsrp", -95.0]]
    assert table["time"].tolist() == ["2023-11-14T22:13:20Z"]
    assert "1 rows left out: signal is 0 or above" in str(report)


def test_a_list_of_cells_is_sent_to_the_sites(tmp_path: Path) -> None:
    text = f"{CELLS}\nLTE,400,1,2,3,1,47.4,40.5,1000,3,1,1,1,-90\n"
    assert "is a list of cells, not of measurements" in faults_of(tmp_path, "c.csv", text)
    assert "--group-cells 50" in faults_of(tmp_path, "c.csv", text, preset="opencellid")


def test_cellmapper(tmp_path: Path) -> None:
    header = "latitude,longitude,altitude,MCC,MNC,LAC,CID,signal,type,subtype,ARFCN,PSC"
    text = f"{header}\n40.5,47.4,1,400,1,2,3,-91,LTE,LTE-A,6300,7\n"
    table, _ = read(tmp_path, "m.csv", text)
    assert table[["technology", "rsrp_dbm", "freq_mhz"]].to_numpy().tolist() == [["LTE", -91.0, 806.0]]


def test_tiles_stand_at_their_middle(tmp_path: Path) -> None:
    lon_deg, lat_deg = tile_centre(pd.Series(["0", "3", "1230", "x"]))
    assert lon_deg[:3].tolist() == [-90.0, 90.0, 56.25]  # 1230: tile 10 of 16 from the west, 6 from the north
    assert lat_deg[0] == pytest.approx(66.51326)  # a quarter of the square world
    assert lat_deg[1] == pytest.approx(-66.51326)
    assert np.isnan(lon_deg[3])
    # the tile that holds a point holds its own middle: down the tree from any point and back
    point, key, west, north, side = (47.4, 40.5), "", 0.0, 0.0, 1.0
    x = (point[0] + 180.0) / 360.0
    y = (1.0 - np.arcsinh(np.tan(np.radians(point[1]))) / np.pi) / 2.0
    for _ in range(16):
        side /= 2.0
        east, south = int(x >= west + side), int(y >= north + side)
        west, north, key = west + side * east, north + side * south, key + str(2 * south + east)
    middle = tile_centre(pd.Series([key]))
    assert abs(middle[0][0] - point[0]) <= 180.0 / 2**16
    assert abs(middle[1][0] - point[1]) <= 180.0 / 2**16
    far = "0" * 16
    header = "quadkey,tile,avg_d_kbps,avg_u_kbps,avg_lat_ms,tests,devices"
    text = f"{header}\n{key},x,45123,9000,33,12,5\n{far},x,1,1,1,1,1\n"
    table, report = read(tmp_path, "q.csv", text, shapely.box(47.3, 40.4, 47.6, 40.7))
    assert "1 of 2 tiles lie in the country" in str(report)
    assert table[["kind", "dl_mbps", "ul_mbps", "latency_ms", "n_samples"]].to_numpy().tolist() == [
        ["speed_test", 45.123, 9.0, 33.0, 12]
    ]
    bad = faults_of(tmp_path, "b.csv", text.replace(key, "9999"))
    assert "column quadkey" in bad


def test_tiles_of_a_parquet_file(tmp_path: Path) -> None:
    frame = pd.DataFrame({"quadkey": ["1230301021223012"], "tile": ["x"], "avg_d_kbps": [5000], "avg_u_kbps": [1000],
                          "avg_lat_ms": [9], "tests": [3], "devices": [1]})  # fmt: skip
    path = tmp_path / "tiles.parquet"
    frame.to_parquet(path)
    spec = LayerSpec(layer="measurements", file=path.name)
    rows, spec, notes = layer_rows(path, spec, None)
    table, _ = import_table(rows, spec, None, said=notes)
    assert table["dl_mbps"].tolist() == [5.0]
    assert table["measurement_id"].tolist() == ["ookla-1230301021223012"]
    # of a file of the world the country's tiles, as from text
    lon_deg, lat_deg = table.geometry.x.iloc[0], table.geometry.y.iloc[0]
    outline = shapely.box(lon_deg - 0.01, lat_deg - 0.01, lon_deg + 0.01, lat_deg + 0.01)
    world = pd.concat([frame, frame.assign(quadkey="0" * 16), frame.assign(quadkey="3" * 16)])
    world.to_parquet(path)
    rows, spec, notes = layer_rows(path, LayerSpec(layer="measurements", file=path.name), outline)
    again, report = import_table(rows, spec, outline, said=notes)
    pd.testing.assert_frame_equal(again, table)
    assert "3 tiles read" in str(report)
    with pytest.raises(InputError, match="none of 3 tiles lies in the country"):
        layer_rows(path, LayerSpec(layer="measurements", file=path.name), shapely.box(10, 10, 11, 11))


@pytest.mark.parametrize("point", [".", "_"])
def test_m_lab_must_know_its_direction(tmp_path: Path, point: str) -> None:
    names = ["a.UUID", "a.MeanThroughputMbps", "a.MinRTT", "client.Geo.Latitude", "client.Geo.Longitude", "a.TestTime"]
    text = ",".join(name.replace(".", point) for name in names) + "\nx,12.5,33,40.5,47.4,2026-01-02 10:11:12 UTC\n"
    assert "--set direction=uplink" in faults_of(tmp_path, "m.csv", text)
    down, _ = read(tmp_path, "m.csv", text, set={"direction": "downlink"})
    up, _ = read(tmp_path, "m.csv", text, set={"direction": "uplink"})
    assert (down["dl_mbps"].iloc[0], up["ul_mbps"].iloc[0]) == (12.5, 12.5)
    assert np.isnan(up["dl_mbps"].iloc[0])
    assert down["time"].tolist() == ["2026-01-02T10:11:12Z"]


def test_lorawan_is_uplink_at_its_gateway(tmp_path: Path) -> None:
    text = f"{TTN}\n1,2018-08-09 08:00:55,60c5,x,GW1,LORA,SF7BW125,-9.00,-118,868.1,40.5,47.4,3,4\n"
    table, _ = read(tmp_path, "ttn.csv", text)
    assert table[["technology", "direction", "site_id", "device", "freq_mhz"]].to_numpy().tolist() == [
        ["LoRa", "uplink", "GW1", "60c5", 868.1]
    ]
    assert table["time"].tolist() == ["2018-08-09T08:00:55Z"]
    plain, report = read(tmp_path, "p.csv", "lat,lon,rssi,snr,sf,frequency\n40.5,47.4,-99,6,12,868100000\n")
    assert plain[["quantity", "rssi_dbm", "sinr_db", "freq_mhz"]].to_numpy().tolist() == [["rssi", -99.0, 6.0, 868.1]]
    assert "since they have a spreading factor" in str(report)


def test_plain_drive_tests_with_units_and_decimal_commas(tmp_path: Path) -> None:
    text = (
        "Time;Latitude;Longitude;Serving Cell RSRP (dBm);Serving Cell RS SINR (dB);Serving Cell DL EARFCN;PCI\n"
        "2026-03-31 14:43:00.250;40,51234;47,41234;-98,5;12,1;6300;44\n"
    )
    table, _ = read(tmp_path, "d.csv", text, time_zone="+04:00")
    assert table[["rsrp_dbm", "sinr_db", "freq_mhz", "cell_id"]].to_numpy().tolist() == [[-98.5, 12.1, 806.0, "44"]]
    assert table["time"].tolist() == ["2026-03-31T10:43:00.250Z"]
    assert (table.geometry.x.iloc[0], table.geometry.y.iloc[0]) == (47.41234, 40.51234)
    khz, _ = read(tmp_path, "k.csv", "Longitude,Latitude,RSRP,Frequency (kHz)\n47.4,40.5,-90,806000\n")
    assert khz["freq_mhz"].tolist() == [806.0]
    loss, _ = read(tmp_path, "l.csv", "lon,lat,Path loss (dB),Site,Frequency\n47.4,40.5,120.5,S1,1800\n")
    assert loss[["quantity", "path_loss_db", "site_id"]].to_numpy().tolist() == [["path_loss", 120.5, "S1"]]
    nr, _ = read(tmp_path, "n.csv", "lon,lat,SS-RSRP,NR-ARFCN\n47.4,40.5,-99,632628\n")
    assert nr[["technology", "rsrp_dbm"]].to_numpy().tolist() == [["NR", -99.0]]
    gsm, _ = read(tmp_path, "x.csv", "lon,lat,RxLev\n47.4,40.5,-77\n")
    assert gsm[["technology", "quantity", "rssi_dbm"]].to_numpy().tolist() == [["GSM", "rssi", -77.0]]


def test_throughput_of_a_drive_test_in_its_unit(tmp_path: Path) -> None:
    header = "Longitude,Latitude,LTE PCC Serving RSRP(dBm),LTE DL App Throughput(kbps),UL throughput"
    table, report = read(tmp_path, "x.csv", f"{header}\n47.4,40.5,-90,5000,3\n47.4,40.6,,8000,3\n")
    assert table[["kind", "quantity", "dl_mbps"]].sort_values("dl_mbps").to_numpy().tolist() == [
        ["drive_test", "rsrp", 5.0], ["speed_test", "throughput", 8.0]
    ]  # fmt: skip
    assert table["ul_mbps"].isna().all()
    assert "column UL throughput is not taken, since its unit is not known" in str(report)


def test_times_that_are_not_clear_are_not_taken(tmp_path: Path) -> None:
    text = "Time,lon,lat,RSRP\n14:43:00,47.4,40.5,-90\n03/04/2026 10:00,47.5,40.5,-91\n"
    table, report = read(tmp_path, "d.csv", text, time_zone="UTC")
    assert table["time"].tolist() == ["", ""]
    assert "2 rows: time of column Time is not taken, such as '14:43:00'" in str(report)


def test_what_the_user_says_goes_ahead(tmp_path: Path) -> None:
    text = "lon,lat,rssi,snr,run\n47.4,40.5,-99,6,a\n47.4,40.5,-98,6,b\n"
    table, _ = read(tmp_path, "b.csv", text, set={"technology": "LoRa", "operator": "X"}, keep_if=({"run": ("b",)},),
                    keep=("run",))  # fmt: skip
    assert table[["technology", "operator", "rssi_dbm", "run"]].to_numpy().tolist() == [["LoRa", "X", -98.0, "b"]]
    with pytest.raises(InputError, match="'x' is not known; expected g-nettrack"):
        read(tmp_path, "b.csv", text, preset="x")
    assert "has no column quadkey and avg_d_kbps" in faults_of(tmp_path, "b.csv", text, preset="ookla")
    with pytest.raises(ValueError, match="is no zone"):
        LayerSpec(layer="measurements", file="a", time_zone="Mars")
    with pytest.raises(ValueError, match="for the layer measurements only"):
        LayerSpec(layer="places", file="a", preset="ookla")


def test_a_table_with_the_layers_own_columns_needs_no_preset(tmp_path: Path) -> None:
    table, report = read(tmp_path, "own.csv", "measurement_id,kind,rsrp_dbm,lon,lat\na,drive_test,-90,47.4,40.5\n")
    assert table["measurement_id"].tolist() == ["a"]
    assert "recognised" not in str(report)
    mapped, _ = read(tmp_path, "m.csv", "id,p,lon,lat\na,-90,47.4,40.5\n", set={"kind": "drive_test"},
                     map={"measurement_id": "id", "rx_power_dbm": "p", "lon": "lon", "lat": "lat"})  # fmt: skip
    assert mapped["rx_power_dbm"].tolist() == [-90.0]
    with pytest.raises(InputError, match="column kind is missing"):
        read(tmp_path, "u.csv", "a,b,lon,lat\n1,2,47.4,40.5\n")


def test_a_position_that_is_mapped_is_that_of_the_device(tmp_path: Path) -> None:
    text = "tx_lon,tx_lat,rx_lon,rx_lat,path_loss_db,freq_mhz\n47.4,40.5,47.5,40.6,121,868\n"
    table, report = read(tmp_path, "l.csv", text, map={"lon": "tx_lon", "lat": "tx_lat"},
                         set={"direction": "uplink", "site_id": "GW"})  # fmt: skip
    assert "(--preset drive-test)" in str(report)
    assert table[["quantity", "direction", "site_id", "freq_mhz"]].to_numpy().tolist() == [
        ["path_loss", "uplink", "GW", 868.0]
    ]
    assert table.geometry.iloc[0].equals(shapely.Point(47.4, 40.5))
    assert "has no positions" in faults_of(tmp_path, "l.csv", text)


def test_presets_are_told_apart_and_progress_is_told(tmp_path: Path) -> None:
    assert len({preset.name for preset in PRESETS}) == len(PRESETS)
    for header, name in (
        (G_NETTRACK.split("\t"), "g-nettrack"),
        (UCC.split(","), "g-nettrack"),
        (TOWER.split(","), "tower-collector"),
        (OPENCELLID.split(","), "opencellid"),
        (TTN.split(","), "ttn-mapper"),
    ):
        found = recognised(header, "f")
        assert found is not None
        assert found.name == name
    seen: list[tuple[str, int, int]] = []
    read(tmp_path, "d.csv", "lon,lat,RSRP\n47.4,40.5,-90\n", progress=lambda *told: seen.append(told))
    assert seen[0][1:] == (0, 1)
    assert seen[-1][1:] == (1, 1)


def test_a_packed_file(tmp_path: Path) -> None:
    path = tmp_path / "d.csv.gz"
    path.write_bytes(gzip.compress(b"lon,lat,RSRP\n47.4,40.5,-90\n"))
    rows, _, notes = layer_rows(path, LayerSpec(layer="measurements", file=path.name), None)
    assert len(rows) == 1
    assert "drive-test" in notes[0]
