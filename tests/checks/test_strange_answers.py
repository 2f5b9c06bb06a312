"""Whatever comes back from a student, no check of ours raises, and nothing wrong passes."""

import ast
from importlib import import_module
from inspect import signature

import pytest

from graders.assertions.draw import Draw
from graders.grading.grade import given_files
from graders.probes.training.log import all_in_mode, none_tracked
from graders.remote.faults import Failed, Fault
from graders.remote.session import Session
from graders.remote.student import RemoteSubmission
from graders.sandbox.sandbox import NoSandbox
from graders.sheets.limits import Limits
from graders.uploads.submission import Submission
from graders.validation import answers, soundness

HEAD = "import numpy as np\nimport torch\nfrom torch import nn\n\n"
RETURNED = """
None; True; 3; 10**400; 0.5; float("nan"); float("inf"); "x"; b"x"; ...; []; [None]; ["a", "b"]
[[[]]]; [{}]; [object()]; [[True]]; [[-1]]; [[10**30]]; [[0.0, 1.0]]; [[float("nan")]]; {1, 2}
{"out": torch.zeros(4, 3)}; lambda *a, **k: None; (i for i in range(3)); object(); dict; torch
torch.tensor(1.0); torch.zeros(0); torch.zeros(2, 3, 4, 5); torch.full((4, 3), float("nan"))
torch.ones(4, 2, dtype=torch.long); torch.ones(4, 3, dtype=torch.bool); torch.eye(3).to_sparse()
torch.zeros(4, 3, dtype=torch.complex64); torch.zeros(4, 3).half(); torch.zeros(4, 3, device="meta")
np.zeros((4, 3)); [np.zeros(3)]; np.array([None, "x"], dtype=object); [torch.zeros(2)]
(torch.zeros(4, 3),); (None, None); (object(), object()); ("a", "b"); ([[1.0]], [[1.0]])
(torch.tensor(1.0), torch.tensor(1.0)); (torch.zeros(0), torch.zeros(0))
(np.zeros((4, 3, 6)), np.zeros((4, 6))); nn.Linear(2, 2); nn.ModuleList()
[(None, None)]; [("ab", "cd")]; [(object(), object())]; [(torch.zeros(2, 3), torch.zeros(2))]
[(torch.zeros(2, 3).long(), object())]; [(torch.zeros(0, 0).long(), torch.zeros(0).long())]
[(torch.zeros(3).long(), torch.zeros(3).long())]
"""
RAISED = """
ValueError("x"); KeyError("x"); StopIteration(3); SystemExit(0); KeyboardInterrupt(); MemoryError()
RecursionError(); AssertionError(); NotImplementedError("no"); GeneratorExit(); BaseException("b")
RuntimeError("Expected all tensors to be on the same device")
type("Odd", (Exception,), {"__str__": lambda self: 1 / 0})()
"""
STATEMENTS = [
    f"{verb} {value.strip()}"
    for verb, text in (("return", RETURNED), ("raise", RAISED))
    for line in text.strip().splitlines()
    for value in line.split("; ")
]
TABLES = {name: t for name, t in answers.reference_files().items() if name.endswith(".csv")}
GIVEN = {  # beside what students write, in the same files
    "vocabulary": ("basic_english", "Vocabulary"),
    "numpy_rnn": ("get_rnn_parameter_handlers", "get_rnn_loss_range"),
}


def definitions(part, kind):
    """List the public definitions of a part's reference that students write."""
    tree = ast.parse(answers.reference_files()[f"{part}.py"])
    found = [node for node in tree.body if isinstance(node, kind)]
    return [node for node in found if node.name not in GIVEN.get(part, ())]


def functions(part, statement):
    """Every function, or factory in the place of a class, does this."""
    names = [node.name for node in definitions(part, (ast.FunctionDef, ast.ClassDef))]
    return HEAD + "".join(f"def {name}(*a, **k):\n    {statement}\n\n" for name in names)


def methods(part, statement):
    """Every function and method of the reference does this; the classes keep their __init__."""
    wrong = f"\n\ndef wrong(*a, **k):\n    {statement}\n\n"
    return HEAD + answers.reference_files()[f"{part}.py"].decode() + wrong + replaced(part, "wrong")


def replaced(part, value):
    """Assign `value` to every function and method of the reference."""
    names = [node.name for node in definitions(part, ast.FunctionDef)]
    for node in definitions(part, ast.ClassDef):
        names += [f"{node.name}.{method.name}" for method in _methods(node)]
    return "".join(f"{name} = {value}\n" for name in names)


