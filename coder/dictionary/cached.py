"""The compiled form of native dictionaries in the cache: indexes at once, entries when they are looked up.

A load from here gives what `load.compile_dictionaries` gave when the file was written; nothing is decoded before a text,
a command or a test asks for it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from coder.cache import LazyDict, LazyList, lines, packed, unlines
from coder.dictionary.compiled import Actor, AgentHit, Condition, Frame, NameHit, Role, TrieNode
from coder.dictionary.counts import EntryCounts
from coder.dictionary.issue_index import IssueIndex, IssuePhrase
from coder.dictionary.issues import IssueModel
from coder.dictionary.schema import ActorModel, AgentModel, VerbModel
from coder.errors import Fault


def encode(loaded: Any) -> dict[str, bytes]:
    """Sections of a cache file.

    Args:
        loaded: `coder.dictionary.load.Dictionaries`, without legacy ones.
    """
    places = {str(path): f"\0{n}" for n, path in enumerate(loaded.files)}  # files may lie elsewhere the next time
    actors = list(_all_actors(loaded).values())
    numbers = {id(actor): n for n, actor in enumerate(actors)}
    tables = _Tables()
    frames = [(f"{pos} {head}", packed([tables.frame(f) for f in found])) for (pos, head), found in loaded.frames.items()]
    return {
        "actor_lines": lines(packed(_actor_row(a)) for a in actors),
        "actors": lines(loaded.actors),
        "actor_numbers": lines(str(numbers[id(a)]) for a in loaded.actors.values()),
        "countries": packed({code: numbers[id(a)] for code, a in loaded.countries.items()}).encode(),
        "names": lines(loaded.names.next),
        "name_lines": lines(packed(_name_rows(n, numbers)) for n in loaded.names.next.values()),
        "agents": lines(loaded.agents.next),
        "agent_lines": lines(packed(_agent_rows(n)) for n in loaded.agents.next.values()),
        "frames": lines(key for key, _ in frames),
        "frame_lines": lines(line for _, line in frames),
        "bases": lines(map(packed, tables.bases)),
        "conditions": lines(map(packed, tables.conditions)),
        "lights": lines(map(packed, tables.lights)),
        "forms": lines(loaded.forms),
        "form_lines": lines(" ".join(lemmas) for lemmas in loaded.forms.values()),
        "actor_models": lines(map(_model_line, loaded.actor_models)),
        "agent_models": lines(map(_model_line, loaded.agent_models)),
        "verb_entries": lines(
            packed([e.path, e.layer, places.get(e.file, e.file), e.frames_before])[:-1]
            + f",{e.model.model_dump_json(by_alias=True, exclude_unset=True)}]"
            for e in loaded.verb_entries
        ),
        "issue_models": lines(map(_model_line, loaded.issue_models)),
        "issue_words": lines(loaded.issues.phrases),
        "issue_phrases": lines(packed([_issue_row(p) for p in found]) for found in loaded.issues.phrases.values()),
        "rest": packed(
            {
                "composition": loaded.composition,
                "issue_labels": loaded.issues.labels,
                "lists": loaded.lists,
                "small": sorted(loaded.small_names()),
                "counts": asdict(loaded.entry_counts()),
                "faults": [[places.get(f.path, f.path), f.line, f.message, f.hint, f.level] for f in loaded.faults],
            }
        ).encode(),
    }


def decode(sections: dict[str, bytes], files: Sequence[Path], make: Any, make_entry: Any) -> Any:
    """Dictionaries of cached sections.

    Args:
        files: the dictionary files as they lie now, in the order of loading.
        make, make_entry: the classes `Dictionaries` and `VerbEntry` of `coder.dictionary.load`.

    Raises:
        ValueError, KeyError, IndexError: the sections are not what `encode` writes.
    """
    rest = json.loads(sections["rest"])
    actors = LazyList(unlines(sections["actor_lines"]), _actor)

    def numbered(line: str) -> Actor:
        return actors[int(line)]

    names = TrieNode(LazyDict(_pairs(sections, "names", "name_lines"), partial(_name_node, actors=actors)))
    agents = TrieNode(LazyDict(_pairs(sections, "agents", "agent_lines"), _agent_node))
    bases = LazyList(unlines(sections["bases"]), json.loads)
    conditions = LazyList(unlines(sections["conditions"]), _condition)
    lights: LazyList[frozenset[str]] = LazyList(unlines(sections["lights"]), lambda line: frozenset(json.loads(line)))
    keys: list[tuple[str, str]] = []
    for name in unlines(sections["frames"]):
        pos, _, head = name.partition(" ")
        keys.append((pos, head))
    frames: LazyDict[tuple[str, str], list[Frame]] = LazyDict(
        zip(keys, unlines(sections["frame_lines"]), strict=True),
        lambda line: [_frame(row, bases, conditions, lights) for row in json.loads(line)],
    )

    def place(name: str) -> str:
        return str(files[int(name[1:])]) if name.startswith("\0") else name

    def entry(line: str) -> Any:
        path, layer, file, before, model = json.loads(line)
        return make_entry(VerbModel.model_validate(model), path, layer, place(file), before)

    return make(
        names=names,
        agents=agents,
        frames=frames,
        forms={form: tuple(text.split(" ")) for form, text in _pairs(sections, "forms", "form_lines")},
        composition=rest["composition"],
        actors=LazyDict(_pairs(sections, "actors", "actor_numbers"), numbered),
        countries={code: numbered(str(n)) for code, n in json.loads(sections["countries"]).items()},
        verb_entries=LazyList(unlines(sections["verb_entries"]), entry),
        actor_models=LazyList(unlines(sections["actor_models"]), partial(_model, ActorModel)),
        agent_models=LazyList(unlines(sections["agent_models"]), partial(_model, AgentModel)),
        issue_models=LazyList(unlines(sections["issue_models"]), partial(_model, IssueModel)),
        issues=IssueIndex(
            LazyDict(_pairs(sections, "issue_words", "issue_phrases"), _issue_phrases),
            {issue: (label, description) for issue, (label, description) in rest["issue_labels"].items()},
        ),
        lists=rest["lists"],
        _small=frozenset(rest["small"]),
        _counts=EntryCounts(**rest["counts"]),
        faults=[Fault(place(path), *others) for path, *others in rest["faults"]],
        files=list(files),
    )


def _pairs(sections: dict[str, bytes], keys: str, values: str) -> Iterator[tuple[str, str]]:
    return zip(unlines(sections[keys]), unlines(sections[values]), strict=True)


# ---- actors and role nouns ---------------------------------------------------------------------------------------


def _all_actors(loaded: Any) -> dict[int, Actor]:
    """Every actor once; two of one name in one file share an entry id."""
    found = {id(a): a for a in loaded.actors.values()}
    for node in loaded.names.next.values():
        for _, n in _paths(node):
            found.update((id(h.actor), h.actor) for h in n.hits)
    found.update((id(a), a) for a in loaded.countries.values())
    return found


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _actor_row(a: Actor) -> list[Any]:
    roles = [[r.code, _iso(r.start), _iso(r.end), r.sure] for r in a.roles]
    return [a.entry_id, a.name, a.kind, a.country, a.code, roles, a.before, a.after, _iso(a.start), _iso(a.end)]


def _actor(line: str) -> Actor:
    entry_id, name, kind, country, code, roles, before, after, start, end = json.loads(line)
    dated = tuple(Role(c, _day(s), _day(e), sure) for c, s, e, sure in roles)
    return Actor(entry_id, name, kind, country, code, dated, before, after, _day(start), _day(end))


def _paths(node: TrieNode, path: tuple[str, ...] = ()) -> Iterator[tuple[str, TrieNode]]:
    yield " ".join(path), node
    for word, child in node.next.items():
        yield from _paths(child, (*path, word))


def _grow(root: TrieNode, path: str) -> TrieNode:
    node = root
    for word in path.split(" ") if path else ():
        node = node.next.setdefault(word, TrieNode())
    return node


def _name_rows(node: TrieNode, numbers: dict[int, int]) -> list[Any]:
    return [
        [path, [[numbers[id(h.actor)], h.form, h.role, [int(c) for c in h.capitals], int(h.acronym), h.words] for h in n.hits]]
        for path, n in _paths(node)
        if n.hits
    ]


def _name_node(line: str, actors: LazyList[Actor]) -> TrieNode:
    root = TrieNode()
    for path, hits in json.loads(line):
        _grow(root, path).hits.extend(
            NameHit(actors[n], form, role, tuple(map(bool, capitals)), bool(acronym), words)
            for n, form, role, capitals, acronym, words in hits
        )
    return root


def _agent_rows(node: TrieNode) -> list[Any]:
    return [
        [path, [[a.code, a.entry_id, a.phrase, a.plural, a.prefix, a.country_free, a.kind] for a in n.agents]]
        for path, n in _paths(node)
        if n.agents
    ]


def _agent_node(line: str) -> TrieNode:
    root = TrieNode()
    for path, agents in json.loads(line):
        _grow(root, path).agents.extend(AgentHit(*row) for row in agents)
    return root


# ---- frames ------------------------------------------------------------------------------------------------------


class _Tables:
    """Frames share nearly everything with those of the other trigger words of their entry: each part is written once."""

    def __init__(self) -> None:
        self.bases: dict[Any, None] = {}
        self.conditions: dict[Any, None] = {}
        self.lights: dict[Any, None] = {}
        self._numbers: dict[tuple[int, Any], int] = {}

    def _number(self, table: dict[Any, None], row: Any) -> int:
        key = (id(table), row)
        if key not in self._numbers:
            self._numbers[key] = len(table)
            table[row] = None
        return self._numbers[key]

    def frame(self, f: Frame) -> list[Any]:
        conditions = tuple(
            self._number(self.conditions, (c.function, tuple(sorted(c.nouns)), tuple(sorted(c.not_nouns)), c.kind, c.roles))
            for c in f.conditions
        )
        light = self._number(self.lights, tuple(sorted(f.light)))
        base = (f.pattern_id, f.part_of_speech, conditions, f.source, f.target, f.code, f.stance, f.inner, f.reciprocal,
                f.paired_code, f.status, light, f.light_only, f.alone, f.layer)  # fmt: skip
        return [self._number(self.bases, base), " ".join(f.trigger), f.specificity]


def _condition(line: str) -> Condition:
    function, nouns, not_nouns, kind, roles = json.loads(line)
    return Condition(function, frozenset(nouns), frozenset(not_nouns), kind, tuple(roles))


def _frame(row: list[Any], bases: LazyList[Any], conditions: LazyList[Condition], lights: LazyList[frozenset[str]]) -> Frame:
    number, trigger, specificity = row
    (pattern_id, pos, wanted, source, target, code, stance, inner, reciprocal, paired, status, light, light_only, alone, layer) = bases[
        number
    ]
    return Frame(
        pattern_id=pattern_id,
        part_of_speech=pos,
        trigger=tuple(trigger.split(" ")) if trigger else (),
        conditions=tuple(conditions[c] for c in wanted),
        source=tuple(source),
        target=tuple(target),
        code=code,
        stance=stance,
        inner=tuple(inner),
        reciprocal=reciprocal,
        paired_code=paired,
        status=status,
        light=lights[light],
        light_only=light_only,
        alone=alone,
        specificity=specificity,
        layer=layer,
    )


# ---- issues ------------------------------------------------------------------------------------------------------


def _issue_row(p: IssuePhrase) -> list[Any]:
    return [list(p.words), p.issue, [int(c) for c in p.capitals], int(p.acronym), sorted(p.near), sorted(p.not_near), p.blocks]


def _issue_phrases(line: str) -> list[IssuePhrase]:
    return [
        IssuePhrase(tuple(words), issue, tuple(map(bool, capitals)), bool(acronym), frozenset(near), frozenset(not_near), blocks)
        for words, issue, capitals, acronym, near, not_near, blocks in json.loads(line)
    ]


# ---- the entries as read, for the commands that show them --------------------------------------------------------


def _model_line(pair: tuple[Any, str]) -> str:
    model, file = pair
    return f"[{packed(file)},{model.model_dump_json(by_alias=True, exclude_unset=True)}]"


def _model(kind: Any, line: str) -> tuple[Any, str]:
    file, model = json.loads(line)
    return kind.model_validate(model), file
