"""One training loop for every model: warm-up and schedule, EMA, checkpoints, exact resume, clean stops."""

from __future__ import annotations

import contextlib
import json
import math
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

import torch
from pydantic import Field
from torch import Tensor, nn
from tqdm import tqdm

from models import distributed
from models.blocks import Block
from models.checkpoint import (
    CHECKPOINT,
    WEIGHTS,
    check_untrained,
    load_checkpoint,
    restore_rng,
    rng_state,
    save_checkpoint,
    save_safetensors,
    save_text,
)
from models.config import Config
from models.ema import Ema
from models.errors import CheckpointError, ConfigError, TrainingError
from models.lock import locked
from models.optimizer import Together, make_optimizer
from models.streams import split_batch

LOG = "log.jsonl"
LOCK = ".training.lock"
Metrics = dict[str, Any]


class TrainConfig(Config):
    steps: int = Field(ge=0)
    """0: nothing is to be trained, as in the configuration of imported weights."""
    batch_size: int = Field(ge=1)
    """Of one optimizer step, over all processes and parts."""
    lr: float = Field(ge=0)
    optimizer: Literal["adamw", "muon"] = "adamw"
    """muon: see models/optimizer.py."""
    warmup: int = Field(0, ge=0)
    schedule: Literal["cosine", "constant"] = "cosine"
    final_lr_ratio: float = Field(0.0, ge=0)
    """Learning rate at the end of the cosine, as a share of the peak."""
    betas: tuple[Annotated[float, Field(ge=0, lt=1)], Annotated[float, Field(ge=0, lt=1)]] = (0.9, 0.95)
    weight_decay: float = Field(0.05, ge=0)
    clip: float = Field(1.0, gt=0)
    bf16: bool = True
    compile: bool = True
    """Compile the hot modules; the command decides which (see each command)."""
    accumulate: int = Field(1, ge=1)
    """Parts that a process cuts its share of the batch into, one after the other, when the whole does not fit."""
    activation_checkpointing: bool = False
    """Keep only the inputs of every block and compute the rest again in backward: less memory, a third more work."""
    ema: float = Field(0.0, ge=0, lt=1)
    """Decay of the averaged weights, which then are the ones validated and published; 0 is off."""
    seed: int = Field(0, ge=0, lt=2**32)
    checkpoint_minutes: float = Field(5.0, ge=0)
    log_every: int = Field(20, ge=1)
    validate_every: int = Field(0, ge=0)
    """Steps between validations; 0 validates only at the end."""


class Stream(Protocol):
    """Endless batches with a position (models/streams.py)."""

    batch_size: int

    def take_share(self, rank: int, ranks: int) -> None: ...
    def __next__(self) -> Any: ...
    def state_dict(self) -> dict[str, Any]: ...
    def load_state_dict(self, state: dict[str, Any]) -> None: ...


@dataclass(frozen=True)
class Outcome:
    step: int
    finished: bool
    """False if a signal (or `stop_after`) ended the run early; run the same command again to go on."""
    asked: bool = False
    """A signal asked to end, be it while the last weights were written: what would come next is not to begin."""


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


