"""Relations and words that several modules go by: subjects, verbs of giving, permitting and fighting, directions, days, months, ordinals, adjectives of kind."""

from __future__ import annotations

from typing import Final

SUBJECT_LABELS: Final = frozenset({"nsubj", "csubj", "nsubj:pass", "csubj:pass", "nsubj:outer", "csubj:outer"})
GIVING_VERBS: Final = frozenset("give grant offer hand send lend award pay promise sell deny show allot pledge guarantee provide supply loan".split())
# Verbs that give leave to do what their infinitive says.
PERMITTING_VERBS: Final = frozenset({"allow", "permit", "let", "authorise", "authorize"})
# Verbs whose object, or else subject, is kept from what stands behind "from".
RESTRAINING: Final = frozenset(
    "refrain abstain desist prevent stop keep deter dissuade discourage restrain hold shrink shy bar ban prohibit forbid block hinder preclude".split()
)
# Behind "not" they make it no denial: "not only", "not least".
AFFIRMED: Final = frozenset({"only", "just", "merely", "simply", "least"})
# Before those whom a noun does not take in.
EXCEPTING: Final = frozenset({"except", "except for", "barring", "excluding", "apart from", "aside from", "other than", "save for", "unlike"})
# On a noun: what its bearers do to whom they are at war with ("the army fighting rebels").
FIGHTING: Final = frozenset({"fighting", "battling"})
DIRECTIONS: Final = frozenset("north south east west northeast northwest southeast southwest".split())
WEEKDAYS: Final = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
MONTHS: Final = frozenset("january february march april may june july august september october november december".split())
NUMBERED: Final = frozenset("first second third fourth fifth sixth seventh eighth ninth tenth".split())
# Before a noun they say of what kind it is ("general election", "official visit"), whoever bears the name otherwise.
KINDS: Final = frozenset("military general official public criminal individual private major minor patient executive native local national".split())
# First words of "each other", "one another", and the last of "each … the other"; what begins the rules of those who stand for them.
EACH_OTHER: Final = frozenset({"each", "one", "other"})
RECIPROCAL: Final = "each other: "
# Nouns that tell no more of a side than that it is one ("the first country to …", "those condemning …").
BARE_SIDES: Final = frozenset(
    "country state nation government member power kingdom monarchy republic ally neighbour neighbor democracy territory that those".split()
)  # "that" as the lemma of "those"
# Words without which nobody joins in what is told of another.
JOINING: Final = frozenset("as so nor neither too also likewise same suit along together alongside joined joining join joins followed following follow follows".split())
# Ends of possessors, cut off as tokens of their own.
CLITICS: Final = frozenset({"'s", "’s", "'S", "’S"})
