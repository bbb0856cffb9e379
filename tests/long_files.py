"""Files of tests that take longest, in the order in which they begin where tests run side by side.

One worker compiles the propagation models with the first file while the other plans without them; then come the
longest, so that at the end no worker waits for a long file that another began last.
"""

from __future__ import annotations

LONG_FILES = (
    "radio/coverage_maps/test_coverage_dataset.py",
    "planning/test_optimum_laws.py",
    "planning/test_exact_small_cases.py",
    "planning/test_everybody_reachable_is_served.py",
    "planning/test_plan_laws.py",
    "workflows/test_ladder.py",
    "workflows/test_pipeline.py",
    "workflows/test_scenarios.py",
    "test_audit.py",
    "country/sketch/test_sketch.py",
    "country/kits/test_kit_laws.py",
    "planning/variants/test_model_extensions_budget.py",
    "planning/variants/test_model_extensions_tiers.py",
    "planning/test_plan_country.py",
    "planning/bound/test_clusters.py",
    "test_gallery.py",
    "test_fuzzed_inputs.py",
    "workflows/test_study.py",
    "workflows/test_what_a_run_says.py",
    "report/map_page/test_browser.py",
    "report/map_page/test_page_use.py",
    "test_random_kills.py",
    "planning/test_degenerate_countries.py",
    "country/checking/test_check_folder.py",
    "cli/test_satellite_command.py",
    "country/sketch/test_official_totals_drawn.py",
    "country/kits/test_kit_faults.py",
    "cli/test_main.py",
    "cli/test_track_command.py",
)
