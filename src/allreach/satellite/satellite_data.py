"""Satellites and terminals as data. EIRP and G/T come from the operator: there is no default for a real satellite."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, ValidationError, model_validator

from allreach.errors import Fault, InputError
from allreach.params.quantity import Frozen
from allreach.satellite.geometry import off_axis_deg
from allreach.schema_faults import schema_faults
from allreach.units import linear_to_db, wavelength_m

MAIN_LOBE_DB = 20.0
"""A Gaussian spot stands for the main lobe: so far below its centre it says nothing any more. [dB]"""
WHERE_PUBLISHED = (
    "operators publish EIRP and G/T as contour maps on the page of each satellite and in its payload handbook or user "
    "guide; filings at the ITU (SRS database) give the limits; else ask the operator for both at your place"
)


class Contour(Frozen):
    """A line of a beam map: inside the ring the beam gives at least this."""

    eirp_dbw: float = Field(ge=-20, le=90)
    """EIRP at saturation. [dBW]"""
    g_over_t_db_per_k: float | None = Field(default=None, ge=-40, le=40)
    """Figure of merit of the satellite's receiver, where the map gives it. [dB/K]"""
    ring: tuple[tuple[float, float], ...] = Field(min_length=3)
    """Corners as longitude, latitude. [deg]"""

    @model_validator(mode="after")
    def _is_a_polygon(self) -> Contour:
        for lon, lat in self.ring:
            if not (-180.0 <= lon <= 180.0 and -90.0 <= lat <= 90.0):
                raise ValueError(f"corner {lon}, {lat} is no longitude, latitude in degrees")
        if not shapely.Polygon(self.ring).is_valid:
            raise ValueError("the ring crosses itself")
        return self


class Beam(Frozen):
    """A beam: a Gaussian spot (centre and width) or contours."""

    name: str
    """Name of the beam."""
    centre_lon_deg: float | None = Field(default=None, ge=-180, le=180)
    """Centre of a spot. [deg]"""
    centre_lat_deg: float | None = Field(default=None, ge=-90, le=90)
    """Centre of a spot. [deg]"""
    width_deg: float | None = Field(default=None, gt=0, le=20)
    """Full width of a spot at -3 dB, seen from the satellite. [deg]"""
    eirp_dbw: float | None = Field(default=None, ge=-20, le=90)
    """EIRP at saturation in the centre of a spot. [dBW]"""
    g_over_t_db_per_k: float | None = Field(default=None, ge=-40, le=40)
    """Figure of merit of the satellite's receiver in the centre. [dB/K]"""
    contours: tuple[Contour, ...] = ()
    """Contours, in any order."""
    n_transponders: int = Field(default=1, ge=1)
    """Transponders that serve this beam."""

    @model_validator(mode="after")
    def _is_spot_or_contours(self) -> Beam:
        spot = (self.centre_lon_deg, self.centre_lat_deg, self.width_deg)
        if not self.contours and any(value is None for value in spot):
            raise ValueError("a beam needs contours, or centre_lon_deg, centre_lat_deg and width_deg")
        return self

    def eirp_at_dbw(self, lon_deg: ArrayLike, lat_deg: ArrayLike, satellite_lon_deg: float) -> NDArray[np.float64]:
        """EIRP towards points; minus infinity outside all contours. [dBW]."""
        return self._at(lon_deg, lat_deg, satellite_lon_deg, "eirp_dbw")

    def g_over_t_at(self, lon_deg: ArrayLike, lat_deg: ArrayLike, satellite_lon_deg: float) -> NDArray[np.float64]:
        """Figure of merit of the satellite towards points. [dB/K]."""
        return self._at(lon_deg, lat_deg, satellite_lon_deg, "g_over_t_db_per_k")

    def covers(self, lon_deg: ArrayLike, lat_deg: ArrayLike, satellite_lon_deg: float) -> NDArray[np.bool_]:
        """Whether points lie within the contours, or within the main lobe of a spot."""
        lon, lat = np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float)
        if self.contours:
            inside = [shapely.contains_xy(shapely.Polygon(contour.ring), lon, lat) for contour in self.contours]
            return np.asarray(np.any(inside, axis=0))
        assert self.centre_lon_deg is not None
        assert self.centre_lat_deg is not None
        assert self.width_deg is not None
        angle = off_axis_deg(lon, lat, self.centre_lon_deg, self.centre_lat_deg, satellite_lon_deg)
        return np.asarray(12.0 * (angle / self.width_deg) ** 2 <= MAIN_LOBE_DB)

    def _at(self, lon_deg: ArrayLike, lat_deg: ArrayLike, satellite_lon_deg: float, field: str) -> NDArray[np.float64]:
        lon, lat = np.asarray(lon_deg, dtype=float), np.asarray(lat_deg, dtype=float)
        if self.contours:
            values = np.full(lon.shape, -np.inf)
            for contour in self.contours:
                level = getattr(contour, field)
                if level is None:
                    level = -np.inf if self.g_over_t_db_per_k is None else self.g_over_t_db_per_k
                inside = shapely.contains_xy(shapely.Polygon(contour.ring), lon, lat)
                values = np.where(inside, np.maximum(values, level), values)
            return values
        assert self.centre_lon_deg is not None
        assert self.centre_lat_deg is not None
        assert self.width_deg is not None
        angle = off_axis_deg(lon, lat, self.centre_lon_deg, self.centre_lat_deg, satellite_lon_deg)
        top = getattr(self, field)
        return np.asarray((-np.inf if top is None else top) - 12.0 * (angle / self.width_deg) ** 2)


