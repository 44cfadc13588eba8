"""The sheet that human coders fill in: CSV out and CSV back in, whatever a spreadsheet has done to it in between.

Cells are made so that a spreadsheet changes none that matter: ids and codes begin with a letter or carry their label, so
that no leading zero is lost, and text that it could take for a formula is quoted.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coder.errors import EventCoderError, InputError
from coder.marking import pieces
from coder.validation.sample import Item

QUESTIONS: Mapping[str, str] = {
    "source_right": "Is the source right?",
    "action_right": "Is the action (code) right?",
    "target_right": "Is the target right?",
    "date_right": "Is the date right?",
    "status_right": "Is the status right?",
}
COLUMNS = (
    "item", "id", "stratum", "stratum_events", "stratum_drawn", "document", "published", "sentence", "source", "source_words", "action",
    "action_words", "target", "target_words", "date", "status", *QUESTIONS, "comment", "coder",
)  # fmt: skip
RIGHT = frozenset("y yes 1 right true t x ok r".split())
WRONG = frozenset("n no 0 wrong false f w".split())
UNSURE = frozenset("? u unsure dk unclear".split())
NOT_APPLICABLE = frozenset(("n/a", "na", "-", "none"))
_MARKS = {"source": ("[S: ", "]"), "trigger": ("[A: ", "]"), "target": ("[T: ", "]"), "": ("", "")}
_FORMULA = re.compile(r"'*[=+\-@\t\r\n]")  # with apostrophes before it, so that `unguard` can tell its own
MAX_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Judged:
    """One event as one human coder judged it.

    Args:
        answers: question → True (right), False (wrong) or None (no judgement); a question that does not apply is absent.
        unsure: questions answered with "unsure"; they have no judgement.
    """

    event_id: str
    stratum: str
    population: int
    drawn: int
    code: str
    code_label: str
    answers: Mapping[str, bool | None]
    unsure: frozenset[str] = frozenset()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as filled in by one human coder; `coder` is the name in the sheet, else that of the file."""

    path: str
    coder: str
    judged: tuple[Judged, ...] = field(default=())


class SheetError(EventCoderError):
    """A sheet with faults; the message lists them with file and row."""


def sheet_row(number: int, item: Item, by: str) -> dict[str, str]:
    """The cells of an item, judgements empty; not yet guarded against formulas."""
    row = item.row
    return {
        "item": str(number),
        "id": f"E-{row['event_id']}",
        "stratum": f"{by}: {item.stratum}",
        "stratum_events": str(item.population),
        "stratum_drawn": str(item.drawn),
        "document": f"{row['document_id']}, sentence {row['sentence_index'] + 1}",
        "published": f"published {row['publication_date']}" if row["publication_date"] else "no date",
        "sentence": "".join(f"{_MARKS[part][0]}{text}{_MARKS[part][1]}" for text, part in pieces(row)),
        "source": _actor(row["source"], row["source_name"]),
        "source_words": row["source_text"],
        "action": f"{row['code']} {row['code_label']}",
        "action_words": row["trigger_text"],
        "target": _actor(row["target"], row["target_name"]) if row["target"] else "(no target)",
        "target_words": row["target_text"] or "",
        "date": date_words(row),
        "status": row["status"],
        **dict.fromkeys(QUESTIONS, ""),
        "target_right": "" if row["target"] else "n/a",
        "comment": "",
        "coder": "",
    }


def _actor(code: str, name: str | None) -> str:
    return f"{code} ({name})" if name else code


def date_words(row: Mapping[str, Any]) -> str:
    """The date of an event for people; never a bare date, which spreadsheets rewrite."""
    first, last = row["event_date"], row["event_date_end"]
    if first is None and last is None:
        return "no date"
    span = f"on {first}" if first == last else f"{first or '…'} to {last or '…'}"
    return f"{span} ({row['date_precision']})"


