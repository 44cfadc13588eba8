"""The tables of a build as the blocks of the report's page.

Three blocks, unpacked one after the other so that the page shows early: `events` (all that the table and the plots
need), `texts` (sentences, event ids) and `trees`.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from coder.errors import InputError
from coder.marking import sentence_start
from coder.report.columns import NULL_DAY, Values, pack
from coder.report.patterns import pattern_texts
from coder.report.trees import pack_trees, stored_sentences
from coder.resources import Resources
from coder.store import ParseStore
from coder.tables import DocumentRow, EventRow, RejectRow, Row, UnresolvedRow, arrow_schema, run_metadata

_EPOCH = dt.date(1970, 1, 1).toordinal()
_EVENT_ID = re.compile(r"[0-9a-f]{16}")
_COLUMNS = [name for name in EventRow.model_fields if name not in {"daily_id", "story_id"}]
NAMES_SHOWN = 200
REJECTS_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Report:
    """What the page shows: packed blocks, and the parts that are plain text.

    Args:
        events, texts, trees: blocks, see `coder.report.columns.pack`.
        totals: label and number.
        left_out: events that the page does not hold, the earliest ones.
        first_day: the first day of those it holds, where some are left out.
        unresolved, rejects: rows of the tables, the first of them; `reject_counts`: stage, reason, number.
        metadata: of events.parquet.
        notes: what the reader should know.
    """

    events: bytes
    texts: bytes
    trees: bytes
    totals: tuple[tuple[str, int], ...]
    left_out: int
    first_day: dt.date | None
    unresolved: tuple[dict[str, Any], ...]
    unresolved_count: int
    rejects: tuple[dict[str, Any], ...]
    rejects_count: int
    reject_counts: tuple[tuple[str, str, int], ...]
    metadata: dict[str, str]
    notes: tuple[str, ...]


def read_report(output: Path, resources: Resources, parses: ParseStore, *, max_events: int, max_trees: int) -> Report:
    """Everything the page shows, from the tables of a build.

    Args:
        output: folder of the build.
        resources: the dictionaries it was coded with, for the text of the patterns and the names of codes.
        parses: what it was coded from, for the trees.
        max_events: hold the latest so many.
        max_trees: hold trees for so many sentences, in the order of the events.

    Raises:
        InputError: there is no events.parquet, or it lacks columns.
    """
    events_file, metadata = _events_file(output / "events.parquet")
    days, statuses = (events_file.read([n], use_threads=False)[n] for n in ("event_date", "status"))
    table = _latest(events_file, days, max_events)
    total, left_out = len(days), len(days) - len(table)
    rows = Lazy(table)
    documents = _companion(output / "documents.parquet", DocumentRow)
    unresolved = _companion(output / "unresolved.parquet", UnresolvedRow)
    rejects = _companion(output / "rejects.parquet", RejectRow)
    notes: list[str] = []
    if metadata.get("eventcoder.dictionaries") != resources.dictionaries.sha256:
        notes.append(
            "The dictionaries at hand are not those the events were coded with: patterns may be missing or shown in "
            "another wording."
        )
    events, sentences, starts, sentence_keys = _pack_events(rows, documents, resources)
    texts = _pack_texts(rows["event_id"], sentences, starts)
    trees = _trees(parses, documents, sentence_keys, sentences, metadata.get("eventcoder.model_sha256", ""), max_trees)
    first = next((d for d in rows["event_date"] if d is not None), None) if left_out else None
    outcomes = Counter(documents["outcome"].to_pylist())
    totals = (
        ("documents", len(documents)),
        ("with events", outcomes["coded"]),
        ("without events", outcomes["no_events"]),
        ("without a date", documents["publication_date"].null_count),
        ("sentences", pc.sum(documents["sentences"]).as_py() or 0),
        ("events", total),
        ("asserted events", pc.sum(pc.equal(statuses, "asserted")).as_py() or 0),
        ("unresolved names", len(unresolved)),
        ("rejects", len(rejects)),
    )
    return Report(
        events=events,
        texts=texts,
        trees=trees,
        totals=totals if len(documents) else totals[5:],
        left_out=left_out,
        first_day=first,
        unresolved=tuple(unresolved.slice(0, NAMES_SHOWN).to_pylist()),
        unresolved_count=len(unresolved),
        rejects=tuple(rejects.slice(0, REJECTS_SHOWN).to_pylist()),
        rejects_count=len(rejects),
        reject_counts=tuple(
            (*kind, n) for kind, n in sorted(Counter(zip(*(rejects[c].to_pylist() for c in ("stage", "reason")), strict=True)).items())
        ),
        metadata=metadata,
        notes=tuple(notes),
    )


class Lazy:
    """A table's columns as Python values, made when asked for and not kept: all at once they would take gigabytes."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __getitem__(self, name: str) -> list[Any]:
        values: list[Any] = self._table[name].to_pylist()
        return values


