"""Checks of torch_rnn.py: the classifier on torch's recurrent layers, and the table of results."""

import contextlib
from functools import partial

import torch

from graders.assertions.compare import holds, is_close, passes, shaped
from graders.assertions.properties import (
    arguments_unchanged,
    has_widths,
    ignores_device,
    matches_one,
    no_softmax,
    same_twice,
    samples_apart,
    weighted,
)
from graders.assertions.recognise import named_if, recognised
from graders.deviations import torch_rnn as deviations
from graders.oracles import torch_rnn as oracle
from graders.probes.results_csv import MODELS, read_runs, read_untitled
from graders.remote.faults import NotFound, StudentError

KINDS = ("rnn", "lstm")
BY_KIND = 'Choose the layer by kind: nn.RNN for "rnn", nn.LSTM for "lstm".'
LAYERS = (
    "Embedding → one layer of nn.{} with batch_first=True → ReLU and another Linear if you like → "
    "max over the time axis (dim=1) of all outputs → Linear. Add no other layers."
)


def _model(student, draw, kind, dtype=torch.float32):
    V, C, E, H = (draw.integer(*span) for span in ((13, 17), (2, 3), (4, 5), (6, 7)))
    model = student.TorchClassifier(V, C, kind, E, H)
    parameters = weighted(student, model, draw, dtype)
    return model, parameters, (V, C, E, H), draw.tokens(draw.integer(4, 5), 3, high=V)


def _equals_layers(student, draw, kind):
    model, parameters, sizes, x = _model(student, draw, kind)
    x[:, 1] = 0  # an id like all others: the model has no pad id
    one_size = partial(_runs_in_one_size, model, parameters, kind, sizes, x)
    with named_if(student, deviations.ONE_SIZE, one_size):
        logits = model(x)
    readings = list(oracle.torch_classifier_logits(parameters, kind, sizes, x))
    with recognised(logits, deviations.logits(parameters, kind, sizes, x)):
        hint = LAYERS.format(kind.upper())
        matches_one(logits, readings, parameters, hint, "The matrix of logits")


def _runs_in_one_size(model, parameters, kind, sizes, x):
    """Return whether the model is right for one batch size, and raises for all others."""
    right = []
    for size in (*range(1, 9), 16, 32, 64):
        batch = x.repeat(size, 1)[:size]
        with contextlib.suppress(StudentError):
            logits = model(batch)
            readings = oracle.torch_classifier_logits(parameters, kind, sizes, batch)
            right.append(any(is_close(logits, reading) for reading in readings))
    return right == [True]


def test_rnn_logits_equal_the_layers(student, draw):
    """With kind="rnn", the logits are those of Embedding, nn.RNN, global max pool and Linear."""
    _equals_layers(student, draw, "rnn")


def test_lstm_logits_equal_the_layers(student, draw):
    """With kind="lstm", the logits are those of Embedding, nn.LSTM, global max pool and Linear."""
    _equals_layers(student, draw, "lstm")


def test_recurrent_layer_is_single(student, draw):
    """TorchClassifier has exactly one recurrent layer."""
    for kind in KINDS:
        model, parameters, sizes, x = _model(student, draw, kind)
        numbers = {number for _, number, _ in oracle.recurrent_layers(parameters)}
        hint = "The third argument of nn.RNN and nn.LSTM is num_layers: leave it out."
        holds(bool(numbers), f"kind={kind!r} has no nn.{kind.upper()}.", _names(parameters))
        many = partial(_is_hidden_deep, model, parameters, kind, sizes, x, len(numbers))
        with named_if(student, deviations.HIDDEN_LAYERS, many):
            holds(numbers == {0}, "There are several layers.", f"{len(numbers)} layers", "1", hint)


def _is_hidden_deep(model, parameters, kind, sizes, x, layers):
    """Return whether the model has as many layers as hidden units, and is right but for them."""
    logits = model(x)
    readings = oracle.torch_classifier_logits(parameters, kind, sizes, x)
    return layers == sizes[3] and any(is_close(logits, reading) for reading in readings)


def _names(parameters):
    return ", ".join(p.name for p in parameters)[:300] or "no parameters"


def test_shape_of_the_logits(student, draw):
    """TorchClassifier's logits have shape (B, C), also when B or T is 1."""
    for kind in KINDS:
        model, parameters, sizes, x = _model(student, draw, kind)
        one_size = partial(_runs_in_one_size, model, parameters, kind, sizes, x)
        with named_if(student, deviations.ONE_SIZE, one_size):
            for shape in ((2, 4), (1, 3), (6, 1), (1, 1)):
                shaped(model(draw.tokens(*shape, high=sizes[0])), (shape[0], sizes[1]))