def train(
    config: TrainConfig,
    model: nn.Module,
    stream: Stream,
    step_fn: Callable[[nn.Module, Any, int], tuple[Tensor, Metrics]],
    out: Path,
    *,
    identity: Config,
    validate_fn: Callable[[nn.Module], Metrics] | None = None,
    publish: Callable[[nn.Module], dict[str, Tensor]] = nn.Module.state_dict,
    made_with: dict[str, str | None] | None = None,
    stop_after: int | None = None,
    quiet: bool = False,
) -> Outcome:
    """Train `model` in place to `config.steps`, resuming from a checkpoint in `out` if there is one.

    Under torchrun every process takes its share of each batch, gradients are averaged (DDP: step_fn's model is the wrapper,
    of which only the call is to be used), and only the first process writes.
    step_fn(model, batch, step) -> (scalar loss, metrics: floats or scalar tensors); runs under autocast if
    config.bf16. validate_fn(model) -> metrics (floats, or flat dictionaries of them); called in eval mode, without
    gradients, with the EMA weights if used. identity: the command's whole configuration, stored with the checkpoint.
    made_with: by the name of an option, the digest of what else the loss depends on, or None where there is none. quiet: without
    the last line, which says where the weights or the checkpoint are.
    At the end writes what `publish` takes of the model to model.safetensors (EMA weights if used). SIGTERM, SIGINT and
    SIGHUP save a checkpoint and return.
    Raises ConfigError (batch not divisible), TrainingError (gradients not finite), CheckpointError (other configuration or
    made_with, weights without a checkpoint, another process in `out`, disk full).
    """
    device = next(model.parameters()).device
    main = distributed.is_main()
    _check_parts(config)
    stream.take_share(distributed.rank(), distributed.size())
    for block in model.modules():
        if isinstance(block, Block):
            block.recompute = config.activation_checkpointing
    optimizer = make_optimizer(model, config.optimizer, config.lr, config.betas, config.weight_decay)
    ema = Ema(model, config.ema) if config.ema and main else None
    with _alone(out) if main else contextlib.nullcontext():
        step = _resume(out, identity, made_with or {}, model, optimizer, ema, stream, device)
        replica = distributed.replicate(model)
        log = _Log(out / LOG, step)
        first, saved_at = step, time.monotonic()

        def save() -> None:
            states = distributed.gather(rng_state())
            if main:
                state = {"step": step, "model": model.state_dict(), "optimizer": optimizer.state_dict(),
                         "stream": stream.state_dict(), "ema": ema.state_dict() if ema else None}
                state |= ({"ranks": states} if len(states) > 1 else {}) | ({"made_with": made_with} if made_with else {})
                save_checkpoint(out, identity, state)

        def validate() -> None:
            if validate_fn is None or not main:
                return  # the others wait at the next message
            model.eval()
            with torch.no_grad(), ema.swapped(model) if ema else contextlib.nullcontext():
                metrics = validate_fn(model)
            model.train()
            log.write({"step": step, "validation": metrics})
            bar.write(f"step {step}: " + ", ".join(f"{k} {v:.4g}" for k, v in metrics.items() if isinstance(v, float)))

        model.train()
        bar = tqdm(total=config.steps, initial=step, unit="step", dynamic_ncols=True, mininterval=1.0, disable=not main)
        with _catch_signals() as stopped, bar:
            while step < config.steps:
                optimizer.set_learning_rate(learning_rate(config, step))
                optimizer.zero_grad()
                metrics = _backward(config, replica, step_fn, next(stream), step, device)
                if step == first:
                    _check_gradients(model, step)
                norm = torch.nn.utils.clip_grad_norm_(model.parameters(), config.clip)
                if not torch.isfinite(norm):
                    raise TrainingError(
                        f"step {step}: gradients are not finite (loss {float(metrics['loss']):g}); the last checkpoint is "
                        "from before: lower train.lr, or set train.compile=false or train.bf16=false"
                    )
                optimizer.step()
                step += 1
                if ema:
                    ema.update(model, step)
                log.add({"loss": metrics.pop("loss"), "grad_norm": norm, **metrics})
                bar.update()
                if step % config.log_every == 0:
                    line = log.flush(step, learning_rate(config, step - 1), config.batch_size)
                    bar.set_postfix_str(f"loss {line['loss']:.4f}, {line['per_second']:.0f}/s")
                if config.validate_every and step % config.validate_every == 0 and step < config.steps:
                    validate()
                stop, due = distributed.any_of(stopped(), time.monotonic() - saved_at > 60 * config.checkpoint_minutes)
                if stop or (stop_after is not None and step >= stop_after):
                    break
                if due:
                    save()
                    saved_at = time.monotonic()
            finished = step >= config.steps
            if step > first:
                save()
            if finished:
                if step > first or not _validated(out / LOG, step):  # as where it was killed after its last checkpoint
                    validate()
                if main:
                    with ema.swapped(model) if ema else contextlib.nullcontext():
                        save_safetensors(out / WEIGHTS, publish(model))
            distributed.wait()  # what the first process wrote is there for all
        if main and not quiet:
            print(f"{out / WEIGHTS}: written, after {step} steps" if finished else
                  f"{out / CHECKPOINT}: written, after {step} of {config.steps} steps; the same command goes on from there")
        return Outcome(step, finished, bool(stopped()))


