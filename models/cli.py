"""`python -m models <command> ...`"""

from __future__ import annotations

import argparse
import importlib
import sys

from models.commands import COMMANDS
from models.errors import UserError


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
        return module.run(args) or 0
    except UserError as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 2


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {summary}" for name, (_, summary) in COMMANDS.items()]
    usage = "usage: python -m models <command> [options]   (--help after a command lists its options)"
    return usage + "\n\n" + "\n".join(lines)
