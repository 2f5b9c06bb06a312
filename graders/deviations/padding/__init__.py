"""The deviations of padding.py."""
