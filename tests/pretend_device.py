"""A second device that is none: tensors "on" it lie in the processor's memory, but cannot be mixed with those that do not.

What a real GPU would refuse (tensors of two devices in one operation, `numpy` of one of its tensors) is refused here; the
numbers are those of the CPU. It shows that code keeps its tensors together, not that a GPU computes the same.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_flatten, tree_map

DEVICE = torch.device("cuda", 0)
_MIXED = {"copy_", "_pack_padded_sequence", "_pad_packed_sequence", "lstm"}  # those of sequences take lengths from the CPU
_FETCHING = {"numpy", "__array__"}


class There(torch.Tensor):
    """A tensor on the pretended device."""


def there(x: Any) -> Any:
    return x.as_subclass(There) if isinstance(x, torch.Tensor) else x


def here(x: Any) -> Any:
    return x.as_subclass(torch.Tensor) if isinstance(x, There) else x


def _target(values: list[Any]) -> torch.device | None:
    """The device that a call names."""
    for value in values:
        if isinstance(value, torch.device):
            return value
        if isinstance(value, str) and value.partition(":")[0] in ("cpu", "cuda"):
            return torch.device(value)
    return None


class PretendedDevice(TorchFunctionMode):
    """While it is entered, "cuda" is the pretended device.

    Attributes:
        calls: how many operations ran there.
    """

    def __init__(self) -> None:
        super().__init__()
        self.calls = 0

    def __torch_function__(
        self, func: Callable[..., Any], types: object, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        values, _ = tree_flatten((args, kwargs))
        tensors = [v for v in values if isinstance(v, torch.Tensor)]
        away = [v for v in tensors if isinstance(v, There)]
        name = getattr(func, "__name__", "")
        if name == "__get__" and away and func == torch.Tensor.device.__get__:  # type: ignore[attr-defined]
            return DEVICE
        if name == "_has_compatible_shallow_copy_type":  # a parameter that moves is made anew
            return len(away) in (0, len(tensors))
        if name == "requires_grad_" and away:  # nothing is trained there
            return args[0]
        if name in _FETCHING and away:
            raise TypeError(f"{name} of a tensor on {DEVICE}")
        if name in ("cpu", "cuda", "to"):
            target = torch.device(name) if name != "to" else _target([*args[1:], *kwargs.values()])
            moved = here(args[0]).clone() if target and (target.type == "cuda") != bool(away) else here(args[0])
            rest = [v for v in args[1:] if v is None or isinstance(v, (torch.dtype, bool))]
            if any(isinstance(v, torch.dtype) for v in rest):
                moved = moved.to(next(v for v in rest if isinstance(v, torch.dtype)))
            return there(moved) if (target.type == "cuda" if target else away) else moved
        if away and name not in _MIXED and any(not isinstance(v, There) and v.dim() for v in tensors):
            raise RuntimeError(f"{name}: tensors on {DEVICE} and on the CPU")
        target = _target(list(kwargs.values()))
        if target is not None:
            kwargs = kwargs | {k: torch.device("cpu") for k, v in kwargs.items() if _target([v]) is not None}
        with torch.no_grad() if away else nullcontext():
            result = func(*tree_map(here, args), **tree_map(here, kwargs))
        if away or (target is not None and target.type == "cuda"):
            self.calls += 1
            if name == "_pack_padded_sequence":  # the sizes of its batches stay
                return there(result[0]), result[1]
            return tree_map(there, result)
        return result
