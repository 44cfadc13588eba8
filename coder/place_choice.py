"""Which of the towns of one name is meant: what the phrase says, then the countries around it, then the number of people.

In: the towns of a name and the countries named around it. Out: a Choice, which may be none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from coder.places import Town, near

DOMINANCE: Final = 4  # without a country around, a town counts where it has this many times the people of any other
RIVAL: Final = 7  # a country around calls for its own town only where that has at least a seventh of the largest one's people …
RIVAL_PEOPLE: Final = 50_000  # … and this many
AT_HOME: Final = 100_000  # or, for an act of force or policing with no other country around, this many
SMALL: Final = 15_000  # towns with fewer people count only in a country that the text names
ALONE: Final = 5_000  # … or where no other place of the world bears the name


@dataclass(slots=True, unsafe_hash=True, init=False)
class Surroundings:
    """Countries around a place name, three letters each, from the closest circle to the widest.

    Args:
        explicit: in the phrase itself ("Paris, Texas"); states: US states there.
        clause: other places of the same event; actors: of its source and target; sentence, document: named there.
        on_the_ground: whether the act is one of force, protest or policing, done where its doers are.
    """

    explicit: frozenset[str] = frozenset()
    states: frozenset[str] = frozenset()
    clause: frozenset[str] = frozenset()
    actors: frozenset[str] = frozenset()
    sentence: frozenset[str] = frozenset()
    document: frozenset[str] = frozenset()
    on_the_ground: bool = False

    def __init__(
        self, explicit: frozenset[str] = frozenset(), states: frozenset[str] = frozenset(), clause: frozenset[str] = frozenset(),
        actors: frozenset[str] = frozenset(), sentence: frozenset[str] = frozenset(), document: frozenset[str] = frozenset(),
        on_the_ground: bool = False,
    ) -> None:  # fmt: skip
        self.explicit = explicit
        self.states = states
        self.clause = clause
        self.actors = actors
        self.sentence = sentence
        self.document = document
        self.on_the_ground = on_the_ground

    @property
    def all_countries(self) -> frozenset[str]:
        return self.explicit | self.clause | self.actors | self.sentence | self.document


@dataclass(slots=True, unsafe_hash=True, init=False)
class Choice:
    """The town chosen; or only its country, where several towns of it bear the name; or neither, and why."""

    town: Town | None
    country: str
    rule: str

    def __init__(self, town: Town | None, country: str, rule: str) -> None:
        self.town = town
        self.country = country
        self.rule = rule


def choose(name: str, towns: Sequence[Town], around: Surroundings, dictionary: str = "") -> Choice:
    """The town that a name means.

    Args:
        name: as written.
        towns: all of that name, the most people first.
        around: the countries around it.
        dictionary: the country that the actor dictionaries give the name, "" for none.
    """
    if not towns:
        if dictionary:
            return Choice(None, dictionary, "in the dictionaries, not in GeoNames")
        return Choice(None, "", "no place of this name in GeoNames")
    largest = max((t for t in towns if t.official), key=lambda t: t.population, default=towns[0])
    if around.explicit:
        here = [t for t in towns if t.country in around.explicit and (not around.states or t.country != "USA" or t.state in around.states)]
        if here:
            return _pick(here, "the country the phrase names")
        if dictionary in around.explicit:
            return Choice(None, dictionary, "in the dictionaries, not in GeoNames")
    capital = next((t for t in towns if t.capital and t.official and t.population * 2 > largest.population), None)
    close = around.clause | around.actors | around.sentence
    if capital is not None and (capital.country in close or not _may_yield(capital, towns, around, close)):
        return Choice(capital, capital.country, "a capital")
    for circle, told in (
        (around.clause, "the other place of the event"),
        (around.actors, "the country of the event's actors"),
        (around.sentence, "a country the sentence names"),
        (around.document, "the country the document is most about"),
    ):
        here = [t for t in towns if t.country in circle and _counts(t, largest, around, close)]
        if here:
            return _pick(here, told)
    if dictionary:
        here = [t for t in towns if t.country == dictionary]
        if here:
            return _pick(here, "the country the dictionaries give it")
        return Choice(None, dictionary, "in the dictionaries, not in GeoNames")
    return _alone(name, towns)


def _may_yield(capital: Town, towns: Sequence[Town], around: Surroundings, close: frozenset[str]) -> bool:
    """Whether a namesake of a capital may be meant: an act on the ground, and its country the only one around."""
    rivals = {t.country for t in towns if t is not capital and _counts(t, capital, around, close)}
    return around.on_the_ground and len(close) == 1 and bool(close & rivals)


def _counts(town: Town, largest: Town, around: Surroundings, close: frozenset[str]) -> bool:
    """Whether a town can be meant against a larger one of its name, because its country is around."""
    if town.population >= largest.population:
        return True
    if around.on_the_ground and close == {town.country} and town.population >= AT_HOME:
        return True
    return town.population * RIVAL >= largest.population and (town.population >= RIVAL_PEOPLE or largest.population < RIVAL_PEOPLE * 2)


def _pick(towns: Sequence[Town], told: str) -> Choice:
    """The largest of towns that all fit; only the country where two of it are about as large."""
    official = [t for t in towns if t.official]
    if official and official[0].population * DOMINANCE * 2 > towns[0].population:
        towns = official
    best = towns[0]
    rival = next((t for t in towns[1:] if not near(t, best) and t.population * DOMINANCE > best.population), None)
    if rival is None:
        return Choice(best, best.country, f"{_people(best)} in {best.country}, {told}")
    if rival.country == best.country and all(t.country == best.country for t in towns if t.population * DOMINANCE > best.population):
        return Choice(None, best.country, f"several places of this name in {best.country}, {told}: no point")
    return Choice(None, "", f"it could be {_one(best)} or {_one(rival)}")


def _alone(name: str, towns: Sequence[Town]) -> Choice:
    """The choice where no country around helps."""
    official = [t for t in towns if t.official] or list(towns)
    best = official[0]
    rival = next((t for t in official[1:] if not near(t, best)), None)
    if rival is not None and rival.population * DOMINANCE > best.population:
        return Choice(None, "", f"no country around decides, and it could be {_one(best)} or {_one(rival)}")
    if best.population < (ALONE if len(towns) == 1 and best.official else SMALL):
        return Choice(None, "", f"no country around, and {_one(best)} has too few people to be meant by name alone")
    return Choice(best, best.country, f"the largest place of this name, {_people(best)} in {best.country}")


def _people(town: Town) -> str:
    return f"{town.name} with {town.population:,} people"


def _one(town: Town) -> str:
    return f"{town.name} ({town.country}, {town.population:,} people)"

