"""Dates of publication: read from fields, seen in datelines, never guessed from the prose."""

from __future__ import annotations

import datetime

import pytest

from coder.read import infer_date, parse_date


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("2025-03-24", "2025-03-24"),
        ("2025-03-24T23:59:00-08:00", "2025-03-24"),
        ("2025-03-24T10:00:00.000+0000", "2025-03-24"),
        (" 2025/03/24 ", "2025-03-24"),
        ("20250324", "2025-03-24"),
        (20250324, "2025-03-24"),
        ("Jan. 28, 2026", "2026-01-28"),
        ("Wednesday, 28 January 2026", "2026-01-28"),
        ("March 3rd, 2024 at 5:30 PM EST", "2024-03-03"),
        ("Mon, 24 Mar 2025 10:00:00 GMT", "2025-03-24"),
        ("24.03.2025", "2025-03-24"),
        ("24/03/2025", "2025-03-24"),
        ("03/24/2025", "2025-03-24"),
        (datetime.datetime(2025, 3, 24, 23, 30), "2025-03-24"),
        ("29 February 2024", "2024-02-29"),
    ],
)
def test_fields_that_state_a_day(value: object, day: str) -> None:
    assert parse_date(value) == (datetime.date.fromisoformat(day), "")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2025-13-45", "no calendar"),
        ("2023-02-29", "no calendar"),
        ("20251345", "no calendar"),
        ("03/04/2025", "day or month first"),
        ("2025", "not a day"),
        ("March 2025", "not a day"),
        ("soon", "not a day"),
        ("12:30", "not a day"),
        ("0001-01-01", "outside"),
        ("9999-12-31", "outside"),
        (datetime.date(1, 1, 1), "outside"),
        (1742770800000, "not a day"),
        (1.5, "no text"),
        (True, "no text"),
        ({"day": 3}, "no text"),
    ],
)
def test_fields_that_do_not(value: object, words: str) -> None:
    day, fault = parse_date(value)
    assert day is None
    assert words in fault


def test_no_field_is_no_fault() -> None:
    assert parse_date(None) == (None, "")


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ("date 2025-03-24 France sent aid to Kenya.", "2025-03-24"),
        ("Jan. 28, 2026", "2026-01-28"),
        ("Wed 28 Jan 2026 10.01 GMT", "2026-01-28"),
        ("January 28, 2026 Wednesday", "2026-01-28"),
        ("28 January 2026, 08:12 GMT", "2026-01-28"),
        ("Published: March 24, 2025 10:30 AM EDT", "2025-03-24"),
        ("Published 10:30 AM EDT, March 24, 2025", "2025-03-24"),
        ("Posted on 2024/03/12 by admin", "2024-03-12"),
        ("Date: Thu, 11 Mar 2004 02:39:27 -0800", "2004-03-11"),
        ("Updated on May 4, 2024", "2024-05-04"),
        ("By Jane Doe | March 3, 2024 | World", "2024-03-03"),
        ("By Jane Doe, March 3, 2024", "2024-03-03"),
        ("Reuters | 3 Mar 2024 | 5 min read", "2024-03-03"),
        ("ERBIL, 12 March 2024 (AFP) - Protesters marched.", "2024-03-12"),
        ("ERBIL, Kurdistan Region of Iraq, 12 March 2024 (AFP) – Protesters marched.", "2024-03-12"),
        ("MOSCOW, March 3, 2024 /TASS/. Russia and Iran held talks.", "2024-03-03"),
        ("BEIJING, Jan. 28, 2026 (Xinhua) -- China welcomed it.", "2026-01-28"),
        ("Damascus, March 3, 2024 (SANA)- The minister left.", "2024-03-03"),
        ("ANKARA (12 March 2024) - The minister left.", "2024-03-12"),
        ("12 March 2024 (Reuters) – The minister left.", "2024-03-12"),
    ],
)
def test_datelines(head: str, day: str) -> None:
    for text in (head, f"Kenya receives aid\n\n  {head}\n\nFrance sent aid to Kenya on 1 May 1999.", f"\n\n{head}\n"):
        assert infer_date(text) == datetime.date.fromisoformat(day)


@pytest.mark.parametrize(
    "text",
    [
        "BEIJING, Jan. 28 (Xinhua) -- China welcomed it.",
        "On March 3, 2024, rebels attacked the town.",
        "March 3, 2024, was a dark day for Kenya.",
        "Rebels seized Goma, the city of two million, on January 27, 2025 - the army said.",
        "Turkey and Russia agreed on March 5, 2020 - after days of fighting - to a ceasefire.",
        "The ceasefire of Idlib, March 5, 2020 (see above) was broken.",
        "Eugene Nida (November 11, 1914 – August 25, 2011) was a linguist.",
        "Published on 3 May 2024, the report found abuses.",
        "Dated March 3, 2024, the letter accuses Iran.",
        "In a report dated March 3, 2024, the UN accused Iran.",
        "Released 5 June 2020 from prison, he joined the rebels.",
        "Date palms planted on 2024-03-12 were burned.",
        "Feb. 30, 2024",
        "Issued: 03/04/2025",
        "France sent aid to Kenya.\n" + "It was a long day in Nairobi, officials there said on Monday. " * 3 * 4,
    ],
)
def test_no_date_is_guessed(text: str) -> None:
    assert infer_date(text) is None


def test_a_date_line_below_the_report_is_not_its_dateline() -> None:
    prose = (
        "France sent aid to Kenya, and officials in Nairobi said that it would be handed out in the coming weeks. " * 2
    )
    assert infer_date(f"{prose}\n\n{prose}\n\n{prose}\n\nMarch 3, 2024\n") is None


def test_published_goes_before_updated() -> None:
    head = "Updated on May 4, 2024\nPublished on May 2, 2024\n\nFrance sent aid to Kenya."
    assert infer_date(head) == datetime.date(2024, 5, 2)


def test_a_megabyte_without_a_date_is_quick() -> None:
    assert infer_date("Published: " * 100_000) is None
