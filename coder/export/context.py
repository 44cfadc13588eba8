"""What a layout's row function may ask about an event beyond its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from coder.export.source import Group, Groups, Report
from coder.ontology import Ontology


@dataclass(slots=True)
class Context:
    """The corpus around an event.

    Args:
        groups: the events of the table that belong together.
        icews_scores: the ontology with ICEWS's Goldstein scores; None where the run used a scale of its own.
        event_texts: the user's own words for event codes, by code.
        version: of EventCoder, as the table tells.
        line: number of the line being written, counted from 1.
        first_days: what `added` has found so far.
    """

    groups: Groups
    icews_scores: Ontology | None = None
    event_texts: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    line: int = 0
    first_days: dict[str, date | None] = field(default_factory=dict)
    _group: Group | None = None

    def group(self, row: Mapping[str, Any]) -> Group:
        """The group of a row; kept for the next call, as a row asks several times."""
        key = row.get("daily_id") or row["event_id"]
        if self._group is None or self._group.id != key:
            self._group = self.groups.of(row)
        return self._group

    def report(self, row: Mapping[str, Any]) -> Report:
        return self.groups.report(row["document_id"])


def day_of(row: Mapping[str, Any]) -> date | None:
    """The first day of an event, else the day of publication: the other datasets have one date, never none."""
    return row["event_date"] or row.get("publication_date")


def written(day: date | None, pattern: str = "%Y-%m-%d") -> str | None:
    """A day as text, None where it is not known."""
    return None if day is None else day.strftime(pattern)


def number_of(name: str) -> int:
    """A number that depends on an id alone: its first 13 hexadecimal digits (52 bits).

    Readers keep it exact: 64-bit integers, and the doubles of R and Stata.
    """
    try:
        return int(name[:13], 16)
    except ValueError:
        import hashlib

        return int(hashlib.sha256(name.encode()).hexdigest()[:13], 16)


def score(value: float | None) -> str | None:
    """A Goldstein score with one decimal: float32 holds 3.4 as 3.4000000954."""
    return None if value is None else f"{value:.1f}"


def actor_name(row: Mapping[str, Any], side: str) -> str | None:
    """The canonical name of a side, else the words that name it."""
    name: str | None = row.get(f"{side}_name") or row.get(f"{side}_text")
    return name


def added(row: Mapping[str, Any], context: Context) -> date | None:
    """The day of the first report of an event, as far as the documents tell."""
    key = row.get("daily_id") or row["event_id"]
    if key not in context.first_days:
        context.first_days[key] = min(
            (r.publication_date for r in context.group(row).reports if r.publication_date), default=None
        )
    return context.first_days[key]
