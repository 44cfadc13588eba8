"""Coding with legacy dictionaries about invented countries: who, whom, what, and what the older coders got wrong."""

from __future__ import annotations

import pytest
from legacy_world import ACTORS, AGENTS, SEQUENCES, sentence, world

from coder.legacy.code import code_legacy_sentences
from coder.options import Options
from coder.records import Reject, Status

GREETED = "greeted greet VERB"
WORLD = world()
WORDS = world(("a.actors.txt", ACTORS), ("a.agents.txt", AGENTS), ("s.verbs.txt", SEQUENCES))


def coded(
    rows: str, day: str = "2001-05-01", legacy: object = WORLD, *, monadic: bool = False
) -> set[tuple[str, str, str]]:
    events = code_legacy_sentences([sentence(rows, day)], legacy, Options(monadic=monadic))  # type: ignore[arg-type]
    return {(e.source.code, e.target.code if e.target else "---", e.code) for e in events}


def test_coordinated_sources_and_targets_are_all_coded() -> None:
    rows = """
    Vellaria Vellaria PROPN 4 nsubj
    and and CCONJ 3 cc
    Nordmark Nordmark PROPN 1 conj
    greeted greet VERB 0 root
    Ostravia Ostravia PROPN 4 obj
    , , PUNCT 7 punct
    Dromm Dromm PROPN 5 conj
    and and CCONJ 9 cc
    Lastland Lastland PROPN 5 conj
    """
    assert coded(rows) == {(s, t, "050") for s in ("VEL", "NRD") for t in ("OST", "DRM", "LST")}


def test_an_entry_of_several_actors_is_kept_apart() -> None:
    rows = (
        "Marsh Marsh PROPN 2 compound\nLeague League PROPN 3 nsubj\ngreeted greet VERB 0 root\nDromm Dromm PROPN 3 obj"
    )
    assert coded(rows) == {("TAM", "DRM", "050"), ("RIN", "DRM", "050")}


def test_agents_add_their_letters_before_and_after() -> None:
    rows = """
    Vellarian Vellarian ADJ 3 amod
    relief relief NOUN 3 compound
    bodies body NOUN 4 nsubj
    greeted greet VERB 0 root
    the the DET 6 det
    envoys envoy NOUN 4 obj
    of of ADP 8 case
    Nordmark Nordmark PROPN 6 nmod
    and and CCONJ 10 cc
    Dromm Dromm PROPN 8 conj
    """
    assert coded(rows) == {("NGOVEL", "NRDGOV", "050"), ("NGOVEL", "DRMGOV", "050")}


def test_a_coordinated_modifier_gives_two_actors() -> None:
    rows = """
    Vellarian Vellarian ADJ 4 amod
    and and CCONJ 3 cc
    Drommer Drommer ADJ 1 conj
    soldiers soldier NOUN 5 nsubj
    struck strike VERB 0 root
    Nordmark Nordmark PROPN 5 obj
    """
    assert coded(rows) == {("VELMIL", "NRD", "190"), ("DRMMIL", "NRD", "190")}


@pytest.mark.parametrize(
    ("day", "code"),
    [("1998-05-01", "OSTOPP"), ("1999-01-01", "OSTGOV"), ("2004-12-31", "OSTGOV"), ("2020-01-01", "OSTELI")],
)
def test_dated_codes(day: str, code: str) -> None:
    assert coded("Quillon Quillon PROPN 2 nsubj\ngreeted greet VERB 0 root\nDromm Dromm PROPN 2 obj", day) == {
        (code, "DRM", "050")
    }


def test_of_two_open_ranges_the_later_counts() -> None:
    rows = "Tessa Tessa PROPN 3 nsubj\nVoss Voss PROPN 1 flat\ngreeted greet VERB 0 root\nDromm Dromm PROPN 3 obj"
    assert coded(rows, "2016-01-01") == {("VELREB", "DRM", "050")}


