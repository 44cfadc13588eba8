"""Which place names belong to an event: those that grammar ties to the action or to what it is done to.

In: an Event and its Tree. Out: Spots, the closest first. What the names mean is `coder.locate`'s to find out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from coder.actors import CALENDAR, SentenceMentions
from coder.dictionary.compiled import NameHit
from coder.grammar import Tree
from coder.places import PlaceIndex
from coder.records import Event

LOCATIVE: Final = frozenset({"in", "at", "near", "outside", "around", "close to", "outside of", "north of", "south of", "east of", "west of"})
# What these acts are done to, or whither, is where they happen.
GROUND: Final[tuple[str, ...]] = ("18", "19", "20")
TARGET_PREPOSITIONS: Final = frozenset({"on", "at", "against", "over", "into"})
DESTINATION_CODES: Final[tuple[str, ...]] = ("042", "043", "07", "15", "18", "19")
ORIGIN_CODES: Final[tuple[str, ...]] = ("087", "08", "17", "18", "19", "20")
PLACE_OBJECT_CODES: Final[tuple[str, ...]] = ("042", "043", "17", "18", "19", "20")
# Said or planned, not done: where it was said counts, not where the thing spoken of is.
SPEECH_ROOTS: Final = frozenset({"01", "02", "09", "10", "11", "12", "13", "16"})
TALK_ROOTS: Final = frozenset({"03", "04", "05"})
# A fight names the enemy as its object, not the ground.
CONTEST_VERBS: Final = frozenset({"fight", "battle", "combat", "clash", "confront", "engage", "defeat", "fighting", "war"})
SPEECH_VERBS: Final = frozenset("say tell add announce declare state note warn insist report claim write explain stress".split())
CONVENING: Final = frozenset("host hold attend open chair convene begin conclude".split())
OCCASIONS: Final = frozenset("summit meeting conference talk talks ceremony rally session forum".split())
SPEAKING: Final = frozenset("speak address talk appear arrive visit meet".split())
LOCAL_ROOTS: Final[tuple[str, ...]] = ("08", "116", "14", "17")  # their doers act where they are ("police in Bishkek arrested …")
SETTLEMENTS: Final = frozenset("city town village capital municipality suburb settlement township port outskirts resort hamlet metropolis stronghold".split())
AREAS: Final = frozenset(
    "province region state governorate district county oblast department prefecture territory enclave peninsula valley island "
    "countryside republic canton area".split()
)
FACILITIES: Final = frozenset(
    "airport airfield airbase base hospital prison jail port camp market station checkpoint cathedral stadium barracks "
    "downtown square court courthouse".split()
)
OUTSKIRTS: Final = frozenset("outskirts edge edges suburb suburbs centre center heart part parts north south east west streets street".split())
DIRECTIONS: Final = frozenset("north south east west northeast northwest southeast southwest northwards southwards".split())
# Words that a preposition of place stands before, and towns too small to be meant bear.
NO_PLACES: Final = frozenset(
    "congress parliament senate house cabinet court ramadan christmas easter internet twitter facebook union state republic "
    "ministry government assembly council commons lords knesset duma bundestag media english french arabic god islam "
    "telegram youtube instagram".split()
)
# "the government in Kyiv" is a government, not a place of the event.
POWERS: Final = frozenset("government authority authorities regime leadership administration junta ruler leader embassy ally".split())
TOPICS: Final = frozenset("war conflict crisis situation election elections violence fighting unrest coup peace future referendum developments".split())
PLACE_FORMS: Final = frozenset({"capital", "city", "region"})


@dataclass(frozen=True, slots=True)
class Spot:
    """A phrase that may name the place: its head token and why it belongs to the event."""

    head: int
    why: str
    area: bool = False  # "the province of Homs"
    above: int = -1  # the noun it stands with ("the Russian city of Ryazan")


class PlacePhrases:
    """The phrases of one sentence that may name places.

    Args:
        tree: the sentence.
        mentions: the names found in it; None where the dictionaries are legacy ones.
        index: tells whether a name is a place's at all; opened when it is first needed.
    """

    def __init__(self, tree: Tree, mentions: SentenceMentions | None, index: PlaceIndex | None = None) -> None:
        self.tree = tree
        self.mentions = mentions
        self._given = index

    @property
    def index(self) -> PlaceIndex:
        if self._given is None:
            self._given = PlaceIndex.open()
        return self._given

    # ---- which phrases belong to the event ------------------------------------------------------------------------

    def spots(self, event: Event) -> Iterator[Spot]:
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
        for t in tokens:  # "endorsed the text at a summit in Brussels", the summit hung on the text
            for head in tree.function(t, "object"):
                for c in tree.children[head]:
                    if tree.relation(c) == "nmod" and tree.case(c) in ("at", "during") and tree.lemmas[c].lower() in OCCASIONS:
                        yield from self._inside(c, f"of {tree.forms[c]!r}, the occasion")
        if root not in SPEECH_ROOTS and root not in TALK_ROOTS:
            for t in tokens:
                for function in ("object", "indirect", "to", "with", "against"):
                    for head in tree.function(t, function):
                        yield from self._inside(head, f"of {tree.forms[head]!r}, whom or what it is done to")
        elif event.code.startswith("04"):  # "hosted years of negotiations in Havana", "met Houthi leaders in Muscat"
            for t in tokens:
                if tree.lemmas[t].lower() in CONVENING:
                    for head in tree.function(t, "object"):
                        yield from self._inside(head, f"of {tree.forms[head]!r}, what is held")
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
                elif any(tree.lower[c] == "which" and tree.case(c) == "in" for c in tree.children[node]) and self._event_noun(tree.heads[node]):
                    noun = tree.heads[node]  # "a massacre at Moura in which 500 people were killed"
                    yield from self._adjuncts(noun, LOCATIVE, f"of {tree.forms[noun]!r}")
                break
        yield from self._speaking(top)
        if head < 0:
            return
        above = f"of {tree.forms[head]!r}, the verb above"
        if (relation == "advcl" and self._participle(top)) or relation == "xcomp":
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
            if tree.relation(c) == "advcl" and tree.lemmas[c].lower() in SPEAKING and self._participle(c):
                yield from self._adjuncts(c, LOCATIVE, f"of {tree.forms[c]!r}")

    def _participle(self, i: int) -> bool:
        """ "…, killing five soldiers": the same scene, told on; not "after he had …", "when they met"."""
        feats = self.tree.feats[i]
        return ("VerbForm=Ger" in feats or "VerbForm=Part" in feats) and not any(
            self.tree.relation(c) in ("mark", "aux", "nsubj") for c in self.tree.children[i]
        )

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
                    if not ground and relation == "obl" and self._seat_of_power(c) and self.capital(c):
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
                if self.is_place(head):
                    yield Spot(head, f"the object of {tree.forms[t]!r}")
                else:
                    yield from self._settlement(head, f"the object of {tree.forms[t]!r}")
        if tree.lemmas[t].lower() in CONTEST_VERBS:
            return
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
                if preposition == "to" and code.startswith("07") and self.capital(head):
                    continue  # "aid to Kyiv": the government
                if self.is_place(head):
                    yield Spot(head, f"{preposition!r} of {tree.forms[t]!r}")
                else:
                    yield from self._settlement(head, f"{preposition!r} of {tree.forms[t]!r}")

    def _named(self, head: int, why: str) -> Iterator[Spot]:
        """The place a phrase names: itself, or what stands in, of or beside it."""
        if self.is_place(head):
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
                    if self.is_place(c) and not (lemma == "capital" and tree.case(c) == "of"):
                        yield Spot(c, why, area=lemma in AREAS, above=head)
                    elif self.is_place(c):
                        for g in tree.children[c]:
                            if tree.relation(g) == "appos" and self.is_place(g):
                                yield Spot(g, why, above=c)
        if lemma in AREAS or lemma in FACILITIES or lemma in SETTLEMENTS:
            for c in tree.children[head]:
                if c < head and tree.relation(c) in ("compound", "nmod") and tree.upos[c] == "PROPN" and tree.case(c) == "" and tree.deprels[c] != "nmod:poss":
                    if self.is_place(c):
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
                elif case in ("of", "from", "with", "on", "during") and not self.is_place(c):
                    yield from self._inside(c, why, depth + 1)
            elif relation == "appos" and self.is_place(c) and tree.lemmas[head].lower() in SETTLEMENTS:
                yield Spot(c, why, above=head)
            elif relation == "advmod" and tree.lower[c] in DIRECTIONS:
                yield from self._beyond(c, why)

    # ---- names ----------------------------------------------------------------------------------------------------

    def is_place(self, head: int) -> bool:
        """Whether a token heads a name that could be a place's."""
        tree = self.tree
        if tree.upos[head] not in ("PROPN", "X", "NOUN", "ADJ"):
            return False
        if tree.upos[head] != "PROPN" and not any(h.form in PLACE_FORMS or h.actor.kind == "country" for h in self.hits(head)):
            return False
        if tree.lower[head] in CALENDAR or tree.lower[head] in NO_PLACES or not tree.forms[head][:1].isupper():
            return False
        if tree.relation(head) == "flat" and tree.upos[tree.heads[head]] == "PROPN":
            return False
        hits = self.hits(head)
        if hits:
            return any(h.form in PLACE_FORMS or (h.actor.kind == "country" and h.form == "name") for h in hits)
        if tree.lemmas[head].lower() in AREAS | FACILITIES | SETTLEMENTS:
            return False
        name = self.name(head)
        return bool(self.index.towns(name)) or self.index.area(name) is not None

    def hits(self, head: int) -> list[NameHit]:
        """What the dictionaries know of the whole name that a token heads, [] for nothing."""
        if self.mentions is None:
            return []
        first, last = self.span(head)
        for phrase in self.mentions.names:
            if phrase.start <= first and last < phrase.end:
                return phrase.names
        return []

    def span(self, head: int) -> tuple[int, int]:
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

    def text(self, first: int, last: int) -> str:
        sentence = self.tree.sentence
        return sentence.text[sentence.starts[first] - sentence.start : sentence.ends[last] - sentence.start]

    def name(self, head: int) -> str:
        return self.text(*self.span(head))

    def capital(self, head: int) -> bool:
        return any(h.form == "capital" for h in self.hits(head))
