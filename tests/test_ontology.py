"""The shipped ontology against the facts it must hold, and every fault of an ontology file by file and line."""

from __future__ import annotations

import csv
import pickle
from collections import Counter
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from coder.errors import OntologyError, OptionsError
from coder.ontology import CODE_COLUMNS, PLOVER_EVENTS, ROLE_COLUMNS, CodeEntry, Ontology, load_ontology

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ROOT / "dictionaries" / "ontology"
REFERENCE = ROOT.parent / "shared" / "data"

needs_reference = pytest.mark.skipif(
    not (REFERENCE / "cameo_codes.csv").is_file(), reason="the reference tables are not beside the repository"
)


def reference(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def ontology() -> Ontology:
    return load_ontology(SHIPPED)


# The shipped files ----------------------------------------------------------------------------------------------------

# root: codes in it with the root itself, quad class, PLOVER event of the root
ROOTS = {
    "01": (11, 1, None),
    "02": (28, 1, "REQUEST"),
    "03": (29, 1, "AGREE"),
    "04": (8, 1, "CONSULT"),
    "05": (9, 1, "SUPPORT"),
    "06": (6, 2, "COOPERATE"),
    "07": (7, 2, "AID"),
    "08": (26, 2, "YIELD"),
    "09": (6, 3, "ACCUSE"),
    "10": (28, 3, "REQUEST"),
    "11": (13, 3, "ACCUSE"),
    "12": (27, 3, "REJECT"),
    "13": (23, 3, "THREATEN"),
    "14": (27, 4, "PROTEST"),
    "15": (7, 4, "MOBILIZE"),
    "16": (14, 4, "SANCTION"),
    "17": (14, 4, "COERCE"),
    "18": (15, 4, "ASSAULT"),
    "19": (10, 4, "ASSAULT"),
    "20": (8, 4, "ASSAULT"),
}
MOVED_IN_PLOVER = {"163": "COERCE", "1712": "ASSAULT"}


def test_the_roots_hold_all_codes(ontology: Ontology) -> None:
    assert sorted({entry.root_code for entry in ontology}) == sorted(ROOTS)
    assert len(ontology) == sum(count for count, _, _ in ROOTS.values()) == 316


def codes_of(ontology: Ontology, root: str) -> list[str]:
    return [entry.code for entry in ontology if entry.code.startswith(root)]


@pytest.mark.parametrize("root", ROOTS)
def test_root(ontology: Ontology, root: str) -> None:
    count, quad_class, plover_event = ROOTS[root]
    entries = [ontology[code] for code in codes_of(ontology, root)]
    assert len(entries) == count
    assert {entry.quad_class for entry in entries} == {quad_class}
    expected = {entry.code: MOVED_IN_PLOVER.get(entry.code, plover_event) for entry in entries}
    assert {entry.code: entry.plover_event for entry in entries} == expected


@needs_reference
def test_the_codes_are_those_of_the_codebook(ontology: Ontology) -> None:
    assert [entry.code for entry in ontology] == [row["code"] for row in reference("cameo_codes.csv")]


@needs_reference
def test_no_label_is_copied(ontology: Ontology) -> None:
    def plain(label: str) -> str:
        return "".join(c for c in label.lower().replace("not specified below", "") if c.isalpha())

    rows = reference("cameo_crosswalk.csv")
    columns = ("label_manual_1_1b3", "label_gdelt", "label_icews")
    published = {plain(row[column]) for row in rows for column in columns if row[column]}
    assert [entry.label for entry in ontology if plain(entry.label) in published] == []


@needs_reference
@pytest.mark.parametrize("scale", ["gdelt", "icews"])
def test_scores_are_the_published_ones(scale: str) -> None:
    published = {row["code"]: row[f"goldstein_{scale}"] for row in reference("cameo_crosswalk.csv")}
    loaded = load_ontology(SHIPPED, scores=scale)
    own = {entry.code: entry.goldstein for entry in loaded if not entry.goldstein_inherited}
    assert own == {entry.code: float(published[entry.code]) for entry in loaded if published[entry.code]}


# code | label, base, root, parent | gdelt, icews, inherited | quad class, phoenix | PLOVER event, mode, context
CODES = [
    ("04", "04", "04", None, 1.0, 1.0, False, 1, 1, "CONSULT", None, None),
    ("010", "010", "01", "01", 0.0, 0.0, False, 1, 1, None, None, None),
    ("016", "016", "01", "01", -2.0, -5.0, False, 1, 1, None, None, None),
    ("022", "022", "02", "02", 3.2, 3.4, False, 1, 1, "REQUEST", "assist", "diplomatic"),
    ("042", "042", "04", "04", 1.9, 1.9, False, 1, 1, "CONSULT", "visit", None),
    ("0841", "084", "08", "084", 7.0, 7.0, False, 2, 2, "YIELD", "release", "legal"),
    ("0874", "087", "08", "087", 10.0, 10.0, False, 2, 2, "YIELD", "withdraw", "military"),
    ("094", "094", "09", "09", -2.0, -2.0, False, 3, 3, "ACCUSE", "investigate", "military;legal"),
    ("155", "155", "15", "15", -7.2, -7.2, True, 4, 4, "MOBILIZE", "weapons", "cyber"),
    ("163", "163", "16", "16", -8.0, -8.0, False, 4, 3, "COERCE", "restrict", "diplomatic"),
    ("164", "164", "16", "16", -7.0, -6.5, False, 4, 3, "SANCTION", "withdraw", "diplomatic"),
    ("165", "165", "16", "16", -6.5, -7.0, False, 4, 3, "SANCTION", "withdraw", "diplomatic"),
    ("1712", "171", "17", "171", -9.2, -9.2, False, 4, 4, "ASSAULT", "destroy", "legal"),
    ("176", "176", "17", "17", -7.0, -7.0, True, 4, 4, "COERCE", None, "cyber"),
    ("1834", "183", "18", "183", -10.0, -10.0, True, 4, 4, "ASSAULT", "explosives", None),
    ("1951", "195", "19", "195", -10.0, -10.0, True, 4, 4, "ASSAULT", "heavy-weapons", "military"),
    ("1952", "195", "19", "195", -10.0, -10.0, True, 4, 4, "ASSAULT", "heavy-weapons", "military"),
]


@pytest.mark.parametrize("case", CODES, ids=[case[0] for case in CODES])
def test_code(ontology: Ontology, case: tuple[object, ...]) -> None:
    code, base, root, parent, gdelt, icews, inherited, quad, phoenix, *plover = case
    entry = ontology[str(code)]
    other = load_ontology(SHIPPED, scores="icews", quad="phoenix")[str(code)]
    assert (entry.code, entry.base_code, entry.root_code, entry.parent) == (code, base, root, parent)
    assert (entry.goldstein, other.goldstein, entry.goldstein_inherited) == (gdelt, icews, inherited)
    assert (entry.quad_class, other.quad_class) == (quad, phoenix)
    assert [entry.plover_event, entry.plover_mode, entry.plover_context] == plover


def test_every_entry_is_whole(ontology: Ontology) -> None:
    for entry in ontology:
        assert entry.base_code == (entry.code if len(entry.code) == 2 else entry.code[:3])
        assert entry.parent == (entry.code[:-1] if len(entry.code) > 2 else None)
        assert entry.parent is None or entry.parent in ontology
        assert -10 <= entry.goldstein <= 10
        assert entry.plover_event is None or entry.plover_event in PLOVER_EVENTS
    labels = Counter(entry.label for entry in ontology)
    assert [label for label, count in labels.items() if count > 1] == []
    assert [e.code for e in ontology if e.goldstein_inherited] == ["155", "176", "1834", "1951", "1952"]


def test_phoenix_moves_root_16_alone(ontology: Ontology) -> None:
    phoenix = load_ontology(SHIPPED, quad="phoenix")
    moved = {e.code: (e.quad_class, phoenix[e.code].quad_class) for e in ontology if e != phoenix[e.code]}
    assert moved == dict.fromkeys(codes_of(ontology, "16"), (4, 3))


def test_roles_are_in_order(ontology: Ontology) -> None:
    orders = [role.order for role in ontology.roles.values()]
    assert orders == sorted(set(orders))
    levels = ["international", "primary", "secondary", "tertiary"]
    assert [levels.index(role.level) for role in ontology.roles.values()] == sorted(
        levels.index(role.level) for role in ontology.roles.values()
    )
    assert {"GOV", "MIL", "COP", "JUD", "LEG", "SPY", "OPP", "REB", "UAF", "CVL", "MED", "IGO", "PKO"} <= set(
        ontology.roles
    )
    assert ontology.roles["GOV"].order < ontology.roles["MIL"].order < ontology.roles["RAD"].order


# The object -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "fallback"),
    [
        ("0841", "0841"),
        ("1213", "121"),  # in ICEWS, not in this edition
        ("0732", "073"),
        ("109", "10"),
        ("08415", "0841"),
        ("04", "04"),
        ("99", None),
        ("0", None),
        ("", None),
    ],
)
def test_fallback(ontology: Ontology, code: str, fallback: str | None) -> None:
    assert ontology.fallback(code) == fallback


