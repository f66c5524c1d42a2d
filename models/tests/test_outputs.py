"""Half-written folders go when a command is stopped, and those of a killed one at the next."""

import contextlib
import os
import signal
import subprocess
import sys

import pytest

from models.export.index import write_index
from models.outputs import scratch, staged

COMMAND = """
import sys, time, types
from pathlib import Path
from models import cli, commands
from models.outputs import scratch


def run(args):
    with scratch(args.out, "pack") as made:
        (made / "half.bin").write_bytes(b"x")
        print("writing", flush=True)
        time.sleep(60)


sys.modules["sleeper"] = types.SimpleNamespace(
    __doc__="", run=run, add_arguments=lambda parser: parser.add_argument("--out", type=Path))
commands.COMMANDS["sleep"] = ("sleeper", "")
sys.exit(cli.main(["sleep", "--out", sys.argv[1]]))
"""


def as_from_a_terminal():
    """Signals as a shell in front has them: a command in the background may have been started with some ignored."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)


@contextlib.contextmanager
def writing(folder):
    """A process that is half through."""
    with subprocess.Popen([sys.executable, "-c", COMMAND, str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, preexec_fn=as_from_a_terminal) as process:
        assert process.stdout.readline() == "writing\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize(("number", "status", "word"), [
    (signal.SIGTERM, 143, "terminated"), (signal.SIGHUP, 129, "terminated"), (signal.SIGINT, 130, "interrupted"),
])
def test_a_command_that_is_stopped_says_so_and_leaves_nothing(tmp_path, number, status, word):
    with writing(tmp_path) as process:
        assert len(list(tmp_path.iterdir())) == 1
        process.send_signal(number)
        assert process.wait(timeout=30) == status
        assert process.stderr.read() == f"sleep: {word}\n"
    assert not list(tmp_path.iterdir())


def test_what_a_killed_command_left_goes_at_the_next_and_nothing_else(tmp_path):
    kept = [tmp_path / name for name in (".partial-notes", ".partial-pack-2", "pack", ".partial-other-abcdefgh")]
    for folder in kept:
        folder.mkdir()
    with writing(tmp_path) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    left, = set(tmp_path.iterdir()) - set(kept)
    with writing(tmp_path):
        in_use, = set(tmp_path.iterdir()) - set(kept)
        assert in_use != left
        with scratch(tmp_path, "pack") as made:
            assert set(tmp_path.iterdir()) == {*kept, in_use, made}


def test_staged_files_of_a_killed_command_go_too(tmp_path):
    (tmp_path / ".partial-abcd_123").mkdir()
    with staged(tmp_path, last="b") as stage:
        assert [path for path in tmp_path.iterdir() if path.is_dir()] == [stage]
        (stage / "b").write_text("x")
    assert os.listdir(tmp_path) == ["b"]


def test_a_pack_that_is_being_written_is_in_no_list(tmp_path, capsys):
    with scratch(tmp_path, "pack") as made:
        (made / "manifest.json").write_text("{}")
        assert write_index(tmp_path) == []
    assert capsys.readouterr().err == ""
