"""Small PNG writer: 8-bit palette images with transparency, the same bytes for the same pixels."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Colour = tuple[int, int, int, int]


def palette_png(index: NDArray[np.uint8], palette: Sequence[Colour]) -> bytes:
    """Encode an image of palette indices.

    Parameters
    ----------
    index
        Shape (rows, cols), each below ``len(palette)``.
    palette
        Red, green, blue, opacity, each 0 to 255; at most 256 colours.
    """
    rows, cols = index.shape
    colours = np.asarray(palette, dtype=np.uint8)
    header = struct.pack(">IIBBBBB", cols, rows, 8, 3, 0, 0, 0)
    lines = np.zeros((rows, cols + 1), dtype=np.uint8)  # a filter byte (none) opens each row
    lines[:, 1:] = index
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"PLTE", colours[:, :3].tobytes()),
            _chunk(b"tRNS", colours[:, 3].tobytes()),
            _chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)),
            _chunk(b"IEND", b""),
        ]
    )


def base64_text(data: bytes) -> str:
    """Base64 of some bytes as text."""
    return base64.b64encode(data).decode("ascii")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
