from tests.hostile.making import ANSWER


def make():
    return ANSWER.encode("utf-16")