def test_names_known_to_code_to_nothing_and_parts_of_words_give_no_actor() -> None:
    rows = "Inland Inland PROPN 2 compound\nSea Sea PROPN 3 nsubj\ngreeted greet VERB 0 root\nDromm Dromm PROPN 3 obj"
    assert coded(rows) == set()
    assert coded("pro-Nordmark pro-Nordmark PROPN 2 nsubj\ngreeted greet VERB 0 root\nDromm Dromm PROPN 2 obj") == set()


PASSIVE = "Nordmark Nordmark PROPN 3 nsubj:pass\nwas be AUX 3 aux:pass\nstruck strike VERB 0 root\nby by ADP 5 case\nDromm Dromm PROPN 3 obl"


def test_the_passive_swaps_source_and_target() -> None:
    assert coded(PASSIVE) == {("DRM", "NRD", "190")}


@pytest.mark.parametrize(
    ("words", "code"),
    [("the the DET 4 det\ntreaty treaty NOUN 2 obj", "057"), ("timber timber NOUN 4 compound\nconvoy convoy NOUN 2 obj", "073"),
     ("timbers timber NOUN 4 compound\nflag flag NOUN 2 obj", "050")],
)  # fmt: skip
def test_nouns_phrases_and_sets(words: str, code: str) -> None:
    rows = f"Vellaria Vellaria PROPN 2 nsubj\ngreeted greet VERB 0 root\n{words}\nwith with ADP 6 case\nDromm Dromm PROPN 4 nmod"
    assert coded(rows) == {("VEL", "DRM", code)}


def test_a_slot_in_a_prepositional_phrase_names_the_source() -> None:
    rows = "Vellaria Vellaria PROPN 2 nsubj\ngreeted greet VERB 0 root\nfish fish NOUN 2 obj\nfrom from ADP 5 case\nDromm Dromm PROPN 2 obl"
    assert coded(rows) == {("DRM", "VEL", "033")}


def test_a_skipped_actor_is_not_the_target() -> None:
    rows = """
    Vellaria Vellaria PROPN 2 nsubj
    struck strike VERB 0 root
    at at ADP 4 case
    Ostravia Ostravia PROPN 2 obl
    with with ADP 6 case
    Dromm Dromm PROPN 2 obl
    """
    assert coded(rows) == {("VEL", "DRM", "193")}


def test_a_null_pattern_cancels_the_event() -> None:
    rows = "Vellaria Vellaria PROPN 2 nsubj\nstruck strike VERB 0 root\nbargains bargain NOUN 2 obj\nwith with ADP 5 case\nDromm Dromm PROPN 3 nmod"
    assert coded(rows) == set()
    assert coded("Sickness sickness NOUN 2 nsubj\nstruck strike VERB 0 root\nDromm Dromm PROPN 2 obj") == set()


def test_pairs_reversed_codes_and_compounds() -> None:
    met = "Vellaria Vellaria PROPN 2 nsubj\nmet meet VERB 0 root\nDromm Dromm PROPN 2 obj"
    assert coded(met) == {("VEL", "DRM", "040"), ("DRM", "VEL", "041")}
    praise = "Vellaria Vellaria PROPN 2 nsubj\nmet meet VERB 0 root\npraise praise NOUN 2 obj\nfrom from ADP 5 case\nDromm Dromm PROPN 3 nmod"
    assert coded(praise) == {("DRM", "VEL", "051")}
    both = "Vellaria Vellaria PROPN 4 nsubj\nand and CCONJ 3 cc\nDromm Dromm PROPN 1 conj\nmet meet VERB 0 root"
    assert coded(both) == {("VEL", "DRM", "046"), ("DRM", "VEL", "046")}


def test_negation_of_v2_labels_and_of_pairs() -> None:
    helped = "Vellaria Vellaria PROPN 4 nsubj\ndid do AUX 4 aux\nnot not PART 4 advmod\nhelp help VERB 0 root\nDromm Dromm PROPN 4 obj"
    assert coded(helped) == {("VEL", "DRM", "122")}
    met = helped.replace("help help", "meet meet")
    assert coded(met) == {("VEL", "DRM", "125"), ("DRM", "VEL", "125")}
    struck = sentence(helped.replace("help help", "strike strike"))
    assert {e.status for e in code_legacy_sentences([struck], WORLD, Options())} == {Status.NEGATED}


