"""What events are about (tests/data/issues.yaml), the index of words, and the issue files of users."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import DATA

from coder.coding import code_sentences
from coder.dictionary.check import check_dictionaries
from coder.dictionary.examples import EXAMPLE_DATE, Example, parse_examples
from coder.dictionary.issue_index import IssueIndex
from coder.dictionary.issues import IssueModel, tokens_of
from coder.dictionary.load import load_dictionaries
from coder.dictionary.search import find_word, statistics
from coder.errors import DictionaryError
from coder.explain import event_lines
from coder.legacy.load import load_legacy
from coder.pipeline import Model
from coder.records import Event
from coder.resources import Resources, load_resources, shipped_dictionaries
from coder.tables import event_row

CASES: list[tuple[str, dict[str, Any]]] = [
    (kind, case) for kind, cases in yaml.safe_load((DATA / "issues.yaml").read_text()).items() for case in cases
]
MINIMAL = """\
- issue: tea
  label: Tea
  description: The tea trade.
  words: [tea, "tea leaf{tea leaves}", {word: cup, near: [drink], not_near: [world]}]
  verbs: [brew tea, drink tea]
  names: [TEA, Boston Tea Party]
  not: [tea towel]
  examples: [The merchants brewed tea.]
"""


def events_of(text: str, resources: Resources, model: Model) -> list[Event]:
    example = Example("issues", "issues.yaml", 0, text, EXAMPLE_DATE, ())
    parsed = parse_examples([example], DATA / "issues.conllu", model)[example.key]
    sentences = [replace(s, publication_date=EXAMPLE_DATE) for s in parsed.sentences]
    return code_sentences(sentences, resources.dictionaries, resources.options)


@pytest.mark.parametrize(("kind", "case"), CASES, ids=[f"{k}: {c['text'][:60]} {c.get('only', '')}" for k, c in CASES])
def test_issues(kind: str, case: dict[str, Any], resources: Resources, model: Model) -> None:
    events = [e for e in events_of(case["text"], resources, model) if e.code.startswith(case.get("only", ""))]
    assert events or not case["issues"], "nothing was coded"
    for event in events:
        assert list(event.issues or ()) == case["issues"], (event.code, event.issue_rule)


def test_the_row_and_explain_tell_the_issues(resources: Resources, model: Model) -> None:
    event = events_of("Turkey deported Syrian refugees.", resources, model)[0]
    assert event_row(event, resources.ontology)["issues"] == ["migration", "refugees"]
    assert any(line.strip() == "about migration ('deported'); refugees ('refugees')" for line in event_lines(event, resources))
    plain = events_of("France praised Germany.", resources, model)[0]
    assert event_row(plain, resources.ontology)["issues"] is None


# ---- the shipped issues ----------------------------------------------------------------------------------------------


def test_there_are_many_issues_each_with_label_description_words_and_examples(resources: Resources) -> None:
    models = [model for model, _ in resources.dictionaries.issue_models]
    assert len({m.issue for m in models}) == len(models) >= 60
    for model in models:
        assert model.label and model.description and model.examples, model.issue
        assert len(model.words) + len(model.verbs) + len(model.names) >= 8, model.issue


def test_no_word_tells_two_issues_and_every_example_holds() -> None:
    assert [str(f) for f in check_dictionaries() if "/issues/" in f.path] == []


def test_every_word_can_be_found(resources: Resources) -> None:
    """No phrase is hidden behind a longer one, a `not` phrase or its own condition."""
    index = resources.dictionaries.issues
    for model, _ in resources.dictionaries.issue_models:
        for item in [*model.words, *model.names]:
            if isinstance(item, str):
                text = item.partition("{")[0]
                assert model.issue in {h.issue for h in index.find(tokens_of(text))}, (model.issue, item)


def test_look_ups_do_not_grow_with_the_dictionary(resources: Resources) -> None:
    index = resources.dictionaries.issues
    assert max(len(index.phrases[w]) for w in index.phrases) < 120
    assert sum(len(b) for b in index.phrases.values()) / len(index.phrases) < 8


# ---- the index -------------------------------------------------------------------------------------------------------


def tea_index(tmp_path: Path, text: str = MINIMAL) -> IssueIndex:
    (tmp_path / "tea.yaml").write_text(text, "utf-8")
    return load_dictionaries([tmp_path], use_cache=False).issues


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Tea was sold.", ["Tea"]),
        ("Teas were sold.", ["Teas"]),
        ("They steamed ahead.", []),
        ("Tea-leaves were sold.", ["Tea - leaves"]),
        ("Two tea leaves.", ["tea leaves"]),
        ("They were brewing tea.", ["brewing tea"]),
        ("She drank a cup.", []),
        ("Come and drink a cup.", ["cup"]),
        ("Come and drink to the world cup.", []),
        ("A tea towel.", []),
        ("A tea towel and tea.", ["tea"]),
        ("The Boston Tea Party began.", ["Boston Tea Party"]),
        ("The boston tea party began.", ["tea"]),
        ("The merchant's tea.", ["tea"]),
        ("", []),
    ],
)
def test_find(tmp_path: Path, text: str, words: list[str]) -> None:
    index = tea_index(tmp_path)
    tokens = tokens_of(text)
    assert [" ".join(tokens[h.first : h.last + 1]) for h in index.find(tokens)] == words


def test_acronyms_match_in_capitals_only(tmp_path: Path) -> None:
    index = tea_index(tmp_path, MINIMAL.replace("words: [tea, ", "words: ["))
    assert [h.issue for h in index.find(["The", "TEA", "met"])] == ["tea"]
    assert index.find(["The", "tea", "met"]) == []


def test_a_word_within_a_longer_phrase_of_another_issue_does_not_count(tmp_path: Path) -> None:
    other = "- {issue: sea, label: Sea, description: Seas., words: [tea clipper], examples: [A tea clipper.]}\n"
    index = tea_index(tmp_path, MINIMAL + other)
    assert [h.issue for h in index.find(["A", "tea", "clipper"])] == ["sea"]
    assert [h.issue for h in index.find(["A", "tea", "clipper", "with", "tea"])] == ["sea", "tea"]


# ---- files of users --------------------------------------------------------------------------------------------------


def test_an_added_file_extends_replaces_and_removes(tmp_path: Path) -> None:
    added = tmp_path / "mine.yaml"
    added.write_text(
        "- {issue: refugees, words: [boat person]}\n"
        "- {issue: piracy, replace: true, label: Piracy, description: Pirates., words: [buccaneer], examples: [A buccaneer.]}\n"
        "- {issue: aviation, remove: true}\n" + MINIMAL,
        "utf-8",
    )
    loaded = load_dictionaries([shipped_dictionaries()], [added], use_cache=False)

    def told(text: str) -> set[str]:
        return {h.issue for h in loaded.issues.find(tokens_of(text))}

    assert told("Boat persons and refugees") == {"refugees"}
    assert told("buccaneers") == {"piracy"} and told("pirates") == set()
    assert told("The airspace was closed") == set()
    assert told("tea") == {"tea"}
    assert loaded.issues.labels["refugees"][0] == "Refugees and displaced people"
    assert loaded.sha256 != load_dictionaries([shipped_dictionaries()]).sha256


def test_the_hash_of_the_dictionaries_covers_the_issues(tmp_path: Path) -> None:
    (tmp_path / "issues.yaml").write_text(MINIMAL, "utf-8")
    before = load_dictionaries([tmp_path]).sha256
    (tmp_path / "issues.yaml").write_text(MINIMAL.replace("tea towel", "tea cosy"), "utf-8")
    loaded = load_dictionaries([tmp_path])
    assert loaded.sha256 != before
    again = load_dictionaries([tmp_path])  # from the cache
    assert again.issues.labels == loaded.issues.labels
    assert dict(again.issues.phrases.items()) == dict(loaded.issues.phrases.items())


@pytest.mark.parametrize(
    ("change", "line", "message"),
    [
        (("  names:", "  colour: red\n  names:"), 1, "colour"),
        (("issue: tea", "issue: Tea time"), 1, "not a name of an issue"),
        (("not_near: [world]", "nearby: [world]"), 4, "nearby"),
        ((", near: [drink], not_near: [world]", ""), 4, "give `near` or `not_near`"),
        (("  label: Tea\n", ""), 1, "no `label`"),
        (("  examples: [The merchants brewed tea.]\n", ""), 1, "no `examples`"),
        (("words: [tea,", "words: [{a: b},"), 4, "word"),
        (("[TEA, Boston Tea Party]", "{a: b}"), 6, "expected words"),
        (("  not: [tea towel]\n", "  not: [tea towel]\n  not: [x]\n"), 8, "given twice"),
    ],
)
def test_faults_name_file_and_line(tmp_path: Path, change: tuple[str, str], line: int, message: str) -> None:
    assert change[0] in MINIMAL
    path = tmp_path / "tea.yaml"
    path.write_text(MINIMAL.replace(*change), "utf-8")
    with pytest.raises(DictionaryError) as error:
        load_dictionaries([tmp_path], use_cache=False)
    assert any(f.path == str(path) and f.line == line and message in str(f) for f in error.value.faults), error.value.faults


def test_check_finds_wrong_examples_and_shared_words(tmp_path: Path) -> None:
    path = tmp_path / "tea.yaml"
    path.write_text(
        MINIMAL.replace("examples: [The merchants brewed tea.]", "examples: [They met.]\n  not_examples: [Tea was sold.]").replace(
            "tea, ", "tea, refugee, "
        ),
        "utf-8",
    )
    found = [(f.level, f.line, f.message) for f in check_dictionaries(added=[path])]
    assert ("error", 1, 'issue tea: the example "They met." does not tell it') in found
    assert any(level == "error" and "must not tell it" in text for level, _, text in found)
    assert any(level == "warning" and '"refugee" tells tea and refugees' in text for level, _, text in found)


def test_find_and_stats_know_the_issues(resources: Resources) -> None:
    assert any("issues/society.yaml" in line and "issue refugees" in line for line in find_word(resources, "refugee"))
    assert "\nissues   " in statistics(resources)


def test_a_model_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="has no words"):
        IssueModel.model_validate({"issue": "tea", "label": "Tea"})


# ---- legacy issue files ----------------------------------------------------------------------------------------------

LEGACY = '<ISSUE CATEGORY="TEA" TYPE="ALL">\nn:teacup [TEACUPS]\nsanctions [PENALTIES]\n~storm in a teacup\n</ISSUE>\n'


def test_a_legacy_issue_file_feeds_the_column_beside_the_native_ones(tmp_path: Path, model: Model) -> None:
    path = tmp_path / "My.IssueCoding.txt"
    path.write_text(LEGACY, "utf-8")
    assert load_legacy([path]).issues
    mixed = load_resources((), [path])
    event = events_of("Germany lifted sanctions on Belarus.", mixed, model)[0]
    assert event.issues == ("PENALTIES", "sanctions")
    assert mixed.dictionaries.sha256 != load_resources().dictionaries.sha256
