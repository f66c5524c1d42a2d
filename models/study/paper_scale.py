"""A study at the paper's sizes: the lines that train it on GPUs, how many images, and GPU hours by operation count."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from models.cost import TRAINING, cost
from models.runs import load_run
from models.study.estimate import GPU_MACS
from models.study.plan import CONFIGS, ArmConfig, BaseConfig, StudyConfig, check_settings, of_kind, trainings_of

EPOCH = 1_281_167
EPOCHS = 50
"""Of the paper's ablations; its Figure 4 is of up to 300."""
P_AVG = 1.81
LENGTHS = {"length-0.88": 1.59, "length-0.94": 1.70, "length-1.06": 1.92, "length-1.12": 2.03, "pmax-1": 1.0}
"""Mean patch lengths that the paper gives, or that follow; the others are counted at P_AVG."""


def paper_lines(name: str, config: StudyConfig, arms: tuple[ArmConfig, ...], base: BaseConfig, out: str,
                overrides: list[str], chosen: Sequence[str] = (), seeds: Sequence[int] | None = None) -> list[str]:
    """What `--scale paper` prints for ImageNet at 256 x 256, DPAR-L and LlamaGen-L, 50 epochs. overrides: settings over all arms;
    chosen, seeds: what --arm and --seeds were, which the last command has to be given, too.

    Raises ConfigError for a setting that there is not, or that the study makes itself.
    """
    check_settings(overrides)
    again = [*(f"--arm {one}" for one in chosen), *sets_of(overrides)]
    again += [f"--seeds {' '.join(map(str, seeds))}"] if seeds else []
    if config.measure == "patches":
        return ["# nothing is trained: docs/scaling.md makes both sets of tokens and their entropies",
                " ".join([f"python -m models study {name} --tokens runs/imagenet-256/tokens --larger runs/imagenet-384/tokens "
                          f"--out {out}", *again])]
    lines, hours, trained = [], 0.0, []
    for arm in arms:
        for folder, seed in trainings_of(arm, base):
            place = f"{out}/arms/{folder}"
            trained.append(f"--trained {folder}={place}")
            file = f"{arm.kind}-l-256.toml"
            settings = arm.set if arm.paper_set is None else arm.paper_set
            settings = of_kind(arm.kind, [*overrides, *settings, *static_settings(arm)])
            run = load_run(CONFIGS / "imagenet" / file, settings)
            steps = EPOCHS * EPOCH // run.train.batch_size
            images = steps * run.train.batch_size
            length = LENGTHS.get(arm.name, P_AVG)
            gpu = images * TRAINING * cost(run.model, run.model.tokens / length) / GPU_MACS / 3600
            hours += gpu
            sets = " ".join(sets_of([f"train.steps={steps}", f"train.seed={seed}", *settings]))
            lines += [f"# {arm.shown}: {images:,} images, {gpu:.0f} GPU hours",
                      f"torchrun --standalone --nproc-per-node 8 -m models train --config models/configs/imagenet/{file} "
                      f"--tokens runs/imagenet-256/tokens --out {place} {sets}"]
    lines += ["# then measure",
              " ".join([f"python -m models study {name} --tokens runs/imagenet-256/tokens --out {out}", *again, *trained]),
              f"# in all {hours:.0f} GPU hours, counted, not measured: operations at {GPU_MACS / 1e12:.0f} TMAC/s, "
              "40 % of an A100's 312 TFLOPS in bfloat16"]
    return lines


def sets_of(settings: Sequence[str]) -> list[str]:
    """As a shell takes them."""
    return [f"--set {shlex.quote(one)}" for one in settings]


def static_settings(arm: ArmConfig) -> list[str]:
    if not arm.static:
        return []
    gates = [f"patchify.{gate}=false" for gate in ("entropy_gate", "length_gate", "row_reset")]
    return [*gates, f"patchify.static_length={P_AVG}"]
