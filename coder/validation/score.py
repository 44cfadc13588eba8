"""Judged sheets to figures: precision with intervals, weighted back to all events, and agreement between coders.

Weights: an event stands for (events of its stratum) / (judged events of its stratum), so that equal allocation, missing
judgements and small strata do not tilt the overall figure. Several coders: the value of an event is the mean of theirs.
Intervals: Wilson's score interval (E. B. Wilson, 1927, JASA 22: 209–212) on the effective sample size of unequal weights,
(sum of weights)² / sum of squared weights (L. Kish, Survey Sampling, 1965). Agreement: Krippendorff's alpha, nominal,
with a percentile bootstrap over events.
"""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from coder.errors import EventCoderError
from coder.validation.sheet import QUESTIONS, Judged, Sheet, SheetError

Z = 1.959963984540054  # 97.5% point of the normal distribution
BOOTSTRAPS = 1000
SEED = 1

ACTORS_AND_ACTION = ("source_right", "action_right", "target_right")
# What counts as right, from single parts to the whole.
MEASURES: Mapping[str, tuple[str, ...]] = {
    "source": ("source_right",),
    "action": ("action_right",),
    "target": ("target_right",),
    "date": ("date_right",),
    "status": ("status_right",),
    "event (source, action, target)": ACTORS_AND_ACTION,
    "event with date and status": tuple(QUESTIONS),
}
MAIN = "event (source, action, target)"


