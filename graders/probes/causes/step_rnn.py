"""What is wrong with a step-wise RNN or its loop, from records that are read after a failed check."""

import contextlib
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor

from graders.assertions.compare import holds, plain
from graders.assertions.draw import Draw
from graders.assertions.properties import weighted
from graders.assertions.recognise import Answer, fresh, recognised_by
from graders.deviations import Candidate, Deviation
from graders.deviations.step_rnn import accuracy
from graders.deviations.step_rnn.start import first_states
from graders.deviations.step_rnn.step import CUTS
from graders.deviations.training import loops, weights
from graders.deviations.training import outcomes as results
from graders.oracles.roles import Parameter
from graders.oracles.step_rnn import Step, step_readings
from graders.probes.training.log import Call
from graders.probes.training.states import kind_of, state_answer, weights_of
from graders.probes.training.step import TrainingTask, scored_task
from graders.remote.faults import Failed
from graders.remote.handles import Remote
from graders.remote.student import RemoteSubmission


def gradients(
    student: RemoteSubmission,
    model: Remote,
    parameters: Sequence[Parameter],
    sizes: Sequence[int],
    inputs: Sequence[Tensor],
    cotangents: Sequence[Tensor],
) -> Answer:
    """Return the gradients of a step, of parameters and hidden state, with the deviations."""
    x, hidden = inputs
    leaves = [*(p.values for p in parameters), hidden]
    found = student.gradients(model, [x, hidden.detach()], cotangents)
    slopes = [*(found.parameters.get(p.name) for p in parameters), found.inputs[1]]

    def candidate(deviation: Deviation, step: Step) -> Candidate:
        readings = partial(step_readings, parameters, sizes, x, hidden, step=step)
        return deviation, lambda: (_slopes(each, cotangents, leaves) for each in readings())

    return _filled(slopes, leaves), [candidate(*each) for each in CUTS]


def _slopes(
    outputs: Sequence[Tensor], cotangents: Sequence[Tensor], leaves: Sequence[Tensor]
) -> list[Tensor]:
    total = torch.stack([(o * c).sum() for o, c in zip(outputs, cotangents, strict=True)]).sum()
    found = torch.autograd.grad(total, list(leaves), allow_unused=True, retain_graph=True)
    return _filled(found, leaves)


def _filled(slopes: Sequence[Tensor | None], leaves: Sequence[Tensor]) -> list[Tensor]:
    pairs = zip(slopes, leaves, strict=True)
    return [torch.zeros_like(leaf) if slope is None else slope for slope, leaf in pairs]


def first_state(
    student: RemoteSubmission, draw: Draw, model: Remote, sizes: Sequence[int], B: int, first: Any
) -> Answer:
    """Return a first state of B rows and the results of a step, with the deviations."""
    parameters = weighted(student, model, draw)
    x, hidden = draw.tokens(10, high=sizes[0]), draw.normal(10, sizes[2])
    return [first, *model(x, hidden)], first_states(parameters, sizes, B, x, hidden)


@contextlib.contextmanager
def loop_recognised(
    task: TrainingTask, found: Any, epochs: int, before: Sequence[Any] = ()
) -> Iterator[None]:
    """Recognise a wrong training loop by the batches that it visits and what it returns."""
    with recognised_by(task.student, partial(_outcome, task, found, epochs, before)):
        yield


def _outcome(task: TrainingTask, found: Any, epochs: int, before: Sequence[Any]) -> Answer:
    visits = visits_of(task)
    train, valid = (loops.by_epoch(visits, learned) for learned in (True, False))
    met = loops.grouped([(visit.learned, visit.place) for visit in visits])
    *lists, state = found if len(found) == 3 else (*found, "missing")
    outcome = results.Outcome(
        met, [plain(part) for part in lists], kind_of(task.student, state, valid)
    )
    readings = [[means] for means in results.both_means(valid)]
    others, old = accuracy.valid_losses(train, valid), [[plain(part) for part in before[:2]]]
    return outcome.flat, results.outcomes(_plan(task, epochs), met, train, readings, others, old)


