"""Make sample uploads for the other sheets: right, right in other words, skeleton, two mistakes.

They are put together from what is there already: the reference, `fixtures/variants/`, the template,
and `graders/mistakes/`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from importlib import import_module

from graders.harness.samples import Files, edited, packed
from graders.harness.sandbox import ROOT

GIVEN = ("data",)
KINDS = ("right", "different", "skeleton", "mistake", "other-mistake")


@dataclass(frozen=True)
class SheetClass:
    """A small invented class of one sheet.

    Args:
        sheet: the assignment's name.
        parts: what the sheet's students hand in.
        variants: by part, the file below fixtures/variants that the second student hands in.
        mistakes: part and name of the mistake of the fourth and the fifth student.
        beside: files that the sheet asks for beside the modules.
    """

    sheet: str
    parts: tuple[str, ...]
    variants: Mapping[str, str]
    mistakes: tuple[tuple[str, str], tuple[str, str]]
    beside: tuple[str, ...] = ()

    def uploads(self) -> dict[str, Files]:
        """Give each student's files, by what the student stands for."""
        right = {f"{part}.py": edited(part, ()) for part in self.parts}
        right |= {name: _read(f"reference/{name}") for name in self.beside}
        other = {f"{part}.py": self._variant(part, file) for part, file in self.variants.items()}
        names = [f"{part}.py" for part in (*GIVEN, *self.parts)]
        return {
            "right": right,
            "different": right | other,
            "skeleton": {name: _read(f"student_template/{name}") for name in names},
            "mistake": right | _mistaken(*self.mistakes[0]),
            "other-mistake": right | _mistaken(*self.mistakes[1]),
        }

    def _variant(self, part: str, file: str) -> bytes:
        return _read(f"fixtures/variants/{part}/{file}")


CLASSES = (
    SheetClass(
        "vu-3b",
        ("padding", "mlp", "elman", "torch_rnn", "autoregressive", "training"),
        {
            "padding": "plain_lists.py",
            "mlp": "reshape_and_max_pool1d.py",
            "elman": "hidden_first.py",
            "torch_rnn": "extra_linear.py",
            "autoregressive": "by_hand.py",
        },
        (("torch_rnn", "batch_first is missing"), ("autoregressive", "batch_first is missing")),
        ("results.csv",),
    ),
    SheetClass(
        "ovgu-rnn",
        ("rnn_cell", "gated"),
        {"rnn_cell": "concatenation.py", "gated": "reset_after_two_biases.py"},
        (
            ("rnn_cell", "the cell adds the old state as it is"),
            ("gated", "the GRU's reset gate multiplies the input"),
        ),
    ),
    SheetClass(
        "epita-lab",
        ("vocabulary", "padding", "step_rnn"),
        {"padding": "f_pad.py", "step_rnn": "without_biases.py"},
        (
            ("vocabulary", "puts the rarest tokens first"),
            ("step_rnn", "returns the state that it was given"),
        ),
    ),
    SheetClass(
        "sentiment-tutorial",
        ("rnn_layer", "training"),
        {"rnn_layer": "plain_parameters.py", "training": "by_hand.py"},
        (
            ("rnn_layer", "the output reads the state before"),
            ("training", "averages the batches' losses"),
        ),
    ),
    SheetClass(
        "lxmls-day3",
        ("numpy_rnn", "pytorch_rnn"),
        {"numpy_rnn": "vectorised.py", "pytorch_rnn": "module_with_layers.py"},
        (
            ("numpy_rnn", "the embedding rows are assigned, not added to"),
            ("pytorch_rnn", "the state is never carried"),
        ),
    ),
)


def _path(one: SheetClass, place: int, kind: str) -> str:
    number = 6000 + 10 * place + KINDS.index(kind)
    return f"uploads/{one.sheet}/{kind}_{number}_9{number}_{one.sheet}.zip"


def _upload(one: SheetClass, kind: str) -> bytes:
    return packed(one.uploads()[kind])


MAKERS: dict[str, Callable[[], bytes]] = {
    _path(one, place, kind): partial(_upload, one, kind)
    for place, one in enumerate(CLASSES, 1)
    for kind in KINDS
}


def _mistaken(part: str, name: str) -> Files:
    known = import_module(f"graders.mistakes.{part}").MISTAKES
    (mistake,) = (mistake for mistake in known if mistake.name == name)
    return {f"{part}.py": edited(part, mistake.edits)}


def _read(path: str) -> bytes:
    return (ROOT / path).read_bytes()
