"""The oracles give the golden numbers, which were computed without them and without torch."""

import pytest
import torch
from safetensors.torch import load

from graders.fixtures.fixtures import FIXTURES
from graders.fixtures.golden import golden
from graders.oracles import gated, numpy_rnn
from graders.oracles.elman import elman
from graders.oracles.formulas import ACTIVATIONS

FILE = FIXTURES / "golden.safetensors"
RIGHT = {"rtol": 0.0, "atol": 1e-12}
GRU_FORMULAS = ("take_before", "take_after", "keep_before", "keep_after")  # the oracle's order


@pytest.fixture(scope="module")
def cases():
    """Tensors by case and name; those that gradients are taken of ask for them."""
    found: dict[str, dict[str, torch.Tensor]] = {}
    for key, tensor in load(FILE.read_bytes()).items():
        case, _, name = key.rpartition("/")
        found.setdefault(case, {})[name] = tensor
    for case in found.values():
        for name in [name for name in case if f"d_{name}" in case]:
            case[name].requires_grad_()
    return found


def agrees(case, outputs):
    """Compare outputs with the golden ones, and the gradients of those that have a cotangent."""
    for name, output in outputs.items():
        torch.testing.assert_close(output, case[name], **RIGHT, msg=f"{name} differs")
    leaves = [name for name in case if f"d_{name}" in case]
    total = sum(
        (output * case[f"to_{n}"]).sum() for n, output in outputs.items() if f"to_{n}" in case
    )
    slopes = torch.autograd.grad(total, [case[name] for name in leaves])
    for name, slope in zip(leaves, slopes, strict=True):
        torch.testing.assert_close(slope, case[f"d_{name}"], **RIGHT, msg=f"d_{name} differs")
    assert leaves


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_elman(cases, name):
    case = cases[f"elman/{name}"]
    roles = {role: case[role] for role in ("W_x", "W_h", "b_1", "W_y", "c")}
    outs, last = elman(roles, case["x"], case["hidden"], ACTIVATIONS[name])
    agrees(case, {"outs": outs, "last": last})


def roles(formula, case):
    return {role: case[role] for role in formula.shapes}


@pytest.mark.parametrize(("place", "name"), list(enumerate(GRU_FORMULAS)))
def test_gru(cases, place, name):
    case, formula = cases[f"gru/{name}"], gated.gru(2, 3).formulas[place]
    (h,) = formula.run(roles(formula, case), [case["x"], case["h_0"]])
    agrees(case, {"h": h})


def test_lstm(cases):
    case, (formula,) = cases["lstm"], gated.lstm(2, 3).formulas
    h, c = formula.run(roles(formula, case), [case["x"], case["h_0"], case["c_0"]])
    agrees(case, {"h": h, "c": c})


@pytest.mark.parametrize("name", ["single", "repeated"])
def test_tagger(cases, name):
    case = cases[f"tagger/{name}"]
    weights = [case[role] for role in numpy_rnn.NAMES]
    loss = numpy_rnn.loss(weights, case["words"], case["tags"])
    log_p = numpy_rnn.log_probabilities(weights, case["words"])
    agrees(case, {"log_p": log_p, "loss": loss.reshape(1)})
    found = numpy_rnn.gradients(weights, case["words"], case["tags"])
    for role, gradient in zip(numpy_rnn.NAMES, found, strict=True):
        torch.testing.assert_close(gradient, case[f"d_{role}"], **RIGHT)


def test_every_case_is_held_against_an_oracle(cases):
    grus = {f"gru/{name}" for name in GRU_FORMULAS}
    elmans = {f"elman/{name}" for name in ACTIVATIONS}
    assert set(cases) == {"lstm", "tagger/single", "tagger/repeated"} | grus | elmans


def test_the_file_is_small_and_rebuilds_byte_for_byte():
    assert FILE.stat().st_size < 200_000
    assert golden() == FILE.read_bytes()
