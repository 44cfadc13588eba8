"""Legacy files, told apart by their content, to `LegacyDictionaries`."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coder.errors import Fault, InputError
from coder.legacy import cache
from coder.legacy.actors import merge_blocks, parse_actors, trim_overlaps
from coder.legacy.agents import parse_agents
from coder.legacy.model import ActorEntry, AgentEntry, LegacyDictionaries, Pattern, VerbEntry
from coder.legacy.others import parse_discards, parse_issues, parse_meanings
from coder.legacy.patterns import PatternFault, parse_sequence, parse_syntactic
from coder.legacy.section import has_section, section_lines
from coder.legacy.text import Line, dictionary_lines, plural, read_text, unclosed_comment, words_of
from coder.legacy.verbs import RawVerbs, parse_verbs, regular_forms

_NATIVE = frozenset({".yaml", ".yml", ".csv", ".json", ".jsonl", ".md", ".parquet", ".py", ".conllu"})
_YAML = frozenset({".yaml", ".yml"})
_SNIFF_LINES = 600


def sniff(text: str, name: str = "") -> str | None:
    """The kind of a legacy file by its content: actors, agents, verbs, discards, issues, meanings; None for none.

    A list of bare phrases says little of itself: it is a discard file where the name or the plus signs say so.

    Args:
        text: of the file.
        name: of the file.
    """
    marks: Counter[str] = Counter()
    bare = plus = 0
    for number, line in enumerate(dictionary_lines(text)):
        if number >= _SNIFF_LINES:
            break
        body = line.text
        if (re.match(r"^---\s*\S.*", body) and re.search(r"\]\s*-+$|---$", body)) or re.match(r"^-\s.*\*", body):
            marks["verbs"] += 5
        elif re.match(r"^&\w+$", body):
            marks["verbs"] += 2
        elif re.search(r"\[\s*(~\s*[\w-]+|[\w-]+\s*~)\s*[\]}]", body) or re.match(r"^![^!]+!\s*=", body):
            marks["agents"] += 2
        elif re.match(r"^</?ISSUE", body, re.IGNORECASE) or re.match(r"^[nv]:\S+.*\[", body, re.IGNORECASE):
            marks["issues"] += 2
        elif re.match(r"^[\w-]+\s*:\s*[+-]?(0[xX][0-9A-Fa-f]+|0$)", body):
            marks["meanings"] += 2
        elif re.match(r"^[^\[\]{}:,\"'|<>]*\[[^\[\]~,:\"']+\]", body):
            marks["actors"] += 1
        elif body.startswith("+"):
            plus += 1
        elif re.match(r"^[\w .'&-]+$", body):
            bare += 1
    if "discard" in name.lower() and bare + plus > marks.total():
        return "discards"
    if marks:
        kind, count = marks.most_common(1)[0]
        if marks["verbs"] >= 5 and marks["verbs"] >= marks["actors"] / 2:
            return "verbs"
        if kind == "actors" and marks["agents"] * 3 > count:
            return "agents"
        if "issue" in name.lower() and marks["issues"]:
            return "issues"
        return kind
    if (bare or plus) and ("discard" in name.lower() or (plus and bare)):
        return "discards"
    return None


@dataclass(frozen=True, slots=True)
class LegacyFile:
    """A legacy dictionary file as read: its kind as `sniff` tells it, None for a native file with a petrarch: section."""

    path: Path
    text: str
    kind: str | None

    @classmethod
    def of(cls, path: Path, text: str) -> LegacyFile:
        """A file by its name and text."""
        section = path.suffix.lower() in _YAML and has_section(text)
        return cls(path, text, None if section else sniff(text, path.name))


def read_legacy(path: Path) -> LegacyFile | None:
    """A file, read, if it is a legacy dictionary by its content; None if it is not."""
    if not path.is_file() or path.stat().st_size > 200_000_000:
        return None
    suffix = path.suffix.lower()
    try:
        if suffix in _YAML:
            with path.open(encoding="utf-8", errors="replace") as stream:
                ours = has_section(stream.read(2000))
            return LegacyFile(path, read_text(path), None) if ours else None
        if suffix in _NATIVE:
            return None
        text = read_text(path)
    except (InputError, OSError):
        return None
    kind = sniff(text, path.name)
    return LegacyFile(path, text, kind) if kind is not None else None


def is_legacy(path: Path) -> bool:
    """Whether a file is a legacy dictionary, by its content."""
    return read_legacy(path) is not None


def legacy_files(paths: Iterable[Path]) -> list[LegacyFile]:
    """The legacy dictionaries among files and folders, folders searched through, in the order of their names."""
    found: list[LegacyFile] = []
    for path in paths:
        candidates = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        found += [f for f in map(read_legacy, candidates) if f is not None]
    return found


def load_legacy(files: Sequence[Path | LegacyFile], *, use_cache: bool = True) -> LegacyDictionaries:
    """Load legacy dictionaries; what cannot be used is in `faults`, and the rest is loaded.

    Args:
        files: any mixture of kinds; later files lay over earlier ones.
        use_cache: keep and use the compiled form.

    Raises:
        InputError: a file cannot be read.
    """
    given = [f if isinstance(f, LegacyFile) else LegacyFile.of(f, read_text(f)) for f in files]
    digest = hashlib.sha256()
    for file in given:
        digest.update(f"{file.path.name}\0{len(file.text)}\0".encode("utf-8", "surrogatepass"))
        digest.update(file.text.encode("utf-8", "surrogatepass"))
    key = digest.hexdigest()
    loaded = cache.read(key) if use_cache else None
    if loaded is None:
        loaded = compile_legacy(given)
        if use_cache:
            cache.write(key, loaded)
    loaded.files = tuple(f.path for f in given)
    loaded.sha256 = key
    return loaded


def compile_legacy(files: Sequence[LegacyFile]) -> LegacyDictionaries:
    """Read and index the given files."""
    legacy = LegacyDictionaries()
    verb_files: list[tuple[str, RawVerbs]] = []
    kinds: dict[str, str] = {}
    for name, kind, lines in _pieces(files, legacy.faults):
        kinds[name] = kind or ""
        if kind == "actors":
            _add_actors(legacy, lines, name)
        elif kind == "agents":
            _add_agents(legacy, lines, name)
        elif kind == "verbs":
            verb_files.append((name, parse_verbs(lines, name, legacy.faults)))
        elif kind == "discards":
            for raw in parse_discards(lines, name, legacy.faults):
                legacy.discards.setdefault(
                    raw.words[0] if len(raw.words) > 1 or raw.whole else raw.words[0][:4], []
                ).append((raw.words, raw.story, raw.whole, f"{name}:{raw.line}"))
        elif kind == "issues":
            for issue in parse_issues(lines, name, legacy.faults):
                legacy.issues.setdefault(issue.words[0][:3], []).append((issue.words, issue.code, issue.mark))
        elif kind == "meanings":
            legacy.meanings.update(parse_meanings(lines, name, legacy.faults))
        else:
            legacy.faults.append(Fault(name, 0, "not a legacy dictionary by its content", "check the file"))
    _add_verbs(legacy, verb_files)
    legacy.kinds = kinds
    return legacy


def _pieces(files: Sequence[LegacyFile], faults: list[Fault]) -> Iterator[tuple[str, str | None, Iterable[Line]]]:
    """Name, kind and lines of each file; a native file's `petrarch:` section in pieces of one kind each."""
    for file in files:
        if file.kind is None and has_section(file.text):
            for kind, lines in section_lines(file.text, file.path.name, faults):
                yield file.path.name, kind, lines
        else:
            unclosed = unclosed_comment(file.text)
            if unclosed:
                faults.append(Fault(file.path.name, unclosed, "a comment is not closed", "close it with -->", "warning"))
            yield file.path.name, file.kind, dictionary_lines(file.text)


