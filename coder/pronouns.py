"""Whom a pronoun stands for: an actor before it, in its sentence or the one before, or who says the words it stands in.

In: the SentenceMentions and the pronoun. Out: the Mention it stands for, under the pronoun's own words.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from coder.actor_phrases import PERSON_PRONOUNS, PLURAL_PRONOUNS, SPEAKER_PRONOUNS, THING_PRONOUNS
from coder.owners import partitive
from coder.records import Mention
from coder.subjects import described
from coder.word_classes import RECIPROCAL, SUBJECT_LABELS

if TYPE_CHECKING:
    from coder.actors import SentenceMentions

# Determiners that point back to an actor.
OWNING_DETERMINERS: Final = PERSON_PRONOUNS | THING_PRONOUNS | PLURAL_PRONOUNS
PERSON_KINDS: Final[tuple[str, ...]] = ("person", "agent", "unknown")
THING_KINDS: Final[tuple[str, ...]] = ("country", "organization", "agent")
PLURAL_KINDS: Final[tuple[str, ...]] = ("people", "agent", "organization", "country", "person")
# Of whom nobody says "he".
BODIES: Final = frozenset(
    "parliament congress senate assembly court tribunal government cabinet junta ministry army navy military police administration council "
    "committee commission agency party movement militia group faction union delegation team coalition alliance company firm bank embassy".split()
)
WARNING_VERBS: Final = frozenset({"threaten", "warn", "vow"})
NOMINAL_RELATIONS: Final = frozenset({"obl", "nmod", "obj", "iobj", "nsubj", "conj", "appos", "compound", "flat", "amod"})
# What is demanded, asked for and condemned for others.
DONE_TO_OTHERS: Final = frozenset("release arrest extradition detention deportation execution imprisonment jailing expulsion freeing".split())
ASKING: Final = frozenset("demand urge call request seek order condemn criticise criticize denounce protest secure".split())


def pronoun(mentions: SentenceMentions, head: int) -> Mention | None:
    """The actor that a pronoun stands for."""
    tree = mentions.tree
    word = tree.lower[head]
    antecedent = tree.antecedent(head)
    if antecedent != head:
        meant = described(tree, antecedent)  # "is one of three states whose troops …"
        return mentions.inside(meant[0] if meant else antecedent)
    if word in PERSON_PRONOUNS:
        kinds, plural = PERSON_KINDS, False
    elif word in THING_PRONOUNS:
        kinds, plural = THING_KINDS, False
    elif word in PLURAL_PRONOUNS:
        kinds, plural = PLURAL_KINDS, True
    elif word in SPEAKER_PRONOUNS:
        speaker = _speaker(mentions, head)
        return None if speaker is None else stand_in(mentions, head, speaker, "speaker")
    else:
        return partitive(mentions, head)
    found = _one_warned(mentions, head, kinds) or nearest_before(mentions, head, kinds, plural) or mentions.discourse.recent(kinds, plural, _clause_actors(mentions, head))
    return None if found is None else stand_in(mentions, head, found, "pronoun")


def _one_warned(mentions: SentenceMentions, head: int, kinds: Iterable[str]) -> Mention | None:
    """Israel of "threatened to strike Israel if it attacked Lebanon": who may do what the threat is to keep from."""
    tree = mentions.tree
    verb = tree.heads[head]
    if verb < 0 or tree.relation(head) != "nsubj" or tree.relation(verb) != "advcl" or not any(
        tree.relation(c) == "mark" and tree.lower[c] in ("if", "unless") for c in tree.children[verb]
    ):
        return None
    above = tree.heads[verb]
    for node in (above, tree.heads[above] if above >= 0 else -1):
        if node >= 0 and tree.lower_lemmas[node] in WARNING_VERBS:
            for told in (above, node):
                for name in ("object", "on", "against"):
                    for t in tree.function(told, name):
                        mention = mentions.at(t)
                        if t < head and tree.upos[t] != "PRON" and mention is not None and mention.kind in kinds:
                            mentions.antecedents[head] = t
                            return mention
    return None


def _clause_actors(mentions: SentenceMentions, head: int) -> frozenset[str]:
    """Entries of the clause's subject, which an object pronoun of the same clause cannot stand for."""
    tree = mentions.tree
    verb = tree.heads[head]
    if verb < 0 or tree.relation(head) not in ("obj", "iobj", "obl"):
        return frozenset()
    return frozenset(
        m.entry_id for c in tree.children[verb] if tree.relation(c) == "nsubj" and c != head for m in [mentions.at(c)] if m is not None
    )


