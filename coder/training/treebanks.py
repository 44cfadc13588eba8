"""Universal Dependencies treebanks as training and scoring need them: trees, the words of the text, the running text.

In: a folder of CoNLL-U files. Out: `Tree`s, in the order of the files.

    trees = read_trees(Path("treebanks/en_pud-test.conllu"))
    news = [t for t in trees if t.id.startswith("n")]
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from coder.errors import InputError

TRAIN = ("en_ewt-train.conllu", "en_ewt-dev.conllu", "en_gum_ccby-train.conllu")
DEVELOPMENT = ("en_gum_ccby-dev.conllu",)

_COMMENT = re.compile(r"#\s*(\S+)(?:\s+id)?\s*=?\s*(.*)")
_ID = re.compile(r"(\d+)(?:-(\d+))?$")


@dataclass(frozen=True, slots=True)
class Word:
    """A syntactic word; `head` counts words from 0, -1 is the root."""

    form: str
    lemma: str
    upos: str
    xpos: str
    feats: str
    head: int
    deprel: str


@dataclass(frozen=True, slots=True)
class Tree:
    """A sentence of a treebank.

    Args:
        id: its sent_id.
        tokens: the words of the text as (form, first word, one after the last word); several words where a token is
            split ("don't").
        paragraph: whether a paragraph or document begins here.
        document: its document's id.
    """

    id: str
    text: str
    words: tuple[Word, ...]
    tokens: tuple[tuple[str, int, int], ...]
    paragraph: bool = False
    document: str = ""


def read_trees(path: Path) -> list[Tree]:
    """The trees of a CoNLL-U file, without empty nodes and enhanced dependencies.

    Raises:
        InputError: no such file, or a line that is not CoNLL-U.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        hint = "get UD English EWT, GUM and PUD from universaldependencies.org; docs/models.md says which files"
        raise InputError(f"no treebank: {error.strerror}", path=path, hint=hint) from error
    return list(_trees(lines, path))


def _trees(lines: Iterable[str], path: Path) -> Iterator[Tree]:
    comments: list[str] = []
    rows: list[list[str]] = []
    document = ""
    for number, line in enumerate([*lines, ""], 1):
        if line.startswith("#"):
            comments.append(line)
        elif line.strip():
            columns = line.split("\t")
            if len(columns) != 10:
                raise InputError(f"{len(columns)} columns instead of 10", path=path, line=number)
            rows.append(columns)
        elif rows:
            fields = {m[1]: m[2] for m in map(_COMMENT.match, comments) if m}
            document = fields.get("newdoc", document)
            opens = "newdoc" in fields or "newpar" in fields
            yield _tree(rows, fields, opens, document)
            comments, rows = [], []


def _tree(rows: Sequence[Sequence[str]], fields: dict[str, str], opens: bool, document: str) -> Tree:
    words: list[Word] = []
    tokens: list[tuple[str, int, int]] = []
    covered = 0
    text = ""
    for row in rows:
        match = _ID.match(row[0])
        if not match:
            continue  # empty node
        first, last = int(match[1]), int(match[2] or match[1])
        if first > covered:
            tokens.append((row[1], first - 1, last))
            text += row[1] + ("" if "SpaceAfter=No" in row[9].split("|") else " ")
            covered = last
        if not match[2]:
            feats = "" if row[5] == "_" else row[5]
            words.append(Word(row[1], row[2], row[3], row[4], feats, int(row[6]) - 1, row[7]))
    return Tree(fields.get("sent_id", ""), fields.get("text") or text.strip(), tuple(words), tuple(tokens), opens, document)


def to_conllu(trees: Iterable[Tree]) -> str:
    """CoNLL-U text of trees: basic dependencies, split tokens, SpaceAfter."""
    out: list[str] = []
    for tree in trees:
        out += [f"# sent_id = {tree.id}", f"# text = {tree.text}"]
        position = 0
        for form, first, end in tree.tokens:
            found = tree.text.find(form, position)
            position = found + len(form) if found >= 0 else position
            glued = found >= 0 and position < len(tree.text) and not tree.text[position].isspace()
            misc = "SpaceAfter=No" if glued else "_"
            if end - first > 1:
                out.append("\t".join([f"{first + 1}-{end}", form, *"_" * 7, misc]))
            for i in range(first, end):
                w = tree.words[i]
                last = misc if end - first == 1 else "_"
                out.append(
                    "\t".join([str(i + 1), w.form, w.lemma, w.upos, w.xpos, w.feats or "_", str(w.head + 1), w.deprel, "_", last])
                )
        out.append("")
    return "\n".join([*out, ""])


def paragraphs(trees: Iterable[Tree]) -> list[list[Tree]]:
    """Trees by paragraph, as the treebank marks them."""
    found: list[list[Tree]] = []
    for tree in trees:
        if tree.paragraph or not found:
            found.append([])
        found[-1].append(tree)
    return found


def running_text(trees: Iterable[Tree]) -> str:
    """The text as it stood: sentences joined by a blank, paragraphs by an empty line."""
    return "\n\n".join(" ".join(t.text for t in paragraph) for paragraph in paragraphs(trees))


def documents(trees: Iterable[Tree]) -> list[list[Tree]]:
    """Trees by document."""
    found: list[list[Tree]] = []
    for tree in trees:
        if not found or found[-1][0].document != tree.document:
            found.append([])
        found[-1].append(tree)
    return found
