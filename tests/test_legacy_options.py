"""PETRARCH's options: its configuration file, clauses between commas, names that stand for themselves; lines tried."""

from __future__ import annotations

from pathlib import Path

import pytest
from legacy_world import sentence, world
from typer.testing import CliRunner

from coder.cli import app
from coder.coding import SentenceTrace, code_sentences
from coder.dictionary.load import Dictionaries, load_dictionaries
from coder.errors import OptionsError
from coder.explain import attempt_lines, why_nothing
from coder.grammar import acyclic
from coder.legacy.code import code_legacy_sentences
from coder.legacy.commas import left_out
from coder.legacy.config import coding_options, read_config
from coder.legacy.model import item_text, pattern_text
from coder.options import LegacyOptions, Options
from coder.records import Sentence

WORLD = world()
# Vellaria greeted Dromm, an old ally, a spokesman said, though Nordmark struck Ostravia.
LONG = """
Vellaria Vellaria PROPN 2 nsubj
greeted greet VERB 0 root
Dromm Dromm PROPN 2 obj
, , PUNCT 7 punct
an a DET 7 det
old old ADJ 7 amod
ally ally NOUN 3 appos
, , PUNCT 11 punct
a a DET 10 det
spokesman spokesman NOUN 11 nsubj
said say VERB 2 parataxis
, , PUNCT 15 punct
though though SCONJ 15 mark
Nordmark Nordmark PROPN 15 nsubj
struck strike VERB 2 advcl
Ostravia Ostravia PROPN 15 obj
. . PUNCT 2 punct
"""
CONFIG = """\
# how to code
[Dictionaries]
verbfile_name = x.txt
[Options]
new_actor_length = 3   # words
require_dyad = False
comma_min = 2
comma_max = 8
stop_on_error = False
"""


def dropped(rows: str, **numbers: int) -> list[str]:
    one = sentence(rows)
    return [one.forms[i] for i in sorted(left_out(one, acyclic(one.heads), LegacyOptions(**numbers)))]


def coded(one: Sentence, **numbers: int) -> set[tuple[str, str, str]]:
    events = code_legacy_sentences([one], WORLD, Options(legacy=LegacyOptions(**numbers)))
    return {(e.source.code, e.target.code if e.target else "---", e.code) for e in events}


@pytest.mark.parametrize(
    ("numbers", "words"),
    [({}, ""), ({"comma_max": 8}, "a spokesman said"), ({"comma_max": 2}, ""), ({"comma_min": 4, "comma_max": 8}, ""),
     ({"comma_emax": 8}, "though Nordmark struck Ostravia"), ({"comma_emax": 3}, ""), ({"comma_bmax": 9}, "")],
)  # fmt: skip
def test_clauses_between_commas_are_left_out_by_their_length(numbers: dict[str, int], words: str) -> None:
    assert " ".join(dropped(LONG, **numbers)) == words


def test_a_clause_that_others_hang_on_stays_and_one_of_speech_does_not() -> None:
    first = """
    On on ADP 2 case
    Monday Monday PROPN 5 obl
    , , PUNCT 5 punct
    Vellaria Vellaria PROPN 5 nsubj
    greeted greet VERB 0 root
    Dromm Dromm PROPN 5 obj
    """
    assert dropped(first, comma_bmax=3) == ["On", "Monday"]
    assert dropped(first, comma_emax=9) == []
    quoted = """
    Vellaria Vellaria PROPN 2 nsubj
    struck strike VERB 6 ccomp
    Dromm Dromm PROPN 2 obj
    , , PUNCT 6 punct
    envoys envoy NOUN 6 nsubj
    said say VERB 0 root
    """
    assert dropped(quoted, comma_emax=9) == ["envoys", "said"]
    assert coded(sentence(quoted), comma_emax=9) == {("VEL", "DRM", "190")}


def test_what_is_left_out_is_not_coded() -> None:
    one = sentence(LONG)
    assert coded(one) == {("VEL", "DRM", "050"), ("NRD", "OST", "190")}
    assert coded(one, comma_emax=8) == {("VEL", "DRM", "050")}


@pytest.mark.parametrize(("length", "events"), [(0, set()), (1, set()), (2, {("VEL", '"OLD RIVAL"', "050")})])
def test_unknown_noun_phrases_stand_for_themselves_up_to_a_length(length: int, events: set[tuple[str, str, str]]) -> None:
    rows = "Vellaria Vellaria PROPN 2 nsubj\ngreeted greet VERB 0 root\nold old ADJ 4 amod\nrival rival NOUN 2 obj"
    assert coded(sentence(rows), new_actor_length=length) == events


def test_a_configuration_file(tmp_path: Path) -> None:
    path = tmp_path / "PETR_config.ini"
    path.write_text(CONFIG, "utf-8")
    assert read_config(path) == {"legacy": LegacyOptions(new_actor_length=3, comma_min=2, comma_max=8), "monadic": True}
    assert coding_options({"require_dyad": True}) == {"legacy": LegacyOptions(), "monadic": False}
    assert coding_options({}) == {"legacy": LegacyOptions()}


