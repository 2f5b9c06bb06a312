"""Lines of gated.py, names of checks and hints that several kinds of mistakes share."""

LSTM = "test_lstm_equals_the_equations"

G = "g = torch.tanh(self.W_g(x) + self.U_g(h))"
C = "c = f * c + i * g"
H = "return o * torch.tanh(c), c"

CELL_TANH = "through a tanh on its way into h"
MIXING = "one factor is z, the other is 1 - z"
RESET = "multiplies the old state"
OWN = "weights of their own"
CUT = "the graph is cut"
BATCH = "Take the batch size from the input"
DEVICE = "runs on a GPU"
STATE = "keep nothing on self"
HAND = "Write the step yourself"
