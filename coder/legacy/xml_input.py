"""PETRARCH and UniversalPetrarch XML (sentences and articles, with parses or without) and TABARI text records.

A parse in CoNLL-U columns is used as it is; a bracketed tree of the constituency coders is not, and the text is parsed
anew. Entities and document type definitions are refused.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import fromstring  # type: ignore[import-untyped]

from coder.conllu import iter_conllu
from coder.errors import InputError
from coder.legacy.actors import calendar_day, day_number
from coder.legacy.text import read_text
from coder.read.dates import parse_date
from coder.records import Document, ParsedDocument, Reject, RejectReason

OnReject = Callable[[Reject], None]
_RECORD = re.compile(r"^(\d{6}|\d{8})\s+(\S+)\s*(.{0,80})$")
_TAGS = re.compile(r"<\s*(Sentence|Article)s?\b", re.IGNORECASE)
MAX_DEPTH = 200


def legacy_input_kind(path: Path) -> str | None:
    """ "xml" or "tabari" where a file holds records of the older coders, by its content; None otherwise."""
    if not path.is_file():
        return None
    suffix = path.suffix.lower()
    try:
        with path.open("rb") as stream:
            head = stream.read(65536).decode("utf-8", "replace").lstrip("\ufeff")
    except OSError:
        return None
    if suffix == ".xml" or head.lstrip().startswith("<?xml"):
        return "xml" if _TAGS.search(head) else None
    if suffix in ("", ".txt", ".tab", ".tabari"):
        blocks = [b for b in re.split(r"\n\s*\n", head.replace("\r", "").strip()) if b.strip()]
        if len(head) >= 65536:
            blocks = blocks[:-1]
        if blocks and all(_RECORD.match(b.split("\n", 1)[0]) and "\n" in b for b in blocks):
            return "tabari"
    return None


def read_legacy_input(path: Path, on_reject: OnReject) -> Iterator[ParsedDocument | Document]:
    """The records of a file in order: parsed documents where they bring a parse, documents where they do not.

    Args:
        path: the file.
        on_reject: told of every record that cannot be used.

    Raises:
        InputError: the file is not well-formed, or has entities.
    """
    if legacy_input_kind(path) == "tabari":
        yield from read_tabari(read_text(path), path, on_reject)
    else:
        yield from read_xml(read_text(path), path, on_reject)


def read_xml(text: str, path: Path, on_reject: OnReject) -> Iterator[ParsedDocument | Document]:
    """The sentences and articles of an XML file.

    Raises:
        InputError: it is not well-formed, has entities or is nested too deeply.
    """
    body = re.sub(r"^\s*<\?xml[^>]*\?>", "", text)
    try:
        root = fromstring(body, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except ParseError as error:
        line = error.position[0] if getattr(error, "position", None) else 0
        raise InputError(
            f"not well-formed XML: {error}", path=path, line=line, hint="escape & as &amp; and close every tag"
        ) from error
    except DefusedXmlException as error:
        raise InputError(
            f"refused: {type(error).__name__}", path=path, hint="remove the DOCTYPE and its entities"
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"cannot be read: {error}", path=path) from error
    seen: set[str] = set()
    for number, element in enumerate(_records(root), 1):
        identifier = (element.get("id") or f"{path.stem}-{number}").strip()
        if identifier in seen:
            identifier = f"{identifier}#{number}"
        seen.add(identifier)
        yield from _record(element, identifier, path, on_reject)


def _records(root: Element) -> Iterator[Element]:
    stack = [(root, 0)]
    while stack:
        element, depth = stack.pop()
        if str(element.tag).lower() in ("sentence", "article"):
            yield element
        elif depth < MAX_DEPTH:
            stack.extend((child, depth + 1) for child in reversed(list(element)))


def _record(element: Element, identifier: str, path: Path, on_reject: OnReject) -> Iterator[ParsedDocument | Document]:
    def reject(reason: RejectReason, detail: str) -> None:
        on_reject(Reject(identifier, "read", reason, detail, str(path)))

    day = _day(element.get("date") or "")
    if day is None and element.get("date"):
        reject(RejectReason.BAD_DATE, f"the date {element.get('date')!r} cannot be read; the record has none")
    text = _child(element, "text")
    parse = _child(element, "parse", keep=True)
    publisher = element.get("source") or element.get("publisher")
    if parse and "\t" in parse:
        lines = [f"# newdoc id = {identifier}", *([f"# date = {day}"] if day else [])]
        lines += ([f"# text = {text}"] if text and parse.strip().count("\n\n") == 0 else []) + [
            line.strip() for line in parse.strip("\n").split("\n")
        ]
        found = False
        for parsed in iter_conllu([*lines, ""], name=identifier):
            found = True
            yield parsed
        if found:
            return
    if not text:
        reject(RejectReason.EMPTY, "a record without text")
        return
    yield Document(identifier, text, day, publisher=publisher, path=str(path))


def _child(element: Element, name: str, *, keep: bool = False) -> str:
    for child in element:
        if str(child.tag).lower() == name:
            content = "".join(child.itertext())
            return content if keep else re.sub(r"\s+", " ", content).strip()
    return ""


def _day(text: str) -> dt.date | None:
    """A date written 19950101, 950101 or 1995-01-01; None where it is none or out of the range of `parse_date`."""
    digits = re.sub(r"\D", "", text)
    day = calendar_day(day_number(digits)) if len(digits) in (6, 8) else None
    return parse_date(day)[0] if day is not None else None


def read_tabari(text: str, path: Path, on_reject: OnReject) -> Iterator[Document]:
    """TABARI records: a line of date, identifier and source, then the text, then a blank line."""
    seen: set[str] = set()
    for number, block in enumerate(re.split(r"\n\s*\n", text.replace("\r", "").strip()), 1):
        head, _, body = block.strip().partition("\n")
        match = _RECORD.match(head.strip())
        if match is None or not body.strip():
            on_reject(
                Reject(
                    None,
                    "read",
                    RejectReason.BAD_RECORD,
                    f"record {number}: not a TABARI record: {head[:60]}",
                    str(path),
                )
            )
            continue
        day = _day(match[1])
        identifier = match[2] if match[2] not in seen else f"{match[2]}#{number}"
        seen.add(identifier)
        if day is None:
            on_reject(
                Reject(identifier, "read", RejectReason.BAD_DATE, f"the date {match[1]} cannot be read", str(path))
            )
        yield Document(
            identifier, re.sub(r"\s+", " ", body).strip(), day, publisher=match[3].strip() or None, path=str(path)
        )


def parsed_records(
    records: Iterable[ParsedDocument | Document], parse: Callable[[Iterable[Document]], Iterator[ParsedDocument]]
) -> Iterator[ParsedDocument]:
    """Records in order, those without a parse parsed in runs.

    Args:
        records: as `read_legacy_input` gives them.
        parse: documents to parsed documents.
    """
    waiting: list[Document] = []
    for record in records:
        if isinstance(record, Document):
            waiting.append(record)
            continue
        if waiting:
            yield from parse(waiting)
            waiting = []
        yield record
    if waiting:
        yield from parse(waiting)
