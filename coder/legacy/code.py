"""Coding with legacy dictionaries: parsed sentences in, events out, the records the native coder gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from coder.annotate import annotate
from coder.dates import ToldDates
from coder.grammar import Tree
from coder.legacy.arguments import NULL
from coder.legacy.discard import discard_rejects, discarded, issues_of
from coder.legacy.model import LegacyDictionaries
from coder.legacy.phrases import Clause, Coded
from coder.legacy.sentence import Raw, SentenceCoder
from coder.options import Options
from coder.records import Event, EventDate, Mention, Reject, ResolvedActor, Sentence


def code_legacy_sentences(
    sentences: Iterable[Sentence],
    legacy: LegacyDictionaries,
    options: Options,
    on_reject: Callable[[Reject], None] | None = None,
    on_sentence: Callable[[Tree, SentenceCoder | None, list[Event]], None] | None = None,
) -> list[Event]:
    """Events of the sentences of one document, in order; none where a story discard stands in it.

    Args:
        sentences: of one document, in order, with UD v2 labels.
        legacy: the loaded dictionaries.
        options: coding options; `monadic` keeps events without a target.
        on_reject: told of every sentence, or the story, that the discards leave out.
        on_sentence: called with each sentence's tree, its coder (None where it is discarded) and its events; the
            coder then keeps what it tried, which costs time.
    """
    listed = list(sentences)
    verdicts = [discarded(s, legacy) for s in listed]
    if on_reject is not None:
        for reject in discard_rejects(listed, verdicts):
            on_reject(reject)
    dropped = "story" in verdicts
    events: list[Event] = []
    told = ToldDates()
    for sentence, verdict in zip(listed, verdicts, strict=True):
        if dropped or verdict:
            if on_sentence is not None:
                on_sentence(Tree(sentence), None, [])
            continue
        tree = Tree(sentence)
        date_of = told.read(tree)
        clause = Clause(sentence, legacy, options=options.legacy)
        coder = SentenceCoder(clause, monadic=options.monadic, trace=on_sentence is not None)
        raws = coder.events()
        issues = issues_of(sentence, legacy) if raws else None
        made = [
            _event(sentence, tree, raw, date_of, issues, legacy.fallback(raw.code), legacy.own_codes) for raw in raws
        ]
        coded = annotate([event for event in made if event is not None], tree, None, legacy.native_issues, options)
        events += coded
        if on_sentence is not None:
            on_sentence(tree, coder, coded)
    return events


def _event(
    sentence: Sentence,
    tree: Tree,
    raw: Raw,
    date_of: Callable[..., EventDate],
    issues: tuple[str, ...] | None,
    code: str | None,
    own: bool,
) -> Event | None:
    if code is None:
        return None
    notes = ("own_code",) if own else () if code == raw.code else (f"raw_code={raw.code}",)
    return Event(
        sentence=sentence,
        source=_resolved(sentence, raw.source),
        target=_resolved(sentence, raw.target) if raw.target is not None else None,
        code=code,
        pattern_id=raw.pattern_id,
        trigger_tokens=raw.tokens,
        status=raw.status,
        date=date_of(tree, raw.tokens, raw.status),
        reciprocal=raw.reciprocal,
        issues=issues,
        notes=notes,
    )


def _resolved(sentence: Sentence, coded: Coded) -> ResolvedActor:
    tokens = coded.tokens or (coded.head,)
    start, end = sentence.starts[min(tokens)], sentence.ends[max(tokens)]
    text = sentence.text[start - sentence.start : end - sentence.start]
    kind = "unknown" if coded.code == NULL else "organization" if coded.has_actor else "agent"
    mention = Mention(
        coded.head, start, end, text, kind, entry_id=coded.entry_id, rule="legacy", sentence_index=sentence.index
    )
    return ResolvedActor(mention, coded.code, coded.name, coded.entry_id, "legacy")
