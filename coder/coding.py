"""Coding one document: parsed sentences in, events out. Pure: the same document gives the same events.

    >>> events = code_sentences(sentences, dictionaries, Options())
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from coder.actors import SentenceMentions
from coder.annotate import annotate
from coder.answers import REACH, Act, acts_of, answered, prompted
from coder.compose import SentenceContext, compose_events
from coder.coreference import name_of
from coder.dates import ToldDates
from coder.dictionary.load import Dictionaries
from coder.discourse import ARMED_ROLES, ARMY_ROLES, Discourse, armed_code, once_armed
from coder.frames import Attempt, Matcher
from coder.grammar import Tree
from coder.options import Options
from coder.owners import with_country
from coder.records import Event, EventDate, FrameMatch, Mention, Reject, ResolvedActor, Sentence, Status
from coder.resolve import resolve_actor

if TYPE_CHECKING:
    from coder.legacy.sentence import SentenceCoder
    from coder.legacy.trace import LegacyTrace


FORCE_ROLES: Final = ARMED_ROLES | ARMY_ROLES
# How many sentences a headline is told by, and how sentences end that are none.
LEAD: Final = 2
SENTENCE_ENDS: Final = frozenset({".", "!", "?", ":", "…", "...", '"', "”", "''"})
# What dates rest on where no word tells them, and how old the news that a headline tells may be, in days.
UNTOLD: Final = frozenset({"tense", "publication"})
FRESH_DAYS: Final = 13
FIGHT_ROOTS: Final = frozenset({"18", "19", "20"})
NOMINALS: Final = frozenset({"NOUN", "PROPN", "PRON"})


@dataclass(slots=True)
class SentenceTrace:
    """What `explain` shows of a sentence."""

    tree: Tree
    mentions: SentenceMentions
    attempts: list[Attempt]
    matches: list[FrameMatch]
    events: list[Event]
    legacy: LegacyTrace | None = None


def code_sentences(
    sentences: Iterable[Sentence],
    dictionaries: Dictionaries,
    options: Options,
    on_sentence: Callable[[SentenceTrace], None] | None = None,
    *,
    trace: bool = False,
    on_reject: Callable[[Reject], None] | None = None,
) -> list[Event]:
    """Events of the sentences of one document, in order.

    Args:
        sentences: of one document, in order.
        on_sentence: called with what was found in every sentence (explain, unresolved names).
        trace: record every frame tried for it, which costs time.
        on_reject: told of the sentences that the discards of legacy dictionaries leave out.
    """
    if dictionaries.legacy is not None and dictionaries.legacy.has_verbs:
        from coder.legacy.code import code_legacy_sentences
        from coder.legacy.trace import LegacyTrace

        def account(tree: Tree, coder: SentenceCoder | None, events: list[Event]) -> None:
            if on_sentence is not None:
                mentions = SentenceMentions(tree, dictionaries, Discourse())
                on_sentence(SentenceTrace(tree, mentions, [], [], events, LegacyTrace(coder)))

        return code_legacy_sentences(
            sentences, dictionaries.legacy, options, on_reject, account if on_sentence and trace else None
        )
    sentences = list(sentences)
    discourse = Discourse()
    found: list[Event] = []
    told = ToldDates()
    headline = _is_headline(sentences)
    lead = [Tree(s) for s in sentences[1 : 1 + LEAD]] if headline else []
    titled: list[Event] = []
    acts: list[Act] = []  # of the last sentences
    before: tuple[Tree, SentenceMentions, list[Event]] | None = None  # nobody asks what the last sentence introduced
    for n, sentence in enumerate(sentences):
        if before is not None:
            remember(*before, discourse)
        tree = lead[n - 1] if 0 < n <= len(lead) else Tree(sentence)
        date_of = told.read(tree)
        known = _story_ahead(lead, dictionaries) if headline and n == 0 else discourse
        mentions = SentenceMentions(tree, dictionaries, known)
        attempts: list[Attempt] | None = [] if trace else None
        matcher = Matcher(tree, mentions, dictionaries, attempts)
        matches = matcher.matches()
        if len(matches) > 1:
            matches = prompted(mentions, matches, dictionaries.countries)
        if acts:
            matches = answered(mentions, matches, acts, dictionaries.countries)
        events: list[Event] = []
        if matches:
            events = compose_events(SentenceContext(tree, mentions, matcher, dictionaries, known, options, date_of), matches)
        if events:
            events = annotate(
                events, tree, mentions, dictionaries.issues, options, known.main_country(), dictionaries.legacy_issues
            )
            found.extend(events)
        for event in events:
            if event.status is not Status.ASSERTED:
                continue
            forceful = event.code[:2] >= "15"
            if forceful and not event.reciprocal:
                discourse.last_doer = event.source.mention
            if event.target is not None and event.source.code != event.target.code and not _beyond_states(event.source, event.target):
                one, other = with_country(event.source, dictionaries.countries), with_country(event.target, dictionaries.countries)
                discourse.oppose(one, other, event.reciprocal or event.code[:2] in FIGHT_ROOTS)
        _remember_sides(events, n, discourse, dictionaries)
        if n + 1 < len(sentences) and not (headline and n == 0):
            acts = [*[a for a in acts if n - a.sentence < REACH], *acts_of(tree, matches, events, dictionaries.countries)]
        before = tree, mentions, events
        if headline and n == 0:
            titled = events
        elif titled and n <= len(lead):
            _date_headline(titled, events)
            found[: len(titled)] = titled
        if on_sentence:
            on_sentence(SentenceTrace(tree, mentions, attempts or [], matches, events))
    return found


def _remember_sides(events: Sequence[Event], number: int, discourse: Discourse, dictionaries: Dictionaries) -> None:
    """Remember the two who did something together, where a sentence tells that of two alone, and the country of bare roles."""
    pair: tuple[ResolvedActor, ResolvedActor] | None = None
    several = False
    for event in events:
        for side in (event.source, event.target):
            if side is not None and side.mention.role and not side.mention.owners and not side.mention.actors and side.code[:3] in dictionaries.countries:
                discourse.tell_role(side.mention.role, side.code[:3])
        if not event.reciprocal or event.target is None or event.status not in (Status.ASSERTED, Status.INTENDED):
            continue
        one, other = event.source, event.target
        if one.code[:3] == other.code[:3]:
            several = several or one.code == other.code
        if pair is None:
            pair = one, other
        elif {one.code[:3], other.code[:3]} != {pair[0].code[:3], pair[1].code[:3]}:
            several = True
    if pair is not None and not several:
        discourse.met = with_country(pair[0], dictionaries.countries), with_country(pair[1], dictionaries.countries)
        discourse.met_in = number


def _date_headline(titled: list[Event], told: Sequence[Event]) -> None:
    """Give the headline's events that tell no date that of the same event of the story's first sentences, in place."""
    for n, event in enumerate(titled):
        if event.date.basis not in UNTOLD:
            continue
        best: Event | None = None
        for other in told:
            if _same_news(event, other) and (best is None or (other.code == event.code and best.code != event.code)):
                best = other
        if best is not None:
            when = best.date
            titled[n] = replace(event, date=EventDate(when.start, when.end, when.precision, when.basis, "told in the story below"))


def _same_news(title: Event, told: Event) -> bool:
    """Whether an event of the story is that of its headline, which names sides and deeds more shortly, and of these days."""
    when, published = told.date, title.sentence.publication_date
    if when.basis in UNTOLD or when.precision == "unknown" or told.status is not title.status or told.code[:2] != title.code[:2]:
        return False
    if not _same_party(told.source, title.source) or not _same_party(told.target, title.target):
        return False
    return published is not None and when.start is not None and (published - when.start).days <= FRESH_DAYS


def _same_party(told: ResolvedActor | None, title: ResolvedActor | None) -> bool:
    """Whether two actors are of one country or one is the other with its country ("rebels", "Malian rebels")."""
    if told is None or title is None:
        return told is title
    one, other = told.code.removeprefix("INT"), title.code.removeprefix("INT")
    if not one or not other:
        return one == other
    return one[:3] == other[:3] or one.endswith(other) or other.endswith(one)


def _is_headline(sentences: Sequence[Sentence]) -> bool:
    """Whether a document begins with a line of its own that is no sentence, as headlines do."""
    if len(sentences) < 2:
        return False
    first, second = sentences[0], sentences[1]
    return second.start - first.end > 1 and bool(first.forms) and first.forms[-1] not in SENTENCE_ENDS


def _story_ahead(lead: Sequence[Tree], dictionaries: Dictionaries) -> Discourse:
    """What the first sentences of a story introduce, for its headline: "Sharif" is the Shehbaz Sharif of the lead."""
    ahead = Discourse()
    for tree in lead:
        remember(tree, SentenceMentions(tree, dictionaries, ahead), [], ahead)
    ahead.end_story()
    return ahead


def remember(tree: Tree, mentions: SentenceMentions, events: list[Event], discourse: Discourse) -> None:
    """Feed the actors of a coded sentence to the document's memory, subjects first.

    Args:
        events: of the sentence, whose sides tell the country of rebels and troops where the words do not.
    """
    ranked: tuple[list[Mention], ...] = ([], [], [], [])  # subjects of the main verb first; each in text order
    discourse.group = ()
    speaker: Mention | None = None
    day = tree.sentence.publication_date
    armed: list[tuple[Mention, str]] = []
    armies: list[tuple[Mention, str]] = []
    once: list[tuple[Mention, str]] = []
    where: set[int] = set()
    sides = {  # of both sides' country: whose rebels they are
        (a.mention.start, a.mention.end): a.code
        for e in events if e.target is not None and e.source.code[:3] == e.target.code[:3]
        for a in (e.source, e.target)
    }  # fmt: skip
    relations, heads = tree.relations, tree.heads
    for i, upos in enumerate(tree.upos):
        if upos not in NOMINALS:
            continue
        relation = relations[i]
        if relation == "compound" or relation == "flat":
            continue
        mention = mentions.at(i)
        if mention is None or mention.kind == "place" or mention.kind == "unknown":
            continue
        if upos != "PRON":
            named = mention.owners or (mention.actors and mention.actors[0].kind in ("country", "person"))
            code = resolve_actor(mention, day).code if named or mention.kind == "organization" else ""
            discourse.introduce(mention, name_of(mentions, i, mention), code[:3] if named else "")
            if mention.kind == "organization" or mention.kind == "agent":
                if "JUD" in code or mention.role == "JUD":
                    discourse.court = mention if mention.kind == "organization" else None
                if upos == "NOUN" and mention.kind == "agent" and code[:3] in mentions.dictionaries.countries:
                    discourse.nouns[tree.lower_lemmas[i]] = mention
                if mention.role in FORCE_ROLES and not mention.actors:
                    told = sides.get((mention.start, mention.end), "")
                    if code[:3] not in mentions.dictionaries.countries and told[:3] in mentions.dictionaries.countries:
                        mention, code = mention.owned_by(mention.as_country(mentions.dictionaries.countries[told[:3]]), *mention.owners), told
                if code[3:6] == "MIL":
                    armies.append((mention, code))
                elif armed_code(code):
                    owner = mention.owners[0] if mention.owners else mention
                    armed.append((owner if owner.kind == "organization" and resolve_actor(owner, day).code == code else mention, code))
                else:
                    group = mention.owners[0] if mention.owners else mention
                    if group.kind == "organization" and once_armed(group):
                        once.append((group, resolve_actor(group, day).code))
            acronym = _acronym_after(tree, i)
            if acronym:
                discourse.alias(acronym, mention)
        head = heads[i]
        subject = relation == "nsubj"
        if subject and tree.deprels[i] in ("nsubj", "nsubj:pass"):
            rank = 0
        else:
            rank = 1 if relation in ("obj", "obl", "conj") else 2
        if head >= 0 and relations[head] == "root":
            rank -= 1
        if rank <= 0 and subject:
            coordinated = tree.conjuncts(i)
            if len(coordinated) > 1:
                together = [m for t in coordinated for m in [mentions.at(t)] if m is not None and m.kind != "unknown"]
                if len(together) > 1:
                    discourse.group = tuple(together)
        if mention.kind == "country" and tree.case(i) in ("in", "at", "near"):
            where.add(mention.start)
        ranked[rank + 1].extend(mentions.several(i))
        if rank <= 0 and head >= 0 and tree.lemmas[head] in ("say", "tell", "add"):
            speaker = mention
    if not armed and not any(armed_code(code) for _, code in discourse.armed.known):
        armed = once
    discourse.armed.name(armed, tree.sentence.index)
    discourse.armies.name(armies, tree.sentence.index)
    discourse.end_sentence([*ranked[0], *ranked[1], *ranked[2], *ranked[3]], where, speaker)


def _beyond_states(*sides: ResolvedActor) -> bool:
    """Whether one of the sides is an organisation of states or a company: seldom one of "both sides"."""
    return any(side.code[:3] in ("IGO", "NGO", "NGM", "MNC") for side in sides)


def _acronym_after(tree: Tree, head: int) -> str:
    """ "HTS" of "Hayat Tahrir al-Sham (HTS)"."""
    for c in tree.children[head]:
        if tree.relations[c] == "appos" and tree.forms[c].isupper() and c > 0 and tree.forms[c - 1] == "(":
            return tree.forms[c]
    return ""
