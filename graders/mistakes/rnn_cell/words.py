"""Lines of rnn_cell.py, names of checks and hints that several kinds of mistakes share."""

CUT = "the graph is cut"
DEVICE = "runs on a GPU"
KEPT = "keep nothing on self"