@contextlib.contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Raises CheckpointError where another process trains in `out`: two would write one checkpoint."""
    with locked(out / LOCK) as mine:
        if not mine:
            raise CheckpointError(f"{out}: another process is training there; wait for it, or use another --out")
        yield


def _resume(out: Path, identity: Config, made_with: dict[str, str | None], model: nn.Module, optimizer: Together,
            ema: Ema | None, stream: Stream, device: torch.device) -> int:
    rank = distributed.rank()
    state = load_checkpoint(out, identity, device)
    if state is None:
        check_untrained(out)  # weights of a training that cannot go on, under the configuration of this one
        if rank:  # dropout of its own; the weights come from the first process
            torch.manual_seed(torch.initial_seed() + rank)
        return 0
    for name, there in state.get("made_with", {}).items():  # an older checkpoint does not say
        if there != made_with.get(name):
            shown = (f"{one[:8]}..." if one else "none" for one in (there, made_with.get(name)))
            raise CheckpointError(f"{out / CHECKPOINT}: was made with another {name} ({' there, '.join(shown)} here); pass the "
                                  "same, or use another --out")
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    stream.load_state_dict(state["stream"])
    if ema:
        ema.load_state_dict(state["ema"])
    states = state.get("ranks", [state["rng"]])
    restore_rng(states[rank % len(states)])
    if len(states) != distributed.size():  # as many processes as before go on exactly, others with dropout of their own
        torch.manual_seed(int(torch.randint(2**62, ())) + rank)
    return int(state["step"])


def _check_parts(config: TrainConfig) -> None:
    if config.steps < 1:
        raise ConfigError("train.steps is 0: there is nothing to train")
    parts = distributed.size() * config.accumulate
    if config.batch_size % parts:
        raise ConfigError(f"train.batch_size = {config.batch_size} cannot be cut into {distributed.size()} processes x "
                          f"train.accumulate = {config.accumulate} equal parts; change one of them")


def _backward(config: TrainConfig, model: nn.Module, step_fn: Callable[[nn.Module, Any, int], tuple[Tensor, Metrics]],
              batch: Any, step: int, device: torch.device) -> Metrics:
    """Gradients of the mean loss over this process's share, part by part; the parts' mean metrics, and the loss."""
    sums: Metrics = {}
    parts = split_batch(batch, config.accumulate)
    for number, part in enumerate(parts):
        with distributed.averaging(model, now=number == len(parts) - 1):
            with torch.autocast(device.type, torch.bfloat16, enabled=config.bf16):
                loss, metrics = step_fn(model, part, step)
            (loss / len(parts)).backward()
        for key, value in {"loss": loss, **metrics}.items():
            value = value.detach() if isinstance(value, Tensor) else value
            sums[key] = sums.get(key, 0.0) + value / len(parts)
    return sums


def _check_gradients(model: nn.Module, step: int) -> None:
    """A wrong compile shows here, named, and not as a NaN loss an hour later."""
    for name, parameter in model.named_parameters():
        if parameter.grad is not None and not torch.isfinite(parameter.grad).all():
            raise TrainingError(f"step {step}: the first gradient of {name} is not finite; try train.compile=false")


def _validated(log: Path, step: int) -> bool:
    return any(line["step"] == step and "validation" in line for line in read_log(log))


@contextlib.contextmanager
def _catch_signals() -> Iterator[Callable[[], bool]]:
    """Turn SIGTERM, SIGINT and SIGHUP (a closed terminal) into a question asked between steps; a second SIGINT interrupts at
    once. What nohup ignores stays ignored."""
    received: list[int] = []

    def handle(number: int, _frame: Any) -> None:
        if received and number == signal.SIGINT:
            raise KeyboardInterrupt
        received.append(number)

    caught = [signal.SIGTERM, signal.SIGINT]
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        caught.append(signal.SIGHUP)
    previous = {number: signal.signal(number, handle) for number in caught}
    try:
        yield lambda: bool(received)
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def read_log(path: Path) -> list[Metrics]:
    """The lines of a log that are whole: one cut off is left out, and without a file there are none."""
    lines = []
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return lines
    for line in text.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            continue
        if isinstance(value, dict) and isinstance(value.get("step"), int):
            lines.append(value)
    return lines


class _Log:
    """JSON lines, one every `log_every` steps, means of what was added since; a resumed run drops lines it redoes."""

    def __init__(self, path: Path, step: int) -> None:
        self.path, self.sums, self.count, self.since = path, {}, 0, time.monotonic()
        if not distributed.is_main():
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = [json.dumps(line) + "\n" for line in read_log(path) if line["step"] <= step] if step else []
        save_text(path, "".join(kept))

    def add(self, metrics: Metrics) -> None:
        for key, value in metrics.items():
            value = value.detach().float() if isinstance(value, Tensor) else float(value)
            self.sums[key] = self.sums.get(key, 0.0) + value
        self.count += 1

    def flush(self, step: int, lr: float, batch_size: int) -> Metrics:
        seconds = time.monotonic() - self.since
        line = {"step": step, "lr": lr, "per_second": round(self.count * batch_size / seconds, 2)}
        means = distributed.mean(torch.tensor([float(value) for value in self.sums.values()], dtype=torch.float64))
        line |= {key: value / self.count for key, value in zip(self.sums, means.tolist(), strict=True)}
        self.write(line)
        self.sums, self.count, self.since = {}, 0, time.monotonic()
        return line

    def write(self, line: Metrics) -> None:
        if not distributed.is_main():
            return
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
