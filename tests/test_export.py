"""Exports: the columns of each layout, values, conventions, and a round trip through pandas, DuckDB and other readers."""

from __future__ import annotations

import csv
import gzip
import io
import json
import shutil
import subprocess
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import synthetic_events
from typer.testing import CliRunner

from coder.cli import app, main
from coder.errors import InputError, OptionsError
from coder.export import source, stata
from coder.export.codes import split_actor
from coder.export.context import number_of
from coder.export.gdelt import actor_letters, fraction_date
from coder.export.icews import sectors
from coder.export.layouts import Column, Layout, describe
from coder.export.phoenix import actor_parts
from coder.export.registry import LAYOUTS, export_events, layout_names, resolve
from coder.tables import EVENT_SCHEMA

ROOT = Path(__file__).resolve().parent.parent
# header lines of the published files and the schemas of their readers
COLUMN_LAYOUTS = ROOT / "tests" / "data" / "column_layouts.csv"
OFFICIAL = {
    "gdelt1": "gdelt1_events", "gdelt": "gdelt2_events", "gdelt-mentions": "gdelt2_mentions", "icews": "icews_events",
    "phoenix": "phoenix_events", "cline": "cline_historical_phoenix", "polecat": "polecat_events",
}  # fmt: skip
COUNT = 300


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several batches even of few events."""
    monkeypatch.setattr(source, "BATCH", 37)


@pytest.fixture(scope="module")
def rows() -> list[dict[str, Any]]:
    return synthetic_events.events(COUNT)


@pytest.fixture(scope="module")
def table(rows: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return synthetic_events.write(rows, tmp_path_factory.mktemp("events"), row_group=64)


@pytest.fixture(scope="module")
def asserted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [r for r in rows if r["status"] == "asserted"]


def exported(table: Path, tmp_path: Path, layout: str, **options: Any) -> Path:
    output = tmp_path / f"out.{layout}"
    export_events([table], output, layout, **options)
    return output


def read(path: Path, layout: Layout, **options: Any) -> pd.DataFrame:
    """As a reader of the original files would, every cell a text."""
    frame = pd.read_csv(
        path, sep=layout.separator, header=0 if layout.header else None, dtype=str, keep_default_na=False, na_values=[layout.null],
        quoting=csv.QUOTE_MINIMAL if layout.quoted else csv.QUOTE_NONE, **options,
    )  # fmt: skip
    if not layout.header:
        frame.columns = list(layout.names)
    return frame


# Columns and conventions ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OFFICIAL)
def test_columns_are_those_of_the_dataset(name: str) -> None:
    with COLUMN_LAYOUTS.open(encoding="utf-8") as stream:
        official = [row["name"] for row in csv.DictReader(stream) if row["layout"] == OFFICIAL[name]]
    assert list(LAYOUTS[name].names) == official


def test_number_of_columns() -> None:
    counts = {name: len(layout.columns) for name, layout in LAYOUTS.items()}
    assert counts == {
        "gdelt1": 58, "gdelt": 61, "gdelt-mentions": 16, "icews": 20, "phoenix": 26, "cline": 25, "polecat": 40, "petrarch": 5,
    }  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_docs_tell_every_column(layout: Layout) -> None:
    assert describe(layout) in (ROOT / "docs" / "exports.md").read_text("utf-8"), f"put `describe` of {layout.name} into docs/exports.md"


def fits(column: Column, cell: str) -> bool:
    if column.kind == "integer":
        return cell.lstrip("-").isdigit()
    if column.kind == "number":
        return float(cell) == float(cell)
    return column.kind != "date" or pd.Timestamp(cell).strftime("%Y-%m-%d") == cell


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_cells_fit_their_types_and_empty_columns_are_empty(layout: Layout, table: Path, tmp_path: Path) -> None:
    path = exported(table, tmp_path, layout.name)
    first = path.read_text("utf-8").split("\n")[0].split(layout.separator)
    assert (first == list(layout.names)) is layout.header
    frame = read(path, layout)
    for column in layout.columns:
        filled = frame[column.name].dropna()
        assert all(fits(column, cell) for cell in filled), column.name
        assert column.filled or filled.empty, f"{column.name} is said to be empty"
        assert not column.filled or not filled.empty or column.name in NEVER_IN_THE_SAMPLE, column.name


# need a religion or a third role: the made-up events have none
NEVER_IN_THE_SAMPLE = {
    *(f"Actor{n}{part}" for n in (1, 2) for part in ("Religion1Code", "Religion2Code", "Type3Code", "Type2Code")),
}  # fmt: skip


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_pandas_and_duckdb_read_the_same(layout: Layout, table: Path, tmp_path: Path) -> None:
    path = exported(table, tmp_path, layout.name)
    frame = read(path, layout)
    quote = '"' if layout.quoted else ""
    types = ", ".join(f"'{name}': 'VARCHAR'" for name in layout.names)
    query = (
        f"SELECT * FROM read_csv('{path}', delim='{layout.separator}', header={layout.header}, auto_detect=false, "
        f"quote='{quote}', escape='{quote}', nullstr='{layout.null}', columns={{{types}}})"
    )
    found = duckdb.sql(query).fetchall()
    expected = [tuple(None if pd.isna(cell) else cell for cell in line) for line in frame.itertuples(index=False)]
    assert found == expected
    assert len(found) > COUNT / 2


DUCKDB_TYPES = {"integer": "BIGINT", "number": "DOUBLE", "date": "DATE", "string": "VARCHAR"}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_a_typed_table_takes_every_line(layout: Layout, table: Path, tmp_path: Path) -> None:
    path = exported(table, tmp_path, layout.name)
    columns = ", ".join(f'"{c.name}" {DUCKDB_TYPES[c.kind]}' for c in layout.columns)
    quote = '"' if layout.quoted else ""
    with duckdb.connect() as database:
        database.execute(f"CREATE TABLE events ({columns})")
        database.execute(
            f"COPY events FROM '{path}' (FORMAT csv, DELIMITER '{layout.separator}', HEADER {layout.header}, QUOTE '{quote}', "
            f"ESCAPE '{quote}', NULLSTR '{layout.null}', AUTO_DETECT false)"
        )
        filled = database.execute("SELECT " + ", ".join(f'count("{c.name}")' for c in layout.columns) + " FROM events").fetchone()
    assert list(filled or ()) == list(read(path, layout).notna().sum())


@pytest.mark.parametrize("layout", [layout for layout in LAYOUTS.values() if not layout.quoted], ids=lambda layout: layout.name)
def test_a_plain_reader_sees_the_same_as_a_quoting_one(layout: Layout, table: Path, tmp_path: Path) -> None:
    text = exported(table, tmp_path, layout.name).read_text("utf-8")
    plain = [line.split("\t") for line in text.splitlines()]
    assert {len(cells) for cells in plain} == {len(layout.columns)}
    assert list(csv.reader(io.StringIO(text), delimiter="\t")) == plain


# Values ---------------------------------------------------------------------------------------------------------------


def test_one_line_an_event_with_its_reports(table: Path, asserted: list[dict[str, Any]], tmp_path: Path) -> None:
    groups = Counter(r["daily_id"] for r in asserted)
    documents = {d["document_id"]: d for d in synthetic_events.documents(asserted)}
    frame = read(exported(table, tmp_path, "gdelt"), LAYOUTS["gdelt"]).set_index("GLOBALEVENTID")
    assert len(frame) == len(groups) < len(asserted)
    for group, count in groups.items():
        line = frame.loc[str(number_of(group))]
        members = [r for r in asserted if r["daily_id"] == group]
        outlets = {o for m in members if (o := documents[m["document_id"]]["publisher"] or ("news.example" if documents[m["document_id"]]["url"] else None))}
        assert int(line.NumMentions) == count
        assert int(line.NumArticles) == len({m["document_id"] for m in members})
        assert (0 if pd.isna(line.NumSources) else int(line.NumSources)) == len(outlets)
        assert min(m["publication_date"] for m in members).strftime("%Y%m%d000000") == line.DATEADDED
        first = members[0]
        assert (documents[first["document_id"]]["url"] or first["document_id"]) == line.SOURCEURL
        assert (line.EventCode, line.EventBaseCode, line.EventRootCode) == (first["code"], first["base_code"], first["root_code"])
        assert (first["event_date"] or first["publication_date"]).strftime("%Y%m%d") == line.SQLDATE
        assert float(line.GoldsteinScale) == pytest.approx(first["goldstein"])


def test_mentions_join_events_and_keep_offsets(table: Path, asserted: list[dict[str, Any]], tmp_path: Path) -> None:
    found = read(exported(table, tmp_path, "gdelt-mentions"), LAYOUTS["gdelt-mentions"])
    events = read(exported(table, tmp_path, "gdelt"), LAYOUTS["gdelt"])
    assert set(found.GLOBALEVENTID) == set(events.GLOBALEVENTID)
    assert Counter(found.GLOBALEVENTID) == dict(zip(events.GLOBALEVENTID, events.NumMentions.astype(int), strict=True))
    for line, row in zip(found.itertuples(), asserted, strict=True):
        offsets = (row["source_start"], -1 if row["target_start"] is None else row["target_start"], row["trigger_start"])
        assert (int(line.Actor1CharOffset), int(line.Actor2CharOffset), int(line.ActionCharOffset)) == offsets
        assert int(line.SentenceID) == row["sentence_index"] + 1
        assert (line.MentionType == "1") is line.MentionIdentifier.startswith("https://")


@pytest.mark.parametrize(
    ("code", "letters"),
    [
        ("RUSGOV", ("RUSGOV", "RUS", "", "", "", "", "GOV", "", "")),
        ("ROUMIL", ("ROMMIL", "ROM", "", "", "", "", "MIL", "", "")),
        ("IGOUNO", ("IGOUNO", "", "UNO", "", "", "", "IGO", "", "")),
        ("IGOEUREEC", ("IGOEUREEC", "EUR", "EEC", "", "", "", "IGO", "", "")),
        ("SYRREBKUR", ("SYRREBKUR", "SYR", "", "kur", "", "", "REB", "", "")),
        ("PSEREBHMS", ("PSEREBHMS", "PSE", "HMS", "", "", "", "REB", "", "")),
        ("IMGMUSISI", ("IMGMUSISI", "", "", "", "MOS", "", "IMG", "", "")),
        ("NGAMOSSHI", ("NGAMOSSHI", "NGA", "", "", "MOS", "SHI", "", "", "")),
        ("KSVGOV", ("KSVGOV", "KSV", "", "", "", "", "GOV", "", "")),
        ("COP", ("COP", "", "", "", "", "", "COP", "", "")),
        ("EUR", ("EUR", "EUR", "", "", "", "", "", "", "")),
        ("OSTGOV", ("OSTGOV", "OST", "", "", "", "", "GOV", "", "")),
        ("USAGOVMILLEGBUS", ("USAGOVMILLEGBUS", "USA", "", "", "", "", "GOV", "MIL", "LEG")),
        ("---", ("", "", "", "", "", "", "", "", "")),
        (None, ("", "", "", "", "", "", "", "", "")),
    ],
)
def test_actor_codes_in_gdelt_columns(code: str | None, letters: tuple[str, ...]) -> None:
    assert actor_letters(code) == letters


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("SYRGOV", ("SYRGOV", "SYR", "GOV", "")),
        ("SYRREBKUR", ("SYRREBKUR", "SYR", "REB", "KUR")),
        ("USALEG", ("USALEG", "USA", "", "LEG")),
        ("IGOUNOWFP", ("IGOUNOWFP", "IGO", "", "UNO;WFP")),
        ("COP", ("COP", "", "", "")),
        ("---", ("", "", "", "")),
    ],
)
def test_actor_codes_in_phoenix_columns(code: str, parts: tuple[str, ...]) -> None:
    assert actor_parts(code) == parts


def test_fraction_of_the_year_as_in_gdelt() -> None:
    assert fraction_date(2020, 3, 30) == "2020.2466"
    assert fraction_date(2016, 8, 1) == "2016.5781"
    assert fraction_date(2015, 2, 18) == "2015.1315"
    assert max(fraction_date(2015, m, 31) for m in range(1, 13)) < "2016"


def test_icews_countries_scores_and_sectors(table: Path, asserted: list[dict[str, Any]], tmp_path: Path) -> None:
    frame = read(exported(table, tmp_path, "icews"), LAYOUTS["icews"])
    assert list(frame["Event ID"].astype(int)) == list(range(1, len(asserted) + 1))
    scores = dict(zip(frame["CAMEO Code"], frame.Intensity.astype(float), strict=True))
    own = {r["code"]: r["goldstein"] for r in asserted}
    differ = {code for code in scores if scores[code] != pytest.approx(own[code])}
    assert differ == {"016", "022", "164", "165"} & own.keys()
    names = dict(zip(frame["Source Name"], frame["Source Country"], strict=True))
    assert names["Pristina" if "Pristina" in names else "Kosovo"] == "Kosovo"
    assert pd.isna(names["Europe"])
    assert sectors("RUSMIL") == "Government,Military"
    assert sectors("USALEGCOP") == "Government,Legislative / Parliamentary,Police"
    assert sectors("USALAB") is None


def test_icews_event_text_of_the_user(table: Path, tmp_path: Path) -> None:
    words = tmp_path / "words.csv"
    words.write_text('code,label\n042,"Words of, mine"\n', "utf-8")
    frame = read(exported(table, tmp_path, "icews", event_texts=words, status="all"), LAYOUTS["icews"])
    assert set(frame[frame["CAMEO Code"] == "042"]["Event Text"]) <= {"Words of, mine"}
    words.write_text("code,label\nvisit\n", "utf-8")
    with pytest.raises(InputError, match=r"words\.csv:2"):
        exported(table, tmp_path, "icews", event_texts=words)


def test_a_scale_of_ones_own_is_kept_in_icews(rows: list[dict[str, Any]], tmp_path: Path) -> None:
    path = synthetic_events.write([r | {"goldstein": 1.5} for r in rows[:50]], tmp_path)
    arrow = pq.read_table(path)
    pq.write_table(arrow.replace_schema_metadata({"eventcoder.scores": "mine.csv"}), path)
    assert set(read(exported(path, tmp_path, "icews"), LAYOUTS["icews"]).Intensity) == {"1.5"}


def test_phoenix_collects_reports(table: Path, asserted: list[dict[str, Any]], tmp_path: Path) -> None:
    frame = read(exported(table, tmp_path, "phoenix"), LAYOUTS["phoenix"])
    expected: dict[str, list[str]] = {}
    for row in asserted:
        expected.setdefault(row["daily_id"], []).append(f"{row['document_id']}_{row['sentence_index']}")
    assert list(frame.SentenceID) == [";".join(ids) for ids in expected.values()]
    assert list(frame.EventID.astype(int)) == list(range(1, len(frame) + 1))
    assert dict(zip(frame.EventRootCode, frame.QuadClass, strict=True)) | {"01": "0", "02": "0", "16": "3", "17": "4"} == dict(
        zip(frame.EventRootCode, frame.QuadClass, strict=True)
    )


def test_polecat_types_and_quad_codes(table: Path, asserted: list[dict[str, Any]], tmp_path: Path) -> None:
    frame = read(exported(table, tmp_path, "polecat"), LAYOUTS["polecat"])
    coded = [r for r in asserted if r["plover_event"]]
    assert list(frame["Event ID"]) == [r["event_id"] for r in coded]
    pairs = dict(zip(frame["Event ID"], zip(frame["Event Type"], frame["Quad Code"], strict=True), strict=True))
    for row in coded:
        kind, quad = pairs[row["event_id"]]
        if row["base_code"] == "087":
            assert (kind, quad) == ("RETREAT", "MATERIAL COOPERATION")
        elif row["root_code"] == "08":
            assert (kind, quad) == ("CONCEDE", "VERBAL COOPERATION")
        else:
            assert kind == row["plover_event"]
    sides = set(zip(frame["Actor Name"], frame["Actor Country"], frame["Actor COW"], frame["Primary Actor Sector"], strict=True))
    assert ("European Union", "IGO", "nan") in {tuple(str(v) for v in s[:3]) for s in sides}
    assert ("Kosovo", "XKX", "347", "GOV") in sides


@pytest.mark.parametrize(
    ("place", "cells"),
    [
        (("Aleppo", "SYR", 36.2, 37.1, 170063), ("4", "Aleppo, Syria", "SY", None)),
        (("France", "FRA", 46.0, 2.0, 3017382), ("1", "France", "FR", "FR")),
        (("Texas", "USA", 31.2, -99.2, 4736286), ("2", "Texas, United States", "US", None)),
        (("Homs province", "SYR", None, None, None), ("5", "Homs province, Syria", "SY", None)),
        (("Appalachia", "USA", None, None, None), ("2", "Appalachia, United States", "US", None)),
        ((None, "KSV", None, None, None), ("1", "Kosovo", "KV", "KV")),
        (("Singapore", "SGP", 1.28967, 103.85007, 1880252), ("4", "Singapore", "SN", None)),
        (("Austin", "US", 30.2, -97.7, 4671654), ("3", "Austin, United States", "US", None)),
        ((None, None, None, None, None), ("0", None, None, None)),
    ],
)
def test_places_in_gdelt(rows: list[dict[str, Any]], tmp_path: Path, place: tuple[Any, ...], cells: tuple[str | None, ...]) -> None:
    names = ("location_name", "location_country", "latitude", "longitude", "geoname_id")
    row = rows[0] | {"status": "asserted"} | dict(zip(names, place, strict=True))
    frame = read(exported(synthetic_events.write([row], tmp_path), tmp_path, "gdelt"), LAYOUTS["gdelt"])
    (line,) = frame.to_dict("records")
    shown = [line[f"ActionGeo_{part}"] for part in ("Type", "FullName", "CountryCode", "ADM1Code")]
    assert [None if pd.isna(c) else c for c in shown] == list(cells)
    assert (line["Actor1Geo_Type"], line["Actor2Geo_Type"]) == ("0", "0")


def test_every_country_of_the_shipped_dictionaries_is_known() -> None:
    text = "".join(p.read_text("utf-8") for p in sorted((ROOT / "dictionaries" / "actors").glob("countries*.yaml")))
    codes = {line.split()[1].strip('"') for line in text.splitlines() if line.strip().startswith("code:")}
    unknown = sorted(code for code in codes if len(code) == 3 and split_actor(code).country != code)
    assert not unknown


# Our own formats ------------------------------------------------------------------------------------------------------


def flat(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {k: ";".join(v) if isinstance(v, list) else v.isoformat() if hasattr(v, "isoformat") else v for k, v in r.items()} for r in rows
    ]


def test_csv_through_pandas_and_duckdb(table: Path, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    path = exported(table, tmp_path, "csv")
    frame = pd.read_csv(path, dtype={"code": str, "base_code": str, "root_code": str}, keep_default_na=False, na_values=[""])
    assert list(frame.columns) == EVENT_SCHEMA.names
    assert list(frame.code) == [r["code"] for r in rows]
    assert list(frame.sentence_text) == [r["sentence_text"] for r in rows]
    assert list(frame.goldstein) == pytest.approx([r["goldstein"] for r in rows])
    assert "3.4000" not in path.read_text("utf-8")
    found = duckdb.sql(f"SELECT event_id, code, target, event_date, issues, sentence_text FROM read_csv('{path}', types={{'code': 'VARCHAR'}})")
    expected = [(r["event_id"], r["code"], r["target"], r["event_date"], r["issues"], r["sentence_text"]) for r in flat(rows)]
    assert [(*r[:3], r[3] and r[3].isoformat(), *r[4:]) for r in found.fetchall()] == expected


def test_jsonl_through_pandas_and_duckdb(table: Path, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    path = exported(table, tmp_path, "jsonl")
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    plain = [{k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in r.items()} for r in rows]
    assert [{k: v for k, v in line.items() if k != "goldstein"} for line in lines] == [
        {k: v for k, v in r.items() if k != "goldstein"} for r in plain
    ]
    assert [line["goldstein"] for line in lines] == [r["goldstein"] for r in rows]
    renamed = path.with_suffix(".json")
    path.rename(renamed)
    assert list(pd.read_json(renamed, lines=True, dtype={"code": str}).code) == [r["code"] for r in rows]
    assert duckdb.sql(f"SELECT code, issues FROM read_json('{renamed}')").fetchall() == [(r["code"], r["issues"]) for r in rows]


def test_dta_through_pandas(table: Path, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    path = exported(table, tmp_path, "dta")
    frame = pd.read_stata(path)
    assert list(frame.columns) == EVENT_SCHEMA.names
    expected = flat(rows)
    for name in ("event_id", "code", "source_name", "target", "sentence_text", "issues", "location_name"):
        assert list(frame[name]) == [(r[name] or "").replace("\0", " ") for r in expected], name
    for name in ("status", "date_precision", "date_basis"):
        assert list(frame[name].astype(str)) == [r[name] for r in rows], name
    assert list(frame.quad_class.astype(str)) == [
        {1: "verbal cooperation", 2: "material cooperation", 3: "verbal conflict", 4: "material conflict"}[r["quad_class"]] for r in rows
    ]
    assert [None if pd.isna(d) else d.date() for d in frame.event_date] == [r["event_date"] for r in rows]
    assert [None if pd.isna(n) else int(n) for n in frame.target_start] == [r["target_start"] for r in rows]
    assert [None if pd.isna(n) else float(n) for n in frame.latitude] == [r["latitude"] for r in rows]
    assert list(frame.goldstein) == pytest.approx([r["goldstein"] for r in rows])


def test_dta_types_and_labels(table: Path, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    path = exported(table, tmp_path, "dta")
    with pd.read_stata(path, iterator=True) as reader:
        labels, values = reader.variable_labels(), reader.value_labels()
        kinds = dict(zip(reader._varlist, reader._typlist, strict=True))
        formats = dict(zip(reader._varlist, reader._fmtlist, strict=True))
        assert reader.data_label.startswith("Political events coded by EventCoder 0.1.0")
    assert labels["code"] == "CAMEO event code, leading zeros kept"
    assert all(labels.values())
    assert values["quad_class"][4] == "material conflict"
    assert list(values["status"].values()) == ["asserted", "intended", "hypothetical", "negated"]
    assert formats["event_date"] == formats["publication_date"] == "%td"
    assert kinds["source_text"] == max(len(r["source_text"].encode()) for r in rows)
    assert kinds["code"] == 4
    assert kinds["sentence_text"] == "Q"  # strL


def test_dta_through_pyreadstat(table: Path, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    pyreadstat = pytest.importorskip("pyreadstat", reason="pyreadstat is not installed")
    path = exported(table, tmp_path, "dta")
    frame, about = pyreadstat.read_dta(str(path))
    assert about.number_rows == len(rows)
    assert about.column_names == EVENT_SCHEMA.names
    assert about.variable_value_labels["quad_class"][1] == "verbal cooperation"
    assert about.column_names_to_labels["event_id"].startswith("stable hash")
    assert list(frame.sentence_text) == [r["sentence_text"] for r in rows]
    assert list(frame.source_text) == [r["source_text"] for r in rows]
    assert [None if pd.isna(d) else pd.Timestamp(d).date() for d in frame.event_date] == [r["event_date"] for r in rows]
    assert [about.variable_value_labels["status"][v] for v in frame.status] == [r["status"] for r in rows]
    assert [None if pd.isna(n) else int(n) for n in frame.geoname_id] == [r["geoname_id"] for r in rows]


@pytest.mark.parametrize(("text", "kind"), [("é" * 122, 244), ("é" * 122 + "x", "Q"), ("", 1), ("x", 1)])
def test_dta_widths_are_bytes(tmp_path: Path, text: str, kind: int | str) -> None:
    schema = pa.schema([("a", pa.string()), ("n", pa.int64())])
    batch = pa.record_batch([pa.array([text, None]), pa.array([1, 2**40])], schema=schema)
    path = tmp_path / "x.dta"
    assert stata.write_dta(path, schema, lambda: [batch, batch], title="t", labels={}, value_labels={}, categories={}) == 4
    with pd.read_stata(path, iterator=True) as reader:
        frame = reader.read()
        assert reader._typlist[0] == kind
    assert list(frame.a) == [text, "", text, ""]
    assert list(frame.n) == [1, 2**40] * 2


def test_dta_refuses_numbers_it_cannot_hold(tmp_path: Path) -> None:
    schema = pa.schema([("n", pa.int64())])
    batch = pa.record_batch([pa.array([2**60])], schema=schema)
    with pytest.raises(InputError, match="Stata cannot hold"):
        stata.write_dta(tmp_path / "x.dta", schema, lambda: [batch], title="t", labels={}, value_labels={}, categories={})


# Other readers --------------------------------------------------------------------------------------------------------


def test_gdelt_through_gdelt_py(table: Path, asserted: list[dict[str, Any]], tmp_path: Path) -> None:
    pytest.importorskip("py_gdelt", reason="gdelt-py is not installed")
    from py_gdelt.models.events import Event, Mention
    from py_gdelt.parsers.events import EventsParser
    from py_gdelt.parsers.mentions import MentionsParser

    raw = exported(table, tmp_path, "gdelt", zero_unknown=True).read_bytes()
    events = [Event.from_raw(r) for r in EventsParser().parse(raw)]
    firsts = {r["daily_id"]: r for r in reversed(asserted)}
    assert {e.global_event_id for e in events} == {number_of(g) for g in firsts}
    for event in events:
        row = next(r for g, r in firsts.items() if number_of(g) == event.global_event_id)
        assert (event.event_code, event.quad_class) == (row["code"], row["quad_class"])
        assert event.goldstein_scale == pytest.approx(row["goldstein"])
        assert event.date == (row["event_date"] or row["publication_date"])
        assert (event.actor1.code if event.actor1 else None) == row["source"].replace("ROU", "ROM")
    mentions = [Mention.from_raw(r) for r in MentionsParser().parse(exported(table, tmp_path, "gdelt-mentions").read_bytes())]
    assert [m.actor1_char_offset for m in mentions] == [r["source_start"] for r in asserted]


R_READS = r"""
a <- commandArgs(TRUE)
x <- read.delim(a[1], header = a[2] == "TRUE", sep = ifelse(a[3] == "tab", "\t", ","), quote = ifelse(a[4] == "quoted", "\"", ""),
                na.strings = a[5], colClasses = "character", check.names = FALSE, encoding = "UTF-8", comment.char = "")
