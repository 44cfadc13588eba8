"""Builds that are killed, run out of disk, may not write or meet another: nothing lost, nothing half written."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from coder.errors import InputError
from coder.event_files import event_files
from coder.pipeline import build
from coder.resources import Resources
from coder.staging import Staging, finish_interrupted

HERE = Path(__file__).resolve().parent

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks and signals are those of Unix")


@pytest.fixture(scope="module")
def broken(request: pytest.FixtureRequest) -> dict[str, dict[str, Any]]:
    """What became of each kind of broken build; with --long 100 are killed at random and some at every lasting step."""
    long = request.config.getoption("--long")
    counts = ["--count", "100", "--documents", "40"] if long else ["--count", "5", "--every", "25", "--documents", "6"]
    command = [sys.executable, HERE / "broken_builds.py", "all", *counts]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    result: dict[str, dict[str, Any]] = json.loads(done.stdout)
    return result


def test_killed_at_a_random_moment(broken: dict[str, dict[str, Any]]) -> None:
    result = broken["kill"]
    assert result["mended"] == result["builds"] >= 5
    assert not any("half" in left or "each" in left for left in result["left"])


def test_killed_around_lasting_steps(broken: dict[str, dict[str, Any]]) -> None:
    result = broken["points"]
    assert result["mended"] == result["builds"] >= 6
    assert set(result["left"]) <= {"old", "new"}


def test_a_full_disk_leaves_the_old_tables(broken: dict[str, dict[str, Any]]) -> None:
    result = broken["full"]
    assert result["sound"] and result["builds"] >= 4
    assert list(result["said"]) == [
        "cannot write to /output: File too large (the tables of the last build are untouched; free space and run again)"
    ]


def test_an_output_that_may_not_be_written(broken: dict[str, dict[str, Any]]) -> None:
    result = broken["read-only"]
    assert result["sound"] and len(result["said"]) == 2
    assert all("Permission denied" in words for words in result["said"])


def test_builds_at_once_wait_for_each_other(broken: dict[str, dict[str, Any]]) -> None:
    assert broken["together"]["sound"]


def test_a_build_that_will_not_wait_says_so(tmp_path: Path, resources: Resources) -> None:
    (tmp_path / "a.txt").write_text("Norway praised Kenya.")
    output = tmp_path / "output"
    output.mkdir()
    with FileLock(output / ".build.lock"), pytest.raises(InputError, match="another build is writing"):
        build(tmp_path / "a.txt", output, resources, wait=0)


def test_staged_files_appear_together_and_leftovers_go(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("old")
    with pytest.raises(RuntimeError), Staging(tmp_path) as staged:
        (staged.folder / "a.txt").write_text("new")
        raise RuntimeError
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"
    (tmp_path / ".staging" / "deep").mkdir(parents=True)  # of a run that was killed
    with Staging(tmp_path) as staged:
        for name in ("events.parquet", "manifest.json", "z.txt", "a.txt"):
            (staged.folder / name).write_text("new")
        assert staged.commit() == ["a.txt", "z.txt", "manifest.json", "events.parquet"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "events.parquet", "manifest.json", "z.txt"]


@pytest.mark.parametrize("renamed", range(5))
def test_files_of_two_builds_are_never_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, renamed: int) -> None:
    """Killed after so many renamings: whoever reads first finds the rest in place."""
    names = ["a.txt", "z.txt", "manifest.json", "events.parquet"]
    for name in names:
        (tmp_path / name).write_text("old")
    real, calls = Path.replace, 0

    def replace(self: Path, target: Path) -> Path:
        nonlocal calls
        calls += 1
        if calls > renamed:
            raise KeyboardInterrupt
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with contextlib.suppress(KeyboardInterrupt), Staging(tmp_path) as staged:
        for name in names:
            (staged.folder / name).write_text("new")
        staged.commit()
    monkeypatch.undo()
    assert [(tmp_path / n).read_text() for n in names].count("new") == min(renamed, 4)
    with FileLock(tmp_path / ".build.lock"):
        assert not finish_interrupted(tmp_path)  # a build is at it
    assert event_files([tmp_path]) == [tmp_path / "events.parquet"]
    assert {(tmp_path / n).read_text() for n in names} == {"new"}
    assert not (tmp_path / ".staging").exists()
    assert not finish_interrupted(tmp_path)


def test_a_build_that_failed_before_is_not_put_in_place(tmp_path: Path) -> None:
    (tmp_path / "events.parquet").write_text("old")
    (tmp_path / ".staging").mkdir()
    (tmp_path / ".staging" / "events.parquet").write_text("half")
    assert not finish_interrupted(tmp_path)
    assert (tmp_path / "events.parquet").read_text() == "old"
