"""The sheet as one HTML page that needs nothing from elsewhere: judged in a browser, kept there, saved as the CSV sheet.

Every string of the corpus is escaped; the page's policy runs its own script and style alone and lets nothing out.
"""

from __future__ import annotations

import hashlib
import html
import json
from collections.abc import Sequence
from pathlib import Path

from coder.marking import pieces
from coder.report.render import policy
from coder.validation.sample import Item
from coder.validation.sheet import COLUMNS, QUESTIONS, sheet_row

PAGE = Path(__file__).parent / "page"
ANSWERS = (("y", "right"), ("n", "wrong"), ("?", "unsure"))
_TITLES = {"source": "source", "trigger": "action", "target": "target"}


def render_form(items: Sequence[Item], by: str) -> str:
    """The page.

    Args:
        by: the stratifying column.
    """
    rows = [sheet_row(number, item, by) for number, item in enumerate(items, 1)]
    sample = hashlib.sha256(json.dumps([[r["id"], r["stratum"], r["action"]] for r in rows]).encode()).hexdigest()[:16]
    script = (PAGE / "form.js").read_text(encoding="utf-8")
    style = (PAGE / "form.css").read_text(encoding="utf-8")
    data = json.dumps({"sample": sample, "columns": COLUMNS, "questions": list(QUESTIONS), "rows": rows}, ensure_ascii=False)
    for mark in "<>&\u2028\u2029":  # nothing in it can end the element
        data = data.replace(mark, f"\\u{ord(mark):04x}")
    body = "\n".join(_item(number, item, row) for number, (item, row) in enumerate(zip(items, rows, strict=True), 1))
    return _PAGE.format(
        policy=html.escape(policy(script, style)), style=style, script=script, data=data, items=body, count=len(items)
    )  # fmt: skip


def _item(number: int, item: Item, row: dict[str, str]) -> str:
    sentence = "".join(
        f'<mark class="{part}" title="{_TITLES[part]}">{html.escape(text)}</mark>' if part else html.escape(text)
        for text, part in pieces(item.row)
    )
    facts = "".join(
        f"<div><dt>{title}</dt><dd>{html.escape(row[name])}{_words(row, words)}</dd></div>"
        for title, name, words in (
            ("Source", "source", "source_words"),
            ("Action", "action", "action_words"),
            ("Target", "target", "target_words"),
            ("Date", "date", ""),
            ("Status", "status", ""),
        )
    )
    questions = "".join(
        _question(number, key, position, text) for position, (key, text) in enumerate(QUESTIONS.items(), 1) if row[key] != "n/a"
    )
    return (
        f'<article id="item-{number}" data-item="{number}" tabindex="-1" aria-labelledby="title-{number}">'
        f'<h2 id="title-{number}">{number} <small>{html.escape(row["document"])}, {html.escape(row["published"])}</small></h2>'
        f'<p class="sentence" dir="auto">{sentence}</p><dl>{facts}</dl><div class="questions">{questions}</div>'
        f'<label class="comment">Comment <input type="text" data-comment="{number}" maxlength="2000"></label></article>'
    )


def _words(row: dict[str, str], words: str) -> str:
    return f" <q>{html.escape(row[words])}</q>" if words and row[words] else ""


def _question(number: int, key: str, position: int, text: str) -> str:
    radios = "".join(
        f'<label><input type="radio" name="q-{number}-{key}" data-item="{number}" data-question="{key}" value="{value}"> {word}</label>'
        for value, word in ANSWERS
    )
    return f'<fieldset><legend><kbd>{position}</kbd> {text}</legend>{radios}</fieldset>'


_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>Validation sheet: {count} events</title>
<style>{style}</style>
</head>
<body>
<header>
<h1>{count} events to judge</h1>
<label>Your name <input type="text" id="coder" maxlength="80" autocomplete="off"></label>
<progress id="bar" max="{count}" value="0"></progress> <output id="done" aria-live="polite">0 of {count} judged</output>
<button type="button" id="next">Next open event</button>
<button type="button" id="download">Download CSV</button>
<p id="note" role="status"></p>
</header>
<details><summary>How to judge, and the keys</summary>
<p>Judge each event by the sentence alone. <mark class="source">Source</mark> is who acts, <mark class="trigger">action</mark> what is done,
<mark class="target">target</mark> to whom. An actor is right when the code stands for who is meant, role and all. The action is right when the
code fits what the sentence tells, also when the status says that it is only planned or denied. If the sentence tells no such event,
the action is wrong. Choose <em>unsure</em> when the sentence does not decide it.</p>
<p>Keys: <kbd>j</kbd> and <kbd>k</kbd> next and previous event, <kbd>1</kbd> to <kbd>5</kbd> change an answer (right, wrong, unsure, none),
<kbd>a</kbd> all right and on, <kbd>c</kbd> comment, <kbd>Esc</kbd> out of it. Or Tab and the arrow keys, as in any form.</p>
<p>Answers are kept in this browser, for this sheet and this name. Nothing is sent anywhere: download the CSV and hand it in.</p>
</details>
<noscript><p>This form needs JavaScript; the CSV sheet does not.</p></noscript>
<main>
{items}
</main>
<script type="application/json" id="data">{data}</script>
<script>{script}</script>
</body>
</html>
"""
