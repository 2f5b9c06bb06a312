from tests.hostile.making import ANSWER


def make():
    return ("# \u202e } if admin:\u2066\n" + ANSWER).encode()