def test_lookups(ontology: Ontology) -> None:
    assert "0841" in ontology and "841" not in ontology and 841 not in ontology
    entry = ontology.get("0841")
    assert isinstance(entry, CodeEntry) and entry is ontology["0841"]
    assert ontology.get("841") is None
    with pytest.raises(KeyError, match="841"):
        ontology["841"]


def test_frozen_and_sent_between_processes(ontology: Ontology) -> None:
    with pytest.raises(FrozenInstanceError):
        ontology["04"].goldstein = 0.0  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        ontology.scores = "icews"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(ontology)) == ontology


def test_unknown_quad_classes() -> None:
    with pytest.raises(OptionsError, match=r"unknown quad classes 'icews' \(choose one of: gdelt, phoenix\)"):
        load_ontology(SHIPPED, quad="icews")


# Faults ---------------------------------------------------------------------------------------------------------------

HEADER = ",".join(CODE_COLUMNS)
SMALL = [
    HEADER,
    "08,Giving way,,5.0,5.0,false,2,2,YIELD,,",
    '084,"Giving back, of any kind",08,7.0,7.0,false,2,2,YIELD,,',
    "0841,Giving people back,084,7.0,7.0,true,2,2,YIELD,release,legal",
]
ROLES = [",".join(ROLE_COLUMNS), "GOV,Executive,primary,1", "CVL,People,secondary,2"]


