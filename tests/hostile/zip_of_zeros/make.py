from tests.hostile.making import ANSWER, zipped


def make():
    return zipped(("padding.py", ANSWER), ("zeros.csv", bytes(100_000_000)))
