from tests.hostile.making import ANSWER, patched, zipped


def make():
    return patched(zipped(("padding.py", ANSWER)), b"PK\x01\x02", 8, b"\x01\0")