def stand_in(mentions: SentenceMentions, head: int, mention: Mention, rule: str) -> Mention:
    """An actor named elsewhere, under the words that stand for it here."""
    sentence = mentions.tree.sentence
    told = f"{rule} for {mention.text!r} ({mention.rule})"
    if mention.sentence_index == sentence.index:
        return mention.told(told, head)  # the words that name it stand in this sentence
    return Mention(
        head, sentence.starts[head], sentence.ends[head], sentence.forms[head], mention.kind, mention.actors, mention.role,
        mention.owners, mention.modifier, mention.entry_id, told, sentence.index, mention.plural, mention.form,
    )  # fmt: skip


def nearest_before(mentions: SentenceMentions, head: int, kinds: Iterable[str], plural: bool) -> Mention | None:
    """The nearest fitting phrase before the pronoun: subjects first, never one inside the same phrase."""
    tree = mentions.tree
    clause = head
    while tree.heads[clause] >= 0 and tree.relation(clause) in ("nmod", "det", "obj", "obl", "nsubj", "iobj", "compound", "amod", "conj", "appos"):
        if tree.upos[clause] == "VERB":
            break
        clause = tree.heads[clause]
    own = {t for t in tree.children[clause] if tree.deprels[t] in ("nsubj", "nsubj:pass")}
    possessive = tree.deprels[head] in ("nmod:poss", "det:poss")
    asked = possessive and tree.lower_lemmas[tree.heads[head]] in DONE_TO_OTHERS and tree.heads[tree.heads[head]] >= 0 and (
        tree.lower_lemmas[tree.heads[tree.heads[head]]] in ASKING
    )
    nearest = beside = single = -1  # a subject; another word; one body of many men
    for t in range(head - 1, -1, -1):
        if tree.upos[t] not in ("NOUN", "PROPN", "NUM") or tree.relation(t) in ("compound", "flat", "amod", "nummod"):
            continue
        if not possessive and in_own_clause(mentions, t, tree.heads[head]):
            continue
        if asked and t in own:
            continue  # "the opposition demanded their release": not its own
        mention = mentions.at(t)
        if mention is None or mention.kind not in kinds or mention.head != t:
            continue
        coordinated = tree.relation(t) == "conj" or any(tree.relation(c) == "conj" for c in tree.children[t])
        if plural and mention.kind in ("country", "person") and not mention.plural and not coordinated:
            continue
        if not plural and mention.kind == "agent" and mention.plural:
            continue
        if kinds is PERSON_KINDS and tree.lower_lemmas[t] in BODIES:
            continue
        if plural and mention.kind == "agent" and not mention.plural and not coordinated and "Number=Sing" in tree.feats[t]:
            single = t if single < 0 else single
            continue
        if (
            kinds is PERSON_KINDS and mention.kind == "agent" and mentions.discourse.recent(("person",), False) is not None
            and any(tree.lower[c] in ("a", "an") for c in tree.children[t])
        ):  # fmt: skip
            continue  # "A judge ordered that he be held": he is whom the story is about
        if tree.relation(t) == "nsubj" and (possessive or t not in own or tree.relation(head) != "obj"):
            nearest = t
            break
        if beside < 0:
            beside = t
    if nearest < 0:
        nearest = beside
    if nearest < 0 and single >= 0:  # "the army bombed their column": of the rebels told of before
        earlier = mentions.discourse.recent(PLURAL_KINDS, True)
        nearest = single if earlier is None or not earlier.plural else -1
    if nearest < 0:
        return None
    mentions.antecedents[head] = nearest
    return mentions.at(nearest)


def in_own_clause(mentions: SentenceMentions, t: int, verb: int) -> bool:
    """Whether noun t hangs on the pronoun's own verb through nouns alone, so that the two cannot be one."""
    tree = mentions.tree
    while t >= 0 and t != verb:
        if tree.relation(t) not in NOMINAL_RELATIONS:
            return False
        t = tree.heads[t]
    return t == verb


