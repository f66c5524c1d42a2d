"""A table of the paper, measured here: trains the arms of a study that are not trained yet, measures them, writes results.md.

Arms lie in --out/arms and are shared by the studies there. Several processes may run the same command at the same time:
each takes an arm that no other has. A second start goes on where the first stopped.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import torch

from models.checkpoint import WEIGHTS, save_text
from models.commands.common import add_data_arguments, add_device_arguments, at_least, prepare_alone, read_pictures
from models.data import DataConfig
from models.dpar import DPAR
from models.errors import ConfigError, DataError, UserError
from models.evaluation.features import load_judge
from models.evaluation.manifold import DENSITY_K
from models.evaluation.measure import rounded
from models.evaluation.quality import Gallery
from models.evaluation.store import fingerprint
from models.export.files import read_manifest
from models.export.sweep_entry import check_fits, check_model, note_sweep
from models.lock import locked
from models.patchify import PatchRules
from models.runs import rules_of
from models.sampling import SamplingConfig
from models.seen import check_unseen
from models.study.arms import arm_folder, check_arm, check_gates, check_owner, other_lengths, sized, trained
from models.study.estimate import lines_of, listing, speed
from models.study.measures import Bench, curve, known, measured, of_patches
from models.study.page import Row, write_page
from models.study.paper_scale import paper_lines
from models.study.plan import (
    CONFIGS,
    DEFAULT,
    Arm,
    ArmConfig,
    Study,
    base_gates,
    base_run,
    chosen_arms,
    load_base,
    load_study,
    make_study,
    study_names,
)
from models.token_data import TokenSet, every, load_tokens
from models.trained import check_makers, check_sizes, load_entropy_model, load_model, load_tokenizer
from models.trained_on import check_tokenizer

HELD_OUT = 5000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("study", metavar="NAME", help=f"one of {', '.join(study_names())}")
    parser.add_argument("--tokens", type=Path, metavar="DIR", help="folder of tokenize and score")
    parser.add_argument("--larger", type=Path, metavar="DIR", help="the same of larger pictures (resolution)")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="arms and results go there; studies may share it")
    parser.add_argument("--list", action="store_true", help="arms, images and estimated hours; trains nothing")
    parser.add_argument("--scale", choices=("here", "paper"), default="here", help="paper: print the lines for ImageNet on GPUs")
    parser.add_argument("--arm", action="append", default=[], metavar="ARM", dest="chosen", help="only this arm (repeatable)")
    parser.add_argument("--trained", action="append", default=[], metavar="ARM=DIR",
                        help="take an arm from a folder of train instead of training it, e.g. default-0=runs/dpar (repeatable)")
    parser.add_argument("--base", type=Path, default=CONFIGS / "characters", metavar="DIR",
                        help="folder with dpar.toml and gpt.toml (default: models/configs/characters)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="overrides",
                        help="a setting over all arms, e.g. --set model.dim=128 (repeatable)")
    parser.add_argument("--images", type=at_least(1), help="training images of an arm (default: base.toml's)")
    parser.add_argument("--seeds", type=int, nargs="+",
                        help="of the default, in figure4 of both; others have the first (default: base.toml's)")
    parser.add_argument("--p-avg", type=float, dest="p_avg", help="mean patch length that E_th is to give (default: base.toml's)")
    parser.add_argument("--held-out", type=at_least(1), default=HELD_OUT, help="held-out images, at most (default: %(default)s)")
    parser.add_argument("--probe-images", type=at_least(1), default=5000, help="that a probe is fitted on (default: %(default)s)")
    judge = parser.add_argument_group("FID-lite", "of samples, where all of these are given")
    add_data_arguments(judge, required=False)
    judge.add_argument("--tokenizer", type=Path, metavar="DIR", help="folder of train-tokenizer")
    judge.add_argument("--entropy", type=Path, metavar="DIR", help="folder of train-entropy")
    judge.add_argument("--judge", type=Path, metavar="DIR", help="folder of train-classifier")
    judge.add_argument("--samples", type=at_least(DENSITY_K + 1), default=1000, help="of each setting (default: %(default)s)")
    judge.add_argument("--guidance", type=float, help="(default: that of --pack, else 2)")
    judge.add_argument("--temperature", type=float, help="(default: that of --pack, else 1)")
    judge.add_argument("--precision", choices=("bfloat16", "float32"), default="float32",
                       help="of the products in the model's blocks while sampling (default: %(default)s)")
    parser.add_argument("--pack", type=Path, metavar="DIR",
                        help="table6: write its rows into this pack of the default arm's model, as evaluation.sweep")
    add_device_arguments(parser)


def run(args: argparse.Namespace) -> None:
    config = load_study(args.study)
    arms = chosen_arms(config, args.chosen)
    base = load_base({"images": args.images, "seeds": args.seeds, "p_avg": args.p_avg})
    if args.pack and config.measure != "thresholds":
        raise UserError(f"--pack takes what table6 measures, and {args.study} measures something else; leave it out")
    if args.scale == "paper":
        for option, given in (("--images", args.images), ("--p-avg", args.p_avg), ("--trained", args.trained)):
            if given:
                raise UserError(f"{option} has no place in --scale paper, whose images and patches are the paper's; leave it out")
        print("\n".join(paper_lines(args.study, config, arms, base, str(args.out), args.overrides, args.chosen, args.seeds)))
        return
    if args.tokens is None:
        raise UserError("--tokens DIR is needed: the folder of tokenize and score")
    sampling_of(args)  # what is wrong with --pack, --guidance or --temperature shows before anything is trained
    device = prepare_alone(args, "study (start several instead: each takes other arms)")
    data = load_tokens(args.tokens, args.tokens / "entropies.npy")
    study = make_study(args.study, config, arms, base, args.base, args.overrides, data)
    study.arms[:] = [Arm(arm.name, arm.group, sized(arm.run, data, args.tokens)) for arm in study.arms]
    given = given_arms(args.trained, study, data, args.tokens)
    for arm in study.arms:
        if arm.name not in given:
            check_arm(arm_folder(args.out, arm), arm.run)
    if args.pack:
        check_pack(args, study, given)
    if args.list:
        print_list(study, data, args.out, given, device)
        return
    check_owner(args.out, data, args.tokens)
    if config.measure == "patches":
        write(args, study, [Row(arm, patch_rows(args, study, arm, data), 1) for arm in arms])
        return
    bench = Bench(data, device, args.held_out, args.probe_images, *gallery(args, data, device))
    base_rules = base_gates(study)
    busy = []
    for arm in study.arms:
        folder, source = arm_folder(args.out, arm), given.get(arm.name, arm_folder(args.out, arm))
        with locked(folder / "lock") as mine:
            if not mine:
                busy.append(arm.name)
                continue
            if arm.name not in given and not trained(folder, arm.run, args.tokens, device):
                break  # a signal: the rest is for the next start
            measured(bench, arm, config.measure, folder, source, base_rules)
    if busy:
        print(f"in work by other processes: {', '.join(busy)}; the same command makes the page whole when they are done")
    write(args, study, [row_of(args, study, arm, bench, given, base_rules) for arm in arms])
    if args.pack:
        into_pack(args, study, bench, given, base_rules)


def check_pack(args: argparse.Namespace, study: Study, given: dict[str, Path]) -> None:
    """Raises UserError, before anything is trained, where --pack cannot have the rows: it is of a model of other sizes than the
    default arm, or, where that arm is trained, of other weights."""
    arm = next((arm for arm in study.arms if not arm.group.static), None)
    if arm is None:
        raise UserError(f"--pack {args.pack}: its rows are of the default arm, which --arm leaves out")
    source = given.get(arm.name, arm_folder(args.out, arm))
    check_fits(args.pack, read_manifest(args.pack), arm.run.model, source)
    if (source / WEIGHTS).exists():
        check_model(args.pack, load_model(source)[0], source)


def into_pack(args: argparse.Namespace, study: Study, bench: Bench, given: dict[str, Path], base: PatchRules) -> None:
    """`evaluation.sweep` of --pack: the first seed of the default arm, and of the static one where it was measured."""
    found, model, source = {}, None, args.out
    for arm in study.arms:
        name, folder = "static" if arm.group.static else "dynamic", arm_folder(args.out, arm)
        weights = given.get(arm.name, folder)
        figures = known(bench, arm, study.config.measure, folder, weights, base)
        if figures is not None and name not in found:
            found[name] = figures["rows"]
            if name == "dynamic":
                (model, _), source = load_model(weights), weights
    if not isinstance(model, DPAR):
        raise UserError(f"--pack {args.pack}: the default arm is not measured yet; the same command goes on")
    note_sweep(args.pack, model, source, found, len(every(bench.data.held_out, bench.held_out)))
    print(f"{args.pack}: evaluation.sweep has {', '.join(f'{len(rows)} {name} rows' for name, rows in found.items())}")


def given_arms(pairs: list[str], study: Study, data: TokenSet, tokens: Path) -> dict[str, Path]:
    """Folders of trainings by the arm's name, whose configurations take the place of the study's. Raises UserError."""
    names, found = [arm.name for arm in study.arms], {}
    planned = {arm.name: rules_of(arm.run) for arm in study.arms}
    for pair in pairs:
        name, separator, folder = pair.partition("=")
        if not separator or name not in names:
            raise ConfigError(f"--trained {pair}: write ARM=DIR; the arms are {', '.join(names)}")
        model, run = load_model(Path(folder))
        at = names.index(name)
        if run.kind != study.arms[at].run.kind:
            raise ConfigError(f"--trained {pair}: holds a {run.kind}, and the arm is a {study.arms[at].run.kind}")
        check_gates(run, study.arms[at].run, f"--trained {pair}")
        check_sizes(model.config, data.sizes, Path(folder), tokens)
        check_unseen(Path(folder), data.files, data.train, data.held_out)
        check_tokenizer(Path(folder), data.tokenizer, tokens)
        study.arms[at] = Arm(name, study.arms[at].group, run)
        found[name] = Path(folder)
    for words in other_lengths(study, planned, found):
        print(f"--trained: {words}", file=sys.stderr)
    return found


def print_list(study: Study, data: TokenSet, out: Path, given: dict[str, Path], device: torch.device) -> None:
    lines = lines_of(study, data, out, given)
    left = any(line.images and not line.done for line in lines)
    print(f"{study.config.title}: mean patch length {study.p_avg:.2f}, E_th "
          f"{next((rules_of(arm.run).entropy_threshold for arm in study.arms if arm.name.startswith(DEFAULT)), 0.0):.3f}")
    print(listing(lines, speed(study, data, out, device) if left else None))


def gallery(args: argparse.Namespace, data: TokenSet, device: torch.device) -> tuple[Gallery | None, dict[str, Any]]:
    """What FID-lite needs and what it depends on; nothing where no judge is given. Raises UserError where some of it is."""
    parts = {"--data": args.data, "--tokenizer": args.tokenizer, "--entropy": args.entropy, "--judge": args.judge}
    missing = [name for name, value in parts.items() if value is None]
    if len(missing) == len(parts):
        return None, {}
    if missing:
        raise UserError(f"FID-lite needs {', '.join(missing)}, too; without any of {', '.join(parts)} only nats are measured")
    settings = DataConfig.parse(data.meta.get("data", {}), f"{args.tokens / 'meta.json'}")
    pictures, split = read_pictures(args, settings)
    if data.meta.get("pictures") not in (None, pictures.content):
        raise DataError(f"{args.tokens}: is of other pictures than --data has")
    judge = load_judge(args.judge, pictures, split)
    tokenizer, entropy = load_tokenizer(args.tokenizer), load_entropy_model(args.entropy)
    check_sizes(judge.classifier.config, {"classes": len(pictures.classes)}, args.judge, args.data)  # its width is of channels
    check_sizes(tokenizer.config, data.sizes, args.tokenizer, args.tokens)
    check_sizes(entropy.config, data.sizes, args.entropy, args.tokens)
    check_makers(data, args.tokens, tokenizer, args.tokenizer, args.entropy)
    for folder in (args.tokenizer, args.entropy):
        check_unseen(folder, pictures.files, split.train, split.held_out)
    for part in (judge.classifier, tokenizer, entropy):
        part.to(device)
    features = judge.training_features(pictures, data.train, args.out / "training-features.npz", device)
    sampling = sampling_of(args)
    made = Gallery(entropy=entropy, tokenizer=tokenizer, judge=judge, training=features, sampling=sampling,
                   count=args.samples, batch=min(100, args.samples), bf16=args.precision == "bfloat16", device=device)
    depends = {"samples": args.samples, "judge": judge.weights, "tokenizer": fingerprint([args.tokenizer, args.entropy]),
               "sampling": sampling.model_dump(), "precision": args.precision}
    return made, depends


def sampling_of(args: argparse.Namespace) -> SamplingConfig:
    """What is set, else as --pack samples: its rows stand beside the pack's own figures."""
    values: dict[str, Any] = {"guidance": 2.0}
    if args.pack:
        own = read_manifest(args.pack)["defaults"]
        values = {"guidance": own["guidance"], "temperature": own["temperature"], "top_k": own["topK"], "top_p": own["topP"]}
    given = {name: value for name in ("guidance", "temperature") if (value := getattr(args, name)) is not None}
    return SamplingConfig.parse(values | given, "study")


