"""CoNLL-U text to and from `Sentence`s, streaming, and nothing else.

In: lines or a file. Out: `ParsedDocument`s, with a reject for every sentence that is no tree. UD v1 labels (dobj,
nsubjpass, nmod on verbs) are upgraded to v2 on the way in.

    for parsed in iter_conllu(Path("parses.conllu")):
        print(parsed.document.id, len(parsed.sentences))

Documents begin at `# newdoc id = …` or where `# doc_id = …` changes; `# date = YYYY-MM-DD` dates them. Words keep
their offsets (MISC start_char, end_char) where these fit the text; otherwise offsets come from `# text` and
SpaceAfter=No, and the document's text is its sentences joined by blanks.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import IO

from coder.errors import InputError
from coder.parse import MAX_SENTENCE_WORDS
from coder.read.dates import parse_date
from coder.read.source import GZIP_FAULTS, damaged_gzip
from coder.records import Document, ParsedDocument, Reject, RejectReason, Sentence

_COMMENT = re.compile(r"#\s*(newdoc(?:\s+id)?|newpar(?:\s+id)?|[\w.-]+)\s*(?:=(.*))?$")
_COLUMNS = 10
_MAX_OFFSET = 20_000_000  # characters; offsets in MISC beyond it are not believed, or gaps between them fill the memory
_MAX_DIGITS = 9

_V1_RELATIONS = {
    "dobj": "obj",
    "nsubjpass": "nsubj:pass",
    "csubjpass": "csubj:pass",
    "auxpass": "aux:pass",
    "neg": "advmod",
    "mwe": "fixed",
    "name": "flat",
    "foreign": "flat:foreign",
    "remnant": "orphan",
}
_V1_ONLY = frozenset(_V1_RELATIONS)
_PREDICATES = frozenset({"VERB", "AUX", "ADJ", "ADV"})


@dataclass(slots=True)
class _Row:
    """A word line, taken apart."""

    line: int
    identifier: int
    form: str
    lemma: str
    upos: str
    xpos: str
    feats: str
    head: int
    deprel: str
    misc: dict[str, str]


@dataclass(slots=True)
class _Block:
    """The lines of one sentence."""

    first_line: int
    comments: dict[str, str] = field(default_factory=dict)
    new_document: bool = False
    rows: list[tuple[int, str]] = field(default_factory=list)


@dataclass(slots=True)
class _Group:
    """The sentences of one document, gathered until the next one begins."""

    id: str
    path: str | None
    publication_date: date | None = None
    texts: list[str] = field(default_factory=list)
    sentences: list[Sentence] = field(default_factory=list)
    spans: list[tuple[int, int] | None] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)


class _Malformed(ValueError):
    """A sentence that cannot be used; `line` says where."""

    def __init__(self, line: int, message: str, reason: RejectReason = RejectReason.BAD_RECORD) -> None:
        self.line = line
        self.reason = reason
        super().__init__(message)


def iter_conllu(source: str | Path | Iterable[str], *, name: str | None = None) -> Iterator[ParsedDocument]:
    """Read CoNLL-U, one document at a time.

    A malformed sentence becomes a reject with its line, and the rest goes on.

    Args:
        source: a file's path, or lines.
        name: what ids of documents without one begin with; the file's stem if not given.

    Raises:
        InputError: the file cannot be opened, or its gzip breaks off.
    """
    if isinstance(source, (str, Path)):
        path = Path(source)
        with _open(path) as lines:
            try:
                yield from _documents(_blocks(lines), name or path.stem, str(path))
            except GZIP_FAULTS as error:
                raise InputError(damaged_gzip(error), path=path) from error
    else:
        yield from _documents(_blocks(source), name or "conllu", None)


def _open(path: Path) -> IO[str]:
    try:
        if path.suffix == ".gz":
            return gzip.open(path, "rt", encoding="utf-8-sig", errors="replace", newline=None)
        return path.open(encoding="utf-8-sig", errors="replace", newline=None)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", path=path) from error


def _blocks(lines: Iterable[str]) -> Iterator[_Block]:
    block: _Block | None = None
    for number, raw in enumerate(lines, 1):
        line = raw.rstrip("\r\n")
        if not line.strip():
            if block and block.rows:
                yield block
                block = None
            continue  # comments without words belong to the sentence that follows
        block = block or _Block(number)
        if not line.startswith("#"):
            block.rows.append((number, line))
            continue
        comment = _COMMENT.match(line)
        if comment:
            key, value = re.sub(r"\s+", " ", comment[1]), (comment[2] or "").strip()
            block.new_document |= key.startswith("newdoc")
            block.comments[key] = value
    if block and block.rows:
        yield block


def _documents(blocks: Iterable[_Block], stem: str, path: str | None) -> Iterator[ParsedDocument]:
    group: _Group | None = None
    number = 0
    for block in blocks:
        named = block.comments.get("doc_id") or block.comments.get("newdoc id") or ""
        if group is None or block.new_document or (named and named != group.id):
            if group:
                yield _finish(group)
            number += 1
            group = _Group(named or f"{stem}-{number:06d}", path)
        _add(group, block)
    if group:
        yield _finish(group)


def _add(group: _Group, block: _Block) -> None:
    group_date = block.comments.get("date")
    if group_date and group.publication_date is None:
        group.publication_date, problem = parse_date(group_date)
        if problem:
            detail = f"{problem}; coded without a date"
            group.rejects.append(
                Reject(group.id, "conllu", RejectReason.BAD_DATE, detail, group.path, block.first_line)
            )
    try:
        rows, ranges = _rows(block.rows)
        _check_tree(rows)
    except _Malformed as error:
        index = len(group.sentences)
        group.rejects.append(
            Reject(group.id, "conllu", error.reason, str(error), group.path, error.line, index)
        )
        return
    text, starts, ends = _lay_out(rows, ranges, block.comments.get("text", ""))
    sentence = Sentence(
        document_id=group.id,
        index=len(group.sentences),
        text=text,
        start=0,
        end=len(text),
        forms=tuple(r.form for r in rows),
        lemmas=tuple(r.lemma for r in rows),
        upos=tuple(r.upos for r in rows),
        xpos=tuple(r.xpos for r in rows),
        feats=tuple(r.feats for r in rows),
        heads=tuple(r.head for r in rows),
        deprels=tuple(r.deprel for r in rows),
        starts=tuple(starts),
        ends=tuple(ends),
    )
    group.sentences.append(upgrade_labels(sentence) if is_v1(sentence) else sentence)
    group.texts.append(text)
    group.spans.append(_sentence_span(rows, ranges))


def _rows(lines: Sequence[tuple[int, str]]) -> tuple[list[_Row], dict[int, tuple[int, str, dict[str, str]]]]:
    """Word rows with heads counted from 0, and multiword tokens by first word: (last word, form, misc)."""
    rows: list[_Row] = []
    ranges: dict[int, tuple[int, str, dict[str, str]]] = {}
    for number, line in lines:
        columns = line.split("\t") if "\t" in line else line.split()
        if len(columns) != _COLUMNS:
            raise _Malformed(number, f"{len(columns)} columns in place of {_COLUMNS}")
        identifier, form = columns[0], columns[1]
        if "." in identifier:  # empty node: enhanced dependencies alone
            continue
        first, dash, last = identifier.partition("-")
        if not _is_number(first) or (dash and not _is_number(last)):
            raise _Malformed(number, f"word number {identifier!r}")
        if dash:
            if int(last) < int(first):
                raise _Malformed(number, f"multiword token {identifier} runs backwards")
            ranges[int(first)] = (int(last), form, _misc(columns[9]))
            continue
        if int(first) != len(rows) + 1:
            raise _Malformed(number, f"word number {first} in place of {len(rows) + 1}")
        if not _is_number(columns[6]):
            raise _Malformed(number, f"head {columns[6]!r} is not a number")
        values = ["" if c == "_" else c for c in columns[3:8]]
        rows.append(
            _Row(
                line=number,
                identifier=int(first),
                form=form,
                lemma=columns[2] if columns[2] != "_" or form == "_" else form,
                upos=values[0] or "X",
                xpos=values[1],
                feats=values[2],
                head=int(columns[6]) - 1,
                deprel=values[4] or "dep",
                misc=_misc(columns[9]),
            )
        )
    if not rows:
        raise _Malformed(lines[0][0], "sentence without words")
    if len(rows) > MAX_SENTENCE_WORDS:  # as in parsing: no sentence is that long, and coding one would take for ever
        detail = f"sentence of {len(rows)} words, more than {MAX_SENTENCE_WORDS}"
        raise _Malformed(lines[0][0], detail, RejectReason.TOO_LONG)
    for first_word, (last_word, _, _) in ranges.items():
        if last_word > len(rows):
            raise _Malformed(
                lines[0][0], f"multiword token {first_word}-{last_word} in a sentence of {len(rows)} words"
            )
    return rows, ranges


def _is_number(text: str) -> bool:
    return text.isdecimal() and len(text) <= _MAX_DIGITS


def _misc(column: str) -> dict[str, str]:
    return dict(item.partition("=")[::2] for item in column.split("|")) if column != "_" else {}


def _check_tree(rows: Sequence[_Row]) -> None:
    roots = [r for r in rows if r.head == -1]
    for row in rows:
        if row.head >= len(rows):
            raise _Malformed(row.line, f"head {row.head + 1} in a sentence of {len(rows)} words")
    if len(roots) > 1:
        raise _Malformed(roots[1].line, f"{len(roots)} roots: {', '.join(r.form for r in roots[:5])}")
    state = [0] * len(rows)  # 1 on the way up, 2 known to reach the root
    for index in range(len(rows)):
        path = []
        at = index
        while at >= 0 and state[at] == 0:
            state[at] = 1
            path.append(at)
            at = rows[at].head
        if at >= 0 and state[at] == 1:
            raise _Malformed(rows[at].line, f"{rows[at].form!r} is part of a cycle of heads")
        for step in path:
            state[step] = 2


def _span(misc: dict[str, str]) -> tuple[int, int] | None:
    start, end = misc.get("start_char", ""), misc.get("end_char", "")
    if not (_is_number(start) and _is_number(end)):
        return None
    return (int(start), int(end)) if int(start) <= int(end) <= _MAX_OFFSET else None


def _surface(
    rows: Sequence[_Row], ranges: dict[int, tuple[int, str, dict[str, str]]]
) -> Iterator[tuple[str, bool, list[int]]]:
    """Tokens as written: form, whether a blank follows, the words they stand for."""
    index = 0
    while index < len(rows):
        first = rows[index].identifier
        last, form, misc = ranges.get(first, (first, rows[index].form, rows[index].misc))
        words = list(range(index, index + last - first + 1))
        yield form, misc.get("SpaceAfter") != "No", words
        index = words[-1] + 1


def _sentence_span(rows: Sequence[_Row], ranges: dict[int, tuple[int, str, dict[str, str]]]) -> tuple[int, int] | None:
    """The sentence's offsets in the document, where MISC gives them."""
    spans = [_span(m) for m in (*(r.misc for r in rows), *(misc for _, _, misc in ranges.values()))]
    known = [s for s in spans if s is not None]
    return (min(s[0] for s in known), max(s[1] for s in known)) if known else None


