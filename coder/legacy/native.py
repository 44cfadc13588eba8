"""Native and legacy dictionaries side by side: native actors and agents for legacy verbs."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import Literal

from coder.dictionary.load import Dictionaries
from coder.dictionary.schema import ActorModel, AgentModel
from coder.legacy.model import ActorEntry, AgentEntry, DatedCode, LegacyDictionaries
from coder.legacy.text import plural, words_of


def add_native(legacy: LegacyDictionaries, dictionaries: Dictionaries) -> None:
    """Lay native actors, agents and issues under the legacy ones: a name that both know keeps its legacy code.

    Args:
        legacy: changed in place, before it is used.
        dictionaries: native ones as loaded.
    """
    given = frozenset(legacy.names)
    if not legacy.issues:
        legacy.native_issues = dictionaries.issues
    for actor, path in dictionaries.actor_models:
        _add_actor(legacy, actor, path, given)
    given = frozenset(legacy.agent_names)
    for agent, path in dictionaries.agent_models:
        _add_agent(legacy, agent, path, given)


def _number(day: dt.date | None, default: int) -> int:
    return day.year * 10000 + day.month * 100 + day.day if day else default


def _add_actor(legacy: LegacyDictionaries, actor: ActorModel, path: str, given: frozenset[str]) -> None:
    if actor.remove:
        return
    codes = [DatedCode(r.code, _number(r.start, 0), _number(r.end, 99999999)) for r in actor.roles]
    outside = actor.code or (f"{actor.country}ELI" if actor.kind == "person" and actor.country else actor.country)
    if outside:
        codes.append(DatedCode(outside))
    if not codes:
        return
    names = [actor.name, *actor.names, *actor.aliases, *actor.adjectives, *actor.inhabitants, *actor.capital]
    _enter(legacy, actor.name, tuple(codes), f"{path}:{actor.name}", names, given, actor.endings)
    for role, places in actor.metonyms.items():
        for place in places if isinstance(places, list) else [places]:
            if isinstance(place, str) and actor.code:
                _enter(legacy, place, (DatedCode(actor.code + role),), f"{path}:{actor.name}/{role}", [place], given)


def _enter(
    legacy: LegacyDictionaries,
    name: str,
    codes: tuple[DatedCode, ...],
    entry_id: str,
    names: list[str],
    given: frozenset[str],
    endings: Literal[True] | Sequence[str] = (),
) -> None:
    index = len(legacy.actors)
    legacy.actors.append(ActorEntry(name, codes, entry_id))
    every = endings is True
    open_names = frozenset() if endings is True else frozenset(endings)
    for text in names:
        words = words_of(text)
        key = " ".join(words)
        if words and key not in given and legacy.names.get(key, -1) >> 1 != index:
            legacy.names[key] = 2 * index + (every or text in open_names)
            legacy.longest[words[0]] = max(legacy.longest.get(words[0], 0), len(words))


def _add_agent(legacy: LegacyDictionaries, agent: AgentModel, path: str, given: frozenset[str]) -> None:
    if agent.remove:
        return
    index = len(legacy.agents)
    legacy.agents.append(
        AgentEntry(agent.nouns[0] if agent.nouns else "", agent.code or "", agent.prefix, f"{path}:{agent.code}")
    )
    for noun in agent.nouns:
        bare, brace, irregular = noun.upper().partition("{")
        listed = [w.strip() for w in irregular.rstrip("} ").split(",") if w.strip()]
        for form in [bare.strip(), *(listed if brace else [plural(bare.strip())])]:
            words = words_of(re.sub(r"\s+", " ", form))
            if words and " ".join(words) not in given:
                legacy.agent_names[" ".join(words)] = index
                legacy.agent_longest[words[0]] = max(legacy.agent_longest.get(words[0], 0), len(words))