def folder_of(folder: Path, codes: list[str], roles: list[str] | None = None) -> Path:
    (folder / "cameo.csv").write_text("\n".join(codes) + "\n", encoding="utf-8")
    (folder / "roles.csv").write_text("\n".join(roles or ROLES) + "\n", encoding="utf-8")
    return folder


def faults_of(folder: Path, **options: str | Path) -> list[tuple[str, int, str]]:
    with pytest.raises(OntologyError) as caught:
        load_ontology(folder, **options)  # type: ignore[arg-type]
    assert all(fault.hint for fault in caught.value.faults)
    return [(Path(fault.path).name, fault.line, fault.message) for fault in caught.value.faults]


def replaced(lines: list[str], line: int, text: str) -> list[str]:
    return [text if number == line else old for number, old in enumerate(lines, start=1)]


# what is wrong | line written | its text | line of the fault | message
CODE_FAULTS = [
    ("no score", 3, "084,Back,08,,7.0,false,2,2,YIELD,,", "code 084 has no score in goldstein_gdelt"),
    ("comma", 2, '08,Way,,"5,0",5.0,false,2,2,YIELD,,', "goldstein_gdelt '5,0' is not a score"),
    ("words", 2, "08,Way,,5.0,five,false,2,2,YIELD,,", "goldstein_icews 'five' is not a score"),
    ("not finite", 2, "08,Way,,nan,5.0,false,2,2,YIELD,,", "goldstein_gdelt 'nan' is not a score"),
    ("out of range", 2, "08,Way,,10.5,5.0,false,2,2,YIELD,,", "goldstein_gdelt '10.5' is not a score"),
    ("lost zero", 2, "8,Way,,5.0,5.0,false,2,2,YIELD,,", "'8' is not a code"),
    ("duplicate", 4, SMALL[2], "duplicate code 084"),
    ("no label", 3, "084,,08,7.0,7.0,false,2,2,YIELD,,", "label '' is not valid"),
    ("wrong parent", 3, "084,Back,07,7.0,7.0,false,2,2,YIELD,,", "code 084 has parent '07'"),
    ("no parent", 3, "084,Back,,7.0,7.0,false,2,2,YIELD,,", "code 084 has no parent"),
    ("parent of a root", 2, "08,Way,07,5.0,5.0,false,2,2,YIELD,,", "code 08 has parent '07'"),
    ("missing parent", 4, "0712,Give,071,7.0,7.0,false,2,2,AID,,", "code 0712 has a parent 071 that the file lacks"),
    ("inheriting root", 2, "08,Way,,5.0,5.0,true,2,2,YIELD,,", "root 08 cannot inherit a score"),
    (
        "inherits another score",
        4,
        "0841,People,084,6.0,7.0,true,2,2,YIELD,,",
        "code 0841 inherits its score, but goldstein_gdelt is 6 and its parent's 7",
    ),
    ("inherited", 2, "08,Way,,5.0,5.0,no,2,2,YIELD,,", "inherited 'no' is not known"),
    ("quad class", 2, "08,Way,,5.0,5.0,false,5,2,YIELD,,", "quad_class '5' is not known"),
    ("quad class of Phoenix", 2, "08,Way,,5.0,5.0,false,2,0,YIELD,,", "quad_class_phoenix '0' is not known"),
    ("PLOVER event", 2, "08,Way,,5.0,5.0,false,2,2,CONCEED,,", "plover_event 'CONCEED' is not known"),
    ("PLOVER mode", 2, "08,Way,,5.0,5.0,false,2,2,YIELD,a b,", "plover_mode 'a b' is not valid"),
    ("PLOVER context", 2, "08,Way,,5.0,5.0,false,2,2,YIELD,,legal;", "plover_context 'legal;' is not valid"),
    ("too few cells", 3, "084,Back,08", "3 cells in place of 11"),
]


