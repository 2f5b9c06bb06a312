"""Manual grading: points that a person gives."""
