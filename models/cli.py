"""`python -m models <command> ...`"""

from __future__ import annotations

import argparse
import importlib
import os
import sys

import torch

from models.commands import COMMANDS
from models.errors import UserError
from models.outputs import check_folder


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status (2 after an error a person can act on)."""
    argv = sys.argv[1:] if argv is None else argv
    if not argv or argv[0] in ("-h", "--help"):
        print(_overview())
        return 0
    name, *rest = argv
    if name not in COMMANDS:
        print(f"unknown command {name!r}\n\n{_overview()}", file=sys.stderr)
        return 2
    path, summary = COMMANDS[name]
    module = importlib.import_module(path)
    parser = argparse.ArgumentParser(prog=f"python -m models {name}", description=module.__doc__ or summary)
    module.add_arguments(parser)
    args = parser.parse_args(rest)
    try:
        if getattr(args, "out", None):
            check_folder(args.out)
        status = module.run(args) or 0
        sys.stdout.flush()
        return status
    except UserError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:  # whoever read the output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # a disk that is full, a file that may not be read: anything that the checks before could not know
        print(f"{name}: {error.filename or args_out(args)}: {error.strerror or error}", file=sys.stderr)
        return 2
    except (MemoryError, torch.OutOfMemoryError) as error:
        print(f"{name}: not enough memory ({str(error).splitlines()[0] if str(error) else 'of this machine'}); "
              "lower the batch size, or raise train.accumulate", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"{name}: interrupted", file=sys.stderr)
        return 130


def args_out(args: argparse.Namespace) -> str:
    return str(getattr(args, "out", None) or "a file")


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {summary}" for name, (_, summary) in COMMANDS.items()]
    usage = "usage: python -m models <command> [options]   (--help after a command lists its options)"
    return usage + "\n\n" + "\n".join(lines)
