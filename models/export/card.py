"""The pack's model card, README.md beside the manifest: data, licence, model, figures, limits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2

from models.checkpoint import save_text

ROWS = (
    ("class_agreement", "Samples that the judge gives the class asked for", "share"),
    ("classifier_accuracy", "Accuracy of the judge on held-out pictures", "share"),
    ("fid_lite", "FID-lite of samples", "plain"),
    ("reconstruction_fid_lite", "FID-lite of reconstructions", "plain"),
    ("fid_lite_floor", "FID-lite of held-out pictures", "plain"),
    ("precision", "Precision", "plain"), ("recall", "Recall", "plain"),
    ("density", "Density", "plain"), ("coverage", "Coverage", "plain"),
    ("psnr", "PSNR of reconstructions, dB", "plain"), ("ssim", "SSIM of reconstructions", "plain"),
    ("reconstruction_agreement", "Reconstructions that keep their class for the judge", "share"),
    ("token_nats", "Cross-entropy of the tokens given the class, nats", "plain"),
    ("entropy_nats", "Cross-entropy of the entropy model, nats", "plain"),
    ("counts_nats", "Cross-entropy of a model of counts, nats", "plain"),
    ("p_avg", "Mean patch length P_avg", "plain"), ("steps_mean", "Patches of a picture", "plain"),
    ("tokens_per_step", "Tokens for each step of the patch transformer", "plain"),
)


def write_card(root: Path, manifest: dict[str, Any], limits: tuple[str, ...]) -> None:
    """Write `root`/README.md. limits: sentences, from the pack's configuration."""
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(Path(__file__).parent), trim_blocks=True, lstrip_blocks=True,
                                     undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    evaluation = manifest["evaluation"]
    text = environment.get_template("card.md.j2").render(
        m=manifest, e=evaluation, shape=sizes_in_words(manifest), rows=rows_of(evaluation), limits=limits, percent=percent,
        million=lambda count: f"{count / 1e6:.1f} million")
    save_text(root / "README.md", text)


def rewrite_card(root: Path, manifest: dict[str, Any], old: Path) -> None:
    """The card of the pack in `old`, if it has one, anew in `root`, with the limits that it names."""
    try:
        text = (old / "README.md").read_text(encoding="utf-8")
    except FileNotFoundError:
        return
    limits = text.partition("## Limits")[2].splitlines()
    write_card(root, manifest, tuple(line.removeprefix("* ") for line in limits if line.startswith("* ")))


def sizes_in_words(manifest: dict[str, Any]) -> str:
    model = manifest["model"]
    if manifest["kind"] == "gpt":
        return f"D {model['dim']}, {model['blocks']} blocks"
    blocks = (model[f"{part}Blocks"] for part in ("encoder", "patchTransformer", "decoder"))
    return f"D {model['dim']}, {' + '.join(map(str, blocks))} blocks"


def rows_of(evaluation: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Name, value and interval of every figure that was measured."""
    rows = []
    for key, name, unit in ROWS:
        if key in evaluation:
            show = percent if unit == "share" else plain
            low_high = evaluation.get("intervals", {}).get(key)
            rows.append((name, show(evaluation[key]), " to ".join(map(show, low_high)) if low_high else ""))
    return rows


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def plain(value: float) -> str:
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.1f}"
