"""Date phrases: where they stand in a sentence and which days they mean.

In: the words of a parsed sentence. Out: `Phrase`s, each read later against a `Clock` (publication date, tense, dates
told before), since "on Tuesday" means another day in each clause. Which phrase dates which event is not decided here.

    >>> [p.text for p in find_phrases(tree)]
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final

from coder.date_patterns import PLAIN_WORDS, Reader, is_temporal_word, patterns_from, patterns_from_two, words
from coder.date_readers import signed_count, unit_name
from coder.date_spans import DAY, Clock, Span, before, day_span, hull, interval, nearest_year, since, until
from coder.grammar import Tree
from coder.spelling import KEPT, Spelling
from coder.word_classes import NUMBERED

_REACH_BACK: Final = 6  # words that may stand before the telling one ("the first half of this year")
_MANY: Final = 1  # patterns a word may begin for which the next word is asked, too


@dataclass(slots=True, unsafe_hash=True, init=False)
class Phrase:
    """A date phrase at tokens first … last (inclusive), not yet read against a clock.

    Args:
        lead: the preposition before it ("since", "until", …), "" for none.
        kind: the rule that found it.
        offset: signed count and unit of "two days after …", whose other end is a phrase or a clause.
        joined: the other end of a range.
    """

    first: int
    last: int
    text: str
    kind: str
    lead: str = ""
    read_words: Callable[[Clock], Span | None] | None = None
    offset: tuple[int, str] | None = None
    joined: Phrase | None = None

    def __init__(
        self, first: int, last: int, text: str, kind: str, lead: str = "", read_words: Callable[[Clock], Span | None] | None = None,
        offset: tuple[int, str] | None = None, joined: Phrase | None = None,
    ) -> None:  # fmt: skip
        self.first = first
        self.last = last
        self.text = text
        self.kind = kind
        self.lead = lead
        self.read_words = read_words
        self.offset = offset
        self.joined = joined

    def led_by(self, lead: str) -> Phrase:
        """The same phrase after another preposition."""
        return Phrase(self.first, self.last, self.text, self.kind, lead, self.read_words, self.offset, self.joined)

    @property
    def vague(self) -> bool:
        return self.kind == "vague"

    def span(self, clock: Clock) -> Span | None:
        """The days it means, lead included; None where they cannot be told."""
        try:
            span = self.bare(clock)
            if span is None:
                return None
            return span if self.joined else _apply_lead(self, span, clock)
        except (ValueError, OverflowError):
            return None

    def bare(self, clock: Clock) -> Span | None:
        """The days it means, without its lead ("since", "after")."""
        try:
            if self.joined is not None:
                return _range(self, self.joined, clock)
            return self.read_words(clock) if self.read_words else None
        except (ValueError, OverflowError):
            return None


# ---- finding -------------------------------------------------------------------------------------------------------


def temporal_words(tree: Tree) -> list[int]:
    """Which words of a sentence may belong to a date phrase: the cheap check before any reading."""
    found: list[int] = []
    for i, spelling in enumerate(tree.spellings):
        told = spelling.temporal
        if told < 0:
            told = spelling.temporal = int(is_temporal_word(spelling.lower))
        if told:
            found.append(i)
    return found


_FOLLOWING: Final[dict[str, tuple[tuple[str, re.Pattern[str], Reader], ...]]] = {}  # patterns by the words met so far


def _patterns_of(word: str) -> tuple[tuple[str, re.Pattern[str], Reader], ...]:
    """The patterns that a date phrase beginning with the word may match."""
    if len(_FOLLOWING) >= KEPT:
        _FOLLOWING.clear()
    following = _FOLLOWING[word] = patterns_from(word)
    return following


def find_phrases(tree: Tree) -> list[Phrase]:
    """All date phrases of a sentence in text order; ranges joined, figures that are no dates left out."""
    telling = temporal_words(tree)
    if not telling:
        return []
    spaced, owners = _lay_out(tree)
    if len(spaced) > tree.n:
        core = frozenset(telling)
        telling = [k for k, o in enumerate(owners) if o in core]
    text = " ".join(spaced)
    length = len(text)
    found: list[Phrase] = []
    k = at = 0  # a word and its offset
    for t in telling:
        first = max(k, t - _REACH_BACK)
        while k < first:
            at += len(spaced[k]) + 1
            k += 1
        while k <= t:
            following = _FOLLOWING.get(spaced[k])
            if following is None:
                following = _patterns_of(spaced[k])
            if len(following) > _MANY and k + 1 < len(spaced):
                following = patterns_from_two(spaced[k], spaced[k + 1])
            longest = last = 0
            best: tuple[str, re.Match[str], Reader] | None = None
            for kind, pattern, reader in following:
                match = pattern.match(text, at)
                if match is None:
                    continue
                end = match.end()
                if end <= longest or (end < length and text[end] != " "):
                    continue
                ending = k + text.count(" ", at, end)
                if _is_date(tree, kind, match, owners[k], owners[ending]):
                    longest, last, best = end, ending, (kind, match, reader)
            beyond = k + 1
            if best is not None:
                found.append(_phrase(tree, best[0], best[1], best[2], owners[k], owners[last]))
                beyond = last + 1
            while k < beyond:
                at += len(spaced[k]) + 1
                k += 1
    if found and not NUMBERED.isdisjoint(tree.lower):
        found = [p for p in found if not _since_last_time(tree, p)]
    return _join(tree, found) if len(found) > 1 else found


def _since_last_time(tree: Tree, phrase: Phrase) -> bool:
    """ "for the first time since 2019", "the first visit to Athens since 2017", "for the first time in 20 years": how long it had not
    happened, and no date."""
    time = phrase.first - 2
    if time > 0 and phrase.lead in ("since", "in") and tree.lower[time] == "time" and tree.lower[time - 1] in NUMBERED:
        return True
    if phrase.lead != "since":
        return False
    for t in range(phrase.first - 2, max(-1, phrase.first - 12), -1):
        if tree.lower[t] in NUMBERED:
            return tree.relations[t] == "amod"
        if tree.upos[t] in ("VERB", "AUX") or tree.forms[t] in (",", ";"):
            return False
    return False


def _lay_out(tree: Tree) -> tuple[list[str], list[int]]:
    """The words in lower case, none with a blank, with hyphens spaced out, and the token each belongs to."""
    words: list[str] = []
    owners: list[int] = []
    for i, spelling in enumerate(tree.spellings):
        piece = spelling.piece
        if piece is None:
            piece = _cut(spelling)
        if piece:
            words.append(piece)
            owners.append(i)
        else:
            words += spelling.pieces
            owners += [i] * len(spelling.pieces)
    return words, owners


def _cut(spelling: Spelling) -> str:
    """What date patterns read in place of a word, "" where that is several pieces, hyphens apart."""
    word = spelling.lower
    if not word.isalnum():
        word = word.replace("’", "'").replace("–", "-").replace("—", "-")
        if len(word) > 2 and word[-1] == "." and word[:-1] in PLAIN_WORDS:
            word = word[:-1]
    if "-" in word or " " in word or not word:
        spelling.pieces = [p.replace(" ", "_") for p in re.split(r"(-)", word) if p] or ["_"]
        word = spelling.pieces[0] if len(spelling.pieces) == 1 else ""
    spelling.piece = word
    return word


def _phrase(tree: Tree, kind: str, match: re.Match[str], reader: Reader, first: int, last: int) -> Phrase:
    if kind == "duration":
        lead, first = match["lead"], first + 1
    else:
        lead = _lead(tree, first)
    offset = None
    if kind == "eve":
        offset = (-1, "day")
    elif (
        kind == "offset"
        and match["way"] not in ("earlier", "later", "afterwards", "afterward", "prior")
        and _has_complement(tree, last)
    ):
        offset = (signed_count(match), unit_name(match))
    return Phrase(first, last, match[0], kind, lead, partial(reader, match), offset)


def _has_complement(tree: Tree, last: int) -> bool:
    return last + 1 < tree.n and tree.upos[last + 1] not in ("PUNCT", "CCONJ", "ADP", "AUX")


_LEADS: Final = {
    "since": "since", "until": "until", "till": "until", "by": "by", "before": "before", "after": "after", "following": "after", "from": "from",
    "starting": "from", "in": "in", "on": "on", "during": "during", "over": "over", "within": "in", "between": "between", "for": "for",
    "throughout": "during", "through": "until", "of": "of", "at": "at", "to": "to", "postponed": "", "pre": "before", "post": "after",
}  # fmt: skip
_LEAD_FILLERS: Final = words(
    "about around roughly nearly almost approximately late early the at least just only some more than back "
    "sometime as soon -"
)
_LEAD_PAIRS: Final = {
    ("prior", "to"): "before",
    ("ahead", "of"): "before",
    ("up", "to"): "until",
    ("as", "of"): "from",
    ("anniversary", "of"): "anniversary",
}


def _lead(tree: Tree, first: int) -> str:
    """The preposition before a phrase, in a handful of classes."""
    i = first - 1
    steps = 0
    while i >= 0 and tree.lower[i] in _LEAD_FILLERS and steps < 3:
        i, steps = i - 1, steps + 1
    if i < 0:
        return ""
    word = tree.lower[i]
    pair = _LEAD_PAIRS.get((tree.lower[i - 1], word)) if i else None
    return pair or _LEADS.get(word, "")


def takes_preposition(tree: Tree, first: int, last: int) -> bool:
    """Whether the "on" of "On June 3 rebels attacked …" is a phrase's, though the parse gives the subject both."""
    head = tree.heads[last]
    if first == 0 or head <= last or tree.relations[head] != "nsubj" or tree.heads[head] < 0:
        return False
    return tree.lower[first - 1] in ("on", "in", "since") and tree.heads[first - 1] in (head, last)


