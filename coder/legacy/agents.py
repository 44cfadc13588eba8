"""Agent files: nouns and noun phrases that add letters to an actor's code."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from coder.errors import Fault
from coder.legacy.text import Line, plural

_MARKER = re.compile(r"!([^!]+)!")
_DEFINITION = re.compile(r"^!([^!]+)!\s*=\s*(.+)$")


@dataclass(frozen=True, slots=True)
class RawAgent:
    """An agent line: all its forms, the code, whether it goes before the actor's, its comment."""

    line: int
    name: str
    forms: tuple[str, ...]
    code: str
    prefix: bool
    comment: str = ""


def parse_agents(lines: Iterable[Line], path: str, faults: list[Fault]) -> list[RawAgent]:
    """The agents of a file, substitution marks filled in.

    Args:
        path: of the file, for messages.
        faults: what cannot be used or was mended is added here.
    """
    markers: dict[str, tuple[str, ...]] = {}
    agents: list[RawAgent] = []
    for line in lines:
        definition = _DEFINITION.match(line.text)
        if definition:
            words = tuple(w.strip().upper() for w in definition[2].split(",") if w.strip())
            markers[definition[1].strip().upper()] = words
            continue
        text, bracket, code = line.text.rpartition("[")
        code = code.strip()
        if not bracket:
            faults.append(Fault(path, line.number, f"an agent without a code: {line.text[:60]}", "add [~CODE]"))
            continue
        if code.endswith("}"):
            faults.append(Fault(path, line.number, "the code ends in } instead of ]", "", "warning"))
        letters = code.rstrip("]} \t").strip().upper()
        if "]" in letters:
            letters, _, rest = letters.partition("]")
            faults.append(Fault(path, line.number, f"unused after the code: {rest[:60]}", "", "warning"))
            letters = letters.strip()
        name, brace, irregular = text.partition("{")
        name = name.strip().upper()
        prefix = letters.endswith("~")
        value = letters.strip("~ ")
        if not value or "~" not in letters:
            faults.append(Fault(path, line.number, f"[{letters}] is no agent code", "write [~CODE] or [CODE~]"))
            continue
        if not any(c.isalnum() for c in name):
            faults.append(Fault(path, line.number, "an agent without a word", "remove it"))
            continue
        if value in ("---", "-"):
            value = ""
        forms = _forms(name, bool(brace), irregular, markers)
        if not forms:
            faults.append(
                Fault(path, line.number, f"the mark in {name[:60]} is defined nowhere", "define it above: !X! = A, B")
            )
            continue
        agents.append(RawAgent(line.number, name, forms, value, prefix, line.comment))
    return agents


def _forms(name: str, braced: bool, irregular: str, markers: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    mark = _MARKER.search(name)
    if mark:
        return tuple(name[: mark.start()] + word + name[mark.end() :] for word in markers.get(mark[1].strip(), ()))
    if braced:
        listed = [w.strip() for w in irregular.partition("}")[0].upper().split() if w.strip()]
        return (name, *listed)
    if name.endswith("_"):
        return (name,)
    # The format makes ENVOIES of ENVOY; what English writes is taken too.
    return (name, plural(name), name + "S") if re.search(r"[AEIOU]Y$", name) else (name, plural(name))
