"""Loading dictionaries: every fault with its file and line, layers, dated roles, word lists."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from coder.dictionary.check import check_dictionaries
from coder.dictionary.compiled import normalize
from coder.dictionary.load import load_dictionaries
from coder.errors import DictionaryError

FAULTS = [
    ("actors.yaml", "- name: Zubia\n  kind: country\n", 1, "code"),
    ("actors.yaml", "- name: A\n  kind: person\n  roles:\n    - {code: ZUBGOV, from: 2020-01-02, to: 2019-01-01}\n", 4, "ends"),
    ("actors.yaml", "- name: A\n  kind: planet\n  code: ZUB\n", 1, "kind"),
    ("actors.yaml", "- name: A\n  kind: person\n  code: zub\n", 1, "actor code"),
    ("agents.yaml", "- code: GOV\n  nouns: [minister]\n  colour: red\n", 1, "colour"),
    ("verbs.yaml", "- trigger: [bomb]\n  frames:\n    - code: 190\n", 3, "quotes"),
    ("verbs.yaml", '- trigger: [bomb]\n  frames:\n    - code: "190"\n      widht: actor\n', 3, "widht"),
    ("verbs.yaml", '- trigger: [bomb]\n  noun: [bomb]\n  frames: [{code: "190"}]\n', 1, "exactly one"),
    ("verbs.yaml", '- trigger: [bomb]\n  frames:\n    - code: "190"\n      object: [$nowhere]\n', 3, "$nowhere"),
    ("verbs.yaml", '- trigger: [bomb]\n  frames:\n    - code: "190"\n      examples: [{text: x, events: [ZUB BOMB]}]\n', 4, "SOURCE CODE TARGET"),
    ("verbs.yaml", "- trigger: [bomb\n  frames: []\n", 2, "not YAML"),
    ("verbs.yaml", '- trigger: [bomb]\n  trigger: [shell]\n  frames: [{code: "190"}]\n', 2, "given twice"),
    ("verbs.yaml", "sets:\n  a: [b]\n", 2, "unknown section"),
    ("verbs.yaml", "- just words\n", 0, "expected an entry"),
    ("verbs.yaml", "- !!python/object/apply:os.system [ls]\n", 1, "not YAML"),
    ("verbs.yaml", "? [bomb]\n: [shell]\n", 1, "a key that is no word"),
    ("verbs.yaml", "5\n", 0, "expected entries"),
    ("verbs.yaml", "bomb\n", 0, "expected entries"),
    ("verbs.yaml", "[" * 60_000, 1, "nest 60 deep"),
    ("verbs.yaml", "".join(f"{' ' * n}a:\n" for n in range(3000)), 61, "nest 60 deep"),
    ("verbs.yaml", "lists:\n  arms:\n", 2, "no list of words"),
    ("verbs.yaml", "lists:\n  arms: &a [gun, *a]\n", 2, "recursive"),
    ("verbs.yaml", "composition:\n  intend:\n", 2, "no table of codes"),
    ("verbs.yaml", 'composition:\n  intend: {"04": [036]}\n', 2, "no table of codes"),
    ("verbs.yaml", "irregular_forms:\n  go: {past: went}\n", 2, "are no words"),
    ("verbs.yaml", "- trigger: ['']\n  frames: [{code: \"190\"}]\n", 1, "without letters"),
    ("verbs.yaml", '- trigger: [bomb]\n  frames:\n    - code: "190"\n      object: {nuon: [town]}\n', 3, "object"),
    ("verbs.yaml", '- trigger: [bomb]\n  frames:\n    - code: "190"\n      object: [[town]]\n', 3, "found a list"),
    ("actors.yaml", "- name: A\n  kind: person\n  country: ZUB\n  roles:\n    - {code: ZUBGOV, from: 2020-13-45}\n", 5, "month must be"),
    ("actors.yaml", f"- name: {'9' * 5000}\n  kind: person\n  country: ZUB\n", 1, "no value that can be read"),
    ("actors.yaml", "- name: ' '\n  kind: person\n  country: ZUB\n", 1, "without letters"),
    ("actors.yaml", "- {name: A, kind: country, code: ZUB, metonyms: {GOV: {a: b}}}\n", 1, "expected words"),
    ("agents.yaml", "- code: GOV\n  nouns: ['{ministers}']\n", 1, "without letters"),
]


@pytest.mark.parametrize(("name", "text", "line", "words"), FAULTS, ids=[f[3] for f in FAULTS])
def test_faults_name_file_and_line(tmp_path: Path, name: str, text: str, line: int, words: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(DictionaryError) as caught:
        load_dictionaries([tmp_path], gazetteer=False)
    shown = str(caught.value)
    assert words in shown
    assert f"{tmp_path / name}:{line}:" in shown if line else str(tmp_path / name) in shown


def test_word_lists_in_themselves(tmp_path: Path) -> None:
    (tmp_path / "lists.yaml").write_text("lists: {arms: [gun, $tanks], tanks: [tank, $arms]}\n")
    (tmp_path / "verbs.yaml").write_text('- trigger: [fire]\n  frames:\n    - code: "190"\n      object: [$arms]\n')
    with pytest.raises(DictionaryError, match=r"verbs.yaml:3: .*stands in itself"):
        load_dictionaries([tmp_path], gazetteer=False)


def test_all_faults_at_once(tmp_path: Path) -> None:
    (tmp_path / "verbs.yaml").write_text("".join(f"- trigger: [v{i}]\n  frames: [{{code: {i}}}]\n" for i in range(7)))
    with pytest.raises(DictionaryError) as caught:
        load_dictionaries([tmp_path], gazetteer=False)
    assert len(caught.value.faults) == 7


def test_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes("- name: Zürich\n".encode("latin-1"))
    with pytest.raises(DictionaryError, match="not UTF-8"):
        load_dictionaries([tmp_path], gazetteer=False)


BASE = """
- name: Zubia
  kind: country
  code: ZUB
  adjectives: [Zubian]