def _lay_out(
    rows: Sequence[_Row], ranges: dict[int, tuple[int, str, dict[str, str]]], text: str
) -> tuple[str, list[int], list[int]]:
    """The sentence's text and the offsets of its words in it: by MISC, by finding them, or by writing them out."""
    span = _sentence_span(rows, ranges)
    given = [s for r in rows if (s := _span(r.misc)) is not None]
    if span and len(given) == len(rows) and span[1] - span[0] == len(text):
        return text, [s - span[0] for s, _ in given], [e - span[0] for _, e in given]
    tokens = list(_surface(rows, ranges))
    found = _find_tokens([t[0] for t in tokens], text) if text else None
    if found is None:
        text, found, gap = "", [], ""
        for form, blank, _ in tokens:
            text += gap
            found.append((len(text), len(text) + len(form)))
            text += form
            gap = " " if blank else ""
    starts, ends = [0] * len(rows), [0] * len(rows)
    for (start, end), (form, _, words) in zip(found, tokens, strict=True):
        spelled = len(words) > 1 and "".join(rows[w].form for w in words) == form and end - start == len(form)
        for word in words:
            starts[word] = start
            ends[word] = start + len(rows[word].form) if spelled else end
            start = ends[word] if spelled else start
    return text, starts, ends


def _find_tokens(forms: Sequence[str], text: str) -> list[tuple[int, int]] | None:
    """Where the tokens stand in the text, None where it does not hold them in order."""
    found: list[tuple[int, int]] = []
    position = 0
    for form in forms:
        start = text.find(form, position)
        if start < 0 or text[position:start].strip():
            return None
        position = start + len(form)
        found.append((start, position))
    return found


