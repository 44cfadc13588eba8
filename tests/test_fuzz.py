"""Fuzzing: readers, dictionary loaders, CoNLL-U, date words and the coder on broken trees. No crash, no hang, and what
comes out holds together.

A few hundred cases in an ordinary run; `pytest tests/test_fuzz.py --long` tries 50,000 and more. A failing case prints its
seed.
"""

from __future__ import annotations

import gzip
import io
import json
import os
import random
import time
import unicodedata
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fuzz_world import check_rows, date_words, mutate, random_document, real_sentences, sentence_from
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from coder.coding import code_sentences
from coder.conllu import format_sentence, iter_conllu
from coder.dates import resolve_date, sentence_date
from coder.dictionary.load import load_dictionaries
from coder.errors import DictionaryError, InputError
from coder.grammar import Tree
from coder.ontology import load_ontology
from coder.options import Options
from coder.parse import MAX_SENTENCE_WORDS, _draft
from coder.read import iter_corpus
from coder.records import Document, ParsedDocument, Reject, Status
from coder.resources import Resources, shipped_dictionaries
from coder.tables import event_row

CASES = int(os.environ.get("EVENTCODER_FUZZ", "60"))  # --long sets it
SECONDS = 5.0  # that one case may take, with all else that the machine does

fuzz = settings(
    max_examples=CASES,
    deadline=None,
    derandomize=CASES <= 100,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
seeds = given(st.integers(0, 2**48))


class Clock:
    """Fails where what it stands around takes longer than a case may."""

    def __enter__(self) -> None:
        self.began = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        assert time.perf_counter() - self.began < SECONDS, "took too long"


# --- readers

NEWS = "ANKARA, March 12, 2024 (Wire) - Norway praised Kenya. Peru condemned Chile.\n\nRelated stories\n\nIt rained."
ROWS = [{"id": f"r{n}", "date": "2024-03-12", "title": "T", "text": NEWS} for n in range(3)]


def _parquet() -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(ROWS), stream)
    return stream.getvalue()


FILES: dict[str, bytes] = {
    "x.txt": f"---\nid: a\ndate: 2024-03-12\ntitle: 'T: u'\ntags: [a, b]\n---\n{NEWS}".encode(),
    "x.md": f"# Head\n\n{NEWS}\n\n* a\n* b\n".encode("utf-16"),
    "x.html": f"<html><head><meta name='date' content='2024-03-12'><title>T</title></head><body><article><p>{NEWS * 3}</p></article></body></html>".encode(),
    "x.jsonl": "\n".join(json.dumps(r) for r in ROWS).encode(),
    "x.csv": ("id,date,text\n" + "".join(f'{r["id"]},{r["date"]},"{NEWS}"\n' for r in ROWS)).encode(),
    "x.tsv": ("id\tdate\ttext\n" + "".join(f'{r["id"]}\t{r["date"]}\t"{NEWS}"\n' for r in ROWS)).encode("cp1252"),
    "x.parquet": _parquet(),
    "x.txt.gz": gzip.compress(NEWS.encode(), mtime=0),
    "x.jsonl.gz": gzip.compress("\n".join(json.dumps(r) for r in ROWS).encode(), mtime=0),
    "manifest.csv": b"file,id,date,publisher\nx.txt,m,2024-03-13,Wire\n../y.txt,n,,\n",
}