def _is_date(tree: Tree, kind: str, match: re.Match[str], first: int, last: int) -> bool:
    """Whether words that look like a date are one: no surnames, modals, counts, article numbers."""
    if kind in _OF_MONTHS:
        return _is_month(tree, kind, match, first, last)
    check = _CHECKS.get(kind)
    return check(tree, match, first, last) if check else True


_OF_MONTHS: Final = frozenset({"date", "days", "month"})


def _token_of(tree: Tree, name: str, first: int, last: int) -> int:
    """The first token that ends in a name of a month or a weekday, the first of all where none does."""
    for i in range(first, last + 1):
        if tree.lower[i].rstrip(".").endswith(name):
            return i
    return first


def _is_month(tree: Tree, kind: str, match: re.Match[str], first: int, last: int) -> bool:
    name = match["month"]
    token = _token_of(tree, name, first, last)
    if not any(map(str.isupper, tree.forms[token])) or tree.upos[token] in ("AUX", "VERB"):
        return False
    if kind != "month":
        if not 1 <= int(match["day"]) <= 31:
            return False
        in_month = first and tree.lower[first - 1] == "in" and not match["year"] and tree.lower[first].startswith(name)
        return not in_month
    if match["year"] or match["yref"] or match["part"] or match["which"] not in (None, "the"):
        return True
    if _lead(tree, first) in (
        "in",
        "since",
        "until",
        "by",
        "before",
        "after",
        "from",
        "during",
        "over",
        "between",
        "to",
        "of",
        "anniversary",
    ):
        return not (name == "may" and tree.relations[token] == "flat")
    if (
        first
        and tree.lower[first - 1] in ("and", "or", "through", "-")
        and tree.upos[token] != "VERB"
        and name != "may"
    ):
        return True
    if len(name) <= 3 or name in ("march", "august", "april", "june"):
        return tree.relations[token] in ("compound", "nmod", "obl") and name != "may"
    return tree.upos[token] == "PROPN" and tree.relations[token] not in ("flat", "nsubj")


