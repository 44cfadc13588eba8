"""Legacy files on the command line: coding with them, mixing, importing, older inputs and outputs."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from legacy_world import ACTORS, AGENTS, DISCARDS, VERBS, sentence
from typer.testing import CliRunner

from coder.cli import app
from coder.conllu import format_sentence
from coder.dictionary.load import load_dictionaries
from coder.legacy.actors import code_on
from coder.legacy.convert import import_files, natural_case, segments, write_imported
from coder.legacy.model import DatedCode, LegacyDictionaries
from coder.legacy.xml_input import legacy_input_kind, read_legacy_input
from coder.records import Document, ParsedDocument, Reject
from coder.resources import load_resources

CONLLU = (
    "# doc_id = one\n# date = 2001-05-01\n# text = Quillon greeted Dromm\n"
    + "\n".join(line for line in format_sentence(sentence("Quillon Quillon PROPN 2 nsubj\ngreeted greet VERB 0 root\nDromm Dromm PROPN 2 obj")).splitlines() if not line.startswith("#"))
    + "\n\n"
)  # fmt: skip


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("EVENTCODER_CACHE", str(tmp_path / "cache"))
    for name, text in (
        ("x.actors.txt", ACTORS),
        ("x.agents.txt", AGENTS),
        ("x.verbs.txt", VERBS),
        ("x.discards.txt", DISCARDS),
        ("one.conllu", CONLLU),
    ):
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def dictionaries(folder: Path, *kinds: str) -> list[str]:
    return [part for kind in kinds for part in ("--dictionaries", str(folder / f"x.{kind}.txt"))]


def test_code_with_legacy_files_alone(files: Path) -> None:
    out = files / "events.parquet"
    arguments = [
        "code",
        str(files / "one.conllu"),
        *dictionaries(files, "actors", "agents", "verbs", "discards"),
        "-o",
        str(out),
    ]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    (row,) = pq.read_table(out).to_pylist()
    assert (row["document_id"], row["source"], row["code"], row["target"]) == ("one", "OSTGOV", "050", "DRM")
    tsv = files / "events.tsv"
    assert CliRunner().invoke(app, ["export", str(out), "--layout", "phoenix", "--header", "-o", str(tsv)]).exit_code == 0
    head, line = [text.split("\t") for text in tsv.read_text("utf-8").splitlines()]
    cells = dict(zip(head, line, strict=True))
    assert (cells["Date"], cells["SourceActorFull"], cells["TargetActorFull"], cells["EventCode"]) == (
        "20010501",
        "OSTGOV",
        "DRM",
        "050",
    )
    assert CliRunner().invoke(app, ["export", str(out), "--layout", "petrarch", "-o", str(tsv)]).exit_code == 0
    assert tsv.read_text("utf-8").split("\t")[:4] == ["20010501", "OSTGOV", "DRM", "050"]


def test_native_actors_beside_legacy_verbs(files: Path) -> None:
    native = files / "native.yaml"
    native.write_text("- name: Dromm Island\n  kind: organization\n  code: DRI\n  aliases: [Quillon]\n", "utf-8")
    resources = load_resources([files / "x.verbs.txt", files / "x.actors.txt", native])
    legacy = resources.dictionaries.legacy
    assert legacy is not None
    assert legacy.actor(legacy.names["DROMM ISLAND"] >> 1).codes == (DatedCode("DRI"),)
    assert legacy.actor(legacy.names["QUILLON"] >> 1).codes[0].code == "OSTOPP"


def test_legacy_actors_beside_native_verbs(files: Path) -> None:
    resources = load_resources([], [files / "x.actors.txt"])
    assert resources.dictionaries.legacy is None
    assert any(a.name == "Quillon" for a in resources.dictionaries.actors.values())


def test_import_keeps_comments_provenance_and_codes(files: Path, tmp_path: Path) -> None:
    result = import_files([files / f"x.{kind}.txt" for kind in ("actors", "agents", "verbs", "discards")], frames=True)
    write_imported(result, tmp_path / "native")
    text = result.files["actors/x.actors.yaml"]
    assert "# the coast" in text
    assert 'source: "x.actors.txt:3"' in text
    loaded = load_dictionaries([tmp_path / "native"], strict=False)
    assert not [f for f in loaded.faults if f.level == "error"]
    quillon = next(a for a in loaded.actors.values() if a.name == "Quillon")
    assert [(r.code, str(r.start), str(r.end)) for r in quillon.roles] == [
        ("OSTOPP", "None", "1998-12-31"), ("OSTGOV", "1999-01-01", "2004-12-31"), ("OSTELI", "2005-01-01", "None"),
    ]  # fmt: skip
    frames = [f for (_, head), listed in loaded.frames.items() if head == "greet" for f in listed]
    assert {f.code for f in frames} == {"050", "057", "033"}
    assert any("a synonym set inside a phrase" in f.message and f.line for f in result.faults)


def test_segments_do_not_overlap() -> None:
    codes = [DatedCode("D"), DatedCode("A", 20000101, 20091231), DatedCode("B", 20050101, 20051231)]
    spans = segments(codes)
    assert [c for c, _, _ in spans] == ["D", "A", "B", "A", "D"]
    assert all(a[2] < b[1] for a, b in pairwise(spans))


@pytest.mark.parametrize(
    ("name", "written"),
    [("PORT_ASK_", "Port Ask"), ("BANK_OF_DROMM", "Bank of Dromm"), ("U.V._", "U.V."), ("IMX", "IMX")],
)
def test_natural_case(name: str, written: str) -> None:
    assert natural_case(name) == written


def test_xml_and_text_records(files: Path) -> None:
    xml = files / "records.xml"
    rows = "\n".join(line for line in CONLLU.splitlines() if line and not line.startswith("#"))
    xml.write_text(f'<Sentences><Sentence date="20010501" id="p"><Text>Quillon greeted Dromm</Text><Parse>\n{rows}\n</Parse></Sentence>'
                   '<Sentence date="20011341" id="q"><Text>Dromm struck.</Text><Parse>(ROOT (S x))</Parse></Sentence></Sentences>', "utf-8")  # fmt: skip
    rejects: list[Reject] = []
    first, second = read_legacy_input(xml, rejects.append)
    assert isinstance(first, ParsedDocument)
    assert first.sentences[0].forms == ("Quillon", "greeted", "Dromm")
    assert isinstance(second, Document)
    assert second.publication_date is None
    assert [r.reason.value for r in rejects] == ["bad_date"]
    text = files / "records.txt"
    text.write_text("010501 VX-01 VELWIRE\nQuillon greeted\nDromm.\n\n20010502 VX-02\nDromm struck.\n", "utf-8")
    assert legacy_input_kind(text) == "tabari"
    one, two = read_legacy_input(text, rejects.append)
    assert isinstance(one, Document)
    assert (one.id, one.text, str(one.publication_date), one.publisher) == (
        "VX-01",
        "Quillon greeted Dromm.",
        "2001-05-01",
        "VELWIRE",
    )
    assert isinstance(two, Document)
    assert two.id == "VX-02"
    plain = files / "news.txt"
    plain.write_text("Dromm struck.\n\nNobody answered.\n", "utf-8")
    assert legacy_input_kind(plain) is None


def test_imported_dictionaries_code_the_same(files: Path, tmp_path: Path) -> None:
    from coder.coding import code_sentences

    kinds = ("actors", "agents", "verbs", "discards")
    folder = tmp_path / "native"
    result = CliRunner().invoke(
        app, ["dictionary", "import", *(str(files / f"x.{k}.txt") for k in kinds), "-o", str(folder)]
    )
    assert result.exit_code == 0, result.output
    assert "# line" in (folder / "verbs" / "x.verbs.yaml").read_text("utf-8")
    given = load_resources([files / f"x.{k}.txt" for k in kinds])
    native = load_resources([folder])
    for rows in (
        "Quillon Quillon PROPN 2 nsubj\ngreeted greet VERB 0 root\nDrommer Drommer PROPN 4 amod\nenvoys envoy NOUN 2 obj",
        "Marsh Marsh PROPN 2 compound\nLeague League PROPN 3 nsubj\nhugged hug VERB 0 root\nNordmark Nordmark PROPN 3 obj",
        "Vellaria Vellaria PROPN 2 nsubj\ngreeted greet VERB 0 root\npacts pact NOUN 2 obj\nwith with ADP 5 case\nDromm Dromm PROPN 3 nmod",
        "Vellaria Vellaria PROPN 2 nsubj\nsaid say VERB 0 root\nit it PRON 4 nsubj\nstruck strike VERB 2 ccomp\nDromm Dromm PROPN 4 obj",
        "Inland Inland PROPN 2 compound\nSea Sea PROPN 3 nsubj\ngreeted greet VERB 0 root\nDromm Dromm PROPN 3 obj",
    ):
        one = sentence(rows)
        coded = [
            {
                (e.source.code, e.target.code if e.target else "", e.code)
                for e in code_sentences([one], r.dictionaries, r.options)
            }
            for r in (given, native)
        ]
        assert coded[0] == coded[1]
        assert coded[0] or "Inland" in rows


def test_imported_files_say_what_the_legacy_ones_do(tmp_path: Path) -> None:
    """Names open to endings, doubled names and nouns, commas, overlapping dates, meanings: the same tables after import."""
    texts = {
        "a.actors.txt": ACTORS + "TWICE_ [AAA >200101]\n+OTHER\nTWICE_ [BBB <200101]\n+MORE_\nMIX [CCC 19990101-20101231] [DDD 20050101-20051231]\n",
        "a.agents.txt": AGENTS + "GUARD [~COP]\nSOLDIERS, OLD ONES [~RET]\n",
        "a.verbs.txt": VERBS,
        "meanings.txt": "070:0x0040\n1222:-0xFFFF+0x0040\n---:0\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    result = import_files([tmp_path / n for n in texts])
    write_imported(result, tmp_path / "native")
    given = load_resources([tmp_path / n for n in texts]).dictionaries.legacy
    native = load_resources([tmp_path / "native"]).dictionaries.legacy
    assert given is not None
    assert native is not None

    def said(legacy: LegacyDictionaries) -> dict[str, object]:
        days = (None, 19980101, 19990601, 20050601, 20150601, 20250101)
        return {n: (i & 1, [code_on(legacy.actor(i >> 1).codes, d) for d in days]) for n, i in legacy.names.items()}

    assert said(native) == said(given)
    assert {n: (native.agents[i].code, native.agents[i].prefix) for n, i in native.agent_names.items()} == {
        n: (given.agents[i].code, given.agents[i].prefix) for n, i in given.agent_names.items()
    }
    assert native.meanings == given.meanings
    assert native.forms.keys() == given.forms.keys()
    fault = next(f for f in native.faults if "&NOWHERE" in f.message)
    lines = (tmp_path / "native" / "verbs" / "a.verbs.yaml").read_text("utf-8").splitlines()
    assert "&NOWHERE" in lines[fault.line - 1]


def test_check_find_and_stats_know_legacy_files(files: Path) -> None:
    given = dictionaries(files, "actors", "agents", "verbs", "discards")
    checked = CliRunner().invoke(app, ["dictionary", "check", *given])
    assert checked.exit_code == 1
    assert "x.verbs.txt:32: error: the synonym set &NOWHERE" in checked.output
    assert "not YAML" not in checked.output
    found = CliRunner().invoke(app, ["dictionary", "find", "vellarian", *given])
    assert "x.actors.txt:3: actor VELLARIA (VEL): VELLARIAN" in found.output
    found = CliRunner().invoke(app, ["dictionary", "find", "praise", *given])
    assert "x.verbs.txt:31: pattern - * PRAISE [:051]" in found.output
    found = CliRunner().invoke(app, ["dictionary", "find", "hugged", *given])
    assert "verb HUG: 051" in found.output
    assert "9 actors with 13 names, 8 agents" in CliRunner().invoke(app, ["dictionary", "stats", *given]).output
