"""Lines of a legacy dictionary without their comments; what all the formats share."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
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
    """The text of a dictionary file, line ends made alike; what is neither UTF-8 nor UTF-16 is read as Windows-1252.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path, hint="check the path") from error
    return _decoded(raw).replace("\r\n", "\n").replace("\r", "\n")


def _decoded(raw: bytes) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1")


def dictionary_lines(text: str) -> Iterator[Line]:
    """The lines that are no comments, with the comment that follows each on its line.

    A line beginning with `<!` and a `<!-- … -->` span, over several lines too, are comments; so is `#` to the end
    of the line.

    Args:
        text: of a whole file.
    """
    inside = False
    unclosed = unclosed_comment(text)
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.rstrip("\r").replace("\0", "")
        if inside:
            _, closed, line = line.partition("-->")
            if not closed:
                continue
            inside = False
        line, inside = _without_comments(line)
        inside = inside and number != unclosed
        if line.lstrip().startswith("<!"):
            continue
        body, _, comment = line.partition("#")
        if body.strip():
            yield Line(number, body.strip(), comment.strip(), body[:1].isspace())


def unclosed_comment(text: str) -> int:
    """The line of a `<!--` that nothing closes, which ends with its line so that no entry is lost; 0 for none."""
    opened = text.find("<!--", text.rfind("-->") + 1)
    return text.count("\n", 0, opened) + 1 if opened >= 0 else 0


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


@lru_cache(maxsize=1 << 16)
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


_STEM_ENDINGS = ("N", "AN", "ANS", "IAN", "IANS", "IA", "INA", "INIAN", "IC", "ESE")
MIN_STEM = 5


@lru_cache(maxsize=1 << 15)
def stems(word: str) -> tuple[str, ...]:
    """What an open name may look like under the endings of a plural or an adjective."""
    found: list[str] = []
    if len(word) > 3 and word.endswith("S"):
        found.append(word[:-1])
        if word.endswith("ES"):
            found.append(word[:-2])
        if word.endswith("IES"):
            found.append(word[:-3] + "Y")
    for ending in _STEM_ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= MIN_STEM:
            found.append(word[: -len(ending)])
    return tuple(found)
