from tests.hostile.making import ANSWER


def make():
    return (" " * 1_000_000 + "x\n" + ANSWER).encode()
