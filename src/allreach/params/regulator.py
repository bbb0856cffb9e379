"""Parameters of the regulator's measures; values and sources in ``regulator.yaml``."""

from __future__ import annotations

from pydantic import model_validator

from allreach.params.quantity import Frozen, Quantity


class Regulator(Frozen):
    """Levels of quality, losses into cars, cells, and field strength at the border."""

    level_2g_dbm: Quantity
    """Level of the broadcast carrier from which 2G counts as limited coverage."""
    level_3g_dbm: Quantity
    """Level of the pilot channel from which 3G counts as limited coverage."""
    level_4g_dbm: Quantity
    """Reference signal received power from which 4G counts as limited coverage."""
    level_5g_dbm: Quantity
    """Reference signal received power from which 5G counts as limited coverage."""
    good_above_db: Quantity
    """How far above limited coverage good coverage begins."""
    very_good_above_db: Quantity
    """How far above limited coverage very good coverage begins."""
    car_loss_db: Quantity
    """Loss into a car that half of the cars do not exceed."""
    car_loss_sigma_db: Quantity
    """Standard deviation of the loss into cars."""
    carrier_tx_power_dbm: Quantity
    """Transmit power of one 2G or 3G carrier, beside ``radio.coverage_tx_power_dbm`` of all of a band."""
    pilot_share_3g: Quantity
    """Share of a 3G carrier's power in its pilot channel."""
    cell_m: Quantity
    """Edge of the cells in which coverage is published; a coarser pixel of the country stands in."""
    border_range_km: Quantity
    """Distance out to which the field of a site is computed at the border."""
    border_step_m: Quantity
    """Distance of the points along the border."""
    border_height_m: Quantity
    """Height above ground of the receiver at the border where no limit says another."""
    border_time_pct: Quantity
    """Share of the time for which the field at the border is exceeded where no limit says another."""
    border_bandwidth_mhz: Quantity
    """Bandwidth over which the field at the border counts where no limit says another."""

    @model_validator(mode="after")
    def _levels_rise(self) -> Regulator:
        if self.good_above_db.value > self.very_good_above_db.value:
            raise ValueError(
                f"good_above_db {self.good_above_db.value:g} dB lies above very_good_above_db "
                f"{self.very_good_above_db.value:g} dB: a better level needs as much at least"
            )
        return self
