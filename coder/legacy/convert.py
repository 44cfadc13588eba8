"""`eventcoder dictionary import`: legacy files to native YAML, comments and provenance kept.

What the native format cannot say is reported with file and line, never dropped in silence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from coder.dictionary.schema import ACTOR_CODE, EVENT_CODE, PREPOSITIONS
from coder.errors import Fault
from coder.legacy.actors import (
    RawActor,
    calendar_day,
    code_on,
    merge_blocks,
    parse_actors,
    shift_day,
    split_actors,
    trim_overlaps,
)
from coder.legacy.agents import parse_agents
from coder.legacy.load import LegacyFile
from coder.legacy.model import DatedCode, Item, Pattern
from coder.legacy.others import RawIssue, parse_discards, parse_issues, parse_meanings
from coder.legacy.patterns import PatternFault, parse_sequence, parse_syntactic
from coder.legacy.section import lines_section, printable, quote, verbs_section
from coder.legacy.text import dictionary_lines, read_text, words_of
from coder.legacy.verbs import NULL_CODE, RawBlock, RawVerb, RawVerbs, parse_verbs

_SMALL = frozenset("OF THE AND FOR IN ON AT DE DA DI DU LA LE EL VON VAN BIN IBN AL".split())
_CLASSES = frozenset("IGO NGO IMG MNC NGM INT UNO IGM".split())
_OPEN_END = 99999999


@dataclass(slots=True)
class Imported:
    """The native files by name, and everything that could not be said in them."""

    files: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    entries: int = 0


def import_files(paths: Sequence[Path | LegacyFile], *, frames: bool = False) -> Imported:
    """Convert legacy dictionary files.

    Actors and agents become native entries. Verb patterns go into a `petrarch:` section, which codes as the legacy
    file does; with `frames` they become native frames, as far as these can say them, for the native coder.

    Args:
        paths: of any kinds, told apart by their content.
        frames: native frames instead of the section.

    Raises:
        InputError: a file cannot be read.
    """
    result = Imported()
    verb_files = []
    for given in paths:
        file = given if isinstance(given, LegacyFile) else LegacyFile.of(given, read_text(given))
        path, kind = file.path, file.kind
        lines = dictionary_lines(file.text)
        stem = re.sub(r"[^\w.-]+", "-", path.name.removesuffix(".txt"))
        head = f"# Imported from {path.name}.\n"
        if kind == "actors":
            raws = merge_blocks(parse_actors(lines, path.name, result.faults), path.name, result.faults)
            odd: list[RawActor] = []
            result.files[f"actors/{stem}.yaml"] = head + _actors(raws, path.name, result, None if frames else odd)
            if odd:
                result.files[f"actors/{stem}-petrarch.yaml"] = lines_section("actors", _odd_lines(odd), path.name)
        elif kind == "agents":
            result.files[f"agents/{stem}.yaml"] = head + _agents(lines, path.name, result)
        elif kind == "verbs":
            verb_files.append((path.name, stem, parse_verbs(lines, path.name, result.faults)))
        elif kind == "discards":
            discards = parse_discards(lines, path.name, result.faults)
            rows = [
                (("+" if d.story else "") + " ".join(d.words) + ("_" if d.whole else ""), f"line {d.line}")
                for d in discards
            ]
            result.files[f"discards/{stem}.yaml"] = lines_section("discards", rows, path.name)
        elif kind == "issues":
            issues = parse_issues(lines, path.name, result.faults)
            rows = [(_issue_line(i), f"line {i.line}") for i in issues]
            result.files[f"issues/{stem}.yaml"] = lines_section("issues", rows, path.name)
        elif kind == "meanings":
            codes = parse_meanings(lines, path.name, result.faults)
            rows = [(f"{code}: {value:#x}", "") for code, value in codes.items()]
            result.files[f"meanings/{stem}.yaml"] = lines_section("meanings", rows, path.name)
        else:
            result.faults.append(Fault(path.name, 0, "not a legacy dictionary that can be imported", "check the file"))
    for name, stem, raw in verb_files:
        if not frames:
            result.files[f"verbs/{stem}.yaml"] = verbs_section(raw, name)
            result.entries += len(raw.blocks)
            continue
        result.files[f"verbs/{stem}.yaml"] = _verbs(raw, name, result)
        if raw.synsets:
            result.files[f"verbs/lists-{stem}.yaml"] = _lists(raw, name)
    result.files = {name: text for name, text in result.files.items() if text}
    return result


def _issue_line(issue: RawIssue) -> str:
    """An issue as the legacy format writes it."""
    phrase = " ".join(issue.words)
    mark = issue.mark if issue.mark.startswith("~") else f"{issue.mark}:" if issue.mark else ""
    return f"{mark}{phrase}" + (f" [{issue.code}]" if issue.code else "")


def _odd_lines(blocks: Iterable[RawActor]) -> list[tuple[str, str]]:
    """Actors that native entries cannot say, as the legacy format writes them."""
    rows = []
    for block in blocks:
        names = [n for n, _ in block.names]
        rows.append((names[0], "; ".join([f"line {block.line}", *block.comments])))
        rows += [(f"+{n}", "") for n in names[1:]]
        for code in block.codes:
            when = (
                ""
                if code.default
                else f" {code.first:08d}-{code.last}"
                if code.first and code.last != _OPEN_END
                else (f" >{code.first}" if code.first else f" <{code.last}")
            )
            rows.append((f"[{code.code or '---'}{when}]", ""))
    return rows


def _comment(comments: Iterable[str], indent: str = "") -> str:
    return "".join(f"{indent}# {printable(c)}\n" for c in comments if c)


# ---- actors ------------------------------------------------------------------------------------------------------


def natural_case(name: str) -> str:
    """A name in capitals as newspapers write it: The United Nations, U.N., IMF."""
    words = [w for w in re.split(r"[_\s]+", name.strip(" _").upper()) if w]
    out = []
    for n, word in enumerate(words):
        bare = word.strip(".'")
        acronym = (
            "." in word.rstrip(".")
            or (len(words) == 1 and len(bare) <= 3)
            or (len(bare) > 1 and not re.search(r"[AEIOUY]", bare))
        )
        if acronym:
            out.append(word)
        elif n and word in _SMALL:
            out.append(word.lower())
        else:
            out.append("-".join(p[:1] + p[1:].lower() for p in word.split("-")))
    return " ".join(out)


def _day(number: int) -> str:
    return f"{number // 10000:04d}-{number // 100 % 100:02d}-{number % 100:02d}"


def segments(codes: Sequence[DatedCode]) -> list[tuple[str, int, int]]:
    """Dated codes as spans that do not overlap, each with the code that counts in it."""
    days = sorted({c.first for c in codes if c.first} | {shift_day(c.last, 1) for c in codes if c.last != _OPEN_END})
    spans: list[tuple[str, int, int]] = []
    bounds = [0, *days]
    for n, start in enumerate(bounds):
        end = shift_day(bounds[n + 1], -1) if n + 1 < len(bounds) else _OPEN_END
        code = code_on(codes, start or (shift_day(days[0], -1) if days else 20000101))
        if spans and spans[-1][0] == code:
            spans[-1] = (code, spans[-1][1], end)
        else:
            spans.append((code, start, end))
    return [s for s in spans if s[0]]


def _says_the_same(codes: Sequence[DatedCode], spans: Sequence[tuple[str, int, int]]) -> bool:
    """Whether a native entry of these spans gives the code of the legacy one on every day, and without one."""
    native = [DatedCode(c, start, end) for c, start, end in spans]
    default = next((c.code for c in reversed(codes) if c.default), "")
    if default:
        native.append(DatedCode(default))
    edges = {d for c in (*codes, *native) for d in (c.first, c.last) if d not in (0, _OPEN_END)}
    days: list[int | None] = [None, *(shift_day(d, by) for d in sorted(edges) for by in (-1, 0, 1))]
    return all(code_on(codes, day) == code_on(native, day) for day in days)


def _actors(blocks: Sequence[RawActor], file: str, result: Imported, odd: list[RawActor] | None = None) -> str:
    out: list[str] = []
    blocked: list[tuple[str, int]] = []
    for block in blocks:
        codes = trim_overlaps(block.codes)
        if any(calendar_day(d) is None for c in codes for d in (c.first, c.last) if d not in (0, _OPEN_END)):
            result.faults.append(
                Fault(file, block.line, f"{block.names[0][0]}: a date that is no day", "correct it", "warning")
            )
            continue
        spans = segments(codes)
        if odd is not None and (
            not spans
            or any(not ACTOR_CODE.match(c) for c, _, _ in spans)
            or any(not c.code for c in codes)
            or not _says_the_same(codes, spans)
        ):
            odd.append(block)
            result.entries += 1
            continue
        names = list(dict.fromkeys(natural_case(n) for n, _ in block.names if n.strip(" _")))
        if not spans:
            blocked += [(n, block.line) for n in names]
            continue
        bad = [c for c, _, _ in spans for part in split_actors(c) if not ACTOR_CODE.match(part)]
        if bad:
            result.faults.append(
                Fault(
                    file,
                    block.line,
                    f"{block.names[0][0]}: {bad[0]} is no native actor code",
                    "capital letters only",
                    "warning",
                )
            )
            continue
        if any("/" in c for c, _, _ in spans):
            result.faults.append(
                Fault(
                    file,
                    block.line,
                    f"{block.names[0][0]}: several actors in one",
                    "only the first is imported",
                    "warning",
                )
            )
        first = [(next(split_actors(c)), s, e) for c, s, e in spans]
        result.entries += 1
        default = next((c.code for c in reversed(codes) if c.default), "")
        by_name: dict[str, bool] = {}
        for text, _ in block.names:
            by_name.setdefault(natural_case(text), not text.endswith("_"))
        open_names = [n for n in names if by_name.get(n)]
        out.append(_actor_entry(names, first, f"{file}:{block.line}", block.comments, default, open_names))
    if blocked:
        out.append(
            "# known names that code to nothing\n- code: null\n  nouns:\n"
            + "".join(f"    - {quote(n + '{}')}\n" for n, _ in blocked)
        )
        result.entries += 1
    return "\n".join(out)


def _actor_entry(
    names: Sequence[str],
    spans: Sequence[tuple[str, int, int]],
    source: str,
    comments: Iterable[str],
    default: str,
    open_names: Sequence[str],
) -> str:
    undated = len(spans) == 1 and spans[0][1] == 0 and spans[0][2] == _OPEN_END
    code = spans[0][0]
    country = undated and len(code) == 3 and code not in _CLASSES
    text = _comment(comments) + f"- name: {quote(names[0])}\n  kind: {'country' if country else 'organization'}\n"
    if undated:
        text += f"  code: {code}\n"
    else:
        text += f"  code: {default}\n" if default else ""
        text += "  roles:\n"
        for c, start, end in spans:
            parts = (
                [f"code: {c}"]
                + ([f"from: {_day(start)}"] if start else [])
                + ([f"to: {_day(end)}"] if end != _OPEN_END else [])
            )
            text += f"    - {{{', '.join(parts)}}}\n"
    if len(names) > 1:
        text += f"  {'names' if country else 'aliases'}:\n" + "".join(f"    - {quote(n)}\n" for n in names[1:])
    if open_names:
        every = len(open_names) == len(names)
        text += "  endings: true\n" if every else f"  endings: [{', '.join(map(quote, open_names))}]\n"
    return text + f"  source: {quote(source)}\n"


# ---- agents ------------------------------------------------------------------------------------------------------


def _agents(lines: Iterable[object], file: str, result: Imported) -> str:
    out: list[str] = []
    for agent in parse_agents(lines, file, result.faults):  # type: ignore[arg-type]
        if agent.code and not ACTOR_CODE.match(agent.code):
            result.faults.append(
                Fault(
                    file,
                    agent.line,
                    f"{agent.name}: {agent.code} is no native role code",
                    "capital letters only",
                    "warning",
                )
            )
            continue
        singles = [f.replace("_", " ").strip().lower() for f in agent.forms]
        if "!" in agent.name or any("," in s for s in singles):
            nouns = [f"{s}{{}}" for s in singles]
        else:
            nouns = [f"{singles[0]}{{{', '.join(singles[1:])}}}"]
        text = _comment([agent.comment, f"{file}:{agent.line}"]) + f"- code: {agent.code or 'null'}\n"
        if agent.prefix:
            text += "  prefix: true\n"
        out.append(text + "  nouns:\n" + "".join(f"    - {quote(n)}\n" for n in nouns))
        result.entries += 1
    return "\n".join(out)


# ---- verbs -------------------------------------------------------------------------------------------------------


def _list_name(label: str) -> str:
    return "legacy_" + re.sub(r"\W", "_", label.strip("_").lower(), flags=re.ASCII)


def _lists(raw: RawVerbs, file: str) -> str:
    text = f"# Synonym sets of {file}.\nlists:\n"
    for label, members in raw.synsets.items():
        words: list[str] = []
        for member in dict.fromkeys(members):
            if member.startswith("&"):
                if member[1:] in raw.synsets or member[1:] + "_" in raw.synsets:
                    words.append("$" + _list_name(member[1:]))
                continue
            bare = " ".join(words_of(member.strip("()"))).lower()
            words.append(bare)
        text += f"  {_list_name(label)}: [{', '.join(quote(w) for w in words)}]\n"
    return text


def _verbs(raw: RawVerbs, file: str, result: Imported) -> str:
    labels = set(raw.synsets)
    out = [f"# Imported from {file}.\n"]
    for block in raw.blocks:
        by_code: dict[str, list[RawVerb]] = defaultdict(list)
        for verb in block.verbs:
            by_code[verb.code or block.code].append(verb)
        frames = [
            f
            for p in block.patterns
            if (f := _frame(p.body, p.code, p.line, p.comment, file, raw.syntactic, labels, result))
        ]
        for code, verbs in by_code.items():
            default = _code_keys(code, file, block, result)
            own = ([default] if default else []) + frames
            if not own:
                continue
            triggers = list(dict.fromkeys(" ".join(v.words).lower() for v in verbs))
            comments = [f"{file}:{block.line} {block.name}", *(v.comment for v in verbs)]
            text = (
                _comment(comments)
                + f"- trigger: [{', '.join(quote(t) for t in triggers)}]\n  frames:\n"
                + "".join(own)
            )
            out.append(text)
            result.entries += 1
    for rule in raw.transformations:
        result.faults.append(Fault(file, int(rule.entry_id.rpartition(":")[2] or 0), "a transformation has no native form: "
                                   "the composition table takes its place", "", "warning"))  # fmt: skip
    return "\n".join(out)


def _code_keys(code: str, file: str, block: RawBlock, result: Imported) -> str:
    """A block's default frame, "" where it has none."""
    if code == NULL_CODE:
        return ""
    keys = _codes(code)
    if keys is None:
        result.faults.append(
            Fault(file, block.line, f"[{code}] is no CAMEO code", "write three or four digits", "warning")
        )
        return ""
    return f"    - {keys[0]}\n" + "".join(
        f"      {k}\n"
        for k in [*keys[1:], "source: subject", "target: [object, indirect, to, with, against, at, on, from, in]"]
    )


