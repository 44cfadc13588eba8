"""What the report's page carries: packed columns, sentence offsets, trees, patterns; bytes that do not change."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import hashlib
import re
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from conftest import DATA
from report_world import document, event, made_up, write_build

from coder.errors import InputError
from coder.marking import sentence_start
from coder.pipeline import code_document
from coder.records import Document, ParsedDocument, Sentence
from coder.report import write_report
from coder.report.columns import NULL_DAY, Values, pack, squeeze, unpack
from coder.report.patterns import pattern_texts
from coder.report.render import script
from coder.resources import Resources, load_resources
from coder.store import ParseStore, parse_key
from coder.tables import stable_id

SAMPLE_PARSES = DATA / "sample-parses"


def block(page: Path, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and columns of a block as the page carries it."""
    found = re.search(f'<script type="application/octet-stream" id="block-{name}">([^<]*)</script>', page.read_text())
    assert found
    return unpack(gzip.decompress(base64.b64decode(found[1])))


@pytest.mark.parametrize(
    ("numbers", "kind"),
    [([], "u1"), ([0, 255], "u1"), ([-1, 5], "i1"), ([256], "u2"), ([-129], "i2"), ([70000], "u4"), ([NULL_DAY, 3], "i4"), ([2**32 - 1], "u4")],
)
def test_columns_come_back(numbers: list[int], kind: str) -> None:
    header, columns = unpack(pack({"words": ["é", None, "\u2028</script>"]}, {"first": [1, 2, 3], "numbers": numbers}))
    assert header["words"] == ["é", None, "\u2028</script>"]
    assert header["columns"]["numbers"][0] == kind
    assert columns["numbers"].tolist() == numbers
    assert columns["first"].tolist() == [1, 2, 3]
    assert all(place[1] % 8 == 0 for place in header["columns"].values())


def test_too_large_a_number() -> None:
    with pytest.raises(OverflowError):
        pack({}, {"numbers": [2**32]})


def test_values_are_numbered_as_they_come() -> None:
    values = Values()
    assert values.column(["b", None, "a", "b"]) == [1, 0, 2, 1]
    assert values.distinct() == [None, "b", "a"]


SENTENCE = "Officials said that Officials of Peru said Peru said no."


@pytest.mark.parametrize(
    ("source", "trigger", "target", "begins"),
    [
        ((20, "Officials"), (38, "said"), (43, "Peru"), 0),
        ((120, "Officials"), (138, "said"), (133, "Peru"), 100),
        ((0, "They"), (210, "said … no"), (None, None), 200),  # a source of an earlier sentence; only the trigger tells
        ((100, "Officials"), (500, "denied"), (None, None), None),
    ],
)
def test_where_a_sentence_begins(source: Any, trigger: Any, target: Any, begins: int | None) -> None:
    row = {
        "sentence_text": SENTENCE, "source_start": source[0], "source_text": source[1], "trigger_start": trigger[0],
        "trigger_text": trigger[1], "target_start": target[0], "target_text": target[1],
    }  # fmt: skip
    assert sentence_start(row) == begins


def tree_build(folder: Path, resources: Resources, model: str = "m") -> Path:
    """One document with one event, its parse in the store."""
    text = "No news.\n\nFrance condemned Peru."
    starts = (10, 17, 27, 31)
    sentence = Sentence(
        "d1", 1, text[10:], 10, 32, ("France", "condemned", "Peru", "."), ("France", "condemn", "Peru", "."),
        ("PROPN", "VERB", "PROPN", "PUNCT"), ("_",) * 4, ("",) * 4, (1, -1, 1, 1), ("nsubj", "root", "obj", "punct"), starts, (16, 26, 31, 32),
    )  # fmt: skip
    before = Sentence(
        "d1", 0, "No news.", 0, 8, ("No", "news", "."), ("no", "news", "."), ("DET", "NOUN", "PUNCT"), ("_",) * 3, ("",) * 3,
        (1, -1, 1), ("det", "root", "punct"), (0, 3, 7), (2, 7, 8),
    )  # fmt: skip
    parsed = ParsedDocument(Document("d1", text), (before, sentence))
    store = ParseStore(folder / ".parses")
    store.put([(parse_key(parsed.document, "other"), parsed), (parse_key(parsed.document, "m"), parsed)])
    digest = hashlib.sha256(text.encode()).hexdigest()
    values = {"sentence_index": 1, "source_start": 10, "source_end": 16, "trigger_start": 17, "trigger_end": 26, "target_start": 27, "target_end": 31}
    rows = [event(resources.ontology, document_id=d, **values) for d in ("d1", "copy")]
    documents = [document("copy", sha256=digest), document("d1", sha256=digest)]
    return write_build(folder, resources, rows, documents, about={"eventcoder.model_sha256": model})


