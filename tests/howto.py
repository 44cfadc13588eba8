"""The code blocks of the how-to pages, run in order; `python -m tests.howto` writes the output shown in the pages anew.

A ```text block after a code block is the output of that block, exactly.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "@@block@@"


@dataclass(frozen=True, slots=True)
class Block:
    """A code block; `shown` is the output shown after it, None where none is; `span` is that output in the page."""

    language: str
    code: str
    line: int
    shown: str | None = None
    span: tuple[int, int] | None = None


def blocks(page: str) -> list[Block]:
    found: list[Block] = []
    for match in FENCE.finditer(page):
        language, code = match[1], match[2]
        if language == "text":
            last = found.pop()
            found.append(Block(last.language, last.code, last.line, code, match.span(2)))
        else:
            found.append(Block(language, code, page[: match.start()].count("\n") + 2))
    return found


@contextlib.contextmanager
def folder(path: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(path)
    try:
        yield
    finally:
        os.chdir(before)


def run(page: Path, where: Path) -> list[str]:
    """The output of each block, run in `where`, in which output/ is a build; "" for a language that cannot be run."""
    parts = blocks(page.read_text(encoding="utf-8"))
    outputs: list[str] = []
    names: dict[str, Any] = {"__name__": "__main__"}
    if any(b.language == "r" for b in parts):
        return run_r(parts, where)
    with folder(where):
        for block in parts:
            stream = io.StringIO()
            with contextlib.redirect_stdout(stream):
                if block.language == "python":
                    code = "\n" * (block.line - 1) + block.code  # so that a traceback tells the line of the page
                    exec(compile(code, str(page), "exec"), names)
                elif block.language == "sql":
                    import duckdb

                    result = duckdb.sql(block.code)
                    if result is not None:
                        print(result)
                elif block.language == "sh":
                    shell(block.code)
            outputs.append("\n".join(line.rstrip() for line in stream.getvalue().rstrip().splitlines()) + "\n" if stream.getvalue() else "")
    return outputs


def shell(code: str) -> None:
    """The `eventcoder` lines of a shell block but for `build`: the build is there."""
    import shlex

    from typer.testing import CliRunner

    from coder.cli import app

    for line in code.splitlines():
        words = shlex.split(line)
        if words[:1] == ["eventcoder"] and words[1] != "build":
            result = CliRunner().invoke(app, words[1:])
            assert result.exit_code == 0, f"{line}\n{result.output}{result.exception or ''}"


def r_has(package: str) -> bool:
    rscript = shutil.which("Rscript")
    code = f'quit(status = !requireNamespace("{package}", quietly = TRUE))'
    return rscript is not None and subprocess.run([rscript, "-e", code], capture_output=True, check=False).returncode == 0


def run_r(parts: list[Block], where: Path) -> list[str]:
    """R blocks in one R session. Without the package arrow the tables are handed over as CSV: all else runs as it stands."""
    code = "".join(f'{b.code}\ncat("\\n{MARK}\\n")\n' for b in parts if b.language == "r")
    if not r_has("arrow"):
        import pandas as pd

        for table in sorted(set(re.findall(r'arrow::read_parquet\("output/(\w+)\.parquet"\)', code))):
            frame = pd.read_parquet(where / "output" / f"{table}.parquet")
            frame.to_csv(where / f"{table}.csv", index=False)
            columns = ", ".join(
                f'{name} = "{"Date" if "date" in name and name not in ("date_precision", "date_basis", "date_inferred") else "character"}"'
                for name in frame.columns
                if "date" in name or name.endswith("code") or frame[name].dtype.kind in "OTU"
            )
            reader = f'read.csv("{table}.csv", na.strings = "", colClasses = c({columns}))'
            code = code.replace(f'arrow::read_parquet("output/{table}.parquet")', reader)
    script = where / "page.R"
    script.write_text(code, encoding="utf-8")
    rscript = shutil.which("Rscript")
    assert rscript
    done = subprocess.run([rscript, "--vanilla", script.name], cwd=where, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    outputs = iter(done.stdout.split(f"\n{MARK}\n"))
    result = []
    for block in parts:
        text = next(outputs) if block.language == "r" else ""
        result.append("\n".join(line.rstrip() for line in text.strip("\n").splitlines()) + "\n" if text.strip() else "")
    return result


def refresh(page: Path, where: Path) -> None:
    """Write the real outputs into the page."""
    text = page.read_text(encoding="utf-8")
    parts = blocks(text)
    for block, output in reversed(list(zip(parts, run(page, where), strict=True))):
        if block.span is not None:
            text = text[: block.span[0]] + output + text[block.span[1] :]
    page.write_text(text, encoding="utf-8")


def main() -> None:
    from coder.pipeline import build
    from coder.resources import load_resources

    with tempfile.TemporaryDirectory() as name:
        where = Path(name)
        shutil.copytree(ROOT / "tests" / "data" / "sample-parses", where / "output" / ".parses")
        build(ROOT / "corpus", where / "output", load_resources())
        for page in sorted(DOCS.glob("howto-*.md")):
            if page.stem == "howto-r" and not shutil.which("Rscript"):
                print(f"{page.name}: not run, R is not installed")
            elif page.stem != "howto-stata":
                refresh(page, where)
                print(f"{page.name}: written")


if __name__ == "__main__":
    sys.exit(main())