def group_of(mentions: SentenceMentions, head: int) -> tuple[Mention, ...]:
    """ "they" of "Germany, Britain and France said they …": everyone coordinated before it."""
    tree = mentions.tree
    if mentions.at(head) is None or head not in mentions.antecedents:
        before = mentions.discourse.group if tree.lower[head] in ("they", "both") else ()
        sentence = tree.sentence
        return tuple(
            m.under(
                head, sentence.starts[head], sentence.ends[head], tree.forms[head],
                f"one of {tree.forms[head]!r}: {m.text!r} ({m.rule})", sentence.index,
            )
            for m in before
        )  # fmt: skip
    first = mentions.antecedents[head]
    while tree.relation(first) == "conj":
        first = tree.heads[first]
    found = [m for t in tree.conjuncts(first) for m in [mentions.at(t)] if m is not None and t < head and m.kind != "unknown"]
    return tuple(m.told(f"one of {tree.forms[head]!r}: {m.rule}") for m in found)


def each_other(mentions: SentenceMentions, head: int) -> tuple[Mention, ...]:
    """Those whom "each other", "one another" and "each … the other" stand for: the doers of the clause, where they are several."""
    tree = mentions.tree
    word = tree.lower[head]
    after = tree.lower[head + 1] if head + 1 < tree.n else ""
    if word == "other":
        if head == 0 or tree.lower[head - 1] != "the":
            return ()
    elif after != ("other" if word == "each" else "another"):
        return ()
    verb = head
    while not tree.verbal[verb]:
        if tree.relations[verb] not in NOMINAL_RELATIONS or tree.deprels[verb] in SUBJECT_LABELS or tree.heads[verb] < 0:
            return ()
        verb = tree.heads[verb]
    if word == "other" and "each" not in tree.lower[max(0, verb - 4) : verb]:
        return ()
    doers: list[Mention] = []
    for s in tree.function(verb, "subject"):
        if s < head:
            doers += [m for m in mentions.several(s, as_source=True) if m.kind != "unknown"]
    if len({m.entry_id for m in doers} | {o.entry_id for m in doers for o in m.owners}) < 2 or len(doers) < 2:
        return ()
    sentence = tree.sentence
    last = head if word == "other" else head + 1
    first = head - 1 if word == "other" else head
    end = sentence.ends[last]
    found: list[Mention] = []
    for n, m in enumerate(doers):  # one stands for the whole phrase, the next for its last word, so that no two mentions share a span
        start = sentence.starts[last if n % 2 else first]
        text = sentence.text[start - sentence.start : end - sentence.start]
        found.append(m.under(head, start, end, text, f"{RECIPROCAL}{m.text!r} ({m.rule})", sentence.index))
    return tuple(found)


def stands_for_each_other(mention: Mention) -> bool:
    """Whether the words are "each other", or those of "each other's soldiers"."""
    if mention.rule.startswith(RECIPROCAL):
        return True
    for owner in mention.owners:  # noqa: SIM110 (asked too often for a generator)
        if owner.rule.startswith(RECIPROCAL):
            return True
    return False


def _speaker(mentions: SentenceMentions, head: int) -> Mention | None:
    """Who says the quoted words the pronoun stands in."""
    tree = mentions.tree
    for node in [head, *tree.ancestors(head)]:
        for c in tree.children[node]:
            if tree.relation(c) in ("parataxis", "ccomp") and tree.lemmas[c] in ("say", "tell", "add", "write", "declare"):
                for s in tree.function(c, "subject"):
                    if tree.upos[s] != "PRON" or tree.lower[s] not in SPEAKER_PRONOUNS:
                        return mentions.inside(s)
        parent = tree.heads[node]
        if parent >= 0 and tree.relation(node) in ("ccomp", "parataxis") and tree.lemmas[parent] in ("say", "tell", "add", "write", "declare"):
            for s in tree.function(parent, "subject"):
                if tree.upos[s] != "PRON" or tree.lower[s] not in SPEAKER_PRONOUNS:
                    return mentions.inside(s)
    return mentions.discourse.speaker
