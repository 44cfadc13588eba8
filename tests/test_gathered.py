"""What a build keeps on disk: the same tables as from lists in memory, in the same order, and memory that does not grow."""

from __future__ import annotations

import datetime as dt
import errno
import json
import random
import sys
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import coder.gathered
from coder.coded import Coded
from coder.files import WriteError
from coder.gathered import Gathered
from coder.outputs import Long, write_long_json
from coder.read import SeenIds
from coder.records import Document, Reject, RejectReason
from coder.stories import Fingerprint, find_stories, stories_in_order
from coder.table_writer import TableWriter
from coder.tables import (
    ROW_GROUP,
    DocumentRow,
    DuplicateRow,
    EventRow,
    UnresolvedRow,
    group_daily,
    reject_row,
    sort_events,
    write_json,
    write_table,
)

DAY = dt.date(2024, 2, 27)
NAMES = ("Kenya", "Çeşme", "\U0001f600", "z", "\uffff", "a b")


def documents(count: int, seed: int = 1) -> Iterator[tuple[Coded, dict[str, Any], Fingerprint]]:
    """Coded documents of a few days, some without a date, some copies of others."""
    chance = random.Random(seed)
    for number in chance.sample(range(count), count):
        name = f"{chance.choice(NAMES)}{number}"
        day = None if number % 7 == 0 else DAY + dt.timedelta(chance.randrange(9))
        rows = [event(name, n, day, chance) for n in range(number % 4)]
        rejects = [Reject(name, "parse", RejectReason.TOO_LONG, "long", None if number % 2 else "x", number)] * (number % 5 == 0)
        unknown = [(chance.choice(NAMES), f"sentence {number}.{n}") for n in range(number % 3)]
        about: dict[str, Any] = dict.fromkeys(DocumentRow.model_fields) | {
            "document_id": name, "publication_date": day, "date_inferred": bool(number % 2), "publisher": f"p{number % 3}", "title": f"t{number}",
            "characters": number, "sentences": 3, "events": len(rows), "sha256": "0" * 64, "outcome": "coded" if rows else "no_events",
        }  # fmt: skip
        shingles = np.unique(np.random.default_rng(number // 3).integers(0, 2**32, 60, dtype=np.uint32)[number % 3 :])
        yield Coded(Document(name, "", day), rows, rejects, 3, unknown), about, Fingerprint(name, day, 60, shingles)


def event(document: str, number: int, day: dt.date | None, chance: random.Random) -> dict[str, Any]:
    happened = None if day is None or chance.random() < 0.1 else day - dt.timedelta(chance.randrange(2))
    return dict.fromkeys(EventRow.model_fields) | {
        "event_id": f"{chance.getrandbits(64):016x}", "document_id": document, "sentence_index": number // 2, "publication_date": day,
        "event_date": happened, "event_date_end": happened, "date_precision": "day", "date_basis": "tense", "source": chance.choice(["FRA", "DEU"]),
        "target": chance.choice(["KEN", None]), "source_text": "é", "source_start": 0, "source_end": 1, "code": "040", "base_code": "040",
        "root_code": "04", "code_label": "x", "quad_class": 1, "goldstein": 3.4, "status": chance.choice(["asserted", "negated"]),
        "reciprocal": chance.random() < 0.2, "trigger_text": "met", "trigger_start": 2, "trigger_end": 3, "pattern_id": "p",
        "sentence_text": "é met", "issues": ["oil"] if number else None, "daily_id": "", "reports": 0, "story_id": document, "stories": 0,
    }  # fmt: skip


def filled(gathered: Gathered, given: list[tuple[Coded, dict[str, Any], Fingerprint]]) -> Gathered:
    for one in given:
        gathered.add(*one)
    gathered.find_stories(0.5, 3)
    return gathered


@pytest.mark.parametrize("folder", [True, False])
def test_tables_are_those_of_lists_in_memory(tmp_path: Path, folder: bool) -> None:
    given = list(documents(600))
    stories = find_stories([shape for _, _, shape in given], 0.5, 3)
    rows = [dict(row) for coded, _, _ in given for row in coded.rows]
    group_daily(rows, {name: story.story_id for name, story in stories.items()})
    sort_events(rows)
    with filled(Gathered(tmp_path / "work" if folder else None), given) as gathered:
        told = list(gathered.events())
        assert [dict(zip(EventRow.model_fields, values, strict=True)) for values, _ in told] == rows
        groups: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            groups.setdefault(row["daily_id"], []).append(row)
        assert [first and (first[0], first[-2], first[-1], first[10]) for _, first in told if first] == [
            (name, len(members), members[0]["event_id"], any(m["reciprocal"] for m in members)) for name, members in groups.items()
        ]
        listed = [dict(zip(DocumentRow.model_fields, values, strict=True)) for values in gathered.documents()]
        expected = [
            about | {"story_id": s.story_id, "duplicate_of": s.duplicate_of, "similarity": s.similarity}
            for about, s in ((about, stories[about["document_id"]]) for _, about, _ in given)
        ]
        assert listed == sorted(expected, key=lambda d: d["document_id"])
        copies = [dict(zip(DuplicateRow.model_fields, values, strict=True)) for values in gathered.duplicates()]
        of = {d["document_id"]: d for d in listed}
        assert [(c["document_id"], c["duplicate_of"], c["days_apart"], c["first_title"]) for c in copies] == [
            (d["document_id"], d["duplicate_of"], apart(d, of[d["duplicate_of"]]), of[d["duplicate_of"]]["title"])
            for d in sorted(listed, key=lambda d: (d["story_id"], str(d["publication_date"]), d["document_id"])) if d["duplicate_of"]
        ]  # fmt: skip
        assert len(copies) > 50
        rejects = sorted((reject_row(r) for coded, _, _ in given for r in coded.rejects), key=lambda r: tuple(str(v) for v in r.values()))
        assert list(gathered.rejects()) == [list(r.values()) for r in rejects]
        assert list(gathered.undated()) == sorted(about["document_id"] for _, about, _ in given if about["publication_date"] is None)
        assert list(gathered.unresolved()) == unresolved(given)
        assert gathered.outcomes() == Counter(about["outcome"] for _, about, _ in given)
    assert not list(tmp_path.iterdir())


def apart(later: dict[str, Any], first: dict[str, Any]) -> int | None:
    dates = later["publication_date"], first["publication_date"]
    return (dates[0] - dates[1]).days if all(dates) else None


def unresolved(given: list[tuple[Coded, dict[str, Any], Fingerprint]]) -> list[list[Any]]:
    found: dict[str, list[Any]] = {}
    for coded, about, _ in given:
        for name, sentence in coded.unknown:
            entry = found.setdefault(name, [0, set(), sentence])
            entry[0] += 1
            entry[1].add(about["document_id"])
    return [[n, c, len(d), s] for n, (c, d, s) in sorted(found.items(), key=lambda i: (-i[1][0], i[0]))]


@pytest.mark.parametrize("resident", [0, 5, 100, 10_000])
@pytest.mark.parametrize("window", [0, 3, None])
def test_stories_are_the_same_from_memory_and_from_disk(resident: int, window: int | None) -> None:
    shapes = sorted((s for _, _, s in documents(500)), key=lambda s: (s.publication_date or dt.date.max, s.document_id))
    if window is None:
        shapes = [replace(s, publication_date=None) for s in shapes]
    else:
        shapes = [s for s in shapes if s.publication_date]
    found = dict(stories_in_order(shapes, 0.5, window, resident))
    assert found == dict(stories_in_order(shapes, 0.5, window, 10**9))
    assert sum(s.duplicate_of is not None for s in found.values()) > 20


def test_crowded_buckets_are_the_same_from_memory_and_from_disk() -> None:
    """Texts from one template fill the buckets to their limit."""
    rng = np.random.default_rng(3)
    common = rng.integers(0, 2**32, 240, dtype=np.uint32)
    shapes = [
        Fingerprint(f"{i:04}", DAY + dt.timedelta(i // 100), 400, np.unique(np.concatenate([common, rng.integers(0, 2**32, 160, dtype=np.uint32)])))
        for i in range(400)
    ]
    assert dict(stories_in_order(shapes, 0.3, 1, 20)) == dict(stories_in_order(shapes, 0.3, 1, 10**9))


def test_ids_are_given_out_once(tmp_path: Path) -> None:
    claims = [("a", "x.txt", None), ("b", "y.jsonl", 3), ("a", "y.jsonl", 4), ("b", "z", 1), ("\ud800", "z", 2), ("c", "z", None), ("\ud800", "w", None)]
    with Gathered(tmp_path / "work") as gathered:
        seen = SeenIds()
        assert [gathered.claim(*c) for c in claims] == [seen.claim(*c) for c in claims] == [None, None, "x.txt", "y.jsonl:3", None, None, "z:2"]


@pytest.mark.parametrize("rows", [0, 1, ROW_GROUP - 1, ROW_GROUP, ROW_GROUP + 5000])
def test_rows_one_by_one_give_the_bytes_of_the_whole_table(tmp_path: Path, rows: int) -> None:
    # so many long names that a row group's dictionary outgrows its limit
    made = [{"name": f"the name of number {i:08}" * (i % 3 > 0), "count": i, "documents": i % 7, "sentence": "s" * (i % 50)} for i in range(rows)]
    write_table(made, UnresolvedRow, tmp_path / "whole.parquet", {"b": "1", "a": "2"})
    seen: list[int] = []
    with TableWriter(UnresolvedRow, tmp_path / "rows.parquet", {"b": "1", "a": "2"}, lambda batch: seen.append(batch.num_rows)) as table:
        assert table.add_all(list(row.values()) for row in made) == rows
    assert (tmp_path / "rows.parquet").read_bytes() == (tmp_path / "whole.parquet").read_bytes()
    assert sum(seen) == rows == pq.read_metadata(tmp_path / "rows.parquet").num_rows


def test_a_table_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(pa.ArrowInvalid), TableWriter(UnresolvedRow, tmp_path / "t.parquet", {}) as table:
        table.add(["a", "not a number", 1, "b"])
    with pytest.raises(RuntimeError), TableWriter(UnresolvedRow, tmp_path / "t.parquet", {}) as table:
        raise RuntimeError
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("size", [0, 1, 3])
def test_long_json_has_the_bytes_of_json(tmp_path: Path, size: int) -> None:
    names = [f'é"{n}\n' for n in range(size)]
    write_json({"z": dict.fromkeys(names, "h"), "a": names, "m": {"x": {"y": [1, {}]}, "e": []}, "n": 3}, tmp_path / "whole.json")
    parts = {"z": Long(((n, "h") for n in names), pairs=True), "a": Long(iter(names)), "m": {"x": {"y": [1, {}]}, "e": []}, "n": 3}
    write_long_json(parts, tmp_path / "long.json")
    assert (tmp_path / "long.json").read_bytes() == (tmp_path / "whole.json").read_bytes()
    assert len(json.loads((tmp_path / "long.json").read_text())["a"]) == size


@pytest.mark.skipif(sys.platform == "win32", reason="limits are those of Unix")
def test_a_full_disk_is_told_as_one(tmp_path: Path) -> None:
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    given = list(documents(300))
    with pytest.raises(WriteError) as caught, Gathered(tmp_path / "work") as gathered:
        gathered._base.execute("PRAGMA cache_size=10")
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, before[1]))
            filled(gathered, given)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.errno in (errno.ENOSPC, errno.EIO)
    assert not list(tmp_path.iterdir())


def test_memory_does_not_grow_with_the_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Python holds at most, from the first document to the last row; lists of rows would take six times as much."""
    monkeypatch.setattr(coder.gathered, "stories_in_order", partial(stories_in_order, resident=20))

    def peak(count: int) -> int:
        with Gathered(tmp_path / "work") as gathered:
            tracemalloc.start()
            try:
                for one in documents(count):
                    gathered.add(*one)
                gathered.find_stories(0.5, 3)
                for table in (gathered.events(), gathered.documents(), gathered.duplicates(), gathered.rejects(), gathered.unresolved()):
                    for _ in table:
                        pass
                return tracemalloc.get_traced_memory()[1]
            finally:
                tracemalloc.stop()

    few, many = peak(400), peak(2400)
    assert many < 2 * few, f"{few:,} bytes for 400 documents, {many:,} for 2,400"
