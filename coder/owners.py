"""Whose an actor is, and to whom a phrase belongs that names none: possessors, nationalities, "of", "by", "led by".

In: the SentenceMentions and the head of a phrase. Out: Mentions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from coder.actor_phrases import Phrase
from coder.dictionary.compiled import Actor, AgentHit
from coder.participles import LED
from coder.records import Mention, ResolvedActor
from coder.resolve import resolve_actor
from coder.word_classes import EACH_OTHER

if TYPE_CHECKING:
    from coder.actors import SentenceMentions

# Of somebody who lives, is stuck or is stationed somewhere.
STAYING_VERBS: Final = frozenset("live reside strand trap displace station base stay shelter hide work hold detain jail imprison intern gather camp".split())
OWNER_PREPOSITIONS: Final[tuple[str, ...]] = ("of", "from", "for", "to")
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
# What is done to those of whom it is told: "the bombing of a mosque".
DONE_TO: Final = frozenset("bombing shelling killing murder assassination execution destruction kidnapping abduction storming torching burning downing seizure".split())
# Of what the subject of a relative clause has made, it is whose that is: "sanctions which Canada had imposed on Iran".
ISSUING: Final = frozenset(
    "impose pass adopt make negotiate sign launch carry draft propose issue announce build approve enact publish write hold stage introduce order "
    "offer present submit test fire commit take".split()
)
# What soldiers do to the rulers of their own country.
COUP_VERBS: Final = frozenset("overthrow oust depose topple detain arrest seize unseat remove take grab".split())
RULERS: Final = frozenset("president premier minister king queen emir sultan chancellor leader ruler government".split())
# On a noun: to whom somebody belongs; and those who then work for a state.
LINKED: Final = frozenset("linked tied affiliated loyal allied connected associated working".split())
HACKERS: Final = frozenset({"hacker", "computer hacker", "cyber criminal", "cybercriminal", "hacking group", "hacker group", "spy", "agent"})
OTHERS: Final = frozenset("neighbour neighbor rival enemy foe opponent adversary ally partner counterpart".split())
OWNED: Final = frozenset({"NOUN", "PROPN", "ADJ", "VERB", "NUM", "X", "SYM", "PRON", "DET"})


def owners_of(mentions: SentenceMentions, head: int, core: set[int], names: list[Phrase], hit: AgentHit) -> tuple[Mention, ...]:
    """Whose the agent is: adjective or name before it, possessor, "of/from/for", "-led", then "in"."""
    tree = mentions.tree
    found: list[Mention] = []
    for p in names:
        best = mentions.best_hit(p.names)
        if best.actor.kind == "person" and p.start <= head < p.end:
            continue
        if mentions.part_of_a_name(p):
            continue
        found.append(mentions.owner_mention(p.end - 1, p))
    countries = [m for m in found if m.kind in ("country", "organization", "place", "person")]
    if countries:
        return tuple(found)
    dependents = [c for t in sorted(core) for c in tree.children[t] if c not in core]
    for c in dependents:
        if tree.deprels[c] in ("nmod:poss", "det:poss"):
            coordinated = tree.conjuncts(c) if hit.kind is None and "Number=Plur" in tree.feats[head] else (c,)
            if tree.lower[c] in EACH_OTHER:
                owners = list(mentions.several(c))
            else:
                owners = [o for t in coordinated for o in [_possessor(mentions, t)] if o is not None and o.kind != "unknown"]
            if owners:  # "Latvia and Estonia's border guards"
                return (*found, *owners)
    for preposition in OWNER_PREPOSITIONS:
        for c in dependents:
            if tree.relation(c) == "nmod" and tree.deprels[c] != "nmod:poss" and tree.case(c) == preposition:
                if preposition == "to" and hit.phrase.rsplit(" ", 1)[-1] not in ("aide", "adviser", "advisor"):
                    continue
                owners = [m for t in tree.conjuncts(c) for m in mentions.several(t)]
                known = [o for o in owners if (o.owners or o.actors) and o.kind != "unknown"]
                if known:
                    return (*found, *known)
    leader = led_by(mentions, head, ("amod", "acl"))
    if leader is not None:
        return (*found, leader)
    master = linked_to(mentions, head, hit)
    if master is not None:
        return (*found, master)
    land = land_of_coup(mentions, head)
    if land is not None:
        return (*found, land)
    for c in tree.children[head]:
        if tree.relation(c) in ("nmod", "obl") and tree.case(c) in ("in", "at", "near"):
            owner = mentions.inside(c)
            if owner is not None and owner.kind == "unknown" and owner.owners:  # "in the Turkish capital" read as a name
                owner = owner.owners[0]
            if owner is not None and (owner.actors or owner.owners) and owner.kind in ("country", "place", "agent"):
                return (*found, owner)
    for c in tree.children[head]:
        if tree.relation(c) == "acl" and tree.lower_lemmas[c] in STAYING_VERBS:  # "people living in Greek camps"
            for g in tree.children[c]:
                if tree.relation(g) == "obl" and tree.case(g) in ("in", "at", "near", "on", "across"):
                    owner = mentions.inside(g)
                    if owner is not None and (owner.actors or owner.owners) and owner.kind in ("country", "place", "agent"):
                        return (*found, owner)
    return tuple(found)


def _possessor(mentions: SentenceMentions, token: int) -> Mention | None:
    """Whose something is: of "its neighbour's diplomats" not those whose neighbour it is."""
    tree = mentions.tree
    if tree.lower_lemmas[token] in OTHERS and any(tree.deprels[c] == "nmod:poss" for c in tree.children[token]):
        return mentions.at(token)
    return mentions.inside(token)


def led_by(mentions: SentenceMentions, head: int, relations: tuple[str, ...]) -> Mention | None:
    """The president of "a delegation led by the president", Saudi Arabia of "a Saudi-led strike".

    Args:
        relations: those the participle may have.
    """
    tree = mentions.tree
    if "acl" in relations:
        for c in tree.children[head]:
            if tree.relations[c] == "acl" and tree.lower[c] in ("led", "headed", "chaired"):
                for g in tree.function(c, "by"):
                    owner = mentions.inside(g)
                    if owner is not None and owner.kind != "unknown" and (owner.actors or owner.owners):
                        return owner
    for c in tree.children[head]:
        if tree.relations[c] in relations and (mentions.keys[c] in LED or tree.forms[c].rsplit("-", 1)[-1].lower() in LED):
            for p in mentions.names:
                if c - 3 <= p.start and p.end <= c + 1:
                    return mentions.owner_mention(p.end - 1, p)
    return None


def linked_to(mentions: SentenceMentions, head: int, hit: AgentHit) -> Mention | None:
    """North Korea of "hackers linked to North Korea", and for others than hackers the group that they belong to."""
    tree = mentions.tree
    for c in tree.children[head]:
        if tree.relations[c] != "acl" or tree.lower[c] not in LINKED:
            continue
        for g in tree.children[c]:
            if tree.relations[g] == "obl" and tree.case(g) in ("to", "with", "for"):
                owner = mentions.inside(g)
                if owner is not None and owner.actors and (owner.kind == "organization" or (owner.kind == "country" and hit.phrase in HACKERS)):
                    return owner
    return None


def land_of_coup(mentions: SentenceMentions, head: int) -> Mention | None:
    """The country of "the officers who had detained the president", of "soldiers who seized power in Mali": their own."""
    tree = mentions.tree
    for c in tree.children[head]:
        if tree.relations[c] != "acl" or (tree.lower_lemmas[c] not in COUP_VERBS and COUP_VERBS.isdisjoint(mentions.words[c].lemmas or ())):
            continue
        subject = tree.child(c, "nsubj")
        if subject < 0 or tree.lower[subject] not in ("who", "that", "which"):
            continue
        for o in tree.children[c]:
            if tree.deprels[o] not in ("obj", "iobj"):
                continue
            power = tree.lower_lemmas[o] in ("power", "control")
            for t in tree.function(c, "in") if power else (o,):
                found = mentions.inside(t)
                if found is None or not (found.kind in ("country", "place") if power else found.kind == "person" or tree.lower_lemmas[o] in RULERS):
                    continue
                country = country_of(mentions, found)
                if country is not None:
                    return country
    return None


def land_of_office(mentions: SentenceMentions, owners: tuple[Mention, ...]) -> Mention | None:
    """The country of "his successor", "the president's predecessor", where the office is a government's; the own role counts no more."""
    for owner in owners:
        held = owner.role.startswith("GOV")
        for actor in owner.actors if owner.kind == "person" else ():
            held = held or any(role.code[3:6] == "GOV" for role in actor.roles)
        if held:
            return country_of(mentions, owner)
    return None


