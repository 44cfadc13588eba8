"""Text and Markdown files, with or without a front matter between `---` lines, as documents.

The front matter is no part of the document's text: offsets count from the character after its closing line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from coder.read.encoding import clean, decode
from coder.read.fields import Fields, Found, build_document, fields_from
from coder.read.source import Source, UnreadableError
from coder.records import Reject, RejectReason

_OPEN = re.compile(r"---[ \t]*\n")
_CLOSE = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.MULTILINE)
_KEY = re.compile(r"[ \t]*[\w-]+[ \t]*:(?:\s|$)")
_MAX_FRONT_MATTER = 1 << 16


class _TextLoader(yaml.SafeLoader):
    """YAML in which every plain value is text ("007", "2025-13-45", "no") and tags are refused."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012


def read_plain(source: Source, said: Fields) -> Iterator[Found | Reject]:
    """The document of a text file, or why there is none.

    Args:
        source: the file.
        said: what the manifest says of it.

    Raises:
        UnreadableError: no text, or a front matter that is no YAML.
    """
    text = clean(decode(source.read_bytes()))
    fields, body = split_front_matter(text)
    yield build_document(source, body, said.over(fields))


def split_front_matter(text: str) -> tuple[Fields, str]:
    """The fields of the front matter, and the text after it.

    A first line `---` that no key follows is a rule drawn above the text, not a front matter.

    Raises:
        UnreadableError: no YAML mapping, a tag in it, or no end; with the line.
    """
    opening = _OPEN.match(text)
    if opening is None:
        return Fields(), text
    head = text[opening.end() : opening.end() + _MAX_FRONT_MATTER]
    closing = _CLOSE.search(head)
    if closing is None:
        if _KEY.match(head):
            raise UnreadableError(
                RejectReason.BAD_FRONT_MATTER, "the front matter has no end (close it with a line ---)", 1
            )
        return Fields(), text
    block = head[: closing.start()]
    if (
        block.strip()
        and not any(_KEY.match(line) for line in block.split("\n"))
        and not re.match(r"\s*[\[{!&*\"'-]", block)
    ):
        return Fields(), text
    return fields_from(_mapping(block)), text[opening.end() + closing.end() :]


def _mapping(block: str) -> dict[str, object]:
    try:
        # A SafeLoader still, so no tag can build an object.
        loaded = yaml.load(block, Loader=_TextLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadableError(
            RejectReason.BAD_FRONT_MATTER,
            f"the front matter is not YAML of plain values: {error.problem} (quote values with a colon in them)",
            mark.line + 2 if mark else 1,
        ) from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableError(
            RejectReason.BAD_FRONT_MATTER, f"the front matter is not YAML: {str(error).splitlines()[0]}", 2
        ) from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise UnreadableError(RejectReason.BAD_FRONT_MATTER, "the front matter is no list of 'key: value' lines", 2)
    return {str(key): value for key, value in loaded.items()}
