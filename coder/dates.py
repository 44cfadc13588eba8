"""Event dates: which date phrase of a sentence tells when a trigger happened, and what the tense says where none does.

In: a Tree, the trigger's tokens and the event's status. Out: an `EventDate`. The publication date comes with the
sentence; dates told earlier in the document may be handed in. Pure: no state between calls.

    >>> resolve_date(tree, (4,), Status.ASSERTED)

A phrase dates the word it hangs from. An event takes its own phrase, else one nested in its "at the meeting on
Tuesday", else that of the clause above where the two share their time: not across "after …", not into a relative
clause, not from a verb of reaction to what it reacts to. Undated events take the publication date in a simple tense,
an open interval that ends there in the past perfect and after "after", "since" and the like.

Precision of what is no calendar unit: the smallest unit as long as the interval; "unknown" beyond a year and for
open or vague intervals. A night or the past 24 hours count as "day" and span two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from typing import Final

from coder.date_patterns import words
from coder.date_phrases import Phrase, find_phrases, temporal_words
from coder.date_spans import Clock, Span, before, day_span, interval, offset_span
from coder.grammar import ADDRESSING_VERBS, Tree
from coder.records import EventDate, Sentence, Status
from coder.tense import MAX_CLIMB, PREDICATES, clause_tense, counted_occasion, own_tense, reports_itself
from coder.word_classes import SUBJECT_LABELS

UNDATED: Final = EventDate(None, None, "unknown", "unknown", "no publication date")


SPEECH: Final = words(
    "say tell report announce state claim declare note add write tweet confirm insist argue maintain stress "
    "explain warn allege acknowledge admit reveal disclose reiterate assert contend quote"
)
# Verbs whose object or subject is an event of another time.
REACTIONS: Final = words(
    "condemn denounce deplore criticise criticize praise welcome hail applaud mourn protest remember recall mark "
    "commemorate mention discuss investigate avenge regret lament celebrate blame follow blast decry slam reject "
    "retaliate respond"
)
# Verbs whose infinitive shares their time ("began to withdraw on Friday", "is set to visit on Friday").
SHARED_INFINITIVE: Final = words(
    "manage begin start continue help succeed proceed be go come set due schedule slate expect plan intend "
    "prepare have use fail refuse decline"
)
# Verbs whose infinitive tells what somebody is to do later ("asked parliament to approve it on Saturday").
ASKING_VERBS: Final = ADDRESSING_VERBS | words("call demand appeal plead threaten propose want recommend")
OTHER_TIME_MARKS: Final = frozenset(
    {"after", "before", "since", "until", "by", "if", "because", "although", "though", "to", "unless", "despite"}
)
SAME_TIME_MARKS: Final = frozenset({"as", "when", "while"})
# Verbs of what an event does at once, so that its date is theirs.
EFFECTS: Final = words(
    "kill wound injure destroy damage displace free begin start end conclude fail collapse happen occur last claim "
    "break take hit strike leave"
)
# Nouns of what comes after the event they govern.
SEQUELS: Final = words("retaliation response revenge reaction condemnation anniversary aftermath wake reprisal outrage anger")
CONTAINING: Final = frozenset({"during", "at", "in", "on", "amid", "over", "for", "with", "by"})
BEFORE_OBJECT: Final = frozenset(
    {"after", "following", "since", "in the wake of", "in response to", "because of", "in retaliation for"}
)
AHEAD_OF_OBJECT: Final = frozenset({"before", "ahead of", "prior to", "until"})
PASSING: Final = frozenset(
    {"", "with", "to", "in", "at", "near", "on", "into", "from", "by", "between", "against", "for", "of"}
)
EVENT_NOUNS: Final = words(
    "blockade remark gathering putsch mutiny annexation occupation evacuation kidnapping execution attack war visit talk meeting strike airstrike election vote deal accord agreement treaty summit ceasefire "
    "truce raid clash battle trip tour protest riot coup uprising revolt massacre bombing killing call speech "
    "conference siege invasion offensive assault blast explosion crisis dispute conflict pact trial hearing "
    "verdict resolution law decree order ban crash arrest release referendum poll debate address ceremony funeral "
    "anniversary war revolution incident shooting crackdown rally march election letter statement interview "
    "message report session victory defeat loss fall collapse start end beginning death murder earthquake embargo "
    "surge escalation disaster takeover"
)
NON_EVENTS: Final = words(
    "government parliament department mission minister regiment apartment king building ring thing wing "
    "settlement region nation station nothing something anything everything evening morning organization "
    "organisation population coalition opposition delegation administration constitution corporation commission "
    "federation union element document"
)  # fmt: skip
EVENT_ENDINGS: Final[tuple[str, ...]] = ("tion", "sion", "ment", "ing", "ting")


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
    scene: _Scene | None, reference: EventDate | None, follows: bool, story: EventDate | None,
    tree: Tree, trigger_tokens: tuple[int, ...], status: Status,
) -> EventDate:  # fmt: skip
    """See `resolve_date`; `scene` is one of the same tree and reference that something was asked of before."""
    tokens = [t for t in trigger_tokens if 0 <= t < tree.n]
    if not tokens:
        return _told_by_tense(tree, -1, status)
    if scene is None or scene.status is not status:
        scene = _Scene(tree, status, reference)
    if len(tokens) > 1:
        tokens.sort(key=lambda t: (len(tree.ancestors(t)), t))
        if tree.deprels[tokens[1]] == "acl:relcl" and tree.heads[tokens[1]] == tokens[0] and own_tense(tree, tokens[1]) not in ("past", ""):
            del tokens[0]  # "fled the town that they had seized": the town is of the clause above
        if scene.phrases:
            tokens = _without_asked(tree, tokens)
    span, rule = scene.date(tokens)
    if span is not None:
        return EventDate(span.start, span.end, span.precision, span.basis, rule)
    anchor = _reporting(tree, tokens[0])
    if clause_tense(tree, anchor, status) == "past":
        if follows and reference is not None and reference.precision == "day":
            return EventDate(reference.start, reference.end, reference.precision, "relative", "goes on from the sentence before")
        if story is not None and story.precision == "day":
            return EventDate(story.start, story.end, story.precision, "relative", "day of the story")
    return _told_by_tense(tree, tokens[0], status)


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


def _asserted(tree: Tree, reference: EventDate | None) -> _Scene | None:
    """The scene of what a sentence asserts; None where no word of it could tell a date."""
    if not temporal_words(tree):
        tree.dated = _Dated([], {})
        return None
    return _Scene(tree, Status.ASSERTED, reference)


def _main_date(scene: _Scene) -> EventDate | None:
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


_DIRECTIONS: Final = {"future": "future", "modal": "future", "present": "near"}

# ---- the scene -----------------------------------------------------------------------------------------------------


class _Dated:
    """The date phrases of a sentence and what they hang from: the same for all that is asked of it."""

    __slots__ = ("governed", "phrases")

    def __init__(self, phrases: list[Phrase], governed: dict[int, list[Phrase]]) -> None:
        self.phrases = phrases
        self.governed = governed


class _Scene:
    """The date phrases of one sentence and the words they hang from."""

    __slots__ = ("_asked", "_own", "_tenses", "governed", "phrases", "reference", "status", "today", "tree")

    def __init__(self, tree: Tree, status: Status, reference: EventDate | None) -> None:
        self.tree = tree
        self.status = status
        self.today = tree.sentence.publication_date
        self.phrases: list[Phrase]
        self.governed: dict[int, list[Phrase]]
        self.reference = _as_span(reference)
        self._asked: set[int] = set()
        self._tenses: dict[int, str] = {}
        self._own: dict[int, Span | None] = {}
        dated: _Dated | None = tree.dated
        if dated is None:
            dated = tree.dated = self._find_phrases()
        self.phrases, self.governed = dated.phrases, dated.governed

    def _find_phrases(self) -> _Dated:
        self.phrases = find_phrases(self.tree)
        governed: dict[int, list[Phrase]] = {}
        for phrase in self.phrases:
            governed.setdefault(self.governor(phrase), []).append(phrase)
            if phrase.lead == "anniversary" and (above := self._anniversary_of(phrase)) >= 0:
                governed.setdefault(above, []).append(phrase)
        return _Dated(self.phrases, governed)

    # -- phrases

    def governor(self, phrase: Phrase) -> int:
        """The word a phrase hangs from, -1 for none."""
        tree = self.tree
        top = -1
        for i in range(phrase.first, phrase.last + 1):
            if not phrase.first <= tree.heads[i] <= phrase.last:
                if tree.relations[i] not in ("case", "punct", "mark", "cc"):
                    top = i
                    break
                if top < 0:
                    top = i
        for _ in range(MAX_CLIMB):
            head = tree.heads[top]
            if (
                head < 0
                or tree.relation(top) not in ("conj", "appos", "flat", "fixed")
                or not self._inside_phrase(head)
            ):
                break
            top = head
        head = tree.heads[top]
        if phrase.offset is not None and head == self.complement(phrase):
            return tree.heads[head]
        if (
            tree.relation(top) == "conj"
            and head >= 0
            and tree.upos[head] not in PREDICATES
            and tree.relation(head) in ("obl", "nmod")
        ):
            return tree.heads[head]
        return head

    def _anniversary_of(self, phrase: Phrase) -> int:
        """What "on the anniversary of …" hangs from."""
        chain = self.tree.ancestors(phrase.last)
        return next((self.tree.heads[a] for a in chain if self.tree.lemmas[a] == "anniversary"), -1)

    def _inside_phrase(self, token: int) -> bool:
        return self._phrase_at(token) is not None

    def complement(self, phrase: Phrase) -> int:
        """What the "after" of "two days after …" marks, -1 for none."""
        head = self.tree.heads[phrase.last]
        return head if not phrase.first <= head <= phrase.last else -1

    def clock(self, node: int, phrase: Phrase | None = None, within: Span | None = None) -> Clock:
        tense = self.tense(node)
        direction = _DIRECTIONS.get(tense, "past")
        if not tense and self.status is Status.INTENDED:
            direction = "future"
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

    def tense(self, node: int) -> str:
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
                span = other.bare(Clock(self.today, self.clock(self.governor(other)).direction))
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
        return (phrase if lead is None else phrase.led_by(lead)).span(clock)

    def _offset(self, phrase: Phrase, clock: Clock) -> Span | None:
        complement = self.complement(phrase)
        assert phrase.offset is not None
        count, unit = phrase.offset
        base: Span | None = None
        inside = self._phrase_at(complement)
        if inside is not None:
            base = inside.bare(clock)
        elif complement >= 0:
            base = self.best(complement, lead="")
        if base is None or not count:
            return (
                before(base.start, "relative")
                if base and phrase.text.startswith(("days", "weeks", "months", "years")) and "before" in phrase.text
                else None
            )
        try:
            return offset_span(base, count, unit)
        except (ValueError, OverflowError):
            return None

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
        if within is not None and len(phrases) > 1:
            spans = [s for p in phrases if (s := self.read(p, node, within, lead)) is not None]
        if len(spans) < 2:
            return spans[0] if spans else None
        return min(spans, key=lambda s: (s.unit in ("vague", "background"), s.precision == "unknown", s.days))

    def own(self, node: int) -> Span | None:
        if node not in self.governed:
            return None
        if node not in self._own:
            self._own[node] = self.best(node)
        return self._own[node]

    # -- dates

    def date(self, tokens: list[int]) -> tuple[Span | None, str]:
        """The date of an event told by these tokens, highest in the tree first, and the rule."""
        occasion = counted_occasion(self.tree, tokens[0])
        if occasion >= 0:  # "met on Tuesday, the first time since 2019 that …"
            return self._of_occasion(occasion), "clause above"
        if self.phrases:
            for t in tokens:
                span = self.own(t)
                if span is not None:
                    return span, f"phrase: {' / '.join(p.text for p in self.governed[t])}"
            for t in tokens:
                span = self.nearby(t)
                if span is not None:
                    return span, "phrase below"
        span = self.above(tokens[0])
        if span is not None:
            return span, "clause above"
        if self.today is not None and self._since_undated(tokens[0]):
            return before(self.today, "tense"), "since an undated event"
        return None, ""

    def _of_occasion(self, noun: int) -> Span | None:
        """The date of "on Friday, the first time since 2019 that …": Friday."""
        for phrase in self.governed.get(noun, ()):
            if phrase.lead not in ("since", "in", "for", "during"):
                span = self.read(phrase, noun)
                if span is not None:
                    return span
        return self.above(noun)

    def _since_undated(self, node: int) -> bool:
        """ "Since the outbreak of the war, … has supported": some time up to now."""
        tree = self.tree
        for c in tree.children[node]:
            if tree.relations[c] in ("obl", "advcl") and tree.upos[c] not in ("NUM", "ADV") and tree.case(c) == "since":
                return True
        return False

    def covering(self, node: int) -> Span | None:
        """The date of what a node tells: its own, one close by, or that of the clauses above."""
        if node in self._asked:
            return None
        self._asked.add(node)
        try:
            return self.own(node) or (self.nearby(node) if self.phrases else None) or self.above(node)
        finally:
            self._asked.discard(node)

    def nearby(self, node: int) -> Span | None:
        """A date that hangs below a node but tells its time."""
        tree = self.tree
        for c in tree.children[node]:
            if c in self.governed:
                span = self._lent(node, c)
                if span is not None:
                    return span
        if tree.upos[node] in PREDICATES:
            span = self._passed_up(node) or self._later_conjunct(node)
            if span is not None:
                return span
        for c in tree.children[node]:
            if tree.relation(c) == "parataxis" and tree.lemmas[c] in SPEECH and c in self.governed:
                return self.own(c) if self.tense(node) != "pluperfect" else None
        return None

    def _lent(self, node: int, child: int) -> Span | None:
        """The date that a dated dependent shares with the word above it."""
        tree = self.tree
        relation = tree.relation(child)
        if relation == "advcl":
            return self.own(child) if self._same_time(node, child) else None
        if relation in ("obl", "nmod"):
            return self._nested(node, child) if tree.deprels[child] != "nmod:poss" else None
        if relation == "xcomp":
            return self.own(child) if tree.lemmas[node] in SHARED_INFINITIVE else None
        if relation == "nsubj":
            return self._of_subject(node, child)
        if relation == "acl" and _is_event(tree, node) and tree.lemmas[child] not in REACTIONS | SPEECH:
            return self.own(child)
        return None

    def _of_subject(self, verb: int, subject: int) -> Span | None:
        """ "Parliament on Monday rejected …", "the strike on Saturday destroyed …"."""
        eventful = _is_event(self.tree, subject)
        for phrase in self.governed[subject]:
            bare = phrase.first > subject or phrase.kind in ("ago", "near day")
            if self.tree.lemmas[verb] in EFFECTS if eventful else bare:
                span = self.read(phrase, verb)
                if span is not None:
                    return span
        return None

    def _same_time(self, verb: int, clause: int) -> bool:
        """ "Speaking on Monday, …", "As the army gained ground in 2019, …": an adverbial clause that shares its date."""
        tree = self.tree
        marks = [tree.lower[c] for c in tree.children[clause] if tree.relation(c) in ("mark", "advmod") and c < clause]
        if any(m in OTHER_TIME_MARKS for m in marks):
            return False
        if own_tense(tree, clause) == "":
            return clause < verb
        return any(m in SAME_TIME_MARKS for m in marks) and self._same_tense(verb, clause)

    def _nested(self, node: int, noun: int) -> Span | None:
        """ "during his visit last year", "after Tuesday's attack", "at a meeting on Friday"."""
        case = self.tree.case(noun)
        if case in BEFORE_OBJECT:
            return self._lead_over(node, noun, "after" if case != "since" else "since")
        if case in AHEAD_OF_OBJECT:
            return self._lead_over(node, noun, "until" if case == "until" else "before")
        if case == "during" or (case in CONTAINING and (_is_event(self.tree, noun) or self.tree.upos[noun] == "PROPN")):
            phrases = [p for p in self.governed[noun] if p.first > noun or case in ("during", "at", "in", "amid")]
            spans = [s for p in phrases if (s := self.read(p, node)) is not None]
            return min(spans, key=lambda s: s.days, default=None)
        return None

    def _lead_over(self, node: int, noun: int, lead: str) -> Span | None:
        if any(p.offset is not None and self.complement(p) == noun for p in self.phrases):
            return None
        for phrase in self.governed[noun]:
            span = self.read(phrase, node, lead=lead)
            if span is not None and span.unit not in ("background", "vague"):
                return span
        return None

    def _passed_up(self, verb: int) -> Span | None:
        """A date the parse hangs on a noun that has no time of its own ("met in Moscow in December")."""
        tree = self.tree
        level = [verb]
        for _ in range(3):
            following: list[int] = []
            for node in level:
                for c in tree.children[node]:
                    if (
                        tree.relation(c) not in ("obj", "obl", "nmod", "iobj", "xcomp", "appos", "conj")
                        or tree.upos[c] in PREDICATES
                    ):
                        continue
                    if c < verb or tree.deprels[c] == "nmod:poss" or tree.case(c) not in PASSING:
                        continue
                    following.append(c)
            for c in following:
                late = [p for p in self.governed.get(c, []) if p.first > c]
                eventful = _is_event(tree, c)
                for phrase in late:
                    fresh = phrase.kind in ("weekday", "near day", "weekend") or (
                        phrase.kind == "unit" and phrase.text.startswith("this")
                    )
                    if eventful and not fresh:
                        continue
                    span = self.read(phrase, verb)
                    if span is not None:
                        return span
            level = following
        return None

    def _later_conjunct(self, node: int) -> Span | None:
        """ "met Putin and signed a deal on Tuesday": the date at the end holds for both."""
        tree = self.tree
        for c in reversed(tree.children[node]):
            if tree.relation(c) == "conj" and c in self.governed and not _has_subject(tree, c):
                if self._same_tense(node, c):
                    return self.own(c)
        return None

    def _same_tense(self, a: int, b: int) -> bool:
        return self.tense(a) == self.tense(b)

    def above(self, node: int) -> Span | None:
        """The date that the clauses above lend a node, an open interval where they tell that it came earlier."""
        tree = self.tree
        head = tree.heads[node]
        if tree.upos[node] in PREDICATES and own_tense(tree, node) == "pluperfect":
            return self.covering(head) if reports_itself(tree, node) else self._earlier(head)
        if head < 0:
            return None
        told = self._phrase_at(head) or self._phrase_before_when(node)
        if told is not None:
            return told.bare(self.clock(node, told))
        relation = tree.relation(node)
        if relation == "conj":
            return self._coordinated(node, head)
        if relation == "advcl":
            return self._adverbial(node, head)
        if relation == "acl":
            return self._adnominal(node, head)
        if tree.upos[node] in ("NOUN", "PROPN", "PRON", "NUM", "ADJ") and relation in (
            "obj",
            "nsubj",
            "obl",
            "nmod",
            "iobj",
        ):
            return self._nominal(node, head, relation)
        return self.covering(head)

    def _phrase_at(self, token: int) -> Phrase | None:
        for p in self.phrases:
            if p.first <= token <= p.last:
                return p
        return None

    def _phrase_before_when(self, node: int) -> Phrase | None:
        """ "December 2024" of "since December 2024, when the ruler fled", however the clause is attached."""
        tree = self.tree
        if not self.phrases:
            return None
        when = next((c for c in tree.children[node] if tree.lower[c] == "when"), 0)
        if when and tree.lower[when - 1] == ",":
            when -= 1
        return self._phrase_at(when - 1) if when else None

    def _earlier(self, head: int) -> Span | None:
        """Up to the time of the clause above, or up to the publication."""
        then = self.covering(head) if head >= 0 else None
        if then is not None:
            return before(then.end, "tense")
        return before(self.today, "tense") if self.today is not None else None

    def _coordinated(self, node: int, head: int) -> Span | None:
        tree = self.tree
        if tree.upos[node] not in PREDICATES:
            return self.covering(head)
        own_subject = _has_subject(tree, node)
        shared = [p for p in self.governed.get(head, []) if not p.vague and (p.first < head or not own_subject)]
        if shared and (self._same_tense(node, head) or not own_tense(tree, node)):
            spans = [s for p in shared if (s := self.read(p, head)) is not None]
            if spans:
                return min(spans, key=lambda s: (s.precision == "unknown", s.days))
        if not own_subject and self._same_tense(node, head) and head not in self.governed:
            nearby = self.nearby(head) if self.phrases else None
            if nearby is not None:
                return nearby
        for sibling in tree.children[head]:
            if sibling < node and tree.relation(sibling) == "conj" and sibling in self.governed and not own_subject:
                if self._same_tense(node, sibling):
                    return self.own(sibling)
        return self.above(head)

    def _adverbial(self, node: int, head: int) -> Span | None:
        tree = self.tree
        mark = next(
            (
                tree.lower[c]
                for c in tree.children[node]
                if tree.relation(c) in ("mark", "case") or (tree.lower[c] == "when" and c < node)
            ),
            "",
        )
        if self._is_offset_clause(node):
            return self._from_offset(node, head)
        then = self.covering(head)
        gerund = "VerbForm=Ger" in tree.feats[node] or (
            "VerbForm=Part" in tree.feats[node] and "Tense=Pres" in tree.feats[node]
        )
        if mark in ("after", "since", "following"):
            return before(then.start, "tense") if then else self._earlier(-1)
        if mark == "before" and not gerund and then is not None:
            last = max(then.end, self.today or then.end)
            return Span(then.start, last, "unknown", "tense", "range")
        if mark in ("because", "although", "though", "whereas") and then is not None and self.tense(node) == "past":
            return before(then.end, "tense")
        if own_tense(tree, node) in ("", "infinitive") or mark in ("before", "by") or self._same_tense(node, head):
            return then
        return None

    def _is_offset_clause(self, node: int) -> bool:
        return any(p.offset is not None and self.complement(p) == node for p in self.phrases)

    def _from_offset(self, node: int, head: int) -> Span | None:
        """The other end of "X struck back a day after Y attacked": Y from X's date or the publication."""
        phrase = next(p for p in self.phrases if p.offset is not None and self.complement(p) == node)
        assert phrase.offset is not None
        count, unit = phrase.offset
        then = self.above(head) or self._other_phrase(head, phrase)
        then = then or (day_span(self.today, "relative") if self.today is not None else None)
        if then is None or not count:
            return before(then.start, "relative") if then else None
        try:
            return offset_span(then, -count, unit)
        except (ValueError, OverflowError):
            return None

    def _other_phrase(self, node: int, but: Phrase) -> Span | None:
        spans = [s for p in self.governed.get(node, []) if p is not but and (s := self.read(p, node)) is not None]
        return min(spans, key=lambda s: s.days, default=None)

    def _adnominal(self, node: int, noun: int) -> Span | None:
        """Relative clauses have a time of their own; "when" clauses on a date have that date."""
        tree = self.tree
        if tree.lemmas[noun] in ("time", "day", "date", "occasion", "moment"):
            return self.covering(noun)
        if tree.deprels[node] == "acl:relcl":
            return self.own(noun) if _is_event(tree, noun) and self.tense(node) == "past" else None
        participle = "VerbForm=Part" in tree.feats[node] and "Tense=Past" in tree.feats[node]
        if participle:
            if noun in self.governed and _is_event(tree, noun):
                return self.own(noun)
            return None if tree.heads[noun] < 0 else self._earlier(noun)
        return self.covering(noun)

    def _nominal(self, node: int, head: int, relation: str) -> Span | None:
        tree = self.tree
        case = tree.case(node)
        if self._is_offset_clause(node):
            return self._from_offset(node, head)
        if case in BEFORE_OBJECT:
            then = self.covering(head)
            return before(then.start, "tense") if then else self._earlier(-1)
        if case in AHEAD_OF_OBJECT:
            then = self.covering(head) or (day_span(self.today, "tense") if self.today else None)
            return None if then is None else Span(then.start, _later(then.end, 30), "unknown", "tense", "range")
        if relation == "nmod" and tree.lemmas[head] in SEQUELS:
            return self._up_to(self.covering(head))
        if (
            relation in ("obj", "obl")
            and tree.lemmas[head] in REACTIONS
            and case in ("", "to", "over", "for", "against", "on", "about")
        ):
            return self._up_to(self.covering(head))
        return self.covering(head)

    def _up_to(self, then: Span | None) -> Span | None:
        """An open interval up to a date, the publication where there is none."""
        then = then or (day_span(self.today, "tense") if self.today is not None else None)
        return before(then.end, "tense") if then else None


def _later(day: date, days: int) -> date:
    return date.fromordinal(min(day.toordinal() + days, date.max.toordinal()))


def _as_span(when: EventDate | None) -> Span | None:
    if when is None or when.start is None or when.end is None:
        return None
    return interval(when.start, when.end, "relative", when.precision)


def _has_subject(tree: Tree, node: int) -> bool:
    return any(tree.deprels[c] in SUBJECT_LABELS for c in tree.children[node])


def _is_event(tree: Tree, node: int) -> bool:
    """Whether a noun names something that happens, so that a date on it is its own."""
    if tree.upos[node] != "NOUN":
        return False
    lemma = tree.lemmas[node].lower()
    return lemma in EVENT_NOUNS or (lemma.endswith(EVENT_ENDINGS) and lemma not in NON_EVENTS)
