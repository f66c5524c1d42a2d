"""Arguments and set-up that the training commands share."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from pathlib import Path

import torch

from models import distributed
from models.data import DataConfig, Pictures, Split, load_pictures, split_pictures
from models.errors import UserError


def add_config_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--config", type=Path, metavar="FILE.toml", help="settings (models/configs/)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", dest="overrides",
                        help="override one setting, e.g. --set train.lr=3e-4 (repeatable)")


def add_training_arguments(parser: argparse.ArgumentParser) -> None:
    add_config_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR",
                        help="where checkpoint, weights, config.json and log go; resumes if a checkpoint is there")
    add_device_arguments(parser)


def add_device_arguments(parser: argparse.ArgumentParser, device: str | None = None) -> None:
    """device: the default, where it is not the quickest of this machine."""
    add_device_argument(parser, device)
    add_threads_argument(parser)


def add_device_argument(parser: argparse.ArgumentParser, device: str | None = None) -> None:
    parser.add_argument("--device", default=device or default_device(), help="torch device (default: %(default)s)")


def add_threads_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--threads", type=at_least(1), help="CPU threads (default: PyTorch's choice)")


def add_data_arguments(parser: argparse.ArgumentParser, required: bool = True) -> None:
    parser.add_argument("--data", type=Path, required=required, metavar="DIR",
                        help="folder that holds eurosat/2750, or one folder of pictures a class")
    parser.add_argument("--download", action="store_true", help="fetch EuroSAT into --data first")
    parser.add_argument("--cache", type=Path, default=Path(".cache"), help="decoded pictures (default: %(default)s)")


def at_least(least: int) -> Callable[[str], int]:
    """The type of an option that counts something."""
    def read(text: str) -> int:
        value = int(text)
        if value < least:
            raise argparse.ArgumentTypeError(f"{value} is less than {least}")
        return value

    read.__name__ = "whole number"  # which argparse names when the text is no number
    return read


def ratio(text: str) -> float:
    """The type of an option that says how many times as large something is: 1 at least."""
    value = float(text)
    if not 1 <= value < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 on")
    return value


def default_device() -> str:
    return "cuda" if torch.cuda.is_available() else "cpu"


def check_device(name: str) -> None:
    """Raises UserError for a device that nothing can be computed on here."""
    try:
        torch.ones(1, device=name).item()
    except Exception as error:  # a name that is none, a build without it, no driver, no card: each of another type
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise UserError(f"--device {name}: cannot be used here ({reason}); --device cpu always can") from None


def check_name(device: str) -> None:
    """Raises UserError for what names no device at all; nothing is computed."""
    try:
        torch.device(device)
    except RuntimeError as error:
        raise UserError(f"--device {device}: is none ({str(error).splitlines()[0]}); --device cpu always can be used") from None


def prepare(args: argparse.Namespace) -> torch.device:
    """Apply --threads and --device, and join torchrun's other processes. Raises UserError."""
    if args.threads:
        torch.set_num_threads(args.threads)
    check_name(args.device)
    device = distributed.start(args.device)  # first: "cuda" is the same GPU for every process until each has its own
    check_device(str(device))
    return device


def prepare_alone(args: argparse.Namespace, command: str) -> torch.device:
    """prepare for a command that does not divide its work. Raises UserError under torchrun."""
    check_name(args.device)
    device = distributed.start_alone(args.device, command)
    check_device(str(device))
    if args.threads:
        torch.set_num_threads(args.threads)
    return device


def read_pictures(args: argparse.Namespace, config: DataConfig) -> tuple[Pictures, Split]:
    pictures = load_pictures(args.data, config, cache=args.cache, download=args.download)
    return pictures, split_pictures(pictures.labels, config, pictures.held_out, pictures.classes)
