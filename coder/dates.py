"""Event dates: which date phrase of a sentence tells when a trigger happened, and what the tense says where none does.

In: a Tree, the trigger's tokens and the event's status. Out: an `EventDate`. The publication date comes with the
sentence; dates told earlier in the document may be handed in. `resolve_date` is pure: no state between calls. What
codes a document goes through `ToldDates`, which keeps what its sentences have told so far.

    >>> resolve_date(tree, (4,), Status.ASSERTED)

A phrase dates the word it hangs from. An event takes its own phrase, else one nested in its "at the meeting on
Tuesday", else that of the clause above where the two share their time: not across "after …", not into a relative
clause, not from a verb of reaction to what it reacts to. Undated events take the publication date in a simple tense,
an open interval that ends there in the past perfect and after "after", "since" and the like. So does what a clause on a noun
tells that was so before: participles ("14 people kidnapped by rebels"), relative clauses in the perfect, those that say
who is meant ("the officers who toppled the king") and those on whom somebody is freed, tried, thanked, expelled and so on. Not those
that tell the news itself ("gunmen who stormed a bank took hostages", "an airstrike carried out by jets", "in Lima, where
they signed a pact", "left ten people wounded").

Narrower where a reader knows more: a deed of a moment that somebody reports in the past perfect ("the army said rebels
had shelled the port") is of the seven days up to the report; what the main clause of a day came after ("fled on Tuesday
after neighbours had threatened …") is of the 31 days up to it, violence, arrests and meetings of seven; a deed that a
bare past perfect tells behind a sentence of news ("summoned the envoy. The king had jailed …") of the 31 days up to that.
Where the sentence before told a month, a past perfect counts from that, not from the publication.

Precision of what is no calendar unit: the smallest unit as long as the interval; "unknown" beyond a year and for
open or vague intervals. A night or the past 24 hours count as "day" and span two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import Final

from coder.date_clauses import Scene
from coder.date_governors import Dated
from coder.date_patterns import words
from coder.date_phrases import temporal_words
from coder.grammar import ADDRESSING_VERBS, Tree
from coder.records import EventDate, Sentence, Status
from coder.tense import MAX_CLIMB, clause_tense, own_tense

UNDATED: Final = EventDate(None, None, "unknown", "unknown", "no publication date")
# Verbs whose infinitive tells what somebody is to do later ("asked parliament to approve it on Saturday").
ASKING_VERBS: Final = ADDRESSING_VERBS | words("call demand appeal plead threaten propose want recommend")


def resolve_date(
    tree: Tree,
    trigger_tokens: tuple[int, ...],
    status: Status,
    *,
    reference: EventDate | None = None,
    follows: bool = False,
    story: EventDate | None = None,
) -> EventDate:
    """When the event that the trigger tells happened, or is to happen.

    Args:
        tree: of the sentence; its publication date may be None.
        trigger_tokens: the words that made it an event; the one highest in the tree counts first.
        status: of the event; intended ones look ahead.
        reference: the date told last in the document, for "the next day" and "since then" (see `sentence_date`).
        follows: whether the sentence goes on telling what the reference dates (the same paragraph), so that a simple
            past without a date takes it over if it is a day.
        story: the day of the document's news (see `story_date`), which an undated past takes in place of the
            publication date.
    """
    return _resolve(None, reference, follows, story, tree, trigger_tokens, status)


def _resolve(
    scene: Scene | None, reference: EventDate | None, follows: bool, story: EventDate | None,
    tree: Tree, trigger_tokens: tuple[int, ...], status: Status,
) -> EventDate:  # fmt: skip
    """See `resolve_date`; `scene` is one of the same tree and reference that something was asked of before."""
    tokens = [t for t in trigger_tokens if 0 <= t < tree.n]
    if not tokens:
        return _told_by_tense(tree, -1, status)
    if scene is None or scene.status is not status:
        near = scene.near if scene is not None else None
        scene = Scene(tree, status, reference)
        scene.near = near
    goes_on = follows and reference is not None and reference.precision == "day"
    scene.goes_on(reference.start if goes_on and reference is not None else None, story.start if story is not None else None, follows)
    if len(tokens) > 1:
        tokens.sort(key=lambda t: (tree.depth(t), t))
        if tree.relations[tokens[1]] == "acl" and tree.heads[tokens[1]] == tokens[0] and own_tense(tree, tokens[1]) not in ("past", ""):
            del tokens[0]  # "fled the town that they had seized": the town is of the clause above
        if scene.phrases:
            tokens = _without_asked(tree, tokens)
    span, rule = scene.date(tokens)
    if span is not None and not _ahead(tree, tokens[0], status, span.start):
        return EventDate(span.start, span.end, span.precision, span.basis, rule)
    anchor = _reporting(tree, tokens[0])
    if clause_tense(tree, anchor, status) == "past":
        if goes_on and reference is not None and not scene.later_than(reference, tokens[0]):
            return EventDate(reference.start, reference.end, reference.precision, "relative", "goes on from the sentence before")
        if story is not None and story.precision == "day" and not scene.later_than(story, tokens[0]):
            return EventDate(story.start, story.end, story.precision, "relative", "day of the story")
    return _told_by_tense(tree, tokens[0], status)


def _ahead(tree: Tree, token: int, status: Status, day: date | None) -> bool:
    """Whether a day lies ahead that cannot be that of a past act: "promised elections in 2025", told in 2024."""
    published = tree.sentence.publication_date
    if status is not Status.ASSERTED or published is None or day is None or (day - published).days < 2:
        return False
    return own_tense(tree, token) in ("past", "perfect", "pluperfect")


def _without_asked(tree: Tree, tokens: list[int]) -> list[int]:
    """The tokens without those of what is asked for, which has a time of its own."""
    kept = [tokens[0]]
    for t in tokens[1:]:
        node = t
        while node >= 0 and node != tokens[0]:
            head = tree.heads[node]
            if head >= 0 and tree.lemmas[head] in ASKING_VERBS and tree.has_to(node):
                break
            node = head
        else:
            kept.append(t)
    return kept


def _reporting(tree: Tree, node: int) -> int:
    """The verb that reports or carries what a node tells ("told" of "told him that it was ready to help")."""
    for _ in range(MAX_CLIMB):
        head = tree.heads[node]
        if head < 0 or tree.relation(node) not in (
            "ccomp",
            "xcomp",
            "obj",
            "nsubj",
            "obl",
            "nmod",
            "conj",
            "parataxis",
            "csubj",
        ):
            return node
        node = head
    return node


def story_date(told: Iterable[EventDate | None], published: date | None) -> EventDate | None:
    """The day of the news itself: the first day told by a main clause that lies in the week up to the publication.

    Args:
        told: `sentence_date` of the document's sentences, in order.
        published: the publication date.
    """
    for when in told:
        if when is not None and published is not None and when.start is not None and when.precision == "day":
            if 0 <= (published - when.start).days <= 6:
                return when
    return None


def sentence_date(tree: Tree, reference: EventDate | None = None) -> EventDate | None:
    """The date that a sentence's main clause tells, which later sentences may count from; None where it tells none.

    Args:
        tree: of the sentence.
        reference: the date told last before it.
    """
    scene = _asserted(tree, reference)
    return None if scene is None else _main_date(scene)


def _asserted(tree: Tree, reference: EventDate | None) -> Scene | None:
    """The scene of what a sentence asserts; None where no word of it could tell a date."""
    if not temporal_words(tree):
        tree.dated = Dated([], {})
        return None
    return Scene(tree, Status.ASSERTED, reference)


def _main_date(scene: Scene) -> EventDate | None:
    root = _root(scene.tree) if scene.phrases else -1
    if root < 0:
        return None
    span = scene.own(root) or scene.nearby(root)
    if span is None or span.unit in ("vague", "background"):
        return None
    return EventDate(span.start, span.end, span.precision, span.basis, "main clause")


def _root(tree: Tree) -> int:
    """The first word that hangs on nothing and is no sign; -1 for none."""
    for i, head in enumerate(tree.heads):
        if head < 0 and tree.upos[i] != "PUNCT":
            return i
    return -1


class ToldDates:
    """The dates that a document has told so far, sentence by sentence: what later sentences count from."""

    __slots__ = ("_before", "_last", "_reference", "_story")

    def __init__(self) -> None:
        self._before: Sentence | None = None
        self._last: EventDate | None = None
        self._reference: EventDate | None = None
        self._story: EventDate | None = None

    def read(self, tree: Tree) -> Callable[[Tree, tuple[int, ...], Status], EventDate]:
        """Take in the next sentence; the function that dates its events.

        Args:
            tree: of the sentence; sentences come in the order of the document.
        """
        sentence = tree.sentence
        reference, before = self._reference, self._before
        follows = self._last is not None and before is not None and sentence.start - before.end < 2
        scene = _asserted(tree, reference)
        if scene is not None and self._last is not None and self._last.precision == "day":
            scene.near = scene.reference
        self._last = None if scene is None else _main_date(scene)
        self._story = self._story or story_date([self._last], sentence.publication_date)
        self._reference = self._last or reference
        self._before = sentence
        return partial(_resolve, scene, reference, follows, self._story)


def reference_day(when: EventDate) -> date | None:
    """The day as of which roles are looked up: the first day, but the last one of an open interval."""
    return when.end if when.precision == "unknown" and when.end is not None else when.start


def _told_by_tense(tree: Tree, node: int, status: Status) -> EventDate:
    today = tree.sentence.publication_date
    if today is None:
        return UNDATED
    tense = clause_tense(tree, node, status) if node >= 0 else ""
    if tense:
        return EventDate(today, today, "day", "tense", f"tense: {tense}")
    return EventDate(today, today, "day", "publication", "publication date")
