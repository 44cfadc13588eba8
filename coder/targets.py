"""To whom an act is done: the frame's own target, else whom the sentence leaves to be understood.

In: the Matcher, a trigger with its carrier, its code and its sources. Out: Mentions.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from coder.arguments import letters
from coder.dictionary.compiled import Frame
from coder.dictionary.load import DEFAULT_LIGHT_VERBS
from coder.dictionary.schema import NEUTRAL_GROUND
from coder.grammar import Tree
from coder.pronouns import stand_in
from coder.records import FrameMatch, Mention
from coder.resolve import resolve_actor
from coder.status import ADDRESS_VERBS
from coder.word_classes import EXCEPTING, SUBJECT_LABELS

if TYPE_CHECKING:
    from coder.frames import Matcher

CONDEMNATIONS: Final = frozenset({"110", "111", "114"})
PEACE_FORCE_CODES: Final[tuple[str, ...]] = ("074", "0334", "0332", "154")
# What alerts and deployments answer: exercises, threats and attacks of others.
PROVOCATIONS: Final[tuple[str, ...]] = ("062", "13", "15", "18", "19")
# What is said to whoever the doer has met: appeals, promises, demands and threats; verbs of them that tell of plans; and of threats.
SAID_TO: Final = frozenset({"02", "03", "10", "13"})
PLANNING: Final = frozenset("plan hope prepare want intend expect aim seek need mean arrange consider like decide announce".split())
THREATENING: Final = frozenset({"threaten", "warn", "threat", "warning", "ultimatum"})
# Blame and ends of relations, and the demands and threats that go with them.
REPROACHES: Final[tuple[str, ...]] = ("11", "161")
WITH_REPROACH: Final[tuple[str, ...]] = ("100", "102", "105", "13")
CONTACT_NOUNS: Final = frozenset("call conversation meeting talk telephone phone discussion negotiation summit".split())
# Nouns whose content clause tells what somebody is said to have done.
CLAIM_NOUNS: Final = frozenset("claim allegation accusation report complaint suspicion charge rumor rumour assertion".split())
# Rules made, lifted and changed: of whom the clause on a rule tells is not whom it is made for.
RULES: Final[tuple[str, ...]] = ("081", "083", "172")
# Acts done to people whom the text names by what they are: aid, strikes and protests, releases.
ROLE_TARGETS: Final[tuple[str, ...]] = ("07", "033", "14")
# Roots of acts on the ground, which happen somewhere, and the functions that then may name the target.
GROUND_ROOTS: Final = frozenset("07 08 09 14 15 16 17 18 19 20".split())
ADDRESS_FUNCTIONS: Final[tuple[str, ...]] = ("to", "against", "with", "towards", "on", "for", "over")
PLACE_FUNCTIONS: Final[tuple[str, ...]] = ("to", "against", "on", "into", "in", "at", "near", "along", "for", "with", "towards", "over", "outside")
VICTIM_VERBS: Final = frozenset("kill wound injure hurt shoot hit die perish".split())
AIMING_VERBS: Final = frozenset("kill wound injure hurt shoot hit target murder maim slay".split())
# What mediators do for others, as well as the parties for themselves.
NEGOTIATING: Final = frozenset({"negotiate", "arrange", "conclude"})
# Verbs of which an event noun is the subject and its victims the object ("the bombing killed 20 soldiers").
CASUALTY_VERBS: Final = frozenset("kill wound injure target hit strike destroy leave displace claim maim damage slay murder".split())


def targets_of(
    matcher: Matcher, i: int, carrier: int, frame: Frame, inner: FrameMatch | None, code: str | None, sources: tuple[Mention, ...],
    tokens: tuple[int, ...], agreed: bool,
) -> tuple[Mention, ...]:  # fmt: skip
    """The targets of a frame on trigger i.

    Args:
        carrier: the verb that carries out the trigger, or i.
        tokens: of the trigger and of what the frame's conditions have taken.
        agreed: whether several sources may have agreed on something among themselves.
    """
    targets = matcher.fill(i, carrier, frame.target, inner, as_source=False, other=sources, code=code or "", tokens=tokens)
    if code is not None:
        root = code[:2]
        if root == "11" and code[:3] in CONDEMNATIONS and frame.part_of_speech == "verb" and matcher.verb_lemma(i) not in DEFAULT_LIGHT_VERBS:
            targets = _attackers(matcher, i, carrier, sources) or targets
        if root == "09":
            targets = matcher.mentions_of(_suspects(matcher, i, carrier), False, frozenset((m.start, m.end) for m in sources)) or targets
        if not targets and code == "045":
            targets = _parties_between(matcher, i, carrier) or parties_of_deal(matcher, i, sources)
        if not targets:
            targets = _borrowed(matcher, i, carrier, sources)
            together = agreed and len(sources) > 1 and root in ("03", "05")
            if not targets and sources and not together and frame.stance != "accuse" and not frame.reciprocal and root != "04":
                targets = _last_resort(matcher, i, carrier, code, sources) or _casualties(matcher, i, carrier, code)
        if (root == "02" or root == "10") and targets:
            targets = tuple([m for m in targets if not _seat_of_talks(matcher, m)])
        if sources and root in SAID_TO and all(_own_land(m, sources) or _nobodys(m, code) for m in targets):
            targets = _partner(matcher, i, carrier, code, sources) or targets  # also of "met Wong and demanded respect for China's interests"
    targets = matcher.true_targets(targets, sources, code or "", i, carrier)
    if frame.reciprocal and len(sources) > 1 and targets and all(m.kind == "place" for m in targets):
        return ()  # "held joint drills in the Black Sea": where, not with whom
    if code is not None and code.startswith(PEACE_FORCE_CODES):
        return tuple(matcher.where_stationed(m) for m in targets)
    return targets


def _attackers(matcher: Matcher, i: int, carrier: int, sources: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Who is condemned with "the attack on a church in Quetta": its doers, else unknown armed men of the country."""
    for head in matcher.function(i, carrier, "object"):
        frames = matcher.dictionaries.frames.get(("noun", matcher.tree.lower_lemmas[head]), [])
        if not any(f.code and f.code[:2] in ("18", "19", "20") for f in frames) or matcher.mentions.at(head) is not None:
            continue
        doers = matcher.mentions_of(matcher.tree.function(head, "subject"), True, frozenset((m.start, m.end) for m in sources))
        doers = tuple(m for m in doers if m.kind != "unknown")
        if doers:
            return doers
        last = _doer_told_before(matcher, head)
        if last:
            return last
        where = matcher.mentions.inside(head)
        if where is not None and resolve_actor(where, None).code[:3]:
            return (matcher.mentions.unknown_attackers(head, where),)
    return ()


