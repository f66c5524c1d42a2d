"""One arm's folder: its training, and what was measured of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import torch

from models.checkpoint import CONFIG, WEIGHTS, first_change, save_text
from models.config import fitted, read_config_json
from models.errors import CheckpointError, ConfigError, DataError
from models.patchify import PatchRules
from models.runs import parse_run, rules_of
from models.study.plan import Arm, Run, Study
from models.token_data import TokenSet
from models.trainer import train_run

OWNER = "study.json"
NEAR = 0.01
"""Lengths of static patches that differ by less, as a share, are taken for the same."""


def arm_folder(out: Path, arm: Arm) -> Path:
    """Studies share it: an arm of the same name is the same run."""
    return out / "arms" / arm.name


def sized(run: Run, data: TokenSet, tokens: Path) -> Run:
    """`run` with the sizes of `data`. Raises ConfigError where it states others."""
    return run.model_copy(update={"model": fitted(run.model, "model", data.sizes, tokens)})


def check_owner(out: Path, data: TokenSet, tokens: Path) -> None:
    """Note in `out` which tokens its arms are of; raises DataError where they are of others."""
    mine = {"tokens": data.content, "entropies_of": data.entropies_of}
    path = out / OWNER
    if path.exists():
        if read_config_json(path) != mine:
            raise DataError(f"{out}: holds arms of other tokens or entropies than those of {tokens}; use another --out")
        return
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(mine, indent=1) + "\n"
    save_text(path, text, several=True)


def check_arm(folder: Path, run: Run) -> None:
    """Raises CheckpointError where `folder` holds a training of another configuration."""
    if (folder / CONFIG).exists():
        there = parse_run(read_config_json(folder / CONFIG), str(folder / CONFIG))
        if there != run:
            raise CheckpointError(f"{folder}: is of another configuration ({first_change(there, run)}); use another --out")


def check_gates(run: Run, arm: Run, source: str) -> None:
    """Raises ConfigError, which `source` begins, where a training that is to be the arm has other gates than it.

    E_th and the length of static patches may be others: they depend on the data.
    """
    there, wanted = _gates(rules_of(run)), _gates(rules_of(arm))
    for name, value in wanted.items():
        if there[name] != value:
            shown = f"patchify.{name} = {there[name]}, and the arm has {value}".lower()  # as TOML writes them
            raise ConfigError(f"{source}: was trained with {shown}; pass a training with the arm's gates")


def _gates(rules: PatchRules) -> dict[str, Any]:
    """A maximum length that no gate asks for is None."""
    return {"entropy_gate": rules.entropy_gate, "length_gate": rules.length_gate, "row_reset": rules.row_reset,
            "max_patch_length": rules.max_patch_length if rules.length_gate else None,
            "static_length": "none" if rules.static_length is None else "set"}


def other_lengths(study: Study, planned: dict[str, PatchRules], given: Collection[str]) -> list[str]:
    """In words, which of the arms `given` make patches of another length than the arms that they are compared with.

    planned: by name, the gates that the study itself would have trained each arm with.
    """
    trained_here = any(arm.name not in given and arm.group.kind == "dpar" for arm in study.arms)
    chosen = [rules_of(arm.run) for arm in study.arms if arm.name in given and arm.group.length is None]
    several = len({rules.entropy_threshold for rules in chosen if rules.entropy_gate}) > 1
    said = []
    for arm in (arm for arm in study.arms if arm.name in given):
        there, wanted = rules_of(arm.run), planned[arm.name]
        share = there.static_length / wanted.static_length if there.static_length and wanted.static_length else 1.0
        if trained_here and abs(share - 1) > NEAR:
            said.append(f"{arm.name} has static patches of {there.static_length:.3g} tokens, and the study asks for "
                        f"{wanted.static_length:.3g}, so that it is compared with patches of another length; --p-avg or "
                        "--set patchify.entropy_threshold decides the study's")
        if not there.entropy_gate or there.entropy_threshold == wanted.entropy_threshold or not (trained_here or several):
            continue
        words = (f"{arm.name} has E_th {there.entropy_threshold}, and the study asks for {wanted.entropy_threshold}, so that "
                 "it is compared with patches of another length")
        alike = f"; with --set patchify.entropy_threshold={there.entropy_threshold} they are alike"
        said.append(words + (alike if arm.group.length is None else ""))
    return said


def trained(folder: Path, run: Run, tokens: Path, device: torch.device) -> bool:
    """Train, go on, or find it done; False where a signal asked to end, though it may be done."""
    if (folder / WEIGHTS).exists():
        return True
    outcome = train_run(run, tokens, folder, device)
    return outcome.finished and not outcome.asked


def stored(folder: Path, name: str, key: dict[str, Any], make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The figures of NAME.json if they were measured under `key`, else those of make(), stored."""
    found = read_stored(folder, name, key)
    if found is None:
        found = make()
        text = json.dumps({"key": key, "figures": found}, indent=1) + "\n"
        save_text(folder / f"{name}.json", text)
    return found


def read_stored(folder: Path, name: str, key: dict[str, Any]) -> dict[str, Any] | None:
    """The figures of NAME.json, or None where there are none of `key`."""
    try:
        content = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
        return content["figures"] if content["key"] == key else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