def guard(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula: such text gets an apostrophe before it (OWASP's advice)."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def unguard(cell: str) -> str:
    """The cell before `guard`."""
    return cell[1:] if cell[:1] == "'" and _FORMULA.match(cell) else cell


def sheet_csv(items: Sequence[Item], by: str, *, bom: bool = True) -> str:
    """The sheet as CSV.

    Args:
        by: the stratifying column.
        bom: begin with a byte-order mark, by which Excel knows that it is UTF-8.
    """
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for number, item in enumerate(items, 1):
        writer.writerow({name: guard(cell) for name, cell in sheet_row(number, item, by).items()})
    return ("\ufeff" if bom else "") + stream.getvalue()


def read_sheet(path: Path) -> Sheet:
    """Read a sheet back: UTF-8 (with or without mark) or Windows-1252, separated by comma, semicolon or tab.

    Raises:
        InputError: the file cannot be read or is no sheet.
        SheetError: with every faulty row.
    """
    if path.suffix.lower() in (".xlsx", ".xls", ".ods"):
        raise InputError("a workbook, not CSV", path=path, hint="save the sheet as CSV (UTF-8) in the spreadsheet program")
    if path.suffix.lower() in (".html", ".htm"):
        raise InputError("the empty form, not the judgements", path=path, hint='give the CSV that the form\'s "Download" button saved')
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError("larger than any sheet", path=path, hint="give a sheet made by `eventcoder validate sample`")
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path, hint="check the path") from error
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")  # what Excel saves as plain "CSV"; names do not enter the scores
    header, rows = _cells(text)
    required = ("id", "stratum", "stratum_events", "stratum_drawn", "action", *QUESTIONS)
    missing = [name for name in required if name not in header]
    if missing:
        raise InputError(
            f"no column {', '.join(missing)}", path=path, line=1, hint="keep the header row as `eventcoder validate sample` wrote it"
        )
    faults: list[str] = []
    judged: list[Judged] = []
    seen: dict[str, int] = {}
    coders: list[str] = []
    for number, cells in rows:
        row = {name: unguard(cell.strip()) for name, cell in zip(header, cells, strict=False)}
        if not any(row.values()):
            continue
        if len(cells) < len(header) and any(name not in row for name in required):
            faults.append(f"{path}:{number}: {len(cells)} cells where the header has {len(header)}")
            continue
        event = _judged(row, f"{path}:{number}", faults)
        if event is None:
            continue
        if event.event_id in seen:
            faults.append(f"{path}:{number}: {row['id']} stands in row {seen[event.event_id]} too")
            continue
        seen[event.event_id] = number
        judged.append(event)
        if row.get("coder"):
            coders.append(row["coder"])
    if len(set(coders)) > 1:
        faults.append(f"{path}: several coders in one sheet ({', '.join(sorted(set(coders)))}): give one sheet a coder")
    if faults:
        more = f"\n… and {len(faults) - 20} more" if len(faults) > 20 else ""
        raise SheetError(f"{len(faults)} fault(s) in the sheet:\n" + "\n".join(faults[:20]) + more, hint="mend these rows and run again")
    if not judged:
        raise InputError("a sheet without events", path=path, hint="give a sheet made by `eventcoder validate sample`")
    return Sheet(str(path), coders[0] if coders else path.stem, tuple(judged))


def _cells(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Header and rows with their numbers, as a spreadsheet counts rows (the header is row 1)."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        return [], []
    if not lines:
        return [], []
    return [name.strip().lower() for name in lines[0]], list(enumerate(lines[1:], 2))


def _judged(row: Mapping[str, str], where: str, faults: list[str]) -> Judged | None:
    before = len(faults)
    event_id = re.fullmatch(r"E-([0-9a-f]{16})", row["id"])
    if not event_id:
        faults.append(f'{where}: "{row["id"]}" is no id of an event (E- and 16 characters): was the column changed?')
    counts = {}
    for name in ("stratum_events", "stratum_drawn"):
        if row[name].isascii() and row[name].isdigit() and len(row[name]) < 10 and int(row[name]) > 0:
            counts[name] = int(row[name])
        else:
            faults.append(f'{where}: {name} is "{row[name]}", not a number')
    code = re.match(r"(\S{2,})\s+(\S.*)", row["action"])
    if not code:
        faults.append(f'{where}: action is "{row["action"]}", not a code with its label')
    answers: dict[str, bool | None] = {}
    unsure = set()
    for question in QUESTIONS:
        cell = row[question].lower()
        if cell in NOT_APPLICABLE:
            if question == "target_right":
                continue
            faults.append(f'{where}: {question} is "{row[question]}", but every event has one: write y, n or ?')
        elif cell in RIGHT:
            answers[question] = True
        elif cell in WRONG:
            answers[question] = False
        elif not cell or cell in UNSURE:
            answers[question] = None
            if cell:
                unsure.add(question)
        else:
            faults.append(f'{where}: {question} is "{row[question]}": write y (right), n (wrong), ? (unsure) or nothing')
    if len(faults) > before or event_id is None or code is None:
        return None
    return Judged(
        event_id[1], row["stratum"], counts["stratum_events"], counts["stratum_drawn"], code[1], code[2], answers, frozenset(unsure),
        row.get("comment", ""),
    )  # fmt: skip
