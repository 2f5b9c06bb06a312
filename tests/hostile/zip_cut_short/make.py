from tests.hostile.making import ANSWER, zipped


def make():
    data = zipped(("padding.py", ANSWER))
    return data[: len(data) // 2]