@pytest.mark.parametrize("case", CODE_FAULTS, ids=[case[0] for case in CODE_FAULTS])
def test_fault_in_a_code(tmp_path: Path, case: tuple[str, int, str, str]) -> None:
    _, line, text, message = case
    assert ("cameo.csv", line, message) in faults_of(folder_of(tmp_path, replaced(SMALL, line, text)))


HEADER_FAULTS = [
    (f"{HEADER},colour", "unknown column 'colour'"),
    (HEADER.replace("parent", "father"), "unknown column 'father'"),
    (HEADER.replace("parent", "father"), "missing column 'parent'"),
    (HEADER.replace("parent", "label"), "column 'label' stands twice"),
]


@pytest.mark.parametrize(("header", "message"), HEADER_FAULTS)
def test_fault_in_the_header(tmp_path: Path, header: str, message: str) -> None:
    assert ("cameo.csv", 1, message) in faults_of(folder_of(tmp_path, replaced(SMALL, 1, header)))


ROLE_FAULTS = [
    (2, "GV,Executive,primary,1", "'GV' is not a code"),
    (3, "GOV,Executive,primary,2", "duplicate code GOV"),
    (3, "CVL,People,secondary,1", "CVL has the same order as GOV"),
    (3, "CVL,People,secondary,two", "order 'two' is not valid"),
    (3, "CVL,People,lowest,2", "level 'lowest' is not known"),
    (3, "CVL,,secondary,2", "label '' is not valid"),
    (1, "code,label,level,rank", "unknown column 'rank'"),
]


@pytest.mark.parametrize(("line", "text", "message"), ROLE_FAULTS)
def test_fault_in_a_role(tmp_path: Path, line: int, text: str, message: str) -> None:
    assert ("roles.csv", line, message) in faults_of(folder_of(tmp_path, SMALL, replaced(ROLES, line, text)))


def test_small_files_are_valid(tmp_path: Path) -> None:
    small = load_ontology(folder_of(tmp_path, ["", *SMALL, ""]))
    assert [entry.code for entry in small] == ["08", "084", "0841"]
    assert small["084"].label == "Giving back, of any kind"


def test_all_faults_at_once(tmp_path: Path) -> None:
    codes = replaced(replaced(SMALL, 2, "08,Way,,x,5.0,false,9,2,YIELD,,"), 4, "0841,People,08,7.0,,true,2,2,YIELD,,")
    roles = replaced(ROLES, 2, "GV,Executive,primary,1")
    scores = tmp_path / "mine.csv"
    scores.write_text("code,goldstein\n08,high\n", encoding="utf-8")
    assert faults_of(folder_of(tmp_path, codes, roles), scores=scores) == [
        ("cameo.csv", 2, "goldstein_gdelt 'x' is not a score"),
        ("cameo.csv", 2, "quad_class '9' is not known"),
        ("cameo.csv", 4, "code 0841 has no score in goldstein_icews"),
        ("cameo.csv", 4, "code 0841 has parent '08'"),
        ("roles.csv", 2, "'GV' is not a code"),
        ("mine.csv", 2, "goldstein 'high' is not a score"),
    ]


