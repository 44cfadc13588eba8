"""What the letters of a word tell, wherever it stands: found once for a spelling, since most words come again and again.

In: a form or a lemma. Out: its Spelling, the same object for the same letters.

    >>> spelling("Tuesday").lower
    'tuesday'
"""

from __future__ import annotations

import sys
from typing import Final

KEPT: Final = 1 << 16


class Spelling:
    """The letters of a word.

    Args:
        text: the word.

    Attributes:
        lower: in lower case.
        spaced: whether there is a blank in it.
        temporal: whether it may belong to a date phrase, 1 or 0; -1 until `coder.date_phrases` has asked.
        pieces: what date patterns read in its place (hyphens apart), filled in by `coder.date_phrases`.
        parts, keys: its parts between hyphens and the keys issues are looked up by, filled in by `coder.dictionary.issue_index`.
    """

    __slots__ = ("keys", "lower", "parts", "pieces", "spaced", "temporal")

    def __init__(self, text: str) -> None:
        self.lower = sys.intern(text.lower())
        self.spaced = " " in text
        self.temporal = -1
        self.pieces: list[str] = []
        self.parts: list[str] | None = None
        self.keys: list[str] = []


_KNOWN: Final[dict[str, Spelling]] = {}


def spelling(text: str) -> Spelling:
    """What the letters of a word tell."""
    known = _KNOWN.get(text)
    if known is None:
        if len(_KNOWN) >= KEPT:
            _KNOWN.clear()
        known = _KNOWN[text] = Spelling(text)
    return known
