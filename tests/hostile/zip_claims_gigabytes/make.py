from tests.hostile.making import ANSWER, patched, zipped


def make():
    return patched(zipped(("padding.py", ANSWER)), b"PK\x01\x02", 24, b"\xfe\xff\xff\xff")