@pytest.mark.parametrize(
    ("text", "message"),
    [("[Options]\ncomma_max = many\n", "not a number"), ("[Options]\nnew_actor_length = -1\n", "not a number"),
     ("[Options]\nrequire_dyad = perhaps\n", "neither true nor false"), ("[Dictionaries]\nx = 1\n", "no section"), ("AAA [BBB]\n", "not a configuration")],
)  # fmt: skip
def test_faults_of_a_configuration_file_name_it(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "c.ini"
    path.write_text(text, "utf-8")
    with pytest.raises(OptionsError, match=message) as caught:
        read_config(path)
    assert "c.ini" in str(caught.value)
    assert caught.value.hint


def test_the_command_line_takes_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVENTCODER_CACHE", str(tmp_path / "cache"))
    from coder.conllu import format_sentence

    (tmp_path / "c.ini").write_text("[Options]\ncomma_emax = 8\n", "utf-8")
    body = [line for line in format_sentence(sentence(LONG)).splitlines() if not line.startswith("#")]
    (tmp_path / "one.conllu").write_text("\n".join(["# doc_id = one", "# date = 2001-05-01", *body, "", ""]), "utf-8")
    from legacy_world import ACTORS, AGENTS, VERBS

    given = []
    for name, text in (("a.actors.txt", ACTORS), ("a.agents.txt", AGENTS), ("a.verbs.txt", VERBS)):
        (tmp_path / name).write_text(text, "utf-8")
        given += ["--dictionaries", str(tmp_path / name)]
    counts = []
    for more in ([], ["--legacy-config", str(tmp_path / "c.ini")]):
        out = tmp_path / "events.jsonl"
        result = CliRunner().invoke(app, ["code", str(tmp_path / "one.conllu"), *given, *more, "-o", str(out)])
        assert result.exit_code == 0, result.output
        counts.append(len(out.read_text("utf-8").splitlines()))
    assert counts == [2, 1]


def traced(rows: str, **numbers: int) -> SentenceTrace:
    dictionaries: Dictionaries = load_dictionaries([], gazetteer=False)
    dictionaries.legacy = WORLD
    traces: list[SentenceTrace] = []
    options = Options(legacy=LegacyOptions(**numbers))
    code_sentences([sentence(rows)], dictionaries, options, traces.append, trace=True)
    return traces[0]


def test_explain_tells_the_lines_tried_and_why_each_does_not_match() -> None:
    rows = "Vellaria Vellaria PROPN 2 nsubj\ngreeted greet VERB 0 root\nthe the DET 4 det\ntreaty treaty NOUN 2 obj\nwith with ADP 6 case\nDromm Dromm PROPN 4 nmod"
    trace = traced(rows)
    assert [e.code for e in trace.events] == ["057"]
    lines = attempt_lines(trace)
    assert any("a.verbs.txt:17: - * &DEAL [057]: MATCHES, code 057" in line for line in lines)
    assert any("a.verbs.txt:15: the verb itself (greeted): does not count: a pattern fits" in line for line in lines)
    assert any("{&GOODS CONVOY} [073]: does not count: no member of &GOODS is in the sentence" in line for line in lines)
    assert any("(FROM $) [033]: does not count: no (FROM $) after the verb" in line for line in lines)
    assert trace.legacy is not None
    assert trace.legacy.actor_lines() == [
        "'Vellaria' -> VEL  [actor; a.actors.txt:3]", "'Dromm' -> DRM  [actor; a.actors.txt:15]"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "why"),
    [("Vellaria Vellaria PROPN 2 nsubj\nsang sing VERB 0 root", "no verb of the dictionaries"),
     ("Vellaria Vellaria PROPN 2 nsubj\ngreeted greet VERB 0 root\nrain rain NOUN 2 obj", "no verb has a target"),
     ("Rain rain NOUN 2 nsubj\ngreeted greet VERB 0 root\nDromm Dromm PROPN 2 obj", "no source"),
     ("Sickness sickness NOUN 2 nsubj\nstruck strike VERB 0 root\nDromm Dromm PROPN 2 obj", "the code is null"),
     ("Vellaria Vellaria PROPN 2 nsubj\ngreeted greet VERB 0 root\nregatta regatta NOUN 2 obj", "a discard stands")],
)  # fmt: skip
def test_explain_tells_why_there_is_no_event(rows: str, why: str) -> None:
    trace = traced(rows)
    assert not trace.events
    assert why in why_nothing(trace)


def test_patterns_are_written_as_they_were_read() -> None:
    texts = [pattern_text(p) for i in range(len(WORLD.patterns)) for p in WORLD.block(i)]
    assert {"- * {&GOODS CONVOY} [073]", "- * (FROM $) [033]", "- SICKNESS * [---]", "- % * [046:046]"} <= set(texts)
    assert item_text(WORLD.block(1)[2].after[0]) == "(AT ^)"
