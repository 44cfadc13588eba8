"""The dictionary linter: what loads but is wrong, never matches, or contradicts another entry.

In: dictionary folders. Out: Faults with file and line; errors stop a load, warnings do not.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from coder.dictionary.compiled import name_words, normalize
from coder.dictionary.issues import phrases_of, tokens_of
from coder.dictionary.load import Dictionaries, load_dictionaries, pattern_ids
from coder.dictionary.schema import NON_COUNTRIES, ActorModel, FrameModel
from coder.errors import Fault
from coder.ontology import Ontology, load_ontology
from coder.resources import shipped_dictionaries

SHORT_GAP = 366  # days between two roles of one person that may be a slip of the dates


def check_dictionaries(dictionaries: Sequence[Path] = (), added: Sequence[Path] = ()) -> list[Fault]:
    """All faults of the dictionaries.

    Args:
        dictionaries: in place of the shipped ones; none means the shipped ones.
        added: laid over them; then only faults of these files are given.
    """
    from coder.legacy.load import legacy_files, load_legacy

    shipped = shipped_dictionaries()
    given = legacy_files((*dictionaries, *added))
    legacy_faults = load_legacy(given).faults if given else []
    taken = {file.path for file in given if file.kind is not None}
    added = [p for p in added if p not in taken]
    bases = [p for p in dictionaries if p not in taken] or [shipped / "ontology" if dictionaries else shipped]
    if given and not added and (not dictionaries or taken.issuperset(dictionaries)):
        return sorted(set(legacy_faults), key=lambda f: (f.level != "error", f.path, f.line, f.message))
    loaded = load_dictionaries(bases, added, strict=False, gazetteer=False)
    own = [b / "ontology" for b in bases if (b / "ontology" / "cameo.csv").is_file()]
    ontology = load_ontology(own[-1] if own else shipped / "ontology")
    places = {name: str(path) for path, name in _names(loaded, [*bases, *added])}
    found = list(loaded.faults)
    for check in (_codes, _roles, _agents_among_actors, _actor_codes, _names_twice, _never_match, _same_wording, _examples, _issues):
        found.extend(check(loaded, ontology))
    found = [Fault(places.get(f.path, f.path), f.line, f.message, f.hint, f.level) for f in found]
    if added:
        mine = {str(p) for a in added for p in ([a] if a.is_file() else sorted(a.rglob("*.y*ml")))}
        found = [f for f in found if f.path in mine]
    return sorted({*found, *legacy_faults}, key=lambda f: (f.level != "error", f.path, f.line, f.message))


def _names(loaded: Dictionaries, roots: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    for file in loaded.files:
        for root in roots:
            if root.is_dir() and file.is_relative_to(root):
                yield file, file.relative_to(root).as_posix()
            elif file == root:
                yield file, file.name


def _frames(loaded: Dictionaries) -> Iterator[tuple[str, list[str], FrameModel]]:
    for entry in loaded.verb_entries:
        for frame in entry.model.frames:
            yield entry.path, entry.model.words, frame


def _codes(loaded: Dictionaries, ontology: Ontology) -> Iterator[Fault]:
    """Event codes that CAMEO does not have."""
    for path, _, frame in _frames(loaded):
        for code in (frame.code, frame.paired_code):
            if code is not None and code not in ontology:
                yield Fault(path, frame.line, f'"{code}" is not in the ontology', "see dictionaries/ontology/cameo.csv")
        if frame.stance is not None and frame.stance not in loaded.composition:
            known = ", ".join(sorted(loaded.composition))
            yield Fault(path, frame.line, f'no composition for the stance "{frame.stance}"', f"known: {known}")
        for example in frame.examples:
            for event in example.events:
                if event.split()[1] not in ontology:
                    yield Fault(path, example.line, f'"{event.split()[1]}" is not in the ontology')
    for stance, table in loaded.composition.items():
        for inner, code in table.items():
            if code not in (None, "same") and code not in ontology:
                yield Fault("ontology/composition.yaml", 0, f'{stance} + {inner} gives "{code}", which is not in the ontology')


def _roles(loaded: Dictionaries, ontology: Ontology) -> Iterator[Fault]:
    """Role dates that overlap under two codes, leave a short gap, or cannot be."""
    for actor, path in loaded.actor_models:
        roles = sorted(actor.roles, key=lambda r: r.start or dt.date.min)
        for first, second in itertools.pairwise(roles):
            if first.end is None and second.start is not None and first.code != second.code:
                yield Fault(path, second.line, f"{actor.name}: role {first.code} has no end, {second.code} starts {second.start}",
                            "end the earlier role", "warning")  # fmt: skip
            elif first.end and second.start and second.start < first.end and first.code != second.code:
                yield Fault(path, second.line, f"{actor.name}: {first.code} and {second.code} overlap from {second.start} to {first.end}",
                            "the later start counts", "warning")  # fmt: skip
            elif first.end and second.start and actor.kind != "person" and 1 < (second.start - first.end).days < SHORT_GAP:
                if not actor.code:
                    yield Fault(path, second.line, f"{actor.name}: no role from {first.end} to {second.start}",
                                "give `code` for the time between, or mend the dates", "warning")  # fmt: skip
        for role in roles:
            for day in (role.start, role.end):
                if day is not None and not 1800 <= day.year <= 2100:
                    yield Fault(path, role.line, f"{actor.name}: the year {day.year} cannot be", "mend the date")


def _agents_among_actors(loaded: Dictionaries, ontology: Ontology) -> Iterator[Fault]:
    """Role nouns listed as names of actors: they would code every such phrase as that actor."""
    nouns = {normalize(n.partition("{")[0].strip()) for agent, _ in loaded.agent_models if agent.code for n in agent.nouns}
    for actor, path in loaded.actor_models:
        for name in [actor.name, *actor.names, *actor.aliases]:
            if name.islower() and normalize(name) in nouns:
                yield Fault(path, actor.line, f'"{name}" ({actor.name}) is a role noun of the agents', "leave it to agents/", "warning")


def _actor_codes(loaded: Dictionaries, ontology: Ontology) -> Iterator[Fault]:
    """Codes that begin with no known country or class."""
    countries = set(loaded.countries) | NON_COUNTRIES
    roles = set(ontology.roles)
    for actor, path in loaded.actor_models:
        codes = [c for c in (actor.code, actor.country, actor.before, actor.after, *(r.code for r in actor.roles)) if c]
        for code in codes:
            if len(code) % 3:
                yield Fault(path, actor.line, f"{actor.name}: {code} is not made of groups of three letters", level="warning")
            elif countries and code[:3] not in countries and code[:3] not in roles and actor.kind not in ("people", "country") and actor.code != code:
                yield Fault(path, actor.line, f"{actor.name}: {code[:3]} in {code} is no country of the dictionaries", level="warning")


def _spans(actor: ActorModel) -> list[tuple[dt.date, dt.date, str]]:
    low, high = dt.date.min, dt.date.max
    if actor.roles:
        return [(r.start or low, r.end or high, r.code) for r in actor.roles]
    return [(actor.start or low, actor.end or high, actor.code or actor.country or "")]


def _names_twice(loaded: Dictionaries, ontology: Ontology) -> Iterator[Fault]:
    """One name for two actors with different codes at the same time."""
    by_name: dict[str, list[tuple[ActorModel, str]]] = defaultdict(list)
    for actor, path in loaded.actor_models:
        for name in dict.fromkeys([actor.name, *actor.names, *actor.aliases]):
            by_name[" ".join(name_words(name))].append((actor, path))
    for name, holders in by_name.items():
        for i, (first, first_path) in enumerate(holders):
            for second, second_path in holders[i + 1 :]:
                if second is first:
                    continue
                clash = [
                    (a, b) for a in _spans(first) for b in _spans(second) if a[0] <= b[1] and b[0] <= a[1] and a[2] != b[2]
                ]
                if clash:
                    yield Fault(second_path, second.line, f'"{name}" is also {first.name} ({first_path}:{first.line}) at the same time: '
                                f"{clash[0][0][2]} against {clash[0][1][2]}", "keep it in one entry", "warning")  # fmt: skip


def _never_match(loaded: Dictionaries, ontology: Ontology) -> Iterator[Fault]:
    """Words that no text can match."""
    for path, words, frame in _frames(loaded):
        for word in words:
            if not word.strip() or word != word.strip():
                yield Fault(path, frame.line, f'trigger "{word}" has blanks around it or is empty', "remove them")
            if any(c.isupper() for c in word):
                yield Fault(path, frame.line, f'trigger "{word}" has capitals: triggers are lemmas', "write it small", "warning")
        for function, condition in frame.conditions().items():
            if condition.is_ == "none" and (condition.noun or condition.roles):
                yield Fault(path, frame.line, f"{function} must be absent and have a word at once", "drop one of the two")
            both = set(condition.noun) & set(condition.not_)
            if both:
                yield Fault(path, frame.line, f"{function} wants and forbids {', '.join(sorted(both))}", "drop one of the two")
    for actor, path in loaded.actor_models:
        for name in [actor.name, *actor.names, *actor.aliases]:
            if not name_words(name):
                yield Fault(path, actor.line, f'{actor.name}: the name "{name}" has no letters', "remove it")


def _same_wording(loaded: Dictionaries, ontology: Ontology) -> Iterator[Fault]:
    """The same trigger under the same conditions with two codes, or twice with one: the second never wins."""
    seen: dict[tuple[object, ...], tuple[str, str | None, str | None]] = {}
    lines = {
        name: frame.line
        for entry in loaded.verb_entries for frame, name in zip(entry.model.frames, pattern_ids(entry), strict=True)
    }  # fmt: skip
    for (pos, head), frames in loaded.frames.items():
        for frame in frames:
            key = (pos, head, frame.trigger, frame.conditions, frame.layer)
            other = seen.get(key)
            if other is None:
                seen[key] = (frame.pattern_id, frame.code, frame.stance)
            elif other[0] != frame.pattern_id:
                path = frame.pattern_id.partition(":")[0]
                line = lines[frame.pattern_id]
                word = " ".join([*frame.trigger, head] if pos == "noun" else [head, *frame.trigger])
                if (frame.code, frame.stance) != other[1:]:
                    yield Fault(path, line, f'{pos} "{word}": same wording as {other[0]} ({other[1] or other[2]}) under {frame.code or frame.stance}',
                                "give one of them a condition", "warning")  # fmt: skip
                else:
                    yield Fault(path, line, f'{pos} "{word}": stands already in {other[0]}', "remove one", "warning")


def _issues(loaded: Dictionaries, ontology: Ontology) -> Iterator[Fault]:
    """Words that tell several issues, words of several that are listed twice, and examples that do not hold."""
    holders: dict[tuple[str, ...], dict[str, tuple[str, int]]] = defaultdict(dict)
    for model, path in loaded.issue_models:
        for phrase in phrases_of(model, {}):
            if phrase.issue and not phrase.near:
                holders[phrase.words].setdefault(phrase.issue, (path, model.line))
    told: set[tuple[str, ...]] = set()  # one warning for all forms of a word
    for words, issues in holders.items():
        key = (*issues, words[0][:5])
        if len(issues) > 1 and key not in told:
            told.add(key)
            (first, _), (second, (path, line)) = list(issues.items())[:2]
            yield Fault(path, line, f'"{" ".join(words)}" tells {second} and {first}', "leave it to one of them, or give it `near`", "warning")
    for model, path in loaded.issue_models:
        for text in model.examples:
            if model.issue not in {h.issue for h in loaded.issues.find(tokens_of(text))}:
                yield Fault(path, model.line, f'issue {model.issue}: the example "{text[:60]}" does not tell it', "add its words, or mend the example")
        for text in model.not_examples:
            found = [f for h in loaded.issues.find(tokens_of(text)) if h.issue == model.issue for f in tokens_of(text)[h.first : h.last + 1]]
            if found:
                yield Fault(path, model.line, f'issue {model.issue}: "{text[:60]}" must not tell it and does ("{" ".join(found)}")',
                            "add a `not:` phrase or `not_near`")  # fmt: skip


def _examples(loaded: Dictionaries, ontology: Ontology) -> Iterator[Fault]:
    """Frames without an example."""
    for path, words, frame in _frames(loaded):
        if not frame.examples:
            yield Fault(path, frame.line, f'"{words[0] if words else "?"}": a frame without an example', "add one sentence it must code")
