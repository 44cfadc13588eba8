"""Web pages: the article's text, the date of the markup, and nothing fetched or expanded."""

from __future__ import annotations

import datetime
import socket
from pathlib import Path

import pytest

from coder.read import iter_corpus
from coder.records import Document, Reject, RejectReason

BODY = """
<nav><a href="/">Home</a> <a href="/world">World</a> <a href="/sport">Sport</a></nav>
<article><h1>Kenya receives aid</h1>
<p>France sent food and medicine to Kenya on Monday, the foreign minister said in Nairobi after a day of talks.</p>
<p>The two governments had agreed in May 1999 to meet every year, and officials on both sides praised the accord.</p>
<p>Kenya thanked France for its help and said that the supplies would be handed out in the north of the country.</p>
</article><footer>Copyright 2024 The Daily Planet. All rights reserved.</footer>"""


def page(head: str = "", body: str = BODY) -> str:
    return (
        f'<!DOCTYPE html><html lang="en"><head><title>Kenya receives aid</title>{head}</head><body>{body}</body></html>'
    )


def read(tmp_path: Path, content: str | bytes, name: str = "a.html") -> Document | Reject:
    file = tmp_path / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    items = list(iter_corpus(file))
    assert len(items) == 1, items
    return items[0]


def document(tmp_path: Path, content: str | bytes) -> Document:
    item = read(tmp_path, content)
    assert isinstance(item, Document), item
    return item


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a page was fetched")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_the_article_and_its_fields(tmp_path: Path) -> None:
    head = (
        '<meta property="article:published_time" content="2024-03-12T23:30:00+03:00">'
        '<meta property="og:site_name" content="The Daily Planet">'
        '<link rel="canonical" href="https://example.org/kenya">'
    )
    found = document(tmp_path, page(head))
    assert "France sent food and medicine to Kenya on Monday" in found.text
    assert "Sport" not in found.text
    assert (found.publication_date, found.date_inferred) == (datetime.date(2024, 3, 12), False)
    assert (found.title, found.publisher, found.language) == ("Kenya receives aid", "The Daily Planet", "en")
    assert found.url == "https://example.org/kenya"


def test_headings_stand_apart_from_the_text_under_them(tmp_path: Path) -> None:
    body = BODY.replace("on Monday, the", "on Monday,<br>the").replace("<p>Kenya thanked", "<h2>Thanks from Nairobi</h2><p>Kenya thanked")
    text = document(tmp_path, page(body=body)).text
    assert text.startswith("Kenya receives aid\n\nFrance sent food")
    assert "accord.\n\nThanks from Nairobi\n\nKenya thanked" in text
    assert "on Monday,\nthe foreign minister" in text, "a line broken by hand is no heading"


@pytest.mark.parametrize(
    ("head", "inferred"),
    [
        ('<meta name="pubdate" content="March 12, 2024">', False),
        ('<script type="application/ld+json">{"@graph": [{"datePublished": "2024-03-12"}]}</script>', False),
        ('<link rel="canonical" href="https://example.org/2024/03/12/kenya">', True),
        ('<script type="application/ld+json">{"broken</script><meta name="date" content="2024-03-12">', False),
        ('<meta name="date" content="yesterday"><meta itemprop="datePublished" content="2024-03-12">', False),
    ],
)
def test_dates_in_the_markup(tmp_path: Path, head: str, inferred: bool) -> None:
    found = document(tmp_path, page(head))
    assert (found.publication_date, found.date_inferred) == (datetime.date(2024, 3, 12), inferred)


def test_a_marked_time_element(tmp_path: Path) -> None:
    body = BODY.replace("</h1>", '</h1><time itemprop="datePublished" datetime="2024-03-12">12 March</time>')
    found = document(tmp_path, page(body=body))
    assert (found.publication_date, found.date_inferred) == (datetime.date(2024, 3, 12), False)


def test_a_dateline_in_the_article(tmp_path: Path) -> None:
    body = BODY.replace("<p>France", "<p>NAIROBI, 12 March 2024 (AFP) - France")
    found = document(tmp_path, page(body=body))
    assert (found.publication_date, found.date_inferred) == (datetime.date(2024, 3, 12), True)


