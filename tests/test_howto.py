"""The how-to pages: their code runs in order on a real build, and the output shown is the real one."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from coder.cli import app
from tests.conftest import ROOT
from tests.howto import DOCS, blocks, r_has, run

PAGES = {"howto-pandas", "howto-duckdb", "howto-r", "howto-stata"}
AGAIN = "the coder or the page has changed: run `make howto` (python -m tests.howto) and look at what it wrote"


@pytest.fixture
def where(sample_build: Path, tmp_path: Path) -> Path:
    shutil.copytree(sample_build, tmp_path / "output", ignore=shutil.ignore_patterns(".*"))
    return tmp_path


def check(page: Path, where: Path) -> list[str]:
    outputs = run(page, where)
    for block, output in zip(blocks(page.read_text(encoding="utf-8")), outputs, strict=True):
        if block.shown is not None:
            assert output == block.shown, f"{page.name}:{block.line}: {AGAIN}"
    return outputs


def test_every_page_is_tested_and_linked() -> None:
    assert {p.stem for p in DOCS.glob("howto-*.md")} == PAGES
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for page in PAGES:
        assert f"docs/{page}.md" in readme
        assert blocks((DOCS / f"{page}.md").read_text(encoding="utf-8"))


@pytest.mark.skipif(importlib.util.find_spec("statsmodels") is None, reason="statsmodels is not installed: pip install 'eventcoder[models]'")
def test_pandas(where: Path) -> None:
    outputs = check(DOCS / "howto-pandas.md", where)
    assert any("converged: True" in o for o in outputs)
    panel = pd.read_stata(where / "dyads.dta")
    # zero-filled: every dyad has every month once
    dyads = panel.groupby(["source", "target"])["period"].nunique()
    assert dyads.nunique() == 1
    assert len(panel) == len(dyads) * dyads.iloc[0]
    assert 0 < panel["conflict_back"].sum() <= panel["conflict"].sum()
    assert pd.read_parquet(where / "dyads.parquet")["conflict"].tolist() == panel["conflict"].tolist()


@pytest.mark.skipif(importlib.util.find_spec("duckdb") is None, reason="duckdb is not installed: pip install duckdb")
def test_duckdb(where: Path) -> None:
    outputs = check(DOCS / "howto-duckdb.md", where)
    assert sum(bool(o) for o in outputs) >= 5
    assert len(list((where / "by-year").glob("year=*/*.parquet"))) > 5


@pytest.mark.skipif(not r_has("MASS"), reason="R with MASS is not installed: apt-get install r-base-core r-cran-mass")
def test_r(where: Path) -> None:
    """Without arrow the page's tables come as CSV: all of its code but the reading is run."""
    outputs = check(DOCS / "howto-r.md", where)
    assert any("converged: TRUE" in o for o in outputs)


@pytest.mark.skipif(not r_has("arrow"), reason='the R package arrow is not installed: install.packages("arrow")')
def test_r_reads_parquet_itself(where: Path) -> None:
    code = 'e <- arrow::read_parquet("output/events.parquet"); cat(nrow(e), class(e$event_date), class(e$code))'
    done = subprocess.run(["Rscript", "-e", code], cwd=where, capture_output=True, text=True, check=True)
    assert done.stdout == f"{len(pd.read_parquet(where / 'output' / 'events.parquet'))} Date character"


@pytest.mark.skipif(not r_has("MASS"), reason="R with MASS is not installed: apt-get install r-base-core r-cran-mass")
@pytest.mark.skipif(importlib.util.find_spec("statsmodels") is None, reason="statsmodels is not installed")
def test_r_and_statsmodels_agree(where: Path) -> None:
    """Two programs, one panel, one model: the same coefficients."""
    (where / "r").mkdir()
    shutil.copytree(where / "output", where / "r" / "output")
    found = []
    for page, folder in (("howto-pandas", where), ("howto-r", where / "r")):
        text = next(o for o in run(DOCS / f"{page}.md", folder) if "converged" in o)
        found.append([float(v) for v in re.findall(r"^(?:\(?Intercept\)?|\w+_back)\s+(-?[\d.]+)", text, re.MULTILINE)])
    assert len(found[0]) == 3
    assert found[0] == pytest.approx(found[1], abs=0.1)


def has_dta() -> bool:
    return "dta" in CliRunner().invoke(app, ["export", "--help"]).output


@pytest.mark.skipif(not has_dta(), reason="this version of `eventcoder export` has no Stata layout")
def test_stata_shell_and_names(where: Path) -> None:
    """Stata cannot be had here: the commands are run, and every variable that the page's code uses must be in the files."""
    page = DOCS / "howto-stata.md"
    run(page, where)
    with pd.io.stata.StataReader(where / "events.dta") as reader:
        labels = reader.value_labels()
        names = set(reader.variable_labels())
        rows = reader.read(convert_categoricals=True)
    assert len(rows) == len(pd.read_parquet(where / "output" / "events.parquet"))
    assert pd.api.types.is_datetime64_any_dtype(rows["event_date"])
    assert rows["code"].str.fullmatch(r"\d{2,4}").all()
    assert any("asserted" in values.values() for values in labels.values())
    assert {"asserted"} <= set(rows["status"].astype(str))
    used = {"status", "quad_class", "date_precision", "daily_id", "event_id"}
    in_panel = {"source", "target", "period_start", "quad_1", "quad_2", "quad_3", "quad_4", "documents_published"}
    code = "\n".join(b.code for b in blocks(page.read_text(encoding="utf-8")) if b.language == "stata")
    assert all(re.search(rf"\b{name}\b", code) for name in used | in_panel)
    assert used <= names
    panel = pd.read_stata(where / "panel.dta")
    assert in_panel <= set(panel.columns)
    assert pd.api.types.is_datetime64_any_dtype(panel["period_start"])
    assert not panel.duplicated(["source", "target", "period_start"]).any()
    assert (panel["quad_3"] + panel["quad_4"]).sum() > 0


def test_stata_code_needs_nothing_undefined() -> None:
    """Every name that the page's Stata code mentions is a column of ours, made by the code, or a word of Stata's."""
    from coder.panel_columns import panel_model
    from coder.tables import EventRow

    page = (DOCS / "howto-stata.md").read_text(encoding="utf-8")
    code = "\n".join(b.code for b in blocks(page) if b.language == "stata")
    made = set(re.findall(r"(?:generate|egen) (\w+)|generate\((\w+)\)", code))
    names = {n for pair in made for n in pair if n} | set(EventRow.model_fields) | set(panel_model().model_fields) | {"conflict_back", "cooperation_back"}
    words = set(
        "use clear describe tabulate decode generate keep if inlist bysort _n missing mofd format tm egen group label xtset replace "
        "nbreg vce cluster exposure dta events panel back preserve restore rename save merge using master match nogenerate".split()
    )
    without_text = re.sub(r'"[^"]*"', "", code)
    assert set(re.findall(r"[A-Za-z_]\w*", without_text)) - words <= names


def test_blocks() -> None:
    page = "# x\n```sh\na\n```\n\n```text\nout\n```\n\nwords\n\n```sql\nb\n```\n"
    first, second = blocks(page)
    assert (first.language, first.code, first.line, first.shown) == ("sh", "a\n", 3, "out\n")
    assert first.span is not None
    assert page[slice(*first.span)] == "out\n"
    assert (second.code, second.shown) == ("b\n", None)
