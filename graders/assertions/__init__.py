"""Shared tools of the checks: comparisons, random inputs, figures, properties of answers."""
