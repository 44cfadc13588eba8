"""The compiled form of legacy dictionaries on disk: JSON under the hash of their content, safe to delete."""

from __future__ import annotations

import gc
import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any

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

FORMAT = "eventcoder-legacy-2"


def cache_folder() -> Path:
    """$EVENTCODER_CACHE, else the platform's cache folder."""
    given = os.environ.get("EVENTCODER_CACHE")
    if given:
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME") or (os.environ.get("LOCALAPPDATA") if os.name == "nt" else None)
    return (Path(base) if base else Path.home() / ".cache") / "eventcoder"


def _program() -> str:
    """Hash of the reader's own code: another version reads the files anew."""
    digest = hashlib.sha256(FORMAT.encode())
    folder = Path(__file__).parent
    for name in ("text", "model", "actors", "agents", "verbs", "patterns", "others", "section", "load", "cache"):
        digest.update((folder / f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


def _path(key: str) -> Path:
    return cache_folder() / f"legacy-{key[:32]}-{_program()}.json"


def read(key: str) -> LegacyDictionaries | None:
    """The stored form, None where there is none or it is damaged."""
    collecting = gc.isenabled()
    gc.disable()  # thousands of small objects that all stay: collecting in between only costs
    try:
        body = json.loads(_path(key).read_bytes())
        if body.get("format") != FORMAT or body.get("key") != key:
            return None
        return _decode(body)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RuntimeError):
        return None
    finally:
        if collecting:
            gc.enable()


def write(key: str, legacy: LegacyDictionaries) -> None:
    """Store the compiled form; where it cannot be written, nothing is stored."""
    try:
        path = _path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        temporary.write_text(
            json.dumps({"format": FORMAT, "key": key, **_encode(legacy)}, separators=(",", ":")), "utf-8"
        )
        temporary.replace(path)
    except (OSError, RuntimeError):
        return


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
