"""What a study trains and measures: its file, and the runs that its arms are on the tokens at hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field, field_validator

from models.config import Config, key_of, read_values
from models.errors import ConfigError, DataError
from models.evaluation.sweep import static_rules
from models.export.threshold import mean_patch_length, threshold_for
from models.patchify import PatchRules
from models.runs import DPARRun, GPTRun, load_run, rules_of
from models.token_data import TokenSet, every

CONFIGS = Path(__file__).parents[1] / "configs"
FILES = CONFIGS / "studies"
SAMPLE = 2000
"""Training pictures whose entropies E_th is chosen by."""
DEFAULT = "default"
FIXED = {
    "kind": "every arm has its own",
    "train.steps": "--images says how many images an arm sees",
    "train.seed": "--seeds has the seeds",
    "train.warmup": "it is a share of the steps (models/configs/studies/base.toml)",
    "train.validate_every": "validations are spread over the steps (models/configs/studies/base.toml)",
}
"""Settings that a study makes itself."""
Run = DPARRun | GPTRun
Measure = Literal["trained", "thresholds", "probe", "curve", "patches"]


class BaseConfig(Config):
    """base.toml: what all studies have in common."""

    images: int = Field(ge=1)
    p_avg: float = Field(ge=1)
    seeds: tuple[Annotated[int, Field(ge=0, lt=2**32)], ...] = Field(min_length=1)
    validations: int = Field(ge=1)
    warmup: float = Field(ge=0, lt=1)

    @field_validator("seeds")
    @classmethod
    def _differ(cls, seeds: tuple[int, ...]) -> tuple[int, ...]:
        if len(set(seeds)) < len(seeds):
            raise ValueError("every seed may be there once only, since each is a training of its own")
        return seeds


class ArmConfig(Config):
    name: str = Field(pattern="^[a-z0-9.-]+$")
    """The same in two studies means the same run, which is then trained once. `default`: the base, with every seed."""
    every_seed: bool = False
    """With every seed, as the default; otherwise with the first."""
    shown: str = Field(min_length=1)
    kind: Literal["dpar", "gpt"] = "dpar"
    paper: float | list[float] | None = None
    set: tuple[str, ...] = ()
    """Settings over the base, as `--set` takes them."""
    paper_set: tuple[str, ...] | None = None
    """The same at the paper's sizes, where they differ."""
    length: float | None = Field(None, gt=0)
    """Mean patch length over the base's, reached by another E_th."""
    static: bool = False
    """Static patches of the base's mean length."""
    larger: bool = False
    """Of the tokens of --larger."""


class StudyConfig(Config):
    title: str = Field(min_length=1)
    claim: str = Field(min_length=1)
    paper: str
    """What the paper's values are of."""
    measure: Measure
    arms: tuple[ArmConfig, ...] = Field(min_length=1)


@dataclass(frozen=True)
class Arm:
    """One training, or one row that needs none."""

    name: str
    """Of its folder: default-0 for the default with seed 0, gpt and gpt-1 for another arm with the first and another seed."""
    group: ArmConfig
    run: Run


@dataclass(frozen=True)
class Study:
    name: str
    config: StudyConfig
    base: BaseConfig
    arms: list[Arm]
    rules: PatchRules
    """The base's gates, at its E_th."""
    p_avg: float
    """Mean patch length of the base on training pictures."""


def base_gates(study: Study) -> PatchRules:
    """Of the default arm, which may be a training that was given; of the base where the study is without it."""
    return next((rules_of(arm.run) for arm in study.arms if arm.group.name == DEFAULT), study.rules)


def base_run(study: Study) -> Run:
    """Of the default arm; of the first arm where the study has no default."""
    return next((arm.run for arm in study.arms if arm.group.name == DEFAULT), study.arms[0].run)


def study_names() -> list[str]:
    return sorted((path.stem for path in FILES.glob("*.toml") if path.stem != "base"), key=lambda name: (len(name), name))


def load_study(name: str) -> StudyConfig:
    """Raises ConfigError that lists the studies there are."""
    if name not in study_names():
        raise ConfigError(f"{name}: no such study; there are {', '.join(study_names())}")
    return StudyConfig.load(FILES / f"{name}.toml")


def load_base(overrides: dict[str, object]) -> BaseConfig:
    """base.toml with the values of `overrides` that are not None."""
    values = BaseConfig.load(FILES / "base.toml").model_dump()
    return BaseConfig.parse(values | {key: value for key, value in overrides.items() if value is not None}, "study")


def chosen_arms(config: StudyConfig, names: list[str]) -> tuple[ArmConfig, ...]:
    """All arms, or those of `names`. Raises ConfigError for a name that is none."""
    known = {arm.name: arm for arm in config.arms}
    for name in names:
        if name not in known:
            raise ConfigError(f"--arm {name}: no such arm; there are {', '.join(known)}")
    return tuple(known[name] for name in names) if names else config.arms


