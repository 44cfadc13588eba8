"""What the fuzzers throw at the coder, and what must hold of everything that comes back.

A case is made from one random generator, so that Hypothesis can give its seed and anybody run it again.
"""

from __future__ import annotations

import random
import string
from collections import Counter
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from coder.conllu import iter_conllu
from coder.ontology import Ontology
from coder.records import Document, ParsedDocument, Sentence

DATA = Path(__file__).resolve().parent / "data"

UPOS = "NOUN PROPN VERB AUX ADJ ADV ADP DET PRON NUM PUNCT CCONJ SCONJ PART SYM X INTJ".split()
DEPRELS = (
    "nsubj nsubj:pass obj iobj obl obl:agent obl:tmod nmod nmod:poss nmod:tmod amod advmod aux aux:pass cop mark case det compound flat appos "
    "conj cc ccomp xcomp acl acl:relcl advcl csubj parataxis root dep punct expl nummod fixed orphan discourse compound:prt"
).split()
FEATS = ("", "Tense=Past|VerbForm=Fin", "Tense=Pres|VerbForm=Fin", "VerbForm=Inf", "VerbForm=Ger", "Tense=Past|VerbForm=Part|Voice=Pass", "Number=Plur", "=|")
DATE_WORDS = (
    "Monday Tuesday Friday yesterday today tomorrow last next this week weekend month year decade century ago later earlier before after since until "
    "between and from to on in of the a two three 12 31 30th 1st 2024 1999 0 9999 99999 10/11/2024 2024-02-30 2024-03-12 January February Feb. "
    "March May spring summer quarter half first second early late mid end Christmas Ramadan Easter days weeks hours eve 9/11 '90s 1990s 20th "
    "coming past recent previous following same day anniversary fortnight couple dozen hundred million 24-hour two-day -3 1/2 Q3 FY2024"
).split() + ["9" * 5000, "\u0663", "1" * 20]
ODD_WORDS = ["", " ", "\u200b", "\ufffd", "\u0130stanbul", "\u202eIran", "a" * 300, "-", "--", "'s", "\"", "(", ")", "…", "\U0001f600", "O'", "U.S.", "\xa0", "0", "\x1f", "%s", "{}"]
PUBLISHED = [None, date(1800, 1, 1), date(2100, 12, 31), date(2024, 2, 29), date(2000, 1, 1), date(2011, 9, 11), date(1970, 1, 1)]


@cache
def real_sentences() -> tuple[Sentence, ...]:
    """Parsed sentences of the dictionaries' examples and of the date tests."""
    found: list[Sentence] = []
    for name in ("examples.conllu", "behaviour.conllu", "dates/parses.conllu"):
        for parsed in iter_conllu(DATA / name):
            found.extend(parsed.sentences)
    return tuple(found)


@cache
def lexicon() -> tuple[tuple[str, str, str], ...]:
    """Form, lemma and tag of the words of real sentences."""
    return tuple(dict.fromkeys(w for s in real_sentences() for w in zip(s.forms, s.lemmas, s.upos, strict=True)))


Words = list[list[Any]]  # form, lemma, upos, feats, head, deprel; a row a word


def words_of(sentence: Sentence) -> Words:
    columns = (sentence.forms, sentence.lemmas, sentence.upos, sentence.feats, sentence.heads, sentence.deprels)
    return [list(row) for row in zip(*columns, strict=True)]


def random_words(chance: random.Random) -> Words:
    """A graph over words of every kind: cycles, several roots, none, words that hang on themselves."""
    count = chance.choice([1, 1, 2, 3, 5, 8, 13, 21, 40])
    rows: Words = []
    for _ in range(count):
        form, lemma, upos = chance.choice(lexicon())
        kind = chance.random()
        if kind < 0.1:
            form = lemma = chance.choice(DATE_WORDS)
            upos = chance.choice(["NOUN", "NUM", "PROPN", "ADV", "ADP"])
        elif kind < 0.14:
            form = lemma = chance.choice(ODD_WORDS)
        elif kind < 0.2:
            upos = chance.choice(UPOS)
        rows.append([form, lemma, upos, chance.choice(FEATS), chance.randrange(-1, count), chance.choice(DEPRELS)])
    if chance.random() < 0.5:  # a tree, whose labels may be anything
        order = list(range(count))
        chance.shuffle(order)
        for place, i in enumerate(order):
            rows[i][4] = order[chance.randrange(place)] if place else -1
        rows[order[0]][5] = "root"
    return rows


def mutated_words(chance: random.Random) -> Words:
    """A real sentence with a few words, heads, labels or tags changed, taken away or doubled."""
    rows = words_of(chance.choice(real_sentences()))
    for _ in range(chance.randint(1, 6)):
        i = chance.randrange(len(rows))
        match chance.randrange(9):
            case 0 | 1:
                rows[i][:3] = chance.choice(lexicon())
            case 2:
                rows[i][4] = chance.randrange(-1, len(rows))
            case 3:
                rows[i][5] = chance.choice(DEPRELS)
            case 4:
                rows[i][2] = chance.choice(UPOS)
            case 5:
                rows[i][:2] = [chance.choice(DATE_WORDS)] * 2
            case 6:
                rows[i][:2] = [chance.choice(ODD_WORDS)] * 2
            case 7 if len(rows) > 1:
                del rows[i]
                for row in rows:
                    row[4] = min(row[4] - (row[4] > i), len(rows) - 1)
            case _:
                rows.append([*rows[i][:4], i, "conj"])
    return rows


