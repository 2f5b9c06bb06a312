from tests.hostile.making import ANSWER, zipped


def make():
    return zipped(("padding.py", ANSWER), ("m\u00fc.py", "1"), ("mu\u0308.py", "2"))
