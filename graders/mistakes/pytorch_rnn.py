"""Known wrong answers to pytorch_rnn.py: forward passes that go astray, and cut graphs."""

from graders.mistakes import Mistake

VALUES = "test_log_probabilities_equal_the_equations"
CARRIED = "test_hidden_state_is_carried"
ROWS = "test_rows_are_log_probabilities"
GRADIENTS = "test_gradients_agree_with_numpy"
SLOPE = "test_gradients_are_the_slope_of_the_loss"

STEP = "            h = torch.sigmoid(W_x @ W_e[word] + W_h @ h)\n"
LAST = "        return torch.log_softmax(y, dim=1)"

MISTAKES = (
    Mistake(
        "the state is never carried",
        ((STEP, STEP.replace("h = ", "new = ")), ("states.append(h)", "states.append(new)")),
        (VALUES, CARRIED, GRADIENTS),
        "the next step reads",
        "real",
        recognised="does not carry the state",
    ),
    Mistake(
        "the state starts from zeros at each word",
        (("W_h @ h)", "W_h @ torch.zeros_like(h))"),),
        (VALUES, CARRIED),
        "the next step reads",
        recognised="does not carry the state",
    ),
    Mistake(
        "tanh for sigmoid",
        ((STEP, STEP.replace("sigmoid", "tanh")),),
        (VALUES, GRADIENTS),
        "sigmoid",
        recognised="uses tanh",
    ),
    Mistake(
        "the recurrence is linear",
        (
            (STEP, STEP.replace("torch.sigmoid(", "(")),
            ("states.append(h)", "states.append(torch.sigmoid(h))"),
        ),
        (VALUES, GRADIENTS),
        "sigmoid",
        "real",
        recognised="carries the state before the activation",
    ),
    Mistake(
        "the recurrent weights are transposed",
        ((STEP, STEP.replace("W_h @ h", "W_h.T @ h")),),
        (VALUES, GRADIENTS),
        "W_h h_(t-1)",
        recognised="transposes the recurrent weights",
    ),
    Mistake(
        "the first state is made of ones",
        (("h = W_h.new_zeros(len(W_h))", "h = W_h.new_ones(len(W_h))"),),
        (VALUES, "test_sentence_of_one_word"),
        "from zeros",
        recognised="starts from ones",
    ),
    Mistake(
        "the output reads the state before",
        (
            (STEP, ""),
            ("            states.append(h)\n", "            states.append(h)\n" + STEP),
        ),
        (VALUES, "test_sentence_of_one_word"),
        "W_y h_t",
        recognised="reads the state before",
    ),
    Mistake(
        "scores come back without a softmax",
        ((LAST, "        return y"),),
        (VALUES, ROWS, GRADIENTS),
        "log_softmax",
        recognised="gives scores without a softmax",
    ),
    Mistake(
        "probabilities come back without the logarithm",
        ((LAST, LAST.replace("log_softmax", "softmax")),),
        (VALUES, ROWS, GRADIENTS),
        "log_softmax",
        recognised="gives probabilities",
    ),
    Mistake(
        "the softmax runs over the words",
        ((LAST, LAST.replace("dim=1", "dim=0")),),
        (VALUES, ROWS, "test_is_causal"),
        "dim=1",
        "real",
        recognised="applies the softmax over the words",
    ),
    Mistake(
        "only the last row comes back",
        ((LAST, LAST + "[-1:]"),),
        (VALUES, "test_one_row_for_each_word", GRADIENTS),
        "row t is",
        recognised="gives the last row alone",
    ),
    Mistake(
        "the sentence is read backwards",
        (
            ("torch.as_tensor(input).long():", "torch.as_tensor(input).long().flip(0):"),
            ("torch.stack(states)", "torch.stack(states[::-1])"),
        ),
        (VALUES, CARRIED, "test_is_causal"),
        "up to t",
        recognised="reads the sentence backwards",
    ),
    Mistake(
        "the states are detached between the steps",
        ((STEP, STEP.replace("W_h @ h)", "W_h @ h.detach())")),),
        (GRADIENTS, "test_a_repeated_word_adds_up"),
        "detach()",
        "real",
        recognised="detaches the state between steps",
    ),
    Mistake(
        "the words' vectors are taken out of the graph",
        ((STEP, STEP.replace("W_e[word]", "W_e[word].detach()")),),
        (GRADIENTS,),
        "not have been used in the graph",
    ),
    Mistake(
        "the gradients of all sentences add up",
        (
            (
                "        return list(torch.autograd.grad(loss, self.parameters))",
                "        loss.backward()\n        return [p.grad.clone() for p in self.parameters]",
            ),
        ),
        ("test_gradients_are_made_anew", "test_update_goes_down"),
        "before each backward()",
        "real",
        recognised="adds up the gradients of all calls",
    ),
    Mistake(
        "the loss is a sum over the words",
        (
            (
                "torch.as_tensor(output).long())",
                'torch.as_tensor(output).long(), reduction="sum")',
            ),
        ),
        (GRADIENTS, SLOPE),
        "mean",
        recognised="gives sums instead of means",
    ),
    Mistake(
        "the state goes on into the next sentence",
        (
            ("h = W_h.new_zeros(len(W_h))", 'h = getattr(self, "h", W_h.new_zeros(len(W_h)))'),
            ("        y = torch.stack", "        self.h = h.detach()\n        y = torch.stack"),
        ),
        ("test_gradients_are_made_anew",),
        "each sentence from zeros",
        "real",
        recognised="goes on with the state of the sentence before",
    ),
    Mistake(
        "the update goes up",
        (("parameter -= self.learning_rate", "parameter += self.learning_rate"),),
        ("test_update_goes_down", "test_learns_to_tag"),
        "-= learning_rate",
        recognised="adds the gradient",
    ),
    Mistake(
        "the update is lost",
        (
            (
                "                parameter -= self.learning_rate * gradient",
                "                parameter = parameter - self.learning_rate * gradient",
            ),
        ),
        ("test_update_goes_down", "test_learns_to_tag"),
        "-= learning_rate",
        recognised="leaves the weights as they are",
    ),
    Mistake(
        "the forward pass changes the words",
        (("        states = []\n", "        input %= 5\n        states = []\n"),),
        ("test_changes_nothing",),
        "end in _",
        recognised="changes the words",
    ),
    Mistake(
        "the forward pass scales the weights",
        (
            (
                "        states = []\n",
                "        W_e.data.div_(W_e.data.norm(dim=1, keepdim=True))\n        states = []\n",
            ),
        ),
        ("test_changes_nothing",),
        "Only update may change",
        recognised="changes the weights",
    ),
)
