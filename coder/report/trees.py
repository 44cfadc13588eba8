"""Dependency trees for the report, from the parse store that the events were coded from."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from coder.records import Sentence
from coder.report.columns import Values, pack
from coder.store import ParseStore, parse_key


def stored_sentences(
    store: ParseStore, wanted: Mapping[str, Collection[int]], texts: Mapping[str, str], model: str
) -> dict[tuple[str, int], Sentence]:
    """The parses of sentences by document and index; those that are not in the store are left out.

    Args:
        store: of the build.
        wanted: sentence indexes by document id.
        texts: hash of the text by document id, for every document (a text is stored under its first document's id).
        model: that the events were coded with, as of `coder.store.parsed_by`; parses of others are passed over.
    """
    by_text: dict[str, list[str]] = {}
    for document in wanted:
        if document in texts:
            by_text.setdefault(texts[document], []).append(document)
    stored_under = {document for document, digest in texts.items() if digest in by_text}
    found: dict[tuple[str, int], Sentence] = {}
    for key, digest, parsed in store.find(stored_under):
        if digest not in by_text or key != parse_key(parsed.document, model):
            continue
        sentences = {s.index: s for s in parsed.sentences}
        for document in by_text[digest]:
            for index in wanted[document]:
                if index in sentences:
                    found[document, index] = sentences[index]
    return found


def pack_trees(numbered: Iterable[tuple[int, Sentence]]) -> bytes:
    """A block of trees.

    Args:
        numbered: each sentence with its number in the page's list of sentences.
    """
    words, tags = Values(), Values()
    columns: dict[str, list[int]] = {
        name: [] for name in ("sentence", "first", "head", "start", "length", "form", "lemma", "upos", "deprel")
    }
    for number, s in numbered:
        columns["sentence"].append(number)
        columns["first"].append(len(columns["head"]))
        columns["head"] += s.heads
        columns["start"] += [at - s.start for at in s.starts]
        columns["length"] += [end - start for start, end in zip(s.starts, s.ends, strict=True)]
        columns["form"] += words.column(s.forms)
        columns["lemma"] += words.column(s.lemmas)
        columns["upos"] += tags.column(s.upos)
        columns["deprel"] += tags.column(s.deprels)
    columns["first"].append(len(columns["head"]))
    header: dict[str, Any] = {"words": words.distinct(), "tags": tags.distinct()}
    return pack(header, columns)
