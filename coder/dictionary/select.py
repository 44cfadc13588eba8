"""Which frames of a trigger can fit a sentence at all, by the words they need: the cost does not grow with the dictionary.

A frame needs the words of its trigger, and for each word list among its conditions one of the list's words. Frames are
kept under such words; those of a sentence lead to the few that are worth a closer look.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from coder.dictionary.compiled import Condition, Frame

FEW: Final = 4  # so many frames are looked at one by one
KEPT: Final = 256  # choices that a trigger remembers


class Selector:
    """The frames of one trigger under the words they need.

    Args:
        frames: of the trigger, in the order in which they are tried.
    """

    __slots__ = ("_always", "_by_word", "_frames", "_kept", "_needs", "_telling")

    def __init__(self, frames: Sequence[Frame]) -> None:
        self._frames = frames
        self._needs = [needed_words(f) for f in frames]
        self._always: list[int] = []
        self._by_word: dict[str, list[int]] = {}
        for n, needs in enumerate(self._needs):
            if not needs or len(frames) <= FEW:
                self._always.append(n)
                continue
            for word in min(needs, key=len):
                self._by_word.setdefault(word, []).append(n)
        self._telling = frozenset(word for needs in self._needs for need in needs for word in need)
        self._kept: dict[frozenset[str], tuple[Frame, ...]] = {}

    def select(self, words: frozenset[str]) -> tuple[Frame, ...]:
        """The frames that a sentence of these words may fit, in their order."""
        told = self._telling & words  # all that the choice depends on: few words of many sentences
        known = self._kept.get(told)
        if known is None:
            known = self._choose(told)
            if len(self._kept) >= KEPT:
                self._kept.clear()
            self._kept[told] = known
        return known

    def _choose(self, words: frozenset[str]) -> tuple[Frame, ...]:
        chosen = self._always
        found = self._by_word.keys() & words if self._by_word else ()
        if found:
            chosen = sorted({*chosen, *(n for word in found for n in self._by_word[word])})
        kept: list[Frame] = []
        for n in chosen:
            for need in self._needs[n]:
                if words.isdisjoint(need):
                    break
            else:
                kept.append(self._frames[n])
        return tuple(kept)


def needed_words(frame: Frame) -> list[frozenset[str]]:
    """Sets of words of each of which a sentence must have one for the frame to fit."""
    needs = [frozenset((word,)) for word in frame.trigger]
    needs += [telling_words(c.nouns) for c in frame.conditions if _needs_noun(c)]
    return needs


def telling_words(phrases: Iterable[str]) -> frozenset[str]:
    """The longest word of each phrase, which a sentence that has the phrase must have."""
    return frozenset(max(phrase.split(" "), key=len) for phrase in phrases)


def _needs_noun(condition: Condition) -> bool:
    return bool(condition.nouns) and condition.kind != "none"