def _add_actors(legacy: LegacyDictionaries, lines: Iterable[Line], name: str) -> None:
    for raw in merge_blocks(parse_actors(lines, name, legacy.faults), name, legacy.faults):
        index = len(legacy.actors)
        display = " ".join(raw.names[0][0].replace("_", " ").split())
        legacy.actors.append(ActorEntry(display, trim_overlaps(raw.codes), f"{name}:{raw.line}"))
        for text, _ in raw.names:
            words = words_of(text)
            key = " ".join(words)
            if key and legacy.names.get(key, -1) >> 1 != index:
                legacy.names[key] = 2 * index + (not text.endswith("_"))
                legacy.longest[words[0]] = max(legacy.longest.get(words[0], 0), len(words))


def _add_agents(legacy: LegacyDictionaries, lines: Iterable[Line], name: str) -> None:
    for raw in parse_agents(lines, name, legacy.faults):
        index = len(legacy.agents)
        legacy.agents.append(AgentEntry(raw.name.replace("_", " ").strip(), raw.code, raw.prefix, f"{name}:{raw.line}"))
        for form in raw.forms:
            words = words_of(form)
            if words:
                legacy.agent_names[" ".join(words)] = index
                legacy.agent_longest[words[0]] = max(legacy.agent_longest.get(words[0], 0), len(words))


