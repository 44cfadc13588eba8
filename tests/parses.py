"""`python -m tests.parses` writes the stored parses anew, after the bundled model or the parser has changed.

Sentences stay as they are; what the suite then finds changed (examples, dates) is for a person to look at.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from coder.conllu import iter_conllu, write_conllu
from coder.files import replacing
from coder.pipeline import Model, parse_documents
from coder.read import read_corpus
from coder.records import Document
from coder.store import ParseStore

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "tests" / "data"
CONLLU = ("examples.conllu", "behaviour.conllu", "issues.conllu", "places.conllu", "dates/parses.conllu")


def parse_again(path: Path, model: Model) -> tuple[int, int]:
    """Parse the documents of a CoNLL-U file anew; how many there are, and of how many the trees have changed."""
    before = {p.document.id: p for p in iter_conllu(path)}
    after = {p.document.id: p for p in model.parser.parse([Document(p.document.id, p.document.text) for p in before.values()])}
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8") as stream:
        write_conllu((after[key] for key in before), stream)
    return len(before), sum(after[key].sentences != before[key].sentences for key in before)


def parse_sample_again(folder: Path, model: Model) -> None:
    """Parse the sample corpus into an empty store, and put that in place of the old one."""
    with tempfile.TemporaryDirectory() as temporary:
        store = Path(temporary) / "store"
        corpus = read_corpus(ROOT / "corpus", on_reject=lambda _: None)
        for _ in parse_documents(corpus, model, ParseStore(store)):
            pass
        shutil.rmtree(folder)
        folder.mkdir()
        for segment in sorted(store.glob("*.parquet")):
            shutil.copyfile(segment, folder / segment.name)


def main() -> None:
    model = Model(None, 1)
    for name in CONLLU:
        documents, changed = parse_again(DATA / name, model)
        print(f"{name}: {documents} documents, {changed} with other trees")
    parse_sample_again(DATA / "sample-parses", model)


if __name__ == "__main__":
    main()
