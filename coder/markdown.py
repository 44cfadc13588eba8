"""Markdown that stays a table whatever the corpus puts into a cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

_ESCAPES = str.maketrans(
    {"\\": "\\\\", "|": "\\|", "`": "\\`", "*": "\\*", "_": "\\_", "[": "\\[", "]": "\\]", "<": "&lt;", ">": "&gt;", "&": "&amp;"}
)


def escape(value: object) -> str:
    """A value as plain text: no markup of its own, on one line; None is empty."""
    return "" if value is None else " ".join(str(value).translate(_ESCAPES).split())


def code(value: object) -> str:
    """A name as code; for names of ours, which hold no backticks."""
    return f"`{str(value).replace('|', chr(92) + '|')}`"


def table(header: Sequence[str], rows: Iterable[Sequence[object]], *, right: Sequence[int] = ()) -> list[str]:
    """Lines of a pipe table, an empty line after it.

    Args:
        rows: cells as they are to stand there; escape what comes from outside.
        right: indices of columns set flush right.
    """
    rule = ["---:" if i in right else "---" for i in range(len(header))]
    lines = ["| " + " | ".join(header) + " |", "|" + "|".join(rule) + "|"]
    lines += ["| " + " | ".join(str(c) for c in row) + " |" for row in rows]
    return [*lines, ""]


def share(part: float, whole: float) -> str:
    """A share in per cent with one digit, empty of nothing."""
    return f"{100 * part / whole:.1f}%" if whole else ""
