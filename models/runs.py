"""What `train` trains: the configuration of a run by its kind, and for each kind its model, batches and loss."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
import torch.nn.functional as F
from pydantic import Field
from torch import Tensor, nn

from models.checkpoint import CONFIG
from models.config import Config, fitted, read_config_json, read_values, source_of
from models.dpar import DPAR, DPARConfig
from models.errors import ConfigError
from models.gpt import GPT, GPTConfig
from models.patch_data import PatchBatch, PatchStream, held_out_batches
from models.patchify import TOKEN_BY_TOKEN, PatchRules, longest_patch
from models.token_data import TokenBatch, TokenSet, TokenStream, held_out_tokens, load_tokens
from models.training import Metrics, Stream, TrainConfig

HELD_OUT_BATCH = 50


class TokenRun(Config):
    """What both kinds have."""

    class_dropout: float = Field(0.1, ge=0, le=1)
    """Share of training labels replaced by the null class, which guidance needs."""
    held_out: int = Field(1000, ge=1)
    """Held-out images used by each validation."""
    init: Path | None = None
    """Folder of an earlier train whose published weights to start from (a fresh schedule and optimizer)."""
    train: TrainConfig


class DPARRun(TokenRun):
    kind: Literal["dpar"] = "dpar"
    model: DPARConfig = DPARConfig()
    patchify: PatchRules = PatchRules()


class GPTRun(TokenRun):
    kind: Literal["gpt"] = "gpt"
    model: GPTConfig = GPTConfig()


KINDS: dict[str, type[DPARRun] | type[GPTRun]] = {"dpar": DPARRun, "gpt": GPTRun}


def parse_run(values: dict[str, Any], source: str, overrides: list[str] | tuple[str, ...] = ()) -> DPARRun | GPTRun:
    """A run by its `kind`; a configuration without one is DPAR's. Raises ConfigError that names `source`, or --set for what
    `overrides` gave."""
    kind = values.get("kind", "dpar")
    if kind not in KINDS:
        raise ConfigError(f"{source}: kind is {kind!r}; it can be {' or '.join(KINDS)}")
    return KINDS[kind].parse(values, source, overrides)


def earlier_runs(run: DPARRun | GPTRun) -> list[tuple[Path, DPARRun | GPTRun]]:
    """The trainings that its first weights come from, with their folders, the first one first."""
    if not run.init:
        return []
    if not (run.init / CONFIG).exists():
        print(f"{run.init}: is no longer there, so the images that its weights have seen are not counted", file=sys.stderr)
        return []
    before = parse_run(read_config_json(run.init / CONFIG), str(run.init))
    return [*earlier_runs(before), (run.init, before)]


def own_images(run: DPARRun | GPTRun) -> int:
    """Training images of the run alone."""
    return run.train.steps * run.train.batch_size


def images_seen(run: DPARRun | GPTRun) -> int:
    """Training images of the run and of those that its first weights come from, repetitions counted."""
    return own_images(run) + sum(own_images(one) for _, one in earlier_runs(run))


def rules_of(run: DPARRun | GPTRun, threshold: float | None = None) -> PatchRules:
    """The patch rules of training, or a patch for every token; at another E_th where `threshold` is given."""
    rules = run.patchify if isinstance(run, DPARRun) else TOKEN_BY_TOKEN
    return rules if threshold is None else rules.model_copy(update={"entropy_threshold": threshold})


def sampled_rules(run: DPARRun | GPTRun, threshold: float | None) -> PatchRules:
    """The rules that samples are drawn by. A GPT's gates do not look at E_th, so that its samples are the same under any."""
    return rules_of(run, threshold if isinstance(run, DPARRun) else None)


def pack_obstacle(run: DPARRun | GPTRun) -> str | None:
    """Why no pack can hold the model that `run` of the data's sizes trains; None where one can."""
    if isinstance(run, GPTRun):
        return None
    c, longest = run.model, longest_patch(run.patchify, run.model.width, run.model.tokens)
    if c.patch_rope != "dynamic":
        return f"model.patch_rope is {c.patch_rope}, and a pack's graphs have Dynamic RoPE only"
    if longest > c.width:
        return (f"patches may have {longest} tokens, and a pack's at most {c.width}, a row; turn patchify.row_reset on, or "
                f"patchify.length_gate with a max_patch_length of at most {c.width}")
    return None


def load_run(path: Path | None, overrides: list[str] | tuple[str, ...] = ()) -> DPARRun | GPTRun:
    """Read a TOML file and `key=value` overrides. Raises ConfigError."""
    return parse_run(read_values(path, overrides), source_of(path), overrides)


def token_loss(model: DPAR | GPT, batch: PatchBatch | TokenBatch, classes: torch.Tensor) -> torch.Tensor:
    """Cross-entropy in nats per token of all T tokens."""
    given = (batch.patches,) if isinstance(batch, PatchBatch) else ()
    logits = model(batch.tokens, classes, *given).float()
    return F.cross_entropy(logits.flatten(0, 1), batch.tokens.flatten())


Batch = PatchBatch | TokenBatch
Step = Callable[[nn.Module, Batch, int], tuple[Tensor, Metrics]]


def step_function(config: DPARRun | GPTRun, device: torch.device) -> Step:
    """One step's loss, with class dropout as each batch's `chance` decides it."""
    def step(model: nn.Module, batch: Batch, _step: int) -> tuple[Tensor, Metrics]:
        batch = batch.to(device)
        classes = batch.labels.masked_fill(batch.chance < config.class_dropout, config.model.classes)
        return token_loss(model, batch, classes), {"padding": batch.padding}
    return step


@dataclass
class Task:
    model: DPAR | GPT
    stream: Stream
    held_out: Callable[[], Iterable[PatchBatch | TokenBatch]]
    """Batches of upright held-out images, from the start at every call."""
    data: TokenSet


def run_on(config: DPARRun | GPTRun, tokens: Path) -> tuple[DPARRun | GPTRun, Task]:
    """The run with the sizes of the folder `tokens`, and its task; DPAR needs entropies there, too. Raises UserError."""
    data = load_tokens(tokens, None if isinstance(config, GPTRun) else tokens / "entropies.npy")
    config = config.model_copy(update={"model": fitted(config.model, "model", data.sizes, tokens)})
    return config, task_on(config, data)


def task_on(config: DPARRun | GPTRun, data: TokenSet) -> Task:
    """Model with fresh weights, and the batches of `data`."""
    size, seed, limit = config.train.batch_size, config.train.seed, config.held_out
    if isinstance(config, GPTRun):
        return Task(GPT(config.model), TokenStream(data, data.train, size, seed),
                    lambda: held_out_tokens(data, HELD_OUT_BATCH, limit), data)
    width, rules = config.model.width, config.patchify
    return Task(DPAR(config.model), PatchStream(data, size, seed, width, rules),
                lambda: held_out_batches(data, HELD_OUT_BATCH, width, rules, limit), data)