def _doer_told_before(matcher: Matcher, head: int) -> tuple[Mention, ...]:
    doer = matcher.mentions.discourse.last_doer
    return () if doer is None else (stand_in(matcher.mentions, head, doer, "doer of the act told before"),)


def _suspects(matcher: Matcher, i: int, carrier: int) -> tuple[int, ...]:
    """Of whom the clause tells that is looked into ("into whether the governor took bribes")."""
    tree = matcher.tree
    queue = [i, carrier]
    seen = set(queue)
    while queue:
        node = queue.pop(0)
        for c in tree.children[node]:
            if c in seen or tree.relations[c] not in ("obl", "nmod", "acl", "ccomp", "advcl", "obj"):
                continue
            whether = any(tree.lower[g] == "whether" for g in tree.children[c])
            if tree.relations[c] == "advcl" and not whether:
                continue
            claim = whether or tree.lower_lemmas[node] in CLAIM_NOUNS
            if claim and tree.relations[c] in ("acl", "ccomp", "advcl") and tree.upos[c] in ("VERB", "ADJ", "NOUN"):
                heads = tree.function(c, "subject") if not tree.is_passive(c) else tree.function(c, "object")
                if heads:
                    return heads
            seen.add(c)
            queue.append(c)
    return ()


def _parties_between(matcher: Matcher, i: int, carrier: int) -> tuple[Mention, ...]:
    """ "a mediation effort to prevent a war between A and B"."""
    tree = matcher.tree
    for t in tree.subtree(carrier):
        if t not in (i, carrier) and tree.case(t) == "between":
            found = matcher.mentions_of(tree.function(tree.heads[t], "between"), False)
            if len(found) > 1:
                return found
    return ()


