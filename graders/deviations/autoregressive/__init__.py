"""The deviations of autoregressive.py."""
