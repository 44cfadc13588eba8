"""Where an event happened: the place name that grammar ties to it, looked up in GeoNames.

In: an Event, the Tree it was coded from and the names found in it. Out: a Place, or None, and the rule told in words.
A place counts only where it hangs on the action ("attacked soldiers in Goma"), or is what was attacked or visited
("shelled Kharkiv"). Where two places could be meant and nothing in the text decides, there is none.

    >>> Locator(tree, mentions, discourse.main_country()).locate(event).place
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from coder.actors import CALENDAR, SentenceMentions
from coder.dictionary.compiled import HYPHENS, NameHit
from coder.dictionary.gazetteer import AMBIGUOUS
from coder.dictionary.schema import NON_COUNTRIES
from coder.grammar import Tree
from coder.place_choice import Choice, Surroundings, choose
from coder.places import Area, PlaceIndex, Town
from coder.records import Event, Place, ResolvedActor

LOCATIVE = frozenset({"in", "at", "near", "outside", "around", "close to", "outside of", "north of", "south of", "east of", "west of"})
# What these acts are done to, or whither, is where they happen.
GROUND = ("18", "19", "20")
TARGET_PREPOSITIONS = frozenset({"on", "at", "against", "over", "into"})
DESTINATION_CODES = ("042", "043", "07", "06", "15", "18", "19")
ORIGIN_CODES = ("087", "08", "17", "18", "19", "20")
PLACE_OBJECT_CODES = ("042", "043", "17", "18", "19", "20")
# Said or planned, not done: where it was said counts, not where the thing spoken of is.
SPEECH_ROOTS = frozenset({"01", "02", "09", "10", "11", "12", "13", "16"})
TALK_ROOTS = frozenset({"03", "04", "05"})
# A fight names the enemy as its object, not the ground.
CONTEST_VERBS = frozenset({"fight", "battle", "combat", "clash", "confront", "engage", "defeat", "fighting", "war"})
SPEECH_VERBS = frozenset("say tell add announce declare state note warn insist report claim write explain stress".split())
SPEAKING = frozenset("speak address talk appear arrive visit meet".split())
LOCAL_ROOTS = ("08", "14", "17")  # their doers act where they are ("police in Bishkek arrested …")
SETTLEMENTS = frozenset("city town village capital municipality suburb settlement township port outskirts resort hamlet metropolis stronghold".split())
AREAS = frozenset(
    "province region state governorate district county oblast department prefecture territory enclave peninsula valley island "
    "countryside republic canton area".split()
)
FACILITIES = frozenset(
    "airport airfield airbase base hospital prison jail port camp market station checkpoint cathedral stadium barracks "
    "downtown square court courthouse".split()
)
OUTSKIRTS = frozenset("outskirts edge edges suburb suburbs centre center heart part parts north south east west streets street".split())
DIRECTIONS = frozenset("north south east west northeast northwest southeast southwest northwards southwards".split())
# Words that a preposition of place stands before, and towns too small to be meant bear.
NO_PLACES = frozenset(
    "congress parliament senate house cabinet court ramadan christmas easter internet twitter facebook union state republic "
    "ministry government assembly council commons lords knesset duma bundestag media english french arabic god islam "
    "telegram youtube instagram".split()
)
# "the government in Kyiv" is a government, not a place of the event.
POWERS = frozenset("government authority authorities regime leadership administration junta ruler leader embassy ally".split())
TOPICS = frozenset("war conflict crisis situation election elections violence fighting unrest coup peace future referendum developments".split())
CITY_STATES = frozenset({"SGP", "MCO", "VAT", "HKG", "MAC", "GIB"})
PLACE_FORMS = frozenset({"capital", "city", "region"})


@dataclass(frozen=True, slots=True)
class Spot:
    """A phrase that may name the place: its head token and why it belongs to the event."""

    head: int
    why: str
    area: bool = False  # "the province of Homs"
    above: int = -1  # the noun it stands with ("the Russian city of Ryazan")


@dataclass(frozen=True, slots=True)
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
        self._given = index

    @property
    def index(self) -> PlaceIndex:
        if self._given is None:
            self._given = PlaceIndex.open()
        return self._given

    def locate(self, event: Event) -> Located:
        """The place of an event and the rule it rests on, or no place and why there is none."""
        spots = list(self._spots(event))
        if not spots:
            return Located(None, "no place name hangs on the action")
        named = {country for spot in spots if (country := self._country_only(spot)) is not None}
        found: list[Located] = []
        refused: list[str] = []
        for spot in spots:
            place, rule = self._resolve(spot, event, named)
            if place is None:
                refused.append(rule)
            else:
                assumed = next((c for h in self._hits(spot.head) if h.form in PLACE_FORMS for c in [self._letters(h)] if c), "")
                found.append(Located(place, rule, self._span(spot.head), assumed))
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

    # ---- which phrases belong to the event ------------------------------------------------------------------------

    def _spots(self, event: Event) -> Iterator[Spot]:
        """Phrases that tell where, the closest first."""
        tree = self.tree
        tokens = [t for t in sorted(set(event.trigger_tokens), key=self._depth) if tree.upos[t] in ("VERB", "NOUN", "PROPN", "ADJ", "AUX")]
        if not tokens:
            return
        root = event.code[:2]
        top = tokens[0]
        if root in SPEECH_ROOTS:
            tokens = [top]
        elif root in TALK_ROOTS and not event.code.startswith("03"):
            tokens = [top, *(t for t in tokens if tree.heads[t] == top and tree.relation(t) in ("obj", "nsubj", "nsubj:pass", "conj", "obl"))]
        seen: set[int] = set()
        for spot in self._all(event, tokens, top, root):
            if spot.head not in seen:
                seen.add(spot.head)
                yield spot

    def _all(self, event: Event, tokens: list[int], top: int, root: str) -> Iterator[Spot]:
        tree = self.tree
        for t in tokens:
            yield from self._adjuncts(t, LOCATIVE, f"of {tree.forms[t]!r}", ground=root >= "14")
        for t in tokens:
            yield from self._target_places(event, t)
        if root not in SPEECH_ROOTS and root not in TALK_ROOTS:
            for t in tokens:
                for function in ("object", "indirect", "to", "with", "against"):
                    for head in tree.function(t, function):
                        yield from self._inside(head, f"of {tree.forms[head]!r}, whom or what it is done to")
        elif event.code.startswith("04"):  # "met Houthi leaders in Muscat"
            for side in (event.target, event.source):
                if side is not None and tree.relation(side.mention.head) in ("obj", "obl") and tree.heads[side.mention.head] in tokens:
                    yield from self._adjuncts(side.mention.head, LOCATIVE, f"of {tree.forms[side.mention.head]!r}, who is met")
        if event.code.startswith(LOCAL_ROOTS):
            for head in tree.function(top, "subject"):
                yield from self._inside(head, f"of {tree.forms[head]!r}, who acts there")
        if root not in SPEECH_ROOTS:
            for c in tree.children[top]:  # "an air strike on Raqqa killed …"
                if tree.relation(c) == "nsubj" and self._event_noun(c):
                    wanted = LOCATIVE | TARGET_PREPOSITIONS | {"of"} if event.code.startswith(GROUND) else LOCATIVE
                    yield from self._adjuncts(c, wanted, f"of {tree.forms[c]!r}")
        yield from self._around(event, top, root)

    def _around(self, event: Event, top: int, root: str) -> Iterator[Spot]:
        """Places of the clause above, where it is the same event told further."""
        tree = self.tree
        head = tree.heads[top]
        relation = tree.relation(top)
        for node in [top, *tree.ancestors(top)]:
            if tree.deprels[node] == "acl:relcl" and tree.heads[node] >= 0:
                if any(tree.lower[c] == "where" for c in tree.children[node]):
                    yield from self._named(tree.heads[node], "the place that 'where' stands for")
                break
        yield from self._speaking(top)
        if head < 0:
            return
        above = f"of {tree.forms[head]!r}, the verb above"
        if relation == "advcl" and not any(tree.relation(c) == "mark" for c in tree.children[top]) and "VerbForm=" in tree.feats[top]:
            yield from self._adjuncts(head, LOCATIVE, above)
        elif relation == "xcomp":
            yield from self._adjuncts(head, LOCATIVE, above)
        elif relation == "conj":
            yield from self._adjuncts(head, LOCATIVE, above, before=head)
        elif relation in ("ccomp", "parataxis") and tree.lemmas[head] in SPEECH_VERBS and (root in SPEECH_ROOTS or root in TALK_ROOTS):
            if self._same_speaker(event, head):
                yield from self._adjuncts(head, LOCATIVE, above)
                for c in tree.children[head]:
                    if tree.relation(c) in ("obj", "iobj"):
                        yield from self._adjuncts(c, LOCATIVE, f"of {tree.forms[c]!r}, who was told")
                yield from self._speaking(head)

    def _same_speaker(self, event: Event, verb: int) -> bool:
        source = event.source.mention
        subjects = self.tree.function(verb, "subject")
        if source.head in subjects:
            return True
        if self.mentions is None:
            return False
        for head in subjects:
            mention = self.mentions.at(head)
            if mention is not None and mention.actors and source.actors and mention.actors[0].country == source.actors[0].country:
                return True
        return False

    def _speaking(self, verb: int) -> Iterator[Spot]:
        """ "Speaking in Cairo, …"."""
        tree = self.tree
        for c in tree.children[verb]:
            if tree.relation(c) == "advcl" and tree.lemmas[c].lower() in SPEAKING and not any(tree.relation(g) == "mark" for g in tree.children[c]):
                yield from self._adjuncts(c, LOCATIVE, f"of {tree.forms[c]!r}")

    def _depth(self, token: int) -> tuple[int, int]:
        return len(self.tree.ancestors(token)), token

    def _event_noun(self, head: int) -> bool:
        if self.tree.upos[head] != "NOUN":
            return False
        lemma = self.tree.lemmas[head].lower()
        if self.mentions is not None and ("noun", lemma) in self.mentions.dictionaries.frames:
            return True
        return lemma in ("bomb", "explosion", "blast", "missile", "rocket", "shell", "fire", "drone")

    def _adjuncts(
        self, node: int, prepositions: frozenset[str] | set[str], why: str, *, before: int = -1, ground: bool = False
    ) -> Iterator[Spot]:
        """Places among the prepositional phrases on a word.

        Args:
            before: only phrases that stand before this token (those at the head of a sentence hold for all its verbs).
            ground: of an act of force, for which "the embassy in X" is X.
        """
        tree = self.tree
        for c in tree.children[node]:
            if before >= 0 and c > before:
                continue
            relation = tree.relation(c)
            if relation in ("obl", "nmod") and tree.deprels[c] not in ("nmod:poss", "obl:tmod", "nmod:tmod"):
                case = tree.case(c)
                if case in prepositions:
                    if not ground and relation == "obl" and self._seat_of_power(c) and self._capital(c):
                        continue
                    yield from self._named(c, f"{case!r} {why}")
                elif case == "on" and tree.lemmas[c].lower() in OUTSKIRTS | {"border", "road", "square", "island", "coast", "campus"}:
                    yield from self._named(c, f"'on' {why}")
                elif case == "during":
                    yield from self._inside(c, f"'during' {why}")
            elif relation == "advmod" and tree.lower[c] in DIRECTIONS | {"outside", "inside", "near"}:
                yield from self._beyond(c, why)

    def _beyond(self, adverb: int, why: str) -> Iterator[Spot]:
        """ "south of Tripoli"."""
        tree = self.tree
        for g in tree.children[adverb]:
            if tree.relation(g) in ("obl", "nmod") and tree.case(g) in ("of", ""):
                yield from self._named(g, f"'{tree.lower[adverb]} of' {why}")

    def _seat_of_power(self, c: int) -> bool:
        """ "backed the government in Kyiv": the phrase belongs to the noun right before it, whatever the parser made of it."""
        tree = self.tree
        case = tree.child(c, "case")
        return case > 0 and tree.lemmas[case - 1].lower() in POWERS

    def _target_places(self, event: Event, t: int) -> Iterator[Spot]:
        """Places that are acted upon, gone to or left."""
        tree, code = self.tree, event.code
        if code.startswith(PLACE_OBJECT_CODES) and tree.lemmas[t].lower() not in CONTEST_VERBS:
            for head in tree.function(t, "object"):
                if self._is_place(head):
                    yield Spot(head, f"the object of {tree.forms[t]!r}")
                else:
                    yield from self._settlement(head, f"the object of {tree.forms[t]!r}")
        prepositions: set[str] = set()
        if code.startswith(GROUND):
            prepositions |= TARGET_PREPOSITIONS
            if tree.upos[t] == "NOUN":  # "the shelling of Kharkiv"
                yield from self._adjuncts(t, {"of"}, f"of {tree.forms[t]!r}")
        if code.startswith(DESTINATION_CODES):
            prepositions |= {"to", "into", "on"}
        if code.startswith(ORIGIN_CODES):
            prepositions |= {"from"}
        if code.startswith("14"):
            prepositions |= {"through"}
        if code.startswith("07"):
            prepositions -= {"on"}
        for preposition in sorted(prepositions):
            for head in tree.function(t, preposition):
                if preposition == "to" and code.startswith(("06", "07")) and self._capital(head):
                    continue  # "aid to Kyiv": the government
                if self._is_place(head):
                    yield Spot(head, f"{preposition!r} of {tree.forms[t]!r}")
                else:
                    yield from self._settlement(head, f"{preposition!r} of {tree.forms[t]!r}")

    def _named(self, head: int, why: str) -> Iterator[Spot]:
        """The place a phrase names: itself, or what stands in, of or beside it."""
        tree = self.tree
        if self._is_place(head):
            yield Spot(head, why)
            return
        yield from self._settlement(head, why)
        yield from self._inside(head, why)

    def _settlement(self, head: int, why: str) -> Iterator[Spot]:
        """ "the city of X", "X province", "X airport", "the capital, X"."""
        tree = self.tree
        lemma = tree.lemmas[head].lower()
        if lemma in SETTLEMENTS or lemma in AREAS or tree.lower[head] in OUTSKIRTS:
            for c in tree.children[head]:
                if (tree.relation(c) in ("nmod", "obl") and tree.case(c) == "of") or tree.relation(c) in ("appos", "flat"):
                    if self._is_place(c) and not (lemma == "capital" and tree.case(c) == "of"):
                        yield Spot(c, why, area=lemma in AREAS, above=head)
                    elif self._is_place(c):
                        for g in tree.children[c]:
                            if tree.relation(g) == "appos" and self._is_place(g):
                                yield Spot(g, why, above=c)
        if lemma in AREAS or lemma in FACILITIES or lemma in SETTLEMENTS:
            for c in tree.children[head]:
                if c < head and tree.relation(c) in ("compound", "nmod") and tree.upos[c] == "PROPN" and tree.case(c) == "" and tree.deprels[c] != "nmod:poss":
                    if self._is_place(c):
                        yield Spot(c, why, area=lemma in AREAS, above=head)

    def _inside(self, head: int, why: str, depth: int = 0) -> Iterator[Spot]:
        """Places further down a chain of nouns ("a convoy of soldiers on the outskirts of Kabul")."""
        tree = self.tree
        if depth > 3 or tree.lemmas[head].lower() in TOPICS:
            return
        for c in tree.children[head]:
            relation = tree.relation(c)
            if relation == "nmod" and tree.deprels[c] != "nmod:poss":
                case = tree.case(c)
                if case in LOCATIVE or (case == "on" and tree.lower[c] in OUTSKIRTS) or (case == "of" and tree.lower[head] in OUTSKIRTS):
                    yield from self._named(c, f"{case!r} {why}")
                elif case in ("of", "from", "with", "on", "during") and not self._is_place(c):
                    yield from self._inside(c, why, depth + 1)
            elif relation == "appos" and self._is_place(c) and tree.lemmas[head].lower() in SETTLEMENTS:
                yield Spot(c, why, above=head)
            elif relation == "advmod" and tree.lower[c] in DIRECTIONS:
                yield from self._beyond(c, why)

    # ---- names ----------------------------------------------------------------------------------------------------

    def _is_place(self, head: int) -> bool:
        """Whether a token heads a name that could be a place's."""
        tree = self.tree
        if tree.upos[head] not in ("PROPN", "X", "NOUN", "ADJ"):
            return False
        if tree.upos[head] != "PROPN" and not any(h.form in PLACE_FORMS or h.actor.kind == "country" for h in self._hits(head)):
            return False
        if tree.lower[head] in CALENDAR or tree.lower[head] in NO_PLACES or not tree.forms[head][:1].isupper():
            return False
        if tree.relation(head) == "flat" and tree.upos[tree.heads[head]] == "PROPN":
            return False
        hits = self._hits(head)
        if hits:
            return any(h.form in PLACE_FORMS or (h.actor.kind == "country" and h.form == "name") for h in hits)
        if tree.lemmas[head].lower() in AREAS | FACILITIES | SETTLEMENTS:
            return False
        name = self._name(head)
        return bool(self.index.towns(name)) or self.index.area(name) is not None

    def _hits(self, head: int) -> list[NameHit]:
        """What the dictionaries know of the whole name that a token heads, [] for nothing."""
        if self.mentions is None:
            return []
        first, last = self._span(head)
        for phrase in self.mentions.names:
            if phrase.start <= first and last < phrase.end:
                return phrase.names
        return []

    def _span(self, head: int) -> tuple[int, int]:
        """First and last token of the name a token heads: the proper nouns of the phrase, and what joins them."""
        tree = self.tree
        if self.mentions is not None:
            for phrase in self.mentions.names:
                if phrase.start <= head < phrase.end and any(h.form in PLACE_FORMS or h.actor.kind == "country" for h in phrase.names):
                    tail = [c for c in tree.children[head] if tree.relation(c) == "flat" and c >= phrase.end]
                    return phrase.start, max([phrase.end - 1, *tail])
        members = {head}
        queue = [head]
        while queue:
            node = queue.pop()
            for c in tree.children[node]:
                proper = tree.upos[c] in ("PROPN", "X") or (tree.upos[c] in ("ADJ", "NOUN", "DET") and tree.forms[c][:1].isupper() and c > 0)
                if tree.relation(c) in ("flat", "compound", "goeswith", "amod", "det") and proper and tree.lower[c] != "the":
                    members.add(c)
                    queue.append(c)
        first, last = min(members), max(members)
        return first, last

    def _text(self, first: int, last: int) -> str:
        sentence = self.tree.sentence
        return sentence.text[sentence.starts[first] - sentence.start : sentence.ends[last] - sentence.start]

    def _name(self, head: int) -> str:
        return self._text(*self._span(head))

    def _capital(self, head: int) -> bool:
        return any(h.form == "capital" for h in self._hits(head))

    # ---- from a name to a place ---------------------------------------------------------------------------------------

    def _country_only(self, spot: Spot) -> str | None:
        """The letters of a country or its region that a spot names, None for towns."""
        hits = self._hits(spot.head)
        codes = [self._letters(h) for h in hits if h.form == "region" or (h.actor.kind == "country" and h.form == "name")]
        known = [c for c in codes if c]
        return known[0] if known else None

    def _letters(self, hit: NameHit) -> str:
        """Three letters of a state of today, "" for world regions and former states."""
        code = hit.actor.country or hit.actor.code or ""
        return code[:3] if self.index.country_area(code[:3]) is not None else ""

    def _resolve(self, spot: Spot, event: Event, named: set[str]) -> tuple[Place | None, str]:
        first, last = self._span(spot.head)
        name = self._text(first, last)
        hits = self._hits(spot.head)
        around = self._surroundings(spot, event, named, first, last)
        countries = list(dict.fromkeys(c for h in hits if h.actor.kind == "country" and h.form == "name" for c in [self._letters(h)] if c))
        regions = [h for h in hits if h.form == "region"]
        towns = [h for h in hits if h.form in ("capital", "city")]
        told = f"{name!r}, {spot.why}"
        area = self.index.area(name) if not hits else None
        if area is not None and not area.state:
            countries = [area.country]
        if countries and not spot.area:
            return self._country(name, countries[0], around, told)
        states = self.index.states(name)
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
        if not hits and len(name) < 4 or (name in AMBIGUOUS and not towns):
            around = around.only_explicit() if not around.all_countries else around
        choice = choose(name, self._towns(name, around, dictionary), around, dictionary)
        return self._from_choice(choice, spot, name, told, dictionary)

    def _towns(self, name: str, around: Surroundings, dictionary: str) -> tuple[Town, ...]:
        """Towns of a name; in the countries that spell it in many ways also those that sound like it."""
        towns = self.index.towns(name)
        known = around.explicit or ({dictionary} if dictionary else around.clause | around.actors)
        if any(t.country in known for t in towns):
            return towns
        more = [t for country in sorted(known) for t in self.index.loosely(name, country) if t.population >= 5_000]
        return (*towns, *more) if more else towns

    def _country(self, name: str, country: str, around: Surroundings, told: str) -> tuple[Place | None, str]:
        if self.index.states(name) and country not in around.all_countries and "USA" in around.all_countries:
            return None, f"{told}: the country or the US state, and the text does not say which"
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
            noun = self.tree.forms[spot.above] if spot.above >= 0 else "region"
            full = f"{name} {noun}" if noun[:1].islower() else self._text(*sorted((self._span(spot.head)[0], spot.above))) if spot.above > spot.head else name
            return Place(full, country, None, None, None), f"{rule}; {noun}, so no point"
        if choice.town is not None:
            town = choice.town
            return Place(town.name, town.country, town.latitude, town.longitude, town.geoname_id), rule
        if choice.country:
            return Place(name, choice.country, None, None, None), rule
        return None, rule

    def _surroundings(self, spot: Spot, event: Event, named: set[str], first: int, last: int) -> Surroundings:
        """Countries around a name, the closest circle first."""
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
                if tree.relation(c) in ("amod", "nmod", "appos", "compound", "list", "flat") and not first <= c <= last:
                    tokens.update(tree.subtree(c) if tree.relation(c) != "nmod" or tree.case(c) in ("in", "of", "") else ())
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
                    text = self._text(phrase.start, phrase.end - 1)
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

