"""What libraries raise on a damaged table or archive; each means wrong input, none a fault of the program."""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib

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
"""Of a table. Catch it round the call of a library alone; an `InputError` is a ValueError and goes on as it is."""

BROKEN_ARCHIVE: tuple[type[Exception], ...] = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError),
    *(RuntimeError, NotImplementedError),  # a password; a way of packing that is not known
    *(OSError, ValueError, OverflowError),  # places before the beginning of the file, names that no file can have
)
"""Of an archive or workbook; an `InputError` is a ValueError and goes on as it is."""
