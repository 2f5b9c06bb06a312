"""Shared by the checks of truncated backpropagation: how far the gradient reaches.

Each token of a batch occurs once, so the gradient of its embedding row is the gradient at its step.
Lengths are multiples of `steps`, and the tokens at the window's edge are not checked: a window
of the last `steps` steps and one that begins at the last multiple of `steps` are both right.
"""

import contextlib
from collections.abc import Callable

import torch
from torch import Tensor

from graders.assertions.compare import holds, is_close, shaped
from graders.assertions.draw import Draw
from graders.assertions.recognise import Answer, recognised_by
from graders.deviations.rnn_layer import model as deviations
from graders.remote.faults import Failed, Fault, NotFound, StudentError
from graders.remote.handles import Remote
from graders.remote.student import RemoteSubmission

HINT = "Call detach() on the state where the last `steps` steps begin, and carry it on."
BATCH = 2
SCALE = 0.3  # of the weights: states neither die out nor explode over some windows


def judged(student: RemoteSubmission, draw: Draw, judge: Callable[["TruncationRun"], None]) -> None:
    """Check truncated_bptt on the student's own model; if that fails, also on a given one.

    The given one has the attributes of the assignment, so a fault of the own model costs no points
    here. It counts only if the function cuts its graph: a function that leaves the cut to the own
    model's forward has no effect on it.
    """
    function = student.get(student.truncated_bptt, "__call__")
    E, O = draw.sizes(2, 3, 7)
    sizes = (draw.integer(40, 44), E, draw.integer(14, 16), O)
    steps = draw.integer(3, 4)
    try:
        judge(TruncationRun(student, draw, student.SentimentRNN(*sizes), function, sizes, steps))
    except (Failed, StudentError, NotFound) as fault:
        called = student.called
        with contextlib.suppress(Fault):
            given = student.given("sentiment.FadingModel", *sizes)
            judge(TruncationRun(student, draw, given, function, sizes, steps))
            cut_in_time(TruncationRun(student, draw, given, function, sizes, steps))
            return
        student.called = called

        def fresh() -> TruncationRun:
            own = student.SentimentRNN(*sizes)
            return TruncationRun(student, draw, own, function, sizes, steps)

        with recognised_by(student, lambda: _where_cut(fresh), lambda: _window_alone(fresh())):
            raise fault


def _window_alone(run: "TruncationRun") -> Answer:
    """Ask for a result that may be that of the last `steps` tokens alone."""
    X = run.tokens(3)
    alone, full = run.model(X[-run.steps :]), run.model(X)
    returned = run.student.truncated_bptt(run.model, X, run.steps)
    forgets = not is_close(alone, full)  # a model that forgets by itself shows nothing
    return returned, [(deviations.FORGETS, lambda: [alone] if forgets else [])]


def _where_cut(fresh: Callable[[], "TruncationRun"]) -> Answer:
    """Ask for the gradients of two runs, each step's by its own largest number."""
    returned, full = [], []
    for windows in (3, 4):
        run = fresh()  # a model may have been changed by the run before
        found, whole = run.gradients(windows)
        scale = whole.abs().amax(dim=(1, 2), keepdim=True).clamp_min(1e-30)
        returned.append(found / scale)
        full.append(whole / scale)
    return returned, deviations.cuts(full, run.steps)


def cut_in_time(run: "TruncationRun") -> None:
    """Raise Failed if a gradient reaches tokens clearly before the last `steps` steps."""
    for windows in (3, 4):
        found, _ = run.gradients(windows)
        outside = found[: -run.steps - 1]  # the token at the window's edge is not checked
        far = [t for t in range(len(outside)) if outside[t].abs().max() > 1e-9]
        problem = f"A gradient arrives at the steps {far} of {len(found)}."
        holds(not far, problem, hint=HINT)


class TruncationRun:
    """One model under truncation. `sizes` are V, E, H, O; the state is wide: no ReLU zeroes it."""

    def __init__(
        self,
        student: RemoteSubmission,
        draw: Draw,
        model: Remote,
        function: Remote,
        sizes: tuple[int, int, int, int],
        steps: int,
    ) -> None:
        model.eval()
        draw.weights(student, model, SCALE)
        self.student, self.draw, self.model = student, draw, model
        self.applied = student.given("sentiment.Applied", function, model, steps)
        self.sizes, self.steps = sizes, steps

    def answers(self, windows: int) -> tuple[object, Tensor]:
        """Return the results (B, O) under truncation, and those of the full run."""
        X = self.tokens(windows)
        full = shaped(self.model(X), (BATCH, self.sizes[3]), what="The result of the model itself")
        return self.student.truncated_bptt(self.model, X, self.steps), full

    def gradients(self, windows: int) -> tuple[Tensor, Tensor]:
        """Return the gradients of the tokens (T, B, E), truncated and in the full run, both scaled."""
        X, cotangent = self.tokens(windows), self.draw.normal(BATCH, self.sizes[3])
        full = self._at_tokens(self.model, X, cotangent)
        found = self._at_tokens(self.applied, X, cotangent)
        self.student.called = f"truncated_bptt(model, X of shape {tuple(X.shape)}, {self.steps})"
        early = full[: max(1, len(X) - self.steps - 1)]
        holds(bool(early.abs().max() > 0), "In the model itself no gradient reaches early tokens.")
        holds(bool(found.abs().max() > 0), "No gradient arrives at any token.", hint=HINT)
        return found / full.abs().max(), full / full.abs().max()

    def tokens(self, windows: int) -> Tensor:
        """Draw X (T, B) of `windows` windows, in which each token occurs once."""
        drawn = self.draw.shuffled(list(range(2, self.sizes[0])))
        return torch.tensor(drawn[: windows * self.steps * BATCH]).view(-1, BATCH)

    def _at_tokens(self, function: Remote, X: Tensor, cotangent: Tensor) -> Tensor:
        table = self.sizes[:2]
        found = self.student.gradients(function, [X], [cotangent]).parameters.values()
        either = [g if g.shape == table else g.T for g in found if g is not None and g.ndim == 2]
        rows = [g for g in either if g.shape == table]
        holds(bool(rows), "No gradient arrives at an embedding.", hint=HINT)
        return shaped(rows[0], table, what="The gradient of the embedding")[X]
