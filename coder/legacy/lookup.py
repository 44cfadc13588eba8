"""The verbs of the dictionaries in a sentence."""

from __future__ import annotations

from dataclasses import dataclass

from coder.legacy.phrases import Clause


@dataclass(frozen=True, slots=True)
class VerbHit:
    """A verb of the dictionary in the text: its tokens, default code, blocks and entry."""

    verb: int
    tokens: tuple[int, ...]
    code: str
    blocks: tuple[int, ...]
    entry_id: str


def find_verbs(clause: Clause) -> dict[int, VerbHit]:
    """The verbs of a sentence that the dictionaries know, by the token of each."""
    finder = _Finder(clause)
    hits: dict[int, VerbHit] = {}
    taken: set[int] = set()
    for i in range(len(clause.words)):
        if i not in taken and is_verb(clause, i):
            hit = finder.find(i)
            if hit is not None:
                hits[i] = hit
                taken.update(hit.tokens)
    return hits


def is_verb(clause: Clause, i: int) -> bool:
    """Whether a token is a verb of its own, no auxiliary and no part of a name."""
    if i in clause.actors or i in clause.dropped:
        return False
    upos = clause.sentence.upos[i]
    return upos == "VERB" or (upos == "AUX" and clause.rel(i) not in ("aux", "cop"))


class _Finder:
    def __init__(self, clause: Clause) -> None:
        self.clause = clause
        self.legacy = clause.legacy

    def find(self, verb: int) -> VerbHit | None:
        several = self._several(verb)
        if several is not None:
            return several
        form, lemma = self.clause.words[verb], self.clause.lemmas[verb]
        entries = self.legacy.forms.get(form, [])
        if not entries and not form.startswith(lemma):
            for candidate in (lemma, lemma + "E", lemma[:-1]):
                entries = self.legacy.lemmas.get(candidate, [])
                if entries and not form.startswith(candidate):
                    break
                entries = []
        return self._hit(verb, (verb,), entries) if entries else None

    def _several(self, verb: int) -> VerbHit | None:
        """A verb of several words in which this token is one."""
        clause = self.clause
        best: tuple[tuple[int, ...], int] | None = None
        for t in (verb, verb + 1, verb + 2):
            if t >= len(clause.words):
                break
            for words, main, entry in self.legacy.several.get(clause.words[t], ()):
                first = t - main
                spots = tuple(range(first, first + len(words)))
                if (
                    verb not in spots
                    or first < 0
                    or spots[-1] >= len(clause.words)
                    or any(clause.words[s] != w for s, w in zip(spots, words, strict=True))
                ):
                    spots = ()
                if not spots and t == verb and main == 0 and len(words) == 2:
                    particle = [c for c in clause.by_rel(verb, "compound:prt") if clause.words[c] == words[1]]
                    spots = (verb, particle[0]) if particle else ()
                if spots and (best is None or len(spots) > len(best[0])):
                    best = (spots, entry)
        return self._hit(verb, best[0], [best[1]]) if best else None

    def _hit(self, verb: int, tokens: tuple[int, ...], entries: list[int]) -> VerbHit:
        found = [self.legacy.verb_entries[e] for e in entries]
        blocks = tuple(dict.fromkeys(e.block for e in found))
        return VerbHit(verb, tokens, found[-1].code, blocks, found[-1].entry_id)
