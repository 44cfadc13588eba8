"""Which place names belong to an event: those that grammar ties to the action or to what it is done to.

In: an Event and its Tree. Out: Spots, the closest first. What the names mean is `coder.locate`'s to find out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

from coder.actors import CALENDAR, SentenceMentions
from coder.dictionary.compiled import NameHit
from coder.grammar import Tree
from coder.places import PlaceIndex
from coder.records import Event
from coder.word_classes import DIRECTIONS

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
WAYS: Final = DIRECTIONS | {"northwards", "southwards"}
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
TELLING: Final = frozenset({"VERB", "NOUN", "PROPN", "ADJ", "AUX"})  # words of an event that places hang on
SUFFERERS: Final[tuple[str, ...]] = ("object", "indirect", "to", "with", "against")
NO_ADJUNCTS: Final = frozenset({"nmod:poss", "obl:tmod", "nmod:tmod"})
NAME_RELATIONS: Final = frozenset({"flat", "compound", "goeswith", "amod", "det"})
OF: Final = frozenset({"of"})
OF_GROUND: Final = LOCATIVE | TARGET_PREPOSITIONS | OF
STOOD_ON: Final = OUTSKIRTS | {"border", "road", "square", "island", "coast", "campus"}
AWAY: Final = WAYS | {"outside", "inside", "near"}


@dataclass(slots=True, unsafe_hash=True, init=False)
class Spot:
    """A phrase that may name the place: its head token and why it belongs to the event."""

    head: int
    why: str
    area: bool = False  # "the province of Homs"
    above: int = -1  # the noun it stands with ("the Russian city of Ryazan")

    def __init__(self, head: int, why: str, area: bool = False, above: int = -1) -> None:
        self.head = head
        self.why = why
        self.area = area
        self.above = above


@dataclass(slots=True, unsafe_hash=True, init=False)
class Tie:
    """What ties a phrase to an event, in words only where a place is found: `before` "of 'word'" `after`.

    Args:
        word: the token named, -1 where `before` says it all.
    """

    before: str
    word: int
    after: str

    def __init__(self, before: str, word: int, after: str = "") -> None:
        self.before = before
        self.word = word
        self.after = after

    def led(self, before: str) -> Tie:
        return Tie(f"{before} {self.before}", self.word, self.after)


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
        self._places: dict[int, bool] = {}
        self._spans: dict[int, tuple[int, int]] = {}
        self._spots: list[Spot] = []  # of the event asked about

    @property
    def index(self) -> PlaceIndex:
        index = self._given
        if index is None:
            index = self._given = PlaceIndex.open()
        return index

    # ---- which phrases belong to the event ------------------------------------------------------------------------

    def spots(self, event: Event) -> list[Spot]:
        """Phrases that tell where, the closest first."""
        tree = self.tree
        self._spots = []
        tokens = [t for t in event.trigger_tokens if tree.upos[t] in TELLING]
        if not tokens:
            return self._spots
        if len(tokens) > 1:
            tokens = [t for _, t in sorted([(tree.depth(t), t) for t in set(tokens)])]  # the topmost first
        root = event.code[:2]
        top = tokens[0]
        if root in SPEECH_ROOTS:
            tokens = [top]
        elif root in TALK_ROOTS and not event.code.startswith("03"):
            tokens = [top, *(t for t in tokens if tree.heads[t] == top and tree.relations[t] in ("obj", "nsubj", "nsubj:pass", "conj", "obl"))]
        self._all(event, tokens, top, root)
        return self._spots

    def _found(self, head: int, tie: Tie, area: bool = False, above: int = -1) -> None:
        for spot in self._spots:
            if spot.head == head:
                return
        why = tie.before if tie.word < 0 else f"{tie.before}of {self.tree.forms[tie.word]!r}{tie.after}"
        self._spots.append(Spot(head, why, area, above))

    def _all(self, event: Event, tokens: list[int], top: int, root: str) -> None:
        tree = self.tree
        for t in tokens:
            self._adjuncts(t, LOCATIVE, Tie("", t), ground=root >= "14")
        for t in tokens:
            self._target_places(event.code, t)
        for t in tokens:  # "endorsed the text at a summit in Brussels", the summit hung on the text
            for head in tree.function(t, "object"):
                for c in tree.children[head]:
                    if tree.relations[c] == "nmod" and tree.case(c) in ("at", "during") and tree.lower_lemmas[c] in OCCASIONS:
                        self._inside(c, Tie("", c, ", the occasion"))
        if root not in SPEECH_ROOTS and root not in TALK_ROOTS:
            for t in tokens:
                for function in SUFFERERS:
                    for head in tree.function(t, function):
                        if tree.children[head]:
                            self._inside(head, Tie("", head, ", whom or what it is done to"))
        elif event.code.startswith("04"):  # "hosted years of negotiations in Havana", "met Houthi leaders in Muscat"
            for t in tokens:
                if tree.lower_lemmas[t] in CONVENING:
                    for head in tree.function(t, "object"):
                        self._inside(head, Tie("", head, ", what is held"))
            for side in (event.target, event.source):
                if side is not None and tree.relations[side.mention.head] in ("obj", "obl") and tree.heads[side.mention.head] in tokens:
                    self._adjuncts(side.mention.head, LOCATIVE, Tie("", side.mention.head, ", who is met"))
        if event.code.startswith(LOCAL_ROOTS):
            for head in tree.function(top, "subject"):
                self._inside(head, Tie("", head, ", who acts there"))
        if root not in SPEECH_ROOTS:
            for c in tree.children[top]:  # "an air strike on Raqqa killed …"
                if tree.relations[c] == "nsubj" and self._event_noun(c):
                    self._adjuncts(c, OF_GROUND if event.code.startswith(GROUND) else LOCATIVE, Tie("", c))
        self._around(event, top, root)

    def _around(self, event: Event, top: int, root: str) -> None:
        """Places of the clause above, where it is the same event told further."""
        tree = self.tree
        head = tree.heads[top]
        relation = tree.relations[top]
        node = top
        while node >= 0:
            if tree.deprels[node] == "acl:relcl" and tree.heads[node] >= 0:
                if any(tree.lower[c] == "where" for c in tree.children[node]):
                    self._named(tree.heads[node], Tie("the place that 'where' stands for", -1))
                elif any(tree.lower[c] == "which" and tree.case(c) == "in" for c in tree.children[node]) and self._event_noun(tree.heads[node]):
                    noun = tree.heads[node]  # "a massacre at Moura in which 500 people were killed"
                    self._adjuncts(noun, LOCATIVE, Tie("", noun))
                break
            node = tree.heads[node]
        self._speaking(top)
        if head < 0:
            return
        if relation == "xcomp" or (relation == "advcl" and self._participle(top)):
            self._adjuncts(head, LOCATIVE, Tie("", head, ", the verb above"))
        elif relation == "conj":
            self._adjuncts(head, LOCATIVE, Tie("", head, ", the verb above"), before=head)
        elif relation in ("ccomp", "parataxis") and tree.lemmas[head] in SPEECH_VERBS and (root in SPEECH_ROOTS or root in TALK_ROOTS):
            if self._same_speaker(event, head):
                self._adjuncts(head, LOCATIVE, Tie("", head, ", the verb above"))
                for c in tree.children[head]:
                    if tree.relations[c] in ("obj", "iobj"):
                        self._adjuncts(c, LOCATIVE, Tie("", c, ", who was told"))
                self._speaking(head)

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

    def _speaking(self, verb: int) -> None:
        """ "Speaking in Cairo, …"."""
        tree = self.tree
        for c in tree.children[verb]:
            if tree.relations[c] == "advcl" and tree.lower_lemmas[c] in SPEAKING and self._participle(c):
                self._adjuncts(c, LOCATIVE, Tie("", c))

    def _participle(self, i: int) -> bool:
        """ "…, killing five soldiers": the same scene, told on; not "after he had …", "when they met"."""
        feats = self.tree.feats[i]
        return ("VerbForm=Ger" in feats or "VerbForm=Part" in feats) and not any(
            self.tree.relations[c] in ("mark", "aux", "nsubj") for c in self.tree.children[i]
        )

    def _event_noun(self, head: int) -> bool:
        if self.tree.upos[head] != "NOUN":
            return False
        lemma = self.tree.lower_lemmas[head]
        if self.mentions is not None and ("noun", lemma) in self.mentions.dictionaries.frames:
            return True
        return lemma in ("bomb", "explosion", "blast", "missile", "rocket", "shell", "fire", "drone")

    def _adjuncts(self, node: int, prepositions: frozenset[str], tie: Tie, *, before: int = -1, ground: bool = False) -> None:
        """Places among the prepositional phrases on a word.

        Args:
            before: only phrases that stand before this token (those at the head of a sentence hold for all its verbs).
            ground: of an act of force, for which "the embassy in X" is X.
        """
        tree = self.tree
        for c in tree.children[node]:
            if before >= 0 and c > before:
                continue
            relation = tree.relations[c]
            if relation == "obl" or relation == "nmod":
                if tree.deprels[c] in NO_ADJUNCTS:
                    continue
                case = tree.case(c)
                if case in prepositions:
                    if not ground and relation == "obl" and self._seat_of_power(c) and self.capital(c):
                        continue
                    self._named(c, tie.led(repr(case)))
                elif case == "on":
                    if tree.lower_lemmas[c] in STOOD_ON:
                        self._named(c, tie.led("'on'"))
                elif case == "during":
                    self._inside(c, tie.led("'during'"))
            elif relation == "advmod" and tree.lower[c] in AWAY:
                self._beyond(c, tie)

    def _beyond(self, adverb: int, tie: Tie) -> None:
        """ "south of Tripoli"."""
        tree = self.tree
        for g in tree.children[adverb]:
            if tree.relations[g] in ("obl", "nmod") and tree.case(g) in ("of", ""):
                self._named(g, tie.led(f"'{tree.lower[adverb]} of'"))

    def _seat_of_power(self, c: int) -> bool:
        """ "backed the government in Kyiv": the phrase belongs to the noun right before it, whatever the parser made of it."""
        tree = self.tree
        case = tree.child(c, "case")
        return case > 0 and tree.lower_lemmas[case - 1] in POWERS

    def _target_places(self, code: str, t: int) -> None:
        """Places that are acted upon, gone to or left."""
        tree = self.tree
        if tree.lower_lemmas[t] in CONTEST_VERBS:
            return
        if code.startswith(PLACE_OBJECT_CODES):
            for head in tree.function(t, "object"):
                if self.is_place(head):
                    self._found(head, Tie("the object ", t))
                else:
                    self._settlement(head, Tie("the object ", t))
        if tree.upos[t] == "NOUN" and code.startswith(GROUND):  # "the shelling of Kharkiv"
            self._adjuncts(t, OF, Tie("", t))
        for preposition in _whither(code):
            for head in tree.function(t, preposition):
                if preposition == "to" and code.startswith("07") and self.capital(head):
                    continue  # "aid to Kyiv": the government
                if self.is_place(head):
                    self._found(head, Tie(f"{preposition!r} ", t))
                else:
                    self._settlement(head, Tie(f"{preposition!r} ", t))

    def _named(self, head: int, tie: Tie) -> None:
        """The place a phrase names: itself, or what stands in, of or beside it."""
        if self.is_place(head):
            self._found(head, tie)
        elif self.tree.children[head]:
            self._settlement(head, tie)
            self._inside(head, tie)

    def _settlement(self, head: int, tie: Tie) -> None:
        """ "the city of X", "X province", "X airport", "the capital, X"."""
        tree = self.tree
        lemma = tree.lower_lemmas[head]
        area = lemma in AREAS
        if area or lemma in SETTLEMENTS or tree.lower[head] in OUTSKIRTS:
            for c in tree.children[head]:
                if (tree.relations[c] in ("nmod", "obl") and tree.case(c) == "of") or tree.relations[c] in ("appos", "flat"):
                    if self.is_place(c) and not (lemma == "capital" and tree.case(c) == "of"):
                        self._found(c, tie, area, head)
                    elif self.is_place(c):
                        for g in tree.children[c]:
                            if tree.relations[g] == "appos" and self.is_place(g):
                                self._found(g, tie, above=c)
        if area or lemma in FACILITIES or lemma in SETTLEMENTS:
            for c in tree.children[head]:
                if c < head and tree.relations[c] in ("compound", "nmod") and tree.upos[c] == "PROPN" and tree.case(c) == "" and tree.deprels[c] != "nmod:poss":
                    if self.is_place(c):
                        self._found(c, tie, area, head)

    def _inside(self, head: int, tie: Tie, depth: int = 0) -> None:
        """Places further down a chain of nouns ("a convoy of soldiers on the outskirts of Kabul")."""
        tree = self.tree
        if depth > 3 or tree.lower_lemmas[head] in TOPICS:
            return
        for c in tree.children[head]:
            relation = tree.relations[c]
            if relation == "nmod":
                if tree.deprels[c] == "nmod:poss":
                    continue
                case = tree.case(c)
                if case in LOCATIVE or (case == "on" and tree.lower[c] in OUTSKIRTS) or (case == "of" and tree.lower[head] in OUTSKIRTS):
                    self._named(c, tie.led(repr(case)))
                elif tree.children[c] and case in ("of", "from", "with", "on", "during") and not self.is_place(c):
                    self._inside(c, tie, depth + 1)
            elif relation == "appos":
                if tree.lower_lemmas[head] in SETTLEMENTS and self.is_place(c):
                    self._found(c, tie, above=head)
            elif relation == "advmod" and tree.lower[c] in WAYS:
                self._beyond(c, tie)

    # ---- names ----------------------------------------------------------------------------------------------------

    def is_place(self, head: int) -> bool:
        """Whether a token heads a name that could be a place's."""
        known = self._places.get(head)
        if known is None:
            known = self._places[head] = self._may_be_place(head)
        return known

    def _may_be_place(self, head: int) -> bool:
        tree = self.tree
        tag = tree.upos[head]
        if tag not in ("PROPN", "X", "NOUN", "ADJ") or not tree.forms[head][:1].isupper():
            return False
        if tree.lower[head] in CALENDAR or tree.lower[head] in NO_PLACES:
            return False
        hits = self.hits(head)
        if tag != "PROPN" and not _names_place(hits):
            return False
        if tree.relations[head] == "flat" and tree.upos[tree.heads[head]] == "PROPN":
            return False
        if hits:
            return any(h.form in PLACE_FORMS or (h.actor.kind == "country" and h.form == "name") for h in hits)
        lemma = tree.lower_lemmas[head]
        if lemma in AREAS or lemma in FACILITIES or lemma in SETTLEMENTS:
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
        known = self._spans.get(head)
        if known is None:
            known = self._spans[head] = self._find_span(head)
        return known

    def _find_span(self, head: int) -> tuple[int, int]:
        tree = self.tree
        if self.mentions is not None:
            for phrase in self.mentions.names:
                if phrase.start <= head < phrase.end and _names_place(phrase.names):
                    tail = [c for c in tree.children[head] if tree.relations[c] == "flat" and c >= phrase.end]
                    return phrase.start, max([phrase.end - 1, *tail])
        first = last = head
        queue = [head]
        for node in queue:
            for c in tree.children[node]:
                if tree.relations[c] in NAME_RELATIONS and tree.lower[c] != "the":
                    tag = tree.upos[c]
                    if tag in ("PROPN", "X") or (tag in ("ADJ", "NOUN", "DET") and c > 0 and tree.forms[c][:1].isupper()):
                        first, last = min(first, c), max(last, c)
                        queue.append(c)
        return first, last

    def text(self, first: int, last: int) -> str:
        sentence = self.tree.sentence
        return sentence.text[sentence.starts[first] - sentence.start : sentence.ends[last] - sentence.start]

    def name(self, head: int) -> str:
        return self.text(*self.span(head))

    def capital(self, head: int) -> bool:
        return any(h.form == "capital" for h in self.hits(head))


def _names_place(hits: list[NameHit]) -> bool:
    for h in hits:  # noqa: SIM110 (asked too often for a generator)
        if h.form in PLACE_FORMS or h.actor.kind == "country":
            return True
    return False


@cache
def _whither(code: str) -> tuple[str, ...]:
    """The prepositions of the places that an act is done to, goes to or comes from."""
    found: set[str] = set()
    if code.startswith(GROUND):
        found |= TARGET_PREPOSITIONS
    if code.startswith(DESTINATION_CODES):
        found |= {"to", "into", "on"}
    if code.startswith(ORIGIN_CODES):
        found |= {"from"}
    if code.startswith("14"):
        found |= {"through"}
    if code.startswith("07"):
        found -= {"on"}
    return tuple(sorted(found))
