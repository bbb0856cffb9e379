"""The cost book; values and sources in ``costs.yaml``."""

from __future__ import annotations

from allreach.params.quantity import Frozen, Quantity


class Costs(Frozen):
    """Prices, lives and the discount rate."""

    discount_rate: Quantity
    """Real discount rate per year."""