class Satellite(Frozen):
    """A geostationary satellite."""

    name: str
    """Name."""
    is_textbook: bool = False
    """Whether the figures are invented for teaching; every result then says so."""
    source: str = "not stated"
    """Where the figures come from."""
    longitude_deg: float = Field(ge=-180, le=180)
    """Slot, east positive. [deg]"""
    downlink_ghz: float = Field(ge=1, le=55)
    """Frequency from the satellite. [GHz]"""
    uplink_ghz: float = Field(ge=1, le=55)
    """Frequency to the satellite. [GHz]"""
    tilt_deg: float = Field(default=45, ge=0, le=90)
    """Polarisation tilt: 0 horizontal, 90 vertical, 45 circular. [deg]"""
    transponder_mhz: float = Field(gt=0, le=5000)
    """Bandwidth of a transponder. [MHz]"""
    roll_off: float = Field(default=0.2, ge=0, le=0.5)
    """Roll-off of the carrier."""
    sfd_dbw_m2: float | None = Field(default=None, ge=-130, le=-50)
    """Flux density at the satellite that saturates the transponder, if published. [dBW/m2]"""
    output_backoff_db: float = Field(default=1.0, ge=0, le=15)
    """How far the transponder works below saturation. [dB]"""
    c_over_i_db: float = Field(default=20.0, ge=0, le=60)
    """Carrier over all interference (neighbour satellites, other polarisation, intermodulation). [dB]"""
    beams: tuple[Beam, ...] = Field(min_length=1)
    """Beams."""


class Terminal(Frozen):
    """A station on the ground."""

    name: str
    """Name."""
    diameter_m: float = Field(gt=0, le=35)
    """Antenna. [m]"""
    efficiency: float = Field(default=0.65, gt=0, le=1)
    """Aperture efficiency."""
    receiver_k: float = Field(default=75, gt=0, le=5000)
    """Noise temperature of the receiver. [K]"""
    ground_k: float = Field(default=25, ge=0, le=300)
    """Noise that the antenna takes from the ground. [K]"""
    tx_power_w: float = Field(default=2, gt=0, le=10000)
    """Power into the antenna. [W]"""
    pointing_loss_db: float = Field(default=0.5, ge=0, le=10)
    """Loss by pointing and radome. [dB]"""
    implementation_loss_db: float = Field(default=1.0, ge=0, le=10)
    """What the modem needs above the ideal threshold. [dB]"""

    def gain_dbi(self, freq_ghz: float) -> float:
        """Gain of the antenna. [dBi]."""
        return linear_to_db(self.efficiency * (math.pi * self.diameter_m / wavelength_m(freq_ghz)) ** 2)


def parse(kind: type[Satellite] | type[Terminal], raw: object, where: str) -> Satellite | Terminal:
    """Make a satellite or terminal from a mapping, with every fault at once.

    Raises
    ------
    InputError
        If a key is unknown, missing or out of range, a beam is malformed, or EIRP or G/T is missing.
    """
    if not isinstance(raw, Mapping):
        raise InputError(Fault(where, "holds no mapping", "keys with values, see allreach satellite --example"))
    faults: list[Fault] = []
    result: Satellite | Terminal | None = None
    try:
        result = kind.model_validate(tuples(raw))
    except ValidationError as error:
        faults += schema_faults(error, where, model=kind, raw=raw)
    if isinstance(result, Satellite):
        for beam in result.beams:
            if not beam.contours and beam.eirp_dbw is None:
                faults.append(_missing(where, beam.name, "eirp_dbw", "dBW"))
            has_merit = beam.g_over_t_db_per_k is not None or (
                bool(beam.contours) and all(c.g_over_t_db_per_k is not None for c in beam.contours)
            )
            if not has_merit:
                faults.append(_missing(where, beam.name, "g_over_t_db_per_k", "dB/K"))
    if faults or result is None:
        raise InputError(faults)
    return result


def _missing(where: str, beam: str, key: str, unit: str) -> Fault:
    return Fault(
        f"{where}, beam {beam}", f"{key} is missing", f"a figure in {unit}; allreach has no default", WHERE_PUBLISHED
    )


def tuples(value: Any) -> Any:
    """Turn lists into tuples, which the frozen models keep."""
    if isinstance(value, Mapping):
        return {str(key): tuples(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return tuple(tuples(item) for item in value)
    return value
