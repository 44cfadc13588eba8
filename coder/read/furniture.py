"""Newspaper furniture: the spans of a text that a page puts around the news (menus, credits, calls, notices).

The text stays as it is and so do its offsets; later stages leave the spans out. A rule asks for the whole of a line
or sentence, never for a word in it, so that a report on cookies, photographers or newsletters stays news.

>>> text = "Skip to main content\\nFrance sent aid to Kenya. (Photo by A. Dupont / AFP via Getty Images)"
>>> [text[start:end] for start, end in mark_furniture(text)]
['Skip to main content', '(Photo by A. Dupont / AFP via Getty Images)']
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from coder.read.dates import is_date_line
from coder.read.furniture_rules import (
    COMMENT_SIGN,
    COMMENTS,
    FIXED_LINES,
    HEADINGS,
    INLINE,
    INLINE_HINT,
    MENU_WORDS,
    UNITS,
)

Span = tuple[int, int]

_LINE = re.compile(r"[^\n\u2028\u2029]+")
_BULLETS = "•‣◦▪●∙⁃■□►▶▸▹➤»·"
_LEAD = re.compile(rf"\s*(?:(?:[{_BULLETS}]|[*+-](?=[ \t])|\#{{1,6}}(?=[ \t])|>(?=[ \t]))\s*)*")
_STOP = re.compile(r"[.!?…][\"'”’)\]]*(?:\s|$)")
_SENTENCE_END = re.compile(r"[.!?…;][\"'”’»)\]]*$")
_BREAK = re.compile(r"(?<=[.!?])[\"'”’)\]]*[ \t]+(?=[\"'“‘(\[]*[A-Z])")
_MAX_UNIT = 400

_PREFIX = re.compile(r"\s*(date:?[ \t]+\d{4}-\d\d-\d\d)(?=\s)", re.IGNORECASE)
_NAV_SEPARATOR = re.compile(r"\s*(?:[|›»>•·/]|\s[-–—]\s)\s*")
_MAX_LINKS = 12


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the text: its span without margins, bullet and heading marks, and its words compared in lower case."""

    start: int
    end: int
    bare: int
    words: str
    prose: bool

    @property
    def key(self) -> str:
        return self.words.casefold()


def mark_furniture(text: str) -> tuple[Span, ...]:
    """The spans of the text that are not news, in order, apart from one another, with no space at their ends.

    Args:
        text: the text of a report.
    """
    lines = _lines(text)
    spans: list[Span] = []
    if prefix := _PREFIX.match(text):
        spans.append(prefix.span(1))
    for line in lines:
        if line.bare > line.start:
            spans.append((line.start, line.bare))
        spans.extend(_in_line(text, line))
    spans.extend(_navigation(lines))
    spans.extend(_link_lists(lines))
    spans.extend(_reader_comments(lines, len(text)))
    spans.extend(_repeats(lines))
    return _merged(text, spans)


def _lines(text: str) -> list[_Line]:
    lines = []
    for match in _LINE.finditer(text):
        raw = match[0]
        body = raw.rstrip()
        if not body.strip():
            continue
        start = match.start() + len(raw) - len(raw.lstrip())
        lead = _LEAD.match(raw)
        bare = match.start() + (lead.end() if lead else 0)
        end = match.start() + len(body)
        # A line may be all mark ("***"): then the mark is its text.
        bare = start if bare >= end else bare
        # Long lines are prose: their words are not compared, and a line of 50 MB is not copied about.
        words = " ".join(text[bare:end].split()) if end - bare <= _MAX_UNIT * 4 else text[bare : bare + _MAX_UNIT]
        prose = end - bare > _MAX_UNIT or bool(_SENTENCE_END.search(words))
        lines.append(_Line(start, end, bare, words, prose))
    return lines


def _in_line(text: str, line: _Line) -> Iterator[Span]:
    """Furniture that shows in the line alone: the whole line, sentences in it, or fragments."""
    if _is_fixed(line):
        yield line.start, line.end
        return
    for start, end in _sentences(text, line):
        if end - start <= _MAX_UNIT and _is_unit(text[start:end]):
            yield start, end
    if INLINE_HINT.search(text, line.bare, line.end):
        for rule in INLINE:
            for match in rule.finditer(text, line.bare, line.end):
                yield match.span()


def _is_fixed(line: _Line) -> bool:
    if line.end - line.bare > 160:
        return False
    if not any(char.isalnum() for char in line.words):
        return True
    key = line.key.rstrip(":").strip()
    return key in FIXED_LINES or key in MENU_WORDS or is_date_line(line.words) or _is_menu_row(line.words)


