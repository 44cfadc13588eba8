"""Discards, issues and PETRARCH2's internal codes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from coder.errors import Fault
from coder.legacy.text import Line, words_of


@dataclass(frozen=True, slots=True)
class RawDiscard:
    """A phrase that drops a sentence, or (`story`) the document; `whole`: its last word is no stem."""

    line: int
    words: tuple[str, ...]
    story: bool
    whole: bool


@dataclass(frozen=True, slots=True)
class RawIssue:
    """A phrase and the issue it stands for; `mark` is n, v, "~" (none for the sentence) or "~~" (none for the story)."""

    line: int
    words: tuple[str, ...]
    code: str
    mark: str


def parse_discards(lines: Iterable[Line], path: str, faults: list[Fault]) -> list[RawDiscard]:
    """The phrases of a discard file."""
    found = []
    for line in lines:
        text = line.text.partition(";")[0].strip()
        story = text.startswith("+")
        phrase = text.lstrip("+ ").strip()
        if "[" in phrase:
            phrase = phrase.partition("[")[0].strip()
            faults.append(Fault(path, line.number, "a discard needs no code", "", "warning"))
        words = words_of(phrase)
        if not words or len(words) > 30:
            faults.append(Fault(path, line.number, f"no phrase to discard: {text[:60]}", "remove it"))
            continue
        found.append(RawDiscard(line.number, words, story, phrase.endswith("_")))
    return found


_ISSUE = re.compile(r"^(?:(?P<mark>[nv]):)?(?P<phrase>[^\[\]]+?)\s*(?:\[(?P<code>[^\]]*)\])?$", re.IGNORECASE)


def parse_issues(lines: Iterable[Line], path: str, faults: list[Fault]) -> list[RawIssue]:
    """The phrases of an issue file; section tags `<ISSUE CATEGORY="…">` give the code of lines without one."""
    found = []
    category = ""
    for line in lines:
        text = line.text
        if text.startswith("<"):
            tag = re.search(r'CATEGORY\s*=\s*"([^"]*)"', text, re.IGNORECASE)
            category = tag[1].strip().upper() if tag else "" if text.startswith("</") else category
            continue
        mark = "~~" if text.startswith("~~") else "~" if text.startswith("~") else ""
        match = _ISSUE.match(text.lstrip("~").strip())
        if match is None:
            faults.append(Fault(path, line.number, f"not an issue: {text[:60]}", "write phrase [CODE]"))
            continue
        code = (match["code"] or category).strip().upper()
        phrase = match["phrase"]
        kind = (match["mark"] or "").lower()
        if "+n:" in phrase:
            kind, phrase = "n", phrase.replace("+n:", "+")
        words = words_of(phrase.replace("+", " "))
        if not words or (not code and not mark):
            faults.append(
                Fault(path, line.number, f"an issue without words or code: {text[:60]}", "write phrase [CODE]")
            )
            continue
        found.append(RawIssue(line.number, words, code, mark or kind))
    return found


_MEANING = re.compile(r"^([\w-]+)\s*:\s*([0-9A-FXa-fx+\-\s]+)$")


def parse_meanings(lines: Iterable[Line], path: str, faults: list[Fault]) -> dict[str, int]:
    """PETRARCH2's internal coding ontology: CAMEO code to the sum of its hexadecimal parts."""
    found: dict[str, int] = {}
    for line in lines:
        match = _MEANING.match(line.text)
        try:
            if match is None:
                raise ValueError
            total = sum(
                int(part.replace(" ", ""), 16) for part in re.findall(r"[+-]?\s*(?:0[xX])?[0-9A-Fa-f]+", match[2])
            )
        except ValueError:
            faults.append(Fault(path, line.number, f"not an internal code: {line.text[:60]}", "write 0123:0x0000"))
            continue
        found[match[1].upper()] = total
    return found
