"""A recurrent network in NumPy that tags each word, with backpropagation through time but no autograd.

T words of a sentence, V vocabulary, E embedding, H hidden, C classes (the tags). There are no
biases: z_t = W_e[word_t], h_t = sigmoid(W_x z_t + W_h h_{t-1}), p_t = softmax(W_y h_t).
"""

from collections.abc import Callable, Sequence

import numpy as np

Parameters = Sequence[np.ndarray]


class NumpyRNN:
    """Tag words with a recurrent network; all numbers are float64."""

    def __init__(
        self,
        input_size: int,
        embedding_size: int,
        hidden_size: int,
        output_size: int,
        learning_rate: float,
    ):
        """Make the weights, the same ones each time.

        Args:
            input_size: V, the number of different words.
            embedding_size: E, the width of a word's vector.
            hidden_size: H, the width of the hidden state.
            output_size: C, the number of tags.
            learning_rate: the step size of `update`.
        """
        random = np.random.RandomState(1234)
        self.learning_rate = learning_rate
        self.parameters = [
            0.01 * random.uniform(size=(input_size, embedding_size)),  # W_e
            random.uniform(size=(hidden_size, embedding_size)),  # W_x
            random.uniform(size=(hidden_size, hidden_size)),  # W_h
            random.uniform(size=(output_size, hidden_size)),  # W_y
        ]

    def log_forward(
        self, input: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Run over a sentence, and keep the values that backpropagation needs.

        Args:
            input: (T,) word ids.

        Returns:
            log_p_y: (T, C) log-probabilities of the tags.
            y: (T, C) scores before the softmax.
            h: (T + 1, H) hidden states; row 0 is zero, row t + 1 belongs to word t.
            z_e: (T, E) the words' vectors.
            input: (T,) unchanged.
        """
        W_e, W_x, W_h, W_y = self.parameters
        T = len(input)
        z_e = W_e[input]
        h = np.zeros((T + 1, len(W_h)))
        for t in range(T):
            h[t + 1] = 1 / (1 + np.exp(-(W_x @ z_e[t] + W_h @ h[t])))
        y = h[1:] @ W_y.T
        shifted = y - y.max(axis=1, keepdims=True)  # so that exp does not overflow
        log_p_y = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
        return log_p_y, y, h, z_e, input

    def backpropagation(self, input: np.ndarray, output: np.ndarray) -> list[np.ndarray]:
        """Differentiate the cross entropy loss with respect to each parameter.

        Args:
            input: (T,) word ids.
            output: (T,) tag ids.

        Returns:
            gradients: of W_e (V, E), W_x (H, E), W_h (H, H), W_y (C, H), in this order.
        """
        raise NotImplementedError("numpy_rnn.NumpyRNN.backpropagation is not implemented yet")

    def cross_entropy_loss(self, input: np.ndarray, output: np.ndarray) -> float:
        """Compute the mean over the words of -log p(correct tag).

        Args:
            input: (T,) word ids.
            output: (T,) tag ids.
        """
        log_p_y = self.log_forward(input)[0]
        return -log_p_y[np.arange(len(output)), output].mean()

    def predict(self, input: np.ndarray) -> np.ndarray:
        """Predict the most likely tag of each word.

        Args:
            input: (T,) word ids.

        Returns:
            tags: (T,) tag ids.
        """
        return self.log_forward(input)[0].argmax(axis=1)

    def update(self, input: np.ndarray, output: np.ndarray) -> None:
        """Take one step of gradient descent on one sentence.

        Args:
            input: (T,) word ids.
            output: (T,) tag ids.
        """
        gradients = self.backpropagation(input, output)
        for parameter, gradient in zip(self.parameters, gradients, strict=True):
            parameter -= self.learning_rate * gradient


def get_rnn_parameter_handlers(
    layer_index: int, row: int, column: int
) -> tuple[Callable[[Parameters], float], Callable[[Parameters, float], Parameters]]:
    """Make the two functions that read and write one single weight.

    Args:
        layer_index: which of the parameters; -1 is W_y.
        row: row of the weight.
        column: column of the weight.

    Returns:
        get_parameter: takes a list of parameters (or of gradients), returns the number.
        set_parameter: takes parameters and a number, writes it in place, returns the parameters.
    """

    def get_parameter(parameters: Parameters) -> float:
        return parameters[layer_index][row, column]

    def set_parameter(parameters: Parameters, value: float) -> Parameters:
        parameters[layer_index][row, column] = value
        return parameters

    return get_parameter, set_parameter


def get_rnn_loss_range(
    model: NumpyRNN,
    get_parameter: Callable[[Parameters], float],
    set_parameter: Callable[[Parameters, float], Parameters],
    batch: dict[str, np.ndarray],
    span: float = 10,
) -> tuple[np.ndarray, np.ndarray]:
    """Compute the loss for 200 values of one weight; the model is unchanged afterwards.

    Args:
        model: the network.
        get_parameter: reads the weight.
        set_parameter: writes the weight.
        batch: `input` (T,) word ids and `output` (T,) tag ids.
        span: how far the values go to either side.

    Returns:
        weights: (200,) values of the weight.
        losses: (200,) loss at each.
    """
    start = get_parameter(model.parameters)
    weights = np.linspace(start - span, start + span, 200)
    losses = []
    for weight in weights:
        set_parameter(model.parameters, weight)
        losses.append(model.cross_entropy_loss(batch["input"], batch["output"]))
    set_parameter(model.parameters, start)
    return weights, np.array(losses)
