"""The layouts of Phoenix and PETRARCH event files: tab-separated, one event a line.

Phoenix has a header and 26 columns; PETRARCH has none and begins with date, source, target and code.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from coder.errors import InputError
from coder.tables import write_text

PHOENIX_COLUMNS = (
    "EventID", "Date", "Year", "Month", "Day", "SourceActorFull", "SourceActorEntity", "SourceActorRole",
    "SourceActorAttribute", "TargetActorFull", "TargetActorEntity", "TargetActorRole", "TargetActorAttribute", "EventCode",
    "EventRootCode", "QuadClass", "GoldsteinScore", "Issues", "Lat", "Lon", "LocationName", "StateName", "CountryCode",
    "SentenceID", "URLs", "NewsSources",
)  # fmt: skip


def _actor(code: str | None) -> tuple[str, str, str, str]:
    """An actor code as Phoenix cuts it: the whole, country, agents, other letters."""
    if not code:
        return "", "", "", ""
    country = code[:3]
    rest = [code[i : i + 3] for i in range(3, len(code), 3)]
    return code, "" if country == "---" else country, ";".join(rest[:1]), ";".join(rest[1:])


def _clean(value: object) -> str:
    return "" if value is None else " ".join(str(value).split())


def phoenix_line(row: Mapping[str, Any]) -> str:
    """An event row as a line.

    Args:
        row: of events.parquet.
    """
    day = row["event_date"] or row["publication_date"]
    when = [day.strftime("%Y%m%d"), str(day.year), str(day.month), str(day.day)] if day else ["", "", "", ""]
    cells = [
        row["event_id"], *when, *_actor(row["source"]), *_actor(row["target"]), row["code"], row["root_code"],
        row["quad_class"], f"{row['goldstein']:.1f}", ";".join(row["issues"] or []), row["latitude"], row["longitude"],
        row["location_name"], "", row["location_country"], f"{row['document_id']}_{row['sentence_index']}", "", "",
    ]  # fmt: skip
    return "\t".join(_clean(c) for c in cells)


def petrarch_line(row: Mapping[str, Any]) -> str:
    """An event row as PETRARCH writes it: date, source, target, code, sentence id.

    Args:
        row: of events.parquet.
    """
    day = row["event_date"] or row["publication_date"]
    cells = [
        day.strftime("%Y%m%d") if day else "",
        row["source"],
        row["target"] or "---",
        row["code"],
        f"{row['document_id']}_{row['sentence_index']}",
    ]
    return "\t".join(_clean(c) for c in cells)


def export_phoenix(events: Path, output: Path, *, layout: str = "phoenix") -> int:
    """Write events.parquet in an older layout; how many lines were written.

    Args:
        events: the table.
        output: tab-separated file.
        layout: "petrarch" (date, source, target, code, sentence), or "phoenix" for all columns of the Phoenix files.

    Raises:
        InputError: the table cannot be read.
    """
    try:
        rows: Iterable[Mapping[str, Any]] = pq.read_table(events).to_pylist()
        head = [] if layout == "petrarch" else ["\t".join(PHOENIX_COLUMNS)]
        lines = [(petrarch_line if layout == "petrarch" else phoenix_line)(row) for row in rows]
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"not a table of events: {error}", path=events, hint="give an events.parquet") from error
    write_text("".join(line + "\n" for line in [*head, *lines]), output)
    return len(lines)
