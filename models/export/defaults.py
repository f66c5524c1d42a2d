"""`defaults` of a manifest: how its pack is sampled unless a person sets otherwise."""

from __future__ import annotations

from typing import Any

from models.patchify import PatchRules
from models.sampling import SamplingConfig

RULES = {"entropy_threshold": "entropyThreshold", "max_patch_length": "maxPatchLength", "entropy_gate": "entropyGate",
         "length_gate": "lengthGate", "row_reset": "rowReset", "static_length": "staticLength"}
SAMPLING = {"guidance": "guidance", "temperature": "temperature", "top_k": "topK", "top_p": "topP"}


def defaults(rules: PatchRules, sampling: SamplingConfig) -> dict[str, Any]:
    return ({theirs: getattr(sampling, ours) for ours, theirs in SAMPLING.items()}
            | {theirs: getattr(rules, ours) for ours, theirs in RULES.items()})


def default_rules(given: dict[str, Any]) -> PatchRules:
    """The patch rules among the manifest's `defaults`."""
    return PatchRules.parse({ours: given[theirs] for ours, theirs in RULES.items()})


def default_sampling(given: dict[str, Any]) -> SamplingConfig:
    """The rest of them."""
    return SamplingConfig.parse({ours: given[theirs] for ours, theirs in SAMPLING.items()})