def _finish(group: _Group) -> ParsedDocument:
    laid = _by_spans(group) or _one_after_another(group)
    text, sentences = laid
    document = Document(group.id, text, publication_date=group.publication_date, path=group.path)
    dated = tuple(replace(s, publication_date=group.publication_date) for s in sentences)
    return ParsedDocument(document, dated, tuple(group.rejects))


def _by_spans(group: _Group) -> tuple[str, list[Sentence]] | None:
    """The document by the offsets in MISC, None where they are missing or do not fit the sentences.

    Characters that no sentence covers are not known and stand as blanks.
    """
    pieces: list[str] = []
    moved: list[Sentence] = []
    position = 0
    for sentence, span in zip(group.sentences, group.spans, strict=True):
        if span is None or span[1] - span[0] != len(sentence.text) or span[0] < position:
            return None
        pieces += [" " * (span[0] - position), sentence.text]
        moved.append(_shift(sentence, span[0]))
        position = span[1]
    return ("".join(pieces), moved) if moved else None


def _one_after_another(group: _Group) -> tuple[str, list[Sentence]]:
    moved: list[Sentence] = []
    position = 0
    for sentence in group.sentences:
        moved.append(_shift(sentence, position))
        position += len(sentence.text) + 1
    return " ".join(group.texts), moved


