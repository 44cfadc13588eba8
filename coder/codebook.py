"""codebook.md: every column, code and option of a run with counts, ready to attach to a paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from coder.resources import Resources
from coder.tables import EVENT_SCHEMA, EventRow


def codebook(rows: Sequence[Mapping[str, Any]], resources: Resources, metadata: Mapping[str, str]) -> str:
    """The codebook as Markdown.

    Args:
        rows: of events.parquet.
        metadata: of the run.
    """
    lines = ["# Codebook", "", f"{len(rows)} events.", "", "## How it was coded", ""]
    lines += [f"- `{key}`: {value}" for key, value in sorted(metadata.items())]
    lines += ["", "## Columns of events.parquet", "", "| column | type | null | meaning |", "|---|---|---|---|"]
    for name, field in EventRow.model_fields.items():
        nulls = sum(row[name] is None for row in rows)
        lines.append(f"| {name} | {EVENT_SCHEMA.field(name).type} | {nulls} | {field.description} |")
    counts = Counter(row["code"] for row in rows)
    lines += ["", "## Event codes", "", "| code | label | Goldstein | quad class | PLOVER | events |", "|---|---|---|---|---|---|"]
    for entry in resources.ontology:
        mark = "*" if entry.goldstein_inherited else ""
        lines.append(
            f"| {entry.code} | {entry.label} | {entry.goldstein:g}{mark} | {entry.quad_class} | "
            f"{entry.plover_event or ''} | {counts[entry.code]} |"
        )
    lines += ["", "\\* inherited from the parent code", ""]
    for column in ("status", "date_precision", "date_basis", "quad_class", "source_role", "target_role"):
        lines += [f"## {column}", "", "| value | events |", "|---|---|"]
        lines += [f"| {value} | {count} |" for value, count in sorted(Counter(str(r[column]) for r in rows).items())]
        lines.append("")
    return "\n".join(lines)
