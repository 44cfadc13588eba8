"""Text to pieces before parsing, without any model: segments, language check, sentence repairs.

In: a document's text and furniture. Out: segments (cleaned characters with their offsets) for the tokenizer, and,
on its tokens, sentences rejoined after abbreviations and cut where no sentence can be that long.

    segments("First line.\\n\\n* A bullet", ())
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from coder.participles import APART

MAX_SEGMENT_CHARACTERS = 20_000
SPLIT_MARKS = frozenset({",", ";", ":", "—", "–", "--"})

_BREAK = re.compile(
    r"\n[\s\x80-\x9f]*\n"  # blank line
    r"|\r[ \t]*\r(?!\n)|[\f\u2029]"  # old Mac blank line, page and paragraph separators
    r"|(?:(?<=\n)|\A)(?:[^\S\n]|[\u200b-\u200f\ufeff])*(?:[•‣▪●◦∙■]|[*-](?=[^\S\n]))"  # bullet at the start of a line
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of text that no sentence crosses.

    Args:
        text: cleaned: single blanks for white space and controls, no invisible characters.
        offsets: for each character of `text`, its offset in the document.
    """

    text: str
    offsets: Sequence[int]


@dataclass(frozen=True, slots=True)
class Token:
    """A token of the text; `multiword` where it stands for several syntactic words ("don't")."""

    text: str
    start: int
    end: int
    multiword: bool = False


@lru_cache(maxsize=4096)
def _cleaned(character: str) -> str:
    """The character as the models see it: itself, a blank, or nothing."""
    category = unicodedata.category(character)
    if character.isspace() or category in ("Cc", "Zs", "Zl", "Zp"):
        return " "
    if category == "Cf":  # zero-width, soft hyphen, direction marks: invisible, and they would hide a known name
        return ""
    return "\ufffd" if category == "Cs" else character


def _clean(text: str, start: int, end: int) -> Segment | None:
    characters: list[str] = []
    offsets: list[int] = []
    blank = True
    for position in range(start, end):
        character = _cleaned(text[position])
        if (character == " " and blank) or not character:
            continue
        blank = character == " "
        characters.append(character)
        offsets.append(position)
    if blank and characters:
        characters.pop()
        offsets.pop()
    return Segment("".join(characters), offsets) if characters else None