_COUNTED: Final = words(
    "person people man woman child soldier civilian troop death casualty case vote seat dollar euro fighter member "
    "refugee migrant km mile meter metre percent page word kilogram ton tonne"
)


def _is_year(tree: Tree, match: re.Match[str], first: int, last: int) -> bool:
    following = last + 1
    after = tree.lower[following] if following < tree.n else ""
    previous = tree.lower[first - 1] if first else ""
    if after in ("gmt", "hours", "hrs", "utc", "local", "%", "percent") or previous in (
        "$",
        "€",
        "£",
        "at",
        "article",
        "resolution",
        "no.",
        "number",
        "nos.",
        "#",
        "section",
        "flight",
        "room",
        "usd",
    ):
        return False
    if match["part"] or match["lead"] or takes_preposition(tree, first, last):
        return True
    head = tree.heads[last]
    lead = _lead(tree, first)
    if head > last and tree.lower_lemmas[head] in _COUNTED:
        return False
    counted = tree.deprels[last] == "nummod" and head > last and tree.upos[head] in ("NOUN", "SYM", "PROPN")
    if counted:
        determined = (
            previous in ("the", "'s", "’s", "its", "his", "her", "their", "'", "a", "this", "that", "-")
            or first == 0
            or bool(first and tree.upos[first - 1] in ("ADJ", "DET", "PRON"))
        )
        return determined and tree.lower_lemmas[head] not in _COUNTED and head - last <= 3
    if lead:
        return lead not in ("at", "to", "of", "for", "over") or (
            (
                lead in ("to", "of", "over")
                and ((tree.upos[last] == "NUM" and not tree.children[last]) or bool(tree.children[last]))
            )
            and (head < 0 or tree.upos[head] != "VERB" or lead == "to")
        )
    if head >= 0 and tree.upos[head] == "PROPN" and head < last:
        return False  # "Resolution 2254", "Agenda 2030"
    return tree.relations[last] in ("obl", "compound", "nmod") or (first > 0 and previous in (",", "(", "and"))


