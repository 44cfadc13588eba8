"""Mutated dictionary lines and records: nothing crashes or hangs, no line is lost without a report."""

from __future__ import annotations

import random
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from legacy_world import ACTORS, AGENTS, DISCARDS, SEQUENCES, VERBS, sentence

from coder.errors import Fault, InputError
from coder.legacy.actors import parse_actors
from coder.legacy.agents import parse_agents
from coder.legacy.code import code_legacy_sentences
from coder.legacy.convert import import_files
from coder.legacy.load import LegacyFile, compile_legacy
from coder.legacy.others import parse_discards, parse_issues, parse_meanings
from coder.legacy.text import dictionary_lines
from coder.legacy.trace import LegacyTrace
from coder.legacy.verbs import parse_verbs
from coder.legacy.xml_input import read_legacy_input, read_xml
from coder.options import LegacyOptions, Options
from coder.records import Reject

SEEDS = [line for text in (ACTORS, AGENTS, VERBS, SEQUENCES, DISCARDS) for line in text.splitlines() if line.strip()]
SEEDS += [
    "n:herring [SEA]",
    '<ISSUE CATEGORY="X">',
    "010:0x1000-0xFFFF",
    "AA [AAA 1920030320-20060520]",
    "- * (TO/FOR {&GOODS X}) ^ % [:173]",
]
CHARACTERS = "[](){}<>*+-~&$%^_#:;/!=.,'\" \t0123456789ABCDEFabc\u00e9\ufffd\u2028\0"
RECORD = (
    '<Sentences><Sentence date="20010501" id="a_1" evaluate="true"><Text>Vellaria greeted Dromm.</Text><Parse>'
    "1\tVellaria\tVellaria\tPROPN\t_\t_\t2\tnsubj\t_\t_\n2\tgreeted\tgreet\tVERB\t_\t_\t0\troot\t_\t_\n3\tDromm\tDromm\tPROPN\t_\t_\t2\tdobj\t_\t_\n"
    '</Parse></Sentence><Article date="950101" id="b"><Text>Dromm struck.</Text></Article></Sentences>'
)


def mutate(text: str, chance: random.Random) -> str:
    """A text with a few characters added, dropped, doubled or replaced."""
    letters = list(text)
    for _ in range(chance.randint(1, 4)):
        place = chance.randrange(len(letters) + 1)
        match chance.randrange(4):
            case 0:
                letters.insert(place, chance.choice(CHARACTERS))
            case 1 if letters:
                del letters[place - 1]
            case 2:
                letters[place:place] = letters[max(0, place - 5) : place]
            case _ if letters:
                letters[place - 1] = chance.choice(CHARACTERS)
    return "".join(letters)


def lines_used(lines: list[str]) -> None:
    """Every line that is no comment is an entry, a part of one or a fault, whatever file it stands in."""
    text = "\n".join(lines)
    said = list(dictionary_lines(text))
    faults: list[Fault] = []
    blocks = parse_actors(said, "f", faults)
    assert len(said) <= sum(len(b.names) + len(b.codes) for b in blocks) + len(faults)
    faults = []
    agents = parse_agents(said, "f", faults)
    definitions = sum(line.text.startswith("!") and "=" in line.text for line in said)
    assert len(said) <= len(agents) + definitions + len(faults)
    faults = []
    raw = parse_verbs(said, "f", faults)
    parts = sum(1 + len(b.verbs) + len(b.patterns) for b in raw.blocks) + len(raw.transformations)
    labels = sum(line.text.startswith("&") for line in said)
    assert len(said) <= parts + labels + sum(map(len, raw.synsets.values())) + len(faults)
    faults = []
    assert len(said) <= len(parse_discards(said, "f", faults)) + len(faults)
    faults = []
    tags = sum(line.text.startswith("<") for line in said)
    assert len(said) <= len(parse_issues(said, "f", faults)) + tags + len(faults)
    faults = []
    parse_meanings(said, "f", faults)
    assert all(f.line and f.path for f in faults)


def test_20000_mutated_lines_are_used_or_reported_and_code_without_a_crash() -> None:
    chance = random.Random(7)
    probe = sentence(
        "Vellaria Vellaria PROPN 2 nsubj\ngreeted greet VERB 0 root\nthe the DET 4 det\ntreaty treaty NOUN 2 obj\nof of ADP 6 case\nDromm Dromm PROPN 4 nmod"
    )
    slowest = 0.0
    for _ in range(500):
        lines = [mutate(chance.choice(SEEDS), chance) for _ in range(40)]
        began = time.perf_counter()
        lines_used(lines)
        legacy = compile_legacy(
            [LegacyFile.of(Path("m.txt"), "\n".join([*ACTORS.splitlines(), *lines])), LegacyFile.of(Path("v.txt"), VERBS + "\n".join(lines))]
        )
        code_legacy_sentences([probe], legacy, Options(monadic=True))
        slowest = max(slowest, time.perf_counter() - began)
    assert slowest < 5