@dataclass(frozen=True, slots=True)
class Precision:
    """A share of right events.

    Args:
        value: weighted share, None where nothing was judged.
        low, high: 95% interval.
        judged: events with a judgement.
        right: of these, how many are right, unweighted; a half where two coders differ.
        population: events of the table that it speaks for, None where that is not known.
    """

    value: float | None
    low: float | None
    high: float | None
    judged: int
    right: float
    population: int | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far coders agree on a question.

    Args:
        alpha: Krippendorff's alpha (nominal); None where fewer than two events were judged twice or all judgements are equal.
        low, high: 95% bootstrap interval, None where alpha is.
        events: judged by two coders or more.
        same: share of the pairs of judgements that are equal.
    """

    alpha: float | None
    low: float | None
    high: float | None
    events: int
    same: float | None


@dataclass(slots=True)
class Validation:
    """All figures of a validation.

    Args:
        drawn: events in the sample; population: events in the strata it was drawn from.
        missing: coder → question → (no judgement, of these marked unsure).
        uncovered: strata none of whose events were judged, and their events.
    """

    coders: tuple[str, ...]
    drawn: int
    population: int
    overall: dict[str, Precision] = field(default_factory=dict)
    by_code: dict[str, Precision] = field(default_factory=dict)
    by_stratum: dict[str, Precision] = field(default_factory=dict)
    by_coder: dict[str, dict[str, Precision]] = field(default_factory=dict)
    agreement: dict[str, Agreement] = field(default_factory=dict)
    missing: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)
    uncovered: dict[str, int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)


def wilson(value: float, n: float) -> tuple[float, float]:
    """Wilson's 95% score interval of a share.

    Args:
        value: the share, 0 to 1.
        n: how many it rests on; need not be whole.
    """
    if n <= 0:
        return 0.0, 1.0
    centre = value + Z * Z / (2 * n)
    spread = Z * math.sqrt(value * (1 - value) / n + Z * Z / (4 * n * n))
    scale = 1 + Z * Z / n
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def verdict(judged: Judged, questions: Iterable[str]) -> bool | None:
    """Whether all parts are right: wrong if one is wrong, None if none is wrong and one has no judgement.

    A question that does not apply (the target of an event without one) is left out.
    """
    answers = [judged.answers[q] for q in questions if q in judged.answers]
    if False in answers:
        return False
    return None if None in answers or not answers else True


def score(sheets: Sequence[Sheet], *, bootstraps: int = BOOTSTRAPS) -> Validation:
    """All figures of one sheet a coder.

    Args:
        sheets: of one sample, or of several samples of one table with the same strata.
        bootstraps: resamples for the interval of alpha.

    Raises:
        SheetError: two sheets of one coder, or sheets that contradict each other.
        EventCoderError: two sheets and no `krippendorff` package.
    """
    events = _events(sheets)
    strata: dict[str, int] = {e.stratum: e.population for e in events.values()}
    drawn: dict[str, int] = defaultdict(int)
    found: dict[str, int] = defaultdict(int)
    for event in events.values():
        drawn[event.stratum] = max(drawn[event.stratum], event.drawn)
        found[event.stratum] += 1
    result = Validation(
        coders=tuple(s.coder for s in sheets),
        drawn=sum(max(drawn[s], found[s]) for s in strata),
        population=sum(strata.values()),
    )
    for measure, questions in MEASURES.items():
        values = _values(sheets, questions)
        weights = _weights(values, events, strata)
        result.overall[measure] = _precision(values, weights, sum(strata.values()))
        for sheet in sheets:
            own = _values([sheet], questions)
            result.by_coder.setdefault(sheet.coder, {})[measure] = _precision(own, _weights(own, events, strata), None)
        if measure == MAIN:
            result.by_code = _groups(values, weights, lambda i: events[i].code[:2])
            result.by_stratum = _groups(values, weights, lambda i: events[i].stratum, strata)
            judged = {events[i].stratum for i in values}
            result.uncovered = {s: n for s, n in sorted(strata.items()) if s not in judged}
        if len(sheets) > 1:
            result.agreement[measure] = agreement(sheets, questions, bootstraps)
    for sheet in sheets:
        absent = result.drawn - len(sheet.judged)
        result.missing[sheet.coder] = {
            q: (
                max(absent, 0) + sum(q in j.answers and j.answers[q] is None for j in sheet.judged),
                sum(q in j.unsure for j in sheet.judged),
            )
            for q in QUESTIONS
        }
    return result


def _events(sheets: Sequence[Sheet]) -> dict[str, Judged]:
    """Every event of the sheets, by id; the sheets must agree on what it is."""
    faults = []
    paths: dict[str, str] = {}
    events: dict[str, Judged] = {}
    strata: dict[str, tuple[int, str]] = {}
    for sheet in sheets:
        if sheet.coder in paths:
            faults.append(f'{sheet.path} and {paths[sheet.coder]} are both of the coder "{sheet.coder}": give each coder\'s sheet once')
        paths[sheet.coder] = sheet.path
        for judged in sheet.judged:
            known = events.setdefault(judged.event_id, judged)
            if (known.stratum, known.code) != (judged.stratum, judged.code):
                faults.append(f"{sheet.path}: event E-{judged.event_id} has another stratum or code than in another sheet")
            population, path = strata.setdefault(judged.stratum, (judged.population, sheet.path))
            if population != judged.population:
                faults.append(
                    f'{sheet.path}: stratum "{judged.stratum}" has {judged.population} events, in {path} {population}: samples of two tables?'
                )
    if faults:
        faults = list(dict.fromkeys(faults))
        more = f"\n… and {len(faults) - 20} more" if len(faults) > 20 else ""
        raise SheetError("the sheets do not fit together:\n" + "\n".join(faults[:20]) + more, hint="score the sheets of one sample")
    return events


def _values(sheets: Sequence[Sheet], questions: Sequence[str]) -> dict[str, float]:
    """Event → mean verdict of the coders who judged it."""
    verdicts: dict[str, list[bool]] = defaultdict(list)
    for sheet in sheets:
        for judged in sheet.judged:
            answer = verdict(judged, questions)
            if answer is not None:
                verdicts[judged.event_id].append(answer)
    return {event: sum(v) / len(v) for event, v in verdicts.items()}


def _weights(values: Mapping[str, float], events: Mapping[str, Judged], strata: Mapping[str, int]) -> dict[str, float]:
    counts: dict[str, int] = defaultdict(int)
    for event in values:
        counts[events[event].stratum] += 1
    return {event: strata[events[event].stratum] / counts[events[event].stratum] for event in values}


def _precision(values: Mapping[str, float], weights: Mapping[str, float], population: int | None) -> Precision:
    if not values:
        return Precision(None, None, None, 0, 0.0, population)
    order = sorted(values)  # sums in a fixed order
    total = sum(weights[e] for e in order)
    value = sum(weights[e] * values[e] for e in order) / total
    low, high = wilson(value, total**2 / sum(weights[e] ** 2 for e in order))
    return Precision(value, low, high, len(values), sum(values[e] for e in order), population)


def _groups(
    values: Mapping[str, float], weights: Mapping[str, float], group: Callable[[str], str], population: Mapping[str, int] | None = None
) -> dict[str, Precision]:
    members: dict[str, dict[str, float]] = {name: {} for name in population or ()}
    for event, value in values.items():
        members.setdefault(group(event), {})[event] = value
    return {
        name: _precision(chosen, weights, population.get(name) if population else None) for name, chosen in sorted(members.items())
    }


def agreement(sheets: Sequence[Sheet], questions: Sequence[str], bootstraps: int = BOOTSTRAPS) -> Agreement:
    """Agreement of coders on whether all parts of an event are right.

    Raises:
        EventCoderError: the package `krippendorff` is not installed.
    """
    table: dict[str, list[bool | None]] = {}
    for column, sheet in enumerate(sheets):
        for judged in sheet.judged:
            table.setdefault(judged.event_id, [None] * len(sheets))[column] = verdict(judged, questions)
    units = [row for _, row in sorted(table.items()) if sum(v is not None for v in row) > 1]
    pairs = [(a, b) for row in units for i, a in enumerate(row) for b in row[i + 1 :] if a is not None and b is not None]
    same = sum(a == b for a, b in pairs) / len(pairs) if pairs else None
    value = alpha(units)
    if value is None:
        return Agreement(None, None, None, len(units), same)
    draw = random.Random(SEED)  # noqa: S311 (statistics)
    resampled = [alpha([units[draw.randrange(len(units))] for _ in units]) for _ in range(bootstraps)]
    # a resample in which all judgements are equal has no alpha: no disagreement was drawn, as in perfect agreement
    ordered = sorted(1.0 if v is None else v for v in resampled)
    low = ordered[int(0.025 * len(ordered))] if ordered else None
    high = ordered[min(int(0.975 * len(ordered)), len(ordered) - 1)] if ordered else None
    return Agreement(value, low, high, len(units), same)


def alpha(units: Sequence[Sequence[bool | None]]) -> float | None:
    """Krippendorff's alpha (nominal) of events judged by several coders, None where it is not defined.

    Args:
        units: one row an event, one judgement a coder, None for none.

    Raises:
        EventCoderError: the package `krippendorff` is not installed.
    """
    try:
        import krippendorff
        import numpy as np
    except ImportError as error:
        raise EventCoderError(
            "agreement between coders needs the package krippendorff", hint="pip install 'eventcoder[validate]'"
        ) from error
    if len(units) < 2 or len({v for row in units for v in row if v is not None}) < 2:
        return None
    columns: list[dict[bool, int]] = [{True: row.count(True), False: row.count(False)} for row in map(list, units)]
    counts: Any = np.array([[c[False], c[True]] for c in columns])
    return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))
