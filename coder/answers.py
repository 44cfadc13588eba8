"""Whom an act answers that names nobody: "Kenya fired rockets at Uganda. Uganda demanded an apology."

In: matches without targets, and the acts of the sentences before. Out: the matches, some with a target. An answer is seen in two ways
alone: the words name the act as a known one ("rejected the offer", "condemned the launch"), or its doer has just been the
target of a hostile act or a demand, and demands, blames, threatens or retaliates. Where several could be meant nobody is.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from coder.actors import SentenceMentions
from coder.coreference import DEFINITE
from coder.dictionary.compiled import Actor
from coder.grammar import Tree
from coder.owners import with_country
from coder.pronouns import stand_in
from coder.records import Event, FrameMatch, Mention, Status
from coder.resolve import resolve_actor

REACH: Final = 2  # sentences back

_FORCE: Final[tuple[str, ...]] = ("18", "19", "20")
_COERCION: Final[tuple[str, ...]] = ("16", "17")
# Nouns for acts told before, with the codes of the acts that they may name.
ACTS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys("offer pledge promise".split(), ("03", "045", "050")),
    **dict.fromkeys("proposal initiative invitation".split(), ("02", "03", "045", "050")),
    **dict.fromkeys("request appeal plea call".split(), ("02", "10")),
    **dict.fromkeys("demand ultimatum".split(), ("10", "13")),
    "apology": ("055",),
    **dict.fromkeys("threat warning".split(), ("13",)),
    **dict.fromkeys("accusation allegation charge claim criticism remark comment statement".split(), ("01", "11", "13")),
    **dict.fromkeys("sanction embargo restriction ban tariff measure".split(), (*_COERCION, "08")),
    **dict.fromkeys("verdict ruling sentence conviction trial".split(), ("116", "17", "115")),
    **dict.fromkeys("arrest detention crackdown raid expulsion".split(), (*_COERCION, "19")),
    **dict.fromkeys("launch test missile exercise drill deployment".split(), ("15",)),
    **dict.fromkeys(
        "attack strike airstrike raid assault bombing shelling bombardment invasion offensive incursion shooting killing massacre blockade".split(),
        _FORCE,
    ),
    **dict.fromkeys("withdrawal release pullout pardon ceasefire truce".split(), ("08",)),
    **dict.fromkeys("move decision step action act gesture announcement".split(), ("03", "05", "06", "07", "08", "13", "14", "15", *_COERCION, *_FORCE)),
}
# Codes of answers to an act that is named so, and of those to what has been done to the doer.
TO_NAMED: Final[tuple[str, ...]] = ("02", "03", "05", "08", "10", "11", "12")
TO_HOSTILE: Final[tuple[str, ...]] = ("10", "13", "161", "16")
BLAME: Final[tuple[str, ...]] = ("110", "111", "114")
THINGS: Final = frozenset({"it", "them", "this", "that", "these"})
REFORMS: Final = "104"  # demands of one's own state
CAPTURES: Final[tuple[str, ...]] = ("173", "181", "116", "1712")
RELEASES: Final[tuple[str, ...]] = ("1053", "0253")
AFTER: Final = frozenset({"after", "because", "since", "when", "once"})
PROMPTING: Final = frozenset({"prompt", "lead", "cause", "force", "drive", "provoke"})
RETALIATING: Final = frozenset({"retaliate", "retaliation", "respond", "response", "reprisal", "revenge"})
REFUSALS: Final = frozenset({"refuse", "decline", "comply"})
POINTING: Final = DEFINITE | {"such"}


@dataclass(slots=True, unsafe_hash=True, init=False)
class Act:
    """An act told before.

    Args:
        sentence: its number.
        source: its doer, with the code of it.
        target: the country it was done to, "" where none is told.
        captive: whom it holds, where it is an arrest or a kidnapping.
    """

    sentence: int
    code: str
    source: Mention
    source_code: str
    target: str
    captive: Mention | None

    def __init__(self, sentence: int, code: str, source: Mention, source_code: str, target: str, captive: Mention | None) -> None:
        self.sentence = sentence
        self.code = code
        self.source = source
        self.source_code = source_code
        self.target = target
        self.captive = captive


def acts_of(tree: Tree, matches: Sequence[FrameMatch], events: Sequence[Event], countries: Mapping[str, Actor]) -> list[Act]:
    """The acts of a sentence that others may answer: its events, and what was done without a target.

    Args:
        countries: by their codes, for doers whose country the context told.
    """
    index, day = tree.sentence.index, tree.sentence.publication_date
    found = [
        Act(
            index, e.code, with_country(e.source, countries), e.source.code, "" if e.target is None else e.target.code[:3],
            e.target.mention if e.target is not None and e.code.startswith(CAPTURES) else None,
        )
        for e in events
        if e.status in (Status.ASSERTED, Status.INTENDED)
    ]
    for match in matches:
        if match.code is None or match.targets or match.status is not Status.ASSERTED or len(match.sources) != 1:
            continue
        code = resolve_actor(match.sources[0], day).code
        if code:
            found.append(Act(index, match.code, match.sources[0], code, "", None))
    return found


def prompted(mentions: SentenceMentions, matches: list[FrameMatch], countries: Container[str]) -> list[FrameMatch]:
    """The matches of a sentence, those that another act of it has prompted with its doer as target.

    "Ecuador raided the Mexican embassy, prompting Mexico to recall its ambassador", "Mexico recalled its ambassador after Ecuador had
    raided the Mexican embassy": where the one has suffered the other's act.
    """
    tree = mentions.tree
    found = matches
    for n, match in enumerate(matches):
        if match.targets or not match.code or match.code < "10":
            continue
        verb = tree.heads[match.trigger]
        above = tree.heads[verb] if verb >= 0 and tree.lower_lemmas[verb] in PROMPTING else -1
        own = {resolve_actor(s, tree.sentence.publication_date).code[:3] for s in match.sources}
        for other in matches:
            below = tree.heads[other.trigger] == match.trigger and tree.relations[other.trigger] == "advcl" and tree.case(other.trigger) in AFTER
            if (below or other.trigger == above) and other.code and other.code > "10" and len(other.sources) == 1 and len(own) == 1:
                suffered = {resolve_actor(t, tree.sentence.publication_date).code[:3] for t in other.targets}
                doer = other.sources[0]
                theirs = resolve_actor(doer, tree.sentence.publication_date).code[:3]
                if suffered == own and theirs not in own and theirs in countries:
                    found = list(found)
                    found[n] = match.between(match.sources, (doer.told(f"who has prompted it: {doer.rule}"),), match.reciprocal)
    return found


def answered(mentions: SentenceMentions, matches: list[FrameMatch], acts: Sequence[Act], countries: Container[str]) -> list[FrameMatch]:
    """The matches, those that answer an act told before with its doer as target.

    Args:
        matches: of a sentence.
        acts: of the sentences before, in their order.
        countries: container of the codes of countries.
    """
    tree = mentions.tree
    near = [a for a in acts if 0 < tree.sentence.index - a.sentence <= REACH]
    if not near:
        return matches
    found: list[FrameMatch] = []
    for match in matches:
        code = match.code
        if code and match.sources:
            if not match.targets:
                match = _answer(mentions, match, near, countries)
            elif code.startswith(RELEASES):
                match = _of_captor(mentions, match, near)
        found.append(match)
    return found


def _of_captor(mentions: SentenceMentions, match: FrameMatch, acts: Sequence[Act]) -> FrameMatch:
    """ "Vietnam jailed a blogger. The EU called for her release": of Vietnam, not of her."""
    freed = match.targets[0]
    if len(match.targets) > 1 or freed.kind not in ("person", "agent"):
        return match
    day = mentions.tree.sentence.publication_date
    own = {resolve_actor(s, day).code[:3] for s in match.sources}
    for act in reversed(acts):
        held = act.captive
        if held is not None and (held.entry_id, held.role, held.actors, held.owners) == (freed.entry_id, freed.role, freed.actors, freed.owners) and act.source_code[:3] not in own:
            return match.between(match.sources, (stand_in(mentions, freed.head, act.source, "who holds them"),), match.reciprocal)
    return match


def _answer(mentions: SentenceMentions, match: FrameMatch, acts: Sequence[Act], countries: Container[str]) -> FrameMatch:
    tree, code = mentions.tree, match.code or ""
    own = {resolve_actor(s, tree.sentence.publication_date).code for s in match.sources}
    doer: Mention | None = None
    head = match.trigger
    if code.startswith(TO_NAMED):
        for token in (*tree.function(match.trigger, "object"), *tree.function(match.trigger, "to")):
            if _told_of(tree, token):
                doer, head = _doer([a for a in acts if a.code.startswith(ACTS[tree.lower_lemmas[token]])], own), token
    if doer is None and len(own) == 1:
        code_of = next(iter(own))
        country = code_of[:3]
        if country in countries and code_of[3:6] in ("", "GOV", "MIL"):
            last = [a for a in acts if a.target == country and a.source_code[:3] != country and tree.sentence.index - a.sentence == 1]
            if code.startswith("12") and not REFUSALS.isdisjoint(tree.lower_lemmas[t] for t in match.tokens):
                doer = _doer([a for a in last if a.code.startswith(("02", "10"))], own)
            elif code.startswith(BLAME):
                if any(tree.lower[t] in THINGS for t in tree.function(match.trigger, "object")):  # "denounced it"
                    doer = _doer([a for a in last if a.code[:2] > "10"], own)
            elif (code.startswith(TO_HOSTILE) and not code.startswith(REFORMS)) or (code.startswith(_FORCE) and not RETALIATING.isdisjoint(tree.lower_lemmas)):
                doer = _doer([a for a in last if a.code[:2] > "10"], own)
    if doer is None:
        return match
    return match.between(match.sources, (stand_in(mentions, head, doer, "whose act is answered"),), match.reciprocal)


def _told_of(tree: Tree, token: int) -> bool:
    """Whether a noun names an act told before: "the offer", and no "offer of talks", "Kenyan offer", "his offer"."""
    if tree.lower_lemmas[token] not in ACTS:
        return False
    pointed = False
    for c in tree.children[token]:
        relation = tree.relations[c]
        if relation == "det":
            pointed = tree.lower[c] in POINTING
        elif relation in ("nmod", "acl", "compound", "appos", "conj", "nummod") or (relation == "amod" and tree.forms[c][:1].isupper()):
            return False
    return pointed


def _doer(acts: Sequence[Act], own: set[str]) -> Mention | None:
    """Who did the last of the acts, where that is one and another than who answers."""
    if not acts:
        return None
    last = [a for a in acts if a.sentence == acts[-1].sentence]
    codes = {a.source_code for a in last}
    if len({c[:3] for c in codes}) != 1 or not codes.isdisjoint(own):
        return None
    countries = {c[:3] for c in own}
    code = last[-1].source_code
    if code[:3] in countries and not all(c[3:6] in ("OPP", "CVL", "MED", "REB", "LAB", "EDU", "HRI") for c in own):
        return None  # a government does not answer itself
    return last[-1].source
