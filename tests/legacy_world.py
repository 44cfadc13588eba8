"""A small set of legacy dictionaries about invented countries, and sentences with their trees."""

from __future__ import annotations

from pathlib import Path

import pytest

from coder.conllu import iter_conllu
from coder.legacy.load import LegacyFile, compile_legacy
from coder.legacy.model import LegacyDictionaries
from coder.records import Sentence

ACTORS = """\
<!-- invented countries
     of the tests -->
VELLARIA  [VEL]   # the coast
+VELLARIAN
+PORT_ASK_
NORDMARK_  [NRD]
OSTRAVIA [OST]
QUILLON
+THE_OLD_FOX
	[OSTOPP <19990101]
	[OSTGOV 19990101-20041231]
	[OSTELI >20050101]
MARSH_LEAGUE [TAM/RIN]
INLAND_SEA [---]
DROMM [DRM]
+DROMMER
TESSA_VOSS [VELGOV >100101] [VELREB >150101]
LASTLAND [LST]
"""

AGENTS = """\
!PERSON! = MAN, MEN, WOMAN, WOMEN
ENVOY [~GOV]
SOLDIER [~MIL]
HARBOUR_GUARD {} [ ~COP]
GUARD [~MIL]
RELIEF_BODY {RELIEF_BODIES} [NGO~]
ASSEMBLY!PERSON! [~LEG]
CROWD [~PPL]
MINISTER [~GOV]
"""

VERBS = """\
####### SYNONYM SETS #######
&GOODS
+GRAIN
+SALTED FISH
+TIMBER_
&DEAL
+TREATY
+&PACTS
&PACTS
+PACT
+ACCORD

####### VERB PATTERNS #######
--- GREET [050] ---
GREET
HUG {HUGGED HUGGING HUGS} [051]
- * &DEAL [057]
- * {&GOODS CONVOY} [073]
- * (FROM $) [033]

--- STRIKE [190] ---
STRIKE {STRUCK STRIKES STRIKING}
+CALL_OFF {+CALLED_OFF +CALLS_OFF}  [160]
- * BARGAIN [---]
- SICKNESS * [---]
- * (AT ^) (WITH +) [193]

--- MEET [040:041] ---
MEET {MET MEETS MEETING}
- % * [046:046]
- * PRAISE [:051]
- * &NOWHERE [010]

--- SAY [010] ---
SAY {SAID SAYS SAYING}
--- HELP [070] ---
HELP
- * HARVEST [0733]

--- PLAN [030] ---
PLAN {PLANNED PLANS PLANNING}

~ a (a b STRIKE) SAY = a b 015
~ a (a b PLAN_STRIKE) SAY = a b 138
"""

SEQUENCES = """\
&BOATS
+BOAT
+LONG SHIP

--- SEIZE [170] ---
SEIZE
- * &BOATS [171]
- WILL NOT * [087]
- *_BACK + [080]
- $ TAKEN * BY_+ [172]

--- TALK [040:040] ---
TALK
- * WITH_&BOATS [041]
- % * [046]
"""

DISCARDS = """\
REGATTA_
+FOLK TALE
CUP FINAL
"""


def world(*texts: tuple[str, str]) -> LegacyDictionaries:
    """The dictionaries of the tests, or those given as (name, text)."""
    given = texts or (
        ("a.actors.txt", ACTORS),
        ("a.agents.txt", AGENTS),
        ("a.verbs.txt", VERBS),
        ("a.discards.txt", DISCARDS),
    )
    return compile_legacy([LegacyFile.of(Path(name), text) for name, text in given])


def sentence(rows: str, day: str = "2001-05-01") -> Sentence:
    """A sentence from lines "form lemma UPOS head relation"."""
    lines = ["# newdoc id = t", f"# date = {day}"]
    for n, row in enumerate(rows.strip().splitlines(), 1):
        form, lemma, upos, head, relation = row.split()
        lines.append(f"{n}\t{form}\t{lemma}\t{upos}\t_\t_\t{head}\t{relation}\t_\t_")
    parsed = list(iter_conllu([*lines, ""]))
    if not parsed or not parsed[0].sentences:
        pytest.fail(f"not a tree: {rows}")
    return parsed[0].sentences[0]
