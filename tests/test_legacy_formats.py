"""Reading the legacy formats: every form of line, and a report for each that cannot be used."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from legacy_world import ACTORS, AGENTS, DISCARDS, SEQUENCES, VERBS, world

from coder.errors import Fault
from coder.legacy import cache
from coder.legacy.actors import code_on, day_number, parse_actors, parse_code, trim_overlaps
from coder.legacy.agents import parse_agents
from coder.legacy.load import LegacyFile, compile_legacy, is_legacy, load_legacy, sniff
from coder.legacy.model import DatedCode
from coder.legacy.others import parse_issues, parse_meanings
from coder.legacy.text import dictionary_lines, words_of
from coder.legacy.verbs import parse_verbs, regular_forms


def actor(name: str) -> tuple[DatedCode, ...]:
    legacy = world()
    return legacy.actor(legacy.names[name] >> 1).codes


@pytest.mark.parametrize(
    ("text", "kind"),
    [(ACTORS, "actors"), (AGENTS, "agents"), (VERBS, "verbs"), (SEQUENCES, "verbs"), (DISCARDS, "discards"), ("010:0x1000\n---:0\n", "meanings"),
     ('<ISSUE CATEGORY="FISH">\nn:herring [HERRING]\n', "issues"), ("- name: Vellaria\n  kind: country\n  code: VEL\n", None)],
)  # fmt: skip
def test_a_file_is_known_by_its_content(text: str, kind: str | None) -> None:
    assert sniff(text) == kind


def test_comments_over_several_lines_are_left_out() -> None:
    lines = list(dictionary_lines("<! one\nA [AAA] # why\n<!-- two\nB [BBB]\n-->C [CCC]\nD <!-- x --> [DDD]\n"))
    assert [(line.number, line.text, line.comment) for line in lines] == [
        (2, "A [AAA]", "why"),
        (5, "C [CCC]", ""),
        (6, "D   [DDD]", ""),
    ]


def test_a_comment_that_nothing_closes_takes_no_entry_with_it() -> None:
    legacy = compile_legacy([LegacyFile.of(Path("a.actors.txt"), "A [AAA]\n<!-- note\nB [BBB]\n")])
    assert set(legacy.names) == {"A", "B"}
    assert [(f.line, f.message) for f in legacy.faults] == [(2, "a comment is not closed")]


@pytest.mark.parametrize(
    "encoded",
    [lambda t: t.replace("\n", "\r\n").encode(), lambda t: t.replace("\n", "\r").encode(), lambda t: b"\xef\xbb\xbf" + t.encode(),
     lambda t: t.encode("utf-16"), lambda t: f"# caf\xe9\n{t}".encode("cp1252"), lambda t: t.rstrip("\n").encode(), lambda t: t.lower().encode(),
     lambda t: t.replace(" [", "\t\t[").replace("\n", "  \t\n").encode(), lambda t: t.replace("]\n", "] # [X] *\n<!-- A [B] -->\n\n").encode()],
)  # fmt: skip
def test_line_ends_marks_and_encodings_make_no_difference(encoded: Callable[[str], bytes], tmp_path: Path) -> None:
    plain, other = [], []
    for name, text in (("a.actors.txt", ACTORS), ("a.agents.txt", AGENTS), ("a.verbs.txt", VERBS), ("a.discards.txt", DISCARDS)):
        plain.append(LegacyFile.of(Path(name), text))
        (tmp_path / name).write_bytes(encoded(text))
        other.append(tmp_path / name)
    given, read = compile_legacy(plain), load_legacy(other, use_cache=False)
    assert list(read.kinds.values()) == ["actors", "agents", "verbs", "discards"]
    assert [a.codes for a in map(read.actor, range(len(read.actors)))] == [a.codes for a in map(given.actor, range(len(given.actors)))]
    assert read.names == given.names
    assert read.agent_names == given.agent_names
    assert read.forms == given.forms
    assert [[(p.before, p.after, p.code) for p in read.block(i)] for i in range(len(read.patterns))] == [
        [(p.before, p.after, p.code) for p in given.block(i)] for i in range(len(given.patterns))
    ]
    assert {f.message for f in read.faults} == {f.message for f in given.faults}


def test_names_with_tabs_come_back_from_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTCODER_CACHE", str(tmp_path / "cache"))
    (tmp_path / "a.actors.txt").write_text("PORT\tASK\tCITY [VEL]\n", "utf-8")
    for _ in range(2):
        legacy = load_legacy([tmp_path / "a.actors.txt"])
        assert legacy.actor(legacy.names["PORT ASK CITY"] >> 1).codes == (DatedCode("VEL"),)


def test_the_last_block_of_a_file_is_loaded() -> None:
    assert actor("LASTLAND") == (DatedCode("LST"),)


def test_synonyms_share_codes_listed_after_them() -> None:
    assert actor("THE OLD FOX") == actor("QUILLON")
    assert len(actor("QUILLON")) == 3


@pytest.mark.parametrize(
    ("digits", "day"),
    [("990101", 19990101), ("300101", 20300101), ("310101", 19310101), ("1920030320", 20030320), ("9008223", 19900822), ("2004017", 20040107), ("201005011", 20100501), ("9901", None)],
)
def test_days(digits: str, day: int | None) -> None:
    assert day_number(digits) == day


@pytest.mark.parametrize(
    ("text", "code"),
    [("AAA", DatedCode("AAA")), ("AAA <900823", DatedCode("AAA", 0, 19900823)), ("aaa > 011222", DatedCode("AAA", 20011222)),
     ("AAA 070627-20100711", DatedCode("AAA", 20070627, 20100711)), ("AAA 20121204", DatedCode("AAA", 20121204)), ("---", DatedCode("")),
     ("NGOCHRPRO214", DatedCode("NGOCHRPRO214")), ("G77", DatedCode("G77"))],
)  # fmt: skip
def test_codes_and_their_dates(text: str, code: DatedCode) -> None:
    assert parse_code(text) == (code, "")


def test_a_slip_in_a_date_is_read_and_told() -> None:
    code, problem = parse_code("AAA 9008223-911221")
    assert code == DatedCode("AAA", 19900822, 19911221)
    assert "is read as 19900822-19911221" in problem


@pytest.mark.parametrize("text", ["950601-990815", "AAA 9908423-911221", "AAA 99-01", "AAA950601-990815"])
def test_dates_that_cannot_be_read_are_told(text: str) -> None:
    code, problem = parse_code(text)
    assert code is None
    assert problem


def test_the_shortest_closed_range_then_the_later_open_one_then_the_default() -> None:
    codes = [DatedCode("D"), DatedCode("LONG", 20000101, 20091231), DatedCode("SHORT", 20050101, 20051231)]
    assert [code_on(codes, d) for d in (20050601, 20040601, 20200101)] == ["SHORT", "LONG", "D"]
    assert code_on([DatedCode("A", 20100101), DatedCode("B", 20150101)], 20160101) == "B"
    assert code_on([DatedCode("A", 0, 20100101), DatedCode("B", 0, 20150101)], 20090101) == "A"


def test_a_range_ends_the_day_before_the_next_begins() -> None:
    first, second = trim_overlaps([DatedCode("A", 20000101, 20010101), DatedCode("B", 20010101, 20020101)])
    assert (first.last, second.first) == (20001231, 20010101)


def test_agents_have_plurals_marks_and_prefixes() -> None:
    faults: list[Fault] = []
    agents = {a.name: a for a in parse_agents(dictionary_lines(AGENTS), "a", faults)}
    assert agents["ENVOY"].forms == ("ENVOY", "ENVOIES", "ENVOYS")
    assert agents["SOLDIER"].forms == ("SOLDIER", "SOLDIERS")
    assert agents["HARBOUR_GUARD"].forms == ("HARBOUR_GUARD",)
    assert agents["HARBOUR_GUARD"].code == "COP"
    assert agents["RELIEF_BODY"].forms == ("RELIEF_BODY", "RELIEF_BODIES")
    assert agents["RELIEF_BODY"].prefix
    assert agents["ASSEMBLY!PERSON!"].forms == ("ASSEMBLYMAN", "ASSEMBLYMEN", "ASSEMBLYWOMAN", "ASSEMBLYWOMEN")
    assert not faults


def test_regular_verb_forms() -> None:
    assert set(regular_forms("DEPLORE")) == {"DEPLORE", "DEPLORES", "DEPLORED", "DEPLORING"}
    assert {"CARRIES", "CARRIED", "CARRYING"} <= set(regular_forms("CARRY"))
    assert {"STOPPED", "STOPPING"} <= set(regular_forms("STOP"))


def test_verbs_patterns_sets_and_transformations() -> None:
    legacy = world()
    assert legacy.synset_words["DEAL"] == {"TREATY", "TREATIES", "PACT", "PACTS", "ACCORD", "ACCORDS"}
    assert "TIMBERS" not in legacy.synset_words["GOODS"]
    assert ("SALTED", "FISH") in legacy.synset_phrases["GOODS"]
    assert [t.code for t in legacy.transformations] == ["015", "138"]
    assert {"STRUCK", "MET", "SAID"} <= set(legacy.forms)
    assert "HUGS" in legacy.forms
    assert any("&NOWHERE is defined nowhere" in f.message and f.line for f in legacy.faults)


@pytest.mark.parametrize(
    ("line", "message"),
    [("+SYNONYM", "before any name"), ("[COD]", "before any name"), ("LOOSE\nNEXT [NXT]", "has no code"), ("A [AAA", "not closed"), ("A [AAA] tail", "unused")],
)  # fmt: skip
def test_actor_lines_that_cannot_be_used_are_reported(line: str, message: str) -> None:
    faults: list[Fault] = []
    parse_actors(dictionary_lines(line), "f", faults)
    assert any(message in f.message and f.path == "f" and f.line for f in faults)


@pytest.mark.parametrize(
    ("line", "message"),
    [("- A * B", "without a code"), ("- A [010]", "without the verb's *"), ("* B [010]", "without its hyphen"), ("~ a b", "not a transformation"),
     ("-FOO", "not a verb"), ("- * B [###]", "null")],
)  # fmt: skip
def test_verb_lines_that_cannot_be_used_are_reported(line: str, message: str) -> None:
    faults: list[Fault] = []
    parse_verbs(dictionary_lines(f"--- ACT [010] ---\nACT\n{line}\n"), "f", faults)
    assert any(message in f.message and f.line == 3 for f in faults)


def test_issues_and_meanings() -> None:
    faults: list[Fault] = []
    issues = parse_issues(
        dictionary_lines('<ISSUE CATEGORY="SEA">\nn:herring [HERRING]\nold+harbour\n~~folk tale\n'), "f", faults
    )
    assert [(i.words, i.code, i.mark) for i in issues] == [
        (("HERRING",), "HERRING", "n"),
        (("OLD", "HARBOUR"), "SEA", ""),
        (("FOLK", "TALE"), "SEA", "~~"),
    ]
    assert parse_meanings(dictionary_lines("1222:-0xFFFF+0x2046+0x300\n---:0\n"), "f", faults) == {
        "1222": -0xFFFF + 0x2046 + 0x300,
        "---": 0,
    }
    assert not faults


def test_words_are_cut_at_blanks_underscores_and_hyphens() -> None:
    assert words_of("al-Ask_port's gate") == ("AL", "ASK", "PORT", "'S", "GATE")


def test_the_cache_gives_the_same_dictionaries_and_may_be_deleted_or_damaged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENTCODER_CACHE", str(tmp_path / "cache"))
    files = []
    for name, text in (("a.actors.txt", ACTORS), ("a.agents.txt", AGENTS), ("a.verbs.txt", VERBS)):
        (tmp_path / name).write_text(text, "utf-8")
        files.append(tmp_path / name)
    fresh = load_legacy(files)
    stored = list((tmp_path / "cache").iterdir())
    assert len(stored) == 1
    json.loads(stored[0].read_text("utf-8").split("\n", 3)[3])  # plain data, nothing that runs
    again = load_legacy(files)
    assert again.names == fresh.names
    assert [again.actor(i) for i in range(len(again.actors))] == [fresh.actor(i) for i in range(len(fresh.actors))]
    assert [again.block(i) for i in range(len(again.patterns))] == [fresh.block(i) for i in range(len(fresh.patterns))]
    assert again.faults == fresh.faults
    stored[0].write_text("{", "utf-8")
    assert cache.read(fresh.sha256) is None
    assert load_legacy(files).names == fresh.names
    (tmp_path / "a.actors.txt").write_text(ACTORS + "NEWLAND [NEW]\n", "utf-8")
    assert "NEWLAND" in load_legacy(files).names


def test_native_files_are_not_legacy(tmp_path: Path) -> None:
    path = tmp_path / "x.yaml"
    path.write_text("- code: GOV\n  nouns: [envoy]\n", "utf-8")
    assert not is_legacy(path)


def test_codes_of_an_own_list_are_kept_and_cameo_ones_fall_back() -> None:
    known = frozenset({"01", "010", "19", "190", "193"})
    mine = compile_legacy([LegacyFile.of(Path("v.txt"), "--- A [987] ---\nACT\n--- B [345] ---\nBACK\n")])
    mine.use_ontology(known)
    assert mine.own_codes
    assert mine.fallback("987") == "987"
    text = (
        "".join(f"--- V{i} [190] ---\nVERB{chr(65 + i)}\n- * WORD{chr(65 + i)} [193]\n" for i in range(20))
        + "- * ODD [1938]\n"
    )
    cameo = compile_legacy([LegacyFile.of(Path("v.txt"), text)])
    cameo.used_codes = frozenset([*known, *(f"19{i}" for i in "0")])
    cameo.use_ontology(known)
    assert not cameo.own_codes
    assert cameo.fallback("1938") == "193"
    assert cameo.fallback("777") is None