def _shift(sentence: Sentence, by: int) -> Sentence:
    return replace(
        sentence,
        start=sentence.start + by,
        end=sentence.end + by,
        starts=tuple(s + by for s in sentence.starts),
        ends=tuple(e + by for e in sentence.ends),
    )


def is_v1(sentence: Sentence) -> bool:
    """Whether the labels are those of Universal Dependencies version 1."""
    return (
        not _V1_ONLY.isdisjoint(sentence.deprels)
        or "CONJ" in sentence.upos
        or any(
            relation == "nmod" and head >= 0 and sentence.upos[head] == "VERB"
            for relation, head in zip(sentence.deprels, sentence.heads, strict=True)
        )
    )


def _is_predicate(sentence: Sentence, head: int) -> bool:
    return head >= 0 and sentence.upos[head] in _PREDICATES


def upgrade_labels(sentence: Sentence) -> Sentence:
    """Universal Dependencies v1 labels to v2; v2 labels stay as they are.

    Relations that were renamed get their new name, nmod under a predicate becomes obl, and the tags CONJ and
    VERB (of an auxiliary or copula) become CCONJ and AUX.

    Args:
        sentence: any.
    """
    upos = tuple(
        "CCONJ" if tag == "CONJ" else "AUX" if tag == "VERB" and rel in ("aux", "auxpass", "aux:pass", "cop") else tag
        for tag, rel in zip(sentence.upos, sentence.deprels, strict=True)
    )
    retagged = replace(sentence, upos=upos)
    has_copula = {h for h, r in zip(sentence.heads, sentence.deprels, strict=True) if r == "cop"}
    deprels = []
    for relation, head in zip(sentence.deprels, sentence.heads, strict=True):
        base, _, subtype = relation.partition(":")
        of_predicate = _is_predicate(retagged, head) or head in has_copula
        if base == "nmod" and subtype != "poss" and of_predicate:
            deprels.append("obl" + (f":{subtype}" if subtype else ""))
        else:
            deprels.append(_V1_RELATIONS.get(relation, relation))
    return replace(retagged, deprels=tuple(deprels))


