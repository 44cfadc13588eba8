"""The whole way on a small corpus with the real parser: incremental, byte-stable, nothing lost."""

from __future__ import annotations

import gzip
import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from coder.errors import InputError
from coder.options import Options
from coder.pipeline import TABLES, Model, build
from coder.resources import Resources, load_resources

pytestmark = pytest.mark.stanza

REPORTS = {
    "one.txt": "---\nid: one\ndate: 2020-03-02\npublisher: Sample Wire\n---\nFrance condemned Belarus on Monday. Greece and Turkey signed an agreement.\n",
    "two.md": "---\ndate: 2020-03-03\n---\nIsraeli warplanes bombed Damascus.\n",
    "rows.jsonl": '{"id": "r1", "date": "2020-03-04", "text": "Norway sent food to Haiti."}\nnot json\n'
    '{"id": "r2", "text": "Peru condemned Chile."}\n',
    "none.txt": "---\ndate: 2020-03-05\n---\nThe weather was fine in Lisbon and everybody went to the beach in the afternoon.\n",
    "empty.txt": "",
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name, text in REPORTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "zipped.txt.gz").write_bytes(gzip.compress(b"---\ndate: 2020-03-06\n---\nIndia expelled a Pakistani diplomat.\n", mtime=0))
    (folder / "broken.txt.gz").write_bytes(gzip.compress(b"a long enough text to be cut " * 50, mtime=0)[:40])
    return folder


def events(output: Path) -> set[tuple[str, str, str, str]]:
    rows = pq.read_table(output / "events.parquet").to_pylist()
    return {(r["document_id"], r["source"], r["root_code"], r["target"]) for r in rows}


def test_build(corpus: Path, tmp_path: Path, resources: Resources, model: Model) -> None:
    output = tmp_path / "output"
    summary = build(corpus, output, resources, model)
    assert {("one", "FRA", "11", "BLR"), ("one", "GRC", "05", "TUR"), ("one", "TUR", "05", "GRC")} <= events(output)
    assert ("r2", "PER", "11", "CHL") in events(output)
    rejects = pq.read_table(output / "rejects.parquet").to_pylist()
    assert {(r["path"], r["line"]) for r in rejects} >= {("rows.jsonl", 2)}
    assert {"empty.txt", "broken.txt.gz"} <= {r["path"] for r in rejects}
    documents = pq.read_table(output / "documents.parquet").to_pylist()
    assert {d["document_id"]: d["outcome"] for d in documents}["none"] == "no_events"
    assert summary.undated == ["r2"]
    counts = json.loads((output / "manifest.json").read_text())["documents"]
    assert counts["in"] == counts["coded"] + counts["without_events"] + counts["rejected"]
    unread = {"empty.txt", "broken.txt.gz", "rows.jsonl"}  # of the rows, one line
    assert counts["in"] == len(documents) + len(unread)
    for row in pq.read_table(output / "events.parquet").to_pylist():
        text = next(d for d in (corpus / "one.txt", corpus / "two.md") if True).read_text()
        assert row["source_text"] and row["trigger_start"] < row["trigger_end"] and text

    # the same again: nothing is parsed, every table is the same to the byte
    before = {name: (output / name).read_bytes() for name in TABLES}
    again = build(corpus, output, resources, Model())
    assert again.parsed == 0
    assert {name: (output / name).read_bytes() for name in TABLES} == before

    # one new document: that one alone is parsed
    (corpus / "new.txt").write_text("---\ndate: 2020-03-07\n---\nKenya condemned Somalia.\n")
    assert build(corpus, output, resources, model).parsed == 1
    assert ("new", "KEN", "11", "SOM") in events(output)

    # a dictionary laid over: coded again, not parsed
    added = tmp_path / "mine"
    added.mkdir()
    (added / "actors.yaml").write_text("- {name: Lisbon Club, kind: organization, code: PRTNGO}\n- name: Peru\n  remove: true\n")
    changed = load_resources([], [added])
    assert build(corpus, output, changed, Model()).parsed == 0
    assert not any(e[0] == "r2" and e[1] == "PER" for e in events(output))  # a name no dictionary knows

    # a fresh folder gives the same bytes as the incremental one
    fresh = tmp_path / "fresh"
    build(corpus, fresh, changed, model)
    assert {name: (fresh / name).read_bytes() for name in TABLES} == {name: (output / name).read_bytes() for name in TABLES}


