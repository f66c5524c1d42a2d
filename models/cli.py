"""`python -m models <command> ...`"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import signal
import sys
import threading
from collections.abc import Iterator

from models.commands import COMMANDS
from models.errors import UserError
from models.outputs import check_folder


class Terminated(BaseException):
    """SIGTERM or SIGHUP: unwinds as KeyboardInterrupt does, so that what is half written is removed."""


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns the exit status (2 after an error a person can act on)."""
    try:
        status = _run(sys.argv[1:] if argv is None else argv)
        sys.stdout.flush()
        return status
    except BrokenPipeError:  # whoever read the output has had enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(argv: list[str]) -> int:
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
        with _signals():
            if getattr(args, "out", None):
                check_folder(args.out)
            return module.run(args) or 0
    except UserError as error:
        return _failed(name, str(error))
    except BrokenPipeError:
        raise
    except OSError as error:  # a disk that is full, a file that may not be read: what no check could know before
        place = error.filename or getattr(args, "out", None) or "a file"
        return _failed(name, f"{place}: {error.strerror or error}")
    except KeyboardInterrupt:
        print(f"{name}: interrupted", file=sys.stderr)
        return 130
    except Terminated as error:
        print(f"{name}: terminated", file=sys.stderr)
        return 128 + error.args[0]
    except Exception as error:
        reason = _out_of_memory(error)
        if reason is None:
            raise
        return _failed(name, f"not enough memory ({reason}); {_less_memory(name, args)}")


def _out_of_memory(error: Exception) -> str | None:
    """What ran out, in one line; None for any other error. PyTorch, which is not imported for this, has a type of its own for
    GPUs alone."""
    text = str(error)
    if isinstance(error, RuntimeError) and (at := text.find("can't allocate memory")) >= 0:
        return text[at:].splitlines()[0]
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return text.splitlines()[0] if text else "of this machine"
    return None


def _less_memory(name: str, args: argparse.Namespace) -> str:
    """What to do next, by what the command takes."""
    if name.startswith("train") or name == "study":
        return "lower train.batch_size, or raise train.accumulate"
    for option in ("batch", "batch_size"):
        if hasattr(args, option):
            return f"lower --{option.replace('_', '-')}"
    return "end other programs, or use a machine with more"


@contextlib.contextmanager
def _signals() -> Iterator[None]:
    """SIGTERM and SIGHUP raise Terminated; a second one is ignored while what is half written is removed."""
    def handle(number: int, _frame: object) -> None:
        if os.getpid() != own:  # a worker of this process, which inherits the handler
            os._exit(128 + number)
        for one in previous:
            signal.signal(one, signal.SIG_IGN)
        raise Terminated(number)

    own, previous = os.getpid(), {}
    if threading.current_thread() is threading.main_thread():
        known = [getattr(signal, one) for one in ("SIGTERM", "SIGHUP") if hasattr(signal, one)]  # Windows has no SIGHUP
        kept = [one for one in known if signal.getsignal(one) == signal.SIG_DFL]
        previous = {one: signal.signal(one, handle) for one in kept}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _failed(name: str, words: str) -> int:
    print(f"{name}: {words}", file=sys.stderr)
    return 2


def _overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {summary}" for name, (_, summary) in COMMANDS.items()]
    usage = "usage: python -m models <command> [options]   (--help after a command lists its options)"
    return usage + "\n\n" + "\n".join(lines)
