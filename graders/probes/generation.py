"""Generation from a model whose logits force a path, with the student's own or a given `sample`."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass

from graders.assertions.compare import holds, plain
from graders.assertions.draw import Draw
from graders.deviations import Candidate
from graders.deviations.autoregressive.sampling import paths
from graders.oracles import autoregressive as oracle
from graders.probes.languages import END
from graders.probes.sampling import index
from graders.remote.faults import Failed, NotFound, StudentError
from graders.remote.student import RemoteSubmission

Tokens = list[int]


@dataclass(frozen=True)
class Generation:
    """What a loop generated from a model that forces its path.

    Args:
        tokens: the returned ones.
        script: the model's path, as `forced_path` takes it.
        length: at which the loop was to stop.
    """

    seed: Tokens
    tokens: Tokens
    vocab_size: int
    script: Tokens
    length: int

    @property
    def whole(self) -> Tokens:
        """Return the tokens with the seed in front."""
        starts = self.tokens[: len(self.seed)] == self.seed
        return self.tokens if starts else [*self.seed, *self.tokens]

    @property
    def path(self) -> Tokens:
        """Return the right tokens."""
        return oracle.forced_path(self.seed, self.vocab_size, self.script, self.length)

    def others(self, length: int) -> list[Candidate]:
        """List the tokens that wrong loops generate."""
        return paths(self.seed, self.vocab_size, self.script, length)


def generation(
    student: RemoteSubmission,
    draw: Draw,
    seed: Tokens,
    length: int,
    stop_at: int = 0,
    temperature: float | None = None,
) -> Generation:
    """Generate from a model that forces its path."""
    V = draw.integer(11, 15)
    path = [draw.integer(2, 6), draw.integer(1, 7), 3]
    runner_up = 0.5 if temperature is not None else 0.0
    model = student.given("scripted.Scripted", V, path, END, stop_at, runner_up)
    tempered = [] if temperature is None else [temperature]
    found = student.generate(model, list(seed), length, END, *tempered)
    tokens = plain(found)
    tokens = [index(token) for token in tokens] if isinstance(tokens, list) else []
    holds(bool(tokens), "generate does not return a list of tokens.", found, "a list of ids")
    return Generation(seed, tokens, V, path, length)


def with_own_or_given(
    student: RemoteSubmission, judge: Callable[[], None], stand_in: str = "scripted.likeliest"
) -> None:
    """Check with the student's own sample; if that fails, with a given one in its place."""
    try:
        judge()
    except (Failed, NotFound, StudentError) as fault:
        called = student.called
        with contextlib.suppress(Failed, NotFound, StudentError):
            student.replace(student.generate, sample=stand_in)
            judge()
            return
        student.called = called
        raise fault from None


def seed_of(draw: Draw, length: int) -> Tokens:
    """Draw a seed without special tokens."""
    found: Tokens = draw.tokens(length, low=3, high=9).tolist()
    return found
