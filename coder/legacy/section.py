"""The `petrarch:` section of a native file: verb patterns, discards, odd actors and meanings as imported, to be edited.

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

import yaml

from coder.dictionary.yaml_lines import refuse_depth
from coder.errors import Fault
from coder.legacy.model import transformation_text
from coder.legacy.text import Line, dictionary_lines
from coder.legacy.verbs import NULL_CODE, RawVerb, RawVerbs

SECTION = re.compile(r"^petrarch:\s*$", re.MULTILINE)
_LINES = ("actors", "discards", "issues", "meanings")
_KEYS = frozenset({"sets", "blocks", "transformations", *_LINES})
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def has_section(text: str) -> bool:
    """Whether a YAML text has the section."""
    return SECTION.search(text) is not None


def section_lines(text: str, name: str, faults: list[Fault]) -> list[tuple[str, list[Line]]]:
    """The section as legacy lines: their kind, and the lines with their numbers in the YAML file.

    Args:
        text: of a YAML file.
        name: of the file, for messages.
        faults: what cannot be used is added here.
    """
    try:
        refuse_depth(text)
        root = yaml.compose(text, Loader=_LOADER)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        faults.append(Fault(name, mark.line + 1 if mark else 0, "not YAML", "check indent and quotes"))
        return []
    section = _mapping(root).get("petrarch")
    if not isinstance(section, yaml.MappingNode):
        faults.append(Fault(name, 0, "petrarch: holds no keys", f"give {', '.join(sorted(_KEYS))}"))
        return []
    keys = _mapping(section)
    known = f"known: {', '.join(sorted(_KEYS))}"
    faults += [Fault(name, _line(n), f"petrarch: unknown key {k!r}", known) for k, n in keys.items() if k not in _KEYS]
    found = [(key, _lines(keys[key], "")) for key in _LINES if key in keys]
    verbs: list[Line] = []
    for label, members in _mapping(keys.get("sets")).items():
        verbs += [Line(_line(members), f"&{label}"), *_lines(members, "+")]
    for node in _sequence(keys.get("blocks")):
        block = _mapping(node)
        if not block:
            faults.append(Fault(name, _line(node), "petrarch: not a block", "give block, code, verbs, patterns"))
            continue
        code = _scalar(block.get("code")) or NULL_CODE
        verbs.append(Line(_line(node), f"--- {_scalar(block.get('block'))} [{code}] ---"))
        verbs += _lines(block.get("verbs"), "") + _lines(block.get("patterns"), "- ")
    verbs += _lines(keys.get("transformations"), "")
    if verbs:
        found.append(("verbs", verbs))
    return [(kind, lines) for kind, lines in found if lines]


def _mapping(node: yaml.Node | None) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {k.value: v for k, v in node.value if isinstance(k, yaml.ScalarNode)}


def _sequence(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _scalar(node: yaml.Node | None) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def _lines(node: yaml.Node | None, sign: str) -> list[Line]:
    """The strings of a list as lines of a legacy file, each with the sign that begins such lines."""
    return [
        Line(_line(item), line.text, line.comment)
        for item in _sequence(node)
        for line in dictionary_lines(sign + _scalar(item).replace("\n", " "))
        if line.text != sign.strip()
    ]


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
