"""Short sanity tests of the reference's parts; the graders' checks go deeper."""

import copy
import importlib.util
from pathlib import Path

import pytest
import torch

ROOT = Path(__file__).parent.parent
V, C, E, H = 11, 3, 5, 7


def load_part(name, folder="reference"):
    spec = importlib.util.spec_from_file_location(f"{folder}_{name}", ROOT / folder / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


padding, mlp, elman = map(load_part, ("padding", "mlp", "elman"))


@pytest.fixture(autouse=True)
def _fixed_draws():
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield


# --- padding ---

ROWS = [[5, 6], [7], [], [8, 9, 10]]


def test_pad_batch_pads_right_or_left_and_cuts():
    right = [[5, 6, 0], [7, 0, 0], [0, 0, 0], [8, 9, 10]]
    left = [[4, 5, 6], [4, 4, 7], [4, 4, 4], [8, 9, 10]]
    assert padding.pad_batch(ROWS, 0).tolist() == right
    assert padding.pad_batch(ROWS, 4, side="left").tolist() == left
    assert padding.pad_batch(ROWS, 0, max_len=2).tolist() == [[5, 6], [7, 0], [0, 0], [8, 9]]
    assert padding.pad_batch(ROWS, 0, max_len=9).tolist() == right
    assert padding.pad_batch([[], []], 0).shape == (2, 0)
    assert padding.pad_batch([[]], 0).dtype == torch.long


def test_pad_batch_takes_tensors_and_leaves_them_alone():
    rows = [torch.tensor(row, dtype=torch.long) for row in ROWS]
    before = copy.deepcopy(rows)
    assert torch.equal(padding.pad_batch(rows, 0), padding.pad_batch(ROWS, 0))
    assert all(map(torch.equal, rows, before))


@pytest.mark.parametrize("lengths", [[2, 0, 3], torch.tensor([2, 0, 3])])
def test_length_mask_is_true_on_tokens(lengths):
    mask = padding.length_mask(lengths)
    assert mask.dtype == torch.bool
    assert mask.tolist() == [[True, True, False], [False] * 3, [True] * 3]
    assert padding.length_mask(lengths, max_len=5).sum(dim=1).tolist() == [2, 0, 3]
    assert padding.length_mask(lengths, max_len=5).shape == (3, 5)


@pytest.mark.parametrize("of_tensors", [False, True])
def test_data_generator_yields_each_example_once_with_its_label(of_tensors):
    lists = [[i] * (i % 4 + 1) for i in range(1, 11)]
    X = [torch.tensor(row) for row in lists] if of_tensors else lists
    epochs = []
    for _ in range(2):
        batches = list(padding.data_generator(X, torch.arange(1, 11), 0, batch_size=4))
        assert [len(labels) for _, labels in batches] == [4, 4, 2]
        for features, labels in batches:
            assert features.dtype == labels.dtype == torch.long
            assert torch.equal(features[:, -1], labels)  # padded on the left
            assert features.shape[1] == max(int(label) % 4 + 1 for label in labels)
        epochs.append([int(label) for _, labels in batches for label in labels])
    assert sorted(epochs[0]) == sorted(epochs[1]) == list(range(1, 11))
    assert epochs[0] != epochs[1]


def test_data_generator_of_nothing_yields_nothing():
    assert list(padding.data_generator([], [], 0)) == []


def test_token_batches_keep_the_budget_and_each_sequence():
    sequences = [[0] * n for n in (5, 1, 2, 0, 9, 2, 3)]
    assert padding.token_batches(sequences, 6) == [[3, 1, 2], [5, 6], [0], [4]]
    assert padding.token_batches([], 6) == []


def test_start_end_and_targets():
    sequences = [[5, 6], []]
    assert padding.add_start_end(sequences, 1, 2) == [[1, 5, 6, 2], [1, 2]]
    assert sequences == [[5, 6], []]
    batch = torch.tensor([[1, 5, 6, 2], [1, 2, 0, 0]])
    assert padding.shift_targets(batch).tolist() == [[5, 6, 2, 0], [2, 0, 0, 0]]


# --- models ---


def classifiers():
    return mlp.MLPClassifier(V, C, E, H), elman.ElmanClassifier(V, C, E, H)


def test_classifiers_give_logits_for_each_batch_size_type_and_device():
    for model in classifiers():
        assert model(torch.randint(V, (4, 6))).shape == (4, C)
        assert model.double()(torch.randint(V, (1, 1))).dtype == torch.float64
        on_meta = model.to("meta")(torch.zeros(2, 3, dtype=torch.long, device="meta"))
        assert (on_meta.device.type, on_meta.shape) == ("meta", (2, C))


def test_default_sizes_are_those_of_the_sheet():
    baseline, recurrent = mlp.MLPClassifier(V, C), elman.ElmanClassifier(V, C)
    assert tuple(baseline.linear.weight.shape) == (300, 300)
    assert tuple(recurrent.elman.lin1.weight.shape) == (300, 600)


def test_each_parameter_of_a_classifier_gets_a_gradient():
    for model in classifiers():
        model(torch.randint(V, (4, 6))).square().sum().backward()
        assert all(weight.grad.any() for weight in model.parameters())


def test_mlp_ignores_order_and_repetition():
    model = mlp.MLPClassifier(V, C, E, H)
    x = torch.tensor([[3, 1, 4], [5, 9, 2]])
    torch.testing.assert_close(model(x[:, [2, 0, 1, 0]]), model(x))


def test_elman_equals_torchs_own_with_its_weights():
    B, T = 2, 4
    ours = elman.Elman(E, 6, H).double()
    theirs = torch.nn.RNN(E, H, batch_first=True).double()
    with torch.no_grad():
        theirs.weight_ih_l0.copy_(ours.lin1.weight[:, :E])
        theirs.weight_hh_l0.copy_(ours.lin1.weight[:, E:])
        theirs.bias_ih_l0.copy_(ours.lin1.bias)
        theirs.bias_hh_l0.zero_()
    x, start = torch.randn(B, T, E).double(), torch.randn(B, H).double()
    for hidden in (None, start):
        before = copy.deepcopy((x, start))
        out, last = ours(x, hidden)
        states, expected = theirs(x, None if hidden is None else hidden[None])
        torch.testing.assert_close(last, expected[0])
        torch.testing.assert_close(out, ours.lin2(states))
        assert torch.equal(x, before[0])
        assert torch.equal(start, before[1])


def test_elman_goes_on_from_a_hidden_state():
    model, x = elman.Elman(E, 6, H), torch.randn(1, 5, E)
    whole, last = model(x)
    first, hidden = model(x[:, :2])
    second, hidden = model(x[:, 2:], hidden)
    torch.testing.assert_close(torch.cat([first, second], dim=1), whole)
    torch.testing.assert_close(hidden, last)
    assert (whole.shape, last.shape) == ((1, 5, 6), (1, H))


# --- the skeleton ---


def test_the_skeleton_says_what_is_missing():
    with pytest.raises(NotImplementedError, match=r"^padding\.pad_batch is not implemented yet$"):
        load_part("padding", "student_template").pad_batch([[1]], 0)
    with pytest.raises(NotImplementedError, match=r"^elman\.Elman\.__init__ is not implemented"):
        load_part("elman", "student_template").Elman()
