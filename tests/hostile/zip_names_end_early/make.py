from tests.hostile.making import ANSWER, zipped


def make():
    return zipped(("padding.py_.txt", ANSWER)).replace(b"padding.py_", b"padding.py\0")
