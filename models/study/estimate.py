"""How long a study takes: operations of its arms over the speed of this machine, measured with the real loop."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from models.bench.throughput import Trainee
from models.checkpoint import WEIGHTS, save_text
from models.config import read_config_json
from models.cost import TRAINING, cost
from models.errors import ConfigError
from models.patchify import opens
from models.runs import rules_of
from models.study.arms import arm_folder
from models.study.plan import Arm, Run, Study, training_entropies
from models.token_data import TokenSet

SPEED = "speed.json"
STEPS = 3
GPU_MACS = 312e12 / 2 * 0.4
"""Multiply-accumulates a second that an A100's bfloat16 units are taken to give: 40 % of 312 TFLOPS."""


@dataclass(frozen=True)
class Line:
    """One arm in `--list`."""

    arm: Arm
    images: int
    macs: float
    """Of its whole training, forward and backward."""
    done: bool


def macs_of(run: Run, data: TokenSet) -> float:
    """Multiply-accumulates of training on one image; patches as the run's gates make them of training pictures."""
    patches = opens(training_entropies(data), data.sizes["width"], rules_of(run)).sum(1).mean()
    return TRAINING * cost(run.model, float(patches))


def lines_of(study: Study, data: TokenSet, out: Path, given: dict[str, Path]) -> list[Line]:
    """given: folders of trainings by the arm's name, which need none. Of study.arms as `sized` for the data."""
    lines = []
    for arm in study.arms:
        images = 0 if study.config.measure == "patches" else arm.run.train.steps * arm.run.train.batch_size
        done = arm.name in given or (arm_folder(out, arm) / WEIGHTS).exists()
        lines.append(Line(arm, images, images * macs_of(arm.run, data) if images else 0.0, done))
    return lines


def speed(study: Study, data: TokenSet, out: Path, device: torch.device) -> float:
    """Multiply-accumulates a second of training here; measured once and kept in `out`."""
    path, run = out / SPEED, study.arms[0].run
    key: dict[str, Any] = {"device": str(device), "threads": torch.get_num_threads(), "kind": run.kind, "dim": run.model.dim}
    key |= run.train.model_dump(include={"bf16", "compile", "batch_size"})
    try:
        found = read_config_json(path)
        if all(found.get(name) == value for name, value in key.items()):
            return float(found["macs_per_second"])
    except (ConfigError, KeyError, TypeError, ValueError):
        pass
    with tempfile.TemporaryDirectory() as folder:
        trainee = Trainee(run, data, STEPS, 1, Path(folder), device)
        trainee.go_on()  # compiles
        measured = trainee.go_on() * macs_of(run, data)
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(key | {"macs_per_second": measured}) + "\n"
    save_text(path, text, several=True)
    return measured


def listing(lines: list[Line], macs_per_second: float | None) -> str:
    """A line an arm, and the sum of what is left. macs_per_second None: nothing is to be trained."""
    rows, left = [], 0.0
    for line in lines:
        hours = line.macs / macs_per_second / 3600 if macs_per_second else 0.0
        left += 0.0 if line.done else hours
        state = "done" if line.done else f"{hours:8.2f} h" if line.images else "nothing to train"
        rows.append(f"  {line.arm.name:16} {line.images:>9,} images  {state:>12}   {line.arm.group.shown}")
    last = f"  left, trainings alone: {left:.2f} h in one process" if macs_per_second else "  nothing left to train"
    return "\n".join([*rows, last])
