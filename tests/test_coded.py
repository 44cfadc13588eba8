"""Coding results kept between builds: the same tables, only what is new is coded, damage costs time alone."""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from coder import pipeline
from coder.coded import KEPT_BASES, CodedStore, coded_key, coding_basis
from coder.conllu import iter_conllu
from coder.options import Options
from coder.pipeline import Summary, code_document, code_documents
from coder.records import Document, ParsedDocument, Reject, RejectReason
from coder.resources import Resources
from coder.store import ParseStore, parse_key

DATA = Path(__file__).resolve().parent / "data"
MODEL = "m" * 64


class NoParser:
    """Stands for the model: everything is parsed already."""

    sha256 = parsed_by = MODEL


@pytest.fixture
def parsed(tmp_path: Path) -> list[ParsedDocument]:
    day = dt.date(2024, 5, 31)
    found = []
    for one in iter_conllu(DATA / "behaviour.conllu"):
        document = replace(one.document, text=" ".join(s.text for s in one.sentences), publication_date=day)
        found.append(ParsedDocument(document, tuple(replace(s, publication_date=day) for s in one.sentences)))
    ParseStore(tmp_path / "parses").put((parse_key(p.document, MODEL), p) for p in found)
    return found


def run(tmp_path: Path, documents: list[Document], resources: Resources, basis: str = "b") -> tuple[list[object], int]:
    summary = Summary()
    with CodedStore(tmp_path / "coded.sqlite", basis) as store:
        found = list(
            code_documents(documents, NoParser(), ParseStore(tmp_path / "parses"), store, resources, summary)  # type: ignore[arg-type]
        )
    return [(c.document, c.rows, c.rejects, c.sentences, c.unknown) for c in found], summary.coded


def test_the_second_run_codes_nothing_and_gives_the_same(tmp_path: Path, parsed: list[ParsedDocument], resources: Resources) -> None:
    documents = [p.document for p in parsed]
    first, coded = run(tmp_path, documents, resources)
    assert coded == len(documents) > 30
    assert sum(len(rows) for _, rows, *_ in first) > 20  # type: ignore[misc]
    assert any(rows and rows[0]["event_date"] is not None for _, rows, *_ in first)  # type: ignore[misc]
    second, coded = run(tmp_path, documents, resources)
    assert coded == 0
    assert second == first


def test_one_changed_document_is_coded_alone(tmp_path: Path, parsed: list[ParsedDocument], resources: Resources) -> None:
    documents = [p.document for p in parsed]
    run(tmp_path, documents, resources)
    documents[3] = replace(documents[3], publication_date=dt.date(2019, 1, 2))
    changed, coded = run(tmp_path, documents, resources)
    assert coded == 1
    fresh, _ = run(tmp_path, documents, resources, "other")
    assert changed == fresh


@pytest.mark.parametrize("damage", ["text", "row", "schema", "empty"])
def test_a_damaged_file_costs_time_alone(
    tmp_path: Path, parsed: list[ParsedDocument], resources: Resources, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    documents = [p.document for p in parsed]
    first, _ = run(tmp_path, documents, resources)
    path = tmp_path / "coded.sqlite"
    if damage == "text":
        path.write_text("not a database" * 1000)
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        with sqlite3.connect(path) as base:
            if damage == "row":
                base.execute("UPDATE coded SET body = x'00' WHERE rowid % 2")
            else:
                base.execute("DROP TABLE coded")
                base.execute("CREATE TABLE coded (other TEXT)")
        base.close()
    again, coded = run(tmp_path, documents, resources)
    assert again == first
    assert coded == (len([n for n in range(1, len(documents) + 1) if n % 2]) if damage == "row" else len(documents))
    # an empty file is a new one to SQLite, and a table of other columns one of a version before
    assert damage in ("empty", "schema") or "coded.sqlite" in caplog.text
    assert run(tmp_path, documents, resources)[1] == 0


def test_failures_are_tried_again(
    tmp_path: Path, parsed: list[ParsedDocument], resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = [p.document for p in parsed][:5]

    def fail(one: ParsedDocument, resources: Resources) -> pipeline.Coded:
        coded = code_document(one, resources)
        if one.document.id == documents[0].id:
            coded.rejects.append(Reject(one.document.id, "code", RejectReason.CODE_FAILED, "because"))
        return coded

    monkeypatch.setattr(pipeline, "code_document", fail)
    run(tmp_path, documents, resources)
    monkeypatch.undo()
    again, coded = run(tmp_path, documents, resources)
    assert coded == 1
    assert not any(rejects for _, _, rejects, *_ in again)  # type: ignore[misc]


def test_other_dictionaries_and_options_are_another_basis(resources: Resources) -> None:
    assert coding_basis(resources) == coding_basis(resources)
    assert coding_basis(replace(resources, options=Options(monadic=True))) != coding_basis(resources)
    other = replace(resources.dictionaries, sha256=hashlib.sha256(b"x").hexdigest())
    assert coding_basis(replace(resources, dictionaries=other)) != coding_basis(resources)


def test_old_results_go(tmp_path: Path, parsed: list[ParsedDocument], resources: Resources) -> None:
    documents = [p.document for p in parsed][:3]
    for n in range(KEPT_BASES + 2):
        assert run(tmp_path, documents, resources, f"basis {n}")[1] == 3
    with sqlite3.connect(tmp_path / "coded.sqlite") as base:
        assert base.execute("SELECT count(*) FROM coded").fetchone() == (3 * KEPT_BASES,)
    base.close()
    assert run(tmp_path, documents, resources, f"basis {KEPT_BASES}")[1] == 0


def test_the_key_tells_documents_apart() -> None:
    one = Document("a", "text", dt.date(2020, 1, 1))
    others = [replace(one, id="b"), replace(one, text="other"), replace(one, publication_date=None), replace(one, path="x"),
              replace(one, furniture=((0, 1),))]  # fmt: skip
    assert len({coded_key(d, MODEL) for d in [one, *others]} | {coded_key(one, "n" * 64)}) == 7
