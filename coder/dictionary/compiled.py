"""What dictionaries become on loading: frozen entries and indexes that matching only looks up in."""

from __future__ import annotations

import re
import sys
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Final

HYPHENS: Final = frozenset("-‐‑‒–—/")
COMPOSED: Final = 4  # what a stance with an inner event adds to how specific a reading is
_SPECIFICITIES: Final = 1 << 32
_STOPS: Final = re.compile(r"[.'’`]")
_PARTS: Final = re.compile(r"[\s\-‐‑‒–—/,]+")


def normalize(word: str) -> str:
    """The key a word is looked up by: lower case, no accents, no full stops or apostrophes."""
    if word.isascii():
        return _STOPS.sub("", word).lower() if "." in word or "'" in word else word.lower()
    word = word.lower()
    plain = unicodedata.normalize("NFKD", word.replace("ı", "i").replace("ø", "o").replace("ł", "l").replace("đ", "d"))
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return _STOPS.sub("", plain).lower()


def name_words(name: str) -> list[str]:
    """A dictionary name cut into words at blanks, hyphens and commas, case kept."""
    if name.isalnum() and name.isascii():
        return [name]
    return [w for w in _PARTS.split(name.strip()) if w and normalize(w)]


@dataclass(frozen=True, slots=True)
class Role:
    """A role in a span of time; `rule` tells it in words."""

    code: str
    start: date | None
    end: date | None
    sure: bool = True
    rule: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rule", f"role {self.code} from {self.start or '…'} to {self.end or '…'}")


@dataclass(frozen=True, slots=True)
class Actor:
    """A compiled actor entry; `code_on` gives its code as of a date."""

    entry_id: str
    name: str
    kind: str
    country: str | None
    code: str | None
    roles: tuple[Role, ...]
    before: str | None
    after: str | None
    start: date | None = None
    end: date | None = None

    def code_on(self, day: date | None) -> tuple[str, str]:
        """The code as of a day, and the rule that gave it.

        Args:
            day: None where no date is known: the latest role counts.
        """
        if not self.roles:
            return self.code or self._elite(), "undated code"
        if day is None:
            role = self.roles[-1]
            if role.end is None:
                return role.code, "latest role (no date known)"
            return self.code or self.after or self._elite() or role.code, "after the last role (no date known)"
        for role in reversed(self.roles):
            if (role.start is None or role.start <= day) and (role.end is None or day <= role.end):
                return role.code, role.rule
        if self.code:
            return self.code, f"outside the dated roles on {day}"
        first, last = self.roles[0], self.roles[-1]
        if first.start is not None and day < first.start:
            return self.before or self._elite() or first.code, f"before the first role ({first.start})"
        if last.end is not None and day > last.end:
            return self.after or self._elite() or last.code, f"after the last role ({last.end})"
        return self._elite() or last.code, f"between roles on {day}"

    def in_office(self, day: date | None) -> bool:
        """Whether a dated role holds on the day."""
        return day is not None and any(
            (r.start is None or r.start <= day) and (r.end is None or day <= r.end) for r in self.roles
        )

    def distance(self, day: date | None) -> int:
        """Days between the day and the nearest role, 0 inside one; large where there are no roles."""
        spans = [(r.start, r.end) for r in self.roles] or [(self.start, self.end)]
        if day is None:
            return 1 if self.roles or self.end else 0
        best = 10**6
        for start, end in spans:
            if start is not None and day < start:
                best = min(best, (start - day).days)
            elif end is not None and day > end:
                best = min(best, (day - end).days)
            else:
                return 0
        return best

    def remoteness(self, day: date | None) -> int:
        """A number by which actors of one name are ordered: the nearer the day is to a role the less, the dead after the living."""
        gone = self.end is not None and day is not None and self.end < day
        return 2 * self.distance(day) + gone

    def _elite(self) -> str:
        if self.kind != "person":
            return self.country or ""
        return f"{self.country}ELI" if self.country else ""


@dataclass(frozen=True, slots=True)
class NameHit:
    """One way in which a name leads to an actor: the entry, the kind of name and the role it adds."""

    actor: Actor
    form: str  # name, adjective, inhabitant, capital, city, region, metonym
    role: str
    capitals: tuple[bool, ...]
    acronym: bool
    words: int


@dataclass(frozen=True, slots=True)
class AgentHit:
    """A role noun: its code (None = blocks the phrase), kind and whether it is plural here."""

    code: str | None
    entry_id: str
    phrase: str
    plural: bool
    prefix: bool
    country_free: bool
    kind: str | None


@dataclass(frozen=True, slots=True)
class Condition:
    """What must fill a grammatical function.

    `phrases` tells whether a noun is of several words, `not_phrases` the same of the nouns that are not meant.
    """

    function: str
    nouns: frozenset[str]
    not_nouns: frozenset[str]
    kind: str | None
    roles: tuple[str, ...]
    phrases: bool = field(init=False, repr=False, compare=False)
    not_phrases: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "function", sys.intern(self.function))
        object.__setattr__(self, "phrases", any(" " in noun for noun in self.nouns))
        object.__setattr__(self, "not_phrases", any(" " in noun for noun in self.not_nouns))


@dataclass(frozen=True, slots=True)
class Frame:
    """A compiled frame; see `coder.dictionary.schema.FrameModel` for the meaning of the fields.

    `best_rank` is the rank of the best reading that the frame can give. `apart` says that whether it is tried makes no
    difference to other triggers: it never reads another one.
    """

    pattern_id: str
    part_of_speech: str
    trigger: tuple[str, ...]
    conditions: tuple[Condition, ...]
    source: tuple[str, ...]
    target: tuple[str, ...]
    code: str | None
    stance: str | None
    inner: tuple[str, ...]
    reciprocal: bool
    paired_code: str | None
    status: str | None
    light: frozenset[str]
    light_only: bool
    alone: bool
    specificity: int
    layer: int = 0
    best_rank: int = field(init=False, repr=False, compare=False)
    apart: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        phrases = len([c for c in self.conditions if c.phrases])
        most = self.specificity + phrases + (COMPOSED if self.stance is not None else 0)
        object.__setattr__(self, "best_rank", rank(self.layer, True, most))
        reads = self.stance is not None or any(c.kind == "event" for c in self.conditions)
        object.__setattr__(self, "apart", not reads and not (self.code or "").startswith("14"))
        object.__setattr__(self, "part_of_speech", sys.intern(self.part_of_speech))
        object.__setattr__(self, "source", tuple(map(sys.intern, self.source)))
        object.__setattr__(self, "target", tuple(map(sys.intern, self.target)))


def rank(layer: int, complete: bool, specificity: int) -> int:
    """Which of two readings of a trigger is better, as one number: by layer, then by both sides being told, then by specificity."""
    return (2 * layer + complete) * _SPECIFICITIES + specificity


@dataclass(slots=True)
class TrieNode:
    """A node of the phrase tries: words lead on, hits end here."""

    next: dict[str, TrieNode] = field(default_factory=dict)  # of a root, entries may be made when asked for by []: no `get` there
    hits: list[NameHit] = field(default_factory=list)
    agents: list[AgentHit] = field(default_factory=list)
