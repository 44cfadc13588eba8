"""Everything that is wrong with a corpus, one fault at a time: coded all the same, or a reject with file, line and reason.

Beside each fault lies a sound report, which must come out coded: the run goes on. Around the parser's stub, all is real.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from stub_parser import StubModel

import coder.pipeline
from coder.cli import main
from coder.pipeline import build
from coder.resources import Resources
from coder.verify import verify_build

NEWS = "Norway praised Kenya."
FRONT = f"---\ndate: 2024-03-12\n---\n{NEWS}\n"
Place = tuple[str | None, int | None, str]


@dataclass(frozen=True)
class Case:
    """A fault in a corpus folder.

    Args:
        make: writes it.
        rejects: (file, line, reason) of every reject that must come, and no other.
        coded: documents that give an event; others: documents that are read and give none.
    """

    name: str
    make: Callable[[Path], object]
    rejects: tuple[Place, ...] = ()
    coded: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


def put(name: str, content: str | bytes) -> Callable[[Path], object]:
    data = content if isinstance(content, bytes) else content.encode("utf-8")
    return lambda folder: (folder / name).write_bytes(data)


def rows(*lines: object) -> str:
    return "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines)


def row(identifier: str, text: str = NEWS, **more: str) -> dict[str, str]:
    return {"id": identifier, "date": "2024-03-12", "text": text, **more}


def table(name: str, **columns: object) -> Callable[[Path], object]:
    return lambda folder: pq.write_table(pa.table(columns), folder / name)


def both(*makers: Callable[[Path], object]) -> Callable[[Path], object]:
    return lambda folder: [make(folder) for make in makers]


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + "]><b>&j;</b>"
)
SCRIPTS = (
    f"<html><head><meta name='date' content='2024-03-12'><script>document.write('France bombed Peru.')</script></head><body><article><p>{NEWS} "
    "The talks had gone on for a week in the capital and the ministers were pleased with them.</p><script>alert(1)</script>"
    "<img src=x onerror=alert(1)></article></body></html>"
)
ZERO_WIDTH = "Nor\u200bway\u200e prai\u00adsed\u2060 \u202bKenya\u202c\ufeff."
MEGABYTES = 50 if os.environ.get("EVENTCODER_LONG") else 5  # --long sets it
LONG_LINE = ("Kenya was calm " + "and the rain fell on the dry fields " * 30 + ". ") * (920 * MEGABYTES)
LONG_SENTENCE = "Norway praised Kenya " + "and the rain fell on the dry fields " * 2857 + "."


def csv_text(*records: list[str]) -> str:
    stream = io.StringIO()
    csv.writer(stream).writerows(records)
    return stream.getvalue()


CASES = [
    Case("empty", put("x.txt", ""), (("x.txt", None, "empty"),)),
    Case("blank", put("x.txt", " \n\u200b\n"), (("x.txt", None, "empty"),)),
    Case("binary", put("x.txt", bytes(range(256)) * 50), (("x.txt", None, "encoding"),)),
    Case("another format", put("x.txt", b"%PDF-1.7 \x00\x01"), (("x.txt", None, "unsupported"),)),
    Case("unknown suffix", put("x.docx", "x"), (("x.docx", None, "unsupported"),)),
    Case("truncated gzip", put("x.txt.gz", gzip.compress(FRONT.encode() * 100)[:60]), (("x.txt.gz", None, "unreadable"),)),
    Case(
        "truncated gzip of rows",
        put("x.jsonl.gz", gzip.compress(rows(*(row(f"r{n}", f"{NEWS} {int.from_bytes(os.urandom(400))}.") for n in range(3))).encode())[:-250]),
        (("x.jsonl.gz", 3, "unreadable"),),
        ("r0", "r1"),
    ),
    Case("no gzip", put("x.txt.gz", FRONT), (("x.txt.gz", None, "unreadable"),)),
    Case("wrong encoding", put("x.txt", FRONT.replace("Kenya.", "Kenya \u2013 caf\u00e9 society.").encode("cp1252")), (), ("x",)),
    Case("wide encoding", put("x.txt", FRONT.encode("utf-16")), (), ("x",)),
    Case(
        "mixed encodings",
        put("x.jsonl", rows(row("a")).encode() + b'{"id": "b", "date": "2024-03-12", "text": "Norway praised Kenya, na\xefve."}\n'
            + '{"id": "c", "date": "2024-03-12", "text": "Norway praised Kenya, \u00e9lan."}\n'.encode()),
        (), ("a", "b", "c"),
    ),
    Case("NUL bytes", put("x.txt", FRONT.replace("praised ", "praised\x00")), (), ("x",)),
    Case("lone surrogates", put("x.jsonl", '{"id": "s\\ud800", "date": "2024-03-12", "text": "Norway praised Kenya \\udc00."}\n'), (), ("s\ufffd",)),
    Case("surrogates as bytes", put("x.txt", FRONT.encode() + b"\xed\xa0\x80 was\n"), (), ("x",)),
    Case("zero width and right to left", put("x.txt", FRONT.replace(NEWS, ZERO_WIDTH)), (), ("x",)),
    Case("right to left", put("x.txt", "---\ndate: 2024-03-12\n---\n" + "\u0627\u0644\u0633\u0644\u0627\u0645 " * 20),
         (("x.txt", None, "not_english"),), (), ("x",)),
    Case("50 MB in one line", put("x.txt", FRONT + LONG_LINE), (("x.txt", None, "too_long"),), (), ("x",)),
    Case("a sentence of 20,000 words", put("x.txt", FRONT.replace(NEWS, LONG_SENTENCE)), (("x.txt", None, "too_long"),), ("x",)),
    Case("duplicate ids", put("x.jsonl", rows(row("a"), row("a", "Peru condemned Chile."), row("b"))),
         (("x.jsonl", 2, "duplicate_id"),), ("a", "b")),
    Case("duplicate ids over files", both(put("x.jsonl", rows(row("a"))), put("y.txt", FRONT.replace("---\nd", "---\nid: a\nd"))),
         (("y.txt", None, "duplicate_id"),), ("a",)),
    Case("year 0", put("x.jsonl", rows(row("a", date="0000-01-01"))), (("x.jsonl", 1, "bad_date"),), ("a",)),
    Case("year 9999", put("x.jsonl", rows(row("a", date="9999-12-31"))), (("x.jsonl", 1, "bad_date"),), ("a",)),
    Case("a date that is none", put("x.txt", FRONT.replace("2024-03-12", "2024-02-30")), (("x.txt", None, "bad_date"),), ("x",)),
    Case("CSV with broken quotes", put("x.csv", f'id,date,text\na,2024-03-12,{NEWS}\nb,2024-03-12,"Norway "praised" Kenya.\nc,2024-03-12,{NEWS}\n'),
         (("x.csv", 3, "bad_record"),), ("a", "c")),
    Case("CSV with an open quote", put("x.csv", f'id,date,text\na,2024-03-12,"{NEWS}\nc,2024-03-12,{NEWS}\n'),
         (("x.csv", 2, "bad_record"),), ("c",)),
    Case("CSV without text", put("x.csv", csv_text(["id", "date"], ["a", "2024-03-12"])), (("x.csv", 1, "bad_record"),)),
    Case("JSONL with one bad line", put("x.jsonl", rows(row("a"), '{"id": "b", "text": \n', row("c"))), (("x.jsonl", 2, "bad_record"),), ("a", "c")),
    Case("JSONL of other things", put("x.jsonl", rows([1], "null\n", {"id": "a"}, {"id": "b", "text": 5}, {"id": "c", "text": None}, row("d"))),
         (("x.jsonl", 1, "bad_record"), ("x.jsonl", 2, "bad_record"), ("x.jsonl", 3, "bad_record"), ("x.jsonl", 4, "bad_record"),
          ("x.jsonl", 5, "empty")), ("d",)),
    Case("JSONL nested without end", put("x.jsonl", "[" * 100_000 + "\n" + rows(row("a"))), (("x.jsonl", 1, "bad_record"),), ("a",)),
    Case("JSONL with a number of 10,000 digits", put("x.jsonl", '{"id": ' + "9" * 10_000 + "}\n" + rows(row("a"))),
         (("x.jsonl", 1, "bad_record"),), ("a",)),
    Case("Parquet without text", table("x.parquet", id=["a"], body_count=[3]), (("x.parquet", None, "bad_record"),)),
    Case("Parquet of other types", table("x.parquet", id=["a"], text=[3.5]), (("x.parquet", None, "bad_record"),)),
    Case("Parquet with numbers for dates", table("x.parquet", id=["a"], date=[1.5], text=[NEWS]), (("x.parquet", 1, "bad_date"),), ("a",)),
    Case("no Parquet", put("x.parquet", b"PAR1 nothing PAR1"), (("x.parquet", None, "unreadable"),)),
    Case("HTML with scripts", put("x.html", SCRIPTS), (), ("x",)),
    Case("HTML of scripts alone", put("x.html", "<html><script>France bombed Peru.</script></html>"), (("x.html", None, "empty"),)),
    Case("XML bomb", put("x.xml", BOMB), (("x.xml", None, "unsupported"),)),
    Case("XML bomb as a page", put("x.html", BOMB.replace("<b>", "<html><body><p>").replace("</b>", f"</p><p>{NEWS}</p></body></html>")), (), ("x",)),
    Case("front matter that is no YAML", put("x.txt", f"---\ntitle: [a\ndate: 2024-03-12\n---\n{NEWS}"), (("x.txt", 3, "bad_front_matter"),)),
    Case("front matter with tags", put("x.txt", f"---\ntitle: !!python/object/apply:os.system [touch hacked]\n---\n{NEWS}"),
         (("x.txt", 2, "bad_front_matter"),)),
    Case("front matter without end", put("x.txt", f"---\ntitle: a\n{NEWS}"), (("x.txt", 1, "bad_front_matter"),)),
    Case("front matter nested without end", put("x.txt", f"---\ntitle: {'[' * 2_000}\n---\n{NEWS}"), (("x.txt", 2, "bad_front_matter"),)),
    Case(
        "manifest paths that climb",
        both(put("x.txt", FRONT), put("manifest.csv", "file,publisher\n../secret.txt,A\n/etc/passwd,B\nx.txt,C\nx.txt,D\nnone.txt,E\n")),
        (("manifest.csv", 2, "unsafe_path"), ("manifest.csv", 3, "unsafe_path"), ("manifest.csv", 5, "bad_record"),
         ("manifest.csv", 6, "unreadable")), ("x",),
    ),
    Case("manifest that is none", both(put("x.txt", FRONT), put("manifest.csv", b"\x00\x01\x02" * 500)), (("manifest.csv", None, "encoding"),), ("x",)),
    Case("manifest as a link", both(put("x.txt", FRONT), lambda f: (f / "manifest.csv").symlink_to("/etc/passwd")), (), ("x",)),
    Case("links that loop", both(lambda f: (f / "x.txt").symlink_to("y.txt"), lambda f: (f / "y.txt").symlink_to("x.txt"),
                                 lambda f: (f / "deep").symlink_to(f)),
         (("deep", None, "unsafe_path"), ("x.txt", None, "unsafe_path"), ("y.txt", None, "unsafe_path"))),
    Case("link to a device without end", lambda f: (f / "x.txt").symlink_to("/dev/zero"), (("x.txt", None, "unsafe_path"),)),
    Case("named pipe", lambda f: os.mkfifo(f / "x.txt"), (("x.txt", None, "unreadable"),)),
    Case("folder with the name of a file", lambda f: (f / "x.txt").mkdir(), ()),
    Case("file names with line breaks", both(put("a\nb.txt", FRONT), put("c\rd\u2028.txt", "")),
         (("c%0Dd%E2%80%A8.txt", None, "empty"),), ("a%0Ab",)),
    Case("file names that are no Unicode", lambda f: Path(os.fsdecode(os.fsencode(f) + b"/x\xff.txt")).write_text(FRONT), (), ("x%FF",)),
    Case("ids that look the same", put("x.jsonl", rows(row("a"), row("a\u200b"), row("\u202ea"), row(" b\u00a0"))),
         (("x.jsonl", 2, "duplicate_id"), ("x.jsonl", 3, "duplicate_id")), ("a", "b")),
    Case("ids with line breaks and markup", put("x.jsonl", rows(row("a\n<script>\x1b[31m"))), (), ("a <script>[31m",)),
]  # fmt: skip


def run(corpus: Path, output: Path, resources: Resources) -> tuple[set[Place], dict[str, str]]:
    """Rejects and outcomes of a build, the accounts of which must add up."""
    (corpus / "sound.md").write_text(FRONT)
    summary = build(corpus, output, resources, StubModel())
    documents = pq.read_table(output / "documents.parquet").to_pylist()
    rejects = pq.read_table(output / "rejects.parquet").to_pylist()
    accounts = summary.accounts()
    assert accounts["in"] == accounts["coded"] + accounts["without_events"] + accounts["rejected"]
    assert accounts["in"] - summary.unread == len(documents)
    assert json.loads((output / "manifest.json").read_text())["documents"] == accounts
    assert all(r["detail"].strip() for r in rejects)
    for r in pq.read_table(output / "events.parquet").to_pylist():
        assert (r["source"], r["code"], r["target"]) == ("NOR", "051", "KEN")
    outcomes = {d["document_id"]: d["outcome"] for d in documents}
    assert outcomes.pop("sound") == "coded"
    assert len(outcomes) == len(documents) - 1
    return {(r["path"], r["line"], r["reason"]) for r in rejects}, outcomes


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.name)
def test_a_fault_costs_what_it_must_and_no_more(case: Case, tmp_path: Path, resources: Resources) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (tmp_path / "secret.txt").write_text(FRONT)
    case.make(corpus)
    rejects, outcomes = run(corpus, tmp_path / "output", resources)
    assert rejects == set(case.rejects)
    assert {d for d, outcome in outcomes.items() if outcome == "coded"} == set(case.coded)
    assert {d for d, outcome in outcomes.items() if outcome != "coded"} == set(case.others)
    assert not list(tmp_path.rglob("hacked"))
    assert verify_build(tmp_path / "output", corpus).differences == []


def test_all_faults_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The command goes through a corpus of all of them, sums up, and ends with status 0: the work was done."""
    monkeypatch.setattr(coder.pipeline, "Model", StubModel)
    corpus = tmp_path / "corpus"
    for number, case in enumerate(CASES):
        folder = corpus / f"{number:02}"
        folder.mkdir(parents=True)
        if "50 MB" not in case.name:
            case.make(folder)
    monkeypatch.setattr("sys.argv", ["eventcoder", "build", "--corpus", str(corpus), "--output", str(tmp_path / "output")])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 0
    shown = capsys.readouterr().err
    counts = json.loads((tmp_path / "output" / "manifest.json").read_text())["documents"]
    assert counts["in"] == counts["coded"] + counts["without_events"] + counts["rejected"]
    assert counts["coded"] > 15
    reasons = {r["reason"] for r in pq.read_table(tmp_path / "output" / "rejects.parquet").to_pylist()}
    assert reasons >= {reason for case in CASES for _, _, reason in case.rejects}
    assert f"{counts['in']} documents in = {counts['coded']} coded" in shown
    assert "rejects, see" in shown


@pytest.mark.parametrize("content", [None, "%PDF-1.7"])
def test_where_nothing_can_be_read_the_status_says_so(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(coder.pipeline, "Model", StubModel)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    if content is not None:
        (corpus / "x.txt").write_text(content)
    monkeypatch.setattr("sys.argv", ["eventcoder", "build", "--corpus", str(corpus), "--output", str(tmp_path / "output")])
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    assert "error: " in capsys.readouterr().err
    assert (tmp_path / "output" / "rejects.parquet").exists() == (content is not None)


def test_a_corpus_of_tiny_documents(tmp_path: Path, resources: Resources, request: pytest.FixtureRequest) -> None:
    """100,000 of them with --long."""
    count = 100_000 if request.config.getoption("--long") else 5_000
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "x.jsonl").write_text(rows(*(row(f"r{n}", NEWS if n % 2 else "Kenya.") for n in range(count))))
    rejects, outcomes = run(corpus, tmp_path / "output", resources)
    assert not rejects
    assert len(outcomes) == count
    assert sum(outcome == "coded" for outcome in outcomes.values()) == count // 2
