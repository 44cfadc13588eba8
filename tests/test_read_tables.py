"""Files of many documents: one bad row costs that row, and its place is told."""

from __future__ import annotations

import datetime
import gzip
import io
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from coder.read import iter_corpus
from coder.records import Document, Reject, RejectReason


def read(file: Path) -> tuple[list[Document], list[Reject]]:
    items = list(iter_corpus(file))
    return [i for i in items if isinstance(i, Document)], [i for i in items if isinstance(i, Reject)]


def parquet(columns: Mapping[str, object]) -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table(dict(columns)), sink)
    return sink.getvalue()


# --- JSONL


@pytest.mark.parametrize(
    ("line", "reason", "words"),
    [
        (b'{"text": "broken', RejectReason.BAD_RECORD, "not JSON"),
        (b"[1, 2]", RejectReason.BAD_RECORD, "list"),
        (b'"text"', RejectReason.BAD_RECORD, "str"),
        (b'{"id": "x"}', RejectReason.BAD_RECORD, "no field 'text'"),
        (b'{"text": 12}', RejectReason.BAD_RECORD, "not text but int"),
        (b'{"text": ""}', RejectReason.EMPTY, "no text"),
        (b'{"text": null}', RejectReason.EMPTY, "no text"),
        (b"[" * 100_000, RejectReason.BAD_RECORD, "nested too deep"),
        (b'{"id": ' + b"9" * 5000 + b', "text": "x"}', RejectReason.BAD_RECORD, "not JSON"),
    ],
)
def test_one_bad_line_is_rejected_with_its_number(
    tmp_path: Path, line: bytes, reason: RejectReason, words: str
) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(b'{"id": "a", "text": "One."}\n' + line + b'\n{"id": "b", "text": "Two."}\n')
    documents, rejects = read(file)
    assert [document.id for document in documents] == ["a", "b"]
    assert [(reject.reason, reject.line) for reject in rejects] == [(reason, 2)]
    assert words in rejects[0].detail


