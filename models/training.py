"""One training loop for every model: AdamW, warm-up and schedule, EMA, checkpoints, exact resume, clean stops."""

from __future__ import annotations

import contextlib
import json
import math
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol

import torch
from torch import Tensor, nn
from tqdm import tqdm

from models.checkpoint import (
    WEIGHTS,
    load_checkpoint,
    restore_rng,
    save_checkpoint,
    save_safetensors,
)
from models.config import Config
from models.ema import Ema
from models.errors import TrainingError

LOG = "log.jsonl"
Metrics = dict[str, Any]


class TrainConfig(Config):
    steps: int
    batch_size: int
    lr: float
    warmup: int = 0
    schedule: Literal["cosine", "constant"] = "cosine"
    final_lr_ratio: float = 0.0
    """Learning rate at the end of the cosine, as a share of the peak."""
    betas: tuple[float, float] = (0.9, 0.95)
    weight_decay: float = 0.05
    clip: float = 1.0
    bf16: bool = True
    compile: bool = True
    """Compile the hot modules; the command decides which (see each command)."""
    ema: float = 0.0
    """Decay of the averaged weights, which then are the ones validated and published; 0 is off."""
    seed: int = 0
    checkpoint_minutes: float = 5.0
    log_every: int = 20
    validate_every: int = 0
    """Steps between validations; 0 validates only at the end."""


class Stream(Protocol):
    """Endless batches with a position (models/streams.py)."""

    batch_size: int

    def __next__(self) -> Any: ...
    def state_dict(self) -> dict[str, Any]: ...
    def load_state_dict(self, state: dict[str, Any]) -> None: ...


@dataclass(frozen=True)
class Outcome:
    step: int
    finished: bool
    """False if a signal (or `stop_after`) ended the run early; run the same command again to go on."""


def seed_everything(seed: int) -> None:
    """Call before building the model, so that its initial weights are those of the configuration's seed."""
    import random

    import numpy as np

    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)


def learning_rate(config: TrainConfig, step: int) -> float:
    """Linear warm-up to `lr`, then constant or cosine down to `final_lr_ratio` at `steps`."""
    if step < config.warmup:
        return config.lr * (step + 1) / config.warmup
    if config.schedule == "constant":
        return config.lr
    progress = min(1.0, (step - config.warmup) / max(1, config.steps - config.warmup))
    cosine = 0.5 * (1 + math.cos(math.pi * progress))
    return config.lr * (config.final_lr_ratio + (1 - config.final_lr_ratio) * cosine)


def make_optimizer(config: TrainConfig, model: nn.Module) -> torch.optim.AdamW:
    """AdamW with weight decay on tensors of two and more dimensions only (gains and biases are left alone)."""
    parameters = [p for p in model.parameters() if p.requires_grad]
    groups = [
        {"params": [p for p in parameters if p.ndim >= 2], "weight_decay": config.weight_decay},
        {"params": [p for p in parameters if p.ndim < 2], "weight_decay": 0.0},
    ]
    return torch.optim.AdamW([g for g in groups if g["params"]], lr=config.lr, betas=config.betas, fused=True)


