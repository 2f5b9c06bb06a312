"""The deviations of rnn_cell.py."""
