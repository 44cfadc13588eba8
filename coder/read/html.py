"""Web pages as documents: the article's text by trafilatura, its date from the page's own markup.

Nothing is fetched and no entity of a document type is expanded: both libraries get a tree parsed here, since they
would take a page that consists of an address for that address and load it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

import lxml.html
import trafilatura
from htmldate import find_date
from lxml.etree import LxmlError, ParserError
from lxml.html import HtmlElement

from coder.read.dates import FIRST_YEAR, LAST_YEAR, infer_date, parse_date
from coder.read.encoding import clean, decode, is_blank
from coder.read.fields import Fields, Found, build_document, label
from coder.read.source import Source, UnreadableError
from coder.records import Reject, RejectReason

MAX_HTML_BYTES = 20_000_000

_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w.:-]{2,40})", re.IGNORECASE)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_BLOCKS = "p|h1|h2|h3|h4|h5|h6|li|blockquote|div|td|br|section|article|pre|dd|dt|figcaption|title"
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_DATE_NAMES = frozenset(
    {
        "article:published_time",
        "og:published_time",
        "og:article:published_time",
        "datepublished",
        "date",
        "pubdate",
        "publishdate",
        "publish_date",
        "publish-date",
        "publication_date",
        "publication-date",
        "article.published",
        "article_date_original",
        "dc.date",
        "dc.date.issued",
        "dc.date.created",
        "dcterms.date",
        "dcterms.issued",
        "dcterms.created",
        "parsely-pub-date",
        "sailthru.date",
        "cxenseparse:recs:publishtime",
        "citation_publication_date",
        "published_time",
        "rnews:datepublished",
    }
)


@dataclass(frozen=True, slots=True)
class _Page:
    """What a page holds. `inferred` is a date that it shows but does not state in its markup."""

    text: str
    fields: Fields
    inferred: date | None


def read_html(source: Source, said: Fields) -> Iterator[Found | Reject]:
    """The document of a web page, or why there is none.

    Args:
        source: the file.
        said: what the manifest says of it.

    Raises:
        UnreadableError: too large, or no article in it.
    """
    data = source.read_bytes(limit=MAX_HTML_BYTES)
    declared = _CHARSET.search(data[:4096])
    page = _page(clean(decode(data, declared[1].decode("ascii", "replace") if declared else None)))
    yield build_document(source, page.text, said.over(page.fields), inferred=page.inferred)


def _page(markup: str) -> _Page:
    tree = _tree(markup)
    try:
        found: Any = trafilatura.bare_extraction(
            deepcopy(tree),
            include_comments=False,
            # Trafilatura's own removal of doubles remembers earlier pages: the text would hang on the order of files.
            deduplicate=False,
            with_metadata=True,
            date_extraction_params=_date_options(),
        )
    except Exception as error:  # any fault of theirs on one page must not end the reading of a corpus
        raise UnreadableError(
            RejectReason.UNREADABLE, f"the page cannot be taken apart: {type(error).__name__}: {error}"
        ) from error
    text = found.text if found is not None and found.text else ""
    if is_blank(text):
        text = _all_text(tree)
    if is_blank(text):
        raise UnreadableError(RejectReason.EMPTY, "no text found in the page (is it drawn by a script?)")
    stated = _stated_date(tree)
    inferred = None if stated else infer_date(clean(text)) or _shown_date(tree)
    return _Page(
        text=_headings_apart(text, tree),
        fields=Fields(
            date=stated,
            publisher=label(getattr(found, "sitename", None)),
            url=label(getattr(found, "url", None)),
            title=label(getattr(found, "title", None)) or label(_first(tree, "//title/text()")),
            language=label(_first(tree, "/html/@lang")),
        ),
        inferred=inferred,
    )


def _headings_apart(text: str, tree: HtmlElement) -> str:
    """The text with a blank line about each heading, which ends in no full stop and would begin the sentence under it."""
    headings = {" ".join(str(heading.text_content()).split()) for heading in tree.iter(*_HEADINGS)}
    lines: list[str] = []
    for line in text.split("\n"):
        if line.strip() in headings:
            lines += ["", line, ""]
        else:
            lines.append(line)
    return "\n".join(lines).strip("\n")


def _tree(markup: str) -> HtmlElement:
    # lxml refuses text that names an encoding in an XML declaration.
    body = _DECLARATION.sub("", markup)
    parser = lxml.html.HTMLParser(no_network=True, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        return lxml.html.document_fromstring(body, parser=parser)
    except (ParserError, LxmlError, ValueError) as error:
        raise UnreadableError(RejectReason.EMPTY, f"no text found in the page ({error})") from error


def _date_options() -> dict[str, Any]:
    """For htmldate: markup alone, no date out of the prose; bounds of our own, since its upper one is today."""
    return {
        "extensive_search": False,
        "original_date": True,
        "min_date": f"{FIRST_YEAR}-01-01",
        "max_date": f"{LAST_YEAR}-12-31",
    }


def _stated_date(tree: HtmlElement) -> date | None:
    """The day of publication that meta tags, JSON-LD or a marked time element state."""
    for value in _date_values(tree):
        day, _ = parse_date(value.strip())
        if day is not None:
            return day
    return None


def _date_values(tree: HtmlElement) -> Iterator[str]:
    for meta in tree.iter("meta"):
        names = (meta.get("property"), meta.get("name"), meta.get("itemprop"))
        if any(name and name.strip().lower() in _DATE_NAMES for name in names) and meta.get("content"):
            yield meta.get("content")
    for script in tree.iter("script"):
        if (script.get("type") or "").strip().lower() == "application/ld+json" and script.text:
            yield from _linked_dates(script.text)
    for time in tree.iter("time"):
        if (time.get("itemprop") or "").lower() == "datepublished" or time.get("pubdate") is not None:
            yield time.get("datetime") or time.text_content()


def _linked_dates(script: str) -> Iterator[str]:
    try:
        waiting: list[object] = [json.loads(script)]
    except (ValueError, RecursionError):
        return
    while waiting:
        item = waiting.pop(0)
        if isinstance(item, list):
            waiting.extend(item)
        elif isinstance(item, dict):
            published = item.get("datePublished")
            if isinstance(published, str):
                yield published
            waiting.extend(value for key, value in item.items() if key in ("@graph", "mainEntity"))


def _shown_date(tree: HtmlElement) -> date | None:
    """The date that htmldate finds in the rest of the markup: the address, bylines, time elements.

    Headlines and pictures are taken out before, since their dates are those of events and archives.
    """
    bare = deepcopy(tree)
    for element in list(bare.iter("title", "h1", "img", "figure", "picture")):
        element.drop_tree()
    for meta in list(bare.iter("meta")):
        if "image" in (meta.get("property") or meta.get("name") or "").lower():
            meta.drop_tree()
    try:
        found = find_date(bare, **_date_options())
    except Exception:  # a date that cannot be found is a date that the page does not tell
        return None
    return parse_date(found)[0]


def _all_text(tree: HtmlElement) -> str:
    """All text of a page in which no article can be made out, a block a line."""
    bare = deepcopy(tree)
    for element in list(bare.iter("script", "style", "noscript", "template", "head", "nav", "iframe", "svg")):
        element.drop_tree()
    for block in bare.xpath("|".join(f".//{name}" for name in _BLOCKS.split("|"))):
        block.tail = "\n" + (block.tail or "")
    lines = (" ".join(line.split()) for line in str(bare.text_content()).splitlines())
    return "\n".join(line for line in lines if line)


def _first(tree: HtmlElement, path: str) -> str | None:
    found = tree.xpath(path)
    return str(found[0]) if found else None
