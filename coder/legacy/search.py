"""Where a word stands in legacy dictionaries, and how much they hold."""

from __future__ import annotations

from coder.legacy.model import LegacyDictionaries, pattern_text
from coder.legacy.text import words_of


def find_legacy(legacy: LegacyDictionaries, word: str) -> list[str]:
    """Lines "file:line: what" for every entry and pattern that has the word.

    Args:
        word: one word or a whole name, in any case.
    """
    key = " ".join(words_of(word))
    names: dict[int, list[str]] = {}
    for name, number in legacy.names.items():
        if _has(name, key):
            names.setdefault(number >> 1, []).append(name)
    found = []
    for index, hit in names.items():
        actor = legacy.actor(index)
        codes = ", ".join(dict.fromkeys(c.code or "null" for c in actor.codes))
        found.append(f"{actor.entry_id}: actor {actor.name} ({codes}): {', '.join(hit[:5])}")
    for name, index in legacy.agent_names.items():
        if _has(name, key):
            agent = legacy.agents[index]
            letters = f"{agent.code}~" if agent.prefix else f"~{agent.code}"
            found.append(f"{agent.entry_id}: agent {letters}: {name}")
    entries = {i for form in (key, *key.split()[:1]) for i in (*legacy.forms.get(form, ()), *legacy.lemmas.get(form, ()))}
    for index in sorted(entries):
        verb = legacy.verb_entries[index]
        found.append(f"{verb.entry_id}: verb {' '.join(verb.words)}: {verb.code}")
    for block in range(len(legacy.patterns)):
        for pattern in legacy.block(block):
            text = pattern_text(pattern)
            if key in text and _has(" ".join(words_of(text.translate(_SIGNS))), key):
                found.append(f"{pattern.pattern_id.partition(':')[0]}:{pattern.line}: pattern {text}")
    return found


_SIGNS = str.maketrans(dict.fromkeys("(){}[]&*$+^%/", " "))


def _has(name: str, key: str) -> bool:
    return bool(key) and (name == key or f" {key} " in f" {name} ")


def legacy_counts(legacy: LegacyDictionaries) -> str:
    """How many entries of each kind there are, as text."""
    patterns = sum(len(legacy.block(i)) for i in range(len(legacy.patterns)))
    return (
        f"legacy   {len(legacy.actors)} actors with {len(legacy.names)} names, {len(legacy.agents)} agents, "
        f"{len(legacy.verb_entries)} verbs in {len(legacy.patterns)} blocks, {patterns} patterns, "
        f"{len(legacy.synsets)} synonym sets, {len(legacy.transformations)} transformations, "
        f"{sum(map(len, legacy.discards.values()))} discards"
    )
