"""Later mentions of actors that the text has named: names in short, "the insurgents", "the country", "the two leaders".

In: the SentenceMentions and the phrase. Out: the actor named before, in the sentence or in the document (see `discourse`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Final

from coder.actor_phrases import Phrase
from coder.dictionary.compiled import HYPHENS, Actor, name_words, normalize
from coder.dictionary.schema import WORLD_REGIONS
from coder.discourse import ARMED_ROLES, ARMY_ROLES, FAMILY_FIRST, armed_code
from coder.owners import country_of
from coder.pronouns import NOMINAL_RELATIONS, in_own_clause, nearest_before, stand_in
from coder.records import Mention
from coder.resolve import resolve_actor

if TYPE_CHECKING:
    from coder.actors import SentenceMentions

TITLES: Final = frozenset(
    "mr mrs ms miss dr prof sir lord lady dame sheikh shaikh ayatollah imam mullah gen lt col maj capt sgt adm sen rep gov "
    "president minister prime chancellor king queen prince princess pope bishop judge justice secretary senator general marshal "
    "comrade abu bin al el el- strongman".split()
)
FORMS_OF_ADDRESS: Final = frozenset({"mr", "mrs", "ms", "miss"})  # titles that tell no office
# Nouns that stand for the actors just spoken of: "the two leaders", "both sides"; "the group", "the country".
PAIR_HEADS: Final = frozenset(
    "leader side country nation president minister party government neighbor neighbour power rival state counterpart official "
    "capital delegation ally foe man premier diplomat two pair duo".split()
)
# Of these the sides of a meeting or fight, which are looked for there before they are in the sentence before;
SIDES: Final = frozenset({"side", "party", "army", "foe", "rival", "two", "pair", "duo"})
# Of these, those who, standing bare, are the two that have just met or agreed ("the leaders", "the sides");
THE_TWO: Final = frozenset("leader side country nation president minister premier party neighbor neighbour rival foe".split())
# two of whom nothing else is told;
BARE_PAIRS: Final = frozenset({"two", "pair", "duo"})
# those that mean the countries, even where people of theirs were named;
STATES: Final = frozenset({"country", "nation", "state", "neighbor", "neighbour", "power", "government"})
# and those that mean people alone, with the roles that agents must have for it.
LEADERS: Final = frozenset({"leader", "president", "minister", "premier", "official", "diplomat"})
LEADING_ROLES: Final = frozenset({"GOV", "ELI", "LEG", "REB", "OPP", "MIL"})
FURTHER: Final = frozenset({"amod", "compound", "nmod", "acl", "nummod", "appos"})  # what tells more of a noun
PARTY_KINDS: Final[tuple[str, ...]] = ("person", "agent", "country", "organization")
SUBJECTS: Final = frozenset({"nsubj", "csubj"})
# Names two countries share.
TWIN_COUNTRIES: Final = {"koreas": ("PRK", "KOR"), "sudans": ("SDN", "SSD"), "congos": ("COD", "COG")}
COUNTRY_HEADS: Final = frozenset({"country", "nation", "kingdom", "republic", "state", "homeland"})
GROUP_HEADS: Final = frozenset({"group", "organization", "organisation", "movement", "militia", "party", "faction", "alliance", "bloc", "agency", "body"})
COURTS: Final = frozenset({"court", "tribunal"})
# What stands for either of them alone in a story of Korea.
KOREAS: Final = TWIN_COUNTRIES["koreas"]
HALVES: Final = {"North": "PRK", "South": "KOR"}
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
DEFINITE: Final = frozenset({"the", "these", "those", "this", "that"})
BARE_MEN: Final = SOLDIERS | {"rebel", "insurgent", "guerrilla", "guerilla", "fighter", "militant"}


# ---- names in short ------------------------------------------------------------------------------------------------


def named_before(mentions: SentenceMentions, head: int, found: Mention, core: set[int]) -> Mention | None:
    """Whom the document has introduced under the name that this phrase ends in ("Mr. Sharif", "Foreign Minister Sharif")."""
    words = _name_in(mentions, head, core, found.kind)
    if not words:
        return None
    countries = {resolve_actor(o, mentions.day).code[:3] for o in found.owners if o.kind == "country"}
    role = "" if found.modifier == "former" else found.role
    return _named_here(mentions, words, min(core), countries, role) or mentions.discourse.known_name(words, mentions.day, countries, role)


def _named_here(mentions: SentenceMentions, words: tuple[str, ...], before: int, countries: Collection[str], role: str) -> Mention | None:
    """A person of the dictionaries whose full name stands earlier in the sentence."""
    if len(words) > 1:
        return None
    for p in reversed(mentions.names):
        if p.end - p.start > 1 and p.end <= before and (mentions.keys[p.end - 1] == words[0] or mentions.keys[p.start] == words[0]):
            hit = mentions.best_hit(p.names)
            if hit.actor.kind != "person" or (mentions.keys[p.end - 1] != words[0] and hit.actor.country not in FAMILY_FIRST):
                continue
            person = mentions.owner_mention(p.end - 1, p)
            code = resolve_actor(person, mentions.day).code
            if (not countries or code[:3] in countries) and (not role or role in code):
                return person
    return None


def namesake_of(mentions: SentenceMentions, phrase: Phrase, actors: tuple[Actor, ...], names: list[Phrase], agents: list[Phrase]) -> Mention | None:
    """Another of the surname, whom the document has named in full: Shehbaz Sharif, where "Sharif" alone were Nawaz."""
    words = _words_at(mentions, range(phrase.start, phrase.end))
    if len(words) != 1 or not mentions.discourse.knows(words[0]):
        return None
    countries = {h.actor.country or h.actor.code or "" for p in names if p is not phrase for h in p.names if h.form == "adjective" or h.actor.kind == "country"}
    titles = [p.agents[0].code for p in agents if p.end <= phrase.start and p.agents[0].code]
    role = titles[-1] or "" if titles and not mentions.qualified else ""
    titled = phrase.start > 0 and mentions.tree.forms[phrase.start - 1][:1].isupper() and mentions.keys[phrase.start - 1] not in FORMS_OF_ADDRESS
    known = mentions.discourse.known_name(words, mentions.day, countries, role, people=True, in_office=titled and not mentions.qualified)
    if known is None:
        if any(mentions.discourse.has_named(a.entry_id) for a in actors):
            return None
        known = mentions.discourse.known_name(words, mentions.day, countries, role)
    return None if known is None or known.kind == "organization" or known.entry_id in {a.entry_id for a in actors if len(actors) == 1} else known


def name_of(mentions: SentenceMentions, head: int, mention: Mention) -> tuple[str, ...]:
    """The words of the name under which a mention introduces its actor, normalised; empty where it bears none."""
    if mention.sentence_index != mentions.tree.sentence.index or mention.kind not in ("person", "agent", "organization"):
        return ()
    if mention.kind == "organization":
        written = name_words(mention.text)
        if not written or not (written[-1][:1].isupper() or not written[-1][:1].isalnum()):
            return ()
        return tuple(normalize(w) for w in written)
    if not ends_in_name(mention.text):
        return ()
    core = mentions.core_with_phrases(head)
    if mention.kind == "person":
        for p in reversed(mentions.phrases_in(mentions.names, core)):  # "drug lord Joaquin Guzman"
            if names_person(p):
                return _words_at(mentions, range(p.start, p.end)) if len(mention.actors) == 1 else ()
    return _name_in(mentions, head, core, mention.kind)


def ends_in_name(text: str) -> bool:
    """Whether the last word of a phrase is written as a name."""
    return text[text.rfind(" ") + 1 :][:1].isupper()


def names_person(phrase: Phrase) -> bool:
    """Whether a person of the dictionaries bears the name."""
    for hit in phrase.names:  # noqa: SIM110 (asked too often for a generator)
        if hit.actor.kind == "person":
            return True
    return False


def _name_in(mentions: SentenceMentions, head: int, core: set[int], kind: str) -> tuple[str, ...]:
    """The words of the name a phrase ends in: those that neither title nor nationality covers."""
    tree = mentions.tree
    tokens = sorted([t for t in core if tree.forms[t] not in HYPHENS and tree.upos[t] != "PUNCT"])
    if kind != "unknown" and (not tokens or mentions.agent_at[tokens[-1]] is not None):
        return ()  # "Interior Ministry": what it is, and no name
    found: list[int] = []
    for t in tokens:
        name = mentions.name_at[t]
        if mentions.agent_at[t] is None and (name is None or mentions.part_of_a_name(name)) and (tree.forms[t][:1].isupper() or found):
            found.append(t)
    return _words_at(mentions, found) if any(tree.upos[t] == "PROPN" for t in found) else ()


def _words_at(mentions: SentenceMentions, tokens: Iterable[int]) -> tuple[str, ...]:
    words: list[str] = []
    for t in tokens:
        for word in name_words(mentions.keys[t]):
            if words or word not in TITLES:
                words.append(word)
    return tuple(words)


# ---- forces --------------------------------------------------------------------------------------------------------


def force_meant(mentions: SentenceMentions, head: int, found: Mention) -> Mention | None:
    """The armed group or the army spoken of before, for which "the insurgents", "fighters", "the troops" stand."""
    tree = mentions.tree
    phrase = mentions.agent_at[head]
    noun = "" if phrase is None else phrase.agents[0].phrase
    if phrase is None or not (noun in ARMED_MEN or noun in ARMED_GROUPS or noun in SOLDIERS):
        return None
    town = found.owners[0] if found.owners else None  # "talks with the insurgents in Doha": where, and not whose
    if town is not None and (town.form not in ("city", "capital", "region") or tree.case(town.head) not in ("in", "at", "near")):
        return None
    definite = False
    for c in tree.children[head]:
        relation = tree.relations[c]
        if town is not None and c == town.head:
            continue
        if phrase.start <= c < phrase.end or relation in ("punct", "case", "cc", "conj"):
            continue
        if relation != "det" or tree.lower[c] not in DEFINITE:
            return None
        definite = True
    if definite:
        if found.plural == (noun in ARMED_GROUPS):
            return None  # "the rebel" is one of them, "the rebel groups" are several
    elif town is not None or noun not in BARE_MEN or not found.plural or not (tree.relation(head) == "nsubj" or tree.deprels[head] == "obl:agent"):
        return None
    army = noun in SOLDIERS
    known, excluded = _forces_here(mentions, head, phrase, army)
    rule = "named in the sentence"
    if not known:
        last = mentions.discourse.armies if army else mentions.discourse.armed
        known = last.known
        rule = "last named"
        if not (definite and town is None) and last.sentence < tree.sentence.index - 1:
            return None
    if len({code for _, code in known}) > 1 and found.role.startswith("REB"):
        known = [(m, code) for m, code in known if code[3:6] == "REB"]
    if len({code for _, code in known}) != 1:
        return None  # nobody, or either of two
    mention, code = known[-1]
    if code in excluded or (found.role.startswith(("REB", "SEP")) and mention.kind == "agent" and code[3:6] == "UAF"):
        return None
    if not definite and _elsewhere(mentions, code[:3]):
        return None
    if town is not None and town.form == "region" and resolve_actor(town, mentions.day).code[:3] not in WORLD_REGIONS | {code[:3]}:
        return None  # "the rebels in Darfur" are others
    rule = f"the {'army' if army else 'armed group'} {rule}: {mention.text!r} ({mention.rule})"
    return mention.under(head, found.start, found.end, found.text, rule, tree.sentence.index)


def same_noun(mentions: SentenceMentions, head: int, found: Mention) -> Mention | None:
    """The army officers of an earlier sentence, for which "the officers" stands."""
    tree = mentions.tree
    known = mentions.discourse.nouns.get(tree.lower_lemmas[head])
    if known is None or known.plural != found.plural:
        return None
    definite = False
    for c in tree.children[head]:
        relation = tree.relations[c]
        if relation == "det":
            definite = tree.lower[c] in DEFINITE
        elif relation not in ("punct", "case", "cc", "conj") and not (relation == "acl" and tree.child(c, "nsubj") >= 0):
            return None
    if not definite or _elsewhere(mentions, resolve_actor(known, mentions.day).code[:3]):
        return None
    return known.under(head, found.start, found.end, found.text, f"named before: {known.text!r} ({known.rule})", tree.sentence.index)


def _forces_here(mentions: SentenceMentions, head: int, phrase: Phrase, army: bool) -> tuple[list[tuple[Mention, str]], set[str]]:
    """Armed groups (armies) that the sentence names before the noun, and the codes of those that the noun's own clause names:
    nobody fights himself."""
    tree = mentions.tree
    verb = head
    while verb >= 0 and tree.relation(verb) in NOMINAL_RELATIONS:
        verb = tree.heads[verb]
    before: list[tuple[Mention, str]] = []
    excluded: set[str] = set()
    for p in mentions.names:
        if p.start <= head < p.end:
            continue
        hit = mentions.best_hit(p.names)
        code = hit.actor.code_on(mentions.day)[0]
        if in_own_clause(mentions, p.end - 1, verb):
            excluded.add(f"{code}MIL" if army and len(code) == 3 else code)
        elif p.end <= phrase.start and not army and hit.actor.kind == "organization" and armed_code(code):
            before.append((mentions.owner_mention(p.end - 1, p), code))
    for p in mentions.agents:
        if p.end <= phrase.start and (p.agents[0].code or "")[:3] in (ARMY_ROLES if army else ARMED_ROLES):
            mention = mentions.at(p.end - 1)
            if mention is not None and mention.owners:
                code = resolve_actor(mention, mentions.day).code
                if in_own_clause(mentions, p.end - 1, verb):
                    excluded.add(code)
                elif army or armed_code(code):
                    before.append((mention, code))
    return before, excluded


def _elsewhere(mentions: SentenceMentions, country: str) -> bool:
    """Whether the sentence names a place outside the country."""
    for p in mentions.names:
        hit = mentions.best_hit(p.names)
        place = hit.form in ("city", "region", "capital") or (hit.actor.kind == "country" and mentions.tree.case(p.end - 1) in ("in", "near", "at"))
        if place and (hit.actor.country or hit.actor.code or "")[:3] != country:
            return True
    return False


# ---- "the country", "the two leaders" ------------------------------------------------------------------------------


def definite_noun(mentions: SentenceMentions, head: int, lemma: str) -> Mention | None:
    """ "the country", "the group": the last country or organisation spoken of."""
    tree = mentions.tree
    if lemma in COURTS:
        return _court(mentions, head, lemma)
    kinds = ("country",) if lemma in COUNTRY_HEADS else ("organization", "people") if lemma in GROUP_HEADS else ()
    if not kinds or "Number=Plur" in tree.feats[head]:
        return None
    if not any(tree.lower[c] in ("the", "this", "that") and tree.relation(c) == "det" for c in tree.children[head]):
        return None
    if any(tree.relation(c) in ("amod", "compound", "nmod", "acl", "nummod") for c in tree.children[head]):
        return None
    if kinds == ("country",) and len({p.names[0].actor.code for p in mentions.names if p.end <= head and p.names[0].actor.kind == "country"}) > 1:
        return None  # two countries before it: "the country" could be either
    found = nearest_before(mentions, head, kinds, False)
    if found is None and kinds == ("country",):  # "Ghanaian gunmen stormed the country's parliament"
        before = [p for p in mentions.names if p.end <= head and p.names[0].actor.kind == "country"]
        found = mentions.owner_mention(before[-1].end - 1, before[-1]) if before else None
    found = found or mentions.discourse.recent(kinds, False)
    if found is None and lemma in GROUP_HEADS:
        armed = mentions.discourse.armed.known
        if len(armed) == 1 and armed[0][0].kind == "organization" and armed[0][0].entry_id == mentions.discourse.last_organization:
            found = armed[0][0]
    return None if found is None else stand_in(mentions, head, found, f"'the {lemma}'")


def _court(mentions: SentenceMentions, head: int, lemma: str) -> Mention | None:
    """ "the court": the one named last, where it is no state's."""
    tree = mentions.tree
    known = mentions.discourse.court
    if known is None or "Number=Plur" in tree.feats[head] or not any(tree.lower[c] in ("the", "that") and tree.relations[c] == "det" for c in tree.children[head]):
        return None
    if any(tree.relations[c] in FURTHER for c in tree.children[head]):
        return None
    return stand_in(mentions, head, known, f"'the {lemma}'")


