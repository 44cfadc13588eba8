"""Text to sentences: segmentation without a model, then the bundled model on a handful of texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import pytest

from coder import parse
from coder.errors import ModelError
from coder.model_files import verify_model
from coder.parse import BUNDLED_MODEL, Parser, plausible_lemma
from coder.records import Document, ParsedDocument, RejectReason
from coder.segment import Token, cuts, hyphens, language_fault, rejoin, segments, separate

NEWS = (
    "Turkish President Recep Tayyip Erdogan met Russia's foreign minister in Ankara on Tuesday. "
    "They didn't discuss the embargo, officials said. Syrian rebels attacked a convoy near Idlib, killing three soldiers."
)


def texts(text: str, furniture: tuple[tuple[int, int], ...] = ()) -> list[str]:
    return [s.text for s in segments(text, furniture)]


# Without a model -----------------------------------------------------------------------------------------------------

SEGMENTS = [
    ("one line\nbroken", ["one line broken"]),
    ("Headline\n\nBody", ["Headline", "Body"]),
    ("Headline\r\n \r\nBody", ["Headline", "Body"]),
    ("• Troops left\n* Envoys met\n- Talks failed", ["Troops left", "Envoys met", "Talks failed"]),
    ("a well-known man\n-5 degrees", ["a well-known man -5 degrees"]),
    ("Rus\u200bsia \u00ad  held\x00talks\u202e", ["Russia held talks"]),
    (" \n\n\t", []),
]


@pytest.mark.parametrize(("text", "expected"), SEGMENTS, ids=[repr(s[0][:20]) for s in SEGMENTS])
def test_segments(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


def test_segment_offsets_point_into_the_text() -> None:
    text = "Skip to content\n\n•  The\u200b envoys \n left. SHARE He stayed."
    for segment in segments(text, ((0, 15), (39, 44))):
        assert all(
            text[o] == c or (c == " " and text[o].isspace()) for c, o in zip(segment.text, segment.offsets, strict=True)
        )
    assert texts(text, ((0, 15), (39, 44)))[0] == "The envoys left."


def test_furniture_ends_a_segment() -> None:
    assert texts("Putin left SHARE Assad stayed", ((11, 16),)) == ["Putin left", "Assad stayed"]
    assert texts("menu", ((0, 4),)) == []


def test_endless_lines_are_cut_at_blanks() -> None:
    found = texts("troops moved " * 10_000)
    assert len(found) > 5 and max(map(len, found)) <= 20_000
    assert {w for s in found for w in s.split()} == {"troops", "moved"}


@pytest.mark.parametrize(
    ("text", "english"),
    [
        (NEWS, True),
        ("Ankara, Damascus sign accord", True),
        (
            "Der Minister hat mit dem Präsidenten der Republik über die Lage gesprochen und die Rebellen verurteilt.",
            False,
        ),
        ("El presidente se reunió el lunes con los ministros para hablar de la situación en la región.", False),
        ("Министр встретился с президентом в понедельник, чтобы обсудить положение", False),
        ("معالي الوزير التقى مع الرئيس يوم الاثنين لبحث الوضع في المنطقة", False),
        ("2024 – 17:30", True),
    ],
)
def test_language(text: str, english: bool) -> None:
    assert (language_fault(text) == "") is english


def tokens(text: str) -> list[Token]:
    found = []
    position = 0
    for word in text.split():
        found.append(Token(word, position, position + len(word)))
        position += len(word) + 1
    return found


def glued(text: str) -> list[Token]:
    """Tokens with their stops and commas glued to the word before; " | " is a blank."""
    found: list[Token] = []
    position = -1
    for word in text.replace(" | ", " ").split():
        start = position if word in (".", ",") else position + 1
        position = start + len(word)
        found.append(Token(word, start, position))
    return found


JOINS = [
    ("the U.S.", "Secretary of State", True),
    ("the U.S.", "troops", True),
    ("left the U.S.", "Putin said", False),
    ("met Gen.", "Mark Milley", True),
    ("Lt.", "Smith", True),
    ("Resolution No.", "5", True),
    ("said No.", "He left", False),
    ("at 5 p.m.", "on Friday", True),
    ("at 5 p.m.", "Putin left", False),
    ("at 5 p.m.", "Monday in Gaza", True),
    ("12 soldiers, incl.", "two officers", True),
    ("He left.", "They stayed", False),
]


@pytest.mark.parametrize(("first", "second", "joined"), JOINS, ids=[f"{a}|{b}" for a, b, _ in JOINS])
def test_sentences_are_rejoined_after_abbreviations(first: str, second: str, joined: bool) -> None:
    assert len(rejoin([tokens(first), tokens(second)])) == (1 if joined else 2)


def test_rejoining_glues_a_loose_stop_back() -> None:
    [sentence] = rejoin([[Token("Gen", 0, 3), Token(".", 3, 4)], [Token("Milley", 5, 11)]])
    assert sentence == [Token("Gen.", 0, 4), Token("Milley", 5, 11)]


SEPARATED = [
    ("He left the U.S. | The president stayed .", "before an article"),
    ("He warned the U.S. | Officials from Iran left .", "before a noun that opens, and a small letter"),
    ("It was in Washington , D.C. | In Cairo nobody spoke .", "before a preposition"),
    ("They came on Aug. 2 . | China protested .", "after a number"),
    ("He met Gen. The Undefeated .", "a title"),
    ("U.S. Officials Say Iran Fired Missiles", "a headline"),
    ("Talks on Jan. 6 . 2 resumed", "a number that goes on"),
    ("1 . Iran agreed .", "a numbered line"),
]


@pytest.mark.parametrize(("text", "why"), SEPARATED, ids=[s[1] for s in SEPARATED])
def test_sentences_are_separated_where_only_another_can_begin(text: str, why: str) -> None:
    assert [" ".join(t.text for t in p) for p in separate([glued(text)])] == text.split(" | "), why


@pytest.mark.parametrize(
    ("text", "joined"),
    [
        ("Kim Jong Un left .", True),
        ("Kim Jong , left .", False),
        ("World News The president left .", False),
        ("World News Syria : talks", False),
        ("MIDDLE EAST Israel attacked", False),
    ],
)
def test_a_name_cut_in_two_is_joined(text: str, joined: bool) -> None:
    words = glued(text)
    assert len(rejoin([words[:2], words[2:]])) == (1 if joined else 2)


def test_a_closing_quote_is_no_sentence() -> None:
    first, quote = glued("It is illegal ."), [Token("'", 14, 15)]
    assert rejoin([first, quote]) == [[*first, *quote]]
    assert len(rejoin([first, [Token("'", 15, 16), Token("Yes", 16, 19)]])) == 2


HYPHENS = [
    ("The Saudi-led coalition", "The Saudi - led coalition"),
    ("U.S.-backed al-Qaeda-linked rebel-held", "U.S. - backed al-Qaeda - linked rebel - held"),
    ("Israeli- | occupied", "Israeli - occupied"),
    ("India-Pakistan anti-war well-known ex- minister", "India-Pakistan anti-war well-known ex- minister"),
]


@pytest.mark.parametrize(("text", "expected"), HYPHENS)
def test_names_before_participles_are_words_of_their_own(text: str, expected: str) -> None:
    """ "a- | b" stands for two tokens without a blank between them."""
    given = tokens(text.replace(" | ", " "))
    for i, token in enumerate(given):
        if text.startswith(" | ", token.end) and i + 1 < len(given):
            given[i + 1 :] = [Token(t.text, t.start - 1, t.end - 1) for t in given[i + 1 :]]
    [parts] = hyphens([given])
    assert " ".join(t.text for t in parts) == expected
    whole = text.replace(" | ", "")
    assert all(whole[t.start : t.end] == t.text for t in parts)
    multiword = Token("Saudi-led", 0, 9, True)
    assert hyphens([[multiword]]) == [[multiword]]


def test_cuts_prefer_commas_and_respect_both_limits() -> None:
    words = ["w"] * 8 + [","] + ["w"] * 6
    assert cuts(words, [1] * 15, 10, 99) == [(0, 9), (9, 15)]
    assert cuts(["w"] * 25, [1] * 25, 10, 99) == [(0, 10), (10, 20), (20, 25)]
    assert cuts(["w"] * 4, [3, 3, 3, 3], 10, 6) == [(0, 2), (2, 4)]
    assert cuts(["w"] * 2, [50, 1], 10, 6) == [(0, 1), (1, 2)]
    assert cuts(["w"], [1], 10, 6) == [(0, 1)]


def test_bundled_model_matches_its_checksums() -> None:
    assert len(verify_model(BUNDLED_MODEL)) == 64
    assert "CC BY-SA 4.0" in (BUNDLED_MODEL / "LICENSE-ATTRIBUTION").read_text(encoding="utf-8")


def test_unknown_models_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="neither a model folder nor a Stanza resources folder"):
        Parser.load(tmp_path)
    with pytest.raises(ModelError, match="no such model folder"):
        Parser.load(tmp_path / "none")
    with pytest.raises(ModelError, match=r'stanza\.download\("en", package=\'nosuch\''):
        Parser.load("en:nosuch")
    with pytest.raises(ModelError, match="0 threads"):
        Parser.load(threads=0)


# With the bundled model ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    yield Parser.load(threads=1)


def one(parser: Parser, text: str, furniture: tuple[tuple[int, int], ...] = ()) -> ParsedDocument:
    [parsed] = parser.parse([Document("d", text, date(2024, 5, 2), furniture=furniture)])
    return parsed


@pytest.mark.stanza
def test_parse_of_a_report(parser: Parser) -> None:
    parsed = one(parser, NEWS)
    first, second, third = parsed.sentences
    assert parsed.rejects == ()
    root = first.heads.index(-1)
    assert (first.lemmas[root], first.upos[root]) == ("meet", "VERB")
    assert first.deprels[first.forms.index("minister")] == "obj"
    assert "'s" in first.forms and "Russia" in first.forms
    assert second.forms[:4] == ("They", "did", "n't", "discuss")
    assert third.lemmas[third.forms.index("rebels")] == "rebel"
    assert third.publication_date == date(2024, 5, 2)
    assert [s.index for s in parsed.sentences] == [0, 1, 2]


@pytest.mark.stanza
def test_offsets_are_those_of_the_text(parser: Parser) -> None:
    text = "MENU\n\nPutin met Assad\n\n\u200b• Turkey  can't\nagree. SHARE Iran left."
    share = text.index("SHARE")
    parsed = one(parser, text, ((0, 4), (share, share + 5)))
    assert [s.text for s in parsed.sentences] == ["Putin met Assad", "Turkey  can't\nagree.", "Iran left."]
    for sentence in parsed.sentences:
        for form, start, end in zip(sentence.forms, sentence.starts, sentence.ends, strict=True):
            assert text[start:end] == form


@pytest.mark.stanza
def test_every_sentence_is_a_tree(parser: Parser) -> None:
    for sentence in one(parser, NEWS).sentences:
        assert sentence.heads.count(-1) == 1
        for word in range(len(sentence)):
            seen = set()
            while word >= 0:
                assert word not in seen
                seen.add(word)
                word = sentence.heads[word]


@pytest.mark.stanza
def test_same_parse_as_plain_stanza(parser: Parser) -> None:
    from coder.parse_load import folder_processors, stanza_document

    plain = stanza_document(folder_processors(BUNDLED_MODEL), NEWS)
    ours = one(parser, NEWS).sentences
    assert len(plain.sentences) == len(ours)
    for sentence, expected in zip(ours, plain.sentences, strict=True):
        got = list(
            zip(
                sentence.forms,
                sentence.lemmas,
                sentence.upos,
                sentence.feats,
                sentence.heads,
                sentence.deprels,
                strict=True,
            )
        )
        assert got == [(w.text, w.lemma, w.upos, w.feats or "", w.head - 1, w.deprel) for w in expected.words]


@pytest.mark.stanza
def test_general_path_gives_the_same_parse(parser: Parser) -> None:
    from coder.parse_load import folder_processors

    general = Parser(parse._StanzaStages(folder_processors(BUNDLED_MODEL)), model_name="m", model_hash="h")
    general._stages._tokenizer = None
    assert one(general, NEWS).sentences == one(parser, NEWS).sentences


@pytest.mark.stanza
def test_results_do_not_depend_on_the_batch(parser: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    documents = [Document(f"d{i}", NEWS if i % 3 else f"Envoy number {i} left Tehran. {NEWS}") for i in range(7)]
    together = list(parser.parse(documents))
    assert [p.document.id for p in together] == [d.id for d in documents]
    monkeypatch.setattr(parse, "CHUNK_DOCUMENTS", 2)
    assert list(parser.parse(iter(documents))) == together


REJECTED = [
    ("", RejectReason.EMPTY, "no text"),
    ("Министр встретился с президентом в понедельник", RejectReason.NOT_ENGLISH, "Latin"),
    ("troops " * 400_000, RejectReason.TOO_LONG, "2,800,000 characters"),
]


@pytest.mark.stanza
@pytest.mark.parametrize(("text", "reason", "detail"), REJECTED, ids=[r[1].value for r in REJECTED])
def test_rejected_documents(parser: Parser, text: str, reason: RejectReason, detail: str) -> None:
    parsed = one(parser, text)
    assert parsed.sentences == ()
    [reject] = parsed.rejects
    assert (reject.document_id, reject.stage, reject.reason) == ("d", "parse", reason)
    assert detail in reject.detail


@pytest.mark.stanza
def test_endless_sentence_is_cut_and_recorded(parser: Parser) -> None:
    parsed = one(parser, "the troops of the king moved to the town and " * 60 + "left.")
    assert len(parsed.sentences) >= 3 and max(map(len, parsed.sentences)) <= 250
    assert [(r.reason, r.sentence_index) for r in parsed.rejects] == [(RejectReason.TOO_LONG, 0)]
    assert "parsed in" in parsed.rejects[0].detail


@pytest.mark.stanza
@pytest.mark.parametrize(
    "text",
    [
        "x" * 30_000,
        "?!" * 3000,
        "\x00\x01\u200b a",
        "\ud800 troops",
        "e" + "\u0301" * 999,
        "🇺🇸🤝",
        "\ue000",
        "1." * 3000,
    ],
    ids=["run", "marks", "controls", "surrogate", "combining", "flags", "private", "dots"],
)
def test_odd_text_is_parsed(parser: Parser, text: str) -> None:
    parsed = one(parser, text)
    assert parsed.sentences
    assert [r for r in parsed.rejects if r.reason is not RejectReason.TOO_LONG] == []
    assert all(text[s.start : s.end] == s.text for s in parsed.sentences)


@pytest.mark.stanza
def test_failure_of_one_document_leaves_the_others(parser: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    real = parse._words

    def failing(tokens: Sequence[Token], expansions: dict[str, tuple[str, ...]]) -> parse._Words:
        if any(t.text == "Mordor" for t in tokens):
            raise RuntimeError("the eye")
        return real(tokens, expansions)

    monkeypatch.setattr(parse, "_words", failing)
    documents = [Document("a", "Gondor won."), Document("b", "Mordor attacked."), Document("c", "Rohan left.")]
    found = list(parser.parse(documents))
    assert [len(p.sentences) for p in found] == [1, 0, 1]
    [reject] = found[1].rejects
    assert (reject.reason, reject.detail) == (RejectReason.PARSE_FAILED, "RuntimeError: the eye")


@pytest.mark.parametrize(
    ("form", "lemma", "expected"),
    [
        ("warplanes", "Larplane", "warplanes"),
        ("warplanes", "warplane", "warplane"),
        ("Warplanes", "warplane", "warplane"),
        ("went", "go", "go"),
        ("better", "good", "good"),
        ("talks", None, "talks"),
        ("navies", "navie", "navy"),
        ("Levies", "Levie", "Levy"),
        ("sorties", "sorty", "sortie"),
        ("sorties", "sortie", "sortie"),
        ("allies", "ally", "ally"),
        ("lies", "lie", "lie"),
    ],
)
def test_plausible_lemma(form: str, lemma: str | None, expected: str) -> None:
    assert plausible_lemma(form, lemma) == expected
