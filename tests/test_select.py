"""Frames are left untried only where they cannot fit: coding with and without the shortcut is the same."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from coder.actors import SentenceMentions
from coder.coding import code_sentences
from coder.conllu import iter_conllu
from coder.dictionary.compiled import Condition, Frame
from coder.dictionary.select import FEW, Selector, needed_words
from coder.discourse import Discourse
from coder.resources import Resources, load_resources
from coder.spelling import Spelling, spelling
from tests.test_grammar import tree

DATA = Path(__file__).resolve().parent / "data"


def frame(number: int, trigger: str = "", **nouns: list[str]) -> Frame:
    conditions = tuple(
        Condition(function, frozenset(words), frozenset(), "none" if function == "without" else None, ())
        for function, words in nouns.items()
    )
    return Frame(f"f{number}", "verb", tuple(trigger.split()), conditions, ("subject",), ("object",), "010", None, (), False, None,
                 None, frozenset(), False, True, 0)  # fmt: skip


def words(text: str) -> list[Spelling]:
    return [spelling(word) for word in text.split()]


FRAMES = [
    frame(0),
    frame(1, "up"),
    frame(2, object=["talks", "peace conference"]),
    frame(3, "off", object=["attack"]),
    frame(4, without=["aid"]),
    frame(5, object=["relation"], **{"with": ["rebels"]}),
    frame(6, object=["talks"]),
]


def test_what_frames_need() -> None:
    assert needed_words(FRAMES[0], {}) == []
    assert needed_words(FRAMES[2], {}) == [frozenset({"talks", "conference"})]
    assert needed_words(FRAMES[3], {}) == [frozenset({"off"}), frozenset({"attack"})]
    assert needed_words(FRAMES[4], {}) == []


def test_selection_keeps_the_order_and_all_that_may_fit() -> None:
    assert len(FRAMES) > FEW
    selector = Selector(FRAMES, {})

    def chosen(text: str) -> list[str]:
        return [f.pattern_id for f in selector.select(words(text))]

    assert chosen("nothing of it") == ["f0", "f4"]
    assert chosen("talks went up") == ["f0", "f1", "f2", "f4", "f6"]
    assert chosen("a conference") == ["f0", "f2", "f4"]
    assert chosen("an attack") == ["f0", "f4"]
    assert chosen("relation with rebels") == ["f0", "f4", "f5"]
    assert [f.pattern_id for f in Selector(FRAMES[1:3], {}).select(words("up"))] == ["f1"]
    assert chosen("talks went up") == ["f0", "f1", "f2", "f4", "f6"]  # the same from memory
    assert Selector(FRAMES[1:2], {}).select([]) == ()  # the trigger is known, the sentence lacks its word


def test_a_table_of_many_telling_words_misses_none() -> None:
    nouns = [f"noun{n}" for n in range(3_000)]
    selector = Selector([frame(n, object=[noun]) for n, noun in enumerate(nouns)], {})
    for n in range(0, 3_000, 7):
        assert [f.pattern_id for f in selector.select(words(f"a noun{n} of Other words"))] == [f"f{n}"]
    assert selector.select(words("a Noun and others")) == ()


def test_a_trigger_that_no_dictionary_has_is_told_from_one_without_fitting_frames(resources: Resources) -> None:
    triggers = dict(zip(("verb", "noun", "adjective"), resources.dictionaries.triggers(), strict=True))
    verbs = triggers["verb"]
    assert verbs.select("qwertz", []) is None
    assert verbs.frames("qwertz") is None
    pos, head = next(k for k, found in resources.dictionaries.frames.items() if all(f.trigger for f in found))
    assert triggers[pos].select(head, []) == ()
    assert triggers[pos].frames(head) == resources.dictionaries.frames[pos, head]


def test_coding_is_the_same_with_every_frame_tried(resources: Resources) -> None:
    day = dt.date(2024, 5, 31)
    coded = 0
    for n, parsed in enumerate(iter_conllu(DATA / "examples.conllu")):
        if n % 5:
            continue
        sentences = [replace(s, publication_date=day) for s in parsed.sentences]
        events = code_sentences(sentences, resources.dictionaries, resources.options)
        assert events == code_sentences(sentences, resources.dictionaries, resources.options, lambda _: None, trace=True)
        coded += len(events)
    assert coded > 400


def test_dictionaries_in_turn_do_not_mix(resources: Resources, tmp_path: Path) -> None:
    """What dictionaries have under a word is kept with its spelling: that of one set must not count for another."""
    file = tmp_path / "actors" / "own.yaml"
    file.parent.mkdir()
    file.write_text("- {name: Mali, kind: country, code: XXX}\n", encoding="utf-8")
    other = load_resources([tmp_path])
    parsed = tree("Mali Mali PROPN 2 nsubj\nprotested protest VERB 0 root")

    def codes(loaded: Resources) -> list[str | None]:
        return [p.names[0].actor.code for p in SentenceMentions(parsed, loaded.dictionaries, Discourse()).names]

    assert [codes(r) for r in (resources, other, resources, other)] == [["MLI"], ["XXX"]] * 2
