"""The command line: exit codes, and one clear sentence for what the user can put right."""

import argparse
import json
import shutil
import tomllib

import pytest

from experiments.train import parser as trainings_parser
from graders.__main__ import main, parser
from graders.paths import ROOT
from graders.results.result_json import from_json
from graders.student.__main__ import parser as students_parser


@pytest.fixture
def folder(tmp_path):
    shutil.copytree(
        ROOT / "reference", tmp_path / "mine", ignore=shutil.ignore_patterns("__pycache__")
    )
    return tmp_path / "mine"


def test_full_points_exit_with_0_and_leave_a_report(folder, capsys):
    assert main(["check", str(folder), "--part", "mlp"]) == 0
    said = capsys.readouterr().out
    assert "1 of 1 point\n" in said and "report.html" in said
    assert "<title>" in (folder / "report.html").read_text()


def test_lost_points_exit_with_1_and_say_what_to_fix_first(folder, capsys):
    source = (folder / "mlp.py").read_text()
    (folder / "mlp.py").write_text(source.replace("amax(dim=1)", "mean(dim=1)"))
    assert main(["check", str(folder), "--part", "mlp"]) == 1
    said = capsys.readouterr().out
    assert "Fix this first" in said and "Called:" in said and "Expected:" in said


def test_json_is_the_result_and_nothing_else(folder, capsys):
    assert main(["check", str(folder), "--part", "mlp", "--json"]) == 0
    said = capsys.readouterr().out
    assert from_json(said).points == 1
    assert json.loads(said)["format"] == 2
    assert not (folder / "report.html").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "/nowhere/at/all"], "/nowhere/at/all does not exist"),
        (["check", "reference", "--assignment", "cnn"], "There is no assignment `cnn`"),
        (["check", "reference", "--part", "gpt"], "has no part `gpt`"),
        (["batch", "/nowhere", "--out", "/tmp/unroll-none"], "/nowhere does not exist"),
    ],
)
def test_the_users_fault_is_one_sentence_and_exit_code_2(arguments, words, capsys):
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert words in said and "Traceback" not in said and len(said.splitlines()) == 1


def test_an_unknown_command_exits_with_2(capsys):
    with pytest.raises(SystemExit) as caught:
        main(["fly"])
    assert caught.value.code == 2


def options_of(parser, name=""):
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, each in action.choices.items():
                yield from options_of(each, f"{name} {word}")
        else:
            yield name, action


PARSERS = {"staff": parser(), "students": students_parser(), "training": trainings_parser()}


@pytest.mark.parametrize("top", PARSERS.values(), ids=PARSERS)
def test_every_option_has_help_that_states_its_default(top):
    silent = [f"{name} {a.option_strings or a.dest}" for name, a in options_of(top) if not a.help]
    assert silent == []
    for name, action in options_of(top):
        optional = action.option_strings or action.nargs in ("?", "*")
        if action.nargs != 0 and optional and not action.required:  # 0: a flag
            assert "default" in action.help, f"{name} {action.option_strings}: {action.help}"


def test_the_older_names_of_commands_still_work_and_are_not_listed():
    top = parser()
    for old, new, arguments in (
        ("sheet", "assignment", ["rnn.toml"]),
        ("new-sheet", "new-assignment", ["x", "--parts", "mlp"]),
    ):
        assert top.parse_args([old, *arguments]) == top.parse_args([new, *arguments])
        assert new in top.format_help() and old not in top.format_help()


def test_the_version_is_the_projects(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    document = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert end.value.code == 0
    assert capsys.readouterr().out == f"Unroll {document['project']['version']}\n"


def test_a_parser_names_each_command_once():
    names = [
        name for name, action in options_of(parser()) if isinstance(action, argparse._HelpAction)
    ]
    assert len(names) == len(set(names)) > 15
