"""`make` builds where something has changed, whatever the files are called, and does nothing where nothing has."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
STUB = """#!/bin/sh
echo "$@" >> runs
[ -e fail ] && exit 2
[ -e during ] && sleep 0.1 && mv during corpus/late.txt && touch corpus/late.txt
mkdir -p output && echo tables > output/events.parquet
"""

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of which `eventcoder` only notes that it ran; all of it is an hour old."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for folder in ("corpus/deep", "dictionaries/verbs", "coder", ".venv/bin"):
        (tmp_path / folder).mkdir(parents=True)
    for name in ("requirements.lock", "pyproject.toml", "corpus/a.txt", "dictionaries/verbs/01.yaml", "coder/cli.py", ".venv/.core"):
        (tmp_path / name).write_text("x")
    script = tmp_path / ".venv" / "bin" / "eventcoder"
    script.write_text(STUB)
    script.chmod(0o755)
    for path in sorted(tmp_path.rglob("*"), reverse=True):
        age(path, 3600)
    return tmp_path


def age(path: Path, seconds: float) -> None:
    when = path.stat().st_mtime - seconds
    os.utime(path, (when, when))


def make(project: Path, *arguments: str, status: int = 0) -> int:
    """How often `eventcoder` has run so far, after one more `make`."""
    done = subprocess.run(["make", *arguments], cwd=project, capture_output=True, text=True, timeout=60)
    assert done.returncode == status, done.stdout + done.stderr
    runs = project / "runs"
    return runs.read_text().count("\n") if runs.exists() else 0


def test_the_second_make_does_nothing(project: Path) -> None:
    assert make(project) == 1
    assert (project / "runs").read_text() == "build --corpus corpus --output output\n"
    assert make(project) == 1


@pytest.mark.parametrize("name", ["a b.txt", "a:b.txt", "a$b.txt", "a#b%.txt", "line\nbreak.txt", "it's.txt", "-n.txt", "ü\udcff.txt"])
def test_new_files_of_any_name_are_seen(project: Path, name: str) -> None:
    assert make(project) == 1
    age(project / "output" / "events.parquet", 60)
    file = project / "corpus" / "deep" / name
    file.write_text("x")
    assert make(project) == 2
    assert make(project) == 2


@pytest.mark.parametrize("name", ["corpus/a.txt", "dictionaries/verbs/01.yaml", "coder/cli.py"])
def test_what_changes_is_seen(project: Path, name: str) -> None:
    assert make(project) == 1
    age(project / "output" / "events.parquet", 60)
    (project / name).write_text("y")
    assert make(project) == 2


def test_a_file_that_goes_is_seen(project: Path) -> None:
    assert make(project) == 1
    age(project / "output" / "events.parquet", 60)
    (project / "corpus" / "a.txt").unlink()
    assert make(project) == 2


def test_a_corpus_above_the_project_is_looked_at(project: Path) -> None:
    deeper = project / "work" / "er"
    shutil.copytree(project, deeper, ignore=shutil.ignore_patterns("work"))
    assert make(deeper, "CORPUS=../../corpus") == 1
    age(deeper / "output" / "events.parquet", 60)
    (project / "corpus" / "b.txt").write_text("x")
    assert make(deeper, "CORPUS=../../corpus") == 2


def test_what_comes_while_a_build_runs_is_coded_by_the_next(project: Path) -> None:
    (project / "during").write_text("x")
    assert make(project) == 1
    assert make(project) == 2
    assert make(project) == 2


def test_a_failed_build_leaves_the_tables_and_is_run_again(project: Path) -> None:
    assert make(project) == 1
    age(project / "output" / "events.parquet", 60)
    (project / "corpus" / "b.txt").write_text("x")
    (project / "fail").touch()
    assert make(project, status=2) == 2
    assert (project / "output" / "events.parquet").read_text() == "tables\n"
    (project / "fail").unlink()
    assert make(project) == 3


def test_training_asks_for_treebanks(project: Path) -> None:
    python = project / ".venv" / "bin" / "python"
    python.write_text('#!/bin/sh\necho "$@" >> runs\n')
    python.chmod(0o755)

    def make(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["make", *arguments], cwd=project, capture_output=True, text=True)

    without = make("models")
    assert without.returncode and "give TREEBANKS=DIR" in without.stderr
    (project / "my banks").mkdir()
    assert make("models", "TREEBANKS=my banks").returncode == 0
    assert make("models-trial", "TREEBANKS=my banks", "ENCODER=e").returncode == 0
    assert make("models-score", "TREEBANKS=my banks", "MODEL=en").returncode == 0
    assert (project / "runs").read_text().splitlines() == [
        "-m coder.training build my banks -o models-build",
        "-m coder.training build my banks -o models-build --encoder e --trial",
        "-m coder.training score my banks --model en",
    ]


def test_plain_takes_compiled_modules_away(project: Path) -> None:
    for name in ("abc__mypyc.cpython-311-x86_64-linux-gnu.so", "coder/cli.cpython-311-x86_64-linux-gnu.so"):
        (project / name).write_text("x")
    make(project, "plain")
    assert not list(project.rglob("*.so"))
    assert (project / "coder/cli.py").exists()
