"""What counts as newspaper furniture, and what looks like it and is news."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coder.read import iter_corpus, mark_furniture
from coder.records import Document

ARTICLES = Path(__file__).parent.parent.parent / "shared" / "dev" / "articles"


def marked(text: str) -> list[str]:
    return [text[start:end] for start, end in mark_furniture(text)]


def news(text: str) -> list[str]:
    """The lines of the text that are left without the furniture."""
    kept = list(text)
    for start, end in mark_furniture(text):
        kept[start:end] = ["\n" if char == "\n" else " " for char in text[start:end]]
    return [line.strip() for line in "".join(kept).splitlines() if line.strip()]


FURNITURE = """
Skip to main content
Scroll to Top
Back to top
Home | World | Politics | Sport
Home > World > Middle East
March 3, 2024 | By Jane Doe
By Jane Doe | March 3, 2024
Published: March 24, 2025 10:30 AM
Last updated: 3 March 2024, 10:00 GMT
5 min read
2 hours ago
By Jane Doe
By JANE DOE and JOHN SMITH
By Jane Doe, Diplomatic Correspondent
By AFP
Written by Jane Doe
Translated by Jane Doe
Our correspondent in Beirut
(Reporting by Jane Doe in Beirut; Editing by John Smith)
Reporting by Jane Doe and John Smith; Editing by Max Mustermann
Additional reporting by Jane Doe in Ankara.
Photo: Reuters
Photo by Jane Doe/AFP via Getty Images
(Photo by JANE DOE / POOL / AFP via Getty Images)
(Banner image: Example.org)
(AP Photo/Jane Doe, File)
[Jane Doe/Reuters]
Image source, Reuters
AFP/Getty Images
COMMENTS
Comments (12)
3 Comments
Leave a Reply
Please let us know if you’re having issues with commenting.
Your email address will not be published. Required fields are marked *
Sign up for our daily newsletter
Subscribe to our newsletter and get the latest news in your inbox.
Get the day's top stories in your inbox
Join our Telegram channel
Follow us on Twitter and Facebook
Follow @dailyplanet on X
Support our journalism. Donate today.
Share this article
Share on Facebook
Read more: Iran and Iraq sign an accord
READ ALSO: Iran and Iraq sign an accord
Related: France bombs Kenya
We use cookies to give you the best experience.
This website uses cookies to improve your experience.
By continuing to use this site you agree to our use of cookies.
© 2024 The Daily Planet. All rights reserved.
Copyright 2024 The Daily Planet. All rights reserved. This material may not be published, broadcast or rewritten.
This article was translated and edited by The Daily Planet.
The Daily Planet has not verified the content of this story.
Responsibility for the information in this article lies with the author.
The views expressed in this article are the author's own and do not necessarily reflect those of The Daily Planet.
This article was originally published on The Conversation.
Republished with permission from The Conversation.
This is a developing story. Check back for updates.
This story has been updated.
Editor's note: The spelling of a name was changed.
Tags: Syria, Russia
ADVERTISEMENT
Story continues below advertisement
https://example.org/kenya
* * *
"""

NEWS = """
Reuters could not independently verify the reports.
The report was published on Monday and accused Israel of war crimes.
The article was published in Pravda, and Moscow condemned it.
This report was produced by Human Rights Watch and accuses Turkey of abuses.
The views expressed by the minister do not reflect government policy.
The opinions expressed in the letter reflect growing anger at Russia.
Reporting in Syria by foreign journalists has been banned.
Reporting by Bellingcat showed that Russia shelled the town.
Video by activists showed tanks entering Homs.
Photos by AFP showed smoke rising over Gaza.
By accepting the terms of the ceasefire, Hamas agreed to free the hostages.
By Tuesday, rebels had taken the city.
By Monday Israel had bombed Rafah.
Share prices fell after Russia invaded Ukraine.
Support for Ukraine grew in Poland.
Follow-up talks between Iran and the United States were held in Muscat.
Related protests broke out in Tehran.
Comments by the president angered Denmark.
Copyright talks between China and the United States broke down.
The government blocked Facebook and Telegram during the protests.
Police arrested a photographer of AFP (a French agency).
The president (pictured) met Putin.
Putin (right) and Assad (left) met in Moscow (Russia).
Editors of the newspaper were jailed by Turkey.
Read aloud in court, the letter accused Iran.
Watching closely, Turkey warned Greece.
In video published on Monday, militants executed hostages.
Images from Maxar showed Russian convoys.
Responsibility for the attack was claimed by the PKK.
Get out of Iraq, Sadr told the United States in a briefing.
Click here, the militants told the hostages.
Home Secretary Braverman visited Rwanda.
World leaders condemned the attack.
The European Union fined the company over cookies and privacy.
ERBIL, Kurdistan Region of Iraq - Protesters marched on Monday.
WASHINGTON (AP) — The president met Putin.
Syria – Russia – Turkey summit
First published in 1979, the treaty binds Egypt and Israel.
Date palms were burned by settlers.
"""


@pytest.mark.parametrize("line", FURNITURE.strip().splitlines())
def test_furniture_on_a_line_of_its_own(line: str) -> None:
    assert marked(line) == [line]
    assert news(f"France sent aid to Kenya.\n\n{line}\n\nKenya thanked France.") == [
        "France sent aid to Kenya.",
        "Kenya thanked France.",
    ]


@pytest.mark.parametrize("line", NEWS.strip().splitlines())
def test_news_that_looks_like_furniture(line: str) -> None:
    assert marked(line) == []


@pytest.mark.parametrize(
    ("text", "furniture"),
    [
        (
            "France met Kenya in Paris. (Photo by A. Dupont / AFP via Getty Images)",
            "(Photo by A. Dupont / AFP via Getty Images)",
        ),
        ("Skip to main content France met Kenya.", "Skip to main content"),
        ("date 2025-03-24 France met Kenya.", "date 2025-03-24"),
        (
            "France met Kenya. Subscribe to our newsletter for more. Kenya was glad.",
            "Subscribe to our newsletter for more.",
        ),
        ("  • France met Kenya", "•"),
        ("## France met Kenya", "##"),
    ],
)
def test_furniture_inside_a_line(text: str, furniture: str) -> None:
    assert marked(text) == [furniture]


def test_a_caption_stays_without_its_credit() -> None:
    caption = "The president meets the king in Paris on January 28, 2026. (Photo by A. DUPONT / POOL / AFP)"
    assert news(caption) == ["The president meets the king in Paris on January 28, 2026."]


# --- repeats


def test_every_copy_of_a_repeated_block_of_labels_goes() -> None:
    block = "  • Key Points\n\n    Our guide to what is going on in the world\n"
    text = f"Kenya talks\n\n{block}\nFrance met Kenya.\n\n{block}"
    assert news(text) == ["Kenya talks", "France met Kenya."]


def test_a_repeated_headline_or_sentence_stays_once() -> None:
    sentence = "France and Kenya signed an accord on fishing in Paris."
    text = (
        f"France and Kenya sign accord\n\n{sentence}\n\nFrance and Kenya sign accord\n\nIt is the first.\n\n{sentence}"
    )
    assert news(text) == ["France and Kenya sign accord", sentence, "It is the first."]


def test_speakers_and_short_answers_come_again_in_earnest() -> None:
    lines = ["The interviewer:", "Did France strike Kenya?", "The minister:", "No.", "The interviewer:", "Did Kenya?"]
    lines += ["The minister:", "No."]
    assert news("\n".join(lines)) == lines


# --- lists of links and comments


def test_headlines_under_related_stories_go_and_the_report_goes_on() -> None:
    text = (
        "France met Kenya.\n\nRelated stories\n\nChad bombs Niger\n\n- Mali expels envoy of Togo\n\n"
        "Kenya was glad, its minister said.\n\nMost read\nGhana sues Benin"
    )
    assert news(text) == ["France met Kenya.", "Kenya was glad, its minister said."]


def test_what_readers_wrote_goes() -> None:
    text = "France met Kenya. " * 10 + "\n\n2 Comments\n\nJohn says:\nChad should invade Niger!\nReply\n"
    assert news(text) == [("France met Kenya. " * 10).strip()]


def test_the_word_comments_above_the_report_ends_nothing() -> None:
    assert news("COMMENTS\n\nFrance met Kenya.\n\nJohn says:\n\nKenya met France.")[0] == "France met Kenya."


# --- three pages as they come


BROADCASTER = """Skip to content
Live
Watch Live
Navigation menu
News
Africa
Asia
Middle East
Sport

