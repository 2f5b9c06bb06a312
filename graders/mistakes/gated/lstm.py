"""Wrong LSTM cells: the equations."""

from graders.mistakes import Mistake
from graders.mistakes.gated.words import (
    CELL_TANH,
    LSTM,
    OWN,
    C,
    G,
    H,
)

I = "i = torch.sigmoid(self.W_i(x) + self.U_i(h))"
F = "f = torch.sigmoid(self.W_f(x) + self.U_f(h))"
O = "o = torch.sigmoid(self.W_o(x) + self.U_o(h))"

MISTAKES = (
    Mistake(
        "no tanh on the LSTM's cell state",
        ((H, "return o * c, c"),),
        (LSTM,),
        CELL_TANH,
        "real",
        recognised="leaves out the tanh of c",
    ),
    Mistake(
        "a sigmoid on the LSTM's cell state",
        ((H, "return o * torch.sigmoid(c), c"),),
        (LSTM,),
        CELL_TANH,
        recognised="uses a sigmoid of c",
    ),
    Mistake(
        "the LSTM has no output gate",
        ((H, "return torch.tanh(c), c"),),
        (LSTM,),
        "output gate o is missing",
        recognised="has no output gate",
    ),
    Mistake(
        "the LSTM's tanh is outside",
        ((H, "return torch.tanh(o * c), c"),),
        (LSTM,),
        "outside the tanh",
        recognised="takes the tanh last",
    ),
    Mistake(
        "the LSTM's input and forget gates are tied",
        ((C, "c = f * c + (1 - f) * g"),),
        (LSTM, "test_lstm_gradients"),
        OWN,
        "real",
        recognised="ties the input and the forget gate",
    ),
    Mistake(
        "one gate forgets and admits",
        ((C, "c = f * (c + g)"),),
        (LSTM,),
        OWN,
        recognised="forgets and admits by one gate",
    ),
    Mistake(
        "the LSTM has no forget gate",
        ((C, "c = c + i * g"),),
        (LSTM,),
        "forget gate f is missing",
        "real",
        recognised="has no forget gate",
    ),
    Mistake(
        "the LSTM has no input gate",
        ((C, "c = f * c + g"),),
        (LSTM,),
        "input gate i is missing",
        recognised="has no input gate",
    ),
    Mistake(
        "the LSTM's candidate is a sigmoid",
        ((G, G.replace("tanh", "sigmoid")),),
        (LSTM,),
        "The candidate g is a tanh",
        "real",
        recognised="uses a sigmoid for the candidate",
    ),
    Mistake(
        "the LSTM's input gate is a tanh",
        ((I, I.replace("sigmoid", "tanh")),),
        (LSTM,),
        "i, f and o are sigmoids",
        "real",
        recognised="uses tanh for i",
    ),
    Mistake(
        "the LSTM's forget gate is a tanh",
        ((F, F.replace("sigmoid", "tanh")),),
        (LSTM,),
        "only the candidate g is a tanh",
        recognised="uses tanh for f",
    ),
    Mistake(
        "the LSTM's output gate is a tanh",
        ((O, O.replace("sigmoid", "tanh")),),
        (LSTM,),
        "only the candidate g is a tanh",
        recognised="uses tanh for o",
    ),
    Mistake(
        "all the LSTM's gates are tanh",
        tuple((line, line.replace("sigmoid", "tanh")) for line in (I, F, O)),
        (LSTM,),
        "i, f and o are sigmoids",
        recognised="uses tanh for i, f and o",
    ),
    Mistake(
        "the LSTM's output gate reads the cell state",
        ((O, "o = torch.sigmoid(self.W_o(x) + self.U_o(c))"),),
        (LSTM,),
        "acts like no weight of an LSTM",
        recognised="reads c in one gate",
    ),
    Mistake(
        "all the LSTM's gates read the cell state",
        tuple((line, line.replace("(h))", "(c))")) for line in (I, F, G, O)),
        (LSTM,),
        "The gates read x and h",
        recognised="reads c in all gates",
    ),
    Mistake(
        "the LSTM's h is made from the old cell state",
        (
            (C, "new = f * c + i * g"),
            (H, "return o * torch.tanh(c), new"),
        ),
        (LSTM,),
        "h reads the new cell state",
        recognised="makes h from the old c",
    ),
    Mistake(
        "the LSTM's candidate has no recurrent term",
        ((G, "g = torch.tanh(self.W_g(x))"),),
        (LSTM,),
        "from the state to the candidate g",
        recognised="reads only x in its candidate",
    ),
)