def _methods(node):
    inner = [n for n in node.body if isinstance(n, ast.FunctionDef)]
    return [n for n in inner if not n.name.startswith("__")]


def spoiled(part):
    """Every function and method gives what the reference gives, but NaN for each number."""
    lines = answers.reference_files()[f"{part}.py"].decode().splitlines()
    nodes = definitions(part, ast.FunctionDef)
    nodes += [method for node in definitions(part, ast.ClassDef) for method in _methods(node)]
    for node in sorted(nodes, key=lambda node: -node.lineno):
        lines.insert(node.lineno - 1, " " * node.col_offset + "@spoiled")
    return HEAD + SPOILED + "\n".join(lines) + "\n"


SPOILED = """
def nan_for(value):
    if isinstance(value, (torch.Tensor, np.ndarray)):
        return value * float("nan") if "float" in str(value.dtype) else value
    if type(value) in (tuple, list):
        return type(value)(nan_for(item) for item in value)
    if type(value) is dict:
        return {name: nan_for(item) for name, item in value.items()}
    if type(value).__name__ == "History":
        return type(value)(**nan_for(dict(vars(value))))
    return float("nan") if type(value) is float else value


def spoiled(function):
    def wrapper(*a, **k):
        return nan_for(function(*a, **k))
    return wrapper


"""


def layer(statement):
    """A right classifier beside an Elman layer that does this and has no parameters."""
    text = HEAD + answers.reference_files()["elman.py"].decode()
    text = text.replace("class Elman(", "class Right(").replace("= Elman(", "= Right(")
    return text + (
        "\n\nclass Elman(nn.Module):\n    def __init__(self, *sizes):\n        super().__init__()\n\n"
        f"    def forward(self, *a, **k):\n        {statement}\n"
    )


@pytest.fixture(scope="module")
def passes():
    """Name the checks that a text passes; what a check of ours raises ends the test."""
    kept = []

    def passes(part, text):
        files = {**TABLES, f"{part}.py": text.encode()}
        warm = kept.pop() if kept else None
        session = Session(Submission(files), given_files(), NoSandbox(), Limits(), warm)
        found = {name for name, check in _checks(part) if _passes(session, part, check)}
        kept.append(session.give_back())
        return found

    yield passes
    for connection in filter(None, kept):
        connection.close()


def _checks(part):
    module = import_module(f"graders.checks.test_{part}")
    return [(name, getattr(module, name)) for name in soundness.checks_of(part)]


def _passes(session, part, check):
    session.begin(1)
    fixtures = {"student": RemoteSubmission(session, part), "draw": Draw(1)}
    try:
        check(**{name: fixtures[name] for name in signature(check).parameters})
    except Fault as fault:
        assert fault.outcome in ("failed", "error", "memory", "not_begun")
        return False
    finally:
        session.end()
    return True


@pytest.mark.parametrize("statement", STATEMENTS)
def test_a_function_that_does_anything_else_earns_nothing(passes, statement):
    assert passes("padding", functions("padding", statement)) == set()


@pytest.mark.parametrize("statement", STATEMENTS[::2])
def test_an_mlp_that_does_anything_else_earns_its_widths_alone(passes, statement):
    assert passes("mlp", methods("mlp", statement)) == {"test_default_sizes"}


@pytest.mark.parametrize("statement", STATEMENTS[1::2])
def test_an_elman_that_does_anything_else_earns_its_widths_alone(passes, statement):
    assert passes("elman", methods("elman", statement)) == {"test_classifier_default_sizes"}


@pytest.mark.parametrize("statement", STATEMENTS[::4])
@pytest.mark.parametrize("part", ["mlp", "elman"])
def test_a_class_that_is_something_else_earns_nothing(passes, part, statement):
    assert passes(part, functions(part, statement)) == set()


@pytest.mark.parametrize("statement", STATEMENTS[::4])
def test_a_layer_that_does_anything_else_costs_the_classifier_nothing(passes, statement):
    earned = passes("elman", layer(statement))
    classifier = {name for name, _ in _checks("elman") if name.startswith("test_classifier")}
    assert earned == classifier


RESULTS = {name for name in soundness.checks_of("torch_rnn") if name.startswith("test_results")}
EARNED = {  # by classes whose __init__ is right
    "torch_rnn": RESULTS | {"test_default_sizes", "test_recurrent_layer_is_single"},
    "rnn_layer": {"test_input_map_has_no_bias"},
    "autoregressive": {"test_default_sizes"},
}
OTHERS = [part for part in soundness.parts_with_checks() if part not in ("padding", "mlp", "elman")]
FEW = [
    "return None",
    'return "x"',
    "return object()",
    "return torch.zeros(2, 3, 4, 5)",
    'return torch.full((4, 3), float("nan"))',
    'raise ValueError("x")',
]


