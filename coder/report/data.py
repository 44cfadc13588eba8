"""The tables of a build as the blocks of the report's page.

Three blocks, unpacked one after the other so that the page shows early: `events` (all that the table and the plots
need), `texts` (sentences, event ids) and `trees`.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
import tempfile
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from coder.errors import InputError
from coder.marking import sentence_start
from coder.memory import give_back
from coder.report.columns import NULL_DAY, Listed, Values, smallest, squeeze, write_block
from coder.report.patterns import pattern_texts
from coder.report.trees import pack_trees, stored_sentences
from coder.resources import Resources
from coder.store import ParseStore, parsed_by
from coder.tables import DocumentRow, EventRow, RejectRow, Row, UnresolvedRow, arrow_schema, run_metadata

_EVENT_ID = re.compile(r"[0-9a-f]{16}")
_COLUMNS = [name for name in EventRow.model_fields if name not in {"daily_id", "story_id"}]
MARKS = ("trigger_text", "trigger_start", "source_text", "source_start", "target_text", "target_start")
BATCH = 8192
NAMES_SHOWN = 200
REJECTS_SHOWN = 200
Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Report:
    """What the page shows: packed blocks, and the parts that are plain text.

    Args:
        events, texts, trees: blocks as the page carries them, see `coder.report.columns`.
        totals: label and number.
        left_out: events that the page does not hold, the earliest ones.
        first_day: the first day of those it holds, where some are left out.
        unresolved, rejects: rows of the tables, the first of them; `reject_counts`: stage, reason, number.
        metadata: of events.parquet.
        notes: what the reader should know.
    """

    events: str
    texts: str
    trees: str
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
    total, dated, asserted = _count_events(events_file)
    rows = Latest(events_file, total, dated, max_events)
    left_out = total - len(rows)
    documents, unresolved, rejects = (
        Companion(output / name, model)
        for name, model in (("documents.parquet", DocumentRow), ("unresolved.parquet", UnresolvedRow), ("rejects.parquet", RejectRow))
    )
    notes: list[str] = []
    if metadata.get("eventcoder.dictionaries") != resources.dictionaries.sha256:
        notes.append(
            "The dictionaries at hand are not those the events were coded with: patterns may be missing or shown in "
            "another wording."
        )
    sentences = Sentences.of(rows)
    give_back(collect=False)
    coverage, outcomes, parsed = _count_documents(documents)
    with tempfile.TemporaryFile(dir=output) as file:
        _pack_events(file, rows, sentences, documents, coverage, resources)
        events = squeeze(file)
    give_back(collect=False)
    model = parsed_by(metadata.get("eventcoder.model_sha256", ""), metadata.get("eventcoder.device", "cpu"))
    trees = squeeze(_trees(parses, rows, documents, sentences, model, max_trees))
    give_back(collect=False)
    with tempfile.TemporaryFile(dir=output) as file:
        _pack_texts(file, rows, sentences)
        texts = squeeze(file)
    first = next((d for d in rows.values("event_date") if d is not None), None) if left_out else None
    totals = (
        ("documents", len(documents)),
        ("with events", outcomes["coded"]),
        ("without events", outcomes["no_events"]),
        ("without a date", len(documents) - coverage.total()),
        ("sentences", parsed),
        ("events", total),
        ("asserted events", asserted),
        ("unresolved names", len(unresolved)),
        ("rejects", len(rejects)),
    )
    kinds = Counter(k for batch in rejects.batches("stage", "reason") for k in zip(*(c.to_pylist() for c in batch), strict=True))
    return Report(
        events=events,
        texts=texts,
        trees=trees,
        totals=totals if len(documents) else totals[5:],
        left_out=left_out,
        first_day=first,
        unresolved=unresolved.head(NAMES_SHOWN),
        unresolved_count=len(unresolved),
        rejects=rejects.head(REJECTS_SHOWN),
        rejects_count=len(rejects),
        reject_counts=tuple((*kind, n) for kind, n in sorted(kinds.items())),
        metadata=metadata,
        notes=tuple(notes),
    )


class Latest:
    """The latest events of a file sorted by date, and as many of the undated ones, which stand last, as then fit.

    A column is read when it is asked for and not kept, some thousand values at a time: all at once they would take gigabytes.

    Args:
        total, dated: events of the file.
        limit: of events.
    """

    def __init__(self, file: pq.ParquetFile, total: int, dated: int, limit: int) -> None:
        self._file = file
        end = min(total, max(dated, limit))
        start = max(min(end, dated) - limit, 0)
        self._groups: list[int] = []
        first = before = 0
        for number in range(file.num_row_groups):
            size = file.metadata.row_group(number).num_rows
            if before + size > start and before < end:
                if not self._groups:
                    first = before
                self._groups.append(number)
            before += size
        self._start, self._length = start - first, end - start

    def __len__(self) -> int:
        return self._length

    def arrow(self, name: str) -> pa.Array:
        """A column in one piece."""
        column = self._file.read_row_groups(self._groups, columns=[name], use_threads=False)[name].slice(self._start, self._length)
        array = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
        return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array

    def batches(self, *names: str) -> Iterator[pa.RecordBatch]:
        """The events with these columns, in this order, some thousand at a time."""
        start, left = self._start, self._length
        for batch in self._file.iter_batches(BATCH, row_groups=self._groups, columns=list(names), use_threads=False) if left else ():
            part = batch.slice(min(start, len(batch)), left)
            start, left = max(start - len(batch), 0), left - len(part)
            if len(part):
                yield part.select(list(names))

    def values(self, name: str) -> Iterator[Any]:
        """A column as Python values."""
        for batch in self.batches(name):
            yield from _python(batch[0])

    def tuples(self, *names: str) -> Iterator[tuple[Any, ...]]:
        """Several columns as Python values."""
        for batch in self.batches(*names):
            yield from zip(*map(_python, batch), strict=True)

    def numbers(self, name: str, empty: int = 0) -> Numbers:
        """A column of whole numbers, days or booleans (0, 1)."""
        column = self.arrow(name)
        column = column.cast(pa.int32()) if not pa.types.is_integer(column.type) else column
        found: Numbers = column.fill_null(empty).to_numpy().astype(np.int64)
        return found


def _python(column: pa.Array) -> list[Any]:
    """Python values, equal texts as one object."""
    if not pa.types.is_string(column.type):
        values: list[Any] = column.to_pylist()
        return values
    coded = column.dictionary_encode()
    texts = [*coded.dictionary.to_pylist(), None]
    return [texts[i] for i in coded.indices.fill_null(len(texts) - 1).to_numpy().tolist()]


class Companion:
    """A table beside events.parquet, a batch of rows at a time; empty where the folder has none.

    Args:
        path: of the table.
        model: of its rows.
    """

    def __init__(self, path: Path, model: type[Row]) -> None:
        self._schema = arrow_schema(model)
        self._file = pq.ParquetFile(path) if path.is_file() else None

    def __len__(self) -> int:
        return 0 if self._file is None else int(self._file.metadata.num_rows)

    def batches(self, *columns: str) -> Iterator[pa.RecordBatch]:
        """The rows with these columns, in this order."""
        if self._file is not None:
            for batch in self._file.iter_batches(BATCH, columns=list(columns), use_threads=False):
                yield batch.select(list(columns))

    def where(self, name: str, values: pa.Array, *columns: str) -> pa.Table:
        """The rows whose column, one of `columns` without nulls, has one of these values."""
        schema = pa.schema([self._schema.field(c) for c in columns])
        wanted = values.take(pc.array_sort_indices(values))

        def chosen(batch: pa.RecordBatch) -> pa.RecordBatch:
            """Asks for no more of the values than can be there: a table of all of them is made anew each time."""
            ends = pc.min_max(batch[name])
            start, end = (
                side(range(len(wanted)), ends[end].as_py(), key=lambda i: wanted[i].as_py())
                for side, end in ((bisect_left, "min"), (bisect_right, "max"))
            )
            return batch.filter(pc.is_in(batch[name], value_set=wanted.slice(start, end - start)))

        found = [chosen(b) for b in self.batches(*columns)]
        return pa.Table.from_batches([b for b in found if len(b)], schema=found[0].schema if found else schema)

    def head(self, count: int) -> tuple[dict[str, Any], ...]:
        """The first rows."""
        if self._file is None:
            return ()
        rows: list[dict[str, Any]] = next((b.to_pylist() for b in self._file.iter_batches(count, use_threads=False)), [])
        return tuple(rows)


@dataclass(frozen=True, slots=True)
class Sentences:
    """The sentences and documents of the events, numbered as they come.

    Args:
        of_event: sentence of each event.
        row: for each sentence, the event from which its text is taken.
        start: of each sentence in its document, -1 where it cannot be told.
        document: of each sentence.
        index: of each sentence in its document.
        ids: of the documents.
        days: of publication of the documents.
    """

    of_event: Numbers
    row: Numbers
    start: Numbers
    document: Numbers
    index: Numbers
    ids: pa.Array
    days: Numbers

    @classmethod
    def of(cls, rows: Latest) -> Sentences:
        """Read off the columns of the events."""
        coded = rows.arrow("document_id").dictionary_encode()
        document, index = coded.indices.to_numpy().astype(np.int64), rows.numbers("sentence_index")
        days = np.zeros(len(coded.dictionary), dtype=np.int64)
        days[document] = rows.numbers("publication_date", NULL_DAY)
        _, first, number = np.unique((document << 32) + index, return_index=True, return_inverse=True)
        order = np.argsort(first)
        of_event = np.argsort(order)[number]
        row, start = first[order].astype(np.int64), np.full(len(first), -1, dtype=np.int64)
        at = 0
        for batch in rows.batches("sentence_text", *MARKS):
            open_ones = np.flatnonzero(start[of_event[at : at + len(batch)]] < 0)
            for n, (text, *values) in zip(open_ones.tolist(), zip(*(_python(c) for c in batch.take(pa.array(open_ones))), strict=True), strict=True):
                number_of = of_event[at + n]
                if start[number_of] < 0:
                    found = sentence_start(dict(zip(MARKS, values, strict=True)) | {"sentence_text": text})
                    row[number_of] = at + n
                    start[number_of] = -1 if found is None else found
            at += len(batch)
        return cls(of_event, row, start, document[first[order]], index[first[order]], coded.dictionary, days)

    def __len__(self) -> int:
        return len(self.row)

    def texts(self, rows: Latest, count: int | None = None) -> Iterator[str]:
        """The words of the sentences, of the first ones where a count is given."""
        chosen = self.row[:count]
        inverse = np.argsort(chosen, kind="stable")
        in_order = chosen[inverse]
        early: dict[int, str] = {}  # of sentences before which others are still to come
        at = told = 0
        for batch in rows.batches("sentence_text"):
            here = slice(*np.searchsorted(in_order, [at, at + len(batch)]))
            early.update(zip(inverse[here].tolist(), batch[0].take(pa.array(in_order[here] - at)).to_pylist(), strict=True))
            at += len(batch)
            while told in early:
                yield early.pop(told)
                told += 1
            if told == len(chosen):
                return


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


def _count_events(file: pq.ParquetFile) -> tuple[int, int, int]:
    """Events, those with a date, those told as facts."""
    total = dated = asserted = 0
    for batch in file.iter_batches(BATCH, columns=["event_date", "status"], use_threads=False):
        total += len(batch)
        dated += len(batch) - batch["event_date"].null_count
        asserted += pc.sum(pc.equal(batch["status"], "asserted")).as_py() or 0
    return total, dated, asserted


def _count_documents(documents: Companion) -> tuple[Counter[int], Counter[str], int]:
    """Documents by day of publication and by outcome, and their sentences."""
    coverage: Counter[int] = Counter()
    outcomes: Counter[str] = Counter()
    sentences = 0
    for batch in documents.batches("publication_date", "outcome", "sentences"):
        coverage.update(batch["publication_date"].drop_null().cast(pa.int32()).to_pylist())
        outcomes.update(batch["outcome"].to_pylist())
        sentences += pc.sum(batch["sentences"]).as_py() or 0
    return coverage, outcomes, sentences


def _finite(value: float | None, places: int) -> float | None:
    """A number as JSON can say it: rounded, None where it is none."""
    return None if value is None or not math.isfinite(value) else round(value, places)


def _pack_events(
    file: IO[bytes], rows: Latest, sentences: Sentences, documents: Companion, coverage: Mapping[int, int], resources: Resources
) -> None:
    words, actors, names, codes, places, issues, patterns = (Values() for _ in range(7))
    kinds = {name: Values() for name in ("date_precision", "date_basis", "status")}
    base = np.maximum(sentences.start, 0)[sentences.of_event]

    columns: dict[str, Numbers] = {}

    def put(name: str, numbers: Any) -> None:
        columns[name] = smallest(numbers)

    def put_values(name: str, known: Values, values: Iterable[Any] | None = None) -> None:
        put(name, known.array(rows.values(name) if values is None else values, len(rows)))

    put("sentence", sentences.of_event)
    first_days = rows.numbers("event_date", NULL_DAY)
    put("date", first_days)
    last_days = rows.numbers("event_date_end", NULL_DAY)
    put("days", np.where((first_days == NULL_DAY) | (last_days == NULL_DAY), 0, last_days - first_days))
    put_values("source", actors, rows.tuples("source", "source_country", "source_role"))
    put_values("target", actors, (t if t[0] is not None else None for t in rows.tuples("target", "target_country", "target_role")))
    put_values("source_name", names)
    put_values("target_name", names)
    described = ("code", "code_label", "root_code", "base_code", "quad_class", "goldstein", "plover_event", "plover_mode", "plover_context")
    put_values("code", codes, ((*c[:5], _finite(c[5], 4), *c[6:]) for c in rows.tuples(*described)))
    put_values("attributed_to", actors, ((a, None, None) if a else None for a in rows.values("attributed_to")))
    put_values("attributed_text", words)
    for name in ("reciprocal", "reports", "stories"):
        put(name, rows.numbers(name))
    put_values("trigger_text", words)
    put_values("pattern", patterns, rows.values("pattern_id"))
    located = rows.tuples("location_name", "location_country", "latitude", "longitude", "geoname_id")
    found = ((n, c, _finite(y, 5), _finite(x, 5), g) for n, c, y, x, g in located)
    put_values("place", places, (p if any(v is not None for v in p) else None for p in found))
    put_values("issues", issues, (tuple(v) if v else None for v in rows.values("issues")))
    for name, kind in kinds.items():
        put_values(name, kind)
    for part in ("source", "target", "trigger"):
        first, end = rows.numbers(f"{part}_start", -1), rows.numbers(f"{part}_end", -1)
        put_values(f"{part}_text", words)
        put(f"{part}_at", np.where(first < 0, 0, first - base))
        put(f"{part}_length", np.where(first < 0, 0, end - first))
    put("sentence_document", sentences.document)
    put("sentence_index", sentences.index)
    put("document_date", sentences.days)
    put("coverage_day", sorted(coverage))
    put("coverage_count", [coverage[d] for d in sorted(coverage)])
    texts = pattern_texts(resources, patterns.distinct()[1:])
    labels = {e.code: e.label for e in resources.ontology if len(e.code) == 2}
    header = {
        "rows": len(rows),
        "documents": Listed(_described(sentences.ids, documents)),
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
    write_block(file, header, columns)


def _described(ids: pa.Array, documents: Companion) -> Iterator[list[Any]]:
    """Id, title, publisher, address and file of documents."""
    known = documents.where("document_id", ids, "document_id", "title", "publisher", "url", "path")
    places = pc.index_in(ids, value_set=known["document_id"].combine_chunks()) if len(known) else pa.nulls(len(ids), pa.int32())
    for at in range(0, len(ids), BATCH):
        told = known.drop_columns("document_id").take(places.slice(at, BATCH))
        for row in zip(ids.slice(at, BATCH).to_pylist(), *(c.to_pylist() for c in told.columns), strict=True):
            yield list(row)


def _pack_texts(file: IO[bytes], rows: Latest, sentences: Sentences) -> None:
    """Sentences and event ids; ids of sixteen hexadecimal digits go as numbers, half as long."""
    header: dict[str, Any] = {"sentences": Listed(sentences.texts(rows))}
    columns: dict[str, Any] = {"start": sentences.start}
    ids = rows.arrow("event_id")
    if all(_EVENT_ID.fullmatch(i) for at in range(0, len(ids), BATCH) for i in ids.slice(at, BATCH).to_pylist()):
        parts = [bytes.fromhex("".join(ids.slice(at, BATCH).to_pylist())) for at in range(0, len(ids), BATCH)]
        columns["ids"] = np.frombuffer(b"".join(parts), dtype=">u4").astype(np.int64)
    else:
        header["ids"] = ids.to_pylist()
    write_block(file, header, columns)


def _trees(parses: ParseStore, rows: Latest, documents: Companion, sentences: Sentences, model: str, limit: int) -> bytes:
    keys = list(zip(sentences.ids.take(pa.array(sentences.document[:limit])).to_pylist(), sentences.index[:limit].tolist(), strict=True))
    wanted: dict[str, set[int]] = {}
    for document, index in keys:
        wanted.setdefault(document, set()).add(index)
    # A text is stored under the id of its first document, which need not be among these.
    digests = documents.where("document_id", pa.array(wanted, pa.string()), "document_id", "sha256")["sha256"].combine_chunks()
    same = documents.where("sha256", digests, "document_id", "sha256")
    texts = dict(zip(same["document_id"].to_pylist(), same["sha256"].to_pylist(), strict=True))
    found = stored_sentences(parses, wanted, texts, model) if wanted and texts else {}
    return pack_trees(
        (number, found[key])
        for number, (key, text) in enumerate(zip(keys, sentences.texts(rows, limit), strict=True))
        if key in found and found[key].text == text
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
