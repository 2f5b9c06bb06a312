"""Manual grading."""
