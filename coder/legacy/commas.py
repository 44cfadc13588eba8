"""PETRARCH's comma-delimited clauses: which words of a sentence to leave out by the length of what commas set off.

A clause is left out as a whole or not at all: where words that stay hang on one of its words, it stays. What a clause
of speech quotes ("…, a spokesman said") does not hang on it in this sense. Commas inside a noun phrase (lists,
appositions, rows of adjectives) set nothing off.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from coder.options import LegacyOptions
from coder.records import Sentence

_NOMINAL = frozenset({"NOUN", "PROPN", "PRON", "NUM", "ADJ", "X", "SYM"})
_INSIDE_NOUNS = frozenset({"conj", "appos", "amod", "nmod", "compound", "flat", "nummod", "det", "cc", "case", "advmod"})
_QUOTED = frozenset({"ccomp", "parataxis"})


def left_out(sentence: Sentence, heads: Sequence[int], options: LegacyOptions) -> frozenset[int]:
    """The tokens of the clauses between commas that the options leave out: the first, the last, then those between.

    Args:
        heads: of the tokens, without cycles.
        options: fewest and most words of each kind of clause.
    """
    commas = [i for i, form in enumerate(sentence.forms) if form == "," and not _in_phrase(sentence, heads, i)]
    if not commas or not options.commas:
        return frozenset()
    end = len(heads)
    while end and sentence.upos[end - 1] == "PUNCT":
        end -= 1
    dropped: set[int] = set()

    def drop(first: int, last: int, fewest: int, most: int) -> None:
        words = sum(sentence.forms[i][:1].isalpha() for i in range(first, last))
        if most and fewest <= words <= most and words and _whole(sentence, heads, range(first, last), dropped):
            dropped.update(range(first, last))

    drop(0, commas[0], options.comma_bmin, options.comma_bmax)
    if commas[-1] < end:
        drop(commas[-1] + 1, end, options.comma_emin, options.comma_emax)
    for before, after in pairwise(commas):
        drop(before + 1, after, options.comma_min, options.comma_max)
    return frozenset(dropped)


def _whole(sentence: Sentence, heads: Sequence[int], span: range, dropped: set[int]) -> bool:
    """Whether nothing outside a span hangs on a word in it, but for what is quoted, punctuation and what is gone."""
    return all(
        heads[i] not in span
        or sentence.upos[i] == "PUNCT"
        or (i < span.start and sentence.deprels[i].partition(":")[0] in _QUOTED)
        for i in range(len(heads))
        if i not in span and i not in dropped
    )


def _in_phrase(sentence: Sentence, heads: Sequence[int], comma: int) -> bool:
    """Whether the words around a comma meet in a noun phrase."""
    if not 0 < comma < len(heads) - 1:
        return False
    left, right = _line(heads, comma - 1), _line(heads, comma + 1)
    meet = next((i for i in left if i in right), -1)
    if meet < 0 or sentence.upos[meet] not in _NOMINAL:
        return False
    below = right[: right.index(meet)][-1:]
    return all(sentence.deprels[i].partition(":")[0] in _INSIDE_NOUNS for i in below)


def _line(heads: Sequence[int], token: int) -> list[int]:
    """A token and all above it."""
    found = [token]
    while heads[found[-1]] >= 0 and len(found) <= len(heads):
        found.append(heads[found[-1]])
    return found
