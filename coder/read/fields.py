"""The fields of a document, under whatever name its column or front-matter key has, made into a `Document`."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from coder.read.dates import infer_date, parse_date
from coder.read.encoding import clean, is_blank
from coder.read.furniture import mark_furniture
from coder.read.source import Source
from coder.records import Document, Reject, RejectReason

# Our name → the names that inputs use, the first found wins. In inputs "source" is the outlet.
ALIASES: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "document_id", "doc_id"),
    "date": ("date", "publication_date", "published", "pubdate"),
    "publisher": ("publisher", "source", "outlet"),
    "url": ("url", "link"),
    "title": ("title", "headline"),
    "language": ("language", "lang"),
    "text": ("text", "body", "content"),
}
# What turns a line of a table round or cannot be seen: two ids must not look the same. Joiners shape letters and emoji.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_JOINERS = "\u200c\u200d"
_NOTHING = frozenset({"", "null", "none", "~", "nan", "nat", "n/a", "na"})


@dataclass(frozen=True, slots=True)
class Fields:
    """What a file, a row or the manifest says of a document; `date` still as written."""

    id: str | None = None
    date: object = None
    publisher: str | None = None
    url: str | None = None
    title: str | None = None
    language: str | None = None

    def over(self, other: Fields) -> Fields:
        """These fields, and those of `other` where these are silent."""
        return Fields(
            id=self.id or other.id,
            date=self.date if self.date is not None else other.date,
            publisher=self.publisher or other.publisher,
            url=self.url or other.url,
            title=self.title or other.title,
            language=self.language or other.language,
        )


def column_of(columns: Mapping[str, object] | list[str], field: str) -> str | None:
    """The column that holds `field`, by any of its names in any case; None where there is none."""
    by_name = {str(column).strip().lower(): column for column in reversed(list(columns))}
    return next((by_name[alias] for alias in ALIASES[field] if alias in by_name), None)


def fields_from(row: Mapping[str, object]) -> Fields:
    """Fields of a row, a front matter or a manifest line; columns of other names are passed over."""
    values = {field: row[name] for field in ALIASES if (name := column_of(row, field)) is not None}
    return Fields(
        id=label(values.get("id")),
        date=None if _is_nothing(values.get("date")) else values["date"],
        publisher=label(values.get("publisher")),
        url=label(values.get("url")),
        title=label(values.get("title")),
        language=label(values.get("language")),
    )


def _is_nothing(value: object) -> bool:
    return value is None or value != value or (isinstance(value, str) and value.strip().lower() in _NOTHING)


def label(value: object) -> str | None:
    """A short text on one line without characters that cannot be seen, None where the value is none of the sort."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, str | int | float) or _is_nothing(value):
        return None
    line = " ".join(clean(str(value)).split())
    if not (line.isascii() and line.isprintable()):
        line = "".join(char for char in line if char in _JOINERS or unicodedata.category(char) not in _UNSEEN)
    return " ".join(line.split()).strip(_JOINERS) or None


@dataclass(frozen=True, slots=True)
class Found:
    """A document where it was found, before its id is compared with those of others.

    Args:
        document: the document.
        line: its line or row in the file, None where the file is the document.
        fault: what could not be used of it, such as its date.
    """

    document: Document
    line: int | None = None
    fault: Reject | None = None


def build_document(
    source: Source, text: str, fields: Fields, *, line: int | None = None, inferred: date | None = None
) -> Found | Reject:
    """One document, or why there is none; a date that cannot be read costs the date alone.

    Args:
        source: the file.
        text: the text as decoded.
        fields: what file and manifest say.
        line: 1-based line or row, for the id of a row without one and for rejects.
        inferred: a date read from markup; the text's own head is looked at where None.
    """
    document_id = fields.id or (source.base_id if line is None else f"{source.base_id}#{line}")
    text = clean(text)
    if is_blank(text):
        return source.reject(RejectReason.EMPTY, "no text in it", line=line, document_id=document_id)
    stated, problem = parse_date(fields.date)
    # A date that is stated wrongly is a question to the user, not one that the text may answer.
    inferred = (inferred or infer_date(text)) if fields.date is None else None
    document = Document(
        id=document_id,
        text=text,
        publication_date=stated or inferred,
        date_inferred=stated is None and inferred is not None,
        publisher=fields.publisher,
        url=fields.url,
        title=fields.title,
        language=fields.language,
        furniture=mark_furniture(text),
        path=source.name,
    )
    if not problem:
        return Found(document, line)
    detail = f"{problem}; read without a date"
    return Found(document, line, source.reject(RejectReason.BAD_DATE, detail, line=line, document_id=document_id))
