"""The recurrent tagger of numpy_rnn.py in PyTorch: only the forward pass, gradients by autograd.

T words of a sentence, V vocabulary, E embedding, H hidden, C classes (the tags).
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import nn


class PytorchRNN:
    """Tag words with a recurrent network without biases, as NumpyRNN does."""

    def __init__(
        self,
        input_size: int,
        embedding_size: int,
        hidden_size: int,
        output_size: int,
        learning_rate: float,
    ):
        """Make the weights that NumpyRNN starts from.

        Args:
            input_size: V, the number of different words.
            embedding_size: E, the width of a word's vector.
            hidden_size: H, the width of the hidden state.
            output_size: C, the number of tags.
            learning_rate: the step size of `update`.
        """
        random = np.random.RandomState(1234)
        weights = [
            0.01 * random.uniform(size=(input_size, embedding_size)),  # W_e
            random.uniform(size=(hidden_size, embedding_size)),  # W_x
            random.uniform(size=(hidden_size, hidden_size)),  # W_h
            random.uniform(size=(output_size, hidden_size)),  # W_y
        ]
        self.learning_rate = learning_rate
        self.parameters = [
            torch.tensor(w, dtype=torch.float32, requires_grad=True) for w in weights
        ]

    def log_forward(self, input: Sequence[int]) -> torch.Tensor:
        """Run over a sentence: h_t = sigmoid(W_x W_e[word_t] + W_h h_{t-1}), from zeros.

        Args:
            input: (T,) word ids, a LongTensor or an array.

        Returns:
            log_p_y: (T, C) log-probabilities: the log-softmax of W_y h_t.
        """
        W_e, W_x, W_h, W_y = self.parameters
        h = W_h.new_zeros(len(W_h))
        states = []
        for word in torch.as_tensor(input).long():
            h = torch.sigmoid(W_x @ W_e[word] + W_h @ h)
            states.append(h)
        y = torch.stack(states) @ W_y.T  # (T, C)
        return torch.log_softmax(y, dim=1)

    def _log_forward(self, input: Sequence[int]) -> torch.Tensor:
        """Call `log_forward`: its older name."""
        return self.log_forward(input)

    def backpropagation(self, input: Sequence[int], output: Sequence[int]) -> list[torch.Tensor]:
        """Differentiate the mean of -log p(correct tag) with respect to each parameter.

        Args:
            input: (T,) word ids.
            output: (T,) tag ids.

        Returns:
            gradients: of W_e (V, E), W_x (H, E), W_h (H, H), W_y (C, H), in this order.
        """
        loss = nn.functional.nll_loss(self.log_forward(input), torch.as_tensor(output).long())
        return list(torch.autograd.grad(loss, self.parameters))

    def predict(self, input: Sequence[int]) -> np.ndarray:
        """Predict the most likely tag of each word.

        Args:
            input: (T,) word ids.

        Returns:
            tags: (T,) tag ids.
        """
        with torch.no_grad():
            return self.log_forward(input).argmax(dim=1).numpy()

    def update(self, input: Sequence[int], output: Sequence[int]) -> None:
        """Take one step of gradient descent on one sentence.

        Args:
            input: (T,) word ids.
            output: (T,) tag ids.
        """
        gradients = self.backpropagation(input, output)
        with torch.no_grad():
            for parameter, gradient in zip(self.parameters, gradients, strict=True):
                parameter -= self.learning_rate * gradient
