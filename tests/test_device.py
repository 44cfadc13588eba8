"""Which device parses, and that whatever is computed stays on it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch
from pretend_device import PretendedDevice, there

from coder import device as module
from coder.device import DEVICE_VARIABLE, check_device, choose_device, device_kind
from coder.errors import ModelError
from coder.parse import Parser
from coder.pipeline import Model, build, metadata
from coder.records import Document
from coder.resources import Resources
from coder.store import ParseStore, parse_key, parsed_by

TEXT = (
    "Russia's foreign minister met his Turkish counterpart in Ankara on Tuesday. They didn't discuss Syria.\n\n"
    "Rebels attacked an army convoy near Goma, killing eleven soldiers, the U.N. said; the government can't confirm it. "
    "He denounced 'brexiteering' of Frobnicators."
)


@pytest.fixture
def gpus(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many GPUs as the parameter says, and nothing in the environment."""
    count = getattr(request, "param", 0)
    monkeypatch.delenv(DEVICE_VARIABLE, raising=False)
    monkeypatch.setattr(module, "_may_have_gpu", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: count > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: count)


CHOICES = [
    (0, None, None, "cpu"),
    (1, None, None, "cuda"),
    (1, "auto", None, "cuda"),
    (0, "auto", None, "cpu"),
    (1, "cpu", None, "cpu"),
    (1, None, "cpu", "cpu"),
    (1, "cuda", "cpu", "cuda"),
    (1, None, "auto", "cuda"),
    (1, None, "", "cuda"),
    (0, "cuda:1", None, "cuda:1"),  # its stored parses serve without it
]


@pytest.mark.parametrize(("gpus", "given", "variable", "chosen"), CHOICES, indirect=["gpus"])
def test_choice(gpus: None, given: str | None, variable: str | None, chosen: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if variable is not None:
        monkeypatch.setenv(DEVICE_VARIABLE, variable)
    assert choose_device(given) == chosen


@pytest.mark.parametrize("name", ["gpu", "cuda:", "cuda:x", "cuda:-1", "CPU", "mps", "cuda 1"])
def test_unknown_names(name: str, gpus: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=rf'no device "{name}" \(give auto, cpu, cuda or cuda:1\)'):
        Parser.load(device=name)
    monkeypatch.setenv(DEVICE_VARIABLE, name)
    with pytest.raises(ModelError, match=DEVICE_VARIABLE):
        Parser.load()


ABSENT = [
    (0, None, "cuda", "this PyTorch is built for processors alone"),
    (0, "12.8", "cuda", "PyTorch finds no GPU"),
    (1, "12.8", "cuda:1", "cuda:0 is there"),
    (2, "12.8", "cuda:2", "cuda:0 to cuda:1 are there"),
]


@pytest.mark.parametrize(("gpus", "built", "name", "message"), ABSENT, indirect=["gpus"])
def test_absent_devices(gpus: None, built: str | None, name: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.version, "cuda", built)
    monkeypatch.setattr(torch.version, "hip", None, raising=False)
    with pytest.raises(ModelError, match=message):
        Parser.load(device=name)


@pytest.mark.parametrize("gpus", [2], indirect=True)
@pytest.mark.parametrize("name", ["cpu", "cuda", "cuda:0", "cuda:1"])
def test_present_devices(gpus: None, name: str) -> None:
    check_device(name)
    assert device_kind(name) == ("cpu" if name == "cpu" else "cuda")


def test_torch_is_not_asked_where_there_is_no_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DEVICE_VARIABLE, raising=False)
    monkeypatch.setattr(module, "_may_have_gpu", lambda: False)
    monkeypatch.setattr(module, "load_torch", lambda: pytest.fail("torch takes a second to load"))
    assert choose_device() == "cpu"


def test_parses_of_a_gpu_are_kept_apart_and_those_of_a_cpu_stay_where_they_are() -> None:
    document = Document("d", "Ankara and Damascus held talks.")
    cpu, gpu, second = Model(device="cpu"), Model(device="cuda"), Model(device="cuda:1")
    assert cpu.parsed_by == cpu.sha256 == parsed_by(cpu.sha256, "cpu")
    assert gpu.sha256 == cpu.sha256
    assert gpu.parsed_by == second.parsed_by
    assert parse_key(document, gpu.parsed_by) != parse_key(document, cpu.parsed_by)


