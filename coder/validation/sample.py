"""A stratified sample of events, the same for the same seed on every machine and every version of Python."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from coder.errors import InputError, OptionsError
from coder.event_files import event_files

ALLOCATIONS = ("proportional", "equal")
NONE = "(none)"
# What a sheet shows of an event.
NEEDED = (
    "event_id", "document_id", "sentence_index", "publication_date", "event_date", "event_date_end", "date_precision", "source", "target",
    "source_name", "target_name", "source_text", "source_start", "source_end", "target_text", "target_start", "target_end", "code",
    "code_label", "status", "trigger_text", "trigger_start", "trigger_end", "sentence_text",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """A sampled event.

    Args:
        row: of events.parquet.
        stratum: value of the stratifying column, as text.
        population: events of the stratum in the table.
        drawn: events of the stratum in the sample.
    """

    row: Mapping[str, Any]
    stratum: str
    population: int
    drawn: int


def sample_events(path: Path, n: int, *, by: str, seed: int = 1, allocation: str = "proportional") -> list[Item]:
    """Draw from a table of events; only the drawn rows are read whole, so that large tables need little memory.

    Args:
        path: events.parquet, or a folder as `event_files` takes it.
        n, by, seed, allocation: as of `draw`.

    Raises:
        InputError: no such file, not Parquet, a column is missing, or as of `draw`.
        OptionsError: the table has no column `by`, or as of `draw`.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds
    import pyarrow.parquet as pq

    files = event_files([path])
    for file in files:
        try:
            names = pq.read_schema(file).names
        except (pa.ArrowException, OSError) as error:
            raise InputError("not a Parquet file", path=file, hint="give an events.parquet made by `eventcoder build` or `code`") from error
        missing = [name for name in NEEDED if name not in names]
        if missing:
            raise InputError(f"no column {', '.join(missing)}", path=file, hint="give an events.parquet made by `eventcoder build` or `code`")
        if by not in names:
            raise OptionsError(f'the table has no column "{by}"', hint=f"--by takes one of: {', '.join(names)}")
    table = ds.dataset(files, format="parquet")
    keys = table.to_table(columns=list(dict.fromkeys(["event_id", by]))).to_pylist()
    items = draw(keys, n, by=by, seed=seed, allocation=allocation)
    wanted = ds.field("event_id").isin([item.row["event_id"] for item in items])
    rows = {row["event_id"]: row for row in table.to_table(columns=list(NEEDED), filter=wanted).to_pylist()}
    return [replace(item, row=rows[item.row["event_id"]]) for item in items]


def stratum_of(value: Any) -> str:
    """A value as the name of a stratum; a list (of issues, say) is one value."""
    if value is None or value == []:
        return NONE
    return ";".join(str(v) for v in value) if isinstance(value, list | tuple) else " ".join(str(value).split())


def allocate(sizes: Mapping[str, int], n: int, allocation: str = "proportional") -> dict[str, int]:
    """How many events each stratum gives.

    Proportional: by largest remainder; each stratum gives at least one where `n` allows it. Equal: the same number each;
    what a small stratum cannot give goes to the others. No stratum gives more than it has.

    Args:
        sizes: events in each stratum.
        n: events wanted; all, where there are no more.

    Raises:
        OptionsError: n below 1 or an unknown allocation.
    """
    if n < 1:
        raise OptionsError(f"a sample of {n}", hint="-n takes a number from 1")
    if allocation not in ALLOCATIONS:
        raise OptionsError(f'unknown allocation "{allocation}"', hint=f"choose one of: {', '.join(ALLOCATIONS)}")
    names = sorted((s for s in sizes if sizes[s]), key=lambda s: (-sizes[s], s))
    total = sum(sizes.values())
    n = min(n, total)
    given = dict.fromkeys(names, 0)
    if allocation == "equal":
        while n:
            open_ = [s for s in names if given[s] < sizes[s]]
            each, rest = divmod(n, len(open_))
            for i, s in enumerate(open_):
                take = min(each + (i < rest), sizes[s] - given[s])
                given[s] += take
                n -= take
        return given
    least = 1 if n >= len(names) else 0
    given = dict.fromkeys(names, least)
    n -= least * len(names)
    rest_total = total - least * len(names)
    if n:
        quotas = {s: n * (sizes[s] - least) / rest_total for s in names}
        for s in names:
            given[s] += int(quotas[s])
        left = n - sum(int(q) for q in quotas.values())
        for s in sorted(names, key=lambda s: (-(quotas[s] - int(quotas[s])), -sizes[s], s)):
            if left and given[s] < sizes[s]:
                given[s] += 1
                left -= 1
    return given


def draw(rows: Sequence[Mapping[str, Any]], n: int, *, by: str, seed: int = 1, allocation: str = "proportional") -> list[Item]:
    """Draw a stratified sample without replacement, in an order that mixes the strata.

    Within a stratum the events with the lowest keyed hashes are taken, so the order of the rows does not matter and a
    larger sample of one seed holds the smaller one (as far as the allocation to its strata grows).

    Args:
        rows: events; must have `event_id` and the column `by`.
        n: events wanted.
        by: column to stratify by.
        seed: another seed gives another sample.
        allocation: proportional or equal.

    Raises:
        InputError: there are no events, or two with one id.
        OptionsError: as of `allocate`.
    """
    if not rows:
        raise InputError("the table has no events", hint="give a table with events")
    strata: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    seen: set[str] = set()
    for row in rows:
        if row["event_id"] in seen:
            raise InputError(f"event_id {row['event_id']} stands twice in the table", hint="give each event once")
        seen.add(row["event_id"])
        strata[stratum_of(row[by])].append(row)
    given = allocate({name: len(members) for name, members in strata.items()}, n, allocation)

    def rank(event_id: str, what: str) -> str:
        return hashlib.sha256(f"{seed}\0{what}\0{event_id}".encode()).hexdigest()

    items = [
        Item(row, name, len(members), given[name])
        for name, members in strata.items()
        for row in sorted(members, key=lambda r: rank(r["event_id"], "draw"))[: given[name]]
    ]
    return sorted(items, key=lambda item: rank(item.row["event_id"], "order"))
