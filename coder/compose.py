"""Events from frame matches: who did what to whom, as of when, told by whom.

In: the FrameMatches of a sentence with their mentions. Out: Events, one a (source, code, target).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from coder.actors import SentenceMentions
from coder.arguments import letters
from coder.dates import reference_day
from coder.dictionary.load import Dictionaries
from coder.dictionary.schema import NEUTRAL_GROUND, NON_COUNTRIES
from coder.discourse import Discourse
from coder.frames import Matcher
from coder.grammar import Tree
from coder.options import Options
from coder.owners import PLACE_NOUNS
from coder.pronouns import stands_for_each_other
from coder.records import Event, EventDate, FrameMatch, Mention, ResolvedActor, Status
from coder.resolve import nearest, resolve_actor
from coder.status import future_refusal, purpose
from coder.status import status as status_of
from coder.tense import counted_occasion
from coder.word_classes import FIGHTING, RECIPROCAL

DateResolver = Callable[[Tree, tuple[int, ...], Status], EventDate]

# Roles that act and are acted upon mostly within their own country, so that the other side's nationality fills in.
DOMESTIC_ROLES: Final[tuple[str, ...]] = ("COP", "JUD", "LEG", "OPP", "MED", "LAB", "EDU", "CVL", "AGR", "HLH", "HRI", "ENV", "CRM", "REL", "BUS")
# What a state does to its own people, for names that no dictionary has ("police arrested …").
DOMESTIC_ACTS: Final[tuple[str, ...]] = ("08", "09", "115", "116", "172", "173", "174", "175", "170", "111", "112", "14")
# Acts that only the state of the place can do, so that "in X" tells who where the passive leaves it out.
PLACE_ACTS: Final[tuple[str, ...]] = ("173", "174", "0841", "116", "1711", "1721", "115")
# Acts that few do to their own ministers and armies, and the relations by which a clause stands below others.
UNFRIENDLY_ROOTS: Final = frozenset({"10", "11", "12", "13", "15", "16", "18", "19", "20"})
BELOW: Final = frozenset({"acl", "advcl", "ccomp", "xcomp", "conj", "obj", "obl"})
# What is said to a country by name, mostly by others' lawmakers, courts, police, newspapers and companies than its own.
SPEAKERS_OUT: Final[tuple[str, ...]] = ("LEG", "JUD", "COP", "MED", "BUS")
VERBAL_ROOTS: Final = frozenset({"02", "03", "05", "10", "11", "12", "13", "16"})
# Mass violence and war cross borders: there nationality is never filled in from the enemy.
CROSS_BORDER_ROOTS: Final = frozenset({"18", "19", "20", "06", "07", "15"})
# What those in power do to their own country where no one is named: restrictions on the population, and their end.
HOME_CODES: Final[tuple[str, ...]] = ("1721", "1723", "1724", "0811", "0813", "0814", "0351", "0832", "151", "153")
# What is done at home only where the words tell so: alerts, deployments, inquiries refused, access for aid and inspectors.
HOME_WHERE_TOLD: Final = frozenset({"152", "154", "120", "0355", "0863"})
# The words that tell it of aid let in ("into the region"), and of an inquiry refused;
OWN_GROUND: Final = frozenset("country nation region territory area zone province district".split())
INQUIRIES: Final = frozenset({"inquiry", "enquiry", "investigation", "probe"})
# who is called up, and where armies stand, when forces are moved within the own country.
CALLED_UP: Final = frozenset("reservist reserve conscript conscription mobilization mobilisation call-up mobilise mobilize".split())
HOME_GROUND: Final = frozenset({"country", "nation", "street", "capital"})
# Protests without an addressee are against those who govern the country; strikes are against employers.
HOME_PROTESTS: Final[tuple[str, ...]] = ("133", "140", "141", "142", "144", "145")
AT_HOME: Final[tuple[str, ...]] = HOME_CODES + HOME_PROTESTS
# Prepositions of where a clause stands, and of what its act is aimed at, which may lie elsewhere.
PARTS_OF_STATES: Final = frozenset("state governorate prefecture county department suburb neighbourhood neighborhood".split())
PLACE_OF_ACT: Final[tuple[str, ...]] = ("in", "at", "near")
GROUND_OF_ACT: Final[tuple[str, ...]] = ("on", "against")
# How those are kept whom a state lets go.
HELD: Final = frozenset({"hold", "jail", "imprison", "detain", "arrest", "keep"})
# Contacts and mediation, which often cross a border.
KEPT: Final = frozenset({"0841", "1243", "173"})  # letting go, or not, of those whom one holds
CONTACTS: Final[tuple[str, ...]] = ("04",)
# Sending foreigners out of the country: whoever does so is not of theirs.
EXPULSIONS: Final[tuple[str, ...]] = ("161", "166", "174")
# Acts of force and protest, which those who do them do at home, unlike talks; and roles of those who fight.
FOUGHT_ROOTS: Final = frozenset({"14", "15", "17", "18", "19", "20"})
HARM_ROOTS: Final = frozenset({"17", "18", "19", "20"})  # of acts that a participle beside them shares the place of
GROUND_FOUGHT_OVER: Final = frozenset({"15", "19"})
FIGHTERS: Final = frozenset({"REB", "UAF", "SEP", "INS", "MIL"})
# Titles that tell that somebody was in office.
OFFICES: Final = frozenset({"president", "minister", "chancellor", "king", "queen", "premier", "emir"})
# What those are told who are sent out of a country, and who they mostly are.
LEAVING: Final = frozenset({"leave", "depart", "quit", "go"})
COUNTRY_NOUNS: Final = frozenset({"country", "territory", "kingdom", "soil"})
SENT_AWAY: Final = frozenset({"CVL", "MED", "NGO", "EDU", "BUS", "REL"})
STATE_ROLES: Final = frozenset({"", "GOV", "MIL", "LEG", "JUD", "COP", "ELI", "PTY"})
REBEL_ROLES: Final = frozenset({"REB", "UAF", "SEP", "INS", "OPP"})
ENVOYS: Final = frozenset("ambassador envoy diplomat consul attaché representative".split())
# Missions abroad, and soldiers and citizens: "its own" are no target of acts between states.
MISSIONS: Final = frozenset("embassy consulate mission consulate-general".split())
OWN_MEN: Final = frozenset("troop force soldier army military navy citizen national staff personnel peacekeeper worker".split())
OUTWARD_ROOTS: Final = frozenset({"01", "03", "04", "05", "06", "10", "12", "13", "15", "16"})
PLACE_PREPOSITIONS: Final = frozenset({"in", "near", "around", "outside"})  # as trees name them: "across" is read as "in"
# The stances whose code already says that the inner event is not (yet) a fact.
FINAL_STANCES: Final = frozenset({"appeal", "demand", "reject", "threaten", "accuse", "deny", "intend", "agree", "consider", "investigate"})
SPEECH_VERBS: Final = frozenset(
    "say tell report announce state claim declare note add write tweet confirm insist argue maintain stress explain warn allege "
    "acknowledge admit reveal disclose reiterate assert contend quote cite describe post".split()
)


@dataclass(slots=True, eq=False, init=False)
class SentenceContext:
    """What composing needs of one sentence."""

    tree: Tree
    mentions: SentenceMentions
    matcher: Matcher
    dictionaries: Dictionaries
    discourse: Discourse
    options: Options
    date_of: DateResolver
    countries: dict[tuple[int, int], str]  # of the actors resolved so far

    def __init__(
        self, tree: Tree, mentions: SentenceMentions, matcher: Matcher, dictionaries: Dictionaries, discourse: Discourse,
        options: Options, date_of: DateResolver,
    ) -> None:  # fmt: skip
        self.tree = tree
        self.mentions = mentions
        self.matcher = matcher
        self.dictionaries = dictionaries
        self.discourse = discourse
        self.options = options
        self.date_of = date_of
        self.countries = {}


def compose_events(context: SentenceContext, matches: list[FrameMatch]) -> list[Event]:
    """Events of a sentence from its matches, in text order of their triggers."""
    events: list[Event] = []
    seen: set[tuple[object, ...]] = set()
    for match in matches:
        first = len(events)  # of those of this match
        told = first if counted_occasion(context.tree, match.trigger) >= 0 else 0  # by the matches before this one
        for event in _events_of(context, match):
            if told and _told_before(event, events[:told]):
                continue
            key = (
                event.source.mention.start, event.source.code, event.target.mention.start if event.target else -1,
                event.target.code if event.target else "", event.code, event.status,
            )  # fmt: skip
            if key not in seen:
                seen.add(key)
                if not _same_sides(event, events, first):
                    events.append(event)
    return events


def _same_sides(event: Event, events: list[Event], first: int) -> bool:
    """Whether one of the events from `first` on has the same sides in other words: "visited Kamchatka and Sakhalin", "a boy, Ahmed Mohamed"."""
    for i in range(first, len(events)):
        other = events[i]
        if (
            other.code == event.code and other.status is event.status
            and _same_side(other.source, event.source) and _same_side(other.target, event.target)
        ):  # fmt: skip
            return True
    return False


def _same_side(one: ResolvedActor | None, other: ResolvedActor | None) -> bool:
    """Whether two sides have one code, and no names that tell them apart."""
    if one is None or other is None:
        return one is other
    return one.code == other.code and (one.name == other.name or not one.name or not other.name)


def _told_before(event: Event, events: list[Event]) -> bool:
    """ "met in Singapore, the first time that an American president had met …": the same act in other words."""
    for other in events:
        if other.code[:2] == event.code[:2] and (
            other.source.code[:3] == event.source.code[:3]
            or (other.target is not None and event.target is not None and other.target.code[:3] == event.target.code[:3])
        ):
            return True
    return False


def _events_of(context: SentenceContext, match: FrameMatch) -> list[Event]:
    code = match.code
    if code is None:
        return []
    status = status_of(context.tree, match)
    if match.stance == "resume" and match.inner is not None and status is Status.ASSERTED and context.tree.upos[match.inner.trigger] == "VERB":
        told = status_of(context.tree, match.inner)  # "announced it would release …"
        if told in (Status.INTENDED, Status.NEGATED, Status.HYPOTHETICAL) and context.tree.relations[match.inner.trigger] == "ccomp":
            status = told
    paired = match.paired_code
    if status is Status.ASSERTED and match.stance in ("intend", "agree"):
        status = Status.INTENDED
    if status is Status.INTENDED and (match.stance is None or match.stance not in FINAL_STANCES):
        composed, known = context.matcher.compose_code("intend", code)
        if known and composed is not None:
            if paired:
                paired = composed
            code = composed
    if status is Status.NEGATED and match.stance in (None, "stop", "resume", "agree", "agree_on", "allow") and future_refusal(context.tree, match):
        # "will not accept", "would not withdraw": a refusal, not the absence of an act
        composed, known = context.matcher.compose_code("refuse", code)
        if known and composed is not None:
            code, paired, status = composed, None, Status.ASSERTED
            match = replace(match, reciprocal=False, paired_code=None)
    if status is Status.INTENDED and code[:2] > "12" and match.stance is None and purpose(context.tree, match.trigger):
        return []  # "sent soldiers to fight": what for, not what happened
    date = context.date_of(context.tree, match.tokens, status)
    place = _place_of(context, match)
    pairs = _pairs(match, context) or _at_home(context, match, code, date)
    attributed_to, attributed_text = _attribution(context, match, date)
    events = []
    fellows = context.tree.fellows()
    own_dates = fellows.dated
    for source, target, flipped in pairs:
        event_code = paired if flipped and paired else code
        day = date
        if own_dates and source.head in own_dates and source.sentence_index == context.tree.sentence.index:
            day = context.date_of(context.tree, (own_dates[source.head],), status)  # "as did Spain on Monday"
        if target is not None and event_code[:2] in UNFRIENDLY_ROOTS:
            target = _owner_above(context, match, source, target)
        resolved = _resolve_pair(context, source, target, day, event_code, place)
        if resolved is None:
            continue
        actor, other = resolved
        if fellows.joined and other is not None and source.head in fellows.joined and actor.code[:3] == other.code[:3]:
            continue  # "Chad recalled its envoy from Niger, and Niger did likewise": from Chad
        if event_code == "100" and other is not None and _sent_away(context.tree, match, actor, other):
            event_code = "174"
        if event_code == "040" and other is not None and _third_ground(place, actor, other):
            event_code = "044"
        events.append(
            Event(
                sentence=context.tree.sentence,
                source=actor,
                target=other,
                code=event_code,
                pattern_id=match.pattern_id,
                trigger_tokens=match.tokens,
                status=status,
                date=day,
                reciprocal=match.reciprocal or bool(match.paired_code),
                attributed_to=attributed_to,
                attributed_text=attributed_text,
            )
        )
    if match.reciprocal or match.paired_code:
        events = _both_ways(events)
    return events


def _owner_above(context: SentenceContext, match: FrameMatch, source: Mention, target: Mention) -> Mention:
    """Egypt's army of "Egypt expelled the ambassador after Ankara criticised its army": not that of who does it, in a clause below another's."""
    tree, code = context.tree, match.code or ""
    if not context.matcher.theirs(target) or letters(target) != letters(source):
        return target
    node = match.trigger
    while tree.heads[node] >= 0 and tree.relations[node] in BELOW:
        below = tree.relations[node] != "conj"
        node = tree.heads[node]
        if not below:
            continue
        victim = _victim_above(context, node, source) if code.startswith("11") else None
        if victim is not None:
            return replace(target, owners=(victim,), rule=f"of {victim.text!r}, not of the doer: {target.rule}")
        for head in tree.function(node, "subject") if tree.verbal[node] else ():
            owner = context.mentions.at(head)
            if owner is not None and letters(owner) not in ("", letters(source)):
                return replace(target, owners=(owner,), rule=f"of {owner.text!r}, not of the doer: {target.rule}")
    return target


def _victim_above(context: SentenceContext, verb: int, source: Mention) -> Mention | None:
    """To whom the act of a verb above was done, if others: "Nicaragua broke off relations with Israel, calling its government fascist"."""
    above = context.matcher.reading(verb)
    if above is None or len(above.targets) != 1:
        return None
    victim = above.targets[0]
    return victim if letters(victim) not in ("", letters(source)) else None


def _third_ground(place: str, actor: ResolvedActor, other: ResolvedActor) -> bool:
    """A meeting on the soil of neither side (CAMEO 044)."""
    mine, theirs = _country(actor), _country(other)
    return bool(place and mine and theirs) and mine != theirs and place not in (mine, theirs)


def _sent_away(tree: Tree, match: FrameMatch, actor: ResolvedActor, other: ResolvedActor) -> bool:
    """Whether foreigners are told to leave the country: "ordered as many Britons to leave", but not Palestinians to leave their town."""
    if actor.code[3:6] not in ("", "GOV") or not _country(other) or _country(other) == _country(actor):
        return False
    if other.mention.form != "inhabitant" and not (other.mention.kind == "agent" and other.mention.role[:3] in SENT_AWAY):
        return False
    for t in match.tokens:
        if tree.lower_lemmas[t] in LEAVING:
            return all(tree.lower_lemmas[h] in COUNTRY_NOUNS for h in tree.function(t, "object"))
    return False


def _both_ways(events: list[Event]) -> list[Event]:
    """Only reciprocal rows that have their mirror."""
    keys = {(_span(e.source.mention), _span(e.target.mention)) for e in events if e.target}
    return [e for e in events if e.target is None or (_span(e.target.mention), _span(e.source.mention)) in keys]


def _span(mention: Mention) -> tuple[int, int]:
    return mention.start, mention.end


def _pairs(match: FrameMatch, context: SentenceContext) -> list[tuple[Mention, Mention | None, bool]]:
    sources, targets = match.sources, match.targets
    if not sources and targets and match.code and match.code.startswith(PLACE_ACTS):
        sources = _place_as_source(context, match)
    both = match.reciprocal or bool(match.paired_code)
    if match.paired_code:  # "visited Kharkiv": its country is host
        targets = tuple(replace(t, kind="country") if t.kind == "place" else t for t in targets)
    found: list[tuple[Mention, Mention | None, bool]] = []
    distinct = tuple(t for t in targets if all((t.start, t.end) != (s.start, s.end) for s in sources))
    returned = False
    for t in distinct:
        if stands_for_each_other(t):
            returned = True
    if returned and both:  # "met each other": the doers among themselves
        distinct = tuple(t for t in distinct if not stands_for_each_other(t))
    if both and not (sources and distinct) and len(sources or distinct) > 1:
        parties = sources or distinct
        one_side = _one_side(context.tree, parties)
        return [(a, b, False) for a in parties for b in parties if a is not b and (one_side is None or one_side is a or one_side is b)]
    for s in sources:
        for t in distinct:
            if returned and _himself(s, t):
                continue
            found.append((s, t, False))
            if both:
                found.append((t, s, True))
    if not distinct and not both and context.options.monadic:
        found.extend((s, None, False) for s in sources)
    return found


def _himself(source: Mention, target: Mention) -> bool:
    """Whether of "each other" the doer himself is meant."""
    mine = resolve_actor(source, None).code
    if target.rule.startswith(RECIPROCAL):
        return mine == resolve_actor(target, None).code and (source.entry_id == target.entry_id or source.kind == target.kind == "agent")
    return any(resolve_actor(o, None).code == mine for o in target.owners if o.rule.startswith(RECIPROCAL))


def _one_side(tree: Tree, parties: tuple[Mention, ...]) -> Mention | None:
    """Iran of "talks between Iran and Britain, France and Germany", who face it together; None where all face each other."""
    first, *others = sorted(parties, key=lambda m: m.start)
    if len(others) < 2 or first.sentence_index != tree.sentence.index or tree.case(first.head) != "between":
        return None
    start = tree.sentence.start
    words = tree.sentence.text[first.end - start : others[0].start - start].split()
    return first if "and" in words and not any(w.endswith(",") for w in words) else None


def _at_home(
    context: SentenceContext, match: FrameMatch, code: str, date: EventDate
) -> list[tuple[Mention, Mention | None, bool]]:
    """ "imposed martial law", "students protested": without a word of to whom or against whom, their own country is meant."""
    if match.targets or match.reciprocal or context.options.monadic:
        return []
    tree = context.tree
    truce = code in ("0871", "1246")  # "the rebels declared a ceasefire", "rejected a truce": towards their own state
    if not code.startswith(AT_HOME) and not truce and not (code in HOME_WHERE_TOLD and _within_country(context, match, code)):
        return []
    day = reference_day(date)
    found: list[tuple[Mention, Mention | None, bool]] = []
    for source in match.sources:
        if truce:
            enemies = _enemies(context, source)
            if enemies:
                found.extend((source, enemy, False) for enemy in enemies)
                continue
        resolved = resolve_actor(source, day)
        letters, role = _country(resolved), resolved.code[3:6]
        country = context.dictionaries.countries.get(letters)
        if country is None or (role == "LAB" and code != "133") or (role in STATE_ROLES) == (truce or code.startswith(HOME_PROTESTS)):
            continue
        head = next((h for t in _tokens_of(match) for h in tree.function(t, "object")), match.trigger)
        sentence = tree.sentence
        start, end = sentence.starts[head], sentence.ends[head]
        home = Mention(
            head=head, start=start, end=end, text=sentence.forms[head], kind="country", actors=(country,), form="capital",
            entry_id=country.entry_id, rule=f"nobody named: {country.name}, where {source.text!r} rules", sentence_index=sentence.index,
        )  # fmt: skip
        found.append((source, home, False))
    return found


def _enemies(context: SentenceContext, doer: Mention) -> tuple[Mention, ...]:
    """The rebels of "the troops battling Karen rebels declared a truce"."""
    tree = context.tree
    if doer.sentence_index != tree.sentence.index:
        return ()
    for c in tree.children[doer.head]:
        if tree.relations[c] == "acl" and tree.lower[c] in FIGHTING:
            for g in tree.children[c]:
                if tree.relations[g] == "obj" or (tree.relations[g] == "obl" and tree.case(g) == "against"):
                    return tuple(m for m in context.mentions.several(g) if m.kind != "unknown")
    return ()


def _tokens_of(match: FrameMatch) -> tuple[int, ...]:
    return match.tokens if match.inner is None else (*match.tokens, *match.inner.tokens)


def _within_country(context: SentenceContext, match: FrameMatch, code: str) -> bool:
    """Whether what is done without a word of to whom is done to the own country.

    "called up reservists", "sent the army onto the streets", "let aid into the region", "refused to open an inquiry into police violence".
    """
    tree, verb = context.tree, match.trigger
    if code == "120":
        return _inquiry_at_home(context, match)
    if code in ("0355", "0863"):
        return any(tree.lower_lemmas[h] in OWN_GROUND for t in _tokens_of(match) for name in ("into", "in") for h in tree.function(t, name))
    for t in match.tokens:
        if tree.lower_lemmas[t] in CALLED_UP or any(tree.lower_lemmas[h] in CALLED_UP for h in tree.function(t, "object")):
            return True
    if any(tree.lower[c] == "nationwide" for c in tree.children[verb]):
        return True
    return any(tree.lower_lemmas[h] in HOME_GROUND for preposition in ("in", "on", "to") for h in tree.function(verb, preposition))


def _inquiry_at_home(context: SentenceContext, match: FrameMatch) -> bool:
    """Whether an inquiry is refused, and nothing in its words names another country."""
    tree = context.tree
    doers = [resolve_actor(m, None).code[:3] for m in match.sources]
    for t in match.tokens:
        for verb in (t, *tree.function(t, "complement")):
            for head in tree.function(verb, "object"):
                if tree.lower_lemmas[head] in INQUIRIES:
                    named = [m for c in tree.subtree(head) for m in [context.mentions.at(c)] if m is not None and (m.actors or m.owners)]
                    return all(resolve_actor(m, None).code[:3] in doers for m in named)
    return False


def _place_as_source(context: SentenceContext, match: FrameMatch) -> tuple[Mention, ...]:
    """ "were arrested in Turkey": the state in whose hands they are, where the passive does not say who."""
    tree = context.tree
    trigger = match.trigger
    if tree.upos[trigger] != "VERB" or not tree.is_passive(trigger):
        return ()
    for preposition in ("by", "in", "from"):
        for head in tree.function(trigger, preposition):
            mention = context.mentions.inside(head)
            if mention is not None and mention.kind in ("country", "place"):
                return (replace(mention, kind="country", rule=f"place of an act without an agent: {mention.rule}"),)
    for subject in tree.function(trigger, "object"):  # "two prisoners held in Turkey were released"
        for c in tree.children[subject]:
            if tree.deprels[c] == "acl" and tree.lower_lemmas[c] in HELD:
                for head in tree.function(c, "in"):
                    mention = context.mentions.inside(head)
                    if mention is not None and mention.kind in ("country", "place"):
                        return (replace(mention, kind="country", rule=f"where they were held: {mention.rule}"),)
    return ()


def _place_of(context: SentenceContext, match: FrameMatch) -> str:
    """Country letters of the place the clause stands in ("in Istanbul"), "" for none."""
    tree = context.tree
    trigger = match.trigger
    tokens = list(match.tokens)
    for c in tree.children[trigger]:
        if tree.relations[c] == "conj":
            tokens.append(c)
    if tree.relations[trigger] == "conj" or (tree.relations[trigger] == "advcl" and tree.forms[trigger].endswith("ing") and (match.code or "")[:2] in HARM_ROOTS):
        tokens.append(tree.heads[trigger])  # "raided a village in Plateau State, abducting 20 people"
    prepositions = tree.prepositions()
    within = [p for p in PLACE_OF_ACT if p in prepositions]
    upon = [p for p in GROUND_OF_ACT if p in prepositions]
    for token in tokens if within or upon else ():
        if not tree.children[token]:
            continue
        for preposition in within:
            for head in tree.function(token, preposition):
                country = _country_named(_place_mention(context, head))
                if country:
                    return country
        for preposition in upon:  # "the airstrike on Damascus"
            for head in tree.function(token, preposition):
                mention = context.mentions.at(head)
                if mention is not None and (mention.kind == "place" or mention.form == "capital"):
                    return resolve_actor(mention, None).code[:3]
    for head in tree.function(trigger, "subject"):  # "doctors in Nairobi went on strike"
        for c in tree.children[head]:
            if tree.relations[c] == "nmod" and tree.case(c) in ("in", "at"):
                country = _country_named(context.mentions.at(c))
                if country:
                    return country
    node = trigger
    while node >= 0:
        if tree.deprels[node] == "acl:relcl":
            for c in tree.children[node]:
                if tree.lower[c] == "where":
                    country = _country_named(context.mentions.inside(tree.heads[node]))
                    if country:
                        return country
        node = tree.heads[node]
    return ""


def _place_mention(context: SentenceContext, head: int) -> Mention | None:
    """The place a phrase names: Turkey of "in the Turkish capital"."""
    lemma = context.tree.lower_lemmas[head]
    place_noun = lemma in PLACE_NOUNS or lemma in PARTS_OF_STATES
    return context.mentions.at(head) or (context.mentions.inside(head) if place_noun else None)


def _country_named(mention: Mention | None) -> str:
    """The letters of a country, or of the country a place lies in, that a phrase names; "" for others."""
    if mention is None or mention.kind not in ("country", "place") or not mention.actors:
        return ""
    return resolve_actor(mention, None).code[:3]


def _resolve_pair(
    context: SentenceContext, source: Mention, target: Mention | None, date: EventDate, code: str, place: str
) -> tuple[ResolvedActor, ResolvedActor | None] | None:
    day = reference_day(date)
    root = code[:2]
    if source.kind == "place" and source.form != "capital":
        return None
    actor = _resolve(context, source, _day_in_office(source, date, day), _land_of(context, source, place, code))
    other = None if target is None else _resolve(context, target, _day_in_office(target, date, day), _land_of(context, target, place, code))
    for side in (actor, other):
        if side is not None:
            country = _country(side)
            if country:
                context.countries.setdefault((side.mention.start, side.mention.end), country)
    # who storms a country's embassy is not of that country
    abroad = other is not None and root in FOUGHT_ROOTS and other.mention.kind == "agent" and _at_mission(context.tree, other.mention)
    home = context.discourse.main_country() if code.startswith(CONTACTS) else ""
    if other is not None and target is not None:
        # "the British ambassador met opposition leaders": those of the country the story is about
        if home and _country(actor) not in ("", home) and not _country(other) and _needs_country(other):
            other = resolve_actor(target, day, place=home)
        elif home and _country(other) not in ("", home) and not _country(actor) and _needs_country(actor):
            actor = resolve_actor(source, day, place=home)
        if abroad:
            if not _country(actor) and _needs_country(actor):
                actor = resolve_actor(source, day, place=_second_country(context, _country(other)))
        elif not _country(actor) and (actor.mention.role.startswith(DOMESTIC_ROLES) or root != "17") and not _speaks_to(actor, other, root) and _domestic(actor, other, code):
            actor = resolve_actor(source, day, place=_country(other))
        elif not _country(other) and _domestic(other, actor, code):
            other = resolve_actor(target, day, place=_country(actor))
        elif not _country(actor) and other.mention.form == "inhabitant" and root == "17" and actor.mention.role.startswith("COP"):
            actor = resolve_actor(source, day, place=context.discourse.country_of_role(actor.mention.role))  # "officers arrested the Australian"
    alone = "" if any(side is not None and _country(side) for side in (actor, other)) else _only_country(context)
    unfilled = actor
    filled = _fill_country(context, actor, day, alone)
    if other is None or not abroad or _country(filled) != _country(other):
        actor = filled
    if other is not None and actor is not unfilled and not _country(other) and _domestic(other, actor, code):
        other = resolve_actor(other.mention, day, place=_country(actor))
    other = None if other is None else _fill_country(context, other, day, alone)
    if other is not None and root in GROUND_FOUGHT_OVER and not _country(actor) and other.mention.kind == "place" and _needs_country(actor):
        actor = resolve_actor(actor.mention, day, place=_country(other))  # "the army shelled districts of Aleppo"
    if actor.mention.kind == "unknown":
        if root in ("15", "19", "20"):
            return None  # war is not waged by a name nobody knows
        actor = _unknown(actor)
    if other is not None and other.mention.kind == "unknown":
        other = _unknown(other)
    if not actor.code or (other is not None and not other.code):
        return None
    if root == "14" and actor.mention.form == "inhabitant" and len(actor.code) == 3:  # "thousands of Kenyans protested": not the state
        actor = replace(actor, code=f"{actor.code}OPP", rule=f"{actor.rule}, who protest")
    if other is not None:
        if (actor.mention.start, actor.mention.end) == (other.mention.start, other.mention.end):
            return None
        if actor.code == other.code and min(abs(actor.mention.start - other.mention.end), abs(other.mention.start - actor.mention.end)) == 1:
            return None  # "his Pakistani counterpart Imran Khan" is one
        if _own_people(context.tree, other.mention, code, _country(actor) in ("", _country(other))):
            return None  # "summoned its ambassador in Paris home"
        if root in ("15", "18", "19", "20") and other.mention.kind == "country" and other.mention.form == "name" and actor.code[:3] == other.code and not _somewhere(context.tree, other.mention):
            return None  # an army does not fight its own state; its places may be fought over
        own = other.mention.kind == "country" and other.mention.form != "capital" and actor.code[:3] == other.code and actor.code[3:6] in ("", "GOV", "MIL")
        if root == "04" and actor.code[:3] == other.code[:3] and "" in (actor.code[3:], other.code[3:]) and _country(actor):
            return None  # "Putin met the returning Russians": a country is no party to a talk with its own government
        if root in ("03", "05", "06") and _country(actor) and actor.mention.kind == "country" and other.code == f"{actor.code}GOV":
            return None  # nor does it promise itself relations
        if code in ("042", "043", "036") and actor.code[:3] == other.code[:3] and "country" in (actor.mention.kind, other.mention.kind):
            return None  # nobody is a guest in one's own country
        if code == "045" and actor.code[:3] == other.code[:3] and other.mention.kind in ("country", "place"):
            return None  # "hosted years of negotiations in Havana": where
        defended = root == "05" and actor.mention.kind in ("person", "agent")  # "the minister defended Germany's decision"
        if own and not defended and root in ("01", "02", "05", "06", "10", "11", "12", "13"):
            return None  # "dismissed claims of Russian involvement", said by the Kremlin
        if root == "10" and other.code[3:6] in ("MIL", "COP") and _country(other) == _country(actor) and actor.code[3:6] in ("", "GOV"):
            return None  # orders to one's own forces are no demands
        if root == "15" and other.code[-3:] in ("MIL", "COP") and _country(other) in ("", _country(actor)):
            return None  # one's own forces are what is moved, not the target
        at_home = (code == "0355" and other.mention.form == "capital") or (root in ("07", "08", "14", "15", "16", "17", "18", "19", "20") and (
            other.mention.kind == "place" or (other.mention.form == "capital" and not code.startswith(("07", "084")))
            or (root == "15" and _somewhere(context.tree, other.mention))
        ))  # "Egypt moved tanks into Sinai", "sent troops across the country"
        if actor.code == other.code and not at_home and (
            actor.entry_id == other.entry_id or {actor.mention.kind, other.mention.kind} <= {"country", "place"}
        ):
            return None
    if not _anchored(actor) and (other is None or not _anchored(other)):
        # two bare roles make an event only where they differ and each is told ("lawmakers accused the president")
        if other is None or actor.code == other.code or "unknown" in (actor.mention.kind, other.mention.kind):
            return None
    return actor, other


def _own_people(tree: Tree, mention: Mention, code: str, same_country: bool) -> bool:
    """Whether the words are "its ambassador", "their embassy", "its troops": what the doer recalls, closes or moves, not whom it is done to."""
    if mention.kind != "agent" or mention.sentence_index != tree.sentence.index:
        return False
    lemma = tree.lower_lemmas[mention.head]
    if lemma in ENVOYS:
        if not code.startswith(("10", "11")) and not (same_country and code[:2] in OUTWARD_ROOTS):
            return False
    elif not same_country or code[:2] not in OUTWARD_ROOTS or not (lemma in MISSIONS or lemma in OWN_MEN):
        return False
    return tree.owned_by_pronoun(mention.head)


def _somewhere(tree: Tree, mention: Mention) -> bool:
    """Whether the words that name the target stand for a place: "in", "near", "across"."""
    return mention.sentence_index == tree.sentence.index and tree.case(mention.head) in PLACE_PREPOSITIONS and (
        tree.forms[mention.head][:1].isupper() or tree.lower_lemmas[mention.head] in ("country", "nation")
    )


def _unknown(actor: ResolvedActor) -> ResolvedActor:
    """A name that no dictionary has: a civilian of the country the text gives, the catch-all role of CAMEO."""
    code = actor.code if len(actor.code) > 3 else f"{actor.code}CVL"
    return replace(actor, code=code)


def _resolve(context: SentenceContext, mention: Mention, day: dt.date | None, place: str) -> ResolvedActor:
    known = context.countries.get((mention.start, mention.end))
    return resolve_actor(mention, day, place=known or place)


def _day_in_office(mention: Mention, date: EventDate, day: dt.date | None) -> dt.date | None:
    """Of an act of some earlier time, done by or to "President X": the last day on which X held the office, if that is past."""
    if date.precision != "unknown" or day is None or mention.kind != "person" or not mention.actors or mention.modifier:
        return day
    actor = nearest(mention.actors, day)  # a surname alone is that of several
    if actor.code_on(day)[0][3:6] == "GOV" or OFFICES.isdisjoint(mention.text.lower().split()) or "ex-" in mention.text.lower():
        return day
    for role in reversed(actor.roles):
        if role.code[3:6] == "GOV" and role.end is not None and role.end < day:
            return role.end
    return day


def _land_of(context: SentenceContext, mention: Mention, place: str, code: str) -> str:
    """The country that fills in for a bare role: that of the place, but for fighters who talk there those of the story."""
    if place in NEUTRAL_GROUND and mention.role.startswith("REB"):
        place = ""
    elif not place or mention.kind != "agent" or mention.owners or code[:2] in FOUGHT_ROOTS or mention.role[:3] not in FIGHTERS:
        return place
    return context.discourse.country_of_role(mention.role) or context.discourse.main_country() or place


def _only_country(context: SentenceContext) -> str:
    """The country of the sentence, where it names just one."""
    found = {p.names[0].actor.code for p in context.mentions.names if p.names[0].actor.kind == "country"}
    return next(iter(found)) or "" if len(found) == 1 else ""


def _second_country(context: SentenceContext, country: str) -> str:
    """The one country besides another that the sentence names, "" for none or several."""
    found = ""
    for p in context.mentions.names:
        actor = p.names[0].actor
        if actor.kind == "country" and actor.code != country and actor.code != found:
            if found or not actor.code:
                return ""
            found = actor.code
    return found


def _at_mission(tree: Tree, mention: Mention) -> bool:
    """Whether a mention is an embassy or consulate in words of the sentence."""
    return mention.sentence_index == tree.sentence.index and tree.lower_lemmas[mention.head] in MISSIONS


def _fill_country(context: SentenceContext, actor: ResolvedActor, day: dt.date | None, alone: str) -> ResolvedActor:
    if not _needs_country(actor) or _country(actor):
        return actor
    country = alone or context.discourse.country_of_role(actor.mention.role) or context.discourse.main_country()
    return resolve_actor(actor.mention, day, place=country) if country else actor


def _needs_country(actor: ResolvedActor) -> bool:
    return actor.mention.kind in ("agent", "unknown", "people") and not actor.mention.actors and actor.mention.form not in ("country-free", "prefix")


def _police_fought(actor: ResolvedActor, other_role: str, code: str) -> bool:
    """Whether rebels have fought police: those of their country."""
    return code[:2] in ("18", "19") and actor.mention.role.startswith("COP") and "police" in actor.mention.text.lower() and other_role in ("REB", "UAF", "SEP", "INS")


def _speaks_to(actor: ResolvedActor, other: ResolvedActor, root: str) -> bool:
    """Whether lawmakers, courts or the like speak to a country by name, seldom their own: "senators called on Iran"."""
    return (
        root in VERBAL_ROOTS and other.mention.kind == "country" and other.mention.form != "inhabitant" and len(other.code) == 3
        and actor.mention.role.startswith(SPEAKERS_OUT)
    )  # fmt: skip


def _domestic(actor: ResolvedActor, other: ResolvedActor, code: str) -> bool:
    """Whether an actor without a country most likely is of the other side's."""
    if not _needs_country(actor) or not _country(other):
        return False
    other_role = other.code[3:6]
    if code.startswith(EXPULSIONS) and actor.mention.role.startswith("GOV"):
        return False  # "the government expelled Cuban doctors": not that of Cuba
    if code[:2] in CROSS_BORDER_ROOTS:  # rebels fight, and armies overthrow, their own government
        if code == "180" and other_role == "GOV" and actor.mention.role.startswith(("MIL", "REB", "SEP", "INS")):
            return True
        if _police_fought(actor, other_role, code):
            return True
        if code == "1823" and actor.mention.role.startswith(("CVL", "OPP", "ELI")) and other_role in ("", "GOV", "JUD") and other.code[3:] == other_role:
            return True  # states execute their own people
        return actor.mention.role.startswith(("GOV", "MIL")) and (other_role in REBEL_ROLES or (code == "180" and other_role == "MIL"))
    if actor.mention.kind == "unknown":
        return other_role in ("COP", "JUD", "GOV", "LEG", "SPY", "MIL") and code.startswith(DOMESTIC_ACTS)
    if code == "018":  # condolences cross borders
        return False
    if code == "163" and other.mention.kind == "country":
        return False  # nor are those whom it puts sanctions on
    role = actor.mention.role
    if role.startswith(("REB", "SEP", "INS")) and other_role == "GOV":
        return True
    if role.startswith(DOMESTIC_ROLES):
        return True
    if code in KEPT and role.startswith("GOV") and other_role in FIGHTERS:
        return True  # "the generals refused to release the president"
    if role.startswith(("GOV", "MIL")) and not actor.mention.plural and other_role in ("REB", "SEP", "INS") and code[:2] in ("03", "05", "08", "12"):
        return True  # rebels agree to a ceasefire with their own government
    return role.startswith(("GOV", "MIL", "SPY", "ELI")) and (other_role in DOMESTIC_ROLES or code[:2] in ("14", "17"))


