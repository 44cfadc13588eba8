"""Fixtures shared by the tests: the shipped dictionaries loaded once, the model loaded only where it is needed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from coder.pipeline import Model, build
from coder.resources import Resources, load_resources

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(__file__).resolve().parent / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="the full counts of the fault, fuzz and load tests (hours)")


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("EVENTCODER_DEVICE", "cpu")  # what is expected was parsed there
    if config.getoption("--long"):  # read where the tests are imported
        os.environ.setdefault("EVENTCODER_FUZZ", "10000")
        os.environ.setdefault("EVENTCODER_LONG", "1")


@pytest.fixture(scope="session")
def resources() -> Resources:
    return load_resources()


@pytest.fixture(scope="session")
def model() -> Model:
    return Model(threads=1)


@pytest.fixture(scope="session")
def trainer_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled model as a folder of NAME.pt files; not to be changed."""
    from model_layouts import trainer_layout

    return trainer_layout(tmp_path_factory.mktemp("models") / "trainer")


@pytest.fixture(scope="session")
def packed_model(tmp_path_factory: pytest.TempPathFactory, trainer_model: Path) -> Path:
    """The bundled model, packed from `trainer_model`; not to be changed."""
    from coder.training.pack import pack

    folder = tmp_path_factory.mktemp("models") / "packed"
    pack(trainer_model, folder)
    return folder


@pytest.fixture(scope="session")
def sample_build(tmp_path_factory: pytest.TempPathFactory, resources: Resources, model: Model) -> Path:
    """The sample corpus built into a folder of its own. Its parses are stored, so that nothing is parsed unless the
    corpus or the model has changed (then it takes longer and is as right)."""
    output = tmp_path_factory.mktemp("sample") / "output"
    shutil.copytree(DATA / "sample-parses", output / ".parses")
    build(ROOT / "corpus", output, resources, model)
    return output
