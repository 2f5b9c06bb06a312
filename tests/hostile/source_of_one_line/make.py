from tests.hostile.making import ANSWER


def make():
    return ("x = [" + "1," * 2_000_000 + "]\n" + ANSWER).encode()
