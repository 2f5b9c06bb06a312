from tests.hostile.making import ANSWER


def make():
    return ("x = 9**9**9\ny = 'a' * 10**12\nz = 1 << 10**12\n" + ANSWER).encode()