def pair_of(mentions: SentenceMentions, head: int) -> tuple[Mention, ...]:
    """ "the two leaders", "both sides": the last two actors spoken of."""
    tree = mentions.tree
    if tree.lower[head] in TWIN_COUNTRIES:
        return _twins(mentions, head, TWIN_COUNTRIES[tree.lower[head]])
    lemma = tree.lower_lemmas[head]
    bare = lemma in BARE_PAIRS  # "the two accused each other", but not "arrested the two"
    if bare and tree.deprels[head] in ("obj", "nsubj:pass"):
        return ()
    if not bare and lemma not in PAIR_HEADS:
        return ()
    words = {tree.lower[c] for c in tree.children[head] if tree.relation(c) in ("nummod", "det", "amod")}
    if not bare and "each" not in words and "Number=Plur" not in tree.feats[head] and tree.lower[head] == lemma:
        return ()
    if bare and (words != {"the"} or any(tree.relation(c) in ("nmod", "compound", "acl") for c in tree.children[head])):
        return ()
    if not bare and words == {"the"} and lemma in THE_TWO and not any(tree.relation(c) in FURTHER for c in tree.children[head]):
        met = mentions.discourse.just_met(tree.sentence.index)
        return () if met is None or _named_otherwise(mentions, head, met) else _as_pair(mentions, head, [met[1], met[0]])
    if not bare and (not words & {"two", "both", "each"} or _owned(mentions, head) or _of_a_kind(mentions, head)):
        return ()
    verb = tree.heads[head]
    doers = tree.function(verb, "subject") if verb >= 0 and tree.relations[head] not in SUBJECTS else ()
    found: list[Mention] = []
    for t in range(head - 1, -1, -1):
        if tree.upos[t] in ("NOUN", "PROPN") and tree.relation(t) not in ("compound", "flat", "amod") and t not in doers:
            mention = mentions.at(t)
            if mention is not None and mention.kind in PARTY_KINDS and (mention.actors or mention.owners):
                if bare and tree.case(t) in ("in", "at", "near"):
                    continue  # "met in Prague, where the two …"
                if not in_own_clause(mentions, t, verb):  # "Norway and Kenya called on both sides …": others are meant
                    found.append(mention)
    distinct = _two_of(mentions, found, lemma)
    sides = mentions.discourse.sides if lemma in LEADERS or lemma in SIDES or lemma in STATES else None
    if not distinct and (sides is None or lemma not in SIDES):
        where = mentions.discourse.where
        distinct = _two_of(mentions, [m for m in mentions.discourse.latest() if m.kind in PARTY_KINDS and m.start not in where], lemma)
    if not distinct:
        if sides is None:
            return ()
        distinct = [sides[1], sides[0]]
    if lemma in STATES:
        states = [country_of(mentions, m) if m.kind in ("person", "agent") else m for m in distinct]
        if states[0] is None or states[1] is None or states[0].actors == states[1].actors:
            return ()
        distinct = [states[0], states[1]]
    return _as_pair(mentions, head, distinct)


