from tests.hostile.making import ANSWER, patched, zipped


def make():
    return patched(zipped(("padding.py", ANSWER)), b"PK\x01\x02", 10, b"\x63\0")