@settings(max_examples=150, deadline=2000, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.one_of(st.sampled_from(SEEDS), st.text(max_size=60)), max_size=12))
def test_any_lines_are_used_or_reported(lines: list[str]) -> None:
    lines_used(lines)


def test_mutated_dictionaries_can_be_imported(tmp_path: Path) -> None:
    import yaml

    chance = random.Random(11)
    for number in range(60):
        path = tmp_path / f"m{number}.txt"
        path.write_text("\n".join(mutate(chance.choice(SEEDS), chance) for _ in range(30)), "utf-8", errors="replace")
        for text in import_files([path]).files.values():
            yaml.safe_load(text)


def test_mutated_records_are_read_refused_or_reported() -> None:
    chance = random.Random(3)
    read = 0
    for _ in range(2000):
        rejects: list[Reject] = []
        try:
            read += sum(1 for _ in read_xml(mutate(RECORD, chance), Path("m.xml"), rejects.append))
        except InputError as error:
            assert "m.xml" in str(error)
    assert read > 100


@pytest.mark.parametrize(
    "head",
    ['<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>', '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>', '<!DOCTYPE x SYSTEM "http://localhost/x.dtd">'],
)  # fmt: skip
def test_entities_and_document_types_are_refused(head: str, tmp_path: Path) -> None:
    path = tmp_path / "x.xml"
    path.write_text(f"{head}{RECORD.replace('Vellaria greeted', '&a;')}", "utf-8")
    with pytest.raises(InputError, match="refused"):
        list(read_legacy_input(path, lambda _: None))


def test_deep_nesting_is_no_trouble() -> None:
    text = "<a>" * 5000 + RECORD + "</a>" * 5000
    try:
        assert list(read_xml(text, Path("deep.xml"), lambda _: None)) == []
    except InputError as error:
        assert "deep.xml" in str(error)


@pytest.mark.parametrize(
    "text",
    ["[" * 200_000, "A " * 100_000 + "[X]", "--- A [010] ---\nV\n- * " + "(" * 50_000 + "[010]", "<!--" * 50_000, "A [X " + "9 " * 50_000 + "]",
     "~" * 100_000, "--- " + "- " * 50_000, "&A\n+&B\n&B\n+&A\n--- X [010] ---\nV\n- * &A [011]"],
)  # fmt: skip
def test_endless_lines_and_sets_within_themselves_take_no_time(text: str) -> None:
    began = time.perf_counter()
    compile_legacy([LegacyFile.of(Path("long.txt"), text)])
    assert time.perf_counter() - began < 5


def test_any_tree_is_coded_in_time_with_every_option() -> None:
    chance = random.Random(5)
    legacy = compile_legacy([LegacyFile.of(Path(n), t) for n, t in (("a.actors.txt", ACTORS), ("a.agents.txt", AGENTS), ("v.txt", VERBS), ("s.txt", SEQUENCES))])
    words = "Vellaria Nordmark Dromm Quillon envoys soldiers greeted struck said helped met seized released treaty boats , . and to by not that which it".split()
    relations = "nsubj nsubj:pass obj iobj obl nmod nmod:poss conj cc ccomp xcomp advcl acl acl:relcl amod compound flat appos punct mark case aux aux:pass cop parataxis root dep expl".split()
    numbers = dict.fromkeys(("comma_max", "comma_bmax", "comma_emax", "new_actor_length"), 9)
    every = Options(monadic=True, legacy=LegacyOptions(**numbers))
    began = time.perf_counter()
    coded = 0
    for _ in range(1500):
        n = chance.randint(1, 18)
        rows = []
        for k in range(n):
            word = chance.choice(words)
            usual = "PROPN" if word[0].isupper() else "VERB" if word.endswith("ed") or word in ("said", "met", "struck") else "NOUN"
            tag = usual if chance.random() < 0.8 else chance.choice(("VERB", "NOUN", "PROPN", "AUX", "PUNCT", "PRON", "ADJ"))
            rows.append(f"{word} {word.lower()} {tag} {k} {'dep' if k else 'root'}")
        one = sentence("\n".join(rows))
        one = replace(one, heads=tuple(chance.randint(-1, n - 1) for _ in range(n)), deprels=tuple(chance.choice(relations) for _ in range(n)),
                      xpos=tuple(chance.choice(("VBD", "NN")) for _ in range(n)))  # fmt: skip
        coded += len(code_legacy_sentences([one], legacy, every))
        code_legacy_sentences([one], legacy, Options(), on_sentence=lambda tree, coder, _: LegacyTrace(coder).tried_lines())
    assert coded > 50
    assert time.perf_counter() - began < 30