def order_answer(task: TrainingTask, epochs: int) -> Answer:
    """Return the batches that a loop visits, with the deviations."""
    met = loops.grouped([(visit.learned, visit.place) for visit in visits_of(task)])
    return met, loops.orders(_plan(task, epochs), met)


def _plan(task: TrainingTask, epochs: int) -> loops.Plan:
    valid = sum(batch.valid for batch in task.batches)
    return loops.Plan(len(task.batches) - valid, valid, epochs)


def visits_of(task: TrainingTask) -> list[loops.Visit]:
    """List the calls of the criterion, as visits of batches."""
    return [
        loops.Visit(
            task.batches.index(batch),
            call.gradient is not None,
            loss.loss,
            len(loss.target),
            call.weights,
        )
        for batch, loss, call in task.losses()
    ]


def updates(task: TrainingTask) -> Answer:
    """Return when gradients were zero, when steps were made and weights moved; with the deviations."""
    student, visits = task.student, visits_of(task)
    epochs = [len(epoch) for epoch in loops.by_epoch(visits, learned=True)]
    fresh_, steps = (
        student.get(task.probe, "record.backwards"),
        student.get(task.optimizer, "record.steps"),
    )
    met = [visit.weights for visit in visits if visit.learned]
    met += [weights_of(student, task.probe)] if met else []
    moved = [one != other for one, other in pairwise(met)]
    return [fresh_, steps, moved], weights.steps(epochs)


def states(task: TrainingTask, found: Sequence[Any], after: Sequence[Any]) -> Answer:
    """Return the best state of a training, with the deviations."""
    visits = visits_of(task)
    train, valid = (
        results.both_means(loops.by_epoch(visits, learned))[0] for learned in (True, False)
    )
    return state_answer(task.student, found[2], after, train, valid, plain(found[1]))


def carried(task: TrainingTask) -> Answer:
    """Return the number of the step in each call, according to its state, with the deviation."""
    steps = [list(call.steps) for call in task.calls()]
    return steps, [(accuracy.STATELESS, lambda: [[[0.0] * len(each) for each in steps]])]


def inputs(task: TrainingTask) -> Answer:
    """Return what the criterion gets from the model, with the deviations."""
    given, calls = [loss.input for _, loss, _ in task.losses()], task.calls()
    sweeps: list[list[list[float]]] = []
    with contextlib.suppress(Failed):
        sweeps = [[_flat(call) for call in sweep] for sweep in task.sweeps()]
    return given, accuracy.criterion_inputs([_flat(call) for call in calls], sweeps)


def _flat(call: Call) -> list[float]:
    return [z for row in call.logits for z in row]


def targets(task: TrainingTask) -> Answer:
    """Return what the criterion gets as labels, with the deviations."""
    losses = task.losses()
    given = [[x.floating, x.same_shape, x.target, x.input] for _, x, _ in losses]
    batches = [(_flat(call), batch.y.tolist()) for batch, _, call in losses]
    return given, accuracy.criterion_targets(batches)


def reached(task: TrainingTask) -> Answer:
    """Return how many backward passes reach the first step, with the deviation."""
    _runs_rightly(task)
    found = task.student.get(task.probe, "record.reached")
    return found, [(accuracy.CUT, lambda: [0])]


def _runs_rightly(task: TrainingTask) -> None:
    """Raise Failed if tokens are read in another order, or the state is not passed on."""
    steps = [call.steps for sweep in task.sweeps() for call in sweep]
    wanted = [[t] * len(call.steps) for sweep in task.sweeps() for t, call in enumerate(sweep)]
    holds([list(each) for each in steps] == wanted, "The state is not passed on.")


def accuracies(student: RemoteSubmission, draw: Draw) -> Answer:
    """Return the accuracies of fresh tasks, with the deviations."""

    def ask() -> tuple[Any, accuracy.Scored]:
        task = scored_task(student, draw, (9, 7, 3 + draw.integer(1, 3)))
        found = plain(task.accuracy())
        _runs_rightly(task)
        return found, task.scored()

    returned, scored = fresh(ask)
    return returned, accuracy.accuracies(scored)
