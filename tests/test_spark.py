"""The Spark engine gives the rows of the local one, loses nothing with a worker, and doubles nothing."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from coder.options import Options
from coder.pipeline import Model, build
from coder.resources import Resources
from coder.spark import Plan, Task, build_on_spark, code_task, spark_session
from coder.store import ParseStore, rebind

pytest.importorskip("pyspark", reason="pyspark is not installed (the extra eventcoder[spark])")
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("no Java: Spark needs it", allow_module_level=True)

STORIES = [
    "France condemned Belarus on Friday. President Putin visited Ankara and met Erdogan on Monday.",
    "Kenya promised Uganda aid worth 20 million dollars on Tuesday.",
    "The foreign ministers of Qatar and Egypt held talks in Doha on 12 May 2024.",
    "Kenya promised Uganda aid worth 20 million dollars on Tuesday.",
    "Turkish warplanes struck Ras al-Ain on Wednesday.",
]


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("corpus")
    for n, text in enumerate(STORIES):
        (folder / f"d{n}.txt").write_text(f"---\nid: d{n}\ndate: 2024-05-1{n + 4}\n---\n{text}\n", "utf-8")
    (folder / "same.jsonl").write_text('{"id": "d1", "date": "2024-05-01", "text": "Mali thanked Chad."}\n{"id": "e"}\n', "utf-8")
    huge = " ".join(f"Somalia and Kenya signed {n + 2} agreements on Friday." for n in range(60))
    (folder / "huge.txt").write_text(f"---\nid: huge\ndate: 2024-06-01\n---\n{huge}\n", "utf-8")
    return folder


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    """Two workers; the task of one that dies is tried again."""
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = os.sys.executable  # type: ignore[attr-defined]
    found = spark_session("local[2,4]")
    found.conf.set("spark.sql.shuffle.partitions", "4")
    yield found
    found.stop()


@pytest.fixture(scope="module")
def local(corpus: Path, tmp_path_factory: pytest.TempPathFactory, resources: Resources, model: Model) -> Path:
    output = tmp_path_factory.mktemp("local")
    build(corpus, output, resources, model)
    return output


def rows(path: Path, key: str) -> list[dict[str, Any]]:
    found = ds.dataset(path, partitioning="hive" if path.is_dir() else None).to_table().to_pylist()
    return sorted(({k: v for k, v in r.items() if k != "event_year"} for r in found), key=lambda r: str(r[key]))


def check(output: Path, local: Path) -> None:
    events = rows(output / "events", "event_id")
    assert events == rows(local / "events.parquet", "event_id")
    assert len(events) > 60
    assert rows(output / "documents", "document_id") == rows(local / "documents.parquet", "document_id")
    why = [r["reason"] for r in rows(output / "rejects", "detail")]
    assert sorted(why) == sorted(r["reason"] for r in pq.read_table(local / "rejects.parquet").to_pylist())


def stored(parses: Path, kill: Path | None = None) -> Task:
    """`code_task` with the parses of the local build in place of the parser, which takes long to load.

    Args:
        parses: the parse store.
        kill: a file that is not there: whoever makes it kills his worker after the first document.
    """
    store, mark = str(parses), str(kill) if kill else ""

    # a function within a function travels whole: the workers do not know this module
    def task(plan: Plan, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        by_text = {p.document.text: p for p in ParseStore(Path(store))}
        parser = SimpleNamespace(parse=lambda documents: (rebind(by_text[d.text], d) for d in documents))
        for batch in code_task(plan, batches, SimpleNamespace(parser=parser)):
            yield batch
            if mark and not os.path.exists(mark):
                with open(mark, "w") as file:
                    file.write("x")
                os.kill(os.getpid(), signal.SIGKILL)

    return task


def test_the_rows_are_those_of_the_local_engine(corpus: Path, tmp_path: Path, session: Any, local: Path) -> None:
    counts = build_on_spark(session, corpus, tmp_path, Plan.of([], [], Options()), stored(local / ".parses"))
    assert counts.documents == len(STORIES) + 1
    check(tmp_path, local)
    assert {p.name for p in (tmp_path / "events").glob("event_year=*")} == {"event_year=2024"}


def test_a_killed_worker_loses_and_doubles_nothing(corpus: Path, tmp_path: Path, session: Any, local: Path) -> None:
    task = stored(local / ".parses", tmp_path / "killed")
    build_on_spark(session, corpus, tmp_path / "out", Plan.of([], [], Options()), task)
    assert (tmp_path / "killed").exists()
    check(tmp_path / "out", local)


@pytest.mark.stanza
def test_a_worker_parses(corpus: Path, tmp_path: Path, session: Any, local: Path) -> None:
    build_on_spark(session, corpus / "d2.txt", tmp_path, Plan.of([], [], Options()))
    wanted = [r for r in rows(local / "events.parquet", "event_id") if r["document_id"] == "d2"]
    assert rows(tmp_path / "events", "event_id") == wanted
    assert wanted