def test_trees_come_from_the_store(tmp_path: Path, resources: Resources) -> None:
    folder = tree_build(tmp_path, resources)
    write_report(folder, resources)
    header, columns = block(folder / "report.html", "trees")
    assert columns["sentence"].tolist() == [0, 1]  # the copy's sentence too, whose text is stored under the other's id
    assert [header["words"][n] for n in columns["form"][:4]] == ["France", "condemned", "Peru", "."]
    assert [header["tags"][n] for n in columns["deprel"][:4]] == ["nsubj", "root", "obj", "punct"]
    assert columns["head"][:4].tolist() == [1, -1, 1, 1]
    assert columns["start"][:4].tolist() == [0, 7, 17, 21]
    _, texts = block(folder / "report.html", "texts")
    assert texts["start"].tolist() == [10, 10]


@pytest.mark.parametrize(("model", "trees", "number"), [("m", 5000, 2), ("m", 1, 1), ("m", 0, 0), ("another model", 5000, 0)])
def test_how_many_trees(tmp_path: Path, resources: Resources, model: str, trees: int, number: int) -> None:
    folder = tree_build(tmp_path, resources, model)
    write_report(folder, resources, max_trees=trees)
    assert len(block(folder / "report.html", "trees")[1]["sentence"]) == number


def test_every_row_comes_back(tmp_path: Path, resources: Resources) -> None:
    folder = made_up(tmp_path, resources, 300)
    assert write_report(folder, resources) == 300
    rows = pq.read_table(folder / "events.parquet").to_pylist()
    header, c = block(folder / "report.html", "events")
    texts, t = block(folder / "report.html", "texts")
    assert header["rows"] == 300
    for i, row in enumerate(rows):
        sentence = c["sentence"][i]
        assert texts["sentences"][sentence] == row["sentence_text"]
        assert header["documents"][c["sentence_document"][sentence]][0] == row["document_id"]
        assert c["sentence_index"][sentence] == row["sentence_index"]
        assert f"{t['ids'][2 * i]:08x}{t['ids'][2 * i + 1]:08x}" == row["event_id"]
        assert dt.date(1970, 1, 1) + dt.timedelta(days=int(c["date"][i])) == row["event_date"]
        assert header["actors"][c["source"][i]] == [row["source"], row["source_country"], row["source_role"]]
        code = header["codes"][c["code"][i]]
        assert code[:5] == [row["code"], row["code_label"], row["root_code"], row["base_code"], row["quad_class"]]
        assert code[5] == pytest.approx(row["goldstein"], abs=1e-4)
        for part in ("source", "trigger", "target"):
            assert t["start"][sentence] + c[f"{part}_at"][i] == row[f"{part}_start"]
            assert c[f"{part}_length"][i] == row[f"{part}_end"] - row[f"{part}_start"]
        place = header["places"][c["place"][i]]
        assert (place and place[0]) == row["location_name"]
        assert header["issues"][c["issues"][i]] == row["issues"]


@pytest.mark.parametrize(("limit", "days"), [(9, [1, 2, 3, 4, 5, None]), (5, [1, 2, 3, 4, 5]), (2, [4, 5])])
def test_the_latest_events_are_held(tmp_path: Path, resources: Resources, limit: int, days: list[int | None]) -> None:
    rows = [event(resources.ontology, document_id=f"d{n}", event_date=dt.date(2024, 1, n) if n else None) for n in (1, 2, 3, 4, 5)]
    rows.append(event(resources.ontology, document_id="d", event_date=None, event_date_end=None))
    folder = write_build(tmp_path, resources, rows, [])
    write_report(folder, resources, max_events=limit)
    _, columns = block(folder / "report.html", "events")
    known = [None if d == NULL_DAY else int(d) - (dt.date(2023, 12, 31) - dt.date(1970, 1, 1)).days for d in columns["date"]]
    assert known == days
    assert (f"{6 - len(days)} others" in (folder / "report.html").read_text()) == (len(days) < 6)


