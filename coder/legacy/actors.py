"""Actor files: names, synonyms and dated codes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from coder.errors import Fault
from coder.legacy.model import DatedCode
from coder.legacy.text import Line, words_of

_CODE = re.compile(r"\[([^\[\]]*)\]")
_DATED = re.compile(r"^(?:(?P<code>[^\s<>]+?)(?:\s+|(?=[<>])))?(?P<when>[<>]?\s*\d[\d\s\-]*)$")
_GLUED = re.compile(r"\d{6,}(-\d{6,})?$")
_NULL = frozenset({"---", ""})


@dataclass(slots=True)
class RawActor:
    """An actor block as it stands: the main name, synonyms, codes, where, and the comments beside them."""

    line: int
    names: list[tuple[str, int]]
    codes: list[DatedCode] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)


def day_number(digits: str) -> int | None:
    """YYMMDD or YYYYMMDD as a number YYYYMMDD; None where it is neither.

    Years up to 30 are of this century. Slips are read as what they must be: of ten digits the last eight count (a year
    written twice), of nine the first eight; seven are YYYYMMD where the year says so, else YYMMDD and a digit too many.
    """
    if len(digits) == 7:
        digits = f"{digits[:6]}0{digits[6]}" if digits[:2] in ("19", "20") else digits[:6]
    if len(digits) == 6:
        return int(("20" if int(digits[:2]) <= 30 else "19") + digits)
    if len(digits) in (8, 9):
        return int(digits[:8])
    return int(digits[-8:]) if len(digits) == 10 else None


def calendar_day(number: int | None) -> dt.date | None:
    """A number YYYYMMDD as a date; None where it is no day of the calendar."""
    if number is None:
        return None
    try:
        return dt.date(number // 10000, number // 100 % 100, number % 100)
    except ValueError:
        return None


def shift_day(number: int, by: int) -> int:
    """The day some days after a number YYYYMMDD, as such a number."""
    day = calendar_day(number)
    try:
        moved = day + dt.timedelta(days=by) if day else None
    except OverflowError:
        moved = None
    return moved.year * 10000 + moved.month * 100 + moved.day if moved else number + by


def parse_code(text: str) -> tuple[DatedCode | None, str]:
    """A bracket's content as a dated code, and what is wrong with it ("" where nothing is).

    Args:
        text: between the brackets.
    """
    body = text.strip().upper()
    if body in _NULL:
        return DatedCode(""), ""
    match = _DATED.match(body)
    if match is None:
        code = body.split()[0] if body else ""
        problem = "" if code == body else f"only the code {code} of [{body}] is used"
        if re.search(r"[<>]", code) or _GLUED.search(code):
            return None, f"the date of [{body}] cannot be read"
        return DatedCode(code), problem
    code = match["code"] or ""
    if not code:
        return None, f"[{body}] has a date and no code"
    if code == "---":
        code = ""
    sign = match["when"].strip()[:1] if match["when"].strip()[:1] in "<>" else ""
    parts = re.findall(r"\d+", match["when"])
    days = [day_number(p) for p in parts]
    odd = any(len(p) not in (6, 8) for p in parts)
    if not days or any(d is None for d in days) or len(days) > 2:
        return None, f"the date of [{body}] cannot be read"
    if odd and any(calendar_day(d) is None for d in days):
        return None, f"the date of [{body}] cannot be read"
    note = f"the date of [{body}] is read as {'-'.join(map(str, days))}" if odd else ""
    first = days[0] or 0
    if sign == "<":
        return DatedCode(code, 0, first), note
    if len(days) == 2:
        last = days[1] or 0
        if last < first:
            return DatedCode(code, last, first), f"the dates of [{body}] stand in the wrong order"
        return DatedCode(code, first, last), note
    return DatedCode(code, first), note


def parse_actors(lines: Iterable[Line], path: str, faults: list[Fault]) -> list[RawActor]:
    """The blocks of an actor file; the last one too.

    Args:
        path: of the file, for messages.
        faults: what cannot be used or was mended is added here.
    """
    blocks: list[RawActor] = []
    current: RawActor | None = None
    for line in lines:
        brackets = list(_CODE.finditer(line.text))
        name = line.text[: brackets[0].start()] if brackets else line.text
        name = name.strip()
        if not brackets and "[" in line.text:
            mended = re.sub(r"\[([^\[\]}]*)\}?$", r"[\1]", line.text)
            brackets = list(_CODE.finditer(mended))
            name = line.text[: line.text.index("[")].strip()
            faults.append(Fault(path, line.number, "a bracket is not closed", "close it", "warning"))
        rest = line.text[brackets[-1].end() :].strip() if brackets else ""
        if rest:
            faults.append(Fault(path, line.number, f"unused after the code: {rest[:60]}", "", "warning"))
        if name.startswith("+"):
            name = name[1:].strip()
            if current is None:
                faults.append(Fault(path, line.number, "a synonym before any name", "move it under a name"))
                continue
            if not _usable(name):
                faults.append(Fault(path, line.number, "a synonym without a word", "remove it"))
                continue
            current.names.append((name, line.number))
        elif name:
            if not _usable(name) or name[0] in "&<>~*$%^=":
                faults.append(Fault(path, line.number, f"not an actor: {name[:60]}", "remove it"))
                continue
            current = RawActor(line.number, [(name, line.number)])
            blocks.append(current)
        elif current is None:
            faults.append(Fault(path, line.number, "a code before any name", "move it under a name"))
            continue
        if line.comment:
            current.comments.append(line.comment)
        for bracket in brackets:
            code, problem = parse_code(bracket[1])
            if problem:
                faults.append(
                    Fault(
                        path, line.number, problem, "write it as [CODE YYMMDD-YYMMDD]", "warning" if code else "error"
                    )
                )
            if code is not None:
                current.codes.append(code)
    for block in blocks:
        if not block.codes:
            faults.append(Fault(path, block.line, f"{block.names[0][0]} has no code", "it is not used", "warning"))
    return blocks


def merge_blocks(blocks: Iterable[RawActor], path: str, faults: list[Fault]) -> list[RawActor]:
    """Blocks with a code, those of one main name as one: the later names and codes join the first.

    Args:
        path: of the file, for messages.
        faults: told of every name that stands twice.
    """
    found: dict[str, RawActor] = {}
    for block in blocks:
        if not block.codes:
            continue
        first = found.setdefault(" ".join(words_of(block.names[0][0])), block)
        if first is not block:
            faults.append(
                Fault(path, block.line, f"{block.names[0][0]} stands here twice", "the codes are joined", "warning")
            )
            first.names += [n for n in block.names if n[0] not in {name for name, _ in first.names}]
            first.codes += block.codes
            first.comments += block.comments
    return list(found.values())


def _usable(name: str) -> bool:
    return any(c.isalnum() for c in name) and len(name) <= 300


def trim_overlaps(codes: list[DatedCode]) -> tuple[DatedCode, ...]:
    """Where another code begins on the day one ends, the earlier one ends the day before."""
    starts = {c.first for c in codes if c.first}
    return tuple(
        DatedCode(c.code, c.first, shift_day(c.last, -1))
        if c.last in starts and c.first < c.last and any(o is not c and o.first == c.last for o in codes)
        else c
        for c in codes
    )


def code_on(codes: Iterable[DatedCode], day: int | None) -> str:
    """The code that holds on a day, "" for none (or the null code).

    The shortest closed range wins, of equal ones the first; then, of open ranges, the one that begins last or ends
    first; then the default, of several the last. Without a day only the default counts, or the one code there is.

    Args:
        day: as YYYYMMDD.
    """
    listed = list(codes)
    defaults = [c for c in listed if c.default]
    if day is None:
        return defaults[-1].code if defaults else listed[0].code if len({c.code for c in listed}) == 1 else ""
    fitting = [c for c in listed if not c.default and c.first <= day <= c.last]
    closed = [c for c in fitting if c.first and c.last != 99999999]
    if closed:
        return min(closed, key=lambda c: c.last - c.first).code
    if fitting:
        return min(fitting, key=lambda c: day - c.first if c.first else c.last - day).code
    return defaults[-1].code if defaults else ""


def split_actors(code: str) -> Iterator[str]:
    """`FRO/BIL/SAM` is three actors."""
    for part in code.split("/"):
        if part.strip():
            yield part.strip()
