"""The page of `explain --html`: marks where the offsets are, every word of the text escaped, no script."""

from __future__ import annotations

from html import unescape

import pytest
from lxml import html as lxml_html
from report_world import HOSTILE

from coder.coding import SentenceTrace, code_sentences
from coder.explain import Account
from coder.explain_page import marked, render_html, tree_lines
from coder.records import Reject, RejectReason, Sentence
from coder.resources import Resources

VISIBLE = [t for t in HOSTILE if t.strip() and "\x00" not in t]


def sentence(said: str) -> Sentence:
    """France condemned Peru, said SAID. (whatever SAID is)"""
    forms = ("France", "condemned", "Peru", "before", said, ".")
    starts: list[int] = []
    text = ""
    for form in forms:
        text += " " if text else ""
        starts.append(100 + len(text))
        text += form
    return Sentence(
        "d", 0, text, 100, 100 + len(text), forms, ("France", "condemn", "Peru", "before", said, "."),
        ("PROPN", "VERB", "PROPN", "ADP", "PROPN", "PUNCT"), ("_",) * 6, ("", "Tense=Past|VerbForm=Fin", "", "", "", ""),
        (1, -1, 1, 4, 1, 1), ("nsubj", "root", "obj", "case", "obl", "punct"), tuple(starts),
        tuple(s + len(f) for s, f in zip(starts, forms, strict=True)),
    )  # fmt: skip


def account(said: str, resources: Resources) -> Account:
    traces: list[SentenceTrace] = []
    code_sentences([sentence(said)], resources.dictionaries, resources.options, traces.append, trace=True)
    return Account(tuple(traces), (Reject("d", "parse", RejectReason.TOO_LONG, said),), resources)


@pytest.mark.parametrize("said", VISIBLE)
def test_text_is_escaped(said: str, resources: Resources) -> None:
    made = account(said, resources)
    assert made.traces[0].events, "the sentence is coded whatever is said in it"
    page = render_html(made)
    assert page.count(said) == 0 or not set(said) & set("<>&\"'")
    parsed = lxml_html.document_fromstring(page.encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
    assert parsed.xpath("//script | //img | //svg | //iframe | //link | //*[@onerror or @onload or @style]") == []
    (shown,) = parsed.xpath("//p[@class='sentence']")
    assert shown.text_content() == made.traces[0].tree.sentence.text.replace("\x1b", "").replace("\x07", "")
    assert unescape(page).count(said) >= 4  # sentence, tree, reject, actors


def test_marks(resources: Resources) -> None:
    (event,) = account("\U0001f600 all", resources).traces[0].events
    assert [p for p in marked(event) if p[0]] == [("source", "France"), ("trigger", "condemned"), ("target", "Peru")]
    assert "".join(text for _, text in marked(event)) == event.sentence.text


def test_tree_lines() -> None:
    lines = tree_lines(sentence("a  [b c]"))
    assert lines[0] == (0, "condemned", "root VERB condemn")
    assert (1, "France", "nsubj PROPN France") in lines
    assert any(depth == 2 and word == "before" for depth, word, _ in lines)


def test_nothing_to_fetch(resources: Resources) -> None:
    page = render_html(account("nobody", resources))
    assert "default-src 'none'; script-src 'none'" in unescape(page)
    assert "http:" not in page and "https:" not in page
    assert "verbs/11-disapprove.yaml:" in page
