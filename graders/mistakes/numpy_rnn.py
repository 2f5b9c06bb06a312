"""Known wrong answers to numpy_rnn.py: backpropagation through time that goes astray."""

from graders.mistakes import Mistake

RECURRENT = "test_gradient_of_the_recurrent_weights"
INPUT = "test_gradient_of_the_input_weights"
EMBEDDING = "test_gradient_of_the_embeddings"
OUTPUT = "test_gradient_of_the_output_weights"
REPEATED = "test_a_repeated_word_adds_up"
ONE_WORD = "test_sentence_of_one_word"
SLOPE = "test_gradients_are_the_slope_of_the_loss"
TAGS = "test_learns_to_tag"

MISTAKES = (
    Mistake(
        "the embedding rows are assigned, not added to",
        (("d_e[input[t]] += W_x.T", "d_e[input[t]] = W_x.T"),),
        (REPEATED, SLOPE),
        "+=",
        "real",
        recognised="counts a repeated word once",
    ),
    Mistake(
        "fancy indexing adds a repeated word once",
        (
            (
                "        from_later = np.zeros(len(W_h))",
                "        d_words = np.zeros_like(z_e)\n        from_later = np.zeros(len(W_h))",
            ),
            ("            d_e[input[t]] += W_x.T @ d_z", "            d_words[t] = W_x.T @ d_z"),
            (
                "        return [d_e, d_x, d_h, d_W_y]",
                "        d_e[input] += d_words\n        return [d_e, d_x, d_h, d_W_y]",
            ),
        ),
        (REPEATED,),
        "np.add.at",
        "real",
        recognised="counts a repeated word once",
    ),
    Mistake(
        "the state before is read one row too early",
        (("d_h += np.outer(d_z, h[t])", "d_h += np.outer(d_z, h[t - 1])"),),
        (RECURRENT, ONE_WORD),
        "row 0",
        "real",
        recognised="reads the state one step too early",
    ),
    Mistake(
        "the new state is read for the one before",
        (("d_h += np.outer(d_z, h[t])", "d_h += np.outer(d_z, h[t + 1])"),),
        (RECURRENT, ONE_WORD),
        "row 0",
        recognised="reads the new state for the one before",
    ),
    Mistake(
        "W_h is transposed on the way back",
        (("from_later = W_h.T @ d_z", "from_later = W_h @ d_z"),),
        (RECURRENT, INPUT, EMBEDDING),
        "W_h.T",
        "real",
        recognised="goes back through W_h",
    ),
    Mistake(
        "the gradient of W_h is transposed",
        (("d_h += np.outer(d_z, h[t])", "d_h += np.outer(h[t], d_z)"),),
        (RECURRENT, SLOPE),
        "outer product",
        recognised="transposes the gradient of W_h",
    ),
    Mistake(
        "no derivative comes back through time",
        (("            from_later = W_h.T @ d_z\n", ""),),
        (RECURRENT, INPUT, EMBEDDING),
        "W_h.T",
        "real",
        recognised="sends nothing back through time",
    ),
    Mistake(
        "only the output weights are differentiated",
        (("return [d_e, d_x, d_h, d_W_y]", "return [0 * d_e, 0 * d_x, 0 * d_h, d_W_y]"),),
        (RECURRENT, INPUT, EMBEDDING, TAGS),
        "do not only create",
        "real",
        recognised="differentiates the output weights alone",
    ),
    Mistake(
        "the sign is wrong",
        (("d_y[np.arange(T), output] -= 1", "d_y = -d_y\n        d_y[np.arange(T), output] += 1"),),
        (OUTPUT, RECURRENT, "test_update_goes_down", TAGS),
        "not the other way round",
        "real",
        recognised="has the wrong sign",
    ),
    Mistake(
        "the one-hot tags are added",
        (("d_y[np.arange(T), output] -= 1", "d_y[np.arange(T), output] += 1"),),
        (OUTPUT, "test_update_goes_down"),
        "one-hot",
        recognised="adds the one-hot tags",
    ),
    Mistake(
        "the gradients are sums, not means",
        (("        d_y /= T  # the loss is a mean\n", ""),),
        (OUTPUT, RECURRENT, INPUT, EMBEDDING, SLOPE),
        "divide by the number of words once",
        "real",
        recognised="gives sums instead of means",
    ),
    Mistake(
        "the mean is taken over the tags",
        (("d_y /= T  # the loss is a mean", "d_y /= d_y.size"),),
        (OUTPUT, SLOPE),
        "divide by the number of words once",
        recognised="takes the mean over the tags as well",
    ),
    Mistake(
        "the learning rate is inside the gradients",
        (("d_y /= T  # the loss is a mean", "d_y *= self.learning_rate / T"),),
        (OUTPUT, SLOPE),
        "leave the learning rate to update",
        "real",
        recognised="multiplies the gradients by the learning rate",
    ),
    Mistake(
        "the sigmoid is not differentiated",
        (("d_z = into_h * h[t + 1] * (1 - h[t + 1])", "d_z = into_h"),),
        (RECURRENT, INPUT, EMBEDDING),
        "h (1 - h)",
        recognised="does not differentiate the sigmoid",
    ),
    Mistake(
        "the sigmoid is differentiated as a tanh",
        (("d_z = into_h * h[t + 1] * (1 - h[t + 1])", "d_z = into_h * (1 - h[t + 1] ** 2)"),),
        (RECURRENT, INPUT, EMBEDDING),
        "h (1 - h)",
        recognised="differentiates the sigmoid as a tanh",
    ),
    Mistake(
        "the derivative that comes back skips the sigmoid",
        (
            ("into_h = W_y.T @ d_y[t] + from_later", "into_h = W_y.T @ d_y[t]"),
            (
                "d_z = into_h * h[t + 1] * (1 - h[t + 1])",
                "d_z = into_h * h[t + 1] * (1 - h[t + 1]) + from_later",
            ),
        ),
        (RECURRENT, INPUT),
        "h (1 - h)",
        recognised="lets the later derivative pass by the sigmoid",
    ),
    Mistake(
        "the derivative goes back one step only",
        (
            (
                "from_later = W_h.T @ d_z",
                "from_later = W_h.T @ (W_y.T @ d_y[t] * h[t + 1] * (1 - h[t + 1]))",
            ),
        ),
        (RECURRENT, INPUT),
        "W_h.T",
        recognised="goes back one step only",
    ),
    Mistake(
        "time runs forwards on the way back",
        (("for t in reversed(range(T)):", "for t in range(T):"),),
        (RECURRENT, INPUT),
        "from the last word to the first",
        recognised="goes from the first word to the last",
    ),
    Mistake(
        "the last step is left out",
        (("for t in reversed(range(T)):", "for t in reversed(range(T - 1)):"),),
        (OUTPUT, RECURRENT, ONE_WORD),
        "all T steps",
        recognised="leaves out the last step",
    ),
    Mistake(
        "the output reads the state before",
        (("d_W_y += np.outer(d_y[t], h[t + 1])", "d_W_y += np.outer(d_y[t], h[t])"),),
        (OUTPUT, ONE_WORD),
        "h[t + 1]",
        recognised="reads the state before for W_y",
    ),
    Mistake(
        "every word gets the last word's gradient",
        (("d_e[input[t]] += W_x.T @ d_z", "d_e[input] += W_x.T @ d_z"),),
        (EMBEDDING,),
        "row of the word",
        recognised="adds to every word of the sentence",
    ),
    Mistake(
        "the words' gradient skips the input weights",
        (("d_e[input[t]] += W_x.T @ d_z", "d_e[input[t]] += d_z[: 1]"),),
        (EMBEDDING, REPEATED),
        "W_x.T",
        recognised="passes by the input weights",
    ),
    Mistake(
        "the gradients come in another order",
        (("return [d_e, d_x, d_h, d_W_y]", "return [d_W_y, d_h, d_x, d_e]"),),
        (OUTPUT, RECURRENT, INPUT, EMBEDDING, TAGS),
        "In the order W_e",
        recognised="gives the gradients in another order",
    ),
    Mistake(
        "the gradients are kept on self and add up",
        (
            (
                "        d_e, d_x, d_h, d_W_y = (np.zeros_like(W) for W in self.parameters)\n",
                '        if not hasattr(self, "sums"):\n'
                "            self.sums = [np.zeros_like(W) for W in self.parameters]\n"
                "        d_e, d_x, d_h, d_W_y = self.sums\n",
            ),
        ),
        ("test_gradients_are_made_anew",),
        "keep none on self",
        recognised="adds up the gradients of all calls",
    ),
    Mistake(
        "backpropagation moves the weights",
        (
            (
                "        return [d_e, d_x, d_h, d_W_y]",
                "        for W, d in zip(self.parameters, [d_e, d_x, d_h, d_W_y], strict=True):\n"
                "            W -= self.learning_rate * d\n"
                "        return [d_e, d_x, d_h, d_W_y]",
            ),
        ),
        ("test_backpropagation_changes_nothing", "test_gradients_are_made_anew"),
        "Only update may change",
        recognised="moves the weights when it differentiates",
    ),
    Mistake(
        "the tags are changed",
        (
            (
                "        T = len(input)\n        d_y =",
                "        T = len(input)\n        output[:] = (output + 1) % len(W_y)\n        d_y =",
            ),
        ),
        ("test_backpropagation_changes_nothing",),
        "end in _",
        recognised="changes the tags",
    ),
)
