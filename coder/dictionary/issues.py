"""Issues: what events are about. Entries as pydantic models, and how they become an index of their words.

In: entries of `dictionaries/issues/*.yaml`. Out: a `coder.dictionary.issue_index.IssueIndex`. docs/dictionaries.md, section
Issues, explains the format to people.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import Field, field_validator, model_validator

from coder.dictionary.compiled import name_words, normalize
from coder.dictionary.inflect import plural_of, verb_forms
from coder.dictionary.issue_index import IssueIndex, IssuePhrase, cut
from coder.dictionary.schema import Entry, words_in
from coder.errors import Fault

ISSUE_NAME = re.compile(r"[a-z][a-z0-9_]*$")
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|[-‐‑‒–—/]|[^\w\s]")


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
    words = cut(text.replace("'s", " 's").split())
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
