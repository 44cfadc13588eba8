"""TABARI, PETRARCH, PETRARCH2 and UniversalPetrarch dictionaries as they are: read, matched, coded, imported.

>>> legacy = load_legacy([Path("actors.txt"), Path("verbs.txt")])
>>> events = code_legacy_sentences(sentences, legacy, Options())
"""

from importlib import import_module
from typing import Any

_PLACES = {
    "LegacyDictionaries": "model",
    "code_legacy_sentences": "code",
    "is_legacy": "load",
    "load_legacy": "load",
    "sniff": "load",
}
__all__ = ["LegacyDictionaries", "code_legacy_sentences", "is_legacy", "load_legacy", "sniff"]


def __getattr__(name: str) -> Any:
    """Modules are loaded when a name is used: most runs code with native dictionaries alone."""
    if name in _PLACES:
        return getattr(import_module(f"coder.legacy.{_PLACES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