def test_the_same_tables_give_the_same_bytes(tmp_path: Path, resources: Resources) -> None:
    pages = []
    for name in ("a", "b"):
        folder = made_up(tmp_path / name, resources, 200)
        write_report(folder, resources)
        pages.append((folder / "report.html").read_bytes())
    assert pages[0] == pages[1]
    assert str(tmp_path).encode() not in pages[0]
    assert squeeze(b"x") == squeeze(b"x")


def test_patterns_of_the_dictionaries(resources: Resources) -> None:
    found = pattern_texts(resources, ["verbs/04-consult.yaml:consult#1", "verbs/04-consult.yaml:consult#99", "nothing"])
    assert list(found) == ["verbs/04-consult.yaml:consult#1"]
    place, text = found["verbs/04-consult.yaml:consult#1"]
    assert re.fullmatch(r"verbs/04-consult\.yaml:\d+", place)
    lines = text.splitlines()
    assert lines[0] == "- trigger: [consult]"
    assert '      code: "040"' in lines
    assert "examples" not in text


def test_patterns_of_legacy_dictionaries(tmp_path: Path) -> None:
    verbs = tmp_path / "verbs.txt"
    verbs.write_text("--- CONDEMN [111] ---\nCONDEMN\n- * RAID [112]  # a pattern\n")
    (tmp_path / "actors.txt").write_text("FRANCE [FRA]\nPERU [PER]\n")
    legacy = load_resources([verbs, tmp_path / "actors.txt"])
    assert pattern_texts(legacy, ["verbs.txt:CONDEMN#3", "verbs.txt:2", "verbs.txt:77"]) == {
        "verbs.txt:CONDEMN#3": ("verbs.txt:3", "- * RAID [112]  # a pattern"),
        "verbs.txt:2": ("verbs.txt:2", "CONDEMN"),
    }


def test_other_dictionaries_are_told(tmp_path: Path, resources: Resources) -> None:
    folder = write_build(tmp_path, resources, [event(resources.ontology)], [], about={"eventcoder.dictionaries": stable_id("others")})
    write_report(folder, resources)
    assert "The dictionaries at hand are not those" in (folder / "report.html").read_text()


def test_no_events_at_all(tmp_path: Path, resources: Resources) -> None:
    folder = write_build(tmp_path, resources, [], [document("d1", outcome="no_events", events=0)])
    assert write_report(folder, resources) == 0
    assert block(folder / "report.html", "events")[0]["rows"] == 0


def test_not_a_build(tmp_path: Path, resources: Resources) -> None:
    with pytest.raises(InputError, match="eventcoder build"):
        write_report(tmp_path, resources)
    (tmp_path / "events.parquet").write_bytes(b"not parquet")
    with pytest.raises(InputError, match="not a Parquet file"):
        write_report(tmp_path, resources)
    write_build(tmp_path, resources, [event(resources.ontology)], [])
    pq.write_table(pq.read_table(tmp_path / "events.parquet").drop_columns(["code"]), tmp_path / "events.parquet")
    with pytest.raises(InputError, match="no column code"):
        write_report(tmp_path, resources)


def test_the_script_can_stand_in_a_page() -> None:
    text = script()
    assert "</script" not in text.lower()
    assert "<!--" not in text
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "fetch(", "XMLHttpRequest", "WebSocket", "import("):
        assert way not in text


def test_sample_sentences_begin_where_the_parser_says(resources: Resources) -> None:
    """Over the stored parses of the sample corpus: each event's own texts place its sentence in the document."""
    seen = 0
    for parsed in ParseStore(SAMPLE_PARSES):
        begins = {s.index: s.start for s in parsed.sentences}
        for row in code_document(parsed, resources).rows:
            assert sentence_start(row) == begins[row["sentence_index"]]
            seen += 1
    assert seen > 300
