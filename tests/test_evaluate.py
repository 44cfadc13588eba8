"""Evaluation: counts worked out by hand."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from coder.errors import InputError
from coder.evaluate import evaluate_events, read_gold, render


def gold(tmp_path: Path, sentences: list[dict[str, Any]]) -> Path:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({"id": "d", "date": "2020-01-02", "sentences": sentences}) + "\n")
    return path


def row(source: str, code: str, target: str, text: str, **more: Any) -> dict[str, Any]:
    day = dt.date(2020, 1, 2)
    return {
        "document_id": "d", "source": source, "target": target, "code": code, "status": "asserted", "event_date": day,
        "event_date_end": day, "trigger_start": 10**6, "sentence_text": text, "trigger_text": "t", "pattern_id": "p",
    } | more  # fmt: skip


def event(source: str, code: str, target: str, **more: str) -> dict[str, str]:
    return {"source": source, "code": code, "target": target} | more


def test_counts(tmp_path: Path) -> None:
    documents = read_gold(
        gold(tmp_path, [
            {"text": "A", "events": [event("FRAGOV", "0411", "DEU", date="2020-01-02"), event("ITA", "190", "ESP")]},
            {"text": "B", "events": []},
            {"text": "C", "events": []},
        ])
    )  # fmt: skip
    rows = [row("FRAGOV", "0411", "DEU", "A"), row("FRA", "040", "DEU", "A"), row("ITA", "193", "ESP", "A"), row("X", "010", "Y", "B")]
    result = evaluate_events(documents, rows)
    assert (result.sentences, result.empty_sentences, result.empty_right) == (3, 2, 1)
    loose = result.levels["countries and root code"]
    assert (loose.right, loose.coded, loose.gold) == (2, 4, 2)
    assert loose.f1 == pytest.approx(2 * 2 / 6)
    assert result.levels["actors and full code"].right == 1
    assert result.levels["actors, code, status and date"].right == 1
    assert result.by_root["19"].right == 1
    assert result.confusion[("19", "19")] == 1
    assert "0.500" in render(result, errors=5)


def test_an_event_counts_once(tmp_path: Path) -> None:
    documents = read_gold(gold(tmp_path, [{"text": "A", "events": [event("FRA", "190", "DEU")]}]))
    result = evaluate_events(documents, [row("FRA", "190", "DEU", "A"), row("FRA", "190", "DEU", "A")])
    assert (result.levels["actors"].right, result.levels["actors"].coded) == (1, 2)


def test_wrong_date_and_status(tmp_path: Path) -> None:
    documents = read_gold(gold(tmp_path, [{"text": "A", "events": [event("FRA", "190", "DEU", date="2019-01-01", status="negated")]}]))
    result = evaluate_events(documents, [row("FRA", "190", "DEU", "A", status="negated")])
    assert result.levels["actors, code and status"].right == 1
    assert result.levels["actors, code, status and date"].right == 0


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text('{"id": "a", "sentences": []}\n{"id": "b"}\n')
    with pytest.raises(InputError, match=r"gold\.jsonl:2"):
        read_gold(path)