def _news_spans(length: int, furniture: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    position = 0
    for start, end in sorted(furniture):
        if start > position:
            yield position, min(start, length)
        position = max(position, end)
    if position < length:
        yield position, length


def segments(text: str, furniture: Sequence[tuple[int, int]] = ()) -> Iterator[Segment]:
    """Cut a text at furniture, blank lines and bullets.

    Args:
        text: the document's text.
        furniture: spans to leave out.
    """
    for span_start, span_end in _news_spans(len(text), furniture):
        position = span_start
        while position < span_end:
            match = _BREAK.search(text, position, span_end)
            stop = match.start() if match else span_end
            yield from _short_segments(text, position, stop)
            position = match.end() if match else span_end


def _short_segments(text: str, start: int, end: int) -> Iterator[Segment]:
    while start < end:
        stop = end
        if end - start > MAX_SEGMENT_CHARACTERS:
            blank = text.rfind(" ", start, start + MAX_SEGMENT_CHARACTERS)
            stop = blank if blank > start else start + MAX_SEGMENT_CHARACTERS
        segment = _clean(text, start, stop)
        if segment:
            yield segment
        start = stop


def _word_set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Frequent in English news and rare, as whole words, in other languages in Latin script.
_ENGLISH = _word_set(
    "the of and to that with by from has have had were are was is be which would their said been who but they this not "
    "will it its he his she her after about it's than when over between against while where could should into these "
    "those there our your we you my what because before more other also says as at for on an in"
)
_RIVALS = (
    _word_set(
        "de la le les des du et est que qui dans une un sur pour par avec au aux el los las del y en con por una su se lo "
        "der die das und den dem ist mit von nicht ein eine auf für het een van niet dat zijn wordt di il che per gli della "
        "non sono da do em uma não com os um dos och det att som är på av ikke og ble til nie się na że jest bir ve için "
        "bu ile için yang dan di ini itu dengan untuk ja on ei että se oli nem egy és hogy za je da su"
    )
    - _ENGLISH
)


def language_fault(text: str) -> str:
    """Say why a text is not English, "" where it is or where it is too short to tell.

    Args:
        text: the parts of the document that would be parsed.
    """
    sample = text[:20_000]
    letters = [c for c in sample if c.isalpha()]
    if len(letters) < 20:
        return ""
    latin = sum(c < "\u0250" or "\u1e00" <= c <= "\u1eff" for c in letters) / len(letters)
    if latin < 0.6:
        return f"{1 - latin:.0%} of the letters are not in Latin script"
    words = [w.lower() for w in _WORD.findall(sample)]
    if len(words) < 8:
        return ""
    english = sum(w in _ENGLISH for w in words) / len(words)
    rivals = sum(w in _RIVALS for w in words) / len(words)
    if rivals > 2 * english and rivals > 0.1:
        return f"{english:.0%} of the words are English function words, {rivals:.0%} those of other languages"
    if len(words) >= 60 and english < 0.05:
        return f"only {english:.0%} of the words are English function words"
    return ""


# Always followed by the name, number or noun that they belong to.
_TITLES = _word_set(
    "mr. mrs. ms. messrs. dr. prof. rev. hon. st. gen. sen. rep. gov. lt. col. maj. capt. cpt. sgt. cpl. adm. cmdr. "
    "cdr. brig. amb. sec. pres. supt. insp. det. gens. sens. reps. govs. lts. cols. atty. msgr. fr. sr. vs. v. "
    "lt.-gen. maj.-gen. lt.-col."
) - {"sr."}
_BEFORE_NUMBER = _word_set(
    "no. nos. art. sec. vol. pp. p. ch. jan. feb. mar. apr. jun. jul. aug. sep. sept. oct. nov. dec."
)
_NAMES = _word_set("u.s. u.k. u.n. e.u. u.a.e. u.s.s.r. d.c. u.s.-led")
_OTHERS = _word_set("inc. corp. co. ltd. bros. jr. sr. etc. e.g. i.e. a.m. p.m. approx. est. dept. incl. ph.d.")
_ENDS_SENTENCES = _NAMES | _OTHERS - {"e.g.", "i.e.", "approx.", "est.", "incl."}
_AFTER_CLOCK = _word_set(
    "monday tuesday wednesday thursday friday saturday sunday et est edt gmt utc cet ist pt pst local eastern moscow"
)
_AFTER_NAMES = _word_set(
    "president presidents vice secretary secretaries senator senators sen. rep. gen. representative representatives "
    "congressman congresswoman congress senate house army navy air marine marines coast military special forces force "
    "state department treasury defense defence justice supreme attorney general ambassador ambassadors embassy consulate "
    "ambassador-designate envoy envoys embassies central federal national security council assembly commission high human "
    "homeland customs immigration agency agencies drug food environmental trade commerce court district bureau joint "
    "chief chiefs chargé government administration republican republicans democratic democrats officials official "
    "troops soldiers peacekeepers peacekeeping refugee under-secretary undersecretary secretary-general geological "
    "steel dollar capitol foreign prime minister parliament mission development children's relief world women"
)


def _closing_abbreviation(sentence: Sequence[Token]) -> str:
    """The abbreviation, in lower case, that the sentence ends with; "" for none."""
    last = sentence[-1]
    if last.text == "." and len(sentence) > 1 and sentence[-2].end == last.start:
        return sentence[-2].text.lower() + "."
    return last.text.lower() if last.text.endswith(".") and len(last.text) > 1 else ""


def _continues(abbreviation: str, following: Token) -> bool:
    word = following.text
    if abbreviation in _BEFORE_NUMBER and word[0].isdigit():
        return True
    if abbreviation in _TITLES:
        return word[0].isalnum()
    if abbreviation in _NAMES:
        return word[0].islower() or word.lower() in _AFTER_NAMES
    if abbreviation in _OTHERS:
        return word[0].islower() or (abbreviation in ("a.m.", "p.m.") and word.lower() in _AFTER_CLOCK)
    return False


_OPENERS = _word_set(
    "The He She They But However His Their This That Meanwhile It In On At After Before Since While When If As Although Though "
    "Despite During Under According Both Some Many Most Several There What Why How We You Then Last Earlier Later Also And For"
)
# These open a sentence where a word in small letters follows ("Officials from", not "U.S. Officials Say").
_OPENERS_BEFORE_SMALL = _word_set(
    "Officials Critics Analysts Authorities Police Protesters Demonstrators Witnesses Residents Experts Lawmakers Opposition "
    "Rebels Militants Diplomats Investigators Prosecutors Activists Observers Negotiators Talks Two Three Four Five Dozens Hundreds "
    "Thousands Supporters Opponents Hours Days Weeks Months One Another"
)


def _opens(sentence: Sequence[Token], i: int) -> bool:
    """Whether a token behind an abbreviation is the first one of another sentence."""
    text = sentence[i].text
    if text in _OPENERS:
        return True
    return text in _OPENERS_BEFORE_SMALL and i + 1 < len(sentence) and sentence[i + 1].text[0].islower()


def _ends_in_number(sentence: Sequence[Token], i: int) -> bool:
    """Whether the token before is the stop of a number ("on Aug. 2. China …")."""
    stop, number = sentence[i - 1], sentence[i - 2]
    return stop.text == "." and number.end == stop.start and number.text.isdigit() and sentence[i].text[0].isupper()


def separate(sentences: Sequence[list[Token]]) -> list[list[Token]]:
    """Cut sentences where the next word can only open one: after "U.S." and the like ("the U.S. The president"), after numbers.

    Args:
        sentences: tokens by sentence, none empty.
    """
    parts: list[list[Token]] = []
    for sentence in sentences:
        start = 0
        for i in range(1, len(sentence)):
            if sentence[i].start == sentence[i - 1].end:
                continue
            abbreviated = _opens(sentence, i) and _closing_abbreviation(sentence[max(start, i - 2) : i]) in _ENDS_SENTENCES
            if abbreviated or (i > start + 2 and _ends_in_number(sentence, i)):
                parts.append(sentence[start:i])
                start = i
        parts.append(sentence[start:])
    return parts


# The treebanks of English write these as three tokens, and so the dictionaries find the name in "Saudi-led".
_HYPHENED = re.compile(rf"(?P<name>[^\W\d_][\w.'’-]*[\w.])-(?P<rest>{'|'.join(sorted(APART))})")


def hyphens(sentences: Sequence[list[Token]]) -> list[list[Token]]:
    """Part "Saudi-led" into three tokens, and "Israeli-" before "occupied" into two.

    Args:
        sentences: tokens by sentence.
    """
    return [[part for i, token in enumerate(s) for part in _unhyphened(token, s[i + 1] if i + 1 < len(s) else None)] for s in sentences]


def _unhyphened(token: Token, following: Token | None) -> list[Token]:
    text = token.text
    if "-" not in text or token.multiword or len(text) != token.end - token.start:
        return [token]
    rest = ""
    if match := _HYPHENED.fullmatch(text):
        name, rest = match["name"], match["rest"]
    elif len(text) > 2 and text[-1] == "-" and text[-2].isalpha() and following is not None and following.start == token.end:
        name = text[:-1]
    else:
        return [token]
    middle = token.start + len(name)
    parts = [Token(name, token.start, middle), Token("-", middle, middle + 1)]
    return [*parts, Token(rest, middle + 1, token.end)] if rest else parts


_CLOSING_QUOTES = frozenset("'\"”’»")


def _name_goes_on(sentence: Sequence[Token], following: Sequence[Token]) -> bool:
    """Whether two or three capitalised words alone are the beginning of the name that follows."""
    if not 2 <= len(sentence) <= 3 or len(following) < 2 or following[0].start - sentence[-1].end != 1:
        return False
    name = [*sentence, following[0]]
    return all(t.text.isalpha() and t.text.istitle() and t.text not in _OPENERS for t in name) and following[1].text.islower()


def rejoin(sentences: Sequence[list[Token]]) -> list[list[Token]]:
    """Join sentences of one segment that were cut after an abbreviation such as "U.S." or "Gen.", or before a closing quote,
    or within a name at their beginning ("Kim Jong | Il has ruled").

    Args:
        sentences: tokens by sentence, none empty.
    """
    joined: list[list[Token]] = []
    for sentence in sentences:
        if joined:
            abbreviation = _closing_abbreviation(joined[-1])
            if abbreviation and _continues(abbreviation, sentence[0]):
                last = joined[-1].pop()
                if last.text == ".":  # glue the stop back onto its abbreviation
                    stem = joined[-1].pop()
                    last = Token(stem.text + ".", stem.start, last.end)
                joined[-1].extend((last, *sentence))
                continue
            quote = sentence[0].start == joined[-1][-1].end and all(t.text in _CLOSING_QUOTES for t in sentence)
            if quote or _name_goes_on(joined[-1], sentence):
                joined[-1].extend(sentence)
                continue
        joined.append(list(sentence))
    return joined


def cuts(forms: Sequence[str], sizes: Sequence[int], max_tokens: int, max_size: int) -> list[tuple[int, int]]:
    """Where to cut a sentence that is too long: at the last comma or the like in the second half, else hard.

    Args:
        forms: the words.
        sizes: what each word takes of `max_size` (subword pieces).
        max_tokens: most words in a part.
        max_size: most of `sizes` in a part; a word above it stands alone.
    """
    parts: list[tuple[int, int]] = []
    start = 0
    while start < len(forms):
        end, size = start, 0
        while end < len(forms) and end - start < max_tokens and (end == start or size + sizes[end] <= max_size):
            size += sizes[end]
            end += 1
        if end < len(forms):
            marks = (i + 1 for i in range(end - 1, start + (end - start) // 2, -1) if forms[i] in SPLIT_MARKS)
            end = next(marks, end)
        parts.append((start, end))
        start = end
    return parts
