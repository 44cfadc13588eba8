"""Coding in several processes: the rows of one process, in their order."""

from __future__ import annotations

import json
import multiprocessing
import shutil
from pathlib import Path
from typing import Any

import pytest
from stub_parser import StubModel

from coder import code_stage
from coder.code_stage import CodeStage
from coder.coded import Coded, coding_basis
from coder.options import Options
from coder.pipeline import build
from coder.records import Document, ParsedDocument
from coder.resources import Resources, load_resources


def stub(processes: int) -> StubModel:
    model = StubModel()
    model.processes = processes
    return model


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    rows = [
        {"id": f"d{n}", "date": "2024-05-31", "text": "France condemned Mali." if n % 3 else f"Togo praised Ghana {n % 500} times."}
        for n in range(900)
    ]
    (folder / "news.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in sorted(folder.glob("*.*")) if not p.name.startswith(".")}


def test_a_build_from_stored_parses_is_the_same_byte_for_byte(
    news: Path, tmp_path: Path, resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(code_stage, "CHARACTERS_BEFORE", 1)
    started: list[int] = []
    pool = code_stage.ProcessPool

    def noted(*given: Any) -> Any:
        started.append(given[1])
        return pool(*given)

    monkeypatch.setattr(code_stage, "ProcessPool", noted)
    build(news, tmp_path / "one", resources, stub(1))
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    for name, model in (("one", stub(1)), ("two", stub(2))):
        (tmp_path / name / ".coded.sqlite").unlink()
        summary = build(news, tmp_path / name, resources, model)
        assert (summary.parsed, summary.coded) == (0, 900)
    assert started == [2]
    assert not multiprocessing.active_children()
    assert files(tmp_path / "one") == files(tmp_path / "two")
    assert len(files(tmp_path / "one")) > 10


def test_processes_wait_until_they_pay(news: Path, tmp_path: Path, resources: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_stage, "ProcessPool", lambda *_: pytest.fail("started for a few documents"))
    build(news, tmp_path / "out", resources, stub(1))
    (tmp_path / "out" / ".coded.sqlite").unlink()
    assert build(news, tmp_path / "out", resources, stub(2)).coded == 900


def test_other_dictionaries_in_another_process_code_nothing(tmp_path: Path) -> None:
    """As when a file is edited while a run goes on: this process codes what the others would code otherwise."""
    work = code_stage._coding(((), ()), Options(), "0" * 64, tmp_path, code)
    assert work([("k", Document("d", "x"))]) == [None]


def test_what_other_processes_do_not_find_is_coded_here(tmp_path: Path) -> None:
    from coder.store import ParseStore

    class Chunk:
        stored = True

        def __init__(self, *names: str) -> None:
            self.wanted = [(n * 64, Document(n, "x" * 9)) for n in names]

    def here(chunk: Chunk) -> list[Coded]:
        return again([d for _, d in chunk.wanted])

    def again(documents: Any) -> list[Coded]:
        done.append([d.id for d in documents])
        return [Coded(d, [], [], 0, []) for d in documents]

    done: list[list[str]] = []
    given = load_resources()
    chunks = [Chunk("a", "b"), Chunk("c"), Chunk("d", "e")]
    stage: CodeStage[Chunk] = CodeStage(given, ParseStore(tmp_path / "empty"), code, here, again, coding_basis(given), 2)
    stage._characters = code_stage.CHARACTERS_BEFORE - 18
    with stage:
        found = [[c.document.id for c in coded] for _, coded in stage.ahead(chunks)]
    assert found == done == [["a", "b"], ["c"], ["d", "e"]]


def code(parsed: ParsedDocument, resources: Resources) -> Coded:
    raise AssertionError("nothing is stored")