@fuzz
@seeds
@example(34004)  # a page whose title has control characters
@example(771)  # Parquet that says it has three rows and gives none
def test_readers(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    name = chance.choice(list(FILES))
    data = mutate(FILES[name], chance)
    if name.endswith(".gz") and chance.random() < 0.5:
        data = gzip.compress(mutate(gzip.decompress(FILES[name]), chance), mtime=0)
    for old in tmp_path.iterdir():
        old.unlink()
    (tmp_path / name).write_bytes(data)
    if name == "manifest.csv":
        (tmp_path / "x.txt").write_bytes(FILES["x.txt"])
    with Clock():
        items = list(iter_corpus(tmp_path))
    assert items
    ids = [item.id for item in items if isinstance(item, Document)]
    assert len(set(ids)) == len(ids)
    for item in items:
        if isinstance(item, Reject):
            assert item.detail.strip() and item.path in (name, "x.txt") and item.stage == "read"
            item.detail.encode("utf-8")
            continue
        assert item.id.strip() and item.text.strip()
        assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp") or c in "\u200c\u200d" for c in item.id + (item.title or ""))
        assert not {"\x00", "\r"} & set(item.text)
        "".join((item.id, item.text, item.title or "", item.publisher or "", item.url or "")).encode("utf-8")
        end = 0
        for span in item.furniture:
            assert end <= span[0] < span[1] <= len(item.text)
            end = span[1]
        for segment in _draft(item).segments:
            assert len(segment.text) == len(segment.offsets)
            assert all(0 <= o < len(item.text) for o in segment.offsets)


# --- dictionaries

YAML = {
    "actors.yaml": b"""
- name: Zubia
  kind: country
  code: ZUB
  adjectives: [Zubian]
  capital: [Zub City]
  metonyms: {GOV: [the Palace], MIL: [Fort Zub]}
- {name: Ana Bel, kind: person, country: ZUB, aliases: [Bel], roles: [{code: ZUBGOV, from: 2019-02-01, to: 2023-10-13, office: minister}]}
- name: Zubia
  remove: true
""",
    "agents.yaml": b'- code: GOV\n  nouns: ["minister", "official{officials}"]\n  kind: person\n- code: null\n  nouns: [talks]\n',
    "verbs.yaml": b"""
- trigger: [praise, speak well]
  frames:
    - source: subject
      target: object
      code: "051"
      examples: [{text: Zubia praised Mali., events: [ZUB 051 MLI]}]
    - object: {noun: [$arms], not: [toy]}
      on: actor
      code: "190"
      reciprocal: true
- noun: [visit]
  light: [pay]
  frames: [{code: "042", to: {is: actor}, paired_code: "043"}]
- trigger: [plan]
  frames: [{stance: intend}]
""",
    "lists.yaml": b'lists:\n  arms: [gun, tank]\nirregular_forms:\n  speak: spoke spoken\ncomposition:\n  intend: &i {"04": "036", "*": "030", "19": same}\n  agree: *i\n',
}


@fuzz
@seeds
def test_native_dictionaries(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    changed = chance.choice(list(YAML))
    for name, content in YAML.items():
        (tmp_path / name).write_bytes(mutate(content, chance) if name == changed else content)
    with Clock():
        try:
            loaded = load_dictionaries([tmp_path], gazetteer=False, use_cache=False)
        except DictionaryError as error:
            assert all(Path(f.path).parent == tmp_path and f.message.strip() for f in error.faults)
            return
        probe = chance.choice(real_sentences())
        for event in code_sentences([probe], loaded, Options(monadic=True)):
            assert event.source.code


@fuzz
@seeds
@example(14729)  # an order of 5,000 digits
def test_ontology_files(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    shipped = shipped_dictionaries() / "ontology"
    changed = chance.choice(["cameo.csv", "roles.csv"])
    for name in ("cameo.csv", "roles.csv"):
        content = (shipped / name).read_bytes()
        (tmp_path / name).write_bytes(mutate(content, chance) if name == changed else content)
    with Clock():
        try:
            ontology = load_ontology(tmp_path)
        except DictionaryError as error:
            assert all(Path(f.path).parent == tmp_path for f in error.faults)
            return
        assert all(-10 <= e.goldstein <= 10 and e.quad_class in (1, 2, 3, 4) for e in ontology)


# --- CoNLL-U

PARSES = (Path(__file__).parent / "data" / "behaviour.conllu").read_bytes().split(b"\n\n")


@fuzz
@seeds
@example(1693026)  # a last word that ends in a blank
def test_conllu(seed: int) -> None:
    chance = random.Random(seed)
    blocks = chance.sample(PARSES[:-1], chance.randint(1, 3))
    text = mutate(b"\n\n".join(blocks) + b"\n\n", chance).decode("utf-8", "replace")
    with Clock():
        parsed = list(iter_conllu(text.splitlines(keepends=True)))
    for document in parsed:
        for sentence in document.sentences:
            assert document.document.text[sentence.start : sentence.end] == sentence.text
            assert all(sentence.start <= a <= b <= sentence.end for a, b in zip(sentence.starts, sentence.ends, strict=True))
            assert all(-1 <= h < len(sentence) for h in sentence.heads) and sum(h == -1 for h in sentence.heads) <= 1
            [again] = iter_conllu(format_sentence(sentence).splitlines(keepends=True))
            assert [s.heads for s in again.sentences] == [sentence.heads] and not again.rejects
        assert all(r.line and r.detail for r in document.rejects)


# --- the coder


@fuzz
@seeds
def test_date_words(seed: int) -> None:
    chance = random.Random(seed)
    published = random_document(chance).document.publication_date
    tree = Tree(sentence_from(date_words(chance), "d", 0, 0, published))
    with Clock():
        reference = sentence_date(tree)
        for status in Status:
            when = resolve_date(tree, (chance.randrange(tree.n),), status, reference=reference)
            assert (when.start is None) == (when.end is None)
            assert when.start is None or when.end is None or when.start <= when.end


class Loaded:
    """Resources without their endless repr, which Hypothesis would print."""

    def __init__(self, resources: Resources) -> None:
        self.resources = resources


@pytest.fixture(scope="module")
def loaded(resources: Resources) -> Loaded:
    return Loaded(resources)


def code(parsed: ParsedDocument, resources: Resources, options: Options) -> None:
    with Clock():
        events = code_sentences(parsed.sentences, resources.dictionaries, options)
    rows = {row["event_id"]: row for row in (event_row(e, resources.ontology) for e in events)}
    check_rows(list(rows.values()), parsed, resources.ontology)


@fuzz
@seeds
@example(2289)  # a verb without a head that calls itself a conjunct
@example(9888)  # a town inside the minister's name: no pair of the two
@example(1107065)  # "Muslim" taken for a country of that name: one code as the source, another as the target
def test_coder_on_broken_trees(loaded: Loaded, seed: int) -> None:
    resources = loaded.resources
    chance = random.Random(seed)
    code(random_document(chance), resources, Options(monadic=chance.random() < 0.3))


@pytest.mark.parametrize("shape", ["chain", "star", "cycle", "conjuncts", "clauses"])
def test_coder_on_endless_sentences(resources: Resources, shape: str) -> None:
    """As long as parser and CoNLL-U ever give them."""
    words = [[form, lemma, upos, "", -1, "dep"] for s in real_sentences()[:200] for form, lemma, upos in zip(s.forms, s.lemmas, s.upos, strict=True)]
    words = [list(w) for w in words[:MAX_SENTENCE_WORDS]]
    for i, row in enumerate(words):
        row[4] = {"star": 0, "cycle": (i + 1) % len(words)}.get(shape, i - 1) if i or shape == "cycle" else -1
        row[5] = {"conjuncts": "conj", "clauses": ("ccomp", "acl:relcl", "advcl")[i % 3]}.get(shape, ("nsubj", "obj", "obl", "nmod")[i % 4])
    sentence = sentence_from(words, "d", 0, 0, None)
    code(ParsedDocument(Document("d", sentence.text), (sentence,)), resources, Options())


def test_conllu_that_fills_the_memory_or_never_ends(tmp_path: Path) -> None:
    lines = {
        "offsets": "1\tA\ta\tNOUN\t_\t_\t0\troot\t_\tstart_char=999999999990|end_char=999999999991",
        "digits": f"1\tA\ta\tNOUN\t_\t_\t{'9' * 5000}\troot\t_\t_",
        "number": f"{'1' * 5000}\tA\ta\tNOUN\t_\t_\t0\troot\t_\t_",
        "range": f"1-{'9' * 5000}\tA\t_\t_\t_\t_\t_\t_\t_\t_\n1\tA\ta\tNOUN\t_\t_\t0\troot\t_\t_",
        "words": "\n".join(f"{n}\tA\ta\tNOUN\t_\t_\t{n - 1}\tdep\t_\t_" for n in range(1, 20_001)),
        "comment": "# text = " + " " * 200_000 + "x" + " " * 200_000 + "y\n1\tA\ta\tNOUN\t_\t_\t0\troot\t_\t_",
    }
    for name, line in lines.items():
        with Clock():
            [parsed] = iter_conllu([*(part + "\n" for part in line.split("\n")), "\n"])
        assert len(parsed.document.text) < 1_000_000, name
        assert len(parsed.sentences) + len(parsed.rejects) == 1, name
    broken = tmp_path / "x.conllu.gz"
    broken.write_bytes(gzip.compress(b"\n\n".join(PARSES))[:-50])
    with pytest.raises(InputError, match="breaks off"):
        list(iter_conllu(broken))
