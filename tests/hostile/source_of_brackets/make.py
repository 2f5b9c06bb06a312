from tests.hostile.making import ANSWER


def make():
    return ("x = " + "(" * 100_000 + ")" * 100_000 + "\n" + ANSWER).encode()