def country_of(mentions: SentenceMentions, mention: Mention) -> Mention | None:
    """The country of an actor; of no sentence, as the phrase does not reach to it."""
    country = mentions.dictionaries.countries.get(resolve_actor(mention, mentions.day).code[:3])
    if country is None:
        return None
    return mention.as_country(country, here=False)


def with_country(actor: ResolvedActor, countries: Mapping[str, Actor]) -> Mention:
    """A side of an event as later sentences mean it: with the country that only the context told."""
    mention = actor.mention
    country = countries.get(actor.code[:3])
    if country is None or mention.kind != "agent" or mention.owners or mention.actors:
        return mention
    return mention.owned_by(mention.as_country(country))


def shared_owners(mentions: SentenceMentions, head: int) -> tuple[Mention, ...]:
    """ "the Sudanese government and rebels": what stands before the first noun belongs to both."""
    first = mentions.tree.heads[head]
    if any(mentions.tree.relation(c) in ("det", "nmod") for c in mentions.tree.children[head]):
        return ()
    mention = mentions.at(first)
    if mention is None:
        return ()
    if mention.kind == "country":  # "between Colombia and rebels"
        return (mention,)
    if mention.kind != "agent":
        return ()
    return tuple(o for o in mention.owners if o.start < mention.end and o.form in ("adjective", "name", "inhabitant"))