cat(nrow(x), ncol(x), sum(is.na(x) | x == ""), "\n")
"""


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_r_reads_the_same_cells(layout: Layout, table: Path, tmp_path: Path) -> None:
    if shutil.which("Rscript") is None:
        pytest.skip("R is not installed")
    path = exported(table, tmp_path, layout.name)
    (tmp_path / "read.R").write_text(R_READS)
    convention = [str(layout.header).upper(), "tab" if layout.separator == "\t" else "comma", "quoted" if layout.quoted else "plain"]
    command = ["Rscript", "--vanilla", str(tmp_path / "read.R"), str(path), *convention, layout.null or "NA"]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout.split()
    frame = read(path, layout)
    assert [int(n) for n in told] == [len(frame), len(layout.columns), int(frame.isna().sum().sum())]


# The command and its options ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "wanted"), [(None, {"asserted"}), ("negated", {"negated"}), ("all", None)])
@pytest.mark.parametrize("layout", ["icews", "csv"])
def test_status(table: Path, rows: list[dict[str, Any]], tmp_path: Path, layout: str, status: str | None, wanted: set[str] | None) -> None:
    done = export_events([table], tmp_path / "x", layout, status=status)
    if layout == "csv" and status is None:
        wanted = None
    assert done.lines == sum(wanted is None or r["status"] in wanted for r in rows)


def test_folder_and_several_files_are_one_table(table: Path, rows: list[dict[str, Any]], tmp_path: Path) -> None:
    whole = exported(table, tmp_path, "phoenix").read_bytes()
    halves = [synthetic_events.write(part, tmp_path / "parts" / name) for name, part in (("a", rows[:90]), ("b", rows[90:]))]
    apart = tmp_path / "apart"
    export_events(halves, apart, "phoenix", documents=table.with_name("documents.parquet"))
    assert apart.read_bytes() == whole
    export_events([tmp_path / "parts"], apart, "phoenix")
    assert apart.read_bytes() == whole


@pytest.mark.parametrize("layout", ["gdelt", "csv", "jsonl", "icews"])
def test_compressed_by_suffix_and_byte_stable(table: Path, tmp_path: Path, layout: str) -> None:
    plain = exported(table, tmp_path, layout).read_bytes()
    for name in ("x.export.CSV.gz", "x.export.CSV.zip"):
        copies = []
        for folder in ("one", "two"):
            path = tmp_path / folder / name
            export_events([table], path, layout)
            copies.append(path.read_bytes())
        assert copies[0] == copies[1]
        if name.endswith(".gz"):
            assert gzip.decompress(copies[0]) == plain
        else:
            with zipfile.ZipFile(io.BytesIO(copies[0])) as archive:
                assert archive.namelist() == ["x.export.CSV"]
                assert archive.read("x.export.CSV") == plain


def test_numbers_that_are_not_known_are_empty_or_0_on_demand(table: Path, tmp_path: Path) -> None:
    empty = read(exported(table, tmp_path, "gdelt"), LAYOUTS["gdelt"])
    zero = read(exported(table, tmp_path, "gdelt", zero_unknown=True), LAYOUTS["gdelt"])
    assert empty.AvgTone.isna().all()
    assert set(zero.AvgTone) == {"0"}
    assert list(zero.NumSources) == list(empty.NumSources.fillna("0"))
    assert zero.drop(columns=["AvgTone", "NumSources"]).equals(empty.drop(columns=["AvgTone", "NumSources"]))


def test_header_by_option(table: Path, tmp_path: Path) -> None:
    with_names = exported(table, tmp_path, "gdelt", header=True).read_text("utf-8")
    assert with_names.startswith("GLOBALEVENTID\tSQLDATE\t")
    assert with_names.split("\n", 1)[1] == exported(table, tmp_path, "gdelt").read_text("utf-8")
    assert not exported(table, tmp_path, "icews", header=False).read_text("utf-8").startswith("Event ID")


@pytest.mark.parametrize("layout", ["gdelt", "phoenix", "icews"])
def test_key_leads_back_to_every_event(table: Path, asserted: list[dict[str, Any]], tmp_path: Path, layout: str) -> None:
    key = tmp_path / "key.csv"
    frame = read(exported(table, tmp_path, layout, key=key), LAYOUTS[layout])
    links = pd.read_csv(key, dtype=str)
    assert list(links.event_id) == [r["event_id"] for r in asserted]
    identity = LAYOUTS[layout].names[0]
    assert list(dict.fromkeys(links[identity])) == list(frame[identity])


def test_without_documents_what_they_tell_is_empty(table: Path, tmp_path: Path) -> None:
    alone = tmp_path / "alone.parquet"
    shutil.copy(table, alone)
    frame = read(exported(alone, tmp_path, "gdelt-mentions"), LAYOUTS["gdelt-mentions"])
    assert frame.MentionSourceName.isna().all()
    assert frame.MentionDocLen.isna().all()
    assert set(frame.MentionType) == {"2"}
    assert frame.MentionTimeDate.notna().all()


def test_a_table_without_events(tmp_path: Path) -> None:
    path = synthetic_events.write([], tmp_path / "none")
    for layout in layout_names():
        assert export_events([path], tmp_path / "out", layout).lines == 0


def test_older_tables_without_our_newer_columns(table: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.parquet"
    dropped = ["location_name", "location_country", "latitude", "longitude", "geoname_id", "issues", "daily_id", "reports"]
    pq.write_table(pq.read_table(table).drop_columns(dropped), old)
    for layout in layout_names():
        assert export_events([old], tmp_path / "out", layout, status="asserted").lines > 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.parquet", "-o", "x"], "no such file or folder"),
        (["{table}", "-o", "x", "-l", "acled"], "choose one of"),
        (["{table}", "-o", "x", "--status", "sure"], "asserted"),
        (["{table}", "-o", "x.dta.gz", "-l", "dta"], "ends in .dta"),
        (["{table}", "-o", "{table}"], "choose another --output"),
        (["{table}", "-o", "x", "-l", "csv", "--key", "k.csv"], "leave them out"),
        (["{table}", "-o", "x", "-l", "jsonl", "--header"], "leave out"),
        (["{text}", "-o", "x"], "give an events.parquet"),
        (["{documents}", "-o", "x"], "not a table of events"),
        (["{table}", "-o", "{text}/x"], "choose another --output"),
    ],
)
def test_errors_say_what_to_do(
    arguments: list[str], words: str, table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "text.txt"
    text.write_text("no table")
    places = {"table": table, "text": text, "documents": table.with_name("documents.parquet")}
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["eventcoder", "export", *(a.format(**places) for a in arguments)])
    with pytest.raises(SystemExit) as caught:
        main()
    shown = capsys.readouterr().err
    assert (caught.value.code, shown.count("error: ")) == (2, 1)
    assert words in shown
    assert sorted(p.name for p in tmp_path.iterdir()) == ["text.txt"]


def test_command_line(table: Path, tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["export", str(table.parent), "--layout", "polecat", "-o", str(tmp_path / "x.txt")])
    assert result.exit_code == 0, result.output
    assert "left out: codes without a PLOVER event" in result.output


def test_aliases() -> None:
    assert [resolve(n) for n in ("GDELT2", "mentions", "stata", "icews")] == ["gdelt", "gdelt-mentions", "dta", "icews"]
    with pytest.raises(OptionsError, match="choose one of"):
        resolve("acled")


def test_failure_leaves_the_old_file(table: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.txt"
    output.write_text("old")
    broken = tmp_path / "broken.parquet"
    content = bytearray(table.read_bytes())
    content[200:4000] = b"\xff" * 3800
    broken.write_bytes(bytes(content))
    with pytest.raises(InputError):
        export_events([broken], output, "icews")
    assert output.read_text() == "old"
    assert sorted(p.name for p in tmp_path.iterdir()) == ["broken.parquet", "out.txt"]
