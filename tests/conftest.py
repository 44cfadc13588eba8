"""Fixtures shared by the tests: the shipped dictionaries loaded once, the model loaded only where it is needed."""

from __future__ import annotations

from pathlib import Path

import pytest

from coder.pipeline import Model
from coder.resources import Resources, load_resources

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(__file__).resolve().parent / "data"


@pytest.fixture(scope="session")
def resources() -> Resources:
    return load_resources()


@pytest.fixture(scope="session")
def model() -> Model:
    return Model(threads=1)
