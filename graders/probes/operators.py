"""Which operators of torch a step uses: built-in layers, and matrix products."""

from graders.assertions.compare import holds
from graders.remote.handles import Remote
from graders.remote.replies import Operations
from graders.remote.student import RemoteSubmission

BUILT_IN = {"rnn", "lstm", "gru"} | {
    f"{kind}{cell}" for kind in ("rnn_tanh", "rnn_relu", "lstm", "gru") for cell in ("", "_cell")
}
PRODUCTS = {"mm", "addmm", "bmm", "baddbmm", "addbmm", "mv", "addmv", "dot", "vdot", "convolution"}
PRODUCTS |= {"linear", "matmul", "einsum", "_trilinear", "_scaled_mm", "mkldnn_linear"}


def built_by_hand(student: RemoteSubmission, model: Remote, *arguments: object) -> None:
    """Raise Failed if a model uses a recurrent module or function of torch."""
    used = student.operations(model, *arguments)
    names = [m for m in used.modules if m.startswith("torch.") and ".rnn." in m]
    names += [f for f in used.functions if BUILT_IN & {p.lstrip("_") for p in f.split(".")}]
    names += [a for a in used.aten if _operator(a).lstrip("_") in BUILT_IN or "_rnn" in a]
    hint = "Write the step yourself, with nn.Linear or nn.Parameter and the equations."
    holds(not names, f"The cell is built on {', '.join(sorted(set(names)))}.", hint=hint)
    student.doubt_built_ins()


def matrix_products(used: Operations) -> int:
    """Return how many matrix products one step makes; a stacked one counts as one."""
    counted = {name: n for name, n in used.aten.items() if _operator(name) in PRODUCTS}
    if not counted:  # written out as elementwise products and sums
        counted = {name: n for name, n in used.aten.items() if name.startswith("aten.sum")}
    return sum(n for n in counted.values() if isinstance(n, int))


def _operator(name: str) -> str:
    """Return `mm` for `aten.mm.default`."""
    return name.partition(".")[2].partition(".")[0]
