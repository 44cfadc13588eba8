"""The `petrarch:` section of a native file: verb patterns, discards and odd actors as imported, to be edited as YAML.

petrarch:
  sets: {DEAL: [TREATY, PACT]}
  blocks:
    - block: GREET
      code: "050"
      verbs: [GREET, "HUG {HUGGED HUGS} [051]"]
      patterns:
        - "* &DEAL [057]"
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

import yaml

from coder.errors import Fault
from coder.legacy.model import transformation_text
from coder.legacy.verbs import NULL_CODE, RawVerb, RawVerbs

SECTION = re.compile(r"^petrarch:\s*$", re.MULTILINE)
_KEYS = frozenset({"sets", "blocks", "transformations", "actors", "discards", "issues"})
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def has_section(text: str) -> bool:
    """Whether a YAML text has the section."""
    return SECTION.search(text) is not None


def section_texts(text: str, name: str, faults: list[Fault]) -> list[tuple[str, str]]:
    """The section as legacy texts: (kind, text) pairs.

    Args:
        text: of a YAML file.
        name: of the file, for messages.
        faults: what cannot be used is added here.
    """
    try:
        body = yaml.load(text, Loader=_LOADER)  # noqa: S506 (a safe loader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        faults.append(Fault(name, mark.line + 1 if mark else 0, "not YAML", "check indent and quotes"))
        return []
    section = body.get("petrarch") if isinstance(body, dict) else None
    if not isinstance(section, dict):
        faults.append(Fault(name, 0, "petrarch: holds no keys", f"give {', '.join(sorted(_KEYS))}"))
        return []
    faults += [
        Fault(name, 0, f"petrarch: unknown key {k!r}", f"known: {', '.join(sorted(_KEYS))}")
        for k in section
        if k not in _KEYS
    ]
    found: list[tuple[str, str]] = []
    for key in ("actors", "discards", "issues"):
        if section.get(key):
            found.append((key, _joined(section[key])))
    verbs: list[str] = []
    sets = section.get("sets") or {}
    for label, members in sets.items() if isinstance(sets, dict) else ():
        verbs += [f"&{label}", *(f"+{m}" for m in _strings(members))]
    for block in section.get("blocks") or ():
        if not isinstance(block, dict):
            faults.append(
                Fault(name, 0, f"petrarch: not a block: {str(block)[:60]}", "give block, code, verbs, patterns")
            )
            continue
        verbs.append(f"--- {block.get('block', '')} [{block.get('code', NULL_CODE)}] ---")
        verbs += _strings(block.get("verbs"))
        verbs += [f"- {p}" for p in _strings(block.get("patterns"))]
    verbs += _strings(section.get("transformations"))
    if verbs:
        found.append(("verbs", "\n".join(verbs)))
    return found


def _strings(value: Any) -> list[str]:
    return [str(v).replace("\n", " ") for v in value] if isinstance(value, (list, tuple)) else []


def _joined(value: Any) -> str:
    return "\n".join(_strings(value))


# ---- writing -----------------------------------------------------------------------------------------------------


def quote(text: str) -> str:
    """A string as YAML in double quotes."""
    return json.dumps(text, ensure_ascii=False)


def printable(comment: str) -> str:
    """A comment with blanks for what YAML forbids in one."""
    return re.sub(r"[^ -~\u00a1-\ud7ff\ue000-\ufefe\uff00-\ufffd]", " ", comment).strip()


def _remark(comment: str) -> str:
    clean = printable(comment)
    return f"  # {clean}" if clean else ""


def verb_text(verb: RawVerb) -> str:
    """A verb line as the legacy format writes it."""

    def one(words: tuple[str, ...], main: int) -> str:
        return "_".join(f"+{w}" if len(words) > 1 and n == main else w for n, w in enumerate(words))

    text = one(verb.words, verb.main)
    if verb.forms is not None:
        text += " {" + " ".join(one(w, m) for w, m in verb.forms) + "}"
    return text + (f" [{verb.code}]" if verb.code else "")


def verbs_section(raw: RawVerbs, file: str) -> str:
    """A verb file as the section, comments and line numbers kept."""
    out = [f"# Imported from {file}.", "petrarch:"]
    if raw.synsets:
        out.append("  sets:")
        for label, members in raw.synsets.items():
            out.append(
                f"    {quote(label)}: [{', '.join(quote(m) for m in dict.fromkeys(members))}]  # line {raw.synset_lines[label]}"
            )
    out.append("  blocks:")
    for block in raw.blocks:
        out += [f"    - block: {quote(block.name)}  # line {block.line}", f"      code: {quote(block.code)}"]
        for key, lines in (
            ("verbs", [(verb_text(v), v.comment) for v in block.verbs]),
            ("patterns", [(f"{p.body} [{p.code}]", f"line {p.line}; {p.comment}".strip("; ")) for p in block.patterns]),
        ):
            if lines:
                out.append(f"      {key}:")
                out += [f"        - {quote(text)}{_remark(comment)}" for text, comment in lines]
    if raw.transformations:
        out.append("  transformations:")
        out += [f"    - {quote(transformation_text(t))}" for t in raw.transformations]
    return "\n".join(out) + "\n"


def lines_section(kind: str, lines: Iterable[tuple[str, str]], file: str) -> str:
    """Lines of another kind as the section: (text, comment) pairs."""
    body = "".join(f"    - {quote(text)}{_remark(comment)}\n" for text, comment in lines)
    return f"# Imported from {file}.\npetrarch:\n  {kind}:\n{body}" if body else ""