def test_samples_do_not_mix(student, draw):
    """TorchClassifier computes each sequence of a batch independently."""
    for kind in KINDS:
        model, parameters, sizes, x = _model(student, draw, kind)
        one_size = partial(_runs_in_one_size, model, parameters, kind, sizes, x)
        with named_if(student, deviations.ONE_SIZE, one_size):
            samples_apart(model, x, draw.tokens(x.shape[1], high=sizes[0]))


def test_order_of_tokens_matters(student, draw):
    """TorchClassifier's logits depend on the order of the tokens."""
    x = torch.tensor([[1, 2, 3], [4, 5, 6], [7, 8, 9], [2, 9, 4]])
    for kind in KINDS:
        model, _, (_, C, _, _), _ = _model(student, draw, kind)
        one, other = (shaped(model(tokens), (4, C)) for tokens in (x, x.flip(1)))
        moved = bool((one - other).abs().max() > 1e-5)
        hint = "Pool the outputs of the recurrent layer, not the embeddings."
        holds(moved, "The logits do not depend on the order of tokens.", hint=hint)


def test_no_softmax_inside(student, draw):
    """TorchClassifier returns logits, without a softmax."""
    for kind in KINDS:
        model, _, sizes, x = _model(student, draw, kind)
        no_softmax(shaped(model(x), (len(x), sizes[1])))


def test_gradients_reach_every_layer(student, draw):
    """TorchClassifier's embedding, recurrent layer and output layer all get a gradient."""
    for kind in KINDS:
        model, parameters, (V, C, E, _), x = _model(student, draw, kind)
        cotangent = draw.normal(len(x), C)
        found = student.gradients(model, [x], [cotangent]).parameters
        reached = [p for p in parameters if found.get(p.name) is not None]
        layers = {
            "the embedding": oracle.matrices(reached, V, E),
            f"nn.{kind.upper()}": list(oracle.stacks(reached, kind, E)),
            "the output layer": [p for p in reached if p.values.shape[:1] == (C,)],
        }
        made = any(oracle.stacks(parameters, kind, E))
        holds(made, f"kind={kind!r} has no nn.{kind.upper()}.", _names(parameters), hint=BY_KIND)
        missing = [name for name, those in layers.items() if not those]
        hint = "Either forward does not use them, or the graph is cut: detach(), .data, no_grad()."
        holds(not missing, f"No gradient arrives at {' and '.join(missing)}.", hint=hint)


def test_keeps_nothing_between_calls(student, draw):
    """TorchClassifier keeps no state between calls."""
    for kind in KINDS:
        model, _, (V, C, _, _), x = _model(student, draw, kind)
        shaped(model(x), (len(x), C))
        same_twice(model, [x], [draw.tokens(len(x), 4, high=V)])
        same_twice(model, [x], [draw.tokens(2, 3, high=V)])


def test_works_in_float64(student, draw):
    """TorchClassifier works in float64."""
    for kind in KINDS:
        model, _, sizes, x = _model(student, draw, kind, torch.float64)
        logits = shaped(model(x), (len(x), sizes[1]))
        hint = "Do not hard-code a dtype: use that of the layers."
        holds(logits.dtype == torch.float64, "The logits are not float64.", logits.dtype, hint=hint)


def test_runs_on_any_device(student, draw):
    """TorchClassifier creates no tensor on a fixed device."""
    for kind in KINDS:
        model, _, _, x = _model(student, draw, kind)
        ignores_device(student, model, x)


def test_leaves_its_input_alone(student, draw):
    """TorchClassifier does not modify its input."""
    for kind in KINDS:
        model, _, sizes, x = _model(student, draw, kind)
        shaped(model(x), (len(x), sizes[1]))
        arguments_unchanged(student)


def test_default_sizes(student, draw):
    """By default, TorchClassifier uses nn.RNN, and its embedding and hidden sizes are 300."""
    hint = 'The defaults of __init__ are kind="rnn" and sizes of 300, and its layers use them.'
    has_widths(student, student.TorchClassifier(11, 2), [(11, 300), *[(300, 300)] * 2], hint)
    lstm = student.TorchClassifier(11, 2, "lstm")
    has_widths(student, lstm, [(11, 300), *[(1200, 300)] * 2], hint)


