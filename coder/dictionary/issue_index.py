"""The words that tell issues, looked up by the first word of a phrase, so that the cost does not grow with the number of issues.

In: the tokens of a sentence. Out: IssueHits. `coder.dictionary.issues` makes the index of dictionary entries.

    >>> index.find(["Rebels", "signed", "a", "ceasefire"])
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from coder.dictionary.compiled import normalize
from coder.spelling import Spelling, spelling

NEAR: Final = 6  # words to either side within which `near` and `not_near` are looked for
_SPLIT: Final = re.compile(r"[-‐‑‒–—/]+")


@dataclass(slots=True, unsafe_hash=True, init=False)
class IssuePhrase:
    """A phrase in one of its forms, never changed once made.

    Args:
        words: keys of its words; issue: "" where it only keeps shorter phrases from counting.
        capitals: whether each word must begin with a capital; acronym: whether all its letters must be capitals.
        near, not_near: keys of which one must, none may stand within `NEAR` words.
    """

    words: tuple[str, ...]
    issue: str
    capitals: tuple[bool, ...] = ()
    acronym: bool = False
    near: frozenset[str] = frozenset()
    not_near: frozenset[str] = frozenset()
    blocks: str = ""

    def __init__(
        self, words: tuple[str, ...], issue: str, capitals: tuple[bool, ...] = (), acronym: bool = False,
        near: frozenset[str] = frozenset(), not_near: frozenset[str] = frozenset(), blocks: str = "",
    ) -> None:  # fmt: skip
        self.words = words
        self.issue = issue
        self.capitals = capitals
        self.acronym = acronym
        self.near = near
        self.not_near = not_near
        self.blocks = blocks


@dataclass(slots=True, unsafe_hash=True, init=False)
class IssueHit:
    """An issue found: first and last token of the words that tell it."""

    issue: str
    first: int
    last: int

    def __init__(self, issue: str, first: int, last: int) -> None:
        self.issue = issue
        self.first = first
        self.last = last


@dataclass(slots=True)
class IssueIndex:
    """Phrases by their first word, and the label and description of each issue."""

    phrases: dict[str, list[IssuePhrase]] = field(default_factory=dict)
    labels: dict[str, tuple[str, str]] = field(default_factory=dict)
    _met: dict[str, list[IssuePhrase]] = field(default_factory=dict, init=False, repr=False, compare=False)  # those asked for before

    def __bool__(self) -> bool:
        return bool(self.phrases)

    def find(self, forms: Sequence[str], lemmas: Sequence[str] = ()) -> list[IssueHit]:
        """Issues told by the words of a sentence, in text order.

        A phrase inside a longer one of any issue does not count ("nuclear power" in "nuclear power plant").

        Args:
            forms: its tokens.
            lemmas: of the tokens; only conditions on what stands near use them.
        """
        return self.told(forms, [spelling(form) for form in forms], lemmas)

    def told(self, forms: Sequence[str], spellings: list[Spelling], lemmas: Sequence[str] = ()) -> list[IssueHit]:
        """The same of tokens whose spellings are known."""
        words, keys, places = _lay_out(forms, spellings)
        found: list[tuple[int, int, IssuePhrase]] = []
        phrases = self.phrases
        for i, key in enumerate(keys):
            if key not in phrases:
                continue
            beginning = self._met.get(key)
            if beginning is None:
                beginning = self._met[key] = phrases[key]
            for phrase in beginning:
                end = i + len(phrase.words)
                if _stands(phrase.words, keys, i) and _fits(phrase, words, keys, i, end, lemmas, places):
                    found.append((i, end, phrase))
        hits: list[IssueHit] = []
        if not found:
            return hits
        for i, end, phrase in found:
            if phrase.issue and not _hidden(found, i, end, phrase.issue):
                issue, first, last = phrase.issue, places[i], places[end - 1]
                for hit in hits:
                    if hit.issue == issue and hit.first == first and hit.last == last:
                        break
                else:
                    hits.append(IssueHit(issue, first, last))
        return hits


def _stands(words: tuple[str, ...], keys: list[str], start: int) -> bool:
    """Whether the words of a phrase stand from a place on, the first of which does."""
    n = len(words)
    if n == 1:
        return True
    if start + n > len(keys):
        return False
    for k in range(1, n):  # noqa: SIM110 (asked too often for a generator)
        if keys[start + k] != words[k]:
            return False
    return True


def _hidden(found: list[tuple[int, int, IssuePhrase]], start: int, end: int, issue: str) -> bool:
    """Whether a phrase lies in a longer one, or in one within which words of its issue do not count."""
    for a, b, other in found:
        if a <= start and end <= b:
            if other.blocks == issue or (b - a > end - start and not other.blocks):
                return True
    return False


def _fits(
    phrase: IssuePhrase, words: list[str], keys: list[str], start: int, end: int, lemmas: Sequence[str], places: list[int]
) -> bool:
    span = words[start:end]
    if phrase.acronym and not all(w.replace(".", "").isupper() or not w.isalpha() for w in span):
        return False
    if phrase.capitals and any(c and w[:1].isalpha() and not w[:1].isupper() for c, w in zip(phrase.capitals, span, strict=True)):
        return False
    if not (phrase.near or phrase.not_near):
        return True
    around = {keys[k] for k in range(max(0, start - NEAR), min(len(keys), end + NEAR)) if not start <= k < end}
    if lemmas:
        around |= {normalize(lemmas[places[k]]) for k in range(max(0, start - NEAR), min(len(keys), end + NEAR)) if not start <= k < end}
    return (not phrase.near or not around.isdisjoint(phrase.near)) and around.isdisjoint(phrase.not_near)


def cut(forms: Sequence[str]) -> list[str]:
    """Words of the tokens, cut at hyphens."""
    return _lay_out(forms, [spelling(form) for form in forms])[0]


def _lay_out(forms: Sequence[str], spellings: list[Spelling]) -> tuple[list[str], list[str], list[int]]:
    """Words of the tokens, cut at hyphens, their keys, and the token each stands in."""
    words: list[str] = []
    keys: list[str] = []
    places: list[int] = []
    for place, known in enumerate(spellings):
        key = known.key
        if key is None:
            key = _part(known)
        if key:
            words.append(forms[place])
            keys.append(key)
            places.append(place)
        elif known.parts:
            words += known.parts
            keys += known.keys
            places += [place] * len(known.parts)
    return words, keys, places


def _part(known: Spelling) -> str:
    """The key of a word, "" where it is cut at hyphens or has none."""
    form = known.text
    for part in (form,) if form.isalnum() else _SPLIT.split(form):
        key = normalize(part) if part else ""
        if key == known.lower and part == form:
            known.key = known.lower
            return known.lower
        if key:
            known.parts.append(part)
            known.keys.append(key)
    known.key = ""
    return ""