def _add_verbs(legacy: LegacyDictionaries, files: Sequence[tuple[str, RawVerbs]]) -> None:
    members: dict[str, list[str]] = {}
    for name, raw in files:
        for label, words in raw.synsets.items():
            members.setdefault(label, []).extend(words)
            if not words:
                line = raw.synset_lines[label]
                legacy.faults.append(Fault(name, line, f"the synonym set &{label} is empty", "add members", "warning"))
    syntactic = {name: raw.syntactic for name, raw in files}
    plurals = not files or any(syntactic.values())
    for label, words in members.items():
        legacy.synsets[label] = tuple(_member(word, label, plurals) for word in dict.fromkeys(words))
    resolve_synsets(legacy)
    legacy.syntactic = any(syntactic.values())
    for name, raw in files:
        for block in raw.blocks:
            index = len(legacy.patterns)
            patterns: list[Pattern] = []
            legacy.patterns.append(patterns)
            for p in block.patterns:
                pattern_id = f"{name}:{block.name or 'BLOCK'}#{p.line}"
                parse = parse_syntactic if syntactic[name] else parse_sequence
                try:
                    patterns.append(parse(p.body, p.code, pattern_id, p.line, legacy.synsets))
                except PatternFault as fault:
                    legacy.faults.append(Fault(name, p.line, str(fault), "the pattern is not used"))
            for verb in block.verbs:
                entry = len(legacy.verb_entries)
                code = verb.code or block.code
                legacy.verb_entries.append(
                    VerbEntry(verb.words, verb.main, code, index, verb.forms is not None, f"{name}:{verb.line}")
                )
                _add_forms(legacy, entry, verb.words, verb.main, verb.forms)
        legacy.transformations += raw.transformations
    used = {v.code for v in legacy.verb_entries} | {
        p.code for i in range(len(legacy.patterns)) for p in legacy.block(i)
    }
    legacy.used_codes = frozenset(part for code in used for part in code.split(":") if part.strip("-"))


def _add_forms(
    legacy: LegacyDictionaries,
    entry: int,
    words: tuple[str, ...],
    main: int,
    listed: tuple[tuple[tuple[str, ...], int], ...] | None,
) -> None:
    forms: list[tuple[tuple[str, ...], int]] = [(words, main)]
    if listed is not None:
        forms += listed
    else:
        forms += [((*words[:main], form, *words[main + 1 :]), main) for form in regular_forms(words[main])[1:]]
    for form, place in forms:
        if len(form) == 1:
            known = legacy.forms.setdefault(form[0], [])
            if entry not in known:
                known.append(entry)
        else:
            legacy.several.setdefault(form[min(place, len(form) - 1)], []).append(
                (form, min(place, len(form) - 1), entry)
            )
    if len(words) == 1:
        legacy.lemmas.setdefault(words[0], []).append(entry)


def _member(word: str, label: str, plurals: bool) -> tuple[str, ...]:
    """A member as words; a closed one keeps a final "_" mark on its last word."""
    if word.startswith("&"):
        return (word.strip(),)
    closed = word.endswith("_") or label.endswith("_") or not plurals
    words = words_of(word.strip("()"))
    return (*words[:-1], words[-1] + "_") if closed and words else words


def resolve_synsets(legacy: LegacyDictionaries) -> None:
    """Index the members of every set, sets within sets included, plurals added where they are open."""
    for label in legacy.synsets:
        singles: set[str] = set()
        phrases: list[tuple[str, ...]] = []
        seen: set[str] = set()
        stack = [label]
        while stack:
            current = stack.pop()
            if current in seen:
                continue
            seen.add(current)
            for words in legacy.synsets.get(current, legacy.synsets.get(current + "_", ())):
                if not words:
                    continue
                if len(words) == 1 and words[0].startswith("&"):
                    stack.append(words[0][1:])
                    continue
                closed = words[-1].endswith("_")
                bare = (*words[:-1], words[-1].rstrip("_"))
                for form in (bare,) if closed else (bare, (*bare[:-1], plural(bare[-1]))):
                    if len(form) == 1:
                        singles.add(form[0])
                    else:
                        phrases.append(form)
        legacy.synset_words[label] = frozenset(singles)
        legacy.synset_phrases[label] = tuple(phrases)
