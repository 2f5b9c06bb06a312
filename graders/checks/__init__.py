"""The checks of each part: pytest functions in the order of the assignment."""