def sample(part):
    """Take a few statements that every part meets, and some of the rest that others do not."""
    rest = [statement for statement in STATEMENTS if statement not in FEW]
    return FEW + rest[OTHERS.index(part) :: len(rest) // 2]


@pytest.mark.parametrize(("part", "statement"), [(p, s) for p in OTHERS for s in sample(p)])
def test_what_is_something_else_earns_nothing(passes, part, statement):
    given = RESULTS if part == "torch_rnn" else set()  # a file that lies beside the code
    assert passes(part, functions(part, statement)) == given
    assert passes(part, methods(part, statement)) == EARNED.get(part, set())


EARNED_BY_NAN = {  # sizes, devices, what is trained and how many products: no value is looked at
    "mlp": {"test_default_sizes"},
    "elman": {"test_classifier_default_sizes", "test_classifier_trains_every_layer"},
    "rnn_cell": {
        "test_cell_runs_on_any_device",
        "test_loop_runs_on_any_device",
        "test_stack_trains_every_layer",
        "test_classifier_trains_every_layer",
        "test_classifier_runs_on_any_device",
    },
    "gated": {
        "test_gru_runs_on_any_device",
        "test_lstm_runs_on_any_device",
        "test_fused_gru_makes_two_products",
        "test_fused_gru_runs_on_any_device",
        "test_fused_lstm_makes_one_product",
        "test_fused_lstm_runs_on_any_device",
    },
    "torch_rnn": EARNED["torch_rnn"]
    | {"test_gradients_reach_every_layer", "test_runs_on_any_device"},
    "rnn_layer": EARNED["rnn_layer"]
    | {
        "test_counts_what_is_trained",
        "test_size_of_the_model",
        "test_runs_on_any_device",
        "test_trains_every_layer",
    },
    "numpy_rnn": set(),
    "pytorch_rnn": set(),
}


@pytest.mark.parametrize("part", EARNED_BY_NAN)
def test_nan_is_never_right(passes, part):
    assert passes(part, spoiled(part)) == EARNED_BY_NAN[part]


VALUES = {
    "MLPClassifier": {
        "test_logits_equal_the_layers",
        "test_order_of_tokens_does_not_matter",
        "test_pools_over_the_whole_sequence",
        "test_token_zero_is_a_token",
        "test_samples_do_not_mix",
        "test_gradients_equal_the_oracle",
        "test_only_used_tokens_are_trained",
        "test_works_in_float64",
        "test_learns_the_tiny_reviews",
    },
    "ElmanClassifier": {
        "test_classifier_equals_the_layers",
        "test_classifier_reads_the_order",
        "test_classifier_samples_do_not_mix",
        "test_classifier_trains_every_layer",
    },
    "Elman": {
        "test_outputs_equal_the_equations",
        "test_returns_the_last_hidden_state",
        "test_hidden_state_is_carried",
        "test_recurrence_is_not_linear",
        "test_samples_do_not_mix",
        "test_gradients_equal_the_oracle",
        "test_sizes_may_differ",
        "test_works_in_float64",
    },
}
SHAPES = {
    "MLPClassifier": ["len(x), self.output.out_features"],
    "ElmanClassifier": ["len(x), self.output.out_features"],
    "Elman": ["*x.shape[:2], self.lin2.out_features", "len(x), self.hsize"],
}
NUMBERS = ["float('nan')", *(f"1, dtype=torch.{kind}" for kind in ("long", "bool", "half"))]


@pytest.mark.parametrize("numbers", [*NUMBERS, "1, dtype=torch.complex64"])
@pytest.mark.parametrize("name", SHAPES)
def test_right_shapes_of_other_numbers_are_wrong_values(passes, name, numbers):
    part = "mlp" if name.startswith("MLP") else "elman"
    made = ", ".join(f"torch.full(({shape},), {numbers})" for shape in SHAPES[name])
    forward = f"def forward(self, x, hidden=None):\n    return {made}\n"
    text = HEAD + answers.reference_files()[f"{part}.py"].decode()
    assert not passes(part, f"{text}\n\n{forward}\n\n{name}.forward = forward\n") & VALUES[name]


@pytest.mark.parametrize("judge", [lambda: all_in_mode([], True), lambda: none_tracked([])])
def test_a_model_that_is_never_called_cannot_be_judged(judge):
    with pytest.raises(Failed, match=r"^The model was not called as expected\.$"):
        judge()
