"""The hilly country."""

from hilly_country import environment, params, points, sites_at  # noqa: F401
