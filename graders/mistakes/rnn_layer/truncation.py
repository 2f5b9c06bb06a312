"""Wrong ways to truncate the gradient."""

from graders.mistakes import Mistake
from graders.mistakes.rnn_layer.words import (
    LOOP,
)

VALUES = "test_truncation_keeps_the_values"
OUTSIDE = "test_no_gradient_reaches_back_further"
INSIDE = "test_gradient_of_the_last_steps_is_whole"

CUT = (
    "            yt, ht = yt.detach(), ht.detach()  # the values are carried on, the graph is cut\n"
)
WHEN = "        if t == len(x) - steps and ht is not None:\n"

MISTAKES = (
    Mistake(
        "nothing is truncated",
        ((CUT, "            pass\n"),),
        (OUTSIDE,),
        "detach()",
        recognised="truncates nothing",
    ),
    Mistake(
        "the state is reset at the window",
        ((CUT, "            yt = ht = None\n"),),
        (VALUES,),
        "only the graph",
        recognised="forgets what came before the window",
    ),
    Mistake(
        "only the window is run",
        (
            (
                "    for t, tokens in enumerate(x):\n",
                "    for t, tokens in enumerate(x[-steps:]):\n",
            ),
            ("len(x) - steps and", "len(x) - 2 * steps and"),
        ),
        (VALUES,),
        "only the graph",
        recognised="forgets what came before the window",
    ),
    Mistake(
        "each step is cut from the next",
        ((WHEN, "        if ht is not None:\n"),),
        (INSIDE,),
        "detach()",
        recognised="cuts each step from the next",
    ),
    Mistake(
        "each step is cut from the next, in the model's own forward",
        (
            (LOOP, LOOP.replace("X:\n", "X:\n            ht = self.handed_on(ht)\n")),
            (
                "    def forward(self, X:",
                "    def handed_on(self, ht):\n"
                "        return ht.detach() if hasattr(self, 'steps') and ht is not None else ht\n\n"
                "    def forward(self, X:",
            ),
            (WHEN, "        model.steps = steps\n        return model(x)\n" + WHEN),
        ),
        (INSIDE,),
        "detach()",
        recognised="cuts each step from the next",
    ),
    Mistake(
        "the gradient is lost at the end",
        (("    return model.log_softmax(yt)\n", "    return model.log_softmax(yt).detach()\n"),),
        (OUTSIDE, INSIDE),
        "No gradient arrives",
    ),
    Mistake(
        "the first steps are cut, not all but the last",
        (("if t == len(x) - steps and", "if t == steps and"),),
        (OUTSIDE,),
        "detach()",
        recognised="cuts after the first steps",
    ),
    Mistake(
        "the window is twice as long",
        (("if t == len(x) - steps and", "if t == len(x) - 2 * steps and"),),
        (OUTSIDE,),
        "detach()",
        recognised="cuts before the last two windows",
    ),
    Mistake(
        "the graph is cut after the first window only",
        ((WHEN, "        if t and t % (2 * steps) == 0:\n"),),
        (OUTSIDE,),
        "detach()",
        recognised="cuts after every second window",
    ),
    Mistake(
        "the whole run is without gradients",
        (
            (
                "    yt = ht = None\n    for t,",
                "    torch.set_grad_enabled(False)\n    yt = ht = None\n    for t,",
            ),
        ),
        (OUTSIDE, INSIDE),
        "No gradient arrives",
    ),
)
