"""The page: a template, one style sheet, one script, the packed tables. Nothing in it is fetched or run from elsewhere.

The content security policy admits this one script and this one style sheet, by their hashes, and nothing else; text
from the corpus enters through the template's escaping, or packed (base64) and later through `textContent`.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from coder.report.columns import pack, squeeze
from coder.report.data import Report, options_of

SCRIPTS = ("unpack.js", "filter.js", "plots.js", "detail.js", "table.js", "page.js")


@cache
def asset(name: str) -> str:
    """A file of the page's folder."""
    return (files("coder.report") / "page" / name).read_text(encoding="utf-8")


def script() -> str:
    """The page's JavaScript: the files in order, in one scope of their own."""
    return '(() => {\n"use strict";\n' + "\n".join(asset(name) for name in SCRIPTS) + "\n})();\n"


def content_hash(text: str) -> str:
    """The source expression by which a content security policy admits an inline script or style."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def policy(scripts: str, styles: str) -> str:
    """A content security policy that admits one script, one style sheet and nothing from anywhere."""
    allowed = content_hash(scripts) if scripts else "'none'"
    return f"default-src 'none'; script-src {allowed}; style-src {content_hash(styles)}; base-uri 'none'; form-action 'none'"


def render(report: Report) -> Iterator[str]:
    """The page as HTML, piece by piece.

    Args:
        report: from `read_report`.
    """
    scripts, styles = script(), asset("theme.css") + asset("report.css")
    yield from fill(
        "report.html.j2",
        report=report,
        options=options_of(report.metadata),
        policy=policy(scripts, styles),
        style=Markup(styles),  # noqa: S704 (own file, no text from the corpus)
        script=Markup(scripts),  # noqa: S704
        blocks={
            name: Markup(block)  # noqa: S704 (base64)
            for name, block in (
                ("events", report.events),
                ("texts", report.texts),
                ("trees", report.trees),
                ("world", squeeze(pack({"path": asset("world.svgpath").strip()}, {}))),
            )
        },
    )


def fill(name: str, **values: Any) -> Iterator[str]:
    """A template of the page's folder with values in it, each of them escaped."""
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["thousands"] = lambda n: f"{n:,}"
    for piece in environment.from_string(asset(name)).generate(**values):
        yield piece if piece.isascii() else piece.encode("utf-8", "replace").decode()  # a block of a table is not copied