def train(
    config: TrainConfig,
    model: nn.Module,
    stream: Stream,
    step_fn: Callable[[nn.Module, Any, int], tuple[Tensor, Metrics]],
    out: Path,
    *,
    identity: Config,
    validate_fn: Callable[[nn.Module], Metrics] | None = None,
    stop_after: int | None = None,
) -> Outcome:
    """Train `model` in place to `config.steps`, resuming from a checkpoint in `out` if there is one.

    step_fn(model, batch, step) -> (scalar loss, metrics: floats or scalar tensors); runs under autocast if
    config.bf16. validate_fn(model) -> metrics (floats, or flat dictionaries of them); called in eval mode, without
    gradients, with the EMA weights if used. identity: the command's whole configuration, stored with the checkpoint.
    At the end writes model.safetensors (EMA weights if used). SIGTERM and SIGINT save a checkpoint and return.
    Raises TrainingError (gradients not finite), CheckpointError (other configuration, disk full).
    """
    device = next(model.parameters()).device
    optimizer = make_optimizer(config, model)
    ema = Ema(model, config.ema) if config.ema else None
    step = _resume(out, identity, model, optimizer, ema, stream, device)
    log = _Log(out / LOG, step)
    first, saved_at = step, time.monotonic()

    def save() -> None:
        state = {"step": step, "model": model.state_dict(), "optimizer": optimizer.state_dict(),
                 "stream": stream.state_dict(), "ema": ema.state_dict() if ema else None}
        save_checkpoint(out, identity, state)

    def validate() -> None:
        if validate_fn is None:
            return
        model.eval()
        with torch.no_grad(), ema.swapped(model) if ema else contextlib.nullcontext():
            metrics = validate_fn(model)
        model.train()
        log.write({"step": step, "validation": metrics})
        bar.write(f"step {step}: " + ", ".join(f"{k} {v:.4g}" for k, v in metrics.items() if isinstance(v, float)))

    model.train()
    bar = tqdm(total=config.steps, initial=step, unit="step", dynamic_ncols=True, mininterval=1.0)
    with _catch_signals() as stopped, bar:
        while step < config.steps:
            for group in optimizer.param_groups:
                group["lr"] = learning_rate(config, step)
            with torch.autocast(device.type, torch.bfloat16, enabled=config.bf16):
                loss, metrics = step_fn(model, next(stream), step)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            if step == first:
                _check_gradients(model, step)
            norm = torch.nn.utils.clip_grad_norm_(model.parameters(), config.clip)
            if not torch.isfinite(norm):
                raise TrainingError(
                    f"step {step}: gradients are not finite (loss {loss.item():g}); the last checkpoint is "
                    "from before: lower train.lr, or set train.compile=false or train.bf16=false"
                )
            optimizer.step()
            step += 1
            if ema:
                ema.update(model)
            log.add({"loss": loss, "grad_norm": norm, **metrics})
            bar.update()
            if step % config.log_every == 0:
                line = log.flush(step, learning_rate(config, step - 1), stream.batch_size)
                bar.set_postfix_str(f"loss {line['loss']:.4f}, {line['per_second']:.0f}/s")
            if config.validate_every and step % config.validate_every == 0 and step < config.steps:
                validate()
            if stopped() or (stop_after is not None and step >= stop_after):
                break
            if time.monotonic() - saved_at > 60 * config.checkpoint_minutes:
                save()
                saved_at = time.monotonic()
        finished = step >= config.steps
        if step > first:
            save()
        if finished:
            if step > first:
                validate()
            with ema.swapped(model) if ema else contextlib.nullcontext():
                save_safetensors(out / WEIGHTS, model.state_dict())
    return Outcome(step, finished)


def _resume(out: Path, identity: Config, model: nn.Module, optimizer: torch.optim.Optimizer, ema: Ema | None,
            stream: Stream, device: torch.device) -> int:
    state = load_checkpoint(out, identity, device)
    if state is None:
        return 0
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    stream.load_state_dict(state["stream"])
    if ema:
        ema.load_state_dict(state["ema"])
    restore_rng(state["rng"])
    return int(state["step"])


def _check_gradients(model: nn.Module, step: int) -> None:
    """A wrong compile shows here, named, and not as a NaN loss an hour later."""
    for name, parameter in model.named_parameters():
        if parameter.grad is not None and not torch.isfinite(parameter.grad).all():
            raise TrainingError(f"step {step}: the first gradient of {name} is not finite; try train.compile=false")


@contextlib.contextmanager
def _catch_signals() -> Iterator[Callable[[], bool]]:
    """Turn SIGTERM and SIGINT into a question asked between steps; a second SIGINT interrupts at once."""
    received: list[int] = []

    def handle(number: int, _frame: Any) -> None:
        if received and number == signal.SIGINT:
            raise KeyboardInterrupt
        received.append(number)

    previous = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield lambda: bool(received)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


class _Log:
    """JSON lines, one every `log_every` steps, means of what was added since; a resumed run drops lines it redoes."""

    def __init__(self, path: Path, step: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = []
        if step and path.exists():
            kept = [line for line in path.read_text().splitlines() if line and json.loads(line)["step"] <= step]
        path.write_text("".join(line + "\n" for line in kept))
        self.path, self.sums, self.count, self.since = path, {}, 0, time.monotonic()

    def add(self, metrics: Metrics) -> None:
        for key, value in metrics.items():
            value = value.detach().float() if isinstance(value, Tensor) else float(value)
            self.sums[key] = self.sums.get(key, 0.0) + value
        self.count += 1

    def flush(self, step: int, lr: float, batch_size: int) -> Metrics:
        seconds = time.monotonic() - self.since
        line = {"step": step, "lr": lr, "per_second": round(self.count * batch_size / seconds, 2)}
        line |= {key: float(value) / self.count for key, value in self.sums.items()}
        self.write(line)
        self.sums, self.count, self.since = {}, 0, time.monotonic()
        return line

    def write(self, line: Metrics) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
