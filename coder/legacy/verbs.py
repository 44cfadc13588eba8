"""Verb files: blocks, forms, synonym sets, patterns of both generations, transformations."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from coder.errors import Fault
from coder.legacy.model import Transformation
from coder.legacy.text import Line

_HEADER = re.compile(r"^-{3,}\s*(.*?)\s*-*\s*$")
_TRANSFORMATION = re.compile(
    r"^~\s*(\S+)\s*\(\s*(\S+)\s+(\S+)\s+([^\s()]+)\s*\)\s*(\S+)\s*=\s*(\S+)\s+(\S+)\s+(\S+)\s*$"
)
NULL_CODE = "---"


@dataclass(frozen=True, slots=True)
class RawVerb:
    """A verb line: its words, which one is inflected, the listed forms (None: regular ones), its own code."""

    line: int
    words: tuple[str, ...]
    main: int
    forms: tuple[tuple[tuple[str, ...], int], ...] | None
    code: str
    comment: str = ""


@dataclass(frozen=True, slots=True)
class RawPattern:
    """A pattern line as it stands, its code and its comment."""

    line: int
    body: str
    code: str
    comment: str = ""


@dataclass(slots=True)
class RawBlock:
    """A verb block."""

    line: int
    name: str
    code: str
    verbs: list[RawVerb] = field(default_factory=list)
    patterns: list[RawPattern] = field(default_factory=list)


@dataclass(slots=True)
class RawVerbs:
    """A verb file taken apart."""

    blocks: list[RawBlock] = field(default_factory=list)
    synsets: dict[str, list[str]] = field(default_factory=dict)
    synset_lines: dict[str, int] = field(default_factory=dict)
    transformations: list[Transformation] = field(default_factory=list)

    @property
    def syntactic(self) -> bool:
        """Whether the patterns are PETRARCH2's (phrases in brackets) rather than word sequences."""
        patterns = [p for b in self.blocks for p in b.patterns]
        return sum("(" in p.body or "{" in p.body for p in patterns) * 10 > len(patterns)


def parse_verbs(lines: Iterable[Line], path: str, faults: list[Fault]) -> RawVerbs:
    """Take a verb file apart; patterns are read later, when all synonym sets are known.

    Args:
        path: of the file, for messages.
        faults: what cannot be used or was mended is added here.
    """
    found = RawVerbs()
    label: str | None = None
    block: RawBlock | None = None
    for line in lines:
        text = line.text
        if text.startswith("---") and not text.startswith("---]"):
            label = None
            block = _header(text, line, path, faults)
            found.blocks.append(block)
        elif text.startswith("&") and "*" not in text:
            label = text[1:].strip().upper()
            if not label or " " in label:
                faults.append(
                    Fault(path, line.number, f"not a label of a synonym set: {text[:60]}", "one word after &")
                )
                label = ""
                continue
            found.synsets.setdefault(label, [])
            found.synset_lines.setdefault(label, line.number)
        elif text.startswith("+") and label is not None:
            if label and text[1:].strip():
                found.synsets[label].append(text[1:].strip().upper())
            elif not label:
                faults.append(
                    Fault(path, line.number, f"a member of no synonym set: {text[:60]}", "give the set a label")
                )
            else:
                faults.append(Fault(path, line.number, "an empty member of a synonym set", "remove it"))
        elif text.startswith("~"):
            label = None
            match = _TRANSFORMATION.match(text)
            if match is None:
                faults.append(
                    Fault(
                        path, line.number, f"not a transformation: {text[:60]}", "write ~ a (b . VERB) VERB = a b CODE"
                    )
                )
            else:
                outer, source, target, inner, verb, to_source, to_target, code = match.groups()
                found.transformations.append(
                    Transformation(outer, source, target, inner.upper(), verb.upper(), to_source, to_target, code.upper(),
                                   f"{path}:{line.number}")
                )  # fmt: skip
        elif re.match(r"^-\s", text) or text.startswith("*"):
            label = None
            _pattern(text, line, path, block, faults)
        elif block is None:
            faults.append(
                Fault(path, line.number, f"outside of any block: {text[:60]}", "begin a block: --- VERB [CODE] ---")
            )
        else:
            label = None
            _verb(text, line, path, block, faults)
    return found


def _header(text: str, line: Line, path: str, faults: list[Fault]) -> RawBlock:
    match = _HEADER.match(text)
    body = match[1] if match else ""
    codes = re.findall(r"\[([^\]]*)\]", body)
    name = body.partition("[")[0].strip(" -").upper()
    if len(codes) > 1:
        faults.append(
            Fault(path, line.number, f"a block with several codes: {text[:60]}", "the first is used", "warning")
        )
    if not name:
        faults.append(
            Fault(path, line.number, f"a block without a name: {text[:60]}", "--- VERB [CODE] ---", "warning")
        )
    return RawBlock(line.number, name, clean_code(codes[0]) if codes else NULL_CODE)


