"""TABARI, PETRARCH, PETRARCH2 and UniversalPetrarch dictionaries as they are: read, matched, coded, imported.

>>> legacy = load_legacy([Path("actors.txt"), Path("verbs.txt")])
>>> events = code_legacy_sentences(sentences, legacy, Options())
"""

from coder.legacy.code import code_legacy_sentences
from coder.legacy.load import is_legacy, load_legacy, sniff
from coder.legacy.model import LegacyDictionaries

__all__ = ["LegacyDictionaries", "code_legacy_sentences", "is_legacy", "load_legacy", "sniff"]
