"""The way from corpus to events on a Spark cluster: the same functions as on one machine, spread over its workers.

In: a corpus folder that all workers see. Out: `events/`, `documents/` and `rejects/` below the output folder, each a
Parquet data set with the columns of the table of that name; `events/` is partitioned by the year of the event.

Files are read, documents dealt out evenly, parsed and coded by tasks; what a task gives is kept only when it has
finished, so that a worker that dies costs its task alone. Each worker loads model and dictionaries once. The files of
a corpus are read one a task: a large corpus is best kept in many files.

    session = spark_session("local[4]")
    build_on_spark(session, Path("corpus"), Path("output"), Plan.of([], [], Options()))
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from coder.coded import Coded
from coder.device import DEVICE_VARIABLE
from coder.errors import InputError
from coder.options import Options
from coder.pipeline import Model, code_document
from coder.read import list_files
from coder.read.corpus import read_file
from coder.read.manifest import load_manifest
from coder.records import Document, ParsedDocument, Reject, RejectReason
from coder.resources import Resources, load_resources
from coder.stories import Fingerprint, find_stories, fingerprint, story_columns
from coder.tables import DocumentRow, EventRow, RejectRow, arrow_schema, group_key, reject_row

READ = pa.schema([("place", pa.int64()), ("id", pa.string()), ("document", pa.string()), ("reject", pa.string())])
CODED = pa.schema([("kind", pa.string()), ("id", pa.string()), ("body", pa.string()), ("shingles", pa.binary())])
PLACES = 1 << 32  # documents in a file
DOCUMENTS_A_TASK = 64  # small tasks: a huge document holds up few others, a lost worker costs little
BATCH_ROWS = 1024
_DATES = ("publication_date", "event_date", "event_date_end")


@dataclass(frozen=True, slots=True)
class Plan:
    """What a worker needs to know; plain values, so that it travels.

    Args:
        dictionaries, added: paths that all workers see, as of `load_resources`.
        options: as JSON.
        model: as of `coder.pipeline.Model`.
        device: as of `coder.pipeline.Model`; "auto" is each worker's own choice.
    """

    dictionaries: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    options: str = "{}"
    model: str | None = None
    device: str = "cpu"

    @classmethod
    def of(
        cls, dictionaries: Sequence[Path], added: Sequence[Path], options: Options, model: str | None = None, device: str | None = None
    ) -> Plan:
        """The plan for paths and options as the command line has them; no device is the CPU, whose cores the workers share out."""
        here = tuple(str(p.resolve()) for p in dictionaries), tuple(str(p.resolve()) for p in added)
        return cls(*here, options.model_dump_json(), model, device or os.environ.get(DEVICE_VARIABLE) or "cpu")


@dataclass(frozen=True, slots=True)
class Counts:
    """What a run gave."""

    documents: int
    events: int
    rejects: int


@cache
def _resources(plan: Plan) -> Resources:
    """Once a worker process."""
    options = Options.model_validate_json(plan.options)
    return load_resources([Path(p) for p in plan.dictionaries], [Path(p) for p in plan.added], options)


@cache
def _model(name: str | None, device: str) -> Model:
    """Once a worker process."""
    return Model(name, 1, device)


def spark_session(master: str | None = None) -> Any:
    """A session for coding; the settings of spark-submit and spark-defaults.conf count before these.

    Args:
        master: as Spark takes it; None leaves it to Spark's own settings, else all cores of this machine.

    Raises:
        InputError: pyspark is not installed, or there is no Java.
    """
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # a worker is a core
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise InputError("pyspark is not installed", hint='python -m pip install "eventcoder[spark]"') from error
    builder = SparkSession.builder.appName("eventcoder")
    if master or not os.environ.get("SPARK_ENV_LOADED"):
        builder = builder.master(master or "local[*,4]")
    settings = {
        "spark.python.worker.reuse": "true",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "64",
        "spark.sql.session.timeZone": "UTC",
        "spark.executorEnv.OMP_NUM_THREADS": "1",
        "spark.executorEnv.OMP_WAIT_POLICY": "PASSIVE",
        "spark.sql.sources.partitionOverwriteMode": "static",
        "spark.ui.showConsoleProgress": "false",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        return builder.getOrCreate()
    except Exception as error:
        raise InputError(f"Spark does not start: {error}", hint="it needs Java 17 or later: set JAVA_HOME") from error


# ---- what the tasks do -------------------------------------------------------------------------------------------


def read_task(corpus: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Documents and rejects of corpus files, each with its place in the order of the corpus."""
    root = Path(corpus)
    manifest = load_manifest(root if root.is_dir() else root.parent)
    for batch in batches:
        for number, name in zip(batch["number"].to_pylist(), batch["path"].to_pylist(), strict=True):
            rows: list[tuple[int, str | None, str | None, str | None]] = []
            for n, item in enumerate(read_file(Path(name), root, manifest=manifest)):
                place = number * PLACES + n
                if isinstance(item, Reject):
                    rows.append((place, None, None, json.dumps(asdict(item))))
                else:
                    rows.append((place, item.id, json.dumps(asdict(item), default=_iso), None))
                if len(rows) == BATCH_ROWS:
                    yield _batch(rows, READ)
                    rows = []
            if rows:
                yield _batch(rows, READ)