def _country(actor: ResolvedActor) -> str:
    """The country letters of a code, "" for agents without one."""
    known = actor.letters
    if known is None:
        known = actor.letters = _find_country(actor)
    return known


def _find_country(actor: ResolvedActor) -> str:
    code = actor.code
    if len(code) < 3 or code[:3] in NON_COUNTRIES or (code == "CVL" and actor.mention.kind == "unknown"):
        return ""
    if actor.mention.actors:
        people = actor.mention.actors[0]
        if people.kind == "people" and not people.country and people.code and code.startswith(people.code):
            return ""  # a religion or an ethnic group without a state: its letters are no country's
        return code[:3]
    role = actor.mention.role
    if role and code.startswith(role) and not code[len(role) :].startswith(role[:3]) and len(code) <= len(role) + 3:
        return "" if code == role else ("" if code.startswith(role) else code[:3])
    return code[:3]


def _anchored(actor: ResolvedActor) -> bool:
    """Whether the code says more than a bare role: a country, an organisation or a people."""
    return bool(actor.mention.actors) or bool(_country(actor)) or actor.code[:3] in NON_COUNTRIES


def _attribution(context: SentenceContext, match: FrameMatch, date: EventDate) -> tuple[str | None, str | None]:
    """Who is quoted as saying so: the subject of the speech verb above the trigger, or "according to X"."""
    tree = context.tree
    node = match.trigger
    speaker_heads: tuple[int, ...] = ()
    while node >= 0:
        for c in tree.children[node]:
            relation = tree.relations[c]
            if relation == "parataxis":
                if tree.lemmas[c] in SPEECH_VERBS:
                    speaker_heads = tree.function(c, "subject")
            elif (relation == "obl" or relation == "nmod") and tree.case(c).startswith("according"):
                speaker_heads = (c,)
        if speaker_heads:
            break
        parent = tree.heads[node]
        if parent >= 0 and tree.relations[node] in ("ccomp", "parataxis", "xcomp") and tree.lemmas[parent] in SPEECH_VERBS and parent not in match.tokens:
            speaker_heads = tree.function(parent, "subject")
            if speaker_heads:
                break
        node = parent
    for head in speaker_heads:
        mention = context.mentions.inside(head, as_source=True)
        if mention is not None:
            resolved = resolve_actor(mention, reference_day(date) or tree.sentence.publication_date)
            if resolved.code:
                return resolved.code, mention.text
        sentence = tree.sentence
        tokens = tree.subtree(head)
        return None, sentence.text[sentence.starts[tokens[0]] - sentence.start : sentence.ends[tokens[-1]] - sentence.start]
    return None, None
