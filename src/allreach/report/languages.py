"""Which languages a page or document is written in."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from allreach.errors import Fault, InputError
from allreach.indicators.definitions import LANGUAGES

_LOG = logging.getLogger("allreach")


def spoken(chosen: Sequence[str] | None, of_country: Sequence[str]) -> tuple[str, ...]:
    """Languages, each once: those chosen, else those of the country that have texts, else English with a warning.

    Raises
    ------
    InputError
        With every chosen language that has no texts.
    """
    if unknown := [language for language in chosen or () if language not in LANGUAGES]:
        raise InputError([Fault(f"language {language}", "has no texts", ", ".join(LANGUAGES)) for language in unknown])
    there = [language for language in of_country if language in LANGUAGES]
    if not chosen and not there:
        _LOG.warning("there are no texts in %s; written in en", ", ".join(of_country))
    return tuple(dict.fromkeys(chosen or there or ("en",)))
