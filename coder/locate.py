"""Where an event happened: the place name that grammar ties to it, looked up in GeoNames.

In: an Event, the Tree it was coded from and the names found in it. Out: a Place, or None, and the rule told in words.
A place counts only where it hangs on the action ("attacked soldiers in Goma"), or is what was attacked or visited
("shelled Kharkiv"). Where two places could be meant and nothing in the text decides, there is none.

    >>> Locator(tree, mentions, discourse.main_country()).locate(event).place
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from coder.actors import SentenceMentions
from coder.dictionary.compiled import HYPHENS, NameHit
from coder.dictionary.gazetteer import AMBIGUOUS
from coder.dictionary.schema import NON_COUNTRIES
from coder.grammar import Tree
from coder.place_choice import Choice, Surroundings, choose
from coder.place_phrases import PLACE_FORMS, PlacePhrases, Spot
from coder.places import Area, PlaceIndex, Town
from coder.records import Event, Place, ResolvedActor

CITY_STATES: Final = frozenset({"SGP", "MCO", "VAT", "HKG", "MAC", "GIB"})


@dataclass(slots=True, unsafe_hash=True, init=False)
class Located:
    """Where an event happened and the rule; or None and why not.

    Args:
        span: first and last token of the place's name.
        assumed: the country that the actor dictionaries give the name, "" for none.
    """

    place: Place | None
    rule: str
    span: tuple[int, int] = (-1, -1)
    assumed: str = ""

    def __init__(self, place: Place | None, rule: str, span: tuple[int, int] = (-1, -1), assumed: str = "") -> None:
        self.place = place
        self.rule = rule
        self.span = span
        self.assumed = assumed


NOWHERE: Final = Located(None, "no place name hangs on the action")


class Locator:
    """Places of the events of one sentence.

    Args:
        tree: the sentence.
        mentions: the names found in it; None where the dictionaries are legacy ones.
        document_country: the country the document is most about, "" for none.
        index: of places; opened when it is first needed.
    """

    def __init__(
        self, tree: Tree, mentions: SentenceMentions | None, document_country: str = "", index: PlaceIndex | None = None
    ) -> None:
        self.tree = tree
        self.mentions = mentions
        self.document_country = document_country
        self.phrases = PlacePhrases(tree, mentions, index)

    @property
    def index(self) -> PlaceIndex:
        return self.phrases.index

    def locate(self, event: Event) -> Located:
        """The place of an event and the rule it rests on, or no place and why there is none."""
        spots = self.phrases.spots(event)
        if not spots:
            return NOWHERE
        found: list[Located] = []
        refused: list[str] = []
        for spot in spots:
            place, rule = self._resolve(spot, event, spots)
            if place is None:
                refused.append(rule)
            else:
                assumed = next((c for h in self.phrases.hits(spot.head) if h.form in PLACE_FORMS for c in [self._letters(h)] if c), "")
                found.append(Located(place, rule, self.phrases.span(spot.head), assumed))
        if not found:
            return Located(None, refused[0])
        country = found[0].place.country if found[0].place else None
        for located in found:  # a town says more than its country
            if located.place is not None and located.place.latitude is not None and located.place.country == country:
                return located
        return found[0]

    def mend(self, event: Event, located: Located) -> Event:
        """The event with the place's country for actors who had theirs from the place's name.

        "Lebanese soldiers clashed with gunmen in Tripoli": the gunmen are Lebanese, not Libyan.
        """
        place = located.place
        if place is None or not place.country or not located.assumed or place.country == located.assumed:
            return event
        source = self._mended(event.source, located, place.country)
        target = None if event.target is None else self._mended(event.target, located, place.country)
        return replace(event, source=source, target=target)

    def _mended(self, actor: ResolvedActor, located: Located, country: str) -> ResolvedActor:
        if not actor.code.startswith(located.assumed) or not self.told_by_place(actor, *located.span):
            return actor
        return replace(actor, code=country + actor.code[3:], rule=f"{actor.rule}; {country}, where the event happened")

    # ---- from a name to a place ---------------------------------------------------------------------------------------

    def _country_only(self, spot: Spot) -> str | None:
        """The letters of a country or its region that a spot names, None for towns."""
        hits = self.phrases.hits(spot.head)
        codes = [self._letters(h) for h in hits if h.form == "region" or (h.actor.kind == "country" and h.form == "name")]
        known = [c for c in codes if c]
        return known[0] if known else None

    def _letters(self, hit: NameHit) -> str:
        """Three letters of a state of today, "" for world regions and former states."""
        code = hit.actor.country or hit.actor.code or ""
        return code[:3] if self.index.country_area(code[:3]) is not None else ""

    def _resolve(self, spot: Spot, event: Event, spots: list[Spot]) -> tuple[Place | None, str]:
        first, last = self.phrases.span(spot.head)
        name = self.phrases.text(first, last)
        hits = self.phrases.hits(spot.head)
        country = ""
        for h in hits:
            if h.actor.kind == "country" and h.form == "name":
                country = country or self._letters(h)
        regions = [h for h in hits if h.form == "region"]
        towns = [h for h in hits if h.form in ("capital", "city")]
        told = f"{name!r}, {spot.why}"
        area = self.index.area(name) if not hits else None
        if area is not None and not area.state:
            country = area.country
        states = self.index.states(name)
        if country and not spot.area and not states:
            return self._country(name, country, told)
        around = self._surroundings(spot, event, spots, first, last)
        if country and not spot.area:
            if country not in around.all_countries and "USA" in around.all_countries:
                return None, f"{told}: the country or the US state, and the text does not say which"
            return self._country(name, country, told)
        if states and not towns and not spot.area:
            big = [t for t in self.index.towns(name) if t.country == "USA" and t.population > 500_000]
            if not big:
                state = self.index.area(name)
                if state is not None:
                    return Place(state.name, "USA", None, None, state.geoname_id), f"{told}: a state of the USA"
        elif regions and not towns and not spot.area:
            code = next((c for h in regions for c in [self._letters(h)] if c), None)
            return Place(name, code, None, None, None), f"{told}: a region" + (f" of {code}" if code else "")
        elif hits and not towns and not regions:
            return None, f"{told}: a part of the world, no place"
        dictionary = next((c for h in towns or regions for c in [self._letters(h)] if c), "")
        candidates = self._towns(name, around, dictionary)
        if not hits and (len(name) < 4 or name in AMBIGUOUS) and not any(t.country in around.all_countries for t in candidates):
            return None, f"{told}: mostly another word, and no country around has a place of this name"
        choice = choose(name, candidates, around, dictionary)
        return self._from_choice(choice, spot, name, told, dictionary)

    def _towns(self, name: str, around: Surroundings, dictionary: str) -> tuple[Town, ...]:
        """Towns of a name; in the countries that spell it in many ways also those that sound like it."""
        towns = self.index.towns(name)
        known = around.explicit or ({dictionary} if dictionary else around.clause | around.actors)
        if any(t.country in known for t in towns):
            return towns
        more = [t for country in sorted(known) for t in self.index.loosely(name, country) if t.population >= 5_000]
        return (*towns, *more) if more else towns

    def _country(self, name: str, country: str, told: str) -> tuple[Place | None, str]:
        area = self.index.country_area(country)
        if country in CITY_STATES:
            town = next((t for t in self.index.towns(name) if t.country == country and t.capital), None)
            if town is not None:
                return Place(town.name, country, town.latitude, town.longitude, town.geoname_id), f"{told}: a city state"
        return Place(area.name if area else name, country, None, None, area.geoname_id if area else None), f"{told}: a country, no point in it"

    def _from_choice(self, choice: Choice, spot: Spot, name: str, told: str, dictionary: str) -> tuple[Place | None, str]:
        rule = f"{told}: {choice.rule}"
        if spot.area:
            country = choice.country or dictionary
            if not country:
                return None, rule
            noun = self.tree.forms[spot.above]
            if noun[:1].islower():
                noun = self.tree.lemmas[spot.above]
            full = f"{name} {noun}" if noun[:1].islower() else self.phrases.text(*sorted((self.phrases.span(spot.head)[0], spot.above))) if spot.above > spot.head else name
            return Place(full, country, None, None, None), f"{rule}; {noun}, so no point"
        if choice.town is not None:
            town = choice.town
            return Place(town.name, town.country, town.latitude, town.longitude, town.geoname_id), rule
        if choice.country:
            return Place(name, choice.country, None, None, None), rule
        return None, rule

    def _surroundings(self, spot: Spot, event: Event, spots: list[Spot], first: int, last: int) -> Surroundings:
        """Countries around a name, the closest circle first.

        Args:
            spots: all phrases that may tell where the event was.
        """
        named = {country for s in spots if (country := self._country_only(s)) is not None}
        explicit, states = self._explicit(spot, first, last)
        actors = [a.code[:3] for a in (event.source, event.target) if a is not None and not self.told_by_place(a, first, last)]
        circle = {c for c in actors if c not in NON_COUNTRIES and self.index.country_area(c) is not None}
        sentence: set[str] = set()
        if self.mentions is not None:
            for phrase in self.mentions.names:
                if phrase.end <= first or phrase.start > last:
                    hit = phrase.names[0]
                    if hit.actor.kind == "country" and (letters := self._letters(hit)):
                        sentence.add(letters)
        else:
            for i in range(self.tree.n):
                if self.tree.upos[i] == "PROPN" and not first <= i <= last:
                    area = self.index.area(self.tree.forms[i])
                    if area is not None:
                        sentence.add(area.country)
        document = {self.document_country} if self.document_country else set()
        return Surroundings(
            explicit=frozenset(explicit),
            states=frozenset(states),
            clause=frozenset(named - explicit),
            actors=frozenset(circle),
            sentence=frozenset(sentence),
            document=frozenset(document),
            on_the_ground=event.code.startswith(("08", "14", "17", "18", "19", "20")),
        )

    def told_by_place(self, actor: ResolvedActor, first: int, last: int) -> bool:
        """Whether an actor has its country from the very place name ("gunmen in Tripoli")."""
        if actor.mention.actors:
            return False
        start, end = self.tree.sentence.starts[first], self.tree.sentence.ends[last]
        owners = [o for o in actor.mention.owners if o.kind in ("country", "place")]
        if owners:
            return all(o.start < end and start < o.end for o in owners)
        return "from the context" in actor.rule

    def _explicit(self, spot: Spot, first: int, last: int) -> tuple[set[str], set[str]]:
        """Countries and US states that the phrase itself names: "Paris, Texas", "the Russian city of Ryazan"."""
        tree = self.tree
        tokens: set[int] = set()
        for node in (spot.head, spot.above):
            if node < 0:
                continue
            for c in tree.children[node]:
                if tree.relations[c] in ("amod", "nmod", "appos", "compound", "list", "flat") and not first <= c <= last:
                    tokens.update(tree.subtree(c) if tree.relations[c] != "nmod" or tree.case(c) in ("in", "of", "") else ())
        after = last + 1
        if after + 1 < tree.n and tree.forms[after] in (",", "("):
            stop = after + 1
            while stop < tree.n and tree.upos[stop] == "PROPN" and stop - after < 5:
                tokens.add(stop)
                stop += 1
        tokens -= set(range(first, last + 1))
        countries: set[str] = set()
        states: set[str] = set()
        if self.mentions is not None:
            for phrase in self.mentions.names:
                if all(t in tokens or tree.forms[t] in HYPHENS for t in range(phrase.start, phrase.end)):
                    text = self.phrases.text(phrase.start, phrase.end - 1)
                    found = self.index.states(text)
                    states.update(found)
                    if found:
                        countries.add("USA")
                    for hit in phrase.names[:1]:
                        if hit.actor.kind == "country" and hit.form in ("name", "adjective", "region", "inhabitant") and (letters := self._letters(hit)):
                            countries.add(letters)
        for t in sorted(tokens):
            if tree.upos[t] == "PROPN":
                area: Area | None = self.index.area(tree.forms[t])
                if area is not None:
                    countries.add(area.country)
                    states.update(self.index.states(tree.forms[t]))
        return countries, states
