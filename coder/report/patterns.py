"""The dictionary's own words behind a pattern id, with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from coder.dictionary.load import VerbEntry, pattern_ids
from coder.resources import Resources

MAX_LINES = 40


def pattern_texts(resources: Resources, wanted: Iterable[str]) -> dict[str, tuple[str, str]]:
    """File:line and text of each pattern that the dictionaries hold; ids that they do not hold are left out.

    Args:
        resources: the dictionaries of the run.
        wanted: pattern ids as in events.parquet.
    """
    open_ = set(wanted)
    loaded = resources.dictionaries
    files: dict[str, list[str]] = {}
    found: dict[str, tuple[str, str]] = {}
    for entry in loaded.verb_entries:
        for frame, pattern_id in zip(entry.model.frames, pattern_ids(entry), strict=True):
            if pattern_id in open_:
                lines = _lines(files, entry.file)
                found[pattern_id] = (f"{entry.path}:{frame.line}", frame_text(lines, entry, frame.line))
    legacy = {path.name: str(path) for path in loaded.files}
    for pattern_id in open_ - found.keys():
        name, _, rest = pattern_id.partition(":")
        number = rest.rpartition("#")[2]
        if name in legacy and number.isdecimal():
            lines = _lines(files, legacy[name])
            if 0 < int(number) <= len(lines):
                found[pattern_id] = (f"{name}:{number}", lines[int(number) - 1].strip())
    return found


def _lines(files: dict[str, list[str]], path: str) -> list[str]:
    if path not in files:
        files[path] = Path(path).read_text(encoding="utf-8", errors="replace").splitlines()
    return files[path]


def frame_text(lines: Sequence[str], entry: VerbEntry, line: int) -> str:
    """A frame as it stands in its file, under its entry's trigger words, without its examples."""
    head: list[str] = []
    for text in lines[entry.model.line - 1 : line - 1]:
        head.append(text)
        if text.lstrip(" -").startswith("frames:"):
            break
    frame = _block(lines, line - 1)
    return "\n".join([*head, *_without(frame, "examples:")][:MAX_LINES])


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _block(lines: Sequence[str], first: int) -> list[str]:
    """The item of a list that begins on a line: all lines that are further in."""
    taken = [lines[first]]
    for text in lines[first + 1 :]:
        if text.strip() and _indent(text) <= _indent(lines[first]):
            break
        taken.append(text)
    while taken and not taken[-1].strip():
        taken.pop()
    return taken


def _without(block: Sequence[str], key: str) -> list[str]:
    """The block less one of its keys."""
    kept: list[str] = []
    inside = -1
    for text in block:
        if inside >= 0 and text.strip() and _indent(text) <= inside and not (_indent(text) == inside and text.lstrip().startswith("-")):
            inside = -1
        if inside < 0 and text.lstrip().startswith(key):
            inside = _indent(text)
        if inside < 0:
            kept.append(text)
    return kept
