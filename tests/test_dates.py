"""Event dates: the table of cases on stored parses, the conventions, and what must hold for any words and any day."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coder.conllu import iter_conllu
from coder.date_patterns import PATTERNS, patterns_from, patterns_from_two
from coder.date_phrases import _lay_out, find_phrases
from coder.dates import ToldDates, reference_day, resolve_date, sentence_date, story_date
from coder.grammar import Tree
from coder.records import EventDate, Sentence, Status

DATA = Path(__file__).resolve().parent / "data" / "dates"
PRECISIONS = {"day", "week", "month", "quarter", "year", "unknown"}
BASES = {"explicit", "relative", "tense", "publication", "unknown"}

Row = dict[str, str]


def read_rows() -> list[Row]:
    with (DATA / "cases.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


ROWS = read_rows()


@cache
def parses() -> dict[str, Sentence]:
    found: dict[str, Sentence] = {}
    for path in sorted(DATA.glob("*.conllu")):
        for parsed in iter_conllu(path):
            assert not parsed.rejects
            found.update((s.text, s) for s in parsed.sentences)
    return found


def tree_of(text: str, published: date | None) -> Tree:
    return Tree(replace(parses()[text], publication_date=published))


def day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def tokens_of(tree: Tree, trigger: str) -> tuple[int, ...]:
    """The tokens of a trigger's words, each the first one after the word before."""
    found: list[int] = []
    for word in trigger.split():
        start = found[-1] + 1 if found else 0
        found.append(tree.forms.index(word, start))
    return tuple(found)


def resolve(row: Row) -> EventDate:
    tree = tree_of(row["sentence"], day(row["published"]))
    told = day(row["reference"])
    reference = EventDate(told, told, "day", "explicit") if told else None
    return resolve_date(
        tree,
        tokens_of(tree, row["trigger"]),
        Status(row["status"]),
        reference=reference,
        follows=row["follows"] == "yes",
    )


def wanted(row: Row) -> tuple[str, str, str]:
    return row["start"], row["end"], row["precision"]


def got(when: EventDate) -> tuple[str, str, str]:
    return (when.start.isoformat() if when.start else "", when.end.isoformat() if when.end else "", when.precision)


def right(row: Row, when: EventDate) -> bool:
    return got(when) == wanted(row) and row["basis"] in ("", when.basis)


def test_table_is_large_and_its_rows_are_sound() -> None:
    assert len(ROWS) >= 320
    assert len(
        {(r["sentence"], r["trigger"], r["published"], r["reference"], r["status"], r["follows"]) for r in ROWS}
    ) == len(ROWS)
    for row in ROWS:
        assert row["precision"] in PRECISIONS and row["basis"] in BASES
        start, end = day(row["start"]), day(row["end"])
        assert (start is None) == (end is None)
        assert start is None or end is None or start <= end


@pytest.mark.parametrize("row", ROWS, ids=[f"{n}-{r['trigger']}" for n, r in enumerate(ROWS, 2)])
def test_case(row: Row) -> None:
    when = resolve(row)
    exact = right(row, when)
    drawing = parses()[row["sentence"]].draw()
    assert exact, f"want {wanted(row)} {row['basis']}, got {got(when)} {when.basis} by {when.rule!r}\n{drawing}"


# ---- conventions ---------------------------------------------------------------------------------------------------


def flat(text: str, published: date | None, *, verb: int) -> Tree:
    """A sentence in which every word hangs from the verb: enough for what does not depend on the tree."""
    forms = tuple(text.split())
    upos = tuple("VERB" if i == verb else "PROPN" if f[:1].isupper() and i else "NOUN" for i, f in enumerate(forms))
    return Tree(
        made(forms, upos, [(-1 if i == verb else verb) for i in range(len(forms))], ["obl"] * len(forms), published)
    )


