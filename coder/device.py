"""Where the parser computes: on the processor or on a GPU. Imports torch only where it has to be asked."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from typing import Any

from coder.errors import ModelError

DEVICE_VARIABLE = "EVENTCODER_DEVICE"
CHOICES = "auto, cpu, cuda or cuda:1"

_NAME = re.compile(r"cpu|cuda(:\d{1,3})?")
_DRIVERS = ("/dev/nvidiactl", "/dev/kfd", "/dev/dxg")  # of NVIDIA, of AMD, of either under Windows' Linux


def load_torch() -> Any:
    """The module torch, with the settings that it and its libraries read when they are loaded."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    # oneDNN keeps what it prepares for each number of rows, 1,024 of them unless told: of sentences nearly all numbers occur
    os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "128")
    import torch

    return torch


def choose_device(device: str | None = None) -> str:
    """The name of a device as torch has it: "cpu", "cuda", "cuda:1".

    Whether a device that is asked for is there is not looked at, see `check_device`: its stored parses serve without it.

    Args:
        device: such a name, or "auto": "cuda" where torch finds a GPU, else "cpu". None for what the environment
            variable EVENTCODER_DEVICE says, and "auto" where it says nothing.

    Raises:
        ModelError: no such name.
    """
    wanted = device or os.environ.get(DEVICE_VARIABLE) or "auto"
    if wanted == "auto":
        return "cuda" if _may_have_gpu() and load_torch().cuda.is_available() else "cpu"
    if not _NAME.fullmatch(wanted):
        source = "" if device else f" ({DEVICE_VARIABLE})"
        raise ModelError(f'no device "{wanted}"{source}', hint=f"give {CHOICES}")
    return wanted


def check_device(device: str) -> None:
    """Make sure that torch can compute there.

    Args:
        device: as of `choose_device`.

    Raises:
        ModelError: it cannot.
    """
    if device == "cpu":
        return
    torch = load_torch()
    if not torch.cuda.is_available():
        if not (torch.version.cuda or getattr(torch.version, "hip", None)):
            raise ModelError(f"no device {device}: this PyTorch is built for processors alone", hint="use cpu, or install torch for CUDA")
        raise ModelError(f"no device {device}: PyTorch finds no GPU", hint="use cpu, or see whether `nvidia-smi` lists one")
    count = torch.cuda.device_count()
    if int(device.partition(":")[2] or 0) >= count:
        there = "cuda:0 is" if count == 1 else f"cuda:0 to cuda:{count - 1} are"
        raise ModelError(f"no device {device}", hint=f"{there} there")


def device_kind(device: str) -> str:
    """What kind of device it is, "cpu" or "cuda": parses of two kinds may differ by rounding and are kept apart."""
    return device.partition(":")[0]


def _may_have_gpu() -> bool:
    """Whether to ask torch, which takes a second to load: not where there is no driver."""
    if sys.platform == "darwin":
        return False
    return not sys.platform.startswith("linux") or any(Path(p).exists() for p in _DRIVERS)
