"""The words that date phrases hang from, and what days a phrase means as told at its word.

In: a Tree. Out: its Dated, found once; for a word the Span of its own phrases.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from coder.date_phrases import Phrase, find_phrases, takes_preposition
from coder.date_readers import reach_of
from coder.date_spans import DAY, Clock, Span, days_up_to, interval, offset_span
from coder.grammar import Tree
from coder.records import EventDate, Status
from coder.tense import MAX_CLIMB, PREDICATES, REPORTING, clause_tense

# "Were due to meet on Friday": on the nearest one.
AWAITED: Final = frozenset({"due", "set", "schedule", "expect", "slate", "suppose"})
_DIRECTIONS: Final = {"future": "future", "modal": "future", "present": "near"}


class Dated:
    """The date phrases of a sentence and what they hang from: the same for all that is asked of it."""

    __slots__ = ("governed", "phrases")

    def __init__(self, phrases: list[Phrase], governed: dict[int, list[Phrase]]) -> None:
        self.phrases = phrases
        self.governed = governed


def find_dated(tree: Tree) -> Dated:
    """The date phrases of a sentence, looked for once."""
    if tree.dated is None:
        phrases = find_phrases(tree)
        governed: dict[int, list[Phrase]] = {}
        for phrase in phrases:
            governed.setdefault(governor(tree, phrases, phrase), []).append(phrase)
            if phrase.lead == "anniversary" and (above := _anniversary_of(tree, phrase)) >= 0:
                governed.setdefault(above, []).append(phrase)
        tree.dated = Dated(phrases, governed)
    dated: Dated = tree.dated
    return dated


def governor(tree: Tree, phrases: list[Phrase], phrase: Phrase) -> int:
    """The word a phrase hangs from, -1 for none."""
    top = -1
    for i in range(phrase.first, phrase.last + 1):
        if not phrase.first <= tree.heads[i] <= phrase.last:
            if tree.relations[i] not in ("case", "punct", "mark", "cc") and not (tree.relations[i] == "advmod" and tree.lower[i] in ("early", "late")):
                top = i
                break
            if top < 0:  # "early" of "early on Friday" may hang elsewhere
                top = i
    for _ in range(MAX_CLIMB):
        head = tree.heads[top]
        if (
            head < 0
            or tree.relation(top) not in ("conj", "appos", "flat", "fixed")
            or phrase_at(phrases, head) is None
        ):
            break
        top = head
    head = tree.heads[top]
    if phrase.offset is not None:
        complement = marked(tree, phrase)
        if head == complement or (complement >= 0 and complement in tree.ancestors(head)):
            return tree.heads[complement]
    elif takes_preposition(tree, phrase.first, top):
        return tree.heads[head]
    elif head > phrase.last and phrase.text != "overnight" and (teller := _teller_before(tree, phrase, head)) >= 0:
        return teller
    elif head >= 0 and phrase.kind != "night" and (night := phrase_at(phrases, head)) is not None and night.kind == "night":
        return governor(tree, phrases, night)  # "for a third night running on Friday"
    if (
        tree.relation(top) == "conj"
        and head >= 0
        and tree.upos[head] not in PREDICATES
        and tree.relation(head) in ("obl", "nmod")
    ):
        return tree.heads[head]
    return head


def _teller_before(tree: Tree, phrase: Phrase, head: int) -> int:
    """The "said" of "said on Tuesday rebels had attacked", where the parse gives the day to the attack; -1 for none."""
    before = phrase.first - 1
    if before > 0 and tree.relations[before] == "case":
        before -= 1
    said = before >= 0 and tree.heads[head] == before and tree.lower_lemmas[before] in REPORTING
    return before if said and tree.relations[head] == "ccomp" else -1


def _anniversary_of(tree: Tree, phrase: Phrase) -> int:
    """What "on the anniversary of …" hangs from."""
    chain = tree.ancestors(phrase.last)
    return next((tree.heads[a] for a in chain if tree.lemmas[a] == "anniversary"), -1)


def phrase_at(phrases: list[Phrase], token: int) -> Phrase | None:
    """The phrase that a token is part of."""
    for p in phrases:
        if p.first <= token <= p.last:
            return p
    return None


def marked(tree: Tree, phrase: Phrase) -> int:
    """What the "after" of "two days after …" marks, -1 for none."""
    head = tree.heads[phrase.last]
    return head if not phrase.first <= head <= phrase.last else -1


class DatedWords:
    """The date phrases of one sentence as told at the words they hang from.

    Args:
        tree: of the sentence.
        status: of the event that is dated.
        reference: the date told last before the sentence.
    """

    __slots__ = ("_own", "_tenses", "governed", "phrases", "reference", "status", "today", "tree")

    def __init__(self, tree: Tree, status: Status, reference: EventDate | None) -> None:
        self.tree = tree
        self.status = status
        self.today = tree.sentence.publication_date
        self.reference = _as_span(reference)
        self._tenses: dict[int, str] = {}
        self._own: dict[int, Span | None] = {}
        dated = find_dated(tree)
        self.phrases, self.governed = dated.phrases, dated.governed

    def clock(self, node: int, phrase: Phrase | None = None, within: Span | None = None) -> Clock:
        """From when, and which way, a phrase counts at a node."""
        tense = self.tense(node)
        direction = _DIRECTIONS.get(tense, "past")
        if not tense and self.status is Status.INTENDED:
            direction = "future"
        elif direction == "past" and node >= 0 and self._awaited(node):
            direction = "near"
        reference = self.reference
        if phrase is not None:
            reference = self._told_before(phrase) or reference
            if phrase.kind in ("date", "days") and direction == "past" and reference is not None:
                return self._same_story(phrase, reference, within)
        return Clock(self.today, direction, tense == "perfect", reference, within)

    def _same_story(self, phrase: Phrase, reference: Span, within: Span | None) -> Clock:
        """The clock for "… on 27 November 2024 and … on 8 December": the day after the full date just told."""
        full = any(
            p.last < phrase.first and p.kind in ("date", "days") and p.text[-4:].isdecimal() for p in self.phrases
        )
        if full and self.today is not None and (self.today - reference.end).days > 365:
            return Clock(reference.end, "future", False, reference, within)
        return Clock(self.today, "past", False, reference, within)

    def _awaited(self, node: int) -> bool:
        tree = self.tree
        head = tree.heads[node]
        if head >= 0 and tree.lemmas[head] in AWAITED and tree.has_to(node):
            return True
        return any(tree.lower[c] == "due" for c in tree.children[node])  # "due to" parsed as a preposition

    def tense(self, node: int) -> str:
        """The tense of a node's clause."""
        known = self._tenses.get(node)
        if known is None:
            known = self._tenses[node] = clause_tense(self.tree, node, self.status)
        return known

    def _told_before(self, phrase: Phrase) -> Span | None:
        """The date told last before a phrase in the same sentence."""
        if self.phrases[0] is phrase:
            return None
        for other in reversed(self.phrases):
            if other.last < phrase.first and other.kind not in ("offset", "then", "vague", "duration", "unit"):
                span = other.bare(Clock(self.today, self.clock(governor(self.tree, self.phrases, other)).direction))
                if span is not None:
                    return span
        return None

    def read(self, phrase: Phrase, node: int, within: Span | None = None, lead: str | None = None) -> Span | None:
        """A phrase's days as told at a node."""
        clock = self.clock(node, phrase, within)
        if lead is None and node > phrase.last and self.tree.upos[node] in ("NOUN", "PROPN"):
            lead = ""  # in "after Monday's raid" the preposition is the noun's
        if phrase.offset is not None:
            return self._offset(phrase, clock)
        if phrase.kind == "night" or phrase.text == "overnight":
            clock.today = self._day_said(node) or clock.today
        if phrase.text == "earlier" and clock.today is not None and self.tense(node) == "past":
            told = clock.reference
            if told is None or (clock.today - told.end).days < 7:  # "Earlier, the minister met …": while it is news
                lately = days_up_to(clock.today, 7)
                return Span(lately.start, lately.end, "week", "relative", "vague")
        return (phrase if lead is None else phrase.led_by(lead)).span(clock)

    def _day_said(self, node: int) -> date | None:
        """The day on which those spoke who tell what a clause tells ("attacked overnight, officials said on Tuesday")."""
        tree = self.tree
        teller = tree.heads[node] if tree.relations[node] == "ccomp" else -1
        for c in tree.children[node]:
            if tree.relations[c] == "parataxis":
                teller = c
        if teller < 0 or teller not in self.governed or tree.lower_lemmas[teller] not in REPORTING:
            return None
        said = self.best(teller)
        return said.end if said is not None and said.precision == "day" else None

    def _offset(self, phrase: Phrase, clock: Clock) -> Span | None:
        """ "Two days after Monday's talks", "on the eve of the vote on Sunday"."""
        assert phrase.offset is not None
        count, unit = phrase.offset
        ahead = count > 0 or (not count and " after" in phrase.text)
        base = self._offset_base(phrase, clock)
        if base is not None and not ahead and self.today is not None and clock.direction == "past":
            near = self._offset_base(phrase, Clock(self.today, "near", False, clock.reference))
            if near is not None and near.start > base.end and near.start <= self.today + DAY * max(1, -count):
                base = near  # "on the eve of Thursday's summit", told on Wednesday
        if base is None:
            return None
        try:
            if count:
                return offset_span(base, count, unit)
            if self.today is None or base.start <= self.today:
                return self._until_today(reach_of(base, unit, ahead))
        except (ValueError, OverflowError):
            pass
        return None

    def _offset_base(self, phrase: Phrase, clock: Clock) -> Span | None:
        complement = marked(self.tree, phrase)
        inside = phrase_at(self.phrases, complement)
        if inside is not None:
            return inside.bare(clock)
        if complement < 0:
            return None
        for other in self.governed.get(complement, ()):
            if other.kind in ("weekday", "date") and other is not phrase:
                return other.bare(clock)
        found = self.best(complement, lead="")
        return self.told_event(complement) if found is None and " after" in phrase.text else found

    def told_event(self, node: int) -> Span | None:
        """The day of an event that the sentences before have told ("the massacre"); None where they have not."""
        return None

    def _until_today(self, span: Span) -> Span:
        if self.today is None or span.end <= self.today or span.start > self.today:
            return span
        return Span(span.start, self.today, span.precision, span.basis, span.unit)

    def best(self, node: int, lead: str | None = None) -> Span | None:
        """The narrowest date among the phrases at a node; a wider one tells which year a narrower one means."""
        spans: list[Span] = []
        within: Span | None = None
        phrases = self.governed.get(node, [])
        for phrase in phrases:
            span = self.read(phrase, node, lead=lead)
            if span is not None:
                spans.append(span)
                if (
                    span.basis == "explicit"
                    and span.unit in ("year", "month", "year part", "month part")
                    and phrase.joined is None
                ):
                    within = span if within is None or span.days > within.days else within
                elif span.unit == "week" and within is None:
                    within = span
        if len(spans) > 1 and (night := _night_of(phrases)) is not None:
            phrases = [p for p in phrases if p is not night]  # "overnight from Monday to Tuesday", "on Monday for a third night"
            spans = [s for p in phrases if (s := self.read(p, node, lead=lead)) is not None]
            if len(spans) == 1 and spans[0].days == 2:
                return Span(spans[0].start, spans[0].end, "day", spans[0].basis, spans[0].unit)
        if within is not None and len(phrases) > 1:
            spans = [s for p in phrases if (s := self.read(p, node, within, lead)) is not None]
        if len(spans) < 2:
            return spans[0] if spans else None
        return min(spans, key=lambda s: (s.unit in ("vague", "background"), s.precision == "unknown", s.days))

    def own(self, node: int) -> Span | None:
        """The date of the phrases at a node."""
        if node not in self.governed:
            return None
        if node not in self._own:
            self._own[node] = self.best(node)
        return self._own[node]


def _night_of(phrases: list[Phrase]) -> Phrase | None:
    """A night that other words of the same clause date."""
    for p in phrases:
        if p.kind == "night" or p.text == "overnight":
            return p
    return None


def _as_span(when: EventDate | None) -> Span | None:
    if when is None or when.start is None or when.end is None:
        return None
    return interval(when.start, when.end, "relative", when.precision)