def made(
    forms: tuple[str, ...], upos: tuple[str, ...], heads: list[int], deprels: list[str], published: date | None
) -> Sentence:
    starts: list[int] = []
    at = 0
    for form in forms:
        starts.append(at)
        at += len(form) + 1
    return Sentence(
        document_id="made",
        index=0,
        text=" ".join(forms),
        start=0,
        end=at,
        forms=forms,
        lemmas=tuple(f.lower() for f in forms),
        upos=upos,
        xpos=("",) * len(forms),
        feats=tuple("Mood=Ind|Tense=Past|VerbForm=Fin" if u == "VERB" else "" for u in upos),
        heads=tuple(heads),
        deprels=tuple("root" if h < 0 else d for h, d in zip(heads, deprels, strict=True)),
        starts=tuple(starts),
        ends=tuple(s + len(f) for s, f in zip(starts, forms, strict=True)),
        publication_date=published,
    )


def test_weekday_beside_a_date_picks_the_year() -> None:
    """24 July was a Wednesday in 2024, not in 2025."""
    tree = tree_of("On Wednesday, July 24, the sultan hosted his neighbour.", date(2026, 1, 28))
    assert resolve_date(tree, tokens_of(tree, "hosted"), Status.ASSERTED).start == date(2024, 7, 24)


@pytest.mark.parametrize("offset", range(7))
def test_weekday_is_the_publication_day_or_one_of_the_six_before(offset: int) -> None:
    published = date(2026, 1, 26) + timedelta(days=offset)
    tree = tree_of("Rebels shelled the northern suburbs on Tuesday.", published)
    when = resolve_date(tree, tokens_of(tree, "shelled"), Status.ASSERTED)
    assert when.start is not None and when.start.weekday() == 1
    assert 0 <= (published - when.start).days <= 6


def test_open_intervals_lend_their_last_day_to_roles() -> None:
    tree = tree_of("Militants had attacked the same village.", date(2026, 1, 28))
    when = resolve_date(tree, tokens_of(tree, "attacked"), Status.ASSERTED)
    assert when.precision == "unknown" and when.start is not None and when.start < date(2026, 1, 28)
    assert reference_day(when) == date(2026, 1, 28)
    exact = EventDate(date(2015, 9, 1), date(2015, 9, 30), "month", "explicit")
    assert reference_day(exact) == date(2015, 9, 1)


def test_sentence_date_feeds_the_next_sentence() -> None:
    published = date(2026, 1, 28)
    first = tree_of("Gunmen struck the market in early March.", published)
    told = sentence_date(first)
    assert told is not None and told.start == date(2025, 3, 1)
    undated = sentence_date(tree_of("Rebels shelled the northern suburbs.", published), told)
    assert undated is None


def test_the_day_of_the_story_stands_in_for_the_publication_date() -> None:
    published = date(2026, 1, 28)
    lead = sentence_date(tree_of("Rebels shelled the northern suburbs on Tuesday.", published))
    old = sentence_date(tree_of("In 2011, Ankara severed ties with Damascus.", published))
    story = story_date([old, None, lead], published)
    assert story == lead and story is not None and story.start == date(2026, 1, 27)
    assert story_date([old], published) is None
    assert story_date([lead], None) is None
    past = tree_of("The militia threatened to storm the palace.", published)
    when = resolve_date(past, tokens_of(past, "threatened"), Status.ASSERTED, story=story)
    assert (when.start, when.precision, when.basis) == (date(2026, 1, 27), "day", "relative")
    present = tree_of("Tehran accuses its neighbour of sabotage.", published)
    assert resolve_date(present, tokens_of(present, "accuses"), Status.ASSERTED, story=story).start == published
    dated = tree_of("The two foreign ministers met in Geneva on Monday.", published)
    assert resolve_date(dated, tokens_of(dated, "met"), Status.ASSERTED, story=story).start == date(2026, 1, 26)


@pytest.mark.parametrize(("gap", "rule"), [(1, "goes on from the sentence before"), (2, "day of the story")])
def test_a_document_tells_its_dates_sentence_by_sentence(gap: int, rule: str) -> None:
    published = date(2026, 1, 28)
    told = ToldDates()
    lead = tree_of("Rebels shelled the northern suburbs on Tuesday.", published)
    assert told.read(lead)(lead, tokens_of(lead, "shelled"), Status.ASSERTED).start == date(2026, 1, 27)
    second = tree_of("The militia threatened to storm the palace.", published)
    moved = lead.sentence.end + gap - second.sentence.start
    shifted = replace(
        second.sentence,
        starts=tuple(s + moved for s in second.sentence.starts),
        ends=tuple(e + moved for e in second.sentence.ends),
        start=second.sentence.start + moved,
    )
    tree = Tree(shifted)
    when = told.read(tree)(tree, tokens_of(tree, "threatened"), Status.ASSERTED)
    assert (when.start, when.rule) == (date(2026, 1, 27), rule)