def _as_pair(mentions: SentenceMentions, head: int, distinct: list[Mention]) -> tuple[Mention, ...]:
    """Two actors, the last named first, under the words that stand for both."""
    tree, sentence = mentions.tree, mentions.tree.sentence
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


def _named_otherwise(mentions: SentenceMentions, head: int, met: tuple[Mention, Mention]) -> bool:
    """Whether the sentence names a country or an organisation of others before the noun, who may be meant."""
    known = {resolve_actor(m, mentions.day).code[:3] for m in met}
    return any(
        p.end <= head and (mentions.best_hit(p.names).actor.country or mentions.best_hit(p.names).actor.code or "")[:3] not in known
        and mentions.best_hit(p.names).form not in ("city", "capital", "region")
        for p in mentions.names
    )  # fmt: skip


def _of_a_kind(mentions: SentenceMentions, head: int) -> bool:
    """ "two gang leaders": a noun before tells of what, and not that they were named before."""
    phrase = mentions.agent_at[head]
    if phrase is not None and phrase.start < head and (phrase.agents[0].code or "")[:3] in ("CRM", "REB", "OPP", "REL", "LAB", "BUS", "UAF"):
        return True
    return any(
        mentions.tree.relations[c] == "compound" and mentions.agent_at[c] is not None and mentions.agent_at[c] is not phrase
        for c in mentions.tree.children[head]
    )


