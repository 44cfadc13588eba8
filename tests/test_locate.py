"""Where events happen (tests/data/places.yaml), and the choice between towns of one name."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import DATA

from coder import places
from coder.annotate import annotate
from coder.coding import code_sentences
from coder.dictionary.examples import EXAMPLE_DATE, Example, parse_examples
from coder.explain import event_lines, where_line
from coder.grammar import Tree
from coder.pipeline import Model
from coder.place_choice import Choice, Surroundings, choose
from coder.places import PlaceIndex, Town, loose_key, place_key
from coder.records import Event
from coder.resources import Resources
from coder.tables import event_row

CASES: list[tuple[str, dict[str, Any]]] = [
    (kind, case) for kind, cases in yaml.safe_load((DATA / "places.yaml").read_text()).items() for case in cases
]


def events_of(text: str, resources: Resources, model: Model) -> list[Event]:
    example = Example("places", "places.yaml", 0, text, EXAMPLE_DATE, ())
    parsed = parse_examples([example], DATA / "places.conllu", model)[example.key]
    sentences = [replace(s, publication_date=EXAMPLE_DATE) for s in parsed.sentences]
    return code_sentences(sentences, resources.dictionaries, resources.options)


def fits(event: Event, wanted: str | None) -> bool:
    """Whether an event's place is the one wanted, under any spelling GeoNames has for it."""
    place = event.place
    if wanted is None or place is None:
        return place is None and wanted is None
    name, country, kind = wanted.split(", ")
    if place.country != country or (kind == "point") != (place.latitude is not None):
        return False
    index = PlaceIndex.open()
    numbers = {t.geoname_id for t in (*index.towns(name), *index.loosely(name, country))}
    return place_key(name) == place_key(place.name) or (kind == "point" and place.geoname_id in numbers)


@pytest.mark.parametrize(("kind", "case"), CASES, ids=[f"{k}: {c['text'][:60]}" for k, c in CASES])
def test_places(kind: str, case: dict[str, Any], resources: Resources, model: Model) -> None:
    events = [e for e in events_of(case["text"], resources, model) if e.code.startswith(case.get("only", ""))]
    assert events, "nothing was coded"
    wrong = [(e.code, e.place, e.place_rule) for e in events if not fits(e, case["place"])]
    assert not wrong, f"wanted {case['place']}, got {wrong}"


def test_the_row_and_explain_tell_the_place(resources: Resources, model: Model) -> None:
    event = events_of("Lebanese soldiers clashed with gunmen in Tripoli.", resources, model)[0]
    row = event_row(event, resources.ontology)
    assert (row["location_name"], row["location_country"], row["geoname_id"]) == ("Tripoli", "LBN", 266826)
    assert row["latitude"] == pytest.approx(34.43, abs=0.05) and row["longitude"] == pytest.approx(35.84, abs=0.05)
    line = where_line(event)
    assert "Tripoli, LBN" in line and "GeoNames 266826" in line and "the country of the event's actors" in line
    assert any("where Tripoli" in line for line in event_lines(event, resources))
    nowhere = events_of("Tehran condemned Riyadh.", resources, model)[0]
    assert where_line(nowhere) == "not told: no place name hangs on the action"


def test_an_actor_takes_the_country_of_the_place_and_not_of_its_namesake(resources: Resources, model: Model) -> None:
    events = events_of("Lebanese soldiers clashed with gunmen in Tripoli.", resources, model)
    assert {e.source.code[:3] for e in events} == {"LBN"}


def test_without_the_gazetteer_there_are_no_places(resources: Resources, model: Model) -> None:
    event = events_of("Israel bombed Lebanon.", resources, model)[0]
    bare = replace(event, place=None, place_rule="")
    options = resources.options.model_copy(update={"gazetteer": False})
    assert annotate([bare], Tree(bare.sentence), None, resources.dictionaries.issues, options)[0].place is None


# ---- the choice between namesakes ------------------------------------------------------------------------------------


def town(country: str, people: int, *, number: int = 0, at: tuple[float, float] = (0.0, 0.0), capital: bool = False, state: str = "",
         official: bool = True) -> Town:  # fmt: skip
    return Town(number or people, "Xanadu", country, state, *at, people, capital, official)


LARGE, MIDDLE, SMALL = town("AAA", 1_000_000), town("BBB", 200_000, at=(30, 30)), town("CCC", 9_000, at=(60, 60))


