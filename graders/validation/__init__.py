"""Validation of the checks: wrong answers must fail, correct ones pass."""
