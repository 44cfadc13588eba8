"""Coding one document: parsed sentences in, events out. Pure: the same document gives the same events.

    >>> events = code_sentences(sentences, dictionaries, Options())
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from coder.actors import SentenceMentions
from coder.annotate import annotate
from coder.compose import SentenceContext, compose_events
from coder.dates import resolve_date, sentence_date, story_date
from coder.dictionary.load import Dictionaries
from coder.discourse import Discourse
from coder.frames import Attempt, Matcher
from coder.grammar import Tree
from coder.options import Options
from coder.records import Event, EventDate, FrameMatch, Mention, Sentence, Status
from coder.resolve import resolve_actor


@dataclass(slots=True)
class SentenceTrace:
    """What `explain` shows of a sentence."""

    tree: Tree
    mentions: SentenceMentions
    attempts: list[Attempt]
    matches: list[FrameMatch]
    events: list[Event]


def code_sentences(
    sentences: Iterable[Sentence],
    dictionaries: Dictionaries,
    options: Options,
    on_sentence: Callable[[SentenceTrace], None] | None = None,
    *,
    trace: bool = False,
) -> list[Event]:
    """Events of the sentences of one document, in order.

    Args:
        sentences: of one document, in order.
        on_sentence: called with what was found in every sentence (explain, unresolved names).
        trace: record every frame tried for it, which costs time.
    """
    if dictionaries.legacy is not None and dictionaries.legacy.has_verbs:
        from coder.legacy.code import code_legacy_sentences

        listed = list(sentences)
        coded = code_legacy_sentences(listed, dictionaries.legacy, options)
        if on_sentence and trace:
            for tree in map(Tree, listed):
                mentions = SentenceMentions(tree, dictionaries, Discourse())
                on_sentence(SentenceTrace(tree, mentions, [], [], [e for e in coded if e.sentence is tree.sentence]))
        return coded
    discourse = Discourse()
    found: list[Event] = []
    told: list[EventDate | None] = []
    reference: EventDate | None = None
    before: Sentence | None = None
    for sentence in sentences:
        tree = Tree(sentence)
        told.append(sentence_date(tree, reference))
        date_of = partial(
            resolve_date,
            reference=reference,
            follows=len(told) > 1 and told[-2] is not None and before is not None and sentence.start - before.end < 2,
            story=story_date(told, sentence.publication_date),
        )
        mentions = SentenceMentions(tree, dictionaries, discourse)
        attempts: list[Attempt] | None = [] if trace else None
        matcher = Matcher(tree, mentions, dictionaries, attempts)
        matches = matcher.matches()
        context = SentenceContext(tree, mentions, matcher, dictionaries, discourse, options, date_of)
        events = annotate(compose_events(context, matches), tree, mentions, dictionaries, options, discourse.main_country())
        found.extend(events)
        for event in events:
            if event.code[:2] >= "15" and event.status is Status.ASSERTED and not event.reciprocal:
                discourse.last_doer = event.source.mention
        reference = told[-1] or reference
        before = sentence
        remember(tree, mentions, discourse)
        if on_sentence:
            on_sentence(SentenceTrace(tree, mentions, attempts or [], matches, events))
    return found


def remember(tree: Tree, mentions: SentenceMentions, discourse: Discourse) -> None:
    """Feed the actors of a coded sentence to the document's memory, subjects first."""
    ranked: list[tuple[int, int, Mention]] = []
    discourse.group = ()
    speaker: Mention | None = None
    for i in range(tree.n):
        if tree.upos[i] not in ("NOUN", "PROPN", "PRON") or tree.relation(i) in ("compound", "flat"):
            continue
        mention = mentions.at(i)
        if mention is None or mention.kind in ("place",):
            continue
        if mention.kind == "unknown":
            continue
        code = resolve_actor(mention, tree.sentence.publication_date).code
        if tree.upos[i] != "PRON":
            discourse.introduce(mention, code[:3] if (mention.actors and mention.actors[0].kind in ("country", "person")) or mention.owners else "")
            acronym = _acronym_after(tree, i)
            if acronym:
                discourse.alias(acronym, mention)
        rank = {"nsubj": 0, "nsubj:pass": 0}.get(tree.deprels[i], 1 if tree.relation(i) in ("obj", "obl", "conj") else 2)
        if tree.heads[i] >= 0 and tree.relation(tree.heads[i]) == "root":
            rank -= 1
        if rank <= 0 and tree.relation(i) == "nsubj":
            together = [m for t in tree.conjuncts(i) for m in [mentions.at(t)] if m is not None and m.kind != "unknown"]
            if len(together) > 1:
                discourse.group = tuple(together)
        ranked.extend((rank, i, m) for m in mentions.several(i))
        if rank <= 0 and tree.heads[i] >= 0 and tree.lemmas[tree.heads[i]] in ("say", "tell", "add"):
            speaker = mention
    discourse.end_sentence([m for _, _, m in sorted(ranked, key=lambda r: (r[0], r[1]))], speaker)


def _acronym_after(tree: Tree, head: int) -> str:
    """ "HTS" of "Hayat Tahrir al-Sham (HTS)"."""
    for c in tree.children[head]:
        if tree.relation(c) == "appos" and tree.forms[c].isupper() and c > 0 and tree.forms[c - 1] == "(":
            return tree.forms[c]
    return ""
