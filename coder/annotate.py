"""What an event has besides who did what to whom: where it happened and what it is about.

In: the events of a sentence with its tree. Out: the same events with place and issues, and the rules they rest on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from coder.actors import SentenceMentions
from coder.dictionary.issue_index import IssueIndex
from coder.grammar import Tree
from coder.issues import issues_in
from coder.locate import Located, Locator
from coder.options import Options
from coder.records import Event

if TYPE_CHECKING:
    from coder.legacy.model import LegacyDictionaries


def annotate(
    events: Sequence[Event],
    tree: Tree,
    mentions: SentenceMentions | None,
    issues: IssueIndex,
    options: Options,
    document_country: str = "",
    legacy_issues: LegacyDictionaries | None = None,
) -> list[Event]:
    """Events with their place and issues.

    Args:
        events: of one sentence.
        mentions: the names found in it; None where legacy dictionaries did the coding.
        issues: words that tell issues.
        document_country: the country the document is most about so far, "" for none.
        legacy_issues: dictionaries whose issue files say what the sentence is about, besides.
    """
    if not events:
        return []
    locator = Locator(tree, mentions, document_country) if options.gazetteer else None
    hits = issues.told(tree.forms, tree.spellings, tree.lemmas) if issues else []
    more = _legacy(tree, legacy_issues)
    found = []
    for event in events:
        if locator is not None:
            located = locator.locate(event)
            event = locator.mend(event, located)
        else:
            located = Located(event.place, event.place_rule)
        told, rule = issues_in(tree, hits, event)
        if more or (told and event.issues):
            every = tuple(sorted({*(event.issues or ()), *told, *more}))
            event = event.annotated(located.place, located.rule, every, "; ".join([r for r in (rule, *more) if r]))
        elif told:
            event = event.annotated(located.place, located.rule, told, rule)
        elif locator is not None:
            event = event.annotated(located.place, located.rule, event.issues, event.issue_rule)
        found.append(event)
    return found


def _legacy(tree: Tree, legacy: LegacyDictionaries | None) -> tuple[str, ...]:
    """Issues of the whole sentence by legacy issue files."""
    if legacy is None:
        return ()
    from coder.legacy.discard import issues_of

    return issues_of(tree.sentence, legacy) or ()