def _is_weekday(tree: Tree, match: re.Match[str], first: int, last: int) -> bool:
    name = match["dow"]
    token = _token_of(tree, name, first, last)
    if not tree.forms[token][:1].isupper() or tree.upos[token] in ("VERB", "ADJ", "AUX"):
        return False
    if first and tree.lower[first - 1] in ("black", "bloody", "palm", "good", "easter", "super", "cyber"):
        return False
    if last + 1 < tree.n and tree.lower[last + 1] in (
        "times",
        "mirror",
        "telegraph",
        "mail",
        "express",
        "post",
        "star",
    ):
        return False
    return len(name) > 5 or tree.forms[token].endswith(".") or tree.upos[token] == "PROPN"


def _is_season(tree: Tree, match: re.Match[str], first: int, last: int) -> bool:
    token = next(i for i in range(first, last + 1) if tree.lower[i].endswith(match["season"]))
    if tree.upos[token] not in ("NOUN", "PROPN"):
        return False
    if match["year"] or match["yref"] or match["part"] or match["which"] not in (None, "the"):
        return True
    lone = tree.relations[token] not in ("compound", "nsubj", "obj", "flat") and not (
        last + 1 < tree.n and tree.lower[last + 1] == "of"
    )
    return lone and _lead(tree, first) in ("in", "during", "over", "since", "by", "until", "before", "after")


def _is_unit(tree: Tree, match: re.Match[str], first: int, last: int) -> bool:
    which, unit = match["which"], match["unit"]
    if which == "the":
        return bool(match["part"])
    if unit in ("second", "minute", "hour"):
        return False
    if unit == "quarter" and which in ("the last", "that"):
        return False
    if which == "that":  # "said that year-round …": the determiner alone
        token = next((i for i in range(first, last + 1) if tree.lower[i] == "that"), first)
        return tree.upos[token] == "DET"
    return not (
        unit == "day"
        and which in ("this", "last")
        and match["part"] is None
        and tree.lower[first - 1 if first else 0] == "to"
    )


def _is_offset(tree: Tree, match: re.Match[str], first: int, last: int) -> bool:
    return match["n"] is not None or tree.lower[first] == match["unit"] + "s"


def _is_nth_night(tree: Tree, match: re.Match[str], first: int, last: int) -> bool:
    """ "For a third night", "during the night"; not "the night" of which something else tells."""
    before = tree.lower[first - 1] if first else ""
    return before in ("in", "during") if match[0] == "the night" else before == "for"


def _is_duration(tree: Tree, match: re.Match[str], first: int, last: int) -> bool:
    if tree.lower[first] not in ("in", "within", "for") or match["n"] == "the" or match["unit"] == "second":
        return False
    return match["n"] is not None or (match["lead"] == "for" and tree.lower[last].endswith("s"))


def _is_vague(tree: Tree, match: re.Match[str], first: int, last: int) -> bool:
    word = match["word"]
    if word == "last":
        return (
            tree.upos[first] == "ADV"
            and tree.deprels[first] == "advmod"
            and tree.heads[first] == last + 1
            and tree.upos[last + 1] == "VERB"
        )
    if word == "earlier":
        return (
            tree.deprels[first] == "advmod"
            and tree.heads[first] >= 0
            and tree.upos[tree.heads[first]] in ("VERB", "AUX")
        )
    if word == "in the past":
        return last + 1 >= tree.n or not (tree.lower[last + 1] in PLAIN_WORDS or tree.upos[last + 1] in ("NUM", "ADJ"))
    return True


def _is_quarter(tree: Tree, match: re.Match[str], first: int, last: int) -> bool:
    groups = match.groupdict()
    told = groups.get("year") or groups.get("yref") or groups.get("the_year")
    if groups.get("q"):
        return True
    if groups.get("half") or match["nth"] in ("last", "final"):
        return bool(told)
    return bool(told) or _lead(tree, first) in ("in", "during", "since", "by", "until", "for", "of")


_CHECKS: Final[dict[str, Callable[[Tree, re.Match[str], int, int], bool]]] = {
    "year": _is_year,
    "weekday": _is_weekday,
    "season": _is_season,
    "unit": _is_unit,
    "offset": _is_offset,
    "duration": _is_duration,
    "vague": _is_vague,
    "quarter": _is_quarter,
    "night": _is_nth_night,
}