def test_a_transformation_and_the_pronoun_of_the_inner_clause() -> None:
    rows = """
    Vellaria Vellaria PROPN 2 nsubj
    said say VERB 0 root
    it it PRON 5 nsubj
    would would AUX 5 aux
    strike strike VERB 2 ccomp
    Dromm Dromm PROPN 5 obj
    """
    assert coded(rows) == {("VEL", "DRM", "015")}


def test_a_transformation_of_two_meanings_needs_both() -> None:
    rows = """
    Vellaria Vellaria PROPN 2 nsubj
    said say VERB 0 root
    it it PRON 4 nsubj
    planned plan VERB 2 ccomp
    to to PART 6 mark
    strike strike VERB 4 xcomp
    Dromm Dromm PROPN 6 obj
    """
    assert coded(rows) == {("VEL", "DRM", "138")}
    assert coded(rows.replace("planned plan VERB", "dared dare VERB")) == {("VEL", "DRM", "015")}


def test_verbs_of_several_words_and_forms_that_are_none() -> None:
    rows = "Vellaria Vellaria PROPN 2 nsubj\ncalled call VERB 0 root\noff off ADP 2 compound:prt\ntalks talk NOUN 2 obj\nwith with ADP 6 case\nDromm Dromm PROPN 4 nmod"
    assert coded(rows) == {("VEL", "DRM", "160")}
    assert coded("Vellaria Vellaria PROPN 2 nsubj\ngreetes greet VERB 0 root\nDromm Dromm PROPN 2 obj") == set()


def test_word_sequences() -> None:
    rows = "Vellaria Vellaria PROPN 2 nsubj\nseized seize VERB 0 root\ntwo two NUM 5 nummod\nlong long ADJ 5 amod\nships ship NOUN 2 obj\nof of ADP 7 case\nDromm Dromm PROPN 5 nmod"
    assert coded(rows, legacy=WORDS) == {("VEL", "DRM", "171")}
    boats = rows.replace("long long ADJ 5 amod", "old old ADJ 5 amod").replace("ships ship", "boat boat")
    assert coded(boats, legacy=WORDS) == {("VEL", "DRM", "171")}
    negated = "Vellaria Vellaria PROPN 4 nsubj\nwill will AUX 4 aux\nnot not PART 4 advmod\nseize seize VERB 0 root\nDromm Dromm PROPN 4 obj"
    assert coded(negated, legacy=WORDS) == {("VEL", "DRM", "087")}


@pytest.mark.parametrize("last", ["regatta", "Cup"])
def test_discards_at_the_end_and_before_a_comma(last: str) -> None:
    tail = "final final NOUN 4 flat\n, , PUNCT 2 punct" if last == "Cup" else ", , PUNCT 2 punct"
    rows = f"Vellaria Vellaria PROPN 2 nsubj\ngreeted greet VERB 0 root\nDromm Dromm PROPN 2 obj\n{last} {last} NOUN 2 obl\n{tail}"
    assert coded(rows) == set()
    rejects: list[Reject] = []
    code_legacy_sentences([sentence(rows)], WORLD, Options(), rejects.append)
    assert [r.reason.value for r in rejects] == ["discarded"]


def test_a_story_discard_drops_the_document() -> None:
    plain = sentence("Vellaria Vellaria PROPN 2 nsubj\ngreeted greet VERB 0 root\nDromm Dromm PROPN 2 obj")
    tale = sentence("folk folk NOUN 2 compound\ntales tale NOUN 0 root")
    assert code_legacy_sentences([plain, tale], WORLD, Options()) == []
    assert code_legacy_sentences([plain], WORLD, Options())


def test_monadic_events_only_where_asked_for() -> None:
    rows = "Vellaria Vellaria PROPN 2 nsubj\nstruck strike VERB 0 root"
    assert coded(rows) == set()
    assert coded(rows, monadic=True) == {("VEL", "---", "190")}


