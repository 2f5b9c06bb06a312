"""Objects for rnn_layer.py: a model with the sheet's names but other formulas, and probes."""

from collections.abc import Callable

import torch
from torch import Tensor, nn


class Fading(nn.Module):
    """A layer with RNNLayer's interface whose state is a fading sum of its inputs."""

    def __init__(self, in_dim: int, h_dim: int, out_dim: int) -> None:
        super().__init__()
        self.fc_xh = nn.Linear(in_dim, h_dim, bias=False)
        self.fc_hh = nn.Identity()
        self.fc_hh.in_features = h_dim  # type: ignore[assignment]
        self.fc_hy = nn.Linear(h_dim, out_dim)

    def forward(self, xt: Tensor, h_prev: Tensor | None = None) -> tuple[Tensor, Tensor]:
        ht: Tensor = self.fc_xh(xt)
        ht = ht if h_prev is None else ht + 0.7 * h_prev
        return self.fc_hy(ht), ht


class FadingModel(nn.Module):
    """A model with SentimentRNN's interface and attributes, on a Fading layer."""

    def __init__(self, vocab_dim: int, embedding_dim: int, h_dim: int, out_dim: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_dim, embedding_dim)
        self.rnn = Fading(embedding_dim, h_dim, out_dim)
        self.log_softmax = nn.LogSoftmax(dim=1)

    def forward(self, X: Tensor) -> Tensor:
        fading = 0.7 ** torch.arange(len(X) - 1, -1, -1)
        summed = (self.embedding(X) * fading[:, None, None]).sum(dim=0)
        scores: Tensor = self.log_softmax(self.rnn(summed)[0])
        return scores


class Applied(nn.Module):
    """`function(model, x, *rest)` as a module of x, to get gradients of the model."""

    def __init__(self, function: Callable[..., object], model: nn.Module, *rest: object) -> None:
        super().__init__()
        self.function, self.model, self.rest = function, model, rest

    def forward(self, x: Tensor) -> object:
        return self.function(self.model, x, *self.rest)


class HalfFrozen(nn.Module):
    """A model with one frozen layer and one buffer."""

    def __init__(self, frozen: int, trained: int) -> None:
        super().__init__()
        self.frozen = nn.Embedding(frozen, 2).requires_grad_(False)
        self.trained = nn.Linear(trained, 3)
        self.register_buffer("steps", torch.zeros(1))
