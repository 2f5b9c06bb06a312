"""Tests of graders/probes/results_csv.py: the table as people and spreadsheets write it."""

import random
import time

import pytest

from graders.probes.results_csv import RecordedRun, read_runs

PLAIN = "model,lr,val_acc,test_acc\nMLP,0.01,0.86,\nLSTM,0.001,0.87,0.88\n"
RUNS = [
    RecordedRun("MLP", {"lr": "0.01"}, 0.86, None),
    RecordedRun("LSTM", {"lr": "0.001"}, 0.87, 0.88),
]


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        PLAIN.encode("utf-8-sig"),
        PLAIN.encode("utf-16"),
        PLAIN.encode("utf-16-le"),
        PLAIN.encode("utf-32"),
        PLAIN.replace("\n", "\r\n").encode("latin-1"),
        PLAIN.replace("\n", "\r").encode(),
        PLAIN.replace(",", "\t").encode(),
        PLAIN.replace(",", " ; ").replace(".", ",").encode(),
        b"# my results\n\n" + PLAIN.encode() + b"\n,,,\n",
        PLAIN.replace("model", '"Model"').replace("LSTM", '"lstm"').encode(),
    ],
)
def test_forms_of_the_same_table(content):
    found = read_runs(content)
    assert [(r.model, r.validation, r.test) for r in found] == [
        (r.model, r.validation, r.test) for r in RUNS
    ]
    assert [set(run.hyperparameters) for run in found] == [{"lr"}, {"lr"}]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("0.861", 0.861),
        (".861", 0.861),
        ("86.1%", 86.1),
        ('"86,1 %"', 86.1),
        ("8.61e-1", 0.861),
        ("0.861 ± 0.002", 0.861),
        ("~86", 86.0),
        ("1", 1.0),
        ("100", 100.0),
        ("nan", None),
        ("inf", None),
        ("1e99", None),
        ("-0.5", None),
        ("861", None),
        ("1.2.3", None),
        ("n/a", None),
        ("", None),
    ],
)
def test_accuracies(cell, value):
    (run,) = read_runs(f"model,lr,val,test\nMLP,1,{cell},\n".encode())
    assert run.validation == (pytest.approx(value) if value is not None else None)


@pytest.mark.parametrize(
    ("name", "model"),
    [
        ("mlp", "MLP"),
        ("MLP (baseline)", "MLP"),
        ("Elman", "Elman"),
        ("nn.RNN", "Elman"),
        ("ElmanClassifier", "Elman"),
        ("torch LSTM", "LSTM"),
        ("LSTM-RNN", "LSTM"),
    ],
)
def test_names_of_the_models(name, model):
    (run,) = read_runs(f"model,lr,val,test\n{name},1,0.5,\n".encode())
    assert run.model == model


def test_rows_of_other_models_are_left_out():
    assert read_runs(b"model,lr,val,test\nGRU,1,0.5,\n,,,\n") == []


def test_what_is_no_hyperparameter():
    header = "model,#,run,train_acc,val_loss,val_acc,test_acc,time (s),notes"
    (run,) = read_runs(f"{header}\nMLP,1,2,0.9,0.3,0.8,0.7,12,fine\n".encode())
    assert (run.hyperparameters, run.validation, run.test) == ({}, 0.8, 0.7)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no row names a column `model`"),
        (b"MLP,0.01,0.8,0.9\n", "no row names a column `model`"),
        (b"model,lr,test\nMLP,1,0.9\n", "no column has `val` in its name"),
        (b"model,lr\nMLP,1\n", "no column has `val` and none `test` in its name"),
        (b"model,val_loss,test_loss\n", "no column has `val` and none `test` in its name"),
        (b"\x00" * 5000, "no row names a column `model`"),
    ],
)
def test_what_cannot_be_read_is_told(content, sentence):
    with pytest.raises(ValueError, match=sentence):
        read_runs(content)


def test_nothing_makes_it_crash():
    chance = random.Random(0)
    alphabet = [b"model", b"val", b"test", b",", b";", b'"', b"\n", b"\r", b"\0", b"\xff", b"nan"]
    alphabet += [b"9" * 400, b"1e99", "٣".encode(), b"lstm", b"\xef\xbb\xbf", b"|", b"\t"]
    for _ in range(2000):
        content = b"".join(chance.choices(alphabet, k=chance.randrange(40)))
        try:
            read_runs(content)
        except ValueError as problem:
            assert "no " in str(problem)
    assert read_runs(b'model,val,test\n"' + b"x" * 3_000_000) == []


def test_a_long_cell_does_not_hold_it_up():
    content = 'model,val acc,test acc,"' + "acc" * 40_000 + '\nx"\nMLP,1,1,2\n'
    before = time.process_time()
    assert len(read_runs(content.encode())) == 1
    assert time.process_time() - before < 2
