"""Stanza without `transformers`, which takes half a second to load and is needed for training and for foreign models alone."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

DEFERRED = "transformers"


class _Deferred(ModuleType):
    """Stands for a module until something of it is asked for."""

    def __getattr__(self, name: str) -> Any:
        if name == "__file__":  # `inspect` asks every module for it
            raise AttributeError(name)
        self.step_aside()
        return getattr(importlib.import_module(self.__name__), name)

    def step_aside(self) -> None:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]


def load_stanza() -> Any:
    """The module stanza; those of its modules that import `transformers` get it when they first use it."""
    if DEFERRED in sys.modules or "stanza" in sys.modules:
        return importlib.import_module("stanza")
    stand_in = sys.modules[DEFERRED] = _Deferred(DEFERRED)
    try:
        return importlib.import_module("stanza")
    finally:
        stand_in.step_aside()
