"""Which modules are imported where some were compiled beside their sources."""

from __future__ import annotations

import importlib.machinery
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SUFFIX = importlib.machinery.EXTENSION_SUFFIXES[0]
IMPORTS = "import coder.a, coder.deep.b; print(coder.a.WHO, coder.deep.b.WHO)"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A source tree of two modules, one of them "compiled": a file that is no module, so that importing it fails."""
    package = tmp_path / "coder"
    (package / "deep").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("")
    for name in ("__init__.py", "plain.py"):
        (package / name).write_text((ROOT / "coder" / name).read_text())
    (package / "a.py").write_text("WHO = 'a.py'\n")
    (package / "deep" / "__init__.py").write_text("")
    (package / "deep" / "b.py").write_text("WHO = 'b.py'\n")
    compiled = package / "deep" / f"b{SUFFIX}"
    compiled.write_bytes(b"no library")
    os.utime(compiled, ns=(2 * 10**18, 2 * 10**18))  # newer than any source
    return tmp_path


def run(folder: Path, program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k != "EVENTCODER_PLAIN"}
    return subprocess.run(
        [sys.executable, "-S", "-c", program], cwd=folder, env={**clean, **environment}, capture_output=True, text=True, check=False
    )


def test_compiled_modules_come_first(tree: Path) -> None:
    done = run(tree, IMPORTS)
    assert "ImportError" in done.stderr and "deep/b" in done.stderr.replace(os.sep, "/")


def test_a_newer_source_rules_out_all_that_is_compiled(tree: Path) -> None:
    source = tree / "coder" / "deep" / "b.py"
    os.utime(source, ns=(2 * 10**18 + 1, 2 * 10**18 + 1))
    done = run(tree, IMPORTS)
    assert done.stdout == "a.py b.py\n", done.stderr
    assert str(source) in done.stderr and "make compiled" in done.stderr


def test_a_newer_source_that_is_not_compiled_changes_nothing(tree: Path) -> None:
    os.utime(tree / "coder" / "a.py", ns=(2 * 10**18 + 1, 2 * 10**18 + 1))
    assert "ImportError" in run(tree, IMPORTS).stderr


def test_plain_modules_on_request(tree: Path) -> None:
    done = run(tree, IMPORTS, EVENTCODER_PLAIN="1")
    assert (done.stdout, done.stderr) == ("a.py b.py\n", "")


def test_an_installation_is_not_looked_at(tree: Path) -> None:
    (tree / "pyproject.toml").unlink()
    os.utime(tree / "coder" / "deep" / "b.py", ns=(2 * 10**18 + 1, 2 * 10**18 + 1))
    done = run(tree, IMPORTS)
    assert "ImportError" in done.stderr and "make compiled" not in done.stderr