Kenya and France sign accord on aid
Paris promises food and medicine as drought spreads.

Image caption, President Macron received his guest at the Elysée [File: Jane Doe/Reuters]

By Jane Doe and News Agencies
Published On 12 Mar 2024
12 Mar 2024
Save
Share

France has agreed to send food and medicine to Kenya, the two governments say.

Keep reading
list of 2 items
Chad expels envoy of Niger
Mali bombs rebels in the north

Kenya's foreign minister thanked France on Tuesday.

SOURCE: NEWS AGENCIES
"""

WIRE = """NAIROBI, March 12, 2024 (AFP) - France will send aid to Kenya, the foreign ministry said.

The minister met his Kenyan colleague on Monday. ADVERTISEMENT The two praised the accord.

"We thank France," he said.

(Reporting by Jane Doe in Nairobi; Additional reporting by John Smith in Paris; Editing by Max Mustermann)

Our Standards: The Example Trust Principles.

jd/js/mm

© Agence France-Presse
"""

DATABASE = """The Daily Planet
March 12, 2024 Tuesday
France sends aid to Kenya
BYLINE: Jane Doe
SECTION: WORLD; Pg. 4
LENGTH: 120 words
DATELINE: Nairobi

France sent aid to Kenya on Monday.

Kenya thanked France.