def test_a_line_in_another_encoding_does_not_spoil_the_rest(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(
        '{"text": "Müller left."}\n'.encode() + '{"text": "“No,” Núñez said."}\n'.encode("cp1252")
        + '{"text": "Şahin came.\u2028He spoke."}\n'.encode()
    )  # fmt: skip
    assert [d.text for d in read(file)[0]] == ["Müller left.", "“No,” Núñez said.", "Şahin came.\u2028He spoke."]


def test_jsonl_in_utf16(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"text": "Müller left."}\n{"text": "Ç Ċ came."}\n', encoding="utf-16")
    assert [d.text for d in read(file)[0]] == ["Müller left.", "Ç Ċ came."]


def test_columns_of_other_names(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"ID": 3, "Date": "12 March 2024", "Source": "SANA", "Text": "One.", "link": "u", "n": [1]}')
    (document,), rejects = read(file)
    assert rejects == []
    assert (document.id, document.publisher, document.url) == ("3", "SANA", "u")
    assert document.publication_date == datetime.date(2024, 3, 12)


def test_a_bad_date_costs_the_date_and_is_listed(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_text('{"id": "x", "date": "2025-13-45", "text": "Jan. 28, 2026\\nIran struck Iraq."}')
    (document,), (reject,) = read(file)
    assert document.publication_date is None
    assert not document.date_inferred
    assert (reject.reason, reject.document_id, reject.line) == (RejectReason.BAD_DATE, "x", 1)
    assert "no calendar" in reject.detail


# --- CSV


def test_csv_with_quotes_commas_and_lines_inside_fields(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('id,date,text\na,2024-03-12,"He said ""no"", and left.\n\nThen, rain."\nb,,Two.\n')
    documents, rejects = read(file)
    assert rejects == []
    assert [(d.id, d.text) for d in documents] == [("a", 'He said "no", and left.\n\nThen, rain.'), ("b", "Two.")]


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        ('b,"never closed', "quotation marks"),
        ('b,"closed" too early', "quotation marks"),
        ("b,one,too,many", "4 fields"),
        ("b", "1 fields"),
    ],
)
@pytest.mark.parametrize("after", ["c,Three.\nd,Four.\n", 'c,"Three."\nd,"Four."\n', 'c,Three.\nd,"Four, of\nit."\n'])
def test_broken_quotes_cost_their_own_line(tmp_path: Path, broken: str, words: str, after: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(f"id,text\na,One.\n{broken}\n{after}")
    documents, rejects = read(file)
    assert [document.id for document in documents] == ["a", "c", "d"]
    assert [(reject.reason, reject.line) for reject in rejects] == [(RejectReason.BAD_RECORD, 3)]
    assert words in rejects[0].detail


def test_an_unclosed_quote_in_a_long_file_costs_one_line(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    rows = [f"{number},Raid {number}." for number in range(20_000)]
    rows[100] = '100,"Raid 100.'
    file.write_text("id,text\n" + "\n".join(rows) + "\n")
    documents, rejects = read(file)
    assert len(documents) == 19_999
    assert [reject.line for reject in rejects] == [102]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_delimiters(tmp_path: Path, delimiter: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(delimiter.join(["id", "title", "text"]) + "\n" + delimiter.join(["a", "T", "One."]) + "\n")
    assert [(d.id, d.title, d.text) for d in read(file)[0]] == [("a", "T", "One.")]


def test_csv_without_the_column_names_those_there_are(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id,story\na,One.\n")
    documents, (reject,) = read(file)
    assert documents == []
    assert reject.reason is RejectReason.BAD_RECORD
    assert "id, story" in reject.detail


@pytest.mark.parametrize("content", ["", "id,text\n"])
def test_csv_without_rows(tmp_path: Path, content: str) -> None:
    file = tmp_path / "a.csv"
    file.write_text(content)
    assert [reject.reason for reject in read(file)[1]] == [RejectReason.EMPTY]


def test_a_field_beyond_pythons_own_limit(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    text = "Iran struck Iraq. " * 20_000
    file.write_text(f'id,text\na,"{text}"\n')
    assert read(file)[0][0].text == text


def test_csv_of_old_macs(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"id,text\ra,One.\rb,Two.\r")
    assert [d.id for d in read(file)[0]] == ["a", "b"]


# --- Parquet


@pytest.mark.parametrize("suffix", [".parquet", ".parquet.gz"])
def test_parquet(tmp_path: Path, suffix: str) -> None:
    data = parquet(
        {
            "id": ["a", None],
            "date": pa.array([datetime.date(2024, 3, 12), None]),
            "source": ["SANA", None],
            "text": ["One.", "Two."],
            "extra": [[1], [2]],
        }
    )
    file = tmp_path / f"p{suffix}"
    file.write_bytes(gzip.compress(data, mtime=0) if suffix.endswith(".gz") else data)
    documents, rejects = read(file)
    assert rejects == []
    assert [(d.id, d.publisher, d.publication_date) for d in documents] == [
        ("a", "SANA", datetime.date(2024, 3, 12)),
        ("p#2", None, None),
    ]


@pytest.mark.parametrize(
    "dates",
    [
        pa.array([datetime.datetime(2024, 3, 12, 23, 30)], pa.timestamp("ns")),
        pa.array([datetime.datetime(2024, 3, 12, 23, 30)], pa.timestamp("us", tz="UTC")),
        pa.array(["2024-03-12T23:30:00Z"]),
        pa.array(["2024-03-12"]).dictionary_encode(),
        pa.array([20240312]),
    ],
)
def test_parquet_dates_of_every_type(tmp_path: Path, dates: pa.Array) -> None:
    file = tmp_path / "a.parquet"
    file.write_bytes(parquet({"text": ["One."], "date": dates}))
    assert read(file)[0][0].publication_date == datetime.date(2024, 3, 12)


@pytest.mark.parametrize(
    ("columns", "reason", "words"),
    [
        ({"id": ["a"], "story": ["One."]}, RejectReason.BAD_RECORD, "id, story"),
        ({"text": [1, 2]}, RejectReason.BAD_RECORD, "int64"),
        ({"text": [["One."]]}, RejectReason.BAD_RECORD, "list"),
        ({"text": pa.array([], pa.string())}, RejectReason.EMPTY, "no rows"),
    ],
)
def test_parquet_with_wrong_columns(
    tmp_path: Path, columns: dict[str, object], reason: RejectReason, words: str
) -> None:
    file = tmp_path / "a.parquet"
    file.write_bytes(parquet(columns))
    documents, (reject,) = read(file)
    assert documents == []
    assert reject.reason is reason
    assert words in reject.detail


@pytest.mark.parametrize("cut", [0, 3, 200, -8])
def test_damaged_parquet(tmp_path: Path, cut: int) -> None:
    file = tmp_path / "a.parquet"
    file.write_bytes(parquet({"text": ["One."]})[:cut])
    documents, (reject,) = read(file)
    assert documents == []
    assert reject.reason is RejectReason.UNREADABLE


def test_parquet_text_that_is_not_utf8(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    raw = pa.array(["“No,” Núñez said.".encode("cp1252"), b"Two."])
    file.write_bytes(parquet({"text": pa.Array.from_buffers(pa.string(), 2, raw.buffers())}))
    assert [d.text for d in read(file)[0]] == ["“No,” Núñez said.", "Two."]


def test_null_text_in_parquet(tmp_path: Path) -> None:
    file = tmp_path / "a.parquet"
    file.write_bytes(parquet({"text": ["One.", None]}))
    documents, (reject,) = read(file)
    assert [d.id for d in documents] == ["a#1"]
    assert (reject.reason, reject.line) == (RejectReason.EMPTY, 2)
