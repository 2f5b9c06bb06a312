from tests.hostile.making import ANSWER, zipped


def make():
    return zipped(("padding.py", ANSWER), ("x" * 5000 + ".py", "x"))
