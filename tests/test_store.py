"""The parse store: round trip, keys, damage, compaction, two processes, speed of reading."""

from __future__ import annotations

import multiprocessing
import random
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from coder.key_index import KeyIndex
from coder.records import Document, ParsedDocument, Reject, RejectReason, Sentence
from coder.store import FOLD_SEGMENTS, ParseStore, parse_key, rebind

WORDS = ("Gondor", "and", "Rohan", "held", "talks", "in", "Edoras", "on", "Tuesday", ".")


def parsed_document(name: str, sentences: int = 2) -> ParsedDocument:
    line = " ".join(WORDS)
    text = "\n".join([f"{name}: {line}"] * sentences)
    offset = len(name) + 2
    made = []
    for index in range(sentences):
        start = index * (len(line) + offset + 1) + offset
        starts = [start + len(" ".join(WORDS[:i])) + (i > 0) for i in range(len(WORDS))]
        made.append(
            Sentence(
                document_id=name,
                index=index,
                text=line,
                start=start,
                end=start + len(line),
                forms=WORDS,
                lemmas=tuple(w.lower() for w in WORDS),
                upos=("PROPN", "CCONJ", "PROPN", "VERB", "NOUN", "ADP", "PROPN", "ADP", "PROPN", "PUNCT"),
                xpos=("",) * len(WORDS),
                feats=("Number=Sing", *("",) * (len(WORDS) - 1)),
                heads=(3, 2, 0, -1, 3, 6, 3, 8, 3, 3),
                deprels=("nsubj", "cc", "conj", "root", "obj", "case", "obl", "case", "obl", "punct"),
                starts=tuple(starts),
                ends=tuple(s + len(w) for s, w in zip(starts, WORDS, strict=True)),
                publication_date=date(2024, 5, 2),
            )
        )
    document = Document(
        name,
        text,
        date(2024, 5, 2),
        True,
        "Red Book",
        "https://example.org/1",
        "Talks",
        "en",
        ((0, 4), (6, 9)),
        "a.txt",
    )
    reject = Reject(name, "parse", RejectReason.TOO_LONG, "in parts", "a.txt", sentence_index=1)
    return ParsedDocument(document, tuple(made), (reject,))


def keyed(*parsed: ParsedDocument) -> list[tuple[str, ParsedDocument]]:
    return [(parse_key(p.document, "model"), p) for p in parsed]


def test_round_trip_keeps_everything(tmp_path: Path) -> None:
    empty = ParsedDocument(Document("empty", ""), (), (Reject("empty", "parse", RejectReason.EMPTY, "no text"),))
    batch = keyed(parsed_document("a"), parsed_document("b", 3), empty)
    store = ParseStore(tmp_path / "parses")
    assert store.put(batch) == 3
    again = ParseStore(tmp_path / "parses")
    assert dict(again.get(k for k, _ in batch)) == dict(batch)
    assert list(again) == [p for _, p in batch]
    assert len(again) == 3 and batch[0][0] in again and "0" * 64 not in again


def test_reader_opened_before_writing_sees_new_segments(tmp_path: Path) -> None:
    reader = ParseStore(tmp_path)
    [(key, parsed)] = keyed(parsed_document("a"))
    assert key not in reader
    ParseStore(tmp_path).put([(key, parsed)])
    assert reader.known([key, "f" * 64]) == {key}


def test_key_depends_on_text_furniture_model_and_version_alone() -> None:
    document = parsed_document("a").document
    key = parse_key(document, "model")
    same = replace(document, id="z", publication_date=None, path=None, title=None)
    assert parse_key(same, "model") == key
    changed = [
        parse_key(replace(document, text=document.text + " "), "model"),
        parse_key(replace(document, furniture=()), "model"),
        parse_key(document, "other model"),
        parse_key(document, "model", "next"),
    ]
    assert len({key, *changed}) == 5


def test_rebind_gives_the_parse_another_id_and_date() -> None:
    parsed = parsed_document("a")
    document = replace(parsed.document, id="z", publication_date=None)
    bound = rebind(parsed, document)
    assert bound.document == document
    assert {(s.document_id, s.publication_date) for s in bound.sentences} == {("z", None)}
    assert [r.document_id for r in bound.rejects] == ["z"]
    assert bound.sentences[0].forms == parsed.sentences[0].forms


def test_same_batch_gives_the_same_bytes(tmp_path: Path) -> None:
    files = []
    for name in ("one", "two"):
        ParseStore(tmp_path / name).put(keyed(parsed_document("a"), parsed_document("b")))
        files.append({p.name: p.read_bytes() for p in (tmp_path / name).glob("*.parquet")})
    assert files[0] == files[1] and len(files[0]) == 1


