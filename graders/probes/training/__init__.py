"""Training loops, watched from inside the model that they train."""
