"""`eventcoder verify` names what is missing, changed or extra; equal inputs give equal bytes wherever and however they are coded."""

from __future__ import annotations

import json
import locale
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from broken_builds import files, write_corpus
from stub_parser import StubModel
from typer.testing import CliRunner

from coder.cli import app
from coder.errors import InputError
from coder.pipeline import Model, build
from coder.resources import Resources, load_resources
from coder.verify import verify_build

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, resources: Resources) -> Path:
    folder = tmp_path_factory.mktemp("verify")
    corpus = write_corpus(folder / "corpus", 12, 3)
    (corpus / "manifest.csv").write_text("file,publisher\nreport-0.txt,Wire\n")
    (corpus / "page.html").write_text("<html><body><p>Norway praised Kenya.</p></body></html>")
    build(corpus, folder / "output", resources, StubModel())
    return folder


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "copy"))


def edit_manifest(folder: Path, change: Callable[[dict[str, dict[str, str]]], object]) -> None:
    path = folder / "output" / "manifest.json"
    manifest = json.loads(path.read_text())
    change(manifest)
    path.write_text(json.dumps(manifest))


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def segment(folder: Path) -> Path:
    return next((folder / "output" / ".parses").glob("segment-*.parquet"))


CHANGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "output missing": (lambda f: (f / "output" / "codebook.md").unlink(), "missing: output: codebook.md"),
    "output changed": (lambda f: flip(f / "output" / "events.parquet"), "changed: output: events.parquet"),
    "output cut off": (lambda f: (f / "output" / "rejects.parquet").write_bytes(b"PAR1"), "changed: output: rejects.parquet"),
    "corpus missing": (lambda f: (f / "corpus" / "report-1.txt").unlink(), "missing: corpus: report-1.txt"),
    "corpus changed": (lambda f: (f / "corpus" / "report-1.txt").write_text("x"), "changed: corpus: report-1.txt"),
    "corpus extra": (lambda f: (f / "corpus" / "late.txt").write_text("x"), "extra: corpus: late.txt"),
    "corpus manifest": (lambda f: (f / "corpus" / "manifest.csv").write_text("file,date\n"), "changed: corpus: manifest.csv"),
    "corpus link": (
        lambda f: [(f / "corpus" / "report-1.txt").unlink(), (f / "corpus" / "report-1.txt").symlink_to("report-0.txt")],
        "changed: corpus: report-1.txt (SHA-256 unreadable: a link",
    ),
    "manifest's corpus": (lambda f: edit_manifest(f, lambda m: m["corpus"].pop("rows.jsonl")), "changed: manifest: manifest.json"),
    "a dictionary": (
        lambda f: edit_manifest(f, lambda m: m["dictionaries"].update({"shipped: verbs/04-consult.yaml": "0" * 64})),
        "dictionaries: shipped: verbs/04-consult.yaml",
    ),
    "a dictionary gone": (
        lambda f: edit_manifest(f, lambda m: m["dictionaries"].update({"my/actors.yaml": "0" * 64})),
        "missing: dictionaries: my/actors.yaml",
    ),
    "the model": (
        lambda f: edit_manifest(f, lambda m: m["metadata"].update({"eventcoder.model": "eventcoder-en"})), "changed: model: eventcoder-en",
    ),
    "a table of another run": (
        lambda f: edit_manifest(f, lambda m: m["metadata"].update({"eventcoder.options": "{}"})), "output: events.parquet (its metadata",
    ),
    "a stored parse": (lambda f: flip(segment(f)), "changed: parses: segment-000001-"),
}  # fmt: skip


def test_a_sound_build(copy: Path) -> None:
    (copy / "output" / "my-notes.txt").write_text("x")
    result = verify_build(copy / "output", copy / "corpus")
    assert result.differences == []
    assert result.beside == ["my-notes.txt"]
    assert result.files > 90  # dictionaries, corpus and outputs
    assert verify_build(copy / "output", None).files < result.files


@pytest.mark.parametrize("name", CHANGES)
def test_what_differs_is_named(name: str, copy: Path) -> None:
    change, words = CHANGES[name]
    change(copy)
    shown = CliRunner().invoke(app, ["verify", "--output", str(copy / "output"), "--corpus", str(copy / "corpus")])
    assert shown.exit_code == 1
    assert words in shown.stdout
    assert "differ" in shown.stderr


