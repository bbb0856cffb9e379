"""allreach plans how a whole country gets connected."""

__version__ = "0.1.0"
