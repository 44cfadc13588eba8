"""Records of the peers' suites that are not coded as they expect, each with the reason.

Kinds: `text` (the record expects what its sentence does not say), `dictionary` (a code that the named files do not give),
`clash` (another record expects otherwise of the same sentence), `merged` (several actors wanted as one string).
With the bundled parser alone: `parse` (the record rests on a fault of the parse it ships, or the parser errs).
"""

from __future__ import annotations

WRONG: dict[str, dict[str, tuple[str, str]]] = {
    "unit_udpipe_2.0": {
        "COMPOUND_07B": ("merged", "wants FRO/BIL/SAM as one actor; the three are kept apart"),
        "AFP0808020593_1a": ("clash", "_1b has the same sentence and parse and expects one event less"),
        "COMMA_11": ("text", "the text names the official's country, which the record leaves out"),
        "ABOUT_01": ("dictionary", "the verb file has another code for the verb"),
    },
    "unit_udpipe_petr1": {
        "AGENT_13": ("dictionary", "wants LEG for the word government, which the agent file has as GOV"),
        "COMPOUND_34": ("dictionary", "wants ###, which begins a comment in the actor file"),
        "AFP0808020593_1a": ("clash", "_1b has the same sentence and parse and expects one event less"),
        "COMMA_11": ("text", "the text names the official's country, which the record leaves out"),
    },
    "petr2_gsr": {
        "AFP0808020625_4": ("text", "wants a visit that took place; the sentence tells of preparing for it"),
        "TEST_4": ("text", "lists alternatives as if both were required, with a country that the dead are not given"),
        "TEST_7": ("text", "wants a fight between two actors of whom the sentence tells none"),
    },
}  # fmt: skip
OWN_PARSES: dict[str, dict[str, tuple[str, str]]] = {
    "unit_udpipe_2.0": {
        "ACTOR_01": ("dictionary", "the last entry of the actor file knows the name that the record wants unknown"),
        "PATTERN_20": ("parse", "not a sentence: no reading has its first word as the subject"),
        "SYNSET_24b": ("parse", "rests on a noun tagged as a verb"),
    },
    "unit_udpipe_petr1": {
        "ACTOR_01": ("dictionary", "the last entry of the actor file knows the name that the record wants unknown"),
        "PATTERN_20": ("parse", "not a sentence: no reading has its first word as the subject"),
        "SYNSET_24b": ("parse", "rests on a noun tagged as a verb"),
    },
    "petr2_gsr": {"OVERLAP_0": ("parse", "a phrase of place hung on the noun before it, whose modifier is an agent")},
}


def verdict(suite: str, record: str, *, own_parses: bool = False) -> tuple[str, str] | None:
    """Kind and reason of a record's failure, None where the record is right and should pass."""
    listed = WRONG.get(suite, {}).get(record)
    return listed or (OWN_PARSES.get(suite, {}).get(record) if own_parses else None)