def _codes(code: str) -> list[str] | None:
    """The keys that say a code: a plain one, a pair, the reversed event alone."""
    if code == NULL_CODE:
        return ["code: null"]
    first, pair, second = code.partition(":")
    if not all(EVENT_CODE.match(c) for c in (first, second) if c):
        return None
    if not pair or not second:
        return [f'code: "{first}"']
    if not first:
        return [f'code: "{second}"', "__swap__"]
    if first == second:
        return [f'code: "{first}"', "reciprocal: true"]
    return [f'code: "{first}"', f'paired_code: "{second}"']


def _frame(
    body: str, code: str, line: int, comment: str, file: str, syntactic: bool, labels: set[str], result: Imported
) -> str:
    """A pattern as a native frame, "" (and a report) where it cannot be one."""

    def refuse(why: str) -> str:
        result.faults.append(
            Fault(file, line, f"not imported: {why}: {body}", "write it as a frame by hand", "warning")
        )
        return ""

    try:
        pattern: Pattern = (parse_syntactic if syntactic else parse_sequence)(
            body, code, f"{file}:{line}", line, labels
        )
    except PatternFault as fault:
        return refuse(str(fault))
    keys = _codes(code)
    if keys is None:
        return refuse(f"[{code}] is no CAMEO code")
    swap = "__swap__" in keys
    keys = [k for k in keys if k != "__swap__"]
    source, target = ("subject", "[object, indirect, to, with, against, at, on, from, in]")
    conditions: dict[str, str] = {}
    if not syntactic and (
        len(pattern.before) > 1 or len(pattern.after) > 1 or any(i.joined for i in (*pattern.before, *pattern.after))
    ):
        return refuse("a word sequence")
    for place, items in (("subject", pattern.before), ("object", pattern.after)):
        for item in items:
            if item.kind in ("word", "phrase"):
                if place in conditions:
                    return refuse("two nouns on one side")
                words = _nouns(item)
                if words is None:
                    return refuse("a synonym set inside a phrase")
                conditions[place] = words
            elif item.kind == "prep":
                slot = _prep_key(item, conditions)
                if slot is None:
                    return refuse("a prepositional phrase the native format lacks")
                if slot[1] == "source":
                    source, swap = slot[0], False
                    target = "subject"
                elif slot[1] == "target":
                    target = slot[0]
            elif item.kind == "compound":
                if "reciprocal: true" not in keys and code != NULL_CODE:
                    keys.append("reciprocal: true")
            elif item.kind == "target" and place == "subject":
                swap = True
            elif item.kind in ("source", "target") and place == "object":
                continue
            elif item.kind == "skip":
                return refuse("an actor to skip")
    if swap:
        source, target = "[from, by, object, with, to, in]", "subject"
    out = [keys[0], *keys[1:], f"source: {source}", f"target: {target}", *(f"{k}: {v}" for k, v in conditions.items())]
    remark = f"  # {comment}" if comment else ""
    return f"    - {out[0]}  # line {line}{remark}\n" + "".join(f"      {o}\n" for o in out[1:])


