from tests.hostile.making import ANSWER, zipped


def make():
    data = zipped(("padding.py", ANSWER))
    return data[:100] + bytes([data[100] ^ 1]) + data[101:]
