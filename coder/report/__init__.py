"""The report of a build as one HTML page that needs nothing from elsewhere.

    >>> write_report(Path("output"), load_resources())
"""

from __future__ import annotations

from pathlib import Path

from coder.files import replacing
from coder.report.data import read_report
from coder.report.render import render
from coder.resources import Resources
from coder.store import ParseStore

MAX_EVENTS = 250_000
MAX_TREES = 5_000


def write_report(
    output: Path,
    resources: Resources,
    path: Path | None = None,
    *,
    parses: ParseStore | None = None,
    max_events: int = MAX_EVENTS,
    max_trees: int = MAX_TREES,
) -> int:
    """Write the report of a build; the same tables, parses and dictionaries give the same bytes.

    Args:
        output: folder of the build.
        resources: the dictionaries it was coded with.
        path: of the page; report.html in the folder when not given.
        parses: of the build; those in the folder when not given.
        max_events: the latest so many are in the page.
        max_trees: dependency trees are in the page for so many sentences.

    Returns:
        How many events the build has.

    Raises:
        InputError: the folder has no events.parquet, or not one of this version.
    """
    store = parses if parses is not None else ParseStore(output / ".parses")
    report = read_report(output, resources, store, max_events=max_events, max_trees=max_trees)
    with replacing(path or output / "report.html") as temporary, temporary.open("w", encoding="utf-8") as stream:
        stream.writelines(render(report))
    return dict(report.totals)["events"]


__all__ = ["MAX_EVENTS", "MAX_TREES", "write_report"]