def _is_menu_row(words: str) -> bool:
    """ "Home | World | Europe", "News > Asia", a date beside a byline: short labels with separators between."""
    parts = [part for part in _NAV_SEPARATOR.split(words) if part]
    if len(parts) < 2 or any(
        len(part.split()) > 6 or (_STOP.search(part) and not part.startswith("By ")) for part in parts
    ):
        return False
    known = sum(part.casefold() in MENU_WORDS or part.casefold() in FIXED_LINES for part in parts)
    told = sum(is_date_line(part) or _is_unit(part) for part in parts)
    return known + told >= max(2, len(parts) / 2) or (told >= 1 and len(parts) <= 4 and "|" in words) or known >= 3


def _sentences(text: str, line: _Line) -> Iterator[Span]:
    start = line.bare
    for gap in _BREAK.finditer(text, line.bare, line.end):
        yield start, gap.end() - len(gap[0]) + len(gap[0].rstrip())
        start = gap.end()
    yield start, line.end


def _is_unit(sentence: str) -> bool:
    return bool(UNITS.fullmatch(sentence.strip().rstrip(".").strip("\"'“”‘’[]_* ")))


def _navigation(lines: Sequence[_Line]) -> Iterator[Span]:
    """Runs of four and more lines of a few words each, one of which at least every menu has."""
    run: list[_Line] = []
    for line in [*lines, None]:
        if line is not None and not line.prose and len(line.words) <= 40 and line.words.count(" ") <= 2:
            run.append(line)
            continue
        if len(run) >= 4 and sum(item.key in MENU_WORDS or item.key in FIXED_LINES for item in run) * 4 >= len(run):
            yield from ((item.start, item.end) for item in run)
        run = []


def _link_lists(lines: Sequence[_Line]) -> Iterator[Span]:
    """Headlines of other reports under a heading such as "Related stories", up to the next sentence."""
    left = 0
    for line in lines:
        if len(line.words) <= 70 and HEADINGS.fullmatch(line.words):
            left = _MAX_LINKS
            yield line.start, line.end
        elif left and not line.prose and len(line.words) <= 160:
            left -= 1
            yield line.start, line.end
        else:
            left = 0


def _reader_comments(lines: Sequence[_Line], length: int) -> Iterator[Span]:
    """What readers wrote, below the report: from its heading to the end, if it shows the marks of a comment."""
    for position, line in enumerate(lines):
        if line.start * 2 < length or len(line.words) > 40 or not COMMENTS.fullmatch(line.words):
            continue
        after = lines[position + 1 :]
        if any(len(item.words) <= 60 and COMMENT_SIGN.fullmatch(item.words) for item in after):
            yield line.start, length
        return


def _repeats(lines: Sequence[_Line]) -> Iterator[Span]:
    """Lines that come again: of a block of labels every copy goes, of a sentence or headline all but the first."""
    counts = Counter(line.key for line in lines if _can_repeat(line))
    if not counts or max(counts.values()) < 2:
        return
    blocks = _repeated_blocks(lines, counts)
    seen: set[str] = set()
    for position, line in enumerate(lines):
        if counts[line.key] < 2 or not _can_repeat(line):
            continue
        if position in blocks or line.key in seen:
            yield line.start, line.end
        seen.add(line.key)


def _can_repeat(line: _Line) -> bool:
    """Long enough to come again on purpose alone; a line that names a speaker ("Question:") comes again in earnest."""
    if line.end - line.bare > _MAX_UNIT * 4 or line.words.endswith(":"):
        return False
    return len(line.words) >= (40 if line.prose else 8)


def _repeated_blocks(lines: Sequence[_Line], counts: Counter[str]) -> set[int]:
    """Positions of neighbouring lines without a full stop that stand together elsewhere as well."""
    pairs: dict[tuple[str, str], list[int]] = {}
    for position, (one, two) in enumerate(itertools.pairwise(lines)):
        if not one.prose and not two.prose and counts[one.key] > 1 and counts[two.key] > 1 and one.key != two.key:
            pairs.setdefault((one.key, two.key), []).append(position)
    return {place for places in pairs.values() if len(places) > 1 for first in places for place in (first, first + 1)}


def _merged(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Spans in order, joined where they touch or only space lies between, their ends trimmed."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if start >= end:
            continue
        if merged and (
            start <= merged[-1][1] or (start - merged[-1][1] < 200 and text[merged[-1][1] : start].isspace())
        ):
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
