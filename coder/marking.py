"""A sentence of events.parquet with its source, trigger and target marked.

The table has offsets into the document and the text of the sentence; where the sentence begins follows from the words
themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

GAP = " … "  # between the pieces of a trigger, as `tables.event_row` writes it
Piece = tuple[str, str]


def pieces(row: Mapping[str, Any]) -> list[Piece]:
    """The sentence cut into (text, part): part is source, trigger, target or "" and the texts make up the sentence.

    A mention that stands in another sentence is not marked. Where parts overlap, source and target win over the trigger.

    Args:
        row: of events.parquet.
    """
    text = row["sentence_text"]
    start = sentence_start(row)
    if start is None:
        return [(text, "")] if text else []
    parts = [""] * len(text)
    for part, spans in (
        ("trigger", _trigger_spans(row, start)),
        ("source", [(row["source_start"], row["source_end"])]),
        ("target", [(row["target_start"], row["target_end"])]),
    ):
        for first, last in spans:
            if first is None or last is None or first < start or last > start + len(text):
                continue
            parts[first - start : last - start] = [part] * (last - first)
    found: list[Piece] = []
    at = 0
    while at < len(text):
        end = at
        while end < len(text) and parts[end] == parts[at]:
            end += 1
        found.append((text[at:end], parts[at]))
        at = end
    return found


def sentence_start(row: Mapping[str, Any]) -> int | None:
    """Where the sentence begins in the document: the place at which most of the row's words fit, None if none does."""
    text = row["sentence_text"]
    first = row["trigger_text"].split(GAP)[0]
    best: tuple[int, int] | None = None
    at = text.find(first) if first else -1
    while at >= 0:
        start = row["trigger_start"] - at
        fit = sum(
            row[f"{side}_start"] is not None
            and text[max(row[f"{side}_start"] - start, 0) : max(row[f"{side}_end"] - start, 0)] == row[f"{side}_text"]
            for side in ("source", "target")
        )
        if start >= 0 and (best is None or fit > best[0]):
            best = (fit, start)
        at = text.find(first, at + 1)
    return best[1] if best else None


def _trigger_spans(row: Mapping[str, Any], start: int) -> list[tuple[int, int]]:
    """The pieces of the trigger in document offsets; its whole span where the pieces are not found."""
    text = row["sentence_text"]
    whole = (row["trigger_start"], row["trigger_end"])
    spans: list[tuple[int, int]] = []
    at = whole[0] - start
    runs = row["trigger_text"].split(GAP)
    for number, run in enumerate(runs):
        last = number == len(runs) - 1
        at = whole[1] - start - len(run) if last and number else text.find(run, at)
        if at < 0 or text[at : at + len(run)] != run:
            return [whole]
        spans.append((at + start, at + start + len(run)))
        at += len(run)
    return spans
