from tests.hostile.making import ANSWER, zipped


def make():
    return zipped(("padding.py", ANSWER), mode=0o106777)
