"""Panels: counts of events by actor or dyad and period, zero-filled. A table of events in, a table of counts out.

    >>> panel = make_panel(read_events([Path("output")]), read_volume([Path("output")]), PanelOptions(actors=("USA", "RUS")))
    >>> panel.table.to_pandas()

Every row of events.parquet either counts, or is told in `Panel.left_out` (does not belong) or `Panel.merged` (counted with
another row). What is counted, and how, is in docs/panels.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from coder.errors import EventCoderError
from coder.panel_columns import QUADS, ROOTS, panel_schema
from coder.periods import PERIODS, Period, period_ends, period_labels, period_numbers, period_starts

By = Literal["dyad", "country", "role", "root"]
Count = Literal["events", "daily", "reports", "stories"]
Fill = Literal["all", "seen", "none"]
NO_ROLE = "(none)"
MAX_ROWS = 5_000_000
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]

# How fine a date is, beside the periods: a month is too coarse for a panel of weeks, a week fine enough for one of months.
_FINENESS = {name: i for i, name in enumerate(PERIODS)} | {"unknown": len(PERIODS)}


class PanelOptions(BaseModel):
    """What a panel counts; its values go into the metadata of the table.

    Args:
        by: unit of the rows: dyad, country, role or root (code).
        period: day, week (ISO), month, quarter or year.
        actors: codes, or beginnings of codes, of the actors; none: the countries in the data.
        first, last: a day in the first and in the last period; None: as `span` says.
        span: from the first to the last of the events that count, or of the documents.
        undirected: A to B and B to A together; a mirrored pair counts once.
        side: by country, role or root, directed: of whoever acts or is acted upon.
        status: statuses that count; none: all.
        count: rows of events.parquet, one-a-day events, the documents that report these, or their stories.
        imprecise: events dated less exactly than the period: dropped, or counted on their first day.
        fill: rows of zeros for all units, those seen or none; None: all of chosen actors, otherwise those seen.
        domestic: by dyad: events within one actor too.
        max_rows: refuse to make a larger panel.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: By = "dyad"
    period: Period = "month"
    actors: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    span: Literal["events", "documents"] = "events"
    undirected: bool = False
    side: Literal["source", "target"] = "source"
    status: tuple[str, ...] = ("asserted",)
    count: Count = "events"
    imprecise: Literal["drop", "first"] = "drop"
    fill: Fill | None = None
    domestic: bool = True
    max_rows: int = MAX_ROWS


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel and what became of the rows that are not in it.

    Args:
        table: the panel.
        rows: rows of events.parquet read.
        counted: rows that count.
        left_out: rows that do not belong, by reason.
        merged: rows counted together with another one, by reason.
        unseen: chosen actors that no event names.
        uncovered: periods in which no document was published; None where the documents are not known.
    """

    table: pa.Table
    rows: int
    counted: int
    left_out: dict[str, int] = field(default_factory=dict)
    merged: dict[str, int] = field(default_factory=dict)
    unseen: tuple[str, ...] = ()
    uncovered: int | None = None


class PanelTooLarge(EventCoderError):
    """A zero-filled panel would have more rows than allowed."""


@dataclass(frozen=True, slots=True)
class _Units:
    """The units of the rows as columns of names, and the unit of each counted event (an event may count for two)."""

    names: tuple[list[str], ...]
    event: Ints
    unit: Ints


def needed_columns(options: PanelOptions) -> list[str]:
    """Columns of events.parquet that a panel is made from."""
    columns = ["event_id", "event_date", "date_precision", "status", "root_code", "quad_class", "goldstein", "source", "target"]
    columns += ["source_country", "target_country"]
    if options.by == "role":
        columns += ["source_role", "target_role"]
    if options.undirected:
        columns += ["reciprocal", "document_id", "sentence_index", "trigger_start", "trigger_end", "source_start", "target_start", "code"]
    if options.count != "events":
        columns += ["daily_id", {"daily": "daily_id", "reports": "document_id", "stories": "story_id"}[options.count]]
    return list(dict.fromkeys(columns))


def make_panel(events: pd.DataFrame, volume: pd.DataFrame | None, options: PanelOptions | None = None) -> Panel:
    """Count events by unit and period.

    Args:
        events: of events.parquet, with `needed_columns`; dates as datetime64.
        volume: documents.parquet's `publication_date`, `story_id`, for the columns of document volume; None: these stay empty.

    Raises:
        EventCoderError: an option does not fit the others.
        PanelTooLarge: the panel would have more than `max_rows` rows.
    """
    options = options or PanelOptions()
    check_options(options)
    rows = len(events)
    events = events.reset_index(drop=True)
    left_out: dict[str, int] = {}
    merged: dict[str, int] = {}
    events = keep(events, ~events["event_id"].duplicated(), "event_id read twice", merged)
    events = belonging(events, options, left_out)
    unseen = tuple(a for a in options.actors if not ((events["_source"] == a) | (events["_target"] == a)).any())
    events = with_unit(events, options, left_out)
    numbers = event_periods(events, options)
    bounds = _span(numbers, volume, options)
    if bounds is not None:
        inside = (numbers >= bounds[0]) & (numbers <= bounds[1])
        events = keep(events, inside, "outside the span", left_out)
    if options.undirected:
        stays, stands_for = _mirrors(events)
        if options.count != "events":
            events = events.assign(daily_id=_linked(events, stands_for))
        events = keep(events, stays, "mirror of another row", merged)
    if options.count != "events":
        by = {"daily": ["daily_id"], "reports": ["daily_id", "document_id"], "stories": ["daily_id", "story_id"]}[options.count]
        events = keep(events, ~events.duplicated(by), "same event again", merged)
    units = _units(events, options)
    table, uncovered = _table(events, units, bounds, volume, options)
    return Panel(table, rows, len(events), left_out, merged, unseen, uncovered)


def keep(events: pd.DataFrame, mask: Any, reason: str, tally: dict[str, int]) -> pd.DataFrame:
    """The rows where the mask is true; the others are added to the tally."""
    mask = np.asarray(mask, dtype=bool)
    lost = int(len(mask) - mask.sum())
    if lost:
        tally[reason] = tally.get(reason, 0) + lost
    return events[mask] if lost else events


def belonging(events: pd.DataFrame, options: PanelOptions, left_out: dict[str, int]) -> pd.DataFrame:
    """The events whose status and date count, with `_source` and `_target`; a row stays or goes whatever the others are."""
    if options.status:
        events = keep(events, events["status"].isin(options.status), "other status", left_out)
    events = keep(events, events["event_date"].notna(), "no date", left_out)
    if options.imprecise == "drop":
        fineness = events["date_precision"].astype(object).map(_FINENESS).fillna(0)
        events = keep(events, fineness <= _FINENESS[options.period], f"dated less exactly than a {options.period}", left_out)
    return events.assign(**_sides(events, options))


def with_unit(events: pd.DataFrame, options: PanelOptions, left_out: dict[str, int]) -> pd.DataFrame:
    """Of the events that belong, those that a row of the panel is about; a row stays or goes whatever the others are."""
    nobody = "not among the actors" if options.actors else "actor without a country"
    if options.by == "dyad":
        events = keep(events, events["target"].notna(), "no target", left_out)
        events = keep(events, events["_source"].notna() & events["_target"].notna(), nobody, left_out)
        if not options.domestic:
            events = keep(events, events["_source"] != events["_target"], "within one actor", left_out)
    elif options.by == "country" or options.actors:
        sides = ["_source", "_target"] if options.undirected else [f"_{options.side}"]
        events = keep(events, events[sides].notna().any(axis=1), nobody, left_out)
    elif options.by == "role" and options.side == "target" and not options.undirected:
        events = keep(events, events["target"].notna(), "no target", left_out)
    return events


def event_periods(events: pd.DataFrame, options: PanelOptions) -> Ints:
    """The number of the period of each event."""
    return period_numbers(events["event_date"].to_numpy().astype("datetime64[D]"), options.period)


def check_options(options: PanelOptions) -> None:
    """Raises EventCoderError where an option does not fit the others."""
    if options.first and options.last and options.first > options.last:
        raise EventCoderError(f"the span ends ({options.last}) before it begins ({options.first})", hint="exchange --from and --to")
    if options.side != "source" and (options.by == "dyad" or options.undirected):
        raise EventCoderError("--side target is for directed panels by country, role or root", hint="leave --side out")
    if not options.domestic and options.by != "dyad":
        raise EventCoderError("--no-domestic is for panels by dyad", hint="leave it out")


def actor_units(codes: pd.Series, actors: Sequence[str]) -> pd.Series:
    """The chosen actor of each code: the longest one that the code begins with; missing where there is none.

    >>> actor_units(pd.Series(["SYRGOVMIL", "SYRREB", "FRA"]), ["SYR", "SYRGOV"]).tolist()
    ['SYRGOV', 'SYR', None]
    """
    chosen = set(actors)

    def unit(code: str) -> str | None:
        return next((code[:n] for n in range(len(code), 0, -1) if code[:n] in chosen), None)

    found = {code: unit(code) for code in codes.dropna().unique()}
    return codes.astype(object).map(found).astype(object).where(codes.notna(), None)


def _sides(events: pd.DataFrame, options: PanelOptions) -> dict[str, Any]:
    """`_source` and `_target`: the actor on each side by which rows are chosen and named."""
    if options.actors:
        return {f"_{side}": actor_units(events[side], options.actors) for side in ("source", "target")}
    if options.by in ("dyad", "country"):
        return {f"_{side}": events[f"{side}_country"].astype(object) for side in ("source", "target")}
    return {"_source": "", "_target": ""}


def _span(numbers: Ints, volume: pd.DataFrame | None, options: PanelOptions) -> tuple[int, int] | None:
    """The first and last period; None where there is neither a span nor an event."""

    def of(days: Any) -> Ints:
        return period_numbers(np.asarray(days, dtype="datetime64[D]"), options.period)

    if options.span == "documents" and not (options.first and options.last):
        if volume is None:
            raise EventCoderError("--span documents needs the table of documents", hint="give it with --documents, or --from and --to")
        numbers = of(volume["publication_date"].dropna().to_numpy())
    if not len(numbers) and not (options.first and options.last):
        if options.first or options.last:
            raise EventCoderError("no event counts, so the span is open at one end", hint="give both --from and --to")
        return None
    first = int(of([options.first])[0]) if options.first else int(numbers.min())
    last = int(of([options.last])[0]) if options.last else int(numbers.max())
    if first > last:
        raise EventCoderError("no event counts inside the span, so it is open at one end", hint="give both --from and --to")
    return first, last


def _mirrors(events: pd.DataFrame) -> tuple[Mask, pd.Series]:
    """Which rows stay of mirrored pairs, and for every other row the index label of the one that stands for it.

    The direction that stays is that of the lower code (the visit, not its reception), then of the lower actor code.
    """
    order = events[events["reciprocal"].astype(bool)].sort_values(["code", "source", "target", "event_id"], kind="stable")
    ends = order[["source_start", "target_start"]]
    pair = order[["document_id", "sentence_index", "trigger_start", "trigger_end"]].assign(low=ends.min(axis=1), high=ends.max(axis=1))
    grouped = order.assign(label=order.index).groupby([pair[c] for c in pair], sort=False, dropna=False)
    back = order["source_start"] != grouped["source_start"].transform("first")
    return ~events.index.isin(order.index[back]), grouped["label"].transform("first")[back]


def _linked(events: pd.DataFrame, stands_for: pd.Series) -> pd.Series:
    """`daily_id` with that of a mirror replaced by that of the row that stands for it, in whichever document.

    That A met B, told without its mirror elsewhere, is then the same meeting of the day.
    """
    link = pd.DataFrame({"of": events.loc[stands_for.index, "daily_id"], "to": events.loc[stands_for, "daily_id"].to_numpy()})
    first = link.groupby("of")["to"].min().to_dict()
    return events["daily_id"].astype(object).map(lambda group: first.get(group, group))


def _units(events: pd.DataFrame, options: PanelOptions) -> _Units:
    index: Ints = np.arange(len(events), dtype=np.int64)
    if options.by == "root":
        roots = sorted({*ROOTS, *events["root_code"]})  # a user's own codes may have others
        known = {root: i for i, root in enumerate(roots)}
        return _Units((roots,), index, events["root_code"].map(known).to_numpy(dtype=np.int64))
    if options.by == "dyad":
        names = sorted(options.actors or {*events["_source"], *events["_target"]})
        number = {name: i for i, name in enumerate(names)}
        a = events["_source"].map(number).to_numpy(dtype=np.int64)
        b = events["_target"].map(number).to_numpy(dtype=np.int64)
        if options.undirected:
            a, b = np.minimum(a, b), np.maximum(a, b)
        return _dyads(names, a, b, index, options)
    sides = ("source", "target") if options.undirected else (options.side,)
    listed, where = [], []
    for side in sides:
        named = (events[f"{side}_role"].astype(object) if options.by == "role" else events[f"_{side}"]).reset_index(drop=True)
        belongs = events[f"_{side}"].notna().to_numpy()
        if options.by == "role":
            if side == "target":
                belongs = belongs & events["target"].notna().to_numpy()
            named = named.where(named.notna(), NO_ROLE)
        listed.append(named.to_numpy(dtype=object)[belongs])
        where.append(index[belongs])
    both = pd.DataFrame({"unit": np.concatenate(listed), "event": np.concatenate(where)}).drop_duplicates()
    chosen = options.actors if options.by == "country" else ()
    names = sorted(chosen if chosen and options.fill != "seen" else set(both["unit"]))
    numbers = both["unit"].map({name: i for i, name in enumerate(names)})
    return _Units((names,), both["event"].to_numpy(dtype=np.int64), numbers.to_numpy(dtype=np.int64))


def _dyads(names: list[str], a: Ints, b: Ints, index: Ints, options: PanelOptions) -> _Units:
    count = len(names)
    pair = a * count + b
    if _fill(options) == "all":
        if count**2 > 4 * options.max_rows:
            raise too_large(count**2, options)
        first, second = (axis.ravel() for axis in np.meshgrid(np.arange(count), np.arange(count), indexing="ij"))
        kept = np.ones(count**2, dtype=bool)
        if options.undirected:
            kept &= first <= second
        if not options.domestic:
            kept &= first != second
        pairs = first[kept] * count + second[kept]
    else:
        pairs = np.unique(pair)
    columns = tuple([names[i] for i in side] for side in (pairs // max(count, 1), pairs % max(count, 1)))
    return _Units(columns, index, np.searchsorted(pairs, pair).astype(np.int64))


def _fill(options: PanelOptions) -> Fill:
    return options.fill or ("all" if options.actors or options.by == "root" else "seen")


def too_large(rows: int, options: PanelOptions) -> PanelTooLarge:
    return PanelTooLarge(
        f"the panel would have {rows:,} rows, more than {options.max_rows:,}",
        hint="choose --actors, a shorter span (--from, --to), a longer --period, --fill seen or none, or raise --max-rows",
    )


def _table(
    events: pd.DataFrame, units: _Units, bounds: tuple[int, int] | None, volume: pd.DataFrame | None, options: PanelOptions
) -> tuple[pa.Table, int | None]:
    first, last = bounds or (0, -1)
    periods = last - first + 1
    size = len(units.names[0]) * periods
    cells = units.unit * periods + (event_periods(events, options)[units.event] - first)
    if _fill(options) == "none":
        shown = np.unique(cells)
    elif size > options.max_rows:
        raise too_large(size, options)
    else:
        shown = np.arange(size, dtype=np.int64)
    counted = entries(events)[units.event]
    counted["cell"] = cells
    published, uncovered = _volume(volume, np.arange(first, last + 1, dtype=np.int64), options)
    return PanelRows(units.names, first, last, published, options).table(shown, counted), uncovered


ENTRY = np.dtype([("cell", "<i8"), ("score", "<f8"), ("quad", "i1"), ("root", "i1")])
"""What is counted of an event: the unit and period that it falls in (as one number), Goldstein score, quad class, root code."""


def entries(events: pd.DataFrame) -> NDArray[Any]:
    """What is counted of events, their cells yet to be filled in; a root code that is no CAMEO one is -1."""
    found = np.zeros(len(events), dtype=ENTRY)
    found["score"] = np.round(events["goldstein"].to_numpy(dtype=np.float64), 6)  # float32 stored: 3.4 is 3.4000000954
    found["quad"] = events["quad_class"].to_numpy()
    found["root"] = events["root_code"].astype(object).map(_ROOT_NUMBERS).fillna(-1).to_numpy()
    return found


_ROOT_NUMBERS = {root: i for i, root in enumerate(ROOTS)}


class PanelRows:
    """Makes the rows of a panel, all at once or part by part.

    Args:
        names: of the units, a list for each of their columns.
        first, last: numbers of the first and the last period.
        published: columns of document volume by period, None where it is not known.
        options: of the panel.
    """

    def __init__(
        self, names: Sequence[Sequence[str]], first: int, last: int, published: Mapping[str, NDArray[np.int32] | None], options: PanelOptions
    ) -> None:
        self.schema = panel_schema(options.by, options.undirected)
        self._units = [(name, pa.array(labels, pa.string())) for name, labels in zip(self.schema.names, names, strict=False)]
        self._by_root = options.by == "root"
        self._size = max(last - first + 1, 1)
        every = np.arange(first, last + 1, dtype=np.int64)
        self._periods = {
            "period": pa.array(period_labels(every, options.period), pa.string()),
            "period_start": pa.array(period_starts(every, options.period)),
            "period_end": pa.array(period_ends(every, options.period)),
        }
        self._published = published

    def table(self, shown: Ints, counted: NDArray[Any]) -> pa.Table:
        """Rows of a panel.

        Args:
            shown: their cells (number of the unit times the number of periods, plus the number of the period), sorted.
            counted: the events in these cells, as of `entries`, each cell's in the order in which they are added up. By root
                code these are those of all cells: shares are of a whole period.
        """
        filled, where = np.unique(counted["cell"], return_inverse=True)
        at = np.searchsorted(shown, filled)

        def count(mask: Mask | None = None) -> NDArray[np.int32]:
            found = np.zeros(len(shown), dtype=np.int32)
            found[at] = np.bincount(where if mask is None else where[mask], minlength=len(filled))
            return found

        def total(mask: Mask | None = None) -> NDArray[np.float64]:
            scores = counted["score"]
            hit, weights = (where, scores) if mask is None else (where[mask], scores[mask])
            found = np.zeros(len(shown))
            found[at] = np.round(np.bincount(hit, weights=weights, minlength=len(filled)), 6)
            return found

        row_unit, row_period = pa.array(shown // self._size), shown % self._size
        columns: dict[str, pa.Array] = {name: labels.take(row_unit) for name, labels in self._units}
        columns |= {name: values.take(pa.array(row_period)) for name, values in self._periods.items()}
        counts = columns["events"] = count()
        columns |= _scores("goldstein", total(), counts)
        if self._by_root:
            overall = np.bincount(row_period, weights=counts, minlength=self._size)[row_period]
            columns["share"] = _ratio(counts, overall, pa.float32())
        else:
            for quad in QUADS:
                mask = counted["quad"] == quad
                columns[f"quad_{quad}"] = count(mask)
                columns[f"quad_{quad}_share"] = _ratio(columns[f"quad_{quad}"], counts, pa.float32())
                columns |= _scores(f"quad_{quad}_goldstein", total(mask), columns[f"quad_{quad}"])
            for number, root in enumerate(ROOTS):
                columns[f"root_{root}"] = count(counted["root"] == number)
                columns[f"root_{root}_share"] = _ratio(columns[f"root_{root}"], counts, pa.float32())
        for name, values in self._published.items():
            columns[name] = pa.nulls(len(shown), pa.int32()) if values is None else pa.array(values).take(pa.array(row_period))
        made = [pa.array(columns[f.name], f.type) if isinstance(columns[f.name], np.ndarray) else columns[f.name].cast(f.type) for f in self.schema]
        return pa.table(made, schema=self.schema)


def _scores(name: str, sums: NDArray[np.float64], counts: NDArray[np.int32]) -> dict[str, pa.Array]:
    return {f"{name}_sum": sums, f"{name}_mean": _ratio(sums, counts, pa.float64())}


def _ratio(part: NDArray[Any], whole: NDArray[Any], kind: pa.DataType) -> pa.Array:
    """Null where there is nothing to divide by."""
    none = whole == 0
    return pa.array(np.divide(part, whole, out=np.zeros(len(part)), where=~none), mask=none).cast(kind)


def _volume(
    volume: pd.DataFrame | None, every: Ints, options: PanelOptions
) -> tuple[dict[str, NDArray[np.int32] | None], int | None]:
    """Documents and stories published in each period."""
    if volume is None:
        return {"documents_published": None, "stories_published": None}, None
    dated = volume[volume["publication_date"].notna()]
    numbers = period_numbers(dated["publication_date"].to_numpy().astype("datetime64[D]"), options.period)

    def count(mask: Mask) -> NDArray[np.int32]:
        chosen = numbers[mask & (numbers >= every[0]) & (numbers <= every[-1])] if len(every) else numbers[:0]
        return np.bincount(chosen - (every[0] if len(every) else 0), minlength=len(every)).astype(np.int32)

    documents = count(np.ones(len(dated), dtype=bool))
    stories = count(dated["duplicate_of"].isna().to_numpy()) if "duplicate_of" in dated else None
    return {"documents_published": documents, "stories_published": stories}, int((documents == 0).sum())
