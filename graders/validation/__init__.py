"""Graders are graded: wrong answers fail, right ones pass."""
