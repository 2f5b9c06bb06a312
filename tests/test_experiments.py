"""Tests of the full-size trainings, at a tiny size: what they print, save and refuse."""

import random
import sys

import pytest
import torch

from experiments import curves, languages, reference
from experiments.train import main

SYMBOLS = [".pad", ".start", ".end", ".unk", *"!abcklmsuvw"]
GOOD = [1, 11, 5, 6, 7, 4, 11, 2]  # sabc!s
FILLERS = ["the", "plot", "is", "a", "long", "road"]
TINY = ["--limit", "300", "--epochs", "1"]


@pytest.fixture(autouse=True)
def _nothing_stays():
    """Take the reference's plain names out of the interpreter again."""
    modules, path, threads = dict(sys.modules), list(sys.path), torch.get_num_threads()
    with torch.random.fork_rng():
        yield
    torch.set_num_threads(threads)
    sys.path[:] = path
    names = {file.stem for folder in reference.FOLDERS for file in folder.glob("*.py")}
    for name in names & sys.modules.keys() - modules.keys():
        del sys.modules[name]


# --- ndfa and brackets ---


@pytest.mark.parametrize("language", ["ndfa", "brackets"])
def test_a_language_prints_ten_samples_after_each_epoch_and_a_table(language, capsys):
    assert main([language, *TINY, "--epochs", "2"]) in (0, 1)
    output = capsys.readouterr().out.splitlines()
    assert output[0].startswith("Epoch 1 of 2: ") and output[0].endswith(" of 10 samples valid")
    assert all(line.startswith("  ") for line in output[1:11])
    assert output[11].startswith("Epoch 2 of 2: ")
    assert output[22] == "epoch  loss per token  gradient norm  valid  seconds  on the CPU"
    first, second = (line.split() for line in output[23:])
    assert (first[0], second[0]) == ("1", "2")
    assert float(first[1]) > float(second[1]) > 0.2  # it learns, and not more than there is


def without_seconds(text):
    return [line.split()[:4] for line in text.splitlines()]


def test_the_same_seed_gives_the_same_run_and_another_one_another(capsys):
    runs = []
    for seed in ("5", "5", "6"):
        main(["ndfa", *TINY, "--seed", seed])
        runs.append(without_seconds(capsys.readouterr().out))
    assert runs[0] == runs[1] != runs[2]


def test_more_samples_are_counted_and_ten_are_printed(capsys):
    main(["ndfa", *TINY, "--samples", "12", "--temperature", "0"])
    output = capsys.readouterr().out.splitlines()
    assert output[0].endswith(" of all 12")
    assert len(output) == 1 + 10 + 2
    assert len(set(output[1:11])) == 1  # the likeliest token each time


@pytest.mark.parametrize(("good", "code"), [(6, 0), (5, 1)])
def test_the_exit_code_says_whether_the_majority_is_valid(good, code, monkeypatch, capsys):
    samples = [GOOD] * good + [GOOD[:-1]] * (10 - good)
    monkeypatch.setattr(languages, "write", lambda *_: samples)
    assert main(["ndfa", *TINY]) == code
    assert f"Epoch 1 of 1: {good} of 10 samples valid" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("sample", "text", "broken"),
    [
        (GOOD, "sabc!s", None),
        (GOOD[:-1], "sabc!s", (6, "it does not end")),
        ([1, 11, 5, 6, 2], "sab", (3, "the word is abc!, so c must follow")),
        ([1, 11, 0, 11, 2], "s.pads", (1, "expected a word or the last s here")),
        ([1, 2], "", (0, "the text must begin with s")),
    ],
)
def test_a_sample_is_judged_by_the_exact_grammar(sample, text, broken):
    found, where = languages.judge("ndfa", sample, SYMBOLS)
    assert found == text
    assert where == broken or (broken and where[0] == broken[0])


def test_curves_and_tensorboard_log_are_kept_when_asked_for(tmp_path, capsys):
    pictures, log = tmp_path / "a" / "curves", tmp_path / "log"
    main(["ndfa", *TINY, "--curves", str(pictures), "--tensorboard", str(log)])
    assert sorted(p.name for p in pictures.iterdir()) == ["ndfa-seed0.png", "ndfa-seed0.svg"]
    assert (pictures / "ndfa-seed0.png").read_bytes().startswith(b"\x89PNG")
    assert len(list((log / "ndfa-seed0").glob("events.*"))) == 1


