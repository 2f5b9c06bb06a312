"""Wrong Elman layers: sizes and results."""

from graders.mistakes import Mistake
from graders.mistakes.elman.words import (
    APART,
    APPEND,
    CAUSAL,
    CHUNKS,
    CONTINUE,
    DEFAULTS,
    EQUATIONS,
    LAST,
    LEAK,
    LIN1,
    LIN2,
    NEW,
    ONE_STEP,
    OUTS,
    POOL,
    RETURN,
    RUN,
    SIZES,
    SQUEEZE,
    VALUES,
    ZEROS,
)

LOOP = "for t in range(T):"

EACH = "test_one_output_for_each_input"

WIDTH, BOTH, EACH_INPUT = (
    "hsize wide, not insize",
    "Return the sequence",
    "one output for each input",
)

MISTAKES = (
    Mistake(
        "makes the state as wide as the input",
        ((ZEROS, "hidden = x.new_zeros(B, x.shape[2])"),),
        (SIZES,),
        WIDTH,
        "real",
    ),
    Mistake(
        "lin1 gives outsize",
        (
            (LIN1, "self.lin1 = nn.Linear(insize + outsize, outsize)"),
            (LIN2, "self.lin2 = nn.Linear(outsize, outsize)"),
            (ZEROS, "hidden = x.new_zeros(B, self.lin1.out_features)"),
        ),
        (SIZES,),
        WIDTH,
        "real",
    ),
    Mistake(
        "lin2 gives hsize",
        ((LIN2, "self.lin2 = nn.Linear(hsize, hsize)"),),
        (SIZES,),
        EQUATIONS,
    ),
    Mistake(
        "exchanges two of the sizes",
        ((DEFAULTS, "insize: int = 300, hsize: int = 300, outsize: int = 300"),),
        (SIZES,),
        WIDTH,
        "real",
        recognised="takes its sizes in another order",
    ),
    Mistake(
        "returns the outputs alone",
        ((RETURN, "return torch.stack(outs, dim=1)"), (RUN, "outs = self.elman(embedded)")),
        (VALUES, LAST, CHUNKS, EACH),
        BOTH,
        "real",
        recognised="returns the outputs alone",
    ),
    Mistake(
        "exchanges the two results",
        (
            (RETURN, "return hidden, torch.stack(outs, dim=1)"),
            (RUN, "_, outs = self.elman(embedded)"),
        ),
        (VALUES, LAST, EACH),
        EACH_INPUT,
        recognised="returns state and outputs in the other order",
    ),
    Mistake(
        "returns the last output alone",
        ((RETURN, "return out, hidden"), (POOL, "pooled = torch.relu(outs)")),
        (VALUES, EACH),
        EACH_INPUT,
        "real",
        recognised="keeps the last output alone",
    ),
    Mistake(
        "returns the hidden state that came in",
        (
            (OUTS, f"        first = hidden\n{OUTS}"),
            (RETURN, "return torch.stack(outs, dim=1), first"),
        ),
        (LAST, NEW, CHUNKS),
        CONTINUE,
        "real",
        recognised="returns the first state",
    ),
    Mistake(
        "returns all hidden states",
        (
            (OUTS, f"{OUTS}\n        states = []"),
            (APPEND, f"{APPEND}\n            states.append(hidden)"),
            (RETURN, "return torch.stack(outs, dim=1), torch.stack(states, dim=1)"),
        ),
        (LAST, CHUNKS),
        "after the last input",
        "real",
        recognised="returns all states",
    ),
    Mistake(
        "appends the last output once more",
        ((RETURN, "outs.append(out)\n        return torch.stack(outs, dim=1), hidden"),),
        (VALUES, EACH, CHUNKS),
        EACH_INPUT,
        "real",
        recognised="returns the last output twice",
    ),
    Mistake(
        "starts at the second step",
        ((LOOP, "for t in range(min(1, T - 1), T):"),),
        (VALUES, EACH),
        EACH_INPUT,
        recognised="leaves out the first input",
    ),
    Mistake(
        "leaves out the last step",
        ((LOOP, "for t in range(max(1, T - 1)):"),),
        (VALUES, EACH),
        EACH_INPUT,
        recognised="leaves out the last input",
    ),
    Mistake(
        "returns the outputs with time first",
        (
            (RETURN, "return torch.stack(outs), hidden"),
            (RUN, "outs = self.elman(embedded)[0].transpose(0, 1)"),
        ),
        (VALUES, EACH),
        EACH_INPUT,
        "real",
        recognised="returns the outputs with time first",
    ),
    Mistake(
        "reshapes the outputs instead of transposing",
        ((RETURN, "return torch.stack(outs).reshape(B, T, -1), hidden"),),
        (VALUES, APART, CAUSAL),
        LEAK,
        "real",
        recognised="reshapes instead of exchanging axes",
    ),
    Mistake(
        "returns the outputs in reverse",
        ((RETURN, "return torch.stack(outs[::-1], dim=1), hidden"),),
        (VALUES, CAUSAL),
        ONE_STEP,
        recognised="returns the outputs in reverse",
    ),
    Mistake(
        "squeezes the outputs",
        (
            (RETURN, "return torch.stack(outs, dim=1).squeeze(), hidden"),
            (RUN, "outs = self.elman(embedded)[0].view(*x.shape, -1)"),
        ),
        (EACH,),
        SQUEEZE,
        "real",
    ),
)