def _table(student, read=read_runs):
    """Read the runs of all files of that name: one table, or one per model."""
    files = student.files("results.csv")
    if not files:
        hint = "Submit it with your code: one row per run, with a column `model`."
        raise NotFound("results.csv is not in the submission.", hint)
    runs, problems = [], []
    for content in files[:20]:
        try:
            runs += read(content)
        except ValueError as problem:
            problems.append(str(problem))
    hint = "The first row names the columns: model, each hyperparameter, validation, test."
    unread = len(problems) == len(files[:20])
    holds(
        not unread, f"results.csv cannot be read as a table: {'; '.join(problems[:1])}.", hint=hint
    )
    return runs


def _lacking(runs, least):
    return [model for model in MODELS if sum(run.model == model for run in runs) < least]


def _validated(runs):
    return [run for run in runs if run.validation is not None]


def _tested(runs):
    return [run for run in runs if run.test is not None]


def _has_no_titles(student):
    """Return whether the table has two runs of each model, and no names of columns."""
    return not _lacking(_validated(_table(student, read_untitled)), 2)


def _has_no_test(student):
    """Return whether the table has all but a column whose name contains `test`."""
    runs = _table(student, partial(read_runs, needed=("val",)))
    return not passes(lambda: _table(student)) and not _lacking(_validated(runs), 2)


def _has_one_run(student):
    """Return whether each model has a run, and not each has two."""
    runs = _validated(_table(student))
    return bool(_lacking(runs, 2)) and not _lacking(runs, 1)


def _has_no_settings(student):
    """Return whether the runs have their validation accuracies, and no hyperparameters."""
    runs = _table(student)
    return not _lacking(_validated(runs), 2) and not any(run.hyperparameters for run in runs)


def _lacks_validations(student):
    """Return whether each model has two runs, and some but not all have validation accuracies."""
    runs = [run for run in _table(student) if run.hyperparameters]
    return not _lacking(runs, 2) and 0 < len(_lacking(_validated(runs), 2)) < len(MODELS)


def _lacks_tests(student):
    """Return whether some models, but not all, have a test accuracy."""
    return 0 < len(_lacking(_tested(_table(student)), 1)) < len(MODELS)


@contextlib.contextmanager
def _explained(student, *trials):
    """Name what the table lacks."""
    with contextlib.ExitStack() as stack:
        for deviation, confirmed in trials:
            stack.enter_context(named_if(student, deviation, partial(confirmed, student)))
        yield


NO_TITLES = (deviations.NO_TITLES, _has_no_titles)
NO_TEST_TITLE = (deviations.NO_TEST_TITLE, _has_no_test)
ONE_RUN = (deviations.ONE_RUN, _has_one_run)
NO_SETTINGS = (deviations.NO_SETTINGS, _has_no_settings)
SOME_UNVALIDATED = (deviations.SOME_UNVALIDATED, _lacks_validations)
SOME_UNTESTED = (deviations.SOME_UNTESTED, _lacks_tests)


def test_results_hold_several_runs_of_each_model(student, draw):
    """results.csv has at least two runs of each of the three models: MLP, Elman and LSTM."""
    with _explained(student, NO_TITLES, NO_TEST_TITLE, ONE_RUN):
        lacking = _lacking(_table(student), 2)
        hint = "Add one row for each setting that you tried, with its model in `model`."
        holds(not lacking, f"There are fewer than two runs of {', '.join(lacking)}.", hint=hint)


def test_results_hold_settings_and_validation(student, draw):
    """results.csv has the hyperparameters and the validation accuracy of its runs."""
    trials = (NO_TITLES, NO_TEST_TITLE, ONE_RUN, NO_SETTINGS, SOME_UNVALIDATED)
    with _explained(student, *trials):
        runs = [run for run in _table(student) if run.hyperparameters]
        lacking = _lacking(runs, 1)
        hint = "A column for each hyperparameter that you varied, such as the learning rate."
        holds(not lacking, f"No run of {', '.join(lacking)} names a hyperparameter.", hint=hint)
        lacking = _lacking(_validated(runs), 2)
        hint = "A number from 0 to 1, or in percent, in the column with `val` in its name."
        few = f"Fewer than two runs of {', '.join(lacking)} have a validation accuracy."
        holds(not lacking, few, hint=hint)


def test_results_hold_test_accuracies(student, draw):
    """results.csv has the test accuracy of at least one run of each model."""
    with _explained(student, NO_TITLES, SOME_UNTESTED):
        lacking = _lacking(_tested(_table(student)), 1)
        hint = "Run the chosen setting of each model on the test set; leave the other cells blank."
        holds(not lacking, f"There is no test accuracy for {', '.join(lacking)}.", hint=hint)
