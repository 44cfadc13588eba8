"""What an edit of the dictionaries does to a corpus: the events it adds, drops and changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coder.inputs import parsed_input
from coder.pipeline import Model, code_document
from coder.resources import Resources

Row = Mapping[str, Any]
# What tells that two rows are the same event coded anew, and what may have changed about it.
PLACE = ("document_id", "sentence_index", "trigger_start", "source_start", "target_start")
CODING = ("source", "code", "target", "status", "event_date", "event_date_end", "pattern_id")


@dataclass(slots=True)
class Difference:
    """Rows of the two codings that are not in both."""

    before: int = 0
    after: int = 0
    added: list[Row] = field(default_factory=list)
    dropped: list[Row] = field(default_factory=list)
    changed: list[tuple[Row, Row]] = field(default_factory=list)


def diff_dictionaries(before: Resources, after: Resources, corpus: Path, model: Model) -> Difference:
    """Code a corpus with two sets of dictionaries and compare, a document at a time.

    Args:
        corpus: folder, file, parse store or CoNLL-U.

    Raises:
        InputError: there is nothing at `corpus`.
    """
    result = Difference()
    parsed, *_ = parsed_input(corpus, model, lambda reject: None)
    for document in parsed:
        old = code_document(document, before).rows
        new = code_document(document, after).rows
        result.before += len(old)
        result.after += len(new)
        _compare(old, new, result)
    return result


def _compare(old: list[dict[str, Any]], new: list[dict[str, Any]], result: Difference) -> None:
    old_by_id = {row["event_id"]: row for row in old}
    new_by_id = {row["event_id"]: row for row in new}
    gone = [row for key, row in old_by_id.items() if key not in new_by_id]
    come = [row for key, row in new_by_id.items() if key not in old_by_id]
    for row in list(gone):
        place = tuple(row[c] for c in PLACE)
        match = next((r for r in come if tuple(r[c] for c in PLACE) == place), None)
        if match is not None:
            result.changed.append((row, match))
            gone.remove(row)
            come.remove(match)
    result.dropped.extend(gone)
    result.added.extend(come)
    for key, row in old_by_id.items():
        other = new_by_id.get(key)
        if other is not None and any(row[c] != other[c] for c in CODING):
            result.changed.append((row, other))


def render(difference: Difference, limit: int = 100) -> str:
    """The difference as text.

    Args:
        limit: how many events of each kind to list.
    """
    lines = [
        f"{difference.before} events before, {difference.after} after: {len(difference.added)} added, "
        f"{len(difference.dropped)} dropped, {len(difference.changed)} changed"
    ]
    for title, rows in (("added", difference.added), ("dropped", difference.dropped)):
        if rows:
            lines += ["", title, *(f"  {_line(row)}" for row in rows[:limit])]
    if difference.changed:
        lines += ["", "changed"]
        for old, new in difference.changed[:limit]:
            what = ", ".join(f"{c} {old[c]} -> {new[c]}" for c in CODING if old[c] != new[c])
            lines.append(f"  {what}  | {old['sentence_text']}")
    return "\n".join(lines)


def _line(row: Row) -> str:
    return f"{row['source']} {row['code']} {row['target'] or '---'} [{row['pattern_id']}] {row['document_id']} | {row['sentence_text']}"
