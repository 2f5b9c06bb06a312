"""Wrong Elman layers: the inputs and the state of each step."""

from graders.mistakes import Mistake
from graders.mistakes.elman.words import (
    APART,
    APPEND,
    CALL,
    CAUSAL,
    CUT,
    EQUATIONS,
    GRADIENTS,
    LAST,
    LEAK,
    LIN1,
    LIN2,
    NEW,
    ONE_STEP,
    OUTS,
    RETURN,
    SIZES,
    STEP_RETURN,
    VALUES,
)

STEP = "        hidden = torch.tanh(self.lin1(torch.cat([x_t, hidden], dim=1)))"
SHAPE = "B, T, _ = x.shape"

CARRIED = "test_hidden_state_is_carried"
NONLINEAR = "test_recurrence_is_not_linear"

CARRY = "Assign the new hidden state"
ACTIVATE, FIRST_HIDDEN = "before the state is passed on", "Compute the hidden state first"


def _step(new: str, returned: str = STEP_RETURN):
    pairs = ((STEP, f"        {new}"), (STEP_RETURN, returned))
    return tuple((old, text) for old, text in pairs if old != text)


def _tanh(of: str) -> str:
    return f"hidden = torch.tanh(self.lin1({of}))"


CAT = "torch.cat([x_t, hidden], dim=1)"

