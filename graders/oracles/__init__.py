"""Ground truth, written apart from `reference/`: plain loops over numbers, and formulas over roles.

Functions on a family of answers yield every reading of the student's own weights that is right:
either order of the concatenation, separate or joint matrices, any valid activation.
"""
