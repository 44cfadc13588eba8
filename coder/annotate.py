"""What an event has besides who did what to whom: where it happened and what it is about.

In: the events of a sentence with its tree. Out: the same events with place and issues, and the rules they rest on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from coder.actors import SentenceMentions
from coder.dictionary.load import Dictionaries
from coder.grammar import Tree
from coder.locate import Locator
from coder.options import Options
from coder.records import Event


def annotate(
    events: Sequence[Event],
    tree: Tree,
    mentions: SentenceMentions | None,
    dictionaries: Dictionaries,
    options: Options,
    document_country: str = "",
) -> list[Event]:
    """Events with their place and issues.

    Args:
        events: of one sentence.
        mentions: the names found in it; None where legacy dictionaries did the coding.
        document_country: the country the document is most about so far, "" for none.
    """
    if not events:
        return []
    locator = Locator(tree, mentions, document_country) if options.gazetteer else None
    found = []
    for event in events:
        if locator is not None:
            located = locator.locate(event)
            event = replace(locator.mend(event, located), place=located.place, place_rule=located.rule)
        found.append(event)
    return found
