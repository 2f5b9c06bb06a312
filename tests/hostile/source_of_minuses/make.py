from tests.hostile.making import ANSWER


def make():
    return ("x = " + "-" * 1_000_000 + "1\n" + ANSWER).encode()