def _unless(mention: Mention | None, exclude: frozenset[tuple[int, int]]) -> Mention | None:
    """The mention, None where it is one of those left out."""
    return None if mention is None or (mention.start, mention.end) in exclude else mention


def named_in(mentions: SentenceMentions, head: int, core: set[int]) -> Mention | None:
    names = mentions.phrases_in(mentions.names, core)
    if names:
        best = names[0]
        for p in names:
            if mentions.best_hit(p.names).actor.kind in ("country", "organization", "people", "person"):
                best = p
                break
        return mentions.owner_mention(best.end - 1, best)
    return None


def embedded(mentions: SentenceMentions, head: int, as_source: bool, exclude: frozenset[tuple[int, int]]) -> Mention | None:
    """The likeliest of the actors that a phrase which names none belongs to, but for those left out."""
    tree = mentions.tree
    form = tree.forms[head]
    tag = tree.upos[head]
    if tag not in OWNED:
        return None
    if tag in ("VERB", "PRON", "DET"):
        return _unless(partitive(mentions, head), exclude)
    if as_source and tree.lower_lemmas[head] in PLACE_NOUNS:
        return None
    children = tree.children[head]
    deprels, relations = tree.deprels, tree.relations
    for k in range(len(children) - 1, -1, -1):  # the nearest first: "US President Donald Trump's decision"
        c = children[k]
        if deprels[c] in ("nmod:poss", "det:poss"):
            owner = _as_owner(mentions, c, as_source, exclude)
            if owner is not None:
                return owner.told(f"possessor of {form!r}: {owner.rule}")
    core = mentions.core(head)
    if not mentions.covered.isdisjoint(core):
        agents = [p for p in mentions.phrases_in(mentions.agents, core) if p.agents[0].code and p.end <= head]
        if agents:
            mention = mentions.agent_mention(agents[-1].end - 1, core - {head}, agents[-1], agents, mentions.phrases_in(mentions.names, core))
            if mention is not None:
                if not mention.owners:
                    mention = mention.owned_by(*owners_of(mentions, head, core, [], agents[-1].agents[0]))
                if (mention.start, mention.end) not in exclude:
                    return mention.told(f"before {form!r}: {mention.rule}")
        owner = _unless(named_in(mentions, head, core), exclude)
        if owner is not None:
            return owner.told(f"before {form!r}: {owner.rule}")
    marked = [c for c in children if relations[c] == "nmod"]
    if marked:
        cases = [tree.case(c) for c in marked]
        for preposition in SOURCE_PREPOSITIONS if as_source else TARGET_PREPOSITIONS:
            if preposition not in cases or (as_source and preposition == "of" and tree.lower_lemmas[head] in DONE_TO):
                continue
            for k, c in enumerate(marked):
                if cases[k] == preposition:
                    owner = _as_owner(mentions, c, as_source, exclude)
                    if owner is not None:
                        return owner.told(f"{preposition!r} of {form!r}: {owner.rule}")
    for c in children:
        if relations[c] == "acl":
            owner = _in_clause(mentions, c, form, as_source, exclude)
            if owner is not None:
                return owner
    return None


