"""The compiled form of legacy dictionaries on disk: JSON under the hash of their content, safe to delete."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from coder import cache
from coder.cache import no_collection, program_hash
from coder.errors import Fault
from coder.legacy.model import (
    ActorEntry,
    AgentEntry,
    LegacyDictionaries,
    Pattern,
    Transformation,
    VerbEntry,
    encode_pattern,
)

KIND = "legacy"


_COMPILERS = ("text", "model", "actors", "agents", "verbs", "patterns", "others", "section", "load", "cache")


def _key(content: str) -> str:
    folder = Path(__file__).parent
    return hashlib.sha256(f"{content} {program_hash(folder / f'{name}.py' for name in _COMPILERS)}".encode()).hexdigest()


def read(content: str) -> LegacyDictionaries | None:
    """The stored form, None where there is none or it is damaged.

    Args:
        content: hash of the dictionary files.
    """
    with no_collection():
        stored = cache.read(KIND, _key(content))
        if stored is None:
            return None
        try:
            return _decode(json.loads(stored["body"]))
        except (ValueError, KeyError, TypeError, IndexError, AttributeError):
            return None


def write(content: str, legacy: LegacyDictionaries) -> None:
    """Store the compiled form; where it cannot be written, nothing is stored."""
    cache.write(KIND, _key(content), {"body": json.dumps(_encode(legacy), separators=(",", ":")).encode()})


def _lines(values: Iterable[str]) -> str:
    return "\n".join(values)


def _counts(table: dict[str, int]) -> list[str]:
    """A table of numbers as two long strings: far faster to read than an object of as many members."""
    return [_lines(table), " ".join(map(str, table.values()))]


def _table(raw: list[str]) -> dict[str, int]:
    return dict(zip(raw[0].split("\n"), map(int, raw[1].split()), strict=True)) if raw[1] else {}


def _actor_line(legacy: LegacyDictionaries, index: int) -> str:
    a = legacy.actor(index)
    return f"{a.name}\t{a.entry_id}\t" + ";".join(f"{c.code}|{c.first}|{c.last}" for c in a.codes)


def _encode(legacy: LegacyDictionaries) -> dict[str, Any]:
    return {
        "actors": _lines(_actor_line(legacy, i) for i in range(len(legacy.actors))),
        "names": _counts(legacy.names),
        "longest": _counts(legacy.longest),
        "agents": [[a.name, a.code, a.prefix, a.entry_id] for a in legacy.agents],
        "agent_names": _counts(legacy.agent_names),
        "agent_longest": _counts(legacy.agent_longest),
        "verbs": [[v.words, v.main, v.code, v.block, v.explicit, v.entry_id] for v in legacy.verb_entries],
        "forms": legacy.forms,
        "lemmas": legacy.lemmas,
        "several": legacy.several,
        "patterns": [
            json.dumps([encode_pattern(p) for p in legacy.block(i)], separators=(",", ":"))
            for i in range(len(legacy.patterns))
        ],
        "used_codes": sorted(legacy.used_codes),
        "syntactic": legacy.syntactic,
        "synsets": legacy.synsets,
        "synset_words": {k: sorted(v) for k, v in legacy.synset_words.items()},
        "synset_phrases": legacy.synset_phrases,
        "transformations": [asdict(t) for t in legacy.transformations],
        "discards": legacy.discards,
        "issues": legacy.issues,
        "meanings": legacy.meanings,
        "faults": [[f.path, f.line, f.message, f.hint, f.level] for f in legacy.faults],
        "kinds": dict(legacy.kinds),
    }


def _rows(raw: Iterable[Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(r) for r in raw)


def _decode(body: dict[str, Any]) -> LegacyDictionaries:
    actors: list[ActorEntry | str] = []
    actors += body["actors"].split("\n") if body["actors"] else []
    patterns: list[list[Pattern] | str] = []
    patterns += body["patterns"]
    return LegacyDictionaries(
        actors=actors,
        names=_table(body["names"]),
        longest=_table(body["longest"]),
        agents=[AgentEntry(*row) for row in body["agents"]],
        agent_names=_table(body["agent_names"]),
        agent_longest=_table(body["agent_longest"]),
        verb_entries=[VerbEntry(tuple(w), m, c, b, e, i) for w, m, c, b, e, i in body["verbs"]],
        forms=body["forms"],
        lemmas=body["lemmas"],
        several={k: [(tuple(w), m, e) for w, m, e in v] for k, v in body["several"].items()},
        patterns=patterns,
        used_codes=frozenset(body["used_codes"]),
        syntactic=body["syntactic"],
        synsets={k: _rows(v) for k, v in body["synsets"].items()},
        synset_words={k: frozenset(v) for k, v in body["synset_words"].items()},
        synset_phrases={k: _rows(v) for k, v in body["synset_phrases"].items()},
        transformations=[Transformation(**t) for t in body["transformations"]],
        discards={k: [(tuple(w), s, wh, i) for w, s, wh, i in v] for k, v in body["discards"].items()},
        issues={k: [(tuple(w), c, m) for w, c, m in v] for k, v in body["issues"].items()},
        meanings=body["meanings"],
        faults=[Fault(*f) for f in body["faults"]],
        kinds=body["kinds"],
    )
