"""What the libraries that read tables raise on a damaged file; each means wrong input, none a fault of the program."""

from __future__ import annotations

import pyarrow as pa
import pyogrio
from pyproj.exceptions import CRSError
from shapely.errors import ShapelyError

UNREADABLE: tuple[type[Exception], ...] = (
    pa.ArrowException,
    pyogrio.errors.DataSourceError,
    pyogrio.errors.DataLayerError,
    pyogrio.errors.FeatureError,
    pyogrio.errors.FieldError,
    pyogrio.errors.GeometryError,
    ShapelyError,  # a ring that is not closed, bytes that are no geometry
    CRSError,
    OSError,
    ValueError,
    *(LookupError, TypeError, AttributeError, NotImplementedError, OverflowError),  # geo metadata of another shape
)
"""Catch it round the call of a library alone; an `InputError` is a ValueError and goes on as it is."""