def test_a_long_line_is_smoothed_by_a_running_mean(monkeypatch):
    monkeypatch.setattr(curves, "WINDOW", 2)
    assert curves.smooth([1, 3, 5, 9]) == [2, 4, 7]


# --- IMDb ---


@pytest.fixture
def imdb(tmp_path):
    """Make up reviews of 1 to 9 words; one of them tells good from bad."""
    chance = random.Random(0)
    for split, count in (("train", 30), ("test", 10)):
        for kind, sign in (("pos", "lovely"), ("neg", "dreadful")):
            folder = tmp_path / "aclImdb" / split / kind
            folder.mkdir(parents=True)
            for number in range(count):
                words = [sign, *chance.choices(FILLERS, k=chance.randrange(9))]
                chance.shuffle(words)
                (folder / f"{number}_5.txt").write_text(" ".join(words), encoding="utf-8")
    return tmp_path / "aclImdb"


def test_imdb_prints_three_accuracies_of_four_models(imdb, capsys):
    pictures = imdb.parent / "curves"
    options = ["--epochs", "12", "--max-tokens", "64", "--lr", "0.01", "--curves", str(pictures)]
    assert main(["imdb", str(imdb), *options]) == 0
    output = capsys.readouterr().out.splitlines()
    assert output[0] == "48 train, 12 validation, 20 test reviews, 12 tokens, 2 classes"
    assert output[1] == "model       train  validation        test  seconds per epoch"
    rows = [line.split() for line in output[2:]]
    assert [row[0] for row in rows] == ["mlp", "elman", "lstm", "gru"]
    assert all(row[1:4] == ["100.0%"] * 3 for row in rows)
    assert len(list(pictures.glob("imdb-*-seed0.*"))) == 2 * 4


def test_imdb_can_be_limited(imdb, capsys):
    options = ["--limit", "9", "--max-length", "2", "--epochs", "1", "--models", "gru", "mlp"]
    assert main(["imdb", str(imdb), *options]) == 0
    output = capsys.readouterr().out.splitlines()
    assert output[0].startswith("9 train, 9 validation, 9 test reviews")
    assert [line.split()[0] for line in output[2:]] == ["gru", "mlp"]


def test_a_missing_module_is_named(imdb, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "gated", None)
    assert main(["imdb", str(imdb)]) == 2
    output = capsys.readouterr().err
    assert (
        output.startswith("reference/gated.py cannot be imported") and len(output.splitlines()) == 1
    )


# --- what is refused ---


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["imdb", "/nowhere/aclImdb"], "/nowhere/aclImdb: expected the folder aclImdb"),
        (["imdb", __file__], "test_experiments.py: expected a gzip pickle"),
        (["ndfa", "--device", "abacus"], "Device abacus is not available"),
        (["ndfa", "--device", "meta"], "Device meta is not available"),
        (["ndfa", "--curves", __file__], "test_experiments.py cannot be created"),
    ],
)
def test_the_users_fault_is_one_sentence_and_exit_code_2(arguments, words, capsys):
    assert main(arguments) == 2
    output = capsys.readouterr().err
    assert words in output and len(output.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "required: ndfa|brackets|imdb"),
        (["imdb"], "required: PATH"),
        (["cnn"], "invalid choice: 'cnn'"),
        (["imdb", ".", "--models", "cnn"], "invalid choice: 'cnn'"),
        (["ndfa", "--epochs", "0"], "expected a whole number of at least 1, got 0"),
        (["ndfa", "--limit", "many"], "expected a whole number of at least 1, got many"),
        (["ndfa", "--lr", "0"], "expected a number above 0, got 0"),
        (["ndfa", "--clip", "nan"], "expected a number, 0 or more, got nan"),
        (["brackets", "--temperature=-1"], "expected a number, 0 or more, got -1"),
    ],
)
def test_a_wrong_command_line_is_one_sentence_and_exit_code_2(arguments, words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    output = capsys.readouterr().err
    assert caught.value.code == 2
    assert words in output and len(output.splitlines()) == 1


def test_a_missing_package_is_named_before_the_training(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("experiments.train.find_spec", lambda name: None)
    assert main(["ndfa", "--tensorboard", str(tmp_path)]) == 2
    assert f"To write into {tmp_path}, install tensorboard first." in capsys.readouterr().err


def test_ctrl_c_is_one_sentence_and_exit_code_1(monkeypatch, capsys):
    def stop(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(languages, "load", stop)
    assert main(["ndfa"]) == 1
    assert capsys.readouterr().err == "Stopped; nothing was saved.\n"
