from tests.hostile.making import ANSWER, zipped


def make():
    return zipped(("padding.py", ANSWER), ("Padding.PY", ANSWER))
