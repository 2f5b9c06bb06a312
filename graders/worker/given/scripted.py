"""Language models with forced output, to grade a generation loop alone, and stand-ins for sampling.

The next token depends on every token of the sequence so far and on its length: a loop that reads
another position, or feeds less than the whole sequence, leaves the path.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from .records import Token, record_of

CERTAIN = 60.0  # logit of the forced token; all others have 0


class Scripted(nn.Module):
    """Map token ids (B, T) to logits (B, T, V) that allow only one next token.

    Its record has the `modes`: whether each call was in train mode.

    Args:
        vocab_size: V.
        path: a multiplier, an offset, and the lowest id of possible next tokens.
        end: the id after a sequence of `stop_at` tokens; `stop_at` 0: never.
        runner_up: distance from the best to the second best logit; 0: all others are far below.
    """

    def __init__(
        self, vocab_size: int, path: Sequence[int], end: int, stop_at: int, runner_up: float = 0.0
    ) -> None:
        super().__init__()
        self.height = nn.Parameter(torch.tensor(CERTAIN))
        self.vocab_size, self.path, self.end, self.stop_at = vocab_size, path, end, stop_at
        self.runner_up = runner_up
        self.token = Token(modes=[])

    def forward(self, x: Tensor) -> Tensor:
        if x.ndim != 2 or x.is_floating_point():
            kind = str(x.dtype).removeprefix("torch.")
            raise ValueError(f"the model reads int64 ids (B, T), but got {kind} {tuple(x.shape)}")
        record_of(self).modes.append(self.training)
        multiplier, offset, lowest = self.path
        place = torch.arange(1, x.shape[1] + 1, device=x.device)
        sums = (x * (multiplier + place)).cumsum(1) + offset * place  # (B, T)
        choices = self.vocab_size - lowest
        best, second = (lowest + (sums + step) % choices for step in (0, 1))
        best = torch.where(place == self.stop_at, self.end, best)
        logits = self._marked(best) * self.height
        if self.runner_up:
            logits = logits + self._marked(second) * (self.height - self.runner_up)
        return logits

    def _marked(self, ids: Tensor) -> Tensor:
        return nn.functional.one_hot(ids, self.vocab_size).to(self.height.dtype)


def likeliest(lnprobs: Tensor, *_: Any, **__: Any) -> int:
    """Stand-in for sampling: return the most probable token."""
    return int(lnprobs.flatten().argmax())


def by_temperature(lnprobs: Tensor, temperature: float = 1.0) -> int:
    """Stand-in for sampling that shows the temperature: best token if cold, otherwise second best."""
    ranked = lnprobs.flatten().argsort(descending=True)
    return int(ranked[0 if temperature <= 0.1 else 1])
