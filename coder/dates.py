"""Event dates. (provisional: the publication date)"""
from __future__ import annotations
from coder.grammar import Tree
from coder.records import EventDate, Status


def resolve_date(tree: Tree, trigger_tokens: tuple[int, ...], status: Status) -> EventDate:
    day = tree.sentence.publication_date
    if day is None:
        return EventDate(None, None, "unknown", "unknown")
    return EventDate(day, day, "day", "publication")