def patch_rows(args: argparse.Namespace, study: Study, group: ArmConfig, data: TokenSet) -> list[dict[str, Any]]:
    """One row, or none where its tokens are not given."""
    arm = next(arm for arm in study.arms if arm.group is group)
    if group.larger:
        if args.larger is None:
            return []
        data = load_tokens(args.larger, args.larger / "entropies.npy")
    return [rounded(of_patches(data, arm.run))]


def row_of(args: argparse.Namespace, study: Study, group: ArmConfig, bench: Bench, given: dict[str, Path],
           base: PatchRules) -> Row:
    """What there is of an arm's trainings, and where those that are not done have come."""
    own = [arm for arm in study.arms if arm.group is group]
    done, so_far = [], []
    for arm in own:
        folder = arm_folder(args.out, arm)
        figures = known(bench, arm, study.config.measure, folder, given.get(arm.name, folder), base)
        if figures is not None:
            done.append(figures)
        elif points := curve(folder, arm.run, lambda _: 0.0):
            so_far.append(f"{arm.name}: {points[-1]['nats']:.4f} nats after {points[-1]['images']:,} images")
    return Row(group, done, len(own), "".join(f"; {one}" for one in so_far))


def write(args: argparse.Namespace, study: Study, rows: list[Row]) -> None:
    """results.md in a folder of the study's name."""
    run = base_run(study)
    setting = [f"Tokens: {args.tokens}; mean patch length of the base {study.p_avg:.2f}."]
    if study.config.measure != "patches":
        trainings = ", ".join(args.trained) or f"{study.base.images:,} images an arm"
        setting.append(f"Trainings: {trainings}; D {run.model.dim}, seeds {', '.join(map(str, study.base.seeds))}; "
                       f"{' '.join(args.overrides) or 'the base as it is'}.")
        sampling = sampling_of(args)
        sampled = f"guidance {sampling.guidance:g}, temperature {sampling.temperature:g}"
        setting.append(f"Held-out pictures: at most {args.held_out:,}. " + (
            f"FID-lite of {args.samples:,} samples, judge {args.judge}, {sampled}." if args.judge else
            "FID-lite was not measured: no judge was given."))
    path = args.out / study.name / "results.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = write_page(study, rows, setting)
    save_text(path, text, several=True)
    print(text)
    print(f"{path}: written")
