"""The types that flow from stage to stage: made by one stage, never changed by a later one.

Document --parse--> Sentence --actors--> Mention --frames--> FrameMatch --compose--> Event.
`index` counts from 0; `start`, `end` are half-open character offsets into the document's text.

What coding makes several of for every sentence has its `__init__` written out and is not frozen: setting the fields of a frozen
object took a tenth of the time of coding, more where these modules are compiled. They are hashed by their fields all the same:
`replace` them, never assign to them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coder.dictionary.compiled import Actor, Frame


@dataclass(frozen=True, slots=True)
class Document:
    """A news report as read.

    Args:
        id: unique and stable name.
        text: the text, as read; all offsets point into it.
        publication_date: None where the document does not tell.
        date_inferred: True where the date was taken from a dateline, not from a field.
        publisher: the outlet.
        furniture: spans of the text (start, end) that are not news and are not coded.
        path: the file it came from.
    """

    id: str
    text: str
    publication_date: date | None = None
    date_inferred: bool = False
    publisher: str | None = None
    url: str | None = None
    title: str | None = None
    language: str | None = None
    furniture: tuple[tuple[int, int], ...] = ()
    path: str | None = None


@dataclass(frozen=True, slots=True)
class Sentence:
    """A parsed sentence as parallel tuples, one item a token (CoNLL-U columns; UD v2 labels).

    `heads` holds token indices, -1 for the root. `feats` holds the raw CoNLL-U string, "" for none.
    `starts`/`ends` are offsets into the document. `publication_date` is the document's.
    """

    document_id: str
    index: int
    text: str
    start: int
    end: int
    forms: tuple[str, ...]
    lemmas: tuple[str, ...]
    upos: tuple[str, ...]
    xpos: tuple[str, ...]
    feats: tuple[str, ...]
    heads: tuple[int, ...]
    deprels: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    publication_date: date | None = None

    def __len__(self) -> int:
        return len(self.forms)

    def draw(self) -> str:
        """The dependency tree as indented text, a token a line."""
        children: list[list[int]] = [[] for _ in self.forms]
        roots: list[int] = []
        for i, head in enumerate(self.heads):
            if 0 <= head < len(self.forms) and head != i:
                children[head].append(i)
            else:
                roots.append(i)
        lines: list[str] = []
        seen: set[int] = set()
        stack = [(i, 0) for i in reversed(roots)] or [(0, 0)] * bool(self.forms)
        while stack or len(seen) < len(self.forms):
            if not stack:  # a cycle has no root
                stack.append((next(i for i in range(len(self.forms)) if i not in seen), 0))
            i, depth = stack.pop()
            if i in seen:
                continue
            seen.add(i)
            lines.append(f"{'  ' * depth}{self.forms[i]}  [{self.deprels[i]} {self.upos[i]} {self.lemmas[i]}]")
            stack.extend((c, depth + 1) for c in reversed(children[i]))
        return "\n".join(lines)


class Status(StrEnum):
    """Whether the event is told as a fact."""

    ASSERTED = "asserted"
    INTENDED = "intended"
    HYPOTHETICAL = "hypothetical"
    NEGATED = "negated"


class RejectReason(StrEnum):
    """Why a document or a sentence was not coded."""

    UNREADABLE = "unreadable"
    EMPTY = "empty"
    ENCODING = "encoding"
    BAD_FRONT_MATTER = "bad_front_matter"
    BAD_RECORD = "bad_record"
    BAD_DATE = "bad_date"
    DUPLICATE_ID = "duplicate_id"
    UNSAFE_PATH = "unsafe_path"
    UNSUPPORTED = "unsupported"
    NOT_ENGLISH = "not_english"
    TOO_LONG = "too_long"
    PARSE_FAILED = "parse_failed"
    CODE_FAILED = "code_failed"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class Reject:
    """Something that could not be read, parsed or coded, and why."""

    document_id: str | None
    stage: str
    reason: RejectReason
    detail: str
    path: str | None = None
    line: int | None = None
    sentence_index: int | None = None


@dataclass(frozen=True, slots=True)
class ParsedDocument:
    """A document with its parsed sentences, in the order of the text, and what could not be parsed as it stood."""

    document: Document
    sentences: tuple[Sentence, ...]
    rejects: tuple[Reject, ...] = ()


@dataclass(slots=True, unsafe_hash=True, init=False)
class Mention:
    """A phrase that stands for an actor; its code is looked up later, as of the event's date.

    Args:
        head: index of the token that stands for the phrase in the tree.
        start, end: half-open character offsets in the document.
        kind: country, person, organization, people, agent, place, unknown.
        actors: dictionary entries the name may mean (several people of one surname).
        role: role letters that an agent noun or a metonym adds.
        owners: mentions whose country or organisation the phrase belongs to ("Syrian" of "Syrian army").
        modifier: "former", "late", "acting", "elect", "then" or "".
        entry_id: dictionary entry it rests on.
        rule: how it was resolved, for `explain`.
        sentence_index: the sentence in which the words stand.
        plural: whether it names several ("rebels", "the two leaders").
    """

    head: int
    start: int
    end: int
    text: str
    kind: str
    actors: tuple[Actor, ...] = ()
    role: str = ""
    owners: tuple[Mention, ...] = ()
    modifier: str = ""
    entry_id: str = ""
    rule: str = ""
    sentence_index: int = 0
    plural: bool = False
    form: str = "name"

    def __init__(
        self, head: int, start: int, end: int, text: str, kind: str, actors: tuple[Actor, ...] = (), role: str = "",
        owners: tuple[Mention, ...] = (), modifier: str = "", entry_id: str = "", rule: str = "",
        sentence_index: int = 0, plural: bool = False, form: str = "name",
    ) -> None:  # fmt: skip
        self.head = head
        self.start = start
        self.end = end
        self.text = text
        self.kind = kind
        self.actors = actors
        self.role = role
        self.owners = owners
        self.modifier = modifier
        self.entry_id = entry_id
        self.rule = rule
        self.sentence_index = sentence_index
        self.plural = plural
        self.form = form

    def told(self, rule: str, head: int | None = None) -> Mention:
        """The same mention, found by another rule or standing at another token; several times as fast as `replace`."""
        return Mention(
            self.head if head is None else head, self.start, self.end, self.text, self.kind, self.actors, self.role, self.owners,
            self.modifier, self.entry_id, rule, self.sentence_index, self.plural, self.form,
        )  # fmt: skip

    def as_country(self, country: Actor, here: bool = True) -> Mention:
        """A country under the words of this mention, which is of it.

        Args:
            here: False where the words do not reach to the country itself, which is of no sentence then.
        """
        return Mention(
            self.head, self.start, self.end, self.text, "country", (country,), "", (), self.modifier if here else "", country.entry_id,
            self.rule, self.sentence_index if here else -1, self.plural, self.form,
        )  # fmt: skip

    def owned_by(self, *owners: Mention) -> Mention:
        """The same actor, of others than before."""
        return self.under(self.head, self.start, self.end, self.text, self.rule, self.sentence_index, owners)

    def under(
        self, head: int, start: int, end: int, text: str, rule: str, sentence_index: int, owners: tuple[Mention, ...] | None = None
    ) -> Mention:
        """The same actor under other words."""
        return Mention(
            head, start, end, text, self.kind, self.actors, self.role, self.owners if owners is None else owners,
            self.modifier, self.entry_id, rule, sentence_index, self.plural, self.form,
        )  # fmt: skip


@dataclass(slots=True, unsafe_hash=True, init=False)
class ResolvedActor:
    """A mention with its code as of a date."""

    mention: Mention
    code: str
    name: str | None
    entry_id: str
    rule: str
    letters: str | None = field(default=None, init=False, compare=False, repr=False)  # of its country, once somebody asks

    def __init__(
        self, mention: Mention, code: str, name: str | None, entry_id: str, rule: str,
    ) -> None:  # fmt: skip
        self.letters = None
        self.mention = mention
        self.code = code
        self.name = name
        self.entry_id = entry_id
        self.rule = rule


@dataclass(slots=True, unsafe_hash=True, init=False)
class FrameMatch:
    """A reading of a trigger: the frame (or stance over an inner reading) that fits it best.

    `sources` and `targets` are mentions; `tokens` are the words that made it an event, in text order.
    """

    pattern_id: str
    trigger: int
    tokens: tuple[int, ...]
    code: str | None
    sources: tuple[Mention, ...]
    targets: tuple[Mention, ...]
    reciprocal: bool = False
    paired_code: str | None = None
    status: Status = Status.ASSERTED
    stance: str | None = None
    inner: FrameMatch | None = None
    specificity: int = 0
    frame: Frame | None = None

    def __init__(
        self, pattern_id: str, trigger: int, tokens: tuple[int, ...], code: str | None, sources: tuple[Mention, ...],
        targets: tuple[Mention, ...], reciprocal: bool = False, paired_code: str | None = None,
        status: Status = Status.ASSERTED, stance: str | None = None, inner: FrameMatch | None = None,
        specificity: int = 0, frame: Frame | None = None,
    ) -> None:  # fmt: skip
        self.pattern_id = pattern_id
        self.trigger = trigger
        self.tokens = tokens
        self.code = code
        self.sources = sources
        self.targets = targets
        self.reciprocal = reciprocal
        self.paired_code = paired_code
        self.status = status
        self.stance = stance
        self.inner = inner
        self.specificity = specificity
        self.frame = frame

    def between(self, sources: tuple[Mention, ...], targets: tuple[Mention, ...], reciprocal: bool) -> FrameMatch:
        """The same reading with other sides."""
        return FrameMatch(
            self.pattern_id, self.trigger, self.tokens, self.code, sources, targets, reciprocal, self.paired_code, self.status,
            self.stance, self.inner, self.specificity, self.frame,
        )  # fmt: skip

    def carried_by(self, trigger: int) -> FrameMatch:
        """The reading of a noun as that of the light verb that carries it, which says more than either alone."""
        return FrameMatch(
            self.pattern_id, trigger, tuple(sorted({*self.tokens, self.trigger})), self.code, self.sources, self.targets,
            self.reciprocal, self.paired_code, self.status, self.stance, self.inner, self.specificity + 2, self.frame,
        )  # fmt: skip


@dataclass(slots=True, unsafe_hash=True, init=False)
class EventDate:
    """First and last day of an event.

    precision: day, week, month, quarter, year, unknown. basis: explicit, relative, tense, publication, unknown.
    rule: the phrase or rule it rests on, for `explain`.
    """

    start: date | None
    end: date | None
    precision: str
    basis: str
    rule: str = ""

    def __init__(
        self, start: date | None, end: date | None, precision: str, basis: str, rule: str = "",
    ) -> None:  # fmt: skip
        self.start = start
        self.end = end
        self.precision = precision
        self.basis = basis
        self.rule = rule


@dataclass(slots=True, unsafe_hash=True, init=False)
class Place:
    """Where an event happened (GeoNames); coordinates for towns alone, never the middle of a country."""

    name: str
    country: str | None
    latitude: float | None
    longitude: float | None
    geoname_id: int | None

    def __init__(
        self, name: str, country: str | None, latitude: float | None, longitude: float | None, geoname_id: int | None
    ) -> None:
        self.name = name
        self.country = country
        self.latitude = latitude
        self.longitude = longitude
        self.geoname_id = geoname_id


@dataclass(slots=True, unsafe_hash=True, init=False)
class Event:
    """One coded event of one sentence."""

    sentence: Sentence
    source: ResolvedActor
    target: ResolvedActor | None
    code: str
    pattern_id: str
    trigger_tokens: tuple[int, ...]
    status: Status
    date: EventDate
    reciprocal: bool = False
    attributed_to: str | None = None
    attributed_text: str | None = None
    place: Place | None = None
    place_rule: str = ""
    issues: tuple[str, ...] | None = None
    issue_rule: str = ""
    notes: tuple[str, ...] = field(default=())

    def __init__(
        self, sentence: Sentence, source: ResolvedActor, target: ResolvedActor | None, code: str, pattern_id: str,
        trigger_tokens: tuple[int, ...], status: Status, date: EventDate, reciprocal: bool = False,
        attributed_to: str | None = None, attributed_text: str | None = None, place: Place | None = None,
        place_rule: str = "", issues: tuple[str, ...] | None = None, issue_rule: str = "", notes: tuple[str, ...] = (),
    ) -> None:  # fmt: skip
        self.sentence = sentence
        self.source = source
        self.target = target
        self.code = code
        self.pattern_id = pattern_id
        self.trigger_tokens = trigger_tokens
        self.status = status
        self.date = date
        self.reciprocal = reciprocal
        self.attributed_to = attributed_to
        self.attributed_text = attributed_text
        self.place = place
        self.place_rule = place_rule
        self.issues = issues
        self.issue_rule = issue_rule
        self.notes = notes

    def annotated(self, place: Place | None, place_rule: str, issues: tuple[str, ...] | None, issue_rule: str) -> Event:
        """The same event with where it happened and what it is about; several times as fast as `replace`."""
        return Event(
            self.sentence, self.source, self.target, self.code, self.pattern_id, self.trigger_tokens, self.status, self.date,
            self.reciprocal, self.attributed_to, self.attributed_text, place, place_rule, issues, issue_rule, self.notes,
        )  # fmt: skip
