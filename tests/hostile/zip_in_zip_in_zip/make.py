from tests.hostile.making import ANSWER, zipped


def make():
    data = zipped(("padding.py", ANSWER))
    for _ in range(5):
        data = zipped(("inner.zip", data))
    return data
