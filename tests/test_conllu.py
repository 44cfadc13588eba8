"""CoNLL-U in and out: documents, offsets, multiword tokens, malformed sentences, UD v1 labels."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from coder.conllu import is_v1, iter_conllu, upgrade_labels, write_conllu
from coder.errors import InputError
from coder.records import ParsedDocument, RejectReason, Sentence

SUITES = Path(__file__).parents[2] / "shared" / "dev" / "suites"

GONDOR = """\
# newdoc id = g1
# date = 2024-05-02
# sent_id = 1
# text = Gondor didn't attack Rohan.
1	Gondor	Gondor	PROPN	NNP	Number=Sing	4	nsubj	_	_
2-3	didn't	_	_	_	_	_	_	_	_
2	did	do	AUX	VBD	_	4	aux	_	_
3	n't	not	PART	RB	_	4	advmod	_	_
3.1	ghost	ghost	NOUN	NN	_	_	_	4:obj	_
4	attack	attack	VERB	VB	_	0	root	_	_
5	Rohan	Rohan	PROPN	NNP	_	4	obj	_	SpaceAfter=No
6	.	.	PUNCT	.	_	4	punct	_	_

# sent_id = 2
# text = Envoys met.
1	Envoys	envoy	NOUN	NNS	_	2	nsubj	_	_
2	met	meet	VERB	VBD	_	0	root	_	SpaceAfter=No
3	.	.	PUNCT	.	_	2	punct	_	_