def format_sentence(sentence: Sentence, *, number: int | None = None) -> str:
    """A sentence as CoNLL-U, with `# sent_id`, `# text` and offsets in MISC, ending in a blank line.

    Args:
        sentence: its offsets into the document go to start_char and end_char.
        number: overrides the sentence's index plus one in the sent_id.
    """
    lines = [
        f"# sent_id = {sentence.document_id}-{sentence.index + 1 if number is None else number}",
        "# text = " + re.sub(r"\s", " ", sentence.text),
    ]
    tokens = _tokens_of(sentence)
    for first, last in tokens:
        start, end = sentence.starts[first], sentence.ends[last]
        glued = last + 1 < len(sentence) and sentence.starts[last + 1] == end
        if last > first:
            form = sentence.text[start - sentence.start : end - sentence.start]
            misc = f"start_char={start}|end_char={end}" + ("|SpaceAfter=No" if glued else "")
            lines.append("\t".join([f"{first + 1}-{last + 1}", form or "_", *"_" * 7, misc]))
        for i in range(first, last + 1):
            misc = f"start_char={sentence.starts[i]}|end_char={sentence.ends[i]}"
            if last == first and glued:
                misc += "|SpaceAfter=No"
            columns = (
                str(i + 1),
                sentence.forms[i],
                sentence.lemmas[i],
                sentence.upos[i],
                sentence.xpos[i],
                sentence.feats[i],
                str(sentence.heads[i] + 1),
                sentence.deprels[i],
                "",
                misc,
            )
            lines.append("\t".join(_column(c) for c in columns))
    return "\n".join(lines) + "\n\n"


def _column(value: str) -> str:
    return re.sub(r"[\t\n\r]", " ", value) or "_"


def _tokens_of(sentence: Sentence) -> list[tuple[int, int]]:
    """First and last word of each token: words that share their span are one token as written."""
    tokens: list[tuple[int, int]] = []
    for i in range(len(sentence)):
        span = (sentence.starts[i], sentence.ends[i])
        if tokens and span == (sentence.starts[i - 1], sentence.ends[i - 1]):
            tokens[-1] = (tokens[-1][0], i)
        else:
            tokens.append((i, i))
    return tokens


def write_conllu(documents: Iterable[ParsedDocument], out: IO[str]) -> int:
    """Write documents as CoNLL-U that `iter_conllu` reads back.

    Args:
        documents: read as needed.
        out: open for text.
    """
    count = 0
    for parsed in documents:
        for number, sentence in enumerate(parsed.sentences):
            if number == 0:
                out.write(f"# newdoc id = {parsed.document.id}\n")
            out.write(f"# doc_id = {parsed.document.id}\n")
            if parsed.document.publication_date:
                out.write(f"# date = {parsed.document.publication_date.isoformat()}\n")
            out.write(format_sentence(sentence))
            count += 1
    return count
