"""Whom an act answers that names nobody: "Kenya fired rockets at Uganda. Uganda demanded an apology."

In: matches without targets, and the acts of the sentences before. Out: the matches, some with targets. An answer is seen in two ways
alone: the words name the act as a known one ("rejected the offer", "condemned the launch"), or its doer has just been the
target of a hostile act or a demand, and demands, blames, threatens or retaliates. Where several could be meant nobody is, but those
who did the act together, or agreed on it ("Peru and Chile signed a treaty. Bolivia welcomed the treaty").
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
    **dict.fromkeys("visit trip".split(), ("042",)),
    **dict.fromkeys("veto refusal rejection".split(), ("12",)),
    **dict.fromkeys("move decision step action act gesture announcement".split(), ("03", "05", "06", "07", "08", "13", "14", "15", *_COERCION, *_FORCE)),
}
# Nouns for what two have done together, with the codes that it may have; who answers means both, or is one of them and means the other.
JOINT_ACTS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys("agreement deal accord pact treaty truce ceasefire settlement memorandum compromise".split(), ("03", "05", "06", "08")),
    **dict.fromkeys("meeting talk summit dialogue negotiation conversation".split(), ("036", "04")),
    **dict.fromkeys("swap exchange".split(), ("06", "08")),
    **dict.fromkeys("move decision step announcement".split(), ("03", "05", "06", "08")),
}
VISITS: Final = frozenset({"042", "043"})  # told from both sides, done by one
# Codes of answers to an act that is named so, and of those to what has been done to the doer.
TO_NAMED: Final[tuple[str, ...]] = ("02", "03", "045", "05", "08", "10", "11", "12", "016")
TO_JOINT: Final[tuple[str, ...]] = ("02", "045", "05", "10", "11", "12")  # who announces or accepts what two agreed is mostly one of them
TO_HOSTILE: Final[tuple[str, ...]] = ("10", "13", "161", "16")
BLAME: Final[tuple[str, ...]] = ("110", "111", "114")
THINGS: Final = frozenset({"it", "them", "this", "that", "these"})
REFORMS: Final = "104"  # demands of one's own state
CAPTURES: Final[tuple[str, ...]] = ("173", "181", "116", "1712")
RELEASES: Final[tuple[str, ...]] = ("1053", "0253")
AFTER: Final = frozenset({"after", "because", "since", "when", "once"})
PROMPTING: Final = frozenset({"prompt", "lead", "cause", "force", "drive", "provoke"})
CRITICS: Final = frozenset({"OPP", "CVL", "MED", "REB", "LAB", "EDU", "HRI"})  # who answer their own government
NO_CODES: Final[tuple[str, ...]] = ("-",)
RETALIATING: Final = frozenset({"retaliate", "retaliation", "respond", "response", "reprisal", "revenge"})
REFUSALS: Final = frozenset({"refuse", "decline", "comply"})
POINTING: Final = DEFINITE | {"such"}


@dataclass(slots=True, unsafe_hash=True, init=False)
class Act:
    """An act told before.

    Args:
        sentence: its number.
        tokens: the words that tell it.
        source: its doer, with the code of it.
        target: the country it was done to, "" where none is told.
        captive: whom it holds, where it is an arrest or a kidnapping.
        joint: whether the target did the same.
    """

    sentence: int
    tokens: tuple[int, ...]
    code: str
    source: Mention
    source_code: str
    target: str
    captive: Mention | None
    joint: bool

    def __init__(
        self, sentence: int, tokens: tuple[int, ...], code: str, source: Mention, source_code: str, target: str, captive: Mention | None = None,
        joint: bool = False,
    ) -> None:  # fmt: skip
        self.sentence = sentence
        self.tokens = tokens
        self.joint = joint
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
            index, e.trigger_tokens, e.code, with_country(e.source, countries), e.source.code, "" if e.target is None else e.target.code[:3],
            e.target.mention if e.target is not None and e.code.startswith(CAPTURES) else None, e.reciprocal and e.code not in VISITS,
        )
        for e in events
        if e.status in (Status.ASSERTED, Status.INTENDED)
    ]  # fmt: skip
    for match in matches:
        if match.code is None or match.targets or match.status is not Status.ASSERTED or match.reciprocal:
            continue
        for source in match.sources:
            code = resolve_actor(source, day).code
            if code:
                found.append(Act(index, match.tokens, match.code, source, code, ""))
    return found


def prompted(mentions: SentenceMentions, matches: list[FrameMatch], countries: Container[str]) -> list[FrameMatch]:
    """The matches of a sentence, those that another act of it has prompted with its doer as target.

    "Ecuador raided the Mexican embassy, prompting Mexico to recall its ambassador", "Mexico recalled its ambassador after Ecuador had
    raided the Mexican embassy": where the one has suffered the other's act.
    """
    tree, day = mentions.tree, mentions.tree.sentence.publication_date
    found = matches
    for n, match in enumerate(matches):
        if match.targets or not match.code or match.code < "10":
            continue
        verb = tree.heads[match.trigger]
        above = tree.heads[verb] if verb >= 0 and tree.lower_lemmas[verb] in PROMPTING else -1
        for other in matches:
            if other.trigger != above and (tree.heads[other.trigger] != match.trigger or tree.relations[other.trigger] != "advcl" or tree.case(other.trigger) not in AFTER):
                continue
            if not other.code or other.code <= "10" or len(other.sources) != 1:
                continue
            doer = other.sources[0]
            own = {resolve_actor(s, day).code[:3] for s in match.sources}
            suffered = {resolve_actor(t, day).code[:3] for t in other.targets}
            theirs = resolve_actor(doer, day).code[:3]
            if len(own) == 1 and suffered == own and theirs not in own and theirs in countries:
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
    doers: list[Mention] = []
    head = match.trigger
    if code.startswith(TO_NAMED):
        for token in (*tree.function(match.trigger, "object"), *tree.function(match.trigger, "to")):
            if _told_of(tree, token):
                noun, head = tree.lower_lemmas[token], token
                if code.startswith(TO_JOINT):
                    doers = _parties([a for a in acts if a.joint and a.code.startswith(JOINT_ACTS.get(noun, NO_CODES))], own)
                doers = doers or _doers([a for a in acts if not a.joint and a.code.startswith(ACTS.get(noun, NO_CODES))], own)
    if not doers and len(own) == 1:
        code_of = next(iter(own))
        country = code_of[:3]
        if country in countries and code_of[3:6] in ("", "GOV", "MIL"):
            last = [a for a in acts if a.target == country and a.source_code[:3] != country and not a.joint and tree.sentence.index - a.sentence == 1]
            if code.startswith("12") and not REFUSALS.isdisjoint(tree.lower_lemmas[t] for t in match.tokens):
                doers = _doers([a for a in last if a.code.startswith(("02", "10"))], own)
            elif code.startswith(BLAME):
                if any(tree.lower[t] in THINGS for t in tree.function(match.trigger, "object")):  # "denounced it"
                    doers = _doers([a for a in last if a.code[:2] > "10"], own)
            elif (code.startswith(TO_HOSTILE) and not code.startswith(REFORMS)) or (code.startswith(_FORCE) and _retaliates(tree, match)):
                doers = _doers([a for a in last if a.code[:2] > "10"], own)
    if not doers:
        return match
    found = _standing_in(mentions, head, doers)
    return match.between(match.sources, found, match.reciprocal)


def _standing_in(mentions: SentenceMentions, head: int, doers: Sequence[Mention]) -> tuple[Mention, ...]:
    """The doers of an act under the word that names it; every other one with the word before, so that no two neighbours share a span."""
    sentence = mentions.tree.sentence
    found: list[Mention] = []
    for n, doer in enumerate(doers):
        mention = stand_in(mentions, head, doer, "whose act is answered")
        if n % 2 and head:
            start, end = sentence.starts[head - 1], sentence.ends[head]
            text = sentence.text[start - sentence.start : end - sentence.start]
            mention = mention.under(head, start, end, text, mention.rule, sentence.index)
        found.append(mention)
    return tuple(found)


def _retaliates(tree: Tree, match: FrameMatch) -> bool:
    """Whether force is told as an answer, and not only how it was answered: "retaliated by suspending trade"."""
    if RETALIATING.isdisjoint(tree.lower_lemmas):
        return False
    if tree.lower_lemmas[match.trigger] in RETALIATING:
        for c in tree.children[match.trigger]:
            if tree.relations[c] == "advcl" and any(tree.lower[g] == "by" for g in tree.children[c]):
                return False
    return True


def _told_of(tree: Tree, token: int) -> bool:
    """Whether a noun names an act told before: "the offer", and no "offer of talks", "Kenyan offer", "his offer"."""
    if tree.lower_lemmas[token] not in ACTS and tree.lower_lemmas[token] not in JOINT_ACTS:
        return False
    pointed = False
    for c in tree.children[token]:
        relation = tree.relations[c]
        if relation == "det":
            pointed = tree.lower[c] in POINTING
        elif relation in ("nmod", "acl", "compound", "appos", "conj", "nummod") or (relation == "amod" and tree.forms[c][:1].isupper()):
            return False
    return pointed


def _doers(acts: Sequence[Act], own: set[str]) -> list[Mention]:
    """Who did the last of the acts, where that is one or those who did it together, and others than who answers."""
    acts = [a for a in acts if a.source_code not in own]  # nobody answers himself
    if not acts:
        return []
    last = [a for a in acts if a.sentence == acts[-1].sentence]
    if len({a.source_code[:3] for a in last}) != 1:
        if any(a.tokens != last[-1].tokens for a in last):
            return []
    else:
        last = last[-1:]
    countries = {c[:3] for c in own}
    found: dict[str, Mention] = {}
    for act in last:
        code = act.source_code
        if code[:3] in countries and _of_state(code) and not all(c[3:6] in CRITICS for c in own):
            return []  # a government does not answer itself
        found.setdefault(code, act.source)
    return list(found.values())


def _parties(acts: Sequence[Act], own: set[str]) -> list[Mention]:
    """The two who did the last of the acts together; of these the other, where one of them answers, but not its critics at home."""
    if not acts:
        return []
    last = [a for a in acts if a.sentence == acts[-1].sentence]
    within = len({a.source_code[:3] for a in last}) == 1  # a government and its rebels
    found: dict[str, Mention] = {}
    for act in last:
        found.setdefault(act.source_code if within else act.source_code[:3], act.source)
    if len(found) != 2:
        return []
    if all(c[3:6] in CRITICS for c in own):
        return list(found.values())
    mine = own if within else {c[:3] for c in own}
    return [] if mine.issuperset(found) else [m for code, m in found.items() if code not in mine]


def _of_state(code: str) -> bool:
    """Whether an actor is a country, its government or one of its organs."""
    return code[3:6] not in ("OPP", "REB", "SEP", "UAF")
