"""The columns of a panel: names, types and meanings in one place, for the table, the codebook and Stata's labels."""

from __future__ import annotations

import datetime as dt
from functools import cache

import pyarrow as pa
from pydantic import Field, create_model

from coder.tables import Float32, Int32, Row, arrow_schema

QUADS = (1, 2, 3, 4)
ROOTS = tuple(f"{i:02}" for i in range(1, 21))

_UNITS: dict[tuple[str, bool], dict[str, str]] = {
    ("dyad", False): {"source": "country or chosen actor that acts", "target": "country or chosen actor acted upon"},
    ("dyad", True): {"actor_a": "one side, the first in the alphabet", "actor_b": "the other side"},
    ("country", False): {"actor": "country or chosen actor"},
    ("role", False): {"role": "primary role, (none) for a bare country"},
    ("root", False): {"root_code": "CAMEO root code"},
}


@cache
def panel_model(by: str = "dyad", undirected: bool = False) -> type[Row]:
    """The row model of a panel by dyad, country, role or root."""
    units = _UNITS[by, undirected and by == "dyad"]
    fields: dict[str, tuple[object, object]] = {name: (str, Field(description=what)) for name, what in units.items()}

    def add(name: str, kind: object, what: str) -> None:
        fields[name] = (kind, Field(description=what))

    add("period", str, "the period: 2024-02-29, 2020-W53, 2024-02, 2024-Q1 or 2024")
    add("period_start", dt.date, "its first day")
    add("period_end", dt.date, "its last day")
    add("events", Int32, "events in the period, counted as the option count says")
    add("goldstein_sum", float, "sum of their Goldstein scores, 0 where there are none")
    add("goldstein_mean", float | None, "mean of their Goldstein scores, empty where there are none")
    if by == "root":
        add("share", Float32 | None, "share of the period's events, empty where there are none")
    else:
        for quad in QUADS:
            add(f"quad_{quad}", Int32, f"events of quad class {quad}")
            add(f"quad_{quad}_share", Float32 | None, f"share of quad class {quad}")
            add(f"quad_{quad}_goldstein_sum", float, f"sum of Goldstein scores in quad class {quad}")
            add(f"quad_{quad}_goldstein_mean", float | None, f"mean of Goldstein scores in quad class {quad}")
        for root in ROOTS:
            add(f"root_{root}", Int32, f"events of root code {root}")
            add(f"root_{root}_share", Float32 | None, f"share of root code {root}")
    add("documents_published", Int32 | None, "documents of the corpus published in the period (whatever they tell of)")
    add("stories_published", Int32 | None, "the same, near-duplicates counted once")
    model: type[Row] = create_model("PanelRow", __base__=Row, __doc__="One row of a panel.", **fields)  # type: ignore[call-overload]
    return model


@cache
def panel_schema(by: str = "dyad", undirected: bool = False) -> pa.Schema:
    """The Arrow schema of a panel."""
    return arrow_schema(panel_model(by, undirected))