def make_study(name: str, config: StudyConfig, arms: tuple[ArmConfig, ...], base: BaseConfig, folder: Path,
               overrides: list[str], data: TokenSet) -> Study:
    """The runs of `arms` on `data`. folder: dpar.toml and gpt.toml; overrides: over every arm. Raises UserError."""
    check_settings(overrides)
    rules, p_avg = base_rules(load_run(folder / "dpar.toml", dpar_only(overrides)), base, data, overrides)
    made = []
    for arm in arms:
        for place, seed in trainings_of(arm, base):
            made.append(Arm(place, arm, run_of(arm, seed, base, folder, overrides, rules, p_avg, data)))
    return Study(name, config, base, made, rules, p_avg)


def trainings_of(arm: ArmConfig, base: BaseConfig) -> list[tuple[str, int]]:
    """Folder and seed of each."""
    first, *more = base.seeds
    if arm.name == DEFAULT:
        return [(f"{arm.name}-{seed}", seed) for seed in base.seeds]
    return [(arm.name, first), *((f"{arm.name}-{seed}", seed) for seed in more if arm.every_seed)]


def check_settings(overrides: list[str]) -> None:
    """Raises ConfigError for a setting that would change nothing, since the study makes it itself."""
    for key, instead in FIXED.items():
        if is_set(key, overrides):
            raise ConfigError(f"--set {key}: a study takes no such setting; {instead}")


def is_set(key: str, overrides: list[str]) -> bool:
    """Whether any of `overrides` gives `key` a value, a whole section's (`train={steps=3}`) among them."""
    values: Any = read_values(None, overrides)
    for part in key.split("."):
        if not isinstance(values, dict) or part not in values:
            return False
        values = values[part]
    return True


def of_kind(kind: Literal["dpar", "gpt"], overrides: list[str]) -> list[str]:
    """Without what only models of the other kind have."""
    return gpt_only(overrides) if kind == "gpt" else dpar_only(overrides)


def dpar_only(overrides: list[str]) -> list[str]:
    return [one for one in overrides if key_of(one) != "model.blocks"]


def gpt_only(overrides: list[str]) -> list[str]:
    own = {f"model.{name}" for name in ("encoder_blocks", "decoder_blocks", "patch_transformer_blocks", "patch_rope")}
    return [one for one in overrides if key_of(one) not in own and key_of(one).split(".")[0] != "patchify"]


def training_entropies(data: TokenSet) -> np.ndarray:
    """float [N, T] of some upright training pictures. Raises DataError without any."""
    if data.entropies is None:
        raise DataError("the tokens have no entropies; run score first")
    if len(data.train) == 0:
        raise DataError("the tokens have no training pictures")
    return np.asarray(data.entropies[0][every(data.train, SAMPLE)])


def base_rules(run: Run, base: BaseConfig, data: TokenSet, overrides: list[str]) -> tuple[PatchRules, float]:
    """The base's gates at the E_th whose mean patch length is base.p_avg (or at the one that is set), and that length."""
    assert isinstance(run, DPARRun)
    entropies, width = training_entropies(data), data.sizes["width"]
    rules = run.patchify
    if not is_set("patchify.entropy_threshold", overrides):
        rules = rules.model_copy(update={"entropy_threshold": threshold_for(entropies, width, rules, base.p_avg)})
    return rules, mean_patch_length(entropies, width, rules)


def run_of(arm: ArmConfig, seed: int, base: BaseConfig, folder: Path, overrides: list[str], rules: PatchRules, p_avg: float,
           data: TokenSet) -> Run:
    """The configuration of one training. Raises ConfigError."""
    run = load_run(folder / f"{arm.kind}.toml", of_kind(arm.kind, [*overrides, *arm.set]))
    steps = max(1, base.images // run.train.batch_size)
    train = run.train.model_copy(update={
        "steps": steps, "seed": seed, "warmup": min(run.train.warmup, round(base.warmup * steps)),
        "validate_every": max(1, steps // base.validations), "log_every": min(run.train.log_every, steps)})
    run = run.model_copy(update={"train": train})
    if isinstance(run, GPTRun):
        return run
    return run.model_copy(update={"patchify": gates_of(arm, run.patchify, rules, p_avg, data)})


def gates_of(arm: ArmConfig, own: PatchRules, rules: PatchRules, p_avg: float, data: TokenSet) -> PatchRules:
    """own: the gates that the arm's settings name; rules: the base's, with its E_th."""
    if arm.static:
        return static_rules(p_avg)
    threshold = rules.entropy_threshold
    if arm.length is not None:
        threshold = threshold_for(training_entropies(data), data.sizes["width"], rules, p_avg * arm.length)
    return own.model_copy(update={"entropy_threshold": threshold})
