"""The account of a coding (`coder.explain`) as an HTML page that needs nothing from elsewhere."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from coder.coding import SentenceTrace
from coder.explain import Account, actor_lines, attempt_lines, event_lines, why_nothing
from coder.marking import cut
from coder.records import Event, Sentence
from coder.report.patterns import pattern_texts
from coder.report.render import asset, fill, policy


def render_html(account: Account) -> str:
    """The account as a page: events with their sentence marked, pattern and tree; all text escaped, no script."""
    styles = asset("theme.css") + asset("explain.css")
    patterns = pattern_texts(account.resources, {e.pattern_id for t in account.traces for e in t.events})
    page = fill(
        "explain.html.j2",
        policy=policy("", styles),
        style=Markup(styles),  # noqa: S704 (own file)
        sentences=[_sentence(trace, account, patterns) for trace in account.traces],
        rejects=[f"{r.reason}: {r.detail}" for r in account.rejects],
    )
    return "".join(page)


def _sentence(trace: SentenceTrace, account: Account, patterns: dict[str, tuple[str, str]]) -> dict[str, Any]:
    sentence = trace.tree.sentence
    return {
        "number": sentence.index + 1,
        "text": sentence.text,
        "nothing": "" if trace.events else why_nothing(trace),
        "events": [
            {
                "pieces": marked(event),
                "lines": event_lines(event, account.resources),
                "place": patterns.get(event.pattern_id, ("", ""))[0],
                "pattern": patterns.get(event.pattern_id, ("", ""))[1],
            }
            for event in trace.events
        ],
        "actors": actor_lines(trace),
        "attempts": attempt_lines(trace),
        "tree": tree_lines(sentence),
    }


def marked(event: Event) -> list[tuple[str, str]]:
    """The sentence in pieces, each with what it is: source, target, trigger or nothing."""
    sentence = event.sentence
    spans = [(sentence.starts[t], sentence.ends[t], "trigger") for t in event.trigger_tokens]
    spans += [(side.mention.start, side.mention.end, part) for part, side in (("source", event.source), ("target", event.target)) if side]
    within = [(max(first - sentence.start, 0), min(last - sentence.start, len(sentence.text)), part) for first, last, part in spans]
    return [(part, text) for text, part in cut(sentence.text, within)]


def tree_lines(sentence: Sentence) -> list[tuple[int, str, str]]:
    """The tree as `Sentence.draw` has it: depth, word, and relation, part of speech and lemma."""
    lines = []
    for line in sentence.draw().split("\n"):
        bare = line.lstrip(" ")
        word, _, about = bare.rpartition("  [")
        lines.append((min((len(line) - len(bare)) // 2, 20), word, about.removesuffix("]")))
    return lines