def _nouns(item: Item) -> str | None:
    words = item.words
    if len(words) == 1:
        word = words[0]
        options = ["$" + _list_name(word[1:])] if word.startswith("&") else [w.lower() for w in word.split("/") if w]
    elif any(w.startswith("&") for w in words):
        return None
    else:
        options = [" ".join(words).lower()]
    return f"{{noun: [{', '.join(quote(o) for o in options)}]}}"


def _prep_key(item: Item, conditions: dict[str, str]) -> tuple[str, str] | None:
    """Put a prepositional phrase among the conditions; its function and the slot in it, None where it cannot be said."""
    preps = [p.lower() for p in item.preps]
    if len(preps) != 1 or preps[0] not in PREPOSITIONS or preps[0] in conditions:
        return None
    kinds = [i.kind for i in item.inner]
    if len(kinds) > 1 or "skip" in kinds or "compound" in kinds:
        return None
    if item.inner and kinds[0] in ("word", "phrase"):
        words = _nouns(item.inner[0])
        if words is None:
            return None
        conditions[preps[0]] = words
        return preps[0], ""
    conditions[preps[0]] = "any"
    return preps[0], kinds[0] if kinds else ""


def write_imported(result: Imported, folder: Path) -> list[Path]:
    """Write the native files; the paths written.

    Raises:
        OSError: the folder cannot be written.
    """
    written = []
    for name, text in result.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written
