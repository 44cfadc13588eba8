"""Sentences and stories to leave out, and what a sentence is about, by the phrases of the legacy files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from coder.legacy.model import LegacyDictionaries
from coder.legacy.text import words_of
from coder.records import Reject, RejectReason, Sentence


def sentence_words(sentence: Sentence) -> list[str]:
    """The words of a sentence as phrases are matched against them."""
    return [w for form in sentence.forms for w in words_of(form)]


def discarded(sentence: Sentence, legacy: LegacyDictionaries) -> str:
    """ "story" or "sentence" where a phrase of the discards stands in a sentence, "" where none does."""
    if not legacy.discards:
        return ""
    words = sentence_words(sentence)
    verdict = ""
    for place, word in enumerate(words):
        for key in {word, word[:4], word[:3], word[:2]}:
            for phrase, story, whole, _ in legacy.discards.get(key, ()):
                if _stands(words, place, phrase, whole):
                    if story:
                        return "story"
                    verdict = "sentence"
    return verdict


def discard_rejects(sentences: Iterable[Sentence], verdicts: Iterable[str]) -> list[Reject]:
    """One reject for every sentence, or the story, that the discards leave out.

    Args:
        sentences: of one document.
        verdicts: what `discarded` says of each.
    """
    rejects = []
    for sentence, verdict in zip(sentences, verdicts, strict=True):
        if verdict:
            detail = f"a {verdict} discard stands in it"
            rejects.append(
                Reject(sentence.document_id, "code", RejectReason.DISCARDED, detail, sentence_index=sentence.index)
            )
        if verdict == "story":
            break
    return rejects


def _stands(words: Sequence[str], place: int, phrase: tuple[str, ...], whole: bool) -> bool:
    """Whether a phrase begins at a word; its last word may be a stem unless it is closed."""
    if place + len(phrase) > len(words) or any(words[place + k] != w for k, w in enumerate(phrase[:-1])):
        return False
    last = words[place + len(phrase) - 1]
    stem = phrase[-1]
    if whole or stem.isdigit() or len(stem) < 4:
        return last == stem
    return last == stem or (last.startswith(stem) and last[len(stem) :] in ("S", "ES", "'S", "ER", "ERS", "ING"))


def issues_of(sentence: Sentence, legacy: LegacyDictionaries) -> tuple[str, ...] | None:
    """The issues whose phrases stand in a sentence, None where the files know none."""
    if not legacy.issues:
        return None
    words = sentence_words(sentence)
    lemmas = {le.upper() for le in sentence.lemmas}
    found: dict[str, None] = {}
    for place, word in enumerate(words):
        for phrase, code, mark in legacy.issues.get(word[:3], ()):
            fits = _stands(words, place, phrase, mark not in ("n", "v"))
            if not fits and mark == "v" and len(phrase) == 1:
                fits = phrase[0] in lemmas and word.startswith(phrase[0][:3])
            if not fits:
                continue
            if mark in ("~", "~~"):
                return ()
            found[code] = None
    return tuple(found) or None