@pytest.mark.parametrize(
    "content",
    [None, "no JSON", "[]", '{"metadata": {}}', '{"metadata": {}, "outputs": {"../../x": "a"}, "corpus": {}, "dictionaries": {}}',
     '{"metadata": {"eventcoder.corpus": "", "eventcoder.model": "", "eventcoder.model_sha256": ""}, "outputs": {"../x": "a"}, "corpus": {},'
     ' "dictionaries": {}}'],
)  # fmt: skip
def test_a_manifest_that_is_none(content: str | None, copy: Path) -> None:
    path = copy / "output" / "manifest.json"
    path.unlink()
    if content is not None:
        path.write_text(content)
    with pytest.raises(InputError, match=r"manifest\.json"):
        verify_build(copy / "output", None)


# --- equal bytes

PROGRAM = """
import sys
from pathlib import Path
sys.path[:0] = sys.argv[3:]
from stub_parser import StubModel
from coder.pipeline import build
from coder.resources import load_resources
build(Path(sys.argv[1]), Path(sys.argv[2]), load_resources(), StubModel())
"""


def available(wanted: str) -> bool:
    before = locale.setlocale(locale.LC_ALL)
    try:
        locale.setlocale(locale.LC_ALL, wanted)
        return True
    except locale.Error:
        return False
    finally:
        locale.setlocale(locale.LC_ALL, before)


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "Pacific/Kiritimati"},
        {"PYTHONHASHSEED": "4242", "LC_ALL": "tr_TR.UTF-8", "TZ": "America/Adak", "PYTHONUTF8": "0"},
    ],
)
def test_equal_bytes_in_another_process_place_and_language(built: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    corpus = Path(shutil.copytree(built / "corpus", tmp_path / "elsewhere"))
    for path in corpus.iterdir():
        os.utime(path, (0, 0))
    command = [sys.executable, "-c", PROGRAM, "elsewhere", "out", str(ROOT), str(ROOT / "tests")]
    given = environment if available(environment["LC_ALL"]) else environment | {"LC_ALL": "POSIX"}
    subprocess.run(command, cwd=tmp_path, env=os.environ | given, check=True, capture_output=True)
    assert files(tmp_path / "out") == files(built / "output")


@pytest.mark.stanza
def test_equal_bytes_on_one_and_two_cores(tmp_path: Path, request: pytest.FixtureRequest, resources: Resources) -> None:
    """The whole sample corpus with --long."""
    corpus = tmp_path / "corpus"
    if request.config.getoption("--long"):
        shutil.copytree(ROOT / "corpus", corpus)
    else:
        corpus.mkdir()
        for name in ("assange-2019.txt", "gambia-2017.txt"):
            shutil.copy(ROOT / "corpus" / name, corpus)
    for threads in (1, 2):
        build(corpus, tmp_path / f"out-{threads}", resources, Model(threads=threads))
    assert files(tmp_path / "out-1") == files(tmp_path / "out-2")
    assert pq.read_metadata(tmp_path / "out-1" / "events.parquet").num_rows > 3


def test_dictionaries_of_users_keep_the_name_they_were_given_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = write_corpus(tmp_path / "corpus", 4, 1)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "actors.yaml").write_text("- {name: Zubia, kind: country, code: ZUB}\n")
    monkeypatch.chdir(tmp_path)
    build(corpus, tmp_path / "output", load_resources([], [Path("mine")]), StubModel())
    manifest = json.loads((tmp_path / "output" / "manifest.json").read_text())
    assert "mine/actors.yaml" in manifest["dictionaries"]
    assert str(tmp_path) not in json.dumps(manifest)
    assert verify_build(Path("output"), corpus).differences == []
    (tmp_path / "mine" / "actors.yaml").write_text("- {name: Zubia, kind: country, code: ZUC}\n")
    assert [str(d).split(" (")[0] for d in verify_build(Path("output"), corpus).differences] == ["changed: dictionaries: mine/actors.yaml"]