def code_task(plan: Plan, batches: Iterable[pa.RecordBatch], model: Any = None) -> Iterator[pa.RecordBatch]:
    """Documents parsed and coded: a row for each document, event and reject.

    Args:
        plan: what to code with.
        batches: documents as JSON.
        model: has the parser; None loads the plan's, once a worker process.
    """
    resources, model = _resources(plan), model or _model(plan.model, plan.device)
    for batch in batches:
        documents = [_document(body) for body in batch["document"].to_pylist()]
        for parsed in model.parser.parse(documents):
            coded = code_document(parsed, resources)
            yield _batch(list(_rows_of(coded, parsed)), CODED)


def _rows_of(coded: Coded, parsed: ParsedDocument) -> Iterator[tuple[str, str, str, bytes | None]]:
    from coder.pipeline import _document_row

    document = parsed.document
    shape = fingerprint(document)
    row = _document_row(coded) | {"words": shape.words}
    yield "document", document.id, json.dumps(row, default=_iso), shape.shingles.astype("<u4").tobytes()
    for event in coded.rows:
        yield "event", document.id, json.dumps(event | {"daily_id": group_key(event)}, default=_iso), None
    for reject in coded.rejects:
        yield "reject", document.id, json.dumps(reject_row(reject)), None


def _unpack(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Rows out of their JSON."""
    for batch in batches:
        rows = [json.loads(body) for body in batch["body"].to_pylist()]
        for row in rows:
            for name in _DATES:
                if row.get(name) is not None:
                    row[name] = dt.date.fromisoformat(row[name])
        yield pa.RecordBatch.from_pylist(rows, schema=schema)


def _iso(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _document(body: str) -> Document:
    given = json.loads(body)
    if given["publication_date"] is not None:
        given["publication_date"] = dt.date.fromisoformat(given["publication_date"])
    given["furniture"] = tuple((a, b) for a, b in given["furniture"])
    return Document(**given)


def _batch(rows: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True)) or [() for _ in schema]
    return pa.RecordBatch.from_arrays([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


# ---- the run -----------------------------------------------------------------------------------------------------

Task = Callable[[Plan, Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]


def build_on_spark(session: Any, corpus: Path, output: Path, plan: Plan, task: Task = code_task) -> Counts:
    """Code a corpus on a cluster.

    Args:
        session: a SparkSession (see `spark_session`).
        corpus: folder or file that all workers see under this path.
        output: folder that all workers can write to.
        plan: dictionaries, options, model.
        task: what parses and codes a partition.

    Raises:
        InputError: there is nothing at `corpus`.
    """
    from pyspark.sql import functions as f
    from pyspark.sql.pandas.types import from_arrow_schema
    from pyspark.sql.window import Window

    corpus, output = corpus.resolve(), output.resolve()
    files = list_files(corpus)
    if not files:
        raise InputError("no files to read", path=corpus, hint="put .txt, .md, .html, .jsonl, .csv or .parquet files there")
    output.mkdir(parents=True, exist_ok=True)
    work = str(output / ".spark")
    root = str(corpus)
    listed = session.createDataFrame([(n, str(p)) for n, p in enumerate(files)], "number long, path string")
    read = listed.repartition(min(len(files), 10_000)).mapInArrow(lambda b: read_task(root, b), from_arrow_schema(READ))
    _write(read, f"{work}/read")
    read = session.read.parquet(f"{work}/read")
    order = f.row_number().over(Window.partitionBy("id").orderBy("place"))
    documents = read.where("document is not null").withColumn("copy", order)
    chosen = documents.where("copy = 1").select("place", "document")
    count = chosen.count()
    tasks = max(session.sparkContext.defaultParallelism, -(-count // DOCUMENTS_A_TASK))
    coded = chosen.repartition(tasks).mapInArrow(lambda b: task(plan, b), from_arrow_schema(CODED))
    _write(coded, f"{work}/coded")
    coded = session.read.parquet(f"{work}/coded")

    def unpacked(kind: str, model: Any) -> Any:
        schema = arrow_schema(model)
        rows = coded.where(f.col("kind") == kind).select("body")
        return rows.mapInArrow(lambda b: _unpack(schema, b), from_arrow_schema(schema))

    stories = _stories(coded, plan)
    table = session.createDataFrame(
        [(i, json.dumps(story_columns(s))) for i, s in sorted(stories.items())] or [("", "{}")], "document_id string, story string"
    )
    story_of = table.select("document_id", f.get_json_object("story", "$.story_id").alias("story"))
    events = unpacked("event", EventRow).drop("story_id", "reports", "stories").join(story_of, "document_id", "left")
    groups = events.groupBy("daily_id").agg(
        f.countDistinct("document_id").cast("int").alias("reports"), f.countDistinct("story").cast("int").alias("stories")
    )
    events = events.join(groups, "daily_id").withColumnRenamed("story", "story_id")
    events = events.select(*EventRow.model_fields).withColumn("event_year", f.year("event_date"))
    ordered = ["event_date", "document_id", "sentence_index", "event_id"]
    _write(events.repartition("event_year").sortWithinPartitions(*ordered), str(output / "events"), "event_year")

    rows = coded.where("kind = 'document'").select("body").join(table, f.get_json_object("body", "$.document_id") == f.col("document_id"))
    schema = arrow_schema(DocumentRow)
    merged = rows.select("body", "story").mapInArrow(lambda b: _merged(schema, b), from_arrow_schema(schema))
    _write(merged.sort("document_id"), str(output / "documents"))

    rejected = coded.where("kind = 'reject'").select("body")
    unread = read.where("reject is not null").select("reject")
    twice = documents.where("copy > 1").select("id", f.get_json_object("document", "$.path").alias("path"))
    schema = arrow_schema(RejectRow)
    everything = rejected.union(unread.mapInArrow(_reject_bodies, "body string")).union(
        twice.mapInArrow(_double_bodies, "body string")
    )
    table_of = everything.mapInArrow(lambda b: _unpack(schema, b), from_arrow_schema(schema))
    _write(table_of.coalesce(1), str(output / "rejects"))
    return Counts(count, session.read.parquet(str(output / "events")).count(), session.read.parquet(str(output / "rejects")).count())


def _write(frame: Any, path: str, *partitions: str) -> None:
    frame.write.mode("overwrite").partitionBy(*partitions).parquet(path)


def _stories(coded: Any, plan: Plan) -> Mapping[str, Any]:
    """The story of each document; the driver compares the fingerprints, about a kilobyte a document."""
    options = Options.model_validate_json(plan.options)
    prints: list[Fingerprint] = []
    for row in coded.where("kind = 'document'").select("id", "body", "shingles").toLocalIterator():
        about = json.loads(row["body"])
        day = dt.date.fromisoformat(about["publication_date"]) if about["publication_date"] else None
        prints.append(Fingerprint(row["id"], day, about["words"], np.frombuffer(bytes(row["shingles"]), dtype="<u4").astype(np.uint32)))
    return find_stories(prints, options.story_similarity, options.story_window)


def _merged(schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        rows = []
        for body, story in zip(batch["body"].to_pylist(), batch["story"].to_pylist(), strict=True):
            row = json.loads(body) | json.loads(story)
            row.pop("words")
            if row["publication_date"] is not None:
                row["publication_date"] = dt.date.fromisoformat(row["publication_date"])
            rows.append(row)
        yield pa.RecordBatch.from_pylist(rows, schema=schema)


def _reject_bodies(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        found = []
        for body in batch["reject"].to_pylist():
            given = json.loads(body)
            found.append(json.dumps(reject_row(replace(Reject(**given), reason=RejectReason(given["reason"])))))
        yield pa.RecordBatch.from_pydict({"body": pa.array(found, pa.string())})


def _double_bodies(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        found = []
        for name, path in zip(batch["id"].to_pylist(), batch["path"].to_pylist(), strict=True):
            detail = f"the id {name!r} is that of an earlier document already (give it another id)"
            found.append(json.dumps(reject_row(Reject(name, "read", RejectReason.DUPLICATE_ID, detail, path))))
        yield pa.RecordBatch.from_pydict({"body": pa.array(found, pa.string())})