@pytest.mark.parametrize(
    "body",
    [
        BODY,
        BODY.replace("in May 1999", "on 5 May 1999"),
        BODY.replace("Kenya receives aid", "Kenya remembers 7 August 1998"),
        BODY.replace("<article>", '<article><img src="/img/1998/08/07/nairobi.jpg">'),
    ],
)
def test_no_date_is_guessed_from_prose_headline_or_picture(tmp_path: Path, body: str) -> None:
    assert document(tmp_path, page(body=body)).publication_date is None


def test_a_page_that_is_an_address_is_not_loaded(tmp_path: Path) -> None:
    found = read(tmp_path, "http://example.org/secret")
    assert isinstance(found, Document)
    assert found.text.strip() == "http://example.org/secret"


def test_entities_of_a_document_type_are_not_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET")
    bomb = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    content = (
        f'<?xml version="1.0" encoding="utf-8"?><!DOCTYPE html [<!ENTITY x SYSTEM "file://{secret}"><!ENTITY l0 "lol">'
        f'{bomb}<!ENTITY % d SYSTEM "http://example.org/evil.dtd"> %d;]>'
        f"<html><body><p>France sent aid to Kenya. &x; &l11;</p>{BODY}</body></html>"
    )
    found = document(tmp_path, content)
    assert "TOP SECRET" not in found.text
    assert "lollol" not in found.text
    assert "France sent" in found.text


@pytest.mark.parametrize("encoding", ["cp1252", "cp1254", "cp1251", "utf-16"])
def test_declared_encodings(tmp_path: Path, encoding: str) -> None:
    name = {"cp1254": "Erdoğan met Şimşek", "cp1251": "Лавров"}.get(encoding, "Núñez met Müller")
    body = BODY.replace("the foreign minister", name)
    head = "" if encoding == "utf-16" else f'<meta charset="{encoding.replace("cp", "windows-")}">'
    assert name in document(tmp_path, page(head, body).encode(encoding)).text


def test_latin1_is_read_as_browsers_do(tmp_path: Path) -> None:
    content = page('<meta charset="iso-8859-1">', BODY.replace("the foreign", "the “foreign”")).encode("cp1252")
    assert "“foreign”" in document(tmp_path, content).text


def test_small_and_bare_pages(tmp_path: Path) -> None:
    assert document(tmp_path, "<p>France sent aid to Kenya.</p>").text.strip() == "France sent aid to Kenya."
    assert "Kenya" in document(tmp_path, "<html><body>France sent aid to Kenya.<br>Good.</body>").text


@pytest.mark.parametrize(
    "content", ["<html><head></head><body></body></html>", "<!-- nothing -->", "<script>x</script>"]
)
def test_pages_without_text(tmp_path: Path, content: str) -> None:
    found = read(tmp_path, content)
    assert isinstance(found, Reject)
    assert found.reason is RejectReason.EMPTY


def test_deep_nesting_and_broken_markup(tmp_path: Path) -> None:
    deep = "<div>" * 5_000 + "France sent aid to Kenya." + "</div>" * 5_000
    assert read(tmp_path, page(body=deep)).path == "a.html"
    assert "Kenya" in document(tmp_path, "<html><p>France <b>sent aid to <i>Kenya.</b></p><table><p>").text


def test_a_page_of_scripts_beyond_all_measure(tmp_path: Path) -> None:
    found = read(tmp_path, "<p>" + "x" * 20_000_001)
    assert isinstance(found, Reject)
    assert found.reason is RejectReason.TOO_LONG


def test_furniture_left_by_the_extraction_is_marked(tmp_path: Path) -> None:
    body = BODY.replace("</article>", "<p>Read more: Kenya and France in talks</p></article>")
    found = document(tmp_path, page(body=body))
    assert all(found.text[start:end].strip() == found.text[start:end] for start, end in found.furniture)
    news = "".join(char for i, char in enumerate(found.text) if not any(a <= i < b for a, b in found.furniture))
    assert "Read more" not in news
    assert "France sent food" in news
