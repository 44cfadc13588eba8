"""Mentions of actors in a sentence: names, role nouns with their nationality, places, pronouns.

In: a Tree and the Dictionaries. Out: for a token, the Mention it stands for. The code of a mention depends on the
date of the event and is looked up later by `resolve_actor`. Whose an actor is: `owners`; whom pronouns and later
mentions stand for: `pronouns`, `coreference`.

    >>> mentions = SentenceMentions(Tree(sentence), dictionaries, context)
    >>> mentions.at(3)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from coder.actor_phrases import PLURAL_PRONOUNS, Phrase, SentencePhrases
from coder.coreference import (
    COUNTRY_HEADS,
    COURTS,
    GROUP_HEADS,
    HALVES,
    LEADERS,
    PAIR_HEADS,
    TITLES,
    TWIN_COUNTRIES,
    definite_noun,
    ends_in_name,
    force_meant,
    half_of_korea,
    named_before,
    names_person,
    namesake_of,
    pair_of,
    same_noun,
)
from coder.dictionary.compiled import HYPHENS, Actor, NameHit
from coder.dictionary.lexicon import FORMER, MODIFIERS
from coder.dictionary.load import Dictionaries
from coder.discourse import Discourse
from coder.grammar import Tree
from coder.owners import embedded, land_of_office, named_in, owners_of, shared_owners
from coder.pronouns import OWNING_DETERMINERS, each_other, group_of, pronoun, stands_for_each_other
from coder.records import Mention
from coder.subjects import bearer
from coder.word_classes import EACH_OTHER, KINDS, MONTHS, WEEKDAYS

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
# Words of names of places: what bears them is nobody.
LANDSCAPE: Final = frozenset(
    "mountain mountains mount river valley island islands lake hill hills street avenue road bridge airport base square strait sea gulf "
    "bay waters desert forest cape peak pass canal dam park highway crossing peninsula heights coast plaza piazza boulevard".split()
)
# Those before and after somebody in an office: whatever that one is now.
IN_OFFICE: Final = {"successor": "GOV", "predecessor": "ELI"}
CALENDAR: Final = WEEKDAYS | MONTHS | {"christmas", "easter", "ramadan", "gmt", "bst", "est", "utc"}
# Words that stand for no actor unless a name covers them.
NO_ACTORS: Final = frozenset({"PUNCT", "AUX", "ADP", "CCONJ", "SCONJ", "PART", "ADV"})
NOTHING: Final[frozenset[tuple[int, int]]] = frozenset()
UNASKED: Final = Mention(-1, 0, 0, "", "")  # of tokens that nobody has asked about


def _distinct(actors: Iterable[Actor]) -> tuple[Actor, ...]:
    """Actors once each; several times as fast as a dict, which would hash all their fields."""
    found: list[Actor] = []
    for actor in actors:
        for known in found:
            if known is actor or (known.entry_id == actor.entry_id and known == actor):
                break
        else:
            found.append(actor)
    return tuple(found)


class SentenceMentions(SentencePhrases):
    """Mentions of one sentence, looked up by head token and cached.

    Args:
        tree: the sentence.
        dictionaries: names and agents.
        discourse: what earlier sentences of the document have introduced.
    """

    __slots__ = ("_at", "_inside", "_of_sources", "_without", "antecedents", "discourse")

    def __init__(self, tree: Tree, dictionaries: Dictionaries, discourse: Discourse) -> None:
        super().__init__(tree, dictionaries)
        self.discourse = discourse
        n = tree.n
        self._at: list[Mention | None] = [UNASKED] * n
        self.antecedents: dict[int, int] = {}  # of pronouns
        # what `inside` found: of any, of those that may be sources, and of those that leave mentions out
        self._inside: list[Mention | None] = [UNASKED] * n
        self._of_sources: list[Mention | None] | None = None
        self._without: dict[tuple[int, bool, frozenset[tuple[int, int]]], Mention | None] = {}

    def at(self, head: int) -> Mention | None:
        """The actor that the noun phrase headed by `head` names, or None."""
        if head < self.dateline:
            return None
        mention = self._at[head]
        if mention is UNASKED:
            self._at[head] = None  # ends loops of appositions
            mention = self._at[head] = self._mention(head)
        return mention

    def inside(self, head: int, *, as_source: bool = False, exclude: frozenset[tuple[int, int]] = NOTHING) -> Mention | None:
        """The actor named by the phrase, else the one its head belongs to ("Netanyahu's policies" → Netanyahu).

        Args:
            as_source: look only where the doer of a noun stands, not at places and victims.
            exclude: spans of mentions that are not meant (the other side of the event).
        """
        if head < self.dateline:
            return None
        if exclude:
            key = (head, as_source, exclude)
            if key not in self._without:
                self._without[key] = None
                self._without[key] = self._find_inside(head, as_source, exclude)
            return self._without[key]
        if as_source:
            found = self._of_sources
            if found is None:
                found = self._of_sources = [UNASKED] * self.tree.n
        else:
            found = self._inside
        mention = found[head]
        if mention is UNASKED:
            found[head] = None
            mention = found[head] = self._find_inside(head, as_source, exclude)
        return mention

    def _find_inside(self, head: int, as_source: bool, exclude: frozenset[tuple[int, int]]) -> Mention | None:
        mention = self.at(head)
        if mention is not None and exclude and (mention.start, mention.end) in exclude:
            mention = None
        if mention is not None:
            if mention.kind != "unknown" or mention.owners:
                return mention
        if mention is None and self.tree.lower_lemmas[head] in PAIR_HEADS:
            pair = pair_of(self, head)
            if pair:
                return pair[0]
        if self.tree.children[head] or head in self.covered:
            return embedded(self, head, as_source, exclude) or mention
        return mention

    def several(
        self, head: int, *, as_source: bool = False, exclude: frozenset[tuple[int, int]] = NOTHING
    ) -> tuple[Mention, ...]:
        """The mention(s) of a phrase: one for each country of "officials from Sudan and Chad"."""
        tree = self.tree
        if tree.lower[head] in TWIN_COUNTRIES or tree.lower_lemmas[head] in PAIR_HEADS:
            pair = pair_of(self, head)
            if pair:
                return pair
        if tree.lower[head] in EACH_OTHER:
            doers = each_other(self, head)
            if doers:
                return doers
        if tree.upos[head] == "PRON" and tree.lower[head] in PLURAL_PRONOUNS:
            group = group_of(self, head)
            if len(group) > 1:
                return group
        mention = self.inside(head, as_source=as_source, exclude=exclude)
        if mention is None:
            return ()
        if mention.rule.startswith("possessor of"):  # "each other's borders"
            for c in tree.children[head]:
                if tree.lower[c] in EACH_OTHER and tree.deprels[c] == "nmod:poss":
                    return each_other(self, c) or (mention,)
        if mention.kind != "agent" or len(mention.owners) < 2 or not (mention.plural or stands_for_each_other(mention)):
            return (mention,)
        countries = [o for o in mention.owners if o.kind in ("country", "organization", "place")]
        if not countries or all(o.actors == countries[0].actors for o in countries):
            return (mention,)
        rest = tuple([o for o in mention.owners if o.kind not in ("country", "organization", "place")])
        return tuple(
            mention.under(
                mention.head, owner.start, owner.end, owner.text, f"{mention.rule}, shared by {owner.text!r}", mention.sentence_index,
                (owner, *rest),
            )
            for owner in countries
        )  # fmt: skip

    def unknown_attackers(self, head: int, victim: Mention) -> Mention:
        """Those behind an act of violence that nobody is named for: unidentified armed forces (UAF) of the victim's country."""
        return self.make(head, self.core(head), "agent", f"whoever is behind {self.tree.forms[head]!r}", role="UAF", owners=(victim,), form="agent")

    def crowd(self, head: int, country: Mention) -> Mention:
        """Those who protest where the text names the protests alone: of the country they are told of."""
        return self.make(head, self.core(head), "agent", f"whoever takes part in {self.tree.forms[head]!r}", role="OPP", owners=(country,), form="agent")

    def _mention(self, head: int) -> Mention | None:
        tree = self.tree
        tag = tree.upos[head]
        if tree.lower[head] in EACH_OTHER:
            doers = each_other(self, head)
            if doers:
                return doers[0]
        if tag == "PRON":
            if self.name_at[head] is None:
                return pronoun(self, head)
        elif tag == "DET":
            if tree.lower[head] in OWNING_DETERMINERS:
                return pronoun(self, head)
        elif tag in NO_ACTORS:
            return None
        lemma = tree.lower_lemmas[head]
        if tag == "ADJ" and lemma in KINDS and tree.relations[head] == "amod":
            return None  # "a military assault" says how, not who
        children = tree.children[head]
        if tag == "NUM" and lemma in PAIR_HEADS and children:  # "the two agreed that their troops …"
            pair = pair_of(self, head)
            if pair:
                return replace(pair[0], plural=True)
        if (tag == "NUM" or lemma in COUNTING) and not self._titled(head):
            for c in children:
                if tree.relations[c] == "nmod" and tree.case(c) == "of":
                    counted = self.at(c)
                    if counted is not None:
                        return replace(counted, head=head, plural=True)
            if tag == "NUM" and tree.deprels[head] in ("obj", "nsubj:pass") and not children and tree.forms[head].isalnum():
                return self.make(head, {head}, "agent", "a number of people", role="CVL", form="agent")
        if children and tree.forms[head] in HALVES:
            half = half_of_korea(self, head)
            if half is not None:
                return half
        if children and (lemma in COUNTRY_HEADS or lemma in GROUP_HEADS or lemma in COURTS):
            definite = definite_noun(self, head, lemma)
            if definite is not None:
                return definite
        found: Mention | None = None
        core: set[int] | None = None
        if tag == "PROPN" or children or head in self.covered:
            core = self.core_with_phrases(head)
            if tag == "PROPN" or not self.covered.isdisjoint(core):
                found = self._from_core(head, core)
        if found is None or found.kind == "unknown" or found.kind == "agent":
            self._at[head] = found  # for an apposition that asks whom it stands beside
            shared = found is not None and found.plural and len(found.owners) > 1  # "the presidents of Chad and Niger, X and Y"
            for a in () if shared else _appositions(self, head):
                other = self.at(a)
                if other is None or other.kind == "unknown":
                    continue
                bearer_of = tree.relations[a] == "nsubj" and tree.heads[head] != a  # "Chad's president became the first African leader to …"
                if found is None or found.kind == "unknown" or other.kind in ("person", "organization") or (other.owners and (bearer_of or not found.owners)):
                    found = self._renamed(other, head, core or {head})
                    break
        if found is not None and (found.kind == "unknown" or (found.kind == "agent" and not found.owners and ends_in_name(found.text))):
            known = named_before(self, head, found, core or {head})
            if known is not None:
                rule = f"named before: {known.text!r} ({known.rule})"
                found = known.under(head, found.start, found.end, found.text, rule, tree.sentence.index)
        if found is not None and found.kind == "agent" and found.form == "agent" and len(found.owners) < 2:
            meant = force_meant(self, head, found)
            if meant is None and not found.owners and tree.lower_lemmas[head] in self.discourse.nouns:
                meant = same_noun(self, head, found)
            return meant or found
        return found

    def _titled(self, head: int) -> bool:
        """Whether the word begins a longer phrase for an agent: "member of parliament" counts nobody."""
        phrase = self.agent_at[head]
        return phrase is not None and phrase.end - phrase.start > 2

    def _from_core(self, head: int, core: set[int]) -> Mention | None:
        names = _with_phrase_over(self.phrases_in(self.names, core), self.name_at[head])
        agents = _with_phrase_over(self.phrases_in(self.agents, core), self.agent_at[head])
        people = [p for p in names if names_person(p)]
        if people:
            phrase = people[-1]
            covering_agent = _phrase_over(agents, head)
            if phrase.start <= head < phrase.end or covering_agent is None or covering_agent.end <= phrase.start:
                actors = _distinct([h.actor for h in phrase.names if h.actor.kind == "person"])
                titled = _titles_fit(actors, names, phrase)
                if titled and not self._other_first_name(phrase, core, names, agents):
                    namesake = namesake_of(self, phrase, titled, names, agents)
                    made = self.make(head, core, "person", "name", actors=titled, entry_id=titled[0].entry_id)
                    if namesake is None:
                        return made
                    rule = f"named before: {namesake.text!r} ({namesake.rule})"
                    return namesake.under(head, made.start, made.end, made.text, rule, made.sentence_index)
        covering = _phrase_over(names, head)
        if covering is not None and self.part_of_a_name(covering):
            names = [p for p in names if p is not covering]
            covering = None
        agent = _phrase_over(agents, head)
        if agent is None and agents and self.tree.upos[head] == "PROPN" and (covering is None or covering.names[0].form != "name"):
            titles = [p for p in agents if p.start < head]
            agent = titles[-1] if titles else None
        if covering is not None and (agent is None or (agent.end - agent.start) <= (covering.end - covering.start)):
            hit = self.best_hit(covering.names)
            tail = [p for p in agents if p.start >= covering.end and p.end - 1 > head]
            if not tail:
                if hit.form == "adjective" and hit.actor.kind == "country" and self.tree.upos[head] == "ADJ" and self.tree.relation(head) in ("amod", "compound"):
                    return self.owner_mention(head, covering)
                return self._name_mention(head, core, covering, hit)
            agent = tail[0]
        if agent is not None and agent.agents[0].code is not None:
            return self.agent_mention(head, core, agent, agents, names)
        if agent is not None:
            return None
        if self.tree.upos[head] == "PROPN":
            others = [p for p in names if p.names[0].form in ("name", "metonym") and p.names[0].actor.kind == "organization"]
            if others and others[-1].end >= head:
                return self._name_mention(head, core, others[-1], self.best_hit(others[-1].names))
            titles = [p for p in agents if p.agents[0].code]
            if titles:
                return self.agent_mention(head, core, titles[-1], agents, names)
            if self.keys[head] in CALENDAR:
                return None
            introduced = len(core) == 1 and self.discourse.knows(self.keys[head]) and not any(self.tree.relations[c] == "det" for c in self.tree.children[head])
            if introduced or not (_event_like(self, head) or any(self.keys[t] in LANDSCAPE for t in core)):
                owner = named_in(self, head, core) or self._possessor(head)
                return self.make(head, core, "unknown", "a name no dictionary has", owners=(owner,) if owner else ())
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
        for p in (*names, *agents):
            if p.start <= before < p.end and not (p.agents and (p.agents[0].code or "").startswith("CVL")):
                return False  # a title; Hunter of "Hunter Biden" is none
        return True

    def _possessor(self, head: int) -> Mention | None:
        """Armenia of "Armenia's Serzh Sarksyan"."""
        for c in self.tree.children[head]:
            if self.tree.deprels[c] == "nmod:poss":
                owner = self.at(c)
                if owner is not None and owner.kind in ("country", "organization"):
                    return owner
        return None

    # ---- making mentions ---------------------------------------------------------------------------------------

    def make(
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
            self._modifier(head, core) if self.qualified else "", entry_id, rule, sentence.index,
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

    def _name_mention(self, head: int, core: set[int], phrase: Phrase, hit: NameHit) -> Mention:
        kind = "place" if hit.form in ("city", "region") else hit.actor.kind
        actors = _distinct([h.actor for h in phrase.names if h.form == hit.form])
        return self.make(
            head, core, kind, f"{hit.form} of {hit.actor.name}", actors=actors or (hit.actor,), role=hit.role,
            entry_id=hit.actor.entry_id, form=hit.form,
        )  # fmt: skip

    def owner_mention(self, head: int, phrase: Phrase) -> Mention:
        hit = self.best_hit(phrase.names)
        kind = "place" if hit.form in ("city", "region") else hit.actor.kind
        return self.make(
            head, set(range(phrase.start, phrase.end)), kind, f"{hit.form} of {hit.actor.name}", actors=(hit.actor,), role=hit.role,
            entry_id=hit.actor.entry_id, form=hit.form,
        )  # fmt: skip

    def agent_mention(self, head: int, core: set[int], agent: Phrase, agents: list[Phrase], names: list[Phrase]) -> Mention | None:
        hit = agent.agents[0]
        role = hit.code or ""
        entry = hit.entry_id
        if agent.end - agent.start > 2:  # no UN in "the National Security Council"
            names = [p for p in names if not _organization_within(p, agent)]
        if hit.phrase in ("fighter", "bomber") and any(
            self.tree.deprels[t] != "nummod" and any(c.isdigit() for c in self.tree.forms[t]) for t in core
        ):
            role = "MIL"  # "Su-24 bomber", "F-16 fighters": aircraft
        modifiers = [p for p in agents if p.end <= agent.start and p.agents[0].code and p.agents[0].phrase not in ("deputy", "assistant", "vice")]
        last_word = hit.phrase.rsplit(" ", 1)[-1]
        if modifiers and (last_word in GENERIC_HEADS or role == "GOV"):
            other = modifiers[-1].agents[0].code or ""
            if other not in ("", "GOV", "CVL"):
                role = other
        owners = owners_of(self, head, core, names, hit)
        if hit.prefix and role == "INT":  # "observers in Kenya" are not Kenya's, those "from Japan" are Japan's
            owners = tuple(o for o in owners if o.start < self.tree.sentence.starts[head] or (o.sentence_index == self.tree.sentence.index and self.tree.case(o.head) in ("from", "of")))
        if not owners and self.tree.relation(head) == "conj" and role != "INT":  # "Iran and six world powers"
            owners = shared_owners(self, head)
        if role == "COP" and hit.phrase == "officer" and owners and owners[-1].sentence_index < 0:
            role = "MIL"  # policemen do not overthrow presidents
        if last_word in IN_OFFICE and owners:
            land = land_of_office(self, owners)
            if land is not None:
                role, owners = IN_OFFICE[last_word], (land,)
        made = self.make(
            head, core, "agent", f"agent {hit.phrase!r}", role=role, owners=owners, entry_id=entry,
            form="prefix" if hit.prefix else "country-free" if hit.country_free else "agent",
        )  # fmt: skip
        if hit.plural and not made.plural:  # a plural the tagger did not see
            made = replace(made, plural=True)
        return _with_owner_after(self, made)

    def _renamed(self, other: Mention, head: int, core: set[int]) -> Mention:
        """The actor of an apposition under the words of the phrase it explains."""
        start, end, text = self._words_of(core)
        return other.under(head, start, end, text, f"apposition: {other.rule}", other.sentence_index)

    def _words_of(self, core: set[int]) -> tuple[int, int, str]:
        sentence = self.tree.sentence
        start, end = sentence.starts[min(core)], sentence.ends[max(core)]
        return start, end, sentence.text[start - sentence.start : end - sentence.start]


def _organization_within(name: Phrase, agent: Phrase) -> bool:
    """Whether a name is but a part of a longer phrase for an agent."""
    if name.start < agent.start or name.end > agent.end or name.end - name.start == agent.end - agent.start:
        return False
    return name.end - name.start > 1 and name.names[0].actor.kind == "organization"


def _appositions(mentions: SentenceMentions, head: int) -> list[int]:
    tree = mentions.tree
    relations = tree.relations
    found = [c for c in tree.children[head] if relations[c] == "appos"]
    if relations[head] == "appos":
        found.append(tree.heads[head])
    elif tree.lower_lemmas[head] in LEADERS:  # "Macron became the first Western leader to visit …"
        found += [t for t in bearer(tree, head, True) if tree.upos[t] in ("PROPN", "NOUN")]
    return found


def _with_phrase_over(inside: list[Phrase], covering: Phrase | None) -> list[Phrase]:
    """Phrases of the core and the one over its head that reaches beyond it ("Secretary of State")."""
    if covering is None or covering in inside:
        return inside
    place = 0
    while place < len(inside) and inside[place].start <= covering.start:
        place += 1
    return [*inside[:place], covering, *inside[place:]]


def _phrase_over(phrases: list[Phrase], head: int) -> Phrase | None:
    for p in phrases:
        if p.start <= head < p.end:
            return p
    return None


def _titles_fit(actors: tuple, names: list[Phrase], phrase: Phrase) -> tuple:  # type: ignore[type-arg]
    """Of several people of one name, those of the country named in the title ("Syrian President …")."""
    countries = {h.actor.country for p in names if p is not phrase for h in p.names if h.form == "adjective" or h.actor.kind == "country"}
    if not countries or len(phrase.names) == 0:
        return actors
    fitting = tuple(a for a in actors if a.country in countries)
    if fitting:
        return fitting
    # a surname of somebody else: "Iranian lawmaker … Johnson"
    return actors if phrase.end - phrase.start > 1 or any(a.country is None for a in actors) else ()


def _with_owner_after(mentions: SentenceMentions, mention: Mention) -> Mention:
    """ "people in northern Nigeria": the words that give the nationality belong to the phrase."""
    if len(mention.owners) != 1:
        return mention
    owner = mention.owners[0]
    if owner.sentence_index != mention.sentence_index or not mention.end < owner.start <= mention.end + 40:
        return mention
    sentence = mentions.tree.sentence
    words = sentence.text[mention.start - sentence.start : owner.end - sentence.start]
    return mention.under(mention.head, mention.start, owner.end, words, mention.rule, mention.sentence_index)


def _event_like(mentions: SentenceMentions, head: int) -> bool:
    return ("noun", mentions.tree.lower_lemmas[head]) in mentions.dictionaries.frames