def _events_file(path: Path) -> tuple[pq.ParquetFile, dict[str, str]]:
    if not path.is_file():
        raise InputError(f"{path} is not there", hint="run `eventcoder build` first, or name its folder with --output")
    try:
        file = pq.ParquetFile(path)
    except pa.ArrowException as error:
        raise InputError(f"{path} is not a Parquet file: {error}", hint="build it again") from error
    missing = [name for name in _COLUMNS if name not in file.schema_arrow.names]
    if missing:
        raise InputError(f"{path} has no column {', '.join(missing)}", hint="build it again with this version")
    return file, run_metadata(file.schema_arrow)


def _latest(file: pq.ParquetFile, days: pa.ChunkedArray, limit: int) -> pa.Table:
    """The latest events of a file sorted by date, and as many of the undated ones, which stand last, as then fit."""
    total = len(days)
    dated = total - days.null_count
    end = min(total, max(dated, limit))
    start = max(min(end, dated) - limit, 0)
    groups: list[int] = []
    first = before = 0
    for number in range(file.num_row_groups):
        size = file.metadata.row_group(number).num_rows
        if before + size > start and before < end:
            if not groups:
                first = before
            groups.append(number)
        before += size
    return file.read_row_groups(groups, columns=_COLUMNS, use_threads=False).slice(start - first, end - start)


def _companion(path: Path, model: type[Row]) -> pa.Table:
    """A table beside events.parquet; empty where the folder has none."""
    schema = arrow_schema(model)
    if not path.is_file():
        return schema.empty_table()
    return pq.read_table(path, use_threads=False)


def _finite(value: float | None, places: int) -> float | None:
    """A number as JSON can say it: rounded, None where it is none."""
    return None if value is None or not math.isfinite(value) else round(value, places)


def _day(value: dt.date | None) -> int:
    return NULL_DAY if value is None else value.toordinal() - _EPOCH


