"""Parameters of the room radio; values and sources in ``radio.yaml``."""

from __future__ import annotations

from typing import Literal

from allreach.params.quantity import Frozen, Quantity


class Radio(Frozen):
    """Link budget, antennas, propagation limits, capacity."""

    coverage_band_mhz: Quantity
    """Carrier frequency of the coverage band of a site whose band is not given, and of new sites."""
    coverage_bandwidth_mhz: Quantity
    """Downlink bandwidth of the coverage band of new sites."""
    capacity_band_mhz: Quantity
    """Carrier frequency of the capacity band that an upgrade adds."""
    capacity_bandwidth_mhz: Quantity
    """Downlink bandwidth of the capacity band."""
    coverage_tx_power_dbm: Quantity
    """Transmit power of a sector over the bandwidth of the coverage band."""
    capacity_tx_power_dbm: Quantity
    """Transmit power of a sector over the bandwidth of the capacity band."""
    coverage_antenna_gain_dbi: Quantity
    """Gain of a sector antenna in the coverage band, feeder loss deducted."""
    capacity_antenna_gain_dbi: Quantity
    """Gain of a sector antenna in the capacity band, feeder loss deducted."""
    feeder_loss_db: Quantity
    """Loss between the transmitter and a measured antenna, where the site does not say it."""
    horizontal_beamwidth_deg: Quantity
    """Horizontal 3 dB beamwidth of a sector antenna."""
    vertical_beamwidth_deg: Quantity
    """Vertical 3 dB beamwidth of a sector antenna."""
    front_to_back_db: Quantity
    """Largest attenuation of the sector antenna in any direction, A_m."""
    side_lobe_attenuation_db: Quantity
    """Largest attenuation of the vertical pattern, SLA_v."""
    handset_height_m: Quantity
    """Height of a handset above ground."""
    handset_gain_dbi: Quantity
    """Antenna gain of a handset."""
    handset_body_loss_db: Quantity
    """Loss of a handset to its user's body."""
    handset_noise_figure_db: Quantity
    """Noise figure of a handset."""
    handset_tx_power_dbm: Quantity
    """Transmit power of a handset."""
    fwa_tx_power_dbm: Quantity
    """Transmit power of the fixed wireless terminal."""
    base_noise_figure_db: Quantity
    """Noise figure of a base station's receiver."""
    uplink_noise_rise_db: Quantity
    """How much the handsets of other cells raise the base station's noise."""
    uplink_diversity_gain_db: Quantity
    """What a base station's receiving antennas gain beyond the two for which the uplink's curve holds."""
    uplink_alpha: Quantity
    """Attenuation of the Shannon curve in the uplink."""
    uplink_max_efficiency_bps_hz: Quantity
    """Largest spectral efficiency in the uplink."""
    voice_kbps: Quantity
    """Bit rate of a call over LTE or NR in each direction, headers included."""
    gsm_handset_tx_power_dbm: Quantity
    """Transmit power of a handset in GSM below 1 GHz."""
    gsm1800_handset_tx_power_dbm: Quantity
    """Transmit power of a handset in GSM above 1 GHz."""
    gsm_handset_sensitivity_dbm: Quantity
    """Least power of a GSM carrier that a handset makes a call with."""
    gsm_base_sensitivity_dbm: Quantity
    """Least power of a handset that a GSM base station makes a call with."""
    umts_handset_tx_power_dbm: Quantity
    """Transmit power of a handset in UMTS."""
    umts_handset_sensitivity_dbm: Quantity
    """Least power of a UMTS carrier that a handset makes a call with."""
    umts_base_sensitivity_dbm: Quantity
    """Least power of a handset that a UMTS base station makes a call with, without the noise of other cells."""
    fwa_height_m: Quantity
    """Height above ground of the outdoor antenna of fixed wireless access."""
    fwa_gain_dbi: Quantity
    """Antenna gain of the fixed wireless terminal towards its site."""
    fwa_noise_figure_db: Quantity
    """Noise figure of the fixed wireless terminal."""
    fwa_interference_rejection_db: Quantity
    """How much less the sum of the other sites reaches a terminal whose antenna points at its own site."""
    sensitivity_dbm: Quantity
    """Least received power over 10 MHz that counts as any mobile signal."""
    neighbour_load: Literal["cap", "coupled"]
    """Whether measuring also iterates the neighbours' loads to a fixed point (``coupled``) beside all at the cap."""
    load_cap: Quantity
    """Largest planned load of a sector, and the load assumed of every neighbour."""
    planned_neighbour_margin_db: Quantity
    """Rise of interference and noise that later sites of the plan may cause; deducted from the planned SINR."""
    shannon_alpha: Quantity
    """Attenuation of the Shannon curve."""
    max_efficiency_bps_hz: Quantity
    """Largest spectral efficiency."""
    min_sinr_db: Quantity
    """SINR below which nothing gets through."""
    range_km: Quantity
    """Distance out to which a site is computed."""
    candidate_range_km: Quantity
    """Distance out to which sites are offered to places in planning; also bounds the size of the model."""
    near_m: Quantity
    """Distance up to which the short-range model alone gives the loss."""
    far_m: Quantity
    """Distance from which P.1812 alone gives the loss; between the two one passes smoothly into the other."""
    street_width_m: Quantity
    """Average street width in the short-range model."""
    clutter_gap_m: Quantity
    """Distance from the receiver at which the clutter around it begins, on grids coarser than that."""
    hours_sigma_db: Quantity
    """Standard deviation of the received power over the hours, for the share of hours of the service standard."""
    model_sigma_db: Quantity
    """Standard deviation of the error of the path loss model from spot to spot; in the margin for locations."""
    model_bias_sigma_db: Quantity
    """Standard deviation of the error that all paths of a country share; used for p5 and p95."""
    model_bias_bare_sigma_db: Quantity
    """The same where the folder has no clutter."""
    model_regional_sigma_db: Quantity
    """Standard deviation of the error that neighbouring places share; used for p5 and p95."""
    model_regional_km: Quantity
    """Distance over which they do: the correlation falls to 1/e."""
    mast_position_sigma_m: Quantity
    """Standard deviation of each coordinate of a mast; used for p5 and p95."""
    population_sigma_share: Quantity
    """Relative standard deviation of the people of a place; used for p5 and p95."""
    fixed_reach_km: Quantity
    """Distance from an operational exchange within which homes count as predicted by fixed lines."""
    fixed_dl_mbps: Quantity
    """Speed of a home on a fibre line in the busy hour."""
    uncertainty_draws: Quantity
    """Seeded draws from which p5 and p95 are read."""
    drive_tests_min: Quantity
    """Least drive tests of a band from which its predictions are moved, and the error of the model is theirs."""
    calibration_block_km: Quantity
    """Edge of the blocks of ground that count as one when drive tests are weighed: within them errors are alike."""
    calibration_prior_db: Quantity
    """Standard deviation, between networks and countries, of the mean of measured less predicted power."""
    calibration_slope_prior_db: Quantity
    """Standard deviation, between networks and countries, of the slope of that over a decade of distance."""
    calibration_excess_prior: Quantity
    """Standard deviation, between networks and countries, of the share of loss over free space that is wrong."""
    calibration_clutter_prior_db: Quantity
    """Standard deviation of how much one kind of clutter departs from the rest in that."""
    building_traditional_share: Quantity
    """Share of traditional (not thermally efficient) buildings for the entry loss of P.2109."""
    clutter_unknown_m: Quantity
    """Representative clutter height of class 0, unknown."""
    clutter_water_m: Quantity
    """Representative clutter height of class 1, water."""
    clutter_open_m: Quantity
    """Representative clutter height of class 2, open."""
    clutter_suburban_m: Quantity
    """Representative clutter height of class 3, suburban."""
    clutter_urban_m: Quantity
    """Representative clutter height of class 4, urban, trees, forest."""
    clutter_dense_urban_m: Quantity
    """Representative clutter height of class 5, dense urban."""

    def clutter_heights_m(self) -> tuple[float, ...]:
        """Return the representative clutter heights of classes 0 to 5 (m)."""
        return (
            self.clutter_unknown_m.value,
            self.clutter_water_m.value,
            self.clutter_open_m.value,
            self.clutter_suburban_m.value,
            self.clutter_urban_m.value,
            self.clutter_dense_urban_m.value,
        )
