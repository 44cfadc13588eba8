"""The command: every subcommand helps with an example, errors are one clean line and a status, answers are right."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from coder.cli import app, main
from coder.conllu import write_conllu
from coder.records import Document, ParsedDocument, Sentence

COMMANDS = [
    ["build"], ["parse"], ["code"], ["explain"], ["evaluate"], ["unresolved"],
    ["dictionary", "check"], ["dictionary", "test"], ["dictionary", "stats"], ["dictionary", "find"], ["dictionary", "diff"],
    ["dictionary", "import"], ["export"], ["panel"], ["report"], ["verify"], ["validate", "sample"], ["validate", "score"],
]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_has_an_example(command: list[str]) -> None:
    result = CliRunner().invoke(app, [*command, "--help"])
    assert result.exit_code == 0
    assert f"Example: eventcoder {' '.join(command)}" in " ".join(result.output.split())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["build", "--corpus", "nowhere"], "nowhere"),
        (["code", "nowhere.jsonl", "-o", "x.parquet"], "nowhere.jsonl"),
        (["unresolved", "--output", "nowhere"], "eventcoder build"),
        (["report", "--output", "nowhere"], "eventcoder build"),
        (["evaluate", "nowhere.jsonl"], "nowhere.jsonl"),
        (["explain", "x", "--date", "yesterday"], "2024-05-31"),
        (["code", "x.conllu", "-o", "x.parquet", "--dictionaries", "nowhere"], "nowhere"),
        (["code", "x.conllu", "-o", "x.parquet", "--scores", "nowhere.csv"], "nowhere.csv"),
    ],
)
def test_errors_are_one_line_and_status_2(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["eventcoder", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    shown = capsys.readouterr().err
    assert caught.value.code == 2
    assert shown.startswith("error: ")
    assert words in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize(
    "arguments",
    [
        ["panel", "{build}", "-o", "{file}/x.csv"],
        ["panel", "{build}", "-o", "{file}/x.parquet"],
        ["export", "{build}", "-o", "{file}/x"],
        ["validate", "sample", "{build}", "-o", "{file}/x.csv"],
        ["report", "--output", "{build}", "-o", "{file}/x.html"],
        ["code", "{build}/.parses", "-o", "{file}/x.parquet"],
        ["parse", "{file}", "-o", "{file}/x.conllu"],
        ["build", "--corpus", "{file}", "-o", "{file}/x"],
    ],
    ids=lambda a: " ".join(a[:2]),
)
def test_output_that_cannot_be_written(
    arguments: list[str], sample_build: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "text.txt"
    file.write_text("No folder.")
    monkeypatch.setattr("sys.argv", ["eventcoder", *(a.format(build=sample_build, file=file) for a in arguments)])
    with pytest.raises(SystemExit) as caught:
        main()
    shown = capsys.readouterr().err
    assert (caught.value.code, shown.count("error: ")) == (2, 1)
    assert f"{file}/x" in shown
    assert "choose another --output" in shown
    assert [p.name for p in tmp_path.iterdir()] == ["text.txt"]


def parsed() -> ParsedDocument:
    text = "France condemned Mali ."
    forms = tuple(text.split())
    starts = (0, 7, 17, 22)
    sentence = Sentence(
        "report", 0, text, 0, len(text), forms, ("France", "condemn", "Mali", "."), ("PROPN", "VERB", "PROPN", "PUNCT"), ("_",) * 4,
        ("", "Tense=Past|VerbForm=Fin", "", ""), (1, -1, 1, 1), ("nsubj", "root", "obj", "punct"), starts,
        tuple(s + len(f) for s, f in zip(starts, forms, strict=True)),
    )  # fmt: skip
    return ParsedDocument(Document("report", text), (sentence,))


@pytest.mark.parametrize("name", ["events.parquet", "events.jsonl", "events.csv"])
def test_code_conllu(tmp_path: Path, name: str) -> None:
    source = tmp_path / "parses.conllu"
    with source.open("w", encoding="utf-8") as stream:
        write_conllu([parsed()], stream)
    output = tmp_path / name
    result = CliRunner().invoke(app, ["code", str(source), "-o", str(output)])
    assert result.exit_code == 0, result.output
    if output.suffix == ".parquet":
        (row,) = pq.read_table(output).to_pylist()
        assert pq.read_schema(output).metadata[b"eventcoder.scores"] == b"gdelt"
    elif output.suffix == ".jsonl":
        (row,) = [json.loads(line) for line in output.read_text().splitlines()]
    else:
        header, line = output.read_text().splitlines()
        row = dict(zip(header.split(","), line.split(","), strict=False))
    assert (row["source"], row["code"], row["target"]) == ("FRA", "111", "MLI")


def test_find_and_stats() -> None:
    found = CliRunner().invoke(app, ["dictionary", "find", "Kremlin"])
    assert found.exit_code == 0
    assert "country Russia (RUS)" in found.output
    assert CliRunner().invoke(app, ["dictionary", "find", "xyzzyx"]).exit_code == 1
    stats = CliRunner().invoke(app, ["dictionary", "stats"])
    assert stats.exit_code == 0
    assert "frames" in stats.output