def _in_clause(mentions: SentenceMentions, c: int, form: str, as_source: bool, exclude: frozenset[tuple[int, int]]) -> Mention | None:
    """An actor of the clause on a noun."""
    tree = mentions.tree
    if not as_source and any(tree.relation(g) == "mark" and tree.lower[g] == "that" for g in tree.children[c]):
        for s in tree.function(c, "subject"):  # "rejected the announcement that Keita had won"
            owner = _as_owner(mentions, s, False, exclude)
            if owner is not None:
                return owner.told(f"of whom the {form!r} tells: {owner.rule}")
    if not as_source and tree.deprels[c] == "acl:relcl" and tree.lower_lemmas[c] in ISSUING:
        for g in tree.children[c]:  # "denounced sanctions which Canada had imposed on its police"
            if tree.deprels[g] == "nsubj" and tree.upos[g] in ("NOUN", "PROPN"):
                owner = _as_owner(mentions, g, False, exclude)
                if owner is not None:
                    return owner.told(f"whose {form!r} it is: {owner.rule}")
    for g in tree.children[c]:
        if as_source:
            if tree.deprels[c] == "acl:relcl":
                continue
            if tree.deprels[g] == "obl:agent" or (tree.relation(g) == "obl" and tree.case(g) == "by"):  # "missiles fired by the army"
                owner = _as_owner(mentions, g, True, exclude)
                if owner is not None:
                    return owner.told(f"agent of the clause on {form!r}: {owner.rule}")
        elif tree.relation(g) in ("obl", "obj") and tree.upos[g] in ("NOUN", "PROPN"):
            owner = _as_owner(mentions, g, False, exclude)
            if owner is not None:
                return owner.told(f"in the clause on {form!r}: {owner.rule}")
    return None


def _as_owner(mentions: SentenceMentions, c: int, as_source: bool, exclude: frozenset[tuple[int, int]]) -> Mention | None:
    owner = mentions.inside(c, as_source=as_source)
    return None if owner is None or owner.kind == "unknown" else _unless(owner, exclude)


def partitive(mentions: SentenceMentions, head: int) -> Mention | None:
    """ "some of the rebels", "those of Iran"."""
    tree = mentions.tree
    for c in tree.children[head]:
        if tree.relation(c) in ("nmod", "obl") and tree.case(c) in ("of", "from", "in", "among"):
            return mentions.inside(c)
    return None
