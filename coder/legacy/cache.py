"""The compiled form of legacy dictionaries on disk: JSON under the hash of their content, safe to delete."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

from coder.errors import Fault
from coder.legacy.model import ActorEntry, AgentEntry, DatedCode, Item, LegacyDictionaries, Pattern, Transformation, VerbEntry

FORMAT = "eventcoder-legacy-1"


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
    for name in ("text", "model", "actors", "agents", "verbs", "patterns", "others", "load", "cache"):
        digest.update((folder / f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


def _path(key: str) -> Path:
    return cache_folder() / f"legacy-{key[:32]}-{_program()}.json"


def read(key: str) -> LegacyDictionaries | None:
    """The stored form, None where there is none or it is damaged."""
    try:
        body = json.loads(_path(key).read_text("utf-8"))
        if body.get("format") != FORMAT or body.get("key") != key:
            return None
        return _decode(body)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, RuntimeError):
        return None


def write(key: str, legacy: LegacyDictionaries) -> None:
    """Store the compiled form; where it cannot be written, nothing is stored."""
    try:
        path = _path(key)
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        temporary.write_text(json.dumps({"format": FORMAT, "key": key, **_encode(legacy)}, separators=(",", ":")), "utf-8")
        temporary.replace(path)
    except (OSError, RuntimeError):
        return


def _item(item: Item) -> list[Any]:
    return [item.kind, item.words, item.preps, [_item(i) for i in item.inner], item.joined]


def _items(raw: Any) -> tuple[Item, ...]:
    return tuple(Item(k, tuple(w), tuple(p), _items(i) if i else (), j) for k, w, p, i, j in raw)


def _encode(legacy: LegacyDictionaries) -> dict[str, Any]:
    return {
        "actors": [[a.name, a.entry_id, [[c.code, c.first, c.last] for c in a.codes]] for a in legacy.actors],
        "names": legacy.names,
        "longest": legacy.longest,
        "agents": [[a.name, a.code, a.prefix, a.entry_id] for a in legacy.agents],
        "agent_names": legacy.agent_names,
        "agent_longest": legacy.agent_longest,
        "verbs": [[v.words, v.main, v.code, v.block, v.explicit, v.entry_id] for v in legacy.verb_entries],
        "forms": legacy.forms,
        "lemmas": legacy.lemmas,
        "several": legacy.several,
        "patterns": [
            [
                [[_item(i) for i in p.before], [_item(i) for i in p.after], p.code, p.pattern_id, p.line, p.syntactic,
                 p.joined, p.before_joined]
                for p in block
            ]
            for block in legacy.patterns
        ],
        "synsets": legacy.synsets,
        "synset_words": {k: sorted(v) for k, v in legacy.synset_words.items()},
        "synset_phrases": legacy.synset_phrases,
        "transformations": [asdict(t) for t in legacy.transformations],
        "discards": legacy.discards,
        "issues": legacy.issues,
        "meanings": legacy.meanings,
        "faults": [asdict(f) for f in legacy.faults],
        "kinds": dict(legacy.kinds),
    }  # fmt: skip


def _decode(body: dict[str, Any]) -> LegacyDictionaries:
    tuples = lambda rows: tuple(tuple(r) for r in rows)  # noqa: E731
    plain = {"": (DatedCode(""),)}

    def codes(raw: list[list[Any]]) -> tuple[DatedCode, ...]:
        if len(raw) == 1 and raw[0][1] == 0 and raw[0][2] == 99999999:
            known = plain.get(raw[0][0])
            if known is None:
                known = plain[raw[0][0]] = (DatedCode(*raw[0]),)
            return known
        return tuple(DatedCode(*c) for c in raw)

    return LegacyDictionaries(
        actors=[ActorEntry(name, codes(raw), entry) for name, entry, raw in body["actors"]],
        names=body["names"],
        longest=body["longest"],
        agents=[AgentEntry(*row) for row in body["agents"]],
        agent_names=body["agent_names"],
        agent_longest=body["agent_longest"],
        verb_entries=[VerbEntry(tuple(w), m, c, b, e, i) for w, m, c, b, e, i in body["verbs"]],
        forms=body["forms"],
        lemmas=body["lemmas"],
        several={k: [(tuple(w), m, e) for w, m, e in v] for k, v in body["several"].items()},
        patterns=[
            [Pattern(_items(b), _items(a), c, i, n, s, j, bj) for b, a, c, i, n, s, j, bj in block] for block in body["patterns"]
        ],
        synsets={k: tuples(v) for k, v in body["synsets"].items()},
        synset_words={k: frozenset(v) for k, v in body["synset_words"].items()},
        synset_phrases={k: tuples(v) for k, v in body["synset_phrases"].items()},
        transformations=[Transformation(**t) for t in body["transformations"]],
        discards={k: [(tuple(w), s, wh, i) for w, s, wh, i in v] for k, v in body["discards"].items()},
        issues={k: [(tuple(w), c, m) for w, c, m in v] for k, v in body["issues"].items()},
        meanings=body["meanings"],
        faults=[Fault(**f) for f in body["faults"]],
        kinds=body["kinds"],
    )