def test_a_cycle_in_the_tree_does_no_harm() -> None:
    from dataclasses import replace

    one = sentence("Vellaria Vellaria PROPN 2 nsubj\nstruck strike VERB 0 root\nDromm Dromm PROPN 2 obj")
    looped = replace(one, heads=(1, 2, 1))
    assert isinstance(code_legacy_sentences([looped], WORLD, Options()), list)


@pytest.mark.parametrize(
    ("rows", "events"),
    [("Dromm Dromm VERB 0 root\nand and CCONJ 1 cc\nVellaria Vellaria PROPN 4 nsubj\ngreeted greet VERB 1 conj\nLastland Lastland PROPN 4 obj",
      {("DRM", "LST", "050"), ("VEL", "LST", "050")}),
     ("Vellaria Vellaria PROPN 2 nsubj\nhelped help VERB 0 root\nto to PART 4 mark\nDromm Dromm VERB 2 advcl", {("VEL", "DRM", "070")}),
     ("Papers paper NOUN 2 nsubj\nreleased release VERB 0 root\nin in ADP 4 case\nVellaria Vellaria PROPN 2 obl\ngreeted greet VERB 2 advcl\nDromm Dromm PROPN 5 obj",
      {("VEL", "DRM", "050")}),
     ("Dromm Dromm PROPN 6 nsubj\ngreeted greet VERB 6 ccomp\nVellaria Vellaria PROPN 2 obj\n, , PUNCT 6 punct\nenvoys envoy NOUN 6 nsubj\nsaid say VERB 0 root",
      {("DRM", "VEL", "050")}),
     ("Dromm Dromm PROPN 2 nsubj\nleft leave VERB 0 root\nafter after ADP 4 case\nVellaria Vellaria PROPN 2 obl\nstruck strike VERB 2 advcl\nOstravia Ostravia PROPN 5 obj",
      {("VEL", "OST", "190")}),
     ("There there PRON 2 expl\nwere be VERB 0 root\nDrommer Drommer ADJ 4 amod\nsoldiers soldier NOUN 2 nsubj\ngreeted greet VERB 4 acl\nin in ADP 7 case\nOstravia Ostravia PROPN 5 obl",
      {("OST", "DRMMIL", "050")})],
)  # fmt: skip
def test_faults_of_a_parse_that_can_be_told_are_mended(rows: str, events: set[tuple[str, str, str]]) -> None:
    lines = rows.splitlines()
    one = sentence(rows)
    from dataclasses import replace

    one = replace(one, xpos=tuple("VBD" if line.split()[2] == "VERB" else "X" for line in lines))
    found = code_legacy_sentences([one], WORLD, Options())
    assert {(e.source.code, e.target.code if e.target else "---", e.code) for e in found} == events


def test_a_word_of_a_pattern_is_no_verb_of_its_own() -> None:
    text = "--- ALLOW [050] ---\nALLOW\n- * STRIKE [066]\n--- STRIKE [190] ---\nSTRIKE {STRUCK}\n"
    legacy = world(("a.actors.txt", ACTORS), ("s.verbs.txt", text))
    rows = "Vellaria Vellaria PROPN 2 nsubj\nallowed allow VERB 0 root\nDromm Dromm PROPN 2 obj\nto to PART 5 mark\nstrike strike VERB 2 xcomp\nOstravia Ostravia PROPN 5 obj"
    assert coded(rows, legacy=legacy) == {("VEL", "DRM", "066")}


def test_a_speaker_after_a_quotation_has_an_event_of_his_own() -> None:
    rows = "Dromm Dromm PROPN 2 nsubj\ngreeted greet VERB 6 ccomp\nVellaria Vellaria PROPN 2 obj\n, , PUNCT 6 punct\nenvoys envoy NOUN 6 nsubj\nsaid say VERB 0 root"
    assert coded(rows, monadic=True) == {("DRM", "VEL", "050"), ("---GOV", "---", "010")}
