"""Legacy dictionaries as loaded: plain records that a JSON cache can hold, frozen once loaded."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coder.dictionary.issue_index import IssueIndex
from coder.errors import Fault
from coder.legacy.text import stems


@dataclass(frozen=True, slots=True)
class DatedCode:
    """An actor code and when it holds; days as YYYYMMDD numbers, 0 and 99999999 for open ends.

    Args:
        code: as written, "" for the null code.
        first, last: both included.
    """

    code: str
    first: int = 0
    last: int = 99999999

    @property
    def default(self) -> bool:
        return self.first == 0 and self.last == 99999999


@dataclass(frozen=True, slots=True)
class ActorEntry:
    """An actor: its name, its codes in the order of the file, and where it stands."""

    name: str
    codes: tuple[DatedCode, ...]
    entry_id: str


@dataclass(frozen=True, slots=True)
class AgentEntry:
    """An agent: letters put after (or before) an actor's code."""

    name: str
    code: str
    prefix: bool
    entry_id: str


@dataclass(frozen=True, slots=True)
class Item:
    """One element of a verb pattern.

    Args:
        kind: word, phrase, prep, source, target, skip, compound.
        words: of a word or phrase, head last; a synset keeps its "&".
        preps: alternatives of a prepositional phrase.
        inner: what stands inside a prepositional phrase.
        joined: (sequences) must stand right next to the element before it.
    """

    kind: str
    words: tuple[str, ...] = ()
    preps: tuple[str, ...] = ()
    inner: tuple[Item, ...] = ()
    joined: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """A verb pattern: what stands before and after the verb, and its code.

    `before` runs in the order of the text. `joined` says that the first element after the verb touches it;
    `before_joined`, that the last one before it does.
    """

    before: tuple[Item, ...]
    after: tuple[Item, ...]
    code: str
    pattern_id: str
    line: int
    syntactic: bool
    joined: bool = False
    before_joined: bool = False


def needed_words(pattern: Pattern) -> tuple[str, ...]:
    """The words that a sentence must have for a pattern, in its order: plain ones, sets ("&SET") and alternatives ("A/B")."""
    return tuple(
        word for item in (*pattern.before, *pattern.after) for part in (item.words, *(inner.words for inner in item.inner)) for word in part
    )


class Block:
    """The patterns of a verb block under the words they need: the cost does not grow with the patterns.

    Args:
        patterns: in the order in which they are tried.
    """

    __slots__ = ("_always", "_by_word", "_others", "_plain", "patterns")

    def __init__(self, patterns: list[Pattern]) -> None:
        self.patterns = patterns
        self._plain: list[frozenset[str]] = []
        self._others: list[tuple[str, ...]] = []
        self._always: list[int] = []
        self._by_word: dict[str, list[int]] = {}
        for n, pattern in enumerate(patterns):
            words = needed_words(pattern)
            plain = frozenset([w for w in words if w[0] != "&" and "/" not in w])
            self._plain.append(plain)
            self._others.append(tuple([w for w in dict.fromkeys(words) if w not in plain]))
            if plain:
                self._by_word.setdefault(max(sorted(plain), key=len), []).append(n)
            else:
                self._always.append(n)

    def fitting(self, words: set[str]) -> list[tuple[Pattern, tuple[str, ...]]]:
        """The patterns whose plain words all stand in a sentence, in their order, each with its sets and alternatives."""
        chosen = self._always
        found = [n for word in self._by_word.keys() & words for n in self._by_word[word] if self._plain[n] <= words]
        if found:
            chosen = sorted(chosen + found)
        return [(self.patterns[n], self._others[n]) for n in chosen]

    def all(self) -> list[tuple[Pattern, tuple[str, ...]]]:
        """All patterns, each with all words it needs."""
        return [(p, needed_words(p)) for p in self.patterns]


@dataclass(frozen=True, slots=True)
class VerbEntry:
    """A verb of a block: its code and the block whose patterns it shares.

    Args:
        words: one word, or several of which `main` is the inflected one.
        explicit: its forms are listed, none is to be made up.
    """

    words: tuple[str, ...]
    main: int
    code: str
    block: int
    explicit: bool
    entry_id: str


@dataclass(frozen=True, slots=True)
class Transformation:
    """`~ a (b . ATTACK) SAY = a b 112`: an outer event over an inner one becomes a third.

    `.` and `_` stand as they are written; inner_verb "Q" stands for any.
    """

    outer_source: str
    inner_source: str
    inner_target: str
    inner_verb: str
    outer_verb: str
    source: str
    target: str
    code: str
    entry_id: str


def encode_item(item: Item) -> list[Any]:
    """An element as JSON holds it."""
    return [item.kind, item.words, item.preps, [encode_item(i) for i in item.inner], item.joined]


def _items(raw: Any) -> tuple[Item, ...]:
    return tuple(Item(k, tuple(w), tuple(p), _items(i) if i else (), j) for k, w, p, i, j in raw)


def encode_pattern(p: Pattern) -> list[Any]:
    """A pattern as JSON holds it."""
    before, after = [encode_item(i) for i in p.before], [encode_item(i) for i in p.after]
    return [before, after, p.code, p.pattern_id, p.line, p.syntactic, p.joined, p.before_joined]


def decode_pattern(raw: Any) -> Pattern:
    """A pattern from JSON."""
    before, after, *rest = raw
    return Pattern(_items(before), _items(after), *rest)


