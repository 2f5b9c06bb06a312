"""The deviations of gated.py."""
