"""Several processes as one run, as torchrun starts them: whose share is whose, and the few messages between them.

Started alone, a process is a run of one, and every function here is the identity: callers need not ask.
"""

from __future__ import annotations

import atexit
import contextlib
import datetime
import os
from typing import Any, TypeVar

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from models.errors import UserError

T = TypeVar("T")
PATIENCE = datetime.timedelta(days=7)
"""How long a process waits for the others: one of them may have hours of tokens to make, or a long validation. A process that
fails ends the others at once, since torchrun stops them."""


def start(device: str) -> torch.device:
    """Join the processes of torchrun, if it started this one; the device to use: with "cuda", the GPU of its own.

    Call once, before anything else of this module. Raises UserError if there are more processes than GPUs.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return torch.device(device)
    if device.startswith("cuda"):
        local = int(os.environ["LOCAL_RANK"])
        if local >= torch.cuda.device_count():
            raise UserError(f"torchrun started more processes than there are GPUs ({torch.cuda.device_count()}): "
                            "lower --nproc-per-node, or pass --device cpu")
        device = f"cuda:{local}"
        torch.cuda.set_device(local)
    if not dist.is_initialized():
        # small messages go over gloo, so that they need not wait for the GPU
        dist.init_process_group("cpu:gloo,cuda:nccl" if device.startswith("cuda") else "gloo", timeout=PATIENCE)
        atexit.register(_stop)
    return torch.device(device)


def start_alone(device: str, command: str) -> torch.device:
    """As start, for a command that does not divide its work. Raises UserError under torchrun."""
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        raise UserError(f"{command} runs in one process: start it without torchrun")
    return torch.device(device)


def rank() -> int:
    return dist.get_rank() if dist.is_initialized() else 0


def size() -> int:
    return dist.get_world_size() if dist.is_initialized() else 1


def is_main() -> bool:
    """Only this process writes files and shows progress."""
    return rank() == 0


def wait() -> None:
    """Return when every process has come here, hours later if need be. Over gloo, which leaves the GPU alone."""
    any_of(False)


def mean(values: Tensor) -> Tensor:
    """Mean over the processes, on the CPU in float64."""
    values = values.detach().to("cpu", torch.float64)
    if size() > 1:
        dist.all_reduce(values)
    return values / size()


def any_of(*flags: bool) -> list[bool]:
    """Each flag: true where it is true in any process. All processes get the same answer, so all can act on it."""
    if size() == 1:
        return list(flags)
    seen = torch.tensor(flags, dtype=torch.uint8)
    dist.all_reduce(seen, dist.ReduceOp.MAX)
    return [bool(flag) for flag in seen]


def gather(value: T) -> list[T]:
    """Every process's value (anything that pickles), in order of rank, in every process."""
    if size() == 1:
        return [value]
    values: list[Any] = [None] * size()
    dist.all_gather_object(values, value)
    return values


def replicate(model: nn.Module) -> nn.Module:
    """The model itself, or wrapped so that backward averages the gradients over the processes."""
    if size() == 1:
        return model
    device = next(model.parameters()).device
    return DistributedDataParallel(model, [device] if device.type == "cuda" else None, forward_sync_buffers=False,
                                   gradient_as_bucket_view=True)


def averaging(model: nn.Module, now: bool) -> contextlib.AbstractContextManager[Any]:
    """Around a forward and backward of replicate()'s result: average gradients now, or only add them up."""
    return contextlib.nullcontext() if now or size() == 1 else model.no_sync()


def _stop() -> None:
    if dist.is_initialized():
        dist.destroy_process_group()