def test_long_reference_is_not_carried_on() -> None:
    year = EventDate(date(2025, 1, 1), date(2025, 12, 31), "year", "relative")
    tree = tree_of("The militia threatened to storm the palace.", date(2026, 1, 28))
    when = resolve_date(tree, tokens_of(tree, "threatened"), Status.ASSERTED, reference=year, follows=True)
    assert when.start == date(2026, 1, 28)


def test_empty_and_odd_triggers() -> None:
    tree = tree_of("Rebels shelled the northern suburbs on Tuesday.", date(2026, 1, 28))
    assert resolve_date(tree, (), Status.ASSERTED).basis == "publication"
    assert resolve_date(tree, (999, -3), Status.ASSERTED).start == date(2026, 1, 28)


def test_only_the_words_decide_the_span_of_a_phrase() -> None:
    """France for Spain: another subject, the same date."""
    for subject in ("France", "Spain", "Hezbollah", "May"):
        tree = flat(f"{subject} attacked the base on 3 April 2014", date(2026, 1, 28), verb=1)
        assert resolve_date(tree, (1,), Status.ASSERTED).start == date(2014, 4, 3)


# ---- any words, any day --------------------------------------------------------------------------------------------

WORDS = [
    "on",
    "in",
    "at",
    "by",
    "since",
    "until",
    "from",
    "to",
    "between",
    "and",
    "or",
    "before",
    "after",
    "during",
    "for",
    "of",
    "the",
    "a",
    "last",
    "this",
    "next",
    "past",
    "recent",
    "coming",
    "early",
    "late",
    "mid-",
    "earlier",
    "later",
    "end",
    "beginning",
    "first",
    "second",
    "third",
    "quarter",
    "half",
    "week",
    "weeks",
    "weekend",
    "month",
    "months",
    "year",
    "years",
    "day",
    "days",
    "decade",
    "century",
    "ago",
    "yesterday",
    "today",
    "tomorrow",
    "tonight",
    "overnight",
    "Monday",
    "Tuesday",
    "Friday",
    "Sunday",
    "Jan.",
    "January",
    "February",
    "March",
    "May",
    "June",
    "Sept.",
    "December",
    "Christmas",
    "Easter",
    "New",
    "Year",
    "'s",
    "Eve",
    "Day",
    "1",
    "3",
    "29",
    "30",
    "31",
    "24",
    "2011",
    "2013",
    "2026",
    "1000",
    "1999",
    "2099",
    "1990s",
    "12/03/2024",
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "99/99/9999",
    "9/11",
    "two",
    "three",
    "several",
    "few",
    "couple",
    "hundred",
    "9999",
    "weeks",
    "months",
    "years",
    "later",
    "earlier",
    "before",
    ",",
    "-",
    "–",
    ".",
    "''",
    "said",
    "will",
    "had",
    "winter",
    "summer",
    "fall",
    "19th",
    "Q4",
    "then",
    "recently",
    "previously",
    "anniversary",
    "same",
    "following",
    "previous",
    "that",
]
TAGS = ("NOUN", "PROPN", "VERB", "AUX", "NUM", "ADJ", "ADV", "ADP", "DET", "PUNCT", "SCONJ", "X")
RELATIONS = [
    "obl",
    "nmod",
    "nmod:unmarked",
    "obl:unmarked",
    "advmod",
    "advcl",
    "acl",
    "acl:relcl",
    "ccomp",
    "xcomp",
    "conj",
    "nsubj",
    "obj",
    "aux",
    "mark",
    "case",
    "punct",
    "compound",
    "nummod",
    "appos",
    "parataxis",
    "cc",
    "amod",
    "flat",
    "dep",
    "nmod:poss",
    "det",
]
days = st.one_of(
    st.none(),
    st.dates(),
    st.sampled_from(
        [
            date.min,
            date(1, 1, 2),
            date(1, 12, 31),
            date(4, 2, 29),
            date(9999, 1, 1),
            date(9999, 12, 30),
            date.max,
            date(2024, 2, 29),
        ]
    ),
)


