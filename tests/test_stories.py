"""Near-duplicate documents: which are one story, which are not, and that the index finds what comparing all pairs finds."""

from __future__ import annotations

import random
import time
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from coder.read import iter_corpus
from coder.records import Document
from coder.stories import SHORT_WORDS, Fingerprint, bands, find_stories, fingerprint, jaccard, similarity_of

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2024, 2, 28)
REPORT = (
    "Norway recalled its ambassador from Belarus on Tuesday after the police in Minsk arrested two Norwegian reporters. "
    "The foreign minister called the arrests an outrage and demanded that both be let go at once. Belarus said that the "
    "two had entered the country without accreditation and would stand trial. The European Union said it would discuss "
    "further sanctions when its foreign ministers meet in Brussels next week, and Poland offered to take up the case."
)
OTHER = (
    "Kenya and Somalia signed an accord on fishing rights in Nairobi on Wednesday, ending a quarrel of nine years over the "
    "waters off Lamu. Both governments will patrol the border at sea together. The African Union praised the accord and "
    "promised money for the coast guards of the two countries. Fishermen in Kismayo told reporters they had not been asked "
    "and would protest at the port on Friday, while the opposition in Mogadishu demanded a vote in parliament."
)


def document(name: str, text: str = REPORT, day: date | None = DAY, **more: object) -> Document:
    return Document(name, text, day, **more)  # type: ignore[arg-type]


def firsts(documents: list[Document], threshold: float = 0.5, window: int = 3) -> dict[str, str | None]:
    stories = find_stories(map(fingerprint, documents), threshold, window)
    return {name: story.duplicate_of for name, story in stories.items()}


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (REPORT, True),
        (REPORT.upper(), True),
        (REPORT.replace(". ", ".\n\n").replace(",", " –"), True),
        ("OSLO (Sample Wire) - " + REPORT + " Reporting by our staff.", True),
        (REPORT.replace("Tuesday", "March 5").replace("outrage", "disgrace"), True),
        (REPORT[: int(len(REPORT) * 0.7)], True),
        (REPORT[: int(len(REPORT) * 0.3)], False),
        (OTHER, False),
        (REPORT[:180] + OTHER, False),
        (" ".join(sorted(REPORT.split())), False),
        ("", False),
    ],
    ids=["copy", "capitals", "layout", "dateline", "two words", "cut by a third", "first third", "other", "shared lede", "word salad", "empty"],
)
def test_what_is_the_same_story(text: str, same: bool) -> None:
    assert firsts([document("a"), document("b", text)])["b"] == ("a" if same else None)


@pytest.mark.parametrize(("days", "window", "same"), [(0, 0, True), (1, 0, False), (3, 3, True), (4, 3, False), (30, 30, True), (-3, 3, True)])
def test_window_over_a_leap_day(days: int, window: int, same: bool) -> None:
    found = firsts([document("a"), document("b", day=DAY + timedelta(days))], window=window)
    earlier, later = ("b", "a") if days < 0 else ("a", "b")
    assert found == {earlier: None, later: earlier if same else None}


def test_dated_and_undated_documents_are_kept_apart() -> None:
    found = firsts([document("a"), document("b", day=None), document("c", day=None)])
    assert found == {"a": None, "b": None, "c": "b"}


def test_the_first_is_the_first_published_whatever_the_order_of_reading() -> None:
    documents = [document("z", day=DAY), document("a", day=DAY + timedelta(1)), document("m", OTHER), document("b", day=DAY)]
    expected = {"b": None, "z": "b", "a": "b", "m": None}
    for seed in range(5):
        random.Random(seed).shuffle(documents)
        assert firsts(documents) == expected


def test_a_story_does_not_run_on_from_copy_to_copy() -> None:
    """Each copy is like the one before, but one published after the window opens a story of its own."""
    documents = [document(f"d{i}", day=DAY + timedelta(2 * i)) for i in range(4)]
    assert firsts(documents) == {"d0": None, "d1": "d0", "d2": None, "d3": "d2"}


def test_a_later_document_changes_nothing_before_it() -> None:
    documents = [document("a"), document("b", REPORT[:300]), document("c", OTHER)]
    before = firsts(documents)
    after = firsts([*documents, document("d", REPORT + OTHER, DAY + timedelta(1))])
    assert {name: after[name] for name in before} == before


def test_short_texts_are_alike_or_not() -> None:
    short = "France condemned the attack on the embassy in Kabul on Friday and called on the government to find those behind it"
    assert len(short.split()) < SHORT_WORDS
    changed = short.replace("France", "Germany")
    assert jaccard(fingerprint(document("a", short)).shingles, fingerprint(document("b", changed)).shingles) > 0.8
    assert firsts([document("a", short), document("b", changed), document("c", short + ".")]) == {"a": None, "b": None, "c": "a"}
    assert firsts([document("a", "Yes"), document("b", "Yes"), document("c", "No"), document("d", "Yes yes yes")]) == {
        "a": None, "b": "a", "c": None, "d": None,
    }  # fmt: skip