def test_tables_name_the_device_where_it_is_a_gpu(resources: Resources) -> None:
    assert "eventcoder.device" not in metadata(resources, "m", "f" * 64, "c")
    assert metadata(resources, "m", "f" * 64, "c", "cuda")["eventcoder.device"] == "cuda"


@pytest.mark.stanza
def test_what_a_gpu_parsed_is_coded_without_one(tmp_path: Path, resources: Resources, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    (tmp_path / "news").mkdir()
    (tmp_path / "news" / "a.txt").write_text("Russia's foreign minister met his Turkish counterpart.", encoding="utf-8")
    out, gpu = tmp_path / "out", Model(device="cuda")
    with pytest.raises(ModelError, match="no device cuda"):
        build(tmp_path / "news", out, resources, gpu)
    build(tmp_path / "news", out, resources, Model(threads=1, device="cpu"))
    store = ParseStore(out / ".parses")
    store.put([(parse_key(p.document, gpu.parsed_by), p) for p in store])
    assert build(tmp_path / "news", out, resources, gpu).parsed == 0
    assert pq.read_schema(out / "events.parquet").metadata[b"eventcoder.device"] == b"cuda"
    assert "| parsed on | cuda |" in (out / "codebook.md").read_text(encoding="utf-8")


# Nothing leaves its device -------------------------------------------------------------------------------------------


def test_the_pretended_device_refuses_what_a_gpu_refuses() -> None:
    with PretendedDevice() as device:
        x = torch.ones(3).to("cuda")
        assert x.device.type == "cuda"
        assert (x + 1).device.type == x.new_zeros(2).device.type == torch.arange(2, device=x.device).device.type == "cuda"
        assert torch.ones(2).device.type == x.cpu().device.type == "cpu"
        assert device.calls
        for mix in (lambda: x + torch.ones(3), lambda: torch.ones(3)[x.long()], lambda: torch.cat([x, torch.ones(1)])):
            with pytest.raises(RuntimeError, match="on the CPU"):
                mix()
        with pytest.raises(TypeError):
            x.numpy()
        with pytest.raises(TypeError):
            np.asarray(x)
        layer = torch.nn.Linear(3, 2).to("cuda")
        with pytest.raises(RuntimeError, match="on the CPU"):
            layer(torch.ones(1, 3))
        assert layer(there(torch.ones(1, 3))).device.type == "cuda"


@pytest.fixture(scope="module")
def parser() -> Parser:
    return Parser.load(threads=1, device="cpu")


@pytest.mark.stanza
def test_no_tensor_is_made_where_the_default_is(parser: Parser) -> None:
    """Weights on the CPU, the default device elsewhere: a tensor that is made without a device cannot be combined.

    Lemmas and multiword tokens are known from the first pass, since Stanza's loaders do use the default device.
    """
    expected = list(parser.parse([Document("d", TEXT)]))
    torch.set_default_device("meta")
    try:
        found = parser._parse_together([Document("d", TEXT)])
    finally:
        torch.set_default_device(None)
    assert found == expected


@pytest.mark.stanza
@pytest.mark.parametrize("layout", ["packed", "trainer"])
def test_parsing_on_a_pretended_gpu(
    layout: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loaded on a second device, every model and every step stays there; same arithmetic, so the same parses."""
    folder: Path = request.getfixturevalue(f"{layout}_model")
    expected = list(Parser.load(folder, threads=1, device="cpu").parse([Document("d", TEXT)]))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", True)
    with PretendedDevice() as device:
        gpu = Parser.load(folder, threads=1, device="cuda")
        assert gpu.device == "cuda"
        assert torch.backends.cudnn.allow_tf32 is False
        assert gpu._stages._heads._encoder.device.type == "cuda"
        before = device.calls
        found = gpu._parse_together([Document("d", TEXT)])
        assert device.calls > before + 1000
    assert found == expected
