"""Wrong layers and logits."""

from graders.mistakes import Mistake
from graders.mistakes.mlp.words import (
    APART,
    FEATURES,
    GRADIENTS,
    LEAK,
    LINEAR,
    OUTPUT,
    POOL,
    SOFTMAX,
    VALUES,
    _forward,
)

SHAPE = "test_shape_of_the_logits"

TWO_SOFTMAX = "cross_entropy applies the softmax itself"

MISTAKES = (
    Mistake(
        "normalises over the batch",
        _forward(POOL + "\n        pooled = pooled - pooled.mean(dim=0)"),
        (VALUES, APART),
        LEAK,
        recognised="subtracts the mean of the batch",
    ),
    Mistake(
        "leaves out the ReLU",
        _forward(features="features = self.linear(embedded)"),
        (VALUES,),
        "no activation between",
        "real",
        recognised="leaves out the ReLU",
    ),
    Mistake(
        "uses tanh instead of ReLU",
        _forward(features="features = torch.tanh(self.linear(embedded))"),
        (VALUES,),
        "tanh instead of the ReLU",
        recognised="uses tanh for the ReLU",
    ),
    Mistake(
        "has two hidden layers",
        (
            (LINEAR, f"{LINEAR}\n        self.more = nn.Linear(hidden, hidden)"),
            (FEATURES, "features = torch.relu(self.more(torch.relu(self.linear(embedded))))"),
        ),
        (VALUES,),
        "two hidden layers",
        recognised="has two hidden layers",
    ),
    Mistake(
        "leaves out the Linear before the pool",
        (
            (OUTPUT, "self.output = nn.Linear(emb, num_classes)"),
            (FEATURES, "features = torch.relu(embedded)"),
        ),
        (VALUES, GRADIENTS),
        "no Linear between",
        "real",
        recognised="leaves out the hidden layer",
    ),
    Mistake(
        "pools the embeddings before the Linear",
        (
            (FEATURES, "features = embedded"),
            (POOL, "pooled = torch.relu(self.linear(features.amax(dim=1)))"),
        ),
        (VALUES,),
        "before the first Linear",
        "real",
        recognised="pools before the hidden layer",
    ),
    Mistake(
        "softmax inside",
        _forward(returned="return self.output(pooled).softmax(dim=1)"),
        (VALUES, SOFTMAX),
        TWO_SOFTMAX,
        "real",
        recognised="ends with a softmax",
    ),
    Mistake(
        "log-softmax inside",
        _forward(returned="return self.output(pooled).log_softmax(dim=1)"),
        (VALUES, SOFTMAX),
        TWO_SOFTMAX,
        "real",
        recognised="ends with a log-softmax",
    ),
    Mistake(
        "softmax over the batch",
        _forward(returned="return self.output(pooled).softmax(dim=0)"),
        (VALUES, SOFTMAX, APART),
        TWO_SOFTMAX,
        "real",
        recognised="ends with a softmax over the batch",
    ),
    Mistake(
        "sigmoid inside",
        _forward(returned="return torch.sigmoid(self.output(pooled))"),
        (VALUES, SOFTMAX),
        TWO_SOFTMAX,
        "real",
        recognised="ends with a sigmoid",
    ),
    Mistake(
        "gives the class instead of logits",
        _forward(returned="return self.output(pooled).argmax(dim=1)"),
        (VALUES, SHAPE),
        "has no gradient",
        "real",
        recognised="returns the class",
    ),
    Mistake(
        "squeezes the logits",
        _forward(returned="return self.output(pooled).squeeze()"),
        (SHAPE,),
        "squeeze() without a dim",
        "real",
    ),
    Mistake(
        "gives logits of every step",
        _forward("pooled = features"),
        (VALUES, SHAPE),
        "logits for every time step",
        recognised="does not pool",
    ),
)
