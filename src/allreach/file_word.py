"""Names that users give as parts of file names."""

from __future__ import annotations


def file_word(text: str) -> str:
    """Write a name so that every file system takes it: ASCII letters, digits and underscores, a hyphen for the rest."""
    return "".join(c if c.isascii() and (c.isalnum() or c == "_") else "-" for c in text)