# ---- leads and ranges ----------------------------------------------------------------------------------------------

_CONNECTORS: Final = frozenset({"to", "until", "till", "through", "and", "-", "–", "or", "into"})
_BETWEEN: Final = words("in on early late the , again 's small hours morning of")
_RANGE_KINDS: Final = {"days": "date", "near day": "weekday"}


def _join(tree: Tree, phrases: list[Phrase]) -> list[Phrase]:
    """ "from X to Y", "between X and Y", "X-Y", "on X and Y" as one phrase."""
    joined: list[Phrase] = []
    for phrase in phrases:
        previous = joined[-1] if joined else None
        if previous is not None and previous.joined is None and _connected(tree, previous, phrase):
            text = f"{previous.text} … {phrase.text}"
            joined[-1] = replace(previous, last=phrase.last, text=text, joined=phrase)
        else:
            joined.append(phrase)
    return joined


def _connected(tree: Tree, left: Phrase, right: Phrase) -> bool:
    gap = [tree.lower[i] for i in range(left.last + 1, right.first)]
    words = [w for w in gap if w not in _BETWEEN]
    if words == ["and", "into"]:
        words = ["into"]
    if "vague" in (left.kind, right.kind) or left.offset or right.offset:
        return False
    if not words:
        touching = left.last == right.first and left.kind == right.kind == "year"
        return touching or (left.last + 1 == right.first and tree.forms[left.last][-1:] in "-–")
    if len(words) != 1 or words[0] not in _CONNECTORS:
        return False
    if words[0] in ("and", "or") and left.lead != "between":
        kinds = {_RANGE_KINDS.get(left.kind, left.kind), _RANGE_KINDS.get(right.kind, right.kind)}
        return len(kinds) == 1 and not kinds & {"unit", "duration", "rolling", "ago", "then"} and len(gap) <= 3
    if (
        words[0] == "to"
        and left.lead not in ("from", "between", "since")
        and left.kind not in ("weekday", "date", "month", "year")
    ):
        return False
    return right.kind not in ("duration", "rolling", "ago", "offset")


def _range(left: Phrase, right: Phrase, clock: Clock) -> Span | None:
    alone = replace(left, joined=None)
    told = re.search(r"\d{4}|year", right.text)
    first: Span | None
    last: Span | None
    if clock.direction == "future" and not told:
        first = alone.bare(clock)
        last = right.bare(replace(clock, today=first.start, within=None)) if first else None
    else:
        last = right.bare(clock)
        turned = replace(clock, today=last.end, direction="past") if last else clock
        first = alone.bare(turned)
    if first is None or last is None:
        return first or last
    if last.start < first.start and clock.direction == "past" and last.unit == first.unit == "weekday":
        first, last = last, first
    span = hull(first, last)
    if span.days == 2 and (left.text.startswith(("late", "overnight")) or left.text.partition(" … ")[0].endswith(("night", "evening"))):
        return Span(span.start, span.end, "day", span.basis, span.unit)  # a night
    return span


def _apply_lead(phrase: Phrase, span: Span, clock: Clock) -> Span | None:
    lead, today = phrase.lead, clock.today
    if phrase.kind in ("rolling", "ago", "duration", "vague", "offset") and lead not in ("since", "until", "before"):
        return span
    if lead == "since":
        return since(span, today)
    if lead == "until":
        return until(span, clock)
    if lead == "by":
        return until(span, clock) if today is not None and today <= span.end and clock.direction != "past" else span
    if lead == "before" and phrase.text.startswith(("the end of", "end of")):
        return until(span, clock) if clock.direction != "past" else before(span.end, span.basis)
    if lead == "before":
        if today is not None and today < span.start and clock.direction != "past":
            return interval(today, span.start - DAY, span.basis, unit="range")
        return before(span.start - DAY, span.basis)
    if lead == "after":
        return _after(span, today)
    if lead == "anniversary":
        return _anniversary(span, clock)
    return span


def _after(span: Span, today: date | None) -> Span | None:
    """After a date: open to today, which tells nothing where the date is fresh (then the tense dates the event)."""
    if today is None or today <= span.end:
        return Span(span.end, span.end, "unknown", span.basis, "range")
    if (today - span.end).days <= 14:
        return None
    return Span(span.end, today, "unknown", span.basis, "range")


def _anniversary(span: Span, clock: Clock) -> Span | None:
    """The same day of another year; an anniversary of a month or a year tells no day."""
    if span.precision != "day" or clock.today is None:
        return None
    return nearest_year(lambda y: day_span(span.start.replace(year=y), span.basis), replace(clock, within=None))