@st.composite
def sentences(draw: st.DrawFn) -> Sentence:
    forms = tuple(draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=18)))
    n = len(forms)
    return made(
        forms,
        tuple(draw(st.lists(st.sampled_from(TAGS), min_size=n, max_size=n))),
        draw(st.lists(st.integers(-1, n - 1), min_size=n, max_size=n)),
        draw(st.lists(st.sampled_from(RELATIONS), min_size=n, max_size=n)),
        draw(days),
    )


def must_hold(when: EventDate, published: date | None) -> None:
    assert when.precision in PRECISIONS and when.basis in BASES
    assert (when.start is None) == (when.end is None)
    if when.start is None or when.end is None:
        assert published is None and when.basis == "unknown" and when.precision == "unknown"
        return
    length = (when.end - when.start).days + 1
    assert length >= 1
    limits = {"day": 2, "week": 8, "month": 32, "quarter": 93, "year": 367, "unknown": date.max.toordinal()}
    assert length <= limits[when.precision]


@given(
    sentence=sentences(), status=st.sampled_from(Status), trigger=st.lists(st.integers(0, 20), max_size=3), told=days
)
@settings(max_examples=600, deadline=None)
def test_any_words_any_tree_any_day(sentence: Sentence, status: Status, trigger: list[int], told: date | None) -> None:
    reference = EventDate(told, told, "day", "explicit") if told else None
    tree = Tree(sentence)
    must_hold(resolve_date(tree, tuple(trigger), status, reference=reference), sentence.publication_date)
    told_here = sentence_date(tree, reference)
    assert told_here is None or told_here.start is None or told_here.end is None or told_here.start <= told_here.end


@given(words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=8), published=days, status=st.sampled_from(Status))
@settings(max_examples=600, deadline=None)
def test_any_date_words_after_a_verb(words: list[str], published: date | None, status: Status) -> None:
    tree = flat("Rebels attacked " + " ".join(words), published, verb=1)
    must_hold(resolve_date(tree, (1,), status), published)


@given(row=st.sampled_from(ROWS), published=days, status=st.sampled_from(Status))
@settings(max_examples=600, deadline=None)
def test_any_publication_day(row: Row, published: date | None, status: Status) -> None:
    tree = tree_of(row["sentence"], published)
    must_hold(resolve_date(tree, tokens_of(tree, row["trigger"]), status), published)


@given(row=st.sampled_from(ROWS), later=st.integers(0, 3000))
@settings(max_examples=200, deadline=None)
def test_full_dates_do_not_depend_on_the_publication(row: Row, later: int) -> None:
    if row["published"] or row["basis"] != "explicit":
        return
    tree = tree_of(row["sentence"], date(2025, 1, 1) + timedelta(days=later))
    when = resolve_date(tree, tokens_of(tree, row["trigger"]), Status(row["status"]))
    assert got(when) == wanted(row)


def phrase_texts(tree: Tree) -> Iterator[str]:
    for phrase in find_phrases(tree):
        yield phrase.text


@pytest.mark.parametrize(
    "text",
    [
        "The earthquake killed 2011 people.",
        "The council adopted Resolution 2254.",
        "The kidnappers demanded $2015 for each hostage.",
        "The alliance invoked Article 5.",
        "The militia shot down an F-16.",
        "The government may attack the rebels.",
        "Police blocked the march of the students.",
        "The Sunday Times accused the minister of fraud.",
    ],
)
def test_figures_and_names_hold_no_date(text: str) -> None:
    assert list(phrase_texts(tree_of(text, date(2026, 1, 28)))) == []


def test_no_pattern_is_left_out_where_it_could_match() -> None:
    """`patterns_from` is a shortcut: whatever matches at a word must be among what it gives for the word, or for it and the next."""
    matches = 0
    for sentence in parses().values():
        laid_out, _ = _lay_out(Tree(sentence))
        text, start = " ".join(laid_out), 0
        for word, following in zip(laid_out, [*laid_out[1:], "."], strict=True):
            offered = patterns_from(word), patterns_from_two(word, following)
            for entry in PATTERNS:
                if entry[1].match(text, start):
                    assert all(entry in some for some in offered), (word, following, entry[0])
                    matches += 1
            start += len(word) + 1
    assert matches > 300
