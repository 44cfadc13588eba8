"""Which frames of a trigger can fit a sentence at all, by the words they need: the cost does not grow with the dictionary.

A frame needs the words of its trigger, and for each word list among its conditions one of the list's words. Frames are
kept under such words; those of a sentence lead to the few that are worth a closer look.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from coder.dictionary.compiled import Frame
from coder.spelling import Spelling, spelling

FEW: Final = 4  # so many frames are looked at one by one
KEPT: Final = 256  # choices that a trigger remembers
SMALLEST: Final = 256  # slots of a table of telling words


class Selector:
    """The frames of one trigger under the words they need.

    Args:
        frames: of the trigger, in the order in which they are tried.
        telling: lists of phrases met in other frames → their telling words; added to.
    """

    __slots__ = ("_always", "_by_word", "_frames", "_kept", "_mask", "_needs", "_slots", "_telling", "_untold")

    def __init__(self, frames: Sequence[Frame], telling: dict[frozenset[str], frozenset[str]]) -> None:
        self._frames = frames
        self._needs = [needed_words(f, telling) for f in frames]
        self._always: list[int] = []
        self._by_word: dict[str, list[int]] = {}
        for n, needs in enumerate(self._needs):
            if not needs or len(frames) <= FEW:
                self._always.append(n)
                continue
            for word in min(needs, key=len):
                self._by_word.setdefault(word, []).append(n)
        self._telling = frozenset(word for needs in self._needs for need in needs for word in need)
        # a bit for the slot of each telling word: few bits, which stay at hand, tell most words from those
        size = SMALLEST
        while size < 8 * len(self._telling) and size < 1 << 16:
            size *= 2
        bits = bytearray(size // 8)
        for word in self._telling:
            slot = spelling(word).slot & (size - 1)
            bits[slot >> 3] |= 1 << (slot & 7)
        self._slots = bytes(bits)
        self._mask = size - 1
        self._kept: dict[frozenset[str], tuple[Frame, ...]] = {}
        self._untold = self._choose(frozenset())

    def select(self, words: list[Spelling]) -> tuple[Frame, ...]:
        """The frames that a sentence of these words may fit, in their order."""
        slots, mask = self._slots, self._mask
        found: list[str] = []
        for word in words:
            slot = word.slot & mask
            if slots[slot >> 3] >> (slot & 7) & 1 and word.lower in self._telling:
                found.append(word.lower)
        if not found:
            return self._untold
        told = frozenset(found)  # all that the choice depends on: few words of many sentences
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


class Triggers:
    """The triggers of one part of speech, each with the frames that the words of a sentence allow.

    Args:
        part_of_speech: of the triggers.
        frames: (part of speech, head lemma) → frames, in the order in which they are tried; read when a trigger is met.
    """

    __slots__ = ("_frames", "_heads", "_part_of_speech", "_selectors", "_telling")

    def __init__(self, part_of_speech: str, frames: Mapping[tuple[str, str], Sequence[Frame]]) -> None:
        self._part_of_speech = part_of_speech
        self._frames = frames
        self._heads = frozenset([head for pos, head in frames if pos == part_of_speech])
        self._selectors: dict[str, Selector] = {}
        self._telling: dict[frozenset[str], frozenset[str]] = {}

    def select(self, head: str, words: list[Spelling]) -> tuple[Frame, ...] | None:
        """The frames of a head lemma that a sentence of these words may fit; None where no dictionary has the trigger."""
        if head not in self._heads:
            return None
        selector = self._selectors.get(head)
        if selector is None:
            frames = self._frames[self._part_of_speech, head]
            if not frames:
                return None
            selector = self._selectors[head] = Selector(frames, self._telling)
        return selector.select(words)

    def frames(self, head: str) -> Sequence[Frame] | None:
        """All frames of a head lemma; None where no dictionary has the trigger."""
        return (self._frames[self._part_of_speech, head] or None) if head in self._heads else None


def needed_words(frame: Frame, telling: dict[frozenset[str], frozenset[str]]) -> list[frozenset[str]]:
    """Sets of words of each of which a sentence must have one for the frame to fit.

    Args:
        telling: lists of phrases met before → their telling words; added to, as frames share most lists.
    """
    needs = [frozenset((word,)) for word in frame.trigger]
    for condition in frame.conditions:
        if condition.nouns and condition.kind != "none":
            words = telling.get(condition.nouns)
            if words is None:
                words = telling[condition.nouns] = telling_words(condition.nouns)
            needs.append(words)
    return needs


def telling_words(phrases: frozenset[str]) -> frozenset[str]:
    """The longest word of each phrase, which a sentence that has the phrase must have.

    Rather one without a hyphen: parsers cut "no-fly" in three, or do not.
    """
    found: set[str] = set()
    for phrase in phrases:
        if " " in phrase:
            words = phrase.split(" ")
            found.add(max([w for w in words if "-" not in w] or words, key=len))
        else:
            found.add(phrase)
    return frozenset(found)