def test_furniture_does_not_count() -> None:
    menu = "Home World Business Sport Opinion Weather " * 30
    a, b = (document(n, menu + text, furniture=((0, len(menu)),)) for n, text in (("a", REPORT), ("b", OTHER)))
    plain = [document("a", menu + REPORT), document("b", OTHER + menu)]
    assert fingerprint(a).words == len(REPORT.split())
    assert firsts([a, b]) == {"a": None, "b": None}
    assert firsts([a, plain[1]]) == {"a": None, "b": None}
    assert firsts([a, document("c", REPORT)]) == {"a": None, "c": "a"}


def test_off() -> None:
    assert firsts([document("a"), document("b")], threshold=0) == {"a": None, "b": None}


def test_similarity_by_hand() -> None:
    """Eight words are six runs of three; one word changed in the middle leaves three of them: 3 of 9."""
    a, b = fingerprint(document("a", "one two three four five six seven eight")), fingerprint(document("b", "one two three four FIVE! six seven eight"))
    c = fingerprint(document("c", "one two three four other six seven eight"))
    assert jaccard(a.shingles, b.shingles) == 1
    assert jaccard(a.shingles, c.shingles) == pytest.approx(3 / 9)


def test_fingerprints_are_the_same_on_every_machine() -> None:
    shingles = fingerprint(document("a", "Oslo recalled its ambassador")).shingles
    assert shingles.tolist() == [2985190838, 3497955824]


@pytest.mark.parametrize("threshold", [0.1, 0.3, 0.5, 0.7, 0.9, 1.0])
def test_a_pair_at_the_threshold_is_proposed(threshold: float) -> None:
    count, rows = bands(threshold)
    assert count * rows <= 128
    assert 1 - (1 - threshold**rows) ** count >= 0.99 or rows == 1


def copies(seed: int) -> list[Fingerprint]:
    """The sample corpus with copies of every report, changed by up to a fifth of the words, cut, or opened otherwise."""
    rng = random.Random(seed)
    reports = [d for d in iter_corpus(ROOT / "corpus") if isinstance(d, Document)]
    words = [w for d in reports for w in d.text.split()]
    found = []
    for i, report in enumerate(reports):
        found.append(fingerprint(document(f"{i:03}", report.text)))
        for copy in range(3):
            changed = [rng.choice(words) if rng.random() < 0.07 * copy else w for w in report.text.split()]
            changed = rng.choices(words, k=15 * copy) + changed[: int(len(changed) * rng.uniform(0.5, 1))]
            found.append(fingerprint(document(f"{i:03}.{copy}", " ".join(changed), DAY + timedelta(rng.randint(0, 3)))))
    return found


def test_the_index_finds_what_comparing_all_pairs_finds() -> None:
    fingerprints = copies(1)
    stories = find_stories(fingerprints)
    ordered = sorted(fingerprints, key=lambda f: (f.publication_date, f.document_id))
    leaders: list[Fingerprint] = []
    missed = 0
    for one in ordered:
        best = max(((similarity_of(one, o), -i) for i, o in enumerate(leaders)), default=(0.0, 0))
        expected = leaders[-best[1]].document_id if best[0] >= 0.5 else None
        missed += stories[one.document_id].duplicate_of != expected
        if stories[one.document_id].duplicate_of is None:
            leaders.append(one)
        else:
            assert stories[one.document_id].similarity == best[0] >= 0.5
    assert sum(s.duplicate_of is not None for s in stories.values()) > 100
    assert missed <= 1  # a pair at the very threshold is proposed with 99.6%


def test_time_grows_with_the_number_of_documents_even_where_all_follow_one_template() -> None:
    """All in one day and all two fifths alike: four times the documents must not cost sixteen times the time."""
    rng = np.random.default_rng(7)
    common = rng.integers(0, 2**32, 240, dtype=np.uint32)

    def cost(count: int) -> float:
        made = [
            Fingerprint(f"{i:05}", DAY, 400, np.unique(np.concatenate([common, rng.integers(0, 2**32, 160, dtype=np.uint32)])))
            for i in range(count)
        ]
        began = time.process_time()
        stories = find_stories(made)
        assert all(s.duplicate_of is None for s in stories.values())
        return time.process_time() - began

    costs = [min(cost(n) for _ in range(2)) for n in (250, 1000)]
    assert all(later < 9 * earlier for earlier, later in pairwise(costs))
