"""The deviations of step_rnn.py."""
