"""Ground truth, independent of `reference/`: plain loops over numbers, and formulas over roles.

If several answers are right, functions yield every right reading of the student's own weights:
either order of the concatenation, separate or joint matrices, any valid activation.
"""
