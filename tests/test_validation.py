"""`eventcoder validate`: the sample is fair and repeatable, sheets survive spreadsheets, figures are right by hand."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from coder import marking
from coder.cli import app
from coder.errors import EventCoderError, InputError, OptionsError
from coder.report.render import content_hash
from coder.validation.form import render_form
from coder.validation.render import render
from coder.validation.sample import NEEDED, NONE, Item, allocate, draw
from coder.validation.score import MAIN, agreement, alpha, score, verdict, wilson
from coder.validation.sheet import COLUMNS, QUESTIONS, Judged, Sheet, SheetError, guard, read_sheet, sheet_csv, unguard


def event(number: int, code: str = "042", **changes: Any) -> dict[str, Any]:
    text = "France condemned Mali on Monday."
    return {
        "event_id": f"{number:016x}", "document_id": f"d{number}", "sentence_index": 0, "publication_date": dt.date(2024, 5, 1),
        "event_date": dt.date(2024, 4, 29), "event_date_end": dt.date(2024, 4, 29), "date_precision": "day", "source": "FRA",
        "target": "MLI", "source_name": "France", "target_name": "Mali", "source_text": "France", "source_start": 100, "source_end": 106,
        "target_text": "Mali", "target_start": 117, "target_end": 121, "code": code, "root_code": code[:2], "code_label": "Some label",
        "status": "asserted", "trigger_text": "condemned", "trigger_start": 107, "trigger_end": 116, "sentence_text": text,
    } | changes  # fmt: skip


# ---- sample ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "n", "allocation", "expected"),
    [
        ({"a": 50, "b": 30, "c": 20}, 10, "proportional", {"a": 5, "b": 3, "c": 2}),
        ({"a": 98, "b": 1, "c": 1}, 10, "proportional", {"a": 8, "b": 1, "c": 1}),  # every stratum is there
        ({"a": 98, "b": 1, "c": 1}, 2, "proportional", {"a": 2, "b": 0, "c": 0}),
        ({"a": 98, "b": 1, "c": 1}, 9, "equal", {"a": 7, "b": 1, "c": 1}),  # what the small ones lack
        ({"a": 10, "b": 10, "c": 10}, 10, "equal", {"a": 4, "b": 3, "c": 3}),
        ({"a": 3, "b": 2}, 99, "proportional", {"a": 3, "b": 2}),
        ({"a": 3, "b": 2}, 99, "equal", {"a": 3, "b": 2}),
        ({"a": 3, "b": 0}, 2, "equal", {"a": 2}),
    ],
)
def test_allocate(sizes: dict[str, int], n: int, allocation: str, expected: dict[str, int]) -> None:
    assert allocate(sizes, n, allocation) == expected


def test_allocations_always_add_up() -> None:
    for total in range(1, 60, 7):
        sizes = {"a": total, "b": total * 3 % 11, "c": 1, "d": total // 2}
        for n in range(1, sum(sizes.values()) + 3):
            for allocation in ("proportional", "equal"):
                given = allocate(sizes, n, allocation)
                assert sum(given.values()) == min(n, sum(sizes.values()))
                assert all(0 <= given[s] <= sizes[s] for s in given)


@pytest.mark.parametrize(("n", "allocation", "words"), [(0, "equal", "-n takes"), (5, "optimal", "proportional, equal")])
def test_allocate_errors(n: int, allocation: str, words: str) -> None:
    with pytest.raises(OptionsError, match=words):
        allocate({"a": 9}, n, allocation)


def test_the_sample_depends_on_the_seed_and_the_events_alone() -> None:
    rows = [event(i, "042" if i % 3 else "190") for i in range(90)]
    drawn = draw(rows, 30, by="root_code", seed=1)
    assert [i.row["event_id"] for i in drawn] == [i.row["event_id"] for i in draw(rows[::-1], 30, by="root_code", seed=1)]
    assert {i.row["event_id"] for i in drawn} != {i.row["event_id"] for i in draw(rows, 30, by="root_code", seed=2)}
    assert Counter(i.stratum for i in drawn) == {"04": 20, "19": 10}
    assert {(i.stratum, i.population, i.drawn) for i in drawn} == {("04", 60, 20), ("19", 30, 10)}
    assert {i.row["event_id"] for i in drawn} < {i.row["event_id"] for i in draw(rows, 60, by="root_code", seed=1)}
    strata = [i.stratum for i in drawn]
    assert strata != sorted(strata)
    assert strata != sorted(strata, reverse=True)
    # golden: another version of Python or of this package must draw the same
    assert [int(i.row["event_id"], 16) for i in drawn[:8]] == GOLDEN


GOLDEN = [63, 13, 82, 35, 21, 49, 9, 34]


def test_strata_of_any_column() -> None:
    rows = [event(1, issues=["a", "b"]), event(2, issues=None), event(3, issues=[])]
    assert {i.stratum for i in draw(rows, 3, by="issues")} == {"a;b", NONE}
    with pytest.raises(InputError, match="twice"):
        draw([event(1), event(1)], 1, by="code")
    with pytest.raises(InputError, match="no events"):
        draw([], 1, by="code")


# ---- marking ---------------------------------------------------------------------------------------------------------


def test_pieces() -> None:
    row = event(1)
    assert marking.pieces(row) == [("France", "source"), (" ", ""), ("condemned", "trigger"), (" ", ""), ("Mali", "target"), (" on Monday.", "")]
    elsewhere = event(1, source_start=3, source_end=9)  # the source stands in an earlier sentence
    assert marking.pieces(elsewhere)[0] == ("France ", "")
    lost = event(1, trigger_text="nowhere")
    assert marking.pieces(lost) == [(lost["sentence_text"], "")]


def test_pieces_of_a_trigger_in_two_runs_and_of_a_doubled_word() -> None:
    text = "He held that Iran held talks with Iraq."
    start = 500
    at = {w: text.rindex(w) + start for w in ("held", "talks", "Iran", "Iraq")}
    row = event(
        1, sentence_text=text, trigger_text="held … talks", trigger_start=at["held"], trigger_end=at["talks"] + 5, source_text="Iran",
        source_start=at["Iran"], source_end=at["Iran"] + 4, target_text="Iraq", target_start=at["Iraq"], target_end=at["Iraq"] + 4,
    )  # fmt: skip
    assert marking.sentence_start(row) == start
    parts = [(t, p) for t, p in marking.pieces(row) if p]
    assert parts == [("Iran", "source"), ("held", "trigger"), ("talks", "trigger"), ("Iraq", "target")]


def test_pieces_of_real_events(sample_build: Path) -> None:
    rows = pq.read_table(sample_build / "events.parquet").to_pylist()
    for row in rows:
        found = marking.pieces(row)
        assert "".join(t for t, _ in found) == row["sentence_text"]
        parts = {p for _, p in found}
        assert "trigger" in parts or row["trigger_text"] in (row["source_text"], row["target_text"]), row["event_id"]
    marked = sum({"source", "target"} <= {p for _, p in marking.pieces(r)} for r in rows)
    assert marked > 0.9 * len(rows)  # the rest has its actor in another sentence


# ---- sheet -----------------------------------------------------------------------------------------------------------

NASTY = ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\tx", "'=x", "'plain", 'say "hi", then; go\nhome', "<b>", "زلزال"]


@pytest.mark.parametrize("text", NASTY)
def test_guard_and_back(text: str) -> None:
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert unguard(guard(text)) == text


def test_no_cell_is_a_formula_or_loses_zeros() -> None:
    rows = [event(i, sentence_text=t, source_text=t, trigger_text=t, document_id=t, source_name=t, target_name=None) for i, t in enumerate(NASTY)]
    text = sheet_csv(draw(rows, 99, by="root_code"), "root_code")
    assert text.startswith("\ufeff")
    assert not sheet_csv([], "root_code", bom=False).startswith("\ufeff")
    cells = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline="")))
    assert tuple(cells[0]) == COLUMNS
    assert len(cells) == len(NASTY) + 1
    for row in cells[1:]:
        for name, cell in zip(COLUMNS, row, strict=True):
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), name
            if name not in ("item", "stratum_events", "stratum_drawn"):
                # nothing that a spreadsheet takes for a number or a date
                assert not re.fullmatch(r"[+-]?\d[\d.,]*(e[+-]?\d+)?|\d{4}-\d\d-\d\d", cell, re.IGNORECASE), name


def filled(items: list[Item], answers: dict[str, str] | None = None, by: str = "root_code", **cells: str) -> list[dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(sheet_csv(items, by, bom=False), newline="")))
    for row in rows:
        row.update({q: "y" for q in QUESTIONS if row[q] != "n/a"} | (answers or {}) | cells)
    return rows


def write(path: Path, rows: list[dict[str, str]], *, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", newline="", encoding=encoding) as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8"), (",", "utf-8-sig"), (";", "utf-8-sig"), ("\t", "utf-16"), (";", "cp1252")]
)
def test_sheets_as_spreadsheets_save_them(tmp_path: Path, delimiter: str, encoding: str) -> None:
    items = draw([event(i, source_name="Recep Tayyip Erdoğan" if encoding != "cp1252" else "São Tomé") for i in range(4)], 4, by="root_code")
    rows = filled(items, {"action_right": "N", "date_right": " ? ", "status_right": ""}, comment="=evil")
    sheet = read_sheet(write(tmp_path / "anna.csv", rows, delimiter=delimiter, encoding=encoding))
    assert sheet.coder == "anna"
    assert len(sheet.judged) == 4
    judged = sheet.judged[0]
    assert judged.answers == {
        "source_right": True, "action_right": False, "target_right": True, "date_right": None, "status_right": None,
    }  # fmt: skip
    assert judged.unsure == {"date_right"}
    assert (judged.stratum, judged.population, judged.drawn, judged.code) == ("root_code: 04", 4, 4, "042")


def test_an_event_without_a_target(tmp_path: Path) -> None:
    items = draw([event(1, target=None, target_text=None, target_start=None, target_end=None, target_name=None)], 1, by="code")
    (judged,) = read_sheet(write(tmp_path / "a.csv", filled(items, by="code"))).judged
    assert "target_right" not in judged.answers
    assert verdict(judged, ("source_right", "action_right", "target_right")) is True


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"source_right": "maybe"}, r'bad.csv:3: source_right is "maybe": write y'),
        ({"date_right": "n/a"}, r"bad.csv:3: date_right"),
        ({"id": "1.23E+15"}, r'bad.csv:3: "1.23E\+15" is no id'),
        ({"stratum_events": "0"}, r'bad.csv:3: stratum_events is "0"'),
        ({"stratum_drawn": "many"}, r"bad.csv:3: stratum_drawn"),
        ({"action": "42"}, r"bad.csv:3: action"),
    ],
)
def test_bad_rows_are_told_by_row(tmp_path: Path, change: dict[str, str], words: str) -> None:
    rows = filled(draw([event(i) for i in range(3)], 3, by="root_code"))
    rows[1] |= change
    with pytest.raises(SheetError, match=words):
        read_sheet(write(tmp_path / "bad.csv", rows))


def test_other_bad_sheets(tmp_path: Path) -> None:
    rows = filled(draw([event(i) for i in range(3)], 3, by="root_code"))
    with pytest.raises(SheetError, match=r"twice.csv:5: E-\w+ stands in row 2 too"):
        read_sheet(write(tmp_path / "twice.csv", [*rows, rows[0]]))
    two = [rows[0] | {"coder": "a"}, rows[1] | {"coder": "b"}]
    with pytest.raises(SheetError, match="several coders"):
        read_sheet(write(tmp_path / "two.csv", two))
    with pytest.raises(InputError, match="no column stratum"):
        read_sheet(write(tmp_path / "columns.csv", [{k: v for k, v in r.items() if k != "stratum"} for r in rows]))
    for name, content, words in (
        ("empty.csv", "", "no column"), ("x.xlsx", "PK", "save the sheet as CSV"), ("x.html", "<p>", "Download"), ("bare.csv", ",".join(COLUMNS), "without events"),
    ):  # fmt: skip
        (tmp_path / name).write_text(content)
        with pytest.raises(InputError, match=words):
            read_sheet(tmp_path / name)
    with pytest.raises(InputError, match="check the path"):
        read_sheet(tmp_path / "nowhere.csv")
    short = (tmp_path / "short.csv").write_text(",".join(COLUMNS) + "\n1,E-0000000000000001\n")
    assert short
    with pytest.raises(SheetError, match=r"short.csv:2: 2 cells"):
        read_sheet(tmp_path / "short.csv")


# ---- score -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "n", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17: 857–872, table I, method 3
    [(81 / 263, 263, 0.2553, 0.3662), (15 / 148, 148, 0.0624, 0.1605), (0.0, 20, 0.0, 0.1611), (1 / 29, 29, 0.0061, 0.1718)],
)
def test_wilson(value: float, n: float, low: float, high: float) -> None:
    assert wilson(value, n) == pytest.approx((low, high), abs=5e-5)


def judged(number: int, answers: str, *, stratum: str = "s", population: int = 10, drawn: int = 2, code: str = "042") -> Judged:
    """`answers`: one letter a question, y, n or . for none."""
    given = {q: {"y": True, "n": False, ".": None}[a] for q, a in zip(QUESTIONS, answers, strict=True)}
    return Judged(f"{number:016x}", stratum, population, drawn, code, "label", given)


def test_equal_allocation_is_weighted_back() -> None:
    big = [judged(i, "yyyyy", stratum="big", population=90, drawn=2) for i in (1, 2)]
    small = [judged(i, "ynyyy", stratum="small", population=10, drawn=2, code="190") for i in (3, 4)]
    result = score([Sheet("a.csv", "a", (*big, *small))])
    p = result.overall[MAIN]
    assert p.value == pytest.approx(0.9)  # not a half
    assert (p.right, p.judged, p.population) == (2, 4, 100)
    # two events weigh 45, two 5: (2·45 + 2·5)² / (2·45² + 2·5²) = 2.439
    assert (p.low, p.high) == pytest.approx(wilson(0.9, 100**2 / 4100))
    assert result.by_code["04"].value == 1.0
    assert result.by_code["19"].value == 0.0
    assert result.by_stratum["small"].population == 10
    assert result.overall["source"].value == 1.0
    assert not result.agreement


def test_missing_judgements_are_counted_and_do_not_tilt() -> None:
    sheet = Sheet("a.csv", "a", (
        judged(1, "yyyyy", stratum="s", population=50, drawn=2), judged(2, "yy.yy", stratum="s", population=50, drawn=2),
        judged(3, "ny.yy", stratum="t", population=50, drawn=3), judged(4, ".....", stratum="u", population=7, drawn=1),
    ))  # fmt: skip
    result = score([sheet])
    p = result.overall[MAIN]
    assert p.judged == 2  # the second has no verdict; the third is wrong whatever its target
    assert p.value == pytest.approx(0.5)  # each stands for 50
    assert result.uncovered == {"u": 7}
    assert result.drawn == 6
    assert result.missing["a"]["source_right"] == (3, 0)  # one in the sheet, two rows of stratum t that are gone
    assert result.missing["a"]["target_right"] == (5, 0)
    assert "u (7 events)" in render(result, "text")


def test_two_coders() -> None:
    one = Sheet("a.csv", "a", tuple(judged(i, "yyyyy" if i < 6 else "nyyyy", drawn=10) for i in range(10)))
    two = Sheet("b.csv", "b", tuple(judged(i, "yyyyy" if i < 5 else "nyyyy", drawn=10) for i in range(10)))
    result = score([one, two])
    assert result.overall["source"].value == pytest.approx(0.55)
    assert result.overall["source"].right == 5.5
    assert result.by_coder["a"]["source"].value == pytest.approx(0.6)
    agreed = result.agreement["source"]
    # by hand: 1 disagreement in 10 units; n = 20 values, 11 right, 9 wrong: alpha = 1 - 19 * 2 / (2 * 11 * 9)
    assert agreed.alpha == pytest.approx(1 - 19 * 2 / (2 * 11 * 9))
    assert agreed.same == pytest.approx(0.9)
    assert agreed.events == 10
    assert agreed.low is not None
    assert agreed.high is not None
    assert agreed.low <= agreed.alpha <= agreed.high
    assert result.agreement["action"].alpha is None  # all the same: not defined
    assert result.agreement["action"].same == 1.0
    assert score([one, two]).agreement == result.agreement  # the bootstrap is seeded


def test_alpha_of_krippendorffs_example() -> None:
    """Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, B: two observers, binary, no missing data: 0.095."""
    a, b = "0100000000", "1110010010"
    assert alpha([(x == "1", y == "1") for x, y in zip(a, b, strict=True)]) == pytest.approx(0.095, abs=5e-4)
    assert alpha([(True, False)]) is None


def test_sheets_that_do_not_fit() -> None:
    one = Sheet("a.csv", "a", (judged(1, "yyyyy"),))
    with pytest.raises(SheetError, match=r'a\.csv and a\.csv are both of the coder "a"'):
        score([one, one])
    with pytest.raises(SheetError, match="another stratum or code"):
        score([one, Sheet("b.csv", "b", (judged(1, "yyyyy", code="190"),))])
    with pytest.raises(SheetError, match="samples of two tables"):
        score([one, Sheet("b.csv", "b", (judged(2, "yyyyy", population=11),))])


def test_without_the_package_there_is_a_hint(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "krippendorff", None)
    one, two = (Sheet(f"{c}.csv", c, (judged(1, "yyyyy"), judged(2, "nyyyy"))) for c in "ab")
    assert score([one]).overall["source"].value == 0.5
    with pytest.raises(EventCoderError, match=r"eventcoder\[validate\]"):
        agreement([one, two], ("source_right",))


def test_tables_in_every_form() -> None:
    one = Sheet("a.csv", "a_b", tuple(judged(i, "yyyyy", stratum="status: 100% & more", drawn=3) for i in range(3)))
    two = Sheet("b.csv", "=b|c", tuple(judged(i, "nyyyy", stratum="status: 100% & more", drawn=3) for i in range(3)))
    result = score([one, two], bootstraps=20)
    labels = {"04": "Talks"}
    text = render(result, "text", labels)
    assert "3 events drawn from 10, judged by 2 coders" in text
    assert re.search(r"04\s+Talks\s+0\.50\s+\[0\.13, 0\.87\]\s+1\.5\s+3", text)
    tex = render(result, "tex", labels)
    assert r"status: 100\% \& more" in tex
    assert r"a\_b" in tex
    assert tex.count("\\begin{tabular}") == tex.count("\\end{tabular}") == 5
    for line in (line for line in tex.splitlines() if line.endswith("\\\\")):
        assert len(re.findall(r"(?<!\\)&", line)) in (3, 4, 5)
    md = render(result, "md", labels)
    assert "=b\\|c" in md
    rows = list(csv.DictReader(io.StringIO(render(result, "csv", labels))))
    assert {r["coder"] for r in rows} == {"", "a_b", "'=b|c"}
    overall = next(r for r in rows if r["table"] == "precision" and r["measure"] == "source")
    assert float(overall["value"]) == 0.5
    by_root = score([Sheet("a", "a", (judged(1, "yyyyy", stratum="root_code: 04"),))])
    assert "Precision by stratum" not in render(by_root, "text")
    assert re.search(r"04\s+Talks\s+10\s+1\.00", render(by_root, "text", labels))


# ---- form and command ------------------------------------------------------------------------------------------------


def test_the_form_escapes_and_has_a_strict_policy() -> None:
    evil = '</script><script>alert(1)</script><img src=x onerror="alert(2)"> & \u2028'
    rows = [event(1, sentence_text=evil, document_id=evil, source_name=evil, source_text=evil, code_label=evil, trigger_text=evil)]
    page = render_form(draw(rows, 1, by="root_code"), "root_code")
    assert page.count("<script") == 2
    assert page.count("</script>") == 2
    assert "<img" not in page
    script = re.search(r"<script>(.*?)</script>", page, re.DOTALL)
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert script
    assert style
    assert policy
    told = policy[1].replace("&#x27;", "'")
    assert told.startswith("default-src 'none';")
    assert content_hash(script[1]) in told
    assert content_hash(style[1]) in told
    assert "unsafe" not in told
    assert "http" not in page.replace("http-equiv", "")


def test_command(sample_build: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    events = str(sample_build / "events.parquet")
    sheet = tmp_path / "sheet.csv"
    for output in (sheet, tmp_path / "sheet.html", tmp_path / "again.csv"):
        result = runner.invoke(app, ["validate", "sample", events, "-n", "60", "--by", "status", "--seed", "3", "-o", str(output)])
        assert result.exit_code == 0, result.output
    assert sheet.read_bytes() == (tmp_path / "again.csv").read_bytes()
    rows = list(csv.DictReader(io.StringIO(sheet.read_text(encoding="utf-8-sig"), newline="")))
    assert len(rows) == 60
    assert {r["stratum"] for r in rows} >= {"status: asserted", "status: intended"}
    for number, row in enumerate(rows):
        row.update({q: "n" if number % 4 == 0 and q == "action_right" else "y" for q in QUESTIONS})
    write(tmp_path / "anna.csv", rows)
    for number, row in enumerate(rows):
        row["action_right"] = "n" if number % 5 == 0 else "y"
    write(tmp_path / "ben.csv", rows)
    written = [tmp_path / f"table.{form}" for form in ("csv", "md", "tex")]
    options = [x for path in written for x in (f"--{path.suffix[1:]}", str(path))]
    result = runner.invoke(app, ["validate", "score", str(tmp_path / "anna.csv"), str(tmp_path / "ben.csv"), *options])
    assert result.exit_code == 0, result.output
    assert "60 events drawn from" in result.output
    assert all(path.stat().st_size > 500 for path in written)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.parquet", "-o", "x.csv"], "eventcoder build"),
        (["EVENTS", "-o", "x.csv", "--by", "colour"], "--by takes one of"),
        (["EVENTS", "-o", "x.pdf"], ".csv or .html"),
        (["EVENTS", "-o", "x.csv", "--allocation", "none"], "proportional, equal"),
        (["README", "-o", "x.csv"], "not a Parquet file"),
        (["DOCUMENTS", "-o", "x.csv"], "no column event_id"),
    ],
)
def test_sample_errors(arguments: list[str], words: str, sample_build: Path) -> None:
    names = {"EVENTS": "events.parquet", "DOCUMENTS": "documents.parquet", "README": "codebook.md"}
    first = str(sample_build / names[arguments[0]]) if arguments[0] in names else arguments[0]
    result = CliRunner().invoke(app, ["validate", "sample", first, *arguments[1:]])
    assert isinstance(result.exception, EventCoderError)
    assert words in str(result.exception)


def test_needed_columns_are_columns_of_the_table() -> None:
    from coder.tables import EventRow

    assert set(NEEDED) <= EventRow.model_fields.keys()