- name: Ada Zub
  kind: person
  aliases: [Zub]
  country: ZUB
  before: ZUBOPP
  roles:
    - {code: ZUBGOV, from: 2010-05-01, to: 2014-04-30}
    - {code: ZUBLEG, from: 2016-01-01}
"""
ROLES = [
    ("2010-04-30", "ZUBOPP"),
    ("2010-05-01", "ZUBGOV"),
    ("2014-04-30", "ZUBGOV"),
    ("2014-05-01", "ZUBELI"),
    ("2016-01-01", "ZUBLEG"),
    ("2030-01-01", "ZUBLEG"),
]


@pytest.mark.parametrize(("day", "code"), ROLES)
def test_role_as_of_the_day(tmp_path: Path, day: str, code: str) -> None:
    (tmp_path / "a.yaml").write_text(BASE)
    loaded = load_dictionaries([tmp_path], gazetteer=False)
    actor = next(a for a in loaded.actors.values() if a.kind == "person")
    assert actor.code_on(dt.date.fromisoformat(day))[0] == code


def test_layers_add_replace_and_remove(tmp_path: Path) -> None:
    base, mine = tmp_path / "base", tmp_path / "mine"
    base.mkdir()
    mine.mkdir()
    (base / "a.yaml").write_text(BASE)
    (base / "verbs.yaml").write_text('- trigger: [bomb, shell]\n  frames: [{code: "190"}]\n')
    (mine / "a.yaml").write_text("- {name: Ada Zub, kind: person, code: ZUBMIL}\n- {name: Zubia, remove: true}\n- {name: Yland, kind: country, code: YLA}\n")
    (mine / "verbs.yaml").write_text('- trigger: [bomb]\n  replace: true\n  frames: [{code: "195"}]\n- trigger: [shell]\n  remove: true\n')
    loaded = load_dictionaries([base], [mine], gazetteer=False)
    assert {(a.name, a.code) for a in loaded.actors.values()} == {("Ada Zub", "ZUBMIL"), ("Yland", "YLA")}
    assert [f.code for f in loaded.frames[("verb", "bomb")]] == ["195"]
    assert ("verb", "shell") not in loaded.frames


@pytest.mark.parametrize(
    ("word", "key"), [("U.S.", "us"), ("Türkiye", "turkiye"), ("Erdoğan", "erdogan"), ("O'Neill", "oneill"), ("Łódź", "lodz")]
)
def test_normalize(word: str, key: str) -> None:
    assert normalize(word) == key


CHECKS = [
    ('- trigger: [bomb]\n  frames: [{code: "999", examples: [{text: x}]}]\n', "not in the ontology"),
    ('- trigger: [bomb]\n  frames: [{code: "190"}]\n', "without an example"),
    ('- trigger: [bomb]\n  frames: [{code: "190"}, {code: "195"}]\n', "same wording"),
    ("- trigger: [bomb]\n  frames: [{stance: dream, code: '190'}]\n", 'no composition for the stance "dream"'),
    ("- {name: A B, kind: person, code: ZUBGOV, aliases: [minister]}\n- {code: GOV, nouns: [minister]}\n", "role noun"),
    ("- {name: A B, kind: person, code: ZUBGOV}\n- {name: C D, kind: organization, code: YLAGOV, aliases: [A B]}\n", "at the same time"),
    ("- name: A B\n  kind: person\n  roles:\n  - {code: ZUBGOV, from: 2010-01-01, to: 2012-01-01}\n  - {code: ZUBOPP, from: 2011-01-01}\n", "overlap"),
]


@pytest.mark.parametrize(("text", "words"), CHECKS, ids=[c[1] for c in CHECKS])
def test_linter(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "a.yaml").write_text(text)
    found = [str(f) for f in check_dictionaries([tmp_path])]
    assert any(words in f and "a.yaml:" in f for f in found), found