def test_offsets_point_into_the_text(corpus: Path, tmp_path: Path, resources: Resources, model: Model) -> None:
    from coder.read import iter_corpus
    from coder.records import Document

    build(corpus, tmp_path / "output", resources, model)
    texts = {d.id: d.text for d in iter_corpus(corpus) if isinstance(d, Document)}
    rows = pq.read_table(tmp_path / "output" / "events.parquet").to_pylist()
    assert rows
    for row in rows:
        text = texts[row["document_id"]]
        assert text[row["source_start"] : row["source_end"]] == row["source_text"]
        assert text[row["target_start"] : row["target_end"]] == row["target_text"]
        assert text[row["trigger_start"] : row["trigger_end"]].startswith(row["trigger_text"].split(" … ")[0])


def test_no_corpus(tmp_path: Path, resources: Resources) -> None:
    with pytest.raises(InputError, match="nowhere"):
        build(tmp_path / "nowhere", tmp_path / "output", resources)


def test_a_parse_store_that_is_gone_costs_only_time(corpus: Path, tmp_path: Path, resources: Resources, model: Model) -> None:
    output = tmp_path / "output"
    build(corpus, output, resources, model)
    before = (output / "events.parquet").read_bytes()
    shutil.rmtree(output / ".parses")
    assert build(corpus, output, resources, model).parsed > 0
    assert (output / "events.parquet").read_bytes() == before


def test_copies_of_a_report_are_listed_and_grouped(tmp_path: Path, resources: Resources, model: Model) -> None:
    text = (
        "Norway recalled its ambassador from Belarus on Tuesday after the police in Minsk arrested two reporters. The foreign "
        "minister called the arrests an outrage. Belarus said that the two had entered the country without accreditation and "
        "would stand trial. Poland condemned Belarus on Tuesday."
    )
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    for name, day, publisher in (("first", "2024-02-28", "Sample Wire"), ("copy", "2024-02-29", "Sample Post"), ("late", "2024-03-20", "Sample Post")):
        (corpus / f"{name}.txt").write_text(f"---\nid: {name}\ndate: {day}\npublisher: {publisher}\n---\n{text}\n")
    output = tmp_path / "output"
    assert build(corpus, output, resources, model).duplicates == 1
    (listed,) = pq.read_table(output / "duplicates.parquet").to_pylist()
    assert (listed["document_id"], listed["duplicate_of"], listed["similarity"], listed["days_apart"]) == ("copy", "first", 1.0, 1)
    assert (listed["publisher"], listed["first_publisher"]) == ("Sample Post", "Sample Wire")
    story = {d["document_id"]: d["story_id"] for d in pq.read_table(output / "documents.parquet").to_pylist()}
    assert story == {"first": "first", "copy": "first", "late": "late"}
    rows = pq.read_table(output / "events.parquet").to_pylist()
    assert {r["document_id"] for r in rows} == set(story)
    assert all(r["story_id"] == story[r["document_id"]] for r in rows)
    condemned = {r["document_id"]: (r["reports"], r["stories"]) for r in rows if r["source"] == "POL"}
    assert condemned == {"first": (2, 1), "copy": (2, 1), "late": (1, 1)}
    options = json.loads(json.loads((output / "manifest.json").read_text())["metadata"]["eventcoder.options"])
    assert (options["story_similarity"], options["story_window"]) == (0.5, 3)

    off = load_resources(options=Options(story_similarity=0))
    assert build(corpus, output, off, Model()).duplicates == 0
    assert {r["stories"] for r in pq.read_table(output / "events.parquet").to_pylist() if r["source"] == "POL"} == {1, 2}
