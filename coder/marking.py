"""A sentence of events.parquet with its source, trigger and target marked.

The table has offsets into the document and the text of the sentence; where the sentence begins follows from the words
themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from coder.tables import GAP

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
    spans = [(first, last, "trigger") for first, last in _trigger_spans(row, start)]
    spans += [(row[f"{side}_start"], row[f"{side}_end"], side) for side in ("source", "target") if row[f"{side}_start"] is not None]
    return cut(text, [(first - start, last - start, part) for first, last, part in spans])


def cut(text: str, spans: Iterable[tuple[int, int, str]]) -> list[Piece]:
    """A text cut into (text, part), which make it up.

    Args:
        spans: first character, one past the last one, and part; later ones win over earlier ones, and those that do not lie
            within the text are left out.
    """
    parts = [""] * len(text)
    for first, last, part in spans:
        if 0 <= first <= last <= len(text):
            parts[first:last] = [part] * (last - first)
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
    """Where the sentence begins in the document: the place at which the row's own words fit best, None if the trigger fits nowhere."""
    sentence: str = row["sentence_text"]
    trigger: str = row["trigger_text"].split(GAP)[0]
    best: tuple[int, int] | None = None
    at = sentence.find(trigger) if trigger else -1
    while at >= 0:
        start = row["trigger_start"] - at
        fit = 0
        for side in ("source", "target"):
            text, first = row[f"{side}_text"], row[f"{side}_start"]
            if text is not None and first is not None and 0 <= first - start <= len(sentence) - len(text):
                fit += 1 if sentence.startswith(text, first - start) else -1
        if start >= 0 and (best is None or fit > best[0]):
            best = (fit, start)
        at = sentence.find(trigger, at + 1)
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