def half_of_korea(mentions: SentenceMentions, head: int) -> Mention | None:
    """ "the North", "the South", where the sentence or the story before it names one of the Koreas."""
    tree = mentions.tree
    definite = False
    for c in tree.children[head]:
        relation = tree.relations[c]
        if relation == "det":
            definite = tree.lower[c] == "the"
        elif relation not in ("case", "punct", "conj", "cc"):
            return None
    if not definite:
        return None
    here = [mentions.best_hit(p.names).actor for p in mentions.names]
    others = [a for a in here if a.kind == "country" and a.code not in KOREAS]
    if others or not any(a.country in KOREAS or a.code in KOREAS for a in here):
        if others or not (mentions.discourse.main_country() in KOREAS or mentions.discourse.named_only(KOREAS)):
            return None
    country = mentions.dictionaries.countries.get(HALVES[tree.forms[head]])
    if country is None:
        return None
    return mentions.make(head, {head}, "country", f"{tree.forms[head]!r} of Korea", actors=(country,), entry_id=country.entry_id)


def _two_of(mentions: SentenceMentions, found: list[Mention], lemma: str) -> list[Mention]:
    """The first two of different countries; of leaders, people alone, and "the two" are of one kind."""
    distinct: list[Mention] = []
    first = ""
    leaders = False
    for mention in found:
        if lemma in LEADERS and mention.kind != "person" and not (mention.kind == "agent" and mention.role[:3] in LEADING_ROLES):
            continue
        if lemma == "two":  # two leaders or two countries
            leads = mention.kind == "person" or (mention.kind == "agent" and mention.role[:3] == "GOV" and not mention.plural)
            if (first and leads != leaders) or not (leads or mention.kind == "country"):
                continue
            leaders = leads
        code = resolve_actor(mention, mentions.day).code[:3]
        if code and code != first and (mention.kind == "organization" or code in mentions.dictionaries.countries):
            distinct.append(mention)
            if first:
                return distinct
            first = code
    return []


