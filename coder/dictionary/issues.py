"""Issues: what events are about. Entries as pydantic models, and the index of their words.

In: entries of `dictionaries/issues/*.yaml`. Out: an IssueIndex, looked up by the first word of a phrase, so that the cost
does not grow with the number of issues. docs/dictionaries.md, section Issues, explains the format to people.

    >>> index.find(["Rebels", "signed", "a", "ceasefire"])
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field, field_validator, model_validator

from coder.dictionary.compiled import HYPHENS, name_words, normalize
from coder.dictionary.inflect import plural_of, verb_forms
from coder.dictionary.schema import Entry, words_in
from coder.errors import Fault

NEAR = 6  # words to either side within which `near` and `not_near` are looked for
ISSUE_NAME = re.compile(r"[a-z][a-z0-9_]*$")
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[-‐‑‒–—/]|[^\w\s]")
_SPLIT = re.compile(r"[-‐‑‒–—/]+")


class IssueWordModel(Entry):
    """Words of an issue under a condition on what stands near them."""

    word: list[str]
    near: list[str] = Field(default_factory=list)
    not_near: list[str] = Field(default_factory=list)

    @field_validator("word", "near", "not_near", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> list[str]:
        return words_in(value)

    @model_validator(mode="after")
    def _condition(self) -> IssueWordModel:
        if not (self.near or self.not_near):
            raise ValueError("give `near` or `not_near`, or write the word alone")
        return self


class IssueModel(Entry):
    """An issue and the words that tell it.

    words: nouns and phrases in the singular, the plural implied (irregular ones in braces); verbs: verbs and phrases that
    begin with one, every form implied; names: as written, capitals included; not: phrases within which no word counts.
    """

    issue: str
    label: str | None = None
    description: str | None = None
    words: list[str | IssueWordModel] = Field(default_factory=list)
    verbs: list[str | IssueWordModel] = Field(default_factory=list)
    names: list[str] = Field(default_factory=list)
    not_: list[str] = Field(default_factory=list, alias="not")
    not_near: list[str] = Field(default_factory=list)
    examples: list[str] = Field(default_factory=list)
    not_examples: list[str] = Field(default_factory=list)
    remove: bool = False
    replace: bool = False
    comment: str | None = None

    @field_validator("issue")
    @classmethod
    def _name(cls, value: str) -> str:
        if not ISSUE_NAME.match(value):
            raise ValueError(f'"{value}" is not a name of an issue (small letters, digits and _, beginning with a letter)')
        return value

    @field_validator("names", "not_", "not_near", "examples", "not_examples", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> list[str]:
        return words_in(value)

    @field_validator("words", "verbs", mode="before")
    @classmethod
    def _items(cls, value: Any) -> list[Any]:
        items = value if isinstance(value, list) else [] if value is None else [value]
        return [item if isinstance(item, dict) else words_in(item)[0] for item in items]

    @model_validator(mode="after")
    def _something(self) -> IssueModel:
        if not self.remove and not (self.words or self.verbs or self.names or self.not_):
            raise ValueError(f'issue "{self.issue}" has no words')
        return self


@dataclass(frozen=True, slots=True)
class IssuePhrase:
    """A phrase in one of its forms.

    Args:
        words: keys of its words; issue: "" where it only keeps shorter phrases from counting.
        capitals: whether each word must begin with a capital; acronym: whether all its letters must be capitals.
        near, not_near: keys of which one must, none may stand within `NEAR` words.
    """

    words: tuple[str, ...]
    issue: str
    capitals: tuple[bool, ...] = ()
    acronym: bool = False
    near: frozenset[str] = frozenset()
    not_near: frozenset[str] = frozenset()
    blocks: str = ""


@dataclass(frozen=True, slots=True)
class IssueHit:
    """An issue found: first and last token of the words that tell it."""

    issue: str
    first: int
    last: int


@dataclass(slots=True)
class IssueIndex:
    """Phrases by their first word, and the label and description of each issue."""

    phrases: dict[str, list[IssuePhrase]] = field(default_factory=dict)
    labels: dict[str, tuple[str, str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.phrases)

    def find(self, forms: Sequence[str], lemmas: Sequence[str] = ()) -> list[IssueHit]:
        """Issues told by the words of a sentence, in text order.

        A phrase inside a longer one of any issue does not count ("nuclear power" in "nuclear power plant").

        Args:
            forms: its tokens.
            lemmas: of the tokens; only conditions on what stands near use them.
        """
        words, keys, places = _words(forms)
        found: list[tuple[int, int, IssuePhrase]] = []
        for i, key in enumerate(keys):
            if key not in self.phrases:
                continue
            for phrase in self.phrases[key]:
                end = i + len(phrase.words)
                if tuple(keys[i:end]) == phrase.words and self._fits(phrase, words, keys, i, end, lemmas, places):
                    found.append((i, end, phrase))
        if not found:
            return []
        kept = [
            (i, end, phrase) for i, end, phrase in found
            if phrase.issue and not any(
                a <= i and end <= b and b - a > end - i and (not other.blocks or other.blocks == phrase.issue) for a, b, other in found
            ) and not any(a <= i and end <= b and other.blocks == phrase.issue for a, b, other in found)
        ]  # fmt: skip
        return list(dict.fromkeys(IssueHit(p.issue, places[i], places[end - 1]) for i, end, p in kept))

    @staticmethod
    def _fits(
        phrase: IssuePhrase, words: Sequence[str], keys: Sequence[str], start: int, end: int, lemmas: Sequence[str], places: Sequence[int]
    ) -> bool:
        span = words[start:end]
        if phrase.acronym and not all(w.replace(".", "").isupper() or not w.isalpha() for w in span):
            return False
        if phrase.capitals and any(c and w[:1].isalpha() and not w[:1].isupper() for c, w in zip(phrase.capitals, span, strict=True)):
            return False
        if not (phrase.near or phrase.not_near):
            return True
        around = {keys[k] for k in range(max(0, start - NEAR), min(len(keys), end + NEAR)) if not start <= k < end}
        if lemmas:
            around |= {normalize(lemmas[places[k]]) for k in range(max(0, start - NEAR), min(len(keys), end + NEAR)) if not start <= k < end}
        return (not phrase.near or bool(around & phrase.near)) and not around & phrase.not_near


def _words(forms: Sequence[str]) -> tuple[list[str], list[str], list[int]]:
    """Words of the tokens, cut at hyphens, their keys, and the token each stands in."""
    words: list[str] = []
    keys: list[str] = []
    places: list[int] = []
    for place, form in enumerate(forms):
        if form.isalnum() and form.isascii():
            words.append(form)
            keys.append(form.lower())
            places.append(place)
        elif form not in HYPHENS:
            for part in _SPLIT.split(form) if not form.isalnum() else (form,):
                key = normalize(part) if part else ""
                if key:
                    words.append(part)
                    keys.append(key)
                    places.append(place)
    return words, keys, places


def tokens_of(text: str) -> list[str]:
    """A text cut into words and signs, for examples, which are tried without a parse; "'s" stands alone, as parses have it."""
    found: list[str] = []
    for token in _TOKEN.findall(text):
        stem = re.match(r"(.+)(['’]s)$", token)
        found += [stem[1], stem[2]] if stem else [token]
    return found


class IssueCollector:
    """Entries of all files and layers to one index; an entry of a later layer adds to the issue it names."""

    def __init__(self) -> None:
        self.entries: dict[str, list[tuple[IssueModel, str, int]]] = {}

    def add(self, model: IssueModel, name: str, file: str, layer: int, faults: list[Fault]) -> None:
        """Take in an entry.

        Args:
            name: of its file in messages; file: its path; layer: 0 for the base.
        """
        known = self.entries.get(model.issue, [])
        if model.remove or model.replace:
            known = [k for k in known if k[2] == layer and layer > 0]
            if model.remove:
                self.entries.pop(model.issue, None)
                return
        if not known:
            for key in ("label", "description", "examples"):
                if not getattr(model, key):
                    faults.append(Fault(file, model.line, f'issue "{model.issue}" is new and has no `{key}`', f"add `{key}:`"))
        elif known[-1][2] == layer:
            first, other, _ = known[0]
            faults.append(Fault(file, model.line, f'issue "{model.issue}" stands also in {other}:{first.line}', "merge the two entries", "warning"))
        self.entries[model.issue] = [*known, (model, name, layer)]

    @property
    def models(self) -> list[tuple[IssueModel, str]]:
        return [(model, name) for entries in self.entries.values() for model, name, _ in entries]

    def index(self, irregular: dict[str, list[str]]) -> IssueIndex:
        """The index of all entries.

        Args:
            irregular: verb → its past and participle, where they are irregular.
        """
        index = IssueIndex()
        for issue, entries in self.entries.items():
            label = next((m.label for m, _, _ in reversed(entries) if m.label), issue)
            description = next((m.description for m, _, _ in reversed(entries) if m.description), "")
            index.labels[issue] = (label, description)
            for model, _, _ in entries:
                for phrase in phrases_of(model, irregular):
                    bucket = index.phrases.setdefault(phrase.words[0], [])
                    if phrase not in bucket:
                        bucket.append(phrase)
        return index


def phrases_of(model: IssueModel, irregular: dict[str, list[str]]) -> Iterator[IssuePhrase]:
    """Every form of every phrase of an entry."""
    forbidden = _expanded(model.not_near, irregular)
    for items, verbal in ((model.words, False), (model.verbs, True)):
        for item in items:
            texts = [item] if isinstance(item, str) else item.word
            near = _expanded(item.near, irregular) if isinstance(item, IssueWordModel) else frozenset()
            not_near = forbidden | (_expanded(item.not_near, irregular) if isinstance(item, IssueWordModel) else frozenset())
            for text in texts:
                for form in _verb_phrases(text, irregular) if verbal else _noun_phrases(text):
                    yield from _phrase(form, model.issue, near, not_near)
    for text in model.names:
        yield from _phrase(text, model.issue, frozenset(), forbidden, name=True)
    for text in model.not_:
        for form in {*_noun_phrases(text), *_verb_phrases(text, irregular)}:
            yield from _phrase(form, "", frozenset(), frozenset(), blocks=model.issue)


def _phrase(
    text: str, issue: str, near: frozenset[str], not_near: frozenset[str], *, name: bool = False, blocks: str = ""
) -> Iterator[IssuePhrase]:
    words = _words(text.replace("'s", " 's").split())[0]
    if not words:
        return
    capitals = tuple(w[:1].isupper() for w in words) if name or any(w[:1].isupper() for w in words) else ()
    acronym = name and len(words) == 1 and words[0].isupper() and len(words[0]) <= 8
    yield IssuePhrase(tuple(normalize(w) for w in words), issue, capitals, acronym, near, not_near, blocks)


def _noun_phrases(text: str) -> list[str]:
    bare, brace, rest = text.partition("{")
    bare = bare.strip()
    if brace:
        return [bare, *(w.strip() for w in rest.rstrip("} ").split(",") if w.strip())]
    return [bare, plural_of(bare)] if not bare.endswith("s") else [bare]


def _verb_phrases(text: str, irregular: dict[str, list[str]]) -> list[str]:
    verb, blank, rest = text.strip().partition(" ")
    return [f"{form}{blank}{rest}" for form in dict.fromkeys(verb_forms(verb, irregular.get(verb)))]


def _expanded(words: Iterable[str], irregular: dict[str, list[str]]) -> frozenset[str]:
    """Keys of all forms of words that stand near."""
    found: set[str] = set()
    for word in words:
        for part in (*_noun_phrases(word), *_verb_phrases(word, irregular)):
            found.update(normalize(w) for w in name_words(part)[:1])
    return frozenset(found)