def test_line_of_a_fault_after_a_cell_of_two_lines(tmp_path: Path) -> None:
    codes = replaced(SMALL, 2, '08,"Giving\nway",,5.0,5.0,false,2,2,YIELD,,')
    codes = replaced(codes, 4, "0841,People,084,,7.0,false,2,2,YIELD,,")
    assert faults_of(folder_of(tmp_path, codes)) == [("cameo.csv", 5, "code 0841 has no score in goldstein_gdelt")]


def test_quote_left_open(tmp_path: Path) -> None:
    (fault,) = faults_of(folder_of(tmp_path, replaced(SMALL, 4, '0841,"People,084,7.0,7.0,true,2,2,YIELD,,')))
    assert fault[:2] == ("cameo.csv", 4)
    assert fault[2].startswith("not valid CSV")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    assert faults_of(tmp_path) == [
        ("cameo.csv", 0, "there is no such file"),
        ("roles.csv", 0, "there is no such file"),
    ]
    (tmp_path / "cameo.csv").write_bytes(b"code,label\n08,Yielding \xff\n")
    (tmp_path / "roles.csv").write_text("", encoding="utf-8")
    assert faults_of(tmp_path) == [("cameo.csv", 0, "the file is not UTF-8"), ("roles.csv", 0, "the file is empty")]


# Scores of the user ---------------------------------------------------------------------------------------------------


def scores_file(folder: Path, *lines: str) -> Path:
    path = folder / "mine.csv"
    path.write_text("\n".join(["code,goldstein", *lines]) + "\n", encoding="utf-8")
    return path


def test_codes_left_out_inherit(tmp_path: Path) -> None:
    mine = load_ontology(folder_of(tmp_path, SMALL), scores=scores_file(tmp_path, "08,1.5"))
    assert {entry.code: (entry.goldstein, entry.goldstein_inherited) for entry in mine} == {
        "08": (1.5, False),
        "084": (1.5, True),
        "0841": (1.5, True),
    }
    mine = load_ontology(folder_of(tmp_path, SMALL), scores=str(scores_file(tmp_path, "084,-3", "08,1")))
    assert {entry.code: (entry.goldstein, entry.goldstein_inherited) for entry in mine} == {
        "08": (1.0, False),
        "084": (-3.0, False),
        "0841": (-3.0, True),
    }
    assert mine.scores == "mine.csv"


USER_SCORE_FAULTS = [
    ("08,", 2, "code 08 has no score in goldstein"),
    ("08,4;5", 2, "goldstein '4;5' is not a score"),
    ("08,11", 2, "goldstein '11' is not a score"),
    ("08,1\n08,2", 3, "duplicate code 08"),
    ("08,1\n0842,2", 3, "code 0842 is not in the ontology"),
    ("08,1\n84,2", 3, "code 84 is not in the ontology"),
    ("08,1,0", 2, "3 cells in place of 2"),
    ("084,7.0", 0, "root 08 has no score"),
]


@pytest.mark.parametrize(("lines", "line", "message"), USER_SCORE_FAULTS)
def test_fault_in_scores(tmp_path: Path, lines: str, line: int, message: str) -> None:
    scores = scores_file(tmp_path, lines)
    assert faults_of(folder_of(tmp_path, SMALL), scores=scores) == [("mine.csv", line, message)]


def test_fault_in_the_header_of_scores(tmp_path: Path) -> None:
    scores = tmp_path / "mine.csv"
    scores.write_text("code,score\n08,1\n", encoding="utf-8")
    faults = faults_of(folder_of(tmp_path, SMALL), scores=scores)
    assert faults == [("mine.csv", 1, "unknown column 'score'"), ("mine.csv", 1, "missing column 'goldstein'")]


def test_no_such_scores(tmp_path: Path) -> None:
    with pytest.raises(OntologyError, match="choose one of: gdelt, icews; or name a CSV"):
        load_ontology(SHIPPED, scores=tmp_path / "gdelt.csv")
    assert faults_of(SHIPPED, scores="goldstein") == [("goldstein", 0, "there is no such scale and no such file")]