LOAD-DATE: March 13, 2024
LANGUAGE: ENGLISH
Copyright 2024 The Daily Planet
All Rights Reserved
End of Document
"""


@pytest.mark.parametrize(
    ("page", "kept", "gone"),
    [
        (
            BROADCASTER,
            [
                "Kenya and France sign accord on aid",
                "Paris promises food and medicine as drought spreads.",
                "France has agreed to send food and medicine to Kenya, the two governments say.",
                "Kenya's foreign minister thanked France on Tuesday.",
            ],
            [
                "Skip to content",
                "Middle East",
                "By Jane Doe",
                "Published",
                "Share",
                "Chad expels",
                "Mali bombs",
                "SOURCE",
            ],
        ),
        (
            WIRE,
            [
                "NAIROBI, March 12, 2024 (AFP) - France will send aid to Kenya, the foreign ministry said.",
                '"We thank France," he said.',
            ],
            ["ADVERTISEMENT", "Reporting by", "Our Standards", "jd/js/mm", "Agence"],
        ),
        (
            DATABASE,
            ["France sends aid to Kenya", "France sent aid to Kenya on Monday.", "Kenya thanked France."],
            ["BYLINE", "SECTION", "LENGTH", "DATELINE", "LOAD-DATE", "LANGUAGE", "Copyright", "Reserved", "End of"],
        ),
    ],
    ids=["broadcaster", "wire", "database"],
)
def test_pages_as_they_come(tmp_path: Path, page: str, kept: list[str], gone: list[str]) -> None:
    (tmp_path / "a.txt").write_text(page)
    (item,) = iter_corpus(tmp_path)
    assert isinstance(item, Document)
    assert str(item.publication_date) == "2024-03-12"
    assert item.date_inferred
    left = news(item.text)
    assert [line for line in kept if line not in left] == []
    assert [words for words in gone if any(words in line for line in left)] == []


@pytest.mark.skipif(not ARTICLES.is_dir(), reason="the hand-coded articles are not beside this repository")
def test_hand_coded_articles_lose_their_boilerplate_and_no_sentence() -> None:
    import json

    for line in (ARTICLES / "gold.jsonl").read_text().splitlines():
        gold = json.loads(line)
        text = (ARTICLES / gold["doc"]).read_text()
        left = " ".join(" ".join(news(text)).split())
        assert [block for block in gold["boilerplate"] if block in left] == []
        assert [s["text"] for s in gold["sentences"] if s["text"] not in left] == []


# --- spans


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([*FURNITURE.strip().splitlines(), *NEWS.strip().splitlines(), "", " \t", "• ", "\u200f("]))
)
def test_spans_are_sorted_apart_and_trimmed(lines: list[str]) -> None:
    text = "\n".join(lines)
    spans = mark_furniture(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(one[1] < two[0] for one, two in itertools.pairwise(spans))
    assert all(text[start:end] == text[start:end].strip() for start, end in spans)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 200_000,
        "Photo by " + "A-B-" * 5_000 + " x y",
        "• " * 50_000,
        "[Photo: " * 20_000,
        "By " * 50_000,
        ". " * 100_000,
    ],
    ids=["brackets", "hyphens", "bullets", "credits", "bylines", "stops"],
)
def test_hostile_text_takes_no_more_than_its_length(text: str) -> None:
    assert isinstance(mark_furniture(text), tuple)
