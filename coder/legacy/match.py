"""Verb patterns against a parsed sentence: PETRARCH2's on the tree, PETRARCH's on the words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from coder.legacy.model import Item, LegacyDictionaries, Pattern, item_text
from coder.legacy.phrases import Clause

_MODIFIERS = frozenset({"amod", "compound", "flat", "nummod", "advmod", "fixed"})
_PARTICLES = frozenset({"UP", "DOWN", "OUT", "OFF", "ON", "IN", "BACK", "AWAY", "OVER", "THROUGH", "ASIDE"})
_PASSIVE = frozenset({"nsubj:pass", "aux:pass", "csubj:pass"})


@dataclass(frozen=True, slots=True)
class Match:
    """A pattern that fits: how much of it did, its words in the text, the nouns in its slots."""

    pattern: Pattern
    score: float
    tokens: tuple[int, ...]
    slots: tuple[tuple[str, int], ...] = ()

    def slot(self, kind: str) -> int | None:
        return next((t for k, t in self.slots if k == kind), None)


@dataclass(slots=True)
class VerbView:
    """A verb with its grammatical functions as the patterns see them.

    Args:
        tokens: the verb's own words.
        subjects: heads of what stands before the verb; with a passive, its agent.
        objects: heads of what it acts on; with a passive, its subject.
    """

    clause: Clause
    verb: int
    tokens: tuple[int, ...]
    subjects: list[int]
    objects: list[int]
    passive: bool = False
    clauses: list[int] = field(default_factory=list)


def is_passive(clause: Clause, verb: int) -> bool:
    """Whether a verb stands in the passive: its auxiliary or subject says so."""
    return any(clause.full_rel(c) in _PASSIVE for c in clause.children[verb])


def word_fits(legacy: LegacyDictionaries, word: str, clause: Clause, token: int) -> bool:
    """Whether a word of a pattern, or a one-word member of its set, is the token or its lemma."""
    form, lemma = clause.words[token], clause.lemmas[token]
    if word.startswith("&"):
        members = legacy.synset_words.get(word[1:], frozenset())
        return form in members or lemma in members or (form.endswith("S") and form[:-1] in members)
    options = word.split("/") if "/" in word else (word,)
    return any(form == o or lemma == o or (form.endswith("S") and form[:-1] == o) for o in options)


def _backwards(
    legacy: LegacyDictionaries, words: Sequence[str], clause: Clause, tokens: Sequence[int], start: int
) -> int | None:
    """Match words against tokens ending at place `start`; the place of the first one used, None where they differ."""
    place = start
    for word in reversed(words):
        if place < 0:
            return None
        if word_fits(legacy, word, clause, tokens[place]):
            place -= 1
            continue
        step = _set_phrase(legacy, word, clause, tokens, place)
        if not step:
            return None
        place -= step
    return place + 1


def _set_phrase(legacy: LegacyDictionaries, word: str, clause: Clause, tokens: Sequence[int], place: int) -> int:
    """How many tokens ending at `place` a member of several words takes, 0 for none."""
    if not word.startswith("&"):
        return 0
    for phrase in clause.set_phrases(word[1:]):
        size = len(phrase)
        if size <= place + 1 and all(
            word_fits(legacy, w, clause, tokens[place - size + 1 + k]) for k, w in enumerate(phrase)
        ):
            return size
    return 0


_NAMES = {"source": "actor for $", "target": "actor for +", "skip": "noun for ^", "compound": "coordinated actors for %"}


def _described(item: Item) -> str:
    return _NAMES.get(item.kind, item_text(item))


class PhraseMatcher:
    """PETRARCH2 patterns: nouns, noun phrases and prepositional phrases around a verb."""

    def __init__(self, view: VerbView, legacy: LegacyDictionaries) -> None:
        self.view = view
        self.clause = view.clause
        self.legacy = legacy
        self.missing = ""
        self._after = list(self._after_nouns())
        self._below = self._nouns_below()

    def match(self, pattern: Pattern) -> Match | None:
        """The pattern's match, None where an element of it is missing."""
        slots: list[tuple[str, int]] = []
        tokens: list[int] = []
        score = 0.0
        for item in pattern.before:
            hit = self._before(item, slots)
            if hit is None:
                self.missing = f"no {_described(item)} before the verb"
                return None
            score += hit[0]
            tokens += hit[1]
        position = self.view.tokens[-1]
        anchor: int | None = None
        for item in pattern.after:
            got = self._follow(item, slots, position, anchor)
            if got is None:
                self.missing = f"no {_described(item)} after the verb"
                return None
            gained, used = got
            score += gained
            tokens += used
            if item.kind in ("word", "phrase") and used:
                anchor = used[-1]
            if used:
                position = max(used)
            elif slots and item.kind in ("source", "target", "skip"):
                position = max(position, slots[-1][1])
            if item.kind == "prep" and slots:
                position = max(position, slots[-1][1])
        return Match(pattern, score, tuple(sorted(set(tokens))), tuple(slots))

    # ---------------------------------------------------------------- before the verb

    def _before(self, item: Item, slots: list[tuple[str, int]]) -> tuple[float, list[int]] | None:
        subjects = self.view.subjects
        if item.kind in ("source", "target"):
            if not subjects:
                return None
            slots.append((f"{item.kind}_subject", subjects[0]))
            return 0.1, []
        if item.kind == "compound":
            if not any(len(self.clause.conjuncts(s)) > 1 for s in subjects):
                return None
            slots.append(("compound", subjects[0]))
            return 0.5, []
        if item.kind == "skip":
            return 0.0, []
        if item.kind == "prep":
            nouns = [n for s in subjects for n in self.clause.subtree(s) if n != s]
            nouns += [n for n in self.clause.by_rel(self.view.verb, "obl") if n < self.view.verb]
            return self._prep(item, nouns, slots)
        for subject in subjects:
            for head in self.clause.conjuncts(subject):
                used = self.noun(item.words, head)
                if used:
                    return float(len(item.words)), used
        return None

    # ---------------------------------------------------------------- after the verb

    def _follow(
        self, item: Item, slots: list[tuple[str, int]], position: int, anchor: int | None
    ) -> tuple[float, list[int]] | None:
        if item.kind in ("source", "target"):
            noun = self._next_actor(position)
            if noun is None:
                return None
            slots.append((item.kind, noun))
            return 0.1, []
        if item.kind == "skip":
            noun = self._next_noun(position)
            if noun is None:
                return None
            slots.append(("skip", noun))
            return 0.05, []
        if item.kind == "compound":
            for noun in self._below:
                if len(self.clause.conjuncts(noun)) > 1:
                    slots.append(("compound", noun))
                    return 0.5, []
            return None
        if item.kind == "prep":
            return self._prep(item, self._below, slots)
        for head, penalty in self._after:
            used = self.noun(item.words, head)
            if used:
                return len(item.words) - penalty, used
        return None

    def _prep(self, item: Item, nouns: Sequence[int], slots: list[tuple[str, int]]) -> tuple[float, list[int]] | None:
        words = next((i.words for i in item.inner if i.kind in ("word", "phrase")), ())
        wanted = [i.kind for i in item.inner if i.kind not in ("word", "phrase")]
        best: tuple[float, list[int]] | None = None
        best_slots: list[tuple[str, int]] = []
        for noun in nouns:
            case = next((c for c in self.clause.children[noun] if self.clause.rel(c) in ("case", "mark")
                         and any(word_fits(self.legacy, p, self.clause, c) for p in item.preps)), None)  # fmt: skip
            if case is None:
                continue
            used = [case]
            gained = 1.0
            if words:
                found = self.noun(words, noun)
                if not found and len(words) == 1:
                    found = [
                        m
                        for m in self._modifiers(noun, determiners=False)
                        if word_fits(self.legacy, words[0], self.clause, m)
                    ][:1]
                    gained -= 0.2
                if not found:
                    continue
                used += found
                gained += len(words)
            bound: list[tuple[str, int]] = []
            place: int | None = noun
            for kind in wanted:
                if place is None:
                    break
                bound.append((kind, place))
                place = self._next_noun(place)
            if len(bound) < len(wanted):
                continue
            gained += 0.05 * len(bound)
            if best is None or gained > best[0]:
                best, best_slots = (gained, used), bound
        if best is None and not words:
            particle = next((c for c in self.clause.children[self.view.verb]
                             if self.clause.full_rel(c) in ("compound:prt", "advmod") and self.clause.words[c] in item.preps), None)  # fmt: skip
            if particle is not None and all(k == "skip" for k in wanted):
                return 1.0, [particle]
            if particle is not None and self.view.objects:
                slots += [(k, self.view.objects[0]) for k in wanted]
                return 1.0, [particle]
        if best is None:
            return None
        slots += best_slots
        return best

    # ---------------------------------------------------------------- nouns

    def noun(self, words: Sequence[str], head: int) -> list[int]:
        """The tokens of a noun phrase that match words, its head last; [] where they differ."""
        for determiners in (False, True) if len(words) > 1 else (False,):
            tokens = [*self._modifiers(head, determiners=determiners), head]
            start = _backwards(self.legacy, words[-1:], self.clause, tokens, len(tokens) - 1)
            if start is None:
                return []
            if len(words) == 1:
                return tokens[start:]
            first = _backwards(self.legacy, words[:-1], self.clause, tokens, start - 1)
            if first is not None:
                return tokens[first:]
        return []

    def _modifiers(self, head: int, *, determiners: bool) -> list[int]:
        return [
            c
            for c in self.clause.children[head]
            if c < head
            and (
                (self.clause.rel(c) in _MODIFIERS and self.clause.rel(c) != "nummod")
                or self.clause.full_rel(c) == "nmod:poss"
                or (determiners and self.clause.rel(c) in ("det", "nummod"))
            )
        ]

    def _after_nouns(self) -> Iterator[tuple[int, float]]:
        """Where a bare noun after the verb may be: objects first, then complements, then the rest, with a penalty."""
        clause, view = self.clause, self.view
        for o in view.objects:
            for h in clause.conjuncts(o):
                yield h, 0.0
        for c in clause.children[view.verb]:
            if clause.rel(c) in ("xcomp", "ccomp", "acl") or (clause.rel(c) == "advcl" and clause.infinitive(c)):
                if clause.rel(c) == "xcomp" or clause.sentence.upos[c] != "VERB":
                    yield c, 0.1
                for o in clause.by_rel(c, "obj") if clause.rel(c) in ("xcomp", "advcl") else ():
                    for h in clause.conjuncts(o):
                        yield h, 0.1
        for c in clause.children[view.verb]:
            if clause.rel(c) in ("obl", "iobj", "nmod", "dep") and c > view.verb:
                for h in clause.conjuncts(c):
                    yield h, 0.2
            elif clause.rel(c) in ("compound", "advmod") and clause.words[c] in _PARTICLES:
                yield c, 0.0

    def _nouns_below(self) -> list[int]:
        """Nouns after or below the verb that can stand in a prepositional phrase, its own first."""
        clause, view = self.clause, self.view
        skip = set(view.subjects)
        own: list[int] = []
        deeper: list[int] = []
        for c in clause.children[view.verb]:
            if c in skip or clause.rel(c) in ("conj", "parataxis", "punct"):
                continue
            if clause.rel(c) == "advcl" and not clause.infinitive(c) and not clause.cases(c):
                continue
            for i in clause.descend(c, skip):
                (own if i == c else deeper).append(i)
        return own + deeper

    def _next_actor(self, position: int) -> int | None:
        for t in range(position + 1, len(self.clause.words)):
            if t in self.clause.actors:
                return climb(self.clause, t)
        return None

    def _next_noun(self, position: int) -> int | None:
        for t in range(position + 1, len(self.clause.words)):
            if self.clause.is_nominal(t) and climb(self.clause, t) != climb(self.clause, position):
                return climb(self.clause, t)
        return None