def clean_code(text: str) -> str:
    """A code as written between brackets, in capitals, without blanks; null where there is none."""
    code = re.sub(r"\s+", "", text).upper()
    if not code.strip("-#:"):
        return NULL_CODE
    if ":" in code:
        first, _, second = code.partition(":")
        first, second = first.strip("-"), second.strip("-")
        return f"{first}:{second}" if first or second else NULL_CODE
    return code


def _pattern(text: str, line: Line, path: str, block: RawBlock | None, faults: list[Fault]) -> None:
    if block is None:
        faults.append(Fault(path, line.number, "a pattern before any block", "begin a block: --- VERB [CODE] ---"))
        return
    if text.startswith("*"):
        faults.append(Fault(path, line.number, "a pattern without its hyphen", "read as if it had one", "warning"))
    body, bracket, code = text.lstrip("- ").rpartition("[") if text.startswith("-") else text.rpartition("[")
    if not bracket:
        faults.append(Fault(path, line.number, f"a pattern without a code: {text[:60]}", "add [CODE]"))
        return
    if "*" not in body:
        faults.append(Fault(path, line.number, f"a pattern without the verb's *: {text[:60]}", "add *"))
        return
    inside, closed, rest = code.partition("]")
    if not closed:
        faults.append(
            Fault(path, line.number, "the code cannot be read and counts as null", "close the bracket", "warning")
        )
        inside = inside if re.fullmatch(r"\s*[\w:]+\s*", inside) else NULL_CODE
    if rest.strip():
        faults.append(Fault(path, line.number, f"unused after the code: {rest.strip()[:60]}", "", "warning"))
    block.patterns.append(RawPattern(line.number, body.strip().upper(), clean_code(inside), line.comment))


def _verb(text: str, line: Line, path: str, block: RawBlock, faults: list[Fault]) -> None:
    codes = re.findall(r"\[([^\]]*)\]", text)
    bare = re.sub(r"\[[^\]]*\]?", " ", text)
    name, brace, listed = bare.partition("{")
    name = name.strip().upper()
    if not re.search(r"\w", name) or name[0] in "-<>" or re.search(r"[*$%^&~()=]", name) or len(name) > 120:
        faults.append(
            Fault(path, line.number, f"not a verb: {text[:60]}", "a verb, a pattern (- … * … [CODE]) or a header")
        )
        return
    if brace and "}" not in listed:
        faults.append(
            Fault(path, line.number, f"the forms of {name[:40]} are not closed", "close the brace", "warning")
        )
    forms: list[tuple[tuple[str, ...], int]] = []
    for form in listed.partition("}")[0].upper().split():
        words, main = _inflected(form)
        if words:
            forms.append((words, main))
    words, main = _inflected(name)
    if not words:
        faults.append(Fault(path, line.number, f"not a verb: {text[:60]}", "remove it"))
        return
    block.verbs.append(
        RawVerb(
            line.number,
            words,
            main,
            tuple(forms) if brace else None,
            clean_code(codes[0]) if codes else "",
            line.comment,
        )
    )


def _inflected(name: str) -> tuple[tuple[str, ...], int]:
    """`KLM_NOP_+RST` as its words and the place of the inflected one."""
    parts = [p for p in re.split(r"[_\s]+", name) if p.strip("+")]
    main = next((i for i, p in enumerate(parts) if p.startswith("+")), 0)
    return tuple(p.lstrip("+") for p in parts), main


def regular_forms(verb: str) -> list[str]:
    """The base form, -S, -ED and -ING as English spells them; a doubled last letter counts too."""
    vowels = "AEIOU"
    last = verb[-1:]
    if last == "E":
        return [
            verb,
            verb + "S",
            verb + "D",
            (verb[:-2] + "Y" if verb.endswith("IE") else verb if verb.endswith("EE") else verb[:-1]) + "ING",
        ]
    if last == "Y" and verb[-2:-1] not in vowels:
        return [verb, verb[:-1] + "IES", verb[:-1] + "IED", verb + "ING"]
    forms = [verb, verb + ("ES" if re.search(r"(S|X|Z|CH|SH|O)$", verb) else "S"), verb + "ED", verb + "ING"]
    if last not in vowels + "WXY" and len(verb) > 2 and verb[-2] in vowels and verb[-3] not in vowels:
        forms += [verb + last + "ED", verb + last + "ING"]
    return forms
