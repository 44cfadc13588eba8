"""Where a word stands in the dictionaries, and how much they hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeVar

from coder.cache import LazyList
from coder.dictionary.compiled import normalize
from coder.dictionary.load import pattern_ids
from coder.resources import Resources

V = TypeVar("V")


def find_word(resources: Resources, word: str) -> list[str]:
    """Lines "file:line: entry" for every entry that has the word in a name, noun, trigger or condition."""
    key = normalize(word)
    loaded = resources.dictionaries
    found: list[str] = []
    for actor, file in _likely(loaded.actor_models, key):
        texts = [actor.name, *actor.names, *actor.aliases, *actor.adjectives, *actor.inhabitants, *actor.capital]
        texts += [*actor.cities, *actor.regions]
        texts += [str(t) for ts in actor.metonyms.values() for t in (ts if isinstance(ts, list) else [ts])]
        hit = [t for t in texts if _has(t, key)]
        if hit:
            codes = actor.code or ", ".join(dict.fromkeys(r.code for r in actor.roles)) or actor.country or ""
            found.append(f"{file}:{actor.line}: {actor.kind} {actor.name} ({codes}): {', '.join(hit[:5])}")
    for agent, file in _likely(loaded.agent_models, key):
        hit = [n for n in agent.nouns if _has(n, key)]
        if hit:
            found.append(f"{file}:{agent.line}: agent {agent.code or 'not an agent'}: {', '.join(hit[:8])}")
    for entry in _likely(loaded.verb_entries, key):
        model = entry.model
        for frame, pattern_id in zip(model.frames, pattern_ids(entry), strict=True):
            conditions = frame.conditions()
            in_trigger = any(_has(w, key) for w in model.words)
            places = [f for f, c in conditions.items() if any(_has(n, key) for n in [*c.noun, *c.not_])]
            if in_trigger or places:
                what = f"stance {frame.stance}" if frame.stance else frame.code or "not an event"
                where = f" with {', '.join(f'{f} [{word}]' for f in places)}" if places else ""
                found.append(f"{entry.path}:{frame.line}: {model.part_of_speech} {pattern_id.rpartition(':')[2]}: {what}{where}")
    for issue, file in loaded.issue_models:
        items = [*issue.words, *issue.verbs, *issue.names, *issue.not_]
        texts = [t for i in items for t in ([i] if isinstance(i, str) else [*i.word, *i.near, *i.not_near])]
        hit = [t for t in texts if _has(t, key)]
        if hit:
            found.append(f"{file}:{issue.line}: issue {issue.issue}: {', '.join(hit[:8])}")
    for name, words in loaded.lists.items():
        if any(_has(w, key) for w in words):
            found.append(f"word list ${name}")
    if loaded.legacy is not None:
        from coder.legacy.search import find_legacy

        known = {line.partition(": ")[0] for line in found}
        found += [line for line in find_legacy(loaded.legacy, word) if line.partition(": ")[0] not in known]
    return found


def _likely(entries: Sequence[V], key: str) -> Iterator[V]:
    """The entries worth a look: of cached ones those alone whose text has the word."""
    if isinstance(entries, LazyList):
        return (entries[n] for n, line in enumerate(entries.raw) if key in normalize(line))
    return iter(entries)


def _has(text: str, key: str) -> bool:
    text = normalize(text.partition("{")[0].strip())
    return text == key or key in text.replace("-", " ").split()


def statistics(resources: Resources) -> str:
    """Counts of entries, and frames by code, as text."""
    loaded = resources.dictionaries
    kinds = Counter(model.kind for model, _ in loaded.actor_models)
    names = sum(1 + len(m.names) + len(m.aliases) for m, _ in loaded.actor_models)
    nouns = sum(len(m.nouns) for m, _ in loaded.agent_models)
    frames = sum(len(e.model.frames) for e in loaded.verb_entries)
    examples = sum(len(f.examples) for e in loaded.verb_entries for f in e.model.frames)
    triggers = len({(e.model.part_of_speech, w) for e in loaded.verb_entries for w in e.model.words})
    readings = sum(len(v) for v in loaded.frames.values())
    lines = [
        f"actors   {sum(kinds.values())} entries ({', '.join(f'{n} {k}' for k, n in sorted(kinds.items()))}), {names} names",
        f"agents   {nouns} nouns and phrases",
        f"frames   {frames} with {examples} examples; {triggers} triggers, {readings} trigger-frame pairs",
        f"issues   {len(loaded.issues.labels)} with {sum(len(b) for b in loaded.issues.phrases.values())} forms of words and phrases",
        *_legacy(resources),
        "",
        "code   frames  triggers  label",
    ]
    per_code: Counter[str] = Counter()
    per_trigger: dict[str, set[str]] = defaultdict(set)
    for entry in loaded.verb_entries:
        for frame in entry.model.frames:
            key = frame.code or (f"({frame.stance})" if frame.stance else "(none)")
            per_code[key] += 1
            per_trigger[key].update(entry.model.words)
    composed = {c for table in loaded.composition.values() for c in table.values() if c and c != "same"}
    for code in resources.ontology:
        note = "" if per_code[code.code] else "  (by composition)" if code.code in composed else "  -"
        lines.append(f"{code.code:<6} {per_code[code.code]:>6}  {len(per_trigger[code.code]):>8}  {code.label}{note}")
    for key in sorted(k for k in per_code if k.startswith("(")):
        lines.append(f"{key:<12} {per_code[key]:>6}  {len(per_trigger[key]):>8}")
    return "\n".join(lines)


def _legacy(resources: Resources) -> list[str]:
    if resources.dictionaries.legacy is None:
        return []
    from coder.legacy.search import legacy_counts

    return [legacy_counts(resources.dictionaries.legacy)]