def _pack_events(
    rows: Lazy, documents: pa.Table, resources: Resources
) -> tuple[bytes, list[str], list[int], list[tuple[str, int]]]:
    words, actors, names, codes, places, issues = Values(), Values(), Values(), Values(), Values(), Values()
    document_numbers, sentence_numbers, patterns = Values(), Values(), Values()
    kinds = {name: Values() for name in ("date_precision", "date_basis", "status")}
    keys = list(zip(rows["document_id"], rows["sentence_index"], strict=True))
    sentence_column = [n - 1 for n in sentence_numbers.column(keys)]
    sentences = [""] * (len(sentence_numbers) - 1)
    starts = [-1] * len(sentences)
    seen = [False] * len(sentences)
    needed = (
        "sentence_text", "trigger_text", "trigger_start", "source_text", "source_start", "target_text", "target_start"
    )  # fmt: skip
    for number, *values in zip(sentence_column, *(rows[name] for name in needed), strict=True):
        if not seen[number] or starts[number] < 0:
            row = dict(zip(needed, values, strict=True))
            start = sentence_start(row)
            sentences[number], seen[number] = row["sentence_text"], True
            starts[number] = -1 if start is None else start
    base = [max(starts[n], 0) for n in sentence_column]
    columns: dict[str, Any] = {
        "sentence": sentence_column,
        "date": [_day(d) for d in rows["event_date"]],
        "days": [
            (end - start).days if start is not None and end is not None else 0
            for start, end in zip(rows["event_date"], rows["event_date_end"], strict=True)
        ],
        "source": actors.column(zip(rows["source"], rows["source_country"], rows["source_role"], strict=True)),
        "target": [
            actors.number(t) if t[0] is not None else 0
            for t in zip(rows["target"], rows["target_country"], rows["target_role"], strict=True)
        ],
        "source_name": names.column(rows["source_name"]),
        "target_name": names.column(rows["target_name"]),
        "code": codes.column(
            zip(
                *(rows[n] for n in ("code", "code_label", "root_code", "base_code", "quad_class")),
                (_finite(g, 4) for g in rows["goldstein"]),
                *(rows[n] for n in ("plover_event", "plover_mode", "plover_context")),
                strict=True,
            )
        ),
        "attributed_to": actors.column((a, None, None) if a else None for a in rows["attributed_to"]),
        "attributed_text": words.column(rows["attributed_text"]),
        "reciprocal": [int(bool(v)) for v in rows["reciprocal"]],
        "reports": rows["reports"],
        "stories": rows["stories"],
        "trigger_text": words.column(rows["trigger_text"]),
        "pattern": patterns.column(rows["pattern_id"]),
        "place": [
            places.number(p) if any(v is not None for v in p) else 0
            for p in zip(
                rows["location_name"], rows["location_country"], (_finite(x, 5) for x in rows["latitude"]),
                (_finite(x, 5) for x in rows["longitude"]), rows["geoname_id"], strict=True,
            )
        ],
        "issues": issues.column(tuple(v) if v else None for v in rows["issues"]),
    }
    for name, kind in kinds.items():
        columns[name] = kind.column(rows[name])
    for part in ("source", "target", "trigger"):
        first = rows[f"{part}_start"]
        end = rows[f"{part}_end"]
        columns[f"{part}_text"] = words.column(rows[f"{part}_text"])
        columns[f"{part}_at"] = [0 if a is None else a - b for a, b in zip(first, base, strict=True)]
        columns[f"{part}_length"] = [0 if a is None else z - a for a, z in zip(first, end, strict=True)]
    sentence_keys: list[tuple[str, int]] = sentence_numbers.distinct()[1:]
    published = dict(zip(rows["document_id"], rows["publication_date"], strict=True))
    columns["sentence_document"] = [document_numbers.number(key[0]) - 1 for key in sentence_keys]
    columns["sentence_index"] = [key[1] for key in sentence_keys]
    held = document_numbers.distinct()[1:]
    known = documents.filter(pc.is_in(documents["document_id"], value_set=pa.array(held, pa.string())))
    described = ("title", "publisher", "url", "path")
    by_id = dict(zip(known["document_id"].to_pylist(), zip(*(known[n].to_pylist() for n in described), strict=True), strict=True))
    columns["document_date"] = [_day(published[d]) for d in held]
    coverage = Counter(d for d in documents["publication_date"].to_pylist() if d is not None)
    columns["coverage_day"] = [_day(d) for d in sorted(coverage)]
    columns["coverage_count"] = [coverage[d] for d in sorted(coverage)]
    texts = pattern_texts(resources, patterns.distinct()[1:])
    labels = {e.code: e.label for e in resources.ontology if len(e.code) == 2}
    header = {
        "rows": len(keys),
        "documents": [[d, *by_id.get(d, (None,) * len(described))] for d in held],
        "words": words.distinct(),
        "actors": actors.distinct(),
        "names": names.distinct(),
        "codes": codes.distinct(),
        "places": places.distinct(),
        "issues": issues.distinct(),
        "patterns": [[p, *texts.get(p, (None, None))] if p else None for p in patterns.distinct()],
        "roots": labels,
        "countries": {code: actor.name for code, actor in sorted(resources.dictionaries.countries.items())},
        **{name: kind.distinct() for name, kind in kinds.items()},
    }
    return pack(header, columns), sentences, starts, sentence_keys


def _pack_texts(event_ids: Sequence[str], sentences: list[str], starts: list[int]) -> bytes:
    """Sentences and event ids; ids of sixteen hexadecimal digits go as numbers, half as long."""
    header: dict[str, Any] = {"sentences": sentences}
    columns: dict[str, Any] = {"start": starts}
    if all(_EVENT_ID.fullmatch(i) for i in event_ids):
        halves = [int(i[at : at + 8], 16) for i in event_ids for at in (0, 8)]
        columns["ids"] = halves
    else:
        header["ids"] = list(event_ids)
    return pack(header, columns)


def _trees(
    parses: ParseStore,
    documents: pa.Table,
    keys: Sequence[tuple[str, int]],
    sentences: Sequence[str],
    model_sha256: str,
    limit: int,
) -> bytes:
    wanted: dict[str, set[int]] = {}
    for document, index in keys[:limit]:
        wanted.setdefault(document, set()).add(index)
    texts = dict(zip(documents["document_id"].to_pylist(), documents["sha256"].to_pylist(), strict=True)) if wanted else {}
    found = stored_sentences(parses, wanted, texts, model_sha256) if wanted and texts else {}
    return pack_trees(
        (number, found[key])
        for number, key in enumerate(keys[:limit])
        if key in found and found[key].text == sentences[number]
    )


def options_of(metadata: Mapping[str, str]) -> dict[str, str]:
    """Metadata as a reader wants it: names without the prefix, options one by one."""
    shown: dict[str, str] = {}
    for key, value in metadata.items():
        name = key.removeprefix("eventcoder.")
        if name == "options":
            try:
                shown |= {f"option {k}": str(v) for k, v in sorted(json.loads(value).items())}
                continue
            except (ValueError, AttributeError):
                pass
        shown[name] = value
    return shown
