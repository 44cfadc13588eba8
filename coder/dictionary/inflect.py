"""Regular English inflection, for trigger verbs the lemmatizer gets wrong and for plurals of role nouns."""

from __future__ import annotations

import re

_VOWELS = "aeiou"


def plural_of(phrase: str) -> str:
    """The regular plural of a noun phrase (its last word)."""
    head, _, last = phrase.rpartition(" ")
    prefix = f"{head} " if head else ""
    lower = last.lower()
    if lower.endswith("man") and not lower.endswith(("human", "german", "roman", "ottoman", "talisman", "shaman")):
        return f"{prefix}{last[:-3]}men"
    if re.search(r"(s|x|z|ch|sh)$", lower):
        return f"{prefix}{last}es"
    if re.search(r"[^aeiou]y$", lower):
        return f"{prefix}{last[:-1]}ies"
    return f"{prefix}{last}s"


def verb_forms(lemma: str, irregular: list[str] | None = None) -> list[str]:
    """All forms of a verb: third person, -ing, past and participle.

    Args:
        irregular: past and participle forms that replace the regular -ed form.
    """
    if re.search(r"(s|x|z|ch|sh|o)$", lemma):
        third = lemma + "es"
    elif re.search(r"[^aeiou]y$", lemma):
        third = lemma[:-1] + "ies"
    else:
        third = lemma + "s"
    if lemma.endswith("ie"):
        ing = lemma[:-2] + "ying"
    elif lemma.endswith("e") and not lemma.endswith(("ee", "oe", "ye")):
        ing = lemma[:-1] + "ing"
    else:
        ing = lemma + "ing"
    if lemma.endswith("e"):
        past = lemma + "d"
    elif re.search(r"[^aeiou]y$", lemma):
        past = lemma[:-1] + "ied"
    else:
        past = lemma + "ed"
    forms = [lemma, third, ing]
    doubled = re.search(r"[^aeiou][aeiou]([bdgklmnprt])$", lemma)
    if doubled:
        forms.append(lemma + doubled.group(1) + "ing")
    if irregular:
        forms.extend(irregular)
    else:
        forms.append(past)
        if doubled:
            forms.append(lemma + doubled.group(1) + "ed")
    return forms
