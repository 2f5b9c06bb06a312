"""Best states of a training loop, compared with the weights that a probe model recorded."""

from collections.abc import Sequence
from typing import Any

from graders.assertions.compare import plain
from graders.assertions.recognise import Answer
from graders.deviations.training import loops, weights
from graders.deviations.training import outcomes as results
from graders.remote.handles import Remote
from graders.remote.student import RemoteSubmission


def kind_of(student: RemoteSubmission, state: Any, valid: loops.Epochs) -> str:
    """Say what a best state is; a model counts as one if it has the best weights."""
    if isinstance(state, Remote):
        means = results.both_means(valid)[0]
        best = valid[means.index(min(means))][0].weights
        return "model" if weights_of(student, state) == best else "other"
    return "state dict" if isinstance(state, dict) else "missing" if state == "missing" else "other"


def weights_of(student: RemoteSubmission, model: Remote) -> dict[str, Any]:
    return {p.name: p.values.tolist() for p in student.parameters(model)}


def state_answer(
    student: RemoteSubmission,
    best_state: Any,
    after: Sequence[Any],
    train: Sequence[float],
    valid: Sequence[float],
    reported: Sequence[float],
) -> Answer:
    """Return a best state, with the deviations if another epoch was chosen by the right losses.

    Args:
        after: the weights after each epoch.
        train: the mean training losses; `valid` those of validation.
        reported: the validation losses that the loop returned.
    """
    if reported.index(min(reported)) != valid.index(min(valid)):
        return best_state, []
    if isinstance(best_state, Remote):
        best = after[valid.index(min(valid))]
        return weights_of(student, best_state), [(results.KEEPS_MODEL, lambda: [dict(best)])]
    state = {name: plain(value) for name, value in dict(best_state).items()}
    return state, weights.best_states(after, weights.best_epochs(valid, train))
