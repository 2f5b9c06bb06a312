"""Wrong pools."""

from graders.mistakes import Mistake
from graders.mistakes.mlp.words import (
    ALL_OF_IT,
    APART,
    GLOBAL,
    LEAK,
    LEARNS,
    ORDER,
    REPEAT,
    VALUES,
    _forward,
)

COUNTS = "depends on how often a token occurs"

MISTAKES = (
    Mistake(
        "pools by the mean",
        _forward("pooled = features.mean(dim=1)"),
        (VALUES, REPEAT),
        COUNTS,
        "real",
        recognised="pools by the mean",
    ),
    Mistake(
        "pools by the sum",
        _forward("pooled = features.sum(dim=1)"),
        (VALUES, REPEAT),
        COUNTS,
        recognised="pools by the sum",
    ),
    Mistake(
        "pools by the minimum",
        _forward("pooled = features.amin(dim=1)"),
        (VALUES,),
        "minimum over time",
        recognised="pools by the minimum",
    ),
    Mistake(
        "takes the last step",
        _forward("pooled = features[:, -1]"),
        (VALUES, ORDER, GLOBAL),
        ALL_OF_IT,
        "real",
        recognised="takes the last step",
    ),
    Mistake(
        "takes the first step",
        _forward("pooled = features[:, 0]"),
        (VALUES, ORDER, GLOBAL),
        ALL_OF_IT,
        recognised="takes the first step",
    ),
    Mistake(
        "leaves out the last step",
        _forward("pooled = features[:, : max(1, x.shape[1] - 1)].amax(dim=1)"),
        (ORDER, GLOBAL),
        ALL_OF_IT,
        recognised="leaves out the last step",
    ),
    Mistake(
        "pools over windows of two steps",
        _forward("pooled = nn.functional.max_pool1d(features.mT, min(2, x.shape[1])).mean(dim=2)"),
        (VALUES, ORDER),
        "asks for the maximum over all time steps",
        "real",
        recognised="pools over windows",
    ),
    Mistake(
        "pools over the hidden layer",
        _forward(
            "pooled = features.amax(dim=2, keepdim=True).amax(dim=1).repeat(1, self.output.in_features)"
        ),
        (VALUES,),
        "one maximum over all features",
        recognised="pools over the features",
    ),
    Mistake(
        "pools over the batch",
        _forward("pooled = features.amax(dim=0).amax(dim=0).expand(len(x), -1)"),
        (VALUES, APART, ORDER, REPEAT, LEARNS),
        "over dim 0, the batch",
        "real",
        recognised="pools over the batch",
    ),
    Mistake(
        "mixes batch and time by view",
        _forward("pooled = features.view(x.shape[1], x.shape[0], -1).amax(dim=0)"),
        (VALUES, APART),
        LEAK,
        "real",
        recognised="mixes batch and time",
    ),
)
