"""Pattern lines to elements: PETRARCH2's phrases and PETRARCH's word sequences."""

from __future__ import annotations

import re
from collections.abc import Collection

from coder.legacy.model import Item, Pattern

_SLOTS = {"$": "source", "+": "target", "^": "skip", "%": "compound"}
_TOKENS = re.compile(r"[(){}*$^%]|\+(?![\w&])|[^\s(){}*$^%]+")


class PatternFault(ValueError):
    """A pattern that cannot be used, and why."""


def split_word(word: str, labels: Collection[str], *, whole: bool = True) -> list[str]:
    """A glued word cut at its underscores; of synonym set labels the longest defined one is kept whole.

    Args:
        whole: a label is never cut: what is glued to it belongs to its name.

    Raises:
        PatternFault: it names a set that is defined nowhere.
    """
    if whole and word.startswith("&"):
        label = word[1:]
        if label not in labels and label + "_" not in labels:
            raise PatternFault(f"the synonym set {word} is defined nowhere")
        return ["&" + (label if label in labels else label + "_")]
    parts: list[str] = []
    pieces = word.split("_")
    i = 0
    while i < len(pieces):
        if pieces[i].startswith("&"):
            for end in range(len(pieces), i, -1):
                label = "_".join(pieces[i:end])[1:]
                if label in labels or label + "_" in labels:
                    parts.append("&" + (label if label in labels else label + "_"))
                    i = end
                    break
            else:
                raise PatternFault(f"the synonym set {pieces[i]} is defined nowhere")
            continue
        if pieces[i]:
            parts.append(pieces[i])
        i += 1
    return parts


def parse_syntactic(body: str, code: str, pattern_id: str, line: int, labels: Collection[str]) -> Pattern:
    """A PETRARCH2 pattern: nouns, {noun phrases} and (prepositional phrases) on both sides of the verb.

    Args:
        body: without hyphen and code, in capitals.
        labels: of the synonym sets.

    Raises:
        PatternFault: it cannot be used.
    """
    tokens = _TOKENS.findall(body)
    if "*" not in tokens:
        raise PatternFault("no * of its own")
    star = tokens.index("*")
    before, after = tokens[:star], [t for t in tokens[star + 1 :] if t != "*"]
    return Pattern(_phrases(before, labels), _phrases(after, labels), code, pattern_id, line, True)


def _phrases(tokens: list[str], labels: Collection[str]) -> tuple[Item, ...]:
    items: list[Item] = []
    i = 0
    while i < len(tokens):
        piece = tokens[i]
        if piece == "(":
            end = _closing(tokens, i, "(", ")")
            items.append(_prep(tokens[i + 1 : end], labels))
            i = end + 1
        elif piece == "{":
            end = _closing(tokens, i, "{", "}")
            words = [w for t in tokens[i + 1 : end] if t not in _SLOTS for w in split_word(t, labels)]
            if words:
                items.append(_noun(words))
            i = end + 1
        elif piece in _SLOTS:
            items.append(Item(_SLOTS[piece]))
            i += 1
        elif piece in ")}":
            i += 1
        else:
            words = split_word(piece, labels)
            if words:
                items.append(_noun(words))
            i += 1
    return tuple(items)


def _noun(words: list[str]) -> Item:
    return Item("phrase" if len(words) > 1 else "word", tuple(words))


def _closing(tokens: list[str], start: int, opening: str, closing: str) -> int:
    depth = 0
    for i in range(start, len(tokens)):
        depth += (tokens[i] == opening) - (tokens[i] == closing)
        if depth == 0:
            return i
    return len(tokens)


def _prep(tokens: list[str], labels: Collection[str]) -> Item:
    """What stands between brackets: a preposition (or alternatives), then its noun."""
    if not tokens:
        raise PatternFault("an empty prepositional phrase")
    preps = tuple(p for p in tokens[0].split("/") if p)
    if not preps or not all(any(c.isalnum() for c in p) for p in preps):
        raise PatternFault("a prepositional phrase without a preposition")
    for prep in preps:
        if prep.startswith("&"):
            split_word(prep, labels)
    inner: list[Item] = []
    words: list[str] = []
    rest = tokens[1:]
    i = 0
    while i < len(rest):
        if rest[i] == "{":
            end = _closing(rest, i, "{", "}")
            words += [w for t in rest[i + 1 : end] if t not in _SLOTS for w in split_word(t, labels)]
            i = end + 1
        elif rest[i] in _SLOTS:
            inner.append(Item(_SLOTS[rest[i]]))
            i += 1
        elif rest[i] in "(){}":
            i += 1
        else:
            words += split_word(rest[i], labels)
            i += 1
    if words:
        inner.insert(0, _noun(words))
    return Item("prep", preps=preps, inner=tuple(inner))


def parse_sequence(body: str, code: str, pattern_id: str, line: int, labels: Collection[str]) -> Pattern:
    """A PETRARCH (TABARI) pattern: words in the order of the text, "_" where they touch.

    Args:
        body: without hyphen and code, in capitals.
        labels: of the synonym sets.

    Raises:
        PatternFault: it cannot be used.
    """
    if "{" in body or "}" in body:
        raise PatternFault("a TABARI pattern with braces")
    sequence: list[tuple[str, bool]] = []
    for chunk in body.split():
        joined = chunk.startswith("_") and bool(sequence)
        for piece in re.split(r"(\*)", chunk):
            if piece == "*":
                sequence.append(("*", joined or (chunk.partition("*")[0].endswith("_"))))
                joined = chunk.partition("*")[2].startswith("_")
                continue
            for n, word in enumerate(split_word(piece, labels, whole=False)):
                sequence.append((word, joined or n > 0))
                joined = False
    stars = [i for i, (w, _) in enumerate(sequence) if w == "*"]
    if not stars:
        raise PatternFault("no * of its own")
    star = stars[0]
    before = tuple(_sequence_item(w, j) for w, j in sequence[:star])
    after = tuple(_sequence_item(w, j) for w, j in sequence[star + 1 :] if w != "*")
    joined_after = bool(after) and after[0].joined
    return Pattern(before, after, code, pattern_id, line, False, joined_after, sequence[star][1])


def _sequence_item(word: str, joined: bool) -> Item:
    if word in _SLOTS:
        return Item(_SLOTS[word], joined=joined)
    return Item("word", (word.strip("()"),), joined=joined)
