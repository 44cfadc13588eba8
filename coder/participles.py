"""Participles that stand behind a name and a hyphen: "Saudi-led", "Turkish-backed".

Some tell whose what they stand before is, others part the nation from it: the rebels of "Turkish-backed rebels" are not Turkish.

The sets with "apart" in their names decide how texts are cut into tokens as well: a word added to or taken from one of them
changes parses, and those stored before stay as they were unless PARSER_VERSION changes with it. A participle that need not be
cut off goes into LED or BACKED themselves.
"""

from __future__ import annotations

from typing import Final

_LED_APART: Final = frozenset("led run dominated flagged".split())
_BACKED_APART: Final = frozenset(
    "backed allied supported sponsored funded armed trained linked aligned occupied controlled held owned born based brokered mediated "
    "affiliated inspired proposed sanctioned imposed friendly".split()
)
# "a Saudi-led strike" is Saudi Arabia's.
LED: Final = _LED_APART | frozenset("majority commanded registered operated".split())
BACKED: Final = _BACKED_APART | frozenset("made built recognized educated equipped supplied".split())
LED_OR_BACKED: Final = BACKED | LED
# Where the tokenizer parts the three: the name, the hyphen and one of these. A word more or less changes parses (see above).
APART: Final = _LED_APART | _BACKED_APART | frozenset(
    "financed administered annexed appointed speaking ruled governed besieged drafted installed designated declared protected leaning".split()
)