MISTAKES = (
    Mistake(
        "never reassigns the hidden state",
        ((CALL, "out, _ = self.step(x[:, t], hidden)"),),
        (VALUES, LAST, CARRIED),
        CARRY,
        "real",
        recognised="never carries its state",
    ),
    Mistake(
        "starts every step from zeros",
        ((CALL, "out, hidden = self.step(x[:, t], torch.zeros_like(hidden))"),),
        (VALUES, CARRIED),
        CARRY,
        recognised="never carries its state",
    ),
    Mistake(
        "reads the first hidden state at every step",
        (
            (OUTS, f"        first = hidden\n{OUTS}"),
            (CALL, "out, hidden = self.step(x[:, t], first)"),
        ),
        (VALUES, CARRIED),
        CARRY,
        "real",
        recognised="never carries its state",
    ),
    Mistake(
        "reads the first input at every step",
        ((CALL, "out, hidden = self.step(x[:, 0], hidden)"),),
        (VALUES, GRADIENTS),
        EQUATIONS,
        recognised="reads the first input at every step",
    ),
    Mistake(
        "reads the input in reverse",
        ((CALL, "out, hidden = self.step(x[:, T - 1 - t], hidden)"),),
        (VALUES, CAUSAL),
        ONE_STEP,
        recognised="reads the input in reverse",
    ),
    Mistake(
        "reads one input ahead",
        ((CALL, "out, hidden = self.step(x[:, min(t + 1, T - 1)], hidden)"),),
        (VALUES, CAUSAL),
        ONE_STEP,
        recognised="reads one input ahead",
    ),
    Mistake(
        "reads the mean of all inputs",
        ((CALL, "out, hidden = self.step(x[:, t] + x.mean(dim=1), hidden)"),),
        (VALUES, CAUSAL),
        ONE_STEP,
        recognised="reads the mean of all inputs",
    ),
    Mistake(
        "reads the batch axis as time",
        (
            (SHAPE, "T, B, _ = x.shape"),
            (CALL, "out, hidden = self.step(x[t], hidden)"),
            (RETURN, "return torch.stack(outs, dim=0), hidden"),
        ),
        (VALUES, APART),
        LEAK,
        "real",
        recognised="takes the batch axis for time",
    ),
    Mistake(
        "detaches the state",
        _step(STEP.strip() + ".detach()"),
        (GRADIENTS,),
        CUT,
        "real",
        recognised="detaches its states",
    ),
    Mistake(
        "cuts the gradient between steps",
        ((CALL, "out, hidden = self.step(x[:, t], hidden.detach())"),),
        (GRADIENTS,),
        CUT,
        "real",
        recognised="passes no gradient from step to step",
    ),
    Mistake(
        "computes the state without a gradient",
        _step(f"with torch.no_grad():\n            {STEP.strip()}"),
        (GRADIENTS,),
        CUT,
        recognised="detaches its states",
    ),
    Mistake(
        "collects copies of the outputs",
        ((APPEND, f"{APPEND[:-1]}.clone().detach())"),),
        (GRADIENTS,),
        CUT,
        "real",
        recognised="returns outputs without a gradient",
    ),
    Mistake(
        "output reads the input and the old state",
        (
            (LIN2, "self.lin2 = nn.Linear(insize + hsize, outsize)"),
            (STEP, f"        joint = torch.cat([x_t, hidden], dim=1)\n{STEP}"),
            (STEP_RETURN, "return self.lin2(joint), hidden"),
        ),
        (VALUES, NEW, GRADIENTS, SIZES),
        FIRST_HIDDEN,
        "real",
        recognised="computes the output from input and old state",
    ),
    Mistake(
        "output reads the old state",
        ((STEP, f"        out = self.lin2(hidden)\n{STEP}"), (STEP_RETURN, "return out, hidden")),
        (VALUES, NEW),
        FIRST_HIDDEN,
        "real",
        recognised="computes the output from the old state",
    ),
    Mistake(
        "gives the hidden states as outputs",
        ((STEP_RETURN, "return hidden, hidden"),),
        (VALUES, GRADIENTS, SIZES),
        EQUATIONS,
        "real",
        recognised="returns the states as outputs",
    ),
    Mistake(
        "carries the output",
        ((STEP_RETURN, "hidden = self.lin2(hidden)\n        return hidden, hidden"),),
        (VALUES, LAST, SIZES),
        EQUATIONS,
        "real",
        recognised="carries the output",
    ),
    Mistake(
        "carries the state before the activation",
        _step(
            "hidden = self.lin1(torch.cat([x_t, hidden], dim=1))",
            "return self.lin2(hidden.tanh()), hidden",
        ),
        (VALUES, LAST, NEW, NONLINEAR),
        ACTIVATE,
        "real",
        recognised="carries the state without its activation",
    ),
    Mistake(
        "has no activation",
        _step("hidden = self.lin1(torch.cat([x_t, hidden], dim=1))"),
        (VALUES, LAST, NONLINEAR),
        ACTIVATE,
        "real",
        recognised="has no activation",
    ),
    Mistake(
        "activates the outputs",
        _step(STEP.strip(), "return torch.tanh(self.lin2(hidden)), hidden"),
        (VALUES, NEW),
        "is not computed from the returned hidden state",
        recognised="applies an activation to the outputs",
    ),
    Mistake(
        "applies softmax to the outputs",
        _step(STEP.strip(), "return self.lin2(hidden).softmax(dim=1), hidden"),
        (VALUES, NEW),
        EQUATIONS,
        "real",
        recognised="applies a softmax to the outputs",
    ),
    Mistake(
        "applies softmax to the state",
        _step("hidden = torch.softmax(self.lin1(torch.cat([x_t, hidden], dim=1)), dim=1)"),
        (VALUES, LAST),
        EQUATIONS,
        recognised="applies a softmax to the state",
    ),
    Mistake(
        "applies softmax to the state over the batch",
        _step("hidden = torch.softmax(self.lin1(torch.cat([x_t, hidden], dim=1)), dim=0)"),
        (VALUES, LAST, APART),
        LEAK,
        recognised="applies a softmax over the batch",
    ),
    Mistake(
        "applies the activation twice",
        _step(f"{STEP.strip()}.tanh()"),
        (VALUES, LAST),
        EQUATIONS,
        recognised="applies the activation twice",
    ),
    Mistake(
        "adds the old state to the new one",
        _step(f"hidden = hidden + torch.tanh(self.lin1({CAT}))"),
        (VALUES, LAST),
        EQUATIONS,
        recognised="adds the old state to the new one",
    ),
    Mistake(
        "subtracts the input",
        _step(_tanh("torch.cat([-x_t, hidden], dim=1)")),
        (VALUES, LAST),
        EQUATIONS,
        recognised="subtracts the input",
    ),
    Mistake(
        "does not use the state's weights",
        _step(_tanh("torch.cat([x_t, torch.zeros_like(hidden)], dim=1)")),
        (VALUES, LAST, CARRIED),
        CARRY,
        recognised="never carries its state",
    ),
    Mistake(
        "reads the state twice and not the input",
        (
            (LIN1, "self.lin1 = nn.Linear(2 * hsize, hsize)"),
            (STEP, f"        {_tanh('torch.cat([hidden, hidden], dim=1)')}"),
        ),
        (VALUES, LAST, CARRIED),
        EQUATIONS,
        recognised="never reads its input",
    ),
)
