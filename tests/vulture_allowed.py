"""Names that vulture may not call dead, by the reason why nothing in the package calls them.

Run by ``vulture`` (see pyproject.toml). A name goes in here only with a reason; code that only its own tests use goes.
"""
# ruff: noqa: B018, F821

# Public functions, documented in the guide
hop_graph
serve_by_sweep
strongest_servers
share_at_price
basic_transmission_loss_db
__getattr__  # of allreach.radio, lazily

# Parts of Recommendations that are validated as a whole (docs/validation.md)
WATER_SEA, URBAN_TREES_FOREST
height_gain_loss_db
terrestrial_loss_db
earth_space_loss_db
diffraction_loss_db
occurrence_pct
enhancement_not_exceeded_pct
shorter_worst_period_pct
rain_scaled_db
xpd_outage_rain_pct
xpd_outage_clear_air_pct
rain_xpd_db
rain_attenuation_probability_pct
joint_probability_pct
diversity_gain_db
lognormal_fit
non_gso_exceedance_pct
deep_fade_db
deep_fade_worst_month_db
shallow_fade_db
slant_attenuation_db
partial_slant_attenuation_db
water_zenith_db
water_equivalent_height_km
weibull_vapour_kg_m2
free_space_elevation_deg
cloud_attenuation_lognormal_db

# Used by docs/ and benchmarks/ alone: generated pages, published studies
GEOID
json_schema
backtest
fit_spread

# Called by name from a library: click, numba, highspy
_.list_commands
_.get_command
_.format_commands
_.convert
_.CACHE_DIR
_.num_col_
_.num_row_
_.col_cost_
_.col_lower_
_.col_upper_
_.row_lower_
_.row_upper_
_.format_
_.index_
_.value_
_.integrality_

# Fields of results that callers read, and of files that are read as a whole
_.to_a_km, _.to_b_km
_.n_pairs_tried
_.node_part
_.link_freq_ghz
_.formula
_.tii_before
_.spent_date
_.adopted
_.topic
_.met_from
_.lost_households
_.newly_reached_km
plan_roads
_.wanted_load
_.turned_away_share
_.household_size_source
_.path_loss_db
_.loss_column
_.sfd_dbw_m2
_.beam_names
_.elevation_share
_.distance_error
_.pool_sector
_.dual_bound
EXTRA_COLUMNS

# Keys of typed dictionaries: rows of tables, documents and options that are read as a whole
published
constants
target_id, goal_id, target_value, target_date, value_date, value_row_id
pace_per_year, pace_needed_per_year, reach_probability, slip_months
forecast_at_date, forecast_low80, forecast_high80, arrival_early, arrival_late
align, sources_title
years_since_service, price_date
due, value_source, what_to_do, target_source
n_too_old, n_decayed

# Words of the vocabulary that stand in tables and are compared with as a whole
G2, G3, INDOOR
RELAY
ACCESS_FIBRE
UNKNOWN
CONSTRUCTION
PLANNED
DECOMMISSIONED
BURIED, AERIAL, SUBMARINE
CABLE, COPPER
MEASURED, OFFICIAL

# Called by libraries by name: numba's cache, requests, HiGHS, PyYAML, a context manager's protocol
ensure_cache_path
get_cache_path
get_source_stamp
get_disambiguator
from_function
_cache
max_redirects
HandleUserInterrupt
trace
yaml_implicit_resolvers
pos  # of a matplotlib formatter
compress_type, external_attr, create_system  # of an entry of a zip

# Keys of a rung: read by name from the table and the files
plan_of, why_none, upgrades, fibre_km

# Of numba's compiler: called and read by it
set_env, _finalized, get_pointer_to_function, _optimize_functions, data_layout, add_overload