def date_words(chance: random.Random) -> Words:
    """A clause with a heap of date words under its verb."""
    rows = words_of(chance.choice(real_sentences()))
    root = next((i for i, row in enumerate(rows) if row[4] == -1), 0)
    head = root
    for _ in range(chance.randint(1, 8)):
        word = chance.choice(DATE_WORDS)
        rows.append([word, word.lower(), chance.choice(["NOUN", "NUM", "PROPN", "ADV", "ADP", "DET", "ADJ"]), "", head, chance.choice(DEPRELS)])
        if chance.random() < 0.4:
            head = chance.choice([root, len(rows) - 1])
    return rows


def sentence_from(rows: Words, document_id: str, index: int, offset: int, published: date | None, glue: str = " ") -> Sentence:
    starts, ends, text = [], [], ""
    for row in rows:
        starts.append(offset + len(text))
        text += row[0]
        ends.append(offset + len(text))
        text += glue
    text = text[: len(text) - len(glue)] if glue else text
    forms, lemmas, upos, feats, heads, deprels = (tuple(column) for column in zip(*rows, strict=True))
    return Sentence(
        document_id, index, text, offset, offset + len(text), forms, lemmas, upos, ("",) * len(rows), feats, heads, deprels,
        tuple(starts), tuple(ends), published,
    )  # fmt: skip


def random_document(chance: random.Random) -> ParsedDocument:
    """A document of one to four sentences of any of the kinds."""
    published = chance.choice(PUBLISHED) if chance.random() < 0.5 else date(1990, 1, 1) + timedelta(days=chance.randrange(15_000))
    sentences: list[Sentence] = []
    text = ""
    for index in range(chance.choice([1, 1, 2, 4])):
        rows = chance.choice([random_words, mutated_words, mutated_words, date_words])(chance)
        sentence = sentence_from(rows, "d", index, len(text), published, chance.choice([" ", " ", ""]))
        sentences.append(sentence)
        text += sentence.text + chance.choice([" ", "\n\n", ""])
    return ParsedDocument(Document("d", text, published), tuple(sentences))


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Bytes with a few changed, added, taken away, doubled, or cut off."""
    content = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5, 20])):
        place = chance.randrange(len(content) + 1)
        match chance.randrange(7):
            case 0:
                content[place:place] = bytes([chance.randrange(256)])
            case 1:
                content[place:place] = chance.choice(string.printable).encode() * chance.choice([1, 1, 3, 300])
            case 2:
                del content[place : place + chance.choice([1, 1, 2, 10])]
            case 3 if content:
                content[place - 1] ^= 1 << chance.randrange(8)
            case 4:
                content[place:place] = content[max(0, place - chance.randint(1, 40)) : place]
            case 5 if chance.random() < 0.2:
                del content[place:]
            case _:
                content[place:place] = chance.choice(
                    [b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"\r", b"\n---\n", b'"', b"\xe2\x80\xae", b"&a;", b"{", b"]", b": ", b"- ", b"\t", b"9" * 5000, b"<!--", b"$", b"*a", b"&a "]
                )
    return bytes(content)


def check_rows(rows: list[dict[str, Any]], parsed: ParsedDocument, ontology: Ontology) -> None:
    """What must hold of the events of any document, however broken its trees."""
    text = parsed.document.text
    pairs: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        for side in ("source", "target", "trigger"):
            start, end = row[f"{side}_start"], row[f"{side}_end"]
            if side == "target" and row["target"] is None:
                assert start is end is row["target_text"] is None
                continue
            assert 0 <= start <= end <= len(text), (side, row)
            assert side == "trigger" or text[start:end] == row[f"{side}_text"], (side, row)
        assert row["source"], row
        assert (row["source_start"], row["source_end"]) != (row["target_start"], row["target_end"]), row
        assert row["code"] in ontology and row["code"].startswith(row["base_code"][:2]) and row["root_code"] == row["code"][:2], row
        assert -10 <= row["goldstein"] <= 10 and row["quad_class"] in (1, 2, 3, 4), row
        if row["event_date"] is None or row["event_date_end"] is None:
            assert row["event_date"] is row["event_date_end"] is None, row
        else:
            assert row["event_date"] <= row["event_date_end"], row
        if row["reciprocal"]:
            place = (row["sentence_index"], row["trigger_start"], row["trigger_end"], row["pattern_id"])
            sides = (row["source"], row["source_start"], row["source_end"]), (row["target"], row["target_start"], row["target_end"])
            pairs[(*place, *sides)] += 1
    for (*place, one, other), count in pairs.items():
        assert pairs[(*place, other, one)] == count, (place, one, other)
    assert len({row["event_id"] for row in rows}) == len(rows)