_SIGNS = {"source": "$", "target": "+", "skip": "^", "compound": "%"}


def item_text(item: Item) -> str:
    """An element as the dictionaries write it."""
    if item.kind == "prep":
        return f"({' '.join(['/'.join(item.preps), *map(item_text, item.inner)])})"
    if item.kind in _SIGNS:
        return _SIGNS[item.kind]
    return f"{{{' '.join(item.words)}}}" if item.kind == "phrase" else " ".join(item.words)


def pattern_text(pattern: Pattern) -> str:
    """A pattern as the dictionaries write it: `- * {FOOD AID} (TO +) [073]`."""
    text = "-"
    for item in pattern.before:
        text += ("_" if item.joined else " ") + item_text(item)
    text += ("_" if pattern.before_joined else " ") + "*"
    for item in pattern.after:
        text += ("_" if item.joined else " ") + item_text(item)
    return f"{text} [{pattern.code}]"


def transformation_text(rule: Transformation) -> str:
    """A transformation as the dictionaries write it."""
    inner = f"({rule.inner_source} {rule.inner_target} {rule.inner_verb})"
    return f"~ {rule.outer_source} {inner} {rule.outer_verb} = {rule.source} {rule.target} {rule.code}"


@dataclass(slots=True)
class LegacyDictionaries:
    """Everything the legacy files say, indexed for matching.

    Args:
        actors: entries; from the cache, lines that `actor` reads when they are asked for.
        names: words of a name joined by blanks -> twice the index of its entry, plus one where it is open to endings.
        longest: first word of names -> how many words the longest has.
        verbs: word -> indices into `verb_entries` (single words: every form; several: the word they are found by).
        patterns: of each block; from the cache, JSON that `block` reads when it is asked for.
        syntactic: whether the patterns are PETRARCH2's.
        synsets: label without "&" -> members, each a tuple of words; a member "&X" is another set.
        native_issues: words that native dictionaries beside them have for issues; used where they have none themselves.
        own_codes: True where the files use a code list of their own rather than CAMEO's.
    """

    actors: list[ActorEntry | str] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    longest: dict[str, int] = field(default_factory=dict)
    agents: list[AgentEntry] = field(default_factory=list)
    agent_names: dict[str, int] = field(default_factory=dict)
    agent_longest: dict[str, int] = field(default_factory=dict)
    verb_entries: list[VerbEntry] = field(default_factory=list)
    forms: dict[str, list[int]] = field(default_factory=dict)
    lemmas: dict[str, list[int]] = field(default_factory=dict)
    several: dict[str, list[tuple[tuple[str, ...], int, int]]] = field(default_factory=dict)
    patterns: list[list[Pattern] | str] = field(default_factory=list)
    used_codes: frozenset[str] = frozenset()
    syntactic: bool = False
    synsets: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    synset_words: dict[str, frozenset[str]] = field(default_factory=dict)
    synset_phrases: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    transformations: list[Transformation] = field(default_factory=list)
    discards: dict[str, list[tuple[tuple[str, ...], bool, bool, str]]] = field(default_factory=dict)
    issues: dict[str, list[tuple[tuple[str, ...], str, str]]] = field(default_factory=dict)
    meanings: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    files: tuple[Path, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    sha256: str = ""
    own_codes: bool = False
    known_codes: frozenset[str] = frozenset()
    native_issues: IssueIndex = field(default_factory=IssueIndex)
    _opening: dict[str, bool] = field(default_factory=dict, init=False, repr=False, compare=False)
    _blocks: dict[int, Block] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def has_verbs(self) -> bool:
        return bool(self.verb_entries)

    def actor(self, index: int) -> ActorEntry:
        """An actor entry."""
        entry = self.actors[index]
        if isinstance(entry, str):
            name, place, raw = entry.rsplit("\t", 2)
            codes = tuple(
                DatedCode(c, int(first), int(last)) for c, first, last in (r.split("|") for r in raw.split(";"))
            )
            entry = self.actors[index] = ActorEntry(name, codes, place)
        return entry

    def block(self, index: int) -> list[Pattern]:
        """The patterns of a verb block."""
        patterns = self.patterns[index]
        if isinstance(patterns, str):
            patterns = self.patterns[index] = [decode_pattern(raw) for raw in json.loads(patterns)]
        return patterns

    def opens(self, word: str) -> bool:
        """Whether a word without one of its endings is a name: asked of every word that begins no name."""
        known = self._opening.get(word)
        if known is None:
            if len(self._opening) >= 1 << 16:
                self._opening.clear()
            known = self._opening[word] = any(stem in self.names for stem in stems(word))
        return known

    def indexed(self, index: int) -> Block:
        """The patterns of a verb block under the words they need."""
        known = self._blocks.get(index)
        if known is None:
            known = self._blocks[index] = Block(self.block(index))
        return known

    def use_ontology(self, known: frozenset[str]) -> None:
        """Tell the files' own code list from CAMEO: with a tenth of the codes unknown they are kept as written.

        Args:
            known: the codes of the ontology in use.
        """
        self.known_codes = known
        used = self.used_codes
        self.own_codes = bool(used) and sum(c not in known for c in used) * 10 > len(used)

    def fallback(self, code: str) -> str | None:
        """The longest known prefix of a code, the code itself where the files have their own list; None for none."""
        if self.own_codes or not self.known_codes:
            return code
        return next((code[:n] for n in range(len(code), 1, -1) if code[:n] in self.known_codes), None)
