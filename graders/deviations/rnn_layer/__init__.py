"""The deviations of rnn_layer.py."""
