"""Mentions of actors in a sentence: names, role nouns with their nationality, places, pronouns.

In: a Tree and the Dictionaries. Out: for a token, the Mention it stands for. The code of a mention depends on the
date of the event and is looked up later by `resolve_actor`.

    >>> mentions = SentenceMentions(Tree(sentence), dictionaries, context)
    >>> mentions.at(3)
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from coder.dictionary.compiled import HYPHENS, Actor, AgentHit, NameHit, TrieNode, name_words, normalize
from coder.dictionary.load import Dictionaries
from coder.discourse import ARMED_ROLES, ARMY_ROLES, FAMILY_FIRST, Discourse, armed_code
from coder.grammar import MONTHS, WEEKDAYS, Tree
from coder.records import Mention
from coder.resolve import resolve_actor

CORE_RELATIONS: Final = frozenset({"compound", "flat", "amod", "nummod", "fixed", "goeswith", "nmod:desc", "name", "nmod:unmarked"})
PERSON_PRONOUNS: Final = frozenset({"he", "him", "his", "she", "her", "hers", "himself", "herself"})
THING_PRONOUNS: Final = frozenset({"it", "its", "itself"})
PLURAL_PRONOUNS: Final = frozenset({"they", "them", "their", "theirs", "themselves", "both", "each"})
SPEAKER_PRONOUNS: Final = frozenset({"i", "we", "us", "our", "my", "me", "ours", "ourselves", "myself"})
ALL_PRONOUNS: Final = PERSON_PRONOUNS | THING_PRONOUNS | PLURAL_PRONOUNS | SPEAKER_PRONOUNS | {"who", "which", "that", "this", "these", "those", "us", "what", "you", "may", "will", "one"}
PERSON_KINDS: Final[tuple[str, ...]] = ("person", "agent", "unknown")
THING_KINDS: Final[tuple[str, ...]] = ("country", "organization", "agent")
PLURAL_KINDS: Final[tuple[str, ...]] = ("people", "agent", "organization", "country", "person")
FORMER: Final = frozenset({"former", "ex", "onetime", "deposed", "ousted", "exiled", "erstwhile", "toppled", "fugitive"})
MODIFIERS: Final = {
    "then": "then", "late": "late", "acting": "acting", "interim": "acting", "caretaker": "acting", "elect": "elect",
    "incoming": "elect", "designate": "elect", "aspiring": "elect",
}  # fmt: skip
BACKED: Final = frozenset({"backed", "allied", "supported", "sponsored", "funded", "armed", "trained", "linked", "aligned", "occupied",
                    "controlled", "held", "owned", "born", "based", "made", "brokered", "mediated", "affiliated", "inspired", "proposed",
                    "sanctioned", "imposed", "built", "recognized", "educated", "friendly", "equipped", "supplied"})  # fmt: skip
LED: Final = frozenset({"led", "run", "dominated", "majority", "commanded", "flagged", "registered", "operated"})
# Heads that only count what follows "of".
COUNTING: Final = frozenset("number thousand hundred dozen million group majority score handful couple pair lot total percent portion half third member one".split())
# Heads that say only what sort of person it is: a more telling word before them gives the role.
GENERIC_HEADS: Final = frozenset(
    "spokesman spokeswoman spokesperson official leader chief head representative commander member officer source delegation "
    "team envoy boss deputy aide figure supporter ally negotiator delegate group forces force fighter unit position side camp "
    "man woman people men party activist candidate lawyer critic commander-in-chief veteran chairman president secretary "
    "director worker personnel body service department agency office board council committee staff loyalist element "
    "authority organization organisation faction movement coalition alliance community personality personalities "
    "administration".split()
)
# Of somebody who lives, is stuck or is stationed somewhere.
STAYING_VERBS: Final = frozenset("live reside strand trap displace station base stay shelter hide work hold detain jail imprison intern gather camp".split())
OWNER_PREPOSITIONS: Final[tuple[str, ...]] = ("of", "from", "for", "to")
# Nouns that stand for the actors just spoken of: "the two leaders", "both sides"; "the group", "the country".
PAIR_HEADS: Final = frozenset(
    "leader side country nation president minister party government neighbor neighbour power rival state counterpart official "
    "capital delegation ally foe man premier diplomat".split()
)
DATELINE_ENDS: Final = frozenset({"--", "—", "–", "-", ":"})
# Words of names of places: what bears them is nobody.
LANDSCAPE: Final = frozenset(
    "mountain mountains mount river valley island islands lake hill hills street avenue road bridge airport base square strait sea gulf "
    "bay waters desert forest cape peak pass canal dam park highway crossing peninsula heights coast plaza piazza boulevard".split()
)
# Names two countries share.
TWIN_COUNTRIES: Final = {"koreas": ("PRK", "KOR"), "sudans": ("SDN", "SSD"), "congos": ("COD", "COG")}
COUNTRY_HEADS: Final = frozenset({"country", "nation", "kingdom", "republic", "state", "homeland"})
NOMINAL_RELATIONS: Final = frozenset({"obl", "nmod", "obj", "iobj", "nsubj", "conj", "appos", "compound", "flat", "amod"})
GROUP_HEADS: Final = frozenset({"group", "organization", "organisation", "movement", "militia", "party", "faction", "alliance", "bloc", "agency", "body"})
# Nouns that, standing bare, mean the armed group or the army spoken of before, and of these those that do so without "the" too.
ARMED_MEN: Final = frozenset(
    "rebel insurgent guerrilla guerilla fighter militant jihadist jihadi militiaman paramilitary separatist extremist terrorist".split()
) | {
    "rebel fighter", "insurgent fighter", "guerrilla fighter", "militant fighter", "separatist fighter", "islamist militant",
    "islamic militant", "islamist fighter", "islamist insurgent", "islamist rebel", "jihadist fighter", "separatist rebel",
}  # fmt: skip
ARMED_GROUPS: Final = frozenset({
    "rebel group", "rebel movement", "rebel army", "rebel force", "insurgent group", "guerrilla group", "guerilla group", "guerrilla movement",
    "guerrilla army", "militant group", "islamist group", "islamist militant group", "jihadist group", "extremist group", "terrorist group",
    "terror group", "armed group", "paramilitary group", "separatist group", "separatist movement", "militia", "militia group", "insurgency",
})  # fmt: skip
SOLDIERS: Final = frozenset({"soldier", "troop"})
BARE_MEN: Final = SOLDIERS | {"rebel", "insurgent", "guerrilla", "guerilla", "fighter", "militant"}
CALENDAR: Final = WEEKDAYS | MONTHS | {"christmas", "easter", "ramadan", "gmt", "bst", "est", "utc"}
SOURCE_PREPOSITIONS: Final[tuple[str, ...]] = ("of", "by", "from")
TARGET_PREPOSITIONS: Final[tuple[str, ...]] = (
    "of", "by", "from", "against", "on", "for", "to", "with", "at", "in", "near", "between", "outside", "among", "over", "about",
    "towards", "into", "along",
)  # fmt: skip
# Places do not act: "the city of Quetta in Pakistan" is never the doer.
PLACE_NOUNS: Final = frozenset(
    "city town village region province district area part territory capital border island coast mountain valley river road street "
    "square building house home church mosque school hospital camp base airport port prison embassy compound site place".split()
)
TITLES: Final = frozenset(
    "mr mrs ms miss dr prof sir lord lady dame sheikh shaikh ayatollah imam mullah gen lt col maj capt sgt adm sen rep gov "
    "president minister prime chancellor king queen prince princess pope bishop judge justice secretary senator general marshal "
    "comrade abu bin al el el- strongman".split()
)
FORMS_OF_ADDRESS: Final = frozenset({"mr", "mrs", "ms", "miss"})  # titles that tell no office
# Of two readings of a name the one further front counts.
FORM_ORDER: Final = {"name": 0, "metonym": 1, "capital": 2, "inhabitant": 3, "adjective": 4, "region": 5, "city": 6}
KEPT_WORDS: Final = 1 << 16
# "post-Soviet", "anti-Russian": the adjective tells no owner.
PREFIXES: Final = frozenset({"post", "pre", "anti", "pro", "non", "ex"})
# Words that stand for no actor unless a name covers them, and determiners that point back to one.
NO_ACTORS: Final = frozenset({"PUNCT", "AUX", "ADP", "CCONJ", "SCONJ", "PART", "ADV"})
OWNING_DETERMINERS: Final = PERSON_PRONOUNS | THING_PRONOUNS | PLURAL_PRONOUNS
OWNED: Final = frozenset({"NOUN", "PROPN", "ADJ", "VERB", "NUM", "X", "SYM", "PRON", "DET"})
LED_OR_BACKED: Final = BACKED | LED
NOTHING: Final[frozenset[tuple[int, int]]] = frozenset()
CLOSED_CLASS: Final = frozenset({"VERB", "AUX", "ADP", "DET", "PRON", "CCONJ", "SCONJ", "PART", "INTJ", "PUNCT"})


def dateline_end(forms: Sequence[str]) -> int:
    """How many tokens a dateline at the start takes ("WASHINGTON (AP) --", "ANKARA:", "KHARTOUM, March 16 (Xinhua)"); 0 for none."""
    first = forms[0] if forms else ""
    shouted = len(first) > 2 and first.isupper() and first.isalpha()
    agency = False
    for i, form in enumerate(forms[:14]):
        if form in DATELINE_ENDS:
            return i + 1 if i and (shouted or agency) else 0
        if form == ")":
            agency = True
            if not (i + 1 < len(forms) and forms[i + 1] in DATELINE_ENDS):
                return i + 1 if shouted or forms[1] == "," else 0
        if not (form[:1].isupper() or form[:1].isdigit() or form in {",", ".", "(", ")"}):
            return 0
    return 0


class Phrase:
    """A dictionary phrase found in the sentence: token span and what it may mean."""

    __slots__ = ("agents", "end", "names", "start")

    def __init__(self, start: int, end: int, names: list[NameHit], agents: list[AgentHit]) -> None:
        self.start = start
        self.end = end
        self.names = names
        self.agents = agents


def _names_person(phrase: Phrase) -> bool:
    for hit in phrase.names:  # noqa: SIM110 (asked too often for a generator)
        if hit.actor.kind == "person":
            return True
    return False


class _Word:
    """A form of the text: its key, whether it may qualify an actor ("former"), and what the dictionaries have under it.

    `names` are phrases that begin with it, where its letters allow a name; `led` those of "Saudi" for "Saudi-led".
    """

    __slots__ = ("agents", "key", "led", "names", "qualifies")

    def __init__(self, form: str, names: TrieNode, agents: TrieNode) -> None:
        key = self.key = normalize(form).strip("-")
        self.qualifies = key in FORMER or key in MODIFIERS
        self.names: TrieNode | None = None
        self.led: list[NameHit] | None = None
        if form[:1].isupper() or not form.isascii() or key[:1].isdigit() or form in ("al", "the"):
            if key in names.next:
                self.names = names.next[key]
            elif "-" in key:
                self.led = _led_hits(form, names)
        self.agents: TrieNode | None = agents.next.get(key)


def _ends_in_name(text: str) -> bool:
    """Whether the last word of a phrase is written as a name."""
    return text[text.rfind(" ") + 1 :][:1].isupper()


def _led_hits(form: str, names: TrieNode) -> list[NameHit] | None:
    """ "Saudi-led" in one token: the name before the hyphen."""
    first, hyphen, last = form.partition("-")
    if not hyphen or not first[:1].isupper() or last.lower() not in LED_OR_BACKED:
        return None
    node = names.next.get(normalize(first))
    hits = [h for h in node.hits if not h.acronym or first.replace(".", "").isupper()] if node is not None else []
    return hits or None


class _Lexicon:
    """The words of texts by their forms: most words come again and again."""

    __slots__ = ("agents", "names", "words")

    def __init__(self, names: TrieNode, agents: TrieNode) -> None:
        self.names = names
        self.agents = agents
        self.words: dict[str, _Word] = {}

    def add(self, form: str) -> _Word:
        if len(self.words) > KEPT_WORDS:
            self.words.clear()
        word = self.words[form] = _Word(form, self.names, self.agents)
        return word


_lexicons: list[_Lexicon] = []  # that of the dictionaries used last


def _lexicon(dictionaries: Dictionaries) -> _Lexicon:
    names, agents = dictionaries.names, dictionaries.agents
    for lexicon in _lexicons:
        if lexicon.names is names and lexicon.agents is agents:
            return lexicon
    lexicon = _Lexicon(names, agents)
    _lexicons[:] = [lexicon]
    return lexicon


def _unless(mention: Mention | None, exclude: frozenset[tuple[int, int]]) -> Mention | None:
    """The mention, None where it is one of those left out."""
    return None if mention is None or (mention.start, mention.end) in exclude else mention


def _distinct(actors: Iterable[Actor]) -> tuple[Actor, ...]:
    """Actors once each; several times as fast as a dict, which would hash all their fields."""
    found: list[Actor] = []
    for actor in actors:
        if actor not in found:
            found.append(actor)
    return tuple(found)


class SentenceMentions:
    """Mentions of one sentence, looked up by head token and cached.

    Args:
        tree: the sentence.
        dictionaries: names and agents.
        discourse: what earlier sentences of the document have introduced.
    """

    __slots__ = (
        "_agent_at", "_antecedents", "_asked", "_at", "_covered", "_dateline", "_inside", "_name_at", "_of_sources", "_qualified",
        "_without", "_words", "agents", "day", "dictionaries", "discourse", "keys", "names", "tree",
    )  # fmt: skip

    def __init__(self, tree: Tree, dictionaries: Dictionaries, discourse: Discourse) -> None:
        self.tree = tree
        self.dictionaries = dictionaries
        self.discourse = discourse
        self.day = tree.sentence.publication_date
        lexicon = _lexicon(dictionaries)
        known = lexicon.words
        words: list[_Word] = []
        qualified = False
        for form in tree.forms:
            word = known.get(form)
            if word is None:
                word = lexicon.add(form)
            if word.qualifies:
                qualified = True
            words.append(word)
        self._words = words
        self._qualified = qualified  # whether any word does
        self.keys = [word.key for word in words]
        self.names: list[Phrase] = []
        self.agents: list[Phrase] = []
        n = len(words)
        self._name_at: list[Phrase | None] = [None] * n
        self._agent_at: list[Phrase | None] = [None] * n
        self._covered: set[int] = set()  # tokens of phrases
        self._dateline = dateline_end(tree.forms)
        self._scan()
        self._at: list[Mention | None] = [None] * n
        self._asked = [False] * n
        self._antecedents: dict[int, int] = {}
        # what `inside` found: of any, of those that may be sources, and of those that leave mentions out
        self._inside: dict[int, Mention | None] = {}
        self._of_sources: dict[int, Mention | None] = {}
        self._without: dict[tuple[int, bool, frozenset[tuple[int, int]]], Mention | None] = {}

    # ---- dictionary phrases ------------------------------------------------------------------------------------

    def _scan(self) -> None:
        forms, words = self.tree.forms, self._words
        n = len(forms)
        shouting = -1  # not known yet
        end = 0
        for i, word in enumerate(words):
            if i < end:
                continue
            node = word.names
            if node is not None:
                if shouting < 0:
                    shouting = int(sum(map(str.isupper, forms)) * 2 > n > 4)
                found = self._longest(i, node, shouting > 0)
                if found is None:
                    continue
                if word.key == "the" and found.end < n and forms[found.end][:1].isupper() and not found.names[0].capitals[0]:
                    continue  # "the West Bank" is not the West
            elif word.led is not None:
                found = Phrase(i, i + 1, word.led, [])
            else:
                continue
            if not (i > 1 and forms[i - 1] in HYPHENS and words[i - 2].key in PREFIXES and found.names[0].form == "adjective"):
                self.names.append(found)
                self._cover(found, self._name_at)
            end = found.end
        end = 0
        for i, word in enumerate(words):
            node = word.agents
            if node is None or i < end:
                continue
            last = -1
            hits: list[AgentHit] = []
            j = i + 1
            while node is not None:
                if node.agents:
                    last, hits = j, node.agents
                if not node.next:
                    break
                while j < n and forms[j] in HYPHENS:
                    j += 1
                if j >= n:
                    break
                node = node.next.get(words[j].key)
                j += 1
            if last > 0 and self._agent_fits(i, last, hits):
                phrase = Phrase(i, last, [], hits)
                self.agents.append(phrase)
                self._cover(phrase, self._agent_at)
                end = last

    def _cover(self, phrase: Phrase, places: list[Phrase | None]) -> None:
        for t in range(phrase.start, phrase.end):
            places[t] = phrase
            self._covered.add(t)

    def _agent_fits(self, start: int, end: int, hits: list[AgentHit]) -> bool:
        if end - start > 1:
            return True
        return self.tree.upos[start] in ("NOUN", "PROPN", "ADJ", "X") or hits[0].plural

    def _longest(self, start: int, node: TrieNode, shouting: bool) -> Phrase | None:
        forms, keys = self.tree.forms, self.keys
        n = len(forms)
        best: Phrase | None = None
        j = start + 1
        current: TrieNode | None = node
        positions = [start]
        while current is not None:
            if current.hits:
                hits = [h for h in current.hits if self._capitals_fit(h, positions, shouting)]
                if hits and self._tag_fits(positions, hits):
                    best = Phrase(start, j, hits, [])
            if not current.next:
                break
            while j < n and (forms[j] in HYPHENS or (forms[j] == "." and j + 1 < n)):
                j += 1
            if j < n - 1 and len(keys[j]) == 1 and keys[j] not in current.next and forms[j][:1].isupper() and keys[j].isalpha():
                j += 1  # "Mikhail S. Gorbachev": a middle initial
            if j >= n:
                break
            current = current.next.get(keys[j])
            positions = [*positions, j]
            j += 1
        return best

    def _capitals_fit(self, hit: NameHit, positions: list[int], shouting: bool) -> bool:
        forms = self.tree.forms
        if hit.acronym:
            word = forms[positions[0]]
            letters = word.replace(".", "")
            if not letters.isupper():
                return False
            return not shouting or "." in word or len(letters) > 2 or self.tree.upos[positions[0]] == "PROPN"
        for p, cap in zip(positions, hit.capitals, strict=False):
            if cap:
                first = forms[p][:1]
                if not first.isupper() and first.isalpha():
                    return False
        return True

    def _tag_fits(self, positions: list[int], hits: list[NameHit]) -> bool:
        if len(positions) > 1 or hits[0].acronym:
            return True
        tag = self.tree.upos[positions[0]]
        if tag == "PUNCT" and self.tree.forms[positions[0]].endswith("-"):
            return True  # "Saudi-" of "Saudi-led"
        if tag in CLOSED_CLASS:
            if tag in ("PRON", "AUX") and self.tree.lower[positions[0]] not in ALL_PRONOUNS and self.tree.relation(positions[0]) in ("nsubj", "obj", "iobj", "obl", "nmod"):
                return True  # "gives Putin a deadline"
            return tag in ("VERB", "INTJ", "X") and positions[0] > 0 and any(h.form in ("name", "capital") for h in hits)
        return True

    # ---- mentions ----------------------------------------------------------------------------------------------

    def at(self, head: int) -> Mention | None:
        """The actor that the noun phrase headed by `head` names, or None."""
        if head < self._dateline:
            return None
        if not self._asked[head]:
            self._asked[head] = True  # ends loops of appositions
            self._at[head] = self._mention(head)
        return self._at[head]

    def inside(self, head: int, *, as_source: bool = False, exclude: frozenset[tuple[int, int]] = NOTHING) -> Mention | None:
        """The actor named by the phrase, else the one its head belongs to ("Netanyahu's policies" → Netanyahu).

        Args:
            as_source: look only where the doer of a noun stands, not at places and victims.
            exclude: spans of mentions that are not meant (the other side of the event).
        """
        if head < self._dateline:
            return None
        if exclude:
            key = (head, as_source, exclude)
            if key not in self._without:
                self._without[key] = None
                self._without[key] = self._find_inside(head, as_source, exclude)
            return self._without[key]
        found = self._of_sources if as_source else self._inside
        if head not in found:
            found[head] = None
            found[head] = self._find_inside(head, as_source, exclude)
        return found[head]

    def _find_inside(self, head: int, as_source: bool, exclude: frozenset[tuple[int, int]]) -> Mention | None:
        mention = self.at(head)
        if mention is not None and exclude and (mention.start, mention.end) in exclude:
            mention = None
        if mention is not None:
            if mention.kind != "unknown" or mention.owners:
                return mention
        if self.tree.children[head] or head in self._covered:
            return self._embedded(head, as_source, exclude) or mention
        return mention

    def several(
        self, head: int, *, as_source: bool = False, exclude: frozenset[tuple[int, int]] = NOTHING
    ) -> tuple[Mention, ...]:
        """The mention(s) of a phrase: one for each country of "officials from Sudan and Chad"."""
        tree = self.tree
        if tree.lower[head] in TWIN_COUNTRIES or tree.lemmas[head].lower() in PAIR_HEADS:
            pair = self._pair(head)
            if pair:
                return pair
        if tree.upos[head] == "PRON" and tree.lower[head] in PLURAL_PRONOUNS:
            group = self._group_of(head)
            if len(group) > 1:
                return group
        mention = self.inside(head, as_source=as_source, exclude=exclude)
        if mention is None:
            return ()
        if mention.kind != "agent" or not mention.plural or len(mention.owners) < 2:
            return (mention,)
        countries = [o for o in mention.owners if o.kind in ("country", "organization", "place")]
        if not countries or all(o.actors == countries[0].actors for o in countries):
            return (mention,)
        rest = tuple(o for o in mention.owners if o not in countries)
        return tuple(
            mention.under(
                mention.head, owner.start, owner.end, owner.text, f"{mention.rule}, shared by {owner.text!r}", mention.sentence_index,
                (owner, *rest),
            )
            for owner in countries
        )  # fmt: skip

    def _pair(self, head: int) -> tuple[Mention, ...]:
        """ "the two leaders", "both sides": the last two actors spoken of."""
        tree = self.tree
        if tree.lower[head] in TWIN_COUNTRIES:
            return self._twins(head, TWIN_COUNTRIES[tree.lower[head]])
        if tree.lemmas[head].lower() not in PAIR_HEADS or ("Number=Plur" not in tree.feats[head] and tree.lower[head] == tree.lemmas[head].lower()):
            return ()
        words = {tree.lower[c] for c in tree.children[head] if tree.relation(c) in ("nummod", "det", "amod")}
        if not words & {"two", "both"} or self.phrases_before(head):
            return ()
        found: list[Mention] = []
        for t in range(head - 1, -1, -1):
            if tree.upos[t] in ("NOUN", "PROPN") and tree.relation(t) not in ("compound", "flat", "amod"):
                mention = self.at(t)
                if mention is not None and mention.kind in ("person", "agent", "country", "organization") and (mention.actors or mention.owners):
                    if not self._in_own_clause(t, tree.heads[head]):  # "Mexico and Uruguay urged both sides …": others are meant
                        found.append(mention)
        if len(found) < 2:
            found = [m for m in self.discourse.latest() if m.kind in ("person", "agent", "country", "organization")]
        distinct: list[Mention] = []
        for mention in found:
            code = resolve_actor(mention, self.day).code[:3]
            if code and all(resolve_actor(m, self.day).code[:3] != code for m in distinct):
                distinct.append(mention)
            if len(distinct) == 2:
                break
        if len(distinct) < 2:
            return ()
        sentence = tree.sentence
        # the first stands for the whole phrase, the second for its head, so that no two mentions share a span
        first = min([c for c in tree.children[head] if tree.relation(c) in ("nummod", "det", "amod")], default=head)
        end = sentence.ends[head]
        return tuple(
            m.under(
                head, sentence.starts[t], end, sentence.text[sentence.starts[t] - sentence.start : end - sentence.start],
                f"one of {tree.forms[head]!r}: {m.text!r} ({m.rule})", sentence.index,
            )
            for t, m in zip((first, head), reversed(distinct), strict=True)
        )  # fmt: skip

    def _twins(self, head: int, codes: tuple[str, str]) -> tuple[Mention, ...]:
        """ "the two Koreas": both countries, the first under the words before the name."""
        sentence = self.tree.sentence
        first = min([c for c in self.tree.children[head] if self.tree.relation(c) in ("nummod", "det", "amod")], default=-1)
        if first < 0:
            return ()
        found = []
        for t, code in zip((first, head), codes, strict=True):
            country = self.dictionaries.countries.get(code)
            if country is None:
                return ()
            start, end = sentence.starts[t], sentence.ends[head]
            found.append(Mention(
                head=head, start=start, end=end, text=sentence.text[start - sentence.start : end - sentence.start], kind="country",
                actors=(country,), entry_id=country.entry_id, rule=f"one of {sentence.forms[head]!r}", sentence_index=sentence.index,
            ))  # fmt: skip
        return tuple(found)

    def _group_of(self, head: int) -> tuple[Mention, ...]:
        """ "they" of "Germany, Britain and France said they …": everyone coordinated before it."""
        tree = self.tree
        if self.at(head) is None or head not in self._antecedents:
            before = self.discourse.group if tree.lower[head] in ("they", "both") else ()
            sentence = tree.sentence
            return tuple(
                m.under(
                    head, sentence.starts[head], sentence.ends[head], tree.forms[head],
                    f"one of {tree.forms[head]!r}: {m.text!r} ({m.rule})", sentence.index,
                )
                for m in before
            )  # fmt: skip
        first = self._antecedents[head]
        while tree.relation(first) == "conj":
            first = tree.heads[first]
        found = [m for t in tree.conjuncts(first) for m in [self.at(t)] if m is not None and t < head and m.kind != "unknown"]
        return tuple(m.told(f"one of {tree.forms[head]!r}: {m.rule}") for m in found)

    def phrases_before(self, head: int) -> bool:
        """Whether a name or adjective in the phrase itself tells whose it is."""
        core = self._core(head)
        return bool(self._phrases_in(self.names, core)) or any(
            self.tree.deprels[c] in ("nmod:poss",) or (self.tree.relation(c) == "nmod" and self.tree.case(c) == "of")
            for c in self.tree.children[head]
        )

    def _definite(self, head: int, lemma: str) -> Mention | None:
        """ "the country", "the group": the last country or organisation spoken of."""
        tree = self.tree
        kinds = ("country",) if lemma in COUNTRY_HEADS else ("organization", "people") if lemma in GROUP_HEADS else ()
        if not kinds or "Number=Plur" in tree.feats[head]:
            return None
        if not any(tree.lower[c] in ("the", "this", "that") and tree.relation(c) == "det" for c in tree.children[head]):
            return None
        if any(tree.relation(c) in ("amod", "compound", "nmod", "acl", "nummod") for c in tree.children[head]):
            return None
        if kinds == ("country",) and len({p.names[0].actor.code for p in self.names if p.end <= head and p.names[0].actor.kind == "country"}) > 1:
            return None  # two countries before it: "the country" could be either
        found = self._before(head, kinds, False)
        if found is None and kinds == ("country",):  # "a Venezuelan helicopter attacked the country's court"
            before = [p for p in self.names if p.end <= head and p.names[0].actor.kind == "country"]
            found = self._owner_mention(before[-1].end - 1, before[-1]) if before else None
        found = found or self.discourse.recent(kinds, False)
        if found is None and lemma in GROUP_HEADS:
            armed = self.discourse.armed
            if len(armed) == 1 and armed[0][0].kind == "organization" and armed[0][0].entry_id == self.discourse.last_organization:
                found = armed[0][0]
        return None if found is None else self.stand_in(head, found, f"'the {lemma}'")

    def _core(self, head: int) -> set[int]:
        """Tokens of the phrase itself: head, titles, compounds, adjectives; not its possessor or complements."""
        tree = self.tree
        core = {head}
        if not tree.children[head]:
            return core
        deprels, relations = tree.deprels, tree.relations
        queue = [head]
        while queue:
            node = queue.pop()
            for c in tree.children[node]:
                relation = deprels[c]
                if relation in CORE_RELATIONS:
                    if relation == "amod" and self._participle(c):
                        continue
                elif relation == "punct":
                    if tree.forms[c] in HYPHENS:
                        core.add(c)
                    continue
                elif relation == "nmod":
                    if c > node or tree.case(c) != "":
                        continue
                elif relation == "conj":
                    if node == head or c > head or relations[node] not in ("amod", "compound"):
                        continue
                elif relations[c] not in ("compound", "flat"):
                    continue
                core.add(c)
                if tree.children[c]:
                    queue.append(c)
        return core

    def _participle(self, i: int) -> bool:
        """ "Turkish-backed": what stands before the participle is not the nationality of the noun."""
        if self.tree.upos[i] == "VERB" or self.keys[i] in LED_OR_BACKED:
            return True
        form = self.tree.forms[i]
        return "-" in form and form.rsplit("-", 1)[1].lower() in LED_OR_BACKED

    def _phrases_in(self, phrases: list[Phrase], tokens: set[int]) -> list[Phrase]:
        found: list[Phrase] = []
        for p in phrases:
            if p.end - p.start == 1:
                if p.start in tokens:
                    found.append(p)
            elif self._lies_in(p, tokens):
                found.append(p)
        return found

    def _lies_in(self, phrase: Phrase, tokens: set[int]) -> bool:
        forms = self.tree.forms
        for t in range(phrase.start, phrase.end):
            if t not in tokens and forms[t] != "." and forms[t] not in HYPHENS:
                return False
        return True

    def _with_covering(self, inside: list[Phrase], covering: Phrase | None) -> list[Phrase]:
        """Phrases of the core and the one over its head that reaches beyond it ("Secretary of State")."""
        if covering is None or covering in inside:
            return inside
        return sorted([*inside, covering], key=lambda p: p.start)

    @staticmethod
    def _covering(phrases: list[Phrase], head: int) -> Phrase | None:
        for p in phrases:
            if p.start <= head < p.end:
                return p
        return None

    def _mention(self, head: int) -> Mention | None:
        tree = self.tree
        tag = tree.upos[head]
        if tag == "PRON":
            if self._name_at[head] is None:
                return self._pronoun(head)
        elif tag == "DET":
            if tree.lower[head] in OWNING_DETERMINERS:
                return self._pronoun(head)
        elif tag in NO_ACTORS:
            return None
        lemma = tree.lemmas[head].lower()
        if tag == "ADJ" and tree.lemmas[head] == "military" and tree.relation(head) == "amod":
            return None  # "a military assault" says how, not who
        children = tree.children[head]
        if tag == "NUM" or lemma in COUNTING:
            for c in children:
                if tree.relations[c] == "nmod" and tree.case(c) == "of":
                    counted = self.at(c)
                    if counted is not None:
                        return replace(counted, head=head, plural=True)
            if tag == "NUM" and tree.deprels[head] in ("obj", "nsubj:pass") and not children and tree.forms[head].isalnum():
                return self._make(head, {head}, "agent", "a number of people", role="CVL", form="agent")
        if children and (lemma in COUNTRY_HEADS or lemma in GROUP_HEADS):
            definite = self._definite(head, lemma)
            if definite is not None:
                return definite
        found: Mention | None = None
        core: set[int] | None = None
        if tag == "PROPN" or children or head in self._covered:
            core = self._core_with_phrases(head)
            if tag == "PROPN" or not self._covered.isdisjoint(core):
                found = self._from_core(head, core)
        if found is None or found.kind == "unknown" or found.kind == "agent":
            self._at[head] = found  # for an apposition that asks whom it stands beside
            for a in self._appositions(head):
                other = self.at(a)
                if other is None or other.kind == "unknown":
                    continue
                if found is None or found.kind == "unknown" or other.kind in ("person", "organization") or (not found.owners and other.owners):
                    found = self._renamed(other, head, core or {head})
                    break
        if found is not None and (found.kind == "unknown" or (found.kind == "agent" and not found.owners and _ends_in_name(found.text))):
            known = self._named_before(head, found, core or {head})
            if known is not None:
                rule = f"named before: {known.text!r} ({known.rule})"
                found = known.under(head, found.start, found.end, found.text, rule, tree.sentence.index)
        if found is not None and found.kind == "agent" and found.form == "agent" and len(found.owners) < 2:
            return self._force_meant(head, found) or found
        return found

    def _force_meant(self, head: int, found: Mention) -> Mention | None:
        """The armed group or the army spoken of before, for which "the insurgents", "fighters", "the troops" stand."""
        tree = self.tree
        phrase = self._agent_at[head]
        noun = "" if phrase is None else phrase.agents[0].phrase
        if phrase is None or not (noun in ARMED_MEN or noun in ARMED_GROUPS or noun in SOLDIERS):
            return None
        town = found.owners[0] if found.owners else None  # "talks with the insurgents in Doha": where, and not whose
        if town is not None and (town.form not in ("city", "capital") or tree.case(town.head) not in ("in", "at", "near")):
            return None
        definite = False
        for c in tree.children[head]:
            relation = tree.relations[c]
            if town is not None and c == town.head:
                continue
            if phrase.start <= c < phrase.end or relation in ("punct", "case", "cc", "conj"):
                continue
            if relation != "det" or tree.lower[c] not in ("the", "these", "those", "this", "that"):
                return None
            definite = True
        if definite:
            if found.plural == (noun in ARMED_GROUPS):
                return None  # "the rebel" is one of them, "the rebel groups" are several
        elif town is not None or noun not in BARE_MEN or not found.plural or not (tree.relation(head) == "nsubj" or tree.deprels[head] == "obl:agent"):
            return None
        army = noun in SOLDIERS
        known, excluded = self._forces_here(head, phrase, army)
        rule = "named in the sentence"
        if not known:
            known = self.discourse.armies if army else self.discourse.armed
            rule = "last named"
            if not (definite and town is None) and (self.discourse.armies_at if army else self.discourse.armed_at) < tree.sentence.index - 1:
                return None
        if len({code for _, code in known}) > 1 and found.role.startswith("REB"):
            known = [(m, code) for m, code in known if code[3:6] == "REB"]
        if len({code for _, code in known}) != 1:
            return None  # nobody, or either of two
        mention, code = known[-1]
        if code in excluded or (found.role.startswith(("REB", "SEP")) and mention.kind == "agent" and code[3:6] == "UAF"):
            return None
        if not definite and self._elsewhere(code[:3]):
            return None
        rule = f"the {'army' if army else 'armed group'} {rule}: {mention.text!r} ({mention.rule})"
        return mention.under(head, found.start, found.end, found.text, rule, tree.sentence.index)

    def _forces_here(self, head: int, phrase: Phrase, army: bool) -> tuple[list[tuple[Mention, str]], set[str]]:
        """Armed groups (armies) that the sentence names before the noun, and the codes of those that the noun's own clause names:
        nobody fights himself."""
        tree = self.tree
        verb = head
        while verb >= 0 and tree.relation(verb) in NOMINAL_RELATIONS:
            verb = tree.heads[verb]
        before: list[tuple[Mention, str]] = []
        excluded: set[str] = set()
        for p in self.names:
            if p.start <= head < p.end:
                continue
            hit = self._best_hit(p.names)
            code = hit.actor.code_on(self.day)[0]
            if self._in_own_clause(p.end - 1, verb):
                excluded.add(f"{code}MIL" if army and len(code) == 3 else code)
            elif p.end <= phrase.start and not army and hit.actor.kind == "organization" and armed_code(code):
                before.append((self._owner_mention(p.end - 1, p), code))
        for p in self.agents:
            if p.end <= phrase.start and (p.agents[0].code or "")[:3] in (ARMY_ROLES if army else ARMED_ROLES):
                mention = self.at(p.end - 1)
                if mention is not None and mention.owners:
                    code = resolve_actor(mention, self.day).code
                    if self._in_own_clause(p.end - 1, verb):
                        excluded.add(code)
                    elif army or armed_code(code):
                        before.append((mention, code))
        return before, excluded

    def _elsewhere(self, country: str) -> bool:
        """Whether the sentence names a place outside the country."""
        for p in self.names:
            hit = self._best_hit(p.names)
            place = hit.form in ("city", "region", "capital") or (hit.actor.kind == "country" and self.tree.case(p.end - 1) in ("in", "near", "at"))
            if place and (hit.actor.country or hit.actor.code or "")[:3] != country:
                return True
        return False

    def _named_before(self, head: int, found: Mention, core: set[int]) -> Mention | None:
        """Whom the document has introduced under the name that this phrase ends in ("Mr. Sharif", "Foreign Minister Sharif")."""
        words = self._name_in(head, core, found.kind)
        if not words:
            return None
        countries = {resolve_actor(o, self.day).code[:3] for o in found.owners if o.kind == "country"}
        role = "" if found.modifier == "former" else found.role
        return self._named_here(words, min(core), countries, role) or self.discourse.known_name(words, self.day, countries, role)

    def _named_here(self, words: tuple[str, ...], before: int, countries: Collection[str], role: str) -> Mention | None:
        """A person of the dictionaries whose full name stands earlier in the sentence."""
        if len(words) > 1:
            return None
        for p in reversed(self.names):
            if p.end - p.start > 1 and p.end <= before and (self.keys[p.end - 1] == words[0] or self.keys[p.start] == words[0]):
                hit = self._best_hit(p.names)
                if hit.actor.kind != "person" or (self.keys[p.end - 1] != words[0] and hit.actor.country not in FAMILY_FIRST):
                    continue
                person = self._owner_mention(p.end - 1, p)
                code = resolve_actor(person, self.day).code
                if (not countries or code[:3] in countries) and (not role or role in code):
                    return person
        return None

    def name_of(self, head: int, mention: Mention) -> tuple[str, ...]:
        """The words of the name under which a mention introduces its actor, normalised; empty where it bears none."""
        if mention.sentence_index != self.tree.sentence.index or mention.kind not in ("person", "agent", "organization"):
            return ()
        if mention.kind == "organization":
            written = name_words(mention.text)
            if not written or not (written[-1][:1].isupper() or not written[-1][:1].isalnum()):
                return ()
            return tuple(normalize(w) for w in written)
        if not _ends_in_name(mention.text):
            return ()
        core = self._core_with_phrases(head)
        if mention.kind == "person":
            for p in reversed(self._phrases_in(self.names, core)):  # "drug lord Joaquin Guzman"
                if _names_person(p):
                    return self._words_at(range(p.start, p.end)) if len(mention.actors) == 1 else ()
        return self._name_in(head, core, mention.kind)

    def _name_in(self, head: int, core: set[int], kind: str) -> tuple[str, ...]:
        """The words of the name a phrase ends in: those that neither title nor nationality covers."""
        tree = self.tree
        tokens = sorted([t for t in core if tree.forms[t] not in HYPHENS and tree.upos[t] != "PUNCT"])
        if kind != "unknown" and (not tokens or self._agent_at[tokens[-1]] is not None):
            return ()  # "Interior Ministry": what it is, and no name
        found: list[int] = []
        for t in tokens:
            name = self._name_at[t]
            if self._agent_at[t] is None and (name is None or self._part_of_a_name(name)) and (tree.forms[t][:1].isupper() or found):
                found.append(t)
        return self._words_at(found) if any(tree.upos[t] == "PROPN" for t in found) else ()

    def _words_at(self, tokens: Iterable[int]) -> tuple[str, ...]:
        words: list[str] = []
        for t in tokens:
            for word in name_words(self.keys[t]):
                if words or word not in TITLES:
                    words.append(word)
        return tuple(words)

    def _core_with_phrases(self, head: int) -> set[int]:
        """The core, and all of the phrases over its head."""
        core = self._core(head)
        for p in (self._name_at[head], self._agent_at[head]):
            if p is not None and p.end - p.start > 1:
                core.update(range(p.start, p.end))
        return core

    def _renamed(self, other: Mention, head: int, core: set[int]) -> Mention:
        """The actor of an apposition under the words of the phrase it explains."""
        start, end, text = self._words_of(core)
        return other.under(head, start, end, text, f"apposition: {other.rule}", other.sentence_index)

    def _words_of(self, core: set[int]) -> tuple[int, int, str]:
        sentence = self.tree.sentence
        start, end = sentence.starts[min(core)], sentence.ends[max(core)]
        return start, end, sentence.text[start - sentence.start : end - sentence.start]

    def _make(
        self, head: int, core: set[int], kind: str, rule: str, *, actors: tuple[Actor, ...] = (), role: str = "",
        owners: tuple[Mention, ...] = (), entry_id: str = "", form: str = "name",
    ) -> Mention:  # fmt: skip
        tree = self.tree
        sentence = tree.sentence
        first = last = head
        if len(core) > 1 or head not in core:
            first = last = -1
            for t in core:
                if tree.upos[t] != "PUNCT":
                    if t > last:
                        last = t
                    if first < 0 or t < first:
                        first = t
            if last < 0:
                first, last = min(core), max(core)
        start, end = sentence.starts[first], sentence.ends[last]
        return Mention(
            head, start, end, sentence.text[start - sentence.start : end - sentence.start], kind, actors, role, owners,
            self._modifier(head, core) if self._qualified else "", entry_id, rule, sentence.index,
            "Number=Plur" in tree.feats[head], form,
        )  # fmt: skip

    def _modifier(self, head: int, core: set[int]) -> str:
        for t in core:
            key = self.keys[t]
            if key in FORMER:
                return "former"
            if key in MODIFIERS and (self.tree.deprels[t] == "amod" or key in ("elect", "then", "designate")):
                return MODIFIERS[key]
        for c in self.tree.children[head]:
            key = self.keys[c]
            if (key == "then" or key == "elect") and self.tree.relations[c] in ("advmod", "amod", "compound"):
                return MODIFIERS[key]
        return ""

    def _appositions(self, head: int) -> list[int]:
        tree = self.tree
        relations = tree.relations
        found = [c for c in tree.children[head] if relations[c] == "appos"]
        if relations[head] == "appos":
            found.append(tree.heads[head])
        return found

    def _from_core(self, head: int, core: set[int]) -> Mention | None:
        names = self._with_covering(self._phrases_in(self.names, core), self._name_at[head])
        agents = self._with_covering(self._phrases_in(self.agents, core), self._agent_at[head])
        people = [p for p in names if _names_person(p)]
        if people:
            phrase = people[-1]
            covering_agent = self._covering(agents, head)
            if phrase.start <= head < phrase.end or covering_agent is None or covering_agent.end <= phrase.start:
                actors = _distinct([h.actor for h in phrase.names if h.actor.kind == "person"])
                titled = self._titles_fit(actors, names, phrase)
                if titled and not self._other_first_name(phrase, core, names, agents):
                    namesake = self._namesake(phrase, titled, names, agents)
                    made = self._make(head, core, "person", "name", actors=titled, entry_id=titled[0].entry_id)
                    if namesake is None:
                        return made
                    rule = f"named before: {namesake.text!r} ({namesake.rule})"
                    return namesake.under(head, made.start, made.end, made.text, rule, made.sentence_index)
        covering = self._covering(names, head)
        if covering is not None and self._part_of_a_name(covering):
            names = [p for p in names if p is not covering]
            covering = None
        agent = self._covering(agents, head)
        if agent is None and agents and self.tree.upos[head] == "PROPN" and (covering is None or covering.names[0].form != "name"):
            titles = [p for p in agents if p.start < head]
            agent = titles[-1] if titles else None
        if covering is not None and (agent is None or (agent.end - agent.start) <= (covering.end - covering.start)):
            hit = self._best_hit(covering.names)
            tail = [p for p in agents if p.start >= covering.end and p.end - 1 > head]
            if not tail:
                if hit.form == "adjective" and hit.actor.kind == "country" and self.tree.upos[head] == "ADJ" and self.tree.relation(head) in ("amod", "compound"):
                    return self._owner_mention(head, covering)
                return self._name_mention(head, core, covering, hit)
            agent = tail[0]
        if agent is not None and agent.agents[0].code is not None:
            return self._agent_mention(head, core, agent, agents, names)
        if agent is not None:
            return None
        if self.tree.upos[head] == "PROPN":
            others = [p for p in names if p.names[0].form in ("name", "metonym") and p.names[0].actor.kind == "organization"]
            if others and others[-1].end >= head:
                return self._name_mention(head, core, others[-1], self._best_hit(others[-1].names))
            titles = [p for p in agents if p.agents[0].code]
            if titles:
                return self._agent_mention(head, core, titles[-1], agents, names)
            if self.keys[head] in CALENDAR:
                return None
            introduced = len(core) == 1 and self.discourse.knows(self.keys[head]) and not any(self.tree.relations[c] == "det" for c in self.tree.children[head])
            if introduced or not (self._event_like(head) or any(self.keys[t] in LANDSCAPE for t in core)):
                owner = self._embedded_in_core(head, core) or self._possessor(head)
                return self._make(head, core, "unknown", "a name no dictionary has", owners=(owner,) if owner else ())
        return None

    def _part_of_a_name(self, phrase: Phrase) -> bool:
        """ "Milan" of "President Milan Jovic"."""
        tree = self.tree
        last = phrase.end - 1
        return phrase.end - phrase.start == 1 and phrase.names[0].form in ("city", "region") and (
            tree.relation(last) == "flat" or any(tree.relation(c) == "flat" for c in tree.children[last])
        )

    def _possessor(self, head: int) -> Mention | None:
        """Armenia of "Armenia's Serzh Sarksyan"."""
        for c in self.tree.children[head]:
            if self.tree.deprels[c] == "nmod:poss":
                owner = self.at(c)
                if owner is not None and owner.kind in ("country", "organization"):
                    return owner
        return None

    def _other_first_name(self, phrase: Phrase, core: set[int], names: list[Phrase], agents: list[Phrase]) -> bool:
        """ "Amine Sharif" is not the Sharif whose surname alone the dictionary knows."""
        if phrase.end - phrase.start > 1:
            return False
        before = phrase.start - 1
        while before >= 0 and (self.tree.forms[before] in HYPHENS or not self.keys[before]):
            before -= 1
        if before < 0 or before not in core or self.tree.upos[before] != "PROPN" or self.keys[before] in TITLES:
            return False
        return not any(p.start <= before < p.end for p in (*names, *agents))

    def _namesake(self, phrase: Phrase, actors: tuple[Actor, ...], names: list[Phrase], agents: list[Phrase]) -> Mention | None:
        """Another of the surname, whom the document has named in full: Shehbaz Sharif, where "Sharif" alone were Nawaz."""
        words = self._words_at(range(phrase.start, phrase.end))
        if len(words) != 1 or not self.discourse.knows(words[0]):
            return None
        countries = {h.actor.country or h.actor.code or "" for p in names if p is not phrase for h in p.names if h.form == "adjective" or h.actor.kind == "country"}
        titles = [p.agents[0].code for p in agents if p.end <= phrase.start and p.agents[0].code]
        role = titles[-1] or "" if titles and not self._qualified else ""
        titled = phrase.start > 0 and self.tree.forms[phrase.start - 1][:1].isupper() and self.keys[phrase.start - 1] not in FORMS_OF_ADDRESS
        known = self.discourse.known_name(words, self.day, countries, role, people=True, in_office=titled and not self._qualified)
        if known is None:
            if any(self.discourse.has_named(a.entry_id) for a in actors):
                return None
            known = self.discourse.known_name(words, self.day, countries, role)
        return None if known is None or known.kind == "organization" or known.entry_id in {a.entry_id for a in actors if len(actors) == 1} else known

    def _event_like(self, head: int) -> bool:
        return ("noun", self.tree.lemmas[head].lower()) in self.dictionaries.frames

    def _titles_fit(self, actors: tuple, names: list[Phrase], phrase: Phrase) -> tuple:  # type: ignore[type-arg]
        """Of several people of one name, those of the country named in the title ("Syrian President …")."""
        countries = {h.actor.country for p in names if p is not phrase for h in p.names if h.form == "adjective" or h.actor.kind == "country"}
        if not countries or len(phrase.names) == 0:
            return actors
        fitting = tuple(a for a in actors if a.country in countries)
        if fitting:
            return fitting
        # a surname of somebody else: "Iranian lawmaker … Johnson"
        return actors if phrase.end - phrase.start > 1 or any(a.country is None for a in actors) else ()

    def _best_hit(self, hits: list[NameHit]) -> NameHit:
        if len(hits) == 1:
            return hits[0]
        day = self.day
        return min(hits, key=lambda h: (FORM_ORDER.get(h.form, 9), h.actor.distance(day), h.actor.end is not None and bool(day and h.actor.end < day)))

    def _name_mention(self, head: int, core: set[int], phrase: Phrase, hit: NameHit) -> Mention:
        kind = "place" if hit.form in ("city", "region") else hit.actor.kind
        actors = _distinct([h.actor for h in phrase.names if h.form == hit.form])
        return self._make(
            head, core, kind, f"{hit.form} of {hit.actor.name}", actors=actors or (hit.actor,), role=hit.role,
            entry_id=hit.actor.entry_id, form=hit.form,
        )  # fmt: skip

    def _owner_mention(self, head: int, phrase: Phrase) -> Mention:
        hit = self._best_hit(phrase.names)
        kind = "place" if hit.form in ("city", "region") else hit.actor.kind
        return self._make(
            head, set(range(phrase.start, phrase.end)), kind, f"{hit.form} of {hit.actor.name}", actors=(hit.actor,), role=hit.role,
            entry_id=hit.actor.entry_id, form=hit.form,
        )  # fmt: skip

    def _agent_mention(self, head: int, core: set[int], agent: Phrase, agents: list[Phrase], names: list[Phrase]) -> Mention | None:
        hit = agent.agents[0]
        role = hit.code or ""
        entry = hit.entry_id
        if hit.phrase in ("fighter", "bomber") and any(any(c.isdigit() for c in self.tree.forms[t]) for t in core):
            role = "MIL"  # "Su-24 bomber", "F-16 fighters": aircraft
        modifiers = [p for p in agents if p.end <= agent.start and p.agents[0].code and p.agents[0].phrase not in ("deputy", "assistant", "vice")]
        last_word = hit.phrase.rsplit(" ", 1)[-1]
        if modifiers and (last_word in GENERIC_HEADS or role == "GOV"):
            other = modifiers[-1].agents[0].code or ""
            if other not in ("", "GOV", "CVL"):
                role = other
        owners = self._owners(head, core, names, hit)
        if not owners and self.tree.relation(head) == "conj" and role != "INT":  # "Iran and six world powers"
            owners = self._shared_owners(head)
        made = self._make(
            head, core, "agent", f"agent {hit.phrase!r}", role=role, owners=owners, entry_id=entry,
            form="prefix" if hit.prefix else "country-free" if hit.country_free else "agent",
        )  # fmt: skip
        if hit.plural and not made.plural:  # a plural the tagger did not see
            made = replace(made, plural=True)
        return self._with_owner_after(made)

    def _with_owner_after(self, mention: Mention) -> Mention:
        """ "people in northern Nigeria": the words that give the nationality belong to the phrase."""
        if len(mention.owners) != 1:
            return mention
        owner = mention.owners[0]
        if owner.sentence_index != mention.sentence_index or not mention.end < owner.start <= mention.end + 40:
            return mention
        sentence = self.tree.sentence
        words = sentence.text[mention.start - sentence.start : owner.end - sentence.start]
        return mention.under(mention.head, mention.start, owner.end, words, mention.rule, mention.sentence_index)

    def _owners(self, head: int, core: set[int], names: list[Phrase], hit: AgentHit) -> tuple[Mention, ...]:
        """Whose the agent is: adjective or name before it, possessor, "of/from/for", "-led", then "in"."""
        tree = self.tree
        found: list[Mention] = []
        for p in names:
            best = self._best_hit(p.names)
            if best.actor.kind == "person" and p.start <= head < p.end:
                continue
            if self._part_of_a_name(p):
                continue
            found.append(self._owner_mention(p.end - 1, p))
        countries = [m for m in found if m.kind in ("country", "organization", "place", "person")]
        if countries:
            return tuple(found)
        dependents = [c for t in sorted(core) for c in tree.children[t] if c not in core]
        for c in dependents:
            if tree.deprels[c] in ("nmod:poss", "det:poss"):
                coordinated = tree.conjuncts(c) if hit.kind is None and "Number=Plur" in tree.feats[head] else (c,)
                owners = [o for t in coordinated for o in [self.inside(t)] if o is not None and o.kind != "unknown"]
                if owners:  # "Pakistan and Afghanistan's intelligence services"
                    return (*found, *owners)
        for preposition in OWNER_PREPOSITIONS:
            for c in dependents:
                if tree.relation(c) == "nmod" and tree.deprels[c] != "nmod:poss" and tree.case(c) == preposition:
                    if preposition == "to" and hit.phrase.rsplit(" ", 1)[-1] not in ("aide", "adviser", "advisor"):
                        continue
                    owners = [m for t in tree.conjuncts(c) for m in self.several(t)]
                    known = [o for o in owners if (o.owners or o.actors) and o.kind != "unknown"]
                    if known:
                        return (*found, *known)
        for c in tree.children[head]:  # "a delegation led by the Kenyan president"
            if tree.relations[c] == "acl" and tree.lower[c] in ("led", "headed", "chaired"):
                for g in tree.function(c, "by"):
                    owner = self.inside(g)
                    if owner is not None and owner.kind != "unknown" and (owner.actors or owner.owners):
                        return (*found, owner)
        leader = self.led_by(head, "amod", "acl")
        if leader is not None:
            return (*found, leader)
        for c in tree.children[head]:
            if tree.relation(c) in ("nmod", "obl") and tree.case(c) in ("in", "at", "near"):
                owner = self.inside(c)
                if owner is not None and owner.kind == "unknown" and owner.owners:  # "in the Turkish capital" read as a name
                    owner = owner.owners[0]
                if owner is not None and (owner.actors or owner.owners) and owner.kind in ("country", "place", "agent"):
                    return (*found, owner)
        for c in tree.children[head]:
            if tree.relation(c) == "acl" and tree.lemmas[c].lower() in STAYING_VERBS:  # "people living in Greek camps"
                for g in tree.children[c]:
                    if tree.relation(g) == "obl" and tree.case(g) in ("in", "at", "near", "on", "across"):
                        owner = self.inside(g)
                        if owner is not None and (owner.actors or owner.owners) and owner.kind in ("country", "place", "agent"):
                            return (*found, owner)
        return tuple(found)

    def led_by(self, head: int, *relations: str) -> Mention | None:
        """Saudi Arabia of "a Saudi-led strike"; `relations` are those the participle may have."""
        tree = self.tree
        for c in tree.children[head]:
            if tree.relations[c] in relations and (self.keys[c] in LED or tree.forms[c].rsplit("-", 1)[-1].lower() in LED):
                for p in self.names:
                    if c - 3 <= p.start and p.end <= c + 1:
                        return self._owner_mention(p.end - 1, p)
        return None

    def _shared_owners(self, head: int) -> tuple[Mention, ...]:
        """ "the Sudanese government and rebels": what stands before the first noun belongs to both."""
        first = self.tree.heads[head]
        if any(self.tree.relation(c) in ("det", "nmod") for c in self.tree.children[head]):
            return ()
        mention = self.at(first)
        if mention is None:
            return ()
        if mention.kind == "country":  # "between Colombia and rebels"
            return (mention,)
        if mention.kind != "agent":
            return ()
        return tuple(o for o in mention.owners if o.start < mention.end and o.form in ("adjective", "name", "inhabitant"))

    def _embedded_in_core(self, head: int, core: set[int]) -> Mention | None:
        names = self._phrases_in(self.names, core)
        if names:
            best = names[0]
            for p in names:
                if self._best_hit(p.names).actor.kind in ("country", "organization", "people", "person"):
                    best = p
                    break
            return self._owner_mention(best.end - 1, best)
        return None

    def _embedded(self, head: int, as_source: bool, exclude: frozenset[tuple[int, int]]) -> Mention | None:
        """The likeliest of the actors that a phrase which names none belongs to, but for those left out."""
        tree = self.tree
        form = tree.forms[head]
        tag = tree.upos[head]
        if tag not in OWNED:
            return None
        if tag in ("VERB", "PRON", "DET"):
            return _unless(self._partitive(head), exclude)
        if as_source and tree.lemmas[head].lower() in PLACE_NOUNS:
            return None
        children = tree.children[head]
        deprels, relations = tree.deprels, tree.relations
        for k in range(len(children) - 1, -1, -1):  # the nearest first: "US President Donald Trump's decision"
            c = children[k]
            if deprels[c] in ("nmod:poss", "det:poss"):
                owner = self._as_owner(c, as_source, exclude)
                if owner is not None:
                    return owner.told(f"possessor of {form!r}: {owner.rule}")
        core = self._core(head)
        if not self._covered.isdisjoint(core):
            agents = [p for p in self._phrases_in(self.agents, core) if p.agents[0].code and p.end <= head]
            if agents:
                mention = self._agent_mention(agents[-1].end - 1, core - {head}, agents[-1], agents, self._phrases_in(self.names, core))
                if mention is not None:
                    if not mention.owners:
                        mention = replace(mention, owners=self._owners(head, core, [], agents[-1].agents[0]))
                    if (mention.start, mention.end) not in exclude:
                        return mention.told(f"before {form!r}: {mention.rule}")
            owner = _unless(self._embedded_in_core(head, core), exclude)
            if owner is not None:
                return owner.told(f"before {form!r}: {owner.rule}")
        marked = [c for c in children if relations[c] == "nmod"]
        if marked:
            cases = [tree.case(c) for c in marked]
            for preposition in SOURCE_PREPOSITIONS if as_source else TARGET_PREPOSITIONS:
                if preposition not in cases:
                    continue
                for k, c in enumerate(marked):
                    if cases[k] == preposition:
                        owner = self._as_owner(c, as_source, exclude)
                        if owner is not None:
                            return owner.told(f"{preposition!r} of {form!r}: {owner.rule}")
        for c in children:
            if relations[c] == "acl":
                owner = self._in_clause(c, form, as_source, exclude)
                if owner is not None:
                    return owner
        return None

    def _in_clause(self, c: int, form: str, as_source: bool, exclude: frozenset[tuple[int, int]]) -> Mention | None:
        """An actor of the clause on a noun."""
        tree = self.tree
        if not as_source and any(tree.relation(g) == "mark" and tree.lower[g] == "that" for g in tree.children[c]):
            for s in tree.function(c, "subject"):  # "rejected the announcement that Keita had won"
                owner = self._as_owner(s, False, exclude)
                if owner is not None:
                    return owner.told(f"of whom the {form!r} tells: {owner.rule}")
        for g in tree.children[c]:
            if as_source:
                if tree.deprels[c] == "acl:relcl":
                    continue
                if tree.deprels[g] == "obl:agent" or (tree.relation(g) == "obl" and tree.case(g) == "by"):  # "missiles fired by the army"
                    owner = self._as_owner(g, True, exclude)
                    if owner is not None:
                        return owner.told(f"agent of the clause on {form!r}: {owner.rule}")
            elif tree.relation(g) in ("obl", "obj") and tree.upos[g] in ("NOUN", "PROPN"):
                owner = self._as_owner(g, False, exclude)
                if owner is not None:
                    return owner.told(f"in the clause on {form!r}: {owner.rule}")
        return None

    def _as_owner(self, c: int, as_source: bool, exclude: frozenset[tuple[int, int]]) -> Mention | None:
        owner = self.inside(c, as_source=as_source)
        return None if owner is None or owner.kind == "unknown" else _unless(owner, exclude)

    def _partitive(self, head: int) -> Mention | None:
        """ "some of the rebels", "those of Iran"."""
        tree = self.tree
        for c in tree.children[head]:
            if tree.relation(c) in ("nmod", "obl") and tree.case(c) in ("of", "from", "in", "among"):
                return self.inside(c)
        return None

    # ---- pronouns ----------------------------------------------------------------------------------------------

    def _pronoun(self, head: int) -> Mention | None:
        tree = self.tree
        word = tree.lower[head]
        antecedent = tree.antecedent(head)
        if antecedent != head:
            return self.inside(antecedent)
        if word in PERSON_PRONOUNS:
            kinds, plural = PERSON_KINDS, False
        elif word in THING_PRONOUNS:
            kinds, plural = THING_KINDS, False
        elif word in PLURAL_PRONOUNS:
            kinds, plural = PLURAL_KINDS, True
        elif word in SPEAKER_PRONOUNS:
            speaker = self._speaker(head)
            return None if speaker is None else self.stand_in(head, speaker, "speaker")
        else:
            return self._partitive(head)
        found = self._before(head, kinds, plural) or self.discourse.recent(kinds, plural, self._clause_actors(head))
        return None if found is None else self.stand_in(head, found, "pronoun")

    def _clause_actors(self, head: int) -> frozenset[str]:
        """Entries of the clause's subject, which an object pronoun of the same clause cannot stand for."""
        tree = self.tree
        verb = tree.heads[head]
        if verb < 0 or tree.relation(head) not in ("obj", "iobj", "obl"):
            return frozenset()
        return frozenset(
            m.entry_id for c in tree.children[verb] if tree.relation(c) == "nsubj" and c != head for m in [self.at(c)] if m is not None
        )

    def unknown_attackers(self, head: int, victim: Mention) -> Mention:
        """Those behind an act of violence that nobody is named for: unidentified armed forces (UAF) of the victim's country."""
        return self._make(head, self._core(head), "agent", f"whoever is behind {self.tree.forms[head]!r}", role="UAF", owners=(victim,), form="agent")

    def crowd(self, head: int, country: Mention) -> Mention:
        """Those who protest where the text names the protests alone: of the country they are told of."""
        return self._make(head, self._core(head), "agent", f"whoever takes part in {self.tree.forms[head]!r}", role="OPP", owners=(country,), form="agent")

    def stand_in(self, head: int, mention: Mention, rule: str) -> Mention:
        sentence = self.tree.sentence
        told = f"{rule} for {mention.text!r} ({mention.rule})"
        if mention.sentence_index == sentence.index:
            return mention.told(told, head)  # the words that name it stand in this sentence
        return Mention(
            head, sentence.starts[head], sentence.ends[head], sentence.forms[head], mention.kind, mention.actors, mention.role,
            mention.owners, mention.modifier, mention.entry_id, told, sentence.index, mention.plural, mention.form,
        )  # fmt: skip

    def _before(self, head: int, kinds: Iterable[str], plural: bool) -> Mention | None:
        """The nearest fitting phrase before the pronoun: subjects first, never one inside the same phrase."""
        tree = self.tree
        clause = head
        while tree.heads[clause] >= 0 and tree.relation(clause) in ("nmod", "det", "obj", "obl", "nsubj", "iobj", "compound", "amod", "conj", "appos"):
            if tree.upos[clause] == "VERB":
                break
            clause = tree.heads[clause]
        own = {t for t in tree.children[clause] if tree.deprels[t] in ("nsubj", "nsubj:pass")}
        possessive = tree.deprels[head] in ("nmod:poss", "det:poss")
        candidates: list[tuple[int, int, Mention]] = []
        for t in range(head - 1, -1, -1):
            if tree.upos[t] not in ("NOUN", "PROPN", "NUM") or tree.relation(t) in ("compound", "flat", "amod", "nummod"):
                continue
            if not possessive and self._in_own_clause(t, tree.heads[head]):
                continue
            mention = self.at(t)
            if mention is None or mention.kind not in kinds or mention.head != t:
                continue
            coordinated = tree.relation(t) == "conj" or any(tree.relation(c) == "conj" for c in tree.children[t])
            if plural and mention.kind in ("country", "person") and not mention.plural and not coordinated:
                continue
            if not plural and mention.kind == "agent" and mention.plural:
                continue
            if (
                kinds is PERSON_KINDS and mention.kind == "agent" and self.discourse.recent(("person",), False) is not None
                and any(tree.lower[c] in ("a", "an") for c in tree.children[t])
            ):  # fmt: skip
                continue  # "A judge ordered that he be held": he is whom the story is about
            subject = 0 if tree.relation(t) == "nsubj" and (possessive or t not in own or tree.relation(head) != "obj") else 1
            candidates.append((subject, head - t, mention))
        if not candidates:
            return None
        _, distance, mention = min(candidates, key=lambda c: (c[0], c[1]))
        self._antecedents[head] = head - distance
        return mention

    def _in_own_clause(self, t: int, verb: int) -> bool:
        """Whether noun t hangs on the pronoun's own verb through nouns alone, so that the two cannot be one."""
        tree = self.tree
        while t >= 0 and t != verb:
            if tree.relation(t) not in NOMINAL_RELATIONS:
                return False
            t = tree.heads[t]
        return t == verb

    def _speaker(self, head: int) -> Mention | None:
        """Who says the quoted words the pronoun stands in."""
        tree = self.tree
        for node in [head, *tree.ancestors(head)]:
            for c in tree.children[node]:
                if tree.relation(c) in ("parataxis", "ccomp") and tree.lemmas[c] in ("say", "tell", "add", "write", "declare"):
                    for s in tree.function(c, "subject"):
                        if tree.upos[s] != "PRON" or tree.lower[s] not in SPEAKER_PRONOUNS:
                            return self.inside(s)
            parent = tree.heads[node]
            if parent >= 0 and tree.relation(node) in ("ccomp", "parataxis") and tree.lemmas[parent] in ("say", "tell", "add", "write", "declare"):
                for s in tree.function(parent, "subject"):
                    if tree.upos[s] != "PRON" or tree.lower[s] not in SPEAKER_PRONOUNS:
                        return self.inside(s)
        return self.discourse.speaker