def _owned(mentions: SentenceMentions, head: int) -> bool:
    """Whether a name or adjective in the phrase itself tells whose it is."""
    core = mentions.core(head)
    return bool(mentions.phrases_in(mentions.names, core)) or any(
        mentions.tree.deprels[c] in ("nmod:poss",) or (mentions.tree.relation(c) == "nmod" and mentions.tree.case(c) == "of")
        for c in mentions.tree.children[head]
    )


def _twins(mentions: SentenceMentions, head: int, codes: tuple[str, str]) -> tuple[Mention, ...]:
    """ "the two Koreas": both countries, the first under the words before the name."""
    sentence = mentions.tree.sentence
    first = min([c for c in mentions.tree.children[head] if mentions.tree.relation(c) in ("nummod", "det", "amod")], default=-1)
    if first < 0:
        return ()
    found = []
    for t, code in zip((first, head), codes, strict=True):
        country = mentions.dictionaries.countries.get(code)
        if country is None:
            return ()
        start, end = sentence.starts[t], sentence.ends[head]
        found.append(Mention(
            head=head, start=start, end=end, text=sentence.text[start - sentence.start : end - sentence.start], kind="country",
            actors=(country,), entry_id=country.entry_id, rule=f"one of {sentence.forms[head]!r}", sentence_index=sentence.index,
        ))  # fmt: skip
    return tuple(found)
