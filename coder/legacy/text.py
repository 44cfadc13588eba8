"""Lines of a legacy dictionary without their comments; what all the formats share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from coder.errors import InputError


@dataclass(frozen=True, slots=True)
class Line:
    """A line that says something: number in the file (from 1), text without comment, the comment."""

    number: int
    text: str
    comment: str = ""
    indented: bool = False


def read_text(path: Path) -> str:
    """The text of a dictionary file; bytes that are no UTF-8 are read as Latin-1.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def dictionary_lines(text: str) -> Iterator[Line]:
    """The lines that are no comments, with the comment that follows each on its line.

    A line beginning with `<!` and a `<!-- … -->` span, over several lines too, are comments; so is `#` to the end
    of the line.

    Args:
        text: of a whole file.
    """
    inside = False
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.rstrip("\r").replace("\0", "")
        if inside:
            _, closed, line = line.partition("-->")
            if not closed:
                continue
            inside = False
        line, inside = _without_comments(line)
        if line.lstrip().startswith("<!"):
            continue
        body, _, comment = line.partition("#")
        if body.strip():
            yield Line(number, body.strip(), comment.strip(), body[:1].isspace())


def _without_comments(line: str) -> tuple[str, bool]:
    """A line without its comments, and whether the last of them goes on in the next line."""
    kept: list[str] = []
    place = 0
    while (start := line.find("<!--", place)) >= 0:
        kept.append(line[place:start])
        end = line.find("-->", start)
        if end < 0:
            return " ".join(kept), True
        place = end + 3
    return " ".join([*kept, line[place:]]), False


def words_of(name: str) -> tuple[str, ...]:
    """The words of a name as they are matched: capitals, cut at blanks, underscores and hyphens, 's set apart."""
    found: list[str] = []
    for word in re.split(r"[\s_\-‐‑–]+", name.upper().replace("’", "'").replace("`", "'")):
        if len(word) > 2 and word.endswith("'S"):
            found += [word[:-2], "'S"]
        elif len(word) > 1 and word.endswith("'"):
            found += [word[:-1], "'"]
        elif word:
            found.append(word)
    return tuple(found)


def plural(word: str) -> str:
    """The regular plural as the formats make it: Y to IES, S to SES, else S."""
    if word.endswith("Y"):
        return word[:-1] + "IES"
    return word + "ES" if word.endswith("S") else word + "S"
