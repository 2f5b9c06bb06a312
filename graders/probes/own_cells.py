"""The student's own cells, on which a classifier may be built: their faults cost points once."""

import contextlib
from collections.abc import Callable, Iterator, Sequence

from torch import Tensor

from graders.assertions.compare import several
from graders.assertions.draw import Draw
from graders.oracles import rnn_cell as oracle
from graders.oracles.roles import Parameter, split
from graders.probes.cells import floats
from graders.probes.operators import built_by_hand
from graders.remote.faults import Failed, Fault
from graders.remote.handles import Remote
from graders.remote.student import RemoteSubmission

CELLS = ("RNNCell", "GRUCell", "FusedGRUCell")  # what a classifier may be built on


def is_built_in(student: RemoteSubmission, draw: Draw) -> bool:
    """Return whether the student's own RNNCell runs, and uses a recurrent module of torch."""
    try:
        cell = student.RNNCell(3, 3)
        built_by_hand(student, cell, draw.normal(2, 3), draw.normal(2, 3))
    except Failed:
        return True
    except Fault:
        return False
    return False


def logits(
    student: RemoteSubmission,
    parameters: Sequence[Parameter],
    sizes: tuple[int, int, int, int],
    tokens: Tensor,
    one_hot: bool,
) -> Iterator[Tensor]:
    """Yield the logits of the student's own cells and loop: their faults cost points once."""
    D, H = sizes[3], sizes[2]
    for name in CELLS:
        with contextlib.suppress(Fault):  # a cell that cannot run gives no reading
            cell = getattr(student, name)(D, H)
            cell.eval()
            for inner, ends in split(parameters, student.parameters(cell)):
                student.set_parameters(cell, inner)
                for run in (_stepped(cell, H), _looped(student, cell, H)):
                    with contextlib.suppress(Fault):
                        yield from oracle.rest_logits(ends, sizes, tokens, one_hot, run)


def _stepped(cell: Remote, H: int) -> Callable[[Tensor], Tensor]:
    def step(x: Tensor, h: Tensor) -> Tensor:
        return floats(cell(x, h), h.shape)

    return lambda x: oracle.unrolled(step, x, x.new_zeros(len(x), H))[1]


def _looped(student: RemoteSubmission, cell: Remote, H: int) -> Callable[[Tensor], Tensor]:
    return lambda x: floats(several(student.RNN(cell)(x), 2, "(states, last)")[1], (len(x), H))
