from tests.hostile.making import ANSWER


def make():
    return ANSWER.encode() + b"\0"
