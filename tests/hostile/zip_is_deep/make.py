from tests.hostile.making import ANSWER, zipped


def make():
    return zipped(("padding.py", ANSWER), ("a/" * 2000 + "x.py", "x"))
