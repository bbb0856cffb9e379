"""How hard the planner searches: limits of work, sizes and stop rules of its algorithms.

None of these says anything about a country: they decide how near to the best a plan comes and how long that takes,
never what is right. So they stand outside the sourced book, are no assumptions, and are recorded with every run: a
manifest fixes the method. Work is counted, never timed.
"""

from __future__ import annotations

from pydantic import Field

from allreach.params.quantity import Frozen


class SearchParams(Frozen):
    """Limits of work and stop rules; ``--set search.key=value`` changes one for a run."""

    # The bound: relaxation and cuts
    bound_iterations: int = Field(1_000_000, ge=0)
    """Simplex iterations of one solve of the relaxation; 0 leaves it open."""
    bound_cut_rounds: int = Field(40, ge=0)
    """Rounds in which the relaxation is cut."""
    bound_last_rounds: int = Field(5, ge=0)
    """Further rounds once it is known how many people the plan leaves without service."""
    bound_cut_iterations: int = Field(300_000, ge=0)
    """Simplex iterations after which no further round of cuts begins; 0 leaves it open."""
    bound_cuts_max: int = Field(20_000, ge=1)
    """Cuts of a round at most."""
    bound_round_gain: float = Field(5e-5, ge=0)
    """A round of cuts that raises the relaxation by a smaller share is idle."""
    bound_idle_rounds: int = Field(3, ge=1)
    """So many idle rounds, one after the other, are the last."""
    bound_drop_rounds: int = Field(2, ge=1)
    """A cut without a price in so many solves, one after the other, is dropped."""
    bound_drop_min: int = Field(500, ge=0)
    """No cut is dropped where there are no more of those."""
    flow_arcs_max: int = Field(6_000, ge=0)
    """Demand is followed arc by arc through the relaxation up to so many arcs; beyond, by cuts alone."""
    usual_arcs: int = Field(100_000, ge=1)
    """Beyond so many arcs an iteration counts for more."""
    # The bound: prices region by region
    regional_arcs_min: int = Field(50_000, ge=0)
    """From so many arcs on row prices may be raised region by region,"""
    regional_cuts_min: float = Field(1.5, ge=0)
    """where the first round finds so many cuts a part: a solver slows down with them."""
    regional_places: int = Field(300, ge=1)
    """Places of a region, about."""
    regional_borders: int = Field(3, ge=1)
    """So often borders are drawn anew."""
    regional_iterations: float = Field(10.0, gt=0)
    """Times as many iterations as for the whole: those of regions take so much less time."""
    regional_round_gain: float = Field(2e-4, ge=0)
    """A round over all regions that raises the bound by a smaller share is idle."""
    regional_idle_rounds: int = Field(2, ge=1)
    """So many idle rounds, one after the other, are the last with these borders."""
    iterations_per_column: int = Field(4, ge=1)
    """A solve of a region or cluster that takes more simplex iterations a column goes in circles and is given up."""
    # The bound: branch and bound over clusters
    bound_cluster_places: int = Field(40, ge=1)
    """Places of a cluster whose bound is raised by branch and bound, about."""
    bound_cluster_rows: int = Field(4, ge=1)
    """A row over more clusters belongs to none."""
    bound_branches: int = Field(30_000, ge=0)
    """Nodes of all these searches together; 0 leaves the relaxation as it is."""
    bound_cluster_branches: int = Field(1_000, ge=1)
    """Nodes of each of these searches at most."""
    bound_work: float = Field(1e9, gt=0)
    """Work of all these searches together, in simplex iterations times rows: about 45 seconds of one core,"""
    bound_work_per_place: float = Field(2e7, ge=0)
    """and so much more for each place of the country: about a second."""
    bound_proved: float = Field(1e-7, ge=0)
    """A plan that costs so small a share more than its bound is the best."""
    # First plan and local search
    improve_rounds: int = Field(4, ge=0)
    """Passes of opening, closing and swapping."""
    improve_tried_max: int = Field(300, ge=0)
    """Up to so many facilities each is tried; beyond, only those that the relaxation wants."""
    whole_options_max: int = Field(400, ge=0)
    """A country of so many options is planned by one programme with whole households,"""
    whole_arcs_max: int = Field(1_000, ge=0)
    """if its backhaul has so few arcs."""
    whole_branches: int = Field(500, ge=1)
    """Nodes of a search for whole households."""
    share_options_max: int = Field(10_000, ge=0)
    """Households are shared out anew over the whole plan up to so many options,"""
    share_gap: float = Field(3e-4, ge=0, le=1)
    """as near to the best as this share of their cost."""
    reach_parts: tuple[int, int] = (40, 120)
    """Parts planned anew together with one that is left without service; the more where the fewer do not do."""
    reach_branches: int = Field(1_000, ge=1)
    """Nodes of the search for most people there."""
    reach_max: int = Field(0, ge=0)
    """Parts looked at so at most, those of most people first; 0 leaves it open."""
    rewire_passes: int = Field(10, ge=0)
    """Passes of exchanges when the fibre of the whole plan is laid anew."""
    # Large neighbourhood search
    window_places: int = Field(40, ge=1)
    """Places in the largest windows that are planned anew by a mixed-integer programme; smaller ones come first."""
    window_places_min: int = Field(10, ge=1)
    """Places in the smallest windows,"""
    window_growth: int = Field(2, ge=2)
    """which grow so many times once they bring next to nothing."""
    window_passes: int = Field(2, ge=0)
    """Passes over the country with windows of each size, each with other borders."""
    window_nodes: int = Field(200, ge=1)
    """Nodes of the backhaul graph around a window."""
    window_branches: int = Field(60, ge=1)
    """Nodes of the search in a window."""
    window_gap: float = Field(0.003, ge=0, le=1)
    """Accuracy at which the search in a window stops."""
    window_likely_share: float = Field(0.003, ge=0)
    """Share of a window's gap to the relaxation: what has a higher reduced cost is left out of its programme."""
    window_likely_growth: float = Field(4.0, ge=1)
    """Times as high a reduced cost may stay in the windows of the next size."""
    window_work_growth: float = Field(6.0, ge=1)
    """Times as many iterations a window of the next size may take, until that is known."""
    window_iterations: int = Field(900_000, ge=0)
    """Simplex iterations after which no further window is planned anew; 0 leaves it open."""
    window_max: int = Field(2_000, ge=0)
    """Windows in a run at most."""
    window_batch: int = Field(8, ge=1)
    """Windows planned against the same plan, whatever the number of threads."""
    window_idle_gain: float = Field(2e-6, ge=0)
    """A window that gains a smaller share of the plan's cost is idle."""
    window_idle_max: int = Field(16, ge=1)
    """So many idle windows, one after the other, end a pass."""
    window_nil_gap: float = Field(1e-5, ge=0)
    """Windows with a smaller share of the plan's gap are left out."""
    window_rewire: int = Field(24, ge=1)
    """After so many windows the fibre is laid anew as a whole."""
    # Shares of the time, where time is limited
    time_guide: float = Field(0.4, ge=0, le=1)
    """Share of a time limit for the relaxation that guides the plan."""
    time_improve: float = Field(0.6, ge=0, le=1)
    """Share of a time limit after which nothing more is opened or closed."""
    time_windows: float = Field(0.85, ge=0, le=1)
    """Share of a time limit after which no window begins and nobody more is looked for."""
    # Plans within a budget
    budget_plans: int = Field(4, ge=0)
    """Plans at different prices on a person left out, from which those within a budget are taken."""
    budget_options_max: int = Field(2_000, ge=0)
    """A country of so many options is planned within a budget by one programme,"""
    budget_arcs_max: int = Field(3_000, ge=0)
    """if its backhaul has so few arcs."""
    budget_sums_small: int = Field(24, ge=0)
    """A span of budgets of such a country is split by a sum so often,"""
    budget_sums_large: int = Field(4, ge=0)
    """of a larger one so often,"""
    budget_narrow: float = Field(2e-3, ge=0)
    """and no further where its ends differ by a smaller share,"""
    budget_idle_sums: int = Field(2, ge=1)
    """or where so many searches in a row found nothing better than what was at hand,"""
    budget_idle_sums_tiny: int = Field(4, ge=1)
    """or so many in a country"""
    budget_options_tiny: int = Field(400, ge=0)
    """of so few options."""
    budget_far: float = Field(16.0, gt=1)
    """Ends of a span with a larger ratio are not split in the middle, but near the high one."""
    budget_accuracy: float = Field(1e-3, ge=0)
    """Share of the people reached to which a plan for a sum is searched,"""
    budget_span_accuracy: float = Field(0.05, ge=0)
    """or of the people between the ends of its span, if they are more."""
    budget_branches: int = Field(60, ge=1)
    """Nodes of the search for a sum."""
    budget_shared_options: int = Field(1_000, ge=0)
    """There whole households are decided by a programme of their own up to so many options."""
    budget_windows: int = Field(40, ge=0)
    """Windows in a pass of a large country,"""
    budget_window_parts: int = Field(40, ge=1)
    """with so many parts each."""
    budget_fill_points: int = Field(24, ge=1)
    """Points of a plan taken apart from which households are added again."""
    budget_leaves: int = Field(200, ge=1)
    """Leaves into which the programme of the bound on people is split."""
    budget_leaf_iterations: int = Field(200_000, ge=0)
    """Simplex iterations for them."""
    budget_leaf_cuts: int = Field(200, ge=0)
    """Cuts a leaf."""
    # The ladder
    upgrades_first_sites: int = Field(2_000, ge=0)
    """From so many standing sites on, mobile service upgrades first: new masts for whom no upgraded one reaches,"""
    upgrades_first_candidates: int = Field(1, ge=1)
    """and no more of them proposed for a cell of a place than so many."""
    quick_new_masts_share: float = Field(0.05, ge=0, le=1)
    """Where upgrades miss a greater share of the people, a quick mobile step is planned with upgrades alone."""
    beside_places: int = Field(1_000, ge=0)
    """From so many places on, a quick ladder is planned in a process of its own beside the headline, on two cores."""
    # Tiers of speed
    tier_raises: int = Field(8, ge=1)
    """Prices on people below a tier that are tried upwards until the target is met,"""
    tier_refines: int = Field(3, ge=0)
    """and downwards afterwards."""
    tier_settled: float = Field(0.05, ge=0)
    """Prices nearer to each other give the same plan."""
    tier_options_max: int = Field(600, ge=0)
    """A country of so many options is solved once more with the rows of the tiers,"""
    tier_arcs_max: int = Field(2_000, ge=0)
    """if its backhaul has so few arcs,"""
    tier_branches: int = Field(300, ge=1)
    """by a search of so many nodes."""


DEFAULT = SearchParams()
"""The shipped values."""

QUICK = SearchParams(
    bound_cut_rounds=12,
    bound_last_rounds=1,
    bound_round_gain=1e-3,
    bound_idle_rounds=1,
    regional_borders=1,
    regional_iterations=2.0,
    regional_round_gain=1e-3,
    regional_idle_rounds=1,
    bound_branches=0,
    improve_rounds=1,
    window_places=10,
    window_passes=1,
    window_gap=0.01,
    window_branches=10,
    whole_branches=20,
    share_gap=1e-3,
    reach_max=12,
)
"""For a first look at many services: small windows, one pass, no trees. Its bound holds, but is less near."""


def moved_to(key: str) -> str:
    """Return the key that took over from one of the sourced book; empty where there is none."""
    room, _, name = key.partition(".")
    return f"search.{name}" if room == "planning" and name in SearchParams.model_fields else ""
