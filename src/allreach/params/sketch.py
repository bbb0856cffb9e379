"""Parameters of the room sketch; values and sources in ``sketch.yaml``."""

from __future__ import annotations

from allreach.params.quantity import Frozen, Quantity


class Sketch(Frozen):
    """Rules by which ``country sketch`` draws a country: most are assumptions, and all results are a sketch."""

    lattice_m: Quantity
    """Spacing of the lattice on which villages and roads are drawn; doubled while the frame exceeds ``max_mpx``."""
    lattice_small_m: Quantity
    """The same for countries below ``small_country_km2``."""
    small_country_km2: Quantity
    """Area below which the fine lattice is used."""
    pixel_m: Quantity
    """Default pixel; doubled up to 4,000 m while the frame exceeds ``max_mpx``."""
    pixel_tiny_m: Quantity
    """Default pixel of countries below ``tiny_country_km2``."""
    tiny_country_km2: Quantity
    """Area below which the pixel is ``pixel_tiny_m``."""
    max_mpx: Quantity
    """Most pixels of a frame."""
    frame_margin_km: Quantity
    """Margin of the rasters around the country, with terrain in it."""
    sea_reach_km: Quantity
    """Margin of the lattice in which sea is looked for."""
    disc_people_per_km2: Quantity
    """Density that sizes the disc of land round a place off the outline."""
    detail_factor: Quantity
    """Standard deviation of the terrain detail over that of the 3 x 3 map nodes."""
    detail_wavelength_km: Quantity
    """Longest wavelength of the terrain detail."""
    detail_gain: Quantity
    """Amplitude of an octave over that of the octave before."""
    kit_detail_factor: Quantity
    """Standard deviation of the detail on a kit's terrain over that of the 3 x 3 nodes of the kit."""
    kit_detail_steps: Quantity
    """Longest wavelength of that detail, in steps between the kit's nodes."""
    pit_depth_share: Quantity
    """Depth of the terrain below the least of the 3 x 3 nodes, as a share of their relief."""
    peak_height_share: Quantity
    """Height of the terrain above the greatest of the 3 x 3 nodes, as a share of their relief."""
    shore_height_m: Quantity
    """Least height of land above the nearest sea, but for land that the map itself has lower."""
    sunk_land_m: Quantity
    """Depth below the level of the nearest sea from which land keeps the height of the map."""
    lake_relief_m: Quantity
    """Relief of the 5 x 5 nodes from which four equal nodes of the map are a lake; nine equal nodes are one
    anywhere."""
    town_calm_share: Quantity
    """Share of the terrain detail that is missing in the middle of a listed place."""
    town_calm_km: Quantity
    """Least distance from a listed place at which that has fallen to 1/e; that of a larger one is its built-up
    radius."""
    coastal_distance_km: Quantity
    """Distance from the sea up to which land is coastal."""
    coastal_height_m: Quantity
    """Height above the sea's level up to which land is coastal."""
    large_lake_km2: Quantity
    """Area from which a lake counts as sea."""
    clutter_suburban_people_per_km2: Quantity
    """Density from which a pixel is suburban."""
    clutter_urban_people_per_km2: Quantity
    """Density from which a pixel is urban."""
    clutter_dense_urban_people_per_km2: Quantity
    """Density from which a pixel is dense urban."""
    nesting_population_share: Quantity
    """A place is part of a bigger one only up to this share of its population."""
    nesting_distance_factor: Quantity
    """Reach of a bigger place over the radius of its area at ``nesting_people_per_km2``."""
    nesting_people_per_km2: Quantity
    """Density that sizes a bigger place's area."""
    nesting_most_share: Quantity
    """Most that a bigger place gives up to its parts."""
    towns_most_share: Quantity
    """Most of the national total that listed places hold."""
    complete_share: Quantity
    """Sum of the list over the national total from which villages are limited."""
    complete_villages_share: Quantity
    """Most of the people in drawn villages where the list is complete."""
    complete_most_factor: Quantity
    """Most by which listed places are scaled up there."""
    warn_below_factor: Quantity
    """Factor on the listed places below which the sketch warns."""
    village_people: Quantity
    """Mean size of a drawn village."""
    village_sigma: Quantity
    """Standard deviation of the logarithm of village sizes."""
    max_villages: Quantity
    """Most villages drawn."""
    village_slope_deg: Quantity
    """Slope of the bicubic terrain at which villages are 1/e as likely."""
    village_height_m: Quantity
    """Height above the median of the listed places at which villages are 1/e as likely."""
    kit_village_slope_deg: Quantity
    """On a kit's terrain: slope over a lattice cell at which the weight of a village has fallen to 1/e."""
    kit_village_rise_km: Quantity
    """On a kit's terrain: distance (standard deviation of a bell) over which the surroundings are averaged."""
    kit_village_rise_m: Quantity
    """On a kit's terrain: height above the mean of the surroundings at which the weight has fallen to 1/e; it rises
    below that mean."""
    kit_village_high_m: Quantity
    """On a kit's terrain: height from which the mountains are emptier with every metre."""
    kit_village_high_fall_m: Quantity
    """On a kit's terrain: height above ``kit_village_high_m`` at which the weight has fallen to 1/e."""
    village_distance_km: Quantity
    """Distance from the nearest listed place at which villages are 1/e as likely."""
    town_people_per_km2: Quantity
    """Density at which the people of a town of ``town_people`` are spread."""
    town_density_exponent: Quantity
    """Growth of that density with the town's people."""
    village_gap_factor: Quantity
    """Distance from a listed place within which no village is drawn, over the radius of its built-up land."""
    village_people_per_km2: Quantity
    """Density at which the people of a village are spread."""
    town_people: Quantity
    """People from which a place is a town."""
    household_size_af: Quantity
    """Household size in Africa."""
    household_size_as: Quantity
    """Household size in Asia."""
    household_size_eu: Quantity
    """Household size in Europe."""
    household_size_na: Quantity
    """Household size in Northern and Central America and the Caribbean."""
    household_size_sa: Quantity
    """Household size in South America."""
    household_size_oc: Quantity
    """Household size in Oceania."""
    road_off_share: Quantity
    """Most of a road's length off the country's land; longer ones are cut."""
    border_slack_km: Quantity
    """Foreign land that near the own counts as own when roads are drawn."""
    road_detour_most: Quantity
    """Longest road between two places over their distance."""
    road_slope_deg: Quantity
    """Slope at which a road is twice as dear as on flat land."""
    road_reuse_factor: Quantity
    """Cost of following a road already drawn, over that of new ground."""
    trunk_people: Quantity
    """People of the towns that trunk roads join."""
    primary_people: Quantity
    """People of the towns that primary roads join."""
    secondary_people: Quantity
    """People of the towns that secondary roads join."""
    paved_people: Quantity
    """People of both places from which a tertiary road is paved."""
    site_people: Quantity
    """People per existing mobile site in towns."""
    site_village_people: Quantity
    """People from which a village has an existing site."""
    site_4g_people: Quantity
    """People of the place from which its sites have 4G."""
    site_capacity_people: Quantity
    """People of the place from which its sites use the capacity band."""
    site_rural_height_m: Quantity
    """Height of antennas outside towns."""
    site_town_height_m: Quantity
    """Height of antennas in towns."""
    site_coverage_band_mhz: Quantity
    """Carrier of the coverage band."""
    site_coverage_bandwidth_mhz: Quantity
    """Downlink bandwidth of the coverage band, all operators together."""
    site_capacity_band_mhz: Quantity
    """Carrier of the capacity band."""
    site_capacity_bandwidth_mhz: Quantity
    """Downlink bandwidth of the capacity band, all operators together."""
    site_operators: Quantity
    """Operators whose spectrum and power every mast of a sketch carries."""
    site_town_downtilt_deg: Quantity
    """Total downtilt of sites in towns."""
    site_rural_downtilt_deg: Quantity
    """Total downtilt of sites outside towns."""
    fibre_town_people: Quantity
    """People of a town from which the fibre backbone reaches it."""
    fibre_part_share: Quantity
    """Share of the national total from which a separate part of the road network has its own point of presence."""
    fibre_site_km: Quantity
    """Distance from the backbone up to which an existing site has fibre."""
    power_town_people: Quantity
    """People of a town from which a high-voltage line reaches it."""
    power_place_people: Quantity
    """People of a place from which a medium-voltage line reaches it."""
    power_high_kv: Quantity
    """Voltage of the high-voltage lines."""
    power_medium_kv: Quantity
    """Voltage of the medium-voltage lines."""
    school_people: Quantity
    """People per school."""
    school_least_people: Quantity
    """People from which a place has a school."""
    clinic_people: Quantity
    """People per clinic."""
    clinic_least_people: Quantity
    """People from which a place has a clinic."""
    hospital_people: Quantity
    """People per hospital."""
    hospital_least_people: Quantity
    """People from which a place has a hospital."""
    town_hall_least_people: Quantity
    """People from which a place has a town hall."""
    university_people: Quantity
    """People per university."""
    university_least_people: Quantity
    """People from which a place has a university."""