@pytest.mark.parametrize("damage", ["flip", "truncate", "empty"])
def test_corrupted_segment_is_named_and_ignored(tmp_path: Path, damage: str) -> None:
    store = ParseStore(tmp_path)
    first, second = keyed(parsed_document("a"), parsed_document("b"))
    store.put([first])
    store.put([second])
    bad = sorted(tmp_path.glob("segment-*.parquet"))[0]
    content = bytearray(bad.read_bytes())
    if damage == "flip":
        content[len(content) // 2] ^= 255
    bad.write_bytes({"flip": bytes(content), "truncate": bytes(content[:-9]), "empty": b""}[damage])
    again = ParseStore(tmp_path)
    assert dict(again.get([first[0], second[0]])) == dict([second])
    [fault] = again.faults
    assert fault.path == str(bad) and fault.level == "warning" and "hash in its name" in fault.message
    again.put([first])
    assert again.known([first[0], second[0]]) == {first[0], second[0]}
    assert again.compact() == 2
    assert not bad.exists()
    assert ParseStore(tmp_path).known([first[0], second[0]]) == {first[0], second[0]}


def test_no_flipped_bit_gets_past_the_hash(tmp_path: Path) -> None:
    [(key, parsed)] = keyed(parsed_document("a"))
    ParseStore(tmp_path).put([(key, parsed)])
    [path] = tmp_path.glob("segment-*.parquet")
    sound = path.read_bytes()
    for place in range(0, len(sound), max(len(sound) // 100, 1)):
        broken = bytearray(sound)
        broken[place] ^= 1 << place % 8
        path.write_bytes(broken)
        store = ParseStore(tmp_path)
        assert key not in store and list(store) == []
        assert [f.path for f in store.faults] == [str(path)]


def test_compact_merges_and_keeps_the_latest(tmp_path: Path) -> None:
    store = ParseStore(tmp_path)
    [(key, old)] = keyed(parsed_document("a"))
    new = ParsedDocument(old.document, old.sentences[:1])
    for batch in ([(key, old)], keyed(parsed_document("b")), [(key, new)]):
        store.put(batch)
    assert dict(store.get([key])) == {key: new}
    assert store.compact() == 2
    assert len(list(tmp_path.glob("segment-*.parquet"))) == 1
    again = ParseStore(tmp_path)
    assert dict(again.get([key])) == {key: new}
    assert sorted(p.document.id for p in again) == ["a", "b"]
    assert again.compact(keep=[key]) == 1
    assert [p.document.id for p in ParseStore(tmp_path)] == ["a"]


def test_compact_is_idempotent(tmp_path: Path) -> None:
    store = ParseStore(tmp_path)
    store.put(keyed(*(parsed_document(f"d{i}") for i in range(5))))
    before = sorted(p.document.id for p in store)
    assert store.compact() == store.compact() == 5
    assert sorted(p.document.id for p in store) == before


def test_leftovers_of_a_killed_writer_do_no_harm(tmp_path: Path) -> None:
    store = ParseStore(tmp_path)
    store.put(keyed(parsed_document("a")))
    (tmp_path / ".segment-000002-abc.parquet.77.part").write_bytes(b"half")
    assert [p.document.id for p in ParseStore(tmp_path)] == ["a"]
    store.put(keyed(parsed_document("b")))
    assert sorted(p.document.id for p in ParseStore(tmp_path)) == ["a", "b"]
    assert not list(tmp_path.glob(".segment-*"))


def test_line_break_in_a_word_is_refused(tmp_path: Path) -> None:
    parsed = parsed_document("a")
    broken = replace(parsed.sentences[0], forms=("a\nb", *WORDS[1:]))
    with pytest.raises(ValueError, match="a: a line break inside forms"):
        ParseStore(tmp_path).put(keyed(ParsedDocument(parsed.document, (broken,))))


def small_segments(folder: Path, count: int) -> list[tuple[str, ParsedDocument]]:
    batches = [keyed(parsed_document(f"d{i:02}", 1 + i % 3)) for i in range(count)]
    for batch in batches:
        ParseStore(folder).put(batch)
    return [pair for batch in batches for pair in batch]


def test_many_small_segments_are_merged_and_hold_what_they_held(tmp_path: Path) -> None:
    pairs = small_segments(tmp_path, FOLD_SEGMENTS)
    [(key, old)] = pairs[:1]
    newer = ParsedDocument(old.document, old.sentences[:1])
    store = ParseStore(tmp_path)
    store.put([(key, newer)])
    before = dict(store.get(k for k, _ in pairs))
    assert store.fold() == 1
    for one in (store, ParseStore(tmp_path)):
        assert dict(one.get(k for k, _ in pairs)) == before == dict(pairs) | {key: newer}
        assert len(one) == FOLD_SEGMENTS and one.segments() == 1 and not one.faults
    assert [p.name for p in tmp_path.glob("segment-*")] == [p.name for p in tmp_path.glob(f"segment-{FOLD_SEGMENTS + 2:06}-*")]
    assert store.fold() == 1 and len(store) == FOLD_SEGMENTS


def test_few_segments_and_corrupted_ones_are_left_alone(tmp_path: Path) -> None:
    small_segments(tmp_path, FOLD_SEGMENTS)
    bad = min(tmp_path.glob("segment-*"))
    bad.write_bytes(b"bad")
    before = sorted(tmp_path.glob("segment-*"))
    store = ParseStore(tmp_path)
    assert store.fold() == FOLD_SEGMENTS - 1
    assert sorted(tmp_path.glob("segment-*")) == before and bad.read_bytes() == b"bad"


@pytest.mark.parametrize("unlinked", [0, 1, 7])
def test_merging_that_is_killed_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unlinked: int) -> None:
    pairs = small_segments(tmp_path, 2 * FOLD_SEGMENTS)
    real, left = Path.unlink, [unlinked]

    def unlink(path: Path, missing_ok: bool = False) -> None:
        if path.name.startswith("segment-"):
            if not left[0]:
                raise KeyboardInterrupt
            left[0] -= 1
        real(path, missing_ok)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", unlink)
        with pytest.raises(KeyboardInterrupt):
            ParseStore(tmp_path).fold()
    store = ParseStore(tmp_path)
    assert store.segments() == 2 * FOLD_SEGMENTS + 1 - unlinked
    assert dict(store.get(k for k, _ in pairs)) == dict(pairs)
    assert store.fold() == 1
    assert len(store) == 2 * FOLD_SEGMENTS and dict(ParseStore(tmp_path).get(k for k, _ in pairs)) == dict(pairs)


def test_segments_merged_while_they_are_read_are_read_on(tmp_path: Path) -> None:
    pairs = small_segments(tmp_path, FOLD_SEGMENTS)
    reading = iter(ParseStore(tmp_path))
    found = [next(reading)]
    ParseStore(tmp_path).fold()
    assert sorted(p.document.id for p in [*found, *reading]) == [p.document.id for _, p in pairs]
    names = [p.document.id for _, p in pairs]
    looking = ParseStore(tmp_path).find(names)
    assert sorted(p.document.id for _, _, p in looking) == names


def test_an_older_segment_put_back_does_not_count_before_a_later_one(tmp_path: Path) -> None:
    [(key, old)] = keyed(parsed_document("a"))
    new = ParsedDocument(old.document, old.sentences[:1])
    store = ParseStore(tmp_path)
    store.put([(key, old)])
    [first] = tmp_path.glob("segment-*")
    content = first.read_bytes()
    store.put([(key, new)])
    first.unlink()
    assert dict(store.get([key])) == {key: new}
    first.write_bytes(content)
    assert len(store) == 2 and dict(store.get([key])) == {key: new}


def test_index_finds_what_a_dictionary_would() -> None:
    chance = random.Random(7)
    index = KeyIndex()
    added: list[tuple[int, list[str]]] = []
    for segment in range(300):
        keys = [f"{chance.randrange(4_000):064x}"[::-1] for _ in range(chance.choice([0, 1, 1, 2, 40]))]
        index.add(keys, segment)
        added.append((segment, keys))
        if chance.random() < 0.05:
            gone = {s for s, _ in added if chance.random() < 0.2}
            index.drop(gone)
            added = [(s, k) for s, k in added if s not in gone]
        if segment % 10 == 0:
            expected = {key: (s, row) for s, keys in added for row, key in enumerate(keys)}
            wanted = [f"{n:064x}"[::-1] for n in range(4_000)]
            segments, rows = index.find(wanted)
            assert list(zip(segments.tolist(), rows.tolist(), strict=True)) == [expected.get(k, (-1, -1)) for k in wanted]
            assert len(index) == sum(len(k) for _, k in added)


def test_index_of_many_segments_has_few_runs() -> None:
    index = KeyIndex()
    for segment in range(2_000):
        index.add([f"{segment:064x}"[::-1]], segment)
    assert len(index._runs) <= 11  # log2 of 2,000: looking up does not go through the segments


def _write_many(folder: str, prefix: str) -> None:
    store = ParseStore(folder)
    for i in range(10):
        store.put(keyed(parsed_document(f"{prefix}{i}")))
        if i == 5:
            store.compact()


def test_two_processes_write_without_loss(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write_many, args=(str(tmp_path), prefix)) for prefix in "xy"]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert [w.exitcode for w in workers] == [0, 0]
    store = ParseStore(tmp_path)
    assert sorted(p.document.id for p in store) == sorted(f"{p}{i}" for p in "xy" for i in range(10))
    assert store.faults == []


def test_reading_is_fast(tmp_path: Path) -> None:
    store = ParseStore(tmp_path)
    store.put(keyed(*(parsed_document(f"d{i}", 20) for i in range(300))))
    best = 0.0
    for _ in range(3):
        start = time.perf_counter()
        count = sum(len(p.sentences) for p in ParseStore(tmp_path))
        best = max(best, count / (time.perf_counter() - start))
    assert count == 6000
    assert best > 10_000, f"{best:,.0f} sentences a second"
