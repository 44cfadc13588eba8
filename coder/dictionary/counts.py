"""How many entries dictionaries have, by kind: counted when they are compiled, so that telling it reads none of them again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from coder.cache import passing
from coder.dictionary.schema import ActorModel, AgentModel, VerbModel


@dataclass(frozen=True, slots=True)
class EntryCounts:
    """Numbers of entries.

    Args:
        actors: by kind.
        role_nouns: of all agent entries.
        frames: by root code; "stance" and "not an event" are those without one.
        with_examples: frames that have examples.
    """

    actors: dict[str, int]
    role_nouns: int
    frames: dict[str, int]
    with_examples: int


def count_entries(
    actors: Iterable[tuple[ActorModel, str]], agents: Iterable[tuple[AgentModel, str]], verbs: Iterable[VerbModel]
) -> EntryCounts:
    """Count entries, actors and agents each with the name of its file."""
    kinds = Counter(model.kind for model, _ in passing(actors))
    role_nouns = sum(len(model.nouns) for model, _ in passing(agents))
    frames: Counter[str] = Counter()
    with_examples = 0
    for verb in verbs:
        for frame in verb.frames:
            frames[(frame.code or "")[:2] or ("stance" if frame.stance else "not an event")] += 1
            with_examples += bool(frame.examples)
    return EntryCounts(dict(sorted(kinds.items())), role_nouns, dict(sorted(frames.items())), with_examples)