def climb(clause: Clause, token: int) -> int:
    """The head of the noun phrase in whose own words a token stands."""
    seen = {token}
    while (
        clause.rel(token) in ("compound", "amod", "flat", "det", "nummod", "fixed")
        or clause.full_rel(token) == "nmod:poss"
    ):
        head = clause.head(token)
        if head < 0 or head in seen:
            break
        seen.add(head)
        token = head
    return token


class SequenceMatcher:
    """PETRARCH patterns: words in the order of the text, blanks for gaps, slots for actors."""

    def __init__(self, view: VerbView, legacy: LegacyDictionaries) -> None:
        self.view = view
        self.clause = view.clause
        self.legacy = legacy
        self.missing = ""
        below = [t for t in self.clause.subtree(view.verb) if t > view.verb]
        self._end = max(below, default=view.verb) + 1

    def match(self, pattern: Pattern) -> Match | None:
        """The pattern's match, None where an element of it is missing."""
        after = self._run(pattern.after, self.view.tokens[-1] + 1, 1)
        if after is None:
            return None
        before = self._run(tuple(reversed(pattern.before)), self.view.tokens[0] - 1, -1, pattern.before_joined)
        if before is None:
            return None
        tokens = sorted({*before[0], *after[0]})
        words = sum(i.kind == "word" for i in (*pattern.before, *pattern.after))
        slots = [
            (f"{k}_subject" if k in ("source", "target") and not self._is_actor(t) else k, t)
            for k, t in (*before[1], *after[1])
        ]
        extra = sum(i.kind != "word" for i in (*pattern.before, *pattern.after)) * 0.3
        return Match(pattern, words + extra, tuple(tokens), tuple(slots))

    def _is_actor(self, token: int) -> bool:
        return bool(self.clause.group(token))

    def _run(
        self, items: Sequence[Item], start: int, step: int, joined_first: bool = False
    ) -> tuple[list[int], list[tuple[str, int]]] | None:
        tokens: list[int] = []
        slots: list[tuple[str, int]] = []
        position = start
        for n, item in enumerate(items):
            if step > 0:
                joined = item.joined
            else:
                joined = joined_first if n == 0 else items[n - 1].joined
            hit = self._find(item, position, step, joined, slots)
            if hit is None:
                place = ("next to what stands " if joined else "") + ("after the verb" if step > 0 else "before the verb")
                self.missing = f"no {_described(item)} {place}"
                return None
            used, position = hit
            tokens += used
        return tokens, slots

    def _find(
        self, item: Item, position: int, step: int, joined: bool, slots: list[tuple[str, int]]
    ) -> tuple[list[int], int] | None:
        limit = self._end if step > 0 else -1
        place = position
        while place != limit and 0 <= place < len(self.clause.words):
            got = self._at(item, place, step, slots)
            if got is not None:
                return got
            if joined and self.clause.rel(place) != "det":
                return None
            place += step
        return None

    def _at(self, item: Item, place: int, step: int, slots: list[tuple[str, int]]) -> tuple[list[int], int] | None:
        clause = self.clause
        if item.kind == "word":
            word = item.words[0]
            if (clause.words[place] == word) if word[:1] != "&" else word_fits(self.legacy, word, clause, place):
                return [place], place + step
            if word.startswith("&"):
                for phrase in clause.set_phrases(word[1:]):
                    first = place if step > 0 else place - len(phrase) + 1
                    spots = range(first, first + len(phrase))
                    if (
                        first >= 0
                        and spots.stop <= len(clause.words)
                        and all(word_fits(self.legacy, w, clause, s) for w, s in zip(phrase, spots, strict=True))
                    ):
                        return list(spots), spots.stop if step > 0 else first - 1
            return None
        if item.kind == "compound":
            head = climb(clause, place)
            group = clause.conjuncts(head)
            if len(group) > 1 and clause.is_nominal(head):
                slots.append(("compound", head))
                return [], (max(group) if step > 0 else min(group)) + step
            return None
        found = clause.actors.get(place) or (clause.agents.get(place) if item.kind != "skip" else None)
        if found is not None:
            head = climb(clause, place)
            slots.append((item.kind, head))
            return [], (max(found.tokens) if step > 0 else min(found.tokens)) + step
        if (
            item.kind == "skip"
            and clause.is_nominal(place)
            and clause.sentence.upos[place] != "PRON"
            and climb(clause, place) == place
        ):
            slots.append(("skip", place))
            return [], place + step
        return None