"""


def read(text: str) -> list[ParsedDocument]:
    return list(iter_conllu(text.splitlines(keepends=True)))


def rows(*words: str) -> str:
    """Sentence from "form upos head deprel" strings."""
    lines = []
    for number, word in enumerate(words, 1):
        form, upos, head, deprel = word.split()
        lines.append(f"{number}\t{form}\t{form.lower()}\t{upos}\t_\t_\t{head}\t{deprel}\t_\t_")
    return "\n".join(lines) + "\n\n"


def sentence(*words: str) -> Sentence:
    """As `rows`, made into a sentence without any upgrade."""
    parts = [w.split() for w in words]
    forms = tuple(p[0] for p in parts)
    return Sentence(
        document_id="d",
        index=0,
        text=" ".join(forms),
        start=0,
        end=len(" ".join(forms)),
        forms=forms,
        lemmas=forms,
        upos=tuple(p[1] for p in parts),
        xpos=("",) * len(forms),
        feats=("",) * len(forms),
        heads=tuple(int(p[2]) - 1 for p in parts),
        deprels=tuple(p[3] for p in parts),
        starts=(0,) * len(forms),
        ends=(0,) * len(forms),
    )


def test_document_date_and_words() -> None:
    [parsed] = read(GONDOR)
    assert (parsed.document.id, parsed.document.publication_date) == ("g1", date(2024, 5, 2))
    assert parsed.document.text == "Gondor didn't attack Rohan. Envoys met."
    first, second = parsed.sentences
    assert first.forms == ("Gondor", "did", "n't", "attack", "Rohan", ".")
    assert first.heads == (3, 3, 3, -1, 3, 3)
    assert first.feats[0] == "Number=Sing" and first.feats[1] == ""
    assert second.publication_date == date(2024, 5, 2)


def test_offsets_point_into_the_document() -> None:
    [parsed] = read(GONDOR)
    for s in parsed.sentences:
        assert parsed.document.text[s.start : s.end] == s.text
        for form, start, end in zip(s.forms, s.starts, s.ends, strict=True):
            assert parsed.document.text[start:end] == form


def test_offsets_without_text_follow_space_after() -> None:
    lines = [line for line in GONDOR.splitlines() if not line.startswith("# text")]
    [parsed] = list(iter_conllu(lines))
    assert parsed.document.text == "Gondor didn't attack Rohan. Envoys met."


def test_misc_offsets_are_kept_with_gaps_as_blanks() -> None:
    text = (
        "# text = Orcs fled\n"
        "1\tOrcs\torc\tNOUN\t_\t_\t2\tnsubj\t_\tstart_char=10|end_char=14\n"
        "2\tfled\tflee\tVERB\t_\t_\t0\troot\t_\tstart_char=15|end_char=19\n\n"
    )
    [parsed] = read(text)
    assert parsed.sentences[0].starts == (10, 15)
    assert parsed.document.text == " " * 10 + "Orcs fled"


def test_misc_offsets_that_do_not_fit_are_not_believed() -> None:
    text = (
        "# text = Orcs fled\n"
        "1\tOrcs\torc\tNOUN\t_\t_\t2\tnsubj\t_\tstart_char=10|end_char=14\n"
        "2\tfled\tflee\tVERB\t_\t_\t0\troot\t_\tstart_char=35|end_char=39\n\n"
    )
    [parsed] = read(text)
    assert (parsed.sentences[0].starts, parsed.document.text) == ((0, 5), "Orcs fled")


def test_written_text_is_read_back_the_same() -> None:
    original = read(GONDOR)
    out = io.StringIO()
    assert write_conllu(original, out) == 2
    again = read(out.getvalue())
    assert again == original
    twice = io.StringIO()
    write_conllu(again, twice)
    assert twice.getvalue() == out.getvalue()


def test_words_that_share_a_span_are_written_as_one_token() -> None:
    text = (
        "# doc_id = d\n# text = won't\n1-2\twon't\t_\t_\t_\t_\t_\t_\t_\t_\n"
        "1\twill\twill\tAUX\t_\t_\t0\troot\t_\t_\n2\tnot\tnot\tPART\t_\t_\t1\tadvmod\t_\t_\n\n"
    )
    [parsed] = read(text)
    assert parsed.sentences[0].starts == (0, 0) and parsed.sentences[0].ends == (5, 5)
    out = io.StringIO()
    write_conllu([parsed], out)
    assert "1-2\twon't\t" in out.getvalue()
    assert read(out.getvalue()) == [parsed]


def test_doc_id_starts_a_document_and_missing_ones_get_stable_names(tmp_path: Path) -> None:
    body = rows("Orcs NOUN 2 nsubj", "fled VERB 0 root")
    named = "# doc_id = a\n" + body + "# doc_id = a\n" + body + "# doc_id = b\n" + body
    assert [(p.document.id, len(p.sentences)) for p in read(named)] == [("a", 2), ("b", 1)]
    path = tmp_path / "mordor.conllu"
    path.write_text("# newdoc\n" + body + "# newdoc\n" + body, encoding="utf-8")
    assert [p.document.id for p in iter_conllu(path)] == ["mordor-000001", "mordor-000002"]
    assert [p.document.id for p in iter_conllu(path)] == ["mordor-000001", "mordor-000002"]


@pytest.mark.parametrize(
    ("bad", "line", "words"),
    [
        (rows("A NOUN 2 nsubj", "fled VERB 1 root"), 4, "part of a cycle"),
        (rows("A NOUN 0 root", "fled VERB 0 root"), 5, "2 roots: A, fled"),
        (rows("A NOUN 7 nsubj", "fled VERB 0 root"), 4, "head 7 in a sentence of 2 words"),
        (rows("A NOUN 1 nsubj", "fled VERB 0 root"), 4, "part of a cycle"),
        ("1\tA\ta\tNOUN\n\n", 4, "4 columns in place of 10"),
        ("1\tA\ta\tNOUN\t_\t_\tx\troot\t_\t_\n\n", 4, "head 'x' is not a number"),
        ("2\tA\ta\tNOUN\t_\t_\t0\troot\t_\t_\n\n", 4, "word number 2 in place of 1"),
        ("1-9\tA\t_\t_\t_\t_\t_\t_\t_\t_\n1\tA\ta\tNOUN\t_\t_\t0\troot\t_\t_\n\n", 4, "multiword token 1-9"),
    ],
    ids=["cycle", "roots", "range", "self", "columns", "head", "number", "multiword"],
)
def test_malformed_sentences_are_rejected_with_their_line(bad: str, line: int, words: str) -> None:
    good = rows("Orcs NOUN 2 nsubj", "fled VERB 0 root")
    [parsed] = read(good + bad + good)
    assert [s.index for s in parsed.sentences] == [0, 1]
    [reject] = parsed.rejects
    assert (reject.reason, reject.line) == (RejectReason.BAD_RECORD, line)
    assert words in reject.detail


def test_bad_date_is_rejected_and_the_words_kept() -> None:
    [parsed] = read("# date = 2 May\n" + rows("Flee VERB 0 root"))
    assert parsed.document.publication_date is None
    assert [(r.reason, "2 May" in r.detail) for r in parsed.rejects] == [(RejectReason.BAD_DATE, True)]
    assert len(parsed.sentences) == 1


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.conllu: cannot be read"):
        list(iter_conllu(tmp_path / "none.conllu"))


def test_reading_streams() -> None:
    def endless() -> Iterator[str]:
        number = 0
        while True:
            number += 1
            yield f"# doc_id = d{number}\n"
            yield from rows("Flee VERB 0 root").splitlines(keepends=True)

    documents = iter_conllu(endless())
    assert [next(documents).document.id for _ in range(3)] == ["d1", "d2", "d3"]


V1 = [
    (("He PRON 2 nsubj", "saw VERB 0 root", "it PRON 2 dobj"), "nsubj root obj"),
    (("He PRON 3 nsubjpass", "was VERB 3 auxpass", "seen VERB 0 root"), "nsubj:pass aux:pass root"),
    (("He PRON 3 nsubj", "not PART 3 neg", "left VERB 0 root"), "nsubj advmod root"),
    (("left VERB 0 root", "in ADP 3 case", "May PROPN 1 nmod"), "root case obl"),
    (("left VERB 0 root", "Monday PROPN 1 nmod:tmod"), "root obl:tmod"),
    (("envoy NOUN 0 root", "of ADP 3 case", "Rohan PROPN 1 nmod"), "root case nmod"),
    (("Theoden PROPN 0 root", "King PROPN 1 name"), "root flat"),
    (("said VERB 0 root", "as ADP 1 case", "well ADV 2 mwe"), "root case fixed"),
    (("that SCONJ 2 mark", "left VERB 3 csubjpass", "said VERB 0 root"), "mark csubj:pass root"),
]


@pytest.mark.parametrize(("words", "expected"), V1, ids=[v[1] for v in V1])
def test_version_1_labels_become_version_2(words: tuple[str, ...], expected: str) -> None:
    upgraded = upgrade_labels(sentence(*words))
    assert " ".join(upgraded.deprels) == expected
    assert upgrade_labels(upgraded) == upgraded


def test_version_1_tags_become_version_2() -> None:
    upgraded = upgrade_labels(
        sentence("He PRON 3 nsubj", "is VERB 3 cop", "king NOUN 0 root", "and CONJ 3 cc", "rules VERB 3 conj")
    )
    assert upgraded.upos == ("PRON", "AUX", "NOUN", "CCONJ", "VERB")


def test_labels_are_upgraded_on_reading_only_where_they_are_of_version_1() -> None:
    v2 = ("left VERB 0 root", "in ADP 3 case", "May PROPN 1 obl")
    assert not is_v1(sentence(*v2))
    old = ("He PRON 2 nsubj", "saw VERB 0 root", "it PRON 2 dobj", "in ADP 5 case", "May PROPN 2 nmod")
    [parsed] = read(rows(*old))
    assert parsed.sentences[0].deprels == ("nsubj", "root", "obj", "case", "obl")


@pytest.mark.skipif(not SUITES.is_dir(), reason="../shared/dev/suites is not here")
def test_parses_of_the_peer_suites_are_read() -> None:
    words = sentences = rejects = 0
    for path in sorted(SUITES.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            for parsed in iter_conllu((record["conllu"] or "").splitlines()):
                sentences += len(parsed.sentences)
                rejects += len(parsed.rejects)
                words += sum(map(len, parsed.sentences))
                assert all(not is_v1(s) for s in parsed.sentences)
    assert sentences >= 300 and words > 3000
    assert rejects == 0
