"""What the letters of a word tell, wherever it stands: found once for a spelling, since most words come again and again.

In: a form or a lemma. Out: its Spelling, the same object for the same letters.

    >>> spelling("Tuesday").lower
    'tuesday'
"""

from __future__ import annotations

import zlib
from typing import Any, Final

from coder.word_classes import BARE_SIDES, CLITICS, JOINING

KEPT: Final = 1 << 16
ODD: Final = frozenset({"-", "united"})


class Spelling:
    """The letters of a word.

    Args:
        text: the word.

    Attributes:
        lower: in lower case.
        spaced: whether there is a blank in it.
        clitic: whether it is "'s".
        odd: whether trees with it are looked at once more: it is spaced, a hyphen, or "united", which may be taken for a verb.
        side, joins: whether it is one of `word_classes.BARE_SIDES`, one of `JOINING`.
        temporal: whether it may belong to a date phrase, 1 or 0; -1 until `coder.date_phrases` has asked.
        piece, pieces: what date patterns read in its place, "" and several where that is cut at hyphens; None until
            `coder.date_phrases` has asked.
        key: what issues are looked up by, "" where it is cut at hyphens; None until `coder.dictionary.issue_index` has asked.
        parts, keys: its parts between hyphens and their keys, where it is cut.
        upper, small: whether all its letters are capitals, or none is.
        slot: a number by which tables of words are asked whether they may have the word in lower case.
        word: what the lexicon of the dictionaries used last has under it, kept by `coder.dictionary.lexicon`.
        text: the word itself.
    """

    __slots__ = ("clitic", "joins", "key", "keys", "lower", "odd", "parts", "piece", "pieces", "side", "slot", "small", "spaced", "temporal", "text", "upper", "word")

    def __init__(self, text: str) -> None:
        self.text = text
        lower = text.lower()
        self.lower: str = text if lower == text else spelling(lower).lower  # one object for all spellings of a word
        self.spaced = " " in text
        self.clitic = text in CLITICS
        self.odd = self.spaced or self.lower in ODD
        self.side = self.lower in BARE_SIDES
        self.joins = self.lower in JOINING
        self.temporal = -1
        self.upper = text.isupper()
        self.small = text.islower()
        self.slot = zlib.crc32(self.lower.encode("utf-8", "surrogatepass")) & 0xFFFF
        self.piece: str | None = None
        self.pieces: list[str] = []
        self.key: str | None = None
        self.parts: list[str] = []
        self.keys: list[str] = []
        self.word: Any = None


_KNOWN: Final[dict[str, Spelling]] = {}


def spelling(text: str) -> Spelling:
    """What the letters of a word tell."""
    known = _KNOWN.get(text)
    if known is None:
        if len(_KNOWN) >= KEPT:
            _KNOWN.clear()
        known = _KNOWN[text] = Spelling(text)
    return known