@pytest.mark.parametrize(
    ("towns", "around", "dictionary", "wanted"),
    [
        ([LARGE, MIDDLE], Surroundings(), "", ("AAA", True)),
        ([LARGE, replace(MIDDLE, population=300_000)], Surroundings(), "", ("", False)),
        ([LARGE, MIDDLE], Surroundings(actors=frozenset({"BBB"})), "", ("BBB", True)),
        ([LARGE, SMALL], Surroundings(actors=frozenset({"CCC"})), "", ("AAA", True)),
        ([LARGE, SMALL], Surroundings(explicit=frozenset({"CCC"})), "", ("CCC", True)),
        ([SMALL], Surroundings(), "", ("CCC", True)),
        ([replace(SMALL, population=3_000)], Surroundings(), "", ("", False)),
        ([replace(SMALL, population=3_000)], Surroundings(sentence=frozenset({"CCC"})), "", ("CCC", True)),
        ([], Surroundings(), "AAA", ("AAA", False)),
        ([], Surroundings(actors=frozenset({"AAA"})), "", ("", False)),
        ([LARGE, town("AAA", 900_000, at=(20, 20))], Surroundings(actors=frozenset({"AAA"})), "", ("AAA", False)),
        ([LARGE, town("AAA", 900_000, at=(0.1, 0.1))], Surroundings(actors=frozenset({"AAA"})), "", ("AAA", True)),
        ([replace(LARGE, capital=True), MIDDLE], Surroundings(actors=frozenset({"BBB"})), "", ("AAA", True)),
        ([replace(LARGE, capital=True), MIDDLE], Surroundings(actors=frozenset({"BBB"}), on_the_ground=True), "", ("BBB", True)),
        ([replace(LARGE, capital=True), MIDDLE], Surroundings(actors=frozenset({"BBB", "AAA"}), on_the_ground=True), "", ("AAA", True)),
        ([town("USA", 90_000, state="OH"), town("USA", 30_000, number=7, at=(9, 9), state="TX")],
         Surroundings(explicit=frozenset({"USA"}), states=frozenset({"TX"})), "", ("USA", True)),
        ([LARGE, replace(MIDDLE, population=800_000)], Surroundings(), "BBB", ("BBB", True)),
        ([replace(LARGE, official=False), MIDDLE], Surroundings(), "", ("BBB", True)),
    ],
)  # fmt: skip
def test_choice(towns: list[Town], around: Surroundings, dictionary: str, wanted: tuple[str, bool]) -> None:
    choice: Choice = choose("Xanadu", towns, around, dictionary)
    assert (choice.country, choice.town is not None) == wanted, choice.rule
    assert choice.rule
    if around.states:
        assert choice.town is not None and choice.town.state in around.states


# ---- the index -------------------------------------------------------------------------------------------------------


def test_index() -> None:
    index = PlaceIndex.open()
    assert index.towns("Goma")[0].country == "COD"
    assert index.towns("CORDOBA") == index.towns("Córdoba") and len(index.towns("Córdoba")) > 3
    assert [t.country for t in index.towns("Tripoli")][:2] == ["LBY", "LBN"]
    assert index.towns("Pristina")[0].country == "KSV"  # the letters of the dictionaries, not ISO's XKX
    assert index.towns("No Such Town") == () and index.area("Ruritania") is None
    area = index.area("Georgia")
    assert area is not None and area.country == "GEO" and index.states("Georgia") == ("GA",)
    assert not any(t.capital for t in index.towns("Saint-Denis"))  # of Réunion
    assert sum(t.capital for t in index.towns("London")) == 1


@pytest.mark.parametrize(
    ("spelling", "country", "number"),
    [("Hodeidah", "YEM", 79415), ("Al-Hudaydah", "YEM", 79415), ("Qamishli", "SYR", 173377), ("al-Qamishly", "SYR", 173377)],
)
def test_spellings(spelling: str, country: str, number: int) -> None:
    assert [t.geoname_id for t in PlaceIndex.open().loosely(spelling, country)][:1] == [number]


def test_loose_key_keeps_different_names_apart() -> None:
    names = ["Homs", "Hama", "Aleppo", "Raqqa", "Idlib", "Daraa", "Mosul", "Basra", "Najaf", "Kirkuk", "Aden", "Marib", "Taiz"]
    assert len({loose_key(n) for n in names}) == len(names)


def test_a_damaged_index_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def small() -> Any:
        row = (1, "Goma", "COD", "", -1.67, 29.22, 432_587, 0)
        return [row], [("goma", 1, 1)], {("guma", 1)}, [("congo", 2, "Congo", "COD", "")]

    monkeypatch.setenv("EVENTCODER_CACHE", str(tmp_path))
    monkeypatch.setattr(places, "_rows", small)
    places._open.cache_clear()
    try:
        assert PlaceIndex.open().towns("Goma")[0].geoname_id == 1
        (file,) = tmp_path.glob("places-*.sqlite")
        whole = file.read_bytes()
        for broken in (b"", b"no database", whole[: len(whole) // 2]):
            file.write_bytes(broken)
            places._open.cache_clear()
            assert PlaceIndex.open().towns("Goma")[0].geoname_id == 1
        assert not list(tmp_path.glob("*.tmp"))
        for n in range(5):
            (tmp_path / f"places-old-{n}.sqlite").write_bytes(b"")
        file.unlink()
        places._open.cache_clear()
        PlaceIndex.open()
        assert file.is_file() and len(list(tmp_path.glob("places-*.sqlite"))) == places.KEPT
        with sqlite3.connect(file) as connection:
            assert connection.execute("SELECT count(*) FROM towns").fetchone() == (1,)
    finally:
        places._open.cache_clear()


def test_an_unwritable_cache_costs_time_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("EVENTCODER_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr(places, "_rows", lambda: ([(1, "Goma", "COD", "", 0.0, 0.0, 5, 0)], [("goma", 1, 1)], set(), []))
    places._open.cache_clear()
    try:
        assert PlaceIndex.open().towns("Goma")[0].country == "COD"
    finally:
        places._open.cache_clear()
