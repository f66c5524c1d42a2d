"""Studies at the paper's scale: the lines that are printed are configurations, and measure what they train."""

import argparse
import shlex
from pathlib import Path

from models.cli import main
from models.commands import study as study_command
from models.runs import load_run
from models.study.plan import study_names


def test_the_paper_s_scale_prints_lines_that_are_configurations(capsys):
    for name in study_names():
        assert main(["study", name, "--scale", "paper", "--out", "runs/study"]) == 0
        text = capsys.readouterr().out
        lines = [shlex.split(line) for line in text.splitlines() if line.startswith("torchrun")]
        for words in lines:
            sets = [words[at + 1] for at, word in enumerate(words) if word == "--set"]
            run = load_run(Path(__file__).parents[2] / words[words.index("--config") + 1], sets)
            assert run.train.steps * run.train.batch_size == 64_058_112  # 50 epochs
            place = words[words.index("--out") + 1]
            assert f"--trained {Path(place).name}={place}" in text and "GPU hours" in text
        assert len(lines) == {"table3": 6, "table4": 7, "table5": 8, "table6": 4, "table7": 4, "table9": 5, "table10": 7,
                              "figure4": 6, "resolution": 0}[name]


def test_the_paper_s_scale_takes_settings_and_refuses_what_it_would_not_use(capsys):
    paper = ["study", "table7", "--scale", "paper", "--out", "runs/study"]
    assert main([*paper, "--set", "train.batch_size=512", "--set", "patchify.max_patch_length=3"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("torchrun")]
    assert lines and all("--set train.batch_size=512" in line for line in lines)
    assert all(("--set patchify.max_patch_length=3" in line) == ("dpar-l" in line) for line in lines)
    refused = (
        (["--images", "64"], "--images has no place"), (["--p-avg", "2"], "--p-avg has no place"),
        (["--trained", "gpt=runs/gpt"], "--trained has no place"), (["--set", "train.steps=9"], "a study takes no such setting"),
        (["--set", "train.stepz=9"], "train.stepz"))
    for option, words in refused:
        assert main([*paper, *option]) == 2
        assert words in capsys.readouterr().err


def test_the_paper_s_scale_measures_what_it_trains(capsys):
    """Its last line has the arms, seeds and settings of the lines before; read as the command itself reads it."""
    parser = argparse.ArgumentParser()
    study_command.add_arguments(parser)
    more = ["--seeds", "4", "5", "--set", "train.batch_size=512", "--set", "model.dim = 512", "--arm", "default", "--arm"]
    for name, arm, trained in (("table3", "static", {"default-4", "default-5", "static"}), ("resolution", "larger", set())):
        assert main(["study", name, "--scale", "paper", "--out", "runs/study", *more, arm]) == 0
        line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("python -m models study"))
        args = parser.parse_args(shlex.split(line)[4:])
        assert args.study == name and args.seeds == [4, 5] and args.chosen == ["default", arm]
        assert args.overrides == ["train.batch_size=512", "model.dim = 512"]
        assert {pair.partition("=")[0] for pair in args.trained} == trained
    assert main(["study", "table3", "--scale", "paper", "--out", "runs/study"]) == 0
    assert "--seeds" not in capsys.readouterr().out