def parties_of_deal(matcher: Matcher, i: int, sources: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Israel and Hamas of "Israel and Hamas reached a deal negotiated by Egypt and Qatar": who agreed, and not the mediators."""
    tree = matcher.tree
    heads = (tree.heads[i],) if tree.relations[i] == "acl" else tree.function(i, "object")
    taken = frozenset((m.start, m.end) for m in sources)
    doers = [letters(s) for s in sources]
    for noun in heads:
        if noun < 0 or tree.upos[noun] != "NOUN":
            continue
        found = matcher.mentions_of(tree.function(noun, "between"), False, taken)
        verb = tree.heads[noun]
        if not found and verb >= 0 and tree.upos[verb] == "VERB" and verb != i and noun in tree.function(verb, "object"):
            found = matcher.mentions_of((*tree.function(verb, "subject"), *tree.function(verb, "with")), False, taken)
        if not found and any(tree.lower[c] == "the" for c in tree.children[noun]):
            met = matcher.mentions.discourse.just_met(tree.sentence.index)
            found = () if met is None else tuple(stand_in(matcher.mentions, noun, m, "who agreed before") for m in met)
        if found and all(m.kind not in ("place", "unknown") and letters(m) not in doers for m in found):
            return found
    return ()


def _borrowed(matcher: Matcher, i: int, carrier: int, sources: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """The target another verb gives: of "a bombing that killed X", of "called X to apologise"."""
    tree = matcher.tree
    heads: tuple[int, ...] = ()
    if carrier == i and tree.upos[i] in ("NOUN", "PROPN"):
        verbs = [tree.heads[i]] if tree.relations[i] == "nsubj" else []
        verbs += [c for c in tree.children[i] if tree.deprels[c] == "acl:relcl"]
        for verb in verbs:
            if verb >= 0 and tree.lower_lemmas[verb] in CASUALTY_VERBS:
                heads = tree.function(verb, "object")
    elif tree.upos[carrier] == "VERB" and tree.relations[carrier] in ("advcl", "xcomp") and tree.heads[carrier] >= 0:
        verb = tree.heads[carrier]
        if tree.lower_lemmas[verb] in ADDRESS_VERBS:
            heads = tree.function(verb, "object") or tree.function(verb, "with") or tree.function(verb, "to")
    if not heads:
        return ()
    taken = {(m.start, m.end) for m in sources}
    return tuple([m for m in matcher.mentions_of(heads, False) if (m.start, m.end) not in taken])


def _casualties(matcher: Matcher, i: int, carrier: int, code: str) -> tuple[Mention, ...]:
    """The policemen of "blew up a bridge, wounding four policemen"."""
    tree = matcher.tree
    if code.startswith(("18", "19", "20")) and not matcher.function(i, carrier, "on") and not matcher.function(i, carrier, "against"):
        for c in tree.children[carrier]:
            if tree.relations[c] == "advcl" and tree.forms[c].endswith("ing") and tree.lower_lemmas[c] in AIMING_VERBS:
                return matcher.mentions_of(tree.function(c, "object"), False)
    return ()


def _partner(matcher: Matcher, i: int, carrier: int, code: str, sources: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Whom the doer met or talked with, of "met Netanyahu and urged restraint", "visited Kyiv, promising tanks": it is said to them."""
    tree = matcher.tree
    if code[:2] not in SAID_TO or tree.upos[carrier] != "VERB":
        return ()
    lemma = matcher.verb_lemma(i)
    if lemma in PLANNING or (code.startswith("13") and lemma not in THREATENING):
        return ()  # "met Macron and vowed to defeat terrorism": others are meant
    node = carrier
    while tree.relations[node] in ("conj", "advcl") and tree.upos[node] == "VERB":
        for c in tree.children[node]:
            if tree.deprels[c] in SUBJECT_LABELS or (tree.relations[c] == "mark" and tree.lower[c] != "to"):
                return ()
        node = tree.heads[node]
        if _is_contact(matcher.reading(node), code):
            return _other_side(matcher.reading(node), sources)
    for c in tree.children[carrier]:  # "meeting Netanyahu in Jerusalem, Blinken urged restraint"
        if tree.relations[c] == "advcl" and not any(tree.deprels[g] in SUBJECT_LABELS for g in tree.children[c]):
            if _is_contact(matcher.reading(c), code):
                return _other_side(matcher.reading(c), sources)
        elif tree.relations[c] == "obl" and tree.lower_lemmas[c] in CONTACT_NOUNS and tree.case(c) in ("in", "during", "at"):
            taken = frozenset((m.start, m.end) for m in sources)  # "in a call with Putin, Macron urged restraint"
            return tuple(m for m in matcher.mentions_of(tree.function(c, "with"), False, taken) if m.kind not in ("place", "unknown"))
    return ()


def _nobodys(m: Mention, code: str) -> bool:
    """The prisoners of "demanded the release of prisoners", whose they are told nowhere: not to them is it said."""
    return m.kind == "agent" and not m.owners and not m.actors and code.startswith(("02", "10"))


def _seat_of_talks(matcher: Matcher, m: Mention) -> bool:
    """Geneva of "urged restraint in Geneva": where it was said."""
    if m.form not in ("city", "capital") or m.sentence_index != matcher.tree.sentence.index or matcher.tree.case(m.head) != "in":
        return False
    return letters(m) in NEUTRAL_GROUND or m.text == "New York"


def _own_land(m: Mention, sources: tuple[Mention, ...]) -> bool:
    """Whether a mention is the country of all the doers."""
    if m.kind not in ("country", "place"):
        return False
    its = letters(m)
    return all(letters(s) == its for s in sources)


def _is_contact(reading: FrameMatch | None, code: str) -> bool:
    """Whether a reading tells of a contact in which a thing of the code may have been said, or of a protest that goes with it."""
    if reading is None or reading.code is None:
        return False
    return reading.code.startswith("04") or (reading.code.startswith(REPROACHES) and code.startswith(WITH_REPROACH))


def _other_side(contact: FrameMatch | None, sources: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """With whom the doers had the contact; nobody where they are not all on one side of it."""
    if contact is None:
        return ()
    spans = {(m.start, m.end) for m in sources}
    mine, others = contact.sources, contact.targets
    if not any((m.start, m.end) in spans for m in mine):
        mine, others = others, mine
    if not spans or not spans.issuperset((m.start, m.end) for m in mine) or len(mine) != len(sources):
        return ()
    own = {letters(m) for m in sources}
    found: list[Mention] = []
    for m in others:
        if m.kind == "unknown" or (m.start, m.end) in spans or (m.kind == "organization" and not (contact.code or "").startswith("04")):
            continue  # "complained to the United Nations, demanding …"
        if m.kind in ("country", "place") and (letters(m) in own or letters(m) in NEUTRAL_GROUND):
            continue  # "visited Geneva and demanded a ceasefire"
        found.append(replace(m, kind="country") if m.kind == "place" else m)
    return tuple(found)


def _last_resort(matcher: Matcher, i: int, carrier: int, code: str, sources: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """Where no function of the frame names a target: an actor inside the object, else the nearest fitting phrase.

    Acts on the ground take the place they happen in; words need somebody they are addressed to.
    """
    taken = frozenset((m.start, m.end) for m in sources)
    tree = matcher.tree
    if code.startswith(("110", "111", "112", "114")):
        for head in matcher.function(i, carrier, "object"):  # "condemned the assault" told of before
            key = ("noun", tree.lower_lemmas[head])
            if key in matcher.dictionaries.frames and any(f.code and f.code >= "13" for f in matcher.dictionaries.frames[key]):
                doer = _doer_told_before(matcher, head)
                if doer:
                    return doer
    for head in matcher.function(i, carrier, "object"):
        for t in _phrase(tree, head) if code.startswith(RULES) else tree.subtree(head):
            if t != head and tree.upos[t] in ("NOUN", "PROPN") and tree.relations[t] not in ("compound", "flat") and tree.case(t) not in EXCEPTING:
                mention = matcher.mentions.at(t)
                if mention is not None and _identified(mention, code) and (mention.start, mention.end) not in taken:
                    if matcher.true_targets((mention,), sources, code, i, carrier):
                        return (mention,)
    if code.startswith("14"):  # "staged a protest demanding that the authorities …"
        for node in (i, carrier, *matcher.function(i, carrier, "object")):
            for c in tree.children[node]:
                if tree.relations[c] in ("acl", "advcl") and tree.upos[c] == "VERB":
                    demand = matcher.reading(c)
                    if demand is not None and (demand.code or "").startswith("10"):
                        found = tuple(m for m in demand.targets if (m.start, m.end) not in taken)
                        if found:
                            return found
    if code.startswith("14"):  # "bakers of a chain", "teachers at a school in Riga": whom strikers strike against
        for head in matcher.function(i, carrier, "subject"):
            for c in tree.children[head]:
                if tree.relations[c] == "nmod" and tree.case(c) in ("of", "at", "in", "from"):
                    mention = matcher.mentions.inside(c)
                    if mention is not None and mention.kind != "unknown" and (mention.start, mention.end) not in taken:
                        return (mention,)
    below = tree.children[carrier]  # "went on hunger strike until the ministry …", "vowed to respond if Hezbollah …"
    if code.startswith("13"):
        below = [*below, *[c for h in matcher.function(i, carrier, "complement") for c in tree.children[h]]]
    for c in below:
        if tree.relations[c] == "advcl" and any(tree.relations[g] == "mark" and tree.lower[g] in ("until", "unless", "till", "if") for g in tree.children[c]):
            found = matcher.mentions_of(tree.function(c, "subject"), False, taken)
            if found:
                return found
    names = PLACE_FUNCTIONS if (code[:2] in GROUND_ROOTS and code != "164") or code[:3] in ("033", "035") else ADDRESS_FUNCTIONS
    for name in names:
        heads = matcher.function(i, carrier, name)
        if heads:
            found = matcher.mentions_of(heads, False, taken)
            found = matcher.true_targets(tuple([m for m in found if _identified(m, code)]), sources, code, i, carrier)
            if found:
                return found
    if code.startswith("15"):
        return _provokers(matcher, carrier, sources)
    if code.startswith(("18", "19", "20")) and tree.relations[carrier] == "advcl":
        return tuple(m for m in _victims_above(matcher, carrier) if (m.start, m.end) not in taken)
    if code[:2] in ("03", "07"):  # "offered to send troops to help the Philippine army"
        found = matcher.complement_mentions(i, carrier, "any", taken)
        return matcher.true_targets(tuple(m for m in found if m.kind != "unknown" and (m.start, m.end) not in taken), sources, code, i, carrier)
    return ()


def _provokers(matcher: Matcher, carrier: int, sources: tuple[Mention, ...]) -> tuple[Mention, ...]:
    """South Korea of "put its army on alert as South Korea held drills": whose show of force is answered."""
    tree = matcher.tree
    for c in tree.children[carrier]:
        if tree.relations[c] not in ("advcl", "conj") or not any(tree.relations[g] == "mark" and tree.lower[g] in ("as", "while", "after") for g in tree.children[c]):
            continue
        reading = matcher.reading(c)
        if reading is not None and (reading.code or "").startswith(PROVOCATIONS):
            others = reading.sources
        else:  # "while Russian warships fired missiles"
            others = tuple([m for m in matcher.mentions_of(tree.function(c, "subject"), True) if m.kind == "agent" and m.role.startswith("MIL")])
        own = [letters(s) for s in sources]
        doers = [m for m in others if m.kind != "unknown" and letters(m) and letters(m) not in own]
        if doers:
            return tuple(doers)
    return ()


def _victims_above(matcher: Matcher, carrier: int) -> tuple[Mention, ...]:
    """Those of "two soldiers were killed when rebels opened fire"."""
    tree = matcher.tree
    head = tree.heads[carrier]
    if head < 0 or not any(tree.relations[c] == "mark" and tree.lower[c] in ("when", "after", "as") for c in tree.children[carrier]):
        if not any(tree.relations[c] == "advmod" and tree.lower[c] == "when" for c in tree.children[carrier]):
            return ()
    lemma = tree.lower_lemmas[head]
    if lemma not in VICTIM_VERBS:
        return ()
    if lemma not in ("die", "perish") and not any(tree.deprels[c] == "nsubj:pass" for c in tree.children[head]):
        return ()
    found = matcher.mentions_of(tree.function(head, "subject" if lemma in ("die", "perish") else "object"), False)
    return tuple(m for m in found if m.kind != "unknown")


def _phrase(tree: Tree, head: int) -> list[int]:
    """The tokens of a noun phrase in text order, without its relative clauses."""
    found = [head]
    for t in found:
        found.extend(c for c in tree.children[t] if tree.deprels[c] != "acl:relcl")
    return sorted(found)


def _identified(mention: Mention, code: str) -> bool:
    """Whether a phrase beside the act says whose it is: a bare role there is mostly nobody the act is done to."""
    if mention.kind == "unknown":
        return False
    return bool(mention.actors or mention.owners) or mention.form == "country-free" or code.startswith(ROLE_TARGETS)
