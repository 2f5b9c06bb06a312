"""Wrong Elman layers: the first state, what is kept, dtypes and devices."""

from graders.mistakes import Mistake
from graders.mistakes.elman.words import (
    APART,
    APPEND,
    CALL,
    CHUNKS,
    CONTINUE,
    DEFAULTS,
    DEVICE,
    GRADIENTS,
    LEAK,
    LIN2,
    NEW,
    NO_STATE,
    OUTS,
    RETURN,
    STEP_RETURN,
    VALUES,
    ZEROS,
)

IS_NONE = "if hidden is None:"

FROM_ZEROS = "test_starts_from_zeros"
TWICE, FLOAT64 = "test_keeps_nothing_between_calls", "test_works_in_float64"
UNCHANGED = "test_leaves_its_inputs_alone"
WIDE = "test_default_sizes"

ZERO_STATE = "zeros of shape (B, hsize)"
ON_DEVICE = "runs on a GPU"
CHANGED = "change the caller's tensor"

MISTAKES = (
    Mistake(
        "ignores the state that is given",
        ((IS_NONE, "if True:"),),
        (CHUNKS, GRADIENTS),
        CONTINUE,
        "real",
        recognised="ignores the given state",
    ),
    Mistake(
        "inverts the test for a given state",
        ((IS_NONE, "if hidden is not None:"),),
        (VALUES, CHUNKS),
        "It raised TypeError",
    ),
    Mistake(
        "starts from ones",
        ((ZEROS, "hidden = x.new_ones(B, self.hsize)"),),
        (VALUES, FROM_ZEROS),
        ZERO_STATE,
        recognised="starts from ones",
    ),
    Mistake(
        "starts from random numbers",
        ((ZEROS, "hidden = torch.randn(B, self.hsize).to(x)"),),
        (VALUES, FROM_ZEROS, TWICE),
        NO_STATE,
        "real",
        recognised="starts from random numbers",
    ),
    Mistake(
        "learns its first state",
        (
            (LIN2, f"{LIN2}\n        self.first = nn.Parameter(torch.randn(hsize))"),
            (ZEROS, "hidden = self.first.expand(B, -1)"),
        ),
        (FROM_ZEROS,),
        ZERO_STATE,
        recognised="learns its first state",
    ),
    Mistake(
        "keeps the state between calls",
        (
            (LIN2, f"{LIN2}\n        self.last = torch.zeros(1, hsize)"),
            (ZEROS, "hidden = self.last.to(x)[:1].expand(B, -1)"),
            (
                RETURN,
                "self.last = hidden.detach()\n        return torch.stack(outs, dim=1), hidden",
            ),
        ),
        (TWICE,),
        NO_STATE,
        "real",
    ),
    Mistake(
        "lets the samples share a state",
        (
            (
                CALL,
                "out, hidden = self.step(x[:, t], hidden.mean(dim=0, keepdim=True).expand(B, -1))",
            ),
        ),
        (VALUES, APART),
        LEAK,
        recognised="lets the samples share a state",
    ),
    Mistake(
        "makes a layer in forward",
        ((OUTS, f"        self.lin1 = nn.Linear(*self.lin1.weight.T.shape).to(x)\n{OUTS}"),),
        (VALUES, TWICE),
        "new weights each time",
        "real",
    ),
    Mistake(
        "keeps its layers in a plain list",
        (
            (LIN2, "self.layers = [nn.Linear(hsize, outsize)]"),
            (STEP_RETURN, "return self.layers[0].to(x_t)(hidden), hidden"),
        ),
        (VALUES, NEW, GRADIENTS),
        "the parameters do not make up",
        "real",
        recognised="hides its output layer from the parameters",
    ),
    Mistake(
        "casts to float32",
        ((RETURN, "return torch.stack(outs, dim=1).float(), hidden"),),
        (FLOAT64, GRADIENTS),
        "Do not hard-code a dtype",
        recognised="returns float32",
    ),
    Mistake(
        "makes the first state on the CPU",
        ((ZEROS, "hidden = torch.zeros(B, self.hsize)"),),
        (DEVICE,),
        ON_DEVICE,
        "real",
    ),
    Mistake(
        "collects the outputs in a tensor on the CPU",
        (
            (OUTS, "        outs = torch.zeros(B, T, self.lin2.out_features, dtype=x.dtype)"),
            (APPEND, "            outs[:, t] = out"),
            (RETURN, "return outs, hidden"),
        ),
        (DEVICE,),
        ON_DEVICE,
        "real",
    ),
    Mistake(
        "changes its inputs",
        ((OUTS, f"        x.data.tanh_()\n{OUTS}"),),
        (UNCHANGED,),
        CHANGED,
        recognised="squashes its inputs",
    ),
    Mistake(
        "writes into the state that is given",
        (
            (
                RETURN,
                "keep.copy_(hidden.detach())\n        return torch.stack(outs, dim=1), hidden",
            ),
            (OUTS, f"        keep = hidden.data\n{OUTS}"),
        ),
        (UNCHANGED,),
        CHANGED,
        "real",
    ),
    Mistake(
        "is 100 wide",
        ((DEFAULTS, DEFAULTS.replace("300", "100")),),
        (WIDE,),
        "300",
    ),
)
